/* pair-matrix.h - every reading of a structure against every other
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Immutable when computed; any thread. Definitions are those of mask-metrics.h: distances by voxel
 * border, surface Dice by surfels.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_PAIR_DICE,
  TRP_PAIR_IOU,
  TRP_PAIR_HD,
  TRP_PAIR_HD95,
  TRP_PAIR_ASSD,
  TRP_PAIR_NSD,
  TRP_PAIR_VOLUME_DIFFERENCE, /* column - row, in ml */
  TRP_N_PAIR_METRICS,
} TrpPairMetric;

/* "dice", ..., as in results.csv (core/metrics/metric-info.h). */
const char *trp_pair_metric_get_key (TrpPairMetric metric);

typedef struct _TrpPairMatrix TrpPairMatrix;

/**
 * trp_pair_matrix_compute:
 * @masks: @n_masks of them on one grid; NULL where a reading lacks the structure
 * @tolerance_mm: of the surface Dice
 *
 * Each pair is measured once. Errors: TRP_ERROR_GEOMETRY for grids that differ or are sheared;
 * TRP_ERROR_LIMIT for memory; G_IO_ERROR_CANCELLED.
 */
TrpPairMatrix *trp_pair_matrix_compute (const TrpMask *const *masks,
                                        size_t n_masks,
                                        double tolerance_mm,
                                        TrpProgress *progress,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_pair_matrix_free (TrpPairMatrix *self);

size_t trp_pair_matrix_get_size (const TrpPairMatrix *self);
/* @row: the reference; @column: the test. NAN where either is missing or the number is not defined;
 * on the diagonal what a structure has against itself. */
double
trp_pair_matrix_get (const TrpPairMatrix *self, TrpPairMetric metric, size_t row, size_t column);
/* Of the pairs whose number is finite, each counted once; NAN if there is none. */
double trp_pair_matrix_get_mean (const TrpPairMatrix *self, TrpPairMetric metric);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpPairMatrix, trp_pair_matrix_free)

G_END_DECLS
