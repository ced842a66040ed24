/* freehand.c - see freehand.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lines and outline lie in mm along the plane's two axes, from its point.
 */

#include "core/structure/freehand.h"
#include "core/structure/paint.h"
#include "core/structure/plane-polygon.h"
#include "core/structure/plane-trace.h"

struct _TrpFreehand
{
  TrpMask *mask;
  TrpPlane plane;
  TrpContours *outline;
  GArray *points_lps; /* TrpVec3 */
  GArray *points;     /* TrpPoint, the same */
};

static TrpPoint
project (const TrpPlane *plane, TrpVec3 point_lps)
{
  const TrpVec3 from_point = trp_vec3_subtract (point_lps, plane->point_lps);

  return (TrpPoint){ trp_vec3_dot (from_point, plane->right),
                     trp_vec3_dot (from_point, plane->down) };
}

static TrpVec3
unproject (const TrpPlane *plane, TrpPoint point)
{
  return trp_vec3_add (plane->point_lps, trp_vec3_add (trp_vec3_scale (plane->right, point.x),
                                                       trp_vec3_scale (plane->down, point.y)));
}

static TrpContours *
trace_outline (const TrpMask *mask, const TrpPlane *plane)
{
  TrpAffine lps_from_xy;
  g_autoptr (TrpContours) traced = trp_trace_plane (mask, plane, &lps_from_xy);
  TrpContours *outline = trp_contours_new ();

  for (size_t c = 0; c < trp_contours_get_size (traced); c++)
    {
      size_t n_points;
      const TrpPoint *points = trp_contours_peek_points (traced, c, &n_points);

      for (size_t n = 0; n < n_points; n++)
        {
          const TrpPoint point = project (
            plane, trp_affine_apply (&lps_from_xy, trp_vec3 (points[n].x, points[n].y, 0)));

          trp_contours_append (outline, point.x, point.y);
        }
      trp_contours_close (outline);
    }
  return outline;
}

TrpFreehand *
trp_freehand_new (const TrpMask *mask, const TrpPlane *plane)
{
  TrpFreehand *self = g_new0 (TrpFreehand, 1);

  self->mask = trp_mask_copy (mask);
  self->plane = *plane;
  self->outline = trace_outline (mask, plane);
  self->points_lps = g_array_new (false, false, sizeof (TrpVec3));
  self->points = g_array_new (false, false, sizeof (TrpPoint));
  return self;
}

void
trp_freehand_free (TrpFreehand *self)
{
  if (!self)
    return;
  trp_mask_free (self->mask);
  trp_contours_free (self->outline);
  g_array_unref (self->points_lps);
  g_array_unref (self->points);
  g_free (self);
}

void
trp_freehand_append (TrpFreehand *self, TrpVec3 point_lps)
{
  const TrpPoint point = project (&self->plane, point_lps);
  const TrpVec3 on_plane = unproject (&self->plane, point);
  const guint n = self->points->len;

  if (!isfinite (point.x) || !isfinite (point.y))
    return;
  if (n > 0 && g_array_index (self->points, TrpPoint, n - 1).x == point.x &&
      g_array_index (self->points, TrpPoint, n - 1).y == point.y)
    return;
  g_array_append_val (self->points, point);
  g_array_append_val (self->points_lps, on_plane);
}

const TrpVec3 *
trp_freehand_peek_points (const TrpFreehand *self, size_t *out_n_points)
{
  *out_n_points = self->points_lps->len;
  return (const TrpVec3 *) (void *) self->points_lps->data;
}

/* ---- where lines cross ---- */

/* Where a line crosses an outline: @along in steps of the line, @around in those of the polygon. */
typedef struct
{
  double along;
  double around;
  size_t polygon;
  TrpPoint point;
} Crossing;

