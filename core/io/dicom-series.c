/* dicom-series.c - volumes from DICOM files and folders
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Headers first (all files of a folder), then the chosen series' pixels, slice by slice on all
 * threads. Stored values keep their 8 or 16 bits where all slices share one slope and intercept
 * (PS3.3 C.11.1.1.2); otherwise the volume is float32 with the rescale applied.
 */

#include "core/base/parallel.h"
#include "core/io/dicom-dcmtk.h"
#include "core/io/dicom-stack.h"
#include "core/io/format.h"

#include <stdio.h>
#include <string.h>

#define MAX_FILES 200000
#define MAX_DEPTH 8
#define BATCH ((size_t) 64) /* files between two looks at the cancel button */

static bool
is_dicom_file (const char *path)
{
  FILE *file = fopen (path, "rb");
  uint8_t head[132];
  size_t n_read;

  if (!file)
    return false;
  n_read = fread (head, 1, sizeof head, file);
  fclose (file);
  return trp_dicom_sniff (head, n_read);
}

static int
compare_paths (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Regular files below @folder; links to folders are not followed, hidden files left out. */
static void
collect_files (const char *folder, int depth, GPtrArray *paths)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && paths->len < MAX_FILES && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (name[0] == '.')
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_REGULAR)) /* opening a pipe would wait for ever */
        g_ptr_array_add (paths, g_steal_pointer (&path));
      else if (depth < MAX_DEPTH && g_file_test (path, G_FILE_TEST_IS_DIR) &&
               !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        collect_files (path, depth + 1, paths);
    }
}

static bool
sniff (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  g_autoptr (GPtrArray) paths = NULL;

  if (!is_folder)
    return trp_dicom_sniff (head, head_size);
  paths = g_ptr_array_new_with_free_func (g_free);
  collect_files (path, 0, paths);
  for (guint n = 0; n < paths->len; n++)
    if (is_dicom_file (paths->pdata[n]))
      return true;
  return false;
}

typedef struct
{
  GPtrArray *paths;
  GPtrArray **frames; /* per path; NULL where it is no image */
  GError **errors;
} Scan;

static void
scan_files (size_t begin, size_t end, void *data)
{
  Scan *scan = data;

  for (size_t n = begin; n < end; n++)
    if (scan->paths->len == 1 || is_dicom_file (scan->paths->pdata[n]))
      scan->frames[n] = trp_dicom_scan (scan->paths->pdata[n], &scan->errors[n]);
}

typedef struct
{
  Scan *scan;
  size_t offset;
} ScanBatch;

static void
scan_batch (size_t begin, size_t end, void *data)
{
  const ScanBatch *batch = data;

  scan_files (batch->offset + begin, batch->offset + end, batch->scan);
}

/* Moves all frames into one list; the first error counts when there are none. */
static GPtrArray *
gather (Scan *scan, GError **error)
{
  g_autoptr (GPtrArray)
    all = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_dicom_frame_free);
  GError *first_error = NULL;

  for (guint n = 0; n < scan->paths->len; n++)
    {
      if (scan->frames[n])
        g_ptr_array_extend_and_steal (all, scan->frames[n]);
      if (scan->errors[n] && !first_error)
        first_error = g_steal_pointer (&scan->errors[n]);
      g_clear_error (&scan->errors[n]);
    }
  if (all->len > 0)
    {
      g_clear_error (&first_error);
      return g_steal_pointer (&all);
    }
  if (first_error)
    g_propagate_error (error, first_error);
  else
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The folder holds no DICOM image");
  return NULL;
}

/* (element-type TrpDicomFrame) all frames of a file or folder */
static GPtrArray *
scan_path (const char *path, TrpProgress *progress, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree GPtrArray **frames = NULL;
  g_autofree GError **errors = NULL;
  GPtrArray *result;
  Scan scan;
  bool ok = true;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    collect_files (path, 0, paths);
  else
    g_ptr_array_add (paths, g_strdup (path));
  g_ptr_array_sort (paths, compare_paths);
  frames = g_new0 (GPtrArray *, paths->len + 1);
  errors = g_new0 (GError *, paths->len + 1);
  scan = (Scan){ .paths = paths, .frames = frames, .errors = errors };
  for (size_t n = 0; n < paths->len && ok; n += BATCH)
    {
      ScanBatch batch = { .scan = &scan, .offset = n };

      ok = trp_progress_step (progress, (double) n / paths->len, NULL, error);
      if (ok)
        trp_parallel_for (MIN (BATCH, paths->len - n), 4, scan_batch, &batch);
    }
  result = gather (&scan, ok ? error : NULL);
  if (!ok)
    g_clear_pointer (&result, g_ptr_array_unref);
  return result;
}

