/* test-infer.c - running trained networks on volumes of any grid, and refusing broken models
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The networks are barely trained: what is tested is where results lie, not how good they are.
 */

#include "core/io/format.h"
#include "core/io/safetensors-writer.h"
#include "core/method/infer.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "tests/lib/tiny.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *paths[2]; /* of inference files, by TrpTrainerKind */
  char *checkpoint;
  TrpModel *models[2];
} Fixture;

static const TrpInferOptions on_cpu = { .device = "cpu" };

/* Trained once for all tests: they only read. */
static void
init_fixture (Fixture *f)
{
  static const char *const names[2] = { "mr-to-ct", "gland" };
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = trp_test_make_folder ();
  list = trp_tiny_data (f->folder);
  for (int kind = 0; kind < 2; kind++)
    {
      g_autofree char *folder = g_build_filename (f->folder, names[kind], NULL);

      f->paths[kind] = trp_tiny_train ((TrpTrainerKind) kind, list, folder);
      f->models[kind] = trp_model_load (f->paths[kind], &error);
      g_assert_no_error (error);
    }
  f->checkpoint = g_build_filename (f->folder, names[0], "checkpoint.safetensors", NULL);
}

static void
clear_fixture (Fixture *f)
{
  for (int kind = 0; kind < 2; kind++)
    {
      trp_model_unref (f->models[kind]);
      g_free (f->paths[kind]);
    }
  g_free (f->checkpoint);
  trp_test_remove_folder (f->folder);
  g_free (f->folder);
}

static TrpVolume *
synthesize (const TrpModel *model, const TrpVolume *volume, const TrpInferOptions *options)
{
  g_autoptr (GError) error = NULL;
  TrpVolume *result = trp_model_synthesize (model, volume, options, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static TrpStructureSet *
segment (const TrpModel *model, const TrpVolume *volume)
{
  g_autoptr (GError) error = NULL;
  TrpStructureSet *set = trp_model_segment (model, volume, &on_cpu, NULL, &error);

  g_assert_no_error (error);
  return set;
}

static TrpGeometry
axial (size_t nx, size_t ny, size_t nz, double spacing)
{
  return trp_geometry_axial ((const size_t[]){ nx, ny, nz },
                             (const double[]){ spacing, spacing, 3 }, trp_vec3 (-30, 12, 5));
}

/* --- which images --- */

static bool
is_taken (const TrpModel *model, int kind, TrpModality modality, bool b_to_a)
{
  const TrpGeometry grid = axial (32, 32, 1, 2);
  const TrpVolumeInfo info = { .modality = modality };
  const TrpInferOptions options = { .b_to_a = b_to_a };
  g_autoptr (TrpVolume) silent = trp_tiny_volume (&grid, kind, 0);
  g_autoptr (TrpVolume) volume = trp_volume_new_with_info (silent, &info);
  g_autoptr (GError) error = NULL;
  const bool ok = trp_model_check_input (model, volume, &options, &error);

  if (ok)
    g_assert_no_error (error);
  else
    g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  return ok;
}

/* What the file says counts, not its voxels. */
static void
test_images_of_another_kind_are_refused (const void *data)
{
  const Fixture *f = data;
  const TrpModel *synct = f->models[0], *contours = f->models[1]; /* of MR; of CT */

  g_assert_true (is_taken (synct, 1, TRP_MODALITY_MR, false));
  g_assert_false (is_taken (synct, 0, TRP_MODALITY_CT, false));
  g_assert_false (is_taken (synct, 0, TRP_MODALITY_PT, false));
  g_assert_true (is_taken (synct, 0, TRP_MODALITY_CT, true));
  g_assert_false (is_taken (synct, 1, TRP_MODALITY_MR, true));
  g_assert_true (is_taken (contours, 0, TRP_MODALITY_CT, false));
  g_assert_true (is_taken (contours, 0, TRP_MODALITY_SYNCT, false));
  g_assert_false (is_taken (contours, 1, TRP_MODALITY_MR, false));
}

/* Images that do not say what they are run, with a sentence where their values do not fit. */
static bool
is_doubted (const TrpModel *model, int kind)
{
  const TrpGeometry grid = axial (32, 32, 1, 2);
  const TrpInferOptions options = { 0 };
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, kind, 0);
  g_autofree char *doubt = trp_model_dup_doubt (model, volume, &options);

  g_assert_true (is_taken (model, kind, TRP_MODALITY_UNKNOWN, false));
  return doubt != NULL;
}

static void
test_silent_images_are_judged_by_their_air (const void *data)
{
  const Fixture *f = data;

  g_assert_false (is_doubted (f->models[0], 0));
  g_assert_true (is_doubted (f->models[0], 1));
  g_assert_false (is_doubted (f->models[1], 1));
  g_assert_true (is_doubted (f->models[1], 0));
}

/* --- grids --- */

static void
test_result_lies_on_the_grid_of_the_input (const void *data)
{
  static const size_t sizes[][3] = { { 50, 50, 1 },  { 51, 67, 2 },   { 63, 64, 5 },
                                     { 127, 81, 3 }, { 255, 256, 1 }, { 512, 509, 1 } };
  const Fixture *f = data;

  for (size_t n = 0; n < G_N_ELEMENTS (sizes); n++)
    {
      const TrpGeometry grid = axial (sizes[n][0], sizes[n][1], sizes[n][2],
                                      50. / (double) sizes[n][0]);
      g_autoptr (TrpVolume) mr = trp_tiny_volume (&grid, 0, 0);
      g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 0);
      g_autoptr (TrpVolume) synct = synthesize (f->models[0], mr, &on_cpu);
      g_autoptr (TrpStructureSet) set = segment (f->models[1], ct);
      double low, high;

      g_assert_true (trp_geometry_equal (trp_volume_get_geometry (synct), &grid));
      g_assert_true (trp_geometry_equal (trp_structure_set_get_geometry (set), &grid));
      trp_volume_get_range (synct, &low, &high);
      g_assert_true (low >= -1000 && high <= 1000); /* the ends of the HU curve */
    }
}

