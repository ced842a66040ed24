/* test-slice-view.c - what a pane draws, pixel by pixel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The phantom is known as a function of the patient's millimetres: left, back and head each hold a
 * grey of their own. Written onto each of the 48 axis orders of a grid it must look the same, with
 * left, back and head where radiologists expect them.
 */

#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/slice-view.h"

#define SIZE_PX 240
#define HALF_MM 20.0 /* the grid covers -20 to 20 mm */
#define N_VOXELS 20  /* per axis, 2 mm each */

enum
{
  GREY_BODY = 60,
  GREY_LEFT = 250,
  GREY_BACK = 180,
  GREY_HEAD = 120,
};

/* Blocks off the axes, so that letters and crosshair lie elsewhere. */
static int
phantom (TrpVec3 point_lps)
{
  const double l = point_lps.v[0], p = point_lps.v[1], s = point_lps.v[2];

  if (l > 8)
    return GREY_LEFT;
  if (p > 8)
    return GREY_BACK;
  return s > 8 ? GREY_HEAD : GREY_BODY;
}

/* Order @order of the three axes (0 to 5) and signs (bits): a grid over the same cube. */
static TrpGeometry
make_geometry (int order, int signs)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const size_t size[3] = { N_VOXELS, N_VOXELS, N_VOXELS };
  const double spacing = 2 * HALF_MM / N_VOXELS;
  TrpAffine affine = { { { 0 } } };
  TrpGeometry geometry;
  g_autoptr (GError) error = NULL;

  for (int axis = 0; axis < 3; axis++)
    {
      const int patient = orders[order][axis];
      const double step = signs >> axis & 1 ? -spacing : spacing;

      affine.m[patient][axis] = step;
      affine.m[patient][3] = step > 0 ? -HALF_MM + spacing / 2 : HALF_MM - spacing / 2;
    }
  g_assert_true (trp_geometry_init (&geometry, size, &affine, &error));
  return geometry;
}

static TrpVolume *
make_phantom (const TrpGeometry *geometry)
{
  const size_t n_voxels = trp_geometry_count_voxels (geometry);
  uint8_t *voxels = g_new (uint8_t, n_voxels);
  g_autoptr (GBytes) bytes = g_bytes_new_take (voxels, n_voxels);
  g_autoptr (GError) error = NULL;
  TrpVolume *volume;
  size_t n = 0;

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        voxels[n++] = (uint8_t) phantom (
          trp_geometry_lps_from_ijk (geometry, trp_vec3 ((double) i, (double) j, (double) k)));
  volume = trp_volume_new (geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, &error);
  g_assert_no_error (error);
  return volume;
}

typedef struct
{
  TrpDocument *document;
  TrpViewState *states[TRP_N_ORIENTATIONS];
  TrpSliceView *views[TRP_N_ORIENTATIONS];
} Fixture;

static void
set_up (Fixture *self, const TrpGeometry *geometry)
{
  g_autoptr (TrpVolume) volume = make_phantom (geometry);
  /* LINEAR_EXACT from 0 to 255: grey is the value */
  const TrpDisplay display = { { 255, 127.5, true, false }, false };

  self->document = trp_document_new ();
  trp_document_set_volume (self->document, TRP_ROLE_MR, volume, &display);
  trp_document_set_cursor (self->document, trp_vec3 (1, 1, 1));
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      self->states[n] = trp_view_state_new ((TrpOrientation) n);
      trp_view_state_set_fit_geometry (self->states[n], geometry);
      self->views[n] = TRP_SLICE_VIEW (
        trp_slice_view_new (self->document, TRP_ROLE_MR, self->states[n]));
      g_object_ref_sink (self->views[n]);
      trp_slice_view_set_crosshair_shown (self->views[n], false);
    }
}

static void
tear_down (Fixture *self)
{
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      g_assert_finalize_object (self->views[n]);
      g_assert_finalize_object (self->states[n]);
    }
  g_assert_finalize_object (self->document);
}

