/* options.h - the tools and the settings of the chosen one, for the side panel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_TOOL_OPTIONS (trp_tool_options_get_type ())
G_DECLARE_FINAL_TYPE (TrpToolOptions, trp_tool_options, TRP, TOOL_OPTIONS, GtkBox)

GtkWidget *trp_tool_options_new (TrpDocument *document);

G_END_DECLS
