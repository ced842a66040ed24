/* test-readings.c - several readings at once: agreement, consensus, table, and readers that are
 * hidden
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Blocks of 10 x 10 x 10 voxels of 1 mm, shifted along x: two that lie 5 voxels apart have Dice
 * 2 * 500 / 2000 = 0.5; of three at 10, 12 and 15 at least two hold x from 12 to 21.
 */

#include "core/structure/vote.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/dialogs/compare-readings.h"
#include "ui/dialogs/operation.h"
#include "ui/dialogs/reading-matrix.h"
#include "ui/document-blind.h"
#include "ui/document-compare.h"
#include "ui/document-consensus.h"
#include "ui/document-private.h"
#include "ui/document-save.h"
#include "ui/panels/readings.h"
#include "ui/slice-view.h"
#include "ui/window.h"

#include <string.h>

enum
{
  N = 40,
  MOST_SECONDS = 20,
};

static const char *const readers[] = { "oncologist", "radiographer", "student" };
static const size_t lefts[] = { 10, 12, 15 };

static TrpGeometry
make_geometry (double spacing)
{
  const size_t n = (size_t) (N / spacing);

  return trp_geometry_axial (
    (size_t[]){ n, n, n }, (double[]){ spacing, spacing, spacing },
    trp_vec3 (0.5 * (spacing - 1), 0.5 * (spacing - 1), 0.5 * (spacing - 1)));
}

/* The block begins @left mm along x, whatever the grid. */
static TrpStructure *
make_block (const char *name, size_t left, double spacing)
{
  const TrpGeometry geometry = make_geometry (spacing);
  TrpMask *mask = trp_mask_new (&geometry);
  const size_t first = (size_t) ((double) left / spacing), from = (size_t) (10 / spacing);

  for (size_t k = from; k < 2 * from; k++)
    for (size_t j = from; j < 2 * from; j++)
      for (size_t i = first; i < first + from; i++)
        trp_mask_set (mask, i, j, k, true);
  return trp_structure_new (name, trp_color_get_default (0), mask);
}

static void
add_reading (TrpDocument *document, const char *name, size_t left, double spacing)
{
  const TrpGeometry geometry = make_geometry (spacing);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new (name, &geometry);
  g_autoptr (TrpStructure) gtv = make_block ("GTV", left, spacing);
  g_autoptr (TrpStructure) other = make_block ("Other", 2, spacing);

  trp_structure_set_origin (gtv, TRP_ORIGIN_AUTOMATIC);
  trp_structure_set_append (set, gtv);
  trp_structure_set_append (set, other);
  trp_document_add_reading (document, set);
}

static void
fill (TrpDocument *document, const char *source)
{
  const TrpGeometry geometry = make_geometry (1);
  const TrpDisplay display = { { 255, 127.5, true, false }, false };
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_MR, .source = (char *) source };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (uint8_t, N * N * N), N * N * N);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, &info, NULL);

  trp_document_set_volume (document, TRP_ROLE_MR, volume, &display);
  for (size_t n = 0; n < G_N_ELEMENTS (readers); n++)
    add_reading (document, readers[n], lefts[n], 1);
}

/* ---- waiting ---- */

static gboolean
on_timeout (gpointer data)
{
  *(bool *) data = true;
  return G_SOURCE_REMOVE;
}

typedef bool (*Condition) (gpointer data);

