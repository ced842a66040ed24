/* window.c - the main window
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only puts parts together; actions and keys are in ui/window-actions.c, files in
 * ui/window-files.c.
 */

#include "ui/window.h"
#include "config.h"

#include "ui/dialogs/run-model.h"
#include "ui/dialogs/train-view.h"
#include "ui/document-blind.h"
#include "ui/document-files.h"
#include "ui/document-save.h"
#include "ui/message-bar.h"
#include "ui/panels/history.h"
#include "ui/panels/jobs.h"
#include "ui/panels/metrics.h"
#include "ui/panels/profile.h"
#include "ui/panels/readings.h"
#include "ui/panels/strip.h"
#include "ui/panels/structures.h"
#include "ui/reading-actions.h"
#include "ui/side-panel.h"
#include "ui/start-view.h"
#include "ui/status-line.h"
#include "ui/tools/options.h"
#include "ui/window-actions.h"
#include "ui/window-files.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TrpMainWindow
{
  GtkApplicationWindow parent_instance;

  TrpDocument *document;
  TrpLiveScores *scores;
  TrpPanes *panes;
  TrpStartView *start;
  TrpMessageBar *messages;
  GtkWidget *modes; /* a stack: edit, train */
  GtkWidget *layouts;
  TrpSidePanel *side;
  GtkWidget *status;
  GtkWidget *title;
  GtkWidget *unsaved;
  GtkWidget *subtitle;
  bool is_empty;
  bool may_close;
  bool identity_hidden;
};

static guint opened;

G_DEFINE_FINAL_TYPE (TrpMainWindow, trp_main_window, GTK_TYPE_APPLICATION_WINDOW)

static void
trp_main_window_dispose (GObject *object)
{
  TrpMainWindow *self = TRP_MAIN_WINDOW (object);

  if (self->document)
    {
      g_signal_handlers_disconnect_by_data (self->document, self);
      trp_document_close (self->document); /* jobs hold it longer than the window lives */
    }
  g_clear_object (&self->scores);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_main_window_parent_class)->dispose (object);
}

static void
on_may_close (TrpMainWindow *self)
{
  self->may_close = true;
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
trp_main_window_close_request (GtkWindow *window)
{
  TrpMainWindow *self = TRP_MAIN_WINDOW (window);

  if (!self->may_close && trp_main_window_ask_before_closing (self, on_may_close))
    return GDK_EVENT_STOP;
  return GTK_WINDOW_CLASS (trp_main_window_parent_class)->close_request (window);
}

static void
trp_main_window_class_init (TrpMainWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_main_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = trp_main_window_close_request;
  opened = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
trp_main_window_init (TrpMainWindow *self)
{
}

/* ---- header bar ---- */

static GMenuModel *
make_open_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autofree char *structures = g_strdup_printf ("win.open-as(%d)", TRP_OPEN_AS_STRUCTURES);
  g_autofree char *images = g_strdup_printf ("win.open-as(%d)", TRP_OPEN_AS_IMAGE);

  g_menu_append (menu, _ ("Files…"), "win.open");
  g_menu_append (menu, _ ("Folder…"), "win.open-folder");
  g_menu_append (menu, _ ("Files as structures…"), structures);
  g_menu_append (menu, _ ("Files as images…"), images);
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_main_menu (TrpMainWindow *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenuModel) readings = trp_main_window_make_reading_menu (self);
  GMenu *views = g_menu_new (), *files = g_menu_new (), *rest = g_menu_new ();

  g_menu_append (views, _ ("Fit all panes"), "win.fit");
  g_menu_append (views, _ ("Cursor lines"), "win.crosshair");
  g_menu_append (views, _ ("Structures"), "win.structures");
  g_menu_append (views, _ ("Outline by distance to the reference"), "win.distances");
  g_menu_append (views, _ ("Surface in 3D"), "win.surface");
  g_menu_append (views, _ ("Patient identity"), "win.identity");
  g_menu_append (views, _ ("Nose to the right in sagittal planes"), "win.nose-right");
  g_menu_append (views, _ ("Planes as acquired"), "win.as-acquired");
  g_menu_append (files, _ ("Save as…"), "win.save-as");
  g_menu_append (files, _ ("Save the SynCT…"), "win.save-synct");
  g_menu_append (files, _ ("Make a SynCT from the MR…"), "win.synthesize");
  g_menu_append (files, _ ("Contour automatically…"), "win.segment");
  g_menu_append (files, _ ("Results of a study…"), "app.results");
  g_menu_append (files, _ ("Open the demo case"), "app.demo");
  g_menu_append (rest, _ ("Manual"), "win.manual");
  g_menu_append (rest, _ ("Keys"), "win.show-help-overlay");
  g_menu_append (rest, _ ("About Triptych"), "app.about");
  g_menu_append (rest, _ ("Quit"), "app.quit");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (views));
  g_menu_append_section (menu, NULL, readings);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  g_object_unref (views);
  g_object_unref (files);
  g_object_unref (rest);
  return G_MENU_MODEL (menu);
}

