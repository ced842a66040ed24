/* test-panels.c - structures, live numbers, history, jobs and the strip against a document
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two blocks of 10 x 10 x 10 voxels of 1 mm that lie 5 mm apart along x: Dice 2 * 500 / 2000 = 0.5;
 * every border voxel of the faces that differ is at most 5 mm away, so HD is 5 mm.
 */

#include "core/metrics/overlap.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/dialogs/run-model.h"
#include "ui/dialogs/numbers-structures.h"
#include "ui/dialogs/numbers-window.h"
#include "ui/document-distances.h"
#include "ui/document-compute.h"
#include "ui/document-operations.h"
#include "core/draw/palette.h"
#include "ui/panels/history-thumbnail.h"
#include "ui/document-preview.h"
#include "ui/panels/history.h"
#include "ui/panels/jobs.h"
#include "ui/message-bar.h"
#include "ui/panels/metrics.h"
#include "ui/side-panel.h"
#include "ui/tools/options.h"
#include "ui/panels/strip.h"
#include "ui/panels/structure-row.h"
#include "ui/panels/structures.h"
#include "ui/panels/worst-places.h"

#include <string.h>

enum
{
  N = 40,
};

static TrpGeometry
make_geometry (void)
{
  const size_t size[3] = { N, N, N };
  const double spacing[3] = { 1, 1, 1 };

  return trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
}

static TrpStructure *
make_block (const char *name, size_t left)
{
  const TrpGeometry geometry = make_geometry ();
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 10; k < 20; k++)
    for (size_t j = 10; j < 20; j++)
      for (size_t i = left; i < left + 10; i++)
        trp_mask_set (mask, i, j, k, true);
  return trp_structure_new (name, trp_color_get_default (0), mask);
}

static void
add_reading (TrpDocument *document, const char *name, size_t left)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpStructureSet) set = trp_structure_set_new (name, &geometry);
  g_autoptr (TrpStructure) gtv = make_block ("GTV", left);
  g_autoptr (TrpStructure) other = make_block ("Other", 2);

  trp_structure_set_append (set, gtv);
  trp_structure_set_append (set, other);
  trp_document_add_reading (document, set);
}

/* The edited reading's GTV begins at x = 10, the reference's at 15. */
static TrpDocument *
make_document (void)
{
  const TrpGeometry geometry = make_geometry ();
  TrpDocument *document = trp_document_new ();
  const TrpDisplay display = { { 400, 40, false, false }, false };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (uint8_t, N * N * N), N * N * N);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);

  trp_document_set_volume (document, TRP_ROLE_MR, volume, &display);
  add_reading (document, "first", 10);
  add_reading (document, "second", 15);
  return document;
}

static gboolean
on_timeout (gpointer data)
{
  *(bool *) data = true;
  return G_SOURCE_REMOVE;
}

static void
wait_for_distances (TrpLiveScores *scores)
{
  bool is_late = false;
  const guint timeout = g_timeout_add_seconds (20, on_timeout, &is_late);

  while (!trp_live_scores_is_current (scores) && !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
}

/* A ball of radius 3 mm around the point. */
static void
paint (TrpDocument *document, TrpVec3 point_lps)
{
  TrpToolSettings tool = *trp_document_get_tool (document);

  tool.kind = TRP_TOOL_BRUSH;
  tool.shape = TRP_BRUSH_BALL;
  tool.radius_mm = 3;
  tool.over = TRP_PAINT_OVER_ALL;
  trp_document_set_tool (document, &tool);
  g_assert_true (trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, point_lps));
}

/* ---- looking into widgets ---- */

typedef bool (*Matches) (GtkWidget *widget, const char *text);

static GtkWidget *
find (GtkWidget *widget, Matches matches, const char *text)
{
  if (matches (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, matches, text);

      if (found)
        return found;
    }
  return NULL;
}

static bool
is_label (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && strcmp (gtk_label_get_label (GTK_LABEL (widget)), text) == 0;
}

static bool
is_tip (GtkWidget *widget, const char *text)
{
  return g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) == 0;
}

static bool
is_list (GtkWidget *widget, const char *text)
{
  return GTK_IS_LIST_BOX (widget);
}

static bool
is_type (GtkWidget *widget, const char *text)
{
  return strcmp (G_OBJECT_TYPE_NAME (widget), text) == 0;
}

static GtkListBoxRow *
get_row (GtkWidget *panel, int index)
{
  return gtk_list_box_get_row_at_index (GTK_LIST_BOX (find (panel, is_list, NULL)), index);
}

/* ---- live scores ---- */

static void
dice_follows_in_the_same_call (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  TrpStructure *structure = trp_document_peek_active (document);
  TrpOverlap overlap;
  TrpScore score;

  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_true (score.has_reference);
  trp_assert_near (score.dice, 0.5, 0);
  trp_assert_near (score.volume_ml, 1, 1e-12);
  trp_assert_near (score.reference_ml, 1, 1e-12);
  g_assert_true (trp_live_scores_get (scores, 1, &score));
  trp_assert_near (score.dice, 1, 0);
  paint (document, trp_vec3 (22, 15, 15));
  trp_document_extend_stroke (document, trp_vec3 (24, 15, 15));
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_true (
    trp_overlap_count (trp_structure_peek_mask (trp_document_find_reference (document, structure)),
                       trp_structure_peek_mask (structure), &overlap, NULL));
  trp_assert_near (score.dice, trp_overlap_dice (&overlap), 0);
  g_assert_cmpfloat (score.dice, >, 0.5);
  trp_assert_near (score.volume_ml, (double) overlap.test / 1000, 1e-12);
  trp_document_end_stroke (document);
  trp_document_undo (document);
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  trp_assert_near (score.dice, 0.5, 0);
  g_assert_false (trp_live_scores_get (scores, 2, &score));
}

