/* document-operations.h - what is done to whole structures of the document
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each acts on a structure of the edited reading, by its index. It is computed off the main thread
 * (ui/document-compute.h) and shown as a preview (ui/document-preview.h), whose acceptance is one
 * undoable step. A "message" says why where nothing would change. Main thread only.
 */

#pragma once

#include "core/structure/boolean.h"
#include "core/structure/margin.h"
#include "ui/document.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_OPERATION_KEEP_LARGEST, /* core/structure/islands.h */
  TRP_OPERATION_REMOVE_SMALL, /* never all of them */
  TRP_OPERATION_FILL_HOLES,
  TRP_OPERATION_COMBINE,     /* core/structure/boolean.h */
  TRP_OPERATION_INTERPOLATE, /* core/structure/interpolate.h */
  TRP_OPERATION_MARGIN,
  TRP_OPERATION_SMOOTH,
  TRP_OPERATION_MIRROR,
  TRP_OPERATION_CROP,
  TRP_OPERATION_COPY, /* as it is */
  TRP_N_OPERATIONS,
} TrpOperationKind;

/**
 * TrpOperation: what to do; only the fields of its kind count
 * @flat_axis: axis of the reading's grid whose slices are worked on by themselves; -1: in three
 * dimensions. For KEEP_LARGEST, REMOVE_SMALL, FILL_HOLES, MARGIN and SMOOTH
 * @into: (nullable): name of the structure that gets the result, a new one where there is none of
 * that name; NULL: the structure itself
 * @adds: that structure keeps what it has, else it becomes the result
 * @least_ml: REMOVE_SMALL: parts (of a slice, as thick as it is) under it go
 * @boolean: COMBINE
 * @other: COMBINE: index of the other structure; MARGIN: of one that is not entered, -1: none
 * @margin: MARGIN, but for its flat axis
 * @sigma_mm: SMOOTH
 * @plane_mm: MIRROR: where the plane stands, mm to the patient's left
 * @axis, @first, @last: CROP: slices of the reading's grid that stay
 */
typedef struct
{
  TrpOperationKind kind;
  int flat_axis;
  const char *into;
  bool adds;
  double least_ml;
  TrpBoolean boolean;
  int other;
  TrpMargin margin;
  double sigma_mm;
  double plane_mm;
  int axis;
  size_t first, last;
} TrpOperation;

/* Takes the place of a preview and of a computation that is under way. @operation is copied. */
void trp_document_run_operation (TrpDocument *self, guint index, const TrpOperation *operation);

G_END_DECLS
