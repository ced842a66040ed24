/* start-view.c - what a window with nothing open offers
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/start-view.h"
#include "config.h"

#include "core/base/job.h"
#include "core/structure/journal-summary.h"
#include "ui/document-journal.h"

#include <glib/gi18n.h>

#define MAX_SHOWN 6
#define MAX_UNFINISHED 4

struct _TrpStartView
{
  GtkBox parent_instance;

  GtkWidget *unfinished; /* heading and rows; hidden while there is none */
  GtkWidget *unfinished_rows;
  GtkWidget *recent;
  GtkWidget *clear;
  TrpJob *job; /* looks for unfinished work */
};

G_DEFINE_FINAL_TYPE (TrpStartView, trp_start_view, GTK_TYPE_BOX)

static void
trp_start_view_dispose (GObject *object)
{
  g_clear_pointer (&TRP_START_VIEW (object)->job, trp_job_abandon);
  G_OBJECT_CLASS (trp_start_view_parent_class)->dispose (object);
}

static void
trp_start_view_class_init (TrpStartViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_start_view_dispose;
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

/* @icon before two lines. */
static GtkWidget *
make_file_row (const char *icon, const char *first, const char *second)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = make_text (first, NULL), *below = make_text (second, "second");

  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_ellipsize (GTK_LABEL (below), PANGO_ELLIPSIZE_START);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), below);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (box), texts);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
make_recent_row (const char *path)
{
  const bool is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = shorten_folder (path);
  GtkWidget *button = make_file_row (is_folder ? "folder-symbolic" : "image-x-generic-symbolic",
                                     name, folder);

  gtk_widget_set_tooltip_text (button, path);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-path");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", path);
  return button;
}

static void
remove_rows (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)))
    gtk_box_remove (GTK_BOX (box), child);
}

void
trp_start_view_set_recent (TrpStartView *self, const char *const *paths)
{
  remove_rows (self->recent);
  for (guint n = 0; n < MAX_SHOWN && paths && paths[n]; n++)
    gtk_box_append (GTK_BOX (self->recent), make_recent_row (paths[n]));
  if (!paths || !paths[0])
    gtk_box_append (GTK_BOX (self->recent),
                    make_text (_ ("What you open will stand here."), "second"));
  gtk_widget_set_visible (self->clear, paths && paths[0]);
}

/* ---- unfinished ---- */

/* The first file that is not there any more, or NULL. */
static const char *
find_missing (const TrpJournalSummary *summary)
{
  for (char **path = summary->sources; *path; path++)
    if (!g_file_test (*path, G_FILE_TEST_EXISTS))
      return *path;
  return NULL;
}

/* The file with the folder it is in, which often names the patient. */
static char *
shorten (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *last = g_path_get_basename (folder);
  g_autofree char *name = g_path_get_basename (path);

  return g_build_filename (last, name, NULL);
}

static GtkWidget *
make_unfinished_row (const TrpJournalSummary *summary)
{
  const char *missing = find_missing (summary);
  g_autofree char *name = shorten (summary->sources[0]);
  g_autofree char *files = g_strjoinv ("\n", summary->sources);
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (summary->last_us / G_USEC_PER_SEC);
  g_autofree char *time = then ? g_date_time_format (then, "%x %H:%M") : g_strdup ("");
  g_autofree char *second = g_strdup_printf (
    ngettext ("%zu step not saved, %s", "%zu steps not saved, %s", summary->n_steps),
    summary->n_steps, time);
  g_autofree char *lost = missing ? g_strdup_printf (_ ("%s is not there any more."), missing)
                                  : NULL;
  GtkWidget *button = make_file_row ("document-edit-symbolic", name, lost ? lost : second);

  gtk_widget_set_tooltip_text (button, files);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-paths");
  gtk_actionable_set_action_target_value (
    GTK_ACTIONABLE (button), g_variant_new_strv ((const char *const *) summary->sources, -1));
  if (missing)
    gtk_widget_set_sensitive (button, FALSE);
  return button;
}

static void
show_unfinished (TrpStartView *self, const GPtrArray *list)
{
  guint n_shown = 0;

  remove_rows (self->unfinished_rows);
  for (guint n = 0; n < list->len && n_shown < MAX_UNFINISHED; n++)
    {
      const TrpJournalSummary *summary = list->pdata[n];

      if (!summary->sources[0]) /* the demo: no file to open again */
        continue;
      gtk_box_append (GTK_BOX (self->unfinished_rows), make_unfinished_row (summary));
      n_shown++;
    }
  gtk_widget_set_visible (self->unfinished, n_shown > 0);
}

static void *
run_list (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  return trp_journal_summary_list (data);
}

static void
on_listed (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpStartView *self = user_data;
  g_autoptr (GPtrArray) list = result;

  g_clear_pointer (&self->job, trp_job_unref);
  if (list)
    show_unfinished (self, list);
}

/* Journals of other windows come and go, so they are looked for each time the view is seen. */
static void
find_unfinished (TrpStartView *self)
{
  static const TrpJobClass klass = { .run = run_list,
                                     .done = on_listed,
                                     .free_data = g_free,
                                     .free_result = (GDestroyNotify) g_ptr_array_unref };

  g_clear_pointer (&self->job, trp_job_abandon);
  self->job = trp_job_start (&klass, _ ("Unfinished work"), trp_document_get_journal_folder (),
                             self);
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

  self->unfinished = make_column (_ ("Unfinished"), NULL);
  self->unfinished_rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->unfinished), self->unfinished_rows);
  gtk_widget_set_visible (self->unfinished, FALSE);
  gtk_box_append (GTK_BOX (self), self->unfinished);
  g_signal_connect (self, "map", G_CALLBACK (find_unfinished), NULL);
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
