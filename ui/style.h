/* style.h - the program's look
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Once per display, before the first window. */
void trp_style_load (GdkDisplay *display);

G_END_DECLS
