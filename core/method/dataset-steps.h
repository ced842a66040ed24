/* dataset-steps.h - preprocessing of the cases of a data list
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "core/method/preprocess/intensity.h"
#include "core/method/preprocess/pipeline.h"
#include "core/study/data-list.h"

G_BEGIN_DECLS

/* The value of air in images of a role. */
double trp_dataset_steps_get_air (TrpDataRole role);

/**
 * trp_dataset_steps_new:
 * @text: (nullable): of the steps; NULL: none
 *
 * What has to learn learns from the rows that have @role.
 *
 * Errors: those of the steps and of loading, with the case in front.
 */
TrpPipeline *trp_dataset_steps_new (const char *text,
                                    const TrpDataList *list,
                                    TrpDataRole role,
                                    TrpProgress *progress,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The structures of a row, where a step looks at them and the row has any; else NULL without an
 * error. @out_labels: (transfer full) */
bool trp_dataset_steps_load_labels (const TrpPipeline *pipeline,
                                    const TrpDataRow *row,
                                    TrpDataRole role,
                                    TrpVolume **out_labels,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_dataset_steps_apply:
 * @row: its structures are loaded where steps look at them and @io_labels is empty
 * @io_image: (inout): replaced by what the steps make of it; left alone where there are none
 * @io_labels: (inout) (nullable): likewise
 * @reports: (element-type TrpStepReport): one appended for each step
 */
bool trp_dataset_steps_apply (const TrpPipeline *pipeline,
                              const TrpDataRow *row,
                              TrpDataRole role,
                              TrpVolume **io_image,
                              TrpVolume **io_labels,
                              TrpProgress *progress,
                              GPtrArray *reports,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TrpDatasetWatch: what else is to be done on the way of an image
 * @step: (nullable): after each step; they are then done one by one
 * @whole: (nullable): where the curve is fitted
 */
typedef struct
{
  bool (*step) (void *data, const TrpStepReport *report, const TrpVolume *image, GError **error);
  bool (*whole) (void *data, const TrpVolume *image, GError **error);
  void *data;
} TrpDatasetWatch;

/**
 * trp_dataset_steps_prepare:
 * @row: (nullable): its structures are loaded where steps look at them and @io_labels is empty
 * @watch: (nullable)
 * @io_image, @io_labels: as trp_dataset_steps_apply() takes them, but that structures that were
 * loaded are given back
 *
 * An image as training sees it. What the steps make of all slices, as in use, is what the curve
 * learns from; slices that are chosen by structures, which nobody has in use, are cut out
 * afterwards.
 */
bool trp_dataset_steps_prepare (const TrpPipeline *pipeline,
                                const TrpDataRow *row,
                                TrpDataRole role,
                                const TrpIntensity *intensity,
                                const TrpDatasetWatch *watch,
                                TrpVolume **io_image,
                                TrpVolume **io_labels,
                                TrpProgress *progress,
                                GPtrArray *reports,
                                TrpCurve *out_curve,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
