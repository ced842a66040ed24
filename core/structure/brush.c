/* brush.c - see brush.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The swept shapes are convex, so each row of voxels is covered by one interval: of a ball (then a
 * capsule) or a disc found by solving quadratic equations along the row, of a square (then a
 * hexagon, the part common to three strips) by solving linear ones. Distances carry a margin of
 * EPSILON_MM: voxels exactly at the radius, common on round numbers, are then inside whatever the
 * last bits of the arithmetic say, and paths cut into parts agree.
 */

#include "core/structure/brush.h"
#include "core/structure/slab.h"

#define EPSILON_MM 1e-6

/* Of a row's parameter t, in voxels along i; empty if low > high. */
typedef struct
{
  double low, high;
} Interval;

static const Interval everything = { -INFINITY, INFINITY };
static const Interval nothing = { INFINITY, -INFINITY };

typedef struct
{
  const TrpGeometry *geometry;
  TrpVec3 from_lps;
  TrpVec3 path;     /* from the first to the last point, in the plane of a flat shape */
  TrpVec3 normal;   /* unit; the zero vector for a ball */
  TrpVec3 edges[2]; /* unit, of a square; zero vectors for the others */
  double radius;
  double low, high;         /* of a flat shape, mm along the normal; see slab.h */
  TrpVec3 step;             /* one voxel along i */
  TrpVec3 from_ijk, to_ijk; /* of the path, moved a little; see trace_path() */
} Sweep;

static Interval
intersect (Interval a, Interval b)
{
  return (Interval){ fmax (a.low, b.low), fmin (a.high, b.high) };
}

static bool
is_empty (Interval interval)
{
  return !(interval.low <= interval.high);
}

/* Smallest interval with both: right for parts of a convex whole. */
static Interval
span (Interval a, Interval b)
{
  if (is_empty (a))
    return b;
  if (is_empty (b))
    return a;
  return (Interval){ fmin (a.low, b.low), fmax (a.high, b.high) };
}

/* Where low <= start + t step <= high. */
static Interval
solve_linear (double start, double step, double scale, double low, double high)
{
  double t0, t1;

  if (fabs (step) <= 1e-12 * scale)
    return start >= low && start <= high ? everything : nothing;
  t0 = (low - start) / step;
  t1 = (high - start) / step;
  return (Interval){ fmin (t0, t1), fmax (t0, t1) };
}

/* Where |start + t step| <= radius. */
static Interval
solve_ball (TrpVec3 start, TrpVec3 step, double scale, double radius)
{
  const double a = trp_vec3_dot (step, step);
  const double b = trp_vec3_dot (start, step);
  const double c = trp_vec3_dot (start, start) - radius * radius;
  const double discriminant = b * b - a * c;

  if (a <= 1e-24 * scale * scale)
    return c <= 0 ? everything : nothing;
  if (!(discriminant >= 0)) /* NAN for points so far off that the squares overflow */
    return nothing;
  return (Interval){ (-b - sqrt (discriminant)) / a, (-b + sqrt (discriminant)) / a };
}

static TrpVec3
remove_component (TrpVec3 vector, TrpVec3 unit)
{
  return trp_vec3_subtract (vector, trp_vec3_scale (unit, trp_vec3_dot (vector, unit)));
}

/* Where the row through @start is at most @reach off the points from 0 to @path, measured along the
 * unit vector @across. */
static Interval
solve_strip (const Sweep *sweep, TrpVec3 start, TrpVec3 across, double reach)
{
  const double end = trp_vec3_dot (sweep->path, across);

  return solve_linear (trp_vec3_dot (start, across), trp_vec3_dot (sweep->step, across),
                       trp_vec3_length (sweep->step), fmin (end, 0) - reach, fmax (end, 0) + reach);
}

/* What a square sweeps is bounded by lines along its edges and along its path. */
static Interval
cover_row_by_square (const Sweep *sweep, TrpVec3 start)
{
  const TrpVec3 side = trp_vec3_normalize (trp_vec3_cross (sweep->normal, sweep->path));
  const double half_edge = sweep->radius + EPSILON_MM;
  Interval covered = everything;
  double reach = 0;

  for (int n = 0; n < 2; n++)
    {
      covered = intersect (covered, solve_strip (sweep, start, sweep->edges[n], half_edge));
      reach += half_edge * fabs (trp_vec3_dot (sweep->edges[n], side));
    }
  return intersect (covered, solve_strip (sweep, start, side, reach));
}