static GtkWidget *
make_icon_button (const char *icon, const char *name, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}

/* TrpSegment: one of a few choices of an action, in the header bar. */
typedef struct
{
  const char *name;
  const char *target;
} TrpSegment;

static GtkWidget *
make_switch (const TrpSegment *segments, size_t n_segments, const char *action)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "segments");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  for (size_t n = 0; n < n_segments; n++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ (segments[n].name));

      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", segments[n].target);
      gtk_box_append (GTK_BOX (box), button);
    }
  return box;
}

static GtkWidget *
make_switches (TrpMainWindow *self)
{
  static const TrpSegment modes[] = { { N_ ("Edit"), "edit" }, { N_ ("Train"), "train" } };
  static const TrpSegment layouts[] = { { N_ ("Axial"), "axial" },
                                        { N_ ("Coronal"), "coronal" },
                                        { N_ ("Sagittal"), "sagittal" },
                                        { N_ ("All planes"), "all" } };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 16);

  self->layouts = make_switch (layouts, G_N_ELEMENTS (layouts), "win.layout");
  gtk_box_append (GTK_BOX (box), make_switch (modes, G_N_ELEMENTS (modes), "win.mode"));
  gtk_box_append (GTK_BOX (box), self->layouts);
  return box;
}

static GtkWidget *
make_menu_button (GMenuModel *menu, const char *name)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_unref (menu);
  return button;
}

static void
add_title (TrpMainWindow *self, GtkHeaderBar *header)
{
  self->title = gtk_label_new (NULL);
  self->unsaved = gtk_label_new ("\u25cf");
  self->subtitle = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->title, "case-title");
  gtk_widget_add_css_class (self->subtitle, "second");
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (self->subtitle), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->title), 32);
  gtk_label_set_max_width_chars (GTK_LABEL (self->subtitle), 24);
  gtk_widget_set_tooltip_text (self->unsaved, _ ("Contours are not saved"));
  gtk_header_bar_pack_start (header, self->title);
  gtk_header_bar_pack_start (header, self->unsaved);
  gtk_header_bar_pack_start (header, self->subtitle);
}

static GtkWidget *
make_header (TrpMainWindow *self)
{
  GtkHeaderBar *header = GTK_HEADER_BAR (gtk_header_bar_new ());
  GtkWidget *open = make_menu_button (make_open_menu (), _ ("Open"));
  GtkWidget *save = gtk_button_new_with_label (_ ("Save"));
  GtkWidget *menu = make_menu_button (make_main_menu (self), _ ("Menu"));

  gtk_menu_button_set_label (GTK_MENU_BUTTON (open), _ ("Open"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (save), "win.save");
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (menu), "open-menu-symbolic");
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (menu), TRUE);
  gtk_widget_add_css_class (menu, "flat");
  gtk_header_bar_pack_start (header, open);
  gtk_header_bar_pack_start (header, save);
  add_title (self, header);
  gtk_header_bar_set_title_widget (header, make_switches (self));
  gtk_header_bar_pack_end (header, menu);
  gtk_header_bar_pack_end (header, trp_side_panel_get_button (self->side));
  gtk_header_bar_pack_end (header,
                           make_icon_button ("edit-redo-symbolic", _ ("Redo (Y)"), "win.redo"));
  gtk_header_bar_pack_end (header,
                           make_icon_button ("edit-undo-symbolic", _ ("Undo (Z)"), "win.undo"));
  return GTK_WIDGET (header);
}

static void
update_title (TrpMainWindow *self)
{
  g_autofree char *title = trp_document_hide_names (
    self->document, self->identity_hidden ? "" : trp_document_get_title (self->document));
  TrpStructure *active = trp_document_peek_active (self->document);
  g_autofree char *full = *title ? g_strdup_printf ("%s \u2013 Triptych", title) : NULL;

  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_widget_set_tooltip_text (self->title, *title ? title : NULL);
  gtk_label_set_label (GTK_LABEL (self->subtitle), active ? trp_structure_get_name (active) : "");
  gtk_widget_set_visible (self->unsaved, trp_document_has_unsaved (self->document));
  gtk_window_set_title (GTK_WINDOW (self), full ? full : "Triptych");
}

/* ---- side panel ---- */

