/* history.c - the steps that can be undone
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The document's history has names only; when a step was done is remembered here, since it is shown
 * and nothing else.
 */

#include "ui/panels/history.h"
#include "config.h"

#include "ui/panels/effort.h"
#include "ui/panels/history-thumbnail.h"

#include <glib/gi18n.h>

#define LIST_HEIGHT 160
#define THUMBNAIL_SIDE 20
#define MOST_PICTURES 200 /* of the newest steps, when a long history is shown at once */

struct _TrpHistoryPanel
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *about;
  GtkWidget *scrolled;
  GtkWidget *list;
  GArray *times; /* (element-type gint64): unix time of each step; 0: unknown */
  guint n_rows;
  guint shown_position;
  size_t shown_dropped;
  bool is_new; /* another history: no row is right yet */
  bool is_updating;
};

G_DEFINE_FINAL_TYPE (TrpHistoryPanel, trp_history_panel, GTK_TYPE_BOX)

static void
trp_history_panel_dispose (GObject *object)
{
  TrpHistoryPanel *self = TRP_HISTORY_PANEL (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_pointer (&self->times, g_array_unref);
  G_OBJECT_CLASS (trp_history_panel_parent_class)->dispose (object);
}

static void
trp_history_panel_class_init (TrpHistoryPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_history_panel_dispose;
}

static void
trp_history_panel_init (TrpHistoryPanel *self)
{
  self->times = g_array_new (FALSE, TRUE, sizeof (gint64));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 2);
  gtk_widget_add_css_class (GTK_WIDGET (self), "panel");
}

static const TrpHistory *
peek_history (TrpHistoryPanel *self)
{
  TrpEditSession *session = trp_document_peek_session (self->document);

  return session ? trp_edit_session_peek_history (session) : NULL;
}

static guint
get_n_steps (TrpHistoryPanel *self)
{
  const TrpHistory *history = peek_history (self);

  return history ? (guint) trp_history_get_size (history) : 0;
}

static guint
get_position (TrpHistoryPanel *self)
{
  const TrpHistory *history = peek_history (self);

  return history ? (guint) trp_history_get_position (history) : 0;
}

/* ---- rows: 0 is the state as opened, n the state after step n ---- */

static GtkWidget *
make_row (void)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *picture = gtk_image_new ();
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *when = gtk_label_new (NULL);

  gtk_image_set_pixel_size (GTK_IMAGE (picture), THUMBNAIL_SIDE);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (when, "second");
  gtk_widget_add_css_class (when, "numeric");
  gtk_widget_add_css_class (row, "history");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), when);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static GtkListBoxRow *
get_row (TrpHistoryPanel *self, guint index)
{
  return gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) index);
}

static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) date = time ? g_date_time_new_from_unix_local (time) : NULL;

  return date ? g_date_time_format (date, "%H:%M") : g_strdup ("");
}

/* A step's picture is made once: rows move to other steps only when old ones leave. */
static void
update_picture (TrpHistoryPanel *self, GtkWidget *row, guint index)
{
  GtkWidget *picture = gtk_widget_get_first_child (
    gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row)));
  const TrpEditStep *step = index ? trp_history_get (peek_history (self), index - 1) : NULL;
  const guint64 state = step ? trp_edit_step_get_state (step) : 0;
  const guint64 *shown = g_object_get_data (G_OBJECT (row), "state");
  const size_t side = THUMBNAIL_SIDE * (size_t) gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autoptr (GdkTexture) texture = NULL;

  if (shown && *shown == state)
    return;
  g_object_set_data_full (G_OBJECT (row), "state", g_memdup2 (&state, sizeof state), g_free);
  if (step && index + MOST_PICTURES > get_n_steps (self))
    texture = trp_history_thumbnail_new (self->document, step, side);
  gtk_image_set_from_paintable (GTK_IMAGE (picture), GDK_PAINTABLE (texture));
}

static void
update_row (TrpHistoryPanel *self, guint index, guint position)
{
  GtkListBoxRow *row = get_row (self, index);
  GtkWidget *box = gtk_list_box_row_get_child (row);
  GtkWidget *when = gtk_widget_get_last_child (box), *name = gtk_widget_get_prev_sibling (when);
  const char *text = index
                       ? trp_edit_step_get_name (trp_history_get (peek_history (self), index - 1))
                       : _ ("As opened");
  g_autofree char *time = index ? format_time (g_array_index (self->times, gint64, index - 1))
                                : g_strdup ("");

  update_picture (self, GTK_WIDGET (row), index);
  gtk_label_set_label (GTK_LABEL (name), text);
  gtk_label_set_label (GTK_LABEL (when), time);
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), text);
  if (index > position)
    gtk_widget_add_css_class (GTK_WIDGET (row), "future");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row), "future");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* A new step is the last one, and done. */
