/* test-nifti.c - NIfTI files put together by the format's definition: where and what voxels are
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/nifti.h"
#include "tests/lib/check.h"
#include "tests/lib/nifti-bytes.h"
#include "tests/lib/volumes.h"

#include <math.h>
#include <string.h>

static TrpVolume *
parse_good (const TrpTestNifti *header)
{
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = trp_test_nifti_parse (trp_test_nifti_file (header), 0, &error);

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
      again = trp_test_save_and_load (volume, n % 2 ? "a.nii.gz" : "a.nii");
      trp_test_assert_same_volume (volume, again);
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
      again = trp_test_save_and_load (volume, "a.nii");
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
  again = trp_test_save_and_load (volume, "a.nii.gz"); /* must not gain an orientation on the way */
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
  again = trp_test_save_and_load (volume, "a.nii.gz");
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
  g_autoptr (TrpVolume) volume = trp_test_nifti_parse (file, 0, &error);

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
  g_autoptr (GByteArray) voxels = trp_test_nifti_values (&header);
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
          volume = trp_test_nifti_parse (is_packed ? trp_test_gzip (file->data, file->len)
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

  g_assert_null (trp_test_nifti_parse (trp_test_nifti_file (&header), 1, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "no frame 1: the file has 1"));
}

static void
test_several_gzip_members (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = trp_test_nifti_file (&header);
  g_autoptr (GByteArray) second = trp_test_gzip (file->data + 300, file->len - 300);
  GByteArray *both = trp_test_gzip (file->data, 300);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  g_byte_array_append (both, second->data, second->len);
  volume = trp_test_nifti_parse (both, 0, &error);
  g_assert_no_error (error);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
}

/* A file whose gzip goes on for 64 MB after the voxels: only what the header wants is kept. */
static void
test_more_than_wanted (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GByteArray) file = trp_test_nifti_file (&header);
  const size_t tail = (size_t) 1 << 26;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  g_byte_array_set_size (file, (guint) (400 + tail));
  memset (file->data + 400, 0, tail);
  volume = trp_test_nifti_parse (trp_test_gzip (file->data, file->len), 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (trp_volume_peek_bytes (volume)), ==, 48);
}

static void
test_borrows_voxels (void)
{
  TrpTestNifti header = trp_test_nifti ();
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (trp_test_nifti_file (&header));
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
  g_autoptr (GByteArray) voxels = trp_test_nifti_values (&header);
  GByteArray *file;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  header.voxel_offset = 355;
  file = trp_test_nifti_write (&header, "abc", 3);
  g_byte_array_append (file, voxels->data, voxels->len);
  volume = trp_test_nifti_parse (file, 0, &error);
  g_assert_no_error (error);
  trp_assert_near (trp_volume_get_value (volume, 3, 2, 1), 23, 0);
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
  return g_test_run ();
}
