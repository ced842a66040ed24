/* panes.c - the grid of linked panes
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panes.h"

struct _TrpPanes
{
  GtkWidget parent_instance;

  TrpDocument *document;
  GtkWidget *column;
  GtkWidget *rows[TRP_N_ORIENTATIONS];
  TrpViewState *states[TRP_N_ORIENTATIONS];
  TrpSlicePane *panes[TRP_N_ORIENTATIONS][TRP_N_ROLES];
  TrpSlicePane *active;
  TrpLayout layout;
  bool chosen;   /* the active pane, by the user */
  bool granting; /* focus by the program, which is no choice */
  bool full;
  bool crosshair_hidden;
  bool as_acquired;
  TrpVolume *fitted; /* the anchor that was fitted last */
};

static guint layout_changed;

G_DEFINE_FINAL_TYPE (TrpPanes, trp_panes, GTK_TYPE_WIDGET)

static void
trp_panes_dispose (GObject *object)
{
  TrpPanes *self = TRP_PANES (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->column, gtk_widget_unparent);
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    g_clear_object (&self->states[n]);
  g_clear_pointer (&self->fitted, trp_volume_unref);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_panes_parent_class)->dispose (object);
}

static void
trp_panes_class_init (TrpPanesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_panes_dispose;
  layout_changed = g_signal_new ("layout-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "panes");
}

static void
trp_panes_init (TrpPanes *self)
{
  self->column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  gtk_box_set_homogeneous (GTK_BOX (self->column), TRUE);
  gtk_widget_set_parent (self->column, GTK_WIDGET (self));
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      self->rows[n] = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
      gtk_box_set_homogeneous (GTK_BOX (self->rows[n]), TRUE);
      gtk_box_append (GTK_BOX (self->column), self->rows[n]);
    }
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
}

static bool
is_shown (TrpPanes *self, int orientation, int role)
{
  TrpSlicePane *pane = self->panes[orientation][role];

  if (self->full)
    return pane == self->active;
  if (role == TRP_ROLE_OTHER && !trp_document_get_volume (self->document, TRP_ROLE_OTHER))
    return false;
  return self->layout == TRP_LAYOUT_ALL || (int) self->layout == orientation;
}

static bool
has_volume (TrpPanes *self, TrpSlicePane *pane)
{
  return trp_document_get_volume (self->document,
                                  trp_slice_view_get_role (trp_slice_pane_get_view (pane)));
}

static void
set_active (TrpPanes *self, TrpSlicePane *pane)
{
  if (self->active && self->active != pane)
    trp_slice_pane_set_active (self->active, false);
  self->active = pane;
  trp_slice_pane_set_active (pane, has_volume (self, pane));
}

static bool
is_better (TrpPanes *self, TrpSlicePane *pane, TrpSlicePane *best)
{
  if (!best || (self->chosen && pane == self->active))
    return true;
  return has_volume (self, pane) && !has_volume (self, best) &&
         !(self->chosen && best == self->active);
}

/* The active pane is one that is shown, with an image if there is any. */
static void
update_visibility (TrpPanes *self)
{
  TrpSlicePane *best = NULL;

  for (int orientation = 0; orientation < TRP_N_ORIENTATIONS; orientation++)
    {
      bool any = false;

      for (int role = 0; role < TRP_N_ROLES; role++)
        {
          TrpSlicePane *pane = self->panes[orientation][role];
          const bool shown = is_shown (self, orientation, role);

          gtk_widget_set_visible (GTK_WIDGET (pane), shown);
          any = any || shown;
          if (shown && is_better (self, pane, best))
            best = pane;
        }
      gtk_widget_set_visible (self->rows[orientation], any);
    }
  if (self->layout == TRP_LAYOUT_ALL && !self->full)
    gtk_widget_add_css_class (self->column, "compact");
  else
    gtk_widget_remove_css_class (self->column, "compact");
  if (best)
    set_active (self, best);
}

/* The anchor decides what fits; a new one is shown whole. */
static void
follow_anchor (TrpPanes *self)
{
  const int anchor = trp_document_get_anchor (self->document);
  TrpVolume *volume = anchor < 0 ? NULL
                                 : trp_document_get_volume (self->document, (TrpRole) anchor);

  if (!volume || volume == self->fitted)
    return;
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    {
      trp_view_state_set_grid (self->states[n],
                               self->as_acquired ? trp_volume_get_geometry (volume) : NULL);
      trp_view_state_set_fit_geometry (self->states[n], trp_volume_get_geometry (volume));
      if (!self->fitted)
        trp_view_state_fit (self->states[n]);
    }
  g_clear_pointer (&self->fitted, trp_volume_unref);
  self->fitted = trp_volume_ref (volume);
}

