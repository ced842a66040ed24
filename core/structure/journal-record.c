/* journal-record.c - see journal-record.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/journal-record.h"

#include <string.h>

#define NO_TEXT UINT32_MAX
#define MAX_STRUCTURES 65535 /* of a reading, deleted ones included */
/* A step of a few bytes makes planes of a whole slice each, so the grid bounds what a file can ask
 * for: half a gigabyte a structure; 4096 x 4096 x 256 fits. */
#define MAX_VOXELS 4294967296.0

/* What the journal knows of a structure. */
typedef struct
{
  TrpStructure *structure;
  TrpMask *base;
  bool visible, locked;
} Known;

struct _TrpJournalReading
{
  TrpEditSession *session; /* borrowed */
  GArray *known;           /* Known, by number */
};

/* ---- numbers and texts ---- */

static void
put_u8 (GByteArray *out, unsigned value)
{
  const uint8_t byte = (uint8_t) value;

  g_byte_array_append (out, &byte, 1);
}

static void
put_u16 (GByteArray *out, size_t value)
{
  const uint16_t number = GUINT16_TO_LE ((uint16_t) value);

  g_byte_array_append (out, (const uint8_t *) &number, sizeof number);
}

static void
put_u32 (GByteArray *out, size_t value)
{
  const uint32_t number = GUINT32_TO_LE ((uint32_t) value);

  g_byte_array_append (out, (const uint8_t *) &number, sizeof number);
}

static void
put_u64 (GByteArray *out, uint64_t value)
{
  const uint64_t number = GUINT64_TO_LE (value);

  g_byte_array_append (out, (const uint8_t *) &number, sizeof number);
}

static void
put_f64 (GByteArray *out, double value)
{
  uint64_t bits;

  memcpy (&bits, &value, sizeof bits);
  put_u64 (out, bits);
}

void
trp_journal_put_path (GByteArray *out, const char *path)
{
  put_u32 (out, path ? strlen (path) : NO_TEXT);
  if (path)
    g_byte_array_append (out, (const uint8_t *) path, (guint) strlen (path));
}

char *
trp_journal_get_path (TrpReader *reader)
{
  const uint32_t size = trp_reader_u32 (reader);
  const uint8_t *bytes = size == NO_TEXT ? NULL : trp_reader_bytes (reader, size);

  return bytes ? g_strndup ((const char *) bytes, size) : NULL;
}

void
trp_journal_put_text (GByteArray *out, const char *text)
{
  g_autofree char *valid = text ? g_utf8_make_valid (text, -1) : NULL;

  trp_journal_put_path (out, valid);
}

char *
trp_journal_get_text (TrpReader *reader)
{
  g_autofree char *text = trp_journal_get_path (reader);

  if (text && !g_utf8_validate (text, -1, NULL))
    reader->failed = true;
  return reader->failed ? NULL : g_steal_pointer (&text);
}

static bool
refuse (GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "A record of the journal is damaged");
  return false;
}

void
trp_journal_put_head (GByteArray *out, const TrpJournalHead *head)
{
  put_u8 (out, head->kind);
  put_u32 (out, head->reading);
  put_u64 (out, (uint64_t) head->begin_us);
  put_u64 (out, (uint64_t) head->end_us);
}

bool
trp_journal_get_head (TrpReader *reader, TrpJournalHead *out_head, GError **error)
{
  const uint8_t kind = trp_reader_u8 (reader);

  *out_head = (TrpJournalHead){ .kind = (TrpJournalKind) kind };
  out_head->reading = trp_reader_u32 (reader);
  out_head->begin_us = (int64_t) trp_reader_u64 (reader);
  out_head->end_us = (int64_t) trp_reader_u64 (reader);
  return (!reader->failed && kind <= TRP_JOURNAL_SAVED) || refuse (error);
}

/* ---- readings and their structures ---- */

static void
clear_known (gpointer data)
{
  Known *known = data;

  trp_structure_unref (known->structure);
  trp_mask_free (known->base);
}

TrpJournalReading *
trp_journal_reading_new (TrpEditSession *session)
{
  TrpJournalReading *self = g_new0 (TrpJournalReading, 1);

  self->session = session;
  self->known = g_array_new (false, false, sizeof (Known));
  g_array_set_clear_func (self->known, clear_known);
  return self;
}

void
trp_journal_reading_free (TrpJournalReading *self)
{
  if (!self)
    return;
  g_array_unref (self->known);
  g_free (self);
}

TrpEditSession *
trp_journal_reading_peek_session (const TrpJournalReading *self)
{
  return self->session;
}

