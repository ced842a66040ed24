/* test-nifti.c - NIfTI files put together by the format's definition, read, written, broken
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "core/io/nifti.h"
#include "tests/lib/check.h"
#include "tests/lib/nifti-bytes.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static GBytes *
to_bytes (GByteArray *array)
{
  return g_byte_array_free_to_bytes (array);
}

static TrpVolume *
parse (GByteArray *array, size_t frame, GError **error)
{
  g_autoptr (GBytes) file = to_bytes (array);

  return trp_nifti_parse (file, NULL, frame, error);
}

/* 24 int16 values 0, 1, 2, ... in the header's byte order. */
static GByteArray *
make_values (const TrpTestNifti *header)
{
  GByteArray *voxels = g_byte_array_new ();

  for (int16_t n = 0; n < 24; n++)
    trp_test_put (voxels, header->big_endian, &n, 2);
  return voxels;
}

static GByteArray *
make_file (const TrpTestNifti *header)
{
  g_autoptr (GByteArray) voxels = make_values (header);

  return trp_test_nifti_write (header, voxels->data, voxels->len);
}

static TrpVolume *
parse_good (const TrpTestNifti *header)
{
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = parse (make_file (header), 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (volume);
  return volume;
}

static const char *
warning_of (const TrpVolume *volume)
{
  char **warnings = trp_volume_get_info (volume)->warnings;

  return warnings ? warnings[0] : NULL;
}

/* The voxel's value at the LPS point where the RAS affine puts voxel (i, j, k). */
static void
check_landmark (const TrpVolume *volume, const double ras_from_ijk[3][4])
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const double ijk[4] = { 3, 1, 1, 1 };
  TrpVec3 point_lps = { 0 };

  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 4; column++)
      point_lps.v[row] += (row < 2 ? -1 : 1) * ras_from_ijk[row][column] * ijk[column];
  trp_assert_near (trp_volume_sample (volume, trp_geometry_ijk_from_lps (geometry, point_lps)),
                   3 + 4 * (1 + 3 * 1), 1e-3); /* float32 positions */
}

static TrpVolume *
save_and_load (const TrpVolume *volume, const char *name)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  TrpVolume *loaded;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_assert_no_error (error);
  loaded = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  trp_test_remove_folder (folder);
  return loaded;
}

static void
assert_same (const TrpVolume *a, const TrpVolume *b)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (a);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_geometry_check_equal (geometry, trp_volume_get_geometry (b), &error));
  g_assert_no_error (error);
  g_assert_cmpint (trp_volume_get_voxel_type (a), ==, trp_volume_get_voxel_type (b));
  g_assert_cmpfloat (trp_volume_get_slope (a), ==, trp_volume_get_slope (b));
  g_assert_cmpfloat (trp_volume_get_intercept (a), ==, trp_volume_get_intercept (b));
  g_assert_cmpint (memcmp (trp_volume_peek_voxels (a), trp_volume_peek_voxels (b),
                           trp_geometry_count_voxels (geometry) *
                             trp_voxel_type_get_size (trp_volume_get_voxel_type (a))),
                   ==, 0);
}

static void
test_48_axis_orders (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

  for (unsigned n = 0; n < 48; n++)
    {
      TrpTestNifti header = trp_test_nifti ();
      g_autoptr (TrpVolume) volume = NULL;
      g_autoptr (TrpVolume) again = NULL;

      header.version = n % 2 ? 2 : 1;
      header.big_endian = n % 3 == 0;
      memset (header.srow, 0, sizeof header.srow);
      for (int axis = 0; axis < 3; axis++)
        {
          const double spacing = 1 + 0.5 * axis;

          header.srow[orders[n / 8][axis]][axis] = n >> axis & 1 ? -spacing : spacing;
          header.srow[axis][3] = 10 * axis - 7.25;
          header.pixdim[axis + 1] = spacing;
        }
      volume = parse_good (&header);
      check_landmark (volume, header.srow);
      g_assert_null (warning_of (volume));
      again = save_and_load (volume, n % 2 ? "a.nii.gz" : "a.nii");
      assert_same (volume, again);
      check_landmark (again, header.srow);
    }
}

