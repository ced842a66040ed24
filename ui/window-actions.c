/* window-actions.c - the window's actions and the keys of the default profile
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keys without modifiers sit on a controller of the window that hears them last, so that text
 * entries keep their letters.
 */

#include "ui/window-actions.h"
#include "config.h"

#include "ui/dialogs/run-model.h"
#include "ui/dialogs/surface-window.h"
#include "ui/document-distances.h"
#include "ui/document-preview.h"
#include "ui/manual.h"
#include "ui/tools/tool.h"
#include "ui/window-edits.h"

#include <glib/gi18n.h>

#define RADIUS_STEP 1.12
#define OPACITY_STEP 0.04
#define EDIT_KEYS_KEY "trp-edit-keys"

static TrpDocument *
get_document (gpointer window)
{
  return trp_main_window_get_document (window);
}

static TrpSlicePane *
get_active_pane (gpointer window)
{
  return trp_panes_get_active (trp_main_window_get_panes (window));
}

static GSimpleAction *
find (gpointer window, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (window), name));
}

/* Train hides the case: nothing may change there unseen. */
static bool
is_editing (gpointer window)
{
  g_autoptr (GVariant) mode = g_action_get_state (G_ACTION (find (window, "mode")));

  return strcmp (g_variant_get_string (mode, NULL), "edit") == 0;
}

static void
update_history (gpointer window)
{
  TrpDocument *document = get_document (window);

  const bool editing = is_editing (window);

  g_simple_action_set_enabled (find (window, "undo"), editing && trp_document_can_undo (document));
  g_simple_action_set_enabled (find (window, "redo"), editing && trp_document_can_redo (document));
}

/* ---- views ---- */

static const char *const layout_names[] = { "axial", "coronal", "sagittal", "all" };

static void
on_layout (GSimpleAction *action, GVariant *value, gpointer window)
{
  const char *name = g_variant_get_string (value, NULL);

  for (int n = 0; n < (int) G_N_ELEMENTS (layout_names); n++)
    if (strcmp (name, layout_names[n]) == 0)
      trp_panes_set_layout (trp_main_window_get_panes (window), (TrpLayout) n);
  g_simple_action_set_state (action, value);
}

