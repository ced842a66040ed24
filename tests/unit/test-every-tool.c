/* test-every-tool.c - a thousand random edits by every tool, through the one gate
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two structures that push each other away, live numbers of both; the counts must be those of a
 * computation from scratch after every edit, the distances to 1e-9. Undo of everything gives the
 * first bits, redo the last.
 */

#include "core/base/rng.h"
#include "core/structure/boolean.h"
#include "core/structure/flood-fill.h"
#include "core/structure/freehand.h"
#include "core/structure/grow-from-seeds.h"
#include "core/structure/interpolate.h"
#include "core/structure/islands.h"
#include "core/structure/livewire.h"
#include "core/structure/margin.h"
#include "core/structure/mirror.h"
#include "core/structure/plane-polygon.h"
#include "core/structure/push.h"
#include "core/structure/scissors.h"
#include "core/structure/slices.h"
#include "core/structure/smart-brush.h"
#include "core/structure/smooth.h"
#include "core/structure/threshold.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "tests/lib/live-numbers.h"
#include "tests/lib/sessions.h"

#include <math.h>

#define N_EDITS 1000
#define EVERY 10 /* edits, distances are compared */

typedef struct
{
  TrpRng rng;
  TrpGeometry geometry;
  TrpVolume *volume;
  TrpEditSession *session;
  TrpLiveReference *references[2];
  TrpLiveMetrics *metrics[2];
  TrpLiveFollower *followers[2];
  TrpMask *first[2];
} Bench;

/* ---- what the hand does ---- */

static double
draw (Bench *self, double low, double high)
{
  return trp_rng_uniform (&self->rng, low, high);
}

static TrpVec3
draw_point (Bench *self)
{
  return trp_test_random_point (&self->rng, &self->geometry);
}

static TrpVec3
draw_direction (Bench *self)
{
  return trp_vec3 (draw (self, -1, 1), draw (self, -1, 1), draw (self, -1, 1) + 0.01);
}

static TrpStructure *
draw_structure (Bench *self)
{
  return trp_test_session_get (self->session, trp_rng_below (&self->rng, 2));
}

static TrpPaintOptions
draw_options (Bench *self)
{
  TrpPaintOptions options = { .erase = trp_rng_below (&self->rng, 2),
                              .over = (TrpPaintOver) trp_rng_below (&self->rng, 3) };

  if (trp_rng_below (&self->rng, 4) == 0)
    {
      options.limit = self->volume;
      options.low = 0;
      options.high = 80;
    }
  return options;
}

/* ---- the tools ---- */

static void
stroke (Bench *self, TrpBrushShape shape, const TrpStencilMaker *maker)
{
  const TrpBrush brush = { shape, draw (self, 0.5, 6), draw_direction (self),
                           draw_direction (self) };
  TrpPaintOptions options = draw_options (self);
  const uint32_t n_events = trp_rng_below (&self->rng, 4);

  options.maker = maker;
  options.image = maker ? self->volume : NULL;
  g_assert_true (trp_edit_session_begin_stroke (self->session, "stroke", draw_structure (self),
                                                &brush, &options, draw_point (self), NULL));
  for (uint32_t n = 0; n < n_events; n++)
    trp_edit_session_extend_stroke (self->session, draw_point (self));
  if (trp_rng_below (&self->rng, 8) == 0)
    trp_edit_session_cancel_stroke (self->session);
  trp_edit_session_end_stroke (self->session);
}

static void
use_disc (Bench *self)
{
  stroke (self, TRP_BRUSH_DISC, NULL);
}

static void
use_ball (Bench *self)
{
  stroke (self, TRP_BRUSH_BALL, NULL);
}

static void
use_square (Bench *self)
{
  stroke (self, TRP_BRUSH_SQUARE, NULL);
}

static void
use_smart_brush (Bench *self)
{
  stroke (self, TRP_BRUSH_BALL, &trp_smart_brush);
}

static void
use_push (Bench *self)
{
  stroke (self, TRP_BRUSH_DISC, &trp_push);
}

