/* slices.c - see slices.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A slice across i is one bit of every row, across j one row of every plane, across k a plane.
 */

#include "core/structure/slices.h"

#include <string.h>

/* Of one plane's words, those that belong to the slice: @words of every @stride, those bits. */
typedef struct
{
  size_t first_row, end_row;
  size_t first_word, end_word;
  uint64_t bits;
} Section;

static Section
get_section (const TrpMask *mask, int axis, size_t slice)
{
  const size_t n_rows = trp_mask_get_geometry (mask)->size[1];
  const size_t n_words = trp_mask_get_words_per_row (mask);

  switch (axis)
    {
    case 0:
      return (Section){ 0, n_rows, slice / 64, slice / 64 + 1, (uint64_t) 1 << slice % 64 };
    case 1:
      return (Section){ slice, slice + 1, 0, n_words, UINT64_MAX };
    default:
      return (Section){ 0, n_rows, 0, n_words, UINT64_MAX };
    }
}

static bool
has_any (const TrpMask *mask, const Section *section, size_t k)
{
  const size_t n_words = trp_mask_get_words_per_row (mask);
  const uint64_t *words = trp_mask_peek_slice (mask, k);

  for (size_t row = section->first_row; words && row < section->end_row; row++)
    for (size_t word = section->first_word; word < section->end_word; word++)
      if (words[row * n_words + word] & section->bits)
        return true;
  return false;
}

/* Bits of the section come from @source (NULL: none), moved by @shift bits within their word. */
static void
put_plane (TrpMask *out,
           size_t k,
           const Section *to,
           const TrpMask *from,
           size_t source_k,
           const Section *of,
           bool adds)
{
  const size_t n_words = trp_mask_get_words_per_row (out);
  const uint64_t *source = from ? trp_mask_peek_slice (from, source_k) : NULL;
  uint64_t *words;

  if (!(source && has_any (from, of, source_k)) && (adds || !has_any (out, to, k)))
    return;
  words = trp_mask_write_slice (out, k);
  for (size_t row = 0; row < to->end_row - to->first_row; row++)
    for (size_t n = 0; n < to->end_word - to->first_word; n++)
      {
        uint64_t *word = &words[(to->first_row + row) * n_words + to->first_word + n];
        uint64_t bits = source
                          ? source[(of->first_row + row) * n_words + of->first_word + n] & of->bits
                          : 0;

        if (of && of->bits != to->bits)
          bits = bits ? to->bits : 0; /* one bit, in another place */
        *word = (adds ? *word : *word & ~to->bits) | bits;
      }
}

TrpMask *
trp_slices_put (
  const TrpMask *mask, const TrpMask *from, int axis, size_t source, size_t target, bool adds)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  g_autoptr (TrpMask) out = trp_mask_copy (mask);

  g_return_val_if_fail (axis >= 0 && axis < 3 && source < size[axis] && target < size[axis], NULL);
  g_return_val_if_fail (memcmp (size, trp_mask_get_geometry (from)->size, sizeof (size_t[3])) == 0,
                        NULL);

  const Section to = get_section (mask, axis, target), of = get_section (mask, axis, source);

  if (axis == 2)
    put_plane (out, target, &to, from, source, &of, adds);
  else
    for (size_t k = 0; k < size[2]; k++)
      put_plane (out, k, &to, from, k, &of, adds);
  trp_mask_trim (out);
  return g_steal_pointer (&out);
}

static void
clear (TrpMask *out, int axis, size_t begin, size_t end)
{
  const size_t n_planes = trp_mask_get_geometry (out)->size[2];

  for (size_t slice = begin; slice < end; slice++)
    {
      const Section section = get_section (out, axis, slice);

      for (size_t k = axis == 2 ? slice : 0; k < (axis == 2 ? slice + 1 : n_planes); k++)
        put_plane (out, k, &section, NULL, k, NULL, false);
    }
}

