/* status-line.c - position, values, structures, tool and jobs in one line
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Numbers stand in labels as wide as their widest value, so that nothing moves when they change.
 */

#include "ui/status-line.h"
#include "config.h"

#include "ui/job-time.h"
#include "ui/tools/tool.h"
#include "ui/value-text.h"
#include "ui/document-blind.h"

#include <glib/gi18n.h>

struct _TrpStatusLine
{
  GtkBox parent_instance;

  TrpDocument *document;
  GtkWidget *position;
  GtkWidget *values[TRP_N_ROLES];
  GtkWidget *separators[TRP_N_ROLES];
  GtkWidget *structures_separator;
  GtkWidget *structures;
  GtkWidget *tool_separator;
  GtkWidget *tool;
  GtkWidget *jobs;
  bool case_hidden;
};

G_DEFINE_FINAL_TYPE (TrpStatusLine, trp_status_line, GTK_TYPE_BOX)

static void
trp_status_line_dispose (GObject *object)
{
  TrpStatusLine *self = TRP_STATUS_LINE (object);

  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_status_line_parent_class)->dispose (object);
}

static void
trp_status_line_class_init (TrpStatusLineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_status_line_dispose;
}

static void
trp_status_line_init (TrpStatusLine *self)
{
  gtk_box_set_spacing (GTK_BOX (self), 8);
  gtk_widget_add_css_class (GTK_WIDGET (self), "status");
}

static GtkWidget *
add_label (TrpStatusLine *self, int chars, const char *name)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (chars > 0)
    gtk_label_set_width_chars (GTK_LABEL (label), chars);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, name,
                                  -1);
  gtk_box_append (GTK_BOX (self), label);
  return label;
}

static GtkWidget *
add_separator (TrpStatusLine *self)
{
  GtkWidget *separator = gtk_separator_new (GTK_ORIENTATION_VERTICAL);

  gtk_box_append (GTK_BOX (self), separator);
  return separator;
}

static void
update_position (TrpStatusLine *self)
{
  static const char *const names[] = { "x ", "  y ", "  z " };
  const TrpVec3 cursor = trp_document_get_cursor (self->document);
  g_autoptr (GString) text = g_string_new (NULL);

  if (trp_document_get_anchor (self->document) < 0)
    {
      gtk_label_set_label (GTK_LABEL (self->position), _ ("Nothing open"));
      return;
    }
  for (int axis = 0; axis < 3; axis++)
    {
      g_string_append (text, names[axis]);
      trp_value_append (text, cursor.v[axis], 1);
    }
  g_string_append (text, _ (" mm"));
  gtk_label_set_label (GTK_LABEL (self->position), text->str);
}

/* As wide as the widest value of the volume, so that nothing beside it moves. */
static void
update_width (TrpStatusLine *self, TrpRole role)
{
  TrpVolume *volume = trp_document_get_volume (self->document, role);
  const char *unit = volume ? trp_volume_get_info (volume)->unit : NULL;
  g_autoptr (GString) low_text = g_string_new (NULL);
  g_autoptr (GString) high_text = g_string_new (NULL);
  double low, high;
  glong n_chars;

  if (!volume)
    return;
  trp_volume_get_range (volume, &low, &high);
  trp_value_append (low_text, low, trp_value_get_digits (low, high));
  trp_value_append (high_text, high, trp_value_get_digits (low, high));
  n_chars = MAX (g_utf8_strlen (low_text->str, -1), g_utf8_strlen (high_text->str, -1));
  if (unit && strcmp (unit, "a.u.") != 0)
    n_chars += 1 + g_utf8_strlen (unit, -1);
  n_chars = MAX (n_chars, g_utf8_strlen (_ ("outside"), -1));
  n_chars += 1 + g_utf8_strlen (trp_document_get_role_label (self->document, role), -1);
  gtk_label_set_width_chars (GTK_LABEL (self->values[role]), (int) MIN (n_chars, 30));
}

static void
on_volume_changed (TrpStatusLine *self)
{
  for (int role = 0; role < TRP_N_ROLES; role++)
    update_width (self, (TrpRole) role);
}

static void
update_value (TrpStatusLine *self, TrpRole role)
{
  TrpVolume *volume = trp_document_get_volume (self->document, role);
  const TrpVec3 cursor = trp_document_get_cursor (self->document);
  g_autoptr (GString) text = g_string_new (NULL);

  gtk_widget_set_visible (self->values[role], volume != NULL && !self->case_hidden);
  gtk_widget_set_visible (self->separators[role], volume != NULL && !self->case_hidden);
  if (!volume)
    return;
  const double value = trp_volume_sample (
    volume, trp_geometry_ijk_from_lps (trp_volume_get_geometry (volume), cursor));
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  double low, high;

  trp_volume_get_range (volume, &low, &high);
  g_string_append_printf (text, "<span weight=\"normal\" alpha=\"70%%\">%s</span> ",
                          trp_document_get_role_label (self->document, role));
  if (isnan (value))
    g_string_append (text, _ ("outside"));
  else
    trp_value_append (text, value, trp_value_get_digits (low, high));
  if (!isnan (value) && info->unit && strcmp (info->unit, "a.u.") != 0)
    {
      g_autofree char *unit = g_markup_escape_text (info->unit, -1); /* from a file */

      g_string_append_printf (text, " %s", unit);
    }
  gtk_label_set_markup (GTK_LABEL (self->values[role]), text->str);
}

