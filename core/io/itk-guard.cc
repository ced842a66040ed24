/* itk-guard.cc - see itk-guard.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/itk-guard.h"

#include <cctype>
#include <iostream>
#include <itkMacro.h>
#include <itkObject.h>
#include <mutex>
#include <new>
#include <string>

namespace
{

/* The first call takes the buffer away, the last one puts it back. */
struct Silence
{
  std::mutex mutex;
  unsigned n_calls = 0;
  std::streambuf *buffer = nullptr;
};

Silence &
silence ()
{
  static Silence instance;

  return instance;
}

/* ITK's descriptions run over several lines with the path in them; the last line is the cause. */
std::string
tidy (const std::string &description, const std::string &path)
{
  std::string text = description;
  size_t found;

  while (!text.empty () && std::isspace (static_cast<unsigned char> (text.back ())))
    text.pop_back ();
  found = text.rfind ('\n');
  if (found != std::string::npos)
    text.erase (0, found + 1);
  while (!path.empty () && (found = text.find (path)) != std::string::npos)
    text.replace (found, path.size (), "the file");
  return text.substr (0, 200);
}

} // namespace

TrpItkQuiet::TrpItkQuiet ()
{
  Silence &self = silence ();
  const std::lock_guard<std::mutex> lock (self.mutex);

  if (self.n_calls++ > 0)
    return;
  self.buffer = std::cerr.rdbuf (nullptr);
  itk::Object::GlobalWarningDisplayOff ();
}

TrpItkQuiet::~TrpItkQuiet ()
{
  Silence &self = silence ();
  const std::lock_guard<std::mutex> lock (self.mutex);

  if (--self.n_calls == 0)
    std::cerr.rdbuf (self.buffer);
}

void
trp_itk_set_error (const TrpItkBlame &blame, const std::exception &exception, GError **error)
{
  const auto *of_itk = dynamic_cast<const itk::ExceptionObject *> (&exception);
  const std::string text = tidy (of_itk ? of_itk->GetDescription () : exception.what (),
                                 blame.path ? blame.path : "");

  if (dynamic_cast<const std::bad_alloc *> (&exception))
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT, blame.no_memory);
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s (%s)", blame.failure, text.c_str ());
}
