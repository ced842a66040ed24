/* step-train.c - a training as one step of an experiment
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/folds.h"
#include "core/method/experiment/steps.h"
#include "core/method/trainer.h"

#include <math.h>
#include <string.h>

#define MIN_SHARE 0.001

/* Validation is cut from the rows to train on, never from those that the model is tried on. Rows of
 * fold 0 validate, rows without a fold train. */
static bool
cut_validation (TrpCases *cases, const TrpNode *node, bool *out_validates, GError **error)
{
  const double share = g_ascii_strtod (trp_node_get_text (node, "validation"), NULL);
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree int *folds = NULL;
  size_t n_patients;

  *out_validates = share >= MIN_SHARE;
  for (guint n = 0; n < cases->rows->len; n++)
    {
      ((TrpCase *) cases->rows->pdata[n])->fold = -1;
      if (!g_hash_table_contains (places, trp_cases_get (cases, n)->patient))
        g_hash_table_insert (places, trp_cases_get (cases, n)->patient,
                             GUINT_TO_POINTER (g_hash_table_size (places)));
    }
  if (!*out_validates)
    return true;
  folds = g_new (int, g_hash_table_size (places) + 1);
  n_patients = g_hash_table_size (places);
  if (!trp_folds_assign (n_patients, NULL,
                         CLAMP ((size_t) lround (1 / share), 2, MAX (2, n_patients)), node->seed,
                         folds, error))
    return false;
  for (guint n = 0; n < cases->rows->len; n++)
    {
      TrpCase *row = cases->rows->pdata[n];

      if (folds[GPOINTER_TO_UINT (g_hash_table_lookup (places, row->patient))] == 0)
        row->fold = 0;
    }
  return true;
}

static void
say (const char *sentence, void *data)
{
  const TrpExperimentOptions *options = data;

  if (options->say)
    options->say (sentence, options->say_data);
}

bool
trp_step_run_train (const TrpExperimentPlan *plan,
                    const TrpNode *node,
                    const char *folder,
                    TrpProgress *progress,
                    GError **error)
{
  g_autoptr (TrpCases) cases = trp_step_load_cases (plan, node, error);
  g_autofree char *checkpoint = g_build_filename (folder, "checkpoint.safetensors", NULL);
  const size_t n_patients = trp_node_get_whole (node, "patients");
  g_autoptr (TrpDataList) list = NULL;
  bool validates = false;

  if (!cases)
    return false;
  if (n_patients > 0)
    trp_cases_keep_patients (cases, n_patients);
  if (!cut_validation (cases, node, &validates, error) ||
      !trp_step_save_cases (plan, cases, folder, error))
    return false;
  list = trp_cases_to_list (cases, error);
  return list &&
         trp_train (&(TrpTrainOptions){ .recipe = node->recipe,
                                        .list = list,
                                        .fold = validates ? 0 : -1,
                                        .folder = folder,
                                        .device = plan->options->device,
                                        .precision = plan->options->precision,
                                        .deterministic = true,
                                        .resume = g_file_test (checkpoint, G_FILE_TEST_EXISTS),
                                        .watch = { .say = say, .data = (void *) plan->options } },
                    progress, error);
}
