/* data-list.c - see data-list.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/study/data-list.h"

#include "core/geometry/geometry.h"
#include "core/study/csv.h"

#include <string.h>

struct _TrpDataList
{
  char *folder; /* (nullable): to which relative paths belong */
  char **columns;
  GPtrArray *cells; /* TrpCsvRow, one per row */
  GArray *rows;     /* TrpDataRow */
};

static const char *const role_names[TRP_N_DATA_ROLES] = {
  [TRP_DATA_MR] = "mr",
  [TRP_DATA_CT] = "ct",
  [TRP_DATA_SYNCT] = "synct",
  [TRP_DATA_SYNMR] = "synmr",
  [TRP_DATA_CT_ON_MR] = "ct_on_mr",
  [TRP_DATA_MR_STRUCTURES] = "mr_structures",
  [TRP_DATA_CT_STRUCTURES] = "ct_structures",
};

const char *
trp_data_role_get_name (TrpDataRole role)
{
  g_return_val_if_fail (role < TRP_N_DATA_ROLES, NULL);
  return role_names[role];
}

bool
trp_data_role_parse (const char *name, TrpDataRole *out_role)
{
  for (TrpDataRole role = 0; role < TRP_N_DATA_ROLES; role++)
    if (strcmp (role_names[role], name) == 0)
      {
        *out_role = role;
        return true;
      }
  return false;
}

TrpDataRole
trp_data_role_get_structures (TrpDataRole image)
{
  return image == TRP_DATA_CT || image == TRP_DATA_SYNMR ? TRP_DATA_CT_STRUCTURES
                                                         : TRP_DATA_MR_STRUCTURES;
}

static void
clear_row (void *data)
{
  TrpDataRow *row = data;

  g_free (row->name);
  g_free (row->patient);
  g_clear_pointer (&row->left_out, g_array_unref);
  for (size_t n = 0; n < TRP_N_DATA_ROLES; n++)
    g_free (row->paths[n]);
}

static TrpDataList *
new_list (char **columns, const char *folder)
{
  TrpDataList *self = g_atomic_rc_box_new0 (TrpDataList);

  self->folder = g_strdup (folder);
  self->columns = columns;
  self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_csv_row_free);
  self->rows = g_array_new (FALSE, TRUE, sizeof (TrpDataRow));
  g_array_set_clear_func (self->rows, clear_row);
  return self;
}

TrpDataList *
trp_data_list_ref (TrpDataList *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_list (void *data)
{
  TrpDataList *self = data;

  g_free (self->folder);
  g_strfreev (self->columns);
  g_ptr_array_unref (self->cells);
  g_array_unref (self->rows);
}

void
trp_data_list_unref (TrpDataList *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_list);
}

static ptrdiff_t
find_column (const TrpDataList *self, const char *name)
{
  for (ptrdiff_t n = 0; self->columns[n]; n++)
    if (strcmp (self->columns[n], name) == 0)
      return n;
  return -1;
}

static const char *
cell_text (const TrpDataList *self, const TrpCsvRow *cells, const char *column)
{
  const ptrdiff_t n = find_column (self, column);

  return n >= 0 && (size_t) n < cells->n_fields ? cells->fields[n] : NULL;
}

static char **
read_columns (const TrpCsvRow *header, GError **error)
{
  g_auto (GStrv) columns = g_strdupv (header->fields);
  bool has_case = false;

  for (size_t n = 0; columns[n]; n++)
    {
      g_strstrip (columns[n]);
      has_case = has_case || strcmp (columns[n], "case") == 0;
      for (size_t m = 0; m < n; m++)
        if (*columns[n] && strcmp (columns[m], columns[n]) == 0)
          {
            g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                         "Line %zu: the column \"%s\" is there twice", header->line, columns[n]);
            return NULL;
          }
    }
  if (has_case)
    return g_steal_pointer (&columns);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "Line %zu is no header: it lacks the column \"case\"", header->line);
  return NULL;
}

static bool
parse_fold (const char *text, size_t line, int *out_fold, GError **error)
{
  guint64 fold;

  *out_fold = -1;
  if (!text || !*text)
    return true;
  if (!g_ascii_string_to_unsigned (text, 10, 0, TRP_DATA_MAX_FOLD, &fold, NULL))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Line %zu: fold \"%s\" is no whole number from 0 to %d", line, text,
                   TRP_DATA_MAX_FOLD);
      return false;
    }
  *out_fold = (int) fold;
  return true;
}

