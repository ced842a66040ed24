/* test-postprocess.c - smoothing of probabilities, cleaning of masks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/method/crf.h"
#include "core/method/postprocess.h"
#include "tests/lib/check.h"
#include "tests/lib/tiny.h"

#include <math.h>
#include <string.h>

#define SIDE 16
#define N_PIXELS (SIDE * SIDE)

static void
fill_random (float *values, size_t n)
{
  TrpRng rng = trp_rng_new (4, 0);

  for (size_t i = 0; i < n; i++)
    values[i] = (float) trp_rng_uniform (&rng, 0.01, 0.99);
}

/* ---- conditional random field ---- */

static void
test_no_weight_changes_nothing (void)
{
  const TrpCrf crf = { 0, 2, 0.2, 5 };
  float image[N_PIXELS], before[2 * N_PIXELS], after[2 * N_PIXELS];

  fill_random (image, N_PIXELS);
  fill_random (before, 2 * N_PIXELS);
  memcpy (after, before, sizeof after);
  trp_crf_smooth (&crf, (const float *[]){ image }, 1, SIDE, SIDE, 2, after);
  g_assert_cmpmem (before, sizeof before, after, sizeof after);
}

/* One pixel of 0.7 among sure background in a flat image: its neighbours give the background w and
 * the label nothing, so after one step its logit is log (0.7 / 0.3) - w. */
static void
test_an_isolated_pixel_disappears (void)
{
  const TrpCrf crf = { 2, 1, 0.2, 1 };
  const size_t at = 5 * SIDE + 7;
  float image[N_PIXELS] = { 0 }, complement[N_PIXELS];

  for (size_t n = 0; n < N_PIXELS; n++)
    complement[n] = 1;
  complement[at] = 0.3F;
  trp_crf_smooth (&crf, (const float *[]){ image }, 1, SIDE, SIDE, 1, complement);
  trp_assert_near (log ((1 - (double) complement[at]) / (double) complement[at]),
                   log (0.7 / 0.3) - 2, 1e-3);
  g_assert_true (complement[at] > 0.5F);
}

/* In an image whose halves differ, each half follows its own: an undecided pixel at the border
 * takes the label of those that look like it. */
static void
test_edges_of_the_image_hold (void)
{
  const TrpCrf crf = { 4, 2, 0.1, 5 };
  float image[N_PIXELS], complement[N_PIXELS];

  for (size_t n = 0; n < N_PIXELS; n++)
    {
      image[n] = n % SIDE < 8 ? -0.5F : 0.5F;
      complement[n] = n % SIDE < 6 ? 0.05F : n % SIDE < 10 ? 0.5F : 0.95F;
    }
  trp_crf_smooth (&crf, (const float *[]){ image }, 1, SIDE, SIDE, 1, complement);
  for (size_t n = 0; n < N_PIXELS; n++)
    g_assert_true ((complement[n] < 0.5F) == (n % SIDE < 8));
}

/* Three pixels in a row: a sure label, an undecided pixel, sure background. After one step the
 * logit of the middle is w (a - b) / (a + b) with a, b the kernel of its two neighbours, of which
 * nearness cancels: a = exp (-(0.3^2 + 0.1^2) / (2 0.2^2)), b = exp (-(0.1^2 + 0.4^2) / (2 0.2^2)).
 * The second image turns the first one's answer round. */
static void
test_all_images_are_looked_at (void)
{
  static const float first[] = { 0.5F, 0.2F, 0.1F }, second[] = { -0.1F, 0, 0.4F };
  const TrpCrf crf = { 3, 1, 0.2, 1 };

  for (size_t n = 1; n <= 2; n++)
    {
      const double a = exp (-(0.09 + (n == 2 ? 0.01 : 0)) / 0.08),
                   b = exp (-(0.01 + (n == 2 ? 0.16 : 0)) / 0.08);
      float complement[] = { 0, 0.5F, 1 };

      trp_crf_smooth (&crf, (const float *[]){ first, second }, n, 3, 1, 1, complement);
      trp_assert_near (log ((1 - (double) complement[1]) / (double) complement[1]),
                       3 * (a - b) / (a + b), 1e-5);
      g_assert_true ((complement[1] < 0.5F) == (n == 2));
    }
}

/* A segmenter of two images hands both over, slice by slice. */
static void
test_the_second_image_is_handed_over (void)
{
  static const size_t size[3] = { 3, 1, 2 };
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  const float first[6] = { 0 }, second[6] = { 0, 0, 0, 0, 0, 1 };
  float values[6] = { 0, 0.5F, 1, 0, 0.5F, 1 };

  trp_tiny_set (recipe, "postprocess.smoothing=crf");
  trp_postprocess_smooth (recipe, first, second, size, 1, values);
  trp_assert_near ((double) values[1], 0.5, 1e-6);
  g_assert_cmpfloat (values[4], <, 0.1); /* only its left neighbour looks like it */
}

/* Two labels and the background, equal everywhere: nothing is preferred, whatever the weight. */
static void
test_equal_labels_stay_equal (void)
{
  const TrpCrf crf = { 3, 1.5, 0.2, 4 };
  float image[N_PIXELS], complement[2 * N_PIXELS];

  fill_random (image, N_PIXELS);
  for (size_t n = 0; n < 2 * N_PIXELS; n++)
    complement[n] = 0.5F;
  trp_crf_smooth (&crf, (const float *[]){ image }, 1, SIDE, SIDE, 2, complement);
  for (size_t n = 0; n < 2 * N_PIXELS; n++)
    trp_assert_near ((double) complement[n], 0.5, 1e-5);
}

