/* measure.c - distances, angles, regions, profiles and probes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A drag makes one; an angle's second arm follows the pointer until the next press. Points of what
 * is there already can be taken and moved.
 */

#include "ui/tools/measure.h"
#include "config.h"

#include "ui/document-measurements.h"
#include "ui/tools/option-rows.h"
#include "ui/tools/sketch.h"
#include "ui/tools/tool.h"

#include <glib/gi18n.h>

#define NONE G_MAXUINT

typedef struct
{
  TrpMeasureKind kind; /* of the next one */
  guint index;         /* being drawn or moved; NONE */
  int point;           /* of it */
  bool is_new;
  bool is_open; /* an angle without its second arm */
  bool has_moved;
  TrpMeasurement before; /* of one that is being moved */
} State;

static void
finish (State *self)
{
  self->index = NONE;
  self->is_open = self->is_new = self->has_moved = false;
}

/* The one being drawn may have been taken away by another hand. */
static void
on_changed (TrpDocument *document, State *self)
{
  if (self->index != NONE && self->index >= trp_document_get_n_measurements (document))
    finish (self);
}

static void *
create (TrpDocument *document)
{
  State *self = g_new0 (State, 1);

  self->index = NONE;
  g_signal_connect (document, "measurements-changed", G_CALLBACK (on_changed), self);
  return self;
}

static State *
get_state (TrpDocument *document)
{
  return trp_tool_get_state (document, TRP_TOOL_MEASURE);
}

/* ---- points ---- */

/* The point that is nearest to the pointer, within reach, of the measurements that are seen here.
 */
static bool
find_point (const TrpToolPlace *place, guint *out_index, int *out_point)
{
  double best = TRP_SKETCH_REACH_PX * place->mm_per_px;
  bool found = false;

  for (guint n = 0; n < trp_document_get_n_measurements (place->document); n++)
    {
      const TrpMeasurement *measurement = trp_document_get_measurement (place->document, n);

      if (!trp_measurement_lies_on (measurement, &place->plane))
        continue;
      for (int p = 0; p < measurement->n_points; p++)
        {
          const double distance = trp_vec3_distance (measurement->points_lps[p], place->start_lps);

          if (distance > best)
            continue;
          best = distance;
          *out_index = n;
          *out_point = p;
          found = true;
        }
    }
  return found;
}

static void
set_point (TrpDocument *document, guint index, int point, TrpVec3 point_lps)
{
  TrpMeasurement measurement = *trp_document_get_measurement (document, index);

  measurement.points_lps[point] = trp_plane_project (&measurement.plane, point_lps);
  measurement.n_points = MAX (measurement.n_points, point + 1);
  trp_document_put_measurement (document, index, &measurement);
}

static bool
begin_moving (State *self, const TrpToolPlace *place)
{
  guint index;
  int point;

  if (!find_point (place, &index, &point))
    return false;
  self->index = index;
  self->point = point;
  self->is_new = false;
  self->before = *trp_document_get_measurement (place->document, index);
  return true;
}

static void
begin_new (State *self, const TrpToolPlace *place)
{
  TrpMeasurement measurement = { .kind = self->kind, .plane = place->plane, .n_points = 1 };

  measurement.plane.point_lps = place->start_lps;
  measurement.points_lps[0] = place->start_lps;
  if (self->kind != TRP_MEASURE_PROBE)
    measurement.points_lps[measurement.n_points++] = place->start_lps;
  self->index = trp_document_get_n_measurements (place->document);
  self->point = measurement.n_points - 1;
  self->is_new = true;
  self->has_moved = self->kind == TRP_MEASURE_PROBE;
  trp_document_put_measurement (place->document, self->index, &measurement);
}

/* ---- pointer ---- */

/* Millimetres along sheared axes are no distances: refused with the geometry's own sentence. */
static bool
press (const TrpToolPlace *place)
{
  State *self = place->state;
  TrpVolume *volume = trp_document_get_volume (place->document, place->role);
  g_autoptr (GError) error = NULL;

  if (volume && !trp_geometry_check_measurable (trp_volume_get_geometry (volume), &error))
    {
      trp_document_report (place->document, TRP_SEVERITY_WARNING, error->message);
      return false;
    }
  if (self->is_open)
    {
      set_point (place->document, self->index, 2, place->start_lps);
      return true;
    }
  if (!begin_moving (self, place))
    begin_new (self, place);
  return true;
}

static void
move (const TrpToolPlace *place, TrpVec3 point_lps)
{
  State *self = place->state;

  if (self->index == NONE)
    return;
  self->has_moved = true;
  set_point (place->document, self->index, self->is_open ? 2 : self->point, point_lps);
}

static void
release (const TrpToolPlace *place)
{
  State *self = place->state;

  if (self->index == NONE)
    return;
  const TrpMeasurement *measurement = trp_document_get_measurement (place->document, self->index);

  if (self->is_new && !self->has_moved)
    trp_document_remove_measurement (place->document, self->index);
  else if (self->is_new && measurement->kind == TRP_MEASURE_ANGLE && !self->is_open)
    {
      self->is_open = true;
      return;
    }
  finish (self);
}

