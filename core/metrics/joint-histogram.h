/* joint-histogram.h - mutual information of two images
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Equal bins from the smallest to the largest value of each image, the largest in the last bin; the
 * edges are those of NumPy's histogram2d. Plain values; any thread.
 */

#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

#define TRP_JOINT_HISTOGRAM_BINS 64

/**
 * TrpJointHistogram:
 * @edges: per image, ascending
 * @scales: per image, bins per unit
 * @counts: [bin of the reference][bin of the test]
 */
typedef struct
{
  double edges[2][TRP_JOINT_HISTOGRAM_BINS + 1];
  double scales[2];
  uint64_t counts[TRP_JOINT_HISTOGRAM_BINS][TRP_JOINT_HISTOGRAM_BINS];
} TrpJointHistogram;

/* In nats. */
typedef struct
{
  double mi, hx, hy, hxy;
} TrpJointEntropy;

/* No counts. An image of one value gets bins half a unit to either side. */
void trp_joint_histogram_init (TrpJointHistogram *self, const double low[2], const double high[2]);
void trp_joint_histogram_add (TrpJointHistogram *self, double reference, double test);
void trp_joint_histogram_merge (TrpJointHistogram *self, const TrpJointHistogram *other);
/* All NAN without counts. */
TrpJointEntropy trp_joint_histogram_get_entropy (const TrpJointHistogram *self);

G_END_DECLS
