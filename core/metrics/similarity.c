/* similarity.c - see similarity.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three passes over the slices: sums, the sums around the means together with the joint histogram
 * and what belongs to single slices, and SSIM.
 */

#include "core/metrics/similarity.h"

#include "core/base/parallel.h"
#include "core/metrics/correlation.h"
#include "core/metrics/joint-histogram.h"
#include "core/metrics/outline.h"
#include "core/metrics/overlap.h"
#include "core/metrics/ssim.h"

#include <math.h>

#define CT_RANGE 4095.0 /* -1024 to 3071 HU */

/* Of one slice's part of a region. */
typedef struct
{
  size_t n;
  double sums[2], absolute, squares; /* of the images; of the difference */
  double low[2], high[2];
  double xx, yy, xy; /* around the region's means */
} Sums;

/* One region: the whole image, or a mask. */
typedef struct
{
  const TrpMask *mask;
  Sums *slices;
  Sums total;
  double means[2];
  TrpJointHistogram histogram;
} Region;

typedef struct
{
  const TrpImagePair *pair;
  Region *regions;
  size_t n_regions;
  TrpSimilaritySlice *slices;
  TrpJointHistogram *histograms; /* one per region and slice of the present block */
  size_t first;                  /* slice of the present block */
} Work;

#define SLICES_PER_BLOCK 16

/* The pixels of slice @k that belong to the region, packed. Returns: how many. */
static size_t
copy_region (const TrpImagePair *pair,
             const TrpMask *mask,
             size_t k,
             const double *const values[2],
             double *const out[2])
{
  const size_t nx = pair->size[0], ny = pair->size[1];
  const uint64_t *slice = mask ? trp_mask_peek_slice (mask, k) : NULL;
  const size_t n_words = mask ? trp_mask_get_words_per_row (mask) : 0;
  size_t n = 0;

  for (size_t j = 0; slice && j < ny; j++)
    for (size_t i = 0; i < nx; i++)
      if (slice[j * n_words + i / 64] >> (i % 64) & 1)
        {
          out[0][n] = values[0][i + nx * j];
          out[1][n++] = values[1][i + nx * j];
        }
  return n;
}

static Sums
add_pixels (const double *x, const double *y, size_t n)
{
  const double infinity = (double) INFINITY;
  Sums sums = { .n = n, .low = { infinity, infinity }, .high = { -infinity, -infinity } };

  for (size_t m = 0; m < n; m++)
    {
      const double d = y[m] - x[m];

      sums.sums[0] += x[m];
      sums.sums[1] += y[m];
      sums.absolute += fabs (d);
      sums.squares += d * d;
      sums.low[0] = MIN (sums.low[0], x[m]);
      sums.high[0] = MAX (sums.high[0], x[m]);
      sums.low[1] = MIN (sums.low[1], y[m]);
      sums.high[1] = MAX (sums.high[1], y[m]);
    }
  return sums;
}

/* Calls @use with the pixels of each region of each slice. */
static void
visit_slices (const Work *work,
              size_t begin,
              size_t end,
              void (*use) (const Work *work,
                           Region *region,
                           size_t k,
                           const double *x,
                           const double *y,
                           size_t n))
{
  const size_t n_pixels = work->pair->size[0] * work->pair->size[1];
  g_autofree double *buffer = g_new (double, 4 * n_pixels);
  double *const packed[2] = { buffer + 2 * n_pixels, buffer + 3 * n_pixels };
  const double *const values[2] = { buffer, buffer + n_pixels };

  for (size_t k = begin; k < end; k++)
    {
      trp_image_pair_copy_slice (work->pair, 0, k, buffer);
      trp_image_pair_copy_slice (work->pair, 1, k, buffer + n_pixels);
      for (size_t r = 0; r < work->n_regions; r++)
        {
          Region *region = &work->regions[r];
          const bool whole = region->mask == NULL;
          const size_t n = whole ? n_pixels
                                 : copy_region (work->pair, region->mask, k, values, packed);

          use (work, region, k, whole ? values[0] : packed[0], whole ? values[1] : packed[1], n);
        }
    }
}

static void
use_for_sums (
  const Work *work, Region *region, size_t k, const double *x, const double *y, size_t n)
{
  region->slices[k] = add_pixels (x, y, n);
}

static void
sum_slices (size_t begin, size_t end, void *data)
{
  visit_slices (data, begin, end, use_for_sums);
}

static void
compute_slice (const Work *work, size_t k, const double *x, const double *y)
{
  const size_t n = work->pair->size[0] * work->pair->size[1];
  const Sums *sums = &work->regions[0].slices[k];
  g_autofree TrpJointHistogram *histogram = g_new (TrpJointHistogram, 1);
  TrpSimilaritySlice *slice = &work->slices[k];

  trp_joint_histogram_init (histogram, sums->low, sums->high);
  for (size_t m = 0; m < n; m++)
    trp_joint_histogram_add (histogram, x[m], y[m]);
  slice->mi = trp_joint_histogram_get_entropy (histogram).mi;
  slice->ncc = trp_correlation_compute (x, y, n);
  slice->gc_sobel = trp_correlation_compute_gradient (x, y, work->pair->size, TRP_GRADIENT_SOBEL);
  slice->gc_central = trp_correlation_compute_gradient (x, y, work->pair->size,
                                                        TRP_GRADIENT_CENTRAL);
}