static cairo_surface_t *
draw (TrpSliceView *view)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, SIZE_PX, SIZE_PX);
  cairo_t *cr = cairo_create (surface);
  GskRenderNode *node = trp_slice_view_make_node (view, SIZE_PX, SIZE_PX);

  g_assert_nonnull (node);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static int
get_grey (cairo_surface_t *surface, int x, int y)
{
  const uint8_t *row = cairo_image_surface_get_data (surface) +
                       y * cairo_image_surface_get_stride (surface);
  uint32_t pixel;

  memcpy (&pixel, row + 4 * x, 4);
  g_assert_cmpuint (pixel & 0xff, ==, pixel >> 8 & 0xff); /* grey, not a colour */
  return (int) (pixel & 0xff);
}

/* Within a flat block; scaling may round by one. */
static void
expect (cairo_surface_t *surface, double right_mm, double down_mm, int grey)
{
  const double px_per_mm = SIZE_PX / (2 * HALF_MM);
  const int x = (int) (SIZE_PX / 2 + right_mm * px_per_mm);
  const int y = (int) (SIZE_PX / 2 + down_mm * px_per_mm);

  g_assert_cmpint (abs (get_grey (surface, x, y) - grey), <=, 1);
}

/* Axial: left on the screen's right, back at the bottom. Coronal: left on the right, head on top.
 * Sagittal: back on the right (nose to the left), head on top. */
static void
check_sides (Fixture *self)
{
  cairo_surface_t *axial = draw (self->views[TRP_ORIENTATION_AXIAL]);
  cairo_surface_t *coronal = draw (self->views[TRP_ORIENTATION_CORONAL]);
  cairo_surface_t *sagittal = draw (self->views[TRP_ORIENTATION_SAGITTAL]);

  expect (axial, 14, -6, GREY_LEFT);
  expect (axial, -14, -6, GREY_BODY);
  expect (axial, -6, 14, GREY_BACK);
  expect (axial, -6, -14, GREY_BODY);
  expect (coronal, 14, -6, GREY_LEFT);
  expect (coronal, -14, -6, GREY_BODY);
  expect (coronal, -6, -14, GREY_HEAD);
  expect (coronal, -6, 14, GREY_BODY);
  expect (sagittal, 14, -6, GREY_BACK);
  expect (sagittal, -14, -6, GREY_BODY);
  expect (sagittal, -6, -14, GREY_HEAD);
  expect (sagittal, -6, 14, GREY_BODY);
  cairo_surface_destroy (axial);
  cairo_surface_destroy (coronal);
  cairo_surface_destroy (sagittal);
}

static void
all_axis_orders_look_the_same (void)
{
  for (int order = 0; order < 6; order++)
    for (int signs = 0; signs < 8; signs++)
      {
        const TrpGeometry geometry = make_geometry (order, signs);
        Fixture fixture;

        set_up (&fixture, &geometry);
        check_sides (&fixture);
        tear_down (&fixture);
      }
}

static void
nose_right_turns_the_sagittal_plane_only (void)
{
  const TrpGeometry geometry = make_geometry (0, 0);
  Fixture fixture;
  cairo_surface_t *sagittal, *axial;

  set_up (&fixture, &geometry);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    trp_view_state_set_nose_right (fixture.states[n], true);
  sagittal = draw (fixture.views[TRP_ORIENTATION_SAGITTAL]);
  axial = draw (fixture.views[TRP_ORIENTATION_AXIAL]);
  expect (sagittal, -14, -6, GREY_BACK);
  expect (sagittal, 14, -6, GREY_BODY);
  expect (axial, 14, -6, GREY_LEFT);
  cairo_surface_destroy (sagittal);
  cairo_surface_destroy (axial);
  tear_down (&fixture);
}

/* Whole voxels and interpolation show the same sides; only between voxels they differ. */
static void
nearest_keeps_the_sides (void)
{
  for (int signs = 0; signs < 8; signs++)
    {
      const TrpGeometry geometry = make_geometry (signs % 6, signs);
      Fixture fixture;
      TrpDisplay display;

      set_up (&fixture, &geometry);
      display = *trp_document_get_display (fixture.document, TRP_ROLE_MR);
      display.nearest = true;
      trp_document_set_display (fixture.document, TRP_ROLE_MR, &display);
      check_sides (&fixture);
      tear_down (&fixture);
    }
}