static void
test_sform_before_qform (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;

  header.qform_code = 1;
  header.offset[0] = 0.2; /* of a voxel of 1 mm */
  volume = parse_good (&header);
  check_landmark (volume, header.srow);
  g_assert_nonnull (strstr (warning_of (volume), "sform and qform by 0.2 voxels"));
}

static void
test_qform_close_to_sform (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;

  header.qform_code = 1;
  header.offset[0] = 0.05;
  volume = parse_good (&header);
  g_assert_null (warning_of (volume));
}

/* Thirty degrees about the patient's long axis: the quaternion is (cos 15, 0, 0, sin 15). */
static void
test_qform_rotation (void)
{
  const double c = cos (G_PI / 6), s = sin (G_PI / 6);

  for (int qfac = -1; qfac <= 1; qfac += 2)
    {
      const double expected[3][4] = { { 2 * c, -3 * s, 0, 5 },
                                      { 2 * s, 3 * c, 0, 6 },
                                      { 0, 0, 4.0 * qfac, 7 } };
      TrpTestNifti header = trp_test_nifti ();
      g_autoptr (TrpVolume) volume = NULL;
      g_autoptr (TrpVolume) again = NULL;

      header.sform_code = 0;
      header.qform_code = 1;
      header.quaternion[2] = sin (G_PI / 12);
      header.pixdim[0] = qfac;
      for (int axis = 0; axis < 3; axis++)
        {
          header.pixdim[axis + 1] = 2 + axis;
          header.offset[axis] = 5 + axis;
        }
      volume = parse_good (&header);
      check_landmark (volume, expected);
      g_assert_true (trp_geometry_is_left_handed (trp_volume_get_geometry (volume)) == (qfac < 0));
      again = save_and_load (volume, "a.nii");
      check_landmark (again, expected);
    }
}

/* The qform that we write says the same as the sform: read a file with its sform erased. */
static void
test_written_qform (void)
{
  const double c = cos (0.4), s = sin (0.4);
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpVolume) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) erased = NULL;
  g_autoptr (GError) error = NULL;
  uint8_t *copy;
  size_t size;

  header.srow[0][0] = c;
  header.srow[0][1] = -s;
  header.srow[1][0] = s;
  header.srow[1][1] = c;
  volume = parse_good (&header);
  bytes = trp_nifti_write (volume, TRP_NIFTI_SINGLE, &error);
  g_assert_no_error (error);
  copy = g_memdup2 (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes));
  memset (copy + 254, 0, 2); /* sform_code */
  erased = g_bytes_new_take (copy, size);
  again = trp_nifti_parse (erased, NULL, 0, &error);
  g_assert_no_error (error);
  check_landmark (again, header.srow);
}

static void
test_analyze_tradition (void)
{
  /* nibabel 5.0: Nifti1Header.get_base_affine() of shape (4, 3, 2), zooms (2, 3, 4) */
  static const double expected[3][4] = { { -2, 0, 0, 3 }, { 0, 3, 0, -3 }, { 0, 0, 4, -2 } };
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpVolume) again = NULL;

  header.sform_code = 0;
  header.pixdim[1] = 2;
  header.pixdim[2] = 3;
  header.pixdim[3] = 4;
  volume = parse_good (&header);
  check_landmark (volume, expected);
  g_assert_true (g_str_has_prefix (warning_of (volume), "Orientation unknown"));
  again = save_and_load (volume, "a.nii.gz"); /* must not gain an orientation on the way */
  check_landmark (again, expected);
  g_assert_true (g_str_has_prefix (warning_of (again), "Orientation unknown"));
}

static void
test_units (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;

  header.units = 3; /* micrometres */
  for (int axis = 0; axis < 3; axis++)
    header.pixdim[axis + 1] = header.srow[axis][axis] = 500;
  volume = parse_good (&header);
  trp_assert_near (trp_geometry_get_spacing (trp_volume_get_geometry (volume), 1), 0.5, 1e-9);
  g_assert_nonnull (strstr (warning_of (volume), "micrometres"));
}

static void
test_sheared (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (TrpVolume) again = NULL;

  header.srow[0][2] = 0.3;
  header.pixdim[3] = sqrt (1.09);
  volume = parse_good (&header);
  g_assert_nonnull (strstr (warning_of (volume), "not perpendicular"));
  again = save_and_load (volume, "a.nii.gz");
  check_landmark (again, header.srow);
}

