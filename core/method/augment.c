/* augment.c - see augment.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/augment.h"

#include "core/base/rng.h"

#include <math.h>

/* Keeps these numbers apart from others of the same seed. */
#define STREAM ((uint64_t) 0xA06 << 48)
#define NUMBERS_PER_SAMPLE 32

typedef struct
{
  bool flip;
  double angle;
  double zoom; /* input pixels per output pixel */
  double center[2];
} Pose;

/* out to in: about the output's middle flip, zoom, rotate, then move to the chosen centre. */
static void
set_map (TrpAugmentDraw *draw, const Pose *pose, const size_t out_size[2])
{
  const double c = cos (pose->angle) * pose->zoom, s = sin (pose->angle) * pose->zoom;
  const double sign = pose->flip ? -1 : 1;
  const double middle[2] = { 0.5 * ((double) out_size[0] - 1), 0.5 * ((double) out_size[1] - 1) };
  double (*m)[3] = draw->in_from_out;

  m[0][0] = sign * c;
  m[0][1] = -s;
  m[1][0] = sign * s;
  m[1][1] = c;
  for (int n = 0; n < 2; n++)
    m[n][2] = pose->center[n] - m[n][0] * middle[0] - m[n][1] * middle[1];
}

/* Middle of a window of @window pixels somewhere in @size; on whole pixels unless @part. */
static double
draw_center (TrpRng *rng, double size, double window, bool part)
{
  const double slack = MAX (size - window, 0), u = trp_rng_uniform (rng, 0, 1);
  const double begin = part ? u * slack : floor (u * (slack + 1));

  return slack > 0 ? begin + 0.5 * (window - 1) : 0.5 * (size - 1);
}

TrpAugmentDraw
trp_augment_draw (const TrpAugment *self,
                  uint64_t seed,
                  uint64_t step,
                  uint64_t index,
                  const size_t in_size[2],
                  const size_t out_size[2])
{
  TrpRng rng = { seed, STREAM | step, index * NUMBERS_PER_SAMPLE };
  const double radians = self->rotation_deg * G_PI / 180;
  TrpAugmentDraw draw = { .noise_seed = seed, .noise_stream = (STREAM << 1 | step) ^ index << 32 };
  double crop;
  Pose pose;

  pose.flip = trp_rng_below (&rng, 2) == 1 && self->flip;
  pose.angle = trp_rng_uniform (&rng, -radians, radians);
  pose.zoom = 1 / trp_rng_uniform (&rng, 1 - self->scale, 1 + self->scale);
  crop = trp_rng_uniform (&rng, self->crop_min, 1);
  for (int n = 0; n < 2; n++)
    {
      const double in = (double) in_size[n], window = crop * (double) out_size[n];
      const double shift = trp_rng_uniform (&rng, -self->shift, self->shift);

      pose.center[n] = draw_center (&rng, in, window, crop < 1) + shift * in;
    }
  pose.zoom *= crop;
  set_map (&draw, &pose, out_size);
  draw.gain = trp_rng_uniform (&rng, 1 - self->gain, 1 + self->gain);
  draw.offset = trp_rng_uniform (&rng, -self->offset, self->offset);
  draw.noise = trp_rng_uniform (&rng, 0, self->noise);
  return draw;
}

TrpAugmentDraw
trp_augment_identity (const size_t in_size[2], const size_t out_size[2])
{
  TrpAugmentDraw draw = { .gain = 1 };

  for (int n = 0; n < 2; n++)
    {
      draw.in_from_out[n][n] = 1;
      draw.in_from_out[n][2] = floor (0.5 * ((double) in_size[n] - (double) out_size[n]));
    }
  return draw;
}

static bool
map_pixel (const TrpAugmentDraw *draw, size_t x, size_t y, const size_t size[2], double out_at[2])
{
  for (int n = 0; n < 2; n++)
    {
      const double *m = draw->in_from_out[n];

      out_at[n] = m[0] * (double) x + m[1] * (double) y + m[2];
      if (!(out_at[n] >= -0.5 && out_at[n] <= (double) size[n] - 0.5))
        return false;
      out_at[n] = CLAMP (out_at[n], 0, (double) size[n] - 1);
    }
  return true;
}

static double
sample (const float *in, const size_t size[2], const double at[2])
{
  const size_t x = (size_t) at[0], y = (size_t) at[1];
  const size_t right = MIN (x + 1, size[0] - 1), below = MIN (y + 1, size[1] - 1);
  const double u = at[0] - (double) x, v = at[1] - (double) y;
  const double top = (1 - u) * (double) in[x + size[0] * y] + u * (double) in[right + size[0] * y];
  const double bottom = (1 - u) * (double) in[x + size[0] * below] +
                        u * (double) in[right + size[0] * below];

  return (1 - v) * top + v * bottom;
}

void
trp_augment_image (const TrpAugmentDraw *draw,
                   const float *in,
                   const size_t in_size[2],
                   const size_t out_size[2],
                   float outside,
                   size_t channel,
                   size_t stride,
                   float *out)
{
  const size_t n_pixels = out_size[0] * out_size[1];
  TrpRng rng = { draw->noise_seed, draw->noise_stream, channel * n_pixels };

  for (size_t y = 0; y < out_size[1]; y++)
    for (size_t x = 0; x < out_size[0]; x++)
      {
        double at[2];
        const bool hit = map_pixel (draw, x, y, in_size, at);
        double value = hit ? sample (in, in_size, at) : (double) outside;

        if (draw->gain != 1)
          value = (value + 1) * draw->gain - 1;
        value += draw->offset;
        if (draw->noise > 0)
          value += trp_rng_normal (&rng, 0, draw->noise);
        out[(x + out_size[0] * y) * stride] = (float) CLAMP (value, -1, 1);
      }
}

void
trp_augment_labels (const TrpAugmentDraw *draw,
                    const uint8_t *in,
                    const size_t in_size[2],
                    const size_t out_size[2],
                    uint8_t *out)
{
  for (size_t y = 0; y < out_size[1]; y++)
    for (size_t x = 0; x < out_size[0]; x++)
      {
        double at[2];

        out[x + out_size[0] * y] =
          map_pixel (draw, x, y, in_size, at)
            ? in[(size_t) (at[0] + 0.5) + in_size[0] * (size_t) (at[1] + 0.5)]
            : 0;
      }
}
