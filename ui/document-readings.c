/* document-readings.c - the document's readings, strokes and history
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A reading that is edited has an edit session, which alone may change it; the document keeps one
 * session per reading that was ever edited, so that changing readings does not lose their history.
 */

#include "config.h"
#include "core/structure/push.h"
#include "core/structure/smart-brush.h"
#include "ui/document-compare.h"
#include "ui/document-journal.h"
#include "ui/document-compute.h"
#include "ui/document-preview.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

typedef struct
{
  TrpStructureSet *set;
  TrpEditSession *session; /* NULL until edited */
  char *save_path;
  TrpReadingKind kind;
  bool is_compared;
  GHashTable *guarded; /* structures whose lock follows the choice: (element-type TrpStructure) */
} Reading;

struct _TrpDocumentReadings
{
  TrpDocument *document; /* borrowed: the owner */
  GPtrArray *list;       /* (element-type Reading) */
  int edited, reference;
  int active;
  bool reference_is_own_copy; /* the reference is what the edited reading began as */
};

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  trp_edit_session_free (reading->session);
  trp_structure_set_unref (reading->set);
  g_free (reading->save_path);
  g_hash_table_unref (reading->guarded);
  g_free (reading);
}

TrpDocumentReadings *
trp_document_readings_new (TrpDocument *document)
{
  TrpDocumentReadings *self = g_new0 (TrpDocumentReadings, 1);

  self->document = document;
  self->list = g_ptr_array_new_with_free_func (reading_free);
  self->edited = self->reference = self->active = -1;
  return self;
}

