/* document-measurements.h - what was measured on the open case
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Part of ui/document.h's object. Measurements are not contours: they are neither saved nor undone,
 * and go with the case. Main thread only.
 */

#pragma once

#include "core/image/region-statistics.h"
#include "ui/document.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_MEASURE_DISTANCE,
  TRP_MEASURE_ANGLE,
  TRP_MEASURE_ELLIPSE,
  TRP_MEASURE_RECTANGLE,
  TRP_MEASURE_PROFILE,
  TRP_MEASURE_PROBE,
  TRP_N_MEASURES,
} TrpMeasureKind;

#define TRP_MEASURE_MAX_POINTS 3

/**
 * TrpMeasurement:
 * @plane: it was drawn on, and is shown on
 * @points_lps: @n_points: the place of a probe; the ends of a distance or profile; opposite corners
 * of a region; an angle's first end, vertex and second end
 */
typedef struct
{
  TrpMeasureKind kind;
  TrpPlane plane;
  int n_points;
  TrpVec3 points_lps[TRP_MEASURE_MAX_POINTS];
} TrpMeasurement;

guint trp_document_get_n_measurements (TrpDocument *self);
const TrpMeasurement *trp_document_get_measurement (TrpDocument *self, guint index);
/* At @index, in the place of what is there; one beyond the last appends. Emits
 * "measurements-changed", as all that follow. */
void
trp_document_put_measurement (TrpDocument *self, guint index, const TrpMeasurement *measurement);
void trp_document_remove_measurement (TrpDocument *self, guint index);
void trp_document_clear_measurements (TrpDocument *self);

/* Whether all its points lie within half a millimetre of @plane: only there it is shown. */
bool trp_measurement_lies_on (const TrpMeasurement *measurement, const TrpPlane *plane);
/* Degrees, 0 to 180; NAN for an arm without length. */
double trp_measurement_get_angle (const TrpMeasurement *measurement);
/* For the pane of @role, whose values a region means; lines are separated by '\n'. (transfer full)
 */
char *trp_measurement_dup_text (TrpDocument *self, TrpRole role, const TrpMeasurement *measurement);

G_END_DECLS
