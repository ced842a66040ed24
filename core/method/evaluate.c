/* evaluate.c - see evaluate.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/evaluate.h"

#include "core/metrics/mask-metrics.h"
#include "core/metrics/outline.h"
#include "core/metrics/similarity.h"

#include <math.h>
#include <string.h>

static const double tolerances_mm[] = { 1, 2, 3 };

/* Rows wait in a table of their own, so that what fails half way leaves nothing behind. */
typedef struct
{
  TrpResults *rows;
  TrpResult row;
} Sheet;

static Sheet
open_sheet (const TrpResult *key)
{
  Sheet sheet = { trp_results_new (), *key };

  sheet.row.structure = "";
  sheet.row.slice = TRP_RESULT_NONE;
  return sheet;
}

static void
clear_sheet (Sheet *sheet)
{
  trp_results_unref (sheet->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sheet, clear_sheet)

static void
add_slice (Sheet *sheet, int slice, const char *metric, double value)
{
  sheet->row.slice = slice;
  sheet->row.metric = metric;
  sheet->row.value = value;
  trp_results_add (sheet->rows, &sheet->row);
}

static void
add (Sheet *sheet, const char *metric, double value)
{
  add_slice (sheet, TRP_RESULT_NONE, metric, value);
}

/* ---- images ---- */

static TrpSimilarity *
compare (const TrpVolume *reference,
         const TrpVolume *test,
         const TrpMask *mask,
         const TrpEvaluateOptions *options,
         TrpProgress *progress,
         GError **error)
{
  const TrpSimilarityOptions similarity = { .mask = mask,
                                            .clip = options && options->clip,
                                            .clip_low = options ? options->clip_low : 0,
                                            .clip_high = options ? options->clip_high : 0 };

  return trp_similarity_compute (reference, test, &similarity, progress, error);
}

static void
add_region (Sheet *sheet, const char *structure, const TrpSimilarityRegion *region, double ssim)
{
  sheet->row.structure = structure;
  add (sheet, "mae", region->mae);
  add (sheet, "me", region->me);
  add (sheet, "rmse", region->rmse);
  add (sheet, "psnr", region->psnr);
  add (sheet, "ssim", ssim);
  add (sheet, "ncc", region->ncc);
}

/* Mean absolute difference in slice @k, of the mask's pixels or all; NAN where there are none. */
static double
get_slice_error (
  const TrpImagePair *pair, const TrpMask *mask, size_t k, double *reference, double *test)
{
  const size_t nx = pair->size[0], ny = pair->size[1];
  double sum = 0;
  size_t n = 0;

  trp_image_pair_copy_slice (pair, 0, k, reference);
  trp_image_pair_copy_slice (pair, 1, k, test);
  for (size_t j = 0; j < ny; j++)
    for (size_t i = 0; i < nx; i++)
      if (!mask || trp_mask_get (mask, i, j, k))
        {
          sum += fabs (test[i + nx * j] - reference[i + nx * j]);
          n++;
        }
  return n ? sum / (double) n : (double) NAN;
}

static void
add_image_slices (Sheet *sheet,
                  const TrpImagePair *pair,
                  const TrpMask *body,
                  const TrpSimilarity *similarity)
{
  const size_t n_pixels = pair->size[0] * pair->size[1];
  g_autofree double *values = g_new (double, 2 * n_pixels);

  for (size_t k = 0; k < similarity->n_slices; k++)
    {
      const double mae = get_slice_error (pair, body, k, values, values + n_pixels);

      sheet->row.structure = body ? TRP_EVALUATE_BODY : "";
      if (!isnan (mae))
        add_slice (sheet, (int) k, "mae", mae);
      sheet->row.structure = "";
      if (!isnan (similarity->slices[k].ssim))
        add_slice (sheet, (int) k, "ssim", similarity->slices[k].ssim);
    }
}

/* Slices in which neither has voxels have no Dice. */
static void
add_dice_slices (Sheet *sheet, const char *metric, const TrpMask *reference, const TrpMask *test)
{
  const size_t n_slices = trp_mask_get_geometry (reference)->size[2];
  g_autofree TrpOverlap *overlaps = g_new (TrpOverlap, n_slices);

  trp_overlap_count_slices (reference, test, 0, n_slices, overlaps);
  for (size_t k = 0; k < n_slices; k++)
    if (overlaps[k].reference + overlaps[k].test > 0)
      add_slice (sheet, (int) k, metric, trp_overlap_dice (&overlaps[k]));
}

bool
trp_evaluate_images (TrpResults *results,
                     const TrpResult *key,
                     const TrpVolume *reference,
                     const TrpVolume *test,
                     const TrpMask *body,
                     const TrpEvaluateOptions *options,
                     TrpProgress *progress,
                     GError **error)
{
  g_auto (Sheet) sheet = open_sheet (key);
  g_autoptr (TrpMask) outline = NULL;
  g_autoptr (TrpSimilarity) similarity = NULL;
  TrpImagePair pair;
  double low, high;

  if (!trp_image_pair_init (&pair, reference, test, error))
    return false;
  trp_image_pair_get_range (&pair, 0, &low, &high);
  if (low < TRP_SIMILARITY_BODY_HU)
    outline = trp_outline_mask_new (&pair, 0, TRP_SIMILARITY_BODY_HU);
  if (!body && outline && !trp_mask_is_empty (outline))
    body = outline;
  similarity = compare (reference, test, body, options, progress, error);
  if (!similarity)
    return false;
  if (options && options->clip)
    {
      pair.clip = true;
      pair.low = options->clip_low;
      pair.high = options->clip_high;
    }
  add_region (&sheet, "", &similarity->whole, similarity->ssim2d);
  if (body)
    add_region (&sheet, TRP_EVALUATE_BODY, &similarity->mask, similarity->ssim2d_mask);
  if (options && options->slices)
    add_image_slices (&sheet, &pair, body, similarity);
  sheet.row.structure = "";
  if (similarity->has_outline)
    {
      g_autoptr (TrpMask) second = NULL;

      add (&sheet, "outline_dice", similarity->outline_dice);
      pair.clip = false;
      second = trp_outline_mask_new (&pair, 1, TRP_SIMILARITY_BODY_HU);
      if (options && options->slices)
        add_dice_slices (&sheet, "outline_dice", outline, second);
    }
  trp_results_append (results, sheet.rows);
  return true;
}

bool
trp_evaluate_dependence (TrpResults *results,
                         const TrpResult *key,
                         const TrpVolume *source,
                         const TrpVolume *test,
                         const TrpEvaluateOptions *options,
                         TrpProgress *progress,
                         GError **error)
{
  g_auto (Sheet) sheet = open_sheet (key);
  /* A clip window is one of HU and means nothing to the source. */
  g_autoptr (TrpSimilarity) similarity = compare (source, test, NULL, NULL, progress, error);

  if (!similarity)
    return false;
  add (&sheet, "mi", similarity->whole.mi);
  add (&sheet, "nmi", similarity->whole.nmi);
  for (size_t k = 0; options && options->slices && k < similarity->n_slices; k++)
    add_slice (&sheet, (int) k, "mi", similarity->slices[k].mi);
  trp_results_append (results, sheet.rows);
  return true;
}

/* ---- structures ---- */

/* As readers call what no table names. */
static bool
has_no_name (const TrpStructure *structure)
{
  g_autofree char *name = g_strdup_printf ("Label %u", trp_structure_get_label (structure));

  return strcmp (trp_structure_get_name (structure), name) == 0;
}

/* A label alone joins structures only where a name is missing: numbers differ between sites. */
static bool
is_same (const TrpStructure *a, const TrpStructure *b)
{
  g_autofree char *name_a = g_utf8_casefold (trp_structure_get_name (a), -1);
  g_autofree char *name_b = g_utf8_casefold (trp_structure_get_name (b), -1);

  if (has_no_name (a) || has_no_name (b))
    return trp_structure_get_label (a) == trp_structure_get_label (b);
  return strcmp (name_a, name_b) == 0;
}

static const TrpStructure *
find_partner (const TrpStructureSet *set, const TrpStructure *structure)
{
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    if (is_same (trp_structure_set_get (set, n), structure))
      return trp_structure_set_get (set, n);
  return NULL;
}

static bool
is_expected (const TrpEvaluateOptions *options, const TrpStructure *structure)
{
  g_autofree char *name = g_utf8_casefold (trp_structure_get_name (structure), -1);

  for (size_t n = 0; options && options->expected && options->expected[n]; n++)
    {
      g_autofree char *expected = g_utf8_casefold (options->expected[n], -1);

      if (strcmp (name, expected) == 0)
        return true;
    }
  return false;
}

static void
add_structure (Sheet *sheet, const TrpMaskMetrics *metrics)
{
  const TrpSurfaceNumbers *border = trp_surface_distances_get_numbers (metrics->border);
  const double volume_ml = metrics->volume_test_mm3 / 1000;
  const double reference_ml = metrics->volume_reference_mm3 / 1000;

  add (sheet, "dice", trp_overlap_dice (&metrics->overlap));
  add (sheet, "iou", trp_overlap_iou (&metrics->overlap));
  add (sheet, "hd", border->hd);
  add (sheet, "hd95", border->hd95);
  add (sheet, "assd", border->assd);
  add (sheet, "masd", border->masd);
  for (size_t n = 0; n < G_N_ELEMENTS (tolerances_mm); n++)
    {
      g_autofree char *name = g_strdup_printf ("nsd@%.0f", tolerances_mm[n]);

      add (sheet, name, trp_surface_distances_get_nsd (metrics->surfel, tolerances_mm[n]));
    }
  add (sheet, "volume_ml", volume_ml);
  add (sheet, "volume_reference_ml", reference_ml);
  add (sheet, "volume_difference_ml", volume_ml - reference_ml);
}

/* One structure of two readings; NULL stands for an empty one. */
typedef struct
{
  const TrpStructure *reference;
  const TrpStructure *test;
} Pair;

/* What both have, and what only one has but both were asked for. (element-type Pair) */
static GArray *
list_pairs (const TrpStructureSet *reference,
            const TrpStructureSet *test,
            const TrpEvaluateOptions *options)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  for (size_t n = 0; n < trp_structure_set_get_size (reference); n++)
    {
      const TrpStructure *structure = trp_structure_set_get (reference, n);
      const Pair pair = { structure, find_partner (test, structure) };

      if (pair.test || is_expected (options, structure))
        g_array_append_val (pairs, pair);
    }
  for (size_t n = 0; n < trp_structure_set_get_size (test); n++)
    {
      const Pair pair = { NULL, trp_structure_set_get (test, n) };

      if (!find_partner (reference, pair.test) && is_expected (options, pair.test))
        g_array_append_val (pairs, pair);
    }
  return pairs;
}

