/* test-reach.c - what is reached piece by piece is what a plain search finds in the whole
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/reach.h"
#include "tests/lib/grids.h"

/* More than two words and two tiles of rows. */
static const size_t size[3] = { 150, 37, 5 };

static TrpMask *
make_random_mask (TrpRng *rng, uint32_t percent)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (trp_rng_below (rng, 100) < percent)
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

static TrpPatch *
make_patch (const TrpMask *mask)
{
  g_autoptr (TrpMask) empty = trp_mask_new (trp_mask_get_geometry (mask));

  return trp_patch_new_difference (empty, mask);
}

/* Voxel by voxel, with a stack. */
static TrpMask *
search (const TrpMask *open, const TrpMask *seeds)
{
  TrpMask *found = trp_mask_new (trp_mask_get_geometry (open));
  g_autoptr (GArray) stack = g_array_new (false, false, sizeof (TrpVec3));

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (trp_mask_get (seeds, i, j, k))
          {
            const TrpVec3 seed = trp_vec3 ((double) i, (double) j, (double) k);

            g_array_append_val (stack, seed);
          }
  while (stack->len > 0)
    {
      const TrpVec3 voxel = g_array_index (stack, TrpVec3, stack->len - 1);
      const size_t i = (size_t) voxel.v[0], j = (size_t) voxel.v[1], k = (size_t) voxel.v[2];

      g_array_set_size (stack, stack->len - 1);
      if (!trp_mask_get (open, i, j, k) || trp_mask_get (found, i, j, k))
        continue;
      trp_mask_set (found, i, j, k, true);
      for (int n = 0; n < 6; n++)
        {
          TrpVec3 next = voxel;

          next.v[n / 2] += n % 2 ? 1 : -1;
          if (next.v[n / 2] >= 0 && next.v[n / 2] < (double) size[n / 2])
            g_array_append_val (stack, next);
        }
    }
  return found;
}

/* Adds the voxels of @other that are in @within too (if there is one). */
static void
unite (TrpMask *mask, const TrpMask *other, const TrpMask *within)
{
  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (trp_mask_get (other, i, j, k) && (!within || trp_mask_get (within, i, j, k)))
          trp_mask_set (mask, i, j, k, true);
}

/* The patch has no voxel of @mask; then they are added. */
static void
add_new (TrpMask *mask, const TrpPatch *patch)
{
  const size_t before = trp_mask_count (mask);

  trp_patch_apply (patch, mask);
  g_assert_cmpuint (trp_mask_count (mask), ==, before + trp_patch_count_voxels (patch));
}

/* One more piece of what is open, and one more seed; a seed counts where its voxel is open by
 * then, with all that is joined to it. */
static void
extend_and_check (
  TrpReach *reach, const TrpMask *all, TrpMask *open, TrpMask *seeds, TrpMask *reached, TrpRng *rng)
{
  g_autoptr (TrpMask) random = make_random_mask (rng, 20);
  g_autoptr (TrpMask) part = make_random_mask (rng, 0);
  g_autoptr (TrpMask) sown = make_random_mask (rng, 0);
  const bool has_seed = trp_rng_below (rng, 4) > 0;
  g_autoptr (TrpMask) hit = NULL, expected = NULL;
  g_autoptr (TrpPatch) offered = NULL, seed = NULL, fresh = NULL;

  unite (part, random, all);
  unite (open, part, NULL);
  if (has_seed)
    trp_mask_set (sown, trp_rng_below (rng, 150), trp_rng_below (rng, 37), trp_rng_below (rng, 5),
                  true);
  offered = make_patch (part);
  seed = make_patch (sown);
  fresh = trp_reach_extend (reach, offered, has_seed ? seed : NULL);
  add_new (reached, fresh);
  hit = search (open, sown);
  unite (seeds, hit, NULL);
  expected = search (open, seeds);
  g_assert_true (trp_mask_equal (reached, expected));
}

/* Pieces overlap and come in any order. */
static void
test_pieces_reach_what_the_whole_does (void)
{
  TrpRng rng = trp_rng_new (1, 0);
  size_t n_reached = 0;

  for (int round = 0; round < 12; round++)
    {
      g_autoptr (TrpReach) reach = trp_reach_new ();
      g_autoptr (TrpMask) all = make_random_mask (&rng, round % 3 ? 60 : 35);
      g_autoptr (TrpMask) open = make_random_mask (&rng, 0);
      g_autoptr (TrpMask) seeds = make_random_mask (&rng, 0);
      g_autoptr (TrpMask) reached = make_random_mask (&rng, 0);

      for (int n = 0; n < 12; n++)
        extend_and_check (reach, all, open, seeds, reached, &rng);
      n_reached += trp_mask_count (reached);
    }
  g_assert_cmpuint (n_reached, >, 50000); /* else little was tried */
}

/* A snake through a whole slice and the one above, longer than any word. */
static void
test_a_winding_way_is_followed (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) snake = trp_mask_new (&geometry);
  g_autoptr (TrpMask) head = trp_mask_new (&geometry);
  g_autoptr (TrpPatch) open = NULL, seed = NULL, reached = NULL;
  g_autoptr (TrpReach) reach = trp_reach_new ();

  for (size_t k = 0; k < 3; k += 2)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (j % 2 == 0 || i == (j % 4 == 1 ? size[0] - 1 : 0))
          trp_mask_set (snake, i, j, k, true);
  trp_mask_set (snake, 149, 36, 1, true); /* up at the tail */
  trp_mask_set (head, 0, 0, 0, true);
  open = make_patch (snake);
  seed = make_patch (head);
  reached = trp_reach_extend (reach, open, seed);
  /* 19 full rows and 18 single voxels in each of two slices, and the step between. */
  g_assert_cmpuint (trp_patch_count_voxels (reached), ==, 2 * (19 * 150 + 18) + 1);
}

static void
test_each_voxel_is_unseen_once (void)
{
  TrpRng rng = trp_rng_new (2, 0);
  g_autoptr (TrpReach) reach = trp_reach_new ();
  g_autoptr (TrpMask) seen = make_random_mask (&rng, 0);

  for (int n = 0; n < 10; n++)
    {
      g_autoptr (TrpMask) mask = make_random_mask (&rng, 15);
      g_autoptr (TrpPatch) swept = make_patch (mask), again = NULL;
      g_autoptr (TrpPatch) unseen = trp_reach_take_unseen (reach, swept);

      add_new (seen, unseen);
      again = trp_reach_take_unseen (reach, swept);
      g_assert_true (trp_patch_is_empty (again));
    }
  g_assert_cmpuint (trp_mask_count (seen), >, 150 * 37 * 5 / 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reach/pieces-reach-what-the-whole-does",
                   test_pieces_reach_what_the_whole_does);
  g_test_add_func ("/reach/a-winding-way-is-followed", test_a_winding_way_is_followed);
  g_test_add_func ("/reach/each-voxel-is-unseen-once", test_each_voxel_is_unseen_once);
  return g_test_run ();
}
