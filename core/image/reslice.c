/* reslice.c - see reslice.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/reslice.h"
#include "core/base/parallel.h"

#define ROWS_PER_CHUNK 32

static inline uint32_t
opaque_grey (uint8_t grey)
{
  return 0xff000000u | (uint32_t) grey * 0x010101u;
}

/* Element steps through the stored voxels, one pixel right and one pixel down. */
typedef struct
{
  const TrpVolume *volume;
  const TrpWindowTable *table;
  size_t width;
  size_t element_size;
  bool may_be_nan;
  const uint8_t *first; /* voxel under the top left pixel */
  ptrdiff_t right, down;
  size_t stride;
  uint32_t *out;
} Copy;

static void
copy_rows (size_t begin, size_t end, void *data)
{
  const Copy *copy = data;
  g_autofree uint8_t *greys = g_malloc (copy->width);

  for (size_t y = begin; y < end; y++)
    {
      const ptrdiff_t element = (ptrdiff_t) copy->element_size;
      const uint8_t *row = copy->first + (ptrdiff_t) y * copy->down * element;
      uint32_t *out = copy->out + y * copy->stride;

      trp_window_table_map (copy->table, row, copy->right, copy->width, greys);
      for (size_t x = 0; x < copy->width; x++)
        out[x] = opaque_grey (greys[x]);
      for (size_t x = 0; copy->may_be_nan && x < copy->width; x++)
        if (isnan (*(const float *) (const void *) (row + (ptrdiff_t) x * copy->right * element)))
          out[x] = 0;
    }
}

void
trp_reslice_native (const TrpVolume *volume,
                    const TrpNativeSlice *slice,
                    const TrpWindowTable *table,
                    size_t stride,
                    uint32_t *out_pixels)
{
  const size_t *size = trp_volume_get_geometry (volume)->size;
  const size_t steps[3] = { 1, size[0], size[0] * size[1] };
  const TrpVoxelType type = trp_volume_get_voxel_type (volume);
  size_t start = slice->index * steps[slice->axis];
  Copy copy = { .volume = volume, .table = table, .stride = stride, .out = out_pixels };

  g_return_if_fail (slice->index < size[slice->axis] && stride >= size[slice->right_axis]);
  copy.width = size[slice->right_axis];
  copy.element_size = trp_voxel_type_get_size (type);
  copy.may_be_nan = type == TRP_VOXEL_F32;
  copy.right = slice->right_sign * (ptrdiff_t) steps[slice->right_axis];
  copy.down = slice->down_sign * (ptrdiff_t) steps[slice->down_axis];
  if (slice->right_sign < 0)
    start += (size[slice->right_axis] - 1) * steps[slice->right_axis];
  if (slice->down_sign < 0)
    start += (size[slice->down_axis] - 1) * steps[slice->down_axis];
  copy.first = (const uint8_t *) trp_volume_peek_voxels (volume) + start * copy.element_size;
  trp_parallel_for (size[slice->down_axis], ROWS_PER_CHUNK, copy_rows, &copy);
}

typedef struct
{
  const TrpVolume *volume;
  const TrpRaster *raster;
  TrpAffine ijk_from_px;
  TrpInterpolation interpolation;
  const TrpWindowTable *table;
  size_t stride;
  uint32_t *out_pixels;
  float *out_values;
} Cut;

static void
sample_row (const Cut *cut, size_t y, float *out_values)
{
  const TrpVec3 first_px = trp_vec3 (0.5, (double) y + 0.5, 0);
  const TrpLine line = { trp_affine_apply (&cut->ijk_from_px, first_px),
                         trp_affine_column (&cut->ijk_from_px, 0) };

  trp_line_sample (&line, cut->volume, cut->interpolation, NAN, cut->raster->width, out_values);
}

static Cut
make_cut (const TrpVolume *volume, const TrpRaster *raster, TrpInterpolation interpolation)
{
  Cut cut = { .volume = volume, .raster = raster, .interpolation = interpolation };

  cut.ijk_from_px = trp_affine_multiply (&trp_volume_get_geometry (volume)->ijk_from_lps,
                                         &raster->lps_from_px);
  return cut;
}

static void
cut_grey_rows (size_t begin, size_t end, void *data)
{
  const Cut *cut = data;
  g_autofree float *values = g_new (float, cut->raster->width);

  for (size_t y = begin; y < end; y++)
    {
      uint32_t *out = cut->out_pixels + y * cut->stride;

      sample_row (cut, y, values);
      for (size_t x = 0; x < cut->raster->width; x++)
        out[x] = isnan (values[x])
                   ? 0
                   : opaque_grey (trp_window_table_apply (cut->table, (double) values[x]));
    }
}

void
trp_reslice_oblique (const TrpVolume *volume,
                     const TrpRaster *raster,
                     TrpInterpolation interpolation,
                     const TrpWindowTable *table,
                     size_t stride,
                     uint32_t *out_pixels)
{
  Cut cut = make_cut (volume, raster, interpolation);

  g_return_if_fail (stride >= raster->width);
  cut.table = table;
  cut.stride = stride;
  cut.out_pixels = out_pixels;
  trp_parallel_for (raster->height, ROWS_PER_CHUNK, cut_grey_rows, &cut);
}

static void
cut_value_rows (size_t begin, size_t end, void *data)
{
  const Cut *cut = data;

  for (size_t y = begin; y < end; y++)
    sample_row (cut, y, cut->out_values + y * cut->raster->width);
}

void
trp_reslice_values (const TrpVolume *volume,
                    const TrpRaster *raster,
                    TrpInterpolation interpolation,
                    float *out_values)
{
  Cut cut = make_cut (volume, raster, interpolation);

  cut.out_values = out_values;
  trp_parallel_for (raster->height, ROWS_PER_CHUNK, cut_value_rows, &cut);
}
