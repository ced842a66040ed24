/* test-worst-places.c - local maxima against their definition
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/metrics/worst-places.h"
#include "tests/lib/check.h"

#include <math.h>

#define N_SPOTS 400

/* The definition word by word, all pairs. */
static size_t
find_slowly (const TrpSurfaceSpot *spots, size_t n_spots, double separation, size_t *out_places)
{
  size_t n_places = 0;

  for (;;)
    {
      size_t best = n_spots;

      for (size_t s = 0; s < n_spots; s++)
        {
          bool is_place = spots[s].distance > 0;

          for (size_t t = 0; t < n_spots && is_place; t++)
            is_place = trp_vec3_distance (spots[s].position, spots[t].position) >= separation ||
                       spots[t].distance < spots[s].distance ||
                       (spots[t].distance <= spots[s].distance && t >= s);
          for (size_t p = 0; p < n_places && is_place; p++)
            is_place = trp_vec3_distance (spots[s].position, spots[out_places[p]].position) >=
                       fmax (separation, spots[out_places[p]].distance);
          if (is_place && (best == n_spots || spots[s].distance > spots[best].distance))
            best = s;
        }
      if (best == n_spots)
        return n_places;
      out_places[n_places++] = best;
    }
}

static void
test_definition (void)
{
  TrpRng rng = trp_rng_new (9, 1);

  for (int run = 0; run < 30; run++)
    {
      const double separation = 1 + trp_rng_below (&rng, 30);
      TrpSurfaceSpot spots[N_SPOTS];
      size_t places[N_SPOTS], expected[N_SPOTS];
      size_t n_expected, n_found;

      for (size_t s = 0; s < N_SPOTS; s++) /* whole numbers: many are equal */
        spots[s] = (TrpSurfaceSpot){ trp_vec3 ((double) trp_rng_below (&rng, 100) - 50,
                                               (double) trp_rng_below (&rng, 100) - 50,
                                               (double) trp_rng_below (&rng, 30)),
                                     trp_rng_below (&rng, 12) };
      n_expected = find_slowly (spots, N_SPOTS, separation, expected);
      n_found = trp_worst_places_find (spots, N_SPOTS, separation, N_SPOTS, places);
      g_assert_cmpmem (places, n_found * sizeof *places, expected, n_expected * sizeof *expected);
      n_found = trp_worst_places_find (spots, N_SPOTS, separation, 3, places);
      g_assert_cmpuint (n_found, ==, MIN (n_expected, 3));
    }
}

/* Two hills on a line: their tops, and nothing of their slopes. */
static void
test_two_hills (void)
{
  TrpSurfaceSpot spots[100];
  size_t places[10];

  for (int n = 0; n < 100; n++)
    spots[n] = (TrpSurfaceSpot){ trp_vec3 (n, 0, 0),
                                 fmax (0, fmax (8 - 0.5 * abs (n - 20), 5 - 0.5 * abs (n - 70))) };
  g_assert_cmpuint (trp_worst_places_find (spots, 100, 4, 10, places), ==, 2);
  g_assert_cmpuint (places[0], ==, 20);
  g_assert_cmpuint (places[1], ==, 70);
}

static void
test_nothing_apart (void)
{
  const TrpSurfaceSpot spots[2] = { { trp_vec3 (0, 0, 0), 0 }, { trp_vec3 (9, 9, 9), 0 } };
  size_t places[4];

  g_assert_cmpuint (trp_worst_places_find (spots, 2, 4, 4, places), ==, 0);
  g_assert_cmpuint (trp_worst_places_find (NULL, 0, 4, 4, places), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worst-places/definition", test_definition);
  g_test_add_func ("/worst-places/two-hills", test_two_hills);
  g_test_add_func ("/worst-places/nothing-apart", test_nothing_apart);
  return g_test_run ();
}
