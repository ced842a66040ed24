/* preview-bar.h - the question about a preview: accept all of it, this slice, or nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A row of the message bar, there while a preview stands (ui/document-preview.h). Its buttons are
 * the window's actions "win.accept", "win.accept-slice" and "win.discard". Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *trp_preview_bar_new (TrpDocument *document);

G_END_DECLS
