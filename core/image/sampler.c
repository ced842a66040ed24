/* sampler.c - see sampler.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each point is first + n * step, never a running sum, so that no error builds up along a line.
 * Coordinates within a millionth of a voxel of a centre or a face count as on it: two grids whose
 * centres coincide give each other's values exactly.
 */

#include "core/image/sampler.h"

#define SNAP 1e-6

/* The two neighbours along one axis and the share of the upper one. */
typedef struct
{
  size_t low, high;
  double part;
} Neighbours;

static inline bool
find_neighbours (double x, size_t size, Neighbours *out)
{
  const double last = (double) (size - 1), whole = rint (x);

  if (!(x >= -0.5 - SNAP && x <= last + 0.5 + SNAP))
    return false;
  x = fabs (x - whole) < SNAP ? whole : x;
  x = CLAMP (x, 0, last);
  out->low = (size_t) x;
  out->part = x - (double) out->low;
  out->high = out->part > 0 ? out->low + 1 : out->low;
  return true;
}

static inline double
mix (double a, double b, double part)
{
  return a + part * (b - a);
}

#define DEFINE_LINEAR(name, type)                                                                  \
  static void sample_##name (const TrpLine *line, const TrpVolume *volume, float outside,          \
                             size_t n_points, float *out)                                          \
  {                                                                                                \
    const type *stored = trp_volume_peek_voxels (volume);                                          \
    const size_t *size = trp_volume_get_geometry (volume)->size;                                   \
    const double slope = trp_volume_get_slope (volume);                                            \
    const double intercept = trp_volume_get_intercept (volume);                                    \
                                                                                                   \
    for (size_t n = 0; n < n_points; n++)                                                          \
      {                                                                                            \
        const TrpVec3 p = trp_vec3_add (line->first_ijk,                                           \
                                        trp_vec3_scale (line->step_ijk, (double) n));              \
        Neighbours i, j, k;                                                                        \
        const type *rows[4];                                                                       \
        double c[4];                                                                               \
                                                                                                   \
        if (!find_neighbours (p.v[0], size[0], &i) || !find_neighbours (p.v[1], size[1], &j) ||    \
            !find_neighbours (p.v[2], size[2], &k))                                                \
          {                                                                                        \
            out[n] = outside;                                                                      \
            continue;                                                                              \
          }                                                                                        \
        rows[0] = stored + size[0] * (j.low + size[1] * k.low);                                    \
        rows[1] = stored + size[0] * (j.high + size[1] * k.low);                                   \
        rows[2] = stored + size[0] * (j.low + size[1] * k.high);                                   \
        rows[3] = stored + size[0] * (j.high + size[1] * k.high);                                  \
        for (int r = 0; r < 4; r++)                                                                \
          c[r] = mix ((double) rows[r][i.low], (double) rows[r][i.high], i.part);                  \
        out[n] = (float) (slope *                                                                  \
                            mix (mix (c[0], c[1], j.part), mix (c[2], c[3], j.part), k.part) +     \
                          intercept);                                                              \
      }                                                                                            \
  }

/* clang-format off */
DEFINE_LINEAR (u8, uint8_t)
DEFINE_LINEAR (i16, int16_t)
DEFINE_LINEAR (u16, uint16_t)
DEFINE_LINEAR (i32, int32_t)
DEFINE_LINEAR (f32, float)
/* clang-format on */

static void
sample_nearest (
  const TrpLine *line, const TrpVolume *volume, float outside, size_t n_points, float *out)
{
  const size_t *size = trp_volume_get_geometry (volume)->size;
  ptrdiff_t indices[256];

  for (size_t done = 0; done < n_points; done += G_N_ELEMENTS (indices))
    {
      const size_t n = MIN (n_points - done, G_N_ELEMENTS (indices));
      const TrpLine part = { trp_vec3_add (line->first_ijk,
                                           trp_vec3_scale (line->step_ijk, (double) done)),
                             line->step_ijk };

      trp_line_find_nearest (&part, size, n, indices);
      for (size_t p = 0; p < n; p++)
        if (indices[p] < 0)
          out[done + p] = outside;
        else
          trp_volume_copy_floats (volume, (size_t) indices[p], 1, &out[done + p]);
    }
}

void
trp_line_sample (const TrpLine *self,
                 const TrpVolume *volume,
                 TrpInterpolation interpolation,
                 float outside,
                 size_t n,
                 float *out_values)
{
  if (interpolation == TRP_INTERPOLATION_NEAREST)
    {
      sample_nearest (self, volume, outside, n, out_values);
      return;
    }
  switch (trp_volume_get_voxel_type (volume))
    {
    case TRP_VOXEL_U8:
      sample_u8 (self, volume, outside, n, out_values);
      break;
    case TRP_VOXEL_I16:
      sample_i16 (self, volume, outside, n, out_values);
      break;
    case TRP_VOXEL_U16:
      sample_u16 (self, volume, outside, n, out_values);
      break;
    case TRP_VOXEL_I32:
      sample_i32 (self, volume, outside, n, out_values);
      break;
    case TRP_VOXEL_F32:
    case TRP_N_VOXEL_TYPES:
    default:
      sample_f32 (self, volume, outside, n, out_values);
      break;
    }
}

static inline ptrdiff_t
find_nearest (double x, size_t size)
{
  const double last = (double) (size - 1);

  if (!(x >= -0.5 - SNAP && x <= last + 0.5 + SNAP))
    return -1;
  return (ptrdiff_t) CLAMP (floor (x + 0.5 + SNAP), 0, last);
}

void
trp_line_find_nearest (const TrpLine *self,
                       const size_t size[3],
                       size_t n_points,
                       ptrdiff_t *out_indices)
{
  for (size_t n = 0; n < n_points; n++)
    {
      const TrpVec3 p = trp_vec3_add (self->first_ijk, trp_vec3_scale (self->step_ijk, (double) n));
      const ptrdiff_t i = find_nearest (p.v[0], size[0]), j = find_nearest (p.v[1], size[1]);
      const ptrdiff_t k = find_nearest (p.v[2], size[2]);

      out_indices[n] = i < 0 || j < 0 || k < 0
                         ? -1
                         : i + (ptrdiff_t) size[0] * (j + (ptrdiff_t) size[1] * k);
    }
}
