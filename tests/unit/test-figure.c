/* test-figure.c - axes, drawing, finding and files of figures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/draw/figure-axis.h"
#include "core/draw/figure.h"
#include "core/draw/palette.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define WIDTH 400
#define HEIGHT 300

static const char *const groups[] = { "prostate", "bladder" };
static const char *const arms[] = { "SynCT", "MR" };
static const char *const cases[] = { "001", "002", "003", "004", "005" };

static TrpFigure *
make_boxes (void)
{
  static const double values[4][5] = { { 0.9, 0.8, 0.7, 0.85, 0.2 },
                                       { 0.6, 0.5, 0.7, 0.65, 0.55 },
                                       { 0.3, 0.3, 0.3, 0.3, 0.3 },
                                       { NAN, INFINITY, 0.5, 0.45, 0.4 } };
  static const size_t ids[] = { 10, 11, 12, 13, 14 };
  TrpFigureBox boxes[4];

  for (size_t n = 0; n < 4; n++)
    boxes[n] = (TrpFigureBox){ n / 2, n % 2, values[n], cases, ids, 5 };
  return trp_figure_new_boxes (&(TrpFigureFrame){ .y_label = "Dice" }, groups, 2, arms, 2, boxes,
                               4);
}

static TrpFigure *
make_scatter (bool bland_altman)
{
  TrpFigurePoint points[6];

  for (size_t n = 0; n < 6; n++)
    points[n] = (TrpFigurePoint){ n % 2, 10.0 * (double) n, 10.0 * (double) n + (double) (n * n),
                                  cases[n % 5], n };
  return bland_altman
           ? trp_figure_new_bland_altman (&(TrpFigureFrame){ .x_label = "ml" }, arms, 2, points, 6)
           : trp_figure_new_scatter (&(TrpFigureFrame){ .x_label = "ml" }, arms, 2, points, 6,
                                     true);
}

static TrpFigure *
make_curves (bool profile)
{
  static const double x[] = { 1, 2, 3, 4 }, first[] = { 4, 3, NAN, 1 }, second[] = { 2, 3, NAN, 3 };
  static const double *const runs[] = { first, second };
  const TrpFigureCurve curves[] = { { "loss", x, 4, runs, 2 }, { "one", x, 4, runs, 1 } };

  return profile ? trp_figure_new_profile (&(TrpFigureFrame){ .title = "t" }, curves, 2)
                 : trp_figure_new_curves (&(TrpFigureFrame){ .title = "t" }, curves, 2);
}

static TrpFigure *
make_kind (size_t kind)
{
  return kind == 0 ? make_boxes () : kind <= 2 ? make_scatter (kind == 2) : make_curves (kind == 4);
}

#define N_KINDS 5

static void
ticks_are_round (void)
{
  static const struct
  {
    double low, high;
    size_t max;
    double first, step;
    size_t n;
    int digits;
  } cases_of_ticks[] = {
    { 0, 1, 6, 0, 0.2, 6, 1 },           { 0, 1, 5, 0, 0.5, 3, 1 },
    { -7.7, 8.5, 10, -6, 2, 8, 0 },      { 30.1, 71, 5, 40, 10, 4, 0 },
    { 0, 20000, 5, 0, 5000, 5, 0 },      { 0.0011, 0.0049, 4, 0.002, 0.001, 3, 3 },
    { -1.2e9, 3e9, 5, -1e9, 1e9, 5, 0 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases_of_ticks); n++)
    {
      const TrpAxis axis = { cases_of_ticks[n].low, cases_of_ticks[n].high };
      const TrpTicks ticks = trp_axis_choose_ticks (&axis, cases_of_ticks[n].max);

      trp_assert_near (ticks.first, cases_of_ticks[n].first, 1e-12 * fabs (axis.high));
      trp_assert_near (ticks.step, cases_of_ticks[n].step, 1e-12 * fabs (axis.high));
      g_assert_cmpuint (ticks.n, ==, cases_of_ticks[n].n);
      g_assert_cmpint (ticks.digits, ==, cases_of_ticks[n].digits);
    }
}

static void
ticks_of_hostile_axes_end (void)
{
  static const TrpAxis axes[] = { { 0, 0 },
                                  { -1e308, 1e308 },
                                  { 1e15, 1e15 + 0.25 },
                                  { NAN, 1 },
                                  { 5, 4 },
                                  { 0, 5e-324 },
                                  { 0, 1.5e308 },
                                  { -1e-300, 1e-300 },
                                  { 0, (double) INFINITY } };

  for (size_t n = 0; n < G_N_ELEMENTS (axes); n++)
    g_assert_cmpuint (trp_axis_choose_ticks (&axes[n], 7).n, <=, 7);
}

static void
axes_get_room (void)
{
  TrpAxis axis = trp_axis_new ();

  trp_axis_include (&axis, NAN);
  trp_axis_include (&axis, 0.5);
  trp_axis_include (&axis, INFINITY);
  trp_axis_include (&axis, 0.9);
  trp_axis_pad (&axis);
  trp_assert_near (axis.low, 0.48, 1e-12); /* a twentieth of 0.4 */
  trp_assert_near (axis.high, 0.92, 1e-12);
  axis = (TrpAxis){ 0.01, 1 };
  trp_axis_pad (&axis);
  trp_assert_near (axis.low, 0, 0);
  axis = (TrpAxis){ -2, 2 };
  trp_axis_pad (&axis);
  trp_assert_near (axis.low, -2.2, 1e-12);
  axis = trp_axis_new ();
  trp_axis_pad (&axis);
  trp_assert_near (axis.high, 1, 0);
}

