/* surface-distance.c - see surface-distance.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/surface-distance.h"

#include "core/metrics/surfel.h"

#include <math.h>
#include <string.h>

struct _TrpSurfaceDistances
{
  TrpSurfaceKind kind;
  TrpSurfaceSamples samples[2]; /* ab, ba */
  TrpSurfaceNumbers numbers;
};

TrpSurfacePair *
trp_surface_pair_new (const TrpMask *reference, const TrpMask *test, GError **error)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (reference);
  const TrpBox box_reference = trp_mask_get_box (reference);
  const TrpBox box_test = trp_mask_get_box (test);
  const TrpBox box = trp_box_union (&box_reference, &box_test);
  g_autoptr (TrpSurfacePair) self = NULL;
  ptrdiff_t origin[3];
  size_t size[3];

  if (!trp_geometry_check_equal (geometry, trp_mask_get_geometry (test), error) ||
      !trp_geometry_check_measurable (geometry, error))
    return NULL;
  self = g_new0 (TrpSurfacePair, 1);
  for (int axis = 0; axis < 3; axis++)
    self->spacing[axis] = trp_geometry_get_spacing (geometry, axis);
  trp_bits_pad_box (&box, origin, size);
  self->reference = trp_bits_new_from_mask (reference, origin, size, error);
  self->test = self->reference ? trp_bits_new_from_mask (test, origin, size, error) : NULL;
  return self->test ? g_steal_pointer (&self) : NULL;
}

void
trp_surface_pair_free (TrpSurfacePair *self)
{
  if (!self)
    return;
  trp_bits_free (self->reference);
  trp_bits_free (self->test);
  g_free (self);
}

TrpOverlap
trp_surface_pair_count (const TrpSurfacePair *self)
{
  const TrpBits *a = self->reference, *b = self->test;
  const size_t n_words = a->n_words * a->size[1] * a->size[2];
  TrpOverlap overlap = { .reference = trp_bits_count (a), .test = trp_bits_count (b) };

  for (size_t n = 0; n < n_words; n++)
    overlap.both += (size_t) __builtin_popcountll (a->words[n] & b->words[n]);
  return overlap;
}

/**
 * Side: one mask of a pair, with what is made from it
 * @mask: borrowed
 */
typedef struct
{
  const TrpBits *mask;
  TrpBits *points;
  TrpDistanceMap *map;
} Side;

static Side *
side_new (const TrpBits *mask, const double spacing[3], TrpSurfaceKind kind, GError **error)
{
  TrpDistanceMap *map;
  Side *self;
  TrpBits *points = kind == TRP_SURFACE_SURFEL ? trp_bits_new_corners (mask, error)
                                               : trp_bits_new_border (mask, error);

  map = points ? trp_distance_map_new (points, spacing, error) : NULL;
  if (!map)
    {
      trp_bits_free (points);
      return NULL;
    }
  self = g_new0 (Side, 1);
  self->mask = mask;
  self->points = points;
  self->map = map;
  return self;
}

static void
side_free (Side *self)
{
  if (!self)
    return;
  trp_bits_free (self->points);
  trp_distance_map_free (self->map);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Side, side_free)

static void
set_weights (TrpSurfaceSamples *samples,
             const TrpBitsPoint *points,
             const TrpBits *mask,
             const double spacing[3],
             TrpSurfaceKind kind)
{
  double areas[TRP_SURFEL_N_CODES];

  if (kind == TRP_SURFACE_SURFEL)
    trp_surfel_compute_areas (spacing, areas);
  for (size_t n = 0; n < samples->n; n++)
    samples->samples[n].weight = kind == TRP_SURFACE_SURFEL
                                   ? areas[trp_surfel_get_code (mask, points[n])]
                                   : 1;
}

static bool
measure (TrpSurfaceDistances *self,
         size_t direction,
         const Side *from,
         const Side *to,
         const double spacing[3],
         GError **error)
{
  TrpSurfaceSamples *samples = &self->samples[direction];
  size_t n_points;
  g_autofree TrpBitsPoint *points = trp_bits_list (from->points, &n_points);
  g_autofree double *squared = g_new (double, n_points);

  if (!trp_distance_map_measure (to->map, points, n_points, squared, error))
    return false;
  trp_surface_samples_init (samples, n_points);
  set_weights (samples, points, from->mask, spacing, self->kind);
  for (size_t n = 0; n < n_points; n++)
    samples->samples[n].distance = sqrt (squared[n]);
  trp_surface_samples_finish (samples);
  return true;
}