static void
on_crosshair (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_panes_set_crosshair_shown (trp_main_window_get_panes (window), g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
on_nose_right (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_panes_set_nose_right (trp_main_window_get_panes (window), g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
on_as_acquired (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_panes_set_as_acquired (trp_main_window_get_panes (window), g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
on_identity (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_main_window_set_identity_shown (window, g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
on_structures (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_document_set_structures_shown (get_document (window), g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
on_distances (GSimpleAction *action, GVariant *value, gpointer window)
{
  trp_document_set_distances_shown (get_document (window), g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
on_surface (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_surface_window_show (window, get_document (window));
}

/* To the next of the worst places, or the one before. */
static void
on_worst (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_live_scores_step_place (trp_main_window_get_scores (window), g_variant_get_int32 (parameter));
}

static void
on_opacity (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpDocument *document = get_document (window);

  trp_document_set_fill_opacity (document, trp_document_get_fill_opacity (document) +
                                             OPACITY_STEP * g_variant_get_int32 (parameter));
}

static void
on_fit (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_panes_fit (trp_main_window_get_panes (window));
}

static void
on_synthesize (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_run_model_ask (window, get_document (window), TRP_RUN_SYNTHESIZE);
}

static void
on_segment (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_run_model_ask (window, get_document (window), TRP_RUN_SEGMENT);
}

static void
on_mode (GSimpleAction *action, GVariant *value, gpointer window)
{
  const char *mode = g_variant_get_string (value, NULL);

  g_autoptr (GVariant) before = g_action_get_state (G_ACTION (action));

  if ((strcmp (mode, "edit") != 0 && strcmp (mode, "train") != 0) ||
      g_variant_equal (before, value))
    return;
  trp_main_window_set_mode (window, mode);
  g_simple_action_set_state (action, value);
  trp_document_discard_preview (get_document (window));
  update_history (window);
  gtk_event_controller_set_propagation_phase (g_object_get_data (window, EDIT_KEYS_KEY),
                                              is_editing (window) ? GTK_PHASE_BUBBLE
                                                                  : GTK_PHASE_NONE);
}

static void
on_full (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_panes_toggle_full (trp_main_window_get_panes (window));
}

static void
on_center (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  gtk_widget_activate_action (GTK_WIDGET (get_active_pane (window)), "pane.center", NULL);
}

static void
on_preset (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpSlicePane *pointed = trp_panes_get_pointed (trp_main_window_get_panes (window));

  gtk_widget_activate_action (GTK_WIDGET (pointed ? pointed : get_active_pane (window)),
                              "pane.preset", "i", g_variant_get_int32 (parameter));
}

static void
on_manual (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_manual_show (window);
}

static void
on_fullscreen (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

/* ---- editing ---- */

static void
on_undo (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_document_undo (get_document (window));
}

static void
on_redo (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_document_redo (get_document (window));
}

/* Keys, unlike buttons and menus, first ask the tool: it may have points to take back. */
static void
on_undo_key (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  if (!trp_tool_press_key (get_document (window), TRP_TOOL_KEY_UNDO))
    trp_document_undo (get_document (window));
}

static void
on_redo_key (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  if (!trp_tool_press_key (get_document (window), TRP_TOOL_KEY_REDO))
    trp_document_redo (get_document (window));
}

/* ---- tools ---- */

static void
on_tool_key (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_tool_press_key (get_document (window), (TrpToolKey) g_variant_get_int32 (parameter));
}

static void
on_tool (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpToolSettings settings = *trp_document_get_tool (get_document (window));

  settings.kind = (TrpToolKind) CLAMP (g_variant_get_int32 (parameter), 0, TRP_N_TOOLS - 1);
  trp_document_set_tool (get_document (window), &settings);
}

static void
on_last_tool (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_document_swap_tool (get_document (window));
}

static void
on_limit (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpToolSettings settings = *trp_document_get_tool (get_document (window));

  settings.limited = !settings.limited;
  trp_document_set_tool (get_document (window), &settings);
}

/* Escape first takes back what is being drawn, then a preview, then the tool. */
static void
on_escape (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpDocument *document = get_document (window);
  TrpToolSettings settings = *trp_document_get_tool (document);

  if (trp_document_is_stroking (document))
    trp_document_cancel_stroke (document);
  else if (trp_document_has_preview (document))
    trp_document_discard_preview (document);
  else if (trp_tool_press_key (document, TRP_TOOL_KEY_GIVE_UP))
    return;
  else if (settings.kind != TRP_TOOL_CURSOR)
    {
      settings.kind = TRP_TOOL_CURSOR;
      trp_document_set_tool (document, &settings);
    }
}

static void
on_radius (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpToolSettings settings = *trp_document_get_tool (get_document (window));

  settings.radius_mm *= pow (RADIUS_STEP, g_variant_get_int32 (parameter));
  trp_document_set_tool (get_document (window), &settings);
}

static void
on_structure (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpDocument *document = get_document (window);

  trp_document_set_active (
    document, MAX (0, trp_document_get_active (document) + g_variant_get_int32 (parameter)));
}

/* A network needs something to work on. */
static void
update_networks (gpointer window)
{
  TrpDocument *document = get_document (window);

  g_simple_action_set_enabled (find (window, "synthesize"),
                               trp_document_get_volume (document, TRP_ROLE_MR) != NULL);
  g_simple_action_set_enabled (find (window, "segment"), trp_document_get_anchor (document) >= 0);
}

static void
update_distances (gpointer window)
{
  g_simple_action_set_state (
    find (window, "distances"),
    g_variant_new_boolean (trp_document_get_distances_shown (get_document (window))));
}

static void
update_shown (gpointer window)
{
  g_simple_action_set_state (
    find (window, "structures"),
    g_variant_new_boolean (trp_document_get_structures_shown (get_document (window))));
}

/* ---- keys ---- */

typedef struct
{
  const char *trigger;
  const char *action;
  const char *target; /* GVariant text; NULL: none */
} Key;

/* Of the case on the screen: silent in Train. */
static const Key edit_keys[] = {
  { "z|<Control>z", "win.undo-key", NULL },
  { "y|<Control><Shift>z", "win.redo-key", NULL },
  { "Return|KP_Enter", "win.tool-key", "0" }, /* TrpToolKey */
  { "BackSpace", "win.tool-key", "1" },
  { "Delete|KP_Delete", "win.tool-key", "2" },
  { "s", "win.structures", NULL },
  { "o", "win.distances", NULL },
  { "v", "win.surface", NULL },
  { "comma", "win.worst", "-1" },
  { "period", "win.worst", "1" },
  { "a", "win.opacity", "-1" },
  { "d", "win.opacity", "1" },
  { "bracketleft", "win.structure", "-1" },
  { "bracketright", "win.structure", "1" },
  { "x", "win.crosshair", NULL },
  { "r", "win.all-readings", NULL },
  { "h", "win.agreement", NULL },
  { "c", "win.center", NULL },
  { "plus|KP_Add|equal", "win.radius", "1" },
  { "minus|KP_Subtract", "win.radius", "-1" },
  { "Escape", "win.escape", NULL },
  { "<Control>Page_Up", "win.copy-slice", "-1" },
  { "<Control>Page_Down", "win.copy-slice", "1" },
  { "<Control>Delete|<Control>KP_Delete", "win.delete-slice", NULL },
  { "space", "win.last-tool", NULL },
  { "i", "win.limit", NULL },
  { "<Alt>1", "win.preset", "0" },
  { "<Alt>2", "win.preset", "1" },
  { "<Alt>3", "win.preset", "2" },
  { "<Alt>4", "win.preset", "3" },
  { "<Alt>5", "win.preset", "4" },
  { "<Alt>6", "win.preset", "5" },
  { "<Alt>7", "win.preset", "6" },
  { "<Alt>8", "win.preset", "7" },
  { "<Alt>9", "win.preset", "8" },
  { "<Control>1", "win.layout", "'axial'" },
  { "<Control>2", "win.layout", "'coronal'" },
  { "<Control>3", "win.layout", "'sagittal'" },
  { "<Control>4", "win.layout", "'all'" },
  { "<Control>Return", "win.full", NULL },
};

static const Key window_keys[] = {
  { "<Control>e", "win.mode", "'edit'" },
  { "<Control>t", "win.mode", "'train'" },
  { "<Control>o", "win.open", NULL },
  { "<Control><Shift>o", "win.open-folder", NULL },
  { "<Control>s", "win.save", NULL },
  { "<Control><Shift>s", "win.save-as", NULL },
  { "<Control>question|<Control>slash", "win.show-help-overlay", NULL },
  { "F1", "win.manual", NULL },
  { "F11", "win.fullscreen", NULL },
};

static GtkEventController *
add_keys (TrpMainWindow *window, const Key *keys, size_t n_keys)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (size_t n = 0; n < n_keys; n++)
    {
      GtkShortcut *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[n].trigger),
                                                gtk_named_action_new (keys[n].action));

      if (keys[n].target)
        gtk_shortcut_set_arguments (shortcut, g_variant_new_parsed (keys[n].target));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
    }
  gtk_widget_add_controller (GTK_WIDGET (window), controller);
  return controller;
}

/* Each tool says its own: "5" is also that of the number pad. */
static void
add_tool_keys (GtkEventController *controller)
{
  for (int n = 0; n < TRP_N_TOOLS; n++)
    {
      const char key = trp_tool_get ((TrpToolKind) n)->key;
      g_autofree char *trigger = g_ascii_isdigit (key) ? g_strdup_printf ("%c|KP_%c", key, key)
                                                       : g_strdup_printf ("%c", key);
      GtkShortcut *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger),
                                                gtk_named_action_new ("win.tool"));

      gtk_shortcut_set_arguments (shortcut, g_variant_new_int32 (n));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
    }
}

static void
add_help (TrpMainWindow *window)
{
  g_autoptr (GtkBuilder)
    builder = gtk_builder_new_from_resource ("/org/triptych/Triptych/shortcuts.ui");

  gtk_application_window_set_help_overlay (
    GTK_APPLICATION_WINDOW (window),
    GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
}

void
trp_main_window_add_actions (TrpMainWindow *window)
{
  static const GActionEntry entries[] = {
    { "layout", NULL, "s", "'axial'", on_layout },
    { "synthesize", on_synthesize },
    { "segment", on_segment },
    { "mode", NULL, "s", "'edit'", on_mode },
    { "crosshair", NULL, NULL, "true", on_crosshair },
    { "nose-right", NULL, NULL, "false", on_nose_right },
    { "as-acquired", NULL, NULL, "false", on_as_acquired },
    { "identity", NULL, NULL, "true", on_identity },
    { "structures", NULL, NULL, "true", on_structures },
    { "distances", NULL, NULL, "false", on_distances },
    { "surface", on_surface },
    { "worst", on_worst, "i" },
    { "opacity", on_opacity, "i" },
    { "fit", on_fit },
    { "full", on_full },
    { "center", on_center },
    { "preset", on_preset, "i" },
    { "manual", on_manual },
    { "fullscreen", on_fullscreen },
    { "undo", on_undo },
    { "redo", on_redo },
    { "undo-key", on_undo_key },
    { "redo-key", on_redo_key },
    { "tool-key", on_tool_key, "i" },
    { "tool", on_tool, "i" },
    { "last-tool", on_last_tool },
    { "limit", on_limit },
    { "escape", on_escape },
    { "radius", on_radius, "i" },
    { "structure", on_structure, "i" },
  };
  TrpDocument *document = trp_main_window_get_document (window);
  GtkEventController *edit;

  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  g_signal_connect_object (document, "history-changed", G_CALLBACK (update_history), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "structures-changed", G_CALLBACK (update_shown), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "distances-changed", G_CALLBACK (update_distances), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "volume-changed", G_CALLBACK (update_networks), window,
                           G_CONNECT_SWAPPED);
  update_history (window);
  update_networks (window);
  edit = add_keys (window, edit_keys, G_N_ELEMENTS (edit_keys));
  add_tool_keys (edit);
  g_object_set_data (G_OBJECT (window), EDIT_KEYS_KEY, edit);
  trp_main_window_add_edit_actions (window);
  add_keys (window, window_keys, G_N_ELEMENTS (window_keys));
  add_help (window);
}
