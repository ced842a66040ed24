/* readings.h - legend of the readings that are compared over the pictures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * And which of them are. Shown while outlines of all readings, or their agreement, are. Main
 * thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_READINGS_PANEL (trp_readings_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpReadingsPanel, trp_readings_panel, TRP, READINGS_PANEL, GtkBox)

/* @always: shown also while nothing is over the pictures: for choosing which are compared. */
GtkWidget *trp_readings_panel_new (TrpDocument *document, bool always);

G_END_DECLS