static void
use_for_products (
  const Work *work, Region *region, size_t k, const double *x, const double *y, size_t n)
{
  const size_t index = (size_t) (region - work->regions) * SLICES_PER_BLOCK + k - work->first;
  TrpJointHistogram *histogram = &work->histograms[index];
  Sums *sums = &region->slices[k];

  trp_joint_histogram_init (histogram, region->total.low, region->total.high);
  for (size_t m = 0; m < n; m++)
    {
      const double dx = x[m] - region->means[0], dy = y[m] - region->means[1];

      sums->xx += dx * dx;
      sums->yy += dy * dy;
      sums->xy += dx * dy;
      trp_joint_histogram_add (histogram, x[m], y[m]);
    }
  if (region == work->regions)
    compute_slice (work, k, x, y);
}

static void
multiply_slices (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  visit_slices (work, work->first + begin, work->first + end, use_for_products);
}

static void
add_sums (Region *region, size_t n_slices)
{
  Sums *total = &region->total;

  *total = region->slices[0];
  for (size_t k = 1; k < n_slices; k++)
    {
      const Sums *slice = &region->slices[k];

      total->n += slice->n;
      total->absolute += slice->absolute;
      total->squares += slice->squares;
      total->xx += slice->xx;
      total->yy += slice->yy;
      total->xy += slice->xy;
      for (int image = 0; image < 2; image++)
        {
          total->sums[image] += slice->sums[image];
          total->low[image] = MIN (total->low[image], slice->low[image]);
          total->high[image] = MAX (total->high[image], slice->high[image]);
        }
    }
  for (int image = 0; image < 2; image++)
    region->means[image] = total->sums[image] / (double) total->n;
}

/* Histograms of a block of slices at a time, to bound their memory. */
static bool
compute_products (Work *work, TrpProgress *progress, GError **error)
{
  const size_t n_slices = work->pair->size[2];
  g_autofree TrpJointHistogram *histograms = g_new (TrpJointHistogram,
                                                    work->n_regions * SLICES_PER_BLOCK);

  work->histograms = histograms;
  for (work->first = 0; work->first < n_slices; work->first += SLICES_PER_BLOCK)
    {
      const size_t n = MIN (SLICES_PER_BLOCK, n_slices - work->first);

      if (!trp_progress_step (progress, (double) work->first / (double) n_slices, NULL, error))
        return false;
      trp_parallel_for (n, 1, multiply_slices, work);
      for (size_t r = 0; r < work->n_regions; r++)
        for (size_t m = 0; m < n; m++)
          trp_joint_histogram_merge (&work->regions[r].histogram,
                                     &histograms[r * SLICES_PER_BLOCK + m]);
    }
  return true;
}

static TrpSimilarityRegion
finish_region (const Region *region, double data_range)
{
  const Sums *total = &region->total;
  const TrpJointEntropy entropy = trp_joint_histogram_get_entropy (&region->histogram);
  const double n = (double) total->n;
  const double variance = total->xx * total->yy;

  return (TrpSimilarityRegion){
    .n = total->n,
    .mae = total->absolute / n,
    .me = (total->sums[1] - total->sums[0]) / n,
    .rmse = sqrt (total->squares / n),
    .psnr = 10 * log10 (data_range * data_range / (total->squares / n)),
    .ncc = variance > 0 ? total->xy / sqrt (variance) : (double) NAN,
    .mi = entropy.mi,
    .hx = entropy.hx,
    .hy = entropy.hy,
    .hxy = entropy.hxy,
    .nmi = (entropy.hx + entropy.hy) / entropy.hxy,
  };
}

static bool
compute_regions (const TrpImagePair *pair,
                 const TrpMask *mask,
                 TrpSimilarity *self,
                 TrpProgress *progress,
                 GError **error)
{
  const size_t n_slices = pair->size[2];
  g_autofree Sums *sums = g_new0 (Sums, 2 * n_slices);
  g_autofree Region *regions = g_new0 (Region, 2);
  Work work = { .pair = pair, .regions = regions, .slices = self->slices };

  work.n_regions = mask ? 2 : 1;
  for (size_t r = 0; r < work.n_regions; r++)
    {
      regions[r].mask = r == 0 ? NULL : mask;
      regions[r].slices = sums + r * n_slices;
    }
  trp_parallel_for (n_slices, 1, sum_slices, &work);
  for (size_t r = 0; r < work.n_regions; r++)
    add_sums (&regions[r], n_slices);
  for (size_t r = 0; r < work.n_regions; r++)
    trp_joint_histogram_init (&regions[r].histogram, regions[r].total.low, regions[r].total.high);
  if (!compute_products (&work, progress, error))
    return false;
  for (size_t r = 0; r < work.n_regions; r++)
    add_sums (&regions[r], n_slices);
  self->whole = finish_region (&regions[0], self->data_range);
  self->has_mask = mask != NULL;
  if (mask)
    self->mask = finish_region (&regions[1], self->data_range);
  return true;
}

