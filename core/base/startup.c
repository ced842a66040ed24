/* startup.c - see startup.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/startup.h"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <unistd.h>

static void
set_wait_policy (char **argv)
{
  if (g_getenv ("OMP_WAIT_POLICY"))
    return;
  g_setenv ("OMP_WAIT_POLICY", "passive", TRUE);
  (void) execv ("/proc/self/exe", argv); /* where that fails the program only runs slower */
}

void
trp_startup (char **argv)
{
  const char *folder = g_getenv ("TRIPTYCH_LOCALE_DIR");

  set_wait_policy (argv);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder ? folder : TRP_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