static void
wait_for (Condition condition, gpointer data)
{
  bool is_late = false;
  const guint timeout = g_timeout_add_seconds (MOST_SECONDS, on_timeout, &is_late);

  while (!condition (data) && !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
}

static bool
has_agreement (gpointer document)
{
  return trp_document_peek_agreement (document) != NULL;
}

static bool
has_consensus (gpointer document)
{
  return trp_document_peek_consensus (document) != NULL;
}

static bool
is_measured (gpointer matrix)
{
  return trp_reading_matrix_is_current (matrix);
}

static int
find_reading (TrpDocument *document, const char *name)
{
  for (guint n = 0; n < trp_document_get_n_readings (document); n++)
    if (strcmp (trp_structure_set_get_name (trp_document_get_reading (document, n)), name) == 0)
      return (int) n;
  return -1;
}

/* ---- which are compared ---- */

/* The program's own copy of the first reading would count its reader twice. */
static void
a_copy_to_edit_is_nobodys_reading (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (GArray) compared = NULL;

  fill (document, NULL);
  g_assert_cmpuint (trp_document_get_n_readings (document), ==, 4);
  compared = trp_document_list_compared (document, "GTV");
  g_assert_cmpuint (compared->len, ==, 3);
  for (guint n = 0; n < 3; n++)
    g_assert_cmpint (trp_document_get_reading_kind (document, g_array_index (compared, guint, n)),
                     ==, TRP_READING_OPENED);
  g_assert_null (trp_document_find_why_not_compared (document));
  trp_document_set_compared (document, g_array_index (compared, guint, 0), false);
  trp_document_set_compared (document, g_array_index (compared, guint, 1), false);
  g_autofree char *reason = trp_document_find_why_not_compared (document);

  g_assert_nonnull (strstr (reason, "Two readings are needed"));
}

/* After a crash, too: the journal gives the consensus back, and it is not taken for a reader. */
static void
a_restored_consensus_is_nobodys_reading (void)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_UNION, TRP_TIE_OUTSIDE, 10 };
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpDocument) again = trp_document_new ();
  g_autoptr (TrpStructureSet) set = NULL;

  fill (document, NULL);
  trp_document_make_consensus (document, &options, true);
  wait_for (has_consensus, document);
  set = trp_edit_session_snapshot (trp_document_peek_session (document));
  fill (again, NULL);
  trp_document_adopt_session (again, trp_edit_session_new (set));
  g_assert_cmpint (
    trp_document_get_reading_kind (again, (guint) find_reading (again, "union of 3")), ==,
    TRP_READING_CONSENSUS);
}

/* ---- agreement ---- */

static void
check_levels (TrpDocument *document, size_t third, size_t second, size_t first)
{
  const TrpAgreement *agreement = trp_document_peek_agreement (document);
  const size_t expected[] = { first, second, third };

  g_assert_cmpuint (agreement->n_readings, ==, 3);
  for (size_t n = 0; n < 3; n++)
    g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (agreement->levels->pdata[n])), ==,
                      expected[n]);
}

/* Blocks at 10, 12, 15: all from 15 to 19, two from 12 to 21, any from 10 to 24. */
static void
agreement_counts_readings_and_follows_a_stroke (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  TrpToolSettings tool;

  fill (document, NULL);
  trp_document_set_agreement_shown (document, true);
  wait_for (has_agreement, document);
  check_levels (document, 500, 1000, 1500);
  trp_document_set_edited (document, find_reading (document, "student"));
  wait_for (has_agreement, document);
  tool = *trp_document_get_tool (document);
  tool.kind = TRP_TOOL_BRUSH;
  tool.shape = TRP_BRUSH_BALL;
  tool.radius_mm = 0.6; /* one voxel */
  trp_document_set_tool (document, &tool);
  g_assert_true (
    trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, trp_vec3 (14, 14, 14)));
  check_levels (document, 501, 1000, 1500); /* in the same call */
  trp_document_end_stroke (document);
  trp_document_undo (document);
  check_levels (document, 500, 1000, 1500);
  trp_document_set_agreement_shown (document, false);
  g_assert_null (trp_document_peek_agreement (document));
}

