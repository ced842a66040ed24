/* phantom-head-skull.c - skull, jaws, neck's vertebrae, and the air ways between
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The calvaria and the floor of the skull are a shell around the space for the brain; the rest are
 * rods and blades. Tables show the left side.
 */

#include "core/method/phantom-head.h"

#define FIRST_VERTEBRA_Z -34.
#define VERTEBRA 17.5 /* from one to the next */
#define N_VERTEBRAE 7

double
trp_head_get_cavity_distance (TrpVec3 p)
{
  static const TrpEllipsoid vault = { { { 0, -2, 54 } }, { { 67, 83, 61 } } };
  static const TrpEllipsoid behind = { { { 0, 22, 32 } }, { { 64, 56, 30 } } };
  static const TrpEllipsoid temporal = { { { 38, -16, 24 } }, { { 23, 30, 21 } } };
  static const TrpEllipsoid fossa = { { { 0, 40, 3 } }, { { 50, 37, 27 } } };
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  /* roof of the orbits: highest over their middle */
  const double over_eye = exp (-trp_shape_square ((folded.v[0] - 30) / 15) -
                               trp_shape_square ((p.v[1] + 66) / 26));
  const double roof = 0.85 * (26 + 12 * over_eye - p.v[2]);
  double d = MAX (trp_ellipsoid_distance (&vault, folded), roof);

  d = trp_shape_blend (d, trp_ellipsoid_distance (&behind, folded), 8);
  d = trp_shape_blend (d, trp_ellipsoid_distance (&temporal, folded), 6);
  return trp_shape_blend (d, trp_ellipsoid_distance (&fossa, folded), 8);
}

/* --- bone --- */

static const TrpCapsule thin_bones[] = {
  /* mandible: joint, then upper, middle and lower rows of its body */
  { { { 45, -13, -5 } }, { { 56, -13, -5 } }, 4.5, 4.5 },
  { { { 43, -46, -50 } }, { { 34, -66, -52 } }, 5.5, 5.5 },
  { { { 34, -66, -52 } }, { { 20, -83, -53 } }, 5.5, 5.5 },
  { { { 20, -83, -53 } }, { { 0, -89, -54 } }, 5.5, 5.5 },
  { { { 44, -42, -57 } }, { { 36, -62, -61 } }, 6, 6 },
  { { { 36, -62, -61 } }, { { 22, -81, -63 } }, 6, 6 },
  { { { 22, -81, -63 } }, { { 0, -89, -64 } }, 6, 6 },
  { { { 45, -28, -60 } }, { { 38, -56, -67 } }, 6, 6 },
  { { { 38, -56, -67 } }, { { 23, -79, -71 } }, 6, 6.5 },
  { { { 23, -79, -71 } }, { { 0, -88, -73 } }, 6.5, 7.5 },
  /* upper jaw */
  { { { 33, -48, -25 } }, { { 31, -66, -26 } }, 5, 5 },
  { { { 31, -66, -26 } }, { { 18, -82, -27 } }, 5, 5 },
  { { { 18, -82, -27 } }, { { 0, -88, -26 } }, 5, 5 },
  { { { 12, -93, -14 } }, { { 9, -93, 22 } }, 3.5, 3 },
  { { { 3, -97, 26 } }, { { 4, -104, 10 } }, 2.2, 1.8 },
  { { { 0, -86, -18 } }, { { 0, -94, -17 } }, 3, 2 },
  /* orbit and cheek */
  { { { 12, -93, 40 } }, { { 30, -93, 43 } }, 5, 4.5 },
  { { { 30, -93, 43 } }, { { 47, -80, 36 } }, 4.5, 4.5 },
  { { { 47, -80, 36 } }, { { 49, -74, 12 } }, 4.5, 5 },
  { { { 49, -74, 12 } }, { { 42, -80, -2 } }, 5, 8 },
  { { { 42, -80, -2 } }, { { 24, -88, 6 } }, 6, 3 },
  { { { 42, -76, -4 } }, { { 32, -68, -20 } }, 6, 4 },
  { { { 50, -70, 4 } }, { { 65, -44, 1 } }, 4, 3.4 },
  { { { 65, -44, 1 } }, { { 65, -18, 3 } }, 3.2, 3.4 },
  { { { 65, -18, 3 } }, { { 58, -6, 5 } }, 3.4, 4.5 },
  /* floor: clivus, pterygoid plates, styloid, rock, mastoid */
  { { { 0, -16, 14 } }, { { 0, 2, -14 } }, 7.5, 6 },
  { { { 16, -38, 6 } }, { { 17, -42, -16 } }, 3, 2.2 },
  { { { 44, 4, -16 } }, { { 38, -8, -42 } }, 2.2, 1.6 },
  { { { 14, -8, 2 } }, { { 46, 8, 5 } }, 7, 10 },
  { { { 18, 12, -20 } }, { { 20, 8, -24 } }, 7, 6 },
  { { { 24, 8, -14 } }, { { 48, 8, -6 } }, 6, 6 },
};