static void
numbers_have_a_minus_and_no_negative_zero (void)
{
  static const struct
  {
    double value;
    int digits;
    const char *text;
  } numbers[] = { { -2.5, 1, "\u22122.5" },
                  { -0.001, 1, "0.0" },
                  { 1234, 0, "1234" },
                  { 0.1 + 0.2, 1, "0.3" },
                  { 2.5e9, 0, "2.5e+09" } };

  for (size_t n = 0; n < G_N_ELEMENTS (numbers); n++)
    {
      g_autofree char *text = trp_format_number (numbers[n].value, numbers[n].digits);

      g_assert_cmpstr (text, ==, numbers[n].text);
    }
}

/* Where every point of a figure lies, by asking on a raster; by id and series. */
static GHashTable *
find_all (const TrpFigure *figure, TrpFigureStyle style)
{
  GHashTable *hits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (int y = 0; y < HEIGHT; y += 3)
    for (int x = 0; x < WIDTH; x += 3)
      {
        TrpFigureHit hit;

        if (trp_figure_find (figure, WIDTH, HEIGHT, style, x, y, &hit))
          g_hash_table_insert (hits,
                               g_strdup_printf ("%s %zu %g", hit.series, hit.id, round (hit.x)),
                               g_memdup2 (&hit, sizeof hit));
      }
  return hits;
}

static void
boxes_answer_what_lies_under_the_pointer (void)
{
  g_autoptr (TrpFigure) figure = make_boxes ();
  g_autoptr (GHashTable) hits = find_all (figure, TRP_FIGURE_PRINT);
  const TrpFigureHit *low = g_hash_table_lookup (hits, "SynCT 14 0");
  const TrpFigureHit *high = g_hash_table_lookup (hits, "SynCT 10 0");
  const TrpFigureHit *other = g_hash_table_lookup (hits, "MR 12 1");
  TrpFigureHit again;

  g_assert_nonnull (low);
  g_assert_nonnull (high);
  g_assert_nonnull (other);
  g_assert_cmpstr (low->name, ==, "005");
  trp_assert_near (low->y, 0.2, 0);
  g_assert_cmpfloat (low->y_px, >, high->y_px); /* down the page */
  g_assert_cmpfloat (other->x_px, >, high->x_px);
  g_assert_true (
    trp_figure_find (figure, WIDTH, HEIGHT, TRP_FIGURE_PRINT, low->x_px, low->y_px, &again));
  g_assert_cmpuint (again.id, ==, 14);
  trp_assert_near (again.x_px, low->x_px, 0);
  g_assert_null (g_hash_table_lookup (hits, "MR 10 1")); /* NAN and INFINITY lie nowhere */
  g_assert_null (g_hash_table_lookup (hits, "MR 11 1"));
  g_assert_false (trp_figure_find (figure, WIDTH, HEIGHT, TRP_FIGURE_PRINT, 2, 2, &again));
}

