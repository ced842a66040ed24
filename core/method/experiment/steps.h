/* steps.h - doing one piece of an experiment's work
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each writes into the node's folder, which exists; what an interrupted attempt left there is gone
 * on from (trainings) or written again. Lists are cases.csv, results results.csv. One thread.
 */

#pragma once

#include "core/method/experiment/plan.h"

G_BEGIN_DECLS

typedef bool (*TrpStepRun) (const TrpExperimentPlan *plan,
                            const TrpNode *node,
                            const char *folder,
                            TrpProgress *progress,
                            GError **error);

TrpStepRun trp_step_kind_get_run (TrpStepKind kind);

bool trp_step_run_set (const TrpExperimentPlan *plan,
                       const TrpNode *node,
                       const char *folder,
                       TrpProgress *progress,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_step_run_train (const TrpExperimentPlan *plan,
                         const TrpNode *node,
                         const char *folder,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_step_run_synthesize (const TrpExperimentPlan *plan,
                              const TrpNode *node,
                              const char *folder,
                              TrpProgress *progress,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_step_run_register (const TrpExperimentPlan *plan,
                            const TrpNode *node,
                            const char *folder,
                            TrpProgress *progress,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_step_run_clean (const TrpExperimentPlan *plan,
                         const TrpNode *node,
                         const char *folder,
                         TrpProgress *progress,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_step_run_segment (const TrpExperimentPlan *plan,
                           const TrpNode *node,
                           const char *folder,
                           TrpProgress *progress,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool trp_step_run_evaluate (const TrpExperimentPlan *plan,
                            const TrpNode *node,
                            const char *folder,
                            TrpProgress *progress,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The rows that a node goes over: its inputs, cut to side and fold. Errors: TRP_ERROR_FORMAT when
 * none is left. */
TrpCases *trp_step_load_cases (const TrpExperimentPlan *plan,
                               const TrpNode *node,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* cases.csv */
bool trp_step_save_cases (const TrpExperimentPlan *plan,
                          const TrpCases *cases,
                          const char *folder,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The file of a training that inference takes. (transfer full) */
char *trp_step_dup_model_path (const TrpExperimentPlan *plan, const TrpNode *training);
/* "001-NAME.nii.gz", safe for file systems. (transfer full) */
char *trp_step_dup_file (const char *folder, size_t index, const char *case_name);
/* "case 3 of 8" */
bool trp_step_tell_case (TrpProgress *progress, size_t index, size_t n, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
