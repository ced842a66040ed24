/* train-data.c - the cases of a data list, as pictures
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-data.h"
#include "config.h"
#include "core/base/job.h"
#include "core/draw/slice.h"
#include "core/geometry/raster.h"
#include "core/io/format.h"
#include "ui/dialogs/form.h"
#include "ui/focus-group.h"

#include <glib/gi18n.h>

/* Logical pixels; pictures are made for twice as many, for screens of that kind. */
#define TILE_WIDTH 56
#define TILE_HEIGHT 54
#define SCALE 2
#define N_COLUMNS 4
#define N_FIRST 7

struct _TrpTrainData
{
  GtkBox parent_instance;

  TrpDataList *list;
  int fold;
  TrpJob *job; /* under way */
  size_t n_pictures;
  GtkWidget *tiles;
  GtkWidget *more; /* (nullable): in the last tile, until all are shown */
  GtkWidget *legend;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (TrpTrainData, trp_train_data, GTK_TYPE_BOX)

/* ---- pictures, by a worker ---- */

/**
 * Task:
 * @first, @n: rows of the list
 */
typedef struct
{
  TrpDataList *list;
  size_t first, n;
} Task;

/* One picture, or @pixels NULL where the image cannot be read. */
typedef struct
{
  size_t index;
  GBytes *pixels;
} Picture;

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_data_list_unref (task->list);
  g_free (task);
}

static void
picture_free (gpointer data)
{
  Picture *picture = data;

  g_clear_pointer (&picture->pixels, g_bytes_unref);
  g_free (picture);
}

static const char *
get_image (const TrpDataRow *row)
{
  static const TrpDataRole roles[] = { TRP_DATA_MR, TRP_DATA_CT, TRP_DATA_SYNCT, TRP_DATA_SYNMR };

  for (size_t n = 0; n < G_N_ELEMENTS (roles); n++)
    if (row->paths[roles[n]])
      return row->paths[roles[n]];
  return NULL;
}

/* The middle slice fills the tile: what is too wide is cut. */
static GBytes *
draw_picture (const TrpVolume *volume)
{
  const size_t width = SCALE * TILE_WIDTH, height = SCALE * TILE_HEIGHT;
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const TrpVec3 center = trp_geometry_get_center (geometry);
  const TrpPlane plane = trp_plane_for_geometry (geometry, TRP_ORIENTATION_AXIAL, center, false);
  const double fit = MIN (trp_raster_get_fit (&plane, geometry, (double) width, 1e9),
                          trp_raster_get_fit (&plane, geometry, 1e9, (double) height));
  const TrpRaster raster = trp_raster_new (&plane, width, height, fit, center);
  const TrpWindow window = trp_window_get_default (volume);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width,
                                                         (int) height);
  cairo_t *cr = cairo_create (surface);
  GBytes *pixels;

  trp_slice_draw (cr, volume, &plane, &raster, &window, TRP_INTERPOLATION_LINEAR);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  pixels = g_bytes_new (cairo_image_surface_get_data (surface),
                        (gsize) cairo_image_surface_get_stride (surface) * height);
  cairo_surface_destroy (surface);
  return pixels;
}

/* A file that cannot be read is said when the training reads it; here its tile stays empty. */
static void *
run_pictures (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Task *task = data;

  for (size_t n = task->first; n < task->first + task->n; n++)
    {
      const TrpDataRow *row = trp_data_list_get (task->list, n);
      const char *path = get_image (row);
      g_autoptr (TrpVolume) volume = NULL;
      Picture *picture;

      if (!trp_progress_step (progress, (double) (n - task->first) / (double) task->n, row->name,
                              error))
        return NULL;
      volume = path ? trp_volume_load (path, NULL, NULL) : NULL;
      picture = g_new0 (Picture, 1);
      picture->index = n;
      picture->pixels = volume ? draw_picture (volume) : NULL;
      trp_job_post (job, picture);
    }
  return g_new0 (char, 1);
}

static GtkWidget *
get_tile (TrpTrainData *self, size_t index)
{
  GtkFlowBoxChild *child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (self->tiles),
                                                            (int) index);

  return child ? gtk_flow_box_child_get_child (child) : NULL;
}

