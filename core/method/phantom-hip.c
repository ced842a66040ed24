/* phantom-hip.c - both hips: pelvis, femora, gluteal muscles
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Canonical millimetres: x left, y back, z up, origin in the middle between the femoral heads (but
 * for their own spread). Bones are those of the pelvis phantom but for the ilium, which reaches up
 * to its crest here; muscles are fans of rounded plates between origin and insertion with a sheet
 * of fat around each. The MR is T1-weighted: fat and marrow are bright, fluid is dark.
 *
 * Left and right are mirror images before the pose.
 */

#include "core/base/rng.h"
#include "core/method/phantom-anatomy.h"
#include "core/method/phantom-hip-bones.h"
#include "core/method/phantom.h"

enum
{
  AIR,
  SKIN,
  FAT,
  MUSCLE,
  MEDIUS,
  MINIMUS,
  CORTICAL,
  SPONGY,
  FEMUR_CORTICAL,
  FEMUR_SPONGY,
  CARTILAGE,
  VESSEL,
  URINE,
  WALL,
  BOWEL,
  GAS,
  N_TISSUES,
};

static const TrpTissue tissues[N_TISSUES] = {
  [AIR] = { "air", 0, -1, -1000, 0, 0, 0, 0 },
  [SKIN] = { "skin", TRP_HIP_BODY, -1, 5, 8, 8, 0.35, 0.10 },
  [FAT] = { "fat", TRP_HIP_BODY, -1, -102, 5, 5, 0.90, 0.05 },
  [MUSCLE] = { "muscle", TRP_HIP_BODY, -1, 55, 4, 7, 0.30, 0.12 },
  [MEDIUS] = { "gluteus medius", TRP_HIP_GLUTEUS_MEDIUS, MUSCLE, 55, 4, 8, 0.30, 0.13 },
  [MINIMUS] = { "gluteus minimus", TRP_HIP_GLUTEUS_MINIMUS, MUSCLE, 55, 4, 8, 0.30, 0.13 },
  [CORTICAL] = { "cortical bone", TRP_HIP_PELVIS, -1, 750, 70, 60, 0.05, 0.25 },
  [SPONGY] = { "spongy bone", TRP_HIP_PELVIS, -1, 230, 45, 45, 0.66, 0.09 },
  [FEMUR_CORTICAL] = { "cortical bone of the femur", TRP_HIP_FEMUR, CORTICAL, 750, 70, 60, 0.05,
                       0.25 },
  [FEMUR_SPONGY] = { "spongy bone of the femur", TRP_HIP_FEMUR, SPONGY, 230, 45, 45, 0.74, 0.08 },
  [CARTILAGE] = { "cartilage", TRP_HIP_BODY, -1, 80, 3, 4, 0.42, 0.10 },
  [VESSEL] = { "vessel", TRP_HIP_BODY, -1, 45, 3, 3, 0.08, 0.25 },
  [URINE] = { "urine", TRP_HIP_BODY, -1, 8, 3, 3, 0.14, 0.05 },
  [WALL] = { "wall of bladder and bowel", TRP_HIP_BODY, -1, 38, 3, 4, 0.32, 0.10 },
  [BOWEL] = { "content of the bowel", TRP_HIP_BODY, -1, 25, 8, 14, 0.40, 0.20 },
  [GAS] = { "gas", TRP_HIP_BODY, -1, -850, 20, 6, 0.01, 0.02 },
};

static const TrpPhantomLabel labels[] = {
  { "Pelvis", 230, 230, 210 },        { "Femur", 90, 160, 250 },
  { "Gluteus medius", 240, 120, 90 }, { "Gluteus minimus", 250, 210, 80 },
  { "Body", 130, 200, 150 },
};

#define N_MEDIUS 4
#define N_MINIMUS 3
#define N_FANS 7
#define N_RODS 12
#define N_BLADES 13

typedef struct
{
  TrpField *streaks, *loops;
  double streak_threshold;
  double body_a, body_b, body_y, body_exponent, fat_rim;
  double bladder; /* relative */
  TrpHipBones bones;
  TrpPlate blades[N_BLADES];
  TrpPlate medius[N_MEDIUS], minimus[N_MINIMUS], fans[N_FANS];
  TrpCapsule rods[N_RODS];
} Hip;

/* --- body --- */

/* Narrower at the waist; the buttocks reach back below it. */
static double
waist (double z)
{
  return 1 - 0.13 * trp_shape_step (40, 150, z);
}

