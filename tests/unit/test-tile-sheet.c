/* test-tile-sheet.c - numbers as pictures, those that are none included
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/tile-sheet.h"

#include <math.h>

#define SIDE 8

static uint8_t
get (const TrpTileSheet *sheet, size_t x, size_t y)
{
  return sheet->grey[y * sheet->width + x];
}

/* Two bars of four rows, each two rows thick from its second row on; the line is in column 4. */
static size_t
count_white (const TrpTileSheet *sheet, size_t y)
{
  size_t n = 0;

  for (size_t x = 0; x < SIDE; x++)
    n += get (sheet, x, y) == UINT8_MAX;
  return n;
}

static void
check_bars (float first, float second, float most, size_t first_long, size_t second_long)
{
  TrpTileSheet sheet;

  trp_tile_sheet_init (&sheet, SIDE, 1, 1);
  trp_tile_sheet_draw_bars (&sheet, 0, 0, (float[]){ first, second }, 2, most);
  g_assert_cmpuint (count_white (&sheet, 1), ==, first_long);
  g_assert_cmpuint (count_white (&sheet, 5), ==, second_long);
  g_assert_cmpuint (get (&sheet, 4, 0), ==, 96);
  g_free (sheet.grey);
}

static void
test_bars (void)
{
  check_bars (1, -0.5F, 1, 4, 2);
  check_bars (7, -9, 1, 4, 4);
  check_bars (NAN, 1, 1, 0, 4);
  check_bars (INFINITY, -INFINITY, 1, 0, 0);
  check_bars (1, 1, NAN, 0, 0);
  check_bars (1, INFINITY, INFINITY, 0, 0);
  check_bars (1, 1, 0, 0, 0);
}

/* From -1 to 1, where 0 is the middle grey; from 0 to 1, where it is black. */
static void
test_mask_and_image (void)
{
  static const float values[4] = { NAN, -INFINITY, INFINITY, 1 };
  static const float beyond[4] = { 0, 0.5F, 3, -1 };
  static const uint8_t of_values[4] = { 127, 127, 127, 255 };
  static const uint8_t of_beyond[4] = { 0, 127, 255, 0 };
  static const uint8_t of_image[4] = { 128, 128, 128, 255 };
  TrpTileSheet sheet;

  trp_tile_sheet_init (&sheet, 2, 3, 1);
  trp_tile_sheet_draw_mask (&sheet, 0, 0, values, 1, -1);
  trp_tile_sheet_draw_mask (&sheet, 1, 0, beyond, 1, 0);
  trp_tile_sheet_draw_image (&sheet, 2, 0, values, 1);
  for (size_t n = 0; n < 4; n++)
    {
      g_assert_cmpuint (get (&sheet, n % 2, n / 2), ==, of_values[n]);
      g_assert_cmpuint (get (&sheet, 4 + n % 2, n / 2), ==, of_beyond[n]);
      g_assert_cmpuint (get (&sheet, 8 + n % 2, n / 2), ==, of_image[n]);
    }
  g_free (sheet.grey);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-sheet/bars", test_bars);
  g_test_add_func ("/tile-sheet/mask-and-image", test_mask_and_image);
  return g_test_run ();
}