/* Seen on a picture of zeros: the colour of the level at the stated opacity. */
static void
agreement_is_drawn_in_the_colour_of_its_level (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpViewState) state = trp_view_state_new (TRP_ORIENTATION_AXIAL);
  const TrpGeometry geometry = make_geometry (1);
  TrpSliceView *view;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 400, 400);
  cairo_t *cr = cairo_create (surface);
  GskRenderNode *node;

  fill (document, NULL);
  trp_document_set_fill_opacity (document, 0);
  trp_document_set_cursor (document, trp_vec3 (30, 30, 15));
  trp_view_state_set_fit_geometry (state, &geometry);
  view = TRP_SLICE_VIEW (trp_slice_view_new (document, TRP_ROLE_MR, state));
  g_object_ref_sink (view);
  trp_document_set_agreement_shown (document, true);
  wait_for (has_agreement, document);
  node = trp_slice_view_make_node (view, 400, 400);
  gsk_render_node_draw (node, cr);
  cairo_surface_flush (surface);
  for (guint count = 1; count <= 3; count++)
    {
      static const double places[] = { 11, 13.5, 17 }; /* one, two, all three; off the outlines */
      TrpRaster raster = trp_view_state_get_raster (state, trp_document_get_cursor (document), 400,
                                                    400, 1);
      const uint32_t rgb = trp_palette_get_agreement (count, 3);
      double x, y;
      uint32_t seen;

      trp_raster_px_from_lps (&raster, trp_vec3 (places[count - 1], 13, 15), &x, &y);
      memcpy (&seen,
              cairo_image_surface_get_data (surface) +
                (size_t) y * (size_t) cairo_image_surface_get_stride (surface) + 4 * (size_t) x,
              4);
      for (unsigned shift = 0; shift < 24; shift += 8)
        trp_assert_near ((double) (seen >> shift & 0xff), 0.45 * (double) (rgb >> shift & 0xff), 3);
    }
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  g_assert_finalize_object (view);
}

/* ---- consensus ---- */

static void
a_majority_becomes_a_reading_that_can_be_undone_and_saved (void)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_MAJORITY, TRP_TIE_OUTSIDE, 10 };
  g_autoptr (TrpDocument) document = trp_document_new ();
  TrpStructureSet *set;

  fill (document, NULL);
  trp_document_make_consensus (document, &options, true);
  wait_for (has_consensus, document);
  set = trp_document_peek_edited (document);
  g_assert_cmpstr (trp_structure_set_get_name (set), ==, "majority of 3");
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_find (set, "GTV"));

  g_assert_cmpuint (trp_mask_count (mask), ==, 1000);
  g_assert_true (trp_mask_get (mask, 12, 15, 15) && trp_mask_get (mask, 21, 15, 15));
  g_assert_false (trp_mask_get (mask, 11, 15, 15) || trp_mask_get (mask, 22, 15, 15));
  g_assert_cmpstr (trp_structure_get_name (trp_document_peek_active (document)), ==, "GTV");
  g_assert_true (trp_document_has_unsaved (document));
  g_assert_false (trp_document_is_compared (document, (guint) trp_document_get_edited (document)));
  trp_document_undo (document);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
}

/* Three readers, of whom one draws 5 voxels aside: he is the least sensitive. */
static void
staple_tells_how_well_each_agrees (void)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_STAPLE, TRP_TIE_OUTSIDE, 10 };
  g_autoptr (TrpDocument) document = trp_document_new ();

  fill (document, NULL);
  trp_document_make_consensus (document, &options, false);
  wait_for (has_consensus, document);
  const GPtrArray *parts = trp_document_peek_consensus (document);
  const TrpConsensusPart *part = parts->pdata[0];

  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmpstr (part->readings[2], ==, "student");
  g_assert_cmpfloat (part->made->staple->sensitivity[2], <, part->made->staple->sensitivity[1]);
  g_assert_true (part->made->staple->converged);
}

static char *last_message;

static void
on_message (TrpDocument *document, int severity, const char *text)
{
  g_free (last_message);
  last_message = g_strdup (text);
}

/* A block from 12 to 21 on voxels of 2 mm is the block of 1 mm. */
static void
readings_on_other_grids_are_counted_and_it_is_said (void)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_INTERSECTION, TRP_TIE_OUTSIDE, 10 };
  g_autoptr (TrpDocument) document = trp_document_new ();

  fill (document, NULL);
  add_reading (document, "coarse", 12, 2);
  g_signal_connect (document, "message", G_CALLBACK (on_message), NULL);
  trp_document_make_consensus (document, &options, false);
  wait_for (has_consensus, document);
  const TrpConsensusPart *part = trp_document_peek_consensus (document)->pdata[0];

  g_assert_cmpuint (part->made->n_resampled, ==, 1);
  g_assert_cmpuint (trp_mask_count (part->made->mask), ==, 500); /* 15 to 19, as without it */
  g_assert_nonnull (strstr (last_message, "other grids"));
}

