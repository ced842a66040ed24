/* itk-formats.c - MetaImage and NRRD as formats
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * ITK reads headers and writes files; sizes, voxels and NRRD's spaces are read in text-header.c,
 * where it says why.
 */

#include "core/io/atomic-write.h"
#include "core/io/format.h"
#include "core/io/itk-shim.h"
#include "core/io/map-file.h"
#include "core/io/nifti-extension.h"
#include "core/io/text-header.h"
#include "core/io/volume-warnings.h"

#include <string.h>

#define MAX_RATIO 1032 /* of deflate */

/* One of the two formats: ITK's reader for the header, text-header for the rest. */
typedef struct
{
  TrpItkKind kind;
  TrpTextKind text_kind;
  const char *name;
} ItkFormat;

static const ItkFormat metaimage = { TRP_ITK_METAIMAGE, TRP_TEXT_METAIMAGE, "metaimage" };
static const ItkFormat nrrd = { TRP_ITK_NRRD, TRP_TEXT_NRRD, "nrrd" };

static bool
has_any (const TrpTextHeader *text, const char *const *keys)
{
  for (size_t n = 0; keys[n]; n++)
    {
      g_autofree char *value = trp_text_header_find (text->kind, text->text, keys[n]);

      if (value)
        return true;
    }
  return false;
}

static void
warn (const TrpTextHeader *text,
      const TrpItkHeader *header,
      const TrpGeometry *geometry,
      GPtrArray *warnings)
{
  static const char *const spacing_keys[] = { "ElementSpacing", "ElementSize", "space directions",
                                              "spacings", NULL };
  TrpAffine affine;

  if (!has_any (text, spacing_keys))
    trp_warnings_add (warnings, "The file says no voxel spacing; 1 mm is assumed");
  if (header->n_dims < 3)
    trp_warnings_add (warnings, "A two-dimensional image: its plane is taken as axial and 1 mm "
                                "thick");
  else if (text->kind == TRP_TEXT_NRRD && !trp_text_header_find_affine (text, &affine))
    trp_warnings_add (warnings, "Orientation unknown: the file names no anatomical space; left "
                                "and right may be exchanged");
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

/* A header may promise terabytes; no compression that is read here reaches more. */
static bool
check_ratio (const TrpTextHeader *text, size_t n_all, GError **error)
{
  g_autoptr (GBytes) file = text->data_path ? trp_file_map (text->data_path, error) : NULL;

  if (!text->data_path) /* a list of files: none of them compressed */
    return true;
  if (file && n_all / MAX_RATIO <= g_bytes_get_size (file))
    return true;
  if (file)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "The file is cut short: %zu bytes cannot hold %zu bytes of voxels",
                 g_bytes_get_size (file), n_all);
  return false;
}

/* By NRRD's own library, in this machine's byte order. */
static GBytes *
read_other (const ItkFormat *self,
            const char *path,
            const TrpTextHeader *text,
            size_t begin,
            size_t n_bytes,
            size_t n_all,
            GError **error)
{
  g_autoptr (GBytes) all = NULL;
  uint8_t *values;

  if (!check_ratio (text, n_all, error))
    return NULL;
  values = g_try_malloc0 (n_all);
  if (!values)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", n_all);
      return NULL;
    }
  all = g_bytes_new_take (values, n_all);
  if (!trp_itk_read_values (self->kind, path, values, n_all, error))
    return NULL;
  return g_bytes_new_from_bytes (all, begin, n_bytes);
}

static GBytes *
read_frame (const ItkFormat *self,
            const char *path,
            const TrpTextHeader *text,
            const TrpItkHeader *header,
            size_t frame,
            GError **error)
{
  const size_t value_size = trp_stored_type_get_size (header->type);
  const size_t n_all = text->n_values * value_size, n_frame = n_all / header->n_frames;
  const size_t begin = header->n_components == 1 ? frame * n_frame : 0;
  g_autoptr (GBytes) values = NULL;
  GBytes *picked;

  if (text->encoding == TRP_TEXT_OTHER)
    values = read_other (self, path, text, begin, n_frame, n_all, error);
  else
    values = trp_text_header_read_data (text, begin, n_frame, error);
  if (!values || header->n_components == 1)
    return g_steal_pointer (&values);
  picked = pick_component (values, value_size, header->n_components, frame);
  if (!picked)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "No memory for %zu bytes", n_frame);
  return picked;
}

static bool
check_frames (const TrpItkHeader *header, size_t frame, size_t *out_n_frames, GError **error)
{
  const size_t n_frames = MAX (header->n_frames, header->n_components);

  if (header->type == TRP_STORED_U8 &&
      (header->is_color || header->n_components == 3 || header->n_components == 4))
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

/* Text and library must agree on how much there is. */
static bool
check_counts (const TrpTextHeader *text, const TrpItkHeader *header, GError **error)
{
  size_t count = header->n_frames;

  for (int axis = 0; axis < 3; axis++)
    if (!g_size_checked_mul (&count, count, header->size[axis]))
      count = 0;
  if (count > 0 && text->n_values % count == 0 && text->n_values / count == header->n_components)
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "The header contradicts itself about the image's size");
  return false;
}

