/* tiny.c - see tiny.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/tiny.h"

#include "core/io/format.h"

#include <math.h>

static double
value_at (int kind, TrpVec3 point, double shift)
{
  static const double outside[] = { 20, -1000, 0 }, body[] = { 700, -90, 0 },
                      insert[] = { 350, 60, 3 };
  const double x = point.v[0], y = point.v[1], z = point.v[2];

  if (hypot (x / 20, y / 16) > 1)
    return outside[kind];
  if (hypot ((x - 4 - shift) / 7, (y + 3) / 5) <= 1)
    return insert[kind];
  return body[kind] + (kind == 2 ? 0 : 10 * sin (x + 0.7 * y + z));
}

TrpVolume *
trp_tiny_volume (const TrpGeometry *geometry, int kind, double shift)
{
  const size_t n = trp_geometry_count_voxels (geometry);
  const size_t *size = geometry->size;
  const TrpVec3 center = trp_geometry_get_center (geometry);
  int16_t *voxels = g_new (int16_t, n);
  g_autoptr (GBytes) bytes = NULL;
  TrpVolume *volume;

  for (size_t i = 0; i < n; i++)
    {
      const TrpVec3 ijk = trp_vec3 ((double) (i % size[0]), (double) (i / size[0] % size[1]),
                                    (double) (i / size[0] / size[1]));
      const TrpVec3 point = trp_vec3_subtract (trp_geometry_lps_from_ijk (geometry, ijk), center);

      voxels[i] = (int16_t) lrint (value_at (kind, point, shift));
    }
  bytes = g_bytes_new_take (voxels, n * sizeof *voxels);
  volume = trp_volume_new (geometry, TRP_VOXEL_I16, bytes, 1, 0, NULL, NULL);
  g_assert_nonnull (volume);
  return volume;
}

static void
write_volume (const char *folder, const char *name, int kind, double shift)
{
  const TrpGeometry grid = trp_geometry_axial ((const size_t[]){ 24, 20, 4 },
                                               (const double[]){ 2, 2, 3 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, kind, shift);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_volume_save (volume, path, &error));
  g_assert_no_error (error);
}

TrpDataList *
trp_tiny_data (const char *folder)
{
  static const char cases[] = "case,mr,ct,mr_structures,ct_structures,fold\n"
                              "M1,m1.nii,,l1.nii,,0\nM2,m2.nii,,l2.nii,,1\n"
                              "C1,,c1.nii,,k1.nii,0\nC2,,c2.nii,,k2.nii,1\n";
  static const struct
  {
    const char *name;
    int kind;
    double shift;
  } files[] = { { "m1.nii", 0, 0 }, { "l1.nii", 2, 0 }, { "m2.nii", 0, -5 }, { "l2.nii", 2, -5 },
                { "c1.nii", 1, 2 }, { "k1.nii", 2, 2 }, { "c2.nii", 1, -8 }, { "k2.nii", 2, -8 } };
  g_autofree char *labels_path = g_build_filename (folder, "labels.csv", NULL);
  g_autofree char *path = g_build_filename (folder, "cases.csv", NULL);
  g_autoptr (GError) error = NULL;
  TrpDataList *list;

  for (size_t n = 0; n < G_N_ELEMENTS (files); n++)
    write_volume (folder, files[n].name, files[n].kind, files[n].shift);
  g_assert_true (
    g_file_set_contents (labels_path, "value,name,red,green,blue\n3,Gland,10,20,30\n", -1, NULL));
  g_assert_true (g_file_set_contents (path, cases, -1, NULL));
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  return list;
}

TrpDataList *
trp_tiny_pairs (const char *folder)
{
  static const char cases[] = "case,ct,synmr,ct_structures,fold\n"
                              "C1,c1.nii,m1.nii,k1.nii,0\nC2,c2.nii,m2.nii,k2.nii,1\n";
  g_autofree char *path = g_build_filename (folder, "pairs.csv", NULL);
  g_autoptr (GError) error = NULL;
  TrpDataList *list;

  g_assert_true (g_file_set_contents (path, cases, -1, NULL));
  list = trp_data_list_load (path, &error);
  g_assert_no_error (error);
  return list;
}

void
trp_tiny_set (TrpRecipe *recipe, const char *assignment)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_recipe_set (recipe, assignment, &error));
  g_assert_no_error (error);
}

TrpRecipe *
trp_tiny_recipe (TrpTrainerKind kind)
{
  static const char *const assignments[] = {
    "data.size=16",
    "data.spacing=3",
    "training.steps=20",
    "training.threads=1",
    "output.log_every=3",
    "output.preview_every=0",
    "output.save_every=0",
    "generator=resnet-1",
    "generator_filters=3",
    "generator_downs=1",
    "generator_upsample=nearest",
    "discriminator_filters=3",
    "discriminator_layers=1",
    "training.pool=4",
    "loss.gc=0.5",
    "loss.gc_start=4",
    "loss.gc_ramp=8",
    "loss.identity=0.1",
    "segmenter_filters=3",
    "segmenter_levels=2",
    "critic.filters=3",
    "critic.layers=2",
    "critic.features=6",
    "data.source=ct",
    "data.labels=3",
    "training.batch=2",
    "training.learning_rate=0.002",
  };
  TrpRecipe *recipe = trp_recipe_new (kind);

  for (size_t n = 0; n < G_N_ELEMENTS (assignments); n++)
    trp_tiny_set (recipe, assignments[n]);
  g_assert_true (trp_recipe_check (recipe, NULL));
  return recipe;
}

char *
trp_tiny_train (TrpTrainerKind kind, const TrpDataList *list, const char *folder)
{
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (kind);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = (TrpDataList *) list, .fold = -1, .folder = folder, .device = "cpu"
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_train (&options, NULL, &error));
  g_assert_no_error (error);
  return g_build_filename (folder, "model.safetensors", NULL);
}
