/* geometry.h - where the voxels of a grid lie in the patient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value: size and affine. World coordinates are LPS millimetres (DICOM PS3.3 C.7.6.2.1.1);
 * voxel indices are (i, j, k), i fastest; the origin is the centre of voxel (0, 0, 0).
 */

#pragma once

#include "core/base/error.h"
#include "core/geometry/affine.h"

G_BEGIN_DECLS

#define TRP_GEOMETRY_MAX_SIZE 32767    /* voxels per axis; NIfTI-1's own limit */
#define TRP_GEOMETRY_TOLERANCE_MM 1e-3 /* two grids are one when all corners agree to this */

typedef struct
{
  size_t size[3];
  TrpAffine lps_from_ijk;
  TrpAffine ijk_from_lps;
} TrpGeometry;

/**
 * trp_geometry_init:
 * @size: voxels along i, j, k; 1 to TRP_GEOMETRY_MAX_SIZE each
 *
 * Errors: TRP_ERROR_LIMIT for a size out of range or a voxel count over 2^40, TRP_ERROR_GEOMETRY
 * for an affine that is not finite or cannot be inverted.
 */
bool trp_geometry_init (TrpGeometry *out_geometry,
                        const size_t size[3],
                        const TrpAffine *lps_from_ijk,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Axis-aligned grid (i to the patient's left, j back, k up) for phantoms and tests; aborts on a
 * size out of range. */
TrpGeometry trp_geometry_axial (const size_t size[3], const double spacing[3], TrpVec3 origin_lps);

size_t trp_geometry_count_voxels (const TrpGeometry *self);
/* Length of column @axis of the affine, in mm. */
double trp_geometry_get_spacing (const TrpGeometry *self, int axis);
double trp_geometry_get_voxel_volume (const TrpGeometry *self); /* mm3, positive */
/* Unit vector along @axis. */
TrpVec3 trp_geometry_get_direction (const TrpGeometry *self, int axis);
bool trp_geometry_is_left_handed (const TrpGeometry *self);
/* Largest |cosine| between two columns over 1e-3: distances along axes are no longer distances,
 * measuring is refused. */
bool trp_geometry_is_sheared (const TrpGeometry *self);
/* Columns along the patient's axes to within 1e-3 rad, in any order and sign. */
bool trp_geometry_is_oblique (const TrpGeometry *self);
TrpVec3 trp_geometry_lps_from_ijk (const TrpGeometry *self, TrpVec3 point_ijk);
TrpVec3 trp_geometry_ijk_from_lps (const TrpGeometry *self, TrpVec3 point_lps);
TrpVec3 trp_geometry_get_center (const TrpGeometry *self); /* LPS of the grid's middle */
/* Three letters for the positive directions of i, j, k out of L R A P S I, e.g. "LPS";
 * 0-terminated. */
void trp_geometry_get_axis_codes (const TrpGeometry *self, char out_codes[4]);
/* Which patient axis (0 L, 1 P, 2 S) each grid axis follows most closely, one to one; sign +1 or
 * -1. */
void trp_geometry_get_axis_order (const TrpGeometry *self, int out_axis[3], int out_sign[3]);

/**
 * trp_geometry_check_equal:
 *
 * Errors: TRP_ERROR_GEOMETRY naming the first difference found: size, else spacing, else direction,
 * else position, when a corner of one grid lies over TRP_GEOMETRY_TOLERANCE_MM from its partner.
 * Equal size and affine is the usual quick path.
 */
bool trp_geometry_check_equal (const TrpGeometry *self,
                               const TrpGeometry *other,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_geometry_equal (const TrpGeometry *self, const TrpGeometry *other);

/* Errors: TRP_ERROR_GEOMETRY for a sheared grid. */
bool trp_geometry_check_measurable (const TrpGeometry *self,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
