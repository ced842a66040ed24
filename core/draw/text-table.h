/* text-table.h - tables of text on a printed page
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value that borrows its texts; any thread.
 */

#pragma once

#include <cairo.h>
#include <stddef.h>

/**
 * TrpTextTable:
 * @title: above, bold
 * @headings: one for each column
 * @n_left: columns from the left that are texts; the others are numbers, set to the right
 * @cells: @n_rows times @n_columns, row by row
 */
typedef struct
{
  const char *title;
  const char *const *headings;
  size_t n_columns;
  size_t n_left;
  const char *const *cells;
  size_t n_rows;
} TrpTextTable;

/* Rows that fit on a page of that height, beside title and headings; at least one. */
size_t trp_text_table_get_rows_per_page (double height);
/* Rows @first to @first + @n, black on what is there; what needs more width than there is gets
 * smaller letters. */
void
trp_text_table_draw (const TrpTextTable *self, cairo_t *cr, double width, size_t first, size_t n);
