/* test-push.c - the circle that pushes the outline
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/push.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "tests/lib/sessions.h"

static const TrpBrush disc = { TRP_BRUSH_DISC, 6, { { 0, 0, 1 } }, { { 0 } } };
static const TrpPaintOptions push = { .maker = &trp_push };

/* Sets the voxels from @begin to @end (in voxels, half open) in structure @index. */
static void
fill_box (TrpEditSession *session, size_t index, const size_t begin[3], const size_t end[3])
{
  TrpStructure *structure = trp_test_session_get (session, index);
  g_autoptr (TrpMask) mask = trp_mask_copy (trp_structure_peek_mask (structure));

  for (size_t k = begin[2]; k < end[2]; k++)
    for (size_t j = begin[1]; j < end[1]; j++)
      for (size_t i = begin[0]; i < end[0]; i++)
        trp_mask_set (mask, i, j, k, true);
  g_assert_true (
    trp_edit_session_replace_mask (session, "Box", structure, mask, TRP_ORIGIN_MANUAL, NULL, NULL));
}

/* Slice 4 of a quarter millimetre grid, 50 mm wide; structure A is its half with x <= 25 mm. */
static TrpEditSession *
make_half_plane (void)
{
  const TrpGeometry geometry = trp_geometry_axial (
    (size_t[]){ 200, 160, 9 }, (double[]){ 0.25, 0.25, 2 }, trp_vec3 (0.125, 0.125, 0));
  TrpEditSession *session = trp_test_session_new (&geometry, 1);

  fill_box (session, 0, (size_t[]){ 0, 0, 0 }, (size_t[]){ 100, 160, 9 });
  return session;
}

static double
get_area (const TrpEditSession *session)
{
  return (double) trp_mask_count (trp_test_session_get_mask (session, 0)) * 0.25 * 0.25;
}

/* From deep inside until the centre stands @height over the edge: 2 r h + pi r^2 / 2, one slice.
 * Voxels of a quarter millimetre along 30 mm of rim: 1 mm^2 at most, of 90. */
static void
test_pushes_outwards (void)
{
  g_autoptr (TrpEditSession) session = make_half_plane ();
  const double before = get_area (session);

  trp_test_session_stroke (session, 0, &disc, &push, trp_vec3 (15, 20, 8), trp_vec3 (28, 20, 8), 5);
  trp_assert_near (get_area (session) - before, 2 * 6 * 3 + G_PI * 36 / 2, 1);
  g_assert_true (trp_edit_session_undo (session));
  trp_assert_near (get_area (session), before, 0);
}

static void
test_pushes_inwards (void)
{
  g_autoptr (TrpEditSession) session = make_half_plane ();
  const double before = get_area (session);

  trp_test_session_stroke (session, 0, &disc, &push, trp_vec3 (35, 20, 8), trp_vec3 (22, 20, 8), 5);
  trp_assert_near (before - get_area (session), 2 * 6 * 3 + G_PI * 36 / 2, 1);
}

/* Along the edge, 4 mm away from it on either side: a circle of 6 mm pushes a groove 2 mm deep. Its
 * ends are circular segments of 6 mm at 4 mm, the way between is 10 mm long. */
static void
test_pushes_along_the_edge (void)
{
  const double segment = 36 * acos (4.0 / 6) - 4 * sqrt (36 - 16);

  for (int inside = 0; inside < 2; inside++)
    {
      g_autoptr (TrpEditSession) session = make_half_plane ();
      const double before = get_area (session);
      const double x = inside ? 21 : 29;

      trp_test_session_stroke (session, 0, &disc, &push, trp_vec3 (x, 12, 8), trp_vec3 (x, 22, 8),
                               5);
      trp_assert_near (get_area (session) - before, (inside ? 1 : -1) * (segment + 10 * 2), 1);
    }
}

