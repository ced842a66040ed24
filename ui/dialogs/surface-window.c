/* surface-window.c - see surface-window.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/surface-window.h"
#include "config.h"

#include "core/draw/surface-color.h"
#include "ui/dialogs/form.h"
#include "ui/document-compare.h"
#include "ui/document-distances.h"

#include <glib/gi18n.h>

#define REST_MS 250

/**
 * _TrpSurfaceWindow:
 * @structure: whose @mesh it is
 * @mesh: NULL: none yet, or old
 * @field: (nullable): what the colours are made of
 * @job: at work on the surface as it should be
 * @rest: waits for the hand to rest
 */
struct _TrpSurfaceWindow
{
  GtkWindow parent_instance;

  TrpDocument *document;
  GtkWidget *view;
  GtkWidget *name;
  GtkWidget *about;
  GtkWidget *chip;
  GtkWidget *keys; /* what the pointer and keys do */
  TrpStructure *structure;
  bool wants_fit; /* the next surface is another structure's */
  TrpSurfaceMesh *mesh;
  TrpSignedField *field;
  TrpColor color;
  TrpJob *job;
  guint rest;
};

G_DEFINE_FINAL_TYPE (TrpSurfaceWindow, trp_surface_window, GTK_TYPE_WINDOW)

/* ---- the job ---- */

/**
 * Wish: what the job is to make
 * @mask: (nullable): NULL where @mesh is there
 * @mesh: (nullable): only its colours are wanted
 * @field: (nullable): distances
 */
typedef struct
{
  TrpMask *mask;
  TrpSurfaceMesh *mesh;
  TrpSignedField *field;
  TrpColor color;
} Wish;

typedef struct
{
  TrpSurfaceMesh *mesh;
  GBytes *colors;
  bool has_distances;
} Surface;

static void
free_wish (void *data)
{
  Wish *self = data;

  trp_mask_free (self->mask);
  trp_surface_mesh_unref (self->mesh);
  trp_signed_field_unref (self->field);
  g_free (self);
}

static void
free_surface (void *data)
{
  Surface *self = data;

  trp_surface_mesh_unref (self->mesh);
  g_clear_pointer (&self->colors, g_bytes_unref);
  g_free (self);
}

static void *
make_surface (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Wish *wish = data;
  TrpProgress first = trp_progress_part (progress, 0, 0.8);
  TrpProgress second = trp_progress_part (progress, 0.8, 1);
  Surface *surface = g_new0 (Surface, 1);

  surface->has_distances = wish->field != NULL;
  surface->mesh = wish->mesh
                    ? trp_surface_mesh_ref (wish->mesh)
                    : trp_surface_mesh_new (wish->mask, TRP_SURFACE_MESH_SMOOTHING, &first, error);
  if (surface->mesh)
    surface->colors = trp_surface_colors_new (surface->mesh, wish->field, wish->color, &second,
                                              error);
  if (!surface->colors)
    g_clear_pointer (&surface, free_surface);
  return surface;
}

static void
drop_job (TrpSurfaceWindow *self)
{
  g_clear_handle_id (&self->rest, g_source_remove);
  if (!self->job)
    return;
  trp_job_disconnect (self->job);
  trp_job_cancel (self->job);
  g_clear_pointer (&self->job, trp_job_unref);
}

static void
drop_mesh (TrpSurfaceWindow *self)
{
  g_clear_pointer (&self->mesh, trp_surface_mesh_unref);
}

static void
trp_surface_window_dispose (GObject *object)
{
  TrpSurfaceWindow *self = TRP_SURFACE_WINDOW (object);

  drop_job (self);
  drop_mesh (self);
  g_clear_pointer (&self->field, trp_signed_field_unref);
  g_clear_pointer (&self->structure, trp_structure_unref);
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (trp_surface_window_parent_class)->dispose (object);
}

static void
trp_surface_window_class_init (TrpSurfaceWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_surface_window_dispose;
}

static void
trp_surface_window_init (TrpSurfaceWindow *self)
{
}

/* ---- what is said ---- */

static TrpSurfaceView *
get_view (TrpSurfaceWindow *self)
{
  return TRP_SURFACE_VIEW (self->view);
}

bool
trp_surface_window_is_current (TrpSurfaceWindow *self)
{
  return !self->job && self->rest == 0;
}

static void
show_state (TrpSurfaceWindow *self)
{
  const bool is_current = trp_surface_window_is_current (self);
  const bool is_drawn = !trp_surface_view_get_problem (get_view (self));

  gtk_label_set_label (GTK_LABEL (self->chip),
                       is_current ? C_ ("numbers are up to date", "live") : _ ("surface follows"));
  gtk_widget_set_visible (self->chip, is_drawn && self->structure);
  gtk_widget_set_visible (self->keys, is_drawn);
  trp_surface_view_set_stale (get_view (self), !is_current);
}

