/* test-png-stack.c - PNGs written by libpng, as slices and folders
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/io/png-image.h"
#include "tests/lib/check.h"

#include <glib/gstdio.h>
#include <png.h>
#include <string.h>

typedef struct
{
  unsigned width, height;
  int bits;
  int color_type;
  int interlace;
  const uint8_t *rows; /* packed as in the file */
  size_t row_bytes;
} Picture;

static void
on_write (png_structp png, uint8_t *bytes, size_t size)
{
  g_byte_array_append (png_get_io_ptr (png), bytes, (guint) size);
}

static void
on_flush (png_structp png)
{
}

static GByteArray *
make_png (const Picture *picture)
{
  static const png_color palette[] = { { 0, 0, 0 }, { 255, 0, 0 }, { 0, 255, 0 } };
  GByteArray *out = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  const int n_passes = picture->interlace ? 7 : 1;

  png_set_write_fn (png, out, on_write, on_flush);
  png_set_IHDR (png, info, picture->width, picture->height, picture->bits, picture->color_type,
                picture->interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture->color_type == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE (png, info, palette, 3);
  png_write_info (png, info);
  if (picture->interlace)
    (void) png_set_interlace_handling (png);
  for (int pass = 0; pass < n_passes; pass++)
    for (unsigned row = 0; row < picture->height; row++)
      png_write_row (png, picture->rows + row * picture->row_bytes);
  png_write_end (png, NULL);
  png_destroy_write_struct (&png, &info);
  return out;
}

static const uint8_t six[] = { 1, 2, 3, 4, 5, 6 };
static const Picture grey = { 3, 2, 8, PNG_COLOR_TYPE_GRAY, 0, six, 3 };

static void
check_parsed (const Picture *picture, const unsigned *expected)
{
  g_autoptr (GByteArray) png = make_png (picture);
  g_autoptr (GError) error = NULL;
  TrpPngImage image;

  g_assert_true (trp_png_parse (png->data, png->len, &image, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (image.width, ==, picture->width);
  g_assert_cmpuint (image.height, ==, picture->height);
  for (size_t n = 0; n < image.width * image.height; n++)
    g_assert_cmpuint (image.bits == 16 ? ((uint16_t *) image.values)[n] : image.values[n], ==,
                      expected[n]);
  trp_png_image_clear (&image);
}

static void
test_grey (void)
{
  check_parsed (&grey, (const unsigned[]){ 1, 2, 3, 4, 5, 6 });
}

static void
test_interlaced (void)
{
  Picture picture = grey;

  picture.interlace = PNG_INTERLACE_ADAM7;
  check_parsed (&picture, (const unsigned[]){ 1, 2, 3, 4, 5, 6 });
}

/* PNG is big endian: 0x0102 is 258. */
static void
test_sixteen_bits (void)
{
  static const uint8_t rows[] = { 1, 2, 255, 255 };

  check_parsed (&(const Picture){ 2, 1, 16, PNG_COLOR_TYPE_GRAY, 0, rows, 4 },
                (const unsigned[]){ 258, 65535 });
}

/* A mask of single bits holds 0 and 1, not 0 and 255. */
static void
test_one_bit (void)
{
  static const uint8_t rows[] = { 0xa0, 0x40 };

  check_parsed (&(const Picture){ 3, 2, 1, PNG_COLOR_TYPE_GRAY, 0, rows, 1 },
                (const unsigned[]){ 1, 0, 1, 0, 1, 0 });
}

static void
test_equal_channels (void)
{
  static const uint8_t rgb[] = { 7, 7, 7, 9, 9, 9 };
  static const uint8_t rgba[] = { 7, 7, 7, 255, 9, 9, 9, 255 };
  static const uint8_t wide[] = { 1, 2, 1, 2, 1, 2, 0, 3, 0, 3, 0, 3 };

  check_parsed (&(const Picture){ 2, 1, 8, PNG_COLOR_TYPE_RGB, 0, rgb, 6 },
                (const unsigned[]){ 7, 9 });
  check_parsed (&(const Picture){ 2, 1, 8, PNG_COLOR_TYPE_RGBA, 0, rgba, 8 },
                (const unsigned[]){ 7, 9 });
  check_parsed (&(const Picture){ 2, 1, 16, PNG_COLOR_TYPE_RGB, 0, wide, 12 },
                (const unsigned[]){ 258, 3 });
}

static void
test_palette (void)
{
  static const uint8_t rows[] = { 0, 2, 1 };
  const Picture picture = { 3, 1, 8, PNG_COLOR_TYPE_PALETTE, 0, rows, 3 };

  check_parsed (&picture, (const unsigned[]){ 0, 2, 1 });
}

static void
assert_refused (GByteArray *png, int code, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  TrpPngImage image;

  g_assert_false (trp_png_parse (png->data, png->len, &image, &error));
  g_assert_error (error, TRP_ERROR, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("\"%s\" does not match \"%s\"", error->message, pattern);
  g_byte_array_unref (png);
}

static void
test_colored (void)
{
  static const uint8_t rows[] = { 7, 7, 7, 9, 9, 8 };

  assert_refused (make_png (&(const Picture){ 2, 1, 8, PNG_COLOR_TYPE_RGB, 0, rows, 6 }),
                  TRP_ERROR_UNSUPPORTED, "*coloured*pixel 1, 0*");
}

static void
test_transparent (void)
{
  static const uint8_t rows[] = { 7, 255, 9, 0 };

  assert_refused (make_png (&(const Picture){ 2, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, 0, rows, 4 }),
                  TRP_ERROR_UNSUPPORTED, "*transparent*");
}

static void
test_cut (void)
{
  g_autoptr (GByteArray) png = make_png (&grey);

  for (guint size = 0; size < png->len; size++)
    {
      GByteArray *cut = g_byte_array_new ();

      g_byte_array_append (cut, png->data, size);
      assert_refused (cut, TRP_ERROR_FORMAT, "The PNG cannot be read*");
    }
}

/* A header that promises 2^31 pixels a side. */
static void
test_huge (void)
{
  GByteArray *png = make_png (&grey);

  memset (png->data + 16, 0x7f, 8);
  assert_refused (png, TRP_ERROR_FORMAT, "The PNG cannot be read*");
}

static void
put (const char *folder, const char *name, const Picture *picture)
{
  g_autoptr (GByteArray) png = make_png (picture);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (char *) png->data, (gssize) png->len, NULL));
}

static void
put_value (const char *folder, const char *name, uint8_t value)
{
  const uint8_t rows[] = { value, 0, 0, 0, 0, 0 };
  Picture picture = grey;

  picture.rows = rows;
  put (folder, name, &picture);
}

static void
test_folder (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *notes = g_build_filename (folder, "notes.txt", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  put_value (folder, "s10.png", 4);
  put_value (folder, "s9.png", 3);
  put_value (folder, "S1.PNG", 1);
  put_value (folder, "s002.png", 2);
  g_assert_true (g_file_set_contents (notes, "by hand", -1, NULL));
  volume = trp_volume_load (folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 4);
  for (int k = 0; k < 4; k++)
    trp_assert_near (trp_volume_get_value (volume, 0, 0, k), k + 1, 0);
  g_assert_nonnull (strstr (trp_volume_get_info (volume)->warnings[0], "no spacing"));
  g_assert_cmpstr (trp_volume_get_info (volume)->format, ==, "png");
  trp_test_remove_folder (folder);
}

static void
test_sizes_differ (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autoptr (GError) error = NULL;
  const Picture other = { 2, 3, 8, PNG_COLOR_TYPE_GRAY, 0, six, 2 };

  put_value (folder, "a1.png", 1);
  put (folder, "a2.png", &other);
  g_assert_null (trp_volume_load (folder, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "a2.png: The picture has 2 x 3"));
  trp_test_remove_folder (folder);
}

static void
test_mixed_folder (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *other = g_build_filename (folder, "b.bin", NULL);
  g_autoptr (GError) error = NULL;

  put_value (folder, "a1.png", 1);
  g_assert_true (g_file_set_contents (other, "something else", -1, NULL));
  g_assert_null (trp_volume_load (folder, NULL, &error));
  g_assert_nonnull (error);
  trp_test_remove_folder (folder);
}

static void
test_single_file (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "misnamed.nii", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  put (folder, "misnamed.nii", &grey);
  volume = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 1);
  trp_assert_near (trp_volume_get_value (volume, 2, 1, 0), 6, 0);
  g_assert_false (trp_volume_save (volume, "x.png", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/parse/grey", test_grey);
  g_test_add_func ("/png/parse/interlaced", test_interlaced);
  g_test_add_func ("/png/parse/sixteen-bits", test_sixteen_bits);
  g_test_add_func ("/png/parse/one-bit", test_one_bit);
  g_test_add_func ("/png/parse/equal-channels", test_equal_channels);
  g_test_add_func ("/png/parse/palette", test_palette);
  g_test_add_func ("/png/refuses/colored", test_colored);
  g_test_add_func ("/png/refuses/transparent", test_transparent);
  g_test_add_func ("/png/refuses/cut", test_cut);
  g_test_add_func ("/png/refuses/huge", test_huge);
  g_test_add_func ("/png/stack/folder", test_folder);
  g_test_add_func ("/png/stack/sizes-differ", test_sizes_differ);
  g_test_add_func ("/png/stack/mixed-folder", test_mixed_folder);
  g_test_add_func ("/png/stack/single-file", test_single_file);
  return g_test_run ();
}
