/* test-outline-tools.c - polygon, freehand and scissors as the panes call them, and what they
 * refuse
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A block of 20 x 20 x 4 voxels of 1 mm in the middle of a volume; voxel numbers are millimetres.
 */

#include "tests/lib/check.h"
#include "ui/tools/polygon-points.h"
#include "ui/tools/tool.h"

#define BLOCK (20 * 20 * 4)
#define SLICE 5

typedef struct
{
  TrpDocument *document;
  char *text;
  TrpToolPlace place;
} Fixture;

static void
on_message (Fixture *fixture, int severity, const char *text)
{
  g_free (fixture->text);
  fixture->text = g_strdup (text);
}

static TrpVolume *
make_volume (const TrpGeometry *geometry)
{
  const size_t count = trp_geometry_count_voxels (geometry);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (count), count);

  return trp_volume_new (geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
}

static void
choose (Fixture *fixture, TrpToolKind kind)
{
  TrpToolSettings settings = *trp_document_get_tool (fixture->document);

  settings.kind = kind;
  trp_document_set_tool (fixture->document, &settings);
  fixture->place.state = trp_tool_get_state (fixture->document, kind);
}

static TrpPlane
make_plane (double z)
{
  return trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, z), false);
}

static void
setup (Fixture *fixture, const void *data)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 80, 60, 10 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("auto", &geometry);
  g_autoptr (TrpVolume) volume = make_volume (&geometry);
  TrpMask *mask = trp_mask_new (&geometry);
  g_autoptr (TrpStructure) structure = NULL;

  for (size_t k = 3; k < 7; k++)
    for (size_t j = 20; j < 40; j++)
      for (size_t i = 30; i < 50; i++)
        trp_mask_set (mask, i, j, k, true);
  structure = trp_structure_new ("GTV", trp_color_get_default (0), mask);
  trp_structure_set_append (set, structure);
  fixture->document = trp_document_new ();
  g_signal_connect_swapped (fixture->document, "message", G_CALLBACK (on_message), fixture);
  trp_document_set_volume (fixture->document, TRP_ROLE_MR, volume, NULL);
  trp_document_add_reading (fixture->document, set);
  fixture->place = (TrpToolPlace){ .document = fixture->document,
                                   .role = TRP_ROLE_MR,
                                   .plane = make_plane (SLICE),
                                   .mm_per_px = 0.1,
                                   .n_press = 1 };
}

static void
teardown (Fixture *fixture, const void *data)
{
  g_object_unref (fixture->document);
  g_free (fixture->text);
}

static size_t
get_count (const Fixture *fixture)
{
  return trp_mask_count (trp_structure_peek_mask (trp_document_peek_active (fixture->document)));
}

static size_t
get_n_steps (const Fixture *fixture)
{
  return trp_history_get_position (
    trp_edit_session_peek_history (trp_document_peek_session (fixture->document)));
}

static const TrpTool *
get_tool (const Fixture *fixture)
{
  return trp_tool_get_current (fixture->document);
}

static TrpVec3
at (const Fixture *fixture, double x, double y)
{
  return trp_vec3 (x, y, trp_plane_get_position (&fixture->place.plane));
}

static bool
press (Fixture *fixture, double x, double y)
{
  fixture->place.start_lps = at (fixture, x, y);
  return get_tool (fixture)->press (&fixture->place);
}

static void
drag (Fixture *fixture, double x, double y)
{
  get_tool (fixture)->move (&fixture->place, at (fixture, x, y));
}

static void
release (Fixture *fixture)
{
  if (get_tool (fixture)->release)
    get_tool (fixture)->release (&fixture->place);
}

static void
click (Fixture *fixture, double x, double y)
{
  if (press (fixture, x, y))
    release (fixture);
}

static void
hover (Fixture *fixture, double x, double y)
{
  fixture->place.start_lps = at (fixture, x, y);
  get_tool (fixture)->hover (&fixture->place);
}

static bool
press_key (Fixture *fixture, TrpToolKey key)
{
  return trp_tool_press_key (fixture->document, key);
}

