/* test-draw.c - outlines, scales, charts and rendered panes, by their pixels
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/chart.h"
#include "core/draw/outline.h"
#include "core/draw/overlay.h"
#include "core/draw/pane.h"
#include "core/io/format.h"
#include "core/io/label-map.h"
#include "tests/lib/check.h"

#include <string.h>

static const double spacing[3] = { 2, 2, 5 };
static const size_t size[3] = { 20, 16, 6 };

static TrpGeometry
make_geometry (void)
{
  return trp_geometry_axial (size, spacing, trp_vec3 (-20, -10, 100));
}

/* Voxels i 4..9, j 3..6, k 2..4. */
static TrpMask *
make_block (const TrpGeometry *geometry)
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = 2; k <= 4; k++)
    for (size_t j = 3; j <= 6; j++)
      for (size_t i = 4; i <= 9; i++)
        trp_mask_set (mask, i, j, k, true);
  return mask;
}

static void
get_extents (const TrpOutline *outline, const TrpRaster *raster, double out[4])
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);

  trp_outline_append_path (outline, cr, &raster->px_from_lps);
  cairo_path_extents (cr, &out[0], &out[1], &out[2], &out[3]);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* The half-level between set and unset centres is half a voxel beyond the outermost set centre, so
 * the block reaches from its first voxel's outer face to its last one's. */
static void
native_outline_runs_along_the_faces (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpMask) mask = make_block (&geometry);
  const TrpVec3 center = trp_vec3 (0, 0, 115);
  const TrpPlane axial = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL, center, false);
  const TrpPlane sagittal = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_SAGITTAL,
                                                    trp_vec3 (-8, 0, 115), false);
  const TrpRaster front = trp_raster_new (&axial, 100, 100, 0.5, center);
  const TrpRaster side = trp_raster_new (&sagittal, 100, 100, 0.5, center);
  g_autoptr (TrpOutline) cut = trp_outline_new (mask, &axial);
  g_autoptr (TrpOutline) across = trp_outline_new (mask, &sagittal);
  double box[4];

  get_extents (cut, &front, box);
  /* x: -20 + 2 * 3.5 = -13 to -1 mm; y: -10 + 2 * 2.5 = -5 to 3 mm; 2 px a mm from the middle */
  trp_assert_near (box[0], 50 - 26, 0.01);
  trp_assert_near (box[2], 50 - 2, 0.01);
  trp_assert_near (box[1], 50 - 10, 0.01);
  trp_assert_near (box[3], 50 + 6, 0.01);
  get_extents (across, &side, box);
  /* nose left: x is y; z from 100 + 5 * 1.5 = 107.5 to 122.5, upwards from the middle at 115 */
  trp_assert_near (box[0], 50 - 10, 0.01);
  trp_assert_near (box[2], 50 + 6, 0.01);
  trp_assert_near (box[1], 50 - 15, 0.01);
  trp_assert_near (box[3], 50 + 15, 0.01);
}

static void
outline_is_empty_beside_the_structure (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpMask) mask = make_block (&geometry);
  const TrpPlane above = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL,
                                                 trp_vec3 (0, 0, 125), false);
  const TrpPlane outside = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL,
                                                   trp_vec3 (0, 0, 500), false);
  g_autoptr (TrpOutline) first = trp_outline_new (mask, &above);
  g_autoptr (TrpOutline) second = trp_outline_new (mask, &outside);

  g_assert_true (trp_outline_is_empty (first));
  g_assert_true (trp_outline_is_empty (second));
}

/* A plane turned by 45 degrees about the patient's long axis: along it the block's outline ends
 * where linear interpolation along that line passes 0.5. */
