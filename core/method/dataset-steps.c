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
  TrpStepImage made;

  if (trp_pipeline_get_n_steps (pipeline) == 0)
    return true;
  if ((!labels && !trp_dataset_steps_load_labels (pipeline, row, role, &labels, error)) ||
      !trp_pipeline_apply (pipeline, *io_image, labels, trp_dataset_steps_get_air (role),
                           TRP_PIPELINE_ALL, progress, &made, reports, error))
    return false;
  trp_volume_unref (*io_image);
  *io_image = g_steal_pointer (&made.image);
  if (*io_labels)
    {
      trp_volume_unref (*io_labels);
      *io_labels = g_steal_pointer (&made.labels);
    }
  trp_step_image_clear (&made);
  return true;
}
