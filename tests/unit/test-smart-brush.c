/* test-smart-brush.c - the brush that keeps to what the image shows
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/smart-brush.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "tests/lib/sessions.h"

static TrpGeometry
make_geometry (void)
{
  return trp_geometry_axial ((size_t[]){ 70, 40, 20 }, (double[]){ 1, 1, 2 }, trp_vec3 (0, 0, 0));
}

static const TrpBrush disc = { TRP_BRUSH_DISC, 9, { { 0, 0, 1 } }, { { 0 } } };
static const TrpBrush ball = { TRP_BRUSH_BALL, 9, { { 0 } }, { { 0 } } };

/* ---- learning ---- */

/* Five neighbours in a row of 1 mm voxels: 10, 12, 13, 17, 90 about the middle one. */
static float
get_row_value (TrpVec3 point_lps, void *user_data)
{
  static const float values[] = { 12, 10, 13, 17, 90 };
  const int n = (int) lround (point_lps.v[0]) - 28;

  return n >= 0 && n < 5 && fabs (point_lps.v[1] - 20) < 0.5 ? values[n] : (float) NAN;
}

/* The core of 2.4 mm sees the five values: median 13, deviations 1, 3, 0, 4, 77, their median 3.
 * The differences of neighbours are 2, 3, 4, 73 with median 3.5: less noise than 3 * 1.4826. */
static void
test_learns_median_and_deviation (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpVolume) image = trp_test_volume_new (&geometry, get_row_value, NULL);
  TrpBrush brush = disc;
  double low, high;

  brush.radius = 7.2;
  g_assert_true (trp_smart_brush_learn (&brush, image, trp_vec3 (30, 20, 10), &low, &high));
  trp_assert_near (low, 13 - 3 * 1.4826 * 3, 1e-4);
  trp_assert_near (high, 13 + 3 * 1.4826 * 3, 1e-4);
  g_assert_false (trp_smart_brush_learn (&brush, image, trp_vec3 (60, 20, 10), &low, &high));
  g_assert_false (trp_smart_brush_learn (&brush, image, trp_vec3 (-60, 20, 10), &low, &high));
}

static float
get_noise (TrpVec3 point_lps, void *user_data)
{
  return (float) trp_rng_normal (user_data, 100, 10);
}

/* Under the core of the ball are 123 voxels, whose deviation errs by 10.5 % (a median absolute
 * deviation has 37 % of the efficiency of a standard deviation), under the ball thousands, whose
 * noise errs by little: the larger of the two is at most three errors above and hardly below. A
 * core of one voxel has no deviation of its own. */
static void
test_learns_the_noise (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 30, 30, 25 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  TrpRng rng = trp_rng_new (1, 0);
  g_autoptr (TrpVolume) image = trp_test_volume_new (&geometry, get_noise, &rng);
  const TrpVec3 point = trp_vec3 (15, 15, 12);
  TrpBrush brush = ball;
  double low, high;

  g_assert_true (trp_smart_brush_learn (&brush, image, point, &low, &high));
  g_assert_cmpfloat ((high - low) / 2, >, 28.5);
  g_assert_cmpfloat ((high - low) / 2, <, 39.5);
  trp_assert_near ((high + low) / 2, 100, 3.4); /* three times 1.25 sigma / sqrt n */
  brush.radius = 2.9;
  g_assert_true (trp_smart_brush_learn (&brush, image, point, &low, &high));
  trp_assert_near ((high + low) / 2, trp_volume_get_value (image, 15, 15, 12), 1e-4);
  trp_assert_near ((high - low) / 2, 30, 9); /* about 80 neighbours: 10 %, three times */
}

/* ---- painting ---- */

