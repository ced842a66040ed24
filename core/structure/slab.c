/* slab.c - see slab.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/slab.h"

/* Far over what arithmetic errs and far below what matters: planes half-way between two slices,
 * common on round numbers, then belong to the upper one whatever the last bits say. */
#define EPSILON_MM 1e-6

/* Unit normal, towards growing indices of the axis it is closest to, so that ties between slices
 * do not depend on the side from which the plane is seen. */
static TrpVec3
orient_normal (const TrpGeometry *geometry, TrpVec3 normal_lps)
{
  const TrpVec3 normal = trp_vec3_normalize (normal_lps);
  double largest = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      const double component = trp_vec3_dot (trp_geometry_get_direction (geometry, axis), normal);

      if (fabs (component) > fabs (largest) + 1e-9)
        largest = component;
    }
  return trp_vec3_scale (normal, largest < 0 ? -1 : 1);
}

/* Half the width of a voxel's cell along @normal: the plane cuts the cells of all voxels that are
 * no further away. */
static double
get_half_width (const TrpGeometry *geometry, TrpVec3 normal)
{
  double width = 0;

  for (int axis = 0; axis < 3; axis++)
    width += fabs (trp_vec3_dot (trp_affine_column (&geometry->lps_from_ijk, axis), normal));
  return width / 2;
}

TrpSlab
trp_slab_for_plane (const TrpGeometry *geometry, TrpVec3 point_lps, TrpVec3 normal_lps)
{
  const TrpVec3 normal = orient_normal (geometry, normal_lps);
  const double half = get_half_width (geometry, normal);

  return (TrpSlab){ point_lps, normal, EPSILON_MM - half, EPSILON_MM + half };
}

bool
trp_slab_find_span (const TrpSlab *self,
                    const TrpGeometry *geometry,
                    size_t j,
                    size_t k,
                    size_t *out_first,
                    size_t *out_last)
{
  const TrpVec3 start = trp_geometry_lps_from_ijk (geometry, trp_vec3 (0, (double) j, (double) k));
  const TrpVec3 column = trp_affine_column (&geometry->lps_from_ijk, 0);
  const double height = trp_vec3_dot (trp_vec3_subtract (start, self->point_lps), self->normal);
  const double step = trp_vec3_dot (column, self->normal);
  double low = 0, high = (double) (geometry->size[0] - 1);

  if (fabs (step) > 1e-12 * trp_vec3_length (column))
    {
      const double a = (self->low - height) / step, b = (self->high - height) / step;

      low = fmax (low, ceil (fmin (a, b)));
      high = fmin (high, floor (fmax (a, b)));
    }
  else if (!(height >= self->low && height <= self->high))
    return false;
  if (!(low <= high))
    return false;
  *out_first = (size_t) low;
  *out_last = (size_t) high;
  return true;
}

TrpPatch *
trp_slab_clip (const TrpSlab *self, const TrpGeometry *geometry, const TrpPatch *stencil)
{
  TrpPatch *clipped = trp_patch_new ();
  size_t position = 0, first, last;
  TrpPatchRun run;

  while (trp_patch_next_run (stencil, &position, &run))
    if (trp_slab_find_span (self, geometry, run.j, run.k, &first, &last))
      for (size_t w = 0; w < run.n_words; w++)
        trp_patch_append (clipped, run.k, run.j, run.word + w,
                          run.bits[w] & trp_patch_get_span_bits (first, last, run.word + w));
  return clipped;
}
