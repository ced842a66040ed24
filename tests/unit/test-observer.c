/* test-observer.c - other observers' contours: of the size asked for, exact at 0, reproducible
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A ball, large beside error and correlation length, is contoured; its surface is then shifted by a
 * normal variable, whose mean absolute value is known in closed form.
 */

#include "core/method/phantom-observer.h"
#include "core/method/phantom.h"
#include "core/metrics/surface-distance.h"
#include "core/study/data-list.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define SIDE 76
#define RADIUS 26.
#define N_OBSERVERS 6

/* Label 1 in a body of label 2; voxels of 1 mm, or twice that along z. */
static TrpVolume *
make_ball (double thickness)
{
  const size_t size[3] = { SIDE, SIDE, (size_t) (SIDE / thickness) };
  const double spacing[3] = { 1, 1, thickness }, middle = 0.5 * (SIDE - 1);
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const size_t n = trp_geometry_count_voxels (&geometry);
  uint8_t *values = g_new (uint8_t, n);
  g_autoptr (GBytes) bytes = g_bytes_new_take (values, n);

  for (size_t i = 0; i < n; i++)
    {
      const double x = (double) (i % SIDE) - middle, y = (double) (i / SIDE % SIDE) - middle;
      const double z = thickness * (double) (i / SIDE / SIDE) - middle;

      values[i] = x * x + y * y + z * z < RADIUS * RADIUS ? 1 : 2;
    }
  return trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
}

static TrpObserver
observer (unsigned n, double error)
{
  return (TrpObserver){ .seed = 5, .person = 100 + n, .reading = 200 + n, .error = error };
}

static TrpContourTruth *
make_truth (const TrpVolume *labels, double error)
{
  g_autoptr (GError) failure = NULL;
  TrpContourTruth *truth = trp_contour_truth_new (labels, 2, trp_observer_get_reach (error),
                                                  &failure);

  g_assert_no_error (failure);
  return truth;
}

static bool
same_bytes (const TrpVolume *a, const TrpVolume *b)
{
  return g_bytes_equal (trp_volume_peek_bytes (a), trp_volume_peek_bytes (b));
}

static TrpMask *
make_mask (const TrpVolume *labels)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const size_t n = trp_geometry_count_voxels (geometry);
  const uint8_t *values = trp_volume_peek_voxels (labels);
  g_autofree uint8_t *inside = g_new (uint8_t, n);

  for (size_t i = 0; i < n; i++)
    inside[i] = values[i] == 1;
  return trp_mask_new_from_bytes (geometry, inside);
}

static void
compare (const TrpVolume *a, const TrpVolume *b, double *out_distance, double *out_dice)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask_a = make_mask (a);
  g_autoptr (TrpMask) mask_b = make_mask (b);
  g_autoptr (TrpSurfacePair) pair = trp_surface_pair_new (mask_a, mask_b, &error);
  g_autoptr (TrpSurfaceDistances) distances = NULL;
  TrpOverlap overlap;

  g_assert_no_error (error);
  distances = trp_surface_distances_new (pair, TRP_SURFACE_VOXEL_BORDER, NULL, &error);
  g_assert_no_error (error);
  overlap = trp_surface_pair_count (pair);
  *out_distance = trp_surface_distances_get_numbers (distances)->masd;
  *out_dice = trp_overlap_dice (&overlap);
}

/* E |N (mean, sd)| */
static double
folded_mean (double mean, double sd)
{
  return sd * sqrt (2 / G_PI) * exp (-mean * mean / (2 * sd * sd)) +
         mean * erf (mean / (sd * sqrt (2)));
}

static void
test_without_error_it_is_the_truth (void)
{
  for (int thickness = 1; thickness <= 2; thickness++)
    {
      g_autoptr (TrpVolume) ball = make_ball (thickness);
      g_autoptr (TrpContourTruth) truth = make_truth (ball, 0);
      const TrpObserver exact = observer (0, 0);
      g_autoptr (TrpVolume) reading = trp_contour_truth_read (truth, &exact);

      g_assert_true (same_bytes (reading, ball));
    }
}

/* The ball has some 20 patches that shift on their own, the mean of |N| over them a standard error
 * of 0.75 / sqrt (20) = 17 % of itself; over six observers 7 %. The nearest point of a wavy surface
 * is a few per cent nearer than the one along the normal, and borders of voxels a few per cent
 * farther apart than surfaces. So 12 %. */
static void
test_distances_from_the_truth_are_those_asked_for (void)
{
  static const double errors[] = { 1, 2, 4 };

  for (size_t e = 0; e < G_N_ELEMENTS (errors); e++)
    for (int thickness = 1; thickness <= 2; thickness++)
      {
        g_autoptr (TrpVolume) ball = make_ball (thickness);
        g_autoptr (TrpContourTruth) truth = make_truth (ball, errors[e]);
        double sum = 0, expected = 0;

        for (unsigned n = 0; n < N_OBSERVERS; n++)
          {
            const TrpObserver who = observer (n, errors[e]);
            g_autoptr (TrpVolume) reading = trp_contour_truth_read (truth, &who);
            double distance, dice;

            compare (ball, reading, &distance, &dice);
            sum += distance;
            expected += folded_mean (fabs (trp_observer_get_bias (&who)), errors[e]);
          }
        g_test_message ("error %g, slices of %d mm: ratio %.3f", errors[e], thickness,
                        sum / expected);
        trp_assert_near (sum / expected, 1, 0.12);
      }
}

