/* steps.c - whole training steps on the CUDA module: capture, determinism, resuming, late reads,
 * PyTorch's values
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/gpu/gpu-test.h"

#include "core/nn/self-test.h"
#include "tests/gpu/training.h"
#include "tests/lib/golden.h"
#include "tests/lib/nn-cases.h"

#include <math.h>

#define N_STEPS 7 /* two plain ones, the one that is captured, four replayed */

static int n_replayed;

static bool
count_begin_step (void *device, const void *step, bool *out_replayed, GError **error)
{
  const bool done = trp_gpu_test_backend ()->begin_step (device, step, out_replayed, error);

  n_replayed += *out_replayed;
  return done;
}

/* A device whose table differs from the module's: with steps that are counted, or never captured.
 */
static TrpDevice *
open_variant (const TrpGpuMode *mode, TrpBackend *table, bool captures)
{
  const TrpDeviceOptions options = { .precision = mode->precision, .deterministic = true };
  g_autoptr (GError) error = NULL;
  TrpDevice *device;

  *table = *trp_gpu_test_backend ();
  table->begin_step = captures ? count_begin_step : NULL;
  table->end_step = captures ? table->end_step : NULL;
  device = trp_device_open (table, &options, &error);
  g_assert_no_error (error);
  return device;
}

static char *
hash_after_steps (TrpDevice *device, int n)
{
  g_autoptr (TrpTraining) training = trp_training_new (device);

  trp_training_run (training, 0, n);
  return trp_training_hash (training);
}

/* A graph that is replayed computes the bits that single launches compute. */
static void
test_capture (const void *data)
{
  const TrpGpuMode *mode = data;
  g_autoptr (TrpDevice) probe = trp_gpu_test_open (mode);
  g_autoptr (TrpDevice) capturing = NULL;
  g_autoptr (TrpDevice) plain = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *actual = NULL;
  TrpBackend capturing_table, plain_table;
  TrpDeviceInfo info;

  if (!probe)
    return;
  capturing = open_variant (mode, &capturing_table, true);
  plain = open_variant (mode, &plain_table, false);
  n_replayed = 0;
  actual = hash_after_steps (capturing, N_STEPS);
  expected = hash_after_steps (plain, N_STEPS);
  g_assert_cmpstr (actual, ==, expected);
  trp_device_get_info (capturing, &info);
  g_assert_cmpstr (info.note, ==, "");
  g_assert_cmpint (n_replayed, ==, N_STEPS - 3);
}

static void
test_two_runs (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  g_autofree char *one = device ? hash_after_steps (device, N_STEPS) : NULL;
  g_autofree char *two = device ? hash_after_steps (device, N_STEPS) : NULL;

  g_assert_cmpstr (one, ==, two);
}

/* Seven steps are three, a checkpoint, and four on a device that is opened anew. */
static void
test_resume (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  g_autoptr (TrpDevice) second = device ? trp_gpu_test_open (data) : NULL;
  g_autoptr (TrpTraining) before = NULL;
  g_autoptr (TrpTraining) after = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *actual = NULL;

  if (!second)
    return;
  before = trp_training_new (device);
  after = trp_training_new (second);
  trp_training_run (before, 0, 3);
  trp_training_copy_state (after, before);
  trp_training_run (after, 3, N_STEPS);
  actual = trp_training_hash (after);
  expected = hash_after_steps (device, N_STEPS);
  g_assert_cmpstr (actual, ==, expected);
}

/* Losses that are asked for now and read two steps later are those of their own step. */
static void
test_late_reads (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  g_autoptr (TrpTraining) late = NULL;
  g_autoptr (TrpTraining) prompt = NULL;
  float expected[N_STEPS], actual;

  if (!device)
    return;
  late = trp_training_new (device);
  prompt = trp_training_new (device);
  for (int i = 0; i < N_STEPS; i++)
    {
      trp_training_run (prompt, i, i + 1);
      expected[i] = trp_training_get_loss (prompt);
      g_assert_true (i == 0 || expected[i] != expected[i - 1]);
    }
  for (int i = 0; i < N_STEPS; i++)
    {
      trp_training_run (late, i, i + 1);
      g_assert_true (trp_program_begin_read (late->program, &late->loss, 1, NULL));
      if (i < 2)
        continue;
      g_assert_true (trp_program_finish_read (late->program, &actual, NULL));
      g_assert_true (actual == expected[i - 2]);
    }
  g_assert_cmpint (trp_program_get_n_reads (late->program), ==, 2); /* dropped with the program */
}

