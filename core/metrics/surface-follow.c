/* surface-follow.c - see surface-follow.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/surface-follow.h"

#include "core/metrics/distance-map.h"
#include "core/metrics/surfel.h"

#include <math.h>
#include <string.h>

/* Rounding of two ways to sum three squares: nothing that could be nearer is left out. */
#define ROUNDING 1e-12

/**
 * Side: one surface
 * @points: as bits; @list: the same as a list, with distances to the other side and weights
 */
typedef struct
{
  TrpBits *points;
  TrpDistanceMap *map;
  size_t n;
  TrpBitsPoint *list;
  double *squared;
  double *weights;
} Side;

enum
{
  REFERENCE,
  TEST,
};

struct _TrpSurfaceFollow
{
  TrpSurfaceKind kind;
  double spacing[3];
  double areas[TRP_SURFEL_N_CODES];
  Side sides[2];
};

static double
get_weight (const TrpSurfaceFollow *self, const TrpBits *mask, TrpBitsPoint point)
{
  return self->kind == TRP_SURFACE_SURFEL ? self->areas[trp_surfel_get_code (mask, point)] : 1;
}

static bool
make_side (TrpSurfaceFollow *self, Side *side, const TrpBits *mask, GError **error)
{
  side->points = self->kind == TRP_SURFACE_SURFEL ? trp_bits_new_corners (mask, error)
                                                  : trp_bits_new_border (mask, error);
  side->map = side->points ? trp_distance_map_new (side->points, self->spacing, error) : NULL;
  if (!side->map)
    return false;
  side->list = trp_bits_list (side->points, &side->n);
  side->squared = g_new (double, side->n);
  side->weights = g_new (double, side->n);
  for (size_t n = 0; n < side->n; n++)
    side->weights[n] = get_weight (self, mask, side->list[n]);
  return true;
}

static bool
measure_all (Side *from, Side *to, GError **error)
{
  return trp_distance_map_measure (to->map, from->list, from->n, from->squared, error);
}

