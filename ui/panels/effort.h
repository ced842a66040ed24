/* effort.h - how much work the active structure has taken, in one line
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Time and steps come from the journal, this and earlier sittings; the added path length
 * (core/metrics/added-path-length.h, any distance) is that of the contour as it was when the
 * journal met it to what it is now, computed by a worker when the hand rests. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_EFFORT (trp_effort_get_type ())
G_DECLARE_FINAL_TYPE (TrpEffort, trp_effort, TRP, EFFORT, GtkWidget)

GtkWidget *trp_effort_new (TrpDocument *document);

G_END_DECLS
