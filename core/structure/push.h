/* push.h - a circle (or ball) that pushes the outline before it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * As the nudge of treatment planning systems does it, the brush is a rigid body whose side is
 * decided once, by the voxel under the pointer at the press. Pressed inside the structure it stays
 * inside: the outline gives way outwards, what it sweeps is set. Pressed outside it stays outside:
 * the outline gives way inwards, what it sweeps is cleared. A stroke that meets no outline changes
 * nothing; a press whose circle crosses the outline pushes it to the circle at once.
 *
 * What may not be changed (locked structures, values out of the range) is a wall: voxels behind it
 * are changed only where the sweep leads around it, since only those are that are connected by
 * faces with the press, through swept voxels that are on the circle's side already or may be
 * brought to it.
 *
 * A flat brush works in its plane, a ball in three dimensions. The result depends neither on zoom
 * nor on speed, and the cost follows the brush.
 */

#pragma once

#include "core/structure/stencil.h"

G_BEGIN_DECLS

/* For TrpPaintOptions, whose erase it decides. */
extern const TrpStencilMaker trp_push;

G_END_DECLS
