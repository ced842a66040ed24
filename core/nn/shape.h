/* shape.h - sizes of tensors
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Four axes, n slowest, c fastest, dense: activations are NHWC. The same four numbers describe
 * - a convolution's filter: n = K (output channels), h = R, w = S, c = C (input channels);
 * - a transposed convolution's filter: n = its INPUT channels, h = R, w = S, c = its OUTPUT
 *   channels, that is the filter of the convolution whose data gradient it computes (PyTorch's
 *   I,O,h,w with the same axes moved as for a convolution);
 * - a vector (bias, norm, runtime scalars): n = h = w = 1, c entries; a scalar has c = 1.
 */

#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct
{
  int n, h, w, c;
} TrpShape;

/* No axis exceeds this, and no tensor TRP_SHAPE_MAX_COUNT elements; both checked when a value is
 * added to a graph. */
#define TRP_SHAPE_MAX_AXIS (1 << 20)
#define TRP_SHAPE_MAX_COUNT ((size_t) 1 << 31)

static inline size_t
trp_shape_count (TrpShape shape)
{
  return (size_t) shape.n * (size_t) shape.h * (size_t) shape.w * (size_t) shape.c;
}

static inline size_t
trp_shape_pixels (TrpShape shape)
{
  return (size_t) shape.h * (size_t) shape.w;
}

static inline bool
trp_shape_equal (TrpShape a, TrpShape b)
{
  return a.n == b.n && a.h == b.h && a.w == b.w && a.c == b.c;
}

static inline size_t
trp_shape_index (TrpShape shape, int n, int h, int w, int c)
{
  return (((size_t) n * (size_t) shape.h + (size_t) h) * (size_t) shape.w + (size_t) w) *
           (size_t) shape.c +
         (size_t) c;
}

static inline TrpShape
trp_shape_vector (int c)
{
  const TrpShape shape = { 1, 1, 1, c }; /* C++ reads this header too */

  return shape;
}

G_END_DECLS
