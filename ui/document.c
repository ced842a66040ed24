/* document.c - the open case: volumes, cursor, tools and jobs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "config.h"
#include "ui/document-compute.h"
#include "ui/document-preview.h"
#include "ui/document-measurements.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

static guint signals[TRP_DOCUMENT_N_SIGNALS];

G_DEFINE_FINAL_TYPE (TrpDocument, trp_document, G_TYPE_OBJECT)

/* The volume whose millimetres the others are compared with: the first of these that is open. */
static const TrpRole anchor_order[TRP_N_ROLES] = { TRP_ROLE_MR, TRP_ROLE_CT, TRP_ROLE_SYNCT,
                                                   TRP_ROLE_OTHER };

const char *
trp_role_get_name (TrpRole role)
{
  static const char *const names[TRP_N_ROLES] = { N_ ("MR"), N_ ("SynCT"), N_ ("CT"),
                                                  N_ ("Other") };

  return _ (names[role]);
}

static void
trp_document_dispose (GObject *object)
{
  TrpDocument *self = TRP_DOCUMENT (object);

  if (self->readings)
    trp_document_close (self);
  g_clear_pointer (&self->measurements, g_array_unref);
  g_clear_pointer (&self->files, trp_document_files_free);
  g_clear_pointer (&self->compute, trp_document_compute_free);
  g_clear_pointer (&self->distances, trp_document_distances_free);
  g_clear_pointer (&self->preview, trp_document_preview_free);
  g_clear_pointer (&self->agreement, trp_document_agreement_free);
  g_clear_pointer (&self->readings, trp_document_readings_free);
  g_clear_pointer (&self->journal, trp_document_journal_free);
  g_clear_pointer (&self->blind, trp_document_blind_free);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  for (int role = 0; role < TRP_N_ROLES; role++)
    g_clear_pointer (&self->volumes[role].volume, trp_volume_unref);
  G_OBJECT_CLASS (trp_document_parent_class)->dispose (object);
}

static void
trp_document_finalize (GObject *object)
{
  TrpDocument *self = TRP_DOCUMENT (object);

  g_free (self->title);
  g_free (self->case_name);
  g_free (self->identity_conflict);
  g_free (self->identity_acknowledged);
  g_clear_pointer (&self->consensus, g_ptr_array_unref);
  G_OBJECT_CLASS (trp_document_parent_class)->finalize (object);
}

static void
add_signal (TrpDocumentClass *klass, TrpDocumentSignal id, const char *name, guint n, ...)
{
  va_list types;

  va_start (types, n);
  signals[id] = g_signal_new_valist (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, NULL, NULL,
                                     NULL, NULL, G_TYPE_NONE, n, types);
  va_end (types);
}

