/* window-presets.c - see window-presets.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/preprocess/window-presets.h"

#include <string.h>

static const struct
{
  const char *name;
  double low, high;
} presets[] = {
  { "soft-tissue", -500, 500 }, /* Liu et al. 2019 */
  { "head", -135, 215 },        /* level 40, width 350: Kieselmann et al. 2021 */
  { "synthrad", -1024, 3000 },  /* range of the SynthRAD2023 challenge */
};

bool
trp_window_preset_get (int index, double *out_low, double *out_high)
{
  if (index < 0 || index >= (int) G_N_ELEMENTS (presets))
    return false;
  *out_low = presets[index].low;
  *out_high = presets[index].high;
  return true;
}

bool
trp_window_preset_find (const char *name, double *out_low, double *out_high)
{
  for (size_t n = 0; n < G_N_ELEMENTS (presets); n++)
    if (strcmp (presets[n].name, name) == 0)
      return trp_window_preset_get ((int) n, out_low, out_high);
  return false;
}
