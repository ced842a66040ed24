/* metrics.c - the active structure's numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/metrics.h"
#include "config.h"
#include "ui/dialogs/numbers-window.h"
#include "ui/document-distances.h"
#include "ui/panels/worst-places.h"

#include <glib/gi18n.h>

enum
{
  DICE,
  HD,
  HD95,
  ASSD,
  N_NUMBERS,
};

struct _TrpMetricsPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  GtkWidget *name;
  GtkWidget *volume;
  GtkWidget *chip;
  GtkWidget *grid;
  GtkWidget *values[N_NUMBERS];
  GtkWidget *deltas[N_NUMBERS];
  GtkWidget *note;
  GtkWidget *worst;
  GtkWidget *worst_text;
  GtkWidget *places; /* opens the list of them */
  GtkWidget *places_list;
  GtkWidget *all;
};

G_DEFINE_FINAL_TYPE (TrpMetricsPanel, trp_metrics_panel, GTK_TYPE_BOX)

static void
trp_metrics_panel_dispose (GObject *object)
{
  TrpMetricsPanel *self = TRP_METRICS_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->scores)
    g_signal_handlers_disconnect_by_data (self->scores, self);
  g_clear_object (&self->document);
  g_clear_object (&self->scores);
  G_OBJECT_CLASS (trp_metrics_panel_parent_class)->dispose (object);
}

static void
trp_metrics_panel_class_init (TrpMetricsPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_metrics_panel_dispose;
}

static void
trp_metrics_panel_init (TrpMetricsPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
}

/* ---- numbers as text ---- */

static char *
format_number (double value, int digits)
{
  if (isnan (value))
    return g_strdup ("\u2013");
  return isinf (value) ? g_strdup ("\u221e") : g_strdup_printf ("%.*f", digits, value);
}

/* A change that does not show in the number's digits is none. */
static char *
format_delta (double delta, int digits)
{
  if (!isfinite (delta))
    return g_strdup ("");
  if (fabs (delta) < 0.5 * pow (10, -digits))
    return g_strdup ("\u00b1"
                     "0");
  return g_strdup_printf ("%s%.*f", delta > 0 ? "\u25b4" : "\u25be", digits, fabs (delta));
}

static void
set_class (GtkWidget *widget, const char *name, bool is_set)
{
  if (is_set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
show_number (TrpMetricsPanel *self, int number, double value, double delta, bool is_stale)
{
  static const int digits[N_NUMBERS] = { 3, 1, 1, 2 };
  g_autofree char *text = format_number (value, digits[number]);
  g_autofree char *change = is_stale ? g_strdup ("\u2026") : format_delta (delta, digits[number]);

  gtk_label_set_label (GTK_LABEL (self->values[number]), text);
  gtk_label_set_label (GTK_LABEL (self->deltas[number]), change);
  set_class (self->values[number], "stale", is_stale);
}

/* "649.5 ml, +1.2 %" */
static void
show_volume (TrpMetricsPanel *self, const TrpScore *score)
{
  const double difference = 100 * (score->volume_ml - score->reference_ml) / score->reference_ml;
  g_autofree char *text = isfinite (difference)
                            ? g_strdup_printf (_ ("%.1f ml, %s%.1f %%"), score->volume_ml,
                                               difference < 0 ? "\u2212" : "+", fabs (difference))
                            : g_strdup_printf (_ ("%.1f ml"), score->volume_ml);
  g_autofree char *tip = isfinite (score->reference_ml)
                           ? g_strdup_printf (_ ("Volume %.2f ml; the reference has %.2f ml"),
                                              score->volume_ml, score->reference_ml)
                           : NULL;

  gtk_label_set_label (GTK_LABEL (self->volume), text);
  gtk_widget_set_tooltip_text (self->volume, tip);
}

/* ---- the worst place ---- */

static void
show_worst (TrpMetricsPanel *self, const TrpLiveDistances *distances, bool is_current)
{
  const bool has_worst = distances && is_current && distances->n_places > 0;
  const TrpLivePlace *worst = has_worst ? &distances->places[0] : NULL;
  g_autofree char *text = NULL;
  size_t number;

  gtk_widget_set_visible (self->places, has_worst);
  gtk_widget_set_visible (self->worst, has_worst);
  if (!has_worst)
    {
      gtk_label_set_label (GTK_LABEL (self->worst_text), distances && is_current
                                                           ? _ ("No surface lies apart.")
                                                           : _ ("Worst place follows."));
      return;
    }
  number = trp_document_find_slice_number (self->document, worst->point_lps);
  text = worst->signed_mm > 0
           ? g_strdup_printf (_ ("Worst %.1f mm on slice %zu, outside."), worst->signed_mm, number)
           : g_strdup_printf (_ ("Worst %.1f mm on slice %zu, missing."), -worst->signed_mm,
                              number);
  gtk_label_set_label (GTK_LABEL (self->worst_text), text);
}

static void
on_go_there (TrpMetricsPanel *self)
{
  trp_live_scores_go_to_place (self->scores, 0);
}

/* ---- all of it ---- */

/* Millimetres and millilitres are only as good as the geometry that the files claim. */
static bool
is_geometry_doubtful (TrpMetricsPanel *self)
{
  for (int role = 0; role < TRP_N_ROLES; role++)
    if (trp_document_has_open_warnings (self->document, (TrpRole) role))
      return true;
  return false;
}

static void
show_chip (TrpMetricsPanel *self, const TrpScore *score, bool is_current)
{
  const bool is_doubtful = is_geometry_doubtful (self);

  gtk_label_set_label (GTK_LABEL (self->chip),
                       !is_current && score->has_reference ? _ ("distances follow")
                       : is_doubtful                       ? _ ("\u26a0 geometry not checked")
                                                           : C_ ("numbers are up to date", "live"));
  gtk_widget_set_tooltip_text (
    self->chip, is_doubtful ? _ ("An open image has warnings that nobody has acknowledged: see "
                                 "the header of its pane.")
                            : NULL);
  set_class (self->chip, "warn", is_doubtful);
  gtk_widget_set_visible (self->chip, score->has_reference || is_doubtful);
}

static void
show_numbers (TrpMetricsPanel *self, const TrpScore *score)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self->scores);
  const bool is_current = trp_live_scores_is_current (self->scores);
  const bool is_stale = distances && !is_current;
  TrpScoreDelta delta;

  trp_live_scores_get_delta (self->scores, &delta);
  show_number (self, DICE, score->dice, delta.dice, false);
  show_number (self, HD, distances ? distances->border.hd : (double) NAN, delta.hd, is_stale);
  show_number (self, HD95, distances ? distances->border.hd95 : (double) NAN, delta.hd95, is_stale);
  show_number (self, ASSD, distances ? distances->border.assd : (double) NAN, delta.assd, is_stale);
  show_worst (self, distances, is_current);
  show_chip (self, score, is_current);
}

