/* test-data-list.c - data lists good and hostile
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/csv.h"
#include "core/study/data-list.h"
#include "tests/lib/check.h"

#include <string.h>

static TrpDataList *
parse (const char *text, GError **error)
{
  return trp_data_list_parse (text, strlen (text), "/lists", error);
}

static void
test_reads_columns_in_any_order (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = parse ("fold,ct,site,case,mr,patient\n"
                                        "2,a/ct.nii,Aachen,P1,../mr.nii, Q \n"
                                        ",/abs/ct.nii,,P2,\n",
                                        &error);
  const TrpDataRow *row;

  g_assert_no_error (error);
  g_assert_cmpuint (trp_data_list_get_size (list), ==, 2);
  row = trp_data_list_get (list, 0);
  g_assert_cmpstr (row->name, ==, "P1");
  g_assert_cmpint (row->fold, ==, 2);
  g_assert_cmpstr (row->paths[TRP_DATA_CT], ==, "/lists/a/ct.nii");
  g_assert_cmpstr (row->paths[TRP_DATA_MR], ==, "/mr.nii");
  g_assert_null (row->paths[TRP_DATA_SYNCT]);
  row = trp_data_list_get (list, 1);
  g_assert_cmpstr (row->patient, ==, "P2");
  g_assert_cmpstr (trp_data_list_get (list, 0)->patient, ==, "Q");
  g_assert_cmpint (row->fold, ==, -1);
  g_assert_cmpstr (row->paths[TRP_DATA_CT], ==, "/abs/ct.nii");
  g_assert_null (row->paths[TRP_DATA_MR]);
  g_assert_cmpuint (row->line, ==, 3);
  g_assert_cmpstr (trp_data_list_get_text (list, 0, "site"), ==, "Aachen");
  g_assert_cmpstr (trp_data_list_get_text (list, 1, "site"), ==, "");
  g_assert_null (trp_data_list_get_text (list, 0, "weight"));
  g_assert_cmpuint (trp_data_list_count (list, TRP_DATA_CT), ==, 2);
  g_assert_cmpuint (trp_data_list_count (list, TRP_DATA_MR), ==, 1);
}

static void
test_leaves_slices_out (void)
{
  static const char text[] = "case,ct,leave_out\nA,a.nii,0-3 17\nB,b.nii,\nC,c.nii,1; 2\n";
  static const char *const bad[] = { "case,ct,leave_out\nA,a.nii,3-1\n",
                                     "case,ct,leave_out\nA,a.nii,-2\n",
                                     "case,ct,leave_out\nA,a.nii,1-2-3\n",
                                     "case,ct,leave_out\nA,a.nii,four\n" };
  const bool slices[20] = { true, true, true, true, [17] = true };
  g_autofree char *again = trp_data_slices_to_text (slices, 20);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = parse (text, &error);
  g_autoptr (TrpDataList) part = NULL;

  g_assert_no_error (error);
  for (size_t k = 0; k < 20; k++)
    g_assert_true (trp_data_row_leaves_out (trp_data_list_get (list, 0), k) == slices[k]);
  g_assert_false (trp_data_row_leaves_out (trp_data_list_get (list, 1), 0));
  g_assert_true (trp_data_row_leaves_out (trp_data_list_get (list, 2), 2));
  g_assert_cmpstr (again, ==, "0-3 17");
  part = trp_data_list_select_fold (list, -1, false, &error);
  g_assert_no_error (error);
  g_assert_true (trp_data_row_leaves_out (trp_data_list_get (part, 0), 17));
  for (size_t n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      g_assert_null (parse (bad[n], &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, "Line 2"));
      g_clear_error (&error);
    }
}

static void
test_reads_quotes_mark_and_line_ends (void)
{
  static const char text[] = "\xEF\xBB\xBF"
                             "case,mr,note\r\n"
                             "\"Lee, \"\"J\"\"\",\"a\r\nb.nii\",\r\n"
                             "\r\n"
                             "B,b.nii\r"
                             "C,c.nii,x";
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (trp_data_list_get_size (list), ==, 3);
  g_assert_cmpstr (trp_data_list_get (list, 0)->name, ==, "Lee, \"J\"");
  g_assert_cmpstr (trp_data_list_get (list, 0)->paths[TRP_DATA_MR], ==, "/lists/a\r\nb.nii");
  g_assert_cmpstr (trp_data_list_get (list, 1)->name, ==, "B");
  g_assert_cmpuint (trp_data_list_get (list, 1)->line, ==, 5);
  g_assert_cmpstr (trp_data_list_get_text (list, 1, "note"), ==, "");
  g_assert_cmpuint (trp_data_list_get (list, 2)->line, ==, 6);
}

static void
test_refuses_with_the_line (void)
{
  static const struct
  {
    const char *text;
    const char *pattern;
  } cases[] = {
    { "", "*no header*" },
    { "case,mr\n", "*no cases*" },
    { "\xEF\xBB\xBF", "*no header*" },
    { "mr,ct\na,b\n", "Line 1*\"case\"*" },
    { "case,mr,mr\nA,a,b\n", "Line 1*\"mr\"*twice*" },
    { "case,mr\nA,a.nii,surplus\n", "Line 2*3 fields*2*" },
    { "case,mr\nA,a.nii\n,b.nii\n", "Line 3*no case*" },
    { "case,mr\n  ,b.nii\n", "Line 2*no case*" },
    { "case,mr\nA,a.nii\nA,b.nii\n", "Line 3*\"A\"*twice*" },
    { "case,mr\nA,\n", "Line 2*\"A\"*no file*" },
    { "case,mr,fold\nA,a.nii,one\n", "Line 2*\"one\"*" },
    { "case,mr,fold\nA,a.nii,-1\n", "Line 2*\"-1\"*" },
    { "case,mr,fold\nA,a.nii,1.5\n", "Line 2*\"1.5\"*" },
    { "case,mr,fold\nA,a.nii,99999\n", "Line 2*\"99999\"*" },
    { "case,mr\n\"A,a.nii\n", "*line 2*never closed*" },
    { "case,mr\n\"A\"x,a.nii\n", "Line 2*after a closing quote*" },
    { "case,mr\nA\"B\",a.nii\n", "Line 2*inside an unquoted*" },
    { "case,mr\nA,a\xFF.nii\n", "Line 2*0xFF*" },
    { "case,mr\r\nA,a.nii\r\nB\xC3,b\r\n", "Line 3*0xC3*" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[n].text, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      if (!g_pattern_match_simple (cases[n].pattern, error->message))
        g_error ("\"%s\" is not like \"%s\"", error->message, cases[n].pattern);
    }
}

static void
test_refuses_a_zero_byte (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_data_list_parse ("case,mr\nA,a\0b\n", 14, "/", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

static void
test_survives_every_cut (void)
{
  static const char text[] = "case,mr,\"no\"\"te\"\r\n\"A\",\"a,b\",c\n";

  for (size_t size = 0; size < sizeof text; size++)
    {
      g_autofree char *part = g_memdup2 (text, size); /* exact size: sanitizers see an overrun */
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpDataList) list = trp_data_list_parse (part ? part : "", size, "/", &error);

      g_assert_true ((list != NULL) == (error == NULL));
    }
}

