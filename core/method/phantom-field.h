/* phantom-field.h - smooth random fields and the pose of a phantom patient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both are functions of a point, fixed by (seed, stream), so that every grid that samples them sees
 * the same patient. Read by any number of threads.
 */

#pragma once

#include "core/geometry/vec3.h"

#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * TrpField: Gaussian noise of mean 0 and variance 1 (before interpolation) on a periodic lattice,
 * blurred
 */
typedef struct _TrpField TrpField;

/* @sigma: of the blur, mm. */
TrpField *trp_field_new (uint64_t seed, uint64_t stream, double sigma);
/* Coarse and fine in equal parts, as fat runs through muscle; @stream and the one after it. */
TrpField *trp_field_new_streaks (uint64_t seed, uint64_t stream);
void trp_field_free (TrpField *self);
double trp_field_sample (const TrpField *self, TrpVec3 point); /* trilinear; point in mm */

#define TRP_POSE_N_WAVES 6

/**
 * TrpPose: from patient millimetres to those of the standard anatomy
 *
 * canonical = q + sum of waves (q), q = R^-1 (p - shift) / scale
 */
typedef struct
{
  double scale;
  double rotation[3][3]; /* R^-1 */
  TrpVec3 shift;
  struct
  {
    TrpVec3 k; /* 2 pi / wavelength along its direction */
    double phase;
    TrpVec3 amplitude; /* mm */
  } waves[TRP_POSE_N_WAVES];
} TrpPose;

/**
 * TrpPoseSpread: how far patients of one kind differ in size and place
 * @scale_sd, @scale_limit: scale is N(1, sd), never farther from 1 than the limit
 * @rotation_deg: standard deviation about each axis
 * @shift: standard deviations, mm
 * @wave_mm, @wave_length: ranges of the waves' amplitude and length, mm (short ones would scallop
 * the skin)
 */
typedef struct
{
  double scale_sd, scale_limit;
  double rotation_deg;
  TrpVec3 shift;
  double wave_mm[2], wave_length[2];
} TrpPoseSpread;

TrpPose trp_pose_draw (const TrpPoseSpread *spread, uint64_t seed, uint64_t stream);

/* @n points from @start on, @step mm apart along x, into @out. */
void trp_pose_map_row (const TrpPose *self, TrpVec3 start, double step, size_t n, TrpVec3 *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpField, trp_field_free)

G_END_DECLS
