/* case-preview.c - see case-preview.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/case-preview.h"

#include "core/draw/slice.h"
#include "core/geometry/raster.h"
#include "core/image/window-level.h"
#include "core/io/format.h"
#include "core/method/augment.h"
#include "core/method/dataset-steps.h"
#include "core/method/preprocess/frame.h"

#include <string.h>

/**
 * Stage:
 * @greys: uint8 on the stage's grid
 */
typedef struct
{
  char *step;
  char *note;
  TrpVolume *greys;
} Stage;

/**
 * TrpCasePreview:
 * @stack: the network's values, on the grid @frame.output
 * @raster: of one pixel, about the middle of the first stage; its scale fits that stage
 */
struct _TrpCasePreview
{
  GArray *stages; /* Stage */
  TrpFrame frame;
  float *stack;
  TrpAugment augment;
  size_t sample_side;
  TrpVec3 center_lps;
  double extent_mm;
};

static void
clear_stage (void *data)
{
  Stage *stage = data;

  g_free (stage->step);
  g_free (stage->note);
  g_clear_pointer (&stage->greys, trp_volume_unref);
}

void
trp_case_preview_free (TrpCasePreview *self)
{
  if (!self)
    return;
  g_array_unref (self->stages);
  g_free (self->stack);
  g_free (self);
}

/* ---- making ---- */

static uint8_t *
try_greys (size_t n, GError **error)
{
  uint8_t *greys = g_try_malloc (n);

  if (!greys)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is no memory for %.0f MiB to look at",
                 (double) n / 1048576);
  return greys;
}

static bool
add_stage (TrpCasePreview *self,
           char *step,
           char *note,
           const TrpGeometry *geometry,
           uint8_t *greys,
           GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (greys, trp_geometry_count_voxels (geometry));
  const Stage stage = { step, note,
                        trp_volume_new (geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, error) };

  g_array_append_val (self->stages, stage);
  return stage.greys != NULL;
}

static bool
add_volume (TrpCasePreview *self, char *step, char *note, const TrpVolume *volume, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const size_t n = trp_geometry_count_voxels (geometry);
  const TrpWindow window = trp_window_get_default (volume);
  uint8_t *greys = try_greys (n, error);

  for (size_t start = 0; greys && start < n; start += 4096)
    {
      float values[4096];
      const size_t n_part = MIN (n - start, 4096);

      trp_volume_copy_floats (volume, start, n_part, values);
      for (size_t i = 0; i < n_part; i++)
        greys[start + i] = trp_window_apply (&window, (double) values[i]);
    }
  if (greys)
    return add_stage (self, step, note, geometry, greys, error);
  g_free (step);
  g_free (note);
  return false;
}

static char *
dup_size_note (const TrpGeometry *geometry)
{
  return g_strdup_printf (
    "%zu \u00d7 %zu \u00d7 %zu, %.3g \u00d7 %.3g \u00d7 %.3g mm", geometry->size[0],
    geometry->size[1], geometry->size[2], trp_geometry_get_spacing (geometry, 0),
    trp_geometry_get_spacing (geometry, 1), trp_geometry_get_spacing (geometry, 2));
}

static bool
add_step (void *data, const TrpStepReport *report, const TrpVolume *image, GError **error)
{
  return add_volume (data, g_strdup (report->text), g_strdup (report->note), image, error);
}

/* The last stage's values, kept for samples, and their greys. */
static bool
add_network (TrpCasePreview *self,
             const TrpRecipe *recipe,
             const TrpCurve *curve,
             const TrpVolume *image,
             GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (image);
  const size_t side = (size_t) recipe->size, n_in = trp_geometry_count_voxels (geometry);
  g_autofree float *values = NULL;
  uint8_t *greys;
  size_t n_out;

  if (!trp_frame_init (&self->frame, geometry, recipe->spacing, side, side, 1, error))
    return false;
  n_out = trp_geometry_count_voxels (&self->frame.output);
  values = g_try_new (float, n_in);
  self->stack = g_try_new (float, n_out);
  greys = values && self->stack ? try_greys (n_out, error) : NULL;
  if (!greys)
    {
      if (error && !*error)
        g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                             "There is no memory to look at this case");
      return false;
    }
  trp_volume_copy_floats (image, 0, n_in, values);
  trp_frame_apply (&self->frame, values, (float) curve->value[0], self->stack);
  trp_curve_apply_floats (curve, self->stack, n_out);
  for (size_t i = 0; i < n_out; i++)
    greys[i] = (uint8_t) CLAMP (127.5F * (self->stack[i] + 1) + 0.5F, 0, 255);
  return add_stage (self, NULL, dup_size_note (&self->frame.output), &self->frame.output, greys,
                    error);
}

static void
set_view (TrpCasePreview *self, const TrpGeometry *geometry)
{
  const TrpVec3 center = trp_geometry_get_center (geometry);
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, center, false);

  self->center_lps = center;
  self->extent_mm = trp_raster_get_fit (&plane, geometry, 1, 1);
}

