/* outline.c - see outline.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/outline.h"
#include "core/structure/plane-trace.h"

#include <limits.h>
#include <math.h>

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

/* ---- by signed distance ---- */

#define DISTANCE_WIDTH 2.6
#define STEPS_PER_MM 4 /* of colours that can be told apart */

/* One closed polygon in runs of one colour, a line from point to point having that of its middle.
 */
static void
draw_distances (const TrpPoint *points,
                size_t n_points,
                const TrpAffine *lps_from_xy,
                const TrpAffine *px_from_lps,
                const TrpSignedField *field,
                cairo_t *cr)
{
  TrpVec3 last = trp_affine_apply (lps_from_xy,
                                   trp_vec3 (points[n_points - 1].x, points[n_points - 1].y, 0));
  double last_mm = trp_signed_field_sample (field, last);
  long last_step = LONG_MIN;

  for (size_t n = 0; n < n_points; n++)
    {
      const TrpVec3 lps = trp_affine_apply (lps_from_xy, trp_vec3 (points[n].x, points[n].y, 0));
      const double mm = trp_signed_field_sample (field, lps);
      const long step = isnan (mm) ? 0 : lrint (STEPS_PER_MM * (mm + last_mm) / 2);
      const TrpVec3 from = trp_affine_apply (px_from_lps, last);
      const TrpVec3 to = trp_affine_apply (px_from_lps, lps);

      if (step != last_step)
        {
          cairo_stroke (cr);
          trp_palette_set_source (cr, trp_palette_get_distance ((double) step / STEPS_PER_MM), 1);
          cairo_move_to (cr, from.v[0], from.v[1]);
        }
      cairo_line_to (cr, to.v[0], to.v[1]);
      last = lps;
      last_mm = mm;
      last_step = step;
    }
  cairo_stroke (cr);
}

static void
draw_all_distances (const TrpOutline *self,
                    cairo_t *cr,
                    const TrpAffine *px_from_lps,
                    const TrpSignedField *field)
{
  cairo_set_line_width (cr, DISTANCE_WIDTH);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (size_t c = 0; c < trp_contours_get_size (self->contours); c++)
    {
      size_t n_points;
      const TrpPoint *points = trp_contours_peek_points (self->contours, c, &n_points);

      if (n_points > 0)
        draw_distances (points, n_points, &self->lps_from_xy, px_from_lps, field, cr);
    }
}

/* ---- drawing ---- */

/* The current path. */
static void
stroke_underlay (cairo_t *cr, const TrpOutlineStyle *style)
{
  const double width = style->field ? DISTANCE_WIDTH : pens[style->kind].width;

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  set_dash (cr, style);
  cairo_set_line_width (cr, width + UNDERLAY_EXTRA);
  trp_palette_set_source (cr, TRP_GREY_PICTURE, UNDERLAY_ALPHA);
  cairo_stroke_preserve (cr);
}

static void
stroke (cairo_t *cr, const TrpOutlineStyle *style)
{
  stroke_underlay (cr, style);
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
  if (style->field)
    {
      stroke_underlay (cr, style);
      cairo_new_path (cr);
      draw_all_distances (self, cr, px_from_lps, style->field);
    }
  else
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
