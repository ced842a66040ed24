/* csv.c - see csv.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: RFC 4180 (2005), section 2.
 */

#include "core/study/csv.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
  size_t line;
} Cursor;

void
trp_csv_row_free (TrpCsvRow *row)
{
  if (!row)
    return;
  g_strfreev (row->fields);
  g_free (row);
}

static bool
is_line_end (char c)
{
  return c == '\n' || c == '\r';
}

/* CRLF counts once. */
static void
skip_line_end (Cursor *cursor)
{
  if (cursor->at < cursor->end && *cursor->at == '\r')
    {
      cursor->at++;
      if (cursor->at < cursor->end && *cursor->at == '\n')
        cursor->at++;
      cursor->line++;
    }
  else if (cursor->at < cursor->end && *cursor->at == '\n')
    {
      cursor->at++;
      cursor->line++;
    }
}

static char *
read_quoted (Cursor *cursor, GError **error)
{
  const size_t first_line = cursor->line;
  g_autoptr (GString) field = g_string_new (NULL);

  for (cursor->at++; cursor->at < cursor->end; cursor->at++)
    {
      const char c = *cursor->at;

      if (c == '"' && cursor->at + 1 < cursor->end && cursor->at[1] == '"')
        cursor->at++;
      else if (c == '"')
        {
          cursor->at++;
          if (cursor->at < cursor->end && *cursor->at != ',' && !is_line_end (*cursor->at))
            {
              g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                           "Line %zu has text after a closing quote", cursor->line);
              return NULL;
            }
          return g_string_free (g_steal_pointer (&field), FALSE);
        }
      if (c == '\n' || (c == '\r' && !(cursor->at + 1 < cursor->end && cursor->at[1] == '\n')))
        cursor->line++;
      g_string_append_c (field, c);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "A quote opened in line %zu is never closed",
               first_line);
  return NULL;
}

static char *
read_plain (Cursor *cursor, GError **error)
{
  const char *begin = cursor->at;

  while (cursor->at < cursor->end && *cursor->at != ',' && !is_line_end (*cursor->at))
    {
      if (*cursor->at == '"')
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "Line %zu has a quote inside an unquoted field", cursor->line);
          return NULL;
        }
      cursor->at++;
    }
  return g_strndup (begin, (size_t) (cursor->at - begin));
}

static TrpCsvRow *
read_row (Cursor *cursor, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  const size_t line = cursor->line;
  TrpCsvRow *row;

  for (;;)
    {
      const bool quoted = cursor->at < cursor->end && *cursor->at == '"';
      char *field = quoted ? read_quoted (cursor, error) : read_plain (cursor, error);

      if (!field)
        return NULL;
      g_ptr_array_add (fields, field);
      if (fields->len > TRP_CSV_MAX_COLUMNS)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "Line %zu has more than %d columns", line,
                       TRP_CSV_MAX_COLUMNS);
          return NULL;
        }
      if (cursor->at >= cursor->end || *cursor->at != ',')
        break;
      cursor->at++;
    }
  skip_line_end (cursor);
  row = g_new0 (TrpCsvRow, 1);
  row->line = line;
  row->n_fields = fields->len;
  g_ptr_array_add (fields, NULL);
  row->fields = (char **) g_ptr_array_free (g_steal_pointer (&fields), FALSE);
  return row;
}

static size_t
line_of (const char *bytes, const char *at)
{
  size_t line = 1;

  for (; bytes < at; bytes++)
    line += *bytes == '\n' || (*bytes == '\r' && bytes[1] != '\n');
  return line;
}

static bool
check_text (const char *bytes, size_t size, GError **error)
{
  const char *bad;

  if (size > TRP_CSV_MAX_BYTES)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "The table has %zu bytes; the limit is %zu",
                   size, TRP_CSV_MAX_BYTES);
      return false;
    }
  if (g_utf8_validate_len (bytes, size, &bad))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "Line %zu holds a byte 0x%02X that is no UTF-8 text", line_of (bytes, bad),
               (unsigned) (unsigned char) *bad);
  return false;
}

GPtrArray *
trp_csv_parse (const char *bytes, size_t size, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_csv_row_free);
  Cursor cursor = { bytes, bytes + size, 1 };

  g_return_val_if_fail (bytes || size == 0, NULL);
  if (!check_text (bytes, size, error))
    return NULL;
  if (size >= 3 && memcmp (bytes, "\xEF\xBB\xBF", 3) == 0)
    cursor.at += 3;
  while (cursor.at < cursor.end)
    {
      TrpCsvRow *row;

      if (is_line_end (*cursor.at))
        {
          skip_line_end (&cursor);
          continue;
        }
      row = read_row (&cursor, error);
      if (!row)
        return NULL;
      g_ptr_array_add (rows, row);
    }
  return g_steal_pointer (&rows);
}

void
trp_csv_append_field (GString *line, const char *field)
{
  if (!field)
    return;
  if (!strpbrk (field, ",\"\r\n"))
    {
      g_string_append (line, field);
      return;
    }
  g_string_append_c (line, '"');
  for (; *field; field++)
    {
      if (*field == '"')
        g_string_append_c (line, '"');
      g_string_append_c (line, *field);
    }
  g_string_append_c (line, '"');
}

void
trp_csv_append_number (GString *line, double value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    g_string_append (line, "NaN");
  else if (isinf (value))
    g_string_append (line, value > 0 ? "Infinity" : "-Infinity");
  else
    {
      for (size_t n = 0; n < G_N_ELEMENTS (formats); n++)
        {
          const double back = g_ascii_strtod (
            g_ascii_formatd (number, sizeof number, formats[n], value), NULL);

          if (back >= value && back <= value)
            break;
        }
      g_string_append (line, number);
    }
}