/* Paints a stencil, which is taken. */
static void
paint (Bench *self, TrpStructure *structure, TrpPatch *stencil, bool erase)
{
  TrpPaintOptions options = draw_options (self);

  options.erase = erase;
  g_assert_true (
    trp_edit_session_paint (self->session, "paint", structure, stencil, &options, NULL));
  trp_patch_unref (stencil);
}

#define N_CORNERS 7

static void
draw_corners (Bench *self, TrpVec3 *out_points)
{
  const TrpVec3 middle = draw_point (self);

  for (int n = 0; n < N_CORNERS; n++)
    out_points[n] = trp_vec3_add (middle, trp_vec3_scale (draw_direction (self), 8));
}

static void
use_polygon (Bench *self)
{
  TrpVec3 points[N_CORNERS];

  draw_corners (self, points);
  paint (
    self, draw_structure (self),
    trp_plane_polygon_fill (&self->geometry, points[0], draw_direction (self), points, N_CORNERS),
    trp_rng_below (&self->rng, 2));
}

static void
use_freehand (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  const TrpPlane plane = trp_plane_along_grid (
    &self->geometry, (TrpOrientation) trp_rng_below (&self->rng, 3), draw_point (self), false);
  g_autoptr (TrpFreehand) line = trp_freehand_new (trp_structure_peek_mask (structure), &plane);
  TrpVec3 points[N_CORNERS];
  TrpPatch *change;
  bool erase;

  draw_corners (self, points);
  for (int n = 0; n < N_CORNERS; n++)
    trp_freehand_append (line, trp_plane_project (&plane, points[n]));
  change = trp_freehand_compute (line, &erase);
  paint (self, structure, change, erase);
}

static void
use_scissors (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  TrpVec3 points[N_CORNERS];

  draw_corners (self, points);
  const TrpSlab slab = { points[0], trp_vec3_normalize (draw_direction (self)), -INFINITY,
                         draw (self, 0, 20) };

  paint (self, structure,
         trp_scissors_cut (trp_structure_peek_mask (structure), TRP_SCISSORS_CUT_INSIDE, &slab,
                           points, N_CORNERS),
         true);
}

/* A ring of four anchors on a slice of the image; the wire between them. */
static void
use_livewire (Bench *self)
{
  const size_t nx = self->geometry.size[0], ny = self->geometry.size[1],
               k = trp_rng_below (&self->rng, (uint32_t) self->geometry.size[2]);
  static const int offsets[5][2] = { { 0, 0 }, { 9, 2 }, { 10, 9 }, { 1, 10 }, { 0, 0 } };
  const size_t i = trp_rng_below (&self->rng, (uint32_t) nx - 12),
               j = trp_rng_below (&self->rng, (uint32_t) ny - 12);
  const TrpLivewireOptions options = trp_livewire_options_default ();
  const TrpLivewireImage image = { .values = (const float *) g_bytes_get_data (
                                               trp_volume_peek_bytes (self->volume), NULL) +
                                             nx * ny * k,
                                   .width = nx,
                                   .height = ny,
                                   .spacing = { trp_geometry_get_spacing (&self->geometry, 0),
                                                trp_geometry_get_spacing (&self->geometry, 1) },
                                   .high = 200 };
  g_autoptr (TrpLivewireCost) cost = trp_livewire_cost_new (&image, &options, NULL, NULL);
  g_autoptr (TrpContours) contours = trp_contours_new ();

  for (int n = 0; n < 4; n++)
    {
      g_autoptr (TrpLivewireTree) tree = trp_livewire_tree_new (cost, i + (size_t) offsets[n][0],
                                                                j + (size_t) offsets[n][1], NULL);
      g_autoptr (GArray) way = NULL;

      g_assert_true (trp_livewire_tree_grow (tree, SIZE_MAX, NULL, NULL));
      way = trp_livewire_tree_trace (tree, i + (size_t) offsets[n + 1][0],
                                     j + (size_t) offsets[n + 1][1]);
      for (guint p = 1; p < way->len; p++)
        trp_contours_append (contours, g_array_index (way, TrpPoint, p).x,
                             g_array_index (way, TrpPoint, p).y);
    }
  trp_contours_close (contours);
  paint (self, draw_structure (self),
         trp_rasterize_slice (contours, TRP_FILL_NONZERO, &self->geometry, 2, k),
         trp_rng_below (&self->rng, 2));
}

