/* surface-mesh.c - see surface-mesh.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two walks over the cells that the surface passes, 64 of a row at a time: one counts, one makes.
 * Cell (x, y, z) has its corners at the centres of voxels x - 1 and x, y - 1 and y, z - 1 and z. A
 * vertex belongs to the edge that starts at corner (x, y, z) along an axis; those of two layers of
 * corners are remembered.
 */

#include "core/structure/surface-mesh.h"

#include "core/structure/surface-cases.h"
#include "core/structure/surface-smooth.h"

#include <string.h>

#define UNSET UINT32_MAX

typedef struct _Work Work;
typedef void (*CellFunc) (Work *work, size_t x, size_t y, unsigned code);

struct _Work
{
  const TrpMask *mask;
  TrpSurfaceMesh *mesh;
  TrpBox box; /* of cells */
  TrpSurfaceCase cases[TRP_SURFACE_N_CASES];
  bool is_turned;     /* a left-handed grid turns triangles around */
  size_t n_crossings; /* counted once from each of four cells */
  size_t n_triangles;
  size_t z;            /* layer under way */
  size_t n_row;        /* corners */
  size_t n_layer;      /* corners */
  uint32_t *ids[3][2]; /* vertices by axis and parity of the layer of corners */
};

/* ---- walking ---- */

/* The words of the four rows of voxels around a row of cells: @current for corners on the upper
 * side along x, @before for the lower. */
typedef struct
{
  const uint64_t *rows[4];
  uint64_t current[4], before[4];
} Rows;

/* Row @j of slice @k, or NULL where there is none or it is empty; both may be one below 0. */
static const uint64_t *
peek_row (const TrpMask *mask, size_t j, size_t k)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const uint64_t *slice = j < size[1] && k < size[2] ? trp_mask_peek_slice (mask, k) : NULL;

  return slice ? slice + j * trp_mask_get_words_per_row (mask) : NULL;
}

/* Returns: which of the 64 cells the surface passes. */
static uint64_t
load_words (Rows *self, size_t word, size_t n_words)
{
  uint64_t any = 0, all = UINT64_MAX;

  for (int n = 0; n < 4; n++)
    {
      const uint64_t *row = self->rows[n];
      const uint64_t carry = row && word > 0 ? row[word - 1] >> 63 : 0;

      self->current[n] = row && word < n_words ? row[word] : 0;
      self->before[n] = self->current[n] << 1 | carry;
      any |= self->current[n] | self->before[n];
      all &= self->current[n] & self->before[n];
    }
  return any & ~all;
}

static unsigned
get_code (const Rows *self, int bit)
{
  unsigned code = 0;

  for (int n = 0; n < 4; n++)
    code |= (unsigned) (self->before[n] >> bit & 1) << 2 * n |
            (unsigned) (self->current[n] >> bit & 1) << (2 * n + 1);
  return code;
}

static void
walk_row (Work *work, size_t y, CellFunc func)
{
  const size_t n_words = trp_mask_get_words_per_row (work->mask);
  Rows rows;

  for (size_t n = 0; n < 4; n++)
    rows.rows[n] = peek_row (work->mask, y - 1 + (n & 1), work->z - 1 + n / 2);
  for (size_t word = work->box.begin[0] / 64; word * 64 < work->box.end[0]; word++)
    for (uint64_t cells = load_words (&rows, word, n_words); cells; cells &= cells - 1)
      {
        const int bit = __builtin_ctzll (cells);

        func (work, word * 64 + (size_t) bit, y, get_code (&rows, bit));
      }
}

static void
walk_layer (Work *work, size_t z, CellFunc func)
{
  work->z = z;
  for (size_t y = work->box.begin[1]; y < work->box.end[1]; y++)
    walk_row (work, y, func);
}

/* ---- counting ---- */

static void
count_cell (Work *work, size_t x, size_t y, unsigned code)
{
  work->n_crossings += work->cases[code].n_vertices;
  work->n_triangles += work->cases[code].n_triangles;
}

static bool
refuse_memory (GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "There is no memory for the surface of this structure: close other cases");
  return false;
}

static bool
make_room (Work *work, GError **error)
{
  TrpSurfaceMesh *mesh = work->mesh;
  const size_t n_vertices = work->n_crossings / 4;

  if (work->n_triangles > TRP_SURFACE_MESH_LIMIT)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "The surface of this structure has %zu triangles and the limit is %zu: smooth "
                   "it or crop it first",
                   work->n_triangles, TRP_SURFACE_MESH_LIMIT);
      return false;
    }
  mesh->points = g_try_malloc_n (MAX (n_vertices, 1), sizeof *mesh->points);
  mesh->outline = g_try_malloc_n (MAX (n_vertices, 1), sizeof *mesh->outline);
  mesh->normals = g_try_malloc_n (MAX (n_vertices, 1), sizeof *mesh->normals);
  mesh->triangles = g_try_malloc_n (MAX (work->n_triangles, 1), sizeof *mesh->triangles);
  for (int n = 0; n < 6; n++)
    if (!(work->ids[n / 2][n % 2] = g_try_new (uint32_t, work->n_layer)))
      return refuse_memory (error);
  return mesh->points && mesh->outline && mesh->normals && mesh->triangles ? true
                                                                           : refuse_memory (error);
}