static GtkWidget *
make_side (TrpMainWindow *self)
{
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), trp_structures_panel_new (self->document, self->scores));
  gtk_box_append (GTK_BOX (box), trp_readings_panel_new (self->document, false));
  gtk_box_append (GTK_BOX (box), trp_metrics_panel_new (self->document, self->scores));
  gtk_box_append (GTK_BOX (box), trp_tool_options_new (self->document));
  gtk_box_append (GTK_BOX (box), trp_history_panel_new (self->document));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (side), scrolled);
  gtk_box_append (GTK_BOX (side), trp_jobs_panel_new (self->document));
  return trp_side_panel_new (side);
}

/* Nothing moves when a sentence comes or goes: it lies at the top of the centre, where a line of it
 * covers the heads of the panes, or the room that a training leaves free there; panels, charts and
 * the status line stay in sight. */
static void
place_messages (TrpMainWindow *self)
{
  GtkWidget *messages = GTK_WIDGET (self->messages);
  const bool trains = strcmp (gtk_stack_get_visible_child_name (GTK_STACK (self->modes)),
                              "train") == 0;

  gtk_widget_set_margin_start (messages, trains ? TRP_TRAIN_VIEW_LEFT : 0);
  gtk_widget_set_margin_end (messages,
                             trains ? TRP_TRAIN_VIEW_RIGHT : trp_side_panel_get_taken (self->side));
}

static gboolean
fit_side (gpointer data)
{
  TrpMainWindow *self = data;
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));
  double x = 0, y = 0;

  if (surface && self->document)
    {
      gtk_native_get_surface_transform (GTK_NATIVE (self), &x, &y);
      trp_side_panel_fit (self->side, gdk_surface_get_width (surface) - (int) (2 * x),
                          gdk_surface_get_height (surface) - (int) (2 * y));
      place_messages (self);
    }
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* Not at once: the window is in the middle of laying itself out. */
static void
on_layout (TrpMainWindow *self)
{
  g_idle_add (fit_side, g_object_ref (self));
}

/* Before the window is shown: the panel must not widen a window that is remembered as narrow. */
static void
on_default_size (TrpMainWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (!gtk_widget_get_realized (GTK_WIDGET (self)))
    trp_side_panel_fit (self->side, width, height);
}

static void
on_realize (TrpMainWindow *self)
{
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (self)), "layout",
                           G_CALLBACK (on_layout), self, G_CONNECT_SWAPPED);
}

static void
show_side (TrpMainWindow *self)
{
  const char *mode = gtk_stack_get_visible_child_name (GTK_STACK (self->modes));

  trp_side_panel_set_shown (self->side, !self->is_empty && strcmp (mode, "edit") == 0);
}

/* Keys reach nobody then: a reading that came before its image found no pane to focus. */
static bool
has_no_focus (TrpMainWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return !focus || !gtk_widget_get_mapped (focus);
}

static void
update_emptiness (TrpMainWindow *self)
{
  const bool was_empty = gtk_widget_get_visible (GTK_WIDGET (self->start));
  const bool empty = trp_document_get_anchor (self->document) < 0 &&
                     trp_document_get_n_readings (self->document) == 0;

  gtk_widget_set_visible (GTK_WIDGET (self->start), empty);
  self->is_empty = empty;
  show_side (self);
  place_messages (self);
  if (!empty && (was_empty || has_no_focus (self)))
    trp_panes_focus_active (self->panes);
}

/* ---- life ---- */

static void
on_volume_changed (TrpMainWindow *self)
{
  update_emptiness (self);
  update_title (self);
}

static void
on_file_opened (TrpMainWindow *self, const char *path, int how)
{
  g_signal_emit (self, opened, 0, path);
}

static void
on_message (TrpMainWindow *self, int severity, const char *text)
{
  trp_message_bar_show (self->messages, (TrpSeverity) severity, text);
}

static void
on_message_withdrawn (TrpMainWindow *self, const char *text)
{
  trp_message_bar_withdraw (self->messages, text);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, TrpMainWindow *self)
{
  GSList *files = g_value_get_boxed (value);

  for (GSList *item = files; item; item = item->next)
    {
      g_autofree char *path = g_file_get_path (item->data);

      if (!path || !trp_run_model_drop (self->document, TRP_ROLE_GUESS, path))
        trp_document_open_file (self->document, item->data, TRP_ROLE_GUESS, TRP_OPEN_AS_GUESSED);
    }
  return files != NULL;
}

