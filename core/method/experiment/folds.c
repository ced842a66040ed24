/* folds.c - see folds.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/folds.h"

#include "core/base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STREAM 0x466F6C64 /* "Fold" */

typedef struct
{
  size_t index, stratum;
  uint32_t shuffle;
  double value;
} Patient;

static int
compare_numbers (size_t a, size_t b)
{
  return (a > b) - (a < b);
}

static int
compare_in_stratum (const void *a, const void *b)
{
  const Patient *one = a, *other = b;

  if (one->stratum != other->stratum)
    return compare_numbers (one->stratum, other->stratum);
  if (one->shuffle != other->shuffle)
    return one->shuffle < other->shuffle ? -1 : 1;
  return compare_numbers (one->index, other->index);
}

/* Patients are dealt like cards, stratum after stratum, so that a stratum's surplus goes to the
 * folds that the one before it left short. */
bool
trp_folds_assign (
  size_t n, const size_t *strata, size_t n_folds, uint64_t seed, int *out_folds, GError **error)
{
  g_autofree Patient *patients = g_new0 (Patient, n + 1);
  TrpRng rng = trp_rng_new (seed, STREAM);

  if (n_folds < 2 || n < n_folds)
    {
      g_set_error (
        error, TRP_ERROR, TRP_ERROR_FORMAT,
        "%zu patients cannot be cut into %zu folds; each needs one, and there are two or "
        "more",
        n, n_folds);
      return false;
    }
  for (size_t i = 0; i < n; i++)
    patients[i] = (Patient){ i, strata ? strata[i] : 0, trp_rng_u32 (&rng), 0 };
  qsort (patients, n, sizeof *patients, compare_in_stratum);
  for (size_t i = 0; i < n; i++)
    out_folds[patients[i].index] = (int) (i % n_folds);
  return true;
}

static int
compare_values (const void *a, const void *b)
{
  const Patient *one = a, *other = b;

  if (isnan (one->value) || isnan (other->value))
    {
      const int order = (int) isnan (one->value) - (int) isnan (other->value);

      return order ? order : compare_numbers (one->index, other->index);
    }
  if (one->value < other->value || one->value > other->value)
    return one->value < other->value ? -1 : 1;
  return compare_numbers (one->index, other->index);
}

void
trp_folds_rank_strata (const double *values, size_t n, size_t size, size_t *out_strata)
{
  g_autofree Patient *patients = g_new0 (Patient, n + 1);

  for (size_t i = 0; i < n; i++)
    patients[i] = (Patient){ i, 0, 0, values[i] };
  qsort (patients, n, sizeof *patients, compare_values);
  for (size_t i = 0; i < n; i++)
    out_strata[patients[i].index] = i / size;
}

void
trp_folds_text_strata (const char *const *texts, size_t n, size_t *out_strata)
{
  size_t n_strata = 0;

  for (size_t i = 0; i < n; i++)
    {
      size_t first = 0;

      while (first < i && strcmp (texts[first], texts[i]) != 0)
        first++;
      out_strata[i] = first < i ? out_strata[first] : n_strata++;
    }
}
