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

  TrpPlaneKind kind;
  TrpFrame frame;
  bool nose_right;
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
trp_plane_kind_get_name (TrpPlaneKind kind)
{
  static const char *const names[TRP_N_PLANES] = { N_ ("axial"), N_ ("coronal"), N_ ("sagittal") };

  return _ (names[kind]);
}

TrpFrame
trp_frame_patient (void)
{
  return (TrpFrame){ trp_vec3 (1, 0, 0), trp_vec3 (0, 1, 0), trp_vec3 (0, 0, 1) };
}

TrpFrame
trp_frame_from_geometry (const TrpGeometry *geometry)
{
  TrpVec3 axes[3];
  int axis[3], sign[3];

  if (trp_geometry_is_sheared (geometry))
    return trp_frame_patient ();
  trp_geometry_get_axis_order (geometry, axis, sign);
  for (int n = 0; n < 3; n++)
    axes[axis[n]] = trp_vec3_scale (trp_geometry_get_direction (geometry, n), sign[n]);
  return (TrpFrame){ axes[0], axes[1], axes[2] };
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
  self->frame = trp_frame_patient ();
  self->fitted = true;
  self->fit_width_mm = self->fit_height_mm = 300;
  self->mm_per_px = 1;
}

TrpViewState *
trp_view_state_new (TrpPlaneKind kind)
{
  TrpViewState *self = g_object_new (TRP_TYPE_VIEW_STATE, NULL);

  self->kind = kind;
  return self;
}

static void
changed (TrpViewState *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

TrpPlaneKind
trp_view_state_get_kind (TrpViewState *self)
{
  return self->kind;
}

void
trp_view_state_set_frame (TrpViewState *self, const TrpFrame *frame)
{
  if (memcmp (&self->frame, frame, sizeof *frame) == 0)
    return;
  self->frame = *frame;
  changed (self);
}

void
trp_view_state_set_nose_right (TrpViewState *self, bool nose_right)
{
  if (self->nose_right == nose_right)
    return;
  self->nose_right = nose_right;
  changed (self);
}

/* Radiological: the patient's right on the screen's left, in axial and coronal planes. */
TrpVec3
trp_view_state_get_right (TrpViewState *self)
{
  if (self->kind != TRP_PLANE_SAGITTAL)
    return self->frame.left;
  return trp_vec3_scale (self->frame.posterior, self->nose_right ? -1 : 1);
}

TrpVec3
trp_view_state_get_down (TrpViewState *self)
{
  if (self->kind == TRP_PLANE_AXIAL)
    return self->frame.posterior;
  return trp_vec3_scale (self->frame.superior, -1);
}

TrpVec3
trp_view_state_get_normal (TrpViewState *self)
{
  if (self->kind == TRP_PLANE_AXIAL)
    return self->frame.superior;
  return self->kind == TRP_PLANE_CORONAL ? self->frame.posterior : self->frame.left;
}

void
trp_view_state_set_fit_geometry (TrpViewState *self, const TrpGeometry *geometry)
{
  const TrpVec3 right = trp_view_state_get_right (self), down = trp_view_state_get_down (self);
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
  return trp_vec3_add (trp_vec3_scale (trp_view_state_get_right (self), right_mm),
                       trp_vec3_scale (trp_view_state_get_down (self), down_mm));
}

void
trp_view_state_zoom (TrpViewState *self,
                     double mm_per_px,
                     double x,
                     double y,
                     int width,
                     int height)
{
  const double before = trp_view_state_get_mm_per_px (self, width, height);
  const double after = CLAMP (mm_per_px, MIN_MM_PER_PX, MAX_MM_PER_PX);
  const TrpVec3 shift
    = in_plane (self, (x - 0.5 * width) * (before - after), (y - 0.5 * height) * (before - after));

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

TrpAffine
trp_view_state_get_lps_from_px (TrpViewState *self, TrpVec3 cursor_lps, int width, int height)
{
  const double mm_per_px = trp_view_state_get_mm_per_px (self, width, height);
  const TrpVec3 normal = trp_view_state_get_normal (self), center = get_center (self);
  const double depth = trp_vec3_dot (trp_vec3_subtract (cursor_lps, center), normal);
  const TrpVec3 middle = trp_vec3_add (center, trp_vec3_scale (normal, depth));
  TrpAffine affine;

  trp_affine_set_column (&affine, 0,
                         trp_vec3_scale (trp_view_state_get_right (self), mm_per_px));
  trp_affine_set_column (&affine, 1, trp_vec3_scale (trp_view_state_get_down (self), mm_per_px));
  trp_affine_set_column (&affine, 2, normal);
  trp_affine_set_column (
    &affine, 3,
    trp_vec3_add (middle,
                  in_plane (self, -0.5 * width * mm_per_px, -0.5 * height * mm_per_px)));
  return affine;
}

TrpVec3
trp_view_state_px_from_lps (TrpViewState *self, TrpVec3 point_lps, int width, int height)
{
  const double mm_per_px = trp_view_state_get_mm_per_px (self, width, height);
  const TrpVec3 offset = trp_vec3_subtract (point_lps, get_center (self));

  return trp_vec3 (
    0.5 * width + trp_vec3_dot (offset, trp_view_state_get_right (self)) / mm_per_px,
    0.5 * height + trp_vec3_dot (offset, trp_view_state_get_down (self)) / mm_per_px,
    trp_vec3_dot (offset, trp_view_state_get_normal (self)));
}

/* DICOM PS3.3 C.7.6.1.1.1: letters in the order of the size of their components; components under
 * sin 3 degrees are left out as they would say nothing on a nearly straight plane. */
void
trp_direction_get_letters (TrpVec3 direction_lps, char out_letters[4])
{
  static const char positive[] = "LPS", negative[] = "RAI";
  double rest[3] = { fabs (direction_lps.v[0]), fabs (direction_lps.v[1]),
                     fabs (direction_lps.v[2]) };
  int n = 0;

  while (n < 3)
    {
      int best = 0;

      for (int axis = 1; axis < 3; axis++)
        if (rest[axis] > rest[best])
          best = axis;
      if (rest[best] < 0.05)
        break;
      out_letters[n++] = direction_lps.v[best] > 0 ? positive[best] : negative[best];
      rest[best] = 0;
    }
  out_letters[n] = '\0';
}
