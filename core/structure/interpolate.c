/* interpolate.c - see interpolate.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Distances are exact (Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012) 415): along rows
 * first, then along columns as the lower envelope of parabolas. A pixel's distance is that to the
 * nearest pixel of the other kind, so the outline lies halfway between the two.
 */

#include "core/structure/interpolate.h"

#include <math.h>

/* Half-way between two shapes is inside whatever the last bits say, from whichever side. */
#define TIE_MM 1e-9

/* The part of a slice that both shapes lie in, with a rim of one pixel. */
typedef struct
{
  int axes[2]; /* of the grid, along width and height */
  size_t begin[2], size[2];
  double spacing[2];
} Window;

/* A drawn slice. @distance: signed, mm */
typedef struct
{
  double *distance;
  double centroid[2]; /* pixels of the window */
} Shape;

static void
clear_shape (Shape *shape)
{
  g_clear_pointer (&shape->distance, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shape, clear_shape)

static bool
is_in_grid (const TrpMask *mask, const size_t at[3])
{
  const size_t *size = trp_mask_get_geometry (mask)->size;

  return at[0] < size[0] && at[1] < size[1] && at[2] < size[2];
}

static bool
get_voxel (const TrpMask *mask, const Window *window, int axis, size_t slice, size_t x, size_t y)
{
  size_t at[3];

  at[axis] = slice;
  at[window->axes[0]] = window->begin[0] + x;
  at[window->axes[1]] = window->begin[1] + y;
  return is_in_grid (mask, at) && trp_mask_get (mask, at[0], at[1], at[2]);
}

/* Squares of the distances along a row to the nearest pixel that is @wanted. */
static void
scan_row (const uint8_t *row, size_t n, bool wanted, double spacing, double *out_squared)
{
  double last = INFINITY;

  for (size_t x = 0; x < n; x++)
    {
      last = (row[x] != 0) == wanted ? 0 : last + spacing;
      out_squared[x] = last * last;
    }
  last = INFINITY;
  for (size_t x = n; x-- > 0;)
    {
      last = (row[x] != 0) == wanted ? 0 : last + spacing;
      out_squared[x] = MIN (out_squared[x], last * last);
    }
}

/* One column's parabolas: where each of the envelope begins, and its vertex. */
typedef struct
{
  size_t *vertex;
  double *start;
  double *values;
} Envelope;

static void
scan_column (double *squared, size_t n, size_t stride, double spacing, const Envelope *envelope)
{
  size_t n_parabolas = 0;

  for (size_t y = 0; y < n; y++)
    {
      double start = -INFINITY;

      envelope->values[y] = squared[y * stride];
      if (isinf (envelope->values[y]))
        continue;
      while (n_parabolas > 0)
        {
          const size_t v = envelope->vertex[n_parabolas - 1];
          const double a = spacing * (double) v, b = spacing * (double) y;

          start = (envelope->values[y] + b * b - envelope->values[v] - a * a) / (2 * (b - a));
          if (start > envelope->start[n_parabolas - 1])
            break;
          n_parabolas--;
          start = -INFINITY;
        }
      envelope->vertex[n_parabolas] = y;
      envelope->start[n_parabolas++] = start;
    }
  for (size_t y = 0, p = 0; y < n && n_parabolas > 0; y++)
    {
      while (p + 1 < n_parabolas && envelope->start[p + 1] < spacing * (double) y)
        p++;
      const double offset = spacing * ((double) y - (double) envelope->vertex[p]);

      squared[y * stride] = offset * offset + envelope->values[envelope->vertex[p]];
    }
}

static void
measure (const uint8_t *pixels, const Window *window, bool wanted, double *out_squared)
{
  const size_t width = window->size[0], height = window->size[1];
  g_autofree size_t *vertex = g_new (size_t, height);
  g_autofree double *start = g_new (double, height);
  g_autofree double *values = g_new (double, height);
  const Envelope envelope = { vertex, start, values };

  for (size_t y = 0; y < height; y++)
    scan_row (pixels + y * width, width, wanted, window->spacing[0], out_squared + y * width);
  for (size_t x = 0; x < width; x++)
    scan_column (out_squared + x, height, width, window->spacing[1], &envelope);
}

static void
init_shape (Shape *shape, const TrpMask *mask, const Window *window, int axis, size_t slice)
{
  const size_t width = window->size[0], n_pixels = width * window->size[1];
  g_autofree uint8_t *pixels = g_new (uint8_t, n_pixels);
  g_autofree double *inside = g_new (double, n_pixels);
  g_autofree double *outside = g_new (double, n_pixels);
  size_t count = 0;

  shape->distance = g_new (double, n_pixels);
  shape->centroid[0] = shape->centroid[1] = 0;
  for (size_t n = 0; n < n_pixels; n++)
    {
      pixels[n] = get_voxel (mask, window, axis, slice, n % width, n / width);
      count += pixels[n];
      shape->centroid[0] += pixels[n] * (double) (n % width);
      shape->centroid[1] += pixels[n] * (double) (n / width);
    }
  shape->centroid[0] /= (double) count;
  shape->centroid[1] /= (double) count;
  measure (pixels, window, true, inside);
  measure (pixels, window, false, outside);
  for (size_t n = 0; n < n_pixels; n++)
    shape->distance[n] = sqrt (inside[n]) - sqrt (outside[n]);
}

/* Bilinear; beyond the window the distance grows as if the outline were at its rim. */
static double
sample (const Shape *shape, const Window *window, double x, double y)
{
  const double in_x = CLAMP (x, 0, (double) window->size[0] - 1);
  const double in_y = CLAMP (y, 0, (double) window->size[1] - 1);
  const size_t i = MIN ((size_t) in_x, window->size[0] - 2);
  const size_t j = MIN ((size_t) in_y, window->size[1] - 2);
  const double u = in_x - (double) i, v = in_y - (double) j;
  const double *at = shape->distance + j * window->size[0] + i;
  const double near = (1 - v) * ((1 - u) * at[0] + u * at[1]) +
                      v * ((1 - u) * at[window->size[0]] + u * at[window->size[0] + 1]);

  return near + hypot (window->spacing[0] * (x - in_x), window->spacing[1] * (y - in_y));
}

/* Returns: whether the slice got a voxel. */
static bool
fill_slice (
  TrpMask *mask, const Window *window, int axis, size_t slice, const Shape shapes[2], double share)
{
  double shift[2][2];
  bool is_filled = false;

  for (int d = 0; d < 2; d++)
    {
      const double centroid = (1 - share) * shapes[0].centroid[d] + share * shapes[1].centroid[d];

      for (int n = 0; n < 2; n++)
        shift[n][d] = shapes[n].centroid[d] - centroid;
    }
  for (size_t y = 0; y < window->size[1]; y++)
    for (size_t x = 0; x < window->size[0]; x++)
      {
        double distances[2];
        size_t at[3];

        for (int n = 0; n < 2; n++)
          distances[n] = sample (&shapes[n], window, (double) x + shift[n][0],
                                 (double) y + shift[n][1]);
        at[axis] = slice;
        at[window->axes[0]] = window->begin[0] + x;
        at[window->axes[1]] = window->begin[1] + y;
        if ((1 - share) * distances[0] + share * distances[1] > TIE_MM || !is_in_grid (mask, at))
          continue;
        trp_mask_set (mask, at[0], at[1], at[2], true);
        is_filled = true;
      }
  return is_filled;
}

/* The rim lets outlines at the box's edge have an outside; it ends with the grid. */
static Window
make_window (const TrpMask *mask, int axis)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpBox box = trp_mask_get_box (mask);
  Window window = { { axis == 0 ? 1 : 0, axis == 2 ? 1 : 2 }, { 0 }, { 0 }, { 0 } };

  for (int n = 0; n < 2; n++)
    {
      const int along = window.axes[n];
      const size_t end = MIN (box.end[along] + 1, geometry->size[along]);

      window.begin[n] = box.begin[along] > 0 ? box.begin[along] - 1 : 0;
      window.size[n] = MAX (end - window.begin[n], 2);
      window.spacing[n] = trp_geometry_get_spacing (geometry, along);
    }
  return window;
}

