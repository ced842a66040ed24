/* pane.c - a slice with its header, link badge and place to drop files
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/pane.h"
#include "config.h"

#include "ui/dialogs/run-model.h"
#include "ui/document-files.h"
#include "ui/pane-actions.h"

#include <glib/gi18n.h>

struct _TrpSlicePane
{
  GtkBox parent_instance;

  TrpDocument *document;
  TrpRole role;
  TrpViewState *state;
  TrpSliceView *view;
  GtkWidget *head;
  GtkWidget *role_button;
  GtkWidget *description;
  GtkWidget *warning;
  GtkWidget *warning_text;
  GtkWidget *slice_number;
  GtkWidget *window_button;
  GtkWidget *stack; /* "empty" or "slice" */
  GtkWidget *badge;
  GtkWidget *menu;
  GtkEventController *motion;
};

enum
{
  SIGNAL_ACTIVATED,
  SIGNAL_TOGGLE_FULL,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TrpSlicePane, trp_slice_pane, GTK_TYPE_BOX)

static void
trp_slice_pane_dispose (GObject *object)
{
  TrpSlicePane *self = TRP_SLICE_PANE (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->state)
    g_signal_handlers_disconnect_by_data (self->state, self);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_object (&self->state);
  G_OBJECT_CLASS (trp_slice_pane_parent_class)->dispose (object);
}

static void
trp_slice_pane_class_init (TrpSlicePaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_slice_pane_dispose;
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TOGGLE_FULL] = g_signal_new ("toggle-full", G_TYPE_FROM_CLASS (klass),
                                              G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                              0);
}

static void
trp_slice_pane_init (TrpSlicePane *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/* ---- header ---- */

static GtkWidget *
make_label (const char *css_class, float xalign)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_menu_button (const char *name, GMenuModel *menu)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_unref (menu);
  return button;
}

static GtkLabel *
find_label (GtkWidget *widget)
{
  GtkLabel *label = GTK_IS_LABEL (widget) ? GTK_LABEL (widget) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !label;
       child = gtk_widget_get_next_sibling (child))
    label = GTK_IS_POPOVER (child) ? NULL : find_label (child);
  return label;
}

/* The button makes a new label for each text, one that does not shrink: four panes must fit into a
 * narrow window. */
static void
set_button_text (GtkWidget *button, const char *text)
{
  GtkLabel *label;

  if (g_strcmp0 (gtk_menu_button_get_label (GTK_MENU_BUTTON (button)), text) == 0)
    return;
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), text);
  label = find_label (button);
  if (label)
    gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (button, text);
}

static void
on_warnings_seen (TrpSlicePane *self)
{
  trp_document_acknowledge_warnings (self->document, self->role);
}

static GtkWidget *
make_warning (TrpSlicePane *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *seen = gtk_button_new_with_label (_ ("I have seen this"));

  self->warning_text = make_label (NULL, 0);
  gtk_label_set_wrap (GTK_LABEL (self->warning_text), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->warning_text), 48);
  gtk_box_append (GTK_BOX (box), self->warning_text);
  gtk_box_append (GTK_BOX (box), seen);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  g_signal_connect_swapped (seen, "clicked", G_CALLBACK (on_warnings_seen), self);
  g_signal_connect_swapped (seen, "clicked", G_CALLBACK (gtk_popover_popdown), popover);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_widget_add_css_class (button, "chip");
  gtk_widget_set_visible (button, FALSE);
  return button;
}

