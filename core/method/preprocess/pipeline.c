/* pipeline.c - see pipeline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/pipeline.h"

#include "core/image/resample.h"
#include "core/method/preprocess/frame.h"

#include <math.h>
#include <string.h>

struct _TrpPipeline
{
  size_t n_steps;
  TrpStep steps[TRP_PIPELINE_MAX_STEPS];
};

static bool
is_choice (const TrpStep *step)
{
  return step->klass->needs_labels && step->klass->selects_slices;
}

TrpPipeline *
trp_pipeline_dup_part (const TrpPipeline *self, bool choices)
{
  TrpPipeline *part = g_new0 (TrpPipeline, 1);

  for (size_t n = 0; n < self->n_steps; n++)
    if (is_choice (&self->steps[n]) == choices)
      part->steps[part->n_steps++] = self->steps[n];
  return part;
}

/* Either kind in the order of the text. */
static void
put_choices_last (TrpPipeline *self)
{
  g_autoptr (TrpPipeline) first = trp_pipeline_dup_part (self, false);
  g_autoptr (TrpPipeline) last = trp_pipeline_dup_part (self, true);

  memcpy (self->steps, first->steps, first->n_steps * sizeof *first->steps);
  memcpy (self->steps + first->n_steps, last->steps, last->n_steps * sizeof *last->steps);
}

TrpPipeline *
trp_pipeline_parse (const char *text, GError **error)
{
  g_autoptr (TrpPipeline) self = g_new0 (TrpPipeline, 1);
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  for (size_t n = 0; parts[n]; n++)
    {
      if (*g_strstrip (parts[n]) == '\0')
        continue;
      if (self->n_steps == TRP_PIPELINE_MAX_STEPS)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "There are more than %d preprocessing steps", TRP_PIPELINE_MAX_STEPS);
          return NULL;
        }
      if (!trp_step_parse (parts[n], &self->steps[self->n_steps++], error))
        return NULL;
    }
  put_choices_last (self);
  return g_steal_pointer (&self);
}

void
trp_pipeline_free (TrpPipeline *self)
{
  g_free (self);
}

char *
trp_pipeline_to_text (const TrpPipeline *self, bool with_fitted)
{
  GString *text = g_string_new (NULL);

  for (size_t n = 0; n < self->n_steps; n++)
    {
      g_autofree char *step = trp_step_to_text (&self->steps[n], with_fitted);

      g_string_append_printf (text, "%s%s", n ? "; " : "", step);
    }
  return g_string_free (text, FALSE);
}

size_t
trp_pipeline_get_n_steps (const TrpPipeline *self)
{
  return self->n_steps;
}

const TrpStep *
trp_pipeline_peek_step (const TrpPipeline *self, size_t index)
{
  g_return_val_if_fail (index < self->n_steps, NULL);
  return &self->steps[index];
}

bool
trp_pipeline_needs_fit (const TrpPipeline *self)
{
  for (size_t n = 0; n < self->n_steps; n++)
    if (trp_step_needs_fit (&self->steps[n]))
      return true;
  return false;
}

bool
trp_pipeline_needs_labels (const TrpPipeline *self)
{
  for (size_t n = 0; n < self->n_steps; n++)
    if (self->steps[n].klass->needs_labels)
      return true;
  return false;
}

void
trp_step_report_free (TrpStepReport *report)
{
  g_free (report->text);
  g_free (report->note);
  g_free (report);
}

/* --- applying --- */

static bool
check_numbers (const TrpVolume *image, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (image));
  const float *values = trp_volume_peek_voxels (image);
  size_t n_bad = 0;

  for (size_t i = 0; i < n; i++)
    n_bad += !isfinite (values[i]);
  if (n_bad == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "%zu of the image's %zu voxels are no numbers; set them to a value before "
               "preprocessing",
               n_bad, n);
  return false;
}

/* Axial and float32; where nothing is resampled, linear interpolation copies. */
static bool
begin (const TrpVolume *image,
       const TrpVolume *labels,
       double air,
       TrpStepImage *out_image,
       GError **error)
{
  g_auto (TrpStepImage) turned = { .air = air };
  TrpFrame frame;

  if (labels && !trp_geometry_check_equal (trp_volume_get_geometry (image),
                                           trp_volume_get_geometry (labels), error))
    return false;
  if (!trp_frame_init (&frame, trp_volume_get_geometry (image), 0, 0, 0, 1, error))
    return false;
  turned.image = trp_volume_resample (image, &frame.output, TRP_INTERPOLATION_LINEAR, air, NULL,
                                      error);
  if (!turned.image || !check_numbers (turned.image, error))
    return false;
  if (labels && !(turned.labels = trp_volume_resample (labels, &frame.output,
                                                       TRP_INTERPOLATION_NEAREST, 0, NULL, error)))
    return false;
  *out_image = turned;
  turned = (TrpStepImage){ 0 };
  return true;
}

