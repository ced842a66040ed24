/* phantom-pelvis.c - the male pelvis: shapes, sizes and tissues
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Canonical millimetres: x left, y back, z up, origin in the middle of the prostate. The shapes are
 * simple (ellipsoids, capsules, a bent tube) but where they lie, how large they are and how they
 * vary follows anatomy; the pose of core/method/phantom-field bends them further. A point is asked
 * from the last painted shape to the first, so the order below is that of who covers whom.
 *
 * Left and right bones are mirror images before the pose.
 */

#include "core/base/rng.h"
#include "core/method/phantom-anatomy.h"
#include "core/method/phantom-hip-bones.h"
#include "core/method/phantom.h"

#include <stdbool.h>

enum
{
  AIR,
  FAT,
  MUSCLE,
  CORTICAL,
  SPONGY,
  FEMUR_CORTICAL,
  FEMUR_SPONGY,
  CARTILAGE,
  VESSEL,
  URINE,
  BLADDER_WALL,
  TRANSITION_ZONE,
  PERIPHERAL_ZONE,
  SEMINAL_VESICLE,
  RECTUM_WALL,
  STOOL,
  GAS,
  N_TISSUES,
};

static const TrpTissue tissues[N_TISSUES] = {
  [AIR] = { "air", 0, -1, -1000, 0, 0, 0, 0 },
  [FAT] = { "fat", TRP_PELVIS_BODY, -1, -100, 5, 5, 0.64, 0.05 },
  [MUSCLE] = { "muscle", TRP_PELVIS_BODY, -1, 55, 4, 6, 0.22, 0.20 },
  [CORTICAL] = { "cortical bone", TRP_PELVIS_BONE, -1, 700, 60, 60, 0.06, 0.25 },
  [SPONGY] = { "spongy bone", TRP_PELVIS_BONE, -1, 250, 40, 45, 0.50, 0.08 },
  [FEMUR_CORTICAL] = { "cortical bone of the femur", TRP_PELVIS_FEMORAL_HEADS, CORTICAL, 700, 60,
                       60, 0.06, 0.25 },
  [FEMUR_SPONGY] = { "spongy bone of the femur", TRP_PELVIS_FEMORAL_HEADS, SPONGY, 250, 40, 45,
                     0.50, 0.08 },
  [CARTILAGE] = { "cartilage", TRP_PELVIS_BODY, -1, 80, 3, 4, 0.45, 0.10 },
  [VESSEL] = { "vessel", TRP_PELVIS_BODY, -1, 45, 3, 3, 0.10, 0.25 },
  [URINE] = { "urine", TRP_PELVIS_BLADDER, -1, 8, 3, 3, 1.00, 0.02 },
  [BLADDER_WALL] = { "bladder wall", TRP_PELVIS_BLADDER, -1, 35, 3, 4, 0.25, 0.10 },
  [TRANSITION_ZONE] = { "transition zone", TRP_PELVIS_PROSTATE, -1, 40, 3, 4, 0.40, 0.25 },
  [PERIPHERAL_ZONE] = { "peripheral zone", TRP_PELVIS_PROSTATE, TRANSITION_ZONE, 40, 3, 4, 0.66,
                        0.15 },
  [SEMINAL_VESICLE] = { "seminal vesicle", TRP_PELVIS_BODY, -1, 30, 3, 4, 0.80, 0.20 },
  [RECTUM_WALL] = { "rectum wall", TRP_PELVIS_RECTUM, -1, 35, 3, 4, 0.33, 0.10 },
  [STOOL] = { "stool", TRP_PELVIS_RECTUM, -1, 45, 5, 6, 0.35, 0.25 },
  [GAS] = { "gas", TRP_PELVIS_RECTUM, -1, -850, 20, 6, 0.02, 0.02 },
};

static const TrpPhantomLabel labels[] = {
  { "Prostate", 240, 90, 90 },       { "Bladder", 250, 210, 80 },      { "Rectum", 170, 110, 60 },
  { "Femoral heads", 90, 160, 250 }, { "Pelvic bone", 230, 230, 210 }, { "Body", 130, 200, 150 },
};

