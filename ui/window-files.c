/* window-files.c - choosing files, saving, and the questions before closing
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/window-files.h"
#include "config.h"

#include "core/io/format.h"
#include "core/io/structure-file.h"
#include "ui/dialogs/overlap.h"
#include "ui/dialogs/series.h"
#include "ui/document-blind.h"
#include "ui/document-files.h"
#include "ui/document-journal.h"
#include "ui/document-preview.h"
#include "ui/document-save.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>

#define OPEN_AS_KEY "trp-open-as"
#define FOLDER_KEY "trp-last-folder"
#define PRIORITY_KEY "trp-priority" /* names, in the order last chosen */
#define ANSWER_KEY "trp-overlap-answer"

static TrpDocument *
get_document (gpointer window)
{
  return trp_main_window_get_document (window);
}

/* ---- the folder that was used last ---- */

static void
remember_folder (gpointer window, const char *path)
{
  g_object_set_data_full (G_OBJECT (window), FOLDER_KEY, g_path_get_dirname (path), g_free);
}

/* Before anything was chosen: where the open images are. */
static void
propose_folder (GtkFileChooser *chooser, gpointer window)
{
  const int anchor = trp_document_get_anchor (get_document (window));
  const char *source = anchor < 0 ? NULL
                                  : trp_volume_get_info (trp_document_get_volume (
                                                           get_document (window), (TrpRole) anchor))
                                      ->source;
  const char *last = g_object_get_data (G_OBJECT (window), FOLDER_KEY);
  g_autofree char *path = last ? g_strdup (last) : source ? g_path_get_dirname (source) : NULL;
  g_autoptr (GFile) folder = path ? g_file_new_for_path (path) : NULL;

  if (folder)
    gtk_file_chooser_set_current_folder (chooser, folder, NULL);
}

void
trp_main_window_set_folder (TrpMainWindow *window, const char *folder)
{
  g_object_set_data_full (G_OBJECT (window), FOLDER_KEY, g_strdup (folder), g_free);
}

void
trp_main_window_set_priority (TrpMainWindow *window, const char *const *names)
{
  g_object_set_data_full (G_OBJECT (window), PRIORITY_KEY, g_strdupv ((char **) names),
                          (GDestroyNotify) g_strfreev);
}

const char *const *
trp_main_window_get_priority (TrpMainWindow *window)
{
  return g_object_get_data (G_OBJECT (window), PRIORITY_KEY);
}

const char *
trp_main_window_get_folder (TrpMainWindow *window)
{
  return g_object_get_data (G_OBJECT (window), FOLDER_KEY);
}

/* ---- opening ---- */

static void
on_open_response (GtkNativeDialog *dialog, int response, gpointer window)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
  for (guint n = 0; files && n < g_list_model_get_n_items (files); n++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, n);
      g_autofree char *path = g_file_get_path (file);

      trp_document_open_file (
        get_document (window), file, TRP_ROLE_GUESS,
        (TrpOpenAs) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), OPEN_AS_KEY)));
      if (path)
        remember_folder (window, path);
    }
  g_object_unref (dialog);
}

static GtkFileFilter *
make_image_filter (void)
{
  static const char *const patterns[] = { "*.nii", "*.nii.gz", "*.hdr",  "*.img", "*.mha",
                                          "*.mhd", "*.nrrd",   "*.nhdr", "*.dcm", "*.png" };
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Images and label maps"));
  for (size_t n = 0; n < G_N_ELEMENTS (patterns); n++)
    gtk_file_filter_add_pattern (filter, patterns[n]);
  return filter;
}

