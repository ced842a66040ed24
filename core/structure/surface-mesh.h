/* surface-mesh.h - the surface of a mask as triangles
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Vertices lie half-way between neighbouring voxel centres, one inside and one outside
 * (core/structure/surface-cases.h): a cut along a slice of the grid is that slice's outline
 * (core/structure/trace.h). For the eye they are smoothed after that, none farther than half a
 * voxel along any axis of the grid. Closed: every edge belongs to exactly two triangles; beyond the
 * rim of the grid nothing is inside. Immutable once made; any thread.
 *
 * Source of the smoothing: G. Taubin, SIGGRAPH 1995, 351-358; of its bounds: S. F. F. Gibson,
 * MICCAI 1998, 888-898.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/mask.h"

G_BEGIN_DECLS

/* About 60 bytes each; a body of 512 x 512 x 300 voxels has three millions. */
#define TRP_SURFACE_MESH_LIMIT ((size_t) 6000000)

/**
 * TrpSurfaceMesh:
 * @center_lps: what the points are relative to: the middle of the mask's box
 * @radius: mm; all points lie within it
 * @points: mm
 * @outline: the same vertices before smoothing, mm
 * @normals: unit vectors, out of the mask
 * @triangles: vertices, counter-clockwise seen from outside
 */
typedef struct
{
  TrpVec3 center_lps;
  double radius;
  size_t n_vertices;
  size_t n_triangles;
  float (*points)[3];
  float (*outline)[3];
  float (*normals)[3];
  uint32_t (*triangles)[3];
} TrpSurfaceMesh;

/**
 * trp_surface_mesh_new:
 * @mask: a snapshot that nobody writes
 * @smoothing: rounds of smoothing; 0: none
 *
 * Returns: (transfer full): without triangles if the mask is empty.
 *
 * Errors: TRP_ERROR_LIMIT for more than TRP_SURFACE_MESH_LIMIT triangles, or for memory;
 * G_IO_ERROR_CANCELLED.
 */
TrpSurfaceMesh *trp_surface_mesh_new (const TrpMask *mask,
                                      unsigned smoothing,
                                      TrpProgress *progress,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
#define TRP_SURFACE_MESH_SMOOTHING 8

TrpSurfaceMesh *trp_surface_mesh_ref (TrpSurfaceMesh *self);
void trp_surface_mesh_unref (TrpSurfaceMesh *self);

double trp_surface_mesh_get_area (const TrpSurfaceMesh *self);   /* mm2 */
double trp_surface_mesh_get_volume (const TrpSurfaceMesh *self); /* mm3; negative inside out */
TrpVec3 trp_surface_mesh_get_point (const TrpSurfaceMesh *self, size_t vertex); /* LPS mm */
/* Where a vertex was before smoothing. */
TrpVec3 trp_surface_mesh_get_outline_point (const TrpSurfaceMesh *self, size_t vertex);

/**
 * trp_surface_mesh_pick:
 * @from_lps, @direction: a ray; it looks at both sides of a triangle
 *
 * Returns: false if it meets none; else the first point. Looks at every triangle: 10 ms for a
 * million. Source: T. Moeller, B. Trumbore, J. Graphics Tools 2 (1997) 21-28.
 */
bool trp_surface_mesh_pick (const TrpSurfaceMesh *self,
                            TrpVec3 from_lps,
                            TrpVec3 direction,
                            TrpVec3 *out_point_lps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSurfaceMesh, trp_surface_mesh_unref)

G_END_DECLS