/* The grid whose axis @n runs along axis order[n] of @axial, against it where @flips says so. */
static TrpGeometry
reorder (const TrpGeometry *from, const int order[3], unsigned flips)
{
  TrpAffine affine = trp_affine_identity ();
  TrpVec3 corner = trp_vec3 (0, 0, 0);
  size_t size[3];
  TrpGeometry result;

  for (int n = 0; n < 3; n++)
    {
      const int a = order[n];
      const TrpVec3 column = trp_affine_column (&from->lps_from_ijk, a);
      const bool flip = flips >> n & 1;

      size[n] = from->size[a];
      trp_affine_set_column (&affine, n, flip ? trp_vec3_scale (column, -1) : column);
      if (flip)
        corner.v[a] = (double) from->size[a] - 1;
    }
  trp_affine_set_column (&affine, 3, trp_geometry_lps_from_ijk (from, corner));
  g_assert_true (trp_geometry_init (&result, size, &affine, NULL));
  return result;
}

/* Voxel of @volume that lies where voxel (i, j, k) of @axial does. */
static TrpVec3
partner (const TrpGeometry *axial_grid, const TrpGeometry *other, size_t n)
{
  const size_t *size = axial_grid->size;
  const TrpVec3 ijk = trp_vec3 ((double) (n % size[0]), (double) (n / size[0] % size[1]),
                                (double) (n / size[0] / size[1]));

  return trp_geometry_ijk_from_lps (other, trp_geometry_lps_from_ijk (axial_grid, ijk));
}

static double
value_near (const TrpVolume *volume, TrpVec3 ijk)
{
  return trp_volume_get_value (volume, lrint (ijk.v[0]), lrint (ijk.v[1]), lrint (ijk.v[2]));
}