static void
test_ball_pushes_in_three_dimensions (void)
{
  const TrpGeometry geometry = trp_geometry_axial (
    (size_t[]){ 100, 80, 80 }, (double[]){ 0.5, 0.5, 0.5 }, trp_vec3 (0.25, 0.25, 0.25));
  const TrpBrush ball = { TRP_BRUSH_BALL, 6, { { 0 } }, { { 0 } } };
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpMask *mask = trp_test_session_get_mask (session, 0);
  double before;

  fill_box (session, 0, (size_t[]){ 0, 0, 0 }, (size_t[]){ 50, 80, 80 });
  before = trp_mask_get_volume_ml (mask);
  trp_test_session_stroke (session, 0, &ball, &push, trp_vec3 (15, 20, 20), trp_vec3 (28, 20, 20),
                           3);
  /* pi r^2 h + half a ball; 2 % for the voxels on its surface. */
  trp_assert_near ((trp_mask_get_volume_ml (mask) - before) * 1000,
                   G_PI * 36 * 3 + 2 * G_PI / 3 * 216, 0.02 * 800);
}

static void
test_without_an_outline_nothing_changes (void)
{
  g_autoptr (TrpEditSession) session = make_half_plane ();
  const size_t steps = trp_history_get_size (trp_edit_session_peek_history (session));

  trp_test_session_stroke (session, 0, &disc, &push, trp_vec3 (10, 20, 8), trp_vec3 (15, 25, 8), 4);
  trp_test_session_stroke (session, 0, &disc, &push, trp_vec3 (40, 20, 8), trp_vec3 (35, 25, 8), 4);
  g_assert_cmpuint (trp_history_get_size (trp_edit_session_peek_history (session)), ==, steps);
}

/* A press beside the grid is outside; half of the circle comes in later and pushes. */
static void
test_comes_in_from_beside_the_grid (void)
{
  g_autoptr (TrpEditSession) session = make_half_plane ();
  const double before = get_area (session);

  trp_test_session_stroke (session, 0, &disc, &push, trp_vec3 (-10, 20, 8), trp_vec3 (0, 20, 8), 3);
  trp_assert_near (before - get_area (session), G_PI * 36 / 2, 1);
}

/* A locked structure across the way: three voxels thick, thinner than the circle, with nothing
 * behind it painted; until the sweep leads around its end at y = 30 mm. */
static void
test_what_blocks_is_a_wall (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 60, 60, 3 }, (double[]){ 1, 1, 2 },
                                                   trp_vec3 (0, 0, 0));
  const TrpPaintOptions options = { .maker = &trp_push, .over = TRP_PAINT_OVER_UNLOCKED };
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 2);
  const TrpMask *mask = trp_test_session_get_mask (session, 0);

  fill_box (session, 0, (size_t[]){ 0, 0, 0 }, (size_t[]){ 20, 60, 3 });
  fill_box (session, 1, (size_t[]){ 20, 0, 0 }, (size_t[]){ 23, 30, 3 });
  trp_edit_session_set_locked (session, trp_test_session_get (session, 1), true);
  trp_test_session_stroke (session, 0, &disc, &options, trp_vec3 (10, 15, 2), trp_vec3 (19, 15, 2),
                           4);
  g_assert_cmpuint (trp_mask_count (mask), ==, 20 * 60 * 3);
  trp_test_session_stroke (session, 0, &disc, &options, trp_vec3 (10, 15, 2), trp_vec3 (30, 15, 2),
                           4);
  g_assert_cmpuint (trp_mask_count (mask), ==, 20 * 60 * 3);
  trp_test_session_stroke (session, 0, &disc, &options, trp_vec3 (18, 28, 2), trp_vec3 (18, 30, 2),
                           4);
  g_assert_true (trp_mask_get (mask, 23, 30, 1)); /* around the end */
  g_assert_true (trp_mask_get (mask, 23, 29, 1)); /* and behind it */
  g_assert_false (trp_mask_get (mask, 22, 29, 1));
}

/* One value in the left half, another in the right. */
static float
get_halves (TrpVec3 point_lps, void *user_data)
{
  return point_lps.v[0] < 20 ? 1 : 2;
}

static void
test_a_range_holds_it_back (void)
{
  g_autoptr (TrpEditSession) session = make_half_plane ();
  const TrpMask *mask = trp_test_session_get_mask (session, 0);
  g_autoptr (TrpVolume)
    image = trp_test_volume_new (trp_mask_get_geometry (mask), get_halves, NULL);
  const TrpPaintOptions options = { .maker = &trp_push, .limit = image, .low = 2, .high = 2 };

  trp_test_session_stroke (session, 0, &disc, &options, trp_vec3 (35, 20, 8), trp_vec3 (20, 20, 8),
                           5);
  /* The circle stands around x = 20 at last; the half at x < 20 may not be changed. */
  g_assert_true (trp_mask_get (mask, 79, 80, 4));
  g_assert_false (trp_mask_get (mask, 80, 80, 4));
  g_assert_false (trp_mask_get (mask, 99, 80, 4));
}

