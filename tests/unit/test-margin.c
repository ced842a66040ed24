/* test-margin.c - grown and shrunk by millimetres against scipy and by counting points
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the body: tests/golden/operations.py (scipy 1.10.1: distance_transform_edt,
 * binary_dilation).
 */

#include "core/base/parallel.h"
#include "core/structure/margin.h"
#include "tests/lib/body.h"
#include "tests/lib/check.h"

static TrpMask *
apply (const TrpMask *mask, const TrpMargin *margin)
{
  g_autoptr (GError) error = NULL;
  TrpMask *out = trp_margin_apply (mask, margin, NULL, NULL, &error);

  g_assert_no_error (error);
  return out;
}

static void
assert_refused (const TrpMask *mask, const TrpMargin *margin, const TrpMask *forbidden, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_margin_apply (mask, margin, forbidden, NULL, &error));
  g_assert_error (error, TRP_ERROR, code);
}

/* Sides in the order R, L, A, P, I, S. */
static void
the_body_is_as_in_scipy (void)
{
  static const struct
  {
    TrpMargin margin;
    TrpBodySums expected;
  } cases[] = {
    { { { 5, 5, 5, 5, 5, 5 }, false, -1 }, { 4539, 911967 } },
    { { { 1.5, 1.5, 1.5, 1.5, 1.5, 1.5 }, true, -1 }, { 369, 74258 } },
    { { { 4, 4, 4, 4, 4, 4 }, false, 2 }, { 3380, 679026 } },
    { { { 2, 7, 0, 4, 9, 3.5 }, false, -1 }, { 3727, 770810 } },
    { { { 1.3, 3, 0, 2, 3.5, 0 }, true, -1 }, { 162, 32249 } },
    { { { 0, 0, 0, 0, 0, 0 }, false, -1 }, { 1347, 270374 } },
    { { { 0, 0, 0, 0, 0, 0 }, true, -1 }, { 1347, 270374 } },
  };
  g_autoptr (TrpMask) body = trp_body_new ();

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpMask) out = apply (body, &cases[n].margin);
      const TrpBodySums sums = trp_body_sum (out);

      g_assert_cmpuint (sums.n_voxels, ==, cases[n].expected.n_voxels);
      g_assert_cmpuint (sums.sum, ==, cases[n].expected.sum);
    }
}

/* One voxel grown by 7 mm at spacings of 1, 2 and 3 mm to L and S only, on a grid of every
 * orientation: points of a quarter of a ball, where the patient's left and head are. */
static void
sides_are_the_patients (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const TrpMargin margin = { { 0, 7, 0, 0, 0, 7 }, false, -1 };

  for (int turn = 0; turn < 6 * 8; turn++)
    {
      const size_t sizes[3] = { 21, 21, 21 };
      TrpAffine affine = { 0 };
      TrpGeometry geometry;
      g_autoptr (TrpMask) mask = NULL;
      g_autoptr (TrpMask) out = NULL;
      g_autoptr (GError) error = NULL;

      for (int axis = 0; axis < 3; axis++)
        {
          const double sign = turn / 6 >> axis & 1 ? -1 : 1;

          affine.m[orders[turn % 6][axis]][axis] = sign * (axis + 1);
        }
      g_assert_true (trp_geometry_init (&geometry, sizes, &affine, &error));
      mask = trp_mask_new (&geometry);
      trp_mask_set (mask, 10, 10, 10, true);
      out = apply (mask, &margin);

      const TrpVec3 center = trp_geometry_lps_from_ijk (&geometry, trp_vec3 (10, 10, 10));

      for (size_t n = 0; n < 21 * 21 * 21; n++)
        {
          const TrpVec3 point = trp_vec3_subtract (
            trp_geometry_lps_from_ijk (
              &geometry, trp_vec3 ((double) (n % 21), (double) (n / 21 % 21), (double) (n / 441))),
            center);
          const bool expected = point.v[0] >= 0 && point.v[1] == 0 && point.v[2] >= 0 &&
                                point.v[0] * point.v[0] + point.v[2] * point.v[2] <= 49;

          g_assert_cmpint (trp_mask_get (out, n % 21, n / 21 % 21, n / 441), ==, expected);
        }
    }
}

/* What shrinks by a margin and what is outside growing by it against the sides are one. */
static void
shrinking_is_the_outside_growing (void)
{
  const TrpMargin shrink = { { 1.3, 3, 0, 2, 3.5, 0 }, true, -1 };
  const TrpMargin grow = { { 3, 1.3, 2, 0, 0, 3.5 }, false, -1 };
  g_autoptr (TrpMask) body = trp_body_new ();
  g_autoptr (TrpMask) outside = trp_mask_new (trp_mask_get_geometry (body));
  g_autoptr (TrpMask) shrunk = apply (body, &shrink);
  g_autoptr (TrpMask) grown = NULL;

  for (size_t n = 0; n < 40 * 36 * 24; n++)
    trp_mask_set (outside, n % 40, n / 40 % 36, n / 1440,
                  !trp_mask_get (body, n % 40, n / 40 % 36, n / 1440));
  grown = apply (outside, &grow);
  for (size_t n = 0; n < 40 * 36 * 24; n++)
    g_assert_cmpint (trp_mask_get (grown, n % 40, n / 40 % 36, n / 1440), !=,
                     trp_mask_get (shrunk, n % 40, n / 40 % 36, n / 1440));
}

