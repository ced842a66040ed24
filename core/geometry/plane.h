/* plane.h - where a pane's pixels lie in the patient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values. A plane is a point and three unit vectors; a raster puts pixels on it. Radiological
 * convention: patient right on screen left in axial and coronal; anterior up in axial, superior up
 * in coronal and sagittal; the sagittal nose points left unless asked otherwise.
 *
 * Which planes a volume is shown on: trp_plane_for_geometry() takes the grid's own axes when they
 * are the patient's to within 1e-3 rad, so that its native slices can be copied; an oblique or
 * sheared grid is cut along the true patient axes and resampled, since linked panes and the letters
 * R L A P S I mean the patient. trp_plane_along_grid() gives the grid's own planes to whoever wants
 * to see an oblique series as it was acquired; its letters then come out compound.
 */

#pragma once

#include "core/geometry/geometry.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_ORIENTATION_AXIAL,
  TRP_ORIENTATION_CORONAL,
  TRP_ORIENTATION_SAGITTAL,
  TRP_N_ORIENTATIONS,
} TrpOrientation;

/* "axial", "coronal", "sagittal": for the command line; the window translates. */
const char *trp_orientation_get_name (TrpOrientation orientation);
bool trp_orientation_parse (const char *name, TrpOrientation *out_orientation);
/* The LPS coordinate that counts slices: 2 (S) for axial, 1 (P) for coronal, 0 (L) for sagittal. */
int trp_orientation_get_axis (TrpOrientation orientation);

/**
 * TrpPlane:
 * @right, @down: unit vectors in LPS towards screen right and screen bottom
 * @normal: unit vector towards growing slice position: to S, P or L for patient planes
 * @point_lps: any point on the plane
 */
typedef struct
{
  TrpOrientation orientation;
  TrpVec3 right;
  TrpVec3 down;
  TrpVec3 normal;
  TrpVec3 point_lps;
} TrpPlane;

/* Along the patient's axes. @nose_right matters to sagittal planes only. */
TrpPlane trp_plane_patient (TrpOrientation orientation, TrpVec3 point_lps, bool nose_right);
/* Along the grid's axis that is closest to the orientation's, whatever its angle. */
TrpPlane trp_plane_along_grid (const TrpGeometry *geometry,
                               TrpOrientation orientation,
                               TrpVec3 point_lps,
                               bool nose_right);
/* The default planes of a pane; see the top of this file. */
TrpPlane trp_plane_for_geometry (const TrpGeometry *geometry,
                                 TrpOrientation orientation,
                                 TrpVec3 point_lps,
                                 bool nose_right);

/* Signed mm of a point above the plane, along its normal. */
double trp_plane_get_distance (const TrpPlane *self, TrpVec3 point_lps);
/* mm from the origin of LPS along the normal: z of an axial patient plane. */
double trp_plane_get_position (const TrpPlane *self);
/* The same plane moved along its normal. */
TrpPlane trp_plane_move (const TrpPlane *self, double distance);
/* The foot of @point_lps on the plane. */
TrpVec3 trp_plane_project (const TrpPlane *self, TrpVec3 point_lps);

/* mm range of the grid's corner voxels (outer faces) along the normal, as positions. */
void trp_plane_get_range (const TrpPlane *self,
                          const TrpGeometry *geometry,
                          double *out_low,
                          double *out_high);
/* mm from one slice to the next when scrolling this grid: its spacing along the axis closest to the
 * normal. */
double trp_plane_get_step (const TrpPlane *self, const TrpGeometry *geometry);

typedef enum
{
  TRP_EDGE_LEFT,
  TRP_EDGE_RIGHT,
  TRP_EDGE_TOP,
  TRP_EDGE_BOTTOM,
  TRP_N_EDGES,
} TrpEdge;

#define TRP_LETTERS_SIZE 4

/**
 * trp_plane_get_letters:
 *
 * The patient side that @edge of the screen looks at: one letter, or up to three by falling
 * share (PS3.3 C.7.6.1.1.1) when a side leans by more than 5 degrees.
 */
void trp_plane_get_letters (const TrpPlane *self, TrpEdge edge, char out_letters[TRP_LETTERS_SIZE]);
/* The same for any direction: "A", "PL", ... */
void trp_direction_get_letters (TrpVec3 direction, char out_letters[TRP_LETTERS_SIZE]);

typedef enum
{
  TRP_NATIVE_NONE,    /* the plane does not run along the grid: resample */
  TRP_NATIVE_SLICE,   /* it is one of the grid's slices */
  TRP_NATIVE_OUTSIDE, /* it runs along the grid but lies beyond the last slice's face */
} TrpNativeMatch;

/**
 * TrpNativeSlice: which slice of a grid a plane shows
 * @axis: grid axis across the plane
 * @index: the slice along it whose slab (half a spacing to each side) holds the plane; when outside
 * the nearest one
 * @offset: mm from that slice's centre up to the plane, along the plane's normal
 * @number: the slice's place when counted along the plane's normal, from 0 (slice 1 of a header is
 * number 0); differs from @index on flipped axes
 * @axis_sign: +1 if the index grows along the plane's normal
 * @right_axis, @right_sign: grid axis that runs along the screen's width; +1 if its index grows to
 * the right
 * @down_axis, @down_sign: likewise downwards
 */
typedef struct
{
  int axis, axis_sign;
  size_t index;
  size_t number;
  double offset;
  int right_axis, right_sign;
  int down_axis, down_sign;
} TrpNativeSlice;

/* The grid's axis closest to the plane's normal: along which its slices follow each other there. */
int trp_plane_get_grid_axis (const TrpPlane *self, const TrpGeometry *geometry);
/* Parallel to within 1e-3 rad. @out_slice is set unless the answer is TRP_NATIVE_NONE. */
TrpNativeMatch trp_plane_match_native (const TrpPlane *self,
                                       const TrpGeometry *geometry,
                                       TrpNativeSlice *out_slice);

G_END_DECLS
