/* surface-smooth.c - see surface-smooth.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Taubin's two steps: towards the mean of the neighbours, and a little farther back, so that the
 * steps between voxels go and the volume stays. A triangle adds two of its vertices to the sum of
 * the third; in a closed mesh each neighbour is so counted twice.
 */

#include "core/structure/surface-smooth.h"

#include <string.h>

#define SHRINK 0.5f
#define GROW -0.526f   /* 1 / GROW + 1 / SHRINK = 0.1: the pass band of the paper */
#define MAX_VOXELS 0.5 /* of the way from a vertex to the nearest voxel centre */

typedef struct
{
  TrpSurfaceMesh *mesh;
  const TrpGeometry *geometry;
  float (*sums)[3];
  uint32_t *counts;
} Work;

static void
sum_neighbours (Work *work)
{
  const TrpSurfaceMesh *mesh = work->mesh;

  memset (work->sums, 0, mesh->n_vertices * sizeof *work->sums);
  for (size_t n = 0; n < mesh->n_triangles; n++)
    for (int corner = 0; corner < 3; corner++)
      {
        const uint32_t *t = mesh->triangles[n];
        const float *b = mesh->points[t[(corner + 1) % 3]], *c = mesh->points[t[(corner + 2) % 3]];
        float *sum = work->sums[t[corner]];

        for (int axis = 0; axis < 3; axis++)
          sum[axis] += b[axis] + c[axis];
      }
}

/* Back into the box of half a voxel around where it came from. */
static void
keep_near (const Work *work, float *point, const float *home)
{
  TrpVec3 moved, steps;
  bool is_far = false;

  for (int axis = 0; axis < 3; axis++)
    moved.v[axis] = (double) (point[axis] - home[axis]);
  steps = trp_affine_apply_direction (&work->geometry->ijk_from_lps, moved);
  for (int axis = 0; axis < 3; axis++)
    {
      is_far |= fabs (steps.v[axis]) > MAX_VOXELS;
      steps.v[axis] = CLAMP (steps.v[axis], -MAX_VOXELS, MAX_VOXELS);
    }
  if (!is_far)
    return;
  moved = trp_affine_apply_direction (&work->geometry->lps_from_ijk, steps);
  for (int axis = 0; axis < 3; axis++)
    point[axis] = home[axis] + (float) moved.v[axis];
}

static void
move (Work *work, float share)
{
  TrpSurfaceMesh *mesh = work->mesh;

  sum_neighbours (work);
  for (size_t n = 0; n < mesh->n_vertices; n++)
    {
      const float weight = 1 / (float) work->counts[n];

      for (int axis = 0; axis < 3; axis++)
        mesh->points[n][axis] += share * (work->sums[n][axis] * weight - mesh->points[n][axis]);
      keep_near (work, mesh->points[n], mesh->outline[n]);
    }
}

static bool
run (Work *work, unsigned rounds, TrpProgress *progress, GError **error)
{
  const TrpSurfaceMesh *mesh = work->mesh;

  for (size_t n = 0; n < mesh->n_triangles; n++)
    for (int corner = 0; corner < 3; corner++)
      work->counts[mesh->triangles[n][corner]] += 2;
  for (unsigned round = 0; round < rounds; round++)
    {
      if (!trp_progress_step (progress, (double) round / rounds, NULL, error))
        return false;
      move (work, SHRINK);
      move (work, GROW);
    }
  return true;
}

bool
trp_surface_smooth (TrpSurfaceMesh *mesh,
                    const TrpGeometry *geometry,
                    unsigned rounds,
                    TrpProgress *progress,
                    GError **error)
{
  Work work = { .mesh = mesh, .geometry = geometry };
  g_autofree void *sums = g_try_malloc_n (mesh->n_vertices, sizeof *work.sums);
  g_autofree uint32_t *counts = g_try_new0 (uint32_t, mesh->n_vertices);

  if (!sums || !counts)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no memory to smooth the surface of this structure: close other cases");
      return false;
    }
  work.sums = sums;
  work.counts = counts;
  return run (&work, rounds, progress, error);
}

static void
add_normal (TrpSurfaceMesh *mesh, const uint32_t *t)
{
  const float *a = mesh->points[t[0]], *b = mesh->points[t[1]], *c = mesh->points[t[2]];
  const float ab[3] = { b[0] - a[0], b[1] - a[1], b[2] - a[2] };
  const float ac[3] = { c[0] - a[0], c[1] - a[1], c[2] - a[2] };
  const float normal[3] = { ab[1] * ac[2] - ab[2] * ac[1], ab[2] * ac[0] - ab[0] * ac[2],
                            ab[0] * ac[1] - ab[1] * ac[0] };

  for (int corner = 0; corner < 3; corner++)
    for (int axis = 0; axis < 3; axis++)
      mesh->normals[t[corner]][axis] += normal[axis];
}

void
trp_surface_set_normals (TrpSurfaceMesh *mesh)
{
  memset (mesh->normals, 0, mesh->n_vertices * sizeof *mesh->normals);
  for (size_t n = 0; n < mesh->n_triangles; n++)
    add_normal (mesh, mesh->triangles[n]);
  for (size_t n = 0; n < mesh->n_vertices; n++)
    {
      float *normal = mesh->normals[n];
      const float length = sqrtf (normal[0] * normal[0] + normal[1] * normal[1] +
                                  normal[2] * normal[2]);

      for (int axis = 0; axis < 3; axis++)
        normal[axis] = length > 0 ? normal[axis] / length : 0;
    }
}
