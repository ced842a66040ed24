/* job-time.c - see job-time.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/job-time.h"
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

char *
trp_seconds_dup_text (double seconds)
{
  const double minutes = ceil (seconds / 60);

  if (seconds < 60)
    return g_strdup_printf (_ ("%.0f s"), ceil (seconds));
  if (minutes < 60)
    return g_strdup_printf (_ ("%.0f min"), minutes);
  return g_strdup_printf (_ ("%.0f h %.0f min"), floor (minutes / 60), fmod (minutes, 60));
}

char *
trp_job_dup_time_left (const TrpJob *job)
{
  const double seconds = trp_job_get_seconds_left (job);

  if (!isfinite (seconds) || trp_job_get_state (job) != TRP_JOB_RUNNING)
    return NULL;
  return trp_seconds_dup_text (seconds);
}
