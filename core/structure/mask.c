/* mask.c - see mask.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/mask.h"

#include "core/base/parallel.h"

#include <string.h>

/* Slices handed to a thread at once where whole grids are walked. */
#define SLICES_PER_CHUNK 4

typedef struct
{
  gatomicrefcount refs;
  uint64_t words[];
} Plane;

struct _TrpMask
{
  TrpGeometry geometry;
  size_t words_per_row;
  Plane **planes; /* size[2]; NULL where the slice is empty */
};

static size_t
get_plane_words (const TrpMask *self)
{
  return self->words_per_row * self->geometry.size[1];
}

static Plane *
plane_new (const TrpMask *self)
{
  Plane *plane = g_malloc0 (sizeof *plane + get_plane_words (self) * sizeof (uint64_t));

  g_atomic_ref_count_init (&plane->refs);
  return plane;
}

static Plane *
plane_ref (Plane *plane)
{
  if (plane)
    g_atomic_ref_count_inc (&plane->refs);
  return plane;
}

static void
plane_unref (Plane *plane)
{
  if (plane && g_atomic_ref_count_dec (&plane->refs))
    g_free (plane);
}

TrpMask *
trp_mask_new (const TrpGeometry *geometry)
{
  TrpMask *self = g_new0 (TrpMask, 1);

  self->geometry = *geometry;
  self->words_per_row = (geometry->size[0] + 63) / 64;
  self->planes = g_new0 (Plane *, geometry->size[2]);
  return self;
}

TrpMask *
trp_mask_copy (const TrpMask *self)
{
  TrpMask *copy = trp_mask_new (&self->geometry);

  for (size_t k = 0; k < self->geometry.size[2]; k++)
    copy->planes[k] = plane_ref (self->planes[k]);
  return copy;
}

void
trp_mask_free (TrpMask *self)
{
  if (!self)
    return;
  for (size_t k = 0; k < self->geometry.size[2]; k++)
    plane_unref (self->planes[k]);
  g_free (self->planes);
  g_free (self);
}

const TrpGeometry *
trp_mask_get_geometry (const TrpMask *self)
{
  return &self->geometry;
}

size_t
trp_mask_get_words_per_row (const TrpMask *self)
{
  return self->words_per_row;
}

const uint64_t *
trp_mask_peek_slice (const TrpMask *self, size_t k)
{
  g_return_val_if_fail (k < self->geometry.size[2], NULL);
  return self->planes[k] ? self->planes[k]->words : NULL;
}

uint64_t *
trp_mask_write_slice (TrpMask *self, size_t k)
{
  Plane *plane;

  g_return_val_if_fail (k < self->geometry.size[2], NULL);
  plane = self->planes[k];
  if (!plane)
    self->planes[k] = plane_new (self);
  else if (!g_atomic_ref_count_compare (&plane->refs, 1))
    {
      self->planes[k] = plane_new (self);
      memcpy (self->planes[k]->words, plane->words, get_plane_words (self) * sizeof (uint64_t));
      plane_unref (plane);
    }
  return self->planes[k]->words;
}

static bool
is_zero (const uint64_t *words, size_t n)
{
  for (size_t w = 0; w < n; w++)
    if (words[w])
      return false;
  return true;
}

void
trp_mask_trim (TrpMask *self)
{
  for (size_t k = 0; k < self->geometry.size[2]; k++)
    if (self->planes[k] && is_zero (self->planes[k]->words, get_plane_words (self)))
      g_clear_pointer (&self->planes[k], plane_unref);
}

static bool
is_inside (const TrpMask *self, size_t i, size_t j, size_t k)
{
  const size_t *size = self->geometry.size;

  return i < size[0] && j < size[1] && k < size[2];
}

bool
trp_mask_get (const TrpMask *self, size_t i, size_t j, size_t k)
{
  g_return_val_if_fail (is_inside (self, i, j, k), false);
  if (!self->planes[k])
    return false;
  return self->planes[k]->words[j * self->words_per_row + i / 64] >> i % 64 & 1;
}

void
trp_mask_set (TrpMask *self, size_t i, size_t j, size_t k, bool value)
{
  uint64_t *word;

  g_return_if_fail (is_inside (self, i, j, k));
  if (!value && !self->planes[k])
    return;
  word = trp_mask_write_slice (self, k) + j * self->words_per_row + i / 64;
  if (value)
    *word |= (uint64_t) 1 << i % 64;
  else
    *word &= ~((uint64_t) 1 << i % 64);
}

