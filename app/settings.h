/* settings.h - what the program remembers between runs
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A key file in the user's configuration folder, readable by its owner only, since paths may name
 * patients. A file that cannot be read counts as empty; one that cannot be written is no reason to
 * stop. Main thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct _TrpSettings TrpSettings;

/* @path: (nullable): NULL: the user's own file. */
TrpSettings *trp_settings_new (const char *path);
void trp_settings_free (TrpSettings *self);

/* Newest first; NULL-terminated, borrowed until the next change. */
const char *const *trp_settings_get_recent (TrpSettings *self);
void trp_settings_add_recent (TrpSettings *self, const char *path);
void trp_settings_clear_recent (TrpSettings *self);

/* Returns: false if there is none yet. */
bool
trp_settings_get_window (TrpSettings *self, int *out_width, int *out_height, bool *out_maximized);
void trp_settings_set_window (TrpSettings *self, int width, int height, bool maximized);

/* Where the file dialogs begin; NULL: not known yet. Free with g_free(). */
char *trp_settings_dup_folder (TrpSettings *self);
void trp_settings_set_folder (TrpSettings *self, const char *folder);

/* Which structures win where some overlap in a label map; NULL: not known yet. Free with
 * g_strfreev(). */
char **trp_settings_dup_priority (TrpSettings *self);
void trp_settings_set_priority (TrpSettings *self, const char *const *names);

/* Tolerance of surface Dice, mm; NAN: not chosen yet. */
double trp_settings_get_tolerance (TrpSettings *self);
void trp_settings_set_tolerance (TrpSettings *self, double tolerance);

/* What networks run on; NULL: not chosen yet. Free with g_free(). */
char *trp_settings_dup_device (TrpSettings *self);
int trp_settings_get_precision (TrpSettings *self); /* of enum TrpPrecision; 0: the default */
int trp_settings_get_training_precision (TrpSettings *self);
bool trp_settings_get_deterministic (TrpSettings *self);
void trp_settings_set_compute (
  TrpSettings *self, const char *device, int precision, int training_precision, bool deterministic);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpSettings, trp_settings_free)

G_END_DECLS
