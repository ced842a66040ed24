/* test-dicom.c - DICOM files written here byte by byte (PS3.5 7.1.2, explicit little endian):
 * stacks, warnings, values
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/io/format.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define N_COLUMNS 4
#define N_ROWS 3
#define CT_STORAGE "1.2.840.10008.5.1.4.1.1.2"
#define EXPLICIT_LITTLE_ENDIAN "1.2.840.10008.1.2.1"

/* What differs between test slices; zero or NULL means the usual value. */
typedef struct
{
  const char *modality, *series, *orientation, *photometric, *n_frames, *slope, *intercept,
    *patient;
  TrpVec3 position;
  int instance, bits_stored, high_bit, bits_allocated;
  bool is_signed, no_position, short_pixels;
  uint16_t first_word; /* pixel n of the slice holds first_word + n */
} Slice;

static void
put_u16 (GByteArray *out, unsigned value)
{
  const uint8_t bytes[2] = { (uint8_t) value, (uint8_t) (value >> 8) };

  g_byte_array_append (out, bytes, 2);
}

static void
put_element (
  GByteArray *out, unsigned group, unsigned element, const char *vr, const void *value, size_t size)
{
  const bool is_long = strcmp (vr, "OW") == 0 || strcmp (vr, "OB") == 0;
  const size_t padded = size + (size & 1);

  put_u16 (out, group);
  put_u16 (out, element);
  g_byte_array_append (out, (const uint8_t *) vr, 2);
  if (is_long)
    put_u16 (out, 0);
  put_u16 (out, (unsigned) padded & 0xffff);
  if (is_long)
    put_u16 (out, (unsigned) (padded >> 16));
  g_byte_array_append (out, value, (guint) size);
  if (size & 1)
    g_byte_array_append (out, (const uint8_t *) (strcmp (vr, "UI") == 0 ? "" : " "), 1);
}

static void
put_text (GByteArray *out, unsigned group, unsigned element, const char *vr, const char *text)
{
  if (text)
    put_element (out, group, element, vr, text, strlen (text));
}

static void
put_number (GByteArray *out, unsigned group, unsigned element, int value)
{
  const uint8_t bytes[2] = { (uint8_t) value, (uint8_t) (value >> 8) };

  put_element (out, group, element, "US", bytes, 2);
}

static void
put_image (GByteArray *out, const Slice *slice)
{
  const int allocated = slice->bits_allocated ? slice->bits_allocated : 16;
  const int stored = slice->bits_stored ? slice->bits_stored : allocated;
  g_autoptr (GByteArray) pixels = g_byte_array_new ();

  put_number (out, 0x28, 0x02, 1);
  put_text (out, 0x28, 0x04, "CS", slice->photometric ? slice->photometric : "MONOCHROME2");
  put_text (out, 0x28, 0x08, "IS", slice->n_frames);
  put_number (out, 0x28, 0x10, N_ROWS);
  put_number (out, 0x28, 0x11, N_COLUMNS);
  put_text (out, 0x28, 0x30, "DS", "2.0\\0.5");
  put_number (out, 0x28, 0x100, allocated);
  put_number (out, 0x28, 0x101, stored);
  put_number (out, 0x28, 0x102, slice->high_bit ? slice->high_bit : stored - 1);
  put_number (out, 0x28, 0x103, slice->is_signed);
  put_text (out, 0x28, 0x1050, "DS", "40");
  put_text (out, 0x28, 0x1051, "DS", "400");
  put_text (out, 0x28, 0x1052, "DS", slice->intercept ? slice->intercept : "-1024");
  put_text (out, 0x28, 0x1053, "DS", slice->slope ? slice->slope : "1");
  for (unsigned n = 0; n < N_ROWS * N_COLUMNS - (slice->short_pixels ? 2 : 0); n++)
    if (allocated == 8)
      g_byte_array_append (pixels, (const uint8_t[]){ (uint8_t) (slice->first_word + n) }, 1);
    else
      put_u16 (pixels, slice->first_word + n);
  put_element (out, 0x7fe0, 0x10, allocated == 8 ? "OB" : "OW", pixels->data, pixels->len);
}