/* ---- the table ---- */

static GtkWidget *
find_button (GtkWidget *widget, const char *text)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, text);

      if (found)
        return found;
    }
  return NULL;
}

static void
the_table_measures_pairs_and_a_click_compares_them (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  GtkWidget *matrix = g_object_ref_sink (trp_reading_matrix_new (document));
  g_autofree char *csv = NULL;

  fill (document, NULL);
  trp_reading_matrix_set_structure (TRP_READING_MATRIX (matrix), "GTV");
  wait_for (is_measured, matrix);
  csv = trp_reading_matrix_dup_csv (TRP_READING_MATRIX (matrix));
  g_assert_cmpstr (csv, ==,
                   "dice,oncologist,radiographer,student\n"
                   "oncologist,1,0.8,0.5\n"
                   "radiographer,0.8,1,0.7\n"
                   "student,0.5,0.7,1\n");
  g_signal_emit_by_name (find_button (matrix, "0.700"), "clicked");
  g_assert_cmpint (trp_document_get_reference (document), ==,
                   find_reading (document, "radiographer"));
  g_assert_cmpint (trp_document_get_edited (document), ==, find_reading (document, "student"));
  g_assert_finalize_object (matrix);
}

/* ---- hidden readers ---- */

static bool
tells (const char *text)
{
  for (size_t n = 0; text && n < G_N_ELEMENTS (readers); n++)
    if (strstr (text, readers[n]))
      return true;
  return text && (strstr (text, "(automatic)") || strstr (text, "Automatic, "));
}

/* Every text property of the object, whatever it is called. */
static int
count_in_properties (GObject *object)
{
  guint n_properties;
  g_autofree GParamSpec **properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (object),
                                                                       &n_properties);
  int count = 0;

  for (guint n = 0; n < n_properties; n++)
    if (properties[n]->value_type == G_TYPE_STRING && properties[n]->flags & G_PARAM_READABLE)
      {
        g_autofree char *text = NULL;

        g_object_get (object, properties[n]->name, &text, NULL);
        if (tells (text))
          {
            g_test_message ("%s.%s: %s", G_OBJECT_TYPE_NAME (object), properties[n]->name, text);
            count++;
          }
      }
  return count;
}

static int
count_in_model (GListModel *model)
{
  int count = 0;

  for (guint n = 0; model && n < g_list_model_get_n_items (model); n++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, n);

      count += count_in_properties (item);
    }
  return count;
}

static int
count_in_menu (GMenuModel *menu)
{
  int count = 0;

  for (int n = 0; menu && n < g_menu_model_get_n_items (menu); n++)
    {
      g_autofree char *label = NULL;

      g_menu_model_get_item_attribute (menu, n, "label", "s", &label);
      count += tells (label);
      for (const char *const *link = (const char *const[]){ "section", "submenu", NULL }; *link;
           link++)
        {
          g_autoptr (GMenuModel) child = g_menu_model_get_item_link (menu, n, *link);

          count += count_in_menu (child);
        }
    }
  return count;
}

/* How many texts of the widget and all below it name a reader. */
static int
count_names (GtkWidget *widget)
{
  int count = count_in_properties (G_OBJECT (widget));

  if (GTK_IS_DROP_DOWN (widget))
    count += count_in_model (gtk_drop_down_get_model (GTK_DROP_DOWN (widget)));
  if (GTK_IS_MENU_BUTTON (widget))
    count += count_in_menu (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    count += count_names (child);
  return count;
}

static int
count_names_in_windows (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  int count = 0;

  for (guint n = 0; n < g_list_model_get_n_items (windows); n++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, n);

      count += count_names (window);
    }
  return count;
}

