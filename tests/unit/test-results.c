/* test-results.c - the long table of results: files, choosing, averages, pairs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/results.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define HEADER "arm,seed,fold,case,patient,structure,slice,metric,value\n"

static TrpResults *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TrpResults *results = trp_results_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return results;
}

static void
what_is_saved_is_loaded (void)
{
  static const double values[] = { 0.1, 1.0 / 3, -0.0, 1e300, NAN, INFINITY, -INFINITY, 12345678 };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "results.csv", NULL);
  g_autoptr (TrpResults) results = trp_results_new (), loaded = NULL;
  g_autoptr (GError) error = NULL;
  TrpResult row = { .arm = "a \"b\", c",
                    .seed = 3,
                    .fold = TRP_RESULT_NONE,
                    .case_name = "01",
                    .patient = "P\xc3\xa4",
                    .metric = "dice" };

  for (int n = 0; n < (int) G_N_ELEMENTS (values); n++)
    {
      row.slice = n;
      row.value = values[n];
      trp_results_add (results, &row);
    }
  g_assert_true (trp_results_save (results, path, &error));
  loaded = trp_results_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_results_get_size (loaded), ==, G_N_ELEMENTS (values));
  for (size_t n = 0; n < G_N_ELEMENTS (values); n++)
    {
      const TrpResult *read = trp_results_get (loaded, n);

      g_assert_cmpstr (read->arm, ==, row.arm);
      g_assert_cmpint (read->seed, ==, 3);
      g_assert_cmpint (read->fold, ==, TRP_RESULT_NONE);
      g_assert_cmpstr (read->patient, ==, row.patient);
      g_assert_cmpstr (read->structure, ==, "");
      g_assert_cmpint (read->slice, ==, (int) n);
      trp_assert_near (read->value, values[n], 0);
    }
  trp_test_remove_folder (folder);
}

static void
the_file_is_as_agreed (void)
{
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autofree char *text = NULL;

  trp_results_add (
    results, &(TrpResult){ "liu", 1, 2, "c7", NULL, "prostate", TRP_RESULT_NONE, "dice", 0.875 });
  trp_results_add (results, &(TrpResult){ "liu", TRP_RESULT_NONE, TRP_RESULT_NONE, "c7", "p1", NULL,
                                          0, "mae", NAN });
  text = trp_results_to_csv (results);
  g_assert_cmpstr (text, ==,
                   HEADER "liu,1,2,c7,c7,prostate,,dice,0.875\n"
                          "liu,,,c7,p1,,0,mae,NaN\n");
}

static void
hostile_tables_get_one_sentence (void)
{
  static const char *const tables[][2] = {
    { "", "no header" },
    { "arm,case,metric\n", "lacks the column \"seed\"" },
    { "arm," HEADER, "\"arm\" is there twice" },
    { HEADER "a,,,c,,,,dice,0.5,9\n", "Line 2 has 10 fields, the header 9" },
    { HEADER ",,,c,,,,dice,0.5\n", "Line 2 has no arm" },
    { HEADER "a,,,,,,,dice,0.5\n", "Line 2 has no case" },
    { HEADER "a,,,c,,,,,0.5\n", "Line 2 has no metric" },
    { HEADER "a,x,,c,,,,dice,0.5\n", "seed \"x\"" },
    { HEADER "a,,-1,c,,,,dice,0.5\n", "fold \"-1\"" },
    { HEADER "a,,,c,,,99999999999,dice,0.5\n", "slice \"99999999999\"" },
    { HEADER "a,,,c,,,,dice,\n", "value \"\"" },
    { HEADER "a,,,c,,,,dice,0,5\n", "10 fields" },
    { HEADER "a,,,c,,,,dice,0x10\n", "value \"0x10\"" },
    { HEADER "a,,,c,,,,dice,nan(3)\n", "value \"nan(3)\"" },
    { HEADER "a,,,c,,,,dice,1e5e\n", "value \"1e5e\"" },
    { HEADER "a,,,c,,,,dice,0.5\nb,,,c,,,,dice,0\na,,,c,c,,,dice,0.7\n", "Line 4 says again" },
    { HEADER "\"a,,,c,,,,dice,0.5\n", "never closed" },
    { HEADER "a\xff,,,c,,,,dice,0.5\n", "no UTF-8" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (tables); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trp_results_parse (tables[n][0], strlen (tables[n][0]), &error));
      g_assert_true (error->domain == TRP_ERROR);
      if (!strstr (error->message, tables[n][1]))
        g_error ("%s: %s", tables[n][1], error->message);
    }
}

static void
a_missing_file_is_told (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_results_load ("no/such/results.csv", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "results.csv"));
}

static void
work_done_again_counts_once (void)
{
  g_autoptr (TrpResults) results = parse (HEADER "a,1,,c,,,,dice,0.5\n"
                                                 "a,2,,c,,,,dice,0.6\n");
  g_autoptr (TrpResults) again = parse (HEADER "a,1,,c,,,,dice,0.7\n"
                                               "a,3,,c,,,,dice,0.8\n");

  trp_results_append (results, again);
  g_assert_cmpuint (trp_results_get_size (results), ==, 3);
  trp_assert_near (trp_results_get (results, 0)->value, 0.7, 0);
  trp_assert_near (trp_results_get (results, 2)->value, 0.8, 0);
}

static const char *const table = HEADER "a,1,0,c1,p1,left,,dice,0.5\n"
                                        "a,1,0,c1,p1,right,,dice,0.7\n"
                                        "a,2,0,c1,p1,left,,dice,0.7\n"
                                        "a,2,0,c1,p1,right,,dice,0.9\n"
                                        "a,1,0,c1,p1,left,4,dice,0.1\n"
                                        "a,1,0,c1,p1,left,5,dice,0.3\n"
                                        "a,1,1,c2,p2,left,,dice,NaN\n"
                                        "a,2,1,c2,p2,left,,dice,0.4\n"
                                        "a,1,1,c3,p3,left,,hd,Infinity\n"
                                        "b,1,0,c1,p1,left,,dice,0.4\n"
                                        "b,1,1,c2,p2,left,,dice,0.2\n"
                                        "b,1,1,c9,p9,left,,dice,0.2\n";

static void
rows_are_chosen (void)
{
  g_autoptr (TrpResults) results = parse (table);
  const int seed = 2, fold = 1;
  const TrpResultFilter whole = { .arm = "a", .metric = "dice", .structure = "left" };
  const TrpResultFilter slices = { .arm = "a", .part = TRP_RESULT_SLICES };
  const TrpResultFilter second = { .seed = &seed, .fold = &fold };
  g_autoptr (GArray) values = trp_results_get_values (results, &whole);
  g_autoptr (GPtrArray) arms = trp_results_list (results, TRP_RESULT_ARM);
  g_autoptr (TrpResults) part = trp_results_select (results, &slices);
  g_autoptr (TrpResults) one = trp_results_select (results, &second);

  g_assert_cmpuint (values->len, ==, 4);
  trp_assert_near (g_array_index (values, double, 1), 0.7, 0);
  g_assert_cmpuint (arms->len, ==, 2);
  g_assert_cmpstr (arms->pdata[1], ==, "b");
  g_assert_cmpuint (trp_results_get_size (part), ==, 2);
  g_assert_cmpint (trp_results_get (part, 1)->slice, ==, 5);
  g_assert_cmpuint (trp_results_get_size (one), ==, 1);
  g_assert_cmpstr (trp_results_get (one, 0)->case_name, ==, "c2");
}

static double
find (const TrpResults *results, const char *arm, const char *case_name, const char *metric)
{
  const TrpResultFilter filter = { .arm = arm, .case_name = case_name, .metric = metric };
  g_autoptr (GArray) values = trp_results_get_values (results, &filter);

  g_assert_cmpuint (values->len, ==, 1);
  return g_array_index (values, double, 0);
}

static void
averages_are_over_what_is_asked (void)
{
  g_autoptr (TrpResults) results = parse (table);
  g_autoptr (TrpResults)
    both = trp_results_average (results, TRP_RESULT_SEED | TRP_RESULT_STRUCTURE);
  g_autoptr (TrpResults) slices = trp_results_average (results, TRP_RESULT_SLICE);

  trp_assert_near (find (both, "a", "c1", "dice"), (0.5 + 0.7 + 0.7 + 0.9) / 4, 1e-15);
  trp_assert_near (find (both, "a", "c2", "dice"), 0.4, 0); /* NaN is left out */
  trp_assert_near (find (both, "a", "c3", "hd"), INFINITY, 0);
  g_assert_cmpstr (trp_results_get (both, 0)->structure, ==, "all");
  g_assert_cmpint (trp_results_get (both, 0)->seed, ==, TRP_RESULT_NONE);
  g_assert_cmpuint (trp_results_get_size (slices), ==, 1);
  trp_assert_near (find (slices, "a", "c1", "dice"), 0.2, 1e-15);
}

