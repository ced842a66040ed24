/* test-patch.c - patches, and the rules of painting over others
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/paint.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#include <string.h>

static const size_t grid_size[3] = { 150, 7, 5 };

static TrpMask *
make_random_mask (const TrpGeometry *geometry, TrpRng *rng, uint32_t one_in)
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = 0; k < geometry->size[2]; k++)
    if (trp_rng_below (rng, 4) > 0)
      for (size_t j = 0; j < geometry->size[1]; j++)
        for (size_t i = 0; i < geometry->size[0]; i++)
          trp_mask_set (mask, i, j, k, trp_rng_below (rng, one_in) == 0);
  return mask;
}

static size_t
count_differences (const TrpMask *a, const TrpMask *b)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (a);
  size_t count = 0;

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        count += trp_mask_get (a, i, j, k) != trp_mask_get (b, i, j, k);
  return count;
}

static void
test_difference_goes_both_ways (void)
{
  TrpRng rng = trp_rng_new (1, 0);

  for (uint32_t n = 0; n < 20; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, grid_size);
      g_autoptr (TrpMask) before = make_random_mask (&geometry, &rng, 2 + n % 3);
      g_autoptr (TrpMask) after = make_random_mask (&geometry, &rng, 2 + n * n);
      g_autoptr (TrpMask) mask = trp_mask_copy (before);
      g_autoptr (TrpPatch) patch = trp_patch_new_difference (before, after);

      g_assert_cmpuint (trp_patch_count_voxels (patch), ==, count_differences (before, after));
      trp_patch_apply (patch, mask);
      g_assert_true (trp_mask_equal (mask, after));
      trp_patch_apply (patch, mask);
      g_assert_true (trp_mask_equal (mask, before));
    }
}

static void
test_box_and_runs (void)
{
  g_autoptr (TrpPatch) patch = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;
  TrpBox box;

  g_assert_true (trp_patch_is_empty (patch));
  trp_patch_append (patch, 2, 3, 1, 1 << 6);
  trp_patch_append (patch, 2, 3, 2, 1 << 7);
  trp_patch_append (patch, 2, 3, 3, 0);
  trp_patch_append (patch, 2, 3, 4, 1);
  trp_patch_append (patch, 2, 4, 5, 1);
  box = trp_patch_get_box (patch);
  g_assert_cmpmem (&box, sizeof box, (&(TrpBox){ { 70, 3, 2 }, { 321, 5, 3 } }), sizeof box);
  g_assert_cmpuint (trp_patch_count_words (patch), ==, 4);
  g_assert_true (trp_patch_next_run (patch, &position, &run));
  g_assert_cmpuint (run.k, ==, 2);
  g_assert_cmpuint (run.j, ==, 3);
  g_assert_cmpuint (run.word, ==, 1);
  g_assert_cmpuint (run.n_words, ==, 2);
  g_assert_cmpuint (run.bits[1], ==, 1 << 7);
  g_assert_true (trp_patch_next_run (patch, &position, &run));
  g_assert_cmpuint (run.word, ==, 4);
  g_assert_true (trp_patch_next_run (patch, &position, &run));
  g_assert_cmpuint (run.j, ==, 4);
  g_assert_false (trp_patch_next_run (patch, &position, &run));
  g_assert_cmpuint (run.j, ==, 4);
}

/* The last voxel of the largest grid must not run over the packed coordinates. */
static void
test_largest_coordinates (void)
{
  const size_t last = TRP_GEOMETRY_MAX_SIZE - 1;
  g_autoptr (TrpPatch) patch = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;

  for (size_t w = 0; w <= last / 64; w++)
    trp_patch_append (patch, last, last, w, w + 1);
  g_assert_true (trp_patch_next_run (patch, &position, &run));
  g_assert_cmpuint (run.k, ==, last);
  g_assert_cmpuint (run.j, ==, last);
  g_assert_cmpuint (run.word, ==, 0);
  g_assert_cmpuint (run.n_words, ==, 512);
  g_assert_cmpuint (run.bits[511], ==, 512);
  g_assert_false (trp_patch_next_run (patch, &position, &run));
}

static void
test_merged_does_what_all_do (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  TrpRng rng = trp_rng_new (2, 0);

  for (size_t n_patches = 0; n_patches < 9; n_patches++)
    {
      g_autoptr (GPtrArray)
        patches = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_patch_unref);
      g_autoptr (TrpMask) one_by_one = make_random_mask (&geometry, &rng, 2);
      g_autoptr (TrpMask) at_once = trp_mask_copy (one_by_one);
      g_autoptr (TrpPatch) merged = NULL;

      for (size_t n = 0; n < n_patches; n++)
        {
          g_autoptr (TrpMask) next = make_random_mask (&geometry, &rng, 3);
          g_autoptr (TrpMask) none = trp_mask_new (&geometry);

          g_ptr_array_add (patches, trp_patch_new_difference (none, next));
          trp_patch_apply (patches->pdata[n], one_by_one);
        }
      merged = trp_patch_new_merged ((TrpPatch *const *) patches->pdata, n_patches);
      trp_patch_apply (merged, at_once);
      g_assert_true (trp_mask_equal (one_by_one, at_once));
    }
}

static void
test_merged_with_itself_is_empty (void)
{
  g_autoptr (TrpPatch) patch = trp_patch_new ();
  g_autoptr (TrpPatch) merged = NULL;

  trp_patch_append (patch, 1, 1, 0, 5);
  merged = trp_patch_new_merged ((TrpPatch *[]){ patch, patch }, 2);
  g_assert_true (trp_patch_is_empty (merged));
}