/* The series UID; further groups of one series get "/2", "/3". */
static char *
name_group (GPtrArray *groups, guint index)
{
  const TrpDicomFrame *frame = g_ptr_array_index ((GPtrArray *) groups->pdata[index], 0);
  const char *uid = frame->series_uid ? frame->series_uid : "";
  int n = 1;

  for (guint g = 0; g < index; g++)
    {
      const TrpDicomFrame *other = g_ptr_array_index ((GPtrArray *) groups->pdata[g], 0);

      n += g_strcmp0 (other->series_uid, frame->series_uid) == 0;
    }
  return n == 1 ? g_strdup (uid) : g_strdup_printf ("%s/%d", uid, n);
}

static size_t
count_files (GPtrArray *group)
{
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint n = 0; n < group->len; n++)
    g_hash_table_add (paths, ((TrpDicomFrame *) group->pdata[n])->path);
  return g_hash_table_size (paths);
}

/* A series that was listed: its frames, borrowed from all that the path has. */
typedef struct
{
  GPtrArray *all;
  GPtrArray *group;
} Found;

static Found *
found_new (GPtrArray *all, GPtrArray *group)
{
  Found *self = g_new0 (Found, 1);

  self->all = g_ptr_array_ref (all);
  self->group = g_ptr_array_ref (group);
  return self;
}

static void
found_free (void *data)
{
  Found *self = data;

  g_ptr_array_unref (self->group);
  g_ptr_array_unref (self->all);
  g_free (self);
}

static GPtrArray *
list (const char *path, TrpProgress *progress, GError **error)
{
  g_autoptr (GPtrArray) frames = scan_path (path, progress, error);
  g_autoptr (GPtrArray) groups = NULL;
  GPtrArray *series;

  if (!frames)
    return NULL;
  groups = trp_dicom_group_frames (frames);
  series = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_series_free);
  for (guint g = 0; g < groups->len; g++)
    {
      GPtrArray *group = groups->pdata[g];
      const TrpDicomFrame *frame = group->pdata[0];
      g_autoptr (TrpDicomStack) stack = trp_dicom_stack_new (group, 0, NULL);
      TrpSeries *entry = g_new0 (TrpSeries, 1);

      entry->uid = name_group (groups, g);
      entry->description = g_strdup (frame->description ? frame->description : "");
      entry->modality = frame->modality;
      entry->n_files = count_files (group);
      entry->size[0] = (size_t) frame->n_columns;
      entry->size[1] = (size_t) frame->n_rows;
      entry->size[2] = stack ? stack->slices->len : group->len;
      entry->found = found_new (frames, group);
      entry->free_found = found_free;
      g_ptr_array_add (series, entry);
    }
  return series;
}

typedef struct
{
  const TrpDicomStack *stack;
  TrpVoxelType type;
  void *voxels;
  size_t n_per_slice;
  size_t offset;
  int32_t smallest;
  GMutex mutex;
  bool is_out_of_range;
  GError *error;
} Load;

static bool
fits (TrpVoxelType type, int32_t value)
{
  static const int32_t limits[][2] = {
    [TRP_VOXEL_U8] = { 0, UINT8_MAX },          [TRP_VOXEL_I16] = { INT16_MIN, INT16_MAX },
    [TRP_VOXEL_U16] = { 0, UINT16_MAX },        [TRP_VOXEL_I32] = { INT32_MIN, INT32_MAX },
    [TRP_VOXEL_F32] = { INT32_MIN, INT32_MAX },
  };

  return value >= limits[type][0] && value <= limits[type][1];
}

/* Returns: false where a value does not fit the type, which headers of re-compressed files get
 * wrong. */
static bool
store_slice (const Load *load, size_t k, const TrpDicomFrame *frame, const int32_t *values)
{
  const size_t start = k * load->n_per_slice;

  for (size_t n = 0; n < load->n_per_slice; n++)
    {
      if (!fits (load->type, values[n]))
        return false;
      switch (load->type)
        {
        case TRP_VOXEL_U8:
          ((uint8_t *) load->voxels)[start + n] = (uint8_t) values[n];
          break;
        case TRP_VOXEL_I16:
          ((int16_t *) load->voxels)[start + n] = (int16_t) values[n];
          break;
        case TRP_VOXEL_U16:
          ((uint16_t *) load->voxels)[start + n] = (uint16_t) values[n];
          break;
        case TRP_VOXEL_I32:
          ((int32_t *) load->voxels)[start + n] = values[n];
          break;
        case TRP_VOXEL_F32:
          ((float *) load->voxels)[start + n] = (float) (frame->slope * values[n] +
                                                         frame->intercept);
          break;
        case TRP_N_VOXEL_TYPES:
          g_assert_not_reached ();
        }
    }
  return true;
}

