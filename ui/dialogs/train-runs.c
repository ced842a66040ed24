/* train-runs.c - see train-runs.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-runs.h"
#include "config.h"
#include "ui/dialogs/train-found.h"
#include "ui/focus-group.h"

#include <glib/gi18n.h>
#include <string.h>

#define LIST_HEIGHT 160

struct _TrpTrainRuns
{
  GtkBox parent_instance;

  TrpDocument *document;
  char *recipe; /* (nullable): name of the one whose runs are listed */
  char *stem;   /* (nullable): what the names of its runs begin with */
  TrpJob *look; /* under way */
  GtkWidget *title;
  GtkWidget *list;
  bool is_filling;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (TrpTrainRuns, trp_train_runs, GTK_TYPE_BOX)

static void
trp_train_runs_dispose (GObject *object)
{
  TrpTrainRuns *self = TRP_TRAIN_RUNS (object);

  g_clear_pointer (&self->look, trp_job_abandon);
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_pointer (&self->recipe, g_free);
  g_clear_pointer (&self->stem, g_free);
  G_OBJECT_CLASS (trp_train_runs_parent_class)->dispose (object);
}

static void
trp_train_runs_class_init (TrpTrainRunsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_runs_dispose;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
trp_train_runs_init (TrpTrainRuns *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/* ---- rows: a run, or what a folder says of one until somebody wants to see it ---- */

static const TrpTrainFound *
get_found (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "found");
}

static void
set_run (GtkWidget *row, TrpTrainRun *run)
{
  g_object_set_data_full (G_OBJECT (row), "run", g_object_ref (run), g_object_unref);
}

/* Only one that was found has to be read. */
static TrpTrainRun *
get_run (TrpTrainRuns *self, GtkWidget *row)
{
  TrpTrainRun *run = g_object_get_data (G_OBJECT (row), "run");
  g_autoptr (TrpTrainRun) opened = NULL;

  if (run)
    return run;
  opened = trp_train_run_new_found (self->document, get_found (row));
  set_run (row, opened);
  return opened; /* the row's */
}

/* NULL for those of other sessions. */
static TrpJob *
get_job (GtkWidget *row)
{
  TrpTrainRun *run = g_object_get_data (G_OBJECT (row), "run");

  return run ? trp_train_run_get_job (run) : NULL;
}

static const char *
get_folder (GtkWidget *row)
{
  TrpTrainRun *run = g_object_get_data (G_OBJECT (row), "run");

  return run ? trp_train_run_get_folder (run) : get_found (row)->folder;
}

static const TrpRecipe *
get_recipe (GtkWidget *row)
{
  TrpTrainRun *run = g_object_get_data (G_OBJECT (row), "run");

  return run ? trp_train_run_get_recipe (run) : get_found (row)->recipe;
}

static const char *
name_state (GtkWidget *row)
{
  TrpTrainRun *run = g_object_get_data (G_OBJECT (row), "run");

  if (run)
    return trp_train_run_get_state_name (run);
  return get_found (row)->is_over ? _ ("finished") : _ ("stopped");
}

static double
get_fraction (GtkWidget *row)
{
  TrpTrainRun *run = g_object_get_data (G_OBJECT (row), "run");
  const TrpTrainFound *found = get_found (row);

  if (run)
    return trp_train_run_get_fraction (run);
  return found->is_over       ? 1
         : found->n_steps > 0 ? CLAMP ((double) found->step / found->n_steps, 0, 1)
                              : 0;
}

/* "run 3" of the recipe that stands above the list; others with all of their name. (transfer full)
 */
static char *
dup_name (const TrpTrainRuns *self, GtkWidget *row)
{
  g_autofree char *title = g_path_get_basename (get_folder (row));
  const size_t n = self->stem ? strlen (self->stem) : 0;

  return n > 0 && strncmp (title, self->stem, n) == 0 && title[n] == '-'
           ? trp_train_run_make_short_name (title)
           : g_steal_pointer (&title);
}

static void
update_row (GtkWidget *row)
{
  GtkWidget *box = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));
  GtkWidget *dismiss = gtk_widget_get_last_child (box);
  GtkWidget *bar = gtk_widget_get_prev_sibling (dismiss);
  TrpJob *job = get_job (row);
  const TrpJobState state = job ? trp_job_get_state (job) : TRP_JOB_RUNNING;
  const bool can_go = state == TRP_JOB_FAILED || state == TRP_JOB_CANCELLED;

  g_autofree char *name = dup_name (g_object_get_data (G_OBJECT (row), "runs"), row);

  g_autofree char *about = g_strdup_printf ("%s, %s", name, name_state (row));

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_first_child (box)), name);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_prev_sibling (bar)), name_state (row));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, about, -1);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), get_fraction (row));
  gtk_widget_set_opacity (dismiss, can_go ? 1 : 0); /* its place is kept */
  gtk_widget_set_sensitive (dismiss, can_go);
}

