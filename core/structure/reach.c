/* reach.c - see reach.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Data layout: tiles of TILE_ROWS words below each other in one slice, found by a hash table. The
 * flood works on whole words: bits spread along a row by shifts and to the four rows around by
 * looking at the same bits there.
 */

#include "core/structure/reach.h"

#define TILE_ROWS 16

/* Of one slice and one column of words. */
typedef struct
{
  uint64_t key;
  uint64_t seen[TILE_ROWS];
  uint64_t open[TILE_ROWS];
  uint64_t reached[TILE_ROWS];
  uint64_t fresh[TILE_ROWS]; /* reached by the call that runs */
} Tile;

struct _TrpReach
{
  GHashTable *tiles;
  Tile *last_tile; /* neighbours are mostly in the same one */
  GArray *queue;   /* places of words that may have something new beside them */
  GArray *fresh;   /* places of words with fresh bits */
};

/* A word of the grid in the order of a patch: slice, row, word of the row. */
static uint64_t
make_place (size_t k, size_t j, size_t word)
{
  return (uint64_t) k << 32 | (uint64_t) j << 16 | (uint64_t) word;
}

static size_t
get_k (uint64_t place)
{
  return place >> 32;
}

static size_t
get_j (uint64_t place)
{
  return place >> 16 & 0xffff;
}

static size_t
get_word (uint64_t place)
{
  return place & 0xffff;
}

static guint
hash_key (gconstpointer key)
{
  const uint64_t golden_ratio = UINT64_C (0x9e3779b97f4a7c15); /* Fibonacci hashing, Knuth 6.4 */

  return (guint) (*(const uint64_t *) key * golden_ratio >> 32);
}

TrpReach *
trp_reach_new (void)
{
  TrpReach *self = g_new0 (TrpReach, 1);

  self->tiles = g_hash_table_new_full (hash_key, g_int64_equal, NULL, g_free);
  self->queue = g_array_new (false, false, sizeof (uint64_t));
  self->fresh = g_array_new (false, false, sizeof (uint64_t));
  return self;
}

void
trp_reach_free (TrpReach *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->tiles);
  g_array_unref (self->queue);
  g_array_unref (self->fresh);
  g_free (self);
}

/* Returns: NULL where nothing was offered. */
static Tile *
find_tile (TrpReach *self, uint64_t place)
{
  const uint64_t key = make_place (get_k (place), get_j (place) / TILE_ROWS, get_word (place));
  Tile *tile = self->last_tile;

  if (tile && tile->key == key)
    return tile;
  tile = g_hash_table_lookup (self->tiles, &key);
  if (tile)
    self->last_tile = tile;
  return tile;
}

static Tile *
ensure_tile (TrpReach *self, uint64_t place)
{
  Tile *tile = find_tile (self, place);

  if (tile)
    return tile;
  tile = g_new0 (Tile, 1);
  tile->key = make_place (get_k (place), get_j (place) / TILE_ROWS, get_word (place));
  g_hash_table_add (self->tiles, tile);
  self->last_tile = tile;
  return tile;
}

