/* test-freehand.c - what lines drawn by hand add and cut, by counting voxels of rectangles
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every case is drawn in voxel coordinates of a slice, on slices along all three axes of rotated
 * and mirrored grids: the counts are the same.
 */

#include "core/structure/freehand.h"
#include "core/structure/brush.h"
#include "core/structure/paint.h"
#include "core/structure/plane-polygon.h"
#include "core/structure/scissors.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#define SLICE 2

static const size_t side = 64;

/* Columns x0 to x1 of rows y0 to y1, both included. */
typedef struct
{
  size_t x0, x1, y0, y1;
} Block;

typedef struct
{
  const char *name;
  Block blocks[4]; /* of the structure */
  Block hole;      /* taken out of them, if y1 > 0 */
  TrpPoint line[16];
  bool erase;
  size_t n_changed;
} Case;

static const Case cases[] = {
  {
    "a loop from inside adds what is outside",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 30, 25.5 }, { 49.5, 25.5 }, { 49.5, 34.5 }, { 30, 34.5 } },
    false,
    10 * 9,
  },
  {
    "a loop from outside cuts what is inside",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 50, 25.5 }, { 34.5, 25.5 }, { 34.5, 34.5 }, { 50, 34.5 } },
    true,
    5 * 9,
  },
  {
    "a loop beside the structure adds a piece",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 44.5, 10.5 }, { 54.5, 10.5 }, { 54.5, 14.5 }, { 44.5, 14.5 } },
    false,
    10 * 4,
  },
  {
    "a loop on an empty slice adds",
    { { 0 } },
    { 0 },
    { { 4.5, 10.5 }, { 54.5, 10.5 }, { 54.5, 14.5 }, { 4.5, 14.5 } },
    false,
    50 * 4,
  },
  {
    "a loop round everything cuts everything",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 4.5, 10.5 }, { 54.5, 10.5 }, { 54.5, 54.5 }, { 4.5, 54.5 } },
    true,
    30 * 20,
  },
  {
    "a loop inside fills a hole",
    { { 10, 39, 20, 39 } },
    { 20, 24, 25, 29 },
    { { 15.5, 22.5 }, { 30.5, 22.5 }, { 30.5, 33.5 }, { 15.5, 33.5 } },
    false,
    5 * 5,
  },
  {
    "ends that overlap leave no hole",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 30, 22.5 },
      { 59.5, 22.5 },
      { 59.5, 42.5 },
      { 30, 42.5 },
      { 30, 22.5 },
      { 59.5, 22.5 },
      { 59.5, 30.5 } },
    false,
    20 * 20 + 10 * 3,
  },
  {
    "a line across cuts the smaller part",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 25.5, 50 }, { 25.5, 10 } },
    true,
    14 * 20,
  },
  {
    "a line with a step cuts the smaller part",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 25.5, 10 }, { 25.5, 34.5 }, { 23.5, 34.5 }, { 23.5, 50 } },
    true,
    14 * 15 + 16 * 5,
  },
  {
    "a line across a hole cuts the smaller part round it",
    { { 10, 39, 20, 39 } },
    { 24, 28, 25, 29 },
    { { 25.5, 50 }, { 25.5, 10 } },
    true,
    14 * 20 - 3 * 5,
  },
  {
    "a line across two pieces cuts each",
    { { 10, 39, 10, 19 }, { 10, 39, 30, 49 } },
    { 0 },
    { { 33.5, 60 }, { 33.5, 2 } },
    true,
    6 * 10 + 6 * 20,
  },
  {
    "a line from arm to arm fills the hollow",
    { { 10, 19, 20, 39 }, { 30, 39, 20, 39 }, { 20, 29, 35, 39 } },
    { 0 },
    { { 14.5, 25 }, { 14.5, 15.5 }, { 34.5, 15.5 }, { 34.5, 25 } },
    false,
    20 * 4 + 10 * 15,
  },
  {
    "a line that leaves twice adds twice",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 12.5, 25 },
      { 12.5, 14.5 },
      { 17.5, 14.5 },
      { 17.5, 25 },
      { 27.5, 25 },
      { 27.5, 9.5 },
      { 36.5, 9.5 },
      { 36.5, 25 } },
    false,
    5 * 5 + 9 * 10,
  },
  {
    "a line between two pieces is closed straight",
    { { 10, 19, 20, 39 }, { 40, 49, 20, 39 } },
    { 0 },
    { { 14.5, 24.5 }, { 14.5, 12.5 }, { 44.5, 12.5 }, { 44.5, 24.5 } },
    false,
    30 * 7 + 20 * 5,
  },
  {
    "a line that ends inside is closed straight",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 44, 24.5 }, { 44, 28.5 }, { 29.5, 28.5 }, { 29.5, 24.5 } },
    true,
    10 * 4,
  },
  { "a click does nothing", { { 10, 39, 20, 39 } }, { 0 }, { { 44, 24.5 } }, false, 0 },
  {
    "a straight line beside the structure does nothing",
    { { 10, 39, 20, 39 } },
    { 0 },
    { { 44, 24.5 }, { 44, 28.5 } },
    false,
    0,
  },
};

