/* phantom-field.c - see phantom-field.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/phantom-field.h"

#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <string.h>

/* 3 mm between lattice points; the period is beyond the body's size in each direction. */
#define STEP 3.0
#define NX 144
#define NY 100
#define NZ 64
#define COUNT ((size_t) NX * NY * NZ)
#define MAX_RADIUS 16

struct _TrpField
{
  float *values; /* (NZ, NY, NX) */
};

typedef struct
{
  uint64_t seed, stream;
  const float *in;
  float *out;
  size_t stride; /* of the axis that is blurred */
  size_t length;
  int radius;
  float kernel[2 * MAX_RADIUS + 1];
} Work;

/* The sum of four uniform numbers is close enough to normal, since the blur adds many of them. */
static void
fill_chunk (size_t begin, size_t end, void *data)
{
  Work *work = data;

  for (size_t n = begin; n < end; n++)
    {
      uint32_t words[4];
      double sum = -2;

      trp_rng_block (work->seed, work->stream, n, words);
      for (int i = 0; i < 4; i++)
        sum += words[i] * 0x1p-32;
      work->out[n] = (float) (sum * 1.7320508075688772); /* variance 4 / 12 */
    }
}

/* Row @row along x from one end of its kernel to the other; taps are the outer loop so that the
 * inner one runs along memory. */
static void
blur_row (const Work *work, size_t row)
{
  float *out = work->out + NX * row;
  float line[NX + 2 * MAX_RADIUS];

  memset (out, 0, NX * sizeof *out);
  if (work->stride == 1)
    for (int i = 0; i < NX + 2 * work->radius; i++)
      line[i] = work->in[NX * row + (size_t) ((i - work->radius + NX) % NX)];
  for (int tap = 0; tap <= 2 * work->radius; tap++)
    {
      const float weight = work->kernel[tap];
      const float *in = line + tap;

      if (work->stride > 1)
        {
          const size_t rows = work->stride / NX, at = row / rows % work->length;
          const size_t from = (at + (size_t) (tap - work->radius + MAX_RADIUS) + work->length -
                               MAX_RADIUS) %
                              work->length;

          in = work->in + NX * (row - at * rows + from * rows);
        }
      for (int i = 0; i < NX; i++)
        out[i] += weight * in[i];
    }
}

static void
blur_rows (size_t begin, size_t end, void *data)
{
  for (size_t row = begin; row < end; row++)
    blur_row (data, row);
}

/* Scaled so that white noise keeps its variance. */
static void
make_kernel (Work *work, double sigma)
{
  double squares = 0;

  work->radius = MIN ((int) ceil (3 * sigma), MAX_RADIUS);
  for (int i = -work->radius; i <= work->radius; i++)
    {
      const double weight = exp (-0.5 * (i / sigma) * (i / sigma));

      work->kernel[i + work->radius] = (float) weight;
      squares += weight * weight;
    }
  for (int i = 0; i <= 2 * work->radius; i++)
    work->kernel[i] /= (float) sqrt (squares);
}

TrpField *
trp_field_new (uint64_t seed, uint64_t stream, double sigma)
{
  static const size_t strides[3] = { 1, NX, (size_t) NX * NY };
  static const size_t lengths[3] = { NX, NY, NZ };
  TrpField *self = g_new (TrpField, 1);
  g_autofree float *spare = g_new (float, COUNT);
  Work work = { .seed = seed, .stream = stream };

  self->values = g_new (float, COUNT);
  work.out = self->values;
  trp_parallel_for (COUNT, NX * NY, fill_chunk, &work);
  make_kernel (&work, sigma / STEP);
  for (int axis = 0; axis < 3; axis++)
    {
      work.in = self->values;
      work.out = spare;
      work.stride = strides[axis];
      work.length = lengths[axis];
      trp_parallel_for (COUNT / NX, NY, blur_rows, &work);
      spare = g_steal_pointer (&self->values);
      self->values = work.out;
    }
  return self;
}

/* Of variance 1 again. */
TrpField *
trp_field_new_streaks (uint64_t seed, uint64_t stream)
{
  TrpField *self = trp_field_new (seed, stream, 9 / 1.5);
  g_autoptr (TrpField) fine = trp_field_new (seed, stream + 1, 4 / 1.5);

  for (size_t n = 0; n < COUNT; n++)
    self->values[n] = (self->values[n] + fine->values[n]) * 0.70710678f;
  return self;
}

void
trp_field_free (TrpField *self)
{
  if (!self)
    return;
  g_free (self->values);
  g_free (self);
}

/* Lattice neighbours of @x and the weight of the upper one; periodic. */
static double
locate (double x, int length, size_t *out_low, size_t *out_high)
{
  const double whole = floor (x / STEP);
  int low = (int) whole % length;

  low += low < 0 ? length : 0;
  *out_low = (size_t) low;
  *out_high = (size_t) (low + 1 == length ? 0 : low + 1);
  return x / STEP - whole;
}

