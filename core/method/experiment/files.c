/* files.c - files.csv: which files the results were measured on
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"
#include "core/method/experiment/report.h"
#include "core/method/experiment/steps.h"
#include "core/study/result-files.h"

#include <string.h>

/* Rows of one pair of observers are not told apart: they show the same case. */
static void
add_case (GPtrArray *files, const TrpPlanResult *result, const char *arm, const TrpCase *row)
{
  const TrpNode *node = result->node;
  const char *reference = trp_case_get (row, trp_node_get_text (node, "reference"));
  const char *test = trp_case_get (row, trp_node_get_text (node, "test"));
  const char *compare = trp_node_get_text (node, "compare");
  TrpResultFiles *file = g_new0 (TrpResultFiles, 1);

  file->arm = g_strdup (arm);
  file->seed = (int) result->seed;
  file->fold = node->fold >= 0 ? node->fold : TRP_RESULT_NONE;
  file->case_name = g_strdup (row->name);
  file->are_structures = strcmp (compare, "structures") == 0 || strcmp (compare, "observers") == 0;
  file->mr = g_strdup (trp_case_get (row, "mr"));
  file->ct = g_strdup (trp_case_get (row, "ct"));
  file->synct = g_strdup (trp_case_get (row, "synct"));
  file->synmr = g_strdup (trp_case_get (row, "synmr"));
  file->reference = g_strdup (reference);
  file->test = g_strdup (test);
  g_ptr_array_add (files, file);
}

static bool
add_node (GPtrArray *files,
          const TrpExperimentPlan *plan,
          const TrpPlanResult *result,
          GError **error)
{
  g_autoptr (TrpCases) cases = trp_step_load_cases (plan, result->node, error);
  g_autofree char *arm = trp_report_name_row (plan, result, "-");

  for (size_t n = 0; cases && n < cases->rows->len; n++)
    add_case (files, result, arm, trp_cases_get (cases, n));
  return cases != NULL;
}

bool
trp_report_write_files (const TrpExperimentPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->root, "files.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray)
    files = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_result_files_free);

  for (guint n = 0; n < plan->results->len; n++)
    {
      const TrpPlanResult *result = &g_array_index (plan->results, TrpPlanResult, n);

      if (!result->node->is_left && !add_node (files, plan, result, error))
        return false;
    }
  text = trp_result_files_to_csv (files, plan->root);
  return trp_write_file (path, text, strlen (text), error);
}
