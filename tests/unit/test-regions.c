/* test-regions.c - regions by value: threshold and flood fill, against plain loops
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/image/grid-values.h"
#include "core/structure/flood-fill.h"
#include "core/structure/threshold.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#include <math.h>

#define NX 70
#define NY 9
#define NZ 11
#define N (NX * NY * NZ)
static const size_t size[3] = { NX, NY, NZ };

static TrpVolume *
make_volume (const TrpGeometry *geometry, const int16_t *stored, double slope, double intercept)
{
  g_autoptr (GBytes) bytes = g_bytes_new (stored, trp_geometry_count_voxels (geometry) * 2);

  return trp_volume_new (geometry, TRP_VOXEL_I16, bytes, slope, intercept, NULL, NULL);
}

static TrpVolume *
make_noise (TrpRng *rng, const TrpGeometry *geometry)
{
  int16_t stored[N];

  for (size_t n = 0; n < N; n++)
    stored[n] = (int16_t) trp_rng_uniform (rng, -50, 50);
  return make_volume (geometry, stored, 0.5, 3);
}

/* What the header says, voxel by voxel. */
static double
value_at (const TrpVolume *volume, const TrpGeometry *geometry, const size_t at[3])
{
  const TrpGeometry *own = trp_volume_get_geometry (volume);
  const TrpVec3 ijk = trp_vec3 ((double) at[0], (double) at[1], (double) at[2]);

  if (trp_geometry_equal (own, geometry))
    return trp_volume_get_value (volume, (ptrdiff_t) at[0], (ptrdiff_t) at[1], (ptrdiff_t) at[2]);
  return trp_volume_sample (
    volume, trp_geometry_ijk_from_lps (own, trp_geometry_lps_from_ijk (geometry, ijk)));
}

static void
split (size_t n, size_t out_at[3])
{
  out_at[0] = n % NX;
  out_at[1] = n / NX % NY;
  out_at[2] = n / NX / NY;
}

static TrpMask *
threshold (const TrpGeometry *geometry,
           const TrpVolume *volume,
           double low,
           double high,
           const TrpMask *within)
{
  GError *error = NULL;
  TrpMask *out = trp_threshold (geometry, volume, low, high, within, NULL, &error);

  g_assert_no_error (error);
  return out;
}

/* Same grid, and a volume on an oblique grid of its own that covers only a part. */
static void
test_threshold (void)
{
  TrpRng rng = trp_rng_new (1, 1);
  const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
  const TrpGeometry other = trp_test_random_geometry (&rng, size);
  const TrpGeometry *grids[2] = { &geometry, &other };

  for (int g = 0; g < 2; g++)
    {
      g_autoptr (TrpVolume) volume = make_noise (&rng, grids[g]);
      g_autoptr (TrpMask) within = trp_mask_new (&geometry);
      g_autoptr (TrpMask) all = NULL;
      g_autoptr (TrpMask) part = NULL;

      for (size_t n = 0; n < N; n += 3)
        trp_mask_set (within, n % NX, n / NX % NY, n / NX / NY, n / NX / NY != 4);
      all = threshold (&geometry, volume, -4.5, 12, NULL);
      part = threshold (&geometry, volume, -4.5, 12, within);
      for (size_t n = 0; n < N; n++)
        {
          size_t at[3];
          double value;

          split (n, at);
          value = value_at (volume, &geometry, at);
          if (g == 1 && (fabs (value + 4.5) < 1e-4 || fabs (value - 12) < 1e-4))
            continue; /* values are rounded to float */
          g_assert_cmpint (trp_mask_get (all, at[0], at[1], at[2]), ==,
                           value >= -4.5 && value <= 12);
          g_assert_cmpint (trp_mask_get (part, at[0], at[1], at[2]), ==,
                           value >= -4.5 && value <= 12 &&
                             trp_mask_get (within, at[0], at[1], at[2]));
        }
    }
}