static TrpVec3
lps_from_point (const TrpGeometry *geometry, int axis, TrpPoint point)
{
  return trp_geometry_lps_from_ijk (geometry, trp_contour_point_ijk (axis, SLICE, point));
}

static void
set_block (TrpMask *mask, int axis, Block block, bool value)
{
  if (block.y1 == 0)
    return;
  for (size_t y = block.y0; y <= block.y1; y++)
    for (size_t x = block.x0; x <= block.x1; x++)
      {
        const TrpVec3 ijk = trp_contour_point_ijk (axis, SLICE,
                                                   (TrpPoint){ (double) x, (double) y });

        trp_mask_set (mask, (size_t) ijk.v[0], (size_t) ijk.v[1], (size_t) ijk.v[2], value);
      }
}

static TrpMask *
make_structure (const TrpGeometry *geometry, int axis, const Case *c)
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t n = 0; n < G_N_ELEMENTS (c->blocks); n++)
    set_block (mask, axis, c->blocks[n], true);
  set_block (mask, axis, c->hole, false);
  return mask;
}

static TrpPlane
make_plane (const TrpGeometry *geometry, int axis)
{
  return (TrpPlane){ .right = trp_geometry_get_direction (geometry, axis == 0 ? 1 : 0),
                     .down = trp_geometry_get_direction (geometry, axis == 2 ? 1 : 2),
                     .normal = trp_geometry_get_direction (geometry, axis),
                     .point_lps = lps_from_point (geometry, axis, (TrpPoint){ 7, 9 }) };
}

static void
check_case (const Case *c, const TrpGeometry *geometry, int axis)
{
  const TrpPlane plane = make_plane (geometry, axis);
  g_autoptr (TrpMask) mask = make_structure (geometry, axis, c);
  g_autoptr (TrpFreehand) line = trp_freehand_new (mask, &plane);
  g_autoptr (TrpPatch) change = NULL;
  g_autoptr (TrpPatch) rest = NULL;
  bool erase = !c->erase;

  for (size_t n = 0; n < G_N_ELEMENTS (c->line) && c->line[n].x > 0; n++)
    trp_freehand_append (line, lps_from_point (geometry, axis, c->line[n]));
  change = trp_freehand_compute (line, &erase);
  g_test_message ("%s: %s %zu", c->name, erase ? "cuts" : "adds", trp_patch_count_voxels (change));
  g_assert_cmpint (erase, ==, c->erase);
  g_assert_cmpuint (trp_patch_count_voxels (change), ==, c->n_changed);
  rest = trp_paint_get_change (change, mask, erase);
  g_assert_cmpuint (trp_patch_count_voxels (rest), ==, c->n_changed);
}

static void
test_cases (void)
{
  TrpRng rng = trp_rng_new (1, 0);

  for (int axis = 0; axis < 3; axis++)
    for (int n = 0; n < 3; n++)
      {
        const size_t size[3] = { axis == 0 ? 5 : side, axis == 1 ? 5 : side, axis == 2 ? 5 : side };
        const TrpGeometry geometry = trp_test_random_geometry (&rng, size);

        for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
          check_case (&cases[c], &geometry, axis);
      }
}

static TrpMask *
make_ball (const TrpGeometry *geometry, TrpVec3 center, double radius)
{
  const TrpBrush brush = { .shape = TRP_BRUSH_BALL, .radius = radius };
  g_autoptr (TrpPatch) patch = trp_brush_sweep (&brush, geometry, center, center);
  TrpMask *mask = trp_mask_new (geometry);

  trp_patch_apply (patch, mask);
  return mask;
}

