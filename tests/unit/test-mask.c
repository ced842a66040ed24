/* test-mask.c - bits, sharing, boxes, structures and sets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/structure/structure-set.h"
#include "tests/lib/check.h"

#include <string.h>

static TrpGeometry
make_geometry (size_t nx, size_t ny, size_t nz)
{
  return trp_geometry_axial ((size_t[]){ nx, ny, nz }, (double[]){ 1, 2, 2.5 }, trp_vec3 (0, 0, 0));
}

static uint8_t *
make_random_bytes (const TrpGeometry *geometry, uint64_t seed, uint32_t one_in)
{
  TrpRng rng = trp_rng_new (seed, 0);
  uint8_t *bytes = g_new (uint8_t, trp_geometry_count_voxels (geometry));

  for (size_t v = 0; v < trp_geometry_count_voxels (geometry); v++)
    bytes[v] = trp_rng_below (&rng, one_in) == 0 ? (uint8_t) (1 + v % 255) : 0;
  return bytes;
}

static void
test_bytes_come_back (void)
{
  static const size_t sizes[][3] = { { 1, 1, 1 }, { 63, 3, 2 }, { 64, 2, 9 }, { 65, 7, 5 } };

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      const TrpGeometry geometry = make_geometry (sizes[s][0], sizes[s][1], sizes[s][2]);
      const size_t n = trp_geometry_count_voxels (&geometry);
      g_autofree uint8_t *bytes = make_random_bytes (&geometry, s, 3);
      g_autofree uint8_t *back = g_new (uint8_t, n);
      g_autoptr (TrpMask) mask = trp_mask_new_from_bytes (&geometry, bytes);
      size_t count = 0;

      trp_mask_copy_bytes (mask, back);
      for (size_t v = 0; v < n; v++)
        {
          g_assert_cmpuint (back[v], ==, bytes[v] != 0);
          count += bytes[v] != 0;
        }
      g_assert_cmpuint (trp_mask_count (mask), ==, count);
      trp_assert_near (trp_mask_get_volume_ml (mask), (double) count * 5 / 1000, 1e-12);
    }
}

static void
test_labels_are_picked (void)
{
  const TrpGeometry geometry = make_geometry (70, 5, 11);
  const size_t n = trp_geometry_count_voxels (&geometry);
  g_autofree uint16_t *labels = g_new (uint16_t, n);
  size_t expected = 0;

  for (size_t v = 0; v < n; v++)
    labels[v] = (uint16_t) (v * 7919 % 5 + 300);
  for (size_t v = 0; v < n; v++)
    expected += labels[v] == 302;
  for (int threads = 1; threads <= 4; threads += 3)
    {
      trp_parallel_set_threads (threads);
      g_autoptr (TrpMask) mask = trp_mask_new_from_labels (&geometry, labels, 302);
      g_autoptr (TrpMask) none = trp_mask_new_from_labels (&geometry, labels, 2);

      g_assert_cmpuint (trp_mask_count (mask), ==, expected);
      for (size_t v = 0; v < n; v++)
        g_assert_cmpint (trp_mask_get (mask, v % 70, v / 70 % 5, v / 350), ==, labels[v] == 302);
      g_assert_true (trp_mask_is_empty (none));
      g_assert_null (trp_mask_peek_slice (none, 0));
    }
  trp_parallel_set_threads (0);
}

static void
test_spare_bits_stay_zero (void)
{
  const TrpGeometry geometry = make_geometry (65, 2, 1);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  const uint64_t *words;

  for (size_t i = 0; i < 65; i++)
    trp_mask_set (mask, i, 1, 0, true);
  words = trp_mask_peek_slice (mask, 0);
  g_assert_cmpuint (trp_mask_get_words_per_row (mask), ==, 2);
  g_assert_cmpuint (words[0], ==, 0);
  g_assert_cmpuint (words[1], ==, 0);
  g_assert_cmpuint (words[2], ==, UINT64_MAX);
  g_assert_cmpuint (words[3], ==, 1);
}

static void
test_copy_shares_until_written (void)
{
  const TrpGeometry geometry = make_geometry (10, 10, 3);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) copy = NULL;
  const uint64_t *words;

  trp_mask_set (mask, 1, 2, 0, true);
  trp_mask_set (mask, 3, 4, 1, true);
  copy = trp_mask_copy (mask);
  for (size_t k = 0; k < 3; k++)
    g_assert_true (trp_mask_shares_slice (mask, copy, k));
  trp_mask_set (mask, 5, 5, 1, true);
  g_assert_true (trp_mask_shares_slice (mask, copy, 0));
  g_assert_false (trp_mask_shares_slice (mask, copy, 1));
  g_assert_true (trp_mask_get (mask, 3, 4, 1));
  g_assert_true (trp_mask_get (mask, 5, 5, 1));
  g_assert_false (trp_mask_get (copy, 5, 5, 1));
  g_assert_false (trp_mask_equal (mask, copy));
  trp_mask_set (mask, 5, 5, 1, false);
  g_assert_true (trp_mask_equal (mask, copy));
  /* A second write finds the plane its own. */
  words = trp_mask_peek_slice (mask, 1);
  trp_mask_set (mask, 6, 6, 1, true);
  g_assert_true (trp_mask_peek_slice (mask, 1) == words);
}

