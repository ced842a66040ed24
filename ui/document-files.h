/* document-files.h - opening of a document's files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread only; reading runs as a job of the document. What goes wrong arrives as a "message"
 * of the document, what was read as its "volume-changed" or "readings-changed".
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

G_END_DECLS
