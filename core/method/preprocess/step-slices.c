/* step-slices.c - slices, cover-labels, cover-body: a range of slices
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slices count from the feet. A range has no gaps, so that neighbouring slices stay neighbours.
 */

#include "core/method/preprocess/body.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>
#include <string.h>

static const char undo[] = "slices that were left out are -1000 HU, or background, in the result";

/* begin..end - 1 of the slices. */
static bool
keep (TrpStepImage *io, size_t begin, size_t end, GString *note, GError **error)
{
  const size_t *old = trp_volume_get_geometry (io->image)->size;
  const size_t size[3] = { old[0], old[1], end - begin };
  const ptrdiff_t from[3] = { 0, 0, (ptrdiff_t) begin };

  g_string_append_printf (note, "slices %zu to %zu of %zu", begin + 1, end, old[2]);
  return (begin == 0 && end == old[2]) || trp_step_image_cut (io, from, size, error);
}

/* --- by their place --- */

static bool
check_slices (TrpStep *self, GError **error)
{
  if (self->values[0] < self->values[1])
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The step slices takes a start that lies before its end, in per cent of the slices "
               "from the feet");
  return false;
}

static void
get_range (const TrpStep *self, size_t n, size_t *out_begin, size_t *out_end)
{
  *out_begin = MIN ((size_t) floor (self->values[0] / 100 * (double) n + 1e-6), n - 1);
  *out_end = MIN ((size_t) ceil (self->values[1] / 100 * (double) n - 1e-6), n);
  *out_end = MAX (*out_end, *out_begin + 1);
}

static bool
predict_slices (const TrpStep *self, const TrpGeometry *from, TrpGeometry *out, GError **error)
{
  size_t size[3], begin, end;

  get_range (self, from->size[2], &begin, &end);
  memcpy (size, from->size, sizeof size);
  size[2] = end - begin;
  return trp_geometry_init (out, size, &from->lps_from_ijk, error);
}

static bool
apply_slices (
  const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  size_t begin, end;

  get_range (self, trp_volume_get_geometry (io->image)->size[2], &begin, &end);
  return keep (io, begin, end, note, error);
}

const TrpStepClass trp_step_slices = {
  .name = "slices",
  .help = "a part of the slices, from START to END per cent of them counted from the feet",
  .undo = undo,
  .arguments = { { "START", 0, 100, (double) NAN, NULL, false, "per cent" },
                 { "END", 0, 100, (double) NAN, NULL, false, "per cent" } },
  .selects_slices = true,
  .check = check_slices,
  .predict = predict_slices,
  .apply = apply_slices,
};

/* --- by structures --- */

static bool
is_wanted (const TrpStep *self, float label)
{
  for (size_t n = 1; n < self->n_values; n++)
    if ((double) label == self->values[n])
      return true;
  return self->n_values == 1 && label > 0;
}

static bool
shows_label (const TrpStep *self, const TrpVolume *labels, size_t k)
{
  const size_t *size = trp_volume_get_geometry (labels)->size, n = size[0] * size[1];
  g_autofree float *values = g_new (float, n);

  trp_volume_copy_floats (labels, n * k, n, values);
  for (size_t i = 0; i < n; i++)
    if (is_wanted (self, values[i]))
      return true;
  return false;
}

static bool
apply_labels (
  const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (io->image);
  const size_t nz = geometry->size[2];
  const size_t margin = (size_t) floor (self->values[0] / trp_geometry_get_spacing (geometry, 2) +
                                        1e-6);
  size_t begin = nz, end = 0;

  if (!io->labels)
    {
      g_string_assign (note, "no structures beside this image: all slices kept");
      return true;
    }
  for (size_t k = 0; k < nz; k++)
    if (shows_label (self, io->labels, k))
      {
        begin = MIN (begin, k);
        end = k + 1;
      }
  if (begin == nz)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "no slice shows one of the structures");
      return false;
    }
  begin -= MIN (margin, begin);
  end = MIN (end + margin, nz);
  return keep (io, begin, end, note, error);
}

const TrpStepClass trp_step_cover_labels = {
  .name = "cover-labels",
  .help = "slices from the first to the last that shows one of the labels (none named: any), and a "
          "margin, after all other steps; without structures, as when a model is used, all",
  .undo = undo,
  .arguments = { { "MARGIN", 0, 1000, 0, NULL, false, "mm added at both ends" },
                 { "LABEL", 1, 255, (double) NAN, NULL, true, "value in the label map" } },
  .repeats = true,
  .needs_labels = true,
  .selects_slices = true,
  .apply = apply_labels,
};

/* --- by body --- */

static size_t
count_slice (const TrpMask *mask, size_t k)
{
  const size_t n_words = trp_mask_get_words_per_row (mask) * trp_mask_get_geometry (mask)->size[1];
  const uint64_t *words = trp_mask_peek_slice (mask, k);
  size_t n = 0;

  for (size_t w = 0; words && w < n_words; w++)
    n += (size_t) __builtin_popcountll (words[w]);
  return n;
}

static bool
apply_body (
  const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t *size = trp_volume_get_geometry (io->image)->size;
  const double n_wanted = self->values[0] * (double) (size[0] * size[1]);
  g_autoptr (TrpMask) mask = trp_body_mask_new (io->image, (double) NAN, NULL, error);
  size_t begin = size[2], end = 0;

  if (!mask)
    return false;
  for (size_t k = 0; k < size[2]; k++)
    if ((double) count_slice (mask, k) >= n_wanted)
      {
        begin = MIN (begin, k);
        end = k + 1;
      }
  if (begin < end)
    return keep (io, begin, end, note, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "no slice shows %g %% of body or more",
               100 * self->values[0]);
  return false;
}

const TrpStepClass trp_step_cover_body = {
  .name = "cover-body",
  .help = "slices from the first to the last of which the body covers this part",
  .undo = undo,
  .arguments = { { "FRACTION", 0.001, 1, (double) NAN, NULL, false, "of the slice's pixels" } },
  .selects_slices = true,
  .apply = apply_body,
};
