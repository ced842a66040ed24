/* numbers-structures.h - table of all structures of the edited reading with their numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sorted by a click on a column's head; double click or Enter chooses the structure. Numbers that a
 * worker still has to bring up to date are grey. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_NUMBERS_STRUCTURES (trp_numbers_structures_get_type ())
G_DECLARE_FINAL_TYPE (TrpNumbersStructures, trp_numbers_structures, TRP, NUMBERS_STRUCTURES, GtkBox)

GtkWidget *trp_numbers_structures_new (TrpDocument *document, TrpLiveScores *scores);

G_END_DECLS
