/* bench-viewer.c - our own work for one slice change in nine linked panes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Budget of the design: 8 ms for 512 x 512 x 300 int16 with overlays; a brush event to its finished
 * outline 4 ms (disc of 20 mm) and 16 ms (ball of 15 mm). Prints, never asserts. Processor time.
 */

#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/slice-view.h"

#include <stdio.h>
#include <time.h>

#define N_SIDE 512
#define N_SLICES 300
#define WIDTH 334
#define HEIGHT 300
#define N_FRAMES 40

static TrpVolume *
make_volume (const TrpGeometry *geometry, int seed)
{
  const size_t n = trp_geometry_count_voxels (geometry);
  int16_t *voxels = g_new (int16_t, n);
  g_autoptr (GBytes) bytes = g_bytes_new_take (voxels, n * sizeof *voxels);

  for (size_t v = 0; v < n; v++)
    voxels[v] = (int16_t) ((v * 2654435761u + (size_t) seed) >> 7 & 0x7ff);
  return trp_volume_new (geometry, TRP_VOXEL_I16, bytes, 1, -1024, NULL, NULL);
}

static TrpStructureSet *
make_structures (const TrpGeometry *geometry)
{
  TrpStructureSet *set = trp_structure_set_new ("reading", geometry);

  for (int s = 0; s < 4; s++)
    {
      const double cx = 150 + 70 * s, cy = 256, cz = 150, r = 40 + 10 * s;
      TrpMask *mask = trp_mask_new (geometry);
      g_autofree char *name = g_strdup_printf ("Organ %d", s);
      g_autoptr (TrpStructure) structure = NULL;

      for (int k = (int) (cz - r); k < cz + r; k++)
        for (int j = (int) (cy - r); j < cy + r; j++)
          for (int i = (int) (cx - r); i < cx + r; i++)
            if ((i - cx) * (i - cx) + (j - cy) * (j - cy) + (k - cz) * (k - cz) < r * r)
              trp_mask_set (mask, (size_t) i, (size_t) j, (size_t) k, true);
      structure = trp_structure_new (name, trp_color_get_default ((size_t) s), mask);
      trp_structure_set_append (set, structure);
    }
  return set;
}

typedef struct
{
  TrpDocument *document;
  TrpViewState *states[TRP_N_ORIENTATIONS];
  TrpSliceView *views[9];
} Panes;

/* Of all threads: what the work costs on a machine that does other things as well. */
static double
get_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * (double) now.tv_sec + 1e-6 * (double) now.tv_nsec;
}

static int
compare (const void *a, const void *b)
{
  return *(const double *) a < *(const double *) b ? -1 : 1;
}

/* Milliseconds of the nodes of all panes. */
static double
measure (Panes *panes)
{
  const double start = get_cpu_ms ();

  for (int n = 0; n < 9; n++)
    gsk_render_node_unref (trp_slice_view_make_node (panes->views[n], WIDTH, HEIGHT));
  return get_cpu_ms () - start;
}

static void
print_times (const char *what, double *times, int n)
{
  qsort (times, (size_t) n, sizeof *times, compare);
  printf ("%-44s median %6.2f ms, worst %6.2f ms\n", what, times[n / 2], times[n - 1]);
}

static void
bench_slices (Panes *panes)
{
  double times[N_FRAMES];

  for (int frame = 0; frame < N_FRAMES; frame++)
    {
      trp_document_set_cursor (panes->document,
                               trp_vec3 (100 + frame, 110 + frame, 120 + 2 * frame));
      times[frame] = measure (panes);
    }
  print_times ("slice change, nine panes (all three planes)", times, N_FRAMES);
  for (int frame = 0; frame < N_FRAMES; frame++)
    {
      trp_document_set_cursor (panes->document, trp_vec3 (100, 110, 120 + 2 * frame));
      times[frame] = measure (panes);
    }
  print_times ("wheel, nine panes (axial slice changes)", times, N_FRAMES);
}

static void
bench_brush (Panes *panes, bool ball, double radius_mm)
{
  TrpToolSettings tool = *trp_document_get_tool (panes->document);
  double times[N_FRAMES];

  tool.kind = TRP_TOOL_BRUSH;
  tool.shape = ball ? TRP_BRUSH_BALL : TRP_BRUSH_DISC;
  tool.radius_mm = radius_mm;
  tool.over = TRP_PAINT_OVER_ALL;
  trp_document_set_tool (panes->document, &tool);
  trp_document_set_cursor (panes->document, trp_vec3 (120, 150, 150));
  if (!trp_document_begin_stroke (panes->document, TRP_ROLE_CT, &trp_test_axial,
                                  trp_vec3 (80, 150, 150)))
    return;
  measure (panes);
  for (int frame = 0; frame < N_FRAMES; frame++)
    {
      const double start = get_cpu_ms ();

      trp_document_extend_stroke (panes->document, trp_vec3 (80 + 2 * frame, 150, 150));
      gsk_render_node_unref (trp_slice_view_make_node (panes->views[0], WIDTH, HEIGHT));
      times[frame] = get_cpu_ms () - start;
    }
  trp_document_cancel_stroke (panes->document);
  print_times (ball ? "brush event to outline, ball" : "brush event to outline, disc", times,
               N_FRAMES);
}

int
main (void)
{
  const size_t size[3] = { N_SIDE, N_SIDE, N_SLICES };
  const double spacing[3] = { 0.6, 0.6, 1 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpDisplay display = { { 400, 40, false, false }, false };
  Panes panes = { .document = trp_document_new () };
  g_autoptr (TrpStructureSet) set = NULL;

  if (!gtk_init_check ())
    {
      printf ("no display: skipped\n");
      return 77;
    }
  set = make_structures (&geometry);
  for (int role = 0; role < 3; role++)
    {
      g_autoptr (TrpVolume) volume = make_volume (&geometry, role);

      trp_document_set_volume (panes.document, (TrpRole) role, volume, &display);
    }
  trp_document_add_reading (panes.document, set);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      panes.states[n] = trp_view_state_new ((TrpOrientation) n);
      trp_view_state_set_fit_geometry (panes.states[n], &geometry);
      for (int role = 0; role < 3; role++)
        panes.views[3 * n + role] = g_object_ref_sink (
          TRP_SLICE_VIEW (trp_slice_view_new (panes.document, (TrpRole) role, panes.states[n])));
    }
  bench_slices (&panes);
  bench_brush (&panes, false, 20);
  bench_brush (&panes, true, 15);
  for (int n = 0; n < 9; n++)
    g_object_unref (panes.views[n]);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    g_object_unref (panes.states[n]);
  g_object_unref (panes.document);
  return 0;
}