static void
show_chooser (gpointer window, const char *title, GtkFileChooserAction action, TrpOpenAs as)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, window, action, _ ("_Open"),
                                                              _ ("_Cancel"));
  g_autoptr (GtkFileFilter) images = make_image_filter ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  propose_folder (GTK_FILE_CHOOSER (dialog), window);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  if (action == GTK_FILE_CHOOSER_ACTION_OPEN)
    {
      gtk_file_filter_set_name (all, _ ("All files (DICOM often has no ending)"));
      gtk_file_filter_add_pattern (all, "*");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), images);
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), all);
    }
  g_object_set_data (G_OBJECT (dialog), OPEN_AS_KEY, GINT_TO_POINTER (as));
  g_signal_connect (dialog, "response", G_CALLBACK (on_open_response), window);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_open (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  show_chooser (window, _ ("Open images and label maps"), GTK_FILE_CHOOSER_ACTION_OPEN,
                (TrpOpenAs) g_variant_get_int32 (parameter));
}

static void
on_open_guessed (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  show_chooser (window, _ ("Open images and label maps"), GTK_FILE_CHOOSER_ACTION_OPEN,
                TRP_OPEN_AS_GUESSED);
}

static void
on_open_folder (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  show_chooser (window, _ ("Open a folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                TRP_OPEN_AS_GUESSED);
}

static void
on_open_path (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_document_open (get_document (window), g_variant_get_string (parameter, NULL), TRP_ROLE_GUESS,
                     TRP_OPEN_AS_GUESSED);
}

static void
on_open_paths (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  g_autofree const char **paths = g_variant_get_strv (parameter, NULL);

  for (const char **path = paths; *path; path++)
    trp_document_open (get_document (window), *path, TRP_ROLE_GUESS, TRP_OPEN_AS_GUESSED);
}

static void
on_choose_series (gpointer window, const TrpOpenChoice *choice)
{
  trp_series_dialog_show (window, get_document (window), choice);
}

/* ---- saving ---- */

/* What a save still has to do when the questions are answered. */
typedef struct
{
  GtkWindow *window;
  char *path;
  bool is_volume;        /* an image that was made here, not structures */
  TrpMayClose may_close; /* (nullable): called after a save that worked */
} Saving;

static void
saving_free (Saving *saving)
{
  g_free (saving->path);
  g_free (saving);
}

static bool
has_unsaved (TrpDocument *document)
{
  return trp_document_has_unsaved (document) || trp_document_find_unsaved_volume (document) >= 0;
}

/* A window with several changed readings is asked about again until none is left. */
static void
on_saved (TrpDocument *document, bool done, void *user_data)
{
  Saving *saving = user_data;
  TrpMainWindow *window = TRP_MAIN_WINDOW (saving->window);
  const TrpMayClose may_close = done ? saving->may_close : NULL;

  saving_free (saving);
  if (!may_close)
    return;
  if (!has_unsaved (document) || !trp_main_window_ask_before_closing (window, may_close))
    may_close (window);
}

/* Returns: (transfer full): names of the edited reading, each once: first as they were put in order
 * before, then the active structure's, then as in the list. */
static char **
list_priority (Saving *saving)
{
  TrpDocument *document = get_document (saving->window);
  TrpStructureSet *set = trp_document_peek_edited (document);
  TrpStructure *active = trp_document_peek_active (document);
  const char *const *before = g_object_get_data (G_OBJECT (saving->window), PRIORITY_KEY);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t n = 0; before && before[n]; n++)
    if (trp_structure_set_find (set, before[n]) && g_hash_table_add (taken, (char *) before[n]))
      g_strv_builder_add (names, before[n]);
  if (active && g_hash_table_add (taken, (char *) trp_structure_get_name (active)))
    g_strv_builder_add (names, trp_structure_get_name (active));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const char *name = trp_structure_get_name (trp_structure_set_get (set, n));

      if (g_hash_table_add (taken, (char *) name))
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

static char *
dup_segmentation_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *stem = trp_format_dup_stem (path);

  return g_strdup_printf ("%s/%s.seg.nrrd", folder, stem);
}

static void ask_about_overlap (TrpDocument *document, const GPtrArray *pairs, void *user_data);

static void
save_structures (Saving *saving, const char *path, const char *const *priority, bool separately)
{
  const TrpSaveRequest request = { .path = path,
                                   .priority = priority,
                                   .separately = separately,
                                   .saved = on_saved,
                                   .ask = ask_about_overlap,
                                   .user_data = saving };

  trp_document_save (get_document (saving->window), &request);
}

static void
on_overlap_answered (TrpOverlapAnswer answer, const char *const *priority, void *user_data)
{
  Saving *saving = user_data;
  g_autofree char *folder = g_path_get_dirname (saving->path);
  g_autofree char *segmentation = dup_segmentation_path (saving->path);

  if (answer == TRP_OVERLAP_NOTHING)
    {
      saving_free (saving);
      return;
    }
  g_object_set_data (G_OBJECT (saving->window), ANSWER_KEY, GINT_TO_POINTER (answer));
  if (answer == TRP_OVERLAP_PRIORITY)
    trp_main_window_set_priority (TRP_MAIN_WINDOW (saving->window), priority);
  if (answer == TRP_OVERLAP_SEPARATELY)
    save_structures (saving, folder, NULL, true);
  else if (answer == TRP_OVERLAP_SEGMENTATION)
    save_structures (saving, segmentation, NULL, false);
  else
    save_structures (saving, saving->path, priority, false);
}

static void
ask_about_overlap (TrpDocument *document, const GPtrArray *pairs, void *user_data)
{
  Saving *saving = user_data;
  g_auto (GStrv) names = list_priority (saving);
  g_auto (GStrv) files = trp_structure_set_list_files (trp_document_peek_edited (document));
  g_autofree char *segmentation = dup_segmentation_path (saving->path);
  const TrpOverlapQuestion question = {
    .pairs = pairs,
    .names = (const char *const *) names,
    .map = saving->path,
    .segmentation = segmentation,
    .files = (const char *const *) files,
    .answer = (TrpOverlapAnswer) GPOINTER_TO_INT (
      g_object_get_data (G_OBJECT (saving->window), ANSWER_KEY)),
  };

  trp_overlap_dialog_show (saving->window, &question, on_overlap_answered, saving);
}

static void
save_volume_to (Saving *saving)
{
  TrpDocument *document = get_document (saving->window);
  const int role = trp_document_find_unsaved_volume (document);

  if (role >= 0)
    trp_document_save_volume (document, (TrpRole) role, saving->path, on_saved, saving);
  else
    saving_free (saving);
}

static void
save_to (Saving *saving)
{
  if (saving->is_volume)
    save_volume_to (saving);
  else
    save_structures (saving, saving->path, NULL, false);
}

static void
on_replace_response (GtkDialog *dialog, int response, gpointer user_data)
{
  Saving *saving = user_data;

  gtk_window_destroy (GTK_WINDOW (dialog));
  if (response == GTK_RESPONSE_ACCEPT)
    save_to (saving);
  else
    saving_free (saving);
}

/* The file dialog has asked about the name as it was typed, not about the one with the ending. */
static void
ask_about_replacing (Saving *saving)
{
  g_autofree char *name = g_path_get_basename (saving->path);
  GtkWidget *dialog = gtk_message_dialog_new (saving->window, GTK_DIALOG_MODAL,
                                              GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE,
                                              _ ("Replace %s?"), name);

  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s",
                                            _ ("A file of this name is in the folder already."));
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Replace"),
                          GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  g_signal_connect (dialog, "response", G_CALLBACK (on_replace_response), saving);
  gtk_window_present (GTK_WINDOW (dialog));
}

