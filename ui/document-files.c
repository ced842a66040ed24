/* document-files.c - opening of a document's files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything slow (reading, looking whether a file is a label map, percentiles for the window)
 * happens in the job's worker; the main thread only puts the result in its place.
 */

#include "ui/document-files.h"
#include "config.h"

#include "core/io/file-name.h"
#include "core/io/label-map.h"
#include "core/io/structure-file.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

#define MAX_FOLDER_IMAGES 8 /* a folder of more is hardly one case */

struct _TrpDocumentFiles
{
  GPtrArray *jobs; /* (element-type TrpJob): under way */
  guint batch;     /* counts times that opening began while nothing else was being opened */
  guint role_batch[TRP_N_ROLES]; /* in which each volume came */
};

TrpDocumentFiles *
trp_document_files_new (void)
{
  TrpDocumentFiles *self = g_new0 (TrpDocumentFiles, 1);

  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_job_unref);
  return self;
}

void
trp_document_files_free (TrpDocumentFiles *self)
{
  for (guint n = 0; n < self->jobs->len; n++)
    trp_job_disconnect (g_ptr_array_index (self->jobs, n));
  g_ptr_array_unref (self->jobs);
  g_free (self);
}

void
trp_document_start_file_job (TrpDocument *self,
                             const TrpJobClass *klass,
                             const char *title,
                             void *data)
{
  TrpJob *job = trp_job_start (klass, title, data, self);

  g_ptr_array_add (self->files->jobs, job);
  trp_document_add_job (self, job);
}

/* What went wrong has been told by a message: ended file jobs leave the list. */
void
trp_document_finish_file_job (TrpDocument *self, TrpJob *job)
{
  trp_document_dismiss_job (self, job);
  g_ptr_array_remove (self->files->jobs, job);
  trp_document_journal_update (self);
}

bool
trp_document_is_opening (TrpDocument *self)
{
  return self->files->jobs->len > 0;
}

/* ---- what a file is, from what it says and what it is called ---- */

/* Words of the file's own name count before those of its folder. */
static bool
path_has_word (const char *path, const char *const *words, bool folder_too)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return trp_file_name_has_word (path, words) ||
         (folder_too && trp_file_name_has_word (folder, words));
}

static int
guess_by_words (const char *path, bool folder_too)
{
  static const char *const synct[] = { "synct",     "sct",    "pct",   "pseudoct",
                                       "synthetic", "fakect", "sctmr", NULL };
  static const char *const mr[] = { "mr",    "mri", "t1",  "t2",  "t1w",  "t2w",
                                    "flair", "adc", "dwi", "t1c", "t1ce", NULL };
  static const char *const ct[] = { "ct", "cbct", "pct1", NULL };

  if (path_has_word (path, synct, folder_too))
    return TRP_ROLE_SYNCT;
  if (path_has_word (path, mr, folder_too))
    return TRP_ROLE_MR;
  if (path_has_word (path, ct, folder_too))
    return TRP_ROLE_CT;
  return TRP_ROLE_GUESS;
}

static int
guess_role (const TrpVolume *volume, const char *path)
{
  double low, high;
  int role = TRP_ROLE_GUESS;

  switch (trp_volume_get_info (volume)->modality)
    {
    case TRP_MODALITY_MR:
      return TRP_ROLE_MR;
    case TRP_MODALITY_CT:
      return TRP_ROLE_CT;
    case TRP_MODALITY_SYNCT:
      return TRP_ROLE_SYNCT;
    case TRP_MODALITY_PT:
      return TRP_ROLE_OTHER;
    case TRP_MODALITY_UNKNOWN:
      break;
    }
  role = guess_by_words (path, false);
  if (role == TRP_ROLE_GUESS)
    role = guess_by_words (path, true);
  if (role != TRP_ROLE_GUESS)
    return role;
  /* Air in Hounsfield units is far below zero; magnitudes of MR never are. */
  trp_volume_get_range (volume, &low, &high);
  return low < -500 ? TRP_ROLE_CT : low >= 0 ? TRP_ROLE_MR : TRP_ROLE_OTHER;
}

/* ---- opening ---- */

typedef struct
{
  char *path;
  char *uid; /* NULL: not chosen yet */
  int role;
  int frame;
  guint batch;
  TrpOpenAs as;
} OpenData;

typedef struct
{
  GPtrArray *series; /* to choose from */
  GPtrArray *paths;  /* of the images in a folder; else one of these two */
  TrpVolume *volume;
  TrpStructureSet *set;
  TrpDisplay display;
  int role;
} Opened;

