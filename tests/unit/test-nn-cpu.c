/* test-nn-cpu.c - every operation of the CPU back end against the reference in double
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * In bfloat16 twice: on numbers that it holds exactly, where only the order of sums differs from
 * the reference, and on any numbers, where each factor is off by at most 2^-9 of itself.
 */

#include "core/base/parallel.h"
#include "tests/lib/check.h"
#include "tests/lib/nn-cases.h"
#include "tests/lib/op-check.h"

#include <math.h>
#include <string.h>

/* Sums of up to 1e5 float products: rounding grows with the root of their number, 6e-8 * 300. */
#define TOLERANCE 1e-5
/* Two factors rounded to 2^-9 each, errors adding up as a random walk, as the sums do. */
#define BF16_TOLERANCE 5e-3

/* What multiplies in bfloat16. */
static bool
rounds (TrpOpKind kind)
{
  return kind == TRP_OP_conv || kind == TRP_OP_conv_transpose;
}

static TrpDevice *
open_cpu (TrpPrecision precision)
{
  const TrpDeviceOptions options = { .deterministic = true, .precision = precision };
  g_autoptr (GError) error = NULL;
  TrpDevice *device = trp_device_open (&trp_backend_cpu, &options, &error);

  g_assert_no_error (error);
  return device;
}

/* NULL after g_test_skip() where the CPU has none. */
static TrpDevice *
open_bf16 (void)
{
  g_autoptr (TrpDevice) device = open_cpu (TRP_PRECISION_BF16);
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  if (strcmp (info.precision, "bfloat16") == 0)
    return g_steal_pointer (&device);
  g_test_skip (info.note);
  return NULL;
}

static void
test_operation (const void *data)
{
  g_autoptr (TrpDevice) cpu = open_cpu (TRP_PRECISION_DEFAULT);

  trp_op_check (data, cpu, TRP_OP_HELD_FULL, TOLERANCE);
}

static void
test_bf16_operation (const void *data)
{
  g_autoptr (TrpDevice) cpu = open_bf16 ();

  if (!cpu)
    return;
  trp_op_check (data, cpu, TRP_OP_HELD_WIDE, TOLERANCE);
  trp_op_check (data, cpu, TRP_OP_HELD_FULL, BF16_TOLERANCE);
}

static char *
run_on_threads (const TrpOpCase *c, TrpPrecision precision, int n_threads)
{
  g_autoptr (TrpDevice) cpu = NULL;
  char *hash;

  trp_parallel_set_threads (n_threads);
  cpu = open_cpu (precision);
  hash = trp_op_hash (c, cpu, TRP_OP_HELD_FULL);
  trp_parallel_set_threads (0);
  return hash;
}

/* The same bits again, and on another number of threads; but for oneDNN's filter gradients, which
 * it may sum in another order. */
static void
test_threads (const void *data)
{
  const TrpPrecision precision = (TrpPrecision) GPOINTER_TO_INT (data);

  for (int i = 0; i < trp_op_n_cases; i++)
    {
      const TrpOpCase *c = &trp_op_cases[i];

      if (trp_shape_count (c->inputs[0]) > 300000)
        continue; /* seconds */
      if (precision == TRP_PRECISION_BF16 && !rounds (c->kind))
        continue;
      g_autofree char *one = run_on_threads (c, precision, 1);
      g_autofree char *three = run_on_threads (c, precision, 3);
      g_autofree char *again = run_on_threads (c, precision, 3);

      g_assert_cmpstr (three, ==, again);
      if (c->kind != TRP_OP_conv_backward_filter)
        g_assert_cmpstr (three, ==, one);
    }
}

static const TrpOpCase small_conv = {
  .name = "small",
  .kind = TRP_OP_conv,
  .attributes = { .stride = 1, .pad_top = 1, .pad_bottom = 1, .pad_left = 1, .pad_right = 1 },
  .n_inputs = 2,
  .inputs = { { 1, 4, 4, 16 }, { 16, 3, 3, 16 } },
  .n_outputs = 1,
};