static void
distances_follow_and_tell_when_stale (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  TrpScoreDelta delta;

  g_assert_false (trp_live_scores_is_current (scores));
  wait_for_distances (scores);
  trp_assert_near (trp_live_scores_peek_distances (scores)->border.hd, 5, 1e-9);
  trp_live_scores_get_delta (scores, &delta);
  g_assert_true (isnan (delta.hd));
  /* a ball that reaches to x = 5, 10 mm from the reference's left face at 15 */
  paint (document, trp_vec3 (8, 15, 15));
  g_assert_false (trp_live_scores_is_current (scores));
  trp_assert_near (trp_live_scores_peek_distances (scores)->border.hd, 5,
                   1e-9); /* the last known */
  trp_document_extend_stroke (document, trp_vec3 (7.5, 15, 15));
  trp_document_end_stroke (document);
  wait_for_distances (scores);
  trp_live_scores_get_delta (scores, &delta);
  g_assert_cmpfloat (trp_live_scores_peek_distances (scores)->border.hd, >, 9);
  trp_assert_near (delta.hd, trp_live_scores_peek_distances (scores)->border.hd - 5, 1e-9);
  g_assert_cmpfloat (delta.dice, <, 0);
  trp_document_undo (document);
  wait_for_distances (scores);
  trp_assert_near (trp_live_scores_peek_distances (scores)->border.hd, 5, 1e-9);
}

static void
another_structure_gets_its_own_distances (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);

  trp_document_set_active (document, 1);
  g_assert_false (trp_live_scores_is_current (scores));
  wait_for_distances (scores);
  trp_assert_near (trp_live_scores_peek_distances (scores)->border.hd, 0, 0);
  trp_document_set_active (document, 0);
  wait_for_distances (scores);
  trp_assert_near (trp_live_scores_peek_distances (scores)->border.hd, 5, 1e-9);
}

static void
wait_for_distances_of (TrpLiveScores *scores, guint index)
{
  bool is_late = false;
  const guint timeout = g_timeout_add_seconds (20, on_timeout, &is_late);

  while (!trp_live_scores_is_current_of (scores, index) && !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
}

/* Without being chosen: after those of the active one. */
static void
other_structures_follow_later (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);

  g_assert_null (trp_live_scores_peek_distances_of (scores, 1));
  wait_for_distances_of (scores, 1);
  g_assert_true (trp_live_scores_is_current_of (scores, 0)); /* the active one was first */
  trp_assert_near (trp_live_scores_peek_distances_of (scores, 1)->border.hd, 0, 0);
  trp_document_set_active (document, 1);
  paint (document, trp_vec3 (20, 15, 15)); /* to x = 23; the block ends at 11 */
  trp_document_end_stroke (document);
  trp_document_set_active (document, 0);
  g_assert_false (trp_live_scores_is_current_of (scores, 1));
  g_assert_true (trp_live_scores_is_current_of (scores, 0));
  wait_for_distances_of (scores, 1);
  trp_assert_near (trp_live_scores_peek_distances_of (scores, 1)->border.hd, 12, 1e-9);
  g_assert_null (trp_live_scores_peek_distances_of (scores, 2));
}

/* Two blocks 5 mm apart: of the 488 border voxels of each, those within 2 mm of the other's. */
static void
tolerance_makes_numbers_stale (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  double narrow;

  wait_for_distances (scores);
  narrow = trp_live_scores_peek_distances (scores)->nsd_border;
  trp_live_scores_set_tolerance (scores, 5);
  g_assert_false (trp_live_scores_is_current (scores));
  wait_for_distances (scores);
  trp_assert_near (trp_live_scores_peek_distances (scores)->tolerance, 5, 0);
  trp_assert_near (trp_live_scores_peek_distances (scores)->nsd_border, 1, 0);
  g_assert_cmpfloat (narrow, <, 1);
  trp_live_scores_set_tolerance (scores, 1000);
  trp_assert_near (trp_live_scores_get_tolerance (scores), TRP_LIVE_MAX_TOLERANCE_MM, 0);
}

/* A reference with voxels half as wide, which cover the same block: equal once taken over. */
static void
another_grid_is_resampled (void)
{
  const size_t size[3] = { 2 * N, N, N };
  const TrpGeometry fine = trp_geometry_axial (size, (const double[]){ 0.5, 1, 1 },
                                               trp_vec3 (-0.25, 0, 0));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("fine", &fine);
  TrpMask *mask = trp_mask_new (&fine);
  g_autoptr (TrpStructure) gtv = trp_structure_new ("GTV", trp_color_get_default (0), mask);
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *strip = g_object_ref_sink (trp_slice_strip_new (document, scores));
  TrpScore score;

  for (size_t k = 10; k < 20; k++)
    for (size_t j = 10; j < 20; j++)
      for (size_t i = 20; i < 40; i++)
        trp_mask_set (mask, i, j, k, true);
  trp_structure_set_append (set, gtv);
  trp_document_set_reference (document, (int) trp_document_add_reading (document, set));
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_false (score.has_reference);
  g_assert_nonnull (trp_live_scores_get_problem (scores, 0)); /* says that it is under way */
  g_assert_false (gtk_widget_get_visible (strip));
  wait_for_distances (scores);
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_true (score.has_reference && score.is_resampled);
  g_assert_null (trp_live_scores_get_problem (scores, 0));
  g_assert_true (gtk_widget_get_visible (strip));
  trp_assert_near (score.dice, 1, 0);
  trp_assert_near (trp_live_scores_peek_distances (scores)->border.hd, 0, 0);
  paint (document, trp_vec3 (15, 15, 24));
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_cmpfloat (score.dice, <, 1);
  trp_document_end_stroke (document);
  g_assert_finalize_object (strip);
}

