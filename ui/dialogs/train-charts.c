/* train-charts.c - see train-charts.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-charts.h"
#include "config.h"
#include "core/draw/chart.h"
#include "core/method/trainer-class.h"
#include "ui/dialogs/train-score.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define CHART_HEIGHT 170
#define NOT_CHOSEN (-1)

/* ---- what there is to see ---- */

typedef struct
{
  char *title, *unit; /* @unit: "" for none */
  char *columns[2];   /* of the log, or of the validations; the second may be NULL */
  char *names[2];     /* of its lines */
  bool is_score;
  bool rises;
  int digits;
} Choice;

/* Columns that belong together, in the order of what is looked at first; @weight: offset of the
 * recipe's weight that makes it worth a look, 0: always. Names are those of the MR and CT
 * trainings.
 */
typedef struct
{
  const char *title, *unit;
  const char *columns[2];
  const char *names[2];
  size_t weight;
} Known;

static const Known known[] = {
  { N_ ("Cycle"), "", { "cycle_A", "cycle_B" }, { "MR", "CT" }, 0 },
  { N_ ("Generator"),
    "LSGAN",
    { "adversarial_A", "adversarial_B" },
    { N_ ("to CT"), N_ ("to MR") },
    0 },
  { N_ ("Discriminator"), "LSGAN", { "D_A", "D_B" }, { "CT", "MR" }, 0 },
  { N_ ("Gradients"),
    "1 \u2212 r",
    { "gc_A", "gc_B" },
    { N_ ("to CT"), N_ ("to MR") },
    G_STRUCT_OFFSET (TrpRecipe, gc) },
  { N_ ("Geometry"),
    "BCE",
    { "geometry_A", "geometry_B" },
    { N_ ("to CT"), N_ ("to MR") },
    G_STRUCT_OFFSET (TrpRecipe, geometry) },
  { N_ ("Outline"),
    "Dice",
    { "outline_dice_A", "outline_dice_B" },
    { N_ ("to CT"), N_ ("to MR") },
    G_STRUCT_OFFSET (TrpRecipe, geometry) },
  { N_ ("Identity"),
    "L1",
    { "identity_A", "identity_B" },
    { "MR", "CT" },
    G_STRUCT_OFFSET (TrpRecipe, identity) },
  { N_ ("Loss"), "", { "loss", NULL }, { "", NULL }, 0 },
  { N_ ("Cross entropy"), "BCE", { "bce", NULL }, { "", NULL }, G_STRUCT_OFFSET (TrpRecipe, bce) },
  { N_ ("Cross entropy"),
    N_ ("classes"),
    { "cross_entropy", NULL },
    { "", NULL },
    G_STRUCT_OFFSET (TrpRecipe, cross_entropy) },
  { N_ ("Overlap"),
    N_ ("1 \u2212 Dice"),
    { "dice", NULL },
    { "", NULL },
    G_STRUCT_OFFSET (TrpRecipe, dice) },
  { N_ ("Critic"), "", { "critic", NULL }, { "", NULL }, 0 },
};

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  g_free (choice->title);
  g_free (choice->unit);
  for (int n = 0; n < 2; n++)
    {
      g_free (choice->columns[n]);
      g_free (choice->names[n]);
    }
  g_free (choice);
}

static Choice *
add (GPtrArray *choices, const char *title, const char *unit, const char *column, const char *name)
{
  Choice *choice = g_new0 (Choice, 1);

  choice->title = g_strdup (title);
  choice->unit = g_strdup (*unit ? _ (unit) : "");
  choice->columns[0] = g_strdup (column);
  choice->names[0] = g_strdup (name);
  choice->digits = 2;
  g_ptr_array_add (choices, choice);
  return choice;
}

static bool
has_column (char **columns, const char *name)
{
  return name && g_strv_contains ((const char *const *) columns, name);
}

static const char *
get_cycle_unit (const TrpRecipe *recipe)
{
  static const char *const units[TRP_N_CYCLE_LOSSES] = { "L1", "MSE", "1 \u2212 SSIM" };

  for (int n = 0; n < TRP_N_CYCLE_LOSSES; n++)
    if (recipe->cycle_mix[n] > 0)
      return "";
  return units[recipe->cycle_loss];
}

static double
get_weight (const TrpRecipe *recipe, const Known *item)
{
  return item->weight ? G_STRUCT_MEMBER (double, recipe, item->weight) : 1;
}