size_t
trp_mask_count (const TrpMask *self)
{
  const size_t n_words = get_plane_words (self);
  size_t count = 0;

  for (size_t k = 0; k < self->geometry.size[2]; k++)
    if (self->planes[k])
      for (size_t w = 0; w < n_words; w++)
        if (self->planes[k]->words[w]) /* most words are 0, and counting bits is a call */
          count += (size_t) __builtin_popcountll (self->planes[k]->words[w]);
  return count;
}

bool
trp_mask_is_empty (const TrpMask *self)
{
  for (size_t k = 0; k < self->geometry.size[2]; k++)
    if (self->planes[k] && !is_zero (self->planes[k]->words, get_plane_words (self)))
      return false;
  return true;
}

size_t
trp_mask_get_bytes (const TrpMask *self)
{
  size_t n_planes = 0;

  for (size_t k = 0; k < self->geometry.size[2]; k++)
    n_planes += self->planes[k] != NULL;
  return n_planes * get_plane_words (self) * sizeof (uint64_t);
}

double
trp_mask_get_volume_ml (const TrpMask *self)
{
  return (double) trp_mask_count (self) * trp_geometry_get_voxel_volume (&self->geometry) / 1000;
}

bool
trp_mask_shares_slice (const TrpMask *self, const TrpMask *other, size_t k)
{
  g_return_val_if_fail (k < self->geometry.size[2] && k < other->geometry.size[2], false);
  return self->planes[k] == other->planes[k];
}

static bool
is_slice_equal (const TrpMask *a, const TrpMask *b, size_t k)
{
  const size_t n_words = get_plane_words (a);

  if (a->planes[k] == b->planes[k])
    return true;
  if (!a->planes[k] || !b->planes[k])
    return is_zero (a->planes[k] ? a->planes[k]->words : b->planes[k]->words, n_words);
  return memcmp (a->planes[k]->words, b->planes[k]->words, n_words * sizeof (uint64_t)) == 0;
}

size_t
trp_mask_count_shared (const TrpMask *self, const TrpMask *other)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (self);
  const size_t n_words = trp_mask_get_words_per_row (self) * geometry->size[1];
  size_t count = 0;

  for (size_t k = 0; k < geometry->size[2]; k++)
    {
      const uint64_t *words = trp_mask_peek_slice (self, k);
      const uint64_t *others = trp_mask_peek_slice (other, k);

      if (!words || !others)
        continue;
      for (size_t w = 0; w < n_words; w++)
        count += (size_t) __builtin_popcountll (words[w] & others[w]);
    }
  return count;
}

bool
trp_mask_equal (const TrpMask *self, const TrpMask *other)
{
  if (memcmp (self->geometry.size, other->geometry.size, sizeof self->geometry.size) != 0)
    return false;
  for (size_t k = 0; k < self->geometry.size[2]; k++)
    if (!is_slice_equal (self, other, k))
      return false;
  return true;
}

bool
trp_box_is_empty (const TrpBox *box)
{
  for (int axis = 0; axis < 3; axis++)
    if (box->begin[axis] >= box->end[axis])
      return true;
  return false;
}

TrpBox
trp_box_union (const TrpBox *a, const TrpBox *b)
{
  TrpBox box;

  if (trp_box_is_empty (a))
    return *b;
  if (trp_box_is_empty (b))
    return *a;
  for (int axis = 0; axis < 3; axis++)
    {
      box.begin[axis] = MIN (a->begin[axis], b->begin[axis]);
      box.end[axis] = MAX (a->end[axis], b->end[axis]);
    }
  return box;
}

TrpBox
trp_box_intersection (const TrpBox *a, const TrpBox *b)
{
  TrpBox box;

  for (int axis = 0; axis < 3; axis++)
    {
      box.begin[axis] = MAX (a->begin[axis], b->begin[axis]);
      box.end[axis] = MIN (a->end[axis], b->end[axis]);
    }
  return trp_box_is_empty (&box) ? (TrpBox){ 0 } : box;
}

/* Widens @box by the bits of slice @k; the caller has found the slice not empty. */
static void
extend_box (TrpBox *box, const TrpMask *self, size_t k)
{
  TrpBox slice = { { SIZE_MAX, SIZE_MAX, k }, { 0, 0, k + 1 } };

  for (size_t j = 0; j < self->geometry.size[1]; j++)
    {
      const uint64_t *row = self->planes[k]->words + j * self->words_per_row;

      for (size_t w = 0; w < self->words_per_row; w++)
        if (row[w])
          {
            slice.begin[0] = MIN (slice.begin[0], 64 * w + (size_t) __builtin_ctzll (row[w]));
            slice.end[0] = MAX (slice.end[0], 64 * w + 64 - (size_t) __builtin_clzll (row[w]));
            slice.begin[1] = MIN (slice.begin[1], j);
            slice.end[1] = j + 1;
          }
    }
  *box = trp_box_union (box, &slice);
}

