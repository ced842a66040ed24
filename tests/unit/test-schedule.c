/* test-schedule.c - learning rates and early stopping against PyTorch and closed forms
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/trainer-class.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define N_SCORES 40

/* tests/golden/plateau.py, PyTorch 1.13 */
static const double falling[N_SCORES] = {
  0.888788, 0.875602, 0.861676, 0.845435, 0.832924, 0.817559, 0.817085, 0.809476,
  0.813065, 0.814276, 0.817541, 0.814379, 0.814127, 0.812063, 0.812419, 0.813019,
  0.809061, 0.806769, 0.804990, 0.808342, 0.810490, 0.807731, 0.810131, 0.807204,
  0.808153, 0.805136, 0.801124, 0.804100, 0.801763, 0.799482, 0.803339, 0.806331,
  0.804632, 0.808345, 0.808662, 0.810100, 0.807709, 0.811270, 0.812817, 0.816609
};
static const double falling_rates[N_SCORES] = {
  5e-05,       5e-05,       5e-05,       5e-05,       5e-05,        5e-05,        5e-05,
  5e-05,       2.5e-05,     2.5e-05,     2.5e-05,     1.25e-05,     1.25e-05,     1.25e-05,
  6.25e-06,    6.25e-06,    6.25e-06,    6.25e-06,    6.25e-06,     3.125e-06,    3.125e-06,
  3.125e-06,   1.5625e-06,  1.5625e-06,  1.5625e-06,  7.8125e-07,   7.8125e-07,   7.8125e-07,
  3.90625e-07, 3.90625e-07, 3.90625e-07, 3.90625e-07, 1.953125e-07, 1.953125e-07, 1.953125e-07,
  1e-07,       1e-07,       1e-07,       1e-07,       1e-07
};
static const double rising[N_SCORES] = { 0.803575, 0.804749, 0.806159, 0.806803, 0.807366, 0.807617,
                                         0.808776, 0.811083, 0.812021, 0.811686, 0.811992, 0.812349,
                                         0.811751, 0.811787, 0.812134, 0.812169, 0.811785, 0.812619,
                                         0.811729, 0.812627, 0.812159, 0.811511, 0.812419, 0.811880,
                                         0.812131, 0.811984, 0.812907, 0.813755, 0.814349, 0.813504,
                                         0.814070, 0.813595, 0.812794, 0.811966, 0.812259, 0.812531,
                                         0.812485, 0.811968, 0.812705, 0.812240 };
static const double rising_rates[N_SCORES] = { 0.001, 0.001, 0.001, 0.001,  0.001,  0.001,  0.001,
                                               0.001, 0.001, 0.001, 0.0001, 0.0001, 0.0001, 1e-05,
                                               1e-05, 1e-06, 1e-06, 1e-06,  1e-06,  1e-07,  1e-07,
                                               1e-08, 1e-08, 1e-09, 1e-09,  1e-10,  1e-10,  1e-10,
                                               1e-10, 1e-10, 1e-11, 1e-11,  1e-12,  1e-12,  1e-13,
                                               1e-13, 1e-14, 1e-14, 1e-15,  1e-15 };

static void
check_plateau (const TrpSchedule *s, double rate, bool rises, const double *in, const double *rates)
{
  TrpScores scores = trp_scores_start (rate);

  for (int n = 0; n < N_SCORES; n++)
    {
      trp_scores_add (&scores, s, n + 1, in[n], rises);
      /* ten digits in the table */
      trp_assert_near (scores.rate, rates[n], 1e-9 * rates[n]);
    }
  g_assert_false (scores.stopped);
}

static void
test_plateau_is_that_of_pytorch (void)
{
  const TrpSchedule falls = {
    .plateau_factor = 0.5, .plateau_patience = 2, .plateau_threshold = 0.01, .plateau_floor = 1e-7
  };
  const TrpSchedule rises = { .plateau_factor = 0.1,
                              .plateau_patience = 1,
                              .plateau_threshold = 1e-4 };

  check_plateau (&falls, 5e-5, false, falling, falling_rates);
  check_plateau (&rises, 1e-3, true, rising, rising_rates);
}

/* A floor above the rate does not raise it. */
static void
test_the_floor_never_raises_the_rate (void)
{
  const TrpSchedule s = { .plateau_factor = 0.5, .plateau_floor = 1e-3 };
  TrpScores scores = trp_scores_start (1e-4);

  for (int n = 0; n < 3; n++)
    trp_scores_add (&scores, &s, n, 1, true);
  trp_assert_near (scores.rate, 1e-4, 0);
}

/* Scores that fall by 1 % exactly are not better by more than 1 %: the third such one in a row
 * stops, and the best is the lowest all the same. */
static void
test_early_stopping_follows_its_rule (void)
{
  const TrpSchedule s = {
    .plateau_factor = 0.5, .plateau_patience = 100, .stop_patience = 3, .stop_threshold = 0.01
  };
  static const double in[] = { 1, 0.98, 0.98, 0.975, 0.96, 0.955, 0.9505, 0.951 };
  static const bool is_best[] = { true, true, false, true, true, true, true, false };
  TrpScores scores = trp_scores_start (1e-3);

  for (int n = 0; n < 8; n++)
    {
      g_assert_false (scores.stopped);
      g_assert_true (trp_scores_add (&scores, &s, 10 * n, in[n], false) == is_best[n]);
    }
  /* 0.98 * 0.99 = 0.9702, 0.96 * 0.99 = 0.9504: the last three do not lie below that */
  g_assert_true (scores.stopped);
  g_assert_cmpint (scores.best_step, ==, 60);
  trp_assert_near (scores.best, 0.9505, 0);
}

