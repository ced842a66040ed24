/* edit.c - see edit.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/edit.h"

#include "core/structure/stencil.h"

/* The parts by which one stroke has changed one structure. */
typedef struct
{
  TrpStructure *structure;
  GPtrArray *patches;
} StrokePart;

/**
 * Stroke: from press to release
 * @last_lps: end of the path so far, for a flat brush in the plane of its first point
 * @maker, @state: of its stencils; NULL for a stroke that has one stencil from the start
 * @parts: of the target and of structures that lost voxels to it
 */
typedef struct
{
  char *name;
  TrpStructure *target;
  TrpBrush brush;
  TrpPaintOptions options;
  TrpVec3 last_lps;
  const TrpStencilMaker *maker;
  void *state;
  GPtrArray *parts;
} Stroke;

typedef struct
{
  unsigned id;
  TrpEditListener listener;
  void *user_data;
} Listener;

struct _TrpEditSession
{
  TrpStructureSet *set;
  TrpHistory *history;
  Stroke *stroke; /* NULL between strokes */
  GArray *listeners;
  unsigned last_listener_id;
};

static void
part_free (gpointer data)
{
  StrokePart *part = data;

  trp_structure_unref (part->structure);
  g_ptr_array_unref (part->patches);
  g_free (part);
}

static void
stroke_free (Stroke *stroke)
{
  if (stroke->maker)
    stroke->maker->end (stroke->state);
  g_free (stroke->name);
  trp_structure_unref (stroke->target);
  trp_volume_unref ((TrpVolume *) stroke->options.limit);
  trp_volume_unref ((TrpVolume *) stroke->options.image);
  g_ptr_array_unref (stroke->parts);
  g_free (stroke);
}

TrpEditSession *
trp_edit_session_new (TrpStructureSet *set)
{
  TrpEditSession *self = g_new0 (TrpEditSession, 1);

  self->set = trp_structure_set_ref (set);
  self->history = trp_history_new (TRP_HISTORY_DEFAULT_LIMIT);
  self->listeners = g_array_new (false, false, sizeof (Listener));
  return self;
}

void
trp_edit_session_free (TrpEditSession *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->stroke, stroke_free);
  trp_history_free (self->history);
  g_array_unref (self->listeners);
  trp_structure_set_unref (self->set);
  g_free (self);
}

unsigned
trp_edit_session_add_listener (TrpEditSession *self, TrpEditListener listener, void *user_data)
{
  const Listener entry = { ++self->last_listener_id, listener, user_data };

  g_array_append_val (self->listeners, entry);
  return entry.id;
}

void
trp_edit_session_remove_listener (TrpEditSession *self, unsigned id)
{
  for (guint n = 0; n < self->listeners->len; n++)
    if (g_array_index (self->listeners, Listener, n).id == id)
      {
        g_array_remove_index (self->listeners, n);
        return;
      }
}

const TrpStructureSet *
trp_edit_session_peek_set (const TrpEditSession *self)
{
  return self->set;
}

TrpStructureSet *
trp_edit_session_snapshot (const TrpEditSession *self)
{
  return trp_structure_set_copy (self->set);
}

const TrpHistory *
trp_edit_session_peek_history (const TrpEditSession *self)
{
  return self->history;
}

static void
notify (TrpEditSession *self, const TrpEditChange *change)
{
  for (guint n = 0; n < self->listeners->len; n++)
    {
      const Listener *entry = &g_array_index (self->listeners, Listener, n);

      entry->listener (self, change, entry->user_data);
    }
}

static void
notify_history (TrpEditSession *self, TrpHistoryEvent event, TrpEditStep *step)
{
  notify (self, &(TrpEditChange){ .kind = TRP_EDIT_HISTORY, .event = event, .step = step });
}

static void
notify_structure (TrpEditSession *self, TrpEditKind kind, TrpStructure *structure)
{
  TrpEditChange change = { .kind = kind, .structure = structure };

  if (trp_structure_set_find_index (self->set, structure, &change.index))
    notify (self, &change);
}

/* The only place where a mask in a structure is written. */
static void
apply_patch (TrpEditSession *self, TrpStructure *structure, const TrpPatch *patch)
{
  TrpEditChange change = {
    .kind = TRP_EDIT_VOXELS,
    .structure = structure,
    .box = trp_patch_get_box (patch),
    .patch = patch,
  };

  trp_patch_apply (patch, trp_structure_write_mask (structure));
  if (trp_structure_set_find_index (self->set, structure, &change.index))
    notify (self, &change);
}

