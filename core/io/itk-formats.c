/* itk-formats.c - MetaImage and NRRD as formats
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sizes are read from the header's text and held against the size of the files before ITK sees
 * them, since its readers trust them. ITK turns every NRRD space into LPS.
 */

#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/io/itk-shim.h"
#include "core/io/nifti-extension.h"
#include "core/io/text-header.h"
#include "core/io/volume-warnings.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define MAX_HEADER ((size_t) 1 << 20)
#define MAX_RATIO 1032 /* of deflate */

/**
 * TextFormat: what differs between the two headers
 * @n_dims, @sizes, @data_file, @channels: keys; NULL: the format has none
 * @local: value of @data_file for voxels in the same file
 */
typedef struct
{
  TrpItkKind kind;
  const char *name;
  char separator;
  const char *n_dims;
  const char *sizes;
  const char *data_file;
  const char *local;
  const char *channels;
} TextFormat;

static const TextFormat metaimage = {
  TRP_ITK_METAIMAGE, "metaimage",       '=',     "NDims",
  "DimSize",         "ElementDataFile", "LOCAL", "ElementNumberOfChannels"
};
static const TextFormat nrrd = { TRP_ITK_NRRD, "nrrd",      ':', "dimension",
                                 "sizes",      "data file", "",  NULL };

static char *
read_text (const char *path, size_t *out_file_size, GError **error)
{
  FILE *file = fopen (path, "rbe");
  g_autofree char *text = g_malloc0 (MAX_HEADER + 1);
  GStatBuf status;

  if (!file || g_stat (path, &status) != 0)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, "Cannot be opened");
      if (file)
        (void) fclose (file);
      return NULL;
    }
  (void) fread (text, 1, MAX_HEADER, file); /* a short text misses keys, which is reported */
  (void) fclose (file);
  *out_file_size = (size_t) status.st_size;
  return g_steal_pointer (&text);
}

/* Bytes on disk that hold the voxels; 0 where they are spread over a list of files. */
static bool
find_data_size (const TextFormat *self,
                const char *path,
                const char *text,
                size_t file_size,
                size_t *out_size,
                GError **error)
{
  g_autofree char *data_file = trp_text_header_find (text, self->data_file, self->separator);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *data_path = NULL;
  GStatBuf status;

  if (!data_file && self->kind == TRP_ITK_NRRD)
    data_file = trp_text_header_find (text, "datafile", self->separator);
  *out_size = file_size;
  if (!data_file || g_ascii_strcasecmp (data_file, self->local) == 0)
    return true;
  *out_size = 0;
  if (g_str_has_prefix (data_file, "LIST") || strchr (data_file, '%'))
    return true;
  data_path = g_path_is_absolute (data_file) ? g_strdup (data_file)
                                             : g_build_filename (folder, data_file, NULL);
  if (g_stat (data_path, &status) != 0 || !g_file_test (data_path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
                   "The file of voxels that it names (%.80s) is not there", data_file);
      return false;
    }
  *out_size = (size_t) status.st_size;
  return true;
}

static bool
check_sizes (const TextFormat *self, const char *path, GError **error)
{
  size_t file_size, data_size, count;
  g_autofree char *text = read_text (path, &file_size, error);
  g_autofree char *n_dims = NULL;
  g_autofree char *sizes = NULL;
  g_autofree char *channels = NULL;
  uint64_t n_expected, n_channels = 1;

  if (!text)
    return false;
  n_dims = trp_text_header_find (text, self->n_dims, self->separator);
  sizes = trp_text_header_find (text, self->sizes, self->separator);
  if (self->channels)
    channels = trp_text_header_find (text, self->channels, self->separator);
  n_expected = n_dims ? g_ascii_strtoull (n_dims, NULL, 10) : 0;
  if (channels)
    n_channels = g_ascii_strtoull (channels, NULL, 10);
  if (!sizes || n_expected < 1 || n_expected > 8 || n_channels < 1 || n_channels > 4096)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The header has no usable %s, %s or number of channels", self->n_dims,
                   self->sizes);
      return false;
    }
  count = trp_text_header_parse_sizes (sizes, n_expected, error);
  if (count == 0 || !find_data_size (self, path, text, file_size, &data_size, error))
    return false;
  if (data_size > 0 && count / MAX_RATIO * n_channels > data_size)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The file is cut short: %zu bytes cannot hold %s voxels", data_size, sizes);
      return false;
    }
  return true;
}

