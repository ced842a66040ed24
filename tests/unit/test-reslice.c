/* test-reslice.c - planes, letters and the pixels a pane shows
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One small body, A x B x C points at known patient positions with a value each, is stored in all
 * 48 axis orders; every one must give the same picture.
 */

#include "core/image/reslice.h"
#include "core/structure/mask-reslice.h"
#include "tests/lib/check.h"

enum
{
  A = 5, /* points to the patient's left */
  B = 4, /* to the back */
  C = 3, /* to the head */
};
static const size_t body_size[3] = { A, B, C };
static const double body_spacing[3] = { 1.5, 2, 3 };
static const TrpVec3 body_origin = { { -20, 35, 110 } };

static uint8_t
body_value (size_t a, size_t b, size_t c)
{
  return (uint8_t) (1 + a + 10 * b + 100 * c);
}

static TrpVec3
body_point (double a, double b, double c)
{
  return trp_vec3_add (body_origin,
                       trp_vec3 (a * body_spacing[0], b * body_spacing[1], c * body_spacing[2]));
}

/* Grid axis g runs along body axis order[g], backwards where bit g of flips is set. */
static TrpGeometry
make_grid (const int order[3], unsigned flips)
{
  TrpAffine affine = { { { 0 } } };
  TrpVec3 origin = body_origin;
  size_t size[3];
  TrpGeometry geometry;
  g_autoptr (GError) error = NULL;

  for (int g = 0; g < 3; g++)
    {
      const int axis = order[g];
      const double sign = flips >> g & 1 ? -1 : 1;

      size[g] = body_size[axis];
      affine.m[axis][g] = sign * body_spacing[axis];
      if (sign < 0)
        origin.v[axis] += body_spacing[axis] * (double) (body_size[axis] - 1);
    }
  trp_affine_set_column (&affine, 3, origin);
  if (!trp_geometry_init (&geometry, size, &affine, &error))
    g_assert_no_error (error);
  return geometry;
}

static TrpVolume *
make_body (const int order[3], unsigned flips)
{
  const TrpGeometry geometry = make_grid (order, flips);
  uint8_t voxels[A * B * C];
  size_t n = 0, ijk[3];
  g_autoptr (GBytes) bytes = NULL;

  for (ijk[2] = 0; ijk[2] < geometry.size[2]; ijk[2]++)
    for (ijk[1] = 0; ijk[1] < geometry.size[1]; ijk[1]++)
      for (ijk[0] = 0; ijk[0] < geometry.size[0]; ijk[0]++)
        {
          size_t abc[3];

          for (int g = 0; g < 3; g++)
            abc[order[g]] = flips >> g & 1 ? geometry.size[g] - 1 - ijk[g] : ijk[g];
          voxels[n++] = body_value (abc[0], abc[1], abc[2]);
        }
  bytes = g_bytes_new (voxels, sizeof voxels);
  return trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
}

/* What a pane shows at (x, y) when the cursor is at body point (3, 1, 2): patient right on screen
 * left, anterior up in axial, head up in the others. */
static uint8_t
expect_pixel (TrpOrientation orientation, bool nose_right, size_t x, size_t y)
{
  switch (orientation)
    {
    case TRP_ORIENTATION_AXIAL:
      return body_value (x, y, 2);
    case TRP_ORIENTATION_CORONAL:
      return body_value (x, 1, C - 1 - y);
    case TRP_ORIENTATION_SAGITTAL:
    case TRP_N_ORIENTATIONS:
    default:
      return body_value (3, nose_right ? B - 1 - x : x, C - 1 - y);
    }
}

static const char *const edge_letters[TRP_N_ORIENTATIONS][TRP_N_EDGES] = {
  { "R", "L", "A", "P" },
  { "R", "L", "S", "I" },
  { "A", "P", "S", "I" },
};

static void
check_letters (const TrpPlane *plane, bool nose_right)
{
  for (int edge = 0; edge < TRP_N_EDGES; edge++)
    {
      const bool is_swapped = nose_right && plane->orientation == TRP_ORIENTATION_SAGITTAL &&
                              (edge == TRP_EDGE_LEFT || edge == TRP_EDGE_RIGHT);
      char letters[TRP_LETTERS_SIZE];

      trp_plane_get_letters (plane, (TrpEdge) edge, letters);
      g_assert_cmpstr (letters, ==, edge_letters[plane->orientation][is_swapped ? 1 - edge : edge]);
    }
}

