/* stored-type.h - voxel types as files have them, and how a volume holds them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * u8, i16, u16, i32 and f32 are held as they are; i8 becomes i16; u32, i64, u64 and f64 become f32
 * with slope and intercept applied in double precision first. Any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_STORED_I8,
  TRP_STORED_U8,
  TRP_STORED_I16,
  TRP_STORED_U16,
  TRP_STORED_I32,
  TRP_STORED_U32,
  TRP_STORED_I64,
  TRP_STORED_U64,
  TRP_STORED_F32,
  TRP_STORED_F64,
} TrpStoredType;

size_t trp_stored_type_get_size (TrpStoredType type);      /* bytes */
const char *trp_stored_type_get_name (TrpStoredType type); /* NumPy's, e.g. "float64" */
TrpVoxelType trp_stored_type_get_held (TrpStoredType type);

/**
 * trp_stored_to_held:
 * @bytes: @n_values of @type
 * @swap: their byte order is not this machine's
 * @io_slope, @io_intercept: of the file; 1 and 0 afterwards where they had to be applied
 *
 * Returns: (transfer full): a reference to @bytes itself when nothing needs to change, else a new
 * block.
 *
 * Errors: TRP_ERROR_FORMAT if @bytes is too short, TRP_ERROR_LIMIT if there is no memory.
 */
GBytes *trp_stored_to_held (TrpStoredType type,
                            bool swap,
                            GBytes *bytes,
                            size_t n_values,
                            double *io_slope,
                            double *io_intercept,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_volume_apply_rescale:
 *
 * For formats that have no slope and intercept.
 *
 * Returns: (transfer full): @volume itself if its slope is 1 and its intercept 0; else a volume of
 * the same values in the narrowest of i16, u16, i32 where all of them are whole numbers that fit,
 * else in f32.
 */
TrpVolume *trp_volume_apply_rescale (const TrpVolume *volume,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
