/* strip.h - Dice per slice of the active structure
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bars under the panes; a click goes to the slice. Main thread.
 */

#pragma once

#include "ui/panels/live-scores.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TRP_TYPE_SLICE_STRIP (trp_slice_strip_get_type ())
G_DECLARE_FINAL_TYPE (TrpSliceStrip, trp_slice_strip, TRP, SLICE_STRIP, GtkBox)

GtkWidget *trp_slice_strip_new (TrpDocument *document, TrpLiveScores *scores);

G_END_DECLS
