/* train-panel.c - see train-panel.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-panel.h"
#include "config.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/run-model.h"
#include "ui/dialogs/train-score.h"
#include "ui/focus-group.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define SCORE_CHARS 7
#define TIME_CHARS 6
#define TEXT_CHARS 30

struct _TrpTrainPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpTrainRun *run;
  GPtrArray *checkpoints; /* (element-type TrpTrainCheckpoint) */
  int wanted;             /* step that the user chose; -1: none */
  GtkWidget *facts;       /* GtkGrid */
  GtkWidget *alarms_section;
  GtkWidget *alarms;
  GtkWidget *checkpoints_section;
  GtkWidget *score_title;
  GtkWidget *list;
  GtkWidget *none;
  GtkWidget *use;
  GtkWidget *branch;
  bool is_filling;
};

static guint branch_signal;

G_DEFINE_FINAL_TYPE (TrpTrainPanel, trp_train_panel, GTK_TYPE_BOX)

static void
forget_run (TrpTrainPanel *self)
{
  if (self->run)
    g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
  g_clear_pointer (&self->checkpoints, g_ptr_array_unref);
}

static void
trp_train_panel_dispose (GObject *object)
{
  TrpTrainPanel *self = TRP_TRAIN_PANEL (object);

  forget_run (self);
  if (self->list) /* its rows go after the document */
    g_signal_handlers_disconnect_by_data (self->list, self);
  self->list = NULL;
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_train_panel_parent_class)->dispose (object);
}

static void
trp_train_panel_class_init (TrpTrainPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_panel_dispose;
  branch_signal = g_signal_new ("branch", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
trp_train_panel_init (TrpTrainPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  self->wanted = -1;
}

static GtkWidget *
make_label (const char *text, const char *class_name, double align)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), (float) align);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

static void
empty (GtkWidget *list)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (list)))
    gtk_list_box_remove (GTK_LIST_BOX (list), child);
}

/* ---- settings ---- */

static void
add_fact (TrpTrainPanel *self, int *row, const char *name, const char *text)
{
  GtkWidget *value = make_label (text, "numeric", 1);

  gtk_label_set_ellipsize (GTK_LABEL (value), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (value, TRUE);
  gtk_widget_set_tooltip_text (value, text);
  gtk_grid_attach (GTK_GRID (self->facts), make_label (name, "second", 0), 0, *row, 1, 1);
  gtk_grid_attach (GTK_GRID (self->facts), value, 1, *row, 1, 1);
  ++*row;
}

static void
add_numbers (TrpTrainPanel *self, int *row, const TrpRecipe *r)
{
  const int side = r->patch > 0 ? r->patch : r->size;
  g_autofree char *patch = g_strdup_printf (_ ("%d \u00d7 %d, batch %d"), side, side, r->batch);
  g_autofree char *rate = g_strdup_printf ("%g", r->learning_rate);
  g_autofree char *weights = g_strdup_printf ("%g, %g", r->cycle, r->identity);
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, r->seed);

  add_fact (self, row, _ ("patch"), patch);
  add_fact (self, row, _ ("learning rate"), rate);
  if (r->trainer == TRP_TRAINER_CYCLEGAN)
    add_fact (self, row, _ ("cycle, identity"), weights);
  add_fact (self, row, _ ("seed"), seed);
}

static void
show_facts (TrpTrainPanel *self)
{
  GtkWidget *child;
  int row = 0;
  const TrpRecipe *recipe = trp_train_run_get_recipe (self->run);
  const TrpDataList *list = trp_train_run_peek_list (self->run);
  g_autofree char *cases = NULL;

  while ((child = gtk_widget_get_first_child (self->facts)))
    gtk_grid_remove (GTK_GRID (self->facts), child);
  add_fact (self, &row, _ ("recipe"), recipe->name ? recipe->name : "");
  add_numbers (self, &row, recipe);
  if (!list)
    return;
  cases = trp_train_run_get_fold (self->run) >= 0
            ? g_strdup_printf (_ ("%zu, without fold %d"), trp_data_list_get_size (list),
                               trp_train_run_get_fold (self->run))
            : g_strdup_printf ("%zu", trp_data_list_get_size (list));
  add_fact (self, &row, _ ("cases"), cases);
}

