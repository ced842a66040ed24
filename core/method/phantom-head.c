/* phantom-head.c - head and neck: outline, soft tissue, tissues, patients
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sizes are those of adults (cranium 150 x 185 mm outside, faces 140 mm between the arches,
 * parotids 20 to 40 ml). A point is asked from the last painted shape to the first, so the order in
 * classify_point() is that of who covers whom. Left and right are mirror images before the pose but
 * for the parotids, which have sizes of their own.
 */

#include "core/method/phantom-head.h"

#include "core/base/rng.h"
#include "core/method/phantom-anatomy.h"
#include "core/method/phantom.h"

static const TrpTissue tissues[HEAD_N_TISSUES] = {
  [HEAD_AIR] = { "air", 0, -1, -1000, 0, 0, 0, 0 },
  [HEAD_SKIN] = { "skin", TRP_HEAD_BODY, -1, 10, 8, 8, 0.34, 0.10 },
  [HEAD_FAT] = { "fat", TRP_HEAD_BODY, -1, -95, 6, 7, 0.66, 0.07 },
  [HEAD_MUSCLE] = { "muscle", TRP_HEAD_BODY, -1, 58, 4, 6, 0.21, 0.20 },
  [HEAD_CORTICAL] = { "cortical bone", TRP_HEAD_BONE, -1, 1050, 90, 80, 0.05, 0.25 },
  [HEAD_DIPLOE] = { "spongy bone", TRP_HEAD_BONE, -1, 420, 60, 70, 0.45, 0.12 },
  [HEAD_TOOTH] = { "tooth", TRP_HEAD_BONE, -1, 1900, 120, 120, 0.03, 0.25 },
  [HEAD_CELLS] = { "mastoid cells", TRP_HEAD_BONE, -1, -250, 90, 220, 0.10, 0.50 },
  [HEAD_CARTILAGE] = { "cartilage", TRP_HEAD_BODY, -1, 95, 8, 8, 0.30, 0.12 },
  [HEAD_GREY] = { "grey matter", TRP_HEAD_BRAIN, -1, 38, 1.5, 2, 0.58, 0.04 },
  [HEAD_WHITE] = { "white matter", TRP_HEAD_BRAIN, -1, 29, 1.5, 2, 0.37, 0.04 },
  [HEAD_CSF] = { "cerebrospinal fluid", TRP_HEAD_BRAIN, -1, 6, 2, 2, 1.00, 0.02 },
  [HEAD_CORD] = { "spinal cord", TRP_HEAD_BODY, -1, 35, 2, 2, 0.42, 0.05 },
  [HEAD_CORD_CSF] = { "fluid around the cord", TRP_HEAD_BODY, HEAD_CSF, 6, 2, 2, 1.00, 0.04 },
  [HEAD_PAROTID_LEFT] = { "left parotid", TRP_HEAD_PAROTID_LEFT, -1, 0, 14, 13, 0.48, 0.12 },
  [HEAD_PAROTID_RIGHT] = { "right parotid", TRP_HEAD_PAROTID_RIGHT, HEAD_PAROTID_LEFT, 0, 14, 13,
                           0.48, 0.12 },
  [HEAD_GLAND] = { "submandibular gland", TRP_HEAD_BODY, -1, 35, 8, 8, 0.44, 0.10 },
  [HEAD_VITREOUS] = { "vitreous body", TRP_HEAD_BODY, HEAD_CSF, 8, 2, 2, 1.00, 0.02 },
  [HEAD_LENS] = { "lens", TRP_HEAD_BODY, -1, 85, 6, 4, 0.25, 0.05 },
  [HEAD_MUCOSA] = { "mucosa", TRP_HEAD_BODY, -1, 35, 6, 6, 0.72, 0.12 },
  [HEAD_AIRWAY] = { "air inside", TRP_HEAD_AIR_WAYS, -1, -990, 6, 4, 0.01, 0.02 },
  [HEAD_EAR_CANAL] = { "ear canal", TRP_HEAD_BODY, -1, -900, 40, 20, 0.02, 0.02 },
  [HEAD_VESSEL] = { "vessel", TRP_HEAD_BODY, -1, 48, 5, 3, 0.08, 0.25 },
};

