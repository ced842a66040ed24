/* phantom-head.h - the parts of the head phantom
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Canonical millimetres: x left, y back, z up; the origin lies in the middle between the ear
 * canals, so the floor of the skull is near z = 0, the vertex at 125, the chin at -75. Functions
 * say which tissue a part has at a point, HEAD_AIR where the part is not. Read by any thread.
 */

#pragma once

#include "core/method/phantom-field.h"
#include "core/method/phantom-shapes.h"

G_BEGIN_DECLS

typedef enum
{
  HEAD_AIR,
  HEAD_SKIN,
  HEAD_FAT,
  HEAD_MUSCLE,
  HEAD_CORTICAL,
  HEAD_DIPLOE,
  HEAD_TOOTH,
  HEAD_CELLS, /* of the mastoid: air and thin bone */
  HEAD_CARTILAGE,
  HEAD_GREY,
  HEAD_WHITE,
  HEAD_CSF,
  HEAD_CORD,
  HEAD_CORD_CSF,
  HEAD_PAROTID_LEFT,
  HEAD_PAROTID_RIGHT,
  HEAD_GLAND,
  HEAD_VITREOUS,
  HEAD_LENS,
  HEAD_MUCOSA,
  HEAD_AIRWAY,
  HEAD_EAR_CANAL,
  HEAD_VESSEL,
  HEAD_N_TISSUES,
} TrpHeadTissue;

/**
 * TrpHead: one patient
 * @folds: whose zero surfaces are the sulci
 * @streaks: fat between muscles
 * @skull, @scalp, @fat: thickness, mm
 * @ventricle, @sinus: size, relative
 * @sulcus: width of the sulci, in units of @folds
 * @parotid: of left and right: size, relative, that gives the volume drawn
 */
typedef struct
{
  TrpField *folds, *streaks;
  double skull, scalp, fat;
  double ventricle, sinus, sulcus;
  double nose, chin, neck;
  double parotid[2];
} TrpHead;

/* To the inner table of the skull, negative inside. */
double trp_head_get_cavity_distance (TrpVec3 p);

/* @depth: under the inner table, mm; over 0 */
TrpHeadTissue trp_head_find_brain (const TrpHead *self, TrpVec3 p, double depth);
/* Spinal canal with cord. */
TrpHeadTissue trp_head_find_cord (TrpVec3 p);
/* @cavity: distance to the inner table */
TrpHeadTissue trp_head_find_bone (const TrpHead *self, TrpVec3 p, double cavity);
/* Nose, sinuses, pharynx, windpipe, with their mucosa. */
TrpHeadTissue trp_head_find_air_ways (const TrpHead *self, TrpVec3 p);

G_END_DECLS
