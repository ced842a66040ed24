/* border.c - see border.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Neighbours along i are the same words shifted by one bit, with the bit that crosses the word
 * boundary taken from the next word; neighbours along j and k are other rows.
 */

#include "core/metrics/border.h"

#include "core/base/parallel.h"

#include <string.h>

#define WORDS_PER_CHUNK 65536 /* less is done sooner than a thread wakes up */

/* Slices; fixed by the box alone. */
static size_t
get_chunk (const TrpBits *bits)
{
  return WORDS_PER_CHUNK / (bits->n_words * bits->size[1]) + 1;
}

/* @rows: of @out */
typedef struct
{
  const TrpBits *in;
  TrpBits *out;
  const TrpMask *mask;
  TrpBitsRows rows;
} Work;

static TrpBitsRows
get_all_rows (const TrpBits *bits)
{
  return (TrpBitsRows){ .j_end = bits->size[1], .k_end = bits->size[2] };
}

/* @func hears of slices counted from rows.k_begin. */
static void
run (TrpParallelFunc func, const Work *work)
{
  if (work->rows.k_end > work->rows.k_begin)
    trp_parallel_for (work->rows.k_end - work->rows.k_begin, get_chunk (work->out), func,
                      (void *) work);
}

TrpBits *
trp_bits_new (const ptrdiff_t origin[3], const size_t size[3], GError **error)
{
  const size_t n_words = (size[0] + 63) / 64;
  TrpBits *self;
  uint64_t *words = g_try_new0 (uint64_t, n_words * size[1] * size[2]);

  if (!words)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no memory for the surface of a structure of %zu x %zu x %zu voxels",
                   size[0], size[1], size[2]);
      return NULL;
    }
  self = g_new0 (TrpBits, 1);
  memcpy (self->origin, origin, sizeof self->origin);
  memcpy (self->size, size, sizeof self->size);
  self->n_words = n_words;
  self->words = words;
  return self;
}

void
trp_bits_free (TrpBits *self)
{
  if (!self)
    return;
  g_free (self->words);
  g_free (self);
}

void
trp_bits_pad_box (const TrpBox *box, ptrdiff_t out_origin[3], size_t out_size[3])
{
  for (int axis = 0; axis < 3; axis++)
    {
      out_origin[axis] = (ptrdiff_t) box->begin[axis] - 1;
      out_size[axis] = box->end[axis] - box->begin[axis] + 2;
    }
}

/* 64 bits of a row from bit @first on; zeros outside the row. */
static uint64_t
get_bits (const uint64_t *row, ptrdiff_t n_words, ptrdiff_t first)
{
  const ptrdiff_t word = first >= 0 ? first / 64 : -((63 - first) / 64);
  const int shift = (int) (first - 64 * word);
  const uint64_t low = word >= 0 && word < n_words ? row[word] : 0;
  const uint64_t high = word + 1 >= 0 && word + 1 < n_words ? row[word + 1] : 0;

  return shift == 0 ? low : low >> shift | high << (64 - shift);
}

static void
cut_slices (size_t begin, size_t end, void *data)
{
  const Work *self = data;
  TrpBits *out = self->out;
  const TrpGeometry *geometry = trp_mask_get_geometry (self->mask);
  const ptrdiff_t n_words = (ptrdiff_t) trp_mask_get_words_per_row (self->mask);
  const int n_spare = (int) (64 * out->n_words - out->size[0]);

  for (size_t k = self->rows.k_begin + begin; k < self->rows.k_begin + end; k++)
    {
      const ptrdiff_t mask_k = out->origin[2] + (ptrdiff_t) k;
      const uint64_t *slice = mask_k >= 0 && mask_k < (ptrdiff_t) geometry->size[2]
                                ? trp_mask_peek_slice (self->mask, (size_t) mask_k)
                                : NULL;

      for (size_t j = self->rows.j_begin; j < self->rows.j_end; j++)
        {
          const ptrdiff_t mask_j = out->origin[1] + (ptrdiff_t) j;
          uint64_t *row = out->words + (j + out->size[1] * k) * out->n_words;

          if (!slice || mask_j < 0 || mask_j >= (ptrdiff_t) geometry->size[1])
            {
              memset (row, 0, out->n_words * sizeof *row);
              continue;
            }
          for (size_t n = 0; n < out->n_words; n++)
            row[n] = get_bits (slice + mask_j * n_words, n_words,
                               out->origin[0] + 64 * (ptrdiff_t) n);
          row[out->n_words - 1] &= UINT64_MAX >> n_spare;
        }
    }
}

TrpBits *
trp_bits_new_from_mask (const TrpMask *mask,
                        const ptrdiff_t origin[3],
                        const size_t size[3],
                        GError **error)
{
  TrpBits *self = trp_bits_new (origin, size, error);

  if (self)
    run (cut_slices, &(Work){ .out = self, .mask = mask, .rows = get_all_rows (self) });
  return self;
}

void
trp_bits_update_from_mask (TrpBits *self, const TrpMask *mask, const TrpBitsRows *rows)
{
  run (cut_slices, &(Work){ .out = self, .mask = mask, .rows = *rows });
}

static inline uint64_t
before (const uint64_t *row, size_t n)
{
  return row[n] << 1 | (n > 0 ? row[n - 1] >> 63 : 0);
}

