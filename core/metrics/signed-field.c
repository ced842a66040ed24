/* signed-field.c - see signed-field.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Separable: the distance along the row, then the least sum over rows of the slice, then over
 * slices; along each axis the gap to a voxel's box is (steps - 1/2) x spacing, and 0 for no step.
 * Beyond the limit nothing is looked for, so a step is a minimum of a few rows, which the compiler
 * makes vectors of. Slices that the third pass needs wait in a ring. Twice: to the voxels inside,
 * and to those outside.
 */

#include "core/metrics/signed-field.h"

#include "core/base/parallel.h"
#include "core/metrics/border.h"

#include <math.h>
#include <string.h>

#define STEPS_PER_MM ((double) INT16_MAX / TRP_SIGNED_FIELD_LIMIT)
#define LIMIT_SQUARED ((float) (TRP_SIGNED_FIELD_LIMIT * TRP_SIGNED_FIELD_LIMIT))
#define ROWS_PER_CHUNK 16

struct _TrpSignedField
{
  TrpGeometry geometry;
  ptrdiff_t origin[3];
  size_t size[3];  /* 0 if the mask is empty */
  int16_t *values; /* in 1 / STEPS_PER_MM mm */
};

/* One of the two: distances to the voxels that are @kind, in mm2. */
typedef struct
{
  bool kind;
  float *rows;  /* first pass, of one slice */
  float **ring; /* second pass, of the slices around; slice k at k % n_ring */
} Side;

typedef struct
{
  TrpSignedField *self;
  const TrpBits *bits;
  double spacing[3];
  size_t reach[3]; /* steps within the limit */
  size_t n_ring;
  Side sides[2];
  size_t k; /* slice under way */
} Work;

/* Squared gap to the box of a voxel @steps away. */
static float
get_gap (const Work *work, int axis, size_t steps)
{
  const double gap = steps > 0 ? ((double) steps - 0.5) * work->spacing[axis] : 0;

  return (float) (gap * gap);
}

static void
fill_row (const Work *work, const Side *side, const uint64_t *words, float *out)
{
  const size_t n = work->self->size[0], far = work->reach[0] + 1;
  size_t steps = far;

  for (size_t i = 0; i < n; i++)
    {
      steps = (words[i / 64] >> (i % 64) & 1) == side->kind ? 0 : MIN (steps + 1, far);
      out[i] = steps < far ? get_gap (work, 0, steps) : LIMIT_SQUARED;
    }
  steps = far;
  for (size_t i = n; i-- > 0;)
    {
      steps = (words[i / 64] >> (i % 64) & 1) == side->kind ? 0 : MIN (steps + 1, far);
      if (steps < far)
        out[i] = MIN (out[i], get_gap (work, 0, steps));
    }
}

static void
fill_rows (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const TrpBits *bits = work->bits;

  for (size_t j = begin; j < end; j++)
    for (int s = 0; s < 2; s++)
      fill_row (work, &work->sides[s], bits->words + (j + bits->size[1] * work->k) * bits->n_words,
                work->sides[s].rows + j * bits->size[0]);
}

static void
take_smaller (float *restrict out, const float *restrict in, float gap, size_t n)
{
  for (size_t i = 0; i < n; i++)
    out[i] = in[i] + gap < out[i] ? in[i] + gap : out[i];
}

/* Of row @j of the slice under way, over the rows around it. */
static void
fill_slice_row (const Work *work, const Side *side, size_t j)
{
  const size_t *size = work->self->size;
  float *out = side->ring[work->k % work->n_ring] + j * size[0];

  memcpy (out, side->rows + j * size[0], size[0] * sizeof *out);
  for (size_t steps = 1; steps <= work->reach[1]; steps++)
    {
      const float gap = get_gap (work, 1, steps);

      if (j >= steps)
        take_smaller (out, side->rows + (j - steps) * size[0], gap, size[0]);
      if (j + steps < size[1])
        take_smaller (out, side->rows + (j + steps) * size[0], gap, size[0]);
    }
}

static void
fill_slice (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  for (size_t j = begin; j < end; j++)
    for (int s = 0; s < 2; s++)
      fill_slice_row (work, &work->sides[s], j);
}

static void
fill_field_row (const Work *work, const Side *side, size_t j, float *out)
{
  const size_t *size = work->self->size;

  memcpy (out, side->ring[work->k % work->n_ring] + j * size[0], size[0] * sizeof *out);
  for (size_t steps = 1; steps <= work->reach[2]; steps++)
    {
      const float gap = get_gap (work, 2, steps);

      if (work->k >= steps)
        take_smaller (out, side->ring[(work->k - steps) % work->n_ring] + j * size[0], gap,
                      size[0]);
      if (work->k + steps < size[2])
        take_smaller (out, side->ring[(work->k + steps) % work->n_ring] + j * size[0], gap,
                      size[0]);
    }
}

/* The one of the two that is 0 at a voxel is its own kind's. */
static void
fill_field (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const size_t *size = work->self->size;
  g_autofree float *inside = g_new (float, size[0]);
  g_autofree float *outside = g_new (float, size[0]);

  for (size_t j = begin; j < end; j++)
    {
      int16_t *out = work->self->values + size[0] * (j + size[1] * work->k);

      fill_field_row (work, &work->sides[true], j, inside);
      fill_field_row (work, &work->sides[false], j, outside);
      for (size_t i = 0; i < size[0]; i++)
        out[i] = (int16_t) lrint (STEPS_PER_MM *
                                  (sqrt ((double) inside[i]) - sqrt ((double) outside[i])));
    }
}

