/* bspline.c - see bspline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/bspline.h"

#include "core/base/parallel.h"

#define POLE -0.26794919243112270647 /* sqrt (3) - 2 */
#define GAIN 6                       /* (1 - pole) (1 - 1 / pole) */
#define SNAP 1e-6                    /* as in sampler.c */
#define LINES_PER_CHUNK 64

typedef struct
{
  float *values;
  const size_t *size;
  int axis;
} Work;

/* The sum over the endless mirrored signal, whose period is 2 n - 2. */
static double
sum_mirrored (const double *line, size_t n)
{
  double power = 1, sum = 0;

  for (size_t i = 0; i < 2 * n - 2; i++)
    {
      sum += power * line[i < n ? i : 2 * n - 2 - i];
      power *= POLE;
    }
  return sum / (1 - power);
}

static void
filter_line (double *line, size_t n)
{
  for (size_t i = 0; i < n; i++)
    line[i] *= GAIN;
  line[0] = sum_mirrored (line, n);
  for (size_t i = 1; i < n; i++)
    line[i] += POLE * line[i - 1];
  line[n - 1] = POLE / (POLE * POLE - 1) * (line[n - 1] + POLE * line[n - 2]);
  for (size_t i = n - 1; i-- > 0;)
    line[i] = POLE * (line[i + 1] - line[i]);
}

static void
filter_lines (size_t begin, size_t end, void *data)
{
  const Work *work = data;
  const size_t *size = work->size, n = size[work->axis];
  const size_t stride = work->axis == 0 ? 1 : work->axis == 1 ? size[0] : size[0] * size[1];
  g_autofree double *line = g_new (double, n);

  for (size_t at = begin; at < end; at++)
    {
      float *first = work->values + at % stride + at / stride * stride * n;

      for (size_t i = 0; i < n; i++)
        line[i] = (double) first[i * stride];
      filter_line (line, n);
      for (size_t i = 0; i < n; i++)
        first[i * stride] = (float) line[i];
    }
}

void
trp_bspline_prefilter (float *values, const size_t size[3])
{
  const size_t count = size[0] * size[1] * size[2];

  for (int axis = 0; axis < 3; axis++)
    if (size[axis] > 1)
      trp_parallel_for (count / size[axis], LINES_PER_CHUNK, filter_lines,
                        &(Work){ values, size, axis });
}

/* Four neighbours along one axis and their weights. */
typedef struct
{
  size_t at[4];
  double weight[4];
} Taps;

static size_t
mirror (ptrdiff_t i, size_t size)
{
  const ptrdiff_t last = (ptrdiff_t) size - 1;

  if (last == 0)
    return 0;
  while (i < 0 || i > last) /* twice at most: sizes of 2 and 3 */
    i = i < 0 ? -i : 2 * last - i;
  return (size_t) i;
}

static bool
find_taps (double x, size_t size, Taps *out)
{
  const double last = (double) (size - 1), whole = rint (x);
  double t, u;
  ptrdiff_t low;

  if (!(x >= -0.5 - SNAP && x <= last + 0.5 + SNAP))
    return false;
  x = fabs (x - whole) < SNAP ? whole : x;
  x = CLAMP (x, 0, last);
  low = (ptrdiff_t) x;
  t = x - (double) low;
  u = 1 - t;
  for (int n = 0; n < 4; n++)
    out->at[n] = mirror (low - 1 + n, size);
  out->weight[0] = u * u * u / 6;
  out->weight[1] = 2. / 3 - t * t * (2 - t) / 2;
  out->weight[2] = 2. / 3 - u * u * (2 - u) / 2;
  out->weight[3] = t * t * t / 6;
  return true;
}

static double
weigh (const float *coefficients, const size_t size[3], const Taps *i, const Taps *j, const Taps *k)
{
  double sum = 0;

  for (int c = 0; c < 4; c++)
    for (int b = 0; b < 4; b++)
      {
        const float *row = coefficients + size[0] * (j->at[b] + size[1] * k->at[c]);
        double part = 0;

        for (int a = 0; a < 4; a++)
          part += i->weight[a] * (double) row[i->at[a]];
        sum += k->weight[c] * j->weight[b] * part;
      }
  return sum;
}

void
trp_line_sample_bspline (const TrpLine *line,
                         const float *coefficients,
                         const size_t size[3],
                         float outside,
                         size_t n,
                         float *out_values)
{
  for (size_t p = 0; p < n; p++)
    {
      const TrpVec3 at = trp_vec3_add (line->first_ijk,
                                       trp_vec3_scale (line->step_ijk, (double) p));
      Taps i, j, k;

      out_values[p] = find_taps (at.v[0], size[0], &i) && find_taps (at.v[1], size[1], &j) &&
                          find_taps (at.v[2], size[2], &k)
                        ? (float) weigh (coefficients, size, &i, &j, &k)
                        : outside;
    }
}