static void
test_selects_folds (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList)
    list = parse ("case,mr,fold,x\nA,a,0,1\nB,b,1,2\nC,c,0,3\nD,d,,4\n", &error);
  g_autoptr (TrpDataList) train = trp_data_list_select_fold (list, 0, false, &error);
  g_autoptr (TrpDataList) validate = trp_data_list_select_fold (list, 0, true, &error);
  g_autoptr (TrpDataList) all = trp_data_list_select_fold (list, -1, false, &error);
  g_autoptr (TrpDataList) none = trp_data_list_select_fold (list, -1, true, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (trp_data_list_get_size (train), ==, 2);
  g_assert_cmpstr (trp_data_list_get (train, 0)->name, ==, "B");
  g_assert_cmpstr (trp_data_list_get (train, 1)->name, ==, "D");
  g_assert_cmpstr (trp_data_list_get_text (train, 1, "x"), ==, "4");
  g_assert_cmpuint (trp_data_list_get_size (validate), ==, 2);
  g_assert_cmpuint (trp_data_list_get_size (all), ==, 4);
  g_assert_cmpuint (trp_data_list_get_size (none), ==, 0);
  g_assert_null (trp_data_list_select_fold (list, 7, false, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

static void
test_refuses_a_fold_that_takes_all (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDataList) list = parse ("case,mr,fold\nA,a,0\nB,b,0\n", &error);

  g_assert_null (trp_data_list_select_fold (list, 0, false, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

static void
test_field_round_trip (void)
{
  static const char *const fields[] = { "plain", "a,b", "say \"hi\"", "two\nlines", "", "\r" };
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  for (size_t n = 0; n < G_N_ELEMENTS (fields); n++)
    {
      g_string_append (line, n ? "," : "");
      trp_csv_append_field (line, fields[n]);
    }
  rows = trp_csv_parse (line->str, line->len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 1);
  for (size_t n = 0; n < G_N_ELEMENTS (fields); n++)
    g_assert_cmpstr (((TrpCsvRow *) rows->pdata[0])->fields[n], ==, fields[n]);
}

static void
test_loads_the_shared_list (void)
{
  g_autofree char *path = trp_test_shared_path ("data/sts_mr_ct/cases.csv");
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (GError) error = NULL;

  if (!path)
    return;
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_data_list_get_size (list), ==, 10);
  for (size_t n = 0; n < 10; n++)
    g_assert_true (
      g_file_test (trp_data_list_get (list, n)->paths[TRP_DATA_MR], G_FILE_TEST_EXISTS));
}

static void
test_load_names_the_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_data_list_load ("/nowhere/cases.csv", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "/nowhere/cases.csv"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data-list/reads-columns-in-any-order", test_reads_columns_in_any_order);
  g_test_add_func ("/data-list/leaves-slices-out", test_leaves_slices_out);
  g_test_add_func ("/data-list/reads-quotes-mark-and-line-ends",
                   test_reads_quotes_mark_and_line_ends);
  g_test_add_func ("/data-list/refuses-with-the-line", test_refuses_with_the_line);
  g_test_add_func ("/data-list/refuses-a-zero-byte", test_refuses_a_zero_byte);
  g_test_add_func ("/data-list/survives-every-cut", test_survives_every_cut);
  g_test_add_func ("/data-list/selects-folds", test_selects_folds);
  g_test_add_func ("/data-list/refuses-a-fold-that-takes-all", test_refuses_a_fold_that_takes_all);
  g_test_add_func ("/csv/field-round-trip", test_field_round_trip);
  g_test_add_func ("/data-list/loads-the-shared-list", test_loads_the_shared_list);
  g_test_add_func ("/data-list/load-names-the-file", test_load_names_the_file);
  return g_test_run ();
}
