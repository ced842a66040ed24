/* document-operations.c - see document-operations.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-operations.h"
#include "config.h"
#include "core/structure/interpolate.h"
#include "core/structure/islands.h"
#include "ui/document-journal.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

/* The structure, if it may be changed now. */
static TrpStructure *
begin (TrpDocument *self, guint index)
{
  TrpStructure *structure = trp_document_peek_structure (self, index);

  if (!structure || !trp_document_may_edit (self))
    return NULL;
  trp_document_end_stroke (self);
  return structure;
}

/* Takes over @text. */
static void
say (TrpDocument *self, char *text)
{
  trp_document_report (self, TRP_SEVERITY_INFO, text);
  g_free (text);
}

/* The step exchanges attributes: a name that is borrowed from @structure ends here. */
static bool
replace (TrpDocument *self, TrpStructure *structure, const TrpMask *mask, const char *step)
{
  g_autoptr (GError) error = NULL;

  if (trp_edit_session_replace_mask (trp_document_peek_session (self), step, structure, mask,
                                     TRP_ORIGIN_SEMIAUTOMATIC,
                                     trp_structure_get_provenance (structure), &error))
    return true;
  trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  return false;
}

/* ---- parts and holes ---- */

static TrpMask *
clean (TrpCleaning cleaning, const TrpMask *mask, TrpIslands *out_islands, GError **error)
{
  switch (cleaning)
    {
    case TRP_CLEANING_KEEP_LARGEST:
      return trp_islands_keep_largest (mask, out_islands, error);
    case TRP_CLEANING_REMOVE_SMALL:
      return trp_islands_remove_small (mask, TRP_DOCUMENT_LEAST_PART_ML, out_islands, error);
    case TRP_CLEANING_FILL_HOLES:
      return trp_islands_fill_holes (mask, out_islands, error);
    default:
      g_assert_not_reached ();
    }
}

static char *
name_step (TrpCleaning cleaning, const char *name)
{
  switch (cleaning)
    {
    case TRP_CLEANING_KEEP_LARGEST:
      return g_strdup_printf (_ ("Largest part of %s"), name);
    case TRP_CLEANING_REMOVE_SMALL:
      return g_strdup_printf (_ ("Remove small parts of %s"), name);
    case TRP_CLEANING_FILL_HOLES:
      return g_strdup_printf (_ ("Fill holes of %s"), name);
    default:
      g_assert_not_reached ();
    }
}

static char *
say_none (TrpCleaning cleaning, const char *name)
{
  switch (cleaning)
    {
    case TRP_CLEANING_KEEP_LARGEST:
      return g_strdup_printf (_ ("%s is in one part already: nothing was taken away."), name);
    case TRP_CLEANING_REMOVE_SMALL:
      return g_strdup_printf (_ ("%s has no part under 0.1 ml: nothing was taken away."), name);
    case TRP_CLEANING_FILL_HOLES:
      return g_strdup_printf (_ ("%s has no hole that is closed on all sides: nothing was filled."),
                              name);
    default:
      g_assert_not_reached ();
    }
}

static char *
say_done (TrpCleaning cleaning, const TrpIslands *islands, double voxel_ml, const char *name)
{
  const size_t n = islands->n_parts;
  const double ml = (double) islands->n_voxels * voxel_ml;

  if (cleaning == TRP_CLEANING_FILL_HOLES)
    return g_strdup_printf (
      ngettext ("%s: %zu hole, %.2f ml filled", "%s: %zu holes, %.2f ml filled", n), name, n, ml);
  return g_strdup_printf (
    ngettext ("%s: %zu part, %.2f ml taken away", "%s: %zu parts, %.2f ml taken away", n), name, n,
    ml);
}

/* Returns: (transfer full) (nullable): why nothing can come of it. */
static char *
explain_empty (const TrpMask *before, const char *name)
{
  return trp_mask_is_empty (before) ? g_strdup_printf (_ ("%s is empty: draw on it first."), name)
                                    : NULL;
}

static char *
explain_nothing (TrpCleaning cleaning,
                 const TrpMask *before,
                 const TrpMask *after,
                 const TrpIslands *islands,
                 const char *name)
{
  char *empty = explain_empty (before, name);

  if (empty)
    return empty;
  if (islands->n_parts == 0)
    return say_none (cleaning, name);
  if (trp_mask_is_empty (after))
    return g_strdup_printf (_ ("All parts of %s are under 0.1 ml: nothing was taken away. "
                               "Delete the structure if it should go."),
                            name);
  return NULL;
}