/* Results of jobs. */
static void
replace (Bench *self, TrpStructure *structure, TrpMask *mask)
{
  g_assert_nonnull (mask);
  g_assert_true (trp_edit_session_replace_mask (self->session, "result", structure, mask,
                                                TRP_ORIGIN_SEMIAUTOMATIC, NULL, NULL));
  trp_mask_free (mask);
}

static void
use_flood_fill (Bench *self)
{
  const TrpFloodFill fill = { self->volume, draw (self, 1, 20), trp_rng_below (&self->rng, 2),
                              draw_direction (self) };
  TrpStructure *structure = draw_structure (self);
  g_autoptr (TrpMask) mask = trp_flood_fill (&fill, &self->geometry, draw_point (self), NULL, NULL);

  replace (
    self, structure,
    trp_boolean_combine (TRP_BOOLEAN_UNION, trp_structure_peek_mask (structure), mask, NULL));
}

static void
use_threshold (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  const double low = draw (self, 0, 100);

  replace (
    self, structure,
    trp_threshold (&self->geometry, self->volume, low, low + 40,
                   trp_rng_below (&self->rng, 2) ? trp_structure_peek_mask (structure) : NULL, NULL,
                   NULL));
}

static void
set_at (const Bench *self, TrpMask *mask, TrpVec3 point_lps)
{
  const TrpVec3 at = trp_geometry_ijk_from_lps (&self->geometry, point_lps);
  size_t index[3];

  for (int axis = 0; axis < 3; axis++)
    index[axis] = (size_t) CLAMP (lrint (at.v[axis]), 0, (long) self->geometry.size[axis] - 1);
  trp_mask_set (mask, index[0], index[1], index[2], true);
}

static void
use_seeds (Bench *self)
{
  const TrpGrowth growth = { self->volume, draw (self, 0, 5) };
  g_autoptr (TrpMask) object = trp_mask_new (&self->geometry);
  g_autoptr (TrpMask) background = trp_mask_new (&self->geometry);
  TrpMask *grown;

  for (int n = 0; n < 3; n++)
    {
      set_at (self, object, draw_point (self));
      set_at (self, background, draw_point (self));
    }
  grown = trp_grow_from_seeds (&growth, object, background, NULL, NULL);
  if (grown) /* all object seeds may lie on background seeds */
    replace (self, draw_structure (self), grown);
}

static void
use_margin (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  TrpMargin margin = { .shrinks = trp_rng_below (&self->rng, 2), .flat_axis = -1 };

  for (int side = 0; side < TRP_N_SIDES; side++)
    margin.mm[side] = draw (self, 0, 5);
  replace (self, structure,
           trp_margin_apply (trp_structure_peek_mask (structure), &margin, NULL, NULL, NULL));
}

static void
use_smooth (Bench *self)
{
  TrpStructure *structure = draw_structure (self);

  replace (self, structure,
           trp_smooth_apply (trp_structure_peek_mask (structure), draw (self, 0.5, 3),
                             trp_rng_below (&self->rng, 2) ? 2 : -1, NULL, NULL));
}

static void
use_islands (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  const TrpMask *mask = trp_structure_peek_mask (structure);
  TrpIslands islands;

  replace (self, structure,
           trp_rng_below (&self->rng, 2) ? trp_islands_remove_small (mask, 0.02, &islands, NULL)
                                         : trp_islands_fill_holes (mask, &islands, NULL));
}

static void
use_boolean (Bench *self)
{
  replace (self, trp_test_session_get (self->session, 0),
           trp_boolean_combine ((TrpBoolean) trp_rng_below (&self->rng, TRP_N_BOOLEANS),
                                trp_test_session_get_mask (self->session, 0),
                                trp_test_session_get_mask (self->session, 1), NULL));
}

static void
use_mirror (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  double lost_ml;

  replace (self, structure,
           trp_mirror_apply (trp_structure_peek_mask (structure), draw_point (self).v[0], &lost_ml,
                             NULL, NULL));
}