static Known *
get_known (const TrpJournalReading *self, size_t number)
{
  return number < self->known->len ? &g_array_index (self->known, Known, number) : NULL;
}

static bool
find_number (const TrpJournalReading *self, const TrpStructure *structure, size_t *out_number)
{
  for (*out_number = 0; *out_number < self->known->len; (*out_number)++)
    if (get_known (self, *out_number)->structure == structure)
      return true;
  return false;
}

const TrpMask *
trp_journal_reading_peek_base (const TrpJournalReading *self, const TrpStructure *structure)
{
  size_t number;

  return find_number (self, structure, &number) ? get_known (self, number)->base : NULL;
}

static Known *
add_known (TrpJournalReading *self, TrpStructure *structure, const TrpMask *base)
{
  const Known known = { .structure = trp_structure_ref (structure),
                        .base = trp_mask_copy (base),
                        .visible = trp_structure_get_visible (structure),
                        .locked = trp_structure_get_locked (structure) };

  g_array_append_val (self->known, known);
  return get_known (self, self->known->len - 1);
}

/* ---- patches ---- */

static size_t
count_runs (const TrpPatch *patch)
{
  TrpPatchRun run;
  size_t n_runs = 0;

  for (size_t position = 0; trp_patch_next_run (patch, &position, &run); n_runs++)
    continue;
  return n_runs;
}

static void
put_patch (GByteArray *out, const TrpPatch *patch)
{
  TrpPatchRun run;

  put_u32 (out, count_runs (patch));
  for (size_t position = 0; trp_patch_next_run (patch, &position, &run);)
    {
      put_u16 (out, run.k);
      put_u16 (out, run.j);
      put_u16 (out, run.word);
      put_u16 (out, run.n_words);
      for (size_t n = 0; n < run.n_words; n++)
        put_u64 (out, run.bits[n]);
    }
}

/* The words of a run lie in the grid, in the order in which a patch is built, and no spare bit
 * behind a row's last voxel is set. */
static bool
get_run (TrpReader *reader, const TrpGeometry *geometry, size_t *next_place, TrpPatch *patch)
{
  const size_t n_row_words = (geometry->size[0] + 63) / 64;
  const size_t k = trp_reader_u16 (reader), j = trp_reader_u16 (reader);
  const size_t word = trp_reader_u16 (reader), n_words = trp_reader_u16 (reader);
  const size_t place = (k * geometry->size[1] + j) * n_row_words + word;
  const size_t n_last_bits = geometry->size[0] % 64;

  if (reader->failed || k >= geometry->size[2] || j >= geometry->size[1] || n_words == 0 ||
      word + n_words > n_row_words || place < *next_place)
    return false;
  for (size_t n = 0; n < n_words; n++)
    {
      const uint64_t bits = trp_reader_u64 (reader);

      if (bits == 0 || reader->failed ||
          (n_last_bits && word + n == n_row_words - 1 && bits >> n_last_bits))
        return false;
      trp_patch_append (patch, k, j, word + n, bits);
    }
  *next_place = place + n_words;
  return true;
}

static TrpPatch *
get_patch (TrpReader *reader, const TrpGeometry *geometry)
{
  g_autoptr (TrpPatch) patch = trp_patch_new ();
  const uint32_t n_runs = trp_reader_u32 (reader);
  size_t next_place = 0;

  for (uint32_t n = 0; n < n_runs; n++)
    if (!get_run (reader, geometry, &next_place, patch))
      {
        reader->failed = true;
        return NULL;
      }
  return reader->failed ? NULL : g_steal_pointer (&patch);
}

/* ---- structures ---- */

static void
put_attributes (GByteArray *out, const TrpStructure *structure)
{
  const TrpColor color = trp_structure_get_color (structure);

  trp_journal_put_text (out, trp_structure_get_name (structure));
  put_u8 (out, color.red);
  put_u8 (out, color.green);
  put_u8 (out, color.blue);
  put_u8 (out, trp_structure_get_origin (structure));
  trp_journal_put_text (out, trp_structure_get_provenance (structure));
}

/* What an ATTRIBUTES record holds. */
static bool
get_attributes (TrpReader *reader, TrpEditRecord *out_record)
{
  uint8_t origin;

  out_record->name = trp_journal_get_text (reader);
  out_record->color.red = trp_reader_u8 (reader);
  out_record->color.green = trp_reader_u8 (reader);
  out_record->color.blue = trp_reader_u8 (reader);
  origin = trp_reader_u8 (reader);
  out_record->origin = (TrpOrigin) origin;
  out_record->provenance = trp_journal_get_text (reader);
  return !reader->failed && out_record->name && origin <= TRP_ORIGIN_MANUAL;
}

