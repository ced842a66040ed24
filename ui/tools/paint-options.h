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
  TRP_PAINT_ROW_SHAPE = 1 << 0,      /* disc, ball, square */
  TRP_PAINT_ROW_PUSH_SHAPE = 1 << 1, /* disc, ball */
  TRP_PAINT_ROW_RADIUS = 1 << 2,
  TRP_PAINT_ROW_FOLLOWS = 1 << 3, /* the pointer alone, or the image under it */
  TRP_PAINT_ROW_LIMIT = 1 << 4,   /* all values, or a range */
  TRP_PAINT_ROW_OVER = 1 << 5,
} TrpPaintRows;

/* In the order above; a tool may append rows of its own (ui/tools/option-rows.h). */
GtkWidget *trp_paint_options_new (TrpDocument *document, TrpPaintRows rows);

G_END_DECLS
