/* dicom-dcmtk.cc - see dicom-dcmtk.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * DCMTK reads pixel data lazily, so scanning a file costs its header only. Patient text is
 * converted to UTF-8 by DCMTK; where it cannot, bytes that are not UTF-8 are replaced.
 */

#include "core/io/dicom-dcmtk.h"

#include "core/io/dicom-jpeg2000.h"

#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#define MAX_BYTES ((uint64_t) 16 << 30) /* decoded pixels of one file */

static void
init_dcmtk (void)
{
  static gsize is_ready;

  if (!g_once_init_enter (&is_ready))
    return;
  OFLog::configure (OFLogger::OFF_LOG_LEVEL);
  dcmEnableUnknownVRConversion.set (OFTrue); /* some archives write known elements as UN */
  DcmRLEDecoderRegistration::registerCodecs ();
  DJDecoderRegistration::registerCodecs ();
  DJLSDecoderRegistration::registerCodecs ();
  g_once_init_leave (&is_ready, 1);
}

static bool
fail (GError **error, TrpError code, const char *message)
{
  g_set_error_literal (error, TRP_ERROR, code, message);
  return false;
}

void
trp_dicom_frame_free (TrpDicomFrame *frame)
{
  if (!frame)
    return;
  g_free (frame->path);
  g_free (frame->series_uid);
  g_free (frame->study_uid);
  g_free (frame->frame_of_reference);
  g_free (frame->patient_id);
  g_free (frame->patient_name);
  g_free (frame->description);
  g_free (frame->units);
  g_free (frame);
}

/* Files without a preamble begin with an element of group 2 or 8, explicit or implicit. */
bool
trp_dicom_sniff (const uint8_t *head, size_t size)
{
  const bool little = size > 8 && (head[0] == 2 || head[0] == 8) && head[1] == 0;
  const bool big = size > 8 && head[0] == 0 && head[1] == 8;
  const bool explicit_vr = size > 8 && g_ascii_isupper (head[4]) && g_ascii_isupper (head[5]);

  if (size >= 132 && memcmp (head + 128, "DICM", 4) == 0)
    return true;
  if (little)
    return explicit_vr || (head[3] == 0 && head[6] == 0 && head[7] == 0);
  return big && explicit_vr;
}

/* The text of an element of unknown VR would be a hex dump of its bytes: such an element counts as
 * absent. */
static bool
is_unknown (DcmItem *item, const DcmTagKey &key)
{
  DcmElement *element = NULL;

  return item->findAndGetElement (key, element).good () && element && element->ident () == EVR_UN;
}

/* Text of an element; NULL if absent or empty. */
static char *
dup_string (DcmItem *item, const DcmTagKey &key)
{
  OFString text;

  if (is_unknown (item, key))
    return NULL;
  if (item->findAndGetOFStringArray (key, text).bad () || text.empty ())
    return NULL;
  return g_strstrip (g_utf8_make_valid (text.c_str (), -1));
}

static double
get_number (DcmItem *item, const DcmTagKey &key, unsigned long index, double otherwise)
{
  Float64 value;
  OFString text;

  if (is_unknown (item, key))
    return otherwise;
  if (item->findAndGetOFString (key, text, index).good () && !text.empty ())
    {
      char *end;
      const double parsed = g_ascii_strtod (text.c_str (), &end);

      if (end != text.c_str () && std::isfinite (parsed))
        return parsed;
    }
  if (item->findAndGetFloat64 (key, value, index).good () && std::isfinite (value))
    return value;
  return otherwise;
}

static int
get_int (DcmItem *item, const DcmTagKey &key, int otherwise)
{
  Uint16 value;

  return item->findAndGetUint16 (key, value).good () ? (int) value : otherwise;
}

static bool
get_numbers (DcmItem *item, const DcmTagKey &key, unsigned long n, double *out_values)
{
  for (unsigned long i = 0; i < n; i++)
    {
      out_values[i] = get_number (item, key, i, NAN);
      if (std::isnan (out_values[i]))
        return false;
    }
  return true;
}

static TrpModality
parse_modality (const char *text)
{
  if (g_strcmp0 (text, "MR") == 0)
    return TRP_MODALITY_MR;
  if (g_strcmp0 (text, "CT") == 0)
    return TRP_MODALITY_CT;
  if (g_strcmp0 (text, "PT") == 0)
    return TRP_MODALITY_PT;
  return TRP_MODALITY_UNKNOWN;
}