static char *
write_slice (const char *folder, const char *name, const Slice *slice)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  char *path = g_build_filename (folder, name, NULL);
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE], z[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *position = NULL, *instance = g_strdup_printf ("%d", slice->instance);
  const uint8_t zeros[128] = { 0 }, length[4] = { sizeof EXPLICIT_LITTLE_ENDIAN + 8, 0, 0, 0 };

  g_ascii_formatd (x, sizeof x, "%.6f", slice->position.v[0]);
  g_ascii_formatd (y, sizeof y, "%.6f", slice->position.v[1]);
  g_ascii_formatd (z, sizeof z, "%.6f", slice->position.v[2]);
  position = g_strjoin ("\\", x, y, z, NULL);
  g_byte_array_append (out, zeros, 128);
  g_byte_array_append (out, (const uint8_t *) "DICM", 4);
  put_element (out, 2, 0, "UL", length, 4);
  put_text (out, 2, 0x10, "UI", EXPLICIT_LITTLE_ENDIAN);
  put_text (out, 0x08, 0x16, "UI", CT_STORAGE);
  put_text (out, 0x08, 0x60, "CS", slice->modality ? slice->modality : "CT");
  put_text (out, 0x10, 0x20, "LO", slice->patient ? slice->patient : "P1");
  put_text (out, 0x18, 0x50, "DS", "3");
  put_text (out, 0x20, 0x0e, "UI", slice->series ? slice->series : "1.2.3");
  put_text (out, 0x20, 0x13, "IS", instance);
  if (!slice->no_position)
    {
      put_text (out, 0x20, 0x32, "DS", position);
      put_text (out, 0x20, 0x37, "DS",
                slice->orientation ? slice->orientation : "1\\0\\0\\0\\1\\0");
    }
  put_text (out, 0x20, 0x52, "UI", "1.9.9");
  put_image (out, slice);
  g_assert_true (g_file_set_contents (path, (const char *) out->data, out->len, NULL));
  return path;
}

/* Slices at the given heights, in files whose names run the other way. */
static char *
write_series (const double *heights, int n, Slice model)
{
  char *folder = trp_test_make_folder ();

  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03d.dcm", n - i);
      g_autofree char *path = NULL;

      model.position = trp_vec3 (-10, 20, heights[i]);
      model.first_word = (uint16_t) (100 * i);
      model.instance = i + 1;
      path = write_slice (folder, name, &model);
    }
  return folder;
}

static TrpVolume *
load_and_remove (char *folder, const TrpLoadOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = trp_format_dicom.load (folder, options, &error);

  g_assert_no_error (error);
  trp_test_remove_folder (folder);
  g_free (folder);
  return volume;
}

static bool
has_warning (const TrpVolume *volume, const char *pattern)
{
  char **warnings = trp_volume_get_info (volume)->warnings;

  for (size_t n = 0; warnings && warnings[n]; n++)
    if (g_pattern_match_simple (pattern, warnings[n]))
      return true;
  return false;
}

static void
sorts_by_position (void)
{
  static const double heights[] = { 5, -1, 8, 2 };
  g_autoptr (TrpVolume) volume = load_and_remove (write_series (heights, 4, (Slice){ 0 }), NULL);
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const TrpVec3 corner = trp_geometry_lps_from_ijk (geometry, trp_vec3 (2, 1, 3));

  g_assert_cmpuint (geometry->size[0], ==, N_COLUMNS);
  g_assert_cmpuint (geometry->size[1], ==, N_ROWS);
  g_assert_cmpuint (geometry->size[2], ==, 4);
  /* pixel spacing is row distance first: columns 0.5 mm, rows 2 mm apart */
  trp_assert_near (corner.v[0], -10 + 2 * 0.5, 1e-9);
  trp_assert_near (corner.v[1], 20 + 1 * 2.0, 1e-9);
  trp_assert_near (corner.v[2], 8, 1e-9);
  /* heights -1, 2, 5, 8 are slices 1, 3, 0, 2 of the list above */
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 0), 100 - 1024, 0);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 300 + 11 - 1024, 0);
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 3), 200 - 1024, 0);
  g_assert_null (trp_volume_get_info (volume)->warnings);
  g_assert_cmpstr (trp_volume_get_info (volume)->unit, ==, "HU");
  g_assert_cmpstr (trp_volume_get_info (volume)->frame_of_reference, ==, "1.9.9");
  trp_assert_near (trp_volume_get_info (volume)->window_width, 400, 0);
}

static void
missing_slice_keeps_the_others_in_place (void)
{
  static const double heights[] = { 0, 3, 9, 12 };
  g_autoptr (TrpVolume) volume = load_and_remove (write_series (heights, 4, (Slice){ 0 }), NULL);

  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 5);
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (volume), 2), 3, 1e-9);
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 3), 200 - 1024, 0);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 2), -1024,
                   0); /* empty: the smallest value */
  g_assert_true (has_warning (volume, "1 of 5 slices are missing*"));
}