/* One anatomy stored in 48 ways gives one result stored in 48 ways, to the bit. */
static void
test_axis_order_does_not_matter (const void *data)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const Fixture *f = data;
  const TrpGeometry grid = axial (25, 19, 4, 2);
  g_autoptr (TrpVolume) mr = trp_tiny_volume (&grid, 0, 1);
  g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 1);
  g_autoptr (TrpVolume) expected = synthesize (f->models[0], mr, &on_cpu);
  g_autoptr (TrpStructureSet) expected_set = segment (f->models[1], ct);
  const TrpMask *expected_mask = trp_structure_peek_mask (trp_structure_set_get (expected_set, 0));
  double low, high;

  trp_volume_get_range (expected, &low, &high);
  g_assert_cmpfloat (high - low, >, 5); /* else the test could not fail */
  for (int order = 0; order < 6; order++)
    for (unsigned flips = 0; flips < 8; flips++)
      {
        const TrpGeometry other = reorder (&grid, orders[order], flips);
        g_autoptr (TrpVolume) other_mr = trp_tiny_volume (&other, 0, 1);
        g_autoptr (TrpVolume) other_ct = trp_tiny_volume (&other, 1, 1);
        g_autoptr (TrpVolume) synct = synthesize (f->models[0], other_mr, &on_cpu);
        g_autoptr (TrpStructureSet) set = segment (f->models[1], other_ct);
        const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, 0));

        g_assert_true (trp_geometry_equal (trp_volume_get_geometry (synct), &other));
        g_assert_cmpuint (trp_mask_count (mask), ==, trp_mask_count (expected_mask));
        for (size_t n = 0; n < trp_geometry_count_voxels (&grid); n++)
          g_assert_cmpfloat (value_near (synct, partner (&grid, &other, n)), ==,
                             value_near (expected, partner (&grid, &grid, n)));
      }
}

/* Tilted in space, the same voxels give the same voxels. */
static void
test_oblique_grid_keeps_the_voxels (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (25, 19, 4, 2);
  g_autoptr (TrpVolume) straight = trp_tiny_volume (&grid, 0, 1);
  g_autoptr (TrpVolume) expected = synthesize (f->models[0], straight, &on_cpu);
  const double c = cos (0.3), s = sin (0.3);
  TrpAffine affine = grid.lps_from_ijk;
  TrpGeometry oblique;
  g_autoptr (TrpVolume) tilted = NULL;
  g_autoptr (TrpVolume) synct = NULL;

  trp_affine_set_column (&affine, 0, trp_vec3 (2 * c, 2 * s, 0));
  trp_affine_set_column (&affine, 1, trp_vec3 (-2 * s, 2 * c, 0));
  g_assert_true (trp_geometry_init (&oblique, grid.size, &affine, NULL));
  tilted = trp_volume_new (&oblique, TRP_VOXEL_I16, trp_volume_peek_bytes (straight), 1, 0, NULL,
                           NULL);
  synct = synthesize (f->models[0], tilted, &on_cpu);
  g_assert_true (trp_geometry_equal (trp_volume_get_geometry (synct), &oblique));
  g_assert_cmpint (
    g_bytes_compare (trp_volume_peek_bytes (synct), trp_volume_peek_bytes (expected)), ==, 0);
}

/* What a segmenter has not looked at is background, and nothing is refused. */
static void
test_segmenter_looks_at_the_middle (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (115, 115, 2, 4); /* 460 mm; the network sees 48 mm */
  g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 0);
  g_autoptr (TrpStructureSet) set = segment (f->models[1], ct);
  const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (set, 0));

  for (size_t j = 0; j < 115; j++)
    for (size_t i = 0; i < 115; i++)
      if (fabs ((double) i - 57) > 8 || fabs ((double) j - 57) > 8)
        g_assert_false (trp_mask_get (mask, i, j, 0));
}

