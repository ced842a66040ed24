/* file-name.h - names that every file system takes
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @name without what some file system refuses; a number follows where it is in @used (a set of
 * casefolded texts that frees them), to which it is added. A name of nothing else becomes
 * "unnamed". (transfer full) */
char *trp_file_name_make_safe (const char *name, GHashTable *used);

G_END_DECLS
