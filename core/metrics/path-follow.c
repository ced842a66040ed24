/* path-follow.c - see path-follow.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/path-follow.h"

#include "core/metrics/distance-map.h"
#include "core/metrics/surface-numbers.h"

#include <math.h>

/**
 * _TrpPathFollow:
 * @contour: of the test, slice by slice; @map: of @contour
 * @points: of the reference's contour, by k; @squared: their distances in the slice, mm2
 */
struct _TrpPathFollow
{
  double limit;
  TrpBits *contour;
  TrpDistanceMap *map;
  size_t n;
  TrpBitsPoint *points;
  double *squared;
};

static void
measure (TrpPathFollow *self, size_t k_begin, size_t k_end)
{
  for (size_t n = 0; n < self->n; n++)
    if (self->points[n].k >= k_begin && self->points[n].k < k_end)
      self->squared[n] = trp_distance_map_get_in_slice (self->map, self->points[n],
                                                        self->limit + TRP_SURFACE_SLACK_MM);
}

TrpPathFollow *
trp_path_follow_new (const TrpBits *reference,
                     const TrpBits *test,
                     const double spacing[3],
                     double limit,
                     GError **error)
{
  g_autoptr (TrpPathFollow) self = g_new0 (TrpPathFollow, 1);
  g_autoptr (TrpBits) contour = trp_bits_new_slice_border (reference, error);

  self->limit = limit;
  self->contour = contour ? trp_bits_new_slice_border (test, error) : NULL;
  self->map = self->contour ? trp_distance_map_new (self->contour, spacing, error) : NULL;
  if (!self->map)
    return NULL;
  self->points = trp_bits_list (contour, &self->n);
  self->squared = g_new (double, self->n);
  measure (self, 0, test->size[2]);
  return g_steal_pointer (&self);
}

void
trp_path_follow_free (TrpPathFollow *self)
{
  if (!self)
    return;
  trp_bits_free (self->contour);
  trp_distance_map_free (self->map);
  g_free (self->points);
  g_free (self->squared);
  g_free (self);
}

void
trp_path_follow_update (TrpPathFollow *self, const TrpBits *test, const TrpBox *changed)
{
  const TrpBitsRows rows = { changed->begin[1], changed->end[1], changed->begin[2],
                             changed->end[2] };
  const TrpBitsRows wide = trp_bits_widen_rows (test, &rows);

  trp_bits_update_slice_border (self->contour, test, &rows);
  trp_distance_map_update (self->map, self->contour, &wide);
  measure (self, rows.k_begin, rows.k_end);
}

double
trp_path_follow_get_limit (const TrpPathFollow *self)
{
  return self->limit;
}

size_t
trp_path_follow_count (const TrpPathFollow *self, double tolerance)
{
  size_t count = 0;

  for (size_t n = 0; n < self->n; n++)
    count += sqrt (self->squared[n]) > tolerance + TRP_SURFACE_SLACK_MM;
  return count;
}

size_t
trp_path_follow_count_contour (const TrpPathFollow *self)
{
  return self->n;
}
