/* test-measure.c - measurements as the panes make them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/profile-chart.h"
#include "tests/lib/check.h"
#include "ui/document-measurements.h"
#include "ui/panels/profile.h"
#include "ui/tools/measure.h"
#include "ui/tools/tool.h"

#include <math.h>
#include <string.h>

#define N 32

/* Voxel (i, j, k) of 1 mm holds i + 2 j; in HU for the CT. */
static void
put_volume (TrpDocument *document, TrpRole role, const char *unit, double slope)
{
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ N, N, N },
                                                   (const double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  const TrpDisplay display = { { 400, 40, false, false }, false };
  const TrpVolumeInfo info = { .unit = (char *) unit };
  int16_t *values = g_new (int16_t, N * N * N);
  g_autoptr (GBytes) bytes = g_bytes_new_take (values, N * N * N * sizeof *values);
  g_autoptr (TrpVolume) volume = NULL;

  for (size_t n = 0; n < N * N * N; n++)
    values[n] = (int16_t) (n % N + 2 * (n / N % N));
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, slope, 0, &info, NULL);
  trp_document_set_volume (document, role, volume, &display);
}

static TrpDocument *
make_document (void)
{
  TrpDocument *document = trp_document_new ();
  TrpToolSettings tool = *trp_document_get_tool (document);

  put_volume (document, TRP_ROLE_MR, "a.u.", 1);
  put_volume (document, TRP_ROLE_CT, "HU", -10);
  tool.kind = TRP_TOOL_MEASURE;
  trp_document_set_tool (document, &tool);
  return document;
}

static TrpToolPlace
make_place (TrpDocument *document, double x, double y)
{
  const TrpVec3 point = trp_vec3 (x, y, 5);

  return (TrpToolPlace){ .document = document,
                         .role = TRP_ROLE_MR,
                         .plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, point, false),
                         .start_lps = point,
                         .mm_per_px = 0.2,
                         .n_press = 1,
                         .state = trp_tool_get_state (document, TRP_TOOL_MEASURE) };
}

static void
drag (TrpDocument *document, double x, double y, double to_x, double to_y)
{
  const TrpToolPlace place = make_place (document, x, y);

  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.move (&place, trp_vec3 (to_x, to_y, 5));
  trp_tool_measure.release (&place);
}

static void
assert_text (TrpDocument *document, TrpRole role, guint index, const char *expected)
{
  g_autofree char *text = trp_measurement_dup_text (document, role,
                                                    trp_document_get_measurement (document, index));

  g_assert_cmpstr (text, ==, expected);
}

static void
distances_are_drawn_and_moved (void)
{
  g_autoptr (TrpDocument) document = make_document ();

  drag (document, 4, 4, 7, 8);
  assert_text (document, TRP_ROLE_MR, 0, "5.0 mm");
  drag (document, 7.5, 8.5, 16, 9); /* takes the end, 0.7 mm away */
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 1);
  assert_text (document, TRP_ROLE_MR, 0, "13.0 mm");
  drag (document, 20, 20, 20, 26);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 2);
  g_assert_true (trp_tool_press_key (document, TRP_TOOL_KEY_TAKE_BACK));
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 1);
  assert_text (document, TRP_ROLE_MR, 0, "13.0 mm");
}

/* A click without a drag leaves nothing; a drag that is taken away puts a moved point back. */
static void
what_is_given_up_leaves_nothing (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  TrpToolPlace place = make_place (document, 4, 4);

  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.release (&place);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 0);
  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.move (&place, trp_vec3 (9, 9, 5));
  g_assert_true (trp_tool_press_key (document, TRP_TOOL_KEY_GIVE_UP));
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 0);
  drag (document, 4, 4, 7, 8);
  place = make_place (document, 7, 8);
  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.move (&place, trp_vec3 (20, 20, 5));
  trp_tool_measure.cancel (&place);
  assert_text (document, TRP_ROLE_MR, 0, "5.0 mm");
  g_assert_false (trp_tool_press_key (document, TRP_TOOL_KEY_GIVE_UP));
}

/* While the button is down, or an angle waits for its second arm, it may be given up or cleared. */
static void
what_is_gone_is_not_moved (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  TrpToolPlace place = make_place (document, 4, 4);

  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.move (&place, trp_vec3 (9, 9, 5));
  g_assert_true (trp_tool_press_key (document, TRP_TOOL_KEY_GIVE_UP));
  trp_tool_measure.move (&place, trp_vec3 (10, 9, 5));
  trp_tool_measure.release (&place);
  trp_measure_set_kind (document, TRP_MEASURE_ANGLE);
  drag (document, 20, 10, 10, 10);
  trp_document_clear_measurements (document);
  place = make_place (document, 20, 20);
  trp_tool_measure.hover (&place);
  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.cancel (&place);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 0);
}

/* A point of the slice above, which is not seen, is not taken. */
static void
only_what_is_seen_is_taken (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  TrpToolPlace place;

  drag (document, 4, 4, 7, 8);
  place = make_place (document, 7, 8);
  place.start_lps.v[2] = 6;
  place.plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, place.start_lps, false);
  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.move (&place, trp_vec3 (20, 8, 6));
  trp_tool_measure.release (&place);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 2);
  assert_text (document, TRP_ROLE_MR, 0, "5.0 mm");
  assert_text (document, TRP_ROLE_MR, 1, "13.0 mm");
}

/* Another image in the place of the one that others hang on is another case. */
static void
they_go_with_the_case (void)
{
  g_autoptr (TrpDocument) document = make_document ();

  drag (document, 4, 4, 7, 8);
  put_volume (document, TRP_ROLE_CT, "HU", -20);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 1);
  put_volume (document, TRP_ROLE_MR, "a.u.", 2);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 0);
}