static Interval
cover_row_by_round (const Sweep *sweep, TrpVec3 start)
{
  const double scale = trp_vec3_length (sweep->step);
  const double length = trp_vec3_length (sweep->path);
  const TrpVec3 flat_start = remove_component (start, sweep->normal);
  const TrpVec3 flat_step = remove_component (sweep->step, sweep->normal);
  const TrpVec3 along = trp_vec3_normalize (sweep->path);
  const double radius = sweep->radius + EPSILON_MM;
  Interval covered = solve_ball (flat_start, flat_step, scale, radius);

  if (length > 0)
    {
      const Interval end = solve_ball (trp_vec3_subtract (flat_start, sweep->path), flat_step,
                                       scale, radius);
      const Interval tube = solve_ball (remove_component (flat_start, along),
                                        remove_component (flat_step, along), scale, radius);
      const Interval between = solve_linear (trp_vec3_dot (flat_start, along),
                                             trp_vec3_dot (flat_step, along), scale, 0, length);

      covered = span (span (covered, end), intersect (tube, between));
    }
  return covered;
}

static bool
is_square (const Sweep *sweep)
{
  return trp_vec3_length (sweep->edges[0]) > 0;
}

/* The part of the row through @start (relative to the path's first point) that the brush covers. */
static Interval
cover_row (const Sweep *sweep, TrpVec3 start)
{
  Interval covered = is_square (sweep) ? cover_row_by_square (sweep, start)
                                       : cover_row_by_round (sweep, start);
  const double scale = trp_vec3_length (sweep->step);

  if (sweep->high > 0)
    covered = intersect (covered, solve_linear (trp_vec3_dot (start, sweep->normal),
                                                trp_vec3_dot (sweep->step, sweep->normal), scale,
                                                sweep->low, sweep->high));
  return covered;
}

/* The voxels of row (j, k) whose cells the path runs through. */
static Interval
trace_path (const Sweep *sweep, size_t j, size_t k)
{
  const TrpVec3 from = sweep->from_ijk;
  const TrpVec3 delta = trp_vec3_subtract (sweep->to_ijk, from);
  const double row[3] = { 0, (double) j, (double) k };
  Interval part = { 0, 1 };
  double i0, i1;

  for (int axis = 1; axis < 3; axis++)
    part = intersect (
      part, solve_linear (from.v[axis], delta.v[axis], 1, row[axis] - 0.5, row[axis] + 0.5));
  if (is_empty (part))
    return nothing;
  i0 = floor (from.v[0] + part.low * delta.v[0] + 0.5);
  i1 = floor (from.v[0] + part.high * delta.v[0] + 0.5);
  return (Interval){ fmin (i0, i1), fmax (i0, i1) };
}

/* Whole voxels of the interval inside the grid. Returns: false if there are none. */
static bool
clip_to_voxels (Interval interval, size_t size, size_t *out_first, size_t *out_last)
{
  const double first = fmax (ceil (interval.low), 0);
  const double last = fmin (floor (interval.high), (double) (size - 1));

  if (is_empty (interval) || first > last)
    return false;
  *out_first = (size_t) first;
  *out_last = (size_t) last;
  return true;
}

static void
append_row (const Sweep *sweep, size_t j, size_t k, TrpPatch *patch)
{
  const size_t size = sweep->geometry->size[0];
  const TrpVec3 start_lps = trp_geometry_lps_from_ijk (sweep->geometry,
                                                       trp_vec3 (0, (double) j, (double) k));
  /* Two spans of voxels; an empty one has its first after its last. */
  size_t first[2] = { 1, 1 }, last[2] = { 0, 0 };
  const bool is_covered = clip_to_voxels (
    cover_row (sweep, trp_vec3_subtract (start_lps, sweep->from_lps)), size, &first[0], &last[0]);
  const bool is_on_path = clip_to_voxels (trace_path (sweep, j, k), size, &first[1], &last[1]);

  if (!is_covered && !is_on_path)
    return;
  if (!is_covered || !is_on_path)
    {
      first[0] = first[1] = first[is_on_path];
      last[0] = last[1] = last[is_on_path];
    }
  for (size_t w = MIN (first[0], first[1]) / 64; w <= MAX (last[0], last[1]) / 64; w++)
    trp_patch_append (patch, k, j, w,
                      trp_patch_get_span_bits (first[0], last[0], w) |
                        trp_patch_get_span_bits (first[1], last[1], w));
}

