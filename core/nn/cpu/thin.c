/* thin.c - see thin.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * thick (N, H, W, channels), thin (N, P, Q, few), weights [few][R][S][channels]:
 *   correlate  thin[k] = bias[k] + sum of thick times weights[k], row by row
 *   filter     weights[k] = sum over pixels of thick times thin[k], partial sums per group of rows
 * The data gradient is the correlation of dy with the filter turned by half.
 */

#include "core/nn/cpu/thin.h"

#include "core/nn/cpu/loops.h"

#include <string.h>

#define MAX_THIN 4
#define MAX_GROUPS 16

typedef struct
{
  TrpShape thick, thin, filter; /* filter: (few, R, S, channels) */
  int top, left;
  const float *x; /* thick */
  float *y;       /* thin */
  float *weights;
  const float *bias;
  float *padded; /* filter: rows of thin with zeros at both ends, [n][k][row][padded_w] */
  size_t padded_w;
  float *partial;
  size_t n_groups;
} Thin;

static bool
is_data (TrpConvPass pass)
{
  return pass == TRP_CONV_BACKWARD_DATA;
}

bool
trp_thin_can (TrpConvPass pass, const TrpConvGeometry *g)
{
  const int few = is_data (pass) ? g->filter.c : g->filter.n;
  const int channels = is_data (pass) ? g->filter.n : g->filter.c;

  return g->stride == 1 && few <= MAX_THIN && channels % 8 == 0 && g->filter.h * g->filter.w > 1 &&
         g->filter.w <= TRP_LOOP_MAX_TAPS && g->pad_top < g->filter.h && g->pad_left < g->filter.w;
}

static Thin
make_thin (TrpConvPass pass, const TrpConvGeometry *g)
{
  Thin self = {
    .thick = g->x, .thin = g->y, .filter = g->filter, .top = g->pad_top, .left = g->pad_left
  };

  if (is_data (pass))
    self = (Thin){ .thick = g->y,
                   .thin = g->x,
                   .filter = { g->filter.c, g->filter.h, g->filter.w, g->filter.n },
                   .top = g->filter.h - 1 - g->pad_top,
                   .left = g->filter.w - 1 - g->pad_left };
  self.padded_w = (size_t) self.thick.w + (size_t) self.filter.w - 1;
  self.n_groups = MIN ((size_t) self.thick.n * (size_t) self.thick.h, MAX_GROUPS);
  return self;
}

static size_t
padded_floats (const Thin *self)
{
  return (size_t) self->thin.n * (size_t) self->thin.c * (size_t) self->thin.h * self->padded_w;
}

size_t
trp_thin_get_workspace (TrpConvPass pass, const TrpConvGeometry *geometry)
{
  const Thin self = make_thin (pass, geometry);
  const size_t filter = trp_shape_count (self.filter);

  if (pass == TRP_CONV_BACKWARD_FILTER)
    return (padded_floats (&self) + self.n_groups * filter) * sizeof (float);
  return is_data (pass) ? filter * sizeof (float) : 0;
}

/* Turned by half, and channels of x before channels of y. */
static void
turn_filter (TrpShape from_shape, const float *from, TrpShape shape, float *to)
{
  for (int k = 0; k < shape.n; k++)
    for (int r = 0; r < shape.h; r++)
      for (int s = 0; s < shape.w; s++)
        for (int c = 0; c < shape.c; c++)
          *to++ = from[trp_shape_index (from_shape, c, shape.h - 1 - r, shape.w - 1 - s, k)];
}

static void
correlate_rows (size_t begin, size_t end, void *data)
{
  const Thin *self = data;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / (size_t) self->thin.h), row = (int) (i % (size_t) self->thin.h);
      const int above = row - self->top, first = MAX (-above, 0);
      const int n_rows = MIN (self->filter.h, self->thick.h - above) - first;

      for (int k = 0; k < self->thin.c; k++)
        {
          const TrpLoopThin loop = {
            .x = self->x + (n_rows > 0 ? trp_shape_index (self->thick, n, above + first, 0, 0) : 0),
            .weights = self->weights + trp_shape_index (self->filter, k, first, 0, 0),
            .n_rows = MAX (n_rows, 0),
            .n_taps = self->filter.w,
            .channels = (size_t) self->thick.c,
            .width = self->thick.w,
            .left = self->left,
            .bias = self->bias ? self->bias[k] : 0,
          };

          trp_loop_thin_row (&loop, self->thin.w, (size_t) self->thin.c,
                             self->y + trp_shape_index (self->thin, n, row, 0, k));
        }
    }
}

