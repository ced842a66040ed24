/* added-path-length.c - see added-path-length.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/added-path-length.h"

#include "core/base/parallel.h"

#include <math.h>

#define POINTS_PER_CHUNK 8192

typedef struct
{
  const TrpDistanceMap *map;
  const TrpBitsPoint *points;
  double limit;
  double *squared;
} Work;

static void
measure (size_t begin, size_t end, void *data)
{
  const Work *self = data;

  for (size_t n = begin; n < end; n++)
    self->squared[n] = trp_distance_map_get_in_slice (self->map, self->points[n], self->limit);
}

bool
trp_added_path_length_count (const TrpSurfacePair *pair,
                             const double *tolerances,
                             size_t n_tolerances,
                             size_t *out_pixels,
                             size_t *out_contour,
                             GError **error)
{
  g_autoptr (TrpBits) reference = trp_bits_new_slice_border (pair->reference, error);
  g_autoptr (TrpBits) test = reference ? trp_bits_new_slice_border (pair->test, error) : NULL;
  g_autoptr (TrpDistanceMap) map = test ? trp_distance_map_new (test, pair->spacing, error) : NULL;
  g_autofree TrpBitsPoint *points = NULL;
  g_autofree double *squared = NULL;
  double limit = 0;

  if (!map)
    return false;
  for (size_t t = 0; t < n_tolerances; t++)
    limit = MAX (limit, tolerances[t] + TRP_SURFACE_SLACK_MM);
  points = trp_bits_list (reference, out_contour);
  squared = g_new (double, *out_contour);
  trp_parallel_for (*out_contour, POINTS_PER_CHUNK, measure,
                    &(Work){ map, points, limit, squared });
  for (size_t t = 0; t < n_tolerances; t++)
    {
      out_pixels[t] = 0;
      for (size_t n = 0; n < *out_contour; n++)
        out_pixels[t] += sqrt (squared[n]) > tolerances[t] + TRP_SURFACE_SLACK_MM;
    }
  return true;
}

double
trp_added_path_length_get_mm_per_pixel (const TrpSurfacePair *pair)
{
  return (pair->spacing[0] + pair->spacing[1]) / 2;
}
