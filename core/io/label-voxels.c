/* label-voxels.c - see label-voxels.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole-number volumes are read as they are stored; floats and rescaled ones by way of floats,
 * which hold every label exactly.
 */

#include "core/io/label-voxels.h"

#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define SLICES_PER_CHUNK 4
#define FOUR_TIMES UINT64_C (0x0001000100010001) /* a 16-bit number in all quarters of a word */

#define READ(type)                                                                                 \
  do                                                                                               \
    {                                                                                              \
      const type *stored = (const type *) trp_volume_peek_voxels (volume) + start;                 \
      for (size_t i = 0; i < n; i++)                                                               \
        {                                                                                          \
          const int32_t value = stored[i];                                                         \
          outside |= value < 0 || value >= TRP_N_LABELS;                                           \
          out_labels[i] = (uint16_t) value;                                                        \
        }                                                                                          \
    }                                                                                              \
  while (0)

static bool
read_floats (const TrpVolume *volume, size_t start, size_t n, uint16_t *out_labels)
{
  g_autofree float *values = g_new (float, n);

  trp_volume_copy_floats (volume, start, n, values);
  for (size_t i = 0; i < n; i++)
    {
      if (!(values[i] >= 0 && values[i] < TRP_N_LABELS) || values[i] != floorf (values[i]))
        return false;
      out_labels[i] = (uint16_t) values[i];
    }
  return true;
}

/* Labels of @n voxels from @start. Returns: false if one of them holds something else. */
static bool
read_labels (const TrpVolume *volume, size_t start, size_t n, uint16_t *out_labels)
{
  const TrpVoxelType type = trp_volume_get_voxel_type (volume);
  bool outside = false;

  if (type == TRP_VOXEL_F32 || trp_volume_get_slope (volume) != 1 ||
      trp_volume_get_intercept (volume) != 0)
    return read_floats (volume, start, n, out_labels);
  if (type == TRP_VOXEL_U8)
    READ (uint8_t);
  else if (type == TRP_VOXEL_I16)
    READ (int16_t);
  else if (type == TRP_VOXEL_U16)
    READ (uint16_t);
  else
    READ (int32_t);
  return !outside;
}

/**
 * Search:
 * @seen: only ever set to 1, atomically, so that threads need not take turns
 * @offenders: per chunk, the first voxel that holds no label; SIZE_MAX without one
 * @n_planes: per chunk, slices of masks that its labels need
 */
typedef struct
{
  const TrpVolume *volume;
  size_t most;
  unsigned char *seen;
  size_t *offenders;
  size_t *n_planes;
  int is_over; /* atomic */
} Search;

/* Most voxels hold what those before them hold: compares four at a time. */
static void
mark_labels (const uint16_t *labels, size_t n, unsigned char *seen)
{
  uint64_t last = labels[0] * FOUR_TIMES;
  size_t i = 0;

  seen[labels[0]] = 1;
  for (; i + 4 <= n; i += 4)
    {
      uint64_t four;

      memcpy (&four, labels + i, sizeof four);
      if (four == last)
        continue;
      for (size_t m = i; m < i + 4; m++)
        seen[labels[m]] = 1;
      last = labels[i + 3] * FOUR_TIMES;
    }
  for (; i < n; i++)
    seen[labels[i]] = 1;
}

/* Adds a slice's labels to those of the volume. Returns: how many the slice has. */
static size_t
add_slice (Search *search, const unsigned char *seen, size_t *io_n_planes)
{
  size_t n_seen = 0;

  for (size_t label = 0; label < TRP_N_LABELS; label++)
    if (seen[label])
      {
        n_seen++;
        *io_n_planes += label > 0;
        __atomic_store_n (&search->seen[label], 1, __ATOMIC_RELAXED);
      }
  return n_seen;
}

/* Returns: the first voxel of the slice that holds no label; SIZE_MAX without one. */
static size_t
search_slice (const TrpVolume *volume, size_t k, uint16_t *labels, unsigned char *seen)
{
  const size_t *size = trp_volume_get_geometry (volume)->size;

  memset (seen, 0, TRP_N_LABELS);
  for (size_t row = k * size[1]; row < (k + 1) * size[1]; row++)
    {
      size_t start = row * size[0];

      if (!read_labels (volume, start, size[0], labels))
        {
          while (read_labels (volume, start, 1, labels))
            start++;
          return start;
        }
      mark_labels (labels, size[0], seen);
    }
  return SIZE_MAX;
}

static void
search_slices (size_t begin, size_t end, void *data)
{
  Search *search = data;
  const size_t *size = trp_volume_get_geometry (search->volume)->size;
  const size_t chunk = begin / SLICES_PER_CHUNK;
  g_autofree uint16_t *labels = g_new (uint16_t, size[0]);
  g_autofree unsigned char *seen = g_malloc (TRP_N_LABELS);

  for (size_t k = begin; k < end && !g_atomic_int_get (&search->is_over); k++)
    {
      search->offenders[chunk] = search_slice (search->volume, k, labels, seen);
      if (search->offenders[chunk] != SIZE_MAX)
        return;
      if (add_slice (search, seen, &search->n_planes[chunk]) > search->most)
        g_atomic_int_set (&search->is_over, 1);
    }
}

static double
get_value (const TrpVolume *volume, size_t index)
{
  const size_t *size = trp_volume_get_geometry (volume)->size;

  return trp_volume_get_value (volume, (ptrdiff_t) (index % size[0]),
                               (ptrdiff_t) (index / size[0] % size[1]),
                               (ptrdiff_t) (index / size[0] / size[1]));
}