static bool
in_body_shell (const Hip *self, TrpVec3 p, double rim)
{
  const double narrow = waist (p.v[2]);

  return trp_shape_in_superellipse (p.v[0], p.v[1] - self->body_y,
                                    self->body_a * narrow - 1.15 * rim,
                                    self->body_b * narrow - 0.9 * rim, self->body_exponent);
}

static bool
in_body (const Hip *self, TrpVec3 p)
{
  const double cleft_from = self->body_y + self->body_b * waist (p.v[2]) -
                            CLAMP (22 - 0.30 * p.v[2], 0, 40);

  return in_body_shell (self, p, 0) && fabs (p.v[0]) > 0.2 * (p.v[1] - cleft_from);
}

/* --- inside --- */

static bool
in_cavity (TrpVec3 p)
{
  const double front = -64 - 0.05 * p.v[2], back = 42 - 0.12 * MAX (p.v[2] - 40, 0);
  const double half = 52 + 0.40 * CLAMP (p.v[2] - 20, 0, 80);
  const double middle = 0.5 * (front + back);

  if (p.v[2] < -14)
    return false;
  return trp_shape_in_superellipse (
    p.v[0], p.v[1] - middle, half * trp_shape_step (-30, 10, p.v[2]), 0.5 * (back - front), 2.4);
}

static int
organ_tissue (const Hip *self, TrpVec3 p)
{
  const double wall = 3.5, s = self->bladder;
  const TrpEllipsoid bladder = { { { 0, -36, 14 + 8 * s } }, { { 38 * s, 28 * s, 21 * s } } };
  const double d = trp_ellipsoid_distance (&bladder, p);
  const double rectum = hypot (p.v[0] - 4 * sin (p.v[2] / 30),
                               p.v[1] - 40 - 0.002 * trp_shape_square (MAX (p.v[2], 0))) -
                        15;
  double loop;

  if (d < 0)
    return d < -wall ? URINE : WALL;
  if (rectum < 0 && p.v[2] < 70)
    return rectum > -wall ? WALL : p.v[1] < 33 ? GAS : BOWEL;
  if (p.v[2] < 38 || p.v[1] > 26)
    return FAT;
  loop = trp_field_sample (self->loops, p); /* bowel lies where the field is high */
  if (loop < 0.1)
    return FAT;
  if (loop < 0.3)
    return WALL;
  return loop > 1.5 && p.v[1] < -14 ? GAS : BOWEL;
}

static int
vessel_tissue (TrpVec3 folded)
{
  static const TrpCapsule vessels[] = {
    { { { 46, -66, -80 } }, { { 44, -54, 10 } }, 5, 5 },
    { { { 44, -54, 10 } }, { { 34, 0, 110 } }, 5, 6 },
    { { { 34, -66, -80 } }, { { 33, -52, 10 } }, 6, 6 },
    { { { 33, -52, 10 } }, { { 26, 10, 110 } }, 6, 8 },
    { { { 26, 8, 110 } }, { { 10, 4, 160 } }, 8, 9 },
    { { { 52, 44, 46 } }, { { 92, 60, 20 } }, 4, 3 },
    { { { 52, 48, 18 } }, { { 70, 66, -50 } }, 4, 4 },
  };

  return trp_capsules_distance (vessels, G_N_ELEMENTS (vessels), folded) < 0 ? VESSEL : AIR;
}

/* --- muscle --- */

#define FASCIA 1.3 /* mm of fat around a muscle */

/* The muscle where the point is inside, FAT in the sheet around it. */
static int
in_layer (double distance, int tissue)
{
  return distance < 0 ? tissue : distance < FASCIA ? FAT : AIR;
}

/* Walls of the belly: a layer under the fat, above the crest's front. */
static bool
in_wall (const Hip *self, TrpVec3 p)
{
  const double thickness = 11 * trp_shape_step (0, 60, p.v[2]) + 7;

  return p.v[1] < 0 && p.v[2] > -6 && fabs (p.v[0]) < 130 &&
         !in_body_shell (self, p, self->fat_rim + thickness);
}

static int
muscle_tissue (const Hip *self, TrpVec3 folded)
{
  int tissue = in_layer (trp_plates_distance (self->minimus, N_MINIMUS, folded), MINIMUS);

  if (tissue == AIR)
    tissue = in_layer (trp_plates_distance (self->medius, N_MEDIUS, folded), MEDIUS);
  if (tissue == AIR)
    tissue = in_layer (trp_capsules_distance (self->rods, N_RODS, folded), MUSCLE);
  if (tissue == AIR)
    tissue = in_layer (trp_plates_distance (self->fans, N_FANS, folded), MUSCLE);
  return tissue;
}

