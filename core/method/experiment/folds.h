/* folds.h - cutting patients into folds
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain values; any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/**
 * trp_folds_assign:
 * @strata: (nullable): of each of @n patients; equal numbers are spread over all folds
 * @out_folds: 0 to @n_folds - 1, whose sizes differ by one at most, as do those within a stratum
 *
 * Depends on (@strata, @n_folds, @seed) alone.
 *
 * Errors: TRP_ERROR_FORMAT with fewer than two folds, or fewer patients than folds.
 */
bool trp_folds_assign (size_t n,
                       const size_t *strata,
                       size_t n_folds,
                       uint64_t seed,
                       int *out_folds,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Strata of neighbours in the order of @values, @size in each: folds alike in every quantile. NANs
 * come last. */
void trp_folds_rank_strata (const double *values, size_t n, size_t size, size_t *out_strata);
/* Equal texts share a stratum. */
void trp_folds_text_strata (const char *const *texts, size_t n, size_t *out_strata);

G_END_DECLS
