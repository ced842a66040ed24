/* test-interpolate.c - slices between drawn ones: cones, oblique tubes, real structures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/rng.h"
#include "core/io/format.h"
#include "core/io/label-map.h"
#include "core/metrics/overlap.h"
#include "core/structure/interpolate.h"
#include "tests/lib/check.h"

#include <math.h>

static const double spacing[3] = { 1, 2, 3 };

static TrpMask *
make_mask (int axis)
{
  size_t size[3] = { 60, 60, 60 };
  TrpGeometry geometry;

  size[axis] = 21;
  geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  return trp_mask_new (&geometry);
}

/* An ellipse, in mm, in slice @slice along @axis. */
static void
draw (TrpMask *mask, int axis, size_t slice, double x_mm, double y_mm, double radius_mm)
{
  const int across = axis == 0 ? 1 : 0, up = axis == 2 ? 1 : 2;
  size_t at[3];

  at[axis] = slice;
  for (at[up] = 0; at[up] < 60; at[up]++)
    for (at[across] = 0; at[across] < 60; at[across]++)
      if (hypot (spacing[across] * (double) at[across] - x_mm,
                 spacing[up] * (double) at[up] - y_mm) <= radius_mm)
        trp_mask_set (mask, at[0], at[1], at[2], true);
}

static TrpMask *
interpolate (const TrpMask *mask, int axis, size_t n_filled)
{
  GError *error = NULL;
  size_t n;
  TrpMask *out = trp_interpolate_slices (mask, axis, &n, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, n_filled);
  return out;
}

static double
compare (const TrpMask *reference, const TrpMask *test)
{
  TrpOverlap overlap;
  GError *error = NULL;

  g_assert_true (trp_overlap_count (reference, test, &overlap, &error));
  return trp_overlap_dice (&overlap);
}

/* A cone's radius and centre go linearly, in mm on unequal spacings, along each axis. */
static void
test_cone (void)
{
  for (int axis = 0; axis < 3; axis++)
    {
      g_autoptr (TrpMask) truth = make_mask (axis);
      g_autoptr (TrpMask) drawn = make_mask (axis);
      g_autoptr (TrpMask) got = NULL;

      for (size_t slice = 2; slice <= 18; slice++)
        {
          const double t = (double) (slice - 2) / 16;

          draw (truth, axis, slice, 25 + 10 * t, 30 + 20 * t, 12 + 8 * t);
          if (slice % 8 == 2)
            draw (drawn, axis, slice, 25 + 10 * t, 30 + 20 * t, 12 + 8 * t);
        }
      g_assert_cmpint (trp_interpolate_choose_axis (drawn), ==, axis);
      got = interpolate (drawn, axis, 14);
      g_test_message ("axis %d: Dice %.4f", axis, compare (truth, got));
      g_assert_cmpfloat (compare (truth, got), >, 0.97);
    }
}

/* Without the centroids a tube whose ends do not overlap would have nothing in between. */
static void
test_oblique_tube (void)
{
  g_autoptr (TrpMask) truth = make_mask (2);
  g_autoptr (TrpMask) drawn = make_mask (2);
  g_autoptr (TrpMask) got = NULL;

  for (size_t slice = 0; slice <= 20; slice += 1)
    {
      draw (truth, 2, slice, 10 + 2 * (double) slice, 60, 6);
      if (slice % 10 == 0)
        draw (drawn, 2, slice, 10 + 2 * (double) slice, 60, 6);
    }
  got = interpolate (drawn, 2, 18);
  g_assert_cmpfloat (compare (truth, got), >, 0.95);
}

/* One part that becomes two keeps its place. */
static void
test_fork (void)
{
  g_autoptr (TrpMask) drawn = make_mask (2);
  g_autoptr (TrpMask) got = NULL;

  draw (drawn, 2, 4, 20, 60, 10);
  draw (drawn, 2, 8, 20, 60, 10);
  draw (drawn, 2, 8, 45, 60, 4);
  got = interpolate (drawn, 2, 3);
  g_assert_true (trp_mask_get (got, 20, 30, 6));
  g_assert_true (trp_mask_get (got, 12, 30, 6));
}

