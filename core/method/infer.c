/* infer.c - running a model on a volume; see model.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The volume's floats go into the frame (axial stack at the network's spacing), through the
 * intensity curve and, a few slices at a time, through the network; then through the inverse curve,
 * or as probabilities, back onto the volume's own grid.
 */

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/method/dataset.h"
#include "core/image/resample.h"
#include "core/method/infer.h"
#include "core/method/postprocess.h"
#include "core/method/preprocess/frame.h"
#include "core/method/second-image.h"
#include "core/method/preprocess/pipeline.h"
#include "core/nn/device-choice.h"
#include "core/nn/layers.h"
#include "core/nn/program.h"

#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define SLICES_PER_RUN 4
#define NARROW_RANGE 1000
#define SHARE_OF_STEPS 0.3           /* of the progress, where there are any */
#define COMPLEMENT "complement"      /* 1 - probability per label */
#define LARGE_RUN ((size_t) 2 << 30) /* bytes; above it one slice at a time */

/* A network ready to run on stacks of one size. */
typedef struct
{
  TrpDevice *device;
  TrpStore *store;
  TrpProgram *program;
  TrpValue input, output;
  char *note;
  int batch, width, height, n_in, n_out;
} Runner;

static void
clear_runner (Runner *self)
{
  g_clear_pointer (&self->program, trp_program_free);
  g_clear_pointer (&self->store, trp_store_unref);
  g_clear_pointer (&self->device, trp_device_unref);
  g_clear_pointer (&self->note, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Runner, clear_runner)

/* For contours, what is read is 1 - probability: of two sure labels both probabilities are 1 in
 * float, and which of them is surer would be lost. */
static TrpGraph *
build_graph (const TrpModel *model, const Runner *runner, bool b_to_a)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  TrpGraph *graph = trp_recipe_build_network (recipe, trp_recipe_get_net (recipe, b_to_a),
                                              runner->batch, runner->height, runner->width);
  TrpValue complement;

  if (trp_recipe_makes_contours (recipe))
    {
      complement = trp_graph_scale (graph, trp_graph_find (graph, "logits"), -1);
      complement = trp_graph_activation (graph, complement, TRP_ACTIVATION_SIGMOID, 0);
      trp_graph_output (graph, COMPLEMENT, complement);
    }
  return graph;
}

static size_t
count_bytes (const TrpGraph *graph, TrpDevice *device)
{
  g_autoptr (TrpPlan) plan = trp_plan_new (graph, trp_device_get_backend (device)->tensor_bytes,
                                           trp_device_peek_handle (device));

  return trp_plan_get_total_bytes (plan);
}

/* SIZE_MAX: unknown. */
static size_t
count_free (TrpDevice *device)
{
  TrpDeviceInfo info;
  size_t bytes;

  trp_device_get_info (device, &info);
  bytes = trp_device_is_host (device) ? trp_memory_get_available () : info.free_bytes;
  return bytes > 0 ? bytes : SIZE_MAX;
}

static void
refuse (
  const TrpModel *model, const TrpGraph *graph, bool was_tried, TrpDevice *device, GError **error)
{
  g_autofree char *total = g_format_size (count_bytes (graph, device));
  g_autofree char *there = g_format_size (count_free (device));
  const bool on_host = trp_device_is_host (device);
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               was_tried ? "%s needs %s of the memory%s%s, which could not be had although %s are "
                           "free; use a volume with smaller slices%s"
                         : "%s needs %s of the memory%s%s and %s are free; use a volume with "
                           "smaller slices%s",
               trp_model_get_name (model), total, on_host ? "" : " of ", on_host ? "" : info.name,
               there, on_host ? "" : " or the device cpu");
}

/* As many slices at a time as are sensible, halved until they fit: by the plan, and then in fact.
 */
