/* document-slices.c - see document-slices.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-slices.h"
#include "config.h"
#include "core/structure/slices.h"
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

/* The active structure, if something of it is drawn on the cursor's slice. */
static TrpStructure *
begin (TrpDocument *self, int axis, size_t *out_slice)
{
  TrpStructure *structure = trp_document_peek_active (self);

  if (!structure)
    {
      trp_document_report (self, TRP_SEVERITY_INFO,
                           _ ("Add or choose a structure first: there is nothing to draw on."));
      return NULL;
    }
  trp_document_end_stroke (self);
  const TrpMask *mask = trp_structure_peek_mask (structure);

  if (!trp_document_may_change (self, structure, trp_mask_get_geometry (mask)))
    return NULL;
  if (trp_document_find_slice (self, axis, out_slice) &&
      !trp_slices_is_empty (mask, axis, *out_slice))
    return structure;
  say (self, g_strdup_printf (_ ("Nothing of %s is drawn on the slice at the cursor."),
                              trp_structure_get_name (structure)));
  return NULL;
}

/* The origin follows the rule for strokes: what a program drew and a person changed is neither's
 * alone. */
static bool
replace (TrpDocument *self, TrpStructure *structure, const TrpMask *mask, const char *step)
{
  g_autofree char *provenance = g_strdup (trp_structure_get_provenance (structure));
  const TrpOrigin before = trp_structure_get_origin (structure);
  const TrpOrigin origin = before == TRP_ORIGIN_AUTOMATIC ? TRP_ORIGIN_SEMIAUTOMATIC : before;
  g_autoptr (GError) error = NULL;

  if (trp_edit_session_replace_mask (trp_document_peek_session (self), step, structure, mask,
                                     origin, provenance, &error))
    return true;
  trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  return false;
}

void
trp_document_copy_slice (TrpDocument *self, int axis, int step)
{
  size_t slice;
  TrpStructure *structure = begin (self, axis, &slice);
  g_autoptr (TrpMask) mask = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (axis >= 0 && axis < 3 && (step == 1 || step == -1));
  if (!structure)
    return;
  const TrpMask *before = trp_structure_peek_mask (structure);
  const TrpGeometry *geometry = trp_mask_get_geometry (before);

  if (step > 0 ? slice + 1 == geometry->size[axis] : slice == 0)
    {
      trp_document_report (self, TRP_SEVERITY_INFO,
                           _ ("There is no slice beyond this one to copy to."));
      return;
    }
  mask = trp_slices_put (before, before, axis, slice, step > 0 ? slice + 1 : slice - 1, false);
  name = g_strdup_printf (_ ("Copy slice of %s"), trp_structure_get_name (structure));
  if (!trp_mask_equal (before, mask) && !replace (self, structure, mask, name))
    return;
  trp_document_set_cursor (
    self, trp_vec3_add (trp_document_get_cursor (self),
                        trp_vec3_scale (trp_geometry_get_direction (geometry, axis),
                                        step * trp_geometry_get_spacing (geometry, axis))));
}

void
trp_document_delete_slice (TrpDocument *self, int axis)
{
  size_t slice;
  TrpStructure *structure = begin (self, axis, &slice);
  g_autoptr (TrpMask) mask = NULL;
  g_autofree char *name = NULL;

  g_return_if_fail (axis >= 0 && axis < 3);
  if (!structure)
    return;
  mask = trp_slices_clear (trp_structure_peek_mask (structure), axis, slice, slice);
  name = g_strdup_printf (_ ("Delete slice of %s"), trp_structure_get_name (structure));
  replace (self, structure, mask, name);
}
