/* dataset-steps.c - see dataset-steps.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/dataset-steps.h"

#include "core/io/format.h"

typedef struct
{
  const TrpPipeline *pipeline;
  GPtrArray *rows; /* (element-type TrpDataRow) */
  TrpDataRole role;
  const TrpDataRow *now; /* for messages */
} Cases;

double
trp_dataset_steps_get_air (TrpDataRole role)
{
  return role == TRP_DATA_MR || role == TRP_DATA_SYNMR ? TRP_AIR_MR : TRP_AIR_HU;
}

bool
trp_dataset_steps_load_labels (const TrpPipeline *pipeline,
                               const TrpDataRow *row,
                               TrpDataRole role,
                               TrpVolume **out_labels,
                               GError **error)
{
  const char *path = row->paths[trp_data_role_get_structures (role)];

  if (path && trp_pipeline_needs_labels (pipeline))
    *out_labels = trp_volume_load (path, NULL, error);
  return !path || !trp_pipeline_needs_labels (pipeline) || *out_labels;
}

static bool
load_case (void *data, size_t index, TrpVolume **out_image, TrpVolume **out_labels, GError **error)
{
  Cases *cases = data;
  const TrpDataRow *row = cases->rows->pdata[index];

  cases->now = row;
  *out_image = trp_volume_load (row->paths[cases->role], NULL, error);
  return *out_image &&
         trp_dataset_steps_load_labels (cases->pipeline, row, cases->role, out_labels, error);
}

TrpPipeline *
trp_dataset_steps_new (const char *text,
                       const TrpDataList *list,
                       TrpDataRole role,
                       TrpProgress *progress,
                       GError **error)
{
  g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse (text ? text : "", error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  Cases cases = { pipeline, rows, role, NULL };

  if (!pipeline)
    return NULL;
  for (size_t n = 0; n < trp_data_list_get_size (list); n++)
    if (trp_data_list_get (list, n)->paths[role])
      g_ptr_array_add (rows, (gpointer) trp_data_list_get (list, n));
  if (rows->len && !trp_pipeline_fit (pipeline, rows->len, load_case, &cases,
                                      trp_dataset_steps_get_air (role), progress, error))
    {
      if (cases.now && !(error && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
        g_prefix_error (error, "Case %s: ", cases.now->name);
      return NULL;
    }
  return g_steal_pointer (&pipeline);
}

/* @io_air: steps change it; those that follow fill with what it has become */
static bool
run (const TrpPipeline *pipeline,
     TrpVolume **io_image,
     TrpVolume **io_labels,
     double *io_air,
     TrpProgress *progress,
     GPtrArray *reports,
     GError **error)
{
  TrpStepImage made;

  if (trp_pipeline_get_n_steps (pipeline) == 0)
    return true;
  if (!trp_pipeline_apply (pipeline, *io_image, *io_labels, *io_air, TRP_PIPELINE_ALL, progress,
                           &made, reports, error))
    return false;
  g_clear_pointer (io_image, trp_volume_unref);
  g_clear_pointer (io_labels, trp_volume_unref);
  *io_image = made.image;
  *io_labels = made.labels;
  *io_air = made.air;
  return true;
}

bool
trp_dataset_steps_apply (const TrpPipeline *pipeline,
                         const TrpDataRow *row,
                         TrpDataRole role,
                         TrpVolume **io_image,
                         TrpVolume **io_labels,
                         TrpProgress *progress,
                         GPtrArray *reports,
                         GError **error)
{
  g_autoptr (TrpVolume) labels = *io_labels ? trp_volume_ref (*io_labels) : NULL;
  double air = trp_dataset_steps_get_air (role);

  if ((!labels && !trp_dataset_steps_load_labels (pipeline, row, role, &labels, error)) ||
      !run (pipeline, io_image, &labels, &air, progress, reports, error))
    return false;
  if (*io_labels)
    {
      trp_volume_unref (*io_labels);
      *io_labels = g_steal_pointer (&labels);
    }
  return true;
}

/* ---- as training sees it ---- */

static bool
run_one (const TrpStep *step,
         const TrpDatasetWatch *watch,
         TrpVolume **io_image,
         TrpVolume **io_labels,
         double *io_air,
         TrpProgress *progress,
         GPtrArray *reports,
         GError **error)
{
  g_autofree char *text = trp_step_to_text (step, true);
  g_autoptr (TrpPipeline) alone = trp_pipeline_parse (text, error);

  return alone && run (alone, io_image, io_labels, io_air, progress, reports, error) &&
         watch->step (watch->data, reports->pdata[reports->len - 1], *io_image, error);
}

static bool
run_watched (const TrpPipeline *part,
             const TrpDatasetWatch *watch,
             TrpVolume **io_image,
             TrpVolume **io_labels,
             double *io_air,
             TrpProgress *progress,
             GPtrArray *reports,
             GError **error)
{
  const size_t n_steps = trp_pipeline_get_n_steps (part);

  if (!watch || !watch->step)
    return run (part, io_image, io_labels, io_air, progress, reports, error);
  for (size_t n = 0; n < n_steps; n++)
    {
      TrpProgress one = trp_progress_part (progress, (double) n / (double) n_steps,
                                           (double) (n + 1) / (double) n_steps);

      if (!run_one (trp_pipeline_peek_step (part, n), watch, io_image, io_labels, io_air, &one,
                    reports, error))
        return false;
    }
  return true;
}

bool
trp_dataset_steps_prepare (const TrpPipeline *pipeline,
                           const TrpDataRow *row,
                           TrpDataRole role,
                           const TrpIntensity *intensity,
                           const TrpDatasetWatch *watch,
                           TrpVolume **io_image,
                           TrpVolume **io_labels,
                           TrpProgress *progress,
                           GPtrArray *reports,
                           TrpCurve *out_curve,
                           GError **error)
{
  g_autoptr (TrpPipeline) whole = trp_pipeline_dup_part (pipeline, false);
  g_autoptr (TrpPipeline) choices = trp_pipeline_dup_part (pipeline, true);
  const double share = (double) trp_pipeline_get_n_steps (whole) /
                       (double) MAX (trp_pipeline_get_n_steps (pipeline), 1);
  TrpProgress first = trp_progress_part (progress, 0, share);
  TrpProgress last = trp_progress_part (progress, share, 1);
  double air = trp_dataset_steps_get_air (role);
  TrpCurve curve;

  if (row && !*io_labels && !trp_dataset_steps_load_labels (pipeline, row, role, io_labels, error))
    return false;
  if (!run_watched (whole, watch, io_image, io_labels, &air, &first, reports, error))
    return false;
  curve = trp_intensity_fit (intensity, *io_image);
  if (watch && watch->whole && !watch->whole (watch->data, *io_image, error))
    return false;
  if (!run_watched (choices, watch, io_image, io_labels, &air, &last, reports, error))
    return false;
  *out_curve = curve;
  return true;
}
