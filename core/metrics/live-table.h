/* live-table.h - the live numbers of a pair as rows of a table
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which numbers there are, in which conventions, and how many digits they are shown with. Static
 * tables and plain functions; any thread.
 */

#pragma once

#include "core/metrics/live-distances.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_LIVE_COLUMN_BORDER, /* also of numbers that know no convention */
  TRP_LIVE_COLUMN_SURFEL,
  TRP_LIVE_COLUMNS,
} TrpLiveColumn;

/**
 * TrpLiveRow:
 * @key: of core/metrics/metric-info.h, without a tolerance
 * @digits: after the decimal point
 * @has_both: differs between the two conventions
 * @has_tolerance: @key has one: of this row the settable one, unless @is_exact
 * @is_exact: the tolerance is 0
 */
typedef struct
{
  const char *key;
  int digits;
  bool has_both;
  bool has_tolerance;
  bool is_exact;
} TrpLiveRow;

const TrpLiveRow *trp_live_table_peek_rows (size_t *out_n);

/* NAN where the row has nothing in the column. */
double trp_live_table_get (const TrpLiveDistances *distances, size_t row, TrpLiveColumn column);

/**
 * trp_live_table_write_csv:
 * @structure, @edited, @reference: names; quoted as needed
 * @with_header: begin with the names of the columns
 *
 * Columns: structure, edited, reference, metric, unit, tolerance_mm, voxel_border, surfel. Numbers
 * in full, "NaN" and "Infinity" as words. (transfer full)
 */
char *trp_live_table_write_csv (const TrpLiveDistances *distances,
                                const char *structure,
                                const char *edited,
                                const char *reference,
                                bool with_header);

G_END_DECLS
