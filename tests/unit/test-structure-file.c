/* test-structure-file.c - what is saved is read back before it counts
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/structure-file.h"
#include "tests/lib/broken-disk.h"
#include "tests/lib/check.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static TrpStructureSet *
make_set (void)
{
  const TrpGeometry geometry = trp_geometry_axial (
    (const size_t[]){ 70, 40, 9 }, (const double[]){ 1, 1, 3 }, trp_vec3 (-20, 5, 7.5));
  static const char *const names[] = { "GTV p", "Blase", "leer " };
  TrpStructureSet *set = trp_structure_set_new ("reading", &geometry);

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      TrpMask *mask = trp_mask_new (&geometry);
      g_autoptr (TrpStructure) structure = NULL;

      for (size_t k = 2; n < 2 && k < 7; k++)
        for (size_t j = 10; j < 30; j++)
          for (size_t i = 30 * n; i < 30 * n + 20; i++)
            trp_mask_set (mask, i, j, k, true);
      structure = trp_structure_new (names[n], (TrpColor){ 200, 30, (uint8_t) n }, mask);
      trp_structure_set_append (set, structure);
    }
  return set;
}

static void
overlap (TrpStructureSet *set)
{
  TrpMask *mask = trp_mask_copy (trp_structure_peek_mask (trp_structure_set_get (set, 0)));
  g_autoptr (TrpStructure) structure = NULL;

  trp_mask_set (mask, 0, 0, 0, true);
  structure = trp_structure_new ("CTV", (TrpColor){ 1, 2, 3 }, mask);
  trp_structure_set_append (set, structure);
}

static unsigned
count_files (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  unsigned n_files = 0;

  while (g_dir_read_name (folder))
    n_files++;
  return n_files;
}

typedef struct
{
  const char *name;   /* of the test */
  const char *file;   /* that is saved */
  const char *broken; /* the end of what the disk gets wrong */
  TrpDiskFault fault;
  gssize at;
  uint8_t flip;
  const char *message;
} BrokenCase;

/* The voxels of a .nii begin at byte 352, those of the second structure end with byte 49 + 70 * 29
 * + 70 * 40 * 6 of them; "value,name,red,green,blue\n1,GTV p,200,30,0\n" has its name at byte 28
 * and its colour at byte 34, a .seg.nrrd its sizes at byte 80. */
static const BrokenCase broken_cases[] = {
  { "a-voxel-more", "a.nii", "a.nii", TRP_DISK_FLIPS_BITS, 352, 1,
    "*\"GTV p\" differs in 1 voxels*" },
  { "a-voxel-of-another", "a.nii", "a.nii", TRP_DISK_FLIPS_BITS, 352 + 49 + 70 * 29 + 2800 * 6, 3,
    "*\"GTV p\" differs in 1 voxels*" },
  { "a-label-of-its-own", "a.nii", "a.nii", TRP_DISK_FLIPS_BITS, 352 + 49 + 70 * 29 + 2800 * 6, 64,
    "*it has 4 structures instead of 3*" },
  { "another-place", "a.nii", "a.nii", TRP_DISK_FLIPS_BITS, 295, 0x80, "*position*" },
  { "cut-short", "a.nii", "a.nii", TRP_DISK_LOSES_BYTES, -9, 0, "*cut short*" },
  { "packed", "a.nii.gz", "a.nii.gz", TRP_DISK_FLIPS_BITS, 60, 1, "*" },
  { "packed-checksum", "a.nii.gz", "a.nii.gz", TRP_DISK_FLIPS_BITS, -8, 1, "*damaged*" },
  { "packed-cut-short", "a.nii.gz", "a.nii.gz", TRP_DISK_LOSES_BYTES, -9, 0, "*" },
  { "a-name", "a.nii.gz", ".labels.csv", TRP_DISK_FLIPS_BITS, 28, 2, "*name of \"GTV p\"*" },
  { "a-colour", "a.nii.gz", ".labels.csv", TRP_DISK_FLIPS_BITS, 36, 1, "*colour of \"GTV p\"*" },
  { "a-table-cut-short", "a.nii.gz", ".labels.csv", TRP_DISK_LOSES_BYTES, -15, 0, "*" },
  { "a-segmentation", "a.seg.nrrd", "a.seg.nrrd", TRP_DISK_FLIPS_BITS, -8, 1, "*damaged*" },
  { "a-segmentation-cut-short", "a.seg.nrrd", "a.seg.nrrd", TRP_DISK_LOSES_BYTES, -30, 0, "*" },
  { "a-size", "a.seg.nrrd", "a.seg.nrrd", TRP_DISK_FLIPS_BITS, 80, 1, "*size*" },
};