/* The two directions are of MR and CT in one kind of training only. */
static const char *
get_line_name (const TrpRecipe *recipe, const Known *item, int line)
{
  static const char *const plain[2] = { "A", "B" };

  if (!item->columns[1])
    return "";
  return recipe->trainer == TRP_TRAINER_CYCLEGAN ? _ (item->names[line]) : plain[line];
}

static void
add_known (GPtrArray *choices, char **columns, const TrpRecipe *recipe, bool is_weighted)
{
  for (size_t n = 0; n < G_N_ELEMENTS (known); n++)
    {
      const Known *item = &known[n];
      const bool is_cycle = strcmp (item->columns[0], "cycle_A") == 0;
      Choice *choice;

      if (!has_column (columns, item->columns[0]) || (get_weight (recipe, item) > 0) != is_weighted)
        continue;
      choice = add (choices, _ (item->title), is_cycle ? get_cycle_unit (recipe) : item->unit,
                    item->columns[0], get_line_name (recipe, item, 0));
      if (!has_column (columns, item->columns[1]))
        continue;
      choice->columns[1] = g_strdup (item->columns[1]);
      choice->names[1] = g_strdup (get_line_name (recipe, item, 1));
    }
}

static bool
is_known (const char *column)
{
  for (size_t n = 0; n < G_N_ELEMENTS (known); n++)
    if (g_strcmp0 (known[n].columns[0], column) == 0 ||
        g_strcmp0 (known[n].columns[1], column) == 0)
      return true;
  return false;
}

/* Of a training that this table has never heard of: NAME_A with NAME_B, the others one by one. */
static void
add_others (GPtrArray *choices, char **columns)
{
  for (char **column = columns; *column; column++)
    {
      const bool is_second = g_str_has_suffix (*column, "_B");
      g_autofree char *stem = g_strndup (*column, MAX (strlen (*column), 2) - 2);
      g_autofree char *partner = g_strconcat (stem, is_second ? "_A" : "_B", NULL);
      const bool is_pair = (is_second || g_str_has_suffix (*column, "_A")) &&
                           has_column (columns, partner);
      Choice *choice;

      if (is_known (*column) || (is_pair && is_second))
        continue;
      choice = add (choices, is_pair ? stem : *column, "", *column, is_pair ? "A" : "");
      choice->columns[1] = is_pair ? g_strdup (partner) : NULL;
      choice->names[1] = is_pair ? g_strdup ("B") : NULL;
    }
}

/* Of the log, or before there is one of what the trainer will write. (transfer full) */
static char **
list_columns (TrpTrainRun *run)
{
  const TrpTrainTable *log = trp_train_run_peek_log (run);
  const TrpTrainerClass *klass = trp_trainer_class_get (trp_train_run_get_recipe (run));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *name;

  for (size_t n = 0; (name = trp_train_table_get_name (log, n)); n++)
    if (strcmp (name, "seconds") != 0 && strcmp (name, "rate") != 0)
      g_strv_builder_add (builder, name);
  for (size_t n = 0; !trp_train_table_get_name (log, 0) && n < klass->n_columns; n++)
    g_strv_builder_add (builder, klass->columns[n]);
  return g_strv_builder_end (builder);
}

static void
add_score (GPtrArray *choices, const char *name)
{
  const TrpTrainScore score = trp_train_score_describe (name);
  g_autofree char *unit = g_strconcat (score.title, *score.unit ? " " : "", score.unit, NULL);
  Choice *choice = add (choices, _ ("Validation"), "", name, "");

  g_free (choice->unit);
  choice->unit = g_steal_pointer (&unit);
  choice->is_score = true;
  choice->rises = score.rises;
  choice->digits = score.digits;
}

/* The validation's own score before its other values. */
static void
add_scores (GPtrArray *choices, TrpTrainRun *run)
{
  const TrpTrainTable *scores = trp_train_run_peek_scores (run);
  const char *first = trp_train_run_get_score (run), *name;

  if (!first)
    return;
  add_score (choices, first);
  for (size_t n = 0; (name = trp_train_table_get_name (scores, n)); n++)
    if (strcmp (name, first) != 0)
      add_score (choices, name);
}

/* Losses first. (element-type Choice) (transfer full) */
static GPtrArray *
list_choices (TrpTrainRun *run)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func (choice_free);
  const TrpRecipe *recipe = trp_train_run_get_recipe (run);
  g_auto (GStrv) columns = list_columns (run);

  add_known (choices, columns, recipe, true);
  add_others (choices, columns);
  add_known (choices, columns, recipe, false);
  add_scores (choices, run);
  return choices;
}

/* ---- the widget ---- */

