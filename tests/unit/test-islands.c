/* test-islands.c - parts and holes of masks: blocks, shells, and bytes as the outside judge
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/image/components.h"
#include "core/structure/islands.h"
#include "tests/lib/check.h"

static const double spacing[3] = { 1, 1, 2 }; /* a voxel is 0.002 ml */

static TrpMask *
make_mask (const size_t size[3])
{
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));

  return trp_mask_new (&geometry);
}

static void
draw (TrpMask *mask, const size_t begin[3], const size_t size[3], bool value)
{
  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        trp_mask_set (mask, begin[0] + i, begin[1] + j, begin[2] + k, value);
}

/* Blocks of 1000, 50 and 49 voxels, and two that touch at a corner: 64 together. Several lie across
 * the words' border at i = 64 and 128. */
static TrpMask *
make_blocks (void)
{
  TrpMask *mask = make_mask ((size_t[]){ 150, 40, 30 });

  draw (mask, (size_t[]){ 60, 10, 5 }, (size_t[]){ 10, 10, 10 }, true);
  draw (mask, (size_t[]){ 124, 2, 2 }, (size_t[]){ 10, 5, 1 }, true);
  draw (mask, (size_t[]){ 5, 30, 20 }, (size_t[]){ 7, 7, 1 }, true);
  draw (mask, (size_t[]){ 100, 20, 10 }, (size_t[]){ 8, 2, 2 }, true);
  draw (mask, (size_t[]){ 108, 22, 12 }, (size_t[]){ 8, 2, 2 }, true);
  return mask;
}

static void
test_keep_largest (void)
{
  g_autoptr (TrpMask) mask = make_blocks ();
  g_autoptr (TrpMask) before = trp_mask_copy (mask);
  g_autoptr (TrpMask) expected = make_mask ((size_t[]){ 150, 40, 30 });
  TrpIslands islands;
  g_autoptr (TrpMask) out = trp_islands_keep_largest (mask, &islands, NULL);

  draw (expected, (size_t[]){ 60, 10, 5 }, (size_t[]){ 10, 10, 10 }, true);
  g_assert_true (trp_mask_equal (out, expected));
  g_assert_cmpuint (islands.n_parts, ==, 3);
  g_assert_cmpuint (islands.n_voxels, ==, 50 + 49 + 64);
  g_assert_true (trp_mask_equal (mask, before));
  g_assert_true (trp_mask_shares_slice (out, mask, 6)); /* nothing to take away there */
  g_assert_null (trp_mask_peek_slice (out, 20));
}

/* 50 voxels are 0.1 ml: not under it. */
static void
test_remove_small (void)
{
  g_autoptr (TrpMask) mask = make_blocks ();
  TrpIslands islands;
  g_autoptr (TrpMask) out = trp_islands_remove_small (mask, 0.1, &islands, NULL);
  g_autoptr (TrpMask) all = NULL;

  g_assert_cmpuint (islands.n_parts, ==, 1);
  g_assert_cmpuint (islands.n_voxels, ==, 49);
  g_assert_false (trp_mask_get (out, 5, 30, 20));
  g_assert_true (trp_mask_get (out, 124, 2, 2));
  all = trp_islands_remove_small (mask, 1e300, &islands, NULL);
  g_assert_true (trp_mask_is_empty (all));
  g_assert_cmpuint (islands.n_parts, ==, 4);
}