/* Twice the area of the triangle, positive if it turns from +x to +y. */
static double
turn (TrpPoint a, TrpPoint b, TrpPoint c)
{
  return (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
}

/* A point on the other line counts for its positive side, so that a line through a corner crosses
 * one of the two edges. */
static bool
cross (TrpPoint a, TrpPoint b, TrpPoint c, TrpPoint d, double *out_on_ab, double *out_on_cd)
{
  const double c_side = turn (a, b, c), d_side = turn (a, b, d);
  const double a_side = turn (c, d, a), b_side = turn (c, d, b);

  if ((c_side >= 0) == (d_side >= 0) || (a_side >= 0) == (b_side >= 0))
    return false;
  *out_on_ab = a_side / (a_side - b_side);
  *out_on_cd = c_side / (c_side - d_side);
  return true;
}

static bool
boxes_meet (TrpPoint a, TrpPoint b, TrpPoint c, TrpPoint d)
{
  return fmax (a.x, b.x) >= fmin (c.x, d.x) && fmin (a.x, b.x) <= fmax (c.x, d.x) &&
         fmax (a.y, b.y) >= fmin (c.y, d.y) && fmin (a.y, b.y) <= fmax (c.y, d.y);
}

static void
append_crossings (
  GArray *crossings, const TrpContours *outline, TrpPoint a, TrpPoint b, size_t step)
{
  for (size_t c = 0; c < trp_contours_get_size (outline); c++)
    {
      size_t n_points;
      const TrpPoint *points = trp_contours_peek_points (outline, c, &n_points);

      for (size_t n = 0; n < n_points; n++)
        {
          const TrpPoint from = points[n], to = points[(n + 1) % n_points];
          double on_line, on_polygon;

          if (boxes_meet (a, b, from, to) && cross (a, b, from, to, &on_line, &on_polygon))
            {
              const Crossing crossing = {
                (double) step + on_line,
                (double) n + on_polygon,
                c,
                { a.x + on_line * (b.x - a.x), a.y + on_line * (b.y - a.y) },
              };

              g_array_append_val (crossings, crossing);
            }
        }
    }
}

static int
compare_crossings (const void *a, const void *b)
{
  const double first = ((const Crossing *) a)->along, second = ((const Crossing *) b)->along;

  return (first > second) - (first < second);
}

static TrpPoint
get_point (const TrpFreehand *self, size_t index)
{
  return g_array_index (self->points, TrpPoint, index);
}

/* (element-type Crossing), in the order of the line. */
static GArray *
find_crossings (const TrpFreehand *self)
{
  GArray *crossings = g_array_new (false, false, sizeof (Crossing));

  for (guint n = 0; n + 1 < self->points->len; n++)
    append_crossings (crossings, self->outline, get_point (self, n), get_point (self, n + 1), n);
  g_array_sort (crossings, compare_crossings);
  return crossings;
}

/* ---- loops and corrections ---- */

static bool
is_inside (const TrpFreehand *self, TrpPoint point)
{
  return trp_contours_contain (self->outline, point.x, point.y);
}

static bool
is_correction (const TrpFreehand *self)
{
  const TrpPoint start = get_point (self, 0), end = get_point (self, self->points->len - 1);
  g_autoptr (GArray) crossings = g_array_new (false, false, sizeof (Crossing));

  if (is_inside (self, start) != is_inside (self, end))
    return false;
  append_crossings (crossings, self->outline, end, start, 0);
  return crossings->len > 0;
}

/* The corners of a polygon from place @from up to place @to, once round at most. */
static void
append_arc (GArray *ring, const TrpPoint *points, size_t n_points, double from, double to)
{
  if (to < from)
    to += (double) n_points;
  for (double n = floor (from) + 1; n <= to; n++)
    g_array_append_val (ring, points[(size_t) n % n_points]);
}

static void
reverse (GArray *points, guint begin)
{
  for (guint low = begin, high = points->len; low + 1 < high; low++, high--)
    {
      const TrpPoint kept = g_array_index (points, TrpPoint, low);

      g_array_index (points, TrpPoint, low) = g_array_index (points, TrpPoint, high - 1);
      g_array_index (points, TrpPoint, high - 1) = kept;
    }
}

/* The line from its crossing @a to its crossing @b, then back along the outline: the way round that
 * follows the polygon's corners if @ahead. */
static GArray *
make_ring (const TrpFreehand *self, const Crossing *a, const Crossing *b, bool ahead)
{
  size_t n_points;
  const TrpPoint *points = trp_contours_peek_points (self->outline, a->polygon, &n_points);
  GArray *ring = g_array_new (false, false, sizeof (TrpPoint));
  guint corner;

  g_array_append_val (ring, a->point);
  for (size_t n = (size_t) floor (a->along) + 1; (double) n <= b->along; n++)
    g_array_append_val (ring, g_array_index (self->points, TrpPoint, n));
  g_array_append_val (ring, b->point);
  corner = ring->len;
  if (ahead)
    append_arc (ring, points, n_points, b->around, a->around);
  else
    {
      append_arc (ring, points, n_points, a->around, b->around);
      reverse (ring, corner);
    }
  return ring;
}

static double
get_area (const GArray *ring)
{
  const TrpPoint *points = (const TrpPoint *) (void *) ring->data;
  double twice = 0;

  for (guint n = 1; n + 1 < ring->len; n++)
    twice += turn (points[0], points[n], points[n + 1]);
  return fabs (twice) / 2;
}

static GArray *
make_smaller_ring (const TrpFreehand *self, const Crossing *a, const Crossing *b)
{
  GArray *ahead = make_ring (self, a, b, true), *back = make_ring (self, a, b, false);

  if (get_area (ahead) <= get_area (back))
    {
      g_array_unref (back);
      return ahead;
    }
  g_array_unref (ahead);
  return back;
}

/* (element-type GArray): one ring for each part of the line between two crossings of one polygon;
 * empty if there is none. */
static GPtrArray *
list_corrections (const TrpFreehand *self)
{
  GPtrArray *rings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GArray) crossings = find_crossings (self);

  for (guint n = 0; n < crossings->len; n++)
    for (guint m = n + 1; m < crossings->len; m++)
      {
        const Crossing *a = &g_array_index (crossings, Crossing, n);
        const Crossing *b = &g_array_index (crossings, Crossing, m);

        if (a->polygon != b->polygon)
          continue;
        g_ptr_array_add (rings, make_smaller_ring (self, a, b));
        n = m;
        break;
      }
  return rings;
}

