/* test-regions.c - flood fill, threshold and seeds, through their tables of functions
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-preview.h"
#include "ui/tools/options.h"
#include "ui/tools/tool.h"

#include <math.h>
#include <string.h>

#define NX 40
#define NY 30
#define NZ 10
#define N ((size_t) NX * NY * NZ)

typedef struct
{
  TrpDocument *document;
  GtkWidget *panel;
  char *message;
} Fixture;

/* Of both bars: their first and last column, 10 rows and all slices. */
static const size_t bars[2][2] = { { 8, 18 }, { 24, 30 } };

static bool
is_in_bar (int bar, size_t i, size_t j)
{
  return i >= bars[bar][0] && i < bars[bar][1] && j >= 10 && j < 20;
}

/* 1000 in two bars, of 100 and 60 pixels in each slice, 0 elsewhere. */
static TrpVolume *
make_volume (const TrpGeometry *geometry)
{
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_CT, .unit = (char *) "HU" };
  g_autoptr (GBytes) bytes = NULL;
  int16_t *voxels = g_new0 (int16_t, N);

  for (size_t n = 0; n < N; n++)
    if (is_in_bar (0, n % NX, n / NX % NY) || is_in_bar (1, n % NX, n / NX % NY))
      voxels[n] = 1000;
  bytes = g_bytes_new_take (voxels, N * sizeof *voxels);
  return trp_volume_new (geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, NULL);
}

static void
on_message (Fixture *fixture, int severity, const char *text)
{
  g_free (fixture->message);
  fixture->message = g_strdup (text);
}

static void
setup (Fixture *fixture, const void *data)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ NX, NY, NZ }, (double[]){ 1, 1, 2 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = make_volume (&geometry);

  fixture->document = trp_document_new ();
  g_signal_connect_swapped (fixture->document, "message", G_CALLBACK (on_message), fixture);
  trp_document_set_volume (fixture->document, TRP_ROLE_CT, volume, NULL);
  trp_document_add_structure (fixture->document, "A");
  fixture->panel = g_object_ref_sink (trp_tool_options_new (fixture->document));
}

static void
teardown (Fixture *fixture, const void *data)
{
  while (trp_document_count_running_jobs (fixture->document) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (fixture->panel);
  g_assert_finalize_object (fixture->document);
  g_free (fixture->message);
}

static void
choose (const Fixture *fixture, TrpToolKind kind)
{
  TrpToolSettings settings = *trp_document_get_tool (fixture->document);

  settings.kind = kind;
  trp_document_set_tool (fixture->document, &settings);
}

static TrpToolPlace
make_place (const Fixture *fixture, double i, double j, double slice)
{
  const TrpTool *tool = trp_tool_get_current (fixture->document);
  const TrpVec3 point_lps = trp_vec3 (i, j, 2 * slice);

  return (TrpToolPlace){ .document = fixture->document,
                         .role = TRP_ROLE_CT,
                         .plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, point_lps, false),
                         .start_lps = point_lps,
                         .mm_per_px = 1,
                         .n_press = 1,
                         .state = trp_tool_get_state (fixture->document, tool->kind) };
}

static void
click (const Fixture *fixture, double i, double j, double slice)
{
  const TrpToolPlace place = make_place (fixture, i, j, slice);

  if (trp_tool_get_current (fixture->document)->press (&place) &&
      trp_tool_get_current (fixture->document)->release)
    trp_tool_get_current (fixture->document)->release (&place);
}

static void
wait_for_jobs (const Fixture *fixture)
{
  while (trp_document_count_running_jobs (fixture->document) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static size_t
count_structure (const Fixture *fixture, size_t index)
{
  return trp_mask_count (trp_structure_peek_mask (
    trp_structure_set_get (trp_document_peek_edited (fixture->document), index)));
}

static size_t
count_preview (const Fixture *fixture)
{
  const TrpMask *mask = trp_document_peek_preview_mask (fixture->document);

  return mask ? trp_mask_count (mask) : 0;
}

static bool
is_label (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && strcmp (gtk_label_get_label (GTK_LABEL (widget)), text) == 0;
}

/* The button with this label that is to be seen. */
static GtkWidget *
find_button (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (is_label (widget, text))
    return gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON);
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
press_button (const Fixture *fixture, const char *text)
{
  GtkWidget *button = find_button (fixture->panel, text);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

/* The first spin button to be seen that is called so. */
static GtkWidget *
find_spin (GtkWidget *widget, double value)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (GTK_IS_SPIN_BUTTON (widget) &&
      fabs (gtk_spin_button_get_value (GTK_SPIN_BUTTON (widget)) - value) < 1e-9)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_spin (child, value);

      if (found)
        return found;
    }
  return NULL;
}

/* ---- fill ---- */

static void
test_fill_slice (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_FILL);
  click (fixture, 10, 12, 4);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 100);
  click (fixture, 26, 12, 4);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 160);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 100);
  click (fixture, -10, 12, 4); /* beside the image */
  g_assert_nonnull (strstr (fixture->message, "no value"));
  g_assert_cmpuint (count_structure (fixture, 0), ==, 100);
}

