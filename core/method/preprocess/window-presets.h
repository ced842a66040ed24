/* window-presets.h - windows of Hounsfield units that papers name
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* In the order of the table; with | between */
#define TRP_WINDOW_PRESETS "soft-tissue|head|synthrad"

/* The preset at @index of TRP_WINDOW_PRESETS. Returns: false beyond the last. */
bool trp_window_preset_get (int index, double *out_low, double *out_high);
/* Returns: false for a name that none has. */
bool trp_window_preset_find (const char *name, double *out_low, double *out_high);

G_END_DECLS