static void
put_structure (GByteArray *out, const TrpStructure *structure, const TrpMask *mask)
{
  g_autoptr (TrpMask) nothing = trp_mask_new (trp_mask_get_geometry (mask));
  g_autoptr (TrpPatch) patch = trp_patch_new_difference (nothing, mask);

  put_attributes (out, structure);
  put_u16 (out, trp_structure_get_label (structure));
  put_u8 (out, trp_structure_get_visible (structure));
  put_u8 (out, trp_structure_get_locked (structure));
  put_patch (out, patch);
}

static TrpStructure *
get_structure (TrpReader *reader, const TrpGeometry *geometry)
{
  g_autoptr (TrpMask) mask = trp_mask_new (geometry);
  g_autoptr (TrpStructure) structure = NULL;
  g_autoptr (TrpPatch) patch = NULL;
  TrpEditRecord attributes = { 0 };

  if (get_attributes (reader, &attributes))
    {
      const uint16_t label = trp_reader_u16 (reader);
      const uint8_t visible = trp_reader_u8 (reader), locked = trp_reader_u8 (reader);

      patch = get_patch (reader, geometry);
      if (patch)
        {
          trp_patch_apply (patch, mask);
          structure = trp_structure_new (attributes.name, attributes.color,
                                         g_steal_pointer (&mask));
          trp_structure_set_origin (structure, attributes.origin);
          trp_structure_set_provenance (structure, attributes.provenance);
          trp_structure_set_label (structure, label);
          trp_structure_set_visible (structure, visible);
          trp_structure_set_locked (structure, locked);
        }
    }
  g_free (attributes.name);
  g_free (attributes.provenance);
  return g_steal_pointer (&structure);
}

/* ---- a reading ---- */

void
trp_journal_put_reading (GByteArray *out, TrpJournalReading *self)
{
  const TrpStructureSet *set = trp_edit_session_peek_set (self->session);
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  const TrpHistory *history = trp_edit_session_peek_history (self->session);
  const size_t size = trp_structure_set_get_size (set);

  put_u64 (out, trp_history_get_state (history));
  put_u64 (out, trp_history_get_saved_state (history));
  trp_journal_put_text (out, trp_structure_set_get_name (set));
  trp_journal_put_text (out, trp_structure_set_get_frame_of_reference (set));
  trp_journal_put_text (out, trp_structure_set_get_patient_id (set));
  for (int axis = 0; axis < 3; axis++)
    put_u32 (out, geometry->size[axis]);
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 4; column++)
      put_f64 (out, geometry->lps_from_ijk.m[row][column]);
  put_u32 (out, size);
  for (size_t n = 0; n < size; n++)
    {
      TrpStructure *structure = trp_structure_set_get (set, n);
      const TrpMask *mask = trp_structure_peek_mask (structure);

      add_known (self, structure, mask);
      put_structure (out, structure, mask);
    }
}

static bool
get_geometry (TrpReader *reader, TrpGeometry *out_geometry, GError **error)
{
  size_t size[3];
  TrpAffine affine;

  for (int axis = 0; axis < 3; axis++)
    size[axis] = trp_reader_u32 (reader);
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 4; column++)
      affine.m[row][column] = trp_reader_f64 (reader);
  if (reader->failed)
    return refuse (error);
  if ((double) size[0] * (double) size[1] * (double) size[2] > MAX_VOXELS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "The journal says %zu x %zu x %zu voxels; a reading has at most 2^32", size[0],
                   size[1], size[2]);
      return false;
    }
  return trp_geometry_init (out_geometry, size, &affine, error);
}

static bool
fill_set (TrpReader *reader, TrpStructureSet *set, GError **error)
{
  const uint32_t size = trp_reader_u32 (reader);

  for (uint32_t n = 0; n < size; n++)
    {
      g_autoptr (TrpStructure)
        structure = get_structure (reader, trp_structure_set_get_geometry (set));

      if (!structure || n == MAX_STRUCTURES)
        return refuse (error);
      trp_structure_set_append (set, structure);
    }
  return !reader->failed || refuse (error);
}

