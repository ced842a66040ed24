/* test-result-files.c - which files a result was measured on
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/result-files.h"
#include "tests/lib/check.h"

static void
test_round_trip (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "files.csv", NULL);
  g_autofree char *inside = g_build_filename (folder, "nodes", "a, b.nii.gz", NULL);
  g_autoptr (GPtrArray)
    files = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_result_files_free);
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  TrpResultFiles *row = g_new0 (TrpResultFiles, 1);
  TrpResult result = { .arm = "ssim on CT", .seed = 3, .fold = TRP_RESULT_NONE, .case_name = "7" };
  const TrpResultFiles *found;

  row->arm = g_strdup ("ssim on CT");
  row->seed = 3;
  row->fold = TRP_RESULT_NONE;
  row->case_name = g_strdup ("7");
  row->ct = g_strdup ("/elsewhere/ct.nii.gz");
  row->test = g_strdup (inside);
  g_ptr_array_add (files, row);
  row = g_new0 (TrpResultFiles, 1); /* the same arm was compared by structures too */
  row->arm = g_strdup ("ssim on CT");
  row->seed = 3;
  row->fold = TRP_RESULT_NONE;
  row->case_name = g_strdup ("7");
  row->are_structures = true;
  g_ptr_array_add (files, row);
  text = trp_result_files_to_csv (files, folder);
  g_assert_nonnull (strstr (text, "ssim on CT,3,,7,images,,/elsewhere/ct.nii.gz,,,,"
                                  "\"nodes/a, b.nii.gz\"\n"));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  again = trp_result_files_load (path, &error);
  g_assert_no_error (error);
  found = trp_result_files_find (again, &result);
  g_assert_nonnull (found);
  g_assert_false (found->are_structures);
  g_assert_null (found->mr);
  g_assert_cmpstr (found->ct, ==, "/elsewhere/ct.nii.gz");
  g_assert_cmpstr (found->test, ==, inside);
  g_assert_true (trp_result_files_find (again, &result) == found);
  result.structure = "Liver";
  g_assert_true (trp_result_files_find (again, &result) == again->pdata[1]);
  result.seed = 4;
  g_assert_null (trp_result_files_find (again, &result));
  trp_test_remove_folder (folder);
}

static void
test_hostile_tables (void)
{
  static const char *const texts[] = { "arm,seed\na,1\n",
                                       "arm,seed,fold,case,kind,mr,ct,synct,synmr,reference,test\n"
                                       "a,one,,c,images,,,,,,\n",
                                       "\"arm" };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "files.csv", NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, texts[n], -1, NULL));
      g_assert_null (trp_result_files_load (path, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
    }
  trp_test_remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/result-files/round-trip", test_round_trip);
  g_test_add_func ("/result-files/hostile-tables", test_hostile_tables);
  return g_test_run ();
}
