/* boolean.h - two masks combined voxel by voxel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

/* Voxels of either; of both; of the first that are not in the second; of one and not of the other.
 */
typedef enum
{
  TRP_BOOLEAN_UNION,
  TRP_BOOLEAN_INTERSECTION,
  TRP_BOOLEAN_SUBTRACT,
  TRP_BOOLEAN_EXCLUSIVE,
  TRP_N_BOOLEANS,
} TrpBoolean;

/* (transfer full): a new mask, which shares with @first the planes that stayed as they were.
 * Errors: TRP_ERROR_GEOMETRY where @second is on another grid. */
TrpMask *trp_boolean_combine (TrpBoolean operation,
                              const TrpMask *first,
                              const TrpMask *second,
                              GError **error);

G_END_DECLS
