/* cases.h - the data lists that an experiment's steps hand on
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A table that can be changed, beside TrpDataList that cannot: rows of cells by column, files as
 * absolute paths. A file's column is a role of the data list, an observer's ("mr_observer_1") or
 * "contours". One thread.
 */

#pragma once

#include "core/study/data-list.h"

G_BEGIN_DECLS

/* TrpCase: cells by column, without "case", "patient" and "fold"; empty cells are absent. */
typedef struct
{
  char *name;
  char *patient;
  int fold;
  GHashTable *cells;
} TrpCase;

/**
 * TrpCases:
 * @columns: (element-type utf8): of the cells, in the file's order
 * @rows: (element-type TrpCase)
 */
typedef struct
{
  GPtrArray *columns;
  GPtrArray *rows;
} TrpCases;

TrpCases *trp_cases_new (void); /* nothing */
TrpCases *trp_cases_new_from_list (const TrpDataList *list);
TrpCases *trp_cases_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_cases_free (TrpCases *self);

const TrpCase *trp_cases_get (const TrpCases *self, size_t index);
/* NULL where the cell is empty. */
const char *trp_case_get (const TrpCase *row, const char *column);
bool trp_cases_is_file_column (const char *column);
/* Of the row; adds the column if need be. */
void trp_cases_set (TrpCases *self, size_t index, const char *column, const char *text);

/* Drops the rows for which @keep says no, then those without any file. */
void trp_cases_filter (TrpCases *self,
                       bool (*keep) (const TrpCase *row, const void *data),
                       const void *data);
/* Whether the column belongs to the MR ("mr") or CT side; "set" and the like to both. */
bool trp_cases_column_is_of (const char *column, const char *side);
/* Keeps only the columns of one side. */
void trp_cases_keep_side (TrpCases *self, const char *side);
/* Keeps of each modality the first @n patients. */
void trp_cases_keep_patients (TrpCases *self, size_t n);
/* Rows and columns of @other; its cases and patients are called "PREFIX-NAME" where @prefix. */
void trp_cases_append (TrpCases *self, const TrpCases *other, const char *prefix);

/* @root: files below it are written relative to a folder below @root/nodes. (transfer full) */
char *trp_cases_to_csv (const TrpCases *self, const char *root);
TrpDataList *trp_cases_to_list (const TrpCases *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpCases, trp_cases_free)

G_END_DECLS
