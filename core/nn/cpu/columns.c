/* columns.c - see columns.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One column belongs to a pixel of the "base" side (y where x is thin, x where y is thin) and holds
 * the pixels of the thin side that filter taps connect with it: [tap][channel of x], or
 * [channel of y][tap], which are the filter's own axis orders.
 *
 *   pass             x thin                               y thin
 *   forward          gather x; y = col f'                 col = x f'; y gathers col
 *   backward data    col = dy f; dx gathers col           gather dy; dx = col f
 *   backward filter  gather x; df += dy' col              gather dy; df += col' x
 *
 * with f the filter as the matrix (K, R S C), or (K R S, C) where y is thin.
 */

#include "core/nn/cpu/columns.h"

#include <string.h>

#define BAND_FLOATS 49152 /* columns of one band: 192 kB, within the second-level cache */
#define MAX_GROUPS 16

typedef struct
{
  const TrpColumns *plan;
  const TrpCpuKernel *kernel;
  float *x, *filter, *y;
  const float *bias;
  float *slots;
  float *partial;
  float *columns; /* of all pixels, for passes that add them up afterwards */
} Run;

static bool
is_gathered (const TrpColumns *self)
{
  const TrpConvPass product = self->thin_y ? TRP_CONV_FORWARD : TRP_CONV_BACKWARD_DATA;

  return self->pass != product;
}

static TrpShape
base_shape (const TrpColumns *self)
{
  return self->thin_y ? self->geometry.x : self->geometry.y;
}

/* Entries of the thick side at a pixel. */
static size_t
base_channels (const TrpColumns *self)
{
  return (size_t) base_shape (self).c;
}

static size_t
count_bands (const TrpColumns *self)
{
  const TrpShape base = base_shape (self);

  return (size_t) base.n * trp_cpu_n_chunks ((size_t) base.h, (size_t) self->band);
}

TrpColumns
trp_columns_plan (TrpConvPass pass, const TrpConvGeometry *g)
{
  TrpColumns self = { .geometry = *g, .pass = pass, .thin_y = g->filter.n < g->filter.c };
  const size_t n_taps = (size_t) g->filter.h * (size_t) g->filter.w;
  TrpShape base;
  size_t row;

  base = base_shape (&self);
  self.column_count = n_taps * (size_t) (self.thin_y ? g->filter.n : g->filter.c);
  row = self.column_count * (size_t) base.w;
  self.band = (int) CLAMP (BAND_FLOATS / row, 1, (size_t) base.h);
  self.slot_floats = is_gathered (&self) ? row * (size_t) self.band : 0;
  self.n_groups = MIN (count_bands (&self), MAX_GROUPS);
  return self;
}

static size_t
filter_floats (const TrpColumns *self)
{
  return trp_shape_count (self->geometry.filter);
}

size_t
trp_columns_get_workspace (const TrpColumns *self, int n_slots)
{
  const TrpShape base = base_shape (self);
  size_t floats = self->slot_floats * (size_t) n_slots;

  if (self->pass == TRP_CONV_BACKWARD_FILTER)
    floats += self->n_groups * filter_floats (self);
  if (!is_gathered (self))
    floats += (size_t) base.n * trp_shape_pixels (base) * self->column_count;
  return floats * sizeof (float);
}

/* Where band @index lies: image, first row, rows. */
static void
locate_band (const TrpColumns *self, size_t index, int *out_image, int *out_row, int *out_rows)
{
  const TrpShape base = base_shape (self);
  const size_t per_image = trp_cpu_n_chunks ((size_t) base.h, (size_t) self->band);

  *out_image = (int) (index / per_image);
  *out_row = (int) (index % per_image) * self->band;
  *out_rows = MIN (self->band, base.h - *out_row);
}

/* First tap and one past the last whose far pixel lies in 0 .. size - 1, far = at + tap. */
static void
clip_taps (int at, int n_taps, int size, int *out_first, int *out_end)
{
  *out_first = CLAMP (-at, 0, n_taps);
  *out_end = CLAMP (size - at, *out_first, n_taps);
}

/* The column of one pixel of y: [r][s][c] of x around it, zeros outside. */
static void
gather_x (const TrpColumns *self, const float *image, int h, int w, float *column)
{
  const TrpConvGeometry *g = &self->geometry;
  const int top = h * g->stride - g->pad_top, left = w * g->stride - g->pad_left;
  const size_t c = (size_t) g->x.c, row_count = (size_t) g->filter.w * c;
  int first, end;

  clip_taps (left, g->filter.w, g->x.w, &first, &end);
  for (int r = 0; r < g->filter.h; r++, column += row_count)
    {
      const int y = top + r;

      if (y < 0 || y >= g->x.h || first == end)
        {
          memset (column, 0, row_count * sizeof *column);
          continue;
        }
      const float *from = image + ((size_t) y * (size_t) g->x.w + (size_t) (left + first)) * c;

      for (size_t i = 0; i < (size_t) first * c; i++)
        column[i] = 0;
      for (size_t i = 0; i < (size_t) (end - first) * c; i++)
        column[(size_t) first * c + i] = from[i];
      for (size_t i = (size_t) end * c; i < row_count; i++)
        column[i] = 0;
    }
}

