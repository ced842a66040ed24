/* import-shape.c - what a network is, read off the shapes of its tensors; see import-source.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only the few numbers of a recipe are looked for here. That every other tensor fits them is
 * checked afterwards, against the engine's own list (import.c).
 */

#include "core/method/import-source.h"
#include "core/method/model.h"

#include "core/base/error.h"

#include <string.h>

#define MAX_LEVELS 7

typedef struct
{
  const TrpSafetensors *file;
  const TrpImportSource *source;
  TrpRecipe *recipe;
} Reader;

/* Of a module under the file's own name. */
static const TrpTensorView *
find_weight (const Reader *self, const char *format, int index)
{
  g_autofree char *star = g_strdup_printf ("%d", index);
  g_auto (GStrv) parts = g_strsplit (format, "*", 2);
  g_autofree char *name = g_strconcat (self->source->prefix, parts[0], parts[1] ? star : "",
                                       parts[1] ? parts[1] : "", NULL);

  return trp_safetensors_find (self->file, name);
}

/* Of one of our modules, whatever the file calls it. */
static const TrpTensorView *
find_ours (const Reader *self, const char *format, int level, int n_levels)
{
  g_autofree char *star = g_strdup_printf ("%d", level);
  g_auto (GStrv) parts = g_strsplit (format, "*", 2);
  g_autofree char *ours = g_strconcat (parts[0], parts[1] ? star : "", parts[1] ? parts[1] : "",
                                       NULL);
  g_autofree char *theirs = trp_naming_translate (self->source->naming, ours, n_levels);
  g_autofree char *name = g_strconcat (self->source->prefix, theirs, NULL);

  return trp_safetensors_find (self->file, name);
}

/* A filter of @size x @size pixels, or a sentence. */
static const TrpTensorView *
check_filter (const TrpTensorView *view, size_t size, const char *what, GError **error)
{
  if (!view)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The file has no %s", what);
  else if (view->n_dims != 4 || view->shape[2] != size || view->shape[3] != size)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "Tensor \"%.100s\" should be a filter of %zu x %zu pixels with four axes (%s)",
                 view->name, size, size, what);
  else
    return view;
  return NULL;
}

/* Through the table of settings, whose ranges hold for strangers too. */
static bool
set_number (Reader *self, const char *key, size_t value, GError **error)
{
  g_autofree char *assignment = g_strdup_printf ("%s=%zu", key, value);

  return trp_recipe_set (self->recipe, assignment, error);
}

/* --- generators --- */

static bool
is_down (const TrpTensorView *view)
{
  return view && view->n_dims == 4 && view->shape[2] == 3 && view->shape[0] == 2 * view->shape[1];
}

static int
count_blocks (const Reader *self, int *io_index)
{
  int n = 0;

  for (; find_weight (self, "model.*.conv_block.1.weight", *io_index); n++)
    ++*io_index;
  return n;
}

/* Counts the modules of the reference's nn.Sequential; see networks/resnet.c. */
static bool
read_resnet (Reader *self, const TrpImportArch *arch, GError **error)
{
  const TrpTensorView *first = check_filter (find_weight (self, "model.1.weight", 0), 7,
                                             "first convolution", error);
  const TrpTensorView *last;
  int index = 4, n_downs = 0, n_blocks;
  bool nearest;

  if (!first)
    return false;
  for (; is_down (find_weight (self, "model.*.weight", index)); index += 3)
    n_downs++;
  n_blocks = count_blocks (self, &index);
  if (n_blocks != arch->n_blocks)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The file's generator has %d residual blocks from \"%.60smodel.%d\" on, not %d",
                   n_blocks, self->source->prefix, index - n_blocks, arch->n_blocks);
      return false;
    }
  nearest = n_downs > 0 && !find_weight (self, "model.*.weight", index);
  index += n_downs * (nearest ? 5 : 3) + 1;
  last = check_filter (find_weight (self, "model.*.weight", index), 7, "last convolution", error);
  return last &&
         trp_recipe_set (self->recipe,
                         nearest ? "generator_upsample=nearest" : "generator_upsample=transposed",
                         error) &&
         set_number (self, "generator_filters", first->shape[0], error) &&
         set_number (self, "generator_downs", (size_t) n_downs, error) &&
         set_number (self, "image_channels", first->shape[1], error) &&
         set_number (self, "output_channels", last->shape[0], error);
}

