/* steps.c - see steps.h: what all kinds share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/steps.h"

#include "core/io/atomic-write.h"

#include <string.h>

static const TrpStepRun runs[] = {
  [TRP_STEP_SET] = trp_step_run_set,
  [TRP_STEP_TRAIN] = trp_step_run_train,
  [TRP_STEP_SYNTHESIZE] = trp_step_run_synthesize,
  [TRP_STEP_REGISTER] = trp_step_run_register,
  [TRP_STEP_CLEAN] = trp_step_run_clean,
  [TRP_STEP_SEGMENT] = trp_step_run_segment,
  [TRP_STEP_EVALUATE] = trp_step_run_evaluate,
};

G_STATIC_ASSERT (G_N_ELEMENTS (runs) == TRP_N_STEP_KINDS);

TrpStepRun
trp_step_kind_get_run (TrpStepKind kind)
{
  return runs[kind];
}

static bool
is_of_fold (const TrpCase *row, const void *data)
{
  return row->fold == *(const int *) data;
}

static bool
is_of_other_fold (const TrpCase *row, const void *data)
{
  return row->fold != *(const int *) data;
}

static void
cut_fold (TrpCases *cases, const TrpNode *node)
{
  const char *rows = trp_node_get_text (node, "rows"); /* NULL for kinds that take all */

  if (g_strcmp0 (rows, "train") == 0)
    trp_cases_filter (cases, is_of_other_fold, &node->fold);
  else if (g_strcmp0 (rows, "test") == 0)
    trp_cases_filter (cases, is_of_fold, &node->fold);
}

TrpCases *
trp_step_load_cases (const TrpExperimentPlan *plan, const TrpNode *node, GError **error)
{
  g_autoptr (TrpCases) all = NULL;

  for (guint n = 0; n < node->data->len; n++)
    {
      const TrpNodeInput *input = trp_node_get_input (node, n);
      g_autofree char *folder = trp_plan_dup_folder (plan, input->node);
      g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
      g_autoptr (TrpCases) part = trp_cases_load (path, error);

      if (!part)
        return NULL;
      if (input->side)
        trp_cases_keep_side (part, input->side);
      if (all)
        trp_cases_append (all, part, NULL);
      else
        all = g_steal_pointer (&part);
    }
  cut_fold (all, node);
  if (all->rows->len > 0)
    return g_steal_pointer (&all);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "No case is left for this step");
  return NULL;
}

bool
trp_step_save_cases (const TrpExperimentPlan *plan,
                     const TrpCases *cases,
                     const char *folder,
                     GError **error)
{
  g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
  g_autofree char *text = trp_cases_to_csv (cases, plan->root);

  return trp_write_file (path, text, strlen (text), error);
}

char *
trp_step_dup_model_path (const TrpExperimentPlan *plan, const TrpNode *training)
{
  g_autofree char *folder = trp_plan_dup_folder (plan, training);

  return g_build_filename (folder,
                           strcmp (trp_node_get_text (training, "weights"), "best") == 0
                             ? "best.safetensors"
                             : "model.safetensors",
                           NULL);
}

char *
trp_step_dup_file (const char *folder, size_t index, const char *case_name)
{
  g_autofree char *safe = g_strdelimit (g_strdup (case_name), "/\\:*?\"<>|", '_');
  g_autofree char *name = g_strdup_printf ("%03zu-%s.nii.gz", index + 1, safe);

  return g_build_filename (folder, name, NULL);
}

bool
trp_step_tell_case (TrpProgress *progress, size_t index, size_t n, GError **error)
{
  g_autofree char *text = g_strdup_printf ("case %zu of %zu", index + 1, n);

  return trp_progress_step (progress, (double) index / (double) n, text, error);
}