static bool
make_program (Runner *self, const TrpModel *model, bool b_to_a, GError **error)
{
  const size_t there = count_free (self->device);
  const size_t limit = trp_device_is_host (self->device) ? MIN (there, LARGE_RUN) : there;

  for (;; self->batch /= 2)
    {
      g_autoptr (TrpGraph) graph = build_graph (model, self, b_to_a);
      g_autoptr (GError) local = NULL;
      size_t bytes;

      if (!trp_graph_check (graph, error))
        return false;
      bytes = count_bytes (graph, self->device);
      if (bytes > limit && self->batch > 1)
        continue;
      if (bytes > there)
        {
          refuse (model, graph, false, self->device, error);
          return false;
        }
      self->program = trp_program_new (g_steal_pointer (&graph), self->store, &local);
      if (self->program)
        return true;
      if (!g_error_matches (local, TRP_ERROR, TRP_ERROR_LIMIT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return false;
        }
      if (self->batch == 1)
        {
          graph = build_graph (model, self, b_to_a);
          refuse (model, graph, true, self->device, error);
          return false;
        }
    }
}

bool
trp_model_load_weights (const TrpModel *model, TrpStore *store, bool raw, GError **error)
{
  const TrpSafetensors *file = trp_model_peek_file (model);
  const TrpStored *first = trp_store_peek (store, 0);
  g_autofree char *average = g_strconcat ("ema.", first->name, NULL);

  if (trp_checkpoint_restore (store, file,
                              !raw && trp_safetensors_find (file, average) ? "ema." : NULL, error))
    return true;
  g_prefix_error (error, "%s: ", trp_model_get_name (model));
  return false;
}

static void
say (const TrpInferOptions *options, const char *sentence)
{
  if (options && options->say)
    options->say (sentence, options->data);
}

static bool
open_device (Runner *self, const char *name, const TrpInferOptions *options, GError **error)
{
  const TrpDeviceOptions device = { .precision = options ? options->precision
                                                         : TRP_PRECISION_DEFAULT,
                                    .deterministic = true };

  /* the recipe's threads were those of the machine it was trained on */
  self->device = trp_device_choose (name, &device, &self->note, error);
  if (self->device)
    self->store = trp_store_new (self->device);
  return self->device != NULL;
}

/* Where "auto" took a card on which not even one slice fits. Returns: whether it fits here. */
static bool
turn_to_cpu (Runner *self, const TrpModel *model, const TrpInferOptions *options, int batch)
{
  Runner other = *self;
  g_autofree char *cpu = NULL;
  TrpDeviceInfo info;

  trp_device_get_info (self->device, &info);
  other.device = NULL;
  other.store = NULL;
  other.program = NULL;
  other.note = NULL;
  other.batch = batch;
  if (!open_device (&other, "cpu", options, NULL) ||
      !make_program (&other, model, options && options->b_to_a, NULL))
    {
      clear_runner (&other);
      return false;
    }
  clear_runner (self);
  *self = other;
  cpu = g_steal_pointer (&self->note);
  self->note = g_strdup_printf ("%s: the memory of %s is too small for this", cpu, info.name);
  say (options, self->note);
  return true;
}

static bool
open_runner (Runner *self, const TrpModel *model, const TrpInferOptions *options, GError **error)
{
  const char *name = options && options->device ? options->device : "auto";
  const int batch = self->batch;
  g_autoptr (GError) refusal = NULL;

  if (!open_device (self, name, options, error))
    return false;
  say (options, self->note);
  if (make_program (self, model, options && options->b_to_a, &refusal) ||
      (strcmp (name, "auto") == 0 && !trp_device_is_host (self->device) &&
       g_error_matches (refusal, TRP_ERROR, TRP_ERROR_LIMIT) &&
       turn_to_cpu (self, model, options, batch)))
    return true;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return false;
}

static bool
init_runner (Runner *self,
             const TrpModel *model,
             const TrpFrame *frame,
             const TrpInferOptions *options,
             GError **error)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  const bool is_segmenter = trp_recipe_makes_contours (recipe);

  self->width = (int) frame->output.size[0];
  self->height = (int) frame->output.size[1];
  self->batch = (int) MIN (SLICES_PER_RUN, frame->output.size[2]);
  self->n_in = is_segmenter ? (int) trp_recipe_get_segmenter_channels (recipe)
                            : 2 * recipe->context + 1;
  self->n_out = is_segmenter ? (int) recipe->n_labels : 1;
  if (!open_runner (self, model, options, error) ||
      !trp_model_load_weights (model, self->store, options && options->raw, error))
    return false;
  self->input = trp_program_find (self->program, "x");
  self->output = trp_program_find (self->program, is_segmenter ? COMPLEMENT : "y");
  return true;
}

