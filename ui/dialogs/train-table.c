/* train-table.c - see train-table.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-table.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct
{
  char *name;
  GArray *values; /* (element-type double), as long as the steps */
} Column;

struct _TrpTrainTable
{
  GArray *steps;      /* (element-type double) */
  GPtrArray *columns; /* (element-type Column) */
};

static void
column_free (gpointer data)
{
  Column *column = data;

  g_free (column->name);
  g_array_unref (column->values);
  g_free (column);
}

TrpTrainTable *
trp_train_table_new (void)
{
  TrpTrainTable *self = g_new0 (TrpTrainTable, 1);

  self->steps = g_array_new (FALSE, FALSE, sizeof (double));
  self->columns = g_ptr_array_new_with_free_func (column_free);
  return self;
}

void
trp_train_table_free (TrpTrainTable *self)
{
  if (!self)
    return;
  g_array_unref (self->steps);
  g_ptr_array_unref (self->columns);
  g_free (self);
}

static Column *
find (const TrpTrainTable *self, const char *name)
{
  for (guint n = 0; n < self->columns->len; n++)
    {
      Column *column = g_ptr_array_index (self->columns, n);

      if (strcmp (column->name, name) == 0)
        return column;
    }
  return NULL;
}

static void
fill_up (Column *column, guint n_rows)
{
  const double nan = (double) NAN;

  while (column->values->len < n_rows)
    g_array_append_val (column->values, nan);
}

static Column *
get_column (TrpTrainTable *self, const char *name)
{
  Column *column = find (self, name);

  if (column)
    return column;
  column = g_new0 (Column, 1);
  column->name = g_strdup (name);
  column->values = g_array_new (FALSE, FALSE, sizeof (double));
  fill_up (column, self->steps->len);
  g_ptr_array_add (self->columns, column);
  return column;
}

static void
drop_from (TrpTrainTable *self, double step)
{
  guint n = self->steps->len;

  while (n > 0 && g_array_index (self->steps, double, n - 1) >= step)
    n--;
  g_array_set_size (self->steps, n);
  for (guint c = 0; c < self->columns->len; c++)
    g_array_set_size (((Column *) self->columns->pdata[c])->values, n);
}

size_t
trp_train_table_add (
  TrpTrainTable *self, int step, const char *const *names, const double *values, size_t n)
{
  const double place = step;
  guint row;

  drop_from (self, place);
  row = self->steps->len;
  for (size_t i = 0; i < n; i++)
    {
      Column *column = get_column (self, names[i]);

      if (column->values->len == row)
        g_array_append_val (column->values, values[i]);
    }
  g_array_append_val (self->steps, place);
  for (guint c = 0; c < self->columns->len; c++)
    fill_up (self->columns->pdata[c], row + 1);
  return row;
}

static double
parse_number (const char *text)
{
  char *end;
  const double value = g_ascii_strtod (text, &end);

  return end == text ? (double) NAN : value;
}

static void
read_row (TrpTrainTable *self, char **names, size_t n_names, const char *line)
{
  g_auto (GStrv) cells = g_strsplit (line, ",", -1);
  g_autofree double *values = g_new (double, n_names);

  if (g_strv_length (cells) != n_names)
    return;
  for (size_t n = 0; n < n_names; n++)
    values[n] = parse_number (cells[n]);
  if (values[0] >= 0 && values[0] <= G_MAXINT)
    trp_train_table_add (self, (int) values[0], (const char *const *) names + 1, values + 1,
                         n_names - 1);
}

void
trp_train_table_read (TrpTrainTable *self, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) names = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  names = g_strsplit (lines[0] ? lines[0] : "", ",", -1);
  if (g_strcmp0 (names[0], "step") != 0)
    return;
  for (char **line = lines + 1; *line; line++)
    read_row (self, names, g_strv_length (names), *line);
}

size_t
trp_train_table_get_n_rows (const TrpTrainTable *self)
{
  return self->steps->len;
}

const double *
trp_train_table_peek_steps (const TrpTrainTable *self)
{
  return (const double *) (const void *) self->steps->data;
}

const double *
trp_train_table_peek (const TrpTrainTable *self, const char *name)
{
  const Column *column = find (self, name);

  return column ? (const double *) (const void *) column->values->data : NULL;
}

const char *
trp_train_table_get_name (const TrpTrainTable *self, size_t index)
{
  return index < self->columns->len ? ((const Column *) self->columns->pdata[index])->name : NULL;
}

size_t
trp_train_table_find_best (const TrpTrainTable *self, const char *name, bool rises)
{
  const double *values = trp_train_table_peek (self, name);
  size_t best = SIZE_MAX;

  for (guint n = 0; values && n < self->steps->len; n++)
    if (isfinite (values[n]) &&
        (best == SIZE_MAX || (rises ? values[n] > values[best] : values[n] < values[best])))
      best = n;
  return best;
}

size_t
trp_train_table_find_step (const TrpTrainTable *self, int step)
{
  for (guint n = self->steps->len; n > 0; n--)
    if (g_array_index (self->steps, double, n - 1) == step)
      return n - 1;
  return SIZE_MAX;
}