static void
check_view (const TrpVolume *volume, TrpOrientation orientation, bool nose_right)
{
  static const size_t number[TRP_N_ORIENTATIONS] = { 2, 1, 3 }; /* of the body's slices */
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const TrpVec3 cursor = body_point (3.2, 0.7, 2.3);
  const TrpPlane plane = trp_plane_for_geometry (geometry, orientation, cursor, nose_right);
  const TrpWindow identity = { 255, 127.5, true, false };
  g_autoptr (TrpWindowTable) table = trp_window_table_new (&identity, volume);
  uint32_t native[A * B], cut[A * B];
  TrpNativeSlice slice;
  TrpRaster raster;

  check_letters (&plane, nose_right);
  g_assert_cmpint (trp_plane_match_native (&plane, geometry, &slice), ==, TRP_NATIVE_SLICE);
  g_assert_cmpuint (slice.number, ==, number[orientation]);
  raster = trp_raster_native (geometry, &slice);
  trp_reslice_native (volume, &slice, table, raster.width, native);
  trp_reslice_oblique (volume, &raster, TRP_INTERPOLATION_LINEAR, table, raster.width, cut);
  for (size_t y = 0; y < raster.height; y++)
    for (size_t x = 0; x < raster.width; x++)
      {
        const uint32_t grey = expect_pixel (orientation, nose_right, x, y);

        g_assert_cmphex (native[y * raster.width + x], ==, 0xff000000u | grey * 0x010101u);
        g_assert_cmphex (cut[y * raster.width + x], ==, 0xff000000u | grey * 0x010101u);
      }
}

static void
all_48_axis_orders_look_the_same (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

  for (size_t o = 0; o < G_N_ELEMENTS (orders); o++)
    for (unsigned flips = 0; flips < 8; flips++)
      {
        g_autoptr (TrpVolume) volume = make_body (orders[o], flips);

        for (int orientation = 0; orientation < TRP_N_ORIENTATIONS; orientation++)
          {
            check_view (volume, (TrpOrientation) orientation, false);
            check_view (volume, (TrpOrientation) orientation, true);
          }
      }
}

static void
a_landmark_is_at_the_same_pixel_in_every_order (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const TrpVec3 landmark = body_point (4, 0, 2);

  for (size_t o = 0; o < G_N_ELEMENTS (orders); o++)
    for (unsigned flips = 0; flips < 8; flips++)
      {
        const TrpGeometry geometry = make_grid (orders[o], flips);
        const TrpPlane plane = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_CORONAL, landmark,
                                                       false);
        const TrpRaster raster = trp_raster_new (&plane, 100, 80, 0.5, body_point (2, 0, 1));
        double x, y, height = trp_raster_px_from_lps (&raster, landmark, &x, &y);

        /* 2 points of 1.5 mm to the patient's left of the middle, 1 point of 3 mm above */
        trp_assert_near (x, 50 + 2 * 1.5 / 0.5, 1e-9);
        trp_assert_near (y, 40 - 3 / 0.5, 1e-9);
        trp_assert_near (height, 0, 1e-9);
      }
}

static void
slices_are_counted_and_found_outside (void)
{
  static const int order[3] = { 0, 1, 2 };
  const TrpGeometry geometry = make_grid (order, 4); /* k runs towards the feet */
  TrpPlane plane = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL, body_point (0, 0, 0),
                                           false);
  TrpNativeSlice slice;
  double low, high;

  g_assert_cmpint (trp_plane_match_native (&plane, &geometry, &slice), ==, TRP_NATIVE_SLICE);
  g_assert_cmpuint (slice.index, ==, 2);
  g_assert_cmpuint (slice.number, ==, 0);
  trp_assert_near (slice.offset, 0, 1e-9);
  plane = trp_plane_move (&plane, 1.0);
  g_assert_cmpint (trp_plane_match_native (&plane, &geometry, &slice), ==, TRP_NATIVE_SLICE);
  g_assert_cmpuint (slice.number, ==, 0);
  trp_assert_near (slice.offset, 1, 1e-9);
  trp_assert_near (trp_plane_get_position (&plane), 111, 1e-9);
  plane = trp_plane_move (&plane, -2.6); /* 0.1 mm beyond the last face */
  g_assert_cmpint (trp_plane_match_native (&plane, &geometry, &slice), ==, TRP_NATIVE_OUTSIDE);
  g_assert_cmpuint (slice.number, ==, 0);
  trp_plane_get_range (&plane, &geometry, &low, &high);
  trp_assert_near (low, 110 - 1.5, 1e-9);
  trp_assert_near (high, 110 + 6 + 1.5, 1e-9);
  trp_assert_near (trp_plane_get_step (&plane, &geometry), 3, 1e-12);
}

static TrpVec3
turn (double degrees)
{
  return trp_vec3 (cos (degrees * G_PI / 180), sin (degrees * G_PI / 180), 0);
}