static void
test_flat_image (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;

  header.dim[0] = 2;
  header.dim[3] = 0;
  header.srow[2][2] = 0; /* as 2-D writers leave it */
  header.pixdim[3] = 0;
  volume = parse_good (&header);
  g_assert_cmpuint (trp_volume_get_geometry (volume)->size[2], ==, 1);
  trp_assert_near (trp_volume_get_value (volume, 3, 1, 0), 7, 0);
}

typedef struct
{
  int code;
  size_t size;
  const char *name;
  TrpVoxelType held;
  double values[3]; /* what the bytes of make_typed() mean */
  double held_values[3];
} TypeCase;

static const TypeCase type_cases[] = {
  { 256, 1, "int8", TRP_VOXEL_I16, { -128, 0, 127 }, { -128, 0, 127 } },
  { 2, 1, "uint8", TRP_VOXEL_U8, { 0, 1, 255 }, { 0, 1, 255 } },
  { 4, 2, "int16", TRP_VOXEL_I16, { -32768, 258, 32767 }, { -32768, 258, 32767 } },
  { 512, 2, "uint16", TRP_VOXEL_U16, { 0, 258, 65535 }, { 0, 258, 65535 } },
  { 8,
    4,
    "int32",
    TRP_VOXEL_I32,
    { -2147483648.0, 66051, 2147483647 },
    { -2147483648.0, 66051, 2147483647 } },
  { 768, 4, "uint32", TRP_VOXEL_F32, { 0, 66051, 4294967295.0 }, { 0, 66051, 4294967296.0 } },
  { 1024,
    8,
    "int64",
    TRP_VOXEL_F32,
    { -9007199254740992.0, 66051, 1099511627776.0 },
    { -9007199254740992.0, 66051, 1099511627776.0 } },
  { 1280,
    8,
    "uint64",
    TRP_VOXEL_F32,
    { 0, 66051, 1099511627776.0 },
    { 0, 66051, 1099511627776.0 } },
  { 16, 4, "float32", TRP_VOXEL_F32, { -1.5, 0.25, 1e20 }, { -1.5, 0.25, (double) 1e20F } },
  { 64, 8, "float64", TRP_VOXEL_F32, { -1.5, 0.1, 1e20 }, { -1.5, (double) 0.1F, (double) 1e20F } },
};

static void
put_value (GByteArray *voxels, const TypeCase *type, bool big_endian, double value)
{
  const bool is_unsigned = type->name[0] == 'u';
  const int64_t whole = is_unsigned ? 0 : (int64_t) CLAMP (value, -1e18, 1e18);
  const uint64_t natural = is_unsigned ? (uint64_t) value : (uint64_t) whole;
  const uint32_t four = (uint32_t) natural;
  const uint16_t two = (uint16_t) natural;
  const uint8_t one = (uint8_t) natural;
  const float single = (float) value;

  if (type->code == 16)
    trp_test_put (voxels, big_endian, &single, 4);
  else if (type->code == 64)
    trp_test_put (voxels, big_endian, &value, 8);
  else
    trp_test_put (voxels, big_endian,
                  type->size == 8   ? (const void *) &natural
                  : type->size == 4 ? (const void *) &four
                  : type->size == 2 ? (const void *) &two
                                    : (const void *) &one,
                  type->size);
}

static GByteArray *
make_typed (const TypeCase *type, int version, bool big_endian, double slope, double intercept)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) voxels = g_byte_array_new ();

  header.version = version;
  header.big_endian = big_endian;
  header.dim[1] = 3;
  header.dim[2] = header.dim[3] = 1;
  header.datatype = type->code;
  header.bitpix = (int) (8 * type->size);
  header.slope = slope;
  header.intercept = intercept;
  for (int n = 0; n < 3; n++)
    put_value (voxels, type, big_endian, type->values[n]);
  return trp_test_nifti_write (&header, voxels->data, voxels->len);
}

