/* live-distances.c - see live-distances.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/live-distances.h"

#include "core/base/parallel.h"
#include "core/metrics/path-follow.h"
#include "core/metrics/surface-follow.h"
#include "core/metrics/worst-places.h"

#include <math.h>

#define MARGIN 16 /* voxels around the joint box, so that a growing edit rarely leaves it */
#define LEAST_KEPT 2000000 /* voxels of a box that is never too large */
#define LARGEST_EXCESS 4   /* times what a new box would have */

/**
 * _TrpLiveFollower:
 * @lock: held during a whole measurement
 * @edited: the snapshot that the rest was made from; NULL: nothing is kept
 * @bits: reference and edited mask, cut to one box with room around them
 */
struct _TrpLiveFollower
{
  TrpLiveReference *reference;
  double spacing[3];
  GMutex lock;
  TrpMask *edited;
  TrpBits *bits[2];
  TrpSurfaceFollow *border;
  TrpSurfaceFollow *surfel;
  TrpPathFollow *path;
  bool was_incremental;
};

TrpLiveFollower *
trp_live_follower_new (TrpLiveReference *reference)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (trp_live_reference_peek_mask (reference));
  TrpLiveFollower *self = g_atomic_rc_box_new0 (TrpLiveFollower);

  self->reference = trp_live_reference_ref (reference);
  g_mutex_init (&self->lock);
  for (int axis = 0; axis < 3; axis++)
    self->spacing[axis] = trp_geometry_get_spacing (geometry, axis);
  return self;
}

TrpLiveFollower *
trp_live_follower_ref (TrpLiveFollower *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
forget (TrpLiveFollower *self)
{
  g_clear_pointer (&self->edited, trp_mask_free);
  g_clear_pointer (&self->bits[0], trp_bits_free);
  g_clear_pointer (&self->bits[1], trp_bits_free);
  g_clear_pointer (&self->border, trp_surface_follow_free);
  g_clear_pointer (&self->surfel, trp_surface_follow_free);
  g_clear_pointer (&self->path, trp_path_follow_free);
}

static void
clear_follower (void *data)
{
  TrpLiveFollower *self = data;

  forget (self);
  trp_live_reference_unref (self->reference);
  g_mutex_clear (&self->lock);
}

void
trp_live_follower_unref (TrpLiveFollower *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_follower);
}

bool
trp_live_follower_was_incremental (const TrpLiveFollower *self)
{
  return self->was_incremental;
}

void
trp_live_distances_free (TrpLiveDistances *self)
{
  if (!self)
    return;
  g_free (self->slices);
  g_free (self->places);
  g_free (self);
}

/* ---- what is kept ---- */

/**
 * Work: three tasks that share nothing but the cut masks
 * @changed: in the kept box; NULL: everything is new
 */
typedef struct
{
  TrpLiveFollower *self;
  const TrpBox *changed;
  double path_limit;
  GCancellable *cancellable;
  GError *errors[3];
} Work;

static bool
follow_surface (Work *work, TrpSurfaceKind kind, TrpSurfaceFollow **io_surface, GError **error)
{
  TrpLiveFollower *self = work->self;

  if (work->changed)
    return trp_surface_follow_update (*io_surface, self->bits[1], work->changed, error);
  *io_surface = trp_surface_follow_new (kind, self->bits[0], self->bits[1], self->spacing, error);
  return *io_surface != NULL;
}

static bool
follow_path (Work *work, GError **error)
{
  TrpLiveFollower *self = work->self;

  if (work->changed && trp_path_follow_get_limit (self->path) >= work->path_limit)
    {
      trp_path_follow_update (self->path, self->bits[1], work->changed);
      return true;
    }
  g_clear_pointer (&self->path, trp_path_follow_free);
  self->path = trp_path_follow_new (self->bits[0], self->bits[1], self->spacing, work->path_limit,
                                    error);
  return self->path != NULL;
}

static void
run_tasks (size_t begin, size_t end, void *data)
{
  Work *work = data;

  for (size_t n = begin; n < end; n++)
    {
      GError **error = &work->errors[n];

      if (g_cancellable_set_error_if_cancelled (work->cancellable, error))
        continue;
      if (n == 0 && !follow_surface (work, TRP_SURFACE_SURFEL, &work->self->surfel, error))
        g_debug ("no surfels");
      if (n == 1 && !follow_surface (work, TRP_SURFACE_VOXEL_BORDER, &work->self->border, error))
        g_debug ("no border");
      if (n == 2 && !follow_path (work, error))
        g_debug ("no path");
    }
}

