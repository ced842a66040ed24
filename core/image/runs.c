/* runs.c - see runs.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/runs.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

static bool
set_error (GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                       "There is not enough memory to look for the parts of an image");
  return false;
}

bool
trp_runs_init (TrpRuns *self, const size_t size[3], GError **error)
{
  *self = (TrpRuns){ .size = { size[0], size[1], size[2] } };
  self->starts = g_try_new0 (size_t, size[1] * size[2] + 1);
  return self->starts || set_error (error);
}

void
trp_runs_clear (TrpRuns *self)
{
  g_clear_pointer (&self->runs, g_free);
  g_clear_pointer (&self->starts, g_free);
}

static bool
add_run (TrpRuns *self, size_t begin, size_t end, GError **error)
{
  if (self->n_runs == self->n_allocated)
    {
      const size_t n = MAX (2 * self->n_allocated, 64);
      TrpRun *runs = n < G_MAXUINT32 ? g_try_renew (TrpRun, self->runs, n) : NULL;

      if (!runs)
        return set_error (error);
      self->runs = runs;
      self->n_allocated = n;
    }
  self->runs[self->n_runs] = (TrpRun){ (uint32_t) self->n_runs, (uint32_t) begin, (uint32_t) end };
  self->n_runs++;
  return true;
}

/* First position from @i on where the row is (is not) set, or @size. */
static size_t
find_bit (const void *row, size_t size, size_t i, bool set)
{
  const uint64_t *words = row;

  if (!words)
    return set ? size : i;
  while (i < size)
    {
      const uint64_t left = (set ? words[i / 64] : ~words[i / 64]) >> (i % 64);

      if (left)
        return MIN (i + (size_t) __builtin_ctzll (left), size);
      i = (i / 64 + 1) * 64;
    }
  return size;
}

static size_t
find_byte (const void *row, size_t size, size_t i, bool set)
{
  const uint8_t *bytes = row;

  while (i < size && (bytes[i] != 0) != set)
    i++;
  return i;
}

typedef size_t (*Find) (const void *row, size_t size, size_t i, bool set);

static bool
add_row (TrpRuns *self, const void *row, Find find, bool set, GError **error)
{
  const size_t size = self->size[0];
  size_t i = find (row, size, 0, set);

  g_assert (self->n_rows < self->size[1] * self->size[2]);
  while (i < size)
    {
      const size_t end = find (row, size, i, !set);

      if (!add_run (self, i, end, error))
        return false;
      i = find (row, size, end, set);
    }
  self->starts[++self->n_rows] = self->n_runs;
  return true;
}

bool
trp_runs_add_bits (TrpRuns *self, const uint64_t *row, bool set, GError **error)
{
  return add_row (self, row, find_bit, set, error);
}

bool
trp_runs_add_bytes (TrpRuns *self, const uint8_t *row, bool set, GError **error)
{
  return add_row (self, row, find_byte, set, error);
}

/* ---- parts ---- */

static uint32_t
find_root (TrpRun *runs, size_t n)
{
  uint32_t root = (uint32_t) n;

  while (runs[root].parent != root)
    root = runs[root].parent = runs[runs[root].parent].parent;
  return root;
}

static void
join (TrpRun *runs, size_t a, size_t b)
{
  const uint32_t root_a = find_root (runs, a), root_b = find_root (runs, b);

  runs[MAX (root_a, root_b)].parent = MIN (root_a, root_b);
}

/* Joins the runs of two rows that lie side by side; those that meet at a corner with @reach 1. */
static void
join_rows (TrpRuns *self, size_t row_a, size_t row_b, uint32_t reach)
{
  TrpRun *runs = self->runs;
  size_t a = self->starts[row_a], b = self->starts[row_b];

  while (a < self->starts[row_a + 1] && b < self->starts[row_b + 1])
    {
      const bool a_ends_first = runs[a].end < runs[b].end;

      if (runs[a].begin < runs[b].end + reach && runs[b].begin < runs[a].end + reach)
        join (runs, a, b);
      if (a_ends_first)
        a++;
      else
        b++;
    }
}