static void
check_typed (const TypeCase *type, GByteArray *file, double slope, double intercept)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = parse (file, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trp_volume_get_info (volume)->file_type, ==, type->name);
  g_assert_cmpint (trp_volume_get_voxel_type (volume), ==, type->held);
  g_assert_cmpfloat (trp_volume_get_info (volume)->file_slope, ==, slope);
  for (int n = 0; n < 3; n++)
    {
      const double expected = type->held == TRP_VOXEL_F32 && type->code != 16
                                ? (double) (float) (slope * type->values[n] +
                                                    intercept) /* applied on loading */
                                : slope * type->held_values[n] + intercept;

      trp_assert_near (trp_volume_get_value (volume, n, 0, 0), expected, 0);
    }
}

static void
test_types (void)
{
  for (size_t n = 0; n < G_N_ELEMENTS (type_cases); n++)
    for (int version = 1; version <= 2; version++)
      for (int big_endian = 0; big_endian <= 1; big_endian++)
        {
          const TypeCase *type = &type_cases[n];
          g_autoptr (GByteArray) plain = make_typed (type, version, big_endian, 0, 0);

          check_typed (type, trp_test_gzip (plain->data, plain->len), 1, 0);
          check_typed (type, g_steal_pointer (&plain), 1, 0);
          check_typed (type, make_typed (type, version, big_endian, 2, -3), 2, -3);
        }
}

static void
test_slope_nan (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (TrpVolume) volume = NULL;

  header.slope = NAN;
  header.intercept = NAN;
  volume = parse_good (&header);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
}

static void
test_frames (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) voxels = make_values (&header);
  const int64_t dims[][8] = { { 4, 2, 2, 2, 3, 1, 1, 1 }, { 5, 2, 2, 2, 1, 3, 1, 1 } };

  for (size_t n = 0; n < G_N_ELEMENTS (dims); n++)
    for (size_t frame = 0; frame < 3; frame++)
      for (int is_packed = 0; is_packed <= 1; is_packed++)
        {
          g_autoptr (GByteArray) file = NULL;
          g_autoptr (GError) error = NULL;
          g_autoptr (TrpVolume) volume = NULL;

          memcpy (header.dim, dims[n], sizeof header.dim);
          file = trp_test_nifti_write (&header, voxels->data, voxels->len);
          volume = parse (is_packed ? trp_test_gzip (file->data, file->len)
                                    : g_byte_array_ref (file),
                          frame, &error);
          g_assert_no_error (error);
          g_assert_cmpint (trp_volume_get_info (volume)->n_frames, ==, 3);
          trp_assert_near (trp_volume_get_value (volume, 1, 0, 0), 8.0 * (double) frame + 1, 0);
        }
}

static void
test_no_such_frame (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (make_file (&header), 1, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "no frame 1: the file has 1"));
}

static void
test_several_gzip_members (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = make_file (&header);
  g_autoptr (GByteArray) second = trp_test_gzip (file->data + 300, file->len - 300);
  GByteArray *both = trp_test_gzip (file->data, 300);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  g_byte_array_append (both, second->data, second->len);
  volume = parse (both, 0, &error);
  g_assert_no_error (error);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
}

/* A file whose gzip goes on for 64 MB after the voxels: only what the header wants is kept. */
static void
test_more_than_wanted (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = make_file (&header);
  const size_t tail = (size_t) 1 << 26;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  g_byte_array_set_size (file, (guint) (400 + tail));
  memset (file->data + 400, 0, tail);
  volume = parse (trp_test_gzip (file->data, file->len), 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (trp_volume_peek_bytes (volume)), ==, 48);
}

static void
test_borrows_voxels (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GBytes) file = to_bytes (make_file (&header));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = trp_nifti_parse (file, NULL, 0, &error);

  g_assert_no_error (error);
  g_assert_true (trp_volume_peek_voxels (volume) ==
                 (const uint8_t *) g_bytes_get_data (file, NULL) + 352);
}

static void
test_odd_offset (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) voxels = make_values (&header);
  GByteArray *file;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  header.voxel_offset = 355;
  file = trp_test_nifti_write (&header, "abc", 3);
  g_byte_array_append (file, voxels->data, voxels->len);
  volume = parse (file, 0, &error);
  g_assert_no_error (error);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
}

typedef struct
{
  const char *name;
  void (*spoil) (TrpTestNifti *header);
  int code;
  const char *pattern;
} BrokenCase;

#define SPOIL(name, statement)                                                                     \
  static void spoil_##name (TrpTestNifti *header)                                                  \
  {                                                                                                \
    statement;                                                                                     \
  }

