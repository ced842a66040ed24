/* operation-form.c - see operation-form.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/operation-form.h"
#include "config.h"
#include "core/structure/laterality.h"
#include "core/structure/smooth.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/operation-target.h"

#include <glib/gi18n.h>

#define NOTE_CHARS 44
#define VALUES_KEY "trp-operation-values"

/* What was set last, kept with the document. */
typedef struct
{
  double all_mm, side_mm[TRP_N_SIDES];
  bool shrinks, by_sides, is_flat;
  double sigma_mm, least_ml;
} Values;

struct _TrpOperationForm
{
  TrpDocument *document; /* borrowed, like the structure */
  TrpStructure *structure;
  TrpOperationKind kind;
  TrpPlane plane;
  int axis; /* of the reading's grid, across the pane's slices */
  Values *values;
  GtkWidget *box, *note;
  GtkWidget *shrinks, *all, *by_sides, *sides_box, *sides[TRP_N_SIDES], *forbidden;
  GtkWidget *flat, *value, *first, *last;
  TrpOperationTarget *target;
  void (*notify) (void *data);
  void *data;
};

static const TrpGeometry *
get_geometry (const TrpOperationForm *self)
{
  return trp_mask_get_geometry (trp_structure_peek_mask (self->structure));
}

/* What stands in the entry, also before it is confirmed: the preview follows the typing, and Apply
 * takes what is seen. */
static double
get_number (GtkWidget *spin)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  double low, high;
  char *end;
  const double value = g_strtod (text, &end);

  gtk_spin_button_get_range (GTK_SPIN_BUTTON (spin), &low, &high);
  if (end == text || !isfinite (value))
    return gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin));
  return CLAMP (value, low, high);
}

/* ---- what is set ---- */

static void
read_margin (TrpOperationForm *self, TrpOperation *operation)
{
  Values *values = self->values;

  values->shrinks = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->shrinks)) == 1;
  values->by_sides = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->by_sides));
  values->all_mm = get_number (self->all);
  operation->margin.shrinks = values->shrinks;
  for (int side = 0; side < TRP_N_SIDES; side++)
    {
      values->side_mm[side] = get_number (self->sides[side]);
      operation->margin.mm[side] = values->by_sides ? values->side_mm[side] : values->all_mm;
    }
  operation->other = values->shrinks ? -1
                                     : trp_operation_target_find_other (
                                         self->document, self->structure, self->forbidden);
}

/* Slices are counted as in the pane, from 1. */
static size_t
get_slice (const TrpOperationForm *self, GtkWidget *spin)
{
  const size_t size = get_geometry (self)->size[self->axis];
  const size_t number = (size_t) get_number (spin) - 1;
  const bool along = trp_vec3_dot (self->plane.normal, trp_geometry_get_direction (
                                                         get_geometry (self), self->axis)) > 0;

  return along ? number : size - 1 - number;
}

static void
read_crop (TrpOperationForm *self, TrpOperation *operation)
{
  const size_t a = get_slice (self, self->first), b = get_slice (self, self->last);

  operation->axis = self->axis;
  operation->first = MIN (a, b);
  operation->last = MAX (a, b);
}

TrpOperation
trp_operation_form_read (TrpOperationForm *self)
{
  TrpOperation operation = { .kind = self->kind, .flat_axis = -1, .other = -1 };

  if (self->flat)
    {
      self->values->is_flat = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->flat));
      operation.flat_axis = self->values->is_flat ? self->axis : -1;
    }
  if (self->target)
    {
      operation.into = trp_operation_target_get_name (self->target);
      operation.adds = trp_operation_target_get_adds (self->target);
    }
  switch (self->kind)
    {
    case TRP_OPERATION_MARGIN:
      read_margin (self, &operation);
      break;
    case TRP_OPERATION_SMOOTH:
      operation.sigma_mm = self->values->sigma_mm = get_number (self->value);
      break;
    case TRP_OPERATION_REMOVE_SMALL:
      operation.least_ml = self->values->least_ml = get_number (self->value);
      break;
    case TRP_OPERATION_MIRROR:
      operation.plane_mm = get_number (self->value);
      break;
    case TRP_OPERATION_CROP:
      read_crop (self, &operation);
      break;
    default:
      break;
    }
  return operation;
}

