/* result-files.c - see result-files.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/result-files.h"

#include "core/study/csv.h"

#include <string.h>

enum
{
  ARM,
  SEED,
  FOLD,
  CASE,
  KIND,
  FIRST_PATH,
  N_COLUMNS = FIRST_PATH + 6
};

static const char *const columns[N_COLUMNS] = { "arm", "seed",  "fold",  "case",      "kind", "mr",
                                                "ct",  "synct", "synmr", "reference", "test" };

static char **
get_path (TrpResultFiles *self, size_t n)
{
  char **const paths[] = { &self->mr,    &self->ct,        &self->synct,
                           &self->synmr, &self->reference, &self->test };

  return paths[n];
}

void
trp_result_files_free (TrpResultFiles *self)
{
  g_free (self->arm);
  g_free (self->case_name);
  for (size_t n = FIRST_PATH; n < N_COLUMNS; n++)
    g_free (*get_path (self, n - FIRST_PATH));
  g_free (self);
}

/* Place of each column in the file. */
static bool
read_header (const TrpCsvRow *header, size_t out_places[N_COLUMNS], GError **error)
{
  for (size_t n = 0; n < N_COLUMNS; n++)
    {
      size_t place = 0;

      while (place < header->n_fields && strcmp (header->fields[place], columns[n]) != 0)
        place++;
      if (place == header->n_fields)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu: there is no column \"%s\"",
                       header->line, columns[n]);
          return false;
        }
      out_places[n] = place;
    }
  return true;
}

/* Empty: TRP_RESULT_NONE. */
static bool
parse_number (const char *text, int *out_number)
{
  gint64 number = TRP_RESULT_NONE;

  if (*text && !g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &number, NULL))
    return false;
  *out_number = (int) number;
  return true;
}

static TrpResultFiles *
read_row (const TrpCsvRow *row, const size_t places[N_COLUMNS], const char *folder, GError **error)
{
  const char *fields[N_COLUMNS];
  TrpResultFiles *self;
  int seed, fold;

  for (size_t n = 0; n < N_COLUMNS; n++)
    fields[n] = places[n] < row->n_fields ? row->fields[places[n]] : "";
  if (!parse_number (fields[SEED], &seed) || !parse_number (fields[FOLD], &fold))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Line %zu: seed \"%.50s\" or fold \"%.50s\" is no whole number", row->line,
                   fields[SEED], fields[FOLD]);
      return NULL;
    }
  self = g_new0 (TrpResultFiles, 1);
  self->arm = g_strdup (fields[ARM]);
  self->seed = seed;
  self->fold = fold;
  self->case_name = g_strdup (fields[CASE]);
  self->are_structures = strcmp (fields[KIND], "structures") == 0;
  for (size_t n = FIRST_PATH; n < N_COLUMNS; n++)
    if (*fields[n])
      *get_path (self, n - FIRST_PATH) = g_canonicalize_filename (fields[n], folder);
  return self;
}

static GPtrArray *
read_rows (GPtrArray *rows, const char *folder, GError **error)
{
  g_autoptr (GPtrArray)
    files = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_result_files_free);
  size_t places[N_COLUMNS];

  if (rows->len == 0)
    return g_steal_pointer (&files);
  if (!read_header (rows->pdata[0], places, error))
    return NULL;
  for (guint n = 1; n < rows->len; n++)
    {
      TrpResultFiles *row = read_row (rows->pdata[n], places, folder, error);

      if (!row)
        return NULL;
      g_ptr_array_add (files, row);
    }
  return g_steal_pointer (&files);
}

GPtrArray *
trp_result_files_load (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  GPtrArray *files;
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, &cause))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, cause->message);
      return NULL;
    }
  rows = trp_csv_parse (bytes, size, error);
  files = rows ? read_rows (rows, folder, error) : NULL;
  if (!files)
    g_prefix_error (error, "%s: ", path);
  return files;
}

static void
append_number (GString *text, int number)
{
  g_string_append_c (text, ',');
  if (number != TRP_RESULT_NONE)
    g_string_append_printf (text, "%d", number);
}

static void
append_path (GString *text, const char *path, const char *folder)
{
  const size_t n = strlen (folder);
  const bool is_inside = path && strncmp (path, folder, n) == 0 && path[n] == G_DIR_SEPARATOR;

  g_string_append_c (text, ',');
  trp_csv_append_field (text, is_inside ? path + n + 1 : path);
}

char *
trp_result_files_to_csv (const GPtrArray *files, const char *folder)
{
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  GString *text = g_string_new (NULL);

  for (size_t n = 0; n < N_COLUMNS; n++)
    g_string_append_printf (text, "%s%s", n ? "," : "", columns[n]);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < files->len; i++)
    {
      TrpResultFiles *row = files->pdata[i];

      trp_csv_append_field (text, row->arm);
      append_number (text, row->seed);
      append_number (text, row->fold);
      g_string_append_c (text, ',');
      trp_csv_append_field (text, row->case_name);
      g_string_append_printf (text, ",%s", row->are_structures ? "structures" : "images");
      for (size_t n = FIRST_PATH; n < N_COLUMNS; n++)
        append_path (text, *get_path (row, n - FIRST_PATH), absolute);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

const TrpResultFiles *
trp_result_files_find (const GPtrArray *files, const TrpResult *row)
{
  const bool is_of_structure = row->structure && *row->structure;
  const TrpResultFiles *other = NULL;

  for (guint n = 0; n < files->len; n++)
    {
      const TrpResultFiles *file = files->pdata[n];

      if (file->seed != row->seed || file->fold != row->fold || strcmp (file->arm, row->arm) != 0 ||
          strcmp (file->case_name, row->case_name) != 0)
        continue;
      if (file->are_structures == is_of_structure)
        return file;
      other = other ? other : file;
    }
  return other;
}