/* On any plane a loop is its polygon; from inside it adds, from outside it cuts. */
static void
test_oblique_loops (void)
{
  TrpRng rng = trp_rng_new (2, 0);

  for (int n = 0; n < 20; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 60, 50, 40 });
      const TrpVec3 center = trp_geometry_get_center (&geometry);
      g_autoptr (TrpMask) mask = make_ball (&geometry, center, 9);
      const TrpVec3 normal = trp_vec3_normalize (trp_vec3 (
        trp_rng_normal (&rng, 0, 1), trp_rng_normal (&rng, 0, 1), trp_rng_normal (&rng, 0, 1)));
      const TrpVec3 right = trp_vec3_normalize (
        trp_vec3_cross (normal, trp_geometry_get_direction (&geometry, n % 3)));
      const TrpPlane plane = { .right = right,
                               .down = trp_vec3_cross (normal, right),
                               .normal = normal,
                               .point_lps = center };
      const bool outside = n % 2;
      const TrpPoint loop[4] = { { outside ? 16 : 4, -2 },
                                 { outside ? 5 : 15, -2 },
                                 { outside ? 5 : 15, 2 },
                                 { outside ? 16 : 4, 2 } };
      g_autoptr (TrpFreehand) line = trp_freehand_new (mask, &plane);
      g_autoptr (TrpPatch) filled = NULL;
      g_autoptr (TrpPatch) change = NULL;
      g_autoptr (TrpPatch) expected = NULL;
      const TrpVec3 *points;
      size_t n_points;
      bool erase;

      for (size_t p = 0; p < 4; p++)
        trp_freehand_append (
          line, trp_vec3_add (center, trp_vec3_add (trp_vec3_scale (right, loop[p].x),
                                                    trp_vec3_scale (plane.down, loop[p].y))));
      points = trp_freehand_peek_points (line, &n_points);
      filled = trp_plane_polygon_fill (&geometry, center, normal, points, n_points);
      expected = trp_paint_get_change (filled, mask, outside);
      change = trp_freehand_compute (line, &erase);
      g_assert_cmpint (erase, ==, outside);
      g_assert_false (trp_patch_is_empty (change));
      g_assert_cmpuint (trp_patch_count_voxels (change), ==, trp_patch_count_voxels (expected));
    }
}

static void
test_nonsense_is_left_out (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 20, 20, 5 }, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  const TrpPlane plane = make_plane (&geometry, 2);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpFreehand) line = trp_freehand_new (mask, &plane);
  g_autoptr (TrpPatch) change = NULL;
  size_t n_points;
  bool erase;

  trp_freehand_append (line, trp_vec3 (NAN, 1, 2));
  trp_freehand_append (line, trp_vec3 (1, INFINITY, 2));
  trp_freehand_append (line, trp_vec3 (1, 1, 2));
  trp_freehand_append (line, trp_vec3 (1, 1, 2));
  trp_freehand_append (line, trp_vec3 (1e300, 1, 2));
  trp_freehand_append (line, trp_vec3 (1, 9, 2));
  trp_freehand_peek_points (line, &n_points);
  g_assert_cmpuint (n_points, ==, 3);
  change = trp_freehand_compute (line, &erase);
  g_assert_true (trp_patch_is_empty (change));
}

/* ---- scissors ---- */

static size_t
count_cut (const TrpMask *mask, TrpScissors part, double depth, const TrpVec3 *points, size_t n)
{
  const TrpSlab slab = { points[0], { { 0, 0, 1 } }, -depth, depth };
  g_autoptr (TrpPatch) cut = trp_scissors_cut (mask, part, &slab, points, n);
  g_autoptr (TrpPatch) change = trp_paint_get_change (cut, mask, true);

  g_assert_cmpuint (trp_patch_count_voxels (change), ==, trp_patch_count_voxels (cut));
  return trp_patch_count_voxels (cut);
}