static void
update_note (TrpOperationForm *self)
{
  g_autofree char *text = NULL;

  if (self->kind == TRP_OPERATION_MIRROR)
    {
      const double mm = get_number (self->value);

      text = g_strdup_printf (_ ("Mirror at %s %.1f mm: the patient's left and right are "
                                 "exchanged across it."),
                              mm < 0 ? C_ ("side", "R") : C_ ("side", "L"), fabs (mm));
      trp_form_note_set (self->note, text);
    }
}

static void
on_changed (TrpOperationForm *self)
{
  if (self->by_sides)
    {
      const bool by_sides = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->by_sides));

      gtk_widget_set_visible (self->sides_box, by_sides);
      gtk_widget_set_sensitive (self->all, !by_sides);
    }
  update_note (self);
  if (self->notify)
    self->notify (self->data);
}

/* ---- rows ---- */

/* Enter in a number applies. */
static GtkWidget *
make_spin (TrpOperationForm *self, double low, double high, double step, int digits, double value)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, step);
  GtkEditable *text = gtk_editable_get_delegate (GTK_EDITABLE (spin));

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), (guint) digits);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  if (GTK_IS_TEXT (text))
    gtk_text_set_activates_default (GTK_TEXT (text), TRUE);
  g_signal_connect_swapped (spin, "changed", G_CALLBACK (on_changed), self);
  return spin;
}

static GtkWidget *
make_check (TrpOperationForm *self, const char *label, bool is_active)
{
  GtkWidget *check = gtk_check_button_new_with_label (label);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_active);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (on_changed), self);
  return check;
}

static void
add_flat (TrpOperationForm *self, GtkWidget *box)
{
  static const char *const labels[TRP_N_ORIENTATIONS] = {
    [TRP_ORIENTATION_AXIAL] = N_ ("Each axial slice by itself (2-D)"),
    [TRP_ORIENTATION_CORONAL] = N_ ("Each coronal slice by itself (2-D)"),
    [TRP_ORIENTATION_SAGITTAL] = N_ ("Each sagittal slice by itself (2-D)"),
  };

  self->flat = make_check (self, _ (labels[self->plane.orientation]), self->values->is_flat);
  gtk_box_append (GTK_BOX (box), self->flat);
}

static void
add_target (
  TrpOperationForm *self, GtkWidget *box, const char *new_name, bool is_new, bool has_readings)
{
  self->target = trp_operation_target_new (
    self->document, self->structure,
    &(TrpOperationTargetOptions){ .new_name = new_name,
                                  .has_self = self->kind != TRP_OPERATION_COPY,
                                  .begins_elsewhere = is_new,
                                  .has_readings = has_readings });
  trp_operation_target_append_rows (self->target, box);
  trp_operation_target_set_notify (self->target, (void (*) (void *)) on_changed, self);
}

static GtkWidget *
make_sides (TrpOperationForm *self)
{
  static const struct
  {
    const char *name;
    TrpSide side;
  } rows[TRP_N_SIDES] = {
    { N_ ("Right, mm"), TRP_SIDE_R }, { N_ ("Left, mm"), TRP_SIDE_L },
    { N_ ("Front, mm"), TRP_SIDE_A }, { N_ ("Back, mm"), TRP_SIDE_P },
    { N_ ("Head, mm"), TRP_SIDE_S },  { N_ ("Feet, mm"), TRP_SIDE_I },
  };
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  for (int n = 0; n < TRP_N_SIDES; n++)
    {
      GtkWidget *spin = make_spin (self, 0, TRP_MARGIN_MAX_MM, 0.5, 1,
                                   self->values->side_mm[rows[n].side]);

      self->sides[rows[n].side] = spin;
      gtk_grid_attach (GTK_GRID (grid), trp_form_row (_ (rows[n].name), spin), n % 2, n / 2, 1, 1);
    }
  return grid;
}

