/* volumes.c - see volumes.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/volumes.h"

#include "core/io/format.h"
#include "tests/lib/check.h"

#include <string.h>

TrpVolume *
trp_test_save_and_load (const TrpVolume *volume, const char *name)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  TrpVolume *loaded;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_assert_no_error (error);
  loaded = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  trp_test_remove_folder (folder);
  return loaded;
}

void
trp_test_assert_same_volume (const TrpVolume *a, const TrpVolume *b)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (a);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_geometry_check_equal (geometry, trp_volume_get_geometry (b), &error));
  g_assert_no_error (error);
  g_assert_cmpint (trp_volume_get_voxel_type (a), ==, trp_volume_get_voxel_type (b));
  g_assert_cmpfloat (trp_volume_get_slope (a), ==, trp_volume_get_slope (b));
  g_assert_cmpfloat (trp_volume_get_intercept (a), ==, trp_volume_get_intercept (b));
  g_assert_cmpint (memcmp (trp_volume_peek_voxels (a), trp_volume_peek_voxels (b),
                           trp_geometry_count_voxels (geometry) *
                             trp_voxel_type_get_size (trp_volume_get_voxel_type (a))),
                   ==, 0);
}
