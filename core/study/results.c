/* results.c - see results.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Texts repeat a lot, so each is kept once per table and compared by its pointer within it.
 */

#include "core/study/results.h"

#include "core/io/atomic-write.h"
#include "core/study/csv.h"

#include <math.h>
#include <string.h>

struct _TrpResults
{
  GStringChunk *texts;
  GPtrArray *rows;   /* TrpResult */
  GHashTable *found; /* a row by all but its value */
};

enum
{
  COLUMN_ARM,
  COLUMN_SEED,
  COLUMN_FOLD,
  COLUMN_CASE,
  COLUMN_PATIENT,
  COLUMN_STRUCTURE,
  COLUMN_SLICE,
  COLUMN_METRIC,
  COLUMN_VALUE,
  N_COLUMNS,
};

static const char *const column_names[N_COLUMNS] = {
  "arm", "seed", "fold", "case", "patient", "structure", "slice", "metric", "value",
};

static guint
hash_row (const void *data)
{
  const TrpResult *row = data;
  const void *const texts[] = { row->arm, row->case_name, row->patient, row->structure,
                                row->metric };
  guint hash = (guint) row->seed * 31 + (guint) row->fold;

  hash = hash * 31 + (guint) row->slice;
  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    hash = hash * 31 + g_direct_hash (texts[n]);
  return hash;
}

/* Texts of one table. */
static gboolean
equal_rows (const void *a, const void *b)
{
  const TrpResult *x = a, *y = b;

  return x->arm == y->arm && x->case_name == y->case_name && x->patient == y->patient &&
         x->structure == y->structure && x->metric == y->metric && x->seed == y->seed &&
         x->fold == y->fold && x->slice == y->slice;
}

TrpResults *
trp_results_new (void)
{
  TrpResults *self = g_atomic_rc_box_new0 (TrpResults);

  self->texts = g_string_chunk_new (4096);
  self->rows = g_ptr_array_new_with_free_func (g_free);
  self->found = g_hash_table_new (hash_row, equal_rows);
  return self;
}

TrpResults *
trp_results_ref (TrpResults *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (void *data)
{
  TrpResults *self = data;

  g_hash_table_unref (self->found);
  g_ptr_array_unref (self->rows);
  g_string_chunk_free (self->texts);
}

void
trp_results_unref (TrpResults *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear);
}

size_t
trp_results_get_size (const TrpResults *self)
{
  return self->rows->len;
}

const TrpResult *
trp_results_get (const TrpResults *self, size_t index)
{
  g_return_val_if_fail (index < self->rows->len, NULL);
  return self->rows->pdata[index];
}

/* The row with this table's own texts. */
static TrpResult
own (TrpResults *self, const TrpResult *row)
{
  TrpResult copy = *row;
  const bool has_patient = row->patient && *row->patient;

  copy.arm = g_string_chunk_insert_const (self->texts, row->arm);
  copy.case_name = g_string_chunk_insert_const (self->texts, row->case_name);
  copy.patient = has_patient ? g_string_chunk_insert_const (self->texts, row->patient)
                             : copy.case_name;
  copy.structure = g_string_chunk_insert_const (self->texts, row->structure ? row->structure : "");
  copy.metric = g_string_chunk_insert_const (self->texts, row->metric);
  return copy;
}

void
trp_results_add (TrpResults *self, const TrpResult *row)
{
  TrpResult copy, *known;

  g_return_if_fail (row->arm && *row->arm && row->case_name && *row->case_name);
  g_return_if_fail (row->metric && *row->metric);
  copy = own (self, row);
  known = g_hash_table_lookup (self->found, &copy);
  if (known)
    {
      known->value = copy.value;
      return;
    }
  known = g_memdup2 (&copy, sizeof copy);
  g_ptr_array_add (self->rows, known);
  g_hash_table_add (self->found, known);
}

void
trp_results_append (TrpResults *self, const TrpResults *rows)
{
  for (size_t n = 0; n < rows->rows->len; n++)
    trp_results_add (self, rows->rows->pdata[n]);
}

/* ---- files ---- */