/* A grid turned by 30 degrees about the feet-head axis is cut along the patient's axes. */
static void
oblique_grid_shows_patient_sides (void)
{
  const size_t size[3] = { 48, 48, N_VOXELS };
  const double c = 2 * cos (G_PI / 6), s = 2 * sin (G_PI / 6);
  TrpAffine affine = { { { c, -s, 0, 0 }, { s, c, 0, 0 }, { 0, 0, 2, -19 } } };
  TrpGeometry geometry;
  const TrpGeometry cube = make_geometry (0, 0);
  Fixture fixture;

  for (int row = 0; row < 2; row++)
    affine.m[row][3] = -23.5 * (affine.m[row][0] + affine.m[row][1]);
  g_assert_true (trp_geometry_init (&geometry, size, &affine, NULL));
  set_up (&fixture, &geometry);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    trp_view_state_set_fit_geometry (fixture.states[n], &cube);
  check_sides (&fixture);
  tear_down (&fixture);
}

/* ---- positions ---- */

/* A bright voxel at a known millimetre is drawn where the view says that millimetre is, on two
 * grids that share nothing. */
static void
same_millimetre_on_different_grids (void)
{
  const TrpGeometry mr = make_geometry (3, 5);
  const size_t ct_size[3] = { 100, 80, 60 };
  const double ct_spacing[3] = { 0.7, 0.9, 1.1 };
  const TrpGeometry ct = trp_geometry_axial (ct_size, ct_spacing, trp_vec3 (-33, -36, -32));
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpVolume) mr_volume = make_phantom (&mr);
  g_autoptr (TrpVolume) ct_volume = make_phantom (&ct);
  g_autoptr (TrpViewState) state = trp_view_state_new (TRP_ORIENTATION_AXIAL);
  const TrpDisplay display = { { 255, 127.5, true, false }, true };
  TrpVolume *volumes[] = { mr_volume, ct_volume };
  int edges[2];

  for (int n = 0; n < 2; n++)
    {
      const TrpRole role = n ? TRP_ROLE_CT : TRP_ROLE_MR;
      TrpSliceView *view;
      cairo_surface_t *surface;
      int x = 0;

      trp_document_set_volume (document, role, volumes[n], &display);
      trp_document_set_cursor (document, trp_vec3 (1, 1, 1));
      trp_view_state_set_fit_geometry (state, &mr);
      view = TRP_SLICE_VIEW (trp_slice_view_new (document, role, state));
      g_object_ref_sink (view);
      trp_slice_view_set_crosshair_shown (view, false);
      surface = draw (view);
      while (x < SIZE_PX && get_grey (surface, x, 90) != GREY_LEFT)
        x++;
      edges[n] = x;
      cairo_surface_destroy (surface);
      g_object_unref (view);
    }
  /* the step from body to left lies at 8 mm: 6 px per mm, to half a voxel of each grid */
  g_assert_cmpint (abs (edges[0] - (SIZE_PX / 2 + 48)), <=, 7);
  g_assert_cmpint (abs (edges[1] - (SIZE_PX / 2 + 48)), <=, 4);
}

static void
pixel_and_millimetre_round_trip (void)
{
  const TrpGeometry geometry = make_geometry (4, 3);
  Fixture fixture;

  set_up (&fixture, &geometry);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      TrpSliceView *view = fixture.views[n];
      TrpVec3 point, px;
      int minimum;

      gtk_widget_measure (GTK_WIDGET (view), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL,
                          NULL);
      gtk_widget_size_allocate (GTK_WIDGET (view), &(GtkAllocation){ 0, 0, 300, 200 }, -1);
      point = trp_slice_view_lps_from_px (view, 37, 111);
      px = trp_slice_view_px_from_lps (view, point);
      trp_assert_near (px.v[0], 37, 1e-9);
      trp_assert_near (px.v[1], 111, 1e-9);
      trp_assert_near (px.v[2], 0, 1e-9);
    }
  tear_down (&fixture);
}

