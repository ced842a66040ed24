/* step-n4.c - n4 [ITERATIONS] [SHRINK]: slow changes of an MR's brightness are taken out
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/histogram.h"
#include "core/method/preprocess/body.h"
#include "core/method/preprocess/n4.h"
#include "core/method/preprocess/step-list.h"

#include "config.h"

enum
{
  ITERATIONS,
  SHRINK
};

#if TRP_HAVE_ITK

#define MIN_FOREGROUND 64 /* voxels; fewer cannot tell a field from an image */

/* All voxels above Otsu's threshold, not only those of one part: what is bright shows the field. */
static uint8_t *
make_mask (const TrpVolume *image, const float *values, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (image));
  g_autofree uint8_t *mask = g_try_malloc (n);
  size_t n_set = 0;
  double threshold;

  if (!mask)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is not enough memory for %zu voxels",
                   n);
      return NULL;
    }
  if (!trp_body_get_otsu (image, &threshold, error))
    return NULL;
  for (size_t i = 0; i < n; i++)
    n_set += mask[i] = (double) values[i] > threshold && values[i] > 0;
  if (n_set >= MIN_FOREGROUND)
    return g_steal_pointer (&mask);
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "only %zu voxels are above %g and above 0, too few to find a bias field", n_set,
               threshold);
  return NULL;
}

static void
divide (float *values, const float *field, size_t n, float *out_low, float *out_high)
{
  *out_low = *out_high = field[0];
  for (size_t i = 0; i < n; i++)
    {
      *out_low = MIN (*out_low, field[i]);
      *out_high = MAX (*out_high, field[i]);
      values[i] /= field[i];
    }
}

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (io->image);
  const size_t n = trp_geometry_count_voxels (geometry);
  TrpN4 n4 = { .iterations = (unsigned) self->values[ITERATIONS],
               .shrink = (unsigned) self->values[SHRINK] };
  g_autofree float *values = trp_step_image_dup_values (io, error);
  g_autofree uint8_t *mask = values ? make_mask (io->image, values, error) : NULL;
  g_autofree float *field = mask ? trp_step_image_dup_values (io, error) : NULL;
  float low, high;

  for (int a = 0; a < 3; a++)
    n4.size[a] = geometry->size[a];
  if (!field || !trp_n4_find_field (&n4, values, mask, field, error))
    return false;
  divide (values, field, n, &low, &high);
  g_string_printf (note, "divided by a field of %.3g to %.3g", (double) low, (double) high);
  return trp_step_image_take (io, g_steal_pointer (&values), error);
}

#else

static bool
apply (const TrpStep *self, TrpStepImage *io, TrpProgress *progress, GString *note, GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "this Triptych was built without ITK, which finds the bias field; leave the step "
               "out or correct the images beforehand");
  return false;
}

#endif

const TrpStepClass trp_step_n4 = {
  .name = "n4",
  .help = "N4 bias field correction of MR: slow changes of brightness are taken out",
  .undo = "a synthetic image has no bias field to put back",
  .arguments = { [ITERATIONS] = { "ITERATIONS", 1, 1000, 50, NULL, true,
                                  "at most, on each of four levels" },
                 [SHRINK] = { "SHRINK", 1, 16, 4, NULL, true,
                              "the field is found on every so-many-th voxel" } },
  .apply = apply,
};
