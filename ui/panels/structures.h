/* structures.h - the readings and their structures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading choosers, the list of structures with Dice and volume, fill. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_STRUCTURES_PANEL (trp_structures_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpStructuresPanel, trp_structures_panel, TRP, STRUCTURES_PANEL, GtkBox)

GtkWidget *trp_structures_panel_new (TrpDocument *document, TrpLiveScores *scores);

G_END_DECLS
