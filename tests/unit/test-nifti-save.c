/* test-nifti-save.c - NIfTI files written: pairs, provenance, disks that are full
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "tests/lib/check.h"
#include "tests/lib/nifti-bytes.h"
#include "tests/lib/volumes.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static TrpVolume *
make_volume (const TrpVolumeInfo *info)
{
  static const double spacing[] = { 1, 2, 3 };
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 4, 3, 2 }, spacing,
                                                   trp_vec3 (5, 6, 7));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (int16_t, 24), 48);

  return trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 0.5, -1024, info, NULL);
}

static void
test_provenance (void)
{
  TrpVolumeInfo info = { .modality = TRP_MODALITY_SYNCT,
                         .provenance = (char *) "{\"model\":\"7f\"}" };
  g_autoptr (TrpVolume) volume = make_volume (&info);

  for (int n = 0; n < 3; n++)
    {
      static const char *const names[] = { "a.nii", "a.nii.gz", "a.hdr" };
      g_autoptr (TrpVolume) again = trp_test_save_and_load (volume, names[n]);
      const TrpVolumeInfo *read = trp_volume_get_info (again);

      g_assert_cmpint (read->modality, ==, TRP_MODALITY_SYNCT);
      g_assert_cmpstr (read->unit, ==, "HU");
      g_assert_nonnull (strstr (read->provenance, "\"model\":\"7f\""));
      trp_test_assert_same_volume (volume, again);
    }
}

static void
test_foreign_comments (void)
{
  static const char *const comments[] = { "not json at all", "{\"half\":", "[1, 2]", "\xff\xfe{" };

  for (size_t n = 0; n < G_N_ELEMENTS (comments); n++)
    {
      TrpTestNifti header = trp_test_nifti ();
      g_autoptr (GByteArray) voxels = trp_test_nifti_values (&header);
      const int32_t head[2] = { 32, 6 };
      char text[24] = { 0 };
      GByteArray *file;
      g_autoptr (TrpVolume) volume = NULL;
      g_autoptr (GError) error = NULL;

      header.voxel_offset = 384;
      file = trp_test_nifti_write (&header, NULL, 0);
      file->data[348] = 1;
      for (int i = 0; i < 2; i++)
        trp_test_put (file, false, &head[i], 4);
      strncpy (text, comments[n], sizeof text - 1);
      g_byte_array_append (file, (uint8_t *) text, sizeof text);
      g_byte_array_append (file, voxels->data, voxels->len);
      volume = trp_test_nifti_parse (file, 0, &error);
      g_assert_no_error (error);
      g_assert_null (trp_volume_get_info (volume)->provenance);
      g_assert_cmpint (trp_volume_get_info (volume)->modality, ==, TRP_MODALITY_UNKNOWN);
      trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
    }
}

static void
test_pairs (void)
{
  static const char *const names[] = { "a.hdr", "a.img", "a.hdr.gz", "a.img.gz" };
  g_autoptr (TrpVolume) volume = make_volume (NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr (TrpVolume) again = trp_test_save_and_load (volume, names[n]);

      trp_test_assert_same_volume (volume, again);
      g_assert_cmpstr (trp_volume_get_info (again)->format, ==, "nifti1");
    }
}

static void
test_pair_without_image (void)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.hdr", NULL);
  g_autofree char *image = g_build_filename (folder, "a.img", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_unlink (image);
  g_assert_null (trp_volume_load (path, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "a.hdr: "));
  trp_test_remove_folder (folder);
}

/* The disk is full half way: simulated with a limit on file sizes. */
static void
test_full_disk_keeps_old_file (void)
{
  const struct rlimit small = { 40, RLIM_INFINITY };
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  struct rlimit usual;
  size_t n_before, n_after;
  bool ok;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &(struct rlimit){ small.rlim_cur, usual.rlim_max }), ==,
                   0);
  ok = trp_volume_save (volume, path, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "a.nii "));
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "a.nii"); /* nothing else is left behind */
  g_assert_null (g_dir_read_name (dir));
  trp_test_remove_folder (folder);
}

static void
test_read_only_folder (void)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii.gz", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (folder, 0500), ==, 0);
  if (access (folder, W_OK) == 0)
    g_test_skip ("this user may write everywhere");
  else
    {
      g_assert_false (trp_volume_save (volume, path, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
    }
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  trp_test_remove_folder (folder);
}

/* A save over the file that is mapped by the volume being saved. */
static void
test_save_over_itself (void)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) loaded = NULL;
  g_autoptr (TrpVolume) again = NULL;

  g_assert_true (trp_volume_save (volume, path, &error));
  loaded = trp_volume_load (path, NULL, &error);
  g_assert_true (trp_volume_save (loaded, path, &error));
  again = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  trp_test_assert_same_volume (loaded, again);
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nifti/refuses/pair-without-image", test_pair_without_image);
  g_test_add_func ("/nifti/extension/provenance", test_provenance);
  g_test_add_func ("/nifti/extension/foreign-comments", test_foreign_comments);
  g_test_add_func ("/nifti/save/pairs", test_pairs);
  g_test_add_func ("/nifti/save/full-disk-keeps-old-file", test_full_disk_keeps_old_file);
  g_test_add_func ("/nifti/save/read-only-folder", test_read_only_folder);
  g_test_add_func ("/nifti/save/over-itself", test_save_over_itself);
  return g_test_run ();
}