static void
test_drawn_slices_stay (void)
{
  g_autoptr (TrpMask) drawn = make_mask (2);
  g_autoptr (TrpMask) got = NULL;
  g_autoptr (TrpMask) back = NULL;

  draw (drawn, 2, 3, 30, 60, 11);
  draw (drawn, 2, 4, 20, 50, 7);  /* neighbours: no gap */
  draw (drawn, 2, 9, 59, 118, 9); /* at the grid's corner */
  draw (drawn, 2, 15, 0, 0, 9);
  got = interpolate (drawn, 2, 9);
  for (size_t slice = 0; slice < 21; slice++)
    if (trp_mask_peek_slice (drawn, slice))
      for (size_t n = 0; n < 3600; n++)
        g_assert_true (trp_mask_get (got, n % 60, n / 60, slice) ==
                       trp_mask_get (drawn, n % 60, n / 60, slice));
  g_assert_null (trp_mask_peek_slice (got, 2));
  g_assert_null (trp_mask_peek_slice (got, 16));
}

static TrpMask *
flip (const TrpMask *mask, unsigned axes)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  TrpMask *flipped = trp_mask_new (geometry);

  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        {
          size_t at[3] = { i, j, k };

          for (int axis = 0; axis < 3; axis++)
            if (axes >> axis & 1)
              at[axis] = geometry->size[axis] - 1 - at[axis];
          if (trp_mask_get (mask, i, j, k))
            trp_mask_set (flipped, at[0], at[1], at[2], true);
        }
  return flipped;
}

/* A rectangle on the first and the last slice, often up to where the image ends. */
static TrpMask *
draw_rectangles (TrpRng *rng)
{
  const size_t size[3] = { 12, 9, 8 };
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 1.5, 0.75, 3 },
                                                   trp_vec3 (0, 0, 0));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k += size[2] - 1)
    {
      size_t begin[2], end[2];

      for (int axis = 0; axis < 2; axis++)
        {
          begin[axis] = trp_rng_below (rng, (uint32_t) size[axis]);
          end[axis] = begin[axis] + 1 + trp_rng_below (rng, (uint32_t) (size[axis] - begin[axis]));
        }
      for (size_t j = begin[1]; j < end[1]; j++)
        for (size_t i = begin[0]; i < end[0]; i++)
          trp_mask_set (mask, i, j, k, true);
    }
  return mask;
}

/* Grids count from either end: what is filled is the same, seen from there. */
static void
test_from_every_side (void)
{
  TrpRng rng = trp_rng_new (5, 0);

  for (unsigned n = 0; n < 80; n++)
    {
      g_autoptr (TrpMask) drawn = draw_rectangles (&rng);
      g_autoptr (TrpMask) turned = flip (drawn, n % 8);
      size_t n_filled, n_filled_turned;
      g_autoptr (TrpMask) filled = trp_interpolate_slices (drawn, 2, &n_filled, NULL, NULL);
      g_autoptr (TrpMask) other = trp_interpolate_slices (turned, 2, &n_filled_turned, NULL, NULL);
      g_autoptr (TrpMask) back = other ? flip (other, n % 8) : NULL;

      g_assert_true (!filled == !back);
      if (filled)
        g_assert_true (trp_mask_equal (filled, back));
    }
}

static void
test_refused (void)
{
  g_autoptr (TrpMask) mask = make_mask (2);
  GError *error = NULL;
  size_t n;

  for (int slices = 0; slices < 3; slices++)
    {
      if (slices > 0)
        draw (mask, 2, 4 + (size_t) slices, 30, 60, 8);
      g_assert_null (trp_interpolate_slices (mask, 2, &n, NULL, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
      g_clear_error (&error);
    }
}

/* Linear blending of labels, the trivial way: each empty slice is that of the nearer drawn one. */
static TrpMask *
blend (const TrpMask *drawn)
{
  const size_t *size = trp_mask_get_geometry (drawn)->size;
  TrpMask *out = trp_mask_copy (drawn);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t n = 0; n < size[0] * size[1] && k % 3 != 0; n++)
      {
        const size_t near = k % 3 == 1 ? k - 1 : k + 1;

        if (near < size[2] && trp_mask_get (drawn, n % size[0], n / size[0], near))
          trp_mask_set (out, n % size[0], n / size[0], k, true);
      }
  return out;
}

/* The slices that were taken away, between drawn ones. */
static TrpMask *
pick_rest (const TrpMask *mask, const TrpMask *drawn)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const TrpBox box = trp_mask_get_box (drawn);
  TrpMask *out = trp_mask_new (trp_mask_get_geometry (mask));

  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    for (size_t n = 0; n < size[0] * size[1] && k % 3 != 0; n++)
      if (trp_mask_get (mask, n % size[0], n / size[0], k))
        trp_mask_set (out, n % size[0], n / size[0], k, true);
  return out;
}