SPOIL (no_dims, header->dim[0] = 0)
SPOIL (eight_dims, header->dim[0] = 8)
SPOIL (negative_dim, header->dim[2] = -3)
SPOIL (zero_dim, header->dim[1] = 0)
SPOIL (huge_dims, header->dim[1] = header->dim[2] = header->dim[3] = 32767)
SPOIL (long_axis, (header->version = 2, header->dim[1] = 70000))
SPOIL (longest_axis, (header->version = 2, header->dim[3] = INT64_MAX))
SPOIL (many_frames, (header->dim[0] = 7, header->dim[4] = header->dim[5] = header->dim[6] = 32767))
SPOIL (more_frames, (header->version = 2, header->dim[0] = 4, header->dim[4] = INT64_MAX))
SPOIL (negative_frames, (header->dim[0] = 4, header->dim[4] = -1))
SPOIL (nan_affine, header->srow[1][2] = NAN)
SPOIL (infinite_origin, header->srow[0][3] = INFINITY)
SPOIL (empty_column, header->srow[1][1] = 0)
SPOIL (parallel, (header->srow[0][1] = 1, header->srow[1][1] = 0))
SPOIL (nan_quaternion,
       (header->sform_code = 0, header->qform_code = 1, header->quaternion[1] = NAN))
SPOIL (nan_offset, (header->sform_code = 0, header->qform_code = 1, header->offset[2] = NAN))
SPOIL (low_offset, header->voxel_offset = 100)
SPOIL (zero_offset, header->voxel_offset = 0)
SPOIL (negative_offset, header->voxel_offset = -352)
SPOIL (nan_voxel_offset, header->voxel_offset = NAN)
SPOIL (broken_offset, header->voxel_offset = 352.5)
SPOIL (far_offset, header->voxel_offset = 1e9)
SPOIL (endless_offset, header->voxel_offset = 1e30)
SPOIL (nan_intercept, (header->slope = 2, header->intercept = NAN))
SPOIL (rgb, (header->datatype = 128, header->bitpix = 24))
SPOIL (rgba, (header->datatype = 2304, header->bitpix = 32))
SPOIL (complex64, (header->datatype = 32, header->bitpix = 64))
SPOIL (complex128, (header->datatype = 1792, header->bitpix = 128))
SPOIL (long_double, (header->datatype = 1536, header->bitpix = 128))
SPOIL (no_type, header->datatype = 0)
SPOIL (bits, header->datatype = 1)
SPOIL (strange_type, header->datatype = -77)
SPOIL (no_magic, header->magic = "\0\0\0\0")
SPOIL (other_magic, header->magic = "n+3")
SPOIL (text_transfer, (header->version = 2, header->magic = "n+2\0\n\032\n\0"))
SPOIL (pair, header->magic = "ni1")
SPOIL (too_few, header->dim[3] = 3)
SPOIL (wider, header->datatype = 64)

