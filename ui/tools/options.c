/* options.c - the tools and the settings of the chosen one, for the side panel
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/options.h"
#include "config.h"

#include "ui/tools/tool.h"

#include <glib/gi18n.h>

#define COLUMNS 6

struct _TrpToolOptions
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *tools[TRP_N_TOOLS];
  GtkWidget *options[TRP_N_TOOLS]; /* NULL where a tool has none */
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

static void
on_toggled (GtkToggleButton *button, TrpToolOptions *self)
{
  TrpToolSettings settings = *trp_document_get_tool (self->document);

  if (self->updating || !gtk_toggle_button_get_active (button))
    return;
  for (int n = 0; n < TRP_N_TOOLS; n++)
    if (self->tools[n] == GTK_WIDGET (button))
      settings.kind = (TrpToolKind) n;
  trp_document_set_tool (self->document, &settings);
}

static void
update (TrpToolOptions *self)
{
  const TrpToolKind kind = trp_document_get_tool (self->document)->kind;

  self->updating = true;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->tools[kind]), TRUE);
  for (int n = 0; n < TRP_N_TOOLS; n++)
    if (self->options[n])
      gtk_widget_set_visible (self->options[n], n == (int) kind);
  self->updating = false;
}

/* ---- widgets ---- */

static GtkWidget *
make_tool_button (const TrpTool *tool)
{
  const char key[] = { g_ascii_toupper (tool->key), '\0' };
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *icon = gtk_image_new_from_icon_name (tool->icon);
  GtkWidget *digit = gtk_label_new (key);
  g_autofree char *tip = g_strdup_printf ("%s (%c)", _ (tool->name), key[0]);

  gtk_widget_set_hexpand (icon, TRUE);
  gtk_widget_add_css_class (digit, "caption");
  gtk_widget_set_valign (digit, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), digit);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "tool");
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_focus_on_click (button, FALSE); /* Enter is the tool's then, and the preview's */
  gtk_widget_set_tooltip_text (button, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (tool->name), -1);
  return button;
}

static GtkWidget *
make_tools (TrpToolOptions *self)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 4);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  for (int n = 0; n < TRP_N_TOOLS; n++)
    {
      self->tools[n] = make_tool_button (trp_tool_get ((TrpToolKind) n));
      if (n > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->tools[n]),
                                     GTK_TOGGLE_BUTTON (self->tools[0]));
      g_signal_connect (self->tools[n], "toggled", G_CALLBACK (on_toggled), self);
      gtk_grid_attach (GTK_GRID (grid), self->tools[n], n % COLUMNS, n / COLUMNS, 1, 1);
    }
  return grid;
}

static void
append_options (TrpToolOptions *self)
{
  for (int n = 0; n < TRP_N_TOOLS; n++)
    {
      const TrpTool *tool = trp_tool_get ((TrpToolKind) n);

      if (!tool->make_options)
        continue;
      self->options[n] = tool->make_options (self->document);
      gtk_box_append (GTK_BOX (self), self->options[n]);
    }
}

GtkWidget *
trp_tool_options_new (TrpDocument *document)
{
  TrpToolOptions *self = g_object_new (TRP_TYPE_TOOL_OPTIONS, NULL);

  self->document = g_object_ref (document);
  gtk_box_append (GTK_BOX (self), make_tools (self));
  append_options (self);
  g_signal_connect_swapped (document, "tool-changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
