/* laterality.h - left and right in the names of structures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A side is a part "_L" or "_R" (AAPM TG-263: Parotid_L, Lung_L_PRV05) or such a letter as the last
 * word, or the word left, right, lt, rt, links or rechts anywhere. Words end where letters and
 * digits do: "L5" and "Lung_LLL" name no side, and neither does "L" alone. No state; any thread.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The same name for the other side, in the same letters' case: the last word that names a side is
 * exchanged. Returns: (transfer full) (nullable): NULL where the name says no side. */
char *trp_laterality_swap (const char *name);

G_END_DECLS
