/* profile.h - the newest line profile, over all images, in one chart
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Below the panes, while there is a profile. The pointer reads values; a click moves the linked
 * cursor there. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_PROFILE_PANEL (trp_profile_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpProfilePanel, trp_profile_panel, TRP, PROFILE_PANEL, GtkBox)

GtkWidget *trp_profile_panel_new (TrpDocument *document);

G_END_DECLS
