/* distance-map.c - see distance-map.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/distance-map.h"

#include "core/base/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT16_MAX       /* a row or column without a point; boxes are smaller */
#define N_ROWS_NEAR 1024      /* rows to look through before the second pass pays */
#define MAX_FAR 64            /* in a chunk of points, and a quarter of those before */
#define POINTS_PER_CHUNK 8192 /* of a batch; less is done sooner than a thread wakes up */
#define ROWS_PER_CHUNK 16384

/* A row beside the one that is asked about. */
typedef struct
{
  double squared;
  ptrdiff_t step; /* in points */
  int dj, dk;
} Offset;

struct _TrpDistanceMap
{
  size_t size[3];
  double spacing[3];
  uint16_t *rows;    /* per point: voxels to the nearest set point in its row */
  uint16_t *columns; /* per point: j of the nearest row in its slice; NULL before the second pass */
  Offset *offsets;   /* in order of distance */
  size_t n_offsets;
  double reach; /* mm2: all rows nearer than this are among the offsets */
};

typedef struct
{
  TrpDistanceMap *self;
  const TrpBits *bits;
  const TrpBitsPoint *points;
  double *squared;
  double floor_squared;
  size_t k_begin; /* first slice of the second pass */
} Work;

static inline double
square (double x)
{
  return x * x;
}

static int
compare_offsets (const void *a, const void *b)
{
  const Offset *left = a;
  const Offset *right = b;

  return (left->squared > right->squared) - (left->squared < right->squared);
}

/* All rows within the radius that holds about N_ROWS_NEAR of them, or the whole box if smaller. */
static void
make_offsets (TrpDistanceMap *self)
{
  const double sj = self->spacing[1], sk = self->spacing[2];
  const double radius = sqrt (N_ROWS_NEAR * sj * sk / G_PI);
  const int nj = (int) MIN (radius / sj, (double) (self->size[1] - 1));
  const int nk = (int) MIN (radius / sk, (double) (self->size[2] - 1));

  self->offsets = g_new (Offset, (size_t) (2 * nj + 1) * (size_t) (2 * nk + 1));
  for (int dk = -nk; dk <= nk; dk++)
    for (int dj = -nj; dj <= nj; dj++)
      {
        const double squared = square (dj * sj) + square (dk * sk);

        if (squared <= square (radius))
          self->offsets[self->n_offsets++] = (Offset){
            .squared = squared,
            .step = (ptrdiff_t) self->size[0] * (dj + (ptrdiff_t) self->size[1] * (ptrdiff_t) dk),
            .dj = dj,
            .dk = dk,
          };
      }
  qsort (self->offsets, self->n_offsets, sizeof *self->offsets, compare_offsets);
  self->reach = square (radius);
  if (square ((double) (self->size[1] - 1) * sj) + square ((double) (self->size[2] - 1) * sk) <=
      self->reach)
    self->reach = (double) INFINITY;
}

/* Distances between two set points rise from each and meet in the middle. */
static void
fill_row (const uint64_t *words, size_t n_words, uint16_t *row, size_t size)
{
  size_t done = 0; /* filled up to and with the last set point */
  bool any = false;

  for (size_t w = 0; w < n_words; w++)
    for (uint64_t left = words[w]; left; left &= left - 1)
      {
        const size_t next = 64 * w + (size_t) __builtin_ctzll (left);
        const size_t middle = any ? (done + next) / 2 + 1 : 0;

        for (size_t i = done; any && i < middle; i++)
          row[i] = (uint16_t) (i - done);
        for (size_t i = middle; i <= next; i++)
          row[i] = (uint16_t) (next - i);
        done = next;
        any = true;
      }
  if (!any)
    memset (row, 0xff, size * sizeof *row);
  for (size_t i = done; any && i < size; i++)
    row[i] = (uint16_t) (i - done);
}

static void
fill_rows (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const TrpBits *bits = work->bits;

  for (size_t n = begin; n < end; n++)
    fill_row (bits->words + n * bits->n_words, bits->n_words, work->self->rows + n * bits->size[0],
              bits->size[0]);
}

static uint16_t *
new_indices (const size_t size[3], GError **error)
{
  uint16_t *indices = g_try_new (uint16_t, size[0] * size[1] * size[2]);

  if (!indices)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                 "There is no memory for distances in a box of %zu x %zu x %zu voxels", size[0],
                 size[1], size[2]);
  return indices;
}

