/* test-geometry.c - affines, 48 axis orders, differences that are named
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/geometry/geometry.h"
#include "tests/lib/check.h"

#include <string.h>

static const size_t size[3] = { 7, 5, 3 };
static const double spacing[3] = { 0.5, 2, 3 };

static TrpGeometry
make (const TrpAffine *affine)
{
  g_autoptr (GError) error = NULL;
  TrpGeometry geometry;

  g_assert_true (trp_geometry_init (&geometry, size, affine, &error));
  g_assert_no_error (error);
  return geometry;
}

/* Column a of the affine points along patient axis order[a], with sign and spacing. */
static TrpAffine
axis_order (const int order[3], unsigned flips)
{
  TrpAffine affine = { { { 0 } } };

  for (int a = 0; a < 3; a++)
    affine.m[order[a]][a] = (flips >> a & 1 ? -1 : 1) * spacing[a];
  affine.m[0][3] = 10;
  affine.m[1][3] = -20;
  affine.m[2][3] = 30;
  return affine;
}

static void
all_48_orders (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  static const bool odd[6] = { false, true, true, false, false, true };

  for (int o = 0; o < 6; o++)
    for (unsigned flips = 0; flips < 8; flips++)
      {
        const TrpAffine affine = axis_order (orders[o], flips);
        const TrpGeometry geometry = make (&affine);
        const unsigned n_flips = (flips & 1) + (flips >> 1 & 1) + (flips >> 2 & 1);
        int axis[3], sign[3];
        char codes[4];

        g_assert_cmpint (trp_geometry_is_left_handed (&geometry), ==, odd[o] ^ (n_flips & 1));
        g_assert_false (trp_geometry_is_oblique (&geometry) || trp_geometry_is_sheared (&geometry));
        trp_geometry_get_axis_order (&geometry, axis, sign);
        trp_geometry_get_axis_codes (&geometry, codes);
        for (int a = 0; a < 3; a++)
          {
            g_assert_cmpint (axis[a], ==, orders[o][a]);
            g_assert_cmpint (sign[a], ==, flips >> a & 1 ? -1 : 1);
            g_assert_cmpint (codes[a], ==, (flips >> a & 1 ? "RAI" : "LPS")[orders[o][a]]);
            trp_assert_near (trp_geometry_get_spacing (&geometry, a), spacing[a], 1e-12);
          }
        trp_assert_near (trp_geometry_get_voxel_volume (&geometry), 3, 1e-12);
      }
}

static TrpAffine
rotated (double angle_rad)
{
  const double c = cos (angle_rad), s = sin (angle_rad);

  return (TrpAffine){ { { c, -s * 2, 0, 1 }, { s, c * 2, 0, 2 }, { 0, 0, 3, 3 } } };
}

static void
oblique_goes_there_and_back (void)
{
  const TrpAffine affine = rotated (0.3);
  const TrpGeometry geometry = make (&affine);
  const TrpVec3 ijk = trp_vec3 (1.25, -4, 2.5);
  const TrpVec3 lps = trp_geometry_lps_from_ijk (&geometry, ijk);

  trp_assert_near (lps.v[0], cos (0.3) * 1.25 + sin (0.3) * 8 + 1, 1e-12);
  trp_assert_near (lps.v[2], 3 * 2.5 + 3, 1e-12);
  trp_assert_near (trp_vec3_distance (trp_geometry_ijk_from_lps (&geometry, lps), ijk), 0, 1e-12);
  g_assert_true (trp_geometry_is_oblique (&geometry));
}

static void
sheared_cannot_be_measured (void)
{
  const TrpAffine affine = { { { 1, 0.01, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } } };
  const TrpGeometry geometry = make (&affine);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_geometry_is_sheared (&geometry));
  g_assert_false (trp_geometry_check_measurable (&geometry, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

static void
refuses_broken_grids (void)
{
  static const size_t empty[3] = { 4, 0, 4 }, long_axis[3] = { 32768, 1, 1 };
  static const size_t large[3] = { 32767, 32767, 32767 };
  const TrpAffine good = trp_affine_identity ();
  TrpAffine flat = good, infinite = good;
  TrpGeometry geometry = { .size = { 99 } };

  flat.m[2][2] = 0;
  infinite.m[0][3] = INFINITY;
  g_assert_false (trp_geometry_init (&geometry, empty, &good, NULL));
  g_assert_false (trp_geometry_init (&geometry, long_axis, &good, NULL));
  g_assert_false (trp_geometry_init (&geometry, large, &good, NULL));
  g_assert_false (trp_geometry_init (&geometry, size, &flat, NULL));
  g_assert_false (trp_geometry_init (&geometry, size, &infinite, NULL));
  g_assert_cmpuint (geometry.size[0], ==, 99); /* untouched on failure */
}

static void
names_the_difference (void)
{
  static const size_t longer[3] = { 7, 5, 4 };
  static const double wider[3] = { 0.51, 2, 3 };
  const TrpGeometry a = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpAffine turned = axis_order ((const int[]){ 0, 1, 2 }, 1);
  const struct
  {
    TrpGeometry other;
    const char *word;
  } cases[] = {
    { trp_geometry_axial (longer, spacing, trp_vec3 (0, 0, 0)), "*size*" },
    { trp_geometry_axial (size, wider, trp_vec3 (0, 0, 0)), "*spacing*" },
    { trp_geometry_axial (size, spacing, trp_vec3 (0, 0.5, 0)), "*position*0.500*" },
    { make (&turned), "*direction*" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (trp_geometry_check_equal (&a, &cases[n].other, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
      g_assert_true (g_pattern_match_simple (cases[n].word, error->message));
    }
}

static void
forgives_rounding (void)
{
  const TrpGeometry a = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpGeometry near = trp_geometry_axial (size, spacing, trp_vec3 (9e-4, 0, 0));
  const TrpGeometry far = trp_geometry_axial (size, spacing, trp_vec3 (1.1e-3, 0, 0));

  g_assert_true (trp_geometry_equal (&a, &near));
  g_assert_false (trp_geometry_equal (&a, &far));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/all-48-orders", all_48_orders);
  g_test_add_func ("/geometry/oblique-goes-there-and-back", oblique_goes_there_and_back);
  g_test_add_func ("/geometry/sheared-cannot-be-measured", sheared_cannot_be_measured);
  g_test_add_func ("/geometry/refuses-broken-grids", refuses_broken_grids);
  g_test_add_func ("/geometry/names-the-difference", names_the_difference);
  g_test_add_func ("/geometry/forgives-rounding", forgives_rounding);
  return g_test_run ();
}