static void
oblique_outline_follows_the_half_level (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpMask) mask = make_block (&geometry);
  const TrpVec3 center = trp_vec3 (-7, -1, 115); /* the block's own middle */
  TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_CORONAL, center, false);
  g_autoptr (TrpOutline) outline = NULL;
  const double half = sqrt (0.5);
  double box[4];
  TrpRaster raster;

  plane.right = trp_vec3 (half, half, 0);
  plane.normal = trp_vec3 (-half, half, 0);
  outline = trp_outline_new (mask, &plane);
  raster = trp_raster_new (&plane, 100, 100, 0.5, center);
  get_extents (outline, &raster, box);
  /* up and down: the faces at 107.5 and 122.5 mm; sideways the faces at y = -5 and 3 mm, 4 mm from
   * the middle, are crossed at 4 sqrt 2 mm; samples that lie beyond the ramp's ends bend it a
   * little there. */
  trp_assert_near (box[1], 50 - 15, 0.05);
  trp_assert_near (box[3], 50 + 15, 0.05);
  trp_assert_near (box[0], 50 - 2 * 4 * sqrt (2), 0.2);
  trp_assert_near (box[2], 50 + 2 * 4 * sqrt (2), 0.2);
}

static void
signed_scales_are_those_of_the_design (void)
{
  g_assert_cmphex (trp_palette_get_distance (-9), ==, 0x2f8cff);
  g_assert_cmphex (trp_palette_get_distance (0), ==, 0xe4e4e4);
  g_assert_cmphex (trp_palette_get_distance (8), ==, 0xff6a00);
  g_assert_cmphex (trp_palette_get_difference (-400), ==, 0xc4ecff);
  g_assert_cmphex (trp_palette_get_difference (200), ==, 0xef9030);
  /* half-way between 0x161616 and 0x36261a */
  g_assert_cmphex (trp_palette_get_difference (20), ==, 0x261e18);
}

/* The reference lacks the block's first column of voxels, 2 mm: the left line has the colour of +2,
 * the right one that of 0. Two pixels a millimetre: x = -13 is at 24, -1 at 48, y = -1 at 48. */
static void
outline_takes_the_colours_of_distances (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpMask) mask = make_block (&geometry);
  g_autoptr (TrpMask) reference = trp_mask_copy (mask);
  const TrpVec3 center = trp_vec3 (0, 0, 115);
  const TrpPlane axial = trp_plane_for_geometry (&geometry, TRP_ORIENTATION_AXIAL, center, false);
  const TrpRaster raster = trp_raster_new (&axial, 100, 100, 0.5, center);
  g_autoptr (TrpOutline) outline = trp_outline_new (mask, &axial);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 100, 100);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (TrpSignedField) field = NULL;
  TrpOutlineStyle style = { TRP_OUTLINE_ACTIVE, { 0, 255, 0 }, 0 };
  const uint32_t *pixels;
  size_t stride;

  for (size_t k = 2; k <= 4; k++)
    for (size_t j = 3; j <= 6; j++)
      trp_mask_set (reference, 4, j, k, false);
  field = trp_signed_field_new (reference, NULL, &error);
  style.field = field;
  trp_outline_draw (outline, cr, &raster.px_from_lps, &style);
  cairo_surface_flush (surface);
  pixels = (const uint32_t *) (const void *) cairo_image_surface_get_data (surface);
  stride = (size_t) cairo_image_surface_get_stride (surface) / 4;
  g_assert_cmphex (pixels[48 * stride + 24] & 0xffffff, ==, trp_palette_get_distance (2));
  g_assert_cmphex (pixels[48 * stride + 48] & 0xffffff, ==, trp_palette_get_distance (0));
  g_assert_cmphex (pixels[48 * stride + 36] & 0xffffff, ==, 0); /* inside, no fill */
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* 100 px a bar; 100 px high area from 8 to 108, zero at 58: +5 of 10 reaches up to 33, -10 down to
 * the end. */