double
trp_field_sample (const TrpField *self, TrpVec3 point)
{
  size_t low[3], high[3];
  const float fx = (float) locate (point.v[0], NX, &low[0], &high[0]);
  const float fy = (float) locate (point.v[1], NY, &low[1], &high[1]);
  const float fz = (float) locate (point.v[2], NZ, &low[2], &high[2]);
  float planes[2];

  for (int up = 0; up < 2; up++)
    {
      const float *plane = self->values + (size_t) NX * NY * (up ? high[2] : low[2]);
      const float *front = plane + NX * low[1], *back = plane + NX * high[1];
      const float a = front[low[0]] + fx * (front[high[0]] - front[low[0]]);
      const float b = back[low[0]] + fx * (back[high[0]] - back[low[0]]);

      planes[up] = a + fy * (b - a);
    }
  return (double) (planes[0] + fz * (planes[1] - planes[0]));
}

static TrpVec3
draw_direction (TrpRng *rng)
{
  const double z = trp_rng_uniform (rng, -1, 1), angle = trp_rng_uniform (rng, 0, 2 * G_PI);
  const double r = sqrt (1 - z * z);

  return trp_vec3 (r * cos (angle), r * sin (angle), z);
}

static void
set_rotation (double m[3][3], double a, double b, double c)
{
  const double ca = cos (a), sa = sin (a), cb = cos (b), sb = sin (b), cc = cos (c), sc = sin (c);
  const double r[3][3] = {
    { cc * cb, cc * sb * sa - sc * ca, cc * sb * ca + sc * sa },
    { sc * cb, sc * sb * sa + cc * ca, sc * sb * ca - cc * sa },
    { -sb, cb * sa, cb * ca },
  };

  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      m[i][j] = r[j][i]; /* the inverse is the transpose */
}

TrpPose
trp_pose_draw (const TrpPoseSpread *spread, uint64_t seed, uint64_t stream)
{
  const double degree = G_PI / 180;
  TrpRng rng = trp_rng_new (seed, stream);
  TrpPose self;
  double angles[3];

  self.scale = CLAMP (trp_rng_normal (&rng, 1, spread->scale_sd), 1 - spread->scale_limit,
                      1 + spread->scale_limit);
  for (int n = 0; n < 3; n++)
    angles[n] = trp_rng_normal (&rng, 0, spread->rotation_deg * degree);
  set_rotation (self.rotation, angles[0], angles[1], angles[2]);
  for (int n = 0; n < 3; n++)
    self.shift.v[n] = trp_rng_normal (&rng, 0, spread->shift.v[n]);
  for (int n = 0; n < TRP_POSE_N_WAVES; n++)
    {
      self.waves[n].k = trp_vec3_scale (
        draw_direction (&rng),
        2 * G_PI / trp_rng_uniform (&rng, spread->wave_length[0], spread->wave_length[1]));
      self.waves[n].amplitude = trp_vec3_scale (
        draw_direction (&rng), trp_rng_uniform (&rng, spread->wave_mm[0], spread->wave_mm[1]));
      self.waves[n].phase = trp_rng_uniform (&rng, 0, 2 * G_PI);
    }
  return self;
}

static TrpVec3
rotate (const TrpPose *self, TrpVec3 p)
{
  const double (*r)[3] = self->rotation;

  return trp_vec3 (r[0][0] * p.v[0] + r[0][1] * p.v[1] + r[0][2] * p.v[2],
                   r[1][0] * p.v[0] + r[1][1] * p.v[1] + r[1][2] * p.v[2],
                   r[2][0] * p.v[0] + r[2][1] * p.v[1] + r[2][2] * p.v[2]);
}

/* Along a row the phase of a wave grows evenly, so sine and cosine follow by a rotation. */
static void
add_wave (const TrpPose *self, int wave, TrpVec3 q, TrpVec3 dq, size_t n, TrpVec3 *io_points)
{
  const TrpVec3 k = self->waves[wave].k, amplitude = self->waves[wave].amplitude;
  const double phase = trp_vec3_dot (k, q) + self->waves[wave].phase;
  const double turn_cos = cos (trp_vec3_dot (k, dq)), turn_sin = sin (trp_vec3_dot (k, dq));
  double s = sin (phase), c = cos (phase);

  for (size_t i = 0; i < n; i++)
    {
      const double s_next = s * turn_cos + c * turn_sin;

      io_points[i].v[0] += amplitude.v[0] * s;
      io_points[i].v[1] += amplitude.v[1] * s;
      io_points[i].v[2] += amplitude.v[2] * s;
      c = c * turn_cos - s * turn_sin;
      s = s_next;
    }
}

void
trp_pose_map_row (const TrpPose *self, TrpVec3 start, double step, size_t n, TrpVec3 *out)
{
  const TrpVec3 q = trp_vec3_scale (rotate (self, trp_vec3_subtract (start, self->shift)),
                                    1 / self->scale);
  const TrpVec3 dq = trp_vec3_scale (rotate (self, trp_vec3 (step, 0, 0)), 1 / self->scale);

  for (size_t i = 0; i < n; i++)
    out[i] = trp_vec3_add (q, trp_vec3_scale (dq, (double) i));
  for (int wave = 0; wave < TRP_POSE_N_WAVES; wave++)
    add_wave (self, wave, q, dq, n, out);
}
