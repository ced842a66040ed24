/* memory.c - numbers on their way to the CUDA module's device and back, and parameters' 16-bit
 * copies
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/gpu/gpu-test.h"

#include "core/base/rng.h"

#include <string.h>

typedef struct
{
  TrpDevice *device;
  const TrpBackend *table;
  void *handle;
} Side;

static bool
open_side (const TrpGpuMode *mode, Side *out_side)
{
  out_side->device = trp_gpu_test_open (mode);
  if (!out_side->device)
    return false;
  out_side->table = trp_device_get_backend (out_side->device);
  out_side->handle = trp_device_peek_handle (out_side->device);
  return true;
}

static void *
allocate (const Side *side, const TrpTensor *tensor)
{
  g_autoptr (GError) error = NULL;
  void *memory = side->table->alloc (side->handle, side->table->tensor_bytes (side->handle, tensor),
                                     &error);

  g_assert_no_error (error);
  g_assert_cmpuint ((guintptr) memory % TRP_TENSOR_ALIGNMENT, ==, 0);
  return memory;
}

static void
send (const Side *side, void *memory, const TrpTensor *tensor, const float *values)
{
  g_assert_true (side->table->upload (side->handle, memory, tensor, values, NULL));
}

static float *
dup_values (const Side *side, const void *memory, const TrpTensor *tensor)
{
  float *values = g_new (float, trp_shape_count (tensor->shape));

  g_assert_true (side->table->download (side->handle, memory, tensor, values, NULL));
  return values;
}

/* Numbers that 8 bits of fraction hold, so that every type gives them back exactly. */
static void
draw (float *out_values, size_t count, uint64_t stream)
{
  TrpRng rng = trp_rng_new (3, stream);

  for (size_t i = 0; i < count; i++)
    out_values[i] = (float) trp_rng_below (&rng, 256) / 64 - 2;
}

/* Every kind of value, larger than what is copied in one piece, and with an odd number of elements.
 */
static void
test_round_trip (const void *data)
{
  static const TrpTensor tensors[] = {
    { { 1, 1, 1, 1 }, TRP_VALUE_INPUT, false },
    { { 1, 1, 3, 1 }, TRP_VALUE_PARAMETER, false },
    { { 2, 3, 5, 7 }, TRP_VALUE_TEMPORARY, false },
    { { 1, 701, 751, 1 }, TRP_VALUE_TEMPORARY, false },
    { { 1, 701, 751, 1 }, TRP_VALUE_TEMPORARY, true },
    { { 1, 701, 751, 1 }, TRP_VALUE_PARAMETER, false },
    { { 1, 701, 751, 1 }, TRP_VALUE_STATE, false },
  };
  Side side;

  if (!open_side (data, &side))
    return;
  for (size_t t = 0; t < G_N_ELEMENTS (tensors); t++)
    {
      const size_t count = trp_shape_count (tensors[t].shape);
      void *memory = allocate (&side, &tensors[t]);
      g_autofree float *zeros = dup_values (&side, memory, &tensors[t]);
      g_autofree float *values = g_new (float, count);
      g_autofree float *back = NULL;

      for (size_t i = 0; i < count; i++)
        g_assert_true (zeros[i] == 0);
      draw (values, count, t);
      send (&side, memory, &tensors[t], values);
      back = dup_values (&side, memory, &tensors[t]);
      g_assert_cmpmem (back, count * sizeof (float), values, count * sizeof (float));
      side.table->free (side.handle, memory);
    }
  trp_device_unref (side.device);
}

/* The host may write the next numbers at once, though the device has not copied the last ones. */
static void
test_overlap (const void *data)
{
  static const TrpTensor tensor = { { 1, 300, 333, 1 }, TRP_VALUE_INPUT, false };
  const size_t count = trp_shape_count (tensor.shape);
  g_autofree float *values = g_new (float, count);
  void *memories[40];
  Side side;

  if (!open_side (data, &side))
    return;
  for (size_t k = 0; k < G_N_ELEMENTS (memories); k++)
    memories[k] = allocate (&side, &tensor);
  for (size_t k = 0; k < G_N_ELEMENTS (memories); k++)
    {
      draw (values, count, k);
      send (&side, memories[k], &tensor, values);
    }
  for (size_t k = 0; k < G_N_ELEMENTS (memories); k++)
    {
      g_autofree float *back = dup_values (&side, memories[k], &tensor);

      draw (values, count, k);
      g_assert_cmpmem (back, count * sizeof (float), values, count * sizeof (float));
      side.table->free (side.handle, memories[k]);
    }
  trp_device_unref (side.device);
}

static void
test_too_much (void)
{
  g_autoptr (GError) error = NULL;
  Side side;

  if (!open_side (&trp_gpu_modes[0], &side))
    return;
  g_assert_null (side.table->alloc (side.handle, (size_t) 1 << 50, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "smaller"));
  g_assert_true (side.table->synchronize (side.handle, NULL)); /* the device goes on */
  trp_device_unref (side.device);
}

/* Shadows: what a convolution reads of a parameter follows its master. */

static const TrpTensor image = { { 1, 5, 6, 8 }, TRP_VALUE_INPUT, false };
static const TrpTensor filter = { { 8, 3, 3, 8 }, TRP_VALUE_PARAMETER, false };
static const TrpTensor average = { { 8, 3, 3, 8 }, TRP_VALUE_STATE, false };
static const TrpTensor gradient = { { 8, 3, 3, 8 }, TRP_VALUE_TEMPORARY, true };
static const TrpTensor scalar = { { 1, 1, 1, 1 }, TRP_VALUE_INPUT, true };
static const TrpTensor result = { { 1, 5, 6, 8 }, TRP_VALUE_TEMPORARY, false };