TrpDistanceMap *
trp_distance_map_new (const TrpBits *points, const double spacing[3], GError **error)
{
  TrpDistanceMap *self;
  uint16_t *rows = new_indices (points->size, error);

  if (!rows)
    return NULL;
  self = g_new0 (TrpDistanceMap, 1);
  memcpy (self->size, points->size, sizeof self->size);
  memcpy (self->spacing, spacing, sizeof self->spacing);
  self->rows = rows;
  make_offsets (self);
  trp_parallel_for (self->size[1] * self->size[2], ROWS_PER_CHUNK, fill_rows,
                    &(Work){ .self = self, .bits = points });
  return self;
}

void
trp_distance_map_free (TrpDistanceMap *self)
{
  if (!self)
    return;
  g_free (self->rows);
  g_free (self->columns);
  g_free (self->offsets);
  g_free (self);
}

/* A parabola of the lower envelope: its row, its height, and where it takes over. */
typedef struct
{
  size_t j;
  double height;
  double from;
} Parabola;

/* Source: P. Felzenszwalb, D. Huttenlocher, Theory of Computing 8 (2012) 415-428, algorithm 1, with
 * rows without a point left out. */
static void
fill_column (const TrpDistanceMap *self, size_t first, Parabola *envelope)
{
  const size_t stride = self->size[0];
  const double sj2 = square (self->spacing[1]);
  size_t n = 0, current = 0;

  for (size_t j = 0; j < self->size[1]; j++)
    {
      const uint16_t row = self->rows[first + j * stride];
      Parabola next = { .j = j, .height = square (row * self->spacing[0]) };

      if (row == NONE)
        continue;
      for (next.from = -(double) INFINITY; n > 0; n--)
        {
          const Parabola *last = &envelope[n - 1];
          const double gap = (double) (j - last->j);

          next.from = (double) last->j + gap / 2 + (next.height - last->height) / (2 * sj2 * gap);
          if (next.from > last->from)
            break;
          next.from = -(double) INFINITY;
        }
      envelope[n++] = next;
    }
  for (size_t j = 0; j < self->size[1]; j++)
    {
      while (current + 1 < n && envelope[current + 1].from <= (double) j)
        current++;
      self->columns[first + j * stride] = n > 0 ? (uint16_t) envelope[current].j : NONE;
    }
}

static void
fill_columns (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const size_t *size = work->self->size;
  g_autofree Parabola *envelope = g_new (Parabola, size[1]);

  for (size_t k = work->k_begin + begin; k < work->k_begin + end; k++)
    for (size_t i = 0; i < size[0]; i++)
      fill_column (work->self, i + size[0] * size[1] * k, envelope);
}

static bool
ensure_columns (TrpDistanceMap *self, GError **error)
{
  if (self->columns)
    return true;
  self->columns = new_indices (self->size, error);
  if (self->columns)
    trp_parallel_for (self->size[2], 1, fill_columns, &(Work){ .self = self });
  return self->columns != NULL;
}

void
trp_distance_map_update (TrpDistanceMap *self, const TrpBits *points, const TrpBitsRows *rows)
{
  Work work = { .self = self, .bits = points, .k_begin = rows->k_begin };

  for (size_t k = rows->k_begin; k < rows->k_end; k++)
    fill_rows (self->size[1] * k + rows->j_begin, self->size[1] * k + rows->j_end, &work);
  if (self->columns && rows->k_end > rows->k_begin)
    trp_parallel_for (rows->k_end - rows->k_begin, 1, fill_columns, &work);
}

/* Stops early with any value up to @enough once one is found. Returns: NAN if the rows near by do
 * not settle it. */
static double
search_near (const TrpDistanceMap *self, TrpBitsPoint point, double enough)
{
  const uint16_t *rows = self->rows + point.i +
                         self->size[0] * (point.j + self->size[1] * (size_t) point.k);
  double best = (double) INFINITY;

  for (size_t n = 0; n < self->n_offsets; n++)
    {
      const Offset *offset = &self->offsets[n];
      uint16_t row;

      if (offset->squared >= best || best <= enough)
        return best;
      if ((size_t) (point.j + offset->dj) >= self->size[1] ||
          (size_t) (point.k + offset->dk) >= self->size[2])
        continue;
      row = rows[offset->step];
      if (row != NONE)
        best = MIN (best, offset->squared + square (row * self->spacing[0]));
    }
  return best <= self->reach ? best : (double) NAN;
}

static double
get_in_slice_far (const TrpDistanceMap *self, TrpBitsPoint point, ptrdiff_t k, double dk_squared)
{
  const size_t slice = self->size[0] * self->size[1] * (size_t) k;
  const size_t j = self->columns[slice + point.i + self->size[0] * point.j];

  if (j == NONE)
    return (double) INFINITY;
  return square (((int) j - point.j) * self->spacing[1]) + dk_squared +
         square (self->rows[slice + point.i + self->size[0] * j] * self->spacing[0]);
}

