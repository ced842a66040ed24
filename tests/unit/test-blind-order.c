/* test-blind-order.c - a pure function of seed and names, fair over the seeds
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/blind-order.h"
#include "tests/lib/check.h"

#include <string.h>

static void
test_does_not_depend_on_the_order_of_opening (void)
{
  static const char *const first[] = { "oncologist", "radiographer", "network", "student" };
  static const char *const second[] = { "student", "network", "oncologist", "radiographer" };

  for (uint64_t seed = 0; seed < 50; seed++)
    {
      size_t a[4], b[4];

      trp_blind_order (seed, first, 4, a);
      trp_blind_order (seed, second, 4, b);
      for (size_t n = 0; n < 4; n++)
        g_assert_cmpstr (first[a[n]], ==, second[b[n]]);
    }
}

/* 6 orders of 3, 6000 seeds: 1000 each, SD 29; five SDs never happen by chance. */
static void
test_every_order_is_as_likely (void)
{
  static const char *const names[] = { "a", "b", "c" };
  int counts[27] = { 0 }, n_seen = 0;

  for (uint64_t seed = 0; seed < 6000; seed++)
    {
      size_t order[3];

      trp_blind_order (seed, names, 3, order);
      g_assert_cmpuint (order[0] + order[1] + order[2], ==, 3);
      g_assert_true (order[0] != order[1] && order[1] != order[2] && order[0] != order[2]);
      counts[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
  for (int n = 0; n < 27; n++)
    if (counts[n] > 0)
      {
        n_seen++;
        g_assert_cmpint (ABS (counts[n] - 1000), <, 146);
      }
  g_assert_cmpint (n_seen, ==, 6);
}

static void
test_letters (void)
{
  static const struct
  {
    size_t place;
    const char *letter;
  } table[] = { { 0, "A" }, { 25, "Z" }, { 26, "AA" }, { 51, "AZ" }, { 52, "BA" }, { 702, "AAA" } };

  for (size_t n = 0; n < G_N_ELEMENTS (table); n++)
    {
      g_autofree char *letter = trp_blind_letter (table[n].place);

      g_assert_cmpstr (letter, ==, table[n].letter);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/blind-order/does-not-depend-on-the-order-of-opening",
                   test_does_not_depend_on_the_order_of_opening);
  g_test_add_func ("/blind-order/every-order-is-as-likely", test_every_order_is_as_likely);
  g_test_add_func ("/blind-order/letters", test_letters);
  return g_test_run ();
}
