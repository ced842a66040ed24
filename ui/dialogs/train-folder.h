/* train-folder.h - where a run that nobody has placed yet is written
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * PLACE/STEM-2026-11-20-3: recipe, day, and a number that counts on from day to day. Any thread.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The user's documents, or where programs keep a user's data; never beside a list of cases, whose
 * folder may be shared or precious. (transfer full) */
char *trp_train_folder_dup_default_place (void);
/* A folder that does not exist yet; also counts runs without a day (STEM-2). (transfer full) */
char *trp_train_folder_propose (const char *place, const char *stem);
/* "STEM" of STEM-2026-11-20-3, STEM-3 and STEM. (transfer full) */
char *trp_train_folder_dup_stem (const char *name);

G_END_DECLS