/* First item of @sequence in the frame's own groups, else in the shared ones, else NULL. */
static DcmItem *
find_group (DcmItem *own, DcmItem *shared, const DcmTagKey &sequence)
{
  DcmItem *item = NULL;

  if (own && own->findAndGetSequenceItem (sequence, item, 0).good () && item)
    return item;
  if (shared && shared->findAndGetSequenceItem (sequence, item, 0).good () && item)
    return item;
  return NULL;
}

static void
read_position (DcmItem *item, TrpDicomFrame *frame)
{
  double values[3];

  if (!item || !get_numbers (item, DCM_ImagePositionPatient, 3, values))
    return;
  frame->position_lps = trp_vec3 (values[0], values[1], values[2]);
  frame->has_position = true;
}

static void
read_orientation (DcmItem *item, TrpDicomFrame *frame)
{
  double values[6];
  TrpVec3 row, column;

  if (!item || !get_numbers (item, DCM_ImageOrientationPatient, 6, values))
    return;
  row = trp_vec3 (values[0], values[1], values[2]);
  column = trp_vec3 (values[3], values[4], values[5]);
  if (trp_vec3_length (trp_vec3_cross (row, column)) < 0.5)
    return;
  frame->row_lps = trp_vec3_normalize (row);
  frame->column_lps = trp_vec3_normalize (column);
  frame->has_orientation = true;
}

/* PixelSpacing is rows first (PS3.3 10.7.1.3): the distance between rows, then between columns. */
static void
read_spacing (DcmItem *item, TrpDicomFrame *frame)
{
  double values[2];

  if (!item)
    return;
  if (get_numbers (item, DCM_PixelSpacing, 2, values) && values[0] > 0 && values[1] > 0)
    {
      frame->spacing_row = values[0];
      frame->spacing_column = values[1];
    }
  if (get_number (item, DCM_SpacingBetweenSlices, 0, 0) != 0)
    frame->slice_spacing = fabs (get_number (item, DCM_SpacingBetweenSlices, 0, 0));
  else if (frame->slice_spacing == 0)
    frame->slice_spacing = fabs (get_number (item, DCM_SliceThickness, 0, 0));
}

static void
read_values (DcmItem *item, TrpDicomFrame *frame)
{
  double slope;

  if (!item)
    return;
  slope = get_number (item, DCM_RescaleSlope, 0, frame->slope);
  frame->slope = slope != 0 ? slope : 1;
  frame->intercept = get_number (item, DCM_RescaleIntercept, 0, frame->intercept);
  if (!frame->units)
    frame->units = dup_string (item, DCM_RescaleType);
}

static void
read_window (DcmItem *item, TrpDicomFrame *frame)
{
  g_autofree char *function = NULL;

  if (!item)
    return;
  frame->window_level = get_number (item, DCM_WindowCenter, 0, frame->window_level);
  frame->window_width = get_number (item, DCM_WindowWidth, 0, frame->window_width);
  function = dup_string (item, DCM_VOILUTFunction);
  frame->window_is_exact = g_strcmp0 (function, "LINEAR_EXACT") == 0;
}

/* What all frames of the file have in common. */
static TrpDicomFrame *
read_common (DcmDataset *dataset, const char *path)
{
  TrpDicomFrame *frame = g_new0 (TrpDicomFrame, 1);
  g_autofree char *modality = dup_string (dataset, DCM_Modality);
  g_autofree char *photometric = dup_string (dataset, DCM_PhotometricInterpretation);
  g_autofree char *image_type = dup_string (dataset, DCM_ImageType);

  frame->path = g_strdup (path);
  frame->series_uid = dup_string (dataset, DCM_SeriesInstanceUID);
  frame->study_uid = dup_string (dataset, DCM_StudyInstanceUID);
  frame->frame_of_reference = dup_string (dataset, DCM_FrameOfReferenceUID);
  frame->patient_id = dup_string (dataset, DCM_PatientID);
  frame->patient_name = dup_string (dataset, DCM_PatientName);
  frame->description = dup_string (dataset, DCM_SeriesDescription);
  frame->units = dup_string (dataset, DCM_Units);
  frame->modality = parse_modality (modality);
  frame->n_rows = get_int (dataset, DCM_Rows, 0);
  frame->n_columns = get_int (dataset, DCM_Columns, 0);
  frame->bits_allocated = get_int (dataset, DCM_BitsAllocated, 16);
  frame->is_signed = get_int (dataset, DCM_PixelRepresentation, 0) == 1;
  frame->is_inverted = g_strcmp0 (photometric, "MONOCHROME1") == 0;
  frame->is_mosaic = image_type && strstr (image_type, "MOSAIC");
  frame->slope = 1;
  frame->n_in_file = 1;
  read_position (dataset, frame);
  read_orientation (dataset, frame);
  read_spacing (dataset, frame);
  read_values (dataset, frame);
  read_window (dataset, frame);
  frame->order[0] = get_number (dataset, DCM_TemporalPositionIdentifier, 0, 0);
  frame->order[1] = get_number (dataset, DCM_EchoNumbers, 0, 0);
  frame->order[2] = get_number (dataset, DCM_InstanceNumber, 0, 0);
  return frame;
}

