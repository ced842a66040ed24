/* margin.c - see margin.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sum of squares is separable even where the two halves of an axis differ, so each axis is one
 * pass. Along i the nearest source on either side counts; along j every row within reach adds its
 * own term; what is left of 1 then says how many planes further along k a voxel reaches, so the
 * last pass is a countdown from plane to plane. It is made upwards and downwards, each with the
 * planes computed anew, so that no more than one plane is kept.
 */

#include "core/structure/margin.h"

#include "core/base/parallel.h"
#include "core/structure/boolean.h"

#include <math.h>

/* Spacings are written with seven digits in some files. */
#define SLACK 1e-6
#define ROWS_PER_CHUNK 16

/* How far voxels reach along one axis of the grid. @inverse: squared spacing over squared mm,
 * INFINITY where nothing moves; @steps: voxels */
typedef struct
{
  double inverse[2]; /* towards lower, towards higher indices */
  size_t steps[2];
} Reach;

/**
 * Work: one plane after the other
 * @is_outside: sources are the voxels that are not set
 * @along_rows: the first term, of each voxel of the plane
 * @has_source: of each row
 * @countdown: planes that each voxel still reaches; -1: none
 */
typedef struct
{
  const TrpMask *mask;
  bool is_outside;
  TrpBox box;
  Reach reach[3];
  size_t width, height;
  double *along_rows;
  bool *has_source;
  int16_t *countdown;
  size_t k;
  int side; /* of the sweep: 0 downwards, 1 upwards */
  TrpMask *out;
} Work;

