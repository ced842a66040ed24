/* bench-edit.c - what every editing tool costs at 512 x 512 x 300 and at four times that
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same organ of 400 thousand voxels, the same strokes on the same voxels
 * (tests/lib/edit-tools.h) on both grids. Budgets of the design: from a brush event to the finished
 * texture 4 ms with a disc of 20 mm and 16 ms with a ball of 15 mm, of which this is the voxels'
 * part; Dice after a stroke 1 ms; a journal's record at release 2 ms. All distances after a stroke:
 * bench-live.c. Prints; asserts nothing. That words and bytes do not depend on the grid is tested
 * in test-cost-law.c.
 */

#include "core/base/parallel.h"
#include "core/structure/journal.h"
#include "core/structure/trace.h"
#include "tests/lib/check.h"
#include "tests/lib/edit-cost.h"
#include "tests/lib/sessions.h"

#include <stdio.h>
#include <stdlib.h>

#define N_SIZES 2
#define N_RUNS 7
#define MAX_ROWS 32

static const size_t sizes[N_SIZES][3] = { { 512, 512, 300 }, { 1024, 1024, 300 } };

/* What is measured on one grid. */
typedef struct
{
  size_t plane_bytes;
  TrpTestEditCost tools[MAX_ROWS];
  TrpTestEditCost operations[MAX_ROWS];
  TrpTestEditCost journaled_tools[MAX_ROWS];
  TrpTestEditCost journaled_operations[MAX_ROWS];
  double trace_ms, snapshot_ms, push_ms;
} Results;

static int
compare_doubles (const void *a, const void *b)
{
  const double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

/* The last of @n costs, with the median of all times. */
static TrpTestEditCost
get_median (const TrpTestEditCost *costs, size_t n)
{
  TrpTestEditCost median = costs[n - 1];

  for (int phase = 0; phase < TRP_TEST_N_PHASES; phase++)
    {
      double ms[N_RUNS];

      for (size_t run = 0; run < n; run++)
        ms[run] = costs[run].phases[phase].ms;
      qsort (ms, n, sizeof *ms, compare_doubles);
      median.phases[phase].ms = ms[n / 2];
    }
  return median;
}

static TrpTestEditCost
measure_tool (TrpTestScene *scene, const TrpTestTool *tool)
{
  TrpTestEditCost costs[N_RUNS];

  for (int run = 0; run < N_RUNS; run++)
    costs[run] = trp_test_measure_tool (scene, tool);
  return get_median (costs, N_RUNS);
}

static TrpTestEditCost
measure_operation (TrpTestScene *scene, const TrpTestOperation *operation)
{
  TrpTestEditCost costs[N_RUNS];

  for (int run = 0; run < N_RUNS; run++)
    costs[run] = trp_test_measure_operation (scene, operation);
  return get_median (costs, N_RUNS);
}

static void
measure_journal (TrpTestScene *scene, Results *out_results)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "journal", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpJournal) journal = trp_journal_open (path, NULL, &error);

  g_assert_no_error (error);
  trp_journal_add_session (journal, scene->session);
  for (size_t n = 0; n < trp_test_n_tools; n++)
    out_results->journaled_tools[n] = measure_tool (scene, &trp_test_tools[n]);
  for (size_t n = 0; n < trp_test_n_operations; n++)
    out_results->journaled_operations[n] = measure_operation (scene, &trp_test_operations[n]);
  g_assert_null (trp_journal_get_failure (journal));
  trp_journal_discard (g_steal_pointer (&journal));
  trp_test_remove_folder (folder);
}

static double
get_middle (double ms[N_RUNS])
{
  qsort (ms, N_RUNS, sizeof *ms, compare_doubles);
  return ms[N_RUNS / 2];
}

