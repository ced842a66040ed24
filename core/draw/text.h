/* text.h - short lines of text on a cairo context
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sizes in user-space pixels, digits of one width. One cairo context at a time, any thread.
 */

#pragma once

#include <cairo.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/**
 * TrpTextStyle:
 * @size_px: 11 or more
 * @rgb: 0xRRGGBB
 * @edge: a black edge of 3 px at 75 %, for text on pictures
 * @align: 0: (x, y) is the text's left end, 0.5: its middle, 1: its right end
 * @valign: 0: (x, y) is the line's top, 0.5: its middle, 1: its bottom
 */
typedef struct
{
  double size_px;
  uint32_t rgb;
  bool bold;
  bool edge;
  double align;
  double valign;
} TrpTextStyle;

void trp_text_draw (cairo_t *cr, const TrpTextStyle *style, double x, double y, const char *text);
double trp_text_get_width (cairo_t *cr, const TrpTextStyle *style, const char *text);

G_END_DECLS
