/* augment-preview.c - see augment-preview.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/augment-preview.h"

#include "core/method/dataset-steps.h"
#include "core/method/dataset.h"

#include <math.h>

/* What preprocessing makes of the volume, as training has it. */
static TrpDataset *
load (const TrpRecipe *recipe,
      TrpStepSide side,
      TrpVolume *image,
      TrpVolume *labels,
      TrpProgress *progress,
      GError **error)
{
  const bool is_mr = side == TRP_STEPS_MR;
  TrpDatasetSpec spec = { .intensity = { .kind = TRP_INTENSITY_CURVE },
                          .spacing = recipe->spacing,
                          .size = (size_t) recipe->size };
  g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse (recipe->preprocessing[side], error);
  g_autoptr (TrpVolume) made = trp_volume_ref (image);
  g_autoptr (TrpVolume) made_labels = labels ? trp_volume_ref (labels) : NULL;
  g_autoptr (TrpDataset) dataset = NULL;
  g_autoptr (GPtrArray)
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_step_report_free);

  if (!pipeline ||
      !trp_dataset_steps_prepare (pipeline, NULL, is_mr ? TRP_DATA_MR : TRP_DATA_CT,
                                  is_mr ? &recipe->mr : &recipe->ct, NULL, &made, &made_labels,
                                  progress, reports, &spec.intensity.curve, error))
    return NULL;
  dataset = trp_dataset_new (&spec);
  if (!trp_dataset_add (dataset, "", made, made_labels, NULL, error))
    return NULL;
  return g_steal_pointer (&dataset);
}

static size_t
find_slice (const uint8_t *labels, const size_t size[3])
{
  const size_t n_pixels = size[0] * size[1];
  size_t best = size[2] / 2, most = 0;

  for (size_t k = 0; labels && k < size[2]; k++)
    {
      size_t n = 0;

      for (size_t p = 0; p < n_pixels; p++)
        n += labels[n_pixels * k + p] != 0;
      if (n > most)
        {
          most = n;
          best = k;
        }
    }
  return best;
}

static void
draw_picture (TrpAugmentPreview *self,
              size_t index,
              const TrpAugmentDraw *draw,
              const size_t in_size[2],
              const float *image,
              const uint8_t *labels)
{
  const size_t out_size[2] = { self->width, self->height }, n_pixels = self->width * self->height;
  g_autofree float *values = g_new (float, n_pixels);

  trp_augment_image (draw, image, in_size, out_size, -1, 0, 1, values);
  for (size_t p = 0; p < n_pixels; p++)
    self->grey[index * n_pixels + p] = (uint8_t) lrint (127.5 * ((double) values[p] + 1));
  if (labels)
    trp_augment_labels (draw, labels, in_size, out_size, self->labels + index * n_pixels);
}

TrpAugmentPreview *
trp_augment_preview_new (const TrpRecipe *recipe,
                         TrpStepSide side,
                         TrpVolume *image,
                         TrpVolume *labels,
                         ptrdiff_t slice,
                         size_t n,
                         TrpProgress *progress,
                         GError **error)
{
  g_autoptr (TrpDataset) dataset = NULL;
  g_autoptr (TrpAugmentPreview) self = NULL;
  const TrpFrame *frame;
  const float *stack;
  const uint8_t *stack_labels;
  size_t in_size[2], out_size[2], in_pixels;

  g_return_val_if_fail (n >= 1 && n <= TRP_AUGMENT_PREVIEW_MAX, NULL);
  if (!(dataset = load (recipe, side, image, labels, progress, error)))
    return NULL;
  trp_dataset_peek_volume (dataset, 0, &frame, NULL, &stack, &stack_labels);
  self = g_new0 (TrpAugmentPreview, 1);
  if (slice >= (ptrdiff_t) frame->output.size[2])
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no slice %td; the preprocessed volume has 0 to %zu", slice,
                   frame->output.size[2] - 1);
      return NULL;
    }
  self->slice = slice < 0 ? find_slice (stack_labels, frame->output.size) : (size_t) slice;
  in_size[0] = in_size[1] = (size_t) recipe->size;
  out_size[0] = out_size[1] = recipe->patch > 0 ? (size_t) recipe->patch : in_size[0];
  in_pixels = in_size[0] * in_size[1];
  self->n = n;
  self->width = out_size[0];
  self->height = out_size[1];
  self->grey = g_new (uint8_t, n * self->width * self->height);
  self->labels = stack_labels ? g_new (uint8_t, n * self->width * self->height) : NULL;
  for (size_t i = 0; i < n; i++)
    {
      const TrpAugmentDraw draw = i == 0 ? trp_augment_identity (in_size, out_size)
                                         : trp_augment_draw (&recipe->augment, recipe->seed, i, 0,
                                                             in_size, out_size);

      draw_picture (self, i, &draw, in_size, stack + in_pixels * self->slice,
                    stack_labels ? stack_labels + in_pixels * self->slice : NULL);
    }
  return g_steal_pointer (&self);
}

void
trp_augment_preview_free (TrpAugmentPreview *self)
{
  if (!self)
    return;
  g_free (self->grey);
  g_free (self->labels);
  g_free (self);
}
