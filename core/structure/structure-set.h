/* structure-set.h - the structures of one reading, on one grid
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reference counted; one owner thread. Workers take trp_structure_set_copy(), which shares all
 * planes.
 */

#pragma once

#include "core/structure/structure.h"

G_BEGIN_DECLS

typedef struct _TrpStructureSet TrpStructureSet;

/* @name: of the reading: "reference", a model, an observer. */
TrpStructureSet *trp_structure_set_new (const char *name, const TrpGeometry *geometry);
TrpStructureSet *trp_structure_set_copy (const TrpStructureSet *self);
TrpStructureSet *trp_structure_set_ref (TrpStructureSet *self);
void trp_structure_set_unref (TrpStructureSet *self);

const char *trp_structure_set_get_name (const TrpStructureSet *self);
void trp_structure_set_set_name (TrpStructureSet *self, const char *name);
const TrpGeometry *trp_structure_set_get_geometry (const TrpStructureSet *self);
/* Frame-of-reference UID and patient ID of the image it was drawn on; NULL when unknown. */
const char *trp_structure_set_get_frame_of_reference (const TrpStructureSet *self);
void trp_structure_set_set_frame_of_reference (TrpStructureSet *self, const char *uid);
const char *trp_structure_set_get_patient_id (const TrpStructureSet *self);
void trp_structure_set_set_patient_id (TrpStructureSet *self, const char *patient_id);

size_t trp_structure_set_get_size (const TrpStructureSet *self);
TrpStructure *trp_structure_set_get (const TrpStructureSet *self,
                                     size_t index); /* (transfer none) */
TrpStructure *trp_structure_set_find (const TrpStructureSet *self,
                                      const char *name); /* (transfer none), or NULL */
/* Returns: false if @structure is not in the set. */
bool trp_structure_set_find_index (const TrpStructureSet *self,
                                   const TrpStructure *structure,
                                   size_t *out_index);
/* Takes a reference. A label of 0, or one that is taken, becomes the smallest free one. The mask's
 * grid must be the set's. */
void trp_structure_set_insert (TrpStructureSet *self, size_t index, TrpStructure *structure);
void trp_structure_set_append (TrpStructureSet *self, TrpStructure *structure);
void trp_structure_set_remove (TrpStructureSet *self, size_t index);
/* First pair of structures that share voxels. Returns: false if there is none. */
bool trp_structure_set_find_overlap (const TrpStructureSet *self,
                                     size_t *out_first,
                                     size_t *out_second,
                                     size_t *out_voxels);

/* Two structures of a set that share voxels, by index. */
typedef struct
{
  size_t first, second;
  size_t n_voxels;
} TrpSharing;

/* Returns: (element-type TrpSharing) (transfer full): all such pairs, in the order of the set. */
GArray *trp_structure_set_list_sharing (const TrpStructureSet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpStructureSet, trp_structure_set_unref)

G_END_DECLS