static void
exchange_attributes (TrpEditSession *self, TrpEditRecord *record)
{
  TrpStructure *structure = record->structure;
  const TrpEditRecord now = {
    .name = g_strdup (trp_structure_get_name (structure)),
    .color = trp_structure_get_color (structure),
    .origin = trp_structure_get_origin (structure),
    .provenance = g_strdup (trp_structure_get_provenance (structure)),
  };

  trp_structure_set_name (structure, record->name);
  trp_structure_set_color (structure, record->color);
  trp_structure_set_origin (structure, record->origin);
  trp_structure_set_provenance (structure, record->provenance);
  g_free (record->name);
  g_free (record->provenance);
  record->name = now.name;
  record->color = now.color;
  record->origin = now.origin;
  record->provenance = now.provenance;
  notify_structure (self, TRP_EDIT_ATTRIBUTES, structure);
}

static void
insert_structure (TrpEditSession *self, TrpStructure *structure, size_t index)
{
  trp_structure_set_insert (self->set, index, structure);
  notify_structure (self, TRP_EDIT_ADDED, structure);
}

static void
remove_structure (TrpEditSession *self, TrpStructure *structure, size_t index)
{
  trp_structure_set_remove (self->set, index);
  notify (self,
          &(TrpEditChange){ .kind = TRP_EDIT_REMOVED, .structure = structure, .index = index });
}

static void
move_structure (TrpEditSession *self, TrpStructure *structure, size_t from, size_t to)
{
  trp_structure_set_remove (self->set, from);
  trp_structure_set_insert (self->set, to, structure);
  notify_structure (self, TRP_EDIT_MOVED, structure);
}

static void
apply_record (TrpEditSession *self, TrpEditRecord *record, bool forward)
{
  switch (record->kind)
    {
    case TRP_EDIT_VOXELS:
      apply_patch (self, record->structure, record->patch);
      break;
    case TRP_EDIT_ADDED:
    case TRP_EDIT_REMOVED:
      if ((record->kind == TRP_EDIT_ADDED) == forward)
        insert_structure (self, record->structure, forward ? record->to : record->from);
      else
        remove_structure (self, record->structure, forward ? record->from : record->to);
      break;
    case TRP_EDIT_MOVED:
      move_structure (self, record->structure, forward ? record->from : record->to,
                      forward ? record->to : record->from);
      break;
    case TRP_EDIT_ATTRIBUTES:
      exchange_attributes (self, record);
      break;
    case TRP_EDIT_HISTORY:
    default:
      g_assert_not_reached ();
    }
}

/* Applies the records of @step, in order, and hands it to the history. */
static void
commit (TrpEditSession *self, TrpEditStep *step)
{
  for (size_t n = 0; n < trp_edit_step_get_size (step); n++)
    apply_record (self, trp_edit_step_get (step, n), true);
  trp_history_push (self->history, step);
  notify_history (self, TRP_HISTORY_STEP, step);
}

static TrpEditRecord *
add_attributes (TrpEditStep *step, TrpStructure *structure)
{
  TrpEditRecord *record = trp_edit_step_add (step, TRP_EDIT_ATTRIBUTES, structure);

  record->name = g_strdup (trp_structure_get_name (structure));
  record->color = trp_structure_get_color (structure);
  record->origin = trp_structure_get_origin (structure);
  record->provenance = g_strdup (trp_structure_get_provenance (structure));
  return record;
}

/* A contour that a program made and a person changed is semi-automatic in DICOM's sense. */
static void
add_change_of_origin (TrpEditStep *step, TrpStructure *structure)
{
  if (trp_structure_get_origin (structure) == TRP_ORIGIN_AUTOMATIC)
    add_attributes (step, structure)->origin = TRP_ORIGIN_SEMIAUTOMATIC;
}

static bool
is_in_set (const TrpEditSession *self, const TrpStructure *structure)
{
  size_t index;

  return trp_structure_set_find_index (self->set, structure, &index);
}

static bool
check_unlocked (const TrpStructure *structure, GError **error)
{
  if (!trp_structure_get_locked (structure))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LOCKED, "\"%s\" is locked; unlock it to edit it",
               trp_structure_get_name (structure));
  return false;
}