/* Slices step through every voxel centre and stop at both ends. */
static void
wheel_steps_through_all_slices (void)
{
  const TrpGeometry geometry = make_geometry (1, 6);
  Fixture fixture;

  set_up (&fixture, &geometry);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      TrpSliceView *view = fixture.views[n];
      size_t number, total;
      GHashTable *seen = g_hash_table_new (NULL, NULL);

      trp_slice_view_step (view, -100);
      for (int step = 0; step < 2 * N_VOXELS; step++)
        {
          g_assert_true (trp_slice_view_get_slice_number (view, &number, &total));
          g_hash_table_add (seen, GSIZE_TO_POINTER (number));
          trp_slice_view_step (view, 1);
        }
      g_assert_cmpuint (total, ==, N_VOXELS);
      g_assert_cmpuint (g_hash_table_size (seen), ==, N_VOXELS);
      g_hash_table_unref (seen);
    }
  tear_down (&fixture);
}

/* The wheel goes from head to feet. */
static void
axial_step_goes_to_the_feet (void)
{
  const TrpGeometry geometry = make_geometry (0, 0);
  Fixture fixture;

  set_up (&fixture, &geometry);
  trp_slice_view_step (fixture.views[TRP_ORIENTATION_AXIAL], 1);
  trp_assert_near (trp_document_get_cursor (fixture.document).v[2], -1, 1e-9);
  tear_down (&fixture);
}

static void
outside_the_volume_is_not_black (void)
{
  const TrpGeometry geometry = make_geometry (0, 0);
  Fixture fixture;
  cairo_surface_t *surface;

  set_up (&fixture, &geometry);
  trp_document_set_cursor (fixture.document, trp_vec3 (0, 0, 500));
  surface = draw (fixture.views[TRP_ORIENTATION_AXIAL]);
  g_assert_cmpint (get_grey (surface, 30, 200), ==, 0x0d);
  cairo_surface_destroy (surface);
  tear_down (&fixture);
}

/* ---- structures ---- */

static bool
has_color_near (cairo_surface_t *surface, int x, int y)
{
  for (int dy = -3; dy <= 3; dy++)
    for (int dx = -3; dx <= 3; dx++)
      {
        const uint8_t *row = cairo_image_surface_get_data (surface) +
                             (y + dy) * cairo_image_surface_get_stride (surface);
        uint32_t pixel;

        memcpy (&pixel, row + 4 * (x + dx), 4);
        if ((int) (pixel >> 16 & 0xff) - (int) (pixel & 0xff) > 60)
          return true;
      }
  return false;
}

/* A red box from x = -16 to -6 mm on the patient's right is outlined on the screen's left. */
static void
outline_lies_on_the_structure (void)
{
  for (int signs = 0; signs < 8; signs++)
    {
      const TrpGeometry geometry = make_geometry (signs % 6, signs);
      g_autoptr (TrpStructureSet) set = trp_structure_set_new ("reading", &geometry);
      TrpMask *mask = trp_mask_new (&geometry);
      g_autoptr (TrpStructure) structure = NULL;
      Fixture fixture;
      cairo_surface_t *surface;

      for (size_t k = 0; k < N_VOXELS; k++)
        for (size_t j = 0; j < N_VOXELS; j++)
          for (size_t i = 0; i < N_VOXELS; i++)
            {
              const TrpVec3 p = trp_geometry_lps_from_ijk (
                &geometry, trp_vec3 ((double) i, (double) j, (double) k));

              if (p.v[0] > -16 && p.v[0] < -6 && fabs (p.v[1]) < 6)
                trp_mask_set (mask, i, j, k, true);
            }
      structure = trp_structure_new ("GTV", (TrpColor){ 255, 0, 0 }, mask);
      trp_structure_set_append (set, structure);
      set_up (&fixture, &geometry);
      trp_document_add_reading (fixture.document, set);
      surface = draw (fixture.views[TRP_ORIENTATION_AXIAL]);
      /* 6 px per mm: edges at 120 - 96 = 24 and 120 - 36 = 84 */
      g_assert_true (has_color_near (surface, 24, 120));
      g_assert_true (has_color_near (surface, 84, 120));
      g_assert_true (has_color_near (surface, 54, 84));
      g_assert_false (has_color_near (surface, 156, 120));
      g_assert_false (has_color_near (surface, 216, 120));
      cairo_surface_destroy (surface);
      tear_down (&fixture);
    }
}

