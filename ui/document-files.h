/* document-files.h - opening and saving of a document's files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread only; reading and writing run as jobs of the document. What goes wrong arrives as a
 * "message" of the document, what was read as its "volume-changed" or "readings-changed".
 */

#pragma once

#include "ui/document.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A folder with several series waits for an answer. */
typedef struct
{
  char *path;
  GPtrArray *series; /* (element-type TrpSeries) */
  int role;
} TrpOpenChoice;

typedef enum
{
  TRP_OPEN_AS_GUESSED,
  TRP_OPEN_AS_IMAGE,
  TRP_OPEN_AS_STRUCTURES,
} TrpOpenAs;

/* @role: TrpRole or TRP_ROLE_GUESS (dropped on a pane: that pane's). */
void trp_document_open (TrpDocument *self, const char *path, int role, TrpOpenAs as);
/* As trp_document_open(), for what the desktop hands over; says so if it is on no disk here. */
void trp_document_open_file (TrpDocument *self, GFile *file, int role, TrpOpenAs as);
void trp_document_open_series (TrpDocument *self, const char *path, const char *uid, int role);
/* Another frame of the 4-D file in @role. */
void trp_document_step_frame (TrpDocument *self, TrpRole role, int steps);
/* Opening jobs still under way. */
bool trp_document_is_opening (TrpDocument *self);

bool trp_document_has_unsaved (TrpDocument *self);
/* Makes a reading with unsaved changes the edited one, which is what saving saves.
 * Returns: false if there is none. */
bool trp_document_choose_unsaved (TrpDocument *self);
/* Where the edited reading was saved last, or NULL. */
const char *trp_document_get_save_path (TrpDocument *self);
/**
 * trp_document_find_overlap:
 *
 * Returns: (nullable) (transfer full): a sentence that names the first overlapping pair, which one
 * label map cannot hold.
 */
char *trp_document_find_overlap (TrpDocument *self);

typedef void (*TrpDocumentSaved) (TrpDocument *self, bool done, void *user_data);

/**
 * trp_document_save:
 * @path: of a writable format, or a folder with @separately
 * @active_first: overlaps go to the active structure, then to the order of the list
 * @saved: (nullable): called once
 */
void trp_document_save (TrpDocument *self,
                        const char *path,
                        bool active_first,
                        bool separately,
                        TrpDocumentSaved saved,
                        void *user_data);

/* As trp_document_save(), for the image in @role. */
void trp_document_save_volume (
  TrpDocument *self, TrpRole role, const char *path, TrpDocumentSaved saved, void *user_data);

G_END_DECLS
