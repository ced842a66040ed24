/* label-table.c - see label-table.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source of the second kind: the comment at the top of ITK-SNAP's own files ("IDX -R- -G- -B- -A--
 * VIS MSH LABEL").
 */

#include "core/io/label-table.h"

#include "core/io/format.h"
#include "core/io/map-file.h"

#include <string.h>

#define MAX_TABLE ((size_t) 1 << 24)
#define SNAP_MARK "ITK-SnAP Label Description File"

void
trp_label_free (TrpLabel *label)
{
  if (!label)
    return;
  g_free (label->name);
  g_free (label);
}

static bool
refuse (GError **error, size_t line, const char *what)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu %s", line, what);
  return false;
}

static bool
parse_number (const char *text, unsigned long most, unsigned long *out_number)
{
  uint64_t number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, most, &number, NULL))
    return false;
  *out_number = (unsigned long) number;
  return true;
}

/* One field of RFC 4180; *io_text moves behind it and its comma. */
static char *
take_field (const char **io_text, bool *out_is_last)
{
  const char *next = *io_text;
  GString *field = g_string_new (NULL);
  size_t n_quoted;

  next += strspn (next, " \t");
  if (*next == '"')
    for (next++; *next != '\0'; next++)
      {
        if (*next == '"' && next[1] != '"')
          {
            next++;
            break;
          }
        if (*next == '"')
          next++;
        g_string_append_c (field, *next);
      }
  n_quoted = field->len; /* whose blanks belong to it */
  for (; *next != '\0' && *next != ',' && *next != '\n'; next++)
    g_string_append_c (field, *next);
  *out_is_last = *next != ',';
  *io_text = *next != '\0' ? next + 1 : next;
  while (field->len > n_quoted && g_ascii_isspace (field->str[field->len - 1]))
    g_string_truncate (field, field->len - 1);
  return g_string_free (field, FALSE);
}

/* Fields of one line; a quoted field may hold line ends. */
static GPtrArray *
take_record (const char **io_text)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  bool is_last = false;

  while (!is_last)
    g_ptr_array_add (fields, take_field (io_text, &is_last));
  return fields;
}

enum
{
  COLUMN_VALUE,
  COLUMN_NAME,
  COLUMN_RED,
  COLUMN_GREEN,
  COLUMN_BLUE,
  N_COLUMNS,
};

static const char *const column_names[N_COLUMNS] = { "value", "name", "red", "green", "blue" };

static bool
find_columns (const GPtrArray *header, int out_columns[N_COLUMNS])
{
  for (int n = 0; n < N_COLUMNS; n++)
    {
      out_columns[n] = -1;
      for (guint field = 0; field < header->len; field++)
        if (g_ascii_strcasecmp (header->pdata[field], column_names[n]) == 0)
          out_columns[n] = (int) field;
    }
  return out_columns[COLUMN_VALUE] >= 0 && out_columns[COLUMN_NAME] >= 0;
}

static const char *
get_field (const GPtrArray *record, int column)
{
  return column >= 0 && (guint) column < record->len ? record->pdata[column] : "";
}

static void
add_label (GPtrArray *labels, unsigned long value, const char *name, TrpColor color, bool visible)
{
  TrpLabel *label;

  if (value == 0)
    return;
  label = g_new0 (TrpLabel, 1);
  label->value = (uint16_t) value;
  label->name = name[0] != '\0' ? g_utf8_make_valid (name, -1)
                                : g_strdup_printf ("Label %lu", value);
  label->color = color;
  label->visible = visible;
  g_ptr_array_add (labels, label);
}