static GtkWidget *
make_head (TrpSlicePane *self)
{
  static const char *const plane_class[TRP_N_ORIENTATIONS] = { "axial", "coronal", "sagittal" };
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *tick = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (head, "pane-head");
  gtk_widget_add_css_class (tick, "tick");
  gtk_widget_add_css_class (tick, plane_class[trp_view_state_get_orientation (self->state)]);
  gtk_widget_set_valign (tick, GTK_ALIGN_CENTER);
  self->role_button = make_menu_button (_ ("Role of this image"), trp_pane_make_role_menu ());
  set_button_text (self->role_button, trp_role_get_name (self->role));
  gtk_widget_add_css_class (self->role_button, "role");
  self->description = make_label ("second", 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->description), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->description), 1); /* numbers have room first */
  gtk_widget_set_hexpand (self->description, TRUE);
  self->warning = make_warning (self);
  self->slice_number = make_label ("second", 1);
  /* at its end: the tail of a number is a wrong number */
  gtk_label_set_ellipsize (GTK_LABEL (self->slice_number), PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_start (self->slice_number, 4);
  self->window_button = make_menu_button (_ ("Window and level"), trp_pane_make_window_menu ());
  gtk_box_append (GTK_BOX (head), tick);
  gtk_box_append (GTK_BOX (head), self->role_button);
  gtk_box_append (GTK_BOX (head), self->description);
  gtk_box_append (GTK_BOX (head), self->warning);
  gtk_box_append (GTK_BOX (head), self->slice_number);
  gtk_box_append (GTK_BOX (head), self->window_button);
  return head;
}

/* W 400 L 40; small windows (PET, normalised MR) need decimals. */
static char *
format_window (const TrpWindow *window)
{
  const int digits = window->width >= 20 ? 0 : window->width >= 2 ? 1 : 3;
  char *text = g_strdup_printf ("W %.*f L %s%.*f", digits, window->width,
                                window->level < 0 ? "\u2212" : "", digits, fabs (window->level));

  return text;
}

static void
update_slice_number (TrpSlicePane *self)
{
  const char *plane = trp_orientation_get_label (trp_view_state_get_orientation (self->state));
  g_autofree char *text = NULL;
  size_t number, count;

  if (trp_slice_view_get_slice_number (self->view, &number, &count))
    text = g_strdup_printf ("%s %zu/%zu", plane, number, count);
  else if (trp_document_get_volume (self->document, self->role))
    text = g_strdup (plane);
  gtk_label_set_label (GTK_LABEL (self->slice_number), text ? text : "");
  gtk_widget_set_tooltip_text (self->slice_number, text);
}

static void
update_window (TrpSlicePane *self)
{
  g_autofree char *text = format_window (
    &trp_document_get_display (self->document, self->role)->window);

  set_button_text (self->window_button, text);
}

static void
update_warning (TrpSlicePane *self, const TrpVolumeInfo *info)
{
  const guint n = info && info->warnings ? g_strv_length (info->warnings) : 0;
  g_autofree char *text = n > 0 ? g_strjoinv ("\n", info->warnings) : NULL;
  g_autofree char *label = g_strdup_printf ("\u26a0 %u", n);
  const bool open = trp_document_has_open_warnings (self->document, self->role);

  gtk_widget_set_visible (self->warning, n > 0);
  if (n == 0)
    return;
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->warning), label);
  gtk_widget_remove_css_class (self->warning, open ? "seen" : "warn");
  gtk_widget_add_css_class (self->warning, open ? "warn" : "seen");
  gtk_label_set_label (GTK_LABEL (self->warning_text), text);
  gtk_widget_set_tooltip_text (self->warning, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->warning), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

/* ---- link badge ---- */

static void
update_badge (TrpSlicePane *self)
{
  static const char *const texts[] = { N_ ("same frame"), N_ ("from MR"), N_ ("confirmed"),
                                       N_ ("\u26a0 assumed") };
  static const char *const tips[] = {
    N_ ("The file says that it lies in the same frame of reference."),
    N_ ("Computed from the MR, on its grid."),
    N_ ("You confirmed that its millimetres are those of the other images."),
    N_ ("No file says that these images share their millimetres. Click to confirm.")
  };
  const TrpLink link = trp_document_get_link (self->document, self->role);
  const bool assumed = link == TRP_LINK_ASSUMED;

  gtk_button_set_label (GTK_BUTTON (self->badge), _ (texts[link]));
  gtk_widget_set_tooltip_text (self->badge, _ (tips[link]));
  gtk_widget_set_can_target (self->badge, assumed);
  gtk_widget_set_focusable (self->badge, assumed);
  if (assumed)
    gtk_widget_add_css_class (self->badge, "warn");
  else
    gtk_widget_remove_css_class (self->badge, "warn");
}

