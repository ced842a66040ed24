/* augment.c - see augment.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/augment.h"

#include "core/base/rng.h"
#include "core/method/smooth-field.h"

#include <math.h>

/* Keep these numbers apart from others of the same seed. */
#define STREAM ((uint64_t) 0xA06 << 48)
#define FIELD_STREAM ((uint64_t) 0xA07 << 48)
#define NUMBERS_PER_SAMPLE 32
#define NUMBERS_PER_FIELD ((uint64_t) 1 << 20)

/* Fields of one sample. */
enum
{
  FIELD_ELASTIC_X,
  FIELD_ELASTIC_Y,
  FIELD_BIAS,
  N_FIELDS,
};

/* Cubic B-splines whose coefficients stay below this part of the control spacing do not fold.
 * Source: Y. Choi, S. Lee, Graphical Models 62 (2000) 411-427: 1 / 2.0464. */
#define NO_FOLD 0.48
#define BLUR_SIGMA 1. /* pixels */
#define BLUR_RADIUS 3

typedef struct
{
  bool flip, flip_vertical;
  unsigned n_quarters;
  double angle;
  double zoom; /* input pixels per output pixel */
  double center[2];
} Pose;

/* Exactly, so that whole pixels stay whole. */
static void
turn_quarter (double m[2][3])
{
  for (int n = 0; n < 2; n++)
    {
      const double first = m[n][0];

      m[n][0] = m[n][1];
      m[n][1] = -first;
    }
}

/* out to in: about the output's middle flip, turn, zoom, rotate, then move to the chosen centre. */
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
  for (unsigned n = 0; n < pose->n_quarters; n++)
    turn_quarter (m);
  if (pose->flip_vertical)
    for (int n = 0; n < 2; n++)
      m[n][1] = -m[n][1];
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
  TrpAugmentDraw draw = { .elastic_grid = self->elastic_grid,
                          .noise_seed = seed,
                          .noise_stream = (STREAM << 1 | step) ^ index << 32,
                          .field_stream = FIELD_STREAM | step,
                          .field_index = index * N_FIELDS * NUMBERS_PER_FIELD };
  double crop;
  Pose pose;

  pose.flip = trp_rng_below (&rng, 2) == 1 && self->flip;
  pose.angle = trp_rng_uniform (&rng, -radians, radians);
  pose.zoom = 1 / trp_rng_uniform (&rng, 1 - self->scale, 1 + self->scale);
  crop = trp_rng_uniform (&rng, self->crop_min, 1);
  if (self->crop_fixed)
    crop = self->crop_min;
  for (int n = 0; n < 2; n++)
    {
      const double in = (double) in_size[n], window = crop * (double) out_size[n];
      const double shift = trp_rng_uniform (&rng, -self->shift, self->shift);

      pose.center[n] = draw_center (&rng, in, window, crop < 1) + shift * in;
    }
  pose.zoom *= crop;
  draw.gain = trp_rng_uniform (&rng, 1 - self->gain, 1 + self->gain);
  draw.offset = trp_rng_uniform (&rng, -self->offset, self->offset);
  draw.noise = trp_rng_uniform (&rng, 0, self->noise);
  /* later settings draw after the earlier ones */
  pose.flip_vertical = trp_rng_below (&rng, 2) == 1 && self->flip_vertical;
  pose.n_quarters = trp_rng_below (&rng, 4) * self->quarter_turns;
  draw.elastic = trp_rng_uniform (&rng, 0, self->elastic);
  draw.log_gamma = log1p (self->gamma) * trp_rng_uniform (&rng, -1, 1);
  draw.bias = trp_rng_uniform (&rng, 0, self->bias);
  draw.sharpness = trp_rng_uniform (&rng, -self->sharpness, self->sharpness);
  set_map (&draw, &pose, out_size);
  return draw;
}