static void
uneven_spacing_is_reported (void)
{
  static const double heights[] = { 0, 3, 7.2, 10 };
  g_autoptr (TrpVolume) volume = load_and_remove (write_series (heights, 4, (Slice){ 0 }), NULL);

  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 4);
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (volume), 2), 10 / 3.0, 1e-9);
  g_assert_true (has_warning (volume, "*unevenly spaced*2.8 to 4.2 mm*0.53 mm*"));
}

static void
doubled_slice_is_reported (void)
{
  static const double heights[] = { 0, 3, 3, 6 };
  g_autoptr (TrpVolume) volume = load_and_remove (write_series (heights, 4, (Slice){ 0 }), NULL);

  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 3);
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 1), 100 - 1024, 0); /* instance 2, not 3 */
  g_assert_true (has_warning (volume, "1 slice positions hold more than one image*"));
}

static void
repeated_positions_are_frames (void)
{
  static const double heights[] = { 0, 3, 0, 3, 0, 3 };
  TrpLoadOptions options = { .frame = 2 };
  g_autoptr (TrpVolume)
    volume = load_and_remove (write_series (heights, 6, (Slice){ 0 }), &options);

  g_assert_cmpint (trp_volume_get_info (volume)->n_frames, ==, 3);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 2);
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 1), 500 - 1024, 0);
}

/* 400 slices of 1 mm, the last hundred 1.4 mm apart: no tolerance may grow until that fits. */
static void
late_uneven_spacing_is_reported (void)
{
  double heights[400];
  g_autoptr (TrpVolume) volume = NULL;

  for (int n = 0; n < 400; n++)
    heights[n] = n < 300 ? n : 300 + 1.4 * (n - 300);
  volume = load_and_remove (write_series (heights, 400, (Slice){ 0 }), NULL);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 400);
  g_assert_true (has_warning (volume, "*unevenly spaced (1 to 1.4 mm)*"));
}

/* Two slices a tenth of a step apart, far from the first one, both stay. */
static void
close_slices_are_not_lost (void)
{
  double heights[202];
  g_autoptr (TrpVolume) volume = NULL;

  for (int n = 0; n < 202; n++)
    heights[n] = n < 199 ? n : n == 199 ? 198.1 : n - 1;
  volume = load_and_remove (write_series (heights, 202, (Slice){ 0 }), NULL);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 202);
  g_assert_true (has_warning (volume, "*unevenly spaced*"));
  g_assert_false (has_warning (volume, "*missing*"));
}

/* Steps of 0.625 mm written with two digits: 0.62 and 0.63 in turn, one slice left out. */
static void
rounded_positions_are_even (void)
{
  double heights[300];
  g_autoptr (TrpVolume) volume = NULL;
  int n_written = 0;

  for (int n = 0; n < 300; n++)
    if (n != 150)
      heights[n_written++] = floor (62.5 * n) / 100;
  volume = load_and_remove (write_series (heights, n_written, (Slice){ 0 }), NULL);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 300);
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (volume), 2), 0.625, 1e-4);
  g_assert_true (has_warning (volume, "1 of 300 slices are missing*"));
  g_assert_false (has_warning (volume, "*unevenly*"));
}

static void
sideways_shifts_are_reported (void)
{
  char *folder = trp_test_make_folder ();
  g_autoptr (TrpVolume) volume = NULL;

  for (int i = 0; i < 4; i++)
    {
      const Slice slice = { .position = trp_vec3 (i == 2 ? 5 : 0, 0, 3.0 * i), .instance = i };
      g_autofree char *name = g_strdup_printf ("%d", i);
      g_autofree char *path = write_slice (folder, name, &slice);
    }
  volume = load_and_remove (folder, NULL);
  g_assert_true (has_warning (volume, "*shifted sideways*up to 5 mm*"));
}

static void
pipes_in_a_folder_are_left_alone (void)
{
  static const double heights[] = { 0, 3 };
  char *folder = write_series (heights, 2, (Slice){ 0 });
  g_autofree char *pipe_path = g_build_filename (folder, "pipe", NULL);
  g_autoptr (TrpVolume) volume = NULL;

  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  volume = load_and_remove (folder, NULL);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 2);
}

static void
gantry_tilt_gives_a_sheared_grid (void)
{
  char *folder = trp_test_make_folder ();
  g_autoptr (TrpVolume) volume = NULL;

  for (int i = 0; i < 3; i++)
    {
      const Slice slice = { .position = trp_vec3 (0, 1.0 * i, 3.0 * i), .instance = i };
      g_autofree char *name = g_strdup_printf ("%d", i);
      g_autofree char *path = write_slice (folder, name, &slice);
    }
  volume = load_and_remove (folder, NULL);
  g_assert_true (trp_geometry_is_sheared (trp_volume_get_geometry (volume)));
  trp_assert_near (
    trp_geometry_lps_from_ijk (trp_volume_get_geometry (volume), trp_vec3 (0, 0, 2)).v[1], 2, 1e-9);
  g_assert_true (has_warning (volume, "*tilted by 18.4 degrees*")); /* atan (1 / 3) */
}

