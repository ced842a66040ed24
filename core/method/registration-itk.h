/* registration-itk.h - one slice onto another through ITK, for C
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No exception and no line on standard error leaves the shim. One thread per call; any number of
 * calls at once. Present only in builds with ITK.
 */

#pragma once

#include "core/method/registration.h"

G_BEGIN_DECLS

/**
 * trp_itk_register_slice:
 * @fixed, @moving: (ny, nx) floats
 * @size, @spacing: nx, ny; mm
 * @out_warped: @moving at the places where @fixed has its pixels, linear; @outside beyond it
 * @out_slice: angle, shift and largest displacement
 *
 * Errors: TRP_ERROR_LIMIT for memory, TRP_ERROR_FORMAT where ITK finds no way to begin (images that
 * have nothing in common).
 */
bool trp_itk_register_slice (const float *fixed,
                             const float *moving,
                             const size_t size[2],
                             const double spacing[2],
                             const TrpRegistrationOptions *options,
                             float outside,
                             float *out_warped,
                             TrpRegistrationSlice *out_slice,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