static void
signed_bars_stand_and_hang (void)
{
  static const double above[4] = { 5, NAN, 0, 0 }, below[4] = { 0, NAN, 10, 0 };
  const TrpBarChart chart = {
    .values = above, .n = 4, .high = 10, .tolerance = NAN, .current = SIZE_MAX, .below = below
  };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 460, 128);
  cairo_t *cr = cairo_create (surface);
  const uint32_t *pixels;
  size_t stride;

  trp_bar_chart_draw (&chart, cr, 460, 128);
  cairo_surface_flush (surface);
  pixels = (const uint32_t *) (const void *) cairo_image_surface_get_data (surface);
  stride = (size_t) cairo_image_surface_get_stride (surface) / 4;
  g_assert_cmphex (pixels[33 * stride + 96] & 0xffffff, ==, trp_palette_get_distance (5));
  g_assert_cmphex (pixels[45 * stride + 96] & 0xffffff, ==, TRP_GREY_BAR);
  g_assert_cmphex (pixels[70 * stride + 96] & 0xffffff, ==, TRP_GREY_STRIP);
  g_assert_cmphex (pixels[107 * stride + 296] & 0xffffff, ==, trp_palette_get_distance (-10));
  g_assert_cmphex (pixels[80 * stride + 296] & 0xffffff, ==, TRP_GREY_BAR);
  g_assert_cmphex (pixels[45 * stride + 296] & 0xffffff, ==, TRP_GREY_STRIP);
  g_assert_cmphex (pixels[45 * stride + 196] & 0xffffff, ==, TRP_GREY_STRIP);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
scale_bar_takes_a_fifth_at_most (void)
{
  trp_assert_near (trp_overlay_choose_scale (0.5, 1000), 100, 0);
  trp_assert_near (trp_overlay_choose_scale (0.5, 999), 50, 0);
  trp_assert_near (trp_overlay_choose_scale (0.1, 260), 5, 0);
  trp_assert_near (trp_overlay_choose_scale (0.1, 240), 0, 0);
}

static void
bars_are_found_where_they_are_drawn (void)
{
  static const double values[4] = { 0.9, NAN, 1, 0.5 };
  const TrpBarChart chart = { values, NULL, 4, 0, 1, NAN, SIZE_MAX, 0xff0000, NULL };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 460, 128);
  cairo_t *cr = cairo_create (surface);
  const uint32_t *pixels;
  size_t stride, n_red[4] = { 0 };

  trp_bar_chart_draw (&chart, cr, 460, 128);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  pixels = (const uint32_t *) (const void *) cairo_image_surface_get_data (surface);
  stride = (size_t) cairo_image_surface_get_stride (surface) / 4;
  for (size_t y = 0; y < 128; y++)
    for (size_t x = 0; x < 460; x++)
      if ((pixels[y * stride + x] & 0xffffff) == 0xff0000)
        {
          const size_t found = trp_bar_chart_find (&chart, (double) x + 0.5, 460);

          g_assert_cmpuint (found, <, 4);
          n_red[found]++;
        }
  g_assert_cmpuint (n_red[0], >, 90); /* a cap of two rows of nearly 100 pixels */
  g_assert_cmpuint (n_red[1], ==, 0);
  g_assert_cmpuint (n_red[2], >, 90);
  g_assert_cmpuint (n_red[3], >, 90);
  g_assert_cmpuint (trp_bar_chart_find (&chart, 3, 460), ==, SIZE_MAX);
  cairo_surface_destroy (surface);
}

/* One voxel of 1000 in 0, of 2 x 2 x 5 mm, at voxel (15, 4, 3): LPS (10, -2, 115). */
static char *
save_landmark (const char *folder)
{
  const TrpGeometry geometry = make_geometry ();
  int16_t voxels[20 * 16 * 6] = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, "landmark.nii.gz", NULL);

  voxels[15 + 20 * (4 + 16 * 3)] = 1000;
  bytes = g_bytes_new (voxels, sizeof voxels);
  volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, &error);
  g_assert_no_error (error);
  if (!trp_volume_save (volume, path, &error))
    g_assert_no_error (error);
  return path;
}

