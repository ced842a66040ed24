/* surface-color.c - see surface-color.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/surface-color.h"

#include "core/draw/text.h"

#define VERTICES_PER_STEP 65536

static void
set_color (uint8_t *out, uint32_t rgb)
{
  out[0] = (uint8_t) (rgb >> 16);
  out[1] = (uint8_t) (rgb >> 8);
  out[2] = (uint8_t) rgb;
  out[3] = 255;
}

GBytes *
trp_surface_colors_new (const TrpSurfaceMesh *mesh,
                        const TrpSignedField *field,
                        TrpColor color,
                        TrpProgress *progress,
                        GError **error)
{
  const size_t n_vertices = mesh->n_vertices;
  g_autofree uint8_t *colors = g_try_malloc_n (MAX (n_vertices, 1), 4);

  if (!colors)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no memory for the colours of this surface: close other cases");
      return NULL;
    }
  for (size_t n = 0; n < n_vertices; n++)
    {
      const double mm = field ? trp_signed_field_sample (
                                  field, trp_surface_mesh_get_outline_point (mesh, n))
                              : (double) NAN;

      if (n % VERTICES_PER_STEP == 0 &&
          !trp_progress_step (progress, (double) n / (double) n_vertices, NULL, error))
        return NULL;
      set_color (colors + 4 * n,
                 isnan (mm) ? trp_palette_pack (color) : trp_palette_get_distance (mm));
    }
  return g_bytes_new_take (g_steal_pointer (&colors), 4 * n_vertices);
}

/* ---- the cube ---- */

typedef struct
{
  char letter[2];
  TrpVec3 normal, u, v;
} Side;

/* In px from the middle of the cube. */
static void
place (const TrpOrbit *orbit, TrpVec3 point, double half, double *x, double *y)
{
  *x = half * trp_vec3_dot (point, orbit->right);
  *y = -half * trp_vec3_dot (point, orbit->up);
}

static void
draw_side (cairo_t *cr, const TrpOrbit *orbit, const Side *side, double half)
{
  static const double around[4][2] = { { -1, -1 }, { 1, -1 }, { 1, 1 }, { -1, 1 } };
  const double facing = trp_vec3_dot (side->normal, orbit->towards);
  const TrpTextStyle style = {
    .size_px = 12, .rgb = TRP_GREY_STRONG, .bold = true, .edge = true, .align = 0.5, .valign = 0.5
  };
  double x, y;

  for (int n = 0; n < 4; n++)
    {
      const TrpVec3 in_plane = trp_vec3_add (trp_vec3_scale (side->u, around[n][0]),
                                             trp_vec3_scale (side->v, around[n][1]));

      place (orbit, trp_vec3_add (side->normal, in_plane), half, &x, &y);
      if (n == 0)
        cairo_move_to (cr, x, y);
      else
        cairo_line_to (cr, x, y);
    }
  cairo_close_path (cr);
  trp_palette_set_source (cr, TRP_GREY_BAR, 0.35 + 0.5 * facing);
  cairo_fill_preserve (cr);
  trp_palette_set_source (cr, TRP_GREY_FRAME, 1);
  cairo_stroke (cr);
  place (orbit, side->normal, half, &x, &y);
  if (facing > 0.2) /* a sliver has no room for a letter */
    trp_text_draw (cr, &style, x, y, side->letter);
}

void
trp_orientation_cube_draw (cairo_t *cr, const TrpOrbit *orbit, double x, double y, double size)
{
  static const Side sides[] = {
    { "L", { { 1, 0, 0 } }, { { 0, 1, 0 } }, { { 0, 0, 1 } } },
    { "R", { { -1, 0, 0 } }, { { 0, 1, 0 } }, { { 0, 0, 1 } } },
    { "P", { { 0, 1, 0 } }, { { 1, 0, 0 } }, { { 0, 0, 1 } } },
    { "A", { { 0, -1, 0 } }, { { 1, 0, 0 } }, { { 0, 0, 1 } } },
    { "S", { { 0, 0, 1 } }, { { 1, 0, 0 } }, { { 0, 1, 0 } } },
    { "I", { { 0, 0, -1 } }, { { 1, 0, 0 } }, { { 0, 1, 0 } } },
  };
  const double half = size / (2 * sqrt (3)); /* of an edge, so that the diagonal fits */

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_set_line_width (cr, 1);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (size_t n = 0; n < G_N_ELEMENTS (sides); n++)
    if (trp_vec3_dot (sides[n].normal, orbit->towards) > 0)
      draw_side (cr, orbit, &sides[n], half);
  cairo_restore (cr);
}
