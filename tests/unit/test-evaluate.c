/* test-evaluate.c - numbers of a case, tables of a study, reports
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Images and contours are boxes, so that every number has a closed form.
 * tests/reference/check-evaluate.py compares a whole cohort with numpy and scipy.
 */

#include "core/base/json.h"
#include "core/io/format.h"
#include "core/method/evaluate-list.h"
#include "core/study/study-figures.h"
#include "core/study/study-report.h"
#include "core/study/summary.h"
#include "tests/lib/check.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N 24
#define N_SLICES 4
#define ROUNDING 1e-9 /* sums of some thousand doubles */

static const TrpResult key = {
  .arm = "net", .seed = 7, .fold = 1, .case_name = "c1", .patient = "p1"
};

static TrpGeometry
get_grid (void)
{
  const size_t size[3] = { N, N, N_SLICES };

  return trp_geometry_axial (size, (const double[]){ 1, 1, 5 }, trp_vec3 (0, 0, 0));
}

/* Air, and @value in the middle 12 x 12 pixels of every slice; in slice 2 @other. */
static TrpVolume *
make_image (int16_t value, int16_t other)
{
  const TrpGeometry geometry = get_grid ();
  int16_t *voxels = g_new (int16_t, N * N * N_SLICES);
  g_autoptr (GBytes) bytes = NULL;
  TrpVolume *volume;

  for (size_t k = 0; k < N_SLICES; k++)
    for (size_t j = 0; j < N; j++)
      for (size_t i = 0; i < N; i++)
        voxels[i + N * (j + N * k)] = i < 6 || i >= 18 || j < 6 || j >= 18 ? -1000
                                      : k == 2                             ? other
                                                                           : value;
  bytes = g_bytes_new_take (voxels, N * N * N_SLICES * sizeof *voxels);
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
  g_assert_nonnull (volume);
  return volume;
}

/* A box of 4 x 4 pixels from (@i, 8) in slices 1 and 2; nothing with a size of 0. */
static TrpStructure *
make_structure (const char *name, size_t i, size_t size)
{
  const TrpGeometry geometry = get_grid ();
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 1; k < 3; k++)
    for (size_t y = 0; y < size; y++)
      for (size_t x = 0; x < size; x++)
        trp_mask_set (mask, i + x, 8 + y, k, true);
  return trp_structure_new (name, trp_color_get_default (0), mask);
}

static void
append (TrpStructureSet *set, const char *name, size_t i, size_t size)
{
  g_autoptr (TrpStructure) structure = make_structure (name, i, size);

  trp_structure_set_append (set, structure);
}

static TrpStructureSet *
make_set (const char *name)
{
  const TrpGeometry geometry = get_grid ();

  return trp_structure_set_new (name, &geometry);
}

static double
find (const TrpResults *results, const char *structure, int slice, const char *metric)
{
  for (size_t n = 0; n < trp_results_get_size (results); n++)
    {
      const TrpResult *row = trp_results_get (results, n);

      if (row->slice == slice && strcmp (row->metric, metric) == 0 &&
          strcmp (row->structure, structure) == 0)
        return row->value;
    }
  g_error ("no row %s of %s in %d", metric, structure, slice);
}

static bool
has (const TrpResults *results, const char *structure, const char *metric)
{
  const TrpResultFilter filter = { .structure = structure,
                                   .metric = metric,
                                   .part = TRP_RESULT_CASES_AND_SLICES };
  g_autoptr (GArray) values = trp_results_get_values (results, &filter);

  return values->len > 0;
}

