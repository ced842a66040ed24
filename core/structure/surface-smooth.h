/* surface-smooth.h - the steps of a surface that is looked at
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parts of core/structure/surface-mesh.h while a mesh is being made.
 */

#pragma once

#include "core/structure/surface-mesh.h"

G_BEGIN_DECLS

/**
 * trp_surface_smooth:
 * @mesh: whose points are where its outline is; they are moved
 * @geometry: of the mask; no point goes farther than half a voxel along each of its axes
 *
 * Errors: TRP_ERROR_LIMIT for memory; G_IO_ERROR_CANCELLED.
 */
bool trp_surface_smooth (TrpSurfaceMesh *mesh,
                         const TrpGeometry *geometry,
                         unsigned rounds,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of the points as they are: means of the triangles around, by their areas. */
void trp_surface_set_normals (TrpSurfaceMesh *mesh);

G_END_DECLS
