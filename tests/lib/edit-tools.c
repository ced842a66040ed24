/* edit-tools.c - see edit-tools.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/edit-tools.h"

#include "core/structure/flood-fill.h"
#include "core/structure/freehand.h"
#include "core/structure/livewire.h"
#include "core/structure/push.h"
#include "core/structure/scissors.h"
#include "core/structure/smart-brush.h"
#include "tests/lib/sessions.h"

#include <math.h>

#define MAX_POINTS 80
#define N_WIRE_EVENTS 60

struct TrpTestWork
{
  TrpVec3 points[MAX_POINTS];
  size_t n_points;
  TrpFreehand *line;
  float *slice;
  TrpLivewireCost *cost;
  TrpLivewireTree *tree;
};

/* ---- the scene ---- */

TrpVec3
trp_test_scene_get_point (const TrpTestScene *self, double right, double down, double up)
{
  return trp_vec3_add (self->center_lps, trp_vec3_scale (trp_vec3 (right, down, up), self->scale));
}

/* @axes: mm, times the scale. */
static void
add_ellipsoid (
  const TrpTestScene *self, TrpMask *mask, TrpVec3 middle, const double axes[3], bool value)
{
  size_t begin[3], end[3];

  for (int a = 0; a < 3; a++)
    {
      const double spacing = trp_geometry_get_spacing (&self->geometry, a);
      const double half = self->scale * axes[a];

      begin[a] = (size_t) fmax (0, floor ((middle.v[a] - half) / spacing));
      end[a] = MIN (self->geometry.size[a], (size_t) ceil ((middle.v[a] + half) / spacing) + 1);
    }
  for (size_t k = begin[2]; k < end[2]; k++)
    for (size_t j = begin[1]; j < end[1]; j++)
      for (size_t i = begin[0]; i < end[0]; i++)
        {
          const TrpVec3 at = trp_geometry_lps_from_ijk (
            &self->geometry, trp_vec3 ((double) i, (double) j, (double) k));
          double sum = 0;

          for (int a = 0; a < 3; a++)
            sum += pow ((at.v[a] - middle.v[a]) / (self->scale * axes[a]), 2);
          if (sum <= 1)
            trp_mask_set (mask, i, j, k, value);
        }
}

/* 0 to 63, the same for a voxel whatever the grid. */
static int16_t
get_noise (size_t i, size_t j, size_t k)
{
  uint32_t hash = (uint32_t) i * 0x9e3779b1u ^ (uint32_t) j * 0x85ebca77u ^
                  (uint32_t) k * 0xc2b2ae3du;

  hash = (hash ^ hash >> 15) * 0x2c1b3c6du; /* a finalizer as of MurmurHash3 */
  return (int16_t) ((hash ^ hash >> 13) >> 26);
}

static TrpVolume *
make_image (const TrpTestScene *self, const TrpMask *organ)
{
  const size_t *size = self->geometry.size;
  const size_t n_voxels = trp_geometry_count_voxels (&self->geometry);
  const size_t words_per_row = trp_mask_get_words_per_row (organ);
  int16_t *voxels = g_new (int16_t, n_voxels), *next = voxels;
  g_autoptr (GBytes) bytes = g_bytes_new_take (voxels, n_voxels * sizeof *voxels);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      {
        const uint64_t *slice = trp_mask_peek_slice (organ, k);
        const uint64_t *row = slice ? slice + j * words_per_row : NULL;

        for (size_t i = 0; i < size[0]; i++)
          *next++ = (int16_t) (get_noise (i, j, k) + (row && row[i / 64] >> i % 64 & 1 ? 90 : -10));
      }
  return trp_volume_new (&self->geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
}

static TrpEditSession *
make_session (const TrpGeometry *geometry, TrpMask *masks[3])
{
  static const char *const names[] = { "Organ", "New", "Nearby" };
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("observer", geometry);

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr (TrpStructure)
        structure = trp_structure_new (names[n], trp_color_get_default (n), masks[n]);

      trp_structure_set_append (set, structure);
    }
  return trp_edit_session_new (set);
}

/* An ellipsoid with a hole, and a crumb beside it. */
static TrpMask *
make_organ (const TrpTestScene *self)
{
  static const double axes[3] = { 45, 43, 60 }, small_axes[3] = { 6, 6, 6 };
  TrpMask *organ = trp_mask_new (&self->geometry);

  add_ellipsoid (self, organ, self->center_lps, axes, true);
  add_ellipsoid (self, organ, trp_test_scene_get_point (self, -10, -15, 6), small_axes, false);
  add_ellipsoid (self, organ, trp_test_scene_get_point (self, 50, -30, 6), small_axes, true);
  return organ;
}

