/* job-time.h - how long a job still takes, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One text for the Train view, the jobs panel and the status line, so that they cannot disagree.
 */

#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* "40 s", "5 min" or "2 h 10 min", rounded up. Returns: NULL while unknown, paused and at the
 * end. */
char *trp_job_dup_time_left (const TrpJob *job);
/* The same words for any time. */
char *trp_seconds_dup_text (double seconds);

G_END_DECLS
