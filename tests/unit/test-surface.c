/* test-surface.c - masks against closed formulas and against brute force
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The brute force here works on bytes, one point at a time, straight from the written definitions;
 * it shares no code with what it tests.
 */

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/io/format.h"
#include "core/metrics/mask-metrics.h"
#include "core/metrics/surfel.h"
#include "tests/lib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums of a few hundred doubles in another order. */
#define ROUNDING 1e-11

static const double tolerances[] = { 0, 0.5, 1, 2, 3 };
#define N_TOLERANCES G_N_ELEMENTS (tolerances)

static TrpMask *
new_mask (size_t nx, size_t ny, size_t nz, double si, double sj, double sk)
{
  const TrpGeometry geometry = trp_geometry_axial (
    (const size_t[]){ nx, ny, nz }, (const double[]){ si, sj, sk }, trp_vec3 (0, 0, 0));

  return trp_mask_new (&geometry);
}

static void
fill_box (TrpMask *mask, const size_t begin[3], const size_t end[3])
{
  for (size_t k = begin[2]; k < end[2]; k++)
    for (size_t j = begin[1]; j < end[1]; j++)
      for (size_t i = begin[0]; i < end[0]; i++)
        trp_mask_set (mask, i, j, k, true);
}

static void
fill_ball (TrpMask *mask, double ci, double cj, double ck, double radius)
{
  const TrpGeometry *g = trp_mask_get_geometry (mask);

  for (size_t k = 0; k < g->size[2]; k++)
    for (size_t j = 0; j < g->size[1]; j++)
      for (size_t i = 0; i < g->size[0]; i++)
        if (hypot (hypot (((double) i - ci) * trp_geometry_get_spacing (g, 0),
                          ((double) j - cj) * trp_geometry_get_spacing (g, 1)),
                   ((double) k - ck) * trp_geometry_get_spacing (g, 2)) <= radius)
          trp_mask_set (mask, i, j, k, true);
}

static TrpMaskMetrics *
compute (const TrpMask *a, const TrpMask *b)
{
  g_autoptr (GError) error = NULL;
  TrpMaskMetrics *metrics = trp_mask_metrics_compute (a, b, tolerances, N_TOLERANCES, NULL, &error);

  g_assert_no_error (error);
  return metrics;
}

static const TrpSurfaceNumbers *
border_of (const TrpMaskMetrics *metrics)
{
  return trp_surface_distances_get_numbers (metrics->border);
}

static const TrpSurfaceNumbers *
surfel_of (const TrpMaskMetrics *metrics)
{
  return trp_surface_distances_get_numbers (metrics->surfel);
}

/* Brute force */

typedef struct
{
  double point[3];
  double weight;
  double distance;
} Point;

static bool
at (const TrpMask *mask, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;

  return i >= 0 && j >= 0 && k >= 0 && (size_t) i < size[0] && (size_t) j < size[1] &&
         (size_t) k < size[2] && trp_mask_get (mask, (size_t) i, (size_t) j, (size_t) k);
}

static bool
is_border (const TrpMask *m, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
  return at (m, i, j, k) && !(at (m, i - 1, j, k) && at (m, i + 1, j, k) && at (m, i, j - 1, k) &&
                              at (m, i, j + 1, k) && at (m, i, j, k - 1) && at (m, i, j, k + 1));
}

static bool
is_contour (const TrpMask *m, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
  return at (m, i, j, k) && !(at (m, i - 1, j, k) && at (m, i + 1, j, k) && at (m, i, j - 1, k) &&
                              at (m, i, j + 1, k));
}

static bool
is_corner (const TrpMask *m, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
  int n = 0;

  for (int bit = 0; bit < 8; bit++)
    n += at (m, i - (bit & 1), j - (bit >> 1 & 1), k - (bit >> 2));
  return n > 0 && n < 8;
}