static void
warn (const TextFormat *self,
      const char *path,
      const TrpItkHeader *header,
      const TrpGeometry *geometry,
      GPtrArray *warnings)
{
  size_t file_size;
  g_autofree char *text = read_text (path, &file_size, NULL);
  static const char *const spacing_keys[] = { "ElementSpacing", "ElementSize", "space directions",
                                              "spacings", NULL };
  bool has_spacing = false;

  for (size_t n = 0; text && spacing_keys[n] && !has_spacing; n++)
    {
      g_autofree char *value = trp_text_header_find (text, spacing_keys[n], self->separator);

      has_spacing = value != NULL;
    }
  if (!has_spacing)
    trp_warnings_add (warnings, "The file says no voxel spacing; 1 mm is assumed");
  if (self->kind == TRP_ITK_NRRD)
    {
      g_autofree char *space = text ? trp_text_header_find (text, "space", ':') : NULL;
      g_autofree char *word = g_ascii_strdown (space ? space : "", -1);

      if (!strstr (word, "posterior-superior") && !strstr (word, "anterior-superior") &&
          strcmp (word, "lps") != 0 && strcmp (word, "ras") != 0 && strcmp (word, "las") != 0)
        trp_warnings_add (warnings, "Orientation unknown: the file names no anatomical space; left "
                                    "and right may be exchanged");
    }
  if (header->n_dims < 3)
    trp_warnings_add (warnings, "A two-dimensional image: its plane is taken as axial and 1 mm "
                                "thick");
  if (trp_geometry_is_left_handed (geometry))
    trp_warnings_add (warnings,
                      "The image's axes are left-handed, which is unusual in this format");
  trp_warnings_add_geometry (warnings, geometry);
}

/* Frame @frame out of values that lie side by side. */
static GBytes *
pick_component (GBytes *values, size_t value_size, size_t n_components, size_t frame)
{
  const size_t count = g_bytes_get_size (values) / value_size / n_components;
  const uint8_t *from = g_bytes_get_data (values, NULL);
  uint8_t *picked = g_try_malloc_n (count, value_size);

  for (size_t n = 0; picked && n < count; n++)
    memcpy (picked + n * value_size, from + (n * n_components + frame) * value_size, value_size);
  return picked ? g_bytes_new_take (picked, count * value_size) : NULL;
}

static GBytes *
read_frame (const TextFormat *self,
            const char *path,
            const TrpItkHeader *header,
            size_t count,
            size_t frame,
            GError **error)
{
  const size_t value_size = trp_stored_type_get_size (header->type);
  const size_t n_bytes = count * header->n_frames * header->n_components * value_size;
  uint8_t *values = g_try_malloc (n_bytes);
  g_autoptr (GBytes) all = NULL;
  GBytes *picked;

  if (!values)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", n_bytes);
      return NULL;
    }
  all = g_bytes_new_take (values, n_bytes);
  if (!trp_itk_read_values (self->kind, path, values, n_bytes, error))
    return NULL;
  if (header->n_components == 1)
    return g_bytes_new_from_bytes (all, frame * count * value_size, count * value_size);
  picked = pick_component (all, value_size, header->n_components, frame);
  if (!picked)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", count * value_size);
  return picked;
}

static bool
check_frames (const TrpItkHeader *header, size_t frame, size_t *out_n_frames, GError **error)
{
  const size_t n_frames = MAX (header->n_frames, header->n_components);

  if (header->is_color && header->type == TRP_STORED_U8)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         "The voxels are colours (RGB); only images with one value per voxel can "
                         "be read");
  else if (header->n_components > 1 && header->n_frames > 1)
    g_set_error (
      error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
      "The image has %zu frames of %zu values per voxel; only one of the two can be read",
      header->n_frames, header->n_components);
  else if (frame >= n_frames || n_frames > G_MAXINT)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                 "There is no frame %zu: the file has %zu, counted from 0", frame, n_frames);
  else
    {
      *out_n_frames = n_frames;
      return true;
    }
  return false;
}