static void
without_reference_the_reason_is_given (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  TrpScore score;

  trp_document_set_reference (document, -1);
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_false (score.has_reference);
  g_assert_true (isnan (score.dice));
  trp_assert_near (score.volume_ml, 1, 1e-12);
  g_assert_nonnull (trp_live_scores_get_problem (scores, 0));
  paint (document, trp_vec3 (21, 15, 15));
  trp_document_end_stroke (document);
  g_assert_true (trp_live_scores_get (scores, 0, &score));
  g_assert_cmpfloat (score.volume_ml, >, 1);
}

/* ---- metrics panel ---- */

static void
metrics_show_numbers_and_go_to_the_worst (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_metrics_panel_new (document, scores));
  GtkWidget *button;
  TrpVec3 worst;

  g_assert_nonnull (find (panel, is_label, "0.500"));
  wait_for_distances (scores);
  g_assert_nonnull (find (panel, is_label, "5.0"));
  g_assert_nonnull (find (panel, is_label, "live"));
  g_assert_nonnull (find (panel, is_label, "1.0 ml, +0.0 %"));
  g_assert_nonnull (find (panel, is_label, "Voxel border, both ways, linear 95th percentile."));
  button = gtk_widget_get_ancestor (find (panel, is_label, "Go there"), GTK_TYPE_BUTTON);
  trp_document_set_cursor (document, trp_vec3 (0, 0, 0));
  g_signal_emit_by_name (button, "clicked");
  worst = trp_live_scores_peek_distances (scores)->places[0].point_lps;
  trp_assert_near (trp_vec3_distance (trp_document_get_cursor (document), worst), 0, 0);
  g_assert_cmpfloat (worst.v[0], >=, 10);
  paint (document, trp_vec3 (22, 15, 15));
  g_assert_nonnull (find (panel, is_label, "distances follow"));
  g_assert_nonnull (find (panel, is_label, "\u2026"));
  trp_document_end_stroke (document);
  g_assert_finalize_object (panel);
}

/* The second reading's block is 5 mm further right: 5 mm outside on the left, 5 mm missing on the
 * right, and no other local maximum. */
static void
worst_places_are_gone_to (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_worst_places_new (document, scores));
  const TrpLiveDistances *distances;
  const TrpLivePlace *marked;

  wait_for_distances (scores);
  distances = trp_live_scores_peek_distances (scores);
  g_assert_cmpuint (distances->n_places, ==, 2);
  g_assert_null (get_row (panel, 2));
  g_assert_nonnull (find (panel, is_label, "+5.0 mm"));
  g_assert_nonnull (find (panel, is_label, "\u22125.0 mm"));
  g_assert_nonnull (find (panel, is_label, "missing"));
  g_signal_emit_by_name (find (panel, is_list, NULL), "row-activated", get_row (panel, 1));
  g_assert_cmpint (trp_live_scores_find_marked_place (scores), ==, 1);
  g_assert_true (gtk_list_box_row_is_selected (get_row (panel, 1)));
  marked = trp_document_peek_marked_place (document);
  trp_assert_near (trp_vec3_distance (marked->point_lps, trp_document_get_cursor (document)), 0, 0);
  trp_assert_near (trp_vec3_distance (marked->point_lps, marked->nearest_lps), 5, 1e-9);
  trp_live_scores_step_place (scores, 1); /* in a circle */
  g_assert_cmpint (trp_live_scores_find_marked_place (scores), ==, 0);
  trp_live_scores_step_place (scores, -1);
  g_assert_cmpint (trp_live_scores_find_marked_place (scores), ==, 1);
  paint (document, trp_vec3 (22, 15, 15)); /* the place may be none any more */
  g_assert_null (trp_document_peek_marked_place (document));
  g_assert_false (gtk_widget_get_sensitive (find (panel, is_list, NULL)));
  trp_live_scores_step_place (scores, 1);
  g_assert_null (trp_document_peek_marked_place (document));
  trp_document_end_stroke (document);
  g_assert_finalize_object (panel);
}

static void
all_numbers_follow (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *window = g_object_ref (trp_numbers_window_new (document, scores));
  GtkWidget *spin = find (window, is_type, "GtkSpinButton");

  g_assert_nonnull (find (window, is_label, "distances follow"));
  wait_for_distances (scores);
  wait_for_distances_of (scores, 1);
  g_assert_nonnull (find (window, is_label, "edited against second"));
  g_assert_nonnull (find (window, is_label, "0.333")); /* IoU: 500 / 1500 */
  g_assert_nonnull (find (window, is_label, "5.00"));  /* HD */
  g_assert_nonnull (find (window, is_label, "Surface Dice at 2.0 mm"));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 5);
  g_assert_nonnull (find (window, is_label, "Surface Dice at 5.0 mm"));
  trp_assert_near (trp_live_scores_get_tolerance (scores), 5, 0);
  wait_for_distances (scores);
  g_assert_nonnull (find (window, is_label, "1.000"));
  trp_document_set_active (document, 1);
  g_assert_nonnull (find (window, is_label, "0.00")); /* HD of the other one */
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_finalize_object (window);
}

