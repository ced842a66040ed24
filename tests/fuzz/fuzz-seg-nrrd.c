/* fuzz-seg-nrrd.c - arbitrary bytes as an NRRD segmentation
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is accepted has a grid that can be inverted, structures with labels of their own, layers
 * that can be read as images, and can be written again with the same number of voxels in each.
 */

#include "core/io/seg-nrrd.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

static void
write_again (const TrpStructureSet *set)
{
  g_autoptr (GBytes) written = trp_seg_nrrd_write (set, NULL);
  g_autoptr (TrpStructureSet) again = written ? trp_seg_nrrd_parse (written, NULL, NULL) : NULL;

  if (!again) /* sheared, or a text too long */
    return;
  g_assert (trp_structure_set_get_size (again) == trp_structure_set_get_size (set));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    g_assert (trp_mask_equal (trp_structure_peek_mask (trp_structure_set_get (again, n)),
                              trp_structure_peek_mask (trp_structure_set_get (set, n))));
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GBytes) file = g_bytes_new (bytes, size);
  g_autoptr (TrpStructureSet) set = trp_seg_nrrd_parse (file, NULL, NULL);
  g_autoptr (TrpVolume) layer = trp_seg_nrrd_parse_layer (file, NULL, size % 3, NULL);

  (void) trp_seg_nrrd_looks_like (bytes, size);
  if (set)
    {
      const TrpGeometry *geometry = trp_structure_set_get_geometry (set);

      g_assert (isfinite (trp_geometry_get_voxel_volume (geometry)));
      write_again (set);
    }
  return 0;
}
