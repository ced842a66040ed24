/* document-compute.h - one computation on the edited reading, off the main thread
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an operation on a whole structure needs: it computes from snapshots in a job, and its result
 * comes back only if nothing was edited meanwhile. One at a time: a newer one, an edit or undo,
 * another edited reading, a preview that is accepted or the document's close drop the one under
 * way. A job that takes longer than a moment is listed (ui/panels/jobs), with progress and cancel.
 * Main thread but for "worker".
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

/**
 * TrpComputation: a static const table
 * @run: (worker): the result, or NULL with @error set
 * @done: takes over @result; not called where it failed (the error is a "message"), was cancelled
 * or is stale
 * @free_data: in the main loop
 * @free_result: of a result that nobody takes
 */
typedef struct
{
  void *(*run) (void *data, TrpProgress *progress, GError **error);
  void (*done) (TrpDocument *document, void *data, void *result);
  GDestroyNotify free_data;
  GDestroyNotify free_result;
} TrpComputation;

/* @title: translated, for the jobs panel. Takes over @data. */
void trp_document_compute (TrpDocument *self,
                           const TrpComputation *computation,
                           const char *title,
                           void *data);
bool trp_document_is_computing (TrpDocument *self);
void trp_document_cancel_computing (TrpDocument *self);

G_END_DECLS
