/* test-gpu.c - the CUDA module: every operation against the reference, in every precision
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Needs no meson: TRIPTYCH_MODULE_DIR names the folder of the module, TRIPTYCH_SOURCE (or the
 * current folder) that of the sources. Without driver or device each test skips with the module's
 * own sentence. The same program tests the module that is compiled for the emulated device
 * (tests/emulate).
 */

#include "core/nn/module.h"
#include "tests/gpu/gpu-test.h"

#include <string.h>

/* float32: sums of 1e5 products. TF32 has 10 bits of fraction, bfloat16 7, half 10, and results are
 * rounded to them; half has no smaller steps than 2^-24. */
const TrpGpuMode trp_gpu_modes[] = {
  { "strict", TRP_PRECISION_STRICT, TRP_OP_HELD_FULL, 1e-5, 0 },
  { "default", TRP_PRECISION_DEFAULT, TRP_OP_HELD_FULL, 2e-3, 0 },
  { "bf16", TRP_PRECISION_BF16, TRP_OP_HELD_MIXED, 2e-2, 0 },
  { "f16", TRP_PRECISION_F16, TRP_OP_HELD_MIXED, 1e-2, 6e-8 },
};
const int trp_gpu_n_modes = G_N_ELEMENTS (trp_gpu_modes);

typedef struct
{
  const TrpGpuMode *mode;
  const TrpOpCase *c;
} OpTest;

static const TrpBackend *module; /* NULL: there is none */
static char *missing;            /* why no device can be opened */

static GPtrArray *kept;

const void *
trp_gpu_test_keep (const void *data, size_t size)
{
  void *copy = g_memdup2 (data, size);

  if (!kept)
    kept = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (kept, copy);
  return copy;
}

const TrpBackend *
trp_gpu_test_backend (void)
{
  if (!missing)
    return module;
  g_test_skip (missing);
  return NULL;
}

TrpDevice *
trp_gpu_test_open (const TrpGpuMode *mode)
{
  const TrpDeviceOptions options = { .precision = mode->precision, .deterministic = true };
  g_autoptr (GError) error = NULL;
  TrpDevice *device;

  if (!trp_gpu_test_backend ())
    return NULL;
  device = trp_device_open (module, &options, &error);
  if (g_error_matches (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED))
    g_test_skip (error->message);
  else
    g_assert_no_error (error);
  return device;
}

bool
trp_gpu_test_is_emulated (void)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);
  TrpDeviceInfo info;

  if (!device)
    return false;
  trp_device_get_info (device, &info);
  if (g_str_has_prefix (info.name, "Emulated"))
    return true;
  g_test_skip ("only on the emulated device");
  return false;
}

static void
test_operation (const void *data)
{
  const OpTest *test = data;
  g_autoptr (TrpDevice) device = trp_gpu_test_open (test->mode);

  if (!device)
    return;
  trp_op_check_above (test->c, device, test->mode->held, test->mode->tolerance,
                      test->mode->smallest);
}

static void
add_operations (const TrpGpuMode *mode)
{
  for (int i = 0; i < trp_op_n_cases; i++)
    {
      const TrpOpCase *c = &trp_op_cases[i];
      OpTest test = { mode, c };
      g_autofree char *path = g_strdup_printf ("/gpu/%s/%s/%s", mode->name,
                                               trp_op_class (c->kind)->name, c->name);

      g_test_add_data_func (path, trp_gpu_test_keep (&test, sizeof test), test_operation);
    }
}

/* With or without a graphics card: a device, or one sentence without a full stop. */
static void
test_answers (void)
{
  if (missing)
    {
      g_test_message ("%s", missing);
      g_assert_cmpuint (strlen (missing), >, 10);
      g_assert_null (strchr (missing, '\n'));
      g_assert_false (g_str_has_suffix (missing, "."));
    }
  g_assert_true (module || g_str_has_prefix (missing, "No CUDA module"));
}

static void
find_device (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpDevice) device = NULL;

  module = trp_module_load (&error);
  if (module)
    device = trp_device_open (module, NULL, &error);
  if (!device)
    missing = g_strdup (error->message);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  find_device ();
  g_test_add_func ("/gpu/answers", test_answers);
  for (int i = 0; i < trp_gpu_n_modes; i++)
    add_operations (&trp_gpu_modes[i]);
  trp_gpu_add_memory_tests ();
  trp_gpu_add_optimizer_tests ();
  trp_gpu_add_step_tests ();
  trp_gpu_add_fault_tests ();
  trp_gpu_add_order_tests ();
  status = g_test_run ();
  g_free (missing);
  g_ptr_array_unref (kept);
  return status;
}