static void
on_badge_clicked (TrpSlicePane *self)
{
  trp_document_confirm_link (self->document, self->role);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static GtkWidget *
make_badge (TrpSlicePane *self)
{
  GtkWidget *badge = gtk_button_new ();

  gtk_widget_add_css_class (badge, "badge");
  gtk_widget_set_halign (badge, GTK_ALIGN_START);
  gtk_widget_set_valign (badge, GTK_ALIGN_END);
  g_signal_connect_swapped (badge, "clicked", G_CALLBACK (on_badge_clicked), self);
  return badge;
}

/* ---- empty pane ---- */

static GtkWidget *
make_empty (TrpSlicePane *self)
{
  static const char *const icons[TRP_N_ROLES] = { "trp-mr-symbolic", "trp-synct-symbolic",
                                                  "trp-ct-symbolic", "trp-mr-symbolic" };
  static const char *const titles[TRP_N_ROLES] = { N_ ("Drop an MR here"),
                                                   N_ ("Drop a synthetic CT here"),
                                                   N_ ("Drop a CT here"),
                                                   N_ ("Drop an image here") };
  static const char *const texts[TRP_N_ROLES] = {
    N_ ("DICOM folder, NIfTI, NRRD, MetaImage,\na stack of PNG pictures"),
    N_ ("or let a model make one from the MR\nonce an MR is open"),
    N_ ("shown in the same patient millimetres\nas the MR, with the link named"), ""
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name (icons[self->role]);
  GtkWidget *title = gtk_label_new (_ (titles[self->role]));
  GtkWidget *text = gtk_label_new (*texts[self->role] ? _ (texts[self->role]) : "");

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 44);
  gtk_widget_add_css_class (box, "drop");
  gtk_widget_add_css_class (title, "drop-title");
  gtk_widget_add_css_class (text, "second");
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_justify (GTK_LABEL (title), GTK_JUSTIFY_CENTER);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_vexpand (icon, TRUE);
  gtk_widget_set_valign (icon, GTK_ALIGN_END);
  gtk_widget_set_vexpand (text, TRUE);
  gtk_widget_set_valign (text, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  return box;
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, TrpSlicePane *self)
{
  GSList *files = g_value_get_boxed (value);

  for (GSList *item = files; item; item = item->next)
    {
      g_autofree char *path = g_file_get_path (item->data);

      if (!path || !trp_run_model_drop (self->document, (int) self->role, path))
        trp_document_open_file (self->document, item->data,
                                files->next ? TRP_ROLE_GUESS : (int) self->role,
                                TRP_OPEN_AS_GUESSED);
    }
  return files != NULL;
}

/* ---- life ---- */

/* Names of files without their endings: room is scarce. */
static char *
dup_short_name (const char *description)
{
  static const char *const endings[] = { ".gz", ".nii", ".mha", ".mhd", ".nrrd", ".nhdr", ".hdr" };
  char *name = g_strdup (description ? description : "");

  for (size_t n = 0; n < G_N_ELEMENTS (endings); n++)
    if (g_str_has_suffix (name, endings[n]))
      name[strlen (name) - strlen (endings[n])] = '\0';
  return name;
}

static char *
dup_description (const TrpVolumeInfo *info)
{
  char *name = dup_short_name (info ? info->description : NULL);
  g_autofree char *short_name = NULL;

  if (!info || info->n_frames < 2)
    return name;
  short_name = name;
  return g_strdup_printf (_ ("frame %d/%d  %s"), info->frame + 1, info->n_frames, short_name);
}

static void
update_all (TrpSlicePane *self)
{
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  const TrpVolumeInfo *info = volume ? trp_volume_get_info (volume) : NULL;
  g_autofree char *description = dup_description (info);

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), volume ? "slice" : "empty");
  if (volume)
    gtk_widget_add_css_class (GTK_WIDGET (self), "filled");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "filled");
  gtk_label_set_label (GTK_LABEL (self->description), description);
  gtk_widget_set_tooltip_text (self->description, info ? info->source : NULL);
  set_button_text (self->role_button, trp_document_get_role_label (self->document, self->role));
  gtk_widget_set_visible (self->window_button, volume != NULL);
  gtk_widget_set_sensitive (self->role_button, volume != NULL);
  update_slice_number (self);
  update_window (self);
  update_warning (self, info);
  update_badge (self);
  trp_pane_update_actions (GTK_WIDGET (self), self->document, self->role);
}

