/* step-refine.c - generated images against their sources: register and clean
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * SynMR lies on the grid of its CT, SynCT on that of its MR.
 */

#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/method/cleaning.h"
#include "core/method/experiment/steps.h"
#include "core/method/preprocess/frame.h"
#include "core/method/registration.h"
#include "core/study/csv.h"

#include <string.h>

#define OUTSIDE_CT (-1000.0)

/* The column that a generated one was made from. */
static const char *
get_source (const char *image)
{
  return strcmp (image, "synmr") == 0 ? "ct" : "mr";
}

/* Both of a row; false without an error where it lacks one. */
static bool
load_pair (const TrpCase *row,
           const char *image,
           TrpVolume **out_source,
           TrpVolume **out_generated,
           GError **error)
{
  const char *source = trp_case_get (row, get_source (image));
  const char *generated = trp_case_get (row, image);

  if (!source || !generated)
    return false;
  *out_source = trp_volume_load (source, NULL, error);
  *out_generated = *out_source ? trp_volume_load (generated, NULL, error) : NULL;
  return *out_generated != NULL;
}

static bool
register_case (const TrpCase *row,
               const TrpNode *node,
               const char *path,
               bool *out_done,
               TrpProgress *progress,
               GError **error)
{
  const char *image = trp_node_get_text (node, "image");
  TrpRegistrationOptions options = TRP_REGISTRATION_DEFAULTS;
  g_autoptr (TrpVolume) source = NULL, generated = NULL, result = NULL;
  GError *local = NULL;

  options.grid_spacing = g_ascii_strtod (trp_node_get_text (node, "grid_spacing"), NULL);
  *out_done = g_file_test (path, G_FILE_TEST_EXISTS);
  if (*out_done)
    return true;
  if (!load_pair (row, image, &source, &generated, &local))
    {
      if (local)
        g_propagate_error (error, local);
      return !local;
    }
  result = trp_registration_run (source, generated, &options,
                                 strcmp (image, "synct") == 0 ? OUTSIDE_CT : 0, NULL, progress,
                                 error);
  *out_done = result && trp_volume_save (result, path, error);
  return *out_done;
}

bool
trp_step_run_register (const TrpExperimentPlan *plan,
                       const TrpNode *node,
                       const char *folder,
                       TrpProgress *progress,
                       GError **error)
{
  g_autoptr (TrpCases) cases = trp_step_load_cases (plan, node, error);
  const size_t n = cases ? cases->rows->len : 0;

  for (size_t i = 0; i < n; i++)
    {
      const TrpCase *row = trp_cases_get (cases, i);
      g_autofree char *path = trp_step_dup_file (folder, i, row->name);
      TrpProgress part = trp_progress_part (progress, (double) i / (double) n,
                                            (double) (i + 1) / (double) n);
      bool done;

      if (!trp_step_tell_case (progress, i, n, error) ||
          !register_case (row, node, path, &done, &part, error))
        {
          g_prefix_error (error, "case %s: ", row->name);
          return false;
        }
      if (done)
        trp_cases_set (cases, i, trp_node_get_text (node, "image"), path);
    }
  return cases && trp_step_save_cases (plan, cases, folder, error);
}

/* ---- clean ---- */

static void
add_reasons (
  GString *text, const char *name, const TrpCleaningSlice *slices, size_t n, double limit)
{
  for (size_t k = 0; k < n; k++)
    {
      g_autofree char *reason = NULL;

      if (slices[k].verdict == TRP_CLEANING_KEPT)
        continue;
      reason = trp_cleaning_dup_reason (&slices[k], limit);
      trp_csv_append_field (text, name);
      g_string_append_printf (text, ",%zu,", k);
      trp_csv_append_field (text, reason);
      g_string_append_c (text, '\n');
    }
}

static bool
clean_case (TrpCases *cases, size_t index, const TrpNode *node, GString *reasons, GError **error)
{
  const TrpCase *row = trp_cases_get (cases, index);
  const double limit = g_ascii_strtod (trp_node_get_text (node, "limit"), NULL);
  const char *before = trp_case_get (row, "leave_out");
  const TrpGeometry *geometry;
  g_autoptr (TrpVolume) source = NULL, generated = NULL;
  g_autofree TrpCleaningSlice *slices = NULL;
  g_autofree char *text = NULL, *joined = NULL;
  GError *local = NULL;
  size_t n;

  if (!load_pair (row, trp_node_get_text (node, "image"), &source, &generated, &local))
    {
      if (local)
        g_propagate_error (error, local);
      return !local;
    }
  geometry = trp_volume_get_geometry (source);
  n = geometry->size[trp_frame_find_slice_axis (geometry)];
  slices = g_new0 (TrpCleaningSlice, n);
  if (!trp_cleaning_compare (source, generated, limit, slices, error))
    return false;
  text = trp_cleaning_to_text (slices, n);
  joined = g_strjoin (before && *text ? " " : "", before ? before : "", text, NULL);
  if (*joined)
    trp_cases_set (cases, index, "leave_out", joined);
  add_reasons (reasons, row->name, slices, n, limit);
  return true;
}

bool
trp_step_run_clean (const TrpExperimentPlan *plan,
                    const TrpNode *node,
                    const char *folder,
                    TrpProgress *progress,
                    GError **error)
{
  g_autoptr (TrpCases) cases = trp_step_load_cases (plan, node, error);
  g_autoptr (GString) reasons = g_string_new ("case,slice,reason\n");
  g_autofree char *path = g_build_filename (folder, "left-out.csv", NULL);
  const size_t n = cases ? cases->rows->len : 0;

  for (size_t i = 0; i < n; i++)
    if (!trp_step_tell_case (progress, i, n, error) || !clean_case (cases, i, node, reasons, error))
      {
        g_prefix_error (error, "case %s: ", trp_cases_get (cases, i)->name);
        return false;
      }
  return cases && trp_write_file (path, reasons->str, reasons->len, error) &&
         trp_step_save_cases (plan, cases, folder, error);
}