static void
on_picture (TrpJob *job, void *message, void *user_data)
{
  TrpTrainData *self = user_data;
  const Picture *picture = message;
  GtkWidget *tile = get_tile (self, picture->index);
  g_autoptr (GdkTexture) texture = NULL;

  if (!tile || !picture->pixels)
    return;
  texture = gdk_memory_texture_new (SCALE * TILE_WIDTH, SCALE * TILE_HEIGHT, GDK_MEMORY_B8G8R8A8,
                                    picture->pixels, (gsize) SCALE * TILE_WIDTH * 4);
  gtk_picture_set_paintable (GTK_PICTURE (gtk_overlay_get_child (GTK_OVERLAY (tile))),
                             GDK_PAINTABLE (texture));
  self->n_pictures++;
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpTrainData *self = user_data;

  g_free (result);
  g_clear_pointer (&self->job, trp_job_unref);
}

static void
ask_for_pictures (TrpTrainData *self, size_t first, size_t n)
{
  static const TrpJobClass klass = { .run = run_pictures,
                                     .message = on_picture,
                                     .done = on_done,
                                     .free_data = task_free,
                                     .free_result = g_free,
                                     .free_message = picture_free };
  Task *task = g_new0 (Task, 1);

  g_clear_pointer (&self->job, trp_job_abandon);
  task->list = trp_data_list_ref (self->list);
  task->first = first;
  task->n = n;
  self->job = trp_job_start (&klass, _ ("Pictures of the cases"), task, self);
}

/* ---- tiles ---- */

static bool
is_validation (TrpTrainData *self, const TrpDataRow *row)
{
  return self->fold >= 0 && row->fold == self->fold;
}

/* A framed tile also says so in words. */
static void
mark_tile (TrpTrainData *self, GtkFlowBoxChild *child, const TrpDataRow *row)
{
  const bool validates = is_validation (self, row);
  g_autofree char *about = validates ? g_strdup_printf (_ ("%s, validation"), row->name)
                                     : g_strdup (row->name);

  (validates ? gtk_widget_add_css_class : gtk_widget_remove_css_class) (GTK_WIDGET (child),
                                                                        "validation");
  gtk_widget_set_tooltip_text (GTK_WIDGET (child), about);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, about, -1);
}

/* The end of a name tells cases apart: STS_044 is 044. */
static const char *
get_short_name (const char *name)
{
  const char *end = strrchr (name, '_');

  return end && end[1] ? end + 1 : name;
}

static void
add_tile (TrpTrainData *self, size_t index)
{
  const TrpDataRow *row = trp_data_list_get (self->list, index);
  GtkWidget *picture = gtk_picture_new ();
  GtkWidget *tile = gtk_overlay_new ();
  GtkWidget *name = gtk_label_new (get_short_name (row->name));

  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_FILL);
  gtk_widget_set_size_request (picture, TILE_WIDTH, TILE_HEIGHT);
  gtk_widget_set_halign (name, GTK_ALIGN_START);
  gtk_widget_set_valign (name, GTK_ALIGN_END);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_START);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 7);
  gtk_widget_add_css_class (name, "tile-name");
  gtk_overlay_set_child (GTK_OVERLAY (tile), picture);
  gtk_overlay_add_overlay (GTK_OVERLAY (tile), name);
  gtk_flow_box_insert (GTK_FLOW_BOX (self->tiles), tile, -1);
  mark_tile (self, gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (self->tiles), (int) index), row);
}

static void
show_legend (TrpTrainData *self)
{
  const size_t n_rows = self->list ? trp_data_list_get_size (self->list) : 0;
  g_autofree char *text = NULL;
  size_t n = 0;

  for (size_t i = 0; i < n_rows; i++)
    n += is_validation (self, trp_data_list_get (self->list, i));
  if (n)
    text = g_strdup_printf (
      ngettext ("framed: %zu case for validation", "framed: %zu cases for validation", n), n);
  gtk_label_set_label (GTK_LABEL (self->legend), text ? text : "");
  gtk_widget_set_visible (self->legend, text != NULL);
}

static void
on_more (TrpTrainData *self)
{
  const size_t n_rows = trp_data_list_get_size (self->list);

  gtk_flow_box_remove (GTK_FLOW_BOX (self->tiles), gtk_widget_get_parent (self->more));
  self->more = NULL;
  for (size_t n = N_FIRST; n < n_rows; n++)
    add_tile (self, n);
  ask_for_pictures (self, N_FIRST, n_rows - N_FIRST);
}

static void
add_more (TrpTrainData *self, size_t n)
{
  g_autofree char *text = g_strdup_printf ("+%zu", n);

  self->more = gtk_button_new_with_label (text);
  gtk_widget_add_css_class (self->more, "more-cases");
  gtk_widget_set_tooltip_text (self->more, _ ("Show all cases"));
  g_signal_connect_swapped (self->more, "clicked", G_CALLBACK (on_more), self);
  gtk_widget_set_focusable (self->more, FALSE); /* its place in the row of tiles is */
  gtk_flow_box_insert (GTK_FLOW_BOX (self->tiles), self->more, -1);
  trp_form_set_name (gtk_widget_get_parent (self->more), _ ("Show all cases"));
}

