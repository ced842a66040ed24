/* text-header.h - the text at the start of MetaImage and NRRD files, and the voxels it points to
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * ITK's readers trust sizes, fill up short files with whatever was in memory and mirror one of
 * NRRD's spaces, so sizes, voxels and NRRD's spaces are read here. Any thread.
 *
 * Sources: MetaIO's documentation of tags; teem's definition of the NRRD format.
 */

#pragma once

#include "core/geometry/affine.h"
#include "core/io/stored-type.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_TEXT_METAIMAGE,
  TRP_TEXT_NRRD,
} TrpTextKind;

/**
 * TrpTextEncoding: of the voxels
 * @TRP_TEXT_OTHER: one that only NRRD's own library reads (text, bzip2, lists of files)
 */
typedef enum
{
  TRP_TEXT_RAW,
  TRP_TEXT_GZIP,
  TRP_TEXT_ZLIB,
  TRP_TEXT_OTHER,
} TrpTextEncoding;

/**
 * TrpTextHeader:
 * @text: lines of the header, without what follows
 * @n_values: product of all sizes and channels
 * @data_path, @data_offset: where the voxels begin; no path for TRP_TEXT_OTHER, and for what was
 * parsed without one
 */
typedef struct
{
  TrpTextKind kind;
  char *text;
  size_t n_values;
  char *data_path;
  size_t data_offset;
  TrpTextEncoding encoding;
  bool swapped;
} TrpTextHeader;

/* @path: (nullable): of the file whose bytes @file are; without it, voxels in a second file are
 * refused. Errors: TRP_ERROR_IO, FORMAT, LIMIT, UNSUPPORTED. */
bool trp_text_header_parse (TrpTextKind kind,
                            GBytes *file,
                            const char *path,
                            TrpTextHeader *out_header,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a file. */
bool trp_text_header_read (TrpTextKind kind,
                           const char *path,
                           TrpTextHeader *out_header,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_text_header_clear (TrpTextHeader *header);

/* Value of the first line "KEY = value" or "KEY: value" (KEY in any case), without the blanks
 * around it. Returns: (transfer full): NULL if there is none. */
char *trp_text_header_find (TrpTextKind kind, const char *text, const char *key);

/* @n_bytes of voxels from byte @begin of the inflated voxels on, in the file's byte order. Not for
 * TRP_TEXT_OTHER. */
GBytes *trp_text_header_read_data (const TrpTextHeader *header,
                                   size_t begin,
                                   size_t n_bytes,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, out of the bytes of the file at data_path. */
GBytes *trp_text_header_cut_data (const TrpTextHeader *header,
                                  GBytes *file,
                                  size_t begin,
                                  size_t n_bytes,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_text_header_find_affine:
 *
 * For NRRDs with three space directions of three numbers in one of the three anatomical spaces.
 *
 * Returns: false if the header does not say so.
 */
bool trp_text_header_find_affine (const TrpTextHeader *header, TrpAffine *out_lps_from_ijk);

G_END_DECLS