/* What to do about a device that failed at work. */
static bool
explain_failure (GError **error)
{
  g_autofree char *message = NULL;

  if (!error || !g_error_matches (*error, TRP_ERROR, TRP_ERROR_DEVICE))
    return false;
  message = g_strdup_printf ("%s; start Triptych again or choose the device cpu",
                             (*error)->message);
  g_clear_error (error);
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, message);
  return false;
}

/* @out: (nz, height, width, n_out). The last group of slices is filled up with repetitions of the
 * last slice. */
static bool
run_stack (Runner *self,
           const float *stack,
           const size_t size[3],
           const float *beside,
           size_t context,
           float *out,
           TrpProgress *progress,
           GError **error)
{
  const size_t n_pixels = size[0] * size[1], n_batch = (size_t) self->batch;
  g_autofree float *x = g_new (float, n_batch *n_pixels *(size_t) self->n_in);
  g_autofree float *y = g_new (float, n_batch *n_pixels *(size_t) self->n_out);

  for (size_t k = 0; k < size[2]; k += n_batch)
    {
      const size_t n = MIN (n_batch, size[2] - k);

      if (!trp_progress_step (progress, (double) k / (double) size[2], NULL, error))
        return false;
      for (size_t b = 0; b < n_batch; b++)
        trp_stack_copy_channels (stack, beside, size, MIN (k + b, size[2] - 1), context,
                                 x + b * n_pixels * (size_t) self->n_in);
      if (!trp_program_set (self->program, self->input, x, error) ||
          !trp_program_run (self->program, error) ||
          !trp_program_get (self->program, self->output, y, error))
        return explain_failure (error);
      memcpy (out + k * n_pixels * (size_t) self->n_out, y,
              n * n_pixels * (size_t) self->n_out * sizeof *y);
    }
  return trp_progress_step (progress, 1, NULL, error);
}

/* How a result was made; no patient's name and no path. */
static char *
make_provenance (const TrpModel *model,
                 const Runner *runner,
                 const char *modality,
                 const char *direction)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root_node = NULL;
  const struct
  {
    const char *key, *value;
  } members[] = {
    { "program", "triptych " TRP_VERSION },
    { "modality", modality },
    { "model", trp_model_get_name (model) },
    { "model_sha256", trp_model_get_hash (model) },
    { "direction", direction },
    { "device", runner->note },
  };

  json_builder_begin_object (builder);
  for (size_t n = 0; n < G_N_ELEMENTS (members); n++)
    if (members[n].value)
      {
        json_builder_set_member_name (builder, members[n].key);
        json_builder_add_string_value (builder, members[n].value);
      }
  json_builder_end_object (builder);
  root_node = json_builder_get_root (builder);
  return json_to_string (root_node, FALSE);
}

static float *
new_floats (size_t n, GError **error)
{
  float *values = g_try_new (float, n);

  if (!values)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is not enough memory for %zu voxels", n);
  return values;
}

/* What preprocessing makes of the volume: the volume itself where there are no steps. (transfer
 * full) */
