/* ssim.c - see ssim.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The window is separable. The image is cut into tiles of a few rows, small enough for all that one
 * needs to stay in a core's cache while it walks through the slices: four moments (x, y, xx + yy,
 * xy) are filtered along i and j, the 2D index follows at once, and the last 11 slices stay in a
 * ring from which the filter along k makes the 3D index. Tiles are always computed whole; sums
 * leave out what lies beyond the image.
 */

#include "core/metrics/ssim.h"

#include "core/base/clones.h"
#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define WINDOW TRP_SSIM_WINDOW
#define RIM TRP_SSIM_RIM
#define SIGMA 1.5
#define K1 0.01
#define K2 0.03

/* Output pixels of a tile, and input pixels with the rim; a ring of 0.5 MB. */
#define TILE_I 96 /* a multiple of 32 */
#define TILE_J 16
#define INPUT_I (TILE_I + 2 * RIM)
#define INPUT_J (TILE_J + 2 * RIM)
#define TILES_PER_STEP 16 /* between two looks at the cancel button */

enum
{
  MOMENT_X,
  MOMENT_Y,
  MOMENT_SQUARES,
  MOMENT_PRODUCT,
  N_MOMENTS,
};

/* Of one tile's part of a slice. */
typedef struct
{
  double sum, mask_sum, mask_count, sum_3d;
} Sums;

/**
 * Filter: what all tiles share
 * @n_i, @n_j: pixels outside the rim, 0 if a slice is all rim
 * @first: tile of the present step
 * @sums: (tile of the step, slice)
 */
typedef struct
{
  const TrpImagePair *pair;
  const TrpMask *mask;
  double weights[WINDOW];
  double c1, c2;
  size_t n_i, n_j, n_tiles_i;
  size_t first;
  Sums *sums;
} Filter;

/* What one tile works with; i fastest. */
typedef struct
{
  size_t i, j, width, height; /* of its output, which lies RIM further in the image */
  double values[2][INPUT_J][INPUT_I];
  double rows[N_MOMENTS][INPUT_J][TILE_I]; /* filtered along i */
  double ring[WINDOW][N_MOMENTS][TILE_J][TILE_I];
} Tile;

static void
make_weights (double weights[WINDOW])
{
  double sum = 0;

  for (int n = 0; n < WINDOW; n++)
    sum += weights[n] = exp (-(n - RIM) * (n - RIM) / (2 * SIGMA * SIGMA));
  for (int n = 0; n < WINDOW; n++)
    weights[n] /= sum;
}

/* Eight values that need not lie at a multiple of their size. */
typedef double Eight __attribute__ ((vector_size (64), aligned (8), may_alias));

/* out[i] = sum of weights[n] in[n][i]; four vectors at a time, which the compiler does not find. */
TRP_CLONES static void
filter_run (const double *const in[WINDOW], const double weights[WINDOW], double *restrict out)
{
  for (size_t i = 0; i < TILE_I; i += 32)
    {
      Eight a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

      for (size_t n = 0; n < WINDOW; n++)
        {
          const Eight *values = (const Eight *) (in[n] + i);

          a += weights[n] * values[0];
          b += weights[n] * values[1];
          c += weights[n] * values[2];
          d += weights[n] * values[3];
        }
      ((Eight *) (out + i))[0] = a;
      ((Eight *) (out + i))[1] = b;
      ((Eight *) (out + i))[2] = c;
      ((Eight *) (out + i))[3] = d;
    }
}

TRP_CLONES static void
multiply_run (const double *restrict x, const double *restrict y, double out[N_MOMENTS][INPUT_I])
{
  for (size_t i = 0; i < INPUT_I; i++)
    {
      out[MOMENT_X][i] = x[i];
      out[MOMENT_Y][i] = y[i];
      out[MOMENT_SQUARES][i] = x[i] * x[i] + y[i] * y[i];
      out[MOMENT_PRODUCT][i] = x[i] * y[i];
    }
}

TRP_CLONES static void
index_run (const double *const m[N_MOMENTS], double c1, double c2, double *restrict out)
{
  for (size_t i = 0; i < TILE_I; i++)
    {
      const double x = m[MOMENT_X][i], y = m[MOMENT_Y][i];
      const double xy = x * y, squares = x * x + y * y;

      out[i] = (2 * xy + c1) * (2 * (m[MOMENT_PRODUCT][i] - xy) + c2) /
               ((squares + c1) * (m[MOMENT_SQUARES][i] - squares + c2));
    }
}

/* The tile's part of slice @k of both images, and its rows filtered along i. */
static void
filter_rows (const Filter *self, Tile *tile, size_t k)
{
  const size_t *size = self->pair->size;
  double moments[N_MOMENTS][INPUT_I];

  for (size_t j = 0; j < tile->height + 2 * RIM; j++)
    {
      for (int which = 0; which < 2; which++)
        trp_image_pair_copy_run (self->pair, which, tile->i + size[0] * (tile->j + j + size[1] * k),
                                 tile->width + 2 * RIM, tile->values[which][j]);
      multiply_run (tile->values[0][j], tile->values[1][j], moments);
      for (size_t m = 0; m < N_MOMENTS; m++)
        {
          const double *in[WINDOW];

          for (size_t n = 0; n < WINDOW; n++)
            in[n] = moments[m] + n;
          filter_run (in, self->weights, tile->rows[m][j]);
        }
    }
}

static void
add_masked (
  const Filter *self, const Tile *tile, size_t j, size_t k, const double *index, Sums *sums)
{
  const uint64_t *words = self->mask ? trp_mask_peek_slice (self->mask, k) : NULL;

  if (!words)
    return;
  words += (tile->j + j + RIM) * trp_mask_get_words_per_row (self->mask);
  for (size_t i = 0; i < tile->width; i++)
    {
      const size_t place = tile->i + i + RIM;

      if (!(words[place / 64] >> place % 64 & 1))
        continue;
      sums->mask_sum += index[i];
      sums->mask_count++;
    }
}

