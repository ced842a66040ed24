/* window-actions.h - the window's actions and the keys of the default profile
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/window.h"

G_BEGIN_DECLS

void trp_main_window_add_actions (TrpMainWindow *window);

G_END_DECLS
