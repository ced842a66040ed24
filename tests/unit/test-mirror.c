/* test-mirror.c - left becomes right, on every grid; names follow
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/laterality.h"
#include "core/structure/mirror.h"
#include "tests/lib/check.h"

static TrpMask *
apply (const TrpMask *mask, double plane_lps, double *out_lost_ml)
{
  g_autoptr (GError) error = NULL;
  TrpMask *out = trp_mirror_apply (mask, plane_lps, out_lost_ml, NULL, &error);

  g_assert_no_error (error);
  return out;
}

/* An F, which no mirror leaves as it is, at the patient's left. */
static void
draw_f (TrpMask *mask)
{
  static const size_t points[][3] = { { 12, 3, 2 }, { 12, 4, 2 }, { 12, 5, 2 }, { 12, 6, 2 },
                                      { 13, 3, 2 }, { 14, 3, 2 }, { 13, 5, 2 }, { 12, 3, 3 } };

  for (size_t n = 0; n < G_N_ELEMENTS (points); n++)
    trp_mask_set (mask, points[n][0], points[n][1], points[n][2], true);
}

/* x of column i is 2 i - 15: the plane at 0 lies midway between columns 7 and 8, that at 1 on
 * column 8. */
static void
columns_are_exchanged (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 16, 9, 6 }, (double[]){ 2, 1, 3 },
                                                   trp_vec3 (-15, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);

  draw_f (mask);
  for (size_t turn = 0; turn < 2; turn++)
    {
      double lost_ml = -1;
      g_autoptr (TrpMask) out = apply (mask, turn ? 1 : 0, &lost_ml);
      g_autoptr (TrpMask) back = apply (out, turn ? 1 : 0, &lost_ml);

      g_assert_cmpfloat (lost_ml, ==, 0);
      for (size_t n = 0; n < 16 * 9 * 6; n++)
        {
          const size_t i = n % 16, other = 15 + turn - i;

          g_assert_cmpint (trp_mask_get (out, i, n / 16 % 9, n / 144), ==,
                           other < 16 && trp_mask_get (mask, other, n / 16 % 9, n / 144));
        }
      g_assert_true (trp_mask_equal (back, mask));
    }
}

/* The patient's left is wherever the grid has it: along j, backwards. */
static void
the_grids_axes_do_not_matter (void)
{
  TrpAffine affine = { { { 0, -2, 0, 15 }, { 1, 0, 0, 0 }, { 0, 0, 3, 0 } } };
  TrpGeometry geometry;
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpMask) out = NULL;
  double lost_ml;

  g_assert_true (trp_geometry_init (&geometry, (size_t[]){ 9, 16, 6 }, &affine, NULL));
  mask = trp_mask_new (&geometry);
  trp_mask_set (mask, 3, 2, 1, true); /* 11 mm left */
  trp_mask_set (mask, 4, 2, 1, true);
  out = apply (mask, 0, &lost_ml);
  g_assert_cmpuint (trp_mask_count (out), ==, 2);
  g_assert_true (trp_mask_get (out, 3, 13, 1) && trp_mask_get (out, 4, 13, 1)); /* 11 mm right */
}

/* On a grid that is turned by 30 degrees a ball at +20 mm becomes one at -20 mm. */
static void
oblique_grids_are_mirrored_in_the_patient (void)
{
  const double c = cos (G_PI / 6), s = sin (G_PI / 6);
  TrpAffine affine = { { { c, -s, 0, 0 }, { s, c, 0, 0 }, { 0, 0, 1, -10 } } };
  const TrpVec3 at = trp_vec3 (20, 3, 0), expected = trp_vec3 (-20, 3, 0);
  TrpVec3 sum = trp_vec3 (0, 0, 0);
  TrpGeometry geometry;
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpMask) out = NULL;
  double lost_ml, n_voxels;

  affine.m[0][3] = -40 * c + 40 * s;
  affine.m[1][3] = -40 * s - 40 * c;
  g_assert_true (trp_geometry_init (&geometry, (size_t[]){ 80, 80, 20 }, &affine, NULL));
  mask = trp_mask_new (&geometry);
  for (size_t n = 0; n < 80 * 80 * 20; n++)
    {
      const TrpVec3 ijk = trp_vec3 ((double) (n % 80), (double) (n / 80 % 80), (double) (n / 6400));

      if (trp_vec3_distance (trp_geometry_lps_from_ijk (&geometry, ijk), at) <= 8)
        trp_mask_set (mask, n % 80, n / 80 % 80, n / 6400, true);
    }
  out = apply (mask, 0, &lost_ml);
  g_assert_cmpfloat (lost_ml, ==, 0);
  n_voxels = (double) trp_mask_count (out);
  for (size_t n = 0; n < 80 * 80 * 20; n++)
    if (trp_mask_get (out, n % 80, n / 80 % 80, n / 6400))
      {
        const TrpVec3 ijk = trp_vec3 ((double) (n % 80), (double) (n / 80 % 80),
                                      (double) (n / 6400));

        sum = trp_vec3_add (
          sum, trp_vec3_scale (trp_geometry_lps_from_ijk (&geometry, ijk), 1 / n_voxels));
      }
  g_assert_cmpfloat (trp_vec3_distance (sum, expected), <, 0.1);
  /* nearest voxel: a little of the rim may come or go */
  g_assert_cmpfloat (fabs (n_voxels / (double) trp_mask_count (mask) - 1), <, 0.02);
}

