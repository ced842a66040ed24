/* experiment.h - a study from raw images to tables, as one file and one command
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A key file lists steps, arms (settings over the steps), tables and figures:
 *
 *   [experiment]
 *   name=SynCT or CT                     # description, paper, notes, seeds, small_seeds, threads
 *   [set cases]                          # images: phantoms, or the rows of --data whose column
 *   phantom=pelvis                       #   "set" says "cases" (all rows if it has none)
 *   patients=8
 *   folds=2                              # by patient; stratify = volume:LABEL or column:NAME
 *   [train cyclegan]
 *   recipe=cyclegan-phantom
 *   data=cases
 *   training.steps=3000                  # any setting of the recipe, with its group
 *   [synthesize synct]
 *   model=cyclegan
 *   data=cases                           # "cases:mr" takes the MR's columns only, "a, b" both sets
 *   from=mr
 *   [train segmenter]
 *   recipe=segmenter-phantom
 *   data=synct
 *   rows=train                           # without the fold that the models are tried on
 *   [segment contours]
 *   model=segmenter
 *   data=cases
 *   rows=test                            # only that fold
 *   image=ct
 *   [evaluate dice]
 *   data=contours
 *   reference=ct_structures
 *   labels=1
 *   [arm synct]
 *   evaluate=dice
 *   [arm ct]
 *   from=synct                           # begins with the settings of another arm
 *   segmenter.data=cases                 # STEP.KEY=VALUE
 *   segmenter.data.source=ct
 *   [small]                              # what --small changes, before the arms' own; [small ARM]
 *   cyclegan.training.steps=300          #   after them
 *   [table main]                         # rows: arms, or "ARM on NAME" of the evaluation's name
 *   metrics=dice
 *   compare=ct : synct                   # paired tests, corrected for their number
 *   paper=synct = 0.83 ± 0.13
 *   [figure box]
 *   kind=box
 *   metric=dice
 *
 * trp_experiment_dup_reference() tells the keys of the steps; unknown ones are refused. A step
 * uses only steps that stand before it. Every (arm, seed, fold) takes the steps its evaluations
 * need; equal work (same settings, seed, program and inputs, all hashed) is done once.
 *
 * The folder: nodes/STEP-KEY/ (one per piece of work, node.json written last), experiment.file,
 * experiment.json (versions, seeds, hashes), hashes.csv (of the user's files), results.csv,
 * files.csv (what a row was measured on), tables/, figures/. A command that is repeated goes on
 * where it stopped, whatever stopped it, and ends with the same tables: on a CPU with the same
 * number of threads the same bytes.
 *
 * One thread at a time; a parsed experiment is immutable.
 */

#pragma once

#include "core/base/progress.h"
#include "core/nn/backend.h"
#include "core/study/data-list.h"

G_BEGIN_DECLS

typedef struct _TrpExperiment TrpExperiment;

/* Errors: TRP_ERROR_FORMAT naming group and key. */
TrpExperiment *
trp_experiment_parse (const char *text, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/**
 * trp_experiment_load:
 * @name_or_path: a shipped one ("liu2019"), one with an arm ("liu2019-ssim"), or the path of a file
 * @out_arm: (out) (nullable) (transfer full): that arm, or NULL for all
 */
TrpExperiment *trp_experiment_load (const char *name_or_path,
                                    char **out_arm,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_experiment_free (TrpExperiment *self);

/* Names of the shipped ones, sorted; NULL-terminated (transfer full). */
char **trp_experiment_list (void);
const char *trp_experiment_get_title (const TrpExperiment *self);
const char *trp_experiment_get_description (const TrpExperiment *self);
/* The file, comments and all. */
const char *trp_experiment_get_text (const TrpExperiment *self);
/* Every key of a file: what it is, what it takes, its default. (transfer full) */
char *trp_experiment_dup_reference (void);
size_t trp_experiment_get_n_arms (const TrpExperiment *self);
const char *trp_experiment_get_arm (const TrpExperiment *self, size_t index);
const char *trp_experiment_get_arm_description (const TrpExperiment *self, size_t index);
/* The recipes of an arm's trainings, key files one after the other, each after a comment with its
 * step. (transfer full) */
char *trp_experiment_dup_recipes (const TrpExperiment *self,
                                  const char *arm,
                                  bool small,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TrpExperimentOptions:
 * @folder: made if need be; NULL for a plan that nobody will run
 * @data: (nullable): the user's cases instead of phantoms
 * @small: phantoms and networks for two CPU cores and minutes
 * @arms: (nullable): NULL-terminated; NULL: all
 * @seeds: (nullable): @n_seeds; NULL: the file's
 * @device, @precision: of trainings and inference; recorded, but no part of what makes work equal
 * @say: (nullable): one sentence to show; also when planning, of what a list does not say
 */
typedef struct
{
  const char *folder;
  const TrpDataList *data;
  bool small;
  const char *const *arms;
  const uint64_t *seeds;
  size_t n_seeds;
  const char *device;
  TrpPrecision precision;
  void (*say) (const char *sentence, void *data);
  void *say_data;
} TrpExperimentOptions;

typedef struct _TrpExperimentPlan TrpExperimentPlan;

/**
 * TrpExperimentNodeInfo: one piece of work; borrowed from the plan
 * @uses: how many of (arm, seed, fold) share it
 * @key: SHA-256 of all that fixes its result, hexadecimal
 * @folder: NULL without one
 * @is_done: it need not be done again
 * @n_cases: rows it goes over
 * @flop: of a training; else 0
 */
typedef struct
{
  const char *step, *kind, *title;
  size_t uses;
  const char *key;
  const char *folder;
  bool is_done;
  size_t n_cases;
  double flop;
} TrpExperimentNodeInfo;

/* The graph in the order of work. Reads and hashes the user's files. Errors: TRP_ERROR_FORMAT for
 * arms that do not exist, recipes that do not hold together, lists without what is needed. */
TrpExperimentPlan *trp_experiment_plan (const TrpExperiment *self,
                                        const TrpExperimentOptions *options,
                                        TrpProgress *progress,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_experiment_plan_free (TrpExperimentPlan *self);
size_t trp_experiment_plan_get_size (const TrpExperimentPlan *self);
TrpExperimentNodeInfo trp_experiment_plan_get (const TrpExperimentPlan *self, size_t index);

/**
 * trp_experiment_run:
 * @out_n_left: pieces of work that are not done: they failed on their cases, which @options->say
 * was told, or hang on work that did. Tables and figures are of the rest
 *
 * Does what is not there yet, then writes results, tables and figures. @options->folder is locked
 * meanwhile.
 *
 * Returns: (transfer full): the tables as text.
 *
 * Errors: G_IO_ERROR_CANCELLED; TRP_ERROR_IO and TRP_ERROR_DEVICE, with the node's title in front,
 * which end the run.
 */
char *trp_experiment_run (const TrpExperiment *self,
                          const TrpExperimentOptions *options,
                          TrpProgress *progress,
                          size_t *out_n_left,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpExperiment, trp_experiment_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpExperimentPlan, trp_experiment_plan_free)

G_END_DECLS
