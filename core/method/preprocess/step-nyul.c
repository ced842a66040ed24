/* step-nyul.c - nyul [PERCENTILE ...]: MR values on a standard scale
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Landmarks are percentiles of the voxels above the image's mean. Training: each image's landmarks
 * are mapped linearly so that the first is 0 and the last 1000; their means are the standard scale.
 * After it an image's values go through the piecewise-linear curve from its landmarks to the
 * standard ones, whose ends go on straight.
 *
 * Source: L. G. Nyul, J. K. Udupa, Magn. Reson. Med. 42 (1999) 1072-1081; L. G. Nyul, J. K. Udupa,
 * X. Zhang, IEEE Trans. Med. Imaging 19 (2000) 143-150.
 */

#include "core/image/histogram.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>

#define TOP 1000 /* of the standard scale, as SynMR has it */

/* Strictly rising from @from to @to. */
typedef struct
{
  size_t n;
  double from[TRP_STEP_MAX_VALUES];
  double to[TRP_STEP_MAX_VALUES];
} Scale;

static bool
check (TrpStep *self, GError **error)
{
  static const double usual[] = { 1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99 };
  bool is_rising = self->n_values != 1;

  for (size_t n = 0; self->n_values == 0 && n < G_N_ELEMENTS (usual); n++)
    self->values[n] = usual[n];
  for (size_t n = 0; self->n_values == 0 && n < G_N_ELEMENTS (usual); n++)
    self->words[n] = -1;
  self->n_values = self->n_values ? self->n_values : G_N_ELEMENTS (usual);
  for (size_t n = 1; n < self->n_values; n++)
    is_rising = is_rising && self->values[n - 1] < self->values[n];
  if (!is_rising)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "The step nyul takes two or more percentiles that rise");
  return is_rising;
}

static size_t
count_fitted (const TrpStep *self)
{
  return self->n_values;
}

static double
get_mean (const TrpVolume *image)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (image));
  const float *values = trp_volume_peek_voxels (image);
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (double) values[i];
  return sum / (double) n;
}

static bool
find_landmarks (const TrpStep *self, const TrpVolume *image, double *out, GError **error)
{
  const size_t last = self->n_values - 1;

  if (trp_volume_get_percentiles (image, get_mean (image), self->values, self->n_values, out) &&
      out[0] < out[last])
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "the voxels above the image's mean have one value or there are none, so there is no "
               "histogram to bring to a standard");
  return false;
}

static bool
measure (const TrpStep *self, const TrpVolume *image, double *out, GError **error)
{
  double landmarks[TRP_STEP_MAX_VALUES];
  const size_t last = self->n_values - 1;

  if (!find_landmarks (self, image, landmarks, error))
    return false;
  for (size_t n = 0; n < self->n_values; n++)
    out[n] = TOP * (landmarks[n] - landmarks[0]) / (landmarks[last] - landmarks[0]);
  return true;
}

/* Landmarks that fall together, as in images of few values, count once; the first and the last
 * stay. */
static void
add_point (Scale *scale, double from, double to, bool is_last)
{
  while (scale->n > (is_last ? 1 : 0) &&
         !(from > scale->from[scale->n - 1] && to > scale->to[scale->n - 1]))
    {
      if (!is_last)
        return;
      scale->n--;
    }
  scale->from[scale->n] = from;
  scale->to[scale->n++] = to;
}

static double
map (const Scale *scale, double value)
{
  size_t n = 1;
  double part;

  while (n + 1 < scale->n && value > scale->from[n])
    n++;
  part = (value - scale->from[n - 1]) / (scale->from[n] - scale->from[n - 1]);
  return scale->to[n - 1] + part * (scale->to[n] - scale->to[n - 1]);
}

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t n_voxels = trp_geometry_count_voxels (trp_volume_get_geometry (io->image));
  double landmarks[TRP_STEP_MAX_VALUES];
  Scale scale = { 0 };
  float *values;

  if (!find_landmarks (self, io->image, landmarks, error))
    return false;
  for (size_t n = 0; n < self->n_values; n++)
    add_point (&scale, landmarks[n], self->fitted[n], n + 1 == self->n_values);
  values = trp_step_image_dup_values (io, error);
  if (!values)
    return false;
  for (size_t n = 0; n < n_voxels; n++)
    values[n] = (float) map (&scale, (double) values[n]);
  io->air = map (&scale, io->air);
  g_string_printf (
    note, "percentiles %g to %g, here %.6g to %.6g, become %g to %g by %zu landmarks",
    self->values[0], self->values[self->n_values - 1], landmarks[0], landmarks[self->n_values - 1],
    self->fitted[0], self->fitted[self->n_values - 1], scale.n);
  return trp_step_image_take (io, values, error);
}

const TrpStepClass trp_step_nyul = {
  .name = "nyul",
  .help = "MR values on a standard scale by histogram landmarks that are learnt from the training "
          "set; percentiles 1, 10 to 90 and 99 where none are named",
  .undo = "SynMR has the standard scale, 0 to 1000",
  .arguments = { { "PERCENTILE", 0, 100, (double) NAN, NULL, false,
                   "of the voxels above the image's mean" } },
  .repeats = true,
  .check = check,
  .count_fitted = count_fitted,
  .measure = measure,
  .apply = apply,
};
