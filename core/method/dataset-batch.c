/* dataset-batch.c - batches cut from a data set: which slices, and what is drawn for each
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/dataset-items.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

#define BLACK -1.f
#define SHUFFLE_STREAM ((uint64_t) 0xDA7A << 48)

/* Fisher and Yates, anew for each epoch. */
static size_t *
shuffle (size_t n, uint64_t seed, uint64_t epoch)
{
  TrpRng rng = trp_rng_new (seed, SHUFFLE_STREAM | epoch);
  size_t *order = g_new (size_t, n);

  for (size_t i = 0; i < n; i++)
    order[i] = i;
  for (size_t i = n - 1; i > 0; i--)
    {
      const size_t other = trp_rng_below (&rng, (uint32_t) i + 1), kept = order[i];

      order[i] = order[other];
      order[other] = kept;
    }
  return order;
}

/* Of the three outputs those that are wanted are not NULL. */
typedef struct
{
  const TrpDataset *dataset;
  const TrpAugment *augment;
  uint64_t seed, step;
  size_t batch, context, patch;
  const size_t *chosen; /* slice of each sample */
  float *images;
  float *labels;
  float *bodies;
} Batch;

static size_t
context_slice (size_t k, size_t channel, size_t context, size_t nz)
{
  const size_t at = k + channel;

  return at < context ? 0 : MIN (at - context, nz - 1);
}

/* One sample of a batch: which slice, and the draw that all of its outputs go through. */
typedef struct
{
  const Batch *batch;
  const TrpDatasetItem *item;
  size_t index, k;
  size_t in_size[2], out_size[2];
  TrpAugmentDraw draw;
} Sample;

static void
fill_image (const Sample *sample)
{
  const Batch *batch = sample->batch;
  const TrpDatasetItem *item = sample->item;
  const size_t n_slices = 2 * batch->context + 1, n_channels = (item->second ? 2 : 1) * n_slices,
               n_in = sample->in_size[0] * sample->in_size[1];
  float *out = batch->images + sample->index * batch->patch * batch->patch * n_channels;

  for (size_t c = 0; c < n_channels; c++)
    {
      const float *stack = c < n_slices ? item->stack : item->second;
      const size_t k = context_slice (sample->k, c % n_slices, batch->context,
                                      item->frame.output.size[2]);

      trp_augment_image (&sample->draw, stack + n_in * k, sample->in_size, sample->out_size, BLACK,
                         c, n_channels, out + c);
    }
}

/* One channel for each label that the spec names. */
static void
fill_labels (const Sample *sample)
{
  const Batch *batch = sample->batch;
  const TrpDatasetSpec *spec = &batch->dataset->spec;
  const size_t n_pixels = batch->patch * batch->patch, side = sample->in_size[0];
  g_autofree uint8_t *values = g_new (uint8_t, n_pixels);
  const bool is_mirrored = trp_augment_is_mirrored (&sample->draw);
  float *out = batch->labels + sample->index * n_pixels * spec->n_labels;

  trp_augment_labels (&sample->draw, sample->item->labels + side * side * sample->k,
                      sample->in_size, sample->out_size, values);
  for (size_t n = 0; n < n_pixels; n++)
    {
      const uint8_t value = is_mirrored ? batch->dataset->mirror[values[n]] : values[n];

      for (size_t label = 0; label < spec->n_labels; label++)
        out[n * spec->n_labels + label] = value == spec->labels[label];
    }
}

static void
fill_bodies (const Sample *sample)
{
  const Batch *batch = sample->batch;
  const size_t n_pixels = batch->patch * batch->patch, n_channels = 2 * batch->context + 1,
               side = sample->in_size[0];
  g_autofree uint8_t *values = g_new (uint8_t, n_pixels);
  float *out = batch->bodies + sample->index * n_pixels * n_channels;

  for (size_t c = 0; c < n_channels; c++)
    {
      const size_t k = context_slice (sample->k, c, batch->context,
                                      sample->item->frame.output.size[2]);

      trp_augment_labels (&sample->draw, sample->item->bodies + side * side * k, sample->in_size,
                          sample->out_size, values);
      for (size_t n = 0; n < n_pixels; n++)
        out[n * n_channels + c] = values[n];
    }
}

