/* step-crop.c - crop-body, crop-centre, crop-fov: a part of the slices
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole voxels are cut off or added, nothing is resampled.
 */

#include "core/method/preprocess/body.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>

static const char undo[] = "the result is put back onto the image's own grid; outside of the crop "
                           "it is -1000 HU, or background";

static bool
cut (
  TrpStepImage *io, const ptrdiff_t begin[3], const size_t size[3], GString *note, GError **error)
{
  const size_t *old = trp_volume_get_geometry (io->image)->size;

  g_string_printf (note, "%zu x %zu x %zu voxels from %td, %td, %td of %zu x %zu x %zu", size[0],
                   size[1], size[2], begin[0], begin[1], begin[2], old[0], old[1], old[2]);
  return trp_step_image_cut (io, begin, size, error);
}

/* --- about the middle of the body --- */

static bool
check_body (TrpStep *self, GError **error)
{
  if (self->values[1] == 0)
    self->values[1] = self->values[0];
  return true;
}

static bool
apply_body (
  const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t nz = trp_volume_get_geometry (io->image)->size[2];
  const size_t size[3] = { (size_t) self->values[0], (size_t) self->values[1], nz };
  ptrdiff_t begin[3] = { 0 };
  TrpBox box;

  if (!trp_body_get_box (io->image, &box, error))
    return false;
  for (int a = 0; a < 2; a++)
    begin[a] = (ptrdiff_t) floor (0.5 * ((double) (box.begin[a] + box.end[a]) - (double) size[a]));
  return cut (io, begin, size, note, error);
}

const TrpStepClass trp_step_crop_body = {
  .name = "crop-body",
  .help = "so many pixels about the middle of the body (largest part above Otsu's threshold)",
  .undo = undo,
  .arguments = { { "N", 8, 2048, (double) NAN, NULL, true, "pixels from right to left" },
                 { "M", 0, 2048, 0, NULL, true, "pixels from front to back; 0: as many" } },
  .check = check_body,
  .apply = apply_body,
};

/* --- about the middle of the slice --- */

static bool
apply_centre (
  const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t *old = trp_volume_get_geometry (io->image)->size;
  size_t size[3] = { 0, 0, old[2] };
  ptrdiff_t begin[3] = { 0 };

  for (int a = 0; a < 2; a++)
    {
      size[a] = (size_t) MAX (rint (self->values[0] * (double) old[a]), 1);
      begin[a] = (ptrdiff_t) (old[a] - size[a]) / 2;
    }
  return cut (io, begin, size, note, error);
}

const TrpStepClass trp_step_crop_centre = {
  .name = "crop-centre",
  .help = "the middle of each slice, such as half of its width and height",
  .undo = undo,
  .arguments = { { "FRACTION", 0.01, 1, (double) NAN, NULL, false, "of width and of height" } },
  .apply = apply_centre,
};

/* --- where there is signal --- */

static bool
apply_fov (
  const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  ptrdiff_t begin[3];
  size_t size[3];
  TrpBox box;

  if (!trp_body_get_box (io->image, &box, error))
    return false;
  for (int a = 0; a < 3; a++)
    {
      begin[a] = (ptrdiff_t) box.begin[a];
      size[a] = box.end[a] - box.begin[a];
    }
  return cut (io, begin, size, note, error);
}

const TrpStepClass trp_step_crop_fov = {
  .name = "crop-fov",
  .help = "the box around the body, slices without any left out",
  .undo = undo,
  .selects_slices = true,
  .apply = apply_fov,
};
