/* step-evaluate.c - numbers of every case of a list
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The rows have no arm, seed and fold yet, because several may share them: an arm of "-", or the
 * pair of observers that a row compares.
 */

#include "core/io/structure-file.h"
#include "core/method/evaluate.h"
#include "core/method/experiment/steps.h"
#include "core/study/summary.h"

#include <string.h>

/* One case. */
typedef struct
{
  TrpResults *results;
  const TrpNode *node;
  const TrpCases *cases;
  const TrpCase *row;
  TrpProgress *progress;
} Work;

typedef bool (*Measure) (const Work *work,
                         const TrpResult *key,
                         const char *reference,
                         const char *test,
                         const TrpEvaluateOptions *options,
                         GError **error);

/* Keeps the labels that the step asks for. */
static void
choose_labels (TrpStructureSet *set, const TrpNode *node)
{
  g_auto (GStrv) labels = trp_experiment_split (trp_node_get_text (node, "labels"));

  for (size_t n = trp_structure_set_get_size (set); n-- > 0 && labels[0];)
    {
      TrpStructure *structure = trp_structure_set_get (set, n);
      g_autofree char *label = g_strdup_printf ("%u", trp_structure_get_label (structure));

      if (!g_strv_contains ((const char *const *) labels, label))
        trp_structure_set_remove (set, n);
    }
}

/* What was asked for by label is looked for in every reading: where a network found nothing of it,
 * its file does not even name it, and that is a Dice of 0. (element-type utf8) */
static GPtrArray *
list_expected (TrpStructureSet *truth, const TrpNode *node)
{
  GPtrArray *names = g_ptr_array_new ();

  for (size_t n = 0; *trp_node_get_text (node, "labels") && n < trp_structure_set_get_size (truth);
       n++)
    g_ptr_array_add (names, (gpointer) trp_structure_get_name (trp_structure_set_get (truth, n)));
  g_ptr_array_add (names, NULL);
  return names;
}

static bool
measure_structures (const Work *work,
                    const TrpResult *key,
                    const char *reference,
                    const char *test,
                    const TrpEvaluateOptions *options,
                    GError **error)
{
  g_autoptr (TrpStructureSet) truth = trp_structure_set_load (reference, NULL, error);
  g_autoptr (TrpStructureSet) reading = truth ? trp_structure_set_load (test, NULL, error) : NULL;
  TrpEvaluateOptions with_names = *options;
  g_autoptr (GPtrArray) expected = NULL;

  if (!reading)
    return false;
  choose_labels (truth, work->node);
  expected = list_expected (truth, work->node);
  with_names.expected = (const char *const *) expected->pdata;
  return trp_evaluate_structures (work->results, key, truth, reading, &with_names, work->progress,
                                  error);
}

static bool
measure_images (const Work *work,
                const TrpResult *key,
                const char *reference,
                const char *test,
                const TrpEvaluateOptions *options,
                GError **error)
{
  g_autoptr (TrpVolume) truth = trp_volume_load (reference, NULL, error);
  g_autoptr (TrpVolume) image = truth ? trp_volume_load (test, NULL, error) : NULL;

  if (!image)
    return false;
  if (strcmp (trp_node_get_text (work->node, "compare"), "images") == 0)
    return trp_evaluate_images (work->results, key, truth, image, NULL, options, work->progress,
                                error);
  return trp_evaluate_dependence (work->results, key, truth, image, options, work->progress, error);
}

static bool
measure_pair (const Work *work,
              const char *arm,
              const char *reference_column,
              const char *test_column,
              GError **error)
{
  const char *reference = trp_case_get (work->row, reference_column);
  const char *test = trp_case_get (work->row, test_column);
  const char *compare = trp_node_get_text (work->node, "compare");
  const bool of_images = strcmp (compare, "images") == 0 || strcmp (compare, "dependence") == 0;
  const Measure measure = of_images ? measure_images : measure_structures;
  const TrpEvaluateOptions options = { .slices = trp_node_get_bool (work->node, "slices") };
  const TrpResult key = { .arm = arm,
                          .seed = TRP_RESULT_NONE,
                          .fold = TRP_RESULT_NONE,
                          .case_name = work->row->name,
                          .patient = work->row->patient,
                          .slice = TRP_RESULT_NONE };

  if (!reference || !test || measure (work, &key, reference, test, &options, error))
    return true;
  g_prefix_error (error, "case %s: ", work->row->name);
  return false;
}

/* Columns "mr_observer_N" beside "mr_structures". (element-type utf8) */
static GPtrArray *
list_observers (const TrpCases *cases, const char *reference)
{
  GPtrArray *observers = g_ptr_array_new ();
  g_auto (GStrv) parts = g_strsplit (reference, "_", 2);
  g_autofree char *prefix = g_strconcat (parts[0], "_observer_", NULL);

  for (guint c = 0; c < cases->columns->len; c++)
    if (g_str_has_prefix (cases->columns->pdata[c], prefix))
      g_ptr_array_add (observers, cases->columns->pdata[c]);
  return observers;
}

static const char *
get_observer (const char *column)
{
  return strrchr (column, '_') + 1;
}

static bool
measure_observers (const Work *work, GError **error)
{
  g_autoptr (GPtrArray)
    observers = list_observers (work->cases, trp_node_get_text (work->node, "reference"));

  for (guint i = 0; i < observers->len; i++)
    for (guint j = i + 1; j < observers->len; j++)
      {
        g_autofree char *pair = g_strdup_printf ("observer %s" TRP_ARM_VERSUS "observer %s",
                                                 get_observer (observers->pdata[i]),
                                                 get_observer (observers->pdata[j]));

        if (!measure_pair (work, pair, observers->pdata[i], observers->pdata[j], error))
          return false;
      }
  return true;
}

static bool
measure_case (const Work *work, GError **error)
{
  if (strcmp (trp_node_get_text (work->node, "compare"), "observers") == 0)
    return measure_observers (work, error);
  return measure_pair (work, "-", trp_node_get_text (work->node, "reference"),
                       trp_node_get_text (work->node, "test"), error);
}

static bool
check_results (const TrpResults *results, const TrpNode *node, GError **error)
{
  if (trp_results_get_size (results) > 0 || trp_node_get_bool (node, "optional"))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "No case has both %s and %s",
               trp_node_get_text (node, "reference"), trp_node_get_text (node, "test"));
  return false;
}

bool
trp_step_run_evaluate (const TrpExperimentPlan *plan,
                       const TrpNode *node,
                       const char *folder,
                       TrpProgress *progress,
                       GError **error)
{
  g_autoptr (TrpCases) cases = trp_step_load_cases (plan, node, error);
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autofree char *path = g_build_filename (folder, "results.csv", NULL);
  const size_t n = cases ? cases->rows->len : 0;

  for (size_t i = 0; i < n; i++)
    {
      TrpProgress part = trp_progress_part (progress, (double) i / (double) n,
                                            (double) (i + 1) / (double) n);
      const Work work = { results, node, cases, trp_cases_get (cases, i), &part };

      if (!trp_step_tell_case (progress, i, n, error) || !measure_case (&work, error))
        return false;
    }
  return cases && check_results (results, node, error) && trp_results_save (results, path, error);
}