static GArray *
list_points (const TrpMask *m, bool (*test) (const TrpMask *, ptrdiff_t, ptrdiff_t, ptrdiff_t))
{
  const TrpGeometry *g = trp_mask_get_geometry (m);
  GArray *points = g_array_new (FALSE, FALSE, sizeof (Point));

  for (ptrdiff_t k = 0; k <= (ptrdiff_t) g->size[2]; k++)
    for (ptrdiff_t j = 0; j <= (ptrdiff_t) g->size[1]; j++)
      for (ptrdiff_t i = 0; i <= (ptrdiff_t) g->size[0]; i++)
        if (test (m, i, j, k))
          {
            const Point point = { { (double) i * trp_geometry_get_spacing (g, 0),
                                    (double) j * trp_geometry_get_spacing (g, 1),
                                    (double) k * trp_geometry_get_spacing (g, 2) },
                                  1,
                                  INFINITY };

            g_array_append_val (points, point);
          }
  return points;
}

#define POINT(array, n) (&g_array_index (array, Point, n))

static int
compare_points (const void *a, const void *b)
{
  const double x = ((const Point *) a)->distance, y = ((const Point *) b)->distance;

  return (x > y) - (x < y);
}

static void
measure (GArray *from, GArray *to, bool same_slice)
{
  for (size_t n = 0; n < from->len; n++)
    for (size_t m = 0; m < to->len; m++)
      {
        const double *p = POINT (from, n)->point, *q = POINT (to, m)->point;
        const double d = sqrt ((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                               (p[2] - q[2]) * (p[2] - q[2]));

        if (!same_slice || p[2] == q[2])
          POINT (from, n)->distance = MIN (POINT (from, n)->distance, d);
      }
}

static double
percentile (GArray *points)
{
  const double rank = 0.95 * (points->len - 1);
  const size_t low = (size_t) rank, high = MIN (low + 1, points->len - 1);

  g_array_sort (points, compare_points);
  return POINT (points, low)->distance +
         (rank - (double) low) * (POINT (points, high)->distance - POINT (points, low)->distance);
}

static double
mean (GArray *points)
{
  double sum = 0, weight = 0;

  for (size_t n = 0; n < points->len; n++)
    {
      sum += POINT (points, n)->distance * POINT (points, n)->weight;
      weight += POINT (points, n)->weight;
    }
  return sum / weight;
}

static double
largest (GArray *points)
{
  double value = 0;

  for (size_t n = 0; n < points->len; n++)
    value = MAX (value, POINT (points, n)->distance);
  return value;
}

static double
part_within (GArray *points, double tolerance)
{
  double inside = 0, all = 0;

  for (size_t n = 0; n < points->len; n++)
    {
      all += POINT (points, n)->weight;
      inside += POINT (points, n)->distance <= tolerance + 1e-5 ? POINT (points, n)->weight : 0;
    }
  return inside / all;
}

static void
check_border (const TrpMask *a, const TrpMask *b, const TrpMaskMetrics *metrics)
{
  const TrpSurfaceNumbers *numbers = border_of (metrics);
  g_autoptr (GArray) ab = list_points (a, is_border);
  g_autoptr (GArray) ba = list_points (b, is_border);
  g_autoptr (GArray) pooled = g_array_new (FALSE, FALSE, sizeof (Point));

  measure (ab, ba, false);
  measure (ba, ab, false);
  g_array_append_vals (pooled, ab->data, ab->len);
  g_array_append_vals (pooled, ba->data, ba->len);
  g_assert_cmpuint (numbers->n_reference, ==, ab->len);
  g_assert_cmpuint (numbers->n_test, ==, ba->len);
  trp_assert_near (numbers->hd_ab, largest (ab), ROUNDING);
  trp_assert_near (numbers->hd_ba, largest (ba), ROUNDING);
  trp_assert_near (numbers->hd, MAX (largest (ab), largest (ba)), ROUNDING);
  trp_assert_near (numbers->hd95, MAX (percentile (ab), percentile (ba)), ROUNDING);
  trp_assert_near (numbers->hd95_pooled, percentile (pooled), ROUNDING);
  trp_assert_near (numbers->asd_ab, mean (ab), ROUNDING);
  trp_assert_near (numbers->asd_ba, mean (ba), ROUNDING);
  trp_assert_near (numbers->assd, mean (pooled), ROUNDING);
  trp_assert_near (numbers->masd, (mean (ab) + mean (ba)) / 2, ROUNDING);
  for (size_t t = 0; t < N_TOLERANCES; t++)
    trp_assert_near (trp_surface_distances_get_nsd (metrics->border, tolerances[t]),
                     part_within (pooled, tolerances[t]), ROUNDING);
}

static void
check_counts (const TrpMask *a, const TrpMask *b, const TrpMaskMetrics *metrics)
{
  g_autoptr (GArray) set_a = list_points (a, at);
  g_autoptr (GArray) set_b = list_points (b, at);
  g_autoptr (GArray) contour_a = list_points (a, is_contour);
  g_autoptr (GArray) contour_b = list_points (b, is_contour);

  measure (set_a, set_b, false);
  measure (set_b, set_a, false);
  measure (contour_a, contour_b, true);
  g_assert_cmpuint (metrics->overlap.reference, ==, set_a->len);
  g_assert_cmpuint (metrics->overlap.test, ==, set_b->len);
  trp_assert_near (metrics->hd_set, MAX (largest (set_a), largest (set_b)), ROUNDING);
  g_assert_cmpuint (metrics->contour_pixels, ==, contour_a->len);
  for (size_t t = 0; t < N_TOLERANCES; t++)
    trp_assert_near (metrics->apl_pixels[t],
                     contour_a->len * (1 - part_within (contour_a, tolerances[t])), 1e-6);
}

/* Weighted with the table's areas, which test_surfel_areas() checks by themselves. */
static void
check_surfel (const TrpMask *a, const TrpMask *b, const TrpMaskMetrics *metrics)
{
  const TrpGeometry *g = trp_mask_get_geometry (a);
  const TrpSurfaceNumbers *numbers = surfel_of (metrics);
  g_autoptr (GArray) ab = list_points (a, is_corner);
  g_autoptr (GArray) ba = list_points (b, is_corner);
  GArray *const lists[2] = { ab, ba };
  const double spacing[3] = { trp_geometry_get_spacing (g, 0), trp_geometry_get_spacing (g, 1),
                              trp_geometry_get_spacing (g, 2) };
  double areas[TRP_SURFEL_N_CODES], hd95 = 0;
  g_autoptr (GArray) pooled = g_array_new (FALSE, FALSE, sizeof (Point));

  trp_surfel_compute_areas (spacing, areas);
  measure (lists[0], lists[1], false);
  measure (lists[1], lists[0], false);
  for (int side = 0; side < 2; side++)
    {
      double total = 0, sum = 0;

      for (size_t n = 0; n < lists[side]->len; n++)
        {
          Point *point = POINT (lists[side], n);
          unsigned code = 0;

          for (int bit = 0; bit < 8; bit++)
            code |= (unsigned) at (side ? b : a,
                                   lround (point->point[0] / spacing[0]) - 1 + (bit & 1),
                                   lround (point->point[1] / spacing[1]) - 1 + (bit >> 1 & 1),
                                   lround (point->point[2] / spacing[2]) - 1 + (bit >> 2))
                    << bit;
          point->weight = areas[code];
          total += areas[code];
        }
      g_array_append_vals (pooled, lists[side]->data, lists[side]->len);
      g_array_sort (lists[side], compare_points);
      for (size_t n = 0; n < lists[side]->len && sum < 0.95 * total; n++)
        {
          sum += POINT (lists[side], n)->weight;
          if (sum >= 0.95 * total)
            hd95 = MAX (hd95, POINT (lists[side], n)->distance);
        }
    }
  g_assert_cmpuint (numbers->n_reference, ==, lists[0]->len);
  g_assert_cmpuint (numbers->n_test, ==, lists[1]->len);
  trp_assert_near (numbers->hd, largest (pooled), ROUNDING);
  trp_assert_near (numbers->hd95, hd95, ROUNDING);
  trp_assert_near (numbers->asd_ab, mean (lists[0]), ROUNDING);
  trp_assert_near (numbers->asd_ba, mean (lists[1]), ROUNDING);
  trp_assert_near (numbers->assd, mean (pooled), ROUNDING);
  for (size_t t = 0; t < N_TOLERANCES; t++)
    trp_assert_near (trp_surface_distances_get_nsd (metrics->surfel, tolerances[t]),
                     part_within (pooled, tolerances[t]), ROUNDING);
}

static void
fill_random (TrpMask *mask, TrpRng *rng, double density)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (trp_rng_uniform (rng, 0, 1) < density)
          trp_mask_set (mask, i, j, k, true);
}