static void
test_no_number_is_never_better (void)
{
  const double nan = (double) NAN;
  const TrpSchedule s = { .plateau_factor = 0.5, .plateau_patience = 100, .stop_patience = 2 };
  TrpScores scores = trp_scores_start (1e-3);

  g_assert_false (trp_scores_add (&scores, &s, 1, nan, true));
  g_assert_cmpint (scores.best_step, ==, -1);
  g_assert_true (trp_scores_add (&scores, &s, 2, 0, true));
  g_assert_false (trp_scores_add (&scores, &s, 3, nan, true));
  g_assert_false (scores.stopped);
  g_assert_false (trp_scores_add (&scores, &s, 4, nan, true));
  g_assert_true (scores.stopped && scores.best_step == 2);
}

/* The reference implementation's 100 + 100 epochs: 1 for 100 epochs, then 100/101 down to 1/101. */
static void
test_epochs_fall_as_the_reference_implementation (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);
  const int epoch_steps = trp_recipe_get_epoch_steps (recipe, 37);

  g_assert_true (trp_recipe_set (recipe, "schedule.epochs=200", NULL));
  g_assert_true (trp_recipe_set (recipe, "schedule.decay_epochs=100", NULL));
  g_assert_true (trp_recipe_set (recipe, "schedule.rate=epochs", NULL));
  g_assert_true (trp_recipe_check (recipe, NULL));
  g_assert_cmpint (epoch_steps, ==, 37);
  g_assert_cmpint (trp_recipe_get_n_steps (recipe, epoch_steps), ==, 7400);
  for (int step = 0; step < 7400; step++)
    {
      const int epoch = step / 37;
      const double factor = epoch < 100 ? 1 : (200 - epoch) / 101.0;

      trp_assert_near (trp_recipe_get_rate (recipe, epoch_steps, step), 2e-4 * factor, 1e-18);
    }
}

/* The same length with a rate that falls by step: half of it after three quarters. */
static void
test_epochs_may_fall_by_step (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);

  recipe->schedule.epochs = 200;
  recipe->schedule.decay_epochs = 100;
  recipe->batch = 4;
  g_assert_cmpint (trp_recipe_get_epoch_steps (recipe, 37), ==, 10); /* the last batch wraps */
  g_assert_cmpint (trp_recipe_get_n_steps (recipe, 10), ==, 2000);
  trp_assert_near (trp_recipe_get_rate (recipe, 10, 1000), 2e-4, 1e-18);
  trp_assert_near (trp_recipe_get_rate (recipe, 10, 1500), 1e-4, 1e-18);
  trp_assert_near (trp_recipe_get_rate (recipe, 10, 2000), 0, 0);
  recipe->schedule.rate = TRP_RATE_CONSTANT;
  trp_assert_near (trp_recipe_get_rate (recipe, 10, 1999), 2e-4, 1e-18);
}

/* Numbers beyond int are cut, not wrapped. */
static void
test_long_trainings_do_not_overflow (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);

  recipe->schedule.epochs = recipe->schedule.decay_epochs = 1000000;
  g_assert_cmpint (trp_recipe_get_n_steps (recipe, 1000000), ==, TRP_TRAINER_MAX_STEPS);
  trp_assert_near (trp_recipe_get_rate (recipe, 1000000, TRP_TRAINER_MAX_STEPS / 2), 1e-4, 1e-18);
}

static void
assert_refused (const char *const *settings, const char *word)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  g_autoptr (GError) error = NULL;

  for (; *settings; settings++)
    g_assert_true (trp_recipe_set (recipe, *settings, &error));
  g_assert_false (trp_recipe_check (recipe, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_contradictions_are_refused (void)
{
  assert_refused ((const char *const[]){ "schedule.rate=plateau", NULL }, "validate_every");
  assert_refused ((const char *const[]){ "schedule.stop_patience=3", NULL }, "stop_patience");
  assert_refused ((const char *const[]){ "schedule.rate=epochs", NULL }, "schedule.epochs");
  assert_refused ((const char *const[]){ "epochs=3", "decay_epochs=4", NULL }, "decay_epochs = 4");
  assert_refused ((const char *const[]){ "validate_every=3", "validate_epochs=1", NULL }, "both");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/plateau-is-that-of-pytorch", test_plateau_is_that_of_pytorch);
  g_test_add_func ("/schedule/the-floor-never-raises-the-rate",
                   test_the_floor_never_raises_the_rate);
  g_test_add_func ("/schedule/early-stopping-follows-its-rule",
                   test_early_stopping_follows_its_rule);
  g_test_add_func ("/schedule/no-number-is-never-better", test_no_number_is_never_better);
  g_test_add_func ("/schedule/epochs-fall-as-the-reference-implementation",
                   test_epochs_fall_as_the_reference_implementation);
  g_test_add_func ("/schedule/epochs-may-fall-by-step", test_epochs_may_fall_by_step);
  g_test_add_func ("/schedule/long-trainings-do-not-overflow", test_long_trainings_do_not_overflow);
  g_test_add_func ("/schedule/contradictions-are-refused", test_contradictions_are_refused);
  return g_test_run ();
}
