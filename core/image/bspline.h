/* bspline.h - cubic B-spline interpolation
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * An image becomes coefficients once; a value between voxels is then a weighted sum of 4 x 4 x 4 of
 * them, and at a voxel's centre the voxel itself. Beyond the outermost centres coefficients are
 * mirrored about them (scipy.ndimage's mode "mirror"). The curve may swing over the values it goes
 * through. Any thread; results do not depend on the number of threads.
 *
 * Source: M. Unser, IEEE Signal Processing Magazine 16(6) (1999) 22-38.
 */

#pragma once

#include "core/image/sampler.h"

G_BEGIN_DECLS

/* In place, shape (nz, ny, nx): values to coefficients. A value that is no finite number spoils its
 * whole row, column and line. Axes of one voxel are left alone. */
void trp_bspline_prefilter (float *values, const size_t size[3]);

/* Values at @n points of the line among @coefficients; inside and outside as in trp_line_sample(),
 * the edge repeating in the half voxel at the rim. */
void trp_line_sample_bspline (const TrpLine *line,
                              const float *coefficients,
                              const size_t size[3],
                              float outside,
                              size_t n,
                              float *out_values);

G_END_DECLS