/* ---- Gaussian ---- */

/* A point of a slice of two labels becomes the product of two lines of taps; the other label and
 * the other slice stay. */
static void
test_gaussian_of_a_point (void)
{
  static const size_t size[3] = { SIDE, SIDE, 2 };
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  float stack[2 * N_PIXELS] = { 0 }, values[4 * N_PIXELS] = { 0 };
  double taps[4], sum = 0;

  trp_tiny_set (recipe, "postprocess.smoothing=smooth");
  trp_tiny_set (recipe, "postprocess.smoothing_sigma=1");
  values[2 * (8 * SIDE + 8)] = 1;
  trp_postprocess_smooth (recipe, stack, NULL, size, 2, values);
  for (int n = -3; n <= 3; n++)
    sum += exp (-0.5 * n * n);
  for (int n = 0; n <= 3; n++)
    taps[n] = exp (-0.5 * n * n) / sum;
  for (size_t n = 0; n < 2 * N_PIXELS; n++)
    {
      const int i = abs ((int) (n % SIDE) - 8), j = abs ((int) (n / SIDE % SIDE) - 8);
      const bool is_near = n < N_PIXELS && i <= 3 && j <= 3;

      trp_assert_near ((double) values[2 * n], is_near ? taps[i] * taps[j] : 0, 1e-6);
      g_assert_true (values[2 * n + 1] == 0);
    }
}

/* ---- masks ---- */

static TrpMask *
make_mask (void)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 20, 20, 6 },
                                               (const double[]){ 5, 5, 4 }, trp_vec3 (0, 0, 0));

  return trp_mask_new (&grid);
}

/* A tube through all slices, a block of 8 voxels (0.8 ml) and a single voxel apart. */
static void
fill_mask (TrpMask *mask)
{
  for (size_t k = 0; k < 6; k++)
    for (size_t j = 4; j < 10; j++)
      for (size_t i = 4; i < 10; i++)
        trp_mask_set (mask, i, j, k, i == 4 || i == 9 || j == 4 || j == 9);
  for (size_t n = 0; n < 8; n++)
    trp_mask_set (mask, 14 + n % 2, 14 + n / 2 % 2, n / 4, true);
  trp_mask_set (mask, 18, 2, 5, true);
}

static size_t
count_after (const char *setting, const char *other)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpMask) mask = make_mask ();
  g_autoptr (GError) error = NULL;

  fill_mask (mask);
  if (setting)
    trp_tiny_set (recipe, setting);
  if (other)
    trp_tiny_set (recipe, other);
  g_assert_true (trp_postprocess_clean (recipe, mask, 2, &error));
  g_assert_no_error (error);
  return trp_mask_count (mask);
}

static void
test_masks_are_cleaned (void)
{
  const size_t tube = 6 * 20, hole = 6 * 16;

  g_assert_cmpuint (count_after (NULL, NULL), ==, tube + 8 + 1);
  g_assert_cmpuint (count_after ("postprocess.largest_only=true", NULL), ==, tube);
  g_assert_cmpuint (count_after ("postprocess.remove_below_ml=0.2", NULL), ==, tube + 8);
  g_assert_cmpuint (count_after ("postprocess.remove_below_ml=0.8", NULL), ==, tube + 8);
  g_assert_cmpuint (count_after ("postprocess.remove_below_ml=0.81", NULL), ==, tube);
  g_assert_cmpuint (count_after ("postprocess.fill_holes=true", NULL), ==, tube + hole + 8 + 1);
  g_assert_cmpuint (count_after ("postprocess.largest_only=true", "postprocess.fill_holes=true"),
                    ==, tube + hole);
}

/* Across another axis the tube has no holes. */
static void
test_holes_are_those_of_slices (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_SEGMENTER);

  trp_tiny_set (recipe, "postprocess.fill_holes=true");
  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpMask) mask = make_mask ();

      fill_mask (mask);
      g_assert_true (trp_postprocess_clean (recipe, mask, axis, NULL));
      g_assert_true (trp_mask_get (mask, 6, 6, 3) == (axis == 2));
    }
}

static void
test_an_empty_mask_stays_empty (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpMask) mask = make_mask ();

  trp_tiny_set (recipe, "postprocess.largest_only=true");
  g_assert_true (trp_postprocess_clean (recipe, mask, 2, NULL));
  g_assert_true (trp_mask_is_empty (mask));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crf/no-weight-changes-nothing", test_no_weight_changes_nothing);
  g_test_add_func ("/crf/an-isolated-pixel-disappears", test_an_isolated_pixel_disappears);
  g_test_add_func ("/crf/edges-of-the-image-hold", test_edges_of_the_image_hold);
  g_test_add_func ("/crf/equal-labels-stay-equal", test_equal_labels_stay_equal);
  g_test_add_func ("/crf/all-images-are-looked-at", test_all_images_are_looked_at);
  g_test_add_func ("/postprocess/the-second-image-is-handed-over",
                   test_the_second_image_is_handed_over);
  g_test_add_func ("/postprocess/gaussian-of-a-point", test_gaussian_of_a_point);
  g_test_add_func ("/postprocess/masks-are-cleaned", test_masks_are_cleaned);
  g_test_add_func ("/postprocess/holes-are-those-of-slices", test_holes_are_those_of_slices);
  g_test_add_func ("/postprocess/an-empty-mask-stays-empty", test_an_empty_mask_stays_empty);
  return g_test_run ();
}