bool
trp_augment_is_mirrored (const TrpAugmentDraw *draw)
{
  const double (*m)[3] = draw->in_from_out;

  return m[0][0] * m[1][1] - m[0][1] * m[1][0] < 0;
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

/* --- fields over the output --- */

static TrpSmoothField *
new_field (const TrpAugmentDraw *draw,
           unsigned which,
           double sd,
           double grid,
           const size_t size[2],
           double limit)
{
  const TrpRng rng = { draw->noise_seed, draw->field_stream,
                       draw->field_index + which * NUMBERS_PER_FIELD };

  return sd > 0 ? trp_smooth_field_new (rng, sd, grid, size[0], size[1], limit) : NULL;
}

/* Displacements of one row of the output, and the map of its pixels. */
typedef struct
{
  const TrpAugmentDraw *draw;
  TrpSmoothField *fields[2]; /* NULL: none */
  double *rows[2];
} Warp;

static void
warp_init (Warp *self, const TrpAugmentDraw *draw, const size_t out_size[2])
{
  self->draw = draw;
  for (unsigned n = 0; n < 2; n++)
    {
      self->fields[n] = new_field (draw, FIELD_ELASTIC_X + n, draw->elastic, draw->elastic_grid,
                                   out_size, NO_FOLD * draw->elastic_grid);
      self->rows[n] = self->fields[n] ? g_new (double, out_size[0]) : NULL;
    }
}

static void
warp_clear (Warp *self)
{
  for (int n = 0; n < 2; n++)
    {
      trp_smooth_field_free (self->fields[n]);
      g_free (self->rows[n]);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Warp, warp_clear)

static void
warp_set_row (Warp *self, size_t y)
{
  for (int n = 0; n < 2; n++)
    if (self->fields[n])
      trp_smooth_field_get_row (self->fields[n], y, self->rows[n]);
}

static void
warp_map (const Warp *self, size_t x, size_t y, double out_at[2])
{
  for (int n = 0; n < 2; n++)
    {
      const double *m = self->draw->in_from_out[n];

      out_at[n] = m[0] * (double) x + m[1] * (double) y + m[2];
      if (self->rows[n])
        out_at[n] += self->rows[n][x];
    }
}

void
trp_augment_map (
  const TrpAugmentDraw *draw, const size_t out_size[2], size_t x, size_t y, double out_point[2])
{
  g_auto (Warp) warp = { 0 };

  warp_init (&warp, draw, out_size);
  warp_set_row (&warp, y);
  warp_map (&warp, x, y, out_point);
}

/* --- reading --- */

static bool
map_pixel (const Warp *warp, size_t x, size_t y, const size_t size[2], double out_at[2])
{
  warp_map (warp, x, y, out_at);
  for (int n = 0; n < 2; n++)
    {
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

/* --- values --- */

/* Weights of a Gaussian that sum to 1. */
static void
make_kernel (double kernel[2 * BLUR_RADIUS + 1])
{
  double sum = 0;

  for (int n = -BLUR_RADIUS; n <= BLUR_RADIUS; n++)
    sum += kernel[n + BLUR_RADIUS] = exp (-0.5 * n * n / (BLUR_SIGMA * BLUR_SIGMA));
  for (int n = 0; n <= 2 * BLUR_RADIUS; n++)
    kernel[n] /= sum;
}

/* Edges are repeated. */
static void
blur_line (const double *kernel, const double *in, size_t n, size_t stride, double *out)
{
  for (size_t i = 0; i < n; i++)
    {
      double sum = 0;

      for (int d = -BLUR_RADIUS; d <= BLUR_RADIUS; d++)
        {
          const ptrdiff_t from = CLAMP ((ptrdiff_t) i + d, 0, (ptrdiff_t) n - 1);

          sum += kernel[d + BLUR_RADIUS] * in[(size_t) from * stride];
        }
      out[i * stride] = sum;
    }
}

static void
sharpen (double sharpness, const size_t size[2], double *io_values)
{
  const size_t n_pixels = size[0] * size[1];
  g_autofree double *rows = g_new (double, n_pixels);
  g_autofree double *blurred = g_new (double, n_pixels);
  double kernel[2 * BLUR_RADIUS + 1];

  make_kernel (kernel);
  for (size_t y = 0; y < size[1]; y++)
    blur_line (kernel, io_values + size[0] * y, size[0], 1, rows + size[0] * y);
  for (size_t x = 0; x < size[0]; x++)
    blur_line (kernel, rows + x, size[1], size[0], blurred + x);
  for (size_t n = 0; n < n_pixels; n++)
    io_values[n] += sharpness * (io_values[n] - blurred[n]);
}

/* Logarithm of the bias field at every pixel: mean 0, standard deviation as drawn; NULL: none. */
static double *
make_bias (const TrpAugmentDraw *draw, const size_t size[2])
{
  const size_t n_pixels = size[0] * size[1];
  const double grid = 0.5 * (double) MAX (size[0], size[1]);
  g_autoptr (TrpSmoothField) field = new_field (draw, FIELD_BIAS, draw->bias, grid, size, INFINITY);
  double *values = field ? g_new (double, n_pixels) : NULL;
  double sum = 0, squares = 0;

  if (!field)
    return NULL;
  for (size_t y = 0; y < size[1]; y++)
    trp_smooth_field_get_row (field, y, values + size[0] * y);
  for (size_t n = 0; n < n_pixels; n++)
    sum += values[n];
  for (size_t n = 0; n < n_pixels; n++)
    {
      values[n] -= sum / (double) n_pixels;
      squares += values[n] * values[n];
    }
  for (size_t n = 0; n < n_pixels; n++)
    values[n] *= draw->bias / sqrt (squares / (double) n_pixels);
  return values;
}

/* @bias: logarithm of the field there */
static double
change_tone (const TrpAugmentDraw *draw, double value, double bias)
{
  if (draw->log_gamma != 0)
    value = 2 * pow (CLAMP (0.5 * (value + 1), 0, 1), exp (draw->log_gamma)) - 1;
  if (bias != 0)
    value = (value + 1) * exp (bias) - 1;
  if (draw->gain != 1)
    value = (value + 1) * draw->gain - 1;
  return value + draw->offset;
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
  g_autofree double *bias = make_bias (draw, out_size);
  g_autofree double *values = g_new (double, n_pixels);
  TrpRng rng = { draw->noise_seed, draw->noise_stream, channel * n_pixels };
  g_auto (Warp) warp = { 0 };

  warp_init (&warp, draw, out_size);
  for (size_t y = 0; y < out_size[1]; y++)
    {
      warp_set_row (&warp, y);
      for (size_t x = 0; x < out_size[0]; x++)
        {
          double at[2];

          values[x + out_size[0] * y] = map_pixel (&warp, x, y, in_size, at)
                                          ? sample (in, in_size, at)
                                          : (double) outside;
        }
    }
  if (draw->sharpness != 0)
    sharpen (draw->sharpness, out_size, values);
  for (size_t n = 0; n < n_pixels; n++)
    {
      double value = change_tone (draw, values[n], bias ? bias[n] : 0);

      if (draw->noise > 0)
        value += trp_rng_normal (&rng, 0, draw->noise);
      out[n * stride] = (float) CLAMP (value, -1, 1);
    }
}

void
trp_augment_labels (const TrpAugmentDraw *draw,
                    const uint8_t *in,
                    const size_t in_size[2],
                    const size_t out_size[2],
                    uint8_t *out)
{
  g_auto (Warp) warp = { 0 };

  warp_init (&warp, draw, out_size);
  for (size_t y = 0; y < out_size[1]; y++)
    {
      warp_set_row (&warp, y);
      for (size_t x = 0; x < out_size[0]; x++)
        {
          double at[2];

          out[x + out_size[0] * y] =
            map_pixel (&warp, x, y, in_size, at)
              ? in[(size_t) (at[0] + 0.5) + in_size[0] * (size_t) (at[1] + 0.5)]
              : 0;
        }
    }
}