/* ---- making ---- */

static void
set_vertex (Work *work, const size_t corner[3], int axis, uint32_t id)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (work->mask);
  TrpVec3 point;

  for (int n = 0; n < 3; n++)
    point.v[n] = (double) corner[n] - (n == axis ? 0.5 : 1);
  point = trp_vec3_subtract (trp_geometry_lps_from_ijk (geometry, point), work->mesh->center_lps);
  for (int n = 0; n < 3; n++)
    work->mesh->outline[id][n] = (float) point.v[n];
}

static uint32_t
get_vertex (Work *work, size_t x, size_t y, int edge)
{
  const int axis = edge / 4;
  size_t corner[3] = { x, y, work->z };
  uint32_t *id;

  corner[(axis + 1) % 3] += edge & 1;
  corner[(axis + 2) % 3] += edge >> 1 & 1;
  id = &work->ids[axis][corner[2] & 1]
                 [corner[0] - work->box.begin[0] + work->n_row * (corner[1] - work->box.begin[1])];
  if (*id == UNSET)
    {
      *id = (uint32_t) work->mesh->n_vertices++;
      set_vertex (work, corner, axis, *id);
    }
  return *id;
}

static void
make_cell (Work *work, size_t x, size_t y, unsigned code)
{
  const TrpSurfaceCase *cell = &work->cases[code];

  for (int n = 0; n < cell->n_triangles; n++)
    {
      uint32_t *triangle = work->mesh->triangles[work->mesh->n_triangles++];

      for (int corner = 0; corner < 3; corner++)
        triangle[work->is_turned ? 2 - corner : corner] = get_vertex (work, x, y,
                                                                      cell->triangles[n][corner]);
    }
}

static void
forget_layer (Work *work, size_t z)
{
  for (int axis = 0; axis < 3; axis++)
    memset (work->ids[axis][z & 1], 0xff, work->n_layer * sizeof (uint32_t));
}

static bool
make (Work *work, TrpProgress *progress, GError **error)
{
  const size_t *begin = work->box.begin, *end = work->box.end;
  const double n_steps = (double) (2 * (end[2] - begin[2]));
  double step = 0;

  for (size_t z = begin[2]; z < end[2]; z++)
    {
      if (!trp_progress_step (progress, step++ / n_steps, NULL, error))
        return false;
      walk_layer (work, z, count_cell);
    }
  if (!make_room (work, error))
    return false;
  forget_layer (work, begin[2]);
  for (size_t z = begin[2]; z < end[2]; z++)
    {
      if (!trp_progress_step (progress, step++ / n_steps, NULL, error))
        return false;
      forget_layer (work, z + 1);
      walk_layer (work, z, make_cell);
    }
  g_assert (work->mesh->n_vertices == work->n_crossings / 4);
  return true;
}

static void
set_box (Work *work)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (work->mask);
  TrpVec3 middle;

  work->box = trp_mask_get_box (work->mask);
  for (int axis = 0; axis < 3; axis++)
    {
      middle.v[axis] = 0.5 * ((double) work->box.begin[axis] + (double) work->box.end[axis] - 1);
      work->box.end[axis]++;
    }
  work->mesh->center_lps = trp_geometry_lps_from_ijk (geometry, middle);
  work->n_row = work->box.end[0] - work->box.begin[0] + 1;
  work->n_layer = work->n_row * (work->box.end[1] - work->box.begin[1] + 1);
  work->is_turned = trp_geometry_is_left_handed (geometry);
}

static void
set_radius (TrpSurfaceMesh *mesh)
{
  double largest = 0;

  for (size_t n = 0; n < mesh->n_vertices; n++)
    {
      const float *p = mesh->points[n];

      largest = MAX (largest, (double) (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]));
    }
  mesh->radius = sqrt (largest);
}

static void
clear_mesh (void *data)
{
  TrpSurfaceMesh *self = data;

  g_free (self->points);
  g_free (self->outline);
  g_free (self->normals);
  g_free (self->triangles);
}

