/* plane.c - see plane.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/geometry/plane.h"

#include <string.h>

#define PARALLEL_SINE 1e-3 /* as in trp_geometry_is_oblique() */
#define LEAN_SINE                                                                                  \
  0.08715574275   /* sin 5 degrees: below it a side does not deserve a second letter */
#define SNAP 1e-6 /* voxels; midway takes the larger index as in core/image/sampler.c */

static const char *const orientation_names[TRP_N_ORIENTATIONS] = { "axial", "coronal", "sagittal" };

const char *
trp_orientation_get_name (TrpOrientation orientation)
{
  g_return_val_if_fail (orientation < TRP_N_ORIENTATIONS, NULL);
  return orientation_names[orientation];
}

bool
trp_orientation_parse (const char *name, TrpOrientation *out_orientation)
{
  for (size_t n = 0; n < TRP_N_ORIENTATIONS; n++)
    if (strcmp (name, orientation_names[n]) == 0)
      {
        *out_orientation = (TrpOrientation) n;
        return true;
      }
  return false;
}

int
trp_orientation_get_axis (TrpOrientation orientation)
{
  static const int axes[TRP_N_ORIENTATIONS] = { 2, 1, 0 };

  g_return_val_if_fail (orientation < TRP_N_ORIENTATIONS, 0);
  return axes[orientation];
}

/* Which patient axis, and which end of it, looks right and down. */
typedef struct
{
  int right, right_sign;
  int down, down_sign;
} Screen;

static Screen
get_screen (TrpOrientation orientation, bool nose_right)
{
  switch (orientation)
    {
    case TRP_ORIENTATION_CORONAL:
      return (Screen){ 0, 1, 2, -1 };
    case TRP_ORIENTATION_SAGITTAL:
      return (Screen){ 1, nose_right ? -1 : 1, 2, -1 };
    case TRP_ORIENTATION_AXIAL:
    case TRP_N_ORIENTATIONS:
    default:
      return (Screen){ 0, 1, 1, 1 };
    }
}

static TrpPlane
make_plane (TrpOrientation orientation, const TrpVec3 axes[3], TrpVec3 point_lps, bool nose_right)
{
  const Screen screen = get_screen (orientation, nose_right);
  const TrpVec3 right = trp_vec3_scale (axes[screen.right], screen.right_sign);
  const TrpVec3 down = trp_vec3_scale (axes[screen.down], screen.down_sign);
  TrpPlane plane = { .orientation = orientation, .right = right, .point_lps = point_lps };

  plane.normal = trp_vec3_normalize (trp_vec3_cross (right, down));
  if (trp_vec3_dot (plane.normal, axes[trp_orientation_get_axis (orientation)]) < 0)
    plane.normal = trp_vec3_scale (plane.normal, -1);
  /* The axes of a sheared grid are not perpendicular, those of a screen are. */
  plane.down = trp_vec3_normalize (
    trp_vec3_subtract (down, trp_vec3_scale (right, trp_vec3_dot (down, right))));
  return plane;
}

TrpPlane
trp_plane_patient (TrpOrientation orientation, TrpVec3 point_lps, bool nose_right)
{
  const TrpVec3 axes[3] = { trp_vec3 (1, 0, 0), trp_vec3 (0, 1, 0), trp_vec3 (0, 0, 1) };

  return make_plane (orientation, axes, point_lps, nose_right);
}

TrpPlane
trp_plane_along_grid (const TrpGeometry *geometry,
                      TrpOrientation orientation,
                      TrpVec3 point_lps,
                      bool nose_right)
{
  int axis[3], sign[3];
  TrpVec3 axes[3];

  trp_geometry_get_axis_order (geometry, axis, sign);
  for (int g = 0; g < 3; g++)
    axes[axis[g]] = trp_vec3_scale (trp_geometry_get_direction (geometry, g), sign[g]);
  return make_plane (orientation, axes, point_lps, nose_right);
}

TrpPlane
trp_plane_for_geometry (const TrpGeometry *geometry,
                        TrpOrientation orientation,
                        TrpVec3 point_lps,
                        bool nose_right)
{
  if (trp_geometry_is_oblique (geometry))
    return trp_plane_patient (orientation, point_lps, nose_right);
  return trp_plane_along_grid (geometry, orientation, point_lps, nose_right);
}

double
trp_plane_get_distance (const TrpPlane *self, TrpVec3 point_lps)
{
  return trp_vec3_dot (self->normal, trp_vec3_subtract (point_lps, self->point_lps));
}

double
trp_plane_get_position (const TrpPlane *self)
{
  return trp_vec3_dot (self->normal, self->point_lps);
}

TrpPlane
trp_plane_move (const TrpPlane *self, double distance)
{
  TrpPlane plane = *self;

  plane.point_lps = trp_vec3_add (self->point_lps, trp_vec3_scale (self->normal, distance));
  return plane;
}