static bool
follow (Work *work, GError **error)
{
  bool done = true;

  trp_parallel_for (G_N_ELEMENTS (work->errors), 1, run_tasks, work);
  for (size_t n = 0; n < G_N_ELEMENTS (work->errors); n++)
    {
      if (work->errors[n] && done)
        g_propagate_error (error, g_steal_pointer (&work->errors[n]));
      else if (!work->errors[n])
        continue;
      done = false;
      g_clear_error (&work->errors[n]);
    }
  return done;
}

/* The joint box with MARGIN around it, and one voxel more. */
static void
get_wide_box (const TrpLiveFollower *self,
              const TrpBox *edited,
              ptrdiff_t out_origin[3],
              size_t out_size[3])
{
  const TrpMask *reference = trp_live_reference_peek_mask (self->reference);
  const TrpGeometry *geometry = trp_mask_get_geometry (reference);
  const TrpBox reference_box = trp_live_reference_get_box (self->reference);
  TrpBox wide = trp_box_union (edited, &reference_box);

  for (int axis = 0; axis < 3; axis++)
    {
      wide.begin[axis] -= MIN (wide.begin[axis], MARGIN);
      wide.end[axis] = MIN (wide.end[axis] + MARGIN, geometry->size[axis]);
    }
  trp_bits_pad_box (&wide, out_origin, out_size);
}

static bool
start_again (TrpLiveFollower *self,
             const TrpMask *edited,
             double path_limit,
             TrpProgress *progress,
             GError **error)
{
  const TrpBox box = trp_mask_get_box (edited);
  Work work = { .self = self,
                .path_limit = path_limit,
                .cancellable = progress ? progress->cancellable : NULL };
  ptrdiff_t origin[3];
  size_t size[3];

  forget (self);
  get_wide_box (self, &box, origin, size);
  self->bits[0] = trp_bits_new_from_mask (trp_live_reference_peek_mask (self->reference), origin,
                                          size, error);
  self->bits[1] = self->bits[0] ? trp_bits_new_from_mask (edited, origin, size, error) : NULL;
  if (!self->bits[1] || !follow (&work, error))
    return false;
  self->edited = trp_mask_copy (edited);
  return true;
}

/* @box, counted from the kept box's origin. Returns: false if it and an empty layer do not fit. */
static bool
move_into_kept (const TrpBits *kept, TrpBox *io_box)
{
  for (int axis = 0; axis < 3; axis++)
    {
      const ptrdiff_t begin = (ptrdiff_t) io_box->begin[axis] - kept->origin[axis];
      const ptrdiff_t end = (ptrdiff_t) io_box->end[axis] - kept->origin[axis];

      if (begin < 1 || end + 1 > (ptrdiff_t) kept->size[axis])
        return false;
      io_box->begin[axis] = (size_t) begin;
      io_box->end[axis] = (size_t) end;
    }
  return true;
}

/* Something far away was there once. */
static bool
is_too_large (const TrpLiveFollower *self)
{
  const TrpBits *kept = self->bits[1];
  TrpBox box = { { 0 }, { 0 } };
  const double *squared;
  ptrdiff_t origin[3];
  size_t n_points, size[3];
  const TrpBitsPoint *points = trp_surface_follow_peek_points (self->border, true, &n_points,
                                                               &squared);

  if (kept->size[0] * kept->size[1] * kept->size[2] <= LEAST_KEPT)
    return false;
  for (size_t n = 0; n < n_points; n++)
    {
      const size_t p[3] = { points[n].i, points[n].j, points[n].k };

      for (int axis = 0; axis < 3; axis++)
        {
          const size_t index = (size_t) ((ptrdiff_t) p[axis] + kept->origin[axis]);

          box.begin[axis] = n > 0 ? MIN (box.begin[axis], index) : index;
          box.end[axis] = MAX (box.end[axis], index + 1);
        }
    }
  get_wide_box (self, &box, origin, size);
  return kept->size[0] * kept->size[1] * kept->size[2] >
         LARGEST_EXCESS * size[0] * size[1] * size[2];
}

/* Returns: false, without an error, where this cannot be done. */
static bool
bring_up_to_date (TrpLiveFollower *self, const TrpMask *edited, double path_limit, GError **error)
{
  g_autoptr (TrpPatch) patch = trp_patch_new_difference (self->edited, edited);
  TrpBox changed = trp_patch_get_box (patch);
  Work work = { .self = self, .changed = &changed, .path_limit = path_limit };
  TrpBitsRows rows;

  if (trp_patch_is_empty (patch) && trp_path_follow_get_limit (self->path) >= path_limit)
    return true;
  if (trp_patch_is_empty (patch))
    return follow_path (&(Work){ .self = self, .path_limit = path_limit }, error);
  if (!move_into_kept (self->bits[1], &changed))
    return false;
  rows = (TrpBitsRows){ changed.begin[1], changed.end[1], changed.begin[2], changed.end[2] };
  trp_bits_update_from_mask (self->bits[1], edited, &rows);
  if (!follow (&work, error))
    return false;
  trp_mask_free (self->edited);
  self->edited = trp_mask_copy (edited);
  return true;
}

