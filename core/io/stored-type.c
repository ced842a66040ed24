/* stored-type.c - see stored-type.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/stored-type.h"

#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *name;
  size_t size;
  TrpVoxelType held;
  bool is_kept;
} types[] = {
  [TRP_STORED_I8] = { "int8", 1, TRP_VOXEL_I16, false },
  [TRP_STORED_U8] = { "uint8", 1, TRP_VOXEL_U8, true },
  [TRP_STORED_I16] = { "int16", 2, TRP_VOXEL_I16, true },
  [TRP_STORED_U16] = { "uint16", 2, TRP_VOXEL_U16, true },
  [TRP_STORED_I32] = { "int32", 4, TRP_VOXEL_I32, true },
  [TRP_STORED_U32] = { "uint32", 4, TRP_VOXEL_F32, false },
  [TRP_STORED_I64] = { "int64", 8, TRP_VOXEL_F32, false },
  [TRP_STORED_U64] = { "uint64", 8, TRP_VOXEL_F32, false },
  [TRP_STORED_F32] = { "float32", 4, TRP_VOXEL_F32, true },
  [TRP_STORED_F64] = { "float64", 8, TRP_VOXEL_F32, false },
};

#define CHUNK 4096 /* values; two blocks of them lie on a worker's stack */

size_t
trp_stored_type_get_size (TrpStoredType type)
{
  return types[type].size;
}

const char *
trp_stored_type_get_name (TrpStoredType type)
{
  return types[type].name;
}

TrpVoxelType
trp_stored_type_get_held (TrpStoredType type)
{
  return types[type].held;
}

typedef struct
{
  TrpStoredType type;
  bool swap;
  const uint8_t *in;
  uint8_t *out;
  double slope;
  double intercept;
} ConvertLoop;

static void
swap_values (uint8_t *bytes, size_t n_values, size_t size)
{
  for (size_t n = 0; n < n_values; n++, bytes += size)
    for (size_t low = 0, high = size - 1; low < high; low++, high--)
      {
        const uint8_t kept = bytes[low];

        bytes[low] = bytes[high];
        bytes[high] = kept;
      }
}

#define TO_FLOAT(c_type)                                                                           \
  do                                                                                               \
    {                                                                                              \
      const c_type *stored = (const c_type *) aligned;                                             \
      float *floats = (float *) (loop->out + 4 * begin);                                           \
      for (size_t n = 0; n < n_values; n++)                                                        \
        floats[n] = (float) (loop->slope * (double) stored[n] + loop->intercept);                  \
    }                                                                                              \
  while (0)

static void
convert_chunk (size_t begin, size_t end, void *data)
{
  const ConvertLoop *loop = data;
  const size_t size = types[loop->type].size, n_values = end - begin;
  _Alignas(8) uint8_t aligned[8 * CHUNK];

  memcpy (aligned, loop->in + begin * size, n_values * size);
  if (loop->swap)
    swap_values (aligned, n_values, size);
  switch (loop->type)
    {
    case TRP_STORED_I8:
      for (size_t n = 0; n < n_values; n++)
        ((int16_t *) loop->out)[begin + n] = (int8_t) aligned[n];
      break;
    case TRP_STORED_U32:
      TO_FLOAT (uint32_t);
      break;
    case TRP_STORED_I64:
      TO_FLOAT (int64_t);
      break;
    case TRP_STORED_U64:
      TO_FLOAT (uint64_t);
      break;
    case TRP_STORED_F64:
      TO_FLOAT (double);
      break;
    default:
      memcpy (loop->out + begin * size, aligned, n_values * size);
    }
}