/* Of two unlocked structures the other one loses where it is filled, as under a brush. */
static void
test_fill_solid_is_painted (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_FILL);
  click (fixture, 10, 12, 4);
  trp_document_add_structure (fixture->document, "B");
  trp_document_set_structure_locked (fixture->document, 0, false);
  trp_document_set_active (fixture->document, 1);
  trp_document_set_structure_locked (fixture->document, 0, false);
  press_button (fixture, "3D");
  click (fixture, 10, 12, 7);
  wait_for_jobs (fixture);
  g_assert_cmpuint (count_preview (fixture), ==, 1000);
  g_assert_cmpuint (count_structure (fixture, 1), ==, 0);
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (count_structure (fixture, 1), ==, 1000);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 0);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (count_structure (fixture, 1), ==, 0);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 100);
}

/* 50 HU at first; with 1000 everything in the slice belongs to it. */
static void
test_fill_tolerance (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_FILL);
  GtkWidget *spin = find_spin (fixture->panel, 50);

  g_assert_nonnull (spin);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 1000);
  click (fixture, 10, 12, 4);
  g_assert_cmpuint (count_structure (fixture, 0), ==, NX * NY);
}

/* Only what is as bright as the pixel itself: the ramp's other values do not belong to it. */
static void
test_fill_tolerance_of_nothing (Fixture *fixture, const void *data)
{
  int16_t *voxels = g_new (int16_t, N);
  const TrpGeometry *geometry = trp_volume_get_geometry (
    trp_document_get_volume (fixture->document, TRP_ROLE_CT));
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_CT, .unit = (char *) "HU" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) ramp = NULL;

  for (size_t n = 0; n < N; n++)
    voxels[n] = (int16_t) (n % NX);
  bytes = g_bytes_new_take (voxels, N * sizeof *voxels);
  ramp = trp_volume_new (geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, NULL);
  trp_document_set_volume (fixture->document, TRP_ROLE_CT, ramp, NULL);
  choose (fixture, TRP_TOOL_FILL);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_spin (fixture->panel, 50)), 0);
  click (fixture, 10, 12, 4);
  g_assert_cmpuint (count_structure (fixture, 0), ==, NY);
}

static void
test_fill_is_given_up (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_FILL);
  press_button (fixture, "3D");
  g_assert_false (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_GIVE_UP));
  click (fixture, 10, 12, 7);
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_GIVE_UP));
  wait_for_jobs (fixture);
  g_assert_false (trp_document_has_preview (fixture->document));
  g_assert_cmpuint (trp_document_get_jobs (fixture->document)->len, ==, 0);
}

/* The result of a structure that was drawn on meanwhile would take that back. */
static void
test_stale_result_is_left_out (Fixture *fixture, const void *data)
{
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (35, 5, 2), false);

  choose (fixture, TRP_TOOL_FILL);
  press_button (fixture, "3D");
  click (fixture, 10, 12, 7);
  g_assert_true (
    trp_document_begin_stroke (fixture->document, TRP_ROLE_CT, &plane, plane.point_lps));
  trp_document_end_stroke (fixture->document);
  wait_for_jobs (fixture);
  g_assert_false (trp_document_has_preview (fixture->document));
  g_assert_nonnull (strstr (fixture->message, "changed meanwhile"));
}

/* ---- threshold ---- */

/* Chosen, it shows Otsu's range: both bars. */
static void
test_threshold_preview (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_THRESHOLD);
  wait_for_jobs (fixture);
  g_assert_cmpuint (count_preview (fixture), ==, 1600);
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (count_structure (fixture, 0), ==, 1600);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 0);
}

static void
wait_for_preview (const Fixture *fixture, size_t n_voxels)
{
  const gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (count_preview (fixture) != n_voxels && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count_preview (fixture), ==, n_voxels);
}

