/* smooth-field.h - smooth random fields over the pixels of a slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A uniform cubic B-spline with normal coefficients. Immutable; any thread.
 */

#pragma once

#include "core/base/rng.h"

G_BEGIN_DECLS

typedef struct _TrpSmoothField TrpSmoothField;

/**
 * trp_smooth_field_new:
 * @rng: where its numbers come from, (ceil (size / grid) + 4) squared of them
 * @sd: standard deviation of its values, the mean over places and draws
 * @grid: pixels between control points
 * @limit: of the coefficients; INFINITY: none
 */
TrpSmoothField *trp_smooth_field_new (
  TrpRng rng, double sd, double grid, size_t width, size_t height, double limit);
void trp_smooth_field_free (TrpSmoothField *self);
/* The values of row @y, width of them. */
void trp_smooth_field_get_row (const TrpSmoothField *self, size_t y, double *out_values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSmoothField, trp_smooth_field_free)

G_END_DECLS
