/* reading-matrix.h - a table of one structure: every reading against every other
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The readings that are compared, measured by a job on the edited reading's grid; strokes measure
 * again when they end. A click on a cell makes the column's reading edited, and compared with the
 * row's. Main thread.
 */

#pragma once

#include "core/metrics/pair-matrix.h"
#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_READING_MATRIX (trp_reading_matrix_get_type ())
G_DECLARE_FINAL_TYPE (TrpReadingMatrix, trp_reading_matrix, TRP, READING_MATRIX, GtkBox)

#define TRP_READING_MATRIX_TOLERANCE_MM 2.0

GtkWidget *trp_reading_matrix_new (TrpDocument *document);
/* NULL: none. */
void trp_reading_matrix_set_structure (TrpReadingMatrix *self, const char *name);
void trp_reading_matrix_set_metric (TrpReadingMatrix *self, TrpPairMetric metric);
bool trp_reading_matrix_is_current (TrpReadingMatrix *self);
/* A header and one row per reading; empty before anything was measured. (transfer full) */
char *trp_reading_matrix_dup_csv (TrpReadingMatrix *self);
/* "Dice", "Surface Dice at 2 mm", in the user's language. (transfer full) */
char *trp_reading_matrix_dup_metric_name (TrpPairMetric metric);

G_END_DECLS