struct _TrpTrainCharts
{
  GtkBox parent_instance;

  TrpTrainRun *run;
  TrpTrainRun *previous;
  GPtrArray *choices; /* (element-type Choice) */
  GtkWidget *frames[TRP_N_TRAIN_CHARTS];
  GtkWidget *areas[TRP_N_TRAIN_CHARTS];
  GtkWidget *menus[TRP_N_TRAIN_CHARTS];
  GSimpleAction *actions[TRP_N_TRAIN_CHARTS];
  char *chosen[TRP_N_TRAIN_CHARTS]; /* column; NULL: as it comes */
};

G_DEFINE_FINAL_TYPE (TrpTrainCharts, trp_train_charts, GTK_TYPE_BOX)

static void
trp_train_charts_dispose (GObject *object)
{
  TrpTrainCharts *self = TRP_TRAIN_CHARTS (object);

  g_clear_object (&self->run);
  g_clear_object (&self->previous);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  for (int n = 0; n < TRP_N_TRAIN_CHARTS; n++)
    {
      g_clear_object (&self->actions[n]);
      g_clear_pointer (&self->chosen[n], g_free);
    }
  G_OBJECT_CLASS (trp_train_charts_parent_class)->dispose (object);
}

static void
trp_train_charts_class_init (TrpTrainChartsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_charts_dispose;
}

static void
trp_train_charts_init (TrpTrainCharts *self)
{
  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "strip");
}

static bool
is_choice (const Choice *choice, const char *key)
{
  return choice->is_score == (key[0] == 's') && strcmp (choice->columns[0], key + 1) == 0;
}

/* Kept by column, since the list changes with what a run has told: "l" or "s" before its name. */
static char *
make_key (const Choice *choice)
{
  return g_strconcat (choice->is_score ? "s" : "l", choice->columns[0], NULL);
}

static guint
count_losses (const GPtrArray *choices)
{
  guint n = 0;

  while (n < choices->len && !((const Choice *) choices->pdata[n])->is_score)
    n++;
  return n;
}

/* Index into the choices; NOT_CHOSEN: an empty place. */
static int
find_choice (TrpTrainCharts *self, int chart)
{
  const guint n_losses = self->choices ? count_losses (self->choices) : 0;
  const bool has_score = self->choices && n_losses < self->choices->len;

  for (guint n = 0; self->choices && self->chosen[chart] && n < self->choices->len; n++)
    if (is_choice (self->choices->pdata[n], self->chosen[chart]))
      return (int) n;
  if (has_score && chart == (int) MIN (n_losses, TRP_N_TRAIN_CHARTS - 1))
    return (int) n_losses;
  return chart < (int) n_losses && (!has_score || chart < TRP_N_TRAIN_CHARTS - 1) ? chart
                                                                                  : NOT_CHOSEN;
}

static const Choice *
get_choice (TrpTrainCharts *self, int chart)
{
  const int n = self->run ? find_choice (self, chart) : NOT_CHOSEN;

  return n == NOT_CHOSEN ? NULL : g_ptr_array_index (self->choices, n);
}

/* ---- lines ---- */

/* One line of a chart with what it borrows. */
typedef struct
{
  double *x;
  char *name;
  size_t best; /* row; SIZE_MAX: none */
  const double *y;
  size_t n;
} Line;

typedef struct
{
  Line lines[2];
  size_t n;
} Lines;

