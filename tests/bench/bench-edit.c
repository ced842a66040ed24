/* bench-edit.c - time of a pointer event, of undo and of a snapshot at two sizes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Budgets of the design: 4 ms from a brush event to the finished texture with a 20 mm disc, 16 ms
 * with a ball of 15 mm. Prints; asserts nothing.
 */

#include "core/structure/push.h"
#include "core/structure/smart-brush.h"
#include "core/structure/trace.h"
#include "tests/lib/sessions.h"

#include <stdio.h>
#include <stdlib.h>

#define N_EVENTS 200

typedef struct
{
  double event_ms, worst_ms, release_ms, undo_ms, trace_ms, snapshot_ms;
  size_t words, bytes;
} Times;

static double
get_ms (void)
{
  return (double) g_get_monotonic_time () / 1000;
}

/* A circle of 40 mm radius around @center_lps in the slice's plane. */
static TrpVec3
get_point (TrpVec3 center_lps, int event)
{
  const double angle_rad = 2 * G_PI * event / N_EVENTS;

  return trp_vec3_add (center_lps, trp_vec3 (40 * cos (angle_rad), 40 * sin (angle_rad), 0));
}

static int
compare_doubles (const void *a, const void *b)
{
  const double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

static Times
measure (const size_t size[3], const TrpBrush *brush, const TrpPaintOptions *options)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 0.9, 0.9, 1.5 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 center_lps = trp_vec3 (200, 200, 225);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("bench", &geometry);
  g_autoptr (TrpStructure)
    structure = trp_structure_new ("A", trp_color_get_default (0), trp_mask_new (&geometry));
  g_autoptr (TrpEditSession) session = NULL;
  TrpContours *contours;
  Times times = { 0 };
  double events_ms[N_EVENTS], start;

  trp_structure_set_append (set, structure);
  session = trp_edit_session_new (set);
  /* What a push from inside begins in. */
  trp_test_session_stroke (session, 0, &(TrpBrush){ TRP_BRUSH_BALL, 10, { { 0 } }, { { 0 } } },
                           &(TrpPaintOptions){ 0 }, get_point (center_lps, 0),
                           get_point (center_lps, 0), 0);
  if (!trp_edit_session_begin_stroke (session, "Brush", structure, brush, options,
                                      get_point (center_lps, 0), NULL))
    return times;
  for (int event = 1; event <= N_EVENTS; event++)
    {
      start = get_ms ();
      trp_edit_session_extend_stroke (session, get_point (center_lps, event));
      events_ms[event - 1] = get_ms () - start;
    }
  qsort (events_ms, N_EVENTS, sizeof *events_ms, compare_doubles);
  times.event_ms = events_ms[N_EVENTS / 2];
  times.worst_ms = events_ms[N_EVENTS - 1];
  start = get_ms ();
  trp_edit_session_end_stroke (session);
  times.release_ms = get_ms () - start;
  start = get_ms ();
  contours = trp_trace_slice (trp_structure_peek_mask (structure), 2, 150);
  times.trace_ms = get_ms () - start;
  trp_contours_free (contours);
  start = get_ms ();
  trp_structure_set_unref (trp_edit_session_snapshot (session));
  times.snapshot_ms = get_ms () - start;
  start = get_ms ();
  trp_edit_session_undo (session);
  times.undo_ms = get_ms () - start;
  times.bytes = trp_history_get_bytes (trp_edit_session_peek_history (session));
  times.words = trp_patch_count_words (
    trp_edit_step_get (trp_history_get (trp_edit_session_peek_history (session), 1), 0)->patch);
  return times;
}

/* Smooth, on a grid of its own as a pane's volume may have: 2 mm over the way of the brush. */
static float
get_wave (TrpVec3 point_lps, void *user_data)
{
  return (float) (sin (point_lps.v[0] / 4) * sin (point_lps.v[1] / 4) * cos (point_lps.v[2] / 4));
}

int
main (void)
{
  static const size_t sizes[][3] = { { 512, 512, 300 }, { 1024, 1024, 300 } };
  const TrpGeometry around = trp_geometry_axial ((size_t[]){ 100, 100, 40 }, (double[]){ 2, 2, 2 },
                                                 trp_vec3 (100, 100, 185));
  g_autoptr (TrpVolume) image = trp_test_volume_new (&around, get_wave, NULL);
  const TrpPaintOptions plain = { .over = TRP_PAINT_OVER_ALL };
  const TrpPaintOptions smart = { .over = TRP_PAINT_OVER_ALL,
                                  .maker = &trp_smart_brush,
                                  .image = image };
  const TrpPaintOptions push = { .over = TRP_PAINT_OVER_ALL, .maker = &trp_push };
  const struct
  {
    const char *name;
    TrpBrush brush;
    const TrpPaintOptions *options;
  } strokes[] = {
    { "disc 20 mm", { TRP_BRUSH_DISC, 20, { { 0, 0, 1 } }, { { 0 } } }, &plain },
    { "disc 20 mm, oblique", { TRP_BRUSH_DISC, 20, { { 0, 0.5, 1 } }, { { 0 } } }, &plain },
    { "square 20 mm", { TRP_BRUSH_SQUARE, 20, { { 0, 0, 1 } }, { { 1, 0, 0 } } }, &plain },
    { "ball 15 mm", { TRP_BRUSH_BALL, 15, { { 0 } }, { { 0 } } }, &plain },
    { "smart disc 20 mm", { TRP_BRUSH_DISC, 20, { { 0, 0, 1 } }, { { 0 } } }, &smart },
    { "smart ball 15 mm", { TRP_BRUSH_BALL, 15, { { 0 } }, { { 0 } } }, &smart },
    { "push disc 20 mm", { TRP_BRUSH_DISC, 20, { { 0, 0, 1 } }, { { 0 } } }, &push },
    { "push ball 15 mm", { TRP_BRUSH_BALL, 15, { { 0 } }, { { 0 } } }, &push },
  };

  for (size_t b = 0; b < G_N_ELEMENTS (strokes); b++)
    {
      Times times[2];

      for (size_t s = 0; s < 2; s++)
        {
          times[s] = measure (sizes[s], &strokes[b].brush, strokes[b].options);
          printf ("%-20s %4zu^2 x %zu: event %.3f ms (median; worst %.3f), release %.3f, undo "
                  "%.3f, trace "
                  "%.3f, snapshot %.3f; %zu words, %zu bytes\n",
                  strokes[b].name, sizes[s][0], sizes[s][2], times[s].event_ms, times[s].worst_ms,
                  times[s].release_ms, times[s].undo_ms, times[s].trace_ms, times[s].snapshot_ms,
                  times[s].words, times[s].bytes);
        }
      printf ("%-20s four times the volume: time x %.2f\n", strokes[b].name,
              times[1].event_ms / times[0].event_ms);
    }
  return 0;
}