static bool
run_step (
  const TrpStep *step, TrpStepImage *io, TrpProgress *progress, GPtrArray *reports, GError **error)
{
  g_autoptr (GString) note = g_string_new (NULL);
  size_t before[3];
  TrpStepReport *report;

  memcpy (before, trp_volume_get_geometry (io->image)->size, sizeof before);
  if (trp_step_needs_fit (step))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "it learns from a training set and has not yet; take the recipe of a trained "
                 "model");
  if (trp_step_needs_fit (step) || !step->klass->apply (step, io, progress, note, error))
    {
      if (!error || !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_prefix_error (error, "Step %s: ", step->klass->name);
      return false;
    }
  if (!reports)
    return true;
  report = g_new0 (TrpStepReport, 1);
  report->text = trp_step_to_text (step, false);
  report->note = g_strdup (note->str);
  report->selects_slices = step->klass->selects_slices;
  memcpy (report->before, before, sizeof before);
  memcpy (report->after, trp_volume_get_geometry (io->image)->size, sizeof report->after);
  g_ptr_array_add (reports, report);
  return true;
}

bool
trp_pipeline_apply (const TrpPipeline *self,
                    const TrpVolume *image,
                    const TrpVolume *labels,
                    double air,
                    size_t up_to,
                    TrpProgress *progress,
                    TrpStepImage *out_image,
                    GPtrArray *reports,
                    GError **error)
{
  const size_t n_steps = MIN (up_to, self->n_steps);
  g_auto (TrpStepImage) passing = { 0 };

  if (!begin (image, labels, air, &passing, error))
    return false;
  for (size_t n = 0; n < n_steps; n++)
    {
      TrpProgress part = trp_progress_part (progress, (double) n / (double) n_steps,
                                            (double) (n + 1) / (double) n_steps);

      if (!trp_progress_step (&part, 0, NULL, error) ||
          !run_step (&self->steps[n], &passing, &part, reports, error))
        return false;
    }
  *out_image = passing;
  passing = (TrpStepImage){ 0 };
  return true;
}

/* --- learning --- */

/* What one case tells the step @index. */
static bool
measure (const TrpPipeline *self,
         size_t index,
         size_t n,
         TrpPipelineLoad load,
         void *data,
         double air,
         TrpProgress *progress,
         double *out_values,
         GError **error)
{
  const TrpStep *step = &self->steps[index];
  g_autoptr (TrpVolume) image = NULL;
  g_autoptr (TrpVolume) labels = NULL;
  g_auto (TrpStepImage) passing = { 0 };

  if (!load (data, n, &image, &labels, error) ||
      !trp_pipeline_apply (self, image, labels, air, index, progress, &passing, NULL, error))
    return false;
  if (step->klass->measure (step, passing.image, out_values, error))
    return true;
  g_prefix_error (error, "Step %s: ", step->klass->name);
  return false;
}

static bool
fit_step (TrpPipeline *self,
          size_t index,
          size_t n_cases,
          TrpPipelineLoad load,
          void *data,
          double air,
          TrpProgress *progress,
          GError **error)
{
  TrpStep *step = &self->steps[index];
  const size_t n_values = step->klass->count_fitted (step);
  double sums[TRP_STEP_MAX_VALUES] = { 0 };

  for (size_t n = 0; n < n_cases; n++)
    {
      TrpProgress part = trp_progress_part (progress, (double) n / (double) n_cases,
                                            (double) (n + 1) / (double) n_cases);
      double values[TRP_STEP_MAX_VALUES];

      if (!measure (self, index, n, load, data, air, &part, values, error))
        return false;
      for (size_t v = 0; v < n_values; v++)
        sums[v] += values[v];
    }
  for (size_t v = 0; v < n_values; v++)
    step->fitted[v] = sums[v] / (double) n_cases;
  step->n_fitted = n_values;
  return true;
}

bool
trp_pipeline_fit (TrpPipeline *self,
                  size_t n,
                  TrpPipelineLoad load,
                  void *data,
                  double air,
                  TrpProgress *progress,
                  GError **error)
{
  g_return_val_if_fail (n > 0, false);
  for (size_t index = 0; index < self->n_steps; index++)
    if (trp_step_needs_fit (&self->steps[index]) &&
        !fit_step (self, index, n, load, data, air, progress, error))
      return false;
  return true;
}

bool
trp_pipeline_predict (const TrpPipeline *self,
                      const TrpGeometry *from,
                      TrpGeometry *out_geometry,
                      GError **error)
{
  TrpFrame frame;
  TrpGeometry geometry;

  if (!trp_frame_init (&frame, from, 0, 0, 0, 1, error))
    return false;
  geometry = frame.output;
  for (size_t n = 0; n < self->n_steps; n++)
    {
      const TrpStep *step = &self->steps[n];
      TrpGeometry after;

      if (!step->klass->predict)
        continue;
      if (!step->klass->predict (step, &geometry, &after, error))
        {
          g_prefix_error (error, "Step %s: ", step->klass->name);
          return false;
        }
      geometry = after;
    }
  *out_geometry = geometry;
  return true;
}