static void
test_broken (gconstpointer data)
{
  const BrokenCase *broken = data;
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder (), *path = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  bool ok;

  path = g_build_filename (folder, broken->file, NULL);
  g_assert_true (g_file_set_contents (path, "old", 3, NULL));
  trp_test_break_disk (broken->fault, broken->broken, broken->at, broken->flip);
  ok = trp_structure_set_save (set, path, NULL, &error);
  g_assert_cmpuint (trp_test_count_disk_faults (), ==, 1);
  trp_test_break_disk (TRP_DISK_WORKS, NULL, 0, 0);
  g_assert_false (ok);
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  if (!g_pattern_match_simple (broken->message, error->message))
    g_error ("%s does not match %s", error->message, broken->message);
  g_assert_true (g_str_has_prefix (error->message, broken->file));
  g_assert_nonnull (strstr (error->message, "nothing was replaced"));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_clear_error (&error);
  g_assert_true (trp_structure_set_save (set, path, NULL, &error)); /* and the same set goes */
  trp_test_remove_folder (folder);
}

/* One of three files is wrong: none of them appears. */
static void
test_separate_files_come_together (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (GError) error = NULL;

  overlap (set);
  trp_test_break_disk (TRP_DISK_FLIPS_BITS, "Blase.nii.gz", -8, 1);
  g_assert_false (trp_structure_set_save_separately (set, folder, &error));
  g_assert_nonnull (strstr (error->message, "Blase.nii.gz"));
  trp_test_break_disk (TRP_DISK_WORKS, NULL, 0, 0);
  g_assert_cmpuint (count_files (folder), ==, 0);
  g_clear_error (&error);
  g_assert_true (trp_structure_set_save_separately (set, folder, &error));
  g_assert_cmpuint (count_files (folder), ==, 8);
  trp_test_remove_folder (folder);
}

static void
test_write_protected_spares_all (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *last = g_build_filename (folder, "leer.nii.gz", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (last, "old", 3, NULL));
  g_assert_cmpint (g_chmod (last, 0444), ==, 0);
  g_assert_false (trp_structure_set_save_separately (set, folder, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_cmpuint (count_files (folder), ==, 1);
  trp_test_remove_folder (folder);
}

/* What a label map cannot hold is not missed afterwards: compared with what priority leaves. */
static void
test_priority_is_verified (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (TrpStructureSet) loaded = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii.gz", NULL);
  g_autoptr (GError) error = NULL;

  overlap (set);
  g_assert_false (trp_structure_set_save (set, path, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_true (trp_structure_set_save (set, path, (const char *const[]){ "CTV", NULL }, &error));
  loaded = trp_structure_set_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (trp_mask_is_empty (trp_structure_peek_mask (trp_structure_set_get (loaded, 0))));
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (trp_structure_set_get (loaded, 3))),
                    ==, 20 * 20 * 5 + 1);
  trp_test_remove_folder (folder);
}

/* Names that a table could lose keep nobody from saving. */
static void
test_strange_names (void)
{
  static const char *const names[] = { " a ", "b\t",        "",    "\"",
                                       ",",   "c\nd",       "\\n", "L\xc3\xa4sion 1",
                                       "e\r", "L\xe4sion 2" };
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 3, 3, 3 },
                                                   (const double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  static const char *const files[] = { "a.nii.gz", "a.seg.nrrd" };
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("reading", &geometry);
  g_autofree char *folder = trp_test_make_folder ();

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr (TrpStructure)
        structure = trp_structure_new (names[n], (TrpColor){ 0 }, trp_mask_new (&geometry));

      trp_structure_set_append (set, structure);
    }
  for (size_t n = 0; n < G_N_ELEMENTS (files); n++)
    {
      g_autofree char *path = g_build_filename (folder, files[n], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpStructureSet) loaded = NULL;

      g_assert_true (trp_structure_set_save (set, path, NULL, &error));
      loaded = trp_structure_set_load (path, NULL, &error);
      g_assert_no_error (error);
      for (size_t k = 0; k < G_N_ELEMENTS (names); k++)
        {
          g_autofree char *valid = g_utf8_make_valid (names[k], -1);

          g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (loaded, k)), ==,
                           valid[0] != '\0' ? valid : "Label 3");
        }
    }
  trp_test_remove_folder (folder);
}