TrpSurfaceFollow *
trp_surface_follow_new (TrpSurfaceKind kind,
                        const TrpBits *reference,
                        const TrpBits *test,
                        const double spacing[3],
                        GError **error)
{
  g_autoptr (TrpSurfaceFollow) self = g_new0 (TrpSurfaceFollow, 1);
  Side *sides = self->sides;

  self->kind = kind;
  memcpy (self->spacing, spacing, sizeof self->spacing);
  trp_surfel_compute_areas (spacing, self->areas);
  if (!make_side (self, &sides[REFERENCE], reference, error) ||
      !make_side (self, &sides[TEST], test, error) ||
      !measure_all (&sides[REFERENCE], &sides[TEST], error) ||
      !measure_all (&sides[TEST], &sides[REFERENCE], error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trp_surface_follow_free (TrpSurfaceFollow *self)
{
  if (!self)
    return;
  for (int n = 0; n < 2; n++)
    {
      trp_bits_free (self->sides[n].points);
      trp_distance_map_free (self->sides[n].map);
      g_free (self->sides[n].list);
      g_free (self->sides[n].squared);
      g_free (self->sides[n].weights);
    }
  g_free (self);
}

/* ---- the part that can have changed ---- */

/* Points whose distance is asked for again, and their places in the list. */
typedef struct
{
  size_t n;
  TrpBitsPoint *points;
  size_t *places;
} Again;

static bool
measure_again (Again *again, const Side *to, double *squared, GError **error)
{
  g_autofree double *measured = g_new (double, again->n);

  if (!trp_distance_map_measure (to->map, again->points, again->n, measured, error))
    return false;
  for (size_t n = 0; n < again->n; n++)
    squared[again->places[n]] = measured[n];
  return true;
}

static inline bool
is_in_box (const TrpBox *box, TrpBitsPoint p)
{
  return p.i >= box->begin[0] && p.i < box->end[0] && p.j >= box->begin[1] && p.j < box->end[1] &&
         p.k >= box->begin[2] && p.k < box->end[2];
}

static inline uint64_t
get_order (TrpBitsPoint p)
{
  return (uint64_t) p.k << 32 | (uint64_t) p.j << 16 | p.i;
}

/* A new list of the test's points: those outside @box were in the old one and bring what is known
 * of them. */
static bool
update_test (TrpSurfaceFollow *self, const TrpBits *test, const TrpBox *box, GError **error)
{
  Side *side = &self->sides[TEST];
  size_t n_points, old = 0;
  g_autofree TrpBitsPoint *list = trp_bits_list (side->points, &n_points);
  g_autofree double *squared = g_new (double, n_points);
  g_autofree double *weights = g_new (double, n_points);
  g_autofree TrpBitsPoint *points = g_new (TrpBitsPoint, n_points);
  g_autofree size_t *places = g_new (size_t, n_points);
  Again again = { 0, points, places };

  for (size_t n = 0; n < n_points; n++)
    {
      if (is_in_box (box, list[n]))
        {
          weights[n] = get_weight (self, test, list[n]);
          points[again.n] = list[n];
          places[again.n++] = n;
          continue;
        }
      while (get_order (side->list[old]) < get_order (list[n]))
        old++;
      squared[n] = side->squared[old];
      weights[n] = side->weights[old];
    }
  if (!measure_again (&again, &self->sides[REFERENCE], squared, error))
    return false;
  g_free (side->list);
  g_free (side->squared);
  g_free (side->weights);
  side->n = n_points;
  side->list = g_steal_pointer (&list);
  side->squared = g_steal_pointer (&squared);
  side->weights = g_steal_pointer (&weights);
  return true;
}

/* From a point to the nearest one of @box, mm2. */
static double
get_box_distance (const TrpSurfaceFollow *self, const TrpBox *box, TrpBitsPoint point)
{
  const size_t p[3] = { point.i, point.j, point.k };
  double sum = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      const size_t gap = p[axis] < box->begin[axis]  ? box->begin[axis] - p[axis]
                         : p[axis] >= box->end[axis] ? p[axis] - box->end[axis] + 1
                                                     : 0;

      sum += (double) gap * self->spacing[axis] * ((double) gap * self->spacing[axis]);
    }
  return sum;
}

static bool
update_reference (TrpSurfaceFollow *self, const TrpBox *box, GError **error)
{
  Side *side = &self->sides[REFERENCE];
  g_autofree TrpBitsPoint *points = g_new (TrpBitsPoint, side->n);
  g_autofree size_t *places = g_new (size_t, side->n);
  Again again = { 0, points, places };

  for (size_t n = 0; n < side->n; n++)
    if (get_box_distance (self, box, side->list[n]) * (1 - ROUNDING) <= side->squared[n])
      {
        points[again.n] = side->list[n];
        places[again.n++] = n;
      }
  return measure_again (&again, &self->sides[TEST], side->squared, error);
}

bool
trp_surface_follow_update (TrpSurfaceFollow *self,
                           const TrpBits *test,
                           const TrpBox *changed,
                           GError **error)
{
  Side *side = &self->sides[TEST];
  const TrpBitsRows rows = { changed->begin[1], changed->end[1], changed->begin[2],
                             changed->end[2] };
  const TrpBitsRows wide_rows = trp_bits_widen_rows (test, &rows);
  TrpBox wide = *changed;

  for (int axis = 0; axis < 3; axis++)
    {
      wide.begin[axis] -= MIN (wide.begin[axis], 1);
      wide.end[axis] = MIN (wide.end[axis] + 1, test->size[axis]);
    }
  if (self->kind == TRP_SURFACE_SURFEL)
    trp_bits_update_corners (side->points, test, &rows);
  else
    trp_bits_update_border (side->points, test, &rows);
  trp_distance_map_update (side->map, side->points, &wide_rows);
  return update_test (self, test, &wide, error) && update_reference (self, &wide, error);
}

/* ---- what comes of it ---- */

void
trp_surface_follow_compute (const TrpSurfaceFollow *self,
                            double tolerance,
                            TrpSurfaceNumbers *out_numbers,
                            double *out_nsd)
{
  TrpSurfaceSamples samples[2];

  for (int s = 0; s < 2; s++)
    {
      const Side *side = &self->sides[s];

      trp_surface_samples_init (&samples[s], side->n);
      for (size_t n = 0; n < side->n; n++)
        samples[s].samples[n] = (TrpSurfaceSample){ sqrt (side->squared[n]), side->weights[n] };
      trp_surface_samples_finish (&samples[s]);
    }
  *out_numbers = trp_surface_numbers_compute (self->kind, samples);
  *out_nsd = trp_surface_samples_get_nsd (samples, tolerance);
  for (int s = 0; s < 2; s++)
    trp_surface_samples_clear (&samples[s]);
}

const TrpBitsPoint *
trp_surface_follow_peek_points (const TrpSurfaceFollow *self,
                                bool of_test,
                                size_t *out_n,
                                const double **out_squared)
{
  const Side *side = &self->sides[of_test ? TEST : REFERENCE];

  *out_n = side->n;
  *out_squared = side->squared;
  return side->list;
}