static bool
measure_pair (Sheet *sheet,
              const Pair *pair,
              const TrpMask *empty,
              const TrpEvaluateOptions *options,
              TrpProgress *progress,
              GError **error)
{
  const TrpMask *reference = pair->reference ? trp_structure_peek_mask (pair->reference) : empty;
  const TrpMask *test = pair->test ? trp_structure_peek_mask (pair->test) : empty;
  g_autoptr (TrpMaskMetrics)
    metrics = trp_mask_metrics_compute (reference, test, NULL, 0, progress, error);

  if (!metrics)
    return false;
  sheet->row.structure = trp_structure_get_name (pair->reference ? pair->reference : pair->test);
  add_structure (sheet, metrics);
  if (options && options->slices)
    add_dice_slices (sheet, "dice", reference, test);
  return true;
}

bool
trp_evaluate_structures (TrpResults *results,
                         const TrpResult *key,
                         const TrpStructureSet *reference,
                         const TrpStructureSet *test,
                         const TrpEvaluateOptions *options,
                         TrpProgress *progress,
                         GError **error)
{
  g_auto (Sheet) sheet = open_sheet (key);
  g_autoptr (GArray) pairs = list_pairs (reference, test, options);
  g_autoptr (TrpMask) empty = trp_mask_new (trp_structure_set_get_geometry (test));

  if (pairs->len == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "%s and %s have no structure in common: names differ, or labels where names are "
                   "missing",
                   trp_structure_set_get_name (reference), trp_structure_set_get_name (test));
      return false;
    }
  for (guint n = 0; n < pairs->len; n++)
    {
      TrpProgress part = trp_progress_part (progress, (double) n / pairs->len,
                                            (double) (n + 1) / pairs->len);

      if (!measure_pair (&sheet, &g_array_index (pairs, Pair, n), empty, options, &part, error))
        return false;
    }
  trp_results_append (results, sheet.rows);
  return true;
}