static void
update_visibility (TrpTrainRuns *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), gtk_widget_get_first_child (self->list) != NULL);
}

static void
on_dismiss (GtkWidget *row)
{
  TrpTrainRuns *self = g_object_get_data (G_OBJECT (row), "runs");

  trp_document_dismiss_job (self->document, get_job (row));
  gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
  update_visibility (self);
}

static GtkWidget *
make_dismiss (GtkWidget *row)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_widget_add_css_class (button, "row-icon");
  gtk_widget_set_tooltip_text (button, _ ("Dismiss"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Dismiss"), -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_dismiss), row);
  return button;
}

static GtkWidget *
make_name (void)
{
  GtkWidget *name = gtk_label_new (NULL);

  gtk_widget_add_css_class (name, "recipe-name");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  return name;
}

/* @found: (nullable) (transfer full), or @run */
static GtkWidget *
make_row (TrpTrainRuns *self, TrpTrainFound *found, TrpTrainRun *run)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *state = gtk_label_new (NULL);
  GtkWidget *bar = gtk_progress_bar_new ();
  GtkWidget *name;

  g_object_set_data (G_OBJECT (row), "runs", self);
  g_object_set_data_full (G_OBJECT (row), "found", found, (GDestroyNotify) trp_train_found_free);
  if (run)
    set_run (row, run);
  name = make_name ();
  gtk_widget_add_css_class (state, "second");
  gtk_widget_set_size_request (bar, 48, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (row, get_folder (row));
  gtk_widget_add_css_class (row, "recipe");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), state);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name,
                                  NULL, -1);
  gtk_box_append (GTK_BOX (box), make_dismiss (row));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  update_row (row);
  return row;
}

/* ---- what a folder holds ---- */

static GtkWidget *
find_row (TrpTrainRuns *self, const char *folder)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row;
       row = gtk_widget_get_next_sibling (row))
    if (strcmp (get_folder (row), folder) == 0)
      return row;
  return NULL;
}

static void
remove_found (TrpTrainRuns *self)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  GtkWidget *next;

  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row; row = next)
    {
      next = gtk_widget_get_next_sibling (row);
      if (!get_job (row) && row != GTK_WIDGET (selected))
        gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
    }
}

static void *
look (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  return trp_train_found_list (data, progress);
}

static void
on_looked (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpTrainRuns *self = user_data;
  g_autoptr (GPtrArray) found = result;

  g_clear_pointer (&self->look, trp_job_unref);
  remove_found (self);
  while (found && found->len > 0)
    {
      TrpTrainFound *run = g_ptr_array_steal_index (found, 0);

      if (g_strcmp0 (run->recipe->name, self->recipe) == 0 && !find_row (self, run->folder))
        gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (self, run, NULL));
      else
        trp_train_found_free (run);
    }
  update_visibility (self);
  g_signal_emit (self, chosen_signal, 0);
}

