/* threshold.c - the structure becomes what lies in a range of values
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The result stands dashed in all panes while the range is moved; a click in a pane chooses its
 * volume. What it is cut from (everything, the structure, its surroundings) is the structure as it
 * stands, not the preview.
 */

#include "config.h"
#include "core/structure/margin.h"
#include "core/structure/threshold.h"
#include "ui/document-preview.h"
#include "ui/tools/option-rows.h"
#include "ui/tools/region-job.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>
#include <string.h>

#define DELAY_MS 60 /* of a slider at rest, so that its way is not computed value by value */
#define NEAR_MM 10.0

typedef enum
{
  EVERYWHERE,
  INSIDE,
  NEAR,
} Where;

typedef struct
{
  TrpDocument *document;
  TrpRegionJob *job;
  TrpRole role;
  TrpVolume *volume; /* the one that the range is of, or NULL */
  double low, high;
  double near_mm;
  Where where;
  guint delay;
  GtkAdjustment *adjustments[2];                            /* of low and high */
  GtkWidget *unit, *segments, *near_mm_row, *near_mm_entry; /* the side panel's, or NULL */
  GtkWidget *spins[2];
  bool was_chosen;
  bool updating;
} Threshold;

static void on_value (GtkAdjustment *moved, Threshold *self);
static void on_volume_changed (Threshold *self);

static void *
create (TrpDocument *document)
{
  Threshold *self = g_new0 (Threshold, 1);
  const int anchor = trp_document_get_anchor (document);

  self->document = document;
  self->job = trp_region_job_new (document);
  self->role = anchor < 0 ? TRP_ROLE_MR : (TrpRole) anchor;
  self->near_mm = NEAR_MM;
  for (int n = 0; n < 2; n++)
    {
      self->adjustments[n] = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 1, 10, 0));
      g_signal_connect (self->adjustments[n], "value-changed", G_CALLBACK (on_value), self);
    }
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (on_volume_changed), self);
  return self;
}

static void
destroy (void *state)
{
  Threshold *self = state;

  g_clear_handle_id (&self->delay, g_source_remove);
  trp_region_job_free (self->job);
  trp_volume_unref (self->volume);
  for (int n = 0; n < 2; n++)
    g_object_unref (self->adjustments[n]);
  g_free (self);
}

/* ---- the work ---- */

typedef enum
{
  SUGGEST_NOTHING,
  SUGGEST_OTSU,
  SUGGEST_STRUCTURE,
} Suggest;

typedef struct
{
  Threshold *owner;
  TrpVolume *volume;
  TrpMask *structure;
  Suggest suggest;
  Where where;
  double near_mm;
  double low, high;
} Work;

static void
free_work (void *data)
{
  Work *work = data;

  trp_volume_unref (work->volume);
  trp_mask_free (work->structure);
  g_free (work);
}

static bool
suggest (Work *work, GError **error)
{
  const bool found = work->suggest == SUGGEST_NOTHING ||
                     (work->suggest == SUGGEST_OTSU
                        ? trp_threshold_suggest (work->volume, &work->low, &work->high)
                        : trp_threshold_suggest_from_mask (work->volume, work->structure,
                                                           &work->low, &work->high));

  if (!found)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                         work->suggest == SUGGEST_OTSU
                           ? _ ("The image has but one value: there is no range to suggest.")
                           : _ ("Nothing of the structure lies in the image: draw on it first."));
  return found;
}

static TrpMask *
find_surroundings (const Work *work, TrpProgress *progress, GError **error)
{
  TrpMargin margin = { .flat_axis = -1 };

  for (int side = 0; side < TRP_N_SIDES; side++)
    margin.mm[side] = work->near_mm;
  return trp_margin_apply (work->structure, &margin, NULL, progress, error);
}

