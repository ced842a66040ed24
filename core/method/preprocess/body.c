/* body.c - see body.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/body.h"

#include "core/image/histogram.h"
#include "core/metrics/outline.h"

#include <math.h>

bool
trp_body_get_otsu (const TrpVolume *image, double *out_threshold, GError **error)
{
  g_autoptr (TrpHistogram) histogram = trp_histogram_new (image, 0);

  if (histogram && histogram->n_bins > 1)
    {
      *out_threshold = trp_histogram_get_otsu (histogram);
      return true;
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "all voxels of the image have one value, so there is no body to find in it");
  return false;
}

TrpMask *
trp_body_mask_new (const TrpVolume *image, double threshold, double *out_threshold, GError **error)
{
  g_autoptr (TrpMask) mask = NULL;
  TrpImagePair pair;

  if ((isnan (threshold) && !trp_body_get_otsu (image, &threshold, error)) ||
      !trp_image_pair_init (&pair, image, image, error))
    return NULL;
  mask = trp_outline_mask_new (&pair, 0, threshold);
  if (trp_mask_is_empty (mask))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "no voxel of the image is above %g",
                   threshold);
      return NULL;
    }
  if (out_threshold)
    *out_threshold = threshold;
  return g_steal_pointer (&mask);
}

bool
trp_body_get_box (const TrpVolume *image, TrpBox *out_box, GError **error)
{
  g_autoptr (TrpMask) mask = trp_body_mask_new (image, (double) NAN, NULL, error);

  if (!mask)
    return false;
  *out_box = trp_mask_get_box (mask);
  return true;
}
