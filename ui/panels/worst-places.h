/* worst-places.h - the places where the active structure is farthest from its reference
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Click or Enter goes there; the one that was gone to is selected. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_WORST_PLACES (trp_worst_places_get_type ())
G_DECLARE_FINAL_TYPE (TrpWorstPlaces, trp_worst_places, TRP, WORST_PLACES, GtkBox)

GtkWidget *trp_worst_places_new (TrpDocument *document, TrpLiveScores *scores);

G_END_DECLS
