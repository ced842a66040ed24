/* operation.c - see operation.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/operation.h"
#include "config.h"
#include "core/structure/laterality.h"
#include "core/structure/smooth.h"
#include "ui/dialogs/form.h"
#include "ui/dialogs/operation-target.h"
#include "ui/document-compute.h"
#include "ui/document-preview.h"
#include "ui/document-transfer.h"

#include <glib/gi18n.h>

#define DELAY_MS 200
#define POLL_MS 50
#define NOTE_CHARS 44
#define VALUES_KEY "trp-operation-values"
#define DIALOG_KEY "trp-operation-dialog"

/* What was set last, kept with the document. */
typedef struct
{
  double all_mm, side_mm[TRP_N_SIDES];
  bool shrinks, by_sides, is_flat;
  double sigma_mm, least_ml;
} Values;

typedef struct
{
  TrpDocument *document;
  TrpStructure *structure;
  TrpOperationKind kind;
  TrpPlane plane;
  int axis; /* of the reading's grid, across the pane's slices */
  Values *values;
  GtkWidget *window, *note;
  GtkWidget *shrinks, *all, *by_sides, *sides_box, *sides[TRP_N_SIDES], *forbidden;
  GtkWidget *flat, *value, *first, *last;
  TrpOperationTarget *target;
  guint timer;    /* until what was set is computed */
  bool is_asking; /* a preview changes by what is done here */
  bool is_shown;  /* its preview has stood */
  bool is_applying;
} Dialog;