static StrokePart *
ensure_part (Stroke *stroke, TrpStructure *structure)
{
  StrokePart *part;

  for (guint n = 0; n < stroke->parts->len; n++)
    {
      part = stroke->parts->pdata[n];
      if (part->structure == structure)
        return part;
    }
  part = g_new (StrokePart, 1);
  part->structure = trp_structure_ref (structure);
  part->patches = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_patch_unref);
  g_ptr_array_add (stroke->parts, part);
  return part;
}

/* Merges patches of like size, so that at the release few are left to merge and a stroke of many
 * events holds each word a few times at most. */
static void
part_append (StrokePart *part, TrpPatch *patch)
{
  GPtrArray *patches = part->patches;

  g_ptr_array_add (patches, patch);
  while (patches->len >= 2)
    {
      TrpPatch **last_two = (TrpPatch **) patches->pdata + patches->len - 2;

      if (2 * trp_patch_get_bytes (last_two[1]) < trp_patch_get_bytes (last_two[0]))
        return;
      patch = trp_patch_new_merged (last_two, 2);
      g_ptr_array_set_size (patches, (gint) patches->len - 2);
      g_ptr_array_add (patches, patch);
    }
}

static void
paint_structure (TrpEditSession *self,
                 Stroke *stroke,
                 TrpStructure *structure,
                 const TrpPatch *stencil,
                 bool erase)
{
  g_autoptr (TrpPatch)
    change = trp_paint_get_change (stencil, trp_structure_peek_mask (structure), erase);

  if (trp_patch_is_empty (change))
    return;
  apply_patch (self, structure, change);
  part_append (ensure_part (stroke, structure), g_steal_pointer (&change));
}

/* One piece of a stroke. The others lose their voxels first, so that at no notice does a voxel
 * belong to two structures that exclude each other. */
static void
paint_stencil (TrpEditSession *self, Stroke *stroke, const TrpPatch *stencil)
{
  const TrpPaintOptions *options = &stroke->options;
  g_autoptr (TrpPatch) allowed = trp_paint_restrict (stencil, self->set, stroke->target, options);

  if (!options->erase && options->over == TRP_PAINT_OVER_UNLOCKED)
    for (size_t n = 0; n < trp_structure_set_get_size (self->set); n++)
      {
        TrpStructure *other = trp_structure_set_get (self->set, n);

        if (other != stroke->target && !trp_structure_get_locked (other))
          paint_structure (self, stroke, other, allowed, true);
      }
  paint_structure (self, stroke, stroke->target, allowed, options->erase);
}

static bool
is_finite (TrpVec3 point)
{
  return isfinite (point.v[0]) && isfinite (point.v[1]) && isfinite (point.v[2]);
}

static void
paint_segment (TrpEditSession *self, Stroke *stroke, TrpVec3 to_lps)
{
  g_autoptr (TrpPatch) stencil = stroke->maker->cover (stroke->state, stroke->last_lps, to_lps);

  stroke->last_lps = to_lps;
  paint_stencil (self, stroke, stencil);
}

static Stroke *
stroke_new (const char *name, TrpStructure *structure, const TrpPaintOptions *options)
{
  Stroke *stroke = g_new0 (Stroke, 1);

  stroke->name = g_strdup (name);
  stroke->target = trp_structure_ref (structure);
  stroke->options = *options;
  if (options->limit)
    stroke->options.limit = trp_volume_ref (options->limit);
  if (options->image)
    stroke->options.image = trp_volume_ref (options->image);
  stroke->parts = g_ptr_array_new_with_free_func (part_free);
  return stroke;
}

/* Takes over @stroke. What it painted is already in the masks, so the step is not applied. */
static bool
finish_stroke (TrpEditSession *self, Stroke *stroke)
{
  TrpEditStep *step = trp_edit_step_new (stroke->name);
  const bool changed = stroke->parts->len > 0;

  for (guint n = 0; n < stroke->parts->len; n++)
    {
      const StrokePart *part = stroke->parts->pdata[n];
      TrpEditRecord *record = trp_edit_step_add (step, TRP_EDIT_VOXELS, part->structure);

      record->patch = trp_patch_new_merged ((TrpPatch *const *) part->patches->pdata,
                                            part->patches->len);
    }
  for (guint n = 0; n < stroke->parts->len; n++)
    {
      const StrokePart *part = stroke->parts->pdata[n];
      const size_t before = trp_edit_step_get_size (step);

      add_change_of_origin (step, part->structure);
      if (trp_edit_step_get_size (step) > before)
        apply_record (self, trp_edit_step_get (step, before), true);
    }
  stroke_free (stroke);
  if (changed)
    trp_history_push (self->history, step);
  else
    g_clear_pointer (&step, trp_edit_step_free);
  notify_history (self, changed ? TRP_HISTORY_STEP : TRP_HISTORY_OTHER, step);
  return changed;
}

