/* test-phantom-kinds.c - the head and hip phantoms: anatomy's sizes, sides and contrasts
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expected ranges are those of adults, wide enough for the spreads the phantoms promise.
 */

#include "core/base/parallel.h"
#include "core/method/phantom.h"
#include "tests/lib/check.h"

#include <math.h>

#define SEED 3
#define MATRIX 64
#define N_CASES 2

typedef struct
{
  const char *name;
  TrpPhantomCase cases[N_CASES];
} Kind;

static Kind head = { .name = "head" }, hip = { .name = "hip" };

static void
make (const Kind *kind, const TrpPhantomOptions *options, unsigned index, TrpPhantomCase *out_case)
{
  g_autoptr (GError) error = NULL;
  const TrpPhantomKind *phantom = trp_phantom_find (kind->name, &error);

  g_assert_no_error (error);
  g_assert_true (trp_phantom_make_as (phantom, options, index, out_case, &error));
  g_assert_no_error (error);
}

static const TrpPhantomOptions plain = { .seed = SEED, .matrix = MATRIX };

/* --- measuring --- */

typedef struct
{
  double ml, mean;
  TrpVec3 center;
} Region;

/* Of the voxels with @label on the patient's side @sign (0: both). */
static Region
measure (const TrpVolume *image, const TrpVolume *labels, unsigned label, int sign)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (labels);
  const size_t nx = geometry->size[0], ny = geometry->size[1];
  const size_t n_voxels = trp_geometry_count_voxels (geometry);
  const uint8_t *at = trp_volume_peek_voxels (labels);
  const int16_t *values = trp_volume_peek_voxels (image);
  Region region = { 0 };
  size_t count = 0;

  for (size_t n = 0; n < n_voxels; n++)
    {
      const TrpVec3 ijk = trp_vec3 ((double) (n % nx), (double) (n / nx % ny),
                                    (double) (n / (nx * ny)));
      const TrpVec3 p = trp_geometry_lps_from_ijk (geometry, ijk);

      if (at[n] != label || sign * p.v[0] < 0)
        continue;
      count++;
      region.mean += values[n];
      region.center = trp_vec3_add (region.center, p);
    }
  region.mean /= (double) count;
  region.center = trp_vec3_scale (region.center, 1 / (double) count);
  region.ml = (double) count * trp_geometry_get_voxel_volume (geometry) / 1000;
  return region;
}

static Region
on_ct (const TrpPhantomCase *phantom, unsigned label)
{
  return measure (phantom->ct, phantom->ct_labels, label, 0);
}

static Region
on_mr (const TrpPhantomCase *phantom, unsigned label)
{
  return measure (phantom->mr, phantom->mr_labels, label, 0);
}

static bool
same_bytes (const TrpVolume *a, const TrpVolume *b)
{
  return g_bytes_equal (trp_volume_peek_bytes (a), trp_volume_peek_bytes (b));
}

/* --- both --- */

static void
check_same_bits (const Kind *kind)
{
  const TrpPhantomCase *first = &kind->cases[1];
  TrpPhantomCase again;

  trp_parallel_set_threads (1);
  make (kind, &plain, 1, &again);
  trp_parallel_set_threads (0);
  g_assert_true (same_bytes (again.mr, first->mr));
  g_assert_true (same_bytes (again.ct, first->ct));
  g_assert_true (same_bytes (again.ct_on_mr, first->ct_on_mr));
  g_assert_true (same_bytes (again.mr_labels, first->mr_labels));
  g_assert_true (same_bytes (again.ct_labels, first->ct_labels));
  g_assert_false (same_bytes (first->mr_labels, kind->cases[0].mr_labels));
  trp_phantom_case_clear (&again);
}

static void
test_same_bits_on_any_number_of_threads (void)
{
  check_same_bits (&head);
  check_same_bits (&hip);
}

static void
test_grids_are_as_promised (void)
{
  static const struct
  {
    const Kind *kind;
    double mr_side, ct_side, length;
  } grids[] = { { &head, 256, 300, 216 }, { &hip, 360, 460, 192 } };

  for (size_t n = 0; n < G_N_ELEMENTS (grids); n++)
    {
      const TrpPhantomCase *phantom = &grids[n].kind->cases[0];
      const TrpGeometry *mr = trp_volume_get_geometry (phantom->mr);
      const TrpGeometry *ct = trp_volume_get_geometry (phantom->ct);

      trp_assert_near (trp_geometry_get_spacing (mr, 0) * MATRIX, grids[n].mr_side, 1e-9);
      trp_assert_near (trp_geometry_get_spacing (ct, 1) * MATRIX, grids[n].ct_side, 1e-9);
      trp_assert_near (3 * (double) mr->size[2], grids[n].length, 0);
      trp_assert_near (2 * (double) ct->size[2], grids[n].length, 0);
      g_assert_true (trp_geometry_equal (mr, trp_volume_get_geometry (phantom->ct_on_mr)));
      g_assert_true (trp_geometry_equal (mr, trp_volume_get_geometry (phantom->mr_labels)));
      g_assert_true (trp_geometry_equal (ct, trp_volume_get_geometry (phantom->ct_labels)));
    }
}