static void
fill_samples (size_t begin, size_t end, void *data)
{
  const Batch *batch = data;
  const TrpDataset *self = batch->dataset;
  const size_t side = self->spec.size;

  for (size_t b = begin; b < end; b++)
    {
      const TrpDatasetSlice *slice = &g_array_index (self->slices, TrpDatasetSlice,
                                                     batch->chosen[b]);
      Sample sample = { .batch = batch,
                        .item = self->items->pdata[slice->item],
                        .index = b,
                        .k = slice->k,
                        .in_size = { side, side },
                        .out_size = { batch->patch, batch->patch } };

      sample.draw = batch->augment ? trp_augment_draw (batch->augment, batch->seed, batch->step, b,
                                                       sample.in_size, sample.out_size)
                                   : trp_augment_identity (sample.in_size, sample.out_size);
      if (batch->images)
        fill_image (&sample);
      if (batch->labels)
        fill_labels (&sample);
      if (batch->bodies)
        fill_bodies (&sample);
    }
}

static void
fill (Batch *work)
{
  const TrpDataset *self = work->dataset;
  const size_t n = self->slices->len;
  g_autofree size_t *chosen = g_new (size_t, work->batch);
  g_autofree size_t *order = NULL;
  uint64_t epoch = 0;

  g_return_if_fail (n > 0);
  for (size_t b = 0; b < work->batch; b++)
    {
      const uint64_t position = work->step * work->batch + b;

      if (!order || position / n != epoch)
        {
          epoch = position / n;
          g_free (order);
          order = shuffle (n, work->seed, epoch);
        }
      chosen[b] = order[position % n];
    }
  work->chosen = chosen;
  if (work->patch == 0)
    work->patch = self->spec.size;
  trp_parallel_for (work->batch, 1, fill_samples, work);
}

void
trp_dataset_fill_batch (const TrpDataset *self,
                        const TrpAugment *augment,
                        uint64_t seed,
                        uint64_t step,
                        size_t batch,
                        size_t context,
                        size_t patch,
                        float *out_images,
                        float *out_labels)
{
  Batch work = { .dataset = self,
                 .augment = augment,
                 .seed = seed,
                 .step = step,
                 .batch = batch,
                 .context = context,
                 .patch = patch,
                 .images = out_images,
                 .labels = out_labels };

  fill (&work);
}

void
trp_dataset_fill_bodies (const TrpDataset *self,
                         const TrpAugment *augment,
                         uint64_t seed,
                         uint64_t step,
                         size_t batch,
                         size_t context,
                         size_t patch,
                         float *out_bodies)
{
  Batch work = { .dataset = self,
                 .augment = augment,
                 .seed = seed,
                 .step = step,
                 .batch = batch,
                 .context = context,
                 .patch = patch,
                 .bodies = out_bodies };

  fill (&work);
}

void
trp_stack_copy_channels (const float *stack,
                         const float *second,
                         const size_t size[3],
                         size_t k,
                         size_t context,
                         float *out_image)
{
  const size_t n_pixels = size[0] * size[1], n_slices = 2 * context + 1,
               n_channels = (second ? 2 : 1) * n_slices;

  for (size_t c = 0; c < n_channels; c++)
    {
      const float *slice = (c < n_slices ? stack : second) +
                           n_pixels * context_slice (k, c % n_slices, context, size[2]);

      for (size_t n = 0; n < n_pixels; n++)
        out_image[n * n_channels + c] = slice[n];
    }
}

void
trp_stack_copy_context (
  const float *stack, const size_t size[3], size_t k, size_t context, float *out_image)
{
  trp_stack_copy_channels (stack, NULL, size, k, context, out_image);
}
