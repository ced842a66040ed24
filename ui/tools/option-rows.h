/* option-rows.h - rows of the side panel that tools build their options from
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

G_BEGIN_DECLS

GtkWidget *trp_option_rows_new (void);
/* A row with its name at the left, as wide as in all rows; returns @child. */
GtkWidget *trp_option_rows_append (GtkWidget *rows, const char *name, GtkWidget *child);

/* A sentence or two on how the tool is used, below the rows. */
void trp_option_rows_append_hint (GtkWidget *rows, const char *text);

/* One of a few: buttons side by side. @names: marked for translation, NULL at the end.
 * @chosen: called with @data when the user has chosen another one. */
GtkWidget *trp_option_segments_new (const char *const *names, GCallback chosen, gpointer data);
int trp_option_segments_get (GtkWidget *segments);
/* Without telling anybody; -1: none is chosen. */
void trp_option_segments_set (GtkWidget *segments, int index);

/* A number with a unit behind it. @name: for screen readers. @changed: swapped, with @data. */
GtkWidget *trp_option_number_new (const char *name,
                                  double low,
                                  double high,
                                  double step,
                                  int digits,
                                  GCallback changed,
                                  gpointer data);

G_END_DECLS