/* More programs than graphs are kept: each goes on with its own numbers. */
static void
test_many_programs (const void *data)
{
  TrpTraining *trainings[5];
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  g_autofree char *expected = device ? hash_after_steps (device, N_STEPS) : NULL;

  if (!device)
    return;
  for (int k = 0; k < 5; k++)
    trainings[k] = trp_training_new (device);
  for (int i = 0; i < N_STEPS; i++)
    for (int k = 0; k < 5; k++)
      trp_training_run (trainings[k], i, i + 1);
  for (int k = 0; k < 5; k++)
    {
      g_autofree char *actual = trp_training_hash (trainings[k]);

      g_assert_cmpstr (actual, ==, expected);
      trp_training_free (trainings[k]);
    }
}

/* A precision stays near strict float32, for a few steps: Adam turns the smallest
 * gradients into whole steps, so that later losses drift apart in any precision. */
static void
test_near_strict (const void *data)
{
  const TrpGpuMode *mode = data;
  g_autoptr (TrpDevice) device = trp_gpu_test_open (mode);
  g_autoptr (TrpDevice) strict = device ? trp_gpu_test_open (&trp_gpu_modes[0]) : NULL;
  g_autoptr (TrpTraining) actual = NULL;
  g_autoptr (TrpTraining) expected = NULL;

  if (!strict)
    return;
  actual = trp_training_new (device);
  expected = trp_training_new (strict);
  for (int i = 0; i < 3; i++)
    {
      trp_training_run (actual, i, i + 1);
      trp_training_run (expected, i, i + 1);
      g_test_message ("step %d: %g, strict %g", i, (double) trp_training_get_loss (actual),
                      (double) trp_training_get_loss (expected));
      g_assert_cmpfloat (
        fabsf (trp_training_get_loss (actual) / trp_training_get_loss (expected) - 1), <=,
        10 * mode->tolerance);
    }
}

/* What the choice of a device asks of it. */
static void
test_self_test (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (data);
  g_autoptr (GError) error = NULL;

  if (!device)
    return;
  g_assert_true (trp_device_test (device, &error) || error);
  g_assert_no_error (error);
}

/* Small graphs with their gradients, planned into one arena. */
static void
test_engine (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_nn_case_check (data, device, trp_gpu_modes[0].tolerance);
}

/* The CPU's tolerances (test-nn-pytorch.c, test-networks-pytorch.c): float32 is float32. */
static void
test_golden_operation (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_golden_check_operation (GPOINTER_TO_INT (data), device, 1e-5);
}

static void
test_golden_network (const void *data)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_golden_check_network (GPOINTER_TO_INT (data), device, 2e-5);
}

static void
test_golden_unet (void)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_golden_check_unet (device, 1e-5, 1e-3);
}

static void
test_golden_rmsprop (void)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_golden_check_rmsprop (device, 1e-5);
}

static void
test_golden_spectral (void)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_golden_check_spectral (device, 1e-5);
}

static void
test_golden_cyclegan (void)
{
  g_autoptr (TrpDevice) device = trp_gpu_test_open (&trp_gpu_modes[0]);

  if (device)
    trp_golden_check_cyclegan (device, 2e-5);
}

static void
add (const TrpGpuMode *mode, const char *name, GTestDataFunc function)
{
  g_autofree char *path = g_strdup_printf ("/gpu/steps/%s/%s", mode->name, name);

  g_test_add_data_func (path, mode, function);
}

static void
add_golden (void)
{
  for (int i = 0; i < trp_golden_get_n_operations (); i++)
    {
      g_autofree char *path = g_strconcat ("/gpu/pytorch/", trp_golden_get_operation (i), NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_golden_operation);
    }
  for (int i = 0; i < trp_golden_get_n_networks (); i++)
    {
      g_autofree char *path = g_strconcat ("/gpu/pytorch/network-", trp_golden_get_network (i),
                                           NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_golden_network);
    }
  g_test_add_func ("/gpu/pytorch/unet-five-steps", test_golden_unet);
  g_test_add_func ("/gpu/pytorch/rmsprop-five-steps", test_golden_rmsprop);
  g_test_add_func ("/gpu/pytorch/spectral-norm-three-steps", test_golden_spectral);
  g_test_add_func ("/gpu/pytorch/cyclegan-five-steps", test_golden_cyclegan);
}

void
trp_gpu_add_step_tests (void)
{
  for (int i = 0; i < trp_gpu_n_modes; i++)
    {
      const TrpGpuMode *mode = &trp_gpu_modes[i];

      add (mode, "capture", test_capture);
      add (mode, "two-runs", test_two_runs);
      add (mode, "resume", test_resume);
      add (mode, "late-reads", test_late_reads);
      add (mode, "many-programs", test_many_programs);
      add (mode, "near-strict", test_near_strict);
      add (mode, "self-test", test_self_test);
    }
  for (int i = 0; i < trp_nn_n_cases; i++)
    {
      g_autofree char *path = g_strconcat ("/gpu/engine/", trp_nn_cases[i].name, NULL);

      g_test_add_data_func (path, &trp_nn_cases[i], test_engine);
    }
  add_golden ();
}