static void
test_brute_force (void)
{
  static const double densities[][2] = { { 0.5, 0.5 },   { 0.02, 0.3 },  { 0.9, 0.97 },
                                         { 0.003, 0.9 }, { 0.01, 0.01 }, { 1, 0.02 } };
  TrpRng rng = trp_rng_new (7, 1);

  for (size_t n = 0; n < 3 * G_N_ELEMENTS (densities); n++)
    {
      const size_t nx = n % 3 == 0 ? 67 : 5 + trp_rng_below (&rng, 9);
      const size_t ny = 1 + trp_rng_below (&rng, 8), nz = 1 + trp_rng_below (&rng, 7);
      const double *density = densities[n % G_N_ELEMENTS (densities)];
      g_autoptr (TrpMask) a = new_mask (nx, ny, nz, 0.7, 1.1, 2.5);
      g_autoptr (TrpMask) b = new_mask (nx, ny, nz, 0.7, 1.1, 2.5);
      g_autoptr (TrpMaskMetrics) metrics = NULL;

      fill_random (a, &rng, density[0]);
      fill_random (b, &rng, density[1]);
      trp_mask_set (a, 0, 0, 0, true);
      trp_mask_set (b, nx - 1, ny - 1, nz - 1, true);
      metrics = compute (a, b);
      check_border (a, b, metrics);
      check_surfel (a, b, metrics);
      check_counts (a, b, metrics);
    }
}

