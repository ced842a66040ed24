/* application.c - TrpApplication: windows, opening, recent files
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/application.h"
#include "config.h"

#include "app/settings.h"
#include "ui/compute.h"
#include "ui/demo.h"
#include "ui/document-files.h"
#include "ui/result-case.h"
#include "ui/results-window.h"
#include "ui/style.h"
#include "ui/window-files.h"

#include <glib/gi18n.h>

struct _TrpApplication
{
  GtkApplication parent_instance;

  TrpSettings *settings;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (TrpApplication, trp_application, GTK_TYPE_APPLICATION)

/* ---- windows ---- */

static void
show_recent (TrpApplication *self)
{
  for (GList *item = gtk_application_get_windows (GTK_APPLICATION (self)); item; item = item->next)
    if (TRP_IS_MAIN_WINDOW (item->data))
      trp_main_window_set_recent (item->data, trp_settings_get_recent (self->settings));
}

static void
on_opened (TrpApplication *self, const char *path)
{
  trp_settings_add_recent (self->settings, path);
  show_recent (self);
}

static gboolean
on_close_request (GtkWindow *window, TrpApplication *self)
{
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  trp_settings_set_window (self->settings, width, height, gtk_window_is_maximized (window));
  if (trp_main_window_get_folder (TRP_MAIN_WINDOW (window)))
    trp_settings_set_folder (self->settings, trp_main_window_get_folder (TRP_MAIN_WINDOW (window)));
  if (trp_main_window_get_priority (TRP_MAIN_WINDOW (window)))
    trp_settings_set_priority (self->settings,
                               trp_main_window_get_priority (TRP_MAIN_WINDOW (window)));
  return GDK_EVENT_PROPAGATE;
}

static void
on_compute_changed (TrpCompute *compute, TrpApplication *self)
{
  trp_settings_set_compute (self->settings, trp_compute_get_device (compute),
                            trp_compute_get_precision (compute, TRP_COMPUTE_INFER),
                            trp_compute_get_precision (compute, TRP_COMPUTE_TRAIN),
                            trp_compute_get_deterministic (compute));
}

static void
restore_compute (TrpApplication *self, TrpCompute *compute)
{
  const struct
  {
    TrpComputeUse use;
    int precision;
  } table[] = {
    { TRP_COMPUTE_INFER, trp_settings_get_precision (self->settings) },
    { TRP_COMPUTE_TRAIN, trp_settings_get_training_precision (self->settings) },
  };
  g_autofree char *device = trp_settings_dup_device (self->settings);

  if (device)
    trp_compute_set_device (compute, device);
  for (size_t n = 0; n < G_N_ELEMENTS (table); n++)
    if (table[n].precision >= TRP_PRECISION_DEFAULT && table[n].precision < TRP_PRECISIONS)
      trp_compute_set_precision (compute, table[n].use, (TrpPrecision) table[n].precision);
  trp_compute_set_deterministic (compute, trp_settings_get_deterministic (self->settings));
  g_signal_connect_object (compute, "changed", G_CALLBACK (on_compute_changed), self, 0);
}

static void
on_tolerance (TrpLiveScores *scores, TrpApplication *self)
{
  trp_settings_set_tolerance (self->settings, trp_live_scores_get_tolerance (scores));
}

static void
restore_tolerance (TrpApplication *self, TrpLiveScores *scores)
{
  const double tolerance = trp_settings_get_tolerance (self->settings);

  if (isfinite (tolerance))
    trp_live_scores_set_tolerance (scores, tolerance);
  g_signal_connect_object (scores, "tolerance-changed", G_CALLBACK (on_tolerance), self, 0);
}

