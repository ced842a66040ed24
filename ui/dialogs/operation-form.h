/* operation-form.h - the rows in which the values of an operation are set
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One form per operation that has values; what was set last is kept with the document. Main thread.
 */

#pragma once

#include "core/geometry/plane.h"
#include "ui/document-operations.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _TrpOperationForm TrpOperationForm;

/* @kind: see ui/dialogs/operation.h. @document and @structure are borrowed. */
TrpOperationForm *trp_operation_form_new (TrpDocument *document,
                                          TrpStructure *structure,
                                          TrpOperationKind kind,
                                          const TrpPlane *plane);
/* After its widgets are gone. */
void trp_operation_form_free (TrpOperationForm *self);
GtkWidget *trp_operation_form_get_box (TrpOperationForm *self);
const char *trp_operation_form_get_title (TrpOperationForm *self); /* translated */
/* @notify: something else is set */
void trp_operation_form_set_notify (TrpOperationForm *self, void (*notify) (void *), void *data);
void trp_operation_form_focus (TrpOperationForm *self);

/* Borrows the name of the structure that it goes into until the form changes. */
TrpOperation trp_operation_form_read (TrpOperationForm *self);
/* Another reading that gets the result, or -1. */
int trp_operation_form_get_reading (TrpOperationForm *self);

G_END_DECLS
