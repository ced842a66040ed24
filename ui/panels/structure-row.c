/* structure-row.c - one structure in the list
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/structure-row.h"
#include "config.h"
#include "core/draw/palette.h"
#include "ui/document-blind.h"

#include <glib/gi18n.h>

#define SWATCH_SIZE 12

struct _TrpStructureRow
{
  GtkListBoxRow parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  guint index;
  GtkWidget *swatch;
  GtkWidget *names; /* a stack: label, entry */
  GtkWidget *label;
  GtkWidget *entry;
  GtkWidget *dice;
  GtkWidget *volume;
  GtkWidget *eye;
  GtkWidget *lock;
  bool is_updating;
};

G_DEFINE_FINAL_TYPE (TrpStructureRow, trp_structure_row, GTK_TYPE_LIST_BOX_ROW)

static void
trp_structure_row_dispose (GObject *object)
{
  TrpStructureRow *self = TRP_STRUCTURE_ROW (object);

  g_clear_object (&self->document);
  g_clear_object (&self->scores);
  G_OBJECT_CLASS (trp_structure_row_parent_class)->dispose (object);
}

static void
trp_structure_row_class_init (TrpStructureRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_structure_row_dispose;
}

static void
trp_structure_row_init (TrpStructureRow *self)
{
}

/* NULL after the structure has left the list and before this row did. */
static TrpStructure *
get_structure (TrpStructureRow *self)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);

  return set && self->index < trp_structure_set_get_size (set)
           ? trp_structure_set_get (set, self->index)
           : NULL;
}

/* ---- changes by the user ---- */

static void
on_eye_toggled (GtkToggleButton *button, TrpStructureRow *self)
{
  if (!self->is_updating)
    trp_document_set_structure_visible (self->document, self->index,
                                        gtk_toggle_button_get_active (button));
}

static void
on_lock_toggled (GtkToggleButton *button, TrpStructureRow *self)
{
  if (!self->is_updating)
    trp_document_set_structure_locked (self->document, self->index,
                                       gtk_toggle_button_get_active (button));
}

static void
end_rename (TrpStructureRow *self, bool keep)
{
  g_autofree char *name = NULL;
  TrpStructure *structure = get_structure (self);

  if (gtk_stack_get_visible_child (GTK_STACK (self->names)) != self->entry)
    return;
  name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  gtk_stack_set_visible_child (GTK_STACK (self->names), self->label);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  g_strstrip (name);
  if (keep && *name && structure && g_strcmp0 (name, trp_structure_get_name (structure)) != 0)
    trp_document_rename_structure (self->document, self->index, name);
}

static void
on_entry_activate (TrpStructureRow *self)
{
  end_rename (self, true);
}

static void
on_entry_leave (TrpStructureRow *self)
{
  end_rename (self, true);
}

static gboolean
on_entry_key (GtkEventControllerKey *keys,
              guint keyval,
              guint keycode,
              GdkModifierType state,
              TrpStructureRow *self)
{
  if (keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  end_rename (self, false);
  return GDK_EVENT_STOP;
}

void
trp_structure_row_rename (TrpStructureRow *self)
{
  const TrpStructure *structure = get_structure (self);

  if (!structure)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), trp_structure_get_name (structure));
  gtk_stack_set_visible_child (GTK_STACK (self->names), self->entry);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

static void
on_name_pressed (GtkGestureClick *click, int n_press, double x, double y, TrpStructureRow *self)
{
  if (n_press == 2)
    trp_structure_row_rename (self);
}

static void
on_color_response (GtkDialog *dialog, int response, TrpStructureRow *self)
{
  GdkRGBA rgba;

  gtk_color_chooser_get_rgba (GTK_COLOR_CHOOSER (dialog), &rgba);
  if (response == GTK_RESPONSE_OK && self->document)
    trp_document_recolor_structure (self->document, self->index,
                                    (TrpColor){ (uint8_t) lroundf (rgba.red * 255),
                                                (uint8_t) lroundf (rgba.green * 255),
                                                (uint8_t) lroundf (rgba.blue * 255) });
  gtk_window_destroy (GTK_WINDOW (dialog));
}

