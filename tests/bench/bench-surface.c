/* bench-surface.c - the surface of an organ: triangles, distances as colours, a click
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Balls of 400 000 voxels (an organ) and of 7 000 000 (half a body) against one shifted by 4 mm;
 * prints milliseconds, asserts nothing.
 */

#include "core/draw/surface-color.h"

#include <math.h>
#include <stdio.h>

static const double spacing[3] = { 0.98, 0.98, 1.5 };

static TrpMask *
make_ball (const TrpGeometry *geometry, double radius, double shift)
{
  const TrpVec3 center = trp_vec3_add (trp_geometry_get_center (geometry), trp_vec3 (shift, 0, 0));
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        if (trp_vec3_distance (center, trp_geometry_lps_from_ijk (
                                         geometry, trp_vec3 ((double) i, (double) j, (double) k))) <
            radius)
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

static void
tell (const char *what, gint64 start_us)
{
  printf ("  %-34s %8.1f ms\n", what, (double) (g_get_monotonic_time () - start_us) / 1e3);
}

static void
bench (double radius)
{
  const size_t across = (size_t) (2 * radius / spacing[0]) + 40;
  const size_t size[3] = { across, across, (size_t) (2 * radius / spacing[2]) + 20 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = make_ball (&geometry, radius, 0);
  g_autoptr (TrpMask) other = make_ball (&geometry, radius, 4);
  g_autoptr (TrpSurfaceMesh) rough = NULL, mesh = NULL;
  g_autoptr (TrpSignedField) field = NULL;
  g_autoptr (GBytes) colors = NULL;
  TrpVec3 point;
  gint64 start = g_get_monotonic_time ();

  rough = trp_surface_mesh_new (mask, 0, NULL, NULL);
  printf ("%zu voxels, %zu triangles\n", trp_mask_count (mask), rough->n_triangles);
  tell ("triangles", start);
  start = g_get_monotonic_time ();
  mesh = trp_surface_mesh_new (mask, TRP_SURFACE_MESH_SMOOTHING, NULL, NULL);
  tell ("triangles and smoothing", start);
  start = g_get_monotonic_time ();
  field = trp_signed_field_new (other, NULL, NULL);
  tell ("signed field of the reference", start);
  start = g_get_monotonic_time ();
  colors = trp_surface_colors_new (mesh, field, trp_color_get_default (0), NULL, NULL);
  tell ("colours", start);
  start = g_get_monotonic_time ();
  if (!trp_surface_mesh_pick (mesh, trp_vec3_add (mesh->center_lps, trp_vec3 (0, -999, 0)),
                              trp_vec3 (0, 1, 0), &point))
    printf ("the click met nothing\n");
  tell ("a click", start);
}

int
main (void)
{
  bench (51.5);
  bench (134);
  return 0;
}