/* "17" or "0-3". */
static bool
parse_slices (const char *text, TrpDataSlices *out_slices)
{
  g_auto (GStrv) ends = g_strsplit (text, "-", 2);
  guint64 first, last;

  if (!g_ascii_string_to_unsigned (ends[0], 10, 0, TRP_GEOMETRY_MAX_SIZE, &first, NULL))
    return false;
  last = first;
  if (ends[1] &&
      !g_ascii_string_to_unsigned (ends[1], 10, first, TRP_GEOMETRY_MAX_SIZE, &last, NULL))
    return false;
  *out_slices = (TrpDataSlices){ (size_t) first, (size_t) last };
  return true;
}

static bool
parse_left_out (const char *text, size_t line, GArray **out_left_out, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text ? text : "", " ;", -1);
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (TrpDataSlices));

  for (size_t n = 0; parts[n]; n++)
    {
      TrpDataSlices slices;

      if (*parts[n] == '\0')
        continue;
      if (!parse_slices (parts[n], &slices))
        {
          g_set_error (
            error, TRP_ERROR, TRP_ERROR_FORMAT,
            "Line %zu: \"%.50s\" in the column \"leave_out\" is neither a slice nor a run "
            "of slices like 0-3",
            line, parts[n]);
          return false;
        }
      g_array_append_val (runs, slices);
    }
  if (runs->len)
    *out_left_out = g_steal_pointer (&runs);
  return true;
}

bool
trp_data_row_leaves_out (const TrpDataRow *self, size_t k)
{
  for (guint n = 0; self->left_out && n < self->left_out->len; n++)
    {
      const TrpDataSlices *slices = &g_array_index (self->left_out, TrpDataSlices, n);

      if (slices->first <= k && k <= slices->last)
        return true;
    }
  return false;
}

char *
trp_data_slices_to_text (const bool *left_out, size_t n)
{
  GString *text = g_string_new (NULL);

  for (size_t k = 0; k < n; k++)
    {
      const size_t first = k;

      if (!left_out[k])
        continue;
      while (k + 1 < n && left_out[k + 1])
        k++;
      g_string_append_printf (text, "%s%zu", text->len ? " " : "", first);
      if (k > first)
        g_string_append_printf (text, "-%zu", k);
    }
  return g_string_free (text, FALSE);
}

static char *
strip (const char *text)
{
  return text ? g_strstrip (g_strdup (text)) : NULL;
}

/* Fills @row; what is in it when this fails is the caller's to clear. */
static bool
read_row (const TrpDataList *self,
          const TrpCsvRow *cells,
          const char *folder,
          TrpDataRow *row,
          GError **error)
{
  g_autofree char *fold = strip (cell_text (self, cells, "fold"));
  bool has_file = false;

  row->line = cells->line;
  if (cells->n_fields > g_strv_length (self->columns))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu has %zu fields, the header %u",
                   cells->line, cells->n_fields, g_strv_length (self->columns));
      return false;
    }
  row->name = strip (cell_text (self, cells, "case"));
  if (!row->name || !*row->name)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu names no case", cells->line);
      return false;
    }
  row->patient = strip (cell_text (self, cells, "patient"));
  if (!row->patient || !*row->patient)
    {
      g_free (row->patient);
      row->patient = g_strdup (row->name);
    }
  for (size_t n = 0; n < TRP_N_DATA_ROLES; n++)
    {
      g_autofree char *path = strip (cell_text (self, cells, role_names[n]));

      if (!path || !*path)
        continue;
      has_file = true;
      row->paths[n] = g_canonicalize_filename (path, folder);
    }
  if (!has_file)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu: case \"%s\" has no file",
                   cells->line, row->name);
      return false;
    }
  return parse_fold (fold, cells->line, &row->fold, error) &&
         parse_left_out (cell_text (self, cells, "leave_out"), cells->line, &row->left_out, error);
}

