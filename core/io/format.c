/* format.c - see format.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Asked from the top: a segmentation is one before it is any NRRD, a folder of PNGs before it is
 * looked through for DICOM. */
static const TrpFormat *const formats[] = {
  &trp_format_nifti,
  &trp_format_seg_nrrd,
#if TRP_HAVE_ITK
  &trp_format_metaimage,
  &trp_format_nrrd,
#endif
  &trp_format_png,
#if TRP_HAVE_DICOM
  &trp_format_dicom,
#endif
  NULL,
};

const TrpFormat *const *
trp_format_list (void)
{
  return formats;
}

void
trp_series_free (TrpSeries *series)
{
  if (!series)
    return;
  g_free (series->uid);
  g_free (series->description);
  if (series->free_found)
    series->free_found (series->found);
  g_free (series);
}

void
trp_format_prefix_error (GError **error, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  if (error && *error && !g_str_has_prefix ((*error)->message, name))
    g_prefix_error (error, "%s: ", name);
}

/* Length of @format's longest extension that ends @path; 0 if none does. */
static size_t
match_extension (const TrpFormat *format, const char *path)
{
  const size_t length = strlen (path);
  size_t longest = 0;

  for (size_t n = 0; format->extensions[n]; n++)
    {
      const size_t size = strlen (format->extensions[n]);

      if (size < length && size > longest &&
          g_ascii_strcasecmp (path + length - size, format->extensions[n]) == 0)
        longest = size;
    }
  return longest;
}

char *
trp_format_dup_stem (const char *path)
{
  char *name = g_path_get_basename (path);
  size_t longest = 0;

  for (size_t n = 0; formats[n]; n++)
    longest = MAX (longest, match_extension (formats[n], name));
  name[strlen (name) - longest] = '\0';
  return name;
}

/* First bytes of a file; a folder gives none. */
static bool
read_head (const char *path,
           uint8_t out_head[TRP_FORMAT_HEAD],
           size_t *out_size,
           bool *out_is_folder,
           GError **error)
{
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat status;
  ssize_t n_read = 0;
  bool ok;

  ok = fd >= 0 && fstat (fd, &status) == 0;
  if (ok && S_ISREG (status.st_mode))
    ok = (n_read = read (fd, out_head, TRP_FORMAT_HEAD)) >= 0;
  if (!ok)
    g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "Cannot be opened: %s", g_strerror (errno));
  if (fd >= 0)
    (void) close (fd);
  if (!ok)
    return false;
  if (!S_ISREG (status.st_mode) && !S_ISDIR (status.st_mode))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, "This is neither a file nor a folder");
      return false;
    }
  *out_size = (size_t) n_read;
  *out_is_folder = S_ISDIR (status.st_mode);
  return true;
}

/* For builds that lack a library: what the bytes would be. */
static const char *
name_missing_part (const uint8_t *head, size_t size)
{
#if !TRP_HAVE_DICOM
  if (size >= 132 && memcmp (head + 128, "DICM", 4) == 0)
    return "DICOM (DCMTK)";
#endif
#if !TRP_HAVE_ITK
  if (size >= 8 && memcmp (head, "NRRD000", 7) == 0)
    return "NRRD (ITK)";
  if (g_strstr_len ((const char *) head, (gssize) MIN (size, 256), "NDims"))
    return "MetaImage (ITK)";
#endif
  return NULL;
}

static void
refuse (const uint8_t *head, size_t size, bool is_folder, GError **error)
{
  const char *part = name_missing_part (head, size);

  if (is_folder)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         "The folder holds no DICOM and no PNG images; open its files instead");
  else if (part)
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "This program was built without the part that reads %s", part);
  else if (size == 0)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The file is empty");
  else
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         "This is not an image in a format that can be read");
}

const TrpFormat *
trp_format_find (const char *path, GError **error)
{
  uint8_t head[TRP_FORMAT_HEAD] = { 0 };
  bool is_folder;
  size_t size;

  if (!read_head (path, head, &size, &is_folder, error))
    return NULL;
  for (size_t n = 0; formats[n]; n++)
    if (formats[n]->sniff (path, head, size, is_folder))
      return formats[n];
  refuse (head, size, is_folder, error);
  return NULL;
}

const TrpFormat *
trp_format_find_for_saving (const char *path, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (size_t n = 0; formats[n]; n++)
    {
      if (!formats[n]->save && !formats[n]->save_structures)
        continue;
      if (match_extension (formats[n], path) > 0)
        return formats[n];
      for (size_t k = 0; formats[n]->extensions[k]; k++)
        g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "",
                                formats[n]->extensions[k]);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "Files are written by extension, and this one is none of %s", known->str);
  return NULL;
}

static GPtrArray *
list_one (const char *path)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_series_free);
  TrpSeries *series = g_new0 (TrpSeries, 1);

  series->description = trp_format_dup_stem (path);
  series->n_files = 1;
  g_ptr_array_add (list, series);
  return list;
}

GPtrArray *
trp_series_list (const char *path, TrpProgress *progress, GError **error)
{
  const TrpFormat *format = trp_format_find (path, error);
  GPtrArray *list = NULL;

  if (format)
    list = format->list ? format->list (path, progress, error) : list_one (path);
  if (!list)
    trp_format_prefix_error (error, path);
  return list;
}

/* What only the opener knows; readers that know better have said so. */
static TrpVolume *
add_source (const TrpVolume *volume, const char *path)
{
  TrpVolumeInfo info;
  TrpVolume *named;

  trp_volume_info_copy (&info, trp_volume_get_info (volume));
  if (!info.source)
    info.source = g_canonicalize_filename (path, NULL);
  if (!info.description)
    info.description = g_path_get_basename (path);
  named = trp_volume_new_with_info (volume, &info);
  trp_volume_info_clear (&info);
  return named;
}

TrpVolume *
trp_volume_load (const char *path, const TrpLoadOptions *options, GError **error)
{
  const TrpFormat *format;
  g_autoptr (TrpVolume) volume = NULL;

  g_return_val_if_fail (!options || options->frame >= 0, NULL);
  format = trp_format_find (path, error);
  if (format)
    volume = format->load (path, options, error);
  if (volume)
    return add_source (volume, path);
  trp_format_prefix_error (error, path);
  return NULL;
}

bool
trp_volume_save (const TrpVolume *volume, const char *path, GError **error)
{
  const TrpFormat *format = trp_format_find_for_saving (path, error);

  if (format && format->save && format->save (volume, path, error))
    return true;
  if (format && !format->save)
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "Files ending in %s hold structures, not an image", format->extensions[0]);
  trp_format_prefix_error (error, path);
  return false;
}