static inline uint64_t
after (const uint64_t *row, size_t n, size_t n_words)
{
  return row[n] >> 1 | (n + 1 < n_words ? row[n + 1] << 63 : 0);
}

/* @step_k: words to the next slice, or 0 where slices do not count as neighbours. */
static void
find_border_of_slice (const Work *work, size_t k, size_t step_k)
{
  const TrpBits *in = work->in;
  TrpBits *out = work->out;
  const size_t n_words = in->n_words;

  for (size_t j = MAX (work->rows.j_begin, 1); j < MIN (work->rows.j_end, in->size[1] - 1); j++)
    {
      const uint64_t *row = in->words + (j + in->size[1] * k) * n_words;
      uint64_t *out_row = out->words + (j + in->size[1] * k) * n_words;

      for (size_t n = 0; n < n_words; n++)
        out_row[n] = row[n] & ~(before (row, n) & after (row, n, n_words) & row[n - n_words] &
                                row[n + n_words] & *(row + n - step_k) & row[n + step_k]);
    }
}

static void
find_border (size_t begin, size_t end, void *data)
{
  const Work *self = data;

  for (size_t k = self->rows.k_begin + begin; k < self->rows.k_begin + end; k++)
    if (k > 0 && k + 1 < self->in->size[2])
      find_border_of_slice (self, k, self->in->n_words * self->in->size[1]);
}

static void
find_slice_border (size_t begin, size_t end, void *data)
{
  const Work *self = data;

  for (size_t k = self->rows.k_begin + begin; k < self->rows.k_begin + end; k++)
    find_border_of_slice (self, k, 0);
}

static void
find_corners (size_t begin, size_t end, void *data)
{
  const Work *self = data;
  const TrpBits *in = self->in;
  const size_t n_words = in->n_words;

  for (size_t k = MAX (self->rows.k_begin + begin, 1); k < self->rows.k_begin + end; k++)
    for (size_t j = MAX (self->rows.j_begin, 1); j < self->rows.j_end; j++)
      {
        const uint64_t *d = in->words + (j + in->size[1] * k) * n_words;
        const uint64_t *c = d - n_words;
        const uint64_t *b = d - n_words * in->size[1];
        const uint64_t *a = b - n_words;
        uint64_t *out_row = self->out->words + (j + in->size[1] * k) * n_words;

        for (size_t n = 0; n < n_words; n++)
          {
            const uint64_t any = a[n] | b[n] | c[n] | d[n] | before (a, n) | before (b, n) |
                                 before (c, n) | before (d, n);
            const uint64_t all = a[n] & b[n] & c[n] & d[n] & before (a, n) & before (b, n) &
                                 before (c, n) & before (d, n);

            out_row[n] = any & ~all;
          }
      }
}

static TrpBits *
derive (const TrpBits *self, TrpParallelFunc func, GError **error)
{
  TrpBits *out = trp_bits_new (self->origin, self->size, error);

  if (out)
    run (func, &(Work){ .in = self, .out = out, .rows = get_all_rows (self) });
  return out;
}

TrpBitsRows
trp_bits_widen_rows (const TrpBits *self, const TrpBitsRows *rows)
{
  return (TrpBitsRows){
    .j_begin = rows->j_begin - MIN (rows->j_begin, 1),
    .j_end = MIN (rows->j_end + 1, self->size[1]),
    .k_begin = rows->k_begin - MIN (rows->k_begin, 1),
    .k_end = MIN (rows->k_end + 1, self->size[2]),
  };
}

static void
update (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows, TrpParallelFunc func)
{
  run (func, &(Work){ .in = self, .out = points, .rows = trp_bits_widen_rows (self, rows) });
}

TrpBits *
trp_bits_new_border (const TrpBits *self, GError **error)
{
  return derive (self, find_border, error);
}

void
trp_bits_update_border (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows)
{
  update (points, self, rows, find_border);
}

TrpBits *
trp_bits_new_slice_border (const TrpBits *self, GError **error)
{
  return derive (self, find_slice_border, error);
}

void
trp_bits_update_slice_border (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows)
{
  update (points, self, rows, find_slice_border);
}

TrpBits *
trp_bits_new_corners (const TrpBits *self, GError **error)
{
  return derive (self, find_corners, error);
}

void
trp_bits_update_corners (TrpBits *points, const TrpBits *self, const TrpBitsRows *rows)
{
  update (points, self, rows, find_corners);
}

size_t
trp_bits_count (const TrpBits *self)
{
  const size_t n_words = self->n_words * self->size[1] * self->size[2];
  size_t count = 0;

  for (size_t n = 0; n < n_words; n++)
    count += (size_t) __builtin_popcountll (self->words[n]);
  return count;
}

TrpBitsPoint *
trp_bits_list (const TrpBits *self, size_t *out_n)
{
  const size_t n_points = trp_bits_count (self);
  TrpBitsPoint *points = g_new (TrpBitsPoint, n_points);
  const uint64_t *word = self->words;
  size_t n = 0;

  for (size_t k = 0; k < self->size[2]; k++)
    for (size_t j = 0; j < self->size[1]; j++)
      for (size_t w = 0; w < self->n_words; w++)
        for (uint64_t left = *word++; left; left &= left - 1)
          points[n++] = (TrpBitsPoint){ (uint16_t) (64 * w + (size_t) __builtin_ctzll (left)),
                                        (uint16_t) j, (uint16_t) k };
  *out_n = n_points;
  return points;
}