static const TrpPhantomLabel labels[] = {
  { "Parotid left", 230, 80, 80 }, { "Parotid right", 80, 200, 90 }, { "Brain", 240, 170, 190 },
  { "Bone", 230, 230, 210 },       { "Air ways", 90, 160, 250 },     { "Body", 130, 200, 150 },
};

/* --- outline --- */

/* Auricle: a bent leaf that stands off backwards. */
static double
ear_distance (TrpVec3 folded)
{
  static const TrpEllipsoid ear = { { { 72, 12, 5 } }, { { 5.5, 16, 28 } } };
  static const TrpCapsule concha = { { { 60, 8, 2 } }, { { 72, 9, 4 } }, 12, 11 };
  const TrpVec3 bent = trp_vec3 (folded.v[0] - 0.28 * (folded.v[1] - 8), folded.v[1], folded.v[2]);

  if (folded.v[0] < 50)
    return 100;
  return trp_shape_blend (trp_ellipsoid_distance (&ear, bent),
                          trp_capsules_distance (&concha, 1, folded), 4);
}

static double
neck_distance (const TrpHead *self, TrpVec3 p)
{
  const double back = 14 + 0.08 * MAX (-40 - p.v[2], 0);
  const double half = self->neck + 0.10 * MAX (-95 - p.v[2], 0);
  const double radial = hypot (p.v[0] / half, (p.v[1] - back) / (0.96 * half)) - 1;

  return MAX (radial * half, p.v[2] + 15);
}

/* Distance to the skin; @cavity: to the inner table */
static double
skin_distance (const TrpHead *self, TrpVec3 p, double cavity)
{
  static const TrpEllipsoid face = { { { 0, -44, -14 } }, { { 63, 56, 72 } } };
  static const TrpEllipsoid cheeks = { { { 0, -30, -32 } }, { { 73, 48, 50 } } };
  static const TrpEllipsoid jaw = { { { 0, -52, -62 } }, { { 46, 44, 28 } } };
  static const TrpEllipsoid lips = { { { 0, -91, -38 } }, { { 27, 15, 16 } } };
  static const TrpEllipsoid sockets = { { { 31, -104, 22 } }, { { 15, 12, 9 } } };
  const TrpEllipsoid chin = { { { 0, -84, -70 } }, { { 22, 14 + self->chin, 17 } } };
  const TrpCapsule nose[] = {
    { { { 0, -96, 28 } }, { { 0, -104 - self->nose, -5 } }, 8, 11 },
    { { { 0, -103 - self->nose, -9 } }, { { 0, -94, -12 } }, 12, 16 },
    { { { 9, -101 - self->nose, -9 } }, { { 13, -94, -9 } }, 8, 9 },
  };
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  double d = cavity - self->skull - self->scalp;

  if (p.v[2] < 75)
    {
      d = trp_shape_blend (d, trp_ellipsoid_distance (&face, folded), 16);
      d = trp_shape_blend (d, trp_ellipsoid_distance (&cheeks, folded), 14);
      d = MAX (d, -trp_ellipsoid_distance (&sockets, folded));
    }
  if (p.v[2] < 10)
    {
      d = trp_shape_blend (d, trp_ellipsoid_distance (&jaw, folded), 14);
      d = trp_shape_blend (d, trp_ellipsoid_distance (&chin, folded), 12);
      d = trp_shape_blend (d, trp_ellipsoid_distance (&lips, folded), 8);
      d = trp_shape_blend (d, neck_distance (self, folded), 18);
    }
  if (p.v[1] < -80 && fabs (p.v[2]) < 45)
    d = trp_shape_blend (d, trp_capsules_distance (nose, G_N_ELEMENTS (nose), folded), 7);
  return trp_shape_blend (d, ear_distance (folded), 4);
}

/* --- parts of the face and the neck --- */

