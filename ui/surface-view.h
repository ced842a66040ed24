/* surface-view.h - a surface that is turned by the pointer and the keys
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Left drag turns, middle drag moves, the wheel enlarges, a double click shows all from the front;
 * arrows turn, + and - enlarge, A P L R S I look from that side, Home shows all. Letters on the
 * edges and a cube say where the sides are. Main thread.
 *
 * Where the display has no OpenGL the widget says so in a sentence, and does nothing else. Signals:
 *
 * - "picked" (const TrpVec3 *point_lps): a click met the surface
 * - "ready": realized; there is OpenGL or there is not
 */

#pragma once

#include "core/geometry/orbit.h"
#include "core/structure/surface-mesh.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_SURFACE_VIEW (trp_surface_view_get_type ())
G_DECLARE_FINAL_TYPE (TrpSurfaceView, trp_surface_view, TRP, SURFACE_VIEW, GtkWidget)

GtkWidget *trp_surface_view_new (void);

/* @mesh: NULL: nothing; @colors: 4 bytes for each vertex. Takes references. The eye stays where it
 * is unless @fit. */
void
trp_surface_view_set_surface (TrpSurfaceView *self, TrpSurfaceMesh *mesh, GBytes *colors, bool fit);
/* Marked by a ring. */
void trp_surface_view_set_cursor (TrpSurfaceView *self, TrpVec3 point_lps);
/* The colours are distances, and their scale is shown. */
void trp_surface_view_set_scale_shown (TrpSurfaceView *self, bool shown);
/* A newer surface is on its way: this one is dimmed. */
void trp_surface_view_set_stale (TrpSurfaceView *self, bool is_stale);
/* What screen readers are told that it shows. */
void trp_surface_view_set_name (TrpSurfaceView *self, const char *name);

/* NULL while there is OpenGL, or the widget is not realized. */
const char *trp_surface_view_get_problem (TrpSurfaceView *self);
/* @side: one of "APLRSI". Returns: false for any other. */
bool trp_surface_view_look_from (TrpSurfaceView *self, char side);
/* Emits "picked" if the surface lies under the pixel. */
bool trp_surface_view_pick (TrpSurfaceView *self, double x, double y);

G_END_DECLS
