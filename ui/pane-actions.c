/* pane-actions.c - menus and actions of one pane
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/pane-actions.h"
#include "config.h"

#include "ui/document-files.h"

#include <glib/gi18n.h>

#define GROUP_KEY "trp-pane-actions"

/* ---- menus ---- */

GMenuModel *
trp_pane_make_role_menu (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *roles = g_menu_new ();
  GMenu *rest = g_menu_new ();

  for (int role = 0; role < TRP_N_ROLES; role++)
    {
      g_autofree char *action = g_strdup_printf ("pane.role(%d)", role);
      g_autofree char *label = g_strdup_printf (_ ("Show as %s"),
                                                trp_role_get_name ((TrpRole) role));

      g_menu_append (roles, label, action);
    }
  g_menu_append (rest, _ ("Next frame"), "pane.frame(1)");
  g_menu_append (rest, _ ("Previous frame"), "pane.frame(-1)");
  g_menu_append (rest, _ ("Close this image"), "pane.close");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (roles));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  g_object_unref (roles);
  g_object_unref (rest);
  return G_MENU_MODEL (menu);
}

static GMenu *
make_presets (void)
{
  GMenu *menu = g_menu_new ();
  size_t n_presets;
  const TrpWindowPreset *presets = trp_window_get_presets (&n_presets);

  for (size_t n = 0; n < n_presets; n++)
    {
      g_autofree char *label = g_strdup_printf (
        "%s   %.0f / %s%.0f", _ (presets[n].name), presets[n].width,
        presets[n].level < 0 ? "\u2212" : "", fabs (presets[n].level));
      g_autofree char *action = g_strdup_printf ("pane.preset(%zu)", n);
      g_autoptr (GMenuItem) item = g_menu_item_new (label, action);
      g_autofree char *key = g_strdup_printf ("<Alt>%zu", n + 1);

      if (n < 9)
        g_menu_item_set_attribute (item, "accel", "s", key);
      g_menu_append_item (menu, item);
    }
  return menu;
}

static void
append_section (GMenu *menu, GMenu *section)
{
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static GMenu *
make_window_section (void)
{
  GMenu *section = g_menu_new ();

  g_menu_append (section, _ ("Window of the file"), "pane.reset-window");
  g_menu_append (section, _ ("Same window for CT and SynCT"), "pane.share-window");
  return section;
}

GMenuModel *
trp_pane_make_window_menu (void)
{
  GMenu *menu = g_menu_new ();

  append_section (menu, make_presets ());
  append_section (menu, make_window_section ());
  return G_MENU_MODEL (menu);
}

GMenuModel *
trp_pane_make_context_menu (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *view = g_menu_new ();
  GMenu *picture = g_menu_new ();
  GMenu *presets = make_presets ();
  GMenu *role = g_menu_new ();
  GMenu *slices = g_menu_new ();
  GMenuModel *roles = trp_pane_make_role_menu ();
  GMenu *more = make_window_section ();

  g_menu_append (view, _ ("Fit"), "pane.fit");
  g_menu_append (view, _ ("1:1"), "pane.native");
  g_menu_append (view, _ ("Centre on the cursor"), "pane.center");
  g_menu_append (picture, _ ("Invert greys"), "pane.invert");
  g_menu_append (picture, _ ("Interpolate"), "pane.interpolate");
  g_menu_prepend_submenu (more, _ ("Window preset"), G_MENU_MODEL (presets));
  g_menu_append (slices, _ ("Copy contour up (Ctrl+PgUp)"), "win.copy-slice(-1)");
  g_menu_append (slices, _ ("Copy contour down (Ctrl+PgDn)"), "win.copy-slice(1)");
  g_menu_append (slices, _ ("Delete contour on this slice (Ctrl+Del)"), "win.delete-slice");
  append_section (menu, view);
  append_section (menu, slices);
  append_section (menu, picture);
  append_section (menu, more);
  g_menu_append_submenu (role, _ ("Role"), roles);
  append_section (menu, role);
  g_object_unref (presets);
  g_object_unref (roles);
  return G_MENU_MODEL (menu);
}

/* ---- actions ---- */

static TrpDocument *
get (gpointer data, TrpRole *out_role)
{
  *out_role = trp_slice_view_get_role (data);
  return trp_slice_view_get_document (data);
}

static void
on_role (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);

  trp_document_change_role (document, role, (TrpRole) g_variant_get_int32 (parameter));
}

