/* recipe-library.h - recipes of one's own, beside the shipped ones
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Files NAME.recipe in the user's data folder; trp_recipe_list(), trp_recipe_find() and
 * trp_recipe_load() know them as well. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Whether @name is one of the user's. */
bool trp_recipe_is_own (const char *name);

/**
 * trp_recipe_save_own:
 * @text: a recipe, kept as it is, comments and all
 *
 * Replaces the one of that name.
 *
 * Errors: TRP_ERROR_FORMAT for a text that is no recipe, and for a name that is empty, longer than
 * 100 bytes, that of a shipped recipe, or has anything but letters, digits, "-", "_", "." and
 * spaces; TRP_ERROR_IO.
 */
bool
trp_recipe_save_own (const char *name, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Errors: TRP_ERROR_IO. */
bool trp_recipe_delete_own (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "NAME-2", or the next number that is free. (transfer full) */
char *trp_recipe_propose_name (const char *name);

G_END_DECLS
