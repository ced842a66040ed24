/* reading-actions.c - the window's actions on several readings
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/reading-actions.h"
#include "config.h"

#include "ui/dialogs/compare-readings.h"
#include "ui/dialogs/form.h"
#include "ui/document-blind.h"
#include "ui/document-compare.h"

#include <glib/gi18n.h>

#define MENU_KEY "trp-reading-menu"
#define SEED_KEY "trp-seed"
#define MOST_SEED 999999 /* short enough to be written down */

static TrpDocument *
get_document (gpointer window)
{
  return trp_main_window_get_document (window);
}

static GSimpleAction *
find (gpointer window, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (window), name));
}

/* ---- shown over the pictures ---- */

static void
on_all_readings (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_document_set_readings_shown (get_document (window), g_variant_get_boolean (value));
}

static void
on_agreement (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_document_set_agreement_shown (get_document (window), g_variant_get_boolean (value));
}

static void
on_compare (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_compare_readings_show (window, get_document (window));
}

/* ---- whose they are ---- */

static void
on_hide_response (GtkDialog *dialog, int response, gpointer window)
{
  GtkSpinButton *seed = g_object_get_data (G_OBJECT (dialog), SEED_KEY);

  if (response == GTK_RESPONSE_ACCEPT)
    {
      gtk_spin_button_update (seed);
      trp_document_hide_readers (get_document (window),
                                 (uint64_t) gtk_spin_button_get_value_as_int (seed));
    }
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* The seed of before, if there was one: the same readers get the same letters. */
static double
propose_seed (gpointer window)
{
  const uint64_t before = trp_document_get_blind_seed (get_document (window));

  return before > 0 && before <= MOST_SEED ? (double) before
                                           : g_random_int_range (1, MOST_SEED + 1);
}

static void
ask_to_hide (gpointer window)
{
  GtkWidget *dialog = gtk_message_dialog_new (window, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                                              GTK_BUTTONS_NONE, "%s",
                                              _ ("Hide whose readings they are?"));
  GtkWidget *seed = gtk_spin_button_new_with_range (1, MOST_SEED, 1);
  GtkWidget *row = trp_form_row (_ ("Seed of the order"), seed);

  gtk_message_dialog_format_secondary_text (
    GTK_MESSAGE_DIALOG (dialog), "%s",
    _ (
      "They are called Reader A, Reader B, \u2026 in an order that the seed decides, until you ask "
      "who they are. Seed and names are kept with the case. Names of files are still seen where "
      "files are opened and saved."));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (seed), propose_seed (window));
  gtk_box_append (GTK_BOX (gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (dialog))), row);
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Hide"),
                          GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_object_set_data (G_OBJECT (dialog), SEED_KEY, seed);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_hide_response), window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
tell_readers (gpointer window)
{
  g_autofree char *readers = trp_document_dup_readers (get_document (window));
  GtkWidget *dialog = gtk_message_dialog_new (window, GTK_DIALOG_MODAL, GTK_MESSAGE_INFO,
                                              GTK_BUTTONS_CLOSE, "%s",
                                              _ ("These were the readers"));

  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s", readers);
  g_signal_connect (dialog, "response", G_CALLBACK (gtk_window_destroy), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_show_response (GtkDialog *dialog, int response, gpointer window)
{
  gtk_window_destroy (GTK_WINDOW (dialog));
  if (response != GTK_RESPONSE_ACCEPT)
    return;
  trp_document_show_readers (get_document (window));
  tell_readers (window);
}

static void
ask_to_show (gpointer window)
{
  GtkWidget *dialog = gtk_message_dialog_new (window, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                                              GTK_BUTTONS_NONE, "%s",
                                              _ ("Show whose readings they are?"));

  gtk_message_dialog_format_secondary_text (
    GTK_MESSAGE_DIALOG (dialog), "%s",
    _ ("Who has seen the names cannot judge these readings blind any more."));
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("Stay _blind"), GTK_RESPONSE_CANCEL,
                          _ ("_Show names"), GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_show_response), window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_blind (GSimpleAction *action, GVariant *value, gpointer window)
{
  if (trp_document_is_blind (get_document (window)))
    ask_to_show (window);
  else
    ask_to_hide (window);
}

/* ---- menu ---- */

/* A menu cannot say why an entry is grey but in the entry itself. */
static void
append (GMenu *menu, GSimpleAction *action, const char *label, const char *reason)
{
  g_autofree char *name = g_strdup_printf ("win.%s", g_action_get_name (G_ACTION (action)));
  g_autofree char *text = reason ? g_strdup_printf ("%s (%s)", label, reason) : g_strdup (label);

  g_simple_action_set_enabled (action, !reason);
  g_menu_append (menu, text, name);
}

static void
update (gpointer window)
{
  GMenu *menu = g_object_get_data (G_OBJECT (window), MENU_KEY);
  TrpDocument *document = get_document (window);
  g_autofree char *why_not = trp_document_find_why_not_compared (document);
  const char *reason = why_not ? _ ("needs two readings of the structure") : NULL;
  const bool is_blind = trp_document_is_blind (document);

  g_simple_action_set_state (find (window, "all-readings"),
                             g_variant_new_boolean (trp_document_get_readings_shown (document)));
  g_simple_action_set_state (find (window, "agreement"),
                             g_variant_new_boolean (trp_document_get_agreement_shown (document)));
  g_simple_action_set_state (find (window, "blind"), g_variant_new_boolean (is_blind));
  g_menu_remove_all (menu);
  append (menu, find (window, "all-readings"), _ ("Outlines of all readings"),
          trp_document_get_readings_shown (document) ? NULL : reason);
  append (menu, find (window, "agreement"), _ ("Agreement of readings"),
          trp_document_get_agreement_shown (document) ? NULL : reason);
  append (menu, find (window, "compare-readings"), _ ("Compare readings\u2026"),
          trp_document_get_n_readings (document) > 1 ? NULL : _ ("needs two readings"));
  append (menu, find (window, "blind"), _ ("Hide whose readings they are\u2026"),
          is_blind || trp_document_count_readers (document) > 1 ? NULL : _ ("needs two readings"));
}

GMenuModel *
trp_main_window_make_reading_menu (TrpMainWindow *window)
{
  GMenu *menu = g_menu_new ();

  g_object_set_data_full (G_OBJECT (window), MENU_KEY, g_object_ref (menu), g_object_unref);
  return G_MENU_MODEL (menu);
}

void
trp_main_window_add_reading_actions (TrpMainWindow *window)
{
  static const GActionEntry entries[] = {
    { "all-readings", NULL, NULL, "false", on_all_readings },
    { "agreement", NULL, NULL, "false", on_agreement },
    { "compare-readings", on_compare },
    { "blind", NULL, NULL, "false", on_blind },
  };
  static const char *const signals[] = { "compare-changed", "readings-changed", "active-changed",
                                         "structures-changed" };

  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  for (size_t n = 0; n < G_N_ELEMENTS (signals); n++)
    g_signal_connect_object (get_document (window), signals[n], G_CALLBACK (update), window,
                             G_CONNECT_SWAPPED);
  update (window);
}