static TrpVolume *
apply_steps (const TrpRecipe *recipe,
             TrpStepSide side,
             const TrpVolume *volume,
             TrpProgress *progress,
             GError **error)
{
  g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse (recipe->preprocessing[side], error);
  g_auto (TrpStepImage) made = { 0 };

  if (pipeline && trp_pipeline_get_n_steps (pipeline) == 0)
    return trp_volume_ref (volume);
  if (!pipeline ||
      !trp_pipeline_apply (pipeline, volume, NULL, side == TRP_STEPS_MR ? TRP_AIR_MR : TRP_AIR_HU,
                           TRP_PIPELINE_ALL, progress, &made, NULL, error))
    return NULL;
  return g_steal_pointer (&made.image);
}

/* The way back from all steps that change the grid: values on @seen's grid, which are taken, on
 * @volume's. (transfer full) */
static float *
undo_steps (
  float *values, const TrpVolume *seen, const TrpVolume *volume, double outside, GError **error)
{
  const TrpGeometry *from = trp_volume_get_geometry (seen), *to = trp_volume_get_geometry (volume);
  const size_t n = trp_geometry_count_voxels (from);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) result = NULL, back = NULL;
  float *own;

  if (seen == volume)
    return values;
  bytes = g_bytes_new_take (values, n * sizeof *values);
  result = trp_volume_new (from, TRP_VOXEL_F32, bytes, 1, 0, NULL, error);
  back = result ? trp_volume_resample (result, to, TRP_INTERPOLATION_LINEAR, outside, NULL, error)
                : NULL;
  own = back ? new_floats (trp_geometry_count_voxels (to), error) : NULL;
  if (own)
    trp_volume_copy_floats (back, 0, trp_geometry_count_voxels (to), own);
  return own;
}

/* The volume as the network sees it: (nz, height, width) in -1..1. */
static float *
prepare_stack (const TrpVolume *volume,
               const TrpIntensity *intensity,
               const TrpFrame *frame,
               GError **error)
{
  const size_t n_in = trp_geometry_count_voxels (&frame->input);
  const size_t n_out = trp_geometry_count_voxels (&frame->output);
  const TrpCurve curve = trp_intensity_fit (intensity, volume);
  g_autofree float *values = new_floats (n_in, error);
  g_autofree float *stack = values ? new_floats (n_out, error) : NULL;

  if (!stack)
    return NULL;
  trp_volume_copy_floats (volume, 0, n_in, values);
  trp_frame_apply (frame, values, (float) curve.value[0], stack);
  trp_curve_apply_floats (&curve, stack, n_out);
  return g_steal_pointer (&stack);
}

/* Whole numbers are what HU are stored as, but too coarse for a narrow range. */
static TrpVoxelType
choose_type (const TrpCurve *curve)
{
  const double low = curve->value[0], high = curve->value[curve->n - 1];

  return low >= INT16_MIN && high <= INT16_MAX && high - low >= NARROW_RANGE ? TRP_VOXEL_I16
                                                                             : TRP_VOXEL_F32;
}

static GBytes *
make_voxels (TrpVoxelType type, const float *values, size_t n, GError **error)
{
  const size_t size = n * (type == TRP_VOXEL_I16 ? sizeof (int16_t) : sizeof (float));
  void *voxels = g_try_malloc (size);

  if (!voxels)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is not enough memory for %zu voxels",
                   n);
      return NULL;
    }
  if (type == TRP_VOXEL_F32)
    memcpy (voxels, values, size);
  for (size_t i = 0; i < n && type == TRP_VOXEL_I16; i++)
    ((int16_t *) voxels)[i] = (int16_t) lrintf (CLAMP (values[i], INT16_MIN, INT16_MAX));
  return g_bytes_new_take (voxels, size);
}