/* ---- alarms ---- */

static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  const bool is_today = g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now) &&
                        g_date_time_get_year (then) == g_date_time_get_year (now);

  return g_date_time_format (then, is_today ? "%H:%M" : "%e %b");
}

static GtkWidget *
make_alarm (const TrpTrainAlarm *alarm)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *sentence = make_label (alarm->sentence, "warn", 0);
  g_autofree char *time = format_time (alarm->time);
  g_autofree char *where = g_strdup_printf (_ ("step %d, %s"), alarm->step, time);

  gtk_label_set_wrap (GTK_LABEL (sentence), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (sentence), TEXT_CHARS);
  gtk_box_append (GTK_BOX (box), make_label (where, "caption", 0));
  gtk_box_append (GTK_BOX (box), sentence);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

/* The newest on top. They are only ever added to. */
static void
show_alarms (TrpTrainPanel *self)
{
  const GPtrArray *alarms = trp_train_run_peek_alarms (self->run);
  guint shown = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (self->alarms); row;
       row = gtk_widget_get_next_sibling (row))
    shown++;
  for (; shown < alarms->len; shown++)
    gtk_list_box_prepend (GTK_LIST_BOX (self->alarms), make_alarm (alarms->pdata[shown]));
  gtk_widget_set_visible (self->alarms_section, alarms->len > 0);
}

/* ---- checkpoints ---- */

static GtkWidget *
make_cell (const char *text, int n_chars, const char *class_name)
{
  GtkWidget *label = make_label (text, class_name, 1);

  gtk_label_set_width_chars (GTK_LABEL (label), n_chars);
  return label;
}

static char *
format_score (TrpTrainPanel *self, double score)
{
  const char *name = trp_train_run_get_score (self->run);

  if (!name || !isfinite (score))
    return g_strdup (name ? "\u2013" : "");
  return g_strdup_printf ("%.*f", MAX (trp_train_score_describe (name).digits, 1), score);
}

static GtkWidget *
make_row (TrpTrainPanel *self, const TrpTrainCheckpoint *checkpoint)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *text = trp_train_checkpoint_dup_name (checkpoint, self->run);
  g_autofree char *score = format_score (self, checkpoint->score);
  g_autofree char *time = format_time (checkpoint->time);
  GtkWidget *name = make_label (text, "recipe-name", 0);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), make_cell (score, SCORE_CHARS, "numeric"));
  gtk_box_append (GTK_BOX (box), make_cell (time, TIME_CHARS, "second"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_add_css_class (row, "recipe");
  gtk_widget_set_tooltip_text (row, checkpoint->model);
  return row;
}

static int
find_chosen (TrpTrainPanel *self)
{
  const TrpTrainCheckpoint *checkpoint = trp_train_checkpoints_find_default (self->checkpoints);

  for (guint n = 0; n < self->checkpoints->len; n++)
    if (((TrpTrainCheckpoint *) self->checkpoints->pdata[n])->step == self->wanted)
      return (int) n;
  for (guint n = 0; n < self->checkpoints->len; n++)
    if (self->checkpoints->pdata[n] == checkpoint)
      return (int) n;
  return -1;
}

static bool
is_same (TrpTrainPanel *self, const GPtrArray *there)
{
  for (guint n = 0; n < there->len; n++)
    {
      const TrpTrainCheckpoint *a = there->pdata[n];
      const TrpTrainCheckpoint *b = self->checkpoints && n < self->checkpoints->len
                                      ? self->checkpoints->pdata[n]
                                      : NULL;

      if (!b || a->step != b->step || a->is_best != b->is_best || a->time != b->time ||
          a->is_newest != b->is_newest || isnan (a->score) != isnan (b->score))
        return false;
    }
  return self->checkpoints && self->checkpoints->len == there->len;
}

static void
show_score_title (TrpTrainPanel *self)
{
  const char *name = trp_train_run_get_score (self->run);
  const TrpTrainScore score = name ? trp_train_score_describe (name) : (TrpTrainScore){ "", "" };
  g_autofree char *text = g_strconcat (score.title, *score.unit ? " " : "", score.unit, NULL);

  gtk_label_set_label (GTK_LABEL (self->score_title), text);
}

static void
show_checkpoints (TrpTrainPanel *self)
{
  g_autoptr (GPtrArray) rows = trp_train_checkpoints_list (self->run);

  show_score_title (self);
  if (is_same (self, rows))
    return;
  self->is_filling = true;
  empty (self->list);
  g_clear_pointer (&self->checkpoints, g_ptr_array_unref);
  self->checkpoints = g_steal_pointer (&rows);
  for (guint n = 0; n < self->checkpoints->len; n++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (self, self->checkpoints->pdata[n]));
  if (find_chosen (self) >= 0)
    gtk_list_box_select_row (
      GTK_LIST_BOX (self->list),
      gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), find_chosen (self)));
  gtk_widget_set_visible (self->none, self->checkpoints->len == 0);
  self->is_filling = false;
}

