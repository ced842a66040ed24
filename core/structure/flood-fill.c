/* flood-fill.c - see flood-fill.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole runs along i are filled at once; a filled run looks at the four rows beside it. Which
 * voxels of a row have a fitting value is found out when the row is first looked at.
 */

#include "core/structure/flood-fill.h"

#include "core/image/grid-values.h"
#include "core/structure/brush.h"

#define SPANS_PER_STEP 4096
/* Voxels: of two equally near slices the one with the higher index, as in core/structure/brush.c,
 * whatever the last bits of the arithmetic say. */
#define TIE 1e-6

/* Voxels begin..end-1 of row (j, k). */
typedef struct
{
  uint32_t begin, end, j, k;
} Span;

typedef struct
{
  TrpGridValues values;
  double low, high;
  size_t n_words;     /* per row */
  TrpMask *slab;      /* (nullable): where a flat fill may go */
  TrpMask *fitting;   /* rows that were looked at */
  uint8_t *looked_at; /* a bit per row */
  size_t n_looked_at;
  TrpMask *out;
  GArray *spans; /* filled, neighbours not looked at yet */
} Fill;

static void
clear_fill (Fill *self)
{
  g_clear_pointer (&self->slab, trp_mask_free);
  g_clear_pointer (&self->fitting, trp_mask_free);
  g_clear_pointer (&self->looked_at, g_free);
  g_clear_pointer (&self->out, trp_mask_free);
  g_clear_pointer (&self->spans, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fill, clear_fill)

/* Borrowed words of the fitting voxels of a row; NULL where the row may not be entered. */
static const uint64_t *
look_at_row (Fill *self, size_t j, size_t k)
{
  const size_t row = j + self->values.size[1] * k;
  const uint64_t *slab = self->slab ? trp_mask_peek_slice (self->slab, k) : NULL;
  uint64_t *words;

  if (self->slab && !slab)
    return NULL;
  words = trp_mask_write_slice (self->fitting, k) + j * self->n_words;
  if (self->looked_at[row / 8] >> row % 8 & 1)
    return words;
  self->looked_at[row / 8] |= (uint8_t) (1u << row % 8);
  self->n_looked_at++;
  for (size_t w = 0; w < self->n_words; w++)
    {
      const uint64_t allowed = slab ? slab[j * self->n_words + w] : UINT64_MAX;

      if (allowed)
        words[w] = allowed &
                   trp_grid_values_test_word (&self->values, w, j, k, self->low, self->high);
    }
  return words;
}

static bool
get_bit (const uint64_t *words, size_t i)
{
  return words[i / 64] >> i % 64 & 1;
}

/* The whole run of fitting voxels around @i; returns where it ends. */
static size_t
fill_run (Fill *self, const uint64_t *fitting, size_t i, size_t j, size_t k)
{
  uint64_t *out = trp_mask_write_slice (self->out, k) + j * self->n_words;
  Span span = { (uint32_t) i, (uint32_t) i + 1, (uint32_t) j, (uint32_t) k };

  while (span.begin > 0 && get_bit (fitting, span.begin - 1))
    span.begin--;
  while (span.end < self->values.size[0] && get_bit (fitting, span.end))
    span.end++;
  for (size_t n = span.begin; n < span.end; n++)
    out[n / 64] |= (uint64_t) 1 << n % 64;
  g_array_append_val (self->spans, span);
  return span.end;
}

/* The runs of row (j, k) that touch @span. */
static void
fill_beside (Fill *self, const Span *span, size_t j, size_t k)
{
  const uint64_t *fitting = look_at_row (self, j, k);
  size_t i = span->begin;

  while (fitting && i < span->end)
    {
      const uint64_t *filled = trp_mask_peek_slice (self->out, k);
      const uint64_t done = filled ? filled[j * self->n_words + i / 64] : 0;
      const uint64_t open = (fitting[i / 64] & ~done) >> i % 64;

      if (!open)
        i = (i / 64 + 1) * 64;
      else if (open & 1)
        i = fill_run (self, fitting, i, j, k);
      else
        i += (size_t) __builtin_ctzll (open);
    }
}

static void
spread (Fill *self, const Span *span)
{
  const size_t j = span->j, k = span->k;

  if (j > 0)
    fill_beside (self, span, j - 1, k);
  if (j + 1 < self->values.size[1])
    fill_beside (self, span, j + 1, k);
  if (k > 0)
    fill_beside (self, span, j, k - 1);
  if (k + 1 < self->values.size[2])
    fill_beside (self, span, j, k + 1);
}

static TrpMask *
make_slab (const TrpGeometry *geometry, TrpVec3 normal_lps, TrpVec3 point_lps)
{
  TrpBrush disc = { .shape = TRP_BRUSH_DISC, .radius = 1, .normal_lps = normal_lps };
  TrpMask *slab = trp_mask_new (geometry);
  g_autoptr (TrpPatch) stencil = NULL;

  for (int axis = 0; axis < 3; axis++)
    disc.radius += (double) geometry->size[axis] * trp_geometry_get_spacing (geometry, axis);
  stencil = trp_brush_sweep (&disc, geometry, point_lps, point_lps);
  trp_patch_apply (stencil, slab);
  return slab;
}

/* Returns: false where the cell of no voxel holds the point. */
static bool
find_voxel (const TrpGeometry *geometry, TrpVec3 point_lps, size_t out_voxel[3])
{
  const TrpVec3 point_ijk = trp_geometry_ijk_from_lps (geometry, point_lps);

  for (int axis = 0; axis < 3; axis++)
    {
      const double x = floor (point_ijk.v[axis] + 0.5 + TIE);

      if (!(x >= 0 && x < (double) geometry->size[axis]))
        return false;
      out_voxel[axis] = (size_t) x;
    }
  return true;
}

static bool
begin (Fill *self,
       const TrpFloodFill *settings,
       const TrpGeometry *geometry,
       TrpVec3 point_lps,
       size_t voxel[3],
       GError **error)
{
  float value = NAN;

  trp_grid_values_init (&self->values, settings->volume, geometry);
  if (find_voxel (geometry, point_lps, voxel))
    trp_grid_values_read (&self->values, voxel[0], voxel[1], voxel[2], 1, &value);
  if (!isfinite (value) || !(settings->tolerance >= 0))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "There is no value to fill from at this point; click inside the image "
                           "and the reading's grid");
      return false;
    }
  self->low = (double) value - settings->tolerance;
  self->high = (double) value + settings->tolerance;
  self->out = trp_mask_new (geometry);
  self->fitting = trp_mask_new (geometry);
  self->n_words = trp_mask_get_words_per_row (self->out);
  self->looked_at = g_try_malloc0 (geometry->size[1] * geometry->size[2] / 8 + 1);
  if (!self->looked_at)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is no memory for a fill");
      return false;
    }
  self->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  if (settings->flat)
    self->slab = make_slab (geometry, settings->normal_lps, point_lps);
  return true;
}

TrpMask *
trp_flood_fill (const TrpFloodFill *self,
                const TrpGeometry *geometry,
                TrpVec3 point_lps,
                TrpProgress *progress,
                GError **error)
{
  const double n_rows = (double) geometry->size[1] * (double) geometry->size[2];
  g_auto (Fill) fill = { 0 };
  size_t voxel[3];
  Span span;

  if (!begin (&fill, self, geometry, point_lps, voxel, error))
    return NULL;
  span = (Span){ (uint32_t) voxel[0], (uint32_t) voxel[0] + 1, (uint32_t) voxel[1],
                 (uint32_t) voxel[2] };
  fill_beside (&fill, &span, voxel[1], voxel[2]);
  for (size_t n = 0; fill.spans->len > 0; n++)
    {
      if (n % SPANS_PER_STEP == 0 &&
          !trp_progress_step (progress, (double) fill.n_looked_at / n_rows, NULL, error))
        return NULL;
      span = g_array_index (fill.spans, Span, fill.spans->len - 1);
      g_array_set_size (fill.spans, fill.spans->len - 1);
      spread (&fill, &span);
    }
  return g_steal_pointer (&fill.out);
}
