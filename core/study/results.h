/* results.h - what was measured: one long table with one value per row
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The columns of results.csv are arm,seed,fold,case,patient,structure,slice,metric,value. An arm is
 * one way of doing the work (a model, a reading, a setting). Empty: no seed, no fold, the whole
 * image instead of a structure, the whole case instead of a slice; slices count from 0. NaN,
 * Infinity and -Infinity stand as words. One thread writes a table at a time.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

#define TRP_RESULT_NONE (-1) /* seed, fold or slice that a row does not have */

/**
 * TrpResult: one row
 * @arm, @case_name, @metric: never empty in a table
 * @patient: NULL or "": the case
 * @structure: NULL or "": the whole image; "body": inside the body
 * @value: NAN and INFINITY are results too: no contour was found
 */
typedef struct
{
  const char *arm;
  int seed, fold;
  const char *case_name;
  const char *patient;
  const char *structure;
  int slice;
  const char *metric;
  double value;
} TrpResult;

typedef struct _TrpResults TrpResults;

TrpResults *trp_results_new (void);
TrpResults *trp_results_ref (TrpResults *self);
void trp_results_unref (TrpResults *self);

size_t trp_results_get_size (const TrpResults *self);
/* Rows keep the order in which they came. Valid as long as the table. */
const TrpResult *trp_results_get (const TrpResults *self, size_t index);

/* Copies the row. One that differs in nothing but the value is replaced in its place: work that is
 * done again does not count twice. */
void trp_results_add (TrpResults *self, const TrpResult *row);
void trp_results_append (TrpResults *self, const TrpResults *rows);

/**
 * trp_results_parse:
 *
 * Columns in any order; unknown ones are passed over.
 *
 * Errors: TRP_ERROR_FORMAT naming the line: a column that is missing or there twice, more fields
 * than columns, an empty arm, case or metric, a seed, fold or slice that is no whole number, a
 * value that is no number, a row that is there twice; as trp_csv_parse().
 */
TrpResults *
trp_results_parse (const char *bytes, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The message begins with the file's name. A file without rows is no error. */
TrpResults *trp_results_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *trp_results_to_csv (const TrpResults *self);
/* Atomically; the values read back are the same bits. */
bool trp_results_save (const TrpResults *self,
                       const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  TRP_RESULT_CASES, /* rows on whole cases */
  TRP_RESULT_SLICES,
  TRP_RESULT_CASES_AND_SLICES,
} TrpResultPart;

/**
 * TrpResultFilter: all zero: every row on a whole case
 * @arm, @metric, @structure, @case_name, @patient: NULL: any; structure "": the whole image
 * @seed, @fold: (nullable): any
 */
typedef struct
{
  const char *arm;
  const char *metric;
  const char *structure;
  const char *case_name;
  const char *patient;
  const int *seed;
  const int *fold;
  TrpResultPart part;
} TrpResultFilter;

bool trp_result_filter_match (const TrpResultFilter *filter, const TrpResult *row);
/* (transfer full): a table of its own. */
TrpResults *trp_results_select (const TrpResults *self, const TrpResultFilter *filter);
/* The values of the rows in order. (element-type double) (transfer full) */
GArray *trp_results_get_values (const TrpResults *self, const TrpResultFilter *filter);

/* Columns, as bits. */
typedef enum
{
  TRP_RESULT_ARM = 1 << 0,
  TRP_RESULT_SEED = 1 << 1,
  TRP_RESULT_FOLD = 1 << 2,
  TRP_RESULT_CASE = 1 << 3,
  TRP_RESULT_PATIENT = 1 << 4,
  TRP_RESULT_STRUCTURE = 1 << 5,
  TRP_RESULT_SLICE = 1 << 6,
  TRP_RESULT_METRIC = 1 << 7,
} TrpResultColumns;

/* Different texts of one text column, in the order in which they first come; borrowed.
 * (element-type utf8) (transfer container) */
GPtrArray *trp_results_list (const TrpResults *self, TrpResultColumns column);

/**
 * trp_results_average:
 * @columns: over which; the rows of the result have none of them (a case or an arm is called "all")
 *
 * Mean of the rows that agree in every other column: over seeds so that a case counts once in a
 * test, over structures for left and right together, over slices or cases (where a patient has
 * several). A slice is never mixed with its whole case unless @columns has TRP_RESULT_SLICE; then
 * whole cases are left out. NANs are left out where there is any other value; an infinite one makes
 * the mean infinite: a contour that was not found is not averaged away.
 */
TrpResults *trp_results_average (const TrpResults *self, TrpResultColumns columns);

/**
 * TrpResultPairs: rows of two arms that agree in case, patient, structure, slice, seed and fold
 * @first, @second: values, @n of them
 * @rows: of the first arm; borrowed from the table
 * @n_unpaired: rows of either arm without a partner
 */
typedef struct
{
  size_t n;
  double *first;
  double *second;
  const TrpResult **rows;
  size_t n_unpaired;
} TrpResultPairs;

/* @filter: its arm does not count; it names the metric. Where both arms have seeds these must
 * agree; average first where they need not. */
TrpResultPairs *trp_results_pair (const TrpResults *self,
                                  const TrpResultFilter *filter,
                                  const char *first_arm,
                                  const char *second_arm);
void trp_result_pairs_free (TrpResultPairs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpResults, trp_results_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpResultPairs, trp_result_pairs_free)

G_END_DECLS