static void
clear_lines (Lines *lines)
{
  for (size_t n = 0; n < lines->n; n++)
    {
      g_free (lines->lines[n].x);
      g_free (lines->lines[n].name);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lines, clear_lines)

static double
find_last (const double *values, size_t n)
{
  while (n > 0 && !isfinite (values[n - 1]))
    n--;
  return n > 0 ? values[n - 1] : (double) NAN;
}

/* "MR 0.11"; three digits where there is no name before it. */
static char *
name_line (const char *name, double value, int digits)
{
  g_autofree char *number = g_strdup_printf ("%.*f", *name ? digits : MAX (digits, 3), value);

  return *name ? g_strdup_printf ("%s %s", name, number) : g_steal_pointer (&number);
}

static void
add_line (Lines *lines,
          const TrpTrainTable *table,
          const Choice *choice,
          int column,
          const char *name,
          double epoch_steps)
{
  const char *wanted = choice->columns[column];
  const double *y = wanted ? trp_train_table_peek (table, wanted) : NULL;
  const double *steps = trp_train_table_peek_steps (table);
  const size_t n = trp_train_table_get_n_rows (table);
  Line *line;

  if (!y || n == 0 || !isfinite (find_last (y, n)))
    return;
  line = &lines->lines[lines->n++];
  *line = (Line){ .x = g_new (double, n), .y = y, .n = n };
  for (size_t i = 0; i < n; i++)
    line->x[i] = steps[i] / epoch_steps;
  line->name = name_line (name, find_last (y, n), choice->digits);
  line->best = choice->is_score ? trp_train_table_find_best (table, wanted, choice->rises)
                                : SIZE_MAX;
}

/* The axis is in epochs where the training is. */
static double
get_scale (TrpTrainRun *run)
{
  return MAX (trp_train_run_get_epoch_steps (run), 1);
}

static Lines
get_lines (TrpTrainCharts *self, const Choice *choice)
{
  Lines lines = { 0 };
  g_autofree char *name = NULL, *before = NULL;

  if (!choice->is_score)
    {
      for (int n = 0; n < 2; n++)
        add_line (&lines, trp_train_run_peek_log (self->run), choice, n,
                  choice->names[n] ? choice->names[n] : "", get_scale (self->run));
      return lines;
    }
  name = trp_train_run_dup_short_name (self->run);
  before = self->previous ? trp_train_run_dup_short_name (self->previous) : NULL;
  add_line (&lines, trp_train_run_peek_scores (self->run), choice, 0, before ? name : "",
            get_scale (self->run));
  if (self->previous && lines.n > 0)
    add_line (&lines, trp_train_run_peek_scores (self->previous), choice, 0, before,
              get_scale (self->previous));
  return lines;
}

static void
draw_chart (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  TrpTrainCharts *self = user_data;
  const Choice *choice = get_choice (
    self, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (area), "chart")));
  g_auto (Lines) lines = { 0 };
  TrpChartLine drawn[2] = { 0 };
  TrpLineChart chart = { .lines = drawn, .y_low = NAN, .y_high = NAN };

  if (!choice)
    return;
  lines = get_lines (self, choice);
  for (size_t n = 0; n < lines.n; n++)
    {
      const Line *line = &lines.lines[n];

      drawn[n] = (TrpChartLine){ line->x, line->y, line->n, line->name,
                                 n == 0 && line->best != SIZE_MAX ? line->best + 1 : 0 };
    }
  chart.n_lines = lines.n;
  chart.title = choice->title;
  chart.unit = *choice->unit ? choice->unit : NULL;
  chart.digits = choice->digits == 3 ? 2 : choice->digits;
  chart.x_high = trp_train_run_get_n_steps (self->run) / get_scale (self->run);
  chart.cursor = lines.n > 0 ? lines.lines[0].x[lines.lines[0].n - 1] : (double) NAN;
  trp_line_chart_draw (&chart, cr, width, height);
}

/* ---- words ---- */

static void
add_best (GString *text, TrpTrainCharts *self, const Choice *choice, const Line *line)
{
  const double epoch_steps = trp_train_run_get_epoch_steps (self->run);

  if (!choice->is_score || line->best == SIZE_MAX)
    return;
  if (epoch_steps > 0)
    g_string_append_printf (text, _ ("; best %.*f after epoch %.0f"), choice->digits,
                            line->y[line->best], line->x[line->best]);
  else
    g_string_append_printf (text, _ ("; best %.*f at step %.0f"), choice->digits,
                            line->y[line->best], line->x[line->best]);
}

char *
trp_train_charts_dup_text (TrpTrainCharts *self, int chart)
{
  const Choice *choice = get_choice (self, chart);
  g_auto (Lines) lines = { 0 };
  GString *text;

  if (!choice)
    return NULL;
  lines = get_lines (self, choice);
  text = g_string_new (choice->title);
  if (*choice->unit)
    g_string_append_printf (text, ", %s", choice->unit);
  for (size_t n = 0; n < lines.n; n++)
    g_string_append_printf (text, "%s%s", n == 0 ? ": " : ", ", lines.lines[n].name);
  if (lines.n > 0)
    add_best (text, self, choice, &lines.lines[0]);
  return g_string_free (text, FALSE);
}

