/* optimizer.c - what single operations cannot show of Adam on the CUDA module: copies of parameters
 * in 16 bits, and tensors that have moved
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/gpu/gpu-test.h"

#define COUNT 4099 /* more than a chunk, and not whole packs */
#define N_TENSORS 6

typedef struct
{
  const TrpBackend *table;
  void *device;
  TrpTensor tensors[N_TENSORS]; /* learning rate, step, parameter, m, v, gradient */
} Adam;

static Adam
make_adam (TrpDevice *device)
{
  Adam self = { trp_device_get_backend (device), trp_device_peek_handle (device), { { { 0 } } } };

  for (int i = 0; i < N_TENSORS; i++)
    {
      self.tensors[i].shape = trp_shape_vector (i < 2 ? 1 : COUNT);
      self.tensors[i].kind = i < 2 ? TRP_VALUE_INPUT : TRP_VALUE_STATE;
      self.tensors[i].precise = true;
    }
  self.tensors[2].kind = TRP_VALUE_PARAMETER;
  return self;
}

static void *
place (const Adam *self, const TrpTensor *tensor, const float *values)
{
  void *memory = self->table->alloc (self->device, self->table->tensor_bytes (self->device, tensor),
                                     NULL);

  g_assert_nonnull (memory);
  g_assert_true (self->table->upload (self->device, memory, tensor, values, NULL));
  return memory;
}

/* All tensors begin alike: values of 1 to 2. */
static void
place_all (const Adam *self, void **memories)
{
  float values[COUNT];

  for (int i = 0; i < COUNT; i++)
    values[i] = 1 + (float) (i * 7919 % COUNT) / COUNT;
  for (int i = 0; i < N_TENSORS; i++)
    memories[i] = place (self, &self->tensors[i], values);
}

static void
free_all (const Adam *self, void **memories)
{
  for (int i = 0; i < N_TENSORS; i++)
    self->table->free (self->device, memories[i]);
}

/* One compiled operation on each of @sets in turn, without waiting between. */
static void
run_on (const Adam *self, void **const *sets, int n)
{
  const TrpOpDesc desc = { .kind = TRP_OP_adam,
                           .attributes = { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 },
                           .n_inputs = N_TENSORS,
                           .n_outputs = 3,
                           .inputs = self->tensors,
                           .outputs = self->tensors + 2 };
  const uint64_t versions[N_TENSORS] = { 0 };
  size_t workspace;
  void *kernel = self->table->compile (self->device, &desc, &workspace, NULL);

  g_assert_nonnull (kernel);
  for (int i = 0; i < n; i++)
    {
      const TrpKernelArgs args = { sets[i], sets[i] + 2, NULL, versions };

      g_assert_true (self->table->run (self->device, kernel, &args, NULL));
    }
  g_assert_true (self->table->synchronize (self->device, NULL));
  self->table->free_kernel (self->device, kernel);
}

static void
download (const Adam *self, void *memory, const TrpTensor *tensor, float *out_values)
{
  g_assert_true (self->table->download (self->device, memory, tensor, out_values, NULL));
}

/* What convolutions read, behind the master, is the master in 16 bits after a step as well. */
static void
check_copy (const Adam *self, void *memory)
{
  const TrpTensor *parameter = &self->tensors[2];
  const TrpTensor half = { .shape = parameter->shape, .kind = TRP_VALUE_TEMPORARY };
  const size_t offset = self->table->tensor_bytes (self->device, parameter) -
                        self->table->tensor_bytes (self->device, &half);
  float expected[COUNT], actual[COUNT];
  void *rounded;

  download (self, memory, parameter, expected);
  rounded = place (self, &half, expected);
  download (self, rounded, &half, expected);
  download (self, (char *) memory + offset, &half, actual);
  for (int i = 0; i < COUNT; i++)
    g_assert_cmpfloat (actual[i], ==, expected[i]);
  self->table->free (self->device, rounded);
}

static void
test_copies (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  void *memories[N_TENSORS], **const sets[] = { memories, memories };

  if (!device)
    return;
  const Adam self = make_adam (device);

  place_all (&self, memories);
  run_on (&self, sets, 2);
  check_copy (&self, memories[2]);
  free_all (&self, memories);
}

/* The table of addresses on the device follows, without touching what earlier steps still read:
 * one operation on a, b and a again does what two operations do, one on a twice and one on b. */
static void
test_moves (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  void *a[N_TENSORS], *b[N_TENSORS], *other_a[N_TENSORS], *other_b[N_TENSORS];
  void **const moving[] = { a, b, a }, **const twice[] = { other_a, other_a };
  void **const once[] = { other_b };
  float actual[COUNT], expected[COUNT], stepped[COUNT];

  if (!device)
    return;
  const Adam self = make_adam (device);
  void **const all[] = { a, b, other_a, other_b };

  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    place_all (&self, all[i]);
  run_on (&self, moving, 3);
  run_on (&self, twice, 2);
  run_on (&self, once, 1);
  for (int k = 2; k < 5; k++) /* parameter, m, v */
    {
      download (&self, a[k], &self.tensors[k], actual);
      download (&self, other_a[k], &self.tensors[k], expected);
      g_assert_cmpmem (actual, sizeof actual, expected, sizeof expected);
      download (&self, b[k], &self.tensors[k], stepped);
      download (&self, other_b[k], &self.tensors[k], expected);
      g_assert_cmpmem (stepped, sizeof stepped, expected, sizeof expected);
    }
  download (&self, a[2], &self.tensors[2], actual);
  download (&self, b[2], &self.tensors[2], stepped);
  for (int i = 0; i < COUNT; i++) /* two steps went further than one */
    g_assert_cmpfloat (actual[i], <, stepped[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    free_all (&self, all[i]);
}

void
trp_gpu_add_optimizer_tests (void)
{
  for (int i = 0; i < trp_gpu_n_modes; i++)
    {
      const TrpGpuMode *mode = &trp_gpu_modes[i];
      g_autofree char *copies = g_strdup_printf ("/gpu/optimizer/%s/copies", mode->name);
      g_autofree char *moves = g_strdup_printf ("/gpu/optimizer/%s/moves", mode->name);

      if (mode->precision == TRP_PRECISION_BF16 || mode->precision == TRP_PRECISION_F16)
        g_test_add_data_func (copies, mode, test_copies);
      g_test_add_data_func (moves, mode, test_moves);
    }
}