static void
work_clear (Work *self)
{
  g_free (self->along_rows);
  g_free (self->has_source);
  g_free (self->countdown);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static inline double
get_term (const Reach *reach, int side, size_t steps)
{
  return steps == 0 ? 0 : reach->inverse[side] * (double) (steps * steps);
}

static bool
is_source (const Work *self, const uint64_t *row, size_t x)
{
  const size_t i = self->box.begin[0] + x;
  const bool is_set = row && (row[i / 64] >> (i % 64) & 1);

  return is_set != self->is_outside;
}

/* Voxels that a source reaches towards higher indices lie behind it, and the other way round. */
static bool
measure_row (const Work *self, const uint64_t *row, double *out)
{
  const Reach *reach = &self->reach[0];
  size_t last = SIZE_MAX;
  bool has_source = false;

  for (size_t x = 0; x < self->width; x++)
    {
      if (is_source (self, row, x))
        last = x;
      out[x] = last != SIZE_MAX && x - last <= reach->steps[1] ? get_term (reach, 1, x - last)
                                                               : (double) INFINITY;
      has_source = has_source || last == x;
    }
  last = SIZE_MAX;
  for (size_t x = self->width; has_source && x-- > 0;)
    {
      if (is_source (self, row, x))
        last = x;
      if (last != SIZE_MAX && last - x <= reach->steps[0])
        out[x] = fmin (out[x], get_term (reach, 0, last - x));
    }
  return has_source;
}

static void
measure_rows (size_t begin, size_t end, void *data)
{
  Work *self = data;
  const uint64_t *words = trp_mask_peek_slice (self->mask, self->k);
  const size_t n_words = trp_mask_get_words_per_row (self->mask);

  for (size_t y = begin; y < end; y++)
    self->has_source[y] = measure_row (self,
                                       words ? words + (self->box.begin[1] + y) * n_words : NULL,
                                       self->along_rows + y * self->width);
}

/* Adds to @sums what row @from gives to its neighbour @steps rows towards @side. */
static void
add_row (const Work *self, size_t from, int side, size_t steps, double *sums)
{
  const double term = get_term (&self->reach[1], side, steps);
  const double *row = self->along_rows + from * self->width;

  if (!self->has_source[from])
    return;
  for (size_t x = 0; x < self->width; x++)
    sums[x] = sums[x] < row[x] + term ? sums[x] : row[x] + term;
}

static int16_t
count_planes (const Reach *reach, int side, double sum)
{
  double planes;

  if (!(sum <= 1 + SLACK))
    return -1;
  if (reach->steps[side] == 0)
    return 0;
  planes = floor (sqrt ((1 + SLACK - sum) / reach->inverse[side]));
  return (int16_t) fmin (planes, (double) reach->steps[side]);
}

/* Sets what is reached on the plane, in words that belong to the row alone. */
static void
mark_row (Work *self, size_t y, uint64_t *words)
{
  const size_t n_words = trp_mask_get_words_per_row (self->out);
  uint64_t *row = words + (self->box.begin[1] + y) * n_words;
  const int16_t *countdown = self->countdown + y * self->width;

  for (size_t x = 0; x < self->width; x++)
    if (countdown[x] >= 0)
      row[(self->box.begin[0] + x) / 64] |= (uint64_t) 1 << (self->box.begin[0] + x) % 64;
}

static void
reach_rows (size_t begin, size_t end, void *data)
{
  Work *self = data;
  const Reach *reach = &self->reach[1];
  uint64_t *words = trp_mask_write_slice (self->out, self->k); /* made before the threads began */
  g_autofree double *sums = g_new (double, self->width);

  for (size_t y = begin; y < end; y++)
    {
      int16_t *countdown = self->countdown + y * self->width;

      for (size_t x = 0; x < self->width; x++)
        sums[x] = INFINITY;
      for (size_t steps = 0; steps <= reach->steps[1] && steps <= y; steps++)
        add_row (self, y - steps, 1, steps, sums);
      for (size_t steps = 1; steps <= reach->steps[0] && y + steps < self->height; steps++)
        add_row (self, y + steps, 0, steps, sums);
      for (size_t x = 0; x < self->width; x++)
        {
          const int16_t planes = count_planes (&self->reach[2], self->side, sums[x]);

          countdown[x] = MAX (planes, countdown[x] - 1);
          countdown[x] = MAX (countdown[x], -1);
        }
      mark_row (self, y, words);
    }
}

static bool
sweep (Work *self, int side, TrpProgress *progress, GError **error)
{
  const size_t n_planes = self->box.end[2] - self->box.begin[2];

  self->side = side;
  for (size_t n = 0; n < self->width * self->height; n++)
    self->countdown[n] = -1;
  for (size_t n = 0; n < n_planes; n++)
    {
      if (!trp_progress_step (progress, (double) n / (double) n_planes, NULL, error))
        return false;
      self->k = side == 1 ? self->box.begin[2] + n : self->box.end[2] - 1 - n;
      trp_parallel_for (self->height, ROWS_PER_CHUNK, measure_rows, self);
      trp_mask_write_slice (self->out, self->k);
      trp_parallel_for (self->height, ROWS_PER_CHUNK, reach_rows, self);
    }
  return true;
}

/* Returns: (transfer full): voxels of the box that the sources reach. */
static TrpMask *
grow (Work *self, TrpProgress *progress, GError **error)
{
  g_autoptr (TrpMask) out = trp_mask_new (trp_mask_get_geometry (self->mask));
  TrpProgress up = trp_progress_part (progress, 0, 0.5);
  TrpProgress down = trp_progress_part (progress, 0.5, 1);

  self->out = out;
  self->width = self->box.end[0] - self->box.begin[0];
  self->height = self->box.end[1] - self->box.begin[1];
  self->along_rows = g_new (double, self->width * self->height);
  self->has_source = g_new (bool, self->height);
  self->countdown = g_new (int16_t, self->width * self->height);
  if (!sweep (self, 1, progress ? &up : NULL, error) ||
      !sweep (self, 0, progress ? &down : NULL, error))
    return NULL;
  trp_mask_trim (out);
  return g_steal_pointer (&out);
}

/* ---- from the patient's sides to the grid's ---- */

static Reach
make_reach (const TrpGeometry *geometry, int axis, double lower_mm, double higher_mm)
{
  const double spacing = trp_geometry_get_spacing (geometry, axis);
  const double mm[2] = { lower_mm, higher_mm };
  Reach reach;

  for (int side = 0; side < 2; side++)
    {
      reach.steps[side] = (size_t) floor (mm[side] / spacing * (1 + SLACK));
      reach.steps[side] = MIN (reach.steps[side], geometry->size[axis]);
      reach.inverse[side] = mm[side] > 0 ? spacing / mm[side] * (spacing / mm[side])
                                         : (double) INFINITY;
    }
  return reach;
}

/* What is outside grows against the side that it lies on. */
static void
find_reaches (Work *self, const TrpMargin *margin)
{
  static const TrpSide sides[3][2] = { { TRP_SIDE_R, TRP_SIDE_L },
                                       { TRP_SIDE_A, TRP_SIDE_P },
                                       { TRP_SIDE_I, TRP_SIDE_S } };
  const TrpGeometry *geometry = trp_mask_get_geometry (self->mask);
  int axes[3], signs[3];

  trp_geometry_get_axis_order (geometry, axes, signs);
  for (int axis = 0; axis < 3; axis++)
    {
      const bool is_turned = (signs[axis] < 0) != margin->shrinks;
      const double lower = margin->mm[sides[axes[axis]][is_turned ? 1 : 0]];
      const double higher = margin->mm[sides[axes[axis]][is_turned ? 0 : 1]];
      const bool is_flat = axis == margin->flat_axis;

      self->reach[axis] = make_reach (geometry, axis, is_flat ? 0 : lower, is_flat ? 0 : higher);
    }
}

/* Where something may change: around the structure; of what is outside only the rim matters, since
 * it is nearer than all that lies behind it. */
static void
widen_box (Work *self)
{
  const size_t *size = trp_mask_get_geometry (self->mask)->size;

  for (int axis = 0; axis < 3; axis++)
    {
      const size_t below = self->is_outside ? 1 : self->reach[axis].steps[0];
      const size_t above = self->is_outside ? 1 : self->reach[axis].steps[1];

      self->box.begin[axis] -= MIN (below, self->box.begin[axis]);
      self->box.end[axis] = MIN (self->box.end[axis] + above, size[axis]);
    }
}

static bool
check (const TrpMask *mask, const TrpMargin *margin, GError **error)
{
  for (int side = 0; side < TRP_N_SIDES; side++)
    if (!(margin->mm[side] >= 0 && margin->mm[side] <= TRP_MARGIN_MAX_MM))
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                     "A margin of %g mm is asked for; it is 0 to %g mm on each side",
                     margin->mm[side], TRP_MARGIN_MAX_MM);
        return false;
      }
  return trp_geometry_check_measurable (trp_mask_get_geometry (mask), error);
}