static TrpMask *
compute (void *data, TrpProgress *progress, GError **error)
{
  Work *work = data;
  TrpProgress parts[2] = { trp_progress_part (progress, 0, 0.5),
                           trp_progress_part (progress, work->where == NEAR ? 0.5 : 0, 1) };
  g_autoptr (TrpMask) near = NULL;

  if (!suggest (work, error))
    return NULL;
  if (work->where == NEAR)
    {
      near = find_surroundings (work, &parts[0], error);
      if (!near)
        return NULL;
    }
  return trp_threshold (trp_mask_get_geometry (work->structure), work->volume, work->low,
                        work->high, work->where == INSIDE ? work->structure : near, &parts[1],
                        error);
}

static const char *
get_unit (const TrpVolume *volume)
{
  const char *unit = trp_volume_get_info (volume)->unit;

  return unit ? unit : "a.u.";
}

static int
get_digits (const TrpVolume *volume)
{
  double low, high;

  trp_volume_get_range (volume, &low, &high);
  return high - low > 20 ? 0 : 3;
}

static void set_range (Threshold *self, double low, double high);

/* (transfer full): with a minus sign as long as a plus */
static char *
format_value (double value, int digits)
{
  return g_strdup_printf ("%s%.*f", value < 0 ? "\u2212" : "", digits, fabs (value));
}

static char *
name_step (const Work *work, const char *name)
{
  const int digits = get_digits (work->volume);
  g_autofree char *low = format_value (work->low, digits);
  g_autofree char *high = format_value (work->high, digits);

  return g_strdup_printf (_ ("Threshold %s  %s to %s %s"), name, low, high,
                          get_unit (work->volume));
}

static void
show (TrpDocument *document, TrpStructure *structure, const TrpMask *mask, void *data)
{
  const Work *work = data;
  g_autofree char *step = name_step (work, trp_structure_get_name (structure));
  g_autofree char *text = g_strdup_printf (
    _ ("%s: %.2f ml would become %.2f ml"), step,
    trp_mask_get_volume_ml (trp_structure_peek_mask (structure)), trp_mask_get_volume_ml (mask));

  if (work->suggest != SUGGEST_NOTHING)
    set_range (work->owner, work->low, work->high);
  trp_document_show_preview (document, structure, mask, step, TRP_ORIGIN_SEMIAUTOMATIC);
  trp_document_set_preview_text (document, text);
}

static void
start (Threshold *self, Suggest suggestion)
{
  static const TrpRegionKind kind = { compute, show, free_work };
  TrpStructure *structure = trp_document_peek_target (self->document);
  Work *work;

  g_clear_handle_id (&self->delay, g_source_remove);
  if (!structure || !self->volume || !trp_document_may_paint (self->document))
    return;
  work = g_new0 (Work, 1);
  work->owner = self;
  work->volume = trp_volume_ref (self->volume);
  work->structure = trp_mask_copy (trp_structure_peek_mask (structure));
  work->suggest = suggestion;
  work->where = self->where;
  work->near_mm = self->near_mm;
  work->low = self->low;
  work->high = self->high;
  trp_region_job_start (self->job, &kind, _ ("Threshold"), structure, work);
}

static gboolean
on_delay (gpointer data)
{
  Threshold *self = data;

  self->delay = 0;
  start (self, SUGGEST_NOTHING);
  return G_SOURCE_REMOVE;
}

static void
start_soon (Threshold *self)
{
  trp_region_job_cancel (self->job);
  g_clear_handle_id (&self->delay, g_source_remove);
  self->delay = g_timeout_add (DELAY_MS, on_delay, self);
}

/* ---- the range ---- */

static void
set_range (Threshold *self, double low, double high)
{
  self->low = low;
  self->high = high;
  self->updating = true;
  gtk_adjustment_set_value (self->adjustments[0], low);
  gtk_adjustment_set_value (self->adjustments[1], high);
  self->updating = false;
}

/* One end pushes the other before it. */
static void
on_value (GtkAdjustment *moved, Threshold *self)
{
  const bool is_high = moved == self->adjustments[1];
  const double value = gtk_adjustment_get_value (moved);

  if (self->updating)
    return;
  set_range (self, is_high ? fmin (self->low, value) : value,
             is_high ? value : fmax (self->high, value));
  start_soon (self);
}