static void
connect_document (TrpMainWindow *self)
{
  const struct
  {
    const char *signal;
    GCallback callback;
  } table[] = {
    { "volume-changed", G_CALLBACK (on_volume_changed) },
    { "readings-changed", G_CALLBACK (on_volume_changed) },
    { "active-changed", G_CALLBACK (update_title) },
    { "structures-changed", G_CALLBACK (update_title) },
    { "saved-changed", G_CALLBACK (update_title) },
    { "file-opened", G_CALLBACK (on_file_opened) },
    { "message", G_CALLBACK (on_message) },
    { "message-withdrawn", G_CALLBACK (on_message_withdrawn) },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (table); n++)
    g_signal_connect_swapped (self->document, table[n].signal, table[n].callback, self);
}

static GtkWidget *
make_body (TrpMainWindow *self)
{
  GtkWidget *body = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->panes = TRP_PANES (trp_panes_new (self->document));
  self->start = TRP_START_VIEW (trp_start_view_new ());
  self->side = TRP_SIDE_PANEL (make_side (self));
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (self->panes));
  gtk_box_append (GTK_BOX (column), trp_profile_panel_new (self->document));
  gtk_box_append (GTK_BOX (column), trp_slice_strip_new (self->document, self->scores));
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (self->start));
  gtk_widget_set_hexpand (column, TRUE);
  gtk_box_append (GTK_BOX (body), column);
  gtk_box_append (GTK_BOX (body), GTK_WIDGET (self->side));
  gtk_widget_set_vexpand (body, TRUE);
  return body;
}

static GtkWidget *
make_modes (TrpMainWindow *self)
{
  self->modes = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->modes), FALSE);
  gtk_stack_set_vhomogeneous (GTK_STACK (self->modes), FALSE);
  gtk_stack_add_named (GTK_STACK (self->modes), make_body (self), "edit");
  gtk_stack_add_named (GTK_STACK (self->modes), trp_train_view_new (self->document), "train");
  gtk_widget_set_vexpand (self->modes, TRUE);
  return self->modes;
}

GtkWidget *
trp_main_window_new (GtkApplication *application)
{
  TrpMainWindow *self = g_object_new (TRP_TYPE_MAIN_WINDOW, "application", application,
                                      "default-width", 1280, "default-height", 800, NULL);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *overlay = gtk_overlay_new ();
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->document = trp_document_new ();
  self->scores = trp_live_scores_new (self->document);
  self->messages = TRP_MESSAGE_BAR (trp_message_bar_new (self->document));
  gtk_box_append (GTK_BOX (all), make_modes (self));
  self->status = trp_status_line_new (self->document);
  gtk_box_append (GTK_BOX (all), self->status);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), all);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (self->messages));
  gtk_widget_set_valign (GTK_WIDGET (self->messages), GTK_ALIGN_START);
  gtk_window_set_titlebar (GTK_WINDOW (self), make_header (self));
  gtk_window_set_child (GTK_WINDOW (self), overlay);
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
  trp_main_window_add_actions (self);
  trp_main_window_add_reading_actions (self);
  trp_main_window_connect_files (self);
  connect_document (self);
  g_signal_connect (self, "realize", G_CALLBACK (on_realize), NULL);
  g_signal_connect (self, "notify::default-width", G_CALLBACK (on_default_size), NULL);
  on_volume_changed (self);
  return GTK_WIDGET (self);
}

void
trp_main_window_set_identity_shown (TrpMainWindow *self, bool shown)
{
  self->identity_hidden = !shown;
  trp_message_bar_set_identity_shown (self->messages, shown);
  update_title (self);
}

TrpDocument *
trp_main_window_get_document (TrpMainWindow *self)
{
  return self->document;
}

TrpPanes *
trp_main_window_get_panes (TrpMainWindow *self)
{
  return self->panes;
}

TrpLiveScores *
trp_main_window_get_scores (TrpMainWindow *self)
{
  return self->scores;
}

void
trp_main_window_set_mode (TrpMainWindow *self, const char *mode)
{
  gtk_stack_set_visible_child_name (GTK_STACK (self->modes), mode);
  gtk_widget_set_visible (self->layouts, strcmp (mode, "edit") == 0);
  trp_status_line_set_case_shown (TRP_STATUS_LINE (self->status), strcmp (mode, "edit") == 0);
  show_side (self);
  place_messages (self);
}

bool
trp_main_window_is_empty (TrpMainWindow *self)
{
  return trp_document_get_anchor (self->document) < 0 &&
         trp_document_get_n_readings (self->document) == 0 &&
         trp_document_count_running_jobs (self->document) == 0;
}

void
trp_main_window_set_recent (TrpMainWindow *self, const char *const *paths)
{
  trp_start_view_set_recent (self->start, paths);
}

void
trp_main_window_show_message (TrpMainWindow *self, TrpSeverity severity, const char *text)
{
  trp_message_bar_show (self->messages, severity, text);
}
