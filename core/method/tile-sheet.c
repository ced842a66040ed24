/* tile-sheet.c - see tile-sheet.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/tile-sheet.h"

#include "core/method/trainer-class.h"

#include <math.h>
#include <string.h>

#define GAP 2
#define LINE 96 /* grey */

void
trp_tile_sheet_init (TrpTileSheet *self, size_t side, size_t n_columns, size_t n_rows)
{
  self->side = side;
  self->width = n_columns * (side + GAP);
  self->height = n_rows * (side + GAP);
  self->grey = g_malloc0 (self->width * self->height);
}

/* A training that fails shows numbers that are none. */
static float
get_finite (float value)
{
  return isfinite (value) ? value : 0;
}

static uint8_t *
peek_tile (TrpTileSheet *self, size_t column, size_t row)
{
  return self->grey + row * (self->side + GAP) * self->width + column * (self->side + GAP);
}

void
trp_tile_sheet_draw_image (
  TrpTileSheet *self, size_t column, size_t row, const float *values, size_t stride)
{
  uint8_t *tile = peek_tile (self, column, row);

  for (size_t i = 0; i < self->side * self->side; i++)
    tile[i / self->side * self->width + i % self->side] = trp_grey_from_network (
      get_finite (values[i * stride]));
}

void
trp_tile_sheet_draw_mask (
  TrpTileSheet *self, size_t column, size_t row, const float *values, size_t n_labels, float low)
{
  uint8_t *tile = peek_tile (self, column, row);

  for (size_t i = 0; i < self->side * self->side; i++)
    {
      float most = low;

      for (size_t l = 0; l < n_labels; l++)
        most = MAX (most, get_finite (values[i * n_labels + l]));
      tile[i / self->side * self->width + i % self->side] = (uint8_t) (255 * (MIN (most, 1) - low) /
                                                                       (1 - low));
    }
}

void
trp_tile_sheet_draw_bars (
  TrpTileSheet *self, size_t column, size_t row, const float *values, size_t n, float most)
{
  uint8_t *tile = peek_tile (self, column, row);
  const size_t middle = self->side / 2, slot = self->side / n, thick = MAX (slot / 2, 1);

  for (size_t y = 0; y < self->side; y++)
    tile[y * self->width + middle] = LINE;
  for (size_t bar = 0; bar < n; bar++)
    {
      const double value = (double) get_finite (values[bar]) / (double) most;
      const double share = most > 0 && isfinite (most) ? CLAMP (value, -1, 1) : 0;
      const size_t length = (size_t) lrint (fabs (share) * (double) middle);
      const size_t begin = share < 0 ? middle - length : middle;

      for (size_t y = bar * slot + (slot - thick) / 2, end = y + thick; y < end; y++)
        memset (tile + y * self->width + begin, UINT8_MAX, length);
    }
}
