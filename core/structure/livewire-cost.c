/* livewire-cost.c - see livewire-cost.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Smoothing divides the smoothed values by the smoothed mask of what is inside, so that neither the
 * slice's rim nor the volume's looks like an edge. Derivatives are central differences of the
 * smoothed values.
 */

#include "core/structure/livewire-cost.h"

#include <math.h>

#define N_WAYS TRP_LIVEWIRE_N_WAYS

enum
{
  N_BINS = 4096,
};

/* Share of the slice's pixels whose gradient is weaker than the one that counts as an edge. */
static const double edge_share = 0.9;
/* Of that gradient: less is the noise of rounding, and has no direction. */
static const double least_gradient = 1e-4;
/* Standard deviations to which the Gaussian reaches. */
static const double reach = 4;

struct _TrpLivewireCost
{
  size_t width, height;
  double spacing[2];
  float *costs; /* N_WAYS per pixel */
  float dearest;
  float *edges; /* x and y from the pixel's centre to its edge, px; NULL: all 0 */
};

/* The smoothed slice and its gradient per mm, NAN where there is none. */
typedef struct
{
  const TrpLivewireImage *image;
  size_t n_pixels;
  float *smooth;
  float *slope[2];
  float *magnitude;
} Field;

static void
clear_field (Field *field)
{
  g_free (field->smooth);
  g_free (field->slope[0]);
  g_free (field->slope[1]);
  g_free (field->magnitude);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Field, clear_field)

TrpLivewireOptions
trp_livewire_options_default (void)
{
  return (TrpLivewireOptions){
    .scale = 1, .gradient = 1, .distance = 0.3, .direction = 0.3, .length = 0.05
  };
}

/* Taps from the middle outwards, 1 at the middle; the mask's division makes their sum 1. */
static float *
make_taps (double sigma_px, size_t n_most, size_t *out_n)
{
  const size_t n = 1 + (size_t) MIN (reach * sigma_px + 0.5, (double) n_most);
  float *taps = g_new (float, n);

  for (size_t t = 0; t < n; t++)
    taps[t] = t == 0 ? 1 : (float) exp (-0.5 * (double) (t * t) / (sigma_px * sigma_px));
  *out_n = n;
  return taps;
}

static void
add_scaled (float *out, const float *in, float tap, size_t n)
{
  for (size_t i = 0; i < n; i++)
    out[i] += tap * in[i];
}

static void
blur_row (const float *in, size_t width, const float *taps, size_t n_taps, float *out)
{
  for (size_t x = 0; x < width; x++)
    out[x] = in[x];
  for (size_t t = 1; t < MIN (n_taps, width); t++)
    {
      add_scaled (out + t, in, taps[t], width - t);
      add_scaled (out, in + t, taps[t], width - t);
    }
}

/* Beyond the rim there are zeros. */
static void
blur (float *pixels, const TrpLivewireImage *image, double scale, float *scratch)
{
  const size_t width = image->width, height = image->height;
  size_t n_x, n_y;
  g_autofree float *taps_x = make_taps (scale / image->spacing[0], width, &n_x);
  g_autofree float *taps_y = make_taps (scale / image->spacing[1], height, &n_y);

  for (size_t y = 0; y < height; y++)
    blur_row (pixels + y * width, width, taps_x, n_x, scratch + y * width);
  for (size_t y = 0; y < height; y++)
    {
      float *out = pixels + y * width;

      for (size_t x = 0; x < width; x++)
        out[x] = scratch[y * width + x];
      for (size_t t = 1; t < n_y; t++)
        {
          if (t <= y)
            add_scaled (out, scratch + (y - t) * width, taps_y[t], width);
          if (y + t < height)
            add_scaled (out, scratch + (y + t) * width, taps_y[t], width);
        }
    }
}

