/* surface-numbers.h - what is said of the distances between two surfaces
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lists of weighted distances come in, both ways; percentiles, means and surface Dice come out. A
 * surface point counts 1 (voxel border) or the area of its patch in mm2 (surfel). The reference is
 * A, the test is B; "ab" goes from A's points to B's surface. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* A distance counts as within t when d <= t + this: headers store spacing as float32. */
#define TRP_SURFACE_SLACK_MM 1e-5

typedef enum
{
  TRP_SURFACE_VOXEL_BORDER,
  TRP_SURFACE_SURFEL,
} TrpSurfaceKind;

/* mm, not negative; weight as above. */
typedef struct
{
  double distance;
  double weight;
} TrpSurfaceSample;

/**
 * TrpSurfaceSamples: one direction
 * @samples: @n of them, by rising distance
 * @weight: sum over the samples; @moment: sum of weight x distance
 */
typedef struct
{
  size_t n;
  TrpSurfaceSample *samples;
  double weight;
  double moment;
} TrpSurfaceSamples;

/* Room for @n samples, to be filled and then finished, which sorts and sums them. */
void trp_surface_samples_init (TrpSurfaceSamples *self, size_t n);
void trp_surface_samples_finish (TrpSurfaceSamples *self);
void trp_surface_samples_clear (TrpSurfaceSamples *self);

/**
 * TrpSurfaceNumbers: NAN and INFINITY where a mask is empty, see the definitions
 * @n_reference, @n_test: surface points
 * @size_reference, @size_test: what they count together: mm2 for surfels
 * @hd95: larger of the two directed 95th percentiles: linear interpolation for voxel borders; for
 * surfels the smallest distance within which 95 % of the area lies
 * @hd95_pooled: the percentile of both lists joined, as MedPy has it
 * @assd: mean of both lists joined; @masd: mean of the two means
 */
typedef struct
{
  size_t n_reference, n_test;
  double size_reference, size_test;
  double hd_ab, hd_ba, hd;
  double hd95, hd95_pooled;
  double asd_ab, asd_ba, assd, masd;
} TrpSurfaceNumbers;

/* @lists: ab and ba, finished. */
TrpSurfaceNumbers trp_surface_numbers_compute (TrpSurfaceKind kind,
                                               const TrpSurfaceSamples lists[2]);

/**
 * trp_surface_samples_get_nsd:
 *
 * Returns: the part of both surfaces that lies within @tolerance mm of the other, 0 to 1; NAN if
 * both are empty.
 *
 * Source: S. Nikolov et al., J. Med. Internet Res. 23 (2021) e26151.
 */
double trp_surface_samples_get_nsd (const TrpSurfaceSamples lists[2], double tolerance);

G_END_DECLS