static bool
compute_ssim (const TrpImagePair *pair,
              const TrpMask *mask,
              TrpSimilarity *self,
              TrpProgress *progress,
              GError **error)
{
  g_autofree double *slices = g_new (double, self->n_slices);

  if (!trp_ssim_compute (pair, self->data_range, mask, progress, slices, &self->ssim2d_mask,
                         &self->ssim3d, error))
    return false;
  for (size_t k = 0; k < self->n_slices; k++)
    self->slices[k].ssim = slices[k];
  self->has_ssim3d = self->n_slices >= TRP_SSIM_WINDOW;
  return true;
}

/* Mean of one number over the slices that have it. */
static double
average_slices (const TrpSimilarity *self, size_t offset)
{
  double sum = 0;
  size_t n = 0;

  for (size_t k = 0; k < self->n_slices; k++)
    {
      const double value = G_STRUCT_MEMBER (double, &self->slices[k], offset);

      sum += isnan (value) ? 0 : value;
      n += !isnan (value);
    }
  return sum / (double) n;
}

static void
compute_outline (const TrpImagePair *pair, TrpSimilarity *self)
{
  g_autoptr (TrpMask) reference = trp_outline_mask_new (pair, 0, TRP_SIMILARITY_BODY_HU);
  g_autoptr (TrpMask) test = trp_outline_mask_new (pair, 1, TRP_SIMILARITY_BODY_HU);
  TrpOverlap overlap = { 0 };

  self->has_outline = trp_overlap_count (reference, test, &overlap, NULL);
  self->outline_n_reference = overlap.reference;
  self->outline_n_test = overlap.test;
  self->outline_dice = trp_overlap_dice (&overlap);
}

/* Checks the options against the images and clips. */
static bool
prepare (TrpImagePair *pair,
         const TrpVolume *reference,
         const TrpVolume *test,
         const TrpSimilarityOptions *options,
         bool *out_is_ct,
         double *out_range,
         GError **error)
{
  double low[2], high[2];

  if (!trp_image_pair_init (pair, reference, test, error))
    return false;
  if (options->mask && !trp_geometry_check_equal (trp_volume_get_geometry (reference),
                                                  trp_mask_get_geometry (options->mask), error))
    {
      g_prefix_error (error, "The mask: ");
      return false;
    }
  pair->clip = options->clip;
  pair->low = options->clip_low;
  pair->high = options->clip_high;
  for (int which = 0; which < 2; which++)
    trp_image_pair_get_range (pair, which, &low[which], &high[which]);
  *out_is_ct = low[0] < TRP_SIMILARITY_BODY_HU && low[1] < TRP_SIMILARITY_BODY_HU;
  *out_range = options->data_range;
  if (*out_range <= 0 && options->clip)
    *out_range = options->clip_high - options->clip_low;
  if (*out_range <= 0)
    *out_range = *out_is_ct ? CT_RANGE : high[0] - low[0];
  return true;
}

TrpSimilarity *
trp_similarity_compute (const TrpVolume *reference,
                        const TrpVolume *test,
                        const TrpSimilarityOptions *options,
                        TrpProgress *progress,
                        GError **error)
{
  TrpProgress first = trp_progress_part (progress, 0, 0.4);
  TrpProgress second = trp_progress_part (progress, 0.4, 0.9);
  g_autoptr (TrpSimilarity) self = g_new0 (TrpSimilarity, 1);
  TrpImagePair pair;
  bool is_ct;

  if (!prepare (&pair, reference, test, options, &is_ct, &self->data_range, error))
    return NULL;
  self->n_slices = pair.size[2];
  self->slices = g_new0 (TrpSimilaritySlice, self->n_slices);
  if (!compute_regions (&pair, options->mask, self, &first, error) ||
      !compute_ssim (&pair, options->mask, self, &second, error))
    return NULL;
  self->ssim2d = average_slices (self, G_STRUCT_OFFSET (TrpSimilaritySlice, ssim));
  self->gc_sobel = average_slices (self, G_STRUCT_OFFSET (TrpSimilaritySlice, gc_sobel));
  self->gc_central = average_slices (self, G_STRUCT_OFFSET (TrpSimilaritySlice, gc_central));
  if (is_ct)
    compute_outline (&pair, self);
  if (!trp_progress_step (progress, 1, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trp_similarity_free (TrpSimilarity *self)
{
  if (!self)
    return;
  g_free (self->slices);
  g_free (self);
}