static bool *
find_drawn (const TrpMask *mask, int axis)
{
  const TrpBox box = trp_mask_get_box (mask);
  bool *drawn = g_new0 (bool, trp_mask_get_geometry (mask)->size[axis] + 1);

  for (size_t k = box.begin[2]; k < box.end[2]; k++)
    for (size_t j = box.begin[1]; j < box.end[1]; j++)
      for (size_t i = box.begin[0]; i < box.end[0]; i++)
        {
          const size_t at[3] = { i, j, k };

          if (!drawn[at[axis]] && trp_mask_get (mask, i, j, k))
            drawn[at[axis]] = true;
        }
  return drawn;
}

/* Pixels in both shapes, the second moved by @shift. */
static size_t
count_common (const Shape *first, const Shape *second, const Window *window, const double shift[2])
{
  size_t count = 0;

  for (size_t y = 0; y < window->size[1]; y++)
    for (size_t x = 0; x < window->size[0]; x++)
      count += first->distance[y * window->size[0] + x] <= 0 &&
               sample (second, window, (double) x + shift[0], (double) y + shift[1]) <= TIE_MM;
  return count;
}

/* Where parts come or go the centroids jump, and shapes are better left where they are. */
static void
choose_centroids (Shape *first, Shape *second, const Window *window)
{
  const double shift[2] = { second->centroid[0] - first->centroid[0],
                            second->centroid[1] - first->centroid[1] };
  const double back[2] = { -shift[0], -shift[1] };

  if (2 * count_common (first, second, window, (double[2]){ 0, 0 }) <
      count_common (first, second, window, shift) + count_common (second, first, window, back))
    return;
  for (int d = 0; d < 2; d++)
    first->centroid[d] = second->centroid[d] = 0;
}