static void
update_times (TrpHistoryPanel *self, guint n_steps, guint position)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const guint n_before = self->times->len;

  g_array_set_size (self->times, n_steps);
  if (position == n_steps && n_steps > 0 && (n_steps == n_before + 1 || n_steps < n_before))
    g_array_index (self->times, gint64, n_steps - 1) = now;
}

static void
show_about (TrpHistoryPanel *self, guint n_steps)
{
  const TrpHistory *history = peek_history (self);
  g_autofree char *text = NULL;
  g_autofree char *tip = NULL;

  if (history && n_steps)
    {
      const double mb = 1024 * 1024;
      const size_t dropped = trp_history_get_dropped (history);

      text = g_strdup_printf (
        ngettext ("%u step, %.1f of %.0f MB", "%u steps, %.1f of %.0f MB", n_steps), n_steps,
        (double) trp_history_get_bytes (history) / mb,
        (double) trp_history_get_limit (history) / mb);
      if (dropped)
        tip = g_strdup_printf (ngettext ("The oldest step left to keep within the limit",
                                         "The %zu oldest steps left to keep within the limit",
                                         dropped),
                               dropped);
    }
  gtk_label_set_label (GTK_LABEL (self->about), text ? text : _ ("nothing to undo"));
  gtk_widget_set_tooltip_text (self->about, tip);
}

static gboolean
scroll_to_selected (gpointer user_data)
{
  TrpHistoryPanel *self = user_data;
  GtkListBoxRow *row = self->document ? gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list))
                                      : NULL;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (
    GTK_SCROLLED_WINDOW (self->scrolled));
  double x, y;

  if (row && gtk_widget_translate_coordinates (GTK_WIDGET (row), self->list, 0, 0, &x, &y))
    gtk_adjustment_clamp_page (adjustment, y, y + gtk_widget_get_height (GTK_WIDGET (row)));
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* The first row that may be wrong: a step changes what lies between the old position and the new
 * one, and what is new behind them; old steps that were dropped move all names. So the cost of a
 * stroke does not grow with the history. */
static guint
find_first_changed (TrpHistoryPanel *self, guint position)
{
  const TrpHistory *history = peek_history (self);
  const size_t dropped = history ? trp_history_get_dropped (history) : 0;
  const bool all = self->is_new || dropped != self->shown_dropped;
  const guint first = all ? 0 : MIN (self->shown_position, position);

  self->is_new = false;
  self->shown_dropped = dropped;
  self->shown_position = position;
  return first;
}

static void
update (TrpHistoryPanel *self)
{
  const guint n_steps = get_n_steps (self);
  const guint position = get_position (self);

  update_times (self, n_steps, position);
  self->is_updating = true;
  for (; self->n_rows > n_steps + 1; self->n_rows--)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (get_row (self, self->n_rows - 1)));
  for (; self->n_rows < n_steps + 1; self->n_rows++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row ());
  for (guint n = find_first_changed (self, position); n <= n_steps; n++)
    update_row (self, n, position);
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), get_row (self, position));
  self->is_updating = false;
  show_about (self, n_steps);
  gtk_widget_set_visible (GTK_WIDGET (self), trp_document_peek_session (self->document) != NULL);
  /* after the new rows have their places */
  g_idle_add (scroll_to_selected, g_object_ref (self));
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, TrpHistoryPanel *self)
{
  if (row && !self->is_updating)
    trp_document_go_to_step (self->document, (guint) gtk_list_box_row_get_index (row));
}

/* Another reading has another history. */
static void
on_readings_changed (TrpHistoryPanel *self)
{
  g_array_set_size (self->times, 0);
  g_array_set_size (self->times, get_n_steps (self));
  self->is_new = true;
  update (self);
}

GtkWidget *
trp_history_panel_new (TrpDocument *document)
{
  TrpHistoryPanel *self = g_object_new (TRP_TYPE_HISTORY_PANEL, NULL);
  GtkWidget *heading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title = gtk_label_new (_ ("History"));

  self->document = g_object_ref (document);
  self->about = gtk_label_new (NULL);
  self->list = gtk_list_box_new ();
  self->scrolled = gtk_scrolled_window_new ();
  gtk_widget_add_css_class (title, "panel-title");
  gtk_widget_add_css_class (self->about, "second");
  gtk_label_set_xalign (GTK_LABEL (self->about), 0);
  gtk_widget_add_css_class (self->scrolled, "history-list");
  gtk_box_append (GTK_BOX (heading), title);
  gtk_box_append (GTK_BOX (heading), self->about);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("History"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scrolled), LIST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->list);
  gtk_box_append (GTK_BOX (self), heading);
  gtk_box_append (GTK_BOX (self), trp_effort_new (document));
  gtk_box_append (GTK_BOX (self), self->scrolled);
  g_signal_connect (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  g_signal_connect_swapped (document, "history-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (on_readings_changed), self);
  on_readings_changed (self);
  return GTK_WIDGET (self);
}
