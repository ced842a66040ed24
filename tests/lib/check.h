/* check.h - what all tests share: float comparison, temporary folders, shared data
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/* Fails with both values unless |@actual - @expected| <= @tolerance; equal infinities and two NANs
 * agree. */
#define trp_assert_near(actual, expected, tolerance)                                               \
  trp_check_near (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, #actual, (actual), (expected),      \
                  (tolerance))

void trp_check_near (const char *domain,
                     const char *file,
                     int line,
                     const char *function,
                     const char *expression,
                     double actual,
                     double expected,
                     double tolerance);

/* Path of a new, empty folder; removed with all it holds by trp_test_remove_folder(). */
char *trp_test_make_folder (void);
/* Before g_test_init(): the user's folders lie in this new one. */
char *trp_test_isolate (void);
void trp_test_remove_folder (const char *path);

/* Path of a file below tests/ of the source tree: TRIPTYCH_SOURCE, else the current folder. */
char *trp_test_source_path (const char *relative);

/* Path below the folder of shared reference data beside the source tree, or NULL after
 * g_test_skip() where there is none. */
char *trp_test_shared_path (const char *relative);

/* Runs triptych-cli with the NULL-terminated arguments; returns its exit status. Outputs may be
 * NULL. */
int trp_test_run_cli (const char *const *arguments, char **out_stdout, char **out_stderr);

G_END_DECLS
