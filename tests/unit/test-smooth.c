/* test-smooth.c - smoothing against scipy, and what it leaves as it was
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the body: tests/golden/operations.py (scipy 1.10.1: gaussian_filter).
 */

#include "core/base/parallel.h"
#include "core/structure/patch.h"
#include "core/structure/slices.h"
#include "core/structure/smooth.h"
#include "tests/lib/body.h"
#include "tests/lib/check.h"

static TrpMask *
apply (const TrpMask *mask, double sigma_mm, int flat_axis)
{
  g_autoptr (GError) error = NULL;
  TrpMask *out = trp_smooth_apply (mask, sigma_mm, flat_axis, NULL, &error);

  g_assert_no_error (error);
  return out;
}

static void
assert_sums (const TrpMask *mask, size_t n_voxels, size_t sum)
{
  const TrpBodySums sums = trp_body_sum (mask);

  g_assert_cmpuint (sums.n_voxels, ==, n_voxels);
  g_assert_cmpuint (sums.sum, ==, sum);
}

static void
the_body_is_as_in_scipy (void)
{
  g_autoptr (TrpMask) body = trp_body_new ();
  g_autoptr (TrpMask) solid = apply (body, 2, -1);
  g_autoptr (TrpMask) flat = apply (body, 2, 2);

  assert_sums (solid, 1347, 270140);
  assert_sums (flat, 1346, 270111);
}

/* The part above slice 6, on a grid that begins there: its cut does not draw back. */
static void
the_image_ends_it (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 40, 36, 17 },
                                                   (double[]){ 1.2, 0.9, 3 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) body = trp_body_new ();
  g_autoptr (TrpMask) cut = trp_mask_new (&geometry);
  g_autoptr (TrpMask) out = NULL;

  for (size_t n = 0; n < 40 * 36 * 17; n++)
    trp_mask_set (cut, n % 40, n / 40 % 36, n / 1440,
                  trp_mask_get (body, n % 40, n / 40 % 36, n / 1440 + 7));
  out = apply (cut, 2, -1);
  assert_sums (out, 1273, 194155);
}

static TrpMask *
make_ball (const double spacing[3], const size_t size[3], double radius, bool is_rough)
{
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpVec3 center = trp_geometry_get_center (&geometry);
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        {
          const TrpVec3 at = trp_geometry_lps_from_ijk (
            &geometry, trp_vec3 ((double) i, (double) j, (double) k));
          const double noise = is_rough ? (double) ((i * 7919 + j * 104729 + k * 1299709) % 5) - 2
                                        : 0;

          if (trp_vec3_distance (at, center) <= radius + noise)
            trp_mask_set (mask, i, j, k, true);
        }
  return mask;
}

static size_t
count_differing (const TrpMask *a, const TrpMask *b)
{
  g_autoptr (TrpPatch) patch = trp_patch_new_difference (a, b);

  return trp_patch_count_voxels (patch);
}

/* A ball of 15 mm at a level of 0.5 would lose about sigma^2 / r of its radius: 5 % of its volume
 * for 2 mm. It keeps its voxels but for a few at the rim; one whose surface is rough by 2 mm comes
 * back to it. */
static void
a_ball_stays_one (void)
{
  const size_t size[3] = { 40, 40, 20 };
  g_autoptr (TrpMask) ball = make_ball ((double[]){ 1, 1, 2 }, size, 15, false);
  g_autoptr (TrpMask) rough = make_ball ((double[]){ 1, 1, 2 }, size, 15, true);
  g_autoptr (TrpMask) smooth = apply (ball, 2, -1);
  g_autoptr (TrpMask) repaired = apply (rough, 2, -1);
  const double n_voxels = (double) trp_mask_count (ball);

  g_assert_cmpfloat (fabs ((double) trp_mask_count (smooth) - n_voxels), <=, 24); /* equal values */
  g_assert_cmpuint (count_differing (ball, smooth), <, (size_t) (0.01 * n_voxels));
  g_assert_cmpuint (count_differing (ball, rough), >, (size_t) (0.15 * n_voxels));
  g_assert_cmpuint (count_differing (ball, repaired), <, (size_t) (0.05 * n_voxels));
}