void
trp_document_readings_free (TrpDocumentReadings *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

static Reading *
get (TrpDocument *self, int index)
{
  return index < 0 || index >= (int) self->readings->list->len
           ? NULL
           : g_ptr_array_index (self->readings->list, index);
}

static Reading *
get_edited (TrpDocument *self)
{
  return get (self, self->readings->edited);
}

TrpEditSession *
trp_document_peek_session (TrpDocument *self)
{
  Reading *reading = get_edited (self);

  return reading ? reading->session : NULL;
}

guint
trp_document_get_n_readings (TrpDocument *self)
{
  return self->readings->list->len;
}

TrpStructureSet *
trp_document_get_reading (TrpDocument *self, guint index)
{
  return get (self, (int) index)->set;
}

int
trp_document_get_edited (TrpDocument *self)
{
  return self->readings->edited;
}

int
trp_document_get_reference (TrpDocument *self)
{
  return self->readings->reference;
}

TrpStructureSet *
trp_document_peek_edited (TrpDocument *self)
{
  Reading *reading = get_edited (self);

  return reading ? reading->set : NULL;
}

TrpStructureSet *
trp_document_peek_reference (TrpDocument *self)
{
  Reading *reading = get (self, self->readings->reference);

  return reading ? reading->set : NULL;
}

TrpStructure *
trp_document_find_reference (TrpDocument *self, TrpStructure *structure)
{
  TrpStructureSet *reference = trp_document_peek_reference (self);

  return reference && self->readings->reference != self->readings->edited
           ? trp_structure_set_find (reference, trp_structure_get_name (structure))
           : NULL;
}

/* ---- what the session tells ---- */

static void
hand_over_lock (TrpDocument *self, TrpStructure *from, TrpStructure *to)
{
  Reading *reading = get_edited (self);

  if (from == to)
    return;
  if (from && g_hash_table_contains (reading->guarded, from))
    trp_edit_session_set_locked (reading->session, from, true);
  if (to && g_hash_table_contains (reading->guarded, to))
    trp_edit_session_set_locked (reading->session, to, false);
}

/* The active structure is kept by its place; a deleted one hands over to its neighbour. */
static void
follow_list (TrpDocument *self, const TrpEditChange *change)
{
  const int size = (int) trp_structure_set_get_size (trp_document_peek_edited (self));
  int active = self->readings->active;

  if (change->kind == TRP_EDIT_ADDED)
    active = (int) change->index;
  else if (change->kind == TRP_EDIT_REMOVED && active >= (int) change->index && active > 0)
    active--;
  self->readings->active = CLAMP (active, -1, size - 1);
  if (size > 0 && self->readings->active < 0)
    self->readings->active = 0;
  trp_document_agreement_update (self);
  trp_document_emit (self, TRP_DOCUMENT_STRUCTURES_CHANGED);
  trp_document_emit (self, TRP_DOCUMENT_ACTIVE_CHANGED);
}

static void
on_edit (TrpEditSession *session, const TrpEditChange *change, void *user_data)
{
  TrpDocument *self = user_data;

  if (session != trp_document_peek_session (self))
    return;
  trp_document_preview_hear (self, change);
  switch (change->kind)
    {
    case TRP_EDIT_VOXELS:
      trp_document_agreement_apply (self, change);
      trp_document_emit (self, TRP_DOCUMENT_MASK_CHANGED, change);
      break;
    case TRP_EDIT_ADDED:
    case TRP_EDIT_REMOVED:
    case TRP_EDIT_MOVED:
      follow_list (self, change);
      break;
    case TRP_EDIT_ATTRIBUTES:
      trp_document_agreement_update (self);
      trp_document_emit (self, TRP_DOCUMENT_STRUCTURES_CHANGED);
      break;
    case TRP_EDIT_HISTORY:
      trp_document_emit (self, TRP_DOCUMENT_HISTORY_CHANGED);
      trp_document_emit (self, TRP_DOCUMENT_SAVED_CHANGED);
      break;
    }
}

/* ---- readings ---- */

static bool
is_taken (TrpDocument *self, const char *name)
{
  for (guint n = 0; n < self->readings->list->len; n++)
    if (strcmp (trp_structure_set_get_name (get (self, (int) n)->set), name) == 0)
      return true;
  return false;
}

/* Readings are chosen by name: a second "demo-prostate" is "demo-prostate 2". */
static void
make_name_unique (TrpDocument *self, TrpStructureSet *set)
{
  g_autofree char *name = g_strdup (trp_structure_set_get_name (set));
  g_autofree char *free_name = g_strdup (name);

  for (guint n = 2; is_taken (self, free_name); n++)
    {
      g_free (free_name);
      free_name = g_strdup_printf ("%s %u", name, n);
    }
  if (strcmp (name, free_name) != 0)
    trp_structure_set_set_name (set, free_name);
}

static guint
append (TrpDocument *self, TrpStructureSet *set, TrpReadingKind kind)
{
  Reading *reading = g_new0 (Reading, 1);

  make_name_unique (self, set);
  reading->set = trp_structure_set_ref (set);
  reading->kind = kind;
  reading->is_compared = kind == TRP_READING_OPENED || kind == TRP_READING_STARTED;
  reading->guarded = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) trp_structure_unref, NULL);
  g_ptr_array_add (self->readings->list, reading);
  return self->readings->list->len - 1;
}

static void
emit_all (TrpDocument *self)
{
  trp_document_blind_update (self);
  trp_document_agreement_update (self);
  trp_document_emit (self, TRP_DOCUMENT_READINGS_CHANGED);
  trp_document_emit (self, TRP_DOCUMENT_STRUCTURES_CHANGED);
  trp_document_emit (self, TRP_DOCUMENT_ACTIVE_CHANGED);
  trp_document_emit (self, TRP_DOCUMENT_HISTORY_CHANGED);
  trp_document_emit (self, TRP_DOCUMENT_SAVED_CHANGED);
}

/* Structures that were opened are locked, but for the one that is chosen, until the user sets their
 * locks. */
static void
guard (Reading *reading)
{
  for (size_t n = 0; n < trp_structure_set_get_size (reading->set); n++)
    {
      TrpStructure *structure = trp_structure_set_get (reading->set, n);

      g_hash_table_add (reading->guarded, trp_structure_ref (structure));
      trp_edit_session_set_locked (reading->session, structure, n != 0);
    }
}

