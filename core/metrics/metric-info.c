/* metric-info.c - see metric-info.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/metric-info.h"

#include <string.h>

/* A percent sign in a text is no format. */
#define N_(text) text

static const TrpMetricInfo metrics[] = {
  { "dice", N_ ("Dice"), NULL, TRP_METRIC_HIGHER_IS_BETTER,
    N_ ("2 x common voxels / (edited + reference).") },
  { "iou", N_ ("Intersection over union"), NULL, TRP_METRIC_HIGHER_IS_BETTER,
    N_ ("Common voxels / voxels of either (Jaccard).") },
  { "hd", N_ ("Hausdorff distance"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("The largest distance from a point of one surface to the other surface, both ways.") },
  /* xgettext:no-c-format */
  { "hd95", N_ ("95 % Hausdorff distance"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    /* xgettext:no-c-format */
    N_ ("The larger of the two directed 95th percentiles. Voxel border: interpolated linearly; "
        "surfel: the distance within which 95 % of the area lies.") },
  /* xgettext:no-c-format */
  { "hd95_pooled", N_ ("95 % Hausdorff, pooled"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("The 95th percentile of both lists of distances joined, as MedPy has it.") },
  { "assd", N_ ("Average symmetric surface distance"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("Mean of both lists of distances joined; often called mean surface distance (MSD).") },
  { "masd", N_ ("Mean average surface distance"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("Mean of the two directed means (MASD).") },
  { "nsd", N_ ("Surface Dice"), "mm", TRP_METRIC_HIGHER_IS_BETTER,
    N_ ("Part of both surfaces that lies within the tolerance of the other.") },
  { "apl", N_ ("Added path length"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("Contour pixels of the reference farther than the tolerance from the edited contour of "
        "their slice, times the mean pixel spacing: what would have to be drawn.") },
  { "outside", N_ ("Largest distance outside"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("Where the edited contour runs outside the reference.") },
  { "missing", N_ ("Largest distance missing"), "mm", TRP_METRIC_LOWER_IS_BETTER,
    N_ ("Where the edited contour misses some of the reference.") },
  { "volume_ml", N_ ("Volume"), "ml", TRP_METRIC_NEUTRAL, NULL },
  { "volume_reference_ml", N_ ("Volume of the reference"), "ml", TRP_METRIC_NEUTRAL, NULL },
  { "volume_difference_ml", N_ ("Volume difference"), "ml", TRP_METRIC_NEUTRAL,
    N_ ("Edited less reference.") },
  { "volume_difference_percent", N_ ("Volume difference"), "%", TRP_METRIC_NEUTRAL,
    N_ ("Edited less reference, as part of the reference.") },
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