static void
test_refuses_a_sheared_grid (const void *data)
{
  const Fixture *f = data;
  TrpGeometry grid = axial (20, 20, 3, 2), sheared;
  TrpAffine affine = grid.lps_from_ijk;
  g_autoptr (TrpVolume) volume = NULL;
  g_autoptr (GError) error = NULL;

  trp_affine_set_column (&affine, 1, trp_vec3 (1, 2, 0));
  g_assert_true (trp_geometry_init (&sheared, grid.size, &affine, NULL));
  volume = trp_tiny_volume (&sheared, 0, 0);
  g_assert_null (trp_model_synthesize (f->models[0], volume, &on_cpu, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

/* --- what is said about a result --- */

static JsonObject *
parse_object (const char *text, JsonNode **out_node)
{
  *out_node = json_from_string (text, NULL);
  g_assert_true (*out_node && JSON_NODE_HOLDS_OBJECT (*out_node));
  return json_node_get_object (*out_node);
}

/* The hash is that of GLib's own reading of the file. */
static void
test_provenance_survives_the_file (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (20, 20, 3, 2);
  g_autoptr (TrpVolume) mr = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (TrpVolume) synct = synthesize (f->models[0], mr, &on_cpu);
  g_autofree char *path = g_build_filename (f->folder, "out.nii.gz", NULL), *bytes = NULL,
                  *hash = NULL;
  g_autoptr (TrpVolume) read = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  size_t size;

  g_assert_true (trp_volume_save (synct, path, &error));
  read = trp_volume_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (f->paths[0], &bytes, &size, NULL));
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  object = parse_object (trp_volume_get_info (read)->provenance, &node);
  g_assert_cmpstr (json_object_get_string_member (object, "model"), ==, "model");
  g_assert_cmpstr (json_object_get_string_member (object, "model_sha256"), ==, hash);
  g_assert_cmpstr (json_object_get_string_member (object, "modality"), ==, "SYNCT");
  g_assert_cmpstr (json_object_get_string_member (object, "direction"), ==, "a2b");
  g_assert_null (strstr (trp_volume_get_info (read)->provenance, f->folder));
  g_assert_cmpstr (trp_volume_get_info (synct)->unit, ==, "HU");
  g_assert_cmpint (trp_volume_get_info (synct)->modality, ==, TRP_MODALITY_SYNCT);
}

static void
test_contours_are_marked_automatic (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (24, 20, 4, 2);
  g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 0);
  g_autoptr (TrpStructureSet) set = segment (f->models[1], ct);
  const TrpStructure *gland = trp_structure_set_get (set, 0);
  const TrpColor color = trp_structure_get_color (gland);

  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
  g_assert_cmpint (trp_structure_get_origin (gland), ==, TRP_ORIGIN_AUTOMATIC);
  g_assert_cmpuint (trp_structure_get_label (gland), ==, 3);
  g_assert_cmpstr (trp_structure_get_name (gland), ==, "Gland");
  g_assert_true (color.red == 10 && color.green == 20 && color.blue == 30);
  g_assert_nonnull (strstr (trp_structure_get_provenance (gland), "model_sha256"));
}

/* --- directions and weights --- */

static bool
same_voxels (const TrpVolume *a, const TrpVolume *b)
{
  return g_bytes_equal (trp_volume_peek_bytes (a), trp_volume_peek_bytes (b));
}

static void
test_other_direction_makes_an_mr (const void *data)
{
  const Fixture *f = data;
  const TrpInferOptions back = { .device = "cpu", .b_to_a = true };
  const TrpGeometry grid = axial (24, 20, 4, 2);
  g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 0);
  g_autoptr (TrpVolume) mr = synthesize (f->models[0], ct, &back);
  g_autoptr (TrpVolume) synct = synthesize (f->models[0], ct, &on_cpu);
  double low, high;

  trp_volume_get_range (mr, &low, &high);
  g_assert_true (low >= 0 && high <= 1000);
  g_assert_cmpint (trp_volume_get_info (mr)->modality, ==, TRP_MODALITY_MR);
  g_assert_nonnull (strstr (trp_volume_get_info (mr)->provenance, "b2a"));
  g_assert_false (same_voxels (mr, synct));
}

