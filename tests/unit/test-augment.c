/* test-augment.c - elastic, tone and turning augmentation, and its preview
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected values are closed forms: of uniform and normal variables, of a Gaussian, of a disc. What
 * is older (flip, crop, rotation, gain, noise) is tested in test-dataset.c.
 */

#include "core/method/augment-preview.h"
#include "core/method/phantom.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define SIDE 96
#define N_PIXELS (SIDE * SIDE)

static const size_t square[2] = { SIDE, SIDE };
static float image[N_PIXELS], out[N_PIXELS];
static uint8_t labels[N_PIXELS], out_labels[N_PIXELS];

/* A disc off the middle, 1 inside and -1 outside. */
static bool
in_disc (double x, double y)
{
  return (x - 52) * (x - 52) + (y - 41) * (y - 41) < 18 * 18;
}

static void
make_disc (void)
{
  for (size_t n = 0; n < N_PIXELS; n++)
    {
      labels[n] = in_disc ((double) (n % SIDE), (double) (n / SIDE));
      image[n] = labels[n] ? 1 : -1;
    }
}

static void
fill (float value)
{
  for (size_t n = 0; n < N_PIXELS; n++)
    image[n] = value;
}

static TrpAugmentDraw
apply (const TrpAugment *augment, uint64_t step)
{
  const TrpAugmentDraw draw = trp_augment_draw (augment, 11, step, 0, square, square);

  trp_augment_image (&draw, image, square, square, -1, 0, 1, out);
  trp_augment_labels (&draw, labels, square, square, out_labels);
  return draw;
}

/* --- elastic --- */

static const TrpAugment elastic = { .crop_min = 1, .elastic = 4, .elastic_grid = 24 };

/* Output pixel is inside where the map leads inside; image and label see the same map. */
static void
test_elastic_image_and_labels_follow_one_map (void)
{
  make_disc ();
  for (uint64_t step = 0; step < 10; step++)
    {
      const TrpAugmentDraw draw = apply (&elastic, step);

      for (size_t n = 0; n < N_PIXELS; n++)
        {
          double p[2];
          bool inside, edge = false;

          trp_augment_map (&draw, square, n % SIDE, n / SIDE, p);
          inside = in_disc (p[0], p[1]);
          for (int corner = 0; corner < 9; corner++)
            edge = edge || in_disc (p[0] + 1.01 * (corner % 3 - 1),
                                    p[1] + 1.01 * (corner / 3 - 1)) != inside;
          if (edge)
            continue;
          g_assert_cmpint (out_labels[n], ==, inside);
          g_assert_true (out[n] == (inside ? 1 : -1));
        }
    }
}

static void
test_elastic_keeps_centroids_together (void)
{
  make_disc ();
  for (uint64_t step = 0; step < 50; step++)
    {
      double of_image[3] = { 0 }, of_labels[3] = { 0 };

      apply (&elastic, step);
      for (size_t n = 0; n < N_PIXELS; n++)
        {
          const double at[3] = { (double) (n % SIDE), (double) (n / SIDE), 1 };

          for (int i = 0; i < 3; i++)
            {
              of_image[i] += at[i] * 0.5 * ((double) out[n] + 1);
              of_labels[i] += at[i] * out_labels[n];
            }
        }
      for (int i = 0; i < 2; i++)
        trp_assert_near (of_image[i] / of_image[2], of_labels[i] / of_labels[2], 0.5);
    }
}

/* The standard deviation is uniform in 0..e, so its square has the mean e^2 / 3, and over 600 draws
 * a standard error of 0.89 / sqrt (600) of itself: 2 % of the root. The coefficients' limit of
 * 0.48 * 24 = 11.5 pixels, 1.4 of their largest standard deviation of 4 / 0.479, takes up to 7 %.
 */
