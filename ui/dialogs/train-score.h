/* train-score.h - what the values of a validation are called
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include <stdbool.h>

/**
 * TrpTrainScore:
 * @title, @unit: translated; "" for no unit
 * @digits: after the decimal point
 * @rises: higher is better
 */
typedef struct
{
  const char *title, *unit;
  int digits;
  bool rises;
} TrpTrainScore;

/* @name: a column of validation.csv; one that is not known is its own title. */
TrpTrainScore trp_train_score_describe (const char *name);
