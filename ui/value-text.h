/* value-text.h - values of images as text
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Minus is U+2212, and nothing is "-0".
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

void trp_value_append (GString *text, double value, int digits);
/* Digits after the decimal point that values between @low and @high deserve. */
int trp_value_get_digits (double low, double high);
/* " HU" or the like; nothing for arbitrary units. */
void trp_value_append_unit (GString *text, const TrpVolume *volume);

G_END_DECLS