/* By Enter; a click is the button's. */
static void
on_activated (TrpTrainData *self, GtkFlowBoxChild *child)
{
  if (self->more && gtk_flow_box_child_get_child (child) == self->more)
    on_more (self);
}

static void
on_selected (TrpTrainData *self)
{
  if (trp_train_data_get_chosen (self) != SIZE_MAX)
    g_signal_emit (self, chosen_signal, 0);
}

static void
clear_tiles (TrpTrainData *self)
{
  GtkWidget *child;

  g_clear_pointer (&self->job, trp_job_abandon);
  self->n_pictures = 0;
  self->more = NULL;
  while ((child = gtk_widget_get_first_child (self->tiles)))
    gtk_flow_box_remove (GTK_FLOW_BOX (self->tiles), child);
}

void
trp_train_data_set_list (TrpTrainData *self, TrpDataList *list)
{
  const size_t n_rows = list ? trp_data_list_get_size (list) : 0, n = MIN (n_rows, N_FIRST);

  clear_tiles (self);
  g_clear_pointer (&self->list, trp_data_list_unref);
  self->list = list ? trp_data_list_ref (list) : NULL;
  for (size_t i = 0; i < n; i++)
    add_tile (self, i);
  if (n_rows > n)
    add_more (self, n_rows - n);
  gtk_widget_set_visible (self->tiles, n > 0);
  show_legend (self);
  if (!n)
    return;
  gtk_flow_box_select_child (GTK_FLOW_BOX (self->tiles),
                             gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (self->tiles), 0));
  ask_for_pictures (self, 0, n);
}

void
trp_train_data_set_fold (TrpTrainData *self, int fold)
{
  GtkFlowBoxChild *child;

  self->fold = fold;
  for (int n = 0; (child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (self->tiles), n)) &&
                  (!self->more || n < N_FIRST);
       n++)
    mark_tile (self, child, trp_data_list_get (self->list, (size_t) n));
  show_legend (self);
}

size_t
trp_train_data_get_chosen (TrpTrainData *self)
{
  g_autoptr (GList) chosen = gtk_flow_box_get_selected_children (GTK_FLOW_BOX (self->tiles));

  return chosen && gtk_flow_box_child_get_child (chosen->data) != self->more
           ? (size_t) gtk_flow_box_child_get_index (chosen->data)
           : SIZE_MAX;
}

size_t
trp_train_data_count_pictures (TrpTrainData *self)
{
  return self->n_pictures;
}

/* ---- making ---- */

static void
trp_train_data_dispose (GObject *object)
{
  TrpTrainData *self = TRP_TRAIN_DATA (object);

  g_clear_pointer (&self->job, trp_job_abandon);
  g_clear_pointer (&self->list, trp_data_list_unref);
  G_OBJECT_CLASS (trp_train_data_parent_class)->dispose (object);
}

static void
trp_train_data_class_init (TrpTrainDataClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_train_data_dispose;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
trp_train_data_init (TrpTrainData *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  self->fold = -1;
  self->tiles = gtk_flow_box_new ();
  self->legend = gtk_label_new (NULL);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->tiles), N_COLUMNS);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->tiles), N_COLUMNS);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->tiles), 4);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->tiles), 4);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->tiles), TRUE);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->tiles), GTK_SELECTION_BROWSE);
  gtk_widget_add_css_class (self->tiles, "cases");
  gtk_widget_add_css_class (self->legend, "caption");
  gtk_label_set_xalign (GTK_LABEL (self->legend), 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->tiles), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Cases"), -1);
  gtk_widget_set_visible (self->tiles, FALSE);
  gtk_widget_set_visible (self->legend, FALSE);
  g_signal_connect_swapped (self->tiles, "selected-children-changed", G_CALLBACK (on_selected),
                            self);
  g_signal_connect_swapped (self->tiles, "child-activated", G_CALLBACK (on_activated), self);
  gtk_box_append (GTK_BOX (self), trp_focus_group_new (self->tiles));
  gtk_box_append (GTK_BOX (self), self->legend);
}

GtkWidget *
trp_train_data_new (void)
{
  return g_object_new (TRP_TYPE_TRAIN_DATA, NULL);
}