static void
begin_stencils (TrpEditSession *self, Stroke *stroke, const TrpBrush *brush, TrpVec3 point_lps)
{
  const TrpStrokeStart start = {
    .set = self->set,
    .target = stroke->target,
    .brush = &stroke->brush,
    .options = &stroke->options,
    .point_lps = point_lps,
  };

  stroke->brush = *brush;
  stroke->brush.normal_lps = trp_vec3_normalize (brush->normal_lps);
  stroke->last_lps = point_lps;
  stroke->maker = stroke->options.maker ? stroke->options.maker : &trp_stencil_swept;
  if (stroke->maker->decide_erase)
    stroke->options.erase = stroke->maker->decide_erase (&start);
  stroke->state = stroke->maker->begin (&start);
}

bool
trp_edit_session_begin_stroke (TrpEditSession *self,
                               const char *name,
                               TrpStructure *structure,
                               const TrpBrush *brush,
                               const TrpPaintOptions *options,
                               TrpVec3 point_lps,
                               GError **error)
{
  g_return_val_if_fail (name && brush && options && is_finite (point_lps), false);
  g_return_val_if_fail (is_in_set (self, structure), false);
  trp_edit_session_end_stroke (self);
  if (!check_unlocked (structure, error))
    return false;
  self->stroke = stroke_new (name, structure, options);
  begin_stencils (self, self->stroke, brush, point_lps);
  paint_segment (self, self->stroke, point_lps);
  return true;
}

void
trp_edit_session_extend_stroke (TrpEditSession *self, TrpVec3 point_lps)
{
  Stroke *stroke = self->stroke;

  if (!stroke || !is_finite (point_lps))
    return;
  if (trp_brush_is_flat (&stroke->brush))
    {
      const TrpVec3 normal = stroke->brush.normal_lps;
      const double height = trp_vec3_dot (trp_vec3_subtract (point_lps, stroke->last_lps), normal);

      point_lps = trp_vec3_subtract (point_lps, trp_vec3_scale (normal, height));
    }
  paint_segment (self, stroke, point_lps);
}

bool
trp_edit_session_end_stroke (TrpEditSession *self)
{
  if (!self->stroke)
    return false;
  return finish_stroke (self, g_steal_pointer (&self->stroke));
}

void
trp_edit_session_cancel_stroke (TrpEditSession *self)
{
  Stroke *stroke = g_steal_pointer (&self->stroke);

  if (!stroke)
    return;
  for (guint n = stroke->parts->len; n-- > 0;)
    {
      const StrokePart *part = stroke->parts->pdata[n];
      g_autoptr (TrpPatch) merged = trp_patch_new_merged ((TrpPatch *const *) part->patches->pdata,
                                                          part->patches->len);

      apply_patch (self, part->structure, merged);
    }
  stroke_free (stroke);
  notify_history (self, TRP_HISTORY_OTHER, NULL);
}

bool
trp_edit_session_is_stroking (const TrpEditSession *self)
{
  return self->stroke != NULL;
}

bool
trp_edit_session_paint (TrpEditSession *self,
                        const char *name,
                        TrpStructure *structure,
                        const TrpPatch *stencil,
                        const TrpPaintOptions *options,
                        GError **error)
{
  Stroke *stroke;

  g_return_val_if_fail (name && stencil && options, false);
  g_return_val_if_fail (is_in_set (self, structure), false);
  trp_edit_session_end_stroke (self);
  if (!check_unlocked (structure, error))
    return false;
  stroke = stroke_new (name, structure, options);
  paint_stencil (self, stroke, stencil);
  finish_stroke (self, stroke);
  return true;
}

static bool
check_grid (const TrpEditSession *self, const TrpMask *mask, GError **error)
{
  return trp_geometry_check_equal (trp_structure_set_get_geometry (self->set),
                                   trp_mask_get_geometry (mask), error);
}