static void
note_error (Load *load, GError *error, bool out_of_range)
{
  g_mutex_lock (&load->mutex);
  load->is_out_of_range |= out_of_range;
  if (error && !load->error)
    load->error = g_steal_pointer (&error);
  g_mutex_unlock (&load->mutex);
  g_clear_error (&error);
}

/* Slices of one multi-frame file follow one another mostly, and decoding a file anew for each would
 * be quadratic: a chunk reads a run of frames of one file at once. */
static size_t
run_length (const TrpDicomStack *stack, size_t k, size_t end)
{
  const TrpDicomFrame *first = stack->slices->pdata[k];
  size_t n = 1;

  while (k + n < end && stack->slices->pdata[k + n])
    {
      const TrpDicomFrame *next = stack->slices->pdata[k + n];

      if (strcmp (next->path, first->path) != 0 || next->index != first->index + (int) n)
        break;
      n++;
    }
  return n;
}

static void
load_slices (size_t begin, size_t end, void *data)
{
  Load *load = data;

  for (size_t k = load->offset + begin; k < load->offset + end;)
    {
      const TrpDicomFrame *frame = load->stack->slices->pdata[k];
      const size_t n = frame ? run_length (load->stack, k, load->offset + end) : 1;
      g_autofree int32_t *values = frame ? g_try_new (int32_t, n * load->n_per_slice) : NULL;
      GError *error = NULL;

      if (frame && !values)
        g_set_error_literal (&error, TRP_ERROR, TRP_ERROR_LIMIT,
                             "There is not enough memory for the pixels");
      if (frame && values &&
          trp_dicom_read_pixels (frame->path, frame->index, (int) n, frame, values, &error))
        for (size_t s = 0; s < n; s++)
          if (!store_slice (load, k + s, load->stack->slices->pdata[k + s],
                            values + s * load->n_per_slice))
            note_error (load, NULL, true);
      if (error)
        note_error (load, error, false);
      k += n;
    }
}

static TrpVoxelType
choose_type (const TrpDicomStack *stack)
{
  const TrpDicomFrame *first = stack->slices->pdata[0];
  bool is_small = true;

  for (guint k = 0; k < stack->slices->len; k++)
    {
      const TrpDicomFrame *frame = stack->slices->pdata[k];

      if (!frame)
        continue;
      if (frame->slope != first->slope || frame->intercept != first->intercept ||
          frame->is_signed != first->is_signed)
        return TRP_VOXEL_F32;
      is_small &= frame->bits_allocated == 8;
    }
  if (first->is_signed)
    return TRP_VOXEL_I16;
  return is_small ? TRP_VOXEL_U8 : TRP_VOXEL_U16;
}

static bool
load_voxels (Load *load, TrpProgress *progress, GError **error)
{
  const size_t n_slices = load->stack->slices->len;
  /* one multi-frame file is decoded once, by one thread */
  const TrpDicomFrame *first = load->stack->slices->pdata[0];
  const size_t chunk = first->n_in_file > 1 ? n_slices : 1;
  bool ok = true;

  for (size_t k = 0; k < n_slices && ok; k += MAX (chunk, BATCH))
    {
      load->offset = k;
      ok = trp_progress_step (progress, (double) k / (double) n_slices, NULL, error);
      if (ok)
        trp_parallel_for (MIN (MAX (chunk, BATCH), n_slices - k), chunk, load_slices, load);
      if (ok && load->error)
        {
          g_propagate_error (error, g_steal_pointer (&load->error));
          ok = false;
        }
    }
  return ok;
}

/* Slices that are not there are black: the smallest value of the others. */
static void
fill_missing (const Load *load, GBytes *bytes)
{
  const TrpDicomFrame flat = { .slope = 1 };
  g_autoptr (TrpVolume)
    volume = trp_volume_new (&load->stack->geometry, load->type, bytes, 1, 0, NULL, NULL);
  g_autofree int32_t *values = g_new (int32_t, load->n_per_slice);
  double low, high;

  trp_volume_get_range (volume, &low, &high);
  for (size_t n = 0; n < load->n_per_slice; n++)
    values[n] = (int32_t) low;
  for (guint k = 0; k < load->stack->slices->len; k++)
    if (!load->stack->slices->pdata[k])
      (void) store_slice (load, k, &flat, values);
}

static bool
has_missing (const TrpDicomStack *stack)
{
  for (guint k = 0; k < stack->slices->len; k++)
    if (!stack->slices->pdata[k])
      return true;
  return false;
}

