/* overlay.h - what lies on a pane's picture: letters, scale bar, crosshair, brush
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * User space is logical pixels with the picture at (0, 0) to (width, height); so the same calls
 * serve screen, PNG and PDF.
 */

#pragma once

#include "core/draw/palette.h"

G_BEGIN_DECLS

/* R L A P S I, compound on oblique planes, on all four edges. */
void trp_overlay_draw_letters (cairo_t *cr, const TrpPlane *plane, double width, double height);

/* 5, 10, 20, 50 or 100 mm: the longest that takes at most a fifth of @width; 0 if none does. */
double trp_overlay_choose_scale (double mm_per_px, double width);
/* Bottom right. */
void trp_overlay_draw_scale (cairo_t *cr, double mm_per_px, double width, double height);

/* Lines through (@x, @y) in the colours of the planes they stand for, 14 px open around it. */
void trp_overlay_draw_crosshair (
  cairo_t *cr, TrpOrientation orientation, double x, double y, double width, double height);

typedef enum
{
  TRP_RING_SQUARE = 1 << 0, /* instead of a circle; half its edge is the radius */
  TRP_RING_DASHED = 1 << 1, /* an eraser's */
  TRP_RING_EMPTY = 1 << 2,  /* not filled with the colour */
} TrpRing;

/* Ring of a brush. */
void trp_overlay_draw_brush (
  cairo_t *cr, double x, double y, double radius_px, uint32_t rgb, TrpRing ring);

/* A bar of the colours of trp_palette_get_difference(), 10 x 190, top right. */
void trp_overlay_draw_difference_scale (cairo_t *cr, double width);
/* The same of trp_palette_get_distance(), in mm, with words at its two ends. */
void
trp_overlay_draw_distance_scale (cairo_t *cr, double width, const char *above, const char *below);

/* A ring around (@x, @y) with @label beside it and a line to @near. @near: (nullable): x and y. */
void
trp_overlay_draw_place (cairo_t *cr, double x, double y, const double *near, const char *label);

G_END_DECLS
