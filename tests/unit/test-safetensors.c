/* test-safetensors.c - safetensors files, good and broken
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * golden/safetensors.safetensors was written by numpy (golden/make-safetensors.py); the expected
 * numbers are those of that script.
 */

#include "core/io/safetensors-writer.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

static TrpSafetensors *
load_golden (void)
{
  g_autofree char *path = trp_test_source_path ("golden/safetensors.safetensors");
  g_autoptr (GError) error = NULL;
  TrpSafetensors *file = trp_safetensors_load (path, &error);

  g_assert_no_error (error);
  return file;
}

static void
assert_floats (const TrpSafetensors *file, const char *name, size_t count, const float *expected)
{
  const TrpTensorView *view = trp_safetensors_find (file, name);
  float values[32];

  g_assert_nonnull (view);
  g_assert_cmpuint (view->count, ==, count);
  trp_tensor_view_get_f32 (view, values);
  for (size_t i = 0; i < count; i++)
    {
      g_assert_cmpfloat (values[i], ==, expected[i]); /* each is exact in a float */
      g_assert_cmpint (signbit (values[i]) != 0, ==, signbit (expected[i]) != 0);
    }
}

static void
test_reads_every_kind (void)
{
  g_autoptr (TrpSafetensors) file = load_golden ();
  const float half[] = { 0, -0.0F, 1, -2.5F, 65504, 0x1p-24F, 0x3FFp-24F, INFINITY, -INFINITY };
  const float brain[] = { 0, -1.5F, 0x1.c2p+127F, 0x1p-133F, INFINITY };
  const float bias[] = { 0x1p-149F, -0.0F, INFINITY, -0x1.fffffep+127F };
  const float doubles[] = { 0.1F, -INFINITY }; /* 1e300 is beyond a float */
  const TrpTensorView *step = trp_safetensors_find (file, "step");
  int64_t value;

  g_assert_cmpuint (trp_safetensors_get_n_tensors (file), ==, 9);
  assert_floats (file, "half", 9, half);
  assert_floats (file, "brain", 5, brain);
  assert_floats (file, "model.1.bias", 4, bias);
  assert_floats (file, "double", 2, doubles);
  g_assert_cmpuint (step->n_dims, ==, 0);
  g_assert_cmpuint (step->count, ==, 1);
  memcpy (&value, step->data, sizeof value);
  g_assert_cmpint (value, ==, (int64_t) 1 << 40);
  g_assert_cmpuint (trp_safetensors_find (file, "empty")->count, ==, 0);
  g_assert_cmpint (trp_safetensors_find (file, "größe")->dtype, ==, TRP_DTYPE_I32);
  g_assert_cmpmem (trp_safetensors_find (file, "bytes")->data, 5, "\0\1\2\3\4", 5);
  g_assert_null (trp_safetensors_find (file, "model"));
  g_assert_cmpstr (trp_safetensors_peek_tensor (file, 0)->name, ==, "double");
}

static void
test_reads_metadata (void)
{
  g_autoptr (TrpSafetensors) file = load_golden ();
  g_autofree const char **keys = trp_safetensors_dup_metadata_keys (file);

  g_assert_cmpstr (keys[0], ==, "format");
  g_assert_cmpstr (keys[1], ==, "note");
  g_assert_cmpstr (keys[2], ==, "zero");
  g_assert_null (keys[3]);
  g_assert_cmpstr (trp_safetensors_peek_metadata (file, "note"), ==,
                   "quote \" backslash \\ tab \t umlaut ü");
  g_assert_cmpstr (trp_safetensors_peek_metadata (file, "zero"), ==, "");
  g_assert_null (trp_safetensors_peek_metadata (file, "absent"));
}

static void
test_reads_f32_by_shape (void)
{
  g_autoptr (TrpSafetensors) file = load_golden ();
  g_autoptr (GError) error = NULL;
  const size_t shape[] = { 2, 3, 4 }, other[] = { 3, 2, 4 };
  float values[24];

  g_assert_true (trp_safetensors_read_f32 (file, "model.1.weight", 3, shape, values, &error));
  for (unsigned i = 0; i < 24; i++)
    g_assert_cmpfloat (values[i], ==, (float) i / 8 - 1);
  g_assert_false (trp_safetensors_read_f32 (file, "model.1.weight", 3, other, values, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "is 2 x 3 x 4 instead of 3 x 2 x 4"));
  g_clear_error (&error);
  g_assert_false (trp_safetensors_read_f32 (file, "nothing", 0, NULL, values, &error));
  g_assert_nonnull (strstr (error->message, "no tensor \"nothing\""));
  g_clear_error (&error);
  g_assert_false (trp_safetensors_read_f32 (file, "step", 0, NULL, values, &error));
  g_assert_nonnull (strstr (error->message, "whole numbers (I64)"));
}

