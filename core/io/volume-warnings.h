/* volume-warnings.h - the sentences of the geometry check that all formats share
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A list is a GPtrArray of strings that it owns. Any thread.
 */

#pragma once

#include "core/geometry/geometry.h"

G_BEGIN_DECLS

GPtrArray *trp_warnings_new (void);
void trp_warnings_add (GPtrArray *warnings, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Sheared axes, spacings that no scanner makes. */
void trp_warnings_add_geometry (GPtrArray *warnings, const TrpGeometry *geometry);
/* Returns: (transfer full): NULL-terminated, or NULL if there are none; frees @warnings. */
char **trp_warnings_finish (GPtrArray *warnings);

G_END_DECLS