static void
update (TrpMetricsPanel *self)
{
  const int active = trp_document_get_active (self->document);
  const TrpStructure *structure = trp_document_peek_active (self->document);
  const char *problem;
  TrpScore score;

  gtk_widget_set_visible (GTK_WIDGET (self), structure != NULL);
  if (!structure || !trp_live_scores_get (self->scores, (guint) active, &score))
    return;
  problem = trp_live_scores_get_problem (self->scores, (guint) active);
  gtk_label_set_label (GTK_LABEL (self->name), trp_structure_get_name (structure));
  show_volume (self, &score);
  show_numbers (self, &score);
  gtk_widget_set_visible (self->grid, score.has_reference);
  gtk_widget_set_visible (gtk_widget_get_parent (self->worst), score.has_reference);
  gtk_widget_set_visible (gtk_widget_get_parent (self->all), score.has_reference);
  gtk_label_set_label (GTK_LABEL (self->note),
                       problem              ? problem
                       : score.is_resampled ? _ ("Voxel border, both ways, linear 95th percentile. "
                                                 "The reference is on another grid: resampled.")
                                            : _ ("Voxel border, both ways, linear 95th "
                                                 "percentile."));
}

static void
on_counts_changed (TrpMetricsPanel *self, int index)
{
  if (index < 0 || index == trp_document_get_active (self->document))
    update (self);
}

/* ---- making ---- */

static GtkWidget *
make_label (const char *text, const char *class_name)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (class_name)
    gtk_widget_add_css_class (label, class_name);
  return label;
}

static GtkWidget *
make_heading (TrpMetricsPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->name = make_label (NULL, "panel-title");
  self->volume = make_label (NULL, "second");
  self->chip = make_label (NULL, "chip");
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_widget_set_valign (self->chip, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), self->name);
  gtk_box_append (GTK_BOX (box), self->chip);
  return box;
}

/* Invisible, in the same cell: makes the column as wide as its widest value in the user's font. */
static void
attach_widest (GtkGrid *grid, const char *text, const char *class_name, int column, int row)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "opacity", 0.0, "xalign", 0.0,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_add_css_class (label, class_name);
  gtk_widget_set_can_target (label, FALSE);
  gtk_grid_attach (grid, label, column, row, 1, 1);
}