char *
trp_dup_save_name (const char *title)
{
  char *name = g_strdup_printf ("%s-structures", *title ? title : "case");

  return g_strdelimit (name, "/.", '-');
}

char *
trp_dup_save_path (const char *path)
{
  g_autofree char *bare = g_strdup (path);

  if (trp_format_find_for_saving (bare, NULL))
    return g_steal_pointer (&bare);
  /* .nii.gz.gz: typed in front of an ending that was there */
  if (g_str_has_suffix (bare, ".gz"))
    bare[strlen (bare) - strlen (".gz")] = '\0';
  return trp_format_find_for_saving (bare, NULL) ? g_steal_pointer (&bare)
                                                 : g_strconcat (path, ".nii.gz", NULL);
}

/* Two kinds of file for structures; the ending that is typed goes before. */
static void
add_kinds (GtkFileChooser *chooser)
{
  static const struct
  {
    const char *name, *pattern;
  } kinds[] = {
    { N_ ("Label map (.nii.gz)"), "*.nii.gz" },
    { N_ ("Segmentation for 3D Slicer (.seg.nrrd), which holds overlaps"), "*.seg.nrrd" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _ (kinds[n].name));
      gtk_file_filter_add_pattern (filter, kinds[n].pattern);
      g_object_set_data (G_OBJECT (filter), "trp-ending", (char *) kinds[n].pattern + 1);
      gtk_file_chooser_add_filter (chooser, filter);
    }
}

