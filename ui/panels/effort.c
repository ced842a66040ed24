/* effort.c - see effort.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/panels/effort.h"
#include "config.h"

#include "core/metrics/added-path-length.h"
#include "ui/document-journal.h"
#include "ui/job-time.h"

#include <glib/gi18n.h>

#define REST_MS 400

struct _TrpEffort
{
  GtkWidget parent_instance;

  TrpDocument *document;
  GtkWidget *label;
  guint timeout;
  TrpJob *job;
  double path_mm; /* NAN while it is not known */
};

G_DEFINE_FINAL_TYPE (TrpEffort, trp_effort, GTK_TYPE_WIDGET)

static void
drop_job (TrpEffort *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->job, trp_job_abandon);
}

static void
trp_effort_dispose (GObject *object)
{
  TrpEffort *self = TRP_EFFORT (object);

  drop_job (self);
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_pointer (&self->label, gtk_widget_unparent);
  G_OBJECT_CLASS (trp_effort_parent_class)->dispose (object);
}

static void
trp_effort_class_init (TrpEffortClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_effort_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
trp_effort_init (TrpEffort *self)
{
  self->path_mm = NAN;
  self->label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->label, "caption");
  gtk_widget_add_css_class (self->label, "second");
  gtk_widget_set_tooltip_text (self->label,
                               _ ("Time at work on the active structure, pauses over 30 s counted "
                                  "as 30 s, and the length of contour that was not there before"));
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
}

static TrpJournalEffort
get_effort (TrpEffort *self)
{
  TrpStructure *active = trp_document_peek_active (self->document);

  return active ? trp_document_get_effort (self->document, active) : (TrpJournalEffort){ 0 };
}

static void
show (TrpEffort *self)
{
  const TrpJournalEffort effort = get_effort (self);
  TrpStructure *active = trp_document_peek_active (self->document);
  g_autofree char *time = trp_seconds_dup_text (effort.seconds);
  g_autofree char *steps = g_strdup_printf (ngettext ("%zu step", "%zu steps", effort.n_steps),
                                            effort.n_steps);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), effort.n_steps > 0);
  if (effort.n_steps == 0)
    return;
  text = isnan (self->path_mm)
           ? g_strdup_printf (_ ("%s: %s, %s"), trp_structure_get_name (active), time, steps)
           : g_strdup_printf (_ ("%s: %s, %s, added path %.0f mm"), trp_structure_get_name (active),
                              time, steps, self->path_mm);
  gtk_label_set_label (GTK_LABEL (self->label), text);
}

/* ---- the added path, in a worker ---- */

typedef struct
{
  TrpMask *before, *now;
} Masks;

static void
masks_free (gpointer data)
{
  Masks *masks = data;

  trp_mask_free (masks->before);
  trp_mask_free (masks->now);
  g_free (masks);
}

static void *
run_path (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Masks *masks = data;
  const double any_distance = 0;
  size_t pixels = 0, contour;
  g_autoptr (TrpSurfacePair) pair = trp_surface_pair_new (masks->now, masks->before, error);
  g_autofree double *path_mm = g_new (double, 1);

  if (!pair || !trp_added_path_length_count (pair, &any_distance, 1, &pixels, &contour, error))
    return NULL;
  *path_mm = (double) pixels * trp_added_path_length_get_mm_per_pixel (pair);
  return g_steal_pointer (&path_mm);
}

static void
on_path (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpEffort *self = user_data;
  g_autofree double *path_mm = result;

  g_clear_pointer (&self->job, trp_job_unref);
  if (path_mm)
    self->path_mm = *path_mm;
  show (self);
}

static gboolean
on_rest (gpointer user_data)
{
  static const TrpJobClass klass = {
    .run = run_path, .done = on_path, .free_data = masks_free, .free_result = g_free
  };
  TrpEffort *self = user_data;
  TrpStructure *active = trp_document_peek_active (self->document);
  const TrpJournalEffort effort = get_effort (self);
  Masks *masks;

  self->timeout = 0;
  show (self);
  if (!active || !effort.base || effort.n_steps == 0)
    return G_SOURCE_REMOVE;
  masks = g_new (Masks, 1);
  masks->before = trp_mask_copy (effort.base);
  masks->now = trp_mask_copy (trp_structure_peek_mask (active));
  self->job = trp_job_start (&klass, _ ("Added path length"), masks, self);
  return G_SOURCE_REMOVE;
}

/* The journal may hear of a step after this panel, so nothing is read before the hand rests. */
static void
on_changed (TrpEffort *self)
{
  drop_job (self);
  self->path_mm = NAN;
  self->timeout = g_timeout_add (REST_MS, on_rest, self);
}

GtkWidget *
trp_effort_new (TrpDocument *document)
{
  TrpEffort *self = g_object_new (TRP_TYPE_EFFORT, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "history-changed", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (on_changed), self);
  show (self);
  return GTK_WIDGET (self);
}
