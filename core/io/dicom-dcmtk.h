/* dicom-dcmtk.h - DICOM files as plain frames: what C needs of DCMTK
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A frame is one 2-D image with all that places it in the patient, taken from the top level of a
 * classic file or from the functional groups of an enhanced one (PS3.3 C.7.6.16). No exception and
 * no log line leaves this file. Any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpDicomFrame:
 * @path: of the file, shared by its frames
 * @index: of the frame in the file, from 0
 * @n_in_file: frames in the file
 * @position_lps: (0020,0032); valid if @has_position
 * @row_lps, @column_lps: unit vectors along increasing column and row index (0020,0037); if
 * @has_orientation
 * @spacing_column, @spacing_row: mm between columns and between rows (0028,0030); 0: unknown
 * @slice_spacing: (0018,0088), else thickness (0018,0050); 0: unknown
 * @slope, @intercept: (0028,1053), (0028,1052); 1 and 0 where absent
 * @order: temporal position, echo and instance number, to tell apart frames at one place
 * @bits_allocated, @is_signed: (0028,0100), (0028,0103)
 * @units: (0054,1001) for PET, else (0028,1054); may be NULL
 */
typedef struct
{
  char *path;
  int index, n_in_file;
  char *series_uid;
  char *study_uid;
  char *frame_of_reference;
  char *patient_id;
  char *patient_name;
  char *description;
  char *units;
  TrpModality modality;
  int n_columns, n_rows;
  bool has_position, has_orientation;
  TrpVec3 position_lps, row_lps, column_lps;
  double spacing_column, spacing_row, slice_spacing;
  double slope, intercept;
  double window_width, window_level;
  bool window_is_exact;
  bool is_inverted;
  bool is_mosaic;
  int bits_allocated;
  bool is_signed;
  double order[3];
} TrpDicomFrame;

void trp_dicom_frame_free (TrpDicomFrame *frame);

/* True for bytes of a DICOM file, with or without its preamble and meta header. */
bool trp_dicom_sniff (const uint8_t *head, size_t size);

/**
 * trp_dicom_scan:
 *
 * Reads the headers of one file. (element-type TrpDicomFrame) (transfer full)
 *
 * Errors: TRP_ERROR_FORMAT if it is no DICOM file or broken, TRP_ERROR_UNSUPPORTED for objects
 * without pixels that can be shown (plans, structure sets, segmentations, colour), TRP_ERROR_LIMIT.
 */
GPtrArray *trp_dicom_scan (const char *path, GError **error);

/**
 * trp_dicom_read_pixels:
 * @first, @n: which frames of the file
 * @out_values: n x rows x columns stored values after bit masking and sign extension, before slope
 * and intercept
 *
 * Errors: TRP_ERROR_UNSUPPORTED if no codec of this build reads the file's transfer syntax,
 * TRP_ERROR_FORMAT if the pixels are damaged or cut short.
 */
bool trp_dicom_read_pixels (const char *path,
                            int first,
                            int n,
                            const TrpDicomFrame *frame,
                            int32_t *out_values,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
