/* fuzz-nifti.c - arbitrary bytes as a NIfTI file, gzip or not
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is accepted has a grid that can be inverted, voxels that can all be read, and can be
 * written again.
 */

#include "core/io/nifti.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GBytes) file = g_bytes_new (bytes, size);
  g_autoptr (TrpVolume) volume = trp_nifti_parse (file, file, size % 3 == 0 ? 1 : 0, NULL);
  g_autoptr (GBytes) written = NULL;
  double low, high;

  if (!volume)
    return 0;
  trp_volume_get_range (volume, &low, &high);
  g_assert (!(low > high));
  g_assert (isfinite (trp_geometry_get_voxel_volume (trp_volume_get_geometry (volume))));
  written = trp_nifti_write (volume, TRP_NIFTI_SINGLE, NULL);
  return 0;
}
