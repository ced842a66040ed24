/* dataset.c - see dataset.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/dataset-items.h"

#include "core/io/format.h"
#include "core/io/nifti.h"
#include "core/method/dataset-steps.h"
#include "core/method/outline.h"
#include "core/method/second-image.h"

#include <string.h>
#include <zlib.h>

#define BODY_ABOVE -0.9f /* network value */

static void
free_item (void *data)
{
  TrpDatasetItem *item = data;

  g_free (item->name);
  g_free (item->stack);
  g_free (item->second);
  g_free (item->labels);
  g_free (item->bodies);
  g_free (item);
}

static void
free_left_out (void *data)
{
  TrpLeftOut *left_out = data;

  g_free (left_out->name);
  g_free (left_out->why);
  g_free (left_out);
}

TrpDataset *
trp_dataset_new (const TrpDatasetSpec *spec)
{
  TrpDataset *self = g_atomic_rc_box_new0 (TrpDataset);

  self->spec = *spec;
  self->spec.steps = NULL;
  self->spec.second_steps = NULL;
  self->left_out = g_ptr_array_new_with_free_func (free_left_out);
  self->items = g_ptr_array_new_with_free_func (free_item);
  self->slices = g_array_new (FALSE, FALSE, sizeof (TrpDatasetSlice));
  for (int n = 0; n < 256; n++)
    self->mirror[n] = (uint8_t) n;
  return self;
}

TrpDataset *
trp_dataset_ref (TrpDataset *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_dataset (void *data)
{
  TrpDataset *self = data;

  trp_pipeline_free (self->steps);
  trp_pipeline_free (self->second_steps);
  g_ptr_array_unref (self->left_out);
  g_ptr_array_unref (self->items);
  g_array_unref (self->slices);
}

void
trp_dataset_unref (TrpDataset *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_dataset);
}

/* --- filling --- */

static void *
try_alloc (size_t n, size_t size, GError **error)
{
  void *memory = g_try_malloc_n (n, size);

  if (!memory)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                 "There is no memory for %.0f MiB of training images",
                 (double) n * (double) size / 1048576);
  return memory;
}

static float *
make_stack (const TrpFrame *frame, const TrpCurve *curve, const TrpVolume *image, GError **error)
{
  const size_t n_in = trp_geometry_count_voxels (&frame->input);
  const size_t n_out = trp_geometry_count_voxels (&frame->output);
  g_autofree float *values = try_alloc (n_in, sizeof *values, error);
  float *stack;

  if (!values)
    return NULL;
  stack = try_alloc (n_out, sizeof *stack, error);
  if (!stack)
    return NULL;
  trp_volume_copy_floats (image, 0, n_in, values);
  trp_frame_apply (frame, values, (float) curve->value[0], stack);
  trp_curve_apply_floats (curve, stack, n_out);
  return stack;
}

static bool
read_labels (const TrpVolume *labels, uint8_t *out_values, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (labels));

  for (size_t start = 0; start < n; start += 4096)
    {
      float values[4096];
      const size_t n_part = MIN (n - start, 4096);

      trp_volume_copy_floats (labels, start, n_part, values);
      for (size_t i = 0; i < n_part; i++)
        {
          if (!(values[i] >= 0 && values[i] <= 255 && values[i] == floorf (values[i])))
            {
              g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                           "The structures hold the value %g, which is no label from 0 to 255",
                           (double) values[i]);
              return false;
            }
          out_values[start + i] = (uint8_t) values[i];
        }
    }
  return true;
}

static uint8_t *
make_labels (const TrpFrame *frame, const TrpVolume *labels, GError **error)
{
  g_autofree uint8_t *values = try_alloc (trp_geometry_count_voxels (&frame->input), 1, error);
  g_autofree uint8_t *stack = try_alloc (trp_geometry_count_voxels (&frame->output), 1, error);

  if (!values || !stack || !read_labels (labels, values, error))
    return NULL;
  trp_frame_apply_labels (frame, values, stack);
  return g_steal_pointer (&stack);
}

static void
note_left_out (TrpDataset *self, const char *name, size_t n_slices, size_t n_all, char *why)
{
  const TrpLeftOut left_out = { g_strdup (name), n_slices, n_all, why };

  g_ptr_array_add (self->left_out, g_memdup2 (&left_out, sizeof left_out));
}

