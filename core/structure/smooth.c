/* smooth.c - see smooth.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pass per axis. The blurred mask is kept as 16 bits per voxel of the box, enough to tell apart
 * what differs by 1e-5; its histogram, one for the box or one per slice, gives the level.
 */

#include "core/structure/smooth.h"

#include "core/base/parallel.h"

#include <math.h>
#include <string.h>

#define REACH_SIGMAS 4.0
#define FULL 65535 /* a voxel whose whole neighbourhood is inside */
#define N_LEVELS (FULL + 1)

/* Weights of a voxel and of its neighbours on one side; all of both sides add up to 1. */
typedef struct
{
  size_t n;
  float *weights;
} Kernel;

typedef struct
{
  const TrpMask *mask;
  TrpBox box;
  size_t size[3];
  Kernel kernels[3];
  uint16_t *values; /* i fastest */
  size_t k;
  float *planes; /* slices that the last pass needs, one after the other in a ring */
  size_t n_planes;
  int flat_axis;
  uint16_t *levels; /* one, or one per slice across the flat axis */
  TrpMask *out;
} Work;

static void
work_clear (Work *self)
{
  for (int axis = 0; axis < 3; axis++)
    g_free (self->kernels[axis].weights);
  g_free (self->values);
  g_free (self->planes);
  g_free (self->levels);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static Kernel
make_kernel (double sigma)
{
  Kernel kernel = { .n = (size_t) floor (REACH_SIGMAS * sigma + 0.5) };
  double sum = 0;

  kernel.weights = g_new (float, kernel.n + 1);
  for (size_t n = 0; n <= kernel.n; n++)
    sum += (n ? 2 : 1) * exp (sigma > 0 ? -0.5 * (double) (n * n) / (sigma * sigma) : 0);
  for (size_t n = 0; n <= kernel.n; n++)
    kernel.weights[n] = (float) (exp (sigma > 0 ? -0.5 * (double) (n * n) / (sigma * sigma) : 0) /
                                 sum);
  return kernel;
}

/* Whether the box ends where the image does. */
static bool
is_rim (const Work *self, int axis, bool at_end)
{
  return at_end ? self->box.end[axis] == trp_mask_get_geometry (self->mask)->size[axis]
                : self->box.begin[axis] == 0;
}

static float *
peek_plane (const Work *self, size_t z)
{
  return self->planes + z % self->n_planes * self->size[0] * self->size[1];
}

/* ---- along i and j, one plane ---- */

static bool
has_voxels (const uint64_t *row, size_t n_words)
{
  for (size_t n = 0; n < n_words; n++)
    if (row[n])
      return true;
  return false;
}

/* @padded: room for the row and the kernel's reach on either side, where the rim is repeated or
 * nothing is */
static void
blur_row (const Work *self, const uint64_t *bits, float *padded, float *out)
{
  const Kernel *kernel = &self->kernels[0];
  const size_t width = self->size[0], begin = self->box.begin[0];
  float *row = padded + kernel->n;

  for (size_t x = 0; x < width; x++)
    row[x] = bits[(begin + x) / 64] >> ((begin + x) % 64) & 1;
  for (size_t n = 0; n < kernel->n; n++)
    {
      padded[n] = is_rim (self, 0, false) ? row[0] : 0;
      row[width + n] = is_rim (self, 0, true) ? row[width - 1] : 0;
    }
  for (size_t x = 0; x < width; x++)
    out[x] = kernel->weights[0] * row[x];
  for (size_t n = 1; n <= kernel->n; n++)
    for (size_t x = 0; x < width; x++)
      out[x] += kernel->weights[n] * (row[x - n] + row[x + n]);
}

/* What a row gets from @source; the rim stands for all rows that would lie beyond it too. */
static float
get_row_weight (const Work *self, size_t source, size_t y)
{
  const Kernel *kernel = &self->kernels[1];
  const size_t last = self->size[1] - 1;
  float weight = kernel->weights[y > source ? y - source : source - y];

  if (source == 0 && is_rim (self, 1, false))
    for (size_t n = y + 1; n <= kernel->n; n++)
      weight += kernel->weights[n];
  if (source == last && is_rim (self, 1, true))
    for (size_t n = last - y + 1; n <= kernel->n; n++)
      weight += kernel->weights[n];
  return weight;
}

/* Rows that hold something, blurred along i; then what each row gets from them. */
static void
blur_plane (Work *self, size_t z)
{
  const uint64_t *words = trp_mask_peek_slice (self->mask, self->box.begin[2] + z);
  const size_t n_words = trp_mask_get_words_per_row (self->mask), width = self->size[0];
  const Kernel *kernel = &self->kernels[1];
  g_autofree float *padded = g_new (float, width + 2 * self->kernels[0].n);
  g_autofree float *row = g_new (float, width);
  float *plane = peek_plane (self, z);

  for (size_t n = 0; n < width * self->size[1]; n++)
    plane[n] = 0;
  for (size_t source = 0; words && source < self->size[1]; source++)
    {
      const uint64_t *bits = words + (self->box.begin[1] + source) * n_words;
      const size_t first = source > kernel->n ? source - kernel->n : 0;
      const size_t last = MIN (source + kernel->n, self->size[1] - 1);

      if (!has_voxels (bits, n_words))
        continue;
      blur_row (self, bits, padded, row);
      for (size_t y = first; y <= last; y++)
        {
          const float weight = get_row_weight (self, source, y);

          for (size_t x = 0; x < width; x++)
            plane[y * width + x] += weight * row[x];
        }
    }
}

static void
blur_planes (size_t begin, size_t end, void *data)
{
  Work *self = data;

  for (size_t z = begin; z < end; z++)
    blur_plane (self, self->k + z);
}

/* ---- along k ---- */

static void
blur_across (size_t begin, size_t end, void *data)
{
  Work *self = data;
  const size_t width = self->size[0];
  const Kernel *kernel = &self->kernels[2];
  g_autofree float *sums = g_new (float, width);

  for (size_t y = begin; y < end; y++)
    {
      uint16_t *out = self->values + (self->k * self->size[1] + y) * width;

      for (size_t x = 0; x < width; x++)
        sums[x] = 0;
      for (ptrdiff_t step = -(ptrdiff_t) kernel->n; step <= (ptrdiff_t) kernel->n; step++)
        {
          const float weight = kernel->weights[step < 0 ? -step : step];
          const ptrdiff_t at = (ptrdiff_t) self->k + step, last = (ptrdiff_t) self->size[2] - 1;

          if ((at < 0 && !is_rim (self, 2, false)) || (at > last && !is_rim (self, 2, true)))
            continue;
          const float *row = peek_plane (self, (size_t) CLAMP (at, 0, last)) + y * width;

          for (size_t x = 0; x < width; x++)
            sums[x] += weight * row[x];
        }
      for (size_t x = 0; x < width; x++)
        out[x] = (uint16_t) (CLAMP (sums[x], 0, 1) * FULL + 0.5f);
    }
}

static bool
blur (Work *self, TrpProgress *progress, GError **error)
{
  const size_t depth = self->size[2], ahead = self->kernels[2].n;
  size_t n_ready = 0;

  for (size_t z = 0; z < depth; z++)
    {
      const size_t n_needed = MIN (z + ahead + 1, depth);

      if (!trp_progress_step (progress, (double) z / (double) depth, NULL, error))
        return false;
      self->k = n_ready;
      trp_parallel_for (n_needed - n_ready, 1, blur_planes, self);
      n_ready = n_needed;
      self->k = z;
      trp_parallel_for (self->size[1], 16, blur_across, self);
    }
  return true;
}

/* ---- the level ---- */

static inline size_t
get_slice (const Work *self, size_t x, size_t y, size_t z)
{
  const size_t at[3] = { x, y, z };

  return self->flat_axis < 0 ? 0 : at[self->flat_axis];
}

static bool
get_voxel (const Work *self, size_t x, size_t y, size_t z)
{
  return trp_mask_get (self->mask, self->box.begin[0] + x, self->box.begin[1] + y,
                       self->box.begin[2] + z);
}

/* The highest level that keeps at least as many voxels as there were, or the one below, whichever
 * is nearer to them. */
static uint16_t
choose_level (const uint32_t *histogram, size_t n_before)
{
  const size_t low = (size_t) ceil (TRP_SMOOTH_LEVEL_LOW * FULL);
  const size_t high = (size_t) floor (TRP_SMOOTH_LEVEL_HIGH * FULL);
  size_t n_above = 0, level = N_LEVELS;

  while (level > low)
    {
      const size_t with = n_above + histogram[level - 1];

      if (level <= high && with > n_before && with - n_before > n_before - MIN (n_above, n_before))
        break;
      n_above = with;
      level--;
      if (level <= high && n_above >= n_before)
        break;
    }
  return (uint16_t) MIN (level, FULL);
}

/* Slices one after the other, so that one histogram serves all. */
static void
find_levels (Work *self)
{
  const size_t n_slices = self->flat_axis < 0 ? 1 : self->size[self->flat_axis];
  g_autofree uint32_t *histogram = g_new (uint32_t, N_LEVELS);

  self->levels = g_new (uint16_t, n_slices);
  for (size_t slice = 0; slice < n_slices; slice++)
    {
      size_t begin[3] = { 0, 0, 0 }, end[3] = { self->size[0], self->size[1], self->size[2] };
      size_t n_before = 0;

      if (self->flat_axis >= 0)
        {
          begin[self->flat_axis] = slice;
          end[self->flat_axis] = slice + 1;
        }
      memset (histogram, 0, N_LEVELS * sizeof *histogram);
      for (size_t z = begin[2]; z < end[2]; z++)
        for (size_t y = begin[1]; y < end[1]; y++)
          for (size_t x = begin[0]; x < end[0]; x++)
            {
              histogram[self->values[(z * self->size[1] + y) * self->size[0] + x]]++;
              n_before += get_voxel (self, x, y, z);
            }
      self->levels[slice] = choose_level (histogram, n_before);
    }
}

static void
cut_planes (size_t begin, size_t end, void *data)
{
  Work *self = data;
  const size_t n_words = trp_mask_get_words_per_row (self->out);

  for (size_t z = begin; z < end; z++)
    {
      uint64_t *words = trp_mask_write_slice (self->out, self->box.begin[2] + z);

      for (size_t y = 0; y < self->size[1]; y++)
        for (size_t x = 0; x < self->size[0]; x++)
          {
            const size_t i = self->box.begin[0] + x;

            if (self->values[(z * self->size[1] + y) * self->size[0] + x] >=
                self->levels[get_slice (self, x, y, z)])
              words[(self->box.begin[1] + y) * n_words + i / 64] |= (uint64_t) 1 << i % 64;
          }
    }
}

/* ---- all of it ---- */

/* The structure's box and as far around it as a level of a quarter can reach: one sigma. */
static bool
set_up (Work *self, double sigma_mm, GError **error)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (self->mask);
  size_t n_voxels = 1;

  self->box = trp_mask_get_box (self->mask);
  for (int axis = 0; axis < 3; axis++)
    {
      const double sigma = axis == self->flat_axis
                             ? 0
                             : sigma_mm / trp_geometry_get_spacing (geometry, axis);
      const size_t rim = (size_t) ceil (sigma);

      self->kernels[axis] = make_kernel (sigma);
      self->box.begin[axis] -= MIN (rim, self->box.begin[axis]);
      self->box.end[axis] = MIN (self->box.end[axis] + rim, geometry->size[axis]);
      self->size[axis] = self->box.end[axis] - self->box.begin[axis];
      n_voxels *= self->size[axis];
    }
  self->n_planes = MIN (2 * self->kernels[2].n + 1, self->size[2]);
  self->values = g_try_new (uint16_t, n_voxels);
  self->planes = g_try_new (float, self->n_planes * self->size[0] * self->size[1]);
  if (self->values && self->planes)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "There is no memory to smooth %zu voxels; crop the structure first", n_voxels);
  return false;
}

