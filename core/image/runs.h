/* runs.h - connected parts of a binary image, by stretches of equal voxels along i
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows are added in the order of voxels (j, then k), either those of set or those of unset voxels;
 * then runs that touch are joined. The root of a part is its first run, so results do not depend on
 * any order of work. One thread; memory is 12 bytes per run and 8 per row.
 *
 * Errors of all: TRP_ERROR_LIMIT for want of memory.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Voxels begin..end-1 of one row; @parent is an earlier run of the same part, its own for a root.
 */
typedef struct
{
  uint32_t parent, begin, end;
} TrpRun;

/**
 * TrpRuns: row j + size[1] k has the runs starts[row] to starts[row + 1] - 1; begin with
 * trp_runs_init()
 */
typedef struct
{
  size_t size[3];
  TrpRun *runs;
  size_t *starts;
  size_t n_rows, n_runs, n_allocated;
} TrpRuns;

/* What touches: voxels with a common face, or with a common face, edge or corner. */
typedef enum
{
  TRP_RUNS_FACES,
  TRP_RUNS_CORNERS,
} TrpRunsTouch;

bool trp_runs_init (TrpRuns *self, const size_t size[3], GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_runs_clear (TrpRuns *self);

/* The next row, of bits (NULL: none is set) or of bytes (anything but 0 is set): its stretches
 * that are @set. */
bool trp_runs_add_bits (TrpRuns *self, const uint64_t *row, bool set, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
bool trp_runs_add_bytes (TrpRuns *self, const uint8_t *row, bool set, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

void trp_runs_join (TrpRuns *self, TrpRunsTouch touch);

/* For each run whether it belongs to a part that is not the largest (of equal ones the first
 * counts as that); to one of fewer than @n_least voxels; to one that reaches no edge of the grid
 * along the axes that have edges. (transfer full) */
bool *trp_runs_find_others (TrpRuns *self, GError **error);
bool *trp_runs_find_small (TrpRuns *self, size_t n_least, GError **error);
bool *trp_runs_find_holes (TrpRuns *self, const bool has_edges[3], GError **error);

/* For each run the number of its part, by size: 0 the largest, of equal ones the first in the order
 * of voxels before the others. (transfer full) */
uint32_t *trp_runs_rank_parts (TrpRuns *self, size_t *out_n_parts, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpRuns, trp_runs_clear)

G_END_DECLS
