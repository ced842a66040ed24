/* test-live.c - live numbers equal a computation from scratch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/metrics/live-table.h"
#include "tests/lib/check.h"
#include "tests/lib/live-numbers.h"

#include <math.h>

static const size_t size[3] = { 70, 40, 20 };

static TrpMask *
new_ball (double ci, double cj, double ck, double radius)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1.5, 2 },
                                                   trp_vec3 (-10, 20, 30));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (hypot (hypot ((double) i - ci, 1.5 * ((double) j - cj)), 2 * ((double) k - ck)) <=
            radius)
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

/* Sets or clears a box of a random size up to @largest, as a tool would. */
static void
edit_box (TrpMask *mask, TrpRng *rng, const size_t largest[3], bool value)
{
  size_t begin[3], end[3];

  for (int axis = 0; axis < 3; axis++)
    {
      begin[axis] = trp_rng_below (rng, (uint32_t) size[axis]);
      end[axis] = begin[axis] + 1 + trp_rng_below (rng, (uint32_t) largest[axis]);
      end[axis] = MIN (end[axis], size[axis]);
    }
  for (size_t k = begin[2]; k < end[2]; k++)
    for (size_t j = begin[1]; j < end[1]; j++)
      for (size_t i = begin[0]; i < end[0]; i++)
        trp_mask_set (mask, i, j, k, value);
}

static void
edit_randomly (TrpMask *mask, TrpRng *rng)
{
  const size_t largest[3] = { 5, 4, 2 };

  edit_box (mask, rng, largest, trp_rng_below (rng, 2));
}

static void
test_thousand_edits (void)
{
  TrpRng rng = trp_rng_new (3, 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) edited = new_ball (31, 19, 10, 7);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  g_autoptr (TrpLiveMetrics) live = trp_live_metrics_new (edited, reference, &error);

  for (int n = 0; n < 1000; n++)
    {
      g_autoptr (TrpMask) before = trp_mask_copy (edited);
      g_autoptr (TrpPatch) patch = NULL;
      TrpOverlap fresh;

      edit_randomly (edited, &rng);
      patch = trp_patch_new_difference (before, edited);
      trp_live_metrics_update (live, edited, patch);
      g_assert_true (trp_overlap_count (mask, edited, &fresh, &error));
      g_assert_cmpmem (trp_live_metrics_get_overlap (live), sizeof fresh, &fresh, sizeof fresh);
    }
  g_assert_cmpuint (trp_live_metrics_get_generation (live), ==, 1001);
  trp_assert_near (trp_live_metrics_get_dice (live),
                   trp_overlap_dice (trp_live_metrics_get_overlap (live)), 0);
}

/* ---- distances ---- */

static const TrpLiveOptions options = { .tolerance = 2, .separation = 6, .max_places = 5 };

static TrpLiveDistances *
measure (const TrpMask *edited, const TrpMask *reference_mask)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (reference_mask, &error);
  g_autoptr (TrpLiveFollower) follower = trp_live_follower_new (reference);
  TrpLiveDistances *live = trp_live_follower_measure (follower, edited, 5, &options, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (live->generation, ==, 5);
  return live;
}

/* What a thousand edits by hand do to a mask: small boxes mostly, sometimes large ones, emptying,
 * back to an earlier state, and (as undo does) by exchanging it for an old snapshot. */
static TrpMask *
edit_wildly (TrpMask *edited, TrpRng *rng, GPtrArray *earlier)
{
  static const size_t small[3] = { 6, 5, 3 }, large[3] = { 60, 40, 20 };
  const uint32_t choice = trp_rng_below (rng, 40);

  if (choice == 0 || choice == 1) /* undo to any state of before */
    return trp_mask_copy (
      g_ptr_array_index (earlier, trp_rng_below (rng, (uint32_t) earlier->len)));
  if (choice == 2)
    return trp_mask_new (trp_mask_get_geometry (edited));
  if (choice < 6)
    edit_box (edited, rng, large, choice == 3);
  else
    edit_box (edited, rng, small, trp_rng_below (rng, 2));
  return trp_mask_copy (edited);
}

