/* document-preview.c - see document-preview.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-preview.h"
#include "config.h"
#include "core/structure/slices.h"
#include "ui/document-compute.h"
#include "ui/document-journal.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

struct _TrpDocumentPreview
{
  TrpStructure *structure; /* NULL: no preview */
  TrpStructure *outline;   /* holds the voxels */
  char *step;
  char *text; /* (nullable) */
  TrpOrigin origin;
  bool is_painted;
  TrpPaintOver over;
  bool is_accepting; /* what changes now is what was accepted */
};

TrpDocumentPreview *
trp_document_preview_new (void)
{
  return g_new0 (TrpDocumentPreview, 1);
}

static void
clear (TrpDocumentPreview *self)
{
  g_clear_pointer (&self->structure, trp_structure_unref);
  g_clear_pointer (&self->outline, trp_structure_unref);
  g_clear_pointer (&self->step, g_free);
  g_clear_pointer (&self->text, g_free);
  self->is_painted = false;
}

void
trp_document_preview_free (TrpDocumentPreview *self)
{
  if (!self)
    return;
  clear (self);
  g_free (self);
}

bool
trp_document_has_preview (TrpDocument *self)
{
  return self->preview->structure != NULL;
}

const TrpMask *
trp_document_peek_preview_mask (TrpDocument *self)
{
  return self->preview->outline ? trp_structure_peek_mask (self->preview->outline) : NULL;
}

TrpStructure *
trp_document_peek_preview_structure (TrpDocument *self)
{
  return self->preview->structure;
}

TrpStructure *
trp_document_peek_preview_outline (TrpDocument *self)
{
  return self->preview->outline;
}

const char *
trp_document_get_preview_text (TrpDocument *self)
{
  const TrpDocumentPreview *preview = self->preview;

  return preview->text ? preview->text : preview->step ? preview->step : "";
}

void
trp_document_set_preview_text (TrpDocument *self, const char *text)
{
  if (!self->preview->structure || g_strcmp0 (text, self->preview->text) == 0)
    return;
  g_free (self->preview->text);
  self->preview->text = g_strdup (text);
  trp_document_emit (self, TRP_DOCUMENT_PREVIEW_CHANGED);
}

void
trp_document_set_preview_painted (TrpDocument *self, TrpPaintOver over)
{
  if (!self->preview->structure)
    return;
  self->preview->is_painted = true;
  self->preview->over = over;
}

void
trp_document_discard_preview (TrpDocument *self)
{
  if (!self->preview->structure)
    return;
  clear (self->preview);
  trp_document_emit (self, TRP_DOCUMENT_PREVIEW_CHANGED);
}

void
trp_document_preview_hear (TrpDocument *self, const TrpEditChange *change)
{
  const bool matters = change->kind == TRP_EDIT_VOXELS || change->kind == TRP_EDIT_ADDED ||
                       change->kind == TRP_EDIT_REMOVED;

  if (matters)
    trp_document_cancel_computing (self);
  if (matters && !self->preview->is_accepting)
    trp_document_discard_preview (self);
}

/* ---- showing ---- */

static bool
is_in_reading (TrpDocument *self, const TrpStructure *structure)
{
  TrpStructureSet *set = trp_document_peek_edited (self);

  for (size_t n = 0; set && n < trp_structure_set_get_size (set); n++)
    if (trp_structure_set_get (set, n) == structure)
      return true;
  return false;
}

bool
trp_document_may_change (TrpDocument *self,
                         const TrpStructure *structure,
                         const TrpGeometry *geometry)
{
  TrpStructureSet *set = trp_document_peek_edited (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!set || !trp_document_may_edit (self))
    return false;
  if (trp_structure_get_locked (structure))
    text = g_strdup_printf ("\"%s\" is locked; unlock it to edit it",
                            trp_structure_get_name (structure));
  else if (!trp_geometry_check_equal (trp_structure_set_get_geometry (set), geometry, &error))
    text = g_strdup (error->message);
  if (text)
    trp_document_report (self, TRP_SEVERITY_WARNING, text);
  return text == NULL;
}