/* In the body 40 HU too much, in slice 2 80: mean 50, over the whole image a quarter of that. */
static void
images_have_closed_forms (void)
{
  g_autoptr (TrpVolume) reference = make_image (10, 20), test = make_image (50, 100);
  g_autoptr (TrpResults) results = trp_results_new ();
  const TrpEvaluateOptions options = { .slices = true };
  const TrpResult *row;
  g_autoptr (GError) error = NULL;

  g_assert_true (
    trp_evaluate_images (results, &key, reference, test, NULL, &options, NULL, &error));
  row = trp_results_get (results, 0);
  g_assert_cmpstr (row->arm, ==, "net");
  g_assert_cmpint (row->seed, ==, 7);
  g_assert_cmpint (row->fold, ==, 1);
  g_assert_cmpstr (row->patient, ==, "p1");
  trp_assert_near (find (results, "body", TRP_RESULT_NONE, "mae"), 50, ROUNDING);
  trp_assert_near (find (results, "body", TRP_RESULT_NONE, "me"), 50, ROUNDING);
  trp_assert_near (find (results, "body", TRP_RESULT_NONE, "rmse"), sqrt ((3 * 1600 + 6400) / 4.0),
                   ROUNDING);
  trp_assert_near (find (results, "", TRP_RESULT_NONE, "mae"), 12.5, ROUNDING);
  trp_assert_near (find (results, "", TRP_RESULT_NONE, "psnr"), 10 * log10 (4095.0 * 4095 / 700),
                   ROUNDING); /* 2800 / 4 */
  trp_assert_near (find (results, "", TRP_RESULT_NONE, "outline_dice"), 1, 0);
  trp_assert_near (find (results, "body", 1, "mae"), 40, ROUNDING);
  trp_assert_near (find (results, "body", 2, "mae"), 80, ROUNDING);
  trp_assert_near (find (results, "", 3, "outline_dice"), 1, 0);
}

static void
images_are_clipped_if_asked (void)
{
  g_autoptr (TrpVolume) reference = make_image (10, 20), test = make_image (50, 100);
  g_autoptr (TrpResults) results = trp_results_new ();
  const TrpEvaluateOptions options = {
    .slices = true, .clip = true, .clip_low = -500, .clip_high = 30
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (
    trp_evaluate_images (results, &key, reference, test, NULL, &options, NULL, &error));
  trp_assert_near (find (results, "body", TRP_RESULT_NONE, "mae"), (3 * 20 + 10) / 4.0, ROUNDING);
  trp_assert_near (find (results, "body", 2, "mae"), 10, ROUNDING);
}

static void
a_body_may_be_given (void)
{
  g_autoptr (TrpVolume) reference = make_image (10, 20), test = make_image (50, 100);
  g_autoptr (TrpStructure) body = make_structure ("body", 8, 4); /* half of it in slice 2 */
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_evaluate_images (results, &key, reference, test,
                                      trp_structure_peek_mask (body), NULL, NULL, &error));
  trp_assert_near (find (results, "body", TRP_RESULT_NONE, "mae"), 60, ROUNDING);
}

/* Two values in each image, one for the body and one for air: all information is shared. */
static void
dependence_is_the_entropy_of_equal_parts (void)
{
  const double p = 0.25, entropy = -(p * log (p) + (1 - p) * log (1 - p));
  g_autoptr (TrpVolume) mr = make_image (10, 10), synct = make_image (-50, -50);
  g_autoptr (TrpResults) results = trp_results_new ();
  const TrpEvaluateOptions options = { .slices = true };
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_evaluate_dependence (results, &key, mr, synct, &options, NULL, &error));
  trp_assert_near (find (results, "", TRP_RESULT_NONE, "mi"), entropy, ROUNDING);
  trp_assert_near (find (results, "", TRP_RESULT_NONE, "nmi"), 2, ROUNDING);
  trp_assert_near (find (results, "", 3, "mi"), entropy, ROUNDING);
}

/* Boxes shifted by one of their four pixels: Dice 3/4, Hausdorff 1 mm. */
static void
structures_have_closed_forms (void)
{
  g_autoptr (TrpStructureSet) reference = make_set ("reference"), test = make_set ("test");
  g_autoptr (TrpResults) results = trp_results_new ();
  const TrpEvaluateOptions options = { .slices = true };
  g_autoptr (GError) error = NULL;

  append (reference, "Prostate", 8, 4);
  append (reference, "Bladder", 14, 4);
  append (test, "prostate", 9, 4);
  g_assert_true (trp_evaluate_structures (results, &key, reference, test, &options, NULL, &error));
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "dice"), 0.75, ROUNDING);
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "iou"), 0.6, ROUNDING);
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "hd"), 1, ROUNDING);
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "volume_ml"), 0.16, ROUNDING);
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "volume_difference_ml"), 0,
                   ROUNDING);
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "nsd@1"), 1, ROUNDING);
  trp_assert_near (find (results, "Prostate", 1, "dice"), 0.75, ROUNDING);
  g_assert_false (has (results, "Bladder", "dice")); /* nobody looked for it */
}