typedef struct
{
  const Kind *kind;
  unsigned label;
  double least_ml, most_ml;
  double least_hu, most_hu;
} Expected;

/* Parotids 20 to 40 ml, and a tenth for the rule of the half on 4 mm pixels; brain with fluid 1.2
 * to 1.8 l. Glutei: medius 2 x 120-350 ml, minimus 2 x 40-130 ml. Pixels are of
 * 4.7 and 7 mm: jaws and skull take part of the parotids' and brain's voxels, walls part of the
 * air's. */
static void
test_sizes_and_hounsfield_units_are_anatomys (void)
{
  static const Expected expected[] = {
    { &head, TRP_HEAD_PAROTID_LEFT, 18, 44, -60, 80 },
    { &head, TRP_HEAD_PAROTID_RIGHT, 18, 44, -60, 80 },
    { &head, TRP_HEAD_BRAIN, 1150, 1850, 20, 60 },
    { &head, TRP_HEAD_BONE, 350, 800, 400, 1000 },
    { &head, TRP_HEAD_AIR_WAYS, 40, 140, -1000, -700 },
    { &hip, TRP_HIP_PELVIS, 550, 1500, 200, 600 },
    { &hip, TRP_HIP_FEMUR, 150, 500, 200, 600 },
    { &hip, TRP_HIP_GLUTEUS_MEDIUS, 240, 700, 35, 70 },
    { &hip, TRP_HIP_GLUTEUS_MINIMUS, 80, 260, 30, 70 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (expected); n++)
    for (size_t c = 0; c < N_CASES; c++)
      {
        const Region region = on_ct (&expected[n].kind->cases[c], expected[n].label);

        g_test_message ("%s %u: %.1f ml, %.0f HU", expected[n].kind->name, expected[n].label,
                        region.ml, region.mean);
        g_assert_cmpfloat (region.ml, >, expected[n].least_ml);
        g_assert_cmpfloat (region.ml, <, expected[n].most_ml);
        g_assert_cmpfloat (region.mean, >, expected[n].least_hu);
        g_assert_cmpfloat (region.mean, <, expected[n].most_hu);
      }
}

/* The same patient seen by two scanners with pixels of 4 to 7 mm: centres agree within half of one.
 */
static void
test_structures_agree_in_millimetres (void)
{
  static const struct
  {
    const Kind *kind;
    unsigned label;
  } whole[] = { { &head, TRP_HEAD_PAROTID_LEFT },
                { &head, TRP_HEAD_PAROTID_RIGHT },
                { &hip, TRP_HIP_GLUTEUS_MEDIUS },
                { &hip, TRP_HIP_GLUTEUS_MINIMUS } };

  for (size_t n = 0; n < G_N_ELEMENTS (whole); n++)
    {
      const TrpPhantomCase *phantom = &whole[n].kind->cases[0];
      const Region mr = on_mr (phantom, whole[n].label), ct = on_ct (phantom, whole[n].label);

      g_assert_cmpfloat (trp_vec3_distance (mr.center, ct.center), <, 3);
      trp_assert_near (ct.ml / mr.ml, 1, 0.15);
    }
}

static void
check_bias (const Kind *kind, double least_spread)
{
  const TrpPhantomOptions options = { .seed = SEED, .matrix = MATRIX, .without_bias = true };
  const TrpPhantomCase *with = &kind->cases[0];
  const size_t n_voxels = trp_geometry_count_voxels (trp_volume_get_geometry (with->mr));
  const int16_t *biased = trp_volume_peek_voxels (with->mr);
  TrpPhantomCase without;
  const int16_t *flat;
  double sum = 0, squares = 0, steps = 0, last = NAN;
  size_t n = 0, n_steps = 0;

  make (kind, &options, 0, &without);
  g_assert_true (same_bytes (without.mr_labels, with->mr_labels));
  g_assert_true (same_bytes (without.ct_on_mr, with->ct_on_mr));
  g_assert_false (same_bytes (without.mr, with->mr));
  flat = trp_volume_peek_voxels (without.mr);
  for (size_t i = 0; i < n_voxels; i++)
    {
      const double field = flat[i] > 300 ? log ((double) biased[i] / flat[i]) : (double) NAN;

      if (!isnan (field))
        {
          sum += field;
          squares += field * field;
          n++;
        }
      if (!isnan (field - last))
        {
          steps += (field - last) * (field - last);
          n_steps++;
        }
      last = field;
    }
  g_assert_cmpuint (n, >, 10000);
  sum /= (double) n;
  g_test_message ("%s: spread %.3f, step %.3f", kind->name, sqrt (squares / (double) n - sum * sum),
                  sqrt (steps / (double) n_steps));
  g_assert_cmpfloat (sqrt (squares / (double) n - sum * sum), >, least_spread);
  /* waves of 220 mm and more turn by 0.16 over a pixel of 5.6 mm: slope 0.35 * 0.16; and noise */
  g_assert_cmpfloat (sqrt (steps / (double) n_steps), <, 0.07);
  trp_phantom_case_clear (&without);
}

/* The hip's is strong: a spread of a tenth and more, where muscle and fat differ by a factor of
 * three. */
static void
test_bias_can_be_left_out (void)
{
  check_bias (&hip, 0.1);
}

/* --- head --- */

static void
test_left_is_the_patients_left (void)
{
  for (size_t c = 0; c < N_CASES; c++)
    {
      const Region left = on_mr (&head.cases[c], TRP_HEAD_PAROTID_LEFT);
      const Region right = on_mr (&head.cases[c], TRP_HEAD_PAROTID_RIGHT);
      const Region brain = on_mr (&head.cases[c], TRP_HEAD_BRAIN);

      g_assert_cmpfloat (left.center.v[0], >, brain.center.v[0] + 35);
      g_assert_cmpfloat (right.center.v[0], <, brain.center.v[0] - 35);
      g_assert_cmpfloat (left.center.v[2], <, brain.center.v[2] - 40);
    }
}

/* Fluid is the brightest, brain and glands are grey, bone and air dark. */
static void
test_head_is_t2_weighted (void)
{
  for (size_t c = 0; c < N_CASES; c++)
    {
      const double brain = on_mr (&head.cases[c], TRP_HEAD_BRAIN).mean;

      g_assert_cmpfloat (on_mr (&head.cases[c], TRP_HEAD_BONE).mean, <, 0.7 * brain);
      g_assert_cmpfloat (on_mr (&head.cases[c], TRP_HEAD_AIR_WAYS).mean, <, 0.4 * brain);
      g_assert_cmpfloat (on_mr (&head.cases[c], TRP_HEAD_PAROTID_LEFT).mean, >, 0.5 * brain);
      g_assert_cmpfloat (on_mr (&head.cases[c], 0).mean, <, 0.15 * brain);
    }
}

/* --- hip --- */

/* Fat is the brightest, marrow next, muscle dark. */
static void
test_hip_is_t1_weighted (void)
{
  for (size_t c = 0; c < N_CASES; c++)
    {
      const double muscle = on_mr (&hip.cases[c], TRP_HIP_GLUTEUS_MEDIUS).mean;

      g_assert_cmpfloat (on_mr (&hip.cases[c], TRP_HIP_BODY).mean, >, 1.4 * muscle);
      g_assert_cmpfloat (on_mr (&hip.cases[c], TRP_HIP_FEMUR).mean, >, 1.2 * muscle);
    }
}

/* The abductors run from the ilium to the trochanter: minimus under medius, both beside the hip. */
static void
test_abductors_lie_where_they_should (void)
{
  for (size_t c = 0; c < N_CASES; c++)
    for (int side = -1; side <= 1; side += 2)
      {
        const TrpPhantomCase *p = &hip.cases[c];
        const Region medius = measure (p->ct, p->ct_labels, TRP_HIP_GLUTEUS_MEDIUS, side);
        const Region minimus = measure (p->ct, p->ct_labels, TRP_HIP_GLUTEUS_MINIMUS, side);
        const Region femur = measure (p->ct, p->ct_labels, TRP_HIP_FEMUR, side);
        const Region pelvis = measure (p->ct, p->ct_labels, TRP_HIP_PELVIS, side);

        g_assert_cmpfloat (medius.ml, >, 1.5 * minimus.ml);
        g_assert_cmpfloat (side * minimus.center.v[0], >, side * pelvis.center.v[0] + 15);
        g_assert_cmpfloat (side * medius.center.v[0], >, side * minimus.center.v[0]);
        g_assert_cmpfloat (medius.center.v[2], >, femur.center.v[2] + 20);
      }
}

int
main (int argc, char **argv)
{
  Kind *const kinds[] = { &head, &hip };
  int status;

  g_test_init (&argc, &argv, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    for (unsigned c = 0; c < N_CASES; c++)
      make (kinds[n], &plain, c, &kinds[n]->cases[c]);
  g_test_add_func ("/phantom/kinds/same-bits-on-any-number-of-threads",
                   test_same_bits_on_any_number_of_threads);
  g_test_add_func ("/phantom/kinds/grids-are-as-promised", test_grids_are_as_promised);
  g_test_add_func ("/phantom/kinds/sizes-and-hounsfield-units-are-anatomys",
                   test_sizes_and_hounsfield_units_are_anatomys);
  g_test_add_func ("/phantom/kinds/structures-agree-in-millimetres",
                   test_structures_agree_in_millimetres);
  g_test_add_func ("/phantom/kinds/bias-can-be-left-out", test_bias_can_be_left_out);
  g_test_add_func ("/phantom/head/left-is-the-patients-left", test_left_is_the_patients_left);
  g_test_add_func ("/phantom/head/is-t2-weighted", test_head_is_t2_weighted);
  g_test_add_func ("/phantom/hip/is-t1-weighted", test_hip_is_t1_weighted);
  g_test_add_func ("/phantom/hip/abductors-lie-where-they-should",
                   test_abductors_lie_where_they_should);
  status = g_test_run ();
  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    for (unsigned c = 0; c < N_CASES; c++)
      trp_phantom_case_clear (&kinds[n]->cases[c]);
  return status;
}
