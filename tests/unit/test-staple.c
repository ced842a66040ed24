/* test-staple.c - STAPLE against ITK and numpy; what the region does; masks that agree
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected numbers: ITK 5.2.1 by tests/golden/staple-itk.cc, numpy 1.24.2 by
 * tests/golden/staple.py.
 */

#include "core/base/parallel.h"
#include "core/metrics/staple.h"
#include "tests/lib/check.h"

#define N_MOST 5

static const size_t size[3] = { 24, 20, 16 };

typedef struct
{
  TrpMask *masks[N_MOST];
  size_t n_masks;
} Case;

/* The same lines as in tests/golden/staple-itk.cc. */
static bool
is_held (int rater, int i, int j, int k, bool is_noisy)
{
  static const int middles[N_MOST][3] = {
    { 12, 10, 8 }, { 13, 10, 8 }, { 12, 9, 7 }, { 10, 11, 8 }, { 12, 10, 9 }
  };
  static const int radii[N_MOST] = { 36, 36, 30, 49, 25 };
  static const unsigned wrong[N_MOST] = { 10, 25, 40, 15, 60 };
  const int x = i - middles[rater][0], y = j - middles[rater][1], z = k - middles[rater][2];
  unsigned hash = (unsigned) i * 73856093u ^ (unsigned) j * 19349663u ^ (unsigned) k * 83492791u ^
                  (unsigned) rater * 2654435761u;

  hash ^= hash >> 13;
  hash *= 1274126177u;
  hash ^= hash >> 16;
  return (x * x + y * y + z * z <= radii[rater]) != (is_noisy && hash % 1000 < wrong[rater]);
}

static void
set_up (Case *self, size_t n_masks, bool is_noisy)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1.5, 2 },
                                                   trp_vec3 (0, 0, 0));

  self->n_masks = n_masks;
  for (size_t n = 0; n < n_masks; n++)
    {
      self->masks[n] = trp_mask_new (&geometry);
      for (size_t index = 0; index < size[0] * size[1] * size[2]; index++)
        {
          const size_t i = index % size[0], j = index / size[0] % size[1],
                       k = index / size[0] / size[1];

          if (is_held ((int) n, (int) i, (int) j, (int) k, is_noisy))
            trp_mask_set (self->masks[n], i, j, k, true);
        }
    }
}

static void
tear_down (Case *self)
{
  for (size_t n = 0; n < self->n_masks; n++)
    trp_mask_free (self->masks[n]);
}

static TrpStaple *
compute (const Case *self, const TrpStapleOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrpStaple *staple = trp_staple_compute ((const TrpMask *const *) self->masks, self->n_masks,
                                          options, NULL, &error);

  g_assert_no_error (error);
  return staple;
}

static double
get_probability (const Case *self, const TrpStaple *staple, size_t i, size_t j, size_t k)
{
  size_t pattern = 0;

  for (size_t n = 0; n < self->n_masks; n++)
    pattern |= (size_t) trp_mask_get (self->masks[n], i, j, k) << n;
  return staple->probability[pattern];
}

/* Not two readings: see the header. ITK counts the whole image, begins with the mean of the
 * readings and stops at steps of 1e-7, which at its rate of convergence (above 0.5 a step) is off
 * by a few 1e-7. */
static void
test_agrees_with_itk (void)
{
  static const struct
  {
    size_t n_masks, n_inside;
    double performance[N_MOST][2];
    double probability[4];
  } expected[] = {
    { 3,
      873,
      { { 0.979676443, 0.983553797 }, { 0.899046564, 0.963995020 }, { 0.735981062, 0.953950327 } },
      { 0.999718760, 0.999718760, 0.000089545, 0.005144840 } },
    { 5,
      934,
      { { 0.989126405, 0.987734876 },
        { 0.867875330, 0.962407323 },
        { 0.714274270, 0.953113322 },
        { 0.881423159, 0.898786117 },
        { 0.563443268, 0.941385207 } },
      { 0.999997423, 0.996486875, 0.000298994, 0.000230198 } },
  };
  static const size_t places[4][3] = { { 12, 10, 8 }, { 17, 10, 8 }, { 6, 11, 8 }, { 12, 4, 7 } };
  TrpStapleOptions options = TRP_STAPLE_DEFAULTS;

  options.margin_mm = (double) INFINITY;
  options.tolerance = 1e-12;
  for (size_t n = 0; n < G_N_ELEMENTS (expected); n++)
    {
      Case self;

      set_up (&self, expected[n].n_masks, true);
      g_autoptr (TrpStaple) staple = compute (&self, &options);

      g_assert_true (staple->converged);
      g_assert_cmpuint (staple->n_voxels, ==, size[0] * size[1] * size[2]);
      g_assert_cmpuint (trp_mask_count (staple->mask), ==, expected[n].n_inside);
      for (size_t rater = 0; rater < expected[n].n_masks; rater++)
        {
          trp_assert_near (staple->sensitivity[rater], expected[n].performance[rater][0], 2e-6);
          trp_assert_near (staple->specificity[rater], expected[n].performance[rater][1], 2e-6);
        }
      for (size_t place = 0; place < G_N_ELEMENTS (places); place++)
        trp_assert_near (
          get_probability (&self, staple, places[place][0], places[place][1], places[place][2]),
          expected[n].probability[place], 2e-6);
      tear_down (&self);
    }
}

typedef struct
{
  TrpStapleRegion region;
  double margin_mm;
  double prior;
  size_t n_voxels, n_inside;
  double performance[4][2];
} Region;