static bool
add_record (GPtrArray *labels,
            const GPtrArray *record,
            const int columns[N_COLUMNS],
            size_t line,
            GError **error)
{
  unsigned long value, rgb[3] = { 0 };
  bool has_color = true;
  TrpColor color;

  if (!parse_number (get_field (record, columns[COLUMN_VALUE]), UINT16_MAX, &value))
    return refuse (error, line, "has no value from 0 to 65535");
  for (int n = 0; n < 3; n++)
    {
      const char *field = get_field (record, columns[COLUMN_RED + n]);

      if (field[0] == '\0')
        has_color = false;
      else if (!parse_number (field, 255, &rgb[n]))
        return refuse (error, line, "has a colour that is no number from 0 to 255");
    }
  color = has_color ? (TrpColor){ (uint8_t) rgb[0], (uint8_t) rgb[1], (uint8_t) rgb[2] }
                    : trp_color_get_default (value > 0 ? value - 1 : 0);
  add_label (labels, value, get_field (record, columns[COLUMN_NAME]), color, true);
  return true;
}

static bool
parse_csv (const char *text, GPtrArray *labels, GError **error)
{
  g_autoptr (GPtrArray) header = take_record (&text);
  int columns[N_COLUMNS];

  if (!find_columns (header, columns))
    return refuse (error, 1, "must name the columns value,name,red,green,blue");
  for (size_t line = 2; *text != '\0'; line++)
    {
      g_autoptr (GPtrArray) record = take_record (&text);

      if (record->len == 1 && ((char *) record->pdata[0])[0] == '\0')
        continue;
      if (!add_record (labels, record, columns, line, error))
        return false;
    }
  return true;
}

/* IDX R G B A VIS MSH "LABEL" */
static bool
parse_snap_line (const char *text, GPtrArray *labels, size_t line, GError **error)
{
  g_auto (GStrv) words = NULL;
  const char *quote = strchr (text, '"');
  g_autofree char *numbers = g_strndup (text, quote ? (size_t) (quote - text) : strlen (text));
  g_autofree char *name = quote ? g_strdup (quote + 1) : NULL;
  unsigned long values[4], visible = 1;
  size_t n_words = 0;

  words = g_strsplit_set (numbers, " \t", -1);
  for (size_t n = 0; words[n]; n++)
    if (words[n][0] != '\0')
      {
        const unsigned long most = n_words == 0 ? UINT16_MAX : 255;

        if (n_words < 4 && !parse_number (words[n], most, &values[n_words]))
          return refuse (error, line, "has an index or a colour out of range");
        if (n_words == 5 && !parse_number (words[n], 1, &visible))
          return refuse (error, line, "has a visibility other than 0 and 1");
        n_words++;
      }
  if (n_words != 7 || !name || !strrchr (name, '"'))
    return refuse (error, line, "is not seven numbers and a name in quotes");
  *strrchr (name, '"') = '\0';
  add_label (labels, values[0], name,
             (TrpColor){ (uint8_t) values[1], (uint8_t) values[2], (uint8_t) values[3] },
             visible == 1);
  return true;
}

static bool
parse_snap (const char *text, GPtrArray *labels, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (size_t n = 0; lines[n]; n++)
    {
      const char *line = g_strstrip (lines[n]);

      if (line[0] != '#' && line[0] != '\0' && !parse_snap_line (line, labels, n + 1, error))
        return false;
    }
  return true;
}

/* Of several lines for one value the last counts. */
static GPtrArray *
keep_last (const GPtrArray *labels)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_label_free);
  g_autofree guint *last = g_new0 (guint, (size_t) UINT16_MAX + 1);

  for (guint n = 0; n < labels->len; n++)
    last[((const TrpLabel *) labels->pdata[n])->value] = n;
  for (guint n = 0; n < labels->len; n++)
    if (last[((const TrpLabel *) labels->pdata[n])->value] == n)
      g_ptr_array_add (kept, labels->pdata[n]);
    else
      trp_label_free (labels->pdata[n]);
  return kept;
}

GPtrArray *
trp_label_table_parse (const char *text, size_t length, GError **error)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_label_free);
  g_autofree char *copy = NULL;
  const char *start;
  bool ok;

  if (length > MAX_TABLE)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "A table of %zu bytes is too long", length);
      return NULL;
    }
  copy = g_strndup (text, length);
  start = g_str_has_prefix (copy, "\xef\xbb\xbf") ? copy + 3 : copy; /* a byte order mark */
  ok = strstr (start, SNAP_MARK) ? parse_snap (start, labels, error)
                                 : parse_csv (start, labels, error);
  if (!ok)
    return NULL;
  g_ptr_array_set_free_func (labels, NULL);
  return keep_last (labels);
}

