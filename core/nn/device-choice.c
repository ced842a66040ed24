/* device-choice.c - see device-choice.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/device-choice.h"

#include "core/base/parallel.h"

#include <string.h>

bool
trp_precision_parse (const char *text, TrpPrecision *out_precision, GError **error)
{
  static const char *const names[] = { "default", "strict", "bf16", "f16" };

  for (int i = 0; i < (int) G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      {
        *out_precision = (TrpPrecision) i;
        return true;
      }
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "There is no precision \"%s\"; use default, strict, bf16 or f16", text);
  return false;
}

TrpDevice *
trp_device_choose (const char *name,
                   const TrpDeviceOptions *options,
                   char **out_note,
                   GError **error)
{
  const bool is_auto = strcmp (name, "auto") == 0;
  static const TrpDeviceOptions defaults = { .deterministic = true };
  const int n_threads = options ? options->n_threads : 0;
  TrpDevice *device;

  if (g_str_has_prefix (name, "cuda"))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_DEVICE,
                           "This version has no CUDA module; use --device cpu");
      return NULL;
    }
  if (strcmp (name, "reference") == 0)
    {
      *out_note = g_strdup ("Reference device: plain C in double, slow");
      return trp_device_open (&trp_backend_reference, options ? options : &defaults, error);
    }
  if (!is_auto && strcmp (name, "cpu") != 0)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "There is no device \"%s\"; use auto or cpu", name);
      return NULL;
    }
  device = trp_device_open (&trp_backend_cpu, options ? options : &defaults, error);
  if (device)
    *out_note = g_strdup_printf (is_auto ? "CPU, %d threads: this version has no CUDA module"
                                         : "CPU, %d threads",
                                 n_threads > 0 ? n_threads : trp_parallel_get_threads ());
  return device;
}
