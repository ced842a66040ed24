/* test-components.c - connected parts: largest, small ones, holes
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/image/components.h"
#include "tests/lib/check.h"

#include <string.h>

/* '#' is set; rows of a picture, each @width long. */
static void
read_picture (const char *picture, uint8_t *out_mask)
{
  for (size_t n = 0; picture[n]; n++)
    out_mask[n] = picture[n] == '#';
}

typedef bool (*Operation) (uint8_t *mask, const size_t size[3], GError **error);

static void
assert_becomes (Operation operation, const size_t size[3], const char *before, const char *after)
{
  uint8_t mask[64], expected[64];
  const size_t n = size[0] * size[1] * size[2];
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (before), ==, n);
  g_assert_cmpuint (strlen (after), ==, n);
  read_picture (before, mask);
  read_picture (after, expected);
  g_assert_true (operation (mask, size, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (mask, n, expected, n);
}

static const size_t slice[3] = { 6, 4, 1 };

static void
test_the_largest_part_stays (void)
{
  assert_becomes (trp_components_keep_largest, slice,
                  "##...#"
                  "##..#."
                  "...#.."
                  "#.##.#",
                  ".....#"
                  "....#."
                  "...#.."
                  "..##..");
}

static void
test_of_equal_parts_the_first_stays (void)
{
  assert_becomes (trp_components_keep_largest, slice,
                  "......"
                  "##..##"
                  "......"
                  "......",
                  "......"
                  "##...."
                  "......"
                  "......");
}

static void
test_nothing_stays_nothing (void)
{
  static const char empty[] = "........................";

  assert_becomes (trp_components_keep_largest, slice, empty, empty);
  assert_becomes (trp_components_fill_holes, slice, empty, empty);
}

static bool
remove_below_three (uint8_t *mask, const size_t size[3], GError **error)
{
  return trp_components_remove_small (mask, size, 3, error);
}

static void
test_small_parts_go (void)
{
  assert_becomes (remove_below_three, slice,
                  "##...#"
                  "....#."
                  "#....#"
                  "......",
                  ".....#"
                  "....#."
                  ".....#"
                  "......");
}

/* A diagonal closes the hole; an opening by a face does not. */
static void
test_holes_are_filled (void)
{
  assert_becomes (trp_components_fill_holes, slice,
                  ".##..#"
                  "#..#.."
                  ".##..."
                  "......",
                  ".##..#"
                  "####.."
                  ".##..."
                  "......");
  assert_becomes (trp_components_fill_holes, slice,
                  ".##..."
                  "#....."
                  ".##..."
                  "......",
                  ".##..."
                  "#....."
                  ".##..."
                  "......");
}

/* A hollow cube is closed; with one face voxel missing it is open. */
static void
test_holes_are_those_of_space (void)
{
  static const size_t size[3] = { 5, 5, 5 };
  uint8_t mask[125] = { 0 };

  for (size_t n = 0; n < 125; n++)
    {
      const size_t at[3] = { n % 5, n / 5 % 5, n / 25 };
      bool is_inside = true;

      for (int axis = 0; axis < 3; axis++)
        is_inside = is_inside && at[axis] >= 1 && at[axis] <= 3;
      mask[n] = is_inside && n != 62;
    }
  g_assert_true (trp_components_fill_holes (mask, size, NULL));
  g_assert_cmpuint (mask[62], ==, 1);
  mask[62] = mask[62 + 25] = 0;
  g_assert_true (trp_components_fill_holes (mask, size, NULL));
  g_assert_cmpuint (mask[62], ==, 0);
}

/* Against a flood fill from each voxel. */
static void
flood (const uint8_t *mask, const size_t size[3], size_t from, uint8_t *out_part)
{
  size_t stack[8 * 7 * 5], n_stack = 1;

  stack[0] = from;
  out_part[from] = 1;
  while (n_stack > 0)
    {
      const size_t n = stack[--n_stack];
      const int at[3] = { (int) (n % size[0]), (int) (n / size[0] % size[1]),
                          (int) (n / size[0] / size[1]) };

      for (int step = 0; step < 27; step++)
        {
          const int i = at[0] + step % 3 - 1, j = at[1] + step / 3 % 3 - 1,
                    k = at[2] + step / 9 - 1;
          size_t other;

          if (i < 0 || j < 0 || k < 0 || i >= (int) size[0] || j >= (int) size[1] ||
              k >= (int) size[2])
            continue;
          other = (size_t) i + size[0] * ((size_t) j + size[1] * (size_t) k);
          if (!mask[other] || out_part[other])
            continue;
          out_part[other] = 1;
          stack[n_stack++] = other;
        }
    }
}

static void
test_random_grids_agree_with_flood_fill (void)
{
  static const size_t size[3] = { 8, 7, 5 };
  enum
  {
    N = 8 * 7 * 5
  };

  for (uint64_t seed = 0; seed < 40; seed++)
    {
      TrpRng rng = trp_rng_new (seed, 0);
      uint8_t mask[N], kept[N], best[N] = { 0 };
      size_t most = 0;

      for (size_t n = 0; n < N; n++)
        mask[n] = trp_rng_uniform (&rng, 0, 1) < 0.12;
      memcpy (kept, mask, N);
      g_assert_true (trp_components_keep_largest (kept, size, NULL));
      for (size_t from = 0; from < N; from++)
        {
          uint8_t part[N] = { 0 };
          size_t count = 0;

          if (!mask[from])
            continue;
          flood (mask, size, from, part);
          for (size_t n = 0; n < N; n++)
            count += part[n];
          if (count <= most)
            continue;
          most = count;
          memcpy (best, part, N);
        }
      g_assert_cmpmem (kept, N, best, N);
    }
}

static void
test_refuses_what_is_too_large (void)
{
  static const size_t size[3] = { (size_t) 1 << 16, (size_t) 1 << 16, 1 };
  uint8_t nothing = 0;
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_components_fill_holes (&nothing, size, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/components/the-largest-part-stays", test_the_largest_part_stays);
  g_test_add_func ("/components/of-equal-parts-the-first-stays",
                   test_of_equal_parts_the_first_stays);
  g_test_add_func ("/components/nothing-stays-nothing", test_nothing_stays_nothing);
  g_test_add_func ("/components/small-parts-go", test_small_parts_go);
  g_test_add_func ("/components/holes-are-filled", test_holes_are_filled);
  g_test_add_func ("/components/holes-are-those-of-space", test_holes_are_those_of_space);
  g_test_add_func ("/components/random-grids-agree-with-flood-fill",
                   test_random_grids_agree_with_flood_fill);
  g_test_add_func ("/components/refuses-what-is-too-large", test_refuses_what_is_too_large);
  return g_test_run ();
}