static void
dialog_free (gpointer data)
{
  Dialog *dialog = data;

  g_clear_handle_id (&dialog->timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (dialog->document, dialog);
  if (g_object_get_data (G_OBJECT (dialog->document), DIALOG_KEY) == dialog->window)
    g_object_set_data (G_OBJECT (dialog->document), DIALOG_KEY, NULL);
  trp_structure_unref (dialog->structure);
  g_object_unref (dialog->document);
  g_free (dialog);
}

static const TrpGeometry *
get_geometry (const Dialog *dialog)
{
  return trp_mask_get_geometry (trp_structure_peek_mask (dialog->structure));
}

/* Returns: its place in the edited reading, -1: it is gone. */
static int
find_index (const Dialog *dialog)
{
  TrpStructureSet *set = trp_document_peek_edited (dialog->document);
  size_t index;

  return set && trp_structure_set_find_index (set, dialog->structure, &index) ? (int) index : -1;
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
read_margin (Dialog *dialog, TrpOperation *operation)
{
  Values *values = dialog->values;

  values->shrinks = gtk_drop_down_get_selected (GTK_DROP_DOWN (dialog->shrinks)) == 1;
  values->by_sides = gtk_check_button_get_active (GTK_CHECK_BUTTON (dialog->by_sides));
  values->all_mm = get_number (dialog->all);
  operation->margin.shrinks = values->shrinks;
  for (int side = 0; side < TRP_N_SIDES; side++)
    {
      values->side_mm[side] = get_number (dialog->sides[side]);
      operation->margin.mm[side] = values->by_sides ? values->side_mm[side] : values->all_mm;
    }
  operation->other = values->shrinks ? -1
                                     : trp_operation_target_find_other (
                                         dialog->document, dialog->structure, dialog->forbidden);
}

/* Slices are counted as in the pane, from 1. */
static size_t
get_slice (const Dialog *dialog, GtkWidget *spin)
{
  const size_t size = get_geometry (dialog)->size[dialog->axis];
  const size_t number = (size_t) get_number (spin) - 1;
  const bool along = trp_vec3_dot (
                       dialog->plane.normal,
                       trp_geometry_get_direction (get_geometry (dialog), dialog->axis)) > 0;

  return along ? number : size - 1 - number;
}

static void
read_crop (Dialog *dialog, TrpOperation *operation)
{
  const size_t a = get_slice (dialog, dialog->first), b = get_slice (dialog, dialog->last);

  operation->axis = dialog->axis;
  operation->first = MIN (a, b);
  operation->last = MAX (a, b);
}

static TrpOperation
read_operation (Dialog *dialog)
{
  TrpOperation operation = { .kind = dialog->kind, .flat_axis = -1, .other = -1 };

  if (dialog->flat)
    {
      dialog->values->is_flat = gtk_check_button_get_active (GTK_CHECK_BUTTON (dialog->flat));
      operation.flat_axis = dialog->values->is_flat ? dialog->axis : -1;
    }
  if (dialog->target)
    {
      operation.into = trp_operation_target_get_name (dialog->target);
      operation.adds = trp_operation_target_get_adds (dialog->target);
    }
  switch (dialog->kind)
    {
    case TRP_OPERATION_MARGIN:
      read_margin (dialog, &operation);
      break;
    case TRP_OPERATION_SMOOTH:
      operation.sigma_mm = dialog->values->sigma_mm = get_number (dialog->value);
      break;
    case TRP_OPERATION_REMOVE_SMALL:
      operation.least_ml = dialog->values->least_ml = get_number (dialog->value);
      break;
    case TRP_OPERATION_MIRROR:
      operation.plane_mm = get_number (dialog->value);
      break;
    case TRP_OPERATION_CROP:
      read_crop (dialog, &operation);
      break;
    default:
      break;
    }
  return operation;
}

/* ---- computing and applying ---- */

static void
ask (Dialog *dialog)
{
  const TrpOperation operation = read_operation (dialog);
  const int index = find_index (dialog);
  const bool is_here = !dialog->target || trp_operation_target_get_reading (dialog->target) < 0;

  dialog->is_asking = true;
  if (index >= 0 && is_here)
    trp_document_run_operation (dialog->document, (guint) index, &operation);
  else
    trp_document_discard_preview (dialog->document);
  dialog->is_asking = false;
}

static gboolean
on_delay (gpointer data)
{
  Dialog *dialog = data;

  dialog->timer = 0;
  ask (dialog);
  return G_SOURCE_REMOVE;
}

static void
update_note (Dialog *dialog)
{
  g_autofree char *text = NULL;

  if (dialog->kind == TRP_OPERATION_MIRROR)
    {
      const double mm = get_number (dialog->value);

      text = g_strdup_printf (_ ("Mirror at %s %.1f mm: the patient's left and right are "
                                 "exchanged across it."),
                              mm < 0 ? C_ ("side", "R") : C_ ("side", "L"), fabs (mm));
      trp_form_note_set (dialog->note, text);
    }
}

static void
on_changed (Dialog *dialog)
{
  if (dialog->by_sides)
    {
      const bool by_sides = gtk_check_button_get_active (GTK_CHECK_BUTTON (dialog->by_sides));

      gtk_widget_set_visible (dialog->sides_box, by_sides);
      gtk_widget_set_sensitive (dialog->all, !by_sides);
    }
  update_note (dialog);
  g_clear_handle_id (&dialog->timer, g_source_remove);
  dialog->timer = g_timeout_add (DELAY_MS, on_delay, dialog);
}

/* Accepts what was computed last; what came to nothing has been said, and may be changed. */
static gboolean
on_poll (gpointer data)
{
  Dialog *dialog = data;

  if (trp_document_is_computing (dialog->document))
    return G_SOURCE_CONTINUE;
  dialog->timer = 0;
  dialog->is_asking = true;
  if (trp_document_accept_preview (dialog->document))
    gtk_window_destroy (GTK_WINDOW (dialog->window));
  else
    dialog->is_asking = dialog->is_applying = false;
  return G_SOURCE_REMOVE;
}

static void
on_apply (Dialog *dialog)
{
  const int reading = dialog->target ? trp_operation_target_get_reading (dialog->target) : -1;
  const int index = find_index (dialog);

  if (reading >= 0 && index >= 0)
    {
      TrpDocument *document = dialog->document;
      const bool adds = trp_operation_target_get_adds (dialog->target);

      gtk_window_destroy (GTK_WINDOW (dialog->window));
      trp_document_copy_to_reading (document, (guint) index, (guint) reading, adds);
      return;
    }
  if (dialog->is_applying)
    return;
  if (dialog->timer || !(trp_document_has_preview (dialog->document) ||
                         trp_document_is_computing (dialog->document)))
    ask (dialog);
  g_clear_handle_id (&dialog->timer, g_source_remove);
  dialog->is_applying = true;
  if (on_poll (dialog) == G_SOURCE_CONTINUE)
    dialog->timer = g_timeout_add (POLL_MS, on_poll, dialog);
}

static gboolean
on_close (Dialog *dialog)
{
  dialog->is_asking = true;
  trp_document_cancel_computing (dialog->document);
  trp_document_discard_preview (dialog->document);
  return GDK_EVENT_PROPAGATE;
}

/* Accepted or discarded elsewhere: there is nothing to set any more. */
static void
on_preview_changed (Dialog *dialog)
{
  if (trp_document_has_preview (dialog->document))
    dialog->is_shown = true;
  else if (dialog->is_shown && !dialog->is_asking)
    gtk_window_destroy (GTK_WINDOW (dialog->window));
}

/* ---- rows ---- */

/* Enter in a number applies. */
static GtkWidget *
make_spin (Dialog *dialog, double low, double high, double step, int digits, double value)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, step);
  GtkEditable *text = gtk_editable_get_delegate (GTK_EDITABLE (spin));

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), (guint) digits);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  if (GTK_IS_TEXT (text))
    gtk_text_set_activates_default (GTK_TEXT (text), TRUE);
  g_signal_connect_swapped (spin, "changed", G_CALLBACK (on_changed), dialog);
  return spin;
}

