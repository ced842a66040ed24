/* histogram.c - see histogram.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every stored value becomes a 32-bit key of the same order (types of up to 16 bits use the upper
 * half only). Ranks are found by counting keys: first by the upper 16 bits, then, within the one
 * bin that holds the rank, by the lower 16. Counts are whole numbers, so the order in which threads
 * add them does not matter.
 */

#include "core/image/histogram.h"
#include "core/base/parallel.h"

#include <string.h>

#define N_KEYS 65536
#define N_CHUNKS 16
#define NATURAL_BINS 256 /* of types wider than 16 bits; what scikit-image takes for floats */

static inline uint32_t
key_u8 (uint8_t value)
{
  return (uint32_t) value << 16;
}

static inline uint32_t
key_u16 (uint16_t value)
{
  return (uint32_t) value << 16;
}

static inline uint32_t
key_i16 (int16_t value)
{
  return (uint32_t) (uint16_t) (value ^ INT16_MIN) << 16;
}

static inline uint32_t
key_i32 (int32_t value)
{
  return (uint32_t) value ^ 0x80000000u;
}

/* IEEE 754 floats sort like whole numbers once the negative ones are turned around. */
static inline uint32_t
key_f32 (float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static double
stored_from_key (TrpVoxelType type, uint32_t key)
{
  const uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
  float value;

  switch (type)
    {
    case TRP_VOXEL_U8:
    case TRP_VOXEL_U16:
      return key >> 16;
    case TRP_VOXEL_I16:
      return (double) (key >> 16) + INT16_MIN;
    case TRP_VOXEL_I32:
      return (double) key + INT32_MIN;
    case TRP_VOXEL_F32:
    case TRP_N_VOXEL_TYPES:
    default:
      memcpy (&value, &bits, sizeof value);
      return (double) value;
    }
}

/* What is counted: keys by their upper half, or by their lower half among those whose upper half is
 * @prefix. */
typedef struct
{
  const TrpVolume *volume;
  double slope, intercept;
  double above;
  bool by_lower;
  uint32_t prefix;
  uint64_t *counts; /* N_KEYS */
  GMutex mutex;
} Tally;

#define COUNT(type, key_function)                                                                  \
  do                                                                                               \
    {                                                                                              \
      const type *stored = trp_volume_peek_voxels (tally->volume);                                 \
                                                                                                   \
      for (size_t n = begin; n < end; n++)                                                         \
        {                                                                                          \
          const uint32_t key = key_function (stored[n]);                                           \
                                                                                                   \
          if (tally->by_lower && key >> 16 != tally->prefix)                                       \
            continue;                                                                              \
          if (tally->slope * (double) stored[n] + tally->intercept > tally->above)                 \
            counts[tally->by_lower ? key & 0xffff : key >> 16]++;                                  \
        }                                                                                          \
    }                                                                                              \
  while (0)

static void
count_chunk (size_t begin, size_t end, void *data)
{
  Tally *tally = data;
  g_autofree uint64_t *counts = g_new0 (uint64_t, N_KEYS);

  switch (trp_volume_get_voxel_type (tally->volume))
    {
    case TRP_VOXEL_U8:
      COUNT (uint8_t, key_u8);
      break;
    case TRP_VOXEL_I16:
      COUNT (int16_t, key_i16);
      break;
    case TRP_VOXEL_U16:
      COUNT (uint16_t, key_u16);
      break;
    case TRP_VOXEL_I32:
      COUNT (int32_t, key_i32);
      break;
    case TRP_VOXEL_F32:
    case TRP_N_VOXEL_TYPES:
    default:
      COUNT (float, key_f32);
      break;
    }
  g_mutex_lock (&tally->mutex);
  for (size_t n = 0; n < N_KEYS; n++)
    tally->counts[n] += counts[n];
  g_mutex_unlock (&tally->mutex);
}

/* Comparing with > leaves NANs out; -infinity itself is no value of an image. */
static uint64_t *
count_keys (const TrpVolume *volume, double above, bool by_lower, uint32_t prefix)
{
  const size_t count = trp_geometry_count_voxels (trp_volume_get_geometry (volume));
  Tally tally = { .volume = volume, .above = above, .by_lower = by_lower, .prefix = prefix };

  tally.slope = trp_volume_get_slope (volume);
  tally.intercept = trp_volume_get_intercept (volume);
  tally.counts = g_new0 (uint64_t, N_KEYS);
  g_mutex_init (&tally.mutex);
  trp_parallel_for (count, count / N_CHUNKS + 1, count_chunk, &tally);
  g_mutex_clear (&tally.mutex);
  return tally.counts;
}

static bool
is_narrow (const TrpVolume *volume)
{
  return trp_voxel_type_get_size (trp_volume_get_voxel_type (volume)) <= 2;
}

static TrpHistogram *
make_histogram (double first, double step, size_t n_bins)
{
  TrpHistogram *self = g_new0 (TrpHistogram, 1);

  self->first = first;
  self->step = step;
  self->n_bins = n_bins;
  self->counts = g_new0 (uint64_t, n_bins);
  return self;
}

void
trp_histogram_free (TrpHistogram *self)
{
  if (!self)
    return;
  g_free (self->counts);
  g_free (self);
}

static TrpHistogram *
make_natural (const TrpVolume *volume)
{
  const TrpVoxelType type = trp_volume_get_voxel_type (volume);
  const double slope = trp_volume_get_slope (volume), intercept = trp_volume_get_intercept (volume);
  g_autofree uint64_t *counts = count_keys (volume, -INFINITY, false, 0);
  size_t low = 0, high = N_KEYS - 1;
  TrpHistogram *self;
  double first;

  while (!counts[low]) /* a volume has at least one voxel, and whole numbers are never NAN */
    low++;
  while (!counts[high])
    high--;
  first = stored_from_key (type, (uint32_t) (slope > 0 ? low : high) << 16);
  self = make_histogram (slope * first + intercept, fabs (slope), high - low + 1);
  for (size_t n = 0; n < self->n_bins; n++)
    self->total += self->counts[n] = counts[slope > 0 ? low + n : high - n];
  return self;
}

typedef struct
{
  const TrpVolume *volume;
  TrpHistogram *histogram;
  double low;
  GMutex mutex;
} Binning;

static void
bin_chunk (size_t begin, size_t end, void *data)
{
  Binning *binning = data;
  TrpHistogram *histogram = binning->histogram;
  const size_t n_bins = histogram->n_bins;
  g_autofree uint64_t *counts = g_new0 (uint64_t, n_bins);
  float values[1024];

  for (size_t start = begin; start < end; start += G_N_ELEMENTS (values))
    {
      const size_t n = MIN (end - start, G_N_ELEMENTS (values));

      trp_volume_copy_floats (binning->volume, start, n, values);
      for (size_t v = 0; v < n; v++)
        {
          const double place = ((double) values[v] - binning->low) / histogram->step;

          if (!isnan (place))
            counts[(size_t) CLAMP (place, 0, (double) (n_bins - 1))]++;
        }
    }
  g_mutex_lock (&binning->mutex);
  for (size_t n = 0; n < n_bins; n++)
    histogram->counts[n] += counts[n];
  g_mutex_unlock (&binning->mutex);
}

TrpHistogram *
trp_histogram_new (const TrpVolume *volume, size_t n_bins)
{
  const size_t count = trp_geometry_count_voxels (trp_volume_get_geometry (volume));
  Binning binning = { .volume = volume };
  TrpHistogram *self;
  double high, step;

  if (n_bins == 0 && is_narrow (volume))
    return make_natural (volume);
  trp_volume_get_range (volume, &binning.low, &high);
  if (!isfinite (binning.low) || !isfinite (high))
    return NULL;
  n_bins = high > binning.low ? (n_bins ? n_bins : NATURAL_BINS) : 1;
  step = high > binning.low ? (high - binning.low) / (double) n_bins : 1;
  self = make_histogram (n_bins > 1 ? binning.low + 0.5 * step : binning.low, step, n_bins);
  binning.histogram = self;
  g_mutex_init (&binning.mutex);
  trp_parallel_for (count, count / N_CHUNKS + 1, bin_chunk, &binning);
  g_mutex_clear (&binning.mutex);
  for (size_t n = 0; n < n_bins; n++)
    self->total += self->counts[n];
  return self;
}

/* Among the first @n_bins bins. */
static size_t
find_otsu (const TrpHistogram *self, size_t n_bins)
{
  double total = 0, sum_all = 0, sum_low = 0, n_low = 0, best = -1;
  size_t best_bin = 0;

  /* Bin numbers serve as values: the place of the maximum does not depend on offset and scale. */
  for (size_t n = 0; n < n_bins; n++)
    {
      total += (double) self->counts[n];
      sum_all += (double) self->counts[n] * (double) n;
    }
  for (size_t n = 0; n + 1 < n_bins; n++)
    {
      double difference, variance;

      n_low += (double) self->counts[n];
      sum_low += (double) self->counts[n] * (double) n;
      if (n_low == 0 || n_low == total)
        continue;
      difference = sum_low / n_low - (sum_all - sum_low) / (total - n_low);
      variance = n_low * (total - n_low) * difference * difference;
      if (variance <= best)
        continue;
      best = variance;
      best_bin = n;
    }
  return best_bin;
}

double
trp_histogram_get_otsu (const TrpHistogram *self)
{
  return self->first + self->step * (double) find_otsu (self, self->n_bins);
}

double
trp_histogram_get_otsu_below (const TrpHistogram *self, double limit)
{
  const double last = floor ((limit - self->first) / self->step + 0.5);
  const size_t n_bins = (size_t) CLAMP (last + 1, 0, (double) self->n_bins);

  return self->first + self->step * (double) find_otsu (self, n_bins);
}

/* The bin of @counts that holds @io_rank, which becomes the rank within the bin. */
static uint32_t
find_bin (const uint64_t *counts, uint64_t *io_rank)
{
  uint32_t bin = 0;

  while (*io_rank >= counts[bin])
    *io_rank -= counts[bin++];
  return bin;
}

/* The value with @rank others before it, counted upwards in stored values. */
static double
find_ranked (const TrpVolume *volume, double above, const uint64_t *upper, uint64_t rank)
{
  const uint32_t prefix = find_bin (upper, &rank);
  uint32_t key = prefix << 16;

  if (!is_narrow (volume))
    {
      g_autofree uint64_t *lower = count_keys (volume, above, true, prefix);

      key |= find_bin (lower, &rank);
    }
  return trp_volume_get_slope (volume) * stored_from_key (trp_volume_get_voxel_type (volume), key) +
         trp_volume_get_intercept (volume);
}

bool
trp_volume_get_percentiles (
  const TrpVolume *volume, double above, const double *percents, size_t n, double *out_values)
{
  g_autofree uint64_t *upper = count_keys (volume, above, false, 0);
  const bool is_falling = trp_volume_get_slope (volume) < 0;
  uint64_t total = 0;

  for (size_t key = 0; key < N_KEYS; key++)
    total += upper[key];
  if (total == 0)
    return false;
  for (size_t p = 0; p < n; p++)
    {
      const double place = CLAMP (percents[p], 0, 100) / 100 * (double) (total - 1);
      const uint64_t low = (uint64_t) place, high = MIN (low + 1, total - 1);
      const double part = place - (double) low;
      const double a = find_ranked (volume, above, upper, is_falling ? total - 1 - low : low);
      const double b = part > 0
                         ? find_ranked (volume, above, upper, is_falling ? total - 1 - high : high)
                         : a;

      out_values[p] = a + part * (b - a);
    }
  return true;
}

static void
get_range_above (const TrpVolume *volume,
                 bool is_tissue,
                 const double percents[2],
                 double *out_low,
                 double *out_high)
{
  g_autoptr (TrpHistogram) histogram = trp_histogram_new (volume, 0);
  double values[2] = { 0, 0 }, threshold;

  if (histogram)
    {
      threshold = trp_histogram_get_otsu (histogram);
      if (is_tissue)
        threshold = trp_histogram_get_otsu_below (histogram, threshold);
      if (!trp_volume_get_percentiles (volume, threshold, percents, 2, values))
        values[0] = values[1] = histogram->first;
    }
  *out_low = values[0];
  *out_high = values[1];
}

void
trp_volume_get_foreground_range (const TrpVolume *volume,
                                 double low_percent,
                                 double high_percent,
                                 double *out_low,
                                 double *out_high)
{
  const double percents[2] = { low_percent, high_percent };

  get_range_above (volume, false, percents, out_low, out_high);
}

void
trp_volume_get_tissue_range (const TrpVolume *volume,
                             double low_percent,
                             double high_percent,
                             double *out_low,
                             double *out_high)
{
  const double percents[2] = { low_percent, high_percent };

  get_range_above (volume, true, percents, out_low, out_high);
}
