/* test-livewire.c - costs and cheapest ways against other programs and closed forms
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected numbers: tests/golden/livewire.py.
 */

#include "core/structure/livewire.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

static const double square[2] = { 1, 1 };

static TrpLivewireTree *
grow_all (TrpLivewireCost *cost, size_t x, size_t y)
{
  GError *error = NULL;
  TrpLivewireTree *tree = trp_livewire_tree_new (cost, x, y, &error);

  g_assert_no_error (error);
  g_assert_true (trp_livewire_tree_grow (tree, SIZE_MAX, NULL, &error));
  return tree;
}

static TrpLivewireCost *
make_cost (const TrpLivewireImage *image, const TrpLivewireOptions *options)
{
  GError *error = NULL;
  TrpLivewireCost *cost = trp_livewire_cost_new (image, options, NULL, &error);

  g_assert_no_error (error);
  return cost;
}

static TrpLivewireCost *
make_plain_cost (const float *pixels, size_t width, size_t height, const double spacing[2])
{
  GError *error = NULL;
  TrpLivewireCost *cost = trp_livewire_cost_new_from_pixels (pixels, width, height, spacing,
                                                             &error);

  g_assert_no_error (error);
  return cost;
}

/* The sum over a traced way is what the tree says. */
static void
check_way_costs (
  const TrpLivewireTree *tree, TrpLivewireCost *cost, size_t x, size_t y, const double spacing[2])
{
  g_autoptr (GArray) way = trp_livewire_tree_trace (tree, x, y);
  const float *costs = trp_livewire_cost_peek (cost);
  const size_t width = trp_livewire_cost_get_width (cost);
  double sum = 0;

  for (guint n = 1; n < way->len; n++)
    {
      const TrpPoint a = g_array_index (way, TrpPoint, n - 1), b = g_array_index (way, TrpPoint, n);
      const size_t from = (size_t) a.x + width * (size_t) a.y;
      const size_t to = (size_t) b.x + width * (size_t) b.y;

      g_assert_cmpfloat (fabs (a.x - b.x), <=, 1);
      g_assert_cmpfloat (fabs (a.y - b.y), <=, 1);
      sum += hypot ((a.x - b.x) * spacing[0], (a.y - b.y) * spacing[1]) *
             (double) (costs[TRP_LIVEWIRE_N_WAYS * from] + costs[TRP_LIVEWIRE_N_WAYS * to]) / 2;
    }
  trp_assert_near (sum, trp_livewire_tree_get_cost (tree, x, y), 1e-9 * sum);
}

enum
{
  WIDTH = 61,
  HEIGHT = 47,
};

static const size_t targets[5][2] = { { 60, 46 }, { 0, 46 }, { 60, 0 }, { 30, 23 }, { 59, 1 } };
static const double oblong[2] = { 0.7, 1.3 };

static void
test_cheapest (void)
{
  static const double expected[5] = { 177.70483424443321, 122.76011825672815, 133.60134626782175,
                                      82.18989300005136, 127.97273818169457 };
  g_autofree float *pixels = g_new (float, WIDTH *HEIGHT);

  for (size_t n = 0; n < WIDTH * HEIGHT; n++)
    pixels[n] = (float) (1 + (n * n * 31 + n * 7) % 701) / 64;
  g_autoptr (TrpLivewireCost) cost = make_plain_cost (pixels, WIDTH, HEIGHT, oblong);
  g_autoptr (TrpLivewireTree) tree = grow_all (cost, 3, 5);
  g_autoptr (TrpLivewireCost) square_cost = make_plain_cost (pixels, WIDTH, HEIGHT, square);
  g_autoptr (TrpLivewireTree) square_tree = grow_all (square_cost, 3, 5);

  for (int n = 0; n < 5; n++)
    {
      trp_assert_near (trp_livewire_tree_get_cost (tree, targets[n][0], targets[n][1]), expected[n],
                       1e-9 * expected[n]);
      check_way_costs (tree, cost, targets[n][0], targets[n][1], oblong);
    }
  trp_assert_near (trp_livewire_tree_get_cost (square_tree, 60, 46), 179.60056859772106, 1e-9);
}