static void
open_data_free (gpointer data)
{
  OpenData *open = data;

  g_free (open->path);
  g_free (open->uid);
  g_free (open);
}

static void
opened_free (gpointer data)
{
  Opened *opened = data;

  g_clear_pointer (&opened->series, g_ptr_array_unref);
  g_clear_pointer (&opened->paths, g_ptr_array_unref);
  g_clear_pointer (&opened->volume, trp_volume_unref);
  g_clear_pointer (&opened->set, trp_structure_set_unref);
  g_free (opened);
}

static bool
fill_opened (Opened *opened, const OpenData *open, TrpVolume *volume, GError **error)
{
  double low, high;

  if (open->as == TRP_OPEN_AS_STRUCTURES ||
      (open->as == TRP_OPEN_AS_GUESSED && trp_label_map_is_evident (volume, open->path)))
    {
      g_autofree char *name = g_path_get_basename (open->path);

      opened->set = trp_label_map_to_set (volume, open->path, error);
      if (!opened->set)
        {
          g_prefix_error (error, "%s: ", name);
          return false;
        }
      trp_structure_set_set_name (opened->set, name);
      return true;
    }
  opened->role = open->role == TRP_ROLE_GUESS ? guess_role (volume, open->path) : open->role;
  opened->volume = trp_volume_for_role (volume, (TrpRole) opened->role);
  opened->display.window = trp_window_get_default (opened->volume);
  trp_volume_get_range (opened->volume, &low, &high); /* here, not in the first status line */
  return true;
}

/* What is a list of structures by its format need not be looked through. */
static bool
holds_structures (const OpenData *open)
{
  const TrpFormat *format = open->as == TRP_OPEN_AS_IMAGE || open->uid
                              ? NULL
                              : trp_format_find (open->path, NULL);

  return format && format->load_structures;
}

static bool
load_structures (Opened *opened, const OpenData *open, GError **error)
{
  g_autofree char *name = g_path_get_basename (open->path);

  opened->set = trp_structure_set_load (open->path, NULL, error);
  if (opened->set)
    trp_structure_set_set_name (opened->set, name);
  return opened->set != NULL;
}