/* Coordinate in y that tap @tap connects with coordinate @at of x, or -1. */
static int
near_of (int at, int tap, int pad, int stride, int size)
{
  const int scaled = at + pad - tap;

  if (scaled < 0 || scaled % stride != 0 || scaled / stride >= size)
    return -1;
  return scaled / stride;
}

/* The column of one pixel of x: [k][r][s] of y that it contributes to, zeros outside. */
static void
gather_y (const TrpColumns *self, const float *image, int h, int w, float *column)
{
  const TrpConvGeometry *g = &self->geometry;
  const size_t n_taps = (size_t) g->filter.h * (size_t) g->filter.w, k = (size_t) g->y.c;
  size_t tap = 0;

  for (int r = 0; r < g->filter.h; r++)
    {
      const int y = near_of (h, r, g->pad_top, g->stride, g->y.h);

      for (int s = 0; s < g->filter.w; s++, tap++)
        {
          const int x = y < 0 ? -1 : near_of (w, s, g->pad_left, g->stride, g->y.w);
          const float *from = image +
                              ((size_t) MAX (y, 0) * (size_t) g->y.w + (size_t) MAX (x, 0)) * k;

          for (size_t i = 0; i < k; i++)
            column[i * n_taps + tap] = x < 0 ? 0 : from[i];
        }
    }
}

static void
gather_band (const Run *run, int image, int row, int rows, float *columns)
{
  const TrpColumns *self = run->plan;
  const TrpShape base = base_shape (self);
  const TrpShape thin = self->thin_y ? self->geometry.y : self->geometry.x;
  const float *from = (self->thin_y ? run->y : run->x) +
                      (size_t) image * trp_shape_pixels (thin) * (size_t) thin.c;

  for (int h = row; h < row + rows; h++)
    for (int w = 0; w < base.w; w++, columns += self->column_count)
      if (self->thin_y)
        gather_y (self, from, h, w, columns);
      else
        gather_x (self, from, h, w, columns);
}

static void
add_bias (const Run *run, float *y, size_t n_pixels)
{
  const size_t k = (size_t) run->plan->geometry.filter.n;

  if (!run->bias)
    return;
  for (size_t i = 0; i < n_pixels; i++, y += k)
    for (size_t j = 0; j < k; j++)
      y[j] += run->bias[j];
}

/* y = col f' (x thin, forward) or dx = col f (y thin, backward data). */
static void
gather_and_multiply (size_t begin, size_t end, void *data)
{
  const Run *run = data;
  const TrpColumns *self = run->plan;
  const TrpShape base = base_shape (self);
  float *columns = run->slots + (size_t) trp_cpu_get_slot () * self->slot_floats;

  for (size_t i = begin; i < end; i++)
    {
      int image, row, rows;

      locate_band (self, i, &image, &row, &rows);
      gather_band (run, image, row, rows, columns);
      float *out = (self->thin_y ? run->x : run->y) + trp_shape_index (base, image, row, 0, 0);
      const size_t n_pixels = (size_t) rows * (size_t) base.w;

      trp_onednn_multiply (run->kernel->device->n_threads, false, !self->thin_y, n_pixels,
                           base_channels (self), self->column_count, columns, run->filter, 0, out);
      if (!self->thin_y)
        add_bias (run, out, n_pixels);
    }
}

/* One group's part of df: dy' col (x thin) or col' x (y thin), its bands in order. */
static void
sum_filter (size_t begin, size_t end, void *data)
{
  const Run *run = data;
  const TrpColumns *self = run->plan;
  const TrpShape base = base_shape (self);
  const size_t n_bands = count_bands (self), channels = base_channels (self);
  float *columns = run->slots + (size_t) trp_cpu_get_slot () * self->slot_floats;

  for (size_t group = begin; group < end; group++)
    {
      const size_t first = group * n_bands / self->n_groups;
      float *sum = run->partial + group * filter_floats (self);

      for (size_t i = first; i < (group + 1) * n_bands / self->n_groups; i++)
        {
          int image, row, rows;

          locate_band (self, i, &image, &row, &rows);
          gather_band (run, image, row, rows, columns);
          const float *thick = (self->thin_y ? run->x : run->y) +
                               trp_shape_index (base, image, row, 0, 0);
          const size_t n_pixels = (size_t) rows * (size_t) base.w;

          if (self->thin_y)
            trp_onednn_multiply (run->kernel->device->n_threads, true, false, self->column_count,
                                 channels, n_pixels, columns, thick, i > first, sum);
          else
            trp_onednn_multiply (run->kernel->device->n_threads, true, false, channels,
                                 self->column_count, n_pixels, thick, columns, i > first, sum);
        }
    }
}

static void
add_groups (size_t begin, size_t end, void *data)
{
  const Run *run = data;
  const size_t stride = filter_floats (run->plan);

  for (size_t i = begin; i < end; i++)
    {
      float sum = run->partial[i];

      for (size_t group = 1; group < run->plan->n_groups; group++)
        sum += run->partial[group * stride + i];
      run->filter[i] = sum;
    }
}

