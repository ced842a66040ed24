/* mask-reslice.c - see mask-reslice.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/mask-reslice.h"
#include "core/base/parallel.h"
#include "core/image/sampler.h"

#define ROWS_PER_CHUNK 32

/* A point midway between two voxel centres takes the larger index, give or take rounding; the same
 * rule as for volumes (core/image/sampler.h). */
typedef struct
{
  const TrpMask *mask;
  TrpAffine ijk_from_target; /* pixel or voxel coordinates to the mask's voxel coordinates */
  size_t width;
  uint8_t *out_bytes;
  float *out_shares;
  TrpMask *out_mask;
  size_t k;
} Work;

static inline bool
is_set (const TrpMask *mask, ptrdiff_t index)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const size_t n = (size_t) index;

  return index >= 0 &&
         trp_mask_get (mask, n % size[0], n / size[0] % size[1], n / size[0] / size[1]);
}

static void
find_row (const Work *work, TrpVec3 first, ptrdiff_t *out_indices)
{
  const TrpLine line = { trp_affine_apply (&work->ijk_from_target, first),
                         trp_affine_column (&work->ijk_from_target, 0) };

  trp_line_find_nearest (&line, trp_mask_get_geometry (work->mask)->size, work->width, out_indices);
}

static void
fill_bytes (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  g_autofree ptrdiff_t *indices = g_new (ptrdiff_t, work->width);

  for (size_t y = begin; y < end; y++)
    {
      find_row (work, trp_vec3 (0.5, (double) y + 0.5, 0), indices);
      for (size_t x = 0; x < work->width; x++)
        work->out_bytes[y * work->width + x] = is_set (work->mask, indices[x]);
    }
}

void
trp_mask_reslice (const TrpMask *mask, const TrpRaster *raster, uint8_t *out_bytes)
{
  Work work = { .mask = mask, .width = raster->width, .out_bytes = out_bytes };

  work.ijk_from_target = trp_affine_multiply (&trp_mask_get_geometry (mask)->ijk_from_lps,
                                              &raster->lps_from_px);
  trp_parallel_for (raster->height, ROWS_PER_CHUNK, fill_bytes, &work);
}

/* Half a voxel beyond the outermost centres repeats the rim, as in volumes. */
static float
get_share (const TrpMask *mask, TrpVec3 point_ijk)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  size_t low[3];
  double part[3], sum = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      const double last = (double) (size[axis] - 1), x = CLAMP (point_ijk.v[axis], 0, last);

      if (!(fabs (point_ijk.v[axis] - x) <= 0.5))
        return 0;
      low[axis] = (size_t) x;
      part[axis] = x - (double) low[axis];
    }
  for (unsigned corner = 0; corner < 8; corner++)
    {
      const size_t up_i = corner & 1, up_j = corner >> 1 & 1, up_k = corner >> 2;
      const double weight = (up_i ? part[0] : 1 - part[0]) * (up_j ? part[1] : 1 - part[1]) *
                            (up_k ? part[2] : 1 - part[2]);

      if (weight > 0 && trp_mask_get (mask, low[0] + up_i, low[1] + up_j, low[2] + up_k))
        sum += weight;
    }
  return (float) sum;
}

static void
fill_shares (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const TrpVec3 step = trp_affine_column (&work->ijk_from_target, 0);

  for (size_t y = begin; y < end; y++)
    {
      const TrpVec3 first = trp_affine_apply (&work->ijk_from_target,
                                              trp_vec3 (0.5, (double) y + 0.5, 0));

      for (size_t x = 0; x < work->width; x++)
        work->out_shares[y * work->width + x] = get_share (
          work->mask, trp_vec3_add (first, trp_vec3_scale (step, (double) x)));
    }
}

void
trp_mask_reslice_linear (const TrpMask *mask, const TrpRaster *raster, float *out_shares)
{
  Work work = { .mask = mask, .width = raster->width, .out_shares = out_shares };

  work.ijk_from_target = trp_affine_multiply (&trp_mask_get_geometry (mask)->ijk_from_lps,
                                              &raster->lps_from_px);
  trp_parallel_for (raster->height, ROWS_PER_CHUNK, fill_shares, &work);
}

/* One slice per chunk: slices of a mask are separate planes, so threads never meet. */
static void
fill_slices (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const TrpGeometry *target = trp_mask_get_geometry (work->out_mask);
  const size_t words_per_row = trp_mask_get_words_per_row (work->out_mask);
  g_autofree ptrdiff_t *indices = g_new (ptrdiff_t, work->width);

  for (size_t k = begin; k < end; k++)
    {
      uint64_t *words = NULL;

      for (size_t j = 0; j < target->size[1]; j++)
        {
          find_row (work, trp_vec3 (0, (double) j, (double) k), indices);
          for (size_t i = 0; i < work->width; i++)
            if (is_set (work->mask, indices[i]))
              {
                words = words ? words : trp_mask_write_slice (work->out_mask, k);
                words[j * words_per_row + i / 64] |= (uint64_t) 1 << i % 64;
              }
        }
    }
}

TrpMask *
trp_mask_resample (const TrpMask *mask,
                   const TrpGeometry *geometry,
                   TrpProgress *progress,
                   GError **error)
{
  g_autoptr (TrpMask) result = trp_mask_new (geometry);
  Work work = { .mask = mask, .width = geometry->size[0], .out_mask = result };

  if (!trp_progress_step (progress, 0, NULL, error))
    return NULL;
  work.ijk_from_target = trp_affine_multiply (&trp_mask_get_geometry (mask)->ijk_from_lps,
                                              &geometry->lps_from_ijk);
  trp_parallel_for (geometry->size[2], 1, fill_slices, &work);
  return g_steal_pointer (&result);
}