static void
test_cancel_takes_back (void)
{
  g_autoptr (TrpEditSession) session = make_half_plane ();
  const double before = get_area (session);

  g_assert_true (trp_edit_session_begin_stroke (session, "Push", trp_test_session_get (session, 0),
                                                &disc, &push, trp_vec3 (15, 20, 8), NULL));
  trp_edit_session_extend_stroke (session, trp_vec3 (30, 20, 8));
  g_assert_cmpfloat (get_area (session), >, before + 50);
  trp_edit_session_cancel_stroke (session);
  trp_assert_near (get_area (session), before, 0);
}

/* On any grid, with any shape and plane: all that is swept is on the side of the press, the rest
 * is as it was, and the number of events does not matter. */
static void
test_the_swept_is_on_the_side_of_the_press (void)
{
  TrpRng rng = trp_rng_new (9, 0);
  size_t n_changed = 0;

  for (int n = 0; n < 24; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 70, 30, 20 });
      const TrpBrush brush = { (TrpBrushShape) (n % TRP_N_BRUSH_SHAPES),
                               0.5 + n / 2.0,
                               { { 1, n - 3, 2 } },
                               { { n - 5, 1, 0 } } };
      const TrpVec3 from = trp_test_random_point (&rng, &geometry);
      const TrpVec3 to = trp_test_random_point (&rng, &geometry);
      const TrpVec3 press = trp_geometry_ijk_from_lps (&geometry, from);
      g_autoptr (TrpPatch) swept = trp_brush_sweep (&brush, &geometry, from, to);
      g_autoptr (TrpMask) region = trp_mask_new (&geometry);

      trp_patch_apply (swept, region);
      for (int n_events = 1; n_events < 40; n_events += 19)
        {
          g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
          const TrpMask *mask = trp_test_session_get_mask (session, 0);
          g_autoptr (TrpMask) before = NULL;
          bool inside;

          fill_box (session, 0, (size_t[]){ 0, 0, 0 }, (size_t[]){ 35, 30, 20 });
          before = trp_mask_copy (mask);
          inside = trp_mask_get (mask, (size_t) lround (press.v[0]), (size_t) lround (press.v[1]),
                                 (size_t) lround (press.v[2]));
          trp_test_session_stroke (session, 0, &brush, &push, from, to, n_events);
          for (size_t k = 0; k < 20; k++)
            for (size_t j = 0; j < 30; j++)
              for (size_t i = 0; i < 70; i++)
                {
                  const bool was = trp_mask_get (before, i, j, k);
                  const bool is = trp_mask_get (mask, i, j, k);

                  g_assert_true (is == (trp_mask_get (region, i, j, k) ? inside : was));
                  n_changed += is != was;
                }
        }
    }
  g_assert_cmpuint (n_changed, >, 5000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/push/pushes-outwards", test_pushes_outwards);
  g_test_add_func ("/push/pushes-inwards", test_pushes_inwards);
  g_test_add_func ("/push/pushes-along-the-edge", test_pushes_along_the_edge);
  g_test_add_func ("/push/ball-pushes-in-three-dimensions", test_ball_pushes_in_three_dimensions);
  g_test_add_func ("/push/without-an-outline-nothing-changes",
                   test_without_an_outline_nothing_changes);
  g_test_add_func ("/push/comes-in-from-beside-the-grid", test_comes_in_from_beside_the_grid);
  g_test_add_func ("/push/what-blocks-is-a-wall", test_what_blocks_is_a_wall);
  g_test_add_func ("/push/a-range-holds-it-back", test_a_range_holds_it_back);
  g_test_add_func ("/push/cancel-takes-back", test_cancel_takes_back);
  g_test_add_func ("/push/the-swept-is-on-the-side-of-the-press",
                   test_the_swept_is_on_the_side_of_the_press);
  return g_test_run ();
}
