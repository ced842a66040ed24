/* nifti-header.c - NIfTI header bytes to checked numbers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything that nifti_clib's conversion would refuse (it prints then) or repair in silence is
 * checked before; the conversion itself gives the sform.
 *
 * Sources: nifti1.h, nifti2.h (the format's own definition); nibabel's documentation for the order
 * sform, qform, Analyze tradition.
 */

#include "core/io/nifti-warnings.h"
#include "core/io/nifti.h"
#include "core/io/volume-warnings.h"

#include <math.h>
#include <nifti2_io.h>
#include <string.h>

#define MAX_FRAMES 1000000

typedef struct
{
  int version;
  bool is_swapped;
  char magic[9];
  int64_t dim[8];
  int datatype;
  double pixdim[8];
  double voxel_offset;
  double slope;
  double intercept;
  int qform_code;
  int sform_code;
  int units;
  double quaternion[6]; /* b, c, d and the three offsets */
  nifti_1_header header1;
  nifti_2_header header2;
} RawHeader;

static int
read_version (const uint8_t *bytes, size_t size, bool *out_swapped)
{
  uint32_t stated;

  if (size < sizeof stated)
    return 0;
  memcpy (&stated, bytes, sizeof stated);
  *out_swapped = stated == GUINT32_SWAP_LE_BE (348) || stated == GUINT32_SWAP_LE_BE (540);
  if (*out_swapped)
    stated = GUINT32_SWAP_LE_BE (stated);
  if (stated == 348 && size >= 348)
    return 1;
  return stated == 540 && size >= 540 ? 2 : 0;
}

bool
trp_nifti_looks_like (const uint8_t *bytes, size_t size)
{
  bool swapped;

  return read_version (bytes, size, &swapped) != 0;
}

#define COPY_FIELDS(self, h)                                                                       \
  do                                                                                               \
    {                                                                                              \
      memcpy ((self)->magic, (h)->magic, sizeof (h)->magic);                                       \
      (self)->datatype = (h)->datatype;                                                            \
      (self)->voxel_offset = (double) (h)->vox_offset;                                             \
      (self)->slope = (double) (h)->scl_slope;                                                     \
      (self)->intercept = (double) (h)->scl_inter;                                                 \
      (self)->qform_code = (h)->qform_code;                                                        \
      (self)->sform_code = (h)->sform_code;                                                        \
      (self)->units = (h)->xyzt_units;                                                             \
      (self)->quaternion[0] = (double) (h)->quatern_b;                                             \
      (self)->quaternion[1] = (double) (h)->quatern_c;                                             \
      (self)->quaternion[2] = (double) (h)->quatern_d;                                             \
      (self)->quaternion[3] = (double) (h)->qoffset_x;                                             \
      (self)->quaternion[4] = (double) (h)->qoffset_y;                                             \
      (self)->quaternion[5] = (double) (h)->qoffset_z;                                             \
      for (int n = 0; n < 8; n++)                                                                  \
        {                                                                                          \
          (self)->dim[n] = (h)->dim[n];                                                            \
          (self)->pixdim[n] = (double) (h)->pixdim[n];                                             \
        }                                                                                          \
    }                                                                                              \
  while (0)

static bool
read_raw (RawHeader *self, const uint8_t *bytes, size_t size, GError **error)
{
  *self = (RawHeader){ 0 };
  self->version = read_version (bytes, size, &self->is_swapped);
  if (self->version == 1)
    {
      memcpy (&self->header1, bytes, sizeof self->header1);
      if (self->is_swapped)
        nifti_swap_as_nifti1 (&self->header1);
      COPY_FIELDS (self, &self->header1);
      return true;
    }
  if (self->version == 2)
    {
      memcpy (&self->header2, bytes, sizeof self->header2);
      if (self->is_swapped)
        nifti_swap_as_nifti2 (&self->header2);
      COPY_FIELDS (self, &self->header2);
      return true;
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "This is not a NIfTI file: it does not begin with a header of 348 or 540 bytes (%zu "
               "bytes are here)",
               size);
  return false;
}

