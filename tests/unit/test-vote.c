/* test-vote.c - agreement of several masks: counting, majorities and ties, updates, other grids
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/structure/vote.h"
#include "tests/lib/check.h"

#define N_MOST 7

static const size_t size[3] = { 70, 6, 5 };

typedef struct
{
  TrpMask *masks[N_MOST];
  size_t n_masks;
} Case;

static TrpMask *
make_mask (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));

  return trp_mask_new (&geometry);
}

/* The last slice stays empty in all, the last but one in all but the first. */
static void
set_up (Case *self, size_t n_masks)
{
  TrpRng rng = trp_rng_new (n_masks, 0);

  self->n_masks = n_masks;
  for (size_t n = 0; n < n_masks; n++)
    {
      self->masks[n] = make_mask ();
      for (size_t index = 0; index < size[0] * size[1] * (n == 0 ? 4 : 3); index++)
        trp_mask_set (self->masks[n], index % size[0], index / size[0] % size[1],
                      index / size[0] / size[1], trp_rng_below (&rng, 2));
    }
}

static void
tear_down (Case *self)
{
  for (size_t n = 0; n < self->n_masks; n++)
    trp_mask_free (self->masks[n]);
}

static const TrpMask *const *
borrow (const Case *self)
{
  return (const TrpMask *const *) self->masks;
}

static size_t
count_at (const Case *self, size_t i, size_t j, size_t k)
{
  size_t count = 0;

  for (size_t n = 0; n < self->n_masks; n++)
    count += trp_mask_get (self->masks[n], i, j, k);
  return count;
}

static void
check_level (const Case *self, const TrpMask *mask, size_t wanted)
{
  for (size_t index = 0; index < size[0] * size[1] * size[2]; index++)
    {
      const size_t i = index % size[0], j = index / size[0] % size[1],
                   k = index / size[0] / size[1];

      g_assert_true (trp_mask_get (mask, i, j, k) == (count_at (self, i, j, k) >= wanted));
    }
}

static void
test_counts_like_voxel_by_voxel (void)
{
  for (size_t n_masks = 1; n_masks <= N_MOST; n_masks++)
    {
      Case self;
      TrpMask *levels[N_MOST];

      set_up (&self, n_masks);
      g_assert_true (trp_vote_levels (borrow (&self), n_masks, levels, NULL, NULL));
      for (size_t wanted = 1; wanted <= n_masks; wanted++)
        {
          g_autoptr (TrpMask) one = trp_vote_at_least (borrow (&self), n_masks, wanted, NULL, NULL);

          check_level (&self, one, wanted);
          g_assert_true (trp_mask_equal (one, levels[wanted - 1]));
          g_assert_null (trp_mask_peek_slice (one, 4));
          trp_mask_free (levels[wanted - 1]);
        }
      tear_down (&self);
    }
}

static void
test_majority (void)
{
  static const size_t outside[] = { 0, 1, 2, 2, 3, 3, 4 }, inside[] = { 0, 1, 1, 2, 2, 3, 3 };

  for (size_t n = 1; n < G_N_ELEMENTS (outside); n++)
    {
      g_assert_cmpuint (trp_vote_get_majority (n, TRP_TIE_OUTSIDE), ==, outside[n]);
      g_assert_cmpuint (trp_vote_get_majority (n, TRP_TIE_INSIDE), ==, inside[n]);
    }
}

/* A stroke in one mask: the levels follow, and words beyond the box are left alone. */
static void
test_update_follows_a_change (void)
{
  const TrpBox box = { { 60, 1, 2 }, { 70, 4, 5 } };
  Case self;
  TrpMask *levels[3];

  set_up (&self, 3);
  g_assert_true (trp_vote_levels (borrow (&self), 3, levels, NULL, NULL));
  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    for (size_t j = box.begin[1]; j < box.end[1]; j++)
      for (size_t i = box.begin[0]; i < box.end[0]; i++)
        trp_mask_set (self.masks[1], i, j, k, (i + j + k) % 3 != 0);
  trp_vote_update_levels (borrow (&self), 3, &box, levels);
  for (size_t n = 0; n < 3; n++)
    {
      check_level (&self, levels[n], n + 1);
      trp_mask_free (levels[n]);
    }
  tear_down (&self);
}

static void
test_refuses_other_grids_and_none (void)
{
  const TrpGeometry shifted = trp_geometry_axial (size, (double[]){ 1, 1, 1 },
                                                  trp_vec3 (0, 0, 0.5));
  g_autoptr (TrpMask) first = make_mask ();
  g_autoptr (TrpMask) second = trp_mask_new (&shifted);
  const TrpMask *const masks[] = { first, second };
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_vote_at_least (masks, 2, 1, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  g_assert_null (trp_vote_at_least (masks, 0, 1, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
}

static void
test_is_cancelled (void)
{
  g_autoptr (TrpMask) mask = make_mask ();
  const TrpMask *const masks[] = { mask };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_vote_at_least (masks, 1, 1, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vote/counts-like-voxel-by-voxel", test_counts_like_voxel_by_voxel);
  g_test_add_func ("/vote/majority", test_majority);
  g_test_add_func ("/vote/update-follows-a-change", test_update_follows_a_change);
  g_test_add_func ("/vote/refuses-other-grids-and-none", test_refuses_other_grids_and_none);
  g_test_add_func ("/vote/is-cancelled", test_is_cancelled);
  return g_test_run ();
}