/* col = x f' (y thin, forward) or dy f (x thin, backward data). */
static void
multiply_only (size_t begin, size_t end, void *data)
{
  const Run *run = data;
  const TrpColumns *self = run->plan;
  const TrpShape base = base_shape (self);

  for (size_t i = begin; i < end; i++)
    {
      int image, row, rows;

      locate_band (self, i, &image, &row, &rows);
      const size_t at = trp_shape_index (base, image, row, 0, 0), channels = base_channels (self);

      trp_onednn_multiply (run->kernel->device->n_threads, false, self->thin_y,
                           (size_t) rows * (size_t) base.w, self->column_count, channels,
                           (self->thin_y ? run->x : run->y) + at, run->filter, 0,
                           run->columns + at / channels * self->column_count);
    }
}

/* One row of y from the columns of x's pixels. */
static void
shift_row_of_y (const Run *run, int image, int h)
{
  const TrpColumns *self = run->plan;
  const TrpConvGeometry *g = &self->geometry;
  const size_t n_taps = (size_t) g->filter.h * (size_t) g->filter.w, k = (size_t) g->y.c;
  float *y = run->y + trp_shape_index (g->y, image, h, 0, 0);

  for (int w = 0; w < g->y.w; w++, y += k)
    {
      const int top = h * g->stride - g->pad_top, left = w * g->stride - g->pad_left;
      int first, end;

      clip_taps (left, g->filter.w, g->x.w, &first, &end);
      for (size_t i = 0; i < k; i++)
        y[i] = run->bias ? run->bias[i] : 0;
      for (int r = MAX (-top, 0); r < MIN (g->filter.h, g->x.h - top); r++)
        {
          const size_t pixel = ((size_t) image * (size_t) g->x.h + (size_t) (top + r)) *
                               (size_t) g->x.w;

          for (int s = first; s < end; s++)
            {
              const float *column = run->columns +
                                    (pixel + (size_t) (left + s)) * self->column_count;

              for (size_t i = 0; i < k; i++)
                y[i] += column[i * n_taps + (size_t) (r * g->filter.w + s)];
            }
        }
    }
}

/* One row of dx from the columns of y's pixels. */
static void
shift_row_of_x (const Run *run, int image, int h)
{
  const TrpColumns *self = run->plan;
  const TrpConvGeometry *g = &self->geometry;
  const size_t c = (size_t) g->x.c;
  float *x = run->x + trp_shape_index (g->x, image, h, 0, 0);

  memset (x, 0, (size_t) g->x.w * c * sizeof *x);
  for (int w = 0; w < g->x.w; w++, x += c)
    for (int r = 0; r < g->filter.h; r++)
      {
        const int near_h = near_of (h, r, g->pad_top, g->stride, g->y.h);

        for (int s = 0; near_h >= 0 && s < g->filter.w; s++)
          {
            const int near_w = near_of (w, s, g->pad_left, g->stride, g->y.w);

            if (near_w < 0)
              continue;
            const size_t pixel = ((size_t) image * (size_t) g->y.h + (size_t) near_h) *
                                 (size_t) g->y.w;
            const float *column = run->columns + (pixel + (size_t) near_w) * self->column_count +
                                  (size_t) (r * g->filter.w + s) * c;

            for (size_t i = 0; i < c; i++)
              x[i] += column[i];
          }
      }
}

static void
shift_rows (size_t begin, size_t end, void *data)
{
  const Run *run = data;
  const bool to_y = run->plan->thin_y;
  const TrpShape out = to_y ? run->plan->geometry.y : run->plan->geometry.x;

  for (size_t i = begin; i < end; i++)
    {
      const int image = (int) (i / (size_t) out.h), row = (int) (i % (size_t) out.h);

      if (to_y)
        shift_row_of_y (run, image, row);
      else
        shift_row_of_x (run, image, row);
    }
}

void
trp_columns_run (const TrpColumns *self,
                 const TrpCpuKernel *kernel,
                 float *x,
                 float *filter,
                 const float *bias,
                 float *y,
                 float *workspace)
{
  const size_t n_slot_floats = self->slot_floats * (size_t) kernel->device->n_slots;
  const TrpShape thin = self->thin_y ? self->geometry.y : self->geometry.x;
  Run run = { self,
              kernel,
              x,
              filter,
              y,
              bias,
              workspace,
              workspace + n_slot_floats,
              workspace + n_slot_floats };

  if (self->pass == TRP_CONV_BACKWARD_FILTER)
    {
      trp_cpu_for (kernel, self->n_groups, 1, sum_filter, &run);
      trp_cpu_for (kernel, filter_floats (self), TRP_CPU_CHUNK, add_groups, &run);
    }
  else if (is_gathered (self))
    trp_cpu_for (kernel, count_bands (self), 1, gather_and_multiply, &run);
  else
    {
      const size_t cost = (size_t) thin.w * self->column_count; /* of a row */

      trp_cpu_for (kernel, count_bands (self), 1, multiply_only, &run);
      trp_cpu_for (kernel, (size_t) thin.n * (size_t) thin.h, trp_cpu_chunk_of (cost), shift_rows,
                   &run);
    }
}