static void
test_elastic_has_its_size (void)
{
  double squares = 0;
  size_t n = 0;

  for (uint64_t step = 0; step < 600; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&elastic, 2, step, 1, square, square);

      for (size_t y = 0; y < SIDE; y += 13)
        for (size_t x = 0; x < SIDE; x += 13, n++)
          {
            double p[2];

            trp_augment_map (&draw, square, x, y, p);
            squares += (p[0] - (double) x) * (p[0] - (double) x) +
                       (p[1] - (double) y) * (p[1] - (double) y);
          }
    }
  g_assert_cmpfloat (sqrt (squares / (double) n / 2) / (4 / sqrt (3)), >, 0.87);
  g_assert_cmpfloat (sqrt (squares / (double) n / 2) / (4 / sqrt (3)), <, 1.05);
}

/* Neighbours keep their order even where far more is asked for than the grid can give. */
static void
test_elastic_never_folds (void)
{
  const TrpAugment wild = { .crop_min = 1, .elastic = 64, .elastic_grid = 8 };
  static double map[N_PIXELS][2];

  for (uint64_t step = 0; step < 3; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&wild, 3, step, 0, square, square);

      for (size_t n = 0; n < N_PIXELS; n++)
        trp_augment_map (&draw, square, n % SIDE, n / SIDE, map[n]);
      for (size_t n = 0; n < N_PIXELS - SIDE; n++)
        if (n % SIDE + 1 < SIDE)
          {
            const double ax = map[n + 1][0] - map[n][0], ay = map[n + 1][1] - map[n][1];
            const double bx = map[n + SIDE][0] - map[n][0], by = map[n + SIDE][1] - map[n][1];

            g_assert_cmpfloat (ax * by - ay * bx, >, 0);
          }
    }
}

/* --- tone --- */

static void
test_gamma_is_a_power (void)
{
  const TrpAugment gamma = { .crop_min = 1, .gamma = 0.5 };
  double least = 9, most = 0;

  for (size_t n = 0; n < N_PIXELS; n++)
    image[n] = (float) (-1 + 2. * (double) n / (N_PIXELS - 1));
  for (uint64_t step = 0; step < 100; step++)
    {
      const double exponent = exp (apply (&gamma, step).log_gamma);

      least = MIN (least, exponent);
      most = MAX (most, exponent);
      for (size_t n = 0; n < N_PIXELS; n += 37)
        trp_assert_near ((double) out[n], 2 * pow (((double) image[n] + 1) / 2, exponent) - 1,
                         1e-6);
    }
  g_assert_cmpfloat (least, >=, 1 / 1.5);
  g_assert_cmpfloat (most, <=, 1.5);
  g_assert_cmpfloat (least, <, 0.72);
  g_assert_cmpfloat (most, >, 1.4);
}

/* value + 1 becomes gain times that */
static void
test_gain_scales_above_black (void)
{
  const TrpAugment gain = { .crop_min = 1, .gain = 0.3 };

  fill (-0.4f);
  for (uint64_t step = 0; step < 50; step++)
    {
      const TrpAugmentDraw draw = apply (&gain, step);

      trp_assert_near ((double) out[100], 0.6 * draw.gain - 1, 1e-6);
    }
}

/* Over each slice the logarithm of (value + 1) / 0.2 has the mean 0 and the standard deviation
 * drawn. It turns over half the side, 48 pixels: a pixel changes it by a twentieth of a few
 * standard deviations. */
static void
test_bias_is_smooth_and_has_its_size (void)
{
  const TrpAugment bias = { .crop_min = 1, .bias = 0.3 };
  double largest = 0;

  fill (-0.8f);
  for (uint64_t step = 0; step < 100; step++)
    {
      const TrpAugmentDraw draw = apply (&bias, step);
      double sum = 0, squares = 0, steepest = 0, last = NAN;

      largest = MAX (largest, draw.bias);
      for (size_t n = 0; n < N_PIXELS; n++)
        {
          const double field = log (((double) out[n] + 1) / 0.2);

          sum += field;
          squares += field * field;
          if (n % SIDE > 0)
            steepest = MAX (steepest, fabs (field - last));
          last = field;
        }
      trp_assert_near (sum / N_PIXELS, 0, 1e-5);
      trp_assert_near (sqrt (squares / N_PIXELS), draw.bias, 1e-5);
      g_assert_cmpfloat (steepest, <, 0.2 * draw.bias);
    }
  g_assert_cmpfloat (largest, >, 0.28);
  g_assert_cmpfloat (largest, <=, 0.3);
}