TrpJournalReading *
trp_journal_get_reading (TrpReader *reader, GError **error)
{
  const uint64_t first_state = trp_reader_u64 (reader), saved_state = trp_reader_u64 (reader);
  g_autofree char *name = trp_journal_get_text (reader);
  g_autofree char *frame_of_reference = trp_journal_get_text (reader);
  g_autofree char *patient_id = trp_journal_get_text (reader);
  g_autoptr (TrpStructureSet) set = NULL;
  TrpJournalReading *self;
  TrpGeometry geometry;

  if (!get_geometry (reader, &geometry, error))
    return NULL;
  set = trp_structure_set_new (name ? name : "", &geometry);
  trp_structure_set_set_frame_of_reference (set, frame_of_reference);
  trp_structure_set_set_patient_id (set, patient_id);
  if (!fill_set (reader, set, error))
    return NULL;
  self = trp_journal_reading_new (trp_edit_session_new (set));
  trp_edit_session_begin_at (self->session, first_state, saved_state);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      TrpStructure *structure = trp_structure_set_get (set, n);

      add_known (self, structure, trp_structure_peek_mask (structure));
    }
  return self;
}

/* ---- steps ---- */

/* The mask with which the record @index of @step brought its structure: later records of the same
 * step may have changed it since. */
static TrpMask *
dup_mask_as_added (TrpEditStep *step, size_t index)
{
  TrpStructure *structure = trp_edit_step_get (step, index)->structure;
  TrpMask *mask = trp_mask_copy (trp_structure_peek_mask (structure));

  for (size_t n = index + 1; n < trp_edit_step_get_size (step); n++)
    {
      const TrpEditRecord *record = trp_edit_step_get (step, n);

      if (record->kind == TRP_EDIT_VOXELS && record->structure == structure)
        trp_patch_apply (record->patch, mask);
    }
  return mask;
}

static void
put_added (GByteArray *out, TrpJournalReading *self, TrpEditStep *step, size_t index, bool is_new)
{
  const TrpEditRecord *record = trp_edit_step_get (step, index);

  put_u32 (out, record->to);
  if (is_new)
    {
      g_autoptr (TrpMask) mask = dup_mask_as_added (step, index);

      add_known (self, record->structure, mask);
      put_structure (out, record->structure, mask);
    }
}

static void
put_record (GByteArray *out, TrpJournalReading *self, TrpEditStep *step, size_t index)
{
  const TrpEditRecord *record = trp_edit_step_get (step, index);
  size_t number;
  const bool is_known = find_number (self, record->structure, &number);

  put_u8 (out, record->kind);
  put_u32 (out, number);
  switch (record->kind)
    {
    case TRP_EDIT_VOXELS:
      put_patch (out, record->patch);
      break;
    case TRP_EDIT_ADDED:
      put_added (out, self, step, index, !is_known);
      break;
    case TRP_EDIT_REMOVED:
      put_u32 (out, record->from);
      break;
    case TRP_EDIT_MOVED:
      put_u32 (out, record->from);
      put_u32 (out, record->to);
      break;
    case TRP_EDIT_ATTRIBUTES: /* the step is done, so the structure has the new values */
      put_attributes (out, record->structure);
      break;
    case TRP_EDIT_HISTORY:
    default:
      g_assert_not_reached ();
    }
}

void
trp_journal_put_step (GByteArray *out, TrpJournalReading *self, TrpEditStep *step)
{
  put_u64 (out, trp_edit_step_get_state (step));
  trp_journal_put_text (out, trp_edit_step_get_name (step));
  put_u32 (out, trp_edit_step_get_size (step));
  for (size_t n = 0; n < trp_edit_step_get_size (step); n++)
    put_record (out, self, step, n);
}

/**
 * Replay: a step while it is read
 * @order: structures as they will stand in the set after the records so far: places are checked
 * against it, before anything is changed
 */
typedef struct
{
  TrpJournalReading *reading;
  TrpReader *bytes;
  TrpEditStep *step;
  GPtrArray *order;
} Replay;

static bool
find_in_order (const Replay *replay, const TrpStructure *structure, size_t *out_index)
{
  guint index;

  if (!g_ptr_array_find (replay->order, structure, &index))
    return false;
  *out_index = index;
  return true;
}

static bool
read_added (Replay *replay, size_t number)
{
  const Known *known = get_known (replay->reading, number);
  const size_t to = trp_reader_u32 (replay->bytes);
  g_autoptr (TrpStructure) structure = NULL;
  size_t index;

  if (to > replay->order->len)
    return false;
  if (known)
    structure = trp_structure_ref (known->structure);
  else if (number == replay->reading->known->len && number < MAX_STRUCTURES)
    {
      structure = get_structure (
        replay->bytes,
        trp_structure_set_get_geometry (trp_edit_session_peek_set (replay->reading->session)));
      if (!structure)
        return false;
      add_known (replay->reading, structure, trp_structure_peek_mask (structure));
    }
  if (!structure || find_in_order (replay, structure, &index))
    return false;
  trp_edit_step_add (replay->step, TRP_EDIT_ADDED, structure)->to = to;
  g_ptr_array_insert (replay->order, (gint) to, structure);
  return true;
}

