/* error.h - the one error domain of Triptych
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Messages are one sentence a clinician can act on, with the offending value. The file name is put
 * in front once, by the function that knows the path. Thread-safe.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

#define TRP_ERROR (trp_error_quark ())

/**
 * TrpError:
 * @TRP_ERROR_IO: reading or writing failed in the operating system
 * @TRP_ERROR_FORMAT: the bytes are not what their format promises
 * @TRP_ERROR_UNSUPPORTED: valid, but not something this build can handle
 * @TRP_ERROR_GEOMETRY: grids that do not fit together, or an affine that cannot be inverted or
 * measured
 * @TRP_ERROR_LIMIT: larger than a named limit, or no memory for it
 * @TRP_ERROR_DEVICE: a compute device failed
 * @TRP_ERROR_LOCKED: the structure is locked against editing
 *
 * Cancelled work fails with G_IO_ERROR_CANCELLED instead.
 */
typedef enum
{
  TRP_ERROR_IO,
  TRP_ERROR_FORMAT,
  TRP_ERROR_UNSUPPORTED,
  TRP_ERROR_GEOMETRY,
  TRP_ERROR_LIMIT,
  TRP_ERROR_DEVICE,
  TRP_ERROR_LOCKED,
} TrpError;

GQuark trp_error_quark (void);

G_END_DECLS