static void
trp_document_class_init (TrpDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = trp_document_dispose;
  object_class->finalize = trp_document_finalize;
  add_signal (klass, TRP_DOCUMENT_VOLUME_CHANGED, "volume-changed", 1, G_TYPE_INT);
  add_signal (klass, TRP_DOCUMENT_DISPLAY_CHANGED, "display-changed", 1, G_TYPE_INT);
  add_signal (klass, TRP_DOCUMENT_CURSOR_MOVED, "cursor-moved", 0);
  add_signal (klass, TRP_DOCUMENT_READINGS_CHANGED, "readings-changed", 0);
  add_signal (klass, TRP_DOCUMENT_COMPARE_CHANGED, "compare-changed", 0);
  add_signal (klass, TRP_DOCUMENT_STRUCTURES_CHANGED, "structures-changed", 0);
  add_signal (klass, TRP_DOCUMENT_MASK_CHANGED, "mask-changed", 1, G_TYPE_POINTER);
  add_signal (klass, TRP_DOCUMENT_ACTIVE_CHANGED, "active-changed", 0);
  add_signal (klass, TRP_DOCUMENT_TOOL_CHANGED, "tool-changed", 0);
  add_signal (klass, TRP_DOCUMENT_TOOL_MOVED, "tool-moved", 0);
  add_signal (klass, TRP_DOCUMENT_MEASUREMENTS_CHANGED, "measurements-changed", 0);
  add_signal (klass, TRP_DOCUMENT_HISTORY_CHANGED, "history-changed", 0);
  add_signal (klass, TRP_DOCUMENT_JOBS_CHANGED, "jobs-changed", 1, G_TYPE_POINTER);
  add_signal (klass, TRP_DOCUMENT_MESSAGE, "message", 2, G_TYPE_INT, G_TYPE_STRING);
  add_signal (klass, TRP_DOCUMENT_MESSAGE_WITHDRAWN, "message-withdrawn", 1, G_TYPE_STRING);
  add_signal (klass, TRP_DOCUMENT_IDENTITY_CHANGED, "identity-changed", 0);
  add_signal (klass, TRP_DOCUMENT_UNFINISHED_CHANGED, "unfinished-changed", 0);
  add_signal (klass, TRP_DOCUMENT_SAVED_CHANGED, "saved-changed", 0);
  add_signal (klass, TRP_DOCUMENT_CHOOSE_SERIES, "choose-series", 1, G_TYPE_POINTER);
  add_signal (klass, TRP_DOCUMENT_FILE_OPENED, "file-opened", 2, G_TYPE_STRING, G_TYPE_INT);
  add_signal (klass, TRP_DOCUMENT_PREVIEW_CHANGED, "preview-changed", 0);
  add_signal (klass, TRP_DOCUMENT_DISTANCES_CHANGED, "distances-changed", 0);
}

static void
trp_document_init (TrpDocument *self)
{
  self->measurements = g_array_new (FALSE, FALSE, sizeof (TrpMeasurement));
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_job_unref);
  self->tool = (TrpToolSettings){
    .kind = TRP_TOOL_CURSOR, .radius_mm = 8, .over = TRP_PAINT_OVER_UNLOCKED, .low = 20, .high = 90
  };
  self->title = g_strdup ("");
  self->structures_shown = true;
  self->fill_opacity = 0.06;
  self->readings = trp_document_readings_new (self);
  self->files = trp_document_files_new ();
  self->journal = trp_document_journal_new ();
  self->compute = trp_document_compute_new ();
  self->preview = trp_document_preview_new ();
  self->agreement = trp_document_agreement_new ();
  self->blind = trp_document_blind_new ();
  self->distances = trp_document_distances_new (self);
}

TrpDocument *
trp_document_new (void)
{
  return g_object_new (TRP_TYPE_DOCUMENT, NULL);
}

void
trp_document_emit (TrpDocument *self, TrpDocumentSignal signal, ...)
{
  va_list arguments;

  va_start (arguments, signal);
  g_signal_emit_valist (self, signals[signal], 0, arguments);
  va_end (arguments);
}

void
trp_document_report (TrpDocument *self, TrpSeverity severity, const char *text)
{
  trp_document_emit (self, TRP_DOCUMENT_MESSAGE, (int) severity, text);
}

void
trp_document_withdraw (TrpDocument *self, const char *text)
{
  trp_document_emit (self, TRP_DOCUMENT_MESSAGE_WITHDRAWN, text);
}

/* ---- volumes ---- */

TrpVolume *
trp_document_get_volume (TrpDocument *self, TrpRole role)
{
  g_return_val_if_fail (role < TRP_N_ROLES, NULL);

  return self->volumes[role].volume;
}

int
trp_document_get_anchor (TrpDocument *self)
{
  for (int n = 0; n < TRP_N_ROLES; n++)
    if (self->volumes[anchor_order[n]].volume)
      return (int) anchor_order[n];
  return -1;
}

const char *
trp_document_get_role_label (TrpDocument *self, TrpRole role)
{
  const TrpVolume *volume = self->volumes[role].volume;

  if (role == TRP_ROLE_OTHER && volume && trp_volume_get_info (volume)->modality == TRP_MODALITY_PT)
    return _ ("PET");
  return trp_role_get_name (role);
}

