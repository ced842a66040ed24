/* module.h - the CUDA module, opened at run time
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * libtriptych-gpu.so is the only part that needs NVIDIA's libraries, so it is no dependency of the
 * program: it is looked for in
 * - $TRIPTYCH_MODULE_DIR, and nowhere else where that is set;
 * - ../gpu beside the running program, as in a build folder;
 * - the folder it is installed in.
 * A module that was loaded stays. Any thread.
 */

#pragma once

#include "core/nn/backend.h"

G_BEGIN_DECLS

/* The module's table, not yet opened. Errors, each a reason to which the caller may add what to do:
 * TRP_ERROR_IO if there is no module; TRP_ERROR_DEVICE if it cannot be loaded or is none. */
const TrpBackend *trp_module_load (GError **error);

G_END_DECLS
