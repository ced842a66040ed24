/* phantom-head-brain.c - what the skull holds, and the cord
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cortex is a ribbon of grey on both sides of the sulci, which are the zero surfaces of a
 * smooth random field; they fade with depth into white matter.
 */

#include "core/method/phantom-head.h"

#define FORAMEN_Z -18
#define CANAL_Y 22

/* Where the spinal canal runs: straight down, with the neck's lordosis. */
static double
canal_y (double z)
{
  const double below = MAX (FORAMEN_Z - z, 0);

  return CANAL_Y - 5 * sin (MIN (below / 100, 1) * G_PI) + 0.06 * below;
}

TrpHeadTissue
trp_head_find_cord (TrpVec3 p)
{
  const double y = p.v[1] - canal_y (p.v[2]);
  const double wide = 1 + trp_shape_step (-34, -20, p.v[2]) * 0.75;

  if (p.v[2] > FORAMEN_Z + 6 ||
      trp_shape_square (p.v[0] / (11 * wide)) + trp_shape_square (y / (7.5 * wide)) >= 1)
    return HEAD_AIR;
  return trp_shape_square (p.v[0] / 6.2) + trp_shape_square (y / 4.2) < 1 ? HEAD_CORD
                                                                          : HEAD_CORD_CSF;
}

/* --- spaces filled with CSF --- */

static bool
in_ventricles (const TrpHead *self, TrpVec3 p)
{
  static const TrpCapsule lateral[] = {
    { { { 7, -32, 46 } }, { { 9, -14, 56 } }, 4.5, 4.5 },
    { { { 9, -14, 56 } }, { { 14, 16, 60 } }, 4.5, 4.5 },
    { { { 14, 16, 60 } }, { { 24, 34, 48 } }, 5, 6.5 },
    { { { 24, 34, 48 } }, { { 22, 58, 46 } }, 6, 2.5 },
    { { { 25, 32, 44 } }, { { 36, 4, 24 } }, 4, 2 },
    { { { 36, 4, 24 } }, { { 33, -14, 22 } }, 2, 2.5 },
  };
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  const double more = 4 * (self->ventricle - 1);

  if (trp_capsules_distance (lateral, G_N_ELEMENTS (lateral), folded) < more)
    return folded.v[0] > 1.2; /* septum */
  if (folded.v[0] < 1.6 * self->ventricle && fabs (p.v[1]) < 13 && fabs (p.v[2] - 36) < 11)
    return true;
  return trp_shape_ellipsoid (folded, trp_vec3 (0, 24, 4), 7, 5, 13) < 1;
}

static bool
in_cisterns (TrpVec3 folded)
{
  static const TrpEllipsoid cisterns[] = {
    { { { 0, -14, 26 } }, { { 13, 9, 5 } } }, /* suprasellar */
    { { { 0, -5, 4 } }, { { 9, 5, 16 } } },   /* before the pons */
    { { { 0, 34, 32 } }, { { 9, 7, 6 } } },   /* quadrigeminal */
    { { { 0, 52, -16 } }, { { 13, 9, 8 } } }, /* cisterna magna */
    { { { 22, 8, -4 } }, { { 8, 4, 5 } } },   /* of the angle */
    { { { 18, 14, 28 } }, { { 3, 16, 7 } } }, /* ambient */
  };

  return trp_ellipsoids_hold (cisterns, G_N_ELEMENTS (cisterns), folded);
}

/* Distance to the clefts that are there in everyone: between the halves, and the lateral one. */
static double
cleft_distance (TrpVec3 folded)
{
  const double callosum = trp_shape_ellipsoid (folded, trp_vec3 (0, 4, 46), 100, 44, 26);
  double nearest = 100;

  if (callosum > 1 && folded.v[2] > 26)
    nearest = folded.v[0] - 0.5;
  if (folded.v[0] > 36 && fabs (folded.v[1] + 8) < 34)
    nearest = MIN (nearest, 0.85 * fabs (folded.v[2] - 33 - 0.6 * (folded.v[1] + 8)) - 0.6 -
                              0.1 * MAX (folded.v[0] - 44, 0));
  return nearest;
}