static void
follow_edits (const TrpMask *reference_mask, uint64_t seed, int n_edits)
{
  TrpRng rng = trp_rng_new (seed, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) edited = new_ball (31, 19, 10, 7);
  g_autoptr (GPtrArray) earlier = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_mask_free);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (reference_mask, &error);
  g_autoptr (TrpLiveFollower) follower = trp_live_follower_new (reference);
  TrpLiveOptions changing = options;
  int n_incremental = 0;

  for (int n = 0; n < n_edits; n++)
    {
      TrpMask *next;
      g_autoptr (TrpLiveDistances) live = NULL;

      g_ptr_array_add (earlier, trp_mask_copy (edited));
      next = edit_wildly (edited, &rng, earlier);
      trp_mask_free (edited);
      edited = next;
      changing.tolerance = n % 7 ? changing.tolerance : 0.5 * trp_rng_below (&rng, 8);
      live = trp_live_follower_measure (follower, edited, 0, &changing, NULL, &error);
      g_assert_no_error (error);
      n_incremental += trp_live_follower_was_incremental (follower);
      trp_test_assert_live_numbers (live, edited, reference_mask);
    }
  g_assert_cmpint (n_incremental, >, n_edits / 2); /* else this has not tested what it should */
  g_assert_cmpint (n_incremental, <, n_edits);
}

static void
test_follows_edits (void)
{
  g_autoptr (TrpMask) ball = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) none = new_ball (0, 0, 0, -1);

  follow_edits (ball, 11, 400);
  follow_edits (none, 12, 40);
}

/* Two parts far from each other: the second pass of the distance map is made, and has to follow. */
static void
test_follows_far (void)
{
  static const size_t long_size[3] = { 100, 90, 60 };
  const TrpGeometry geometry = trp_geometry_axial (long_size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  TrpRng rng = trp_rng_new (5, 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) edited = trp_mask_new (&geometry);
  g_autoptr (TrpLiveReference) reference = NULL;
  g_autoptr (TrpLiveFollower) follower = NULL;

  for (size_t k = 0; k < 60; k++)
    {
      trp_mask_set (mask, 2, 2, k, true);
      trp_mask_set (edited, 97, 87, k, true);
    }
  reference = trp_live_reference_new (mask, &error);
  follower = trp_live_follower_new (reference);
  for (int n = 0; n < 60; n++)
    {
      g_autoptr (TrpLiveDistances) live = NULL;

      trp_mask_set (edited, trp_rng_below (&rng, 100), trp_rng_below (&rng, 90),
                    trp_rng_below (&rng, 60), true);
      live = trp_live_follower_measure (follower, edited, 0, &options, NULL, &error);
      g_assert_no_error (error);
      trp_test_assert_live_numbers (live, edited, mask);
    }
}

/* A pimple on one side and a dent on the other, at known voxels. */
static void
test_worst_voxel (void)
{
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) edited = trp_mask_copy (mask);
  g_autoptr (TrpLiveDistances) pimple = NULL;
  g_autoptr (TrpLiveDistances) same = NULL;
  g_autoptr (TrpLiveDistances) dent = NULL;

  trp_mask_set (edited, 44, 20, 10, true); /* the ball ends at i = 38 */
  pimple = measure (edited, mask);
  trp_assert_near (pimple->border.hd, 6, 0);
  trp_assert_near (pimple->outside, 6, 0);
  trp_assert_near (pimple->missing, 0, 0);
  g_assert_cmpuint (pimple->n_places, ==, 1);
  trp_assert_near (pimple->places[0].signed_mm, 6, 0);
  trp_assert_near (trp_vec3_distance (pimple->places[0].point_lps, trp_vec3 (34, 50, 50)), 0,
                   1e-12);
  trp_assert_near (trp_vec3_distance (pimple->places[0].nearest_lps, trp_vec3 (28, 50, 50)), 0,
                   1e-12);
  g_assert_cmpuint (pimple->places[0].k, ==, 10);
  same = measure (mask, mask);
  trp_assert_near (same->border.hd, 0, 0);
  trp_assert_near (same->nsd_surfel, 1, 0);
  g_assert_cmpuint (same->n_places, ==, 0);
  trp_mask_set (edited, 44, 20, 10, false);
  for (size_t i = 33; i < 40; i++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t k = 0; k < size[2]; k++)
        trp_mask_set (edited, i, j, k, false);
  dent = measure (edited, mask);
  trp_assert_near (dent->places[0].signed_mm, -6, 0); /* from i = 38 back to 32 */
  trp_assert_near (dent->places[0].point_lps.v[0], -10 + 38, 1e-12);
  trp_assert_near (dent->places[0].nearest_lps.v[0], -10 + 32, 1e-12);
  trp_assert_near (dent->missing, 6, 0);
  trp_assert_near (dent->outside, 0, 0);
}

