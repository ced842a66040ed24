/* phantom-observer.h - how another observer would have contoured a phantom
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A reading is the truth with its surfaces shifted along their normals by
 *
 *   shift (p) = error g (p) + bias
 *
 * g is a smooth Gaussian random field of variance 1 (correlation length: a blur of
 * TRP_OBSERVER_SIGMA mm), its own for each structure and reading; bias is one number per observer,
 * N (0, TRP_OBSERVER_BIAS error), with which all his contours come out large or small. So a
 * surface's distance from the truth has the mean of a folded normal: for bias 0 it is
 * error sqrt (2 / pi) = 0.80 error, and between two observers 0.80 error sqrt (2 + 2 BIAS^2) on
 * average, within some 10 % as voxel borders measure it (core/metrics/surface-distance.h); surfels
 * come out 10 to 15 % lower, since steps of less than half a voxel vanish. With an error of 0 a
 * reading is the truth, voxel for voxel.
 *
 * Between three observers of the head phantom's parotids (3 patients, matrix 128) an error of 1 mm
 * gave Dice 0.84 +- 0.06, mean surface distance 1.1 +- 0.4 mm and Hausdorff distance 8.7 +- 2.9 mm;
 * Kieselmann 2021 has 0.84 +- 0.06, 1.5 +- 0.8 and 10.9 +- 5.7 mm on patients.
 *
 * Any thread; loops run on trp_parallel_for.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

#define TRP_OBSERVER_SIGMA 8.
#define TRP_OBSERVER_BIAS 0.25

/**
 * TrpObserver: one reading
 * @seed: of the set of patients
 * @person: stream of the observer, the same for all patients
 * @reading: stream of this patient, modality and observer
 * @error: mm
 */
typedef struct
{
  uint64_t seed;
  uint64_t person, reading;
  double error;
} TrpObserver;

/* The observer's own bias, mm. */
double trp_observer_get_bias (const TrpObserver *self);

/**
 * TrpContourTruth: signed distances to the surfaces of a label map, shared by all readings of it
 */
typedef struct _TrpContourTruth TrpContourTruth;

/**
 * trp_contour_truth_new:
 * @labels: uint8; 0 outside the body, 1 to @n_labels - 1 structures, @n_labels the rest of the body
 * @reach: farthest shift that will be asked for, mm; 0 if none
 *
 * Errors: TRP_ERROR_LIMIT for want of memory.
 */
TrpContourTruth *trp_contour_truth_new (const TrpVolume *labels,
                                        unsigned n_labels,
                                        double reach,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_contour_truth_free (TrpContourTruth *self);

/* A label map like the one given; contours stay within the body. Where two structures claim a voxel
 * it goes to the one that holds it deeper. */
TrpVolume *trp_contour_truth_read (const TrpContourTruth *self, const TrpObserver *observer);
/* Such that shifts beyond it are rarer than one in 10^5: 4.4 standard deviations. */
double trp_observer_get_reach (double error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpContourTruth, trp_contour_truth_free)

G_END_DECLS