static void
update_cursor (TrpStatusLine *self)
{
  const bool any = trp_document_get_anchor (self->document) >= 0 && !self->case_hidden;
  g_autofree char *structures = trp_document_dup_structures_at (
    self->document, trp_document_get_cursor (self->document));

  gtk_widget_set_visible (self->tool, any);
  gtk_widget_set_visible (self->structures_separator, any);
  gtk_widget_set_visible (self->tool_separator, any);
  gtk_widget_set_visible (self->position, !self->case_hidden);
  update_position (self);
  for (int role = 0; role < TRP_N_ROLES; role++)
    update_value (self, (TrpRole) role);
  gtk_label_set_label (GTK_LABEL (self->structures), self->case_hidden ? "" : structures);
}

void
trp_status_line_set_case_shown (TrpStatusLine *self, bool shown)
{
  self->case_hidden = !shown;
  update_cursor (self);
}

static void
update_tool (TrpStatusLine *self)
{
  const TrpToolSettings *tool = trp_document_get_tool (self->document);
  TrpStructure *active = trp_document_peek_active (self->document);
  const TrpTool *chosen = trp_tool_get (tool->kind);
  const char *name = _ (chosen->name);
  const char *more = chosen->describe
                       ? chosen->describe (self->document,
                                           trp_tool_get_state (self->document, tool->kind))
                       : NULL;
  g_autofree char *text = NULL;

  if (chosen->has_radius)
    text = g_strdup_printf (_ ("Edit: %s %.1f mm, %s"), name, tool->radius_mm,
                            active ? trp_structure_get_name (active) : _ ("no structure"));
  else if (more)
    text = g_strdup_printf (_ ("Edit: %s, %s"), name, more);
  else
    text = g_strdup_printf (_ ("Edit: %s"), name);
  gtk_label_set_label (GTK_LABEL (self->tool), text);
}

static void
update_jobs (TrpStatusLine *self)
{
  GPtrArray *jobs = trp_document_get_jobs (self->document);
  g_autofree char *text = NULL;

  for (guint n = 0; n < jobs->len && !text; n++)
    {
      TrpJob *job = g_ptr_array_index (jobs, n);
      g_autofree char *left = trp_job_dup_time_left (job);
      g_autofree char *title = trp_document_hide_names (self->document, trp_job_get_title (job));

      if (trp_job_get_state (job) != TRP_JOB_RUNNING)
        continue;
      text = left ? g_strdup_printf (_ ("%s %.0f %%, %s left"), title,
                                     100 * trp_job_get_fraction (job), left)
                  : g_strdup_printf (_ ("%s %.0f %%"), title, 100 * trp_job_get_fraction (job));
    }
  gtk_label_set_label (GTK_LABEL (self->jobs), text ? text : "");
}

static void
connect_document (TrpStatusLine *self)
{
  static const char *const cursor_signals[] = { "cursor-moved", "volume-changed", "mask-changed",
                                                "structures-changed", "readings-changed" };
  static const char *const tool_signals[] = { "tool-changed", "tool-moved", "active-changed",
                                              "structures-changed" };

  for (size_t n = 0; n < G_N_ELEMENTS (cursor_signals); n++)
    g_signal_connect_swapped (self->document, cursor_signals[n], G_CALLBACK (update_cursor), self);
  for (size_t n = 0; n < G_N_ELEMENTS (tool_signals); n++)
    g_signal_connect_swapped (self->document, tool_signals[n], G_CALLBACK (update_tool), self);
  g_signal_connect_swapped (self->document, "volume-changed", G_CALLBACK (on_volume_changed), self);
  g_signal_connect_swapped (self->document, "jobs-changed", G_CALLBACK (update_jobs), self);
}

GtkWidget *
trp_status_line_new (TrpDocument *document)
{
  TrpStatusLine *self = g_object_new (TRP_TYPE_STATUS_LINE, NULL);
  GtkWidget *legal;

  self->document = g_object_ref (document);
  self->position = add_label (self, 33, _ ("Cursor in patient millimetres, LPS"));
  for (int role = 0; role < TRP_N_ROLES; role++)
    {
      self->separators[role] = add_separator (self);
      self->values[role] = add_label (self, 10, _ ("Value at the cursor"));
    }
  self->structures_separator = add_separator (self);
  self->structures = add_label (self, 0, _ ("Structures at the cursor"));
  gtk_label_set_ellipsize (GTK_LABEL (self->structures), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->structures, TRUE);
  self->jobs = add_label (self, 0, _ ("Running work"));
  gtk_label_set_ellipsize (GTK_LABEL (self->jobs), PANGO_ELLIPSIZE_END);
  self->tool_separator = add_separator (self);
  self->tool = add_label (self, 0, _ ("Mode and tool"));
  gtk_label_set_ellipsize (GTK_LABEL (self->tool), PANGO_ELLIPSIZE_END);
  add_separator (self);
  legal = add_label (self, 0, _ ("Not a medical device"));
  gtk_label_set_label (GTK_LABEL (legal), _ ("Not a medical device"));
  gtk_widget_add_css_class (legal, "second");
  connect_document (self);
  update_cursor (self);
  update_tool (self);
  update_jobs (self);
  return GTK_WIDGET (self);
}