static void
give_up (State *self, TrpDocument *document)
{
  if (self->index == NONE)
    return;
  if (self->is_new)
    trp_document_remove_measurement (document, self->index);
  else
    trp_document_put_measurement (document, self->index, &self->before);
  finish (self);
}

static void
cancel (const TrpToolPlace *place)
{
  give_up (place->state, place->document);
}

static void
hover (const TrpToolPlace *place)
{
  State *self = place->state;

  if (self->is_open)
    set_point (place->document, self->index, 2, place->start_lps);
}

/* ---- keys ---- */

/* Backspace and Delete take the newest away. */
static bool
key_pressed (TrpDocument *document, void *state, TrpToolKey key)
{
  State *self = state;
  const guint n = trp_document_get_n_measurements (document);

  if (key == TRP_TOOL_KEY_GIVE_UP && self->index != NONE)
    {
      give_up (self, document);
      return true;
    }
  if ((key != TRP_TOOL_KEY_TAKE_BACK && key != TRP_TOOL_KEY_DELETE) || n == 0)
    return false;
  if (self->index != NONE)
    give_up (self, document);
  else
    trp_document_remove_measurement (document, n - 1);
  return true;
}

static void
leave (TrpDocument *document, void *state)
{
  give_up (state, document);
}

/* ---- options ---- */

typedef struct
{
  TrpDocument *document;
  GtkWidget *rows[2];
  GtkWidget *clear;
  bool updating;
} Options;

#define N_IN_ROW 3

static void
show_kind (Options *options)
{
  const TrpMeasureKind kind = get_state (options->document)->kind;

  options->updating = true;
  for (int row = 0; row < 2; row++)
    trp_option_segments_set (options->rows[row],
                             (int) kind / N_IN_ROW == row ? (int) kind % N_IN_ROW : -1);
  options->updating = false;
}

static void
choose (Options *options, int row)
{
  if (options->updating)
    return;
  trp_measure_set_kind (
    options->document,
    (TrpMeasureKind) (N_IN_ROW * row + trp_option_segments_get (options->rows[row])));
  show_kind (options);
}

static void
choose_upper (Options *options)
{
  choose (options, 0);
}

static void
choose_lower (Options *options)
{
  choose (options, 1);
}

static void
update_clear (Options *options)
{
  gtk_widget_set_sensitive (options->clear,
                            trp_document_get_n_measurements (options->document) > 0);
}

static void
on_destroy (GtkWidget *rows, Options *options)
{
  if (options->document)
    g_signal_handlers_disconnect_by_data (options->document, options);
  g_clear_object (&options->document);
}

static GtkWidget *
make_clear (Options *options)
{
  options->clear = gtk_button_new_with_label (_ ("Remove all"));
  gtk_widget_set_halign (options->clear, GTK_ALIGN_START);
  g_signal_connect_swapped (options->clear, "clicked", G_CALLBACK (trp_document_clear_measurements),
                            options->document);
  return options->clear;
}

static GtkWidget *
make_options (TrpDocument *document)
{
  static const char *const upper[] = { N_ ("Distance"), N_ ("Angle"), N_ ("Ellipse"), NULL };
  static const char *const lower[] = { N_ ("Rectangle"), N_ ("Profile"), N_ ("Point"), NULL };
  GtkWidget *box = trp_option_rows_new ();
  Options *options = g_new0 (Options, 1);

  options->document = g_object_ref (document);
  g_object_set_data_full (G_OBJECT (box), "trp-measure-options", options, g_free);
  g_signal_connect (box, "destroy", G_CALLBACK (on_destroy), options);
  options->rows[0] = trp_option_rows_append (
    box, _ ("What"), trp_option_segments_new (upper, G_CALLBACK (choose_upper), options));
  options->rows[1] = trp_option_rows_append (
    box, "", trp_option_segments_new (lower, G_CALLBACK (choose_lower), options));
  trp_option_rows_append (box, "", make_clear (options));
  g_signal_connect_swapped (document, "measurements-changed", G_CALLBACK (update_clear), options);
  show_kind (options);
  update_clear (options);
  return box;
}

void
trp_measure_set_kind (TrpDocument *document, TrpMeasureKind kind)
{
  State *self = get_state (document);

  give_up (self, document);
  self->kind = kind;
  trp_document_redraw_tool (document);
}

TrpMeasureKind
trp_measure_get_kind (TrpDocument *document)
{
  return get_state (document)->kind;
}

const TrpTool trp_tool_measure = {
  .kind = TRP_TOOL_MEASURE,
  .name = N_ ("Measure"),
  .icon = "trp-ruler-symbolic",
  .key = '0',
  .pointer = "crosshair",
  .takes_clicks = true,
  .create = create,
  .destroy = g_free,
  .press = press,
  .move = move,
  .release = release,
  .cancel = cancel,
  .hover = hover,
  .key_pressed = key_pressed,
  .leave = leave,
  .make_options = make_options,
};
