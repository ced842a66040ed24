/* laterality.h - left and right in the names of structures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * AAPM TG-263 names say the side by a part "_L" or "_R": "Parotid_L", "Femur_Head_R",
 * "Lung_L_PRV05". Any thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* The same name for the other side: the last part that is L or R alone is exchanged, in its own
 * case. Returns: (transfer full) (nullable): NULL where the name says no side. */
char *trp_laterality_swap (const char *name);

G_END_DECLS
