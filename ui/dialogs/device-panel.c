/* device-panel.c - see device-panel.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/device-panel.h"
#include "ui/dialogs/form.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TrpDevicePanel
{
  GtkBox parent_instance;

  TrpCompute *compute;
  TrpComputeUse use;
  GPtrArray *names;       /* of the drop-down's items */
  const GPtrArray *shown; /* the devices that those are of */
  GtkWidget *device;
  GtkWidget *precision;
  GtkWidget *precision_row;
  TrpPrecision offered[TRP_PRECISIONS]; /* the drop-down's items, @n_offered of them */
  guint n_offered;
  const TrpDeviceEntry *offered_by;
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

/* strict is what a device without TF32 computes in anyway */
static bool
is_offered (const TrpDevicePanel *self, const TrpDeviceEntry *entry, TrpPrecision precision)
{
  if (precision == TRP_PRECISION_DEFAULT || !entry)
    return precision == TRP_PRECISION_DEFAULT;
  if (precision == TRP_PRECISION_STRICT)
    return strcmp (entry->precision, "float32") != 0;
  return (self->use == TRP_COMPUTE_TRAIN ? entry->trains : entry->infers)[precision];
}

/* A choice of one says why. */
static void
explain_precision (TrpDevicePanel *self, const TrpDeviceEntry *entry)
{
  const char *why = NULL;

  if (entry && self->n_offered == 1)
    why = self->use == TRP_COMPUTE_TRAIN ? _ ("This device trains in float32 only.")
                                         : _ ("This device computes in float32 only.");
  gtk_widget_set_sensitive (self->precision, self->n_offered > 1);
  gtk_widget_set_tooltip_text (self->precision_row, why);
}

static void
fill_precisions (TrpDevicePanel *self, const TrpDeviceEntry *entry)
{
  const char *const titles[TRP_PRECISIONS] = { _ ("default"), _ ("strict float32"), "bfloat16",
                                               "float16" };
  g_autofree char *title = entry ? g_strdup_printf (_ ("default (%s)"), entry->precision) : NULL;
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  self->n_offered = 0;
  for (TrpPrecision p = TRP_PRECISION_DEFAULT; p < TRP_PRECISIONS; p++)
    if (is_offered (self, entry, p))
      {
        self->offered[self->n_offered++] = p;
        gtk_string_list_append (list, p == TRP_PRECISION_DEFAULT && title ? title : titles[p]);
      }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->precision), G_LIST_MODEL (list));
  explain_precision (self, entry);
}

static void
select_precision (TrpDevicePanel *self)
{
  for (guint n = self->n_offered; n-- > 0;)
    if (n == 0 || self->offered[n] == trp_compute_get_precision (self->compute, self->use))
      {
        gtk_drop_down_set_selected (GTK_DROP_DOWN (self->precision), n);
        return;
      }
}

static void
show_note (TrpDevicePanel *self, const TrpDeviceEntry *entry)
{
  const bool is_auto = strcmp (trp_compute_get_device (self->compute), "auto") == 0;

  trp_form_note_set (self->note, !entry    ? _ ("Looking for devices\u2026")
                                 : is_auto ? trp_compute_get_note (self->compute)
                                           : entry->title);
}

/* A drop-down that tells of a choice would lose its model under its feet: only another device, or
 * the first look at all of them, makes lists anew. */
static void
update (TrpDevicePanel *self)
{
  const TrpDeviceEntry *entry = trp_compute_peek_entry (self->compute);

  self->is_updating = true;
  if (self->names->len == 0 || self->shown != trp_compute_peek_devices (self->compute))
    fill_devices (self);
  self->shown = trp_compute_peek_devices (self->compute);
  if (self->n_offered == 0 || self->offered_by != entry)
    fill_precisions (self, entry);
  self->offered_by = entry;
  select_device (self);
  select_precision (self);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->deterministic),
                               trp_compute_get_deterministic (self->compute));
  show_note (self, entry);
  self->is_updating = false;
}

static void
on_device_chosen (TrpDevicePanel *self)
{
  const guint device = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->device));

  if (!self->is_updating && device < self->names->len)
    trp_compute_set_device (self->compute, self->names->pdata[device]);
}

static void
on_precision_chosen (TrpDevicePanel *self)
{
  const guint precision = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->precision));

  if (!self->is_updating && precision < self->n_offered)
    trp_compute_set_precision (self->compute, self->use, self->offered[precision]);
}

static void
on_deterministic_toggled (TrpDevicePanel *self)
{
  if (!self->is_updating)
    trp_compute_set_deterministic (
      self->compute, gtk_check_button_get_active (GTK_CHECK_BUTTON (self->deterministic)));
}

GtkWidget *
trp_device_panel_new (TrpCompute *compute, TrpComputeUse use)
{
  TrpDevicePanel *self = g_object_new (TRP_TYPE_DEVICE_PANEL, NULL);
  static const char *const nothing[] = { NULL };

  self->compute = g_object_ref (compute);
  self->use = use;
  self->device = gtk_drop_down_new_from_strings (nothing);
  self->precision = gtk_drop_down_new_from_strings (nothing);
  self->deterministic = gtk_check_button_new_with_label (_ ("the same bits in every run"));
  self->note = trp_form_note_new (30);
  self->precision_row = trp_form_row (_ ("Precision"), self->precision);
  gtk_widget_set_visible (self->deterministic, use == TRP_COMPUTE_TRAIN);
  gtk_widget_set_tooltip_text (self->deterministic,
                               _ ("Two runs of one recipe on this device end in equal numbers, to "
                                  "the last bit. A CPU always does so; a GPU is slower with it."));
  gtk_box_append (GTK_BOX (self), trp_form_row (_ ("Device"), self->device));
  gtk_box_append (GTK_BOX (self), self->note);
  gtk_box_append (GTK_BOX (self), self->precision_row);
  gtk_box_append (GTK_BOX (self), self->deterministic);
  update (self);
  g_signal_connect_swapped (self->device, "notify::selected", G_CALLBACK (on_device_chosen), self);
  g_signal_connect_swapped (self->precision, "notify::selected", G_CALLBACK (on_precision_chosen),
                            self);
  g_signal_connect_swapped (self->deterministic, "toggled", G_CALLBACK (on_deterministic_toggled),
                            self);
  g_signal_connect_swapped (compute, "changed", G_CALLBACK (update), self);
  g_signal_connect_object (self, "map", G_CALLBACK (trp_compute_probe), compute, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
