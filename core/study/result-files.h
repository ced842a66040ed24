/* result-files.h - which files a result was measured on
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Beside results.csv stands files.csv: arm,seed,fold,case,kind,mr,ct,synct,synmr,reference,test.
 * Kind is "structures" or "images" and says what reference and test are. Paths are relative to the
 * table or absolute; empty ones are not there. Plain values; any thread.
 */

#pragma once

#include "core/study/results.h"

G_BEGIN_DECLS

/**
 * TrpResultFiles: one row; absolute paths, NULL where there is none
 * @mr, @ct, @synct, @synmr: images of the case
 * @reference, @test: what was compared
 */
typedef struct
{
  char *arm;
  int seed, fold;
  char *case_name;
  bool are_structures;
  char *mr, *ct, *synct, *synmr;
  char *reference, *test;
} TrpResultFiles;

void trp_result_files_free (TrpResultFiles *self);

/* (element-type TrpResultFiles) (transfer full). Errors: TRP_ERROR_IO, TRP_ERROR_FORMAT naming the
 * line. */
GPtrArray *trp_result_files_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The rows as text, paths relative to @folder where they lie in it. (transfer full) */
char *trp_result_files_to_csv (const GPtrArray *files, const char *folder);
/* Of the case, arm, seed and fold of a result, of its kind where there are both; NULL: none.
 * Borrowed. */
const TrpResultFiles *trp_result_files_find (const GPtrArray *files, const TrpResult *row);

G_END_DECLS
