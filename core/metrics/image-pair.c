/* image-pair.c - see image-pair.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/image-pair.h"

#include "core/base/clones.h"
#include "core/base/parallel.h"

#include <math.h>

typedef struct
{
  const TrpImagePair *pair;
  int which;
  double (*ranges)[2];
} Work;

#define DEFINE_COPY(name, type)                                                                    \
  TRP_CLONES static void name (const void *voxels, size_t start, size_t n, double slope,           \
                               double intercept, double *restrict out_values)                      \
  {                                                                                                \
    for (size_t i = 0; i < n; i++)                                                                 \
      out_values[i] = slope * (double) ((const type *) voxels)[start + i] + intercept;             \
  }

DEFINE_COPY (copy_u8, uint8_t)
DEFINE_COPY (copy_i16, int16_t)
DEFINE_COPY (copy_u16, uint16_t)
DEFINE_COPY (copy_i32, int32_t)
DEFINE_COPY (copy_f32, float)

TRP_CLONES static void
clip_run (double *values, size_t n, double low, double high)
{
  for (size_t i = 0; i < n; i++)
    values[i] = CLAMP (values[i], low, high);
}

void
trp_image_pair_copy_run (
  const TrpImagePair *self, int which, size_t start, size_t n, double *out_values)
{
  static void (*const copy[TRP_N_VOXEL_TYPES]) (const void *, size_t, size_t, double, double,
                                                double *) = {
    [TRP_VOXEL_U8] = copy_u8,   [TRP_VOXEL_I16] = copy_i16, [TRP_VOXEL_U16] = copy_u16,
    [TRP_VOXEL_I32] = copy_i32, [TRP_VOXEL_F32] = copy_f32,
  };
  const TrpVolume *volume = self->images[which];

  copy[trp_volume_get_voxel_type (volume)](trp_volume_peek_voxels (volume), start, n,
                                           trp_volume_get_slope (volume),
                                           trp_volume_get_intercept (volume), out_values);
  if (self->clip)
    clip_run (out_values, n, self->low, self->high);
}

void
trp_image_pair_copy_slice (const TrpImagePair *self, int which, size_t k, double *out_values)
{
  const size_t n_voxels = self->size[0] * self->size[1];

  trp_image_pair_copy_run (self, which, n_voxels * k, n_voxels, out_values);
}

/* Lowest, highest, and something that is not 0 if a value is no finite number. */
TRP_CLONES static void
extend_range (const double *values, size_t n, double io_range[3])
{
  double low[8], high[8], odd[8] = { 0 };
  size_t i = 0;

  for (size_t m = 0; m < 8; m++)
    {
      low[m] = io_range[0];
      high[m] = io_range[1];
    }
  for (; i + 8 <= n; i += 8)
    for (size_t m = 0; m < 8; m++)
      {
        const double value = values[i + m];

        low[m] = value < low[m] ? value : low[m];
        high[m] = value > high[m] ? value : high[m];
        odd[m] += value - value;
      }
  for (; i < n; i++)
    {
      low[0] = MIN (low[0], values[i]);
      high[0] = MAX (high[0], values[i]);
      odd[0] += values[i] - values[i];
    }
  for (size_t m = 0; m < 8; m++)
    {
      io_range[0] = MIN (io_range[0], low[m]);
      io_range[1] = MAX (io_range[1], high[m]);
      io_range[2] += odd[m];
    }
}

static void
find_ranges (size_t begin, size_t end, void *data)
{
  const Work *self = data;
  const size_t nx = self->pair->size[0], ny = self->pair->size[1];
  g_autofree double *values = g_new (double, nx);

  for (size_t k = begin; k < end; k++)
    {
      double range[3] = { (double) INFINITY, -(double) INFINITY, 0 };

      for (size_t row = k * ny; row < (k + 1) * ny; row++)
        {
          trp_image_pair_copy_run (self->pair, self->which, row * nx, nx, values);
          extend_range (values, nx, range);
        }
      self->ranges[k][0] = range[2] == 0 ? range[0] : (double) NAN;
      self->ranges[k][1] = range[1];
    }
}

void
trp_image_pair_get_range (const TrpImagePair *self, int which, double *out_low, double *out_high)
{
  double (*ranges)[2] = g_malloc_n (self->size[2], sizeof *ranges);

  trp_parallel_for (self->size[2], 1, find_ranges, &(Work){ self, which, ranges });
  *out_low = ranges[0][0];
  *out_high = ranges[0][1];
  for (size_t k = 1; k < self->size[2]; k++)
    {
      *out_low = isnan (ranges[k][0]) || isnan (*out_low) ? (double) NAN
                                                          : MIN (*out_low, ranges[k][0]);
      *out_high = MAX (*out_high, ranges[k][1]);
    }
  g_free (ranges);
}

bool
trp_image_pair_init (TrpImagePair *out_pair,
                     const TrpVolume *reference,
                     const TrpVolume *test,
                     GError **error)
{
  static const char *const names[] = { "reference", "test image" };
  const TrpGeometry *geometry = trp_volume_get_geometry (reference);
  TrpImagePair pair = { .images = { reference, test } };

  if (!trp_geometry_check_equal (geometry, trp_volume_get_geometry (test), error))
    return false;
  for (int axis = 0; axis < 3; axis++)
    pair.size[axis] = geometry->size[axis];
  for (int which = 0; which < 2; which++)
    {
      double low, high;

      trp_image_pair_get_range (&pair, which, &low, &high);
      if (!isnan (low))
        continue;
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The %s holds voxels that are not numbers; it cannot be compared", names[which]);
      return false;
    }
  *out_pair = pair;
  return true;
}
