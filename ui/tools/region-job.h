/* region-job.h - work of a tool whose result is a mask to look at
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One at a time: a newer one cancels the older. The result becomes the document's preview, unless
 * the structure went or changed meanwhile. Jobs leave the document's list when they end. Main
 * thread; a table's compute() runs on the job's.
 */

#pragma once

#include "core/base/job.h"
#include "ui/document.h"

G_BEGIN_DECLS

typedef struct _TrpRegionJob TrpRegionJob;

/**
 * TrpRegionKind: a static const table
 * @compute: (worker): the new mask of the structure, on the reading's grid
 * @show: puts @mask up for preview; @data is what compute() left there
 * @free_data: frees the work's data
 */
typedef struct
{
  TrpMask *(*compute) (void *data, TrpProgress *progress, GError **error);
  void (*show) (TrpDocument *document, TrpStructure *structure, const TrpMask *mask, void *data);
  GDestroyNotify free_data;
} TrpRegionKind;

TrpRegionJob *trp_region_job_new (TrpDocument *document); /* which outlives it */
void trp_region_job_free (TrpRegionJob *self);

/* @title: translated, for the jobs panel; takes @data. */
void trp_region_job_start (TrpRegionJob *self,
                           const TrpRegionKind *kind,
                           const char *title,
                           TrpStructure *structure,
                           void *data);
/* Returns: whether one was running. */
bool trp_region_job_cancel (TrpRegionJob *self);
bool trp_region_job_is_running (const TrpRegionJob *self);

G_END_DECLS
