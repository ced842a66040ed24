/* structures.c - the readings and their structures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/structures.h"
#include "config.h"
#include "ui/document-blind.h"
#include "ui/document-compare.h"
#include "ui/document-operations.h"
#include "ui/document-transfer.h"
#include "ui/panels/structure-row.h"

#include <glib/gi18n.h>

#define MAX_FILL 0.6 /* more would hide the image */

struct _TrpStructuresPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  GtkWidget *edited;
  GtkWidget *reference;
  GtkWidget *list;
  GtkWidget *hint;
  GtkWidget *shown;
  GtkWidget *fill;
  GtkWidget *fill_text;
  GtkWidget *menu;
  GArray *order; /* (element-type guint): the readings as they are listed */
  bool is_updating;
};

G_DEFINE_FINAL_TYPE (TrpStructuresPanel, trp_structures_panel, GTK_TYPE_BOX)

static void
trp_structures_panel_dispose (GObject *object)
{
  TrpStructuresPanel *self = TRP_STRUCTURES_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->scores)
    g_signal_handlers_disconnect_by_data (self->scores, self);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->order, g_array_unref);
  g_clear_object (&self->scores);
  G_OBJECT_CLASS (trp_structures_panel_parent_class)->dispose (object);
}

static TrpStructureRow *
get_row (TrpStructuresPanel *self, int index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index);

  return row ? TRP_STRUCTURE_ROW (row) : NULL;
}

static TrpStructureRow *
get_selected (TrpStructuresPanel *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));

  return row ? TRP_STRUCTURE_ROW (row) : NULL;
}

/* ---- keys and menu; the widget's own actions ---- */

static void
on_rename (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpStructureRow *row = get_selected (TRP_STRUCTURES_PANEL (widget));

  if (row)
    trp_structure_row_rename (row);
}

static void
on_recolor (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpStructureRow *row = get_selected (TRP_STRUCTURES_PANEL (widget));

  if (row)
    trp_structure_row_choose_color (row);
}

static void
on_delete (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpStructuresPanel *self = TRP_STRUCTURES_PANEL (widget);
  TrpStructureRow *row = get_selected (self);

  if (row)
    trp_document_remove_structure (self->document, trp_structure_row_get_index (row));
}

/* The middle of the slice with most voxels, so that the cursor meets the structure. */
static void
on_go_to (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpStructuresPanel *self = TRP_STRUCTURES_PANEL (widget);
  TrpStructure *active = trp_document_peek_active (self->document);
  const TrpMask *mask = active ? trp_structure_peek_mask (active) : NULL;
  TrpVec3 middle;
  TrpBox box;

  if (!mask || trp_mask_is_empty (mask))
    return;
  box = trp_mask_get_box (mask);
  for (int axis = 0; axis < 3; axis++)
    middle.v[axis] = floor (0.5 * (double) (box.begin[axis] + box.end[axis] - 1));
  trp_document_set_cursor (self->document,
                           trp_geometry_lps_from_ijk (trp_mask_get_geometry (mask), middle));
}

static void
run_operation (GtkWidget *widget, const TrpOperation *operation)
{
  TrpStructuresPanel *self = TRP_STRUCTURES_PANEL (widget);
  TrpStructureRow *row = get_selected (self);

  if (row)
    trp_document_run_operation (self->document, trp_structure_row_get_index (row), operation);
}

static void
on_interpolate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  run_operation (widget, &(TrpOperation){ .kind = TRP_OPERATION_INTERPOLATE });
}

/* The number of the operation. */
static void
on_clean (GtkWidget *widget, const char *name, GVariant *parameter)
{
  run_operation (widget,
                 &(TrpOperation){ .kind = (TrpOperationKind) g_variant_get_uint32 (parameter),
                                  .flat_axis = -1,
                                  .least_ml = 0.1 });
}

static void
on_split (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpStructuresPanel *self = TRP_STRUCTURES_PANEL (widget);
  TrpStructureRow *row = get_selected (self);

  if (row)
    trp_document_split_structure (self->document, trp_structure_row_get_index (row));
}

