/* test-surface-color.c - distances as colours on a surface, and the cube of its sides
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Blocks of 1 mm voxels, so that distances are whole numbers.
 */

#include "core/draw/surface-color.h"
#include "tests/lib/check.h"

#include <cairo.h>

enum
{
  N = 48,
};

static const TrpColor green = { 10, 200, 30 };

static TrpMask *
new_block (size_t begin, size_t end)
{
  const size_t size[3] = { N, N, N };
  const TrpGeometry geometry = trp_geometry_axial (size, (const double[]){ 1, 1, 1 },
                                                   trp_vec3 (-20, 5, 100));
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = begin; k < end; k++)
    for (size_t j = begin; j < end; j++)
      for (size_t i = begin; i < end; i++)
        trp_mask_set (mask, i, j, k, true);
  return mask;
}

static TrpSurfaceMesh *
new_mesh (const TrpMask *mask)
{
  g_autoptr (GError) error = NULL;
  TrpSurfaceMesh *mesh = trp_surface_mesh_new (mask, TRP_SURFACE_MESH_SMOOTHING, NULL, &error);

  g_assert_no_error (error);
  return mesh;
}

static GBytes *
new_colors (const TrpSurfaceMesh *mesh, const TrpMask *reference)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpSignedField) field = reference ? trp_signed_field_new (reference, NULL, &error)
                                               : NULL;
  GBytes *colors = trp_surface_colors_new (mesh, field, green, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (colors), ==, 4 * mesh->n_vertices);
  return colors;
}

static uint32_t
get_color (GBytes *colors, size_t vertex)
{
  const uint8_t *c = (const uint8_t *) g_bytes_get_data (colors, NULL) + 4 * vertex;

  g_assert_cmpint (c[3], ==, 255);
  return (uint32_t) c[0] << 16 | (uint32_t) c[1] << 8 | c[2];
}

/* A mask against itself is 0 wherever its vertices went when they were smoothed. */
static void
test_same (void)
{
  g_autoptr (TrpMask) mask = new_block (20, 30);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask);
  g_autoptr (GBytes) colors = new_colors (mesh, mask);

  for (size_t n = 0; n < mesh->n_vertices; n++)
    g_assert_cmphex (get_color (colors, n), ==, trp_palette_get_distance (0));
}

/* Vertices above the middle of a block that is larger, or smaller, by 4 mm on each side. */
static void
assert_margin (size_t edited_begin, size_t edited_end, double mm)
{
  g_autoptr (TrpMask) mask = new_block (edited_begin, edited_end);
  g_autoptr (TrpMask) reference = new_block (18, 30);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask);
  g_autoptr (GBytes) colors = new_colors (mesh, reference);
  size_t n_seen = 0;

  for (size_t n = 0; n < mesh->n_vertices; n++)
    {
      const TrpVec3 p = trp_surface_mesh_get_outline_point (mesh, n);

      if (fabs (p.v[0] + 20 - 23.5) > 1 || fabs (p.v[1] - 5 - 23.5) > 1)
        continue;
      n_seen++;
      g_assert_cmphex (get_color (colors, n), ==, trp_palette_get_distance (mm));
    }
  g_assert_cmpuint (n_seen, ==, 8);
}

static void
test_outside (void)
{
  assert_margin (14, 34, 4);
}

static void
test_missing (void)
{
  assert_margin (22, 26, -4);
}

static void
test_without_reference (void)
{
  g_autoptr (TrpMask) mask = new_block (20, 22);
  g_autoptr (TrpMask) empty = new_block (0, 0);
  g_autoptr (TrpSurfaceMesh) mesh = new_mesh (mask);
  g_autoptr (GBytes) colors = new_colors (mesh, NULL), of_empty = new_colors (mesh, empty);

  for (size_t n = 0; n < mesh->n_vertices; n++)
    {
      g_assert_cmphex (get_color (colors, n), ==, 0x0ac81e);
      g_assert_cmphex (get_color (of_empty, n), ==, 0x0ac81e);
    }
}

/* The cube turns its side to the eye: more light in the middle than beside it, nothing far away. */
static void
test_cube (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 100, 100);
  cairo_t *cr = cairo_create (surface);
  TrpOrbit orbit = trp_orbit_new ();
  const uint32_t *pixels;
  size_t stride;

  trp_orientation_cube_draw (cr, &orbit, 50, 50, 80);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  pixels = (const uint32_t *) (void *) cairo_image_surface_get_data (surface);
  stride = (size_t) cairo_image_surface_get_stride (surface) / 4;
  /* from the front only one side is seen: a square of 80 / sqrt (3) */
  g_assert_cmphex (pixels[50 * stride + 50 - 18] & 0xffffff, !=, 0);
  g_assert_cmphex (pixels[50 * stride + 50 + 18] & 0xffffff, !=, 0);
  g_assert_cmphex (pixels[50 * stride + 50 + 28] & 0xffffff, ==, 0);
  g_assert_cmphex (pixels[22 * stride + 50] & 0xffffff, ==, 0);
  cairo_surface_destroy (surface);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/surface-color/same", test_same);
  g_test_add_func ("/surface-color/outside", test_outside);
  g_test_add_func ("/surface-color/missing", test_missing);
  g_test_add_func ("/surface-color/without-reference", test_without_reference);
  g_test_add_func ("/surface-color/cube", test_cube);
  return g_test_run ();
}