static void
slope_that_changes_gives_floats (void)
{
  char *folder = trp_test_make_folder ();
  const Slice slices[2] = { { .modality = "PT", .slope = "2.5", .intercept = "0", .first_word = 4 },
                            { .modality = "PT",
                              .slope = "0.25",
                              .intercept = "1",
                              .first_word = 8,
                              .position = trp_vec3 (0, 0, 3) } };
  g_autofree char *a = write_slice (folder, "a", &slices[0]);
  g_autofree char *b = write_slice (folder, "b", &slices[1]);
  g_autoptr (TrpVolume) volume = load_and_remove (folder, NULL);

  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, TRP_VOXEL_F32);
  trp_assert_near (trp_volume_get_value (volume, 1, 0, 0), 12.5, 0);
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 1), 3, 0);
}

static void
sign_and_overlay_bits (void)
{
  char *folder = trp_test_make_folder ();
  /* 12 bits in the lower part of the word, an overlay bit above: 0x8fff is -1 and the overlay */
  const Slice slice = {
    .bits_stored = 12, .high_bit = 11, .is_signed = true, .first_word = 0x8ffe, .intercept = "0"
  };
  g_autofree char *path = write_slice (folder, "a", &slice);
  g_autoptr (TrpVolume) volume = load_and_remove (folder, NULL);

  trp_assert_near (trp_volume_get_value (volume, 0, 0, 0), -2, 0);
  trp_assert_near (trp_volume_get_value (volume, 1, 0, 0), -1, 0);
  trp_assert_near (trp_volume_get_value (volume, 2, 0, 0), 0, 0);
}

static void
eight_bits_and_inverted_grey (void)
{
  char *folder = trp_test_make_folder ();
  const Slice slice = {
    .bits_allocated = 8, .photometric = "MONOCHROME1", .first_word = 250, .intercept = "0"
  };
  g_autofree char *path = write_slice (folder, "a", &slice);
  g_autoptr (TrpVolume) volume = load_and_remove (folder, NULL);

  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, TRP_VOXEL_U8);
  g_assert_true (trp_volume_get_info (volume)->inverted);
  trp_assert_near (trp_volume_get_value (volume, 1, 0, 0), 251, 0);
}

static void
series_are_told_apart (void)
{
  static const double heights[] = { 0, 3 };
  g_autofree char *folder = write_series (heights, 2, (Slice){ 0 });
  const Slice other = { .series = "4.5.6", .modality = "MR", .first_word = 7, .intercept = "0" };
  g_autofree char *path = write_slice (folder, "other", &other);
  g_autofree char *note = g_build_filename (folder, "readme.txt", NULL);
  g_autoptr (GPtrArray) series = NULL;
  g_autoptr (GError) error = NULL;
  TrpLoadOptions options = { .series_uid = "4.5.6" };
  g_autoptr (TrpVolume) volume = NULL, most = NULL;

  g_assert_true (g_file_set_contents (note, "not an image", -1, NULL));
  series = trp_format_dicom.list (folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (series->len, ==, 2);
  g_assert_cmpstr (((TrpSeries *) series->pdata[0])->uid, ==, "1.2.3");
  g_assert_cmpuint (((TrpSeries *) series->pdata[0])->size[2], ==, 2);
  g_assert_cmpint (((TrpSeries *) series->pdata[1])->modality, ==, TRP_MODALITY_MR);
  most = trp_format_dicom.load (folder, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (trp_volume_get_info (most)->series_uid, ==, "1.2.3");
  volume = load_and_remove (g_steal_pointer (&folder), &options);
  trp_assert_near (trp_volume_get_value (volume, 0, 0, 0), 7, 0);
}

static void
oblique_directions (void)
{
  char *folder = trp_test_make_folder ();
  const Slice slice = { .orientation = "0\\1\\0\\0\\0\\-1", .position = trp_vec3 (3, 4, 5) };
  g_autofree char *path = write_slice (folder, "sagittal", &slice);
  g_autoptr (TrpVolume) volume = load_and_remove (folder, NULL);
  const TrpVec3 point = trp_geometry_lps_from_ijk (trp_volume_get_geometry (volume),
                                                   trp_vec3 (2, 1, 0));

  /* columns run to the back by 0.5 mm, rows down by 2 mm; the normal is their cross product, to the
   * right */
  trp_assert_near (point.v[1], 4 + 2 * 0.5, 1e-9);
  trp_assert_near (point.v[2], 5 - 2, 1e-9);
  trp_assert_near (trp_geometry_get_direction (trp_volume_get_geometry (volume), 2).v[0], -1, 1e-9);
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (volume), 2), 3, 1e-9);
}

