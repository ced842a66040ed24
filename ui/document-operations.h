/* document-operations.h - what is done to whole structures of the document
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each acts on a structure of the edited reading, by its index, and is one undoable step of the
 * edit session. A "message" says what was done, or why nothing was. Main thread only.
 */

#pragma once

#include "core/structure/boolean.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* Parts below this are crumbs of drawing and of networks. */
#define TRP_DOCUMENT_LEAST_PART_ML 0.1
/* Parts that become structures. */
#define TRP_DOCUMENT_MOST_PARTS 20

/* core/structure/islands.h */
typedef enum
{
  TRP_CLEANING_KEEP_LARGEST,
  TRP_CLEANING_REMOVE_SMALL, /* parts under TRP_DOCUMENT_LEAST_PART_ML; never all of them */
  TRP_CLEANING_FILL_HOLES,   /* in three dimensions */
} TrpCleaning;

void trp_document_clean_structure (TrpDocument *self, guint index, TrpCleaning cleaning);
/* The largest part stays; each other one becomes a structure "NAME 2", ... behind it. */
void trp_document_split_structure (TrpDocument *self, guint index);
/* The structure at @index becomes its combination with the one at @other, which stays. */
void
trp_document_combine_structures (TrpDocument *self, guint index, guint other, TrpBoolean operation);
/* Fills the slices between drawn ones (core/structure/interpolate.h). */
void trp_document_interpolate_structure (TrpDocument *self, guint index);

G_END_DECLS
