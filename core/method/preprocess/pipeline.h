/* pipeline.h - preprocessing: steps in order
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * "n4; resample 1 1 cubic; crop-body 256; nyul": what a recipe says of MR and of CT, done to each
 * image before the frame and the intensity curve of [data]. What steps learn from the training set
 * stands in the same text (step.h), and so in every checkpoint: inference repeats it. Steps that
 * choose slices by structures come last wherever they are named: in use there are no structures and
 * all slices stay, so what the others find in an image must not hang on that choice. One thread
 * changes a pipeline, any number may apply it.
 */

#pragma once

#include "core/method/preprocess/step.h"

G_BEGIN_DECLS

#define TRP_PIPELINE_MAX_STEPS 16
#define TRP_AIR_HU -1000.         /* what stands outside of a CT */
#define TRP_AIR_MR 0.             /* of an MR */
#define TRP_PIPELINE_ALL SIZE_MAX /* steps */

typedef struct _TrpPipeline TrpPipeline;

/* The steps before those that choose slices by structures, or these alone. (transfer full) */
TrpPipeline *trp_pipeline_dup_part (const TrpPipeline *self, bool choices);
/* An empty text is no steps. Errors: TRP_ERROR_FORMAT naming the step. */
TrpPipeline *trp_pipeline_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_pipeline_free (TrpPipeline *self);
char *trp_pipeline_to_text (const TrpPipeline *self, bool with_fitted);
size_t trp_pipeline_get_n_steps (const TrpPipeline *self);
const TrpStep *trp_pipeline_peek_step (const TrpPipeline *self, size_t index);
bool trp_pipeline_needs_fit (const TrpPipeline *self);
bool trp_pipeline_needs_labels (const TrpPipeline *self); /* a step looks at structures */

/**
 * TrpStepReport: what a step did to one image
 * @text: of the step
 * @note: with numbers, "56 % of the image is body, above 143"
 * @before, @after: voxels along L, P, S
 */
typedef struct
{
  char *text;
  char *note;
  size_t before[3], after[3];
  bool selects_slices;
} TrpStepReport;

void trp_step_report_free (TrpStepReport *report);

/**
 * trp_pipeline_apply:
 * @image: any grid that is not sheared, any orientation; all voxels finite numbers
 * @labels: (nullable): on the same grid
 * @air: -1000 for CT, 0 for MR
 * @up_to: this many steps only; 0: turned to axial slices, nothing else; TRP_PIPELINE_ALL: all
 * @reports: (nullable) (element-type TrpStepReport): one appended for each step
 *
 * Errors: TRP_ERROR_GEOMETRY, TRP_ERROR_FORMAT, TRP_ERROR_LIMIT, TRP_ERROR_UNSUPPORTED; the message
 * begins with the step's name. TRP_ERROR_FORMAT for a step that has learnt nothing yet.
 */
bool trp_pipeline_apply (const TrpPipeline *self,
                         const TrpVolume *image,
                         const TrpVolume *labels,
                         double air,
                         size_t up_to,
                         TrpProgress *progress,
                         TrpStepImage *out_image,
                         GPtrArray *reports,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One case of a training set. Labels may stay NULL where no step needs them; what was loaded before
 * a failure is freed. */
typedef bool (*TrpPipelineLoad) (
  void *data, size_t index, TrpVolume **out_image, TrpVolume **out_labels, GError **error);

/**
 * trp_pipeline_fit:
 * @n: number of cases that @load gives
 *
 * What has not learnt yet learns from all cases; those after a learning step see its result. Every
 * learning step loads all cases once.
 */
bool trp_pipeline_fit (TrpPipeline *self,
                       size_t n,
                       TrpPipelineLoad load,
                       void *data,
                       double air,
                       TrpProgress *progress,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The grid after the steps as far as it is known without voxels: no fewer slices than there will
 * be. */
bool trp_pipeline_predict (const TrpPipeline *self,
                           const TrpGeometry *from,
                           TrpGeometry *out_geometry,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpPipeline, trp_pipeline_free)

G_END_DECLS