/* Two rooms of 100 with a wall of 200 two voxels thick, and a door in it at y = 30 on slice 8. */
static float
get_rooms (TrpVec3 point_lps, void *user_data)
{
  const bool is_wall = point_lps.v[0] > 29.5 && point_lps.v[0] < 31.5;
  const bool is_door = point_lps.v[1] > 29.5 && point_lps.v[1] < 30.5 && point_lps.v[2] > 15 &&
                       point_lps.v[2] < 17;

  return is_wall && !is_door ? 200 : 100;
}

static size_t
count_between (const TrpMask *mask, size_t first_i, size_t last_i)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  size_t count = 0;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = first_i; i <= last_i; i++)
        count += trp_mask_get (mask, i, j, k);
  return count;
}

/* Voxels with x^2 + y^2 <= 81 and x at most @right, counted one by one. */
static size_t
count_disc (int right)
{
  size_t count = 0;

  for (int y = -9; y <= 9; y++)
    for (int x = -9; x <= right; x++)
      count += x * x + y * y <= 81;
  return count;
}

static void
test_stays_on_its_side_of_an_edge (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpVolume) image = trp_test_volume_new (&geometry, get_rooms, NULL);
  const TrpPaintOptions options = { .maker = &trp_smart_brush, .image = image };
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpVec3 point = trp_vec3 (26, 15, 10);

  trp_test_session_stroke (session, 0, &disc, &options, point, point, 1);
  g_assert_cmpuint (trp_mask_count (trp_test_session_get_mask (session, 0)), ==, count_disc (3));
  g_assert_cmpuint (count_between (trp_test_session_get_mask (session, 0), 30, 69), ==, 0);
  g_assert_true (trp_edit_session_undo (session));
  g_assert_true (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
}

/* Through the door the other room is connected; the wall stays free. */
static void
test_goes_around_through_a_door (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpVolume) image = trp_test_volume_new (&geometry, get_rooms, NULL);
  const TrpPaintOptions options = { .maker = &trp_smart_brush, .image = image };
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpMask *mask = trp_test_session_get_mask (session, 0);
  const TrpVec3 point = trp_vec3 (26, 30, 16);

  trp_test_session_stroke (session, 0, &disc, &options, point, point, 1);
  /* Columns 4 and 5 of the disc are the wall, of which two voxels are the door. */
  g_assert_cmpuint (trp_mask_count (mask), ==,
                    count_disc (9) - (count_disc (5) - count_disc (3)) + 2);
  g_assert_cmpuint (count_between (mask, 30, 31), ==, 2);
}

/* The pointer itself may cross: what is on the other side belongs as much. */
static void
test_the_core_opens_new_regions (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpVolume) image = trp_test_volume_new (&geometry, get_rooms, NULL);
  const TrpPaintOptions options = { .maker = &trp_smart_brush, .image = image };
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpMask *mask = trp_test_session_get_mask (session, 0);

  trp_test_session_stroke (session, 0, &disc, &options, trp_vec3 (26, 15, 10),
                           trp_vec3 (44, 15, 10), 3);
  g_assert_cmpuint (count_between (mask, 30, 31), ==, 0);
  g_assert_true (trp_mask_get (mask, 44 + 9, 15, 5));
  g_assert_true (trp_mask_get (mask, 26 - 9, 15, 5));
}

static void
test_erases_only_alike (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpVolume) image = trp_test_volume_new (&geometry, get_rooms, NULL);
  const TrpPaintOptions plain = { 0 };
  const TrpPaintOptions options = { .erase = true, .maker = &trp_smart_brush, .image = image };
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpMask *mask = trp_test_session_get_mask (session, 0);
  const TrpVec3 point = trp_vec3 (26, 15, 10);

  trp_test_session_stroke (session, 0, &disc, &plain, point, point, 1);
  g_assert_cmpuint (trp_mask_count (mask), ==, count_disc (9));
  trp_test_session_stroke (session, 0, &disc, &options, point, point, 1);
  g_assert_cmpuint (trp_mask_count (mask), ==, count_disc (9) - count_disc (3));
}

