/* options.c - the tools and the settings of the chosen one, for the side panel
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/options.h"
#include "config.h"

#include "ui/tools/tool.h"

#include <glib/gi18n.h>

struct _TrpToolOptions
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *tools[TRP_N_TOOLS];
  GtkWidget *rows; /* only for tools that paint */
  GtkWidget *shape[2];
  GtkWidget *radius;
  GtkWidget *radius_text;
  GtkWidget *limit[2];
  GtkWidget *low, *high;
  GtkWidget *range_row;
  GtkWidget *over[3];
  bool updating;
};

G_DEFINE_FINAL_TYPE (TrpToolOptions, trp_tool_options, GTK_TYPE_BOX)

static void
trp_tool_options_dispose (GObject *object)
{
  TrpToolOptions *self = TRP_TOOL_OPTIONS (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_tool_options_parent_class)->dispose (object);
}

static void
trp_tool_options_class_init (TrpToolOptionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_tool_options_dispose;
}

static void
trp_tool_options_init (TrpToolOptions *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
}

/* ---- the document and the widgets ---- */

static int
get_checked (GtkWidget *const *buttons, int n)
{
  for (int m = 0; m < n; m++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (buttons[m])))
      return m;
  return 0;
}

/* Every widget ends here: the settings are read from all of them at once. */
static void
apply (TrpToolOptions *self)
{
  static const TrpPaintOver over[] = { TRP_PAINT_OVER_UNLOCKED, TRP_PAINT_OVER_ALL,
                                       TRP_PAINT_OVER_EMPTY };
  TrpToolSettings settings = *trp_document_get_tool (self->document);

  if (self->updating)
    return;
  settings.kind = (TrpToolKind) get_checked (self->tools, TRP_N_TOOLS);
  settings.ball = get_checked (self->shape, 2) == 1;
  settings.radius_mm = exp (gtk_range_get_value (GTK_RANGE (self->radius)));
  settings.limited = get_checked (self->limit, 2) == 1;
  settings.low = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->low));
  settings.high = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->high));
  settings.over = over[get_checked (self->over, 3)];
  trp_document_set_tool (self->document, &settings);
}

/* A group first lets go of the old button, and then no button is the answer. */
static void
on_toggled (GtkToggleButton *button, TrpToolOptions *self)
{
  if (gtk_toggle_button_get_active (button))
    apply (self);
}

static void
check (GtkWidget *button)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
}

static void
update (TrpToolOptions *self)
{
  const TrpToolSettings settings = *trp_document_get_tool (self->document);
  const bool paints = settings.kind == TRP_TOOL_BRUSH || settings.kind == TRP_TOOL_ERASER;
  g_autofree char *radius = g_strdup_printf (_ ("%.1f mm"), settings.radius_mm);

  self->updating = true;
  check (self->tools[settings.kind]);
  check (self->shape[settings.ball]);
  gtk_range_set_value (GTK_RANGE (self->radius), log (settings.radius_mm));
  gtk_label_set_label (GTK_LABEL (self->radius_text), radius);
  check (self->limit[settings.limited]);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->low), settings.low);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->high), settings.high);
  check (self->over[settings.over == TRP_PAINT_OVER_UNLOCKED ? 0
                    : settings.over == TRP_PAINT_OVER_ALL    ? 1
                                                             : 2]);
  gtk_widget_set_visible (self->rows, paints);
  gtk_widget_set_visible (self->range_row, settings.limited);
  self->updating = false;
}

/* ---- widgets ---- */

static GtkWidget *
make_tool_button (const TrpTool *tool)
{
  const char key[] = { tool->key, '\0' };
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *icon = gtk_image_new_from_icon_name (tool->icon);
  GtkWidget *digit = gtk_label_new (key);
  g_autofree char *tip = g_strdup_printf ("%s (%c)", _ (tool->name), tool->key);

  gtk_widget_set_hexpand (icon, TRUE);
  gtk_widget_add_css_class (digit, "caption");
  gtk_widget_set_valign (digit, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), digit);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "tool");
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_tooltip_text (button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (tool->name), -1);
  return button;
}

