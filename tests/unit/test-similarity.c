/* test-similarity.c - image similarity against scikit-image, scipy and closed forms
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers by scikit-image 0.19.3, numpy 1.24.2, scipy 1.10.1: tests/golden/similarity.py.
 */

#include "core/base/parallel.h"
#include "core/metrics/outline.h"
#include "core/metrics/similarity.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define NX 19
#define NY 17
#define NZ 12
/* Sums of some thousand doubles in another order. */
#define ROUNDING 1e-10

static TrpVolume *
new_volume (const size_t size[3], TrpVoxelType type, void *voxels, double slope, double intercept)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 2 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_take (voxels, trp_geometry_count_voxels (&geometry) *
                                                         trp_voxel_type_get_size (type));
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = trp_volume_new (&geometry, type, bytes, slope, intercept, NULL, &error);

  g_assert_no_error (error);
  return volume;
}

/* The images of tests/golden/similarity.py; x as stored uint8 with slope 20, y as int16. */
static void
make_images (TrpVolume **out_x, TrpVolume **out_y, TrpMask **out_mask)
{
  const size_t size[3] = { NX, NY, NZ };
  uint8_t *x = g_new (uint8_t, NX * NY * NZ);
  int16_t *y = g_new (int16_t, NX * NY * NZ);
  size_t n = 0;

  for (int k = 0; k < NZ; k++)
    for (int j = 0; j < NY; j++)
      for (int i = 0; i < NX; i++, n++)
        {
          x[n] = (uint8_t) ((i * i + 7 * j + 3 * k * i) % 101);
          y[n] = (int16_t) (x[n] * 20 - 1000 + (i * 5 + j * j + 11 * k) % 37 * 10 - 150);
        }
  *out_x = new_volume (size, TRP_VOXEL_U8, x, 20, -1000);
  *out_y = new_volume (size, TRP_VOXEL_I16, y, 1, 0);
  *out_mask = trp_mask_new (trp_volume_get_geometry (*out_x));
  for (size_t k = 0; k < NZ; k++)
    for (size_t j = 0; j < NY; j++)
      for (size_t i = 0; i < NX; i++)
        trp_mask_set (*out_mask, i, j, k, (i + 2 * j + k) % 5 < 2);
}