static void
what_leaves_the_image_is_counted (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 16, 9, 6 }, (double[]){ 2, 1, 3 },
                                                   trp_vec3 (-15, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) out = NULL;
  double lost_ml;

  draw_f (mask);                    /* columns 12 to 14: x of 9, 11 and 13 */
  out = apply (mask, -3, &lost_ml); /* to -15, -17 and -19 */
  g_assert_cmpuint (trp_mask_count (out), ==, 5);
  g_assert_cmpfloat (fabs (lost_ml - 3 * 0.006), <, 1e-12);
}

/* Far away everything is lost, of an empty structure nothing. */
static void
nothing_is_mirrored (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 16, 9, 6 }, (double[]){ 2, 1, 3 },
                                                   trp_vec3 (-15, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  double lost_ml;
  g_autoptr (TrpMask) empty = apply (mask, 0, &lost_ml);
  g_autoptr (TrpMask) far = NULL;

  g_assert_true (trp_mask_is_empty (empty) && lost_ml == 0);
  draw_f (mask);
  far = apply (mask, 1000, &lost_ml);
  g_assert_true (trp_mask_is_empty (far));
  g_assert_cmpfloat (fabs (lost_ml - 8 * 0.006), <, 1e-12);
}

static void
a_plane_must_be_somewhere (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 4, 4, 4 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (GError) error = NULL;
  double lost_ml;

  g_assert_null (trp_mirror_apply (mask, (double) NAN, &lost_ml, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
}

static void
names_change_sides (void)
{
  static const char *const names[][2] = {
    { "Parotid_L", "Parotid_R" },
    { "Parotid_R", "Parotid_L" },
    { "Femur_Head_L", "Femur_Head_R" },
    { "Lung_L_PRV05", "Lung_R_PRV05" },
    { "parotid_l", "parotid_r" },
    { "L_R_L", "L_R_R" },
    { "Prostate", NULL },
    { "Larynx_Left", "Larynx_Right" },
    { "Parotid right", "Parotid left" },
    { "RIGHT_EYE", "LEFT_EYE" },
    { "rt kidney", "lt kidney" },
    { "Niere rechts", "Niere links" },
    { "Lung-l", "Lung-r" },
    { "L5", NULL },
    { "Lung_LLL", NULL },
    { "Vertebra L 5", NULL },
    { "Bright", NULL },
    { "left5", NULL },
    { "L", NULL },
    { "", NULL },
    { "GTVp_LN", NULL },
    { "Niere_R \xc3\xa4", NULL },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *swapped = trp_laterality_swap (names[n][0]);

      g_assert_cmpstr (swapped, ==, names[n][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mirror/columns-are-exchanged", columns_are_exchanged);
  g_test_add_func ("/mirror/the-grids-axes-do-not-matter", the_grids_axes_do_not_matter);
  g_test_add_func ("/mirror/oblique-grids-are-mirrored-in-the-patient",
                   oblique_grids_are_mirrored_in_the_patient);
  g_test_add_func ("/mirror/what-leaves-the-image-is-counted", what_leaves_the_image_is_counted);
  g_test_add_func ("/mirror/nothing-is-mirrored", nothing_is_mirrored);
  g_test_add_func ("/mirror/a-plane-must-be-somewhere", a_plane_must_be_somewhere);
  g_test_add_func ("/mirror/names-change-sides", names_change_sides);
  return g_test_run ();
}
