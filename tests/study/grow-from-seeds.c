/* grow-from-seeds.c - growing from seeds against trivial rules, on real masks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Seeds are made from the reference mask, by rule, in every fifth slice (along k, the third of the
 * mask's slices first):
 * - object: pixels at least 60 % as deep under the outline as the deepest of the slice;
 * - background: pixels 5 to 7 mm outside of the outline (to the next whole pixel);
 * and in the first slices 5 mm or more beyond either end of the mask the end's own pixels are
 * background. Distances in the slice, between pixel centres. Then Dice against the reference, in
 * the seeds' box with a margin of 10 mm, of
 * - grow: core/structure/grow-from-seeds.h;
 * - nearest: each voxel as the seed that is nearest in millimetres;
 * - threshold: voxels on the object's side of the middle between the seeds' mean values, the parts
 *   of them that touch an object seed, without background seeds.
 *
 * Structures of under 2 ml are left out. No mask of the data's pelvis_ct lies on its images.
 *
 * Usage: grow-from-seeds FOLDER, that of the shared test data. Fails where growing is not better on
 * the average of a group than either rule.
 */

#include "core/io/format.h"
#include "core/io/label-map.h"
#include "core/image/grid-values.h"
#include "core/metrics/distance-map.h"
#include "core/metrics/overlap.h"
#include "core/structure/grow-from-seeds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLICE_STEP 5
#define DEPTH 0.6
#define RING_FROM 5.0
#define RING_TO 7.0
#define MARGIN 10.0
#define LEAST_ML 2.0

typedef struct
{
  const char *group;
  const char *volume;
  const char *mask;
} Pair;

#define STS(group, kind, patient)                                                                  \
  {                                                                                                \
    group, "sts_mr_ct/STS_" patient "/" kind "_image.nii.gz",                                      \
      "sts_mr_ct/STS_" patient "/" kind "_mask.nii.gz"                                             \
  }
#define STS_ALL(group, kind)                                                                       \
  STS (group, kind, "003"), STS (group, kind, "004"), STS (group, kind, "006"),                    \
    STS (group, kind, "012"), STS (group, kind, "014"), STS (group, kind, "018"),                  \
    STS (group, kind, "026"), STS (group, kind, "038"), STS (group, kind, "044"),                  \
    STS (group, kind, "048")

static const Pair all_pairs[] = {
  { "prostate MR", "prostate_mr/ProstateDx-01-0049/t2_normalised.nii.gz",
    "prostate_mr/ProstateDx-01-0049/prostate_mask.nii.gz" },
  { "prostate MR", "prostate_mr/ProstateDx-01-0055/t2_normalised.nii.gz",
    "prostate_mr/ProstateDx-01-0055/prostate_mask.nii.gz" },
  { "prostate MR", "prostate_mr/promise12_demo0/t2.nii.gz",
    "prostate_mr/promise12_demo0/prostate_mask.nii.gz" },
  { "abdomen CT", "abdomen_totalseg/example_ct_sm.nii.gz", "abdomen_totalseg/example_seg.nii.gz" },
  { "abdomen MR", "abdomen_totalseg/example_mr_sm.nii.gz",
    "abdomen_totalseg/example_seg_mr.nii.gz" },
  STS_ALL ("STS MR", "MR_T1"),
  STS_ALL ("STS CT", "CT"),
};

typedef struct
{
  TrpMask *object;
  TrpMask *background;
  TrpBox box; /* of both, with the margin */
} Seeds;

