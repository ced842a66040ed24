/* step-outline.c - outline [THRESHOLD|otsu|learnt]: outside of the body there is air
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/body.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>

enum
{
  OTSU,
  LEARNT
};

static size_t
count_fitted (const TrpStep *self)
{
  return self->words[0] == LEARNT;
}

static bool
measure (const TrpStep *self, const TrpVolume *image, double *out, GError **error)
{
  return trp_body_get_otsu (image, out, error);
}

static double
get_threshold (const TrpStep *self)
{
  switch (self->words[0])
    {
    case OTSU:
      return (double) NAN;
    case LEARNT:
      return self->fitted[0];
    default:
      return self->values[0];
    }
}

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (io->image));
  double threshold;
  g_autoptr (TrpMask) mask = trp_body_mask_new (io->image, get_threshold (self), &threshold, error);
  g_autofree uint8_t *bytes = mask ? g_try_malloc (n) : NULL;
  float *values = bytes ? trp_step_image_dup_values (io, error) : NULL;

  if (mask && !bytes)
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is not enough memory for %zu voxels", n);
  if (!values)
    return false;
  trp_mask_copy_bytes (mask, bytes);
  for (size_t i = 0; i < n; i++)
    values[i] = bytes[i] ? values[i] : (float) io->air;
  g_string_printf (note, "%.1f %% of the image is body, found above %.6g; the rest is %g",
                   100 * (double) trp_mask_count (mask) / (double) n, threshold, io->air);
  return trp_step_image_take (io, values, error);
}

const TrpStepClass trp_step_outline = {
  .name = "outline",
  .help = "outside of the body (largest part above a threshold, holes filled) there is air; otsu: "
          "each image's own threshold, learnt: the mean over the training set",
  .undo = "what is outside is lost",
  .arguments = { { "THRESHOLD", -100000, 1000000, OTSU, "otsu|learnt", false,
                   "the body is above it" } },
  .count_fitted = count_fitted,
  .measure = measure,
  .apply = apply,
};