/* Far apart: more rows lie between than the near search looks through, so the second pass runs. */
static void
test_far_apart (void)
{
  TrpRng rng = trp_rng_new (8, 1);

  for (int n = 0; n < 3; n++)
    {
      g_autoptr (TrpMask) a = new_mask (40, 150, 130, 0.7, 0.9, 1.3);
      g_autoptr (TrpMask) b = new_mask (40, 150, 130, 0.7, 0.9, 1.3);
      g_autoptr (TrpMaskMetrics) metrics = NULL;

      for (int m = 0; m < 25; m++)
        {
          trp_mask_set (a, trp_rng_below (&rng, 40), trp_rng_below (&rng, 30),
                        trp_rng_below (&rng, 130), true);
          trp_mask_set (b, trp_rng_below (&rng, 40), n == 0 ? 149 : trp_rng_below (&rng, 150),
                        trp_rng_below (&rng, n == 1 ? 10 : 130), true);
        }
      metrics = compute (a, b);
      check_border (a, b, metrics);
      check_surfel (a, b, metrics);
      check_counts (a, b, metrics);
    }
}

static void
test_shifted_cubes (void)
{
  g_autoptr (TrpMask) a = new_mask (30, 20, 20, 1, 1, 1);
  g_autoptr (TrpMask) b = new_mask (30, 20, 20, 1, 1, 1);
  g_autoptr (TrpMaskMetrics) metrics = NULL;

  fill_box (a, (const size_t[]){ 5, 5, 5 }, (const size_t[]){ 15, 15, 15 });
  fill_box (b, (const size_t[]){ 10, 5, 5 }, (const size_t[]){ 20, 15, 15 });
  metrics = compute (a, b);
  trp_assert_near (trp_overlap_dice (&metrics->overlap), 0.5, 0);
  trp_assert_near (trp_overlap_iou (&metrics->overlap), 1.0 / 3, 1e-15);
  trp_assert_near (trp_overlap_relative_difference (&metrics->overlap), 0, 0);
  trp_assert_near (border_of (metrics)->hd, 5, 0);
  trp_assert_near (surfel_of (metrics)->hd, 5, 0);
  trp_assert_near (metrics->hd_set, 5, 0);
  g_assert_cmpuint (border_of (metrics)->n_reference, ==, 10 * 10 * 10 - 8 * 8 * 8);
}