static void
angles_take_a_third_point (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  TrpToolPlace place;

  trp_measure_set_kind (document, TRP_MEASURE_ANGLE);
  drag (document, 20, 10, 10, 10);
  assert_text (document, TRP_ROLE_MR, 0, "");
  place = make_place (document, 20, 20);
  trp_tool_measure.hover (&place);
  assert_text (document, TRP_ROLE_MR, 0, "45.0\u00b0");
  place = make_place (document, 10, 25);
  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.release (&place);
  assert_text (document, TRP_ROLE_MR, 0, "90.0\u00b0");
  place = make_place (document, 30, 30);
  trp_tool_measure.hover (&place); /* it is finished */
  assert_text (document, TRP_ROLE_MR, 0, "90.0\u00b0");
  /* leaving the tool gives up what is half done */
  drag (document, 25, 30, 15, 30);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 2);
  trp_document_swap_tool (document);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 1);
}

/* 5 x 3 voxels about (10, 6): squares of x over -2..2 thrice and of 2 y over -1..1 five times. */
static void
regions_speak_of_the_panes_values (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  const double sd = sqrt ((3 * 10 + 5 * 4 * 2) / 14.0);
  g_autofree char *mr = g_strdup_printf (
    "mean 22.0 \u00b1 %.1f\nmin 18, max 26\n0.11 cm\u00b2, 15 values", sd);
  g_autofree char *ct = g_strdup_printf (
    "mean \u2212220.0 \u00b1 %.1f HU\nmin \u2212260, max \u2212180\n0.11 cm\u00b2, 15 values",
    10 * sd);

  trp_measure_set_kind (document, TRP_MEASURE_RECTANGLE);
  drag (document, 7.8, 4.8, 12.2, 7.2);
  assert_text (document, TRP_ROLE_MR, 0, mr);
  assert_text (document, TRP_ROLE_CT, 0, ct);
}

static void
probes_speak_of_all_images (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  const TrpToolPlace place = make_place (document, 10, 6);

  trp_measure_set_kind (document, TRP_MEASURE_PROBE);
  g_assert_true (trp_tool_measure.press (&place));
  trp_tool_measure.release (&place);
  assert_text (document, TRP_ROLE_MR, 0, "MR 22\nCT \u2212220 HU");
  trp_document_clear_measurements (document);
  g_assert_cmpuint (trp_document_get_n_measurements (document), ==, 0);
}

/* Room is made before the drag: panes must not move under it. */
static void
profile_is_charted_while_it_is_there (void)
{
  g_autoptr (TrpDocument) document = make_document ();
  GtkWidget *panel = g_object_ref_sink (trp_profile_panel_new (document));
  TrpToolSettings settings = *trp_document_get_tool (document);

  g_assert_false (gtk_widget_get_visible (panel));
  trp_measure_set_kind (document, TRP_MEASURE_PROFILE);
  g_assert_true (gtk_widget_get_visible (panel));
  settings.kind = TRP_TOOL_BRUSH;
  trp_document_set_tool (document, &settings);
  g_assert_false (gtk_widget_get_visible (panel));
  drag (document, 4, 6, 24, 6);
  g_assert_true (gtk_widget_get_visible (panel));
  assert_text (document, TRP_ROLE_MR, 0, "20.0 mm");
  trp_document_remove_measurement (document, 0);
  g_assert_false (gtk_widget_get_visible (panel));
  g_assert_finalize_object (panel);
}

/* A rising line of the left axis and a falling one of the right cross in the middle. */
static void
profile_chart_has_two_axes (void)
{
  static const double rising[] = { 0, 50, 100 }, falling[] = { 4, NAN, 0 };
  const TrpProfileLine lines[] = { { rising, 3, "CT", false }, { falling, 3, "MR", true } };
  const TrpProfileChart chart = {
    .lines = lines, .n_lines = 2, .units = { "HU", "a.u." }, .length_mm = 40, .cursor_mm = 20
  };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 512, 160);
  cairo_t *cr = cairo_create (surface);
  int n_bright = 0;

  trp_profile_chart_draw (&chart, cr, 512, 160);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  const unsigned char *pixels = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  for (int y = 8; y < 142; y++) /* the cursor's line */
    n_bright += pixels[y * stride + 4 * 256] == 255;
  g_assert_cmpint (n_bright, >, 120);
  cairo_surface_destroy (surface);
  trp_assert_near (trp_profile_chart_find (&chart, 256, 512), 20, 1e-9);
  trp_assert_near (trp_profile_chart_find (&chart, 56, 512), 0, 1e-9);
  g_assert_true (isnan (trp_profile_chart_find (&chart, 40, 512)));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/distances-are-drawn-and-moved", distances_are_drawn_and_moved);
  g_test_add_func ("/measure/what-is-given-up-leaves-nothing", what_is_given_up_leaves_nothing);
  g_test_add_func ("/measure/what-is-gone-is-not-moved", what_is_gone_is_not_moved);
  g_test_add_func ("/measure/only-what-is-seen-is-taken", only_what_is_seen_is_taken);
  g_test_add_func ("/measure/they-go-with-the-case", they_go_with_the_case);
  g_test_add_func ("/measure/angles-take-a-third-point", angles_take_a_third_point);
  g_test_add_func ("/measure/regions-speak-of-the-panes-values", regions_speak_of_the_panes_values);
  g_test_add_func ("/measure/probes-speak-of-all-images", probes_speak_of_all_images);
  g_test_add_func ("/measure/profile-is-charted-while-it-is-there",
                   profile_is_charted_while_it_is_there);
  g_test_add_func ("/measure/profile-chart-has-two-axes", profile_chart_has_two_axes);
  return g_test_run ();
}
