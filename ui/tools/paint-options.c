/* paint-options.c - see paint-options.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/paint-options.h"
#include "config.h"

#include "ui/tools/option-rows.h"

#include <glib/gi18n.h>

/* Rows that were not asked for are NULL. */
typedef struct
{
  TrpDocument *document;
  GtkWidget *shape, *push_shape;
  GtkWidget *radius, *radius_text;
  GtkWidget *follows;
  GtkWidget *limit, *range_row, *low, *high;
  GtkWidget *over;
  bool updating;
} Options;

static const TrpPaintOver overs[] = { TRP_PAINT_OVER_UNLOCKED, TRP_PAINT_OVER_ALL,
                                      TRP_PAINT_OVER_EMPTY };

/* Every widget ends here: the settings are read from all of them at once. */
static void
apply (Options *self)
{
  TrpToolSettings settings = *trp_document_get_tool (self->document);

  if (self->updating)
    return;
  if (self->shape)
    settings.shape = (TrpBrushShape) trp_option_segments_get (self->shape);
  if (self->push_shape)
    settings.push_ball = trp_option_segments_get (self->push_shape) == 1;
  if (self->follows)
    settings.smart = trp_option_segments_get (self->follows) == 1;
  if (self->radius)
    settings.radius_mm = exp (gtk_range_get_value (GTK_RANGE (self->radius)));
  if (self->limit)
    {
      settings.limited = trp_option_segments_get (self->limit) == 1;
      settings.low = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->low));
      settings.high = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->high));
    }
  if (self->over)
    settings.over = overs[trp_option_segments_get (self->over)];
  trp_document_set_tool (self->document, &settings);
}

static void
update_radius (Options *self, double radius_mm)
{
  g_autofree char *text = g_strdup_printf (_ ("%.1f mm"), radius_mm);

  gtk_range_set_value (GTK_RANGE (self->radius), log (radius_mm));
  gtk_label_set_label (GTK_LABEL (self->radius_text), text);
}

static void
update_limit (Options *self, const TrpToolSettings *settings)
{
  trp_option_segments_set (self->limit, settings->limited);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->low), settings->low);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->high), settings->high);
  gtk_widget_set_visible (gtk_widget_get_parent (self->range_row), settings->limited);
}

static void
update (Options *self)
{
  const TrpToolSettings settings = *trp_document_get_tool (self->document);

  self->updating = true;
  if (self->shape)
    trp_option_segments_set (self->shape, (int) settings.shape);
  if (self->push_shape)
    trp_option_segments_set (self->push_shape, settings.push_ball);
  if (self->follows)
    trp_option_segments_set (self->follows, settings.smart);
  if (self->radius)
    update_radius (self, settings.radius_mm);
  if (self->limit)
    update_limit (self, &settings);
  for (int n = 0; self->over && n < (int) G_N_ELEMENTS (overs); n++)
    if (overs[n] == settings.over)
      trp_option_segments_set (self->over, n);
  self->updating = false;
}

/* ---- widgets ---- */

/* Logarithmic: the same drag changes a small brush as visibly as a large one. */
static GtkWidget *
make_radius (Options *self)
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
make_range (Options *self)
{
  self->range_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->low = trp_option_number_new (_ ("Lowest value painted"), -32768, 65535, 1, 0,
                                     G_CALLBACK (apply), self);
  self->high = trp_option_number_new (_ ("Highest value painted"), -32768, 65535, 1, 0,
                                      G_CALLBACK (apply), self);
  gtk_box_append (GTK_BOX (self->range_row), self->low);
  gtk_box_append (GTK_BOX (self->range_row), self->high);
  return self->range_row;
}

static void
append_limit (Options *self, GtkWidget *rows)
{
  static const char *const limits[] = { N_ ("All values"), N_ ("Range"), NULL };

  self->limit = trp_option_rows_append (rows, _ ("Only in"),
                                        trp_option_segments_new (limits, G_CALLBACK (apply), self));
  trp_option_rows_append (rows, "", make_range (self));
}

static void
append_follows (Options *self, GtkWidget *rows)
{
  static const char *const leaders[] = { N_ ("Pointer"), N_ ("Image"), NULL };

  self->follows = trp_option_rows_append (
    rows, _ ("Follows"), trp_option_segments_new (leaders, G_CALLBACK (apply), self));
  gtk_widget_set_tooltip_text (self->follows,
                               _ ("Image: only connected voxels with values like those under the "
                                  "pointer where the button went down"));
}

static void
on_destroy (GtkWidget *rows, Options *self)
{
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
}

GtkWidget *
trp_paint_options_new (TrpDocument *document, TrpPaintRows rows)
{
  static const char *const shapes[] = { N_ ("Disc"), N_ ("Ball"), N_ ("Square"), NULL };
  static const char *const push_shapes[] = { N_ ("Disc"), N_ ("Ball"), NULL };
  static const char *const names[] = { N_ ("Unlocked"), N_ ("All"), N_ ("Empty"), NULL };
  GtkWidget *box = trp_option_rows_new ();
  Options *self = g_new0 (Options, 1);

  self->document = g_object_ref (document);
  self->updating = true;
  g_object_set_data_full (G_OBJECT (box), "trp-paint-options", self, g_free);
  g_signal_connect (box, "destroy", G_CALLBACK (on_destroy), self);
  if (rows & TRP_PAINT_ROW_SHAPE)
    self->shape = trp_option_rows_append (
      box, _ ("Shape"), trp_option_segments_new (shapes, G_CALLBACK (apply), self));
  if (rows & TRP_PAINT_ROW_PUSH_SHAPE)
    self->push_shape = trp_option_rows_append (
      box, _ ("Shape"), trp_option_segments_new (push_shapes, G_CALLBACK (apply), self));
  if (rows & TRP_PAINT_ROW_RADIUS)
    trp_option_rows_append (box, _ ("Radius"), make_radius (self));
  if (rows & TRP_PAINT_ROW_FOLLOWS)
    append_follows (self, box);
  if (rows & TRP_PAINT_ROW_LIMIT)
    append_limit (self, box);
  if (rows & TRP_PAINT_ROW_OVER)
    self->over = trp_option_rows_append (box, _ ("Over"),
                                         trp_option_segments_new (names, G_CALLBACK (apply), self));
  g_signal_connect_swapped (document, "tool-changed", G_CALLBACK (update), self);
  update (self);
  return box;
}
