/* text.c - see text.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/text.h"
#include "core/draw/palette.h"

#include <pango/pangocairo.h>

#define EDGE_WIDTH 3
#define EDGE_ALPHA 0.75

static PangoLayout *
make_layout (cairo_t *cr, const TrpTextStyle *style, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription)
    font = pango_font_description_from_string ("Cantarell,sans-serif");
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_font_description_set_absolute_size (font, style->size_px * PANGO_SCALE);
  pango_font_description_set_weight (font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  /* Cantarell's digits are proportional unless asked. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

void
trp_text_draw (cairo_t *cr, const TrpTextStyle *style, double x, double y, const char *text)
{
  g_autoptr (PangoLayout) layout = NULL;
  int width, height;

  if (!text || !*text)
    return;
  layout = make_layout (cr, style, text);
  pango_layout_get_size (layout, &width, &height);
  cairo_save (cr);
  cairo_move_to (cr, x - style->align * width / PANGO_SCALE,
                 y - style->valign * height / PANGO_SCALE);
  if (style->edge)
    {
      double left, top;

      cairo_get_current_point (cr, &left, &top);
      pango_cairo_layout_path (cr, layout);
      trp_palette_set_source (cr, TRP_GREY_PICTURE, EDGE_ALPHA);
      cairo_set_line_width (cr, EDGE_WIDTH);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
      cairo_set_dash (cr, NULL, 0, 0);
      cairo_stroke (cr);
      cairo_move_to (cr, left, top);
    }
  trp_palette_set_source (cr, style->rgb, 1);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
}

double
trp_text_get_width (cairo_t *cr, const TrpTextStyle *style, const char *text)
{
  g_autoptr (PangoLayout) layout = make_layout (cr, style, text);
  int width;

  pango_layout_get_size (layout, &width, NULL);
  return (double) width / PANGO_SCALE;
}
