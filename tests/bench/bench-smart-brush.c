/* bench-smart-brush.c - the smart brush beside the plain one on real prostates
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * In every slice of the reference prostate one stroke, pressed where the outline is farthest, then
 * along rows 2 mm apart wherever the outline is at least @margin away. Both brushes go the same
 * way. With the margin at the radius a disc cannot leave the prostate in its slice; nearer, it
 * does, and the smart brush is meant to stop. Prints Dice against the reference and what lies
 * outside of it; asserts nothing.
 */

#include "core/io/format.h"
#include "core/io/label-map.h"
#include "core/metrics/overlap.h"
#include "core/structure/smart-brush.h"
#include "tests/lib/check.h"
#include "tests/lib/sessions.h"

#include <stdio.h>

#define ROW_MM 2.0
#define DAB_MM 6.0

static const struct
{
  const char *image, *mask;
} cases[] = {
  { "ProstateDx-01-0049/t2_normalised.nii.gz", "ProstateDx-01-0049/prostate_mask.nii.gz" },
  { "ProstateDx-01-0055/t2_normalised.nii.gz", "ProstateDx-01-0055/prostate_mask.nii.gz" },
  { "promise12_demo0/t2.nii.gz", "promise12_demo0/prostate_mask.nii.gz" },
};

/* mm in the slice from the voxel to the nearest one that is not set; @farthest at most. */
static double
find_distance (const TrpMask *mask, size_t i, size_t j, size_t k, double farthest)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const double spacing_i = trp_geometry_get_spacing (geometry, 0);
  const double spacing_j = trp_geometry_get_spacing (geometry, 1);
  const ptrdiff_t reach_i = (ptrdiff_t) (farthest / spacing_i) + 1;
  const ptrdiff_t reach_j = (ptrdiff_t) (farthest / spacing_j) + 1;
  double nearest = farthest;

  for (ptrdiff_t dj = -reach_j; dj <= reach_j; dj++)
    for (ptrdiff_t di = -reach_i; di <= reach_i; di++)
      if (!trp_mask_get (mask, (size_t) ((ptrdiff_t) i + di), (size_t) ((ptrdiff_t) j + dj), k))
        nearest = fmin (nearest, hypot ((double) di * spacing_i, (double) dj * spacing_j));
  return nearest;
}

/* Points of the way through slice @k, in LPS, the press first. */
static GArray *
find_way (const TrpMask *mask, const TrpBox *box, size_t k, double margin, double step_mm)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const size_t step = (size_t) fmax (1, round (step_mm / trp_geometry_get_spacing (geometry, 1)));
  GArray *way = g_array_new (false, true, sizeof (TrpVec3));
  double deepest = 0;

  g_array_set_size (way, 1);
  for (size_t j = box->begin[1]; j < box->end[1]; j += step)
    for (size_t n = 0; n < box->end[0] - box->begin[0]; n += step)
      {
        const size_t i = j / step % 2 ? box->end[0] - 1 - n : box->begin[0] + n;
        const double distance = trp_mask_get (mask, i, j, k) ? find_distance (mask, i, j, k, 30)
                                                             : 0;
        const TrpVec3 point = trp_geometry_lps_from_ijk (
          geometry, trp_vec3 ((double) i, (double) j, (double) k));

        if (distance > deepest)
          g_array_index (way, TrpVec3, 0) = point;
        deepest = fmax (deepest, distance);
        if (distance >= margin)
          g_array_append_val (way, point);
      }
  if (deepest < margin)
    g_array_set_size (way, 0);
  return way;
}

static void
paint (
  const TrpMask *reference, double radius, double margin, bool dabs, const TrpPaintOptions *options)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (reference);
  const TrpBox box = trp_mask_get_box (reference);
  const TrpBrush brush = {
    .shape = TRP_BRUSH_DISC,
    .radius = radius,
    .normal_lps = trp_geometry_get_direction (geometry, 2),
  };
  g_autoptr (TrpEditSession) session = trp_test_session_new (geometry, 1);
  const TrpMask *mask = trp_test_session_get_mask (session, 0);
  size_t n_events = 0;
  TrpOverlap overlap;

  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    {
      g_autoptr (GArray) way = find_way (reference, &box, k, margin, dabs ? DAB_MM : ROW_MM);

      for (guint n = 0; n < way->len; n++, n_events++)
        if (n > 0 && !dabs)
          trp_edit_session_extend_stroke (session, g_array_index (way, TrpVec3, n));
        else if (!trp_edit_session_begin_stroke (session, "Brush",
                                                 trp_test_session_get (session, 0), &brush, options,
                                                 g_array_index (way, TrpVec3, n), NULL))
          return;
      trp_edit_session_end_stroke (session);
    }
  if (!trp_overlap_count (reference, mask, &overlap, NULL))
    return;
  printf (
    "  radius %4.1f margin %4.1f %-6s %-5s: Dice %.3f, outside %5.1f %% of the prostate, missing "
    "%5.1f %% (%zu events)\n",
    radius, margin, dabs ? "dabs" : "stroke", options->maker ? "smart" : "plain",
    trp_overlap_dice (&overlap),
    100.0 * (double) (overlap.test - overlap.both) / (double) overlap.reference,
    100.0 * (double) (overlap.reference - overlap.both) / (double) overlap.reference, n_events);
}

static void
run (const char *image_path, const char *mask_path)
{
  static const double ways[][2] = { { 8, 8 }, { 8, 6 }, { 8, 4 }, { 12, 6 } };
  g_autoptr (TrpVolume) image = trp_volume_load (image_path, NULL, NULL);
  g_autoptr (TrpVolume) labels = trp_volume_load (mask_path, NULL, NULL);
  g_autoptr (TrpStructureSet) set = labels ? trp_label_map_to_set (labels, NULL, NULL) : NULL;
  const TrpPaintOptions plain = { 0 };
  const TrpPaintOptions smart = { .maker = &trp_smart_brush, .image = image };

  if (!image || !set)
    return;
  for (size_t n = 0; n < 2 * G_N_ELEMENTS (ways); n++)
    {
      const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, 0));

      paint (mask, ways[n / 2][0], ways[n / 2][1], n % 2, &plain);
      paint (mask, ways[n / 2][0], ways[n / 2][1], n % 2, &smart);
    }
}

int
main (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *image = g_build_filename ("data", "prostate_mr", cases[n].image, NULL);
      g_autofree char *mask = g_build_filename ("data", "prostate_mr", cases[n].mask, NULL);
      g_autofree char *image_path = trp_test_shared_path (image);
      g_autofree char *mask_path = trp_test_shared_path (mask);

      if (!image_path || !mask_path)
        {
          printf ("skipped: %s is not beside the source tree\n", cases[n].image);
          continue;
        }
      printf ("%s\n", cases[n].image);
      run (image_path, mask_path);
    }
  return 0;
}