static void
list_slices (TrpDataset *self, const TrpDatasetItem *item)
{
  const size_t *size = item->frame.output.size, n_pixels = size[0] * size[1];
  const guint n_before = self->slices->len;

  for (size_t k = 0; k < size[2]; k++)
    {
      const TrpDatasetSlice slice = { self->items->len, k };
      size_t n_body = 0;

      for (size_t n = 0; n < n_pixels; n++)
        n_body += item->stack[n_pixels * k + n] > BODY_ABOVE;
      if ((double) n_body < self->spec.body_fraction * (double) n_pixels)
        continue;
      g_array_append_val (self->slices, slice);
      for (size_t n = 0; n < n_pixels && item->labels; n++)
        self->has_label[item->labels[n_pixels * k + n]] = true;
    }
  if (self->slices->len - n_before < size[2])
    note_left_out (self, item->name, size[2] - (self->slices->len - n_before), size[2],
                   g_strdup_printf ("less than %g %% of body", 100 * self->spec.body_fraction));
}

static float *
make_second (const TrpFrame *frame, const TrpCurve *curve, const TrpVolume *second, GError **error)
{
  if (trp_geometry_check_equal (&frame->input, trp_volume_get_geometry (second), error))
    return make_stack (frame, curve, second, error);
  g_prefix_error (error, "The second image: ");
  return NULL;
}

static size_t
count_pixel_bytes (const TrpDatasetSpec *spec)
{
  return (spec->has_second ? 2 : 1) * sizeof (float) + (spec->n_labels ? 1 : 0);
}

/* @curves: of the image and of the second one */
static bool
add_item (TrpDataset *self,
          const char *name,
          const TrpVolume *image,
          const TrpVolume *labels,
          const TrpVolume *second,
          const TrpCurve curves[2],
          GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (image);
  const TrpDatasetSpec *spec = &self->spec;
  TrpDatasetItem *item = g_new0 (TrpDatasetItem, 1);
  bool done;

  g_return_val_if_fail (spec->n_labels == 0 || labels, false);
  g_return_val_if_fail (spec->has_second == (second != NULL), false);
  item->name = g_strdup (name);
  item->curve = curves[0];
  done = trp_frame_init (&item->frame, geometry, spec->spacing, spec->size, spec->size, 1, error) &&
         (!labels ||
          trp_geometry_check_equal (geometry, trp_volume_get_geometry (labels), error)) &&
         (item->stack = make_stack (&item->frame, &item->curve, image, error)) &&
         (!labels || (item->labels = make_labels (&item->frame, labels, error))) &&
         (!second || (item->second = make_second (&item->frame, &curves[1], second, error)));
  if (!done)
    {
      free_item (item);
      return false;
    }
  self->bytes += trp_geometry_count_voxels (&item->frame.output) * count_pixel_bytes (spec);
  list_slices (self, item);
  g_ptr_array_add (self->items, item);
  return true;
}

bool
trp_dataset_add (TrpDataset *self,
                 const char *name,
                 const TrpVolume *image,
                 const TrpVolume *labels,
                 const TrpVolume *second,
                 GError **error)
{
  TrpCurve curves[2] = { trp_intensity_fit (&self->spec.intensity, image) };

  if (second)
    curves[1] = trp_intensity_fit (&self->spec.second_intensity, second);
  return add_item (self, name, image, labels, second, curves, error);
}

/* --- from a data list --- */

/* Slices that the list leaves out are no centre slices; as context they stay. */
static void
drop_left_out (TrpDataset *self, const TrpDataRow *row, const TrpGeometry *file)
{
  const size_t item = self->items->len - 1;
  const TrpFrame *frame = &((TrpDatasetItem *) self->items->pdata[item])->frame;
  const int axis = trp_frame_find_slice_axis (file);
  const guint n_before = self->slices->len;

  for (guint n = self->slices->len; row->left_out && n-- > 0;)
    {
      const TrpDatasetSlice *slice = &g_array_index (self->slices, TrpDatasetSlice, n);
      const TrpVec3 middle = trp_vec3 (0.5 * (double) (frame->output.size[0] - 1),
                                       0.5 * (double) (frame->output.size[1] - 1),
                                       (double) slice->k);
      double k;

      if (slice->item != item)
        break;
      k = round (
        trp_geometry_ijk_from_lps (file, trp_geometry_lps_from_ijk (&frame->output, middle))
          .v[axis]);
      if (k >= 0 && trp_data_row_leaves_out (row, (size_t) k))
        g_array_remove_index (self->slices, n);
    }
  if (self->slices->len < n_before)
    note_left_out (self, row->name, n_before - self->slices->len, frame->output.size[2],
                   g_strdup ("named by the data list"));
}

