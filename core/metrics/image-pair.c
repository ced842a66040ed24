/* image-pair.c - see image-pair.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/image-pair.h"

#include "core/base/parallel.h"

#include <math.h>

typedef struct
{
  const TrpImagePair *pair;
  int which;
  double (*ranges)[2];
} Work;

#define COPY(type)                                                                                 \
  for (size_t n = 0; n < n_voxels; n++)                                                            \
    out_values[n] = slope * (double) ((const type *) voxels)[first + n] + intercept;               \
  break

void
trp_image_pair_copy_slice (const TrpImagePair *self, int which, size_t k, double *out_values)
{
  const TrpVolume *volume = self->images[which];
  const size_t n_voxels = self->size[0] * self->size[1];
  const size_t first = n_voxels * k;
  const double slope = trp_volume_get_slope (volume);
  const double intercept = trp_volume_get_intercept (volume);
  const void *voxels = trp_volume_peek_voxels (volume);

  switch (trp_volume_get_voxel_type (volume))
    {
    case TRP_VOXEL_U8:
      COPY (uint8_t);
    case TRP_VOXEL_I16:
      COPY (int16_t);
    case TRP_VOXEL_U16:
      COPY (uint16_t);
    case TRP_VOXEL_I32:
      COPY (int32_t);
    case TRP_VOXEL_F32:
    default:
      COPY (float);
    }
  for (size_t n = 0; self->clip && n < n_voxels; n++)
    out_values[n] = CLAMP (out_values[n], self->low, self->high);
}

static void
find_ranges (size_t begin, size_t end, void *data)
{
  const Work *self = data;
  const size_t n_voxels = self->pair->size[0] * self->pair->size[1];
  g_autofree double *values = g_new (double, n_voxels);

  for (size_t k = begin; k < end; k++)
    {
      double low = (double) INFINITY, high = -(double) INFINITY;

      trp_image_pair_copy_slice (self->pair, self->which, k, values);
      for (size_t n = 0; n < n_voxels; n++)
        {
          low = isfinite (values[n]) ? MIN (low, values[n]) : (double) NAN;
          high = MAX (high, values[n]);
          if (isnan (low))
            break;
        }
      self->ranges[k][0] = low;
      self->ranges[k][1] = high;
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
