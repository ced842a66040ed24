/* sampler.h - values along a straight line of points, the inner loop of reslicing and resampling
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No global state; any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpInterpolation:
 * @TRP_INTERPOLATION_NEAREST: a point midway between two voxels takes the one with the larger index
 * @TRP_INTERPOLATION_LINEAR: as trp_volume_sample()
 * @TRP_INTERPOLATION_CUBIC: B-spline of order 3; whole volumes only (trp_volume_resample())
 */
typedef enum
{
  TRP_INTERPOLATION_NEAREST,
  TRP_INTERPOLATION_LINEAR,
  TRP_INTERPOLATION_CUBIC,
} TrpInterpolation;

/* Points first, first + step, ... in voxel coordinates. */
typedef struct
{
  TrpVec3 first_ijk;
  TrpVec3 step_ijk;
} TrpLine;

/* Values in units at @n points of the line, nearest or linear; @outside where a point lies over
 * half a voxel beyond the outermost centres. */
void trp_line_sample (const TrpLine *self,
                      const TrpVolume *volume,
                      TrpInterpolation interpolation,
                      float outside,
                      size_t n,
                      float *out_values);

/* Linear index of the nearest voxel of a grid of @size at @n points; -1 outside. */
void
trp_line_find_nearest (const TrpLine *self, const size_t size[3], size_t n, ptrdiff_t *out_indices);

G_END_DECLS
