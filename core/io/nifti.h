/* nifti.h - NIfTI-1 and NIfTI-2
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * nifti-header.c turns header bytes into numbers, nifti.c files into volumes, nifti-write.c volumes
 * into files. World coordinates are RAS in the file and LPS in a TrpVolume; they are turned in
 * nifti-header.c and nifti-write.c and nowhere else. Any thread.
 */

#pragma once

#include "core/io/stored-type.h"

G_BEGIN_DECLS

#define TRP_NIFTI_UNKNOWN "Orientation unknown" /* how that warning begins */

#define TRP_NIFTI_MAX_HEADER 544 /* bytes of a NIfTI-2 header with the four of its extender */

/**
 * TrpNiftiHeader: what a header says, checked
 * @version: 1 or 2
 * @is_pair: voxels are in a file of their own (.img)
 * @swapped: byte order is not this machine's
 * @header_size: 348 or 540
 * @voxel_offset: in the file that holds the voxels
 * @frame_bytes: of one frame; frame_bytes * n_frames does not overflow
 * @slope, @intercept: 1 and 0 where the header has none
 */
typedef struct
{
  int version;
  bool is_pair;
  bool swapped;
  size_t header_size;
  size_t voxel_offset;
  TrpGeometry geometry;
  size_t n_frames;
  size_t frame_bytes;
  TrpStoredType type;
  double slope;
  double intercept;
} TrpNiftiHeader;

/* True if @bytes begin like NIfTI, or like Analyze 7.5, which gets an error that says so. */
bool trp_nifti_looks_like (const uint8_t *bytes, size_t size);

/**
 * trp_nifti_parse_header:
 * @bytes: the beginning of a file, inflated; 348 or 540 of them are needed
 * @warnings: (element-type utf8): sentences of the geometry check are added
 *
 * Errors: TRP_ERROR_FORMAT, UNSUPPORTED, LIMIT, GEOMETRY.
 */
bool trp_nifti_parse_header (const uint8_t *bytes,
                             size_t size,
                             GPtrArray *warnings,
                             TrpNiftiHeader *out_header,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_nifti_parse:
 * @file: the .nii or .hdr file as it is on disk, gzip or not
 * @image: (nullable): the .img file of a pair
 * @frame: of a 4-D file, from 0
 *
 * Voxels of uncompressed files in this machine's byte order are borrowed from the bytes.
 */
TrpVolume *trp_nifti_parse (GBytes *file, GBytes *image, size_t frame, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full): what a single .nii file of @volume is (@image_only: the .img of a pair;
 * @header_only: its .hdr), as NIfTI-1. */
typedef enum
{
  TRP_NIFTI_SINGLE,
  TRP_NIFTI_HEADER,
  TRP_NIFTI_IMAGE,
} TrpNiftiPart;

GBytes *trp_nifti_write (const TrpVolume *volume,
                         TrpNiftiPart part,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Path ends in .nii, .nii.gz, .hdr or .img (the last two with .gz as well). */
bool trp_nifti_save (const TrpVolume *volume,
                     const char *path,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