typedef struct
{
  TrpField *streaks;
  double streak_threshold;
  /* body */
  double body_a, body_b, body_y, body_exponent, fat_rim;
  double cavity_x;
  /* prostate, bladder, rectum */
  TrpVec3 prostate; /* half-axes */
  TrpVec3 bladder, bladder_center;
  double rectum_r, rectum_y, rectum_bend, rectum_phase, gas_level, gas_z;
  double levator_gap, levator_back;
  /* bones */
  TrpHipBones bones;
} Pelvis;

/* --- organs; each returns AIR where it is not --- */

static int
prostate_tissue (const Pelvis *self, TrpVec3 p)
{
  const double u = fabs (p.v[0] / self->prostate.v[0]), v = fabs (p.v[1] / self->prostate.v[1]);
  const double w = fabs (p.v[2] / self->prostate.v[2]);
  TrpVec3 zone;

  if (u >= 1 || v >= 1 || w >= 1)
    return AIR;
  if (u * u + v * v + w * w > 1 && pow (u, 2.3) + pow (v, 2.3) + pow (w, 2.3) > 1)
    return AIR;
  zone = trp_vec3 (0, -0.25 * self->prostate.v[1], 0.1 * self->prostate.v[2]);
  return trp_shape_ellipsoid (p, zone, 0.62 * self->prostate.v[0], 0.60 * self->prostate.v[1],
                              0.68 * self->prostate.v[2]) < 1
           ? TRANSITION_ZONE
           : PERIPHERAL_ZONE;
}

static int
bladder_tissue (const Pelvis *self, TrpVec3 p)
{
  const double wall = 3.5;
  const TrpVec3 half = self->bladder;

  if (trp_shape_ellipsoid (p, self->bladder_center, half.v[0] + wall, half.v[1] + wall,
                           half.v[2] + wall) >= 1)
    return AIR;
  return trp_shape_ellipsoid (p, self->bladder_center, half.v[0], half.v[1], half.v[2]) < 1
           ? URINE
           : BLADDER_WALL;
}

static int
vesicle_tissue (const Pelvis *self, TrpVec3 p)
{
  const double x = fabs (p.v[0]);
  const TrpVec3 center = trp_vec3 (15, self->prostate.v[1] - 1, self->prostate.v[2] + 3);
  const TrpVec3 tilted = trp_vec3 (x, p.v[1] - 0.15 * (x - 15), p.v[2] - 0.4 * (x - 15));

  return trp_shape_ellipsoid (tilted, center, 15, 5.5, 7) < 1 ? SEMINAL_VESICLE : AIR;
}

/* A tube that follows the sacrum upwards, snakes a little, and is shut below z = -20. */
static int
rectum_tissue (const Pelvis *self, TrpVec3 p)
{
  const double wall = 3.5, z = p.v[2], up = MAX (z - 5, 0);
  const double center_x = 4 * sin (z / 30 + self->rectum_phase);
  const double center_y = self->rectum_y + self->rectum_bend * up * up -
                          (z < -20 ? 0.25 * (z + 20) : 0);
  double outer = self->rectum_r * (1 + 0.12 * sin (z / 17 + 2 * self->rectum_phase));
  double dx, dy, d;

  if (z < -8)
    outer += (MIN (outer, 9) - outer) * MIN ((-8 - z) / 14, 1);
  dx = p.v[0] - center_x;
  dy = p.v[1] - center_y;
  d = sqrt (dx * dx + dy * dy);
  if (d >= outer)
    return AIR;
  if (d >= outer - wall || z < -20)
    return RECTUM_WALL;
  if (dy < -self->gas_level * (outer - wall) && fabs (z - self->gas_z) < 14)
    return GAS;
  return STOOL;
}