/* Some files say a spacing of almost nothing. */
static bool
check_sigma (const TrpGeometry *geometry, double sigma_mm, GError **error)
{
  double least = (double) INFINITY;

  if (!(sigma_mm > 0 && sigma_mm <= TRP_SMOOTH_MAX_MM))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "Smoothing by %g mm is asked for; it is more than 0 and at most %g mm", sigma_mm,
                   TRP_SMOOTH_MAX_MM);
      return false;
    }
  for (int axis = 0; axis < 3; axis++)
    least = fmin (least, trp_geometry_get_spacing (geometry, axis));
  if (sigma_mm / least <= TRP_SMOOTH_MAX_VOXELS)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               "Smoothing by %g mm is asked for and voxels are %g mm apart; the limit is %g voxels",
               sigma_mm, least, TRP_SMOOTH_MAX_VOXELS);
  return false;
}

TrpMask *
trp_smooth_apply (
  const TrpMask *mask, double sigma_mm, int flat_axis, TrpProgress *progress, GError **error)
{
  g_auto (Work) work = { .mask = mask, .flat_axis = flat_axis };
  g_autoptr (TrpMask) out = NULL;

  if (!check_sigma (trp_mask_get_geometry (mask), sigma_mm, error) ||
      !trp_geometry_check_measurable (trp_mask_get_geometry (mask), error))
    return NULL;
  if (trp_mask_is_empty (mask))
    return trp_mask_copy (mask);
  if (!set_up (&work, sigma_mm, error) || !blur (&work, progress, error))
    return NULL;
  find_levels (&work);
  out = trp_mask_new (trp_mask_get_geometry (mask));
  work.out = out;
  trp_parallel_for (work.size[2], 4, cut_planes, &work);
  trp_mask_trim (out);
  return g_steal_pointer (&out);
}
