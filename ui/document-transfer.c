/* document-transfer.c - see document-transfer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-transfer.h"
#include "config.h"
#include "core/structure/boolean.h"
#include "core/structure/islands.h"
#include "core/structure/mask-reslice.h"
#include "ui/document-compute.h"
#include "ui/document-journal.h"
#include "ui/document-preview.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

/* Takes over @text. */
static void
say (TrpDocument *self, char *text)
{
  trp_document_report (self, TRP_SEVERITY_INFO, text);
  g_free (text);
}

/* The structure, if there is something in it. */
static TrpStructure *
begin (TrpDocument *self, guint index)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);

  if (!structure || !trp_document_may_edit (self))
    return NULL;
  trp_document_end_stroke (self);
  trp_document_discard_preview (self);
  if (!trp_mask_is_empty (trp_structure_peek_mask (structure)))
    return structure;
  say (self,
       g_strdup_printf (_ ("%s is empty: draw on it first."), trp_structure_get_name (structure)));
  return NULL;
}

/* ---- parts that become structures ---- */

/* @step: of the history */
typedef struct
{
  guint index;
  TrpStructure *structure;
  TrpMask *before;
  char *step;
} Split;

static void
split_free (gpointer data)
{
  Split *split = data;

  trp_structure_unref (split->structure);
  trp_mask_free (split->before);
  g_free (split->step);
  g_free (split);
}

static void *
run_split (void *data, TrpProgress *progress, GError **error)
{
  const Split *split = data;

  return trp_islands_split (split->before, TRP_DOCUMENT_MOST_PARTS, error);
}

/* A structure for each mask but the first, with a name that is free. */
static GPtrArray *
make_parts (TrpStructureSet *set, const TrpStructure *structure, GPtrArray *masks)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_structure_unref);
  const size_t size = trp_structure_set_get_size (set);
  guint number = 2;

  for (guint n = 1; n < masks->len; n++)
    {
      g_autofree char *name = NULL;
      TrpStructure *part;

      do
        {
          g_free (name);
          name = g_strdup_printf ("%s %u", trp_structure_get_name (structure), number++);
        }
      while (trp_structure_set_find (set, name));
      part = trp_structure_new (name, trp_color_get_default (size + n - 1),
                                trp_mask_copy (masks->pdata[n]));
      g_ptr_array_add (parts, part);
    }
  return parts;
}

static void
on_split (TrpDocument *self, void *data, void *result)
{
  const Split *split = data;
  g_autoptr (GPtrArray) masks = result;
  g_autoptr (GPtrArray)
    parts = make_parts (trp_document_peek_edited (self), split->structure, masks);
  g_autofree char *name = g_strdup (trp_structure_get_name (split->structure));
  g_autoptr (GError) error = NULL;

  if (masks->len < 2)
    say (self, g_strdup_printf (_ ("%s is in one part: it stays as it is."), name));
  else if (!trp_document_may_edit (self))
    return;
  else if (!trp_edit_session_split (trp_document_peek_session (self), split->step, split->structure,
                                    masks->pdata[0], parts, &error))
    trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  else
    {
      trp_document_set_active (self, (int) split->index); /* not the last that was added */
      say (self,
           g_strdup_printf (ngettext ("%s: %u part became a structure of its own.",
                                      "%s: %u parts became structures of their own.", parts->len),
                            name, parts->len));
    }
}

void
trp_document_split_structure (TrpDocument *self, guint index)
{
  static const TrpComputation computation = { .run = run_split,
                                              .done = on_split,
                                              .free_data = split_free,
                                              .free_result = (GDestroyNotify) g_ptr_array_unref };
  TrpStructure *structure = begin (self, index);
  Split *split;

  if (!structure || !trp_document_may_change (
                      self, structure, trp_mask_get_geometry (trp_structure_peek_mask (structure))))
    return;
  split = g_new0 (Split, 1);
  split->index = index;
  split->structure = trp_structure_ref (structure);
  split->before = trp_mask_copy (trp_structure_peek_mask (structure));
  split->step = g_strdup_printf (_ ("Split %s"), trp_structure_get_name (structure));
  trp_document_compute (self, &computation, split->step, split);
}

/* ---- to another reading ---- */

/* @there: (nullable): what a structure of that name has there */
typedef struct
{
  TrpStructureSet *set; /* of the other reading */
  TrpStructure *structure;
  TrpMask *before, *there;
  TrpGeometry geometry;
  bool adds, is_other_grid;
  char *step;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  trp_structure_set_unref (copy->set);
  trp_structure_unref (copy->structure);
  trp_mask_free (copy->before);
  trp_mask_free (copy->there);
  g_free (copy->step);
  g_free (copy);
}