static void
choose_edited (TrpDocument *self, int index)
{
  Reading *reading = get (self, index);

  trp_document_end_stroke (self);
  trp_document_cancel_computing (self);
  trp_document_discard_preview (self);
  self->readings->edited = reading ? index : -1;
  if (reading && !reading->session)
    {
      reading->session = trp_edit_session_new (reading->set);
      trp_edit_session_add_listener (reading->session, on_edit, self);
      guard (reading);
    }
  self->readings->active = reading && trp_structure_set_get_size (reading->set) > 0 ? 0 : -1;
  trp_document_journal_update (self);
}

GPtrArray *
trp_document_list_sessions (TrpDocument *self)
{
  GPtrArray *sessions = g_ptr_array_new ();

  for (guint n = 0; n < self->readings->list->len; n++)
    if (get (self, (int) n)->session)
      g_ptr_array_add (sessions, get (self, (int) n)->session);
  return sessions;
}

static Reading *
find_untouched (TrpDocument *self, const TrpStructureSet *set)
{
  for (guint n = 0; n < self->readings->list->len; n++)
    {
      Reading *reading = get (self, (int) n);

      if (reading->session &&
          trp_history_get_size (trp_edit_session_peek_history (reading->session)) == 0 &&
          strcmp (trp_structure_set_get_name (reading->set), trp_structure_set_get_name (set)) ==
            0 &&
          trp_geometry_equal (trp_structure_set_get_geometry (reading->set),
                              trp_structure_set_get_geometry (set)))
        return reading;
    }
  return NULL;
}

/* The structure that was chosen is the one that was not locked; the others' locks follow the choice
 * again. Returns: its index, or -1. */
static int
guard_restored (Reading *reading)
{
  int chosen = -1;

  for (size_t n = trp_structure_set_get_size (reading->set); n-- > 0;)
    if (!trp_structure_get_locked (trp_structure_set_get (reading->set, n)))
      chosen = (int) n;
  for (size_t n = 0; n < trp_structure_set_get_size (reading->set); n++)
    {
      TrpStructure *structure = trp_structure_set_get (reading->set, n);

      if (trp_structure_get_locked (structure) || (int) n == chosen)
        g_hash_table_add (reading->guarded, trp_structure_ref (structure));
    }
  return chosen < 0 && trp_structure_set_get_size (reading->set) > 0 ? 0 : chosen;
}

/* A journal does not say whose a reading was; by what is known of it nobody is counted twice. */
static TrpReadingKind
guess_kind (const TrpStructureSet *set)
{
  if (strcmp (trp_structure_set_get_name (set), _ ("edited")) == 0)
    return TRP_READING_COPY;
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const char *provenance = trp_structure_get_provenance (trp_structure_set_get (set, n));

      if (provenance && strstr (provenance, "\"consensus\""))
        return TRP_READING_CONSENSUS;
    }
  return TRP_READING_STARTED;
}

void
trp_document_adopt_session (TrpDocument *self, TrpEditSession *session)
{
  TrpStructureSet *set = (TrpStructureSet *) trp_edit_session_peek_set (session);
  Reading *reading = find_untouched (self, set);
  guint index;

  if (!reading)
    reading = get (self, (int) append (self, set, guess_kind (set)));
  trp_edit_session_free (reading->session);
  trp_structure_set_unref (reading->set);
  g_hash_table_remove_all (reading->guarded);
  reading->session = session;
  reading->set = trp_structure_set_ref (set);
  trp_edit_session_set_history_limit (session, TRP_HISTORY_DEFAULT_LIMIT);
  trp_edit_session_add_listener (session, on_edit, self);
  g_ptr_array_find (self->readings->list, reading, &index);
  choose_edited (self, (int) index);
  self->readings->active = guard_restored (reading);
  trp_document_check_identity (self);
  emit_all (self);
  trp_document_set_case_name (self, NULL);
}

/* A first reading is corrected against what it was: the file's own structures stay as the
 * reference, a copy (which shares all planes) is edited. */