/* The number of the operation and the place of the other structure. */
static void
on_combine (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpOperation operation = { .kind = TRP_OPERATION_COMBINE };
  guint boolean, other;

  g_variant_get (parameter, "(uu)", &boolean, &other);
  operation.boolean = (TrpBoolean) boolean;
  operation.other = (int) other;
  run_operation (widget, &operation);
}

static void
on_add (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TrpStructuresPanel *self = TRP_STRUCTURES_PANEL (widget);

  trp_document_add_structure (self->document, NULL);
}

static void
trp_structures_panel_class_init (TrpStructuresPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = trp_structures_panel_dispose;
  gtk_widget_class_install_action (widget_class, "structure.rename", NULL, on_rename);
  gtk_widget_class_install_action (widget_class, "structure.color", NULL, on_recolor);
  gtk_widget_class_install_action (widget_class, "structure.delete", NULL, on_delete);
  gtk_widget_class_install_action (widget_class, "structure.go-to", NULL, on_go_to);
  gtk_widget_class_install_action (widget_class, "structure.interpolate", NULL, on_interpolate);
  gtk_widget_class_install_action (widget_class, "structure.clean", "u", on_clean);
  gtk_widget_class_install_action (widget_class, "structure.split", NULL, on_split);
  gtk_widget_class_install_action (widget_class, "structure.combine", "(uu)", on_combine);
  gtk_widget_class_install_action (widget_class, "structure.add", NULL, on_add);
}

static void
trp_structures_panel_init (TrpStructuresPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
}

/* ---- the menu ---- */

static void
append_with_target (GMenu *menu, const char *label, const char *action, GVariant *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (menu, item);
}

/* Names are the user's: an underscore in them marks no key. */
static char *
escape_label (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);

  return g_strjoinv ("__", parts);
}

static GMenuModel *
make_others (TrpStructuresPanel *self, TrpBoolean operation)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);
  GMenu *menu = g_menu_new ();

  for (size_t n = 0; set && n < trp_structure_set_get_size (set); n++)
    if ((int) n != trp_document_get_active (self->document))
      {
        g_autofree char *label = escape_label (
          trp_structure_get_name (trp_structure_set_get (set, n)));

        append_with_target (menu, label, "structure.combine",
                            g_variant_new ("(uu)", (guint) operation, (guint) n));
      }
  return G_MENU_MODEL (menu);
}

/* An operation in a menu: at once, or by a dialog. */
typedef struct
{
  TrpOperationKind kind;
  const char *label;
  const char *action;
} MenuItem;

static void
append_items (GMenu *menu, const MenuItem *items, size_t n_items)
{
  for (size_t n = 0; n < n_items; n++)
    append_with_target (menu, _ (items[n].label), items[n].action,
                        g_variant_new_uint32 (items[n].kind));
}