static TrpSimilarity *
compute (const TrpVolume *x, const TrpVolume *y, const TrpSimilarityOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrpSimilarity *result = trp_similarity_compute (x, y, options, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static void
check_region (const TrpSimilarityRegion *actual, const TrpSimilarityRegion *expected)
{
  g_assert_cmpuint (actual->n, ==, expected->n);
  trp_assert_near (actual->mae, expected->mae, ROUNDING);
  trp_assert_near (actual->me, expected->me, ROUNDING);
  trp_assert_near (actual->rmse, expected->rmse, ROUNDING);
  trp_assert_near (actual->psnr, expected->psnr, ROUNDING);
  trp_assert_near (actual->ncc, expected->ncc, ROUNDING);
  trp_assert_near (actual->mi, expected->mi, ROUNDING);
  trp_assert_near (actual->hx, expected->hx, ROUNDING);
  trp_assert_near (actual->hy, expected->hy, ROUNDING);
  trp_assert_near (actual->hxy, expected->hxy, ROUNDING);
  trp_assert_near (actual->nmi, expected->nmi, ROUNDING);
}

static void
test_golden (void)
{
  const TrpSimilarityRegion whole = { 3876,
                                      94.62848297213623,
                                      29.695562435500516,
                                      110.68810950205682,
                                      31.363058722421137,
                                      0.9840033667728358,
                                      1.8130104803438112,
                                      4.101456190998732,
                                      4.0951742091482,
                                      6.383619919803122,
                                      1.2840097786397857 };
  const TrpSimilarityRegion masked = { 1550,
                                       94.52903225806452,
                                       29.664516129032258,
                                       110.52017769357482,
                                       31.376246631914952,
                                       0.9841111480601165,
                                       1.954669589920111,
                                       4.081788480980874,
                                       4.080595522861447,
                                       6.2077144139222105,
                                       1.3148774991221117 };
  g_autoptr (TrpVolume) x = NULL;
  g_autoptr (TrpVolume) y = NULL;
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpSimilarity) result = NULL;

  make_images (&x, &y, &mask);
  result = compute (x, y, &(TrpSimilarityOptions){ .mask = mask, .data_range = 4095 });
  check_region (&result->whole, &whole);
  check_region (&result->mask, &masked);
  trp_assert_near (result->ssim2d, 0.7955707697882747, ROUNDING);
  trp_assert_near (result->slices[0].ssim, 0.862832121745513, ROUNDING);
  trp_assert_near (result->slices[11].ssim, 0.8350988633031216, ROUNDING);
  trp_assert_near (result->ssim2d_mask, 0.7924801307016494, ROUNDING);
  trp_assert_near (result->ssim3d, 0.7094849481205592, ROUNDING);
  trp_assert_near (result->gc_sobel, 0.9771976438008325, ROUNDING);
  trp_assert_near (result->gc_central, 0.9788115419781223, ROUNDING);
  trp_assert_near (result->slices[3].ncc, 0.9837714182778208, ROUNDING);
  g_assert_true (result->has_outline);
  g_assert_cmpuint (result->outline_n_reference, ==, 2368);
  g_assert_cmpuint (result->outline_n_test, ==, 3018);
  trp_assert_near (result->outline_dice, 0.8536947642034906, 1e-15);
}

/* An image against itself: no error, correlation 1, MI is the entropy. */
static void
test_itself (void)
{
  g_autoptr (TrpVolume) x = NULL;
  g_autoptr (TrpVolume) y = NULL;
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpSimilarity) result = NULL;

  make_images (&x, &y, &mask);
  result = compute (x, x, &(TrpSimilarityOptions){ 0 });
  trp_assert_near (result->data_range, 4095, 0); /* both under -300: CT */
  trp_assert_near (result->whole.mae, 0, 0);
  trp_assert_near (result->whole.psnr, INFINITY, 0);
  trp_assert_near (result->whole.ncc, 1, 1e-14);
  trp_assert_near (result->whole.mi, result->whole.hx, 1e-12);
  trp_assert_near (result->whole.nmi, 2, 1e-12);
  trp_assert_near (result->ssim2d, 1, 1e-13);
  trp_assert_near (result->ssim3d, 1, 1e-13);
  trp_assert_near (result->gc_sobel, 1, 1e-13);
  trp_assert_near (result->outline_dice, 1, 0);
  g_assert_false (result->has_mask);
}

/* Constants apart by 12: errors are exact, and what has no contrast is not a number. */
static void
test_constants (void)
{
  const size_t size[3] = { 14, 13, 3 };
  float *low = g_new (float, 14 * 13 * 3);
  float *high = g_new (float, 14 * 13 * 3);
  g_autoptr (TrpVolume) x = NULL;
  g_autoptr (TrpVolume) y = NULL;
  g_autoptr (TrpSimilarity) result = NULL;

  for (int n = 0; n < 14 * 13 * 3; n++)
    {
      low[n] = 100;
      high[n] = 88;
    }
  x = new_volume (size, TRP_VOXEL_F32, low, 1, 0);
  y = new_volume (size, TRP_VOXEL_F32, high, 1, 0);
  result = compute (x, y, &(TrpSimilarityOptions){ .data_range = 120 });
  trp_assert_near (result->whole.mae, 12, 0);
  trp_assert_near (result->whole.me, -12, 0);
  trp_assert_near (result->whole.rmse, 12, 0);
  trp_assert_near (result->whole.psnr, 20, 1e-13);
  trp_assert_near (result->whole.mi, 0, 0);
  g_assert_true (isnan (result->whole.ncc) && isnan (result->gc_sobel));
  g_assert_false (result->has_ssim3d || result->has_outline);
  /* Without variance SSIM is its luminance term. */
  trp_assert_near (result->ssim2d, (2 * 8800 + 1.44) / (100 * 100 + 88 * 88 + 1.44), 1e-9);
}

static void
test_clip (void)
{
  g_autoptr (TrpVolume) x = NULL;
  g_autoptr (TrpVolume) y = NULL;
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpSimilarity) result = NULL;

  make_images (&x, &y, &mask);
  result = compute (x, y,
                    &(TrpSimilarityOptions){ .clip = true, .clip_low = -2000, .clip_high = -1900 });
  trp_assert_near (result->data_range, 100, 0);
  trp_assert_near (result->whole.mae, 0, 0); /* all is above */
}

