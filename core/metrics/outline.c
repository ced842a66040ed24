/* outline.c - see outline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both steps join runs: stretches of equal voxels along i. Runs that touch are put into one tree
 * (union-find); the root is always the first run, so results do not depend on any order of work.
 */

#include "core/metrics/outline.h"

#include "core/base/parallel.h"

#include <string.h>

/* Voxels begin..end-1 of one row; @parent is an index, its own for a root. */
typedef struct
{
  uint32_t parent;
  uint16_t begin, end;
} RunOfVoxels;

/* Rows one after the other: row n has the runs starts[n] to starts[n + 1] - 1. */
typedef struct
{
  GArray *runs;
  size_t *starts;
} Runs;

typedef struct
{
  const TrpImagePair *pair;
  int which;
  double threshold;
  TrpMask *mask;
  uint64_t **slices;
} Threshold;

static RunOfVoxels *
get_run (const Runs *self, size_t n)
{
  return &g_array_index (self->runs, RunOfVoxels, n);
}

static uint32_t
find_root (const Runs *self, size_t n)
{
  uint32_t root = (uint32_t) n;

  while (get_run (self, root)->parent != root)
    {
      RunOfVoxels *run = get_run (self, root);

      run->parent = get_run (self, run->parent)->parent;
      root = run->parent;
    }
  return root;
}

static void
join (const Runs *self, size_t a, size_t b)
{
  const uint32_t root_a = find_root (self, a), root_b = find_root (self, b);

  get_run (self, MAX (root_a, root_b))->parent = MIN (root_a, root_b);
}

/* First position from @i on where the row is (is not) set, or @size. */
static size_t
find_bit (const uint64_t *row, size_t size, size_t i, bool set)
{
  while (i < size)
    {
      const uint64_t left = (set ? row[i / 64] : ~row[i / 64]) >> (i % 64);

      if (left)
        return MIN (i + (size_t) __builtin_ctzll (left), size);
      i = (i / 64 + 1) * 64;
    }
  return size;
}

static void
add_row (Runs *self, const uint64_t *row, size_t size, bool set)
{
  size_t i = row ? find_bit (row, size, 0, set) : set ? size : 0;

  while (i < size)
    {
      const size_t end = row ? find_bit (row, size, i, !set) : size;
      const RunOfVoxels run = { (uint32_t) self->runs->len, (uint16_t) i, (uint16_t) end };

      g_array_append_val (self->runs, run);
      i = row ? find_bit (row, size, end, set) : size;
    }
}

/* Joins the runs of two rows that lie side by side. */
static void
join_rows (const Runs *self, size_t row_a, size_t row_b)
{
  size_t a = self->starts[row_a], b = self->starts[row_b];

  while (a < self->starts[row_a + 1] && b < self->starts[row_b + 1])
    {
      const RunOfVoxels *run_a = get_run (self, a), *run_b = get_run (self, b);
      const bool a_ends_first = run_a->end < run_b->end;

      if (run_a->begin < run_b->end && run_b->begin < run_a->end)
        join (self, a, b);
      if (a_ends_first)
        a++;
      else
        b++;
    }
}

static void
init_runs (Runs *self, size_t n_rows)
{
  self->runs = g_array_new (FALSE, FALSE, sizeof (RunOfVoxels));
  self->starts = g_new0 (size_t, n_rows + 1);
}

