/* volume.c - see volume.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/volume.h"

#include "core/base/parallel.h"

#include <string.h>

struct _TrpVolume
{
  TrpGeometry geometry;
  TrpVoxelType type;
  GBytes *bytes;
  const void *voxels;
  double slope;
  double intercept;
  TrpVolumeInfo info;
  GMutex range_mutex;
  bool has_range;
  double range[2];
};

static const struct
{
  const char *name;
  size_t size;
} types[TRP_N_VOXEL_TYPES] = {
  [TRP_VOXEL_U8] = { "uint8", 1 },    [TRP_VOXEL_I16] = { "int16", 2 },
  [TRP_VOXEL_U16] = { "uint16", 2 },  [TRP_VOXEL_I32] = { "int32", 4 },
  [TRP_VOXEL_F32] = { "float32", 4 },
};

size_t
trp_voxel_type_get_size (TrpVoxelType type)
{
  return types[type].size;
}

const char *
trp_voxel_type_get_name (TrpVoxelType type)
{
  return types[type].name;
}

const char *
trp_modality_get_name (TrpModality modality)
{
  static const char *const names[] = { NULL, "MR", "CT", "PT", "SYNCT" };

  return names[modality];
}

void
trp_volume_info_copy (TrpVolumeInfo *out_info, const TrpVolumeInfo *info)
{
  *out_info = *info;
  out_info->unit = g_strdup (info->unit);
  out_info->frame_of_reference = g_strdup (info->frame_of_reference);
  out_info->series_uid = g_strdup (info->series_uid);
  out_info->study_uid = g_strdup (info->study_uid);
  out_info->patient_id = g_strdup (info->patient_id);
  out_info->patient_name = g_strdup (info->patient_name);
  out_info->description = g_strdup (info->description);
  out_info->source = g_strdup (info->source);
  out_info->provenance = g_strdup (info->provenance);
  out_info->warnings = g_strdupv (info->warnings);
}

void
trp_volume_info_clear (TrpVolumeInfo *info)
{
  g_free (info->unit);
  g_free (info->frame_of_reference);
  g_free (info->series_uid);
  g_free (info->study_uid);
  g_free (info->patient_id);
  g_free (info->patient_name);
  g_free (info->description);
  g_free (info->source);
  g_free (info->provenance);
  g_strfreev (info->warnings);
  *info = (TrpVolumeInfo){ 0 };
}

TrpVolume *
trp_volume_new (const TrpGeometry *geometry,
                TrpVoxelType type,
                GBytes *voxels,
                double slope,
                double intercept,
                const TrpVolumeInfo *info,
                GError **error)
{
  const size_t needed = trp_geometry_count_voxels (geometry) * trp_voxel_type_get_size (type);
  TrpVolume *self;

  if (g_bytes_get_size (voxels) < needed)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The image is cut short: %zu bytes of voxels instead of %zu",
                   g_bytes_get_size (voxels), needed);
      return NULL;
    }
  if (!isfinite (slope) || !isfinite (intercept) || slope == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The image's rescale slope %g and intercept %g give no values", slope,
                   intercept);
      return NULL;
    }
  self = g_atomic_rc_box_new0 (TrpVolume);
  self->geometry = *geometry;
  self->type = type;
  self->bytes = g_bytes_ref (voxels);
  self->voxels = g_bytes_get_data (voxels, NULL);
  self->slope = slope;
  self->intercept = intercept;
  if (info)
    trp_volume_info_copy (&self->info, info);
  g_mutex_init (&self->range_mutex);
  return self;
}

TrpVolume *
trp_volume_new_with_info (const TrpVolume *self, const TrpVolumeInfo *info)
{
  TrpVolume *source = (TrpVolume *) self; /* for its mutex, as in trp_volume_get_range() */
  TrpVolume *result = trp_volume_new (&self->geometry, self->type, self->bytes, self->slope,
                                      self->intercept, info, NULL);

  g_mutex_lock (&source->range_mutex);
  if (result && source->has_range)
    {
      result->has_range = true;
      memcpy (result->range, source->range, sizeof result->range);
    }
  g_mutex_unlock (&source->range_mutex);
  return result;
}

TrpVolume *
trp_volume_ref (const TrpVolume *self)
{
  return g_atomic_rc_box_acquire ((TrpVolume *) self);
}

static void
clear_volume (void *data)
{
  TrpVolume *self = data;

  g_bytes_unref (self->bytes);
  trp_volume_info_clear (&self->info);
  g_mutex_clear (&self->range_mutex);
}

void
trp_volume_unref (TrpVolume *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_volume);
}

const TrpGeometry *
trp_volume_get_geometry (const TrpVolume *self)
{
  return &self->geometry;
}

const TrpVolumeInfo *
trp_volume_get_info (const TrpVolume *self)
{
  return &self->info;
}

TrpVoxelType
trp_volume_get_voxel_type (const TrpVolume *self)
{
  return self->type;
}

double
trp_volume_get_slope (const TrpVolume *self)
{
  return self->slope;
}

double
trp_volume_get_intercept (const TrpVolume *self)
{
  return self->intercept;
}

const void *
trp_volume_peek_voxels (const TrpVolume *self)
{
  return self->voxels;
}

GBytes *
trp_volume_peek_bytes (const TrpVolume *self)
{
  return self->bytes;
}

