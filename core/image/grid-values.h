/* grid-values.h - a volume's values on the voxels of a grid, whichever grid it has itself
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same voxels where the grids are one, trilinear between voxel centres where they are not, NAN
 * outside the volume. Plain value; the volume is borrowed. Any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

typedef struct
{
  const TrpVolume *volume;
  size_t size[3]; /* of the grid */
  bool is_same_grid;
  TrpAffine volume_from_grid; /* voxel indices to voxel indices */
} TrpGridValues;

void
trp_grid_values_init (TrpGridValues *self, const TrpVolume *volume, const TrpGeometry *geometry);

/* @n voxels of row (j, k) from voxel @i on; all of them in the grid. */
void trp_grid_values_read (
  const TrpGridValues *self, size_t i, size_t j, size_t k, size_t n, float *out_values);

/* Voxels 64 @word and following of row (j, k), bit by bit: whether the value lies from @low to
 * @high, both included and rounded to float as the values are; never for NAN, nor beyond the row's
 * end. */
uint64_t trp_grid_values_test_word (
  const TrpGridValues *self, size_t word, size_t j, size_t k, double low, double high);

G_END_DECLS