static GtkWidget *
make_grid (TrpMetricsPanel *self)
{
  static const char *const widest[N_NUMBERS] = { "0.000", "000.0", "000.0", "00.00" };
  static const struct
  {
    const char *name;
    const char *tip;
  } numbers[N_NUMBERS] = {
    { N_ ("Dice"), N_ ("Dice similarity coefficient: 2 common voxels / (edited + reference)") },
    { N_ ("HD mm"), N_ ("Hausdorff distance: the largest distance between the two surfaces") },
    { N_ ("HD95 mm"), N_ ("95th percentile of the surface distances, the larger of both ways") },
    { N_ ("MSD mm"), N_ ("Mean surface distance (ASSD): mean over both surfaces together") },
  };

  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 6);
  for (int n = 0; n < N_NUMBERS; n++)
    {
      GtkWidget *caption = make_label (_ (numbers[n].name), "number-name");

      self->values[n] = make_label (NULL, "large-number");
      self->deltas[n] = make_label (NULL, "delta");
      gtk_widget_set_tooltip_text (caption, _ (numbers[n].tip));
      gtk_widget_set_tooltip_text (self->values[n], _ (numbers[n].tip));
      gtk_widget_set_hexpand (caption, n + 1 < N_NUMBERS);
      attach_widest (GTK_GRID (self->grid), widest[n], "large-number", n, 1);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self->values[n]),
                                      GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, caption, NULL, -1);
      gtk_grid_attach (GTK_GRID (self->grid), caption, n, 0, 1, 1);
      gtk_grid_attach (GTK_GRID (self->grid), self->values[n], n, 1, 1, 1);
      gtk_grid_attach (GTK_GRID (self->grid), self->deltas[n], n, 2, 1, 1);
    }
  return self->grid;
}

static GtkWidget *
make_worst (TrpMetricsPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->worst_text = make_label (NULL, "caption");
  self->worst = gtk_button_new_with_label (_ ("Go there"));
  gtk_widget_add_css_class (self->worst, "link");
  gtk_widget_add_css_class (self->worst, "caption-link");
  gtk_widget_set_tooltip_text (self->worst, _ ("Moves the cursor to the largest surface distance"));
  g_signal_connect_swapped (self->worst, "clicked", G_CALLBACK (on_go_there), self);
  gtk_box_append (GTK_BOX (box), self->worst_text);
  gtk_box_append (GTK_BOX (box), self->worst);
  return box;
}

static void
on_places_toggled (TrpMetricsPanel *self)
{
  gtk_widget_set_visible (self->places_list,
                          gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->places)));
}

static void
on_all_numbers (TrpMetricsPanel *self)
{
  trp_numbers_window_show (GTK_WIDGET (self), self->document, self->scores);
}

/* What there is beyond the four: closed at first, so that the tools keep their place. */
static GtkWidget *
make_more (TrpMetricsPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->places = gtk_toggle_button_new_with_label (_ ("Worst places"));
  self->places_list = trp_worst_places_new (self->document, self->scores);
  self->all = gtk_button_new_with_label (_ ("All numbers\u2026"));
  gtk_widget_set_tooltip_text (self->places, _ ("Previous and next with , and ."));
  gtk_widget_set_tooltip_text (self->all,
                               _ ("Every measure in both conventions, and all structures"));
  gtk_widget_set_visible (self->places_list, FALSE);
  gtk_widget_add_css_class (box, "more");
  g_signal_connect_swapped (self->places, "toggled", G_CALLBACK (on_places_toggled), self);
  g_signal_connect_swapped (self->all, "clicked", G_CALLBACK (on_all_numbers), self);
  gtk_box_append (GTK_BOX (box), self->all);
  gtk_box_append (GTK_BOX (box), self->places);
  return box;
}

GtkWidget *
trp_metrics_panel_new (TrpDocument *document, TrpLiveScores *scores)
{
  TrpMetricsPanel *self = g_object_new (TRP_TYPE_METRICS_PANEL, NULL);

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  self->note = make_label (NULL, "caption");
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_box_append (GTK_BOX (self), make_heading (self));
  gtk_box_append (GTK_BOX (self), self->volume); /* below, so that the chip pushes nothing */
  gtk_box_append (GTK_BOX (self), make_grid (self));
  gtk_box_append (GTK_BOX (self), self->note);
  gtk_box_append (GTK_BOX (self), make_worst (self));
  gtk_box_append (GTK_BOX (self), make_more (self));
  gtk_box_append (GTK_BOX (self), self->places_list);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (scores, "counts-changed", G_CALLBACK (on_counts_changed), self);
  g_signal_connect_swapped (scores, "distances-changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
