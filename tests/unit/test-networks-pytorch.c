/* test-networks-pytorch.c - networks and whole CycleGAN steps against PyTorch
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both back ends of the host: doubles agree to what a file of floats can hold, float32 to rounding.
 */

#include "tests/lib/golden.h"

typedef struct
{
  const char *name;
  const TrpBackend *backend;
  double tolerance; /* of the largest element */
} Engine;

/* The file's floats round at 6e-8; sums in another order stay below that. Float32 through a dozen
 * layers and back loses two digits. */
static const Engine engines[] = {
  { "reference", &trp_backend_reference, 2e-7 },
  { "cpu", &trp_backend_cpu, 2e-5 },
};

static TrpDevice *
open_engine (const Engine *engine)
{
  g_autoptr (GError) error = NULL;
  TrpDevice *device = trp_device_open (engine->backend, NULL, &error);

  g_test_message ("%s", engine->name);
  g_assert_no_error (error);
  return device;
}

static void
test_network (const void *data)
{
  for (size_t i = 0; i < G_N_ELEMENTS (engines); i++)
    {
      g_autoptr (TrpDevice) device = open_engine (&engines[i]);

      trp_golden_check_network (GPOINTER_TO_INT (data), device, engines[i].tolerance);
    }
}

static void
test_cyclegan (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (engines); i++)
    {
      g_autoptr (TrpDevice) device = open_engine (&engines[i]);

      trp_golden_check_cyclegan (device, engines[i].tolerance);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < trp_golden_get_n_networks (); i++)
    {
      g_autofree char *path = g_strconcat ("/networks-pytorch/", trp_golden_get_network (i), NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_network);
    }
  g_test_add_func ("/networks-pytorch/cyclegan-five-steps", test_cyclegan);
  return g_test_run ();
}
