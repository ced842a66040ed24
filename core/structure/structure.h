/* structure.h - a named, coloured mask
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reference counted; belongs to the thread that owns its set. Its mask is written by the edit
 * session only.
 */

#pragma once

#include "core/structure/mask.h"

G_BEGIN_DECLS

typedef struct _TrpStructure TrpStructure;

/* How the contour came about, in DICOM's words (3006,0036) ROI Generation Algorithm. */
typedef enum
{
  TRP_ORIGIN_UNKNOWN,
  TRP_ORIGIN_AUTOMATIC,
  TRP_ORIGIN_SEMIAUTOMATIC,
  TRP_ORIGIN_MANUAL,
} TrpOrigin;

typedef struct
{
  uint8_t red, green, blue;
} TrpColor;

/* Colour @index (any number; it wraps) of the palette for structures that bring none, from the
 * design's table. */
TrpColor trp_color_get_default (size_t index);

/* Takes over @mask. Names are UTF-8: what is not, as in names of old files, is replaced by U+FFFD.
 */
TrpStructure *trp_structure_new (const char *name, TrpColor color, TrpMask *mask);
/* The same for a structure that was made in a known way. */
TrpStructure *
trp_structure_new_with_origin (const char *name, TrpColor color, TrpMask *mask, TrpOrigin origin);
/* All fields alike; the mask's planes are shared. */
TrpStructure *trp_structure_copy (const TrpStructure *self);
TrpStructure *trp_structure_ref (TrpStructure *self);
void trp_structure_unref (TrpStructure *self);

const char *trp_structure_get_name (const TrpStructure *self);
void trp_structure_set_name (TrpStructure *self, const char *name);
TrpColor trp_structure_get_color (const TrpStructure *self);
void trp_structure_set_color (TrpStructure *self, TrpColor color);
bool trp_structure_get_visible (const TrpStructure *self);
void trp_structure_set_visible (TrpStructure *self, bool visible);
bool trp_structure_get_locked (const TrpStructure *self);
void trp_structure_set_locked (TrpStructure *self, bool locked);
/* The value in a label map file; 0: not assigned yet. */
uint16_t trp_structure_get_label (const TrpStructure *self);
void trp_structure_set_label (TrpStructure *self, uint16_t label);
TrpOrigin trp_structure_get_origin (const TrpStructure *self);
const char *
trp_structure_get_origin_name (const TrpStructure *self); /* "AUTOMATIC", ... ; NULL for unknown */
void trp_structure_set_origin (TrpStructure *self, TrpOrigin origin);
/* JSON text of how it was made (model hash, ...); NULL when unknown. */
const char *trp_structure_get_provenance (const TrpStructure *self);
void trp_structure_set_provenance (TrpStructure *self, const char *provenance);
const TrpMask *trp_structure_peek_mask (const TrpStructure *self);
/* For readers, and for the edit session. */
TrpMask *trp_structure_write_mask (TrpStructure *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpStructure, trp_structure_unref)

G_END_DECLS
