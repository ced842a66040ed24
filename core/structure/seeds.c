/* seeds.c - see seeds.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A step is what it changes in either mask, as a patch: applied again it is undone.
 */

#include "core/structure/seeds.h"

#include "core/structure/paint.h"

#define N_MASKS 2

typedef struct
{
  TrpPatch *changes[N_MASKS];
} Step;

struct _TrpSeeds
{
  TrpMask *masks[N_MASKS];
  GPtrArray *steps;
  guint n_done; /* of the steps; the others can be done again */
  bool is_stroking;
  TrpMask *before[N_MASKS]; /* the stroke */
  TrpSeedsKind kind;
  TrpBrush brush;
  TrpVec3 start_lps, last_lps;
};

static void
step_free (Step *step)
{
  for (int n = 0; n < N_MASKS; n++)
    trp_patch_unref (step->changes[n]);
  g_free (step);
}

TrpSeeds *
trp_seeds_new (const TrpGeometry *geometry)
{
  TrpSeeds *self = g_new0 (TrpSeeds, 1);

  for (int n = 0; n < N_MASKS; n++)
    self->masks[n] = trp_mask_new (geometry);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
  return self;
}

static void
forget_before (TrpSeeds *self)
{
  for (int n = 0; n < N_MASKS; n++)
    g_clear_pointer (&self->before[n], trp_mask_free);
  self->is_stroking = false;
}

void
trp_seeds_free (TrpSeeds *self)
{
  if (!self)
    return;
  forget_before (self);
  for (int n = 0; n < N_MASKS; n++)
    trp_mask_free (self->masks[n]);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

const TrpMask *
trp_seeds_peek_mask (const TrpSeeds *self, TrpSeedsKind kind)
{
  g_return_val_if_fail (kind < TRP_SEEDS_NONE, NULL);
  return self->masks[kind];
}

/* ---- strokes ---- */

static void
remember (TrpSeeds *self)
{
  for (int n = 0; n < N_MASKS; n++)
    self->before[n] = trp_mask_copy (self->masks[n]);
}

static void
paint (TrpSeeds *self, TrpVec3 from_lps, TrpVec3 to_lps)
{
  g_autoptr (TrpPatch) stencil = trp_brush_sweep (
    &self->brush, trp_mask_get_geometry (self->masks[0]), from_lps, to_lps);

  for (int n = 0; n < N_MASKS; n++)
    {
      g_autoptr (TrpPatch)
        change = trp_paint_get_change (stencil, self->masks[n], n != (int) self->kind);

      trp_patch_apply (change, self->masks[n]);
    }
}

void
trp_seeds_begin_stroke (TrpSeeds *self, TrpSeedsKind kind, const TrpBrush *brush, TrpVec3 point_lps)
{
  trp_seeds_end_stroke (self);
  remember (self);
  self->is_stroking = true;
  self->kind = kind;
  self->brush = *brush;
  self->start_lps = self->last_lps = point_lps;
  paint (self, point_lps, point_lps);
}

/* A disc stays in the plane of the first dab (core/structure/brush.h projects the end only). */
void
trp_seeds_extend_stroke (TrpSeeds *self, TrpVec3 point_lps)
{
  if (!self->is_stroking)
    return;
  if (self->brush.shape != TRP_BRUSH_BALL)
    {
      const TrpVec3 normal = trp_vec3_normalize (self->brush.normal_lps);
      const double off = trp_vec3_dot (trp_vec3_subtract (point_lps, self->start_lps), normal);

      point_lps = trp_vec3_subtract (point_lps, trp_vec3_scale (normal, off));
    }
  paint (self, self->last_lps, point_lps);
  self->last_lps = point_lps;
}

/* What changed since remember() becomes the newest step. */
static void
record (TrpSeeds *self)
{
  Step *step = g_new0 (Step, 1);

  for (int n = 0; n < N_MASKS; n++)
    step->changes[n] = trp_patch_new_difference (self->before[n], self->masks[n]);
  forget_before (self);
  if (trp_patch_is_empty (step->changes[0]) && trp_patch_is_empty (step->changes[1]))
    {
      step_free (step);
      return;
    }
  g_ptr_array_set_size (self->steps, (int) self->n_done);
  g_ptr_array_add (self->steps, step);
  self->n_done++;
}

void
trp_seeds_end_stroke (TrpSeeds *self)
{
  if (self->is_stroking)
    record (self);
}

void
trp_seeds_cancel_stroke (TrpSeeds *self)
{
  if (!self->is_stroking)
    return;
  for (int n = 0; n < N_MASKS; n++)
    {
      trp_mask_free (self->masks[n]);
      self->masks[n] = g_steal_pointer (&self->before[n]);
    }
  forget_before (self);
}

void
trp_seeds_clear (TrpSeeds *self)
{
  trp_seeds_end_stroke (self);
  remember (self);
  for (int n = 0; n < N_MASKS; n++)
    {
      TrpMask *empty = trp_mask_new (trp_mask_get_geometry (self->masks[n]));

      trp_mask_free (self->masks[n]);
      self->masks[n] = empty;
    }
  record (self);
}

/* ---- undo ---- */

static void
apply (TrpSeeds *self, const Step *step)
{
  for (int n = 0; n < N_MASKS; n++)
    {
      trp_patch_apply (step->changes[n], self->masks[n]);
      trp_mask_trim (self->masks[n]);
    }
}

bool
trp_seeds_undo (TrpSeeds *self)
{
  trp_seeds_end_stroke (self);
  if (self->n_done == 0)
    return false;
  apply (self, self->steps->pdata[--self->n_done]);
  return true;
}

bool
trp_seeds_redo (TrpSeeds *self)
{
  trp_seeds_end_stroke (self);
  if (self->n_done == self->steps->len)
    return false;
  apply (self, self->steps->pdata[self->n_done++]);
  return true;
}