/* The name that was given, else the patient, else the folder that the anchor came from, else what
 * it is ("pelvis phantom 0" of "pelvis phantom 0, T2-weighted MR"). */
static void
update_title (TrpDocument *self)
{
  const int anchor = trp_document_get_anchor (self);
  const TrpVolumeInfo *info = anchor < 0 ? NULL
                                         : trp_volume_get_info (self->volumes[anchor].volume);

  g_free (self->title);
  if (info && self->case_name)
    self->title = g_strdup (self->case_name);
  else if (info && info->patient_id && *info->patient_id)
    self->title = g_strdup (info->patient_id);
  else if (info && info->source)
    {
      g_autofree char *folder = g_path_get_dirname (info->source);

      self->title = g_path_get_basename (folder);
    }
  else if (info && info->description)
    self->title = g_strndup (info->description, strcspn (info->description, ","));
  else
    self->title = g_strdup ("");
}

const char *
trp_document_get_title (TrpDocument *self)
{
  return self->title;
}

void
trp_document_set_case_name (TrpDocument *self, const char *name)
{
  if (g_strcmp0 (name, self->case_name) == 0)
    return;
  g_free (self->case_name);
  self->case_name = g_strdup (name);
  update_title (self);
  if (trp_document_get_anchor (self) >= 0) /* who shows volumes shows whose they are */
    trp_document_emit (self, TRP_DOCUMENT_VOLUME_CHANGED, trp_document_get_anchor (self));
}

static bool
is_inside (const TrpGeometry *geometry, TrpVec3 point_lps)
{
  const TrpVec3 ijk = trp_geometry_ijk_from_lps (geometry, point_lps);

  for (int axis = 0; axis < 3; axis++)
    if (!(ijk.v[axis] >= -0.5 && ijk.v[axis] <= (double) geometry->size[axis] - 0.5))
      return false;
  return true;
}

/* On the centre of the middle voxel: for a first volume, and where a new anchor shows another part
 * of the body. */
static void
place_cursor (TrpDocument *self, const TrpGeometry *geometry)
{
  const TrpVec3 middle = trp_vec3 ((double) (geometry->size[0] / 2),
                                   (double) (geometry->size[1] / 2),
                                   (double) (geometry->size[2] / 2));

  trp_document_set_cursor (self, trp_geometry_lps_from_ijk (geometry, middle));
  self->cursor_is_placed = true;
}

static TrpVolume *
peek_anchor (TrpDocument *self)
{
  const int anchor = trp_document_get_anchor (self);

  return anchor < 0 ? NULL : self->volumes[anchor].volume;
}

/* Stepping through the frames of a file does not take back what was said about it. */
static bool
is_other_frame (const TrpVolume *a, const TrpVolume *b)
{
  const TrpVolumeInfo *info[2];

  if (!a || !b)
    return false;
  info[0] = trp_volume_get_info (a);
  info[1] = trp_volume_get_info (b);
  return info[0]->n_frames > 1 && info[0]->n_frames == info[1]->n_frames && info[0]->source &&
         g_strcmp0 (info[0]->source, info[1]->source) == 0 &&
         g_strcmp0 (info[0]->series_uid, info[1]->series_uid) == 0 &&
         trp_geometry_equal (trp_volume_get_geometry (a), trp_volume_get_geometry (b));
}

static bool
is_open (TrpDocument *self, const TrpVolume *volume)
{
  for (int role = 0; role < TRP_N_ROLES; role++)
    if (self->volumes[role].volume == volume)
      return true;
  return false;
}

/* Links were confirmed against one image: another anchor asks again. Files that are opened together
 * arrive in any order: a cursor that nobody has moved yet begins in the anchor's middle. */
static void
forget_links (TrpDocument *self, const TrpVolume *anchor_before)
{
  TrpVolume *anchor = peek_anchor (self);

  if (anchor == anchor_before || is_other_frame (anchor_before, anchor))
    return;
  for (int role = 0; role < TRP_N_ROLES; role++)
    self->volumes[role].link_confirmed = false;
  if (anchor &&
      (self->cursor_is_placed || !is_inside (trp_volume_get_geometry (anchor), self->cursor_lps)))
    place_cursor (self, trp_volume_get_geometry (anchor));
}

