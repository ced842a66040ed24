/* outline.c - see outline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/outline.h"
#include "core/structure/plane-trace.h"

#define UNDERLAY_EXTRA 1.6
#define UNDERLAY_ALPHA 0.55

struct _TrpOutline
{
  TrpContours *contours;
  TrpAffine lps_from_xy; /* column 2 is not used */
};

TrpOutline *
trp_outline_new (const TrpMask *mask, const TrpPlane *plane)
{
  TrpOutline *self = g_new0 (TrpOutline, 1);

  self->contours = trp_trace_plane (mask, plane, &self->lps_from_xy);
  return self;
}

void
trp_outline_free (TrpOutline *self)
{
  if (!self)
    return;
  trp_contours_free (self->contours);
  g_free (self);
}

bool
trp_outline_is_empty (const TrpOutline *self)
{
  return trp_contours_get_size (self->contours) == 0;
}

void
trp_outline_append_path (const TrpOutline *self, cairo_t *cr, const TrpAffine *px_from_lps)
{
  const TrpAffine map = trp_affine_multiply (px_from_lps, &self->lps_from_xy);

  if (trp_outline_is_empty (self))
    return;
  for (size_t c = 0; c < trp_contours_get_size (self->contours); c++)
    {
      size_t n_points;
      const TrpPoint *points = trp_contours_peek_points (self->contours, c, &n_points);

      for (size_t n = 0; n < n_points; n++)
        {
          const TrpVec3 px = trp_affine_apply (&map, trp_vec3 (points[n].x, points[n].y, 0));

          if (n == 0)
            cairo_move_to (cr, px.v[0], px.v[1]);
          else
            cairo_line_to (cr, px.v[0], px.v[1]);
        }
      cairo_close_path (cr);
    }
}

/* Widths and dashes in user-space pixels; dashes of 0: drawn through. */
static const struct
{
  double width;
  double dashes[2];
} pens[] = {
  [TRP_OUTLINE_ACTIVE] = { .width = 2.2 },       [TRP_OUTLINE_OTHER] = { .width = 1.4 },
  [TRP_OUTLINE_REFERENCE] = { 1.3, { 4, 3.5 } }, [TRP_OUTLINE_PREVIEW] = { 2.0, { 7, 4 } },
  [TRP_OUTLINE_READING] = { .width = 1.6 },
};

static void
set_dash (cairo_t *cr, const TrpOutlineStyle *style)
{
  static const double readings[][4] = {
    { 0 }, { 8, 3, 8, 3 }, { 2.5, 2.5, 2.5, 2.5 }, { 8, 3, 2, 3 }
  };
  const bool is_reading = style->kind == TRP_OUTLINE_READING;
  const double *dashes = is_reading ? readings[style->dash % G_N_ELEMENTS (readings)]
                                    : pens[style->kind].dashes;

  if (dashes[0] > 0)
    cairo_set_dash (cr, dashes, is_reading ? 4 : 2, 0);
}

static void
stroke (cairo_t *cr, const TrpOutlineStyle *style)
{
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  set_dash (cr, style);
  cairo_set_line_width (cr, pens[style->kind].width + UNDERLAY_EXTRA);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, UNDERLAY_ALPHA);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, pens[style->kind].width);
  trp_palette_set_source (cr, trp_palette_pack (style->color), 1);
  cairo_stroke (cr);
}

void
trp_outline_draw (const TrpOutline *self,
                  cairo_t *cr,
                  const TrpAffine *px_from_lps,
                  const TrpOutlineStyle *style)
{
  if (trp_outline_is_empty (self))
    return;
  cairo_save (cr);
  cairo_new_path (cr);
  trp_outline_append_path (self, cr, px_from_lps);
  if (style->fill > 0)
    {
      cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
      trp_palette_set_source (cr, trp_palette_pack (style->color), style->fill);
      cairo_fill_preserve (cr);
    }
  stroke (cr, style);
  cairo_restore (cr);
}

void
trp_outline_draw_sample (cairo_t *cr, const TrpOutlineStyle *style, double width, double y)
{
  cairo_save (cr);
  cairo_new_path (cr);
  cairo_move_to (cr, 0, y);
  cairo_line_to (cr, width, y);
  stroke (cr, style);
  cairo_restore (cr);
}