/* A block of 30 x 20 x 10 voxels of 1 x 1 x 2 mm, and a square over 5 x 9 of its columns. */
static void
test_scissors_cut_a_block (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 100, 64, 20 }, (double[]){ 1, 1, 2 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 square[4] = {
    { { 74.5, 25.5, 18 } }, { { 99, 25.5, 18 } }, { { 99, 34.5, 18 } }, { { 74.5, 34.5, 18 } }
  };
  const TrpVec3 nowhere[3] = { { { 74.5, 25.5, NAN } },
                               { { 99, 25.5, 18 } },
                               { { 99, 34.5, 18 } } };
  const TrpVec3 far[3] = { { { 74.5, 25.5, 18 } }, { { 1e8, 25.5, 18 } }, { { 99, 34.5, 18 } } };
  const TrpVec3 click[3] = { { { 74.3, 25.3, 18 } },
                             { { 74.4, 25.3, 18 } },
                             { { 74.4, 25.4, 18 } } };
  const TrpVec3 beside[3] = { { { 0.5, 0.5, 18 } }, { { 9, 0.5, 18 } }, { { 9, 9, 18 } } };
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  const double deep = (double) INFINITY;

  for (size_t k = 5; k < 15; k++)
    for (size_t j = 20; j < 40; j++)
      for (size_t i = 50; i < 80; i++)
        trp_mask_set (mask, i, j, k, true);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_INSIDE, deep, square, 4), ==, 5 * 9 * 10);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, deep, square, 4), ==,
                    (30 * 20 - 5 * 9) * 10);
  /* Slices at 14 to 22 mm. */
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_INSIDE, 5, square, 4), ==, 5 * 9 * 5);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, 5, square, 4), ==,
                    (30 * 20 - 5 * 9) * 5);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, deep, square, 2), ==, 0);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, deep, nowhere, 3), ==, 0);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, deep, far, 3), ==, 0);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, deep, click, 3), ==, 0);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, 5, click, 3), ==, 0);
  g_assert_cmpuint (count_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, deep, beside, 3), ==, 30 * 20 * 10);
}

/* Along any direction the two parts share nothing and are the whole; the inner one is a prism. */
static void
test_scissors_parts_are_the_whole (void)
{
  TrpRng rng = trp_rng_new (3, 0);

  for (int n = 0; n < 20; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 70, 30, 20 });
      const TrpVec3 center = trp_geometry_get_center (&geometry);
      g_autoptr (TrpMask) mask = make_ball (&geometry, center, 8);
      const TrpSlab slab = { center,
                             trp_vec3_normalize (trp_vec3 (trp_rng_normal (&rng, 0, 1),
                                                           trp_rng_normal (&rng, 0, 1),
                                                           trp_rng_normal (&rng, 0, 1))),
                             -INFINITY, INFINITY };
      const TrpBox whole = { { 0, 0, 0 }, { 70, 30, 20 } };
      TrpVec3 points[3];
      g_autoptr (TrpPatch) inside = NULL;
      g_autoptr (TrpPatch) outside = NULL;
      g_autoptr (TrpPatch) prism = NULL;
      g_autoptr (TrpPatch) expected = NULL;
      g_autoptr (TrpMask) left = trp_mask_copy (mask);

      for (size_t p = 0; p < 3; p++)
        points[p] = trp_vec3_add (center, trp_vec3 (trp_rng_normal (&rng, 0, 7),
                                                    trp_rng_normal (&rng, 0, 7),
                                                    trp_rng_normal (&rng, 0, 7)));
      prism = trp_plane_polygon_extrude (&geometry, &slab, TRP_FILL_EVEN_ODD, points, 3, &whole);
      inside = trp_scissors_cut (mask, TRP_SCISSORS_CUT_INSIDE, &slab, points, 3);
      outside = trp_scissors_cut (mask, TRP_SCISSORS_CUT_OUTSIDE, &slab, points, 3);
      expected = trp_paint_get_change (prism, mask, true);
      g_assert_cmpuint (trp_patch_count_voxels (inside), ==, trp_patch_count_voxels (expected));
      trp_patch_apply (inside, left);
      trp_patch_apply (outside, left);
      g_assert_true (trp_mask_is_empty (left));
      g_assert_cmpuint (trp_patch_count_voxels (inside) + trp_patch_count_voxels (outside), ==,
                        trp_mask_count (mask));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/freehand/cases", test_cases);
  g_test_add_func ("/freehand/oblique-loops", test_oblique_loops);
  g_test_add_func ("/freehand/nonsense-is-left-out", test_nonsense_is_left_out);
  g_test_add_func ("/scissors/cut-a-block", test_scissors_cut_a_block);
  g_test_add_func ("/scissors/parts-are-the-whole", test_scissors_parts_are_the_whole);
  return g_test_run ();
}