static const TrpLivewireOptions golden_options = {
  .scale = 1.1, .gradient = 0.8, .distance = 0.3, .direction = 0.4, .length = 0.05
};

static float *
make_golden_image (void)
{
  float *values = g_new (float, WIDTH *HEIGHT);

  for (size_t n = 0; n < WIDTH * HEIGHT; n++)
    {
      const double x = (double) (n % WIDTH), y = (double) (n / WIDTH);
      const double dx = (x - 28) * oblong[0], dy = (y - 20) * oblong[1];

      values[n] = (float) rint (300 * exp (-(dx * dx + dy * dy) / 260) +
                                40 * sin (0.31 * x + 0.17 * y) - 5);
      if (x > 50 && y > 38)
        values[n] = NAN;
    }
  return values;
}

static const struct
{
  size_t x, y;
  double costs[TRP_LIVEWIRE_N_WAYS];
  double edge_x, edge_y;
} golden_pixels[] = {
  { 41, 0, { 1.303688, 1.109858, 1.261606, 0.964349 }, 0.74829, 0.18756 },
  { 30, 13, { 0.802210, 1.066999, 1.077029, 0.965569 }, 0.15693, 0.27485 },
  { 33, 30, { 0.922637, 0.933442, 1.030505, 0.767485 }, 0.63291, 0.35407 },
  { 19, 44, { 1.291344, 0.953388, 1.134122, 1.032268 }, -0.51096, -0.04021 },
  { 0, 0, { 1.446228, 1.246559, 1.399656, 1.109448 }, 0, 0 },
  { 51, 38, { 1.473388, 1.207304, 1.374782, 1.169532 }, 0, 0 },
  { 60, 46, { 1.550000, 1.550000, 1.550000, 1.550000 }, 0, 0 },
};

/* Ours is in float32: the gradient loses digits by subtraction, the place of its top more. */
static void
test_features (void)
{
  static const double expected[5] = { 80.9290666133301, 47.8651414550054, 52.14759315086009,
                                      38.49001772771705, 50.4584941131833 };
  g_autofree float *values = make_golden_image ();
  const TrpLivewireImage image = { values,    WIDTH,      HEIGHT, { oblong[0], oblong[1] },
                                   .low = 10, .high = 240 };
  g_autoptr (TrpLivewireCost) cost = make_cost (&image, &golden_options);
  g_autoptr (TrpLivewireTree) tree = grow_all (cost, 3, 5);

  for (size_t n = 0; n < G_N_ELEMENTS (golden_pixels); n++)
    {
      const size_t x = golden_pixels[n].x, y = golden_pixels[n].y;
      const TrpPoint edge = trp_livewire_cost_get_edge (cost, x, y);
      const float *costs = trp_livewire_cost_peek (cost) + TRP_LIVEWIRE_N_WAYS * (x + WIDTH * y);

      for (int way = 0; way < TRP_LIVEWIRE_N_WAYS; way++)
        trp_assert_near ((double) costs[way], golden_pixels[n].costs[way], 2e-4);
      trp_assert_near (edge.x - (double) x, golden_pixels[n].edge_x, 1e-3);
      trp_assert_near (edge.y - (double) y, golden_pixels[n].edge_y, 1e-3);
    }
  for (int n = 0; n < 5; n++)
    trp_assert_near (trp_livewire_tree_get_cost (tree, targets[n][0], targets[n][1]), expected[n],
                     1e-4 * expected[n]);
}

/* A disc, its rim a pixel wide as of a scanner. */
static void
fill_disc (
  float *values, size_t size, double x_mm, double y_mm, double radius, double dx, double dy)
{
  for (size_t n = 0; n < size * size; n++)
    {
      const double r = hypot ((double) (n % size) * dx - x_mm, (double) (n / size) * dy - y_mm) -
                       radius;

      values[n] = (float) (100 + 400 * CLAMP (0.5 - r, 0, 1));
    }
}

