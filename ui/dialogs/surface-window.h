/* surface-window.h - the surface of the active structure in three dimensions
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Coloured by the signed distance to the reference where there is one, else in the structure's own
 * colour. It stays open while contours are edited and follows them once the hand rests; until then
 * it is dimmed. A click on it moves the linked cursor. Main thread; the surface is made by a job.
 */

#pragma once

#include "ui/document.h"
#include "ui/surface-view.h"

G_BEGIN_DECLS

#define TRP_TYPE_SURFACE_WINDOW (trp_surface_window_get_type ())
G_DECLARE_FINAL_TYPE (TrpSurfaceWindow, trp_surface_window, TRP, SURFACE_WINDOW, GtkWindow)

GtkWidget *trp_surface_window_new (TrpDocument *document);
/* The one of @document, made if there is none, over the window that holds @parent. */
void trp_surface_window_show (GtkWidget *parent, TrpDocument *document);

TrpSurfaceView *trp_surface_window_get_view (TrpSurfaceWindow *self);
/* What is shown is the surface, and the distances, of the mask as it is now. */
bool trp_surface_window_is_current (TrpSurfaceWindow *self);

G_END_DECLS
