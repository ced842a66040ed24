/* body.c - see body.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/body.h"

static bool
is_inside (ptrdiff_t i, ptrdiff_t j, ptrdiff_t k)
{
  return (i - 17) * (i - 17) * 1600 + (j - 16) * (j - 16) * 2025 + (k - 10) * (k - 10) * 5184 <=
           129600 &&
         (i + 2 * j + 3 * k) % 11 != 0;
}

TrpMask *
trp_body_new (void)
{
  const TrpGeometry geometry = trp_geometry_axial (TRP_BODY_SIZE, (double[]){ 1.2, 0.9, 3 },
                                                   trp_vec3 (0, 0, 0));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < geometry.size[2]; k++)
    for (size_t j = 0; j < geometry.size[1]; j++)
      for (size_t i = 0; i < geometry.size[0]; i++)
        if (is_inside ((ptrdiff_t) i, (ptrdiff_t) j, (ptrdiff_t) k))
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

TrpBodySums
trp_body_sum (const TrpMask *mask)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  TrpBodySums sums = { 0 };

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        if (trp_mask_get (mask, i, j, k))
          {
            sums.n_voxels++;
            sums.sum += 3 * i + 5 * j + 7 * k;
          }
  return sums;
}
