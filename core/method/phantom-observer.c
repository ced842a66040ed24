/* phantom-observer.c - see phantom-observer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The signed distance of a voxel's centre comes from that to the nearest centre on the other side,
 * less the way from there to the surface between the two, which is half a voxel as seen along the
 * normal.
 */

#include "core/method/phantom-observer.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/method/phantom-field.h"
#include "core/metrics/distance-map.h"

#include <string.h>

/* One structure. */
typedef struct
{
  uint8_t label;
  size_t begin[3], size[3]; /* box in the grid that a reading may reach */
  float *distance;          /* mm from the surface, negative inside */
} Surface;

struct _TrpContourTruth
{
  TrpVolume *labels;
  unsigned n_labels;
  size_t n_surfaces;
  Surface *surfaces;
};

double
trp_observer_get_bias (const TrpObserver *self)
{
  TrpRng rng = trp_rng_new (self->seed, self->person);

  return trp_rng_normal (&rng, 0, TRP_OBSERVER_BIAS * self->error);
}

double
trp_observer_get_reach (double error)
{
  return 4.4 * error * sqrt (1 + TRP_OBSERVER_BIAS * TRP_OBSERVER_BIAS);
}

/* --- truth --- */

/* Box of @label, wider by @reach on each side but not beyond the grid; false where it is empty. */
static bool
find_box (Surface *surface, const TrpVolume *labels, double reach)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const uint8_t *values = trp_volume_peek_voxels (labels);
  size_t low[3] = { SIZE_MAX, SIZE_MAX, SIZE_MAX }, high[3] = { 0 }, n = 0;

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++, n++)
        if (values[n] == surface->label)
          {
            const size_t at[3] = { i, j, k };

            for (int axis = 0; axis < 3; axis++)
              {
                low[axis] = MIN (low[axis], at[axis]);
                high[axis] = MAX (high[axis], at[axis] + 1);
              }
          }
  if (low[0] == SIZE_MAX)
    return false;
  for (int axis = 0; axis < 3; axis++)
    {
      const size_t more = (size_t) ceil (reach / trp_geometry_get_spacing (geometry, axis)) + 1;

      surface->begin[axis] = low[axis] > more ? low[axis] - more : 0;
      surface->size[axis] = MIN (high[axis] + more, geometry->size[axis]) - surface->begin[axis];
    }
  return true;
}

/* The box's voxels that have the label, or that have it not. */
static TrpBits *
make_bits (const Surface *surface, const TrpVolume *labels, bool inside, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const uint8_t *values = trp_volume_peek_voxels (labels);
  const ptrdiff_t origin[3] = { 0, 0, 0 };
  TrpBits *bits = trp_bits_new (origin, surface->size, error);

  for (size_t k = 0; bits && k < surface->size[2]; k++)
    for (size_t j = 0; j < surface->size[1]; j++)
      {
        const uint8_t *row = values + surface->begin[0] +
                             geometry->size[0] * (surface->begin[1] + j +
                                                  geometry->size[1] * (surface->begin[2] + k));
        uint64_t *words = bits->words + (j + surface->size[1] * k) * bits->n_words;

        for (size_t i = 0; i < surface->size[0]; i++)
          if ((row[i] == surface->label) == inside)
            words[i / 64] |= (uint64_t) 1 << (i % 64);
      }
  return bits;
}

/* Distance from every voxel of one side to the nearest centre of the other, with @sign. */
static bool
measure_side (Surface *surface,
              const TrpBits *side,
              const TrpBits *other,
              const double spacing[3],
              float sign,
              GError **error)
{
  g_autoptr (TrpDistanceMap) map = trp_distance_map_new (other, spacing, error);
  size_t n;
  g_autofree TrpBitsPoint *points = trp_bits_list (side, &n);
  g_autofree double *squared = g_try_new (double, n);

  if (!map)
    return false;
  if (!squared && n)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no memory for the distances of %zu voxels; use a smaller --matrix", n);
      return false;
    }
  if (!trp_distance_map_measure (map, points, n, squared, error))
    return false;
  for (size_t p = 0; p < n; p++)
    surface
      ->distance[points[p].i + surface->size[0] * (points[p].j + surface->size[1] * points[p].k)] =
      sign * (float) MIN (sqrt (squared[p]), 1e6);
  return true;
}

/* From centres to the surface between them. */
typedef struct
{
  const Surface *surface;
  const double *spacing;
  float *out;
} Correction;

static void
correct_slices (size_t begin, size_t end, void *data)
{
  const Correction *work = data;
  const size_t *size = work->surface->size;
  const size_t stride[3] = { 1, size[0], size[0] * size[1] };
  const float *in = work->surface->distance;

  for (size_t n = begin * stride[2]; n < end * stride[2]; n++)
    {
      const size_t at[3] = { n % size[0], n / stride[1] % size[1], n / stride[2] };
      const double centre = (double) in[n];
      double slope[3], length = 0, half = 0.5 * fabs (centre);

      for (int axis = 0; axis < 3; axis++)
        {
          const size_t down = at[axis] > 0 ? stride[axis] : 0;
          const size_t up = at[axis] + 1 < size[axis] ? stride[axis] : 0;
          const double steps = (double) ((down > 0) + (up > 0));

          slope[axis] = steps > 0 ? ((double) in[n + up] - (double) in[n - down]) /
                                      (steps * work->spacing[axis])
                                  : 0;
          length += slope[axis] * slope[axis];
        }
      for (int axis = 0; axis < 3; axis++)
        if (fabs (slope[axis]) * half > 0.5 * work->spacing[axis] * sqrt (length))
          half = 0.5 * work->spacing[axis] * sqrt (length) / fabs (slope[axis]);
      work->out[n] = (float) (centre > 0 ? centre - half : centre + half);
    }
}

