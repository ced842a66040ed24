/* layers.h - builders of network operations
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each appends one operation and returns its output. Errors as in graph.h (sticky).
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/* @bias: or TRP_VALUE_NONE. The same zero padding on all sides. */
TrpValue
trp_graph_conv (TrpGraph *self, TrpValue x, TrpValue filter, TrpValue bias, int stride, int pad);
/* PyTorch's ConvTranspose2d; @filter as in shape.h; out = (in - 1) stride - 2 pad + size +
 * output_padding. */
TrpValue trp_graph_conv_transpose (TrpGraph *self,
                                   TrpValue x,
                                   TrpValue filter,
                                   TrpValue bias,
                                   int stride,
                                   int pad,
                                   int output_padding);
TrpValue trp_graph_pad (TrpGraph *self, TrpValue x, TrpPadMode mode, int pad);

/* @activation: NONE, RELU or LEAKY_RELU, applied after the norm in the same pass. */
TrpValue
trp_graph_instance_norm (TrpGraph *self, TrpValue x, TrpActivation activation, double alpha);

/**
 * TrpNormTail: what the pass of an instance norm does besides
 * @residual: added after the activation, if @has_residual
 * @pad: 0, or the border of the padded copy, the same on all sides
 */
typedef struct
{
  TrpActivation activation;
  double alpha;
  bool has_residual;
  TrpValue residual;
  TrpPadMode mode;
  int pad;
} TrpNormTail;

/* @out_padded: (nullable): the padded copy; where only that is read, the returned value takes no
 * memory and no time. */
TrpValue trp_graph_instance_norm_tail (TrpGraph *self,
                                       TrpValue x,
                                       const TrpNormTail *tail,
                                       TrpValue *out_padded);

/* Creates the states PREFIX.running_mean and PREFIX.running_var beside the parameters PREFIX.weight
 * and PREFIX.bias; @training chooses batch statistics (momentum 0.1, unbiased running variance, as
 * PyTorch) or the running ones. */
TrpValue trp_graph_batch_norm (TrpGraph *self,
                               TrpValue x,
                               const char *prefix,
                               bool training,
                               TrpActivation activation,
                               double alpha);

TrpValue trp_graph_activation (TrpGraph *self, TrpValue x, TrpActivation activation, double alpha);
TrpValue trp_graph_add (TrpGraph *self, TrpValue a, TrpValue b);
/* Element by element, of the same shapes; gradients reach both. */
TrpValue trp_graph_multiply (TrpGraph *self, TrpValue a, TrpValue b);
TrpValue trp_graph_scale (TrpGraph *self, TrpValue x, double factor);
TrpValue trp_graph_concat (TrpGraph *self, const TrpValue *values, int n);
TrpValue trp_graph_slice (TrpGraph *self, TrpValue x, int first_channel, int n_channels);
TrpValue trp_graph_max_pool (TrpGraph *self, TrpValue x);
/* To twice the size: each pixel four times, or between pixels as PyTorch's bilinear nn.Upsample
 * with align_corners=True, where the corners keep their values. */
TrpValue trp_graph_upsample (TrpGraph *self, TrpValue x);
TrpValue trp_graph_upsample_bilinear (TrpGraph *self, TrpValue x);
/* Over the channels of each pixel, so that they sum to 1. */
TrpValue trp_graph_softmax (TrpGraph *self, TrpValue x);
/* @step: an input scalar, whole numbers below 2^24, another for each step; the mask depends on
 * (seed, stream, step, element) only. */
TrpValue trp_graph_dropout (
  TrpGraph *self, TrpValue x, TrpValue step, double probability, uint64_t seed, uint64_t stream);
TrpValue trp_graph_constant (TrpGraph *self, TrpShape shape, double value);

#define TRP_SPECTRAL_U_SUFFIX ".u"
#define TRP_SPECTRAL_V_SUFFIX ".v"

/**
 * trp_graph_spectral_norm:
 * @prefix: of the states PREFIX.u and PREFIX.v, which trp_store_init() fills
 * @filter: of a convolution, n output channels
 * @n_iterations: 1 in training, 0 in inference
 *
 * Returns @filter over its largest singular value as a matrix of n rows, so that the convolution
 * stretches nothing too much. The states are estimates of that value's singular vectors, improved
 * by @n_iterations steps of the power method; gradients pass through the value with the vectors
 * constant. A second use of the same filter in a graph goes on from where the first one came to, as
 * a second forward pass of PyTorch.
 *
 * Source: T. Miyato et al., ICLR 2018, algorithm 1; PyTorch's torch.nn.utils.spectral_norm of dim
 * 0, whose weight_orig, weight_u and weight_v are filter, u and v.
 */
TrpValue
trp_graph_spectral_norm (TrpGraph *self, const char *prefix, TrpValue filter, int n_iterations);

G_END_DECLS