void
trp_structure_row_choose_color (TrpStructureRow *self)
{
  const TrpStructure *structure = get_structure (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *dialog;
  TrpColor color;
  GdkRGBA rgba;

  if (!structure || !GTK_IS_WINDOW (root))
    return;
  color = trp_structure_get_color (structure);
  rgba = (GdkRGBA){ color.red / 255.0f, color.green / 255.0f, color.blue / 255.0f, 1 };
  dialog = gtk_color_chooser_dialog_new (_ ("Colour of the structure"), GTK_WINDOW (root));
  gtk_color_chooser_set_use_alpha (GTK_COLOR_CHOOSER (dialog), FALSE);
  gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (dialog), &rgba);
  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_color_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- showing ---- */

static void
draw_swatch (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  TrpStructureRow *self = user_data;
  const TrpStructure *structure = self->document ? get_structure (self) : NULL;

  if (!structure)
    return;
  /* corners of 3 px */
  cairo_arc (cr, width - 3, 3, 3, -G_PI_2, 0);
  cairo_arc (cr, width - 3, height - 3, 3, 0, G_PI_2);
  cairo_arc (cr, 3, height - 3, 3, G_PI_2, G_PI);
  cairo_arc (cr, 3, 3, 3, G_PI, 3 * G_PI_2);
  trp_palette_set_source (cr, trp_palette_pack (trp_structure_get_color (structure)), 1);
  cairo_fill (cr);
}

static void
set_class (GtkWidget *widget, const char *name, bool is_set)
{
  if (is_set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

/* Takes over @text. */
static void
set_name (GtkWidget *widget, char *text)
{
  gtk_widget_set_tooltip_text (widget, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_free (text);
}

static void
name_buttons (TrpStructureRow *self, const TrpStructure *structure)
{
  const char *name = trp_structure_get_name (structure);

  set_name (self->eye, trp_structure_get_visible (structure)
                         ? g_strdup_printf (_ ("Hide %s"), name)
                         : g_strdup_printf (_ ("Show %s"), name));
  set_name (self->lock, trp_structure_get_locked (structure)
                          ? g_strdup_printf (_ ("Unlock %s"), name)
                          : g_strdup_printf (_ ("Lock %s"), name));
  set_name (self->swatch, g_strdup_printf (_ ("Colour of %s"), name));
}

/* NULL: unknown */
static const char *
describe_origin (const TrpStructure *structure)
{
  switch (trp_structure_get_origin (structure))
    {
    case TRP_ORIGIN_AUTOMATIC:
      return _ ("Automatic, unchanged");
    case TRP_ORIGIN_SEMIAUTOMATIC:
      return _ ("Automatic, then edited");
    case TRP_ORIGIN_MANUAL:
      return _ ("Drawn by hand");
    case TRP_ORIGIN_UNKNOWN:
      break;
    }
  return NULL;
}

static void
describe (TrpStructureRow *self, const TrpStructure *structure)
{
  const char *origin = trp_document_is_blind (self->document) ? NULL : describe_origin (structure);
  const char *problem = trp_live_scores_get_problem (self->scores, self->index);
  g_autofree char *tip = g_strdup_printf ("%s%s%s%s%s", trp_structure_get_name (structure),
                                          origin ? "\n" : "", origin ? origin : "",
                                          problem ? "\n" : "", problem ? problem : "");

  gtk_widget_set_tooltip_text (self->label, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  trp_structure_get_name (structure),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, origin ? origin : "", -1);
}

void
trp_structure_row_update (TrpStructureRow *self)
{
  const TrpStructure *structure = get_structure (self);
  bool is_visible, is_locked;

  if (!structure)
    return;
  is_visible = trp_structure_get_visible (structure);
  is_locked = trp_structure_get_locked (structure);
  self->is_updating = true;
  gtk_label_set_label (GTK_LABEL (self->label), trp_structure_get_name (structure));
  set_class (self->label, "second", !is_visible);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->eye), is_visible);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->lock), is_locked);
  gtk_button_set_icon_name (GTK_BUTTON (self->eye),
                            is_visible ? "view-reveal-symbolic" : "view-conceal-symbolic");
  gtk_button_set_icon_name (GTK_BUTTON (self->lock),
                            is_locked ? "changes-prevent-symbolic" : "trp-lock-open-symbolic");
  set_class (self->eye, "dim", !is_visible);
  set_class (self->lock, "dim", !is_locked);
  self->is_updating = false;
  name_buttons (self, structure);
  describe (self, structure);
  gtk_widget_queue_draw (gtk_button_get_child (GTK_BUTTON (self->swatch)));
  trp_structure_row_update_score (self);
}

