/* region-statistics.c - see region-statistics.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/region-statistics.h"

#include <math.h>

#define SLACK 1e-9       /* of the half size: a centre on the drawn line is inside */
#define MAX_STEPS 1024.0 /* samples from the middle to a side */

/* Middle and half sizes on the plane. */
typedef struct
{
  TrpRegionShape shape;
  TrpPlane plane;
  double middle[2], half[2];
} Frame;

static void
get_place (const TrpPlane *plane, TrpVec3 point_lps, double out_place[2])
{
  const TrpVec3 offset = trp_vec3_subtract (point_lps, plane->point_lps);

  out_place[0] = trp_vec3_dot (offset, plane->right);
  out_place[1] = trp_vec3_dot (offset, plane->down);
}

static Frame
get_frame (const TrpRegion *region)
{
  Frame frame = { .shape = region->shape, .plane = region->plane };
  double places[2][2];

  for (int n = 0; n < 2; n++)
    get_place (&region->plane, region->corners_lps[n], places[n]);
  for (int axis = 0; axis < 2; axis++)
    {
      frame.middle[axis] = 0.5 * (places[0][axis] + places[1][axis]);
      frame.half[axis] = 0.5 * fabs (places[1][axis] - places[0][axis]);
    }
  return frame;
}

static bool
contains (const Frame *frame, const double place[2])
{
  double scaled[2];

  for (int axis = 0; axis < 2; axis++)
    {
      if (!(frame->half[axis] > 0))
        return false;
      scaled[axis] = fabs (place[axis] - frame->middle[axis]) / frame->half[axis];
    }
  return frame->shape == TRP_REGION_ELLIPSE
           ? scaled[0] * scaled[0] + scaled[1] * scaled[1] <= 1 + SLACK
           : fmax (scaled[0], scaled[1]) <= 1 + SLACK;
}

/* ---- sums ---- */

/* Of value - first, so that a mean far from 0 does not eat the digits of the spread. */
typedef struct
{
  size_t n;
  double first, sum, squares, min, max;
} Sums;

static void
add (Sums *self, double value)
{
  if (isnan (value))
    return;
  if (self->n++ == 0)
    self->first = self->min = self->max = value;
  const double d = value - self->first;

  self->sum += d;
  self->squares += d * d;
  self->min = fmin (self->min, value);
  self->max = fmax (self->max, value);
}

/* The voxels of one native slice; all of them are asked whether they are inside, but for those
 * beyond the frame's box in indices. */
static void
add_slice (const Frame *frame, const TrpVolume *volume, const TrpNativeSlice *slice, Sums *sums)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const int axes[2] = { (slice->axis + 1) % 3, (slice->axis + 2) % 3 };
  double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
  ptrdiff_t begin[2], end[2];

  for (int corner = 0; corner < 4; corner++)
    {
      const double x = frame->middle[0] + (corner & 1 ? 1 : -1) * frame->half[0],
                   y = frame->middle[1] + (corner & 2 ? 1 : -1) * frame->half[1];
      const TrpVec3 point = trp_vec3_add (frame->plane.point_lps,
                                          trp_vec3_add (trp_vec3_scale (frame->plane.right, x),
                                                        trp_vec3_scale (frame->plane.down, y)));
      const TrpVec3 ijk = trp_geometry_ijk_from_lps (geometry, point);

      for (int n = 0; n < 2; n++)
        {
          low[n] = fmin (low[n], ijk.v[axes[n]]);
          high[n] = fmax (high[n], ijk.v[axes[n]]);
        }
    }
  for (int n = 0; n < 2; n++)
    {
      const double last = (double) geometry->size[axes[n]];

      begin[n] = (ptrdiff_t) CLAMP (floor (low[n]), 0, last);
      end[n] = (ptrdiff_t) CLAMP (ceil (high[n]) + 1, 0, last);
    }
  for (ptrdiff_t b = begin[1]; b < end[1]; b++)
    for (ptrdiff_t a = begin[0]; a < end[0]; a++)
      {
        ptrdiff_t at[3];
        double place[2];

        at[slice->axis] = (ptrdiff_t) slice->index;
        at[axes[0]] = a;
        at[axes[1]] = b;
        get_place (&frame->plane,
                   trp_geometry_lps_from_ijk (
                     geometry, trp_vec3 ((double) at[0], (double) at[1], (double) at[2])),
                   place);
        if (contains (frame, place))
          add (sums, trp_volume_get_value (volume, at[0], at[1], at[2]));
      }
}