/* 10 x 10 voxels beside the block. */
static void
click_square (Fixture *fixture)
{
  click (fixture, 59.5, 9.5);
  click (fixture, 69.5, 9.5);
  click (fixture, 69.5, 19.5);
  click (fixture, 59.5, 19.5);
}

/* ---- livewire ---- */

static void
wait_for_steps (const Fixture *fixture, size_t n_steps)
{
  const gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (get_n_steps (fixture) != n_steps && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (get_n_steps (fixture), ==, n_steps);
}

static void
find_edges (Fixture *fixture)
{
  hover (fixture, 50, 10);
  for (int n = 0; trp_document_count_running_jobs (fixture->document) > 0 && n < 20000; n++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* Nothing to follow in a constant image, with edges and before they are there: straight. */
static void
wire_fills (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_LIVEWIRE);
  for (int has_edges = 0; has_edges < 2; has_edges++)
    {
      if (has_edges)
        find_edges (fixture);
      click_square (fixture);
      click (fixture, 40, 40);
      g_assert_true (press_key (fixture, TRP_TOOL_KEY_TAKE_BACK));
      g_assert_cmpuint (get_n_steps (fixture), ==, 0);
      g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
      wait_for_steps (fixture, 1);
      g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100);
      g_assert_false (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
      trp_document_undo (fixture->document);
      g_assert_cmpuint (get_count (fixture), ==, BLOCK);
    }
}

static const char *
describe (const Fixture *fixture)
{
  return get_tool (fixture)->describe (fixture->document, fixture->place.state);
}

/* What is to be filled before there are edges waits for them; Escape takes the wait back and
 * leaves the outline; with Ctrl nothing needs to be waited for. */
static void
wire_waits (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_LIVEWIRE);
  g_assert_null (describe (fixture));
  click_square (fixture);
  g_assert_cmpstr (describe (fixture), ==, "edges not there yet");
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  g_assert_cmpstr (describe (fixture), ==, "closing");
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
  find_edges (fixture);
  g_assert_null (describe (fixture));
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  wait_for_steps (fixture, 1);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100);
  fixture->place.plane = make_plane (SLICE + 1);
  click_square (fixture);
  fixture->place.modifiers = GDK_CONTROL_MASK;
  click (fixture, 59.5, 9.5);
  g_assert_cmpuint (get_n_steps (fixture), ==, 2);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 200);
}

/* The way to the first anchor is 200 pixels long: some 100000 must be taken first, a portion at a
 * time. Another tool ends the wait and keeps the outline. */
static void
wire_grows_between_events (Fixture *fixture, const void *data)
{
  const TrpGeometry geometry = trp_geometry_axial (
    (size_t[]){ 1600, 600, 1 }, (double[]){ 0.05, 0.05, 1 }, trp_vec3 (0, 0, SLICE));
  g_autoptr (TrpVolume) volume = make_volume (&geometry);

  trp_document_set_volume (fixture->document, TRP_ROLE_MR, volume, NULL);
  choose (fixture, TRP_TOOL_LIVEWIRE);
  find_edges (fixture);
  click_square (fixture);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  g_assert_cmpstr (describe (fixture), ==, "closing");
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  choose (fixture, TRP_TOOL_CURSOR);
  choose (fixture, TRP_TOOL_LIVEWIRE);
  g_assert_null (describe (fixture));
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  wait_for_steps (fixture, 1);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100);
}

static GtkWidget *
find_number (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_SPIN_BUTTON (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_number (child);
  return found;
}

/* Another smoothing means other edges, also for an outline that is begun; the rows show it again.
 */
static void
wire_follows_smoothing (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_LIVEWIRE);
  find_edges (fixture);
  click (fixture, 59.5, 9.5);
  g_assert_null (describe (fixture));
  for (int again = 0; again < 2; again++)
    {
      GtkWidget *rows = g_object_ref_sink (get_tool (fixture)->make_options (fixture->document));
      GtkWidget *number = find_number (rows);

      g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (number)), ==, again ? 2.5 : 1);
      g_assert_null (describe (fixture));
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (number), again ? 4 : 2.5);
      g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (number)), ==, again ? 3 : 2.5);
      g_assert_cmpstr (describe (fixture), ==, "edges not there yet");
      find_edges (fixture);
      g_object_unref (rows);
    }
}

