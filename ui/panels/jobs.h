/* jobs.h - work in the background
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Progress, time left, pause and cancel; what failed stays with its reason until dismissed. Main
 * thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_JOBS_PANEL (trp_jobs_panel_get_type ())
G_DECLARE_FINAL_TYPE (TrpJobsPanel, trp_jobs_panel, TRP, JOBS_PANEL, GtkBox)

GtkWidget *trp_jobs_panel_new (TrpDocument *document);

G_END_DECLS
