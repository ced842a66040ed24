/* surface-renderer.h - a surface on OpenGL 3.2 or OpenGL ES 3.0
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * All of it with the context current that it was made with. The light stands where the eye is;
 * both sides of a triangle are lit. Nothing else in the program calls OpenGL.
 */

#pragma once

#include "core/geometry/orbit.h"
#include "core/structure/surface-mesh.h"

G_BEGIN_DECLS

typedef struct _TrpSurfaceRenderer TrpSurfaceRenderer;

/* @use_es: the context is one of OpenGL ES. Errors: TRP_ERROR_DEVICE with the driver's words. */
TrpSurfaceRenderer *trp_surface_renderer_new (bool use_es,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_surface_renderer_free (TrpSurfaceRenderer *self);

/* Copies to the device. @mesh: NULL: nothing is drawn; @colors: 4 bytes for each vertex. */
void
trp_surface_renderer_set (TrpSurfaceRenderer *self, const TrpSurfaceMesh *mesh, GBytes *colors);

/* Into the current framebuffer of @width x @height device pixels, on black. @orbit counts in
 * pixels that are @scale device pixels wide. */
void trp_surface_renderer_draw (
  TrpSurfaceRenderer *self, const TrpOrbit *orbit, int width, int height, double scale);

G_END_DECLS