static void
use_slices (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  const TrpMask *mask = trp_structure_peek_mask (structure);
  const int axis = (int) trp_rng_below (&self->rng, 3);
  const size_t n = self->geometry.size[axis], at = trp_rng_below (&self->rng, (uint32_t) n);

  replace (self, structure,
           trp_rng_below (&self->rng, 2)
             ? trp_slices_put (mask, mask, axis, at, (at + 1) % n, trp_rng_below (&self->rng, 2))
             : trp_slices_clear (mask, axis, at, at));
}

static void
use_interpolation (Bench *self)
{
  TrpStructure *structure = draw_structure (self);
  size_t n_filled;
  TrpMask *filled = trp_interpolate_slices (trp_structure_peek_mask (structure), 2, &n_filled, NULL,
                                            NULL);

  if (filled) /* there may be nothing between drawn slices */
    replace (self, structure, filled);
}

static void
use_undo (Bench *self)
{
  const TrpHistory *history = trp_edit_session_peek_history (self->session);
  const size_t position = trp_history_get_position (history);

  trp_edit_session_go_to (self->session, position - MIN (position, 3));
  if (trp_rng_below (&self->rng, 2))
    trp_edit_session_redo (self->session);
}

static const struct
{
  void (*use) (Bench *self);
  int share; /* strokes are what hands do most */
} tools[] = {
  { use_disc, 6 },     { use_ball, 4 },       { use_square, 4 },        { use_smart_brush, 3 },
  { use_push, 5 },     { use_polygon, 3 },    { use_freehand, 4 },      { use_scissors, 3 },
  { use_livewire, 1 }, { use_flood_fill, 1 }, { use_threshold, 1 },     { use_seeds, 1 },
  { use_margin, 1 },   { use_smooth, 1 },     { use_islands, 1 },       { use_boolean, 1 },
  { use_mirror, 1 },   { use_slices, 2 },     { use_interpolation, 1 }, { use_undo, 3 },
};

static void
edit (Bench *self)
{
  int n_shares = 0, at;

  for (size_t n = 0; n < G_N_ELEMENTS (tools); n++)
    n_shares += tools[n].share;
  at = (int) trp_rng_below (&self->rng, (uint32_t) n_shares);
  for (size_t n = 0; n < G_N_ELEMENTS (tools); n++, at -= tools[n - 1].share)
    if (at < tools[n].share)
      {
        tools[n].use (self);
        return;
      }
}

/* ---- numbers ---- */

static void
on_edit (TrpEditSession *session, const TrpEditChange *change, void *user_data)
{
  Bench *self = user_data;

  if (change->kind == TRP_EDIT_VOXELS)
    trp_live_metrics_update (self->metrics[change->index],
                             trp_structure_peek_mask (change->structure), change->patch);
}

static void
check_counts (const Bench *self)
{
  for (size_t n = 0; n < 2; n++)
    {
      TrpOverlap fresh;

      g_assert_true (trp_overlap_count (trp_live_reference_peek_mask (self->references[n]),
                                        trp_test_session_get_mask (self->session, n), &fresh,
                                        NULL));
      g_assert_cmpmem (trp_live_metrics_get_overlap (self->metrics[n]), sizeof fresh, &fresh,
                       sizeof fresh);
    }
}

static void
check_distances (const Bench *self)
{
  const TrpLiveOptions options = TRP_LIVE_DEFAULT_OPTIONS;

  for (size_t n = 0; n < 2; n++)
    {
      const TrpMask *edited = trp_test_session_get_mask (self->session, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpLiveDistances)
        live = trp_live_follower_measure (self->followers[n], edited, 0, &options, NULL, &error);

      g_assert_no_error (error);
      trp_test_assert_live_numbers (live, edited,
                                    trp_live_reference_peek_mask (self->references[n]));
    }
}

/* ---- set up ---- */

/* Ripples and steps, so that every tool finds edges. */
static float
get_value (TrpVec3 point_lps, void *user_data)
{
  const double *v = point_lps.v;

  return (float) (100 + 60 * sin (0.35 * v[0]) * cos (0.3 * v[1]) + 30 * (sin (0.8 * v[2]) > 0));
}