static void
test_without_an_image_nothing_is_covered (void)
{
  const TrpGeometry geometry = make_geometry ();
  const TrpGeometry far = trp_geometry_axial ((size_t[]){ 9, 9, 9 }, (double[]){ 1, 1, 1 },
                                              trp_vec3 (500, 0, 0));
  g_autoptr (TrpVolume) elsewhere = trp_test_volume_new (&far, get_rooms, NULL);
  const TrpVolume *images[] = { NULL, elsewhere };

  for (size_t n = 0; n < G_N_ELEMENTS (images); n++)
    {
      const TrpPaintOptions options = { .maker = &trp_smart_brush, .image = images[n] };
      g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);

      trp_test_session_stroke (session, 0, &ball, &options, trp_vec3 (26, 15, 10),
                               trp_vec3 (44, 15, 10), 3);
      g_assert_cmpuint (trp_history_get_size (trp_edit_session_peek_history (session)), ==, 0);
    }
}

/* Waves of 20 mm and noise: ranges that cut regions into ragged pieces. */
static float
get_waves (TrpVec3 point, void *user_data)
{
  return (float) (100 * sin (point.v[0] / 3) * sin (point.v[1] / 3) * cos (point.v[2] / 3) +
                  trp_rng_normal (user_data, 0, 15));
}

/* On any grid, image grid, shape and plane; and only what the plain brush covers within the
 * range. */
static void
test_strokes_do_not_depend_on_events (void)
{
  TrpRng rng = trp_rng_new (7, 0);
  size_t n_painted = 0;

  for (int n = 0; n < 15; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 70, 30, 20 });
      const TrpGeometry other = trp_test_random_geometry (&rng, (size_t[]){ 60, 60, 60 });
      g_autoptr (TrpVolume)
        image = trp_test_volume_new (n % 2 ? &geometry : &other, get_waves, &rng);
      const TrpPaintOptions options = { .maker = &trp_smart_brush, .image = image };
      const TrpBrush brush = {
        (TrpBrushShape) (n % TRP_N_BRUSH_SHAPES), 4 + n, { { 1, n - 3, 2 } }, { { n - 5, 1, 0 } }
      };
      const TrpVec3 from = trp_test_random_point (&rng, &geometry);
      const TrpVec3 to = trp_test_random_point (&rng, &geometry);
      const int events[] = { 1, 7, 40 };
      g_autoptr (TrpMask) first = NULL;

      for (size_t e = 0; e < G_N_ELEMENTS (events); e++)
        {
          g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
          const TrpMask *mask = trp_test_session_get_mask (session, 0);

          trp_test_session_stroke (session, 0, &brush, &options, from, to, events[e]);
          if (!first)
            first = trp_mask_copy (mask);
          g_assert_true (trp_mask_equal (mask, first));
          trp_edit_session_undo (session);
          g_assert_true (trp_mask_is_empty (mask));
        }
      n_painted += trp_mask_count (first);
    }
  g_assert_cmpuint (n_painted, >, 2000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smart-brush/learns-median-and-deviation", test_learns_median_and_deviation);
  g_test_add_func ("/smart-brush/learns-the-noise", test_learns_the_noise);
  g_test_add_func ("/smart-brush/stays-on-its-side-of-an-edge", test_stays_on_its_side_of_an_edge);
  g_test_add_func ("/smart-brush/goes-around-through-a-door", test_goes_around_through_a_door);
  g_test_add_func ("/smart-brush/the-core-opens-new-regions", test_the_core_opens_new_regions);
  g_test_add_func ("/smart-brush/erases-only-alike", test_erases_only_alike);
  g_test_add_func ("/smart-brush/without-an-image-nothing-is-covered",
                   test_without_an_image_nothing_is_covered);
  g_test_add_func ("/smart-brush/strokes-do-not-depend-on-events",
                   test_strokes_do_not_depend_on_events);
  return g_test_run ();
}
