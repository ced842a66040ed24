/* test-formula.c - formulas that back ends share, against brute force
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/nn/formula.h"
#include "tests/lib/check.h"

/* Every padded element is named by its source, once, and in rising order. */
static void
check_targets (TrpPadMode mode, int size, int before, int after)
{
  const int padded = size + before + after;
  int n_named = 0, n_sources = 0;

  for (int i = 0; i < padded; i++)
    n_sources += trp_pad_source (mode, i - before, size) >= 0;
  for (int position = 0; position < size; position++)
    {
      const TrpPadTargets targets = trp_pad_targets (mode, position, size, before, after);
      int last = -1;

      for (int i = trp_pad_first (targets); i >= 0; i = trp_pad_next (targets, i))
        {
          g_assert_cmpint (i, >, last);
          g_assert_cmpint (i, <, padded);
          g_assert_cmpint (trp_pad_source (mode, i - before, size), ==, position);
          last = i;
          n_named++;
        }
    }
  g_assert_cmpint (n_named, ==, n_sources);
}

static void
pads_are_undone_where_they_came_from (void)
{
  for (int size = 1; size <= 6; size++)
    for (int before = 0; before <= 7; before++)
      for (int after = 0; after <= 7; after++)
        {
          check_targets (TRP_PAD_ZERO, size, before, after);
          check_targets (TRP_PAD_REPLICATE, size, before, after);
          if (before < size && after < size)
            check_targets (TRP_PAD_REFLECT, size, before, after);
        }
}

static void
dropout_draws_from_the_generator (void)
{
  uint32_t words[4], expected[4];

  trp_rng_block (7, 3 + (UINT64_C (12) << 32), 41, expected);
  trp_dropout_words (7, 3, 12, 41, words);
  for (unsigned i = 0; i < 4; i++)
    {
      g_assert_cmpuint (words[i], ==, expected[i]);
      g_assert_cmpuint (trp_dropout_word (7, 3, 12, 4 * 41 + i), ==, expected[i]);
    }
}

static void
first_maximum_is_the_first (void)
{
  for (int i = 0; i < 256; i++) /* four numbers of 0 to 3 */
    {
      const int x[] = { i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6 };
      int best = 0;

      for (int k = 1; k < 4; k++)
        if (x[k] > x[best])
          best = k;
      g_assert_cmpint (trp_first_maximum_f64 (x[0], x[1], x[2], x[3]), ==, best);
    }
}

/* 1 - 0.999^t of small t has few digits left in float: the rates must not. */
static void
adam_rates_keep_their_digits (void)
{
  double step_size, root_correction;

  trp_adam_rates_f64 (2e-4, 1, 0.5, 0.999, &step_size, &root_correction);
  trp_assert_near (step_size, 4e-4, 1e-18);
  trp_assert_near (root_correction, 0.03162277660168379, 1e-15); /* sqrt (0.001) */
  trp_adam_rates_f64 (1, 2, 0.9, 0.99, &step_size, &root_correction);
  trp_assert_near (step_size, 1 / 0.19, 1e-14);
  trp_assert_near (root_correction, 0.14106735979665885, 1e-15); /* sqrt (0.0199) */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/formula/pads-are-undone-where-they-came-from",
                   pads_are_undone_where_they_came_from);
  g_test_add_func ("/formula/dropout-draws-from-the-generator", dropout_draws_from_the_generator);
  g_test_add_func ("/formula/first-maximum-is-the-first", first_maximum_is_the_first);
  g_test_add_func ("/formula/adam-rates-keep-their-digits", adam_rates_keep_their_digits);
  return g_test_run ();
}