static void *
run_copy (void *data, TrpProgress *progress, GError **error)
{
  const Copy *copy = data;
  g_autoptr (TrpMask) mask = NULL;

  if (copy->is_other_grid)
    mask = trp_mask_resample (copy->before, &copy->geometry, progress, error);
  else
    mask = trp_mask_copy (copy->before);
  if (mask && copy->there && copy->adds)
    return trp_boolean_combine (TRP_BOOLEAN_UNION, copy->there, mask, error);
  return g_steal_pointer (&mask);
}

/* The reading may have gone meanwhile. Returns: whether it is edited now. */
static bool
edit_reading (TrpDocument *self, TrpStructureSet *set)
{
  for (guint n = 0; n < trp_document_get_n_readings (self); n++)
    if (trp_document_get_reading (self, n) == set)
      {
        trp_document_set_edited (self, (int) n);
        return trp_document_peek_edited (self) == set && trp_document_may_edit (self);
      }
  return false;
}

/* Into the structure of that name, which is chosen and so unlocked, or a new one. */
static bool
put_copy (TrpDocument *self, const Copy *copy, const TrpMask *mask, GError **error)
{
  const char *name = trp_structure_get_name (copy->structure);
  TrpStructure *there = trp_structure_set_find (copy->set, name);
  g_autoptr (TrpStructure) added = NULL;
  size_t index;

  if (there && trp_structure_set_find_index (copy->set, there, &index))
    {
      g_autofree char *provenance = g_strdup (trp_structure_get_provenance (there));

      trp_document_set_active (self, (int) index);
      return trp_edit_session_replace_mask (trp_document_peek_session (self), copy->step, there,
                                            mask, TRP_ORIGIN_SEMIAUTOMATIC, provenance, error);
    }
  added = trp_structure_new_with_origin (name, trp_structure_get_color (copy->structure),
                                         trp_mask_copy (mask), TRP_ORIGIN_SEMIAUTOMATIC);
  return trp_edit_session_add (trp_document_peek_session (self), copy->step, added, SIZE_MAX,
                               error);
}

static void
on_copied (TrpDocument *self, void *data, void *result)
{
  const Copy *copy = data;
  g_autoptr (TrpMask) mask = result;
  g_autoptr (GError) error = NULL;
  const char *name = trp_structure_get_name (copy->structure);
  const char *reading = trp_structure_set_get_name (copy->set);

  if (!edit_reading (self, copy->set))
    return;
  if (!put_copy (self, copy, mask, &error))
    trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  else if (copy->is_other_grid)
    say (self, g_strdup_printf (_ ("%s was copied through millimetres to %s, whose grid is another "
                                   "one: %.2f ml became %.2f ml. That reading is edited now."),
                                name, reading, trp_mask_get_volume_ml (copy->before),
                                trp_mask_get_volume_ml (mask)));
  else
    say (self, g_strdup_printf (_ ("%s was copied to %s, which is edited now."), name, reading));
}

void
trp_document_copy_to_reading (TrpDocument *self, guint index, guint reading, bool adds)
{
  static const TrpComputation computation = { .run = run_copy,
                                              .done = on_copied,
                                              .free_data = copy_free,
                                              .free_result = (GDestroyNotify) trp_mask_free };
  TrpStructure *structure = begin (self, index), *there;
  Copy *copy;

  if (!structure || reading >= trp_document_get_n_readings (self) ||
      (int) reading == trp_document_get_edited (self))
    return;
  copy = g_new0 (Copy, 1);
  copy->set = trp_structure_set_ref (trp_document_get_reading (self, reading));
  copy->structure = trp_structure_copy (structure);
  copy->before = trp_mask_copy (trp_structure_peek_mask (structure));
  copy->geometry = *trp_structure_set_get_geometry (copy->set);
  copy->is_other_grid = !trp_geometry_equal (&copy->geometry, trp_mask_get_geometry (copy->before));
  copy->adds = adds;
  there = trp_structure_set_find (copy->set, trp_structure_get_name (structure));
  if (there)
    copy->there = trp_mask_copy (trp_structure_peek_mask (there));
  copy->step = g_strdup_printf (_ ("Copy %s"), trp_structure_get_name (structure));
  trp_document_compute (self, &computation, copy->step, copy);
}