/* Their difference is N (difference of biases, error sqrt (2)); fifteen pairs of six observers. */
static void
test_distances_between_observers_are_those_asked_for (void)
{
  const double error = 1.5;
  g_autoptr (TrpVolume) ball = make_ball (1);
  g_autoptr (TrpContourTruth) truth = make_truth (ball, error);
  TrpVolume *readings[N_OBSERVERS];
  double biases[N_OBSERVERS], sum = 0, expected = 0;

  for (unsigned n = 0; n < N_OBSERVERS; n++)
    {
      const TrpObserver who = observer (n, error);

      readings[n] = trp_contour_truth_read (truth, &who);
      biases[n] = trp_observer_get_bias (&who);
    }
  for (unsigned a = 0; a < N_OBSERVERS; a++)
    for (unsigned b = a + 1; b < N_OBSERVERS; b++)
      {
        double distance, dice;

        compare (readings[a], readings[b], &distance, &dice);
        sum += distance;
        expected += folded_mean (fabs (biases[a] - biases[b]), error * sqrt (2));
      }
  g_test_message ("pairs: ratio %.3f", sum / expected);
  trp_assert_near (sum / expected, 1, 0.12);
  for (unsigned n = 0; n < N_OBSERVERS; n++)
    trp_volume_unref (readings[n]);
}

static void
test_dice_falls_with_the_error (void)
{
  static const double errors[] = { 0, 0.5, 1, 2, 4 };
  g_autoptr (TrpVolume) ball = make_ball (1);
  g_autoptr (TrpContourTruth) truth = make_truth (ball, 4);
  double last = 2;

  for (size_t e = 0; e < G_N_ELEMENTS (errors); e++)
    {
      const TrpObserver who = observer (1, errors[e]);
      g_autoptr (TrpVolume) reading = trp_contour_truth_read (truth, &who);
      double distance, dice;

      compare (ball, reading, &distance, &dice);
      g_assert_cmpfloat (dice, <, last);
      last = dice;
    }
  g_assert_cmpfloat (last, >, 0.6);
}

static void
test_a_reading_depends_on_its_key_alone (void)
{
  g_autoptr (TrpVolume) ball = make_ball (2);
  g_autoptr (TrpContourTruth) truth = make_truth (ball, 1);
  const TrpObserver first = observer (0, 1), second = observer (1, 1);
  g_autoptr (TrpVolume) a = trp_contour_truth_read (truth, &first);
  g_autoptr (TrpVolume) b = trp_contour_truth_read (truth, &second);
  g_autoptr (TrpVolume) again = trp_contour_truth_read (truth, &first);

  g_assert_true (same_bytes (a, again));
  g_assert_false (same_bytes (a, b));
}

/* Biases are N (0, error / 4): over 400 observers the standard error of their spread is 3.5 %. */
static void
test_bias_has_its_spread (void)
{
  double squares = 0;

  for (unsigned n = 0; n < 400; n++)
    {
      const TrpObserver who = observer (n, 2);

      squares += trp_observer_get_bias (&who) * trp_observer_get_bias (&who);
    }
  trp_assert_near (sqrt (squares / 400), 0.5, 0.07);
}

static void
test_command_writes_columns_and_files (void)
{
  static const char *const columns[] = { "mr_observer_1", "mr_observer_2", "ct_observer_1",
                                         "ct_observer_2" };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (GError) error = NULL;
  const char *arguments[] = { "phantom", "pelvis",           "--patients", "1",          "--matrix",
                              "64",      "--observers",      "2",          "--unpaired", "--out",
                              folder,    "--observer-error", "1.5",        NULL };

  g_assert_cmpint (trp_test_run_cli (arguments, NULL, NULL), ==, 0);
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  for (size_t row = 0; row < 2; row++)
    for (size_t c = 0; c < G_N_ELEMENTS (columns); c++)
      {
        const char *name = trp_data_list_get_text (list, row, columns[c]);
        g_autofree char *file = g_build_filename (folder, name, NULL);

        if ((row == 0) == (c < 2))
          g_assert_true (*name && g_file_test (file, G_FILE_TEST_EXISTS));
        else
          g_assert_cmpstr (name, ==, "");
      }
  trp_test_remove_folder (folder);
}

static void
test_command_refuses_nonsense (void)
{
  static const char *const bad[][2] = { { "--observers", "17" },
                                        { "--observers", "-1" },
                                        { "--observer-error", "-0.1" },
                                        { "--observer-error", "nan" },
                                        { "--observer-error", "21" } };

  for (size_t n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      const char *arguments[] = { "phantom", "head",    "--out", "/tmp/unused",
                                  bad[n][0], bad[n][1], NULL };

      g_assert_cmpint (trp_test_run_cli (arguments, NULL, NULL), ==, 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/observer/without-error-it-is-the-truth", test_without_error_it_is_the_truth);
  g_test_add_func ("/observer/distances-from-the-truth-are-those-asked-for",
                   test_distances_from_the_truth_are_those_asked_for);
  g_test_add_func ("/observer/distances-between-observers-are-those-asked-for",
                   test_distances_between_observers_are_those_asked_for);
  g_test_add_func ("/observer/dice-falls-with-the-error", test_dice_falls_with_the_error);
  g_test_add_func ("/observer/a-reading-depends-on-its-key-alone",
                   test_a_reading_depends_on_its_key_alone);
  g_test_add_func ("/observer/bias-has-its-spread", test_bias_has_its_spread);
  g_test_add_func ("/observer/command-writes-columns-and-files",
                   test_command_writes_columns_and_files);
  g_test_add_func ("/observer/command-refuses-nonsense", test_command_refuses_nonsense);
  return g_test_run ();
}
