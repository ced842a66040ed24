/* train-view.h - the Train mode: recipe, data, run, losses, previews
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes the place of the panes while the mode is Train; the run goes on in a job of the document
 * when another mode is chosen. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Widths of the panels, whatever they say. */
#define TRP_TRAIN_VIEW_LEFT 224
#define TRP_TRAIN_VIEW_RIGHT 272

#define TRP_TYPE_TRAIN_VIEW (trp_train_view_get_type ())
G_DECLARE_FINAL_TYPE (TrpTrainView, trp_train_view, TRP, TRAIN_VIEW, GtkBox)

GtkWidget *trp_train_view_new (TrpDocument *document);

G_END_DECLS
