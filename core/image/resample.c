/* resample.c - see resample.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/resample.h"
#include "core/base/parallel.h"
#include "core/image/bspline.h"

#include <string.h>

#define ROWS_PER_CHUNK 16

typedef struct
{
  const TrpVolume *volume;
  const TrpGeometry *target;
  TrpAffine source_from_target; /* voxel coordinates to voxel coordinates */
  size_t k;                     /* the slice of the target being filled */
  float outside;
  const float *coefficients; /* of the source, for cubic */
  uint8_t outside_stored[4];
  uint8_t *out; /* of the whole target */
  size_t element_size;
} Work;

static TrpLine
get_line (const Work *work, size_t j)
{
  const TrpVec3 first = trp_vec3 (0, (double) j, (double) work->k);

  return (TrpLine){ trp_affine_apply (&work->source_from_target, first),
                    trp_affine_column (&work->source_from_target, 0) };
}

static uint8_t *
get_row (const Work *work, size_t j)
{
  const size_t *size = work->target->size;

  return work->out + size[0] * (j + size[1] * work->k) * work->element_size;
}

static void
fill_linear (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  for (size_t j = begin; j < end; j++)
    {
      const TrpLine line = get_line (work, j);

      trp_line_sample (&line, work->volume, TRP_INTERPOLATION_LINEAR, work->outside,
                       work->target->size[0], (float *) (void *) get_row (work, j));
    }
}

static void
fill_nearest (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const size_t nx = work->target->size[0], element = work->element_size;
  const uint8_t *stored = trp_volume_peek_voxels (work->volume);
  g_autofree ptrdiff_t *indices = g_new (ptrdiff_t, nx);

  for (size_t j = begin; j < end; j++)
    {
      const TrpLine line = get_line (work, j);
      uint8_t *row = get_row (work, j);

      trp_line_find_nearest (&line, trp_volume_get_geometry (work->volume)->size, nx, indices);
      for (size_t i = 0; i < nx; i++)
        memcpy (row + i * element,
                indices[i] < 0 ? work->outside_stored : stored + (size_t) indices[i] * element,
                element);
    }
}

static void
fill_cubic (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  for (size_t j = begin; j < end; j++)
    {
      const TrpLine line = get_line (work, j);

      trp_line_sample_bspline (&line, work->coefficients,
                               trp_volume_get_geometry (work->volume)->size, work->outside,
                               work->target->size[0], (float *) (void *) get_row (work, j));
    }
}

/* The stored value that comes closest to @outside. */
static void
store_outside (const TrpVolume *volume, double outside, uint8_t out_stored[4])
{
  const double wanted = rint ((outside - trp_volume_get_intercept (volume)) /
                              trp_volume_get_slope (volume));
  const double whole = isnan (wanted) ? 0 : wanted;
  const uint8_t u8 = (uint8_t) CLAMP (whole, 0, UINT8_MAX);
  const int16_t i16 = (int16_t) CLAMP (whole, INT16_MIN, INT16_MAX);
  const uint16_t u16 = (uint16_t) CLAMP (whole, 0, UINT16_MAX);
  const int32_t i32 = (int32_t) CLAMP (whole, INT32_MIN, INT32_MAX);
  const float f32 = (float) ((outside - trp_volume_get_intercept (volume)) /
                             trp_volume_get_slope (volume));
  const void *const all[TRP_N_VOXEL_TYPES] = { &u8, &i16, &u16, &i32, &f32 };
  const TrpVoxelType type = trp_volume_get_voxel_type (volume);

  memcpy (out_stored, all[type], trp_voxel_type_get_size (type));
}

static bool
fill_slices (Work *work, TrpInterpolation interpolation, TrpProgress *progress, GError **error)
{
  static const TrpParallelFunc fill[] = {
    [TRP_INTERPOLATION_NEAREST] = fill_nearest,
    [TRP_INTERPOLATION_LINEAR] = fill_linear,
    [TRP_INTERPOLATION_CUBIC] = fill_cubic,
  };
  const size_t *size = work->target->size;

  for (work->k = 0; work->k < size[2]; work->k++)
    {
      if (!trp_progress_step (progress, (double) work->k / (double) size[2], NULL, error))
        return false;
      trp_parallel_for (size[1], ROWS_PER_CHUNK, fill[interpolation], work);
    }
  return true;
}

static TrpVolume *
wrap_result (const Work *work, bool is_nearest, void *voxels, size_t n_bytes, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (voxels, n_bytes);
  TrpVolumeInfo info = *trp_volume_get_info (work->volume);

  info.is_label_map_like = info.is_label_map_like && is_nearest;
  return trp_volume_new (work->target,
                         is_nearest ? trp_volume_get_voxel_type (work->volume) : TRP_VOXEL_F32,
                         bytes, is_nearest ? trp_volume_get_slope (work->volume) : 1,
                         is_nearest ? trp_volume_get_intercept (work->volume) : 0, &info, error);
}

