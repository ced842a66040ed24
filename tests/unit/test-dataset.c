/* test-dataset.c - augmentation and batches
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/method/dataset.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

#define SIDE 64

static const TrpAugment all = { .flip = true,
                                .rotation_deg = 30,
                                .scale = 0.2,
                                .shift = 0.1,
                                .crop_min = 0.6,
                                .gain = 0.1,
                                .offset = 0.1,
                                .noise = 0.05 };
static const TrpAugment geometric = {
  .flip = true, .rotation_deg = 30, .scale = 0.2, .shift = 0.1, .crop_min = 0.6
};
static const TrpAugment none = { .crop_min = 1 };
static const size_t square[2] = { SIDE, SIDE };

/* An ellipse off the middle, 1 inside and -1 outside. */
static bool
in_ellipse (double x, double y)
{
  const double u = (x - 36) / 17, v = (y - 29) / 9;

  return u * u + v * v < 1;
}

static void
make_slice (float *image, uint8_t *labels)
{
  for (size_t n = 0; n < SIDE * SIDE; n++)
    {
      labels[n] = in_ellipse ((double) (n % SIDE), (double) (n / SIDE));
      image[n] = labels[n] ? 1 : -1;
    }
}

static void
test_draw_depends_on_its_key_alone (void)
{
  const TrpAugmentDraw a = trp_augment_draw (&all, 1, 2, 3, square, square);
  TrpAugmentDraw b = trp_augment_draw (&all, 1, 2, 4, square, square);

  g_assert_cmpfloat (fabs (a.in_from_out[0][0] - b.in_from_out[0][0]), >, 0);
  b = trp_augment_draw (&all, 1, 2, 3, square, square);
  g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
  b = trp_augment_draw (&all, 1, 3, 3, square, square);
  g_assert_cmpfloat (fabs (a.in_from_out[0][0] - b.in_from_out[0][0]), >, 0);
  b = trp_augment_draw (&all, 2, 2, 3, square, square);
  g_assert_cmpfloat (fabs (a.in_from_out[0][0] - b.in_from_out[0][0]), >, 0);
}

static void
test_nothing_changes_nothing (void)
{
  float image[SIDE * SIDE], out[SIDE * SIDE];
  uint8_t labels[SIDE * SIDE], out_labels[SIDE * SIDE];
  const TrpAugmentDraw draw = trp_augment_draw (&none, 9, 9, 9, square, square);

  make_slice (image, labels);
  image[77] = 0.123f;
  trp_augment_image (&draw, image, square, square, -1, 0, 1, out);
  trp_augment_labels (&draw, labels, square, square, out_labels);
  g_assert_cmpmem (image, sizeof image, out, sizeof out);
  g_assert_cmpmem (labels, sizeof labels, out_labels, sizeof out_labels);
}

static void
test_flip_is_a_mirror (void)
{
  const TrpAugment flip = { .flip = true, .crop_min = 1 };
  float image[SIDE * SIDE], out[SIDE * SIDE];
  uint8_t labels[SIDE * SIDE];
  unsigned n_flipped = 0;

  make_slice (image, labels);
  for (uint64_t step = 0; step < 200; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&flip, 1, step, 0, square, square);
      const bool flipped = draw.in_from_out[0][0] < 0;

      n_flipped += flipped;
      trp_augment_image (&draw, image, square, square, -1, 0, 1, out);
      for (size_t n = 0; n < SIDE * SIDE; n++)
        {
          const size_t x = n % SIDE, from = n - x + (flipped ? SIDE - 1 - x : x);

          g_assert_true (out[n] == image[from]);
        }
    }
  /* 200 fair coins: 5 standard deviations are 35 */
  g_assert_cmpuint (n_flipped, >, 65);
  g_assert_cmpuint (n_flipped, <, 135);
}

/* The map is known, so the shape after it is known in closed form: image and label must both be
 * that shape, but for pixels that touch its edge. */
