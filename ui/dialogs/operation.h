/* operation.h - the values of an operation on the active structure, with its result in view
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A small window that leaves the panes free. What is set in it is computed a moment later and shown
 * as a preview (ui/document-preview.h); Apply accepts that, Cancel and Escape leave the structure
 * as it is, and so does whatever discards a preview. Values are remembered as long as the case is
 * open. Main thread.
 */

#pragma once

#include "core/geometry/plane.h"
#include "ui/document-operations.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @kind: MARGIN, SMOOTH, REMOVE_SMALL, MIRROR, COPY or CROP; @plane: of the active pane, whose
 * slices are meant by slices. Returns: the window, or NULL after a "message". */
GtkWidget *trp_operation_dialog_open (GtkWindow *parent,
                                      TrpDocument *document,
                                      TrpOperationKind kind,
                                      const TrpPlane *plane);

G_END_DECLS