static void
test_links_and_rights_stay (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder (), *there = g_build_filename (folder, "t", NULL);
  g_autofree char *real = g_build_filename (there, "real.nii.gz", NULL);
  g_autofree char *link = g_build_filename (folder, "link.nii.gz", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) loaded = NULL;
  GStatBuf status;

  g_assert_cmpint (g_mkdir (there, 0700), ==, 0);
  g_assert_true (g_file_set_contents (real, "old", 3, NULL));
  g_assert_cmpint (g_chmod (real, 0640), ==, 0);
  g_assert_cmpint (symlink (real, link), ==, 0);
  g_assert_true (trp_structure_set_save (set, link, NULL, &error));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (g_stat (real, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0640);
  loaded = trp_structure_set_load (link, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (loaded, 0)), ==, "GTV p");
  trp_test_remove_folder (folder);
}

/* A folder in another file system than the tests' own; NULL without one. */
static char *
make_far_folder (const char *near)
{
  char *far = g_strdup ("/dev/shm/triptych-XXXXXX");
  GStatBuf status, other;

  if (g_mkdtemp (far) && g_stat (far, &status) == 0 && g_stat (near, &other) == 0 &&
      status.st_dev != other.st_dev)
    return far;
  (void) g_rmdir (far);
  g_free (far);
  return NULL;
}

/* The image lies there, its table here: names do not move from one to the other. */
static void
test_links_to_another_file_system (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder (), *there = make_far_folder (folder);
  g_autofree char *link = g_build_filename (folder, "link.nii.gz", NULL);
  g_autofree char *real = there ? g_build_filename (there, "real.nii.gz", NULL) : NULL;
  g_autoptr (TrpStructureSet) loaded = NULL;
  g_autoptr (GError) error = NULL;

  if (!there)
    {
      trp_test_remove_folder (folder);
      g_test_skip ("there is no second file system to write to");
      return;
    }
  g_assert_true (g_file_set_contents (real, "old", 3, NULL));
  g_assert_cmpint (symlink (real, link), ==, 0);
  g_assert_true (trp_structure_set_save (set, link, NULL, &error));
  loaded = trp_structure_set_load (link, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (trp_structure_get_name (trp_structure_set_get (loaded, 0)), ==, "GTV p");
  g_assert_cmpuint (count_files (folder), ==, 2);
  g_assert_cmpuint (count_files (there), ==, 1);
  trp_test_remove_folder (there);
  trp_test_remove_folder (folder);
}

/* Header and voxels in files of their own. */
static void
test_pairs (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.hdr", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStructureSet) loaded = NULL;

  g_assert_true (trp_structure_set_save (set, path, NULL, &error));
  g_assert_cmpuint (count_files (folder), ==, 3);
  loaded = trp_structure_set_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_structure_set_get_size (loaded), ==, 3);
  trp_test_remove_folder (folder);
}

static void
test_no_folder (void)
{
  g_autoptr (TrpStructureSet) set = make_set ();
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_structure_set_save (set, "/no/such/folder/a.nii.gz", NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "a.nii.gz"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (broken_cases); n++)
    {
      g_autofree char *path = g_strconcat ("/structure-file/sees/", broken_cases[n].name, NULL);

      g_test_add_data_func (path, &broken_cases[n], test_broken);
    }
  g_test_add_func ("/structure-file/separate-files-come-together",
                   test_separate_files_come_together);
  g_test_add_func ("/structure-file/write-protected-spares-all", test_write_protected_spares_all);
  g_test_add_func ("/structure-file/priority-is-verified", test_priority_is_verified);
  g_test_add_func ("/structure-file/strange-names", test_strange_names);
  g_test_add_func ("/structure-file/links-and-rights-stay", test_links_and_rights_stay);
  g_test_add_func ("/structure-file/links-to-another-file-system",
                   test_links_to_another_file_system);
  g_test_add_func ("/structure-file/pairs", test_pairs);
  g_test_add_func ("/structure-file/no-folder", test_no_folder);
  return g_test_run ();
}
