/* nifti.c - NIfTI files to volumes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One frame of voxels comes from the mapped file, or out of gzip; a comment extension that holds a
 * JSON object is the volume's provenance.
 */

#include "core/io/nifti.h"

#include "core/io/format.h"
#include "core/io/gzip.h"
#include "core/io/map-file.h"
#include "core/io/nifti-extension.h"
#include "core/io/volume-warnings.h"

#include <string.h>

/* CIFTI's XML reaches some 10 MB; more than this before the voxels is not read for extensions. */
#define MAX_EXTENSIONS ((size_t) 1 << 26)

/* The first @n_wanted bytes, inflated; fewer at the end of the file. */
static GBytes *
read_head (GBytes *file, size_t n_wanted)
{
  size_t size;
  const void *bytes = g_bytes_get_data (file, &size);

  if (trp_gzip_is (bytes, size))
    return trp_gzip_inflate_head (bytes, size, n_wanted);
  return g_bytes_new_from_bytes (file, 0, MIN (size, n_wanted));
}

static GBytes *
read_frame (const TrpNiftiHeader *header, GBytes *file, size_t frame, GError **error)
{
  const size_t begin = header->voxel_offset + frame * header->frame_bytes;
  size_t size;
  const void *bytes = g_bytes_get_data (file, &size);

  if (trp_gzip_is (bytes, size))
    return trp_gzip_inflate (bytes, size, begin, header->frame_bytes, error);
  if (begin > size || size - begin < header->frame_bytes)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The file is cut short: %zu bytes of voxels instead of %zu",
                   size > begin ? size - begin : 0, header->frame_bytes);
      return NULL;
    }
  return g_bytes_new_from_bytes (file, begin, header->frame_bytes);
}

static char *
read_provenance (const TrpNiftiHeader *header, GBytes *file)
{
  const size_t end = header->is_pair ? MAX_EXTENSIONS : header->voxel_offset;
  g_autoptr (GBytes) head = NULL;
  const uint8_t *bytes;
  size_t size;

  if (end <= header->header_size + 4 || end > MAX_EXTENSIONS)
    return NULL;
  head = read_head (file, header->is_pair ? header->header_size + (1 << 20) : end);
  bytes = g_bytes_get_data (head, &size);
  if (size <= header->header_size)
    return NULL;
  return trp_nifti_extension_find (bytes + header->header_size, size - header->header_size,
                                   header->swapped);
}

static const char *
format_name (const TrpNiftiHeader *header)
{
  return header->version == 1 ? "nifti1" : "nifti2";
}

TrpVolume *
trp_nifti_parse (GBytes *file, GBytes *image, size_t frame, GError **error)
{
  g_autoptr (GBytes) head = read_head (file, TRP_NIFTI_MAX_HEADER);
  g_autoptr (GPtrArray) warnings = trp_warnings_new ();
  g_autoptr (GBytes) stored = NULL;
  g_autoptr (GBytes) held = NULL;
  TrpVolumeInfo info = { 0 };
  TrpVolume *volume = NULL;
  TrpNiftiHeader header;

  if (!trp_nifti_parse_header (g_bytes_get_data (head, NULL), g_bytes_get_size (head), warnings,
                               &header, error))
    return NULL;
  if (header.is_pair && !image)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                           "The header says that the voxels are in an .img file of the same name");
      return NULL;
    }
  if (frame >= header.n_frames)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "There is no frame %zu: the file has %zu, counted from 0", frame,
                   header.n_frames);
      return NULL;
    }
  info.format = format_name (&header);
  info.file_type = trp_stored_type_get_name (header.type);
  info.n_frames = (int) header.n_frames;
  info.frame = (int) frame;
  info.file_slope = header.slope;
  info.file_intercept = header.intercept;
  stored = read_frame (&header, header.is_pair ? image : file, frame, error);
  if (stored)
    held = trp_stored_to_held (header.type, header.swapped, stored,
                               trp_geometry_count_voxels (&header.geometry), &header.slope,
                               &header.intercept, error);
  if (!held)
    return NULL;
  info.provenance = read_provenance (&header, file);
  info.modality = trp_nifti_extension_get_modality (info.provenance);
  if (info.modality == TRP_MODALITY_SYNCT)
    info.unit = g_strdup ("HU");
  info.warnings = trp_warnings_finish (g_steal_pointer (&warnings));
  volume = trp_volume_new (&header.geometry, trp_stored_type_get_held (header.type), held,
                           header.slope, header.intercept, &info, error);
  trp_volume_info_clear (&info);
  return volume;
}

/* "x/a.img.gz" with ".img" and ".hdr" gives "x/a.hdr.gz"; NULL if @path does not end so. */
static char *
exchange_extension (const char *path, const char *from, const char *to)
{
  static const char *const tails[] = { "", ".gz" };

  for (size_t n = 0; n < G_N_ELEMENTS (tails); n++)
    {
      g_autofree char *old = g_strconcat (from, tails[n], NULL);
      const size_t length = strlen (path);

      if (length > strlen (old) && g_ascii_strcasecmp (path + length - strlen (old), old) == 0)
        return g_strdup_printf ("%.*s%s%s", (int) (length - strlen (old)), path, to, tails[n]);
    }
  return NULL;
}

/* The other file of a pair, as named or with gzip exchanged; NULL if neither exists. */
static char *
find_partner (const char *path, const char *from, const char *to)
{
  g_autofree char *partner = exchange_extension (path, from, to);
  g_autofree char *other = NULL;

  if (!partner || g_file_test (partner, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&partner);
  other = g_str_has_suffix (partner, ".gz") ? g_strndup (partner, strlen (partner) - 3)
                                            : g_strconcat (partner, ".gz", NULL);
  return g_file_test (other, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&other) : NULL;
}

static bool
sniff (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  g_autofree char *header = NULL;

  if (is_folder)
    return false;
  header = find_partner (path, ".img", ".hdr");
  if (header)
    return true;
  if (trp_gzip_is (head, head_size))
    {
      g_autoptr (GBytes) inflated = trp_gzip_inflate_head (head, head_size, TRP_NIFTI_MAX_HEADER);

      return trp_nifti_looks_like (g_bytes_get_data (inflated, NULL), g_bytes_get_size (inflated));
    }
  return trp_nifti_looks_like (head, head_size);
}

static TrpVolume *
load (const char *path, const TrpLoadOptions *options, GError **error)
{
  g_autofree char *header_path = find_partner (path, ".img", ".hdr");
  g_autofree char *image_path = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GBytes) image = NULL;

  if (!header_path)
    header_path = g_strdup (path);
  image_path = find_partner (header_path, ".hdr", ".img");
  file = trp_file_map (header_path, error);
  if (!file)
    return NULL;
  if (image_path)
    {
      image = trp_file_map (image_path, error);
      if (!image)
        return NULL;
    }
  return trp_nifti_parse (file, image, options ? (size_t) options->frame : 0, error);
}

static const char *const extensions[] = { ".nii.gz", ".nii",    ".hdr", ".img",
                                          ".hdr.gz", ".img.gz", NULL };

const TrpFormat trp_format_nifti = {
  .name = "nifti",
  .extensions = extensions,
  .sniff = sniff,
  .load = load,
  .save = trp_nifti_save,
};
