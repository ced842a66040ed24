/* run-model.h - running a trained network on an open image
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * As jobs of the document: a SynCT appears in its pane, automatic structures as a reading. A result
 * whose image was exchanged meanwhile is dropped with a message. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_RUN_SYNTHESIZE, /* a SynCT from the MR */
  TRP_RUN_SEGMENT,    /* structures on any image */
} TrpRunKind;

/* @role: of the image that the network sees. Without one there, a message says so. Returns: false
 * then. */
typedef void (*TrpRunThen) (TrpDocument *document);

/* Returns: false if there is no image in @role, which is said. */
bool trp_run_model (TrpDocument *document, TrpRunKind kind, TrpRole role, const char *model_path);
/* @then: (nullable): called when the result has its place, and only then */
bool trp_run_model_then (
  TrpDocument *document, TrpRunKind kind, TrpRole role, const char *model_path, TrpRunThen then);
/* A network that was dropped on the pane of @role: one for SynCT works on the MR, others on the
 * pane's own image. Returns: false if @path is no network. */
bool trp_run_model_drop (TrpDocument *document, int role, const char *path);
/* Asks for network and image. */
void trp_run_model_ask (GtkWindow *parent, TrpDocument *document, TrpRunKind kind);

G_END_DECLS
