/* manual.h - the manual, in the reader that this computer has for it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The manual is a page with pictures that comes with the program (resources/help); no network is
 * needed. Main thread.
 */

#pragma once

#include "ui/window.h"

G_BEGIN_DECLS

/* Where that page is. (transfer full) */
char *trp_manual_find (void);

/* Asks the desktop to open the page; where it has no program for pages the window says which file
 * it is. */
void trp_manual_show (TrpMainWindow *window);

G_END_DECLS
