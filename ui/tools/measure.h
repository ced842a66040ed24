/* measure.h - what the measuring tool draws next
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/document-measurements.h"

G_BEGIN_DECLS

/* Emits "tool-moved". */
void trp_measure_set_kind (TrpDocument *document, TrpMeasureKind kind);
TrpMeasureKind trp_measure_get_kind (TrpDocument *document);

G_END_DECLS
