/* components.c - see components.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/components.h"

#include "core/image/runs.h"

#include <string.h>

static bool
find_runs (TrpRuns *runs,
           const uint8_t *mask,
           const size_t size[3],
           bool set,
           TrpRunsTouch touch,
           GError **error)
{
  const size_t n_voxels = size[0] * size[1] * size[2];

  if (n_voxels > TRP_COMPONENTS_MAX_VOXELS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is not enough memory to look for the parts of %zu voxels", n_voxels);
      return false;
    }
  if (!trp_runs_init (runs, size, error))
    return false;
  for (size_t row = 0; row < size[1] * size[2]; row++)
    if (!trp_runs_add_bytes (runs, mask + row * size[0], set, error))
      return false;
  trp_runs_join (runs, touch);
  return true;
}

/* Gives the chosen runs @value; false where there is no choice. */
static bool
paint (const TrpRuns *runs, const bool *choice, uint8_t value, uint8_t *mask)
{
  if (!choice)
    return false;
  for (size_t row = 0; row < runs->n_rows; row++)
    for (size_t n = runs->starts[row]; n < runs->starts[row + 1]; n++)
      if (choice[n])
        memset (mask + row * runs->size[0] + runs->runs[n].begin, value,
                runs->runs[n].end - runs->runs[n].begin);
  return true;
}

bool
trp_components_keep_largest (uint8_t *mask, const size_t size[3], GError **error)
{
  g_auto (TrpRuns) runs = { 0 };
  g_autofree bool *choice = NULL;

  if (find_runs (&runs, mask, size, true, TRP_RUNS_CORNERS, error))
    choice = trp_runs_find_others (&runs, error);
  return paint (&runs, choice, 0, mask);
}

bool
trp_components_remove_small (uint8_t *mask, const size_t size[3], size_t n_least, GError **error)
{
  g_auto (TrpRuns) runs = { 0 };
  g_autofree bool *choice = NULL;

  if (find_runs (&runs, mask, size, true, TRP_RUNS_CORNERS, error))
    choice = trp_runs_find_small (&runs, n_least, error);
  return paint (&runs, choice, 0, mask);
}

bool
trp_components_fill_holes (uint8_t *mask, const size_t size[3], GError **error)
{
  const bool has_edges[3] = { size[0] > 1, size[1] > 1, size[2] > 1 };
  g_auto (TrpRuns) runs = { 0 };
  g_autofree bool *choice = NULL;

  if (find_runs (&runs, mask, size, false, TRP_RUNS_FACES, error))
    choice = trp_runs_find_holes (&runs, has_edges, error);
  return paint (&runs, choice, 1, mask);
}
