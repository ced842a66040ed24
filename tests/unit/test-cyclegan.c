/* test-cyclegan.c - bodies, their outlines, and what an alarm is raised by
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/cyclegan-alarm.h"
#include "core/method/outline.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define SIDE 32
#define N_SLICES 4
#define N_PIXELS (SIDE * SIDE)
#define N_ALL (N_SLICES * N_PIXELS)

static bool
in_disc (size_t n, double x, double y, double radius)
{
  return hypot ((double) (n % SIDE) - x, (double) (n / SIDE % SIDE) - y) < radius;
}

/* ---- bodies ---- */

/* Air -1, muscle -0.5, fat 0.8: Otsu's two classes would be fat and the rest. The middle between
 * air and muscle is known. */
static void
test_threshold_lies_between_air_and_dark_tissue (void)
{
  TrpOutlineCounts counts = { { 0 } };
  const float values[] = { -1, -0.5F, 0.8F };
  static const size_t n_times[] = { 500, 300, 200 };

  for (size_t v = 0; v < 3; v++)
    for (size_t n = 0; n < n_times[v]; n++)
      trp_outline_count (&counts, &values[v], 1);
  trp_assert_near (trp_outline_find_threshold (&counts), -0.75, 2. / TRP_OUTLINE_BINS);
}

static void
test_threshold_of_few_values (void)
{
  TrpOutlineCounts none = { { 0 } }, one = { { 0 } };
  const float value = 0.3F;

  trp_outline_count (&one, &value, 1);
  trp_assert_near (trp_outline_find_threshold (&none), 0, 0);
  trp_assert_near (trp_outline_find_threshold (&one), 0, 0);
}

/* The largest disc, its dark middle filled; a table beside it does not count. */
static void
test_body_is_the_largest_part_without_holes (void)
{
  float slice[N_PIXELS];
  uint8_t body[N_PIXELS];

  for (size_t n = 0; n < N_PIXELS; n++)
    slice[n] = (in_disc (n, 14, 14, 10) && !in_disc (n, 14, 14, 4)) || n / SIDE == 30 ? 0.5F : -1;
  g_assert_true (trp_outline_find_body (slice, SIDE, SIDE, -0.5, body, NULL));
  for (size_t n = 0; n < N_PIXELS; n++)
    g_assert_cmpuint (body[n], ==, in_disc (n, 14, 14, 10));
}

static void
test_outline_dice_of_shifted_squares (void)
{
  uint8_t a[100] = { 0 }, b[100] = { 0 };

  trp_assert_near (trp_outline_dice (a, b, 100), 1, 0);
  for (size_t n = 0; n < 100; n++)
    {
      a[n] = n % 10 < 4;
      b[n] = n % 10 >= 2 && n % 10 < 6;
    }
  trp_assert_near (trp_outline_dice (a, b, 100), 0.5, 1e-15);
  memset (b, 0, sizeof b);
  trp_assert_near (trp_outline_dice (a, b, 100), 0, 0);
}

/* A square of 12 within 20: the inside of band 3 is 6 x 6. The second channel is a half plane that
 * reaches the edge of the image, where there is no band. */
static void
test_weights_leave_the_inside_out (void)
{
  static float body[2 * 400], weights[2 * 400];

  for (size_t n = 0; n < 400; n++)
    {
      const size_t x = n % 20, y = n / 20;

      body[2 * n] = x >= 4 && x < 16 && y >= 4 && y < 16;
      body[2 * n + 1] = x < 10;
    }
  trp_outline_weigh (body, 1, 20, 2, 3, weights);
  for (size_t n = 0; n < 400; n++)
    {
      const size_t x = n % 20, y = n / 20;

      g_assert_true (weights[2 * n] == !(x >= 7 && x < 13 && y >= 7 && y < 13));
      g_assert_true (weights[2 * n + 1] == !(x < 7));
    }
}

/* ---- alarms ---- */

typedef struct
{
  float mr[N_ALL], ct[N_ALL], synct[N_ALL], synmr[N_ALL];
  TrpCycleganEvidence evidence;
} Fixture;

/* A body of muscle with a core of fat: bright in MR, dark in CT. */
static float
value_at (size_t n, bool is_ct, double radius)
{
  if (!in_disc (n, 16, 16, radius))
    return -1;
  if (in_disc (n, 16, 16, 5))
    return is_ct ? 0 : 0.8F;
  return is_ct ? 0.5F : 0;
}

static void
set_up (Fixture *f, const void *data)
{
  for (size_t n = 0; n < N_ALL; n++)
    {
      f->mr[n] = f->synmr[n] = value_at (n, false, 11);
      f->ct[n] = f->synct[n] = value_at (n, true, 11);
    }
  f->evidence = (TrpCycleganEvidence){ .real = { f->mr, f->ct },
                                       .fake = { f->synmr, f->synct },
                                       .n = N_SLICES,
                                       .side = SIDE,
                                       .threshold = { -0.6, -0.6 },
                                       .lost_below = -0.7,
                                       .discriminators = 0.2,
                                       .adversarial = 0.5 };
}

