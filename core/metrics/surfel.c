/* surfel.c - see surfel.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of 256 areas is made from the arrangement of the voxels in the minority: how many there
 * are, and along which axes they share faces ("links").
 */

#include "core/metrics/surfel.h"

#include <math.h>

/* Faces and diagonals of the voxel. */
typedef struct
{
  double face[3];  /* area of the face with this normal */
  double slant[3]; /* patch along an edge in this direction */
  double corner;   /* patch that cuts off one corner */
} Patches;

/**
 * Links: pairs in a code that share a face
 * @along: how many along each axis
 * @degree: links of each voxel
 */
typedef struct
{
  int n;
  int along[3];
  int degree[8];
} Links;

static Links
find_links (unsigned code)
{
  Links links = { 0 };

  for (int a = 0; a < 8; a++)
    for (int axis = 0; axis < 3; axis++)
      {
        const int b = a | 1 << axis;

        if (a == b || !(code >> a & 1) || !(code >> b & 1))
          continue;
        links.n++;
        links.along[axis]++;
        links.degree[a]++;
        links.degree[b]++;
      }
  return links;
}

static int
find_axis (const int along[3], int count)
{
  for (int axis = 0; axis < 3; axis++)
    if (along[axis] == count)
      return axis;
  g_assert_not_reached ();
}

static bool
has_degree (const Links *links, int degree)
{
  for (int n = 0; n < 8; n++)
    if (links->degree[n] == degree)
      return true;
  return false;
}

/* Axis of the link whose both ends have another link. */
static int
find_middle (unsigned code, const Links *links)
{
  for (int a = 0; a < 8; a++)
    for (int axis = 0; axis < 3; axis++)
      {
        const int b = a | 1 << axis;

        if (a != b && (code >> a & 1) && (code >> b & 1) && links->degree[a] == 2 &&
            links->degree[b] == 2)
          return axis;
      }
  g_assert_not_reached ();
}

static double
area_of_chain (const Patches *p, int middle)
{
  const double *f = p->face;
  const int y = (middle + 1) % 3, z = (middle + 2) % 3;

  return 4 * p->corner + (hypot (f[middle], f[y]) + hypot (f[middle], f[z])) / 4;
}

static double
area_of_four (const Patches *p, unsigned code, const Links *links)
{
  switch (links->n)
    {
    case 4: /* a square */
      return p->face[find_axis (links->along, 0)];
    case 3:
      return has_degree (links, 3) ? 6 * p->corner : area_of_chain (p, find_middle (code, links));
    case 2:
      if (has_degree (links, 2)) /* an L and one apart */
        return p->face[find_axis (links->along, 0)] / 2 + 4 * p->corner;
      return 2 * p->slant[find_axis (links->along, 2)];
    default:
      return 4 * p->corner;
    }
}

static double
compute_area (const Patches *p, unsigned code)
{
  const int n = __builtin_popcount (code);
  const Links links = find_links (n > 4 ? ~code & 0xff : code);

  switch (n > 4 ? 8 - n : n)
    {
    case 0:
      return 0;
    case 1:
      return p->corner;
    case 2:
      return links.n == 1 ? p->slant[find_axis (links.along, 1)] : 2 * p->corner;
    case 3:
      if (links.n == 2)
        return p->face[find_axis (links.along, 0)] / 2 + 3 * p->corner;
      return links.n == 1 ? p->slant[find_axis (links.along, 1)] + p->corner : 3 * p->corner;
    default:
      return area_of_four (p, code, &links);
    }
}

void
trp_surfel_compute_areas (const double spacing[3], double out_areas[TRP_SURFEL_N_CODES])
{
  const double *s = spacing;
  const double f[3] = { s[1] * s[2], s[0] * s[2], s[0] * s[1] };
  const Patches patches = {
    .face = { f[0], f[1], f[2] },
    .slant = { hypot (f[1], f[2]) / 2, hypot (f[0], f[2]) / 2, hypot (f[0], f[1]) / 2 },
    .corner = sqrt (f[0] * f[0] + f[1] * f[1] + f[2] * f[2]) / 8,
  };

  for (unsigned code = 0; code < TRP_SURFEL_N_CODES; code++)
    out_areas[code] = compute_area (&patches, code);
}

unsigned
trp_surfel_get_code (const TrpBits *mask, TrpBitsPoint point)
{
  unsigned code = 0;

  for (unsigned n = 0; n < 8; n++)
    if (trp_bits_get (mask, point.i - 1u + (n & 1), point.j - 1u + (n >> 1 & 1),
                      point.k - 1u + (n >> 2)))
      code |= 1u << n;
  return code;
}