guint
trp_document_add_reading (TrpDocument *self, TrpStructureSet *set)
{
  const guint index = append (self, set, TRP_READING_OPENED);
  TrpStructureSet *edited = trp_document_peek_edited (self);

  if (!edited || (trp_structure_set_get_size (edited) == 0 && self->readings->reference < 0))
    {
      g_autoptr (TrpStructureSet) copy = trp_structure_set_copy (set);

      trp_structure_set_set_name (copy, _ ("edited"));
      self->readings->reference = (int) index;
      self->readings->reference_is_own_copy = true;
      choose_edited (self, (int) append (self, copy, TRP_READING_COPY));
    }
  else if ((self->readings->reference < 0 || self->readings->reference_is_own_copy) &&
           trp_geometry_equal (trp_structure_set_get_geometry (set),
                               trp_structure_set_get_geometry (edited)))
    {
      self->readings->reference = (int) index;
      self->readings->reference_is_own_copy = false;
    }
  trp_document_check_identity (self);
  emit_all (self);
  trp_document_set_case_name (self, NULL);
  return index;
}

void
trp_document_edit_new_reading (TrpDocument *self, TrpStructureSet *set, TrpReadingKind kind)
{
  choose_edited (self, (int) append (self, set, kind));
  emit_all (self);
}

void
trp_document_start_reading (TrpDocument *self, TrpRole role, const char *name)
{
  TrpVolume *volume = trp_document_get_volume (self, role);
  g_autoptr (TrpStructureSet) set = NULL;

  if (!volume)
    return;
  set = trp_structure_set_new (name, trp_volume_get_geometry (volume));
  trp_structure_set_set_patient_id (set, trp_volume_get_info (volume)->patient_id);
  trp_structure_set_set_frame_of_reference (set, trp_volume_get_info (volume)->frame_of_reference);
  trp_document_edit_new_reading (self, set, TRP_READING_STARTED);
}

void
trp_document_set_edited (TrpDocument *self, int index)
{
  if (index == self->readings->edited)
    return;
  choose_edited (self, index);
  emit_all (self);
}

void
trp_document_set_reference (TrpDocument *self, int index)
{
  if (index == self->readings->reference)
    return;
  self->readings->reference = get (self, index) ? index : -1;
  self->readings->reference_is_own_copy = false;
  trp_document_emit (self, TRP_DOCUMENT_READINGS_CHANGED);
}

TrpReadingKind
trp_document_get_reading_kind (TrpDocument *self, guint index)
{
  return get (self, (int) index)->kind;
}

bool
trp_document_is_compared (TrpDocument *self, guint index)
{
  return get (self, (int) index)->is_compared;
}

void
trp_document_set_compared (TrpDocument *self, guint index, bool is_compared)
{
  Reading *reading = get (self, (int) index);

  if (reading->is_compared == is_compared)
    return;
  reading->is_compared = is_compared;
  trp_document_agreement_update (self);
  trp_document_emit (self, TRP_DOCUMENT_COMPARE_CHANGED);
}

/* ---- structures ---- */

int
trp_document_get_active (TrpDocument *self)
{
  return self->readings->active;
}

TrpStructure *
trp_document_peek_active (TrpDocument *self)
{
  TrpStructureSet *set = trp_document_peek_edited (self);
  const int active = self->readings->active;

  return set && active >= 0 && active < (int) trp_structure_set_get_size (set)
           ? trp_structure_set_get (set, (size_t) active)
           : NULL;
}

void
trp_document_set_active (TrpDocument *self, int index)
{
  TrpStructureSet *set = trp_document_peek_edited (self);

  if (index == self->readings->active || !set || index < -1 ||
      index >= (int) trp_structure_set_get_size (set))
    return;
  trp_document_end_stroke (self);
  TrpStructure *before = trp_document_peek_active (self);

  self->readings->active = index;
  hand_over_lock (self, before, trp_document_peek_active (self));
  trp_document_agreement_update (self);
  trp_document_emit (self, TRP_DOCUMENT_ACTIVE_CHANGED);
}