static void
test_trim_drops_empty_planes (void)
{
  const TrpGeometry geometry = make_geometry (10, 10, 3);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) empty = trp_mask_new (&geometry);

  trp_mask_set (mask, 1, 2, 2, true);
  trp_mask_set (mask, 1, 2, 2, false);
  g_assert_nonnull (trp_mask_peek_slice (mask, 2));
  g_assert_true (trp_mask_is_empty (mask));
  g_assert_true (trp_mask_equal (mask, empty));
  trp_mask_trim (mask);
  g_assert_null (trp_mask_peek_slice (mask, 2));
  /* Erasing in an empty slice makes no plane. */
  trp_mask_set (mask, 0, 0, 0, false);
  g_assert_null (trp_mask_peek_slice (mask, 0));
}

static void
test_box_is_tight (void)
{
  const TrpGeometry geometry = make_geometry (200, 20, 9);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  TrpBox box = trp_mask_get_box (mask);

  g_assert_true (trp_box_is_empty (&box));
  trp_mask_set (mask, 63, 4, 7, true);
  trp_mask_set (mask, 130, 11, 3, true);
  box = trp_mask_get_box (mask);
  g_assert_cmpuint (box.begin[0], ==, 63);
  g_assert_cmpuint (box.end[0], ==, 131);
  g_assert_cmpuint (box.begin[1], ==, 4);
  g_assert_cmpuint (box.end[1], ==, 12);
  g_assert_cmpuint (box.begin[2], ==, 3);
  g_assert_cmpuint (box.end[2], ==, 8);
}

static void
test_boxes_combine (void)
{
  const TrpBox a = { { 1, 2, 3 }, { 4, 5, 6 } }, b = { { 3, 0, 5 }, { 9, 3, 9 } }, none = { 0 };
  TrpBox both = trp_box_union (&a, &b), meet = trp_box_intersection (&a, &b);

  g_assert_cmpmem (&both, sizeof both, (&(TrpBox){ { 1, 0, 3 }, { 9, 5, 9 } }), sizeof both);
  g_assert_cmpmem (&meet, sizeof meet, (&(TrpBox){ { 3, 2, 5 }, { 4, 3, 6 } }), sizeof meet);
  both = trp_box_union (&none, &b);
  g_assert_cmpmem (&both, sizeof both, &b, sizeof both);
  meet = trp_box_intersection (&a, &(TrpBox){ { 4, 2, 3 }, { 5, 5, 6 } });
  g_assert_true (trp_box_is_empty (&meet));
}

static void
test_set_numbers_labels (void)
{
  const TrpGeometry geometry = make_geometry (4, 4, 4);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("observer", &geometry);
  static const uint16_t given[] = { 2, 0, 0, 2 }, expected[] = { 2, 1, 3, 4 };

  for (size_t n = 0; n < G_N_ELEMENTS (given); n++)
    {
      g_autofree char *name = g_strdup_printf ("S%zu", n);
      g_autoptr (TrpStructure)
        structure = trp_structure_new (name, trp_color_get_default (n), trp_mask_new (&geometry));

      trp_structure_set_label (structure, given[n]);
      trp_structure_set_append (set, structure);
      g_assert_cmpuint (trp_structure_get_label (structure), ==, expected[n]);
    }
  g_assert_true (trp_structure_set_find (set, "S2") == trp_structure_set_get (set, 2));
  g_assert_null (trp_structure_set_find (set, "S9"));
  trp_structure_set_remove (set, 0);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 3);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (set, 0)), ==, "S1");
}