/* An impulse at sharpness -1 is the blur's kernel: 0.3991 squared in the middle (a Gaussian of 1
 * pixel cut at 3, scaled to the sum 1); a plane of one value stays. */
static void
test_sharpness_adds_what_a_blur_takes (void)
{
  TrpAugmentDraw draw = trp_augment_identity (square, square);
  double sum = 0, weights = 0;

  for (int n = -3; n <= 3; n++)
    weights += exp (-0.5 * n * n);
  fill (-1);
  image[48 + SIDE * 40] = 1;
  draw.sharpness = -1;
  trp_augment_image (&draw, image, square, square, -1, 0, 1, out);
  for (size_t n = 0; n < N_PIXELS; n++)
    sum += (double) out[n] + 1;
  trp_assert_near (sum, 2, 1e-5);
  trp_assert_near ((double) out[48 + SIDE * 40] + 1, 2 / (weights * weights), 1e-6);
  trp_assert_near ((double) out[50 + SIDE * 39] + 1, 2 * exp (-2.5) / (weights * weights), 1e-6);
  fill (0.25f);
  draw.sharpness = 1;
  trp_augment_image (&draw, image, square, square, -1, 0, 1, out);
  for (size_t n = 0; n < N_PIXELS; n++)
    trp_assert_near ((double) out[n], 0.25, 1e-6);
}

/* --- turning and cropping --- */

static void
test_quarter_turns_move_whole_pixels (void)
{
  const TrpAugment turns = { .crop_min = 1, .quarter_turns = true };
  unsigned counts[4] = { 0 };

  for (size_t n = 0; n < N_PIXELS; n++)
    image[n] = (float) n / N_PIXELS;
  for (uint64_t step = 0; step < 200; step++)
    {
      unsigned matches[4] = { 0 };

      apply (&turns, step);
      for (size_t n = 0; n < N_PIXELS; n++)
        {
          const size_t x = n % SIDE, y = n / SIDE, last = SIDE - 1;
          const size_t from[4] = { x + SIDE * y, y + SIDE * (last - x),
                                   last - x + SIDE * (last - y), last - y + SIDE * x };

          for (int turn = 0; turn < 4; turn++)
            matches[turn] += out[n] == image[from[turn]];
        }
      for (int turn = 0; turn < 4; turn++)
        counts[turn] += matches[turn] == N_PIXELS;
    }
  g_assert_cmpuint (counts[0] + counts[1] + counts[2] + counts[3], ==, 200);
  for (int turn = 0; turn < 4; turn++) /* 50, five standard deviations of 6 */
    g_assert_cmpuint (counts[turn], >, 20);
}

static void
test_vertical_flip_is_a_mirror (void)
{
  const TrpAugment flip = { .crop_min = 1, .flip_vertical = true };
  unsigned n_flipped = 0;

  for (size_t n = 0; n < N_PIXELS; n++)
    image[n] = (float) n / N_PIXELS;
  for (uint64_t step = 0; step < 100; step++)
    {
      const bool flipped = apply (&flip, step).in_from_out[1][1] < 0;

      n_flipped += flipped;
      for (size_t n = 0; n < N_PIXELS; n++)
        g_assert_true (out[n] ==
                       image[n % SIDE + SIDE * (flipped ? SIDE - 1 - n / SIDE : n / SIDE)]);
    }
  g_assert_cmpuint (n_flipped, >, 25);
  g_assert_cmpuint (n_flipped, <, 75);
}

