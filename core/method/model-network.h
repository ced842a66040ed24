/* model-network.h - one network of a model, taken out: its graph and its weights
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What writers to other formats start from. One thread at a time.
 */

#pragma once

#include "core/method/model.h"

G_BEGIN_DECLS

/**
 * TrpModelNetwork:
 * @net: prefix of its tensors, static: "G_A"
 * @graph: as trp_recipe_build_network(), batch 1
 * @store: all of the graph's parameters and states, on the CPU
 */
typedef struct
{
  const char *net;
  TrpGraph *graph;
  TrpStore *store;
} TrpModelNetwork;

/* The static name of the network that @wanted (nullable) means: the only or the first one. Errors:
 * TRP_ERROR_UNSUPPORTED if the model has no such network. */
const char *trp_model_network_choose (const TrpModel *model, const char *wanted, GError **error);

/**
 * trp_model_network_init:
 * @net: (nullable): "G_A", "G_B" or "net"; the only or the first one
 * @raw: as in TrpInferOptions
 * @height, @width: 0: the least that the network takes
 *
 * Errors: TRP_ERROR_UNSUPPORTED if the model has no such network; those of the graph and of
 * loading.
 */
bool trp_model_network_init (TrpModelNetwork *out_network,
                             const TrpModel *model,
                             const char *net,
                             bool raw,
                             int height,
                             int width,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void trp_model_network_clear (TrpModelNetwork *self);

/* Values of the graph that the store holds, in the graph's order. NULL for any other value.
 * (transfer full): of the file's axes */
float *trp_model_network_dup_weights (const TrpModelNetwork *self, TrpValue value, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrpModelNetwork, trp_model_network_clear)

G_END_DECLS
