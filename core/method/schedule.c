/* schedule.c - see schedule.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/schedule.h"

#include <math.h>

TrpScores
trp_scores_start (double rate)
{
  const double nan = (double) NAN;

  return (TrpScores){ .last_step = -1,
                      .best_step = -1,
                      .best = nan,
                      .rate = rate,
                      .plateau = { .best = nan },
                      .stop = { .best = nan } };
}

static bool
is_better (double score, double best, bool rises, double threshold)
{
  if (isnan (score) || isnan (best))
    return !isnan (score);
  return rises ? score > best * (1 + threshold) : score < best * (1 - threshold);
}

static void
add_score (TrpPatience *self, double score, bool rises, double threshold)
{
  if (is_better (score, self->best, rises, threshold))
    *self = (TrpPatience){ .best = score };
  else
    self->n_bad++;
}

bool
trp_scores_add (TrpScores *self, const TrpSchedule *schedule, int step, double score, bool rises)
{
  const bool is_best = is_better (score, self->best, rises, 0);

  self->last_step = step;
  if (is_best)
    {
      self->best = score;
      self->best_step = step;
    }
  add_score (&self->plateau, score, rises, schedule->plateau_threshold);
  if (self->plateau.n_bad > schedule->plateau_patience)
    {
      self->rate = MAX (self->rate * schedule->plateau_factor,
                        MIN (self->rate, schedule->plateau_floor));
      self->plateau.n_bad = 0;
    }
  add_score (&self->stop, score, rises, schedule->stop_threshold);
  if (schedule->stop_patience > 0 && self->stop.n_bad >= schedule->stop_patience)
    self->stopped = true;
  return is_best;
}

double
trp_schedule_get_epoch_factor (int epoch, int n_constant, int n_decay)
{
  return 1 - (double) MAX (0, epoch + 1 - n_constant) / (n_decay + 1);
}