/* @volume with 200 more in all voxels of slice @k. */
static TrpVolume *
brighten_slice (const TrpVolume *volume, size_t k)
{
  const TrpGeometry *grid = trp_volume_get_geometry (volume);
  const size_t n_slice = grid->size[0] * grid->size[1], n = trp_geometry_count_voxels (grid);
  g_autofree float *values = g_new (float, n);
  g_autoptr (GBytes) bytes = NULL;

  trp_volume_copy_floats (volume, 0, n, values);
  for (size_t i = 0; i < n_slice; i++)
    values[k * n_slice + i] += 200;
  bytes = g_bytes_new (values, n * sizeof *values);
  return trp_volume_new (grid, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

/* A 2.5-D generator's slice follows its neighbours on either side and no others. */
static void
test_generator_sees_the_neighbours (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (15, 13, 6, 3);
  g_autoptr (TrpDataList) list = trp_tiny_data (f->folder);
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_CYCLEGAN);
  g_autofree char *folder = g_build_filename (f->folder, "slab", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = list, .fold = -1, .folder = folder, .device = "cpu"
  };
  g_autoptr (TrpVolume) mr = trp_tiny_volume (&grid, 0, 0), other = brighten_slice (mr, 4);
  g_autoptr (TrpVolume) before = NULL, after = NULL;
  g_autoptr (TrpModel) model = NULL;

  trp_tiny_set (recipe, "network.context=1");
  trp_tiny_set (recipe, "training.steps=1");
  trp_tiny_set (recipe, "data.mr_curve=0:-1, 2000:1"); /* else the whole volume shifts */
  g_assert_true (trp_train (&options, NULL, NULL));
  model = trp_model_load (path, NULL);
  before = synthesize (model, mr, &on_cpu);
  after = synthesize (model, other, &on_cpu);
  for (long k = 0; k < 6; k++)
    {
      bool is_same = true;

      for (long n = 0; n < 15 * 13; n++)
        is_same = is_same && trp_volume_get_value (before, n % 15, n / 15, k) ==
                               trp_volume_get_value (after, n % 15, n / 15, k);
      g_assert_true (is_same == (k < 3));
    }
}

/* The same weights with a recipe that keeps parts of a litre or more only. */
static void
test_contours_are_postprocessed (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (24, 20, 4, 2);
  g_autoptr (TrpDataList) list = trp_tiny_data (f->folder);
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = g_build_filename (f->folder, "cleaned", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = list, .fold = -1, .folder = folder, .device = "cpu"
  };
  g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 0);
  g_autoptr (TrpModel) model = NULL;
  g_autoptr (TrpStructureSet) plain = segment (f->models[1], ct), cleaned = NULL;

  trp_tiny_set (recipe, "postprocess.remove_below_ml=1000");
  g_assert_true (trp_train (&options, NULL, NULL));
  model = trp_model_load (path, NULL);
  cleaned = segment (model, ct);
  g_assert_false (trp_mask_is_empty (trp_structure_peek_mask (trp_structure_set_get (plain, 0))));
  g_assert_true (trp_mask_is_empty (trp_structure_peek_mask (trp_structure_set_get (cleaned, 0))));
}

static void
assert_second_refused (
  const TrpModel *model, const TrpVolume *ct, const TrpVolume *second, int code, const char *word)
{
  const TrpInferOptions options = { .device = "cpu", .second = second };
  g_autoptr (GError) error = NULL, asked = NULL;

  g_assert_null (trp_model_segment (model, ct, &options, NULL, &error));
  g_assert_error (error, TRP_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_false (trp_model_check_input (model, ct, &options, &asked));
  g_assert_cmpstr (asked->message, ==, error->message);
}

/* Without it, with one too many, of another kind or on another grid nothing is run; with it the
 * result follows it. */
static void
test_second_image_is_looked_at (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (24, 20, 4, 2), short_grid = axial (24, 20, 3, 2);
  const TrpVolumeInfo as_ct = { .modality = TRP_MODALITY_CT };
  g_autoptr (TrpDataList) list = trp_tiny_data (f->folder), pairs = trp_tiny_pairs (f->folder);
  g_autoptr (TrpRecipe) recipe = trp_tiny_recipe (TRP_TRAINER_SEGMENTER);
  g_autofree char *folder = g_build_filename (f->folder, "two", NULL);
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  const TrpTrainOptions options = {
    .recipe = recipe, .list = pairs, .fold = -1, .folder = folder, .device = "cpu"
  };
  g_autoptr (TrpVolume) ct = trp_tiny_volume (&grid, 1, 0), mr = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (TrpVolume) flat = brighten_slice (mr, 1), other = trp_tiny_volume (&short_grid, 0, 0);
  g_autoptr (TrpVolume) wrong = trp_volume_new_with_info (mr, &as_ct);
  g_autoptr (TrpModel) model = NULL;
  size_t counts[2];

  trp_tiny_set (recipe, "data.second=synmr");
  trp_tiny_set (recipe, "data.mr_curve=0:-1, 400:1");
  g_assert_true (trp_train (&options, NULL, NULL));
  model = trp_model_load (path, NULL);
  assert_second_refused (model, ct, NULL, TRP_ERROR_UNSUPPORTED, "give the MR");
  assert_second_refused (model, ct, wrong, TRP_ERROR_UNSUPPORTED, "something else");
  assert_second_refused (model, ct, other, TRP_ERROR_GEOMETRY, "grid of the first");
  assert_second_refused (f->models[1], ct, mr, TRP_ERROR_UNSUPPORTED, "one image");
  for (int n = 0; n < 2; n++)
    {
      const TrpInferOptions with = { .device = "cpu", .second = n ? flat : mr };
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpStructureSet) set = trp_model_segment (model, ct, &with, NULL, &error);

      g_assert_no_error (error);
      counts[n] = trp_mask_count (trp_structure_peek_mask (trp_structure_set_get (set, 0)));
    }
  g_assert_cmpuint (counts[0], !=, counts[1]);
}

