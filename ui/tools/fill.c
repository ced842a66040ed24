/* fill.c - a click fills what is connected and looks alike
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * In the slice at once, one step; in three dimensions as a preview, since a leak through a gap
 * somewhere else would not be seen.
 */

#include "config.h"
#include "core/structure/flood-fill.h"
#include "ui/document-preview.h"
#include "ui/tools/option-rows.h"
#include "ui/tools/paint-options.h"
#include "ui/tools/region-job.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>
#include <string.h>

#define TOLERANCE_HU 50.0
/* Of the window's width, where values have no unit. */
#define TOLERANCE_SHARE 0.1

typedef struct
{
  TrpDocument *document;
  TrpRegionJob *job;
  TrpRole role;                   /* of the pane the pointer was in last: whose unit is shown */
  double tolerances[TRP_N_ROLES]; /* -1: not chosen yet */
  bool is_solid;
  GtkWidget *tolerance, *unit, *extent; /* the side panel's, or NULL */
  bool updating;
} Fill;

static void *
create (TrpDocument *document)
{
  Fill *self = g_new0 (Fill, 1);
  const int anchor = trp_document_get_anchor (document);

  self->document = document;
  self->job = trp_region_job_new (document);
  self->role = anchor < 0 ? TRP_ROLE_MR : (TrpRole) anchor;
  for (int role = 0; role < TRP_N_ROLES; role++)
    self->tolerances[role] = -1;
  return self;
}

static void
destroy (void *state)
{
  Fill *self = state;

  trp_region_job_free (self->job);
  g_free (self);
}

/* ---- tolerance ---- */

static const char *
get_unit (Fill *self)
{
  TrpVolume *volume = trp_document_get_volume (self->document, self->role);
  const char *unit = volume ? trp_volume_get_info (volume)->unit : NULL;

  return unit ? unit : "a.u.";
}

static double
get_tolerance (Fill *self)
{
  double *tolerance = &self->tolerances[self->role];

  if (*tolerance >= 0 || !trp_document_get_volume (self->document, self->role))
    return *tolerance;
  if (strcmp (get_unit (self), "HU") == 0)
    *tolerance = TOLERANCE_HU;
  else
    *tolerance = TOLERANCE_SHARE *
                 trp_document_get_display (self->document, self->role)->window.width;
  return *tolerance;
}

static void
update (Fill *self)
{
  const double tolerance = get_tolerance (self);
  g_autofree char *unit = g_strdup_printf (
    "%s %s", trp_document_get_role_label (self->document, self->role), get_unit (self));

  if (!self->tolerance)
    return;
  self->updating = true;
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (self->tolerance), tolerance < 1    ? 3
                                                                 : tolerance < 10 ? 1
                                                                                  : 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->tolerance), tolerance);
  gtk_label_set_label (GTK_LABEL (self->unit), unit);
  self->updating = false;
}

static void
choose_role (Fill *self, TrpRole role)
{
  if (role == self->role && self->tolerances[role] >= 0)
    return;
  self->role = role;
  update (self);
}

/* ---- in three dimensions ---- */

typedef struct
{
  TrpFloodFill fill;
  TrpPaintOptions options;
  TrpStructureSet *set;
  size_t index;
  TrpVec3 point_lps;
} Work;

static void
free_work (void *data)
{
  Work *work = data;

  trp_volume_unref ((TrpVolume *) work->fill.volume);
  trp_volume_unref ((TrpVolume *) work->options.limit);
  trp_structure_set_unref (work->set);
  g_free (work);
}

static TrpMask *
compute (void *data, TrpProgress *progress, GError **error)
{
  const Work *work = data;
  g_autoptr (TrpMask) region = trp_flood_fill (
    &work->fill, trp_structure_set_get_geometry (work->set), work->point_lps, progress, error);

  return region
           ? trp_paint_get_result (region, work->set,
                                   trp_structure_set_get (work->set, work->index), &work->options)
           : NULL;
}

static void
show (TrpDocument *document, TrpStructure *structure, const TrpMask *mask, void *data)
{
  const Work *work = data;
  const double ml = trp_mask_get_volume_ml (trp_structure_peek_mask (structure));
  g_autofree char *step = g_strdup_printf (_ ("Fill %s"), trp_structure_get_name (structure));
  g_autofree char *text = g_strdup_printf (_ ("%s: %.2f ml would become %.2f ml"), step, ml,
                                           trp_mask_get_volume_ml (mask));

  trp_document_show_preview (document, structure, mask, step, TRP_ORIGIN_SEMIAUTOMATIC);
  if (trp_mask_equal (mask, trp_structure_peek_mask (structure)))
    trp_document_report (document, TRP_SEVERITY_INFO,
                         _ ("The fill adds nothing to the structure."));
  trp_document_set_preview_painted (document, work->options.over);
  trp_document_set_preview_text (document, text);
}