TrpBox
trp_mask_get_box (const TrpMask *self)
{
  TrpBox box = { 0 };

  for (size_t k = 0; k < self->geometry.size[2]; k++)
    if (self->planes[k] && !is_zero (self->planes[k]->words, get_plane_words (self)))
      extend_box (&box, self, k);
  return box;
}

/* Voxels of a whole grid to be packed into, or unpacked from, a mask. */
typedef struct
{
  TrpMask *mask;
  const uint16_t *labels;
  uint16_t label;
  const uint8_t *bytes;
  uint8_t *out_bytes;
} Packing;

static bool
has_label (const uint16_t *values, size_t n, uint16_t label)
{
  for (size_t v = 0; v < n; v++)
    if (values[v] == label)
      return true;
  return false;
}

static void
pack_labels (size_t begin, size_t end, void *data)
{
  const Packing *packing = data;
  TrpMask *mask = packing->mask;
  const size_t nx = mask->geometry.size[0], ny = mask->geometry.size[1];

  for (size_t k = begin; k < end; k++)
    {
      const uint16_t *values = packing->labels + k * nx * ny;

      if (!has_label (values, nx * ny, packing->label))
        continue;
      mask->planes[k] = plane_new (mask);
      for (size_t j = 0; j < ny; j++)
        if (has_label (values + j * nx, nx, packing->label))
          for (size_t i = 0; i < nx; i++)
            mask->planes[k]->words[j * mask->words_per_row + i / 64] |=
              (uint64_t) (values[j * nx + i] == packing->label) << i % 64;
    }
}

TrpMask *
trp_mask_new_from_labels (const TrpGeometry *geometry, const uint16_t *values, uint16_t value)
{
  TrpMask *self = trp_mask_new (geometry);
  Packing packing = { .mask = self, .labels = values, .label = value };

  trp_parallel_for (geometry->size[2], SLICES_PER_CHUNK, pack_labels, &packing);
  return self;
}

static bool
has_nonzero (const uint8_t *values, size_t n)
{
  for (size_t v = 0; v < n; v++)
    if (values[v])
      return true;
  return false;
}

static void
pack_bytes (size_t begin, size_t end, void *data)
{
  const Packing *packing = data;
  TrpMask *mask = packing->mask;
  const size_t nx = mask->geometry.size[0], ny = mask->geometry.size[1];

  for (size_t k = begin; k < end; k++)
    {
      const uint8_t *values = packing->bytes + k * nx * ny;

      if (!has_nonzero (values, nx * ny))
        continue;
      mask->planes[k] = plane_new (mask);
      for (size_t j = 0; j < ny; j++)
        for (size_t i = 0; i < nx; i++)
          mask->planes[k]->words[j * mask->words_per_row + i / 64] |=
            (uint64_t) (values[j * nx + i] != 0) << i % 64;
    }
}

TrpMask *
trp_mask_new_from_bytes (const TrpGeometry *geometry, const uint8_t *values)
{
  TrpMask *self = trp_mask_new (geometry);
  Packing packing = { .mask = self, .bytes = values };

  trp_parallel_for (geometry->size[2], SLICES_PER_CHUNK, pack_bytes, &packing);
  return self;
}

static void
unpack_bytes (size_t begin, size_t end, void *data)
{
  const Packing *packing = data;
  const TrpMask *mask = packing->mask;
  const size_t nx = mask->geometry.size[0], ny = mask->geometry.size[1];

  for (size_t k = begin; k < end; k++)
    {
      uint8_t *out = packing->out_bytes + k * nx * ny;

      if (!mask->planes[k])
        {
          memset (out, 0, nx * ny);
          continue;
        }
      for (size_t j = 0; j < ny; j++)
        for (size_t i = 0; i < nx; i++)
          out[j * nx + i] = mask->planes[k]->words[j * mask->words_per_row + i / 64] >> i % 64 & 1;
    }
}

void
trp_mask_copy_bytes (const TrpMask *self, uint8_t *out_bytes)
{
  Packing packing = { .mask = (TrpMask *) self, .out_bytes = out_bytes };

  trp_parallel_for (self->geometry.size[2], SLICES_PER_CHUNK, unpack_bytes, &packing);
}
