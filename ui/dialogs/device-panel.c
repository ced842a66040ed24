/* device-panel.c - see device-panel.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/device-panel.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TrpDevicePanel
{
  GtkBox parent_instance;

  TrpCompute *compute;
  GPtrArray *names;       /* of the drop-down's items */
  const GPtrArray *shown; /* the devices that those are of */
  GtkWidget *device;
  GtkWidget *precision;
  GtkWidget *deterministic;
  GtkWidget *note;
  bool is_updating;
};

G_DEFINE_FINAL_TYPE (TrpDevicePanel, trp_device_panel, GTK_TYPE_BOX)

static void
trp_device_panel_dispose (GObject *object)
{
  TrpDevicePanel *self = TRP_DEVICE_PANEL (object);

  if (self->compute)
    g_signal_handlers_disconnect_by_data (self->compute, self);
  g_clear_object (&self->compute);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  G_OBJECT_CLASS (trp_device_panel_parent_class)->dispose (object);
}

static void
trp_device_panel_class_init (TrpDevicePanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_device_panel_dispose;
}

static void
trp_device_panel_init (TrpDevicePanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->names = g_ptr_array_new_with_free_func (g_free);
}

static void
add_item (TrpDevicePanel *self, GtkStringList *list, const char *name, const char *title)
{
  g_ptr_array_add (self->names, g_strdup (name));
  gtk_string_list_append (list, title);
}

/* Until the machine's devices are known: those that are always there. */
static void
fill_devices (TrpDevicePanel *self)
{
  GPtrArray *devices = trp_compute_peek_devices (self->compute);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->names, 0);
  add_item (self, list, "auto", _ ("Automatic"));
  for (guint n = 0; devices && n < devices->len; n++)
    {
      const TrpDeviceEntry *entry = devices->pdata[n];

      add_item (self, list, entry->name, entry->title);
    }
  if (!devices)
    add_item (self, list, "cpu", _ ("CPU"));
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->device), G_LIST_MODEL (list));
}

static void
select_device (TrpDevicePanel *self)
{
  for (guint n = 0; n < self->names->len; n++)
    if (strcmp (self->names->pdata[n], trp_compute_get_device (self->compute)) == 0)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->device), n);
}

static void
update (TrpDevicePanel *self)
{
  const char *note = trp_compute_get_note (self->compute);
  const bool is_auto = strcmp (trp_compute_get_device (self->compute), "auto") == 0;

  self->is_updating = true;
  /* never while it tells of a choice: it would lose its model under its feet */
  if (self->names->len == 0 || self->shown != trp_compute_peek_devices (self->compute))
    fill_devices (self);
  self->shown = trp_compute_peek_devices (self->compute);
  select_device (self);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->precision),
                              trp_compute_get_precision (self->compute));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->deterministic),
                               trp_compute_get_deterministic (self->compute));
  /* its place is kept from the start: a dialog should not grow under the pointer */
  gtk_label_set_label (GTK_LABEL (self->note), *note ? note : _ ("Looking for devices\u2026"));
  gtk_widget_set_visible (self->note, is_auto);
  self->is_updating = false;
}

static void
on_chosen (TrpDevicePanel *self)
{
  const guint device = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->device));
  const guint precision = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->precision));

  if (self->is_updating || device >= self->names->len)
    return;
  trp_compute_set (self->compute, self->names->pdata[device], (TrpPrecision) precision,
                   gtk_check_button_get_active (GTK_CHECK_BUTTON (self->deterministic)));
}

static GtkWidget *
make_row (const char *name, GtkWidget *child)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 9);
  gtk_widget_add_css_class (label, "second");
  gtk_widget_set_hexpand (child, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), child);
  return row;
}

static GtkWidget *
make_note (void)
{
  GtkWidget *note = gtk_label_new (NULL);

  gtk_widget_add_css_class (note, "caption");
  gtk_label_set_xalign (GTK_LABEL (note), 0);
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (note), 30);
  return note;
}

static GtkWidget *
make_precisions (void)
{
  const char *const titles[] = { _ ("default"), _ ("strict float32"), "bfloat16", "float16", NULL };

  return gtk_drop_down_new_from_strings (titles);
}

GtkWidget *
trp_device_panel_new (TrpCompute *compute, bool trains)
{
  TrpDevicePanel *self = g_object_new (TRP_TYPE_DEVICE_PANEL, NULL);

  self->compute = g_object_ref (compute);
  self->device = gtk_drop_down_new_from_strings ((const char *const[]){ NULL });
  self->precision = make_precisions ();
  self->deterministic = gtk_check_button_new_with_label (_ ("the same bits in every run"));
  self->note = make_note ();
  gtk_widget_set_visible (self->deterministic, trains);
  gtk_box_append (GTK_BOX (self), make_row (_ ("Device"), self->device));
  gtk_box_append (GTK_BOX (self), self->note);
  gtk_box_append (GTK_BOX (self), make_row (_ ("Precision"), self->precision));
  gtk_box_append (GTK_BOX (self), self->deterministic);
  update (self);
  g_signal_connect_swapped (self->device, "notify::selected", G_CALLBACK (on_chosen), self);
  g_signal_connect_swapped (self->precision, "notify::selected", G_CALLBACK (on_chosen), self);
  g_signal_connect_swapped (self->deterministic, "toggled", G_CALLBACK (on_chosen), self);
  g_signal_connect_swapped (compute, "changed", G_CALLBACK (update), self);
  g_signal_connect_object (self, "map", G_CALLBACK (trp_compute_probe), compute, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
