/* structure-row.h - one structure in the list
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Swatch, name, Dice, volume, eye and lock. Changes go through the document. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_STRUCTURE_ROW (trp_structure_row_get_type ())
G_DECLARE_FINAL_TYPE (TrpStructureRow, trp_structure_row, TRP, STRUCTURE_ROW, GtkListBoxRow)

/* @index: of the structure in the edited reading; rows are made again when the list changes. */
GtkWidget *trp_structure_row_new (TrpDocument *document, TrpLiveScores *scores, guint index);
guint trp_structure_row_get_index (TrpStructureRow *self);
/* Name, colour, eye and lock as they are now. */
void trp_structure_row_update (TrpStructureRow *self);
void trp_structure_row_update_score (TrpStructureRow *self);
/* An entry in place of the name; Enter keeps, Escape drops what was typed. */
void trp_structure_row_rename (TrpStructureRow *self);
void trp_structure_row_choose_color (TrpStructureRow *self);

G_END_DECLS