static void
clear_runs (Runs *self)
{
  g_array_unref (self->runs);
  g_free (self->starts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Runs, clear_runs)

static void
threshold_slices (size_t begin, size_t end, void *data)
{
  const Threshold *self = data;
  const size_t *size = self->pair->size;
  const size_t n_words = trp_mask_get_words_per_row (self->mask);
  g_autofree double *values = g_new (double, size[0] * size[1]);

  for (size_t k = begin; k < end; k++)
    {
      trp_image_pair_copy_slice (self->pair, self->which, k, values);
      for (size_t j = 0; j < size[1]; j++)
        for (size_t i = 0; i < size[0]; i++)
          self->slices[k][j * n_words + i / 64] |=
            (uint64_t) (values[i + size[0] * j] > self->threshold) << (i % 64);
    }
}

/* Planes are made before the loop: a mask is written by one thread, its words by any. */
static TrpMask *
new_above (const TrpImagePair *pair, int which, double threshold)
{
  TrpMask *mask = trp_mask_new (trp_volume_get_geometry (pair->images[which]));
  g_autofree uint64_t **slices = g_new (uint64_t *, pair->size[2]);

  for (size_t k = 0; k < pair->size[2]; k++)
    slices[k] = trp_mask_write_slice (mask, k);
  trp_parallel_for (pair->size[2], 1, threshold_slices,
                    &(Threshold){ pair, which, threshold, mask, slices });
  return mask;
}

static void
fill_run (TrpMask *mask, size_t k, size_t j, const RunOfVoxels *run, bool value)
{
  uint64_t *row = trp_mask_write_slice (mask, k) + j * trp_mask_get_words_per_row (mask);

  for (size_t i = run->begin; i < run->end; i++)
    {
      const uint64_t bit = (uint64_t) 1 << (i % 64);

      row[i / 64] = value ? row[i / 64] | bit : row[i / 64] & ~bit;
    }
}

/* The first of the largest parts. */
static uint32_t
find_largest (const Runs *self)
{
  g_autofree size_t *counts = g_new0 (size_t, self->runs->len);
  uint32_t largest = 0;

  for (size_t n = 0; n < self->runs->len; n++)
    counts[find_root (self, n)] += (size_t) (get_run (self, n)->end - get_run (self, n)->begin);
  for (size_t n = 0; n < self->runs->len; n++)
    if (counts[n] > counts[largest])
      largest = (uint32_t) n;
  return largest;
}

static void
keep_largest (TrpMask *mask)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const size_t n_words = trp_mask_get_words_per_row (mask), n_rows = size[1] * size[2];
  g_auto (Runs) runs = { 0 };
  uint32_t largest;

  init_runs (&runs, n_rows);
  for (size_t row = 0; row < n_rows; row++)
    {
      const uint64_t *slice = trp_mask_peek_slice (mask, row / size[1]);

      add_row (&runs, slice ? slice + row % size[1] * n_words : NULL, size[0], true);
      runs.starts[row + 1] = runs.runs->len;
    }
  if (runs.runs->len == 0)
    return;
  for (size_t row = 0; row < n_rows; row++)
    {
      if (row % size[1] > 0)
        join_rows (&runs, row, row - 1);
      if (row >= size[1])
        join_rows (&runs, row, row - size[1]);
    }
  largest = find_largest (&runs);
  for (size_t row = 0; row < n_rows; row++)
    for (size_t n = runs.starts[row]; n < runs.starts[row + 1]; n++)
      if (find_root (&runs, n) != largest)
        fill_run (mask, row / size[1], row % size[1], get_run (&runs, n), false);
}

static bool
touches_edge (const RunOfVoxels *run, size_t j, const size_t size[3])
{
  return j == 0 || j + 1 == size[1] || run->begin == 0 || run->end == size[0];
}

static void
fill_holes (TrpMask *mask, size_t k)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const uint64_t *slice = trp_mask_peek_slice (mask, k);
  const size_t n_words = trp_mask_get_words_per_row (mask);
  g_auto (Runs) runs = { 0 };
  g_autofree bool *outside = NULL;

  init_runs (&runs, size[1]);
  for (size_t j = 0; j < size[1]; j++)
    {
      add_row (&runs, slice ? slice + j * n_words : NULL, size[0], false);
      runs.starts[j + 1] = runs.runs->len;
      if (j > 0)
        join_rows (&runs, j, j - 1);
    }
  outside = g_new0 (bool, runs.runs->len);
  for (size_t j = 0; j < size[1]; j++)
    for (size_t n = runs.starts[j]; n < runs.starts[j + 1]; n++)
      if (touches_edge (get_run (&runs, n), j, size))
        outside[find_root (&runs, n)] = true;
  for (size_t j = 0; j < size[1]; j++)
    for (size_t n = runs.starts[j]; n < runs.starts[j + 1]; n++)
      if (!outside[find_root (&runs, n)])
        fill_run (mask, k, j, get_run (&runs, n), true);
}

TrpMask *
trp_outline_mask_new (const TrpImagePair *pair, int which, double threshold)
{
  TrpMask *mask = new_above (pair, which, threshold);

  keep_largest (mask);
  for (size_t k = 0; k < pair->size[2]; k++)
    fill_holes (mask, k);
  trp_mask_trim (mask);
  return mask;
}
