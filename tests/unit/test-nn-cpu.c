/* test-nn-cpu.c - every operation of the CPU back end against the reference in double
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "tests/lib/check.h"
#include "tests/lib/nn-cases.h"
#include "tests/lib/op-check.h"

#include <math.h>

/* Sums of up to 1e5 float products: rounding grows with the root of their number, 6e-8 * 300. */
#define TOLERANCE 1e-5

static TrpDevice *
open_cpu (void)
{
  g_autoptr (GError) error = NULL;
  TrpDevice *device = trp_device_open (&trp_backend_cpu, NULL, &error);

  g_assert_no_error (error);
  return device;
}

static void
test_operation (const void *data)
{
  g_autoptr (TrpDevice) cpu = open_cpu ();

  trp_op_check (data, cpu, TRP_OP_HELD_FULL, TOLERANCE);
}

static char *
run_on_threads (const TrpOpCase *c, int n_threads)
{
  g_autoptr (TrpDevice) cpu = NULL;
  char *hash;

  trp_parallel_set_threads (n_threads);
  cpu = open_cpu ();
  hash = trp_op_hash (c, cpu, TRP_OP_HELD_FULL);
  trp_parallel_set_threads (0);
  return hash;
}

/* The same bits again, and on another number of threads; but for oneDNN's filter gradients, which
 * it may sum in another order. */
static void
test_threads (void)
{
  for (int i = 0; i < trp_op_n_cases; i++)
    {
      const TrpOpCase *c = &trp_op_cases[i];

      if (trp_shape_count (c->inputs[0]) > 300000)
        continue; /* seconds */
      g_autofree char *one = run_on_threads (c, 1);
      g_autofree char *three = run_on_threads (c, 3);
      g_autofree char *again = run_on_threads (c, 3);

      g_assert_cmpstr (three, ==, again);
      if (c->kind != TRP_OP_conv_backward_filter)
        g_assert_cmpstr (three, ==, one);
    }
}

/* A filter's copy must follow its version, and only that. */
static void
test_versions (void)
{
  static const TrpOpCase c = {
    .name = "versions",
    .kind = TRP_OP_conv,
    .attributes = { .stride = 1, .pad_top = 1, .pad_bottom = 1, .pad_left = 1, .pad_right = 1 },
    .n_inputs = 2,
    .inputs = { { 1, 4, 4, 16 }, { 16, 3, 3, 16 } },
    .n_outputs = 1,
  };
  g_autoptr (TrpDevice) device = open_cpu ();
  g_autoptr (TrpOpSide) cpu = trp_op_side_new (&c, device, TRP_OP_HELD_FULL);

  for (uint64_t version = 1; version < 4; version++)
    for (int repeat = 0; repeat < 2; repeat++)
      {
        const uint64_t versions[] = { 0, version };
        g_autofree float *filter = g_new (float, 16 * 9 * 16);
        g_autofree float *y = NULL;

        for (int k = 0; k < 16 * 9 * 16; k++)
          filter[k] = version == 1 ? 0 : 1e30F;
        if (repeat == 0 && version < 3)
          g_assert_true (
            cpu->table->upload (cpu->handle, cpu->inputs[1], &cpu->input_tensors[1], filter, NULL));
        trp_op_side_run (cpu, versions);
        y = trp_op_side_dup_output (cpu, 0);
        g_assert_true ((fabsf (y[0]) > 1e20F) == (version > 1));
      }
}

static void
test_engine_case (const void *data)
{
  g_autoptr (TrpDevice) cpu = open_cpu ();

  trp_nn_case_check (data, cpu, TOLERANCE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < trp_nn_n_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/nn-cpu/engine/", trp_nn_cases[i].name, NULL);

      g_test_add_data_func (path, &trp_nn_cases[i], test_engine_case);
    }
  for (int i = 0; i < trp_op_n_cases; i++)
    {
      g_autofree char *path = g_strdup_printf (
        "/nn-cpu/%s/%s", trp_op_class (trp_op_cases[i].kind)->name, trp_op_cases[i].name);

      g_test_add_data_func (path, &trp_op_cases[i], test_operation);
    }
  g_test_add_func ("/nn-cpu/threads", test_threads);
  g_test_add_func ("/nn-cpu/versions", test_versions);
  return g_test_run ();
}