static TrpVolumeInfo
make_info (const TrpDicomStack *stack, const char *path, int frame)
{
  const TrpDicomFrame *middle = stack->slices->pdata[stack->slices->len / 2];
  const TrpDicomFrame *first = stack->slices->pdata[0];
  const char *unit = "a.u.";

  middle = middle ? middle : first;
  if (first->modality == TRP_MODALITY_CT)
    unit = "HU";
  else if (first->modality == TRP_MODALITY_PT && g_strcmp0 (first->units, "BQML") == 0)
    unit = "Bq/ml";
  return (TrpVolumeInfo){
    .format = "dicom",
    .file_type = first->bits_allocated == 8 ? (first->is_signed ? "int8" : "uint8")
                                            : (first->is_signed ? "int16" : "uint16"),
    .modality = first->modality,
    .unit = (char *) unit,
    .frame_of_reference = first->frame_of_reference,
    .series_uid = first->series_uid,
    .study_uid = first->study_uid,
    .patient_id = first->patient_id,
    .patient_name = first->patient_name,
    .description = first->description,
    .source = (char *) path,
    .n_frames = stack->n_frames,
    .frame = frame,
    .file_slope = first->slope,
    .file_intercept = first->intercept,
    .window_width = middle->window_width > 0 ? middle->window_width : 0,
    .window_level = middle->window_level,
    .window_is_exact = middle->window_is_exact,
    .inverted = first->is_inverted,
    .warnings = stack->warnings->len > 1 ? (char **) stack->warnings->pdata : NULL,
  };
}

static TrpVolume *
load_stack (TrpDicomStack *stack,
            TrpVoxelType type,
            const char *path,
            int frame,
            TrpProgress *progress,
            GError **error)
{
  const TrpDicomFrame *first = stack->slices->pdata[0];
  const size_t count = trp_geometry_count_voxels (&stack->geometry);
  const size_t n_bytes = count * trp_voxel_type_get_size (type);
  Load load = { .stack = stack,
                .type = type,
                .n_per_slice = stack->geometry.size[0] * stack->geometry.size[1],
                .voxels = g_try_malloc0 (n_bytes) };
  const bool is_applied = type == TRP_VOXEL_F32;
  g_autoptr (GBytes) bytes = NULL;
  TrpVolumeInfo info;
  bool ok;

  if (!load.voxels)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is not enough memory for %zu voxels",
                   count);
      return NULL;
    }
  bytes = g_bytes_new_take (load.voxels, n_bytes);
  g_mutex_init (&load.mutex);
  ok = load_voxels (&load, progress, error);
  g_mutex_clear (&load.mutex);
  if (!ok)
    return NULL;
  if (load.is_out_of_range && type != TRP_VOXEL_I32)
    return load_stack (stack, TRP_VOXEL_I32, path, frame, progress, error);
  if (has_missing (stack))
    fill_missing (&load, bytes);
  info = make_info (stack, path, frame);
  return trp_volume_new (&stack->geometry, type, bytes, is_applied ? 1 : first->slope,
                         is_applied ? 0 : first->intercept, &info, error);
}

static GPtrArray *
choose_group (GPtrArray *groups, const char *uid, GError **error)
{
  if (!uid)
    return groups->pdata[0];
  for (guint g = 0; g < groups->len; g++)
    {
      g_autofree char *name = name_group (groups, g);

      if (strcmp (name, uid) == 0)
        return groups->pdata[g];
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "There is no series %s", uid);
  return NULL;
}

static TrpVolume *
load_group (GPtrArray *group, const char *path, int frame, TrpProgress *progress, GError **error)
{
  g_autoptr (TrpDicomStack) stack = trp_dicom_stack_new (group, frame, error);

  if (!stack)
    return NULL;
  g_ptr_array_add (stack->warnings, NULL);
  return load_stack (stack, choose_type (stack), path, frame, progress, error);
}

static TrpVolume *
load (const char *path, const TrpLoadOptions *options, GError **error)
{
  const TrpLoadOptions none = { 0 };
  const TrpLoadOptions *wanted = options ? options : &none;
  TrpProgress scanning = trp_progress_part (wanted->progress, 0, 0.3);
  TrpProgress reading = trp_progress_part (wanted->progress, 0.3, 1);
  g_autoptr (GPtrArray) frames = NULL;
  g_autoptr (GPtrArray) groups = NULL;
  GPtrArray *group;

  if (wanted->series && wanted->series->free_found == found_free)
    return load_group (((const Found *) wanted->series->found)->group, path, wanted->frame,
                       wanted->progress, error);
  frames = scan_path (path, &scanning, error);
  groups = frames ? trp_dicom_group_frames (frames) : NULL;
  group = groups ? choose_group (groups, wanted->series_uid, error) : NULL;
  return group ? load_group (group, path, wanted->frame, &reading, error) : NULL;
}

static const char *const extensions[] = { ".dcm", NULL };

const TrpFormat trp_format_dicom = {
  .name = "dicom",
  .extensions = extensions,
  .sniff = sniff,
  .list = list,
  .load = load,
};