/* @reports: (element-type TrpStepReport) */
static void
note_slices_cut (TrpDataset *self, const TrpDataRow *row, const GPtrArray *reports)
{
  for (guint n = 0; n < reports->len; n++)
    {
      const TrpStepReport *report = reports->pdata[n];

      if (report->selects_slices && report->after[2] < report->before[2])
        note_left_out (self, row->name, report->before[2] - report->after[2], report->before[2],
                       g_strdup_printf ("%s: %s", report->text, report->note));
    }
}

/* As the file has it; it must lie on the grid of the first. (transfer full) */
static TrpVolume *
load_second (const TrpDataset *self, const TrpDataRow *row, const TrpVolume *image, GError **error)
{
  const TrpDataRole role = self->spec.second;
  g_autoptr (TrpVolume) second = NULL;

  if (!row->paths[role])
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "there is no file in the column \"%s\"",
                   trp_data_role_get_name (role));
      return NULL;
    }
  second = trp_volume_load (row->paths[role], NULL, error);
  if (!second)
    return NULL;
  if (trp_geometry_check_equal (trp_volume_get_geometry (image), trp_volume_get_geometry (second),
                                error))
    return g_steal_pointer (&second);
  g_prefix_error (error, "The image in the column \"%s\": ", trp_data_role_get_name (role));
  return NULL;
}

static bool
match_second (const TrpDataset *self, const TrpVolume *image, TrpVolume **io_second, GError **error)
{
  TrpVolume *onto = trp_second_image_match (*io_second, image,
                                            trp_dataset_steps_get_air (self->spec.second), error);

  if (!onto)
    return false;
  trp_volume_unref (*io_second);
  *io_second = onto;
  return true;
}

/* Through its own steps, and onto the grid that the first image's lead to: all slices, as in use.
 */
static bool
prepare_second (const TrpDataset *self,
                const TrpDataRow *row,
                const TrpVolume *image,
                TrpVolume **io_second,
                GError **error)
{
  const TrpDataRole role = self->spec.second;
  g_autoptr (GPtrArray)
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_step_report_free);
  g_autoptr (TrpPipeline)
    steps = trp_pipeline_dup_part (self->second_steps ? self->second_steps : self->steps, false);
  TrpVolume *none = NULL;

  return trp_dataset_steps_apply (steps, row, role, io_second, &none, NULL, reports, error) &&
         match_second (self, image, io_second, error);
}

typedef struct
{
  const TrpDataset *dataset;
  const TrpDataRow *row;
  TrpVolume **io_second;
  TrpCurve *out_curve;
} Second;

static bool
fit_second (void *data, const TrpVolume *image, GError **error)
{
  const Second *self = data;

  if (!*self->io_second)
    return true;
  if (!prepare_second (self->dataset, self->row, image, self->io_second, error))
    return false;
  *self->out_curve = trp_intensity_fit (&self->dataset->spec.second_intensity, *self->io_second);
  return true;
}

static bool
prepare_row (TrpDataset *self,
             const TrpDataRow *row,
             TrpDataRole role,
             TrpVolume **io_image,
             TrpVolume **io_labels,
             TrpVolume **io_second,
             TrpCurve out_curves[2],
             GError **error)
{
  Second second = { self, row, io_second, &out_curves[1] };
  const TrpDatasetWatch watch = { .whole = fit_second, .data = &second };
  g_autoptr (GPtrArray)
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_step_report_free);

  if (!trp_dataset_steps_prepare (self->steps, row, role, &self->spec.intensity, &watch, io_image,
                                  io_labels, NULL, reports, &out_curves[0], error))
    return false;
  note_slices_cut (self, row, reports);
  return !*io_second || match_second (self, *io_image, io_second, error);
}

static bool
add_row (TrpDataset *self, const TrpDataRow *row, TrpDataRole role, GError **error)
{
  const char *labels_path = row->paths[trp_data_role_get_structures (role)];
  g_autoptr (TrpVolume) image = NULL;
  g_autoptr (TrpVolume) labels = NULL;
  g_autoptr (TrpVolume) second = NULL;
  TrpCurve curves[2] = { 0 };
  TrpGeometry file;

  if (self->spec.n_labels && !labels_path)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "there is no file in the column \"%s\"",
                   trp_data_role_get_name (trp_data_role_get_structures (role)));
      return false;
    }
  image = trp_volume_load (row->paths[role], NULL, error);
  if (!image)
    return false;
  if (self->spec.n_labels && !(labels = trp_volume_load (labels_path, NULL, error)))
    return false;
  if (self->spec.has_second && !(second = load_second (self, row, image, error)))
    return false;
  file = *trp_volume_get_geometry (image);
  if (!prepare_row (self, row, role, &image, &labels, &second, curves, error) ||
      !add_item (self, row->name, image, self->spec.n_labels ? labels : NULL, second, curves,
                 error))
    return false;
  drop_left_out (self, row, &file);
  return true;
}