/* Slices by themselves: each area stays, and what one slice has does not come into another. */
static void
slices_keep_their_area (void)
{
  g_autoptr (TrpMask) rough = make_ball ((double[]){ 1, 1, 2 }, (size_t[]){ 40, 40, 20 }, 15, true);

  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpMask) out = apply (rough, 1.5, axis);

      for (size_t slice = 0; slice < trp_mask_get_geometry (rough)->size[axis]; slice++)
        {
          g_autoptr (TrpMask) before = trp_slices_crop (rough, axis, slice, slice);
          g_autoptr (TrpMask) after = trp_slices_crop (out, axis, slice, slice);

          /* a slice of few voxels may vanish, others are off by the voxels of one value */
          if (trp_mask_count (before) > 60)
            g_assert_cmpfloat (
              fabs ((double) trp_mask_count (after) - (double) trp_mask_count (before)), <=, 8);
          if (trp_mask_is_empty (before))
            g_assert_true (trp_mask_is_empty (after));
        }
    }
}

static void
what_cannot_be_is_refused (void)
{
  static const double sigmas[] = { 0, -1, 31, (double) NAN };
  g_autoptr (TrpMask) body = trp_body_new ();
  TrpAffine sheared = trp_affine_identity ();
  TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 4, 4, 4 }, (double[]){ 1, 1e-9, 1 },
                                             trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) fine = trp_mask_new (&geometry);
  g_autoptr (TrpMask) other = NULL;
  g_autoptr (GError) fine_error = NULL;
  g_autoptr (GError) error = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (sigmas); n++)
    {
      g_autoptr (GError) limit = NULL;

      g_assert_null (trp_smooth_apply (body, sigmas[n], -1, NULL, &limit));
      g_assert_error (limit, TRP_ERROR, TRP_ERROR_LIMIT);
    }
  trp_mask_set (fine, 1, 1, 1, true);
  g_assert_null (trp_smooth_apply (fine, 1, -1, NULL, &fine_error));
  g_assert_error (fine_error, TRP_ERROR, TRP_ERROR_LIMIT);
  sheared.m[0][1] = 0.2;
  g_assert_true (trp_geometry_init (&geometry, (size_t[]){ 4, 4, 4 }, &sheared, NULL));
  other = trp_mask_new (&geometry);
  g_assert_null (trp_smooth_apply (other, 1, -1, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

static void
empty_and_full_stay (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 9, 8, 1 }, (double[]){ 1, 1, 5 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) empty = apply (mask, 3, -1);
  g_autoptr (TrpMask) full = NULL;

  g_assert_true (trp_mask_is_empty (empty));
  for (size_t n = 0; n < 72; n++)
    trp_mask_set (mask, n % 9, n / 9, 0, true);
  full = apply (mask, 3, -1);
  g_assert_cmpuint (trp_mask_count (full), ==, 72);
}

static void
threads_change_nothing (void)
{
  g_autoptr (TrpMask) body = trp_body_new ();
  g_autoptr (TrpMask) one = NULL;
  g_autoptr (TrpMask) many = NULL;

  trp_parallel_set_threads (1);
  one = apply (body, 3, -1);
  trp_parallel_set_threads (5);
  many = apply (body, 3, -1);
  trp_parallel_set_threads (0);
  g_assert_true (trp_mask_equal (one, many));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smooth/the-body-is-as-in-scipy", the_body_is_as_in_scipy);
  g_test_add_func ("/smooth/the-image-ends-it", the_image_ends_it);
  g_test_add_func ("/smooth/a-ball-stays-one", a_ball_stays_one);
  g_test_add_func ("/smooth/slices-keep-their-area", slices_keep_their_area);
  g_test_add_func ("/smooth/what-cannot-be-is-refused", what_cannot_be_is_refused);
  g_test_add_func ("/smooth/empty-and-full-stay", empty_and_full_stay);
  g_test_add_func ("/smooth/threads-change-nothing", threads_change_nothing);
  return g_test_run ();
}
