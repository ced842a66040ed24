/* csv.h - comma-separated values as RFC 4180 has them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes bytes from strangers: UTF-8 with or without a byte order mark, lines ended by LF, CRLF or
 * CR, quoted fields with doubled quotes, commas and line ends inside. Empty lines are skipped. Any
 * thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

#define TRP_CSV_MAX_BYTES ((size_t) 64 << 20)
#define TRP_CSV_MAX_COLUMNS 1024

/**
 * TrpCsvRow:
 * @line: in the file, from 1, on which the row begins
 * @fields: NULL-terminated
 */
typedef struct
{
  size_t line;
  size_t n_fields;
  char **fields;
} TrpCsvRow;

void trp_csv_row_free (TrpCsvRow *row);

/**
 * trp_csv_parse:
 *
 * Returns: (element-type TrpCsvRow) (transfer full): rows with as many fields as they have.
 *
 * Errors: TRP_ERROR_FORMAT with the line number for an open quote, text after a closing quote, a
 * quote inside an unquoted field, a zero byte or text that is not UTF-8; TRP_ERROR_LIMIT above the
 * limits.
 */
GPtrArray *trp_csv_parse (const char *bytes, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends @field, quoted where it must be; NULL counts as empty. */
void trp_csv_append_field (GString *line, const char *field);

/* The fewest digits, from 15 on, that give the same bits back; NaN, Infinity and -Infinity as
 * words.
 */
void trp_csv_append_number (GString *line, double value);

G_END_DECLS