static bool
check_any (size_t n, TrpDataRole role, GError **error)
{
  if (n)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "No case of the list has a file in the column \"%s\"",
               trp_data_role_get_name (role));
  return false;
}

/* A label that never occurs would be learnt as "nothing anywhere" without a word. */
static bool
check_labels (const TrpDataset *self, GError **error)
{
  for (size_t n = 0; n < self->spec.n_labels; n++)
    if (!self->has_label[self->spec.labels[n]])
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                     "No slice of the list holds the label %d, so it cannot be learnt",
                     self->spec.labels[n]);
        return false;
      }
  return true;
}

TrpDataset *
trp_dataset_load (const TrpDataList *list,
                  TrpDataRole role,
                  const TrpDatasetSpec *spec,
                  TrpProgress *progress,
                  GError **error)
{
  g_autoptr (TrpDataset) self = trp_dataset_new (spec);
  const size_t n_rows = trp_data_list_get_size (list);

  if (!check_any (trp_data_list_count (list, role), role, error))
    return NULL;
  self->steps = trp_dataset_steps_new (spec->steps, list, role, progress, error);
  if (!self->steps)
    return NULL;
  if (spec->has_second && spec->second_steps &&
      !(self->second_steps = trp_dataset_steps_new (spec->second_steps, list, spec->second,
                                                    progress, error)))
    return NULL;
  for (size_t n = 0; n < n_rows; n++)
    {
      const TrpDataRow *row = trp_data_list_get (list, n);

      if (!trp_progress_step (progress, (double) n / (double) n_rows, row->name, error))
        return NULL;
      if (row->paths[role] && !add_row (self, row, role, error))
        {
          g_prefix_error (error, "Case %s: ", row->name);
          return NULL;
        }
    }
  if (self->spec.may_lack)
    return g_steal_pointer (&self);
  if (self->slices->len)
    return check_labels (self, error) ? g_steal_pointer (&self) : NULL;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "No slice in the column \"%s\" shows %g %% of body or more",
               trp_data_role_get_name (role), 100 * spec->body_fraction);
  return NULL;
}

/* The grid of a NIfTI file without its voxels. Returns: false for any other file. */
static bool
peek_nifti (const char *path, TrpGeometry *out_geometry)
{
  uint8_t bytes[TRP_NIFTI_MAX_HEADER] = { 0 };
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  TrpNiftiHeader header;
  gzFile file = gzopen (path, "rb"); /* reads plain files as well */
  int size;

  if (!file)
    return false;
  size = gzread (file, bytes, sizeof bytes);
  gzclose_r (file);
  if (size <= 0 || !trp_nifti_looks_like (bytes, (size_t) size) ||
      !trp_nifti_parse_header (bytes, (size_t) size, warnings, &header, NULL))
    return false;
  *out_geometry = header.geometry;
  return true;
}

/* Axial slices of one file after the steps, at most: from its header, from the folder's list, or
 * else by loading it. */
static bool
count_slices (const char *path, const TrpPipeline *steps, size_t *out_n, GError **error)
{
  g_autoptr (GPtrArray) series = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  TrpGeometry geometry, after;
  size_t most = 0;

  if (!peek_nifti (path, &geometry))
    {
      if (trp_pipeline_get_n_steps (steps) == 0)
        series = trp_series_list (path, NULL, error);
      for (guint n = 0; series && n < series->len; n++)
        most = MAX (most, ((TrpSeries *) series->pdata[n])->size[2]);
      if (most)
        {
          *out_n = most;
          return true;
        }
      if (!series && trp_pipeline_get_n_steps (steps) == 0)
        return false;
      volume = trp_volume_load (path, NULL, error);
      if (!volume)
        return false;
      geometry = *trp_volume_get_geometry (volume);
    }
  if (!trp_pipeline_predict (steps, &geometry, &after, error))
    return false;
  *out_n = after.size[2];
  return true;
}

