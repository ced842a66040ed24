/* schedule.h - how long a training is, the learning rate of its steps, and when it ends early
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rates that follow the number of the step are a function of the recipe; a rate that waits for a
 * plateau and early stopping follow the scores of validations, whose state is a few plain numbers
 * that a checkpoint holds. Any thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_RATE_LINEAR,  /* constant, then linear to 0 by step */
  TRP_RATE_EPOCHS,  /* the same by epoch, and not quite to 0 */
  TRP_RATE_PLATEAU, /* falls when the score no longer gets better */
  TRP_RATE_CONSTANT,
} TrpRateKind;

/**
 * TrpSchedule: the recipe's group of that name
 * @epochs: in all; 0: the training is told in steps
 * @decay_epochs: the last of them
 * @validate_every: steps; 0: see @validate_epochs, where 0 is never
 * @score: name of the value that scores a validation; "auto": the trainer's choice
 * @plateau_patience: validations in a row without a better score that the rate bears
 * @stop_patience: so many end the training; 0: none does
 * @plateau_threshold, @stop_threshold: better is what is better by more than this part of the best
 */
typedef struct
{
  int epochs, decay_epochs;
  TrpRateKind rate;
  int validate_every, validate_epochs;
  char *score;
  double plateau_factor, plateau_threshold, plateau_floor;
  int plateau_patience;
  int stop_patience;
  double stop_threshold;
} TrpSchedule;

/**
 * TrpPatience:
 * @best: score; NAN before the first
 * @n_bad: scores since then that were not better
 */
typedef struct
{
  double best;
  int n_bad;
} TrpPatience;

/**
 * TrpScores: what the validations of a run have led to
 * @last_step: of the last one; -1: none yet
 * @best_step, @best: of the best score of all; -1 and NAN: none yet
 * @rate: learning rate of a plateau schedule
 * @stopped: the training is over
 */
typedef struct
{
  int last_step;
  int best_step;
  double best;
  double rate;
  TrpPatience plateau, stop;
  bool stopped;
} TrpScores;

TrpScores trp_scores_start (double rate);

/**
 * trp_scores_add:
 * @rises: better scores are higher
 *
 * A score that is no number is never better. The rate and both thresholds are as PyTorch's
 * ReduceLROnPlateau (relative, without cooldown): after more than @plateau_patience scores that are
 * not better the rate is multiplied, but not below the floor. Early stopping ends after
 * @stop_patience such scores.
 *
 * Returns: whether it is the best so far, by however little
 */
bool
trp_scores_add (TrpScores *self, const TrpSchedule *schedule, int step, double score, bool rises);

/* Part of the learning rate in epoch @epoch, from 0, of @n_constant + @n_decay: 1 - max (0, epoch +
 * 1 - n_constant) / (n_decay + 1). Source: junyanz/pytorch-CycleGAN-and-pix2pix,
 * models/networks.py, get_scheduler, "linear". */
double trp_schedule_get_epoch_factor (int epoch, int n_constant, int n_decay);

G_END_DECLS
