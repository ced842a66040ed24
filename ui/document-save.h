/* document-save.h - saving of a document's structures and images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread only; writing runs as a job of the document. What goes wrong arrives as a "message"
 * of the document, and nothing counts as saved then.
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

bool trp_document_has_unsaved (TrpDocument *self);
/* Makes a reading with unsaved changes the edited one, which is what saving saves.
 * Returns: false if there is none. */
bool trp_document_choose_unsaved (TrpDocument *self);
/* Where the edited reading was saved last, or NULL. */
const char *trp_document_get_save_path (TrpDocument *self);

/* Two structures that share voxels. */
typedef struct
{
  char *first;
  char *second;
  double ml;
} TrpOverlapping;

typedef void (*TrpDocumentSaved) (TrpDocument *self, bool done, void *user_data);
/* @pairs: (element-type TrpOverlapping): at least one */
typedef void (*TrpDocumentOverlaps) (TrpDocument *self, const GPtrArray *pairs, void *user_data);

/**
 * TrpSaveRequest:
 * @path: of a writable format, or a folder with @separately
 * @priority: (nullable): names, first wins where structures overlap
 * @separately: one file per structure
 * @saved: (nullable): called once, unless @ask is
 * @ask: (nullable): called instead, nothing being saved, where structures overlap, @path cannot
 * hold that and there is no @priority; NULL: that is an error
 */
typedef struct
{
  const char *path;
  const char *const *priority;
  bool separately;
  TrpDocumentSaved saved;
  TrpDocumentOverlaps ask;
  void *user_data;
} TrpSaveRequest;

/* Saves the edited reading as it is now. */
void trp_document_save (TrpDocument *self, const TrpSaveRequest *request);

/* The image in @role. @saved: (nullable): called once */
void trp_document_save_volume (
  TrpDocument *self, TrpRole role, const char *path, TrpDocumentSaved saved, void *user_data);

G_END_DECLS