static bool
check_magic (const RawHeader *self, bool *out_is_pair, GError **error)
{
  static const char tail[] = { '\r', '\n', '\032', '\n' }; /* nifti2.h: shows text transfers */
  const char digit = self->version == 1 ? '1' : '2';
  const char single[4] = { 'n', '+', digit, 0 }, pair[4] = { 'n', 'i', digit, 0 };

  if (memcmp (self->magic, single, 4) != 0 && memcmp (self->magic, pair, 4) != 0)
    {
      if (self->version == 1)
        g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                             "This is an Analyze 7.5 file, which does not tell left from right; "
                             "convert it to NIfTI where its origin is known");
      else
        g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                             "This is not a NIfTI file: its header does not carry NIfTI's mark");
      return false;
    }
  if (self->version == 2 && memcmp (self->magic + 4, tail, sizeof tail) != 0)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                           "The NIfTI-2 header was damaged by a transfer as text");
      return false;
    }
  *out_is_pair = self->magic[1] == 'i';
  return true;
}

static bool
read_type (int datatype, TrpStoredType *out_type, GError **error)
{
  static const struct
  {
    int code;
    TrpStoredType type;
  } known[] = {
    { DT_INT8, TRP_STORED_I8 },     { DT_UINT8, TRP_STORED_U8 },   { DT_INT16, TRP_STORED_I16 },
    { DT_UINT16, TRP_STORED_U16 },  { DT_INT32, TRP_STORED_I32 },  { DT_UINT32, TRP_STORED_U32 },
    { DT_INT64, TRP_STORED_I64 },   { DT_UINT64, TRP_STORED_U64 }, { DT_FLOAT32, TRP_STORED_F32 },
    { DT_FLOAT64, TRP_STORED_F64 },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (known); n++)
    if (known[n].code == datatype)
      {
        *out_type = known[n].type;
        return true;
      }
  if (datatype == DT_RGB24 || datatype == DT_RGBA32)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         "The voxels are colours (RGB); only images with one value per voxel can "
                         "be read");
  else if (datatype == DT_COMPLEX64 || datatype == DT_COMPLEX128 || datatype == DT_COMPLEX256)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         "The voxels are complex numbers; save their magnitude to read it here");
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "The voxels are of NIfTI type %d (%s), which cannot be read", datatype,
                 nifti_datatype_to_string (datatype));
  return false;
}

static bool
read_size (const RawHeader *self, size_t out_size[3], size_t *out_n_frames, GError **error)
{
  const int64_t *dim = self->dim;
  size_t n_frames = 1;

  if (dim[0] < 1 || dim[0] > 7)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Header says %" G_GINT64_FORMAT " dimensions; NIfTI has 1 to 7", dim[0]);
      return false;
    }
  for (int n = 1; n <= dim[0]; n++)
    {
      const int64_t limit = n <= 3 ? TRP_GEOMETRY_MAX_SIZE : MAX_FRAMES;

      if (dim[n] < 1 || dim[n] > limit)
        {
          g_set_error (error, TRP_ERROR, dim[n] < 1 ? TRP_ERROR_FORMAT : TRP_ERROR_LIMIT,
                       "Header says %" G_GINT64_FORMAT
                       " voxels along axis %d; 1 to %" G_GINT64_FORMAT " can be read",
                       dim[n], n, limit);
          return false;
        }
      n_frames *= n > 3 ? (size_t) dim[n] : 1;
      if (n_frames > MAX_FRAMES)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                       "Header says more than %d frames, which is the limit", MAX_FRAMES);
          return false;
        }
    }
  for (int axis = 0; axis < 3; axis++)
    out_size[axis] = axis < dim[0] ? (size_t) dim[axis + 1] : 1;
  *out_n_frames = n_frames;
  return true;
}

static bool
read_offset (const RawHeader *self, bool is_pair, size_t *out_offset, GError **error)
{
  const double least = is_pair ? 0 : self->version == 1 ? 352 : 544;

  if (!(self->voxel_offset >= least && self->voxel_offset <= 0x1p52) ||
      self->voxel_offset != floor (self->voxel_offset))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Header says that voxels begin at byte %g; it must be a whole number from %g on",
                   self->voxel_offset, least);
      return false;
    }
  *out_offset = (size_t) self->voxel_offset;
  return true;
}

/* Slope 0 and slopes that are no number mean: none (nifti1.h; nibabel treats NaN so). */
static bool
read_rescale (const RawHeader *self, TrpNiftiHeader *header, GError **error)
{
  header->slope = 1;
  header->intercept = 0;
  if (self->slope == 0 || !isfinite (self->slope))
    return true;
  if (!isfinite (self->intercept))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Header says slope %g with an intercept that is no number", self->slope);
      return false;
    }
  header->slope = self->slope;
  header->intercept = self->intercept;
  return true;
}