static int
vessel_tissue (TrpVec3 p)
{
  static const TrpCapsule vessels[] = {
    /* femoral to external iliac artery and vein */
    { { { 46, -72, -110 } }, { { 44, -56, 10 } }, 5, 5 },
    { { { 44, -56, 10 } }, { { 40, -18, 90 } }, 5, 5.5 },
    { { { 34, -71, -110 } }, { { 33, -54, 10 } }, 6, 6 },
    { { { 33, -54, 10 } }, { { 36, -6, 90 } }, 6, 6.5 },
    /* deep femoral, superior and inferior gluteal, internal iliac, internal pudendal, saphenous,
     * dorsal vein complex */
    { { { 60, -54, -110 } }, { { 52, -56, -12 } }, 4, 4.5 },
    { { { 52, 40, 50 } }, { { 96, 62, 14 } }, 4.5, 4 },
    { { { 52, 46, 18 } }, { { 78, 66, -50 } }, 4.5, 4 },
    { { { 44, 26, 14 } }, { { 36, 20, 90 } }, 4, 5.5 },
    { { { 46, 40, 4 } }, { { 34, 30, -48 } }, 3.5, 3.5 },
    { { { 58, -84, -110 } }, { { 46, -70, -14 } }, 4, 4 },
    { { { 0, -27, 10 } }, { { 0, -24, -20 } }, 3.5, 4 },
  };

  p.v[0] = fabs (p.v[0]);
  return trp_capsules_distance (vessels, G_N_ELEMENTS (vessels), p) < 0 ? VESSEL : AIR;
}

static int
bone_tissue (const Pelvis *self, TrpVec3 p)
{
  static const uint8_t of_part[] = {
    [TRP_HIP_NONE] = AIR,
    [TRP_HIP_CARTILAGE] = CARTILAGE,
    [TRP_HIP_PELVIS_CORTICAL] = CORTICAL,
    [TRP_HIP_PELVIS_SPONGY] = SPONGY,
    [TRP_HIP_FEMUR_CORTICAL] = FEMUR_CORTICAL,
    [TRP_HIP_FEMUR_SPONGY] = FEMUR_SPONGY,
  };

  return of_part[trp_hip_bones_find (&self->bones, p)];
}

/* --- soft tissue between --- */

/* Five millimetres of muscle beside prostate and rectum, narrowing downwards to the anus. */
static bool
in_levator (const Pelvis *self, TrpVec3 p)
{
  const double z = p.v[2];
  const double half_x = self->prostate.v[0] + self->levator_gap + (z < 0 ? 0.45 * z : 0.25 * z);
  const double front = self->bones.pubis_y + 12, middle = (front + self->levator_back) / 2;
  const double half_y = (self->levator_back - front) / 2;
  double e;

  if (z < -34 || z > 16)
    return false;
  e = sqrt (trp_shape_square (p.v[0] / half_x) + trp_shape_square ((p.v[1] - middle) / half_y));
  return fabs (e - 1) * MIN (half_x, half_y) < 2.5;
}

static bool
in_fat_space (const Pelvis *self, TrpVec3 p)
{
  const double x = fabs (p.v[0]);
  const TrpVec3 folded = trp_vec3 (x, p.v[1], p.v[2]);

  if (trp_shape_ellipsoid (p, trp_vec3 (0, 10, 60), self->cavity_x, 58, 95) < 1)
    return true;
  if (trp_shape_ellipsoid (folded, trp_vec3 (36, 42, -26), 17, 30, 26) <
      1) /* beside rectum and anus */
    return true;
  if (trp_shape_ellipsoid (folded, trp_vec3 (58, 50, 22), 10, 14, 20) < 1) /* sciatic foramen */
    return true;
  if (trp_shape_ellipsoid (p, trp_vec3 (0, self->body_y - self->body_b + 14, -12), 48, 26, 48) <
      1) /* mons */
    return true;
  return trp_shape_ellipsoid (p, trp_vec3 (0, 2, -62), 30, 60, 26) < 1; /* perineum */
}

