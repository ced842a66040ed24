/* result-case.c - see result-case.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/result-case.h"
#include "config.h"
#include "core/io/format.h"
#include "core/io/structure-file.h"
#include "ui/document-readings.h"

#include <glib/gi18n.h>

/* In the order of the roles in a document. */
enum
{
  MR,
  SYNCT,
  CT,
  N_IMAGES
};

/**
 * Case:
 * @name: case and arm
 * @paths: of the images; NULL: none
 * @test, @reference: structures; NULL: none
 * @place: file whose slice is shown
 */
typedef struct
{
  char *name;
  char *paths[N_IMAGES];
  char *test, *reference, *place;
  int slice;
  TrpVolume *images[N_IMAGES];
  TrpDisplay displays[N_IMAGES];
  TrpStructureSet *readings[2];
  TrpVec3 cursor_lps;
} Case;

static const TrpRole roles[N_IMAGES] = { TRP_ROLE_MR, TRP_ROLE_SYNCT, TRP_ROLE_CT };

static void
case_free (gpointer data)
{
  Case *self = data;

  for (size_t n = 0; n < N_IMAGES; n++)
    {
      g_free (self->paths[n]);
      g_clear_pointer (&self->images[n], trp_volume_unref);
    }
  for (size_t n = 0; n < 2; n++)
    g_clear_pointer (&self->readings[n], trp_structure_set_unref);
  g_free (self->name);
  g_free (self->test);
  g_free (self->reference);
  g_free (self->place);
  g_free (self);
}

/* Between an SynMR and its CT the CT is the truth, and the SynMR stands where the MR would. */
static Case *
make_case (const TrpResultFiles *files, int slice)
{
  Case *self = g_new0 (Case, 1);

  self->name = g_strdup_printf ("%s, %s", files->case_name, files->arm);
  self->paths[MR] = g_strdup (files->mr ? files->mr : files->synmr);
  self->paths[CT] = g_strdup (files->ct);
  self->paths[SYNCT] = g_strdup (files->synct);
  if (files->are_structures)
    {
      self->test = g_strdup (files->test);
      self->reference = g_strdup (files->reference);
    }
  self->place = g_strdup (files->test ? files->test : files->reference);
  self->slice = slice;
  return self;
}

/* The middle voxel of the slice. */
static bool
find_cursor (Case *self, GError **error)
{
  g_autoptr (TrpVolume) volume = trp_volume_load (self->place, NULL, error);
  const TrpGeometry *geometry;
  TrpVec3 ijk;

  if (!volume)
    return false;
  geometry = trp_volume_get_geometry (volume);
  for (int axis = 0; axis < 3; axis++)
    ijk.v[axis] = (double) (geometry->size[axis] / 2);
  if (self->slice >= 0 && (size_t) self->slice < geometry->size[2])
    ijk.v[2] = self->slice;
  self->cursor_lps = trp_geometry_lps_from_ijk (geometry, ijk);
  return true;
}

static bool
load_images (Case *self, TrpProgress *progress, GError **error)
{
  for (size_t n = 0; n < N_IMAGES; n++)
    {
      if (!trp_progress_step (progress, (double) n / N_IMAGES, self->paths[n], error))
        return false;
      if (!self->paths[n])
        continue;
      self->images[n] = trp_volume_load (self->paths[n], NULL, error);
      if (!self->images[n])
        return false;
      self->displays[n].window = trp_window_get_default (self->images[n]);
    }
  return true;
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Case *self = data;
  const char *const readings[2] = { self->test, self->reference };

  if (!load_images (self, progress, error))
    return NULL;
  for (size_t n = 0; n < 2; n++)
    if (readings[n] && !(self->readings[n] = trp_structure_set_load (readings[n], NULL, error)))
      return NULL;
  return !self->place || find_cursor (self, error) ? self : NULL;
}

/* An image or a reading that is not the case's is not told by its name. */
static bool
is_alone (const Case *self, TrpDocument *document)
{
  bool is_own[TRP_N_ROLES] = { false };
  bool has_any = false;

  for (size_t n = 0; n < N_IMAGES; n++)
    has_any |= is_own[roles[n]] = self->images[n] != NULL;
  for (int role = 0; role < TRP_N_ROLES; role++)
    if (trp_document_get_volume (document, (TrpRole) role) && !is_own[role])
      return false;
  return has_any && trp_document_get_n_readings (document) == 0;
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  g_autoptr (TrpDocument) document = user_data;
  Case *self = result; /* the job's data, freed with it */
  bool has_name;

  if (!self)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        trp_document_report (document, TRP_SEVERITY_ERROR, error->message);
      return;
    }
  trp_document_dismiss_job (document, job);
  for (size_t n = 0; n < N_IMAGES; n++)
    if (self->images[n])
      trp_document_set_volume (document, roles[n], self->images[n], &self->displays[n]);
  has_name = is_alone (self, document);
  for (size_t n = 0; n < 2; n++)
    if (self->readings[n])
      trp_document_add_reading (document, self->readings[n]);
  if (has_name)
    trp_document_set_case_name (document, self->name);
  if (self->place)
    trp_document_set_cursor (document, self->cursor_lps);
}

/* A result that nobody takes is the job's data, which the job frees. */
static void
leave (void *result)
{
}

void
trp_result_case_open (TrpDocument *document, const TrpResultFiles *files, int slice)
{
  static const TrpJobClass klass = {
    .run = run, .done = on_done, .free_data = case_free, .free_result = leave
  };
  g_autoptr (TrpJob) job = trp_job_start (&klass, _ ("Case of the study"), make_case (files, slice),
                                          g_object_ref (document));

  trp_document_add_job (document, job);
}