static const BrokenCase broken_cases[] = {
  { "no-dims", spoil_no_dims, TRP_ERROR_FORMAT, "*0 dimensions*" },
  { "eight-dims", spoil_eight_dims, TRP_ERROR_FORMAT, "*8 dimensions*" },
  { "negative-dim", spoil_negative_dim, TRP_ERROR_FORMAT, "*-3 voxels along axis 2*" },
  { "zero-dim", spoil_zero_dim, TRP_ERROR_FORMAT, "*0 voxels along axis 1*" },
  { "huge-dims", spoil_huge_dims, TRP_ERROR_LIMIT, "*32767 x 32767 x 32767*" },
  { "long-axis", spoil_long_axis, TRP_ERROR_LIMIT, "*70000 voxels along axis 1; 1 to 32767*" },
  { "longest-axis", spoil_longest_axis, TRP_ERROR_LIMIT, "*9223372036854775807 voxels*" },
  { "many-frames", spoil_many_frames, TRP_ERROR_LIMIT, "*more than 1000000 frames*" },
  { "more-frames", spoil_more_frames, TRP_ERROR_LIMIT, "*along axis 4*" },
  { "negative-frames", spoil_negative_frames, TRP_ERROR_FORMAT, "*-1 voxels along axis 4*" },
  { "nan-affine", spoil_nan_affine, TRP_ERROR_GEOMETRY, "*not a finite number*" },
  { "infinite-origin", spoil_infinite_origin, TRP_ERROR_GEOMETRY, "*not a finite number*" },
  { "empty-column", spoil_empty_column, TRP_ERROR_GEOMETRY, "*do not span space*" },
  { "parallel-columns", spoil_parallel, TRP_ERROR_GEOMETRY, "*do not span space*" },
  { "nan-quaternion", spoil_nan_quaternion, TRP_ERROR_GEOMETRY, "*qform*not a finite number*" },
  { "nan-qoffset", spoil_nan_offset, TRP_ERROR_GEOMETRY, "*qform*not a finite number*" },
  { "low-offset", spoil_low_offset, TRP_ERROR_FORMAT, "*begin at byte 100*" },
  { "zero-offset", spoil_zero_offset, TRP_ERROR_FORMAT, "*begin at byte 0*" },
  { "negative-offset", spoil_negative_offset, TRP_ERROR_FORMAT, "*begin at byte -352*" },
  { "nan-offset", spoil_nan_voxel_offset, TRP_ERROR_FORMAT, "*begin at byte nan*" },
  { "broken-offset", spoil_broken_offset, TRP_ERROR_FORMAT, "*begin at byte 352.5*" },
  { "far-offset", spoil_far_offset, TRP_ERROR_FORMAT, "*cut short*" },
  { "endless-offset", spoil_endless_offset, TRP_ERROR_FORMAT, "*begin at byte 1e+30*" },
  { "nan-intercept", spoil_nan_intercept, TRP_ERROR_FORMAT, "*slope 2 with an intercept*" },
  { "rgb", spoil_rgb, TRP_ERROR_UNSUPPORTED, "*colours*" },
  { "rgba", spoil_rgba, TRP_ERROR_UNSUPPORTED, "*colours*" },
  { "complex64", spoil_complex64, TRP_ERROR_UNSUPPORTED, "*complex*" },
  { "complex128", spoil_complex128, TRP_ERROR_UNSUPPORTED, "*complex*" },
  { "long-double", spoil_long_double, TRP_ERROR_UNSUPPORTED, "*type 1536*" },
  { "no-type", spoil_no_type, TRP_ERROR_UNSUPPORTED, "*type 0 *" },
  { "bits", spoil_bits, TRP_ERROR_UNSUPPORTED, "*type 1 *" },
  { "strange-type", spoil_strange_type, TRP_ERROR_UNSUPPORTED, "*type -77*" },
  { "no-magic", spoil_no_magic, TRP_ERROR_UNSUPPORTED, "*Analyze 7.5*" },
  { "other-magic", spoil_other_magic, TRP_ERROR_UNSUPPORTED, "*Analyze 7.5*" },
  { "text-transfer", spoil_text_transfer, TRP_ERROR_FORMAT, "*transfer as text*" },
  { "pair-alone", spoil_pair, TRP_ERROR_FORMAT, "*in an .img file*" },
  { "too-few-voxels", spoil_too_few, TRP_ERROR_FORMAT, "*cut short: 48 bytes*instead of 72*" },
  { "wider-voxels", spoil_wider, TRP_ERROR_FORMAT, "*cut short: 48 bytes*instead of 192*" },
};

static void
assert_refused (GByteArray *file, int code, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = parse (file, 0, &error);

  g_assert_null (volume);
  g_assert_error (error, TRP_ERROR, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("\"%s\" does not match \"%s\"", error->message, pattern);
}

static void
test_broken (const void *data)
{
  const BrokenCase *broken = data;
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) voxels = make_values (&header);

  broken->spoil (&header);
  for (int big_endian = 0; big_endian <= 1; big_endian++)
    {
      g_autoptr (GByteArray) file = NULL;

      header.big_endian = big_endian;
      file = trp_test_nifti_write (&header, voxels->data, voxels->len);
      if (!strstr (broken->pattern, "48 bytes")) /* gzip says it in other words */
        assert_refused (trp_test_gzip (file->data, file->len), broken->code, broken->pattern);
      assert_refused (g_steal_pointer (&file), broken->code, broken->pattern);
    }
}

