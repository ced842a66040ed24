/* outline.h - where a plane cuts a structure, and drawing that
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * An outline is kept in millimetres on the plane, so zoom and pan need no new one; only the mask or
 * the plane do. Immutable; may be made in a worker from a mask nobody writes.
 */

#pragma once

#include "core/draw/palette.h"
#include "core/geometry/raster.h"
#include "core/metrics/signed-field.h"

G_BEGIN_DECLS

typedef struct _TrpOutline TrpOutline;

/**
 * trp_outline_new:
 *
 * On one of the mask's own slices the half-level outline of its voxels; on any other plane the 0.5
 * level of the mask sampled linearly at the finest spacing of its grid.
 */
TrpOutline *trp_outline_new (const TrpMask *mask, const TrpPlane *plane);
void trp_outline_free (TrpOutline *self);
bool trp_outline_is_empty (const TrpOutline *self);

/**
 * TrpOutlineKind: widths in user-space pixels, the same at every zoom
 * @TRP_OUTLINE_ACTIVE: 2.2; @TRP_OUTLINE_OTHER: 1.4
 * @TRP_OUTLINE_REFERENCE: 1.3, dashed 4 + 3.5
 * @TRP_OUTLINE_PREVIEW: 2.0, dashed 7 + 4
 * @TRP_OUTLINE_READING: 1.6, with the dash of its style: one of several readings
 */
typedef enum
{
  TRP_OUTLINE_ACTIVE,
  TRP_OUTLINE_OTHER,
  TRP_OUTLINE_REFERENCE,
  TRP_OUTLINE_PREVIEW,
  TRP_OUTLINE_READING,
} TrpOutlineKind;

/**
 * TrpOutlineStyle:
 * @fill: opacity inside, 0 to 1; the design's default for the active structure is
 * TRP_OUTLINE_DEFAULT_FILL
 * @dash: of TRP_OUTLINE_READING: 0 solid, 1 long, 2 short, 3 long and short; it wraps
 * @field: (nullable): the line, 2.6 wide, has the colours of trp_palette_get_distance() at its
 * signed distances; @color is that of the fill
 */
typedef struct
{
  TrpOutlineKind kind;
  TrpColor color;
  double fill;
  unsigned dash;
  const TrpSignedField *field;
} TrpOutlineStyle;

#define TRP_OUTLINE_DEFAULT_FILL 0.06

/* Over a black line that is 1.6 px wider, at 55 %. */
void trp_outline_draw (const TrpOutline *self,
                       cairo_t *cr,
                       const TrpAffine *px_from_lps,
                       const TrpOutlineStyle *style);
/* A straight line of that style from (0, @y) to (@width, @y), for legends. */
void trp_outline_draw_sample (cairo_t *cr, const TrpOutlineStyle *style, double width, double y);
/* The closed polygons as a path, for other ways of drawing them. */
void trp_outline_append_path (const TrpOutline *self, cairo_t *cr, const TrpAffine *px_from_lps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpOutline, trp_outline_free)

G_END_DECLS
