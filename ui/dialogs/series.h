/* series.h - which series of a folder to open
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/document-files.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Opens what the user checks. @choice is copied. */
void trp_series_dialog_show (GtkWindow *parent, TrpDocument *document, const TrpOpenChoice *choice);

G_END_DECLS
