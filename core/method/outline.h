/* outline.h - where the body is in a slice of network values
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Network values are -1..1, air is dark. The body of a slice is the largest component of what is
 * brighter than a threshold, its holes filled. The threshold of a set of images comes from Otsu's
 * three classes: air, dark tissue, bright tissue (with two, fat alone is parted from the rest in
 * most MR). It lies midway between the means of air and dark tissue, which is where Otsu's
 * criterion is stationary, and in the middle of the gap where the criterion is flat because hardly
 * any value lies there. Any thread.
 *
 * Source: N. Otsu, IEEE Trans. SMC 9 (1979) 62-66.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

#define TRP_OUTLINE_BINS 512

/**
 * TrpOutlineCounts: how often values occur between -1 and 1; begin with zeros
 */
typedef struct
{
  uint64_t bins[TRP_OUTLINE_BINS];
} TrpOutlineCounts;

void trp_outline_count (TrpOutlineCounts *self, const float *values, size_t n);
/* 0 where all values are the same. */
double trp_outline_find_threshold (const TrpOutlineCounts *self);

/* @out_body: width x height of 0 and 1; all 0 where nothing is above. */
bool trp_outline_find_body (const float *slice,
                            size_t width,
                            size_t height,
                            double threshold,
                            uint8_t *out_body,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 2 |a and b| / (|a| + |b|); 1 if both are empty: there is nothing that could have moved. */
double trp_outline_dice (const uint8_t *a, const uint8_t *b, size_t n);

/**
 * trp_outline_weigh:
 * @body: (n, side, side, channels) of 0 and 1
 * @band: pixels
 * @out_weights: the same size: 0 where the body reaches at least @band pixels further in all eight
 * directions, 1 elsewhere. Beyond the image it goes on as it is: no band there
 */
void trp_outline_weigh (
  const float *body, size_t n, size_t side, size_t channels, size_t band, float *out_weights);

G_END_DECLS