/* What is neither bone nor named: muscle of the thigh low down, fat above. */
static int
filling (const Hip *self, TrpVec3 p)
{
  const TrpVec3 stretched = trp_vec3 (p.v[0], p.v[1], 0.6 * p.v[2]);
  const double streak = trp_field_sample (self->streaks, stretched);
  const double thigh = trp_shape_step (4, 16, -p.v[2]);
  const bool perineum = trp_shape_ellipsoid (p, trp_vec3 (0, -30, -40), 17, 62, 32) < 1;

  if (in_wall (self, p))
    return fabs (p.v[0]) < 2 ? FAT : MUSCLE;
  return !perineum && streak < -1.6 + (self->streak_threshold + 1.6) * thigh ? MUSCLE : FAT;
}

static int
classify_point (const Hip *self, TrpVec3 p)
{
  static const uint8_t of_part[] = {
    [TRP_HIP_NONE] = AIR,
    [TRP_HIP_CARTILAGE] = CARTILAGE,
    [TRP_HIP_PELVIS_CORTICAL] = CORTICAL,
    [TRP_HIP_PELVIS_SPONGY] = SPONGY,
    [TRP_HIP_FEMUR_CORTICAL] = FEMUR_CORTICAL,
    [TRP_HIP_FEMUR_SPONGY] = FEMUR_SPONGY,
  };
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  int tissue;

  if (!in_body (self, p))
    return AIR;
  if (!in_body_shell (self, p, self->fat_rim))
    return in_body_shell (self, p, 1.8) ? FAT : SKIN;
  if ((tissue = of_part[trp_hip_bones_find (&self->bones, p)]) != AIR)
    return tissue;
  if ((tissue = vessel_tissue (folded)) != AIR)
    return tissue;
  if ((tissue = muscle_tissue (self, folded)) != AIR)
    return tissue;
  return in_cavity (p) ? organ_tissue (self, p) : filling (self, p);
}

static void
classify (const void *anatomy, const TrpVec3 *points, size_t n, uint8_t *out_tissues)
{
  for (size_t i = 0; i < n; i++)
    out_tissues[i] = (uint8_t) classify_point (anatomy, points[i]);
}

/* --- one patient --- */

/* Points below count from the femoral head. */
static TrpPlate
hang_plate (TrpVec3 head, const TrpPlate *plate, double thicker)
{
  return (TrpPlate){
    trp_vec3_add (head, plate->a), trp_vec3_add (head, plate->b), trp_vec3_add (head, plate->c),
    plate->r_a * thicker,          plate->r_b * thicker,          plate->r_c * thicker,
    plate->bulge * thicker,
  };
}

static void
hang_plates (TrpVec3 head, const TrpPlate *plates, size_t n, double thicker, TrpPlate *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = hang_plate (head, &plates[i], thicker);
}

/* The blade from over the socket to the crest, which is thicker. */
static void
add_ilium (Hip *self)
{
  static const TrpPlate parts[N_BLADES - 2] = {
    { { { 34, -50, 72 } }, { { 36, -36, 94 } }, { { -6, -14, 24 } }, 6.5, 5.5, 12, 0 },
    { { { 36, -36, 94 } }, { { 30, -12, 108 } }, { { -6, -6, 26 } }, 4.5, 4, 11, 0 },
    { { { 30, -12, 108 } }, { { 12, 16, 114 } }, { { -8, 8, 28 } }, 4, 4, 11, 0 },
    { { { 12, 16, 114 } }, { { -14, 42, 104 } }, { { -10, 16, 30 } }, 4, 5, 11, 0 },
    { { { -14, 42, 104 } }, { { -38, 62, 80 } }, { { -12, 20, 32 } }, 6, 7, 12, 0 },
    { { { -38, 62, 80 } }, { { -40, 58, 44 } }, { { -12, 22, 30 } }, 7, 6, 12, 0 },
    /* crest and front edge */
    { { { 34, -50, 72 } }, { { 34, -50, 70 } }, { { 36, -36, 94 } }, 7, 7, 7, 0 },
    { { { 36, -36, 94 } }, { { 36, -36, 95 } }, { { 30, -12, 108 } }, 7, 7, 7, 0 },
    { { { 30, -12, 108 } }, { { 30, -11, 109 } }, { { 12, 16, 114 } }, 7, 7, 7, 0 },
    { { { 12, 16, 114 } }, { { 12, 17, 114 } }, { { -14, 42, 104 } }, 7, 7, 8, 0 },
    { { { 34, -50, 72 } }, { { 34, -50, 73 } }, { { 2, -32, 26 } }, 6, 6, 9, 0 },
  };

  /* joins the rods of the sacrum */
  static const TrpPlate sacrum[] = {
    { { { 0, 75, 36 } }, { { 0, 76, 104 } }, { { 44, 75, 98 } }, 13, 19, 18, 0 },
    { { { 0, 74, 26 } }, { { 16, 74, 36 } }, { { 44, 75, 98 } }, 9, 11, 18, 0 },
  };

  hang_plates (self->bones.head, parts, G_N_ELEMENTS (parts), 1, self->blades);
  hang_plates (trp_vec3 (0, 0, 0), sacrum, G_N_ELEMENTS (sacrum), 1,
               self->blades + G_N_ELEMENTS (parts));
  self->bones.blades = self->blades;
  self->bones.n_blades = N_BLADES;
}

