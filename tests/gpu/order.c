/* order.c - the CUDA module computes the same bits in every run
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The emulated device (tests/emulate) takes threads and blocks in the order that the environment
 * names, so a sum in order of arrival, or a missing barrier, shows. On a graphics card the runs are
 * simply three.
 */

#include "tests/gpu/gpu-test.h"
#include "tests/gpu/training.h"

#define N_RUNS 3

static const char *const orders[N_RUNS] = { "forward", "reverse", "random:1" };

static TrpDevice *
open_in_order (const TrpGpuMode *mode, int run)
{
  TrpDevice *device;

  g_setenv ("TRIPTYCH_EMULATE_ORDER", orders[run], TRUE);
  device = trp_gpu_test_open (mode);
  g_unsetenv ("TRIPTYCH_EMULATE_ORDER");
  return device;
}

static void
test_training (const void *data)
{
  g_autofree char *expected = NULL;

  for (int i = 0; i < N_RUNS; i++)
    {
      g_autoptr (TrpDevice) device = open_in_order (data, i);
      g_autoptr (TrpTraining) training = device ? trp_training_new (device) : NULL;
      g_autofree char *actual = NULL;

      if (!device)
        return;
      trp_training_run (training, 0, 4);
      actual = trp_training_hash (training);
      if (!expected)
        expected = g_strdup (actual);
      g_assert_cmpstr (actual, ==, expected);
    }
}

typedef struct
{
  const TrpGpuMode *mode;
  TrpOpKind kind;
} Test;

static void
test_kind (const void *data)
{
  const Test *test = data;

  for (int k = 0; k < trp_op_n_cases; k++)
    {
      const TrpOpCase *c = &trp_op_cases[k];
      g_autofree char *expected = NULL;

      if (c->kind != test->kind)
        continue;
      for (int i = 0; i < N_RUNS; i++)
        {
          g_autoptr (TrpDevice) device = open_in_order (test->mode, i);
          g_autofree char *actual = device ? trp_op_hash (c, device, test->mode->held) : NULL;

          if (!device)
            return;
          if (!expected)
            expected = g_strdup (actual);
          if (!g_str_equal (actual, expected))
            g_error ("%s: other bits, %s", c->name, orders[i]);
        }
    }
}

void
trp_gpu_add_order_tests (void)
{
  for (int i = 0; i < trp_gpu_n_modes; i++)
    {
      const TrpGpuMode *mode = &trp_gpu_modes[i];
      g_autofree char *training = g_strdup_printf ("/gpu/order/%s/training", mode->name);

      g_test_add_data_func (training, mode, test_training);
      for (int kind = 0; kind < TRP_N_OPS; kind++)
        {
          const Test test = { mode, (TrpOpKind) kind };
          g_autofree char *path = g_strdup_printf ("/gpu/order/%s/%s", mode->name,
                                                   trp_op_class (test.kind)->name);

          g_test_add_data_func (path, trp_gpu_test_keep (&test, sizeof test), test_kind);
        }
    }
}
