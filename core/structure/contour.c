/* contour.c - see contour.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/contour.h"

struct _TrpContours
{
  GArray *points; /* TrpPoint, of all polygons */
  GArray *ends;   /* size_t, one past the last point of each polygon */
};

TrpContours *
trp_contours_new (void)
{
  TrpContours *self = g_new0 (TrpContours, 1);

  self->points = g_array_new (false, false, sizeof (TrpPoint));
  self->ends = g_array_new (false, false, sizeof (size_t));
  return self;
}

void
trp_contours_free (TrpContours *self)
{
  if (!self)
    return;
  g_array_unref (self->points);
  g_array_unref (self->ends);
  g_free (self);
}

static size_t
get_begin (const TrpContours *self, size_t index)
{
  return index == 0 ? 0 : g_array_index (self->ends, size_t, index - 1);
}

void
trp_contours_append (TrpContours *self, double x, double y)
{
  const TrpPoint point = { x, y };

  g_return_if_fail (isfinite (x) && isfinite (y));
  g_array_append_val (self->points, point);
}

void
trp_contours_close (TrpContours *self)
{
  const size_t begin = get_begin (self, self->ends->len);
  const size_t end = self->points->len;

  if (end - begin < 3)
    g_array_set_size (self->points, (guint) begin);
  else
    g_array_append_val (self->ends, end);
}

size_t
trp_contours_get_size (const TrpContours *self)
{
  return self->ends->len;
}

const TrpPoint *
trp_contours_peek_points (const TrpContours *self, size_t index, size_t *out_n_points)
{
  g_return_val_if_fail (index < self->ends->len, NULL);
  *out_n_points = g_array_index (self->ends, size_t, index) - get_begin (self, index);
  return &g_array_index (self->points, TrpPoint, get_begin (self, index));
}

double
trp_contours_get_area (const TrpContours *self, size_t index)
{
  size_t n;
  const TrpPoint *points = trp_contours_peek_points (self, index, &n);
  double twice = 0;

  /* Relative to the first point, so that small polygons far out keep their digits. */
  for (size_t p = 1; p + 1 < n; p++)
    twice += (points[p].x - points[0].x) * (points[p + 1].y - points[0].y) -
             (points[p + 1].x - points[0].x) * (points[p].y - points[0].y);
  return twice / 2;
}

static bool
crosses_left_of (TrpPoint a, TrpPoint b, double x, double y)
{
  const TrpPoint low = a.y < b.y ? a : b, high = a.y < b.y ? b : a;

  if (!(low.y <= y && y < high.y))
    return false;
  return low.x + (y - low.y) * ((high.x - low.x) / (high.y - low.y)) <= x;
}

bool
trp_contours_contain (const TrpContours *self, double x, double y)
{
  bool inside = false;

  for (size_t c = 0; c < trp_contours_get_size (self); c++)
    {
      size_t n;
      const TrpPoint *points = trp_contours_peek_points (self, c, &n);

      for (size_t p = 0; p < n; p++)
        inside ^= crosses_left_of (points[p], points[(p + 1) % n], x, y);
    }
  return inside;
}