static bool
measure_surface (Surface *surface, const TrpVolume *labels, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const double spacing[3] = { trp_geometry_get_spacing (geometry, 0),
                              trp_geometry_get_spacing (geometry, 1),
                              trp_geometry_get_spacing (geometry, 2) };
  const size_t n = surface->size[0] * surface->size[1] * surface->size[2];
  g_autoptr (TrpBits) inside = make_bits (surface, labels, true, error);
  g_autoptr (TrpBits) outside = inside ? make_bits (surface, labels, false, error) : NULL;
  g_autofree float *corrected = g_try_new (float, n);
  Correction work = { surface, spacing, corrected };

  if (!outside)
    return false;
  surface->distance = g_try_new (float, n);
  if (!surface->distance || !corrected)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no memory for the distances of %zu voxels; use a smaller --matrix", n);
      return false;
    }
  if (!measure_side (surface, outside, inside, spacing, 1, error) ||
      !measure_side (surface, inside, outside, spacing, -1, error))
    return false;
  trp_parallel_for (surface->size[2], 1, correct_slices, &work);
  g_free (surface->distance);
  surface->distance = g_steal_pointer (&corrected);
  return true;
}

TrpContourTruth *
trp_contour_truth_new (const TrpVolume *labels, unsigned n_labels, double reach, GError **error)
{
  g_autoptr (TrpContourTruth) self = g_new0 (TrpContourTruth, 1);

  g_return_val_if_fail (n_labels >= 2 && n_labels <= UINT8_MAX, NULL);
  g_return_val_if_fail (trp_volume_get_voxel_type (labels) == TRP_VOXEL_U8, NULL);
  self->labels = trp_volume_ref ((TrpVolume *) labels);
  self->n_labels = n_labels;
  self->surfaces = g_new0 (Surface, n_labels - 1);
  for (unsigned label = 1; label < n_labels; label++)
    {
      Surface *surface = &self->surfaces[self->n_surfaces];

      surface->label = (uint8_t) label;
      if (!find_box (surface, labels, reach))
        continue;
      self->n_surfaces++;
      if (!measure_surface (surface, labels, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
trp_contour_truth_free (TrpContourTruth *self)
{
  if (!self)
    return;
  for (size_t n = 0; n < self->n_surfaces; n++)
    g_free (self->surfaces[n].distance);
  g_free (self->surfaces);
  trp_volume_unref (self->labels);
  g_free (self);
}

/* --- a reading --- */

typedef struct
{
  const TrpContourTruth *truth;
  const TrpField *field;
  double error, bias;
  uint8_t *out;
} Reading;

/* Structures sample one field far apart: beyond its correlation their shifts know nothing of one
 * another. */
static TrpVec3
place_in_field (TrpVec3 point, uint8_t label)
{
  return trp_vec3_add (point, trp_vec3_scale (trp_vec3 (67, 59, 43), label));
}

static uint8_t
read_voxel (const Reading *reading, const size_t at[3])
{
  const TrpContourTruth *truth = reading->truth;
  const TrpVec3 point = trp_geometry_lps_from_ijk (
    trp_volume_get_geometry (truth->labels),
    trp_vec3 ((double) at[0], (double) at[1], (double) at[2]));
  double deepest = 0;
  uint8_t label = (uint8_t) truth->n_labels;

  for (size_t n = 0; n < truth->n_surfaces; n++)
    {
      const Surface *s = &truth->surfaces[n];
      const size_t i = at[0] - s->begin[0], j = at[1] - s->begin[1], k = at[2] - s->begin[2];
      double d;

      if (i >= s->size[0] || j >= s->size[1] || k >= s->size[2]) /* wraps where it is before */
        continue;
      d = (double) s->distance[i + s->size[0] * (j + s->size[1] * k)] - reading->bias -
          reading->error * trp_field_sample (reading->field, place_in_field (point, s->label));
      if (d < deepest)
        {
          deepest = d;
          label = s->label;
        }
    }
  return label;
}

static void
read_slices (size_t begin, size_t end, void *data)
{
  const Reading *reading = data;
  const TrpVolume *labels = reading->truth->labels;
  const size_t *size = trp_volume_get_geometry (labels)->size;
  const uint8_t *truth = trp_volume_peek_voxels (labels);

  for (size_t n = begin * size[0] * size[1]; n < end * size[0] * size[1]; n++)
    {
      const size_t at[3] = { n % size[0], n / size[0] % size[1], n / (size[0] * size[1]) };

      reading->out[n] = truth[n] ? read_voxel (reading, at) : 0;
    }
}

TrpVolume *
trp_contour_truth_read (const TrpContourTruth *self, const TrpObserver *observer)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (self->labels);
  const size_t n_voxels = trp_geometry_count_voxels (geometry);
  g_autoptr (TrpField)
    field = trp_field_new (observer->seed, observer->reading, TRP_OBSERVER_SIGMA);
  uint8_t *out = g_new (uint8_t, n_voxels);
  g_autoptr (GBytes) bytes = g_bytes_new_take (out, n_voxels);
  Reading reading = { self, field, observer->error, trp_observer_get_bias (observer), out };

  trp_parallel_for (geometry->size[2], 1, read_slices, &reading);
  return trp_volume_new (geometry, TRP_VOXEL_U8, bytes, 1, 0, trp_volume_get_info (self->labels),
                         NULL);
}
