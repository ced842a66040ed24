/* surface-cases.c - see surface-cases.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/surface-cases.h"

#include <stdbool.h>
#include <string.h>

#define N_EDGES 12
#define N_FACES 6
#define MAX_LOOP 7
#define NONE 0xff

/* Corners and edges around each face, counter-clockwise seen from outside the cube; edge n runs
 * from corner n to the next one. */
typedef struct
{
  uint8_t corners[N_FACES][4];
  uint8_t edges[N_FACES][4];
} Faces;

typedef struct
{
  uint8_t edges[MAX_LOOP];
  int n;
} Loop;

static uint8_t
get_corner (int axis, int along, int u, int v)
{
  return (uint8_t) (along << axis | u << (axis + 1) % 3 | v << (axis + 2) % 3);
}

static uint8_t
find_edge (uint8_t a, uint8_t b)
{
  const uint8_t low = a & b, high = a | b;

  for (uint8_t edge = 0; edge < N_EDGES; edge++)
    if (get_corner (edge / 4, 0, edge & 1, edge >> 1 & 1) == low &&
        get_corner (edge / 4, 1, edge & 1, edge >> 1 & 1) == high)
      return edge;
  g_assert_not_reached ();
}

static void
fill_faces (Faces *self)
{
  static const int around[4][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };

  for (int face = 0; face < N_FACES; face++)
    {
      uint8_t *corners = self->corners[face];

      for (int n = 0; n < 4; n++)
        {
          const int *uv = around[face & 1 ? n : 3 - n];

          corners[n] = get_corner (face / 2, face & 1, uv[0], uv[1]);
        }
      for (int n = 0; n < 4; n++)
        self->edges[face][n] = find_edge (corners[n], corners[(n + 1) % 4]);
    }
}

/* From the edge by which each run of inside corners is entered to the one by which it is left. */
static void
link_face (const Faces *faces, int face, unsigned code, uint8_t next[N_EDGES])
{
  const uint8_t *corners = faces->corners[face], *edges = faces->edges[face];

  for (int n = 0; n < 4; n++)
    {
      int last = (n + 1) % 4;

      if ((code >> corners[n] & 1) || !(code >> corners[last] & 1))
        continue;
      while (code >> corners[(last + 1) % 4] & 1)
        last = (last + 1) % 4;
      next[edges[n]] = edges[last];
    }
}

static bool
share_face (const Faces *faces, uint8_t a, uint8_t b)
{
  for (int face = 0; face < N_FACES; face++)
    if (memchr (faces->edges[face], a, 4) && memchr (faces->edges[face], b, 4))
      return true;
  return false;
}

static Loop
leave_out (const Loop *loop, int n)
{
  Loop rest = { .n = loop->n - 1 };

  memcpy (rest.edges, loop->edges, (size_t) n);
  memcpy (rest.edges + n, loop->edges + n + 1, (size_t) (rest.n - n));
  return rest;
}

/* Appends the triangles of @loop. Returns: false if a diagonal would lie on a face, where the cube
 * beyond it could have the same one. */
static bool
cut (const Faces *faces, const Loop *loop, TrpSurfaceCase *out)
{
  const uint8_t n_before = out->n_triangles;

  for (int n = 0; n < loop->n; n++)
    {
      const uint8_t triangle[3] = { loop->edges[(n + loop->n - 1) % loop->n], loop->edges[n],
                                    loop->edges[(n + 1) % loop->n] };
      const Loop rest = leave_out (loop, n);

      if (loop->n > 3 && share_face (faces, triangle[0], triangle[2]))
        continue;
      memcpy (out->triangles[out->n_triangles++], triangle, sizeof triangle);
      if (loop->n == 3 || cut (faces, &rest, out))
        return true;
      out->n_triangles = n_before;
    }
  return false;
}

static Loop
take_loop (uint8_t next[N_EDGES], uint8_t first)
{
  Loop loop = { .n = 0 };

  for (uint8_t edge = first; next[edge] != NONE;)
    {
      const uint8_t following = next[edge];

      loop.edges[loop.n++] = edge;
      next[edge] = NONE;
      edge = following;
    }
  return loop;
}

void
trp_surface_cases_fill (TrpSurfaceCase out_cases[TRP_SURFACE_N_CASES])
{
  Faces faces;

  fill_faces (&faces);
  memset (out_cases, 0, TRP_SURFACE_N_CASES * sizeof *out_cases);
  for (unsigned code = 0; code < TRP_SURFACE_N_CASES; code++)
    {
      uint8_t next[N_EDGES];

      memset (next, NONE, sizeof next);
      for (int face = 0; face < N_FACES; face++)
        link_face (&faces, face, code, next);
      for (uint8_t edge = 0; edge < N_EDGES; edge++)
        if (next[edge] != NONE)
          {
            const Loop loop = take_loop (next, edge);

            out_cases[code].n_vertices += (uint8_t) loop.n;
            if (!cut (&faces, &loop, &out_cases[code]))
              g_assert_not_reached (); /* every loop can be cut: the table has 256 cases */
          }
    }
}
