/* test-nifti-broken.c - NIfTI files that are refused
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/nifti.h"
#include "tests/lib/check.h"
#include "tests/lib/nifti-bytes.h"

#include <math.h>
#include <string.h>

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
  g_autoptr (TrpVolume) volume = trp_test_nifti_parse (file, 0, &error);

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
  g_autoptr (GByteArray) voxels = trp_test_nifti_values (&header);

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
      g_autoptr (GByteArray) file = trp_test_nifti_file (&header);
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
  g_autoptr (GByteArray) file = trp_test_nifti_file (&header);
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
  file = trp_test_nifti_file (&header);
  assert_refused (trp_test_gzip (file->data, file->len), TRP_ERROR_FORMAT, "*cannot hold*");
  assert_refused (g_steal_pointer (&file), TRP_ERROR_FORMAT, "*cut short*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (broken_cases); n++)
    {
      g_autofree char *path = g_strconcat ("/nifti/refuses/", broken_cases[n].name, NULL);

      g_test_add_data_func (path, &broken_cases[n], test_broken);
    }
  g_test_add_func ("/nifti/refuses/cut-at-every-byte", test_cut_at_every_byte);
  g_test_add_func ("/nifti/refuses/gzip-checksum", test_gzip_checksum);
  g_test_add_func ("/nifti/refuses/bombs", test_bombs);
  return g_test_run ();
}
