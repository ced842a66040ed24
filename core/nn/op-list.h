/* op-list.h - every kind of operation, once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Included with OP defined as a macro; each name has its const TrpOpClass trp_op_NAME in ops/. New
 * kinds go to the end: back ends index tables by kind.
 */

/* Inputs -> outputs, [optional], then attributes; a scalar is a vector of one entry. A persistent
 * value that is both input and output is updated in place. */
/* clang-format off */
/*   conv                           x, filter, [bias] -> y          stride, pad (zeros)
 *   conv_backward_data             dy, filter -> dx                stride, pad, shape = x's
 *   conv_backward_filter           x, dy -> dfilter                stride, pad, shape = filter's
 *   conv_transpose                 x, filter, [bias] -> y          as conv_backward_data, shape = y's
 *   bias_backward                  dy -> dbias                     sum over n, h, w
 *   pad                            x -> y                          pad, mode TrpPadMode
 *   pad_backward                   dy -> dx                        pad, mode
 *   instance_norm                  x, [residual] -> y, mean, inverse sd (each n,1,1,c), [padded]
 *                                                                  eps, activation, alpha, pad, mode;
 *                                                                  y = activation (norm (x)) + residual;
 *                                                                  padded = pad (y), if any pad > 0
 *   instance_norm_backward         x, mean, inverse sd, [dy], [dpadded] -> dx, [dresidual]
 *                                                                  same; dpadded if any pad > 0, so that
 *                                                                  n_inputs tells whether there is dy;
 *                                                                  dresidual = dy + unpadded dpadded
 *   batch_norm                     x, gamma, beta, running mean, running variance
 *                                  -> y, mean, inverse sd, running mean, running variance
 *                                                                  eps, momentum, activation, alpha
 *   batch_norm_backward            x, gamma, beta, mean, inverse sd, dy -> dx, dgamma, dbeta
 *   batch_norm_infer               x, gamma, beta, mean, variance -> y       eps, activation, alpha
 *   batch_norm_infer_backward      x, gamma, beta, mean, variance, dy -> dx, dgamma, dbeta
 *   activation                     x -> y                          activation, alpha (leaky slope)
 *   activation_backward            y, dy -> dx                     from the output
 *   add                            a, b -> y                       same shapes
 *   scale                          x, [scalar] -> y                alpha: y = alpha (scalar) x
 *   concat                         x1, x2, ... -> y                along channels
 *   slice                          x -> y                          channels offset .. offset + y's
 *   slice_backward                 dy -> dx                        zero outside; shape = x's
 *   max_pool                       x -> y                          2 x 2, stride 2
 *   max_pool_backward              x, dy -> dx                     to the first maximum, row by row
 *   upsample                       x -> y                          nearest, 2 x
 *   upsample_backward              dy -> dx
 *   dropout                        x, step -> y                    alpha = probability, seed, stream;
 *                                                                  its own backward
 *   pixel_loss                     x, [target, [weight]] -> scalar mean of mode TrpPixelLoss; alpha is
 *                                                                  the target where there is no other;
 *                                                                  weight: of each element
 *   pixel_loss_backward            x, dloss, [target, [weight]] -> dx
 *   dice_loss                      x, target -> scalar             alpha = smoothing, mode TrpDiceMode
 *   dice_loss_backward             x, dloss, target -> dx
 *   gradient_correlation           x, y -> scalar 1 - GC           mode 0: |gradients|, 1: signed; eps
 *   gradient_correlation_backward  x, dloss, y -> dx
 *   mean                           x -> scalar
 *   mean_backward                  dloss -> dx                     shape = x's
 *   weighted_sum                   weights (vector), s1, s2, ... -> scalar
 *   weighted_sum_backward          weights, dloss -> ds            ds = weights[offset] dloss
 *   constant                       -> y                            shape, alpha
 *   adam                           lr, step, p.., m.., v.., g.., [factor] -> p.., m.., v..
 *                                                      beta1, beta2, eps, alpha = weight decay (L2);
 *                                                      gradients times factor; nothing where it is 0
 *   ema                            p.., average.. -> average..     alpha = decay
 *   pool_exchange                  x, choices (n), pool -> y, pool see ops/pool-exchange.c
 *   loss_scale                     scale, good steps, g.. -> factor, scale, good steps
 *                                                      offset = good steps until the scale doubles;
 *                                                      see ops/loss-scale.c
 *   ssim_loss                      x, y -> scalar 1 - SSIM         mode TrpSsimMode
 *   ssim_loss_backward             x, dloss, y -> dx               mode
 *   multiply                       a, b -> y                       same shapes, element by element
 *   softmax                        x -> y                          over the channels of each pixel
 *   softmax_backward               y, dy -> dx                     from the output
 *   softmax_loss                   x, target -> scalar             mean over pixels of -sum over channels
 *                                                                  of target log softmax (x)
 *   softmax_loss_backward          x, dloss, target -> dx
 *   upsample_bilinear              x -> y                          2 x, corners stay where they are
 *   upsample_bilinear_backward     dy -> dx
 *   rmsprop                        lr, p.., v.., [b..], g.., [factor] -> p.., v.., [b..]
 *                                                      beta2 (of v), momentum, eps, alpha = weight decay
 *                                                      (L2); b where momentum > 0; factor as of adam
 *   clip                           p.. -> p..                      to -alpha .. alpha
 *   power_iteration                filter, u, v -> u, v (of this step), u, v
 *                                                      offset = how many, eps; u, v: see
 *                                                      ops/spectral-norm.c
 *   spectral_norm                  filter, u, v -> y, sigma        y = filter / sigma
 *   spectral_norm_backward         filter, dy, u, v, sigma -> dfilter
 */
/* clang-format on */

OP (conv)
OP (conv_backward_data)
OP (conv_backward_filter)
OP (conv_transpose)
OP (bias_backward)
OP (pad)
OP (pad_backward)
OP (instance_norm)
OP (instance_norm_backward)
OP (batch_norm)
OP (batch_norm_backward)
OP (batch_norm_infer)
OP (batch_norm_infer_backward)
OP (activation)
OP (activation_backward)
OP (add)
OP (scale)
OP (concat)
OP (slice)
OP (slice_backward)
OP (max_pool)
OP (max_pool_backward)
OP (upsample)
OP (upsample_backward)
OP (dropout)
OP (pixel_loss)
OP (pixel_loss_backward)
OP (dice_loss)
OP (dice_loss_backward)
OP (gradient_correlation)
OP (gradient_correlation_backward)
OP (mean)
OP (mean_backward)
OP (weighted_sum)
OP (weighted_sum_backward)
OP (constant)
OP (adam)
OP (ema)
OP (pool_exchange)
OP (loss_scale)
OP (ssim_loss)
OP (ssim_loss_backward)
OP (multiply)
OP (softmax)
OP (softmax_backward)
OP (softmax_loss)
OP (softmax_loss_backward)
OP (upsample_bilinear)
OP (upsample_bilinear_backward)
OP (rmsprop)
OP (clip)
OP (power_iteration)
OP (spectral_norm)
OP (spectral_norm_backward)