static bool
read_header (const TrpCsvRow *header, size_t out_places[N_COLUMNS], GError **error)
{
  for (size_t c = 0; c < N_COLUMNS; c++)
    {
      size_t n_found = 0;

      for (size_t n = 0; n < header->n_fields; n++)
        if (strcmp (header->fields[n], column_names[c]) == 0)
          {
            out_places[c] = n;
            n_found++;
          }
      if (n_found != 1)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       n_found ? "Line %zu: the column \"%s\" is there twice"
                               : "Line %zu is no header of results: it lacks the column \"%s\"",
                       header->line, column_names[c]);
          return false;
        }
    }
  return true;
}

static bool
parse_whole (const char *text, const char *column, size_t line, int *out_number, GError **error)
{
  guint64 number;

  *out_number = TRP_RESULT_NONE;
  if (!*text)
    return true;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &number, NULL))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "Line %zu: %s \"%s\" is no whole number from 0 on", line, column, text);
      return false;
    }
  *out_number = (int) number;
  return true;
}

static bool
parse_value (const char *text, size_t line, double *out_value, GError **error)
{
  char *end;

  *out_value = g_ascii_strtod (text, &end);
  /* strtod also takes hexadecimal, "inf" and "nan(...)", which no table of ours holds. */
  if (end != text && *end == '\0' &&
      (strspn (text, "0123456789+-.eE") == strlen (text) || strcmp (text, "NaN") == 0 ||
       strcmp (text, "Infinity") == 0 || strcmp (text, "-Infinity") == 0))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "Line %zu: the value \"%s\" is no number; NaN, Infinity and -Infinity are words",
               line, text);
  return false;
}

static bool
read_row (const TrpCsvRow *cells,
          const TrpCsvRow *header,
          const size_t places[N_COLUMNS],
          TrpResult *out_row,
          GError **error)
{
  static const size_t needed[] = { COLUMN_ARM, COLUMN_CASE, COLUMN_METRIC };
  const char *texts[N_COLUMNS];

  if (cells->n_fields > header->n_fields)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu has %zu fields, the header %zu",
                   cells->line, cells->n_fields, header->n_fields);
      return false;
    }
  for (size_t c = 0; c < N_COLUMNS; c++)
    texts[c] = places[c] < cells->n_fields ? cells->fields[places[c]] : "";
  for (size_t n = 0; n < G_N_ELEMENTS (needed); n++)
    if (!*texts[needed[n]])
      {
        g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "Line %zu has no %s", cells->line,
                     column_names[needed[n]]);
        return false;
      }
  *out_row = (TrpResult){ .arm = texts[COLUMN_ARM],
                          .case_name = texts[COLUMN_CASE],
                          .patient = texts[COLUMN_PATIENT],
                          .structure = texts[COLUMN_STRUCTURE],
                          .metric = texts[COLUMN_METRIC] };
  return parse_whole (texts[COLUMN_SEED], "seed", cells->line, &out_row->seed, error) &&
         parse_whole (texts[COLUMN_FOLD], "fold", cells->line, &out_row->fold, error) &&
         parse_whole (texts[COLUMN_SLICE], "slice", cells->line, &out_row->slice, error) &&
         parse_value (texts[COLUMN_VALUE], cells->line, &out_row->value, error);
}

TrpResults *
trp_results_parse (const char *bytes, size_t size, GError **error)
{
  g_autoptr (GPtrArray) rows = trp_csv_parse (bytes, size, error);
  g_autoptr (TrpResults) self = trp_results_new ();
  size_t places[N_COLUMNS];

  if (!rows)
    return NULL;
  if (rows->len == 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "There is no header of results");
      return NULL;
    }
  if (!read_header (rows->pdata[0], places, error))
    return NULL;
  for (size_t n = 1; n < rows->len; n++)
    {
      const TrpCsvRow *cells = rows->pdata[n];
      TrpResult row;

      if (!read_row (cells, rows->pdata[0], places, &row, error))
        return NULL;
      trp_results_add (self, &row);
      if (self->rows->len != n)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                       "Line %zu says again what stands above: %s of case %s, arm %s", cells->line,
                       row.metric, row.case_name, row.arm);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