TrpSurfaceMesh *
trp_surface_mesh_new (const TrpMask *mask,
                      unsigned smoothing,
                      TrpProgress *progress,
                      GError **error)
{
  g_autoptr (TrpSurfaceMesh) mesh = g_atomic_rc_box_new0 (TrpSurfaceMesh);
  g_autofree Work *work = g_new0 (Work, 1);
  TrpProgress first = trp_progress_part (progress, 0, smoothing > 0 ? 0.6 : 1);
  TrpProgress second = trp_progress_part (progress, 0.6, 1);
  bool done;

  work->mask = mask;
  work->mesh = mesh;
  mesh->center_lps = trp_geometry_get_center (trp_mask_get_geometry (mask));
  if (trp_mask_is_empty (mask))
    return g_steal_pointer (&mesh);
  set_box (work);
  trp_surface_cases_fill (work->cases);
  done = make (work, &first, error);
  for (int n = 0; n < 6; n++)
    g_free (work->ids[n / 2][n % 2]);
  if (!done)
    return NULL;
  memcpy (mesh->points, mesh->outline, mesh->n_vertices * sizeof *mesh->points);
  if (!trp_surface_smooth (mesh, trp_mask_get_geometry (mask), smoothing, &second, error))
    return NULL;
  trp_surface_set_normals (mesh);
  set_radius (mesh);
  return g_steal_pointer (&mesh);
}

TrpSurfaceMesh *
trp_surface_mesh_ref (TrpSurfaceMesh *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
trp_surface_mesh_unref (TrpSurfaceMesh *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_mesh);
}

/* ---- measures ---- */

static TrpVec3
get_vector (const float p[3])
{
  return trp_vec3 ((double) p[0], (double) p[1], (double) p[2]);
}

TrpVec3
trp_surface_mesh_get_point (const TrpSurfaceMesh *self, size_t vertex)
{
  return trp_vec3_add (self->center_lps, get_vector (self->points[vertex]));
}

TrpVec3
trp_surface_mesh_get_outline_point (const TrpSurfaceMesh *self, size_t vertex)
{
  return trp_vec3_add (self->center_lps, get_vector (self->outline[vertex]));
}

double
trp_surface_mesh_get_area (const TrpSurfaceMesh *self)
{
  double area = 0;

  for (size_t n = 0; n < self->n_triangles; n++)
    {
      const uint32_t *t = self->triangles[n];
      const TrpVec3 a = get_vector (self->points[t[0]]);
      const TrpVec3 ab = trp_vec3_subtract (get_vector (self->points[t[1]]), a);
      const TrpVec3 ac = trp_vec3_subtract (get_vector (self->points[t[2]]), a);

      area += 0.5 * trp_vec3_length (trp_vec3_cross (ab, ac));
    }
  return area;
}

/* By the theorem of Gauss. */
double
trp_surface_mesh_get_volume (const TrpSurfaceMesh *self)
{
  double volume = 0;

  for (size_t n = 0; n < self->n_triangles; n++)
    {
      const uint32_t *t = self->triangles[n];

      volume += trp_vec3_dot (
        get_vector (self->points[t[0]]),
        trp_vec3_cross (get_vector (self->points[t[1]]), get_vector (self->points[t[2]])));
    }
  return volume / 6;
}

/* ---- picking ---- */

/* Along the ray, in units of @direction; INFINITY if it misses. */
static double
meet (const TrpSurfaceMesh *self, const uint32_t *t, TrpVec3 from, TrpVec3 direction)
{
  const TrpVec3 a = get_vector (self->points[t[0]]);
  const TrpVec3 ab = trp_vec3_subtract (get_vector (self->points[t[1]]), a);
  const TrpVec3 ac = trp_vec3_subtract (get_vector (self->points[t[2]]), a);
  const TrpVec3 p = trp_vec3_cross (direction, ac), to = trp_vec3_subtract (from, a);
  const TrpVec3 q = trp_vec3_cross (to, ab);
  const double det = trp_vec3_dot (ab, p);
  double u, v, along;

  if (det == 0)
    return INFINITY;
  u = trp_vec3_dot (to, p) / det;
  v = trp_vec3_dot (direction, q) / det;
  along = trp_vec3_dot (ac, q) / det;
  return u >= 0 && v >= 0 && u + v <= 1 && along >= 0 ? along : (double) INFINITY;
}

bool
trp_surface_mesh_pick (const TrpSurfaceMesh *self,
                       TrpVec3 from_lps,
                       TrpVec3 direction,
                       TrpVec3 *out_point_lps)
{
  const TrpVec3 from = trp_vec3_subtract (from_lps, self->center_lps);
  double nearest = (double) INFINITY;

  for (size_t n = 0; n < self->n_triangles; n++)
    nearest = MIN (nearest, meet (self, self->triangles[n], from, direction));
  if (isinf (nearest))
    return false;
  *out_point_lps = trp_vec3_add (from_lps, trp_vec3_scale (direction, nearest));
  return true;
}
