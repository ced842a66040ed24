/* reading-actions.h - the window's actions on several readings
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/window.h"

G_BEGIN_DECLS

void trp_main_window_add_reading_actions (TrpMainWindow *window);
/* The menu's section; entries that cannot be used say why. (transfer full) */
GMenuModel *trp_main_window_make_reading_menu (TrpMainWindow *window);

G_END_DECLS