/* Each point once, box by box and upwards; what cannot be seen is left out. */
static void
points_are_counted_as_they_are_read (void)
{
  g_autoptr (TrpFigure) figure = make_boxes ();
  TrpFigureHit hit, found, before = { 0 };
  size_t n = 0;

  while (trp_figure_get_nth (figure, WIDTH, HEIGHT, TRP_FIGURE_SCREEN, n, &hit))
    {
      g_assert_true (
        trp_figure_find (figure, WIDTH, HEIGHT, TRP_FIGURE_SCREEN, hit.x_px, hit.y_px, &found));
      trp_assert_near (found.y_px, hit.y_px, 0);
      g_assert_true (isfinite (hit.y));
      if (n > 0 && hit.x == before.x && g_strcmp0 (hit.series, before.series) == 0)
        g_assert_cmpfloat (hit.y, >=, before.y);
      g_assert_cmpfloat (hit.x, >=, before.x);
      before = hit;
      n++;
    }
  g_assert_cmpuint (n, ==, 18); /* of 20, without NAN and INFINITY */
}

/* The axis is linear: a value in the middle of two others lies in the middle. */
static void
points_lie_to_scale (void)
{
  g_autoptr (TrpFigure) figure = make_scatter (false);
  g_autoptr (GHashTable) hits = find_all (figure, TRP_FIGURE_SCREEN);
  const TrpFigureHit *a = g_hash_table_lookup (hits, "SynCT 0 0");
  const TrpFigureHit *b = g_hash_table_lookup (hits, "SynCT 2 20");
  const TrpFigureHit *c = g_hash_table_lookup (hits, "SynCT 4 40");

  g_assert_true (a && b && c);
  trp_assert_near (b->x_px - a->x_px, c->x_px - b->x_px, 1e-9);
  trp_assert_near ((b->y_px - a->y_px) / 24, (c->y_px - a->y_px) / 56, 1e-9);
}

/* Bland-Altman of y = x + n^2: difference n^2 over the mean x + n^2 / 2. */
static void
bland_altman_draws_differences (void)
{
  g_autoptr (TrpFigure) figure = make_scatter (true);
  g_autoptr (GHashTable) hits = find_all (figure, TRP_FIGURE_PRINT);
  const TrpFigureHit *hit = g_hash_table_lookup (hits, "SynCT 4 48");

  g_assert_nonnull (hit);
  trp_assert_near (hit->x, 48, 0);
  trp_assert_near (hit->y, 16, 0);
}

/* The mean of the runs; where no run has a value there is nothing. */
static void
curves_show_means (void)
{
  g_autoptr (TrpFigure) figure = make_curves (false);
  g_autoptr (GHashTable) hits = find_all (figure, TRP_FIGURE_PRINT);
  const TrpFigureHit *first = g_hash_table_lookup (hits, "loss 0 1");

  g_assert_nonnull (first);
  trp_assert_near (first->y, 3, 0);
  g_assert_null (g_hash_table_lookup (hits, "loss 2 3"));
}

static uint32_t
get_pixel (cairo_surface_t *surface, int x, int y)
{
  uint32_t pixel;

  memcpy (&pixel,
          cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface) +
            4 * x,
          sizeof pixel);
  return pixel & 0xffffff;
}

static size_t
count_pixels (cairo_surface_t *surface, uint32_t rgb)
{
  size_t n = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      n += get_pixel (surface, x, y) == rgb;
  return n;
}

/* Paper of the style, and the median lines in the colour of their series. */
static void
styles_have_their_paper_and_colours (void)
{
  static const uint32_t papers[] = { 0xffffff, TRP_GREY_STRIP };

  for (int style = TRP_FIGURE_PRINT; style <= (int) TRP_FIGURE_SCREEN; style++)
    {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
      cairo_t *cr = cairo_create (surface);
      g_autoptr (TrpFigure) figure = make_boxes ();
      TrpFigureHit hit = { .x_px = 200, .y_px = 40 };
      size_t n_before;

      trp_figure_draw (figure, cr, WIDTH, HEIGHT, (TrpFigureStyle) style, NULL);
      cairo_surface_flush (surface);
      g_assert_cmphex (get_pixel (surface, 1, 1), ==, papers[style]);
      g_assert_cmphex (get_pixel (surface, WIDTH - 1, HEIGHT - 1), ==, papers[style]);
      for (size_t s = 0; s < 2; s++)
        g_assert_cmpuint (count_pixels (surface, trp_palette_get_series (s, style != 0)), >, 20);
      n_before = count_pixels (surface, papers[style]);
      trp_figure_draw (figure, cr, WIDTH, HEIGHT, (TrpFigureStyle) style, &hit);
      cairo_surface_flush (surface);
      g_assert_cmpuint (count_pixels (surface, papers[style]), <, n_before); /* the ring */
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
    }
}