void
trp_runs_join (TrpRuns *self, TrpRunsTouch touch)
{
  const size_t n_j = self->size[1];
  const uint32_t reach = touch == TRP_RUNS_CORNERS;

  for (size_t row = 0; row < self->n_rows; row++)
    {
      const size_t j = row % n_j;

      if (j > 0)
        join_rows (self, row, row - 1, reach);
      if (row < n_j)
        continue;
      join_rows (self, row, row - n_j, reach);
      if (reach && j > 0)
        join_rows (self, row, row - n_j - 1, reach);
      if (reach && j + 1 < n_j)
        join_rows (self, row, row - n_j + 1, reach);
    }
}

/* (transfer full): at the place of each root, the voxels of its part */
static size_t *
count_parts (TrpRuns *self, GError **error)
{
  size_t *counts = g_try_new0 (size_t, self->n_runs + 1);

  if (!counts)
    set_error (error);
  for (size_t n = 0; counts && n < self->n_runs; n++)
    counts[find_root (self->runs, n)] += self->runs[n].end - self->runs[n].begin;
  return counts;
}

static bool *
new_choice (const TrpRuns *self, GError **error)
{
  bool *choice = g_try_new0 (bool, self->n_runs + 1);

  if (!choice)
    set_error (error);
  return choice;
}

bool *
trp_runs_find_others (TrpRuns *self, GError **error)
{
  g_autofree size_t *counts = count_parts (self, error);
  bool *choice = counts ? new_choice (self, error) : NULL;
  size_t largest = 0;

  if (!choice)
    return NULL;
  for (size_t n = 0; n < self->n_runs; n++)
    if (counts[n] > counts[largest])
      largest = n;
  for (size_t n = 0; n < self->n_runs; n++)
    choice[n] = find_root (self->runs, n) != largest;
  return choice;
}

bool *
trp_runs_find_small (TrpRuns *self, size_t n_least, GError **error)
{
  g_autofree size_t *counts = count_parts (self, error);
  bool *choice = counts ? new_choice (self, error) : NULL;

  for (size_t n = 0; choice && n < self->n_runs; n++)
    choice[n] = counts[find_root (self->runs, n)] < n_least;
  return choice;
}

static bool
is_at_edge (const TrpRuns *self, size_t row, const TrpRun *run, const bool has_edges[3])
{
  const size_t j = row % self->size[1], k = row / self->size[1];

  return (has_edges[0] && (run->begin == 0 || run->end == self->size[0])) ||
         (has_edges[1] && (j == 0 || j + 1 == self->size[1])) ||
         (has_edges[2] && (k == 0 || k + 1 == self->size[2]));
}

bool *
trp_runs_find_holes (TrpRuns *self, const bool has_edges[3], GError **error)
{
  g_autofree bool *is_outside = new_choice (self, error);
  bool *choice = is_outside ? new_choice (self, error) : NULL;

  if (!choice)
    return NULL;
  for (size_t row = 0; row < self->n_rows; row++)
    for (size_t n = self->starts[row]; n < self->starts[row + 1]; n++)
      if (is_at_edge (self, row, &self->runs[n], has_edges))
        is_outside[find_root (self->runs, n)] = true;
  for (size_t n = 0; n < self->n_runs; n++)
    choice[n] = !is_outside[find_root (self->runs, n)];
  return choice;
}

typedef struct
{
  size_t count;
  uint32_t root;
} Part;

static int
compare_parts (const void *a, const void *b)
{
  const Part *one = a, *other = b;

  if (one->count != other->count)
    return one->count > other->count ? -1 : 1;
  return one->root < other->root ? -1 : one->root > other->root;
}

uint32_t *
trp_runs_rank_parts (TrpRuns *self, size_t *out_n_parts, GError **error)
{
  g_autofree size_t *counts = count_parts (self, error);
  g_autofree Part *parts = counts ? g_try_new (Part, self->n_runs + 1) : NULL;
  uint32_t *ranks = parts ? g_try_new (uint32_t, self->n_runs + 1) : NULL;
  size_t n_parts = 0;

  if (!ranks)
    {
      if (counts)
        set_error (error);
      return NULL;
    }
  for (size_t n = 0; n < self->n_runs; n++)
    if (counts[n] > 0)
      parts[n_parts++] = (Part){ counts[n], (uint32_t) n };
  qsort (parts, n_parts, sizeof *parts, compare_parts);
  for (size_t rank = 0; rank < n_parts; rank++)
    ranks[parts[rank].root] = (uint32_t) rank;
  for (size_t n = 0; n < self->n_runs; n++) /* a root stands before its runs */
    ranks[n] = ranks[find_root (self->runs, n)];
  *out_n_parts = n_parts;
  return ranks;
}
