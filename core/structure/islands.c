/* islands.c - see islands.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/islands.h"

#include "core/image/runs.h"

#include <math.h>

/* Spacings are written with seven digits in some files: a part of just the least volume stays. */
#define VOLUME_SLACK 1e-6

/* The mask's box, widened to whole words along i. */
typedef struct
{
  TrpRuns runs;
  TrpBox box;
  size_t first_word;
} Parts;

static void
parts_clear (Parts *self)
{
  trp_runs_clear (&self->runs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static bool
find_parts (Parts *self, const TrpMask *mask, bool set, TrpRunsTouch touch, GError **error)
{
  const TrpBox box = trp_mask_get_box (mask);
  const size_t words_per_row = trp_mask_get_words_per_row (mask);
  const size_t size[3] = { box.end[0] - box.begin[0] / 64 * 64, box.end[1] - box.begin[1],
                           box.end[2] - box.begin[2] };

  self->box = box;
  self->first_word = box.begin[0] / 64;
  if (!trp_runs_init (&self->runs, size, error))
    return false;
  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    {
      const uint64_t *words = trp_mask_peek_slice (mask, k);

      for (size_t j = box.begin[1]; j < box.end[1]; j++)
        if (!trp_runs_add_bits (
              &self->runs, words ? words + j * words_per_row + self->first_word : NULL, set, error))
          return false;
    }
  trp_runs_join (&self->runs, touch);
  return true;
}

static void
write_run (uint64_t *row, size_t begin, size_t end, bool value)
{
  while (begin < end)
    {
      const size_t stop = MIN (end, (begin / 64 + 1) * 64);
      const uint64_t bits = ~(uint64_t) 0 >> (64 - (stop - begin)) << begin % 64;

      if (value)
        row[begin / 64] |= bits;
      else
        row[begin / 64] &= ~bits;
      begin = stop;
    }
}

static void
paint_run (const Parts *self, size_t row, const TrpRun *run, bool value, TrpMask *out)
{
  const size_t j = self->box.begin[1] + row % self->runs.size[1];
  const size_t k = self->box.begin[2] + row / self->runs.size[1];
  uint64_t *words = trp_mask_write_slice (out, k) + j * trp_mask_get_words_per_row (out);

  write_run (words + self->first_word, run->begin, run->end, value);
}

/* A copy of @mask where the chosen runs have @value; NULL where there is no choice. */
static TrpMask *
paint_chosen (
  const Parts *self, const bool *choice, bool value, const TrpMask *mask, TrpIslands *out_islands)
{
  const TrpRuns *runs = &self->runs;
  TrpIslands islands = { 0 };
  TrpMask *out;

  if (!choice)
    return NULL;
  out = trp_mask_copy (mask);
  for (size_t row = 0; row < runs->n_rows; row++)
    for (size_t n = runs->starts[row]; n < runs->starts[row + 1]; n++)
      if (choice[n])
        {
          islands.n_parts += runs->runs[n].parent == n;
          islands.n_voxels += runs->runs[n].end - runs->runs[n].begin;
          paint_run (self, row, &runs->runs[n], value, out);
        }
  trp_mask_trim (out);
  *out_islands = islands;
  return out;
}

TrpMask *
trp_islands_keep_largest (const TrpMask *mask, TrpIslands *out_islands, GError **error)
{
  g_auto (Parts) parts = { 0 };
  g_autofree bool *choice = NULL;

  if (find_parts (&parts, mask, true, TRP_RUNS_CORNERS, error))
    choice = trp_runs_find_others (&parts.runs, error);
  return paint_chosen (&parts, choice, false, mask, out_islands);
}

TrpMask *
trp_islands_remove_small (const TrpMask *mask,
                          double least_ml,
                          TrpIslands *out_islands,
                          GError **error)
{
  const double voxel_ml = trp_geometry_get_voxel_volume (trp_mask_get_geometry (mask)) / 1000;
  g_auto (Parts) parts = { 0 };
  g_autofree bool *choice = NULL;

  if (find_parts (&parts, mask, true, TRP_RUNS_CORNERS, error))
    choice = trp_runs_find_small (
      &parts.runs, (size_t) ceil (MIN (least_ml / voxel_ml * (1 - VOLUME_SLACK), 1e15)), error);
  return paint_chosen (&parts, choice, false, mask, out_islands);
}

TrpMask *
trp_islands_fill_holes (const TrpMask *mask, TrpIslands *out_islands, GError **error)
{
  /* From a face of the box a way leads straight to the edge of the grid. */
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const bool has_edges[3] = { size[0] > 1, size[1] > 1, size[2] > 1 };
  g_auto (Parts) parts = { 0 };
  g_autofree bool *choice = NULL;

  if (find_parts (&parts, mask, false, TRP_RUNS_FACES, error))
    choice = trp_runs_find_holes (&parts.runs, has_edges, error);
  return paint_chosen (&parts, choice, true, mask, out_islands);
}

GPtrArray *
trp_islands_split (const TrpMask *mask, size_t n_most, GError **error)
{
  g_auto (Parts) parts = { 0 };
  const TrpRuns *runs = &parts.runs;
  g_autofree uint32_t *ranks = NULL;
  g_autoptr (GPtrArray) masks = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_mask_free);
  size_t n_parts;

  if (find_parts (&parts, mask, true, TRP_RUNS_CORNERS, error))
    ranks = trp_runs_rank_parts (&parts.runs, &n_parts, error);
  if (!ranks)
    return NULL;
  if (n_parts > n_most)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "There are %zu parts and at most %zu become structures; remove small ones first",
                   n_parts, n_most);
      return NULL;
    }
  for (size_t n = 0; n < n_parts; n++)
    g_ptr_array_add (masks, trp_mask_new (trp_mask_get_geometry (mask)));
  for (size_t row = 0; row < runs->n_rows; row++)
    for (size_t n = runs->starts[row]; n < runs->starts[row + 1]; n++)
      paint_run (&parts, row, &runs->runs[n], true, masks->pdata[ranks[n]]);
  return g_steal_pointer (&masks);
}