static TrpVolume *
load_with_header (const TextFormat *self,
                  const char *path,
                  const TrpItkHeader *header,
                  size_t frame,
                  GError **error)
{
  g_autoptr (GPtrArray) warnings = trp_warnings_new ();
  TrpVolumeInfo info = { .format = self->name, .file_slope = 1 };
  g_autoptr (GBytes) stored = NULL;
  g_autoptr (GBytes) held = NULL;
  double slope = 1, intercept = 0;
  size_t count, n_frames;
  TrpGeometry geometry;
  TrpVolume *volume;

  if (!check_frames (header, frame, &n_frames, error) ||
      !trp_geometry_init (&geometry, header->size, &header->lps_from_ijk, error))
    return NULL;
  count = trp_geometry_count_voxels (&geometry);
  stored = read_frame (self, path, header, count, frame, error);
  if (stored)
    held = trp_stored_to_held (header->type, false, stored, count, &slope, &intercept, error);
  if (!held)
    return NULL;
  warn (self, path, header, &geometry, warnings);
  info.file_type = trp_stored_type_get_name (header->type);
  info.n_frames = (int) n_frames;
  info.frame = (int) frame;
  info.modality = trp_nifti_extension_get_modality (header->provenance);
  info.provenance = g_strdup (header->provenance);
  info.unit = info.modality == TRP_MODALITY_SYNCT ? g_strdup ("HU") : NULL;
  info.warnings = trp_warnings_finish (g_steal_pointer (&warnings));
  volume = trp_volume_new (&geometry, trp_stored_type_get_held (header->type), held, slope,
                           intercept, &info, error);
  trp_volume_info_clear (&info);
  return volume;
}

static TrpVolume *
load (const TextFormat *self, const char *path, const TrpLoadOptions *options, GError **error)
{
  TrpVolume *volume;
  TrpItkHeader header;

  if (!check_sizes (self, path, error) || !trp_itk_read_header (self->kind, path, &header, error))
    return NULL;
  volume = load_with_header (self, path, &header, options ? (size_t) options->frame : 0, error);
  g_free (header.provenance);
  return volume;
}

static bool
save (const TextFormat *self, const TrpVolume *volume, const char *path, GError **error)
{
  g_autofree char *provenance = trp_nifti_extension_make (trp_volume_get_info (volume));
  g_autoptr (TrpVolume) plain = NULL;
  g_autoptr (TrpAtomicWrite) file = NULL;

  if (g_str_has_suffix (path, ".mhd") || g_str_has_suffix (path, ".nhdr"))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "Files with voxels in a second file are not written, so that no half "
                           "gets lost; use .mha or .nrrd");
      return false;
    }
  if (trp_geometry_is_sheared (trp_volume_get_geometry (volume)))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The image's axes are not perpendicular (sheared grid), which %s cannot hold; "
                   "save it as NIfTI",
                   self->name);
      return false;
    }
  plain = trp_volume_apply_rescale (volume, error);
  file = plain ? trp_atomic_write_new (path, error) : NULL;
  return file &&
         trp_itk_write (self->kind, trp_atomic_write_get_temporary_path (file), plain, provenance,
                        error) &&
         trp_atomic_write_commit (file, error);
}

static bool
sniff_metaimage (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  g_autofree char *text = g_strndup ((const char *) head, head_size);
  g_autofree char *n_dims = trp_text_header_find (text, metaimage.n_dims, '=');
  g_autofree char *kind = trp_text_header_find (text, "ObjectType", '=');

  return n_dims && (!kind || g_ascii_strcasecmp (kind, "Image") == 0);
}

static bool
sniff_nrrd (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  return head_size > 8 && memcmp (head, "NRRD000", 7) == 0;
}

static TrpVolume *
load_metaimage (const char *path, const TrpLoadOptions *options, GError **error)
{
  return load (&metaimage, path, options, error);
}

static TrpVolume *
load_nrrd (const char *path, const TrpLoadOptions *options, GError **error)
{
  return load (&nrrd, path, options, error);
}

static bool
save_metaimage (const TrpVolume *volume, const char *path, GError **error)
{
  return save (&metaimage, volume, path, error);
}

static bool
save_nrrd (const TrpVolume *volume, const char *path, GError **error)
{
  return save (&nrrd, volume, path, error);
}

static const char *const metaimage_extensions[] = { ".mha", ".mhd", NULL };
static const char *const nrrd_extensions[] = { ".nrrd", ".nhdr", NULL };

const TrpFormat trp_format_metaimage = {
  .name = "metaimage",
  .extensions = metaimage_extensions,
  .sniff = sniff_metaimage,
  .load = load_metaimage,
  .save = save_metaimage,
};

const TrpFormat trp_format_nrrd = {
  .name = "nrrd",
  .extensions = nrrd_extensions,
  .sniff = sniff_nrrd,
  .load = load_nrrd,
  .save = save_nrrd,
};
