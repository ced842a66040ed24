/* document-distances.c - see document-distances.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-distances.h"
#include "config.h"
#include "core/geometry/plane.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

/**
 * _TrpDocumentDistances:
 * @reference: whose field it is, or is being computed, or cannot be (both NULL then)
 */
struct _TrpDocumentDistances
{
  bool distances_shown;
  TrpStructure *reference;
  TrpSignedField *field;
  TrpJob *job;
  bool has_place;
  TrpLivePlace place;
};

static void
drop_field (TrpDocumentDistances *self)
{
  g_clear_pointer (&self->job, trp_job_abandon);
  g_clear_pointer (&self->field, trp_signed_field_unref);
  g_clear_pointer (&self->reference, trp_structure_unref);
}

void
trp_document_distances_free (TrpDocumentDistances *self)
{
  if (!self)
    return;
  drop_field (self);
  g_free (self);
}

/* ---- the field ---- */

static void *
compute_field (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  return trp_signed_field_new (data, progress, error);
}

static void
on_field (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *self = user_data;

  g_clear_pointer (&self->distances->job, trp_job_unref);
  self->distances->field = result;
  if (error)
    trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
  trp_document_emit (self, TRP_DOCUMENT_DISTANCES_CHANGED);
}

static void
start_field (TrpDocument *self, TrpStructure *reference)
{
  static const TrpJobClass klass = { .run = compute_field,
                                     .done = on_field,
                                     .free_data = (GDestroyNotify) trp_mask_free,
                                     .free_result = (GDestroyNotify) trp_signed_field_unref };
  TrpDocumentDistances *distances = self->distances;

  distances->reference = trp_structure_ref (reference);
  distances->job = trp_job_start (&klass, _ ("Distances to the reference"),
                                  trp_mask_copy (trp_structure_peek_mask (reference)), self);
}

const TrpSignedField *
trp_document_peek_signed_field (TrpDocument *self)
{
  TrpStructure *active = trp_document_peek_active (self);
  TrpStructure *reference = active ? trp_document_find_reference (self, active) : NULL;

  if (reference != self->distances->reference)
    {
      drop_field (self->distances);
      if (reference)
        start_field (self, reference);
    }
  return self->distances->field;
}

bool
trp_document_get_distances_shown (TrpDocument *self)
{
  return self->distances->distances_shown;
}

void
trp_document_set_distances_shown (TrpDocument *self, bool shown)
{
  if (self->distances->distances_shown == shown)
    return;
  self->distances->distances_shown = shown;
  trp_document_emit (self, TRP_DOCUMENT_DISTANCES_CHANGED);
}

/* ---- the place ---- */

void
trp_document_go_to_place (TrpDocument *self, const TrpLivePlace *place)
{
  self->distances->place = *place;
  self->distances->has_place = true;
  trp_document_set_cursor (self, place->point_lps);
  trp_document_emit (self, TRP_DOCUMENT_DISTANCES_CHANGED);
}

const TrpLivePlace *
trp_document_peek_marked_place (TrpDocument *self)
{
  return self->distances->has_place ? &self->distances->place : NULL;
}

static void
forget_place (TrpDocument *self)
{
  if (!self->distances->has_place)
    return;
  self->distances->has_place = false;
  trp_document_emit (self, TRP_DOCUMENT_DISTANCES_CHANGED);
}

size_t
trp_document_find_slice_number (TrpDocument *self, TrpVec3 point_lps)
{
  TrpStructureSet *set = trp_document_peek_edited (self);
  const TrpGeometry *geometry = set ? trp_structure_set_get_geometry (set) : NULL;
  TrpNativeSlice slice;
  TrpPlane plane;

  if (!geometry)
    return 0;
  plane = trp_plane_along_grid (geometry, TRP_ORIENTATION_AXIAL, point_lps, false);
  return trp_plane_match_native (&plane, geometry, &slice) == TRP_NATIVE_SLICE ? slice.number + 1
                                                                               : 0;
}

/* ---- what makes it old ---- */

static void
on_mask_changed (TrpDocument *self, const TrpEditChange *change)
{
  if (change->structure == trp_document_peek_active (self))
    forget_place (self);
}

/* The reference may have been edited while it was the edited one. */
static void
on_readings_changed (TrpDocument *self)
{
  drop_field (self->distances);
  forget_place (self);
}

TrpDocumentDistances *
trp_document_distances_new (TrpDocument *document)
{
  g_signal_connect (document, "mask-changed", G_CALLBACK (on_mask_changed), NULL);
  g_signal_connect (document, "active-changed", G_CALLBACK (forget_place), NULL);
  g_signal_connect (document, "readings-changed", G_CALLBACK (on_readings_changed), NULL);
  return g_new0 (TrpDocumentDistances, 1);
}
