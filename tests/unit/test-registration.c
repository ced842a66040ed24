/* test-registration.c - slices brought onto others, and slices that do not fit
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Images are formulas, so that the true place of every pixel is known.
 */

#include "config.h"
#include "core/base/parallel.h"
#include "core/method/cleaning.h"
#include "core/method/preprocess/frame.h"
#include "core/method/registration.h"

#include <math.h>

#define SIDE 96
#define SPACING 2.0

typedef double (*Image) (double x, double y, size_t k);

static TrpVolume *
make_volume (Image image, size_t nz)
{
  const size_t size[3] = { SIDE, SIDE, nz };
  const double spacing[3] = { SPACING, SPACING, 3 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (-95, -95, 0));
  float *values = g_new (float, SIDE *SIDE *nz);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TrpVolume *volume;

  for (size_t k = 0; k < nz; k++)
    for (size_t j = 0; j < SIDE; j++)
      for (size_t i = 0; i < SIDE; i++)
        values[i + SIDE * (j + SIDE * k)] = (float) image (SPACING * (double) i - 95,
                                                           SPACING * (double) j - 95, k);
  bytes = g_bytes_new_take (values, SIDE * SIDE * nz * sizeof (float));
  volume = trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, &error);
  g_assert_no_error (error);
  return volume;
}

/* A soft ellipse, 1 inside, 0 outside. */
static double
blob (double x, double y, double cx, double cy, double rx, double ry)
{
  const double r = hypot ((x - cx) / rx, (y - cy) / ry);

  return 1 / (1 + exp (30 * (r - 1)));
}

/* A body with organs: part 0 in HU, part 1 as an MR with other contrasts. */
static double
anatomy (double x, double y, bool is_mr)
{
  static const double organs[][6] = { /* cx, cy, rx, ry, HU, MR */
                                      { -35, -10, 16, 12, 900, -350 },
                                      { 38, 12, 12, 18, 700, -300 },
                                      { 2, -30, 14, 9, -150, 500 },
                                      { -8, 28, 10, 12, 60, 300 },
                                      { 10, 2, 7, 8, -700, -400 }
  };
  double value = is_mr ? 450 * blob (x, y, 0, 0, 75, 60) : 1040 * blob (x, y, 0, 0, 75, 60) - 1000;

  for (size_t n = 0; n < G_N_ELEMENTS (organs); n++)
    value += organs[n][is_mr ? 5 : 4] *
             blob (x, y, organs[n][0], organs[n][1], organs[n][2], organs[n][3]);
  return value;
}

static double
fixed_image (double x, double y, size_t k G_GNUC_UNUSED)
{
  return anatomy (x, y, false);
}

#define ANGLE 4.0
#define SHIFT_X 6.0
#define SHIFT_Y -4.0

/* Where a point of the fixed slice lies in the moving one. */
static void
turn (double *x, double *y)
{
  const double a = ANGLE * G_PI / 180, px = *x, py = *y;

  *x = cos (a) * px - sin (a) * py + SHIFT_X;
  *y = sin (a) * px + cos (a) * py + SHIFT_Y;
}

/* The other way. */
static double
turned_image (double x, double y, size_t k G_GNUC_UNUSED)
{
  const double a = -ANGLE * G_PI / 180, px = x - SHIFT_X, py = y - SHIFT_Y;

  return anatomy (cos (a) * px - sin (a) * py, sin (a) * px + cos (a) * py, true);
}

static double
bent_image (double x, double y, size_t k G_GNUC_UNUSED)
{
  return anatomy (x + 4 * cos (y / 20), y + 4 * cos (x / 18), true);
}

static double
true_mr (double x, double y, size_t k G_GNUC_UNUSED)
{
  return anatomy (x, y, true);
}

static double
nothing (double x G_GNUC_UNUSED, double y G_GNUC_UNUSED, size_t k G_GNUC_UNUSED)
{
  return 0;
}

/* Mean absolute difference, away from the rim. */
static double
get_error (const TrpVolume *a, const TrpVolume *b, size_t k)
{
  double sum = 0;
  size_t n = 0;

  for (ptrdiff_t j = 8; j < SIDE - 8; j++)
    for (ptrdiff_t i = 8; i < SIDE - 8; i++, n++)
      sum += fabs (trp_volume_get_value (a, i, j, (ptrdiff_t) k) -
                   trp_volume_get_value (b, i, j, (ptrdiff_t) k));
  return sum / (double) n;
}

