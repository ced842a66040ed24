/* crf.c - see crf.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/crf.h"

#include <math.h>
#include <string.h>

/* Probabilities closer to 0 or 1 are taken as this: what float can tell from 1. */
#define LEAST 1e-7

typedef struct
{
  const TrpCrf *options;
  const float *const *images;
  size_t n_images;
  size_t width, height, n_classes; /* the labels, then the background */
  ptrdiff_t radius;
  float near[2 * TRP_CRF_MAX_RADIUS + 1][2 * TRP_CRF_MAX_RADIUS + 1];
  float *logits; /* (height, width, n_classes) */
  float *field;  /* likewise: the mean field */
  float *next;
} Field;

static void
fill_window (Field *self)
{
  const double sigma = self->options->sigma_px;

  self->radius = (ptrdiff_t) CLAMP (ceil (2 * sigma), 1, TRP_CRF_MAX_RADIUS);
  for (ptrdiff_t j = -self->radius; j <= self->radius; j++)
    for (ptrdiff_t i = -self->radius; i <= self->radius; i++)
      self->near[j + self->radius][i + self->radius] =
        (float) (i || j ? exp (-0.5 * (double) (i * i + j * j) / (sigma * sigma)) : 0);
}

static void
normalise (const float *logits, size_t n, float *out_shares)
{
  float most = logits[0], sum = 0;

  for (size_t c = 1; c < n; c++)
    most = MAX (most, logits[c]);
  for (size_t c = 0; c < n; c++)
    sum += out_shares[c] = expf (logits[c] - most);
  for (size_t c = 0; c < n; c++)
    out_shares[c] /= sum;
}

/* The exponent of the appearance kernel. */
static float
compare (const Field *self, ptrdiff_t a, ptrdiff_t b, float scale)
{
  float sum = 0;

  for (size_t n = 0; n < self->n_images; n++)
    {
      const float difference = self->images[n][a] - self->images[n][b];

      sum += scale * difference * difference;
    }
  return sum;
}

/* The neighbours' shares of each class, weighed by nearness and likeness; they sum to 1. */
static void
gather (const Field *self, ptrdiff_t x, ptrdiff_t y, float *out_shares)
{
  const ptrdiff_t width = (ptrdiff_t) self->width, height = (ptrdiff_t) self->height;
  const float scale = (float) (-0.5 / (self->options->sigma_value * self->options->sigma_value));
  float sum = 0;

  memset (out_shares, 0, self->n_classes * sizeof *out_shares);
  for (ptrdiff_t j = MAX (y - self->radius, 0); j <= MIN (y + self->radius, height - 1); j++)
    for (ptrdiff_t i = MAX (x - self->radius, 0); i <= MIN (x + self->radius, width - 1); i++)
      {
        const ptrdiff_t at = i + width * j;
        const float weight = self->near[j - y + self->radius][i - x + self->radius] *
                             expf (compare (self, at, x + width * y, scale));
        const float *field = self->field + (size_t) at * self->n_classes;

        sum += weight;
        for (size_t c = 0; c < self->n_classes; c++)
          out_shares[c] += weight * field[c];
      }
  for (size_t c = 0; c < self->n_classes; c++)
    out_shares[c] = sum > 0 ? out_shares[c] / sum : 0;
}

static void
step (Field *self)
{
  const size_t n = self->n_classes;
  g_autofree float *energy = g_new (float, n);
  float *kept = self->field;

  for (size_t at = 0; at < self->width * self->height; at++)
    {
      gather (self, (ptrdiff_t) (at % self->width), (ptrdiff_t) (at / self->width), energy);
      for (size_t c = 0; c < n; c++)
        energy[c] = self->logits[at * n + c] + (float) self->options->weight * energy[c];
      normalise (energy, n, self->next + at * n);
    }
  self->field = self->next;
  self->next = kept;
}

void
trp_crf_smooth (const TrpCrf *self,
                const float *const *images,
                size_t n_images,
                size_t width,
                size_t height,
                size_t n_labels,
                float *io_complement)
{
  const size_t n = n_labels + 1, n_pixels = width * height;
  g_autofree float *memory = g_new (float, 3 * n * n_pixels);
  Field field = { .options = self,
                  .images = images,
                  .n_images = n_images,
                  .width = width,
                  .height = height,
                  .n_classes = n,
                  .logits = memory,
                  .field = memory + n * n_pixels,
                  .next = memory + 2 * n * n_pixels };

  if (self->weight == 0)
    return;
  fill_window (&field);
  for (size_t at = 0; at < n_pixels; at++)
    {
      for (size_t c = 0; c < n_labels; c++)
        {
          const double q = CLAMP ((double) io_complement[at * n_labels + c], LEAST, 1 - LEAST);

          field.logits[at * n + c] = (float) log ((1 - q) / q);
        }
      field.logits[at * n + n_labels] = 0;
      normalise (field.logits + at * n, n, field.field + at * n);
    }
  for (int k = 0; k < self->n_steps; k++)
    step (&field);
  for (size_t at = 0; at < n_pixels; at++)
    for (size_t c = 0; c < n_labels; c++)
      {
        const float own = field.field[at * n + c], rest = field.field[at * n + n_labels];

        io_complement[at * n_labels + c] = own + rest > 0 ? rest / (own + rest) : 1;
      }
}