static void
test_split (void)
{
  static const size_t sizes[] = { 1000, 64, 50, 49 };
  g_autoptr (TrpMask) mask = make_blocks ();
  g_autoptr (TrpMask) together = make_mask ((size_t[]){ 150, 40, 30 });
  g_autoptr (GPtrArray) parts = trp_islands_split (mask, 4, NULL);
  GError *error = NULL;

  g_assert_cmpuint (parts->len, ==, 4);
  for (guint n = 0; n < 4; n++)
    {
      const TrpMask *part = parts->pdata[n];

      g_assert_cmpuint (trp_mask_count (part), ==, sizes[n]);
      for (size_t v = 0; v < 150 * 40 * 30; v++)
        if (trp_mask_get (part, v % 150, v / 150 % 40, v / 6000))
          trp_mask_set (together, v % 150, v / 150 % 40, v / 6000, true);
    }
  g_assert_true (trp_mask_equal (together, mask)); /* 1163 voxels in four parts: none is in two */
  g_assert_null (trp_islands_split (mask, 3, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_clear_error (&error);
}

/* A closed shell of 20 x 12 x 8 has 18 x 10 x 6 voxels inside; a hole in the wall opens it, one at
 * a corner of the inside, which faces do not reach, does not. */
static void
test_fill_holes (void)
{
  g_autoptr (TrpMask) mask = make_mask ((size_t[]){ 100, 30, 20 });
  g_autoptr (TrpMask) full = make_mask ((size_t[]){ 100, 30, 20 });
  g_autoptr (TrpMask) filled = NULL;
  g_autoptr (TrpMask) same = NULL;
  TrpIslands islands;

  draw (full, (size_t[]){ 55, 0, 4 }, (size_t[]){ 20, 12, 8 }, true);
  draw (mask, (size_t[]){ 55, 0, 4 }, (size_t[]){ 20, 12, 8 }, true);
  draw (mask, (size_t[]){ 56, 1, 5 }, (size_t[]){ 18, 10, 6 }, false);
  filled = trp_islands_fill_holes (mask, &islands, NULL);
  g_assert_true (trp_mask_equal (filled, full));
  g_assert_cmpuint (islands.n_parts, ==, 1);
  g_assert_cmpuint (islands.n_voxels, ==, 18 * 10 * 6);
  trp_mask_set (mask, 55, 0, 4, false);
  g_clear_pointer (&filled, trp_mask_free);
  filled = trp_islands_fill_holes (mask, &islands, NULL);
  g_assert_cmpuint (islands.n_voxels, ==, 18 * 10 * 6);
  trp_mask_set (mask, 60, 0, 6, false); /* at the edge of the grid */
  same = trp_islands_fill_holes (mask, &islands, NULL);
  g_assert_cmpuint (islands.n_parts, ==, 0);
  g_assert_true (trp_mask_equal (same, mask));
}

static void
test_nothing_stays_nothing (void)
{
  g_autoptr (TrpMask) mask = make_mask ((size_t[]){ 70, 3, 3 });
  TrpIslands islands = { 7, 7 };
  g_autoptr (TrpMask) kept = trp_islands_keep_largest (mask, &islands, NULL);
  g_autoptr (TrpMask) filled = trp_islands_fill_holes (mask, &islands, NULL);
  g_autoptr (GPtrArray) parts = trp_islands_split (mask, 1, NULL);

  g_assert_true (trp_mask_is_empty (kept));
  g_assert_true (trp_mask_is_empty (filled));
  g_assert_cmpuint (islands.n_parts, ==, 0);
  g_assert_cmpuint (parts->len, ==, 0);
}

/* ---- against core/image/components on the bytes of the whole grid ---- */

static void
compare (TrpMask *got, const TrpIslands *islands, const TrpMask *mask, const uint8_t *bytes)
{
  g_autoptr (TrpMask) expected = trp_mask_new_from_bytes (trp_mask_get_geometry (mask), bytes);
  const size_t before = trp_mask_count (mask), after = trp_mask_count (expected);

  g_assert_true (trp_mask_equal (got, expected));
  g_assert_cmpuint (islands->n_voxels, ==, MAX (before, after) - MIN (before, after));
  g_assert_true ((islands->n_parts == 0) == (before == after));
  trp_mask_free (got);
}

static void
check_against_bytes (const TrpMask *mask)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  g_autofree uint8_t *bytes = g_new (uint8_t, size[0] * size[1] * size[2]);
  TrpIslands islands;

  trp_mask_copy_bytes (mask, bytes);
  g_assert_true (trp_components_keep_largest (bytes, size, NULL));
  compare (trp_islands_keep_largest (mask, &islands, NULL), &islands, mask, bytes);
  trp_mask_copy_bytes (mask, bytes);
  g_assert_true (trp_components_remove_small (bytes, size, 4, NULL));
  compare (trp_islands_remove_small (mask, 4 * 0.002, &islands, NULL), &islands, mask, bytes);
  trp_mask_copy_bytes (mask, bytes);
  g_assert_true (trp_components_fill_holes (bytes, size, NULL));
  compare (trp_islands_fill_holes (mask, &islands, NULL), &islands, mask, bytes);
}

/* Each part that is split off is what keep_largest leaves of the parts that are left. */
static void
check_split (const TrpMask *mask)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const size_t count = size[0] * size[1] * size[2];
  g_autofree uint8_t *left = g_new (uint8_t, count);
  g_autoptr (GPtrArray) parts = trp_islands_split (mask, SIZE_MAX, NULL);

  trp_mask_copy_bytes (mask, left);
  for (guint n = 0; n < MIN (parts->len, 30); n++)
    {
      g_autofree uint8_t *largest = g_memdup2 (left, count);
      g_autoptr (TrpMask) expected = NULL;

      g_assert_true (trp_components_keep_largest (largest, size, NULL));
      expected = trp_mask_new_from_bytes (trp_mask_get_geometry (mask), largest);
      g_assert_true (trp_mask_equal (expected, parts->pdata[n]));
      for (size_t v = 0; v < count; v++)
        left[v] = left[v] && !largest[v];
    }
}

static void
test_random_masks (void)
{
  static const size_t sizes[][3] = { { 150, 9, 7 }, { 64, 12, 5 }, { 65, 11, 1 },  { 1, 9, 9 },
                                     { 130, 1, 6 }, { 3, 3, 3 },   { 200, 20, 12 } };
  static const double shares[] = { 0.03, 0.3, 0.7, 0.9 };
  TrpRng rng = trp_rng_new (11, 0);

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (size_t p = 0; p < G_N_ELEMENTS (shares); p++)
      for (int place = 0; place < 3; place++)
        {
          g_autoptr (TrpMask) mask = make_mask (sizes[s]);
          const size_t margin = (size_t) place; /* the whole grid, and boxes within it */

          for (size_t n = 0; n < sizes[s][0] * sizes[s][1] * sizes[s][2]; n++)
            {
              const size_t at[3] = { n % sizes[s][0], n / sizes[s][0] % sizes[s][1],
                                     n / sizes[s][0] / sizes[s][1] };
              const bool is_in = at[0] >= 33 * margin && at[1] >= margin;

              if (is_in && trp_rng_uniform (&rng, 0, 1) < shares[p])
                trp_mask_set (mask, at[0], at[1], at[2], true);
            }
          check_against_bytes (mask);
          check_split (mask);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/islands/keep-largest", test_keep_largest);
  g_test_add_func ("/islands/remove-small", test_remove_small);
  g_test_add_func ("/islands/split", test_split);
  g_test_add_func ("/islands/fill-holes", test_fill_holes);
  g_test_add_func ("/islands/nothing-stays-nothing", test_nothing_stays_nothing);
  g_test_add_func ("/islands/random-masks", test_random_masks);
  return g_test_run ();
}
