/* dicom-jpeg2000.h - pixels of JPEG 2000 files through GDCM, which ITK brings along
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/**
 * TrpRawPixels: decoded words of all frames of a file
 * @bytes: n_frames x rows x columns words of @bytes_per_word, in the machine's byte order; g_free()
 * it
 * @bits_stored, @high_bit, @is_signed: how a value lies in its word
 */
typedef struct
{
  void *bytes;
  size_t size;
  int bytes_per_word;
  int bits_stored, high_bit;
  bool is_signed;
} TrpRawPixels;

/* Errors: TRP_ERROR_UNSUPPORTED in builds without ITK; TRP_ERROR_FORMAT for a damaged stream. */
bool trp_dicom_decode_jpeg2000 (const char *path,
                                TrpRawPixels *out_pixels,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
