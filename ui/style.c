/* style.c - the program's look
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Dark, whatever the desktop prefers: reading rooms are. The style sheet is made for GTK's own
 * theme.
 */

#include "ui/style.h"

void
trp_style_load (GdkDisplay *display)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  GtkSettings *settings = gtk_settings_get_for_display (display);

  g_object_set (settings, "gtk-application-prefer-dark-theme", TRUE, "gtk-theme-name", "Default",
                NULL);
  gtk_css_provider_load_from_resource (provider, "/org/triptych/Triptych/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display),
                                    "/org/triptych/Triptych/icons");
}
