/* history.c - see history.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/history.h"

struct _TrpEditStep
{
  char *name;
  GArray *records; /* TrpEditRecord */
  uint64_t state;  /* number of the state that this step leads to; given by the history */
  size_t bytes;    /* counted when it entered the history */
};

struct _TrpHistory
{
  GPtrArray *steps; /* oldest first */
  size_t position;
  size_t dropped;
  size_t bytes;
  size_t limit;
  uint64_t first_state; /* before the oldest step kept */
  uint64_t last_state;  /* newest number given out; numbers are never used again */
  uint64_t saved_state;
};

static void
clear_record (gpointer data)
{
  TrpEditRecord *record = data;

  g_clear_pointer (&record->structure, trp_structure_unref);
  g_clear_pointer (&record->patch, trp_patch_unref);
  g_clear_pointer (&record->name, g_free);
  g_clear_pointer (&record->provenance, g_free);
}

TrpEditStep *
trp_edit_step_new (const char *name)
{
  TrpEditStep *self = g_new0 (TrpEditStep, 1);

  self->name = g_strdup (name);
  self->records = g_array_new (false, true, sizeof (TrpEditRecord));
  g_array_set_clear_func (self->records, clear_record);
  return self;
}

void
trp_edit_step_free (TrpEditStep *self)
{
  if (!self)
    return;
  g_free (self->name);
  g_array_unref (self->records);
  g_free (self);
}

TrpEditRecord *
trp_edit_step_add (TrpEditStep *self, TrpEditKind kind, TrpStructure *structure)
{
  const TrpEditRecord record = { .kind = kind, .structure = trp_structure_ref (structure) };

  g_array_append_val (self->records, record);
  return trp_edit_step_get (self, self->records->len - 1);
}

const char *
trp_edit_step_get_name (const TrpEditStep *self)
{
  return self->name;
}

size_t
trp_edit_step_get_size (const TrpEditStep *self)
{
  return self->records->len;
}

TrpEditRecord *
trp_edit_step_get (const TrpEditStep *self, size_t index)
{
  g_return_val_if_fail (index < self->records->len, NULL);
  return &g_array_index (self->records, TrpEditRecord, index);
}

size_t
trp_edit_step_get_bytes (const TrpEditStep *self)
{
  size_t bytes = sizeof *self;

  for (size_t n = 0; n < self->records->len; n++)
    {
      const TrpEditRecord *record = trp_edit_step_get (self, n);

      bytes += sizeof *record;
      if (record->patch)
        bytes += trp_patch_get_bytes (record->patch);
      if (record->kind == TRP_EDIT_REMOVED)
        bytes += trp_mask_get_bytes (trp_structure_peek_mask (record->structure));
    }
  return bytes;
}

TrpHistory *
trp_history_new (size_t limit_bytes)
{
  TrpHistory *self = g_new0 (TrpHistory, 1);

  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_edit_step_free);
  self->limit = limit_bytes;
  return self;
}

void
trp_history_free (TrpHistory *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->steps);
  g_free (self);
}

static void
remove_step (TrpHistory *self, size_t index)
{
  self->bytes -= ((const TrpEditStep *) self->steps->pdata[index])->bytes;
  g_ptr_array_remove_index (self->steps, (guint) index);
}

static void
drop_oldest (TrpHistory *self)
{
  const TrpEditStep *oldest = trp_history_get (self, 0);

  self->first_state = oldest->state;
  self->dropped++;
  self->position--;
  remove_step (self, 0);
}

/* Steps to be redone leave only when newer than all others, so never here. */
static void
enforce_limit (TrpHistory *self)
{
  while (self->bytes > self->limit && self->steps->len > 1 && self->position > 1)
    drop_oldest (self);
}

void
trp_history_push (TrpHistory *self, TrpEditStep *step)
{
  while (self->steps->len > self->position)
    remove_step (self, self->steps->len - 1);
  step->state = ++self->last_state;
  step->bytes = trp_edit_step_get_bytes (step);
  self->bytes += step->bytes;
  g_ptr_array_add (self->steps, step);
  self->position++;
  enforce_limit (self);
}

TrpEditStep *
trp_history_step_back (TrpHistory *self)
{
  if (self->position == 0)
    return NULL;
  return self->steps->pdata[--self->position];
}

TrpEditStep *
trp_history_step_forward (TrpHistory *self)
{
  if (self->position == self->steps->len)
    return NULL;
  return self->steps->pdata[self->position++];
}

size_t
trp_history_get_size (const TrpHistory *self)
{
  return self->steps->len;
}

size_t
trp_history_get_position (const TrpHistory *self)
{
  return self->position;
}

size_t
trp_history_get_dropped (const TrpHistory *self)
{
  return self->dropped;
}

const TrpEditStep *
trp_history_get (const TrpHistory *self, size_t index)
{
  g_return_val_if_fail (index < self->steps->len, NULL);
  return self->steps->pdata[index];
}

size_t
trp_history_get_bytes (const TrpHistory *self)
{
  return self->bytes;
}

size_t
trp_history_get_limit (const TrpHistory *self)
{
  return self->limit;
}

void
trp_history_set_limit (TrpHistory *self, size_t limit_bytes)
{
  self->limit = limit_bytes;
  enforce_limit (self);
}

uint64_t
trp_history_get_state (const TrpHistory *self)
{
  return self->position == 0 ? self->first_state
                             : trp_history_get (self, self->position - 1)->state;
}

void
trp_history_mark_saved (TrpHistory *self, uint64_t state)
{
  self->saved_state = state;
}

bool
trp_history_is_saved (const TrpHistory *self)
{
  return trp_history_get_state (self) == self->saved_state;
}

uint64_t
trp_history_get_saved_state (const TrpHistory *self)
{
  return self->saved_state;
}

uint64_t
trp_edit_step_get_state (const TrpEditStep *self)
{
  return self->state;
}

void
trp_history_begin_at (TrpHistory *self, uint64_t first_state, uint64_t saved_state)
{
  g_return_if_fail (self->steps->len == 0);
  self->first_state = self->last_state = first_state;
  self->saved_state = saved_state;
}

void
trp_history_set_next_state (TrpHistory *self, uint64_t state)
{
  g_return_if_fail (state > 0);
  self->last_state = state - 1;
}
