/* nifti-bytes.c - see nifti-bytes.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/nifti-bytes.h"

#include "core/io/nifti.h"

#include <string.h>
#include <zlib.h>

TrpTestNifti
trp_test_nifti (void)
{
  return (TrpTestNifti){
    .version = 1,
    .dim = { 3, 4, 3, 2, 1, 1, 1, 1 },
    .datatype = 4,
    .bitpix = 16,
    .pixdim = { 1, 1, 1, 1, 1, 1, 1, 1 },
    .voxel_offset = -1,
    .units = 2,
    .sform_code = 1,
    .srow = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 } },
  };
}

void
trp_test_put (GByteArray *bytes, bool big_endian, const void *number, size_t size)
{
  const uint8_t *from = number;

  for (size_t n = 0; n < size; n++)
    g_byte_array_append (
      bytes, from + (big_endian == (G_BYTE_ORDER == G_BIG_ENDIAN) ? n : size - 1 - n), 1);
}

static void
put_at (uint8_t *header, const TrpTestNifti *self, size_t at, const void *number, size_t size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  trp_test_put (bytes, self->big_endian, number, size);
  memcpy (header + at, bytes->data, size);
}

static void
put_i16 (uint8_t *header, const TrpTestNifti *self, size_t at, int value)
{
  const int16_t number = (int16_t) value;

  put_at (header, self, at, &number, 2);
}

static void
put_i32 (uint8_t *header, const TrpTestNifti *self, size_t at, int value)
{
  const int32_t number = value;

  put_at (header, self, at, &number, 4);
}

static void
put_f32 (uint8_t *header, const TrpTestNifti *self, size_t at, double value)
{
  const float number = (float) value;

  put_at (header, self, at, &number, 4);
}

static void
put_i64 (uint8_t *header, const TrpTestNifti *self, size_t at, int64_t value)
{
  put_at (header, self, at, &value, 8);
}

static void
put_f64 (uint8_t *header, const TrpTestNifti *self, size_t at, double value)
{
  put_at (header, self, at, &value, 8);
}

static double
voxel_offset (const TrpTestNifti *self)
{
  if (self->voxel_offset != -1)
    return self->voxel_offset;
  return self->is_pair ? 0 : self->version == 1 ? 352 : 544;
}

static void
write_version_1 (const TrpTestNifti *self, uint8_t *header)
{
  put_i32 (header, self, 0, 348);
  for (size_t n = 0; n < 8; n++)
    {
      put_i16 (header, self, 40 + 2 * n, (int) self->dim[n]);
      put_f32 (header, self, 76 + 4 * n, self->pixdim[n]);
    }
  put_i16 (header, self, 70, self->datatype);
  put_i16 (header, self, 72, self->bitpix);
  put_f32 (header, self, 108, voxel_offset (self));
  put_f32 (header, self, 112, self->slope);
  put_f32 (header, self, 116, self->intercept);
  header[123] = (uint8_t) self->units;
  put_i16 (header, self, 252, self->qform_code);
  put_i16 (header, self, 254, self->sform_code);
  for (size_t n = 0; n < 3; n++)
    {
      put_f32 (header, self, 256 + 4 * n, self->quaternion[n]);
      put_f32 (header, self, 268 + 4 * n, self->offset[n]);
      for (size_t column = 0; column < 4; column++)
        put_f32 (header, self, 280 + 16 * n + 4 * column, self->srow[n][column]);
    }
  memcpy (header + 344, self->magic ? self->magic : self->is_pair ? "ni1" : "n+1", 4);
}

static void
write_version_2 (const TrpTestNifti *self, uint8_t *header)
{
  put_i32 (header, self, 0, 540);
  memcpy (header + 4, self->is_pair ? "ni2\0\r\n\032\n" : "n+2\0\r\n\032\n", 8);
  if (self->magic)
    memcpy (header + 4, self->magic, 8);
  put_i16 (header, self, 12, self->datatype);
  put_i16 (header, self, 14, self->bitpix);
  for (size_t n = 0; n < 8; n++)
    {
      put_i64 (header, self, 16 + 8 * n, self->dim[n]);
      put_f64 (header, self, 104 + 8 * n, self->pixdim[n]);
    }
  put_i64 (header, self, 168, (int64_t) voxel_offset (self));
  put_f64 (header, self, 176, self->slope);
  put_f64 (header, self, 184, self->intercept);
  put_i32 (header, self, 344, self->qform_code);
  put_i32 (header, self, 348, self->sform_code);
  for (size_t n = 0; n < 3; n++)
    {
      put_f64 (header, self, 352 + 8 * n, self->quaternion[n]);
      put_f64 (header, self, 376 + 8 * n, self->offset[n]);
      for (size_t column = 0; column < 4; column++)
        put_f64 (header, self, 400 + 32 * n + 8 * column, self->srow[n][column]);
    }
  put_i32 (header, self, 500, self->units);
}

GByteArray *
trp_test_nifti_write (const TrpTestNifti *self, const void *voxels, size_t size)
{
  const size_t header_size = self->version == 1 ? 348 : 540;
  uint8_t header[544] = { 0 };
  GByteArray *bytes = g_byte_array_new ();

  if (self->version == 1)
    write_version_1 (self, header);
  else
    write_version_2 (self, header);
  g_byte_array_append (bytes, header, (guint) (header_size + (self->is_pair ? 0 : 4)));
  if (voxels)
    g_byte_array_append (bytes, voxels, (guint) size);
  return bytes;
}

GByteArray *
trp_test_gzip (const void *bytes, size_t size)
{
  z_stream stream = { 0 };
  GByteArray *out = g_byte_array_new ();

  g_assert_cmpint (deflateInit2 (&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  g_byte_array_set_size (out, (guint) deflateBound (&stream, size));
  stream.next_in = (uint8_t *) bytes;
  stream.avail_in = (unsigned) size;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) stream.total_out);
  deflateEnd (&stream);
  return out;
}

TrpVolume *
trp_test_nifti_parse (GByteArray *array, size_t frame, GError **error)
{
  g_autoptr (GBytes) file = g_byte_array_free_to_bytes (array);

  return trp_nifti_parse (file, NULL, frame, error);
}

GByteArray *
trp_test_nifti_values (const TrpTestNifti *header)
{
  GByteArray *voxels = g_byte_array_new ();

  for (int16_t n = 0; n < 24; n++)
    trp_test_put (voxels, header->big_endian, &n, 2);
  return voxels;
}

GByteArray *
trp_test_nifti_file (const TrpTestNifti *header)
{
  g_autoptr (GByteArray) voxels = trp_test_nifti_values (header);

  return trp_test_nifti_write (header, voxels->data, voxels->len);
}