static GtkColumnView *
sort_by (GtkWidget *table, guint column, GtkSortType order)
{
  GtkColumnView *view = GTK_COLUMN_VIEW (find (table, is_type, "GtkColumnView"));
  g_autoptr (GtkColumnViewColumn)
    sorted = g_list_model_get_item (gtk_column_view_get_columns (view), column);

  gtk_column_view_sort_by_column (view, sorted, order);
  return view;
}

/* Dice is 0.5 and 1: whichever is first after sorting is chosen by Enter on the first row. */
static void
structures_are_sorted_by_their_numbers (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *table = g_object_ref_sink (trp_numbers_structures_new (document, scores));

  wait_for_distances_of (scores, 1);
  g_signal_emit_by_name (sort_by (table, 1, GTK_SORT_DESCENDING), "activate", 0);
  g_assert_cmpint (trp_document_get_active (document), ==, 1);
  g_signal_emit_by_name (sort_by (table, 1, GTK_SORT_ASCENDING), "activate", 0);
  g_assert_cmpint (trp_document_get_active (document), ==, 0);
  g_signal_emit_by_name (sort_by (table, 2, GTK_SORT_ASCENDING), "activate", 0); /* HD95 of 0 */
  g_assert_cmpint (trp_document_get_active (document), ==, 1);
  g_signal_emit_by_name (sort_by (table, 0, GTK_SORT_ASCENDING), "activate", 1); /* GTV, Other */
  g_assert_cmpint (trp_document_get_active (document), ==, 1);
  g_assert_finalize_object (table);
}

/* The field is computed when first asked for, and is that of the reference: block from x = 15. */
static void
signed_field_belongs_to_the_reference (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  bool is_late = false;
  const guint timeout = g_timeout_add_seconds (20, on_timeout, &is_late);
  const TrpSignedField *field;

  while (!(field = trp_document_peek_signed_field (document)) && !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
  trp_assert_near (trp_signed_field_sample (field, trp_vec3 (9.5, 15, 15)), 5, 1e-3);
  /* deepest inside: four and a half voxels to the faces on both sides */
  trp_assert_near (trp_signed_field_sample (field, trp_vec3 (19.5, 15, 15)), -4.5, 1e-3);
  trp_document_set_reference (document, -1);
  g_assert_null (trp_document_peek_signed_field (document));
}

static void
doubtful_geometry_marks_the_numbers (void)
{
  const TrpGeometry geometry = make_geometry ();
  const char *const warnings[] = { "Slices are missing", NULL };
  const TrpVolumeInfo info = { .warnings = (char **) warnings };
  const TrpDisplay display = { { 400, 40, false, false }, false };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (uint8_t, N * N * N), N * N * N);
  g_autoptr (TrpVolume) ct = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, &info, NULL);
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_metrics_panel_new (document, scores));

  wait_for_distances (scores);
  g_assert_nonnull (find (panel, is_label, "live"));
  trp_document_set_volume (document, TRP_ROLE_CT, ct, &display);
  g_assert_null (find (panel, is_label, "live"));
  g_assert_nonnull (find (panel, is_label, "\u26a0 geometry not checked"));
  trp_document_acknowledge_warnings (document, TRP_ROLE_CT);
  g_assert_nonnull (find (panel, is_label, "live"));
  g_assert_finalize_object (panel);
}

/* ---- tools ---- */

static void
click_on (GtkWidget *panel, const char *text, bool is_tool)
{
  GtkWidget *inside = is_tool ? find (panel, is_tip, text) : find (panel, is_label, text);

  g_assert_nonnull (inside);
  g_signal_emit_by_name (is_tool ? inside : gtk_widget_get_ancestor (inside, GTK_TYPE_BUTTON),
                         "clicked");
}

/* As with the pointer: the document follows, and nothing it passed through is remembered. */
static void
tools_and_options_are_chosen_by_click (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  GtkWidget *panel = g_object_ref_sink (trp_tool_options_new (document));
  const TrpToolSettings *tool = trp_document_get_tool (document);

  click_on (panel, "Brush (2)", true);
  g_assert_cmpint (tool->kind, ==, TRP_TOOL_BRUSH);
  click_on (panel, "Measure (0)", true);
  g_assert_cmpint (tool->kind, ==, TRP_TOOL_MEASURE);
  trp_document_swap_tool (document);
  g_assert_cmpint (tool->kind, ==, TRP_TOOL_BRUSH);
  click_on (panel, "Ball", false);
  g_assert_cmpint (tool->shape, ==, TRP_BRUSH_BALL);
  click_on (panel, "Square", false);
  g_assert_cmpint (tool->shape, ==, TRP_BRUSH_SQUARE);
  g_assert_false (tool->smart);
  click_on (panel, "Image", false);
  g_assert_true (tool->smart);
  click_on (panel, "Empty", false);
  g_assert_cmpint (tool->over, ==, TRP_PAINT_OVER_EMPTY);
  click_on (panel, "All", false);
  g_assert_cmpint (tool->over, ==, TRP_PAINT_OVER_ALL);
  click_on (panel, "Range", false);
  g_assert_true (tool->limited);
  g_assert_cmpint (tool->kind, ==, TRP_TOOL_BRUSH);
  g_assert_finalize_object (panel);
}