/* Samples of 16 pixels cut from slices of 17, which the network cannot halve. */
static void
test_slices_need_not_be_halvable (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (15, 13, 3, 3);
  g_autoptr (TrpDataList) list = trp_tiny_data (f->folder);

  for (int kind = 0; kind < 2; kind++)
    {
      g_autoptr (TrpRecipe) recipe = trp_tiny_recipe ((TrpTrainerKind) kind);
      g_autofree char *folder = g_build_filename (f->folder, kind ? "odd-s" : "odd-c", NULL);
      g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
      const TrpTrainOptions options = {
        .recipe = recipe, .list = list, .fold = -1, .folder = folder, .device = "cpu"
      };
      g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, kind, 0);
      g_autoptr (TrpModel) model = NULL;
      g_autoptr (TrpVolume) image = NULL;
      g_autoptr (TrpStructureSet) set = NULL;
      g_autoptr (GError) error = NULL;

      trp_tiny_set (recipe, "data.size=17");
      trp_tiny_set (recipe, "data.patch=16");
      trp_tiny_set (recipe, "training.steps=1");
      g_assert_true (trp_train (&options, NULL, &error));
      model = trp_model_load (path, &error);
      g_assert_no_error (error);
      if (kind == 0)
        image = synthesize (model, volume, &on_cpu);
      else
        set = segment (model, volume);
    }
}

/* Copies @file but for the tensor @without and the metadata @without_key; @flat loses its shape.
 * All three may be NULL. */
static void
rewrite (const TrpSafetensors *file,
         const char *without,
         const char *without_key,
         const char *flat,
         const char *path)
{
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autofree const char **keys = trp_safetensors_dup_metadata_keys (file);
  g_autoptr (GError) error = NULL;

  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, n);

      if (without && strstr (view->name, without))
        continue;
      if (g_strcmp0 (view->name, flat) == 0)
        trp_safetensors_writer_add (writer, view->name, view->dtype, 1, &view->count, view->data);
      else
        trp_safetensors_writer_add (writer, view->name, view->dtype, view->n_dims, view->shape,
                                    view->data);
    }
  for (size_t n = 0; keys[n]; n++)
    if (g_strcmp0 (keys[n], without_key) != 0)
      trp_safetensors_writer_set_metadata (writer, keys[n],
                                           trp_safetensors_peek_metadata (file, keys[n]));
  g_assert_true (trp_safetensors_writer_save (writer, path, &error));
  g_assert_no_error (error);
}

static TrpVolume *
synthesize_with (const char *path, const TrpVolume *volume, bool raw)
{
  const TrpInferOptions options = { .device = "cpu", .raw = raw };
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_model_load (path, &error);

  g_assert_no_error (error);
  return synthesize (model, volume, &options);
}

/* A checkpoint gives the inference file's result; without its averages, or with --raw, that of the
 * last step. Averages are made unlike the weights by taking those of the other direction. */
