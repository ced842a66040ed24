/* frame.c - see frame.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A grid in its own order is seen through strides as (x left, y back, z up), so permutation and
 * flips cost nothing; between two such views a slice is resampled along x, then along y, with
 * weights made once per axis.
 */

#include "core/method/preprocess/frame.h"

#include "core/base/parallel.h"

#include <string.h>

/* Voxel (x, y, z) stands at base + x * stride[0] + ... */
typedef struct
{
  size_t size[3];
  ptrdiff_t stride[3];
  ptrdiff_t base;
} View;

/* For each of @n pixels @n_taps weights of the pixels from first[i] on; none where it lies outside.
 */
typedef struct
{
  size_t n, n_taps;
  size_t *first;
  float *weights;
  bool *inside;
} Taps;

typedef struct
{
  View from, to;
  Taps x, y;
  const void *in;
  void *out;
  float outside;
} Work;

/* --- set-up --- */

static size_t
round_up (double length, size_t multiple)
{
  const size_t n = MAX ((size_t) ceil (length - 1e-6), 1);

  return multiple > 1 ? (n + multiple - 1) / multiple * multiple : n;
}

static bool
check_side (size_t side, GError **error)
{
  if (side <= TRP_FRAME_MAX_SIZE)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "A slice of %zu pixels along a side is too large; the limit is %d", side,
               TRP_FRAME_MAX_SIZE);
  return false;
}

/* Middle on middle; whole pixels where nothing is resampled. */
static double
start_of (size_t n_in, size_t n_out, double step)
{
  const double start = 0.5 * ((double) n_in - 1) - 0.5 * step * ((double) n_out - 1);

  return step == 1 ? floor (start) : start;
}

static bool
make_output (TrpFrame *self, const size_t size[3], GError **error)
{
  TrpAffine affine = trp_affine_identity ();
  TrpVec3 corner_ijk;

  for (int n = 0; n < 3; n++)
    {
      const int a = self->axis[n];
      const double last = (double) self->input.size[a] - 1;
      const TrpVec3 column = trp_affine_column (&self->input.lps_from_ijk, a);

      trp_affine_set_column (
        &affine, n, trp_vec3_scale (column, self->flip[n] ? -self->step[n] : self->step[n]));
      corner_ijk.v[a] = self->flip[n] ? last - self->start[n] : self->start[n];
    }
  trp_affine_set_column (&affine, 3, trp_geometry_lps_from_ijk (&self->input, corner_ijk));
  return trp_geometry_init (&self->output, size, &affine, error);
}

int
trp_frame_find_slice_axis (const TrpGeometry *geometry)
{
  int patient_axis[3], sign[3];

  trp_geometry_get_axis_order (geometry, patient_axis, sign);
  return patient_axis[0] == 2 ? 0 : patient_axis[1] == 2 ? 1 : 2;
}

bool
trp_frame_init (TrpFrame *out_frame,
                const TrpGeometry *input,
                double spacing,
                size_t width,
                size_t height,
                size_t multiple,
                GError **error)
{
  TrpFrame self = { .input = *input };
  int patient_axis[3], sign[3];
  size_t size[3] = { width, height, 0 };

  g_return_val_if_fail (spacing >= 0, false);
  if (!trp_geometry_check_measurable (input, error))
    return false;
  trp_geometry_get_axis_order (input, patient_axis, sign);
  for (int a = 0; a < 3; a++)
    {
      self.axis[patient_axis[a]] = a;
      self.flip[patient_axis[a]] = sign[a] < 0;
    }
  for (int n = 0; n < 3; n++)
    {
      const double own = trp_geometry_get_spacing (input, self.axis[n]);
      const size_t n_in = input->size[self.axis[n]];
      const bool keep = n == 2 || spacing == 0 || fabs (spacing - own) < 1e-6 * own;

      self.step[n] = keep ? 1 : spacing / own;
      if (n == 2)
        size[n] = n_in;
      else if (size[n] == 0)
        size[n] = round_up ((double) n_in / self.step[n], multiple);
      if (n < 2 && !check_side (size[n], error))
        return false;
      self.start[n] = n == 2 ? 0 : start_of (n_in, size[n], self.step[n]);
    }
  if (!make_output (&self, size, error))
    return false;
  *out_frame = self;
  return true;
}