/* Four structures with a voxel each at i = 0 to 3; the second is locked. */
static TrpStructureSet *
make_set (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  TrpStructureSet *set = trp_structure_set_new ("observer", &geometry);

  for (size_t n = 0; n < 4; n++)
    {
      TrpMask *mask = trp_mask_new (&geometry);
      g_autoptr (TrpStructure) structure = trp_structure_new (
        (const char *[]){ "A", "B", "C", "D" }[n], trp_color_get_default (n), mask);

      trp_mask_set (mask, n, 0, 0, true);
      trp_structure_set_locked (structure, n == 1);
      trp_structure_set_append (set, structure);
    }
  return set;
}

static uint64_t
restrict_first_word (const TrpPaintOptions *options)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (TrpPatch) stencil = trp_patch_new ();
  g_autoptr (TrpPatch) allowed = NULL;
  size_t position = 0;
  TrpPatchRun run = { 0 };

  trp_patch_append (stencil, 0, 0, 0, 0x1f);
  allowed = trp_paint_restrict (stencil, set, trp_structure_set_get (set, 0), options);
  return trp_patch_next_run (allowed, &position, &run) ? run.bits[0] : 0;
}

static void
test_others_block (void)
{
  TrpPaintOptions options = { .over = TRP_PAINT_OVER_ALL };

  g_assert_cmpuint (restrict_first_word (&options), ==, 0x1f);
  options.over = TRP_PAINT_OVER_UNLOCKED;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0x1f & ~0x2);
  options.over = TRP_PAINT_OVER_EMPTY;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0x11);
  options.erase = true;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0x1f);
}

static TrpVolume *
make_ramp (const TrpGeometry *geometry, double slope)
{
  const size_t n = trp_geometry_count_voxels (geometry);
  g_autofree int16_t *voxels = g_new (int16_t, n);
  g_autoptr (GBytes) bytes = NULL;

  for (size_t v = 0; v < n; v++)
    voxels[v] = (int16_t) (v % geometry->size[0]);
  bytes = g_bytes_new (voxels, n * sizeof *voxels);
  return trp_volume_new (geometry, TRP_VOXEL_I16, bytes, slope, 0, NULL, NULL);
}

/* Values along i are 0, 10, 20, ...; both ends of the range are in it. */
static void
test_limit_on_the_same_grid (void)
{
  const TrpGeometry geometry = trp_geometry_axial (grid_size, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = make_ramp (&geometry, 10);
  TrpPaintOptions options = { .limit = volume, .low = 10, .high = 30 };

  g_assert_cmpuint (restrict_first_word (&options), ==, 0xe);
  options.erase = true;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0xe);
  options.low = 10.5;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0xc);
}

/* A grid with i the other way round, twice as fine and covering x = 0.75 to 3.25 mm only: voxels
 * x = 0 and x = 4 lie outside, x = 1, 2, 3 have 4, 2, 0 by its ramp of 1 a voxel from x = 3 down.
 */
static void
test_limit_goes_through_millimetres (void)
{
  TrpAffine affine = trp_affine_identity ();
  TrpGeometry geometry;
  g_autoptr (TrpVolume) volume = NULL;
  TrpPaintOptions options = { .low = -1, .high = 100 };

  affine.m[0][0] = -0.5;
  affine.m[0][3] = 3;
  g_assert_true (trp_geometry_init (&geometry, (size_t[]){ 5, 7, 5 }, &affine, NULL));
  volume = make_ramp (&geometry, 1);
  options.limit = volume;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0xe);
  options.low = 1.9;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0x6);
  options.high = 2.1;
  g_assert_cmpuint (restrict_first_word (&options), ==, 0x4);
}

static void
test_change_leaves_out_what_is_there (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, 2));
  g_autoptr (TrpPatch) stencil = trp_patch_new ();
  g_autoptr (TrpPatch) painted = NULL;
  g_autoptr (TrpPatch) erased = NULL;

  trp_patch_append (stencil, 0, 0, 0, 0x1f);
  trp_patch_append (stencil, 3, 0, 0, 0x1);
  painted = trp_paint_get_change (stencil, mask, false);
  erased = trp_paint_get_change (stencil, mask, true);
  g_assert_cmpuint (trp_patch_count_voxels (painted), ==, 5);
  g_assert_cmpuint (trp_patch_count_voxels (erased), ==, 1);
  g_assert_cmpuint (trp_patch_get_box (erased).begin[0], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patch/difference-goes-both-ways", test_difference_goes_both_ways);
  g_test_add_func ("/patch/box-and-runs", test_box_and_runs);
  g_test_add_func ("/patch/largest-coordinates", test_largest_coordinates);
  g_test_add_func ("/patch/merged-does-what-all-do", test_merged_does_what_all_do);
  g_test_add_func ("/patch/merged-with-itself-is-empty", test_merged_with_itself_is_empty);
  g_test_add_func ("/paint/others-block", test_others_block);
  g_test_add_func ("/paint/limit-on-the-same-grid", test_limit_on_the_same_grid);
  g_test_add_func ("/paint/limit-goes-through-millimetres", test_limit_goes_through_millimetres);
  g_test_add_func ("/paint/change-leaves-out-what-is-there", test_change_leaves_out_what_is_there);
  return g_test_run ();
}