static void
run_nothing (TrpJob *job, void *result, const GError *error, void *user_data)
{
}

static void *
return_data (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  return data;
}

static const TrpJobClass nothing_class = { return_data, NULL, run_nothing, NULL, NULL, NULL };

static bool
has_no_running_jobs (gpointer document)
{
  return trp_document_count_running_jobs (document) == 0;
}

/* With the legend, the table, the result of STAPLE, a job, and messages of before. */
static GtkWidget *
show_everything (TrpDocument **out_document)
{
  const TrpConsensusOptions options = { TRP_CONSENSUS_STAPLE, TRP_TIE_OUTSIDE, 10 };
  GtkWidget *window = trp_main_window_new (NULL);
  TrpDocument *document = trp_main_window_get_document (TRP_MAIN_WINDOW (window));
  g_autoptr (TrpJob) job = NULL;

  fill (document, NULL);
  trp_document_set_case_name (document, "P7, student on MR");
  trp_document_set_readings_shown (document, true);
  trp_document_set_agreement_shown (document, true);
  trp_document_make_consensus (document, &options, true);
  wait_for (has_consensus, document);
  trp_document_set_edited (document, find_reading (document, "student"));
  trp_document_set_reference (document, find_reading (document, "oncologist"));
  trp_compare_readings_show (GTK_WINDOW (window), document);
  job = trp_job_start (&nothing_class, "Open oncologist.nii.gz", document, NULL);
  trp_document_add_job (document, job);
  wait_for (has_no_running_jobs, document);
  trp_document_report (document, TRP_SEVERITY_WARNING, "radiographer: a slice is missing");
  *out_document = document;
  return window;
}

/* A reading of somebody else's patient is warned of by its name. */
static void
add_stranger (TrpDocument *document)
{
  TrpStructureSet *student = trp_document_get_reading (document,
                                                       (guint) find_reading (document, readers[2]));
  const TrpGeometry geometry = make_geometry (1);
  g_autoptr (TrpStructureSet) other = trp_structure_set_new ("other", &geometry);

  trp_structure_set_set_patient_id (student, "P1");
  trp_structure_set_set_patient_id (other, "P2");
  trp_document_add_reading (document, other);
}

static void
no_text_tells_whose_readings_they_are (void)
{
  TrpDocument *document;
  GtkWidget *window = show_everything (&document);

  add_stranger (document);
  g_assert_nonnull (trp_document_get_identity_conflict (document));
  g_assert_cmpint (count_names_in_windows (), >, 10); /* else the walk sees nothing */
  g_assert_true (trp_document_hide_readers (document, 7));
  g_assert_cmpint (count_names_in_windows (), ==, 0);
  trp_document_report (document, TRP_SEVERITY_ERROR, "/data/student.nii.gz: the disk is full");
  trp_document_add_structure (document, "New");
  trp_document_set_edited (document, find_reading (document, "radiographer"));
  g_assert_nonnull (
    trp_operation_dialog_open (GTK_WINDOW (window), document, TRP_OPERATION_COPY, &trp_test_axial));
  g_assert_cmpint (count_names_in_windows (), ==, 0);
  trp_document_show_readers (document);
  g_assert_cmpint (count_names_in_windows (), >, 10);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The letters say nothing of the order in which readings were opened, and the seed says all. */
static void
the_order_comes_from_the_seed (void)
{
  bool differs = false;

  for (uint64_t seed = 1; seed < 20; seed++)
    {
      g_autoptr (TrpDocument) document = trp_document_new ();
      g_autoptr (TrpDocument) again = trp_document_new ();
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;

      fill (document, NULL);
      for (size_t n = G_N_ELEMENTS (readers); n-- > 0;) /* opened the other way round */
        add_reading (again, readers[n], lefts[n], 1);
      g_assert_true (trp_document_hide_readers (document, seed));
      g_assert_true (trp_document_hide_readers (again, seed));
      first = trp_document_dup_readers (document);
      second = trp_document_dup_readers (again);
      g_assert_cmpstr (first, ==, second);
      differs = differs || !g_str_has_prefix (first, "Reader A is oncologist");
    }
  g_assert_true (differs);
}

static void
a_case_that_is_opened_again_is_still_blind (void)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  for (int pass = 0; pass < 3; pass++)
    {
      g_autoptr (TrpDocument) document = trp_document_new ();

      fill (document, "/nowhere/case-1/mr.nii.gz");
      if (pass == 0)
        {
          g_assert_true (trp_document_hide_readers (document, 11));
          before = trp_document_dup_readers (document);
          continue;
        }
      g_assert_true (trp_document_is_blind (document) == (pass == 1));
      g_assert_cmpuint (trp_document_get_blind_seed (document), ==, pass == 1 ? 11 : 0);
      if (pass == 1)
        {
          add_reading (document, "latecomer", 14, 1);
          g_assert_cmpstr (
            trp_document_get_reading_label (document, (guint) find_reading (document, "latecomer")),
            ==, "Reader D");
          after = trp_document_dup_readers (document);
          g_assert_true (g_str_has_prefix (after, before));
          trp_document_show_readers (document);
        }
    }
}

