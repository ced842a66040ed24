/* onednn.h - the only door to oneDNN
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * onednn.c speaks the two-step API of oneDNN 2.6; version 3 differs there and nowhere else.
 * Activations are NHWC floats; filters are ours, (K, R, S, C), and are copied into whatever layout
 * the primitive asks for: the copies are shared by all convolutions that want the same filter in
 * the same layout, and made again only when the filter's version changes. One thread at a time.
 */

#pragma once

#include "core/base/error.h"
#include "core/nn/conv-geometry.h"

G_BEGIN_DECLS

typedef struct _TrpOneDnn TrpOneDnn;
typedef struct _TrpOneDnnConv TrpOneDnnConv;

TrpOneDnn *trp_onednn_new (GError **error);
void trp_onednn_free (TrpOneDnn *self);
const char *trp_onednn_get_version (const TrpOneDnn *self);
/* The CPU multiplies bfloat16 numbers itself; where it does not, oneDNN imitates it more slowly
 * than float32 runs. */
bool trp_onednn_has_bf16 (void);

/**
 * trp_onednn_conv_new:
 * @bf16: rounds what the pass multiplies to bfloat16 and adds up in float32, where oneDNN has a
 * fast implementation of that; else float32 throughout. Not for TRP_CONV_BACKWARD_FILTER
 * @n_threads: the primitive is made for that many, and runs on them
 *
 * Returns: NULL without an error where oneDNN has only its reference implementation for this, which
 * takes seconds per call.
 */
TrpOneDnnConv *trp_onednn_conv_new (TrpOneDnn *self,
                                    TrpConvPass pass,
                                    const TrpConvGeometry *geometry,
                                    bool bf16,
                                    int n_threads,
                                    GError **error);
void trp_onednn_conv_free (TrpOneDnnConv *self);
/* Bytes of scratch memory that a run needs, aligned to 64. */
size_t trp_onednn_conv_get_workspace (const TrpOneDnnConv *self);
const char *trp_onednn_conv_get_implementation (const TrpOneDnnConv *self);
/* @x, @y, @filter: which of them is written depends on the pass. @version: of @filter, 0 = always
 * copy. @bias: (nullable). */
bool trp_onednn_conv_run (TrpOneDnnConv *self,
                          float *x,
                          float *filter,
                          const float *bias,
                          float *y,
                          uint64_t version,
                          void *workspace,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Row-major c = a b + beta c with the leading dimensions of packed matrices; a is (m, k), or (k, m)
 * if @a_transposed; b is (k, n), or (n, k) if @b_transposed. Inside a parallel loop it runs on the
 * calling thread, else on @n_threads. */
void trp_onednn_multiply (int n_threads,
                          bool a_transposed,
                          bool b_transposed,
                          size_t m,
                          size_t n,
                          size_t k,
                          const float *a,
                          const float *b,
                          float beta,
                          float *c);

G_END_DECLS