static double
add_up (const double *values, size_t n)
{
  double sums[4] = { 0 };
  size_t i = 0;

  for (; i + 4 <= n; i += 4)
    for (size_t m = 0; m < 4; m++)
      sums[m] += values[i + m];
  for (; i < n; i++)
    sums[0] += values[i];
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* Rows filtered along j into the ring, and the 2D index summed. */
static void
filter_columns (const Filter *self, Tile *tile, size_t k, Sums *sums)
{
  for (size_t j = 0; j < tile->height; j++)
    {
      const double *filtered[N_MOMENTS];
      double index[TILE_I];

      for (size_t m = 0; m < N_MOMENTS; m++)
        {
          double *out = tile->ring[k % WINDOW][m][j];
          const double *in[WINDOW];

          for (size_t n = 0; n < WINDOW; n++)
            in[n] = tile->rows[m][j + n];
          filter_run (in, self->weights, out);
          filtered[m] = out;
        }
      index_run (filtered, self->c1, self->c2, index);
      sums->sum += add_up (index, tile->width);
      add_masked (self, tile, j, k, index, sums);
    }
}

/* The ring filtered along k; the slice after the present one is its oldest. */
static void
filter_slices (const Filter *self, const Tile *tile, size_t k, Sums *sums)
{
  for (size_t j = 0; j < tile->height; j++)
    {
      double moments[N_MOMENTS][TILE_I], index[TILE_I];
      const double *filtered[N_MOMENTS];

      for (size_t m = 0; m < N_MOMENTS; m++)
        {
          const double *in[WINDOW];

          for (size_t n = 0; n < WINDOW; n++)
            in[n] = tile->ring[(k + 1 + n) % WINDOW][m][j];
          filter_run (in, self->weights, moments[m]);
          filtered[m] = moments[m];
        }
      index_run (filtered, self->c1, self->c2, index);
      sums->sum_3d += add_up (index, tile->width);
    }
}

static void
filter_tiles (size_t begin, size_t end, void *data)
{
  const Filter *self = data;
  const size_t n_slices = self->pair->size[2];
  g_autofree Tile *tile = g_new0 (Tile, 1);

  for (size_t t = begin; t < end; t++)
    {
      const size_t number = self->first + t;

      tile->i = number % self->n_tiles_i * TILE_I;
      tile->j = number / self->n_tiles_i * TILE_J;
      tile->width = MIN (TILE_I, self->n_i - tile->i);
      tile->height = MIN (TILE_J, self->n_j - tile->j);
      for (size_t k = 0; k < n_slices; k++)
        {
          Sums *sums = &self->sums[t * n_slices + k];

          *sums = (Sums){ 0 };
          filter_rows (self, tile, k);
          filter_columns (self, tile, k, sums);
          if (k + 1 >= WINDOW)
            filter_slices (self, tile, k, sums);
        }
    }
}

/* All tiles, whose sums are added in their order into totals[n_slices]. */
static bool
filter_all (Filter *self, Sums *totals, TrpProgress *progress, GError **error)
{
  const size_t n_slices = self->pair->size[2];
  const size_t n_tiles = self->n_tiles_i * ((self->n_j + TILE_J - 1) / TILE_J);
  g_autofree Sums *sums = g_new (Sums, TILES_PER_STEP * n_slices);

  self->sums = sums;
  for (self->first = 0; self->first < n_tiles; self->first += TILES_PER_STEP)
    {
      const size_t n = MIN (TILES_PER_STEP, n_tiles - self->first);

      if (!trp_progress_step (progress, (double) self->first / (double) n_tiles, NULL, error))
        return false;
      trp_parallel_for (n, 1, filter_tiles, self);
      for (size_t t = 0; t < n; t++)
        for (size_t k = 0; k < n_slices; k++)
          {
            totals[k].sum += sums[t * n_slices + k].sum;
            totals[k].mask_sum += sums[t * n_slices + k].mask_sum;
            totals[k].mask_count += sums[t * n_slices + k].mask_count;
            totals[k].sum_3d += sums[t * n_slices + k].sum_3d;
          }
    }
  return true;
}

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
  const size_t nx = pair->size[0], ny = pair->size[1], n_slices = pair->size[2];
  Filter filter = { .pair = pair,
                    .mask = mask,
                    .c1 = K1 * data_range * (K1 * data_range),
                    .c2 = K2 * data_range * (K2 * data_range),
                    .n_i = nx >= WINDOW && ny >= WINDOW ? nx - 2 * RIM : 0,
                    .n_j = nx >= WINDOW && ny >= WINDOW ? ny - 2 * RIM : 0 };
  const double n_pixels = (double) (filter.n_i * filter.n_j);
  const size_t n_slices_3d = n_slices >= WINDOW ? n_slices - 2 * RIM : 0;
  g_autofree Sums *totals = g_new0 (Sums, n_slices);
  Sums all = { 0 };

  filter.n_tiles_i = (filter.n_i + TILE_I - 1) / TILE_I;
  make_weights (filter.weights);
  if (!filter_all (&filter, totals, progress, error))
    return false;
  for (size_t k = 0; k < n_slices; k++)
    {
      out_slices[k] = totals[k].sum / n_pixels;
      all.mask_sum += totals[k].mask_sum;
      all.mask_count += totals[k].mask_count;
      all.sum_3d += totals[k].sum_3d;
    }
  *out_mask = all.mask_sum / all.mask_count;
  *out_3d = all.sum_3d / (n_pixels * (double) n_slices_3d);
  return true;
}
