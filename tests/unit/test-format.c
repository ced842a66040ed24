/* test-format.c - which format reads and writes what, and whose name errors carry
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "tests/lib/check.h"
#include "tests/lib/nifti-bytes.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
put (const char *folder, const char *name, const void *bytes, size_t size)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  return path;
}

static void
assert_refused (const char *path, int code, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);

  g_assert_null (trp_volume_load (path, NULL, &error));
  g_assert_error (error, TRP_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, name));
  g_assert_null (strstr (error->message + strlen (name), name)); /* once is enough */
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("\"%s\" does not match \"%s\"", error->message, pattern);
}

static void
test_content_before_name (void)
{
  static const char *const names[] = { "a.dcm", "a.nrrd", "a", "a.png", "a.gz" };
  const TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = trp_test_nifti_write (&header, (const uint8_t[48]){ 1 }, 48);
  g_autofree char *folder = trp_test_make_folder ();

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = put (folder, names[n], file->data, file->len);
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpVolume) volume = trp_volume_load (path, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (trp_volume_get_info (volume)->format, ==, "nifti1");
      g_assert_cmpstr (trp_volume_get_info (volume)->source, ==, path);
      g_assert_cmpstr (trp_volume_get_info (volume)->description, ==, names[n]);
    }
  trp_test_remove_folder (folder);
}

static void
test_refuses (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *empty = put (folder, "empty.nii", "", 0);
  g_autofree char *text = put (folder, "text.nii", "this is a letter", 16);
  g_autofree char *absent = g_build_filename (folder, "absent.nii", NULL);
  g_autofree char *hollow = g_build_filename (folder, "hollow", NULL);

  g_assert_cmpint (g_mkdir (hollow, 0700), ==, 0);
  assert_refused (empty, TRP_ERROR_FORMAT, "*empty*");
  assert_refused (text, TRP_ERROR_UNSUPPORTED, "*not an image*");
  assert_refused (absent, TRP_ERROR_IO, "*No such file*");
  assert_refused (hollow, TRP_ERROR_UNSUPPORTED, "*no DICOM*");
  assert_refused ("/dev/null", TRP_ERROR_IO, "*neither a file nor a folder*");
  trp_test_remove_folder (folder);
}

static void
test_for_saving (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_format_find_for_saving ("x/a.nii.gz", NULL) == &trp_format_nifti);
  g_assert_true (trp_format_find_for_saving ("A.NII", NULL) == &trp_format_nifti);
  g_assert_null (trp_format_find_for_saving ("a.jpeg", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, ".nii.gz"));
  g_clear_error (&error);
  g_assert_null (trp_format_find_for_saving (".nii", &error)); /* a name must be left */
}

static void
test_stem (void)
{
  static const char *const cases[][2] = {
    { "x/mr.nii.gz", "mr" }, { "mr.nii", "mr" },   { "a.b.nii", "a.b" },
    { "folder/", "folder" }, { "plain", "plain" }, { "a.IMG.gz", "a" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *stem = trp_format_dup_stem (cases[n][0]);

      g_assert_cmpstr (stem, ==, cases[n][1]);
    }
}

static void
test_series (void)
{
  const TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = trp_test_nifti_write (&header, (const uint8_t[48]){ 1 }, 48);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = put (folder, "mr.nii", file->data, file->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = trp_series_list (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpstr (((TrpSeries *) list->pdata[0])->description, ==, "mr");
  g_assert_null (trp_series_list ("absent.nii", NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "absent.nii: "));
  trp_test_remove_folder (folder);
}

static void
test_save_names_the_file (void)
{
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 1, 1, 1 },
                                                   (const double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_volume_save (volume, "/no/such/folder/out.nii", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "out.nii"));
  g_assert_null (strstr (error->message + 3, "out.nii"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/content-before-name", test_content_before_name);
  g_test_add_func ("/format/refuses", test_refuses);
  g_test_add_func ("/format/for-saving", test_for_saving);
  g_test_add_func ("/format/stem", test_stem);
  g_test_add_func ("/format/series", test_series);
  g_test_add_func ("/format/save-names-the-file", test_save_names_the_file);
  return g_test_run ();
}
