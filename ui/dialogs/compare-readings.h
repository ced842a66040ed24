/* compare-readings.h - readings against each other, and one made of them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A window beside the main one. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows the one of @parent, or makes it. Returns: (transfer none). */
GtkWidget *trp_compare_readings_show (GtkWindow *parent, TrpDocument *document);

G_END_DECLS
