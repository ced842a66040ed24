/* manual.c - see manual.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/manual.h"
#include "config.h"

#include "core/base/resources.h"

#include <glib/gi18n.h>

char *
trp_manual_find (void)
{
  g_autofree char *folder = trp_resources_find_folder ("help");

  return g_build_filename (folder, "manual.html", NULL);
}

/* The window may have been closed meanwhile. */
static void
on_shown (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TrpMainWindow) window = data;
  g_autofree char *path = trp_manual_find ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (gtk_show_uri_full_finish (GTK_WINDOW (window), result, &error) ||
      !trp_main_window_get_document (window))
    return;
  text = g_strdup_printf (_ ("The manual cannot be shown: %s. Open %s in a web browser."),
                          error->message, path);
  trp_main_window_show_message (window, TRP_SEVERITY_WARNING, text);
}

void
trp_manual_show (TrpMainWindow *window)
{
  g_autofree char *path = trp_manual_find ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *uri = g_file_get_uri (file);

  gtk_show_uri_full (GTK_WINDOW (window), uri, GDK_CURRENT_TIME, NULL, on_shown,
                     g_object_ref (window));
}