static void
test_fixed_crop_has_one_size (void)
{
  const TrpAugment crop = { .crop_min = 0.75, .crop_fixed = true };
  double least = SIDE, most = 0;

  for (uint64_t step = 0; step < 100; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&crop, 5, step, 0, square, square);
      double first[2];

      trp_assert_near (draw.in_from_out[0][0], 0.75, 1e-12);
      trp_augment_map (&draw, square, 0, 0, first);
      least = MIN (least, first[0]);
      most = MAX (most, first[0]);
    }
  g_assert_cmpfloat (least, <, 4); /* a quarter of the side is free: 24 pixels */
  g_assert_cmpfloat (most, >, 18);
}

/* --- keys --- */

/* What was drawn before there were these settings is drawn as before when they are on. */
static void
test_new_settings_leave_the_old_draws_alone (void)
{
  const TrpAugment old = { .flip = true,
                           .rotation_deg = 20,
                           .scale = 0.1,
                           .shift = 0.05,
                           .crop_min = 0.7,
                           .gain = 0.2,
                           .offset = 0.1,
                           .noise = 0.1 };
  TrpAugment more = old;

  more.elastic = 3;
  more.elastic_grid = 16;
  more.gamma = more.bias = more.sharpness = 0.5;
  for (uint64_t step = 0; step < 20; step++)
    {
      const TrpAugmentDraw a = trp_augment_draw (&old, 1, step, 2, square, square);
      const TrpAugmentDraw b = trp_augment_draw (&more, 1, step, 2, square, square);

      g_assert_cmpmem (a.in_from_out, sizeof a.in_from_out, b.in_from_out, sizeof b.in_from_out);
      g_assert_true (a.gain == b.gain && a.offset == b.offset && a.noise == b.noise);
      g_assert_true (a.noise_seed == b.noise_seed && a.noise_stream == b.noise_stream);
      g_assert_true (a.elastic == 0 && a.log_gamma == 0 && a.bias == 0 && a.sharpness == 0);
      g_assert_true (b.elastic > 0 && b.log_gamma != 0 && b.bias > 0 && b.sharpness != 0);
    }
}

static void
test_fields_depend_on_the_key_alone (void)
{
  const TrpAugment all = { .crop_min = 1, .elastic = 3, .elastic_grid = 16, .bias = 0.3 };
  static float again[N_PIXELS];

  make_disc ();
  apply (&all, 4);
  memcpy (again, out, sizeof out);
  apply (&all, 5);
  g_assert_true (memcmp (again, out, sizeof out) != 0);
  apply (&all, 4);
  g_assert_cmpmem (again, sizeof again, out, sizeof out);
}

/* --- preview --- */

static TrpRecipe *
make_recipe (const char *assignment)
{
  g_autoptr (GError) error = NULL;
  TrpRecipe *recipe = trp_recipe_load ("segmenter-phantom", &error);

  g_assert_no_error (error);
  if (assignment)
    g_assert_true (trp_recipe_set (recipe, assignment, &error));
  g_assert_no_error (error);
  return recipe;
}

