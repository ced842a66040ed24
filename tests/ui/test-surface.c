/* test-surface.c - the surface in three dimensions, with OpenGL and without
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Run twice: where GTK may use OpenGL, and where it may not (GDK_DEBUG=gl-disable). Two blocks of
 * 12 x 12 x 12 voxels of 1 mm, the reference 4 mm farther to the patient's left: the edited one's
 * right side lies 4 mm outside, its left side misses 4 mm.
 */

#include "core/draw/palette.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/dialogs/surface-window.h"
#include "ui/document-distances.h"

#include <string.h>

enum
{
  N = 48,
  BEGIN = 14,
  SIZE = 12,
};

static TrpStructure *
make_block (const TrpGeometry *geometry, const char *name, size_t left)
{
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t k = BEGIN; k < BEGIN + SIZE; k++)
    for (size_t j = BEGIN; j < BEGIN + SIZE; j++)
      for (size_t i = left; i < left + SIZE; i++)
        trp_mask_set (mask, i, j, k, true);
  return trp_structure_new (name, trp_color_get_default (0), mask);
}

static TrpGeometry
make_geometry (void)
{
  return trp_geometry_axial ((const size_t[]){ N, N, N }, (const double[]){ 1, 1, 1 },
                             trp_vec3 (0, 0, 0));
}

static void
add_reading (TrpDocument *document, const char *name, size_t left)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpStructureSet) set = trp_structure_set_new (name, &geometry);
  g_autoptr (TrpStructure) gtv = make_block (&geometry, "GTV", left);
  g_autoptr (TrpStructure) alone = left == BEGIN ? make_block (&geometry, "Alone", 2) : NULL;

  trp_structure_set_append (set, gtv);
  if (alone)
    trp_structure_set_append (set, alone);
  trp_document_add_reading (document, set);
}

static TrpDocument *
make_document (void)
{
  const TrpGeometry geometry = make_geometry ();
  const TrpDisplay display = { { 400, 40, false, false }, false };
  TrpDocument *document = trp_document_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (uint8_t, N * N * N), N * N * N);
  g_autoptr (TrpVolume) volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);

  trp_document_set_volume (document, TRP_ROLE_MR, volume, &display);
  add_reading (document, "first", BEGIN);
  add_reading (document, "second", BEGIN + 4);
  trp_document_set_active (document, 0);
  return document;
}

/* A ball of radius 3 mm. */
static void
paint (TrpDocument *document, TrpVec3 point_lps)
{
  TrpToolSettings tool = *trp_document_get_tool (document);

  tool.kind = TRP_TOOL_BRUSH;
  tool.shape = TRP_BRUSH_BALL;
  tool.radius_mm = 3;
  tool.over = TRP_PAINT_OVER_ALL;
  trp_document_set_tool (document, &tool);
  g_assert_true (trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, point_lps));
  trp_document_end_stroke (document);
}

/* ---- waiting and looking ---- */

typedef bool (*Condition) (gpointer data);

static gboolean
on_timeout (gpointer data)
{
  *(bool *) data = true;
  return G_SOURCE_REMOVE;
}

static void
wait_until (Condition condition, gpointer data)
{
  bool is_late = false;
  const guint timeout = g_timeout_add_seconds (20, on_timeout, &is_late);

  while (!condition (data) && !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_source_remove (timeout);
}

static bool
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0;
}

static bool
is_current (gpointer window)
{
  return trp_surface_window_is_current (window);
}

static bool
has_field (gpointer document)
{
  return trp_document_peek_signed_field (document) != NULL;
}

static TrpSurfaceView *
show (TrpDocument *document, TrpSurfaceWindow **out_window)
{
  TrpSurfaceWindow *window = TRP_SURFACE_WINDOW (trp_surface_window_new (document));
  TrpSurfaceView *view = trp_surface_window_get_view (window);

  gtk_window_present (GTK_WINDOW (window));
  wait_until (is_mapped, view);
  *out_window = window;
  return view;
}

static void
wait_for_colors (TrpDocument *document, TrpSurfaceWindow *window)
{
  wait_until (has_field, document);
  wait_until (is_current, window);
}

/* Of the view, @x px to the right of its middle. */
static uint32_t
get_pixel (TrpSurfaceView *view, int x)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (view));
  const int height = gtk_widget_get_height (GTK_WIDGET (view));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (view));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;
  uint32_t pixel;

  gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node) /* not before the first frame */
    gsk_render_node_draw (node, cr);
  g_clear_pointer (&node, gsk_render_node_unref);
  cairo_surface_flush (surface);
  pixel = *(const uint32_t *) (void *) (cairo_image_surface_get_data (surface) +
                                        height / 2 * cairo_image_surface_get_stride (surface) +
                                        4 * (width / 2 + x));
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return pixel & 0xffffff;
}

typedef struct
{
  TrpSurfaceView *view;
  uint32_t expected, actual;
} Pixel;