static void
clear_seeds (Seeds *seeds)
{
  g_clear_pointer (&seeds->object, trp_mask_free);
  g_clear_pointer (&seeds->background, trp_mask_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seeds, clear_seeds)

static void
get_spacing (const TrpMask *mask, double out_spacing[3])
{
  for (int axis = 0; axis < 3; axis++)
    out_spacing[axis] = trp_geometry_get_spacing (trp_mask_get_geometry (mask), axis);
}

/* mm from every point of the box of @bits to the nearest that is set; i fastest. */
static double *
measure (const TrpBits *bits, const double spacing[3])
{
  const size_t *size = bits->size;
  const size_t n = size[0] * size[1] * size[2];
  g_autoptr (TrpDistanceMap) map = trp_distance_map_new (bits, spacing, NULL);
  g_autofree TrpBitsPoint *points = g_new (TrpBitsPoint, n);
  double *distances = g_new (double, n);

  for (size_t p = 0; p < n; p++)
    points[p] = (TrpBitsPoint){ (uint16_t) (p % size[0]), (uint16_t) (p / size[0] % size[1]),
                                (uint16_t) (p / size[0] / size[1]) };
  g_assert_true (trp_distance_map_measure (map, points, n, distances, NULL));
  for (size_t p = 0; p < n; p++)
    distances[p] = sqrt (distances[p]);
  return distances;
}

/* mm to the outline's other side: @depth for pixels inside (0 outside), @gap for those outside. The
 * slice has a rim of one pixel all around. */
static void
measure_slice (const TrpMask *mask, size_t k, double **out_depth, double **out_gap)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const ptrdiff_t origin[3] = { -1, -1, (ptrdiff_t) k };
  const size_t padded[3] = { size[0] + 2, size[1] + 2, 1 };
  g_autoptr (TrpBits) inside = trp_bits_new_from_mask (mask, origin, padded, NULL);
  g_autoptr (TrpBits) outside = trp_bits_new (origin, padded, NULL);
  double spacing[3];

  for (size_t p = 0; p < padded[0] * padded[1]; p++)
    if (!trp_bits_get (inside, p % padded[0], p / padded[0], 0))
      outside->words[p / padded[0] * outside->n_words + p % padded[0] / 64] |= (uint64_t) 1
                                                                               << p % padded[0] %
                                                                                    64;
  get_spacing (mask, spacing);
  *out_gap = measure (inside, spacing);
  *out_depth = measure (outside, spacing);
}

static void
seed_slice (const TrpMask *mask, size_t k, Seeds *seeds)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  g_autofree double *depth = NULL;
  g_autofree double *gap = NULL;
  double deepest = 0;

  measure_slice (mask, k, &depth, &gap);
  for (size_t p = 0; p < (size[0] + 2) * (size[1] + 2); p++)
    deepest = fmax (deepest, depth[p]);
  for (size_t j = 0; j < size[1]; j++)
    for (size_t i = 0; i < size[0]; i++)
      {
        const size_t p = i + 1 + (size[0] + 2) * (j + 1);

        if (gap[p] == 0 && depth[p] >= DEPTH * deepest)
          trp_mask_set (seeds->object, i, j, k, true);
        if (gap[p] >= RING_FROM && gap[p] < RING_TO)
          trp_mask_set (seeds->background, i, j, k, true);
      }
}

/* The end's own pixels, @n slices further out where there are so many. */
static void
seed_end (const TrpMask *mask, size_t end, ptrdiff_t n, Seeds *seeds)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const ptrdiff_t k = (ptrdiff_t) end + n;

  if (k < 0 || (size_t) k >= size[2])
    return;
  for (size_t p = 0; p < size[0] * size[1]; p++)
    if (trp_mask_get (mask, p % size[0], p / size[0], end))
      trp_mask_set (seeds->background, p % size[0], p / size[0], (size_t) k, true);
}

static void
make_seeds (const TrpMask *mask, Seeds *out_seeds)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpBox box = trp_mask_get_box (mask);
  const ptrdiff_t beyond = (ptrdiff_t) ceil (RING_FROM / trp_geometry_get_spacing (geometry, 2));
  TrpBox boxes[2];

  out_seeds->object = trp_mask_new (geometry);
  out_seeds->background = trp_mask_new (geometry);
  for (size_t k = box.begin[2] + SLICE_STEP / 2; k < box.end[2]; k += SLICE_STEP)
    if (trp_mask_peek_slice (mask, k))
      seed_slice (mask, k, out_seeds);
  seed_end (mask, box.begin[2], -beyond, out_seeds);
  seed_end (mask, box.end[2] - 1, beyond, out_seeds);
  boxes[0] = trp_mask_get_box (out_seeds->object);
  boxes[1] = trp_mask_get_box (out_seeds->background);
  out_seeds->box = trp_box_union (&boxes[0], &boxes[1]);
  for (int axis = 0; axis < 3; axis++)
    {
      const size_t margin = (size_t) ceil (MARGIN / trp_geometry_get_spacing (geometry, axis));
      TrpBox *whole = &out_seeds->box;

      whole->begin[axis] -= MIN (margin, whole->begin[axis]);
      whole->end[axis] = MIN (whole->end[axis] + margin, geometry->size[axis]);
    }
}