static bool
fill_copy (void *out_bytes, size_t size, void *data, GError **error)
{
  memcpy (out_bytes, data, size);
  return true;
}

/* Adding in the opposite order must not matter; every second tensor goes through a fill function.
 */
static void
test_writes_what_numpy_writes (void)
{
  g_autoptr (TrpSafetensors) golden = load_golden ();
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "copy.safetensors", NULL);
  g_autofree char *golden_path = trp_test_source_path ("golden/safetensors.safetensors");
  g_autofree char *expected = NULL, *actual = NULL;
  g_autofree const char **keys = trp_safetensors_dup_metadata_keys (golden);
  size_t expected_size, actual_size;

  for (size_t i = trp_safetensors_get_n_tensors (golden); i-- > 0;)
    {
      const TrpTensorView *t = trp_safetensors_peek_tensor (golden, i);

      if (i % 2)
        trp_safetensors_writer_add (writer, t->name, t->dtype, t->n_dims, t->shape, t->data);
      else
        trp_safetensors_writer_add_fill (writer, t->name, t->dtype, t->n_dims, t->shape, fill_copy,
                                         (void *) t->data);
    }
  trp_safetensors_writer_set_metadata (writer, "zero", "replaced below");
  for (size_t i = 3; i-- > 0;)
    trp_safetensors_writer_set_metadata (writer, keys[i],
                                         trp_safetensors_peek_metadata (golden, keys[i]));
  g_assert_true (trp_safetensors_writer_save (writer, path, &error));
  g_assert_true (g_file_get_contents (golden_path, &expected, &expected_size, NULL));
  g_assert_true (g_file_get_contents (path, &actual, &actual_size, NULL));
  g_assert_cmpmem (actual, actual_size, expected, expected_size);
  trp_test_remove_folder (folder);
}

static bool
fill_nothing (void *out_bytes, size_t size, void *data, GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE, "The device is gone");
  return false;
}

static void
test_keeps_the_old_file_when_it_fails (void)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "old", NULL), *kept = NULL;
  const size_t shape[] = { 3 };

  g_assert_true (g_file_set_contents (path, "old", 3, NULL));
  trp_safetensors_writer_add_fill (writer, "a", TRP_DTYPE_F32, 1, shape, fill_nothing, NULL);
  g_assert_false (trp_safetensors_writer_save (writer, path, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
  trp_test_remove_folder (folder);
}

static void
test_empty_file_of_no_tensors (void)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autoptr (TrpSafetensors) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "none", NULL);

  g_assert_true (trp_safetensors_writer_save (writer, path, &error));
  file = trp_safetensors_load (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_safetensors_get_n_tensors (file), ==, 0);
  trp_test_remove_folder (folder);
}

/* @data_size bytes of zeros follow the header. */
static TrpSafetensors *
parse (const char *header, size_t header_size, size_t data_size, GError **error)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  const uint64_t length = header_size;
  const size_t before = sizeof length + header_size;

  g_byte_array_append (file, (const uint8_t *) &length, sizeof length);
  g_byte_array_append (file, (const uint8_t *) header, (guint) header_size);
  g_byte_array_set_size (file, (guint) (before + data_size));
  memset (file->data + before, 0, data_size);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  return trp_safetensors_parse (bytes, error);
}

#define F4 "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}"
#define AT(begin, end) "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" #begin "," #end "]}"

static void
test_accepts (void)
{
  static const struct
  {
    const char *header;
    size_t data_size;
  } cases[] = {
    { "{}", 0 },
    { "{ }  \n\t ", 0 },
    { "{\"a\":" F4 "}", 4 },
    { "{ \"a\" : { \"data_offsets\" : [ 0 , 4 ] , \"shape\" : [ ] , \"dtype\" : \"F32\" } }", 4 },
    { "{\"b\":" AT (4, 8) ",\"a\":" AT (0, 4) "}", 8 },
    { "{\"__metadata__\":{},\"a\":" F4 "}", 4 },
    { "{\"__metadata__\":{\"k\":\"\\u00e9\\ud83d\\ude00\\/\"},\"\":" F4 "}", 4 },
    { "{\"e\":{\"dtype\":\"I8\",\"shape\":[0,9],\"data_offsets\":[4,4]},\"a\":" F4 "}", 4 },
    { "{\"e\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":" F4 "}", 4 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpSafetensors)
        file = parse (cases[i].header, strlen (cases[i].header), cases[i].data_size, &error);

      g_test_message ("%s", cases[i].header);
      g_assert_no_error (error);
      g_assert_nonnull (file);
    }
}

