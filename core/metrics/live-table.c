/* live-table.c - see live-table.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/live-table.h"

#include "core/metrics/metric-info.h"

#include <math.h>
#include <string.h>

enum
{
  DICE,
  IOU,
  VOLUME,
  VOLUME_REFERENCE,
  VOLUME_DIFFERENCE,
  VOLUME_DIFFERENCE_PERCENT,
  HD,
  HD95,
  HD95_POOLED,
  ASSD,
  MASD,
  NSD,
  OUTSIDE,
  MISSING,
  APL,
  APL_TOLERANCE,
  N_ROWS,
};

static const TrpLiveRow rows[N_ROWS] = {
  [DICE] = { "dice", 3 },
  [IOU] = { "iou", 3 },
  [VOLUME] = { "volume_ml", 2 },
  [VOLUME_REFERENCE] = { "volume_reference_ml", 2 },
  [VOLUME_DIFFERENCE] = { "volume_difference_ml", 2 },
  [VOLUME_DIFFERENCE_PERCENT] = { "volume_difference_percent", 1 },
  [HD] = { "hd", 2, .has_both = true },
  [HD95] = { "hd95", 2, .has_both = true },
  [HD95_POOLED] = { "hd95_pooled", 2 }, /* no such definition for surfels */
  [ASSD] = { "assd", 3, .has_both = true },
  [MASD] = { "masd", 3, .has_both = true },
  [NSD] = { "nsd", 3, .has_both = true, .has_tolerance = true },
  [OUTSIDE] = { "outside", 2 },
  [MISSING] = { "missing", 2 },
  [APL] = { "apl", 0, .has_tolerance = true, .is_exact = true },
  [APL_TOLERANCE] = { "apl", 0, .has_tolerance = true },
};

const TrpLiveRow *
trp_live_table_peek_rows (size_t *out_n)
{
  *out_n = N_ROWS;
  return rows;
}

static double
get_surface (const TrpSurfaceNumbers *numbers, size_t row, double nsd)
{
  switch (row)
    {
    case HD:
      return numbers->hd;
    case HD95:
      return numbers->hd95;
    case ASSD:
      return numbers->assd;
    case MASD:
      return numbers->masd;
    default:
      return nsd;
    }
}

double
trp_live_table_get (const TrpLiveDistances *distances, size_t row, TrpLiveColumn column)
{
  const TrpLiveDistances *d = distances;

  if (rows[row].has_both)
    return column == TRP_LIVE_COLUMN_SURFEL ? get_surface (&d->surfel, row, d->nsd_surfel)
                                            : get_surface (&d->border, row, d->nsd_border);
  if (column != TRP_LIVE_COLUMN_BORDER)
    return (double) NAN;
  switch (row)
    {
    case DICE:
      return trp_overlap_dice (&d->overlap);
    case IOU:
      return trp_overlap_iou (&d->overlap);
    case VOLUME:
      return d->volume_ml;
    case VOLUME_REFERENCE:
      return d->volume_reference_ml;
    case VOLUME_DIFFERENCE:
      return d->volume_difference_ml;
    case VOLUME_DIFFERENCE_PERCENT:
      return 100 * d->volume_difference_relative;
    case HD95_POOLED:
      return d->border.hd95_pooled;
    case OUTSIDE:
      return d->outside;
    case MISSING:
      return d->missing;
    case APL:
      return (double) d->added_pixels * d->added_mm_per_pixel;
    default:
      return (double) d->added_beyond_pixels * d->added_mm_per_pixel;
    }
}

/* Quoted where a comma, a quote or a line break stands in it. */
static void
append_text (GString *out, const char *text)
{
  if (!strpbrk (text, ",\"\r\n"))
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (const char *c = text; *c; c++)
    g_string_append (out, *c == '"' ? "\"\"" : (char[]){ *c, 0 });
  g_string_append_c (out, '"');
}

static void
append_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, isnan (value)   ? "NaN"
                        : isinf (value) ? (value > 0 ? "Infinity" : "-Infinity")
                                        : g_ascii_dtostr (text, sizeof text, value));
}

char *
trp_live_table_write_csv (const TrpLiveDistances *distances,
                          const char *structure,
                          const char *edited,
                          const char *reference,
                          bool with_header)
{
  GString *out = g_string_new (
    with_header ? "structure,edited,reference,metric,unit,tolerance_mm,voxel_border,surfel\n" : "");

  for (size_t n = 0; n < N_ROWS; n++)
    {
      const TrpMetricInfo *info = trp_metric_info_find (rows[n].key);
      const char *const names[] = { structure, edited, reference, rows[n].key,
                                    info->unit && n != NSD ? info->unit : "" };

      for (size_t m = 0; m < G_N_ELEMENTS (names); m++)
        {
          append_text (out, names[m]);
          g_string_append_c (out, ',');
        }
      if (rows[n].has_tolerance)
        append_number (out, rows[n].is_exact ? 0 : distances->tolerance);
      g_string_append_c (out, ',');
      append_number (out, trp_live_table_get (distances, n, TRP_LIVE_COLUMN_BORDER));
      g_string_append_c (out, ',');
      if (rows[n].has_both)
        append_number (out, trp_live_table_get (distances, n, TRP_LIVE_COLUMN_SURFEL));
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}