TrpResults *
trp_results_load (const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) reading = NULL;
  TrpResults *self;
  size_t size;

  if (!g_file_get_contents (path, &bytes, &size, &reading))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, reading->message);
      return NULL;
    }
  self = trp_results_parse (bytes, size, error);
  if (!self)
    g_prefix_error (error, "%s: ", path);
  return self;
}

static void
append_whole (GString *text, int number)
{
  if (number >= 0)
    g_string_append_printf (text, "%d", number);
}

static void
append_row (GString *text, const TrpResult *row)
{
  trp_csv_append_field (text, row->arm);
  g_string_append_c (text, ',');
  append_whole (text, row->seed);
  g_string_append_c (text, ',');
  append_whole (text, row->fold);
  g_string_append_c (text, ',');
  trp_csv_append_field (text, row->case_name);
  g_string_append_c (text, ',');
  trp_csv_append_field (text, row->patient);
  g_string_append_c (text, ',');
  trp_csv_append_field (text, row->structure);
  g_string_append_c (text, ',');
  append_whole (text, row->slice);
  g_string_append_c (text, ',');
  trp_csv_append_field (text, row->metric);
  g_string_append_c (text, ',');
  trp_csv_append_number (text, row->value);
  g_string_append_c (text, '\n');
}

char *
trp_results_to_csv (const TrpResults *self)
{
  GString *text = g_string_new (NULL);

  for (size_t c = 0; c < N_COLUMNS; c++)
    g_string_append_printf (text, "%s%c", column_names[c], c + 1 < N_COLUMNS ? ',' : '\n');
  for (size_t n = 0; n < self->rows->len; n++)
    append_row (text, self->rows->pdata[n]);
  return g_string_free (text, FALSE);
}

bool
trp_results_save (const TrpResults *self, const char *path, GError **error)
{
  g_autofree char *text = trp_results_to_csv (self);

  return trp_write_file (path, text, strlen (text), error);
}

/* ---- choosing ---- */

static bool
match_text (const char *wanted, const char *text)
{
  return !wanted || strcmp (wanted, text) == 0;
}

bool
trp_result_filter_match (const TrpResultFilter *filter, const TrpResult *row)
{
  const bool is_slice = row->slice != TRP_RESULT_NONE;

  if ((filter->part == TRP_RESULT_CASES && is_slice) ||
      (filter->part == TRP_RESULT_SLICES && !is_slice))
    return false;
  return (!filter->seed || *filter->seed == row->seed) &&
         (!filter->fold || *filter->fold == row->fold) && match_text (filter->arm, row->arm) &&
         match_text (filter->metric, row->metric) &&
         match_text (filter->structure, row->structure) &&
         match_text (filter->case_name, row->case_name) &&
         match_text (filter->patient, row->patient);
}

TrpResults *
trp_results_select (const TrpResults *self, const TrpResultFilter *filter)
{
  TrpResults *part = trp_results_new ();

  for (size_t n = 0; n < self->rows->len; n++)
    if (trp_result_filter_match (filter, self->rows->pdata[n]))
      trp_results_add (part, self->rows->pdata[n]);
  return part;
}

GArray *
trp_results_get_values (const TrpResults *self, const TrpResultFilter *filter)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (size_t n = 0; n < self->rows->len; n++)
    {
      const TrpResult *row = self->rows->pdata[n];

      if (trp_result_filter_match (filter, row))
        g_array_append_val (values, row->value);
    }
  return values;
}

static const char *
get_text (const TrpResult *row, TrpResultColumns column)
{
  switch (column)
    {
    case TRP_RESULT_ARM:
      return row->arm;
    case TRP_RESULT_CASE:
      return row->case_name;
    case TRP_RESULT_PATIENT:
      return row->patient;
    case TRP_RESULT_STRUCTURE:
      return row->structure;
    case TRP_RESULT_METRIC:
      return row->metric;
    case TRP_RESULT_SEED:
    case TRP_RESULT_FOLD:
    case TRP_RESULT_SLICE:
    default:
      g_return_val_if_reached (NULL);
    }
}

