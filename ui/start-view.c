/* start-view.c - what a window with nothing open offers
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/start-view.h"
#include "config.h"

#include <glib/gi18n.h>

#define MAX_SHOWN 6

struct _TrpStartView
{
  GtkBox parent_instance;

  GtkWidget *recent;
  GtkWidget *clear;
};

G_DEFINE_FINAL_TYPE (TrpStartView, trp_start_view, GTK_TYPE_BOX)

static void
trp_start_view_class_init (TrpStartViewClass *klass)
{
}

static GtkWidget *
make_text (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_column (const char *title, GtkWidget *beside)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = make_text (title, "heading");

  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (head), label);
  if (beside)
    gtk_box_append (GTK_BOX (head), beside);
  gtk_widget_add_css_class (head, "start-head");
  gtk_widget_add_css_class (column, "start-column");
  gtk_box_append (GTK_BOX (column), head);
  return column;
}

/* ---- recent ---- */

static char *
shorten_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const char *home = g_get_home_dir ();

  if (g_str_has_prefix (folder, home) && strlen (home) > 1)
    return g_strconcat ("~", folder + strlen (home), NULL);
  return g_steal_pointer (&folder);
}

static GtkWidget *
make_recent_row (const char *path)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  const bool is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = shorten_folder (path);
  GtkWidget *title = make_text (name, NULL), *second = make_text (folder, "second");

  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_ellipsize (GTK_LABEL (second), PANGO_ELLIPSIZE_START);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), second);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (
                                   is_folder ? "folder-symbolic" : "image-x-generic-symbolic"));
  gtk_box_append (GTK_BOX (box), texts);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, path);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-path");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", path);
  return button;
}

void
trp_start_view_set_recent (TrpStartView *self, const char *const *paths)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->recent)))
    gtk_box_remove (GTK_BOX (self->recent), child);
  for (guint n = 0; n < MAX_SHOWN && paths && paths[n]; n++)
    gtk_box_append (GTK_BOX (self->recent), make_recent_row (paths[n]));
  if (!paths || !paths[0])
    gtk_box_append (GTK_BOX (self->recent),
                    make_text (_ ("What you open will stand here."), "second"));
  gtk_widget_set_visible (self->clear, paths && paths[0]);
}

/* ---- start ---- */

static GtkWidget *
make_start_row (const char *icon, const char *text, const char *action, const char *const *keys)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = make_text (text, NULL);

  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (box), label);
  for (const char *const *key = keys; *key; key++)
    gtk_box_append (GTK_BOX (box), make_text (*key, "key"));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

static GtkWidget *
make_start (void)
{
  static const char *const open_keys[] = { "Ctrl", "O", NULL };
  static const char *const folder_keys[] = { "Ctrl", "Shift", "O", NULL };
  static const char *const train_keys[] = { "Ctrl", "T", NULL };
  GtkWidget *column = make_column (_ ("Start"), NULL);
  GtkWidget *demo = gtk_button_new_with_label (_ ("Open the demo case"));

  gtk_widget_add_css_class (demo, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (demo), "app.demo");
  gtk_widget_set_size_request (demo, 290, 36);
  gtk_box_append (GTK_BOX (column), demo);
  gtk_box_append (
    GTK_BOX (column),
    make_text (
      _ ("A phantom pelvis with MR, SynCT, CT, structures and two small trained networks."),
      "caption"));
  gtk_box_append (GTK_BOX (column), make_start_row ("document-open-symbolic", _ ("Open files"),
                                                    "win.open", open_keys));
  gtk_box_append (GTK_BOX (column), make_start_row ("folder-symbolic", _ ("Open a folder"),
                                                    "win.open-folder", folder_keys));
  gtk_box_append (GTK_BOX (column),
                  make_start_row ("media-playback-start-symbolic", _ ("Train from a data list"),
                                  "win.mode::train", train_keys));
  return column;
}

static GtkWidget *
make_guide (void)
{
  static const char *const texts[][2] = {
    { N_ ("Structures"), N_ ("A label map: drop it on any pane.") },
    { N_ ("A model"), N_ ("A .safetensors file: drop it on SynCT to run it on the open MR.") },
    { N_ ("Roles"), N_ ("Guessed from the data; a click on MR, SynCT or CT changes them.") },
    { N_ ("Nothing is imported"),
      N_ ("Files stay where they are; the old file is kept until the new one is complete.") },
  };
  GtkWidget *column = make_column (_ ("What goes where"), NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      GtkWidget *pair = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
      GtkWidget *text = make_text (_ (texts[n][1]), "second");

      gtk_box_append (GTK_BOX (pair), make_text (_ (texts[n][0]), "heading"));
      gtk_box_append (GTK_BOX (pair), text);
      gtk_box_append (GTK_BOX (column), pair);
    }
  return column;
}

static void
trp_start_view_init (TrpStartView *self)
{
  GtkWidget *column;
  GtkWidget *guide = make_guide ();

  self->clear = gtk_button_new_with_label (_ ("Clear"));
  gtk_widget_add_css_class (self->clear, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->clear), "app.clear-recent");
  column = make_column (_ ("Recent"), self->clear);
  self->recent = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (column), self->recent);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_box_append (GTK_BOX (self), column);
  gtk_box_append (GTK_BOX (self), make_start ());
  gtk_box_append (GTK_BOX (self), guide);
  gtk_widget_set_size_request (GTK_WIDGET (self), -1, 312);
  gtk_widget_add_css_class (GTK_WIDGET (self), "start-view");
  trp_start_view_set_recent (self, NULL);
}

GtkWidget *
trp_start_view_new (void)
{
  return g_object_new (TRP_TYPE_START_VIEW, NULL);
}
