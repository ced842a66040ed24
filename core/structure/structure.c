/* structure.c - see structure.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/structure.h"

struct _TrpStructure
{
  char *name;
  TrpColor color;
  bool visible;
  bool locked;
  uint16_t label;
  TrpOrigin origin;
  char *provenance;
  TrpMask *mask;
};

TrpColor
trp_color_get_default (size_t index)
{
  /* Smallest CIEDE2000 between two of them is 10.2, with any colour blindness. */
  static const TrpColor palette[] = {
    { 0xf7, 0xa9, 0x73 }, { 0x89, 0x74, 0xf0 }, { 0xff, 0xff, 0x74 }, { 0x00, 0xcc, 0xaf },
    { 0xd9, 0x57, 0x66 }, { 0xf0, 0xac, 0xff }, { 0x45, 0xa3, 0xb4 }, { 0xc4, 0x86, 0x02 },
    { 0xce, 0xff, 0xc7 }, { 0x76, 0xff, 0xef },
  };

  return palette[index % G_N_ELEMENTS (palette)];
}

TrpStructure *
trp_structure_new (const char *name, TrpColor color, TrpMask *mask)
{
  TrpStructure *self;

  g_return_val_if_fail (name && mask, NULL);
  self = g_atomic_rc_box_new0 (TrpStructure);
  self->name = g_utf8_make_valid (name, -1);
  self->color = color;
  self->visible = true;
  self->mask = mask;
  return self;
}

TrpStructure *
trp_structure_new_with_origin (const char *name, TrpColor color, TrpMask *mask, TrpOrigin origin)
{
  TrpStructure *self = trp_structure_new (name, color, mask);

  self->origin = origin;
  return self;
}

TrpStructure *
trp_structure_copy (const TrpStructure *self)
{
  TrpStructure *copy = trp_structure_new (self->name, self->color, trp_mask_copy (self->mask));

  copy->visible = self->visible;
  copy->locked = self->locked;
  copy->label = self->label;
  copy->origin = self->origin;
  copy->provenance = g_strdup (self->provenance);
  return copy;
}

TrpStructure *
trp_structure_ref (TrpStructure *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  TrpStructure *self = data;

  g_free (self->name);
  g_free (self->provenance);
  trp_mask_free (self->mask);
}

void
trp_structure_unref (TrpStructure *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear);
}

const char *
trp_structure_get_name (const TrpStructure *self)
{
  return self->name;
}

void
trp_structure_set_name (TrpStructure *self, const char *name)
{
  char *copy;

  g_return_if_fail (name);
  copy = g_utf8_make_valid (name, -1);
  g_free (self->name);
  self->name = copy;
}

TrpColor
trp_structure_get_color (const TrpStructure *self)
{
  return self->color;
}

void
trp_structure_set_color (TrpStructure *self, TrpColor color)
{
  self->color = color;
}

bool
trp_structure_get_visible (const TrpStructure *self)
{
  return self->visible;
}

void
trp_structure_set_visible (TrpStructure *self, bool visible)
{
  self->visible = visible;
}

bool
trp_structure_get_locked (const TrpStructure *self)
{
  return self->locked;
}

void
trp_structure_set_locked (TrpStructure *self, bool locked)
{
  self->locked = locked;
}

uint16_t
trp_structure_get_label (const TrpStructure *self)
{
  return self->label;
}

void
trp_structure_set_label (TrpStructure *self, uint16_t label)
{
  self->label = label;
}

TrpOrigin
trp_structure_get_origin (const TrpStructure *self)
{
  return self->origin;
}

const char *
trp_structure_get_origin_name (const TrpStructure *self)
{
  static const char *const names[] = { NULL, "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL" };

  return names[self->origin];
}

void
trp_structure_set_origin (TrpStructure *self, TrpOrigin origin)
{
  g_return_if_fail (origin >= TRP_ORIGIN_UNKNOWN && origin <= TRP_ORIGIN_MANUAL);
  self->origin = origin;
}

const char *
trp_structure_get_provenance (const TrpStructure *self)
{
  return self->provenance;
}

void
trp_structure_set_provenance (TrpStructure *self, const char *provenance)
{
  char *copy = g_strdup (provenance);

  g_free (self->provenance);
  self->provenance = copy;
}

const TrpMask *
trp_structure_peek_mask (const TrpStructure *self)
{
  return self->mask;
}

TrpMask *
trp_structure_write_mask (TrpStructure *self)
{
  return self->mask;
}