static void
add_samples (const Frame *frame, const TrpVolume *volume, Sums *sums)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  double step = trp_geometry_get_spacing (geometry, 0), place[2];

  for (int axis = 1; axis < 3; axis++)
    step = fmin (step, trp_geometry_get_spacing (geometry, axis));
  step = fmax (step, fmax (frame->half[0], frame->half[1]) / MAX_STEPS);
  const long n_x = lrint (floor (frame->half[0] / step)),
             n_y = lrint (floor (frame->half[1] / step));

  for (long y = -n_y; y <= n_y; y++)
    for (long x = -n_x; x <= n_x; x++)
      {
        place[0] = frame->middle[0] + (double) x * step;
        place[1] = frame->middle[1] + (double) y * step;
        if (!contains (frame, place))
          continue;
        const TrpVec3 point = trp_vec3_add (
          frame->plane.point_lps, trp_vec3_add (trp_vec3_scale (frame->plane.right, place[0]),
                                                trp_vec3_scale (frame->plane.down, place[1])));

        add (sums, trp_volume_sample (volume, trp_geometry_ijk_from_lps (geometry, point)));
      }
}

void
trp_region_get_size (const TrpRegion *region, double *out_width, double *out_height)
{
  const Frame frame = get_frame (region);

  *out_width = 2 * frame.half[0];
  *out_height = 2 * frame.half[1];
}

bool
trp_region_measure (const TrpRegion *region,
                    const TrpVolume *volume,
                    TrpRegionStatistics *out_statistics)
{
  const Frame frame = get_frame (region);
  const double n_halves = 4 * frame.half[0] * frame.half[1];
  TrpRegionStatistics statistics = { .mean = NAN, .sd = NAN, .min = NAN, .max = NAN };
  Sums sums = { 0 };
  TrpNativeSlice slice;

  statistics.area_mm2 = region->shape == TRP_REGION_ELLIPSE ? 0.25 * G_PI * n_halves : n_halves;
  switch (trp_plane_match_native (&region->plane, trp_volume_get_geometry (volume), &slice))
    {
    case TRP_NATIVE_SLICE:
      add_slice (&frame, volume, &slice, &sums);
      break;
    case TRP_NATIVE_NONE:
      add_samples (&frame, volume, &sums);
      break;
    case TRP_NATIVE_OUTSIDE:
    default:
      break;
    }
  if (sums.n > 0)
    {
      const double n = (double) sums.n;

      statistics.n = sums.n;
      statistics.mean = sums.first + sums.sum / n;
      statistics.min = sums.min;
      statistics.max = sums.max;
      if (sums.n > 1)
        statistics.sd = sqrt (fmax (0, (sums.squares - sums.sum * sums.sum / n) / (n - 1)));
    }
  *out_statistics = statistics;
  return sums.n > 0;
}

void
trp_line_profile_sample (
  const TrpVolume *volume, TrpVec3 from_lps, TrpVec3 to_lps, size_t n, double *out_values)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);

  for (size_t i = 0; i < n; i++)
    {
      const double t = n > 1 ? (double) i / (double) (n - 1) : 0;
      const TrpVec3 point = trp_vec3_add (from_lps,
                                          trp_vec3_scale (trp_vec3_subtract (to_lps, from_lps), t));

      out_values[i] = trp_volume_sample (volume, trp_geometry_ijk_from_lps (geometry, point));
    }
}