TrpMask *
trp_slices_clear (const TrpMask *mask, int axis, size_t first, size_t last)
{
  g_autoptr (TrpMask) out = trp_mask_copy (mask);

  g_return_val_if_fail (axis >= 0 && axis < 3, NULL);
  clear (out, axis, first, MIN (last + 1, trp_mask_get_geometry (mask)->size[axis]));
  trp_mask_trim (out);
  return g_steal_pointer (&out);
}

TrpMask *
trp_slices_crop (const TrpMask *mask, int axis, size_t first, size_t last)
{
  g_autoptr (TrpMask) out = trp_mask_copy (mask);

  g_return_val_if_fail (axis >= 0 && axis < 3, NULL);
  const size_t n_slices = trp_mask_get_geometry (mask)->size[axis];

  clear (out, axis, 0, MIN (first, n_slices));
  clear (out, axis, MIN (last + 1, n_slices), n_slices);
  trp_mask_trim (out);
  return g_steal_pointer (&out);
}

bool
trp_slices_is_empty (const TrpMask *mask, int axis, size_t slice)
{
  g_return_val_if_fail (axis >= 0 && axis < 3, true);
  const Section section = get_section (mask, axis, slice);

  if (axis == 2)
    return !has_any (mask, &section, slice);
  for (size_t k = 0; k < trp_mask_get_geometry (mask)->size[2]; k++)
    if (has_any (mask, &section, k))
      return false;
  return true;
}

/* ---- slice by slice ---- */

static TrpGeometry
get_thin_geometry (const TrpGeometry *geometry, int axis)
{
  TrpGeometry thin = *geometry;

  thin.size[axis] = 1;
  return thin;
}

/* All voxels of one slice, between the grid and a grid that is that slice. */
static void
copy_slice (
  const TrpMask *from, size_t from_slice, TrpMask *to, size_t to_slice, const TrpBox *box, int axis)
{
  for (size_t k = box->begin[2]; k < box->end[2]; k++)
    for (size_t j = box->begin[1]; j < box->end[1]; j++)
      for (size_t i = box->begin[0]; i < box->end[0]; i++)
        {
          size_t at[3] = { i, j, k }, target[3] = { i, j, k };
          bool value;

          at[axis] = from_slice;
          target[axis] = to_slice;
          value = trp_mask_get (from, at[0], at[1], at[2]);
          if (value != trp_mask_get (to, target[0], target[1], target[2]))
            trp_mask_set (to, target[0], target[1], target[2], value);
        }
}

TrpMask *
trp_slices_map (const TrpMask *mask,
                int axis,
                TrpSliceFunc func,
                void *data,
                TrpIslands *out_islands,
                TrpProgress *progress,
                GError **error)
{
  const TrpBox whole = trp_mask_get_box (mask);
  g_autoptr (TrpMask) out = trp_mask_copy (mask);
  TrpIslands sum = { 0 };

  g_return_val_if_fail (axis >= 0 && axis < 3, NULL);
  for (size_t slice = whole.begin[axis]; slice < whole.end[axis]; slice++)
    {
      const TrpGeometry geometry = get_thin_geometry (trp_mask_get_geometry (mask), axis);
      g_autoptr (TrpMask) before = trp_mask_new (&geometry);
      g_autoptr (TrpMask) after = NULL;
      TrpIslands islands = { 0 };
      TrpBox box = whole;

      if (!trp_progress_step (progress,
                              (double) (slice - whole.begin[axis]) /
                                (double) (whole.end[axis] - whole.begin[axis]),
                              NULL, error))
        return NULL;
      box.begin[axis] = 0;
      box.end[axis] = 1;
      copy_slice (mask, slice, before, 0, &box, axis);
      after = func (before, data, &islands, error);
      if (!after)
        return NULL;
      copy_slice (after, 0, out, slice, &box, axis);
      sum.n_parts += islands.n_parts;
      sum.n_voxels += islands.n_voxels;
    }
  trp_mask_trim (out);
  *out_islands = sum;
  return g_steal_pointer (&out);
}
