/* step-clip.c - clip LOW HIGH: values beyond a window become its ends
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/step-list.h"
#include "core/method/preprocess/window-presets.h"

#include <math.h>

enum
{
  LOW,
  HIGH
};

#define NOT_GIVEN -INFINITY

/* A preset becomes its numbers. */
static bool
check (TrpStep *self, GError **error)
{
  const bool has_high = isfinite (self->values[HIGH]);
  const bool is_preset = trp_window_preset_get (self->words[LOW], &self->values[LOW],
                                                &self->values[HIGH]);

  self->words[LOW] = -1;
  if (is_preset != has_high && self->values[LOW] < self->values[HIGH])
    return true;
  g_set_error (
    error, TRP_ERROR, TRP_ERROR_FORMAT,
    "The step clip takes a lower and a higher value, or one of the words " TRP_WINDOW_PRESETS);
  return false;
}

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (io->image));
  const float low = (float) self->values[LOW], high = (float) self->values[HIGH];
  float *values = trp_step_image_dup_values (io, error);
  size_t n_below = 0, n_above = 0;

  if (!values)
    return false;
  for (size_t i = 0; i < n; i++)
    {
      n_below += values[i] < low;
      n_above += values[i] > high;
      values[i] = CLAMP (values[i], low, high);
    }
  io->air = CLAMP (io->air, self->values[LOW], self->values[HIGH]);
  g_string_printf (note, "%.1f %% lay below %g, %.1f %% above %g",
                   100 * (double) n_below / (double) n, self->values[LOW],
                   100 * (double) n_above / (double) n, self->values[HIGH]);
  return trp_step_image_take (io, values, error);
}

const TrpStepClass trp_step_clip = {
  .name = "clip",
  .help =
    "values beyond a window become its ends; soft-tissue is -500 500, head -135 215, synthrad "
    "-1024 3000",
  .undo = "what is clipped is lost; the curve of [data] has an exact inverse between its ends",
  .arguments = { [LOW] = { "LOW", -100000, 1000000, (double) NAN, TRP_WINDOW_PRESETS, false,
                           "lower end, or the name of a window" },
                 [HIGH] = { "HIGH", -100000, 1000000, (double) NOT_GIVEN, NULL, false,
                            "upper end" } },
  .check = check,
  .apply = apply,
};