static void
init_sweep (
  Sweep *sweep, const TrpBrush *brush, const TrpGeometry *geometry, TrpVec3 from, TrpVec3 to)
{
  /* A path along the border of two cells must choose the same one every time: it is moved by far
   * less than matters and far more than arithmetic errs, differently along each axis so that it
   * meets no corner either. */
  const TrpVec3 shift_ijk = trp_vec3 (1.0e-6, 1.7e-6, 2.3e-6);

  *sweep = (Sweep){
    .geometry = geometry,
    .from_lps = from,
    .path = trp_vec3_subtract (to, from),
    .radius = brush->radius,
    .step = trp_affine_column (&geometry->lps_from_ijk, 0),
  };
  if (trp_brush_is_flat (brush))
    {
      const TrpSlab slab = trp_slab_for_plane (geometry, from, brush->normal_lps);

      sweep->normal = slab.normal;
      sweep->low = slab.low;
      sweep->high = slab.high;
      sweep->path = remove_component (sweep->path, sweep->normal);
    }
  if (brush->shape == TRP_BRUSH_SQUARE)
    {
      const TrpVec3 edge = remove_component (trp_vec3_normalize (brush->edge_lps), sweep->normal);

      sweep->edges[0] = trp_vec3_length (edge) > 1e-9 ? trp_vec3_normalize (edge)
                                                      : trp_vec3 (0, 0, 0);
      sweep->edges[1] = trp_vec3_cross (sweep->normal, sweep->edges[0]);
    }
  sweep->from_ijk = trp_vec3_add (trp_geometry_ijk_from_lps (geometry, from), shift_ijk);
  sweep->to_ijk = trp_vec3_add (
    trp_geometry_ijk_from_lps (geometry, trp_vec3_add (from, sweep->path)), shift_ijk);
}

/* Rows along @axis (1 or 2) that can be covered. Returns: false if there are none. */
static bool
find_rows (const Sweep *sweep, int axis, size_t *out_begin, size_t *out_end)
{
  const double *row = sweep->geometry->ijk_from_lps.m[axis];
  const TrpVec3 gradient = trp_vec3 (row[0], row[1], row[2]);
  const double around = trp_vec3_length (remove_component (gradient, sweep->normal));
  const double corner = is_square (sweep) ? G_SQRT2 : 1; /* as far off as half edges */
  const double reach = sweep->radius * corner * around +
                       sweep->high * fabs (trp_vec3_dot (gradient, sweep->normal)) + 1;
  const Interval rows = {
    fmin (sweep->from_ijk.v[axis], sweep->to_ijk.v[axis]) - reach,
    fmax (sweep->from_ijk.v[axis], sweep->to_ijk.v[axis]) + reach,
  };
  size_t last;

  if (!clip_to_voxels (rows, sweep->geometry->size[axis], out_begin, &last))
    return false;
  *out_end = last + 1;
  return true;
}

bool
trp_brush_is_flat (const TrpBrush *brush)
{
  return brush->shape != TRP_BRUSH_BALL;
}

static bool
is_finite (TrpVec3 point)
{
  return isfinite (point.v[0]) && isfinite (point.v[1]) && isfinite (point.v[2]);
}

TrpPatch *
trp_brush_sweep (const TrpBrush *brush,
                 const TrpGeometry *geometry,
                 TrpVec3 from_lps,
                 TrpVec3 to_lps)
{
  TrpPatch *patch = trp_patch_new ();
  size_t begin_j, end_j, begin_k, end_k;
  Sweep sweep;

  if (!is_finite (from_lps) || !is_finite (to_lps) || !isfinite (brush->radius) ||
      !(brush->radius > 0))
    return patch;
  init_sweep (&sweep, brush, geometry, from_lps, to_lps);
  if (trp_brush_is_flat (brush) && !(trp_vec3_length (sweep.normal) > 0))
    return patch;
  if (brush->shape == TRP_BRUSH_SQUARE && !is_square (&sweep))
    return patch;
  if (!find_rows (&sweep, 1, &begin_j, &end_j) || !find_rows (&sweep, 2, &begin_k, &end_k))
    return patch;
  for (size_t k = begin_k; k < end_k; k++)
    for (size_t j = begin_j; j < end_j; j++)
      append_row (&sweep, j, k, patch);
  return patch;
}