static bool
contains (const TrpStructure *structure, TrpVec3 point_ijk)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);

  for (int axis = 0; axis < 3; axis++)
    if (!(point_ijk.v[axis] >= -0.5 && point_ijk.v[axis] < (double) geometry->size[axis] - 0.5))
      return false;
  return trp_mask_get (mask, (size_t) floor (point_ijk.v[0] + 0.5),
                       (size_t) floor (point_ijk.v[1] + 0.5),
                       (size_t) floor (point_ijk.v[2] + 0.5));
}

char *
trp_document_dup_structures_at (TrpDocument *self, TrpVec3 point_lps)
{
  TrpStructureSet *set = trp_document_peek_edited (self);
  GString *names = g_string_new (NULL);

  for (size_t n = 0; set && n < trp_structure_set_get_size (set); n++)
    {
      TrpStructure *structure = trp_structure_set_get (set, n);
      const TrpVec3 point_ijk = trp_geometry_ijk_from_lps (trp_structure_set_get_geometry (set),
                                                           point_lps);

      if (trp_structure_get_visible (structure) && contains (structure, point_ijk))
        g_string_append_printf (names, "%s%s", names->len ? ", " : "",
                                trp_structure_get_name (structure));
    }
  return g_string_free (names, FALSE);
}

static void
report (TrpDocument *self, const GError *error)
{
  trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
}

TrpStructure *
trp_document_peek_structure (TrpDocument *self, guint index)
{
  TrpStructureSet *set = trp_document_peek_edited (self);

  return set && index < trp_structure_set_get_size (set) ? trp_structure_set_get (set, index)
                                                         : NULL;
}

static char *
find_free_name (TrpStructureSet *set)
{
  for (guint n = 1;; n++)
    {
      g_autofree char *name = g_strdup_printf (_ ("Structure %u"), n);

      if (!trp_structure_set_find (set, name))
        return g_steal_pointer (&name);
    }
}

void
trp_document_add_structure (TrpDocument *self, const char *name)
{
  const int anchor = trp_document_get_anchor (self);
  g_autoptr (TrpStructure) structure = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *free_name = NULL;
  g_autofree char *step = NULL;

  if (!trp_document_peek_edited (self) && anchor >= 0)
    trp_document_start_reading (self, (TrpRole) anchor, _ ("edited"));
  TrpStructureSet *set = trp_document_peek_edited (self);

  if (!set)
    {
      trp_document_report (self, TRP_SEVERITY_INFO,
                           _ ("Open an image first: structures are drawn on its grid."));
      return;
    }
  if (!trp_document_may_edit (self))
    return;
  free_name = name ? g_strdup (name) : find_free_name (set);
  step = g_strdup_printf (_ ("Add %s"), free_name);
  structure = trp_structure_new (free_name,
                                 trp_color_get_default (trp_structure_set_get_size (set)),
                                 trp_mask_new (trp_structure_set_get_geometry (set)));
  if (!trp_edit_session_add (trp_document_peek_session (self), step, structure, SIZE_MAX, &error))
    report (self, error);
}

void
trp_document_rename_structure (TrpDocument *self, guint index, const char *name)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;

  if (!structure || strcmp (trp_structure_get_name (structure), name) == 0 ||
      !trp_document_may_edit (self))
    return;
  step = g_strdup_printf (_ ("Rename %s to %s"), trp_structure_get_name (structure), name);
  if (!trp_edit_session_rename (trp_document_peek_session (self), step, structure, name, &error))
    report (self, error);
}

void
trp_document_remove_structure (TrpDocument *self, guint index)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;

  if (!structure || !trp_document_may_edit (self))
    return;
  step = g_strdup_printf (_ ("Delete %s"), trp_structure_get_name (structure));
  if (!trp_edit_session_remove (trp_document_peek_session (self), step, structure, &error))
    report (self, error);
}

