/* mirror.c - see mirror.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same words on the mirrored grid are the mirrored structure; it is then sampled on the grid it
 * came from, in the part of it that it may reach.
 */

#include "core/structure/mirror.h"

#include "core/structure/mask-reslice.h"

#include <math.h>
#include <string.h>

static bool
mirror_geometry (TrpGeometry *out, const TrpGeometry *geometry, double plane_lps, GError **error)
{
  TrpAffine mirror = trp_affine_identity ();

  mirror.m[0][0] = -1;
  mirror.m[0][3] = 2 * plane_lps;
  mirror = trp_affine_multiply (&mirror, &geometry->lps_from_ijk);
  return trp_geometry_init (out, geometry->size, &mirror, error);
}

static TrpMask *
put_on_grid (const TrpMask *mask, const TrpGeometry *geometry)
{
  const size_t n_words = trp_mask_get_words_per_row (mask) * geometry->size[1];
  TrpMask *out = trp_mask_new (geometry);

  for (size_t k = 0; k < geometry->size[2]; k++)
    if (trp_mask_peek_slice (mask, k))
      memcpy (trp_mask_write_slice (out, k), trp_mask_peek_slice (mask, k),
              n_words * sizeof (uint64_t));
  return out;
}

/* Voxels whose centre is thrown out of the image. */
static size_t
count_lost (const TrpMask *mirrored, const TrpGeometry *geometry)
{
  const TrpGeometry *from = trp_mask_get_geometry (mirrored);
  const TrpBox box = trp_mask_get_box (mirrored);
  size_t count = 0;

  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    for (size_t j = box.begin[1]; j < box.end[1]; j++)
      for (size_t i = box.begin[0]; i < box.end[0]; i++)
        {
          TrpVec3 ijk;
          bool is_in = true;

          if (!trp_mask_get (mirrored, i, j, k))
            continue;
          ijk = trp_geometry_lps_from_ijk (from, trp_vec3 ((double) i, (double) j, (double) k));
          ijk = trp_geometry_ijk_from_lps (geometry, ijk);
          for (int axis = 0; axis < 3; axis++)
            is_in = is_in && fabs (ijk.v[axis] - 0.5 * (double) (geometry->size[axis] - 1)) <=
                               0.5 * (double) geometry->size[axis] + 1e-6;
          count += !is_in;
        }
  return count;
}

/* Voxels of @geometry that may get some of @mirrored; all zeros: none. */
static TrpBox
find_reached (const TrpMask *mirrored, const TrpGeometry *geometry)
{
  const TrpGeometry *from = trp_mask_get_geometry (mirrored);
  const TrpBox box = trp_mask_get_box (mirrored);
  TrpBox reached = { 0 };
  double low[3] = { G_MAXDOUBLE, G_MAXDOUBLE, G_MAXDOUBLE };
  double high[3] = { -G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };

  for (unsigned corner = 0; corner < 8; corner++)
    {
      TrpVec3 ijk;

      for (int axis = 0; axis < 3; axis++)
        ijk.v[axis] = (double) (corner >> axis & 1 ? box.end[axis] : box.begin[axis]) - 0.5;
      ijk = trp_geometry_ijk_from_lps (geometry, trp_geometry_lps_from_ijk (from, ijk));
      for (int axis = 0; axis < 3; axis++)
        {
          low[axis] = fmin (low[axis], ijk.v[axis]);
          high[axis] = fmax (high[axis], ijk.v[axis]);
        }
    }
  for (int axis = 0; axis < 3; axis++)
    {
      const double size = (double) geometry->size[axis];

      reached.begin[axis] = (size_t) CLAMP (floor (low[axis]), 0, size);
      reached.end[axis] = (size_t) CLAMP (ceil (high[axis]) + 1, 0, size);
    }
  return trp_box_is_empty (&reached) ? (TrpBox){ 0 } : reached;
}

static TrpMask *
sample_part (const TrpMask *mirrored,
             const TrpGeometry *geometry,
             const TrpBox *part,
             TrpProgress *progress,
             GError **error)
{
  g_autoptr (TrpMask) sampled = NULL;
  g_autoptr (TrpMask) out = trp_mask_new (geometry);
  TrpAffine shift = trp_affine_identity ();
  TrpGeometry small;
  size_t size[3];

  for (int axis = 0; axis < 3; axis++)
    {
      size[axis] = part->end[axis] - part->begin[axis];
      shift.m[axis][3] = (double) part->begin[axis];
    }
  shift = trp_affine_multiply (&geometry->lps_from_ijk, &shift);
  if (!trp_geometry_init (&small, size, &shift, error))
    return NULL;
  sampled = trp_mask_resample (mirrored, &small, progress, error);
  if (!sampled)
    return NULL;
  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; trp_mask_peek_slice (sampled, k) && j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (trp_mask_get (sampled, i, j, k))
          trp_mask_set (out, part->begin[0] + i, part->begin[1] + j, part->begin[2] + k, true);
  return g_steal_pointer (&out);
}

TrpMask *
trp_mirror_apply (
  const TrpMask *mask, double plane_lps, double *out_lost_ml, TrpProgress *progress, GError **error)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  g_autoptr (TrpMask) mirrored = NULL;
  TrpGeometry other;
  TrpBox part;
  TrpMask *out;

  if (!isfinite (plane_lps))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                           "The plane to mirror at stands nowhere; give its place in mm");
      return NULL;
    }
  if (!mirror_geometry (&other, geometry, plane_lps, error))
    return NULL;
  mirrored = put_on_grid (mask, &other);
  part = find_reached (mirrored, geometry);
  if (trp_box_is_empty (&part))
    out = trp_mask_new (geometry);
  else
    out = sample_part (mirrored, geometry, &part, progress, error);
  if (out)
    *out_lost_ml = (double) count_lost (mirrored, geometry) *
                   trp_geometry_get_voxel_volume (geometry) / 1000;
  return out;
}
