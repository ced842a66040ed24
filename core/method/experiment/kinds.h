/* kinds.h - the kinds of steps an experiment is made of, and the keys each takes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Static and constant; any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_STEP_SET,
  TRP_STEP_TRAIN,
  TRP_STEP_SYNTHESIZE,
  TRP_STEP_REGISTER,
  TRP_STEP_CLEAN,
  TRP_STEP_SEGMENT,
  TRP_STEP_EVALUATE,
  TRP_N_STEP_KINDS,
} TrpStepKind;

/**
 * TrpStepKey: one key of a step
 * @type: DATA: "STEP" or "STEP:mr", several with commas; MODEL: a training; LABELS: whole numbers
 * with commas
 * @low, @high: of numbers, ends included
 * @choices: of CHOICE, with | between; of METRICS none
 * @value: default; NULL: has to be given
 */
typedef struct
{
  const char *key;
  enum
  {
    TRP_STEP_VALUE_TEXT,
    TRP_STEP_VALUE_WHOLE,
    TRP_STEP_VALUE_NUMBER,
    TRP_STEP_VALUE_BOOL,
    TRP_STEP_VALUE_CHOICE,
    TRP_STEP_VALUE_LABELS,
    TRP_STEP_VALUE_DATA,
    TRP_STEP_VALUE_MODEL,
  } type;
  double low, high;
  const char *choices;
  const char *value;
  const char *help;
} TrpStepKey;

/**
 * TrpStepKindInfo:
 * @revision: counts up when the same settings give another result than before
 * @uses_seed: its own result depends on the seed, not only its inputs
 * @gives_list: a data list that later steps can take
 */
typedef struct
{
  const char *name;
  int revision;
  bool uses_seed;
  bool gives_list;
  const TrpStepKey *keys;
  size_t n_keys;
} TrpStepKindInfo;

const TrpStepKindInfo *trp_step_kind_get (TrpStepKind kind);
bool trp_step_kind_find (const char *name, TrpStepKind *out_kind);
/* NULL for a key that the kind does not have. */
const TrpStepKey *trp_step_kind_find_key (TrpStepKind kind, const char *key);
/* Errors: TRP_ERROR_FORMAT: what the key takes. References are checked by the file. */
bool trp_step_key_check (const TrpStepKey *key,
                         const char *text,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