/* ---- what is told of it ---- */

static TrpVec3
get_lps (const TrpLiveFollower *self, TrpBitsPoint p)
{
  const ptrdiff_t *origin = self->bits[0]->origin;

  return trp_geometry_lps_from_ijk (
    trp_mask_get_geometry (self->edited),
    trp_vec3 ((double) (origin[0] + p.i), (double) (origin[1] + p.j), (double) (origin[2] + p.k)));
}

/* A surface voxel of one mask lies outside the reference, or is covered by the edited mask. */
static bool
is_outside (const TrpLiveFollower *self, bool of_test, TrpBitsPoint p)
{
  return trp_bits_get (self->bits[of_test ? 0 : 1], p.i, p.j, p.k) != of_test;
}

static void
add_to_slices (const TrpLiveFollower *self, bool of_test, TrpLiveSlice *slices)
{
  const double *squared;
  size_t n_points;
  const TrpBitsPoint *points = trp_surface_follow_peek_points (self->border, of_test, &n_points,
                                                               &squared);

  for (size_t n = 0; n < n_points; n++)
    {
      TrpLiveSlice *slice = &slices[(ptrdiff_t) points[n].k + self->bits[0]->origin[2]];
      const bool outside = is_outside (self, of_test, points[n]);
      const double distance = sqrt (squared[n]);
      double *largest = outside ? &slice->outside : &slice->missing;

      *largest = fmax (*largest, distance);
      slice->mean += outside ? distance : -distance;
      slice->n++;
    }
}

static void
set_slices (const TrpLiveFollower *self, TrpLiveDistances *out)
{
  out->n_slices = trp_mask_get_geometry (self->edited)->size[2];
  out->slices = g_new0 (TrpLiveSlice, out->n_slices);
  add_to_slices (self, false, out->slices);
  add_to_slices (self, true, out->slices);
  out->outside = out->missing = (double) NAN;
  for (size_t k = 0; k < out->n_slices; k++)
    {
      TrpLiveSlice *slice = &out->slices[k];

      if (slice->n == 0)
        {
          slice->outside = slice->missing = slice->mean = (double) NAN;
          continue;
        }
      slice->mean /= (double) slice->n;
      out->outside = fmax (out->outside, slice->outside);
      out->missing = fmax (out->missing, slice->missing);
    }
}

/* Of the other surface, the point nearest to @point. */
static TrpBitsPoint
find_nearest (const TrpLiveFollower *self, bool of_test, TrpBitsPoint point)
{
  const double *s = self->spacing, *squared;
  double best = (double) INFINITY;
  TrpBitsPoint nearest = point;
  size_t n_points;
  const TrpBitsPoint *points = trp_surface_follow_peek_points (self->border, !of_test, &n_points,
                                                               &squared);

  for (size_t n = 0; n < n_points; n++)
    {
      const double di = s[0] * (points[n].i - point.i), dj = s[1] * (points[n].j - point.j),
                   dk = s[2] * (points[n].k - point.k);
      const double d = di * di + dj * dj + dk * dk;

      if (d >= best)
        continue;
      best = d;
      nearest = points[n];
    }
  return nearest;
}

static TrpLivePlace
make_place (const TrpLiveFollower *self, bool of_test, TrpBitsPoint point, double distance)
{
  return (TrpLivePlace){
    .point_lps = get_lps (self, point),
    .nearest_lps = get_lps (self, find_nearest (self, of_test, point)),
    .signed_mm = is_outside (self, of_test, point) ? distance : -distance,
    .k = (size_t) ((ptrdiff_t) point.k + self->bits[0]->origin[2]),
  };
}

/* Positions are those in the grid, in mm: distances are the same as in the patient. */
static void
fill_spots (const TrpLiveFollower *self,
            const TrpBitsPoint *points,
            const double *squared,
            size_t n_points,
            TrpSurfaceSpot *out_spots)
{
  const double *s = self->spacing;

  for (size_t n = 0; n < n_points; n++)
    out_spots[n] = (TrpSurfaceSpot){
      .position = trp_vec3 (s[0] * points[n].i, s[1] * points[n].j, s[2] * points[n].k),
      .distance = sqrt (squared[n]),
    };
}

