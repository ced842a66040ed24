/* postprocess.c - see postprocess.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/postprocess.h"

#include "core/base/parallel.h"
#include "core/image/components.h"
#include "core/method/crf.h"

#include <math.h>

/* ---- probabilities ---- */

typedef struct
{
  const TrpRecipe *recipe;
  const float *stacks[2];
  size_t n_stacks;
  const size_t *size;
  size_t n_labels;
  float *complement;
} Job;

#define MAX_TAPS 33

/* Of a Gaussian, on either side of its middle; they sum to 1 with the middle. */
static size_t
fill_taps (double sigma, float *out_taps)
{
  const size_t radius = (size_t) CLAMP (ceil (3 * sigma), 1, MAX_TAPS - 1);
  double sum = 0;

  for (size_t n = 0; n <= radius; n++)
    sum += (n ? 2 : 1) * exp (-0.5 * (double) (n * n) / (sigma * sigma));
  for (size_t n = 0; n <= radius; n++)
    out_taps[n] = (float) (exp (-0.5 * (double) (n * n) / (sigma * sigma)) / sum);
  return radius;
}

/* Beyond its ends a line goes on with its last value. */
static void
blur_line (const float *taps, size_t radius, float *line, size_t n, size_t stride, float *scratch)
{
  for (size_t i = 0; i < n; i++)
    {
      float sum = taps[0] * line[i * stride];

      for (size_t k = 1; k <= radius; k++)
        sum += taps[k] * (line[(i > k ? i - k : 0) * stride] + line[MIN (i + k, n - 1) * stride]);
      scratch[i] = sum;
    }
  for (size_t i = 0; i < n; i++)
    line[i * stride] = scratch[i];
}

static void
blur_slice (const Job *job, float *slice)
{
  const size_t width = job->size[0], height = job->size[1], n = job->n_labels;
  g_autofree float *scratch = g_new (float, MAX (width, height));
  float taps[MAX_TAPS];
  const size_t radius = fill_taps (job->recipe->smoothing_sigma, taps);

  for (size_t y = 0; y < height; y++)
    for (size_t c = 0; c < n; c++)
      blur_line (taps, radius, slice + y * width * n + c, width, n, scratch);
  for (size_t x = 0; x < width * n; x++)
    blur_line (taps, radius, slice + x, height, width * n, scratch);
}

static void
smooth_slices (size_t begin, size_t end, void *data)
{
  const Job *job = data;
  const TrpRecipe *r = job->recipe;
  const size_t width = job->size[0], height = job->size[1], n_pixels = width * height;
  const TrpCrf crf = { r->crf_weight, r->smoothing_sigma, r->crf_sigma_value, r->crf_steps };

  for (size_t k = begin; k < end; k++)
    {
      float *slice = job->complement + k * n_pixels * job->n_labels;
      const float *images[2];

      for (size_t n = 0; n < job->n_stacks; n++)
        images[n] = job->stacks[n] + k * n_pixels;

      if (r->smoothing == TRP_SMOOTHING_GAUSSIAN)
        blur_slice (job, slice);
      else
        trp_crf_smooth (&crf, images, job->n_stacks, width, height, job->n_labels, slice);
    }
}

void
trp_postprocess_smooth (const TrpRecipe *recipe,
                        const float *stack,
                        const float *second,
                        const size_t size[3],
                        size_t n_labels,
                        float *io_complement)
{
  Job job = { recipe, { stack, second }, second ? 2 : 1, size, n_labels, io_complement };

  if (recipe->smoothing != TRP_SMOOTHING_NONE)
    trp_parallel_for (size[2], 1, smooth_slices, &job);
}

/* ---- masks ---- */

/* The voxels of @box as bytes, with a border of one unset voxel along each axis, and back. */
static void
copy_box (TrpMask *mask, const TrpBox *box, const size_t size[3], uint8_t *bytes, bool back)
{
  for (size_t k = box->begin[2]; k < box->end[2]; k++)
    for (size_t j = box->begin[1]; j < box->end[1]; j++)
      for (size_t i = box->begin[0]; i < box->end[0]; i++)
        {
          uint8_t *byte = bytes + (i - box->begin[0] + 1) +
                          size[0] * ((j - box->begin[1] + 1) + size[1] * (k - box->begin[2] + 1));
          const bool is_set = trp_mask_get (mask, i, j, k);

          if (!back)
            *byte = is_set;
          else if (is_set != (*byte != 0))
            trp_mask_set (mask, i, j, k, *byte != 0);
        }
}

/* @ml in whole voxels, at least the one that is more. */
static size_t
count_voxels (const TrpMask *mask, double ml)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const double voxel_ml = trp_geometry_get_voxel_volume (geometry) / 1000;

  return (size_t) ceil (ml / voxel_ml);
}

/* In each slice across @axis alone: contours are drawn there, and a tube open at its ends has holes
 * in all of its slices. */
static bool
fill_slices (uint8_t *bytes, const size_t size[3], int axis, GError **error)
{
  const size_t strides[3] = { 1, size[0], size[0] * size[1] };
  const int u = axis == 0 ? 1 : 0, v = axis == 2 ? 1 : 2;
  const size_t plane[3] = { size[u], size[v], 1 };
  g_autofree uint8_t *slice = g_new (uint8_t, size[u] * size[v]);

  for (size_t k = 1; k + 1 < size[axis]; k++)
    {
      for (size_t n = 0; n < size[u] * size[v]; n++)
        slice[n] = bytes[k * strides[axis] + n % size[u] * strides[u] + n / size[u] * strides[v]];
      if (!trp_components_fill_holes (slice, plane, error))
        return false;
      for (size_t n = 0; n < size[u] * size[v]; n++)
        bytes[k * strides[axis] + n % size[u] * strides[u] + n / size[u] * strides[v]] = slice[n];
    }
  return true;
}

bool
trp_postprocess_clean (const TrpRecipe *recipe, TrpMask *mask, int slice_axis, GError **error)
{
  const TrpBox box = trp_mask_get_box (mask);
  g_autofree uint8_t *bytes = NULL;
  size_t size[3];

  if (trp_box_is_empty (&box) ||
      (!recipe->largest_only && !recipe->fill_holes && recipe->remove_below_ml <= 0))
    return true;
  for (int axis = 0; axis < 3; axis++)
    size[axis] = box.end[axis] - box.begin[axis] + 2;
  bytes = g_try_malloc0_n (size[0] * size[1], size[2]);
  if (!bytes)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                           "There is not enough memory to clean the contours");
      return false;
    }
  copy_box (mask, &box, size, bytes, false);
  if ((recipe->remove_below_ml > 0 &&
       !trp_components_remove_small (bytes, size, count_voxels (mask, recipe->remove_below_ml),
                                     error)) ||
      (recipe->largest_only && !trp_components_keep_largest (bytes, size, error)) ||
      (recipe->fill_holes && !fill_slices (bytes, size, slice_axis, error)))
    return false;
  copy_box (mask, &box, size, bytes, true);
  trp_mask_trim (mask);
  return true;
}
