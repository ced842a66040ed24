/* training.c - see training.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/gpu/training.h"

#include "core/base/rng.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

#include <math.h>
#include <string.h>

static TrpValue
conv (TrpGraph *graph, const char *name, TrpValue x, int channels, int size, int stride)
{
  const TrpShape filter = { channels, size, size, trp_graph_get_shape (graph, x).c };
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  return trp_graph_conv (
    graph, x, trp_graph_parameter (graph, weight, filter, TRP_AXES_FILTER),
    trp_graph_parameter (graph, bias, trp_shape_vector (channels), TRP_AXES_VECTOR), stride, 1);
}

static TrpValue
build_network (TrpGraph *graph, TrpValue x, TrpValue step)
{
  const TrpShape up = { 12, 4, 4, 7 };
  TrpValue outer, inner;

  outer = conv (graph, "first", x, 8, 3, 1);
  outer = trp_graph_batch_norm (graph, outer, "norm", true, TRP_ACTIVATION_RELU, 0);
  inner = conv (graph, "down", outer, 12, 4, 2);
  inner = trp_graph_instance_norm (graph, inner, TRP_ACTIVATION_LEAKY_RELU, 0.2);
  inner = trp_graph_dropout (graph, inner, step, 0.5, 7, 1);
  inner = trp_graph_conv_transpose (
    graph, inner, trp_graph_parameter (graph, "up.weight", up, TRP_AXES_FILTER),
    trp_graph_parameter (graph, "up.bias", trp_shape_vector (7), TRP_AXES_VECTOR), 2, 1, 0);
  inner = trp_graph_concat (graph, (TrpValue[]){ outer, inner }, 2);
  return trp_graph_activation (graph, conv (graph, "last", inner, 1, 3, 1), TRP_ACTIVATION_TANH, 0);
}

static void
update (TrpGraph *graph, TrpValue loss, TrpValue step, bool scaled)
{
  const TrpAdam adam = { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 };
  const TrpValue lr = trp_graph_input (graph, "lr", trp_shape_vector (1));
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "");
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  const int n = (int) parameters->len;
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);

  if (scaled)
    {
      trp_graph_differentiate_scaled (graph, loss, trp_graph_get_loss_scale (graph, "opt"), values,
                                      n, gradients);
      trp_graph_adam_scaled (graph, "opt", &adam, lr, step,
                             trp_graph_update_loss_scale (graph, "opt", gradients, n), values,
                             gradients, n);
    }
  else
    {
      trp_graph_differentiate (graph, loss, values, n, gradients);
      trp_graph_adam (graph, "opt", &adam, lr, step, values, gradients, n);
    }
  trp_graph_ema (graph, "ema", 0.9, values, n);
}

/* A critic that tells the input's channels from what became of them: operations that the network
 * has none of. */
static TrpValue
build_critic (TrpGraph *graph, TrpValue y, TrpValue target, TrpValue x)
{
  const TrpShape shape = { 8, 3, 3, 1 };
  const TrpValue filter = trp_graph_parameter (graph, "critic.first.weight", shape,
                                               TRP_AXES_FILTER);
  TrpValue inner = trp_graph_upsample_bilinear (graph, trp_graph_max_pool (graph, y));

  inner = trp_graph_multiply (graph, inner, target);
  inner = trp_graph_conv (graph, inner, trp_graph_spectral_norm (graph, "critic.first", filter, 1),
                          TRP_VALUE_NONE, 1, 1);
  inner = trp_graph_activation (graph, inner, TRP_ACTIVATION_LEAKY_RELU, 0.2);
  return trp_graph_softmax_loss (graph, conv (graph, "critic.last", inner, 3, 3, 1),
                                 trp_graph_softmax (graph, x));
}

static void
update_critic (TrpGraph *graph, TrpValue loss, bool scaled)
{
  const TrpRmsprop options = { 0.99, 1e-8, 0.5, 1e-4 };
  const TrpValue seed = scaled ? trp_graph_get_loss_scale (graph, "critic") : TRP_VALUE_NONE;
  g_autoptr (GArray) parameters = trp_graph_dup_parameters (graph, "critic.");
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  const int n = (int) parameters->len;
  g_autofree TrpValue *gradients = g_new (TrpValue, parameters->len);
  TrpValue factor = TRP_VALUE_NONE;

  trp_graph_differentiate_scaled (graph, loss, seed, values, n, gradients);
  if (scaled)
    factor = trp_graph_update_loss_scale (graph, "critic", gradients, n);
  trp_graph_rmsprop_scaled (graph, "critic.opt", &options, trp_graph_find (graph, "lr"), factor,
                            values, gradients, n);
  trp_graph_clip (graph, values, n, 0.25);
}

static TrpGraph *
build (bool scaled)
{
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ 2, 8, 10, 3 });
  const TrpValue target = trp_graph_input (graph, "target", (TrpShape){ 2, 8, 10, 1 });
  const TrpValue choices = trp_graph_input (graph, "choices", trp_shape_vector (2));
  const TrpValue weights = trp_graph_input (graph, "weights", trp_shape_vector (2));
  const TrpValue step = trp_graph_input (graph, "step", trp_shape_vector (1));
  const TrpValue y = build_network (graph, x, step);
  const TrpValue pooled = trp_graph_pool_exchange (graph, "pool", 3, y, choices);
  const TrpValue losses[] = {
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, y, target),
    trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_MSE, y, pooled),
  };
  const TrpValue loss = trp_graph_weighted_sum (graph, weights, losses, 2);

  trp_graph_output (graph, "y", y);
  trp_graph_output (graph, "loss", loss);
  update (graph, loss, step, scaled);
  update_critic (graph, build_critic (graph, y, target, x), scaled);
  return graph;
}