static const TrpCapsule mastoid[] = { { { { 54, 16, -2 } }, { { 52, 17, -22 } }, 11, 7.5 } };

static const TrpPlate blades[] = {
  /* ramus with condyle and coronoid process */
  { { { 50, -13, -6 } }, { { 49, -26, -20 } }, { { 46, -16, -56 } }, 4, 3.5, 4.5, 0 },
  { { { 49, -26, -20 } }, { { 46, -16, -56 } }, { { 43, -46, -54 } }, 3.5, 4.5, 5, 0 },
  { { { 49, -26, -20 } }, { { 47, -42, -8 } }, { { 43, -46, -54 } }, 3.5, 2.8, 5, 0 },
  /* orbit's walls, palate, floor of the orbit, greater wing */
  { { { 48, -70, 28 } }, { { 48, -70, 4 } }, { { 24, -40, 18 } }, 1.6, 1.6, 2.5, 0 },
  { { { 9, -88, 20 } }, { { 9, -88, 34 } }, { { 12, -42, 22 } }, 1, 1, 1.4, 0 },
  { { { 22, -84, -14 } }, { { 20, -48, -14 } }, { { 0, -68, -13 } }, 1.6, 1.6, 1.6, 0 },
  { { { 0, -84, -14 } }, { { 0, -46, -14 } }, { { 22, -68, -14 } }, 1.6, 1.6, 1.6, 0 },
  { { { 20, -86, 6 } }, { { 44, -78, 4 } }, { { 26, -46, 12 } }, 1.3, 1.3, 1.5, 0 },
  { { { 14, -48, 26 } }, { { 54, -44, 18 } }, { { 36, -30, 0 } }, 3, 3, 3.5, 0 },
};

/* Ring, body, arch and spine of one vertebra; @z: over its middle. */
static double
vertebra_distance (TrpVec3 p, unsigned number)
{
  static const TrpCapsule parts[] = {
    { { { 10, 14, 0 } }, { { 18, 24, 0 } }, 3.5, 5 }, /* pedicle and joint */
    { { { 18, 26, 0 } }, { { 8, 36, -1 } }, 4.5, 3 }, /* lamina */
    { { { 8, 36, -1 } }, { { 0, 40, -2 } }, 3, 3 },
    { { { 10, 8, -1 } }, { { 24, 12, -2 } }, 3.5, 3.5 }, /* transverse process */
    { { { 0, 39, -2 } }, { { 0, 54, -7 } }, 3, 4 },      /* spine */
  };
  static const TrpCapsule atlas[] = {
    { { { 0, -5, 0 } }, { { 16, 4, 0 } }, 3.5, 5 },
    { { { 17, 6, 1 } }, { { 19, 14, 1 } }, 8, 7 },
    { { { 22, 12, 0 } }, { { 36, 14, 0 } }, 5, 5 },
    { { { 22, 18, 0 } }, { { 14, 36, 0 } }, 4, 3.5 },
    { { { 14, 36, 0 } }, { { 0, 42, 0 } }, 3.5, 4 },
  };
  static const TrpCapsule dens = { { { 0, 6, -2 } }, { { 0, 6, 20 } }, 7, 5 };
  const TrpEllipsoid body = { { { 0, 4, 0 } }, { { 13.5, 10, 9 } } };
  double d;

  if (number == 0)
    return trp_capsules_distance (atlas, G_N_ELEMENTS (atlas), p);
  d = MAX (trp_ellipsoid_distance (&body, trp_vec3 (p.v[0], p.v[1], 0.45 * p.v[2])),
           fabs (p.v[2]) - 6.5);
  d = MIN (d, trp_capsules_distance (parts, G_N_ELEMENTS (parts),
                                     trp_vec3 (p.v[0], p.v[1], 0.6 * p.v[2])));
  return number == 1 ? MIN (d, trp_capsules_distance (&dens, 1, p)) : d;
}