bool
trp_label_search_run (const TrpVolume *volume, size_t most, TrpLabelSearch *out_search)
{
  const size_t *size = trp_volume_get_geometry (volume)->size;
  const size_t n_chunks = (size[2] + SLICES_PER_CHUNK - 1) / SLICES_PER_CHUNK;
  const uint64_t plane_bytes = (size[0] + 63) / 64 * 8 * (uint64_t) size[1];
  g_autofree size_t *offenders = g_new0 (size_t, n_chunks);
  g_autofree size_t *n_planes = g_new0 (size_t, n_chunks);
  Search search = { volume, most, g_malloc0 (TRP_N_LABELS), offenders, n_planes, 0 };

  *out_search = (TrpLabelSearch){ .seen = search.seen };
  trp_parallel_for (size[2], SLICES_PER_CHUNK, search_slices, &search);
  if (search.is_over)
    return false;
  for (size_t label = 0; label < TRP_N_LABELS; label++)
    out_search->n_distinct += search.seen[label];
  for (size_t chunk = n_chunks; chunk-- > 0;)
    {
      out_search->mask_bytes += n_planes[chunk] * plane_bytes;
      if (offenders[chunk] == SIZE_MAX)
        continue;
      out_search->has_offender = true;
      out_search->offender = get_value (volume, offenders[chunk]);
    }
  return !out_search->has_offender && out_search->n_distinct <= most;
}

void
trp_label_search_clear (TrpLabelSearch *search)
{
  g_clear_pointer (&search->seen, g_free);
}

typedef struct
{
  const TrpVolume *volume;
  TrpMask **masks;
} Fill;

static void
set_bits (uint64_t *words, size_t begin, size_t end)
{
  const size_t first = begin / 64, last = (end - 1) / 64;
  const uint64_t from = UINT64_MAX << begin % 64, to = UINT64_MAX >> (63 - (end - 1) % 64);

  if (first == last)
    {
      words[first] |= from & to;
      return;
    }
  words[first] |= from;
  for (size_t n = first + 1; n < last; n++)
    words[n] = UINT64_MAX;
  words[last] |= to;
}

/* One past the last of those that hold what @labels[begin] holds. */
static size_t
end_of_run (const uint16_t *labels, size_t begin, size_t n)
{
  const uint64_t same = labels[begin] * FOUR_TIMES;
  size_t end = begin + 1;

  for (uint64_t four; end + 4 <= n; end += 4)
    {
      memcpy (&four, labels + end, sizeof four);
      if (four != same)
        break;
    }
  while (end < n && labels[end] == labels[begin])
    end++;
  return end;
}

/* Slices of a mask are planes of their own, so threads do not meet. */
static void
fill_slices (size_t begin, size_t end, void *data)
{
  const Fill *fill = data;
  const size_t *size = trp_volume_get_geometry (fill->volume)->size;
  g_autofree uint16_t *labels = g_new (uint16_t, size[0]);

  for (size_t row = begin * size[1]; row < end * size[1]; row++)
    {
      const bool ok = read_labels (fill->volume, row * size[0], size[0], labels);

      g_return_if_fail (ok);
      for (size_t from = 0, to; from < size[0]; from = to)
        {
          TrpMask *mask = fill->masks[labels[from]];

          to = end_of_run (labels, from, size[0]);
          if (mask)
            set_bits (trp_mask_write_slice (mask, row / size[1]) +
                        row % size[1] * trp_mask_get_words_per_row (mask),
                      from, to);
        }
    }
}

void
trp_label_voxels_fill (const TrpVolume *volume, TrpMask *masks[TRP_N_LABELS])
{
  Fill fill = { volume, masks };

  trp_parallel_for (trp_volume_get_geometry (volume)->size[2], SLICES_PER_CHUNK, fill_slices,
                    &fill);
}

typedef struct
{
  const TrpMask *mask;
  uint16_t label;
  bool is_wide;
  size_t stride;
  void *values;
} Paint;

static void
paint_word (const Paint *paint, uint64_t word, size_t index)
{
  for (uint64_t left = word; left != 0; left &= left - 1)
    {
      const size_t at = (index + (size_t) __builtin_ctzll (left)) * paint->stride;

      if (paint->is_wide)
        ((uint16_t *) paint->values)[at] = paint->label;
      else
        ((uint8_t *) paint->values)[at] = (uint8_t) paint->label;
    }
}

static void
paint_slices (size_t begin, size_t end, void *data)
{
  const Paint *paint = data;
  const size_t *size = trp_mask_get_geometry (paint->mask)->size;
  const size_t n_words = trp_mask_get_words_per_row (paint->mask);

  for (size_t k = begin; k < end; k++)
    {
      const uint64_t *words = trp_mask_peek_slice (paint->mask, k);

      for (size_t row = 0; words && row < size[1]; row++)
        for (size_t n = 0; n < n_words; n++)
          paint_word (paint, words[row * n_words + n], size[0] * (row + size[1] * k) + 64 * n);
    }
}

void
trp_label_voxels_paint (
  const TrpMask *mask, uint16_t label, bool is_wide, size_t stride, void *out_values)
{
  Paint paint = { mask, label, is_wide, stride, out_values };

  trp_parallel_for (trp_mask_get_geometry (mask)->size[2], SLICES_PER_CHUNK, paint_slices, &paint);
}