static TrpHeadTissue
find_eye (TrpVec3 folded)
{
  static const TrpCapsule lens = { { { 32, -89.5, 24 } }, { { 32.1, -89.5, 24 } }, 4, 4 };
  static const TrpCapsule muscles[] = {
    { { { 38, -76, 24 } }, { { 18, -42, 24 } }, 2, 1.8 },
    { { { 22, -78, 24 } }, { { 15, -44, 24 } }, 2, 1.8 },
    { { { 32, -74, 34 } }, { { 17, -43, 27 } }, 2, 1.8 },
    { { { 32, -74, 13 } }, { { 17, -43, 21 } }, 2, 1.8 },
  };
  static const TrpCapsule nerve = { { { 30, -70, 24 } }, { { 14, -38, 25 } }, 2.4, 2.2 };
  const double r = trp_vec3_distance (folded, trp_vec3 (32, -81, 24));

  if (folded.v[2] < 6 || folded.v[2] > 42 || folded.v[1] > -36 || folded.v[1] < -98)
    return HEAD_AIR;
  if (r < 12.3)
    return trp_capsules_distance (&lens, 1, folded) < 0 && folded.v[1] > -91.5 ? HEAD_LENS
           : r < 11.2                                                          ? HEAD_VITREOUS
                                                                               : HEAD_MUSCLE;
  if (trp_capsules_distance (&nerve, 1, folded) < 0)
    return HEAD_WHITE;
  return trp_capsules_distance (muscles, G_N_ELEMENTS (muscles), folded) < 0 ? HEAD_MUSCLE
                                                                             : HEAD_AIR;
}

static bool
in_masseter (TrpVec3 folded)
{
  static const TrpPlate parts[] = {
    { { { 59, -48, -4 } }, { { 59, -30, -3 } }, { { 51, -24, -58 } }, 3, 3, 4, 4 },
    { { { 59, -50, -4 } }, { { 51, -40, -54 } }, { { 51, -24, -58 } }, 3.5, 5, 4.5, 2 },
  };

  return trp_plates_distance (parts, G_N_ELEMENTS (parts), folded) < 0;
}

static bool
in_muscle (TrpVec3 folded)
{
  static const TrpPlate fans[] = {
    /* temporalis, in two leaves */
    { { { 66, -50, 46 } }, { { 72, 0, 52 } }, { { 50, -40, -8 } }, 3, 3, 4, 4 },
    { { { 66, -50, 46 } }, { { 56, -62, 26 } }, { { 50, -40, -8 } }, 3, 4, 4, 4 },
    /* medial and lateral pterygoid */
    { { { 20, -40, 4 } }, { { 22, -36, -14 } }, { { 43, -22, -54 } }, 4, 5, 4, 3 },
    { { { 20, -42, 8 } }, { { 20, -42, -8 } }, { { 46, -15, -6 } }, 5, 5, 4, 2 },
  };
  static const TrpCapsule rods[] = {
    { { { 54, 16, -22 } }, { { 50, -2, -70 } }, 7, 11 }, /* sternocleidomastoid */
    { { { 50, -2, -70 } }, { { 32, -32, -130 } }, 11, 10 },
    { { { 48, 10, -16 } }, { { 34, -8, -48 } }, 4, 3.5 }, /* digastric */
    { { { 34, -8, -48 } }, { { 14, -44, -80 } }, 3.5, 3.5 },
    { { { 8, -12, -24 } }, { { 12, -10, -130 } }, 5, 6 }, /* before the spine */
    { { { 26, 6, -50 } }, { { 36, -6, -130 } }, 5, 9 },   /* scalenes */
    { { { 9, -38, -82 } }, { { 9, -42, -130 } }, 4, 5 },  /* before the larynx */
  };
  static const TrpEllipsoid bodies[] = {
    { { { 0, -56, -44 } }, { { 23, 29, 17 } } }, /* tongue */
    { { { 8, -66, -66 } }, { { 9, 22, 7 } } },   /* floor of the mouth */
    { { { 16, -92, -39 } }, { { 16, 4, 11 } } }, /* lips */
  };

  return trp_plates_distance (fans, G_N_ELEMENTS (fans), folded) < 0 ||
         trp_capsules_distance (rods, G_N_ELEMENTS (rods), folded) < 0 ||
         trp_ellipsoids_hold (bodies, G_N_ELEMENTS (bodies), folded);
}

static bool
in_vessel (TrpVec3 folded)
{
  static const TrpCapsule vessels[] = {
    { { { 24, -10, -130 } }, { { 28, -12, -75 } }, 4, 4.5 },
    { { { 28, -12, -75 } }, { { 24, -4, -18 } }, 3.2, 2.8 },
    { { { 36, -12, -130 } }, { { 32, -2, -20 } }, 6.5, 4.5 },
    { { { 13, 9, -130 } }, { { 14, 10, -50 } }, 2, 2 },
    { { { 51, -7, -12 } },
      { { 46, -8, -62 } },
      2.2,
      2.2 }, /* behind the mandible, in the parotid */
  };

  return trp_capsules_distance (vessels, G_N_ELEMENTS (vessels), folded) < 0;
}