static TrpVolume *
make_volume (const TrpVolume *source,
             const float *values,
             const TrpCurve *curve,
             const char *modality,
             char *provenance,
             GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (source);
  const size_t n = trp_geometry_count_voxels (geometry);
  const TrpVolumeInfo *origin = trp_volume_get_info (source);
  const bool is_ct = strcmp (modality, "SYNCT") == 0;
  const TrpVoxelType type = choose_type (curve);
  g_autoptr (GBytes) bytes = make_voxels (type, values, n, error);
  TrpVolumeInfo info = { .file_type = (char *) (type == TRP_VOXEL_I16 ? "int16" : "float32"),
                         .modality = is_ct ? TRP_MODALITY_SYNCT : TRP_MODALITY_MR,
                         .unit = (char *) (is_ct ? "HU" : "a.u."),
                         .frame_of_reference = origin->frame_of_reference,
                         .patient_id = origin->patient_id,
                         .patient_name = origin->patient_name,
                         .description = (char *) (is_ct ? "SynCT" : "SynMR"),
                         .provenance = provenance,
                         .n_frames = 1,
                         .file_slope = 1 };

  return bytes ? trp_volume_new (geometry, type, bytes, 1, 0, &info, error) : NULL;
}

static bool
check_makes (const TrpModel *model, bool contours, GError **error)
{
  if (trp_recipe_makes_contours (trp_model_get_recipe (model)) == contours)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, "The model %s %s",
               trp_model_get_name (model),
               contours ? "makes images, not contours; use synthesize"
                        : "makes contours, not images; use segment");
  return false;
}

/* Files of one generator know one way only. */
static bool
check_direction (const TrpModel *model, bool b_to_a, GError **error)
{
  if (trp_model_has_network (model, trp_recipe_get_net (trp_model_get_recipe (model), b_to_a)))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "The model %s has no network that makes %s; the other direction may be there",
               trp_model_get_name (model), b_to_a ? "MR from CT" : "CT from MR");
  return false;
}

/* MR has no unit of its own: a synthetic one is 0 to 1000. */
static TrpCurve
output_curve (const TrpIntensity *intensity)
{
  return intensity->kind == TRP_INTENSITY_CURVE ? intensity->curve : trp_curve_window (0, 1000);
}

TrpVolume *
trp_model_synthesize (const TrpModel *self,
                      const TrpVolume *volume,
                      const TrpInferOptions *options,
                      TrpProgress *progress,
                      GError **error)
{
  const TrpRecipe *recipe = trp_model_get_recipe (self);
  const bool b_to_a = options && options->b_to_a;
  const TrpIntensity *from = b_to_a ? &recipe->ct : &recipe->mr,
                     *to = b_to_a ? &recipe->mr : &recipe->ct;
  const TrpCurve curve = output_curve (to);
  const char *modality = b_to_a ? "SYNMR" : "SYNCT";
  g_auto (Runner) runner = { 0 };
  g_autofree float *stack = NULL, *values = NULL, *apart = NULL;
  float *output;
  g_autofree char *provenance = NULL;
  g_autoptr (TrpVolume) seen = NULL;
  TrpProgress first = trp_progress_part (progress, 0, SHARE_OF_STEPS);
  TrpProgress second;
  TrpFrame frame;

  if (!check_makes (self, false, error) || !check_direction (self, b_to_a, error) ||
      !(seen = apply_steps (recipe, b_to_a ? TRP_STEPS_CT : TRP_STEPS_MR, volume, &first, error)) ||
      !trp_infer_frame (&frame, trp_volume_get_geometry (seen), recipe, error) ||
      !init_runner (&runner, self, &frame, options, error))
    return NULL;
  second = trp_progress_part (progress, seen == volume ? 0 : SHARE_OF_STEPS, 1);
  stack = prepare_stack (seen, from, &frame, error);
  values = stack ? new_floats (trp_geometry_count_voxels (&frame.input), error) : NULL;
  if (values && recipe->context > 0) /* slices are read again as neighbours */
    apart = new_floats (trp_geometry_count_voxels (&frame.output), error);
  output = recipe->context > 0 ? apart : stack;
  if (!values || !output ||
      !run_stack (&runner, stack, frame.output.size, NULL, (size_t) recipe->context, output,
                  &second, error))
    return NULL;
  trp_curve_invert_floats (&curve, output, trp_geometry_count_voxels (&frame.output));
  trp_frame_undo (&frame, output, (float) curve.value[0], values);
  values = undo_steps (g_steal_pointer (&values), seen, volume,
                       b_to_a ? curve.value[0] : TRP_AIR_HU, error);
  if (!values)
    return NULL;
  provenance = make_provenance (self, &runner, modality, b_to_a ? "b2a" : "a2b");
  return make_volume (volume, values, &curve, modality, provenance, error);
}