static int
compare_paths (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Files in a folder that hold one image each, at most MAX_FOLDER_IMAGES of them in the order of
 * their names. Returns: (transfer full) (nullable): NULL if there is none. */
static GPtrArray *
list_images (const char *folder_path)
{
  static const char *const endings[] = { ".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd" };
  g_autoptr (GDir) folder = g_dir_open (folder_path, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    for (size_t n = 0; name[0] != '.' && n < G_N_ELEMENTS (endings); n++)
      if (g_str_has_suffix (name, endings[n]))
        g_ptr_array_add (paths, g_build_filename (folder_path, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  if (paths->len > MAX_FOLDER_IMAGES)
    g_ptr_array_set_size (paths, MAX_FOLDER_IMAGES);
  return paths->len > 0 ? g_steal_pointer (&paths) : NULL;
}

/* Fills in what the folder has to choose from, if it has. Returns: false for an error. */
static bool
look_into_folder (Opened *opened, const OpenData *open, TrpProgress *progress, GError **error)
{
  g_autoptr (GError) problem = NULL;

  opened->series = trp_series_list (open->path, progress, &problem);
  if (opened->series)
    {
      if (opened->series->len < 2)
        g_clear_pointer (&opened->series, g_ptr_array_unref);
      return true;
    }
  if (g_error_matches (problem, TRP_ERROR, TRP_ERROR_UNSUPPORTED) &&
      (opened->paths = list_images (open->path)))
    return true;
  g_propagate_error (error, g_steal_pointer (&problem));
  return false;
}

static void *
run_open (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const OpenData *open = data;
  Opened *opened = g_new0 (Opened, 1);
  TrpProgress part = trp_progress_part (progress, 0.1, 1);
  TrpLoadOptions options = { .frame = open->frame, .series_uid = open->uid, .progress = &part };
  g_autoptr (TrpVolume) volume = NULL;
  bool ok;

  if (!open->uid && g_file_test (open->path, G_FILE_TEST_IS_DIR))
    {
      if (!look_into_folder (opened, open, progress, error))
        {
          opened_free (opened);
          return NULL;
        }
      if (opened->series || opened->paths)
        return opened;
    }
  if (holds_structures (open))
    ok = load_structures (opened, open, error);
  else
    ok = (volume = trp_volume_load (open->path, &options, error)) &&
         fill_opened (opened, open, volume, error);
  if (ok)
    return opened;
  opened_free (opened);
  return NULL;
}

/* Two images of one role that are opened together are meant to be compared: the second one gets the
 * fourth place. Opened later, it takes the first one's place, and says so. */
static void
place_volume (TrpDocument *self, const OpenData *open, const Opened *opened)
{
  TrpRole role = (TrpRole) opened->role;
  TrpVolume *old = trp_document_get_volume (self, role);
  const char *name = trp_volume_get_info (opened->volume)->description;

  if (old && open->role == TRP_ROLE_GUESS && self->files->role_batch[role] == open->batch &&
      self->files->role_batch[TRP_ROLE_OTHER] != open->batch)
    role = TRP_ROLE_OTHER;
  else if (old && open->frame == 0 && trp_volume_get_info (old)->description && name)
    {
      g_autofree char *text = g_strdup_printf (_ ("%s took the place of %s as %s."), name,
                                               trp_volume_get_info (old)->description,
                                               trp_role_get_name (role));

      trp_document_report (self, TRP_SEVERITY_INFO, text);
    }
  self->files->role_batch[role] = open->batch;
  trp_document_set_volume (self, role, opened->volume, &opened->display);
}

static void
place_result (TrpDocument *self, const OpenData *open, const Opened *opened)
{
  if (opened->series)
    {
      const TrpOpenChoice choice = { open->path, opened->series, open->role };

      trp_document_emit (self, TRP_DOCUMENT_CHOOSE_SERIES, &choice);
      return;
    }
  if (opened->paths)
    {
      for (guint n = 0; n < opened->paths->len; n++)
        trp_document_open (self, g_ptr_array_index (opened->paths, n), TRP_ROLE_GUESS, open->as);
      return;
    }
  if (opened->set)
    {
      trp_document_journal_add_structures (self, open->path);
      trp_document_add_reading (self, opened->set);
    }
  else
    place_volume (self, open, opened);
  trp_document_emit (self, TRP_DOCUMENT_FILE_OPENED, open->path,
                     opened->set ? (int) TRP_OPEN_AS_STRUCTURES : (int) TRP_OPEN_AS_IMAGE);
}

static void
on_opened (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *self = user_data;
  const OpenData *open = trp_job_get_data (job);

  if (result)
    place_result (self, open, result);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    trp_document_report (self, TRP_SEVERITY_ERROR, error->message);
  g_clear_pointer (&result, opened_free);
  trp_document_finish_file_job (self, job);
}

static void
start_opening (
  TrpDocument *self, const char *path, const char *uid, int role, int frame, TrpOpenAs as)
{
  static const TrpJobClass klass = {
    .run = run_open, .done = on_opened, .free_data = open_data_free, .free_result = opened_free
  };
  OpenData *open = g_new0 (OpenData, 1);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *title = g_strdup_printf (_ ("Open %s"), name);

  open->path = g_strdup (path);
  open->uid = g_strdup (uid);
  open->role = role;
  open->frame = frame;
  if (!trp_document_is_opening (self))
    self->files->batch++;
  open->batch = self->files->batch;
  open->as = as;
  trp_document_start_file_job (self, &klass, title, open);
}

void
trp_document_open (TrpDocument *self, const char *path, int role, TrpOpenAs as)
{
  start_opening (self, path, NULL, role, 0, as);
}

void
trp_document_open_file (TrpDocument *self, GFile *file, int role, TrpOpenAs as)
{
  g_autofree char *path = g_file_get_path (file);

  if (path)
    trp_document_open (self, path, role, as);
  else
    trp_document_report (self, TRP_SEVERITY_ERROR,
                         _ ("Only files on this computer can be opened."));
}

void
trp_document_open_series (TrpDocument *self, const char *path, const char *uid, int role)
{
  start_opening (self, path, uid, role, 0, TRP_OPEN_AS_GUESSED);
}

void
trp_document_step_frame (TrpDocument *self, TrpRole role, int steps)
{
  TrpVolume *volume = trp_document_get_volume (self, role);
  const TrpVolumeInfo *info = volume ? trp_volume_get_info (volume) : NULL;

  if (!info || info->n_frames < 2 || !info->source)
    return;
  const int frame = CLAMP (info->frame + steps, 0, info->n_frames - 1);

  if (frame != info->frame)
    start_opening (self, info->source, info->series_uid, (int) role, frame, TRP_OPEN_AS_IMAGE);
}