static GtkWidget *
make_check (Dialog *dialog, const char *label, bool is_active)
{
  GtkWidget *check = gtk_check_button_new_with_label (label);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_active);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (on_changed), dialog);
  return check;
}

static void
add_flat (Dialog *dialog, GtkWidget *box)
{
  static const char *const labels[TRP_N_ORIENTATIONS] = {
    [TRP_ORIENTATION_AXIAL] = N_ ("Each axial slice by itself (2-D)"),
    [TRP_ORIENTATION_CORONAL] = N_ ("Each coronal slice by itself (2-D)"),
    [TRP_ORIENTATION_SAGITTAL] = N_ ("Each sagittal slice by itself (2-D)"),
  };

  dialog->flat = make_check (dialog, _ (labels[dialog->plane.orientation]),
                             dialog->values->is_flat);
  gtk_box_append (GTK_BOX (box), dialog->flat);
}

static void
add_target (Dialog *dialog, GtkWidget *box, const char *new_name, bool is_new, bool has_readings)
{
  dialog->target = trp_operation_target_new (
    dialog->document, dialog->structure,
    &(TrpOperationTargetOptions){ .new_name = new_name,
                                  .has_self = dialog->kind != TRP_OPERATION_COPY,
                                  .begins_elsewhere = is_new,
                                  .has_readings = has_readings });
  trp_operation_target_append_rows (dialog->target, box);
  trp_operation_target_set_notify (dialog->target, (void (*) (void *)) on_changed, dialog);
  g_object_set_data_full (G_OBJECT (dialog->window), "trp-target", dialog->target,
                          (GDestroyNotify) trp_operation_target_free);
}

static GtkWidget *
make_sides (Dialog *dialog)
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
      GtkWidget *spin = make_spin (dialog, 0, TRP_MARGIN_MAX_MM, 0.5, 1,
                                   dialog->values->side_mm[rows[n].side]);

      dialog->sides[rows[n].side] = spin;
      gtk_grid_attach (GTK_GRID (grid), trp_form_row (_ (rows[n].name), spin), n % 2, n / 2, 1, 1);
    }
  return grid;
}

