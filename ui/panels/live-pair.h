/* live-pair.h - one structure of the edited reading and what it is compared with
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Counts are exact at once; distances are whatever a worker computed last. A reference on another
 * grid is first taken over to the edited one, by the worker, voxel by voxel. Main thread; for
 * live-scores.c.
 */

#pragma once

#include "core/base/job.h"
#include "core/metrics/live-distances.h"
#include "ui/document.h"

G_BEGIN_DECLS

/**
 * TrpLivePair:
 * @reference: NULL: none
 * @metrics: without a reference against an empty mask; NULL where the grid cannot be measured
 * @problem: why there are no numbers, for the user; NULL if there are
 * @is_resampled: the reference's voxels are on another grid than the edited ones
 * @needs_resampling: that is still to be done
 * @distances: (nullable): maybe stale
 * @failed: generation that a worker could not compute; 0: none
 */
typedef struct
{
  TrpStructure *structure;
  TrpStructure *reference;
  TrpLiveMetrics *metrics;
  char *problem;
  bool is_resampled;
  bool needs_resampling;
  TrpLiveDistances *distances;
  guint64 failed;
} TrpLivePair;

TrpLivePair *trp_live_pair_new (TrpDocument *document, TrpStructure *structure);
void trp_live_pair_free (TrpLivePair *self);

/* They are those of the mask as it is now. */
bool trp_live_pair_is_current (const TrpLivePair *self, const TrpLiveOptions *options);
/* A worker has something to do. */
bool trp_live_pair_is_waiting (const TrpLivePair *self, const TrpLiveOptions *options);

/**
 * TrpLiveResult: what the worker of one pair brings
 * @mask: (nullable): the reference on the edited grid, where that was asked for
 * @distances: (nullable): else
 */
typedef struct
{
  TrpMask *mask;
  TrpLiveDistances *distances;
} TrpLiveResult;

void trp_live_result_free (gpointer result);

typedef struct _TrpLiveTask TrpLiveTask;

/* What a job computes from. @follower: (nullable): kept by the caller for the next time; else all
 * is made for this once. */
TrpLiveTask *trp_live_task_new (const TrpLivePair *pair,
                                TrpLiveFollower *follower,
                                const TrpLiveOptions *options);
void trp_live_task_free (gpointer task);
/* For TrpJobClass: a TrpLiveResult. */
void *trp_live_task_run (TrpJob *job, void *task, TrpProgress *progress, GError **error);

/* The worker failed: it is not asked again before something changes. */
void trp_live_pair_give_up (TrpLivePair *self, const GError *error);
/* Takes what fits @result. Returns: false if it is stale. */
bool trp_live_pair_take (TrpLivePair *self, TrpLiveResult *result);

G_END_DECLS
