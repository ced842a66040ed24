/* tile-sheet.h - square tiles side by side in one grey picture
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What previews of trainings are made of: a column for each kind of picture, a row for each slice,
 * two black pixels between them. A value that is no finite number is drawn as 0. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/**
 * TrpTileSheet:
 * @side: of a tile, pixels
 * @width, @height, @grey: the whole picture; free @grey with g_free()
 */
typedef struct
{
  size_t side, width, height;
  uint8_t *grey;
} TrpTileSheet;

/* Black. */
void trp_tile_sheet_init (TrpTileSheet *self, size_t side, size_t n_columns, size_t n_rows);

/* @values: (side, side, stride) network values, of which the first of each pixel is drawn. */
void trp_tile_sheet_draw_image (
  TrpTileSheet *self, size_t column, size_t row, const float *values, size_t stride);

/* @values: (side, side, n_labels) from @low to 1; of each pixel the largest is drawn, white for 1.
 */
void trp_tile_sheet_draw_mask (
  TrpTileSheet *self, size_t column, size_t row, const float *values, size_t n_labels, float low);

/* One bar under the other, from a grey line in the middle: to the right above 0, to the left below
 * it, half a tile long for a magnitude of @most. */
void trp_tile_sheet_draw_bars (
  TrpTileSheet *self, size_t column, size_t row, const float *values, size_t n, float most);

G_END_DECLS
