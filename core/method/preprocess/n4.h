/* n4.h - N4 bias field correction through ITK, for C
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No exception and no line on standard error leaves the shim. Calls are serialised inside; any
 * thread. The work is cut into a fixed number of parts, so that results are the same bits on any
 * machine with the same ITK. Present only in builds with ITK.
 *
 * Source: N. J. Tustison et al., IEEE Trans. Med. Imaging 29 (2010) 1310-1320.
 */

#pragma once

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * TrpN4:
 * @size: of the image. Control points lie in fractions of it, so millimetres do not matter
 * @iterations: at most, on each of four levels; fewer where the field settles
 * @shrink: the field is found on every so-many-th voxel along each axis
 */
typedef struct
{
  size_t size[3];
  unsigned iterations;
  unsigned shrink;
} TrpN4;

/**
 * trp_n4_find_field:
 * @values: (nz, ny, nx), > 0 where @mask is not 0
 * @mask: voxels from which the field is found
 * @out_field: (nz, ny, nx): by which the image is to be divided, everywhere
 *
 * Errors: TRP_ERROR_FORMAT, TRP_ERROR_LIMIT.
 */
bool trp_n4_find_field (const TrpN4 *self,
                        const float *values,
                        const uint8_t *mask,
                        float *out_field,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
