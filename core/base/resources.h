/* resources.h - where the files that come with the program are
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Path of folder @name ("recipes", "models"): in the source tree the program was built in while
 * that exists, else where it was installed. (transfer full) */
char *trp_resources_find_folder (const char *name);

G_END_DECLS
