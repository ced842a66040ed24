/* nifti-write.c - volumes to NIfTI-1 files
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Always this machine's byte order, the held voxel type, slope and intercept in the header. The
 * sform holds the exact affine; the qform the same, where a rotation can (not for sheared grids).
 */

#include "core/io/atomic-write.h"
#include "core/io/gzip.h"
#include "core/io/nifti-extension.h"
#include "core/io/nifti.h"

#include <math.h>
#include <nifti2_io.h>
#include <string.h>

#define CODE_SCANNER 1 /* NIFTI_XFORM_SCANNER_ANAT */

/* A volume read from a file without orientation, which must not look as if it had one when it is
 * written again. */
static bool
is_orientation_unknown (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  bool is_said = false;

  for (size_t n = 0; info->warnings && info->warnings[n]; n++)
    is_said = is_said || g_str_has_prefix (info->warnings[n], TRP_NIFTI_UNKNOWN);
  for (int axis = 0; axis < 3; axis++)
    {
      const double spacing = trp_geometry_get_spacing (geometry, axis);
      const double step = axis == 1 ? -spacing : spacing;

      is_said = is_said && fabs (geometry->lps_from_ijk.m[axis][axis] - step) < 1e-6 &&
                fabs (geometry->lps_from_ijk.m[axis][3] +
                      step * (double) (geometry->size[axis] - 1) / 2) < 1e-3;
    }
  return is_said;
}

static void
write_geometry (nifti_1_header *header, const TrpGeometry *geometry, bool is_known)
{
  nifti_dmat44 ras_from_ijk = { 0 };
  double b, c, d, x, y, z, spacing[3], handedness;

  for (int axis = 0; axis < 3; axis++)
    {
      float *rows[] = { header->srow_x, header->srow_y, header->srow_z };

      for (int column = 0; column < 4; column++)
        {
          const double value = geometry->lps_from_ijk.m[axis][column];

          ras_from_ijk.m[axis][column] = axis < 2 ? 0 - value : value; /* 0 - 0 is not -0 */
          rows[axis][column] = (float) ras_from_ijk.m[axis][column];
        }
      header->dim[axis + 1] = (int16_t) geometry->size[axis];
      header->pixdim[axis + 1] = (float) trp_geometry_get_spacing (geometry, axis);
    }
  ras_from_ijk.m[3][3] = 1;
  header->sform_code = is_known ? CODE_SCANNER : 0;
  header->pixdim[0] = 1;
  if (!is_known || trp_geometry_is_sheared (geometry))
    return;
  nifti_dmat44_to_quatern (ras_from_ijk, &b, &c, &d, &x, &y, &z, &spacing[0], &spacing[1],
                           &spacing[2], &handedness);
  header->pixdim[0] = (float) handedness;
  header->quatern_b = (float) b;
  header->quatern_c = (float) c;
  header->quatern_d = (float) d;
  header->qoffset_x = (float) x;
  header->qoffset_y = (float) y;
  header->qoffset_z = (float) z;
  header->qform_code = CODE_SCANNER;
}

static void
write_type (nifti_1_header *header, const TrpVolume *volume)
{
  static const int16_t codes[TRP_N_VOXEL_TYPES] = {
    [TRP_VOXEL_U8] = DT_UINT8,  [TRP_VOXEL_I16] = DT_INT16,   [TRP_VOXEL_U16] = DT_UINT16,
    [TRP_VOXEL_I32] = DT_INT32, [TRP_VOXEL_F32] = DT_FLOAT32,
  };
  const TrpVoxelType type = trp_volume_get_voxel_type (volume);

  header->datatype = codes[type];
  header->bitpix = (int16_t) (8 * trp_voxel_type_get_size (type));
  header->scl_slope = (float) trp_volume_get_slope (volume);
  header->scl_inter = (float) trp_volume_get_intercept (volume);
}

/* The slope of the file has single precision: say so rather than write another one. */
static bool
check_rescale (const TrpVolume *volume, GError **error)
{
  const float slope = (float) trp_volume_get_slope (volume);
  const float intercept = (float) trp_volume_get_intercept (volume);

  if (isfinite (slope) && slope != 0 && isfinite (intercept))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "NIfTI cannot hold the rescale slope %g and intercept %g",
               trp_volume_get_slope (volume), trp_volume_get_intercept (volume));
  return false;
}

