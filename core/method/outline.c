/* outline.c - see outline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/outline.h"

#include "core/image/components.h"

void
trp_outline_count (TrpOutlineCounts *self, const float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      const double at = 0.5 * ((double) values[i] + 1) * TRP_OUTLINE_BINS;

      self->bins[(size_t) CLAMP (at, 0, TRP_OUTLINE_BINS - 1)]++;
    }
}

/* Values below each bin, and their sum in bins. */
typedef struct
{
  double n[TRP_OUTLINE_BINS + 1];
  double sum[TRP_OUTLINE_BINS + 1];
} Below;

static double
get_mean (const Below *below, size_t begin, size_t end)
{
  const double n = below->n[end] - below->n[begin];

  return n > 0 ? (below->sum[end] - below->sum[begin]) / n : 0;
}

/* What a class adds to the variance between classes, but for what is the same for all. */
static double
get_spread (const Below *below, size_t begin, size_t end)
{
  const double n = below->n[end] - below->n[begin], sum = below->sum[end] - below->sum[begin];

  return n > 0 ? sum * sum / n : 0;
}

/* The ends of the two lower of Otsu's three classes. */
static void
find_classes (const Below *below, size_t out_ends[2])
{
  double best = -1;

  for (size_t first = 1; first + 1 < TRP_OUTLINE_BINS; first++)
    for (size_t second = first + 1; second < TRP_OUTLINE_BINS; second++)
      {
        const double spread = get_spread (below, 0, first) + get_spread (below, first, second) +
                              get_spread (below, second, TRP_OUTLINE_BINS);

        if (below->n[first] == 0 || below->n[second] == below->n[first] || spread <= best)
          continue;
        best = spread;
        out_ends[0] = first;
        out_ends[1] = second;
      }
}

double
trp_outline_find_threshold (const TrpOutlineCounts *self)
{
  size_t ends[2] = { 0 };
  Below below;

  below.n[0] = below.sum[0] = 0;
  for (size_t n = 0; n < TRP_OUTLINE_BINS; n++)
    {
      below.n[n + 1] = below.n[n] + (double) self->bins[n];
      below.sum[n + 1] = below.sum[n] + (double) self->bins[n] * ((double) n + 0.5);
    }
  find_classes (&below, ends);
  if (ends[0] == 0)
    return 0;
  return (get_mean (&below, 0, ends[0]) + get_mean (&below, ends[0], ends[1])) / TRP_OUTLINE_BINS -
         1;
}

bool
trp_outline_find_body (const float *slice,
                       size_t width,
                       size_t height,
                       double threshold,
                       uint8_t *out_body,
                       GError **error)
{
  const size_t size[3] = { width, height, 1 };

  for (size_t n = 0; n < width * height; n++)
    out_body[n] = (double) slice[n] > threshold;
  return trp_components_keep_largest (out_body, size, error) &&
         trp_components_fill_holes (out_body, size, error);
}

double
trp_outline_dice (const uint8_t *a, const uint8_t *b, size_t n)
{
  size_t sum = 0, both = 0;

  for (size_t i = 0; i < n; i++)
    {
      sum += (size_t) (a[i] != 0) + (b[i] != 0);
      both += a[i] && b[i];
    }
  return sum ? 2 * (double) both / (double) sum : 1;
}

/* The smallest of the 2 band + 1 values about each of a line; @step from one to the next. */
static void
shrink_line (const float *in, size_t n, size_t step, size_t band, float *out)
{
  for (size_t i = 0; i < n; i++)
    {
      const size_t begin = i > band ? i - band : 0, end = MIN (i + band + 1, n);
      float least = 1;

      for (size_t j = begin; j < end; j++)
        least = MIN (least, in[j * step]);
      out[i * step] = least;
    }
}

void
trp_outline_weigh (
  const float *body, size_t n, size_t side, size_t channels, size_t band, float *out_weights)
{
  const size_t row = side * channels, image = side * row;
  g_autofree float *shrunk = g_new (float, image);

  for (size_t b = 0; b < n; b++)
    {
      float *weights = out_weights + b * image;

      for (size_t y = 0; y < side; y++)
        for (size_t c = 0; c < channels; c++)
          shrink_line (body + b * image + y * row + c, side, channels, band, shrunk + y * row + c);
      for (size_t x = 0; x < row; x++)
        shrink_line (shrunk + x, side, row, band, weights + x);
      for (size_t i = 0; i < image; i++)
        weights[i] = 1 - weights[i];
    }
}
