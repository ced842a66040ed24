/* file-name.h - names that every file system takes, and words in them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* @name without what some file system refuses; a number follows where it is in @used (a set of
 * casefolded texts that frees them), to which it is added. A name of nothing else becomes
 * "unnamed". (transfer full) */
char *trp_file_name_make_safe (const char *name, GHashTable *used);

/* Whether @name without its folders holds one of @words (lower case, NULL-terminated) as a word of
 * its own: "GTV" in "p1-gtv.nii.gz", not in "gtvs.nii". */
bool trp_file_name_has_word (const char *name, const char *const *words);

G_END_DECLS
