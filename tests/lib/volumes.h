/* volumes.h - volumes through files
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/* Through a file of that name, which says the format. */
TrpVolume *trp_test_save_and_load (const TrpVolume *volume, const char *name);

/* Grid, type, slope, intercept and every byte. */
void trp_test_assert_same_volume (const TrpVolume *a, const TrpVolume *b);

G_END_DECLS
