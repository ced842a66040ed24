/* itk-guard.h - calls into ITK from which no exception and no line on standard error comes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * C++, for the files that call ITK. Any number of calls at once, any thread.
 */

#pragma once

#include "core/base/error.h"

#include <exception>

/* MetaIO and ITK's warnings write to std::cerr; what matters comes back as an exception or a false.
 * Silent as long as any call is under way. */
class TrpItkQuiet
{
public:
  TrpItkQuiet ();
  ~TrpItkQuiet ();
  TrpItkQuiet (const TrpItkQuiet &) = delete;
  TrpItkQuiet &operator= (const TrpItkQuiet &) = delete;
};

/**
 * TrpItkBlame: what to say of an exception
 * @no_memory: a sentence
 * @failure: what failed; the cause follows in brackets
 * @path: (nullable): "the file" stands in its place in the cause
 */
struct TrpItkBlame
{
  const char *no_memory;
  const char *failure;
  const char *path;
};

/* Errors: TRP_ERROR_LIMIT for memory, TRP_ERROR_FORMAT for all else. */
void trp_itk_set_error (const TrpItkBlame &blame, const std::exception &exception, GError **error);

/* Runs @work, which returns whether it worked and may set the error itself. */
template <typename Work>
bool
trp_itk_guard (const TrpItkBlame &blame, GError **error, Work work)
{
  try
    {
      TrpItkQuiet quiet;

      return work ();
    }
  catch (const std::exception &exception)
    {
      trp_itk_set_error (blame, exception, error);
    }
  return false;
}