/* --- U-Nets --- */

static int
count_levels (const Reader *self)
{
  int n = 1;

  /* some count them from below: a network of n + 1 levels has both ends */
  while (n < MAX_LEVELS && find_ours (self, "up.*.conv1.weight", 0, n + 1) &&
         find_ours (self, "up.*.conv1.weight", n - 1, n + 1))
    n++;
  return n;
}

static bool
set_labels (Reader *self, size_t n, GError **error)
{
  g_autoptr (GString) text = g_string_new ("data.labels=");

  if (n < 1 || n > TRP_RECIPE_MAX_LABELS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The network makes %zu structures; 1 to %d can be imported", n,
                   TRP_RECIPE_MAX_LABELS);
      return false;
    }
  if (self->recipe->n_labels == n)
    return true;
  for (size_t label = 1; label <= n; label++)
    g_string_append_printf (text, "%s%zu", label > 1 ? "," : "", label);
  return trp_recipe_set (self->recipe, text->str, error);
}

/* Input channels are slices, and each of them as often as remains. */
static bool
set_channels (Reader *self, size_t n_in, GError **error)
{
  const size_t slices = trp_recipe_get_segmenter_channels (self->recipe);

  if (n_in % slices == 0)
    return set_number (self, "image_channels", n_in / slices, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The network takes %zu channels, which are no multiple of the %zu slices that "
               "network.context = %d means",
               n_in, slices, self->recipe->context);
  return false;
}

static bool
read_unet (Reader *self, const TrpImportArch *arch, GError **error)
{
  const TrpNaming *naming = self->source->naming;
  const int n_levels = count_levels (self);
  const TrpTensorView *first = check_filter (find_ours (self, "down.0.conv1.weight", 0, n_levels),
                                             3, "first convolution", error);
  const TrpTensorView *head = first ? check_filter (find_ours (self, "head.weight", 0, n_levels), 1,
                                                    "last convolution (1 x 1)", error)
                                    : NULL;
  const bool is_batch = find_ours (self, "down.0.norm1.weight", 0, n_levels) != NULL;
  size_t n_labels;

  if (!head)
    return false;
  if (n_levels == 1)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The U-Net has no way up: its upper convolutions are not in the file");
      return false;
    }
  if (!find_ours (self, "up.*.transpose.weight", 0, n_levels))
    self->recipe->segmenter_upsample = TRP_SEGMENTER_BILINEAR;
  if (head->shape[0] > 1 && naming->has_background)
    self->recipe->segmenter_background = true;
  n_labels = head->shape[0] - (head->shape[0] > 0 && self->recipe->segmenter_background);
  self->recipe->segmenter = arch->segmenter;
  self->recipe->segmenter_norm = is_batch ? TRP_NORM_KIND_BATCH : TRP_NORM_KIND_INSTANCE;
  return set_number (self, "segmenter_filters", first->shape[0], error) &&
         set_number (self, "segmenter_levels", (size_t) n_levels, error) &&
         set_channels (self, first->shape[1], error) && set_labels (self, n_labels, error);
}

bool
trp_import_read_shapes (const TrpSafetensors *file,
                        const TrpImportSource *source,
                        const TrpImportArch *arch,
                        TrpRecipe *io_recipe,
                        GError **error)
{
  Reader reader = { file, source, io_recipe };

  if (arch->kind == TRP_TRAINER_SEGMENTER)
    return read_unet (&reader, arch, error);
  io_recipe->generator_blocks = arch->n_blocks;
  return read_resnet (&reader, arch, error);
}