static void
test_image_and_labels_move_alike (void)
{
  static float image[SIDE * SIDE], out[SIDE * SIDE];
  static uint8_t labels[SIDE * SIDE], out_labels[SIDE * SIDE];

  make_slice (image, labels);
  for (uint64_t step = 0; step < 50; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&geometric, 4, step, 0, square, square);
      const double (*m)[3] = draw.in_from_out;

      trp_augment_image (&draw, image, square, square, -1, 0, 1, out);
      trp_augment_labels (&draw, labels, square, square, out_labels);
      for (size_t n = 0; n < SIDE * SIDE; n++)
        {
          const double x = (double) (n % SIDE), y = (double) (n / SIDE);
          const double u = m[0][0] * x + m[0][1] * y + m[0][2];
          const double v = m[1][0] * x + m[1][1] * y + m[1][2];
          bool inside = in_ellipse (u, v), edge = false;

          for (int corner = 0; corner < 9; corner++)
            edge = edge ||
                   in_ellipse (u + 1.01 * (corner % 3 - 1), v + 1.01 * (corner / 3 - 1)) != inside;
          if (edge)
            continue;
          g_assert_cmpint (out_labels[n], ==, inside);
          g_assert_true (out[n] == (inside ? 1 : -1));
        }
    }
}

/* Ranges of the map: zoom within crop / (1 + s) to 1 / (1 - s), angle within 30 degrees. */
static void
test_draws_stay_in_range (void)
{
  double smallest = 9, largest = 0;

  for (uint64_t step = 0; step < 500; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&all, 8, step, 1, square, square);
      const double zoom = hypot (draw.in_from_out[0][1], draw.in_from_out[1][1]);

      smallest = MIN (smallest, zoom);
      largest = MAX (largest, zoom);
      g_assert_cmpfloat (fabs (atan2 (-draw.in_from_out[0][1], draw.in_from_out[1][1])), <=,
                         30 * G_PI / 180 + 1e-12);
      g_assert_cmpfloat (fabs (draw.gain - 1), <=, 0.1);
      g_assert_cmpfloat (fabs (draw.offset), <=, 0.1);
      g_assert_cmpfloat (draw.noise, <=, 0.05);
    }
  g_assert_cmpfloat (smallest, >=, 0.6 / 1.2);
  g_assert_cmpfloat (largest, <=, 1 / 0.8);
  g_assert_cmpfloat (smallest, <, 0.6);
  g_assert_cmpfloat (largest, >, 1.1);
}

static void
test_patches_are_whole_pixels_inside (void)
{
  static const size_t patch[2] = { 32, 32 };
  bool seen_first = false, seen_last = false;

  for (uint64_t step = 0; step < 400; step++)
    {
      const TrpAugmentDraw draw = trp_augment_draw (&none, 3, step, 0, square, patch);
      const double x = draw.in_from_out[0][2], y = draw.in_from_out[1][2];

      g_assert_true (x == floor (x) && y == floor (y) && x >= 0 && y >= 0 && x <= 32 && y <= 32);
      seen_first = seen_first || x == 0;
      seen_last = seen_last || x == 32;
    }
  g_assert_true (seen_first && seen_last);
}

/* --- data sets --- */

/* Voxel value: slice number / 10, with a bright square whose label is 3. */
static TrpVolume *
make_volume (size_t nz, bool labels)
{
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 20, 20, nz },
                                                   (const double[]){ 1, 1, 2 }, trp_vec3 (0, 0, 0));
  g_autofree float *values = g_new (float, 400 * nz);
  g_autoptr (GBytes) bytes = NULL;

  for (size_t n = 0; n < 400 * nz; n++)
    {
      const bool inside = n % 20 >= 8 && n % 20 < 12 && n / 20 % 20 >= 8 && n / 20 % 20 < 12;

      values[n] = labels ? (inside ? 3.f : 0.f) : inside ? 0.9f : 0.1f * (float) (n / 400);
    }
  bytes = g_bytes_new (values, 400 * nz * sizeof *values);
  return trp_volume_new (&geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

static TrpDatasetSpec
make_spec (void)
{
  TrpDatasetSpec spec = { .size = 16, .n_labels = 2, .labels = { 3, 5 } };

  spec.intensity.kind = TRP_INTENSITY_CURVE;
  spec.intensity.curve = trp_curve_window (-1, 1);
  return spec;
}

static TrpDataset *
make_dataset (void)
{
  const TrpDatasetSpec spec = make_spec ();
  g_autoptr (TrpVolume) image = make_volume (7, false);
  g_autoptr (TrpVolume) labels = make_volume (7, true);
  TrpDataset *dataset = trp_dataset_new (&spec);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_dataset_add (dataset, "A", image, labels, NULL, &error));
  g_assert_no_error (error);
  return dataset;
}

