/* test-mirror-labels.c - left and right where training mirrors
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/structure-file.h"
#include "core/method/dataset.h"
#include "core/method/mirror-labels.h"
#include "tests/lib/check.h"

#include <string.h>

#define SIDE 8

static TrpGeometry
get_geometry (void)
{
  return trp_geometry_axial ((const size_t[]){ SIDE, SIDE, 1 }, (const double[]){ 1, 1, 1 },
                             trp_vec3 (0, 0, 0));
}

/* Structures of one voxel each, with labels 1, 2, ... */
static void
save (const char *folder, const char *file, const char *const *names)
{
  const TrpGeometry geometry = get_geometry ();
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("test", &geometry);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;

  for (size_t n = 0; names[n]; n++)
    {
      TrpMask *mask = trp_mask_new (&geometry);
      g_autoptr (TrpStructure) structure = NULL;

      trp_mask_set (mask, n, 0, 0, true);
      structure = trp_structure_new (names[n], trp_color_get_default (n), mask);
      trp_structure_set_append (set, structure);
    }
  g_assert_true (trp_structure_set_save (set, path, NULL, &error));
  g_assert_no_error (error);
}

static TrpDataList *
make_list (const char *folder)
{
  static const char text[] = "case,ct,ct_structures\nA,a.nii,a.nii\nB,b.nii,b.nii\n";
  TrpDataList *list = trp_data_list_parse (text, strlen (text), folder, NULL);

  g_assert_nonnull (list);
  return list;
}

/* The partner may be in another case's label map only; an unsided structure stays what it is. */
static void
test_pairs_are_found_by_name (void)
{
  static const char *const first[] = { "Cord", "Parotid_L", NULL };
  static const char *const second[] = { "Cord", "Parotid_L", "Parotid_R", NULL };
  static const uint8_t labels[] = { 1, 2 };
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (TrpDataList) list = make_list (folder);
  g_autoptr (GError) error = NULL;
  uint8_t mirror[256];

  save (folder, "a.nii", first);
  save (folder, "b.nii", second);
  g_assert_true (trp_mirror_labels_find (list, TRP_DATA_CT_STRUCTURES, labels, 2, mirror, &error));
  g_assert_no_error (error);
  for (int n = 0; n < 256; n++)
    g_assert_cmpuint (mirror[n], ==, n == 2 ? 3 : n == 3 ? 2 : n);
  trp_test_remove_folder (folder);
}

static void
test_a_side_without_partner_is_refused (void)
{
  static const char *const first[] = { "Cord", "Parotid_L", NULL };
  static const char *const second[] = { "Cord", NULL };
  static const uint8_t both[] = { 1, 2 }, cord[] = { 1 };
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (TrpDataList) list = make_list (folder);
  g_autoptr (GError) error = NULL;
  uint8_t mirror[256];

  save (folder, "a.nii", first);
  save (folder, "b.nii", second);
  g_assert_false (trp_mirror_labels_find (list, TRP_DATA_CT_STRUCTURES, both, 2, mirror, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "\"Parotid_L\" has no \"Parotid_R\""));
  g_assert_true (trp_mirror_labels_find (list, TRP_DATA_CT_STRUCTURES, cord, 1, mirror, NULL));
  trp_test_remove_folder (folder);
}

static TrpVolume *
make_volume (const uint8_t *values)
{
  const TrpGeometry geometry = get_geometry ();
  g_autoptr (GBytes) bytes = g_bytes_new (values, SIDE * SIDE);

  return trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
}

/* A patient whose left half is label 1 and whose right half is 2: mirrored, the left half still is
 * on the same side of the picture and is still 1. */
static void
test_mirrored_slices_keep_their_sides (void)
{
  const TrpAugment flip = { .flip = true, .flip_vertical = true, .crop_min = 1 };
  TrpDatasetSpec spec = { .size = SIDE, .n_labels = 2, .labels = { 1, 2 } };
  g_autoptr (TrpDataset) dataset = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  uint8_t values[SIDE * SIDE], mirror[256] = { 0, 2, 1 };
  float images[SIDE * SIDE], labels[2 * SIDE * SIDE];
  bool is_moved = false, is_turned = false;

  for (size_t n = 0; n < sizeof values; n++)
    values[n] = n % SIDE < SIDE / 2 ? 1 : 2;
  volume = make_volume (values);
  spec.intensity.kind = TRP_INTENSITY_CURVE;
  spec.intensity.curve = trp_curve_window (0, 4);
  dataset = trp_dataset_new (&spec);
  g_assert_true (trp_dataset_add (dataset, "A", volume, volume, NULL, NULL));
  trp_dataset_set_mirror (dataset, mirror);
  for (uint64_t step = 0; step < 40; step++)
    {
      const size_t size[2] = { SIDE, SIDE };
      const TrpAugmentDraw draw = trp_augment_draw (&flip, 3, step, 0, size, size);
      const bool turned = draw.in_from_out[0][0] < 0 && draw.in_from_out[1][1] < 0;

      trp_dataset_fill_batch (dataset, &flip, 3, step, 1, 0, 0, images, labels);
      is_turned = is_turned || turned;
      for (size_t n = 0; n < SIDE * SIDE; n++)
        {
          const bool was_left = images[n] < -0.25f; /* 2 * 1 / 4 - 1 */
          /* a half turn is no mirror; front to back alone is one, and sides do not move */
          const bool is_left = trp_augment_is_mirrored (&draw) ? !was_left : was_left;

          is_moved = is_moved || was_left != (n % SIDE < SIDE / 2);
          g_assert_cmpfloat (labels[2 * n], ==, is_left ? 1 : 0);
          g_assert_cmpfloat (labels[2 * n + 1], ==, is_left ? 0 : 1);
        }
    }
  g_assert_true (is_moved && is_turned);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mirror-labels/pairs-are-found-by-name", test_pairs_are_found_by_name);
  g_test_add_func ("/mirror-labels/a-side-without-partner-is-refused",
                   test_a_side_without_partner_is_refused);
  g_test_add_func ("/mirror-labels/mirrored-slices-keep-their-sides",
                   test_mirrored_slices_keep_their_sides);
  return g_test_run ();
}