static void
names_are_hidden_as_words (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  fill (document, NULL);
  g_assert_true (trp_document_hide_readers (document, 3));
  text = trp_document_hide_names (document, "students read student.nii, not /x/student/y");
  const char *alias = trp_document_get_reading_label (document,
                                                      (guint) find_reading (document, "student"));

  expected = g_strdup_printf ("students read %s.nii, not /x/%s/y", alias, alias);
  g_assert_cmpstr (text, ==, expected);
}

/* Readings are called by their files; the file's name without its ending tells as much. */
static void
names_are_hidden_without_their_endings (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;

  fill (document, NULL);
  add_reading (document, "nurse.nii.gz", 14, 1);
  g_assert_true (trp_document_hide_readers (document, 3));
  text = trp_document_hide_names (document, "nurse.nii.gz, /nurse/x");
  const char *alias = trp_document_get_reading_label (
    document, (guint) find_reading (document, "nurse.nii.gz"));

  expected = g_strdup_printf ("%s, /%s/x", alias, alias);
  g_assert_cmpstr (text, ==, expected);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/readings/a-copy-to-edit-is-nobodys-reading",
                   a_copy_to_edit_is_nobodys_reading);
  g_test_add_func ("/readings/a-restored-consensus-is-nobodys-reading",
                   a_restored_consensus_is_nobodys_reading);
  g_test_add_func ("/readings/agreement/counts-readings-and-follows-a-stroke",
                   agreement_counts_readings_and_follows_a_stroke);
  g_test_add_func ("/readings/agreement/is-drawn-in-the-colour-of-its-level",
                   agreement_is_drawn_in_the_colour_of_its_level);
  g_test_add_func ("/readings/consensus/a-majority-becomes-a-reading",
                   a_majority_becomes_a_reading_that_can_be_undone_and_saved);
  g_test_add_func ("/readings/consensus/staple-tells-how-well-each-agrees",
                   staple_tells_how_well_each_agrees);
  g_test_add_func ("/readings/consensus/other-grids-are-counted-and-it-is-said",
                   readings_on_other_grids_are_counted_and_it_is_said);
  g_test_add_func ("/readings/table/measures-pairs-and-a-click-compares-them",
                   the_table_measures_pairs_and_a_click_compares_them);
  g_test_add_func ("/readings/blind/no-text-tells-whose-readings-they-are",
                   no_text_tells_whose_readings_they_are);
  g_test_add_func ("/readings/blind/the-order-comes-from-the-seed", the_order_comes_from_the_seed);
  g_test_add_func ("/readings/blind/a-case-that-is-opened-again-is-still-blind",
                   a_case_that_is_opened_again_is_still_blind);
  g_test_add_func ("/readings/blind/names-are-hidden-as-words", names_are_hidden_as_words);
  g_test_add_func ("/readings/blind/names-are-hidden-without-their-endings",
                   names_are_hidden_without_their_endings);
  status = g_test_run ();
  trp_test_remove_folder (folder);
  return status;
}