/* A filter's copy must follow its version, and only that. */
static void
test_versions (const void *data)
{
  g_autoptr (TrpDevice) device = open_cpu ((TrpPrecision) GPOINTER_TO_INT (data));
  g_autoptr (TrpOpSide) cpu = trp_op_side_new (&small_conv, device, TRP_OP_HELD_FULL);

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

/* The kernel of @side again, for a precise output. */
static void
make_precise (TrpOpSide *side)
{
  g_autoptr (GError) error = NULL;
  size_t workspace;

  side->output_tensors[0].precise = true;
  side->table->free_kernel (side->handle, side->kernel);
  side->table->free (side->handle, side->workspace);
  side->kernel = side->table->compile (side->handle, &side->desc, &workspace, &error);
  g_assert_no_error (error);
  side->workspace = side->table->alloc (side->handle, workspace, &error);
  g_assert_no_error (error);
}

static float *
dup_small_conv (TrpDevice *device, bool precise)
{
  g_autoptr (TrpOpSide) side = trp_op_side_new (&small_conv, device, TRP_OP_HELD_FULL);

  if (precise)
    make_precise (side);
  trp_op_side_run (side, NULL);
  return trp_op_side_dup_output (side, 0);
}

/* It does round, but not what must be precise. */
static void
test_bf16_precise (void)
{
  const size_t size = 16 * 16 * sizeof (float);
  g_autoptr (TrpDevice) plain = open_cpu (TRP_PRECISION_STRICT), bf16 = open_bf16 ();

  if (!bf16)
    return;
  g_autofree float *expected = dup_small_conv (plain, false);
  g_autofree float *rounded = dup_small_conv (bf16, false);
  g_autofree float *precise = dup_small_conv (bf16, true);

  g_assert_cmpmem (precise, size, expected, size);
  g_assert_cmpint (memcmp (rounded, expected, size), !=, 0);
}

static void *
compile_case (TrpDevice *device, const TrpOpCase *c, GError **error)
{
  TrpTensor inputs[2] = { { .shape = c->inputs[0] }, { .shape = c->inputs[1] } }, output = { 0 };
  const TrpOpDesc desc = { c->kind, c->attributes, 2, 1, inputs, &output };
  size_t workspace;

  g_assert_true (trp_op_class (c->kind)->infer (&desc, &output.shape, NULL));
  return trp_backend_cpu.compile (trp_device_peek_handle (device), &desc, &workspace, error);
}

static void
test_bf16_trains_not (void)
{
  g_autoptr (TrpDevice) device = open_bf16 ();
  int n = 0;

  for (int i = 0; device && i < trp_op_n_cases; i++)
    {
      g_autoptr (GError) error = NULL;

      if (trp_op_cases[i].kind != TRP_OP_conv_backward_data &&
          trp_op_cases[i].kind != TRP_OP_conv_backward_filter)
        continue;
      g_assert_null (compile_case (device, &trp_op_cases[i], &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
      n++;
    }
  g_assert_true (!device || n > 10);
}

static void
absent_child (void)
{
  g_autoptr (TrpDevice) plain = open_cpu (TRP_PRECISION_STRICT);
  g_autoptr (TrpDevice) device = open_cpu (TRP_PRECISION_BF16);
  g_autofree float *expected = dup_small_conv (plain, false);
  g_autofree float *actual = dup_small_conv (device, false);
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  g_assert_cmpstr (info.precision, ==, "float32");
  g_assert_nonnull (strstr (info.note, "AVX512-BF16"));
  g_assert_cmpmem (actual, 16 * 16 * sizeof (float), expected, 16 * 16 * sizeof (float));
}

/* oneDNN made to believe in an older CPU. */
static void
test_bf16_absent (void)
{
  g_setenv ("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_VNNI", TRUE);
  g_test_trap_subprocess ("/nn-cpu/bf16/absent/subprocess", 0, 0);
  g_unsetenv ("ONEDNN_MAX_CPU_ISA");
  g_test_trap_assert_passed ();
}

static void
test_f16 (void)
{
  const TrpDeviceOptions options = { .precision = TRP_PRECISION_F16 };
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_device_open (&trp_backend_cpu, &options, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

static void
test_engine_case (const void *data)
{
  g_autoptr (TrpDevice) cpu = open_cpu (TRP_PRECISION_DEFAULT);

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
      if (!rounds (trp_op_cases[i].kind))
        continue;
      g_autofree char *bf16 = g_strdup_printf (
        "/nn-cpu/bf16/%s/%s", trp_op_class (trp_op_cases[i].kind)->name, trp_op_cases[i].name);

      g_test_add_data_func (bf16, &trp_op_cases[i], test_bf16_operation);
    }
  g_test_add_data_func ("/nn-cpu/threads", GINT_TO_POINTER (TRP_PRECISION_DEFAULT), test_threads);
  g_test_add_data_func ("/nn-cpu/versions", GINT_TO_POINTER (TRP_PRECISION_DEFAULT), test_versions);
  g_test_add_data_func ("/nn-cpu/bf16/threads", GINT_TO_POINTER (TRP_PRECISION_BF16), test_threads);
  g_test_add_data_func ("/nn-cpu/bf16/versions", GINT_TO_POINTER (TRP_PRECISION_BF16),
                        test_versions);
  g_test_add_func ("/nn-cpu/bf16/precise", test_bf16_precise);
  g_test_add_func ("/nn-cpu/bf16/trains-not", test_bf16_trains_not);
  g_test_add_func ("/nn-cpu/bf16/absent", test_bf16_absent);
  g_test_add_func ("/nn-cpu/bf16/absent/subprocess", absent_child);
  g_test_add_func ("/nn-cpu/f16", test_f16);
  return g_test_run ();
}