/* --- views and weights --- */

static View
view_of_input (const TrpFrame *self)
{
  const size_t *size = self->input.size;
  const ptrdiff_t strides[3] = { 1, (ptrdiff_t) size[0], (ptrdiff_t) (size[0] * size[1]) };
  View view = { .base = 0 };

  for (int n = 0; n < 3; n++)
    {
      const int a = self->axis[n];

      view.size[n] = size[a];
      view.stride[n] = self->flip[n] ? -strides[a] : strides[a];
      view.base += self->flip[n] ? strides[a] * ((ptrdiff_t) size[a] - 1) : 0;
    }
  return view;
}

static View
view_of_output (const TrpFrame *self)
{
  const size_t *size = self->output.size;

  return (View){ { size[0], size[1], size[2] },
                 { 1, (ptrdiff_t) size[0], (ptrdiff_t) (size[0] * size[1]) },
                 0 };
}

/* A triangle about @x, as wide as the coarser of both pixels; the edge repeats. */
static void
set_taps (Taps *taps, size_t i, double x, double half, size_t n_from)
{
  const double last = (double) n_from - 1, center = CLAMP (x, 0, last);
  const ptrdiff_t low = MAX ((ptrdiff_t) ceil (center - half), 0);
  float *weights = taps->weights + i * taps->n_taps;
  double sum = 0;

  taps->inside[i] = x >= -0.5 - 1e-9 && x <= last + 0.5 + 1e-9;
  taps->first[i] = (size_t) MIN (low, MAX ((ptrdiff_t) n_from - (ptrdiff_t) taps->n_taps, 0));
  for (int pass = 0; pass < 2; pass++)
    for (size_t t = 0; t < taps->n_taps && taps->first[i] + t < n_from; t++)
      {
        const double weight = MAX (1 - fabs ((double) (taps->first[i] + t) - center) / half, 0);

        if (pass == 0)
          sum += weight;
        else
          weights[t] = (float) (weight / sum);
      }
}

/* Pixel i of @n lies at step * i + start among @n_from pixels. */
static Taps
make_taps (size_t n, size_t n_from, double step, double start)
{
  const double half = MAX (step, 1);
  Taps taps = { .n = n, .n_taps = MIN ((size_t) ceil (2 * half) + 1, n_from) };

  taps.first = g_new0 (size_t, n);
  taps.inside = g_new0 (bool, n);
  taps.weights = g_new0 (float, n *taps.n_taps);
  for (size_t i = 0; i < n; i++)
    set_taps (&taps, i, step * (double) i + start, half, n_from);
  return taps;
}

static void
clear_taps (Taps *taps)
{
  g_free (taps->first);
  g_free (taps->weights);
  g_free (taps->inside);
}

/* --- resampling --- */

static float
weigh (const Taps *taps, size_t i, const float *values, size_t stride)
{
  const float *weights = taps->weights + i * taps->n_taps;
  const float *from = values + taps->first[i] * stride;
  float sum = 0;

  for (size_t t = 0; t < taps->n_taps; t++)
    if (weights[t] != 0) /* what does not count may be NAN */
      sum += weights[t] * from[t * stride];
  return sum;
}

/* (from.ny, from.nx) in @plane to (to.ny, to.nx) in @out_plane; @rows holds (from.ny, to.nx) */
static void
resample_plane (const Work *work, const float *plane, float *rows, float *out_plane)
{
  const size_t nx = work->to.size[0], ny = work->to.size[1];

  for (size_t y = 0; y < work->from.size[1]; y++)
    for (size_t x = 0; x < nx; x++)
      rows[x + nx * y] = weigh (&work->x, x, plane + work->from.size[0] * y, 1);
  for (size_t y = 0; y < ny; y++)
    for (size_t x = 0; x < nx; x++)
      out_plane[x + nx * y] = work->x.inside[x] && work->y.inside[y]
                                ? weigh (&work->y, y, rows + x, nx)
                                : work->outside;
}