static double
get_mean_distance (const GArray *way, double x_mm, double y_mm, double radius, double dx, double dy)
{
  double sum = 0;

  for (guint n = 0; n < way->len; n++)
    {
      const TrpPoint point = g_array_index (way, TrpPoint, n);

      sum += fabs (hypot (point.x * dx - x_mm, point.y * dy - y_mm) - radius);
    }
  return sum / way->len;
}

/* Four anchors near the rim; the wire lies on the circle to a fraction of a pixel, also where
 * pixels are not square. */
static void
test_circle (void)
{
  static const double spacings[2][2] = { { 1, 1 }, { 0.8, 1.25 } };

  for (int s = 0; s < 2; s++)
    {
      const double dx = spacings[s][0], dy = spacings[s][1], x_mm = 32.2, y_mm = 31.7, r = 20.3;
      g_autofree float *values = g_new (float, 80 * 80);
      const TrpLivewireImage image = { values, 80, 80, { dx, dy }, -INFINITY, INFINITY };
      const TrpLivewireOptions options = trp_livewire_options_default ();
      double sum = 0;

      fill_disc (values, 80, x_mm, y_mm, r, dx, dy);
      g_autoptr (TrpLivewireCost) cost = make_cost (&image, &options);
      for (int n = 0; n < 4; n++)
        {
          const double a = G_PI * (n + 0.3) / 2, b = a + G_PI / 2;
          g_autoptr (TrpLivewireTree)
            tree = grow_all (cost, (size_t) rint ((x_mm + r * cos (a)) / dx),
                             (size_t) rint ((y_mm + r * sin (a)) / dy));
          g_autoptr (GArray)
            way = trp_livewire_tree_trace (tree, (size_t) rint ((x_mm + r * cos (b)) / dx),
                                           (size_t) rint ((y_mm + r * sin (b)) / dy));

          g_assert_cmpuint (way->len, >, 20); /* along the rim, not across */
          sum += get_mean_distance (way, x_mm, y_mm, r, dx, dy) / 4;
        }
      g_test_message ("spacing %g x %g: %.3f mm off the circle", dx, dy, sum);
      g_assert_cmpfloat (sum, <, 0.2);
    }
}

/* No edge: the wire is straight, its cost the shortest of eight-neighbour ways. */
static void
test_constant (void)
{
  g_autofree float *values = g_new0 (float, 50 * 40);
  const TrpLivewireImage image = { values, 50, 40, { 1, 1 }, -INFINITY, INFINITY };
  const TrpLivewireOptions options = { 2, .gradient = 1, .distance = 0.5, .direction = 0.25,
                                       .length = 0.25 };
  g_autoptr (TrpLivewireCost) cost = make_cost (&image, &options);
  g_autoptr (TrpLivewireTree) tree = grow_all (cost, 4, 6);
  g_autoptr (GArray) way = trp_livewire_tree_trace (tree, 44, 17);

  trp_assert_near (trp_livewire_tree_get_cost (tree, 44, 17), 2 * (29 + 11 * G_SQRT2), 1e-5);
  g_assert_cmpuint (way->len, ==, 2);
  g_assert_cmpfloat (g_array_index (way, TrpPoint, 0).x, ==, 4);
  g_assert_cmpfloat (g_array_index (way, TrpPoint, 0).y, ==, 6);
  g_assert_cmpfloat (g_array_index (way, TrpPoint, 1).x, ==, 44);
  g_assert_cmpfloat (g_array_index (way, TrpPoint, 1).y, ==, 17);
}

