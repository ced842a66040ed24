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
#include "tests/lib/check.h"
#include "tests/lib/op-check.h"

#include <math.h>

/* @tolerance: of the largest expected value. float32: sums of 1e5 products; TF32 has 10 bits of
 * fraction, bfloat16 7, half 10, and results are rounded to them. */
typedef struct
{
  const char *name;
  TrpPrecision precision;
  TrpOpHeld held;
  double tolerance;
} Mode;

static const Mode modes[] = {
  { "strict", TRP_PRECISION_STRICT, TRP_OP_HELD_FULL, 1e-5 },
  { "default", TRP_PRECISION_DEFAULT, TRP_OP_HELD_FULL, 2e-3 },
  { "bf16", TRP_PRECISION_BF16, TRP_OP_HELD_MIXED, 2e-2 },
  { "f16", TRP_PRECISION_F16, TRP_OP_HELD_MIXED, 1e-2 },
};

typedef struct
{
  const Mode *mode;
  const TrpOpCase *c;
} OpTest;

static const TrpBackend *module; /* NULL: there is none */
static char *missing;            /* why no device can be opened */

/* NULL, and the test is skipped, where there is no device. */
static TrpDevice *
open_device (TrpPrecision precision)
{
  const TrpDeviceOptions options = { .precision = precision, .deterministic = true };
  g_autoptr (GError) error = NULL;
  TrpDevice *device;

  if (missing)
    {
      g_test_skip (missing);
      return NULL;
    }
  device = trp_device_open (module, &options, &error);
  if (g_error_matches (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED))
    g_test_skip (error->message);
  else
    g_assert_no_error (error);
  return device;
}

static void
test_operation (const void *data)
{
  const OpTest *test = data;
  g_autoptr (TrpDevice) device = open_device (test->mode->precision);

  if (!device)
    return;
  if (!trp_op_is_there (test->c, device))
    {
      g_test_skip ("not there yet");
      return;
    }
  trp_op_check (test->c, device, test->mode->held, test->mode->tolerance);
}

static void
add_operations (const Mode *mode)
{
  for (int i = 0; i < trp_op_n_cases; i++)
    {
      const TrpOpCase *c = &trp_op_cases[i];
      OpTest test = { mode, c };
      g_autofree char *path = g_strdup_printf ("/gpu/%s/%s/%s", mode->name,
                                               trp_op_class (c->kind)->name, c->name);

      g_test_add_data_func_full (path, g_memdup2 (&test, sizeof test), test_operation, g_free);
    }
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
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    add_operations (&modes[i]);
  status = g_test_run ();
  g_free (missing);
  return status;
}