static void
test_averages_are_used_unless_raw (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (24, 20, 4, 2);
  g_autoptr (TrpVolume) mr = trp_tiny_volume (&grid, 0, 0);
  g_autofree char *changed = g_build_filename (f->folder, "changed.safetensors", NULL);
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (f->checkpoint, NULL);
  g_autoptr (TrpSafetensorsWriter) writer = trp_safetensors_writer_new ();
  g_autoptr (TrpVolume) inference = synthesize (f->models[0], mr, &on_cpu);
  g_autoptr (TrpVolume) checkpoint = synthesize_with (f->checkpoint, mr, false);
  g_autoptr (TrpVolume) averages = NULL, last = NULL;

  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, n), *from = view;
      g_autofree char *other = NULL;

      if (g_str_has_prefix (view->name, "ema.G_A."))
        {
          other = g_strconcat ("ema.G_B.", view->name + strlen ("ema.G_A."), NULL);
          from = trp_safetensors_find (file, other);
        }
      trp_safetensors_writer_add (writer, view->name, view->dtype, view->n_dims, view->shape,
                                  from->data);
    }
  trp_safetensors_writer_set_metadata (writer, "format",
                                       trp_safetensors_peek_metadata (file, "format"));
  trp_safetensors_writer_set_metadata (writer, "recipe",
                                       trp_safetensors_peek_metadata (file, "recipe"));
  g_assert_true (trp_safetensors_writer_save (writer, changed, NULL));
  averages = synthesize_with (changed, mr, false);
  last = synthesize_with (changed, mr, true);
  g_assert_true (same_voxels (inference, checkpoint));
  g_assert_false (same_voxels (averages, last));
  g_assert_true (same_voxels (last, checkpoint)); /* after 20 steps both are the same weights */
}

/* --- refusing --- */

static void
test_refuses_the_wrong_kind_of_model (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (20, 20, 3, 2);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (GError) image = NULL;
  g_autoptr (GError) contour = NULL;

  g_assert_null (trp_model_synthesize (f->models[1], volume, &on_cpu, NULL, &image));
  g_assert_error (image, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (image->message, "use segment"));
  g_assert_null (trp_model_segment (f->models[0], volume, &on_cpu, NULL, &contour));
  g_assert_error (contour, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (contour->message, "use synthesize"));
}

/* Loading or running @path fails with one sentence that has both words. */
static void
assert_message (const char *path, const char *name, const char *word)
{
  const TrpGeometry grid = axial (20, 20, 3, 2);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_model_load (path, &error);

  g_assert_true ((model == NULL) == (error != NULL));
  if (model)
    g_assert_null (trp_model_synthesize (model, volume, &on_cpu, NULL, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, name));
  g_assert_null (strchr (error->message, '\n'));
}

static void
assert_broken (const char *path, const char *word)
{
  assert_message (path, "broken", word);
}

static void
test_refuses_broken_models (const void *data)
{
  const Fixture *f = data;
  g_autofree char *path = g_build_filename (f->folder, "broken.safetensors", NULL), *bytes = NULL;
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (f->paths[0], NULL);
  size_t size;

  g_assert_true (g_file_get_contents (f->paths[0], &bytes, &size, NULL));
  for (size_t n = 0; n < 24; n++)
    {
      g_assert_true (g_file_set_contents (path, bytes, (gssize) (size * n / 24), NULL));
      assert_broken (path, "");
    }
  rewrite (file, NULL, "recipe", NULL, path);
  assert_broken (path, "recipe");
  rewrite (file, NULL, "format", NULL, path);
  assert_broken (path, "no model of this program");
  rewrite (file, "G_A.model.1.weight", NULL, NULL, path);
  assert_broken (path, "G_A.model.1.weight");
  rewrite (file, NULL, NULL, "G_A.model.1.weight", path);
  assert_broken (path, "G_A.model.1.weight");
}

