/* grids.h - grids of every kind for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/base/rng.h"
#include "core/geometry/plane.h"

G_BEGIN_DECLS

/* Oblique, anisotropic (0.5 to 3 mm), of either handedness, somewhere within 100 mm. */
TrpGeometry trp_test_random_geometry (TrpRng *rng, const size_t size[3]);

/* A point within the grid. */
TrpVec3 trp_test_random_point (TrpRng *rng, const TrpGeometry *geometry);

/* As an axial pane shows it, through the origin. */
extern const TrpPlane trp_test_axial;

G_END_DECLS
