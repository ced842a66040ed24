/* ssim.c - see ssim.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The window is separable. Of each slice four moments (x, y, xx + yy, xy) are filtered in the
 * slice; the 2D index follows from them at once, and the last 11 slices stay in a ring from which
 * the filter along k makes the 3D index.
 */

#include "core/metrics/ssim.h"

#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define WINDOW TRP_SSIM_WINDOW
#define RIM TRP_SSIM_RIM
#define SIGMA 1.5
#define K1 0.01
#define K2 0.03
#define ROWS_PER_CHUNK 8

enum
{
  MOMENT_X,
  MOMENT_Y,
  MOMENT_SQUARES,
  MOMENT_PRODUCT,
  N_MOMENTS,
};

/**
 * Filter: one pass over the slices
 * @n_i, @n_j: pixels outside the rim, 0 if the slice is all rim
 * @values: the slice of both images
 * @rows: moments filtered along i, (moment, ny, n_i)
 * @ring: moments filtered in the slice, (slot, moment, n_j, n_i)
 * @sums, @mask_sums, @mask_counts: per row outside the rim
 */
typedef struct
{
  double weights[WINDOW];
  size_t size[3], n_i, n_j;
  double c1, c2;
  double *values[2];
  double *rows;
  double *ring;
  size_t slot; /* of the present slice */
  const uint64_t *mask_words;
  size_t n_mask_words;
  double *sums, *mask_sums, *mask_counts;
} Filter;

static void
make_weights (double weights[WINDOW])
{
  double sum = 0;

  for (int n = 0; n < WINDOW; n++)
    sum += weights[n] = exp (-(n - RIM) * (n - RIM) / (2 * SIGMA * SIGMA));
  for (int n = 0; n < WINDOW; n++)
    weights[n] /= sum;
}

static double
get_index (const Filter *self, const double m[N_MOMENTS])
{
  const double xy = m[MOMENT_X] * m[MOMENT_Y];
  const double squares = m[MOMENT_X] * m[MOMENT_X] + m[MOMENT_Y] * m[MOMENT_Y];

  return (2 * xy + self->c1) * (2 * (m[MOMENT_PRODUCT] - xy) + self->c2) /
         ((squares + self->c1) * (m[MOMENT_SQUARES] - squares + self->c2));
}

/* Rows of the slice, all of them, filtered along i. */
static void
filter_rows (size_t begin, size_t end, void *data)
{
  const Filter *self = data;
  const size_t nx = self->size[0], ny = self->size[1];
  g_autofree double *moments = g_new (double, N_MOMENTS *nx);

  for (size_t j = begin; j < end; j++)
    {
      const double *x = self->values[0] + nx * j;
      const double *y = self->values[1] + nx * j;

      for (size_t i = 0; i < nx; i++)
        {
          moments[MOMENT_X * nx + i] = x[i];
          moments[MOMENT_Y * nx + i] = y[i];
          moments[MOMENT_SQUARES * nx + i] = x[i] * x[i] + y[i] * y[i];
          moments[MOMENT_PRODUCT * nx + i] = x[i] * y[i];
        }
      for (size_t m = 0; m < N_MOMENTS; m++)
        {
          double *out = self->rows + (m * ny + j) * self->n_i;

          memset (out, 0, self->n_i * sizeof *out);
          for (size_t n = 0; n < WINDOW; n++)
            for (size_t i = 0; i < self->n_i; i++)
              out[i] += self->weights[n] * moments[m * nx + i + n];
        }
    }
}

static double *
get_ring_row (const Filter *self, size_t slot, size_t moment, size_t j)
{
  return self->ring + ((slot * N_MOMENTS + moment) * self->n_j + j) * self->n_i;
}

/* Rows outside the rim filtered along j, and the index of their pixels summed. */
static void
filter_columns (size_t begin, size_t end, void *data)
{
  const Filter *self = data;

  for (size_t j = begin; j < end; j++)
    {
      self->sums[j] = self->mask_sums[j] = self->mask_counts[j] = 0;
      for (size_t m = 0; m < N_MOMENTS; m++)
        {
          double *out = get_ring_row (self, self->slot, m, j);

          memset (out, 0, self->n_i * sizeof *out);
          for (size_t n = 0; n < WINDOW; n++)
            for (size_t i = 0; i < self->n_i; i++)
              out[i] += self->weights[n] * self->rows[(m * self->size[1] + j + n) * self->n_i + i];
        }
      for (size_t i = 0; i < self->n_i; i++)
        {
          double moments[N_MOMENTS], index;

          for (size_t m = 0; m < N_MOMENTS; m++)
            moments[m] = get_ring_row (self, self->slot, m, j)[i];
          index = get_index (self, moments);
          self->sums[j] += index;
          if (self->mask_words &&
              self->mask_words[(j + RIM) * self->n_mask_words + (i + RIM) / 64] >>
                  ((i + RIM) % 64) &
                1)
            {
              self->mask_sums[j] += index;
              self->mask_counts[j]++;
            }
        }
    }
}

