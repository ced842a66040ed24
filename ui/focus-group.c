/* focus-group.c - see focus-group.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/focus-group.h"

struct _TrpFocusGroup
{
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (TrpFocusGroup, trp_focus_group, GTK_TYPE_BOX)

static gboolean
focus (GtkWidget *widget, GtkDirectionType direction)
{
  if ((direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD) &&
      gtk_widget_get_focus_child (widget))
    return FALSE;
  return GTK_WIDGET_CLASS (trp_focus_group_parent_class)->focus (widget, direction);
}

static void
trp_focus_group_class_init (TrpFocusGroupClass *klass)
{
  GTK_WIDGET_CLASS (klass)->focus = focus;
}

static void
trp_focus_group_init (TrpFocusGroup *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

GtkWidget *
trp_focus_group_new (GtkWidget *child)
{
  GtkWidget *self = g_object_new (TRP_TYPE_FOCUS_GROUP, NULL);

  gtk_box_append (GTK_BOX (self), child);
  return self;
}