void
trp_train_runs_set_place (TrpTrainRuns *self,
                          const char *folder,
                          const TrpRecipe *recipe,
                          const char *title)
{
  static const TrpJobClass klass = {
    .run = look,
    .done = on_looked,
    .free_data = g_free,
    .free_result = (GDestroyNotify) g_ptr_array_unref,
  };

  g_clear_pointer (&self->look, trp_job_abandon);
  g_free (self->recipe);
  self->recipe = g_strdup (recipe ? recipe->name : NULL);
  g_free (self->stem);
  self->stem = g_strdup (title);
  gtk_label_set_label (GTK_LABEL (self->title), title ? title : "");
  remove_found (self);
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row;
       row = gtk_widget_get_next_sibling (row))
    update_row (row);
  update_visibility (self);
  if (folder && recipe)
    self->look = trp_job_start (&klass, _ ("Runs"), g_strdup (folder), self);
}

bool
trp_train_runs_is_looking (TrpTrainRuns *self)
{
  return self->look != NULL;
}

/* ---- choosing ---- */

static void
on_row_selected (TrpTrainRuns *self)
{
  if (!self->is_filling && self->document) /* it does not go away */
    g_signal_emit (self, chosen_signal, 0);
}

/* The rest of a run takes the place of its beginning. */
void
trp_train_runs_add (TrpTrainRuns *self, TrpTrainRun *run)
{
  GtkWidget *row = find_row (self, trp_train_run_get_folder (run));

  self->is_filling = true;
  if (row)
    {
      set_run (row, run);
      update_row (row);
    }
  else
    {
      row = make_row (self, NULL, run);
      gtk_list_box_insert (GTK_LIST_BOX (self->list), row, 0);
    }
  update_visibility (self);
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
  self->is_filling = false;
  on_row_selected (self);
}

TrpTrainRun *
trp_train_runs_get_chosen (TrpTrainRuns *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row ? get_run (self, GTK_WIDGET (row)) : NULL;
}

void
trp_train_runs_choose (TrpTrainRuns *self, int index)
{
  gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index));
}

size_t
trp_train_runs_count (TrpTrainRuns *self)
{
  size_t n = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row;
       row = gtk_widget_get_next_sibling (row))
    n++;
  return n;
}

TrpTrainRun *
trp_train_runs_find_previous (TrpTrainRuns *self, TrpTrainRun *run)
{
  GtkWidget *row = find_row (self, trp_train_run_get_folder (run));
  const char *recipe = trp_train_run_get_recipe (run)->name;

  while (row && (row = gtk_widget_get_next_sibling (row)))
    {
      g_autofree char *scores = g_build_filename (get_folder (row), "validation.csv", NULL);

      if (g_strcmp0 (get_recipe (row)->name, recipe) == 0 &&
          g_file_test (scores, G_FILE_TEST_EXISTS))
        return get_run (self, row);
    }
  return NULL;
}

static void
on_jobs_changed (TrpTrainRuns *self, TrpJob *job)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row && job;
       row = gtk_widget_get_next_sibling (row))
    if (get_job (row) == job)
      update_row (row);
}

/* ---- making ---- */

static GtkWidget *
make_head (TrpTrainRuns *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new (_ ("Runs"));

  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 1);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_widget_add_css_class (self->title, "second");
  gtk_widget_add_css_class (name, "panel-title");
  gtk_widget_add_css_class (head, "list-title");
  gtk_box_append (GTK_BOX (head), name);
  gtk_box_append (GTK_BOX (head), self->title);
  return head;
}

GtkWidget *
trp_train_runs_new (TrpDocument *document)
{
  TrpTrainRuns *self = g_object_new (TRP_TYPE_TRAIN_RUNS, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->document = g_object_ref (document);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Runs"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), LIST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), trp_focus_group_new (self->list));
  g_signal_connect_swapped (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_selected), self);
  gtk_box_append (GTK_BOX (self), make_head (self));
  gtk_box_append (GTK_BOX (self), scrolled);
  g_signal_connect_swapped (document, "jobs-changed", G_CALLBACK (on_jobs_changed), self);
  update_visibility (self);
  return GTK_WIDGET (self);
}
