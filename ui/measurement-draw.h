/* measurement-draw.h - measurements on a pane
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "core/geometry/raster.h"
#include "ui/document-measurements.h"

#include <cairo.h>

G_BEGIN_DECLS

/* All that lie in the slice shown, to half a millimetre, in the pane's logical pixels. */
void trp_measurements_draw (TrpDocument *document,
                            TrpRole role,
                            const TrpPlane *plane,
                            const TrpRaster *raster,
                            cairo_t *cr,
                            double width);

/* The same as one line for screen readers, "" where there is none. (transfer full) */
char *trp_measurements_describe (TrpDocument *document, TrpRole role, const TrpPlane *plane);

G_END_DECLS
