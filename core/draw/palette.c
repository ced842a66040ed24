/* palette.c - see palette.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/palette.h"

uint32_t
trp_palette_get_plane (TrpOrientation orientation)
{
  switch (orientation)
    {
    case TRP_ORIENTATION_CORONAL:
      return 0x5fae6a;
    case TRP_ORIENTATION_SAGITTAL:
      return 0xd8c24a;
    case TRP_ORIENTATION_AXIAL:
    case TRP_N_ORIENTATIONS:
    default:
      return 0xd9605a;
    }
}

typedef struct
{
  double value;
  uint32_t rgb;
} Stop;

/* Linear in sRGB between stops; beyond the ends the end colour. */
static uint32_t
find_color (const Stop *stops, size_t n_stops, double value)
{
  size_t n = 1;
  double part;
  uint32_t rgb = 0;

  if (!(value > stops[0].value))
    return stops[0].rgb;
  while (n < n_stops && value > stops[n].value)
    n++;
  if (n == n_stops)
    return stops[n_stops - 1].rgb;
  part = (value - stops[n - 1].value) / (stops[n].value - stops[n - 1].value);
  for (unsigned shift = 0; shift < 24; shift += 8)
    {
      const double low = stops[n - 1].rgb >> shift & 0xff, high = stops[n].rgb >> shift & 0xff;

      rgb |= (uint32_t) (low + part * (high - low) + 0.5) << shift;
    }
  return rgb;
}

uint32_t
trp_palette_get_distance (double mm)
{
  static const Stop stops[] = { { -8, 0x2f8cff }, { -4, 0x6db2ff },  { -1.5, 0xb9d4ee },
                                { 0, 0xe4e4e4 },  { 1.5, 0xf2cfa8 }, { 4, 0xff9d3f },
                                { 8, 0xff6a00 } };

  return find_color (stops, G_N_ELEMENTS (stops), isnan (mm) ? 0 : mm);
}

uint32_t
trp_palette_get_difference (double hu)
{
  static const Stop stops[] = { { -400, 0xc4ecff }, { -200, 0x4ba6f0 }, { -100, 0x1f5f9e },
                                { -40, 0x182a3c },  { 0, 0x161616 },    { 40, 0x36261a },
                                { 100, 0x94521a },  { 200, 0xef9030 },  { 400, 0xffe6b8 } };

  return find_color (stops, G_N_ELEMENTS (stops), isnan (hu) ? 0 : hu);
}

uint32_t
trp_palette_get_agreement (size_t count, size_t n)
{
  static const Stop stops[] = {
    { 0, 0x35456c }, { 0.25, 0x666970 }, { 0.5, 0x948e77 }, { 0.75, 0xc8b866 }, { 1, 0xfee838 }
  };

  return find_color (stops, G_N_ELEMENTS (stops),
                     n > 1 && count > 0 ? (double) (count - 1) / (double) (n - 1) : 1);
}

uint32_t
trp_palette_get_series (size_t index, bool is_dark)
{
  static const uint32_t on_white[] = { 0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7,
                                       0xe69f00, 0x56b4e9, 0x202020 };
  static const uint32_t on_dark[] = { 0x56b4e9, 0xe69f00, 0x2fc79b, 0xe59bc4,
                                      0xf0e442, 0xff8a4d, 0xd0d0d0 };

  return is_dark ? on_dark[index % G_N_ELEMENTS (on_dark)]
                 : on_white[index % G_N_ELEMENTS (on_white)];
}

TrpColor
trp_palette_lighten (TrpColor color)
{
  return (TrpColor){ (uint8_t) ((color.red + 255) / 2), (uint8_t) ((color.green + 255) / 2),
                     (uint8_t) ((color.blue + 255) / 2) };
}

uint32_t
trp_palette_pack (TrpColor color)
{
  return (uint32_t) color.red << 16 | (uint32_t) color.green << 8 | color.blue;
}

void
trp_palette_set_source (cairo_t *cr, uint32_t rgb, double alpha)
{
  cairo_set_source_rgba (cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0, alpha);
}
