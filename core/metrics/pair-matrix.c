/* pair-matrix.c - see pair-matrix.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/pair-matrix.h"

#include "core/metrics/mask-metrics.h"

#include <math.h>

struct _TrpPairMatrix
{
  size_t size;
  double *values; /* metric by metric, each row by row */
};

/* What changes when reference and test change places; on the diagonal it is @same. */
static const struct
{
  const char *key;
  double same;
  bool is_signed;
} metrics[TRP_N_PAIR_METRICS] = {
  [TRP_PAIR_DICE] = { "dice", 1, false },
  [TRP_PAIR_IOU] = { "iou", 1, false },
  [TRP_PAIR_HD] = { "hd", 0, false },
  [TRP_PAIR_HD95] = { "hd95", 0, false },
  [TRP_PAIR_ASSD] = { "assd", 0, false },
  [TRP_PAIR_NSD] = { "nsd", 1, false },
  [TRP_PAIR_VOLUME_DIFFERENCE] = { "volume_difference_ml", 0, true },
};

const char *
trp_pair_metric_get_key (TrpPairMetric metric)
{
  g_return_val_if_fail ((size_t) metric < TRP_N_PAIR_METRICS, NULL);
  return metrics[metric].key;
}

static double *
find (const TrpPairMatrix *self, size_t metric, size_t row, size_t column)
{
  return &self->values[(metric * self->size + row) * self->size + column];
}

static bool
measure (TrpPairMatrix *self,
         const TrpMask *const *masks,
         size_t row,
         size_t column,
         double tolerance_mm,
         TrpProgress *progress,
         GError **error)
{
  g_autoptr (TrpMaskMetrics)
    pair = trp_mask_metrics_compute (masks[row], masks[column], NULL, 0, progress, error);

  if (!pair)
    return false;
  const TrpSurfaceNumbers *border = trp_surface_distances_get_numbers (pair->border);
  const double numbers[TRP_N_PAIR_METRICS] = {
    [TRP_PAIR_DICE] = trp_overlap_dice (&pair->overlap),
    [TRP_PAIR_IOU] = trp_overlap_iou (&pair->overlap),
    [TRP_PAIR_HD] = border->hd,
    [TRP_PAIR_HD95] = border->hd95,
    [TRP_PAIR_ASSD] = border->assd,
    [TRP_PAIR_NSD] = trp_surface_distances_get_nsd (pair->surfel, tolerance_mm),
    [TRP_PAIR_VOLUME_DIFFERENCE] = (pair->volume_test_mm3 - pair->volume_reference_mm3) / 1000,
  };

  for (size_t n = 0; n < TRP_N_PAIR_METRICS; n++)
    {
      *find (self, n, row, column) = numbers[n];
      *find (self, n, column, row) = metrics[n].is_signed ? -numbers[n] : numbers[n];
    }
  return true;
}

static TrpPairMatrix *
make_empty (const TrpMask *const *masks, size_t n_masks)
{
  TrpPairMatrix *self = g_new0 (TrpPairMatrix, 1);

  self->size = n_masks;
  self->values = g_new (double, TRP_N_PAIR_METRICS *n_masks *n_masks);
  for (size_t n = 0; n < TRP_N_PAIR_METRICS * n_masks * n_masks; n++)
    self->values[n] = (double) NAN;
  for (size_t metric = 0; metric < TRP_N_PAIR_METRICS; metric++)
    for (size_t n = 0; n < n_masks; n++)
      if (masks[n] && !trp_mask_is_empty (masks[n]))
        *find (self, metric, n, n) = metrics[metric].same;
  return self;
}

TrpPairMatrix *
trp_pair_matrix_compute (const TrpMask *const *masks,
                         size_t n_masks,
                         double tolerance_mm,
                         TrpProgress *progress,
                         GError **error)
{
  g_autoptr (TrpPairMatrix) self = make_empty (masks, n_masks);
  const double n_pairs = 0.5 * (double) n_masks * ((double) n_masks - 1);
  double n_done = 0;

  for (size_t row = 0; row < n_masks; row++)
    for (size_t column = row + 1; column < n_masks; column++)
      {
        TrpProgress part = trp_progress_part (progress, n_done / n_pairs, (n_done + 1) / n_pairs);

        n_done++;
        if (masks[row] && masks[column] &&
            !measure (self, masks, row, column, tolerance_mm, &part, error))
          return NULL;
      }
  return g_steal_pointer (&self);
}

void
trp_pair_matrix_free (TrpPairMatrix *self)
{
  if (!self)
    return;
  g_free (self->values);
  g_free (self);
}

size_t
trp_pair_matrix_get_size (const TrpPairMatrix *self)
{
  return self->size;
}

double
trp_pair_matrix_get (const TrpPairMatrix *self, TrpPairMetric metric, size_t row, size_t column)
{
  g_return_val_if_fail ((size_t) metric < TRP_N_PAIR_METRICS, (double) NAN);
  g_return_val_if_fail (row < self->size && column < self->size, (double) NAN);
  return *find (self, metric, row, column);
}

double
trp_pair_matrix_get_mean (const TrpPairMatrix *self, TrpPairMetric metric)
{
  double sum = 0;
  size_t n = 0;

  for (size_t row = 0; row < self->size; row++)
    for (size_t column = row + 1; column < self->size; column++)
      {
        const double value = *find (self, metric, row, column);

        if (isfinite (value))
          {
            sum += value;
            n++;
          }
      }
  return n > 0 ? sum / (double) n : (double) NAN;
}