/* A box from end to end of the grid: grown it stays, shrunk by 2 mm it loses what faces inwards. */
static void
the_image_ends_it (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 20, 10, 8 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  const TrpMargin grow = { { 2, 2, 2, 2, 2, 2 }, false, -1 };
  const TrpMargin shrink = { { 2, 2, 2, 2, 2, 2 }, true, -1 };
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) grown = NULL;
  g_autoptr (TrpMask) shrunk = NULL;

  for (size_t n = 0; n < 8 * 10 * 8; n++)
    trp_mask_set (mask, 6 + n % 8, n / 8 % 10, n / 80, true);
  grown = apply (mask, &grow);
  shrunk = apply (mask, &shrink);
  g_assert_cmpuint (trp_mask_count (grown), ==, 12 * 10 * 8);
  g_assert_cmpuint (trp_mask_count (shrunk), ==, 4 * 10 * 8);
  g_assert_true (trp_mask_get (shrunk, 8, 0, 0) && !trp_mask_get (shrunk, 7, 0, 0));
}

static void
what_is_forbidden_is_not_entered (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 20, 1, 1 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  const TrpMargin margin = { { 4, 4, 0, 0, 0, 0 }, false, -1 };
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) forbidden = trp_mask_new (&geometry);
  g_autoptr (TrpMask) out = NULL;
  g_autoptr (GError) error = NULL;

  trp_mask_set (mask, 10, 0, 0, true);
  trp_mask_set (forbidden, 10, 0, 0, true); /* stays: it was there */
  trp_mask_set (forbidden, 12, 0, 0, true);
  trp_mask_set (forbidden, 13, 0, 0, true);
  out = trp_margin_apply (mask, &margin, forbidden, NULL, &error);
  g_assert_no_error (error);
  for (size_t i = 0; i < 20; i++)
    g_assert_cmpint (trp_mask_get (out, i, 0, 0), ==, i >= 6 && i <= 14 && i != 12 && i != 13);
}

static void
what_cannot_be_is_refused (void)
{
  TrpMargin margin = { { 0, 0, 0, 0, 0, -1 }, false, -1 };
  g_autoptr (TrpMask) body = trp_body_new ();
  TrpAffine sheared = trp_affine_identity ();
  TrpGeometry geometry;

  assert_refused (body, &margin, NULL, TRP_ERROR_LIMIT);
  margin.mm[TRP_SIDE_S] = 101;
  assert_refused (body, &margin, NULL, TRP_ERROR_LIMIT);
  margin.mm[TRP_SIDE_S] = 1;
  sheared.m[0][1] = 0.2;
  g_assert_true (trp_geometry_init (&geometry, (size_t[]){ 4, 4, 4 }, &sheared, NULL));
  g_autoptr (TrpMask) other = trp_mask_new (&geometry);

  assert_refused (other, &margin, NULL, TRP_ERROR_GEOMETRY);
  assert_refused (body, &margin, other, TRP_ERROR_GEOMETRY);
}

static void
it_is_cancelled (void)
{
  const TrpMargin margin = { { 5, 5, 5, 5, 5, 5 }, false, -1 };
  g_autoptr (TrpMask) body = trp_body_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_margin_apply (body, &margin, NULL, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
threads_change_nothing (void)
{
  const TrpMargin margin = { { 2, 7, 1, 4, 9, 3.5 }, false, -1 };
  g_autoptr (TrpMask) body = trp_body_new ();
  g_autoptr (TrpMask) one = NULL;
  g_autoptr (TrpMask) many = NULL;

  trp_parallel_set_threads (1);
  one = apply (body, &margin);
  trp_parallel_set_threads (5);
  many = apply (body, &margin);
  trp_parallel_set_threads (0);
  g_assert_true (trp_mask_equal (one, many));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/margin/the-body-is-as-in-scipy", the_body_is_as_in_scipy);
  g_test_add_func ("/margin/sides-are-the-patients", sides_are_the_patients);
  g_test_add_func ("/margin/shrinking-is-the-outside-growing", shrinking_is_the_outside_growing);
  g_test_add_func ("/margin/the-image-ends-it", the_image_ends_it);
  g_test_add_func ("/margin/what-is-forbidden-is-not-entered", what_is_forbidden_is_not_entered);
  g_test_add_func ("/margin/what-cannot-be-is-refused", what_cannot_be_is_refused);
  g_test_add_func ("/margin/it-is-cancelled", it_is_cancelled);
  g_test_add_func ("/margin/threads-change-nothing", threads_change_nothing);
  return g_test_run ();
}