GPtrArray *
trp_results_list (const TrpResults *self, TrpResultColumns column)
{
  GPtrArray *texts = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (size_t n = 0; n < self->rows->len; n++)
    {
      const char *text = get_text (self->rows->pdata[n], column);

      if (g_hash_table_add (seen, (void *) text))
        g_ptr_array_add (texts, (void *) text);
    }
  return texts;
}

/* ---- averages ---- */

typedef struct
{
  double sum;
  size_t n;
} Mean;

/* What the row is called in a table that has none of the columns. */
static TrpResult
strip (const TrpResult *row, TrpResultColumns columns)
{
  TrpResult key = *row;

  if (columns & TRP_RESULT_SEED)
    key.seed = TRP_RESULT_NONE;
  if (columns & TRP_RESULT_FOLD)
    key.fold = TRP_RESULT_NONE;
  if (columns & TRP_RESULT_SLICE)
    key.slice = TRP_RESULT_NONE;
  if (columns & TRP_RESULT_ARM)
    key.arm = "all";
  if (columns & TRP_RESULT_METRIC)
    key.metric = "all";
  if (columns & TRP_RESULT_STRUCTURE)
    key.structure = "all";
  if (columns & TRP_RESULT_PATIENT)
    key.patient = "all";
  if (columns & TRP_RESULT_CASE)
    key.case_name = columns & TRP_RESULT_PATIENT ? "all" : row->patient;
  return key;
}

TrpResults *
trp_results_average (const TrpResults *self, TrpResultColumns columns)
{
  TrpResults *result = trp_results_new ();
  g_autoptr (GHashTable) means = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  for (size_t n = 0; n < self->rows->len; n++)
    {
      const TrpResult *row = self->rows->pdata[n];
      TrpResult key = strip (row, columns);
      const TrpResult *known;
      Mean *mean;

      if ((columns & TRP_RESULT_SLICE) && row->slice == TRP_RESULT_NONE)
        continue;
      key = own (result, &key);
      known = g_hash_table_lookup (result->found, &key);
      if (!known)
        {
          trp_results_add (result, &key);
          known = g_hash_table_lookup (result->found, &key);
          g_hash_table_insert (means, (void *) known, g_new0 (Mean, 1));
        }
      mean = g_hash_table_lookup (means, known);
      if (!isnan (row->value))
        {
          mean->sum += row->value;
          mean->n++;
        }
    }
  for (size_t n = 0; n < result->rows->len; n++)
    {
      TrpResult *row = result->rows->pdata[n];
      const Mean *mean = g_hash_table_lookup (means, row);

      row->value = mean->n ? mean->sum / (double) mean->n : (double) NAN;
    }
  return result;
}

/* ---- pairs ---- */

TrpResultPairs *
trp_results_pair (const TrpResults *self,
                  const TrpResultFilter *filter,
                  const char *first_arm,
                  const char *second_arm)
{
  TrpResultPairs *pairs = g_new0 (TrpResultPairs, 1);
  TrpResultFilter of_first = *filter, of_second = *filter;
  const char *second = g_string_chunk_insert_const (self->texts, second_arm);
  size_t n_second = 0;

  of_first.arm = first_arm;
  of_second.arm = second_arm;
  pairs->first = g_new (double, self->rows->len);
  pairs->second = g_new (double, self->rows->len);
  pairs->rows = g_new (const TrpResult *, self->rows->len);
  for (size_t n = 0; n < self->rows->len; n++)
    {
      const TrpResult *row = self->rows->pdata[n], *partner;
      TrpResult key = *row;

      n_second += trp_result_filter_match (&of_second, row);
      if (!trp_result_filter_match (&of_first, row))
        continue;
      key.arm = second;
      partner = g_hash_table_lookup (self->found, &key);
      if (!partner)
        {
          pairs->n_unpaired++;
          continue;
        }
      pairs->first[pairs->n] = row->value;
      pairs->second[pairs->n] = partner->value;
      pairs->rows[pairs->n++] = row;
    }
  pairs->n_unpaired += n_second - pairs->n;
  return pairs;
}

void
trp_result_pairs_free (TrpResultPairs *self)
{
  if (!self)
    return;
  g_free (self->first);
  g_free (self->second);
  g_free (self->rows);
  g_free (self);
}
