/* document-transfer.h - voxels of a structure that go to other structures or another reading
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Computed off the main thread (ui/document-compute.h), then one undoable step without a preview:
 * nothing of the structure itself changes, or nothing that is shown. A "message" says what was
 * done, or why nothing was. Main thread only.
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

/* Parts that become structures. */
#define TRP_DOCUMENT_MOST_PARTS 20

/* The largest part stays; each other one becomes a structure "NAME 2", ... behind it. */
void trp_document_split_structure (TrpDocument *self, guint index);

/**
 * trp_document_copy_to_reading:
 * @reading: another one, on any grid
 * @adds: its structure of the same name keeps what it has
 *
 * The copy goes through millimetres, nearest voxel, into the structure of the same name, or a new
 * one. One step of that reading, which is edited then; a "message" says so, and what the other grid
 * made of the volume.
 */
void trp_document_copy_to_reading (TrpDocument *self, guint index, guint reading, bool adds);

G_END_DECLS