static ptrdiff_t
place (const View *view, size_t x, size_t y, size_t z)
{
  return view->base + (ptrdiff_t) x * view->stride[0] + (ptrdiff_t) y * view->stride[1] +
         (ptrdiff_t) z * view->stride[2];
}

static void
resample_slices (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const View *from = &work->from, *to = &work->to;
  const float *in = work->in;
  float *out = work->out;
  g_autofree float *plane = g_new (float, from->size[0] * from->size[1]);
  g_autofree float *rows = g_new (float, to->size[0] * from->size[1]);
  g_autofree float *out_plane = g_new (float, to->size[0] * to->size[1]);

  for (size_t z = begin; z < end; z++)
    {
      for (size_t y = 0; y < from->size[1]; y++)
        for (size_t x = 0; x < from->size[0]; x++)
          plane[x + from->size[0] * y] = in[place (from, x, y, z)];
      resample_plane (work, plane, rows, out_plane);
      for (size_t y = 0; y < to->size[1]; y++)
        for (size_t x = 0; x < to->size[0]; x++)
          out[place (to, x, y, z)] = out_plane[x + to->size[0] * y];
    }
}

/* One label at a time as a mask; more than one half can belong to only one of them. */
static void
resample_label_slices (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const View *from = &work->from, *to = &work->to;
  const uint8_t *in = work->in;
  uint8_t *out = work->out;
  g_autofree float *plane = g_new (float, from->size[0] * from->size[1]);
  g_autofree float *rows = g_new (float, to->size[0] * from->size[1]);
  g_autofree float *out_plane = g_new (float, to->size[0] * to->size[1]);

  for (size_t z = begin; z < end; z++)
    {
      bool present[256] = { false };

      for (size_t y = 0; y < from->size[1]; y++)
        for (size_t x = 0; x < from->size[0]; x++)
          present[in[place (from, x, y, z)]] = true;
      for (size_t y = 0; y < to->size[1]; y++)
        for (size_t x = 0; x < to->size[0]; x++)
          out[place (to, x, y, z)] = 0;
      for (unsigned label = 1; label < 256; label++)
        {
          if (!present[label])
            continue;
          for (size_t y = 0; y < from->size[1]; y++)
            for (size_t x = 0; x < from->size[0]; x++)
              plane[x + from->size[0] * y] = in[place (from, x, y, z)] == label;
          resample_plane (work, plane, rows, out_plane);
          for (size_t y = 0; y < to->size[1]; y++)
            for (size_t x = 0; x < to->size[0]; x++)
              if (out_plane[x + to->size[0] * y] > 0.5f)
                out[place (to, x, y, z)] = (uint8_t) label;
        }
    }
}

static void
resample (
  const TrpFrame *self, bool back, TrpParallelFunc slices, const void *in, float outside, void *out)
{
  const View input = view_of_input (self), output = view_of_output (self);
  Work work = { .from = back ? output : input,
                .to = back ? input : output,
                .in = in,
                .out = out,
                .outside = outside };

  for (int n = 0; n < 2; n++)
    {
      const double step = back ? 1 / self->step[n] : self->step[n];
      const double start = back ? -self->start[n] / self->step[n] : self->start[n];

      *(n ? &work.y : &work.x) = make_taps (work.to.size[n], work.from.size[n], step, start);
    }
  trp_parallel_for (work.to.size[2], 1, slices, &work);
  clear_taps (&work.x);
  clear_taps (&work.y);
}

void
trp_frame_apply (const TrpFrame *self, const float *values, float outside, float *out_stack)
{
  resample (self, false, resample_slices, values, outside, out_stack);
}

void
trp_frame_undo (const TrpFrame *self, const float *stack, float outside, float *out_values)
{
  resample (self, true, resample_slices, stack, outside, out_values);
}

void
trp_frame_apply_labels (const TrpFrame *self, const uint8_t *labels, uint8_t *out_stack)
{
  resample (self, false, resample_label_slices, labels, 0, out_stack);
}

void
trp_frame_undo_labels (const TrpFrame *self, const uint8_t *stack, uint8_t *out_labels)
{
  resample (self, true, resample_label_slices, stack, 0, out_labels);
}
