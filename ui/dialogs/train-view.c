/* train-view.c - the Train mode: recipe, data, run, losses, previews
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-view.h"
#include "config.h"
#include "ui/dialogs/train-preview.h"
#include "ui/dialogs/train-progress.h"
#include "ui/dialogs/train-recipes.h"
#include "ui/dialogs/train-setup.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TrpTrainView
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpTrainRecipes *recipes;
  TrpTrainSetupPanel *setup;
  TrpTrainProgress *progress;
  TrpTrainPreview *preview;
  GtkWidget *pages; /* run, case */
  GtkWidget *runs_title;
  GtkWidget *runs;
};

G_DEFINE_FINAL_TYPE (TrpTrainView, trp_train_view, GTK_TYPE_BOX)

static void
trp_train_view_dispose (GObject *object)
{
  TrpTrainView *self = TRP_TRAIN_VIEW (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_train_view_parent_class)->dispose (object);
}

static void
trp_train_view_class_init (TrpTrainViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_view_dispose;
}

static void
trp_train_view_init (TrpTrainView *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "train");
}

/* ---- runs of this session ---- */

static TrpTrainRun *
get_run (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "run");
}

static void
update_row (GtkWidget *row)
{
  TrpJob *job = trp_train_run_get_job (get_run (row));
  GtkWidget *box = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));
  GtkWidget *dismiss = gtk_widget_get_last_child (box);
  GtkWidget *bar = gtk_widget_get_prev_sibling (dismiss);
  const TrpJobState state = trp_job_get_state (job);

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_prev_sibling (bar)),
                       trp_train_run_get_state_name (get_run (row)));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (bar), trp_job_get_fraction (job));
  /* its place is kept */
  gtk_widget_set_opacity (dismiss, state == TRP_JOB_FAILED || state == TRP_JOB_CANCELLED ? 1 : 0);
  gtk_widget_set_sensitive (dismiss, state == TRP_JOB_FAILED || state == TRP_JOB_CANCELLED);
}

static void
on_dismiss (GtkWidget *row)
{
  TrpTrainRun *run = get_run (row);
  TrpTrainView *self = g_object_get_data (G_OBJECT (row), "view");

  trp_document_dismiss_job (self->document, trp_train_run_get_job (run));
  gtk_list_box_remove (GTK_LIST_BOX (self->runs), row);
  gtk_widget_set_visible (self->runs_title, gtk_widget_get_first_child (self->runs) != NULL);
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
make_row (TrpTrainView *self, TrpTrainRun *run)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new (trp_train_run_get_title (run));
  GtkWidget *state = gtk_label_new (trp_train_run_get_state_name (run));
  GtkWidget *bar = gtk_progress_bar_new ();

  gtk_widget_add_css_class (state, "second");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_set_size_request (bar, 48, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (row, trp_train_run_get_folder (run));
  gtk_widget_add_css_class (row, "recipe");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), state);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_RELATION_LABELLED_BY, name,
                                  NULL, -1);
  gtk_box_append (GTK_BOX (box), make_dismiss (row));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data (G_OBJECT (row), "view", self);
  g_object_set_data_full (G_OBJECT (row), "run", g_object_ref (run), g_object_unref);
  update_row (row);
  return row;
}

static void
show_page (TrpTrainView *self, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), name);
}

static void
on_run_selected (GtkListBox *list, GtkListBoxRow *row, TrpTrainView *self)
{
  show_page (self, "run");
  trp_train_progress_set_run (self->progress, row ? get_run (GTK_WIDGET (row)) : NULL);
}

static void
on_jobs_changed (TrpTrainView *self, TrpJob *job)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->runs); row;
       row = gtk_widget_get_next_sibling (row))
    if (get_run (row) && trp_train_run_get_job (get_run (row)) == job)
      update_row (row);
}

/* The rest of a run takes the place of its beginning. */
static GtkWidget *
find_row (TrpTrainView *self, TrpTrainRun *run)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->runs); row;
       row = gtk_widget_get_next_sibling (row))
    if (get_run (row) &&
        strcmp (trp_train_run_get_folder (get_run (row)), trp_train_run_get_folder (run)) == 0)
      return row;
  return NULL;
}

static void
show_run (TrpTrainView *self, TrpTrainRun *run)
{
  GtkWidget *row = find_row (self, run);

  if (row)
    g_object_set_data_full (G_OBJECT (row), "run", g_object_ref (run), g_object_unref);
  else
    {
      row = make_row (self, run);
      gtk_widget_set_visible (self->runs_title, TRUE);
      gtk_list_box_insert (GTK_LIST_BOX (self->runs), row, 0);
    }
  gtk_list_box_select_row (GTK_LIST_BOX (self->runs), GTK_LIST_BOX_ROW (row));
  trp_train_progress_set_run (self->progress, run);
  show_page (self, "run");
}