/* A cube of n voxels: faces, edges and corners have patches of known area (marching cubes cut edges
 * and corners by half a voxel). */
static void
test_cube_area (void)
{
  const double s[3] = { 0.5, 1.5, 2 }, n = 6;
  const double f[3] = { s[1] * s[2], s[0] * s[2], s[0] * s[1] };
  double area = 0;
  g_autoptr (TrpMask) a = new_mask (12, 12, 12, s[0], s[1], s[2]);
  g_autoptr (TrpMaskMetrics) metrics = NULL;

  fill_box (a, (const size_t[]){ 2, 2, 2 }, (const size_t[]){ 8, 8, 8 });
  metrics = compute (a, a);
  for (int x = 0; x < 3; x++)
    area += 2 * (n - 1) * (n - 1) * f[x] + 4 * (n - 1) * hypot (f[(x + 1) % 3], f[(x + 2) % 3]) / 2;
  area += 8 * sqrt (f[0] * f[0] + f[1] * f[1] + f[2] * f[2]) / 8;
  trp_assert_near (surfel_of (metrics)->size_reference, area, 1e-9);
  trp_assert_near (surfel_of (metrics)->hd, 0, 0);
  trp_assert_near (surfel_of (metrics)->assd, 0, 0);
}

/* Balls with one centre: the distance between their surfaces is the difference of the radii, to
 * within the voxel's diagonal; areas of marching cubes on bits overshoot by some 13 %. */
static void
test_balls (void)
{
  g_autoptr (TrpMask) a = new_mask (80, 80, 40, 1, 1, 2);
  g_autoptr (TrpMask) b = new_mask (80, 80, 40, 1, 1, 2);
  g_autoptr (TrpMaskMetrics) metrics = NULL;
  const double volume = 4 * G_PI / 3;

  fill_ball (a, 39.5, 39.5, 19.5, 30);
  fill_ball (b, 39.5, 39.5, 19.5, 24);
  metrics = compute (a, b);
  trp_assert_near (trp_overlap_dice (&metrics->overlap),
                   2 * 24 * 24 * 24.0 / (30 * 30 * 30 + 24 * 24 * 24), 5e-3);
  trp_assert_near (metrics->volume_reference_mm3, volume * 27000, 0.01 * volume * 27000);
  trp_assert_near (border_of (metrics)->assd, 6, 0.5);
  trp_assert_near (border_of (metrics)->hd, 6, sqrt (6));
  trp_assert_near (surfel_of (metrics)->size_reference, 4 * G_PI * 900, 0.15 * 4 * G_PI * 900);
}

static void
test_single_voxels (void)
{
  g_autoptr (TrpMask) a = new_mask (20, 20, 20, 0.5, 2, 3);
  g_autoptr (TrpMask) b = new_mask (20, 20, 20, 0.5, 2, 3);
  g_autoptr (TrpMaskMetrics) metrics = NULL;

  trp_mask_set (a, 2, 3, 4, true);
  trp_mask_set (b, 14, 7, 5, true);
  metrics = compute (a, b);
  trp_assert_near (border_of (metrics)->hd, sqrt (36 + 64 + 9), 1e-14);
  trp_assert_near (border_of (metrics)->hd95, sqrt (36 + 64 + 9), 1e-14);
  trp_assert_near (border_of (metrics)->masd, sqrt (36 + 64 + 9), 1e-14);
  trp_assert_near (metrics->hd_set, sqrt (36 + 64 + 9), 1e-14);
  trp_assert_near (surfel_of (metrics)->hd, sqrt (36 + 64 + 9), 1e-14);
  g_assert_cmpuint (surfel_of (metrics)->n_test, ==, 8);
  g_assert_cmpuint (metrics->apl_pixels[0], ==, 1);
  trp_assert_near (metrics->apl_mm_per_pixel, 1.25, 0);
}