/* The same iteration in the same order of operations but for the sums: nine digits and more. */
static void
test_regions_as_numpy_has_them (void)
{
  static const Region regions[] = {
    { TRP_STAPLE_BOX,
      0,
      0.261960784314,
      3825,
      926,
      { { 0.997899460499, 1 },
        { 0.877685671235, 0.961549417683 },
        { 0.721340408543, 0.975723145746 },
        { 0.890244018349, 0.795106950444 } } },
    { TRP_STAPLE_BOX,
      4,
      0.137335526316,
      7296,
      936,
      { { 0.985738483829, 1 },
        { 0.874553605546, 0.983589138960 },
        { 0.722011671285, 0.990330230309 },
        { 0.886112938753, 0.907593226841 } } },
    { TRP_STAPLE_DISPUTED,
      4,
      0.402538531278,
      1103,
      1010,
      { { 0.652035081499, 0.908217360533 },
        { 0.773667015371, 1 },
        { 0.316387902630, 0.950819086083 },
        { 0.489843548448, 0 } } },
  };
  Case self;

  set_up (&self, 4, false);
  for (size_t n = 0; n < G_N_ELEMENTS (regions); n++)
    {
      const Region *region = &regions[n];
      TrpStapleOptions options = TRP_STAPLE_DEFAULTS;

      options.region = region->region;
      options.margin_mm = region->margin_mm;
      options.tolerance = 1e-13;
      options.max_iterations = 100000;
      g_autoptr (TrpStaple) staple = compute (&self, &options);

      trp_assert_near (staple->prior, region->prior, 1e-12);
      g_assert_cmpuint (staple->n_voxels, ==, region->n_voxels);
      g_assert_cmpuint (trp_mask_count (staple->mask), ==, region->n_inside);
      for (size_t rater = 0; rater < 4; rater++)
        {
          trp_assert_near (staple->sensitivity[rater], region->performance[rater][0], 1e-9);
          trp_assert_near (staple->specificity[rater], region->performance[rater][1], 1e-9);
        }
    }
  tear_down (&self);
}

static void
test_equal_readings_are_kept (void)
{
  const TrpStapleOptions options = TRP_STAPLE_DEFAULTS;
  Case self;

  set_up (&self, 1, false);
  self.masks[1] = trp_mask_copy (self.masks[0]);
  self.masks[2] = trp_mask_copy (self.masks[0]);
  self.n_masks = 3;
  g_autoptr (TrpStaple) staple = compute (&self, &options);

  g_assert_true (trp_mask_equal (staple->mask, self.masks[0]));
  for (size_t n = 0; n < 3; n++)
    {
      trp_assert_near (staple->sensitivity[n], 1, 1e-12);
      trp_assert_near (staple->specificity[n], 1, 1e-12);
    }
  tear_down (&self);
}

/* Nothing was drawn, or nothing is disputed: no numbers, and no voxel of anybody's making. */
static void
test_nothing_to_estimate (void)
{
  TrpStapleOptions options = TRP_STAPLE_DEFAULTS;
  Case self;

  set_up (&self, 1, false);
  self.masks[1] = trp_mask_copy (self.masks[0]);
  self.n_masks = 2;
  options.region = TRP_STAPLE_DISPUTED;
  g_autoptr (TrpStaple) agreed = compute (&self, &options);

  g_assert_true (trp_mask_equal (agreed->mask, self.masks[0]));
  g_assert_true (isnan (agreed->sensitivity[0]) && agreed->converged);
  trp_mask_free (self.masks[0]);
  trp_mask_free (self.masks[1]);
  self.masks[0] = trp_mask_new (trp_mask_get_geometry (agreed->mask));
  self.masks[1] = trp_mask_copy (self.masks[0]);
  g_autoptr (TrpStaple) empty = compute (&self, &options);

  g_assert_true (trp_mask_is_empty (empty->mask) && isnan (empty->prior));
  tear_down (&self);
}

static void
test_same_bits_in_any_order_and_thread_count (void)
{
  const TrpStapleOptions options = TRP_STAPLE_DEFAULTS;
  Case self;

  set_up (&self, 3, true);
  trp_parallel_set_threads (1);
  g_autoptr (TrpStaple) one = compute (&self, &options);

  trp_parallel_set_threads (4);
  g_autoptr (TrpStaple) four = compute (&self, &options);
  TrpMask *const first = self.masks[0];

  trp_parallel_set_threads (0);
  self.masks[0] = self.masks[2];
  self.masks[2] = first;
  g_autoptr (TrpStaple) turned = compute (&self, &options);

  g_assert_cmpmem (one->sensitivity, sizeof one->sensitivity, four->sensitivity,
                   sizeof four->sensitivity);
  g_assert_true (trp_mask_equal (one->mask, turned->mask));
  trp_assert_near (one->sensitivity[0], turned->sensitivity[2], 1e-12);
  tear_down (&self);
}

static void
test_refuses_one_reading_and_listens (void)
{
  const TrpStapleOptions options = TRP_STAPLE_DEFAULTS;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (GError) error = NULL;
  Case self;

  set_up (&self, 2, false);
  const TrpMask *const *masks = (const TrpMask *const *) self.masks;

  g_assert_null (trp_staple_compute (masks, 1, &options, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (trp_staple_compute (masks, 2, &options, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/staple/agrees-with-itk", test_agrees_with_itk);
  g_test_add_func ("/staple/regions-as-numpy-has-them", test_regions_as_numpy_has_them);
  g_test_add_func ("/staple/equal-readings-are-kept", test_equal_readings_are_kept);
  g_test_add_func ("/staple/nothing-to-estimate", test_nothing_to_estimate);
  g_test_add_func ("/staple/same-bits-in-any-order-and-thread-count",
                   test_same_bits_in_any_order_and_thread_count);
  g_test_add_func ("/staple/refuses-one-reading-and-listens", test_refuses_one_reading_and_listens);
  return g_test_run ();
}