static uint32_t
get_pixel (cairo_surface_t *surface, int x, int y)
{
  const unsigned char *row = cairo_image_surface_get_data (surface) +
                             (ptrdiff_t) y * cairo_image_surface_get_stride (surface);

  return ((const uint32_t *) (const void *) row)[x] & 0xffffff;
}

/* 200 x 224 pixels: a picture of 200 x 200 at 0.5 mm around LPS (0, 0, 112). */
static cairo_surface_t *
render (const char *image, const char *plane, const char *at, const char *out)
{
  const char *const arguments[] = { "render",   image,     "--plane", plane, "--at",     at,
                                    "--center", "0,0,112", "--scale", "0.5", "--window", "1000,500",
                                    "--size",   "200,224", "--out",   out,   NULL };
  g_autofree char *errors = NULL;
  cairo_surface_t *surface;

  if (trp_test_run_cli (arguments, NULL, &errors) != 0)
    g_error ("%s", errors);
  surface = cairo_image_surface_create_from_png (out);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  return surface;
}

static void
check_bright (const char *image, const char *plane, const char *at, int x, int y, double expected)
{
  g_autofree char *out = g_strconcat (image, ".png", NULL);
  cairo_surface_t *surface = render (image, plane, at, out);

  trp_assert_near (get_pixel (surface, x, 24 + y) & 0xff, expected, 3); /* cairo scales in 8 bits */
  g_assert_cmphex (get_pixel (surface, 200 - x, 24 + y), <, 0x101010);
  g_assert_cmphex (get_pixel (surface, x, 24 + 200 - y), <, 0x101010);
  cairo_surface_destroy (surface);
}

/* Patient left is on screen right, anterior and superior are up; slices count in LPS mm. */
static void
render_shows_a_landmark_where_it_is (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *image = save_landmark (folder);

  /* The pixel's centre is 0.25 mm off the voxel's on both axes: linear scaling leaves 1 - 0.25 / 2
   * of the grey along x and y, 1 - 0.25 / 5 along z. */
  check_bright (image, "axial", "115.5", 100 + 20, 100 - 4, 255 * 0.875 * 0.875);
  check_bright (image, "axial", "113", 100 + 20, 100 - 4, 255 * 0.875 * 0.875);
  check_bright (image, "coronal", "-2.4", 100 + 20, 100 - 6, 255 * 0.875 * 0.95);
  check_bright (image, "sagittal", "10.9", 100 - 4, 100 - 6, 255 * 0.875 * 0.95);
  trp_test_remove_folder (folder);
}

/* Two structures with one outline: pixels at its upper edge. */
static void
first_structure_is_on_top (void)
{
  const TrpColor colors[2] = { { 255, 0, 0 }, { 0, 0, 255 } };
  const TrpGeometry geometry = make_geometry ();
  const size_t n_bytes = trp_geometry_count_voxels (&geometry);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (n_bytes), n_bytes);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("both", &geometry);
  TrpPane pane = { .volume = volume, .role = "", .window = { .width = 100 }, .structures = set };
  const TrpVec3 center = trp_vec3 (0, 0, 115);
  const TrpPaneRow row = {
    .panes = &pane, .n_panes = 1, .point_lps = center, .center_lps = center, .mm_per_px = 0.5
  };

  for (int n = 0; n < 2; n++)
    {
      g_autoptr (TrpStructure) structure = trp_structure_new (n == 0 ? "organ" : "body", colors[n],
                                                              make_block (&geometry));

      trp_structure_set_append (set, structure);
    }
  for (size_t active = 0; active <= 2; active++)
    {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 200, 224);
      cairo_t *cr = cairo_create (surface);
      uint32_t pixel;

      pane.active = active < 2 ? active : SIZE_MAX;
      trp_pane_row_draw (&row, cr, 200, 224);
      cairo_surface_flush (surface);
      /* the block's upper face is at j = 2.5, LPS y = -5 mm: 10 pixels above the middle */
      pixel = get_pixel (surface, 80, 24 + 100 - 10);
      if (active == 1)
        g_assert_cmphex (pixel & 0xff, >, pixel >> 16);
      else
        g_assert_cmphex (pixel >> 16, >, pixel & 0xff);
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
    }
}