static TrpVolume *
load_frame (const ItkFormat *self,
            const char *path,
            const TrpTextHeader *text,
            const TrpItkHeader *header,
            size_t frame,
            GError **error)
{
  const bool swapped = text->swapped && text->encoding != TRP_TEXT_OTHER;
  g_autoptr (GPtrArray) warnings = trp_warnings_new ();
  TrpVolumeInfo info = { .format = self->name, .file_slope = 1 };
  TrpAffine affine = header->lps_from_ijk;
  g_autoptr (GBytes) stored = NULL;
  g_autoptr (GBytes) held = NULL;
  double slope = 1, intercept = 0;
  size_t n_frames;
  TrpGeometry geometry;
  TrpVolume *volume;

  (void) trp_text_header_find_affine (text, &affine); /* ITK's mirrors left-anterior-superior */
  if (!check_counts (text, header, error) || !check_frames (header, frame, &n_frames, error) ||
      !trp_geometry_init (&geometry, header->size, &affine, error))
    return NULL;
  stored = read_frame (self, path, text, header, frame, error);
  if (stored)
    held = trp_stored_to_held (header->type, swapped, stored, trp_geometry_count_voxels (&geometry),
                               &slope, &intercept, error);
  if (!held)
    return NULL;
  warn (text, header, &geometry, warnings);
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
load (const ItkFormat *self, const char *path, const TrpLoadOptions *options, GError **error)
{
  const size_t frame = options ? (size_t) options->frame : 0;
  TrpVolume *volume = NULL;
  TrpTextHeader text;
  TrpItkHeader header;

  if (!trp_text_header_read (self->text_kind, path, &text, error))
    return NULL;
  if (trp_itk_read_header (self->kind, path, &header, error))
    {
      /* its components may be any axis of the file; the library puts them side by side */
      if (text.kind == TRP_TEXT_NRRD && header.n_components > 1)
        text.encoding = TRP_TEXT_OTHER;
      volume = load_frame (self, path, &text, &header, frame, error);
      g_free (header.provenance);
    }
  trp_text_header_clear (&text);
  return volume;
}

/* MetaImage's library does not see that a disk is full, so what was written is read once more. */
static bool
check_written (const ItkFormat *self, const char *path, const TrpVolume *volume)
{
  const size_t n_bytes = trp_geometry_count_voxels (trp_volume_get_geometry (volume)) *
                         trp_voxel_type_get_size (trp_volume_get_voxel_type (volume));
  g_autoptr (GBytes) written = NULL;
  TrpTextHeader text;

  if (!trp_text_header_read (self->text_kind, path, &text, NULL))
    return false;
  if (text.encoding != TRP_TEXT_OTHER)
    written = trp_text_header_read_data (&text, 0, n_bytes, NULL);
  trp_text_header_clear (&text);
  return written &&
         memcmp (g_bytes_get_data (written, NULL), trp_volume_peek_voxels (volume), n_bytes) == 0;
}

/* Writes the temporary file. */
static bool
write_file (const ItkFormat *self,
            const char *path,
            const TrpVolume *volume,
            const char *provenance,
            GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (trp_itk_write (self->kind, path, volume, provenance, &reason) &&
      check_written (self, path, volume))
    return true;
  if (reason)
    g_debug ("%s", reason->message);
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO,
                       "It cannot be written whole; is the disk full?");
  return false;
}

static bool
save (const ItkFormat *self, const TrpVolume *volume, const char *path, GError **error)
{
  g_autofree char *provenance = trp_nifti_extension_make (trp_volume_get_info (volume));
  g_autofree char *lower = g_ascii_strdown (path, -1);
  g_autoptr (TrpVolume) plain = NULL;
  g_autoptr (TrpAtomicWrite) file = NULL;

  if (g_str_has_suffix (lower, ".mhd") || g_str_has_suffix (lower, ".nhdr"))
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
         write_file (self, trp_atomic_write_get_temporary_path (file), plain, provenance, error) &&
         trp_atomic_write_commit (file, error);
}

static bool
sniff_metaimage (const char *path, const uint8_t *head, size_t head_size, bool is_folder)
{
  g_autofree char *text = g_strndup ((const char *) head, head_size);
  g_autofree char *n_dims = trp_text_header_find (TRP_TEXT_METAIMAGE, text, "NDims");
  g_autofree char *kind = trp_text_header_find (TRP_TEXT_METAIMAGE, text, "ObjectType");

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