static TrpDicomFrame *
copy_frame (const TrpDicomFrame *common)
{
  TrpDicomFrame *frame = static_cast<TrpDicomFrame *> (g_memdup2 (common, sizeof *common));

  frame->path = g_strdup (common->path);
  frame->series_uid = g_strdup (common->series_uid);
  frame->study_uid = g_strdup (common->study_uid);
  frame->frame_of_reference = g_strdup (common->frame_of_reference);
  frame->patient_id = g_strdup (common->patient_id);
  frame->patient_name = g_strdup (common->patient_name);
  frame->description = g_strdup (common->description);
  frame->units = g_strdup (common->units);
  return frame;
}

/* Functional groups of frame @index (PS3.3 C.7.6.16.2). */
static void
read_functional_groups (DcmDataset *dataset, int index, TrpDicomFrame *frame)
{
  DcmItem *own = NULL, *shared = NULL, *content;

  (void) dataset->findAndGetSequenceItem (DCM_PerFrameFunctionalGroupsSequence, own, index);
  (void) dataset->findAndGetSequenceItem (DCM_SharedFunctionalGroupsSequence, shared, 0);
  read_position (find_group (own, shared, DCM_PlanePositionSequence), frame);
  read_orientation (find_group (own, shared, DCM_PlaneOrientationSequence), frame);
  read_spacing (find_group (own, shared, DCM_PixelMeasuresSequence), frame);
  read_values (find_group (own, shared, DCM_PixelValueTransformationSequence), frame);
  read_window (find_group (own, shared, DCM_FrameVOILUTSequence), frame);
  content = find_group (own, NULL, DCM_FrameContentSequence);
  if (content)
    {
      Uint32 temporal;

      if (content->findAndGetUint32 (DCM_TemporalPositionIndex, temporal).good ())
        frame->order[0] = temporal;
    }
  frame->order[2] = index;
}

static bool
check_showable (DcmDataset *dataset, GError **error)
{
  g_autofree char *modality = dup_string (dataset, DCM_Modality);
  g_autofree char *photometric = dup_string (dataset, DCM_PhotometricInterpretation);
  const int bits = get_int (dataset, DCM_BitsAllocated, 0);
  const bool has_pixels = dataset->tagExists (DCM_PixelData) && bits > 0 &&
                          get_int (dataset, DCM_Rows, 0) > 0;

  if (g_strcmp0 (modality, "RTSTRUCT") == 0 || g_strcmp0 (modality, "SEG") == 0)
    {
      g_set_error (
        error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
        "This is a DICOM %s; contours are read from label maps (NIfTI, NRRD) in this version",
        modality);
      return false;
    }
  if (!has_pixels)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, "This DICOM object (%s) holds no image",
                   modality ? modality : "no modality");
      return false;
    }
  if (get_int (dataset, DCM_SamplesPerPixel, 1) != 1 ||
      (photometric && !g_str_has_prefix (photometric, "MONOCHROME")))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "This is a colour picture (%s), not a grey image",
                   photometric ? photometric : "several samples per pixel");
      return false;
    }
  if (bits != 8 && bits != 16)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "DICOM pixels of %d bits are not supported; images have 8 to 16", bits);
      return false;
    }
  return true;
}

