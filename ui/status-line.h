/* status-line.h - position, values, structures, tool and jobs in one line
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_STATUS_LINE (trp_status_line_get_type ())
G_DECLARE_FINAL_TYPE (TrpStatusLine, trp_status_line, TRP, STATUS_LINE, GtkBox)

GtkWidget *trp_status_line_new (TrpDocument *document);
/* Whether cursor, values and tool of the case are shown, or the jobs alone. */
void trp_status_line_set_case_shown (TrpStatusLine *self, bool shown);

G_END_DECLS
