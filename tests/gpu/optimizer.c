/* optimizer.c - what single operations cannot show of optimisers on the CUDA module: copies of
 * parameters in 16 bits, and tensors that have moved
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/gpu/gpu-test.h"

#define COUNT 4099 /* more than a chunk, and not whole packs */
#define N_TENSORS 6

/* Which of the tensors an operation reads; it writes the parameter and those that follow. */
typedef struct
{
  const char *name;
  TrpOpKind kind;
  TrpOpAttributes attributes;
  int n_inputs, inputs[N_TENSORS];
  int n_outputs;
} Kind;

static const Kind kinds[] = {
  { "adam",
    TRP_OP_adam,
    { .beta1 = 0.5, .beta2 = 0.999, .eps = 1e-8 },
    6,
    { 0, 1, 2, 3, 4, 5 },
    3 },
  { "rmsprop",
    TRP_OP_rmsprop,
    { .beta2 = 0.9, .momentum = 0.9, .eps = 1e-8 },
    5,
    { 0, 2, 3, 4, 5 },
    3 },
  { "clip", TRP_OP_clip, { .alpha = 1.3 }, 1, { 2 }, 1 },
};

typedef struct
{
  const Kind *kind;
  const TrpBackend *table;
  void *device;
  TrpTensor tensors[N_TENSORS]; /* learning rate, step, parameter, two states, gradient */
} Update;

/* A test: an operation in a precision. */
typedef struct
{
  const Kind *kind;
  const TrpGpuMode *mode;
} UpdateTest;

static Update
make_update (const Kind *kind, TrpDevice *device)
{
  Update self = {
    kind, trp_device_get_backend (device), trp_device_peek_handle (device), { { { 0 } } }
  };

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
place (const Update *self, const TrpTensor *tensor, const float *values)
{
  void *memory = self->table->alloc (self->device, self->table->tensor_bytes (self->device, tensor),
                                     NULL);

  g_assert_nonnull (memory);
  g_assert_true (self->table->upload (self->device, memory, tensor, values, NULL));
  return memory;
}

/* All tensors begin alike: values of 1 to 2. */
static void
place_all (const Update *self, void **memories)
{
  float values[COUNT];

  for (int i = 0; i < COUNT; i++)
    values[i] = 1 + (float) (i * 7919 % COUNT) / COUNT;
  for (int i = 0; i < N_TENSORS; i++)
    memories[i] = place (self, &self->tensors[i], values);
}

static void
free_all (const Update *self, void **memories)
{
  for (int i = 0; i < N_TENSORS; i++)
    self->table->free (self->device, memories[i]);
}

/* One compiled operation on each of @sets in turn, without waiting between. */
static void
run_on (const Update *self, void **const *sets, int n)
{
  const Kind *kind = self->kind;
  TrpTensor inputs[N_TENSORS];
  const TrpOpDesc desc = { .kind = kind->kind,
                           .attributes = kind->attributes,
                           .n_inputs = kind->n_inputs,
                           .n_outputs = kind->n_outputs,
                           .inputs = inputs,
                           .outputs = self->tensors + 2 };
  const uint64_t versions[N_TENSORS] = { 0 };
  size_t workspace;
  void *kernel;

  for (int k = 0; k < kind->n_inputs; k++)
    inputs[k] = self->tensors[kind->inputs[k]];
  kernel = self->table->compile (self->device, &desc, &workspace, NULL);
  g_assert_nonnull (kernel);
  for (int i = 0; i < n; i++)
    {
      void *memories[N_TENSORS];
      const TrpKernelArgs args = { memories, sets[i] + 2, NULL, versions };

      for (int k = 0; k < kind->n_inputs; k++)
        memories[k] = sets[i][kind->inputs[k]];
      g_assert_true (self->table->run (self->device, kernel, &args, NULL));
    }
  g_assert_true (self->table->synchronize (self->device, NULL));
  self->table->free_kernel (self->device, kernel);
}

static void
download (const Update *self, void *memory, const TrpTensor *tensor, float *out_values)
{
  g_assert_true (self->table->download (self->device, memory, tensor, out_values, NULL));
}

/* What convolutions read, behind the master, is the master in 16 bits after a step as well. */
static void
check_copy (const Update *self, void *memory)
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
  const UpdateTest *test = data;
  g_autoptr (TrpDevice) device = trp_gpu_test_open (test->mode);
  void *memories[N_TENSORS], **const sets[] = { memories, memories };

  if (!device)
    return;
  const Update self = make_update (test->kind, device);

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
  const UpdateTest *test = data;
  g_autoptr (TrpDevice) device = trp_gpu_test_open (test->mode);
  void *a[N_TENSORS], *b[N_TENSORS], *other_a[N_TENSORS], *other_b[N_TENSORS];
  void **const moving[] = { a, b, a }, **const twice[] = { other_a, other_a };
  void **const once[] = { other_b };
  float actual[COUNT], expected[COUNT], stepped[COUNT];

  if (!device)
    return;
  const Update self = make_update (test->kind, device);
  void **const all[] = { a, b, other_a, other_b };

  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    place_all (&self, all[i]);
  run_on (&self, moving, 3);
  run_on (&self, twice, 2);
  run_on (&self, once, 1);
  for (int k = 2; k < 2 + test->kind->n_outputs; k++)
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
  for (int i = 0; i < COUNT && test->kind->n_outputs > 1; i++) /* two steps went further than one */
    g_assert_cmpfloat (actual[i], <, stepped[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (all); i++)
    free_all (&self, all[i]);
}

static void
add (const UpdateTest *test, const char *name, GTestDataFunc function)
{
  g_autofree char *path = g_strdup_printf ("/gpu/optimizer/%s/%s/%s", test->mode->name,
                                           test->kind->name, name);

  g_test_add_data_func (path, trp_gpu_test_keep (test, sizeof *test), function);
}

void
trp_gpu_add_optimizer_tests (void)
{
  for (int i = 0; i < trp_gpu_n_modes; i++)
    for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
      {
        const UpdateTest test = { &kinds[k], &trp_gpu_modes[i] };

        if (test.mode->precision == TRP_PRECISION_BF16 || test.mode->precision == TRP_PRECISION_F16)
          add (&test, "copies", test_copies);
        add (&test, "moves", test_moves);
      }
}
