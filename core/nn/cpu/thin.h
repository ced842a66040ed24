/* thin.h - convolutions of stride 1 with very few channels on one side, by direct loops
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The last layer of a generator (64 channels to 1, 7 x 7) and the data gradient of its first one
 * leave most lanes of a blocked kernel empty; here the lanes run along the many channels of the
 * other side. Three to nine times as fast as columns or oneDNN. One thread at a time.
 */

#pragma once

#include "core/nn/cpu/cpu.h"

G_BEGIN_DECLS

/* Whether it can: forward and backward filter with few channels in y, backward data with few in x.
 */
bool trp_thin_can (TrpConvPass pass, const TrpConvGeometry *geometry);
size_t trp_thin_get_workspace (TrpConvPass pass, const TrpConvGeometry *geometry);
void trp_thin_run (const TrpCpuKernel *kernel,
                   TrpConvPass pass,
                   const TrpConvGeometry *geometry,
                   float *x,
                   float *filter,
                   const float *bias,
                   float *y,
                   float *workspace);

G_END_DECLS
