/* number.h - numbers in files, in C notation whatever the locale
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The shorter form where it comes back the same, 0.0002, not 2.0000000000000001e-4. (transfer full)
 */
char *trp_number_to_text (double value);

G_END_DECLS