static TrpMask *
make_blob (Bench *self)
{
  const TrpVec3 middle = draw_point (self);
  TrpMask *mask = trp_mask_new (&self->geometry);
  const TrpBrush ball = { TRP_BRUSH_BALL, 7, { { 0 } }, { { 0 } } };
  g_autoptr (TrpPatch) stencil = trp_brush_sweep (&ball, &self->geometry, middle, middle);

  trp_patch_apply (stencil, mask);
  return mask;
}

static void
set_up (Bench *self, uint64_t seed)
{
  self->rng = trp_rng_new (seed, 0);
  self->geometry = trp_test_random_geometry (&self->rng, (const size_t[]){ 70, 40, 14 });
  self->volume = trp_test_volume_new (&self->geometry, get_value, NULL);
  self->session = trp_test_session_new (&self->geometry, 2);
  trp_edit_session_set_history_limit (self->session, SIZE_MAX);
  for (size_t n = 0; n < 2; n++)
    {
      g_autoptr (TrpMask) reference = make_blob (self);

      replace (self, trp_test_session_get (self->session, n), make_blob (self));
      self->first[n] = trp_mask_copy (trp_test_session_get_mask (self->session, n));
      self->references[n] = trp_live_reference_new (reference, NULL);
      self->metrics[n] = trp_live_metrics_new (self->first[n], self->references[n], NULL);
      self->followers[n] = trp_live_follower_new (self->references[n]);
    }
  trp_edit_session_add_listener (self->session, on_edit, self);
}

static void
tear_down (Bench *self)
{
  trp_edit_session_free (self->session);
  trp_volume_unref (self->volume);
  for (size_t n = 0; n < 2; n++)
    {
      trp_live_metrics_free (self->metrics[n]);
      trp_live_follower_unref (self->followers[n]);
      trp_live_reference_unref (self->references[n]);
      trp_mask_free (self->first[n]);
    }
}

static void
test_thousand_edits (void)
{
  Bench self = { 0 };
  TrpMask *last[2];

  set_up (&self, 20261120);
  for (int n = 1; n <= N_EDITS; n++)
    {
      edit (&self);
      check_counts (&self);
      if (n % EVERY == 0)
        check_distances (&self);
    }
  const TrpHistory *history = trp_edit_session_peek_history (self.session);
  const size_t n_steps = trp_history_get_position (history);

  g_assert_cmpuint (trp_history_get_dropped (history), ==, 0);
  g_assert_cmpuint (n_steps, >, N_EDITS / 4);
  for (size_t n = 0; n < 2; n++)
    last[n] = trp_mask_copy (trp_test_session_get_mask (self.session, n));
  trp_edit_session_go_to (self.session, 2); /* the two blobs were steps, too */
  check_counts (&self);
  for (size_t n = 0; n < 2; n++)
    g_assert_true (trp_mask_equal (trp_test_session_get_mask (self.session, n), self.first[n]));
  trp_edit_session_go_to (self.session, n_steps);
  check_counts (&self);
  check_distances (&self);
  for (size_t n = 0; n < 2; n++)
    g_assert_true (trp_mask_equal (trp_test_session_get_mask (self.session, n), last[n]));
  trp_mask_free (last[0]);
  trp_mask_free (last[1]);
  tear_down (&self);
}

/* Each tool changes something within a few tries: else the test above shows nothing about it. */
static void
test_each_tool_edits (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (tools); n++)
    {
      Bench self = { 0 };
      const TrpHistory *history;
      size_t n_tries = 0, position;

      set_up (&self, 7 + n);
      for (int m = 0; m < 12; m++) /* crumbs, holes and empty slices */
        {
          use_ball (&self);
          use_slices (&self);
        }
      history = trp_edit_session_peek_history (self.session);
      position = trp_history_get_position (history);
      do
        tools[n].use (&self);
      while (trp_history_get_position (history) == position && ++n_tries < 60);
      if (trp_history_get_position (history) == position)
        g_error ("tool %zu changes nothing", n);
      tear_down (&self);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/every-tool/each-edits", test_each_tool_edits);
  g_test_add_func ("/every-tool/thousand-edits", test_thousand_edits);
  return g_test_run ();
}