bool
trp_dataset_count_slices (
  const TrpDataList *list, TrpDataRole role, const char *steps_text, size_t *out_n, GError **error)
{
  g_autoptr (TrpPipeline) steps = trp_pipeline_parse (steps_text ? steps_text : "", error);
  size_t n_slices = 0;

  if (!steps || !check_any (trp_data_list_count (list, role), role, error))
    return false;
  for (size_t n = 0; n < trp_data_list_get_size (list); n++)
    {
      const TrpDataRow *row = trp_data_list_get (list, n);
      size_t n_here;

      if (!row->paths[role])
        continue;
      if (!count_slices (row->paths[role], steps, &n_here, error))
        {
          g_prefix_error (error, "Case %s: ", row->name);
          return false;
        }
      n_slices += n_here;
    }
  *out_n = n_slices;
  return true;
}

bool
trp_dataset_estimate_bytes (const TrpDataList *list,
                            TrpDataRole role,
                            const TrpDatasetSpec *spec,
                            size_t *out_bytes,
                            GError **error)
{
  size_t n_slices;

  if (!trp_dataset_count_slices (list, role, spec->steps, &n_slices, error))
    return false;
  *out_bytes = n_slices * spec->size * spec->size * count_pixel_bytes (spec);
  return true;
}

/* --- bodies --- */

double
trp_dataset_find_threshold (const TrpDataset *self)
{
  TrpOutlineCounts counts = { { 0 } };

  for (guint n = 0; n < self->items->len; n++)
    {
      const TrpDatasetItem *item = self->items->pdata[n];

      trp_outline_count (&counts, item->stack, trp_geometry_count_voxels (&item->frame.output));
    }
  return trp_outline_find_threshold (&counts);
}

bool
trp_dataset_find_bodies (TrpDataset *self, double threshold, GError **error)
{
  for (guint n = 0; n < self->items->len; n++)
    {
      TrpDatasetItem *item = self->items->pdata[n];
      const size_t *size = item->frame.output.size, n_pixels = size[0] * size[1];

      g_return_val_if_fail (!item->bodies, false);
      item->bodies = try_alloc (n_pixels * size[2], 1, error);
      if (!item->bodies)
        return false;
      self->bytes += n_pixels * size[2];
      for (size_t k = 0; k < size[2]; k++)
        if (!trp_outline_find_body (item->stack + n_pixels * k, size[0], size[1], threshold,
                                    item->bodies + n_pixels * k, error))
          return false;
    }
  return true;
}

/* --- reading --- */

void
trp_dataset_keep_steps (const TrpDataset *self, char **io_text)
{
  g_free (*io_text);
  *io_text = self->steps ? trp_pipeline_to_text (self->steps, true) : g_strdup ("");
}

void
trp_dataset_keep_second_steps (const TrpDataset *self, char **io_text)
{
  g_return_if_fail (self->second_steps);
  g_free (*io_text);
  *io_text = trp_pipeline_to_text (self->second_steps, true);
}

const GPtrArray *
trp_dataset_peek_left_out (const TrpDataset *self)
{
  return self->left_out;
}

void
trp_dataset_set_mirror (TrpDataset *self, const uint8_t mirror[256])
{
  memcpy (self->mirror, mirror, sizeof self->mirror);
}

const TrpDatasetSpec *
trp_dataset_get_spec (const TrpDataset *self)
{
  return &self->spec;
}

size_t
trp_dataset_get_n_volumes (const TrpDataset *self)
{
  return self->items->len;
}

size_t
trp_dataset_get_n_slices (const TrpDataset *self)
{
  return self->slices->len;
}

size_t
trp_dataset_get_bytes (const TrpDataset *self)
{
  return self->bytes;
}

const char *
trp_dataset_peek_volume (const TrpDataset *self,
                         size_t index,
                         const TrpFrame **out_frame,
                         const TrpCurve **out_curve,
                         const float **out_stack,
                         const uint8_t **out_labels)
{
  const TrpDatasetItem *item;

  g_return_val_if_fail (index < self->items->len, NULL);
  item = self->items->pdata[index];
  if (out_frame)
    *out_frame = &item->frame;
  if (out_curve)
    *out_curve = &item->curve;
  if (out_stack)
    *out_stack = item->stack;
  if (out_labels)
    *out_labels = item->labels;
  return item->name;
}

const float *
trp_dataset_peek_second (const TrpDataset *self, size_t index)
{
  g_return_val_if_fail (index < self->items->len, NULL);
  return ((const TrpDatasetItem *) self->items->pdata[index])->second;
}