/* A run that is under way stays in sight while settings are looked at, until a case is chosen. */
static void
on_case_chosen (TrpTrainView *self)
{
  size_t index;
  TrpDataList *list = trp_train_setup_panel_get_case (self->setup, &index);
  const TrpRecipe *recipe = trp_train_setup_panel_get_recipe (self->setup);
  const bool has_case = recipe && list && index != SIZE_MAX;

  trp_train_preview_set_case (self->preview, has_case ? recipe : NULL, has_case ? list : NULL,
                              has_case ? index : 0);
  show_page (self, has_case ? "case" : "run");
}

static void
on_start (TrpTrainView *self)
{
  g_autoptr (TrpTrainRun) run = trp_train_setup_panel_start (self->setup);

  if (run)
    show_run (self, run);
}

static void
on_go_on (TrpTrainView *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->runs));
  TrpTrainRun *run = row ? get_run (GTK_WIDGET (row)) : NULL;
  g_autoptr (TrpTrainRun) rest = NULL;

  if (!run || !trp_train_run_can_go_on (run))
    return;
  rest = trp_train_run_go_on (run);
  show_run (self, rest);
}

static void
on_recipe_changed (TrpTrainView *self)
{
  trp_train_setup_panel_set_recipe (self->setup, trp_train_recipes_get_chosen (self->recipes));
}

static void
on_recipe_saved (TrpTrainView *self, const char *name)
{
  trp_train_recipes_refresh (self->recipes, name);
}

/* ---- making ---- */

static GtkWidget *
make_left (TrpTrainView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->recipes = TRP_TRAIN_RECIPES (trp_train_recipes_new ());
  self->runs_title = gtk_label_new (_ ("Runs"));
  self->runs = gtk_list_box_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->recipes));
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->runs_title), 0);
  gtk_widget_add_css_class (self->runs_title, "panel-title");
  gtk_widget_add_css_class (self->runs_title, "list-title");
  gtk_widget_set_visible (self->runs_title, FALSE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->runs), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->runs), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Runs"), -1);
  g_signal_connect_swapped (self->recipes, "changed", G_CALLBACK (on_recipe_changed), self);
  g_signal_connect (self->runs, "row-selected", G_CALLBACK (on_run_selected), self);
  g_signal_connect (self->runs, "row-activated", G_CALLBACK (on_run_selected), self);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), self->runs_title);
  gtk_box_append (GTK_BOX (box), self->runs);
  gtk_widget_set_size_request (box, TRP_TRAIN_VIEW_LEFT, -1);
  gtk_widget_set_hexpand (box, FALSE);
  gtk_widget_add_css_class (box, "train-left");
  return box;
}

static GtkWidget *
make_right (TrpTrainView *self)
{
  GtkWidget *setup = trp_train_setup_panel_new (self->document);

  self->setup = TRP_TRAIN_SETUP_PANEL (setup);
  gtk_widget_set_size_request (setup, TRP_TRAIN_VIEW_RIGHT, -1);
  gtk_widget_set_hexpand (setup, FALSE); /* whatever its children want */
  gtk_widget_add_css_class (setup, "side");
  g_signal_connect_swapped (setup, "start", G_CALLBACK (on_start), self);
  g_signal_connect_swapped (setup, "recipe-saved", G_CALLBACK (on_recipe_saved), self);
  g_signal_connect_swapped (setup, "case-chosen", G_CALLBACK (on_case_chosen), self);
  return setup;
}

GtkWidget *
trp_train_view_new (TrpDocument *document)
{
  TrpTrainView *self = g_object_new (TRP_TYPE_TRAIN_VIEW, NULL);

  self->document = g_object_ref (document);
  self->progress = TRP_TRAIN_PROGRESS (trp_train_progress_new (document));
  g_signal_connect_swapped (self->progress, "go-on", G_CALLBACK (on_go_on), self);
  self->preview = TRP_TRAIN_PREVIEW (trp_train_preview_new ());
  self->pages = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->pages), GTK_WIDGET (self->progress), "run");
  gtk_stack_add_named (GTK_STACK (self->pages), GTK_WIDGET (self->preview), "case");
  gtk_box_append (GTK_BOX (self), make_left (self));
  gtk_box_append (GTK_BOX (self), self->pages);
  gtk_box_append (GTK_BOX (self), make_right (self));
  g_signal_connect_swapped (document, "jobs-changed", G_CALLBACK (on_jobs_changed), self);
  on_recipe_changed (self);
  return GTK_WIDGET (self);
}