static GPtrArray *
list_rings (const TrpFreehand *self)
{
  GPtrArray *rings;

  if (is_correction (self))
    {
      rings = list_corrections (self);
      if (rings->len > 0)
        return rings;
      g_ptr_array_unref (rings);
    }
  rings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_ptr_array_add (rings, g_array_ref (self->points));
  return rings;
}

/* ---- voxels ---- */

static TrpPatch *
fill_ring (const TrpFreehand *self, const GArray *ring)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (self->mask);
  const TrpSlab slab = trp_slab_for_plane (geometry, self->plane.point_lps, self->plane.normal);
  g_autofree TrpVec3 *points_lps = g_new (TrpVec3, ring->len);

  for (guint n = 0; n < ring->len; n++)
    points_lps[n] = unproject (&self->plane, g_array_index (ring, TrpPoint, n));
  return trp_plane_polygon_extrude (geometry, &slab, TRP_FILL_NONZERO, points_lps, ring->len, NULL);
}

/* What filling all rings changes, one after the other, so that no voxel comes twice. */
static TrpPatch *
fill_rings (const TrpFreehand *self, GPtrArray *rings, bool erase)
{
  g_autoptr (TrpMask) mask = trp_mask_copy (self->mask);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_patch_unref);

  for (guint n = 0; n < rings->len; n++)
    {
      g_autoptr (TrpPatch) filled = fill_ring (self, rings->pdata[n]);
      TrpPatch *change = trp_paint_get_change (filled, mask, erase);

      trp_patch_apply (change, mask);
      g_ptr_array_add (changes, change);
    }
  return trp_patch_new_merged ((TrpPatch *const *) changes->pdata, changes->len);
}

TrpPatch *
trp_freehand_compute (const TrpFreehand *self, bool *out_erase)
{
  g_autoptr (GPtrArray) rings = NULL;

  *out_erase = false;
  if (self->points->len < 2)
    return trp_patch_new ();
  rings = list_rings (self);
  if (!is_inside (self, get_point (self, 0)))
    {
      g_autoptr (TrpPatch) cut = fill_rings (self, rings, true);

      *out_erase = !trp_patch_is_empty (cut);
      if (*out_erase)
        return g_steal_pointer (&cut);
    }
  return fill_rings (self, rings, false);
}
