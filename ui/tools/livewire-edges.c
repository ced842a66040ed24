/* livewire-edges.c - see livewire-edges.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels are the volume's own where the plane is one of its slices; else squares of its finest
 * spacing, or larger ones where that would be too many. A task holds the document, whose tool holds
 * this: it is there when the last task ends.
 */

#include "ui/tools/livewire-edges.h"
#include "config.h"

#include "core/image/reslice.h"

#include <glib/gi18n.h>
#include <math.h>

/* Above it the edges take over a tenth of a second, and a far way as long. */
static const double most_pixels = 1024 * 1024;

typedef struct
{
  TrpVolume *volume;
  TrpPlane plane;
  TrpWindow window;
  double scale;
} Slice;

struct _TrpLivewireEdges
{
  TrpDocument *document;
  void (*changed) (void *data);
  void *data;
  Slice slice; /* wanted; no volume: none */
  TrpRaster raster;
  TrpLivewireCost *cost;
  TrpJob *job;
};

typedef struct
{
  TrpDocument *document;
  TrpLivewireEdges *owner;
  Slice slice;
  TrpRaster raster;
} Task;

TrpLivewireEdges *
trp_livewire_edges_new (TrpDocument *document, void (*changed) (void *data), void *data)
{
  TrpLivewireEdges *self = g_new0 (TrpLivewireEdges, 1);

  self->document = document;
  self->changed = changed;
  self->data = data;
  return self;
}

void
trp_livewire_edges_free (TrpLivewireEdges *self)
{
  g_assert (!self->job);
  trp_livewire_cost_unref (self->cost);
  trp_volume_unref (self->slice.volume);
  g_free (self);
}

/* All of the volume, on the plane. */
static TrpRaster
make_raster (const TrpGeometry *geometry, const TrpPlane *plane)
{
  TrpNativeSlice native;
  const TrpVec3 center_lps = trp_geometry_get_center (geometry);
  double half[2] = { 0, 0 }, mm_per_px = INFINITY;

  if (trp_plane_match_native (plane, geometry, &native) == TRP_NATIVE_SLICE)
    return trp_raster_native (geometry, &native);
  for (int corner = 0; corner < 8; corner++)
    {
      const TrpVec3 corner_ijk = trp_vec3 (corner & 1 ? (double) geometry->size[0] : 0,
                                           corner & 2 ? (double) geometry->size[1] : 0,
                                           corner & 4 ? (double) geometry->size[2] : 0);
      const TrpVec3 out = trp_vec3_subtract (trp_geometry_lps_from_ijk (geometry, corner_ijk),
                                             center_lps);

      half[0] = MAX (half[0], fabs (trp_vec3_dot (out, plane->right)));
      half[1] = MAX (half[1], fabs (trp_vec3_dot (out, plane->down)));
    }
  for (int axis = 0; axis < 3; axis++)
    mm_per_px = MIN (mm_per_px, trp_geometry_get_spacing (geometry, axis));
  mm_per_px = MAX (mm_per_px, sqrt (4 * half[0] * half[1] / most_pixels));
  return trp_raster_new (plane, (size_t) ceil (2 * half[0] / mm_per_px) + 1,
                         (size_t) ceil (2 * half[1] / mm_per_px) + 1, mm_per_px, center_lps);
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Task *task = data;
  const TrpRaster *raster = &task->raster;
  const TrpVec3 origin = trp_raster_lps_from_px (raster, 0, 0);
  const TrpWindow *window = &task->slice.window;
  TrpLivewireOptions options = trp_livewire_options_default ();
  g_autofree float *values = g_try_new (float, raster->width * raster->height);
  const TrpLivewireImage image = {
    .values = values,
    .width = raster->width,
    .height = raster->height,
    .spacing = { trp_vec3_distance (trp_raster_lps_from_px (raster, 1, 0), origin),
                 trp_vec3_distance (trp_raster_lps_from_px (raster, 0, 1), origin) },
    .low = window->level - window->width / 2,
    .high = window->level + window->width / 2,
  };

  if (!values)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   _ ("No memory for a slice of %zu x %zu pixels: close other programs"),
                   raster->width, raster->height);
      return NULL;
    }
  trp_reslice_values (task->slice.volume, raster, TRP_INTERPOLATION_LINEAR, values);
  options.scale = task->slice.scale;
  return trp_livewire_cost_new (&image, &options, progress, error);
}

static void
free_task (void *data)
{
  Task *task = data;

  trp_volume_unref (task->slice.volume);
  g_object_unref (task->document);
  g_free (task);
}

static void
done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  Task *task = user_data;
  TrpLivewireEdges *self = task->owner;
  g_autoptr (TrpLivewireCost) cost = result;

  trp_document_dismiss_job (task->document, job);
  if (self->job != job)
    return;
  g_clear_pointer (&self->job, trp_job_unref);
  if (trp_document_is_closed (task->document))
    return;
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    trp_document_report (task->document, TRP_SEVERITY_WARNING, error->message);
  self->raster = task->raster;
  self->cost = g_steal_pointer (&cost);
  self->changed (self->data);
}

static void
start (TrpLivewireEdges *self)
{
  static const TrpJobClass klass = {
    .run = run,
    .done = done,
    .free_data = free_task,
    .free_result = (GDestroyNotify) trp_livewire_cost_unref,
  };
  Task *task = g_new0 (Task, 1);

  task->document = g_object_ref (self->document);
  task->owner = self;
  task->slice = self->slice;
  trp_volume_ref (task->slice.volume);
  task->raster = make_raster (trp_volume_get_geometry (self->slice.volume), &self->slice.plane);
  self->job = trp_job_start (&klass, _ ("Edges for the livewire"), task, task);
  trp_document_add_job (self->document, self->job);
}

static bool
is_same (const Slice *a, const Slice *b)
{
  return a->volume == b->volume && a->scale == b->scale &&
         trp_window_equal (&a->window, &b->window) &&
         trp_vec3_distance (a->plane.normal, b->plane.normal) < 1e-9 &&
         trp_vec3_distance (a->plane.right, b->plane.right) < 1e-9 &&
         fabs (trp_plane_get_distance (&a->plane, b->plane.point_lps)) < 1e-6;
}

void
trp_livewire_edges_want (TrpLivewireEdges *self, TrpRole role, const TrpPlane *plane, double scale)
{
  const Slice slice = { trp_document_get_volume (self->document, role), *plane,
                        trp_document_get_display (self->document, role)->window, scale };

  if (!slice.volume || (self->slice.volume && is_same (&slice, &self->slice)))
    return;
  if (self->job)
    trp_job_cancel (self->job);
  g_clear_pointer (&self->job, trp_job_unref);
  g_clear_pointer (&self->cost, trp_livewire_cost_unref);
  trp_volume_unref (self->slice.volume);
  self->slice = slice;
  trp_volume_ref (self->slice.volume);
  start (self);
}

TrpLivewireCost *
trp_livewire_edges_peek (const TrpLivewireEdges *self, TrpRaster *out_raster)
{
  if (self->cost)
    *out_raster = self->raster;
  return self->cost;
}

bool
trp_livewire_edges_are_coming (const TrpLivewireEdges *self)
{
  return self->job != NULL;
}