static bool
fill (Work *work, TrpProgress *progress, GError **error)
{
  const size_t *size = work->self->size;

  /* The second pass is as many slices ahead as the third one looks. */
  for (size_t step = 0; step < size[2] + work->reach[2]; step++)
    {
      if (!trp_progress_step (progress, (double) step / (double) (size[2] + work->reach[2]), NULL,
                              error))
        return false;
      if (step < size[2])
        {
          work->k = step;
          trp_parallel_for (size[1], ROWS_PER_CHUNK, fill_rows, work);
          trp_parallel_for (size[1], ROWS_PER_CHUNK, fill_slice, work);
        }
      if (step < work->reach[2])
        continue;
      work->k = step - work->reach[2];
      trp_parallel_for (size[1], ROWS_PER_CHUNK, fill_field, work);
    }
  return true;
}

static bool
refuse_memory (GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "There is no memory for the distances around this structure: close other cases");
  return false;
}

static bool
make_room (Work *work, GError **error)
{
  const size_t *size = work->self->size;

  work->n_ring = 2 * work->reach[2] + 1;
  work->self->values = g_try_new (int16_t, size[0] * size[1] * size[2]);
  if (!work->self->values)
    return refuse_memory (error);
  for (int s = 0; s < 2; s++)
    {
      Side *side = &work->sides[s];

      side->kind = s;
      side->ring = g_new0 (float *, work->n_ring);
      side->rows = g_try_new (float, size[0] * size[1]);
      for (size_t n = 0; side->rows && n < work->n_ring; n++)
        if (!(side->ring[n] = g_try_new (float, size[0] * size[1])))
          return refuse_memory (error);
      if (!side->rows)
        return refuse_memory (error);
    }
  return true;
}

static void
clear_room (Work *work)
{
  for (int s = 0; s < 2; s++)
    {
      for (size_t n = 0; work->sides[s].ring && n < work->n_ring; n++)
        g_free (work->sides[s].ring[n]);
      g_free (work->sides[s].ring);
      g_free (work->sides[s].rows);
    }
}

/* The mask's box and the limit around it; of what lies outside the image only the first layer. */
static void
set_box (Work *work, const TrpMask *mask)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  TrpBox box = trp_mask_get_box (mask);

  for (int axis = 0; axis < 3; axis++)
    {
      work->spacing[axis] = trp_geometry_get_spacing (geometry, axis);
      work->reach[axis] = (size_t) MIN (TRP_SIGNED_FIELD_LIMIT / work->spacing[axis] + 0.5, 1e4);
      box.begin[axis] -= MIN (box.begin[axis], work->reach[axis]);
      box.end[axis] = MIN (box.end[axis] + work->reach[axis], geometry->size[axis]);
    }
  trp_bits_pad_box (&box, work->self->origin, work->self->size);
  for (int axis = 0; axis < 3; axis++)
    work->reach[axis] = MIN (work->reach[axis], work->self->size[axis]);
}

static void
clear_field (void *data)
{
  TrpSignedField *self = data;

  g_free (self->values);
}

TrpSignedField *
trp_signed_field_new (const TrpMask *mask, TrpProgress *progress, GError **error)
{
  g_autoptr (TrpSignedField) self = NULL;
  g_autoptr (TrpBits) bits = NULL;
  Work work = { 0 };
  bool done;

  if (!trp_geometry_check_measurable (trp_mask_get_geometry (mask), error))
    return NULL;
  self = g_atomic_rc_box_new0 (TrpSignedField);
  self->geometry = *trp_mask_get_geometry (mask);
  if (trp_mask_is_empty (mask))
    return g_steal_pointer (&self);
  work.self = self;
  set_box (&work, mask);
  work.bits = bits = trp_bits_new_from_mask (mask, self->origin, self->size, error);
  done = bits && make_room (&work, error) && fill (&work, progress, error);
  clear_room (&work);
  return done ? g_steal_pointer (&self) : NULL;
}

TrpSignedField *
trp_signed_field_ref (TrpSignedField *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
trp_signed_field_unref (TrpSignedField *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_field);
}

double
trp_signed_field_sample (const TrpSignedField *self, TrpVec3 point_lps)
{
  const TrpVec3 ijk = trp_geometry_ijk_from_lps (&self->geometry, point_lps);
  size_t low[3];
  double share[3], sum = 0;

  if (!self->values)
    return (double) NAN;
  for (int axis = 0; axis < 3; axis++)
    {
      const double highest = (double) (self->size[axis] - 1);
      const double index = CLAMP (ijk.v[axis] - (double) self->origin[axis], 0, highest);

      low[axis] = (size_t) MIN (index, highest - 1);
      share[axis] = index - (double) low[axis];
    }
  for (size_t corner = 0; corner < 8; corner++)
    {
      const size_t d[3] = { corner & 1, corner >> 1 & 1, corner >> 2 };
      double weight = 1;

      for (int axis = 0; axis < 3; axis++)
        weight *= d[axis] ? share[axis] : 1 - share[axis];
      sum += weight *
             self->values[low[0] + d[0] +
                          self->size[0] * (low[1] + d[1] + self->size[1] * (low[2] + d[2]))];
    }
  return sum / STEPS_PER_MM;
}