void
trp_structure_row_update_score (TrpStructureRow *self)
{
  g_autofree char *dice = NULL;
  g_autofree char *volume = NULL;
  TrpScore score;

  if (!trp_live_scores_get (self->scores, self->index, &score))
    return;
  dice = isnan (score.dice) ? g_strdup ("\u2013") : g_strdup_printf ("%.3f", score.dice);
  volume = isnan (score.volume_ml) ? g_strdup ("\u2013")
           : score.volume_ml < 10  ? g_strdup_printf (_ ("%.1f ml"), score.volume_ml)
                                   : g_strdup_printf (_ ("%.0f ml"), score.volume_ml);
  gtk_label_set_label (GTK_LABEL (self->dice), dice);
  gtk_label_set_label (GTK_LABEL (self->volume), volume);
}

/* ---- making ---- */

static GtkWidget *
make_number (int width_chars)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_width_chars (GTK_LABEL (label), width_chars);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_set_margin_start (label, 4); /* as in the heading */
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static GtkWidget *
make_toggle (TrpStructureRow *self, GCallback callback)
{
  GtkWidget *button = gtk_toggle_button_new ();

  gtk_widget_add_css_class (button, "row-icon");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "toggled", callback, self);
  return button;
}

static void
make_swatch (TrpStructureRow *self)
{
  GtkWidget *area = gtk_drawing_area_new ();

  self->swatch = gtk_button_new ();
  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (area), SWATCH_SIZE);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), SWATCH_SIZE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_swatch, self, NULL);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (area, GTK_ALIGN_CENTER);
  gtk_button_set_child (GTK_BUTTON (self->swatch), area);
  gtk_widget_add_css_class (self->swatch, "row-icon");
  gtk_widget_set_valign (self->swatch, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->swatch, "clicked", G_CALLBACK (trp_structure_row_choose_color),
                            self);
}

static void
make_names (TrpStructureRow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->names = gtk_stack_new ();
  self->label = gtk_label_new (NULL);
  self->entry = gtk_text_new ();
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->label, "structure-name");
  gtk_widget_add_css_class (self->entry, "rename");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("New name"), -1);
  gtk_stack_add_child (GTK_STACK (self->names), self->label);
  gtk_stack_add_child (GTK_STACK (self->names), self->entry);
  gtk_widget_set_hexpand (self->names, TRUE);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (on_entry_activate), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_entry_key), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_entry_leave), self);
  g_signal_connect (click, "pressed", G_CALLBACK (on_name_pressed), self);
  gtk_widget_add_controller (self->entry, keys);
  gtk_widget_add_controller (self->entry, focus);
  gtk_widget_add_controller (self->label, GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
trp_structure_row_new (TrpDocument *document, TrpLiveScores *scores, guint index)
{
  TrpStructureRow *self = g_object_new (TRP_TYPE_STRUCTURE_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  self->index = index;
  make_swatch (self);
  make_names (self);
  self->dice = make_number (5);
  self->volume = make_number (7);
  self->eye = make_toggle (self, G_CALLBACK (on_eye_toggled));
  self->lock = make_toggle (self, G_CALLBACK (on_lock_toggled));
  gtk_widget_add_css_class (GTK_WIDGET (self), "structure");
  gtk_widget_add_css_class (self->volume, "second");
  gtk_box_append (GTK_BOX (box), self->swatch);
  gtk_box_append (GTK_BOX (box), self->names);
  gtk_box_append (GTK_BOX (box), self->dice);
  gtk_box_append (GTK_BOX (box), self->volume);
  gtk_box_append (GTK_BOX (box), self->eye);
  gtk_box_append (GTK_BOX (box), self->lock);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  trp_structure_row_update (self);
  return GTK_WIDGET (self);
}

guint
trp_structure_row_get_index (TrpStructureRow *self)
{
  return self->index;
}