/* What was looked for and is missing is a miss, on either side. */
static void
missing_structures_count (void)
{
  static const char *const expected[] = { "bladder", "Rectum", NULL };
  g_autoptr (TrpStructureSet) reference = make_set ("reference"), test = make_set ("test");
  g_autoptr (TrpResults) results = trp_results_new ();
  const TrpEvaluateOptions options = { .expected = expected };
  g_autoptr (GError) error = NULL;

  append (reference, "Bladder", 8, 4);
  append (reference, "Prostate", 8, 4);
  append (test, "Rectum", 9, 4);
  g_assert_true (trp_evaluate_structures (results, &key, reference, test, &options, NULL, &error));
  trp_assert_near (find (results, "Bladder", TRP_RESULT_NONE, "dice"), 0, 0);
  trp_assert_near (find (results, "Bladder", TRP_RESULT_NONE, "hd"), INFINITY, 0);
  trp_assert_near (find (results, "Bladder", TRP_RESULT_NONE, "volume_ml"), 0, 0);
  trp_assert_near (find (results, "Rectum", TRP_RESULT_NONE, "dice"), 0, 0);
  trp_assert_near (find (results, "Rectum", TRP_RESULT_NONE, "volume_reference_ml"), 0, 0);
  g_assert_false (has (results, "Prostate", "dice"));
}