/* Of the active pane's slices; see ui/window-edits.h. */
static GMenuModel *
make_slices (void)
{
  static const MenuItem items[] = {
    { TRP_OPERATION_CROP, N_ ("Crop to slices\u2026"), "win.operation" },
    { TRP_OPERATION_KEEP_LARGEST, N_ ("Keep the largest part of each"), "win.slice-operation" },
    { TRP_OPERATION_FILL_HOLES, N_ ("Fill holes of each"), "win.slice-operation" },
  };
  GMenu *menu = g_menu_new ();

  g_menu_append (menu, _ ("Fill those between drawn ones"), "structure.interpolate");
  g_menu_append (menu, _ ("Copy contour up (Ctrl+PgUp)"), "win.copy-slice(-1)");
  g_menu_append (menu, _ ("Copy contour down (Ctrl+PgDn)"), "win.copy-slice(1)");
  g_menu_append (menu, _ ("Delete contour on this slice (Ctrl+Del)"), "win.delete-slice");
  append_items (menu, items, G_N_ELEMENTS (items));
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_operations (TrpStructuresPanel *self)
{
  static const MenuItem items[] = {
    { TRP_OPERATION_MARGIN, N_ ("Margin\u2026"), "win.operation" },
    { TRP_OPERATION_SMOOTH, N_ ("Smooth\u2026"), "win.operation" },
    { TRP_OPERATION_MIRROR, N_ ("Mirror\u2026"), "win.operation" },
    { TRP_OPERATION_COPY, N_ ("Copy to\u2026"), "win.operation" },
    { TRP_OPERATION_KEEP_LARGEST, N_ ("Keep the largest part"), "structure.clean" },
    { TRP_OPERATION_REMOVE_SMALL, N_ ("Remove small parts\u2026"), "win.operation" },
    { TRP_OPERATION_FILL_HOLES, N_ ("Fill holes"), "structure.clean" },
  };
  static const char *const booleans[TRP_N_BOOLEANS] = {
    [TRP_BOOLEAN_UNION] = N_ ("Unite with"),
    [TRP_BOOLEAN_INTERSECTION] = N_ ("Intersect with"),
    [TRP_BOOLEAN_SUBTRACT] = N_ ("Subtract"),
    [TRP_BOOLEAN_EXCLUSIVE] = N_ ("Exclusive or with"),
  };
  GMenu *menu = g_menu_new ();

  append_items (menu, items, G_N_ELEMENTS (items));
  g_menu_append (menu, _ ("Split into parts"), "structure.split");
  for (int n = 0; n < TRP_N_BOOLEANS && get_row (self, 1); n++)
    {
      g_autoptr (GMenuModel) others = make_others (self, (TrpBoolean) n);

      g_menu_append_submenu (menu, _ (booleans[n]), others);
    }
  return G_MENU_MODEL (menu);
}

/* The other structures are listed in it, so it is made anew each time. */
static void
update_menu (TrpStructuresPanel *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuModel) slices = make_slices ();
  g_autoptr (GMenuModel) operations = make_operations (self);

  g_menu_append (menu, _ ("Go to it"), "structure.go-to");
  g_menu_append (menu, _ ("Rename"), "structure.rename");
  g_menu_append (menu, _ ("Colour\u2026"), "structure.color");
  g_menu_append_submenu (menu, _ ("Slices"), slices);
  g_menu_append_submenu (menu, _ ("Operations"), operations);
  g_menu_append (menu, _ ("Delete"), "structure.delete");
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), G_MENU_MODEL (menu));
}

static void
popup_menu (TrpStructuresPanel *self, double x, double y)
{
  const GdkRectangle place = { (int) x, (int) y, 1, 1 };

  update_menu (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_right_click (GtkGestureClick *click, int n_press, double x, double y, TrpStructuresPanel *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (GTK_LIST_BOX (self->list), (int) y);

  if (!row)
    return;
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  popup_menu (self, x, y);
}

static gboolean
on_menu_key (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  TrpStructuresPanel *self = user_data;
  TrpStructureRow *row = get_selected (self);
  double x, y;

  if (row && gtk_widget_translate_coordinates (GTK_WIDGET (row), self->list, 40,
                                               gtk_widget_get_height (GTK_WIDGET (row)), &x, &y))
    popup_menu (self, x, y);
  return TRUE;
}

static void
add_keys (TrpStructuresPanel *self)
{
  static const struct
  {
    guint key;
    const char *action;
  } keys[] = { { GDK_KEY_F2, "structure.rename" }, { GDK_KEY_Delete, "structure.delete" } };
  GtkEventController *controller = gtk_shortcut_controller_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  for (size_t n = 0; n < G_N_ELEMENTS (keys); n++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_keyval_trigger_new (keys[n].key, 0),
                                                            gtk_named_action_new (keys[n].action)));
  gtk_shortcut_controller_add_shortcut (
    GTK_SHORTCUT_CONTROLLER (controller),
    gtk_shortcut_new (
      gtk_alternative_trigger_new (gtk_keyval_trigger_new (GDK_KEY_Menu, 0),
                                   gtk_keyval_trigger_new (GDK_KEY_F10, GDK_SHIFT_MASK)),
      gtk_callback_action_new (on_menu_key, self, NULL)));
  gtk_widget_add_controller (self->list, controller);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_right_click), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (click));
}

/* ---- the document's changes ---- */