static size_t
fill_gap (const TrpMask *mask, const Window *window, int axis, size_t from, size_t to, TrpMask *out)
{
  g_auto (Shape) first = { 0 };
  g_auto (Shape) second = { 0 };
  size_t n_filled = 0;

  init_shape (&first, mask, window, axis, from);
  init_shape (&second, mask, window, axis, to);
  choose_centroids (&first, &second, window);
  for (size_t slice = from + 1; slice < to; slice++)
    {
      const Shape shapes[2] = { first, second };

      n_filled += fill_slice (out, window, axis, slice, shapes,
                              (double) (slice - from) / (double) (to - from));
    }
  return n_filled;
}

TrpMask *
trp_interpolate_slices (
  const TrpMask *mask, int axis, size_t *out_n_filled, TrpProgress *progress, GError **error)
{
  const size_t n_slices = trp_mask_get_geometry (mask)->size[axis];
  g_autofree bool *drawn = find_drawn (mask, axis);
  g_autoptr (TrpMask) out = trp_mask_copy (mask);
  const Window window = make_window (mask, axis);
  size_t last = SIZE_MAX, n_gaps = 0;

  g_return_val_if_fail (axis >= 0 && axis < 3, NULL);
  *out_n_filled = 0;
  for (size_t slice = 0; slice < n_slices; slice++)
    {
      if (!drawn[slice])
        continue;
      if (!trp_progress_step (progress, (double) slice / (double) n_slices, NULL, error))
        return NULL;
      if (last != SIZE_MAX && slice > last + 1 && ++n_gaps)
        *out_n_filled += fill_gap (mask, &window, axis, last, slice, out);
      last = slice;
    }
  if (*out_n_filled == 0)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           n_gaps
                             ? "What is drawn on either side of the empty slices has nothing in "
                               "common: draw on more slices"
                             : "No empty slice lies between two drawn ones: draw on every few "
                               "slices first");
      return NULL;
    }
  return g_steal_pointer (&out);
}

static size_t
count_gaps (const TrpMask *mask, int axis)
{
  const size_t n_slices = trp_mask_get_geometry (mask)->size[axis];
  g_autofree bool *drawn = find_drawn (mask, axis);
  size_t n_gaps = 0, last = SIZE_MAX;

  for (size_t slice = 0; slice < n_slices; slice++)
    if (drawn[slice])
      {
        n_gaps += last != SIZE_MAX && slice > last + 1;
        last = slice;
      }
  return n_gaps;
}

int
trp_interpolate_choose_axis (const TrpMask *mask)
{
  size_t most = count_gaps (mask, 2);
  int chosen = 2;

  for (int axis = 0; axis < 2; axis++)
    if (count_gaps (mask, axis) > most)
      {
        most = count_gaps (mask, axis);
        chosen = axis;
      }
  return chosen;
}
