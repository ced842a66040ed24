/* test-signed-field.c - signed distances to shapes with a formula
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/signed-field.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"

#include <math.h>

#define STEP_MM (TRP_SIGNED_FIELD_LIMIT / INT16_MAX) /* of the stored values */

static const size_t size[3] = { 40, 36, 24 };
static const size_t begin[3] = { 14, 12, 8 }, end[3] = { 26, 22, 15 };

static TrpMask *
new_block (const TrpGeometry *geometry)
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = begin[2]; k < end[2]; k++)
    for (size_t j = begin[1]; j < end[1]; j++)
      for (size_t i = begin[0]; i < end[0]; i++)
        trp_mask_set (mask, i, j, k, true);
  return mask;
}

/* Distance of a point to the faces of the block, positive outside. */
static double
get_expected (const TrpGeometry *geometry, const double point[3])
{
  double outside = 0, inside = INFINITY;

  for (int axis = 0; axis < 3; axis++)
    {
      const double spacing = trp_geometry_get_spacing (geometry, axis);
      const double low = ((double) begin[axis] - 0.5 - point[axis]) * spacing;
      const double high = (point[axis] - ((double) end[axis] - 0.5)) * spacing;
      const double beyond = fmax (0, fmax (low, high));

      outside += beyond * beyond;
      inside = fmin (inside, -fmax (low, high));
    }
  return CLAMP (outside > 0 ? sqrt (outside) : -inside, -TRP_SIGNED_FIELD_LIMIT,
                TRP_SIGNED_FIELD_LIMIT);
}

/* Every voxel of oblique grids with three spacings. */
static void
test_block (void)
{
  TrpRng rng = trp_rng_new (2, 2);

  for (int run = 0; run < 4; run++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, size);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpMask) mask = new_block (&geometry);
      g_autoptr (TrpSignedField) field = trp_signed_field_new (mask, NULL, &error);

      g_assert_no_error (error);
      for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
          for (size_t i = 0; i < size[0]; i++)
            {
              const double p[3] = { (double) i, (double) j, (double) k };
              const TrpVec3 lps = trp_geometry_lps_from_ijk (&geometry,
                                                             trp_vec3 (p[0], p[1], p[2]));

              trp_assert_near (trp_signed_field_sample (field, lps), get_expected (&geometry, p),
                               STEP_MM);
            }
    }
}

/* Between two slabs' faces the field is the distance itself, also between voxel centres; half way
 * between an inside and an outside neighbour it is 0. */
static void
test_between_centres (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 0.8, 0.8, 2 },
                                                   trp_vec3 (5, -7, 9));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_block (&geometry);
  g_autoptr (TrpSignedField) field = trp_signed_field_new (mask, NULL, &error);

  for (double i = 22; i < 34; i += 0.125) /* the block ends at 25.5 */
    trp_assert_near (
      trp_signed_field_sample (field, trp_geometry_lps_from_ijk (&geometry, trp_vec3 (i, 17, 11))),
      0.8 * (i - 25.5), STEP_MM);
  for (size_t j = begin[1]; j < end[1]; j++)
    for (size_t k = begin[2]; k < end[2]; k++)
      trp_assert_near (
        trp_signed_field_sample (
          field, trp_geometry_lps_from_ijk (&geometry, trp_vec3 (13.5, (double) j, (double) k))),
        0, STEP_MM);
  trp_assert_near (trp_signed_field_sample (field, trp_vec3 (1000, 0, 0)), TRP_SIGNED_FIELD_LIMIT,
                   0);
}

/* Outside the image is outside the mask. */
static void
test_image_edge (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpSignedField) field = NULL;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        trp_mask_set (mask, i, j, k, true);
  field = trp_signed_field_new (mask, NULL, &error);
  trp_assert_near (trp_signed_field_sample (field, trp_vec3 (0, 18, 12)), -0.5, STEP_MM);
  trp_assert_near (trp_signed_field_sample (field, trp_vec3 (-0.5, 18, 12)), 0, STEP_MM);
  trp_assert_near (trp_signed_field_sample (field, trp_vec3 (20, 18, 12)), -10, STEP_MM);
}

static void
test_empty (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpSignedField) field = trp_signed_field_new (mask, NULL, &error);

  g_assert_true (isnan (trp_signed_field_sample (field, trp_vec3 (1, 2, 3))));
}

static void
test_cancel (void)
{
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = new_block (&geometry);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_signed_field_new (mask, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signed-field/block", test_block);
  g_test_add_func ("/signed-field/between-centres", test_between_centres);
  g_test_add_func ("/signed-field/image-edge", test_image_edge);
  g_test_add_func ("/signed-field/empty", test_empty);
  g_test_add_func ("/signed-field/cancel", test_cancel);
  return g_test_run ();
}