static void
follow_active (TrpStructuresPanel *self)
{
  TrpStructureRow *row = get_row (self, trp_document_get_active (self->document));

  self->is_updating = true;
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), row ? GTK_LIST_BOX_ROW (row) : NULL);
  self->is_updating = false;
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, TrpStructuresPanel *self)
{
  if (row && !self->is_updating)
    trp_document_set_active (self->document,
                             (int) trp_structure_row_get_index (TRP_STRUCTURE_ROW (row)));
}

static size_t
get_size (TrpStructuresPanel *self)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);

  return set ? trp_structure_set_get_size (set) : 0;
}

/* Rows know their place only, so as many as there were serve whatever stands there now. */
static void
update_list (TrpStructuresPanel *self)
{
  const size_t size = get_size (self);
  guint n_rows = 0;

  self->is_updating = true;
  while (get_row (self, (int) n_rows))
    n_rows++;
  for (; n_rows > size; n_rows--)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (get_row (self, (int) n_rows - 1)));
  for (; n_rows < size; n_rows++)
    gtk_list_box_append (GTK_LIST_BOX (self->list),
                         trp_structure_row_new (self->document, self->scores, n_rows));
  for (int n = 0; get_row (self, n); n++)
    trp_structure_row_update (get_row (self, n));
  self->is_updating = false;
  gtk_widget_set_visible (self->hint, size == 0);
  gtk_widget_set_visible (self->list, size > 0);
  follow_active (self);
}

static void
update_fill (TrpStructuresPanel *self)
{
  const double opacity = trp_document_get_fill_opacity (self->document);
  const bool is_shown = trp_document_get_structures_shown (self->document);
  g_autofree char *text = g_strdup_printf (_ ("%.0f %%"), 100 * opacity);

  self->is_updating = true;
  gtk_range_set_value (GTK_RANGE (self->fill), 100 * opacity);
  gtk_label_set_label (GTK_LABEL (self->fill_text), text);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->shown), is_shown);
  gtk_button_set_icon_name (GTK_BUTTON (self->shown),
                            is_shown ? "view-reveal-symbolic" : "view-conceal-symbolic");
  self->is_updating = false;
}

static void
on_structures_changed (TrpStructuresPanel *self)
{
  update_list (self);
  update_fill (self);
}

static void
on_counts_changed (TrpStructuresPanel *self, int index)
{
  if (index < 0)
    update_list (self);
  else if (get_row (self, index))
    trp_structure_row_update_score (get_row (self, index));
}

static void
on_fill_changed (GtkRange *range, TrpStructuresPanel *self)
{
  if (!self->is_updating)
    trp_document_set_fill_opacity (self->document, gtk_range_get_value (range) / 100);
}

static void
on_shown_toggled (GtkToggleButton *button, TrpStructuresPanel *self)
{
  if (!self->is_updating)
    trp_document_set_structures_shown (self->document, gtk_toggle_button_get_active (button));
}

/* ---- readings ---- */

static void
on_edited_selected (TrpStructuresPanel *self)
{
  const guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->edited));

  if (!self->is_updating && selected != GTK_INVALID_LIST_POSITION)
    trp_document_set_edited (self->document, (int) g_array_index (self->order, guint, selected));
}

/* Item 0 is "none". */
static void
on_reference_selected (TrpStructuresPanel *self)
{
  const guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->reference));

  if (!self->is_updating && selected != GTK_INVALID_LIST_POSITION)
    trp_document_set_reference (
      self->document, selected == 0 ? -1 : (int) g_array_index (self->order, guint, selected - 1));
}

/* "demo-prostate (automatic)" as long as nobody has changed it; of a hidden reader that would tell.
 */
static char *
make_reading_name (TrpDocument *document, guint index)
{
  const TrpStructureSet *set = trp_document_get_reading (document, index);
  const char *name = trp_document_get_reading_label (document, index);
  const size_t size = trp_structure_set_get_size (set);

  if (trp_document_is_blind (document))
    return g_strdup (name);
  for (size_t n = 0; n < size; n++)
    if (trp_structure_get_origin (trp_structure_set_get (set, n)) != TRP_ORIGIN_AUTOMATIC)
      return g_strdup (name);
  return size > 0 ? g_strdup_printf (_ ("%s (automatic)"), name) : g_strdup (name);
}

