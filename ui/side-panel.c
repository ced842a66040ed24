/* side-panel.c - see side-panel.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/side-panel.h"
#include "config.h"

#include <glib/gi18n.h>

#define WIDTH 272
#define WIDE_WIDTH 300
#define WIDE_FROM 1920
#define PLACE_FROM 1264 /* 1280, less the frame that a window without a window manager draws */
#define REST_HEIGHT 130 /* of the window, above and below the popover */

struct _TrpSidePanel
{
  GtkBox parent_instance;

  GtkWidget *content;
  GtkWidget *button;
  GtkWidget *popover;
  bool shown;
  bool narrow;
  int width;
};

G_DEFINE_FINAL_TYPE (TrpSidePanel, trp_side_panel, GTK_TYPE_BOX)

static void
trp_side_panel_dispose (GObject *object)
{
  TrpSidePanel *self = TRP_SIDE_PANEL (object);

  g_clear_object (&self->content);
  g_clear_object (&self->button);
  G_OBJECT_CLASS (trp_side_panel_parent_class)->dispose (object);
}

static void
trp_side_panel_class_init (TrpSidePanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_side_panel_dispose;
}

static void
trp_side_panel_init (TrpSidePanel *self)
{
  self->width = WIDTH;
  self->shown = true;
}

static void
update (TrpSidePanel *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), self->shown && !self->narrow);
  gtk_widget_set_visible (self->button, self->shown && self->narrow);
}

GtkWidget *
trp_side_panel_new (GtkWidget *content)
{
  TrpSidePanel *self = g_object_new (TRP_TYPE_SIDE_PANEL, NULL);

  self->content = g_object_ref_sink (content);
  self->popover = gtk_popover_new ();
  self->button = g_object_ref_sink (gtk_menu_button_new ());
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->button), "sidebar-show-right-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), self->popover);
  gtk_widget_set_tooltip_text (self->button, _ ("Structures, numbers and tools"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Structures, numbers and tools"), -1);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->popover, "side-popover");
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE); /* whatever its children want */
  gtk_widget_add_css_class (GTK_WIDGET (self), "side");
  gtk_widget_set_size_request (content, self->width, -1);
  gtk_box_append (GTK_BOX (self), content);
  update (self);
  return GTK_WIDGET (self);
}

GtkWidget *
trp_side_panel_get_button (TrpSidePanel *self)
{
  return self->button;
}

void
trp_side_panel_set_shown (TrpSidePanel *self, bool shown)
{
  self->shown = shown;
  update (self);
}

static void
move_content (TrpSidePanel *self, bool narrow)
{
  self->narrow = narrow;
  if (narrow)
    {
      gtk_box_remove (GTK_BOX (self), self->content);
      gtk_popover_set_child (GTK_POPOVER (self->popover), self->content);
    }
  else
    {
      gtk_popover_popdown (GTK_POPOVER (self->popover));
      gtk_popover_set_child (GTK_POPOVER (self->popover), NULL);
      gtk_box_append (GTK_BOX (self), self->content);
    }
  update (self);
}

void
trp_side_panel_fit (TrpSidePanel *self, int width, int height)
{
  const bool narrow = width < PLACE_FROM;

  self->width = width >= WIDE_FROM ? WIDE_WIDTH : WIDTH;
  if (narrow != self->narrow)
    move_content (self, narrow);
  gtk_widget_set_size_request (self->content, self->width,
                               narrow ? MAX (240, height - REST_HEIGHT) : -1);
}

int
trp_side_panel_get_taken (TrpSidePanel *self)
{
  int least;

  if (!self->shown || self->narrow)
    return 0;
  gtk_widget_measure (GTK_WIDGET (self), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return MAX (self->width, least);
}
