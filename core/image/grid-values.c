/* grid-values.c - see grid-values.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/grid-values.h"

#include "core/image/sampler.h"

void
trp_grid_values_init (TrpGridValues *self, const TrpVolume *volume, const TrpGeometry *geometry)
{
  const TrpGeometry *own = trp_volume_get_geometry (volume);

  *self = (TrpGridValues){
    .volume = volume,
    .size = { geometry->size[0], geometry->size[1], geometry->size[2] },
    .is_same_grid = trp_geometry_equal (own, geometry),
    .volume_from_grid = trp_affine_multiply (&own->ijk_from_lps, &geometry->lps_from_ijk),
  };
}

void
trp_grid_values_read (
  const TrpGridValues *self, size_t i, size_t j, size_t k, size_t n, float *out_values)
{
  TrpLine line;

  if (self->is_same_grid)
    {
      trp_volume_copy_floats (self->volume, i + self->size[0] * (j + self->size[1] * k), n,
                              out_values);
      return;
    }
  line.first_ijk = trp_affine_apply (&self->volume_from_grid,
                                     trp_vec3 ((double) i, (double) j, (double) k));
  line.step_ijk = trp_affine_column (&self->volume_from_grid, 0);
  trp_line_sample (&line, self->volume, TRP_INTERPOLATION_LINEAR, NAN, n, out_values);
}

uint64_t
trp_grid_values_test_word (
  const TrpGridValues *self, size_t word, size_t j, size_t k, double low, double high)
{
  const size_t n = MIN (self->size[0] - 64 * word, 64);
  const float least = (float) low, most = (float) high;
  float values[64];
  uint64_t bits = 0;

  trp_grid_values_read (self, 64 * word, j, k, n, values);
  for (size_t b = 0; b < n; b++)
    bits |= (uint64_t) (values[b] >= least && values[b] <= most) << b;
  return bits;
}
