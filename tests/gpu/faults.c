/* faults.c - machines without a driver or a device, old and small devices, devices that fail: on
 * the emulated device (TRIPTYCH_EMULATE, tests/emulate/device.h)
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/gpu/gpu-test.h"
#include "tests/gpu/training.h"

#include <string.h>

#define SPACE "\302\240" /* as g_format_size() has it */

static void
emulate (const char *how)
{
  if (how)
    g_setenv ("TRIPTYCH_EMULATE", how, TRUE);
  else
    g_unsetenv ("TRIPTYCH_EMULATE");
}

typedef struct
{
  const char *name, *how;
  TrpDeviceOptions options;
  TrpError code;
  const char *message;
} Refusal;

static const Refusal refusals[] = {
  { "no-driver", "no-driver", { 0 }, TRP_ERROR_DEVICE, "No NVIDIA driver on this machine" },
  { "no-device", "no-device", { 0 }, TRP_ERROR_DEVICE, "The NVIDIA driver finds no graphics card" },
  { "index",
    "",
    { .index = 1 },
    TRP_ERROR_DEVICE,
    "There is no CUDA device 1: this machine has 1, counted from 0" },
  { "old-device",
    "old-device",
    { 0 },
    TRP_ERROR_DEVICE,
    "Emulated device has compute capability 6.1, and 7.5 (Turing, 2018) is needed" },
  { "bf16-on-turing",
    "capability=75",
    { .precision = TRP_PRECISION_BF16 },
    TRP_ERROR_UNSUPPORTED,
    "Emulated device has compute capability 7.5, and bf16 needs 8.0 (Ampere, 2020): use precision "
    "f16 or default" },
};

static void
test_refusal (const void *data)
{
  const Refusal *refusal = data;
  g_autoptr (GError) error = NULL;

  if (!trp_gpu_test_is_emulated ())
    return;
  emulate (refusal->how);
  g_assert_null (trp_device_open (trp_gpu_test_backend (), &refusal->options, &error));
  emulate (NULL);
  g_assert_error (error, TRP_ERROR, (int) refusal->code);
  g_assert_cmpstr (error->message, ==, refusal->message);
}

typedef struct
{
  const char *how;
  TrpPrecision precision;
  const char *expected;
  bool loss_scaling;
} Naming;

static void
test_names (void)
{
  static const Naming namings[] = {
    { "", TRP_PRECISION_DEFAULT, "TF32", false },
    { "", TRP_PRECISION_STRICT, "float32", false },
    { "", TRP_PRECISION_BF16, "bfloat16", false },
    { "", TRP_PRECISION_F16, "float16", true },
    { "capability=75", TRP_PRECISION_DEFAULT, "float32", false },
    { "capability=75", TRP_PRECISION_F16, "float16", true },
  };

  if (!trp_gpu_test_is_emulated ())
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (namings); i++)
    {
      const TrpDeviceOptions options = { .precision = namings[i].precision };
      g_autoptr (TrpDevice) device = NULL;
      TrpDeviceInfo info;

      emulate (namings[i].how);
      device = trp_device_open (trp_gpu_test_backend (), &options, NULL);
      emulate (NULL);
      trp_device_get_info (device, &info);
      g_assert_cmpstr (info.name, ==, "Emulated device, CUDA 13.0, cuDNN 9.19");
      g_assert_cmpstr (info.precision, ==, namings[i].expected);
      g_assert_true (info.loss_scaling == namings[i].loss_scaling);
      g_assert_false (info.deterministic);
      g_assert_cmpuint (info.total_bytes, ==, (size_t) 4 << 30);
    }
}

/* A device that is too small: a sentence, and the same device still trains what fits. */
static void
test_memory (void)
{
  static const TrpTensor large = { { 1, 1024, 1024, 2 }, TRP_VALUE_STATE, false };
  g_autoptr (TrpDevice) device = NULL;
  g_autoptr (TrpStore) store = NULL;
  g_autoptr (TrpTraining) training = NULL;
  g_autoptr (GError) error = NULL;
  TrpDeviceInfo info;

  if (!trp_gpu_test_is_emulated ())
    return;
  emulate ("memory=6000000");
  device = trp_gpu_test_open (&trp_gpu_modes[0]);
  emulate (NULL);
  store = trp_store_new (device);
  g_assert_null (trp_store_require (store, "large", &large, TRP_AXES_FILTER, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "8.4" SPACE "MB"));
  g_assert_nonnull (strstr (error->message, "6.0" SPACE "MB of its 6.0" SPACE "MB are free"));
  training = trp_training_new (device);
  trp_training_run (training, 0, 2);
  trp_device_get_info (device, &info);
  g_assert_cmpuint (info.total_bytes, ==, 6000000);
  g_assert_cmpuint (info.free_bytes, <, info.total_bytes);
}

