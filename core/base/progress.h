/* progress.h - how long work tells where it is and hears that it should stop
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A borrowed pair of callback and GCancellable that a worker passes down. NULL is accepted
 * everywhere and means: nobody watches. The callback runs on the worker's thread; whoever needs the
 * main thread hops there itself (core/base/job does).
 */

#pragma once

#include "core/base/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* @fraction: 0 to 1; @text: what is being done now, or NULL: unchanged. */
typedef void (*TrpProgressFunc) (double fraction, const char *text, void *data);

/**
 * TrpProgress:
 * @func: (nullable): called at most 20 times a second by trp_progress_step()
 * @cancellable: (nullable): checked by every step
 * @begin, @end: the part of the whole that this work covers; { 0, 1 } for all of it
 */
typedef struct
{
  TrpProgressFunc func;
  void *data;
  GCancellable *cancellable;
  double begin, end;
  gint64 last_us;
} TrpProgress;

/* A part of @parent (NULL allowed) that covers begin..end of it, for handing down. Borrowed from
 * @parent. */
TrpProgress trp_progress_part (const TrpProgress *parent, double begin, double end);

/**
 * trp_progress_step:
 * @fraction: 0 to 1 of this part
 *
 * Returns: false with G_IO_ERROR_CANCELLED when the work should stop.
 */
bool trp_progress_step (TrpProgress *self, double fraction, const char *text, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