static TrpMainWindow *
add_window (TrpApplication *self)
{
  GtkWidget *window = trp_main_window_new (GTK_APPLICATION (self));
  g_autofree char *folder = trp_settings_dup_folder (self->settings);
  g_auto (GStrv) priority = trp_settings_dup_priority (self->settings);
  int width, height;
  bool maximized;

  if (trp_settings_get_window (self->settings, &width, &height, &maximized))
    {
      gtk_window_set_default_size (GTK_WINDOW (window), width, height);
      if (maximized)
        gtk_window_maximize (GTK_WINDOW (window));
    }
  if (folder)
    trp_main_window_set_folder (TRP_MAIN_WINDOW (window), folder);
  if (priority)
    trp_main_window_set_priority (TRP_MAIN_WINDOW (window), (const char *const *) priority);
  restore_compute (self, trp_compute_get (trp_main_window_get_document (TRP_MAIN_WINDOW (window))));
  restore_tolerance (self, trp_main_window_get_scores (TRP_MAIN_WINDOW (window)));
  g_signal_connect_swapped (window, "opened", G_CALLBACK (on_opened), self);
  g_signal_connect (window, "close-request", G_CALLBACK (on_close_request), self);
  show_recent (self);
  gtk_window_present (GTK_WINDOW (window));
  return TRP_MAIN_WINDOW (window);
}

/* The window in front if it holds nothing yet, else a new one: a case is never mixed into another
 * by opening files from outside. */
static TrpMainWindow *
get_empty_window (TrpApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (TRP_IS_MAIN_WINDOW (window) && trp_main_window_is_empty (TRP_MAIN_WINDOW (window)))
    {
      gtk_window_present (window);
      return TRP_MAIN_WINDOW (window);
    }
  return add_window (self);
}

void
trp_application_open_demo (TrpApplication *self)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));
  TrpMainWindow *window;

  if (TRP_IS_MAIN_WINDOW (active) &&
      trp_demo_is_opening (trp_main_window_get_document (TRP_MAIN_WINDOW (active))))
    return; /* a double click is one wish */
  window = get_empty_window (self);
  trp_demo_open (trp_main_window_get_document (window));
}

/* ---- results of a study ---- */

/* A case of a study stands in a window of its own: what is open elsewhere is left alone. */
static void
on_open_case (TrpResultsWindow *results,
              const TrpResultFiles *files,
              int slice,
              TrpApplication *self)
{
  TrpMainWindow *window = NULL;

  for (GList *item = gtk_application_get_windows (GTK_APPLICATION (self)); item && !window;
       item = item->next)
    if (TRP_IS_MAIN_WINDOW (item->data) && trp_main_window_is_empty (item->data))
      window = item->data;
  if (!window)
    window = add_window (self);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "mode",
                                      g_variant_new_string ("edit"));
  gtk_window_present (GTK_WINDOW (window));
  trp_result_case_open (trp_main_window_get_document (window), files, slice);
}

static bool
has_results (const char *path)
{
  g_autofree char *results = g_build_filename (path, "results.csv", NULL);

  return g_file_test (results, G_FILE_TEST_IS_REGULAR);
}

static void
show_results (TrpApplication *self, const char *folder)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autoptr (GError) error = NULL;
  TrpResultsWindow *window = trp_results_window_new (folder, &error);

  if (!window)
    {
      if (!TRP_IS_MAIN_WINDOW (active))
        active = GTK_WINDOW (add_window (self));
      trp_main_window_show_message (TRP_MAIN_WINDOW (active), TRP_SEVERITY_ERROR, error->message);
      return;
    }
  gtk_window_set_application (GTK_WINDOW (window), GTK_APPLICATION (self));
  g_signal_connect_object (window, "open-case", G_CALLBACK (on_open_case), self, 0);
  gtk_window_present (GTK_WINDOW (window));
}

static void
on_results_chosen (GtkNativeDialog *dialog, int response, TrpApplication *self)
{
  g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = folder ? g_file_get_path (folder) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path)
    show_results (self, path);
  g_clear_object (&self->chooser);
}