static void
letters_are_compound_on_oblique_planes (void)
{
  char letters[TRP_LETTERS_SIZE];

  trp_direction_get_letters (turn (0), letters);
  g_assert_cmpstr (letters, ==, "L");
  trp_direction_get_letters (turn (4), letters);
  g_assert_cmpstr (letters, ==, "L");
  trp_direction_get_letters (turn (20), letters);
  g_assert_cmpstr (letters, ==, "LP");
  trp_direction_get_letters (turn (70), letters);
  g_assert_cmpstr (letters, ==, "PL");
  trp_direction_get_letters (turn (200), letters);
  g_assert_cmpstr (letters, ==, "RA");
  trp_direction_get_letters (trp_vec3 (-0.5, -0.3, 0.8), letters);
  g_assert_cmpstr (letters, ==, "SRA");
}

/* The body turned by 30 degrees about the patient's long axis. */
static TrpGeometry
make_turned (void)
{
  const double c = cos (G_PI / 6), s = sin (G_PI / 6);
  const size_t size[3] = { 40, 30, 20 };
  const TrpAffine affine = {
    { { 1.5 * c, -2 * s, 0, -20 }, { 1.5 * s, 2 * c, 0, 35 }, { 0, 0, 3, 110 } }
  };
  TrpGeometry geometry;

  g_assert_true (trp_geometry_init (&geometry, size, &affine, NULL));
  return geometry;
}

static double
field (TrpVec3 p)
{
  return 2 * p.v[0] - p.v[1] + 0.5 * p.v[2];
}

static TrpVolume *
make_field (const TrpGeometry *geometry)
{
  const size_t *size = geometry->size;
  g_autofree float *values = g_new (float, trp_geometry_count_voxels (geometry));
  g_autoptr (GBytes) bytes = NULL;
  size_t n = 0;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        values[n++] = (float) field (
          trp_geometry_lps_from_ijk (geometry, trp_vec3 ((double) i, (double) j, (double) k)));
  bytes = g_bytes_new (values, n * sizeof *values);
  return trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

static void
oblique_volumes_are_cut_along_the_patient (void)
{
  const TrpGeometry geometry = make_turned ();
  g_autoptr (TrpVolume) volume = make_field (&geometry);
  const TrpVec3 center = trp_geometry_get_center (&geometry);
  const TrpPlane plane = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_CORONAL, center, false);
  const TrpRaster raster = trp_raster_new (&plane, 90, 70, 1, center);
  const TrpWindow window = { 100, 0, true, false };
  g_autoptr (TrpWindowTable) table = trp_window_table_new (&window, volume);
  g_autofree float *values = g_new (float, 90 * 70);
  g_autofree uint32_t *pixels = g_new (uint32_t, 90 * 70);
  TrpNativeSlice slice;
  size_t n_inside = 0;

  g_assert_cmpint (trp_plane_match_native (&plane, &geometry, &slice), ==, TRP_NATIVE_NONE);
  trp_reslice_values (volume, &raster, TRP_INTERPOLATION_LINEAR, values);
  trp_reslice_oblique (volume, &raster, TRP_INTERPOLATION_LINEAR, table, 90, pixels);
  for (size_t y = 0; y < 70; y++)
    for (size_t x = 0; x < 90; x++)
      {
        const TrpVec3 lps = trp_raster_lps_from_px (&raster, (double) x + 0.5, (double) y + 0.5);
        const TrpVec3 ijk = trp_geometry_ijk_from_lps (&geometry, lps);
        const double value = (double) values[y * 90 + x];
        bool is_inside = true, is_outside = false;

        for (int axis = 0; axis < 3; axis++)
          {
            const double last = (double) geometry.size[axis] - 1;

            is_inside = is_inside && ijk.v[axis] >= 0 && ijk.v[axis] <= last;
            is_outside = is_outside || ijk.v[axis] < -0.501 || ijk.v[axis] > last + 0.501;
          }
        n_inside += is_inside;
        if (is_inside)
          trp_assert_near (value, field (lps), 2e-5); /* float32 of values up to 200 */
        if (is_outside)
          {
            g_assert_true (isnan (value));
            g_assert_cmphex (pixels[y * 90 + x], ==, 0);
          }
        else
          g_assert_cmphex (pixels[y * 90 + x] >> 24, ==, 0xff);
      }
  g_assert_cmpuint (n_inside, >, 1000);
}

static void
planes_along_an_oblique_grid_are_native (void)
{
  const TrpGeometry geometry = make_turned ();
  const TrpPlane plane = trp_plane_along_grid (&geometry, TRP_ORIENTATION_CORONAL,
                                               trp_geometry_get_center (&geometry), false);
  TrpNativeSlice slice;
  char letters[TRP_LETTERS_SIZE];

  g_assert_cmpint (trp_plane_match_native (&plane, &geometry, &slice), ==, TRP_NATIVE_SLICE);
  g_assert_cmpint (slice.axis, ==, 1);
  g_assert_cmpuint (slice.index, ==, 15);
  trp_plane_get_letters (&plane, TRP_EDGE_RIGHT, letters);
  g_assert_cmpstr (letters, ==, "LP");
  trp_plane_get_letters (&plane, TRP_EDGE_LEFT, letters);
  g_assert_cmpstr (letters, ==, "RA");
  trp_plane_get_letters (&plane, TRP_EDGE_TOP, letters);
  g_assert_cmpstr (letters, ==, "S");
}

