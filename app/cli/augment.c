/* augment.c - triptych-cli augment: what a recipe's augmentation makes of a slice, as a picture
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/draw/contact-sheet.h"
#include "core/io/format.h"
#include "core/method/augment-preview.h"
#include "core/method/model.h"

#include <glib/gi18n.h>
#include <string.h>

extern const TrpVerb trp_verb_augment;

/* Of a recipe, or of the one in a model file; --set on top. */
static TrpRecipe *
load_recipe (const char *name, char **assignments, GError **error)
{
  g_autoptr (TrpRecipe) recipe = g_str_has_suffix (name, ".safetensors")
                                   ? trp_model_load_recipe (name, error)
                                   : trp_recipe_load (name, error);

  if (!recipe)
    return NULL;
  for (size_t n = 0; assignments && assignments[n]; n++)
    if (!trp_recipe_set (recipe, assignments[n], error))
      return NULL;
  return trp_recipe_check (recipe, error) ? g_steal_pointer (&recipe) : NULL;
}

static bool
save (const TrpAugmentPreview *preview, const char *path, GError **error)
{
  const char *const captions[TRP_AUGMENT_PREVIEW_MAX] = { _ ("unchanged") };
  const TrpContactSheet sheet = { .n = preview->n,
                                  .width = preview->width,
                                  .height = preview->height,
                                  .grey = preview->grey,
                                  .labels = preview->labels,
                                  .captions = captions };

  return trp_contact_sheet_save (&sheet, path, error);
}

static int
run (int argc, char **argv)
{
  int n = 16, slice = -1;
  g_autofree char *role = NULL;
  g_autofree char *labels_path = NULL;
  g_auto (GStrv) assignments = NULL;
  const GOptionEntry entries[] = {
    { "role", 0, 0, G_OPTION_ARG_STRING, &role, N_ ("mr (the default) or ct"), "ROLE" },
    { "n", 0, 0, G_OPTION_ARG_INT, &n, N_ ("pictures, the first unchanged (16)"), "N" },
    { "slice", 0, 0, G_OPTION_ARG_INT, &slice,
      N_ ("of the preprocessed volume, from 0; default: the one with most labels, or the middle"),
      "K" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &labels_path,
      N_ ("label map on the grid of IN, to be outlined"), "FILE" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &assignments,
      N_ ("a setting of the recipe, as often as needed"), "KEY=VALUE" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = NULL;
  g_autoptr (TrpVolume) image = NULL, labels = NULL;
  g_autoptr (TrpAugmentPreview) preview = NULL;
  bool is_ct;

  if (!trp_verb_parse (&trp_verb_augment, entries, 3, 3, &argc, &argv))
    return TRP_EXIT_USAGE;
  is_ct = role && strcmp (role, "ct") == 0;
  if (role && !is_ct && strcmp (role, "mr") != 0)
    return trp_verb_usage (_ ("--role is mr or ct, not \"%s\""), role);
  if (n < 1 || n > TRP_AUGMENT_PREVIEW_MAX)
    return trp_verb_usage (_ ("--n takes 1 to %d, not %d"), TRP_AUGMENT_PREVIEW_MAX, n);
  recipe = load_recipe (argv[1], assignments, &error);
  if (!recipe || !(image = trp_volume_load (argv[2], NULL, &error)) ||
      (labels_path && !(labels = trp_volume_load (labels_path, NULL, &error))))
    return trp_verb_fail (error);
  preview = trp_augment_preview_new (recipe, is_ct ? TRP_STEPS_CT : TRP_STEPS_MR, image, labels,
                                     slice, (size_t) n, trp_verb_progress (), &error);
  if (!preview || !save (preview, argv[3], &error))
    return trp_verb_fail (error);
  return TRP_EXIT_DONE;
}

const TrpVerb trp_verb_augment = {
  .name = "augment",
  .arguments = "RECIPE IN OUT.png [--role mr|ct] [--n N] [--labels FILE]",
  .help = N_ ("draw what a recipe's augmentation makes of a slice"),
  .run = run,
};