TrpVec3
trp_plane_project (const TrpPlane *self, TrpVec3 point_lps)
{
  const double distance = trp_plane_get_distance (self, point_lps);

  return trp_vec3_subtract (point_lps, trp_vec3_scale (self->normal, distance));
}

void
trp_plane_get_range (const TrpPlane *self,
                     const TrpGeometry *geometry,
                     double *out_low,
                     double *out_high)
{
  double low = INFINITY, high = -INFINITY;

  for (unsigned corner = 0; corner < 8; corner++)
    {
      TrpVec3 ijk;
      double position;

      for (unsigned axis = 0; axis < 3; axis++)
        ijk.v[axis] = corner >> axis & 1 ? (double) geometry->size[axis] - 0.5 : -0.5;
      position = trp_vec3_dot (self->normal, trp_geometry_lps_from_ijk (geometry, ijk));
      low = fmin (low, position);
      high = fmax (high, position);
    }
  *out_low = low;
  *out_high = high;
}

/* The grid axis that runs most along @direction. */
static int
find_axis (const TrpGeometry *geometry, TrpVec3 direction, double *out_cosine)
{
  int best = 0;
  double best_cosine = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      const double cosine = trp_vec3_dot (trp_geometry_get_direction (geometry, axis), direction);

      if (fabs (cosine) <= fabs (best_cosine))
        continue;
      best = axis;
      best_cosine = cosine;
    }
  *out_cosine = best_cosine;
  return best;
}

double
trp_plane_get_step (const TrpPlane *self, const TrpGeometry *geometry)
{
  double cosine;

  return trp_geometry_get_spacing (geometry, find_axis (geometry, self->normal, &cosine));
}

int
trp_plane_get_grid_axis (const TrpPlane *self, const TrpGeometry *geometry)
{
  double cosine;

  return find_axis (geometry, self->normal, &cosine);
}

void
trp_direction_get_letters (TrpVec3 direction, char out_letters[TRP_LETTERS_SIZE])
{
  static const char letters[2][3] = { { 'R', 'A', 'I' }, { 'L', 'P', 'S' } };
  TrpVec3 rest = trp_vec3_normalize (direction);
  size_t n = 0;

  for (int turn = 0; turn < 3; turn++)
    {
      int axis = 0;

      for (int a = 1; a < 3; a++)
        if (fabs (rest.v[a]) > fabs (rest.v[axis]))
          axis = a;
      if (fabs (rest.v[axis]) <= LEAN_SINE)
        break;
      out_letters[n++] = letters[rest.v[axis] > 0][axis];
      rest.v[axis] = 0;
    }
  out_letters[n] = '\0';
}

void
trp_plane_get_letters (const TrpPlane *self, TrpEdge edge, char out_letters[TRP_LETTERS_SIZE])
{
  const bool is_horizontal = edge == TRP_EDGE_LEFT || edge == TRP_EDGE_RIGHT;
  const bool is_backward = edge == TRP_EDGE_LEFT || edge == TRP_EDGE_TOP;

  trp_direction_get_letters (
    trp_vec3_scale (is_horizontal ? self->right : self->down, is_backward ? -1 : 1), out_letters);
}

static bool
find_parallel (const TrpGeometry *geometry, TrpVec3 direction, int *out_axis, int *out_sign)
{
  double cosine;
  const int axis = find_axis (geometry, direction, &cosine);
  const TrpVec3 off = trp_vec3_cross (trp_geometry_get_direction (geometry, axis), direction);

  *out_axis = axis;
  *out_sign = cosine < 0 ? -1 : 1;
  return trp_vec3_length (off) <= PARALLEL_SINE;
}

TrpNativeMatch
trp_plane_match_native (const TrpPlane *self,
                        const TrpGeometry *geometry,
                        TrpNativeSlice *out_slice)
{
  TrpNativeSlice slice = { 0 };
  double position, last;
  bool is_outside;

  if (!find_parallel (geometry, self->right, &slice.right_axis, &slice.right_sign) ||
      !find_parallel (geometry, self->down, &slice.down_axis, &slice.down_sign) ||
      !find_parallel (geometry, self->normal, &slice.axis, &slice.axis_sign))
    return TRP_NATIVE_NONE;
  last = (double) (geometry->size[slice.axis] - 1);
  position = trp_geometry_ijk_from_lps (geometry, self->point_lps).v[slice.axis];
  is_outside = !(position >= -0.5 - SNAP && position <= last + 0.5 + SNAP);
  slice.index = (size_t) CLAMP (floor (position + 0.5 + SNAP), 0, last);
  slice.number = slice.axis_sign > 0 ? slice.index : geometry->size[slice.axis] - 1 - slice.index;
  slice.offset = (position - (double) slice.index) * slice.axis_sign *
                 trp_geometry_get_spacing (geometry, slice.axis);
  *out_slice = slice;
  return is_outside ? TRP_NATIVE_OUTSIDE : TRP_NATIVE_SLICE;
}