/* The first bar alone is drawn in slice 4: inside it its 100 voxels; within 2.5 mm of it also its
 * neighbours above and below. */
static void
test_threshold_where (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_FILL);
  click (fixture, 10, 12, 4);
  choose (fixture, TRP_TOOL_THRESHOLD);
  wait_for_preview (fixture, 1600);
  press_button (fixture, "Near");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_spin (fixture->panel, 10)), 2.5);
  wait_for_preview (fixture, 300);
  press_button (fixture, "Inside");
  wait_for_jobs (fixture);
  g_assert_false (trp_document_has_preview (fixture->document)); /* nothing would change */
}

/* The ends push one another, and the preview follows. */
static void
test_threshold_range (Fixture *fixture, const void *data)
{
  choose (fixture, TRP_TOOL_THRESHOLD);
  wait_for_preview (fixture, 1600);
  GtkWidget *high = find_spin (fixture->panel, 1000);

  g_assert_nonnull (high);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (high), 0);
  g_assert_null (find_spin (fixture->panel, 1000));
  wait_for_preview (fixture, N - 1600);
  g_assert_nonnull (strstr (trp_document_get_preview_text (fixture->document), "0 to 0 HU"));
}

/* Another image under the chosen tool: Otsu's range is of that one. */
static void
test_threshold_follows_the_image (Fixture *fixture, const void *data)
{
  const TrpGeometry geometry = *trp_volume_get_geometry (
    trp_document_get_volume (fixture->document, TRP_ROLE_CT));
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_CT, .unit = (char *) "HU" };
  int16_t *voxels = g_new0 (int16_t, N);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) other = NULL;

  choose (fixture, TRP_TOOL_THRESHOLD);
  wait_for_preview (fixture, 1600);
  for (size_t n = 0; n < N; n++)
    voxels[n] = is_in_bar (1, n % NX, n / NX % NY) ? 700 : 0;
  bytes = g_bytes_new_take (voxels, N * sizeof *voxels);
  other = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, NULL);
  trp_document_set_volume (fixture->document, TRP_ROLE_CT, other, NULL);
  g_assert_false (trp_document_has_preview (fixture->document));
  wait_for_preview (fixture, 600);
  g_assert_nonnull (find_spin (fixture->panel, 700));
}

static void
test_threshold_of_a_locked_structure (Fixture *fixture, const void *data)
{
  trp_document_set_structure_locked (fixture->document, 0, true);
  choose (fixture, TRP_TOOL_THRESHOLD);
  wait_for_jobs (fixture);
  g_assert_false (trp_document_has_preview (fixture->document));
  g_assert_nonnull (strstr (fixture->message, "locked"));
}

/* ---- seeds ---- */

static void
draw (const Fixture *fixture, GdkModifierType modifiers, double i0, double i1, double j)
{
  const TrpTool *tool = trp_tool_get_current (fixture->document);
  TrpToolPlace place = make_place (fixture, i0, j, 5);

  place.modifiers = modifiers;
  g_assert_true (tool->press (&place));
  tool->move (&place, trp_vec3 (i1, j, 10));
  tool->release (&place);
}

static void
choose_seeds (const Fixture *fixture)
{
  TrpToolSettings settings = *trp_document_get_tool (fixture->document);

  settings.kind = TRP_TOOL_SEEDS;
  settings.radius_mm = 1;
  trp_document_set_tool (fixture->document, &settings);
}

/* Of the first bar: smoothing takes its corners away from the seeds. */
static bool
is_at_corner (size_t i, size_t j)
{
  return (i == bars[0][0] || i == bars[0][1] - 1) && (j == 10 || j == 19);
}

/* Strokes in slice 5; 10 mm around them are five slices on either side: all ten. */
static void
test_seeds_grow (Fixture *fixture, const void *data)
{
  choose_seeds (fixture);
  draw (fixture, 0, 10, 15, 15);
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_ACCEPT));
  wait_for_jobs (fixture);
  g_assert_nonnull (strstr (fixture->message, "background"));
  draw (fixture, GDK_CONTROL_MASK, 4, 34, 4);
  draw (fixture, GDK_CONTROL_MASK, 4, 34, 26);
  draw (fixture, GDK_CONTROL_MASK, 26, 28, 15);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 0); /* strokes are no structure */
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_ACCEPT));
  wait_for_jobs (fixture);
  g_assert_true (trp_document_accept_preview (fixture->document));
  for (size_t n = 0; n < N; n++)
    if (!is_at_corner (n % NX, n / NX % NY))
      g_assert_cmpint (
        trp_mask_get (trp_structure_peek_mask (trp_document_peek_active (fixture->document)),
                      n % NX, n / NX % NY, n / NX / NY),
        ==, is_in_bar (0, n % NX, n / NX % NY));
  /* undo first takes back what grew, then the strokes */
  g_assert_false (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
  trp_document_undo (fixture->document);
  g_assert_cmpuint (count_structure (fixture, 0), ==, 0);
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
}