static double
stored_value (const TrpVolume *self, size_t index)
{
  switch (self->type)
    {
    case TRP_VOXEL_U8:
      return ((const uint8_t *) self->voxels)[index];
    case TRP_VOXEL_I16:
      return ((const int16_t *) self->voxels)[index];
    case TRP_VOXEL_U16:
      return ((const uint16_t *) self->voxels)[index];
    case TRP_VOXEL_I32:
      return ((const int32_t *) self->voxels)[index];
    case TRP_VOXEL_F32:
      return (double) ((const float *) self->voxels)[index];
    case TRP_N_VOXEL_TYPES:
      break;
    }
  g_assert_not_reached ();
}

double
trp_volume_get_value (const TrpVolume *self, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
  const size_t *size = self->geometry.size;

  if (i < 0 || j < 0 || k < 0 || (size_t) i >= size[0] || (size_t) j >= size[1] ||
      (size_t) k >= size[2])
    return NAN;
  return self->slope *
           stored_value (self, (size_t) i + size[0] * ((size_t) j + size[1] * (size_t) k)) +
         self->intercept;
}

double
trp_volume_sample (const TrpVolume *self, TrpVec3 point_ijk)
{
  ptrdiff_t low[3], high[3];
  double part[3], sum = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      const double last = (double) (self->geometry.size[axis] - 1);
      double x = point_ijk.v[axis];

      if (!(x >= -0.5 && x <= last + 0.5))
        return NAN;
      x = CLAMP (x, 0, last);
      low[axis] = (ptrdiff_t) floor (x);
      high[axis] = MIN (low[axis] + 1, (ptrdiff_t) last);
      part[axis] = x - (double) low[axis];
    }
  for (unsigned corner = 0; corner < 8; corner++)
    {
      const bool up_i = corner & 1, up_j = corner & 2, up_k = corner & 4;
      const double weight = (up_i ? part[0] : 1 - part[0]) * (up_j ? part[1] : 1 - part[1]) *
                            (up_k ? part[2] : 1 - part[2]);

      if (weight > 0)
        sum += weight * trp_volume_get_value (self, up_i ? high[0] : low[0],
                                              up_j ? high[1] : low[1], up_k ? high[2] : low[2]);
    }
  return sum;
}

#define COPY(type)                                                                                 \
  do                                                                                               \
    {                                                                                              \
      const type *stored = (const type *) self->voxels + start;                                    \
      for (size_t n_done = 0; n_done < n; n_done++)                                                \
        out_values[n_done] = (float) (slope * (double) stored[n_done] + intercept);                \
    }                                                                                              \
  while (0)

void
trp_volume_copy_floats (const TrpVolume *self, size_t start, size_t n, float *out_values)
{
  const double slope = self->slope, intercept = self->intercept;

  g_return_if_fail (start + n <= trp_geometry_count_voxels (&self->geometry));
  switch (self->type)
    {
    case TRP_VOXEL_U8:
      COPY (uint8_t);
      break;
    case TRP_VOXEL_I16:
      COPY (int16_t);
      break;
    case TRP_VOXEL_U16:
      COPY (uint16_t);
      break;
    case TRP_VOXEL_I32:
      COPY (int32_t);
      break;
    case TRP_VOXEL_F32:
      COPY (float);
      break;
    case TRP_N_VOXEL_TYPES:
      g_assert_not_reached ();
    }
}

typedef struct
{
  const TrpVolume *volume;
  double *lows;
  double *highs;
} RangeLoop;

#define RANGE_CHUNK ((size_t) 1 << 18)

static void
find_range (size_t begin, size_t end, void *data)
{
  const RangeLoop *loop = data;
  double low = INFINITY, high = -INFINITY;

  for (size_t n = begin; n < end; n++)
    {
      const double value = stored_value (loop->volume, n);

      if (!isfinite (value))
        continue;
      low = MIN (low, value);
      high = MAX (high, value);
    }
  loop->lows[begin / RANGE_CHUNK] = low;
  loop->highs[begin / RANGE_CHUNK] = high;
}

static void
compute_range (TrpVolume *self)
{
  const size_t count = trp_geometry_count_voxels (&self->geometry);
  const size_t n_chunks = (count + RANGE_CHUNK - 1) / RANGE_CHUNK;
  g_autofree double *lows = g_new (double, n_chunks);
  g_autofree double *highs = g_new (double, n_chunks);
  RangeLoop loop = { .volume = self, .lows = lows, .highs = highs };
  double low = INFINITY, high = -INFINITY;

  trp_parallel_for (count, RANGE_CHUNK, find_range, &loop);
  for (size_t n = 0; n < n_chunks; n++)
    {
      low = MIN (low, lows[n]);
      high = MAX (high, highs[n]);
    }
  if (low > high) /* no number at all */
    low = high = NAN;
  self->range[0] = MIN (self->slope * low, self->slope * high) + self->intercept;
  self->range[1] = MAX (self->slope * low, self->slope * high) + self->intercept;
  self->has_range = true;
}

void
trp_volume_get_range (const TrpVolume *self, double *out_low, double *out_high)
{
  TrpVolume *cache =
    (TrpVolume *) self; /* immutable to everyone else: filled once under the mutex */

  g_mutex_lock (&cache->range_mutex);
  if (!cache->has_range)
    compute_range (cache);
  g_mutex_unlock (&cache->range_mutex);
  *out_low = cache->range[0];
  *out_high = cache->range[1];
}