char *
trp_label_table_write (const GPtrArray *labels)
{
  GString *text = g_string_new ("value,name,red,green,blue\n");

  for (guint n = 0; n < labels->len; n++)
    {
      const TrpLabel *label = labels->pdata[n];
      g_autoptr (GString) name = g_string_new (label->name);
      const size_t length = strlen (label->name);
      const bool is_quoted = strpbrk (label->name, ",\"\r\n") || g_ascii_isspace (label->name[0]) ||
                             (length > 0 && g_ascii_isspace (label->name[length - 1]));

      if (is_quoted)
        {
          (void) g_string_replace (name, "\"", "\"\"", 0);
          g_string_prepend_c (name, '"');
          g_string_append_c (name, '"');
        }
      g_string_append_printf (text, "%u,%s,%u,%u,%u\n", label->value, name->str, label->color.red,
                              label->color.green, label->color.blue);
    }
  return g_string_free (text, FALSE);
}

char *
trp_label_table_dup_path (const char *image_path)
{
  g_autofree char *folder = g_path_get_dirname (image_path);
  g_autofree char *stem = trp_format_dup_stem (image_path);

  return g_strdup_printf ("%s/%s.labels.csv", folder, stem);
}

static bool
is_snap_file (const char *path)
{
  g_autoptr (GBytes) bytes = trp_file_map (path, NULL);
  g_autofree char *head = NULL;

  if (!bytes)
    return false;
  head = g_strndup (g_bytes_get_data (bytes, NULL), MIN (g_bytes_get_size (bytes), 1024));
  return strstr (head, SNAP_MARK) != NULL;
}

/* The first ITK-SNAP file of @folder by name, those named after the image before others. */
static char *
find_snap (const char *folder, const char *stem)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *best = NULL;
  bool best_is_own = false;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      const char *dot = strrchr (name, '.');
      g_autofree char *path = g_build_filename (folder, name, NULL);
      bool is_own;

      if (!dot || (strcmp (dot, ".label") != 0 && strcmp (dot, ".txt") != 0) ||
          !is_snap_file (path))
        continue;
      is_own = (size_t) (dot - name) == strlen (stem) && g_str_has_prefix (name, stem);
      if (best && (best_is_own > is_own || (best_is_own == is_own && strcmp (best, path) < 0)))
        continue;
      g_free (best);
      best = g_steal_pointer (&path);
      best_is_own = is_own;
    }
  return g_steal_pointer (&best);
}

GPtrArray *
trp_label_table_find (const char *image_path, bool *out_is_own, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (image_path);
  g_autofree char *stem = trp_format_dup_stem (image_path);
  g_autofree char *own = trp_label_table_dup_path (image_path);
  g_autofree char *shared = g_build_filename (folder, "labels.csv", NULL);
  g_autofree char *found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GPtrArray *labels = NULL;

  *out_is_own = g_file_test (own, G_FILE_TEST_EXISTS);
  if (*out_is_own)
    found = g_strdup (own);
  else if (g_file_test (shared, G_FILE_TEST_EXISTS))
    found = g_strdup (shared);
  else
    found = find_snap (folder, stem);
  if (!found)
    return NULL;
  bytes = trp_file_map (found, error);
  if (bytes)
    labels = trp_label_table_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                    error);
  if (!labels)
    trp_format_prefix_error (error, found);
  return labels;
}

const TrpLabel *
trp_label_table_get (const GPtrArray *labels, uint16_t value)
{
  for (guint n = 0; labels && n < labels->len; n++)
    if (((const TrpLabel *) labels->pdata[n])->value == value)
      return labels->pdata[n];
  return NULL;
}