/* @mask, @scratch: for use within. */
static void
smooth (Field *field, double scale, float *mask, float *scratch)
{
  const TrpLivewireImage *image = field->image;

  for (size_t n = 0; n < field->n_pixels; n++)
    {
      const bool is_inside = isfinite (image->values[n]);

      mask[n] = is_inside;
      field->smooth[n] = is_inside
                           ? (float) CLAMP ((double) image->values[n], image->low, image->high)
                           : 0;
    }
  blur (field->smooth, image, scale, scratch);
  blur (mask, image, scale, scratch);
  for (size_t n = 0; n < field->n_pixels; n++)
    field->smooth[n] = mask[n] > 0 ? field->smooth[n] / mask[n] : NAN;
}

/* Per mm along a line of pixels @stride apart, of which this is number @at of @n. */
static float
differ (const float *pixel, size_t at, size_t n, size_t stride, double spacing)
{
  const float *before = at > 0 && isfinite (pixel[-(ptrdiff_t) stride]) ? pixel - stride : pixel;
  const float *after = at + 1 < n && isfinite (pixel[stride]) ? pixel + stride : pixel;
  const double steps = (double) ((size_t) (after - before) / stride);

  return steps > 0 && isfinite (*pixel) ? (float) ((double) (*after - *before) / (steps * spacing))
                                        : 0;
}

static void
differentiate (Field *field)
{
  const TrpLivewireImage *image = field->image;

  for (size_t y = 0; y < image->height; y++)
    for (size_t x = 0; x < image->width; x++)
      {
        const size_t n = x + y * image->width;

        field->slope[0][n] = differ (field->smooth + n, x, image->width, 1, image->spacing[0]);
        field->slope[1][n] = differ (field->smooth + n, y, image->height, image->width,
                                     image->spacing[1]);
        const float magnitude = hypotf (field->slope[0][n], field->slope[1][n]);

        field->magnitude[n] = isfinite (image->values[n]) && isfinite (magnitude) ? magnitude : 0;
      }
}

/* The gradient that counts as an edge in this slice; INFINITY where there is none. */
static double
find_edge_gradient (const Field *field)
{
  size_t bins[N_BINS] = { 0 }, n_inside = 0, n_below = 0;
  float largest = 0;

  for (size_t n = 0; n < field->n_pixels; n++)
    largest = MAX (largest, field->magnitude[n]);
  if (!(largest > 0))
    return INFINITY;
  for (size_t n = 0; n < field->n_pixels; n++)
    if (field->magnitude[n] > 0)
      {
        bins[MIN ((size_t) (field->magnitude[n] / largest * N_BINS), N_BINS - 1)]++;
        n_inside++;
      }
  for (size_t bin = 0; bin < N_BINS; bin++)
    {
      n_below += bins[bin];
      if ((double) n_below >= edge_share * (double) n_inside)
        return (double) largest * (double) (bin + 1) / N_BINS;
    }
  return (double) largest;
}

/* Bilinear; repeats the rim. */
static double
sample (const float *pixels, const TrpLivewireImage *image, double x, double y)
{
  const double in_x = CLAMP (x, 0, (double) image->width - 1);
  const double in_y = CLAMP (y, 0, (double) image->height - 1);
  const size_t i = (size_t) in_x, j = (size_t) in_y;
  const size_t right = i + 1 < image->width ? 1 : 0;
  const size_t below = j + 1 < image->height ? image->width : 0;
  const double u = in_x - (double) i, v = in_y - (double) j;
  const float *at = pixels + i + j * image->width;

  return (1 - v) * ((1 - u) * (double) at[0] + u * (double) at[right]) +
         v * ((1 - u) * (double) at[below] + u * (double) at[below + right]);
}

/* Along the unit vector @normal (mm) the magnitude is a parabola through three points @step apart.
 * Returns: mm to its top; INFINITY where it has none within a step. */