/* The records that give @structure the voxels of @mask. */
static void
add_replacement (TrpEditStep *step,
                 TrpStructure *structure,
                 const TrpMask *mask,
                 TrpOrigin origin,
                 const char *provenance)
{
  g_autoptr (TrpPatch) patch = NULL;
  TrpEditRecord *record;

  patch = trp_patch_new_difference (trp_structure_peek_mask (structure), mask);
  if (!trp_patch_is_empty (patch))
    trp_edit_step_add (step, TRP_EDIT_VOXELS, structure)->patch = g_steal_pointer (&patch);
  record = add_attributes (step, structure);
  record->origin = origin;
  g_free (record->provenance);
  record->provenance = g_strdup (provenance);
}

bool
trp_edit_session_replace_mask (TrpEditSession *self,
                               const char *name,
                               TrpStructure *structure,
                               const TrpMask *mask,
                               TrpOrigin origin,
                               const char *provenance,
                               GError **error)
{
  TrpEditStep *step;

  g_return_val_if_fail (is_in_set (self, structure), false);
  trp_edit_session_end_stroke (self);
  if (!check_unlocked (structure, error) || !check_grid (self, mask, error))
    return false;
  step = trp_edit_step_new (name);
  add_replacement (step, structure, mask, origin, provenance);
  commit (self, step);
  return true;
}

static bool
check_name (const TrpEditSession *self, const char *name, GError **error)
{
  if (*name == '\0')
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "A structure needs a name of at least one letter");
      return false;
    }
  if (trp_structure_set_find (self->set, name))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "There is a structure called \"%s\" already", name);
      return false;
    }
  return true;
}

bool
trp_edit_session_add (
  TrpEditSession *self, const char *name, TrpStructure *structure, size_t index, GError **error)
{
  TrpEditStep *step;

  g_return_val_if_fail (name && structure && !is_in_set (self, structure), false);
  trp_edit_session_end_stroke (self);
  if (!check_grid (self, trp_structure_peek_mask (structure), error) ||
      !check_name (self, trp_structure_get_name (structure), error))
    return false;
  step = trp_edit_step_new (name);
  trp_edit_step_add (step, TRP_EDIT_ADDED, structure)->to = MIN (
    index, trp_structure_set_get_size (self->set));
  commit (self, step);
  return true;
}

bool
trp_edit_session_split (TrpEditSession *self,
                        const char *name,
                        TrpStructure *structure,
                        const TrpMask *rest,
                        GPtrArray *parts,
                        GError **error)
{
  TrpEditStep *step;
  size_t index;

  g_return_val_if_fail (trp_structure_set_find_index (self->set, structure, &index), false);
  trp_edit_session_end_stroke (self);
  if (!check_unlocked (structure, error) || !check_grid (self, rest, error))
    return false;
  for (guint n = 0; n < parts->len; n++)
    if (!check_grid (self, trp_structure_peek_mask (parts->pdata[n]), error) ||
        !check_name (self, trp_structure_get_name (parts->pdata[n]), error))
      return false;
  step = trp_edit_step_new (name);
  add_replacement (step, structure, rest, TRP_ORIGIN_SEMIAUTOMATIC,
                   trp_structure_get_provenance (structure));
  for (guint n = 0; n < parts->len; n++)
    trp_edit_step_add (step, TRP_EDIT_ADDED, parts->pdata[n])->to = index + 1 + n;
  commit (self, step);
  return true;
}

bool
trp_edit_session_remove (TrpEditSession *self,
                         const char *name,
                         TrpStructure *structure,
                         GError **error)
{
  TrpEditStep *step;
  size_t index;

  g_return_val_if_fail (name && structure, false);
  g_return_val_if_fail (trp_structure_set_find_index (self->set, structure, &index), false);
  trp_edit_session_end_stroke (self);
  if (!check_unlocked (structure, error))
    return false;
  step = trp_edit_step_new (name);
  trp_edit_step_add (step, TRP_EDIT_REMOVED, structure)->from = index;
  commit (self, step);
  return true;
}

bool
trp_edit_session_rename (TrpEditSession *self,
                         const char *name,
                         TrpStructure *structure,
                         const char *new_name,
                         GError **error)
{
  TrpEditStep *step;
  TrpEditRecord *record;

  g_return_val_if_fail (name && new_name && is_in_set (self, structure), false);
  if (g_str_equal (trp_structure_get_name (structure), new_name))
    return true;
  trp_edit_session_end_stroke (self);
  if (!check_name (self, new_name, error))
    return false;
  step = trp_edit_step_new (name);
  record = add_attributes (step, structure);
  g_free (record->name);
  record->name = g_strdup (new_name);
  commit (self, step);
  return true;
}

