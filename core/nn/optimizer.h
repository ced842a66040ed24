/* optimizer.h - updates of parameters and states inside a step
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each appends one operation on all its tensors.
 */

#pragma once

#include "core/nn/graph.h"

G_BEGIN_DECLS

/* TrpAdam: @weight_decay is L2 added to the gradient, as PyTorch's Adam. */
typedef struct
{
  double beta1, beta2, eps, weight_decay;
} TrpAdam;

/**
 * trp_graph_adam:
 * @prefix: of the states PREFIX.m.NAME and PREFIX.v.NAME
 * @learning_rate: scalar, usually an input
 * @step: scalar input: 1 for the first update; whole numbers below 2^24
 *
 * Source: Kingma and Ba 2015; the order of operations of PyTorch's Adam.
 */
void trp_graph_adam (TrpGraph *self,
                     const char *prefix,
                     const TrpAdam *options,
                     TrpValue learning_rate,
                     TrpValue step,
                     const TrpValue *parameters,
                     const TrpValue *gradients,
                     int n);

/* The same with gradients times the scalar @factor; where it is 0 the step is skipped as a whole.
 * The moments' bias correction counts skipped steps (they are few, and PyTorch's does not). */
void trp_graph_adam_scaled (TrpGraph *self,
                            const char *prefix,
                            const TrpAdam *options,
                            TrpValue learning_rate,
                            TrpValue step,
                            TrpValue factor,
                            const TrpValue *parameters,
                            const TrpValue *gradients,
                            int n);

/* TrpRmsprop: @alpha: share of the old mean square; @momentum: 0: none; @weight_decay: as TrpAdam's
 */
typedef struct
{
  double alpha, eps, momentum, weight_decay;
} TrpRmsprop;

/* @prefix: of the states PREFIX.v.NAME, with momentum also PREFIX.b.NAME. Not centred, in the order
 * of operations of PyTorch's RMSprop. Source: T. Tieleman and G. Hinton, COURSERA lecture 6.5,
 * 2012.
 */
void trp_graph_rmsprop (TrpGraph *self,
                        const char *prefix,
                        const TrpRmsprop *options,
                        TrpValue learning_rate,
                        const TrpValue *parameters,
                        const TrpValue *gradients,
                        int n);
/* With @factor as trp_graph_adam_scaled(). */
void trp_graph_rmsprop_scaled (TrpGraph *self,
                               const char *prefix,
                               const TrpRmsprop *options,
                               TrpValue learning_rate,
                               TrpValue factor,
                               const TrpValue *parameters,
                               const TrpValue *gradients,
                               int n);

/* Every element to -@limit .. @limit, in place, as the critic of a Wasserstein GAN. */
void trp_graph_clip (TrpGraph *self, const TrpValue *parameters, int n, double limit);

/* Scaling of a loss for devices that ask for it (TrpDeviceInfo.loss_scaling): the state
 * PREFIX.loss_scale, which begins at TRP_LOSS_SCALE_START (the host sets it) and is the seed of
 * trp_graph_differentiate_scaled(). */
#define TRP_LOSS_SCALE_START 65536
#define TRP_LOSS_SCALE_SUFFIX ".loss_scale"
#define TRP_GOOD_STEPS_SUFFIX ".good_steps"
TrpValue trp_graph_get_loss_scale (TrpGraph *self, const char *prefix);
/* The factor for trp_graph_adam_scaled() and trp_graph_rmsprop_scaled(): 1 / scale, 0 where a
 * gradient is infinite or no number. Then the scale halves; it doubles after 2000 good steps,
 * counted in PREFIX.good_steps. */
TrpValue
trp_graph_update_loss_scale (TrpGraph *self, const char *prefix, const TrpValue *gradients, int n);

/* average = decay average + (1 - decay) parameter, in states PREFIX.NAME (start them as copies of
 * the parameters). */
void
trp_graph_ema (TrpGraph *self, const char *prefix, double decay, const TrpValue *parameters, int n);

/**
 * trp_graph_pool_exchange:
 * @x: (n, h, w, c) new images
 * @choices: n entries: -1 pass the new image on; k >= 0: store it in slot k and pass the new image
 * on; -2 - k: pass on what slot k holds and store the new image there
 * @name: of the state, (capacity, h, w, c)
 *
 * No gradient passes. The host decides (fill first, then with probability 1/2 a random slot).
 */
TrpValue trp_graph_pool_exchange (
  TrpGraph *self, const char *name, int capacity, TrpValue x, TrpValue choices);

G_END_DECLS