static bool
read_removed (Replay *replay, TrpStructure *structure, size_t place)
{
  const size_t from = trp_reader_u32 (replay->bytes);

  if (from != place)
    return false;
  trp_edit_step_add (replay->step, TRP_EDIT_REMOVED, structure)->from = from;
  g_ptr_array_remove_index (replay->order, (guint) from);
  return true;
}

static bool
read_moved (Replay *replay, TrpStructure *structure, size_t place)
{
  const size_t from = trp_reader_u32 (replay->bytes), to = trp_reader_u32 (replay->bytes);
  TrpEditRecord *record;

  if (from != place || to >= replay->order->len)
    return false;
  record = trp_edit_step_add (replay->step, TRP_EDIT_MOVED, structure);
  record->from = from;
  record->to = to;
  g_ptr_array_remove_index (replay->order, (guint) from);
  g_ptr_array_insert (replay->order, (gint) to, structure);
  return true;
}

static bool
read_record (Replay *replay)
{
  const uint8_t kind = trp_reader_u8 (replay->bytes);
  const size_t number = trp_reader_u32 (replay->bytes);
  const Known *known = get_known (replay->reading, number);
  TrpEditRecord *record;
  size_t place;

  if (kind == TRP_EDIT_ADDED)
    return read_added (replay, number);
  if (!known || !find_in_order (replay, known->structure, &place))
    return false;
  switch (kind)
    {
    case TRP_EDIT_VOXELS:
      record = trp_edit_step_add (replay->step, TRP_EDIT_VOXELS, known->structure);
      record->patch = get_patch (
        replay->bytes, trp_mask_get_geometry (trp_structure_peek_mask (known->structure)));
      return record->patch != NULL;
    case TRP_EDIT_REMOVED:
      return read_removed (replay, known->structure, place);
    case TRP_EDIT_MOVED:
      return read_moved (replay, known->structure, place);
    case TRP_EDIT_ATTRIBUTES:
      record = trp_edit_step_add (replay->step, TRP_EDIT_ATTRIBUTES, known->structure);
      return get_attributes (replay->bytes, record);
    default:
      return false;
    }
}

static bool
read_records (Replay *replay)
{
  const uint32_t n_records = trp_reader_u32 (replay->bytes);

  for (uint32_t n = 0; n < n_records; n++)
    if (replay->bytes->failed || !read_record (replay))
      return false;
  return !replay->bytes->failed;
}

bool
trp_journal_replay_step (TrpReader *reader, TrpJournalReading *self, GError **error)
{
  const TrpStructureSet *set = trp_edit_session_peek_set (self->session);
  const uint64_t state = trp_reader_u64 (reader);
  g_autofree char *name = trp_journal_get_text (reader);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (TrpEditStep) step = trp_edit_step_new (name ? name : "");
  Replay replay = { .reading = self, .bytes = reader, .step = step, .order = order };
  const guint n_known = self->known->len;

  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    g_ptr_array_add (order, trp_structure_set_get (set, n));
  if (state == 0 || !read_records (&replay))
    {
      g_array_set_size (self->known, n_known);
      return refuse (error);
    }
  trp_edit_session_replay (self->session, g_steal_pointer (&step), state);
  return true;
}

/* ---- settings ---- */

bool
trp_journal_put_setting (GByteArray *out, TrpJournalReading *self, TrpStructure *structure)
{
  size_t number;
  Known *known;

  if (!find_number (self, structure, &number))
    return false;
  known = get_known (self, number);
  if (known->visible == trp_structure_get_visible (structure) &&
      known->locked == trp_structure_get_locked (structure))
    return false;
  known->visible = trp_structure_get_visible (structure);
  known->locked = trp_structure_get_locked (structure);
  put_u32 (out, number);
  put_u8 (out, known->visible);
  put_u8 (out, known->locked);
  return true;
}

bool
trp_journal_replay_setting (TrpReader *reader, TrpJournalReading *self, GError **error)
{
  Known *known = get_known (self, trp_reader_u32 (reader));
  const bool visible = trp_reader_u8 (reader), locked = trp_reader_u8 (reader);
  size_t index;

  if (reader->failed || !known ||
      !trp_structure_set_find_index (trp_edit_session_peek_set (self->session), known->structure,
                                     &index))
    return refuse (error);
  known->visible = visible;
  known->locked = locked;
  trp_edit_session_set_visible (self->session, known->structure, visible);
  trp_edit_session_set_locked (self->session, known->structure, locked);
  return true;
}
