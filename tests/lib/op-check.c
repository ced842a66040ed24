/* op-check.c - see op-check.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/op-check.h"

#include "core/base/rng.h"

#include <math.h>
#include <string.h>

/* Inputs that are precise in a network: bit i for input i. */
static const unsigned precise_inputs[TRP_N_OPS] = {
  [TRP_OP_conv] = 6,
  [TRP_OP_conv_backward_data] = 2,
  [TRP_OP_conv_transpose] = 6,
  [TRP_OP_instance_norm_backward] = 6,
  [TRP_OP_batch_norm] = 0x1e,
  [TRP_OP_batch_norm_backward] = 0x1e,
  [TRP_OP_batch_norm_infer] = 0x1e,
  [TRP_OP_batch_norm_infer_backward] = 0x1e,
  [TRP_OP_scale] = 2,
  [TRP_OP_dropout] = 2,
  [TRP_OP_pixel_loss_backward] = 2,
  [TRP_OP_dice_loss_backward] = 2,
  [TRP_OP_gradient_correlation_backward] = 2,
  [TRP_OP_mean_backward] = 1,
  [TRP_OP_weighted_sum] = ~0U,
  [TRP_OP_weighted_sum_backward] = ~0U,
  [TRP_OP_adam] = ~0U,
  [TRP_OP_ema] = ~0U,
  [TRP_OP_pool_exchange] = 6,
  [TRP_OP_loss_scale] = ~0U,
  [TRP_OP_ssim_loss_backward] = 2,
  [TRP_OP_softmax_loss_backward] = 2,
  [TRP_OP_rmsprop] = ~0U,
  [TRP_OP_clip] = ~0U,
  [TRP_OP_power_iteration] = ~0U,
  [TRP_OP_spectral_norm] = ~0U,
  [TRP_OP_spectral_norm_backward] = 0x1d,
};

static void
describe (TrpOpSide *self, const TrpOpCase *c, TrpOpHeld held)
{
  const TrpOpClass *klass = trp_op_class (c->kind);
  const unsigned precise = held == TRP_OP_HELD_MIXED ? precise_inputs[c->kind] : ~0U;
  TrpShape shapes[TRP_OP_CASE_MAX_TENSORS] = { 0 };
  TrpTensor *inputs = self->input_tensors, *outputs = self->output_tensors;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < c->n_inputs; i++)
    {
      inputs[i].shape = c->inputs[i];
      inputs[i].precise = precise >> i & 1;
      inputs[i].kind = inputs[i].precise ? TRP_VALUE_INPUT : TRP_VALUE_TEMPORARY;
    }
  if (c->kind == TRP_OP_conv && c->n_inputs == 3)
    inputs[2].shape.c = c->inputs[1].n;
  if (c->kind == TRP_OP_conv_transpose && c->n_inputs == 3)
    inputs[2].shape.c = c->inputs[1].c;
  self->desc = (TrpOpDesc){ c->kind, c->attributes, c->n_inputs, c->n_outputs, inputs, outputs };
  g_assert_true (klass->infer (&self->desc, shapes, &error));
  for (int i = 0; i < c->n_outputs; i++)
    {
      outputs[i].shape = shapes[i];
      outputs[i].kind = TRP_VALUE_TEMPORARY;
      outputs[i].precise = klass->precise >> i & 1;
      if (c->reuse[i])
        outputs[i] = inputs[c->reuse[i] - 1];
    }
}

static float
draw (TrpRng *rng, TrpOpRange range, float number)
{
  switch (range)
    {
    case TRP_OP_RANGE_POSITIVE:
      return (float) trp_rng_uniform (rng, 0.5, 2);
    case TRP_OP_RANGE_UNIT:
      return (float) trp_rng_below (rng, 2);
    case TRP_OP_RANGE_NUMBER:
      return number;
    default:
      return (float) trp_rng_normal (rng, 0, 1);
    }
}

/* To the 8 bits of a bfloat16. */
static float
coarsen (float value)
{
  int exponent;
  const float fraction = frexpf (value, &exponent);

  return ldexpf (rintf (ldexpf (fraction, 8)), exponent - 8);
}

static void *
allocate (const TrpOpSide *self, const TrpTensor *tensor)
{
  g_autoptr (GError) error = NULL;
  void *memory = self->table->alloc (self->handle, self->table->tensor_bytes (self->handle, tensor),
                                     &error);

  g_assert_no_error (error);
  return memory;
}