/* As when the history is full: the oldest of many steps leaves. */
static double
measure_push (const TrpTestScene *scene)
{
  TrpStructure *structure = trp_test_session_get (scene->session, 0);
  g_autoptr (TrpMask) nothing = trp_mask_new (&scene->geometry);
  g_autoptr (TrpHistory) history = trp_history_new (TRP_HISTORY_DEFAULT_LIMIT);
  double ms[N_RUNS];
  int run = 0;

  while (run < N_RUNS)
    {
      TrpEditStep *step = trp_edit_step_new ("Step");
      gint64 start_us;

      trp_edit_step_add (step, TRP_EDIT_VOXELS, structure)->patch = trp_patch_new_difference (
        nothing, trp_structure_peek_mask (structure));
      start_us = g_get_monotonic_time ();
      trp_history_push (history, step);
      ms[run] = (double) (g_get_monotonic_time () - start_us) / 1000;
      run += trp_history_get_dropped (history) > 0;
    }
  return get_middle (ms);
}

static void
measure_rest (const TrpTestScene *scene, Results *out_results)
{
  const size_t k = (size_t) (scene->center_lps.v[2] / 1.5);
  double trace_ms[N_RUNS], snapshot_ms[N_RUNS];

  for (int run = 0; run < N_RUNS; run++)
    {
      gint64 start_us = g_get_monotonic_time ();

      trp_contours_free (trp_trace_slice (trp_test_session_get_mask (scene->session, 0), 2, k));
      trace_ms[run] = (double) (g_get_monotonic_time () - start_us) / 1000;
      start_us = g_get_monotonic_time ();
      trp_structure_set_unref (trp_edit_session_snapshot (scene->session));
      snapshot_ms[run] = (double) (g_get_monotonic_time () - start_us) / 1000;
    }
  out_results->trace_ms = get_middle (trace_ms);
  out_results->snapshot_ms = get_middle (snapshot_ms);
  out_results->push_ms = measure_push (scene);
}

static void
measure (const size_t size[3], Results *out_results)
{
  g_autoptr (TrpTestScene) scene = trp_test_scene_new (size, 1);
  const TrpMask *organ = trp_test_session_get_mask (scene->session, 0);

  out_results->plane_bytes = trp_mask_get_words_per_row (organ) * size[1] * sizeof (uint64_t);
  printf ("%zu x %zu x %zu: organ of %zu voxels, %d threads\n", size[0], size[1], size[2],
          trp_mask_count (organ), trp_parallel_get_threads ());
  for (size_t n = 0; n < trp_test_n_tools; n++)
    out_results->tools[n] = measure_tool (scene, &trp_test_tools[n]);
  for (size_t n = 0; n < trp_test_n_operations; n++)
    out_results->operations[n] = measure_operation (scene, &trp_test_operations[n]);
  measure_rest (scene, out_results);
  measure_journal (scene, out_results);
}

/* ---- tables ---- */

/* Small grid, large grid, ratio. */
static void
print_pair (double small, double large)
{
  printf (" | %8.3f %8.3f", small, large);
  if (small >= 0.01)
    printf (" %5.2f", large / small);
  else
    printf ("     -"); /* the clock counts whole microseconds */
}

static void
print_phase (const TrpTestEditCost *small, const TrpTestEditCost *large, TrpTestPhase phase)
{
  print_pair (small->phases[phase].ms, large->phases[phase].ms);
}

static void
print_heading (const char *what, const char *const *columns, size_t n_columns)
{
  printf ("\n%-22s", what);
  for (size_t n = 0; n < n_columns; n++)
    printf (" | %-23s", columns[n]);
  printf ("\n");
}

static void
print_tools (const Results *small, const Results *large)
{
  static const char *const columns[] = { "event", "worst event", "press", "release" };

  print_heading ("ms, both grids, ratio", columns, G_N_ELEMENTS (columns));
  for (size_t n = 0; n < trp_test_n_tools; n++)
    {
      const TrpTestEditCost *a = &small->tools[n], *b = &large->tools[n];

      printf ("%-22s", trp_test_tools[n].name);
      print_phase (a, b, TRP_TEST_EVENT);
      print_pair (a->phases[TRP_TEST_EVENT].worst_ms, b->phases[TRP_TEST_EVENT].worst_ms);
      print_phase (a, b, TRP_TEST_PRESS);
      print_phase (a, b, TRP_TEST_RELEASE);
      printf ("%s\n", trp_test_tools[n].waits ? "  (press: of the whole slice)" : "");
    }
}