static GtkWidget *
find_shown (GtkWidget *widget, const char *text)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (is_label (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_shown (child, text);
  return found;
}

/* The push has a shape of its own and the radius of the others; what does not mean it is hidden. */
static void
push_has_its_own_options (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  GtkWidget *panel = g_object_ref_sink (trp_tool_options_new (document));
  const TrpToolSettings *tool = trp_document_get_tool (document);

  click_on (panel, "Brush (2)", true);
  g_assert_nonnull (find_shown (panel, "Square"));
  g_assert_nonnull (find_shown (panel, "Follows"));
  click_on (panel, "Push (4)", true);
  g_assert_cmpint (tool->kind, ==, TRP_TOOL_PUSH);
  g_assert_null (find_shown (panel, "Square"));
  g_assert_null (find_shown (panel, "Follows"));
  g_assert_nonnull (find_shown (panel, "Radius"));
  g_assert_false (tool->push_ball);
  g_signal_emit_by_name (gtk_widget_get_ancestor (find_shown (panel, "Ball"), GTK_TYPE_BUTTON),
                         "clicked");
  g_assert_true (tool->push_ball);
  g_assert_cmpint (tool->shape, ==, TRP_BRUSH_DISC);
  g_assert_finalize_object (panel);
}

/* ---- structures panel ---- */

static void
structures_are_listed_and_changed_through_the_document (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_structures_panel_new (document, scores));
  TrpStructureSet *set = trp_document_peek_edited (document);
  GtkWidget *eye;

  g_assert_nonnull (find (panel, is_label, "GTV"));
  g_assert_nonnull (find (panel, is_label, "0.500"));
  g_assert_nonnull (find (panel, is_label, "1.0 ml"));
  gtk_list_box_select_row (GTK_LIST_BOX (find (panel, is_list, NULL)), get_row (panel, 1));
  g_assert_cmpint (trp_document_get_active (document), ==, 1);
  eye = find (panel, is_tip, "Hide Other");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (eye), FALSE);
  g_assert_false (trp_structure_get_visible (trp_structure_set_get (set, 1)));
  g_assert_nonnull (find (panel, is_tip, "Show Other"));
  trp_document_set_active (document, 0);
  g_assert_true (gtk_list_box_row_is_selected (get_row (panel, 0)));
  trp_document_set_structure_locked (document, 0, true);
  g_assert_nonnull (find (panel, is_tip, "Unlock GTV"));
  g_assert_finalize_object (panel);
}

static void
structures_are_added_renamed_and_deleted_undoably (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_structures_panel_new (document, scores));
  TrpStructureSet *set = trp_document_peek_edited (document);
  GtkWidget *entry;

  gtk_widget_activate_action (panel, "structure.add", NULL);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 3);
  g_assert_nonnull (get_row (panel, 2));
  trp_document_set_active (document, 0);
  gtk_widget_activate_action (panel, "structure.rename", NULL);
  entry = find (GTK_WIDGET (get_row (panel, 0)), is_type, "GtkText");
  gtk_editable_set_text (GTK_EDITABLE (entry), "  GTVp ");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 0)), ==, "GTVp");
  gtk_widget_activate_action (panel, "structure.delete", NULL);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  g_assert_null (get_row (panel, 2));
  trp_document_go_to_step (document, 0);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 0)), ==, "GTV");
  g_assert_nonnull (find (panel, is_label, "GTV"));
  g_assert_finalize_object (panel);
}

static void
wait_for_result (TrpDocument *document)
{
  while (trp_document_is_computing (document))
    g_main_context_iteration (NULL, TRUE);
}

static void
operations_act_on_the_selected_structure (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_structures_panel_new (document, scores));
  TrpStructureSet *set = trp_document_peek_edited (document);
  const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, 0));
  const TrpMask *other = trp_structure_peek_mask (trp_structure_set_get (set, 1));
  const size_t before = trp_mask_count (mask);
  TrpOverlap overlap;

  g_assert_true (trp_overlap_count (mask, other, &overlap, NULL));
  gtk_widget_activate_action (panel, "structure.combine", "(uu)", TRP_BOOLEAN_UNION, 1);
  wait_for_result (document);
  g_assert_true (trp_document_accept_preview (document));
  g_assert_cmpuint (trp_mask_count (mask), ==, before + trp_mask_count (other) - overlap.both);
  trp_document_undo (document);
  g_assert_cmpuint (trp_mask_count (mask), ==, before);
  paint (document, trp_vec3 (2, 2, 2));
  trp_document_end_stroke (document);
  gtk_widget_activate_action (panel, "structure.split", NULL);
  wait_for_result (document);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 3);
  trp_document_undo (document);
  gtk_widget_activate_action (panel, "structure.clean", "u", TRP_OPERATION_KEEP_LARGEST);
  wait_for_result (document);
  g_assert_true (trp_document_accept_preview (document));
  g_assert_cmpuint (trp_mask_count (mask), ==, before);
  g_assert_finalize_object (panel);
}

/* ---- history ---- */

