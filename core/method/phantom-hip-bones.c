/* phantom-hip-bones.c - see phantom-hip-bones.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/phantom-hip-bones.h"

const TrpPoseSpread trp_hip_pose = {
  .scale_sd = 0.05,
  .scale_limit = 0.1,
  .rotation_deg = 3,
  .shift = { { 5, 5, 4 } },
  .wave_mm = { 1.5, 4 },
  .wave_length = { 90, 200 },
};

void
trp_hip_bones_add (TrpHipBoneList *list, TrpVec3 a, TrpVec3 b, double r_a, double r_b)
{
  g_assert (list->n < TRP_HIP_MAX_BONES);
  list->items[list->n++] = (TrpCapsule){ a, b, r_a + 1, r_b + 1 };
}

void
trp_hip_bones_add_femur (TrpHipBones *self)
{
  TrpHipBoneList *femur = &self->femur;
  const TrpVec3 h = self->head;

  trp_hip_bones_add (femur, h, trp_vec3_add (h, trp_vec3 (0.1, 0, 0)), self->head_r, self->head_r);
  trp_hip_bones_add (femur, h, trp_vec3_add (h, trp_vec3 (36, 12, -26)), 16, 16);
  trp_hip_bones_add (femur, trp_vec3_add (h, trp_vec3 (44, 18, -8)),
                     trp_vec3_add (h, trp_vec3 (42, 14, -38)), 13, 18);
  trp_hip_bones_add (femur, trp_vec3_add (h, trp_vec3 (40, 12, -38)),
                     trp_vec3_add (h, trp_vec3 (32, 4, -130)), 18, 15);
}

void
trp_hip_bones_add_pubis_and_ischium (TrpHipBones *self)
{
  TrpHipBoneList *bones = &self->pelvis;
  const TrpVec3 h = self->head;
  const double y = self->pubis_y;

  trp_hip_bones_add (bones, trp_vec3_add (h, trp_vec3 (-24, -14, 2)), trp_vec3 (18, y, 9), 12, 9.5);
  trp_hip_bones_add (bones, trp_vec3 (13, y, 10), trp_vec3 (13, y + 6, -14), 10, 9.5);
  trp_hip_bones_add (bones, trp_vec3 (12, y + 8, 8), trp_vec3 (13, y + 11, -8), 8.5, 8.5);
  trp_hip_bones_add (bones, trp_vec3 (14, y + 7, -15), trp_vec3 (48, 20, -46), 8.5, 9);
  trp_hip_bones_add (bones, trp_vec3_add (h, trp_vec3 (-12, 24, -4)), trp_vec3 (60, 32, -38), 15,
                     16);
  trp_hip_bones_add (bones, trp_vec3 (60, 32, -38), trp_vec3 (54, 24, -54), 17, 14);
}

void
trp_hip_bones_add_sacrum (TrpHipBones *self, double y)
{
  TrpHipBoneList *bones = &self->pelvis;

  trp_hip_bones_add (bones, trp_vec3 (0, y - 4, 2), trp_vec3 (0, y + 6, 26), 6.5, 10);
  trp_hip_bones_add (bones, trp_vec3 (7, y + 5, 20), trp_vec3 (12, y + 8, 34), 7, 10);
  trp_hip_bones_add (bones, trp_vec3 (0, y + 7, 28), trp_vec3 (0, y + 12, 100), 13, 18);
  trp_hip_bones_add (bones, trp_vec3 (14, y + 8, 32), trp_vec3 (26, y + 11, 100), 12, 18);
  trp_hip_bones_add (bones, trp_vec3 (22, y + 9, 40), trp_vec3 (48, y + 11, 100), 10, 17);
}

/* The socket: a shell around the head with 4 mm of cartilage between, open outwards and down. */
static double
socket_distance (const TrpHipBones *self, TrpVec3 p)
{
  const TrpVec3 d = trp_vec3_subtract (p, self->head);
  const double r = trp_vec3_length (d), inner = self->head_r + 4;
  const double open = 0.72 * d.v[0] - 0.25 * d.v[1] - 0.62 * d.v[2] - 8;

  return MAX (MAX (r - inner - 9, inner - r), open);
}

/* The shaft's cortex is twice that of head and neck. */
static double
shaft_thickening (const TrpHipBones *self, TrpVec3 p)
{
  return 1 + CLAMP ((self->head.v[2] - 26 - p.v[2]) / 24, 0, 1);
}

/* The head in its cartilage, but for the side that is open. */
static bool
in_joint (const TrpHipBones *self, TrpVec3 p)
{
  return trp_vec3_distance (p, self->head) < self->head_r + 4 &&
         0.72 * (p.v[0] - self->head.v[0]) - 0.25 * (p.v[1] - self->head.v[1]) -
             0.62 * (p.v[2] - self->head.v[2]) <
           8;
}

static bool
in_symphysis (const TrpHipBones *self, TrpVec3 p)
{
  return p.v[0] < 3.5 && trp_shape_square ((p.v[1] - self->pubis_y - 2) / 11) +
                             trp_shape_square ((p.v[2] + 1) / 19) <
                           1;
}

TrpHipPart
trp_hip_bones_find (const TrpHipBones *self, TrpVec3 p)
{
  double femur, pelvis;

  p.v[0] = fabs (p.v[0]);
  femur = p.v[0] > 50 ? trp_capsules_distance (self->femur.items, self->femur.n, p) : 100;
  if (femur < 0)
    return femur > -self->cortex * shaft_thickening (self, p) ? TRP_HIP_FEMUR_CORTICAL
                                                              : TRP_HIP_FEMUR_SPONGY;
  if (in_joint (self, p) || in_symphysis (self, p))
    return TRP_HIP_CARTILAGE;
  pelvis = MIN (trp_capsules_distance (self->pelvis.items, self->pelvis.n, p),
                socket_distance (self, p));
  if (self->n_blades)
    pelvis = MIN (pelvis, trp_plates_distance (self->blades, self->n_blades, p));
  if (pelvis < 0)
    return pelvis > -self->cortex ? TRP_HIP_PELVIS_CORTICAL : TRP_HIP_PELVIS_SPONGY;
  return TRP_HIP_NONE;
}