/* Origins lie on the outside of the ilium, insertions on the greater trochanter: minimus in front,
 * medius over and behind it. */
static void
add_gluteals (Hip *self, double thicker)
{
  static const TrpPlate medius[N_MEDIUS] = {
    { { { 46, -40, 84 } }, { { 44, -14, 98 } }, { { 50, 2, -10 } }, 6, 7, 6, 13 },
    { { { 44, -14, 98 } }, { { 26, 16, 102 } }, { { 52, 8, -10 } }, 7, 8, 6, 14 },
    { { { 26, 16, 102 } }, { { 4, 42, 88 } }, { { 50, 14, -6 } }, 8, 8, 6, 14 },
    { { { 4, 42, 88 } }, { { -8, 48, 60 } }, { { 48, 18, -4 } }, 8, 7, 6, 12 },
  };
  static const TrpPlate minimus[N_MINIMUS] = {
    { { { 30, -34, 66 } }, { { 26, -12, 74 } }, { { 46, -10, -10 } }, 5, 5, 5, 6.5 },
    { { { 26, -12, 74 } }, { { 16, 12, 72 } }, { { 46, -8, -8 } }, 5, 5, 5, 6.5 },
    { { { 16, 12, 72 } }, { { 0, 28, 52 } }, { { 44, -4, -4 } }, 4.5, 4, 5, 6 },
  };

  hang_plates (self->bones.head, medius, N_MEDIUS, thicker, self->medius);
  hang_plates (self->bones.head, minimus, N_MINIMUS, thicker, self->minimus);
}

static void
add_other_muscles (Hip *self, double thicker)
{
  static const TrpPlate fans[N_FANS] = {
    /* gluteus maximus */
    { { { -34, 74, 84 } }, { { -58, 84, 40 } }, { { 46, 44, -44 } }, 9, 11, 12, 15 },
    { { { -58, 84, 40 } }, { { -66, 84, 4 } }, { { 40, 42, -74 } }, 11, 12, 14, 16 },
    { { { -34, 74, 84 } }, { { -10, 58, 98 } }, { { 54, 34, -20 } }, 7, 6, 8, 8 },
    /* iliacus */
    { { { 22, -40, 84 } }, { { 14, -8, 98 } }, { { -10, -30, 12 } }, 5, 5, 12, 5 },
    { { { 14, -8, 98 } }, { { -12, 22, 92 } }, { { -10, -26, 16 } }, 5, 5, 11, 5 },
    /* obturator internus; adductors */
    { { { -34, -18, 2 } }, { { -34, 14, 24 } }, { { -22, 30, -24 } }, 4, 4, 5, 2 },
    { { { -70, -44, -16 } }, { { -48, -30, -30 } }, { { -6, -22, -110 } }, 6, 8, 26, 4 },
  };
  static const TrpCapsule rods[N_RODS] = {
    { { { -50, -2, 160 } }, { { -44, -12, 80 } }, 19, 18 }, /* psoas */
    { { { -44, -12, 80 } }, { { -12, -32, 12 } }, 17, 14 },
    { { { -12, -32, 12 } }, { { 10, -14, -62 } }, 14, 12 },
    { { { 40, -50, 64 } }, { { 50, -30, -70 } }, 9, 11 }, /* tensor of the fascia lata */
    { { { 34, -60, 66 } }, { { -12, -64, -90 } }, 8, 9 }, /* sartorius */
    { { { 6, -40, 28 } }, { { 16, -50, -90 } }, 7, 15 },  /* rectus femoris */
    { { { -66, 66, 56 } }, { { 44, 18, 2 } }, 9, 6 },     /* piriformis */
    { { { -36, 34, -8 } }, { { 44, 24, -14 } }, 8, 7 },   /* gemelli, quadratus */
    { { { 50, 4, -44 } }, { { 40, -8, -120 } }, 10, 22 }, /* vastus */
    { { { 24, -22, -50 } }, { { 20, -26, -120 } }, 9, 20 },
    { { { -32, 36, -52 } }, { { -14, 44, -120 } }, 9, 20 }, /* hamstrings */
    { { { -62, 74, 160 } }, { { -66, 78, 60 } }, 25, 12 },  /* beside the spine */
  };

  hang_plates (self->bones.head, fans, N_FANS, thicker, self->fans);
  for (size_t i = 0; i < N_RODS; i++)
    self->rods[i] = (TrpCapsule){ trp_vec3_add (self->bones.head, rods[i].a),
                                  trp_vec3_add (self->bones.head, rods[i].b), rods[i].r_a * thicker,
                                  rods[i].r_b * thicker };
}