/* Label 1 of one site is not label 1 of another, unless nobody says what it is. */
static void
labels_join_only_what_has_no_name (void)
{
  g_autoptr (TrpStructureSet) reference = make_set ("reference"), named = make_set ("named");
  g_autoptr (TrpStructureSet) unnamed = make_set ("unnamed");
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autoptr (GError) error = NULL;

  append (reference, "Prostate", 8, 4);
  append (named, "Rectum", 8, 4);
  append (unnamed, "Label 1", 8, 4);
  g_assert_false (trp_evaluate_structures (results, &key, reference, named, NULL, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_cmpuint (trp_results_get_size (results), ==, 0);
  g_clear_error (&error);
  g_assert_true (trp_evaluate_structures (results, &key, reference, unnamed, NULL, NULL, &error));
  trp_assert_near (find (results, "Prostate", TRP_RESULT_NONE, "dice"), 1, 0);
}

static void
failures_leave_nothing_behind (void)
{
  const size_t size[3] = { 8, 8, 2 };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (256), 256);
  g_autoptr (TrpVolume) other = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
  g_autoptr (TrpVolume) image = make_image (0, 0);
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .begin = 0, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_evaluate_images (results, &key, image, other, NULL, NULL, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (trp_evaluate_images (results, &key, image, image, NULL, NULL, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (trp_results_get_size (results), ==, 0);
}

/* ---- tables ---- */

static TrpResults *
parse (const char *rows)
{
  g_autofree char *text = g_strconcat ("arm,seed,fold,case,patient,structure,slice,metric,value\n",
                                       rows, NULL);
  g_autoptr (GError) error = NULL;
  TrpResults *results = trp_results_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return results;
}

static const char *const study = "a,1,,c1,p1,left,,dice,0.8\n"
                                 "a,2,,c1,p1,left,,dice,0.9\n"
                                 "a,1,,c2,p1,left,,dice,0.6\n"
                                 "a,2,,c2,p1,left,,dice,0.7\n"
                                 "a,1,,c3,p2,left,,dice,0.5\n"
                                 "a,2,,c3,p2,left,,dice,0.6\n"
                                 "b,1,,c1,p1,left,,dice,0.4\n"
                                 "b,1,,c2,p1,left,,dice,0.4\n"
                                 "b,1,,c3,p2,left,,dice,0.45\n"
                                 "o1 vs o2,,,c1,p1,left,,dice,0.9\n"
                                 "o1 vs o2,,,c3,p2,left,,dice,0.8\n"
                                 "o1 vs o3,,,c1,p1,left,,dice,0.7\n"
                                 "o1 vs o3,,,c3,p2,left,,dice,0.3\n"
                                 "a,1,,c1,p1,left,4,dice,0.3\n"
                                 "a,1,,c1,p1,left,5,dice,0.2\n"
                                 "a,1,,c1,p1,left,,hd,Infinity\n"
                                 "a,2,,c1,p1,left,,hd,4\n";

static void
cases_count_once_in_summaries (void)
{
  g_autoptr (TrpResults) results = parse (study);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpStudySummary) summary = trp_study_summary_new (results, NULL, &error);
  const TrpSummaryRow *rows;
  size_t n;

  g_assert_no_error (error);
  rows = trp_study_summary_peek_rows (summary, &n);
  g_assert_cmpuint (n, ==, 5); /* a, b, two pairs of observers; hd of a */
  g_assert_cmpstr (rows[0].arm, ==, "a");
  g_assert_cmpuint (rows[0].numbers.n, ==, 3);
  trp_assert_near (rows[0].numbers.mean, (0.85 + 0.65 + 0.55) / 3, 1e-12);
  g_assert_cmpuint (rows[0].n_seeds, ==, 2);
  trp_assert_near (rows[0].seed_sd, 0.1 / sqrt (2), 1e-12); /* means differ by 0.1 */
  trp_assert_near (rows[1].seed_sd, NAN, 0);
  g_assert_cmpstr (rows[4].metric, ==, "hd");
  g_assert_cmpuint (rows[4].numbers.n_infinite, ==, 1); /* one seed found nothing */
}

/* Patients p1 and p2: a 0.75 and 0.55, b 0.4 and 0.45. */
static void
patients_count_once_in_tests (void)
{
  g_autoptr (TrpResults) results = parse (study);
  g_autoptr (TrpStudySummary) summary = trp_study_summary_new (results, "b", NULL);
  const TrpComparison *comparisons;
  size_t n;

  comparisons = trp_study_summary_peek_comparisons (summary, &n);
  g_assert_cmpuint (n, ==, 1); /* observers are not compared with arms */
  g_assert_cmpstr (comparisons->first, ==, "a");
  g_assert_cmpstr (comparisons->second, ==, "b");
  g_assert_cmpuint (comparisons->t.n, ==, 2);
  trp_assert_near (comparisons->t.difference, (0.35 + 0.1) / 2, 1e-12);
  trp_assert_near (comparisons->wilcoxon.p, 0.5, 0); /* 2 / 2^2 */
  trp_assert_near (comparisons->t_holm, comparisons->t.p, 0);
}

static void
holm_is_over_a_metric (void)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (TrpResults) results = NULL;
  g_autoptr (TrpStudySummary) summary = NULL;
  const TrpComparison *comparisons;
  size_t n;

  for (int c = 0; c < 6; c++)
    for (int s = 0; s < 2; s++)
      g_string_append_printf (rows, "a,,,c%d,,s%d,,dice,%d\nb,,,c%d,,s%d,,dice,%d\n", c, s, c * c,
                              c, s,
                              s == 0   ? -1 - c
                              : c == 3 ? 0
                                       : 20 + c);
  g_string_append (rows, "a,,,c0,,s0,,mae,1\nb,,,c0,,s0,,mae,2\n");
  results = parse (rows->str);
  summary = trp_study_summary_new (results, NULL, NULL);
  comparisons = trp_study_summary_peek_comparisons (summary, &n);
  g_assert_cmpuint (n, ==, 3);
  trp_assert_near (comparisons[0].wilcoxon.p, 2.0 / 64, 0); /* a is always larger */
  trp_assert_near (comparisons[0].wilcoxon_holm, 4.0 / 64, 0);
  trp_assert_near (comparisons[0].wilcoxon_bonferroni, 4.0 / 64, 0);
  g_assert_cmpfloat (comparisons[1].wilcoxon.p, >, 2.0 / 64);
  trp_assert_near (comparisons[1].wilcoxon_holm,
                   fmax (comparisons[1].wilcoxon.p, comparisons[0].wilcoxon_holm), 0);
  trp_assert_near (comparisons[2].t_holm, NAN, 0); /* one patient */
}

/* Pairs of observers: means 0.85 and 0.5, SDs 0.1 / sqrt 2 and 0.4 / sqrt 2. */
static void
interobserver_of_all_pairs (void)
{
  g_autoptr (TrpResults) results = parse (study);
  g_autoptr (TrpStudySummary) summary = trp_study_summary_new (results, NULL, NULL);
  const TrpInterobserverRow *rows;
  size_t n;

  rows = trp_study_summary_peek_interobserver (summary, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (rows->numbers.n_pairs, ==, 2);
  trp_assert_near (rows->numbers.mean, 0.675, 1e-12);
  trp_assert_near (rows->numbers.sd, sqrt ((0.005 + 0.08) / 2), 1e-12);
}

/* On the MR 0.8 and 0.6, on the CT 0.9: three pairs, but of two kinds. */
static void
observers_on_mr_and_ct_are_kept_apart (void)
{
  g_autoptr (TrpResults) results = parse ("mr_a vs b,,,c1,p1,left,,dice,0.8\n"
                                          "mr_a vs c,,,c1,p1,left,,dice,0.6\n"
                                          "ct_a vs ct_b,,,c1,p1,left,,dice,0.9\n"
                                          "b vs c,,,c1,p1,left,,dice,0.7\n");
  g_autoptr (TrpStudySummary) summary = trp_study_summary_new (results, NULL, NULL);
  const TrpInterobserverRow *rows;
  size_t n;

  rows = trp_study_summary_peek_interobserver (summary, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (rows[0].modality, ==, "MR");
  g_assert_cmpuint (rows[0].numbers.n_pairs, ==, 3);
  trp_assert_near (rows[0].numbers.mean, 0.7, 1e-12);
  g_assert_cmpstr (rows[1].modality, ==, "CT");
  g_assert_cmpuint (rows[1].numbers.n_pairs, ==, 1);
  trp_assert_near (rows[1].numbers.mean, 0.9, 1e-12);
}

static void
unknown_baselines_are_told (void)
{
  g_autoptr (TrpResults) results = parse (study), none = parse ("");
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_study_summary_new (results, "c", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "a, b, o1 vs o2"));
  g_clear_error (&error);
  g_assert_null (trp_study_summary_new (none, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
}

static void
the_worst_slice_is_found (void)
{
  g_autoptr (TrpResults) results = parse (study);
  const TrpResult *dice = trp_results_get (results, 0), *hd = trp_results_get (results, 15);
  size_t slice;

  g_assert_cmpstr (hd->metric, ==, "hd");
  g_assert_true (trp_results_find_worst_slice (results, dice, &slice));
  g_assert_cmpuint (slice, ==, 5);
  g_assert_true (trp_results_find_worst_slice (results, hd, &slice)); /* by its Dice */
  g_assert_cmpuint (slice, ==, 5);
  g_assert_false (trp_results_find_worst_slice (results, trp_results_get (results, 6), &slice));
}

/* Each point of a box answers with its row. */
static void
points_lead_to_rows (void)
{
  g_autoptr (TrpResults) results = parse (study);
  g_autoptr (TrpFigure) figure = trp_results_draw_boxes (results, "dice");
  g_autoptr (TrpFigure) profile = trp_results_draw_profile (results, trp_results_get (results, 0));
  bool seen[3] = { false };

  for (int y = 0; y < 250; y += 2)
    for (int x = 0; x < 400; x += 2)
      {
        TrpFigureHit hit;

        if (!trp_figure_find (figure, 400, 250, TRP_FIGURE_SCREEN, x, y, &hit))
          continue;
        trp_assert_near (hit.y, trp_results_get (results, hit.id)->value, 0);
        g_assert_cmpstr (hit.name, ==, trp_results_get (results, hit.id)->case_name);
        seen[hit.id == 0 ? 0 : hit.id == 7 ? 1 : 2] = true;
      }
  g_assert_true (seen[0] && seen[1] && seen[2]);
  g_assert_nonnull (profile);
}

static void
reports_are_whole_and_repeat (void)
{
  static const char *const names[] = { "results.csv",      "summary.csv",     "comparisons.csv",
                                       "summary.json",     "report.pdf",      "figures/dice.pdf",
                                       "figures/dice.svg", "figures/dice.png" };
  static const char *const notes[] = { "17 rows", NULL };
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (TrpResults) results = parse (study);
  const TrpStudyReportOptions options = { "Test", notes, NULL };
  g_autoptr (GError) error = NULL;

  for (size_t n = 0; n < 2; n++)
    {
      g_autofree char *out = g_strdup_printf ("%s/%zu", folder, n);

      g_assert_true (trp_study_report_write (results, out, &options, NULL, &error));
      g_assert_no_error (error);
    }
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *first = g_strdup_printf ("%s/0/%s", folder, names[n]);
      g_autofree char *second = g_strdup_printf ("%s/1/%s", folder, names[n]);
      g_autofree char *a = NULL, *b = NULL;
      gsize size_a, size_b;

      g_assert_true (g_file_get_contents (first, &a, &size_a, &error));
      g_assert_true (g_file_get_contents (second, &b, &size_b, &error));
      if (!g_str_has_suffix (first, ".svg")) /* cairo counts its surfaces there */
        g_assert_cmpmem (a, size_a, b, size_b);
      if (g_str_has_suffix (first, ".json"))
        {
          g_autoptr (JsonNode) node = trp_json_parse (a);

          g_assert_nonnull (node);
          g_assert_nonnull (strstr (a, "\"n_infinite\":1"));
          g_assert_nonnull (strstr (a, "\"NaN\""));
        }
    }
  trp_test_remove_folder (folder);
}

/* ---- lists ---- */

static TrpDataList *
parse_list (const char *text, const char *folder)
{
  g_autoptr (GError) error = NULL;
  TrpDataList *list = trp_data_list_parse (text, strlen (text), folder, &error);

  g_assert_no_error (error);
  return list;
}

static void
lists_without_work_are_told (void)
{
  g_autoptr (TrpDataList) list = parse_list ("case,mr,ct\na,x.nii,\nb,,y.nii\n", "/nowhere");
  static const char *const readings[] = { "mr_observer_1", NULL };
  TrpEvaluateList run = { .list = list, .seed = TRP_RESULT_NONE };
  GPtrArray *problems = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_evaluate_list (&run, &problems, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "anything to compare"));
  g_clear_error (&error);
  run.readings = readings;
  g_assert_null (trp_evaluate_list (&run, &problems, NULL, &error));
  g_assert_nonnull (strstr (error->message, "no column \"mr_observer_1\""));
  g_assert_null (problems);
}

static const char named_lists[] = "case,synct,ct_on_mr,mr_structures,mr_observer_1\n"
                                  "a,x.nii,y.nii,,\nb,,,s.nii,o.nii\n";

/* A second arm of the same name would replace the numbers of the first. */
static void
arms_of_one_name_are_refused (void)
{
  g_autoptr (TrpDataList) list = parse_list (named_lists, "/nowhere");
  static const char *const twice[] = { "mr_observer_1", "mr_observer_1", NULL };
  const TrpEvaluateModel versus = { .name = "one vs two" };
  TrpEvaluateList run = { .list = list, .seed = TRP_RESULT_NONE, .readings = twice };
  GPtrArray *problems = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_evaluate_list (&run, &problems, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "both be called \"mr_observer_1"));
  g_clear_error (&error);
  run = (TrpEvaluateList){ .list = list, .models = &versus, .n_models = 1 };
  g_assert_null (trp_evaluate_list (&run, &problems, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "\"one vs two\""));
  g_assert_null (problems);
}

static void
save_labels (const char *folder, const char *name, const char *structure, const uint8_t values[4])
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 4, 1, 1 },
                                               (const double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  g_autoptr (GBytes) bytes = g_bytes_new (values, 4);
  g_autoptr (TrpVolume) volume = trp_volume_new (&grid, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *names = g_build_filename (folder, "labels.csv", NULL);
  g_autofree char *text = g_strdup_printf ("value,name,red,green,blue\n1,%s,1,2,3\n", structure);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (names, text, -1, NULL));
}

/* "Bladder" and "bladder" are one structure also where one of them was not found. */
static void
a_miss_counts_however_it_is_spelt (void)
{
  static const uint8_t full[] = { 0, 1, 1, 0 }, other[] = { 0, 2, 0, 0 };
  static const char *const readings[] = { "mr_observer_1", NULL };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *first = g_build_filename (folder, "1", NULL);
  g_autofree char *second = g_build_filename (folder, "2", NULL);
  g_autoptr (TrpDataList) list = parse_list ("case,mr_structures,mr_observer_1\n"
                                             "a,1/a.nii,2/a.nii\nb,1/a.nii,2/b.nii\n",
                                             folder);
  const TrpEvaluateList run = { .list = list, .seed = TRP_RESULT_NONE, .readings = readings };
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (TrpResults) results = NULL;
  g_autoptr (GArray) dice = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (first, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (second, 0700), ==, 0);
  save_labels (first, "a.nii", "Bladder", full);
  save_labels (second, "a.nii", "bladder", full);
  save_labels (second, "b.nii", "bladder", other);
  results = trp_evaluate_list (&run, &problems, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 0);
  dice = trp_results_get_values (results, &(TrpResultFilter){ .metric = "dice" });
  g_assert_cmpuint (dice->len, ==, 2);
  trp_assert_near (g_array_index (dice, double, 0), 1, 0);
  trp_assert_near (g_array_index (dice, double, 1), 0, 0);
  trp_test_remove_folder (folder);
}

static void
one_bad_case_leaves_the_others (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii.gz", NULL);
  g_autoptr (TrpVolume) image = make_image (10, 20);
  g_autoptr (TrpDataList) list = parse_list ("case,patient,ct_on_mr,synct,fold\n"
                                             "a,p,a.nii.gz,a.nii.gz,3\nb,q,a.nii.gz,gone.nii.gz,\n",
                                             folder);
  const TrpEvaluateList run = { .list = list, .seed = 5 };
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (TrpResults) results = NULL;
  const TrpEvaluateProblem *problem;
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_volume_save (image, path, &error));
  results = trp_evaluate_list (&run, &problems, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 1);
  problem = problems->pdata[0];
  g_assert_cmpstr (problem->case_name, ==, "b");
  g_assert_cmpstr (problem->arm, ==, "synct");
  g_assert_nonnull (strstr (problem->message, "gone.nii.gz"));
  trp_assert_near (find (results, "body", TRP_RESULT_NONE, "mae"), 0, 0);
  g_assert_cmpint (trp_results_get (results, 0)->fold, ==, 3);
  g_assert_cmpint (trp_results_get (results, 0)->seed, ==, 5);
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/evaluate/images/closed-forms", images_have_closed_forms);
  g_test_add_func ("/evaluate/images/clipped", images_are_clipped_if_asked);
  g_test_add_func ("/evaluate/images/body", a_body_may_be_given);
  g_test_add_func ("/evaluate/images/dependence", dependence_is_the_entropy_of_equal_parts);
  g_test_add_func ("/evaluate/structures/closed-forms", structures_have_closed_forms);
  g_test_add_func ("/evaluate/structures/missing", missing_structures_count);
  g_test_add_func ("/evaluate/structures/labels", labels_join_only_what_has_no_name);
  g_test_add_func ("/evaluate/failures", failures_leave_nothing_behind);
  g_test_add_func ("/evaluate/summary/cases", cases_count_once_in_summaries);
  g_test_add_func ("/evaluate/summary/patients", patients_count_once_in_tests);
  g_test_add_func ("/evaluate/summary/holm", holm_is_over_a_metric);
  g_test_add_func ("/evaluate/summary/interobserver", interobserver_of_all_pairs);
  g_test_add_func ("/evaluate/summary/observers-on-mr-and-ct-are-kept-apart",
                   observers_on_mr_and_ct_are_kept_apart);
  g_test_add_func ("/evaluate/summary/baseline", unknown_baselines_are_told);
  g_test_add_func ("/evaluate/figures/worst-slice", the_worst_slice_is_found);
  g_test_add_func ("/evaluate/figures/points", points_lead_to_rows);
  g_test_add_func ("/evaluate/report", reports_are_whole_and_repeat);
  g_test_add_func ("/evaluate/list/without-work", lists_without_work_are_told);
  g_test_add_func ("/evaluate/list/names", arms_of_one_name_are_refused);
  g_test_add_func ("/evaluate/list/missed", a_miss_counts_however_it_is_spelt);
  g_test_add_func ("/evaluate/list/bad-case", one_bad_case_leaves_the_others);
  return g_test_run ();
}