/* @least_gain: of the mean Dice over blending. The first mask repeats its slices in places, which
 * is what blending does. */
typedef struct
{
  const char *path;
  double least_gain;
} Real;

static const Real reals[] = {
  { "data/prostate_mr/promise12_demo0/prostate_mask.nii.gz", -0.01 },
  { "data/prostate_mr/ProstateDx-01-0055/prostate_mask.nii.gz", 0.005 },
  { "data/sts_mr_ct/STS_044/MR_T1_mask.nii.gz", 0.01 },
  { "data/sts_mr_ct/STS_026/CT_mask.nii.gz", 0.02 },
  { "data/abdomen_totalseg/example_seg_fast.nii.gz", 0.04 },
};

static void
test_real (gconstpointer data)
{
  const Real *real = data;
  g_autofree char *path = trp_test_shared_path (real->path);
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpStructureSet) set = NULL;
  g_autoptr (GError) error = NULL;
  double sums[2] = { 0 };
  int n_structures = 0;

  if (!path)
    return;
  volume = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  set = trp_label_map_to_set (volume, NULL, &error);
  g_assert_no_error (error);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpMask *truth = trp_structure_peek_mask (trp_structure_set_get (set, n));
      const size_t *size = trp_mask_get_geometry (truth)->size;
      g_autoptr (TrpMask) drawn = trp_mask_new (trp_mask_get_geometry (truth));
      g_autoptr (TrpMask) rest = NULL;
      size_t n_filled;

      for (size_t k = 0; k < size[2]; k += 3)
        for (size_t i = 0; i < size[0] * size[1]; i++)
          if (trp_mask_get (truth, i % size[0], i / size[0], k))
            trp_mask_set (drawn, i % size[0], i / size[0], k, true);
      rest = pick_rest (truth, drawn);
      g_autoptr (TrpMask) got = trp_interpolate_slices (drawn, 2, &n_filled, NULL, NULL);

      if (!got || trp_mask_is_empty (rest))
        continue;
      g_autoptr (TrpMask) filled = pick_rest (got, drawn);
      g_autoptr (TrpMask) blended = blend (drawn);
      g_autoptr (TrpMask) trivial = pick_rest (blended, drawn);
      const double dice = compare (rest, filled), dice_trivial = compare (rest, trivial);

      g_test_message ("%s, %s: %zu slices, Dice %.4f, labels blended %.4f", real->path,
                      trp_structure_get_name (trp_structure_set_get (set, n)), n_filled, dice,
                      dice_trivial);
      sums[0] += dice;
      sums[1] += dice_trivial;
      n_structures++;
    }
  g_assert_cmpint (n_structures, >, 0);
  g_test_message ("%s: mean of %d structures %.4f against %.4f", real->path, n_structures,
                  sums[0] / n_structures, sums[1] / n_structures);
  g_assert_cmpfloat ((sums[0] - sums[1]) / n_structures, >, real->least_gain);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interpolate/cone", test_cone);
  g_test_add_func ("/interpolate/oblique-tube", test_oblique_tube);
  g_test_add_func ("/interpolate/fork", test_fork);
  g_test_add_func ("/interpolate/drawn-slices-stay", test_drawn_slices_stay);
  g_test_add_func ("/interpolate/refused", test_refused);
  g_test_add_func ("/interpolate/from-every-side", test_from_every_side);
  for (size_t n = 0; n < G_N_ELEMENTS (reals); n++)
    {
      g_autofree char *name = g_strdup_printf ("/interpolate/real/%zu", n);

      g_test_add_data_func (name, &reals[n], test_real);
    }
  return g_test_run ();
}