void
trp_document_recolor_structure (TrpDocument *self, guint index, TrpColor color)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);
  g_autofree char *step = NULL;

  if (!structure || !trp_document_may_edit (self))
    return;
  step = g_strdup_printf (_ ("Colour of %s"), trp_structure_get_name (structure));
  trp_edit_session_recolor (trp_document_peek_session (self), step, structure, color);
}

void
trp_document_set_structure_visible (TrpDocument *self, guint index, bool visible)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);

  if (structure)
    trp_edit_session_set_visible (trp_document_peek_session (self), structure, visible);
}

void
trp_document_set_structure_locked (TrpDocument *self, guint index, bool locked)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);

  if (!structure)
    return;
  g_hash_table_remove (get_edited (self)->guarded, structure);
  trp_edit_session_set_locked (trp_document_peek_session (self), structure, locked);
}

/* ---- strokes and history ---- */

TrpStructure *
trp_document_peek_target (TrpDocument *self)
{
  TrpStructure *structure = trp_document_peek_active (self);

  if (!structure)
    trp_document_report (self, TRP_SEVERITY_INFO,
                         _ ("Add or choose a structure first: there is nothing to draw on."));
  return structure && trp_document_may_edit (self) ? structure : NULL;
}

TrpPaintOptions
trp_document_get_paint_options (TrpDocument *self, TrpRole role)
{
  const TrpToolSettings *tool = trp_document_get_tool (self);

  return (TrpPaintOptions){ .erase = tool->kind == TRP_TOOL_ERASER,
                            .over = tool->over,
                            .limit = tool->limited ? trp_document_get_volume (self, role) : NULL,
                            .low = tool->low,
                            .high = tool->high };
}

static TrpBrush
get_brush (const TrpToolSettings *tool, const TrpPlane *plane)
{
  const TrpBrushShape push_shape = tool->push_ball ? TRP_BRUSH_BALL : TRP_BRUSH_DISC;

  return (TrpBrush){
    .shape = tool->kind == TRP_TOOL_PUSH ? push_shape : tool->shape,
    .radius = tool->radius_mm,
    .normal_lps = plane->normal,
    .edge_lps = plane->right,
  };
}

static const TrpStencilMaker *
get_maker (const TrpToolSettings *tool)
{
  if (tool->kind == TRP_TOOL_PUSH)
    return &trp_push;
  return tool->smart ? &trp_smart_brush : NULL;
}

static char *
dup_step_name (const TrpToolSettings *tool, const TrpStructure *structure)
{
  const char *name = trp_structure_get_name (structure);

  if (tool->kind == TRP_TOOL_PUSH)
    return g_strdup_printf (_ ("Push %s"), name);
  return g_strdup_printf (tool->kind == TRP_TOOL_ERASER ? _ ("Erase %s") : _ ("Brush %s"), name);
}

