/* train-view.c - the Train mode: recipe, data, run, losses, previews
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-view.h"
#include "config.h"
#include "ui/dialogs/train-last.h"
#include "ui/dialogs/train-panel.h"
#include "ui/dialogs/train-preview.h"
#include "ui/dialogs/train-progress.h"
#include "ui/dialogs/train-recipes.h"
#include "ui/dialogs/train-runs.h"
#include "ui/dialogs/train-setup.h"

#include <glib/gi18n.h>

struct _TrpTrainView
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpTrainRecipes *recipes;
  TrpTrainSetupPanel *setup;
  TrpTrainPanel *panel;
  GtkWidget *sides;    /* new, run */
  GtkWidget *switcher; /* between them, once there is a run */
  TrpTrainProgress *progress;
  TrpTrainPreview *preview;
  GtkWidget *pages;   /* run, case */
  TrpTrainRun *shown; /* (nullable) */
  TrpTrainRuns *runs;
};

G_DEFINE_FINAL_TYPE (TrpTrainView, trp_train_view, GTK_TYPE_BOX)

static void
trp_train_view_dispose (GObject *object)
{
  TrpTrainView *self = TRP_TRAIN_VIEW (object);

  g_clear_object (&self->shown);
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

static void
show_page (TrpTrainView *self, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), name);
}

static void
show_side (TrpTrainView *self, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->sides), name);
}

static void
show_chosen (TrpTrainView *self)
{
  TrpTrainRun *run = trp_train_runs_get_chosen (self->runs);

  trp_train_progress_set_run (self->progress, run,
                              run ? trp_train_runs_find_previous (self->runs, run) : NULL);
  trp_train_panel_set_run (self->panel, run);
  gtk_widget_set_visible (self->switcher, run != NULL);
  if (!run)
    show_side (self, "new");
}

/* Also told when more is known of the runs beside it: then the page stays. */
static void
on_run_chosen (TrpTrainView *self)
{
  TrpTrainRun *run = trp_train_runs_get_chosen (self->runs);

  if (run && run != self->shown)
    {
      show_page (self, "run");
      show_side (self, "run");
    }
  g_set_object (&self->shown, run);
  show_chosen (self);
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
    trp_train_runs_add (self->runs, run);
}

static void
on_go_on (TrpTrainView *self)
{
  TrpTrainRun *run = trp_train_runs_get_chosen (self->runs);
  g_autoptr (TrpTrainRun) rest = NULL;

  if (!run || !trp_train_run_can_go_on (run))
    return;
  rest = trp_train_run_go_on (run);
  if (!rest) /* of another day: the panel knows the data, or says what is missing */
    {
      trp_train_setup_panel_go_on (self->setup, run);
      rest = trp_train_setup_panel_start (self->setup);
    }
  if (rest)
    trp_train_runs_add (self->runs, rest);
  else
    show_side (self, "new");
}

static void
on_branch (TrpTrainView *self)
{
  TrpTrainRun *run = trp_train_runs_get_chosen (self->runs);
  const TrpTrainCheckpoint *checkpoint = trp_train_panel_get_chosen (self->panel);

  if (!run || !checkpoint || !checkpoint->branch)
    return;
  trp_train_setup_panel_branch (self->setup, run, checkpoint);
  show_side (self, "new");
}

static void
on_place_changed (TrpTrainView *self)
{
  g_autofree char *folder = trp_train_setup_panel_dup_runs_folder (self->setup);

  trp_train_runs_set_place (self->runs, folder, trp_train_setup_panel_get_recipe (self->setup),
                            trp_train_recipes_get_chosen (self->recipes));
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
  self->runs = TRP_TRAIN_RUNS (trp_train_runs_new (self->document));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->recipes));
  gtk_widget_set_vexpand (scrolled, TRUE);
  g_signal_connect_swapped (self->recipes, "changed", G_CALLBACK (on_recipe_changed), self);
  g_signal_connect_swapped (self->runs, "chosen", G_CALLBACK (on_run_chosen), self);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->runs));
  gtk_widget_set_size_request (box, TRP_TRAIN_VIEW_LEFT, -1);
  gtk_widget_set_hexpand (box, FALSE);
  gtk_widget_add_css_class (box, "train-left");
  return box;
}

static GtkWidget *
make_setup (TrpTrainView *self)
{
  GtkWidget *setup = trp_train_setup_panel_new (self->document);

  self->setup = TRP_TRAIN_SETUP_PANEL (setup);
  g_signal_connect_swapped (setup, "start", G_CALLBACK (on_start), self);
  g_signal_connect_swapped (setup, "recipe-saved", G_CALLBACK (on_recipe_saved), self);
  g_signal_connect_swapped (setup, "place-changed", G_CALLBACK (on_place_changed), self);
  g_signal_connect_swapped (setup, "case-chosen", G_CALLBACK (on_case_chosen), self);
  return setup;
}

static GtkWidget *
make_right (TrpTrainView *self)
{
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->panel = TRP_TRAIN_PANEL (trp_train_panel_new (self->document));
  g_signal_connect_swapped (self->panel, "branch", G_CALLBACK (on_branch), self);
  self->sides = gtk_stack_new ();
  gtk_stack_add_titled (GTK_STACK (self->sides), make_setup (self), "new", _ ("New run"));
  gtk_stack_add_titled (GTK_STACK (self->sides), GTK_WIDGET (self->panel), "run", _ ("This run"));
  self->switcher = gtk_stack_switcher_new ();
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (self->switcher), GTK_STACK (self->sides));
  gtk_widget_add_css_class (self->switcher, "segments");
  gtk_widget_add_css_class (self->switcher, "side-switch");
  gtk_widget_set_visible (self->switcher, FALSE);
  gtk_box_append (GTK_BOX (right), self->switcher);
  gtk_box_append (GTK_BOX (right), self->sides);
  gtk_widget_set_size_request (right, TRP_TRAIN_VIEW_RIGHT, -1);
  gtk_widget_set_hexpand (right, FALSE); /* whatever its children want */
  gtk_widget_add_css_class (right, "side");
  return right;
}

/* When the mode is first looked at: a list takes reading. */
static void
on_map (TrpTrainView *self)
{
  g_auto (TrpTrainLast) last = trp_train_last_load ();

  g_signal_handlers_disconnect_by_func (self, on_map, NULL);
  if (last.recipe)
    trp_train_recipes_refresh (self->recipes, last.recipe);
  trp_train_setup_panel_restore (self->setup);
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
  on_recipe_changed (self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  return GTK_WIDGET (self);
}