/* Spacings as the three readers of this field agree on them: positive, 1 where there is none. */
static void
repair_spacing (RawHeader *self, GPtrArray *warnings)
{
  bool is_repaired = false;

  for (int n = 1; n <= 3; n++)
    {
      double spacing = self->pixdim[n];

      if (n > self->dim[0] && !(spacing > 0 && isfinite (spacing)))
        spacing = 1;
      else if (spacing == 0 || !isfinite (spacing))
        {
          spacing = 1;
          is_repaired = true;
        }
      else if (spacing < 0)
        {
          spacing = -spacing;
          is_repaired = true;
        }
      self->pixdim[n] = spacing;
      self->header1.pixdim[n] = (float) spacing;
      self->header2.pixdim[n] = spacing;
    }
  if (is_repaired && self->sform_code <= 0)
    trp_warnings_add (warnings,
                      "A voxel spacing in the header is zero, negative or no number; it was read "
                      "as positive, or as 1 mm");
}

static TrpAffine
affine_from_matrix (const nifti_dmat44 *ras_from_ijk, double scale)
{
  TrpAffine lps_from_ijk;

  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 4; c++)
      lps_from_ijk.m[r][c] = r < 2 ? 0 - scale * ras_from_ijk->m[r][c] /* 0 - 0 is not -0 */
                                   : scale * ras_from_ijk->m[r][c];
  return lps_from_ijk;
}

/* nibabel's and SPM's reading of a header without orientation: i to the patient's left, the
 * grid's middle at the origin. */
static TrpAffine
affine_of_analyze (const RawHeader *self, const size_t size[3], double scale)
{
  TrpAffine lps_from_ijk = trp_affine_identity ();

  for (int axis = 0; axis < 3; axis++)
    {
      const double spacing = scale * self->pixdim[axis + 1];
      const double step = axis == 1 ? -spacing : spacing; /* RAS -x, +y, +z in LPS */

      lps_from_ijk.m[axis][axis] = step;
      lps_from_ijk.m[axis][3] = -step * (double) (size[axis] - 1) / 2;
    }
  return lps_from_ijk;
}

/* xyzt_units: metres and micrometres are turned into millimetres (nifti1.h, NIFTI_UNITS_*). */
static double
read_scale (const RawHeader *self, GPtrArray *warnings)
{
  switch (XYZT_TO_SPACE (self->units))
    {
    case NIFTI_UNITS_METER:
      trp_warnings_add (warnings, "The file states lengths in metres; they were turned into mm");
      return 1000;
    case NIFTI_UNITS_MICRON:
      trp_warnings_add (warnings,
                        "The file states lengths in micrometres; they were turned into mm");
      return 0.001;
    default:
      return 1;
    }
}

/* Slices of one image often leave the third axis empty; any length does, the direction follows. */
static void
repair_flat_axis (TrpAffine *lps_from_ijk, const size_t size[3], double spacing)
{
  const TrpVec3 i = trp_affine_column (lps_from_ijk, 0), j = trp_affine_column (lps_from_ijk, 1);
  const TrpVec3 normal = trp_vec3_cross (i, j);
  const double length = trp_vec3_length (normal);

  if (size[2] == 1 && trp_vec3_length (trp_affine_column (lps_from_ijk, 2)) == 0 && length > 0)
    trp_affine_set_column (lps_from_ijk, 2, trp_vec3_scale (normal, spacing / length));
}

static bool
check_quaternion (const RawHeader *self, GError **error)
{
  for (int n = 0; n < 6; n++)
    if (!isfinite (self->quaternion[n]))
      {
        g_set_error_literal (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                             "The image's position or orientation (qform) is not a finite number");
        return false;
      }
  return true;
}

/* The rotation by nifti1.h's formula, with a as large as single precision leaves it: the library
 * takes 0 for every a under 3e-4, which moves corners of real files by 0.1 mm against what nibabel
 * reads. */
