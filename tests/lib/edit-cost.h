/* edit-cost.h - what a tool costs: time, words changed, bytes asked for
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A snapshot is held while the tool works, as workers do: so each slice that it writes for the
 * first time is copied once. That is the one cost that follows the size of a slice (one bit per
 * voxel); it is counted apart, as are lists of planes (8 bytes per slice of the grid), which every
 * copy of a mask has.
 */

#pragma once

#include "tests/lib/allocations.h"
#include "tests/lib/edit-tools.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_TEST_PRESS,
  TRP_TEST_EVENT,
  TRP_TEST_RELEASE,
  TRP_TEST_COUNTS, /* of live numbers: Dice from the words that the step changed */
  TRP_TEST_UNDO,
  TRP_TEST_REDO,
  TRP_TEST_N_PHASES,
} TrpTestPhase;

/**
 * TrpTestCost: of one phase
 * @ms: the median event's time
 * @worst_ms: the longest
 * @bytes: asked for in all events together, without planes and lists
 * @n_planes, @n_lists: blocks of those sizes
 */
typedef struct
{
  double ms, worst_ms;
  size_t bytes, n_planes, n_lists;
} TrpTestCost;

/**
 * TrpTestEditCost:
 * @n_words: in the patches of the step
 * @step_bytes: that it keeps in the history
 */
typedef struct
{
  TrpTestCost phases[TRP_TEST_N_PHASES];
  size_t n_words, step_bytes;
} TrpTestEditCost;

const char *trp_test_phase_get_name (TrpTestPhase phase);

/* The step is undone at the end: the scene is as before. */
TrpTestEditCost trp_test_measure_tool (TrpTestScene *scene, const TrpTestTool *tool);
/* Phase PRESS is the worker, RELEASE is taking the result over. */
TrpTestEditCost trp_test_measure_operation (TrpTestScene *scene, const TrpTestOperation *operation);

G_END_DECLS