static GtkWidget *
make_tools (TrpToolOptions *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  for (int n = 0; n < TRP_N_TOOLS; n++)
    {
      self->tools[n] = make_tool_button (trp_tool_get ((TrpToolKind) n));
      if (n > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->tools[n]),
                                     GTK_TOGGLE_BUTTON (self->tools[0]));
      g_signal_connect (self->tools[n], "toggled", G_CALLBACK (on_toggled), self);
      gtk_box_append (GTK_BOX (box), self->tools[n]);
    }
  return box;
}

static GtkWidget *
make_row (const char *name, GtkWidget *child)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 6);
  gtk_widget_set_hexpand (child, TRUE);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), child);
  return row;
}

static GtkWidget *
make_segments (TrpToolOptions *self, const char *const *names, GtkWidget **out_buttons, int n)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "segments");
  for (int m = 0; m < n; m++)
    {
      out_buttons[m] = gtk_toggle_button_new_with_label (_ (names[m]));
      if (m > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (out_buttons[m]),
                                     GTK_TOGGLE_BUTTON (out_buttons[0]));
      gtk_widget_set_hexpand (out_buttons[m], TRUE);
      g_signal_connect (out_buttons[m], "toggled", G_CALLBACK (on_toggled), self);
      gtk_box_append (GTK_BOX (box), out_buttons[m]);
    }
  return box;
}

/* Logarithmic: the same drag changes a small brush as visibly as a large one. */
static GtkWidget *
make_radius (TrpToolOptions *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->radius = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, log (TRP_TOOL_MIN_RADIUS_MM),
                                           log (TRP_TOOL_MAX_RADIUS_MM), 0.1);
  self->radius_text = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (self->radius_text), 7);
  gtk_label_set_xalign (GTK_LABEL (self->radius_text), 1);
  gtk_scale_set_draw_value (GTK_SCALE (self->radius), FALSE);
  gtk_widget_set_hexpand (self->radius, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->radius), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Radius in millimetres"), -1);
  g_signal_connect_swapped (self->radius, "value-changed", G_CALLBACK (apply), self);
  gtk_box_append (GTK_BOX (box), self->radius);
  gtk_box_append (GTK_BOX (box), self->radius_text);
  return box;
}

static GtkWidget *
make_limit_entry (TrpToolOptions *self, const char *name)
{
  GtkWidget *entry = gtk_spin_button_new_with_range (-32768, 65535, 1);

  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 5);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (entry, "value-changed", G_CALLBACK (apply), self);
  return entry;
}

static GtkWidget *
make_range (TrpToolOptions *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->low = make_limit_entry (self, _ ("Lowest value painted"));
  self->high = make_limit_entry (self, _ ("Highest value painted"));
  gtk_box_append (GTK_BOX (box), self->low);
  gtk_box_append (GTK_BOX (box), self->high);
  return box;
}

static GtkWidget *
make_rows (TrpToolOptions *self)
{
  static const char *const shapes[] = { N_ ("Disc"), N_ ("Ball") };
  static const char *const limits[] = { N_ ("All values"), N_ ("Range") };
  static const char *const overs[] = { N_ ("Unlocked"), N_ ("All"), N_ ("Empty") };
  GtkWidget *rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  gtk_box_append (GTK_BOX (rows),
                  make_row (_ ("Shape"), make_segments (self, shapes, self->shape, 2)));
  gtk_box_append (GTK_BOX (rows), make_row (_ ("Radius"), make_radius (self)));
  gtk_box_append (GTK_BOX (rows),
                  make_row (_ ("Only in"), make_segments (self, limits, self->limit, 2)));
  self->range_row = make_row ("", make_range (self));
  gtk_box_append (GTK_BOX (rows), self->range_row);
  gtk_box_append (GTK_BOX (rows),
                  make_row (_ ("Over"), make_segments (self, overs, self->over, 3)));
  return rows;
}

GtkWidget *
trp_tool_options_new (TrpDocument *document)
{
  TrpToolOptions *self = g_object_new (TRP_TYPE_TOOL_OPTIONS, NULL);

  self->document = g_object_ref (document);
  self->updating = true;
  gtk_box_append (GTK_BOX (self), make_tools (self));
  self->rows = make_rows (self);
  gtk_box_append (GTK_BOX (self), self->rows);
  g_signal_connect_swapped (document, "tool-changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
