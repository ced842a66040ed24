/* test-boolean.c - masks combined: truth table, shared planes, other grids
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/structure/boolean.h"
#include "tests/lib/check.h"

static TrpMask *
make_mask (const size_t size[3])
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));

  return trp_mask_new (&geometry);
}

static void
fill (TrpMask *mask, TrpRng *rng, size_t k)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;

  for (size_t n = 0; n < size[0] * size[1]; n++)
    trp_mask_set (mask, n % size[0], n / size[0], k, trp_rng_below (rng, 2));
}

/* Slices: both, first only, second only, neither, the same plane. */
static void
test_truth_table (void)
{
  static const bool expected[TRP_N_BOOLEANS][2][2] = {
    [TRP_BOOLEAN_UNION] = { { false, true }, { true, true } },
    [TRP_BOOLEAN_INTERSECTION] = { { false, false }, { false, true } },
    [TRP_BOOLEAN_SUBTRACT] = { { false, false }, { true, false } },
    [TRP_BOOLEAN_EXCLUSIVE] = { { false, true }, { true, false } },
  };
  const size_t size[3] = { 70, 5, 5 };
  TrpRng rng = trp_rng_new (5, 0);
  g_autoptr (TrpMask) first = make_mask (size);
  g_autoptr (TrpMask) second = NULL;

  fill (first, &rng, 4);
  second = trp_mask_copy (first);
  fill (first, &rng, 0);
  fill (first, &rng, 1);
  fill (second, &rng, 0);
  fill (second, &rng, 2);
  for (int operation = 0; operation < TRP_N_BOOLEANS; operation++)
    {
      g_autoptr (TrpMask) before = trp_mask_copy (first);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpMask) out = trp_boolean_combine ((TrpBoolean) operation, first, second, &error);

      g_assert_no_error (error);
      for (size_t n = 0; n < 70 * 5 * 5; n++)
        {
          const size_t i = n % 70, j = n / 70 % 5, k = n / 350;

          g_assert_true (
            trp_mask_get (out, i, j, k) ==
            expected[operation][trp_mask_get (first, i, j, k)][trp_mask_get (second, i, j, k)]);
        }
      g_assert_true (trp_mask_equal (first, before));
      g_assert_null (trp_mask_peek_slice (out, 3));
    }
}

static void
test_unchanged_planes_are_shared (void)
{
  const size_t size[3] = { 70, 5, 2 };
  TrpRng rng = trp_rng_new (6, 0);
  g_autoptr (TrpMask) first = make_mask (size);
  g_autoptr (TrpMask) second = make_mask (size);
  g_autoptr (TrpMask) out = NULL;
  g_autoptr (TrpMask) nothing = NULL;

  fill (first, &rng, 0);
  trp_mask_set (second, 69, 4, 1, true);
  out = trp_boolean_combine (TRP_BOOLEAN_UNION, first, second, NULL);
  g_assert_true (trp_mask_shares_slice (out, first, 0));
  g_assert_cmpuint (trp_mask_count (out), ==, trp_mask_count (first) + 1);
  nothing = trp_boolean_combine (TRP_BOOLEAN_SUBTRACT, first, first, NULL);
  g_assert_null (trp_mask_peek_slice (nothing, 0));
}

static void
test_other_grid_is_refused (void)
{
  g_autoptr (TrpMask) first = make_mask ((size_t[]){ 4, 4, 4 });
  g_autoptr (TrpMask) second = make_mask ((size_t[]){ 4, 4, 5 });
  GError *error = NULL;

  g_assert_null (trp_boolean_combine (TRP_BOOLEAN_UNION, first, second, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boolean/truth-table", test_truth_table);
  g_test_add_func ("/boolean/unchanged-planes-are-shared", test_unchanged_planes_are_shared);
  g_test_add_func ("/boolean/other-grid-is-refused", test_other_grid_is_refused);
  return g_test_run ();
}