static void
fit_shows_all_of_the_grid (void)
{
  static const int order[3] = { 0, 1, 2 };
  const TrpGeometry geometry = make_grid (order, 0);
  const TrpPlane plane = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL,
                                                 body_point (0, 0, 0), false);

  /* 7.5 x 8 mm with the outer half voxels */
  trp_assert_near (trp_raster_get_fit (&plane, &geometry, 75, 1000), 0.1, 1e-12);
  trp_assert_near (trp_raster_get_fit (&plane, &geometry, 1000, 80), 0.1, 1e-12);
}

static void
missing_values_are_transparent (void)
{
  static const float stored[4] = { 0, NAN, 51, 100 };
  const size_t size[3] = { 2, 2, 1 };
  const double spacing[3] = { 1, 1, 1 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_static (stored, sizeof stored);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
  const TrpWindow window = { 100, 50, true, false };
  g_autoptr (TrpWindowTable) table = trp_window_table_new (&window, volume);
  const TrpPlane plane = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL,
                                                 trp_vec3 (0, 0, 0), false);
  uint32_t pixels[4];
  TrpNativeSlice slice;

  trp_plane_match_native (&plane, &geometry, &slice);
  trp_reslice_native (volume, &slice, table, 2, pixels);
  g_assert_cmphex (pixels[0], ==, 0xff000000);
  g_assert_cmphex (pixels[1], ==, 0);
  g_assert_cmphex (pixels[2], ==, 0xff828282);
  g_assert_cmphex (pixels[3], ==, 0xffffffff);
}

static TrpMask *
make_landmark (const TrpGeometry *geometry)
{
  const TrpVec3 ijk = trp_geometry_ijk_from_lps (geometry, body_point (4, 0, 2));
  TrpMask *mask = trp_mask_new (geometry);

  trp_mask_set (mask, (size_t) lround (ijk.v[0]), (size_t) lround (ijk.v[1]),
                (size_t) lround (ijk.v[2]), true);
  return mask;
}

static void
masks_follow_in_millimetres (void)
{
  static const int plain[3] = { 0, 1, 2 }, turned[3] = { 2, 0, 1 };
  const TrpGeometry from = make_grid (turned, 5), to = make_grid (plain, 0);
  g_autoptr (TrpMask) mask = make_landmark (&from);
  g_autoptr (TrpMask) moved = trp_mask_resample (mask, &to, NULL, NULL);
  const TrpPlane plane = trp_plane_for_geometry (&to, TRP_ORIENTATION_AXIAL, body_point (0, 0, 2.4),
                                                 false);
  TrpNativeSlice slice;
  TrpRaster raster;
  uint8_t bytes[A * B];

  g_assert_cmpuint (trp_mask_count (moved), ==, 1);
  g_assert_true (trp_mask_get (moved, 4, 0, 2));
  g_assert_cmpint (trp_plane_match_native (&plane, &to, &slice), ==, TRP_NATIVE_SLICE);
  raster = trp_raster_native (&to, &slice);
  trp_mask_reslice (mask, &raster, bytes);
  for (size_t n = 0; n < A * B; n++)
    g_assert_cmpuint (bytes[n], ==, n == 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reslice/all-48-axis-orders-look-the-same", all_48_axis_orders_look_the_same);
  g_test_add_func ("/reslice/a-landmark-is-at-the-same-pixel-in-every-order",
                   a_landmark_is_at_the_same_pixel_in_every_order);
  g_test_add_func ("/reslice/slices-are-counted-and-found-outside",
                   slices_are_counted_and_found_outside);
  g_test_add_func ("/reslice/letters-are-compound-on-oblique-planes",
                   letters_are_compound_on_oblique_planes);
  g_test_add_func ("/reslice/oblique-volumes-are-cut-along-the-patient",
                   oblique_volumes_are_cut_along_the_patient);
  g_test_add_func ("/reslice/planes-along-an-oblique-grid-are-native",
                   planes_along_an_oblique_grid_are_native);
  g_test_add_func ("/reslice/fit-shows-all-of-the-grid", fit_shows_all_of_the_grid);
  g_test_add_func ("/reslice/missing-values-are-transparent", missing_values_are_transparent);
  g_test_add_func ("/reslice/masks-follow-in-millimetres", masks_follow_in_millimetres);
  return g_test_run ();
}
