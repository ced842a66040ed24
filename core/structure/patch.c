/* patch.c - see patch.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Data layout: one array of 64-bit words; each run is a head (k, j, first word and number of words,
 * 16 bits each, which hold every grid up to TRP_GEOMETRY_MAX_SIZE) followed by its words.
 */

#include "core/structure/patch.h"

struct _TrpPatch
{
  GArray *data; /* uint64_t */
  size_t last_head;
  TrpBox box;
};

static uint64_t
make_head (size_t k, size_t j, size_t word, size_t n_words)
{
  return (uint64_t) k << 48 | (uint64_t) j << 32 | (uint64_t) word << 16 | (uint64_t) n_words;
}

static uint64_t *
peek_data (const TrpPatch *self)
{
  return (uint64_t *) (void *) self->data->data;
}

TrpPatch *
trp_patch_new (void)
{
  TrpPatch *self = g_atomic_rc_box_new0 (TrpPatch);

  self->data = g_array_new (false, false, sizeof (uint64_t));
  return self;
}

TrpPatch *
trp_patch_ref (TrpPatch *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  TrpPatch *self = data;

  g_array_unref (self->data);
}

void
trp_patch_unref (TrpPatch *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear);
}

static bool
is_next_in_run (const TrpPatch *self, size_t k, size_t j, size_t word)
{
  uint64_t head, n_words;

  if (self->data->len == 0)
    return false;
  head = peek_data (self)[self->last_head];
  n_words = head & 0xffff;
  return make_head (k, j, word, 0) == (head & ~(uint64_t) 0xffff) + (n_words << 16);
}

/* trp_box_union() with the box of one word, without the calls: this runs for every word. */
static void
extend_box (TrpBox *box, size_t k, size_t j, size_t word, uint64_t bits)
{
  const size_t begin = 64 * word + (size_t) __builtin_ctzll (bits);
  const size_t end = 64 * word + 64 - (size_t) __builtin_clzll (bits);

  if (box->end[0] == 0)
    *box = (TrpBox){ { begin, j, k }, { end, j + 1, k + 1 } };
  box->begin[0] = MIN (box->begin[0], begin);
  box->end[0] = MAX (box->end[0], end);
  box->begin[1] = MIN (box->begin[1], j);
  box->end[1] = MAX (box->end[1], j + 1);
  box->end[2] = k + 1; /* words come with k ascending */
}

void
trp_patch_append (TrpPatch *self, size_t k, size_t j, size_t word, uint64_t bits)
{
  g_return_if_fail (k < TRP_GEOMETRY_MAX_SIZE && j < TRP_GEOMETRY_MAX_SIZE &&
                    word <= TRP_GEOMETRY_MAX_SIZE / 64);
  if (bits == 0)
    return;
  if (is_next_in_run (self, k, j, word))
    peek_data (self)[self->last_head]++;
  else
    {
      const uint64_t head = make_head (k, j, word, 1);

      self->last_head = self->data->len;
      g_array_append_val (self->data, head);
    }
  g_array_append_val (self->data, bits);
  extend_box (&self->box, k, j, word, bits);
}

bool
trp_patch_next_run (const TrpPatch *self, size_t *position, TrpPatchRun *out_run)
{
  const uint64_t *data = peek_data (self);
  uint64_t head;

  if (*position >= self->data->len)
    return false;
  head = data[*position];
  out_run->k = head >> 48;
  out_run->j = head >> 32 & 0xffff;
  out_run->word = head >> 16 & 0xffff;
  out_run->n_words = head & 0xffff;
  out_run->bits = data + *position + 1;
  *position += 1 + out_run->n_words;
  return true;
}

static void
append_row_difference (
  TrpPatch *self, size_t k, size_t j, const uint64_t *before, const uint64_t *after, size_t n_words)
{
  for (size_t w = 0; w < n_words; w++)
    trp_patch_append (self, k, j, w, (before ? before[w] : 0) ^ (after ? after[w] : 0));
}

