/* optimizer.c - see optimizer.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/optimizer.h"

#include <string.h>

/* A state of @value's shape and axes called PREFIX.NAME. */
static TrpValue
add_companion (TrpGraph *graph, const char *prefix, TrpValue value)
{
  const TrpValueInfo *info = trp_graph_peek_value (graph, value);
  g_autofree char *name = g_strdup_printf ("%s.%s", prefix, info->name);

  return trp_graph_state (graph, name, info->tensor.shape, info->axes);
}

void
trp_graph_adam (TrpGraph *self,
                const char *prefix,
                const TrpAdam *options,
                TrpValue learning_rate,
                TrpValue step,
                const TrpValue *parameters,
                const TrpValue *gradients,
                int n)
{
  trp_graph_adam_scaled (self, prefix, options, learning_rate, step, TRP_VALUE_NONE, parameters,
                         gradients, n);
}

void
trp_graph_adam_scaled (TrpGraph *self,
                       const char *prefix,
                       const TrpAdam *options,
                       TrpValue learning_rate,
                       TrpValue step,
                       TrpValue factor,
                       const TrpValue *parameters,
                       const TrpValue *gradients,
                       int n)
{
  const TrpOpAttributes a = {
    .beta1 = options->beta1,
    .beta2 = options->beta2,
    .eps = options->eps,
    .alpha = options->weight_decay,
  };
  g_autofree char *m = g_strconcat (prefix, ".m", NULL);
  g_autofree char *v = g_strconcat (prefix, ".v", NULL);
  g_autofree TrpValue *values = g_new (TrpValue, 4 * (gsize) n + 3);
  const int n_inputs = factor != TRP_VALUE_NONE ? 4 * n + 3 : 4 * n + 2;

  if (!trp_graph_check (self, NULL))
    return;
  values[0] = learning_rate;
  values[1] = step;
  values[4 * n + 2] = factor;
  for (int i = 0; i < n; i++)
    {
      values[2 + i] = parameters[i];
      values[2 + n + i] = add_companion (self, m, parameters[i]);
      values[2 + 2 * n + i] = add_companion (self, v, parameters[i]);
      values[2 + 3 * n + i] = gradients[i];
    }
  if (trp_graph_check (self, NULL))
    {
      g_autofree TrpValue *outputs = (TrpValue *) g_memdup2 (values + 2,
                                                             3 * (gsize) n * sizeof (TrpValue));

      trp_graph_add_op (self, TRP_OP_adam, &a, values, n_inputs, outputs, 3 * n);
    }
}

void
trp_graph_rmsprop (TrpGraph *self,
                   const char *prefix,
                   const TrpRmsprop *options,
                   TrpValue learning_rate,
                   const TrpValue *parameters,
                   const TrpValue *gradients,
                   int n)
{
  trp_graph_rmsprop_scaled (self, prefix, options, learning_rate, TRP_VALUE_NONE, parameters,
                            gradients, n);
}

void
trp_graph_rmsprop_scaled (TrpGraph *self,
                          const char *prefix,
                          const TrpRmsprop *options,
                          TrpValue learning_rate,
                          TrpValue factor,
                          const TrpValue *parameters,
                          const TrpValue *gradients,
                          int n)
{
  const TrpOpAttributes a = {
    .beta2 = options->alpha,
    .eps = options->eps,
    .momentum = options->momentum,
    .alpha = options->weight_decay,
  };
  const int n_states = options->momentum > 0 ? 2 : 1, n_written = (1 + n_states) * n;
  g_autofree char *v = g_strconcat (prefix, ".v", NULL);
  g_autofree char *b = g_strconcat (prefix, ".b", NULL);
  g_autofree TrpValue *values = g_new (TrpValue, 4 * (gsize) n + 2);
  TrpValue *written = values + 1;

  if (!trp_graph_check (self, NULL))
    return;
  values[0] = learning_rate;
  for (int i = 0; i < n; i++)
    {
      written[i] = parameters[i];
      written[n + i] = add_companion (self, v, parameters[i]);
      if (n_states > 1)
        written[2 * n + i] = add_companion (self, b, parameters[i]);
      written[n_written + i] = gradients[i];
    }
  written[n_written + n] = factor;
  if (trp_graph_check (self, NULL))
    {
      g_autofree TrpValue *outputs = (TrpValue *) g_memdup2 (written,
                                                             (gsize) n_written * sizeof (TrpValue));

      trp_graph_add_op (self, TRP_OP_rmsprop, &a, values,
                        1 + n_written + n + (factor != TRP_VALUE_NONE), outputs, n_written);
    }
}