/* Somewhere on the left edge of a ball of 8 mm around (12, 0, 1). */
static bool
shows_ball (Fixture *fixture, double z_mm)
{
  cairo_surface_t *surface;
  bool found = false;

  trp_document_set_cursor (fixture->document, trp_vec3 (1, 1, z_mm));
  surface = draw (fixture->views[TRP_ORIENTATION_AXIAL]);
  for (int x = 130; x < 180 && !found; x++)
    found = has_color_near (surface, x, 120);
  cairo_surface_destroy (surface);
  return found;
}

/* A cut that was drawn before is kept, but not over a change that meets it. */
static void
kept_outlines_follow_changes (void)
{
  const TrpGeometry geometry = make_geometry (0, 0);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("reading", &geometry);
  g_autoptr (TrpStructure)
    structure = trp_structure_new ("GTV", (TrpColor){ 255, 0, 0 }, trp_mask_new (&geometry));
  TrpToolSettings tool = { .kind = TRP_TOOL_BRUSH, .shape = TRP_BRUSH_BALL, .radius_mm = 8 };
  Fixture fixture;

  trp_structure_set_append (set, structure);
  set_up (&fixture, &geometry);
  trp_document_add_reading (fixture.document, set);
  trp_document_set_fill_opacity (fixture.document, 0);
  g_assert_false (shows_ball (&fixture, 1));
  g_assert_false (shows_ball (&fixture, 5));
  trp_document_set_tool (fixture.document, &tool);
  g_assert_true (trp_document_begin_stroke (fixture.document, TRP_ROLE_MR, &trp_test_axial,
                                            trp_vec3 (12, 0, 1)));
  trp_document_end_stroke (fixture.document);
  g_assert_true (shows_ball (&fixture, 5));
  g_assert_true (shows_ball (&fixture, 1));
  trp_document_undo (fixture.document);
  g_assert_false (shows_ball (&fixture, 1));
  g_assert_false (shows_ball (&fixture, 5));
  trp_document_redo (fixture.document);
  g_assert_true (shows_ball (&fixture, 1));
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_add_func ("/slice-view/sides/all-axis-orders-look-the-same",
                   all_axis_orders_look_the_same);
  g_test_add_func ("/slice-view/sides/nose-right-turns-sagittal-only",
                   nose_right_turns_the_sagittal_plane_only);
  g_test_add_func ("/slice-view/sides/nearest-keeps-them", nearest_keeps_the_sides);
  g_test_add_func ("/slice-view/sides/oblique-grid", oblique_grid_shows_patient_sides);
  g_test_add_func ("/slice-view/position/same-millimetre-on-different-grids",
                   same_millimetre_on_different_grids);
  g_test_add_func ("/slice-view/position/round-trip", pixel_and_millimetre_round_trip);
  g_test_add_func ("/slice-view/slices/wheel-steps-through-all", wheel_steps_through_all_slices);
  g_test_add_func ("/slice-view/slices/axial-step-goes-to-the-feet", axial_step_goes_to_the_feet);
  g_test_add_func ("/slice-view/outside/is-not-black", outside_the_volume_is_not_black);
  g_test_add_func ("/slice-view/structures/outline-lies-on-them", outline_lies_on_the_structure);
  g_test_add_func ("/slice-view/structures/kept-outlines-follow-changes",
                   kept_outlines_follow_changes);
  return g_test_run ();
}
