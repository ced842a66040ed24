/* nifti-bytes.h - NIfTI files put together byte by byte from the format's definition
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Offsets and codes are those of nifti1.h and nifti2.h, written out again here so that a reader is
 * not tested against its own writer.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpTestNifti: fields in the order of the format; what is 0 stays 0 but as noted
 * @version: 1 or 2
 * @voxel_offset: -1 for the usual one (352 or 544, 0 for pairs)
 * @srow: RAS
 * @magic: NULL for the right one
 */
typedef struct
{
  int version;
  bool big_endian;
  bool is_pair;
  int64_t dim[8];
  int datatype;
  int bitpix;
  double pixdim[8];
  double voxel_offset;
  double slope;
  double intercept;
  int units;
  int qform_code;
  int sform_code;
  double quaternion[3];
  double offset[3];
  double srow[3][4];
  const char *magic;
} TrpTestNifti;

/* int16, 4 x 3 x 2, 1 mm, sform with the identity, mm. */
TrpTestNifti trp_test_nifti (void);

/* Appends a number in the file's byte order. */
void trp_test_put (GByteArray *bytes, bool big_endian, const void *number, size_t size);

/* Header, four zero bytes (single files) and @voxels as they are. */
GByteArray *trp_test_nifti_write (const TrpTestNifti *self, const void *voxels, size_t size);

/* gzip of the bytes (one member). */
GByteArray *trp_test_gzip (const void *bytes, size_t size);

/* 24 int16 values 0, 1, 2, ... in the header's byte order; and the file of them. */
GByteArray *trp_test_nifti_values (const TrpTestNifti *header);
GByteArray *trp_test_nifti_file (const TrpTestNifti *header);

/* @array: (transfer full) */
TrpVolume *trp_test_nifti_parse (GByteArray *array, size_t frame, GError **error);

G_END_DECLS