/* ---- polygon ---- */

static void
enter_closes_and_fills (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click_square (fixture);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100);
  g_assert_cmpuint (get_n_steps (fixture), ==, 1);
  /* Nothing is left of it: the keys are the document's again. */
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_UNDO));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
  trp_document_undo (fixture->document);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK);
}

static void
points_are_corrected (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click_square (fixture);
  click (fixture, 59.6, 9.6);                  /* closes: within reach of the first */
  g_assert_true (press (fixture, 69.5, 19.5)); /* moved: 10 x 5 more, as a triangle */
  drag (fixture, 75, 25);
  drag (fixture, 69.5, 29.5);
  release (fixture);
  g_assert_true (press (fixture, 64.5, 9.5)); /* inserted, and pulled in to the middle */
  drag (fixture, 64.5, 14.5);
  release (fixture);
  g_assert_false (press (fixture, 66, 18)); /* in the middle of nothing */
  fixture->place.modifiers = GDK_SHIFT_MASK;
  click (fixture, 64.5, 14.5); /* and taken out */
  fixture->place.modifiers = 0;
  hover (fixture, 69.5, 29.5);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_DELETE)); /* a triangle is left: 10 x 10 / 2 */
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_UNDO));
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_UNDO)); /* the inserted point again */
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_REDO)); /* no: the trapezoid */
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  /* Columns 60 to 69 of 11 to 20 rows: centres on the slanted edge have the inside in +x. */
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 155);
}

static void
double_click_closes_only (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click (fixture, 59.5, 9.5);
  click (fixture, 69.5, 9.5);
  click (fixture, 69.5, 19.5);
  fixture->place.n_press = 2;
  click (fixture, 69.5, 19.5);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  fixture->place.n_press = 1;
  g_assert_false (press (fixture, 40, 50));
  fixture->place.n_press = 2; /* another one, elsewhere, fills */
  click (fixture, 40, 50);
  g_assert_cmpuint (get_n_steps (fixture), ==, 1);
}

static void
nothing_is_lost_in_silence (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click_square (fixture);
  fixture->place.plane = make_plane (SLICE + 1);
  g_assert_false (press (fixture, 10, 10));
  g_assert_true (g_str_has_prefix (fixture->text, "A polygon is unfinished on another slice"));
  choose (fixture, TRP_TOOL_CURSOR); /* open: waits */
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  choose (fixture, TRP_TOOL_POLYGON);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  choose (fixture, TRP_TOOL_CURSOR); /* closed: filled */
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100);
}

static void
polygon_without_effect_stays (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click (fixture, 32, 22);
  click (fixture, 40, 22);
  click (fixture, 40, 30);
  press_key (fixture, TRP_TOOL_KEY_ACCEPT);
  press_key (fixture, TRP_TOOL_KEY_ACCEPT);
  g_assert_true (g_str_has_prefix (fixture->text, "The polygon changes nothing here"));
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
}

static void
livewire_without_effect_stays (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_LIVEWIRE);
  fixture->place.modifiers = GDK_CONTROL_MASK; /* straight */
  click (fixture, 32, 22);
  click (fixture, 40, 22);
  click (fixture, 40, 30);
  click (fixture, 32, 22); /* closes, straight too: nothing to wait for */
  g_assert_true (g_str_has_prefix (fixture->text, "The livewire changes nothing here"));
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
}

static void
keys_are_the_documents_again (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click (fixture, 59.5, 9.5);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_UNDO));
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_REDO));
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_UNDO));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_UNDO));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_REDO));
}

/* Points taken back one by one can come again, but not on the slice of the next polygon. */
static void
next_polygon_forgets_the_last (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click (fixture, 59.5, 9.5);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_TAKE_BACK));
  fixture->place.plane = make_plane (SLICE + 1);
  click_square (fixture);
  for (int n = 0; n < 4; n++)
    g_assert_true (press_key (fixture, TRP_TOOL_KEY_UNDO));
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_UNDO));
}

