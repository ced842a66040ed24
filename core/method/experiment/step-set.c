/* step-set.c - the images of an experiment, with their folds
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/structure-file.h"
#include "core/method/experiment/folds.h"
#include "core/method/experiment/steps.h"
#include "core/method/phantom.h"

#include <math.h>
#include <string.h>

/* Patients of a list in the order in which they first come, and the patient of each row. */
typedef struct
{
  size_t n;
  size_t *of_row;
  size_t *first_row;
} Patients;

static void
clear_patients (Patients *self)
{
  g_clear_pointer (&self->of_row, g_free);
  g_clear_pointer (&self->first_row, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Patients, clear_patients)

static void
find_patients (const TrpCases *cases, Patients *out_patients)
{
  const size_t n_rows = cases->rows->len;

  *out_patients = (Patients){ 0, g_new (size_t, n_rows), g_new (size_t, n_rows) };
  for (size_t n = 0; n < n_rows; n++)
    {
      size_t p = 0;

      while (p < out_patients->n &&
             strcmp (trp_cases_get (cases, out_patients->first_row[p])->patient,
                     trp_cases_get (cases, n)->patient) != 0)
        p++;
      if (p == out_patients->n)
        out_patients->first_row[out_patients->n++] = n;
      out_patients->of_row[n] = p;
    }
}

static bool
measure_row (const TrpCase *row, uint16_t label, double *out_ml, GError **error)
{
  const char *mr = trp_case_get (row, "mr_structures");
  const char *path = mr ? mr : trp_case_get (row, "ct_structures");
  g_autoptr (TrpStructureSet) set = path ? trp_structure_set_load (path, NULL, error) : NULL;

  *out_ml = NAN;
  if (!path)
    return true;
  if (!set)
    return false;
  *out_ml = 0;
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);

      if (trp_structure_get_label (structure) == label)
        *out_ml = trp_mask_get_volume_ml (trp_structure_peek_mask (structure));
    }
  return true;
}

/* Of a patient with several cases the first one counts. */
static bool
stratify_by_volume (const TrpCases *cases,
                    const Patients *patients,
                    const char *label,
                    size_t n_folds,
                    size_t *out_strata,
                    TrpProgress *progress,
                    GError **error)
{
  g_autofree double *ml = g_new (double, patients->n);
  guint64 value;

  if (!g_ascii_string_to_unsigned (label, 10, 1, 65535, &value, error))
    return false;
  for (size_t p = 0; p < patients->n; p++)
    if (!trp_step_tell_case (progress, p, patients->n, error) ||
        !measure_row (trp_cases_get (cases, patients->first_row[p]), (uint16_t) value, &ml[p],
                      error))
      return false;
  trp_folds_rank_strata (ml, patients->n, n_folds, out_strata);
  return true;
}

static bool
stratify (const TrpCases *cases,
          const Patients *patients,
          const TrpNode *node,
          size_t *out_strata,
          TrpProgress *progress,
          GError **error)
{
  const char *by = trp_node_get_text (node, "stratify");

  if (g_str_has_prefix (by, "volume:"))
    return stratify_by_volume (cases, patients, by + strlen ("volume:"), node->n_folds, out_strata,
                               progress, error);
  if (g_str_has_prefix (by, "column:"))
    {
      g_autofree const char **texts = g_new (const char *, patients->n);

      for (size_t p = 0; p < patients->n; p++)
        {
          texts[p] = trp_case_get (trp_cases_get (cases, patients->first_row[p]),
                                   by + strlen ("column:"));
          texts[p] = texts[p] ? texts[p] : "";
        }
      trp_folds_text_strata (texts, patients->n, out_strata);
      return true;
    }
  if (!*by)
    {
      memset (out_strata, 0, patients->n * sizeof *out_strata);
      return true;
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "stratify = %s is neither volume:LABEL nor column:NAME", by);
  return false;
}

/* A list that cuts all of its patients itself keeps its folds. */
static bool
has_own_folds (const TrpCases *cases, size_t n_folds)
{
  for (guint n = 0; n < cases->rows->len; n++)
    if (trp_cases_get (cases, n)->fold < 0 || (size_t) trp_cases_get (cases, n)->fold >= n_folds)
      return false;
  return true;
}

static bool
assign_folds (TrpCases *cases, const TrpNode *node, TrpProgress *progress, GError **error)
{
  g_auto (Patients) patients = { 0 };
  g_autofree size_t *strata = NULL;
  g_autofree int *folds = NULL;

  if (node->n_folds > 0 && node->cases && has_own_folds (cases, node->n_folds))
    return true;
  find_patients (cases, &patients);
  strata = g_new (size_t, patients.n + 1);
  folds = g_new (int, patients.n + 1);
  if (node->n_folds > 0 && (!stratify (cases, &patients, node, strata, progress, error) ||
                            !trp_folds_assign (patients.n, strata, node->n_folds,
                                               trp_node_get_whole (node, "seed"), folds, error)))
    return false;
  for (guint n = 0; n < cases->rows->len; n++)
    ((TrpCase *) cases->rows->pdata[n])->fold = node->n_folds > 0 ? folds[patients.of_row[n]] : -1;
  return true;
}

static bool
write_phantoms (const TrpNode *node, const char *folder, TrpProgress *progress, GError **error)
{
  const TrpPhantomKind *kind = trp_phantom_find (trp_node_get_text (node, "phantom"), error);
  const TrpPhantomOptions options = {
    .seed = trp_node_get_whole (node, "seed"),
    .n_patients = (unsigned) trp_node_get_whole (node, "patients"),
    .matrix = trp_node_get_whole (node, "matrix"),
    .ct_matrix = trp_node_get_whole (node, "ct_matrix"),
    .unpaired = trp_node_get_bool (node, "unpaired"),
    .n_observers = (unsigned) trp_node_get_whole (node, "observers"),
    .observer_error = g_ascii_strtod (trp_node_get_text (node, "observer_error"), NULL),
    .replace = true, /* the step's own folder */
  };

  return kind && trp_phantom_write (kind, &options, folder, progress, error);
}

/* "ct-001": no two sets share the name of a case. */
static TrpCases *
make_phantoms (const TrpNode *node, const char *folder, TrpProgress *progress, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
  g_autoptr (TrpCases)
    written = write_phantoms (node, folder, progress, error) ? trp_cases_load (path, error) : NULL;
  TrpCases *named = written ? trp_cases_new () : NULL;

  if (written)
    trp_cases_append (named, written, node->step->name);
  return named;
}

bool
trp_step_run_set (const TrpExperimentPlan *plan,
                  const TrpNode *node,
                  const char *folder,
                  TrpProgress *progress,
                  GError **error)
{
  g_autoptr (TrpCases) phantoms = NULL;
  TrpCases *cases = node->cases;

  if (!cases)
    {
      phantoms = make_phantoms (node, folder, progress, error);
      if (!phantoms)
        return false;
      cases = phantoms;
    }
  return assign_folds (cases, node, progress, error) &&
         trp_step_save_cases (plan, cases, folder, error);
}
