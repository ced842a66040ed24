/* model-network.c - see model-network.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/model-network.h"

#include "core/method/infer.h"
#include "core/nn/device-choice.h"

#include <string.h>

const char *
trp_model_network_choose (const TrpModel *model, const char *wanted, GError **error)
{
  static const char *const nets[] = { "G_A", "G_B", "net" };

  for (size_t n = 0; n < G_N_ELEMENTS (nets); n++)
    if ((!wanted || strcmp (wanted, nets[n]) == 0) && trp_model_has_network (model, nets[n]))
      return nets[n];
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, "The model %s has no network %s",
               trp_model_get_name (model), wanted ? wanted : "that makes images or contours");
  return NULL;
}

static bool
is_stored (const TrpValueInfo *info)
{
  return info->tensor.kind == TRP_VALUE_PARAMETER || info->tensor.kind == TRP_VALUE_STATE;
}

static bool
fill_store (TrpModelNetwork *self, const TrpModel *model, bool raw, GError **error)
{
  for (int value = 0; value < trp_graph_get_n_values (self->graph); value++)
    {
      const TrpValueInfo *info = trp_graph_peek_value (self->graph, value);

      if (is_stored (info) &&
          !trp_store_require (self->store, info->name, &info->tensor, info->axes, error))
        return false;
    }
  return trp_model_load_weights (model, self->store, raw, error);
}

bool
trp_model_network_init (TrpModelNetwork *out_network,
                        const TrpModel *model,
                        const char *net,
                        bool raw,
                        int height,
                        int width,
                        GError **error)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  /* two pixels of the deepest level, and room for the widest reflecting pad */
  const int least = MAX (8, 2 * (int) trp_recipe_get_multiple (recipe));
  g_auto (TrpModelNetwork) self = { .net = trp_model_network_choose (model, net, error) };
  g_autoptr (TrpDevice) device = NULL;
  g_autofree char *note = NULL; /* says nothing of use here */

  if (!self.net)
    return false;
  self.graph = trp_recipe_build_network (recipe, self.net, 1, height ? height : least,
                                         width ? width : least);
  if (!trp_graph_check (self.graph, error))
    return false;
  device = trp_device_choose ("cpu", 0, &note, error);
  if (!device)
    return false;
  self.store = trp_store_new (device);
  if (!fill_store (&self, model, raw, error))
    return false;
  *out_network = self;
  self = (TrpModelNetwork){ 0 };
  return true;
}

void
trp_model_network_clear (TrpModelNetwork *self)
{
  g_clear_pointer (&self->graph, trp_graph_free);
  g_clear_pointer (&self->store, trp_store_unref);
}

float *
trp_model_network_dup_weights (const TrpModelNetwork *self, TrpValue value, GError **error)
{
  const TrpValueInfo *info = trp_graph_peek_value (self->graph, value);
  g_autofree float *values = NULL;

  if (!is_stored (info))
    return NULL;
  values = g_try_new (float, trp_shape_count (info->tensor.shape));
  if (!values)
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                         "There is not enough memory for the weights");
  else if (trp_store_get_file (self->store, trp_store_find (self->store, info->name), values,
                               error))
    return g_steal_pointer (&values);
  return NULL;
}
