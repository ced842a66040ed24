/* test-window.c - the whole window: its least width, names to save under, keys by mode
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/document-files.h"
#include "ui/document-journal.h"
#include "ui/document-preview.h"
#include "ui/document-private.h"
#include "ui/document-save.h"
#include "ui/style.h"
#include "ui/tools/tool.h"
#include "ui/window-files.h"
#include "ui/window.h"

#include <string.h>

enum
{
  N = 8,
};

static void
fill (TrpDocument *document)
{
  const size_t size[3] = { N, N, N };
  const double spacing[3] = { 1, 1, 1 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpDisplay display = { { 1500, -600, false, false }, false };
  char *warnings[] = { (char *) "The gantry was tilted.", (char *) "Slices are missing.", NULL };
  const TrpVolumeInfo info = { .description = (char *) "Thorax with a very long description",
                               .unit = (char *) "HU",
                               .warnings = warnings };

  for (int role = 0; role < TRP_N_ROLES; role++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_take (g_new0 (uint8_t, N * N * N), N * N * N);
      g_autoptr (TrpVolume)
        volume = trp_volume_new (&geometry, TRP_VOXEL_U8, bytes, 1, 0, &info, NULL);

      trp_document_set_volume (document, (TrpRole) role, volume, &display);
    }
}

static int
measure (GtkWidget *window)
{
  int least;

  gtk_widget_measure (window, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

/* The side panel leaves its place only below 1264 px, so that both widths count. */
static void
four_panes_with_warnings_fit_on_small_screens (void)
{
  static const int screens[] = { 1024, 1264 };

  for (size_t n = 0; n < G_N_ELEMENTS (screens); n++)
    {
      GtkWidget *window = trp_main_window_new (NULL);
      TrpMainWindow *self = TRP_MAIN_WINDOW (window);

      gtk_window_set_default_size (GTK_WINDOW (window), screens[n], 700);
      fill (trp_main_window_get_document (self));
      for (int layout = TRP_LAYOUT_AXIAL; layout <= TRP_LAYOUT_ALL; layout++)
        {
          trp_panes_set_layout (trp_main_window_get_panes (self), (TrpLayout) layout);
          g_assert_cmpint (measure (window), <=, screens[n]);
        }
      trp_document_set_volume (trp_main_window_get_document (self), TRP_ROLE_SYNCT, NULL, NULL);
      g_assert_cmpint (measure (window), <=, screens[n]);
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

/* Returns: whether a controller of the window that is awake has the key. */
static bool
hears (GtkWidget *window, const char *key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (window);
  g_autoptr (GtkShortcutTrigger) wanted = gtk_shortcut_trigger_parse_string (key);
  bool found = false;

  for (guint n = 0; n < g_list_model_get_n_items (controllers); n++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, n);
      const bool awake = gtk_event_controller_get_propagation_phase (controller) != GTK_PHASE_NONE;

      if (!GTK_IS_SHORTCUT_CONTROLLER (controller) || !awake)
        continue;
      for (guint m = 0; m < g_list_model_get_n_items (G_LIST_MODEL (controller)); m++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), m);

          found = found || gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (shortcut), wanted);
        }
    }
  return found;
}