/* Nothing but NAN, infinities among numbers, one row, one column, one pixel: a way everywhere. */
static void
test_odd_images (void)
{
  static const size_t sizes[][2] = { { 9, 7 }, { 1, 30 }, { 30, 1 }, { 1, 1 } };
  const TrpLivewireOptions options = trp_livewire_options_default ();

  for (size_t n = 0; n < G_N_ELEMENTS (sizes); n++)
    for (int kind = 0; kind < 4; kind++)
      {
        const size_t width = sizes[n][0], height = sizes[n][1];
        g_autofree float *values = g_new (float, width *height);
        const TrpLivewireImage image = {
          values, width, height, { 0.5, 3 }, kind == 3 ? -INFINITY : -1000, 1000
        };

        for (size_t p = 0; p < width * height; p++)
          values[p] = kind == 0    ? NAN
                      : p % 5 == 2 ? (kind == 1 ? INFINITY : -INFINITY)
                      : p % 2      ? -3e38f
                                   : (float) p;
        g_autoptr (TrpLivewireCost) cost = make_cost (&image, &options);
        g_autoptr (TrpLivewireTree) tree = grow_all (cost, width - 1, 0);
        g_autoptr (GArray) way = trp_livewire_tree_trace (tree, 0, height - 1);

        for (size_t p = 0; p < width * height; p++)
          g_assert_true (isfinite (trp_livewire_tree_get_cost (tree, p % width, p / width)));
        g_assert_cmpuint (way->len, >=, 1);
      }
}

/* In portions the tree is the same, and what it has is final. */
static void
test_portions (void)
{
  g_autofree float *values = make_golden_image ();
  const TrpLivewireImage image = { values, WIDTH, HEIGHT, { 1, 1 }, -INFINITY, INFINITY };
  g_autoptr (TrpLivewireCost) cost = make_cost (&image, &golden_options);
  g_autoptr (TrpLivewireTree) whole = grow_all (cost, 20, 20);
  g_autoptr (TrpLivewireTree) tree = trp_livewire_tree_new (cost, 20, 20, NULL);
  size_t n_before = 0;

  g_assert_false (trp_livewire_tree_has (tree, 20, 20));
  g_assert_null (trp_livewire_tree_trace (tree, 20, 20));
  while (!trp_livewire_tree_has (tree, 60, 46))
    {
      size_t n_known = 0;

      g_assert_true (trp_livewire_tree_grow (tree, 100, NULL, NULL));
      for (size_t n = 0; n < WIDTH * HEIGHT; n++)
        if (trp_livewire_tree_has (tree, n % WIDTH, n / WIDTH))
          {
            n_known++;
            g_assert_cmpfloat (trp_livewire_tree_get_cost (tree, n % WIDTH, n / WIDTH), ==,
                               trp_livewire_tree_get_cost (whole, n % WIDTH, n / WIDTH));
          }
      g_assert_cmpuint (n_known, >=, n_before + 50);
      g_assert_cmpuint (n_known, <=, n_before + 300);
      n_before = n_known;
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree float *values = g_new0 (float, 300 * 300);
  const TrpLivewireImage image = { values, 300, 300, { 1, 1 }, -INFINITY, INFINITY };
  const TrpLivewireOptions options = trp_livewire_options_default ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  GError *error = NULL;
  g_autoptr (TrpLivewireCost) cost = make_cost (&image, &options);
  g_autoptr (TrpLivewireTree) tree = trp_livewire_tree_new (cost, 0, 0, NULL);

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_livewire_cost_new (&image, &options, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (trp_livewire_tree_grow (tree, SIZE_MAX, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (trp_livewire_tree_has (tree, 299, 299));
  g_assert_true (trp_livewire_tree_grow (tree, SIZE_MAX, NULL, &error));
  g_assert_true (trp_livewire_tree_has (tree, 299, 299));
}

static void
test_too_large (void)
{
  const TrpLivewireImage image = { NULL, 4096, 1025, { 1, 1 }, 0, 1 };
  const TrpLivewireOptions options = trp_livewire_options_default ();
  GError *error = NULL;

  g_assert_null (trp_livewire_cost_new (&image, &options, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "4096 x 1025"));
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/livewire/cheapest", test_cheapest);
  g_test_add_func ("/livewire/features", test_features);
  g_test_add_func ("/livewire/circle", test_circle);
  g_test_add_func ("/livewire/constant", test_constant);
  g_test_add_func ("/livewire/odd-images", test_odd_images);
  g_test_add_func ("/livewire/portions", test_portions);
  g_test_add_func ("/livewire/cancelled", test_cancelled);
  g_test_add_func ("/livewire/too-large", test_too_large);
  return g_test_run ();
}