static void
check_same (const TrpSurfaceNumbers *x, const TrpSurfaceNumbers *y, bool swapped, double tolerance)
{
  trp_assert_near (x->hd_ab, swapped ? y->hd_ba : y->hd_ab, tolerance);
  trp_assert_near (x->hd_ba, swapped ? y->hd_ab : y->hd_ba, tolerance);
  trp_assert_near (x->hd, y->hd, tolerance);
  trp_assert_near (x->hd95, y->hd95, tolerance);
  trp_assert_near (x->hd95_pooled, y->hd95_pooled, tolerance);
  trp_assert_near (x->asd_ab, swapped ? y->asd_ba : y->asd_ab, tolerance);
  trp_assert_near (x->assd, y->assd, tolerance);
  trp_assert_near (x->masd, y->masd, tolerance);
  trp_assert_near (x->size_reference, swapped ? y->size_test : y->size_reference, tolerance);
}

static void
test_empty (void)
{
  g_autoptr (TrpMask) none = new_mask (9, 8, 7, 1, 1, 1);
  g_autoptr (TrpMask) some = new_mask (9, 8, 7, 1, 1, 1);
  g_autoptr (TrpMaskMetrics) both = NULL;
  g_autoptr (TrpMaskMetrics) reference = NULL;
  g_autoptr (TrpMaskMetrics) test = NULL;

  fill_box (some, (const size_t[]){ 2, 2, 2 }, (const size_t[]){ 5, 5, 5 });
  both = compute (none, none);
  g_assert_true (isnan (trp_overlap_dice (&both->overlap)));
  g_assert_true (isnan (border_of (both)->hd) && isnan (border_of (both)->asd_ab));
  g_assert_true (isnan (surfel_of (both)->hd95) && isnan (both->hd_set));
  g_assert_true (isnan (trp_surface_distances_get_nsd (both->border, 1)));
  g_assert_cmpuint (both->apl_pixels[0], ==, 0);
  reference = compute (none, some); /* the reference is empty */
  trp_assert_near (trp_overlap_dice (&reference->overlap), 0, 0);
  trp_assert_near (trp_overlap_relative_difference (&reference->overlap), INFINITY, 0);
  trp_assert_near (border_of (reference)->hd, INFINITY, 0);
  g_assert_true (isnan (border_of (reference)->asd_ab));
  trp_assert_near (border_of (reference)->asd_ba, INFINITY, 0);
  trp_assert_near (trp_surface_distances_get_nsd (reference->surfel, 9), 0, 0);
  g_assert_cmpuint (reference->apl_pixels[0], ==, 0);
  test = compute (some, none);
  trp_assert_near (trp_overlap_relative_difference (&test->overlap), -1, 0);
  trp_assert_near (test->hd_set, INFINITY, 0);
  trp_assert_near (border_of (test)->asd_ab, INFINITY, 0);
  g_assert_true (isnan (border_of (test)->hd_ba));
  g_assert_cmpuint (test->apl_pixels[N_TOLERANCES - 1], ==, 3 * 8);
}

static void
test_swap (void)
{
  TrpRng rng = trp_rng_new (9, 1);
  g_autoptr (TrpMask) a = new_mask (70, 20, 9, 0.98, 0.98, 2.5);
  g_autoptr (TrpMask) b = new_mask (70, 20, 9, 0.98, 0.98, 2.5);
  g_autoptr (TrpMaskMetrics) ab = NULL;
  g_autoptr (TrpMaskMetrics) ba = NULL;

  fill_random (a, &rng, 0.1);
  fill_random (b, &rng, 0.3);
  ab = compute (a, b);
  ba = compute (b, a);
  check_same (border_of (ab), border_of (ba), true, ROUNDING);
  check_same (surfel_of (ab), surfel_of (ba), true, 1e-9);
  trp_assert_near (ab->hd_set, ba->hd_set, 0);
}