const TrpTrainCheckpoint *
trp_train_panel_get_chosen (TrpTrainPanel *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  const int index = row ? gtk_list_box_row_get_index (row) : -1;

  return index >= 0 && self->checkpoints && index < (int) self->checkpoints->len
           ? self->checkpoints->pdata[index]
           : NULL;
}

/* ---- what is done with the chosen one ---- */

static void
show_buttons (TrpTrainPanel *self)
{
  const TrpTrainCheckpoint *chosen = trp_train_panel_get_chosen (self);
  const char *title = trp_document_get_title (self->document);
  g_autofree char *name = NULL, *text = NULL;

  gtk_widget_set_sensitive (self->use, chosen != NULL);
  gtk_widget_set_sensitive (self->branch, chosen && chosen->branch);
  gtk_widget_set_tooltip_text (
    self->branch,
    chosen && !chosen->branch
      ? _ ("Only the weights that make images were kept of this step; choose another one")
      : _ ("A new run that begins with these weights"));
  if (chosen)
    {
      TrpTrainCheckpoint plain = *chosen;

      plain.is_best = chosen->is_best && chosen->step < 0;
      name = trp_train_checkpoint_dup_name (&plain, self->run);
    }
  if (!name)
    text = g_strdup (_ ("Use on the open images"));
  else if (*title)
    text = g_strdup_printf (_ ("Use %s on %s"), name, title);
  else
    text = g_strdup_printf (_ ("Use %s on the open images"), name);
  gtk_button_set_label (GTK_BUTTON (self->use), text);
}

static void
on_row_selected (TrpTrainPanel *self)
{
  const TrpTrainCheckpoint *chosen = trp_train_panel_get_chosen (self);

  if (self->is_filling || !self->document) /* the list is filled, or goes away */
    return;
  self->wanted = chosen ? chosen->step : -1;
  show_buttons (self);
}

void
trp_train_panel_choose (TrpTrainPanel *self, int index)
{
  gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index));
}

/* A contouring network is tried on the image it learned from: SynCT, else CT. */
static void
on_use (TrpTrainPanel *self)
{
  const TrpTrainCheckpoint *chosen = trp_train_panel_get_chosen (self);
  const TrpRecipe *recipe = trp_train_run_get_recipe (self->run);
  const bool makes_contours = trp_recipe_makes_contours (recipe);
  TrpRole role = TRP_ROLE_MR;

  if (!chosen)
    return;
  if (makes_contours && g_strcmp0 (recipe->source, "mr") != 0)
    role = trp_document_get_volume (self->document, TRP_ROLE_SYNCT) ? TRP_ROLE_SYNCT : TRP_ROLE_CT;
  if (trp_run_model (self->document, makes_contours ? TRP_RUN_SEGMENT : TRP_RUN_SYNTHESIZE, role,
                     chosen->model))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.mode", "s", "edit"); /* shown there */
}

static void
on_branch (TrpTrainPanel *self)
{
  g_signal_emit (self, branch_signal, 0);
}