/* Light stands where the eye is: a side that faces it has its colour but for rounding. */
static bool
has_color (gpointer data)
{
  Pixel *pixel = data;
  int largest = 0;

  g_usleep (5000);
  pixel->actual = get_pixel (pixel->view, 12);
  for (int shift = 0; shift < 24; shift += 8)
    largest = MAX (largest, ABS ((int) (pixel->actual >> shift & 0xff) -
                                 (int) (pixel->expected >> shift & 0xff)));
  return largest <= 3;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Beside the middle, where the cursor's ring is. */
static void
assert_color (TrpSurfaceView *view, uint32_t expected)
{
  Pixel pixel = { .view = view, .expected = expected };
  const guint tick = g_timeout_add (20, on_tick, NULL);

  wait_until (has_color, &pixel);
  g_source_remove (tick);
  g_test_message ("%06x for %06x", pixel.actual, expected);
}

static void
pick_middle (TrpSurfaceView *view)
{
  g_assert_true (trp_surface_view_pick (view, gtk_widget_get_width (GTK_WIDGET (view)) / 2.0,
                                        gtk_widget_get_height (GTK_WIDGET (view)) / 2.0));
}

static bool
skip_without_gl (TrpSurfaceView *view)
{
  if (!trp_surface_view_get_problem (view))
    return false;
  g_test_skip ("this display has no OpenGL");
  return true;
}

static void
finish (TrpDocument *document, TrpSurfaceWindow *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  trp_document_close (document);
  for (int n = 0; n < 20; n++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_finalize_object (document);
}

/* ---- tests ---- */

static void
test_without_gl (void)
{
  TrpDocument *document = make_document ();
  TrpSurfaceWindow *window;
  TrpSurfaceView *view = show (document, &window);
  const char *problem = trp_surface_view_get_problem (view);
  const char *debug = g_getenv ("GDK_DEBUG");

  if (problem)
    {
      g_assert_nonnull (strstr (problem, "cannot be drawn; everything else works."));
      g_assert_true (trp_surface_window_is_current (window)); /* nobody works for nothing */
      paint (document, trp_vec3 (10, 20, 20));
      g_assert_true (trp_surface_window_is_current (window));
      trp_document_set_active (document, 1);
      g_assert_false (trp_surface_view_pick (view, 5, 5));
    }
  else
    g_test_skip ("this display has OpenGL");
  g_assert_true (problem || !debug || !strstr (debug, "gl-disable"));
  finish (document, window);
}

static void
test_colors (void)
{
  TrpDocument *document = make_document ();
  TrpSurfaceWindow *window;
  TrpSurfaceView *view = show (document, &window);

  if (!skip_without_gl (view))
    {
      wait_for_colors (document, window);
      trp_surface_view_look_from (view, 'R');
      assert_color (view, trp_palette_get_distance (4));
      trp_surface_view_look_from (view, 'L');
      assert_color (view, trp_palette_get_distance (-4));
      g_assert_cmphex (get_pixel (view, gtk_widget_get_width (GTK_WIDGET (view)) / 2 - 30), ==, 0);
      trp_document_set_active (document, 1);
      wait_until (is_current, window);
      trp_surface_view_look_from (view, 'A');
      assert_color (view, trp_palette_pack (trp_color_get_default (0)));
    }
  finish (document, window);
}

/* A click moves the cursor; the hand rests, and the surface is the new one. */
static void
test_follows (void)
{
  TrpDocument *document = make_document ();
  TrpSurfaceWindow *window;
  TrpSurfaceView *view = show (document, &window);

  if (!skip_without_gl (view))
    {
      wait_for_colors (document, window);
      trp_surface_view_look_from (view, 'R');
      assert_color (view, trp_palette_get_distance (4)); /* it is fitted with the first frame */
      pick_middle (view);
      trp_assert_near (trp_document_get_cursor (document).v[0], BEGIN - 0.5, 0.05);
      trp_assert_near (trp_document_get_cursor (document).v[1], BEGIN + SIZE / 2.0 - 0.5, 0.01);
      trp_assert_near (trp_document_get_cursor (document).v[2], BEGIN + SIZE / 2.0 - 0.5, 0.01);
      paint (document, trp_vec3 (BEGIN - 1, 19.5, 19.5));
      g_assert_false (trp_surface_window_is_current (window));
      wait_until (is_current, window);
      pick_middle (view);
      trp_assert_near (trp_document_get_cursor (document).v[0], BEGIN - 4, 0.75); /* voxels */
      g_assert_false (trp_surface_view_pick (view, 2, 2));
    }
  finish (document, window);
}

/* A job is under way when the window goes. */
static void
test_closes (void)
{
  TrpDocument *document = make_document ();
  TrpSurfaceWindow *window;

  show (document, &window);
  paint (document, trp_vec3 (10, 20, 20));
  finish (document, window);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_add_func ("/surface/without-gl", test_without_gl);
  g_test_add_func ("/surface/colors", test_colors);
  g_test_add_func ("/surface/follows", test_follows);
  g_test_add_func ("/surface/closes", test_closes);
  status = g_test_run ();
  trp_test_remove_folder (folder);
  return status;
}