/* (transfer full) of what stood there */
static TrpVolume *
exchange (TrpDocumentVolume *place, TrpVolume *volume, bool from_open_mr)
{
  TrpVolume *old = place->volume;

  place->volume = volume ? trp_volume_ref (volume) : NULL;
  place->from_open_mr = volume && from_open_mr;
  place->is_unsaved = false;
  if (!is_other_frame (old, volume))
    place->link_confirmed = place->warnings_acknowledged = false;
  return old;
}

static void
set_volume (
  TrpDocument *self, TrpRole role, TrpVolume *volume, const TrpDisplay *display, bool from_open_mr)
{
  TrpDocumentVolume *place = &self->volumes[role];
  const bool was_empty = trp_document_get_anchor (self) < 0;
  TrpVolume *anchor = peek_anchor (self);
  g_autoptr (TrpVolume) anchor_before = anchor ? trp_volume_ref (anchor) : NULL;
  g_autoptr (TrpVolume) old = NULL;

  old = exchange (place, volume, from_open_mr);
  if (role == TRP_ROLE_MR && old != volume)
    self->volumes[TRP_ROLE_SYNCT].from_open_mr = false;
  if (volume)
    {
      place->display = display ? *display : (TrpDisplay){ trp_window_get_default (volume), false };
      place->original_display = place->display;
    }
  if (old != volume && !is_other_frame (old, volume))
    g_clear_pointer (&self->case_name, g_free);
  update_title (self);
  trp_document_check_identity (self);
  if (was_empty && volume)
    place_cursor (self, trp_volume_get_geometry (volume));
  else
    forget_links (self, anchor_before);
  if (anchor_before && !is_open (self, anchor_before) && !is_other_frame (anchor_before, volume))
    trp_document_clear_measurements (self); /* of another case */
  trp_document_blind_update (self);
  trp_document_emit (self, TRP_DOCUMENT_VOLUME_CHANGED, (int) role);
}

void
trp_document_set_volume (TrpDocument *self,
                         TrpRole role,
                         TrpVolume *volume,
                         const TrpDisplay *display)
{
  g_return_if_fail (role < TRP_N_ROLES);

  set_volume (self, role, volume, display, false);
}

void
trp_document_set_synthesized (TrpDocument *self, TrpVolume *volume)
{
  if (self->volumes[TRP_ROLE_SYNCT].is_unsaved && trp_document_can_synthesize (self))
    trp_document_change_role (self, TRP_ROLE_SYNCT, TRP_ROLE_OTHER);
  set_volume (self, TRP_ROLE_SYNCT, volume, NULL, self->volumes[TRP_ROLE_MR].volume != NULL);
  self->volumes[TRP_ROLE_SYNCT].is_unsaved = volume != NULL;
  trp_document_emit (self, TRP_DOCUMENT_SAVED_CHANGED);
}

bool
trp_document_can_synthesize (TrpDocument *self)
{
  return !self->volumes[TRP_ROLE_SYNCT].is_unsaved || !self->volumes[TRP_ROLE_OTHER].volume;
}

int
trp_document_find_unsaved_volume (TrpDocument *self)
{
  for (int role = 0; role < TRP_N_ROLES; role++)
    if (self->volumes[role].is_unsaved)
      return role;
  return -1;
}

/* Files of DICOM say what they are; for the others the role decides, so that they get the window
 * and the unit of what they are. */