static void
test_refuses (void)
{
  const size_t size[3] = { 3, 3, 2 }, other_size[3] = { 3, 3, 1 };
  float *values = g_new0 (float, 18);
  g_autoptr (TrpVolume) x = new_volume (size, TRP_VOXEL_F32, g_new0 (float, 18), 1, 0);
  g_autoptr (TrpVolume) other = new_volume (other_size, TRP_VOXEL_F32, g_new0 (float, 9), 1, 0);
  g_autoptr (TrpVolume) broken = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_similarity_compute (x, other, &(TrpSimilarityOptions){ 0 }, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  values[11] = (float) NAN;
  broken = new_volume (size, TRP_VOXEL_F32, values, 1, 0);
  g_assert_null (trp_similarity_compute (x, broken, &(TrpSimilarityOptions){ 0 }, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

/* Slices smaller than any window: nothing to say, and no crash. */
static void
test_tiny (void)
{
  const size_t size[3] = { 2, 1, 1 };
  int16_t *values = g_new0 (int16_t, 2);
  g_autoptr (TrpVolume) x = NULL;
  g_autoptr (TrpSimilarity) result = NULL;

  values[1] = 5;
  x = new_volume (size, TRP_VOXEL_I16, values, 1, 0);
  result = compute (x, x, &(TrpSimilarityOptions){ 0 });
  g_assert_true (isnan (result->ssim2d) && isnan (result->gc_central));
  trp_assert_near (result->whole.ncc, 1, 1e-15);
  trp_assert_near (result->data_range, 5, 0);
}

/* A ring with a hole that opens to the edge only through a corner, and a larger loose part. */
static void
test_outline (void)
{
  static const char *const rows[] = {
    "..........", ".####...##", ".#..#...##", ".#..#...##", ".####...##", "......#...",
  };
  const size_t size[3] = { 10, 6, 1 };
  uint8_t *values = g_new0 (uint8_t, 60);
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpMask) body = NULL;
  TrpImagePair pair;

  for (int j = 0; j < 6; j++)
    for (int i = 0; i < 10; i++)
      values[i + 10 * j] = rows[j][i] == '#';
  volume = new_volume (size, TRP_VOXEL_U8, values, 1, 0);
  g_assert_true (trp_image_pair_init (&pair, volume, volume, NULL));
  body = trp_outline_mask_new (&pair, 0, 0.5);
  g_assert_cmpuint (trp_mask_count (body), ==, 16); /* 12 of the ring and 4 of its hole */
  g_assert_true (trp_mask_get (body, 2, 2, 0));
  g_assert_false (trp_mask_get (body, 8, 1, 0));
  g_assert_false (trp_mask_get (body, 6, 5, 0));
}

static void
test_threads (void)
{
  g_autoptr (TrpVolume) x = NULL;
  g_autoptr (TrpVolume) y = NULL;
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (TrpSimilarity) one = NULL;
  g_autoptr (TrpSimilarity) four = NULL;

  make_images (&x, &y, &mask);
  trp_parallel_set_threads (1);
  one = compute (x, y, &(TrpSimilarityOptions){ .mask = mask });
  trp_parallel_set_threads (4);
  four = compute (x, y, &(TrpSimilarityOptions){ .mask = mask });
  trp_parallel_set_threads (0);
  g_assert_cmpmem (&one->whole, sizeof one->whole, &four->whole, sizeof four->whole);
  g_assert_cmpmem (&one->mask, sizeof one->mask, &four->mask, sizeof four->mask);
  g_assert_cmpmem (one->slices, NZ * sizeof *one->slices, four->slices, NZ * sizeof *four->slices);
  g_assert_cmpmem (&one->ssim3d, sizeof one->ssim3d, &four->ssim3d, sizeof four->ssim3d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/similarity/golden", test_golden);
  g_test_add_func ("/similarity/itself", test_itself);
  g_test_add_func ("/similarity/constants", test_constants);
  g_test_add_func ("/similarity/clip", test_clip);
  g_test_add_func ("/similarity/refuses", test_refuses);
  g_test_add_func ("/similarity/tiny", test_tiny);
  g_test_add_func ("/similarity/outline", test_outline);
  g_test_add_func ("/similarity/threads", test_threads);
  return g_test_run ();
}