static void
render_gives_the_same_bytes_twice (void)
{
  static const char *const names[] = { "a.png", "b.png", "a.pdf", "b.pdf" };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *image = save_landmark (folder);
  char *contents[4];
  gsize sizes[4];

  for (int n = 0; n < 4; n++)
    {
      g_autofree char *out = g_build_filename (folder, names[n], NULL);
      const char *const arguments[] = { "render", image, image, "--out", out, "--crosshair", NULL };

      g_assert_cmpint (trp_test_run_cli (arguments, NULL, NULL), ==, 0);
      g_assert_true (g_file_get_contents (out, &contents[n], &sizes[n], NULL));
    }
  g_assert_cmpmem (contents[0], sizes[0], contents[1], sizes[1]);
  g_assert_cmpmem (contents[2], sizes[2], contents[3], sizes[3]);
  g_assert_cmpmem (contents[2], 5, "%PDF-", 5);
  for (int n = 0; n < 4; n++)
    g_free (contents[n]);
  trp_test_remove_folder (folder);
}

static void
render_refuses_what_it_cannot_do (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *image = save_landmark (folder);
  const char *const wrong[][6] = {
    { "render", image, "--out", "/x.jpeg", NULL },
    { "render", "/no/such/file.nii", "--out", "x.png", NULL },
    { "render", image, NULL },
    { "render", image, "--plane=oblique", "--out", "x.png", NULL },
    { "render", image, "--at=high", "--out", "x.png", NULL },
    { "render", image, "--at=9999", "--out", "x.png", NULL },
    { "render", image, "--window=0,40", "--out", "x.png", NULL },
  };
  static const int status[] = { 1, 1, 2, 2, 2, 2, 2 };

  for (size_t n = 0; n < G_N_ELEMENTS (wrong); n++)
    {
      g_autofree char *errors = NULL;

      g_assert_cmpint (trp_test_run_cli (wrong[n], NULL, &errors), ==, status[n]);
      g_assert_cmpuint (strlen (errors), >, 10);
    }
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draw/native-outline-runs-along-the-faces",
                   native_outline_runs_along_the_faces);
  g_test_add_func ("/draw/outline-is-empty-beside-the-structure",
                   outline_is_empty_beside_the_structure);
  g_test_add_func ("/draw/oblique-outline-follows-the-half-level",
                   oblique_outline_follows_the_half_level);
  g_test_add_func ("/draw/signed-scales-are-those-of-the-design",
                   signed_scales_are_those_of_the_design);
  g_test_add_func ("/draw/scale-bar-takes-a-fifth-at-most", scale_bar_takes_a_fifth_at_most);
  g_test_add_func ("/draw/outline/takes-the-colours-of-distances",
                   outline_takes_the_colours_of_distances);
  g_test_add_func ("/draw/chart/signed-bars-stand-and-hang", signed_bars_stand_and_hang);
  g_test_add_func ("/draw/bars-are-found-where-they-are-drawn",
                   bars_are_found_where_they_are_drawn);
  g_test_add_func ("/draw/first-structure-is-on-top", first_structure_is_on_top);
  g_test_add_func ("/render/shows-a-landmark-where-it-is", render_shows_a_landmark_where_it_is);
  g_test_add_func ("/render/gives-the-same-bytes-twice", render_gives_the_same_bytes_twice);
  g_test_add_func ("/render/refuses-what-it-cannot-do", render_refuses_what_it_cannot_do);
  return g_test_run ();
}