static void
on_results (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpApplication *self = data;

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (
    _ ("Folder of a study or an evaluation"), gtk_application_get_active_window (data),
    GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("Open"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect (self->chooser, "response", G_CALLBACK (on_results_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* ---- GApplication ---- */

static void
trp_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window)
    gtk_window_present (window);
  else
    add_window (TRP_APPLICATION (application));
}

static void
trp_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autofree char *folder = n_files == 1 ? g_file_get_path (files[0]) : NULL;
  TrpMainWindow *window;

  if (folder && has_results (folder))
    {
      show_results (TRP_APPLICATION (application), folder);
      return;
    }
  window = get_empty_window (TRP_APPLICATION (application));
  for (int n = 0; n < n_files; n++)
    {
      g_autofree char *path = g_file_get_path (files[n]);

      if (path)
        trp_document_open (trp_main_window_get_document (window), path, TRP_ROLE_GUESS,
                           TRP_OPEN_AS_GUESSED);
      else
        trp_main_window_show_message (window, TRP_SEVERITY_ERROR,
                                      _ ("Only files on this computer can be opened."));
    }
}

static void
on_demo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  trp_application_open_demo (data);
}

static void
on_clear_recent (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpApplication *self = data;

  trp_settings_clear_recent (self->settings);
  show_recent (self);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_show_about_dialog (gtk_application_get_active_window (data), "program-name", "Triptych",
                         "version", TRP_VERSION, "comments",
                         _ ("MR, synthetic CT and CT side by side. Not a medical device."),
                         "license-type", GTK_LICENSE_APACHE_2_0, NULL);
}

/* Each window asks for itself; the program ends with the last one. */
static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (data));

  for (GList *item = windows; item; item = item->next)
    gtk_window_close (item->data);
}

static void
trp_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { "demo", on_demo },   { "results", on_results }, { "clear-recent", on_clear_recent },
    { "about", on_about }, { "quit", on_quit },
  };
  static const char *const quit_keys[] = { "<Control>q", NULL };

  G_APPLICATION_CLASS (trp_application_parent_class)->startup (application);
  trp_style_load (gdk_display_get_default ());
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  gtk_application_set_accels_for_action (GTK_APPLICATION (application), "app.quit", quit_keys);
  TRP_APPLICATION (application)->settings = trp_settings_new (NULL);
}

static int
trp_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) arguments = NULL;
  gboolean demo = FALSE;
  int n_arguments;

  arguments = g_application_command_line_get_arguments (command_line, &n_arguments);
  for (int n = 1; n < n_arguments; n++)
    g_ptr_array_add (files,
                     g_application_command_line_create_file_for_arg (command_line, arguments[n]));
  g_variant_dict_lookup (options, "demo", "b", &demo);
  if (demo)
    trp_application_open_demo (TRP_APPLICATION (application));
  if (files->len > 0)
    g_application_open (application, (GFile **) files->pdata, (int) files->len, "");
  else if (!demo)
    g_application_activate (application);
  return 0;
}

static int
trp_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("triptych %s\n", TRP_VERSION);
  return 0;
}

static void
trp_application_shutdown (GApplication *application)
{
  g_clear_object (&TRP_APPLICATION (application)->chooser);
  g_clear_pointer (&TRP_APPLICATION (application)->settings, trp_settings_free);
  G_APPLICATION_CLASS (trp_application_parent_class)->shutdown (application);
}

static void
trp_application_class_init (TrpApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = trp_application_startup;
  application_class->activate = trp_application_activate;
  application_class->open = trp_application_open;
  application_class->command_line = trp_application_command_line;
  application_class->handle_local_options = trp_application_handle_local_options;
  application_class->shutdown = trp_application_shutdown;
}

static void
trp_application_init (TrpApplication *self)
{
  static const GOptionEntry options[] = {
    { "demo", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open a phantom case with two small networks"),
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and stop"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[PATH…]"));
  g_application_set_option_context_summary (
    G_APPLICATION (self),
    _ ("MR, synthetic CT and CT side by side: opens images, label maps and DICOM folders."));
}

TrpApplication *
trp_application_new (void)
{
  return g_object_new (TRP_TYPE_APPLICATION, "application-id", "org.triptych.Triptych", "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}
