/* text-header.c - see text-header.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/text-header.h"

#include "core/io/gzip.h"
#include "core/io/map-file.h"

#include <string.h>

#define MAX_HEADER ((size_t) 1 << 20)
#define MAX_COUNT ((uint64_t) 1 << 40) /* values in a file */
#define MAX_CHANNELS 4096

char *
trp_text_header_find (TrpTextKind kind, const char *text, const char *key)
{
  const char separator = kind == TRP_TEXT_METAIMAGE ? '=' : ':';
  const size_t length = strlen (key);

  for (const char *line = text; line && *line; line = strchr (line, '\n'))
    {
      const char *next;

      line += strspn (line, " \t\r\n");
      if (g_ascii_strncasecmp (line, key, length) != 0)
        continue;
      next = line + length + strspn (line + length, " \t");
      if (*next == separator && (separator == '=' || next[1] != '=')) /* := is a user's own key */
        return g_strstrip (g_strndup (next + 1, strcspn (next + 1, "\n")));
    }
  return NULL;
}

/* Length of the header: to its last line's end for MetaImage, past the empty line for NRRD. */
static size_t
measure (TrpTextKind kind, const char *text, size_t size)
{
  const char *line = text;

  while (line && *line)
    {
      const char *end = strchr (line, '\n');
      const bool is_last = kind == TRP_TEXT_NRRD
                             ? line[strspn (line, "\r")] == '\n'
                             : g_ascii_strncasecmp (line, "ElementDataFile", 15) == 0;

      if (is_last && end)
        return (size_t) (end + 1 - text);
      line = end ? end + 1 : NULL;
    }
  return MIN (size, strlen (text));
}

static bool
parse_size (const char **io_text, uint64_t *out_size)
{
  char *end;

  *out_size = g_ascii_strtoull (*io_text, &end, 10);
  if (end == *io_text || **io_text == '-' || **io_text == '+' ||
      (*end != '\0' && !g_ascii_isspace (*end)))
    return false;
  *io_text = end + strspn (end, " \t\r");
  return true;
}

/* Product of @n_expected sizes and the number of channels; 0 with an error. */
static size_t
count_values (const char *sizes, uint64_t n_expected, uint64_t n_channels, GError **error)
{
  const char *next = sizes;
  uint64_t count = n_channels, size, n = 0;

  for (; *next != '\0'; n++)
    {
      if (!parse_size (&next, &size) || size == 0)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "Header says sizes \"%.60s\", which are not whole numbers from 1 on", sizes);
          return 0;
        }
      if (size > MAX_COUNT || count > MAX_COUNT / size)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                       "Header says sizes \"%.60s\", more than this program can hold", sizes);
          return 0;
        }
      count *= size;
    }
  if (n == n_expected)
    return count;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "Header says %" G_GUINT64_FORMAT " dimensions but gives %" G_GUINT64_FORMAT " sizes",
               n_expected, n);
  return 0;
}

static uint64_t
find_number (const TrpTextHeader *self, const char *key, uint64_t otherwise)
{
  g_autofree char *value = trp_text_header_find (self->kind, self->text, key);
  uint64_t number;

  if (!value)
    return otherwise;
  return g_ascii_string_to_unsigned (value, 10, 0, UINT32_MAX, &number, NULL) ? number : 0;
}

static bool
find_flag (const TrpTextHeader *self, const char *key, bool otherwise)
{
  g_autofree char *value = trp_text_header_find (self->kind, self->text, key);

  return value ? value[0] == 'T' || value[0] == 't' || value[0] == '1' : otherwise;
}

static bool
read_sizes (TrpTextHeader *self, GError **error)
{
  const bool is_meta = self->kind == TRP_TEXT_METAIMAGE;
  const char *key = is_meta ? "DimSize" : "sizes";
  const uint64_t n_dims = find_number (self, is_meta ? "NDims" : "dimension", 0);
  const uint64_t n_channels = is_meta ? find_number (self, "ElementNumberOfChannels", 1) : 1;
  g_autofree char *sizes = trp_text_header_find (self->kind, self->text, key);

  if (!sizes || n_dims < 1 || n_dims > 8 || n_channels < 1 || n_channels > MAX_CHANNELS)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The header has no usable number of dimensions, sizes or number of channels");
      return false;
    }
  self->n_values = count_values (sizes, n_dims, n_channels, error);
  return self->n_values > 0;
}