TrpPatch *
trp_patch_new_difference (const TrpMask *before, const TrpMask *after)
{
  const size_t *size = trp_mask_get_geometry (before)->size;
  const size_t n_words = trp_mask_get_words_per_row (before);
  TrpPatch *self = trp_patch_new ();

  for (size_t k = 0; k < size[2]; k++)
    {
      const uint64_t *old = trp_mask_peek_slice (before, k);
      const uint64_t *new = trp_mask_peek_slice (after, k);

      if (trp_mask_shares_slice (before, after, k))
        continue;
      for (size_t j = 0; j < size[1]; j++)
        append_row_difference (self, k, j, old ? old + j * n_words : NULL,
                               new ? new + j *n_words : NULL, n_words);
    }
  return self;
}

/* Walks the words of a patch one by one; @key grows with k, j, word. */
typedef struct
{
  const TrpPatch *patch;
  size_t position;
  TrpPatchRun run;
  size_t n_done;
  bool at_end;
  uint64_t key;
} Cursor;

static void
cursor_settle (Cursor *self)
{
  if (self->n_done == self->run.n_words)
    {
      self->at_end = !trp_patch_next_run (self->patch, &self->position, &self->run);
      self->n_done = 0;
    }
  self->key = self->at_end ? UINT64_MAX
                           : make_head (self->run.k, self->run.j, self->run.word, 0) / 0x10000;
  if (!self->at_end)
    self->key += self->n_done;
}

static Cursor
cursor_begin (const TrpPatch *patch)
{
  Cursor self = { .patch = patch };

  cursor_settle (&self);
  return self;
}

/* The word at @key, and on to the next; 0 where this patch has none. */
static uint64_t
cursor_take (Cursor *self, uint64_t key)
{
  uint64_t bits;

  if (self->key != key)
    return 0;
  bits = self->run.bits[self->n_done++];
  cursor_settle (self);
  return bits;
}

static TrpPatch *
merge_two (const TrpPatch *a, const TrpPatch *b)
{
  TrpPatch *merged = trp_patch_new ();
  Cursor in_a = cursor_begin (a), in_b = cursor_begin (b);

  while (!in_a.at_end || !in_b.at_end)
    {
      const uint64_t key = MIN (in_a.key, in_b.key);
      const uint64_t bits = cursor_take (&in_a, key) ^ cursor_take (&in_b, key);

      trp_patch_append (merged, key >> 32, key >> 16 & 0xffff, key & 0xffff, bits);
    }
  return merged;
}

/* Halves, so that a stroke of many parts costs their words times the logarithm of their number. */
TrpPatch *
trp_patch_new_merged (TrpPatch *const *patches, size_t n_patches)
{
  g_autoptr (TrpPatch) first = NULL;
  g_autoptr (TrpPatch) second = NULL;

  if (n_patches == 0)
    return trp_patch_new ();
  if (n_patches == 1)
    return trp_patch_ref (patches[0]);
  first = trp_patch_new_merged (patches, n_patches / 2);
  second = trp_patch_new_merged (patches + n_patches / 2, n_patches - n_patches / 2);
  return merge_two (first, second);
}

bool
trp_patch_is_empty (const TrpPatch *self)
{
  return self->data->len == 0;
}

TrpBox
trp_patch_get_box (const TrpPatch *self)
{
  return self->box;
}

size_t
trp_patch_count_voxels (const TrpPatch *self)
{
  size_t count = 0, position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (self, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      count += (size_t) __builtin_popcountll (run.bits[w]);
  return count;
}

size_t
trp_patch_count_words (const TrpPatch *self)
{
  size_t count = 0, position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (self, &position, &run))
    count += run.n_words;
  return count;
}

size_t
trp_patch_get_bytes (const TrpPatch *self)
{
  return sizeof *self + self->data->len * sizeof (uint64_t);
}

void
trp_patch_apply (const TrpPatch *self, TrpMask *mask)
{
  const size_t words_per_row = trp_mask_get_words_per_row (mask);
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (self, &position, &run))
    {
      uint64_t *words = trp_mask_write_slice (mask, run.k) + run.j * words_per_row + run.word;

      for (size_t w = 0; w < run.n_words; w++)
        words[w] ^= run.bits[w];
    }
}