static void
print_steps (const Results *small, const Results *large)
{
  static const char *const columns[] = { "undo", "redo", "Dice", "release with journal" };

  print_heading ("ms, both grids, ratio", columns, G_N_ELEMENTS (columns));
  for (size_t n = 0; n < trp_test_n_tools; n++)
    {
      printf ("%-22s", trp_test_tools[n].name);
      print_phase (&small->tools[n], &large->tools[n], TRP_TEST_UNDO);
      print_phase (&small->tools[n], &large->tools[n], TRP_TEST_REDO);
      print_phase (&small->tools[n], &large->tools[n], TRP_TEST_COUNTS);
      print_phase (&small->journaled_tools[n], &large->journaled_tools[n], TRP_TEST_RELEASE);
      printf ("\n");
    }
}

static void
print_operations (const Results *small, const Results *large)
{
  static const char *const columns[] = { "in a worker", "taken over", "with journal", "undo",
                                         "Dice" };

  print_heading ("ms, both grids, ratio", columns, G_N_ELEMENTS (columns));
  for (size_t n = 0; n < trp_test_n_operations; n++)
    {
      const TrpTestEditCost *a = &small->operations[n], *b = &large->operations[n];

      printf ("%-22s", trp_test_operations[n].name);
      print_phase (a, b, TRP_TEST_PRESS);
      print_phase (a, b, TRP_TEST_RELEASE);
      print_phase (&small->journaled_operations[n], &large->journaled_operations[n],
                   TRP_TEST_RELEASE);
      print_phase (a, b, TRP_TEST_UNDO);
      print_phase (a, b, TRP_TEST_COUNTS);
      printf ("\n");
    }
}

static void
print_rest (const Results *small, const Results *large)
{
  printf ("\n%-22s", "outline of a slice");
  print_pair (small->trace_ms, large->trace_ms);
  printf ("\n%-22s", "snapshot");
  print_pair (small->snapshot_ms, large->snapshot_ms);
  printf ("\n%-22s", "push to full history");
  print_pair (small->push_ms, large->push_ms);
  printf ("\n");
}

static void
print_law_row (const char *name, const TrpTestEditCost *costs[N_SIZES], TrpTestPhase first)
{
  printf ("%-22s", name);
  for (int s = 0; s < N_SIZES; s++)
    {
      size_t bytes = 0, n_planes = 0;

      for (TrpTestPhase phase = first; phase <= TRP_TEST_RELEASE; phase++)
        {
          bytes += costs[s]->phases[phase].bytes;
          n_planes += costs[s]->phases[phase].n_planes;
        }
      printf (" | %7zu %9zu %10zu %6zu", costs[s]->n_words, costs[s]->step_bytes, bytes, n_planes);
    }
  printf ("\n");
}

static void
print_law (const Results *results)
{
  printf (
    "\nwords changed, bytes kept in the history, bytes asked for from press to release but "
    "for planes,\nplanes made (of %zu and %zu bytes); of livewire and fill without the press, "
    "of operations the\ntaking over alone\n",
    results[0].plane_bytes, results[1].plane_bytes);
  for (size_t n = 0; n < trp_test_n_tools; n++)
    print_law_row (trp_test_tools[n].name,
                   (const TrpTestEditCost *[]){ &results[0].tools[n], &results[1].tools[n] },
                   trp_test_tools[n].waits ? TRP_TEST_EVENT : TRP_TEST_PRESS);
  for (size_t n = 0; n < trp_test_n_operations; n++)
    print_law_row (
      trp_test_operations[n].name,
      (const TrpTestEditCost *[]){ &results[0].operations[n], &results[1].operations[n] },
      TRP_TEST_RELEASE);
}

int
main (int argc, char **argv)
{
  static Results results[N_SIZES];

  trp_test_allocations_init (argv);
  g_assert (trp_test_n_tools <= MAX_ROWS && trp_test_n_operations <= MAX_ROWS);
  for (int s = 0; s < N_SIZES; s++)
    measure (sizes[s], &results[s]);
  print_tools (&results[0], &results[1]);
  print_steps (&results[0], &results[1]);
  print_operations (&results[0], &results[1]);
  print_rest (&results[0], &results[1]);
  print_law (results);
  return 0;
}