/* A flat part over ramus and masseter and a thick one behind them; lobules roughen the surface. */
static bool
in_parotid (const TrpHead *self, TrpVec3 p)
{
  const double size = self->parotid[p.v[0] > 0 ? 0 : 1];
  const TrpEllipsoid flat = { { { 60, -19, -32 } }, { { 8 * size, 21 * size, 25 * size } } };
  const TrpEllipsoid deep = { { { 53, -2, -30 } }, { { 12 * size, 12 * size, 26 * size } } };
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  double d;

  if (folded.v[0] < 30 || folded.v[2] > 12 || folded.v[2] < -80 || p.v[1] < -56 || p.v[1] > 28)
    return false;
  d = trp_shape_blend (trp_ellipsoid_distance (&flat, folded),
                       trp_ellipsoid_distance (&deep, folded), 6);
  return d + 1.1 * trp_field_sample (self->streaks, p) < 0;
}

/* Muscles behind the spine lie in layers with fat between; the face is filled with fat. */
static TrpHeadTissue
find_filling (const TrpHead *self, TrpVec3 p, double skin)
{
  const TrpVec3 stretched = trp_vec3 (p.v[0], p.v[1], 0.6 * p.v[2]); /* along the fibres */
  const double streak = trp_field_sample (self->streaks, stretched);
  const double under = -skin - self->fat, layer = under + 1.6 * trp_field_sample (self->folds, p);

  if (under < 0)
    return HEAD_FAT;
  if (p.v[2] < -8 &&
      trp_shape_square (p.v[0] / (self->neck - 4)) + trp_shape_square ((p.v[1] - 44) / 38) < 1)
    {
      if (fabs (layer - 8) < 0.7 || fabs (layer - 17) < 0.8 || fabs (p.v[0]) < 0.8)
        return HEAD_FAT;
      return streak > 1.2 ? HEAD_FAT : HEAD_MUSCLE;
    }
  return streak > 1.1 ? HEAD_MUSCLE : HEAD_FAT;
}

static TrpHeadTissue
find_soft (const TrpHead *self, TrpVec3 p, double skin)
{
  static const TrpEllipsoid gland = { { { 29, -38, -72 } }, { { 8, 15, 11 } } };
  static const TrpCapsule ear_canal = { { { 80, 10, 0 } }, { { 50, 6, 2 } }, 3.4, 2.6 };
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  TrpHeadTissue tissue;

  if (trp_capsules_distance (&ear_canal, 1, folded) < 0)
    return HEAD_EAR_CANAL;
  if (skin > -1.6)
    return HEAD_SKIN;
  if (ear_distance (folded) < 0 && folded.v[0] > 66)
    return HEAD_CARTILAGE;
  if ((tissue = find_eye (folded)) != HEAD_AIR)
    return tissue;
  if (in_vessel (folded))
    return HEAD_VESSEL;
  if (skin < -3 && in_masseter (folded))
    return HEAD_MUSCLE;
  if (skin < -2.6 && in_parotid (self, p))
    return p.v[0] > 0 ? HEAD_PAROTID_LEFT : HEAD_PAROTID_RIGHT;
  if (trp_ellipsoids_hold (&gland, 1, folded))
    return HEAD_GLAND;
  if (skin < -2.2 && in_muscle (folded))
    return HEAD_MUSCLE;
  return find_filling (self, p, skin);
}

static TrpHeadTissue
classify_point (const TrpHead *self, TrpVec3 p)
{
  double cavity, skin;
  TrpHeadTissue tissue;

  if (p.v[1] < -138 || p.v[1] > 105 || fabs (p.v[0]) > 92) /* nobody reaches there */
    return HEAD_AIR;
  cavity = trp_head_get_cavity_distance (p);
  skin = cavity < 0 ? -100 : skin_distance (self, p, cavity);
  if (skin > 0)
    return HEAD_AIR;
  if (cavity > 0 && (tissue = trp_head_find_air_ways (self, p)) != HEAD_AIR)
    return tissue;
  if ((tissue = trp_head_find_cord (p)) != HEAD_AIR)
    return tissue;
  if ((tissue = trp_head_find_bone (self, p, cavity)) != HEAD_AIR)
    return tissue;
  return cavity < 0 ? trp_head_find_brain (self, p, -cavity) : find_soft (self, p, skin);
}