static double
find_top (const Field *field, size_t x, size_t y, const double normal[2], double step)
{
  const double *spacing = field->image->spacing;
  const double dx = normal[0] * step / spacing[0], dy = normal[1] * step / spacing[1];
  const double here = (double) field->magnitude[x + y * field->image->width];
  const double before = sample (field->magnitude, field->image, (double) x - dx, (double) y - dy);
  const double after = sample (field->magnitude, field->image, (double) x + dx, (double) y + dy);
  const double curvature = before - 2 * here + after;
  const double top = curvature < 0 ? step * (before - after) / (2 * curvature) : (double) INFINITY;

  return fabs (top) <= step ? top : (double) INFINITY;
}

/* Unit vectors in mm. */
static void
find_ways (const double spacing[2], double ways[N_WAYS][2])
{
  const double diagonal = hypot (spacing[0], spacing[1]);
  const double found[N_WAYS][2] = { { 1, 0 },
                                    { 0, 1 },
                                    { spacing[0] / diagonal, spacing[1] / diagonal },
                                    { spacing[0] / diagonal, -spacing[1] / diagonal } };

  for (int way = 0; way < N_WAYS; way++)
    for (int axis = 0; axis < 2; axis++)
      ways[way][axis] = found[way][axis];
}

static void
price_pixel (TrpLivewireCost *self,
             const Field *field,
             const TrpLivewireOptions *options,
             size_t x,
             size_t y,
             double edge_gradient,
             double ways[N_WAYS][2])
{
  const size_t n = x + y * self->width;
  const double magnitude = (double) field->magnitude[n], strength = magnitude / edge_gradient;
  const double step = MIN (self->spacing[0], self->spacing[1]);
  const bool has_edge = strength > least_gradient;
  double normal[2] = { 0, 0 }, top = INFINITY, cost = options->length;

  if (has_edge)
    {
      for (int axis = 0; axis < 2; axis++)
        normal[axis] = (double) field->slope[axis][n] / magnitude;
      top = find_top (field, x, y, normal, step);
    }
  if (isfinite (top))
    for (int axis = 0; axis < 2; axis++)
      self->edges[2 * n + (size_t) axis] = (float) (normal[axis] * top / self->spacing[axis]);
  cost += options->gradient * (has_edge ? 1 / (1 + strength * strength) : 1);
  cost += options->distance * (isfinite (top) ? fabs (top) / step : 1);
  for (int way = 0; way < N_WAYS; way++)
    {
      const double across = has_edge ? fabs (normal[0] * ways[way][0] + normal[1] * ways[way][1])
                                     : 1;

      self->costs[N_WAYS * n + (size_t) way] = (float) (cost + options->direction * across);
    }
}

static void
find_dearest (TrpLivewireCost *self)
{
  for (size_t n = 0; n < N_WAYS * self->width * self->height; n++)
    self->dearest = MAX (self->dearest, self->costs[n]);
}

static bool
price (TrpLivewireCost *self,
       const Field *field,
       const TrpLivewireOptions *options,
       TrpProgress *progress,
       GError **error)
{
  const double edge_gradient = find_edge_gradient (field);
  double ways[N_WAYS][2];

  find_ways (self->spacing, ways);
  for (size_t y = 0; y < self->height; y++)
    {
      for (size_t x = 0; x < self->width; x++)
        price_pixel (self, field, options, x, y, edge_gradient, ways);
      if (!trp_progress_step (progress, 0.5 + 0.5 * (double) y / (double) self->height, NULL,
                              error))
        return false;
    }
  find_dearest (self);
  return true;
}

static bool
refuse_memory (size_t width, size_t height, GError **error)
{
  g_set_error (
    error, TRP_ERROR, TRP_ERROR_LIMIT,
    "No memory for the edges of %zu x %zu pixels: draw with another tool, or close other "
    "programs",
    width, height);
  return false;
}

static bool
allocate_field (Field *field, const TrpLivewireImage *image, GError **error)
{
  const size_t n = field->n_pixels = image->width * image->height;

  field->image = image;
  field->smooth = g_try_new (float, n);
  field->slope[0] = g_try_new (float, n);
  field->slope[1] = g_try_new (float, n);
  field->magnitude = g_try_new (float, n);
  return (field->smooth && field->slope[0] && field->slope[1] && field->magnitude) ||
         refuse_memory (image->width, image->height, error);
}

