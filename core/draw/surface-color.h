/* surface-color.h - the colours of a surface, and the cube that says where its sides are
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No state; any thread.
 */

#pragma once

#include "core/draw/palette.h"
#include "core/geometry/orbit.h"
#include "core/metrics/signed-field.h"
#include "core/structure/surface-mesh.h"

G_BEGIN_DECLS

/**
 * trp_surface_colors_new:
 * @field: (nullable): distances to a reference; taken where the outline runs, before smoothing, so
 * that equal masks are 0 all over, as far as the field itself is (core/metrics/signed-field.h)
 * @color: of vertices without a distance
 *
 * Returns: (transfer full): red, green, blue, 255 for each vertex.
 *
 * Errors: TRP_ERROR_LIMIT for memory; G_IO_ERROR_CANCELLED.
 */
GBytes *trp_surface_colors_new (const TrpSurfaceMesh *mesh,
                                const TrpSignedField *field,
                                TrpColor color,
                                TrpProgress *progress,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A cube around (@x, @y) as the eye sees it, A P L R S I on its sides; at most @size across. */
void
trp_orientation_cube_draw (cairo_t *cr, const TrpOrbit *orbit, double x, double y, double size);

G_END_DECLS
