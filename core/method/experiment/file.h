/* file.h - what an experiment's file says
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The format is described in core/method/experiment.h. Immutable once parsed; any thread.
 */

#pragma once

#include "core/method/experiment.h"
#include "core/method/experiment/kinds.h"

G_BEGIN_DECLS

/**
 * TrpExperimentStep:
 * @values: key to text, as the file says; defaults are not in it
 */
typedef struct
{
  TrpStepKind kind;
  char *name;
  GHashTable *values;
} TrpExperimentStep;

/* STEP.KEY=VALUE of an arm or of --small. */
typedef struct
{
  char *step;
  char *key;
  char *value;
} TrpExperimentChange;

/**
 * TrpExperimentArm:
 * @from: (nullable): arm whose settings come first
 * @evaluate: names of evaluations; NULL-terminated; empty: those of @from
 * @changes, @small_changes: (element-type TrpExperimentChange)
 */
typedef struct
{
  char *name;
  char *description;
  char *from;
  char **evaluate;
  GPtrArray *changes;
  GPtrArray *small_changes;
} TrpExperimentArm;

/**
 * TrpExperimentSheet: a table or a figure
 * @values: key to text
 */
typedef struct
{
  char *name;
  GHashTable *values;
} TrpExperimentSheet;

/**
 * TrpExperiment:
 * @text: the file
 * @path: (nullable): where it lies; recipes with a slash are relative to its folder
 * @small_seeds: like @seeds; empty: the same
 * @threads: of trainings whose recipe does not say; 0: one per core
 */
struct _TrpExperiment
{
  char *text;
  char *path;
  char *title, *description, *paper, *notes;
  GArray *seeds, *small_seeds; /* uint64_t */
  int threads;
  GPtrArray *steps;
  GPtrArray *arms;
  GPtrArray *small_changes;
  GPtrArray *tables;
  GPtrArray *figures;
};

const TrpExperimentStep *trp_experiment_find_step (const TrpExperiment *self, const char *name);
const TrpExperimentArm *trp_experiment_find_arm (const TrpExperiment *self, const char *name);
/* Text of a key of a table or figure, "" where it is absent. */
const char *trp_experiment_sheet_get (const TrpExperimentSheet *sheet, const char *key);
/* Words between commas without spaces around them; none for "". (transfer full) */
char **trp_experiment_split (const char *text);
char **trp_experiment_split_at (const char *text, const char *separator);

G_END_DECLS