GBytes *
trp_stored_to_held (TrpStoredType type,
                    bool swap,
                    GBytes *bytes,
                    size_t n_values,
                    double *io_slope,
                    double *io_intercept,
                    GError **error)
{
  const size_t size = types[type].size, held_size = trp_voxel_type_get_size (types[type].held);
  ConvertLoop loop = { .type = type, .swap = swap && size > 1 };
  size_t available;

  loop.slope = *io_slope;
  loop.intercept = *io_intercept;
  loop.in = g_bytes_get_data (bytes, &available);
  if (n_values == 0 || available / size < n_values)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The file is cut short: %zu bytes of voxels, %zu needed", available,
                   n_values * size);
      return NULL;
    }
  if (types[type].is_kept && !loop.swap && (uintptr_t) loop.in % size == 0)
    return g_bytes_ref (bytes);
  loop.out = g_try_malloc_n (n_values, held_size);
  if (!loop.out)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu voxels", n_values);
      return NULL;
    }
  trp_parallel_for (n_values, CHUNK, convert_chunk, &loop);
  if (types[type].held == TRP_VOXEL_F32 && type != TRP_STORED_F32)
    {
      *io_slope = 1;
      *io_intercept = 0;
    }
  return g_bytes_new_take (loop.out, n_values * held_size);
}

typedef struct
{
  const TrpVolume *volume;
  TrpVoxelType type;
  void *out;
} RescaleLoop;

static void
rescale_chunk (size_t begin, size_t end, void *data)
{
  const RescaleLoop *loop = data;
  const TrpGeometry *geometry = trp_volume_get_geometry (loop->volume);
  const size_t nx = geometry->size[0], ny = geometry->size[1];

  if (loop->type == TRP_VOXEL_F32)
    {
      trp_volume_copy_floats (loop->volume, begin, end - begin, (float *) loop->out + begin);
      return;
    }
  for (size_t n = begin; n < end; n++)
    {
      /* by way of double: an int32 need not fit a float */
      const double value = trp_volume_get_value (
        loop->volume, (ptrdiff_t) (n % nx), (ptrdiff_t) (n / nx % ny), (ptrdiff_t) (n / nx / ny));

      if (loop->type == TRP_VOXEL_I16)
        ((int16_t *) loop->out)[n] = (int16_t) value;
      else if (loop->type == TRP_VOXEL_U16)
        ((uint16_t *) loop->out)[n] = (uint16_t) value;
      else
        ((int32_t *) loop->out)[n] = (int32_t) value;
    }
}

static TrpVoxelType
choose_type (const TrpVolume *volume)
{
  const double slope = trp_volume_get_slope (volume);
  const double intercept = trp_volume_get_intercept (volume);
  double low, high;

  if (trp_volume_get_voxel_type (volume) == TRP_VOXEL_F32 || slope != floor (slope) ||
      intercept != floor (intercept))
    return TRP_VOXEL_F32;
  trp_volume_get_range (volume, &low, &high);
  if (low >= INT16_MIN && high <= INT16_MAX)
    return TRP_VOXEL_I16;
  if (low >= 0 && high <= UINT16_MAX)
    return TRP_VOXEL_U16;
  return low >= INT32_MIN && high <= INT32_MAX ? TRP_VOXEL_I32 : TRP_VOXEL_F32;
}

TrpVolume *
trp_volume_apply_rescale (const TrpVolume *volume, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const size_t count = trp_geometry_count_voxels (geometry);
  RescaleLoop loop = { .volume = volume };
  g_autoptr (GBytes) bytes = NULL;
  size_t size;

  if (trp_volume_get_slope (volume) == 1 && trp_volume_get_intercept (volume) == 0)
    return trp_volume_ref (volume);
  loop.type = choose_type (volume);
  size = trp_voxel_type_get_size (loop.type);
  loop.out = g_try_malloc_n (count, size);
  if (!loop.out)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu voxels", count);
      return NULL;
    }
  trp_parallel_for (count, (size_t) 1 << 16, rescale_chunk, &loop);
  bytes = g_bytes_new_take (loop.out, count * size);
  return trp_volume_new (geometry, loop.type, bytes, 1, 0, trp_volume_get_info (volume), error);
}