/* Thin sheets of fat between muscles: two behind the hip, one along the thigh's front. */
static bool
in_fat_plane (const Pelvis *self, TrpVec3 p)
{
  const double x = fabs (p.v[0]), y = p.v[1] - self->body_y;
  const double u = x / self->body_a, v = y / self->body_b;
  const double rho = sqrt (u * u + v * v);

  if (y > 15 && x > 20)
    return fabs (rho - 0.66 - 0.04 * sin (x / 13)) < 0.016 ||
           fabs (rho - 0.52 - 0.03 * sin (x / 9)) < 0.012;
  if (y < -30 && x > 25)
    return fabs (x - 62 - 0.25 * (y + 50)) < 1.6 || fabs (rho - 0.60 + 0.03 * sin (x / 11)) < 0.014;
  return false;
}

static int
soft_tissue (const Pelvis *self, TrpVec3 p)
{
  const double rim_x = 1.15 * self->fat_rim, rim_y = 0.9 * self->fat_rim;
  const TrpVec3 stretched = trp_vec3 (p.v[0], p.v[1], 0.6 * p.v[2]); /* along the fibres */

  if (!trp_shape_in_superellipse (p.v[0], p.v[1] - self->body_y, self->body_a - rim_x,
                                  self->body_b - rim_y, self->body_exponent))
    return FAT;
  if (in_levator (self, p))
    return MUSCLE;
  if (in_fat_space (self, p) || in_fat_plane (self, p))
    return FAT;
  return trp_field_sample (self->streaks, stretched) > self->streak_threshold ? FAT : MUSCLE;
}

static bool
in_body (const Pelvis *self, TrpVec3 p)
{
  const double cleft_from = self->body_y + self->body_b - CLAMP (20 - 0.35 * p.v[2], 4, 40);

  if (!trp_shape_in_superellipse (p.v[0], p.v[1] - self->body_y, self->body_a, self->body_b,
                                  self->body_exponent))
    return false;
  return fabs (p.v[0]) > 0.2 * (p.v[1] - cleft_from);
}

static int
classify_point (const Pelvis *self, TrpVec3 p)
{
  int tissue;

  if (!in_body (self, p))
    return AIR;
  if (fabs (p.v[0]) < 64 && (tissue = prostate_tissue (self, p)) != AIR)
    return tissue;
  if (fabs (p.v[0]) < 64 && (tissue = bladder_tissue (self, p)) != AIR)
    return tissue;
  if (fabs (p.v[0]) < 32 && (tissue = vesicle_tissue (self, p)) != AIR)
    return tissue;
  if (fabs (p.v[0]) < 30 && (tissue = rectum_tissue (self, p)) != AIR)
    return tissue;
  if ((tissue = bone_tissue (self, p)) != AIR)
    return tissue;
  if ((tissue = vessel_tissue (p)) != AIR)
    return tissue;
  return soft_tissue (self, p);
}

static void
classify (const void *anatomy, const TrpVec3 *points, size_t n, uint8_t *out_tissues)
{
  for (size_t i = 0; i < n; i++)
    out_tissues[i] = (uint8_t) classify_point (anatomy, points[i]);
}

/* --- one patient --- */