static void
set (TrpTraining *self, const char *name, const float *values)
{
  g_autoptr (GError) error = NULL;
  const bool done = trp_program_set (self->program, trp_program_find (self->program, name), values,
                                     &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static bool
is_random (const TrpStored *stored)
{
  return stored->tensor.kind == TRP_VALUE_PARAMETER || g_str_equal (stored->name, "pool") ||
         g_str_has_suffix (stored->name, TRP_SPECTRAL_U_SUFFIX) ||
         g_str_has_suffix (stored->name, TRP_SPECTRAL_V_SUFFIX);
}

/* Weights at random, variances and scales as they begin, everything else 0. */
static void
initialise (TrpTraining *self)
{
  for (int i = 0; i < trp_store_get_n (self->store); i++)
    {
      TrpStored *stored = trp_store_peek (self->store, i);
      const size_t count = trp_shape_count (stored->tensor.shape);
      g_autofree float *values = g_new0 (float, count);
      TrpRng rng = trp_rng_new (5, g_str_hash (stored->name));

      for (size_t k = 0; k < count; k++)
        {
          if (g_str_has_suffix (stored->name, TRP_LOSS_SCALE_SUFFIX))
            values[k] = TRP_LOSS_SCALE_START;
          else if (g_str_has_suffix (stored->name, "running_var"))
            values[k] = 1;
          else if (is_random (stored))
            values[k] = (float) trp_rng_uniform (&rng, -0.3, 0.3);
        }
      g_assert_true (trp_store_set (self->store, stored, values, NULL));
    }
}

TrpTraining *
trp_training_new (TrpDevice *device)
{
  TrpTraining *self = g_new0 (TrpTraining, 1);
  g_autoptr (GError) error = NULL;
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  self->device = trp_device_ref (device);
  self->store = trp_store_new (device);
  self->program = trp_program_new (build (info.loss_scaling), self->store, &error);
  g_assert_no_error (error);
  self->loss = trp_program_find (self->program, "loss");
  initialise (self);
  set (self, "lr", (const float[]){ 0.01F });
  set (self, "weights", (const float[]){ 1, 0.5F });
  return self;
}

void
trp_training_free (TrpTraining *self)
{
  trp_program_free (self->program);
  trp_store_unref (self->store);
  trp_device_unref (self->device);
  g_free (self);
}

bool
trp_training_try_step (TrpTraining *self, int index, GError **error)
{
  static const float choices[][2] = { { 0, 1 }, { 2, -1 }, { -2, -4 }, { -1, -3 } };
  static const char *const images[] = { "x", "target" };
  TrpRng rng = trp_rng_new (9, (uint64_t) index);

  for (int i = 0; i < 2; i++)
    {
      const TrpValue value = trp_program_find (self->program, images[i]);
      const TrpShape shape = trp_graph_get_shape (trp_program_peek_graph (self->program), value);
      g_autofree float *values = g_new (float, trp_shape_count (shape));

      for (size_t k = 0; k < trp_shape_count (shape); k++)
        values[k] = (float) trp_rng_uniform (&rng, -1, 1);
      if (!trp_program_set (self->program, value, values, error))
        return false;
    }
  return trp_program_set (self->program, trp_program_find (self->program, "choices"),
                          choices[index % 4], error) &&
         trp_program_set_scalar (self->program, trp_program_find (self->program, "step"), index + 1,
                                 error) &&
         trp_program_run (self->program, error);
}

void
trp_training_run (TrpTraining *self, int first, int end)
{
  g_autoptr (GError) error = NULL;

  for (int i = first; i < end; i++)
    {
      trp_training_try_step (self, i, &error);
      g_assert_no_error (error);
    }
}

float
trp_training_get_loss (TrpTraining *self)
{
  float loss;

  g_assert_true (trp_program_get (self->program, self->loss, &loss, NULL));
  return loss;
}

static float *
dup_values (TrpTraining *self, const TrpStored *stored)
{
  float *values = g_new (float, trp_shape_count (stored->tensor.shape));
  g_autoptr (GError) error = NULL;
  const bool done = trp_store_get (self->store, stored, values, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return values;
}

char *
trp_training_hash (TrpTraining *self)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (int i = 0; i < trp_store_get_n (self->store); i++)
    {
      const TrpStored *stored = trp_store_peek (self->store, i);
      const size_t count = trp_shape_count (stored->tensor.shape);
      g_autofree float *values = dup_values (self, stored);

      for (size_t k = 0; k < count; k++)
        g_assert_true (isfinite (values[k]));
      g_checksum_update (sum, (const guchar *) values, (gssize) (count * sizeof *values));
    }
  return g_strdup (g_checksum_get_string (sum));
}

void
trp_training_copy_state (TrpTraining *to, TrpTraining *from)
{
  for (int i = 0; i < trp_store_get_n (from->store); i++)
    {
      const TrpStored *stored = trp_store_peek (from->store, i);
      g_autofree float *values = dup_values (from, stored);

      g_assert_true (
        trp_store_set (to->store, trp_store_find (to->store, stored->name), values, NULL));
    }
}