static bool
make (TrpCasePreview *self,
      const TrpRecipe *recipe,
      const TrpDataList *list,
      size_t index,
      TrpDataRole role,
      TrpProgress *progress,
      GError **error)
{
  const TrpDataRow *row = trp_data_list_get (list, index);
  const bool is_mr = role == TRP_DATA_MR || role == TRP_DATA_SYNMR;
  const char *text = recipe->preprocessing[is_mr ? TRP_STEPS_MR : TRP_STEPS_CT];
  TrpProgress learning = trp_progress_part (progress, 0, 0.5);
  TrpProgress doing = trp_progress_part (progress, 0.5, 1);
  g_autoptr (TrpPipeline) steps = trp_dataset_steps_new (text, list, role, &learning, error);
  g_autoptr (TrpVolume) image = steps ? trp_volume_load (row->paths[role], NULL, error) : NULL;
  g_autoptr (TrpVolume) labels = NULL;
  g_autoptr (GPtrArray)
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_step_report_free);
  const TrpDatasetWatch watch = { .step = add_step, .data = self };
  TrpCurve curve;

  if (!image)
    return false;
  set_view (self, trp_volume_get_geometry (image));
  if (!add_volume (self, NULL, dup_size_note (trp_volume_get_geometry (image)), image, error))
    return false;
  return trp_dataset_steps_prepare (steps, row, role, is_mr ? &recipe->mr : &recipe->ct, &watch,
                                    &image, &labels, &doing, reports, &curve, error) &&
         add_network (self, recipe, &curve, image, error);
}

TrpCasePreview *
trp_case_preview_new (const TrpRecipe *recipe,
                      const TrpDataList *list,
                      size_t index,
                      TrpDataRole role,
                      TrpProgress *progress,
                      GError **error)
{
  g_autoptr (TrpCasePreview) self = g_new0 (TrpCasePreview, 1);

  self->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (self->stages, clear_stage);
  self->augment = recipe->augment;
  self->sample_side = (size_t) (recipe->patch > 0 ? recipe->patch : recipe->size);
  return make (self, recipe, list, index, role, progress, error) ? g_steal_pointer (&self) : NULL;
}

/* ---- looking ---- */

static const Stage *
get_stage (const TrpCasePreview *self, size_t stage)
{
  g_return_val_if_fail (stage < self->stages->len, NULL);
  return &g_array_index (self->stages, Stage, stage);
}

size_t
trp_case_preview_get_n_stages (const TrpCasePreview *self)
{
  return self->stages->len;
}

const char *
trp_case_preview_get_step (const TrpCasePreview *self, size_t stage)
{
  return get_stage (self, stage)->step;
}

const char *
trp_case_preview_get_note (const TrpCasePreview *self, size_t stage)
{
  return get_stage (self, stage)->note;
}

size_t
trp_case_preview_get_n_slices (const TrpCasePreview *self)
{
  return self->frame.output.size[2];
}

static TrpVec3
get_middle (const TrpCasePreview *self, size_t slice)
{
  const size_t *size = self->frame.output.size;

  return trp_geometry_lps_from_ijk (
    &self->frame.output,
    trp_vec3 (0.5 * (double) (size[0] - 1), 0.5 * (double) (size[1] - 1), (double) slice));
}

double
trp_case_preview_get_position (const TrpCasePreview *self, size_t slice)
{
  return get_middle (self, slice).v[2];
}

void
trp_case_preview_draw (
  const TrpCasePreview *self, size_t stage, size_t slice, size_t side, uint8_t *out_grey)
{
  static const TrpWindow all = { .width = 255, .level = 127.5, .exact = true };
  const TrpVolume *volume = get_stage (self, stage)->greys;
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const TrpVec3 point = trp_vec3 (self->center_lps.v[0], self->center_lps.v[1],
                                  trp_case_preview_get_position (self, slice));
  const TrpPlane plane = trp_plane_for_geometry (geometry, TRP_ORIENTATION_AXIAL, point, false);
  const TrpRaster raster = trp_raster_new (&plane, side, side, self->extent_mm / (double) side,
                                           point);
  const bool is_last = stage + 1 == self->stages->len;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) side,
                                                         (int) side);
  cairo_t *cr = cairo_create (surface);
  const uint8_t *pixels;

  trp_slice_draw (cr, volume, &plane, &raster, &all,
                  is_last ? TRP_INTERPOLATION_NEAREST : TRP_INTERPOLATION_LINEAR);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  pixels = cairo_image_surface_get_data (surface);
  for (size_t y = 0; y < side; y++)
    for (size_t x = 0; x < side; x++)
      out_grey[y * side + x] =
        pixels[y * (size_t) cairo_image_surface_get_stride (surface) + 4 * x];
  cairo_surface_destroy (surface);
}

size_t
trp_case_preview_get_sample_side (const TrpCasePreview *self)
{
  return self->sample_side;
}

void
trp_case_preview_draw_sample (const TrpCasePreview *self,
                              size_t slice,
                              uint64_t draw,
                              uint8_t *out_grey)
{
  const size_t *size = self->frame.output.size;
  const size_t out_size[2] = { self->sample_side, self->sample_side };
  const TrpAugmentDraw how = trp_augment_draw (&self->augment, draw, slice, 0, size, out_size);
  g_autofree float *values = g_new (float, out_size[0] * out_size[1]);

  trp_augment_image (&how, self->stack + slice * size[0] * size[1], size, out_size, -1, 0, 1,
                     values);
  for (size_t i = 0; i < out_size[0] * out_size[1]; i++)
    out_grey[i] = (uint8_t) CLAMP (127.5F * (values[i] + 1) + 0.5F, 0, 255);
}