/* The same masks with an axis flipped and axes exchanged, spacing with them. */
static void
test_flip_and_permute (void)
{
  TrpRng rng = trp_rng_new (10, 1);
  const double s[3] = { 0.7, 1.1, 2.5 };
  g_autoptr (TrpMask) a = new_mask (30, 20, 9, s[0], s[1], s[2]);
  g_autoptr (TrpMask) b = new_mask (30, 20, 9, s[0], s[1], s[2]);
  g_autoptr (TrpMask) turned_a = new_mask (9, 30, 20, s[2], s[0], s[1]);
  g_autoptr (TrpMask) turned_b = new_mask (9, 30, 20, s[2], s[0], s[1]);
  TrpMask *const masks[4] = { a, b, turned_a, turned_b };
  g_autoptr (TrpMaskMetrics) plain = NULL;
  g_autoptr (TrpMaskMetrics) turned = NULL;

  for (int n = 0; n < 2; n++)
    {
      fill_random (masks[n], &rng, n == 0 ? 0.1 : 0.4);
      for (size_t k = 0; k < 9; k++)
        for (size_t j = 0; j < 20; j++)
          for (size_t i = 0; i < 30; i++)
            trp_mask_set (masks[n + 2], 8 - k, i, 19 - j, trp_mask_get (masks[n], i, j, k));
    }
  plain = compute (masks[0], masks[1]);
  turned = compute (masks[2], masks[3]);
  check_same (border_of (plain), border_of (turned), false, 1e-9);
  check_same (surfel_of (plain), surfel_of (turned), false, 1e-9);
  trp_assert_near (plain->hd_set, turned->hd_set, 1e-9);
}

/* Triangulated on paper: the patch of a code is a polygon through the middles of the links it cuts.
 * One voxel: the triangle through three of them. Two along x: a rectangle. Square: a face. */
static void
test_surfel_areas (void)
{
  const double s[3] = { 0.7, 1.1, 2.5 };
  double areas[TRP_SURFEL_N_CODES];
  const TrpVec3 p = trp_vec3 (s[0] / 2, 0, 0), q = trp_vec3 (0, s[1] / 2, 0),
                r = trp_vec3 (0, 0, s[2] / 2);
  const double triangle =
    trp_vec3_length (trp_vec3_cross (trp_vec3_subtract (q, p), trp_vec3_subtract (r, p))) / 2;

  trp_surfel_compute_areas (s, areas);
  trp_assert_near (areas[0], 0, 0);
  trp_assert_near (areas[255], 0, 0);
  for (int bit = 0; bit < 8; bit++)
    trp_assert_near (areas[1 << bit], triangle, 1e-14);
  trp_assert_near (areas[1 | 2], s[0] * hypot (s[1] / 2, s[2] / 2), 1e-14);
  trp_assert_near (areas[1 | 4], s[1] * hypot (s[0] / 2, s[2] / 2), 1e-14);
  trp_assert_near (areas[1 | 2 | 4 | 8], s[0] * s[1], 1e-14);
  trp_assert_near (areas[1 | 2 | 16 | 32], s[0] * s[2], 1e-14);
  trp_assert_near (areas[1 | 2 | 4 | 16], 6 * triangle, 1e-14);
  for (unsigned code = 0; code < 256; code++)
    trp_assert_near (areas[code], areas[255 - code], 1e-14);
}

static void
test_threads (void)
{
  TrpRng rng = trp_rng_new (11, 1);
  g_autoptr (TrpMask) a = new_mask (90, 80, 70, 0.98, 0.98, 2.5);
  g_autoptr (TrpMask) b = new_mask (90, 80, 70, 0.98, 0.98, 2.5);
  g_autoptr (TrpMaskMetrics) one = NULL;
  g_autoptr (TrpMaskMetrics) four = NULL;

  fill_ball (a, 40, 40, 35, 30);
  fill_ball (b, 43, 38, 35, 33);
  fill_random (b, &rng, 0.001);
  trp_parallel_set_threads (1);
  one = compute (a, b);
  trp_parallel_set_threads (4);
  four = compute (a, b);
  trp_parallel_set_threads (0);
  g_assert_cmpmem (border_of (one), sizeof *border_of (one), border_of (four),
                   sizeof *border_of (four));
  g_assert_cmpmem (surfel_of (one), sizeof *surfel_of (one), surfel_of (four),
                   sizeof *surfel_of (four));
  g_assert_cmpmem (&one->hd_set, sizeof one->hd_set, &four->hd_set, sizeof four->hd_set);
}