static void
cases_of_a_patient_become_one (void)
{
  g_autoptr (TrpResults) results = parse (HEADER "a,,,c1,p,,,mae,10\n"
                                                 "a,,,c2,p,,,mae,30\n"
                                                 "a,,,c3,q,,,mae,7\n"
                                                 "a,,,c1,p,,,hd,3\n"
                                                 "a,,,c2,p,,,hd,Infinity\n");
  g_autoptr (TrpResults) patients = trp_results_average (results, TRP_RESULT_CASE);

  g_assert_cmpuint (trp_results_get_size (patients), ==, 3);
  trp_assert_near (find (patients, "a", "p", "mae"), 20, 0);
  trp_assert_near (find (patients, "a", "p", "hd"), INFINITY, 0); /* not averaged away */
  trp_assert_near (find (patients, "a", "q", "mae"), 7, 0);
}

static void
pairs_agree_in_all_but_the_arm (void)
{
  g_autoptr (TrpResults) results = parse (table);
  const TrpResultFilter dice = { .metric = "dice" };
  g_autoptr (TrpResultPairs) pairs = trp_results_pair (results, &dice, "a", "b");

  g_assert_cmpuint (pairs->n, ==, 2);
  trp_assert_near (pairs->first[0], 0.5, 0);
  trp_assert_near (pairs->second[0], 0.4, 0);
  trp_assert_near (pairs->first[1], NAN, 0);
  g_assert_cmpstr (pairs->rows[1]->case_name, ==, "c2");
  /* of a: right twice, seed 2 left, seed 2 of c2; of b: c9 */
  g_assert_cmpuint (pairs->n_unpaired, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/results/file/round-trip", what_is_saved_is_loaded);
  g_test_add_func ("/results/file/as-agreed", the_file_is_as_agreed);
  g_test_add_func ("/results/file/hostile", hostile_tables_get_one_sentence);
  g_test_add_func ("/results/file/missing", a_missing_file_is_told);
  g_test_add_func ("/results/again", work_done_again_counts_once);
  g_test_add_func ("/results/chosen", rows_are_chosen);
  g_test_add_func ("/results/averages", averages_are_over_what_is_asked);
  g_test_add_func ("/results/patients", cases_of_a_patient_become_one);
  g_test_add_func ("/results/pairs", pairs_agree_in_all_but_the_arm);
  return g_test_run ();
}
