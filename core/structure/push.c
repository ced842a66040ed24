/* push.c - see push.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/push.h"

#include "core/structure/reach.h"

typedef struct
{
  TrpStrokeStart start;
  TrpReach *reach;
  bool has_entered; /* the circle's centre, the grid; at once where the press was in it */
} State;

/* The voxel that a point is in, as the brush finds it. */
static TrpPatch *
find_voxel (const TrpStrokeStart *start, TrpVec3 point_lps)
{
  TrpBrush point = *start->brush;

  point.radius = DBL_MIN;
  return trp_brush_sweep (&point, trp_structure_set_get_geometry (start->set), point_lps,
                          point_lps);
}

/* A press beside the grid is outside of every structure. */
static bool
decide_erase (const TrpStrokeStart *start)
{
  g_autoptr (TrpPatch) voxel = find_voxel (start, start->point_lps);
  g_autoptr (TrpPatch)
    unset = trp_paint_get_change (voxel, trp_structure_peek_mask (start->target), false);

  return trp_patch_is_empty (voxel) || !trp_patch_is_empty (unset);
}

static void *
begin (const TrpStrokeStart *start)
{
  State *self = g_new0 (State, 1);

  self->start = *start;
  self->reach = trp_reach_new ();
  return self;
}

/* The part of @swept that is on the circle's side or may be brought to it. */
static TrpPatch *
find_open (const State *self, TrpPatch *swept)
{
  const TrpStrokeStart *start = &self->start;
  g_autoptr (TrpPatch) change = trp_paint_get_change (
    swept, trp_structure_peek_mask (start->target), start->options->erase);
  g_autoptr (TrpPatch)
    allowed = trp_paint_restrict (change, start->set, start->target, start->options);

  /* Each holds the next, so the XOR is swept without what would have to change and may not. */
  return trp_patch_new_merged ((TrpPatch *[]){ swept, change, allowed }, 3);
}

/* How much of the path, 0 to 1, lies before the grid; 1 where it does not come in. */
static double
find_entry (const TrpGeometry *geometry, TrpVec3 from_lps, TrpVec3 to_lps)
{
  const TrpVec3 from = trp_geometry_ijk_from_lps (geometry, from_lps);
  const TrpVec3 path = trp_vec3_subtract (trp_geometry_ijk_from_lps (geometry, to_lps), from);
  double enter = 0, leave = 1;

  for (int axis = 0; axis < 3; axis++)
    {
      const double low = -0.5 - from.v[axis];
      const double high = (double) geometry->size[axis] - 0.5 - from.v[axis];
      const double step = path.v[axis];

      if (step == 0 && (low > 0 || high < 0))
        return 1;
      if (step == 0)
        continue;
      enter = fmax (enter, fmin (low / step, high / step));
      leave = fmin (leave, fmax (low / step, high / step));
    }
  return enter > leave ? 1 : enter;
}

/* From where the circle reaches out: the voxel of the press, or all that it sweeps before its
 * centre comes into the grid, since nothing blocks out there. */
static TrpPatch *
find_seeds (State *self, TrpVec3 from_lps, TrpVec3 to_lps)
{
  const TrpGeometry *geometry = trp_structure_set_get_geometry (self->start.set);
  double entry;

  if (self->has_entered)
    return trp_patch_new ();
  entry = find_entry (geometry, from_lps, to_lps);
  self->has_entered = entry < 1;
  if (entry == 0)
    return find_voxel (&self->start, from_lps);
  return trp_brush_sweep (
    self->start.brush, geometry, from_lps,
    trp_vec3_add (from_lps, trp_vec3_scale (trp_vec3_subtract (to_lps, from_lps), entry)));
}

static TrpPatch *
cover (void *state, TrpVec3 from_lps, TrpVec3 to_lps)
{
  State *self = state;
  const TrpGeometry *geometry = trp_structure_set_get_geometry (self->start.set);
  g_autoptr (TrpPatch) swept = trp_brush_sweep (self->start.brush, geometry, from_lps, to_lps);
  g_autoptr (TrpPatch) unseen = trp_reach_take_unseen (self->reach, swept);
  g_autoptr (TrpPatch) open = find_open (self, unseen);
  g_autoptr (TrpPatch) seeds = find_seeds (self, from_lps, to_lps);

  return trp_reach_extend (self->reach, open, seeds);
}

static void
end (void *state)
{
  State *self = state;

  trp_reach_free (self->reach);
  g_free (self);
}

const TrpStencilMaker trp_push = {
  .decide_erase = decide_erase,
  .begin = begin,
  .cover = cover,
  .end = end,
};