static void
test_refuses_other_grids (void)
{
  g_autoptr (TrpMask) a = new_mask (9, 8, 7, 1, 1, 1);
  g_autoptr (TrpMask) b = new_mask (9, 8, 7, 1, 1, 1.02);
  TrpGeometry sheared_grid = *trp_mask_get_geometry (a);
  g_autoptr (TrpMask) sheared = NULL;
  g_autoptr (GError) error = NULL;
  TrpOverlap overlap;

  g_assert_null (trp_mask_metrics_compute (a, b, NULL, 0, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_assert_nonnull (strstr (error->message, "pacing"));
  g_clear_error (&error);
  g_assert_false (trp_overlap_count (a, b, &overlap, &error));
  g_clear_error (&error);
  sheared_grid.lps_from_ijk.m[0][1] = 0.1;
  g_assert_true (
    trp_geometry_init (&sheared_grid, sheared_grid.size, &sheared_grid.lps_from_ijk, NULL));
  sheared = trp_mask_new (&sheared_grid);
  g_assert_null (trp_mask_metrics_compute (sheared, sheared, NULL, 0, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

static void
test_cancel (void)
{
  g_autoptr (TrpMask) a = new_mask (9, 8, 7, 1, 1, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_mask_metrics_compute (a, a, NULL, 0, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The spacing is that of the DICOM series beside the stacks, 0.7265625 x 0.7265625 x 2 mm. */
static TrpMask *
load_stack (const char *relative)
{
  g_autofree char *path = trp_test_shared_path (relative);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = path ? trp_volume_load (path, NULL, &error) : NULL;
  TrpGeometry geometry;

  g_assert_no_error (error);
  if (!volume)
    return NULL;
  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, TRP_VOXEL_U8);
  geometry = trp_geometry_axial (trp_volume_get_geometry (volume)->size,
                                 (const double[]){ 0.7265625, 0.7265625, 2 }, trp_vec3 (0, 0, 0));
  return trp_mask_new_from_bytes (&geometry, trp_volume_peek_voxels (volume));
}

/* A liver and a submission to the CHAOS challenge, whose evaluation code publishes: Dice 0.978,
 * relative volume difference 0.665 %, largest surface distance 14 mm (its mean is of another
 * border, made by erosion in slices). */
static void
test_published_liver (void)
{
  g_autoptr (TrpMask) reference = load_stack ("data/chaos_liver_metrics/Ground");
  g_autoptr (TrpMask) test = reference ? load_stack ("data/chaos_liver_metrics/Segmentation")
                                       : NULL;
  g_autoptr (TrpMaskMetrics) metrics = NULL;

  if (!test)
    return;
  metrics = compute (reference, test);
  trp_assert_near (trp_overlap_dice (&metrics->overlap), 0.97843, 5e-6);
  trp_assert_near (fabs (trp_overlap_relative_difference (&metrics->overlap)), 0.00665, 5e-6);
  trp_assert_near (border_of (metrics)->hd, 14, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/surface/shifted-cubes", test_shifted_cubes);
  g_test_add_func ("/surface/cube-area", test_cube_area);
  g_test_add_func ("/surface/balls", test_balls);
  g_test_add_func ("/surface/single-voxels", test_single_voxels);
  g_test_add_func ("/surface/empty", test_empty);
  g_test_add_func ("/surface/brute-force", test_brute_force);
  g_test_add_func ("/surface/far-apart", test_far_apart);
  g_test_add_func ("/surface/swap", test_swap);
  g_test_add_func ("/surface/flip-and-permute", test_flip_and_permute);
  g_test_add_func ("/surface/surfel-areas", test_surfel_areas);
  g_test_add_func ("/surface/threads", test_threads);
  g_test_add_func ("/surface/refuses-other-grids", test_refuses_other_grids);
  g_test_add_func ("/surface/cancel", test_cancel);
  g_test_add_func ("/surface/published-liver", test_published_liver);
  return g_test_run ();
}