static void
on_volume_changed (TrpPanes *self)
{
  follow_anchor (self);
  update_visibility (self);
}

static void
on_pane_activated (TrpPanes *self, TrpSlicePane *pane)
{
  self->chosen = self->chosen || !self->granting;
  set_active (self, pane);
}

static void
on_pane_toggle_full (TrpPanes *self, TrpSlicePane *pane)
{
  set_active (self, pane);
  trp_panes_toggle_full (self);
}

GtkWidget *
trp_panes_new (TrpDocument *document)
{
  TrpPanes *self = g_object_new (TRP_TYPE_PANES, NULL);

  self->document = g_object_ref (document);
  for (int orientation = 0; orientation < TRP_N_ORIENTATIONS; orientation++)
    {
      self->states[orientation] = trp_view_state_new ((TrpOrientation) orientation);
      for (int role = 0; role < TRP_N_ROLES; role++)
        {
          GtkWidget *pane = trp_slice_pane_new (document, (TrpRole) role,
                                                self->states[orientation]);

          self->panes[orientation][role] = TRP_SLICE_PANE (pane);
          gtk_box_append (GTK_BOX (self->rows[orientation]), pane);
          g_signal_connect_swapped (pane, "activated", G_CALLBACK (on_pane_activated), self);
          g_signal_connect_swapped (pane, "toggle-full", G_CALLBACK (on_pane_toggle_full), self);
        }
    }
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (on_volume_changed), self);
  on_volume_changed (self);
  return GTK_WIDGET (self);
}

TrpLayout
trp_panes_get_layout (TrpPanes *self)
{
  return self->layout;
}

void
trp_panes_set_layout (TrpPanes *self, TrpLayout layout)
{
  if (self->layout == layout && !self->full)
    return;
  self->layout = layout;
  self->full = false;
  update_visibility (self);
  g_signal_emit (self, layout_changed, 0);
}

TrpSlicePane *
trp_panes_get_active (TrpPanes *self)
{
  return self->active;
}

TrpSlicePane *
trp_panes_get_pointed (TrpPanes *self)
{
  for (int orientation = 0; orientation < TRP_N_ORIENTATIONS; orientation++)
    for (int role = 0; role < TRP_N_ROLES; role++)
      if (has_volume (self, self->panes[orientation][role]) &&
          trp_slice_pane_has_pointer (self->panes[orientation][role]))
        return self->panes[orientation][role];
  return NULL;
}

void
trp_panes_focus_active (TrpPanes *self)
{
  self->granting = true;
  gtk_widget_grab_focus (GTK_WIDGET (trp_slice_pane_get_view (self->active)));
  self->granting = false;
}

TrpSlicePane *
trp_panes_get_pane (TrpPanes *self, TrpOrientation orientation, TrpRole role)
{
  return self->panes[orientation][role];
}

TrpViewState *
trp_panes_get_state (TrpPanes *self, TrpOrientation orientation)
{
  return self->states[orientation];
}

void
trp_panes_toggle_full (TrpPanes *self)
{
  self->full = !self->full;
  update_visibility (self);
  g_signal_emit (self, layout_changed, 0);
}

bool
trp_panes_is_full (TrpPanes *self)
{
  return self->full;
}

void
trp_panes_set_crosshair_shown (TrpPanes *self, bool shown)
{
  self->crosshair_hidden = !shown;
  for (int orientation = 0; orientation < TRP_N_ORIENTATIONS; orientation++)
    for (int role = 0; role < TRP_N_ROLES; role++)
      trp_slice_view_set_crosshair_shown (trp_slice_pane_get_view (self->panes[orientation][role]),
                                          shown);
}

bool
trp_panes_get_crosshair_shown (TrpPanes *self)
{
  return !self->crosshair_hidden;
}

void
trp_panes_set_as_acquired (TrpPanes *self, bool as_acquired)
{
  self->as_acquired = as_acquired;
  g_clear_pointer (&self->fitted, trp_volume_unref);
  follow_anchor (self);
}

void
trp_panes_set_nose_right (TrpPanes *self, bool nose_right)
{
  trp_view_state_set_nose_right (self->states[TRP_ORIENTATION_SAGITTAL], nose_right);
}

void
trp_panes_fit (TrpPanes *self)
{
  for (int n = 0; n < TRP_N_ORIENTATIONS; n++)
    trp_view_state_fit (self->states[n]);
}
