/* import.c - see import.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * First where the networks lie in the file (import-source.c), then what they are (import-shape.c),
 * then, here, the engine's own network of that recipe: its list of tensors is what the file has to
 * hold.
 */

#include "core/method/import.h"

#include "core/method/import-source.h"
#include "core/method/model.h"
#include "core/nn/device-choice.h"

#include <math.h>
#include <string.h>

#define WINDOW_HU 1000 /* either way */

/* The networks of one file on their way into a store. */
typedef struct
{
  const TrpSafetensors *file;
  TrpRecipe *recipe;
  TrpStore *store;
  GHashTable *taken; /* names of the file's tensors, borrowed */
} Import;

static bool
check_values (const float *values, size_t n, bool is_variance, const char *name, GError **error)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (values[i]) || (is_variance && values[i] < 0))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "Tensor \"%.100s\" holds %g, which is no %s", name, (double) values[i],
                     is_variance ? "variance" : "weight");
        return false;
      }
  return true;
}

/* (transfer full): a tensor of the file in our order of channels */
static float *
read_tensor (const Import *self,
             const TrpImportSource *source,
             const TrpValueInfo *info,
             const char *name,
             GError **error)
{
  const TrpFileShape shape = trp_axes_file_shape (info->axes, info->tensor.shape);
  const TrpTensorView *view = trp_safetensors_find (self->file, name);
  const size_t n = trp_shape_count (info->tensor.shape);
  /* the file is the bound for what is taken: another size is refused before it is read */
  g_autofree float *values = g_try_new (float, view && view->count == n ? n : 1);

  if (!values)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                           "There is not enough memory for the weights");
      return NULL;
    }
  if (!trp_safetensors_read_f32 (self->file, name, (size_t) shape.n_axes, shape.axes, values,
                                 error) ||
      !check_values (values, n, g_str_has_suffix (name, ".running_var"), name, error))
    return NULL;
  trp_naming_reorder (source->naming, info->name + strlen (source->net) + 1, shape.axes, values);
  g_hash_table_add (self->taken, (char *) view->name);
  return g_steal_pointer (&values);
}

static bool
take_tensor (Import *self, const TrpImportSource *source, const TrpValueInfo *info, GError **error)
{
  const char *ours = info->name + strlen (source->net) + 1;
  g_autofree char *theirs = trp_naming_translate (source->naming, ours,
                                                  self->recipe->segmenter_levels);
  g_autofree char *name = g_strconcat (source->prefix, theirs, NULL);
  const bool is_absent = !trp_safetensors_find (self->file, name) &&
                         trp_name_is_norm_bias (self->recipe->trainer, ours);
  g_autofree float *values = is_absent ? NULL : read_tensor (self, source, info, name, error);
  TrpStored *stored;

  if (!values && !is_absent)
    return false;
  stored = trp_store_require (self->store, info->name, &info->tensor, info->axes, error);
  /* zeros until set */
  return stored && (is_absent || trp_store_set_file (self->store, stored, values, error));
}

static bool
take_network (Import *self, const TrpImportSource *source, GError **error)
{
  const int side = self->recipe->size;
  g_autoptr (TrpGraph) graph = trp_recipe_build_network (self->recipe, source->net, 1, side, side);

  if (!trp_graph_check (graph, error))
    return false;
  for (int value = 0; value < trp_graph_get_n_values (graph); value++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (graph, value);

      if ((info->tensor.kind == TRP_VALUE_PARAMETER || info->tensor.kind == TRP_VALUE_STATE) &&
          !take_tensor (self, source, info, error))
        return false;
    }
  return true;
}

/* Statistics of a generator's instance norms are left from times when PyTorch kept them by default;
 * the reference drops them too. Elsewhere PyTorch computes with what is there. */
static bool
is_ignorable (const char *name, TrpTrainerKind kind)
{
  return g_str_has_suffix (name, ".num_batches_tracked") ||
         (kind == TRP_TRAINER_CYCLEGAN &&
          (g_str_has_suffix (name, ".running_mean") || g_str_has_suffix (name, ".running_var")));
}

/* What has no place may be a layer that would be missed. */
static bool
check_rest (const Import *self, const TrpImportSource *source, GError **error)
{
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (self->file); n++)
    {
      const char *name = trp_safetensors_peek_tensor (self->file, n)->name;

      if (!g_str_has_prefix (name, source->prefix) || g_hash_table_contains (self->taken, name) ||
          is_ignorable (name, self->recipe->trainer))
        continue;
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Tensor \"%.100s\" has no place in this network, which has %s norm and was read "
                   "as %s",
                   name,
                   trp_recipe_makes_contours (self->recipe) &&
                       self->recipe->segmenter_norm == TRP_NORM_KIND_BATCH
                     ? "batch"
                     : "instance",
                   source->naming->name);
      return false;
    }
  return true;
}

/* --- the recipe --- */

static bool
apply_settings (TrpRecipe *recipe, const TrpImportOptions *options, GError **error)
{
  for (size_t n = 0; options->settings && options->settings[n]; n++)
    if (!trp_recipe_set (recipe, options->settings[n], error))
      return false;
  return true;
}

