/* sketch.h - what the tools that draw lines share: lines, handles and the outline to come
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sketch lives on the plane it was drawn on: panes that show that slice show it, whichever volume
 * is in them; elsewhere it is hidden and comes back. Main thread.
 */

#pragma once

#include "core/draw/outline.h"
#include "ui/tools/tool.h"

G_BEGIN_DECLS

#define TRP_SKETCH_REACH_PX 8.0 /* nearer than this, a point or a line is meant */

/* Whether @plane lies within half a slice of what the pane of @role shows on @shown. */
bool trp_sketch_is_on_plane (TrpDocument *document,
                             TrpRole role,
                             const TrpPlane *plane,
                             const TrpPlane *shown);

typedef enum
{
  TRP_SKETCH_LINE,    /* solid */
  TRP_SKETCH_CLOSING, /* dashed: where the line will go */
} TrpSketchLine;

/* Through all points, and back to the first if @closed. */
void trp_sketch_draw_line (cairo_t *cr,
                           const TrpToolCanvas *canvas,
                           TrpSketchLine kind,
                           const TrpVec3 *points_lps,
                           size_t n_points,
                           bool closed);

typedef enum
{
  TRP_SKETCH_POINT,
  TRP_SKETCH_POINT_HOVERED,
  TRP_SKETCH_POINT_FUTURE, /* where a click would put one */
} TrpSketchPoint;

void trp_sketch_draw_point (cairo_t *cr,
                            const TrpToolCanvas *canvas,
                            TrpSketchPoint kind,
                            TrpVec3 point_lps);

/* The active structure's outline on @plane as it would be after @change (trp_document_try_paint());
 * NULL if nothing changes. (transfer full) */
TrpOutline *
trp_sketch_trace_change (TrpDocument *document, const TrpPlane *plane, const TrpPatch *change);
/* As a preview in the structure's colour; @outline may be NULL. */
void trp_sketch_draw_outline (cairo_t *cr, const TrpToolCanvas *canvas, const TrpOutline *outline);

/* trp_document_paint(). Returns: whether anything changed; else the sketch should stay, and a
 * message was given: @nothing, or why it was refused. */
bool trp_sketch_fill (TrpDocument *document,
                      TrpRole role,
                      const char *step,
                      const TrpPatch *stencil,
                      bool erase,
                      const char *nothing);

G_END_DECLS
