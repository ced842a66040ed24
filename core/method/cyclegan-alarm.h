/* cyclegan-alarm.h - what a CycleGAN goes wrong by: swapped tissues, collapse, moved outlines
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pure: images and losses in, a sentence out.
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/**
 * TrpCycleganEvidence:
 * @real, @fake: (n, side, side) of network values: 0 MR, 1 CT. fake[1] was made from real[0] and
 * fake[0] from real[1]
 * @threshold: between air and body: MR, CT
 * @lost_below: a CT's network value below that of any tissue
 * @discriminators, @adversarial: mean losses of the two sides
 */
typedef struct
{
  const float *real[2], *fake[2];
  size_t n, side;
  double threshold[2];
  double lost_below;
  double discriminators, adversarial;
} TrpCycleganEvidence;

/* The first that is wrong. @out_alarm: sentence (transfer full), NULL when all is well. */
bool trp_cyclegan_find_alarm (const TrpCycleganEvidence *evidence,
                              TrpAlarm *out_alarm,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_cyclegan_correlate_gradients:
 * @x, @y: (n, side, side)
 * @bodies: (nullable): likewise, 0 and 1: only pixels along their outlines count (not all of their
 * 3 x 3 neighbours are on the same side)
 *
 * Returns: Pearson's correlation of the gradients, rows and columns together: 1 where edges have
 * the same polarity, -1 where all are inverted; 0 where one of the images is constant.
 */
double trp_cyclegan_correlate_gradients (
  const float *x, const float *y, const uint8_t *bodies, size_t n, size_t side);

G_END_DECLS