/* ---- trivial rules ---- */

static TrpMask *
take_nearest (const Seeds *seeds)
{
  const TrpBox *box = &seeds->box;
  const ptrdiff_t origin[3] = { (ptrdiff_t) box->begin[0], (ptrdiff_t) box->begin[1],
                                (ptrdiff_t) box->begin[2] };
  const size_t size[3] = { box->end[0] - box->begin[0], box->end[1] - box->begin[1],
                           box->end[2] - box->begin[2] };
  g_autoptr (TrpBits) object = trp_bits_new_from_mask (seeds->object, origin, size, NULL);
  g_autoptr (TrpBits) background = trp_bits_new_from_mask (seeds->background, origin, size, NULL);
  TrpMask *out = trp_mask_new (trp_mask_get_geometry (seeds->object));
  double spacing[3];

  get_spacing (seeds->object, spacing);
  g_autofree double *to_object = measure (object, spacing);
  g_autofree double *to_background = measure (background, spacing);

  for (size_t p = 0; p < size[0] * size[1] * size[2]; p++)
    if (to_object[p] < to_background[p])
      trp_mask_set (out, box->begin[0] + p % size[0], box->begin[1] + p / size[0] % size[1],
                    box->begin[2] + p / size[0] / size[1], true);
  return out;
}

static double
get_mean (const TrpVolume *volume, const TrpMask *seeds)
{
  const TrpBox box = trp_mask_get_box (seeds);
  TrpGridValues values;
  double sum = 0;

  trp_grid_values_init (&values, volume, trp_mask_get_geometry (seeds));
  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    for (size_t j = box.begin[1]; j < box.end[1]; j++)
      for (size_t i = box.begin[0]; i < box.end[0]; i++)
        if (trp_mask_get (seeds, i, j, k))
          {
            float value;

            trp_grid_values_read (&values, i, j, k, 1, &value);
            sum += (double) value;
          }
  return sum / (double) trp_mask_count (seeds);
}

/* Spreads from the object seeds, slowly and plainly, over what is on their side. */
static TrpMask *
take_threshold (const TrpVolume *volume, const Seeds *seeds)
{
  const double object = get_mean (volume, seeds->object);
  const double background = get_mean (volume, seeds->background);
  const TrpBox *box = &seeds->box;
  TrpMask *out = trp_mask_new (trp_mask_get_geometry (seeds->object));
  g_autoptr (GArray) front = g_array_new (FALSE, FALSE, sizeof (size_t[3]));
  TrpGridValues values;

  trp_grid_values_init (&values, volume, trp_mask_get_geometry (out));
  for (size_t k = box->begin[2]; k < box->end[2]; k++)
    for (size_t j = box->begin[1]; j < box->end[1]; j++)
      for (size_t i = box->begin[0]; i < box->end[0]; i++)
        if (trp_mask_get (seeds->object, i, j, k))
          {
            trp_mask_set (out, i, j, k, true);
            g_array_append_vals (front, (size_t[3]){ i, j, k }, 1);
          }
  while (front->len > 0)
    {
      const size_t *last = (const size_t *) (void *) front->data + 3 * (front->len - 1);
      const size_t from[3] = { last[0], last[1], last[2] };

      g_array_set_size (front, front->len - 1);
      for (int side = 0; side < 6; side++)
        {
          size_t to[3] = { from[0], from[1], from[2] };
          float value;

          to[side / 2] += side % 2 ? 1 : SIZE_MAX; /* wraps to one less */
          if (to[side / 2] < box->begin[side / 2] || to[side / 2] >= box->end[side / 2] ||
              trp_mask_get (out, to[0], to[1], to[2]) ||
              trp_mask_get (seeds->background, to[0], to[1], to[2]))
            continue;
          trp_grid_values_read (&values, to[0], to[1], to[2], 1, &value);
          if (((double) value > (object + background) / 2) != (object > background))
            continue;
          trp_mask_set (out, to[0], to[1], to[2], true);
          g_array_append_vals (front, to, 1);
        }
    }
  return out;
}

/* ---- the table ---- */

typedef enum
{
  GROW,
  NEAREST,
  THRESHOLD,
  N_RULES,
} Rule;