static const struct
{
  const char *header, *message;
  size_t data_size;
} broken[] = {
  { "", "This is not a safetensors file", 0 },
  { " {}", "This is not a safetensors file", 0 },
  { "[]", "This is not a safetensors file", 0 },
  { "{", "'\"' expected", 0 },
  { "{\"a", "closing '\"'", 0 },
  { "{\"a\"", "':' expected", 0 },
  { "{\"a\":", "'{' expected", 0 },
  { "{\"a\":{", "'\"' expected", 0 },
  { "{\"a\":{}}", "'\"' expected", 0 },
  { "{\"a\":" F4, "'}' expected", 4 },
  { "{\"a\":" F4 ",}", "'\"' expected", 4 },
  { "{,\"a\":" F4 "}", "'\"' expected", 4 },
  { "{\"a\":" F4 "}}", "end of the header", 4 },
  { "{\"a\":" F4 "}x", "end of the header", 4 },
  { "{\"a\":" F4 " \"b\":" AT (4, 8) "}", "'}' expected", 8 },
  { "{\"a\":[" F4 "]}", "'{' expected", 4 },
  { "{a:" F4 "}", "'\"' expected", 4 },
  { "{\"a\n\":" F4 "}", "closing '\"'", 4 },
  { "{\"\\x\":" F4 "}", "escape sequence", 4 },
  { "{\"\\", "escape sequence", 0 },
  { "{\"\\u12", "hexadecimal", 0 },
  { "{\"\\u00g0\":" F4 "}", "hexadecimal", 4 },
  { "{\"\\u0000\":" F4 "}", "a character", 4 },
  { "{\"\\udc00\":" F4 "}", "a character", 4 },
  { "{\"\\ud800x\":" F4 "}", "surrogate", 4 },
  { "{\"\\ud800\\u0041\":" F4 "}", "surrogate", 4 },
  { "{\"\xff\":" F4 "}", "UTF-8", 4 },
  { "{\"\xc0\x80\":" F4 "}", "UTF-8", 4 },
  { "{\"a\":" F4 "}", "the data, which has 0", 0 },
  { "{\"a\":" F4 "}", "the data, which has 3", 3 },
  { "{\"a\":" F4 "}", "The data have 5 bytes, the tensors 4", 5 },
  { "{}", "The data have 1 bytes, the tensors 0", 1 },
  { "{\"a\":" F4 ",\"a\":" F4 "}", "two tensors \"a\"", 4 },
  { "{\"a\":" F4 ",\"b\":" F4 "}", "\"b\" begins at byte 0 of the data instead of 4", 4 },
  { "{\"a\":" F4 ",\"b\":" AT (2, 6) "}", "\"b\" begins at byte 2 of the data instead of 4", 6 },
  { "{\"a\":" F4 ",\"b\":" AT (8, 12) "}", "\"b\" begins at byte 8 of the data instead of 4", 12 },
  { "{\"a\":" AT (4, 8) "}", "\"a\" begins at byte 4 of the data instead of 0", 8 },
  { "{\"a\":" AT (4, 0) "}", "lies at bytes 4 to 0", 4 },
  { "{\"a\":" AT (0, 3) "}", "has 3 bytes, its shape needs 4", 4 },
  { "{\"a\":" AT (0, 8) "}", "has 8 bytes, its shape needs 4", 8 },
  { "{\"a\":" AT (-1, 3) "}", "whole number", 4 },
  { "{\"a\":" AT (0, 4.0) "}", "']' expected", 4 },
  { "{\"a\":" AT (0, 04) "}", "whole number", 4 },
  { "{\"a\":" AT (0, 4e0) "}", "']' expected", 4 },
  { "{\"a\":" AT (0, "4") "}", "whole number", 4 },
  { "{\"a\":" AT (0, 18446744073709551616) "}", "below 2^64", 4 },
  { "{\"a\":" AT (18446744073709551612, 0) "}", "lies at bytes 18446744073709551612 to 0", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", "lacks its number type", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[]}}", "lacks its number type", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,2,4]}}", "more than 2 numbers",
    4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "lacks its number type, shape or place", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "lacks its number type", 4 },
  { "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "lacks its number type", 4 },
  { "{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", "\"F31\" is not known", 4 },
  { "{\"a\":{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "\"f32\" is not known", 4 },
  { "{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", "'\"' expected", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}",
    "a second entry \"shape\"", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}",
    "an unknown entry \"x\"", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}",
    "more than 8 numbers", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", "whole number", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,],\"data_offsets\":[0,4]}}", "whole number", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
    "2^64 elements", 4 },
  { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}}",
    "2^64 bytes", 4 },
  { "{\"__metadata__\":1}", "'{' expected", 0 },
  { "{\"__metadata__\":{\"k\":1}}", "'\"' expected", 0 },
  { "{\"__metadata__\":{\"k\":null}}", "'\"' expected", 0 },
  { "{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}", "two entries \"k\"", 0 },
  { "{\"__metadata__\":{},\"__metadata__\":{}}", "two __metadata__", 0 },
};