/* The text of NumberOfFrames may be anything ("1A" has been seen). */
static bool
count_frames (DcmDataset *dataset, const TrpDicomFrame *common, int *out_n, GError **error)
{
  g_autofree char *text = dup_string (dataset, DCM_NumberOfFrames);
  guint64 n = 1, n_bytes;

  if (text && !g_ascii_string_to_unsigned (text, 10, 1, TRP_GEOMETRY_MAX_SIZE, &n, NULL))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The number of frames is \"%s\"; 1 to %d are possible", text,
                   TRP_GEOMETRY_MAX_SIZE);
      return false;
    }
  if (common->n_rows < 1 || common->n_columns < 1 || common->n_rows > TRP_GEOMETRY_MAX_SIZE ||
      common->n_columns > TRP_GEOMETRY_MAX_SIZE)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "The image has %d x %d pixels; each side takes 1 to %d", common->n_columns,
                   common->n_rows, TRP_GEOMETRY_MAX_SIZE);
      return false;
    }
  n_bytes = (guint64) common->n_rows * (guint64) common->n_columns * n * 4;
  if (n_bytes > MAX_BYTES)
    return fail (error, TRP_ERROR_LIMIT, "The image is larger than this program can hold");
  *out_n = (int) n;
  return true;
}

static GPtrArray *
scan (const char *path, GError **error)
{
  g_autoptr (GPtrArray)
    frames = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_dicom_frame_free);
  DcmFileFormat file;
  DcmDataset *dataset;
  TrpDicomFrame *common;
  OFCondition status;
  int n;

  init_dcmtk ();
  status = file.loadFile (path);
  dataset = file.getDataset ();
  if (status.bad () &&
      !(dataset && dataset->tagExists (DCM_Rows) && dataset->tagExists (DCM_PixelData)))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The DICOM file is damaged or cut short (%s)", status.text ());
      return NULL;
    }
  if (dataset->card () == 0)
    {
      fail (error, TRP_ERROR_FORMAT, "The file has no DICOM data");
      return NULL;
    }
  if (!check_showable (dataset, error))
    return NULL;
  (void) dataset->convertToUTF8 ();
  common = read_common (dataset, path);
  g_ptr_array_add (frames, common);
  if (!count_frames (dataset, common, &n, error))
    return NULL;
  common->n_in_file = n;
  for (int index = 1; index < n; index++)
    g_ptr_array_add (frames, copy_frame (common));
  for (int index = 0; index < n; index++)
    {
      TrpDicomFrame *frame = static_cast<TrpDicomFrame *> (frames->pdata[index]);

      frame->index = index;
      if (dataset->tagExists (DCM_PerFrameFunctionalGroupsSequence) ||
          dataset->tagExists (DCM_SharedFunctionalGroupsSequence))
        read_functional_groups (dataset, index, frame);
    }
  return g_steal_pointer (&frames);
}

GPtrArray *
trp_dicom_scan (const char *path, GError **error)
{
  try
    {
      return scan (path, error);
    }
  catch (...)
    {
      fail (error, TRP_ERROR_FORMAT, "The DICOM file is damaged");
      return NULL;
    }
}

/* A stored value lies in bits high_bit - bits_stored + 1 to high_bit of its word (PS3.5 8.1.1);
 * what is above or below may be an overlay. */
static void
unpack (const TrpRawPixels *raw, size_t start, size_t n, int32_t *out_values)
{
  const int shift = MAX (raw->high_bit + 1 - raw->bits_stored, 0);
  const uint32_t mask = raw->bits_stored >= 32 ? UINT32_MAX
                                               : ((uint32_t) 1 << raw->bits_stored) - 1;
  const uint32_t sign = raw->is_signed ? (uint32_t) 1 << (raw->bits_stored - 1) : 0;

  for (size_t i = 0; i < n; i++)
    {
      const uint32_t word = raw->bytes_per_word == 1
                              ? static_cast<const uint8_t *> (raw->bytes)[start + i]
                              : static_cast<const uint16_t *> (raw->bytes)[start + i];
      const uint32_t value = word >> shift & mask;

      out_values[i] = (int32_t) (value ^ sign) - (int32_t) sign;
    }
}

