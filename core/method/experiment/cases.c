/* cases.c - see cases.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/cases.h"

#include "core/study/csv.h"

#include <string.h>

#define NODES "nodes"

static const char *const own_columns[] = { "case", "patient", "fold", NULL };

static void
free_case (void *data)
{
  TrpCase *row = data;

  g_free (row->name);
  g_free (row->patient);
  g_hash_table_unref (row->cells);
  g_free (row);
}

static TrpCase *
new_case (const char *name, const char *patient, int fold)
{
  TrpCase *row = g_new0 (TrpCase, 1);

  row->name = g_strdup (name);
  row->patient = g_strdup (patient);
  row->fold = fold;
  row->cells = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return row;
}

TrpCases *
trp_cases_new (void)
{
  TrpCases *self = g_new (TrpCases, 1);

  self->columns = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_ptr_array_new_with_free_func (free_case);
  return self;
}

void
trp_cases_free (TrpCases *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->columns);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

bool
trp_cases_is_file_column (const char *column)
{
  TrpDataRole role;

  return trp_data_role_parse (column, &role) || strstr (column, "_observer_") ||
         strcmp (column, "contours") == 0;
}

static void
add_column (TrpCases *self, const char *column)
{
  if (!g_ptr_array_find_with_equal_func (self->columns, column, g_str_equal, NULL))
    g_ptr_array_add (self->columns, g_strdup (column));
}

/* Paths of roles are absolute in the list already; those of other columns are relative to the same
 * folder, which the list does not tell: they are kept as they stand unless @folder is known. */
static char *
read_cell (const TrpDataList *list, size_t n, const char *column, const char *folder)
{
  const char *text = trp_data_list_get_text (list, n, column);
  TrpDataRole role;

  if (!text || !*text)
    return NULL;
  if (trp_data_role_parse (column, &role))
    return g_strdup (trp_data_list_get (list, n)->paths[role]);
  if (trp_cases_is_file_column (column) && folder)
    return g_canonicalize_filename (text, folder);
  return g_strdup (text);
}

static TrpCases *
new_from_list (const TrpDataList *list, const char *folder)
{
  TrpCases *self = trp_cases_new ();
  const char *const *columns = trp_data_list_get_columns (list);

  for (size_t c = 0; columns[c]; c++)
    if (*columns[c] && !g_strv_contains (own_columns, columns[c]))
      add_column (self, columns[c]);
  for (size_t n = 0; n < trp_data_list_get_size (list); n++)
    {
      const TrpDataRow *from = trp_data_list_get (list, n);
      TrpCase *row = new_case (from->name, from->patient, from->fold);

      for (guint c = 0; c < self->columns->len; c++)
        {
          char *cell = read_cell (list, n, self->columns->pdata[c], folder);

          if (cell)
            g_hash_table_insert (row->cells, g_strdup (self->columns->pdata[c]), cell);
        }
      g_ptr_array_add (self->rows, row);
    }
  return self;
}

TrpCases *
trp_cases_new_from_list (const TrpDataList *list)
{
  return new_from_list (list, NULL);
}

TrpCases *
trp_cases_load (const char *path, GError **error)
{
  g_autoptr (TrpDataList) list = trp_data_list_load (path, error);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);

  return list ? new_from_list (list, absolute) : NULL;
}

const TrpCase *
trp_cases_get (const TrpCases *self, size_t index)
{
  return self->rows->pdata[index];
}

const char *
trp_case_get (const TrpCase *row, const char *column)
{
  return g_hash_table_lookup (row->cells, column);
}

void
trp_cases_set (TrpCases *self, size_t index, const char *column, const char *text)
{
  add_column (self, column);
  g_hash_table_insert (((TrpCase *) self->rows->pdata[index])->cells, g_strdup (column),
                       g_strdup (text));
}

static bool
has_file (const TrpCase *row)
{
  GHashTableIter iter;
  void *column;

  g_hash_table_iter_init (&iter, row->cells);
  while (g_hash_table_iter_next (&iter, &column, NULL))
    if (trp_cases_is_file_column (column))
      return true;
  return false;
}

void
trp_cases_filter (TrpCases *self,
                  bool (*keep) (const TrpCase *row, const void *data),
                  const void *data)
{
  for (guint n = self->rows->len; n-- > 0;)
    if ((keep && !keep (self->rows->pdata[n], data)) || !has_file (self->rows->pdata[n]))
      g_ptr_array_remove_index (self->rows, n);
}

