/* test-pair-matrix.c - readings against each other: shifted cubes, missing and empty ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/pair-matrix.h"
#include "tests/lib/check.h"

#include <math.h>

/* A cube of 10 voxels of 2 mm, from @first along i. */
static TrpMask *
make_cube (size_t first)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 40, 14, 14 }, (double[]){ 2, 2, 2 },
                                                   trp_vec3 (0, 0, 0));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t n = 0; n < 1000; n++)
    trp_mask_set (mask, first + n % 10, 2 + n / 10 % 10, 2 + n / 100, true);
  return mask;
}

/* Closed forms: cubes shifted by 5 of 10 voxels share half; their surfaces are 10 mm apart. */
static void
test_shifted_cubes (void)
{
  g_autoptr (TrpMask) first = make_cube (2);
  g_autoptr (TrpMask) second = make_cube (7);
  g_autoptr (TrpMask) third = make_cube (7);
  const TrpMask *const masks[] = { first, second, NULL, third };
  g_autoptr (GError) error = NULL;

  trp_mask_set (third, 30, 2, 2, true); /* 8 mm3 more */
  g_autoptr (TrpPairMatrix) matrix = trp_pair_matrix_compute (masks, 4, 2, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (trp_pair_matrix_get_size (matrix), ==, 4);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_DICE, 0, 1), 0.5, 1e-15);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_DICE, 1, 0), 0.5, 1e-15);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_IOU, 0, 1), 1. / 3, 1e-15);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_HD, 0, 1), 10, 1e-12);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_DICE, 1, 3), 2000. / 2001, 1e-15);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_VOLUME_DIFFERENCE, 0, 3), 0.008, 1e-12);
  trp_assert_near (trp_pair_matrix_get (matrix, TRP_PAIR_VOLUME_DIFFERENCE, 3, 0), -0.008, 1e-12);
  for (int metric = 0; metric < TRP_N_PAIR_METRICS; metric++)
    g_assert_true (isnan (trp_pair_matrix_get (matrix, (TrpPairMetric) metric, 0, 2)) &&
                   isnan (trp_pair_matrix_get (matrix, (TrpPairMetric) metric, 2, 2)));
  trp_assert_near (trp_pair_matrix_get_mean (matrix, TRP_PAIR_DICE),
                   (0.5 + 1000. / 2001 + 2000. / 2001) / 3, 1e-15);
}

/* On the diagonal stands what measuring a mask against itself gives. */
static void
test_diagonal_is_a_mask_against_itself (void)
{
  g_autoptr (TrpMask) cube = make_cube (3);
  g_autoptr (TrpMask) empty = trp_mask_new (trp_mask_get_geometry (cube));
  const TrpMask *const masks[] = { cube, cube, empty, empty };
  g_autoptr (TrpPairMatrix) matrix = trp_pair_matrix_compute (masks, 4, 1, NULL, NULL);

  for (int metric = 0; metric < TRP_N_PAIR_METRICS; metric++)
    trp_assert_near (trp_pair_matrix_get (matrix, (TrpPairMetric) metric, 0, 0),
                     trp_pair_matrix_get (matrix, (TrpPairMetric) metric, 0, 1), 1e-12);
  g_assert_true (isnan (trp_pair_matrix_get (matrix, TRP_PAIR_DICE, 2, 3)));
  g_assert_true (isinf (trp_pair_matrix_get (matrix, TRP_PAIR_HD, 0, 2)));
}

static void
test_keys (void)
{
  g_assert_cmpstr (trp_pair_metric_get_key (TRP_PAIR_DICE), ==, "dice");
  g_assert_cmpstr (trp_pair_metric_get_key (TRP_PAIR_VOLUME_DIFFERENCE), ==,
                   "volume_difference_ml");
}

static void
test_refuses_other_grids (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 40, 14, 13 }, (double[]){ 2, 2, 2 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) cube = make_cube (3);
  g_autoptr (TrpMask) other = trp_mask_new (&geometry);
  const TrpMask *const masks[] = { cube, other };
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_pair_matrix_compute (masks, 2, 1, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pair-matrix/shifted-cubes", test_shifted_cubes);
  g_test_add_func ("/pair-matrix/diagonal-is-a-mask-against-itself",
                   test_diagonal_is_a_mask_against_itself);
  g_test_add_func ("/pair-matrix/keys", test_keys);
  g_test_add_func ("/pair-matrix/refuses-other-grids", test_refuses_other_grids);
  return g_test_run ();
}
