/* plane-polygon.c - see plane-polygon.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Seen along the plane's normal, every slice of the grid shows the same polygon, moved a little
 * from slice to slice: so the filling is that of native slices, then what lies too far from the
 * plane is cut off. The slices are those along the axis that is closest to the normal.
 */

#include "core/structure/plane-polygon.h"

#define FARTHEST_VOXEL 1e7 /* where adding 2^-30 still changes a double */
#define STEPS_PER_VOXEL 0x1p30

typedef struct
{
  const TrpGeometry *geometry;
  int axis;         /* of the slices */
  TrpVec3 drift;    /* voxels that the polygon moves from one slice to the next */
  TrpPoint *points; /* on slice 0 */
  size_t n_points;
  TrpFillRule rule;
  double low, high; /* the corners' own places along the axis */
} Prism;

static TrpPoint
drop_axis (TrpVec3 ijk, int axis)
{
  return (TrpPoint){ ijk.v[axis == 0 ? 1 : 0], ijk.v[axis == 2 ? 1 : 2] };
}

/* The axis across whose slices the normal goes most directly. */
static int
find_axis (const TrpGeometry *geometry, TrpVec3 normal)
{
  int best = 0;
  double largest = -1;

  for (int axis = 0; axis < 3; axis++)
    {
      const double *row = geometry->ijk_from_lps.m[axis];
      const TrpVec3 across = trp_vec3 (row[0], row[1], row[2]);
      const double cosine = fabs (trp_vec3_dot (normal, trp_vec3_normalize (across)));

      if (cosine > largest)
        {
          largest = cosine;
          best = axis;
        }
    }
  return best;
}

static double
snap (double voxels)
{
  return rint (voxels * STEPS_PER_VOXEL) / STEPS_PER_VOXEL;
}

/* Returns: false for a corner that is nowhere. */
static bool
add_corner (Prism *prism, TrpVec3 ijk)
{
  const double height = ijk.v[prism->axis];
  TrpVec3 foot;

  for (int axis = 0; axis < 3; axis++)
    {
      foot.v[axis] = snap (ijk.v[axis] - height * prism->drift.v[axis]);
      if (!(fabs (ijk.v[axis]) <= FARTHEST_VOXEL) || !(fabs (foot.v[axis]) <= FARTHEST_VOXEL))
        return false;
    }
  prism->points[prism->n_points++] = drop_axis (foot, prism->axis);
  return true;
}

/* Returns: false if there is no polygon. Free the points. */
static bool
init_prism (Prism *prism,
            const TrpGeometry *geometry,
            const TrpSlab *slab,
            const TrpVec3 *points_lps,
            size_t n_points)
{
  const int axis = find_axis (geometry, slab->normal);
  const TrpVec3 along = trp_affine_apply_direction (&geometry->ijk_from_lps, slab->normal);
  const double across = along.v[axis];

  *prism = (Prism){
    .geometry = geometry,
    .axis = axis,
    .drift = trp_vec3_scale (along, 1 / across),
    .low = INFINITY,
    .high = -INFINITY,
  };
  if (n_points < 3 || !(fabs (across) > 0))
    return false;
  for (int a = 0; a < 3; a++)
    if (fabs (prism->drift.v[a]) < 1 / STEPS_PER_VOXEL) /* along the grid */
      prism->drift.v[a] = 0;
  prism->points = g_new (TrpPoint, n_points);
  for (size_t n = 0; n < n_points; n++)
    {
      const double height = trp_vec3_dot (trp_vec3_subtract (points_lps[n], slab->point_lps),
                                          slab->normal);
      const TrpVec3 on_plane = trp_vec3_subtract (points_lps[n],
                                                  trp_vec3_scale (slab->normal, height));
      const TrpVec3 ijk = trp_geometry_ijk_from_lps (geometry, on_plane);

      if (!add_corner (prism, ijk))
        return false;
      prism->low = fmin (prism->low, ijk.v[axis]);
      prism->high = fmax (prism->high, ijk.v[axis]);
    }
  return true;
}

/* The polygon where slice @index shows it, counted from voxel @origin. */
static TrpContours *
make_contours (const Prism *prism, size_t index, TrpVec3 origin)
{
  const TrpVec3 shift = trp_vec3_subtract (trp_vec3_scale (prism->drift, (double) index), origin);
  const TrpPoint by = drop_axis (shift, prism->axis);
  TrpContours *contours = trp_contours_new ();

  for (size_t n = 0; n < prism->n_points; n++)
    trp_contours_append (contours, prism->points[n].x + by.x, prism->points[n].y + by.y);
  trp_contours_close (contours);
  return contours;
}