/* @out_disc: whether the point lies between two bodies */
static double
spine_distance (TrpVec3 folded, bool *out_disc)
{
  const double down = (FIRST_VERTEBRA_Z - folded.v[2]) / VERTEBRA;
  const int nearest = (int) floor (down + 0.5);
  double d = 100;

  *out_disc = false;
  if (down < -0.8 || down > N_VERTEBRAE + 0.5 || folded.v[0] > 45 || folded.v[1] < -14)
    return d;
  for (int n = MAX (nearest - 1, 0); n <= MIN (nearest + 1, N_VERTEBRAE - 1); n++)
    {
      const double z = FIRST_VERTEBRA_Z - VERTEBRA * n, below = MAX (-18 - z, 0);
      const double bend = -5 * sin (MIN (below / 100, 1) * G_PI) + 0.06 * below;

      d = MIN (d, vertebra_distance (trp_vec3 (folded.v[0], folded.v[1] - bend, folded.v[2] - z),
                                     (unsigned) n));
    }
  *out_disc = d > 0 && down > 1.2 && folded.v[0] < 12 && folded.v[1] > -8 && folded.v[1] < 12;
  return d;
}

/* Crowns along both dental arches, 7 mm apart. */
static bool
in_teeth (TrpVec3 folded)
{
  const double along = atan2 (folded.v[0] / 36, -(folded.v[1] + 46) / 41);
  const double r = hypot (folded.v[0] / 36, (folded.v[1] + 46) / 41);
  const double z = fabs (folded.v[2] + 38.5);

  if (folded.v[1] > -47 || fabs (r - 0.97) * 38 > 4.2 - 0.15 * z || z > 7.5 || z < 0.6)
    return false;
  return fabs (sin (along * 38 / 7 * G_PI)) > 0.16;
}

static TrpHeadTissue
layer (double depth, double cortex)
{
  return depth < cortex ? HEAD_CORTICAL : HEAD_DIPLOE;
}

static TrpHeadTissue
find_face_bone (TrpVec3 folded)
{
  double d = MIN (trp_capsules_distance (thin_bones, G_N_ELEMENTS (thin_bones), folded),
                  trp_plates_distance (blades, G_N_ELEMENTS (blades), folded));

  if (in_teeth (folded))
    return HEAD_TOOTH;
  if (d < 0)
    return layer (-d, 2.0);
  d = trp_capsules_distance (mastoid, G_N_ELEMENTS (mastoid), folded);
  if (d < 0)
    return d > -1.8 ? HEAD_CORTICAL : HEAD_CELLS;
  return HEAD_AIR;
}

static bool
in_foramen_magnum (TrpVec3 folded)
{
  return folded.v[2] < -12 &&
         trp_shape_square (folded.v[0] / 16) + trp_shape_square ((folded.v[1] - 24) / 18) < 1;
}

TrpHeadTissue
trp_head_find_bone (const TrpHead *self, TrpVec3 p, double cavity)
{
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  const double lateral = trp_shape_step (30, 60, folded.v[0]) *
                         (1 - trp_shape_step (50, 80, p.v[2]));
  /* thin at the temples and in the floor, thick behind */
  const double shell = self->skull * (0.5 + 0.5 * trp_shape_step (24, 48, p.v[2])) *
                       (1 - 0.4 * lateral) * (1 + 0.3 * trp_shape_step (40, 80, p.v[1]));
  TrpHeadTissue tissue;
  double d;
  bool disc;

  if (p.v[2] < 52 && cavity > -16 && (tissue = find_face_bone (folded)) != HEAD_AIR)
    return tissue;
  if (cavity >= 0 && cavity < shell && !in_foramen_magnum (folded))
    return cavity < 1.4 || cavity > shell - 1.7 ? HEAD_CORTICAL : HEAD_DIPLOE;
  if (p.v[2] > -20 || cavity < 0)
    return HEAD_AIR;
  d = spine_distance (folded, &disc);
  if (d < 0)
    return layer (-d, 1.5);
  return disc ? HEAD_CARTILAGE : HEAD_AIR;
}

/* --- air --- */

static double
sinus_distance (const TrpHead *self, TrpVec3 folded)
{
  static const TrpEllipsoid sinuses[] = {
    { { { 28, -66, -4 } }, { { 13, 16, 17 } } }, /* maxillary */
    { { { 9, -89, 42 } }, { { 10, 4.5, 9 } } },  /* frontal */
    { { { 0, -33, 15 } }, { { 13, 11, 9 } } },   /* sphenoid */
  };
  double nearest = 100;

  for (size_t n = 0; n < G_N_ELEMENTS (sinuses); n++)
    nearest = MIN (nearest, trp_ellipsoid_distance (&sinuses[n], folded) -
                              (n < 2 ? 3 * (self->sinus - 1) : 0));
  return nearest;
}