static void
refuses_with_one_sentence (void)
{
  const struct
  {
    Slice slice;
    const char *pattern;
  } cases[] = {
    { { .short_pixels = true }, "*cut short*" },
    { { .n_frames = "1A" }, "*number of frames is \"1A\"*" },
    { { .n_frames = "999999999" }, "*number of frames*" },
    { { .n_frames = "3" }, "*cut short*" },
    { { .photometric = "RGB" }, "*colour*" },
    { { .modality = "RTSTRUCT" }, "*RTSTRUCT*" },
    { { .bits_allocated = 32 }, "*32 bits*" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *folder = trp_test_make_folder ();
      g_autofree char *path = write_slice (folder, "a.dcm", &cases[n].slice);
      g_autoptr (GError) error = NULL;

      g_assert_null (trp_format_dicom.load (path, NULL, &error));
      g_assert_nonnull (error);
      g_assert_cmpint (error->domain, ==, TRP_ERROR);
      if (!g_pattern_match_simple (cases[n].pattern, error->message))
        g_error ("\"%s\" does not match \"%s\"", error->message, cases[n].pattern);
      trp_test_remove_folder (folder);
    }
}

/* Any file cut anywhere: an error or, once all pixels are there, a volume; never a crash. */
static void
survives_every_truncation (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = write_slice (folder, "a.dcm", &(Slice){ 0 });
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 132; n < size; n++)
    {
      g_autoptr (GError) error = NULL;
      TrpVolume *volume;

      g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
      volume = trp_format_dicom.load (path, NULL, &error);
      g_assert_null (volume);
      g_assert_nonnull (error);
    }
  trp_test_remove_folder (folder);
}

static void
same_bits_on_any_number_of_threads (void)
{
  static const double heights[] = { 0, 3, 6, 9, 12, 15, 18, 21 };
  g_autoptr (TrpVolume) one = NULL, many = NULL;

  trp_parallel_set_threads (1);
  one = load_and_remove (write_series (heights, 8, (Slice){ 0 }), NULL);
  trp_parallel_set_threads (5);
  many = load_and_remove (write_series (heights, 8, (Slice){ 0 }), NULL);
  trp_parallel_set_threads (0);
  g_assert_true (g_bytes_equal (trp_volume_peek_bytes (one), trp_volume_peek_bytes (many)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dicom/sorts-by-position", sorts_by_position);
  g_test_add_func ("/dicom/missing-slice-keeps-the-others-in-place",
                   missing_slice_keeps_the_others_in_place);
  g_test_add_func ("/dicom/uneven-spacing-is-reported", uneven_spacing_is_reported);
  g_test_add_func ("/dicom/late-uneven-spacing-is-reported", late_uneven_spacing_is_reported);
  g_test_add_func ("/dicom/close-slices-are-not-lost", close_slices_are_not_lost);
  g_test_add_func ("/dicom/rounded-positions-are-even", rounded_positions_are_even);
  g_test_add_func ("/dicom/sideways-shifts-are-reported", sideways_shifts_are_reported);
  g_test_add_func ("/dicom/pipes-in-a-folder-are-left-alone", pipes_in_a_folder_are_left_alone);
  g_test_add_func ("/dicom/doubled-slice-is-reported", doubled_slice_is_reported);
  g_test_add_func ("/dicom/repeated-positions-are-frames", repeated_positions_are_frames);
  g_test_add_func ("/dicom/gantry-tilt-gives-a-sheared-grid", gantry_tilt_gives_a_sheared_grid);
  g_test_add_func ("/dicom/slope-that-changes-gives-floats", slope_that_changes_gives_floats);
  g_test_add_func ("/dicom/sign-and-overlay-bits", sign_and_overlay_bits);
  g_test_add_func ("/dicom/eight-bits-and-inverted-grey", eight_bits_and_inverted_grey);
  g_test_add_func ("/dicom/series-are-told-apart", series_are_told_apart);
  g_test_add_func ("/dicom/oblique-directions", oblique_directions);
  g_test_add_func ("/dicom/refuses-with-one-sentence", refuses_with_one_sentence);
  g_test_add_func ("/dicom/survives-every-truncation", survives_every_truncation);
  g_test_add_func ("/dicom/same-bits-on-any-number-of-threads", same_bits_on_any_number_of_threads);
  return g_test_run ();
}
