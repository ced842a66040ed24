/* staple.c - see staple.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/staple.h"

#define MOST TRP_STAPLE_MAX_MASKS
#define THRESHOLD 0.5

/**
 * Patterns: how often readers decide in each way
 * @counts: voxels of each pattern; @present: the patterns that occur, in order
 */
typedef struct
{
  size_t n_masks;
  size_t *counts;
  size_t *present;
  size_t n_present;
} Patterns;

static void
patterns_clear (Patterns *self)
{
  g_free (self->counts);
  g_free (self->present);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Patterns, patterns_clear)

static bool
check (const TrpMask *const *masks, size_t n_masks, GError **error)
{
  if (n_masks < 2 || n_masks > MOST)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
                   "STAPLE takes 2 to %d masks and was given %zu", MOST, n_masks);
      return false;
    }
  for (size_t n = 1; n < n_masks; n++)
    if (!trp_geometry_check_equal (trp_mask_get_geometry (masks[0]),
                                   trp_mask_get_geometry (masks[n]), error))
      return false;
  return true;
}

static TrpBox
find_box (const TrpMask *const *masks, size_t n_masks, double margin_mm)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (masks[0]);
  TrpBox box = trp_mask_get_box (masks[0]);

  for (size_t n = 1; n < n_masks; n++)
    {
      const TrpBox other = trp_mask_get_box (masks[n]);

      box = trp_box_union (&box, &other);
    }
  for (int axis = 0; axis < 3 && !trp_box_is_empty (&box); axis++)
    {
      const double room = ceil (margin_mm / trp_geometry_get_spacing (geometry, axis) - 1e-6);
      const size_t size = geometry->size[axis];
      const size_t layers = room < (double) size ? (size_t) room : size;

      box.begin[axis] -= MIN (layers, box.begin[axis]);
      box.end[axis] += MIN (layers, size - box.end[axis]);
    }
  return box;
}

/* ---- which patterns of decisions there are ---- */

static size_t
find_pattern (const uint64_t *words, size_t n_masks, unsigned bit)
{
  size_t pattern = 0;

  for (size_t n = 0; n < n_masks; n++)
    pattern |= (size_t) (words[n] >> bit & 1) << n;
  return pattern;
}

typedef void (*PatternFunc) (size_t i, size_t j, size_t k, size_t pattern, void *data);

/* Calls @func for the voxels of slice @k that any mask holds. */
static void
walk_slice (const TrpMask *const *masks, size_t n_masks, size_t k, PatternFunc func, void *data)
{
  const size_t words_per_row = trp_mask_get_words_per_row (masks[0]);
  const size_t n_words = words_per_row * trp_mask_get_geometry (masks[0])->size[1];
  const uint64_t *slices[MOST];
  uint64_t words[MOST];

  for (size_t n = 0; n < n_masks; n++)
    slices[n] = trp_mask_peek_slice (masks[n], k);
  for (size_t index = 0; index < n_words; index++)
    {
      uint64_t any = 0;

      for (size_t n = 0; n < n_masks; n++)
        any |= words[n] = slices[n] ? slices[n][index] : 0;
      for (; any; any &= any - 1)
        {
          const unsigned bit = (unsigned) __builtin_ctzll (any);

          func (index % words_per_row * 64 + bit, index / words_per_row, k,
                find_pattern (words, n_masks, bit), data);
        }
    }
}

static void
add_voxel (size_t i, size_t j, size_t k, size_t pattern, void *data)
{
  size_t *counts = data;

  counts[pattern]++;
}

static bool
count_patterns (const TrpMask *const *masks,
                const TrpBox *box,
                TrpStapleRegion region,
                Patterns *self,
                TrpProgress *progress,
                GError **error)
{
  const size_t all = ((size_t) 1 << self->n_masks) - 1;
  const size_t depth = box->end[2] - box->begin[2];
  size_t n_voxels = depth;

  self->counts = g_new0 (size_t, all + 1);
  self->present = g_new (size_t, all + 1);
  for (size_t k = box->begin[2]; k < box->end[2]; k++)
    {
      if (!trp_progress_step (progress, 0.5 * (double) (k - box->begin[2]) / (double) depth, NULL,
                              error))
        return false;
      walk_slice (masks, self->n_masks, k, add_voxel, self->counts);
    }
  for (int axis = 0; axis < 2; axis++)
    n_voxels *= box->end[axis] - box->begin[axis];
  for (size_t pattern = 1; pattern <= all; pattern++)
    n_voxels -= self->counts[pattern];
  self->counts[0] = n_voxels;
  if (region == TRP_STAPLE_DISPUTED)
    self->counts[0] = self->counts[all] = 0;
  for (size_t pattern = 0; pattern <= all; pattern++)
    if (self->counts[pattern] > 0)
      self->present[self->n_present++] = pattern;
  return true;
}

/* ---- expectation and maximisation ---- */

static size_t
count_voxels (const Patterns *patterns)
{
  size_t sum = 0;

  for (size_t n = 0; n < patterns->n_present; n++)
    sum += patterns->counts[patterns->present[n]];
  return sum;
}

static double
find_prior (const Patterns *patterns)
{
  double held = 0;

  for (size_t n = 0; n < patterns->n_present; n++)
    {
      const size_t pattern = patterns->present[n];

      held += (double) patterns->counts[pattern] * __builtin_popcountll (pattern);
    }
  return held / ((double) patterns->n_masks * (double) count_voxels (patterns));
}

static double
weigh_pattern (const TrpStaple *self, size_t pattern)
{
  double inside = self->prior, outside = 1 - self->prior;

  for (size_t n = 0; n < self->n_masks; n++)
    {
      const bool held = pattern >> n & 1;

      inside *= held ? self->sensitivity[n] : 1 - self->sensitivity[n];
      outside *= held ? 1 - self->specificity[n] : self->specificity[n];
    }
  return inside + outside > 0 ? inside / (inside + outside) : self->prior;
}

