/* edit-cost.c - see edit-cost.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/edit-cost.h"

#include "core/metrics/live.h"
#include "tests/lib/sessions.h"

#include <stdlib.h>

#define MAX_EVENTS 1000

/* Of mask.c: a plane is a count of references, then its words. */
#define PLANE_HEAD sizeof (uint64_t)

/* One phase under the clock. */
typedef struct
{
  size_t plane_bytes, list_bytes;
  double ms[MAX_EVENTS];
  size_t n_events;
  gint64 start_us;
} Clock;

const char *
trp_test_phase_get_name (TrpTestPhase phase)
{
  static const char *const names[] = { "press", "event", "release", "counts", "undo", "redo" };

  return names[phase];
}

static void
clock_begin (Clock *self, const TrpGeometry *geometry)
{
  g_autoptr (TrpMask) mask = trp_mask_new (geometry);

  self->plane_bytes = PLANE_HEAD +
                      trp_mask_get_words_per_row (mask) * geometry->size[1] * sizeof (uint64_t);
  self->list_bytes = geometry->size[2] * sizeof (void *);
  self->n_events = 0;
  trp_test_allocations_begin (self->plane_bytes, self->list_bytes);
  self->start_us = g_get_monotonic_time ();
}

static void
clock_lap (Clock *self)
{
  const gint64 now_us = g_get_monotonic_time ();

  g_assert (self->n_events < MAX_EVENTS);
  self->ms[self->n_events++] = (double) (now_us - self->start_us) / 1000;
  self->start_us = g_get_monotonic_time ();
}

static int
compare_doubles (const void *a, const void *b)
{
  const double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

static TrpTestCost
clock_end (Clock *self)
{
  const TrpTestAllocations all = trp_test_allocations_end ();
  TrpTestCost cost = {
    .bytes = all.bytes - all.n_planes * self->plane_bytes - all.n_lists * self->list_bytes,
    .n_planes = all.n_planes,
    .n_lists = all.n_lists,
  };

  if (self->n_events == 0)
    return cost;
  qsort (self->ms, self->n_events, sizeof *self->ms, compare_doubles);
  cost.ms = self->ms[self->n_events / 2];
  cost.worst_ms = self->ms[self->n_events - 1];
  return cost;
}

/* ---- what every step is asked ---- */

static void
weigh_step (const TrpTestScene *scene, TrpTestEditCost *out_cost)
{
  const TrpHistory *history = trp_edit_session_peek_history (scene->session);
  const TrpEditStep *step = trp_history_get (history, trp_history_get_position (history) - 1);

  out_cost->step_bytes = trp_edit_step_get_bytes (step);
  for (size_t n = 0; n < trp_edit_step_get_size (step); n++)
    if (trp_edit_step_get (step, n)->kind == TRP_EDIT_VOXELS)
      out_cost->n_words += trp_patch_count_words (trp_edit_step_get (step, n)->patch);
}

/* Against the organ nearby. */
static void
update_counts (TrpTestScene *scene, size_t target, TrpLiveMetrics *counts)
{
  const TrpHistory *history = trp_edit_session_peek_history (scene->session);
  const TrpEditStep *step = trp_history_get (history, trp_history_get_position (history) - 1);

  for (size_t n = 0; n < trp_edit_step_get_size (step); n++)
    {
      const TrpEditRecord *record = trp_edit_step_get (step, n);

      if (record->kind == TRP_EDIT_VOXELS &&
          record->structure == trp_test_session_get (scene->session, target))
        trp_live_metrics_update (counts, trp_structure_peek_mask (record->structure),
                                 record->patch);
    }
}

static void
measure_step (TrpTestScene *scene,
              size_t target,
              TrpLiveMetrics *counts,
              Clock *clock,
              TrpTestEditCost *out_cost)
{
  weigh_step (scene, out_cost);
  clock_begin (clock, &scene->geometry);
  update_counts (scene, target, counts);
  clock_lap (clock);
  out_cost->phases[TRP_TEST_COUNTS] = clock_end (clock);
  clock_begin (clock, &scene->geometry);
  g_assert_true (trp_edit_session_undo (scene->session));
  clock_lap (clock);
  out_cost->phases[TRP_TEST_UNDO] = clock_end (clock);
  clock_begin (clock, &scene->geometry);
  g_assert_true (trp_edit_session_redo (scene->session));
  clock_lap (clock);
  out_cost->phases[TRP_TEST_REDO] = clock_end (clock);
  trp_edit_session_undo (scene->session);
}

static TrpLiveMetrics *
new_counts (const TrpTestScene *scene, size_t target)
{
  TrpLiveReference *reference = trp_live_reference_new (
    trp_test_session_get_mask (scene->session, 2), NULL);
  TrpLiveMetrics *counts = trp_live_metrics_new (trp_test_session_get_mask (scene->session, target),
                                                 reference, NULL);

  trp_live_reference_unref (reference);
  return counts;
}

/* ---- tools and operations ---- */

static void
run_tool (TrpTestScene *scene, const TrpTestTool *tool, Clock *clock, TrpTestEditCost *out_cost)
{
  clock_begin (clock, &scene->geometry);
  tool->press (scene);
  clock_lap (clock);
  out_cost->phases[TRP_TEST_PRESS] = clock_end (clock);
  clock_begin (clock, &scene->geometry);
  for (int event = 1; event <= tool->n_events; event++)
    {
      tool->move (scene, event);
      clock_lap (clock);
    }
  out_cost->phases[TRP_TEST_EVENT] = clock_end (clock);
  if (!tool->release)
    return;
  clock_begin (clock, &scene->geometry);
  tool->release (scene);
  clock_lap (clock);
  out_cost->phases[TRP_TEST_RELEASE] = clock_end (clock);
}

TrpTestEditCost
trp_test_measure_tool (TrpTestScene *scene, const TrpTestTool *tool)
{
  g_autoptr (TrpStructureSet) snapshot = trp_edit_session_snapshot (scene->session);
  g_autoptr (TrpLiveMetrics) counts = new_counts (scene, tool->target);
  g_autofree Clock *clock = g_new0 (Clock, 1);
  TrpTestEditCost cost = { 0 };

  run_tool (scene, tool, clock, &cost);
  measure_step (scene, tool->target, counts, clock, &cost);
  return cost;
}

TrpTestEditCost
trp_test_measure_operation (TrpTestScene *scene, const TrpTestOperation *operation)
{
  g_autoptr (TrpStructureSet) snapshot = trp_edit_session_snapshot (scene->session);
  g_autoptr (TrpLiveMetrics) counts = new_counts (scene, operation->target);
  g_autofree Clock *clock = g_new0 (Clock, 1);
  g_autoptr (TrpMask) result = NULL;
  TrpTestEditCost cost = { 0 };

  clock_begin (clock, &scene->geometry);
  result = operation->compute (scene);
  clock_lap (clock);
  cost.phases[TRP_TEST_PRESS] = clock_end (clock);
  g_assert_nonnull (result);
  clock_begin (clock, &scene->geometry);
  g_assert_true (trp_edit_session_replace_mask (
    scene->session, operation->name, trp_test_session_get (scene->session, operation->target),
    result, TRP_ORIGIN_SEMIAUTOMATIC, NULL, NULL));
  clock_lap (clock);
  cost.phases[TRP_TEST_RELEASE] = clock_end (clock);
  measure_step (scene, operation->target, counts, clock, &cost);
  return cost;
}