TrpTestScene *
trp_test_scene_new (const size_t size[3], double scale)
{
  TrpTestScene *self = g_new0 (TrpTestScene, 1);
  TrpMask *masks[3];

  self->geometry = trp_geometry_axial (size, (const double[]){ 0.9, 0.9, 1.5 }, trp_vec3 (0, 0, 0));
  self->scale = scale;
  self->center_lps = trp_vec3_scale (trp_vec3 (256 * 0.9, 256 * 0.9, 150 * 1.5), scale);
  masks[0] = make_organ (self);
  masks[1] = trp_mask_new (&self->geometry);
  masks[2] = trp_mask_new (&self->geometry);
  add_ellipsoid (self, masks[2], trp_test_scene_get_point (self, 30, 10, 5),
                 (const double[]){ 45, 43, 60 }, true);
  self->image = make_image (self, masks[0]);
  self->session = make_session (&self->geometry, masks);
  trp_edit_session_set_history_limit (self->session, SIZE_MAX);
  self->work = g_new0 (struct TrpTestWork, 1);
  return self;
}

/* As large as the image: no part of a release. */
static void
drop_wire (struct TrpTestWork *work)
{
  g_clear_pointer (&work->tree, trp_livewire_tree_free);
  g_clear_pointer (&work->cost, trp_livewire_cost_unref);
  g_clear_pointer (&work->slice, g_free);
}

void
trp_test_scene_free (TrpTestScene *self)
{
  if (!self)
    return;
  drop_wire (self->work);
  trp_edit_session_free (self->session);
  trp_volume_unref (self->image);
  g_free (self->work);
  g_free (self);
}

/* ---- strokes ---- */

#define N_EVENTS 200

/* Once around, 40 mm from the middle: within the organ, whose outline the brushes reach. */
static TrpVec3
get_place (const TrpTestScene *scene, int event)
{
  const double angle_rad = 2 * G_PI * event / N_EVENTS;

  return trp_test_scene_get_point (scene, 40 * cos (angle_rad), 40 * sin (angle_rad), 0);
}

static void
begin_stroke (TrpTestScene *scene,
              TrpBrushShape shape,
              double radius,
              TrpVec3 normal_lps,
              TrpPaintOptions options)
{
  const TrpBrush brush = { shape, radius * scene->scale, normal_lps, trp_vec3 (1, 0, 0) };

  g_assert_true (trp_edit_session_begin_stroke (scene->session, "Brush",
                                                trp_test_session_get (scene->session, 0), &brush,
                                                &options, get_place (scene, 0), NULL));
}

static const TrpVec3 axial = { { 0, 0, 1 } };

static void
press_disc (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_DISC, 20, axial, (TrpPaintOptions){ 0 });
}

static void
press_oblique_disc (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_DISC, 20, trp_vec3 (0, 0.5, 1), (TrpPaintOptions){ 0 });
}

static void
press_ball (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_BALL, 15, axial, (TrpPaintOptions){ 0 });
}

static void
press_square (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_SQUARE, 20, axial, (TrpPaintOptions){ 0 });
}

static void
press_eraser (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_DISC, 20, axial, (TrpPaintOptions){ .erase = true });
}

static void
press_over_unlocked (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_DISC, 20, axial,
                (TrpPaintOptions){ .over = TRP_PAINT_OVER_UNLOCKED });
}

static void
press_limited (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_DISC, 20, axial,
                (TrpPaintOptions){ .limit = scene->image, .low = 10, .high = 110 });
}

static void
press_smart_disc (TrpTestScene *scene)
{
  begin_stroke (
    scene, TRP_BRUSH_DISC, 20, axial,
    (TrpPaintOptions){ .erase = true, .maker = &trp_smart_brush, .image = scene->image });
}

static void
press_smart_ball (TrpTestScene *scene)
{
  begin_stroke (
    scene, TRP_BRUSH_BALL, 15, axial,
    (TrpPaintOptions){ .erase = true, .maker = &trp_smart_brush, .image = scene->image });
}

static void
press_push (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_DISC, 20, axial, (TrpPaintOptions){ .maker = &trp_push });
}

static void
press_push_ball (TrpTestScene *scene)
{
  begin_stroke (scene, TRP_BRUSH_BALL, 15, axial, (TrpPaintOptions){ .maker = &trp_push });
}

static void
move_stroke (TrpTestScene *scene, int event)
{
  trp_edit_session_extend_stroke (scene->session, get_place (scene, event));
}

static void
end_stroke (TrpTestScene *scene)
{
  g_assert_true (trp_edit_session_end_stroke (scene->session));
}