TrpMask *
trp_margin_apply (const TrpMask *mask,
                  const TrpMargin *margin,
                  const TrpMask *forbidden,
                  TrpProgress *progress,
                  GError **error)
{
  g_auto (Work) work = { .mask = mask, .is_outside = margin->shrinks };
  g_autoptr (TrpMask) reached = NULL;
  g_autoptr (TrpMask) allowed = NULL;

  if (!check (mask, margin, error))
    return NULL;
  if (trp_mask_is_empty (mask))
    return trp_mask_copy (mask);
  work.box = trp_mask_get_box (mask);
  find_reaches (&work, margin);
  widen_box (&work);
  reached = grow (&work, progress, error);
  if (!reached)
    return NULL;
  if (margin->shrinks)
    return trp_boolean_combine (TRP_BOOLEAN_SUBTRACT, mask, reached, error);
  if (forbidden)
    allowed = trp_boolean_combine (TRP_BOOLEAN_SUBTRACT, reached, forbidden, error);
  else
    allowed = g_steal_pointer (&reached);
  return allowed ? trp_boolean_combine (TRP_BOOLEAN_UNION, mask, allowed, error) : NULL;
}

double
trp_margin_get_tilt (const TrpGeometry *geometry)
{
  int axes[3], signs[3];
  double least = 1;

  trp_geometry_get_axis_order (geometry, axes, signs);
  for (int axis = 0; axis < 3; axis++)
    least = fmin (least, fabs (trp_geometry_get_direction (geometry, axis).v[axes[axis]]));
  return acos (least) * 180 / G_PI;
}