typedef struct
{
  double dice[N_RULES]; /* sums */
  int n, n_worse[N_RULES];
} Sums;

static double
compare (const TrpMask *reference, const TrpMask *test)
{
  TrpOverlap overlap;

  g_assert_true (trp_overlap_count (reference, test, &overlap, NULL));
  return trp_overlap_dice (&overlap);
}

static TrpMask *
apply (Rule rule, const TrpVolume *volume, const Seeds *seeds)
{
  const TrpGrowth growth = { .volume = volume, .margin = MARGIN };

  if (rule == NEAREST)
    return take_nearest (seeds);
  if (rule == THRESHOLD)
    return take_threshold (volume, seeds);
  return trp_grow_from_seeds (&growth, seeds->object, seeds->background, NULL, NULL);
}

static void
study_structure (
  const char *group, const char *name, const TrpVolume *volume, const TrpMask *mask, Sums *sums)
{
  g_auto (Seeds) seeds = { 0 };
  double dice[N_RULES];

  make_seeds (mask, &seeds);
  if (trp_mask_is_empty (seeds.object) || trp_mask_is_empty (seeds.background))
    return;
  for (Rule rule = GROW; rule < N_RULES; rule++)
    {
      g_autoptr (TrpMask) result = apply (rule, volume, &seeds);

      dice[rule] = compare (mask, result);
      sums->dice[rule] += dice[rule];
      sums->n_worse[rule] += dice[GROW] < dice[rule];
    }
  sums->n++;
  printf ("%-11s %-10s %7.1f ml  grow %.3f  nearest %.3f  threshold %.3f%s\n", group, name,
          trp_mask_get_volume_ml (mask), dice[GROW], dice[NEAREST], dice[THRESHOLD],
          dice[GROW] < fmax (dice[NEAREST], dice[THRESHOLD]) ? "  worse" : "");
}

static void
study_pair (const char *folder, const Pair *pair, Sums *sums)
{
  g_autofree char *image_path = g_build_filename (folder, pair->volume, NULL);
  g_autofree char *labels_path = g_build_filename (folder, pair->mask, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = trp_volume_load (image_path, NULL, &error);
  g_autoptr (TrpVolume) map = volume ? trp_volume_load (labels_path, NULL, &error) : NULL;
  g_autoptr (TrpStructureSet) set = map ? trp_label_map_to_set (map, NULL, &error) : NULL;

  if (!set)
    g_error ("%s", error->message);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (set, n);
      const TrpMask *mask = trp_structure_peek_mask (structure);

      if (trp_mask_get_volume_ml (mask) >= LEAST_ML)
        study_structure (pair->group, trp_structure_get_name (structure), volume, mask, sums);
    }
}

/* Returns: whether growing is better on the average than either rule. */
static bool
print_sums (const char *group, const Sums *sums)
{
  printf ("%s: mean Dice of %d structures: grow %.3f, nearest %.3f (better in %d), threshold %.3f "
          "(better in %d)\n",
          group, sums->n, sums->dice[GROW] / sums->n, sums->dice[NEAREST] / sums->n,
          sums->n_worse[NEAREST], sums->dice[THRESHOLD] / sums->n, sums->n_worse[THRESHOLD]);
  return sums->n > 0 && sums->dice[GROW] > sums->dice[NEAREST] &&
         sums->dice[GROW] > sums->dice[THRESHOLD];
}

static bool
study_group (const char *folder, const Pair *pairs, size_t n_pairs)
{
  Sums sums = { 0 };

  for (size_t n = 0; n < n_pairs; n++)
    study_pair (folder, &pairs[n], &sums);
  return print_sums (pairs[0].group, &sums);
}

int
main (int argc, char **argv)
{
  bool is_better = true;

  if (argc != 2 || !g_file_test (argv[1], G_FILE_TEST_IS_DIR))
    {
      printf ("no test data: skipped\n");
      return 77;
    }
  for (size_t n = 0, n_pairs; n < G_N_ELEMENTS (all_pairs); n += n_pairs)
    {
      for (n_pairs = 1; n + n_pairs < G_N_ELEMENTS (all_pairs); n_pairs++)
        if (strcmp (all_pairs[n].group, all_pairs[n + n_pairs].group) != 0)
          break;
      is_better &= study_group (argv[1], &all_pairs[n], n_pairs);
    }
  return is_better ? 0 : 1;
}