static void
add_margin (Dialog *dialog, GtkWidget *box)
{
  static const char *const modes[] = { N_ ("Grow"), N_ ("Shrink"), NULL };
  const char *const shown[] = { _ (modes[0]), _ (modes[1]), NULL };
  const double tilt = trp_margin_get_tilt (get_geometry (dialog));
  g_autofree char *new_name = g_strdup_printf (_ ("%s margin"),
                                               trp_structure_get_name (dialog->structure));

  dialog->shrinks = gtk_drop_down_new_from_strings (shown);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dialog->shrinks), dialog->values->shrinks);
  g_signal_connect_swapped (dialog->shrinks, "notify::selected", G_CALLBACK (on_changed), dialog);
  dialog->all = make_spin (dialog, 0, TRP_MARGIN_MAX_MM, 0.5, 1, dialog->values->all_mm);
  dialog->by_sides = make_check (dialog, _ ("Each side by itself"), dialog->values->by_sides);
  dialog->sides_box = make_sides (dialog);
  dialog->forbidden = trp_operation_target_new_others (dialog->document, dialog->structure);
  g_signal_connect_swapped (dialog->forbidden, "notify::selected", G_CALLBACK (on_changed), dialog);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Margin"), dialog->shrinks));
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("All sides, mm"), dialog->all));
  gtk_box_append (GTK_BOX (box), dialog->by_sides);
  gtk_box_append (GTK_BOX (box), dialog->sides_box);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Not into"), dialog->forbidden));
  add_flat (dialog, box);
  add_target (dialog, box, new_name, false, false);
  if (tilt >= 1)
    {
      g_autofree char *text = g_strdup_printf (_ ("Sides are those of the image, which is turned "
                                                  "by %.0f\302\260 against the patient."),
                                               tilt);

      trp_form_note_set (dialog->note, text);
    }
}

static void
add_smooth (Dialog *dialog, GtkWidget *box)
{
  dialog->value = make_spin (dialog, 0.1, TRP_SMOOTH_MAX_MM, 0.5, 1, dialog->values->sigma_mm);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Width, mm"), dialog->value));
  add_flat (dialog, box);
  trp_form_note_set (dialog->note, _ ("Details below about that width go; the volume is kept where "
                                      "the shape allows it."));
}

static void
add_remove_small (Dialog *dialog, GtkWidget *box)
{
  dialog->value = make_spin (dialog, 0.001, 10000, 0.1, 3, dialog->values->least_ml);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Under, ml"), dialog->value));
  add_flat (dialog, box);
}

static void
on_middle (Dialog *dialog)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog->value),
                             trp_geometry_get_center (get_geometry (dialog)).v[0]);
}

static void
on_cursor (Dialog *dialog)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (dialog->value),
                             trp_document_get_cursor (dialog->document).v[0]);
}

static void
append_button (Dialog *dialog, GtkWidget *box, const char *label, void (*callback) (Dialog *))
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", G_CALLBACK (callback), dialog);
  gtk_box_append (GTK_BOX (box), button);
}

static void
add_mirror (Dialog *dialog, GtkWidget *box)
{
  const char *name = trp_structure_get_name (dialog->structure);
  g_autofree char *swapped = trp_laterality_swap (name);
  g_autofree char *mirrored = g_strdup_printf (_ ("%s mirrored"), name);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  dialog->value = make_spin (dialog, -2000, 2000, 0.5, 2,
                             trp_geometry_get_center (get_geometry (dialog)).v[0]);
  append_button (dialog, buttons, _ ("Middle of the image"), on_middle);
  append_button (dialog, buttons, _ ("At the cursor"), on_cursor);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("Plane, mm to the left"), dialog->value));
  gtk_box_append (GTK_BOX (box), buttons);
  add_target (dialog, box, swapped ? swapped : mirrored, true, false);
  update_note (dialog);
}

static void
add_copy (Dialog *dialog, GtkWidget *box)
{
  g_autofree char *new_name = g_strdup_printf (_ ("%s copy"),
                                               trp_structure_get_name (dialog->structure));

  add_target (dialog, box, new_name, true, true);
}

/* At first all slices that are drawn on. */
static void
add_crop (Dialog *dialog, GtkWidget *box)
{
  const TrpBox drawn = trp_mask_get_box (trp_structure_peek_mask (dialog->structure));
  const double size = (double) get_geometry (dialog)->size[dialog->axis];
  const bool along = trp_vec3_dot (
                       dialog->plane.normal,
                       trp_geometry_get_direction (get_geometry (dialog), dialog->axis)) > 0;
  const double low = (double) drawn.begin[dialog->axis] + 1,
               high = (double) drawn.end[dialog->axis];

  dialog->first = make_spin (dialog, 1, size, 1, 0, along ? low : size + 1 - high);
  dialog->last = make_spin (dialog, 1, size, 1, 0, along ? high : size + 1 - low);
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("From slice"), dialog->first));
  gtk_box_append (GTK_BOX (box), trp_form_row (_ ("To slice"), dialog->last));
  trp_form_note_set (dialog->note, _ ("Slices of the reading's grid, counted as in the active "
                                      "pane; what is drawn on others goes."));
}

