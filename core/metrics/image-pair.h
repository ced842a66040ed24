/* image-pair.h - two images on one grid, read slice by slice as doubles
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value that borrows its volumes; any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpImagePair:
 * @images: reference, test
 * @clip: values are clipped to low..high
 */
typedef struct
{
  const TrpVolume *images[2];
  size_t size[3];
  bool clip;
  double low, high;
} TrpImagePair;

/* Errors: TRP_ERROR_GEOMETRY for grids that differ; TRP_ERROR_FORMAT for values that are not finite
 * numbers. */
bool trp_image_pair_init (TrpImagePair *out_pair,
                          const TrpVolume *reference,
                          const TrpVolume *test,
                          GError **error);

/* @n values from voxel @start on, into @out_values. @which: 0 reference, 1 test. */
void trp_image_pair_copy_run (
  const TrpImagePair *self, int which, size_t start, size_t n, double *out_values);

/* One slice, i fastest, into @out_values[nx * ny]. @which: 0 reference, 1 test. */
void trp_image_pair_copy_slice (const TrpImagePair *self, int which, size_t k, double *out_values);

/* Smallest and largest value after clipping. */
void
trp_image_pair_get_range (const TrpImagePair *self, int which, double *out_low, double *out_high);

G_END_DECLS
