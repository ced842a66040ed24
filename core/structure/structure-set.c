/* structure-set.c - see structure-set.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/structure-set.h"

struct _TrpStructureSet
{
  char *name;
  TrpGeometry geometry;
  char *frame_of_reference;
  char *patient_id;
  GPtrArray *structures;
};

static void
replace_string (char **location, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*location);
  *location = copy;
}

TrpStructureSet *
trp_structure_set_new (const char *name, const TrpGeometry *geometry)
{
  TrpStructureSet *self;

  g_return_val_if_fail (name && geometry, NULL);
  self = g_atomic_rc_box_new0 (TrpStructureSet);
  self->name = g_strdup (name);
  self->geometry = *geometry;
  self->structures = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_structure_unref);
  return self;
}

TrpStructureSet *
trp_structure_set_copy (const TrpStructureSet *self)
{
  TrpStructureSet *copy = trp_structure_set_new (self->name, &self->geometry);

  copy->frame_of_reference = g_strdup (self->frame_of_reference);
  copy->patient_id = g_strdup (self->patient_id);
  for (size_t n = 0; n < trp_structure_set_get_size (self); n++)
    g_ptr_array_add (copy->structures, trp_structure_copy (trp_structure_set_get (self, n)));
  return copy;
}

TrpStructureSet *
trp_structure_set_ref (TrpStructureSet *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  TrpStructureSet *self = data;

  g_free (self->name);
  g_free (self->frame_of_reference);
  g_free (self->patient_id);
  g_ptr_array_unref (self->structures);
}

void
trp_structure_set_unref (TrpStructureSet *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear);
}

const char *
trp_structure_set_get_name (const TrpStructureSet *self)
{
  return self->name;
}

void
trp_structure_set_set_name (TrpStructureSet *self, const char *name)
{
  g_return_if_fail (name);
  replace_string (&self->name, name);
}

const TrpGeometry *
trp_structure_set_get_geometry (const TrpStructureSet *self)
{
  return &self->geometry;
}

const char *
trp_structure_set_get_frame_of_reference (const TrpStructureSet *self)
{
  return self->frame_of_reference;
}

void
trp_structure_set_set_frame_of_reference (TrpStructureSet *self, const char *uid)
{
  replace_string (&self->frame_of_reference, uid);
}

const char *
trp_structure_set_get_patient_id (const TrpStructureSet *self)
{
  return self->patient_id;
}

void
trp_structure_set_set_patient_id (TrpStructureSet *self, const char *patient_id)
{
  replace_string (&self->patient_id, patient_id);
}

size_t
trp_structure_set_get_size (const TrpStructureSet *self)
{
  return self->structures->len;
}

TrpStructure *
trp_structure_set_get (const TrpStructureSet *self, size_t index)
{
  g_return_val_if_fail (index < self->structures->len, NULL);
  return g_ptr_array_index (self->structures, index);
}

TrpStructure *
trp_structure_set_find (const TrpStructureSet *self, const char *name)
{
  for (size_t n = 0; n < trp_structure_set_get_size (self); n++)
    if (g_str_equal (trp_structure_get_name (trp_structure_set_get (self, n)), name))
      return trp_structure_set_get (self, n);
  return NULL;
}

bool
trp_structure_set_find_index (const TrpStructureSet *self,
                              const TrpStructure *structure,
                              size_t *out_index)
{
  guint index;

  if (!g_ptr_array_find (self->structures, structure, &index))
    return false;
  *out_index = index;
  return true;
}

static bool
is_label_free (const TrpStructureSet *self, uint16_t label)
{
  for (size_t n = 0; n < trp_structure_set_get_size (self); n++)
    if (trp_structure_get_label (trp_structure_set_get (self, n)) == label)
      return false;
  return true;
}

void
trp_structure_set_insert (TrpStructureSet *self, size_t index, TrpStructure *structure)
{
  uint16_t label = trp_structure_get_label (structure);

  g_return_if_fail (index <= self->structures->len);
  g_return_if_fail (trp_geometry_equal (trp_mask_get_geometry (trp_structure_peek_mask (structure)),
                                        &self->geometry));
  /* Two structures with one label would become one in a label map file. */
  if (label == 0 || !is_label_free (self, label))
    {
      for (label = 1; label < UINT16_MAX && !is_label_free (self, label);)
        label++;
      trp_structure_set_label (structure, label);
    }
  g_ptr_array_insert (self->structures, (gint) index, trp_structure_ref (structure));
}

void
trp_structure_set_append (TrpStructureSet *self, TrpStructure *structure)
{
  trp_structure_set_insert (self, self->structures->len, structure);
}

void
trp_structure_set_remove (TrpStructureSet *self, size_t index)
{
  g_return_if_fail (index < self->structures->len);
  g_ptr_array_remove_index (self->structures, (guint) index);
}

/* One pass over all masks: usually nothing overlaps, and then no pair need be looked at. */
static bool
has_overlap_in_slice (const TrpStructureSet *self, size_t k, uint64_t *seen, size_t n_words)
{
  for (size_t n = 0; n < trp_structure_set_get_size (self); n++)
    {
      const uint64_t *words = trp_mask_peek_slice (
        trp_structure_peek_mask (trp_structure_set_get (self, n)), k);

      if (!words)
        continue;
      for (size_t w = 0; w < n_words; w++)
        {
          if (seen[w] & words[w])
            return true;
          seen[w] |= words[w];
        }
    }
  return false;
}

static bool
has_overlap (const TrpStructureSet *self)
{
  const size_t n_words = (self->geometry.size[0] + 63) / 64 * self->geometry.size[1];
  g_autofree uint64_t *seen = g_new (uint64_t, n_words);

  for (size_t k = 0; k < self->geometry.size[2]; k++)
    {
      for (size_t w = 0; w < n_words; w++)
        seen[w] = 0;
      if (has_overlap_in_slice (self, k, seen, n_words))
        return true;
    }
  return false;
}

bool
trp_structure_set_find_overlap (const TrpStructureSet *self,
                                size_t *out_first,
                                size_t *out_second,
                                size_t *out_voxels)
{
  const size_t size = trp_structure_set_get_size (self);

  if (!has_overlap (self))
    return false;
  for (size_t a = 0; a < size; a++)
    for (size_t b = a + 1; b < size; b++)
      {
        const size_t shared = trp_mask_count_shared (
          trp_structure_peek_mask (trp_structure_set_get (self, a)),
          trp_structure_peek_mask (trp_structure_set_get (self, b)));

        if (shared > 0)
          {
            *out_first = a;
            *out_second = b;
            *out_voxels = shared;
            return true;
          }
      }
  return false;
}

GArray *
trp_structure_set_list_sharing (const TrpStructureSet *self)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (TrpSharing));
  const size_t size = has_overlap (self) ? trp_structure_set_get_size (self) : 0;

  for (size_t a = 0; a < size; a++)
    for (size_t b = a + 1; b < size; b++)
      {
        const TrpSharing pair = { a, b,
                                  trp_mask_count_shared (
                                    trp_structure_peek_mask (trp_structure_set_get (self, a)),
                                    trp_structure_peek_mask (trp_structure_set_get (self, b))) };

        if (pair.n_voxels > 0)
          g_array_append_val (pairs, pair);
      }
  return pairs;
}