static TrpAffine
affine_from_quaternion (const RawHeader *self, double scale)
{
  const double *q = self->quaternion;
  const double sum = q[0] * q[0] + q[1] * q[1] + q[2] * q[2];
  const double a = sqrt (fmax (0, 1 - sum)), factor = 2 / (a * a + sum);
  const double b = q[0], c = q[1], d = q[2];
  const double handedness = self->pixdim[0] < 0 ? -1 : 1;
  nifti_dmat44 ras_from_ijk = {
    .m = { { 1 - factor * (c * c + d * d), factor * (b * c - d * a), factor * (b * d + c * a) },
           { factor * (b * c + d * a), 1 - factor * (b * b + d * d), factor * (c * d - b * a) },
           { factor * (b * d - c * a), factor * (c * d + b * a), 1 - factor * (b * b + c * c) } }
  };

  for (int row = 0; row < 3; row++)
    {
      for (int axis = 0; axis < 3; axis++)
        ras_from_ijk.m[row][axis] *= self->pixdim[axis + 1] * (axis == 2 ? handedness : 1);
      ras_from_ijk.m[row][3] = q[3 + row];
    }
  return affine_from_matrix (&ras_from_ijk, scale);
}

static nifti_image *
convert (const RawHeader *self, GError **error)
{
  nifti_image *image = self->version == 1 ? nifti_convert_n1hdr2nim (self->header1, NULL)
                                          : nifti_convert_n2hdr2nim (self->header2, NULL);

  if (!image)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The NIfTI header makes no sense");
  return image;
}

static bool
read_geometry (RawHeader *self,
               const size_t size[3],
               GPtrArray *warnings,
               TrpGeometry *out_geometry,
               GError **error)
{
  const bool has_sform = self->sform_code > 0, has_qform = self->qform_code > 0;
  TrpAffine sform, qform, affine;
  nifti_image *image;
  double scale;

  repair_spacing (self, warnings);
  scale = read_scale (self, warnings);
  if (has_qform && !has_sform && !check_quaternion (self, error))
    return false;
  image = convert (self, error);
  if (!image)
    return false;
  sform = affine_from_matrix (&image->sto_xyz, scale);
  qform = affine_from_quaternion (self, scale);
  nifti_image_free (image);
  affine = has_sform ? sform : has_qform ? qform : affine_of_analyze (self, size, scale);
  repair_flat_axis (&affine, size, scale * self->pixdim[3]);
  if (!trp_geometry_init (out_geometry, size, &affine, error))
    return false;
  if (has_sform && has_qform)
    trp_nifti_warn_qform (warnings, out_geometry, &qform);
  else if (has_sform)
    trp_nifti_warn_spacing (warnings, out_geometry, self->pixdim, scale);
  else if (!has_qform)
    trp_warnings_add (warnings, TRP_NIFTI_UNKNOWN
                      ": the file has neither sform nor qform; left and right may be exchanged");
  trp_warnings_add_geometry (warnings, out_geometry);
  return true;
}

bool
trp_nifti_parse_header (const uint8_t *bytes,
                        size_t size,
                        GPtrArray *warnings,
                        TrpNiftiHeader *out_header,
                        GError **error)
{
  TrpNiftiHeader header = { 0 };
  size_t voxels[3], all_bytes;
  RawHeader raw;

  if (!read_raw (&raw, bytes, size, error) || !check_magic (&raw, &header.is_pair, error) ||
      !read_type (raw.datatype, &header.type, error) ||
      !read_size (&raw, voxels, &header.n_frames, error) ||
      !read_offset (&raw, header.is_pair, &header.voxel_offset, error) ||
      !read_rescale (&raw, &header, error) ||
      !read_geometry (&raw, voxels, warnings, &header.geometry, error))
    return false;
  header.version = raw.version;
  header.swapped = raw.is_swapped;
  header.header_size = raw.version == 1 ? 348 : 540;
  /* at most 2^40 voxels of 8 bytes, see trp_geometry_init() */
  header.frame_bytes = trp_geometry_count_voxels (&header.geometry) *
                       trp_stored_type_get_size (header.type);
  if (!g_size_checked_mul (&all_bytes, header.frame_bytes, header.n_frames) ||
      !g_size_checked_add (&all_bytes, all_bytes, header.voxel_offset))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "Header says %zu frames of %zu bytes, more than this program can hold",
                   header.n_frames, header.frame_bytes);
      return false;
    }
  *out_header = header;
  return true;
}