static bool
borrow_words (DcmDataset *dataset, TrpRawPixels *out_raw, GError **error)
{
  const int allocated = get_int (dataset, DCM_BitsAllocated, 16);
  DcmElement *element = NULL;
  Uint16 *words = NULL;
  Uint8 *bytes = NULL;
  OFCondition status;

  if (dataset->findAndGetElement (DCM_PixelData, element).bad () || !element ||
      (allocated != 8 && allocated != 16))
    return fail (error, TRP_ERROR_FORMAT, "The DICOM pixels cannot be read");
  if (allocated == 8 && element->ident () == EVR_OB)
    status = element->getUint8Array (bytes);
  else
    status = element->getUint16Array (words);
  if (!bytes && !words)
    status = element->getUint8Array (bytes);
  if (status.bad ())
    return fail (error, TRP_ERROR_FORMAT, "The DICOM pixels are damaged or cut short");
  out_raw->bytes = words ? static_cast<void *> (words) : static_cast<void *> (bytes);
  out_raw->size = element->getLength ();
  out_raw->bytes_per_word = allocated / 8;
  out_raw->bits_stored = CLAMP (get_int (dataset, DCM_BitsStored, allocated), 1, allocated);
  out_raw->high_bit = CLAMP (get_int (dataset, DCM_HighBit, out_raw->bits_stored - 1), 0,
                             allocated - 1);
  out_raw->is_signed = get_int (dataset, DCM_PixelRepresentation, 0) == 1;
  return out_raw->bytes || fail (error, TRP_ERROR_FORMAT, "The DICOM pixels cannot be read");
}

static bool
copy_frames (const TrpRawPixels *raw,
             int first,
             int n,
             const TrpDicomFrame *frame,
             int32_t *out_values,
             GError **error)
{
  const size_t per_frame = (size_t) frame->n_rows * (size_t) frame->n_columns;
  const size_t needed = per_frame * (size_t) MAX (first + n, frame->n_in_file) *
                        (size_t) raw->bytes_per_word;

  if (raw->size < needed)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The DICOM pixels are cut short: %zu bytes instead of %zu", raw->size, needed);
      return false;
    }
  unpack (raw, per_frame * (size_t) first, per_frame * (size_t) n, out_values);
  return true;
}

static bool
is_jpeg2000 (E_TransferSyntax syntax)
{
  return syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000 ||
         syntax == EXS_JPEG2000MulticomponentLosslessOnly || syntax == EXS_JPEG2000Multicomponent;
}

static bool
read_pixels (const char *path,
             int first,
             int n,
             const TrpDicomFrame *frame,
             int32_t *out_values,
             GError **error)
{
  DcmFileFormat file;
  DcmDataset *dataset;
  TrpRawPixels raw = {};
  E_TransferSyntax syntax;

  init_dcmtk ();
  if (file.loadFile (path).bad ())
    return fail (error, TRP_ERROR_FORMAT, "The DICOM file is damaged or cut short");
  dataset = file.getDataset ();
  syntax = dataset->getOriginalXfer ();
  if (is_jpeg2000 (syntax))
    {
      bool ok = trp_dicom_decode_jpeg2000 (path, &raw, error) &&
                copy_frames (&raw, first, n, frame, out_values, error);

      g_free (raw.bytes);
      return ok;
    }
  if (DcmXfer (syntax).isEncapsulated () &&
      dataset->chooseRepresentation (EXS_LittleEndianExplicit, NULL).bad ())
    {
      const bool known = syntax == EXS_RLELossless ||
                         strstr (DcmXfer (syntax).getXferName (), "JPEG");

      g_set_error (
        error, TRP_ERROR, known ? TRP_ERROR_FORMAT : TRP_ERROR_UNSUPPORTED,
        known ? "The compressed pixels (%s) are damaged or of a kind this build cannot decode"
              : "The pixels are compressed as %s, which this build cannot decode",
        DcmXfer (syntax).getXferName ());
      return false;
    }
  return borrow_words (dataset, &raw, error) &&
         copy_frames (&raw, first, n, frame, out_values, error);
}

bool
trp_dicom_read_pixels (const char *path,
                       int first,
                       int n,
                       const TrpDicomFrame *frame,
                       int32_t *out_values,
                       GError **error)
{
  try
    {
      return read_pixels (path, first, n, frame, out_values, error);
    }
  catch (...)
    {
      return fail (error, TRP_ERROR_FORMAT, "The DICOM pixels are damaged");
    }
}