static void
set_curve (TrpIntensity *intensity, const TrpCurve *curve)
{
  if (!curve)
    return;
  intensity->kind = TRP_INTENSITY_CURVE;
  intensity->curve = *curve;
}

static void
set_windows (TrpRecipe *recipe, const TrpImportOptions *options, bool only_b_to_a)
{
  const bool from_mr = trp_recipe_takes_mr (recipe, only_b_to_a);

  set_curve (from_mr ? &recipe->mr : &recipe->ct, options->input);
  set_curve (from_mr ? &recipe->ct : &recipe->mr, options->output);
}

/* Without a recipe of its own: one that changes an image as little as can be. */
static TrpRecipe *
new_recipe (const TrpImportOptions *options, TrpTrainerKind kind)
{
  TrpRecipe *recipe = trp_recipe_new (kind);
  const TrpCurve window = trp_curve_window (-WINDOW_HU, WINDOW_HU);

  g_free (recipe->name);
  recipe->name = g_strdup (options->name);
  g_free (recipe->description);
  recipe->description = g_strdup_printf ("imported network (%s)", options->arch);
  recipe->whole_view = kind == TRP_TRAINER_SEGMENTER;
  recipe->context = 0;
  if (kind == TRP_TRAINER_CYCLEGAN)
    set_curve (&recipe->ct, &window);
  return recipe;
}

/* The smallest that its halvings allow: larger images are taken as they are. */
static void
set_size (TrpRecipe *recipe)
{
  const int least = trp_recipe_makes_contours (recipe) ? 2 << (recipe->segmenter_levels - 1)
                                                       : 4 << recipe->generator_downs;

  recipe->size = MAX (16, least);
}

static TrpRecipe *
make_recipe (const TrpSafetensors *file,
             const TrpImportOptions *options,
             const TrpImportArch *arch,
             GPtrArray *sources,
             GError **error)
{
  const char *text = trp_safetensors_peek_metadata (file, "recipe");
  const TrpImportSource *first = sources->pdata[0];
  g_autoptr (TrpRecipe) recipe = text ? trp_recipe_parse (text, strlen (text), error)
                                      : new_recipe (options, arch->kind);

  if (!recipe)
    {
      g_prefix_error (error, "The recipe in the file: ");
      return NULL;
    }
  if (trp_recipe_makes_contours (recipe) != (arch->kind == TRP_TRAINER_SEGMENTER))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The file's recipe is for another kind of network than %s", options->arch);
      return NULL;
    }
  /* twice: some say how to read the tensors, and all have the last word */
  if (!apply_settings (recipe, options, error) ||
      !trp_import_read_shapes (file, first, arch, recipe, error))
    return NULL;
  if (!text)
    set_size (recipe);
  set_windows (recipe, options, sources->len == 1 && strcmp (first->net, "G_B") == 0);
  return apply_settings (recipe, options, error) && trp_recipe_check (recipe, error)
           ? g_steal_pointer (&recipe)
           : NULL;
}

static bool
save (const Import *self, const char *path, GError **error)
{
  static const char *const prefixes[] = { "G_A.", "G_B.", "net.", NULL };
  g_autofree char *text = trp_recipe_to_text (self->recipe);
  g_autoptr (GPtrArray) labels = NULL;
  TrpCheckpointTexts texts = { .recipe = text };

  if (trp_recipe_makes_contours (self->recipe))
    {
      labels = trp_checkpoint_parse_labels (self->file, self->recipe, error);
      if (!labels)
        return false;
      texts.labels = labels;
    }
  return trp_checkpoint_save_model (self->store, prefixes, &texts, path, error);
}

static void
clear_import (Import *self)
{
  g_clear_pointer (&self->recipe, trp_recipe_free);
  g_clear_pointer (&self->store, trp_store_unref);
  g_clear_pointer (&self->taken, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, clear_import)

bool
trp_model_import (const TrpSafetensors *file,
                  const TrpImportOptions *options,
                  const char *path,
                  GError **error)
{
  g_auto (Import) self = { .file = file };
  g_autoptr (TrpDevice) device = NULL;
  g_autofree char *note = NULL; /* says nothing of use here */
  g_autoptr (GPtrArray) sources = NULL;
  TrpImportArch arch;

  if (!trp_import_parse_arch (options->arch, &arch, error))
    return false;
  sources = trp_import_find_sources (file, &arch, options->net, error);
  self.recipe = sources ? make_recipe (file, options, &arch, sources, error) : NULL;
  device = self.recipe ? trp_device_choose ("cpu", 0, &note, error) : NULL;
  if (!device)
    return false;
  self.store = trp_store_new (device);
  self.taken = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint n = 0; n < sources->len; n++)
    if (!take_network (&self, sources->pdata[n], error))
      return false;
  for (guint n = 0; n < sources->len; n++)
    if (!check_rest (&self, sources->pdata[n], error))
      return false;
  return save (&self, path, error);
}