TrpVolume *
trp_volume_for_role (TrpVolume *volume, TrpRole role)
{
  static const TrpModality modality[TRP_N_ROLES] = { TRP_MODALITY_MR, TRP_MODALITY_SYNCT,
                                                     TRP_MODALITY_CT, TRP_MODALITY_UNKNOWN };
  const bool is_hounsfield = role == TRP_ROLE_CT || role == TRP_ROLE_SYNCT;
  TrpVolumeInfo info;
  TrpVolume *result;

  if (trp_volume_get_info (volume)->series_uid || trp_volume_get_info (volume)->provenance ||
      role == TRP_ROLE_OTHER)
    return trp_volume_ref (volume);
  trp_volume_info_copy (&info, trp_volume_get_info (volume));
  info.modality = modality[role];
  g_free (info.unit);
  info.unit = g_strdup (is_hounsfield ? "HU" : NULL);
  result = trp_volume_new_with_info (volume, &info);
  trp_volume_info_clear (&info);
  return result;
}

/* A file that says nothing about itself is windowed as what it is now taken for. */
static void
adapt_to_role (TrpDocument *self, TrpRole role)
{
  TrpDocumentVolume *place = &self->volumes[role];
  const TrpModality before = place->volume ? trp_volume_get_info (place->volume)->modality
                                           : TRP_MODALITY_UNKNOWN;
  TrpVolume *adapted;

  if (!place->volume)
    return;
  adapted = trp_volume_for_role (place->volume, role);
  trp_volume_unref (place->volume);
  place->volume = adapted;
  if (trp_volume_get_info (adapted)->modality == before)
    return;
  place->display.window = trp_window_get_default (adapted);
  place->original_display = place->display;
}

void
trp_document_change_role (TrpDocument *self, TrpRole from, TrpRole to)
{
  const TrpDocumentVolume other = self->volumes[to];
  TrpVolume *anchor = peek_anchor (self);
  g_autoptr (TrpVolume) anchor_before = anchor ? trp_volume_ref (anchor) : NULL;

  if (from == to || !self->volumes[from].volume)
    return;
  self->volumes[to] = self->volumes[from];
  self->volumes[from] = other;
  adapt_to_role (self, from);
  adapt_to_role (self, to);
  self->volumes[from].from_open_mr = self->volumes[to].from_open_mr = false;
  if (from == TRP_ROLE_MR || to == TRP_ROLE_MR)
    self->volumes[TRP_ROLE_SYNCT].from_open_mr = false;
  forget_links (self, anchor_before);
  update_title (self);
  trp_document_check_identity (self);
  trp_document_emit (self, TRP_DOCUMENT_VOLUME_CHANGED, (int) from);
  trp_document_emit (self, TRP_DOCUMENT_VOLUME_CHANGED, (int) to);
}

/* A computed file names no image that it was made from: only an equal patient and an equal grid
 * together say that it was this MR. */
static bool
is_from_mr (TrpDocument *self, TrpRole role)
{
  const TrpVolume *mr = self->volumes[TRP_ROLE_MR].volume, *volume = self->volumes[role].volume;

  if (!mr || role != TRP_ROLE_SYNCT)
    return false;
  if (self->volumes[role].from_open_mr)
    return true;
  const char *mine = trp_volume_get_info (volume)->patient_id;

  return trp_volume_get_info (volume)->provenance && mine && *mine &&
         g_strcmp0 (mine, trp_volume_get_info (mr)->patient_id) == 0 &&
         trp_geometry_equal (trp_volume_get_geometry (mr), trp_volume_get_geometry (volume));
}

TrpLink
trp_document_get_link (TrpDocument *self, TrpRole role)
{
  const TrpDocumentVolume *place = &self->volumes[role];
  const int anchor = trp_document_get_anchor (self);

  if (!place->volume || anchor == (int) role)
    return TRP_LINK_SAME_FRAME;
  const char *mine = trp_volume_get_info (place->volume)->frame_of_reference;
  const char *theirs = trp_volume_get_info (self->volumes[anchor].volume)->frame_of_reference;

  if (is_from_mr (self, role))
    return TRP_LINK_FROM_MR;
  if (mine && theirs && *mine && strcmp (mine, theirs) == 0)
    return TRP_LINK_SAME_FRAME;
  return place->link_confirmed ? TRP_LINK_CONFIRMED : TRP_LINK_ASSUMED;
}