void
trp_edit_session_recolor (TrpEditSession *self,
                          const char *name,
                          TrpStructure *structure,
                          TrpColor color)
{
  const TrpColor old = trp_structure_get_color (structure);
  TrpEditStep *step;

  g_return_if_fail (name && is_in_set (self, structure));
  if (old.red == color.red && old.green == color.green && old.blue == color.blue)
    return;
  trp_edit_session_end_stroke (self);
  step = trp_edit_step_new (name);
  add_attributes (step, structure)->color = color;
  commit (self, step);
}

void
trp_edit_session_move (TrpEditSession *self,
                       const char *name,
                       TrpStructure *structure,
                       size_t index)
{
  const size_t to = MIN (index, trp_structure_set_get_size (self->set) - 1);
  TrpEditStep *step;
  TrpEditRecord *record;
  size_t from;

  g_return_if_fail (name);
  g_return_if_fail (trp_structure_set_find_index (self->set, structure, &from));
  if (from == to)
    return;
  trp_edit_session_end_stroke (self);
  step = trp_edit_step_new (name);
  record = trp_edit_step_add (step, TRP_EDIT_MOVED, structure);
  record->from = from;
  record->to = to;
  commit (self, step);
}

void
trp_edit_session_set_visible (TrpEditSession *self, TrpStructure *structure, bool visible)
{
  if (trp_structure_get_visible (structure) == visible)
    return;
  trp_structure_set_visible (structure, visible);
  notify_structure (self, TRP_EDIT_ATTRIBUTES, structure);
}

void
trp_edit_session_set_locked (TrpEditSession *self, TrpStructure *structure, bool locked)
{
  if (trp_structure_get_locked (structure) == locked)
    return;
  trp_edit_session_end_stroke (self);
  trp_structure_set_locked (structure, locked);
  notify_structure (self, TRP_EDIT_ATTRIBUTES, structure);
}

bool
trp_edit_session_undo (TrpEditSession *self)
{
  TrpEditStep *step;

  trp_edit_session_end_stroke (self);
  step = trp_history_step_back (self->history);
  if (!step)
    return false;
  for (size_t n = trp_edit_step_get_size (step); n-- > 0;)
    apply_record (self, trp_edit_step_get (step, n), false);
  notify_history (self, TRP_HISTORY_UNDONE, NULL);
  return true;
}

bool
trp_edit_session_redo (TrpEditSession *self)
{
  TrpEditStep *step;

  trp_edit_session_end_stroke (self);
  step = trp_history_step_forward (self->history);
  if (!step)
    return false;
  for (size_t n = 0; n < trp_edit_step_get_size (step); n++)
    apply_record (self, trp_edit_step_get (step, n), true);
  notify_history (self, TRP_HISTORY_REDONE, NULL);
  return true;
}

void
trp_edit_session_go_to (TrpEditSession *self, size_t position)
{
  trp_edit_session_end_stroke (self);
  while (trp_history_get_position (self->history) > position && trp_edit_session_undo (self))
    continue;
  while (trp_history_get_position (self->history) < position && trp_edit_session_redo (self))
    continue;
}

void
trp_edit_session_begin_at (TrpEditSession *self, uint64_t first_state, uint64_t saved_state)
{
  trp_history_begin_at (self->history, first_state, saved_state);
}

void
trp_edit_session_replay (TrpEditSession *self, TrpEditStep *step, uint64_t state)
{
  trp_edit_session_end_stroke (self);
  trp_history_set_next_state (self->history, state);
  commit (self, step);
}

void
trp_edit_session_set_history_limit (TrpEditSession *self, size_t limit_bytes)
{
  trp_history_set_limit (self->history, limit_bytes);
  notify_history (self, TRP_HISTORY_OTHER, NULL);
}

bool
trp_edit_session_is_dirty (const TrpEditSession *self)
{
  return !trp_history_is_saved (self->history) || (self->stroke && self->stroke->parts->len > 0);
}

void
trp_edit_session_mark_saved (TrpEditSession *self)
{
  trp_edit_session_end_stroke (self);
  trp_edit_session_mark_state_saved (self, trp_history_get_state (self->history));
}

void
trp_edit_session_mark_state_saved (TrpEditSession *self, uint64_t state)
{
  trp_history_mark_saved (self->history, state);
  notify_history (self, TRP_HISTORY_SAVED, NULL);
}
