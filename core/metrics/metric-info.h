/* metric-info.h - what the metrics of results are called in tables and figures
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Static tables; any thread.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_METRIC_NEUTRAL, /* neither is better: volumes, mean error */
  TRP_METRIC_HIGHER_IS_BETTER,
  TRP_METRIC_LOWER_IS_BETTER,
} TrpMetricSense;

/**
 * TrpMetricInfo:
 * @key: as in results.csv
 * @label: for axes and tables, without the unit
 * @unit: (nullable)
 * @definition: (nullable): one or two sentences; marked for translation, as is @label
 */
typedef struct
{
  const char *key;
  const char *label;
  const char *unit;
  TrpMetricSense sense;
  const char *definition;
} TrpMetricInfo;

/* Of a key, with its tolerance if it has one ("nsd@2"); NULL if it is none of ours. */
const TrpMetricInfo *trp_metric_info_find (const char *key);
/* "Hausdorff distance (mm)", "Surface Dice at 2 mm"; the key itself if it is none of ours.
 * (transfer full) */
char *trp_metric_dup_label (const char *key);
/* The key and its unit, for columns of text: "hd (mm)", "nsd@2 mm", "volume_ml". (transfer full) */
char *trp_metric_dup_heading (const char *key);

G_END_DECLS
