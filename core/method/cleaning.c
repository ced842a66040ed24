/* cleaning.c - see cleaning.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/cleaning.h"

#include "core/image/histogram.h"
#include "core/image/resample.h"
#include "core/method/preprocess/frame.h"
#include "core/metrics/outline.h"
#include "core/metrics/similarity.h"
#include "core/study/data-list.h"

#include <math.h>

/* Fat is so bright in MR that Otsu's threshold may lie above muscle; half-way to it from the
 * darkest is still well above the noise of air. */
double
trp_cleaning_get_threshold (const TrpVolume *volume)
{
  double low, high, otsu = 0;
  TrpHistogram *histogram;

  trp_volume_get_range (volume, &low, &high);
  if (low < TRP_SIMILARITY_BODY_HU)
    return TRP_SIMILARITY_BODY_HU;
  histogram = trp_histogram_new (volume, 0);
  if (histogram)
    otsu = trp_histogram_get_otsu (histogram);
  g_clear_pointer (&histogram, trp_histogram_free);
  return 0.5 * (low + otsu);
}

static size_t
count_both (const TrpMask *a, const TrpMask *b, size_t k)
{
  const uint64_t *words_a = trp_mask_peek_slice (a, k), *words_b = trp_mask_peek_slice (b, k);
  const size_t n = trp_mask_get_words_per_row (a) * trp_mask_get_geometry (a)->size[1];
  size_t count = 0;

  for (size_t w = 0; words_a && words_b && w < n; w++)
    count += (size_t) __builtin_popcountll (words_a[w] & words_b[w]);
  return count;
}

static TrpCleaningSlice
compare_slice (const TrpMask *source, const TrpMask *generated, size_t k, double limit)
{
  const size_t n_source = count_both (source, source, k);
  const size_t n_generated = count_both (generated, generated, k);
  const size_t n_both = count_both (source, generated, k);
  TrpCleaningSlice slice = { .n_source = n_source,
                             .n_generated = n_generated,
                             .dice = 2 * (double) n_both / (double) (n_source + n_generated) };

  if (n_source + n_generated == 0)
    slice.verdict = TRP_CLEANING_NO_BODY;
  else if (slice.dice < limit)
    slice.verdict = TRP_CLEANING_OUTLINES_DIFFER;
  return slice;
}

/* Slices along k become axial ones; they are where they were. */
static bool
turn (const TrpVolume *volume, TrpFrame *out_frame, TrpVolume **out_turned, GError **error)
{
  TrpVolume *turned = NULL;
  TrpFrame frame;

  if (trp_frame_init (&frame, trp_volume_get_geometry (volume), 0, 0, 0, 1, error))
    turned = trp_volume_resample (volume, &frame.output, TRP_INTERPOLATION_NEAREST, 0, NULL, error);
  if (!turned)
    return false;
  *out_frame = frame;
  *out_turned = turned;
  return true;
}

static bool
compare_along_k (const TrpVolume *source,
                 const TrpVolume *generated,
                 double limit,
                 TrpCleaningSlice *out_slices,
                 GError **error)
{
  g_autoptr (TrpMask) source_body = NULL;
  g_autoptr (TrpMask) generated_body = NULL;
  TrpImagePair pair;

  if (!trp_image_pair_init (&pair, source, generated, error))
    return false;
  source_body = trp_outline_mask_new (&pair, 0, trp_cleaning_get_threshold (source));
  generated_body = trp_outline_mask_new (&pair, 1, trp_cleaning_get_threshold (generated));
  for (size_t k = 0; k < pair.size[2]; k++)
    out_slices[k] = compare_slice (source_body, generated_body, k, limit);
  return true;
}

bool
trp_cleaning_compare (const TrpVolume *source,
                      const TrpVolume *generated,
                      double limit,
                      TrpCleaningSlice *out_slices,
                      GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (source);
  const int axis = trp_frame_find_slice_axis (geometry);
  const size_t n = geometry->size[axis];
  g_autoptr (TrpVolume) turned_source = NULL, turned_generated = NULL;
  g_autofree TrpCleaningSlice *slices = NULL;
  TrpFrame frame, other;

  if (axis == 2)
    return compare_along_k (source, generated, limit, out_slices, error);
  if (!turn (source, &frame, &turned_source, error) ||
      !turn (generated, &other, &turned_generated, error))
    return false;
  slices = g_new0 (TrpCleaningSlice, frame.output.size[2]);
  if (!compare_along_k (turned_source, turned_generated, limit, slices, error))
    return false;
  for (size_t k = 0; k < n; k++)
    out_slices[frame.flip[2] ? n - 1 - k : k] = slices[k];
  return true;
}

char *
trp_cleaning_dup_reason (const TrpCleaningSlice *slice, double limit)
{
  switch (slice->verdict)
    {
    case TRP_CLEANING_OUTLINES_DIFFER:
      return g_strdup_printf ("outlines overlap by %.2f, less than %.2f", slice->dice, limit);
    case TRP_CLEANING_NO_BODY:
      return g_strdup ("neither image shows a body");
    default:
      return g_strdup ("");
    }
}

char *
trp_cleaning_to_text (const TrpCleaningSlice *slices, size_t n)
{
  g_autofree bool *left_out = g_new (bool, MAX (n, 1));

  for (size_t k = 0; k < n; k++)
    left_out[k] = slices[k].verdict != TRP_CLEANING_KEPT;
  return trp_data_slices_to_text (left_out, n);
}
