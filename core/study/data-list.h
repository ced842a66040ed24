/* data-list.h - the list of cases that training and evaluation run over
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A CSV file with a header: columns case, patient, mr, ct, synct, synmr, ct_on_mr, mr_structures,
 * ct_structures, fold, leave_out in any order; missing ones are empty, unknown ones are kept. Paths
 * are relative to the list. SynCT and ct_on_mr lie on the MR's grid, SynMR on the CT's. Unpaired
 * sets have rows with only an MR or only a CT. Immutable once made; any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

typedef struct _TrpDataList TrpDataList;

typedef enum
{
  TRP_DATA_MR,
  TRP_DATA_CT,
  TRP_DATA_SYNCT,
  TRP_DATA_SYNMR,
  TRP_DATA_CT_ON_MR,
  TRP_DATA_MR_STRUCTURES,
  TRP_DATA_CT_STRUCTURES,
  TRP_N_DATA_ROLES,
} TrpDataRole;

const char *trp_data_role_get_name (TrpDataRole role); /* the column's name */
/* Of the column that is called so; false if none of the roles is. */
bool trp_data_role_parse (const char *name, TrpDataRole *out_role);
/* The structures drawn on the grid of an image role. */
TrpDataRole trp_data_role_get_structures (TrpDataRole image);

/* TrpDataSlices: a run of slices, both ends included. */
typedef struct
{
  size_t first, last;
} TrpDataSlices;

/**
 * TrpDataRow:
 * @name: column "case"; never empty, unique in the list
 * @patient: several cases may be of one patient, whom folds keep together; the case where empty
 * @paths: by role, made absolute with the list's folder; NULL where empty
 * @fold: -1 where empty
 * @left_out: column "leave_out": axial slices that are not to be learnt from, as "0-3 17", counted
 * as the file stores them; see trp_data_row_leaves_out()
 * @line: in the file, for messages
 */
typedef struct
{
  char *name;
  char *patient;
  char *paths[TRP_N_DATA_ROLES];
  int fold;
  GArray *left_out; /* (nullable) (element-type TrpDataSlices) */
  size_t line;
} TrpDataRow;

#define TRP_DATA_MAX_FOLD 9999

/* Whether axial slice @k is not to be learnt from: the file's own index, from 0, along the
 * axis of the image learnt from that runs most closely from the feet to the head, or back: its
 * third, unless it is stored sagittally or coronally (core/method/preprocess/frame.h). */
bool trp_data_row_leaves_out (const TrpDataRow *self, size_t k);
/* "0-3 17" of the slices whose @left_out is true, as the column holds it. (transfer full) */
char *trp_data_slices_to_text (const bool *left_out, size_t n);

/**
 * trp_data_list_parse:
 * @folder: to which relative paths belong
 *
 * Errors: TRP_ERROR_FORMAT naming line and column: no header, a column twice, a row with more
 * fields than the header, a case without a name or twice, a fold that is no whole number from 0 to
 * TRP_DATA_MAX_FOLD, slices to leave out that are no numbers, a row without any file; no rows at
 * all.
 */
TrpDataList *trp_data_list_parse (const char *bytes,
                                  size_t size,
                                  const char *folder,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The message begins with the list's name. Files are not opened. */
TrpDataList *trp_data_list_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrpDataList *trp_data_list_ref (TrpDataList *self);
void trp_data_list_unref (TrpDataList *self);

size_t trp_data_list_get_size (const TrpDataList *self);
const TrpDataRow *trp_data_list_get (const TrpDataList *self, size_t index);
/* Text of any column, known or not, as it stands in the file; NULL where the list lacks the column.
 */
const char *trp_data_list_get_text (const TrpDataList *self, size_t index, const char *column);
/* The file that any column names, made absolute; NULL where it is empty. (transfer full) */
char *trp_data_list_dup_path (const TrpDataList *self, size_t index, const char *column);
const char *const *trp_data_list_get_columns (const TrpDataList *self); /* NULL-terminated */
size_t trp_data_list_count (const TrpDataList *self, TrpDataRole role); /* rows that have it */

/**
 * trp_data_list_select_fold:
 * @fold: 0 or more; a negative one means no folds: all rows train, none validate
 * @validation: the rows whose fold is @fold instead of the others
 *
 * Rows without a fold always train.
 *
 * Errors: TRP_ERROR_FORMAT when no row has that fold, or no row is left to train on. The list for
 * validation may be empty only when @fold is negative.
 */
TrpDataList *trp_data_list_select_fold (const TrpDataList *self,
                                        int fold,
                                        bool validation,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpDataList, trp_data_list_unref)

G_END_DECLS
