/* window-edits.c - see window-edits.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/window-edits.h"
#include "ui/dialogs/operation.h"
#include "ui/document-preview.h"
#include "ui/document-slices.h"

#include <string.h>

static TrpDocument *
get_document (gpointer window)
{
  return trp_main_window_get_document (window);
}

static TrpPlane
get_plane (gpointer window)
{
  return trp_slice_view_get_plane (
    trp_slice_pane_get_view (trp_panes_get_active (trp_main_window_get_panes (window))));
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

/* ---- a preview ---- */

static void
on_accept (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_document_accept_preview (get_document (window));
}

/* The axis of the reading's grid that the active pane is scrolled along. */
static void
on_accept_slice (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpDocument *document = get_document (window);
  const TrpMask *mask = trp_document_peek_preview_mask (document);
  const TrpPlane plane = get_plane (window);

  if (mask)
    trp_document_accept_preview_slice (
      document, trp_plane_get_grid_axis (&plane, trp_mask_get_geometry (mask)));
}

static void
on_discard (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  trp_document_discard_preview (get_document (window));
}

static void
update_preview (gpointer window)
{
  static const char *const names[] = { "accept", "accept-slice", "discard" };
  const bool asks = is_editing (window) && trp_document_has_preview (get_document (window));

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    g_simple_action_set_enabled (find (window, names[n]), asks);
}

/* Text takes its own keys, a button that has the focus is pressed by Enter, a menu is left by
 * Escape. */
static bool
keeps_keys (GtkWidget *focus)
{
  return focus && (GTK_IS_TEXT (focus) || GTK_IS_TEXT_VIEW (focus) || GTK_IS_BUTTON (focus) ||
                   gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER));
}

/* Before the lists and panes that have a use for Enter too. */
static gboolean
on_preview_key (GtkEventControllerKey *controller,
                guint keyval,
                guint keycode,
                GdkModifierType state,
                gpointer window)
{
  const bool is_enter = keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter;
  const bool is_shifted = state & GDK_SHIFT_MASK;
  const char *name = is_enter ? is_shifted ? "win.accept-slice" : "win.accept" : "win.discard";

  if ((!is_enter && keyval != GDK_KEY_Escape) || state & (GDK_CONTROL_MASK | GDK_ALT_MASK) ||
      !trp_document_has_preview (get_document (window)) ||
      trp_document_is_stroking (get_document (window)) || !is_editing (window) ||
      keeps_keys (gtk_window_get_focus (window)))
    return GDK_EVENT_PROPAGATE;
  gtk_widget_activate_action (window, name, NULL);
  return GDK_EVENT_STOP;
}

/* ---- slices ---- */

/* Up is where Page Up goes: towards the head, to the front, to the right. */
static void
on_copy_slice (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpDocument *document = get_document (window);
  TrpStructureSet *set = trp_document_peek_edited (document);
  const TrpPlane plane = get_plane (window);

  if (!set)
    return;
  const TrpGeometry *geometry = trp_structure_set_get_geometry (set);
  const int axis = trp_plane_get_grid_axis (&plane, geometry);
  const bool along = trp_vec3_dot (plane.normal, trp_geometry_get_direction (geometry, axis)) > 0;
  const bool down_is_along = plane.orientation != TRP_ORIENTATION_AXIAL;

  trp_document_copy_slice (document, axis,
                           g_variant_get_int32 (parameter) * (along == down_is_along ? 1 : -1));
}

static void
on_delete_slice (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpStructureSet *set = trp_document_peek_edited (get_document (window));
  const TrpPlane plane = get_plane (window);

  if (set)
    trp_document_delete_slice (
      get_document (window),
      trp_plane_get_grid_axis (&plane, trp_structure_set_get_geometry (set)));
}

static void
update_slices (gpointer window)
{
  const bool has_active = trp_document_peek_active (get_document (window)) != NULL;

  g_simple_action_set_enabled (find (window, "copy-slice"), has_active);
  g_simple_action_set_enabled (find (window, "delete-slice"), has_active);
}

/* ---- operations ---- */

static void
on_operation (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  const TrpPlane plane = get_plane (window);

  trp_operation_dialog_open (window, get_document (window),
                             (TrpOperationKind) g_variant_get_uint32 (parameter), &plane);
}

static void
on_slice_operation (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  TrpDocument *document = get_document (window);
  TrpStructureSet *set = trp_document_peek_edited (document);
  const int active = trp_document_get_active (document);
  const TrpPlane plane = get_plane (window);
  TrpOperation operation = { .kind = (TrpOperationKind) g_variant_get_uint32 (parameter) };

  if (!set || active < 0)
    return;
  operation.flat_axis = trp_plane_get_grid_axis (&plane, trp_structure_set_get_geometry (set));
  trp_document_run_operation (document, (guint) active, &operation);
}

/* ---- setting up ---- */

void
trp_main_window_add_edit_actions (TrpMainWindow *window)
{
  static const GActionEntry entries[] = {
    { "accept", on_accept },
    { "accept-slice", on_accept_slice },
    { "discard", on_discard },
    { "copy-slice", on_copy_slice, "i" },
    { "delete-slice", on_delete_slice },
    { "operation", on_operation, "u" },
    { "slice-operation", on_slice_operation, "u" },
  };
  TrpDocument *document = get_document (window);
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_preview_key), window);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  g_signal_connect_object (document, "preview-changed", G_CALLBACK (update_preview), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "active-changed", G_CALLBACK (update_slices), window,
                           G_CONNECT_SWAPPED);
  update_preview (window);
  update_slices (window);
}