static void
history_goes_to_the_step_that_is_chosen (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  GtkWidget *panel = g_object_ref_sink (trp_history_panel_new (document));
  GtkWidget *list = find (panel, is_list, NULL);
  TrpStructure *structure = trp_document_peek_active (document);
  size_t counts[3];

  counts[0] = trp_mask_count (trp_structure_peek_mask (structure));
  for (int n = 1; n < 3; n++)
    {
      paint (document, trp_vec3 (20 + 3 * n, 15, 15));
      trp_document_end_stroke (document);
      counts[n] = trp_mask_count (trp_structure_peek_mask (structure));
    }
  g_assert_nonnull (get_row (panel, 2));
  g_assert_true (gtk_list_box_row_is_selected (get_row (panel, 2)));
  for (int n = 0; n < 3; n++)
    {
      gtk_list_box_select_row (GTK_LIST_BOX (list), get_row (panel, n));
      g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (structure)), ==, counts[n]);
      g_assert_cmpint (gtk_widget_has_css_class (GTK_WIDGET (get_row (panel, 2)), "future"), ==,
                       n < 2);
    }
  /* a new step instead of an undone one changes that row and no other */
  trp_document_undo (document);
  trp_document_rename_structure (document, 0, "CTV");
  g_assert_nonnull (find (GTK_WIDGET (get_row (panel, 2)), is_label, "Rename GTV to CTV"));
  g_assert_nonnull (find (GTK_WIDGET (get_row (panel, 1)), is_label, "Brush GTV"));
  g_assert_null (get_row (panel, 3));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (panel);
}

/* A ball of 3 mm has 29 voxels in its largest slice; 24 mm are shown, on 48 pixels: 4 a voxel. */
static void
history_pictures_show_what_changed (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  TrpEditSession *session = trp_document_peek_session (document);
  const uint32_t color = trp_palette_pack (
    trp_structure_get_color (trp_document_peek_active (document)));
  g_autoptr (GdkTexture) texture = NULL;
  uint32_t pixels[48 * 48];
  size_t n_colored = 0;

  paint (document, trp_vec3 (30, 30, 30));
  trp_document_end_stroke (document);
  texture = trp_history_thumbnail_new (
    document, trp_history_get (trp_edit_session_peek_history (session), 0), 48);
  g_assert_nonnull (texture);
  gdk_texture_download (texture, (guchar *) pixels, 48 * 4);
  for (size_t n = 0; n < 48 * 48; n++)
    {
      const int red = pixels[n] >> 16 & 0xff, blue = pixels[n] & 0xff;

      if (red == blue)
        continue;
      n_colored++;
      g_assert_cmpint (abs (red - (int) lrint (0.75 * (color >> 16) + 0.25 * (pixels[0] & 0xff))),
                       <=, 1);
    }
  g_assert_cmpuint (n_colored, ==, 4 * 29);
  trp_document_rename_structure (document, 0, "CTV");
  g_assert_null (trp_history_thumbnail_new (
    document, trp_history_get (trp_edit_session_peek_history (session), 1), 48));
}

/* ---- jobs ---- */

static void *
run_job (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  if (data)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is no room for this");
      return NULL;
    }
  return g_strdup ("done");
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  g_free (result);
}

static TrpJob *
start_job (TrpDocument *document, bool fails)
{
  static const TrpJobClass klass = { .run = run_job, .done = on_done, .free_result = g_free };
  TrpJob *job = trp_job_start (&klass, fails ? "Fails" : "Works", fails ? &run_job : NULL, NULL);

  trp_document_add_job (document, job);
  trp_job_unref (job);
  return job;
}

static void
jobs_that_fail_stay_until_dismissed (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  GtkWidget *panel = g_object_ref_sink (trp_jobs_panel_new (document));
  GtkWidget *dismiss;

  g_assert_false (gtk_widget_get_visible (panel));
  start_job (document, false);
  start_job (document, true);
  while (trp_document_count_running_jobs (document) > 0)
    g_main_context_iteration (NULL, TRUE);
  for (int turn = 0; turn < 50; turn++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (find (panel, is_label, "Works"));
  g_assert_nonnull (find (panel, is_label, "Fails"));
  g_assert_nonnull (find (panel, is_label, "There is no room for this"));
  g_assert_true (gtk_widget_get_visible (panel));
  dismiss = find (panel, is_tip, "Dismiss");
  g_signal_emit_by_name (dismiss, "clicked");
  g_assert_cmpuint (trp_document_get_jobs (document)->len, ==, 0);
  g_assert_false (gtk_widget_get_visible (panel));
  g_assert_finalize_object (panel);
}

/* ---- strip ---- */

static void
strip_shows_the_slice_and_goes_where_it_is_clicked (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *strip = trp_slice_strip_new (document, scores);
  GtkWidget *area = find (strip, is_type, "GtkDrawingArea");
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (area);

  gtk_window_set_default_size (GTK_WINDOW (window), 460, 120);
  gtk_window_set_child (GTK_WINDOW (window), strip);
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (area) < 100)
    g_main_context_iteration (NULL, TRUE);
  trp_document_set_cursor (document, trp_vec3 (20, 15, 12));
  /* 100 voxels of 1 mm2 on each side, half of them common */
  g_assert_nonnull (
    find (strip, is_label,
          "slice 13    Dice 0.500    area 1.0 cm\u00b2    outside 0.5, missing 0.5 cm\u00b2"));
  /* on the border of two slices, short of it by rounding: as the panes, which say 14 */
  trp_document_set_cursor (document, trp_vec3 (20, 15, 12.5 - 1e-9));
  g_assert_nonnull (
    find (strip, is_label,
          "slice 14    Dice 0.500    area 1.0 cm\u00b2    outside 0.5, missing 0.5 cm\u00b2"));
  for (guint n = 0; n < g_list_model_get_n_items (controllers); n++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, n);

      /* the middle of the chart is between slices 20 and 21: the area from 46 to width - 14 */
      if (GTK_IS_GESTURE_CLICK (controller))
        g_signal_emit_by_name (controller, "pressed", 1,
                               46 + 0.51 * (gtk_widget_get_width (area) - 60), 20.0);
    }
  trp_assert_near (trp_document_get_cursor (document).v[2], 20, 1e-9);
  trp_assert_near (trp_document_get_cursor (document).v[0], 20, 1e-9);
  /* the left block runs 5 mm outside, the right one is missed by 5 mm, all else lies on each other:
   * outside and missing weigh the same */
  wait_for_distances (scores);
  gtk_toggle_button_set_active (
    GTK_TOGGLE_BUTTON (gtk_widget_get_ancestor (find (strip, is_label, "Distance per slice"),
                                                GTK_TYPE_TOGGLE_BUTTON)),
    TRUE);
  trp_document_set_cursor (document, trp_vec3 (20, 15, 12));
  g_assert_nonnull (
    find (strip, is_label, "slice 13    outside 5.0 mm    missing 5.0 mm    mean +0.0 mm"));
  trp_document_set_cursor (document, trp_vec3 (20, 15, 30));
  g_assert_nonnull (find (strip, is_label, "slice 31    nothing there"));
  trp_document_set_reference (document, -1);
  g_assert_false (gtk_widget_get_visible (strip));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* ---- the window's parts ---- */