/* Returns: GTK_INVALID_LIST_POSITION, one less than 0, for none. */
static guint
find_place (TrpStructuresPanel *self, int index)
{
  for (guint n = 0; n < self->order->len; n++)
    if ((int) g_array_index (self->order, guint, n) == index)
      return n;
  return GTK_INVALID_LIST_POSITION;
}

static void
update_readings (TrpStructuresPanel *self)
{
  const guint n_readings = trp_document_get_n_readings (self->document);
  g_autoptr (GtkStringList) edited = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) reference = gtk_string_list_new (NULL);

  self->is_updating = true;
  g_array_unref (self->order);
  self->order = trp_document_list_readings (self->document);
  gtk_string_list_append (reference, _ ("none"));
  for (guint n = 0; n < n_readings; n++)
    {
      g_autofree char *name = make_reading_name (self->document,
                                                 g_array_index (self->order, guint, n));

      gtk_string_list_append (edited, name);
      gtk_string_list_append (reference, name);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->edited), G_LIST_MODEL (edited));
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->reference), G_LIST_MODEL (reference));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->edited),
                              find_place (self, trp_document_get_edited (self->document)));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->reference),
                              find_place (self, trp_document_get_reference (self->document)) + 1);
  gtk_widget_set_sensitive (self->edited, n_readings > 0);
  gtk_widget_set_sensitive (self->reference, n_readings > 0);
  self->is_updating = false;
}

static void
on_readings_changed (TrpStructuresPanel *self)
{
  update_readings (self);
  on_structures_changed (self);
}

/* A first change by hand makes a reading automatic no more. */
static void
on_history_changed (TrpStructuresPanel *self)
{
  const int edited = trp_document_get_edited (self->document);
  GtkStringObject *item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (self->edited));
  g_autofree char *name = edited >= 0 ? make_reading_name (self->document, (guint) edited) : NULL;

  if (name && item && strcmp (gtk_string_object_get_string (item), name) != 0)
    update_readings (self);
}

static void
on_item_setup (GtkSignalListItemFactory *factory, GtkListItem *item, const char *prefix)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 5);
  GtkWidget *word = gtk_label_new (prefix);
  GtkWidget *name = gtk_label_new (NULL);

  gtk_widget_add_css_class (word, "second");
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_box_append (GTK_BOX (box), word);
  gtk_box_append (GTK_BOX (box), name);
  gtk_list_item_set_child (item, box);
}

static void
on_item_bind (GtkSignalListItemFactory *factory, GtkListItem *item, const char *prefix)
{
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkStringObject *string = gtk_list_item_get_item (item);

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (box)),
                       gtk_string_object_get_string (string));
}

static GtkListItemFactory *
make_factory (const char *prefix)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_item_setup), (gpointer) prefix);
  g_signal_connect (factory, "bind", G_CALLBACK (on_item_bind), (gpointer) prefix);
  return factory;
}

/* The word stands in the button, not in the list that opens. */
static GtkWidget *
make_chooser (const char *prefix, const char *name)
{
  GtkWidget *chooser = gtk_drop_down_new (NULL, NULL);
  g_autoptr (GtkListItemFactory) button = make_factory (prefix);
  g_autoptr (GtkListItemFactory) list = make_factory (NULL);

  gtk_drop_down_set_factory (GTK_DROP_DOWN (chooser), button);
  gtk_drop_down_set_list_factory (GTK_DROP_DOWN (chooser), list);
  gtk_widget_set_hexpand (chooser, TRUE);
  gtk_widget_set_tooltip_text (chooser, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chooser), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  return chooser;
}