/* Every voxel's best label so far, and 1 - its probability. */
typedef struct
{
  const float *map; /* of @label */
  uint16_t label;
  float *least;
  uint16_t *labels;
} Vote;

static void
vote (size_t begin, size_t end, void *data)
{
  const Vote *self = data;

  for (size_t i = begin; i < end; i++)
    if (self->map[i] < self->least[i])
      {
        self->least[i] = self->map[i];
        self->labels[i] = self->label;
      }
}

/* Labels 1 to @n_labels from 1 - probabilities (nz, height, width, n_labels), each brought back to
 * the input's grid alone, so that memory does not grow with their number. (transfer full) */
static uint16_t *
choose_labels (const TrpFrame *frame,
               const TrpVolume *seen,
               const TrpVolume *volume,
               const float *output,
               size_t n_labels,
               GError **error)
{
  const size_t n_stack = trp_geometry_count_voxels (&frame->output);
  const size_t n_voxels = trp_geometry_count_voxels (trp_volume_get_geometry (volume));
  g_autofree float *one = new_floats (n_stack, error);
  g_autofree float *map = NULL;
  g_autofree float *least = one ? new_floats (n_voxels, error) : NULL;
  g_autofree uint16_t *labels = NULL;

  if (!least)
    return NULL;
  labels = g_new0 (uint16_t, n_voxels);
  for (size_t i = 0; i < n_voxels; i++)
    least[i] = 0.5F;
  for (size_t n = 0; n < n_labels; n++)
    {
      Vote job = { NULL, (uint16_t) (n + 1), least, labels };

      if (!map && !(map = new_floats (trp_geometry_count_voxels (&frame->input), error)))
        return NULL;
      for (size_t i = 0; i < n_stack; i++)
        one[i] = output[i * n_labels + n];
      trp_frame_undo (frame, one, 1, map);
      map = undo_steps (g_steal_pointer (&map), seen, volume, 1, error);
      if (!map)
        return NULL;
      job.map = map;
      trp_parallel_for (n_voxels, (size_t) 1 << 16, vote, &job);
      if (seen != volume)
        g_clear_pointer (&map, g_free); /* it has the size of another grid */
    }
  return g_steal_pointer (&labels);
}

static TrpStructureSet *
make_set (const TrpModel *model,
          const TrpVolume *volume,
          const uint16_t *values,
          int slice_axis,
          const char *provenance,
          GError **error)
{
  GPtrArray *labels = trp_model_peek_labels (model);
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  g_autoptr (TrpStructureSet)
    set = trp_structure_set_new (trp_model_get_name (model), trp_volume_get_geometry (volume));

  trp_structure_set_set_frame_of_reference (set, info->frame_of_reference);
  trp_structure_set_set_patient_id (set, info->patient_id);
  for (guint n = 0; n < labels->len; n++)
    {
      const TrpModelLabel *label = labels->pdata[n];
      TrpMask *mask = trp_mask_new_from_labels (trp_volume_get_geometry (volume), values,
                                                (uint16_t) (n + 1));
      const bool is_clean = trp_postprocess_clean (trp_model_get_recipe (model), mask, slice_axis,
                                                   error);
      g_autoptr (TrpStructure) structure = trp_structure_new (label->name, label->color, mask);

      if (!is_clean)
        return NULL;
      trp_structure_set_label (structure, (uint16_t) label->value);
      trp_structure_set_origin (structure, TRP_ORIGIN_AUTOMATIC);
      trp_structure_set_provenance (structure, provenance);
      trp_structure_set_append (set, structure);
    }
  return g_steal_pointer (&set);
}