static void
test_cut_at_every_byte (void)
{
  TrpTestNifti header = trp_test_nifti ();

  for (header.version = 1; header.version <= 2; header.version++)
    {
      g_autoptr (GByteArray) file = make_file (&header);
      g_autoptr (GByteArray) packed = trp_test_gzip (file->data, file->len);

      for (guint size = 0; size < file->len; size++)
        {
          g_autoptr (GBytes) cut = g_bytes_new (file->data, size);
          g_autoptr (GError) error = NULL;

          g_assert_null (trp_nifti_parse (cut, NULL, 0, &error));
          g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
        }
      for (guint size = 0; size < packed->len; size++)
        {
          g_autoptr (GBytes) cut = g_bytes_new (packed->data, size);
          g_autoptr (GError) error = NULL;

          g_assert_null (trp_nifti_parse (cut, NULL, 0, &error));
          g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
        }
    }
}

static void
test_gzip_checksum (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = make_file (&header);
  GByteArray *packed = trp_test_gzip (file->data, file->len);

  packed->data[packed->len - 8] ^= 1;
  assert_refused (packed, TRP_ERROR_FORMAT, "*damaged*");
}

/* Headers that promise 8 TB, in files of some hundred bytes. */
static void
test_bombs (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = NULL;

  header.dim[1] = header.dim[2] = 32767;
  header.dim[3] = 1000;
  header.datatype = 64;
  file = make_file (&header);
  assert_refused (trp_test_gzip (file->data, file->len), TRP_ERROR_FORMAT, "*cannot hold*");
  assert_refused (g_steal_pointer (&file), TRP_ERROR_FORMAT, "*cut short*");
}

static TrpVolume *
make_volume (const TrpVolumeInfo *info)
{
  static const double spacing[] = { 1, 2, 3 };
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 4, 3, 2 }, spacing,
                                                   trp_vec3 (5, 6, 7));
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (int16_t, 24), 48);

  return trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 0.5, -1024, info, NULL);
}

static void
test_provenance (void)
{
  TrpVolumeInfo info = { .modality = TRP_MODALITY_SYNCT,
                         .provenance = (char *) "{\"model\":\"7f\"}" };
  g_autoptr (TrpVolume) volume = make_volume (&info);

  for (int n = 0; n < 3; n++)
    {
      static const char *const names[] = { "a.nii", "a.nii.gz", "a.hdr" };
      g_autoptr (TrpVolume) again = save_and_load (volume, names[n]);
      const TrpVolumeInfo *read = trp_volume_get_info (again);

      g_assert_cmpint (read->modality, ==, TRP_MODALITY_SYNCT);
      g_assert_cmpstr (read->unit, ==, "HU");
      g_assert_nonnull (strstr (read->provenance, "\"model\":\"7f\""));
      assert_same (volume, again);
    }
}

static void
test_foreign_comments (void)
{
  static const char *const comments[] = { "not json at all", "{\"half\":", "[1, 2]", "\xff\xfe{" };

  for (size_t n = 0; n < G_N_ELEMENTS (comments); n++)
    {
      TrpTestNifti header = trp_test_nifti ();
      g_autoptr (GByteArray) voxels = make_values (&header);
      const int32_t head[2] = { 32, 6 };
      char text[24] = { 0 };
      GByteArray *file;
      g_autoptr (TrpVolume) volume = NULL;
      g_autoptr (GError) error = NULL;

      header.voxel_offset = 384;
      file = trp_test_nifti_write (&header, NULL, 0);
      file->data[348] = 1;
      for (int i = 0; i < 2; i++)
        trp_test_put (file, false, &head[i], 4);
      strncpy (text, comments[n], sizeof text - 1);
      g_byte_array_append (file, (uint8_t *) text, sizeof text);
      g_byte_array_append (file, voxels->data, voxels->len);
      volume = parse (file, 0, &error);
      g_assert_no_error (error);
      g_assert_null (trp_volume_get_info (volume)->provenance);
      g_assert_cmpint (trp_volume_get_info (volume)->modality, ==, TRP_MODALITY_UNKNOWN);
      trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
    }
}

static void
test_pairs (void)
{
  static const char *const names[] = { "a.hdr", "a.img", "a.hdr.gz", "a.img.gz" };
  g_autoptr (TrpVolume) volume = make_volume (NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr (TrpVolume) again = save_and_load (volume, names[n]);

      assert_same (volume, again);
      g_assert_cmpstr (trp_volume_get_info (again)->format, ==, "nifti1");
    }
}