void
trp_document_confirm_link (TrpDocument *self, TrpRole role)
{
  self->volumes[role].link_confirmed = true;
  trp_document_emit (self, TRP_DOCUMENT_VOLUME_CHANGED, (int) role);
}

bool
trp_document_has_open_warnings (TrpDocument *self, TrpRole role)
{
  const TrpDocumentVolume *place = &self->volumes[role];
  char **warnings = place->volume ? trp_volume_get_info (place->volume)->warnings : NULL;

  return warnings && *warnings && !place->warnings_acknowledged;
}

void
trp_document_acknowledge_warnings (TrpDocument *self, TrpRole role)
{
  self->volumes[role].warnings_acknowledged = true;
  trp_document_emit (self, TRP_DOCUMENT_VOLUME_CHANGED, (int) role);
}

const TrpDisplay *
trp_document_get_display (TrpDocument *self, TrpRole role)
{
  return &self->volumes[role].display;
}

void
trp_document_set_display (TrpDocument *self, TrpRole role, const TrpDisplay *display)
{
  TrpDisplay *mine = &self->volumes[role].display;

  if (trp_window_equal (&mine->window, &display->window) && mine->nearest == display->nearest)
    return;
  *mine = *display;
  trp_document_emit (self, TRP_DOCUMENT_DISPLAY_CHANGED, (int) role);
}

void
trp_document_reset_display (TrpDocument *self, TrpRole role)
{
  const TrpDisplay original = self->volumes[role].original_display;

  trp_document_set_display (self, role, &original);
}

/* ---- patient identity ---- */

typedef struct
{
  const char *id;
  const char *what;
} Patient;

static void
add_patient (GArray *patients, const char *id, const char *what)
{
  const Patient patient = { id, what };

  if (id && *id)
    g_array_append_val (patients, patient);
}

static char *
find_conflict (TrpDocument *self)
{
  g_autoptr (GArray) patients = g_array_new (FALSE, FALSE, sizeof (Patient));

  for (int role = 0; role < TRP_N_ROLES; role++)
    if (self->volumes[role].volume)
      add_patient (patients, trp_volume_get_info (self->volumes[role].volume)->patient_id,
                   trp_role_get_name ((TrpRole) role));
  for (guint n = 0; n < trp_document_get_n_readings (self); n++)
    add_patient (patients, trp_structure_set_get_patient_id (trp_document_get_reading (self, n)),
                 trp_structure_set_get_name (trp_document_get_reading (self, n)));
  for (guint n = 1; n < patients->len; n++)
    {
      const Patient *first = &g_array_index (patients, Patient, 0);
      const Patient *other = &g_array_index (patients, Patient, n);

      if (strcmp (first->id, other->id) != 0)
        return g_strdup_printf (
          _ ("Different patients side by side: %s belongs to %s, %s belongs to %s."), first->what,
          first->id, other->what, other->id);
    }
  return NULL;
}

void
trp_document_check_identity (TrpDocument *self)
{
  g_autofree char *conflict = find_conflict (self);

  if (g_strcmp0 (conflict, self->identity_conflict) == 0)
    return;
  g_free (self->identity_conflict);
  self->identity_conflict = g_steal_pointer (&conflict);
  trp_document_emit (self, TRP_DOCUMENT_IDENTITY_CHANGED);
}

const char *
trp_document_get_identity_conflict (TrpDocument *self)
{
  return g_strcmp0 (self->identity_conflict, self->identity_acknowledged) == 0
           ? NULL
           : self->identity_conflict;
}

void
trp_document_acknowledge_identity (TrpDocument *self)
{
  g_free (self->identity_acknowledged);
  self->identity_acknowledged = g_strdup (self->identity_conflict);
  trp_document_emit (self, TRP_DOCUMENT_IDENTITY_CHANGED);
}

/* ---- cursor and tools ---- */

TrpVec3
trp_document_get_cursor (TrpDocument *self)
{
  return self->cursor_lps;
}

