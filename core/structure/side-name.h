/* side-name.h - left and right in the names of structures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A side is the last word "L" or "R" (AAPM TG-263: Parotid_L), or the word left, right, lt, rt,
 * links or rechts anywhere; words end where letters and digits do. "L5" and "Lung_LLL" name no
 * side. No state; any thread.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The same name for the other side, in the same letters' case: "Parotid_R" for "Parotid_L".
 * Returns: (transfer full) (nullable): NULL where the name says no side. */
char *trp_side_name_swap (const char *name);

G_END_DECLS