/* The ending of the kind that is chosen, where none is typed. */
static char *
dup_chosen_path (GtkFileChooser *chooser, const char *typed)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);
  const char *ending = filter ? g_object_get_data (G_OBJECT (filter), "trp-ending") : NULL;

  return ending && !trp_format_find_for_saving (typed, NULL) && !g_str_has_suffix (typed, ".gz")
           ? g_strconcat (typed, ending, NULL)
           : trp_dup_save_path (typed);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  Saving *saving = user_data;
  g_autoptr (GFile) file = NULL;
  g_autofree char *typed = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  typed = file ? g_file_get_path (file) : NULL;
  if (typed)
    saving->path = dup_chosen_path (GTK_FILE_CHOOSER (dialog), typed);
  g_object_unref (dialog);
  if (!typed)
    {
      saving_free (saving);
      return;
    }
  remember_folder (saving->window, saving->path);
  if (strcmp (saving->path, typed) != 0 && g_file_test (saving->path, G_FILE_TEST_EXISTS))
    ask_about_replacing (saving);
  else
    save_to (saving);
}

static void
ask_where (Saving *saving)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
    saving->is_volume ? _ ("Save the SynCT (.nii.gz)") : _ ("Save structures"), saving->window,
    GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  g_autofree char *title = trp_document_hide_names (
    get_document (saving->window), trp_document_get_title (get_document (saving->window)));
  g_autofree char *name = saving->is_volume ? g_strdup ("synct") : trp_dup_save_name (title);

  propose_folder (GTK_FILE_CHOOSER (dialog), saving->window);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  if (!saving->is_volume)
    add_kinds (GTK_FILE_CHOOSER (dialog));
  g_signal_connect (dialog, "response", G_CALLBACK (on_save_response), saving);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
save (gpointer window, bool ask, TrpMayClose may_close)
{
  const char *path = trp_document_get_save_path (get_document (window));
  Saving *saving;

  if (!trp_document_peek_edited (get_document (window)))
    return;
  saving = g_new0 (Saving, 1);
  saving->window = window;
  saving->may_close = may_close;
  if (path && !ask)
    {
      saving->path = g_strdup (path);
      save_to (saving);
    }
  else
    ask_where (saving);
}

static void
save_volume (gpointer window, TrpMayClose may_close)
{
  Saving *saving = g_new0 (Saving, 1);

  saving->window = window;
  saving->is_volume = true;
  saving->may_close = may_close;
  ask_where (saving);
}

static void
on_save_synct (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  save_volume (window, NULL);
}

static void
on_save (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  save (window, false, NULL);
}

static void
on_save_as (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  save (window, true, NULL);
}

static void
update_save (gpointer window)
{
  const bool can_save = trp_document_peek_edited (get_document (window)) != NULL;

  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (window), "save")), can_save);
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (window), "save-as")), can_save);
  g_simple_action_set_enabled (
    G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (window), "save-synct")),
    trp_document_find_unsaved_volume (get_document (window)) >= 0);
}