void
trp_graph_clip (TrpGraph *self, const TrpValue *parameters, int n, double limit)
{
  const TrpOpAttributes a = { .alpha = limit };
  g_autofree TrpValue *outputs = (TrpValue *) g_memdup2 (parameters, (gsize) n * sizeof (TrpValue));

  if (trp_graph_check (self, NULL))
    trp_graph_add_op (self, TRP_OP_clip, &a, parameters, n, outputs, n);
}

TrpValue
trp_graph_get_loss_scale (TrpGraph *self, const char *prefix)
{
  g_autofree char *name = g_strconcat (prefix, TRP_LOSS_SCALE_SUFFIX, NULL);

  return trp_graph_state (self, name, trp_shape_vector (1), TRP_AXES_VECTOR);
}

TrpValue
trp_graph_update_loss_scale (TrpGraph *self, const char *prefix, const TrpValue *gradients, int n)
{
  const TrpOpAttributes a = { .offset = 2000 };
  g_autofree char *counter = g_strconcat (prefix, TRP_GOOD_STEPS_SUFFIX, NULL);
  g_autofree TrpValue *values = g_new (TrpValue, (gsize) n + 2);
  TrpValue outputs[3];

  values[0] = trp_graph_get_loss_scale (self, prefix);
  values[1] = trp_graph_state (self, counter, trp_shape_vector (1), TRP_AXES_VECTOR);
  memcpy (values + 2, gradients, (gsize) n * sizeof *gradients);
  outputs[0] = TRP_VALUE_NONE;
  outputs[1] = values[0];
  outputs[2] = values[1];
  if (!trp_graph_check (self, NULL))
    return TRP_VALUE_NONE;
  trp_graph_add_op (self, TRP_OP_loss_scale, &a, values, n + 2, outputs, 3);
  return outputs[0];
}

void
trp_graph_ema (TrpGraph *self, const char *prefix, double decay, const TrpValue *parameters, int n)
{
  const TrpOpAttributes a = { .alpha = decay };
  g_autofree TrpValue *values = g_new (TrpValue, 2 * (gsize) n);

  if (!trp_graph_check (self, NULL))
    return;
  for (int i = 0; i < n; i++)
    {
      values[i] = parameters[i];
      values[n + i] = add_companion (self, prefix, parameters[i]);
    }
  if (trp_graph_check (self, NULL))
    {
      g_autofree TrpValue *outputs = (TrpValue *) g_memdup2 (values + n,
                                                             (gsize) n * sizeof (TrpValue));

      trp_graph_add_op (self, TRP_OP_ema, &a, values, 2 * n, outputs, n);
    }
}

TrpValue
trp_graph_pool_exchange (
  TrpGraph *self, const char *name, int capacity, TrpValue x, TrpValue choices)
{
  const TrpShape shape = trp_graph_get_shape (self, x);
  const TrpValue pool = trp_graph_state (
    self, name, (TrpShape){ capacity, shape.h, shape.w, shape.c }, TRP_AXES_PLAIN);
  TrpValue outputs[] = { TRP_VALUE_NONE, pool };

  if (x == TRP_VALUE_NONE || pool == TRP_VALUE_NONE || choices == TRP_VALUE_NONE)
    return TRP_VALUE_NONE;
  trp_graph_add_op (self, TRP_OP_pool_exchange, NULL, (const TrpValue[]){ x, choices, pool }, 3,
                    outputs, 2);
  return outputs[0];
}
