/* threshold.c - see threshold.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/threshold.h"

#include "core/base/parallel.h"
#include "core/image/grid-values.h"
#include "core/image/histogram.h"

/* Slices between two looks at whether the work is still wanted. */
#define SLICES_PER_STEP 8

typedef struct
{
  TrpGridValues values;
  double low, high;
  const TrpMask *within;
  TrpMask *out;
  size_t first; /* slice */
} Work;

/* A slice's plane is made only once a voxel of it is set. */
static void
test_slice (const Work *work, size_t k)
{
  const size_t n_words = trp_mask_get_words_per_row (work->out);
  const uint64_t *within = work->within ? trp_mask_peek_slice (work->within, k) : NULL;
  uint64_t *words = NULL;

  if (work->within && !within)
    return;
  for (size_t j = 0; j < work->values.size[1]; j++)
    for (size_t w = 0; w < n_words; w++)
      {
        const uint64_t allowed = within ? within[j * n_words + w] : UINT64_MAX;
        const uint64_t bits = allowed ? allowed & trp_grid_values_test_word (&work->values, w, j, k,
                                                                             work->low, work->high)
                                      : 0;

        if (bits && !words)
          words = trp_mask_write_slice (work->out, k);
        if (bits)
          words[j * n_words + w] = bits;
      }
}

static void
test_slices (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  for (size_t k = begin; k < end; k++)
    test_slice (work, work->first + k);
}

TrpMask *
trp_threshold (const TrpGeometry *geometry,
               const TrpVolume *volume,
               double low,
               double high,
               const TrpMask *within,
               TrpProgress *progress,
               GError **error)
{
  const size_t n_slices = geometry->size[2];
  g_autoptr (TrpMask) out = NULL;
  Work work = { .low = low, .high = high, .within = within };

  if (!(low <= high))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "A range from %g to %g holds no value; the first must not be above the second",
                   low, high);
      return NULL;
    }
  if (within && !trp_geometry_check_equal (geometry, trp_mask_get_geometry (within), error))
    return NULL;
  work.out = out = trp_mask_new (geometry);
  trp_grid_values_init (&work.values, volume, geometry);
  for (; work.first < n_slices; work.first += SLICES_PER_STEP)
    {
      if (!trp_progress_step (progress, (double) work.first / (double) n_slices, NULL, error))
        return NULL;
      trp_parallel_for (MIN (SLICES_PER_STEP, n_slices - work.first), 1, test_slices, &work);
    }
  return g_steal_pointer (&out);
}

/* The largest value of the lower class is left out: the next one up is the first of the upper. */
bool
trp_threshold_suggest (const TrpVolume *volume, double *out_low, double *out_high)
{
  g_autoptr (TrpHistogram) histogram = trp_histogram_new (volume, 0);
  double lowest, highest, otsu;

  trp_volume_get_range (volume, &lowest, &highest);
  if (!histogram || !(lowest < highest))
    return false;
  otsu = trp_histogram_get_otsu (histogram);
  *out_low = otsu + histogram->step / 2;
  *out_high = highest;
  return true;
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* (element-type float) (transfer full): the values under a mask, NANs left out */
static GArray *
collect_values (const TrpVolume *volume, const TrpMask *mask)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpBox box = trp_mask_get_box (mask);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (float));
  g_autofree float *row = g_new (float, geometry->size[0]);
  TrpGridValues values;

  trp_grid_values_init (&values, volume, geometry);
  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    for (size_t j = box.begin[1]; trp_mask_peek_slice (mask, k) && j < box.end[1]; j++)
      {
        trp_grid_values_read (&values, box.begin[0], j, k, box.end[0] - box.begin[0], row);
        for (size_t i = box.begin[0]; i < box.end[0]; i++)
          if (trp_mask_get (mask, i, j, k) && !isnan (row[i - box.begin[0]]))
            g_array_append_val (all, row[i - box.begin[0]]);
      }
  return all;
}

bool
trp_threshold_suggest_from_mask (const TrpVolume *volume,
                                 const TrpMask *mask,
                                 double *out_low,
                                 double *out_high)
{
  g_autoptr (GArray) all = collect_values (volume, mask);

  if (all->len == 0)
    return false;
  g_array_sort (all, compare_floats);
  *out_low = (double) g_array_index (all, float, all->len / 20);
  *out_high = (double) g_array_index (all, float, all->len - 1 - all->len / 20);
  return true;
}
