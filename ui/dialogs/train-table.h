/* train-table.h - named columns of numbers over the steps of a training
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Holds log.csv or validation.csv: what a folder tells of the past and what a run adds. One thread
 * at a time.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct _TrpTrainTable TrpTrainTable;

TrpTrainTable *trp_train_table_new (void);
void trp_train_table_free (TrpTrainTable *self);

/* Adds the rows of a CSV file whose first column is the step. What cannot be read is left out, be
 * it all of it. */
void trp_train_table_read (TrpTrainTable *self, const char *path);
/* Rows of this step and later ones, of an attempt that was given up, go. Columns that a row lacks
 * are NAN there. Returns: its index */
size_t trp_train_table_add (
  TrpTrainTable *self, int step, const char *const *names, const double *values, size_t n);

size_t trp_train_table_get_n_rows (const TrpTrainTable *self);
const double *trp_train_table_peek_steps (const TrpTrainTable *self);
/* NULL where there is no such column. */
const double *trp_train_table_peek (const TrpTrainTable *self, const char *name);
/* In the order they came; NULL past the last. */
const char *trp_train_table_get_name (const TrpTrainTable *self, size_t index);
/* Row of the first of the best values; SIZE_MAX without any number. */
size_t trp_train_table_find_best (const TrpTrainTable *self, const char *name, bool rises);
/* Row of a step; SIZE_MAX: none. */
size_t trp_train_table_find_step (const TrpTrainTable *self, int step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpTrainTable, trp_train_table_free)

G_END_DECLS
