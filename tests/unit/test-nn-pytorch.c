/* test-nn-pytorch.c - operations, training steps of a U-Net and other updates against PyTorch 1.13
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reference and CPU back end are held against tests/golden.
 */

#include "tests/lib/golden.h"

/* Of the largest expected value. Golden values and outputs are rounded to float32, 6e-8 each; the
 * reference adds nothing to that. The CPU's sums are in float32: up to some hundred terms here.
 * Adam steps keep that: what cancels below it is small beside the largest weight. */
#define TOLERANCE_REFERENCE 5e-7
#define TOLERANCE_CPU 1e-5
/* After five Adam steps. PyTorch itself, in double, ends up to 3e-5 elsewhere when its first
 * weights are changed by 1e-7: ReLU and L1 have kinks, and Adam divides small gradients by their
 * own size. The reference, in double, has no such noise and is held to the tolerance above. */
#define TOLERANCE_STEPS 1e-3

typedef struct
{
  const TrpBackend *backend;
  const char *name;
  double tolerance, step_tolerance;
} Target;

static const Target targets[] = {
  { &trp_backend_reference, "reference", TOLERANCE_REFERENCE, TOLERANCE_REFERENCE },
  { &trp_backend_cpu, "cpu", TOLERANCE_CPU, TOLERANCE_STEPS },
};

static TrpDevice *
open_target (const Target *target)
{
  g_autoptr (GError) error = NULL;
  TrpDevice *device = trp_device_open (target->backend, NULL, &error);

  g_test_message ("%s", target->name);
  g_assert_no_error (error);
  return device;
}

static void
test_operation (const void *data)
{
  for (size_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (TrpDevice) device = open_target (&targets[i]);

      trp_golden_check_operation (GPOINTER_TO_INT (data), device, targets[i].tolerance);
    }
}

static void
test_unet (const void *data)
{
  const Target *target = data;
  g_autoptr (TrpDevice) device = open_target (target);

  trp_golden_check_unet (device, target->tolerance, target->step_tolerance);
}

static void
test_rmsprop (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (TrpDevice) device = open_target (&targets[i]);

      trp_golden_check_rmsprop (device, targets[i].tolerance);
    }
}

static void
test_spectral (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (TrpDevice) device = open_target (&targets[i]);

      trp_golden_check_spectral (device, targets[i].tolerance);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (int i = 0; i < trp_golden_get_n_operations (); i++)
    {
      g_autofree char *path = g_strconcat ("/nn-pytorch/", trp_golden_get_operation (i), NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_operation);
    }
  g_test_add_func ("/nn-pytorch/complete", trp_golden_check_complete);
  g_test_add_func ("/nn-pytorch/rmsprop", test_rmsprop);
  g_test_add_func ("/nn-pytorch/spectral-norm", test_spectral);
  for (size_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *unet = g_strconcat ("/nn-pytorch/unet/", targets[i].name, NULL);

      g_test_add_data_func (unet, &targets[i], test_unet);
    }
  return g_test_run ();
}