/* Ethmoid cells: a box of air cut by walls of half a millimetre. */
static TrpHeadTissue
find_ethmoid (TrpVec3 folded)
{
  const double e = trp_shape_ellipsoid (folded, trp_vec3 (8, -66, 20), 6, 20, 9);

  if (e >= 1)
    return HEAD_AIR;
  return fabs (sin (folded.v[1] / 2.3)) < 0.2 || fabs (sin (folded.v[2] / 2.6)) < 0.2 ? HEAD_MUCOSA
                                                                                      : HEAD_AIRWAY;
}

static TrpHeadTissue
find_nose (TrpVec3 folded)
{
  static const TrpEllipsoid turbinates[] = {
    { { { 8.5, -70, -6 } }, { { 3.6, 21, 5 } } },
    { { { 7, -66, 6 } }, { { 3, 18, 4 } } },
  };
  static const TrpCapsule nostril = { { { 7, -109, -18 } }, { { 6, -95, -8 } }, 4, 4.5 };
  const double half = 14 - 11 * trp_shape_step (-4, 22, folded.v[2]);

  if (trp_capsules_distance (&nostril, 1, folded) < 0)
    return HEAD_AIRWAY;
  if (folded.v[1] < -97 || folded.v[1] > -42 || folded.v[2] < -12 || folded.v[2] > 24 ||
      folded.v[0] > half || folded.v[2] > 24 - 0.5 * MAX (-82 - folded.v[1], 0) * 1.6)
    return HEAD_AIR;
  if (folded.v[0] < 1.3 || trp_ellipsoids_hold (turbinates, G_N_ELEMENTS (turbinates), folded) ||
      folded.v[0] > half - 1.2)
    return HEAD_MUCOSA;
  return HEAD_AIRWAY;
}

/* Half-axes and middle of pharynx, larynx and windpipe, from above. */
static double
throat_distance (TrpVec3 p)
{
  static const struct
  {
    double z, y, half_x, half_y;
  } rings[] = {
    { 12, -34, 8, 4 },     { 4, -30, 14, 9 },     { -12, -27, 15, 9 }, { -26, -23, 13, 5 },
    { -42, -23, 13, 6 },   { -60, -24, 15, 7 },   { -76, -27, 12, 7 }, { -92, -31, 5, 9 },
    { -106, -30, 8.5, 9 }, { -200, -24, 9, 9.5 },
  };
  size_t n = 1;
  double t, y, half_x, half_y;

  if (p.v[2] > rings[0].z)
    return 100;
  while (n + 1 < G_N_ELEMENTS (rings) && p.v[2] < rings[n].z)
    n++;
  t = CLAMP ((rings[n - 1].z - p.v[2]) / (rings[n - 1].z - rings[n].z), 0, 1);
  y = rings[n - 1].y + t * (rings[n].y - rings[n - 1].y);
  half_x = rings[n - 1].half_x + t * (rings[n].half_x - rings[n - 1].half_x);
  half_y = rings[n - 1].half_y + t * (rings[n].half_y - rings[n - 1].half_y);
  return (hypot (p.v[0] / half_x, (p.v[1] - y) / half_y) - 1) * MIN (half_x, half_y);
}

/* Shields of thyroid and cricoid cartilage before the larynx. */
static bool
in_larynx_cartilage (TrpVec3 folded)
{
  const double ring = hypot (folded.v[0] / 18, (folded.v[1] + 28) / 20) - 1;

  return folded.v[2] < -80 && folded.v[2] > -108 && fabs (ring) * 18 < 1.6 &&
         (folded.v[1] < -24 || folded.v[2] < -99);
}

TrpHeadTissue
trp_head_find_air_ways (const TrpHead *self, TrpVec3 p)
{
  const TrpVec3 folded = trp_vec3 (fabs (p.v[0]), p.v[1], p.v[2]);
  double d;
  TrpHeadTissue tissue;

  if (folded.v[0] > 46 || p.v[1] > 0 || p.v[2] > 56)
    return HEAD_AIR;
  d = sinus_distance (self, folded);
  if (d < 0)
    return d > -0.9 ? HEAD_MUCOSA : HEAD_AIRWAY;
  if (d < 1.6)
    return HEAD_CORTICAL;
  if ((tissue = find_ethmoid (folded)) != HEAD_AIR || (tissue = find_nose (folded)) != HEAD_AIR)
    return tissue;
  d = throat_distance (folded);
  if (d < 0)
    return HEAD_AIRWAY;
  if (d < 1.8)
    return HEAD_MUCOSA;
  return in_larynx_cartilage (folded) ? HEAD_CARTILAGE : HEAD_AIR;
}
