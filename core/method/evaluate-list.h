/* evaluate-list.h - numbers about every case of a data list
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For each case what its row has files for:
 *   synct column       arm "synct": against ct_on_mr, and mutual information with the MR
 *   synmr column       arm "synmr": mutual information with the CT
 *   a generator        arm NAME: the same for what it makes of the MR
 *   a segmenter        arm NAME/mr, NAME/ct, NAME/synct, NAME/synmr: its contours of that image,
 *                      and NAME/GENERATOR of what a generator made, against the structures of the
 *                      grid
 *   a reading          arm COLUMN: against the structures of its grid (ct_structures if its name
 *                      begins with "ct", else mr_structures)
 *   two readings       arm "A vs B" (core/study/summary.h)
 *
 * Runs on one thread; any thread.
 */

#pragma once

#include "core/method/evaluate.h"
#include "core/method/model.h"
#include "core/study/data-list.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const TrpModel *model;
} TrpEvaluateModel;

/**
 * TrpEvaluateList:
 * @readings: (nullable): columns of label maps, NULL-terminated; mr_structures among them counts as
 * an observer, not as its own reading
 * @seed: of the rows; TRP_RESULT_NONE: none
 * @infer: (nullable): how models run
 */
typedef struct
{
  const TrpDataList *list;
  const TrpEvaluateModel *models;
  size_t n_models;
  const char *const *readings;
  int seed;
  TrpEvaluateOptions measure;
  const TrpInferOptions *infer;
} TrpEvaluateList;

/**
 * TrpEvaluateProblem: what could not be measured
 * @message: one sentence, which may name files
 */
typedef struct
{
  char *case_name;
  char *arm;
  char *message;
} TrpEvaluateProblem;

void trp_evaluate_problem_free (TrpEvaluateProblem *self);

/**
 * trp_evaluate_list:
 * @out_problems: (element-type TrpEvaluateProblem) (transfer full): the others went on
 *
 * Returns: (transfer full): rows with the list's folds.
 *
 * Errors: TRP_ERROR_FORMAT for a column that the list lacks, a model that is called like another
 * arm, or when no case has anything to compare; G_IO_ERROR_CANCELLED.
 */
TrpResults *trp_evaluate_list (const TrpEvaluateList *self,
                               GPtrArray **out_problems,
                               TrpProgress *progress,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