static void
keys_of_the_case_are_silent_in_train (void)
{
  static const char *const of_case[] = { "z|<Control>z", "s", "x", "1|KP_1", "<Control>4" };
  static const char *const of_window[] = { "<Control>e", "<Control>t", "<Control>o", "F11" };
  GtkWidget *window = trp_main_window_new (NULL);

  for (int n = 0; n < 3; n++) /* and back */
    {
      const bool train = n == 1;

      g_action_group_change_action_state (G_ACTION_GROUP (window), "mode",
                                          g_variant_new_string (train ? "train" : "edit"));
      for (size_t k = 0; k < G_N_ELEMENTS (of_case); k++)
        g_assert_true (hears (window, of_case[k]) == !train);
      for (size_t k = 0; k < G_N_ELEMENTS (of_window); k++)
        g_assert_true (hears (window, of_window[k]));
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
undo_rests_in_train (void)
{
  GtkWidget *window = trp_main_window_new (NULL);
  TrpDocument *document = trp_main_window_get_document (TRP_MAIN_WINDOW (window));
  GActionGroup *actions = G_ACTION_GROUP (window);

  fill (document);
  trp_document_add_structure (document, "Lung");
  g_assert_true (g_action_group_get_action_enabled (actions, "undo"));
  g_action_group_change_action_state (actions, "mode", g_variant_new_string ("train"));
  g_assert_false (g_action_group_get_action_enabled (actions, "undo"));
  g_action_group_change_action_state (actions, "mode", g_variant_new_string ("edit"));
  g_assert_true (g_action_group_get_action_enabled (actions, "undo"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
names_get_one_ending (void)
{
  static const char *const cases[][2] = {
    { "/a/closed", "/a/closed.nii.gz" },
    { "/a/closed.nii.gz", "/a/closed.nii.gz" },
    { "/a/closed.nii.gz.gz", "/a/closed.nii.gz" },
    { "/a/closed.nii", "/a/closed.nii" },
    { "/a/v1.2", "/a/v1.2.nii.gz" },
  };
  g_autofree char *proposed = trp_dup_save_name ("P1/1.2.840");
  g_autofree char *nameless = trp_dup_save_name ("");

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *path = trp_dup_save_path (cases[n][0]);

      g_assert_cmpstr (path, ==, cases[n][1]);
    }
  g_assert_cmpstr (proposed, ==, "P1-1-2-840-structures");
  g_assert_cmpstr (nameless, ==, "case-structures");
}

static void
never (TrpMainWindow *window)
{
  g_assert_not_reached ();
}

/* Made here and in no file: closing asks, the next one leaves it in the case, a file ends it. */
static void
a_new_synct_is_not_lost (void)
{
  GtkWidget *window = trp_main_window_new (NULL);
  TrpMainWindow *self = TRP_MAIN_WINDOW (window);
  TrpDocument *document = trp_main_window_get_document (self);
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "synct.nii.gz", NULL);
  g_autoptr (TrpVolume) first = NULL, second = NULL;
  TrpVolume *other;

  fill (document);
  g_assert_false (trp_main_window_ask_before_closing (self, never));
  first = trp_volume_ref (trp_document_get_volume (document, TRP_ROLE_CT));
  second = trp_volume_ref (trp_document_get_volume (document, TRP_ROLE_MR));
  trp_document_set_synthesized (document, first);
  g_assert_cmpint (trp_document_find_unsaved_volume (document), ==, TRP_ROLE_SYNCT);
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "save-synct"));
  g_assert_false (trp_document_can_synthesize (document)); /* the fourth place is taken */
  trp_document_set_volume (document, TRP_ROLE_OTHER, NULL, NULL);
  g_assert_true (trp_document_can_synthesize (document));
  trp_document_set_synthesized (document, second);
  other = trp_document_get_volume (document, TRP_ROLE_OTHER);
  g_assert_true (other == first);
  g_assert_true (trp_main_window_ask_before_closing (self, never));
  for (int role; (role = trp_document_find_unsaved_volume (document)) >= 0;)
    {
      trp_document_save_volume (document, (TrpRole) role, path, NULL, NULL);
      while (trp_document_count_running_jobs (document) > 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_assert_false (trp_main_window_ask_before_closing (self, never));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "save-synct"));
  gtk_window_destroy (GTK_WINDOW (window));
  trp_test_remove_folder (folder);
}

static void
click (TrpDocument *document, double dx, double dy)
{
  const TrpVec3 middle = trp_document_get_cursor (document);
  const TrpVec3 point = trp_vec3_add (middle, trp_vec3 (dx, dy, 0));
  const TrpTool *tool = trp_tool_get_current (document);
  const TrpToolPlace place = {
    .document = document,
    .role = TRP_ROLE_MR,
    .plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, middle, false),
    .start_lps = point,
    .mm_per_px = 0.01,
    .n_press = 1,
    .state = trp_tool_get_state (document, tool->kind),
  };

  g_assert_true (tool->press (&place));
  tool->release (&place);
}

/* A preview, and a polygon that is closed and not filled yet. */
static void
what_waits_is_asked_about (void)
{
  GtkWidget *window = trp_main_window_new (NULL);
  TrpMainWindow *self = TRP_MAIN_WINDOW (window);
  TrpDocument *document = trp_main_window_get_document (self);
  TrpToolSettings settings = *trp_document_get_tool (document);
  g_autoptr (TrpMask) mask = NULL;

  fill (document);
  trp_document_add_structure (document, "A");
  trp_document_undo (document);
  g_assert_false (trp_main_window_ask_before_closing (self, never));
  trp_document_redo (document);
  mask = trp_mask_copy (trp_structure_peek_mask (trp_document_peek_active (document)));
  trp_mask_set (mask, 1, 1, 1, true);
  trp_document_mark_saved (
    document, trp_document_get_edited (document), "/nowhere",
    trp_history_get_state (trp_edit_session_peek_history (trp_document_peek_session (document))));
  g_assert_false (trp_main_window_ask_before_closing (self, never));
  trp_document_show_preview (document, trp_document_peek_active (document), mask, "Threshold",
                             TRP_ORIGIN_SEMIAUTOMATIC);
  g_assert_true (trp_main_window_ask_before_closing (self, never));
  trp_document_discard_preview (document);
  settings.kind = TRP_TOOL_POLYGON;
  trp_document_set_tool (document, &settings);
  click (document, -3, -3);
  click (document, 3, -3);
  click (document, 0, 3);
  g_assert_true (trp_tool_press_key (document, TRP_TOOL_KEY_ACCEPT)); /* closed */
  g_assert_false (trp_document_has_unsaved (document));
  g_assert_true (trp_main_window_ask_before_closing (self, never));
  g_assert_true (trp_document_has_unsaved (document));
  trp_document_forget_unsaved (document);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  trp_style_load (gdk_display_get_default ());
  g_test_add_func ("/window/what-waits-is-asked-about", what_waits_is_asked_about);
  g_test_add_func ("/window/four-panes-with-warnings-fit-on-small-screens",
                   four_panes_with_warnings_fit_on_small_screens);
  g_test_add_func ("/window/keys-of-the-case-are-silent-in-train",
                   keys_of_the_case_are_silent_in_train);
  g_test_add_func ("/window/undo-rests-in-train", undo_rests_in_train);
  g_test_add_func ("/window/a-new-synct-is-not-lost", a_new_synct_is_not_lost);
  g_test_add_func ("/window/names-get-one-ending", names_get_one_ending);
  return g_test_run ();
}