static void
test_set_copy_is_independent (void)
{
  const TrpGeometry geometry = make_geometry (4, 4, 4);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("a", &geometry);
  g_autoptr (TrpStructureSet) copy = NULL;
  const TrpStructure *twin;
  g_autoptr (TrpStructure)
    structure = trp_structure_new ("Bladder", trp_color_get_default (13), trp_mask_new (&geometry));

  trp_structure_set_origin (structure, TRP_ORIGIN_AUTOMATIC);
  trp_structure_set_provenance (structure, "{}");
  trp_structure_set_locked (structure, true);
  trp_structure_set_append (set, structure);
  trp_structure_set_set_frame_of_reference (set, "1.2.3");
  copy = trp_structure_set_copy (set);
  trp_structure_set_name (structure, "Other");
  trp_mask_set (trp_structure_write_mask (structure), 0, 0, 0, true);
  twin = trp_structure_set_get (copy, 0);
  g_assert_cmpstr (trp_structure_get_name (twin), ==, "Bladder");
  g_assert_cmpstr (trp_structure_get_origin_name (twin), ==, "AUTOMATIC");
  g_assert_cmpstr (trp_structure_get_provenance (twin), ==, "{}");
  g_assert_true (trp_structure_get_locked (twin));
  g_assert_true (trp_structure_get_visible (twin));
  g_assert_cmpuint (trp_structure_get_color (twin).green, ==, 0xcc);
  g_assert_true (trp_mask_is_empty (trp_structure_peek_mask (twin)));
  g_assert_cmpstr (trp_structure_set_get_frame_of_reference (copy), ==, "1.2.3");
}

static void
test_overlap_names_first_pair (void)
{
  const TrpGeometry geometry = make_geometry (100, 4, 4);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("a", &geometry);
  size_t first = 9, second = 9, voxels = 9;

  for (size_t n = 0; n < 3; n++)
    {
      g_autoptr (TrpStructure)
        structure = trp_structure_new ("s", trp_color_get_default (n), trp_mask_new (&geometry));

      trp_mask_set (trp_structure_write_mask (structure), n, 1, 1, true);
      trp_structure_set_append (set, structure);
    }
  g_assert_false (trp_structure_set_find_overlap (set, &first, &second, &voxels));
  g_assert_cmpuint (first, ==, 9);
  for (size_t i = 70; i < 75; i++)
    for (size_t n = 1; n < 3; n++)
      trp_mask_set (trp_structure_write_mask (trp_structure_set_get (set, n)), i, 3, 2, true);
  g_assert_true (trp_structure_set_find_overlap (set, &first, &second, &voxels));
  g_assert_cmpuint (first, ==, 1);
  g_assert_cmpuint (second, ==, 2);
  g_assert_cmpuint (voxels, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mask/bytes-come-back", test_bytes_come_back);
  g_test_add_func ("/mask/labels-are-picked", test_labels_are_picked);
  g_test_add_func ("/mask/spare-bits-stay-zero", test_spare_bits_stay_zero);
  g_test_add_func ("/mask/copy-shares-until-written", test_copy_shares_until_written);
  g_test_add_func ("/mask/trim-drops-empty-planes", test_trim_drops_empty_planes);
  g_test_add_func ("/mask/box-is-tight", test_box_is_tight);
  g_test_add_func ("/mask/boxes-combine", test_boxes_combine);
  g_test_add_func ("/structure-set/numbers-labels", test_set_numbers_labels);
  g_test_add_func ("/structure-set/copy-is-independent", test_set_copy_is_independent);
  g_test_add_func ("/structure-set/overlap-names-first-pair", test_overlap_names_first_pair);
  return g_test_run ();
}