static void
another_image_takes_points_away (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_POLYGON);
  click_square (fixture);
  trp_document_confirm_link (fixture->document, TRP_ROLE_MR);
  trp_document_change_role (fixture->document, TRP_ROLE_MR, TRP_ROLE_CT);
  g_assert_true (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
  trp_document_change_role (fixture->document, TRP_ROLE_CT, TRP_ROLE_MR);
  trp_document_set_volume (fixture->document, TRP_ROLE_MR, NULL, NULL);
  g_assert_false (press_key (fixture, TRP_TOOL_KEY_ACCEPT));
}

static void
locked_structure_is_refused_at_once (Fixture *fixture, const void *data)
{
  static const TrpToolKind kinds[] = { TRP_TOOL_POLYGON, TRP_TOOL_FREEHAND, TRP_TOOL_SCISSORS };

  trp_document_set_structure_locked (fixture->document, 0, true);
  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      g_clear_pointer (&fixture->text, g_free);
      choose (fixture, kinds[n]);
      g_assert_false (press (fixture, 40, 30));
      g_assert_nonnull (strstr (fixture->text, "locked"));
    }
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
}

/* ---- freehand and scissors ---- */

static void
drag_square (Fixture *fixture, double x0, double y0, double x1, double y1)
{
  g_assert_true (press (fixture, x0, y0));
  drag (fixture, x1, y0);
  drag (fixture, x1, y1);
  drag (fixture, x0, y1);
}

static void
freehand_extends_and_cuts (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_FREEHAND);
  drag_square (fixture, 40, 25.5, 59.5, 35.5);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  release (fixture);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100);
  drag_square (fixture, 25, 25.5, 34.5, 35.5);
  release (fixture);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK + 100 - 50);
  g_assert_cmpuint (get_n_steps (fixture), ==, 2);
}

static void
given_up_line_does_nothing (Fixture *fixture, const void *data)
{
  static const TrpToolKind kinds[] = { TRP_TOOL_FREEHAND, TRP_TOOL_SCISSORS };

  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      choose (fixture, kinds[n]);
      g_assert_false (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
      drag_square (fixture, 40, 25.5, 59.5, 35.5);
      g_assert_true (press_key (fixture, TRP_TOOL_KEY_GIVE_UP));
      drag (fixture, 20, 20);
      release (fixture);
      drag_square (fixture, 40, 25.5, 59.5, 35.5);
      get_tool (fixture)->cancel (&fixture->place);
      g_assert_cmpuint (get_n_steps (fixture), ==, 0);
    }
}

static void
scissors_cut_all_slices (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_SCISSORS);
  drag_square (fixture, 39.5, 25.5, 59.5, 35.5);
  release (fixture);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK - 10 * 10 * 4);
  g_assert_cmpuint (get_n_steps (fixture), ==, 1);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK);
}

/* The first toggle button of that name below @widget, or the first number for NULL. */
static GtkWidget *
find_option (GtkWidget *widget, const char *name)
{
  if (name ? GTK_IS_TOGGLE_BUTTON (widget) &&
               g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), name) == 0
           : GTK_IS_SPIN_BUTTON (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_option (child, name);

      if (found)
        return found;
    }
  return NULL;
}

/* Slices 3 to 6 hold the block; the line is on slice 5. */
static void
scissors_follow_their_options (Fixture *fixture, const void *data)
{
  g_autoptr (GtkWidget) options = NULL;

  choose (fixture, TRP_TOOL_SCISSORS);
  options = g_object_ref_sink (get_tool (fixture)->make_options (fixture->document));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_option (options, "Limited")), TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_option (options, NULL)), 1);
  drag_square (fixture, 39.5, 25.5, 59.5, 35.5);
  release (fixture);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK - 10 * 10 * 3);
  trp_document_undo (fixture->document);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_option (options, "Outside")), TRUE);
  drag_square (fixture, 39.5, 25.5, 59.5, 35.5);
  release (fixture);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK - (400 - 100) * 3);
}

