/* test-seeds.c - strokes that are no structure: kinds, undo, clear
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/seeds.h"
#include "tests/lib/check.h"

static const TrpBrush disc = { .shape = TRP_BRUSH_DISC,
                               .radius = 2,
                               .normal_lps = { .v = { 0, 0, 1 } } };

static TrpSeeds *
make_seeds (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 70, 20, 5 }, (double[]){ 1, 1, 3 },
                                                   trp_vec3 (0, 0, 0));

  return trp_seeds_new (&geometry);
}

static void
draw (TrpSeeds *seeds, TrpSeedsKind kind, TrpVec3 from, TrpVec3 to)
{
  trp_seeds_begin_stroke (seeds, kind, &disc, from);
  trp_seeds_extend_stroke (seeds, to);
  trp_seeds_end_stroke (seeds);
}

static size_t
count (const TrpSeeds *seeds, TrpSeedsKind kind)
{
  return trp_mask_count (trp_seeds_peek_mask (seeds, kind));
}

static void
assert_counts (const TrpSeeds *seeds, size_t n_object, size_t n_background)
{
  g_assert_cmpuint (count (seeds, TRP_SEEDS_OBJECT), ==, n_object);
  g_assert_cmpuint (count (seeds, TRP_SEEDS_BACKGROUND), ==, n_background);
}

/* A disc of radius 2 holds 13 pixels; swept by 10 five rows: 3 + 2 x (2 + 2) more per step. */
static void
test_later_stroke_counts (void)
{
  g_autoptr (TrpSeeds) seeds = make_seeds ();

  draw (seeds, TRP_SEEDS_OBJECT, trp_vec3 (10, 10, 6), trp_vec3 (20, 10, 6));
  assert_counts (seeds, 13 + 10 * 5, 0);
  draw (seeds, TRP_SEEDS_BACKGROUND, trp_vec3 (20, 10, 6), trp_vec3 (20, 10, 6));
  assert_counts (seeds, 13 + 10 * 5 - 13, 13);
  draw (seeds, TRP_SEEDS_NONE, trp_vec3 (20, 10, 6), trp_vec3 (20, 10, 6));
  assert_counts (seeds, 13 + 10 * 5 - 13, 0);
}

/* The pointer may be handed points of another plane: a disc stays in its own. */
static void
test_disc_stays_in_its_plane (void)
{
  g_autoptr (TrpSeeds) seeds = make_seeds ();

  trp_seeds_begin_stroke (seeds, TRP_SEEDS_OBJECT, &disc, trp_vec3 (10, 10, 6));
  trp_seeds_extend_stroke (seeds, trp_vec3 (12, 10, 9));
  trp_seeds_extend_stroke (seeds, trp_vec3 (14, 10, 12));
  trp_seeds_end_stroke (seeds);
  assert_counts (seeds, 13 + 4 * 5, 0);
  g_assert_null (trp_mask_peek_slice (trp_seeds_peek_mask (seeds, TRP_SEEDS_OBJECT), 3));
}

static void
test_undo (void)
{
  g_autoptr (TrpSeeds) seeds = make_seeds ();

  g_assert_false (trp_seeds_undo (seeds));
  draw (seeds, TRP_SEEDS_OBJECT, trp_vec3 (10, 10, 6), trp_vec3 (10, 10, 6));
  draw (seeds, TRP_SEEDS_BACKGROUND, trp_vec3 (10, 10, 6), trp_vec3 (10, 10, 6));
  draw (seeds, TRP_SEEDS_BACKGROUND, trp_vec3 (10, 10, 6), trp_vec3 (10, 10, 6)); /* no change */
  assert_counts (seeds, 0, 13);
  g_assert_true (trp_seeds_undo (seeds));
  assert_counts (seeds, 13, 0);
  g_assert_true (trp_seeds_redo (seeds));
  assert_counts (seeds, 0, 13);
  g_assert_false (trp_seeds_redo (seeds));
  trp_seeds_clear (seeds);
  assert_counts (seeds, 0, 0);
  g_assert_true (trp_seeds_undo (seeds));
  g_assert_true (trp_seeds_undo (seeds));
  draw (seeds, TRP_SEEDS_OBJECT, trp_vec3 (40, 10, 0), trp_vec3 (40, 10, 0)); /* ends the redos */
  g_assert_false (trp_seeds_redo (seeds));
  assert_counts (seeds, 26, 0);
  g_assert_true (trp_seeds_undo (seeds));
  g_assert_true (trp_seeds_undo (seeds));
  g_assert_false (trp_seeds_undo (seeds));
  g_assert_true (trp_mask_is_empty (trp_seeds_peek_mask (seeds, TRP_SEEDS_OBJECT)));
}

static void
test_cancel (void)
{
  g_autoptr (TrpSeeds) seeds = make_seeds ();

  draw (seeds, TRP_SEEDS_OBJECT, trp_vec3 (10, 10, 6), trp_vec3 (10, 10, 6));
  trp_seeds_begin_stroke (seeds, TRP_SEEDS_BACKGROUND, &disc, trp_vec3 (10, 11, 6));
  trp_seeds_extend_stroke (seeds, trp_vec3 (30, 11, 6));
  trp_seeds_cancel_stroke (seeds);
  trp_seeds_extend_stroke (seeds, trp_vec3 (50, 11, 6));
  assert_counts (seeds, 13, 0);
  g_assert_true (trp_seeds_undo (seeds));
  g_assert_false (trp_seeds_undo (seeds));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seeds/later-stroke-counts", test_later_stroke_counts);
  g_test_add_func ("/seeds/disc-stays-in-its-plane", test_disc_stays_in_its_plane);
  g_test_add_func ("/seeds/undo", test_undo);
  g_test_add_func ("/seeds/cancel", test_cancel);
  return g_test_run ();
}
