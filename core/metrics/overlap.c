/* overlap.c - see overlap.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/overlap.h"

#include "core/base/parallel.h"

#include <math.h>

typedef struct
{
  const TrpMask *reference;
  const TrpMask *test;
  TrpOverlap *slices;
} Count;

static size_t
count_words (const uint64_t *words, size_t n_words)
{
  size_t count = 0;

  for (size_t n = 0; words && n < n_words; n++)
    count += (size_t) __builtin_popcountll (words[n]);
  return count;
}

static size_t
count_common (const uint64_t *a, const uint64_t *b, size_t n_words)
{
  size_t count = 0;

  for (size_t n = 0; a && b && n < n_words; n++)
    count += (size_t) __builtin_popcountll (a[n] & b[n]);
  return count;
}

static void
count_slices (size_t begin, size_t end, void *data)
{
  const Count *self = data;

  trp_overlap_count_slices (self->reference, self->test, begin, end, self->slices + begin);
}

void
trp_overlap_count_slices (
  const TrpMask *reference, const TrpMask *test, size_t begin, size_t end, TrpOverlap *out_overlaps)
{
  const size_t n_words = trp_mask_get_words_per_row (test) * trp_mask_get_geometry (test)->size[1];

  for (size_t k = begin; k < end; k++)
    {
      const uint64_t *a = trp_mask_peek_slice (reference, k), *b = trp_mask_peek_slice (test, k);
      TrpOverlap *slice = &out_overlaps[k - begin];

      slice->reference = count_words (a, n_words);
      slice->test = a == b ? slice->reference : count_words (b, n_words);
      slice->both = a == b ? slice->reference : count_common (a, b, n_words);
    }
}

bool
trp_overlap_count (const TrpMask *reference,
                   const TrpMask *test,
                   TrpOverlap *out_overlap,
                   GError **error)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (reference);
  const size_t n_slices = geometry->size[2];
  g_autofree TrpOverlap *slices = NULL;
  TrpOverlap sum = { 0 };

  if (!trp_geometry_check_equal (geometry, trp_mask_get_geometry (test), error))
    return false;
  slices = g_new0 (TrpOverlap, n_slices);
  trp_parallel_for (n_slices, 16, count_slices, &(Count){ reference, test, slices });
  for (size_t k = 0; k < n_slices; k++)
    {
      sum.reference += slices[k].reference;
      sum.test += slices[k].test;
      sum.both += slices[k].both;
    }
  *out_overlap = sum;
  return true;
}

double
trp_overlap_dice (const TrpOverlap *self)
{
  const double sum = (double) self->reference + (double) self->test;

  return sum > 0 ? 2 * (double) self->both / sum : (double) NAN;
}

double
trp_overlap_iou (const TrpOverlap *self)
{
  const size_t joined = self->reference + self->test - self->both;

  return joined > 0 ? (double) self->both / (double) joined : (double) NAN;
}

double
trp_overlap_relative_difference (const TrpOverlap *self)
{
  if (self->reference == 0)
    return self->test == 0 ? (double) NAN : (double) INFINITY;
  return ((double) self->test - (double) self->reference) / (double) self->reference;
}