/* Fifteen voxels along i, one thick, and one of them pulled out by 3 voxels of 1.5 mm in slice 10
 * alone: all other surface voxels of the slice lie on each other. */
static void
test_slices (void)
{
  g_autoptr (TrpMask) mask = new_ball (0, 0, 0, -1);
  g_autoptr (TrpMask) edited = NULL;
  g_autoptr (TrpLiveDistances) live = NULL;

  for (size_t i = 10; i < 25; i++)
    for (size_t k = 9; k < 12; k++)
      trp_mask_set (mask, i, 20, k, true);
  edited = trp_mask_copy (mask);
  trp_mask_set (edited, 17, 23, 10, true);
  trp_mask_set (edited, 24, 20, 9, false); /* its neighbour at i = 23 is 1 mm away */
  live = measure (edited, mask);
  g_assert_cmpuint (live->n_slices, ==, size[2]);
  g_assert_cmpuint (live->slices[10].n, ==, 15 + 16);
  trp_assert_near (live->slices[10].outside, 4.5, 0);
  trp_assert_near (live->slices[10].missing, 0, 0);
  trp_assert_near (live->slices[10].mean, 4.5 / 31, 1e-12);
  g_assert_cmpuint (live->slices[9].n, ==, 15 + 14);
  trp_assert_near (live->slices[9].missing, 1, 0);
  trp_assert_near (live->slices[9].mean, -1.0 / 29, 1e-12);
  g_assert_cmpuint (live->slices[8].n, ==, 0);
  g_assert_true (isnan (live->slices[8].outside) && isnan (live->slices[8].mean));
}

static void
test_empty (void)
{
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) none = new_ball (0, 0, 0, -1);
  g_autoptr (TrpLiveDistances) erased = measure (none, mask);
  g_autoptr (TrpLiveDistances) nothing = measure (none, none);
  g_autoptr (TrpLiveDistances) added = measure (mask, none);

  trp_assert_near (erased->border.hd, INFINITY, 0);
  trp_assert_near (erased->missing, INFINITY, 0);
  trp_assert_near (erased->slices[10].missing, INFINITY, 0);
  g_assert_cmpuint (erased->n_places, ==, 0);
  g_assert_true (isnan (nothing->border.hd) && isnan (nothing->volume_difference_relative));
  trp_assert_near (added->outside, INFINITY, 0);
}

