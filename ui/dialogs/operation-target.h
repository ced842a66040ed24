/* operation-target.h - where the result of an operation goes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a dialog: the structure itself, another one, a new one under a name, or another reading;
 * and whether what is there stays. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _TrpOperationTarget TrpOperationTarget;

/**
 * TrpOperationTargetOptions:
 * @new_name: offered; where a structure has it already, that one
 * @has_self: the structure itself may get the result
 * @begins_elsewhere: @new_name is chosen at first
 * @has_readings: other readings may get it
 */
typedef struct
{
  const char *new_name;
  bool has_self;
  bool begins_elsewhere;
  bool has_readings;
} TrpOperationTargetOptions;

/* @structure: of the edited reading, borrowed like @document */
TrpOperationTarget *trp_operation_target_new (TrpDocument *document,
                                              TrpStructure *structure,
                                              const TrpOperationTargetOptions *options);
void trp_operation_target_free (TrpOperationTarget *self);
void trp_operation_target_append_rows (TrpOperationTarget *self, GtkWidget *box);
void
trp_operation_target_set_notify (TrpOperationTarget *self, void (*notify) (void *), void *data);

/* NULL: the structure itself, or another reading. */
const char *trp_operation_target_get_name (TrpOperationTarget *self);
int trp_operation_target_get_reading (TrpOperationTarget *self); /* -1: the edited one */
bool trp_operation_target_get_adds (TrpOperationTarget *self);

/* A choice of "none" and the other structures of the edited reading; and what is chosen: an index,
 * or -1. */
GtkWidget *trp_operation_target_new_others (TrpDocument *document, const TrpStructure *structure);
int trp_operation_target_find_other (TrpDocument *document,
                                     const TrpStructure *structure,
                                     GtkWidget *others);

G_END_DECLS