static void
show_names (TrpSurfaceWindow *self)
{
  const TrpStructure *active = trp_document_peek_active (self->document);
  const char *name = active ? trp_structure_get_name (active) : _ ("No structure");
  g_autofree char *title = g_strdup_printf (_ ("Surface of %s"), name);

  gtk_label_set_label (GTK_LABEL (self->name), name);
  trp_surface_view_set_name (get_view (self), title);
}

static char *
dup_about (TrpSurfaceWindow *self, const Surface *surface)
{
  const int edited = trp_document_get_edited (self->document);
  const int reference = trp_document_get_reference (self->document);

  if (surface->mesh->n_triangles == 0)
    return g_strdup (_ ("This structure is empty."));
  if (surface->has_distances && edited >= 0 && reference >= 0)
    return g_strdup_printf (_ ("Signed distance: %s against %s"),
                            trp_document_get_reading_label (self->document, (guint) edited),
                            trp_document_get_reading_label (self->document, (guint) reference));
  if (trp_document_find_reference (self->document, self->structure))
    return g_strdup (_ ("In the structure's own colour until the distances are there."));
  return g_strdup (_ ("There is no reference: in the structure's own colour."));
}

static void
show_about (TrpSurfaceWindow *self, const char *text)
{
  gtk_label_set_label (GTK_LABEL (self->about), text);
}

/* ---- following ---- */

static void
clear (TrpSurfaceWindow *self)
{
  drop_mesh (self);
  trp_surface_view_set_surface (get_view (self), NULL, NULL, false);
}

static void
on_surface (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpSurfaceWindow *self = user_data;
  Surface *surface = result;

  g_clear_pointer (&self->job, trp_job_unref);
  if (error)
    {
      clear (self);
      show_about (self, error->message);
    }
  else
    {
      g_autofree char *about = dup_about (self, surface);

      drop_mesh (self);
      self->mesh = trp_surface_mesh_ref (surface->mesh);
      trp_surface_view_set_surface (get_view (self), surface->mesh, surface->colors,
                                    self->wants_fit);
      trp_surface_view_set_scale_shown (get_view (self), surface->has_distances);
      self->wants_fit = false;
      show_about (self, about);
    }
  show_state (self);
  g_clear_pointer (&surface, free_surface);
}

/* Everything that is not there yet, or only the colours. */
static void
start (TrpSurfaceWindow *self)
{
  static const TrpJobClass klass = {
    .run = make_surface, .done = on_surface, .free_data = free_wish, .free_result = free_surface
  };
  const TrpSignedField *field;
  Wish *wish;

  drop_job (self);
  if (!self->structure || trp_document_is_closed (self->document) ||
      !gtk_widget_get_realized (self->view) || trp_surface_view_get_problem (get_view (self)))
    return;
  field = trp_document_peek_signed_field (self->document);
  g_clear_pointer (&self->field, trp_signed_field_unref);
  self->field = field ? trp_signed_field_ref ((TrpSignedField *) field) : NULL;
  self->color = trp_structure_get_color (self->structure);
  wish = g_new0 (Wish, 1);
  wish->color = self->color;
  wish->field = field ? trp_signed_field_ref (self->field) : NULL;
  if (self->mesh)
    wish->mesh = trp_surface_mesh_ref (self->mesh);
  else
    wish->mask = trp_mask_copy (trp_structure_peek_mask (self->structure));
  self->job = trp_job_start (&klass, _ ("Surface"), wish, self);
  show_state (self);
}

static gboolean
on_rest (gpointer data)
{
  TrpSurfaceWindow *self = data;

  if (trp_document_is_stroking (self->document))
    return G_SOURCE_CONTINUE;
  self->rest = 0;
  start (self);
  return G_SOURCE_REMOVE;
}

static void
on_mask_changed (TrpSurfaceWindow *self, const TrpEditChange *change)
{
  if (!self->structure || change->structure != self->structure)
    return;
  drop_job (self);
  drop_mesh (self);
  if (trp_surface_view_get_problem (get_view (self)))
    return;
  self->rest = g_timeout_add (REST_MS, on_rest, self);
  show_state (self);
}

/* Another structure's surface must not stand under this one's name. */
static void
on_active (TrpSurfaceWindow *self)
{
  TrpStructure *active = trp_document_peek_active (self->document);

  if (active != self->structure)
    {
      drop_job (self);
      clear (self);
      g_clear_pointer (&self->structure, trp_structure_unref);
      self->structure = active ? trp_structure_ref (active) : NULL;
      self->wants_fit = true;
      show_about (self, "");
    }
  show_names (self);
  start (self);
  show_state (self);
}