void
trp_document_clean_structure (TrpDocument *self, guint index, TrpCleaning cleaning)
{
  TrpStructure *structure = begin (self, index);
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *step = NULL;
  TrpIslands islands;

  if (!structure)
    return;
  const TrpMask *before = trp_structure_peek_mask (structure);
  g_autofree char *name = g_strdup (trp_structure_get_name (structure));

  mask = clean (cleaning, before, &islands, &error);
  if (!mask)
    {
      trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
      return;
    }
  nothing = explain_nothing (cleaning, before, mask, &islands, name);
  step = name_step (cleaning, name);
  if (nothing)
    say (self, g_steal_pointer (&nothing));
  else if (replace (self, structure, mask, step))
    say (self,
         say_done (cleaning, &islands,
                   trp_geometry_get_voxel_volume (trp_mask_get_geometry (mask)) / 1000, name));
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

void
trp_document_split_structure (TrpDocument *self, guint index)
{
  TrpStructure *structure = begin (self, index);
  g_autoptr (GPtrArray) masks = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;

  if (!structure)
    return;
  g_autofree char *name = g_strdup (trp_structure_get_name (structure));

  masks = trp_islands_split (trp_structure_peek_mask (structure), TRP_DOCUMENT_MOST_PARTS, &error);
  if (masks && masks->len < 2)
    {
      char *empty = explain_empty (trp_structure_peek_mask (structure), name);

      say (self,
           empty ? empty : g_strdup_printf (_ ("%s is in one part: it stays as it is."), name));
      return;
    }
  step = g_strdup_printf (_ ("Split %s"), name);
  if (masks)
    parts = make_parts (trp_document_peek_edited (self), structure, masks);
  if (!masks || !trp_edit_session_split (trp_document_peek_session (self), step, structure,
                                         masks->pdata[0], parts, &error))
    {
      trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
      return;
    }
  trp_document_set_active (self, (int) index); /* not the last that was added */
  say (self, g_strdup_printf (ngettext ("%s: %u part became a structure of its own.",
                                        "%s: %u parts became structures of their own.", parts->len),
                              name, parts->len));
}

/* ---- with another structure ---- */

static char *
name_combination (TrpBoolean operation, const char *first, const char *second)
{
  switch (operation)
    {
    case TRP_BOOLEAN_UNION:
      return g_strdup_printf (_ ("%s with %s"), first, second);
    case TRP_BOOLEAN_INTERSECTION:
      return g_strdup_printf (_ ("%s where %s is"), first, second);
    case TRP_BOOLEAN_SUBTRACT:
      return g_strdup_printf (_ ("%s without %s"), first, second);
    case TRP_BOOLEAN_EXCLUSIVE:
      return g_strdup_printf (_ ("%s or %s, not both"), first, second);
    case TRP_N_BOOLEANS:
    default:
      g_assert_not_reached ();
    }
}

void
trp_document_combine_structures (TrpDocument *self, guint index, guint other, TrpBoolean operation)
{
  TrpStructure *structure = begin (self, index);
  TrpStructure *second = trp_document_peek_structure (self, other);
  g_autoptr (TrpMask) mask = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;

  g_return_if_fail ((size_t) operation < TRP_N_BOOLEANS);
  if (!structure || !second || index == other)
    return;
  const TrpMask *before = trp_structure_peek_mask (structure);
  g_autofree char *name = g_strdup (trp_structure_get_name (structure));
  const double ml_before = trp_mask_get_volume_ml (before);

  mask = trp_boolean_combine (operation, before, trp_structure_peek_mask (second), &error);
  if (!mask)
    {
      trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
      return;
    }
  step = name_combination (operation, name, trp_structure_get_name (second));
  if (trp_mask_equal (before, mask))
    say (self, g_strdup_printf (_ ("%s stays as it is: %s makes no difference."), name,
                                trp_structure_get_name (second)));
  else if (replace (self, structure, mask, step))
    say (self, g_strdup_printf (_ ("%s: %.2f ml became %.2f ml."), step, ml_before,
                                trp_mask_get_volume_ml (mask)));
}

/* ---- slices ---- */

void
trp_document_interpolate_structure (TrpDocument *self, guint index)
{
  TrpStructure *structure = begin (self, index);
  g_autoptr (TrpMask) filled = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *step = NULL;
  size_t n_filled;

  if (!structure)
    return;
  const TrpMask *mask = trp_structure_peek_mask (structure);
  g_autofree char *name = g_strdup (trp_structure_get_name (structure));

  filled = trp_interpolate_slices (mask, trp_interpolate_choose_axis (mask), &n_filled, &error);
  if (!filled)
    {
      trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
      return;
    }
  step = g_strdup_printf (_ ("Fill slices of %s"), name);
  if (replace (self, structure, filled, step))
    say (self,
         g_strdup_printf (ngettext ("%zu slice of %s was filled from its neighbours; look at it.",
                                    "%zu slices of %s were filled from their neighbours; look at "
                                    "them.",
                                    n_filled),
                          n_filled, name));
}