static void
tear_down (Fixture *f, const void *data)
{
}

/* @word: (nullable): NULL where nothing is wrong */
static void
assert_alarm (const Fixture *f, const char *word, bool is_hopeless)
{
  TrpAlarm alarm = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_cyclegan_find_alarm (&f->evidence, &alarm, &error));
  g_assert_no_error (error);
  if (!word)
    g_assert_cmpstr (alarm.sentence, ==, NULL);
  else
    {
      g_assert_nonnull (alarm.sentence);
      g_test_message ("%s", alarm.sentence);
      g_assert_nonnull (strstr (alarm.sentence, word));
      g_assert_cmpint (alarm.is_hopeless, ==, is_hopeless);
    }
  g_free (alarm.sentence);
}

static void
test_sound_images_raise_none (Fixture *f, const void *data)
{
  assert_alarm (f, NULL, false);
}

static void
test_swapped_tissues (Fixture *f, const void *data)
{
  for (size_t n = 0; n < N_ALL; n++)
    f->synct[n] = f->mr[n];
  assert_alarm (f, "tissues are swapped", true);
}

static void
test_lost_body (Fixture *f, const void *data)
{
  for (size_t n = 0; n < N_ALL; n++)
    if (in_disc (n, 16, 16, 7)) /* 40 % of it */
      f->synct[n] = -0.9F;
  assert_alarm (f, "turned to air", true);
}

static void
test_discriminators_that_won (Fixture *f, const void *data)
{
  f->evidence.discriminators = 0.05;
  assert_alarm (f, NULL, false);
  f->evidence.adversarial = 2;
  assert_alarm (f, "discriminators have won", true);
}

/* Light air around a dark body, in one direction only; inside all is as it should be. */
static void
test_inverted_outline (Fixture *f, const void *data)
{
  for (int side = 0; side < 2; side++)
    {
      float *made = side == 0 ? f->synmr : f->synct;

      set_up (f, data);
      for (size_t n = 0; n < N_ALL; n++)
        if (!in_disc (n, 16, 16, 11))
          made[n] = 1;
      assert_alarm (f, side == 0 ? "SynMR" : "SynCT", true);
      assert_alarm (f, "light and dark are inverted", true);
    }
}

/* A disc of radius 11 within one of r: Dice = 2 11^2 / (11^2 + r^2), 0.83 for 13 and 0.70 for 15.
 */
static void
test_moved_outline (Fixture *f, const void *data)
{
  for (int radius = 13; radius <= 15; radius += 2)
    {
      for (size_t n = 0; n < N_ALL; n++)
        {
          f->synmr[n] = value_at (n, false, radius);
          f->synct[n] = value_at (n, true, radius);
        }
      if (radius == 13)
        assert_alarm (f, NULL, false);
      else
        assert_alarm (f, "outline has moved in 8 of 8 slices", false);
    }
}

static void
test_correlation_of_gradients (Fixture *f, const void *data)
{
  for (size_t n = 0; n < N_ALL; n++)
    f->synct[n] = 0.3F - 0.5F * f->mr[n];
  trp_assert_near (trp_cyclegan_correlate_gradients (f->mr, f->synct, NULL, N_SLICES, SIDE), -1,
                   1e-6);
  trp_assert_near (trp_cyclegan_correlate_gradients (f->mr, f->mr, NULL, N_SLICES, SIDE), 1, 1e-6);
  memset (f->synct, 0, sizeof f->synct);
  trp_assert_near (trp_cyclegan_correlate_gradients (f->mr, f->synct, NULL, N_SLICES, SIDE), 0, 0);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outline/threshold-lies-between-air-and-dark-tissue",
                   test_threshold_lies_between_air_and_dark_tissue);
  g_test_add_func ("/outline/threshold-of-few-values", test_threshold_of_few_values);
  g_test_add_func ("/outline/body-is-the-largest-part-without-holes",
                   test_body_is_the_largest_part_without_holes);
  g_test_add_func ("/outline/dice-of-shifted-squares", test_outline_dice_of_shifted_squares);
  g_test_add_func ("/outline/weights-leave-the-inside-out", test_weights_leave_the_inside_out);
  ADD ("/cyclegan/alarm/sound-images-raise-none", test_sound_images_raise_none);
  ADD ("/cyclegan/alarm/swapped-tissues", test_swapped_tissues);
  ADD ("/cyclegan/alarm/lost-body", test_lost_body);
  ADD ("/cyclegan/alarm/discriminators-that-won", test_discriminators_that_won);
  ADD ("/cyclegan/alarm/inverted-outline", test_inverted_outline);
  ADD ("/cyclegan/alarm/moved-outline", test_moved_outline);
  ADD ("/cyclegan/alarm/correlation-of-gradients", test_correlation_of_gradients);
  return g_test_run ();
}
