/* live.c - see live.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/live.h"

struct _TrpLiveReference
{
  TrpMask *mask;
  TrpBox box;
};

struct _TrpLiveMetrics
{
  TrpLiveReference *reference;
  TrpOverlap overlap;
  guint64 generation;
};

TrpLiveReference *
trp_live_reference_new (const TrpMask *mask, GError **error)
{
  TrpLiveReference *self;

  if (!trp_geometry_check_measurable (trp_mask_get_geometry (mask), error))
    return NULL;
  self = g_atomic_rc_box_new0 (TrpLiveReference);
  self->mask = trp_mask_copy (mask);
  self->box = trp_mask_get_box (mask);
  return self;
}

TrpLiveReference *
trp_live_reference_ref (TrpLiveReference *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_reference (void *data)
{
  TrpLiveReference *self = data;

  trp_mask_free (self->mask);
}

void
trp_live_reference_unref (TrpLiveReference *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_reference);
}

const TrpMask *
trp_live_reference_peek_mask (const TrpLiveReference *self)
{
  return self->mask;
}

TrpBox
trp_live_reference_get_box (const TrpLiveReference *self)
{
  return self->box;
}

TrpLiveMetrics *
trp_live_metrics_new (const TrpMask *edited, TrpLiveReference *reference, GError **error)
{
  TrpOverlap overlap;
  TrpLiveMetrics *self;

  if (!trp_overlap_count (reference->mask, edited, &overlap, error))
    return NULL;
  self = g_new0 (TrpLiveMetrics, 1);
  self->reference = trp_live_reference_ref (reference);
  self->overlap = overlap;
  self->generation = 1;
  return self;
}

void
trp_live_metrics_free (TrpLiveMetrics *self)
{
  if (!self)
    return;
  trp_live_reference_unref (self->reference);
  g_free (self);
}

void
trp_live_metrics_update (TrpLiveMetrics *self, const TrpMask *edited, const TrpPatch *patch)
{
  const size_t n_words = trp_mask_get_words_per_row (edited);
  TrpPatchRun run;
  size_t position = 0;

  while (trp_patch_next_run (patch, &position, &run))
    {
      const uint64_t *now = trp_mask_peek_slice (edited, run.k);
      const uint64_t *reference = trp_mask_peek_slice (self->reference->mask, run.k);
      const size_t first = run.j * n_words + run.word;

      for (size_t n = 0; n < run.n_words; n++)
        {
          const uint64_t set = run.bits[n] & (now ? now[first + n] : 0);
          const uint64_t cleared = run.bits[n] & ~set;
          const uint64_t shared = reference ? reference[first + n] : 0;

          self->overlap.test += (size_t) __builtin_popcountll (set);
          self->overlap.test -= (size_t) __builtin_popcountll (cleared);
          self->overlap.both += (size_t) __builtin_popcountll (set & shared);
          self->overlap.both -= (size_t) __builtin_popcountll (cleared & shared);
        }
    }
  self->generation++;
}

void
trp_live_metrics_recount (TrpLiveMetrics *self, const TrpMask *edited)
{
  g_autoptr (GError) error = NULL;

  if (!trp_overlap_count (self->reference->mask, edited, &self->overlap, &error))
    g_critical ("%s", error->message);
  self->generation++;
}

TrpLiveReference *
trp_live_metrics_get_reference (const TrpLiveMetrics *self)
{
  return self->reference;
}

const TrpOverlap *
trp_live_metrics_get_overlap (const TrpLiveMetrics *self)
{
  return &self->overlap;
}

double
trp_live_metrics_get_dice (const TrpLiveMetrics *self)
{
  return trp_overlap_dice (&self->overlap);
}

guint64
trp_live_metrics_get_generation (const TrpLiveMetrics *self)
{
  return self->generation;
}
