/* metric-info.c - see metric-info.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/metric-info.h"

#include <string.h>

static const TrpMetricInfo metrics[] = {
  { "dice", "Dice", NULL, TRP_METRIC_HIGHER_IS_BETTER },
  { "iou", "Intersection over union", NULL, TRP_METRIC_HIGHER_IS_BETTER },
  { "hd", "Hausdorff distance", "mm", TRP_METRIC_LOWER_IS_BETTER },
  { "hd95", "95 % Hausdorff distance", "mm", TRP_METRIC_LOWER_IS_BETTER },
  { "assd", "Average symmetric surface distance", "mm", TRP_METRIC_LOWER_IS_BETTER },
  { "masd", "Mean surface distance", "mm", TRP_METRIC_LOWER_IS_BETTER },
  { "nsd", "Surface Dice", "mm", TRP_METRIC_HIGHER_IS_BETTER },
  { "volume_ml", "Volume", "ml", TRP_METRIC_NEUTRAL },
  { "volume_reference_ml", "Volume of the reference", "ml", TRP_METRIC_NEUTRAL },
  { "volume_difference_ml", "Volume difference", "ml", TRP_METRIC_NEUTRAL },
  { "mae", "Mean absolute error", "HU", TRP_METRIC_LOWER_IS_BETTER },
  { "me", "Mean error", "HU", TRP_METRIC_NEUTRAL },
  { "rmse", "Root mean square error", "HU", TRP_METRIC_LOWER_IS_BETTER },
  { "psnr", "Peak signal to noise ratio", "dB", TRP_METRIC_HIGHER_IS_BETTER },
  { "ssim", "SSIM", NULL, TRP_METRIC_HIGHER_IS_BETTER },
  { "ncc", "Correlation", NULL, TRP_METRIC_HIGHER_IS_BETTER },
  { "mi", "Mutual information", "nats", TRP_METRIC_HIGHER_IS_BETTER },
  { "nmi", "Normalised mutual information", NULL, TRP_METRIC_HIGHER_IS_BETTER },
  { "outline_dice", "Dice of the body outlines", NULL, TRP_METRIC_HIGHER_IS_BETTER },
};

const TrpMetricInfo *
trp_metric_info_find (const char *key)
{
  const size_t size = strcspn (key, "@");

  for (size_t n = 0; n < G_N_ELEMENTS (metrics); n++)
    if (strlen (metrics[n].key) == size && strncmp (metrics[n].key, key, size) == 0)
      return &metrics[n];
  return NULL;
}

char *
trp_metric_dup_label (const char *key)
{
  const TrpMetricInfo *info = trp_metric_info_find (key);
  const char *tolerance = strchr (key, '@');

  if (!info)
    return g_strdup (key);
  if (tolerance)
    return g_strdup_printf ("%s at %s %s", info->label, tolerance + 1, info->unit);
  return info->unit ? g_strdup_printf ("%s (%s)", info->label, info->unit) : g_strdup (info->label);
}

char *
trp_metric_dup_heading (const char *key)
{
  const TrpMetricInfo *info = trp_metric_info_find (key);

  if (!info || !info->unit || g_str_has_suffix (key, "_ml"))
    return g_strdup (key);
  return g_strdup_printf (strchr (key, '@') ? "%s %s" : "%s (%s)", key, info->unit);
}