static void
on_close (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);

  trp_document_set_volume (document, role, NULL, NULL);
}

static void
on_preset (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const size_t index = (size_t) g_variant_get_int32 (parameter);
  size_t n_presets;
  const TrpWindowPreset *presets = trp_window_get_presets (&n_presets);
  TrpRole role;
  TrpDocument *document = get (data, &role);
  TrpDisplay display = *trp_document_get_display (document, role);

  if (index >= n_presets || !trp_document_get_volume (document, role))
    return;
  display.window.width = presets[index].width;
  display.window.level = presets[index].level;
  trp_document_set_display (document, role, &display);
}

static void
on_reset_window (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);

  trp_document_reset_display (document, role);
}

/* CT and SynCT are both in Hounsfield units: one window shows them alike. */
static void
on_share_window (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);
  const TrpRole other = role == TRP_ROLE_CT ? TRP_ROLE_SYNCT : TRP_ROLE_CT;
  TrpDisplay display = *trp_document_get_display (document, other);

  display.window = trp_document_get_display (document, role)->window;
  trp_document_set_display (document, other, &display);
}

static void
on_fit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  trp_view_state_fit (trp_slice_view_get_state (data));
}

static void
on_native (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  trp_slice_view_zoom_native (data);
}

static void
on_center (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpRole role;

  trp_view_state_center_on (trp_slice_view_get_state (data),
                            trp_document_get_cursor (get (data, &role)),
                            gtk_widget_get_width (data), gtk_widget_get_height (data));
}

static void
on_frame (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);

  trp_document_step_frame (document, role, g_variant_get_int32 (parameter));
}

static void
on_invert (GSimpleAction *action, GVariant *value, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);
  TrpDisplay display = *trp_document_get_display (document, role);

  display.window.inverted = g_variant_get_boolean (value);
  trp_document_set_display (document, role, &display);
}

static void
on_interpolate (GSimpleAction *action, GVariant *value, gpointer data)
{
  TrpRole role;
  TrpDocument *document = get (data, &role);
  TrpDisplay display = *trp_document_get_display (document, role);

  display.nearest = !g_variant_get_boolean (value);
  trp_document_set_display (document, role, &display);
}

void
trp_pane_add_actions (GtkWidget *pane, TrpSliceView *view)
{
  static const GActionEntry entries[] = {
    { "role", on_role, "i" },
    { "close", on_close },
    { "preset", on_preset, "i" },
    { "reset-window", on_reset_window },
    { "share-window", on_share_window },
    { "frame", on_frame, "i" },
    { "fit", on_fit },
    { "native", on_native },
    { "center", on_center },
    { "invert", NULL, NULL, "false", on_invert },
    { "interpolate", NULL, NULL, "true", on_interpolate },
  };
  GSimpleActionGroup *group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), view);
  gtk_widget_insert_action_group (pane, "pane", G_ACTION_GROUP (group));
  g_object_set_data_full (G_OBJECT (pane), GROUP_KEY, group, g_object_unref);
}

static GSimpleAction *
find (GtkWidget *pane, const char *name)
{
  return G_SIMPLE_ACTION (
    g_action_map_lookup_action (g_object_get_data (G_OBJECT (pane), GROUP_KEY), name));
}

void
trp_pane_update_actions (GtkWidget *pane, TrpDocument *document, TrpRole role)
{
  const TrpDisplay *display = trp_document_get_display (document, role);
  const bool both = trp_document_get_volume (document, TRP_ROLE_CT) &&
                    trp_document_get_volume (document, TRP_ROLE_SYNCT);

  TrpVolume *volume = trp_document_get_volume (document, role);
  const char *unit = volume ? trp_volume_get_info (volume)->unit : NULL;

  g_simple_action_set_enabled (find (pane, "frame"),
                               volume && trp_volume_get_info (volume)->n_frames > 1);
  /* the presets are in Hounsfield units */
  g_simple_action_set_enabled (find (pane, "preset"), g_strcmp0 (unit, "HU") == 0);
  g_simple_action_set_state (find (pane, "invert"),
                             g_variant_new_boolean (display->window.inverted));
  g_simple_action_set_state (find (pane, "interpolate"), g_variant_new_boolean (!display->nearest));
  g_simple_action_set_enabled (find (pane, "share-window"),
                               both && (role == TRP_ROLE_CT || role == TRP_ROLE_SYNCT));
}
