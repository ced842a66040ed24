/* startup.h - what both programs do before anything else
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * trp_startup:
 * @argv: of main()
 *
 * Call it first in main(). Sets locale and translations (TRIPTYCH_LOCALE_DIR in the environment
 * replaces the installed folder, for programs that run from the build folder).
 *
 * OpenMP's threads spin while they wait unless they are told not to before the program is loaded:
 * on a busy machine that made a training step ten times slower, and it starves the window's thread.
 * So the program replaces itself once with OMP_WAIT_POLICY=passive in its environment, where the
 * user has not chosen otherwise.
 */
void trp_startup (char **argv);

G_END_DECLS
