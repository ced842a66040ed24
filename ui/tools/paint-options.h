/* paint-options.h - the options that tools which paint share
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows bound to the document's tool settings, both ways. Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  TRP_PAINT_ROW_SHAPE = 1 << 0,
  TRP_PAINT_ROW_RADIUS = 1 << 1,
  TRP_PAINT_ROW_LIMIT = 1 << 2, /* all values, or a range */
  TRP_PAINT_ROW_OVER = 1 << 3,
} TrpPaintRows;

/* In the order above; a tool may append rows of its own (ui/tools/option-rows.h). */
GtkWidget *trp_paint_options_new (TrpDocument *document, TrpPaintRows rows);

G_END_DECLS
