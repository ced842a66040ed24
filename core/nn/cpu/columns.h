/* columns.h - convolutions as gathered columns and matrix products
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For convolutions that leave vector units idle in oneDNN's kernels (one channel in or out), and
 * for those it would give to its reference implementation. Two ways, by which side is thin:
 *   of x: col (pixels of y, R S C) is gathered from x; y = col filter'
 *   of y: col (pixels of x, K R S) holds products that are shifted and added; y = shift (x filter')
 * Work is cut into bands of rows whose columns stay in the cache. Sums over pixels (the filter's
 * gradient) are made per band group and added in order. One thread at a time.
 */

#pragma once

#include "core/nn/cpu/cpu.h"

G_BEGIN_DECLS

typedef struct
{
  TrpConvGeometry geometry;
  TrpConvPass pass;
  bool thin_y;         /* gather on the side of y */
  int band;            /* rows of an image at a time */
  size_t column_count; /* entries of one pixel's column */
  size_t slot_floats;  /* scratch of one thread */
  size_t n_groups;     /* partial sums of the filter's gradient */
} TrpColumns;

/* How it will be done, and the scratch memory it needs on @n_slots threads. */
TrpColumns trp_columns_plan (TrpConvPass pass, const TrpConvGeometry *geometry);
size_t trp_columns_get_workspace (const TrpColumns *self, int n_slots);
void trp_columns_run (const TrpColumns *self,
                      const TrpCpuKernel *kernel,
                      float *x,
                      float *filter,
                      const float *bias,
                      float *y,
                      float *workspace);

G_END_DECLS
