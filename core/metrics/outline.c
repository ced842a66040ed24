/* outline.c - see outline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/outline.h"

#include "core/base/parallel.h"
#include "core/image/runs.h"

typedef struct
{
  const TrpImagePair *pair;
  int which;
  double threshold;
  TrpMask *mask;
  uint64_t **slices;
} Threshold;

static void
threshold_slices (size_t begin, size_t end, void *data)
{
  const Threshold *self = data;
  const size_t *size = self->pair->size;
  const size_t n_words = trp_mask_get_words_per_row (self->mask);
  g_autofree double *values = g_new (double, size[0] * size[1]);

  for (size_t k = begin; k < end; k++)
    {
      trp_image_pair_copy_slice (self->pair, self->which, k, values);
      for (size_t j = 0; j < size[1]; j++)
        for (size_t i = 0; i < size[0]; i++)
          self->slices[k][j * n_words + i / 64] |=
            (uint64_t) (values[i + size[0] * j] > self->threshold) << (i % 64);
    }
}

/* Planes are made before the loop: a mask is written by one thread, its words by any. */
static TrpMask *
new_above (const TrpImagePair *pair, int which, double threshold)
{
  TrpMask *mask = trp_mask_new (trp_volume_get_geometry (pair->images[which]));
  g_autofree uint64_t **slices = g_new (uint64_t *, pair->size[2]);

  for (size_t k = 0; k < pair->size[2]; k++)
    slices[k] = trp_mask_write_slice (mask, k);
  trp_parallel_for (pair->size[2], 1, threshold_slices,
                    &(Threshold){ pair, which, threshold, mask, slices });
  return mask;
}

static void
fill_run (TrpMask *mask, size_t k, size_t j, const TrpRun *run, bool value)
{
  uint64_t *row = trp_mask_write_slice (mask, k) + j * trp_mask_get_words_per_row (mask);

  for (size_t i = run->begin; i < run->end; i++)
    {
      const uint64_t bit = (uint64_t) 1 << (i % 64);

      row[i / 64] = value ? row[i / 64] | bit : row[i / 64] & ~bit;
    }
}

/* The runs of @n_slices slices from @k on. */
static bool
find_runs (TrpRuns *runs, const TrpMask *mask, size_t k, size_t n_slices, bool set, GError **error)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const size_t n_words = trp_mask_get_words_per_row (mask);

  if (!trp_runs_init (runs, (size_t[3]){ size[0], size[1], n_slices }, error))
    return false;
  for (size_t row = 0; row < size[1] * n_slices; row++)
    {
      const uint64_t *slice = trp_mask_peek_slice (mask, k + row / size[1]);

      if (!trp_runs_add_bits (runs, slice ? slice + row % size[1] * n_words : NULL, set, error))
        return false;
    }
  trp_runs_join (runs, TRP_RUNS_FACES);
  return true;
}

static void
paint (const TrpRuns *runs, const bool *choice, bool value, TrpMask *mask, size_t k)
{
  const size_t n_j = runs->size[1];

  for (size_t row = 0; row < runs->n_rows; row++)
    for (size_t n = runs->starts[row]; n < runs->starts[row + 1]; n++)
      if (choice[n])
        fill_run (mask, k + row / n_j, row % n_j, &runs->runs[n], value);
}

static bool
keep_largest (TrpMask *mask, GError **error)
{
  g_auto (TrpRuns) runs = { 0 };
  g_autofree bool *others = NULL;

  if (!find_runs (&runs, mask, 0, trp_mask_get_geometry (mask)->size[2], true, error) ||
      !(others = trp_runs_find_others (&runs, error)))
    return false;
  paint (&runs, others, false, mask, 0);
  return true;
}

static bool
fill_holes (TrpMask *mask, size_t k, GError **error)
{
  static const bool has_edges[3] = { true, true, false };
  g_auto (TrpRuns) runs = { 0 };
  g_autofree bool *holes = NULL;

  if (!find_runs (&runs, mask, k, 1, false, error) ||
      !(holes = trp_runs_find_holes (&runs, has_edges, error)))
    return false;
  paint (&runs, holes, true, mask, k);
  return true;
}

TrpMask *
trp_outline_mask_new (const TrpImagePair *pair, int which, double threshold)
{
  TrpMask *mask = new_above (pair, which, threshold);
  g_autoptr (GError) error = NULL;
  bool is_done = keep_largest (mask, &error);

  for (size_t k = 0; is_done && k < pair->size[2]; k++)
    is_done = fill_holes (mask, k, &error);
  if (!is_done)
    g_error ("%s", error->message); /* as the planes of the mask end the program */
  trp_mask_trim (mask);
  return mask;
}