static void
every_kind_is_saved_in_every_format (void)
{
  static const struct
  {
    const char *extension, *magic;
  } formats[] = { { "png", "\x89PNG" }, { "pdf", "%PDF-" }, { "svg", "<?xml" } };
  g_autofree char *folder = trp_test_make_folder ();

  for (size_t kind = 0; kind < N_KINDS; kind++)
    for (size_t f = 0; f < G_N_ELEMENTS (formats); f++)
      {
        g_autoptr (TrpFigure) figure = make_kind (kind);
        g_autofree char *path = g_strdup_printf ("%s/%zu.%s", folder, kind, formats[f].extension);
        g_autofree char *bytes = NULL;
        g_autoptr (GError) error = NULL;
        gsize size;

        g_assert_true (trp_figure_save (figure, path, &error));
        g_assert_no_error (error);
        g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
        g_assert_cmpuint (size, >, 1000);
        g_assert_cmpmem (bytes, strlen (formats[f].magic), formats[f].magic,
                         strlen (formats[f].magic));
        if (f == 2)
          g_assert_true (g_str_has_suffix (g_strchomp (bytes), "</svg>"));
      }
  trp_test_remove_folder (folder);
}

static void
other_formats_are_refused (void)
{
  g_autoptr (TrpFigure) figure = make_boxes ();
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_figure_save (figure, "figure.jpeg", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, ".svg"));
}

static void
nothing_to_show_is_a_figure_too (void)
{
  const double none[] = { NAN, INFINITY };
  const TrpFigureBox box = { 0, 0, none, NULL, NULL, 2 };
  const TrpFigureFrame frame = { .y_label = "Dice" };
  TrpFigure *const figures[] = {
    trp_figure_new_boxes (&frame, groups, 1, arms, 1, &box, 1),
    trp_figure_new_boxes (&frame, NULL, 0, NULL, 0, NULL, 0),
    trp_figure_new_scatter (&frame, arms, 2, NULL, 0, true),
    trp_figure_new_bland_altman (&frame, arms, 1, NULL, 0),
    trp_figure_new_curves (&frame, NULL, 0),
  };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);

  for (size_t n = 0; n < G_N_ELEMENTS (figures); n++)
    {
      trp_figure_draw (figures[n], cr, WIDTH, HEIGHT, TRP_FIGURE_PRINT, NULL);
      trp_figure_draw (figures[n], cr, 10, 8, TRP_FIGURE_SCREEN, NULL); /* smaller than its texts */
      g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
      trp_figure_unref (figures[n]);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
reports_have_pages (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "report.pdf", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (TrpFigure) first = make_boxes (), second = make_curves (true);
  const TrpPicture pages[] = { trp_figure_get_picture (first), trp_figure_get_picture (second) };
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_true (trp_picture_save_pages (pages, 2, path, &error));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_nonnull (g_strstr_len (bytes, (gssize) size, "%PDF-"));
  g_assert_nonnull (memmem (bytes, size, "/Count 2", 8)); /* of the page tree, never compressed */
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/figure/axis/ticks", ticks_are_round);
  g_test_add_func ("/figure/axis/hostile", ticks_of_hostile_axes_end);
  g_test_add_func ("/figure/axis/room", axes_get_room);
  g_test_add_func ("/figure/axis/numbers", numbers_have_a_minus_and_no_negative_zero);
  g_test_add_func ("/figure/find/boxes", boxes_answer_what_lies_under_the_pointer);
  g_test_add_func ("/figure/find/in-order", points_are_counted_as_they_are_read);
  g_test_add_func ("/figure/find/scatter", points_lie_to_scale);
  g_test_add_func ("/figure/find/bland-altman", bland_altman_draws_differences);
  g_test_add_func ("/figure/find/curves", curves_show_means);
  g_test_add_func ("/figure/draw/styles", styles_have_their_paper_and_colours);
  g_test_add_func ("/figure/draw/nothing", nothing_to_show_is_a_figure_too);
  g_test_add_func ("/figure/save/every-kind", every_kind_is_saved_in_every_format);
  g_test_add_func ("/figure/save/refused", other_formats_are_refused);
  g_test_add_func ("/figure/save/pages", reports_have_pages);
  return g_test_run ();
}