static void
classify (const void *anatomy, const TrpVec3 *points, size_t n, uint8_t *out_tissues)
{
  for (size_t i = 0; i < n; i++)
    out_tissues[i] = (uint8_t) classify_point (anatomy, points[i]);
}

/* --- one patient --- */

/* Of the parotid on one side, on a grid of 2.5 mm. */
static double
measure_parotid_ml (const TrpHead *self, bool left)
{
  const double step = 2.5, sign = left ? 1 : -1;
  size_t n = 0;

  for (double z = -78; z < 12; z += step)
    for (double y = -54; y < 28; y += step)
      for (double x = 31; x < 76; x += step)
        {
          const TrpVec3 p = trp_vec3 (sign * x, y, z);

          n += in_parotid (self, p) &&
               classify_point (self, p) == (left ? HEAD_PAROTID_LEFT : HEAD_PAROTID_RIGHT);
        }
  return (double) n * step * step * step / 1000;
}

/* Bones, muscles and skin cut into it, so the size that gives a volume is searched for. */
static void
fit_parotid (TrpHead *self, bool left, double volume_ml)
{
  double low = 0.7, high = 1.6;

  for (int n = 0; n < 8; n++)
    {
      double *size = &self->parotid[left ? 0 : 1];

      *size = 0.5 * (low + high);
      if (measure_parotid_ml (self, left) < volume_ml)
        low = *size;
      else
        high = *size;
    }
}

static void *
new_head (uint64_t seed, uint64_t stream)
{
  const uint64_t fields = trp_phantom_stream_of_fields (stream);
  TrpRng rng = trp_rng_new (seed, stream);
  TrpHead *self = g_new0 (TrpHead, 1);
  double volume_ml;

  self->streaks = trp_field_new_streaks (seed, fields);
  self->folds = trp_field_new (seed, fields + 2, 4.6);
  self->skull = trp_rng_uniform (&rng, 5.5, 8);
  self->scalp = trp_rng_uniform (&rng, 4.5, 7.5);
  self->fat = trp_rng_uniform (&rng, 2.5, 7);
  self->ventricle = trp_rng_uniform (&rng, 0.75, 1.45);
  self->sinus = trp_rng_uniform (&rng, 0.6, 1.2);
  self->sulcus = trp_rng_uniform (&rng, 0.10, 0.22);
  self->nose = trp_rng_uniform (&rng, -3, 5);
  self->chin = trp_rng_uniform (&rng, -1, 4);
  self->neck = trp_rng_uniform (&rng, 53, 62);
  volume_ml = trp_rng_uniform (&rng, 24, 33);
  fit_parotid (self, true, volume_ml * trp_rng_uniform (&rng, 0.94, 1.06));
  fit_parotid (self, false, volume_ml * trp_rng_uniform (&rng, 0.94, 1.06));
  return self;
}

static void
free_head (void *anatomy)
{
  TrpHead *self = anatomy;

  trp_field_free (self->folds);
  trp_field_free (self->streaks);
  g_free (self);
}

static const TrpPoseSpread pose = {
  .scale_sd = 0.025,
  .scale_limit = 0.05,
  .rotation_deg = 4,
  .shift = { { 4, 4, 4 } },
  .wave_mm = { 0.6, 1.8 },
  .wave_length = { 100, 220 },
};

const struct _TrpPhantomKind trp_phantom_head = {
  .name = "head",
  .id = 2,
  .n_labels = G_N_ELEMENTS (labels),
  .labels = labels,
  .n_tissues = HEAD_N_TISSUES,
  .tissues = tissues,
  .new_anatomy = new_head,
  .free_anatomy = free_head,
  .classify = classify,
  .pose = &pose,
  .mr_sequence = "T2-weighted MR",
  .mr_center = { { 0, -10, 10 } },
  .mr_field_of_view = 256,
  .ct_field_of_view = 300,
  .mr_slices = 72,
  .ct_slices = 108,
  .bias = 0.12,
};