bool
trp_cases_column_is_of (const char *column, const char *side)
{
  static const char *const mr[] = { "mr", "synct", "ct_on_mr", "mr_structures", NULL };
  const bool is_mr = g_strv_contains (mr, column) || g_str_has_prefix (column, "mr_observer_");

  if (!trp_cases_is_file_column (column) || strcmp (column, "contours") == 0)
    return true;
  return is_mr == (strcmp (side, "mr") == 0);
}

void
trp_cases_keep_side (TrpCases *self, const char *side)
{
  for (guint c = self->columns->len; c-- > 0;)
    {
      const char *column = self->columns->pdata[c];

      if (trp_cases_column_is_of (column, side))
        continue;
      for (guint n = 0; n < self->rows->len; n++)
        g_hash_table_remove (((TrpCase *) self->rows->pdata[n])->cells, column);
      g_ptr_array_remove_index (self->columns, c);
    }
  trp_cases_filter (self, NULL, NULL);
}

static void
keep_patients_of (TrpCases *self, const char *side, size_t n_patients)
{
  g_autoptr (GHashTable) kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint n = 0; n < self->rows->len; n++)
    {
      TrpCase *row = self->rows->pdata[n];

      if (!trp_case_get (row, side))
        continue;
      if (g_hash_table_size (kept) < n_patients)
        g_hash_table_add (kept, g_strdup (row->patient));
      if (g_hash_table_contains (kept, row->patient))
        continue;
      for (guint c = 0; c < self->columns->len; c++)
        if (trp_cases_is_file_column (self->columns->pdata[c]) &&
            trp_cases_column_is_of (self->columns->pdata[c], side))
          g_hash_table_remove (row->cells, self->columns->pdata[c]);
    }
}

void
trp_cases_keep_patients (TrpCases *self, size_t n)
{
  keep_patients_of (self, "mr", n);
  keep_patients_of (self, "ct", n);
  trp_cases_filter (self, NULL, NULL);
}

void
trp_cases_append (TrpCases *self, const TrpCases *other, const char *prefix)
{
  for (guint c = 0; c < other->columns->len; c++)
    add_column (self, other->columns->pdata[c]);
  for (guint n = 0; n < other->rows->len; n++)
    {
      const TrpCase *from = trp_cases_get (other, n);
      g_autofree char *name = g_strconcat (prefix ? prefix : "", prefix ? "-" : "", from->name,
                                           NULL);
      g_autofree char *patient = g_strconcat (prefix ? prefix : "", prefix ? "-" : "",
                                              from->patient, NULL);
      TrpCase *row = new_case (name, patient, from->fold);
      GHashTableIter iter;
      void *column, *text;

      g_hash_table_iter_init (&iter, from->cells);
      while (g_hash_table_iter_next (&iter, &column, &text))
        g_hash_table_insert (row->cells, g_strdup (column), g_strdup (text));
      g_ptr_array_add (self->rows, row);
    }
}

static char *
shorten (const char *path, const char *root)
{
  g_autofree char *nodes = root ? g_build_filename (root, NODES, "", NULL) : NULL;

  return nodes && g_str_has_prefix (path, nodes)
           ? g_build_filename ("..", path + strlen (nodes), NULL)
           : g_strdup (path);
}

char *
trp_cases_to_csv (const TrpCases *self, const char *root)
{
  GString *text = g_string_new ("case,patient,fold");

  for (guint c = 0; c < self->columns->len; c++)
    {
      g_string_append_c (text, ',');
      trp_csv_append_field (text, self->columns->pdata[c]);
    }
  g_string_append_c (text, '\n');
  for (guint n = 0; n < self->rows->len; n++)
    {
      const TrpCase *row = trp_cases_get (self, n);

      trp_csv_append_field (text, row->name);
      g_string_append_c (text, ',');
      trp_csv_append_field (text, row->patient);
      g_string_append_c (text, ',');
      if (row->fold >= 0)
        g_string_append_printf (text, "%d", row->fold);
      for (guint c = 0; c < self->columns->len; c++)
        {
          const char *cell = trp_case_get (row, self->columns->pdata[c]);
          g_autofree char *shown = cell && trp_cases_is_file_column (self->columns->pdata[c])
                                     ? shorten (cell, root)
                                     : g_strdup (cell);

          g_string_append_c (text, ',');
          trp_csv_append_field (text, shown);
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

TrpDataList *
trp_cases_to_list (const TrpCases *self, GError **error)
{
  g_autofree char *text = trp_cases_to_csv (self, NULL);

  return trp_data_list_parse (text, strlen (text), G_DIR_SEPARATOR_S, error);
}