TrpSurfaceDistances *
trp_surface_distances_new (const TrpSurfacePair *pair,
                           TrpSurfaceKind kind,
                           TrpProgress *progress,
                           GError **error)
{
  g_autoptr (TrpSurfaceDistances) self = g_new0 (TrpSurfaceDistances, 1);
  g_autoptr (Side) reference = side_new (pair->reference, pair->spacing, kind, error);
  g_autoptr (Side) test = reference ? side_new (pair->test, pair->spacing, kind, error) : NULL;

  self->kind = kind;
  if (!test || !trp_progress_step (progress, 0, NULL, error) ||
      !measure (self, 0, reference, test, pair->spacing, error) ||
      !trp_progress_step (progress, 0.5, NULL, error) ||
      !measure (self, 1, test, reference, pair->spacing, error) ||
      !trp_progress_step (progress, 0.9, NULL, error))
    return NULL;
  self->numbers = trp_surface_numbers_compute (kind, self->samples);
  return g_steal_pointer (&self);
}

void
trp_surface_distances_free (TrpSurfaceDistances *self)
{
  if (!self)
    return;
  for (int n = 0; n < 2; n++)
    trp_surface_samples_clear (&self->samples[n]);
  g_free (self);
}

TrpSurfaceKind
trp_surface_distances_get_kind (const TrpSurfaceDistances *self)
{
  return self->kind;
}

const TrpSurfaceNumbers *
trp_surface_distances_get_numbers (const TrpSurfaceDistances *self)
{
  return &self->numbers;
}

double
trp_surface_distances_get_nsd (const TrpSurfaceDistances *self, double tolerance)
{
  return trp_surface_samples_get_nsd (self->samples, tolerance);
}

/* Raises @io_squared to the largest distance of points of @from that are not in @to. */
static bool
raise_largest (
  TrpDistanceMap *map, const TrpBits *from, const TrpBits *to, double *io_squared, GError **error)
{
  g_autoptr (TrpBits) outside = trp_bits_new (from->origin, from->size, error);
  g_autofree TrpBitsPoint *points = NULL;
  size_t n_points;

  if (!outside)
    return false;
  for (size_t n = 0; n < from->n_words * from->size[1] * from->size[2]; n++)
    outside->words[n] = from->words[n] & ~to->words[n];
  points = trp_bits_list (outside, &n_points);
  return trp_distance_map_find_largest (map, points, n_points, *io_squared, io_squared, error);
}

/* Largest squared distance of voxels of @from outside @to, to the nearest voxel of @to; that one
 * always lies on its border. The border of @from mostly holds the largest, so it goes first and the
 * many voxels inside are soon left. */
static bool
measure_set (const TrpSurfacePair *pair,
             const TrpBits *from,
             const TrpBits *to,
             double *io_squared,
             GError **error)
{
  g_autoptr (TrpBits) border = trp_bits_new_border (to, error);
  g_autoptr (TrpBits) from_border = border ? trp_bits_new_border (from, error) : NULL;
  g_autoptr (TrpDistanceMap) map = from_border ? trp_distance_map_new (border, pair->spacing, error)
                                               : NULL;

  return map && raise_largest (map, from_border, to, io_squared, error) &&
         raise_largest (map, from, to, io_squared, error);
}

bool
trp_surface_pair_measure_sets (const TrpSurfacePair *self, double *out_hd, GError **error)
{
  const bool none_reference = trp_bits_count (self->reference) == 0;
  const bool none_test = trp_bits_count (self->test) == 0;
  double squared = 0;

  if (none_reference || none_test)
    {
      *out_hd = (double) (none_reference && none_test ? NAN : INFINITY);
      return true;
    }
  if (!measure_set (self, self->reference, self->test, &squared, error) ||
      !measure_set (self, self->test, self->reference, &squared, error))
    return false;
  *out_hd = sqrt (squared);
  return true;
}