static void
on_structures (TrpSurfaceWindow *self)
{
  show_names (self);
  if (self->structure && self->rest == 0 &&
      trp_palette_pack (trp_structure_get_color (self->structure)) !=
        trp_palette_pack (self->color))
    start (self);
}

static void
on_distances (TrpSurfaceWindow *self)
{
  if (self->rest == 0 && trp_document_peek_signed_field (self->document) != self->field)
    start (self);
}

static void
on_cursor (TrpSurfaceWindow *self)
{
  trp_surface_view_set_cursor (get_view (self), trp_document_get_cursor (self->document));
}

static void
on_picked (TrpSurfaceWindow *self, const TrpVec3 *point_lps)
{
  trp_document_set_cursor (self->document, *point_lps);
}

/* ---- making ---- */

static GtkWidget *
make_heading (TrpSurfaceWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->name = gtk_label_new (NULL);
  self->chip = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->name, "heading");
  gtk_widget_add_css_class (self->chip, "chip");
  gtk_label_set_xalign (GTK_LABEL (self->name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_box_append (GTK_BOX (box), self->name);
  gtk_box_append (GTK_BOX (box), self->chip);
  return box;
}

static GtkWidget *
make_keys (void)
{
  GtkWidget *keys = gtk_label_new (
    _ ("Drag turns, the wheel zooms, the middle button moves; a click "
       "moves the cursor there. Keys A P L R S I look from that "
       "side, a double click from the front."));

  gtk_widget_add_css_class (keys, "caption");
  gtk_label_set_xalign (GTK_LABEL (keys), 0);
  gtk_label_set_wrap (GTK_LABEL (keys), TRUE);
  return keys;
}

static GtkWidget *
make_content (TrpSurfaceWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->about = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->about, "second");
  gtk_label_set_xalign (GTK_LABEL (self->about), 0);
  gtk_label_set_wrap (GTK_LABEL (self->about), TRUE);
  self->view = trp_surface_view_new ();
  gtk_widget_set_vexpand (self->view, TRUE);
  gtk_widget_set_size_request (self->view, 240, 240);
  gtk_widget_add_css_class (box, "panel");
  gtk_box_append (GTK_BOX (box), make_heading (self));
  gtk_box_append (GTK_BOX (box), self->about);
  gtk_box_append (GTK_BOX (box), self->view);
  self->keys = make_keys ();
  gtk_box_append (GTK_BOX (box), self->keys);
  return box;
}

GtkWidget *
trp_surface_window_new (TrpDocument *document)
{
  TrpSurfaceWindow *self = g_object_new (TRP_TYPE_SURFACE_WINDOW, "title", _ ("Surface"),
                                         "default-width", 520, "default-height", 700, NULL);

  self->document = g_object_ref (document);
  gtk_window_set_titlebar (GTK_WINDOW (self), gtk_header_bar_new ());
  gtk_window_set_child (GTK_WINDOW (self), make_content (self));
  trp_form_close_on_escape (GTK_WIDGET (self));
  g_signal_connect_swapped (self->view, "ready", G_CALLBACK (on_active), self);
  g_signal_connect_swapped (self->view, "picked", G_CALLBACK (on_picked), self);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (on_active), self);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (on_active), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (on_structures), self);
  g_signal_connect_swapped (document, "distances-changed", G_CALLBACK (on_distances), self);
  g_signal_connect_swapped (document, "mask-changed", G_CALLBACK (on_mask_changed), self);
  g_signal_connect_swapped (document, "cursor-moved", G_CALLBACK (on_cursor), self);
  on_active (self);
  on_cursor (self);
  gtk_widget_grab_focus (self->view);
  return GTK_WIDGET (self);
}

static GtkWidget *
find_window (TrpDocument *document)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *item = windows; item; item = item->next)
    if (TRP_IS_SURFACE_WINDOW (item->data) && TRP_SURFACE_WINDOW (item->data)->document == document)
      return item->data;
  return NULL;
}

void
trp_surface_window_show (GtkWidget *parent, TrpDocument *document)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkWidget *window = find_window (document);

  if (!window)
    window = trp_surface_window_new (document);
  if (GTK_IS_WINDOW (root))
    {
      gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
      gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
    }
  gtk_window_present (GTK_WINDOW (window));
}

TrpSurfaceView *
trp_surface_window_get_view (TrpSurfaceWindow *self)
{
  return get_view (self);
}