/* 0.1 is no float: what is shown as 0.1 lies in a range that ends there. */
static void
test_threshold_ends (void)
{
  const size_t one[3] = { 3, 1, 1 };
  const TrpGeometry geometry = trp_geometry_axial (one, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  const float values[3] = { 0.1f, 0.2f, NAN };
  g_autoptr (GBytes) bytes = g_bytes_new (values, sizeof values);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
  g_autoptr (TrpMask) up = threshold (&geometry, volume, 0, 0.1, NULL);
  g_autoptr (TrpMask) all = threshold (&geometry, volume, -INFINITY, INFINITY, NULL);

  g_assert_cmpuint (trp_mask_count (up), ==, 1);
  g_assert_cmpuint (trp_mask_count (all), ==, 2);
}

static void
test_threshold_refused (void)
{
  TrpRng rng = trp_rng_new (2, 1);
  const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
  const TrpGeometry other = trp_test_random_geometry (&rng, size);
  g_autoptr (TrpVolume) volume = make_noise (&rng, &geometry);
  g_autoptr (TrpMask) within = trp_mask_new (&other);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  GError *error = NULL;

  g_assert_null (trp_threshold (&geometry, volume, 2, 1, NULL, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (trp_threshold (&geometry, volume, NAN, 1, NULL, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (trp_threshold (&geometry, volume, 1, 2, within, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (trp_threshold (&geometry, volume, 1, 2, NULL, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

/* Two classes, 0 to 9 and 100 to 109: Otsu's threshold is anything from 9 to 99. */
static void
test_suggested_range (void)
{
  TrpRng rng = trp_rng_new (3, 1);
  const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
  int16_t stored[N];
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpVolume) flat = NULL;
  g_autoptr (TrpMask) drawn = trp_mask_new (&geometry);
  double low, high;

  for (size_t n = 0; n < N; n++)
    stored[n] = (int16_t) (n % 10 + (n % NX < 30 ? 0 : 100));
  volume = make_volume (&geometry, stored, 1, 0);
  g_assert_true (trp_threshold_suggest (volume, &low, &high));
  g_assert_cmpfloat (low, >, 9);
  g_assert_cmpfloat (low, <=, 100);
  trp_assert_near (high, 109, 0);
  g_assert_false (trp_threshold_suggest_from_mask (volume, drawn, &low, &high));
  for (size_t i = 40; i < 60; i++) /* twenty values, 100 to 109 twice: one goes at either end */
    trp_mask_set (drawn, i, 4, 7, true);
  g_assert_true (trp_threshold_suggest_from_mask (volume, drawn, &low, &high));
  trp_assert_near (low, 100, 0);
  trp_assert_near (high, 109, 0);
  for (size_t i = 41; i < 60; i += 10) /* leaves 18 values: none goes */
    trp_mask_set (drawn, i, 4, 7, false);
  trp_mask_set (drawn, 2, 4, 7, true);
  g_assert_true (trp_threshold_suggest_from_mask (volume, drawn, &low, &high));
  g_assert_cmpfloat (low, <, 10);
  for (size_t n = 0; n < N; n++)
    stored[n] = 7;
  flat = make_volume (&geometry, stored, 1, 0);
  g_assert_false (trp_threshold_suggest (flat, &low, &high));
}

/* ---- flood fill ---- */

/* By going over the grid until nothing changes. */
static TrpMask *
fill_plainly (const TrpVolume *volume,
              const TrpGeometry *geometry,
              const size_t start[3],
              double tolerance,
              int flat_axis)
{
  const double value = value_at (volume, geometry, start);
  TrpMask *out = trp_mask_new (geometry);
  bool changed = true;

  trp_mask_set (out, start[0], start[1], start[2], true);
  while (changed)
    {
      changed = false;
      for (size_t n = 0; n < N; n++)
        {
          size_t at[3];

          split (n, at);
          if (trp_mask_get (out, at[0], at[1], at[2]) ||
              !(fabs (value_at (volume, geometry, at) - value) <= tolerance) ||
              (flat_axis >= 0 && at[flat_axis] != start[flat_axis]))
            continue;
          for (int side = 0; side < 6; side++)
            {
              size_t to[3] = { at[0], at[1], at[2] };

              to[side / 2] += side % 2 ? 1 : SIZE_MAX;
              if (to[side / 2] < size[side / 2] && trp_mask_get (out, to[0], to[1], to[2]))
                {
                  trp_mask_set (out, at[0], at[1], at[2], true);
                  changed = true;
                  break;
                }
            }
        }
    }
  return out;
}

static TrpVec3
center_of (const TrpGeometry *geometry, const size_t at[3])
{
  return trp_geometry_lps_from_ijk (
    geometry, trp_vec3 ((double) at[0] + 0.3, (double) at[1] - 0.2, (double) at[2] + 0.1));
}

/* Noise at about the share where parts of it begin to hang together, which makes mazes. */
static void
test_mazes (void)
{
  size_t largest = 0;

  for (uint64_t seed = 0; seed < 8; seed++)
    {
      TrpRng rng = trp_rng_new (seed, 2);
      const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
      g_autoptr (TrpVolume) volume = make_noise (&rng, &geometry);
      const size_t start[3] = { 35, 4, 5 };

      for (int flat_axis = -1; flat_axis < 3; flat_axis++)
        {
          const double tolerance = flat_axis < 0 ? 9.3 : 16.3;
          const TrpFloodFill fill = {
            .volume = volume,
            .tolerance = tolerance,
            .flat = flat_axis >= 0,
            .normal_lps = trp_geometry_get_direction (&geometry, MAX (flat_axis, 0)),
          };
          GError *error = NULL;
          g_autoptr (TrpMask)
            out = trp_flood_fill (&fill, &geometry, center_of (&geometry, start), NULL, &error);
          g_autoptr (TrpMask)
            expected = fill_plainly (volume, &geometry, start, tolerance, flat_axis);

          g_assert_no_error (error);
          g_assert_true (trp_mask_equal (out, expected));
          largest = MAX (largest, trp_mask_count (out));
        }
    }
  g_assert_cmpuint (largest, >, 500);
}

/* A spiral, one voxel wide, from its outer end; the words' border lies at column 64. */
static void
test_spiral (void)
{
  const size_t spiral[3] = { 67, 67, 1 };
  const TrpGeometry geometry = trp_geometry_axial (spiral, (double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autofree int16_t *stored = g_new0 (int16_t, 67 * 67);
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpMask) out = NULL;
  ptrdiff_t at[2] = { 0, 0 }, step[2] = { 1, 0 };
  size_t length = 1;

  stored[0] = 500;
  for (ptrdiff_t leg = 66, turn = 0; leg > 0; leg -= turn > 1 && turn % 2 == 1 ? 2 : 0)
    {
      for (ptrdiff_t n = 0; n < leg; n++, length++)
        {
          at[0] += step[0];
          at[1] += step[1];
          stored[at[0] + 67 * at[1]] = 500;
        }
      ptrdiff_t old = step[0];

      step[0] = -step[1];
      step[1] = old;
      turn++;
    }
  volume = make_volume (&geometry, stored, 1, 0);
  const TrpFloodFill fill = { .volume = volume };

  out = trp_flood_fill (&fill, &geometry, trp_vec3 (0, 0, 0), NULL, NULL);
  g_assert_cmpuint (trp_mask_count (out), ==, length);
}

/* Values of another grid: as in the plain loop, away from ties. */
static void
test_other_grid (void)
{
  TrpRng rng = trp_rng_new (4, 2);
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  const TrpGeometry coarse = trp_geometry_axial (size, (double[]){ 1.7, 2.1, 1.3 },
                                                 trp_vec3 (-20.3, -4.1, -2.2));
  g_autoptr (TrpVolume) volume = make_noise (&rng, &coarse);
  const size_t start[3] = { 20, 4, 4 };
  const TrpFloodFill fill = { .volume = volume, .tolerance = 7.1234 };
  g_autoptr (TrpMask) out = trp_flood_fill (&fill, &geometry, trp_vec3 (20, 4, 4), NULL, NULL);
  g_autoptr (TrpMask) expected = fill_plainly (volume, &geometry, start, 7.1234, -1);

  g_assert_cmpuint (trp_mask_count (expected), >, 30);
  g_assert_true (trp_mask_equal (out, expected));
}

/* Between two slices: the upper one, as under a disc; on an oblique plane no hole in the plane. */
static void
test_plane (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  int16_t stored[N] = { 0 };
  g_autoptr (TrpVolume) volume = make_volume (&geometry, stored, 1, 0);
  TrpFloodFill fill = { .volume = volume, .flat = true, .normal_lps = trp_vec3 (0, 0, -1) };
  g_autoptr (TrpMask) between = trp_flood_fill (&fill, &geometry, trp_vec3 (3, 3, 4.5), NULL, NULL);
  g_autoptr (TrpMask) oblique = NULL;

  g_assert_cmpuint (trp_mask_count (between), ==, NX * NY);
  g_assert_true (trp_mask_get (between, 0, 0, 5));
  fill.normal_lps = trp_vec3 (0, 1, 1); /* cells with |y + z - 8| <= 1 */
  oblique = trp_flood_fill (&fill, &geometry, trp_vec3 (3, 4, 4), NULL, NULL);
  for (size_t n = 0; n < N; n++)
    {
      size_t at[3];
      double off;

      split (n, at);
      off = fabs ((double) (at[1] + at[2]) - 8);
      if (off != 1) /* of a tie one side */
        g_assert_cmpint (trp_mask_get (oblique, at[0], at[1], at[2]), ==, off < 1);
    }
}

static void
test_flood_refused (void)
{
  TrpRng rng = trp_rng_new (5, 2);
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  const TrpGeometry aside = trp_geometry_axial (size, (double[]){ 1, 1, 1 }, trp_vec3 (40, 0, 0));
  g_autoptr (TrpVolume) volume = make_noise (&rng, &aside);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  TrpFloodFill fill = { .volume = volume, .tolerance = 3 };
  const TrpVec3 points[] = { trp_vec3 (5, 5, 5), trp_vec3 (90, 5, 5), trp_vec3 (50, NAN, 5),
                             trp_vec3 (50, 5, 1e300) };
  GError *error = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (points); n++)
    {
      g_assert_null (trp_flood_fill (&fill, &geometry, points[n], NULL, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
      g_clear_error (&error);
    }
  fill.tolerance = NAN;
  g_assert_null (trp_flood_fill (&fill, &geometry, trp_vec3 (50, 5, 5), NULL, &error));
  g_clear_error (&error);
  fill.tolerance = 1000;
  g_cancellable_cancel (cancellable);
  g_assert_null (trp_flood_fill (&fill, &geometry, trp_vec3 (50, 5, 5), &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threshold/plain-loop", test_threshold);
  g_test_add_func ("/threshold/ends", test_threshold_ends);
  g_test_add_func ("/threshold/refused", test_threshold_refused);
  g_test_add_func ("/threshold/suggested-range", test_suggested_range);
  g_test_add_func ("/flood-fill/mazes", test_mazes);
  g_test_add_func ("/flood-fill/spiral", test_spiral);
  g_test_add_func ("/flood-fill/other-grid", test_other_grid);
  g_test_add_func ("/flood-fill/plane", test_plane);
  g_test_add_func ("/flood-fill/refused", test_flood_refused);
  return g_test_run ();
}
