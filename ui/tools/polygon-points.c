/* polygon-points.c - see polygon-points.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/polygon-points.h"

#define MAX_UNDO 1000

/* What undo goes back to: polygons are small, so all of it. */
typedef struct
{
  GArray *points_lps; /* TrpVec3 */
  bool is_closed;
} Shape;

struct _TrpPolygonPoints
{
  Shape shape;
  GPtrArray *past, *future; /* Shape */
  bool is_moving;           /* what moves has been remembered */
};

static void
shape_free (Shape *shape)
{
  g_array_unref (shape->points_lps);
  g_free (shape);
}

static Shape *
shape_copy (const Shape *shape)
{
  Shape *copy = g_new (Shape, 1);

  copy->points_lps = g_array_copy (shape->points_lps);
  copy->is_closed = shape->is_closed;
  return copy;
}

TrpPolygonPoints *
trp_polygon_points_new (void)
{
  TrpPolygonPoints *self = g_new0 (TrpPolygonPoints, 1);

  self->shape.points_lps = g_array_new (false, false, sizeof (TrpVec3));
  self->past = g_ptr_array_new_with_free_func ((GDestroyNotify) shape_free);
  self->future = g_ptr_array_new_with_free_func ((GDestroyNotify) shape_free);
  return self;
}

void
trp_polygon_points_free (TrpPolygonPoints *self)
{
  if (!self)
    return;
  g_array_unref (self->shape.points_lps);
  g_ptr_array_unref (self->past);
  g_ptr_array_unref (self->future);
  g_free (self);
}

const TrpVec3 *
trp_polygon_points_peek (const TrpPolygonPoints *self, size_t *out_n_points)
{
  *out_n_points = self->shape.points_lps->len;
  return (const TrpVec3 *) (void *) self->shape.points_lps->data;
}

bool
trp_polygon_points_is_closed (const TrpPolygonPoints *self)
{
  return self->shape.is_closed;
}

static void
remember (TrpPolygonPoints *self)
{
  if (self->past->len == MAX_UNDO)
    g_ptr_array_remove_index (self->past, 0);
  g_ptr_array_add (self->past, shape_copy (&self->shape));
  g_ptr_array_set_size (self->future, 0);
}

void
trp_polygon_points_insert (TrpPolygonPoints *self, size_t index, TrpVec3 point_lps)
{
  g_return_if_fail (index <= self->shape.points_lps->len);
  remember (self);
  g_array_insert_val (self->shape.points_lps, (guint) index, point_lps);
  self->is_moving = true;
}

void
trp_polygon_points_move (TrpPolygonPoints *self, size_t index, TrpVec3 point_lps)
{
  g_return_if_fail (index < self->shape.points_lps->len);
  if (!self->is_moving)
    remember (self);
  self->is_moving = true;
  g_array_index (self->shape.points_lps, TrpVec3, index) = point_lps;
}

void
trp_polygon_points_end_move (TrpPolygonPoints *self)
{
  self->is_moving = false;
}

bool
trp_polygon_points_remove (TrpPolygonPoints *self, size_t index)
{
  g_return_val_if_fail (index < self->shape.points_lps->len, false);
  if (self->shape.is_closed && self->shape.points_lps->len <= 3)
    return false;
  remember (self);
  g_array_remove_index (self->shape.points_lps, (guint) index);
  return true;
}

bool
trp_polygon_points_close (TrpPolygonPoints *self)
{
  if (self->shape.is_closed || self->shape.points_lps->len < 3)
    return false;
  remember (self);
  self->shape.is_closed = true;
  return true;
}

void
trp_polygon_points_open (TrpPolygonPoints *self)
{
  if (!self->shape.is_closed)
    return;
  remember (self);
  self->shape.is_closed = false;
}

void
trp_polygon_points_clear (TrpPolygonPoints *self)
{
  g_array_set_size (self->shape.points_lps, 0);
  self->shape.is_closed = false;
  self->is_moving = false;
  g_ptr_array_set_size (self->past, 0);
  g_ptr_array_set_size (self->future, 0);
}

static bool
step (TrpPolygonPoints *self, GPtrArray *from, GPtrArray *to)
{
  Shape *shape;

  if (from->len == 0)
    return false;
  shape = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (to, shape_copy (&self->shape));
  g_array_unref (self->shape.points_lps);
  self->shape = *shape;
  self->is_moving = false;
  g_free (shape);
  return true;
}

bool
trp_polygon_points_undo (TrpPolygonPoints *self)
{
  return step (self, self->past, self->future);
}

bool
trp_polygon_points_redo (TrpPolygonPoints *self)
{
  return step (self, self->future, self->past);
}

int
trp_polygon_points_find (const TrpPolygonPoints *self, TrpVec3 point_lps, double reach)
{
  size_t n_points;
  const TrpVec3 *points = trp_polygon_points_peek (self, &n_points);
  int nearest = -1;

  for (size_t n = 0; n < n_points; n++)
    {
      const double distance = trp_vec3_distance (points[n], point_lps);

      if (distance <= reach)
        {
          reach = distance;
          nearest = (int) n;
        }
    }
  return nearest;
}

static TrpVec3
find_foot (TrpVec3 a, TrpVec3 b, TrpVec3 point)
{
  const TrpVec3 along = trp_vec3_subtract (b, a);
  const double squared = trp_vec3_dot (along, along);
  const double t = squared > 0 ? trp_vec3_dot (trp_vec3_subtract (point, a), along) / squared : 0;

  return trp_vec3_add (a, trp_vec3_scale (along, CLAMP (t, 0, 1)));
}

int
trp_polygon_points_find_edge (const TrpPolygonPoints *self,
                              TrpVec3 point_lps,
                              double reach,
                              TrpVec3 *out_foot_lps)
{
  size_t n_points;
  const TrpVec3 *points = trp_polygon_points_peek (self, &n_points);
  const size_t n_edges = self->shape.is_closed || n_points == 0 ? n_points : n_points - 1;
  int nearest = -1;

  for (size_t n = 0; n < n_edges; n++)
    {
      const TrpVec3 foot = find_foot (points[n], points[(n + 1) % n_points], point_lps);
      const double distance = trp_vec3_distance (foot, point_lps);

      if (distance > reach)
        continue;
      reach = distance;
      nearest = (int) n + 1;
      if (out_foot_lps)
        *out_foot_lps = foot;
    }
  return nearest;
}
