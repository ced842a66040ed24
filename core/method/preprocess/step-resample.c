/* step-resample.c - resample SX SY [SZ] [linear|cubic]: another spacing about the same middle
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No smoothing before going to a coarser grid. Structures take the nearest voxel always.
 */

#include "core/image/resample.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>

enum
{
  SX,
  SY,
  SZ,
  KIND
};

static bool
predict (const TrpStep *self, const TrpGeometry *from, TrpGeometry *out, GError **error)
{
  return trp_geometry_resize (from, self->values, out, error);
}

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  static const TrpInterpolation kinds[] = { TRP_INTERPOLATION_LINEAR, TRP_INTERPOLATION_CUBIC };
  const TrpGeometry *from = trp_volume_get_geometry (io->image);
  TrpGeometry to;

  if (!predict (self, from, &to, error))
    return false;
  g_string_printf (note, "spacing %.4g x %.4g x %.4g mm becomes %.4g x %.4g x %.4g mm",
                   trp_geometry_get_spacing (from, 0), trp_geometry_get_spacing (from, 1),
                   trp_geometry_get_spacing (from, 2), trp_geometry_get_spacing (&to, 0),
                   trp_geometry_get_spacing (&to, 1), trp_geometry_get_spacing (&to, 2));
  return trp_step_image_regrid (io, &to, kinds[self->words[KIND]], error);
}

const TrpStepClass trp_step_resample = {
  .name = "resample",
  .help = "another spacing in mm, in the slice or in all three directions; structures by the "
          "nearest voxel",
  .undo = "the result is resampled onto the image's own grid",
  .arguments = { [SX] = { "SX", 0.05, 50, (double) NAN, NULL, false, "mm from right to left" },
                 [SY] = { "SY", 0.05, 50, (double) NAN, NULL, false, "mm from front to back" },
                 [SZ] = { "SZ", 0, 50, 0, NULL, false, "mm between slices; 0: as they are" },
                 [KIND] = { "KIND", 1, 0, 0, "linear|cubic", false,
                            "linear, or a cubic B-spline" } },
  .predict = predict,
  .apply = apply,
};