/* From a grid that begins at the word that @box begins in. */
static TrpPatch *
move_patch (const TrpPatch *patch, const TrpBox *box)
{
  const size_t first_word = box->begin[0] / 64;
  TrpPatch *moved = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (patch, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      {
        const size_t word = first_word + run.word + w;

        trp_patch_append (moved, run.k + box->begin[2], run.j + box->begin[1], word,
                          run.bits[w] &
                            trp_patch_get_span_bits (box->begin[0], box->end[0] - 1, word));
      }
  return moved;
}

static TrpPatch *
fill_slice (const Prism *prism, const TrpSlab *slab, size_t index, const TrpBox *box)
{
  const size_t begin[3] = { box->begin[0] / 64 * 64, box->begin[1], box->begin[2] };
  g_autoptr (TrpContours) contours = make_contours (
    prism, index, trp_vec3 ((double) begin[0], (double) begin[1], (double) begin[2]));
  g_autoptr (TrpPatch) filled = NULL;
  g_autoptr (TrpPatch) moved = NULL;
  TrpGeometry cut = *prism->geometry; /* rasterizing looks at the size alone */

  for (int axis = 0; axis < 3; axis++)
    cut.size[axis] = box->end[axis] - begin[axis];
  filled = trp_rasterize_slice (contours, prism->rule, &cut, prism->axis,
                                index - begin[prism->axis]);
  moved = move_patch (filled, box);
  return trp_slab_clip (slab, prism->geometry, moved);
}

static TrpPatch *
fill_slices (const Prism *prism, const TrpSlab *slab, TrpBox box)
{
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_patch_unref);

  for (size_t n = box.begin[prism->axis]; n < box.end[prism->axis]; n++)
    g_ptr_array_add (slices, fill_slice (prism, slab, n, &box));
  return trp_patch_new_merged ((TrpPatch *const *) slices->pdata, slices->len);
}

/* The slices that come as near to the plane, beside the polygon, as the slab says. */
static void
cut_box (const Prism *prism, const TrpSlab *slab, TrpBox *box)
{
  const double *row = prism->geometry->ijk_from_lps.m[prism->axis];
  const double per_mm = trp_vec3_dot (trp_vec3 (row[0], row[1], row[2]), slab->normal);
  const double a = per_mm * slab->low, b = per_mm * slab->high;
  const double first = floor (prism->low + fmin (a, b)), last = ceil (prism->high + fmax (a, b));
  const int axis = prism->axis;

  box->begin[axis] = (size_t) CLAMP (first, (double) box->begin[axis], (double) box->end[axis]);
  box->end[axis] = (size_t) CLAMP (last + 1, (double) box->begin[axis], (double) box->end[axis]);
}

TrpPatch *
trp_plane_polygon_extrude (const TrpGeometry *geometry,
                           const TrpSlab *slab,
                           TrpFillRule rule,
                           const TrpVec3 *points_lps,
                           size_t n_points,
                           const TrpBox *box)
{
  const TrpBox whole = { { 0, 0, 0 }, { geometry->size[0], geometry->size[1], geometry->size[2] } };
  TrpBox wanted = box ? trp_box_intersection (box, &whole) : whole;
  TrpPatch *patch;
  Prism prism = { 0 };

  if (!trp_box_is_empty (&wanted) && init_prism (&prism, geometry, slab, points_lps, n_points))
    {
      prism.rule = rule;
      cut_box (&prism, slab, &wanted);
      patch = fill_slices (&prism, slab, wanted);
    }
  else
    patch = trp_patch_new ();
  g_free (prism.points);
  return patch;
}

TrpPatch *
trp_plane_polygon_fill (const TrpGeometry *geometry,
                        TrpVec3 point_lps,
                        TrpVec3 normal_lps,
                        const TrpVec3 *points_lps,
                        size_t n_points)
{
  const TrpSlab slab = trp_slab_for_plane (geometry, point_lps, normal_lps);

  return trp_plane_polygon_extrude (geometry, &slab, TRP_FILL_EVEN_ODD, points_lps, n_points, NULL);
}