/* ---- all of it ---- */

static void
update (TrpTrainPanel *self)
{
  if (!self->run)
    return;
  show_alarms (self);
  show_checkpoints (self);
  show_buttons (self);
}

void
trp_train_panel_set_run (TrpTrainPanel *self, TrpTrainRun *run)
{
  if (run == self->run)
    return;
  forget_run (self);
  empty (self->alarms);
  empty (self->list);
  self->wanted = -1;
  show_buttons (self);
  if (!run)
    return;
  self->run = g_object_ref (run);
  g_signal_connect_swapped (run, "changed", G_CALLBACK (update), self);
  show_facts (self);
  update (self);
}

/* ---- making ---- */

/* @beside: (nullable): heads of columns at its right */
static GtkWidget *
make_section (const char *title, GtkWidget *beside, GtkWidget *child)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = make_label (title, "panel-title", 0);

  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (heading), label);
  if (beside)
    gtk_box_append (GTK_BOX (heading), beside);
  gtk_box_append (GTK_BOX (section), heading);
  gtk_box_append (GTK_BOX (section), child);
  gtk_widget_add_css_class (section, "panel");
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return section;
}

static GtkWidget *
make_checkpoints (TrpTrainPanel *self)
{
  GtkWidget *heads = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *section;

  self->score_title = make_cell ("", SCORE_CHARS, "second");
  gtk_box_append (GTK_BOX (heads), self->score_title);
  gtk_box_append (GTK_BOX (heads), make_cell (C_ ("time of day", "at"), TIME_CHARS, "second"));
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  self->none = make_label (_ ("None yet: they come as the run goes on."), "caption", 0);
  gtk_label_set_wrap (GTK_LABEL (self->none), TRUE);
  g_signal_connect_swapped (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Checkpoints"), -1);
  gtk_box_append (GTK_BOX (box), trp_focus_group_new (self->list));
  gtk_box_append (GTK_BOX (box), self->none);
  section = make_section (_ ("Checkpoints"), heads, box);
  gtk_widget_add_css_class (section, "flush");
  return section;
}

static GtkWidget *
make_middle (TrpTrainPanel *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *sections = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->facts = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->facts), 8);
  gtk_grid_set_row_spacing (GTK_GRID (self->facts), 4);
  self->alarms = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->alarms), GTK_SELECTION_NONE);
  self->alarms_section = make_section (_ ("Alarms"), NULL, self->alarms);
  gtk_box_append (GTK_BOX (sections), make_section (_ ("Recipe"), NULL, self->facts));
  gtk_box_append (GTK_BOX (sections), self->alarms_section);
  gtk_box_append (GTK_BOX (sections), make_checkpoints (self));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), sections);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
ellipsize (GtkWidget *button)
{
  GtkWidget *label = gtk_button_get_child (GTK_BUTTON (button));

  if (GTK_IS_LABEL (label))
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
}

static GtkWidget *
make_bottom (TrpTrainPanel *self)
{
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->use = gtk_button_new_with_label ("");
  self->branch = trp_form_set_mnemonic (gtk_button_new (), _ ("_Branch from here"));
  ellipsize (self->use);
  g_signal_connect_swapped (self->use, "clicked", G_CALLBACK (on_use), self);
  g_signal_connect_swapped (self->branch, "clicked", G_CALLBACK (on_branch), self);
  gtk_box_append (GTK_BOX (bottom), self->branch);
  gtk_box_append (GTK_BOX (bottom), self->use);
  gtk_widget_add_css_class (bottom, "panel");
  return bottom;
}

GtkWidget *
trp_train_panel_new (TrpDocument *document)
{
  TrpTrainPanel *self = g_object_new (TRP_TYPE_TRAIN_PANEL, NULL);

  self->document = g_object_ref (document);
  gtk_box_append (GTK_BOX (self), make_middle (self));
  gtk_box_append (GTK_BOX (self), make_bottom (self));
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (show_buttons), self);
  gtk_widget_set_visible (self->alarms_section, FALSE);
  show_buttons (self);
  return GTK_WIDGET (self);
}
