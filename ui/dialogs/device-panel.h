/* device-panel.h - choosing device and precision
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread. Shows and changes the document's TrpCompute; looks for devices when it is first
 * shown.
 */

#pragma once

#include "ui/compute.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_DEVICE_PANEL (trp_device_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpDevicePanel, trp_device_panel, TRP, DEVICE_PANEL, GtkBox)

/* Offers the precisions of that use; for training also determinism. */
GtkWidget *trp_device_panel_new (TrpCompute *compute, TrpComputeUse use);

G_END_DECLS
