/* smart-brush.c - see smart-brush.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/smart-brush.h"

#include "core/structure/reach.h"

#include <stdlib.h>

#define CORE_SHARE (1.0 / 3)
#define MAX_CORE_MM 3.0
#define MAX_NOISE_MM 9.0
#define N_DEVIATIONS 3.0
#define SD_PER_MAD 1.4826

/* @range_low over @range_high: nothing was learned. */
typedef struct
{
  TrpStrokeStart start;
  TrpBrush core;
  double low, high;
  TrpReach *reach;
} State;

static TrpBrush
make_core (const TrpBrush *brush)
{
  TrpBrush core = *brush;

  core.radius = fmin (brush->radius * CORE_SHARE, MAX_CORE_MM);
  return core;
}

/* ---- what the press teaches ---- */

static int
compare_doubles (const void *a, const void *b)
{
  const double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

/* Sorts @values; NAN if there are none. */
static double
find_median (GArray *values)
{
  const double *sorted = (const double *) (void *) values->data;
  const guint n = values->len;

  if (n == 0)
    return (double) NAN;
  qsort (values->data, n, sizeof (double), compare_doubles);
  return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

typedef struct
{
  GArray *values;      /* of the finite voxels */
  GArray *differences; /* absolute, of finite neighbours along i */
} Samples;

static void
read_run (const TrpVolume *image, const TrpPatchRun *run, Samples *samples)
{
  double last = (double) NAN;

  for (size_t w = 0; w < run->n_words; w++)
    for (size_t bit = 0; bit < 64; bit++)
      {
        const ptrdiff_t i = (ptrdiff_t) (64 * (run->word + w) + bit);
        const bool is_set = run->bits[w] >> bit & 1;
        const double value = is_set ? trp_volume_get_value (image, i, (ptrdiff_t) run->j,
                                                            (ptrdiff_t) run->k)
                                    : (double) NAN;
        const double difference = fabs (value - last);

        last = value;
        if (isfinite (value))
          g_array_append_val (samples->values, value);
        if (isfinite (difference))
          g_array_append_val (samples->differences, difference);
      }
}

static Samples
read_samples (const TrpBrush *brush, const TrpVolume *image, TrpVec3 point_lps)
{
  g_autoptr (TrpPatch)
    patch = trp_brush_sweep (brush, trp_volume_get_geometry (image), point_lps, point_lps);
  Samples samples = { g_array_new (false, false, sizeof (double)),
                      g_array_new (false, false, sizeof (double)) };
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (patch, &position, &run))
    read_run (image, &run, &samples);
  return samples;
}

static double
find_deviation (GArray *values, double median)
{
  for (guint n = 0; n < values->len; n++)
    {
      double *value = &g_array_index (values, double, n);

      *value = fabs (*value - median);
    }
  return SD_PER_MAD * find_median (values);
}

/* 0 where no two neighbours are. */
static double
find_noise (const TrpBrush *brush, const TrpVolume *image, TrpVec3 point_lps)
{
  TrpBrush around = *brush;
  Samples samples;
  double median;

  around.radius = fmin (brush->radius, MAX_NOISE_MM);
  samples = read_samples (&around, image, point_lps);
  median = find_median (samples.differences);
  g_array_unref (samples.values);
  g_array_unref (samples.differences);
  return isnan (median) ? 0 : SD_PER_MAD / G_SQRT2 * median;
}

/* What the range is widened by at least: a step of whole numbers, and what arithmetic may err. */
static double
get_least_half_range (const TrpVolume *image, double value)
{
  const bool is_float = trp_volume_get_voxel_type (image) == TRP_VOXEL_F32;

  return fmax (is_float ? 0 : fabs (trp_volume_get_slope (image)), 1e-6 * fabs (value));
}

bool
trp_smart_brush_learn (const TrpBrush *brush,
                       const TrpVolume *image,
                       TrpVec3 point_lps,
                       double *out_low,
                       double *out_high)
{
  const TrpBrush core = make_core (brush);
  Samples samples = read_samples (&core, image, point_lps);
  const double median = find_median (samples.values);
  const double deviation = find_deviation (samples.values, median);
  double half;

  g_array_unref (samples.values);
  g_array_unref (samples.differences);
  if (isnan (median))
    return false;
  half = N_DEVIATIONS * fmax (deviation, find_noise (brush, image, point_lps));
  half = fmax (half, get_least_half_range (image, median));
  *out_low = median - half;
  *out_high = median + half;
  return true;
}

/* ---- the stroke ---- */

static void *
begin (const TrpStrokeStart *start)
{
  State *self = g_new0 (State, 1);

  self->start = *start;
  self->core = make_core (start->brush);
  self->reach = trp_reach_new ();
  self->low = 1;
  self->high = 0;
  if (start->options->image)
    (void) !trp_smart_brush_learn (start->brush, start->options->image, start->point_lps,
                                   &self->low, &self->high);
  return self;
}

static TrpPatch *
cover (void *state, TrpVec3 from_lps, TrpVec3 to_lps)
{
  State *self = state;
  const TrpGeometry *geometry = trp_structure_set_get_geometry (self->start.set);
  g_autoptr (TrpPatch) swept = NULL, unseen = NULL, open = NULL, seeds = NULL;

  if (self->low > self->high)
    return trp_patch_new ();
  swept = trp_brush_sweep (self->start.brush, geometry, from_lps, to_lps);
  unseen = trp_reach_take_unseen (self->reach, swept);
  open = trp_paint_get_within (unseen, geometry, self->start.options->image, self->low, self->high);
  seeds = trp_brush_sweep (&self->core, geometry, from_lps, to_lps);
  return trp_reach_extend (self->reach, open, seeds);
}

static void
end (void *state)
{
  State *self = state;

  trp_reach_free (self->reach);
  g_free (self);
}

const TrpStencilMaker trp_smart_brush = {
  .begin = begin,
  .cover = cover,
  .end = end,
};
