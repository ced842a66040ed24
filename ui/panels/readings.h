/* readings.h - legend of the readings that are compared over the pictures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Shown while outlines of all readings, or their agreement, are. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_READINGS_PANEL (trp_readings_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpReadingsPanel, trp_readings_panel, TRP, READINGS_PANEL, GtkBox)

GtkWidget *trp_readings_panel_new (TrpDocument *document);

G_END_DECLS
