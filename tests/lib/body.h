/* body.h - the body with holes of tests/golden/operations.py, and sums over a mask
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

/* Of a mask: how many voxels, and the sum of 3 i + 5 j + 7 k over them. */
typedef struct
{
  size_t n_voxels;
  size_t sum;
} TrpBodySums;

#define TRP_BODY_SIZE ((size_t[]){ 40, 36, 24 })

/* 40 x 36 x 24 voxels of 1.2 x 0.9 x 3 mm; the axes grow towards L, P and S. */
TrpMask *trp_body_new (void);
TrpBodySums trp_body_sum (const TrpMask *mask);

G_END_DECLS