/* The corner pixel tells the slice: context repeats the stack's edge, labels follow the middle. */
static void
test_context_repeats_the_edge (void)
{
  g_autoptr (TrpDataset) dataset = make_dataset ();
  float images[16 * 16 * 5], labels[16 * 16 * 2];
  bool seen[7] = { false };

  for (uint64_t step = 0; step < 7; step++)
    {
      size_t k;

      trp_dataset_fill_batch (dataset, NULL, 1, step, 1, 2, 0, images, labels);
      k = (size_t) lrintf (10 * images[2]);
      g_assert_cmpuint (k, <, 7);
      g_assert_false (seen[k]);
      seen[k] = true;
      for (int c = 0; c < 5; c++)
        trp_assert_near ((double) images[c], 0.1 * (double) CLAMP ((int) k + c - 2, 0, 6), 1e-6);
      for (size_t n = 0; n < 256; n++)
        {
          const bool inside = n % 16 >= 6 && n % 16 < 10 && n / 16 >= 6 && n / 16 < 10;

          g_assert_true (labels[2 * n] == (inside ? 1 : 0) && labels[2 * n + 1] == 0);
          g_assert_true ((images[5 * n + 2] > 0.85f) == inside || k == 6);
        }
    }
}

/* The second image's slices follow the first's in the channels, moved alike, each by its own curve.
 */
