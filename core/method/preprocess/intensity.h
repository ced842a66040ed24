/* intensity.h - image values to what a network sees, and back
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two objects, both plain values. A TrpCurve is piecewise linear and strictly rising, so it has an
 * exact inverse between its ends; beyond them it is clipped. A TrpIntensity is the rule that a
 * recipe and a checkpoint hold: either one fixed curve (HU), or percentiles from which each volume
 * gets its own curve (MR has no unit). Any thread.
 */

#pragma once

#include "core/image/volume.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TRP_CURVE_MAX_POINTS 8

/**
 * TrpCurve:
 * @n: 2 to TRP_CURVE_MAX_POINTS
 * @value: image values, strictly rising
 * @mapped: network values, strictly rising
 */
typedef struct
{
  size_t n;
  double value[TRP_CURVE_MAX_POINTS];
  double mapped[TRP_CURVE_MAX_POINTS];
} TrpCurve;

/* Errors: TRP_ERROR_FORMAT for fewer than 2 or more than TRP_CURVE_MAX_POINTS points, or points
 * that do not rise. */
bool trp_curve_init (TrpCurve *out_curve,
                     const double *values,
                     const double *mapped,
                     size_t n,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @low to -1, @high to 1; @low < @high */
TrpCurve trp_curve_window (double low, double high);
double trp_curve_apply (const TrpCurve *self, double value);
double trp_curve_invert (const TrpCurve *self, double mapped);
/* In place; NAN becomes the lowest value. */
void trp_curve_apply_floats (const TrpCurve *self, float *values, size_t n);
void trp_curve_invert_floats (const TrpCurve *self, float *values, size_t n);

/**
 * trp_curve_parse:
 * @text: "-1000:-1, -200:-0.7, 200:0.5, 1000:1", image value : network value; for a window that
 * becomes -1 to 1 also "window -500 500" or its name (preprocess/window-presets.h)
 *
 * Errors: TRP_ERROR_FORMAT naming the point that does not rise or is no number.
 */
bool
trp_curve_parse (const char *text, TrpCurve *out_curve, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *trp_curve_to_text (const TrpCurve *self); /* parses back to the same bits */

typedef enum
{
  TRP_INTENSITY_CURVE,
  TRP_INTENSITY_PERCENTILES,
} TrpIntensityKind;

/**
 * TrpIntensity:
 * @curve: of kind CURVE
 * @percentile_low, @percentile_high: in 0..100, of the foreground (voxels above Otsu's threshold;
 * all voxels where there are none)
 * @from_zero: -1 is the image value 0 instead of the low percentile
 * @clip: +1 is this many times the distance from low to high (1: clipped at the high percentile)
 * @unit: "HU" or "a.u."; a static string
 */
typedef struct
{
  TrpIntensityKind kind;
  TrpCurve curve;
  double percentile_low;
  double percentile_high;
  bool from_zero;
  double clip;
  const char *unit;
} TrpIntensity;

/* The curve for one volume. A constant volume gets a curve that maps it to -1; never fails. */
TrpCurve trp_intensity_fit (const TrpIntensity *self, const TrpVolume *volume);

/* {"kind": "curve", "points": [[-1000, -1], ...], "unit": "HU"} or {"kind": "percentiles", "low":
 * 0.5, "high": 99.5, "from_zero": false, "clip": 1, "unit": "a.u."} (transfer full) */
JsonNode *trp_intensity_to_json (const TrpIntensity *self);
/* Errors: TRP_ERROR_FORMAT. */
bool trp_intensity_from_json (JsonNode *node,
                              TrpIntensity *out_intensity,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