static void
test_preview_shows_the_slice_and_its_draws (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = make_recipe ("augmentation.elastic=3");
  g_autoptr (TrpAugmentPreview) preview = NULL;
  const TrpPhantomKind *kind = trp_phantom_find ("pelvis", &error);
  const TrpPhantomOptions options = { .seed = 1, .matrix = 64, .ct_matrix = 115 };
  TrpPhantomCase phantom;
  size_t n_pixels;

  g_assert_true (trp_phantom_make_as (kind, &options, 0, &phantom, &error));
  preview = trp_augment_preview_new (recipe, TRP_STEPS_CT, phantom.ct, phantom.ct_labels, -1, 5,
                                     NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (preview->n, ==, 5);
  g_assert_cmpuint (preview->width, ==, (size_t) recipe->size);
  n_pixels = preview->width * preview->height;
  for (size_t n = 0; n < 5; n++)
    {
      size_t n_labelled = 0;

      for (size_t p = 0; p < n_pixels; p++)
        n_labelled += preview->labels[n * n_pixels + p] != 0;
      g_assert_cmpuint (n_labelled, >, n_pixels / 10);
      g_assert_true (n == 0 || memcmp (preview->grey, preview->grey + n * n_pixels, n_pixels) != 0);
    }
  g_assert_null (
    trp_augment_preview_new (recipe, TRP_STEPS_CT, phantom.ct, NULL, 48, 5, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  trp_phantom_case_clear (&phantom);
}

static int
run_augment (const char *in, const char *picture, const char *option, const char *value)
{
  const char *arguments[] = { "augment", "cyclegan-phantom", in,     picture,
                              "--set",   "elastic=2",        option, value,
                              NULL };

  return trp_test_run_cli (arguments, NULL, NULL);
}

static void
test_command_draws_a_sheet (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *mr = g_build_filename (folder, "001-mr.nii.gz", NULL);
  g_autofree char *structures = g_build_filename (folder, "001-mr-structures.nii.gz", NULL);
  g_autofree char *picture = g_build_filename (folder, "sheet.png", NULL);
  const char *phantom[] = { "phantom", "pelvis", "--matrix", "64", "--out", folder, NULL };
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_cmpint (trp_test_run_cli (phantom, NULL, NULL), ==, 0);
  g_assert_cmpint (run_augment (mr, picture, "--labels", structures), ==, 0);
  g_assert_true (g_file_get_contents (picture, &bytes, &size, NULL));
  /* PNG's header: four rows and columns of 192 with gaps of 4 */
  g_assert_cmpuint (size, >, 10000);
  g_assert_cmpmem (bytes + 1, 3, "PNG", 3);
  g_assert_cmpint ((uint8_t) bytes[18] << 8 | (uint8_t) bytes[19], ==, 4 * 192 + 3 * 4);
  g_assert_cmpint (run_augment (mr, picture, "--n", "0"), ==, 2);
  g_assert_cmpint (run_augment (mr, picture, "--role", "pet"), ==, 2);
  g_assert_cmpint (run_augment (mr, picture, "--slice", "900"), ==, 1);
  g_assert_cmpint (run_augment (mr, picture, "--set", "elastic=65"), ==, 1);
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (void);
  } tests[] = {
    { "/augment/elastic/image-and-labels-follow-one-map",
      test_elastic_image_and_labels_follow_one_map },
    { "/augment/elastic/keeps-centroids-together", test_elastic_keeps_centroids_together },
    { "/augment/elastic/has-its-size", test_elastic_has_its_size },
    { "/augment/elastic/never-folds", test_elastic_never_folds },
    { "/augment/gamma-is-a-power", test_gamma_is_a_power },
    { "/augment/gain-scales-above-black", test_gain_scales_above_black },
    { "/augment/bias-is-smooth-and-has-its-size", test_bias_is_smooth_and_has_its_size },
    { "/augment/sharpness-adds-what-a-blur-takes", test_sharpness_adds_what_a_blur_takes },
    { "/augment/quarter-turns-move-whole-pixels", test_quarter_turns_move_whole_pixels },
    { "/augment/vertical-flip-is-a-mirror", test_vertical_flip_is_a_mirror },
    { "/augment/fixed-crop-has-one-size", test_fixed_crop_has_one_size },
    { "/augment/new-settings-leave-the-old-draws-alone",
      test_new_settings_leave_the_old_draws_alone },
    { "/augment/fields-depend-on-the-key-alone", test_fields_depend_on_the_key_alone },
    { "/augment/preview/shows-the-slice-and-its-draws",
      test_preview_shows_the_slice_and_its_draws },
    { "/augment/preview/command-draws-a-sheet", test_command_draws_a_sheet },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (tests); n++)
    g_test_add_func (tests[n].path, tests[n].run);
  return g_test_run ();
}