static void
test_second_image_follows_the_first (void)
{
  const TrpAugment flip = { .flip = true, .crop_min = 1 };
  TrpDatasetSpec spec = make_spec ();
  g_autoptr (TrpDataset) dataset = NULL;
  g_autoptr (TrpVolume) image = make_volume (7, false), labels = make_volume (7, true),
                        other = make_volume (6, false);
  float images[2 * 144 * 6];
  g_autoptr (GError) error = NULL;

  spec.has_second = true;
  spec.second_intensity.kind = TRP_INTENSITY_CURVE;
  spec.second_intensity.curve = trp_curve_window (0, 1); /* 2 v - 1 where the first is v */
  dataset = trp_dataset_new (&spec);
  g_assert_false (trp_dataset_add (dataset, "A", image, labels, other, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_assert_true (trp_dataset_add (dataset, "A", image, labels, image, NULL));
  g_assert_cmpuint (trp_dataset_get_bytes (dataset), ==, 7 * 16 * 16 * (4 + 4 + 1));
  g_assert_nonnull (trp_dataset_peek_second (dataset, 0));
  for (uint64_t step = 0; step < 10; step++)
    {
      trp_dataset_fill_batch (dataset, &flip, 3, step, 2, 1, 12, images, NULL);
      for (size_t n = 0; n < 2 * 144; n++)
        for (size_t c = 0; c < 3; c++)
          trp_assert_near ((double) images[6 * n + 3 + c], 2 * (double) images[6 * n + c] - 1,
                           1e-6);
    }
}

/* Flips and patches move whole pixels: the bodies are where the images are bright, slice by slice.
 */
static void
test_bodies_move_as_their_images (void)
{
  const TrpAugment flip = { .flip = true, .crop_min = 1 };
  g_autoptr (TrpDataset) dataset = make_dataset ();
  float images[2 * 144 * 3], bodies[2 * 144 * 3];
  size_t n_body = 0;

  g_assert_true (trp_dataset_find_bodies (dataset, 0.7, NULL));
  g_assert_cmpuint (trp_dataset_get_bytes (dataset), ==, 7 * 16 * 16 * (4 + 1 + 1));
  for (uint64_t step = 0; step < 20; step++)
    {
      trp_dataset_fill_batch (dataset, &flip, 3, step, 2, 1, 12, images, NULL);
      trp_dataset_fill_bodies (dataset, &flip, 3, step, 2, 1, 12, bodies);
      for (size_t n = 0; n < G_N_ELEMENTS (images); n++)
        {
          g_assert_true (bodies[n] == (images[n] > 0.7F));
          n_body += bodies[n] > 0;
        }
    }
  g_assert_cmpuint (n_body, >, 0);
}

static void
test_every_epoch_sees_every_slice_once (void)
{
  g_autoptr (TrpDataset) dataset = make_dataset ();
  unsigned counts[7] = { 0 };
  float images[3 * 256];

  for (uint64_t step = 0; step < 7; step++) /* 21 samples: three epochs */
    {
      trp_dataset_fill_batch (dataset, NULL, 5, step, 3, 0, 0, images, NULL);
      for (size_t b = 0; b < 3; b++)
        counts[lrintf (10 * images[256 * b])]++;
    }
  for (size_t k = 0; k < 7; k++)
    g_assert_cmpuint (counts[k], ==, 3);
}

static void
test_batches_do_not_depend_on_threads (void)
{
  g_autoptr (TrpDataset) dataset = make_dataset ();
  static float one[8 * 64 * 3], three[8 * 64 * 3], labels_one[8 * 64 * 2], labels_three[8 * 64 * 2];

  trp_parallel_set_threads (1);
  trp_dataset_fill_batch (dataset, &all, 5, 11, 8, 1, 8, one, labels_one);
  trp_parallel_set_threads (3);
  trp_dataset_fill_batch (dataset, &all, 5, 11, 8, 1, 8, three, labels_three);
  trp_parallel_set_threads (0);
  g_assert_cmpmem (one, sizeof one, three, sizeof three);
  g_assert_cmpmem (labels_one, sizeof labels_one, labels_three, sizeof labels_three);
  for (size_t n = 0; n < G_N_ELEMENTS (one); n++)
    g_assert_true (one[n] >= -1 && one[n] <= 1);
}

static void
test_slices_without_body_are_left_out (void)
{
  TrpDatasetSpec spec = make_spec ();
  g_autoptr (TrpDataset) dataset = NULL;
  g_autoptr (TrpVolume) image = make_volume (7, false);

  spec.intensity.curve = trp_curve_window (
    0, 1); /* slice k is 0.2 k - 1 but for the square: 16 of 256 */
  spec.body_fraction = 0.1;
  spec.n_labels = 0;
  dataset = trp_dataset_new (&spec);
  g_assert_true (trp_dataset_add (dataset, "A", image, NULL, NULL, NULL));
  g_assert_cmpuint (trp_dataset_get_n_slices (dataset), ==, 6);
}

static void
test_refuses_other_grids_and_no_labels (void)
{
  const TrpDatasetSpec spec = make_spec ();
  g_autoptr (TrpDataset) dataset = trp_dataset_new (&spec);
  g_autoptr (TrpVolume) image = make_volume (7, false);
  g_autoptr (TrpVolume) short_labels = make_volume (6, true);
  g_autoptr (GError) grid = NULL;
  g_autoptr (GError) fraction = NULL;

  g_assert_false (trp_dataset_add (dataset, "A", image, short_labels, NULL, &grid));
  g_assert_error (grid, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_assert_false (trp_dataset_add (dataset, "A", image, image, NULL, &fraction));
  g_assert_error (fraction, TRP_ERROR, TRP_ERROR_FORMAT);
  g_assert_cmpuint (trp_dataset_get_n_volumes (dataset), ==, 0);
}

static void
test_context_copy_is_the_batch_layout (void)
{
  static const size_t size[3] = { 2, 1, 3 };
  static const float stack[6] = { 0, 1, 10, 11, 20, 21 };
  static const float expected[3][6] = { { 0, 0, 10, 1, 1, 11 },
                                        { 0, 10, 20, 1, 11, 21 },
                                        { 10, 20, 20, 11, 21, 21 } };
  float out[6];

  for (size_t k = 0; k < 3; k++)
    {
      trp_stack_copy_context (stack, size, k, 1, out);
      g_assert_cmpmem (out, sizeof out, expected[k], sizeof expected[k]);
    }
}

/* Real data: the estimate from headers is what loading takes. */
static void
test_loads_real_volumes (void)
{
  g_autofree char *path = trp_test_shared_path ("data/sts_mr_ct/cases.csv");
  TrpDatasetSpec spec = make_spec ();
  g_autoptr (TrpDataList) list = NULL;
  g_autoptr (TrpDataList) part = NULL;
  g_autoptr (TrpDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  size_t bytes;

  if (!path)
    return;
  list = trp_data_list_load (path, &error);
  part = trp_data_list_select_fold (list, 3, true, &error);
  g_assert_no_error (error);
  spec.spacing = 2;
  spec.size = 128;
  spec.n_labels = 1;
  spec.labels[0] = 1;
  spec.intensity.curve = trp_curve_window (-1000, 1000);
  g_assert_true (trp_dataset_estimate_bytes (part, TRP_DATA_CT, &spec, &bytes, &error));
  dataset = trp_dataset_load (part, TRP_DATA_CT, &spec, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (trp_dataset_get_n_volumes (dataset), ==, 2);
  g_assert_cmpuint (trp_dataset_get_n_slices (dataset), ==, 53 + 53); /* STS_012 and STS_044 */
  g_assert_cmpuint (bytes, ==, trp_dataset_get_bytes (dataset));
}

static void
test_load_names_the_case (void)
{
  static const char text[] = "case,mr,ct\nP7,/nowhere/mr.nii,\n";
  const TrpDatasetSpec spec = { .size = 16 };
  g_autoptr (TrpDataList) list = trp_data_list_parse (text, strlen (text), "/", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) column = NULL;

  g_assert_null (trp_dataset_load (list, TRP_DATA_MR, &spec, NULL, &error));
  g_assert_nonnull (strstr (error->message, "P7"));
  g_assert_null (trp_dataset_load (list, TRP_DATA_CT, &spec, NULL, &column));
  g_assert_nonnull (strstr (column->message, "\"ct\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/draw-depends-on-its-key-alone", test_draw_depends_on_its_key_alone);
  g_test_add_func ("/augment/nothing-changes-nothing", test_nothing_changes_nothing);
  g_test_add_func ("/augment/flip-is-a-mirror", test_flip_is_a_mirror);
  g_test_add_func ("/augment/image-and-labels-move-alike", test_image_and_labels_move_alike);
  g_test_add_func ("/augment/draws-stay-in-range", test_draws_stay_in_range);
  g_test_add_func ("/augment/patches-are-whole-pixels-inside",
                   test_patches_are_whole_pixels_inside);
  g_test_add_func ("/dataset/context-repeats-the-edge", test_context_repeats_the_edge);
  g_test_add_func ("/dataset/second-image-follows-the-first", test_second_image_follows_the_first);
  g_test_add_func ("/dataset/bodies-move-as-their-images", test_bodies_move_as_their_images);
  g_test_add_func ("/dataset/every-epoch-sees-every-slice-once",
                   test_every_epoch_sees_every_slice_once);
  g_test_add_func ("/dataset/batches-do-not-depend-on-threads",
                   test_batches_do_not_depend_on_threads);
  g_test_add_func ("/dataset/slices-without-body-are-left-out",
                   test_slices_without_body_are_left_out);
  g_test_add_func ("/dataset/refuses-other-grids-and-no-labels",
                   test_refuses_other_grids_and_no_labels);
  g_test_add_func ("/dataset/context-copy-is-the-batch-layout",
                   test_context_copy_is_the_batch_layout);
  g_test_add_func ("/dataset/loads-real-volumes", test_loads_real_volumes);
  g_test_add_func ("/dataset/load-names-the-case", test_load_names_the_case);
  return g_test_run ();
}
