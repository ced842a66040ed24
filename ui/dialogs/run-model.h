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
bool trp_run_model (TrpDocument *document, TrpRunKind kind, TrpRole role, const char *model_path);
/* Asks for network and image. */
void trp_run_model_ask (GtkWindow *parent, TrpDocument *document, TrpRunKind kind);

G_END_DECLS