/* ---- lines ---- */

/* Paints a stencil, which is taken. */
static void
paint (TrpTestScene *scene, size_t target, TrpPatch *stencil, bool erase)
{
  const TrpPaintOptions options = { .erase = erase };

  g_assert_true (trp_edit_session_paint (scene->session, "Paint",
                                         trp_test_session_get (scene->session, target), stencil,
                                         &options, NULL));
  trp_patch_unref (stencil);
}

/* What the window traces at an event; takes the stencil. */
static void
show (TrpTestScene *scene, size_t target, TrpPatch *stencil, bool erase)
{
  trp_patch_unref (
    trp_paint_get_change (stencil, trp_test_session_get_mask (scene->session, target), erase));
  trp_patch_unref (stencil);
}

static void
press_polygon (TrpTestScene *scene)
{
  struct TrpTestWork *work = scene->work;

  work->n_points = 12;
  for (size_t n = 0; n < work->n_points; n++)
    {
      const double angle_rad = 2 * G_PI * (double) n / (double) work->n_points;

      work->points[n] = trp_test_scene_get_point (scene, 50 * cos (angle_rad), 45 * sin (angle_rad),
                                                  0);
    }
}

static TrpPatch *
fill_polygon (const TrpTestScene *scene)
{
  return trp_plane_polygon_fill (&scene->geometry, scene->center_lps, axial, scene->work->points,
                                 scene->work->n_points);
}

/* A corner is dragged out. */
static void
move_corner (TrpTestScene *scene, int event)
{
  scene->work->points[0] = trp_test_scene_get_point (scene, 50 + event * 0.5, 3, 0);
  show (scene, 0, fill_polygon (scene), false);
}

static void
close_polygon (TrpTestScene *scene)
{
  paint (scene, 0, fill_polygon (scene), false);
}

/* From inside over the outline and back. */
static TrpVec3
get_loop (const TrpTestScene *scene, int event)
{
  const double angle_rad = 2 * G_PI * event / MAX_POINTS;

  return trp_test_scene_get_point (scene, 45 - 20 * cos (angle_rad), 15 * sin (angle_rad), 0);
}

static void
press_freehand (TrpTestScene *scene)
{
  const TrpPlane plane = trp_plane_along_grid (&scene->geometry, TRP_ORIENTATION_AXIAL,
                                               scene->center_lps, false);

  scene->work->line = trp_freehand_new (trp_test_session_get_mask (scene->session, 0), &plane);
  trp_freehand_append (scene->work->line, get_loop (scene, 0));
}

static void
move_freehand (TrpTestScene *scene, int event)
{
  TrpPatch *stencil;
  bool erase;

  trp_freehand_append (scene->work->line, get_loop (scene, event));
  stencil = trp_freehand_compute (scene->work->line, &erase);
  show (scene, 0, stencil, erase);
}

static void
end_freehand (TrpTestScene *scene)
{
  bool erase;
  TrpPatch *stencil = trp_freehand_compute (scene->work->line, &erase);

  paint (scene, 0, stencil, erase);
  g_clear_pointer (&scene->work->line, trp_freehand_free);
}

static void
press_scissors (TrpTestScene *scene)
{
  scene->work->points[0] = get_loop (scene, 0);
  scene->work->n_points = 1;
}

static TrpPatch *
cut (const TrpTestScene *scene)
{
  const TrpSlab slab = { scene->center_lps, axial, -INFINITY, INFINITY };

  return trp_scissors_cut (trp_test_session_get_mask (scene->session, 0), TRP_SCISSORS_CUT_INSIDE,
                           &slab, scene->work->points, scene->work->n_points);
}

static void
move_scissors (TrpTestScene *scene, int event)
{
  scene->work->points[scene->work->n_points++] = get_loop (scene, event);
  show (scene, 0, cut (scene), true);
}

static void
end_scissors (TrpTestScene *scene)
{
  paint (scene, 0, cut (scene), true);
}

/* ---- livewire, in the slice through the middle ---- */

static void
get_pixel (const TrpTestScene *scene, int event, size_t out_pixel[2])
{
  const double angle_rad = 2 * G_PI * event / N_WIRE_EVENTS;
  const TrpVec3 at = trp_geometry_ijk_from_lps (
    &scene->geometry,
    trp_test_scene_get_point (scene, 45 * cos (angle_rad), 43 * sin (angle_rad), 0));

  for (int axis = 0; axis < 2; axis++)
    out_pixel[axis] = (size_t) lrint (at.v[axis]);
}

