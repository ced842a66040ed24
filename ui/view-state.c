/* view-state.c - which part of the patient the panes of one plane show
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The centre is kept as a point in the patient; only its two in-plane coordinates matter, the third
 * comes from the linked cursor.
 */

#include "ui/view-state.h"
#include "config.h"

#include <glib/gi18n.h>

#define MIN_MM_PER_PX 0.005
#define MAX_MM_PER_PX 20.0

struct _TrpViewState
{
  GObject parent_instance;

  TrpOrientation orientation;
  bool has_grid;
  TrpGeometry grid;
  bool nose_right;
  TrpPlane plane; /* directions only */
  bool fitted;
  double fit_width_mm, fit_height_mm;
  TrpVec3 fit_center_lps;
  TrpVec3 center_lps;
  double mm_per_px;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TrpViewState, trp_view_state, G_TYPE_OBJECT)

const char *
trp_orientation_get_label (TrpOrientation orientation)
{
  static const char *const names[TRP_N_ORIENTATIONS] = { N_ ("axial"), N_ ("coronal"),
                                                         N_ ("sagittal") };

  return _ (names[orientation]);
}

static void
trp_view_state_class_init (TrpViewStateClass *klass)
{
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
trp_view_state_init (TrpViewState *self)
{
  self->fitted = true;
  self->fit_width_mm = self->fit_height_mm = 300;
  self->mm_per_px = 1;
}

static void
update_plane (TrpViewState *self)
{
  const TrpVec3 origin = trp_vec3 (0, 0, 0);

  self->plane = self->has_grid
                  ? trp_plane_along_grid (&self->grid, self->orientation, origin, self->nose_right)
                  : trp_plane_patient (self->orientation, origin, self->nose_right);
}

static void
changed (TrpViewState *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

TrpViewState *
trp_view_state_new (TrpOrientation orientation)
{
  TrpViewState *self = g_object_new (TRP_TYPE_VIEW_STATE, NULL);

  self->orientation = orientation;
  update_plane (self);
  return self;
}

TrpOrientation
trp_view_state_get_orientation (TrpViewState *self)
{
  return self->orientation;
}

TrpPlane
trp_view_state_get_plane (TrpViewState *self, TrpVec3 point_lps)
{
  TrpPlane plane = self->plane;

  plane.point_lps = point_lps;
  return plane;
}

void
trp_view_state_set_grid (TrpViewState *self, const TrpGeometry *geometry)
{
  self->has_grid = geometry != NULL;
  if (geometry)
    self->grid = *geometry;
  update_plane (self);
  changed (self);
}

void
trp_view_state_set_nose_right (TrpViewState *self, bool nose_right)
{
  if (self->nose_right == nose_right)
    return;
  self->nose_right = nose_right;
  update_plane (self);
  changed (self);
}

void
trp_view_state_set_fit_geometry (TrpViewState *self, const TrpGeometry *geometry)
{
  const TrpVec3 right = self->plane.right, down = self->plane.down;
  double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };

  for (int corner = 0; corner < 8; corner++)
    {
      TrpVec3 point_ijk;

      for (int axis = 0; axis < 3; axis++)
        point_ijk.v[axis] = corner >> axis & 1 ? (double) geometry->size[axis] - 0.5 : -0.5;
      const TrpVec3 point_lps = trp_geometry_lps_from_ijk (geometry, point_ijk);
      const double x = trp_vec3_dot (point_lps, right), y = trp_vec3_dot (point_lps, down);

      low[0] = fmin (low[0], x);
      high[0] = fmax (high[0], x);
      low[1] = fmin (low[1], y);
      high[1] = fmax (high[1], y);
    }
  self->fit_width_mm = high[0] - low[0];
  self->fit_height_mm = high[1] - low[1];
  self->fit_center_lps = trp_geometry_get_center (geometry);
  changed (self);
}

void
trp_view_state_fit (TrpViewState *self)
{
  self->fitted = true;
  changed (self);
}

bool
trp_view_state_is_fitted (TrpViewState *self)
{
  return self->fitted;
}

double
trp_view_state_get_mm_per_px (TrpViewState *self, int width, int height)
{
  if (!self->fitted)
    return self->mm_per_px;
  if (width <= 0 || height <= 0)
    return 1;
  return CLAMP (fmax (self->fit_width_mm / width, self->fit_height_mm / height), MIN_MM_PER_PX,
                MAX_MM_PER_PX);
}

static TrpVec3
get_center (TrpViewState *self)
{
  return self->fitted ? self->fit_center_lps : self->center_lps;
}

static void
take_over (TrpViewState *self, TrpVec3 center_lps, double mm_per_px)
{
  self->center_lps = center_lps;
  self->mm_per_px = CLAMP (mm_per_px, MIN_MM_PER_PX, MAX_MM_PER_PX);
  self->fitted = false;
  changed (self);
}

static TrpVec3
in_plane (TrpViewState *self, double right_mm, double down_mm)
{
  return trp_vec3_add (trp_vec3_scale (self->plane.right, right_mm),
                       trp_vec3_scale (self->plane.down, down_mm));
}

void
trp_view_state_zoom (
  TrpViewState *self, double mm_per_px, double x, double y, int width, int height)
{
  const double before = trp_view_state_get_mm_per_px (self, width, height);
  const double after = CLAMP (mm_per_px, MIN_MM_PER_PX, MAX_MM_PER_PX);
  const TrpVec3 shift = in_plane (self, (x - 0.5 * width) * (before - after),
                                  (y - 0.5 * height) * (before - after));

  take_over (self, trp_vec3_add (get_center (self), shift), after);
}

void
trp_view_state_pan (TrpViewState *self, double dx, double dy, int width, int height)
{
  const double mm_per_px = trp_view_state_get_mm_per_px (self, width, height);

  take_over (self,
             trp_vec3_subtract (get_center (self), in_plane (self, dx * mm_per_px, dy * mm_per_px)),
             mm_per_px);
}

void
trp_view_state_center_on (TrpViewState *self, TrpVec3 point_lps, int width, int height)
{
  take_over (self, point_lps, trp_view_state_get_mm_per_px (self, width, height));
}

TrpRaster
trp_view_state_get_raster (TrpViewState *self, TrpVec3 cursor_lps, int width, int height, int scale)
{
  const TrpPlane plane = trp_view_state_get_plane (self, cursor_lps);

  return trp_raster_new (&plane, (size_t) (width * scale), (size_t) (height * scale),
                         trp_view_state_get_mm_per_px (self, width, height) / scale,
                         get_center (self));
}
