/* test-gpu-bits.c - every operation of the CUDA module gives the same bits in every run
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program runs itself with --hash, which prints a hash of the results of each case. The
 * emulated device (tests/emulate) takes threads in the order that the environment names, so a sum
 * in order of arrival or a missing barrier shows; on a real device the runs are simply two.
 */

#include "core/nn/module.h"
#include "tests/lib/op-check.h"

#include <string.h>

typedef struct
{
  const char *name;
  TrpPrecision precision;
  TrpOpHeld held;
} Mode;

static const Mode modes[] = {
  { "strict", TRP_PRECISION_STRICT, TRP_OP_HELD_FULL },
  { "bf16", TRP_PRECISION_BF16, TRP_OP_HELD_MIXED },
  { "f16", TRP_PRECISION_F16, TRP_OP_HELD_MIXED },
};

static const char *program;

static void
print_hashes (const Mode *mode, TrpDevice *device)
{
  for (int i = 0; i < trp_op_n_cases; i++)
    {
      const TrpOpCase *c = &trp_op_cases[i];

      if (trp_shape_count (c->inputs[0]) > 300000 || !trp_op_is_there (c, device))
        continue; /* seconds; reported by test-gpu */
      g_autofree char *hash = trp_op_hash (c, device, mode->held);

      g_print ("%s/%s %s\n", trp_op_class (c->kind)->name, c->name, hash);
    }
}

/* 0: printed; 77: there is no such device, and why */
static int
hash_mode (const char *name)
{
  g_autoptr (GError) error = NULL;
  const TrpBackend *module = trp_module_load (&error);

  for (size_t i = 0; module && i < G_N_ELEMENTS (modes); i++)
    if (strcmp (modes[i].name, name) == 0)
      {
        const TrpDeviceOptions options = { .precision = modes[i].precision, .deterministic = true };
        g_autoptr (TrpDevice) device = trp_device_open (module, &options, &error);

        if (!device)
          break;
        print_hashes (&modes[i], device);
        return 0;
      }
  g_print ("%s\n", error ? error->message : "no such mode");
  return 77;
}

/* What a run prints, NULL after a skip. */
static char *
run_in_order (const Mode *mode, const char *order)
{
  const char *argv[] = { program, "--hash", mode->name, NULL };
  g_auto (GStrv)
    environment = g_environ_setenv (g_get_environ (), "TRIPTYCH_EMULATE_ORDER", order, TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                &status, &error);
  g_assert_no_error (error);
  if (g_spawn_check_wait_status (status, &error))
    return g_steal_pointer (&output);
  if (!g_error_matches (error, G_SPAWN_EXIT_ERROR, 77))
    g_error ("%s: %s", order, error->message);
  g_test_skip (output);
  return NULL;
}

static void
test_same_bits (const void *data)
{
  g_autofree char *forward = run_in_order (data, "forward");
  g_autofree char *reverse = forward ? run_in_order (data, "reverse") : NULL;
  g_auto (GStrv) expected = forward ? g_strsplit (forward, "\n", -1) : NULL;
  g_auto (GStrv) actual = reverse ? g_strsplit (reverse, "\n", -1) : NULL;

  if (!actual)
    return;
  g_assert_cmpuint (g_strv_length (expected), >, 100);
  g_assert_cmpuint (g_strv_length (actual), ==, g_strv_length (expected));
  for (int i = 0; expected[i]; i++)
    g_assert_cmpstr (actual[i], ==, expected[i]);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--hash") == 0)
    return hash_mode (argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/gpu-bits/%s", modes[i].name);

      g_test_add_data_func (path, &modes[i], test_same_bits);
    }
  return g_test_run ();
}
