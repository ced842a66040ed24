/* pages.h - a printed report: a heading, tables, figures, as a PDF of A4 pages
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plain value that borrows everything; any thread.
 */

#pragma once

#include "core/draw/figure.h"
#include "core/draw/text-table.h"

G_BEGIN_DECLS

/**
 * TrpPages:
 * @notes: (nullable): NULL-terminated lines below the title
 * @tables: each begins a page; those without rows are passed over
 * @figures: two columns of them, wide ones across both
 */
typedef struct
{
  const char *title;
  const char *const *notes;
  const TrpTextTable *tables;
  size_t n_tables;
  const TrpFigure *const *figures;
  size_t n_figures;
} TrpPages;

/* Errors: as trp_picture_save_pages(). */
bool
trp_pages_save (const TrpPages *self, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