/* The second image as the network sees it, on the grid of the first. */
static float *
prepare_second (const TrpRecipe *recipe,
                const TrpVolume *seen,
                const TrpVolume *second,
                const TrpFrame *frame,
                GError **error)
{
  const TrpStepSide side = trp_recipe_get_second_side (recipe);
  g_autoptr (TrpVolume) made = apply_steps (recipe, side, second, NULL, error);
  g_autoptr (TrpVolume) onto = NULL;

  if (made)
    onto = trp_second_image_match (made, seen, side == TRP_STEPS_MR ? TRP_AIR_MR : TRP_AIR_HU,
                                   error);
  return onto ? prepare_stack (onto, trp_recipe_get_second_intensity (recipe), frame, error) : NULL;
}

TrpStructureSet *
trp_model_segment (const TrpModel *self,
                   const TrpVolume *volume,
                   const TrpInferOptions *options,
                   TrpProgress *progress,
                   GError **error)
{
  const TrpRecipe *recipe = trp_model_get_recipe (self);
  g_auto (Runner) runner = { 0 };
  const bool recipe_has_second = trp_recipe_has_second (recipe);
  g_autofree float *stack = NULL, *beside = NULL, *output = NULL;
  g_autofree uint16_t *labels = NULL;
  g_autofree char *provenance = NULL;
  g_autoptr (TrpVolume) seen = NULL;
  TrpProgress first = trp_progress_part (progress, 0, SHARE_OF_STEPS);
  TrpProgress second;
  TrpFrame frame;

  if (!check_makes (self, true, error) ||
      !trp_second_image_check (self, volume, options ? options->second : NULL, error) ||
      !(seen = apply_steps (recipe, trp_recipe_get_source_side (recipe), volume, &first, error)) ||
      !trp_infer_frame (&frame, trp_volume_get_geometry (seen), recipe, error) ||
      !init_runner (&runner, self, &frame, options, error))
    return NULL;
  second = trp_progress_part (progress, seen == volume ? 0 : SHARE_OF_STEPS, 1);
  stack = prepare_stack (seen, trp_recipe_get_source_intensity (recipe), &frame, error);
  output = stack ? new_floats (trp_geometry_count_voxels (&frame.output) * recipe->n_labels, error)
                 : NULL;
  if (!output ||
      (recipe_has_second &&
       !(beside = prepare_second (recipe, seen, options->second, &frame, error))) ||
      !run_stack (&runner, stack, frame.output.size, beside, (size_t) recipe->context, output,
                  &second, error))
    return NULL;
  trp_postprocess_smooth (recipe, stack, beside, frame.output.size, recipe->n_labels, output);
  if (!(labels = choose_labels (&frame, seen, volume, output, recipe->n_labels, error)))
    return NULL;
  provenance = make_provenance (self, &runner, NULL, NULL);
  return make_set (self, volume, labels, frame.axis[2], provenance, error);
}

bool
trp_infer_frame (TrpFrame *out_frame,
                 const TrpGeometry *geometry,
                 const TrpRecipe *recipe,
                 GError **error)
{
  const size_t multiple = trp_recipe_get_multiple (recipe);
  /* samples were smaller patches where this is not the slices' own size */
  const size_t trained = ((size_t) recipe->size + multiple - 1) / multiple * multiple;
  size_t size[2];

  if (trp_recipe_makes_contours (recipe) && !recipe->whole_view)
    return trp_frame_init (out_frame, geometry, recipe->spacing, trained, trained, multiple, error);
  if (!trp_frame_init (out_frame, geometry, recipe->spacing, 0, 0, multiple, error))
    return false;
  for (int axis = 0; axis < 2; axis++)
    size[axis] = MAX (out_frame->output.size[axis], trained);
  return trp_frame_init (out_frame, geometry, recipe->spacing, size[0], size[1], multiple, error);
}