/* --- below the tentorium --- */

static double
tentorium_z (TrpVec3 folded)
{
  return 33 - 0.012 * trp_shape_square (folded.v[1] - 36) - 0.004 * trp_shape_square (folded.v[0]);
}

static TrpHeadTissue
find_stem (TrpVec3 folded)
{
  static const TrpCapsule stem[] = {
    { { { 0, 8, 6 } }, { { 0, 10, 10 } }, 13, 12 },  /* pons */
    { { { 9, 4, 30 } }, { { 4, 8, 16 } }, 8, 9 },    /* peduncles */
    { { { 0, 12, -4 } }, { { 0, 21, -26 } }, 8, 6 }, /* medulla */
    { { { 14, 16, 4 } }, { { 26, 26, 2 } }, 7, 7 },  /* to the cerebellum */
  };

  return trp_capsules_distance (stem, G_N_ELEMENTS (stem), folded) < 0 ? HEAD_WHITE : HEAD_AIR;
}

/* Folia: leaves of grey about 4 mm apart around a white core; @under: depth below skull and
 * tentorium */
static TrpHeadTissue
find_cerebellum (const TrpHead *self, TrpVec3 p, TrpVec3 folded, double under)
{
  const double valley = 4 + 0.6 * MAX (folded.v[1] - 62, 0); /* between the hemispheres, behind */
  const double inside = MIN (under, folded.v[1] > 62 ? folded.v[0] + 4 - valley : 100);
  const double leaf = sin (1.5 * folded.v[2] + 0.55 * folded.v[1] +
                           1.3 * trp_field_sample (self->folds, p));

  if (inside < 0 || (inside < 6 && leaf > 0.85))
    return HEAD_CSF;
  if (inside < 2.5)
    return HEAD_GREY;
  return inside < 13 && leaf > -0.35 ? HEAD_GREY : HEAD_WHITE;
}

/* --- above --- */

static bool
in_deep_grey (TrpVec3 folded)
{
  static const TrpEllipsoid nuclei[] = {
    { { { 12, 10, 44 } }, { { 9, 15, 9 } } },  /* thalamus */
    { { { 25, -4, 42 } }, { { 7, 18, 11 } } }, /* lentiform */
    { { { 14, -22, 48 } }, { { 5, 11, 8 } } }, /* caudate */
    { { { 17, 0, 58 } }, { { 4, 14, 4 } } },   /* its body */
    { { { 24, -12, 18 } }, { { 7, 8, 8 } } },  /* amygdala */
  };

  return trp_ellipsoids_hold (nuclei, G_N_ELEMENTS (nuclei), folded);
}

static TrpHeadTissue
find_cerebrum (const TrpHead *self, TrpVec3 p, TrpVec3 folded, double depth)
{
  const double cleft = cleft_distance (folded);
  const double under = MIN (depth - 2.0, cleft); /* from CSF over the nearest gyrus */
  double fold;

  if (under < 0)
    return HEAD_CSF;
  if (in_deep_grey (folded))
    return HEAD_GREY;
  fold = fabs (trp_field_sample (self->folds, p));
  if (under < 17 && fold < self->sulcus * (1 - under / 17))
    return HEAD_CSF;
  if (under < 2.6 || (under < 22 && fold < 0.55 * (1 - trp_shape_step (15, 22, under))))
    return HEAD_GREY;
  return HEAD_WHITE;
}

TrpHeadTissue
trp_head_find_brain (const TrpHead *self, TrpVec3 p, double depth)
{
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  const double over = p.v[2] - tentorium_z (folded);
  const bool behind = p.v[1] > -2 - 0.3 * folded.v[0];

  if (in_ventricles (self, p))
    return HEAD_CSF;
  if (find_stem (folded) != HEAD_AIR)
    return HEAD_WHITE;
  if (in_cisterns (folded))
    return HEAD_CSF;
  if (over < 0 && behind && folded.v[0] < 50)
    return find_cerebellum (self, p, folded, MIN (depth - 1.6, -over - 1.2));
  return find_cerebrum (self, p, folded, depth);
}