/* ---- the window ---- */

static const struct
{
  const char *title; /* of the structure's name */
  void (*add) (Dialog *dialog, GtkWidget *box);
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

static GtkWidget *
make_buttons (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));
  GtkWidget *apply = gtk_button_new_with_label (_ ("Apply"));

  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_add_css_class (apply, "suggested-action");
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_close), dialog->window);
  g_signal_connect_swapped (apply, "clicked", G_CALLBACK (on_apply), dialog);
  gtk_box_append (GTK_BOX (box), cancel);
  gtk_box_append (GTK_BOX (box), apply);
  gtk_window_set_default_widget (GTK_WINDOW (dialog->window), apply);
  return box;
}

static GtkWidget *
make_content (Dialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_widget_set_margin_top (box, 14);
  gtk_widget_set_margin_bottom (box, 14);
  gtk_widget_set_margin_start (box, 14);
  gtk_widget_set_margin_end (box, 14);
  dialog->note = trp_form_note_new (NOTE_CHARS);
  forms[dialog->kind].add (dialog, box);
  gtk_box_append (GTK_BOX (box), dialog->note);
  gtk_box_append (GTK_BOX (box), make_buttons (dialog));
  return box;
}

static void
make_window (Dialog *dialog, GtkWindow *parent)
{
  g_autofree char *title = g_strdup_printf ("%s \u2013 %s", _ (forms[dialog->kind].title),
                                            trp_structure_get_name (dialog->structure));

  dialog->window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (dialog->window), title);
  gtk_window_set_transient_for (GTK_WINDOW (dialog->window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog->window), TRUE);
  gtk_window_set_resizable (GTK_WINDOW (dialog->window), FALSE);
  g_object_set_data_full (G_OBJECT (dialog->window), "trp-dialog", dialog, dialog_free);
  gtk_window_set_child (GTK_WINDOW (dialog->window), make_content (dialog));
  trp_form_close_on_escape (dialog->window);
  g_signal_connect_swapped (dialog->window, "close-request", G_CALLBACK (on_close), dialog);
}

/* The number that is changed most has the focus, so that Enter applies. */
static void
focus_value (Dialog *dialog)
{
  GtkWidget *value = dialog->all ? dialog->all : dialog->value ? dialog->value : dialog->first;

  if (value)
    gtk_widget_grab_focus (value);
}

/* One at a time: the preview is one. */
static void
close_other (TrpDocument *document)
{
  GtkWidget *other = g_object_get_data (G_OBJECT (document), DIALOG_KEY);

  if (other)
    gtk_window_close (GTK_WINDOW (other));
}

GtkWidget *
trp_operation_dialog_open (GtkWindow *parent,
                           TrpDocument *document,
                           TrpOperationKind kind,
                           const TrpPlane *plane)
{
  TrpStructure *structure = trp_document_peek_active (document);
  Dialog *dialog;

  g_return_val_if_fail (kind < TRP_N_OPERATIONS && forms[kind].add, NULL);
  close_other (document);
  if (!structure || trp_mask_is_empty (trp_structure_peek_mask (structure)))
    {
      trp_document_report (document, TRP_SEVERITY_INFO,
                           _ ("Choose a structure first that something is drawn on."));
      return NULL;
    }
  dialog = g_new0 (Dialog, 1);
  dialog->document = g_object_ref (document);
  dialog->structure = trp_structure_ref (structure);
  dialog->kind = kind;
  dialog->plane = *plane;
  dialog->axis = trp_plane_get_grid_axis (plane, get_geometry (dialog));
  dialog->values = get_values (document);
  make_window (dialog, parent);
  g_object_set_data (G_OBJECT (document), DIALOG_KEY, dialog->window);
  g_signal_connect_swapped (document, "preview-changed", G_CALLBACK (on_preview_changed), dialog);
  focus_value (dialog);
  gtk_window_present (GTK_WINDOW (dialog->window));
  on_changed (dialog);
  return dialog->window;
}