static float *
padded_row (const Thin *self, int n, int k, int row)
{
  return self->padded + (((size_t) n * (size_t) self->thin.c + (size_t) k) * (size_t) self->thin.h +
                         (size_t) row) *
                          self->padded_w;
}

static void
pad_rows (size_t begin, size_t end, void *data)
{
  const Thin *self = data;
  const int offset = self->filter.w - 1 - self->left;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / (size_t) self->thin.h), row = (int) (i % (size_t) self->thin.h);

      for (int k = 0; k < self->thin.c; k++)
        {
          const float *from = self->y + trp_shape_index (self->thin, n, row, 0, k);
          float *to = padded_row (self, n, k, row);

          memset (to, 0, self->padded_w * sizeof *to);
          for (int w = 0; w < self->thin.w; w++)
            to[offset + w] = from[(size_t) w * (size_t) self->thin.c];
        }
    }
}

/* One row of the thick side adds to every row of taps that meets it. */
static void
add_row (const Thin *self, int n, int row, float *sums)
{
  const float *x = self->x + trp_shape_index (self->thick, n, row, 0, 0);

  for (int k = 0; k < self->thin.c; k++)
    for (int r = 0; r < self->filter.h; r++)
      {
        const int near = row + self->top - r;

        if (near < 0 || near >= self->thin.h)
          continue;
        trp_loop_thin_filter (x, padded_row (self, n, k, near), (size_t) self->thick.w,
                              (size_t) self->thick.c, self->filter.w,
                              sums + trp_shape_index (self->filter, k, r, 0, 0));
      }
}

static void
sum_groups (size_t begin, size_t end, void *data)
{
  const Thin *self = data;
  const size_t n_rows = (size_t) self->thick.n * (size_t) self->thick.h;
  const size_t size = trp_shape_count (self->filter);

  for (size_t group = begin; group < end; group++)
    {
      float *sums = self->partial + group * size;

      memset (sums, 0, size * sizeof *sums);
      for (size_t i = group * n_rows / self->n_groups; i < (group + 1) * n_rows / self->n_groups;
           i++)
        add_row (self, (int) (i / (size_t) self->thick.h), (int) (i % (size_t) self->thick.h),
                 sums);
    }
}

static void
run_filter (const TrpCpuKernel *kernel, Thin *self, float *workspace)
{
  const size_t n_rows = (size_t) self->thin.n * (size_t) self->thin.h;
  const size_t size = trp_shape_count (self->filter);

  self->padded = workspace;
  self->partial = workspace + padded_floats (self);
  trp_cpu_for (kernel, n_rows, trp_cpu_chunk_of (self->padded_w), pad_rows, self);
  trp_cpu_for (kernel, self->n_groups, 1, sum_groups, self);
  memcpy (self->weights, self->partial, size * sizeof (float));
  for (size_t group = 1; group < self->n_groups; group++)
    trp_loop_add (self->weights, self->partial + group * size, size, self->weights);
}

void
trp_thin_run (const TrpCpuKernel *kernel,
              TrpConvPass pass,
              const TrpConvGeometry *geometry,
              float *x,
              float *filter,
              const float *bias,
              float *y,
              float *workspace)
{
  Thin self = make_thin (pass, geometry);
  size_t row_cost;

  self.x = is_data (pass) ? y : x;
  self.y = is_data (pass) ? x : y;
  self.weights = filter;
  self.bias = bias;
  if (pass == TRP_CONV_BACKWARD_FILTER)
    {
      run_filter (kernel, &self, workspace);
      return;
    }
  if (is_data (pass))
    {
      turn_filter (geometry->filter, filter, self.filter, workspace);
      self.weights = workspace;
    }
  /* Products of a row; a lane's worth of them costs about as much as an element elsewhere. */
  row_cost = (size_t) self.thin.w * trp_shape_count (self.filter) / 16;
  trp_cpu_for (kernel, (size_t) self.thin.n * (size_t) self.thin.h, trp_cpu_chunk_of (row_cost),
               correlate_rows, &self);
}