/* Not even a few bytes for a late read: what runs on the device runs on. */
static void
test_no_memory_for_a_read (void)
{
  const TrpBackend *table = trp_gpu_test_backend ();
  static const TrpTensor scalar = { { 1, 1, 1, 1 }, TRP_VALUE_STATE, true };
  const float one = 1;
  g_autoptr (TrpDevice) device = NULL;
  g_autoptr (GError) error = NULL;
  TrpDeviceInfo info;
  void *handle, *memory;
  const void *memories[1];

  if (!trp_gpu_test_is_emulated ())
    return;
  emulate ("memory=6000000");
  device = trp_gpu_test_open (&trp_gpu_modes[0]);
  emulate (NULL);
  handle = trp_device_peek_handle (device);
  trp_device_get_info (device, &info);
  memory = table->alloc (handle, info.free_bytes, &error);
  g_assert_no_error (error);
  memories[0] = memory;
  g_assert_null (table->begin_read (handle, 1, memories, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "ran out of memory"));
  g_clear_error (&error);
  g_assert_true (table->upload (handle, memory, &scalar, &one, &error));
  g_assert_true (table->synchronize (handle, &error));
  table->free (handle, memory);
}

/* Everything after the failure says the same sentence, and closing works. */
static void
assert_lost (TrpTraining *training, const char *message)
{
  const TrpStored *stored = trp_store_peek (training->store, 0);
  g_autofree float *values = g_new (float, trp_shape_count (stored->tensor.shape));
  const TrpBackend *table = trp_gpu_test_backend ();
  void *handle = trp_device_peek_handle (training->device);
  GError *errors[4] = { NULL };

  g_assert_false (trp_store_get (training->store, stored, values, &errors[0]));
  g_assert_false (trp_training_try_step (training, 0, &errors[1]));
  g_assert_false (table->synchronize (handle, &errors[2]));
  g_assert_null (table->alloc (handle, 4, &errors[3]));
  for (size_t i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], TRP_ERROR, TRP_ERROR_DEVICE);
      g_assert_nonnull (strstr (errors[i]->message, message));
      g_clear_error (&errors[i]);
    }
}

/* Launch 400 is in a plain step, 3000 in a replayed one. */
static void
test_failure (const void *data)
{
  const char *message = "unspecified launch failure (CUDA error 719)";
  g_autoptr (TrpDevice) device = NULL;
  g_autoptr (TrpTraining) training = NULL;
  g_autoptr (GError) error = NULL;
  float loss;
  int i;

  if (!trp_gpu_test_is_emulated ())
    return;
  emulate (data);
  device = trp_gpu_test_open (&trp_gpu_modes[0]);
  emulate (NULL);
  training = trp_training_new (device);
  for (i = 0; i < 200; i++)
    if (!trp_training_try_step (training, i, &error) ||
        !trp_program_begin_read (training->program, &training->loss, 1, &error) ||
        !trp_program_finish_read (training->program, &loss, &error))
      break;
  g_test_message ("step %d: %s", i, error->message);
  g_assert_error (error, TRP_ERROR, TRP_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, message));
  assert_lost (training, message);
}

/* Steps that cannot be captured run, and the reason is told. */
static void
test_no_capture (const void *data)
{
  g_autoptr (TrpDevice) device = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *actual = NULL;
  TrpDeviceInfo info;

  if (!trp_gpu_test_is_emulated ())
    return;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (TrpTraining) training = NULL;

      emulate (i == 0 ? NULL : data);
      g_clear_pointer (&device, trp_device_unref);
      device = trp_gpu_test_open (&trp_gpu_modes[0]);
      emulate (NULL);
      training = trp_training_new (device);
      trp_training_run (training, 0, 6);
      if (i == 0)
        expected = trp_training_hash (training);
      else
        actual = trp_training_hash (training);
    }
  g_assert_cmpstr (actual, ==, expected);
  trp_device_get_info (device, &info);
  g_test_message ("%s", info.note);
  g_assert_nonnull (strstr (info.note, "operation not permitted when stream is capturing"));
}

void
trp_gpu_add_fault_tests (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/gpu/faults/refuses/", refusals[i].name, NULL);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  g_test_add_func ("/gpu/faults/names", test_names);
  g_test_add_func ("/gpu/faults/memory", test_memory);
  g_test_add_func ("/gpu/faults/no-memory-for-a-read", test_no_memory_for_a_read);
  g_test_add_data_func ("/gpu/faults/lost-early", "fail-at-launch=40", test_failure);
  g_test_add_data_func ("/gpu/faults/lost-in-a-graph", "fail-at-launch=1000", test_failure);
  g_test_add_data_func ("/gpu/faults/no-capture", "no-capture", test_no_capture);
  g_test_add_data_func ("/gpu/faults/capture-breaks", "break-capture", test_no_capture);
}