/* The volume of the role, if it is another one than before. */
static void
take_volume (Threshold *self)
{
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  g_autofree char *unit = NULL;
  double low = 0, high = 0;

  if (volume == self->volume)
    return;
  trp_region_job_cancel (self->job);
  g_clear_pointer (&self->volume, trp_volume_unref);
  if (!volume)
    return;
  self->volume = trp_volume_ref (volume);
  trp_volume_get_range (volume, &low, &high);
  if (isnan (low))
    low = high = 0;
  self->updating = true;
  for (int n = 0; n < 2; n++)
    {
      const double step = get_digits (volume) ? (high - low) / 1000 : 1;

      gtk_adjustment_configure (self->adjustments[n], n ? high : low, low, high, step, 10 * step,
                                0);
      if (self->spins[n])
        gtk_spin_button_set_digits (GTK_SPIN_BUTTON (self->spins[n]), (guint) get_digits (volume));
    }
  self->updating = false;
  self->low = low;
  self->high = high;
  unit = g_strdup_printf ("%s, %s", trp_document_get_role_label (self->document, self->role),
                          get_unit (volume));
  if (self->unit)
    gtk_label_set_label (GTK_LABEL (self->unit), unit);
}

static bool
is_chosen (const Threshold *self)
{
  return trp_document_get_tool (self->document)->kind == TRP_TOOL_THRESHOLD;
}

/* What it would do to the image that is open now. */
static void
follow_volume (Threshold *self, Suggest of_same)
{
  TrpVolume *before = self->volume;

  if (!trp_document_get_volume (self->document, self->role) &&
      trp_document_get_anchor (self->document) >= 0)
    self->role = (TrpRole) trp_document_get_anchor (self->document);
  take_volume (self);
  start (self, self->volume != before ? SUGGEST_OTSU : of_same);
}

/* A tool that has just been chosen shows at once what it would do. */
static void
on_tool_changed (Threshold *self)
{
  const bool was_chosen = self->was_chosen;

  self->was_chosen = is_chosen (self);
  if (self->was_chosen && !was_chosen)
    follow_volume (self, SUGGEST_NOTHING);
}

/* The range was of the image of before, and so is what is shown of it. */
static void
on_volume_changed (Threshold *self)
{
  if (!is_chosen (self) || trp_document_get_volume (self->document, self->role) == self->volume)
    return;
  trp_document_discard_preview (self->document);
  follow_volume (self, SUGGEST_OTSU);
}

static bool
press (const TrpToolPlace *place)
{
  Threshold *self = place->state;
  TrpVolume *before = self->volume;

  trp_document_set_cursor (place->document, place->start_lps);
  self->role = place->role;
  take_volume (self);
  if (self->volume != before)
    start (self, SUGGEST_OTSU);
  return true;
}

static void
leave (TrpDocument *document, void *state)
{
  Threshold *self = state;

  g_clear_handle_id (&self->delay, g_source_remove);
  if (trp_region_job_cancel (self->job))
    trp_document_discard_preview (document);
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  Threshold *self = state;

  return key == TRP_TOOL_KEY_GIVE_UP && trp_region_job_cancel (self->job);
}

/* ---- options ---- */

static void
on_where (Threshold *self)
{
  self->where = (Where) trp_option_segments_get (self->segments);
  gtk_widget_set_visible (self->near_mm_row, self->where == NEAR);
  start (self, SUGGEST_NOTHING);
}

static void
on_near_mm (Threshold *self)
{
  if (self->updating)
    return;
  self->near_mm = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->near_mm_entry));
  start_soon (self);
}

static void
on_suggest_otsu (Threshold *self)
{
  start (self, SUGGEST_OTSU);
}

static void
on_suggest_structure (Threshold *self)
{
  start (self, SUGGEST_STRUCTURE);
}

