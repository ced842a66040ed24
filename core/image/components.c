/* components.c - see components.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Union and find over the voxels in their order: each voxel's entry is an earlier voxel of its
 * component, the root's its own. Roots are the first voxels of their components.
 */

#include "core/image/components.h"

#include <string.h>

#define MAX_NEIGHBOURS 13 /* of the 26, those that come before */

typedef struct
{
  const uint8_t *mask;
  size_t size[3];
  bool is_set; /* which of the two values has components */
  size_t n_neighbours;
  int neighbours[MAX_NEIGHBOURS][3];
} Grid;

static void
list_neighbours (Grid *grid, bool faces_only)
{
  for (int k = -1; k <= 0; k++)
    for (int j = -1; j <= 1; j++)
      for (int i = -1; i <= 1; i++)
        {
          if (k > 0 || (k == 0 && (j > 0 || (j == 0 && i >= 0))) ||
              (faces_only && abs (i) + abs (j) + abs (k) != 1))
            continue;
          memcpy (grid->neighbours[grid->n_neighbours++], (int[3]){ i, j, k }, sizeof (int[3]));
        }
}

static uint32_t
find_root (uint32_t *parent, uint32_t n)
{
  while (parent[n] != n)
    n = parent[n] = parent[parent[n]];
  return n;
}

static void
unite (uint32_t *parent, uint32_t a, uint32_t b)
{
  a = find_root (parent, a);
  b = find_root (parent, b);
  if (a < b)
    parent[b] = a;
  else
    parent[a] = b;
}

static void
join_earlier (const Grid *grid, uint32_t *parent, const size_t at[3], size_t n)
{
  for (size_t m = 0; m < grid->n_neighbours; m++)
    {
      ptrdiff_t other = 0, stride = 1;
      bool is_inside = true;

      for (int axis = 0; axis < 3; axis++)
        {
          const ptrdiff_t there = (ptrdiff_t) at[axis] + grid->neighbours[m][axis];

          is_inside = is_inside && there >= 0 && there < (ptrdiff_t) grid->size[axis];
          other += stride * there;
          stride *= (ptrdiff_t) grid->size[axis];
        }
      if (is_inside && (grid->mask[other] != 0) == grid->is_set)
        unite (parent, (uint32_t) n, (uint32_t) other);
    }
}

static size_t
count_voxels (const size_t size[3])
{
  return size[0] * size[1] * size[2];
}

/* (transfer full): each voxel's root; voxels that have no component are their own. */
static uint32_t *
find_components (
  const uint8_t *mask, const size_t size[3], bool is_set, bool faces_only, GError **error)
{
  Grid grid = { mask, { size[0], size[1], size[2] }, is_set, 0, { { 0 } } };
  const size_t n_voxels = count_voxels (size);
  uint32_t *parent = n_voxels <= TRP_COMPONENTS_MAX_VOXELS
                       ? g_try_malloc_n (MAX (n_voxels, 1), sizeof *parent)
                       : NULL;

  if (!parent)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is not enough memory to look for the parts of %zu voxels", n_voxels);
      return NULL;
    }
  list_neighbours (&grid, faces_only);
  for (size_t n = 0; n < n_voxels; n++)
    {
      const size_t at[3] = { n % size[0], n / size[0] % size[1], n / size[0] / size[1] };

      parent[n] = (uint32_t) n;
      if ((mask[n] != 0) == is_set)
        join_earlier (&grid, parent, at, n);
    }
  for (size_t n = 0; n < n_voxels; n++)
    parent[n] = find_root (parent, (uint32_t) n);
  return parent;
}

/* (transfer full): at the place of each root, the voxels of its component */
static uint32_t *
count_each (const uint32_t *parent, size_t n_voxels, GError **error)
{
  uint32_t *counts = g_try_malloc0_n (MAX (n_voxels, 1), sizeof *counts);

  if (!counts)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                 "There is not enough memory to count the parts of %zu voxels", n_voxels);
  for (size_t n = 0; n < n_voxels && counts; n++)
    counts[parent[n]]++;
  return counts;
}

bool
trp_components_keep_largest (uint8_t *mask, const size_t size[3], GError **error)
{
  const size_t n_voxels = count_voxels (size);
  g_autofree uint32_t *parent = find_components (mask, size, true, false, error);
  g_autofree uint32_t *counts = parent ? count_each (parent, n_voxels, error) : NULL;
  size_t best = 0, most = 0;

  if (!counts)
    return false;
  for (size_t n = 0; n < n_voxels; n++)
    if (mask[n] && counts[n] > most)
      {
        best = n;
        most = counts[n];
      }
  for (size_t n = 0; n < n_voxels; n++)
    if (parent[n] != best)
      mask[n] = 0;
  return true;
}

bool
trp_components_remove_small (uint8_t *mask, const size_t size[3], size_t n_least, GError **error)
{
  const size_t n_voxels = count_voxels (size);
  g_autofree uint32_t *parent = find_components (mask, size, true, false, error);
  g_autofree uint32_t *counts = parent ? count_each (parent, n_voxels, error) : NULL;

  if (!counts)
    return false;
  for (size_t n = 0; n < n_voxels; n++)
    if (counts[parent[n]] < n_least)
      mask[n] = 0;
  return true;
}

static bool
is_at_edge (const size_t size[3], size_t n)
{
  const size_t at[3] = { n % size[0], n / size[0] % size[1], n / size[0] / size[1] };

  for (int axis = 0; axis < 3; axis++)
    if (size[axis] > 1 && (at[axis] == 0 || at[axis] == size[axis] - 1))
      return true;
  return false;
}

bool
trp_components_fill_holes (uint8_t *mask, const size_t size[3], GError **error)
{
  const size_t n_voxels = count_voxels (size);
  g_autofree uint32_t *parent = find_components (mask, size, false, true, error);
  g_autofree uint8_t *is_outside = parent ? g_try_malloc0 (MAX (n_voxels, 1)) : NULL;

  if (!is_outside)
    {
      if (parent)
        g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                     "There is not enough memory to fill the holes of %zu voxels", n_voxels);
      return false;
    }
  for (size_t n = 0; n < n_voxels; n++)
    if (!mask[n] && is_at_edge (size, n))
      is_outside[parent[n]] = 1;
  for (size_t n = 0; n < n_voxels; n++)
    if (!mask[n] && !is_outside[parent[n]])
      mask[n] = 1;
  return true;
}
