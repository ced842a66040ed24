/* main.c - the window program
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/application.h"
#include "config.h"
#include "core/base/parallel.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (TrpApplication) application = NULL;

  trp_parallel_start (argv);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TRP_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Triptych");
  application = trp_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
