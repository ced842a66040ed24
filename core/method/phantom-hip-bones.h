/* phantom-hip-bones.h - femur, pubis, ischium, sacrum and the socket, for every phantom with hips
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Canonical mm (x left, y back, z up); everything hangs on the left femoral head, the right side is
 * its mirror image. Each kind brings its own ilium. Filled by one thread, read by any.
 */

#pragma once

#include "core/method/phantom-field.h"
#include "core/method/phantom-shapes.h"

G_BEGIN_DECLS

#define TRP_HIP_MAX_BONES 24

typedef struct
{
  size_t n;
  TrpCapsule items[TRP_HIP_MAX_BONES];
} TrpHipBoneList;

/**
 * TrpHipBones:
 * @cortex: thickness of the cortical shell; twice that at the femur's shaft
 * @head, @head_r: of the left femoral head
 * @pubis_y: middle of the symphysis
 * @pelvis, @femur: rounded rods; @blades: (nullable): flat parts of the pelvis
 */
typedef struct
{
  double cortex;
  TrpVec3 head;
  double head_r;
  double pubis_y;
  TrpHipBoneList pelvis, femur;
  size_t n_blades;
  const TrpPlate *blades;
} TrpHipBones;

typedef enum
{
  TRP_HIP_NONE,
  TRP_HIP_CARTILAGE,
  TRP_HIP_PELVIS_CORTICAL,
  TRP_HIP_PELVIS_SPONGY,
  TRP_HIP_FEMUR_CORTICAL,
  TRP_HIP_FEMUR_SPONGY,
} TrpHipPart;

extern const TrpPoseSpread trp_hip_pose; /* of patients from waist to thigh */

/* One millimetre thicker than @r_a and @r_b say. */
void trp_hip_bones_add (TrpHipBoneList *list, TrpVec3 a, TrpVec3 b, double r_a, double r_b);
void trp_hip_bones_add_femur (TrpHipBones *self);
void trp_hip_bones_add_pubis_and_ischium (TrpHipBones *self);
/* @y: front of the coccyx */
void trp_hip_bones_add_sacrum (TrpHipBones *self, double y);

/* @p: of either side */
TrpHipPart trp_hip_bones_find (const TrpHipBones *self, TrpVec3 p);

G_END_DECLS