static void
set_places (const TrpLiveFollower *self, const TrpLiveOptions *options, TrpLiveDistances *out)
{
  const double *squared[2];
  size_t n[2];
  const TrpBitsPoint *points[2] = {
    trp_surface_follow_peek_points (self->border, false, &n[0], &squared[0]),
    trp_surface_follow_peek_points (self->border, true, &n[1], &squared[1]),
  };
  g_autofree TrpSurfaceSpot *spots = g_new (TrpSurfaceSpot, n[0] + n[1]);
  g_autofree size_t *places = g_new (size_t, options->max_places);

  if (n[0] == 0 || n[1] == 0)
    return;
  fill_spots (self, points[0], squared[0], n[0], spots);
  fill_spots (self, points[1], squared[1], n[1], spots + n[0]);
  out->n_places = trp_worst_places_find (spots, n[0] + n[1], options->separation,
                                         options->max_places, places);
  out->places = g_new (TrpLivePlace, out->n_places);
  for (size_t p = 0; p < out->n_places; p++)
    {
      const bool of_test = places[p] >= n[0];

      out->places[p] = make_place (self, of_test, points[of_test][places[p] - (of_test ? n[0] : 0)],
                                   spots[places[p]].distance);
    }
}

static TrpOverlap
count (const TrpLiveFollower *self)
{
  const TrpBits *a = self->bits[0], *b = self->bits[1];
  const size_t n_words = a->n_words * a->size[1] * a->size[2];
  TrpOverlap overlap = { .reference = trp_bits_count (a), .test = trp_bits_count (b) };

  for (size_t n = 0; n < n_words; n++)
    overlap.both += (size_t) __builtin_popcountll (a->words[n] & b->words[n]);
  return overlap;
}

static void
set_volumes (const TrpLiveFollower *self, TrpLiveDistances *out)
{
  const double voxel_ml = trp_geometry_get_voxel_volume (trp_mask_get_geometry (self->edited)) /
                          1000;

  out->overlap = count (self);
  out->volume_ml = (double) out->overlap.test * voxel_ml;
  out->volume_reference_ml = (double) out->overlap.reference * voxel_ml;
  out->volume_difference_ml = out->volume_ml - out->volume_reference_ml;
  out->volume_difference_relative = trp_overlap_relative_difference (&out->overlap);
}

/* Summing up is as long again as bringing a stroke up to date: one task per convention. */
typedef struct
{
  const TrpLiveFollower *self;
  const TrpLiveOptions *options;
  TrpLiveDistances *out;
} Summary;

static void
sum_up (size_t begin, size_t end, void *data)
{
  const Summary *s = data;

  for (size_t n = begin; n < end; n++)
    if (n == 0)
      trp_surface_follow_compute (s->self->surfel, s->options->tolerance, &s->out->surfel,
                                  &s->out->nsd_surfel);
    else if (n == 1)
      trp_surface_follow_compute (s->self->border, s->options->tolerance, &s->out->border,
                                  &s->out->nsd_border);
    else
      set_places (s->self, s->options, s->out);
}

static TrpLiveDistances *
summarize (const TrpLiveFollower *self, guint64 generation, const TrpLiveOptions *options)
{
  TrpLiveDistances *out = g_new0 (TrpLiveDistances, 1);

  out->generation = generation;
  out->tolerance = options->tolerance;
  trp_parallel_for (3, 1, sum_up, &(Summary){ self, options, out });
  out->contour_pixels = trp_path_follow_count_contour (self->path);
  out->added_pixels = trp_path_follow_count (self->path, 0);
  out->added_beyond_pixels = trp_path_follow_count (self->path, options->tolerance);
  out->added_mm_per_pixel = (self->spacing[0] + self->spacing[1]) / 2;
  set_slices (self, out);
  set_volumes (self, out);
  return out;
}

static bool
measure_locked (TrpLiveFollower *self,
                const TrpMask *edited,
                double path_limit,
                TrpProgress *progress,
                GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!trp_progress_step (progress, 0, NULL, error))
    return false;
  self->was_incremental = self->edited && !is_too_large (self) &&
                          bring_up_to_date (self, edited, path_limit, &failure);
  if (self->was_incremental)
    return true;
  if (!failure && start_again (self, edited, path_limit, progress, &failure))
    return true;
  forget (self);
  g_propagate_error (error, g_steal_pointer (&failure));
  return false;
}

TrpLiveDistances *
trp_live_follower_measure (TrpLiveFollower *self,
                           const TrpMask *edited,
                           guint64 generation,
                           const TrpLiveOptions *options,
                           TrpProgress *progress,
                           GError **error)
{
  const TrpMask *reference = trp_live_reference_peek_mask (self->reference);
  TrpLiveDistances *distances = NULL;

  if (!trp_geometry_check_equal (trp_mask_get_geometry (reference), trp_mask_get_geometry (edited),
                                 error))
    return NULL;
  g_mutex_lock (&self->lock);
  if (measure_locked (self, edited, options->tolerance, progress, error))
    distances = summarize (self, generation, options);
  g_mutex_unlock (&self->lock);
  return distances;
}