static GMenuModel *
make_menu (const GPtrArray *choices)
{
  GMenu *menu = g_menu_new ();

  for (guint n = 0; n < choices->len; n++)
    {
      const Choice *choice = g_ptr_array_index (choices, n);
      g_autofree char *label = *choice->unit
                                 ? g_strdup_printf ("%s, %s", choice->title, choice->unit)
                                 : g_strdup (choice->title);
      g_autofree char *key = make_key (choice);
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "chart.show", "s", key);
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

static bool
are_same (const GPtrArray *a, const GPtrArray *b)
{
  if (!a || a->len != b->len)
    return false;
  for (guint n = 0; n < a->len; n++)
    {
      g_autofree char *first = make_key (a->pdata[n]), *second = make_key (b->pdata[n]);

      if (strcmp (first, second) != 0)
        return false;
    }
  return true;
}

static void
update_choices (TrpTrainCharts *self)
{
  g_autoptr (GPtrArray) choices = list_choices (self->run);
  g_autoptr (GMenuModel) menu = NULL;

  if (are_same (self->choices, choices))
    return;
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  self->choices = g_steal_pointer (&choices);
  menu = make_menu (self->choices);
  for (int n = 0; n < TRP_N_TRAIN_CHARTS; n++)
    gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->menus[n]), menu);
}

static void
update_chart (TrpTrainCharts *self, int n)
{
  const Choice *choice = get_choice (self, n);
  g_autofree char *text = trp_train_charts_dup_text (self, n);
  g_autofree char *key = choice ? make_key (choice) : g_strdup ("");

  gtk_widget_set_visible (self->frames[n], choice != NULL);
  gtk_widget_set_visible (self->menus[n], self->choices && self->choices->len > 1);
  g_simple_action_set_state (self->actions[n], g_variant_new_string (key));
  gtk_widget_set_tooltip_text (self->areas[n], text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->areas[n]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text ? text : "", -1);
  gtk_widget_queue_draw (self->areas[n]);
}

void
trp_train_charts_update (TrpTrainCharts *self)
{
  if (!self->run)
    return;
  update_choices (self);
  for (int n = 0; n < TRP_N_TRAIN_CHARTS; n++)
    update_chart (self, n);
}

void
trp_train_charts_set_run (TrpTrainCharts *self, TrpTrainRun *run, TrpTrainRun *previous)
{
  if (run != self->run)
    g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_set_object (&self->run, run);
  g_set_object (&self->previous, previous);
  trp_train_charts_update (self);
}

guint
trp_train_charts_count_choices (TrpTrainCharts *self)
{
  return self->choices ? self->choices->len : 0;
}

static void
choose (TrpTrainCharts *self, int chart, const char *key)
{
  g_free (self->chosen[chart]);
  self->chosen[chart] = g_strdup (key);
  trp_train_charts_update (self);
}

void
trp_train_charts_choose (TrpTrainCharts *self, int chart, guint choice)
{
  g_autofree char *key = make_key (g_ptr_array_index (self->choices, choice));

  choose (self, chart, key);
}

/* ---- making ---- */

static void
on_show (GSimpleAction *action, GVariant *target, gpointer data)
{
  const int chart = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (action), "chart"));

  choose (data, chart, g_variant_get_string (target, NULL));
}

static void
make_actions (TrpTrainCharts *self, int n)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  self->actions[n] = g_simple_action_new_stateful ("show", G_VARIANT_TYPE_STRING,
                                                   g_variant_new_string (""));
  g_object_set_data (G_OBJECT (self->actions[n]), "chart", GINT_TO_POINTER (n));
  g_signal_connect_object (self->actions[n], "activate", G_CALLBACK (on_show), self, 0);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (self->actions[n]));
  gtk_widget_insert_action_group (self->frames[n], "chart", G_ACTION_GROUP (group));
}

static GtkWidget *
make_chart (TrpTrainCharts *self, int n)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), CHART_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_chart, self, NULL);
  g_object_set_data (G_OBJECT (area), "chart", GINT_TO_POINTER (n));
  return area;
}

static GtkWidget *
make_menu_button (void)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  gtk_widget_add_css_class (button, "chart-menu");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, _ ("Show something else"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Show something else"), -1);
  return button;
}

GtkWidget *
trp_train_charts_new (void)
{
  TrpTrainCharts *self = g_object_new (TRP_TYPE_TRAIN_CHARTS, NULL);

  for (int n = 0; n < TRP_N_TRAIN_CHARTS; n++)
    {
      self->areas[n] = make_chart (self, n);
      self->menus[n] = make_menu_button ();
      self->frames[n] = gtk_overlay_new ();
      gtk_overlay_set_child (GTK_OVERLAY (self->frames[n]), self->areas[n]);
      gtk_overlay_add_overlay (GTK_OVERLAY (self->frames[n]), self->menus[n]);
      make_actions (self, n);
      gtk_box_append (GTK_BOX (self), self->frames[n]);
    }
  return GTK_WIDGET (self);
}
