/* report.h - what an experiment leaves behind: plan, results, tables, figures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written anew from the nodes' results at the end of every run, each file atomically. One thread.
 */

#pragma once

#include "core/method/experiment/plan.h"
#include "core/study/results.h"

G_BEGIN_DECLS

/* experiment.json */
bool trp_report_write_plan (const TrpExperimentPlan *plan,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* results.csv, tables, figures; the tables as text too. (transfer full) */
bool trp_report_write (const TrpExperimentPlan *plan,
                       char **out_text,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* files.csv: core/study/result-files.h */
bool trp_report_write_files (const TrpExperimentPlan *plan,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The arm of its rows: "ssim on CT"; @pair of observers, who are one whoever asks: "-" for none.
 * "on MR" or "on CT" follows a pair where the plan has observers on both. (transfer full) */
char *
trp_report_name_row (const TrpExperimentPlan *plan, const TrpPlanResult *result, const char *pair);

/* Figures into @folder as PDF, SVG and PNG; the losses of every training among them. */
bool trp_report_write_figures (const TrpExperimentPlan *plan,
                               const TrpResults *results,
                               const char *folder,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