static void
side_panel_finds_its_place (void)
{
  GtkWidget *panel = g_object_ref_sink (trp_side_panel_new (gtk_label_new ("content")));
  TrpSidePanel *side = TRP_SIDE_PANEL (panel);
  GtkWidget *button = trp_side_panel_get_button (side);

  trp_side_panel_fit (side, 1280, 800);
  g_assert_true (gtk_widget_get_visible (panel));
  g_assert_false (gtk_widget_get_visible (button));
  g_assert_cmpint (trp_side_panel_get_taken (side), ==, 272);
  trp_side_panel_fit (side, 1920, 1080);
  g_assert_cmpint (trp_side_panel_get_taken (side), ==, 300);
  trp_side_panel_fit (side, 1024, 768);
  g_assert_false (gtk_widget_get_visible (panel));
  g_assert_true (gtk_widget_get_visible (button));
  g_assert_null (find (panel, is_label, "content"));
  g_assert_cmpint (trp_side_panel_get_taken (side), ==, 0);
  trp_side_panel_set_shown (side, false);
  g_assert_false (gtk_widget_get_visible (button));
  trp_side_panel_set_shown (side, true);
  trp_side_panel_fit (side, 1280, 800);
  g_assert_nonnull (find (panel, is_label, "content"));
  g_assert_finalize_object (panel);
}

static void
hidden_identity_stays_out_of_the_warning (void)
{
  const TrpGeometry geometry = make_geometry ();
  const TrpDisplay display = { { 400, 40, false, false }, false };
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *bar = g_object_ref_sink (trp_message_bar_new (document));

  for (int n = 0; n < 2; n++)
    {
      const TrpVolumeInfo info = { .patient_id = (char *) (n ? "ANNA" : "BERTA") };
      g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (uint8_t, N * N * N), N * N * N);
      g_autoptr (TrpVolume)
        volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, &info, NULL);

      trp_document_set_volume (document, n ? TRP_ROLE_CT : TRP_ROLE_MR, volume, &display);
    }
  g_assert_nonnull (find (bar, is_label,
                          "Different patients side by side: MR belongs to BERTA, CT belongs to "
                          "ANNA."));
  trp_message_bar_set_identity_shown (TRP_MESSAGE_BAR (bar), false);
  g_assert_nonnull (find (bar, is_label, "Different patients side by side."));
  g_assert_finalize_object (bar);
}

static bool
is_chosen (GtkWidget *widget, const char *text)
{
  GObject *item = GTK_IS_DROP_DOWN (widget)
                    ? gtk_drop_down_get_selected_item (GTK_DROP_DOWN (widget))
                    : NULL;

  return item && strcmp (gtk_string_object_get_string (GTK_STRING_OBJECT (item)), text) == 0;
}

static void
automatic_readings_are_marked_until_they_are_changed (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpDocument) document = make_document ();
  g_autoptr (TrpLiveScores) scores = trp_live_scores_new (document);
  GtkWidget *panel = g_object_ref_sink (trp_structures_panel_new (document, scores));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("net", &geometry);
  g_autoptr (TrpStructure) gtv = make_block ("GTV", 10);

  trp_structure_set_origin (gtv, TRP_ORIGIN_AUTOMATIC);
  trp_structure_set_append (set, gtv);
  trp_document_set_edited (document, (int) trp_document_add_reading (document, set));
  g_assert_nonnull (find (panel, is_chosen, "net (automatic)"));
  g_assert_nonnull (find (panel, is_tip, "GTV\nAutomatic, unchanged"));
  paint (document, trp_vec3 (30, 30, 30));
  trp_document_end_stroke (document);
  g_assert_null (find (panel, is_chosen, "net (automatic)"));
  g_assert_nonnull (find (panel, is_chosen, "net"));
  g_assert_nonnull (find (panel, is_tip, "GTV\nAutomatic, then edited"));
  g_assert_finalize_object (panel);
}

/* ---- running networks ---- */

static void
put_image (TrpDocument *document, TrpRole role, TrpModality modality)
{
  const TrpGeometry geometry = make_geometry ();
  const TrpVolumeInfo info = { .modality = modality };
  const TrpDisplay display = { { 400, 40, false, false }, false };
  g_autoptr (GBytes)
    bytes = g_bytes_new_take (g_new0 (int16_t, N * N * N), N * N * N * sizeof (int16_t));
  g_autoptr (TrpVolume)
    volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, NULL);

  trp_document_set_volume (document, role, volume, &display);
}