static void
test_refuses (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *printable = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpSafetensors)
        file = parse (broken[i].header, strlen (broken[i].header), broken[i].data_size, &error);

      printable = g_strescape (broken[i].header, NULL); /* some are not UTF-8 */
      g_test_message ("%s: %s", printable, error ? error->message : "accepted");
      g_assert_null (file);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, broken[i].message));
    }
}

static void
test_refuses_bad_lengths (void)
{
  static const struct
  {
    const char *bytes, *message;
    size_t size;
  } cases[] = {
    { "", "at least 8 bytes, this has 0", 0 },
    { "\2\0\0\0\0\0\0", "at least 8 bytes, this has 7", 7 },
    { "\0\0\0\0\0\0\0\0", "This is not a safetensors file", 8 },
    { "\3\0\0\0\0\0\0\0{}", "says it has 3 bytes, the file has 10", 10 },
    { "\0\0\0\0\0\0\0\200{}", "This is not a safetensors file", 10 },
    { "\377\377\377\377\377\377\377\377{}", "This is not a safetensors file", 10 },
    { "\1\341\365\5\0\0\0\0{}", "says it has 100000001 bytes; the limit", 10 },
    { "PK\3\4\24\0\10\10archive/data.pkl", "This is not a safetensors file", 24 },
    { "%PDF-1.4\n%\342\343\317\323\n1 0 obj", "This is not a safetensors file", 23 },
    { "\6\0\0\0\0\0\0\0{\"\0\":1", "closing '\"'", 14 },
    { "\3\0\0\0\0\0\0\0{}\0", "end of the header", 11 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new (cases[i].bytes, cases[i].size);
      g_autoptr (TrpSafetensors) file = trp_safetensors_parse (bytes, &error);

      g_test_message ("%zu: %s", i, error ? error->message : "accepted");
      g_assert_null (file);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

/* Cut anywhere, the golden file must be refused: every byte of it counts. */
static void
test_refuses_every_cut (void)
{
  g_autofree char *path = trp_test_source_path ("golden/safetensors.safetensors");
  g_autofree char *whole = NULL;
  size_t size;

  g_assert_true (g_file_get_contents (path, &whole, &size, NULL));
  for (size_t cut = 0; cut < size; cut++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (whole, cut);
      g_autoptr (TrpSafetensors) file = trp_safetensors_parse (bytes, NULL);

      g_assert_null (file);
    }
}

static void
test_names_the_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "net.safetensors", NULL);

  g_assert_null (trp_safetensors_load (path, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "net.safetensors cannot be opened: "));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_null (trp_safetensors_load (path, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "net.safetensors: A safetensors file has"));
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/reads-every-kind", test_reads_every_kind);
  g_test_add_func ("/safetensors/reads-metadata", test_reads_metadata);
  g_test_add_func ("/safetensors/reads-f32-by-shape", test_reads_f32_by_shape);
  g_test_add_func ("/safetensors/writes-what-numpy-writes", test_writes_what_numpy_writes);
  g_test_add_func ("/safetensors/keeps-the-old-file-when-it-fails",
                   test_keeps_the_old_file_when_it_fails);
  g_test_add_func ("/safetensors/no-tensors", test_empty_file_of_no_tensors);
  g_test_add_func ("/safetensors/accepts", test_accepts);
  g_test_add_func ("/safetensors/refuses", test_refuses);
  g_test_add_func ("/safetensors/refuses-bad-lengths", test_refuses_bad_lengths);
  g_test_add_func ("/safetensors/refuses-every-cut", test_refuses_every_cut);
  g_test_add_func ("/safetensors/names-the-file", test_names_the_file);
  return g_test_run ();
}
