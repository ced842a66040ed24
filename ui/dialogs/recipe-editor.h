/* recipe-editor.h - a recipe as text
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A window with the recipe's file. What is written is checked as it is typed: the first mistake
 * stands below. Shipped recipes are kept under a name of one's own. Main thread.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @name: of the recipe that was saved or deleted */
typedef void (*TrpRecipeSaved) (const char *name, gpointer data);

/**
 * trp_recipe_editor_open:
 * @id: as trp_recipe_load() takes it
 * @as_new: propose another name, even for one's own
 * @saved: called after saving, and after deleting, while @owner lives
 *
 * Returns: (transfer none): the window, shown.
 */
GtkWidget *trp_recipe_editor_open (
  GtkWidget *owner, const char *id, bool as_new, TrpRecipeSaved saved, gpointer data);

G_END_DECLS