static GByteArray *
write_header (const TrpVolume *volume, bool is_pair)
{
  g_autofree char *provenance = trp_nifti_extension_make (trp_volume_get_info (volume));
  nifti_1_header header = { .sizeof_hdr = 348, .dim = { 3, 1, 1, 1, 1, 1, 1, 1 }, .regular = 'r' };
  GByteArray *array = g_byte_array_new ();

  write_geometry (&header, trp_volume_get_geometry (volume), !is_orientation_unknown (volume));
  write_type (&header, volume);
  for (int n = 4; n < 8; n++)
    header.pixdim[n] = 1;
  header.xyzt_units = NIFTI_UNITS_MM | NIFTI_UNITS_SEC;
  memcpy (header.magic, is_pair ? "ni1" : "n+1", 4);
  memcpy (header.descrip, "Triptych", 8);
  g_byte_array_append (array, (const uint8_t *) &header, sizeof header);
  trp_nifti_extension_append (array, provenance);
  header.vox_offset = is_pair ? 0 : (float) array->len;
  memcpy (array->data, &header, sizeof header);
  return array;
}

GBytes *
trp_nifti_write (const TrpVolume *volume, TrpNiftiPart part, GError **error)
{
  const TrpVoxelType type = trp_volume_get_voxel_type (volume);
  const size_t n_bytes = trp_geometry_count_voxels (trp_volume_get_geometry (volume)) *
                         trp_voxel_type_get_size (type);
  g_autoptr (GByteArray) header = NULL;
  uint8_t *bytes;
  size_t n_header;

  if (!check_rescale (volume, error))
    return NULL;
  if (part == TRP_NIFTI_IMAGE)
    return g_bytes_new_from_bytes (trp_volume_peek_bytes (volume), 0, n_bytes);
  header = write_header (volume, part == TRP_NIFTI_HEADER);
  if (part == TRP_NIFTI_HEADER)
    return g_byte_array_free_to_bytes (g_steal_pointer (&header));
  n_header = header->len;
  bytes = g_try_malloc (n_header + n_bytes);
  if (!bytes)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", n_bytes);
      return NULL;
    }
  memcpy (bytes, header->data, n_header);
  memcpy (bytes + n_header, trp_volume_peek_voxels (volume), n_bytes);
  return g_bytes_new_take (bytes, n_header + n_bytes);
}

static bool
has_ending (const char *path, const char *ending)
{
  const size_t length = strlen (path), size = strlen (ending);

  return length >= size && g_ascii_strcasecmp (path + length - size, ending) == 0;
}

static TrpAtomicWrite *
write_part (const TrpVolume *volume, const char *path, TrpNiftiPart part, GError **error)
{
  g_autoptr (GBytes) plain = trp_nifti_write (volume, part, error);
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (TrpAtomicWrite) file = NULL;
  const void *bytes;
  size_t size;

  if (!plain)
    return NULL;
  bytes = g_bytes_get_data (plain, &size);
  if (has_ending (path, ".gz"))
    {
      packed = trp_gzip_deflate (bytes, size, error);
      if (!packed)
        return NULL;
      bytes = g_bytes_get_data (packed, &size);
    }
  file = trp_atomic_write_new (path, error);
  return file && trp_atomic_write_append (file, bytes, size, error) ? g_steal_pointer (&file)
                                                                    : NULL;
}

/* Both files are complete before either takes its name. */
static bool
save_pair (const TrpVolume *volume, const char *stem, const char *tail, GError **error)
{
  g_autofree char *header_path = g_strconcat (stem, ".hdr", tail, NULL);
  g_autofree char *image_path = g_strconcat (stem, ".img", tail, NULL);
  g_autoptr (TrpAtomicWrite) image = write_part (volume, image_path, TRP_NIFTI_IMAGE, error);
  g_autoptr (TrpAtomicWrite)
    header = image ? write_part (volume, header_path, TRP_NIFTI_HEADER, error) : NULL;

  return header && trp_atomic_write_commit (image, error) &&
         trp_atomic_write_commit (header, error);
}

bool
trp_nifti_save (const TrpVolume *volume, const char *path, GError **error)
{
  const bool is_packed = has_ending (path, ".gz");
  g_autofree char *plain = g_strndup (path, strlen (path) - (is_packed ? 3 : 0));
  g_autoptr (TrpAtomicWrite) file = NULL;

  if (has_ending (plain, ".hdr") || has_ending (plain, ".img"))
    {
      plain[strlen (plain) - 4] = '\0';
      return save_pair (volume, plain, is_packed ? ".gz" : "", error);
    }
  file = write_part (volume, path, TRP_NIFTI_SINGLE, error);
  return file && trp_atomic_write_commit (file, error);
}
