/* recipe-editor.c - see recipe-editor.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/recipe-editor.h"
#include "config.h"
#include "core/method/recipe-library.h"
#include "core/method/recipe.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>
#include <string.h>

/**
 * Editor: lives as long as its window
 * @owner: weak
 */
typedef struct
{
  GtkWidget *window;
  GtkWidget *owner;
  TrpRecipeSaved saved;
  gpointer data;
  GtkWidget *name;
  GtkTextBuffer *buffer;
  GtkWidget *problem;
  GtkWidget *save;
  GtkWidget *discard;
  bool was_warned; /* that closing drops what was written */
} Editor;

static void
editor_free (gpointer data)
{
  Editor *self = data;

  g_clear_weak_pointer (&self->owner);
  g_free (self);
}

static char *
dup_text (Editor *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

static void
show_problem (Editor *self, const char *text)
{
  trp_form_note_set (self->problem, text);
  gtk_widget_set_sensitive (self->save, text == NULL);
}

static void
check (Editor *self)
{
  g_autofree char *text = dup_text (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = trp_recipe_parse (text, strlen (text), &error);
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name));

  show_problem (self, recipe ? NULL : error->message);
  gtk_widget_set_visible (self->discard, trp_recipe_is_own (name));
}

static void
tell (Editor *self, const char *name)
{
  if (self->owner && self->saved)
    self->saved (name, self->data);
}

static void
on_save (Editor *self)
{
  g_autofree char *text = dup_text (self);
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_autoptr (GError) error = NULL;

  if (!trp_recipe_save_own (g_strstrip (name), text, &error))
    {
      show_problem (self, error->message);
      return;
    }
  tell (self, name);
  gtk_window_destroy (GTK_WINDOW (self->window));
}

static void
on_discard (Editor *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_autoptr (GError) error = NULL;

  if (!trp_recipe_delete_own (name, &error))
    {
      show_problem (self, error->message);
      return;
    }
  tell (self, name);
  gtk_window_destroy (GTK_WINDOW (self->window));
}

static gboolean
on_close (Editor *self)
{
  if (!gtk_text_buffer_get_modified (self->buffer) || self->was_warned)
    return FALSE;
  self->was_warned = true;
  trp_form_note_set (self->problem,
                     _ ("What you wrote is not saved: save it, or close once more to drop it."));
  return TRUE;
}

static GtkWidget *
make_text (Editor *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new_with_buffer (self->buffer);

  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 10);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 8);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Text of the recipe"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static GtkWidget *
make_bottom (Editor *self)
{
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->problem = trp_form_note_new (80);
  self->name = gtk_entry_new ();
  self->discard = gtk_button_new_with_label (_ ("Delete"));
  self->save = gtk_button_new_with_label (_ ("Save"));
  gtk_widget_add_css_class (self->problem, "error");
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_box_append (GTK_BOX (row), trp_form_row (_ ("Name"), self->name));
  gtk_box_append (GTK_BOX (row), self->discard);
  gtk_box_append (GTK_BOX (row), self->save);
  gtk_widget_set_hexpand (gtk_widget_get_first_child (row), TRUE);
  gtk_box_append (GTK_BOX (bottom), self->problem);
  gtk_box_append (GTK_BOX (bottom), row);
  gtk_widget_add_css_class (bottom, "panel");
  return bottom;
}

/* The file itself, so that its comments are kept. */
static char *
dup_recipe_text (const char *id, GError **error)
{
  const bool is_path = strchr (id, G_DIR_SEPARATOR) || g_str_has_suffix (id, ".recipe");
  g_autofree char *path = is_path ? g_strdup (id) : trp_recipe_find (id, error);
  char *text = NULL;

  if (path && !g_file_get_contents (path, &text, NULL, error))
    return NULL;
  return text;
}

static char *
dup_name (const char *id, bool as_new)
{
  g_autofree char *stem = g_path_get_basename (id);

  if (g_str_has_suffix (stem, ".recipe"))
    stem[strlen (stem) - strlen (".recipe")] = '\0';
  return trp_recipe_is_own (stem) && !as_new ? g_strdup (stem) : trp_recipe_propose_name (stem);
}

GtkWidget *
trp_recipe_editor_open (
  GtkWidget *owner, const char *id, bool as_new, TrpRecipeSaved saved, gpointer data)
{
  Editor *self = g_new0 (Editor, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkRoot *root = gtk_widget_get_root (owner);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = dup_recipe_text (id, &error), *name = dup_name (id, as_new);

  self->window = gtk_window_new ();
  self->saved = saved;
  self->data = data;
  g_set_weak_pointer (&self->owner, owner);
  self->buffer = gtk_text_buffer_new (NULL);
  gtk_text_buffer_set_text (self->buffer, text ? text : error->message, -1);
  gtk_box_append (GTK_BOX (box), make_text (self));
  gtk_box_append (GTK_BOX (box), make_bottom (self));
  g_object_unref (self->buffer); /* the view's now */
  gtk_editable_set_text (GTK_EDITABLE (self->name), name);
  g_signal_connect_swapped (self->buffer, "changed", G_CALLBACK (check), self);
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (check), self);
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (on_save), self);
  g_signal_connect_swapped (self->discard, "clicked", G_CALLBACK (on_discard), self);
  check (self);
  gtk_text_buffer_set_modified (self->buffer, FALSE);
  g_signal_connect_swapped (self->window, "close-request", G_CALLBACK (on_close), self);
  gtk_window_set_title (GTK_WINDOW (self->window), id);
  gtk_window_set_default_size (GTK_WINDOW (self->window), 620, 680);
  trp_form_close_on_escape (self->window);
  gtk_window_set_child (GTK_WINDOW (self->window), box);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (self->window), GTK_WINDOW (root));
  g_object_set_data_full (G_OBJECT (self->window), "editor", self, editor_free);
  gtk_window_present (GTK_WINDOW (self->window));
  return self->window;
}