static void
test_a_movement_is_found (void)
{
  const TrpRegistrationOptions options = { .grid_spacing = 0, .rigid_iterations = 100 };
  g_autoptr (TrpVolume) fixed = make_volume (fixed_image, 1);
  g_autoptr (TrpVolume) moving = make_volume (turned_image, 1);
  g_autoptr (TrpVolume) truth = make_volume (true_mr, 1);
  g_autoptr (GError) error = NULL;
  TrpRegistrationSlice slice;
  g_autoptr (TrpVolume)
    found = trp_registration_run (fixed, moving, &options, 0, &slice, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (slice.moved);
  g_assert_cmpfloat (slice.mi_after, >, slice.mi_before);
  g_assert_cmpfloat_with_epsilon (slice.angle_deg, ANGLE, 0.3);
  g_assert_cmpfloat_with_epsilon (slice.shift_mm[0], SHIFT_X, 0.4);
  g_assert_cmpfloat_with_epsilon (slice.shift_mm[1], SHIFT_Y, 0.4);
  g_assert_cmpfloat (get_error (found, truth, 0), <, 0.15 * get_error (moving, truth, 0));
  /* the middle of the slice goes where the formula says */
  {
    double x = 0, y = 0;

    turn (&x, &y);
    g_assert_cmpfloat_with_epsilon (slice.shift_mm[0], x, 0.4);
    g_assert_cmpfloat_with_epsilon (slice.shift_mm[1], y, 0.4);
  }
}

static void
test_a_bend_is_found (void)
{
  const TrpRegistrationOptions options = TRP_REGISTRATION_DEFAULTS;
  g_autoptr (TrpVolume) fixed = make_volume (fixed_image, 1);
  g_autoptr (TrpVolume) moving = make_volume (bent_image, 1);
  g_autoptr (TrpVolume) truth = make_volume (true_mr, 1);
  g_autoptr (GError) error = NULL;
  TrpRegistrationSlice slice;
  g_autoptr (TrpVolume)
    found = trp_registration_run (fixed, moving, &options, 0, &slice, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (slice.moved);
  g_test_message ("error %g before, %g after; largest displacement %g mm",
                  get_error (moving, truth, 0), get_error (found, truth, 0), slice.largest_mm);
  g_assert_cmpfloat (get_error (found, truth, 0), <, 0.5 * get_error (moving, truth, 0));
  g_assert_cmpfloat (slice.largest_mm, >, 1);
  g_assert_cmpfloat (slice.largest_mm, <, 12);
}

static double
some_slices (double x, double y, size_t k)
{
  return k == 1 ? 0 : turned_image (x, y, k);
}

/* Nor on how many threads there are. */
static void
test_what_cannot_be_moved_stays (void)
{
  const TrpRegistrationOptions options = { 8, 20, 5 };
  g_autoptr (TrpVolume) fixed = make_volume (fixed_image, 3);
  g_autoptr (TrpVolume) moving = make_volume (some_slices, 3);
  g_autoptr (TrpVolume) empty = make_volume (nothing, 3);
  g_autoptr (GError) error = NULL;
  TrpRegistrationSlice slices[3];
  g_autoptr (TrpVolume) once = NULL, again = NULL, same = NULL;

  trp_parallel_set_threads (2);
  once = trp_registration_run (fixed, moving, &options, 0, slices, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (slices[0].moved && slices[2].moved);
  g_assert_false (slices[1].moved);
  g_assert_cmpfloat (get_error (once, moving, 1), ==, 0);
  trp_parallel_set_threads (1);
  again = trp_registration_run (fixed, moving, &options, 0, slices, NULL, &error);
  trp_parallel_set_threads (0);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (trp_volume_peek_bytes (once), trp_volume_peek_bytes (again)));
  same = trp_registration_run (fixed, empty, &options, 0, slices, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (slices[0].moved);
  g_assert_cmpfloat (get_error (same, empty, 0), ==, 0);
}

static void
test_other_grids_are_refused (void)
{
  const TrpRegistrationOptions options = TRP_REGISTRATION_DEFAULTS;
  g_autoptr (TrpVolume) fixed = make_volume (fixed_image, 2);
  g_autoptr (TrpVolume) moving = make_volume (turned_image, 3);
  g_autoptr (GError) error = NULL;
  TrpCleaningSlice slices[3];

  g_assert_null (trp_registration_run (fixed, moving, &options, 0, NULL, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  g_assert_false (trp_cleaning_compare (fixed, moving, TRP_CLEANING_DICE, slices, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

/* --- cleaning --- */

/* Radii of the generated bodies; the source's is 60 mm. Two discs about one centre have a Dice of
 * 2 r^2 / (R^2 + r^2): 0.8 at r = 0.8165 R. */
static const double radii[] = { 60, 52, 47, 30, 0 };

static double
source_disc (double x, double y, size_t k)
{
  return k == 4 ? -1000 : hypot (x, y) < 60 ? 40 : -1000;
}

static double
generated_disc (double x, double y, size_t k)
{
  const double r = hypot (x, y);

  /* muscle, and fat so bright that Otsu's threshold lies above muscle */
  return r >= radii[k] ? 0 : r > 0.85 * radii[k] ? 1000 : 300;
}

static void
test_slices_that_do_not_fit_are_left_out (void)
{
  g_autoptr (TrpVolume) source = make_volume (source_disc, 5);
  g_autoptr (TrpVolume) generated = make_volume (generated_disc, 5);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *reason = NULL;
  TrpCleaningSlice slices[5];

  g_assert_true (trp_cleaning_compare (source, generated, TRP_CLEANING_DICE, slices, &error));
  g_assert_no_error (error);
  for (size_t k = 0; k < 4; k++)
    {
      const double r = radii[k];

      g_assert_cmpfloat_with_epsilon (slices[k].dice, 2 * r * r / (3600 + r * r), 0.01);
      g_assert_cmpint (slices[k].verdict, ==,
                       r < 48 ? TRP_CLEANING_OUTLINES_DIFFER : TRP_CLEANING_KEPT);
    }
  g_assert_cmpint (slices[4].verdict, ==, TRP_CLEANING_NO_BODY);
  g_assert_true (isnan (slices[4].dice));
  text = trp_cleaning_to_text (slices, 5);
  g_assert_cmpstr (text, ==, "2-4");
  reason = trp_cleaning_dup_reason (&slices[3], TRP_CLEANING_DICE);
  g_assert_cmpstr (reason, ==, "outlines overlap by 0.40, less than 0.80");
}

/* The same voxels: i runs to the back, j downwards, k to the left. */
static TrpVolume *
store_sagittally (const TrpVolume *axial)
{
  const TrpGeometry *from = trp_volume_get_geometry (axial);
  const size_t nx = from->size[0], ny = from->size[1], nz = from->size[2];
  const size_t size[3] = { ny, nz, nx };
  float *values = g_new (float, nx *ny *nz);
  g_autoptr (GBytes) bytes = NULL;
  TrpAffine affine = trp_affine_identity ();
  TrpGeometry geometry;

  for (size_t k = 0; k < nx; k++)
    for (size_t j = 0; j < nz; j++)
      for (size_t i = 0; i < ny; i++)
        values[i + ny * (j + nz * k)] = (float) trp_volume_get_value (axial, k, i, nz - 1 - j);
  trp_affine_set_column (&affine, 0, trp_affine_column (&from->lps_from_ijk, 1));
  trp_affine_set_column (&affine, 1,
                         trp_vec3_scale (trp_affine_column (&from->lps_from_ijk, 2), -1));
  trp_affine_set_column (&affine, 2, trp_affine_column (&from->lps_from_ijk, 0));
  trp_affine_set_column (&affine, 3,
                         trp_geometry_lps_from_ijk (from, trp_vec3 (0, 0, (double) nz - 1)));
  g_assert_true (trp_geometry_init (&geometry, size, &affine, NULL));
  bytes = g_bytes_new_take (values, nx * ny * nz * sizeof *values);
  return trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

/* Slices are axial ones, counted as the file stores them: here from the head down. */
static void
test_slices_are_axial_however_they_are_stored (void)
{
  g_autoptr (TrpVolume) source = make_volume (source_disc, 5);
  g_autoptr (TrpVolume) generated = make_volume (generated_disc, 5);
  g_autoptr (TrpVolume) stored_source = store_sagittally (source);
  g_autoptr (TrpVolume) stored_generated = store_sagittally (generated);
  g_autofree char *text = NULL;
  TrpCleaningSlice slices[5], stored[5];

  g_assert_cmpint (trp_frame_find_slice_axis (trp_volume_get_geometry (stored_source)), ==, 1);
  g_assert_true (trp_cleaning_compare (source, generated, TRP_CLEANING_DICE, slices, NULL));
  g_assert_true (
    trp_cleaning_compare (stored_source, stored_generated, TRP_CLEANING_DICE, stored, NULL));
  for (size_t k = 0; k < 5; k++)
    {
      g_assert_cmpint (stored[4 - k].verdict, ==, slices[k].verdict);
      g_assert_cmpuint (stored[4 - k].n_source, ==, slices[k].n_source);
      g_assert_cmpuint (stored[4 - k].n_generated, ==, slices[k].n_generated);
    }
  text = trp_cleaning_to_text (stored, 5);
  g_assert_cmpstr (text, ==, "0-2");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cleaning/slices-that-do-not-fit-are-left-out",
                   test_slices_that_do_not_fit_are_left_out);
  g_test_add_func ("/cleaning/slices-are-axial-however-they-are-stored",
                   test_slices_are_axial_however_they_are_stored);
  if (TRP_HAVE_ITK)
    {
      g_test_add_func ("/registration/a-movement-is-found", test_a_movement_is_found);
      g_test_add_func ("/registration/a-bend-is-found", test_a_bend_is_found);
      g_test_add_func ("/registration/what-cannot-be-moved-stays", test_what_cannot_be_moved_stays);
      g_test_add_func ("/registration/other-grids-are-refused", test_other_grids_are_refused);
    }
  return g_test_run ();
}