static void
run (const Side *side, const TrpOpDesc *desc, void *const *inputs, void *const *outputs)
{
  static const uint64_t versions[8] = { 0 };
  static const TrpTensor bytes = { { 1, 1, 1, 1 }, TRP_VALUE_STATE, true };
  g_autoptr (GError) error = NULL;
  size_t workspace_bytes = 0;
  void *kernel = side->table->compile (side->handle, desc, &workspace_bytes, &error);
  void *workspace;

  g_assert_no_error (error);
  g_assert_cmpuint (side->table->tensor_bytes (side->handle, &bytes), ==, 4);
  workspace = side->table->alloc (side->handle, workspace_bytes + 1, NULL);
  side->table->run (side->handle, kernel, &(TrpKernelArgs){ inputs, outputs, workspace, versions },
                    &error);
  g_assert_no_error (error);
  side->table->free (side->handle, workspace);
  side->table->free_kernel (side->handle, kernel);
}

static float *
convolve (const Side *side, void *parameter)
{
  const TrpTensor inputs[] = { image, filter };
  const TrpOpDesc desc = {
    TRP_OP_conv, { .stride = 1, .pad_top = 1, .pad_bottom = 1, .pad_left = 1, .pad_right = 1 },
    2,           1,
    inputs,      &result
  };
  g_autofree float *values = g_new (float, trp_shape_count (image.shape));
  void *x = allocate (side, &image), *y = allocate (side, &result);
  float *out;

  draw (values, trp_shape_count (image.shape), 1);
  send (side, x, &image, values);
  run (side, &desc, (void *[]){ x, parameter }, &y);
  out = dup_values (side, y, &result);
  side->table->free (side->handle, x);
  side->table->free (side->handle, y);
  return out;
}

/* As with a new parameter that has the same numbers. */
static void
assert_follows (const Side *side, void *parameter, bool is_zero)
{
  const size_t bytes = trp_shape_count (result.shape) * sizeof (float);
  g_autofree float *master = dup_values (side, parameter, &filter);
  g_autofree float *actual = convolve (side, parameter);
  g_autofree float *expected = NULL;
  void *fresh = allocate (side, &filter);
  float sum = 0;

  send (side, fresh, &filter, master);
  expected = convolve (side, fresh);
  for (size_t i = 0; i < trp_shape_count (result.shape); i++)
    sum += actual[i] * actual[i];
  g_assert_true ((sum == 0) == is_zero);
  g_assert_cmpmem (actual, bytes, expected, bytes);
  side->table->free (side->handle, fresh);
}

static void
step_adam (const Side *side, void *parameter)
{
  const TrpTensor inputs[] = { scalar, scalar, filter, average, average, gradient };
  const TrpTensor outputs[] = { filter, average, average };
  const TrpOpDesc desc = { TRP_OP_adam, { .beta1 = 0.5, .beta2 = 0.9, .eps = 1e-8 }, 6, 3, inputs,
                           outputs };
  g_autofree float *values = g_new (float, trp_shape_count (filter.shape));
  void *memories[6];

  for (int i = 0; i < 6; i++)
    memories[i] = i == 2 ? parameter : allocate (side, &inputs[i]);
  draw (values, trp_shape_count (filter.shape), 2);
  send (side, memories[5], &gradient, values);
  send (side, memories[0], &scalar, (const float[]){ 0.25F });
  send (side, memories[1], &scalar, (const float[]){ 1 });
  run (side, &desc, memories, (void *[]){ parameter, memories[3], memories[4] });
  for (int i = 0; i < 6; i++)
    if (i != 2)
      side->table->free (side->handle, memories[i]);
}

static void
test_shadows (const void *data)
{
  const size_t count = trp_shape_count (filter.shape);
  g_autofree float *values = g_new (float, count);
  void *parameter, *other, *state;
  Side side;

  if (!open_side (data, &side))
    return;
  parameter = allocate (&side, &filter);
  other = allocate (&side, &filter);
  state = allocate (&side, &average);
  draw (values, count, 5);
  assert_follows (&side, parameter, true);
  send (&side, parameter, &filter, values);
  assert_follows (&side, parameter, false);
  step_adam (&side, parameter);
  assert_follows (&side, parameter, false);
  g_assert_true (side.table->copy (side.handle, other, parameter, &filter, NULL));
  assert_follows (&side, other, false);
  send (&side, state, &average, values);
  g_assert_true (side.table->copy (side.handle, other, state, &filter, NULL));
  assert_follows (&side, other, false);
  g_assert_true (side.table->copy (side.handle, state, parameter, &average, NULL));
  g_assert_true (side.table->clear (side.handle, parameter, &filter, NULL));
  assert_follows (&side, parameter, true);
  side.table->free (side.handle, parameter);
  side.table->free (side.handle, other);
  side.table->free (side.handle, state);
  trp_device_unref (side.device);
}

void
trp_gpu_add_memory_tests (void)
{
  for (int i = 0; i < trp_gpu_n_modes; i++)
    {
      const TrpGpuMode *mode = &trp_gpu_modes[i];
      g_autofree char *round_trip = g_strdup_printf ("/gpu/memory/%s/round-trip", mode->name);
      g_autofree char *overlap = g_strdup_printf ("/gpu/memory/%s/overlap", mode->name);
      g_autofree char *shadows = g_strdup_printf ("/gpu/memory/%s/shadows", mode->name);

      g_test_add_data_func (round_trip, mode, test_round_trip);
      g_test_add_data_func (overlap, mode, test_overlap);
      g_test_add_data_func (shadows, mode, test_shadows);
    }
  g_test_add_func ("/gpu/memory/too-much", test_too_much);
}