static void
add_margin (TrpOperationForm *self, GtkWidget *box)
{
  static const char *const modes[] = { N_ ("Grow"), N_ ("Shrink"), NULL };
  const char *const shown[] = { _ (modes[0]), _ (modes[1]), NULL };
  const double tilt = trp_margin_get_tilt (get_geometry (self));
  g_autofree char *new_name = g_strdup_printf (_ ("%s margin"),
                                               trp_structure_get_name (self->structure));

  self->shrinks = gtk_drop_down_new_from_strings (shown);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->shrinks), self->values->shrinks);
  g_signal_connect_swapped (self->shrinks, "notify::selected", G_CALLBACK (on_changed), self);
  self->all = make_spin (self, 0, TRP_MARGIN_MAX_MM, 0.5, 1, self->values->all_mm);
  self->by_sides = make_check (self, _ ("Each side by itself"), self->values->by_sides);
  self->sides_box = make_sides (self);
  self->forbidden = trp_operation_target_new_others (self->document, self->structure);
  g_signal_connect_swapped (self->forbidden, "notify::selected", G_CALLBACK (on_changed), self);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Margin"), self->shrinks));
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("All sides, mm"), self->all));
  gtk_box_append (GTK_BOX (box), self->by_sides);
  gtk_box_append (GTK_BOX (box), self->sides_box);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Not into"), self->forbidden));
  add_flat (self, box);
  add_target (self, box, new_name, false, false);
  if (tilt >= 1)
    {
      g_autofree char *text = g_strdup_printf (_ ("Sides are those of the image, which is turned "
                                                  "by %.0f\302\260 against the patient."),
                                               tilt);

      trp_form_note_set (self->note, text);
    }
}

static void
add_smooth (TrpOperationForm *self, GtkWidget *box)
{
  self->value = make_spin (self, 0.1, TRP_SMOOTH_MAX_MM, 0.5, 1, self->values->sigma_mm);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Width, mm"), self->value));
  add_flat (self, box);
  trp_form_note_set (self->note, _ ("Details below about that width go; the volume is kept where "
                                    "the shape allows it."));
}

static void
add_remove_small (TrpOperationForm *self, GtkWidget *box)
{
  self->value = make_spin (self, 0.001, 10000, 0.1, 3, self->values->least_ml);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Under, ml"), self->value));
  add_flat (self, box);
}

static void
on_middle (TrpOperationForm *self)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->value),
                             trp_geometry_get_center (get_geometry (self)).v[0]);
}

static void
on_cursor (TrpOperationForm *self)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->value),
                             trp_document_get_cursor (self->document).v[0]);
}

static void
append_button (TrpOperationForm *self,
               GtkWidget *box,
               const char *label,
               void (*callback) (TrpOperationForm *))
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", G_CALLBACK (callback), self);
  gtk_box_append (GTK_BOX (box), button);
}

static void
add_mirror (TrpOperationForm *self, GtkWidget *box)
{
  const char *name = trp_structure_get_name (self->structure);
  g_autofree char *swapped = trp_laterality_swap (name);
  g_autofree char *mirrored = g_strdup_printf (_ ("%s mirrored"), name);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->value = make_spin (self, -2000, 2000, 0.5, 2,
                           trp_geometry_get_center (get_geometry (self)).v[0]);
  append_button (self, buttons, _ ("Middle of the image"), on_middle);
  append_button (self, buttons, _ ("At the cursor"), on_cursor);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Plane, mm to the left"), self->value));
  gtk_box_append (GTK_BOX (box), buttons);
  add_target (self, box, swapped ? swapped : mirrored, true, false);
  update_note (self);
}

static void
add_copy (TrpOperationForm *self, GtkWidget *box)
{
  g_autofree char *new_name = g_strdup_printf (_ ("%s copy"),
                                               trp_structure_get_name (self->structure));

  add_target (self, box, new_name, true, true);
}