static void
fill_solid (Fill *self,
            const TrpToolPlace *place,
            const TrpFloodFill *fill,
            TrpStructure *structure)
{
  static const TrpRegionKind kind = { compute, show, free_work };
  Work *work = g_new0 (Work, 1);
  g_autofree char *title = g_strdup_printf (_ ("Fill %s"), trp_structure_get_name (structure));

  work->fill = *fill;
  trp_volume_ref (fill->volume);
  work->options = trp_document_get_paint_options (place->document, place->role);
  if (work->options.limit)
    trp_volume_ref (work->options.limit);
  work->set = trp_edit_session_snapshot (trp_document_peek_session (place->document));
  work->index = (size_t) trp_document_get_active (place->document);
  work->point_lps = place->start_lps;
  trp_region_job_start (self->job, &kind, title, structure, work);
}

/* ---- in the slice ---- */

static void
fill_slice (const TrpToolPlace *place, const TrpFloodFill *fill, TrpStructure *structure)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (trp_structure_peek_mask (structure));
  g_autoptr (TrpMask) nothing = trp_mask_new (geometry);
  g_autoptr (TrpPatch) stencil = NULL;
  g_autoptr (TrpMask) region = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *step = g_strdup_printf (_ ("Fill %s"), trp_structure_get_name (structure));

  region = trp_flood_fill (fill, geometry, place->start_lps, NULL, &error);
  if (!region)
    {
      trp_document_report (place->document, TRP_SEVERITY_WARNING, error->message);
      return;
    }
  stencil = trp_patch_new_difference (nothing, region);
  trp_document_paint (place->document, place->role, step, stencil, false);
}

static bool
press (const TrpToolPlace *place)
{
  Fill *self = place->state;
  TrpStructure *structure = trp_document_peek_target (place->document);

  choose_role (self, place->role);
  if (!structure)
    return false;
  const TrpFloodFill fill = {
    .volume = trp_document_get_volume (place->document, place->role),
    .tolerance = get_tolerance (self),
    .flat = !self->is_solid,
    .normal_lps = place->plane.normal,
  };

  if (self->is_solid && trp_document_may_paint (place->document))
    fill_solid (self, place, &fill, structure);
  else if (!self->is_solid)
    fill_slice (place, &fill, structure);
  return true;
}

static void
hover (const TrpToolPlace *place)
{
  choose_role (place->state, place->role);
}

static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  Fill *self = state;

  return key == TRP_TOOL_KEY_GIVE_UP && trp_region_job_cancel (self->job);
}

/* ---- options ---- */

static void
apply (Fill *self)
{
  if (self->updating)
    return;
  self->tolerances[self->role] = gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->tolerance));
  self->is_solid = trp_option_segments_get (self->extent) == 1;
}

static void
on_destroy (GtkWidget *rows, Fill *self)
{
  g_signal_handlers_disconnect_by_data (self->document, self);
  self->tolerance = self->unit = self->extent = NULL;
}

static GtkWidget *
make_options (TrpDocument *document)
{
  static const char *const extents[] = { N_ ("Slice"), N_ ("3D"), NULL };
  Fill *self = trp_tool_get_state (document, TRP_TOOL_FILL);
  GtkWidget *rows = trp_option_rows_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->updating = true;
  self->tolerance = trp_option_number_new (_ ("Tolerance"), 0, 65535, 1, 0, G_CALLBACK (apply),
                                           self);
  self->unit = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->unit, "second");
  gtk_box_append (GTK_BOX (box), self->tolerance);
  gtk_box_append (GTK_BOX (box), self->unit);
  trp_option_rows_append (rows, _ ("Range ±"), box);
  self->extent = trp_option_rows_append (
    rows, _ ("Extent"), trp_option_segments_new (extents, G_CALLBACK (apply), self));
  trp_option_segments_set (self->extent, self->is_solid);
  gtk_box_append (GTK_BOX (rows),
                  trp_paint_options_new (document, TRP_PAINT_ROW_LIMIT | TRP_PAINT_ROW_OVER));
  self->updating = false;
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (update), self);
  g_signal_connect (rows, "destroy", G_CALLBACK (on_destroy), self);
  g_object_set_data_full (G_OBJECT (rows), "trp-document", g_object_ref (document), g_object_unref);
  update (self);
  return rows;
}

const TrpTool trp_tool_fill = {
  .kind = TRP_TOOL_FILL,
  .name = N_ ("Flood fill"),
  .icon = "trp-fill-symbolic",
  .key = '8',
  .pointer = "crosshair",
  .takes_clicks = true,
  .create = create,
  .destroy = destroy,
  .press = press,
  .hover = hover,
  .key_pressed = key_pressed,
  .make_options = make_options,
};
