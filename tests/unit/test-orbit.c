/* test-orbit.c - the eye around a surface
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/geometry/orbit.h"
#include "core/geometry/plane.h"
#include "tests/lib/check.h"

#define WIDTH 400
#define HEIGHT 300

static void
assert_letters (TrpVec3 direction, const char *expected)
{
  char letters[TRP_LETTERS_SIZE];

  trp_direction_get_letters (direction, letters);
  g_assert_cmpstr (letters, ==, expected);
}

/* As somebody sees it who stands there: facing the patient, the patient's right is on the left. */
static void
test_sides (void)
{
  static const struct
  {
    char side;
    const char *right, *up, *towards;
  } views[] = {
    { 'A', "L", "S", "A" }, { 'P', "R", "S", "P" }, { 'L', "P", "S", "L" },
    { 'R', "A", "S", "R" }, { 'S', "R", "A", "S" }, { 'I', "L", "A", "I" },
  };
  TrpOrbit orbit = trp_orbit_new ();

  assert_letters (orbit.right, "L");
  assert_letters (orbit.up, "S");
  for (size_t n = 0; n < G_N_ELEMENTS (views); n++)
    {
      g_assert_true (trp_orbit_look_from (&orbit, views[n].side));
      assert_letters (orbit.right, views[n].right);
      assert_letters (orbit.up, views[n].up);
      assert_letters (orbit.towards, views[n].towards);
      trp_assert_near (trp_vec3_dot (trp_vec3_cross (orbit.right, orbit.up), orbit.towards), 1,
                       1e-12);
    }
  g_assert_false (trp_orbit_look_from (&orbit, 'X'));
}

/* What is in front goes with the pointer: half a turn is 400 px. */
static void
test_rotate (void)
{
  TrpOrbit orbit = trp_orbit_new ();
  TrpRng rng = trp_rng_new (8, 1);
  double x, y;

  trp_orbit_rotate (&orbit, 10, 0);
  g_assert_cmpfloat (trp_orbit_project (&orbit, trp_vec3 (0, -50, 0), WIDTH, HEIGHT, &x, &y), >, 0);
  g_assert_cmpfloat (x, >, WIDTH / 2);
  trp_assert_near (y, HEIGHT / 2, 1e-9);
  orbit = trp_orbit_new ();
  trp_orbit_rotate (&orbit, 0, 10);
  trp_orbit_project (&orbit, trp_vec3 (0, -50, 0), WIDTH, HEIGHT, &x, &y);
  trp_assert_near (x, WIDTH / 2, 1e-9);
  g_assert_cmpfloat (y, >, HEIGHT / 2);
  orbit = trp_orbit_new ();
  for (int n = 0; n < 1000; n++)
    trp_orbit_rotate (&orbit, trp_rng_uniform (&rng, -90, 90), trp_rng_uniform (&rng, -90, 90));
  trp_assert_near (trp_vec3_length (orbit.right), 1, 1e-12);
  trp_assert_near (trp_vec3_dot (orbit.right, orbit.up), 0, 1e-12);
  trp_assert_near (trp_vec3_dot (trp_vec3_cross (orbit.right, orbit.up), orbit.towards), 1, 1e-12);
}

static TrpOrbit
make_orbit (TrpRng *rng)
{
  TrpOrbit orbit = trp_orbit_new ();

  trp_orbit_fit (&orbit, trp_vec3 (30, -70, 900), 40, WIDTH, HEIGHT);
  trp_orbit_rotate (&orbit, trp_rng_uniform (rng, -90, 90), trp_rng_uniform (rng, -90, 90));
  trp_orbit_zoom (&orbit, 1.3);
  trp_orbit_pan (&orbit, 20, -7);
  return orbit;
}

/* Points to pixels and back; OpenGL's way of saying the same. */
static void
test_project (void)
{
  const TrpVec3 center = trp_vec3 (28, -75, 910);
  TrpRng rng = trp_rng_new (9, 1);

  for (int run = 0; run < 50; run++)
    {
      const TrpOrbit orbit = make_orbit (&rng);
      const TrpVec3 off = trp_vec3 (trp_rng_uniform (&rng, -20, 20),
                                    trp_rng_uniform (&rng, -20, 20),
                                    trp_rng_uniform (&rng, -20, 20));
      const TrpVec3 point = trp_vec3_add (center, off);
      double x, y, clip[3];
      const double depth = trp_orbit_project (&orbit, point, WIDTH, HEIGHT, &x, &y);
      const TrpVec3 back = trp_orbit_get_point (&orbit, x, y, WIDTH, HEIGHT, depth);
      float m[16];

      trp_assert_near (trp_vec3_distance (point, back), 0, 1e-9);
      trp_orbit_get_clip (&orbit, center, 40, WIDTH, HEIGHT, m);
      for (int row = 0; row < 3; row++)
        clip[row] = (double) m[row] * off.v[0] + (double) m[4 + row] * off.v[1] +
                    (double) m[8 + row] * off.v[2] + (double) m[12 + row];
      trp_assert_near ((clip[0] + 1) * WIDTH / 2, x, 1e-3);
      trp_assert_near ((1 - clip[1]) * HEIGHT / 2, y, 1e-3);
      g_assert_cmpfloat (fabs (clip[2]), <, 1);
      trp_assert_near ((double) m[15], 1, 0);
    }
}

/* The nearer of two points has the smaller depth. */
static void
test_depth (void)
{
  TrpOrbit orbit = trp_orbit_new ();
  float m[16];

  trp_orbit_get_clip (&orbit, trp_vec3 (0, 0, 0), 10, WIDTH, HEIGHT, m);
  g_assert_cmpfloat ((double) m[4 + 2] * -5, <, (double) m[4 + 2] * 5); /* y = -5 is in front */
}

/* All of a ball is in view, and panning follows the pointer. */
static void
test_fit (void)
{
  TrpOrbit orbit = trp_orbit_new ();
  const TrpVec3 center = trp_vec3 (10, 20, 30);
  double x, y;

  trp_orbit_fit (&orbit, center, 60, WIDTH, HEIGHT);
  trp_orbit_project (&orbit, trp_vec3 (10, 20, 90), WIDTH, HEIGHT, &x, &y);
  trp_assert_near (x, WIDTH / 2, 1e-9);
  g_assert_cmpfloat (y, >, 5);
  g_assert_cmpfloat (y, <, 40);
  trp_orbit_pan (&orbit, 13, 4);
  trp_orbit_project (&orbit, center, WIDTH, HEIGHT, &x, &y);
  trp_assert_near (x, WIDTH / 2 + 13, 1e-9);
  trp_assert_near (y, HEIGHT / 2 + 4, 1e-9);
  trp_orbit_zoom (&orbit, 1e9);
  g_assert_cmpfloat (orbit.mm_per_px, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/orbit/sides", test_sides);
  g_test_add_func ("/orbit/rotate", test_rotate);
  g_test_add_func ("/orbit/project", test_project);
  g_test_add_func ("/orbit/depth", test_depth);
  g_test_add_func ("/orbit/fit", test_fit);
  return g_test_run ();
}
