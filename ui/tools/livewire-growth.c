/* livewire-growth.c - see livewire-growth.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/tools/livewire-growth.h"
#include "config.h"

#include <math.h>

enum
{
  PORTION_US = 2000,
  PIXELS_PER_LOOK = 1024, /* at the clock: a tenth of a portion */
};

struct _TrpLivewireGrowth
{
  TrpDocument *document;
  TrpLivewireEdges *edges;
  void (*reached) (void *data);
  void *data;
  TrpLivewireTree *tree; /* NULL without edges */
  TrpPlane plane;
  TrpRaster raster;
  size_t goal[2]; /* px */
  guint source;   /* grows on; 0: not */
};

TrpLivewireGrowth *
trp_livewire_growth_new (TrpDocument *document,
                         TrpLivewireEdges *edges,
                         void (*reached) (void *data),
                         void *data)
{
  TrpLivewireGrowth *self = g_new0 (TrpLivewireGrowth, 1);

  self->document = document;
  self->edges = edges;
  self->reached = reached;
  self->data = data;
  return self;
}

static void
stop (TrpLivewireGrowth *self)
{
  if (self->source)
    g_source_remove (self->source);
  self->source = 0;
}

void
trp_livewire_growth_free (TrpLivewireGrowth *self)
{
  trp_livewire_growth_clear (self);
  g_free (self);
}

void
trp_livewire_growth_clear (TrpLivewireGrowth *self)
{
  stop (self);
  g_clear_pointer (&self->tree, trp_livewire_tree_free);
}

static void
find_pixel (const TrpRaster *raster, TrpVec3 point_lps, size_t out_at[2])
{
  double x, y;

  trp_raster_px_from_lps (raster, point_lps, &x, &y);
  out_at[0] = (size_t) CLAMP (floor (x), 0, (double) raster->width - 1);
  out_at[1] = (size_t) CLAMP (floor (y), 0, (double) raster->height - 1);
}

void
trp_livewire_growth_plant (TrpLivewireGrowth *self, const TrpPlane *plane, TrpVec3 anchor_lps)
{
  TrpLivewireCost *cost = trp_livewire_edges_peek (self->edges, &self->raster);
  GError *error = NULL;
  size_t at[2];

  trp_livewire_growth_clear (self);
  if (!cost)
    return;
  self->plane = *plane;
  find_pixel (&self->raster, anchor_lps, at);
  self->tree = trp_livewire_tree_new (cost, at[0], at[1], &error);
  if (!self->tree)
    trp_document_report (self->document, TRP_SEVERITY_WARNING, error->message);
  g_clear_error (&error);
}

static bool
is_reached (const TrpLivewireGrowth *self)
{
  return trp_livewire_tree_has (self->tree, self->goal[0], self->goal[1]);
}

static void
grow_portion (TrpLivewireGrowth *self)
{
  const gint64 end = g_get_monotonic_time () + PORTION_US;

  /* without a progress nothing can cancel it */
  while (!is_reached (self) && trp_livewire_tree_grow (self->tree, PIXELS_PER_LOOK, NULL, NULL) &&
         g_get_monotonic_time () < end)
    continue;
}

static gboolean
on_idle (gpointer data)
{
  TrpLivewireGrowth *self = data;

  grow_portion (self);
  if (!is_reached (self))
    return G_SOURCE_CONTINUE;
  self->source = 0;
  self->reached (self->data);
  return G_SOURCE_REMOVE;
}

GArray *
trp_livewire_growth_follow (TrpLivewireGrowth *self, TrpVec3 point_lps)
{
  GArray *points = NULL;

  if (!self->tree)
    return NULL;
  find_pixel (&self->raster, point_lps, self->goal);
  grow_portion (self);
  if (!is_reached (self))
    {
      if (!self->source)
        self->source = g_idle_add (on_idle, self);
      return NULL;
    }
  stop (self);
  g_autoptr (GArray) way = trp_livewire_tree_trace (self->tree, self->goal[0], self->goal[1]);
  points = g_array_new (FALSE, FALSE, sizeof (TrpVec3));
  for (guint n = 1; n + 1 < way->len; n++)
    {
      const TrpPoint point = g_array_index (way, TrpPoint, n);
      const TrpVec3 found_lps = trp_plane_project (
        &self->plane, trp_raster_lps_from_px (&self->raster, point.x + 0.5, point.y + 0.5));

      g_array_append_val (points, found_lps);
    }
  return points;
}

bool
trp_livewire_growth_is_under_way (const TrpLivewireGrowth *self)
{
  return self->source != 0;
}