/* Over the socket, then a blade that opens forwards and backwards. */
static void
add_ilium (TrpHipBones *bones)
{
  const TrpVec3 h = bones->head;
  static const struct
  {
    TrpVec3 from, to;
    double r_from, r_to;
  } parts[] = {
    { { { -12, 20, 2 } }, { { -12, 28, 40 } }, 13, 14 },
    { { { -4, 0, 30 } }, { { 4, 0, 100 } }, 15, 11 },
    { { { -4, -8, 28 } }, { { 12, -18, 90 } }, 13, 10 },
    { { { -2, -14, 28 } }, { { 22, -38, 90 } }, 12, 10 },
    { { { -8, 12, 30 } }, { { -6, 22, 90 } }, 14, 11 },
    { { { -10, 18, 32 } }, { { -16, 42, 90 } }, 13, 11 },
    { { { -12, 24, 36 } }, { { -24, 60, 90 } }, 12, 12 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    trp_hip_bones_add (&bones->pelvis, trp_vec3_add (h, parts[i].from),
                       trp_vec3_add (h, parts[i].to), parts[i].r_from, parts[i].r_to);
}

/* The organs' sizes and places depend on one another: the bladder sits on the prostate, the rectum
 * behind it, the coccyx behind the rectum. */
static void
draw_organs (Pelvis *self, TrpRng *rng)
{
  double filling;

  self->prostate = trp_vec3 (trp_rng_uniform (rng, 20, 29), trp_rng_uniform (rng, 13, 20),
                             trp_rng_uniform (rng, 17, 25));
  filling = trp_rng_uniform (rng, 0.75, 1.3);
  self->bladder.v[0] = MIN (trp_rng_uniform (rng, 34, 44) * filling, self->cavity_x);
  self->bladder.v[1] = trp_rng_uniform (rng, 26, 34) * filling;
  self->bladder.v[2] = trp_rng_uniform (rng, 18, 26) * filling;
  self->bladder_center = trp_vec3 (trp_rng_normal (rng, 0, 3), trp_rng_normal (rng, -6, 3),
                                   self->prostate.v[2] + 0.9 * self->bladder.v[2]);
  self->rectum_r = trp_rng_uniform (rng, 11, 21);
  self->rectum_y = self->prostate.v[1] + self->rectum_r + trp_rng_uniform (rng, 1.5, 4);
  self->rectum_bend = trp_rng_uniform (rng, 0.002, 0.006);
  self->rectum_phase = trp_rng_uniform (rng, 0, 2 * G_PI);
  self->gas_level = trp_rng_uniform (rng, 0.35, 1.2);
  self->gas_z = trp_rng_uniform (rng, -5, 40);
  self->levator_gap = trp_rng_uniform (rng, 6, 10);
  self->levator_back = self->rectum_y + self->rectum_r + 8;
}

static void *
new_pelvis (uint64_t seed, uint64_t stream)
{
  TrpRng rng = trp_rng_new (seed, stream);
  Pelvis *self = g_new0 (Pelvis, 1);

  self->streaks = trp_field_new_streaks (seed, trp_phantom_stream_of_fields (stream));
  self->streak_threshold = trp_rng_uniform (&rng, 1.0, 1.5);
  self->body_a = trp_rng_uniform (&rng, 158, 182);
  self->body_b = trp_rng_uniform (&rng, 98, 122);
  self->body_y = 12;
  self->body_exponent = trp_rng_uniform (&rng, 2.2, 2.6);
  self->fat_rim = trp_rng_uniform (&rng, 12, 34);
  self->cavity_x = trp_rng_uniform (&rng, 44, 52);
  draw_organs (self, &rng);
  self->bones.cortex = trp_rng_uniform (&rng, 2.6, 4.2);
  self->bones.head_r = trp_rng_uniform (&rng, 22, 26);
  self->bones.head = trp_vec3 (trp_rng_uniform (&rng, 84, 94), trp_rng_uniform (&rng, -6, 2),
                               trp_rng_uniform (&rng, 8, 18));
  self->bones.pubis_y = -self->prostate.v[1] - trp_rng_uniform (&rng, 22, 28);
  trp_hip_bones_add_femur (&self->bones);
  trp_hip_bones_add_pubis_and_ischium (&self->bones);
  add_ilium (&self->bones);
  trp_hip_bones_add_sacrum (&self->bones, MAX (self->levator_back + 10, 58));
  return self;
}

static void
free_pelvis (void *anatomy)
{
  Pelvis *self = anatomy;

  trp_field_free (self->streaks);
  g_free (self);
}

const struct _TrpPhantomKind trp_phantom_pelvis = {
  .name = "pelvis",
  .id = 1,
  .n_labels = G_N_ELEMENTS (labels),
  .labels = labels,
  .n_tissues = N_TISSUES,
  .tissues = tissues,
  .new_anatomy = new_pelvis,
  .free_anatomy = free_pelvis,
  .classify = classify,
  .pose = &trp_hip_pose,
  .mr_sequence = "T2-weighted MR",
  .mr_center = { { 0, 6, 5 } },
  .mr_field_of_view = 256,
  .ct_field_of_view = 460,
  .mr_slices = 32,
  .ct_slices = 48,
  .bias = 0.12,
};