static bool
read_metaimage (TrpTextHeader *self, GError **error)
{
  const bool is_big = find_flag (self, "BinaryDataByteOrderMSB", false) ||
                      find_flag (self, "ElementByteOrderMSB", false);

  self->encoding = find_flag (self, "CompressedData", false) ? TRP_TEXT_ZLIB : TRP_TEXT_RAW;
  self->swapped = is_big != (G_BYTE_ORDER == G_BIG_ENDIAN);
  if (find_flag (self, "BinaryData", true)) /* often left out, and never for text */
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "The voxels are written as text, which cannot be read; save them as binary");
  return false;
}

static void
read_nrrd (TrpTextHeader *self)
{
  g_autofree char *encoding = trp_text_header_find (self->kind, self->text, "encoding");
  g_autofree char *endian = trp_text_header_find (self->kind, self->text, "endian");
  static const char *const skips[] = { "byte skip", "byteskip", "line skip", "lineskip" };
  const bool is_big = endian && g_ascii_strcasecmp (endian, "big") == 0;

  self->swapped = endian && is_big != (G_BYTE_ORDER == G_BIG_ENDIAN);
  self->encoding = TRP_TEXT_OTHER;
  if (encoding && g_ascii_strcasecmp (encoding, "raw") == 0)
    self->encoding = TRP_TEXT_RAW;
  else if (encoding &&
           (g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "gz") == 0))
    self->encoding = TRP_TEXT_GZIP;
  for (size_t n = 0; n < G_N_ELEMENTS (skips); n++)
    {
      g_autofree char *skip = trp_text_header_find (self->kind, self->text, skips[n]);

      if (skip && strcmp (skip, "0") != 0)
        self->encoding = TRP_TEXT_OTHER;
    }
}

/* MetaImage: bytes before the voxels of a detached file, -1: the voxels are at its end. */
static bool
read_skip (TrpTextHeader *self, GError **error)
{
  g_autofree char *skip = trp_text_header_find (self->kind, self->text, "HeaderSize");

  if (!skip || strcmp (skip, "0") == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "The voxels follow a header of another format (HeaderSize %.20s), which cannot be "
               "read",
               skip);
  return false;
}

static bool
read_location (TrpTextHeader *self, const char *path, size_t header_size, GError **error)
{
  const bool is_meta = self->kind == TRP_TEXT_METAIMAGE;
  g_autofree char *name = trp_text_header_find (self->kind, self->text,
                                                is_meta ? "ElementDataFile" : "data file");
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL;

  if (!name && !is_meta)
    name = trp_text_header_find (self->kind, self->text, "datafile");
  if ((is_meta && name && g_ascii_strcasecmp (name, "LOCAL") == 0) || (!is_meta && !name))
    {
      self->data_path = g_strdup (path);
      self->data_offset = header_size;
      return true;
    }
  if (!name || name[0] == '\0' || g_str_has_prefix (name, "LIST") || strchr (name, '%'))
    {
      self->encoding = TRP_TEXT_OTHER;
      if (!is_meta)
        return true;
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The voxels are in several files or in none (ElementDataFile \"%.60s\"), which "
                   "cannot be read",
                   name ? name : "");
      return false;
    }
  if (!path)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The voxels are in a second file (%.80s), which cannot be read here", name);
      return false;
    }
  self->data_path = g_path_is_absolute (name) ? g_strdup (name)
                                              : g_build_filename (folder, name, NULL);
  if (!g_file_test (self->data_path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
                   "The file of voxels that it names (%.80s) is not there", name);
      return false;
    }
  return !is_meta || read_skip (self, error);
}

void
trp_text_header_clear (TrpTextHeader *header)
{
  g_free (header->text);
  g_free (header->data_path);
  *header = (TrpTextHeader){ 0 };
}

bool
trp_text_header_parse (
  TrpTextKind kind, GBytes *file, const char *path, TrpTextHeader *out_header, GError **error)
{
  const size_t file_size = g_bytes_get_size (file);
  TrpTextHeader header = { .kind = kind };
  const char *bytes = g_bytes_get_data (file, NULL); /* NULL without any */
  g_autofree char *head = g_strndup (bytes ? bytes : "", MIN (file_size, MAX_HEADER));
  const size_t size = measure (kind, head, file_size);

  header.text = g_strndup (head, size);
  if (kind == TRP_TEXT_NRRD)
    read_nrrd (&header);
  if (read_sizes (&header, error) && (kind == TRP_TEXT_NRRD || read_metaimage (&header, error)) &&
      read_location (&header, path, size, error))
    {
      *out_header = header;
      return true;
    }
  trp_text_header_clear (&header);
  return false;
}