bool
trp_document_begin_stroke (TrpDocument *self,
                           TrpRole role,
                           const TrpPlane *plane,
                           TrpVec3 point_lps)
{
  const TrpToolSettings *tool = trp_document_get_tool (self);
  const TrpBrush brush = get_brush (tool, plane);
  TrpPaintOptions options = trp_document_get_paint_options (self, role);
  TrpStructure *structure = trp_document_peek_target (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;

  if (!structure)
    return false;
  options.maker = get_maker (tool);
  options.image = trp_document_get_volume (self, role);
  step = dup_step_name (tool, structure);
  if (trp_edit_session_begin_stroke (trp_document_peek_session (self), step, structure, &brush,
                                     &options, point_lps, &error))
    return true;
  report (self, error);
  return false;
}

bool
trp_document_paint (
  TrpDocument *self, TrpRole role, const char *step, const TrpPatch *stencil, bool erase)
{
  TrpPaintOptions options = trp_document_get_paint_options (self, role);
  TrpStructure *structure = trp_document_peek_target (self);
  g_autoptr (GError) error = NULL;

  options.erase = erase;
  if (!structure)
    return false;
  if (trp_edit_session_paint (trp_document_peek_session (self), step, structure, stencil, &options,
                              &error))
    return true;
  report (self, error);
  return false;
}

/* The session itself says whether it would refuse. */
bool
trp_document_may_paint (TrpDocument *self)
{
  g_autoptr (TrpPatch) nothing = trp_patch_new ();

  return trp_document_paint (self, TRP_ROLE_OTHER, "", nothing, false);
}

TrpPatch *
trp_document_try_paint (TrpDocument *self, TrpRole role, const TrpPatch *stencil, bool erase)
{
  TrpStructure *structure = trp_document_peek_active (self);
  TrpPaintOptions options = trp_document_get_paint_options (self, role);
  g_autoptr (TrpPatch) allowed = NULL;

  if (!structure)
    return trp_patch_new ();
  options.erase = erase;
  allowed = trp_paint_restrict (stencil, trp_document_peek_edited (self), structure, &options);
  return trp_paint_get_change (allowed, trp_structure_peek_mask (structure), erase);
}

void
trp_document_extend_stroke (TrpDocument *self, TrpVec3 point_lps)
{
  if (trp_document_peek_session (self))
    trp_edit_session_extend_stroke (trp_document_peek_session (self), point_lps);
}

void
trp_document_end_stroke (TrpDocument *self)
{
  if (trp_document_peek_session (self))
    trp_edit_session_end_stroke (trp_document_peek_session (self));
}

void
trp_document_cancel_stroke (TrpDocument *self)
{
  if (trp_document_peek_session (self))
    trp_edit_session_cancel_stroke (trp_document_peek_session (self));
}

bool
trp_document_is_stroking (TrpDocument *self)
{
  return trp_document_peek_session (self) &&
         trp_edit_session_is_stroking (trp_document_peek_session (self));
}

bool
trp_document_can_undo (TrpDocument *self)
{
  TrpEditSession *session = trp_document_peek_session (self);

  return session && trp_history_get_position (trp_edit_session_peek_history (session)) > 0;
}

bool
trp_document_can_redo (TrpDocument *self)
{
  TrpEditSession *session = trp_document_peek_session (self);

  if (!session)
    return false;
  const TrpHistory *history = trp_edit_session_peek_history (session);

  return trp_history_get_position (history) < trp_history_get_size (history);
}

void
trp_document_undo (TrpDocument *self)
{
  if (trp_document_can_undo (self) && trp_document_may_edit (self))
    trp_edit_session_undo (trp_document_peek_session (self));
}

void
trp_document_redo (TrpDocument *self)
{
  if (trp_document_can_redo (self) && trp_document_may_edit (self))
    trp_edit_session_redo (trp_document_peek_session (self));
}

void
trp_document_go_to_step (TrpDocument *self, size_t position)
{
  if (trp_document_peek_session (self) && trp_document_may_edit (self))
    trp_edit_session_go_to (trp_document_peek_session (self), position);
}

/* ---- saved or not ---- */

static bool
is_unsaved (const Reading *reading)
{
  return reading && reading->session && trp_edit_session_is_dirty (reading->session);
}

bool
trp_document_has_unsaved (TrpDocument *self)
{
  for (guint n = 0; n < self->readings->list->len; n++)
    if (is_unsaved (get (self, (int) n)))
      return true;
  return false;
}

bool
trp_document_choose_unsaved (TrpDocument *self)
{
  for (guint n = 0; n < self->readings->list->len && !is_unsaved (get_edited (self)); n++)
    if (is_unsaved (get (self, (int) n)))
      trp_document_set_edited (self, (int) n);
  return is_unsaved (get_edited (self));
}

const char *
trp_document_get_save_path (TrpDocument *self)
{
  const Reading *reading = get_edited (self);

  return reading ? reading->save_path : NULL;
}

void
trp_document_mark_saved (TrpDocument *self, int index, const char *path, uint64_t state)
{
  Reading *reading = get (self, index);

  if (!reading)
    return;
  g_free (reading->save_path);
  reading->save_path = g_strdup (path);
  if (reading->session)
    trp_edit_session_mark_state_saved (reading->session, state);
  trp_document_emit (self, TRP_DOCUMENT_SAVED_CHANGED);
}