static void
test_seeds_undo (Fixture *fixture, const void *data)
{
  choose_seeds (fixture);
  g_assert_false (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
  draw (fixture, 0, 10, 15, 15);
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
  g_assert_false (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_REDO));
  press_button (fixture, "Clear");
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
  g_assert_true (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
  g_assert_false (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
}

/* Pixels of the pane of slice @slice that have any colour. */
static size_t
count_painted (const Fixture *fixture, double slice)
{
  const TrpVec3 center = trp_vec3 (20, 15, 2 * slice);
  TrpToolCanvas canvas = {
    .document = fixture->document,
    .role = TRP_ROLE_CT,
    .plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, center, false),
    .state = trp_tool_get_state (fixture->document, TRP_TOOL_SEEDS),
  };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 160, 120);
  cairo_t *cr = cairo_create (surface);
  size_t n = 0;

  canvas.raster = trp_raster_new (&canvas.plane, 160, 120, 0.25, center);
  trp_tool_seeds.draw (&canvas, cr);
  cairo_surface_flush (surface);
  for (size_t p = 0; p < 160 * 120; p++)
    n += ((const uint32_t *) (const void *) cairo_image_surface_get_data (surface))[p] != 0;
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return n;
}

/* 1 voxel is 16 pixels; a filled stroke colours all of them, a hatched one fewer. */
static void
test_seeds_are_drawn (Fixture *fixture, const void *data)
{
  size_t n_object, n_background;

  choose_seeds (fixture);
  g_assert_cmpuint (count_painted (fixture, 5), ==, 0);
  draw (fixture, 0, 10, 15, 15); /* 5 + 5 x 3 voxels */
  n_object = count_painted (fixture, 5);
  g_assert_cmpuint (n_object, ==, 20 * 16);
  g_assert_cmpuint (count_painted (fixture, 6), ==, 0);
  trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO);
  draw (fixture, GDK_CONTROL_MASK, 10, 15, 15);
  n_background = count_painted (fixture, 5);
  g_assert_cmpuint (n_background, >, 100);
  g_assert_cmpuint (n_background, <, n_object);
}

/* They belong to the reading that they were drawn on. */
static void
test_seeds_stay_with_their_reading (Fixture *fixture, const void *data)
{
  choose_seeds (fixture);
  draw (fixture, 0, 10, 15, 15);
  g_assert_cmpuint (count_painted (fixture, 5), >, 0);
  trp_document_start_reading (fixture->document, TRP_ROLE_CT, "other");
  g_assert_cmpuint (count_painted (fixture, 5), ==, 0);
  g_assert_false (trp_tool_press_key (fixture->document, TRP_TOOL_KEY_UNDO));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *fixture, const void *data);
  } tests[] = {
    { "/regions/fill/slice", test_fill_slice },
    { "/regions/fill/solid-is-painted", test_fill_solid_is_painted },
    { "/regions/fill/tolerance", test_fill_tolerance },
    { "/regions/fill/tolerance-of-nothing", test_fill_tolerance_of_nothing },
    { "/regions/fill/is-given-up", test_fill_is_given_up },
    { "/regions/fill/stale-result-is-left-out", test_stale_result_is_left_out },
    { "/regions/threshold/preview", test_threshold_preview },
    { "/regions/threshold/where", test_threshold_where },
    { "/regions/threshold/range", test_threshold_range },
    { "/regions/threshold/follows-the-image", test_threshold_follows_the_image },
    { "/regions/threshold/locked", test_threshold_of_a_locked_structure },
    { "/regions/seeds/grow", test_seeds_grow },
    { "/regions/seeds/undo", test_seeds_undo },
    { "/regions/seeds/drawn", test_seeds_are_drawn },
    { "/regions/seeds/stay-with-their-reading", test_seeds_stay_with_their_reading },
  };

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  for (size_t n = 0; n < G_N_ELEMENTS (tests); n++)
    g_test_add (tests[n].path, Fixture, NULL, setup, tests[n].run, teardown);
  return g_test_run ();
}