static void *
try_alloc (const TrpGeometry *geometry, size_t element_size, GError **error)
{
  void *memory = g_try_malloc_n (trp_geometry_count_voxels (geometry), element_size);

  if (!memory)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                 "No memory for an image of %zu x %zu x %zu voxels", geometry->size[0],
                 geometry->size[1], geometry->size[2]);
  return memory;
}

/* (transfer full) */
static float *
make_coefficients (const TrpVolume *volume, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const size_t count = trp_geometry_count_voxels (geometry);
  g_autofree float *values = try_alloc (geometry, sizeof *values, error);

  if (!values)
    return NULL;
  trp_volume_copy_floats (volume, 0, count, values);
  for (size_t n = 0; n < count; n++)
    if (!isfinite (values[n]))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "The image holds voxels that are not numbers, which cubic interpolation would "
                     "spread; use linear");
        return NULL;
      }
  trp_bspline_prefilter (values, geometry->size);
  return g_steal_pointer (&values);
}

TrpVolume *
trp_volume_resample (const TrpVolume *volume,
                     const TrpGeometry *geometry,
                     TrpInterpolation interpolation,
                     double outside,
                     TrpProgress *progress,
                     GError **error)
{
  const TrpGeometry *source = trp_volume_get_geometry (volume);
  const bool is_nearest = interpolation == TRP_INTERPOLATION_NEAREST;
  Work work = { .volume = volume, .target = geometry, .outside = (float) outside };
  const size_t count = trp_geometry_count_voxels (geometry);
  g_autofree uint8_t *out = NULL;
  g_autofree float *coefficients = NULL;

  work.source_from_target = trp_affine_multiply (&source->ijk_from_lps, &geometry->lps_from_ijk);
  work.element_size = is_nearest ? trp_voxel_type_get_size (trp_volume_get_voxel_type (volume))
                                 : sizeof (float);
  store_outside (volume, outside, work.outside_stored);
  if (interpolation == TRP_INTERPOLATION_CUBIC &&
      !(work.coefficients = coefficients = make_coefficients (volume, error)))
    return NULL;
  out = try_alloc (geometry, work.element_size, error);
  if (!out)
    return NULL;
  work.out = out;
  if (!fill_slices (&work, interpolation, progress, error))
    return NULL;
  return wrap_result (&work, is_nearest, g_steal_pointer (&out), count * work.element_size, error);
}

/* Voxels of @spacing along one axis, about the old middle. @size: 0: as many as cover the old
 * extent
 */
static void
resize_axis (const TrpGeometry *geometry,
             int axis,
             double spacing,
             size_t size,
             TrpAffine *io_affine,
             size_t *out_size)
{
  const TrpVec3 column = trp_affine_column (&geometry->lps_from_ijk, axis);
  const TrpVec3 direction = trp_geometry_get_direction (geometry, axis);
  const double old_span = (double) (geometry->size[axis] - 1);
  TrpVec3 origin = trp_affine_column (io_affine, 3);

  /* A hair less than the extent, so that 99.9999 of 100 voxels is 100. */
  *out_size = size ? size
                   : (size_t) fmax (1, ceil ((double) geometry->size[axis] *
                                               trp_geometry_get_spacing (geometry, axis) / spacing -
                                             1e-6));
  origin = trp_vec3_add (origin, trp_vec3_scale (column, 0.5 * old_span));
  origin = trp_vec3_subtract (origin,
                              trp_vec3_scale (direction, 0.5 * spacing * ((double) *out_size - 1)));
  trp_affine_set_column (io_affine, axis, trp_vec3_scale (direction, spacing));
  trp_affine_set_column (io_affine, 3, origin);
}

bool
trp_geometry_resize_plane (const TrpGeometry *geometry,
                           int axis,
                           const double spacing[2],
                           const size_t size[2],
                           TrpGeometry *out_geometry,
                           GError **error)
{
  TrpAffine affine = geometry->lps_from_ijk;
  size_t new_size[3];

  g_return_val_if_fail (axis >= 0 && axis < 3 && spacing[0] > 0 && spacing[1] > 0, false);
  new_size[axis] = geometry->size[axis];
  for (int side = 0, a = 0; a < 3; a++)
    if (a != axis)
      {
        resize_axis (geometry, a, spacing[side], size[side], &affine, &new_size[a]);
        side++;
      }
  return trp_geometry_init (out_geometry, new_size, &affine, error);
}

bool
trp_geometry_resize (const TrpGeometry *geometry,
                     const double spacing[3],
                     TrpGeometry *out_geometry,
                     GError **error)
{
  TrpAffine affine = geometry->lps_from_ijk;
  size_t new_size[3];

  for (int a = 0; a < 3; a++)
    {
      g_return_val_if_fail (spacing[a] >= 0, false);
      new_size[a] = geometry->size[a];
      if (spacing[a] > 0)
        resize_axis (geometry, a, spacing[a], 0, &affine, &new_size[a]);
    }
  return trp_geometry_init (out_geometry, new_size, &affine, error);
}