void
trp_document_show_preview (TrpDocument *self,
                           TrpStructure *structure,
                           const TrpMask *mask,
                           const char *step,
                           TrpOrigin origin)
{
  g_autoptr (TrpStructure) kept = trp_structure_ref (structure);

  trp_document_end_stroke (self);
  trp_document_discard_preview (self);
  if (!trp_document_may_change (self, structure, trp_mask_get_geometry (mask)) ||
      trp_mask_equal (mask, trp_structure_peek_mask (structure)))
    return;
  self->preview->structure = g_steal_pointer (&kept);
  self->preview->outline = trp_structure_new (
    trp_structure_get_name (structure), trp_structure_get_color (structure), trp_mask_copy (mask));
  self->preview->step = g_strdup (step);
  self->preview->origin = origin;
  trp_document_emit (self, TRP_DOCUMENT_PREVIEW_CHANGED);
}

/* ---- accepting ---- */

/* A structure with these voxels instead of those of the preview's. */
static TrpStructure *
make_new (TrpDocumentPreview *preview, const TrpMask *mask)
{
  return trp_structure_new_with_origin (trp_structure_get_name (preview->structure),
                                        trp_structure_get_color (preview->structure),
                                        trp_mask_copy (mask), preview->origin);
}

static bool
paint (TrpDocument *self, const TrpMask *mask, GError **error)
{
  TrpDocumentPreview *preview = self->preview;
  const TrpPaintOptions options = { .over = preview->over };
  const TrpMask *before = trp_structure_peek_mask (preview->structure);
  g_autoptr (TrpPatch) stencil = trp_patch_new_difference (before, mask);

  return trp_edit_session_paint (trp_document_peek_session (self), preview->step,
                                 preview->structure, stencil, &options, error);
}

static bool
put (TrpDocument *self, const TrpMask *mask, GError **error)
{
  TrpDocumentPreview *preview = self->preview;
  TrpEditSession *session = trp_document_peek_session (self);

  if (preview->is_painted && is_in_reading (self, preview->structure))
    return paint (self, mask, error);
  if (is_in_reading (self, preview->structure))
    {
      /* the step exchanges attributes: a text that is borrowed from the structure ends there */
      g_autofree char *provenance = g_strdup (trp_structure_get_provenance (preview->structure));

      return trp_edit_session_replace_mask (session, preview->step, preview->structure, mask,
                                            preview->origin, provenance, error);
    }
  g_autoptr (TrpStructure) added = make_new (preview, mask);

  if (!trp_edit_session_add (session, preview->step, added, SIZE_MAX, error))
    return false;
  trp_structure_unref (preview->structure);
  preview->structure = g_steal_pointer (&added);
  return true;
}

static bool
accept (TrpDocument *self, const TrpMask *mask)
{
  g_autoptr (GError) error = NULL;
  bool is_done;

  if (!trp_document_may_edit (self))
    return false;
  self->preview->is_accepting = true;
  is_done = put (self, mask, &error);
  self->preview->is_accepting = false;
  if (!is_done)
    trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  return is_done;
}

bool
trp_document_accept_preview (TrpDocument *self)
{
  g_autoptr (TrpMask) mask = NULL;

  if (!self->preview->structure)
    return false;
  mask = trp_mask_copy (trp_document_peek_preview_mask (self));
  if (!accept (self, mask))
    return false;
  trp_document_discard_preview (self);
  return true;
}

bool
trp_document_find_slice (TrpDocument *self, int axis, size_t *out_slice)
{
  TrpStructureSet *set = trp_document_peek_edited (self);

  if (!set)
    return false;
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  const TrpVec3 ijk = trp_geometry_ijk_from_lps (geometry, trp_document_get_cursor (self));
  const double slice = floor (ijk.v[axis] + 0.5);

  if (!(slice >= 0 && slice < (double) geometry->size[axis]))
    return false;
  *out_slice = (size_t) slice;
  return true;
}

bool
trp_document_accept_preview_slice (TrpDocument *self, int axis)
{
  const TrpMask *mask = trp_document_peek_preview_mask (self);
  g_autoptr (TrpMask) result = NULL;
  size_t slice;

  g_return_val_if_fail (axis >= 0 && axis < 3, false);
  if (!mask)
    return false;
  const TrpMask *before = trp_structure_peek_mask (self->preview->structure);

  if (trp_document_find_slice (self, axis, &slice))
    result = trp_slices_put (before, mask, axis, slice, slice, false);
  if (!result || trp_mask_equal (result, before))
    {
      trp_document_report (self, TRP_SEVERITY_INFO,
                           _ ("The preview changes nothing on the slice at the cursor."));
      return false;
    }
  if (!accept (self, result))
    return false;
  if (trp_mask_equal (result, mask))
    trp_document_discard_preview (self);
  else
    trp_document_emit (self, TRP_DOCUMENT_PREVIEW_CHANGED);
  return true;
}