/* The ring filtered along k; slot + 1 holds the oldest slice. */
static void
filter_slices (size_t begin, size_t end, void *data)
{
  const Filter *self = data;
  g_autofree double *filtered = g_new (double, N_MOMENTS * self->n_i);

  for (size_t j = begin; j < end; j++)
    {
      self->sums[j] = 0;
      memset (filtered, 0, N_MOMENTS * self->n_i * sizeof *filtered);
      for (size_t n = 0; n < WINDOW; n++)
        for (size_t m = 0; m < N_MOMENTS; m++)
          {
            const double *in = get_ring_row (self, (self->slot + 1 + n) % WINDOW, m, j);

            for (size_t i = 0; i < self->n_i; i++)
              filtered[m * self->n_i + i] += self->weights[n] * in[i];
          }
      for (size_t i = 0; i < self->n_i; i++)
        {
          double moments[N_MOMENTS];

          for (size_t m = 0; m < N_MOMENTS; m++)
            moments[m] = filtered[m * self->n_i + i];
          self->sums[j] += get_index (self, moments);
        }
    }
}

static double
add_up (const double *values, size_t n)
{
  double sum = 0;

  for (size_t m = 0; m < n; m++)
    sum += values[m];
  return sum;
}

static bool
init_filter (Filter *self, const TrpImagePair *pair, double data_range, GError **error)
{
  const size_t nx = pair->size[0], ny = pair->size[1];

  memcpy (self->size, pair->size, sizeof self->size);
  self->n_i = nx >= WINDOW ? nx - 2 * RIM : 0;
  self->n_j = ny >= WINDOW ? ny - 2 * RIM : 0;
  self->c1 = K1 * data_range * (K1 * data_range);
  self->c2 = K2 * data_range * (K2 * data_range);
  make_weights (self->weights);
  self->values[0] = g_try_new (double, nx *ny);
  self->values[1] = g_try_new (double, nx *ny);
  self->rows = g_try_new (double, N_MOMENTS *ny * self->n_i + 1);
  self->ring = g_try_new (double, WINDOW *N_MOMENTS * self->n_j * self->n_i + 1);
  self->sums = g_new (double, self->n_j);
  self->mask_sums = g_new (double, self->n_j);
  self->mask_counts = g_new (double, self->n_j);
  if (self->values[0] && self->values[1] && self->rows && self->ring)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "There is no memory for the similarity of slices of %zu x %zu pixels", nx, ny);
  return false;
}

static void
clear_filter (Filter *self)
{
  g_free (self->values[0]);
  g_free (self->values[1]);
  g_free (self->rows);
  g_free (self->ring);
  g_free (self->sums);
  g_free (self->mask_sums);
  g_free (self->mask_counts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filter, clear_filter)

bool
trp_ssim_compute (const TrpImagePair *pair,
                  double data_range,
                  const TrpMask *mask,
                  TrpProgress *progress,
                  double *out_slices,
                  double *out_mask,
                  double *out_3d,
                  GError **error)
{
  g_auto (Filter) filter = { 0 };
  double sum_3d = 0, mask_sum = 0, mask_count = 0;
  size_t n_pixels, n_slices_3d = 0;

  if (!init_filter (&filter, pair, data_range, error))
    return false;
  n_pixels = filter.n_i * filter.n_j;
  for (size_t k = 0; k < pair->size[2]; k++)
    {
      if (!trp_progress_step (progress, (double) k / (double) pair->size[2], NULL, error))
        return false;
      filter.slot = k % WINDOW;
      filter.mask_words = mask ? trp_mask_peek_slice (mask, k) : NULL;
      filter.n_mask_words = mask ? trp_mask_get_words_per_row (mask) : 0;
      trp_image_pair_copy_slice (pair, 0, k, filter.values[0]);
      trp_image_pair_copy_slice (pair, 1, k, filter.values[1]);
      trp_parallel_for (pair->size[1], ROWS_PER_CHUNK, filter_rows, &filter);
      trp_parallel_for (filter.n_j, ROWS_PER_CHUNK, filter_columns, &filter);
      out_slices[k] = add_up (filter.sums, filter.n_j) / (double) n_pixels;
      mask_sum += add_up (filter.mask_sums, filter.n_j);
      mask_count += add_up (filter.mask_counts, filter.n_j);
      if (k + 1 < WINDOW)
        continue;
      trp_parallel_for (filter.n_j, ROWS_PER_CHUNK, filter_slices, &filter);
      sum_3d += add_up (filter.sums, filter.n_j);
      n_slices_3d++;
    }
  *out_mask = mask_sum / mask_count;
  *out_3d = sum_3d / (double) (n_pixels * n_slices_3d);
  return true;
}