static void
expect (TrpStaple *self, const Patterns *patterns)
{
  for (size_t n = 0; n < patterns->n_present; n++)
    self->probability[patterns->present[n]] = weigh_pattern (self, patterns->present[n]);
}

/* Returns: how far the value moved; one without any voxel to go by stays. */
static double
move_to (double *value, double part, double whole)
{
  const double before = *value;

  if (!(whole > 0))
    return 0;
  *value = part / whole;
  return fabs (*value - before);
}

static double
maximise (TrpStaple *self, const Patterns *patterns, size_t mask)
{
  double inside = 0, inside_held = 0, outside = 0, outside_left = 0;

  for (size_t n = 0; n < patterns->n_present; n++)
    {
      const size_t pattern = patterns->present[n];
      const double count = (double) patterns->counts[pattern];
      const double probability = self->probability[pattern];

      inside += count * probability;
      outside += count * (1 - probability);
      if (pattern >> mask & 1)
        inside_held += count * probability;
      else
        outside_left += count * (1 - probability);
    }
  return fmax (move_to (&self->sensitivity[mask], inside_held, inside),
               move_to (&self->specificity[mask], outside_left, outside));
}

static bool
iterate (TrpStaple *self,
         const Patterns *patterns,
         const TrpStapleOptions *options,
         TrpProgress *progress,
         GError **error)
{
  while (!self->converged && self->n_iterations < options->max_iterations)
    {
      double moved = 0;

      if (!trp_progress_step (progress, 0.5, NULL, error))
        return false;
      expect (self, patterns);
      for (size_t n = 0; n < self->n_masks; n++)
        moved = fmax (moved, maximise (self, patterns, n));
      self->n_iterations++;
      self->converged = moved <= options->tolerance;
    }
  expect (self, patterns);
  return true;
}

/* ---- the estimate ---- */

static void
set_voxel (size_t i, size_t j, size_t k, size_t pattern, void *data)
{
  TrpStaple *self = data;

  if (self->probability[pattern] >= THRESHOLD)
    trp_mask_set (self->mask, i, j, k, true);
}

/* Outside the box no mask holds anything, and the pattern of no mask in it is background too unless
 * the readers were found to be worse than chance: then it would be the box itself, which no reader
 * drew. */
static bool
fill_mask (TrpStaple *self, const TrpMask *const *masks, TrpProgress *progress, GError **error)
{
  const double depth = (double) (self->box.end[2] - self->box.begin[2]);

  for (size_t k = self->box.begin[2]; k < self->box.end[2]; k++)
    {
      if (!trp_progress_step (progress, 0.5 + 0.5 * (double) (k - self->box.begin[2]) / depth, NULL,
                              error))
        return false;
      walk_slice (masks, self->n_masks, k, set_voxel, self);
    }
  return true;
}

static TrpStaple *
make_empty (const TrpMask *const *masks, size_t n_masks)
{
  TrpStaple *self = g_new0 (TrpStaple, 1);

  self->n_masks = n_masks;
  self->prior = (double) NAN;
  self->mask = trp_mask_new (trp_mask_get_geometry (masks[0]));
  self->probability = g_new (double, (size_t) 1 << n_masks);
  for (size_t pattern = 0; pattern < (size_t) 1 << n_masks; pattern++)
    self->probability[pattern] = (double) NAN;
  for (size_t n = 0; n < n_masks; n++)
    self->sensitivity[n] = self->specificity[n] = (double) NAN;
  return self;
}

/* What all readers say needs no estimate. */
static void
settle_undisputed (TrpStaple *self)
{
  self->probability[0] = 0;
  self->probability[((size_t) 1 << self->n_masks) - 1] = 1;
}

static bool
estimate (TrpStaple *self,
          const TrpMask *const *masks,
          const TrpStapleOptions *options,
          TrpProgress *progress,
          GError **error)
{
  g_auto (Patterns) patterns = { .n_masks = self->n_masks };

  if (!count_patterns (masks, &self->box, options->region, &patterns, progress, error))
    return false;
  self->n_voxels = count_voxels (&patterns);
  self->converged = self->n_voxels == 0; /* nothing is disputed */
  if (self->n_voxels > 0)
    {
      self->prior = isnan (options->prior) ? find_prior (&patterns) : options->prior;
      for (size_t n = 0; n < self->n_masks; n++)
        self->sensitivity[n] = self->specificity[n] = options->initial;
      if (!iterate (self, &patterns, options, progress, error))
        return false;
    }
  if (options->region == TRP_STAPLE_DISPUTED)
    settle_undisputed (self);
  return true;
}

TrpStaple *
trp_staple_compute (const TrpMask *const *masks,
                    size_t n_masks,
                    const TrpStapleOptions *options,
                    TrpProgress *progress,
                    GError **error)
{
  g_autoptr (TrpStaple) self = NULL;

  if (!check (masks, n_masks, error))
    return NULL;
  g_return_val_if_fail (options->initial > 0.5 && options->initial < 1, NULL);
  self = make_empty (masks, n_masks);
  self->box = find_box (masks, n_masks, options->margin_mm);
  if (trp_box_is_empty (&self->box))
    {
      self->converged = true;
      return g_steal_pointer (&self);
    }
  if (!estimate (self, masks, options, progress, error) ||
      !fill_mask (self, masks, progress, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
trp_staple_free (TrpStaple *self)
{
  if (!self)
    return;
  trp_mask_free (self->mask);
  g_free (self->probability);
  g_free (self);
}
