/* step-percentiles.c - percentiles LOW HIGH: each image's own foreground becomes 0 to 1000
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Linear without clipping.
 */

#include "core/image/histogram.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>

#define TOP 1000

enum
{
  LOW,
  HIGH
};

static bool
check (TrpStep *self, GError **error)
{
  if (self->values[LOW] < self->values[HIGH])
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The step percentiles takes a lower and a higher percentile");
  return false;
}

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (io->image));
  double low, high, scale;
  float *values;

  trp_volume_get_foreground_range (io->image, self->values[LOW], self->values[HIGH], &low, &high);
  if (!(low < high))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "both percentiles of the image's foreground are %g", low);
      return false;
    }
  values = trp_step_image_dup_values (io, error);
  if (!values)
    return false;
  scale = TOP / (high - low);
  for (size_t i = 0; i < n; i++)
    values[i] = (float) (scale * ((double) values[i] - low));
  io->air = scale * (io->air - low);
  g_string_printf (note, "%.6g becomes 0, %.6g becomes %d", low, high, TOP);
  return trp_step_image_take (io, values, error);
}

const TrpStepClass trp_step_percentiles = {
  .name = "percentiles",
  .help = "two percentiles of each image's foreground (above Otsu's threshold) become 0 and 1000",
  .undo = "SynMR has the scale 0 to 1000",
  .arguments = { [LOW] = { "LOW", 0, 100, (double) NAN, NULL, false, "percentile that becomes 0" },
                 [HIGH] = { "HIGH", 0, 100, (double) NAN, NULL, false,
                            "percentile that becomes 1000" } },
  .check = check,
  .apply = apply,
};
