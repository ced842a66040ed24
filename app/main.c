/* main.c - the window program
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/application.h"
#include "config.h"
#include "core/base/startup.h"

#include <glib/gi18n.h>

int
main (int argc, char **argv)
{
  g_autoptr (TrpApplication) application = NULL;

  trp_startup (argv);
  g_set_application_name ("Triptych");
  application = trp_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
