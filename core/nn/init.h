/* init.h - first values of parameters
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each tensor draws from its own stream, made from its name, so that values depend on (seed, name)
 * and not on the order or the presence of others.
 */

#pragma once

#include "core/nn/device.h"

G_BEGIN_DECLS

/**
 * TrpInit:
 * @TRP_INIT_NORMAL: filters N(0, 0.02), norm scales N(1, 0.02), biases 0 (junyanz's CycleGAN)
 * @TRP_INIT_HE: filters N(0, sqrt (2 / fan in)), norm scales 1, biases 0 (He et al. 2015)
 */
typedef enum
{
  TRP_INIT_NORMAL,
  TRP_INIT_HE,
} TrpInit;

/* Sets every parameter and running statistic of the store whose name begins with @prefix: filters
 * by their axes; vectors called *.weight are norm scales; *.bias 0; *.running_mean 0,
 * *.running_var 1; states *.u and *.v of spectral norms random, of length about 1. */
bool trp_store_init (TrpStore *store,
                     const char *prefix,
                     TrpInit init,
                     uint64_t seed,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