static void
clear_cost (void *data)
{
  TrpLivewireCost *self = data;

  g_free (self->costs);
  g_free (self->edges);
}

static TrpLivewireCost *
allocate_cost (size_t width, size_t height, const double spacing[2], bool has_edges, GError **error)
{
  g_autoptr (TrpLivewireCost) self = NULL;

  if (height > TRP_LIVEWIRE_MAX_PIXELS / width)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "A slice of %zu x %zu pixels is too large for the livewire; the limit is %u "
                   "pixels: draw with another tool",
                   width, height, TRP_LIVEWIRE_MAX_PIXELS);
      return NULL;
    }
  self = g_atomic_rc_box_new0 (TrpLivewireCost);
  self->width = width;
  self->height = height;
  self->spacing[0] = spacing[0];
  self->spacing[1] = spacing[1];
  self->costs = g_try_new (float, N_WAYS *width *height);
  self->edges = has_edges ? g_try_new0 (float, 2 * width * height) : NULL;
  if (!self->costs || (has_edges && !self->edges))
    {
      refuse_memory (width, height, error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

TrpLivewireCost *
trp_livewire_cost_new (const TrpLivewireImage *image,
                       const TrpLivewireOptions *options,
                       TrpProgress *progress,
                       GError **error)
{
  g_autoptr (TrpLivewireCost) self = NULL;
  g_auto (Field) field = { 0 };

  g_return_val_if_fail (image->width > 0 && image->height > 0, NULL);
  g_return_val_if_fail (image->spacing[0] > 0 && image->spacing[1] > 0, NULL);
  g_return_val_if_fail (image->low < image->high && options->length > 0, NULL);
  self = allocate_cost (image->width, image->height, image->spacing, true, error);
  if (!self || !allocate_field (&field, image, error))
    return NULL;
  if (!trp_progress_step (progress, 0, NULL, error))
    return NULL;
  /* the gradient comes later: until then its memory is free for the mask */
  smooth (&field, options->scale, field.slope[0], field.slope[1]);
  if (!trp_progress_step (progress, 0.3, NULL, error))
    return NULL;
  differentiate (&field);
  return price (self, &field, options, progress, error) ? g_steal_pointer (&self) : NULL;
}

TrpLivewireCost *
trp_livewire_cost_new_from_pixels (
  const float *pixels, size_t width, size_t height, const double spacing[2], GError **error)
{
  TrpLivewireCost *self = NULL;

  g_return_val_if_fail (width > 0 && height > 0 && spacing[0] > 0 && spacing[1] > 0, NULL);
  self = allocate_cost (width, height, spacing, false, error);
  if (!self)
    return NULL;
  for (size_t n = 0; n < N_WAYS * width * height; n++)
    self->costs[n] = pixels[n / N_WAYS];
  find_dearest (self);
  return self;
}

TrpLivewireCost *
trp_livewire_cost_ref (TrpLivewireCost *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
trp_livewire_cost_unref (TrpLivewireCost *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_cost);
}

size_t
trp_livewire_cost_get_width (const TrpLivewireCost *self)
{
  return self->width;
}

size_t
trp_livewire_cost_get_height (const TrpLivewireCost *self)
{
  return self->height;
}

double
trp_livewire_cost_get_spacing (const TrpLivewireCost *self, int axis)
{
  return self->spacing[axis];
}

const float *
trp_livewire_cost_peek (const TrpLivewireCost *self)
{
  return self->costs;
}

float
trp_livewire_cost_get_dearest (const TrpLivewireCost *self)
{
  return self->dearest;
}

TrpPoint
trp_livewire_cost_get_edge (const TrpLivewireCost *self, size_t x, size_t y)
{
  const size_t n = 2 * (x + y * self->width);

  return (TrpPoint){ (double) x + (self->edges ? (double) self->edges[n] : 0),
                     (double) y + (self->edges ? (double) self->edges[n + 1] : 0) };
}
