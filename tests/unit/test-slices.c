/* test-slices.c - slices copied, deleted and cropped along each axis
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/slices.h"
#include "tests/lib/check.h"

#define NI 70 /* two words per row */
#define NJ 5
#define NK 6

static const size_t size[3] = { NI, NJ, NK };

/* A pattern with about a third of the voxels, other ones in every slice of every axis. */
static bool
is_drawn (size_t i, size_t j, size_t k)
{
  return (i * 7 + j * 3 + k * 11 + i * j) % 3 == 0;
}

static TrpMask *
make_pattern (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 2, 5 }, trp_vec3 (0, 0, 0));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < NK; k++)
    for (size_t j = 0; j < NJ; j++)
      for (size_t i = 0; i < NI; i++)
        if (is_drawn (i, j, k))
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

typedef bool (*Expected) (const size_t at[3], int axis);

static void
assert_voxels (const TrpMask *mask, int axis, Expected expected)
{
  for (size_t k = 0; k < NK; k++)
    for (size_t j = 0; j < NJ; j++)
      for (size_t i = 0; i < NI; i++)
        if (trp_mask_get (mask, i, j, k) != expected ((size_t[]){ i, j, k }, axis))
          g_error ("axis %d: voxel %zu %zu %zu", axis, i, j, k);
}

static bool
slice_1_in_3 (const size_t at[3], int axis)
{
  size_t from[3] = { at[0], at[1], at[2] };

  from[axis] = at[axis] == 3 ? 1 : at[axis];
  return is_drawn (from[0], from[1], from[2]);
}

static bool
slice_1_added_to_3 (const size_t at[3], int axis)
{
  return is_drawn (at[0], at[1], at[2]) || slice_1_in_3 (at, axis);
}

static void
a_slice_is_copied (void)
{
  g_autoptr (TrpMask) mask = make_pattern ();

  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpMask) replaced = trp_slices_put (mask, mask, axis, 1, 3, false);
      g_autoptr (TrpMask) added = trp_slices_put (mask, mask, axis, 1, 3, true);

      assert_voxels (replaced, axis, slice_1_in_3);
      assert_voxels (added, axis, slice_1_added_to_3);
    }
}

static bool
without_2_to_3 (const size_t at[3], int axis)
{
  return is_drawn (at[0], at[1], at[2]) && (at[axis] < 2 || at[axis] > 3);
}

static bool
only_2_to_3 (const size_t at[3], int axis)
{
  return is_drawn (at[0], at[1], at[2]) && at[axis] >= 2 && at[axis] <= 3;
}

static void
slices_are_deleted_or_kept (void)
{
  g_autoptr (TrpMask) mask = make_pattern ();

  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpMask) cleared = trp_slices_clear (mask, axis, 2, 3);
      g_autoptr (TrpMask) cropped = trp_slices_crop (mask, axis, 2, 3);
      g_autoptr (TrpMask) all = trp_slices_crop (mask, axis, 0, 1000);
      g_autoptr (TrpMask) none = trp_slices_clear (mask, axis, 0, 1000);

      assert_voxels (cleared, axis, without_2_to_3);
      assert_voxels (cropped, axis, only_2_to_3);
      g_assert_true (trp_mask_equal (all, mask));
      g_assert_true (trp_mask_is_empty (none));
      g_assert_true (trp_slices_is_empty (cleared, axis, 3));
      g_assert_false (trp_slices_is_empty (cropped, axis, 3));
    }
}

static void
untouched_slices_are_shared (void)
{
  g_autoptr (TrpMask) mask = make_pattern ();
  g_autoptr (TrpMask) put = trp_slices_put (mask, mask, 2, 1, 3, false);

  for (size_t k = 0; k < NK; k++)
    g_assert_true (trp_mask_shares_slice (put, mask, k) == (k != 3));
}

/* From an empty slice nothing is added, and replacing empties. */
static void
empty_slices_are_copied (void)
{
  g_autoptr (TrpMask) mask = make_pattern ();
  g_autoptr (TrpMask) holed = trp_slices_clear (mask, 0, 64, 64);
  g_autoptr (TrpMask) added = trp_slices_put (holed, holed, 0, 64, 3, true);
  g_autoptr (TrpMask) replaced = trp_slices_put (holed, holed, 0, 64, 3, false);

  g_assert_true (trp_mask_equal (added, holed));
  g_assert_true (trp_slices_is_empty (replaced, 0, 3));
  g_assert_false (trp_slices_is_empty (replaced, 0, 2));
}

static TrpMask *
fill_holes (const TrpMask *slice, void *data, TrpIslands *out_islands, GError **error)
{
  return trp_islands_fill_holes (slice, out_islands, error);
}

/* A tube is open at its ends: in three dimensions no hole, in slices across it one in each. */
static void
slices_are_worked_on_by_themselves (void)
{
  for (int axis = 0; axis < 3; axis++)
    {
      const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 9, 9, 9 }, (double[]){ 1, 1, 1 },
                                                       trp_vec3 (0, 0, 0));
      g_autoptr (TrpMask) tube = trp_mask_new (&geometry);
      g_autoptr (TrpMask) whole = NULL;
      g_autoptr (TrpMask) filled = NULL;
      g_autoptr (GError) error = NULL;
      TrpIslands islands;

      for (size_t n = 2; n < 6; n++)
        for (size_t ring = 0; ring < 9; ring++)
          {
            size_t at[3] = { 3 + ring % 3, 3 + ring % 3, 3 + ring % 3 };

            at[(axis + 1) % 3] = 3 + ring / 3;
            at[axis] = n;
            trp_mask_set (tube, at[0], at[1], at[2], ring != 4);
          }
      whole = trp_islands_fill_holes (tube, &islands, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (islands.n_parts, ==, 0);
      filled = trp_slices_map (tube, axis, fill_holes, NULL, &islands, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (islands.n_parts, ==, 4);
      g_assert_cmpuint (trp_mask_count (filled), ==, 36);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slices/a-slice-is-copied", a_slice_is_copied);
  g_test_add_func ("/slices/slices-are-deleted-or-kept", slices_are_deleted_or_kept);
  g_test_add_func ("/slices/untouched-slices-are-shared", untouched_slices_are_shared);
  g_test_add_func ("/slices/empty-slices-are-copied", empty_slices_are_copied);
  g_test_add_func ("/slices/slices-are-worked-on-by-themselves",
                   slices_are_worked_on_by_themselves);
  return g_test_run ();
}