TrpDataList *
trp_data_list_parse (const char *bytes, size_t size, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) lines = trp_csv_parse (bytes, size, error);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (TrpDataList) self = NULL;
  char **columns;

  if (!lines)
    return NULL;
  if (lines->len < 2)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The list has no %s",
                   lines->len == 0 ? "header" : "cases");
      return NULL;
    }
  columns = read_columns (lines->pdata[0], error);
  if (!columns)
    return NULL;
  self = new_list (columns, folder);
  for (guint n = 1; n < lines->len; n++)
    {
      TrpDataRow row = { 0 };

      if (!read_row (self, lines->pdata[n], folder, &row, error))
        {
          clear_row (&row);
          return NULL;
        }
      g_array_append_val (self->rows, row);
      if (!g_hash_table_add (names, row.name))
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu: case \"%s\" is there twice",
                       row.line, row.name);
          return NULL;
        }
    }
  trp_csv_row_free (g_ptr_array_steal_index (lines, 0));
  g_ptr_array_extend_and_steal (self->cells, g_steal_pointer (&lines));
  return g_steal_pointer (&self);
}

TrpDataList *
trp_data_list_load (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) cause = NULL;
  TrpDataList *self;
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, &cause))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, cause->message);
      return NULL;
    }
  self = trp_data_list_parse (bytes, size, folder, error);
  if (!self)
    g_prefix_error (error, "%s: ", path);
  return self;
}

size_t
trp_data_list_get_size (const TrpDataList *self)
{
  return self->rows->len;
}

const TrpDataRow *
trp_data_list_get (const TrpDataList *self, size_t index)
{
  g_return_val_if_fail (index < self->rows->len, NULL);
  return &g_array_index (self->rows, TrpDataRow, index);
}

const char *
trp_data_list_get_text (const TrpDataList *self, size_t index, const char *column)
{
  const char *text;

  g_return_val_if_fail (index < self->rows->len, NULL);
  if (find_column (self, column) < 0)
    return NULL;
  text = cell_text (self, self->cells->pdata[index], column);
  return text ? text : "";
}

char *
trp_data_list_dup_path (const TrpDataList *self, size_t index, const char *column)
{
  const char *text = trp_data_list_get_text (self, index, column);
  g_autofree char *path = g_strstrip (g_strdup (text ? text : ""));

  return *path ? g_canonicalize_filename (path, self->folder) : NULL;
}

const char *const *
trp_data_list_get_columns (const TrpDataList *self)
{
  return (const char *const *) self->columns;
}

size_t
trp_data_list_count (const TrpDataList *self, TrpDataRole role)
{
  size_t n = 0;

  for (size_t i = 0; i < self->rows->len; i++)
    n += trp_data_list_get (self, i)->paths[role] != NULL;
  return n;
}

static void
append_copy (TrpDataList *self, const TrpDataList *from, size_t index)
{
  const TrpCsvRow *cells = from->cells->pdata[index];
  TrpCsvRow *cells_copy = g_new (TrpCsvRow, 1);
  TrpDataRow row = *trp_data_list_get (from, index);

  row.name = g_strdup (row.name);
  row.patient = g_strdup (row.patient);
  if (row.left_out)
    g_array_ref (row.left_out);
  for (size_t n = 0; n < TRP_N_DATA_ROLES; n++)
    row.paths[n] = g_strdup (row.paths[n]);
  g_array_append_val (self->rows, row);
  *cells_copy = *cells;
  cells_copy->fields = g_strdupv (cells->fields);
  g_ptr_array_add (self->cells, cells_copy);
}

TrpDataList *
trp_data_list_select_fold (const TrpDataList *self, int fold, bool validation, GError **error)
{
  g_autoptr (TrpDataList) part = new_list (g_strdupv (self->columns), self->folder);
  size_t n_validation = 0;

  for (size_t n = 0; n < self->rows->len; n++)
    {
      const bool validates = fold >= 0 && trp_data_list_get (self, n)->fold == fold;

      n_validation += validates;
      if (validates == validation)
        append_copy (part, self, n);
    }
  if (fold >= 0 && n_validation == 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "No case of the list has fold %d", fold);
  else if (n_validation == self->rows->len)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "All cases of the list have fold %d; none is left to train on", fold);
  else
    return g_steal_pointer (&part);
  return NULL;
}