/* A box that was needed once is given up; the numbers do not notice. */
static void
test_far_blob (void)
{
  static const size_t wide_size[3] = { 300, 300, 60 };
  const TrpGeometry geometry = trp_geometry_axial (wide_size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) edited = NULL;
  g_autoptr (TrpLiveReference) reference = NULL;
  g_autoptr (TrpLiveFollower) follower = NULL;

  for (size_t k = 20; k < 30; k++)
    trp_mask_set (mask, 40, 40, k, true);
  edited = trp_mask_copy (mask);
  reference = trp_live_reference_new (mask, &error);
  follower = trp_live_follower_new (reference);
  for (int n = 0; n < 4; n++)
    {
      static const bool is_incremental[4] = { false, false, true, false };
      g_autoptr (TrpLiveDistances) live = NULL;

      if (n == 1 || n == 2)
        trp_mask_set (edited, 290, 290, 50, n == 1);
      live = trp_live_follower_measure (follower, edited, 0, &options, NULL, &error);
      g_assert_cmpint (trp_live_follower_was_incremental (follower), ==, is_incremental[n]);
      trp_test_assert_live_numbers (live, edited, mask);
    }
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  g_autoptr (TrpLiveFollower) follower = trp_live_follower_new (reference);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (TrpLiveDistances) after = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_live_follower_measure (follower, mask, 0, &options, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  after = trp_live_follower_measure (follower, mask, 0, &options, NULL, &error);
  trp_assert_near (after->border.hd, 0, 0);
}

static void
test_other_grid (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1.5, 2.5 },
                                                   trp_vec3 (-10, 20, 30));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) other = trp_mask_new (&geometry);
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (mask, &error);
  g_autoptr (TrpLiveFollower) follower = trp_live_follower_new (reference);

  g_assert_null (trp_live_follower_measure (follower, other, 0, &options, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

/* Every row and column once, against the fields; CSV with a name that needs quotes. */
static void
test_table (void)
{
  g_autoptr (TrpMask) mask = new_ball (30, 20, 10, 8);
  g_autoptr (TrpMask) edited = new_ball (31, 19, 10, 7);
  g_autoptr (TrpLiveDistances) live = measure (edited, mask);
  g_autofree char *csv = trp_live_table_write_csv (live, "a, \"b\"", "x", "y", true);
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);
  char number[2][G_ASCII_DTOSTR_BUF_SIZE];
  size_t n_rows;
  const TrpLiveRow *rows = trp_live_table_peek_rows (&n_rows);

  g_assert_cmpuint (g_strv_length (lines), ==, n_rows + 2); /* the header, and after the last */
  g_assert_cmpstr (lines[0], ==,
                   "structure,edited,reference,metric,unit,tolerance_mm,voxel_border,surfel");
  for (size_t n = 0; n < n_rows; n++)
    {
      const double border = trp_live_table_get (live, n, TRP_LIVE_COLUMN_BORDER);
      const double surfel = trp_live_table_get (live, n, TRP_LIVE_COLUMN_SURFEL);
      g_autofree char *end = g_strdup_printf (
        ",%s,%s", g_ascii_dtostr (number[0], sizeof number[0], border),
        rows[n].has_both ? g_ascii_dtostr (number[1], sizeof number[1], surfel) : "");

      g_assert_true (isfinite (border));
      g_assert_true (isfinite (surfel) == rows[n].has_both);
      g_assert_true (g_str_has_prefix (lines[n + 1], "\"a, \"\"b\"\"\",x,y,"));
      g_assert_true (g_str_has_suffix (lines[n + 1], end));
      if (g_str_equal (rows[n].key, "hd95"))
        {
          trp_assert_near (border, live->border.hd95, 0);
          trp_assert_near (surfel, live->surfel.hd95, 0);
        }
      if (g_str_equal (rows[n].key, "apl") && rows[n].is_exact)
        trp_assert_near (border, (double) live->added_pixels * 1.25, 1e-12); /* (1 + 1.5) / 2 */
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/thousand-edits", test_thousand_edits);
  g_test_add_func ("/live/distances/follow-edits", test_follows_edits);
  g_test_add_func ("/live/distances/follow-far", test_follows_far);
  g_test_add_func ("/live/distances/far-blob", test_far_blob);
  g_test_add_func ("/live/distances/other-grid", test_other_grid);
  g_test_add_func ("/live/table", test_table);
  g_test_add_func ("/live/slices", test_slices);
  g_test_add_func ("/live/worst-voxel", test_worst_voxel);
  g_test_add_func ("/live/empty", test_empty);
  g_test_add_func ("/live/cancel", test_cancel);
  return g_test_run ();
}