/* ---- closing ---- */

enum
{
  RESPONSE_SAVE = 1,
  RESPONSE_CLOSE,
};

static void
on_close_response (GtkDialog *dialog, int response, gpointer window)
{
  TrpMayClose may_close = (TrpMayClose) g_object_get_data (G_OBJECT (dialog), "trp-may-close");

  gtk_window_destroy (GTK_WINDOW (dialog));
  if (response == RESPONSE_SAVE && trp_document_choose_unsaved (get_document (window)))
    save (window, false, may_close);
  else if (response == RESPONSE_SAVE)
    save_volume (window, may_close);
  else if (response == RESPONSE_CLOSE)
    {
      trp_document_forget_unsaved (get_document (window));
      may_close (window);
    }
}

bool
trp_main_window_ask_before_closing (TrpMainWindow *window, TrpMayClose may_close)
{
  TrpDocument *document = get_document (window);
  bool unsaved, asked;
  const guint jobs = trp_document_count_running_jobs (document);
  g_autoptr (GString) text = g_string_new (NULL);
  GtkWidget *dialog;

  trp_tool_finish (document);
  unsaved = has_unsaved (document);
  asked = trp_document_has_preview (document);
  if (!unsaved && !asked && jobs == 0)
    return false;
  if (asked)
    g_string_append_printf (text, "%s\n", _ ("A preview is neither accepted nor discarded."));
  if (trp_document_has_unsaved (document))
    g_string_append (text, _ ("Contours were changed and are not saved."));
  if (trp_document_find_unsaved_volume (document) >= 0)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "",
                            _ ("The SynCT was made here and is not saved."));
  if (jobs > 0)
    g_string_append_printf (text,
                            ngettext ("%s%u job is still running and would be stopped.",
                                      "%s%u jobs are still running and would be stopped.", jobs),
                            unsaved ? "\n" : "", jobs);
  dialog = gtk_message_dialog_new (GTK_WINDOW (window), GTK_DIALOG_MODAL, GTK_MESSAGE_WARNING,
                                   GTK_BUTTONS_NONE, "%s", _ ("Close Triptych?"));
  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s",
                                            g_strchomp (text->str));
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Stay"), GTK_RESPONSE_CANCEL,
                          unsaved    ? _ ("_Close without saving")
                          : jobs > 0 ? _ ("Stop and _close")
                                     : _ ("_Close"),
                          RESPONSE_CLOSE, NULL);
  if (unsaved)
    gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("Sa_ve"), RESPONSE_SAVE);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog),
                                   unsaved ? RESPONSE_SAVE : GTK_RESPONSE_CANCEL);
  g_object_set_data (G_OBJECT (dialog), "trp-may-close", (gpointer) may_close);
  g_signal_connect (dialog, "response", G_CALLBACK (on_close_response), window);
  gtk_window_present (GTK_WINDOW (dialog));
  return true;
}

void
trp_main_window_connect_files (TrpMainWindow *window)
{
  static const GActionEntry entries[] = {
    { "open", on_open_guessed },
    { "open-as", on_open, "i" },
    { "open-folder", on_open_folder },
    { "open-path", on_open_path, "s" },
    { "open-paths", on_open_paths, "as" },
    { "save", on_save },
    { "save-as", on_save_as },
    { "save-synct", on_save_synct },
  };
  static const char *const of_images[] = { "volume-changed", "saved-changed" };
  TrpDocument *document = trp_main_window_get_document (window);

  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  g_signal_connect_object (document, "choose-series", G_CALLBACK (on_choose_series), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "readings-changed", G_CALLBACK (update_save), window,
                           G_CONNECT_SWAPPED);
  for (size_t n = 0; n < G_N_ELEMENTS (of_images); n++)
    g_signal_connect_object (document, of_images[n], G_CALLBACK (update_save), window,
                             G_CONNECT_SWAPPED);
  update_save (window);
}