/* Rectifiers turn NAN into 0: without a look at the weights the result would seem sound. */
static void
test_refuses_weights_that_are_no_numbers (const void *data)
{
  static const float bad[] = { NAN, INFINITY };
  const Fixture *f = data;
  g_autofree char *path = g_build_filename (f->folder, "spoilt.safetensors", NULL), *bytes = NULL;
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (f->paths[0], NULL);
  const TrpTensorView *first = trp_safetensors_peek_tensor (file, 0);
  const TrpTensorView *view = trp_safetensors_find (file, "G_A.model.1.weight");
  size_t size, start;

  g_assert_true (g_file_get_contents (f->paths[0], &bytes, &size, NULL));
  for (size_t n = 1; n < trp_safetensors_get_n_tensors (file); n++)
    if (trp_safetensors_peek_tensor (file, n)->data < first->data)
      first = trp_safetensors_peek_tensor (file, n);
  start = 8 + GUINT64_FROM_LE (*(const guint64 *) (const void *) bytes);
  for (size_t n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      memcpy (bytes + start + (view->data - first->data), &bad[n], sizeof bad[n]);
      g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
      assert_message (path, "spoilt", "G_A.model.1.weight");
    }
}

static void
test_cancelled_run_gives_nothing (const void *data)
{
  const Fixture *f = data;
  const TrpGeometry grid = axial (20, 20, 3, 2);
  g_autoptr (TrpVolume) volume = trp_tiny_volume (&grid, 0, 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TrpProgress progress = { .cancellable = cancellable, .end = 1 };
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (trp_model_synthesize (f->models[0], volume, &on_cpu, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  Fixture fixture;
  int status;

  g_test_init (&argc, &argv, NULL);
  init_fixture (&fixture);
  g_test_add_data_func ("/infer/result-lies-on-the-grid-of-the-input", &fixture,
                        test_result_lies_on_the_grid_of_the_input);
  g_test_add_data_func ("/infer/axis-order-does-not-matter", &fixture,
                        test_axis_order_does_not_matter);
  g_test_add_data_func ("/infer/oblique-grid-keeps-the-voxels", &fixture,
                        test_oblique_grid_keeps_the_voxels);
  g_test_add_data_func ("/infer/images-of-another-kind-are-refused", &fixture,
                        test_images_of_another_kind_are_refused);
  g_test_add_data_func ("/infer/silent-images-are-judged-by-their-air", &fixture,
                        test_silent_images_are_judged_by_their_air);
  g_test_add_data_func ("/infer/segmenter-looks-at-the-middle", &fixture,
                        test_segmenter_looks_at_the_middle);
  g_test_add_data_func ("/infer/refuses-a-sheared-grid", &fixture, test_refuses_a_sheared_grid);
  g_test_add_data_func ("/infer/provenance-survives-the-file", &fixture,
                        test_provenance_survives_the_file);
  g_test_add_data_func ("/infer/contours-are-marked-automatic", &fixture,
                        test_contours_are_marked_automatic);
  g_test_add_data_func ("/infer/other-direction-makes-an-mr", &fixture,
                        test_other_direction_makes_an_mr);
  g_test_add_data_func ("/infer/generator-sees-the-neighbours", &fixture,
                        test_generator_sees_the_neighbours);
  g_test_add_data_func ("/infer/contours-are-postprocessed", &fixture,
                        test_contours_are_postprocessed);
  g_test_add_data_func ("/infer/second-image-is-looked-at", &fixture,
                        test_second_image_is_looked_at);
  g_test_add_data_func ("/infer/averages-are-used-unless-raw", &fixture,
                        test_averages_are_used_unless_raw);
  g_test_add_data_func ("/infer/refuses-the-wrong-kind-of-model", &fixture,
                        test_refuses_the_wrong_kind_of_model);
  g_test_add_data_func ("/infer/refuses-broken-models", &fixture, test_refuses_broken_models);
  g_test_add_data_func ("/infer/refuses-weights-that-are-no-numbers", &fixture,
                        test_refuses_weights_that_are_no_numbers);
  g_test_add_data_func ("/infer/slices-need-not-be-halvable", &fixture,
                        test_slices_need_not_be_halvable);
  g_test_add_data_func ("/infer/cancelled-run-gives-nothing", &fixture,
                        test_cancelled_run_gives_nothing);
  status = g_test_run ();
  clear_fixture (&fixture);
  return status;
}
