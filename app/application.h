/* application.h - TrpApplication: windows, opening, recent files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_APPLICATION (trp_application_get_type ())
G_DECLARE_FINAL_TYPE (TrpApplication, trp_application, TRP, APPLICATION, GtkApplication)

TrpApplication *trp_application_new (void);
/* Opens the phantom case with its two small networks, in an empty window. */
void trp_application_open_demo (TrpApplication *self);

G_END_DECLS