/* At first all slices that are drawn on. */
static void
add_crop (TrpOperationForm *self, GtkWidget *box)
{
  const TrpBox drawn = trp_mask_get_box (trp_structure_peek_mask (self->structure));
  const double size = (double) get_geometry (self)->size[self->axis];
  const bool along = trp_vec3_dot (self->plane.normal, trp_geometry_get_direction (
                                                         get_geometry (self), self->axis)) > 0;
  const double low = (double) drawn.begin[self->axis] + 1, high = (double) drawn.end[self->axis];

  self->first = make_spin (self, 1, size, 1, 0, along ? low : size + 1 - high);
  self->last = make_spin (self, 1, size, 1, 0, along ? high : size + 1 - low);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("From slice"), self->first));
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("To slice"), self->last));
  trp_form_note_set (self->note, _ ("Slices of the reading's grid, counted as in the active "
                                    "pane; what is drawn on others goes."));
}

/* ---- all of it ---- */

static const struct
{
  const char *title; /* of the structure's name */
  void (*add) (TrpOperationForm *self, GtkWidget *box);
} forms[TRP_N_OPERATIONS] = {
  [TRP_OPERATION_MARGIN] = { N_ ("Margin"), add_margin },
  [TRP_OPERATION_SMOOTH] = { N_ ("Smooth"), add_smooth },
  [TRP_OPERATION_REMOVE_SMALL] = { N_ ("Remove small parts"), add_remove_small },
  [TRP_OPERATION_MIRROR] = { N_ ("Mirror"), add_mirror },
  [TRP_OPERATION_COPY] = { N_ ("Copy to"), add_copy },
  [TRP_OPERATION_CROP] = { N_ ("Crop to slices"), add_crop },
};

static Values *
get_values (TrpDocument *document)
{
  Values *values = g_object_get_data (G_OBJECT (document), VALUES_KEY);

  if (values)
    return values;
  values = g_new (Values, 1);
  *values =
    (Values){ .all_mm = 5, .side_mm = { 5, 5, 5, 5, 5, 5 }, .sigma_mm = 2, .least_ml = 0.1 };
  g_object_set_data_full (G_OBJECT (document), VALUES_KEY, values, g_free);
  return values;
}

TrpOperationForm *
trp_operation_form_new (TrpDocument *document,
                        TrpStructure *structure,
                        TrpOperationKind kind,
                        const TrpPlane *plane)
{
  TrpOperationForm *self = g_new0 (TrpOperationForm, 1);

  g_return_val_if_fail (kind < TRP_N_OPERATIONS && forms[kind].add, NULL);
  self->document = document;
  self->structure = structure;
  self->kind = kind;
  self->plane = *plane;
  self->axis = trp_plane_get_grid_axis (plane, get_geometry (self));
  self->values = get_values (document);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->note = trp_form_note_new (NOTE_CHARS);
  forms[kind].add (self, self->box);
  gtk_box_append (GTK_BOX (self->box), self->note);
  on_changed (self);
  return self;
}

void
trp_operation_form_free (TrpOperationForm *self)
{
  g_clear_pointer (&self->target, trp_operation_target_free);
  g_free (self);
}

GtkWidget *
trp_operation_form_get_box (TrpOperationForm *self)
{
  return self->box;
}

const char *
trp_operation_form_get_title (TrpOperationForm *self)
{
  return _ (forms[self->kind].title);
}

int
trp_operation_form_get_reading (TrpOperationForm *self)
{
  return self->target ? trp_operation_target_get_reading (self->target) : -1;
}

void
trp_operation_form_set_notify (TrpOperationForm *self, void (*notify) (void *), void *data)
{
  self->notify = notify;
  self->data = data;
}

/* The number that is changed most has the focus, so that Enter applies. */
void
trp_operation_form_focus (TrpOperationForm *self)
{
  GtkWidget *value = self->all ? self->all : self->value ? self->value : self->first;

  if (value)
    gtk_widget_grab_focus (value);
}