static void
test_pair_without_image (void)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.hdr", NULL);
  g_autofree char *image = g_build_filename (folder, "a.img", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_unlink (image);
  g_assert_null (trp_volume_load (path, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "a.hdr: "));
  trp_test_remove_folder (folder);
}

/* The disk is full half way: simulated with a limit on file sizes. */
static void
test_full_disk_keeps_old_file (void)
{
  const struct rlimit small = { 40, RLIM_INFINITY };
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  struct rlimit usual;
  size_t n_before, n_after;
  bool ok;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &(struct rlimit){ small.rlim_cur, usual.rlim_max }), ==,
                   0);
  ok = trp_volume_save (volume, path, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "a.nii "));
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "a.nii"); /* nothing else is left behind */
  g_assert_null (g_dir_read_name (dir));
  trp_test_remove_folder (folder);
}

static void
test_read_only_folder (void)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii.gz", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (folder, 0500), ==, 0);
  if (access (folder, W_OK) == 0)
    g_test_skip ("this user may write everywhere");
  else
    {
      g_assert_false (trp_volume_save (volume, path, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
    }
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  trp_test_remove_folder (folder);
}

/* A save over the file that is mapped by the volume being saved. */
static void
test_save_over_itself (void)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) loaded = NULL;
  g_autoptr (TrpVolume) again = NULL;

  g_assert_true (trp_volume_save (volume, path, &error));
  loaded = trp_volume_load (path, NULL, &error);
  g_assert_true (trp_volume_save (loaded, path, &error));
  again = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  assert_same (loaded, again);
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nifti/geometry/48-axis-orders", test_48_axis_orders);
  g_test_add_func ("/nifti/geometry/sform-before-qform", test_sform_before_qform);
  g_test_add_func ("/nifti/geometry/qform-close-to-sform", test_qform_close_to_sform);
  g_test_add_func ("/nifti/geometry/qform-rotation", test_qform_rotation);
  g_test_add_func ("/nifti/geometry/written-qform", test_written_qform);
  g_test_add_func ("/nifti/geometry/analyze-tradition", test_analyze_tradition);
  g_test_add_func ("/nifti/geometry/units", test_units);
  g_test_add_func ("/nifti/geometry/sheared", test_sheared);
  g_test_add_func ("/nifti/geometry/flat-image", test_flat_image);
  g_test_add_func ("/nifti/voxels/types", test_types);
  g_test_add_func ("/nifti/voxels/slope-nan", test_slope_nan);
  g_test_add_func ("/nifti/voxels/frames", test_frames);
  g_test_add_func ("/nifti/voxels/no-such-frame", test_no_such_frame);
  g_test_add_func ("/nifti/voxels/several-gzip-members", test_several_gzip_members);
  g_test_add_func ("/nifti/voxels/more-than-wanted", test_more_than_wanted);
  g_test_add_func ("/nifti/voxels/borrows", test_borrows_voxels);
  g_test_add_func ("/nifti/voxels/odd-offset", test_odd_offset);
  for (size_t n = 0; n < G_N_ELEMENTS (broken_cases); n++)
    {
      g_autofree char *path = g_strconcat ("/nifti/refuses/", broken_cases[n].name, NULL);

      g_test_add_data_func (path, &broken_cases[n], test_broken);
    }
  g_test_add_func ("/nifti/refuses/cut-at-every-byte", test_cut_at_every_byte);
  g_test_add_func ("/nifti/refuses/gzip-checksum", test_gzip_checksum);
  g_test_add_func ("/nifti/refuses/bombs", test_bombs);
  g_test_add_func ("/nifti/refuses/pair-without-image", test_pair_without_image);
  g_test_add_func ("/nifti/extension/provenance", test_provenance);
  g_test_add_func ("/nifti/extension/foreign-comments", test_foreign_comments);
  g_test_add_func ("/nifti/save/pairs", test_pairs);
  g_test_add_func ("/nifti/save/full-disk-keeps-old-file", test_full_disk_keeps_old_file);
  g_test_add_func ("/nifti/save/read-only-folder", test_read_only_folder);
  g_test_add_func ("/nifti/save/over-itself", test_save_over_itself);
  return g_test_run ();
}
