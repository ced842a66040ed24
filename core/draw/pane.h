/* pane.h - a whole pane, and a row of them, without a screen
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What `triptych-cli render` and reports show: header line, slice, outlines, letters, scale bar.
 * Any thread.
 */

#pragma once

#include "core/draw/outline.h"
#include "core/draw/slice.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

/**
 * TrpPane:
 * @volume: what is shown
 * @role: "MR", "SynCT", "CT" or "": bold in the header
 * @window: of the volume
 * @structures: (nullable): through millimetres, on any grid; visible ones are drawn, the first of
 * the list over the others
 * @active: index in @structures of the one drawn bold and filled, over all others; SIZE_MAX: none
 * @reference: (nullable): drawn dashed
 */
typedef struct
{
  const TrpVolume *volume;
  const char *role;
  TrpWindow window;
  const TrpStructureSet *structures;
  size_t active;
  const TrpStructureSet *reference;
} TrpPane;

/**
 * TrpPaneRow: panes side by side that show the same plane at the same scale
 * @point_lps: the plane goes through it, and it is marked by the crosshair if @crosshair
 * @center_lps: in the middle of every pane
 * @mm_per_px: 0: all of the first volume fits
 */
typedef struct
{
  const TrpPane *panes;
  size_t n_panes;
  TrpOrientation orientation;
  TrpVec3 point_lps;
  TrpVec3 center_lps;
  double mm_per_px;
  bool nose_right;
  bool crosshair;
} TrpPaneRow;

void trp_pane_row_draw (const TrpPaneRow *self, cairo_t *cr, double width, double height);

/* Writes to @path, PNG, PDF or SVG by its extension, atomically. */
bool trp_pane_row_save (const TrpPaneRow *self,
                        size_t width,
                        size_t height,
                        const char *path,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