static bool
is_chooser (GtkWidget *widget, const char *first)
{
  GListModel *list = GTK_IS_DROP_DOWN (widget) ? gtk_drop_down_get_model (GTK_DROP_DOWN (widget))
                                               : NULL;
  g_autoptr (GtkStringObject) item = list ? g_list_model_get_item (list, 0) : NULL;

  return item && strcmp (gtk_string_object_get_string (item), first) == 0;
}

/* Returns: whether it can be started with the network and image that are named first. */
static bool
is_offered (TrpDocument *document, TrpRunKind kind, const char *model, const char *image)
{
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (GtkWindow) window = NULL;
  GtkWidget *start;
  bool ok;

  g_assert_cmpuint (g_list_model_get_n_items (windows), ==, 0);
  trp_run_model_ask (NULL, document, kind);
  window = g_list_model_get_item (windows, 0);
  start = gtk_widget_get_parent (find (GTK_WIDGET (window), is_label, "Start"));
  ok = find (GTK_WIDGET (window), is_chooser, model) && gtk_widget_get_sensitive (start) &&
       find (GTK_WIDGET (window), is_chooser, image);
  gtk_window_destroy (window);
  return ok;
}

static void
networks_are_offered_for_their_own_kind_of_image (void)
{
  static const char to_ct[] = "demo-mr-to-ct.safetensors", prostate[] = "demo-prostate.safetensors";
  g_autoptr (TrpDocument) document = trp_document_new ();

  put_image (document, TRP_ROLE_MR, TRP_MODALITY_MR);
  g_assert_true (is_offered (document, TRP_RUN_SYNTHESIZE, to_ct, "MR"));
  g_assert_false (is_offered (document, TRP_RUN_SEGMENT, prostate, "MR"));
  put_image (document, TRP_ROLE_CT, TRP_MODALITY_CT);
  g_assert_true (is_offered (document, TRP_RUN_SEGMENT, prostate, "CT"));
  put_image (document, TRP_ROLE_SYNCT, TRP_MODALITY_SYNCT);
  g_assert_true (is_offered (document, TRP_RUN_SEGMENT, prostate, "SynCT"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/panels/scores/dice-follows-in-the-same-call", dice_follows_in_the_same_call);
  g_test_add_func ("/panels/scores/distances-follow-and-tell-when-stale",
                   distances_follow_and_tell_when_stale);
  g_test_add_func ("/panels/scores/another-structure-gets-its-own-distances",
                   another_structure_gets_its_own_distances);
  g_test_add_func ("/panels/scores/other-structures-follow-later", other_structures_follow_later);
  g_test_add_func ("/panels/scores/tolerance-makes-numbers-stale", tolerance_makes_numbers_stale);
  g_test_add_func ("/panels/scores/another-grid-is-resampled", another_grid_is_resampled);
  g_test_add_func ("/panels/scores/without-reference-the-reason-is-given",
                   without_reference_the_reason_is_given);
  g_test_add_func ("/panels/metrics/show-numbers-and-go-to-the-worst",
                   metrics_show_numbers_and_go_to_the_worst);
  g_test_add_func ("/panels/metrics/worst-places-are-gone-to", worst_places_are_gone_to);
  g_test_add_func ("/panels/metrics/all-numbers-follow", all_numbers_follow);
  g_test_add_func ("/panels/metrics/structures-are-sorted-by-their-numbers",
                   structures_are_sorted_by_their_numbers);
  g_test_add_func ("/panels/metrics/signed-field-belongs-to-the-reference",
                   signed_field_belongs_to_the_reference);
  g_test_add_func ("/panels/metrics/doubtful-geometry-marks-the-numbers",
                   doubtful_geometry_marks_the_numbers);
  g_test_add_func ("/panels/tools/and-options-are-chosen-by-click",
                   tools_and_options_are_chosen_by_click);
  g_test_add_func ("/panels/tools/push-has-its-own-options", push_has_its_own_options);
  g_test_add_func ("/panels/structures/operations-act-on-the-selected-structure",
                   operations_act_on_the_selected_structure);
  g_test_add_func ("/panels/structures/are-listed-and-changed-through-the-document",
                   structures_are_listed_and_changed_through_the_document);
  g_test_add_func ("/panels/structures/are-added-renamed-and-deleted-undoably",
                   structures_are_added_renamed_and_deleted_undoably);
  g_test_add_func ("/panels/history/pictures-show-what-changed",
                   history_pictures_show_what_changed);
  g_test_add_func ("/panels/history/goes-to-the-step-that-is-chosen",
                   history_goes_to_the_step_that_is_chosen);
  g_test_add_func ("/panels/jobs/that-fail-stay-until-dismissed",
                   jobs_that_fail_stay_until_dismissed);
  g_test_add_func ("/panels/strip/shows-the-slice-and-goes-where-it-is-clicked",
                   strip_shows_the_slice_and_goes_where_it_is_clicked);
  g_test_add_func ("/panels/structures/of-automatic-readings-are-marked",
                   automatic_readings_are_marked_until_they_are_changed);
  g_test_add_func ("/panels/networks/are-offered-for-their-own-kind-of-image",
                   networks_are_offered_for_their_own_kind_of_image);
  g_test_add_func ("/panels/side/finds-its-place", side_panel_finds_its_place);
  g_test_add_func ("/panels/messages/hidden-identity-stays-out",
                   hidden_identity_stays_out_of_the_warning);
  return g_test_run ();
}