static void
upload (const TrpOpSide *self, void *memory, const TrpTensor *tensor, const float *values)
{
  g_autoptr (GError) error = NULL;
  const bool done = self->table->upload (self->handle, memory, tensor, values, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void *
make_nan (const TrpOpSide *self, const TrpTensor *tensor)
{
  const size_t count = trp_shape_count (tensor->shape);
  g_autofree float *values = g_new (float, count);
  void *memory = allocate (self, tensor);

  for (size_t i = 0; i < count; i++)
    values[i] = NAN;
  upload (self, memory, tensor, values);
  return memory;
}

static void
make_inputs (TrpOpSide *self, const TrpOpCase *c, TrpOpHeld held)
{
  TrpRng rng = trp_rng_new (11, (uint64_t) c->kind);

  for (int i = 0; i < c->n_inputs; i++)
    {
      const size_t count = trp_shape_count (self->input_tensors[i].shape);
      g_autofree float *values = g_new (float, count);

      for (size_t k = 0; k < count; k++)
        {
          values[k] = draw (&rng, c->ranges[i], c->number);
          if (held != TRP_OP_HELD_FULL)
            values[k] = coarsen (values[k]);
        }
      self->inputs[i] = allocate (self, &self->input_tensors[i]);
      upload (self, self->inputs[i], &self->input_tensors[i], values);
    }
}

TrpOpSide *
trp_op_side_new (const TrpOpCase *c, TrpDevice *device, TrpOpHeld held)
{
  TrpOpSide *self = g_new0 (TrpOpSide, 1);
  TrpTensor scratch = { .kind = TRP_VALUE_TEMPORARY, .precise = true };
  g_autoptr (GError) error = NULL;
  size_t workspace = 0;

  self->device = trp_device_ref (device);
  self->table = trp_device_get_backend (device);
  self->handle = trp_device_peek_handle (device);
  describe (self, c, held);
  make_inputs (self, c, held);
  for (int i = 0; i < c->n_outputs; i++)
    {
      if (c->unread >> i & 1)
        continue;
      self->borrowed[i] = c->reuse[i] > 0;
      self->outputs[i] = c->reuse[i] ? self->inputs[c->reuse[i] - 1]
                                     : make_nan (self, &self->output_tensors[i]);
    }
  self->kernel = self->table->compile (self->handle, &self->desc, &workspace, &error);
  g_assert_no_error (error);
  scratch.shape = trp_shape_vector ((int) (workspace / sizeof (float) + 1));
  self->workspace = make_nan (self, &scratch);
  return self;
}

void
trp_op_side_run (TrpOpSide *self, const uint64_t *versions)
{
  const uint64_t none[TRP_OP_CASE_MAX_TENSORS] = { 0 };
  const TrpKernelArgs args = { self->inputs, self->outputs, self->workspace,
                               versions ? versions : none };
  g_autoptr (GError) error = NULL;
  const bool done = self->table->run (self->handle, self->kernel, &args, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

float *
trp_op_side_dup_output (const TrpOpSide *self, int i)
{
  const TrpTensor *tensor = &self->output_tensors[i];
  float *values = g_new (float, trp_shape_count (tensor->shape));
  g_autoptr (GError) error = NULL;
  const bool done = self->table->download (self->handle, self->outputs[i], tensor, values, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return values;
}

void
trp_op_side_free (TrpOpSide *self)
{
  for (int i = 0; i < TRP_OP_CASE_MAX_TENSORS; i++)
    {
      if (self->outputs[i] && !self->borrowed[i])
        self->table->free (self->handle, self->outputs[i]);
      if (self->inputs[i])
        self->table->free (self->handle, self->inputs[i]);
    }
  self->table->free (self->handle, self->workspace);
  self->table->free_kernel (self->handle, self->kernel);
  trp_device_unref (self->device);
  g_free (self);
}

/* Largest difference, less @smallest, over the largest expected value. */
static double
compare (const TrpOpSide *actual_side, const TrpOpSide *expected_side, int i, double smallest)
{
  g_autofree float *actual = trp_op_side_dup_output (actual_side, i);
  g_autofree float *expected = trp_op_side_dup_output (expected_side, i);
  double error = 0, largest = 1e-30;

  for (size_t k = 0; k < trp_shape_count (actual_side->output_tensors[i].shape); k++)
    {
      const double difference = fabs ((double) actual[k] - (double) expected[k]) - smallest;

      error = isnan (difference) ? HUGE_VAL : fmax (error, difference);
      largest = fmax (largest, fabs ((double) expected[k]));
    }
  return error / largest;
}

void
trp_op_check_above (
  const TrpOpCase *c, TrpDevice *device, TrpOpHeld held, double tolerance, double smallest)
{
  g_autoptr (TrpDevice) oracle = trp_device_open (&trp_backend_reference, NULL, NULL);
  g_autoptr (TrpOpSide) actual = trp_op_side_new (c, device, held);
  g_autoptr (TrpOpSide) expected = trp_op_side_new (c, oracle, held);

  trp_op_side_run (actual, NULL);
  trp_op_side_run (expected, NULL);
  for (int i = 0; i < c->n_outputs; i++)
    {
      if (c->unread >> i & 1)
        continue;
      const double error = compare (actual, expected, i, smallest);

      g_test_message ("output %d: %.2g of the largest", i, error);
      g_assert_cmpfloat (error, <=, tolerance);
    }
}

void
trp_op_check (const TrpOpCase *c, TrpDevice *device, TrpOpHeld held, double tolerance)
{
  trp_op_check_above (c, device, held, tolerance, 0);
}

char *
trp_op_hash (const TrpOpCase *c, TrpDevice *device, TrpOpHeld held)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (TrpOpSide) side = trp_op_side_new (c, device, held);

  trp_op_side_run (side, NULL);
  for (int i = 0; i < c->n_outputs; i++)
    {
      if (c->unread >> i & 1)
        continue;
      g_autofree float *values = trp_op_side_dup_output (side, i);

      g_checksum_update (
        sum, (const guchar *) values,
        (gssize) (trp_shape_count (side->output_tensors[i].shape) * sizeof *values));
    }
  return g_strdup (g_checksum_get_string (sum));
}
