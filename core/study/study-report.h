/* study-report.h - a folder with all that results say: tables, tests, figures, one PDF
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * In the folder: results.csv, summary.csv, comparisons.csv, summary.json, figures/NAME.pdf, .svg
 * and .png, report.pdf. The same results give the same bytes. Any thread.
 */

#pragma once

#include "core/base/progress.h"
#include "core/study/results.h"

G_BEGIN_DECLS

/**
 * TrpStudyReportOptions:
 * @title: (nullable): on the first page
 * @notes: (nullable): NULL-terminated sentences below it: what was left out and why
 * @baseline: (nullable): arm with which the others are compared; NULL: all pairs
 */
typedef struct
{
  const char *title;
  const char *const *notes;
  const char *baseline;
} TrpStudyReportOptions;

/* Makes the folder. Errors: as trp_study_summary_new(); TRP_ERROR_IO; G_IO_ERROR_CANCELLED. Files
 * written before stay, each whole. */
bool trp_study_report_write (const TrpResults *results,
                             const char *folder,
                             const TrpStudyReportOptions *options,
                             TrpProgress *progress,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