static void
on_display_changed (TrpSlicePane *self, int role)
{
  if (role != (int) self->role)
    return;
  update_window (self);
  trp_pane_update_actions (GTK_WIDGET (self), self->document, self->role);
}

static void
on_menu_requested (TrpSlicePane *self, double x, double y)
{
  const GdkRectangle place = { (int) x, (int) y, 1, 1 };

  if (!self->menu)
    {
      g_autoptr (GMenuModel) model = trp_pane_make_context_menu ();

      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self->view));
    }
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_activated (TrpSlicePane *self)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0);
}

static void
on_toggle_full (TrpSlicePane *self)
{
  g_signal_emit (self, signals[SIGNAL_TOGGLE_FULL], 0);
}

static void
on_head_pressed (GtkGestureClick *gesture, int n_press, double x, double y, TrpSlicePane *self)
{
  on_activated (self);
  if (n_press == 2)
    on_toggle_full (self);
}

static void
connect_all (TrpSlicePane *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (self->document, "volume-changed", G_CALLBACK (update_all), self);
  g_signal_connect_swapped (self->document, "display-changed", G_CALLBACK (on_display_changed),
                            self);
  g_signal_connect_swapped (self->document, "cursor-moved", G_CALLBACK (update_slice_number), self);
  g_signal_connect_swapped (self->state, "changed", G_CALLBACK (update_slice_number), self);
  g_signal_connect_swapped (self->view, "menu-requested", G_CALLBACK (on_menu_requested), self);
  g_signal_connect_swapped (self->view, "activated", G_CALLBACK (on_activated), self);
  g_signal_connect_swapped (self->view, "toggle-full", G_CALLBACK (on_toggle_full), self);
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  g_signal_connect (click, "pressed", G_CALLBACK (on_head_pressed), self);
  gtk_widget_add_controller (self->head, GTK_EVENT_CONTROLLER (click));
  self->motion = gtk_event_controller_motion_new ();
  gtk_widget_add_controller (GTK_WIDGET (self), self->motion);
}

GtkWidget *
trp_slice_pane_new (TrpDocument *document, TrpRole role, TrpViewState *state)
{
  TrpSlicePane *self = g_object_new (TRP_TYPE_SLICE_PANE, NULL);
  GtkWidget *overlay = gtk_overlay_new ();

  self->document = g_object_ref (document);
  self->role = role;
  self->state = g_object_ref (state);
  self->view = TRP_SLICE_VIEW (trp_slice_view_new (document, role, state));
  self->head = make_head (self);
  self->badge = make_badge (self);
  self->stack = gtk_stack_new ();
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->view));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->badge);
  gtk_stack_add_named (GTK_STACK (self->stack), make_empty (self), "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), overlay, "slice");
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_set_vhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_box_append (GTK_BOX (self), self->head);
  gtk_box_append (GTK_BOX (self), self->stack);
  trp_pane_add_actions (GTK_WIDGET (self), self->view);
  connect_all (self);
  update_all (self);
  return GTK_WIDGET (self);
}

TrpSliceView *
trp_slice_pane_get_view (TrpSlicePane *self)
{
  return self->view;
}

bool
trp_slice_pane_has_pointer (TrpSlicePane *self)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self)) &&
         gtk_event_controller_motion_contains_pointer (GTK_EVENT_CONTROLLER_MOTION (self->motion));
}

void
trp_slice_pane_set_active (TrpSlicePane *self, bool active)
{
  trp_slice_view_set_active (self->view, active);
  if (active)
    gtk_widget_add_css_class (self->head, "active");
  else
    gtk_widget_remove_css_class (self->head, "active");
}