TrpPatch *
trp_reach_take_unseen (TrpReach *self, const TrpPatch *swept)
{
  TrpPatch *unseen = trp_patch_new ();
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (swept, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      {
        Tile *tile = ensure_tile (self, make_place (run.k, run.j, run.word + w));
        uint64_t *seen = &tile->seen[run.j % TILE_ROWS];

        trp_patch_append (unseen, run.k, run.j, run.word + w, run.bits[w] & ~*seen);
        *seen |= run.bits[w];
      }
  return unseen;
}

/* ---- the flood ---- */

static uint64_t
get_reached (TrpReach *self, uint64_t place)
{
  const Tile *tile = find_tile (self, place);

  return tile ? tile->reached[get_j (place) % TILE_ROWS] : 0;
}

typedef struct
{
  uint64_t places[6]; /* rows around, then the words before and behind */
  bool exists[6];
} Neighbours;

/* The far rim of the grid needs no check: nothing is ever open beyond it. */
static Neighbours
get_neighbours (uint64_t place)
{
  const size_t k = get_k (place), j = get_j (place), word = get_word (place);

  return (Neighbours){
    .places = { make_place (k, j - 1, word), make_place (k, j + 1, word),
                make_place (k - 1, j, word), make_place (k + 1, j, word),
                make_place (k, j, word - 1), make_place (k, j, word + 1) },
    .exists = { j > 0, true, k > 0, true, word > 0, true },
  };
}

/* All of @open that is joined to @bits within the word. */
static uint64_t
spread (uint64_t bits, uint64_t open)
{
  uint64_t up = open, down = open;

  for (unsigned shift = 1; shift < 64; shift *= 2)
    {
      bits |= (up & (bits << shift)) | (down & (bits >> shift));
      up &= up << shift;
      down &= down >> shift;
    }
  return bits;
}

/* Bits of the word that have a reached voxel beside them. */
static uint64_t
gather (TrpReach *self, uint64_t place, const Neighbours *around)
{
  const uint64_t own = get_reached (self, place);
  uint64_t bits = own << 1 | own >> 1;

  for (int n = 0; n < 6; n++)
    if (around->exists[n])
      {
        const uint64_t reached = get_reached (self, around->places[n]);

        bits |= n == 4 ? reached >> 63 : n == 5 ? reached << 63 : reached;
      }
  return bits;
}

static void
mark (TrpReach *self, uint64_t place, uint64_t bits, const Neighbours *around)
{
  Tile *tile = find_tile (self, place);
  const size_t row = get_j (place) % TILE_ROWS;

  if (tile->fresh[row] == 0)
    g_array_append_val (self->fresh, place);
  tile->reached[row] |= bits;
  tile->fresh[row] |= bits;
  for (int n = 0; n < 6; n++)
    {
      const uint64_t meeting = n == 4 ? bits << 63 : n == 5 ? bits >> 63 : bits;
      const size_t next_row = get_j (around->places[n]) % TILE_ROWS;
      const Tile *next = around->exists[n] && meeting ? find_tile (self, around->places[n]) : NULL;

      if (next && meeting & next->open[next_row] & ~next->reached[next_row])
        g_array_append_val (self->queue, around->places[n]);
    }
}

static void
flood (TrpReach *self)
{
  while (self->queue->len > 0)
    {
      const uint64_t place = g_array_index (self->queue, uint64_t, self->queue->len - 1);
      const Neighbours around = get_neighbours (place);
      const uint64_t beside = gather (self, place, &around);
      const Tile *tile = find_tile (self, place);
      const uint64_t open = tile->open[get_j (place) % TILE_ROWS];
      const uint64_t reached = tile->reached[get_j (place) % TILE_ROWS];
      const uint64_t bits = spread (beside & open, open) & ~reached;

      g_array_set_size (self->queue, self->queue->len - 1);
      if (bits)
        mark (self, place, bits, &around);
    }
}

static void
offer (TrpReach *self, const TrpPatch *open)
{
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (open, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      {
        const uint64_t place = make_place (run.k, run.j, run.word + w);

        ensure_tile (self, place)->open[run.j % TILE_ROWS] |= run.bits[w];
        g_array_append_val (self->queue, place);
      }
}

static void
sow (TrpReach *self, const TrpPatch *seeds)
{
  size_t position = 0;
  TrpPatchRun run;

  while (trp_patch_next_run (seeds, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      {
        const uint64_t place = make_place (run.k, run.j, run.word + w);
        const Neighbours around = get_neighbours (place);
        const Tile *tile = find_tile (self, place);
        const size_t row = run.j % TILE_ROWS;
        const uint64_t bits = tile ? run.bits[w] & tile->open[row] & ~tile->reached[row] : 0;

        if (bits == 0)
          continue;
        mark (self, place, bits, &around);
        g_array_append_val (self->queue, place);
      }
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const uint64_t one = *(const uint64_t *) a, other = *(const uint64_t *) b;

  return (one > other) - (one < other);
}

static TrpPatch *
take_fresh (TrpReach *self)
{
  TrpPatch *patch = trp_patch_new ();

  g_array_sort (self->fresh, compare_places);
  for (guint n = 0; n < self->fresh->len; n++)
    {
      const uint64_t place = g_array_index (self->fresh, uint64_t, n);
      uint64_t *fresh = &find_tile (self, place)->fresh[get_j (place) % TILE_ROWS];

      trp_patch_append (patch, get_k (place), get_j (place), get_word (place), *fresh);
      *fresh = 0;
    }
  g_array_set_size (self->fresh, 0);
  return patch;
}

TrpPatch *
trp_reach_extend (TrpReach *self, const TrpPatch *open, const TrpPatch *seeds)
{
  offer (self, open);
  if (seeds)
    sow (self, seeds);
  flood (self);
  return take_fresh (self);
}