void
trp_document_set_cursor (TrpDocument *self, TrpVec3 point_lps)
{
  if (memcmp (&self->cursor_lps, &point_lps, sizeof point_lps) == 0 || !isfinite (point_lps.v[0]) ||
      !isfinite (point_lps.v[1]) || !isfinite (point_lps.v[2]))
    return;
  self->cursor_lps = point_lps;
  self->cursor_is_placed = false;
  trp_document_emit (self, TRP_DOCUMENT_CURSOR_MOVED);
}

const TrpToolSettings *
trp_document_get_tool (TrpDocument *self)
{
  return &self->tool;
}

void
trp_document_set_tool (TrpDocument *self, const TrpToolSettings *settings)
{
  if (settings->kind != self->tool.kind)
    self->previous_tool = self->tool.kind;
  self->tool = *settings;
  self->tool.radius_mm = CLAMP (self->tool.radius_mm, TRP_TOOL_MIN_RADIUS_MM,
                                TRP_TOOL_MAX_RADIUS_MM);
  trp_document_emit (self, TRP_DOCUMENT_TOOL_CHANGED);
}

void
trp_document_swap_tool (TrpDocument *self)
{
  TrpToolSettings settings = self->tool;

  settings.kind = self->previous_tool;
  trp_document_set_tool (self, &settings);
}

void
trp_document_redraw_tool (TrpDocument *self)
{
  trp_document_emit (self, TRP_DOCUMENT_TOOL_MOVED);
}

bool
trp_document_get_structures_shown (TrpDocument *self)
{
  return self->structures_shown;
}

void
trp_document_set_structures_shown (TrpDocument *self, bool shown)
{
  if (self->structures_shown == shown)
    return;
  self->structures_shown = shown;
  trp_document_emit (self, TRP_DOCUMENT_STRUCTURES_CHANGED);
}

double
trp_document_get_fill_opacity (TrpDocument *self)
{
  return self->fill_opacity;
}

void
trp_document_set_fill_opacity (TrpDocument *self, double opacity)
{
  self->fill_opacity = CLAMP (opacity, 0, 1);
  trp_document_emit (self, TRP_DOCUMENT_STRUCTURES_CHANGED);
}

/* ---- jobs ---- */

static void
on_job_notify (TrpJob *job, void *user_data)
{
  trp_document_emit (user_data, TRP_DOCUMENT_JOBS_CHANGED, job);
}

void
trp_document_close (TrpDocument *self)
{
  self->is_closed = true;
  trp_document_cancel_computing (self);
  trp_document_discard_preview (self);
  trp_document_journal_close (self);
  for (guint n = 0; self->jobs && n < self->jobs->len; n++)
    {
      TrpJob *job = g_ptr_array_index (self->jobs, n);

      trp_job_set_notify (job, NULL, NULL);
      trp_job_cancel (job);
    }
}

bool
trp_document_is_closed (TrpDocument *self)
{
  return self->is_closed;
}

void
trp_document_add_job (TrpDocument *self, TrpJob *job)
{
  g_ptr_array_add (self->jobs, trp_job_ref (job));
  trp_job_set_notify (job, on_job_notify, self);
  trp_document_emit (self, TRP_DOCUMENT_JOBS_CHANGED, NULL);
}

GPtrArray *
trp_document_get_jobs (TrpDocument *self)
{
  return self->jobs;
}

void
trp_document_dismiss_job (TrpDocument *self, TrpJob *job)
{
  trp_job_set_notify (job, NULL, NULL);
  if (g_ptr_array_remove (self->jobs, job))
    trp_document_emit (self, TRP_DOCUMENT_JOBS_CHANGED, NULL);
}

guint
trp_document_count_running_jobs (TrpDocument *self)
{
  guint running = 0;

  for (guint n = 0; n < self->jobs->len; n++)
    {
      const TrpJobState state = trp_job_get_state (g_ptr_array_index (self->jobs, n));

      running += state == TRP_JOB_RUNNING || state == TRP_JOB_PAUSED;
    }
  return running;
}
