/* histogram.h - how often each value occurs, percentiles, Otsu's threshold
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values are slope * stored + intercept; NANs are left out. Any thread; results do not depend on
 * the number of threads.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpHistogram:
 * @first: value at the centre of bin 0
 * @step: from one bin's centre to the next, > 0
 * @counts: @n_bins of them
 * @total: their sum
 */
typedef struct
{
  double first;
  double step;
  size_t n_bins;
  uint64_t *counts;
  uint64_t total;
} TrpHistogram;

/**
 * trp_histogram_new:
 * @n_bins: between smallest and largest value; 0: one bin per stored value for types of up to 16
 * bits, 256 bins for the others
 *
 * Returns: (nullable): NULL if the volume holds no number at all.
 */
TrpHistogram *trp_histogram_new (const TrpVolume *volume, size_t n_bins);
void trp_histogram_free (TrpHistogram *self);

/**
 * trp_histogram_get_otsu:
 *
 * Returns: the centre of the last bin that belongs to the lower class: foreground is > this value.
 *
 * Source: N. Otsu, IEEE Trans. SMC 9 (1979) 62-66.
 */
double trp_histogram_get_otsu (const TrpHistogram *self);
/* The same among the values <= @limit alone: splits the lower class once more. */
double trp_histogram_get_otsu_below (const TrpHistogram *self, double limit);

/**
 * trp_volume_get_percentiles:
 * @above: only values > this count; -INFINITY for all
 * @percents: 0 to 100, @n of them, in any order
 *
 * Exact for every voxel type, with linear interpolation between neighbours in rank (the default of
 * numpy.percentile).
 *
 * Returns: false if no value is above.
 */
bool trp_volume_get_percentiles (const TrpVolume *volume,
                                 double above,
                                 const double *percents,
                                 size_t n,
                                 double *out_values) G_GNUC_WARN_UNUSED_RESULT;

/* Two percentiles of the foreground (values above Otsu's threshold of the natural histogram). A
 * constant image gives its value twice; one without numbers gives 0 and 0. */
void trp_volume_get_foreground_range (const TrpVolume *volume,
                                      double low_percent,
                                      double high_percent,
                                      double *out_low,
                                      double *out_high);

/**
 * trp_volume_get_tissue_range:
 *
 * As above with a more generous foreground: above the second of two Otsu thresholds, which splits
 * what the first left below. Where fat is by far the brightest (T1), the first one parts fat from
 * everything else and a window from there shows muscle black; the second parts tissue from air.
 * Where the first did that already, some air is let in at the lower end, which a window does not
 * mind.
 */
void trp_volume_get_tissue_range (const TrpVolume *volume,
                                  double low_percent,
                                  double high_percent,
                                  double *out_low,
                                  double *out_high);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpHistogram, trp_histogram_free)

G_END_DECLS
