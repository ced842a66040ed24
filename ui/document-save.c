/* document-save.c - saving of a document's structures and images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A job saves a snapshot; only what it has read back bit by bit counts as saved, for the reading
 * and for the journal.
 */

#include "ui/document-save.h"
#include "config.h"

#include "core/io/structure-file.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

/* ---- structures ---- */

typedef struct
{
  TrpStructureSet *set; /* a snapshot */
  int index;
  uint64_t state; /* of the history, when the snapshot was taken */
  char *path;
  char **priority; /* (nullable) */
  bool separately;
  TrpDocumentSaved saved;
  TrpDocumentOverlaps ask;
  void *user_data;
} SaveData;

static void
save_data_free (gpointer data)
{
  SaveData *save = data;

  trp_structure_set_unref (save->set);
  g_free (save->path);
  g_strfreev (save->priority);
  g_free (save);
}

static void
overlapping_free (gpointer data)
{
  TrpOverlapping *pair = data;

  g_free (pair->first);
  g_free (pair->second);
  g_free (pair);
}

static GPtrArray *
list_overlaps (const TrpStructureSet *set)
{
  g_autoptr (GArray) sharing = trp_structure_set_list_sharing (set);
  const double ml = trp_geometry_get_voxel_volume (trp_structure_set_get_geometry (set)) / 1000;
  GPtrArray *pairs = g_ptr_array_new_with_free_func (overlapping_free);

  for (guint n = 0; n < sharing->len; n++)
    {
      const TrpSharing *shared = &g_array_index (sharing, TrpSharing, n);
      TrpOverlapping *pair = g_new0 (TrpOverlapping, 1);

      pair->first = g_strdup (trp_structure_get_name (trp_structure_set_get (set, shared->first)));
      pair->second = g_strdup (
        trp_structure_get_name (trp_structure_set_get (set, shared->second)));
      pair->ml = ml * (double) shared->n_voxels;
      g_ptr_array_add (pairs, pair);
    }
  return pairs;
}

/* Returns: (element-type TrpOverlapping): empty after saving; NULL for an error. */
static void *
run_save (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const SaveData *save = data;
  GPtrArray *pairs = g_ptr_array_new_with_free_func (overlapping_free);
  bool ok;

  if (save->ask && !save->separately && !save->priority &&
      !trp_structure_file_holds_overlaps (save->path))
    {
      g_ptr_array_unref (pairs);
      pairs = list_overlaps (save->set);
    }
  if (pairs->len > 0)
    return pairs;
  ok = save->separately ? trp_structure_set_save_separately (save->set, save->path, error)
                        : trp_structure_set_save (save->set, save->path,
                                                  (const char *const *) save->priority, error);
  if (ok)
    return pairs;
  g_ptr_array_unref (pairs);
  return NULL;
}

static void
on_saved (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *self = user_data;
  SaveData *save = trp_job_get_data (job);
  const TrpDocumentSaved saved = save->saved;
  const TrpDocumentOverlaps ask = save->ask;
  void *data = save->user_data;
  g_autoptr (GPtrArray) pairs = result;
  const bool done = pairs && pairs->len == 0;

  if (done)
    trp_document_mark_saved (self, save->index, save->separately ? NULL : save->path, save->state);
  else if (!pairs)
    trp_document_report (self, TRP_SEVERITY_ERROR, error->message);
  trp_document_finish_file_job (self, job);
  if (pairs && !done)
    ask (self, pairs, data);
  else if (saved) /* last: it may close the window, and with it the document */
    saved (self, done, data);
}

void
trp_document_save (TrpDocument *self, const TrpSaveRequest *request)
{
  static const TrpJobClass klass = { .run = run_save,
                                     .done = on_saved,
                                     .free_data = save_data_free,
                                     .free_result = (GDestroyNotify) g_ptr_array_unref };
  TrpEditSession *session = trp_document_peek_session (self);
  SaveData *save;
  g_autofree char *name = g_path_get_basename (request->path);
  g_autofree char *title = g_strdup_printf (_ ("Save %s"), name);

  g_return_if_fail (session);
  trp_document_end_stroke (self);
  save = g_new0 (SaveData, 1);
  save->set = trp_edit_session_snapshot (session);
  save->index = trp_document_get_edited (self);
  save->state = trp_history_get_state (trp_edit_session_peek_history (session));
  save->path = g_strdup (request->path);
  save->priority = g_strdupv ((char **) request->priority);
  save->separately = request->separately;
  save->saved = request->saved;
  save->ask = request->ask;
  save->user_data = request->user_data;
  trp_document_start_file_job (self, &klass, title, save);
}

/* ---- an image ---- */

typedef struct
{
  TrpVolume *volume;
  char *path;
  TrpDocumentSaved saved;
  void *saved_data;
} SaveVolume;

static void
save_volume_free (gpointer data)
{
  SaveVolume *save = data;

  trp_volume_unref (save->volume);
  g_free (save->path);
  g_free (save);
}

static void *
run_save_volume (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const SaveVolume *save = data;

  return trp_volume_save (save->volume, save->path, error) ? g_strdup (save->path) : NULL;
}

/* Wherever it stands by now. */
static void
on_volume_saved (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *self = user_data;
  const SaveVolume *save = trp_job_get_data (job);
  const TrpDocumentSaved saved = save->saved;
  void *saved_data = save->saved_data;

  for (int role = 0; result && role < TRP_N_ROLES; role++)
    if (self->volumes[role].volume == save->volume)
      self->volumes[role].is_unsaved = false;
  if (result)
    trp_document_emit (self, TRP_DOCUMENT_SAVED_CHANGED);
  else
    trp_document_report (self, TRP_SEVERITY_ERROR, error->message);
  trp_document_finish_file_job (self, job);
  if (saved) /* last: it may close the window, and with it the document */
    saved (self, result != NULL, saved_data);
  g_free (result);
}

void
trp_document_save_volume (
  TrpDocument *self, TrpRole role, const char *path, TrpDocumentSaved saved, void *user_data)
{
  static const TrpJobClass klass = { .run = run_save_volume,
                                     .done = on_volume_saved,
                                     .free_data = save_volume_free,
                                     .free_result = g_free };
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *title = g_strdup_printf (_ ("Save %s"), name);
  SaveVolume *save;

  g_return_if_fail (self->volumes[role].volume);

  save = g_new0 (SaveVolume, 1);
  save->volume = trp_volume_ref (self->volumes[role].volume);
  save->path = g_strdup (path);
  save->saved = saved;
  save->saved_data = user_data;
  trp_document_start_file_job (self, &klass, title, save);
}
