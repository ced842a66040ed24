/* progress.c - see progress.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/progress.h"

#define INTERVAL_US (G_USEC_PER_SEC / 20)

TrpProgress
trp_progress_part (const TrpProgress *parent, double begin, double end)
{
  const double span = parent ? parent->end - parent->begin : 1;

  if (!parent)
    return (TrpProgress){ .begin = begin, .end = end };
  return (TrpProgress){ .func = parent->func,
                        .data = parent->data,
                        .cancellable = parent->cancellable,
                        .begin = parent->begin + span * begin,
                        .end = parent->begin + span * end };
}

bool
trp_progress_step (TrpProgress *self, double fraction, const char *text, GError **error)
{
  if (!self)
    return true;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return false;
  if (self->func)
    {
      const gint64 now_us = g_get_monotonic_time ();

      if (now_us - self->last_us >= INTERVAL_US || fraction >= 1 || self->last_us == 0)
        {
          self->last_us = now_us;
          self->func (self->begin + (self->end - self->begin) * CLAMP (fraction, 0, 1), text,
                      self->data);
        }
    }
  return true;
}
