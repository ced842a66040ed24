/* metrics.h - the active structure's numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Dice at once, distances as they follow, the worst place one click away. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_METRICS_PANEL (trp_metrics_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpMetricsPanel, trp_metrics_panel, TRP, METRICS_PANEL, GtkBox)

GtkWidget *trp_metrics_panel_new (TrpDocument *document, TrpLiveScores *scores);

G_END_DECLS