static void
polygon_follows_its_mode (Fixture *fixture, const void *data)
{
  g_autoptr (GtkWidget) options = NULL;

  choose (fixture, TRP_TOOL_POLYGON);
  options = g_object_ref_sink (get_tool (fixture)->make_options (fixture->document));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (find_option (options, "Cut")), TRUE);
  click (fixture, 39.5, 25.5);
  click (fixture, 59.5, 25.5);
  click (fixture, 59.5, 35.5);
  click (fixture, 39.5, 35.5);
  press_key (fixture, TRP_TOOL_KEY_ACCEPT);
  press_key (fixture, TRP_TOOL_KEY_ACCEPT);
  g_assert_cmpuint (get_count (fixture), ==, BLOCK - 100);
}

static void
test_points_find_what_is_near (void)
{
  TrpPolygonPoints *points = trp_polygon_points_new ();
  TrpVec3 foot;

  g_assert_cmpint (trp_polygon_points_find (points, trp_vec3 (0, 0, 0), 100), ==, -1);
  g_assert_cmpint (trp_polygon_points_find_edge (points, trp_vec3 (0, 0, 0), 100, NULL), ==, -1);
  trp_polygon_points_insert (points, 0, trp_vec3 (0, 0, 0));
  trp_polygon_points_insert (points, 1, trp_vec3 (10, 0, 0));
  trp_polygon_points_insert (points, 2, trp_vec3 (10, 10, 0));
  g_assert_cmpint (trp_polygon_points_find (points, trp_vec3 (9, 1, 0), 2), ==, 1);
  g_assert_cmpint (trp_polygon_points_find (points, trp_vec3 (9, 3, 0), 2), ==, -1);
  g_assert_cmpint (trp_polygon_points_find_edge (points, trp_vec3 (9, 3, 0), 2, &foot), ==, 2);
  trp_assert_near (trp_vec3_distance (foot, trp_vec3 (10, 3, 0)), 0, 1e-12);
  /* Only a closed polygon has an edge back to its first point. */
  g_assert_cmpint (trp_polygon_points_find_edge (points, trp_vec3 (5, 5, 0), 2, NULL), ==, -1);
  g_assert_true (trp_polygon_points_close (points));
  g_assert_cmpint (trp_polygon_points_find_edge (points, trp_vec3 (5, 5, 0), 2, NULL), ==, 3);
  g_assert_false (trp_polygon_points_remove (points, 1));
  g_assert_false (trp_polygon_points_close (points));
  trp_polygon_points_clear (points);
  g_assert_false (trp_polygon_points_undo (points));
  trp_polygon_points_free (points);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, setup, function, teardown)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  ADD ("/livewire/fills", wire_fills);
  ADD ("/livewire/without-effect-stays", livewire_without_effect_stays);
  ADD ("/livewire/waits", wire_waits);
  ADD ("/livewire/follows-smoothing", wire_follows_smoothing);
  ADD ("/livewire/grows-between-events", wire_grows_between_events);
  ADD ("/polygon/enter-closes-and-fills", enter_closes_and_fills);
  ADD ("/polygon/points-are-corrected", points_are_corrected);
  ADD ("/polygon/double-click-closes-only", double_click_closes_only);
  ADD ("/polygon/nothing-is-lost-in-silence", nothing_is_lost_in_silence);
  ADD ("/polygon/polygon-without-effect-stays", polygon_without_effect_stays);
  ADD ("/polygon/keys-are-the-documents-again", keys_are_the_documents_again);
  ADD ("/polygon/next-polygon-forgets-the-last", next_polygon_forgets_the_last);
  ADD ("/polygon/another-image-takes-points-away", another_image_takes_points_away);
  ADD ("/polygon/locked-structure-is-refused-at-once", locked_structure_is_refused_at_once);
  ADD ("/freehand/extends-and-cuts", freehand_extends_and_cuts);
  ADD ("/freehand/given-up-line-does-nothing", given_up_line_does_nothing);
  ADD ("/scissors/cut-all-slices", scissors_cut_all_slices);
  ADD ("/scissors/follow-their-options", scissors_follow_their_options);
  ADD ("/polygon/follows-its-mode", polygon_follows_its_mode);
  g_test_add_func ("/polygon/points-find-what-is-near", test_points_find_what_is_near);
  return g_test_run ();
}