static GtkWidget *
make_readings (TrpStructuresPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  self->edited = make_chooser (C_ ("reading that is edited", "edit"), _ ("Reading that is edited"));
  self->reference = make_chooser (C_ ("reading that is compared with", "vs"),
                                  _ ("Reading it is compared with"));
  g_signal_connect_swapped (self->edited, "notify::selected", G_CALLBACK (on_edited_selected),
                            self);
  g_signal_connect_swapped (self->reference, "notify::selected", G_CALLBACK (on_reference_selected),
                            self);
  gtk_box_append (GTK_BOX (box), self->edited);
  gtk_box_append (GTK_BOX (box), self->reference);
  return box;
}

/* ---- making ---- */

static GtkWidget *
make_caption (const char *text, int width_chars)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_width_chars (GTK_LABEL (label), width_chars);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, "second");
  gtk_widget_set_margin_start (label, 4);
  return label;
}

static GtkWidget *
make_heading (TrpStructuresPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  GtkWidget *title = gtk_label_new (_ ("Structures"));
  GtkWidget *add = gtk_button_new_from_icon_name ("list-add-symbolic");

  gtk_widget_add_css_class (title, "panel-title");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  self->shown = gtk_toggle_button_new ();
  gtk_widget_add_css_class (self->shown, "row-icon");
  gtk_widget_set_tooltip_text (self->shown, _ ("Structures on the pictures (S)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->shown), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Structures on the pictures"), -1);
  g_signal_connect (self->shown, "toggled", G_CALLBACK (on_shown_toggled), self);
  gtk_widget_add_css_class (add, "row-icon");
  gtk_widget_set_tooltip_text (add, _ ("Add a structure"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (add), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Add a structure"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (add), "structure.add");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), make_caption (_ ("Dice"), 5));
  gtk_box_append (GTK_BOX (box), make_caption (_ ("volume"), 7));
  gtk_box_append (GTK_BOX (box), self->shown);
  gtk_box_append (GTK_BOX (box), add);
  return box;
}

static GtkWidget *
make_fill (TrpStructuresPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (_ ("Fill"));

  self->fill = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 100 * MAX_FILL, 1);
  self->fill_text = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (self->fill_text), 5);
  gtk_label_set_xalign (GTK_LABEL (self->fill_text), 1);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_width_chars (GTK_LABEL (label), 7);
  gtk_widget_set_hexpand (self->fill, TRUE);
  gtk_widget_set_tooltip_text (box,
                               _ ("How opaque structures are filled (A, D); at 0 only outlines"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->fill), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Fill of the structures in percent"), -1);
  g_signal_connect (self->fill, "value-changed", G_CALLBACK (on_fill_changed), self);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), self->fill);
  gtk_box_append (GTK_BOX (box), self->fill_text);
  return box;
}

static void
make_list (TrpStructuresPanel *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_widget_add_css_class (self->list, "structures");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Structures"), -1);
  g_signal_connect (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  /* pages that slide in would be cut to the size of the first */
  self->menu = gtk_popover_menu_new_from_model_full (NULL, GTK_POPOVER_MENU_NESTED);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, self->list);
  self->hint = gtk_label_new (_ ("No structures: open a file with contours, or add one with +."));
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_widget_add_css_class (self->hint, "second");
  add_keys (self);
}

GtkWidget *
trp_structures_panel_new (TrpDocument *document, TrpLiveScores *scores)
{
  TrpStructuresPanel *self = g_object_new (TRP_TYPE_STRUCTURES_PANEL, NULL);

  self->document = g_object_ref (document);
  self->scores = g_object_ref (scores);
  self->order = g_array_new (FALSE, FALSE, sizeof (guint));
  make_list (self);
  gtk_box_append (GTK_BOX (self), make_readings (self));
  gtk_box_append (GTK_BOX (self), make_heading (self));
  gtk_box_append (GTK_BOX (self), self->list);
  gtk_box_append (GTK_BOX (self), self->hint);
  gtk_box_append (GTK_BOX (self), make_fill (self));
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (on_readings_changed), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (on_structures_changed),
                            self);
  g_signal_connect_swapped (document, "history-changed", G_CALLBACK (on_history_changed), self);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (follow_active), self);
  g_signal_connect_swapped (scores, "counts-changed", G_CALLBACK (on_counts_changed), self);
  on_readings_changed (self);
  return GTK_WIDGET (self);
}