/* Two lumbar vertebrae over the sacrum. */
static void
add_spine (Hip *self)
{
  TrpHipBoneList *bones = &self->bones.pelvis;

  trp_hip_bones_add (bones, trp_vec3 (0, 50, 104), trp_vec3 (0, 40, 112), 20, 22);
  trp_hip_bones_add (bones, trp_vec3 (0, 36, 130), trp_vec3 (0, 34, 150), 22, 22);
  trp_hip_bones_add (bones, trp_vec3 (0, 72, 112), trp_vec3 (0, 84, 150), 5, 6);
}

static void *
new_hip (uint64_t seed, uint64_t stream)
{
  const uint64_t fields = trp_phantom_stream_of_fields (stream);
  TrpRng rng = trp_rng_new (seed, stream);
  Hip *self = g_new0 (Hip, 1);
  double head[3], muscle;

  self->streaks = trp_field_new_streaks (seed, fields);
  self->loops = trp_field_new (seed, fields + 2, 9);
  self->streak_threshold = trp_rng_uniform (&rng, 0.8, 1.4);
  self->body_a = trp_rng_uniform (&rng, 166, 190);
  self->body_b = trp_rng_uniform (&rng, 100, 122);
  self->body_y = 14;
  self->body_exponent = trp_rng_uniform (&rng, 2.2, 2.5);
  self->fat_rim = trp_rng_uniform (&rng, 10, 28);
  self->bladder = trp_rng_uniform (&rng, 0.6, 1.1);
  self->bones.cortex = trp_rng_uniform (&rng, 2.2, 3.4);
  self->bones.head_r = trp_rng_uniform (&rng, 21, 26);
  for (int n = 0; n < 3; n++)
    head[n] = trp_rng_uniform (&rng, n == 0 ? 84 : -4, n == 0 ? 94 : 4);
  self->bones.head = trp_vec3 (head[0], head[1], head[2]);
  self->bones.pubis_y = trp_rng_uniform (&rng, -46, -38);
  muscle = trp_rng_uniform (&rng, 0.82, 1.15);
  trp_hip_bones_add_femur (&self->bones);
  trp_hip_bones_add_pubis_and_ischium (&self->bones);
  trp_hip_bones_add_sacrum (&self->bones, 64);
  add_spine (self);
  add_ilium (self);
  add_gluteals (self, muscle * trp_rng_uniform (&rng, 0.9, 1.1));
  add_other_muscles (self, muscle);
  return self;
}

static void
free_hip (void *anatomy)
{
  Hip *self = anatomy;

  trp_field_free (self->streaks);
  trp_field_free (self->loops);
  g_free (self);
}

const struct _TrpPhantomKind trp_phantom_hip = {
  .name = "hip",
  .id = 3,
  .n_labels = G_N_ELEMENTS (labels),
  .labels = labels,
  .n_tissues = N_TISSUES,
  .tissues = tissues,
  .new_anatomy = new_hip,
  .free_anatomy = free_hip,
  .classify = classify,
  .pose = &trp_hip_pose,
  .mr_sequence = "T1-weighted MR",
  .mr_center = { { 0, 12, 36 } },
  .mr_field_of_view = 360,
  .ct_field_of_view = 460,
  .mr_slices = 64,
  .ct_slices = 96,
  .bias = 0.35,
};