bool
trp_text_header_read (TrpTextKind kind, const char *path, TrpTextHeader *out_header, GError **error)
{
  g_autoptr (GBytes) file = trp_file_map (path, error);

  return file && trp_text_header_parse (kind, file, path, out_header, error);
}

GBytes *
trp_text_header_cut_data (
  const TrpTextHeader *header, GBytes *file, size_t begin, size_t n_bytes, GError **error)
{
  size_t size, offset = header->data_offset;
  const uint8_t *bytes = g_bytes_get_data (file, &size);

  g_return_val_if_fail (header->encoding != TRP_TEXT_OTHER, NULL);
  offset = MIN (offset, size);
  bytes += offset;
  size -= offset;
  if (header->encoding == TRP_TEXT_GZIP)
    return trp_gzip_inflate (bytes, size, begin, n_bytes, error);
  if (header->encoding == TRP_TEXT_ZLIB)
    return trp_zlib_inflate (bytes, size, begin, n_bytes, error);
  if (begin <= size && size - begin >= n_bytes)
    return g_bytes_new_from_bytes (file, offset + begin, n_bytes);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The file is cut short: %zu bytes of voxels instead of %zu",
               size > begin ? size - begin : 0, n_bytes);
  return NULL;
}

GBytes *
trp_text_header_read_data (const TrpTextHeader *header,
                           size_t begin,
                           size_t n_bytes,
                           GError **error)
{
  g_autoptr (GBytes) file = trp_file_map (header->data_path, error);

  return file ? trp_text_header_cut_data (header, file, begin, n_bytes, error) : NULL;
}

/* "(1,0,0)" to three numbers; *io_text moves behind it. */
static bool
parse_vector (const char **io_text, double out_vector[3])
{
  const char *next = *io_text + strspn (*io_text, " \t,");

  if (*next != '(')
    return false;
  for (int n = 0; n < 3; n++)
    {
      char *end;

      out_vector[n] = g_ascii_strtod (next + 1, &end);
      if (end == next + 1)
        return false;
      end += strspn (end, " \t");
      if (*end != (n < 2 ? ',' : ')'))
        return false;
      next = end;
    }
  *io_text = next + 1;
  return true;
}

/* Signs that turn the space's axes into left, posterior, superior. */
static bool
find_signs (const char *space, double out_signs[3])
{
  static const struct
  {
    const char *name, *letters;
    double signs[3];
  } spaces[] = {
    { "left-posterior-superior", "LPS", { 1, 1, 1 } },
    { "right-anterior-superior", "RAS", { -1, -1, 1 } },
    { "left-anterior-superior", "LAS", { 1, -1, 1 } },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (spaces); n++)
    if (g_ascii_strcasecmp (space, spaces[n].name) == 0 ||
        g_ascii_strcasecmp (space, spaces[n].letters) == 0)
      {
        memcpy (out_signs, spaces[n].signs, sizeof spaces[n].signs);
        return true;
      }
  return false;
}

bool
trp_text_header_find_affine (const TrpTextHeader *header, TrpAffine *out_lps_from_ijk)
{
  g_autofree char *space = trp_text_header_find (header->kind, header->text, "space");
  g_autofree char *directions = trp_text_header_find (header->kind, header->text,
                                                      "space directions");
  g_autofree char *origin = trp_text_header_find (header->kind, header->text, "space origin");
  const char *next = directions;
  TrpAffine affine = { 0 };
  double signs[3], vector[3];
  int n_axes = 0;

  if (!space || !directions || !find_signs (space, signs))
    return false;
  while (n_axes < 3 && *next != '\0')
    {
      next += strspn (next, " \t");
      if (g_ascii_strncasecmp (next, "none", 4) == 0)
        next += 4;
      else if (!parse_vector (&next, vector))
        return false;
      else
        trp_affine_set_column (
          &affine, n_axes++,
          trp_vec3 (signs[0] * vector[0], signs[1] * vector[1], signs[2] * vector[2]));
    }
  next = origin;
  if (n_axes < 3 || (origin && !parse_vector (&next, vector)))
    return false;
  for (int row = 0; origin && row < 3; row++)
    affine.m[row][3] = signs[row] * vector[row];
  *out_lps_from_ijk = affine;
  return true;
}
