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