static void
on_destroy (GtkWidget *rows, Threshold *self)
{
  g_signal_handlers_disconnect_by_func (self->document, on_tool_changed, self);
  self->unit = self->segments = self->near_mm_row = self->near_mm_entry = NULL;
  self->spins[0] = self->spins[1] = NULL;
}

static GtkWidget *
make_limit (Threshold *self, int n, const char *name)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, self->adjustments[n]);

  self->spins[n] = gtk_spin_button_new (self->adjustments[n], 1, 0);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->spins[n]), 5);
  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_widget_set_size_request (scale, 60, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spins[n]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  gtk_box_append (GTK_BOX (box), scale);
  gtk_box_append (GTK_BOX (box), self->spins[n]);
  return box;
}

static GtkWidget *
make_button (const char *label, const char *tip, GCallback clicked, Threshold *self)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tip);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_widget_set_focus_on_click (button, FALSE);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  return button;
}

static GtkWidget *
make_suggestions (Threshold *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  gtk_box_append (GTK_BOX (box),
                  make_button (_ ("Otsu"), _ ("Above the value that parts dark from bright best"),
                               G_CALLBACK (on_suggest_otsu), self));
  gtk_box_append (GTK_BOX (box),
                  make_button (_ ("Structure"),
                               _ ("The values of what is drawn, without the outer twentieths"),
                               G_CALLBACK (on_suggest_structure), self));
  return box;
}

static void
append_where (Threshold *self, GtkWidget *rows)
{
  static const char *const names[] = { N_ ("Everywhere"), N_ ("Inside"), N_ ("Near"), NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *unit = gtk_label_new (_ ("mm around it"));

  self->segments = trp_option_rows_append (
    rows, _ ("Where"), trp_option_segments_new (names, G_CALLBACK (on_where), self));
  trp_option_segments_set (self->segments, (int) self->where);
  self->near_mm_entry = trp_option_number_new (_ ("Millimetres around the structure"), 0,
                                               TRP_MARGIN_MAX_MM, 1, 1, G_CALLBACK (on_near_mm),
                                               self);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->near_mm_entry), self->near_mm);
  gtk_widget_add_css_class (unit, "second");
  gtk_label_set_ellipsize (GTK_LABEL (unit), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), self->near_mm_entry);
  gtk_box_append (GTK_BOX (box), unit);
  self->near_mm_row = gtk_widget_get_parent (trp_option_rows_append (rows, "", box));
  gtk_widget_set_visible (self->near_mm_row, self->where == NEAR);
}

static GtkWidget *
make_options (TrpDocument *document)
{
  Threshold *self = trp_tool_get_state (document, TRP_TOOL_THRESHOLD);
  GtkWidget *rows = trp_option_rows_new ();

  self->updating = true;
  self->unit = trp_option_rows_append (rows, _ ("Image"), gtk_label_new (NULL));
  gtk_label_set_xalign (GTK_LABEL (self->unit), 0);
  trp_option_rows_append (rows, _ ("From"), make_limit (self, 0, _ ("Lowest value")));
  trp_option_rows_append (rows, _ ("To"), make_limit (self, 1, _ ("Highest value")));
  trp_option_rows_append (rows, _ ("Suggest"), make_suggestions (self));
  append_where (self, rows);
  self->updating = false;
  g_signal_connect_swapped (document, "tool-changed", G_CALLBACK (on_tool_changed), self);
  g_signal_connect (rows, "destroy", G_CALLBACK (on_destroy), self);
  g_object_set_data_full (G_OBJECT (rows), "trp-document", g_object_ref (document), g_object_unref);
  on_tool_changed (self);
  return rows;
}

const TrpTool trp_tool_threshold = {
  .kind = TRP_TOOL_THRESHOLD,
  .name = N_ ("Threshold"),
  .icon = "trp-threshold-symbolic",
  .key = 't',
  .pointer = "crosshair",
  .takes_clicks = true,
  .create = create,
  .destroy = destroy,
  .press = press,
  .key_pressed = key_pressed,
  .leave = leave,
  .make_options = make_options,
};