static double
search_far (const TrpDistanceMap *self, TrpBitsPoint point, double enough)
{
  const ptrdiff_t n_slices = (ptrdiff_t) self->size[2];
  double best = get_in_slice_far (self, point, point.k, 0);

  for (ptrdiff_t dk = 1; dk < n_slices; dk++)
    {
      const double dk_squared = square ((double) dk * self->spacing[2]);

      if (dk_squared >= best || best <= enough)
        break;
      if (point.k - dk >= 0)
        best = MIN (best, get_in_slice_far (self, point, point.k - dk, dk_squared));
      if (point.k + dk < n_slices)
        best = MIN (best, get_in_slice_far (self, point, point.k + dk, dk_squared));
    }
  return best;
}

/* Where most of a chunk's points are far, looking near first is lost time: the rest is left to the
 * second pass, which finds the same distances. */
static void
measure_near (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  size_t n_far = 0;

  for (size_t n = begin; n < end; n++)
    {
      const bool skip = n_far > MAX_FAR + (n - begin) / 4;

      work->squared[n] = skip ? (double) NAN : search_near (work->self, work->points[n], -1);
      n_far += isnan (work->squared[n]);
    }
}

static void
measure_far (size_t begin, size_t end, void *data)
{
  const Work *work = data;

  for (size_t n = begin; n < end; n++)
    if (isnan (work->squared[n]))
      work->squared[n] = search_far (work->self, work->points[n], -1);
}

static bool
any_unsettled (const double *squared, size_t n)
{
  for (size_t m = 0; m < n; m++)
    if (isnan (squared[m]))
      return true;
  return false;
}

bool
trp_distance_map_measure (TrpDistanceMap *self,
                          const TrpBitsPoint *points,
                          size_t n_points,
                          double *out_squared,
                          GError **error)
{
  Work work = { .self = self, .points = points, .squared = out_squared };

  trp_parallel_for (n_points, POINTS_PER_CHUNK, measure_near, &work);
  if (!any_unsettled (out_squared, n_points))
    return true;
  if (!ensure_columns (self, error))
    return false;
  trp_parallel_for (n_points, POINTS_PER_CHUNK, measure_far, &work);
  return true;
}

/* One result per chunk: which points are left early depends on the chunk, the largest does not. */
static void
find_largest_near (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  double largest = work->floor_squared;

  for (size_t n = begin; n < end && !isnan (largest); n++)
    {
      const double squared = search_near (work->self, work->points[n], largest);

      largest = squared > largest || isnan (squared) ? squared : largest;
    }
  work->squared[begin / POINTS_PER_CHUNK] = largest;
}

static void
find_largest_far (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  double largest = work->floor_squared;

  if (!isnan (work->squared[begin / POINTS_PER_CHUNK]))
    return;
  for (size_t n = begin; n < end; n++)
    largest = MAX (largest, search_far (work->self, work->points[n], largest));
  work->squared[begin / POINTS_PER_CHUNK] = largest;
}

bool
trp_distance_map_find_largest (TrpDistanceMap *self,
                               const TrpBitsPoint *points,
                               size_t n_points,
                               double floor_squared,
                               double *out_squared,
                               GError **error)
{
  const size_t n_chunks = (n_points + POINTS_PER_CHUNK - 1) / POINTS_PER_CHUNK;
  g_autofree double *largest = g_new (double, n_chunks);
  Work work = {
    .self = self, .points = points, .squared = largest, .floor_squared = floor_squared
  };

  trp_parallel_for (n_points, POINTS_PER_CHUNK, find_largest_near, &work);
  if (any_unsettled (largest, n_chunks))
    {
      if (!ensure_columns (self, error))
        return false;
      trp_parallel_for (n_points, POINTS_PER_CHUNK, find_largest_far, &work);
    }
  *out_squared = floor_squared;
  for (size_t n = 0; n < n_chunks; n++)
    *out_squared = MAX (*out_squared, largest[n]);
  return true;
}

double
trp_distance_map_get_in_slice (const TrpDistanceMap *self, TrpBitsPoint point, double limit)
{
  const uint16_t *slice = self->rows + self->size[0] * self->size[1] * point.k + point.i;
  const double reach = limit / self->spacing[1];
  const int n = (int) MIN (reach, (double) self->size[1]);
  double best = (double) INFINITY;

  for (int dj = 0; dj <= n && square (dj * self->spacing[1]) < best; dj++)
    for (int side = -1; side <= 1; side += 2)
      {
        const size_t j = (size_t) (point.j + side * dj);

        if (j < self->size[1] && slice[self->size[0] * j] != NONE)
          best = MIN (best, square (dj * self->spacing[1]) +
                              square (slice[self->size[0] * j] * self->spacing[0]));
      }
  return best <= square (limit) ? best : (double) INFINITY;
}
