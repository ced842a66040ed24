/* surface-cases.h - the triangles of a surface in a cube of eight voxel centres
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Marching cubes for bits. Corner x + 2 y + 4 z is the voxel on the x-th, y-th, z-th side; edge
 * 4 a + u + 2 v runs along axis a at offset u of the axis after it and v of the one after that, and
 * its vertex lies half-way. The table is worked out, not copied: on each face the line around
 * every run of inside corners; the lines of the six faces close to loops; loops are cut into
 * triangles without a diagonal that lies on a face. Voxels that touch only at an edge or a corner
 * stay apart, as in core/structure/trace.h. Two cubes draw the same lines on the face they share,
 * each in its own direction, so every edge of the whole belongs to exactly two triangles.
 *
 * Source: W. E. Lorensen, H. E. Cline, Computer Graphics 21 (1987) 163-169; its ambiguous faces:
 * M. J. Duerst, Computer Graphics 22 (1988) 72-73.
 */

#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

#define TRP_SURFACE_N_CASES 256
#define TRP_SURFACE_MAX_TRIANGLES 5

/**
 * TrpSurfaceCase:
 * @n_vertices: edges with one end inside and one outside
 * @triangles: edges, counter-clockwise seen from outside the surface in a right-handed grid
 */
typedef struct
{
  uint8_t n_vertices;
  uint8_t n_triangles;
  uint8_t triangles[TRP_SURFACE_MAX_TRIANGLES][3];
} TrpSurfaceCase;

void trp_surface_cases_fill (TrpSurfaceCase out_cases[TRP_SURFACE_N_CASES]);

G_END_DECLS