static void
press_livewire (TrpTestScene *scene)
{
  struct TrpTestWork *work = scene->work;
  const size_t *size = scene->geometry.size;
  const size_t k = (size_t) lrint (scene->center_lps.v[2] / 1.5);
  const int16_t *voxels = (const int16_t *) g_bytes_get_data (trp_volume_peek_bytes (scene->image),
                                                              NULL) +
                          size[0] * size[1] * k;
  const TrpLivewireOptions options = trp_livewire_options_default ();
  TrpLivewireImage image = { NULL, size[0], size[1], { 0.9, 0.9 }, -10, 153 };
  size_t pixel[2];

  drop_wire (work);
  work->slice = g_new (float, size[0] * size[1]);
  for (size_t n = 0; n < size[0] * size[1]; n++)
    work->slice[n] = voxels[n];
  image.values = work->slice;
  work->cost = trp_livewire_cost_new (&image, &options, NULL, NULL);
  get_pixel (scene, 0, pixel);
  work->tree = trp_livewire_tree_new (work->cost, pixel[0], pixel[1], NULL);
  g_assert_true (trp_livewire_tree_grow (work->tree, SIZE_MAX, NULL, NULL));
}

/* The way to half around at most: it would flip to the other side. */
static GArray *
trace (const TrpTestScene *scene, int event)
{
  size_t pixel[2];

  get_pixel (scene, MIN (event, N_WIRE_EVENTS / 3), pixel);
  return trp_livewire_tree_trace (scene->work->tree, pixel[0], pixel[1]);
}

static void
move_livewire (TrpTestScene *scene, int event)
{
  g_array_unref (trace (scene, event));
}

static void
end_livewire (TrpTestScene *scene)
{
  g_autoptr (GArray) way = trace (scene, N_WIRE_EVENTS);
  g_autoptr (TrpContours) contours = trp_contours_new ();

  for (guint p = 0; p < way->len; p++)
    trp_contours_append (contours, g_array_index (way, TrpPoint, p).x,
                         g_array_index (way, TrpPoint, p).y);
  trp_contours_close (contours);
  paint (scene, 1,
         trp_rasterize_slice (contours, TRP_FILL_NONZERO, &scene->geometry, 2,
                              (size_t) lrint (scene->center_lps.v[2] / 1.5)),
         false);
}

/* ---- flood fill in a slice: all of it at the press ---- */

static void
press_fill (TrpTestScene *scene)
{
  const TrpFloodFill fill = { scene->image, 64, true, axial };
  g_autoptr (TrpMask) nothing = trp_mask_new (&scene->geometry);
  g_autoptr (TrpMask)
    region = trp_flood_fill (&fill, &scene->geometry, scene->center_lps, NULL, NULL);

  paint (scene, 1, trp_patch_new_difference (nothing, region), false);
}

const TrpTestTool trp_test_tools[] = {
  { "disc 20 mm", N_EVENTS, false, 0, press_disc, move_stroke, end_stroke },
  { "disc 20 mm, oblique", N_EVENTS, false, 0, press_oblique_disc, move_stroke, end_stroke },
  { "disc, others give way", N_EVENTS, false, 0, press_over_unlocked, move_stroke, end_stroke },
  { "disc, values limited", N_EVENTS, false, 0, press_limited, move_stroke, end_stroke },
  { "eraser 20 mm", N_EVENTS, false, 0, press_eraser, move_stroke, end_stroke },
  { "square 20 mm", N_EVENTS, false, 0, press_square, move_stroke, end_stroke },
  { "ball 15 mm", N_EVENTS, false, 0, press_ball, move_stroke, end_stroke },
  { "smart disc 20 mm", N_EVENTS, false, 0, press_smart_disc, move_stroke, end_stroke },
  { "smart ball 15 mm", N_EVENTS, false, 0, press_smart_ball, move_stroke, end_stroke },
  { "push disc 20 mm", N_EVENTS, false, 0, press_push, move_stroke, end_stroke },
  { "push ball 15 mm", N_EVENTS, false, 0, press_push_ball, move_stroke, end_stroke },
  { "polygon", 60, false, 0, press_polygon, move_corner, close_polygon },
  { "freehand", MAX_POINTS - 1, false, 0, press_freehand, move_freehand, end_freehand },
  { "scissors", MAX_POINTS - 1, false, 0, press_scissors, move_scissors, end_scissors },
  { "livewire", N_WIRE_EVENTS, true, 1, press_livewire, move_livewire, end_livewire },
  { "flood fill in a slice", 0, true, 1, press_fill, NULL, NULL },
};
const size_t trp_test_n_tools = G_N_ELEMENTS (trp_test_tools);
