/* palette.h - the greys and colours of pictures, panes and charts
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tables of the design. Structures bring their own colour (core/structure/structure.h).
 */

#pragma once

#include "core/geometry/plane.h"
#include "core/structure/structure.h"

#include <cairo.h>

G_BEGIN_DECLS

/* 0xRRGGBB */
#define TRP_GREY_PICTURE 0x000000
#define TRP_GREY_OUTSIDE 0x0d0d0d
#define TRP_GREY_GAP 0x0a0a0a
#define TRP_GREY_STRIP 0x161616
#define TRP_GREY_PANE_HEAD 0x191919
#define TRP_GREY_PANE_HEAD_ACTIVE 0x333333
#define TRP_GREY_PANEL 0x1c1c1c
#define TRP_GREY_GRID 0x2b2b2b
#define TRP_GREY_BAR 0x3c3c3c
#define TRP_GREY_BAR_CURRENT 0x6a6a6a
#define TRP_GREY_FRAME 0x8c8c8c
#define TRP_GREY_SECOND 0x9a9a9a
#define TRP_GREY_LINE_SECOND 0xa0a0a0
#define TRP_GREY_LETTER 0xcfcfcf
#define TRP_GREY_TEXT 0xdedede
#define TRP_GREY_LINE 0xe4e4e4
#define TRP_GREY_STRONG 0xffffff
#define TRP_COLOR_WARN 0xf7c04a
#define TRP_COLOR_ERROR 0xff9c86

/* Of the plane itself: its pane's tick, and its line in the crosshairs of the other two. */
uint32_t trp_palette_get_plane (TrpOrientation orientation);
/* Outline by signed distance, -8 to 8 mm: minus is missing, plus is outside. */
uint32_t trp_palette_get_distance (double mm);
/* Difference of two images in HU, -400 to 400. */
uint32_t trp_palette_get_difference (double hu);

/* How many of @n readings hold a voxel, 1 to @n: from dull to bright, in order for colour-blind
 * readers too. Source: J. R. Nunez, C. R. Anderton, R. S. Renslow, PLoS ONE 13 (2018) e0199239
 * (cividis).
 */
uint32_t trp_palette_get_agreement (size_t count, size_t n);

/* Series @index (any number; it wraps) of a figure, told apart by colour-blind readers too; for
 * dark or white paper. Source: M. Okabe and K. Ito, Color Universal Design (2008), the light ones
 * lifted.
 */
uint32_t trp_palette_get_series (size_t index, bool is_dark);

uint32_t trp_palette_pack (TrpColor color); /* 0xRRGGBB */
/* Half-way to white: for a preview, so that dashes on the structure's own line can be told from it.
 */
TrpColor trp_palette_lighten (TrpColor color);
void trp_palette_set_source (cairo_t *cr, uint32_t rgb, double alpha);

G_END_DECLS
