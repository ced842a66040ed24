/* live.c - see live.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/live.h"

#include "core/metrics/surface-distance.h"

#include <math.h>
#include <string.h>

#define MARGIN 16 /* voxels around the joint box, so that a growing edit rarely leaves it */

/**
 * _TrpLiveReference:
 * @lock: held during a whole computation, since the map's second pass is made on demand
 * @bits, @side: of @mask in a box that grows when an edit leaves it; NULL at first
 */
struct _TrpLiveReference
{
  TrpMask *mask;
  TrpBox mask_box;
  double spacing[3];
  GMutex lock;
  TrpBits *bits;
  TrpSurfaceSide *side;
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
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  TrpLiveReference *self;

  if (!trp_geometry_check_measurable (geometry, error))
    return NULL;
  self = g_atomic_rc_box_new0 (TrpLiveReference);
  g_mutex_init (&self->lock);
  self->mask = trp_mask_copy (mask);
  self->mask_box = trp_mask_get_box (mask);
  for (int axis = 0; axis < 3; axis++)
    self->spacing[axis] = trp_geometry_get_spacing (geometry, axis);
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

  trp_surface_side_free (self->side);
  trp_bits_free (self->bits);
  trp_mask_free (self->mask);
  g_mutex_clear (&self->lock);
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

/* Whether @box and one voxel more lie in the box that is kept. */
static bool
covers (const TrpBits *bits, const TrpBox *box)
{
  ptrdiff_t origin[3];
  size_t size[3];

  trp_bits_pad_box (box, origin, size);
  for (int axis = 0; axis < 3; axis++)
    if (origin[axis] < bits->origin[axis] ||
        origin[axis] + (ptrdiff_t) size[axis] > bits->origin[axis] + (ptrdiff_t) bits->size[axis])
      return false;
  return true;
}

/* The reference cut to a box that holds @box; kept while it does. */
static bool
ensure_side (TrpLiveReference *self, const TrpBox *box, GError **error)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (self->mask);
  TrpBox wide = *box;
  ptrdiff_t origin[3];
  size_t size[3];

  if (self->side && covers (self->bits, box))
    return true;
  g_clear_pointer (&self->side, trp_surface_side_free);
  g_clear_pointer (&self->bits, trp_bits_free);
  for (int axis = 0; axis < 3; axis++)
    {
      wide.begin[axis] -= MIN (wide.begin[axis], MARGIN);
      wide.end[axis] = MIN (wide.end[axis] + MARGIN, geometry->size[axis]);
    }
  trp_bits_pad_box (&wide, origin, size);
  self->bits = trp_bits_new_from_mask (self->mask, origin, size, error);
  if (self->bits)
    self->side = trp_surface_side_new (self->bits, TRP_SURFACE_VOXEL_BORDER, error);
  return self->side != NULL;
}

/* Distances of one list's points go to outside or missing; the first largest is the worst. */
static void
collect_worst (const TrpSurfaceDistances *distances,
               bool from_test,
               const TrpBits *other,
               const TrpGeometry *geometry,
               TrpLiveDistances *out)
{
  const double *values;
  size_t n_points;
  const TrpBitsPoint *points = trp_surface_distances_peek_points (distances, from_test, &n_points,
                                                                  &values);

  for (size_t n = 0; n < n_points; n++)
    {
      const TrpBitsPoint p = points[n];
      const bool outside = trp_bits_get (other, p.i, p.j, p.k) != from_test;
      double *largest = outside ? &out->outside : &out->missing;

      *largest = MAX (*largest, values[n]);
      if (out->has_worst && values[n] <= fabs (out->worst_mm))
        continue;
      out->has_worst = true;
      out->worst_mm = outside ? values[n] : -values[n];
      out->worst_lps = trp_geometry_lps_from_ijk (
        geometry, trp_vec3 ((double) (other->origin[0] + p.i), (double) (other->origin[1] + p.j),
                            (double) (other->origin[2] + p.k)));
    }
}

static void
set_distances (const TrpSurfaceDistances *distances,
               const TrpBits *edited,
               const TrpBits *reference,
               const TrpGeometry *geometry,
               TrpLiveDistances *out)
{
  const TrpSurfaceNumbers *numbers = trp_surface_distances_get_numbers (distances);

  out->hd = numbers->hd;
  out->hd95 = numbers->hd95;
  out->assd = numbers->assd;
  if (numbers->n_reference == 0 || numbers->n_test == 0)
    {
      out->outside = out->missing = (double) NAN;
      if (numbers->n_reference > 0)
        out->missing = (double) INFINITY;
      if (numbers->n_test > 0)
        out->outside = (double) INFINITY;
      return;
    }
  collect_worst (distances, true, reference, geometry, out);
  collect_worst (distances, false, edited, geometry, out);
}

static bool
compute_locked (const TrpMask *edited,
                TrpLiveReference *reference,
                TrpProgress *progress,
                TrpLiveDistances *out,
                GError **error)
{
  const TrpBox edited_box = trp_mask_get_box (edited);
  const TrpBox box = trp_box_union (&edited_box, &reference->mask_box);
  g_autoptr (TrpBits) bits = NULL;
  g_autoptr (TrpSurfaceSide) side = NULL;
  g_autoptr (TrpSurfaceDistances) distances = NULL;

  if (!trp_progress_step (progress, 0, NULL, error) || !ensure_side (reference, &box, error))
    return false;
  bits = trp_bits_new_from_mask (edited, reference->bits->origin, reference->bits->size, error);
  side = bits ? trp_surface_side_new (bits, TRP_SURFACE_VOXEL_BORDER, error) : NULL;
  distances = side ? trp_surface_distances_new_between (reference->side, side, reference->spacing,
                                                        TRP_SURFACE_VOXEL_BORDER, progress, error)
                   : NULL;
  if (!distances)
    return false;
  set_distances (distances, bits, reference->bits, trp_mask_get_geometry (edited), out);
  return true;
}

bool
trp_live_distances_compute (const TrpMask *edited,
                            TrpLiveReference *reference,
                            guint64 generation,
                            TrpProgress *progress,
                            TrpLiveDistances *out_distances,
                            GError **error)
{
  const double voxel_mm3 = trp_geometry_get_voxel_volume (trp_mask_get_geometry (edited));
  TrpLiveDistances distances = { .generation = generation };
  bool done;

  if (!trp_overlap_count (reference->mask, edited, &distances.overlap, error))
    return false;
  g_mutex_lock (&reference->lock);
  done = compute_locked (edited, reference, progress, &distances, error);
  g_mutex_unlock (&reference->lock);
  if (!done)
    return false;
  distances.volume_difference_ml =
    ((double) distances.overlap.test - (double) distances.overlap.reference) * voxel_mm3 / 1000;
  distances.volume_difference_relative = trp_overlap_relative_difference (&distances.overlap);
  *out_distances = distances;
  return true;
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
