/* test-steps.c - preprocessing steps, against closed formulas
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/image/histogram.h"
#include "core/method/preprocess/pipeline.h"
#include "tests/lib/check.h"

#include "config.h"

#include <math.h>
#include <string.h>

typedef double (*Value) (TrpVec3 point_lps);

static TrpVolume *
make_on (const TrpGeometry *geometry, Value value)
{
  const size_t *size = geometry->size;
  float *values = g_new (float, trp_geometry_count_voxels (geometry));
  g_autoptr (GBytes) bytes = NULL;
  size_t n = 0;

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        values[n++] = (float) value (
          trp_geometry_lps_from_ijk (geometry, trp_vec3 ((double) i, (double) j, (double) k)));
  bytes = g_bytes_new_take (values, n * sizeof *values);
  return trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

/* Voxels of 2 x 2 x 3 mm, the first at (-40, -40, -30). */
static TrpGeometry
make_grid (size_t nx, size_t ny, size_t nz)
{
  return trp_geometry_axial ((const size_t[]){ nx, ny, nz }, (const double[]){ 2, 2, 3 },
                             trp_vec3 (-40, -40, -30));
}

static TrpVolume *
make (size_t nx, size_t ny, size_t nz, Value value)
{
  const TrpGeometry grid = make_grid (nx, ny, nz);

  return make_on (&grid, value);
}

static TrpPipeline *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TrpPipeline *pipeline = trp_pipeline_parse (text, &error);

  g_assert_no_error (error);
  return pipeline;
}

static TrpStepImage
apply (const char *text, const TrpVolume *image, const TrpVolume *labels, double air)
{
  g_autoptr (TrpPipeline) pipeline = parse (text);
  g_autoptr (GError) error = NULL;
  TrpStepImage made;

  if (!trp_pipeline_apply (pipeline, image, labels, air, TRP_PIPELINE_ALL, NULL, &made, NULL,
                           &error))
    g_assert_no_error (error);
  return made;
}

static const size_t *
size_of (const TrpStepImage *made)
{
  return trp_volume_get_geometry (made->image)->size;
}

/* Of what lies at a place in the patient; NAN outside. */
static double
at (const TrpVolume *volume, double x, double y, double z)
{
  const TrpVec3 p = trp_geometry_ijk_from_lps (trp_volume_get_geometry (volume),
                                               trp_vec3 (x, y, z));

  return trp_volume_sample (volume, p);
}

/* --- text --- */

static void
test_text_comes_back (void)
{
  static const struct
  {
    const char *text, *canonical;
  } cases[] = {
    { "", "" },
    { " ; ;", "" },
    { "n4", "n4 50 4" },
    { "n4 20", "n4 20 4" },
    { "resample 1 1 cubic", "resample 1 1 0 cubic" },
    { "resample  0.9765625 1 2.5", "resample 0.9765625 1 2.5 linear" },
    { "clip soft-tissue;clip head ; clip synthrad",
      "clip -500 500; clip -135 215; clip -1024 3000" },
    { "outline; outline learnt; outline 12.5", "outline otsu; outline learnt; outline 12.5" },
    { "outline learnt = 143.25", "outline learnt = 143.25" },
    { "crop-body 256", "crop-body 256 256" },
    { "nyul", "nyul 1 10 20 30 40 50 60 70 80 90 99" },
    { "nyul 5 95 = 0 1000", "nyul 5 95 = 0 1000" },
    { "cover-labels", "cover-labels 0" },
    { "cover-labels 6 1 3", "cover-labels 6 1 3" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpPipeline) pipeline = parse (cases[n].text);
      g_autofree char *text = trp_pipeline_to_text (pipeline, true);
      g_autoptr (TrpPipeline) again = parse (text);
      g_autofree char *same = trp_pipeline_to_text (again, true);

      g_assert_cmpstr (text, ==, cases[n].canonical);
      g_assert_cmpstr (same, ==, text);
    }
}

static void
test_mistakes_are_named (void)
{
  static const struct
  {
    const char *text, *word;
  } cases[] = {
    { "blur 3", "blur" },
    { "resample 1", "SY" },
    { "resample 1 1 spline", "spline" },
    { "resample 1 0.001", "SY = 0.001" },
    { "resample 1 1 1 linear 4", "\"4\"" },
    { "clip 5", "lower and a higher" },
    { "clip 5 4", "lower and a higher" },
    { "clip head 4", "lower and a higher" },
    { "crop-body 20.5", "whole" },
    { "crop-body nan", "nan" },
    { "crop-centre 0", "FRACTION" },
    { "slices 50 50", "start" },
    { "nyul 50", "rise" },
    { "nyul 50 20", "rise" },
    { "percentiles 99 1", "lower and a higher" },
    { "nyul 5 95 = 0 500 1000", "1000" },
    { "outline learnt = 1 2", "\"2\"" },
    { "n4 = 3", "3" },
    { "nyul 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "17" },
    { "clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;"
      "clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1;clip 0 1",
      "more than 16" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpPipeline) pipeline = trp_pipeline_parse (cases[n].text, &error);

      g_assert_null (pipeline);
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      if (!strstr (error->message, cases[n].word))
        g_error ("%s: %s", cases[n].text, error->message);
    }
}

/* --- geometry --- */

/* Linear in place: any interpolation gives it back. */
static double
slope (TrpVec3 p)
{
  return 100 + 3 * p.v[0] - 2 * p.v[1] + p.v[2];
}

static double
left_half (TrpVec3 p)
{
  return p.v[0] > 0 ? 7 : 0;
}

static void
test_resampled_voxels_stay_in_place (void)
{
  static const char *const kinds[] = { "linear", "cubic" };
  g_autoptr (TrpVolume) image = make (40, 30, 8, slope), labels = make (40, 30, 8, left_half);

  for (int kind = 0; kind < 2; kind++)
    {
      g_autofree char *text = g_strdup_printf ("resample 3 1.5 2 %s", kinds[kind]);
      g_auto (TrpStepImage) made = apply (text, image, labels, 0);
      const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (made.image));

      g_assert_cmpuint (size_of (&made)[0], ==, 27); /* 80 / 3 mm, rounded up */
      g_assert_cmpuint (size_of (&made)[1], ==, 40);
      g_assert_cmpuint (size_of (&made)[2], ==, 12);
      /* far from the rim: a mirrored cubic bends a slope there */
      trp_assert_near (at (made.image, 1, -10, -18), slope (trp_vec3 (1, -10, -18)), 0.3);
      for (size_t i = 0; i < n; i++)
        {
          float label;

          trp_volume_copy_floats (made.labels, i, 1, &label);
          g_assert_true (label == 0 || label == 7);
        }
      g_assert_cmpfloat (at (made.labels, 20, -10, -18), ==, 7);
      g_assert_cmpfloat (at (made.labels, -20, -10, -18), ==, 0);
    }
}

/* A ball of radius 15 mm about (14, -8, -12) and a smaller one, with a hollow in the large one. */
static double
balls (TrpVec3 p)
{
  const double large = trp_vec3_distance (p, trp_vec3 (14, -8, -12));

  if (trp_vec3_distance (p, trp_vec3 (-32, -30, -27)) < 5)
    return 300;
  return large < 4 ? 10 : large < 15 ? 200 : 5;
}

static void
test_crop_body_is_about_its_middle (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 16, balls);
  g_auto (TrpStepImage) made = apply ("crop-body 12 20", image, NULL, 0);
  const TrpVec3 middle = trp_geometry_get_center (trp_volume_get_geometry (made.image));

  g_assert_cmpuint (size_of (&made)[0], ==, 12);
  g_assert_cmpuint (size_of (&made)[1], ==, 20);
  g_assert_cmpuint (size_of (&made)[2], ==, 16);
  trp_assert_near (middle.v[0], 14, 1); /* half a voxel */
  trp_assert_near (middle.v[1], -8, 1);
  g_assert_cmpfloat (at (made.image, 14, -8, -12), ==, 10);
  g_assert_cmpfloat (at (made.image, 20, -8, -12), ==, 200);
}

/* Where the crop is larger than the image there is air. */
static void
test_crop_body_may_reach_outside (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 16, balls), labels = make (40, 40, 16, left_half);
  g_auto (TrpStepImage) made = apply ("crop-body 100", image, labels, -1000);

  g_assert_cmpuint (size_of (&made)[0], ==, 100);
  g_assert_cmpfloat (at (made.image, 80, 0, -12), ==, -1000);
  g_assert_cmpfloat (at (made.labels, 80, 0, -12), ==, 0);
  g_assert_cmpfloat (at (made.image, 20, -8, -12), ==, 200);
  g_assert_cmpfloat (at (made.labels, 20, -8, -12), ==, 7);
}

static void
test_crop_centre_keeps_a_share (void)
{
  g_autoptr (TrpVolume) image = make (40, 30, 8, slope);
  g_auto (TrpStepImage) made = apply ("crop-centre 0.5", image, NULL, 0);
  const TrpVec3 before = trp_geometry_get_center (trp_volume_get_geometry (image));
  const TrpVec3 after = trp_geometry_get_center (trp_volume_get_geometry (made.image));

  g_assert_cmpuint (size_of (&made)[0], ==, 20);
  g_assert_cmpuint (size_of (&made)[1], ==, 15);
  g_assert_cmpuint (size_of (&made)[2], ==, 8);
  g_assert_cmpfloat (trp_vec3_distance (before, after), <=, 1.0001);
  g_assert_cmpfloat (at (made.image, 0, -10, -18), ==, slope (trp_vec3 (0, -10, -18)));
}

static double
block (TrpVec3 p)
{
  return p.v[0] >= -20 && p.v[0] <= 10 && p.v[1] >= -30 && p.v[1] <= 0 && p.v[2] >= -24 &&
             p.v[2] <= -9
           ? 50
           : 1;
}

static void
test_crop_fov_is_the_box_of_signal (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 16, block);
  g_auto (TrpStepImage) made = apply ("crop-fov", image, NULL, 0);
  const TrpGeometry *grid = trp_volume_get_geometry (made.image);
  const TrpVec3 corner = trp_affine_column (&grid->lps_from_ijk, 3);

  g_assert_cmpuint (grid->size[0], ==, 16); /* -20, -18, ... 10 */
  g_assert_cmpuint (grid->size[1], ==, 16);
  g_assert_cmpuint (grid->size[2], ==, 6); /* -24, -21, ... -9 */
  trp_assert_near (trp_vec3_distance (corner, trp_vec3 (-20, -30, -24)), 0, 1e-9);
}

/* The same patient in slices of another plane, from left to right, gives the same. */
static void
test_orientation_does_not_matter (void)
{
  static const char steps[] = "outline; crop-body 24; cover-body 0.2";
  const TrpAffine sagittal = { { { 0, 0, -2, 38 }, { 2, 0, 0, -40 }, { 0, -3, 0, 15 } } };
  TrpGeometry turned;
  g_autoptr (TrpVolume) image = make (40, 40, 16, balls);
  g_autoptr (TrpVolume) other = NULL;

  g_assert_true (trp_geometry_init (&turned, (const size_t[]){ 40, 16, 40 }, &sagittal, NULL));
  other = make_on (&turned, balls);
  {
    g_auto (TrpStepImage) a = apply (steps, image, NULL, 0);
    g_auto (TrpStepImage) b = apply (steps, other, NULL, 0);
    const TrpGeometry *grid = trp_volume_get_geometry (a.image);

    g_assert_true (trp_geometry_equal (grid, trp_volume_get_geometry (b.image)));
    g_assert_cmpmem (
      trp_volume_peek_voxels (a.image), trp_geometry_count_voxels (grid) * sizeof (float),
      trp_volume_peek_voxels (b.image), trp_geometry_count_voxels (grid) * sizeof (float));
  }
}

/* --- slices --- */

static void
check_slices (const char *text,
              const TrpVolume *image,
              const TrpVolume *labels,
              double first_mm,
              double last_mm)
{
  g_auto (TrpStepImage) made = apply (text, image, labels, 0);
  const TrpGeometry *grid = trp_volume_get_geometry (made.image);

  trp_assert_near (trp_affine_column (&grid->lps_from_ijk, 3).v[2], first_mm, 1e-9);
  g_assert_cmpuint (grid->size[2], ==, (size_t) ((last_mm - first_mm) / 3) + 1);
}

static double
label_3_in_the_middle (TrpVec3 p)
{
  return p.v[2] == -12 && p.v[0] == 0 && p.v[1] == 0 ? 3 : p.v[2] == -27 && p.v[0] == 2 ? 5 : 0;
}

static void
test_slices_are_chosen (void)
{
  /* 20 slices from -30 to 27 mm; the block's body from -24 to -9 */
  g_autoptr (TrpVolume) image = make (40, 40, 20, block);
  g_autoptr (TrpVolume) labels = make (40, 40, 20, label_3_in_the_middle);

  check_slices ("slices 0 100", image, NULL, -30, 27);
  check_slices ("slices 10 50", image, NULL, -24, -3);
  check_slices ("slices 99 100", image, NULL, 27, 27);
  check_slices ("cover-body 0.1", image, NULL, -24, -9); /* 16 x 16 of 40 x 40 is 0.16 */
  check_slices ("cover-labels", image, labels, -27, -12);
  check_slices ("cover-labels 0 3", image, labels, -12, -12);
  check_slices ("cover-labels 6.5 3", image, labels, -18, -6);
  check_slices ("cover-labels 500 3 5", image, labels, -30, 27);
  check_slices ("cover-labels 0 3", image, NULL, -30, 27); /* no structures, as in use */
}

/* --- values --- */

static void
test_clip_counts_and_clips (void)
{
  g_autoptr (TrpVolume) image = make (40, 30, 8, slope);
  g_autoptr (TrpPipeline) pipeline = parse ("clip 50 150");
  g_autoptr (GPtrArray)
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_step_report_free);
  g_auto (TrpStepImage) made = { 0 };
  double low, high;

  g_assert_true (
    trp_pipeline_apply (pipeline, image, NULL, TRP_AIR_HU, 1, NULL, &made, reports, NULL));
  trp_volume_get_range (made.image, &low, &high);
  g_assert_cmpfloat (low, ==, 50);
  g_assert_cmpfloat (high, ==, 150);
  g_assert_cmpfloat (made.air, ==, 50); /* what later steps fill up with */
  g_assert_cmpuint (reports->len, ==, 1);
  g_assert_nonnull (strstr (((TrpStepReport *) reports->pdata[0])->note, "below 50"));
}

/* The hollow inside the body keeps its value, the smaller part and the rest become air. */
static void
test_outline_leaves_the_body (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 16, balls);
  g_auto (TrpStepImage) made = apply ("outline", image, NULL, -1000);
  g_auto (TrpStepImage) same = apply ("outline 100", image, NULL, -1000);
  const TrpGeometry *grid = trp_volume_get_geometry (image);
  const float *values = trp_volume_peek_voxels (made.image);
  const float *before = trp_volume_peek_voxels (image);
  const size_t n = trp_geometry_count_voxels (grid);

  for (size_t i = 0; i < n; i++)
    {
      const TrpVec3 ijk = trp_vec3 ((double) (i % 40), (double) (i / 40 % 40), (double) (i / 1600));
      const TrpVec3 p = trp_geometry_lps_from_ijk (grid, ijk);
      const bool is_body = trp_vec3_distance (p, trp_vec3 (14, -8, -12)) < 15;

      g_assert_cmpfloat (values[i], ==, is_body ? before[i] : -1000);
    }
  g_assert_cmpmem (values, n * sizeof *values, trp_volume_peek_voxels (same.image),
                   n * sizeof *values);
}

/* Half of the voxels 0, the others @power of an even ramp: of these, the share u lies below 100 +
 * 100 u^power. */
#define N_RAMP 4000

static TrpVolume *
make_ramp (double power, double scale)
{
  const TrpGeometry grid = make_grid (80, 50, 2);
  float *values = g_new0 (float, 2 * N_RAMP);
  g_autoptr (GBytes) bytes = NULL;

  for (size_t i = 0; i < N_RAMP; i++)
    values[2 * i] = (float) (scale * (100 + 100 * pow ((double) i / (N_RAMP - 1), power)));
  bytes = g_bytes_new_take (values, 2 * N_RAMP * sizeof *values);
  return trp_volume_new (&grid, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

static bool
load_ramp (void *data, size_t index, TrpVolume **out_image, TrpVolume **out_labels, GError **error)
{
  *out_image = make_ramp (index == 0 ? 1 : 2, index == 0 ? 1 : 7);
  return true;
}

static double
expect_standard (double p)
{
  const double ramp = (p - 1) / 98, u = p / 100;
  const double square = (u * u - 0.0001) / (0.9801 - 0.0001);

  return 1000 * 0.5 * (ramp + square);
}

/* Two images whose percentiles have closed forms: the standard is the mean of both, and after the
 * step both images have it. */
static void
test_nyul_brings_histograms_together (void)
{
  static const double percents[] = { 1, 25, 50, 75, 99 };
  g_autoptr (TrpPipeline) pipeline = parse ("nyul 1 25 50 75 99");
  const TrpStep *step = trp_pipeline_peek_step (pipeline, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_pipeline_needs_fit (pipeline));
  g_assert_true (trp_pipeline_fit (pipeline, 2, load_ramp, NULL, 0, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (trp_pipeline_needs_fit (pipeline));
  g_assert_cmpuint (step->n_fitted, ==, 5);
  for (int n = 0; n < 5; n++)
    trp_assert_near (step->fitted[n], expect_standard (percents[n]), 0.01); /* float values */
  for (int n = 0; n < 2; n++)
    {
      g_autoptr (TrpVolume) image = make_ramp (n + 1, n == 0 ? 1 : 7);
      g_auto (TrpStepImage) made = { 0 };
      double values[5];

      g_assert_true (
        trp_pipeline_apply (pipeline, image, NULL, 0, TRP_PIPELINE_ALL, NULL, &made, NULL, NULL));
      g_assert_true (trp_volume_get_percentiles (made.image, -50, percents, 5, values));
      for (int p = 0; p < 5; p++)
        trp_assert_near (values[p], expect_standard (percents[p]), 0.5); /* a step of the ramp */
    }
}

static void
test_nyul_goes_on_straight_beyond_its_ends (void)
{
  g_autoptr (TrpVolume) image = make_ramp (1, 1);
  g_auto (TrpStepImage) made = apply ("nyul 25 50 75 = 0 200 1000", image, NULL, 0);
  const float *values = trp_volume_peek_voxels (made.image);

  /* 125, 150, 175 become 0, 200, 1000: slopes of 8 and 32 */
  trp_assert_near ((double) values[0], (100 - 125) * 8, 0.1);
  trp_assert_near ((double) values[1], (0 - 125) * 8, 0.1);
  trp_assert_near ((double) values[2 * N_RAMP - 2], 1000 + 25 * 32, 0.1);
  trp_assert_near (made.air, -1000, 0.1);
}

static double
three_values (TrpVec3 p)
{
  return p.v[0] < -20 ? 0 : p.v[0] < 10 ? 80 : 100;
}

/* Landmarks fall together where an image has few values. */
static void
test_nyul_takes_images_of_few_values (void)
{
  g_autoptr (TrpVolume) image = make (40, 30, 4, three_values);
  g_auto (TrpStepImage)
    made = apply ("nyul 1 20 40 60 80 99 = 0 100 200 500 900 1000", image, NULL, 0);

  g_assert_cmpfloat (at (made.image, 0, 0, -27), ==, 0);
  g_assert_cmpfloat (at (made.image, 20, 0, -27), ==, 1000);
}

static void
test_percentiles_are_a_line (void)
{
  g_autoptr (TrpVolume) image = make_ramp (1, 3);
  g_auto (TrpStepImage) made = apply ("percentiles 0 100", image, NULL, 0);
  const float *values = trp_volume_peek_voxels (made.image);

  /* of the foreground, 300 to 600 */
  trp_assert_near ((double) values[0], 0, 1e-3);
  trp_assert_near ((double) values[2 * N_RAMP - 2], 1000, 1e-3);
  trp_assert_near ((double) values[1], -1000, 1e-3);
}

static bool
load_block (void *data, size_t index, TrpVolume **out_image, TrpVolume **out_labels, GError **error)
{
  const size_t *first = data;

  *out_image = make (40, 40, 16, index + (first ? *first : 0) == 0 ? block : balls);
  return true;
}

/* Learns the mean of both Otsu thresholds, which lie between the values of each image. */
static void
test_outline_learns_its_threshold (void)
{
  g_autoptr (TrpPipeline) pipeline = parse ("outline learnt");
  g_autoptr (TrpVolume) image = make (40, 40, 16, balls);
  g_autoptr (GError) error = NULL;
  g_auto (TrpStepImage) made = { 0 };
  double thresholds[2];

  g_assert_false (
    trp_pipeline_apply (pipeline, image, NULL, 0, TRP_PIPELINE_ALL, NULL, &made, NULL, &error));
  g_assert_nonnull (strstr (error->message, "learns from a training set"));
  for (size_t n = 0; n < 2; n++)
    {
      g_autoptr (TrpPipeline) one = parse ("outline learnt");
      size_t which = n;

      g_assert_true (trp_pipeline_fit (one, 1, load_block, &which, 0, NULL, NULL));
      thresholds[n] = trp_pipeline_peek_step (one, 0)->fitted[0];
    }
  g_assert_true (trp_pipeline_fit (pipeline, 2, load_block, NULL, 0, NULL, NULL));
  g_assert_cmpfloat (thresholds[0], >, 1);
  g_assert_cmpfloat (thresholds[0], <, 50);
  g_assert_cmpfloat (thresholds[1], >, 10);
  g_assert_cmpfloat (thresholds[1], <, 200);
  trp_assert_near (trp_pipeline_peek_step (pipeline, 0)->fitted[0],
                   0.5 * (thresholds[0] + thresholds[1]), 1e-9);
  g_assert_true (
    trp_pipeline_apply (pipeline, image, NULL, 0, TRP_PIPELINE_ALL, NULL, &made, NULL, NULL));
}

/* --- pipeline --- */

static void
test_up_to_shows_before_and_after (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 16, balls);
  g_autoptr (TrpPipeline) pipeline = parse ("crop-centre 0.5; slices 0 50; clip 0 100");
  static const size_t expected[4][2] = { { 40, 16 }, { 20, 16 }, { 20, 8 }, { 20, 8 } };

  for (size_t n = 0; n <= 3; n++)
    {
      g_auto (TrpStepImage) made = { 0 };
      double low, high;

      g_assert_true (trp_pipeline_apply (pipeline, image, NULL, 0, n, NULL, &made, NULL, NULL));
      trp_volume_get_range (made.image, &low, &high);
      g_assert_cmpuint (size_of (&made)[0], ==, expected[n][0]);
      g_assert_cmpuint (size_of (&made)[2], ==, expected[n][1]);
      g_assert_true (n < 3 ? high > 100 : high == 100);
    }
}

static void
test_prediction_is_an_upper_bound (void)
{
  static const char *const texts[] = { "", "resample 1 1 1", "slices 10 33; resample 4 4 5",
                                       "cover-body 0.1; resample 2 2 2", "crop-fov" };
  g_autoptr (TrpVolume) image = make (40, 40, 16, block);

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      g_autoptr (TrpPipeline) pipeline = parse (texts[n]);
      g_auto (TrpStepImage) made = apply (texts[n], image, NULL, 0);
      TrpGeometry predicted;

      g_assert_true (
        trp_pipeline_predict (pipeline, trp_volume_get_geometry (image), &predicted, NULL));
      g_assert_cmpuint (size_of (&made)[2], <=, predicted.size[2]);
      if (n < 3)
        g_assert_cmpuint (size_of (&made)[2], ==, predicted.size[2]);
    }
}

static double
constant (TrpVec3 p)
{
  return 7;
}

static double
hole_of_nan (TrpVec3 p)
{
  return p.v[0] == -20 && p.v[1] == -20 ? (double) NAN : balls (p);
}

/* Images that no step was made for: a result, or one sentence with the step's name in front. */
static void
test_odd_images_give_one_sentence (void)
{
  static const char *const texts[] = {
    "n4 2 1",           "resample 1 1 1 cubic", "resample 50 50 50", "clip head",
    "outline",          "outline 1000",         "crop-body 8",       "crop-centre 0.01",
    "crop-fov",         "slices 40 60",         "cover-labels 0 9",  "cover-body 0.9",
    "percentiles 1 99", "nyul 1 99 = 0 1000"
  };
  static const struct
  {
    size_t size[3];
    Value value;
  } images[] = { { { 20, 20, 8 }, constant }, { { 20, 20, 8 }, hole_of_nan },
                 { { 40, 40, 1 }, balls },    { { 2, 1, 1 }, slope },
                 { { 1, 1, 1 }, slope },      { { 1, 2, 30 }, slope } };
  size_t n_refused = 0;

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    for (size_t i = 0; i < G_N_ELEMENTS (images); i++)
      {
        const size_t *size = images[i].size;
        g_autoptr (TrpVolume) image = make (size[0], size[1], size[2], images[i].value);
        g_autoptr (TrpVolume) labels = make (size[0], size[1], size[2], left_half);
        g_autoptr (TrpPipeline) pipeline = parse (texts[n]);
        g_autoptr (GError) error = NULL;
        g_auto (TrpStepImage) made = { 0 };

        if (trp_pipeline_apply (pipeline, image, labels, 0, TRP_PIPELINE_ALL, NULL, &made, NULL,
                                &error))
          {
            const size_t count = trp_geometry_count_voxels (trp_volume_get_geometry (made.image));

            g_assert_true (images[i].value != hole_of_nan);
            for (size_t v = 0; v < count; v++)
              g_assert_true (isfinite (((const float *) trp_volume_peek_voxels (made.image))[v]));
            continue;
          }
        n_refused++;
        g_assert_true (error->domain == TRP_ERROR);
        g_assert_null (strchr (error->message, '\n'));
        g_assert_true (strlen (error->message) > 20);
        g_assert_true (images[i].value == hole_of_nan ||
                       g_str_has_prefix (error->message, "Step "));
      }
  g_assert_cmpuint (n_refused, >=, G_N_ELEMENTS (texts)); /* all those with NAN */
}

/* --- N4 --- */

#if TRP_HAVE_ITK

/* Two tissues in a ball of 36 mm, beside air. */
static int
tissue_at (TrpVec3 p)
{
  const double r = trp_vec3_distance (p, trp_vec3 (0, 0, 0));

  return r > 36 ? 0 : fmod (fabs (p.v[0]) + fabs (p.v[1]) / 2, 16) < 8 ? 1 : 2;
}

/* Smooth, 0.65 to 1.35 over the ball: what a surface coil does. */
static double
field_at (TrpVec3 p)
{
  return exp (0.0084 * p.v[0] - 0.000126 * p.v[1] * p.v[1] + 0.0028 * p.v[2]);
}

static double
biased (TrpVec3 p)
{
  static const double values[] = { 3, 400, 700 };

  return values[tissue_at (p)] * (tissue_at (p) ? field_at (p) : 1);
}

/* Standard deviation over mean of one tissue. */
static double
get_variation (const TrpVolume *image, int tissue)
{
  const TrpGeometry *grid = trp_volume_get_geometry (image);
  const float *values = trp_volume_peek_voxels (image);
  double n = 0, sum = 0, squares = 0;

  for (size_t i = 0; i < trp_geometry_count_voxels (grid); i++)
    {
      const size_t nx = grid->size[0], ny = grid->size[1];
      const TrpVec3 p = trp_geometry_lps_from_ijk (
        grid, trp_vec3 ((double) (i % nx), (double) (i / nx % ny), (double) (i / nx / ny)));

      if (tissue_at (p) != tissue)
        continue;
      n++;
      sum += (double) values[i];
      squares += (double) values[i] * (double) values[i];
    }
  return sqrt (squares / n - sum / n * (sum / n)) / (sum / n);
}

/* Without a field the variation within a tissue would be 0. */
static void
test_n4_takes_the_field_out (void)
{
  static const struct
  {
    const char *text;
    size_t size[3];
    double spacing, factor;
  } cases[] = { { "n4 30 2", { 40, 40, 21 }, 2, 10 }, { "n4 30 1", { 80, 80, 1 }, 1, 10 } };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      const TrpGeometry grid = trp_geometry_axial (
        cases[n].size, (const double[]){ cases[n].spacing, cases[n].spacing, 3 },
        trp_vec3 (-40, -40, cases[n].size[2] > 1 ? -30 : 0));
      g_autoptr (TrpVolume) image = make_on (&grid, biased);
      g_auto (TrpStepImage) made = apply (cases[n].text, image, NULL, 0);

      for (int tissue = 1; tissue <= 2; tissue++)
        {
          const double before = get_variation (image, tissue);
          const double after = get_variation (made.image, tissue);

          g_test_message ("%s: tissue %d: %.4f becomes %.4f", cases[n].text, tissue, before, after);
          g_assert_cmpfloat (before, >, 0.1);
          g_assert_cmpfloat (after, <, before / cases[n].factor);
        }
    }
}

static void
test_n4_gives_the_same_bits (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 21, biased);
  g_auto (TrpStepImage) one = apply ("n4 5 2", image, NULL, 0);

  for (int n_threads = 1; n_threads <= 4; n_threads += 3)
    {
      TrpStepImage other;

      trp_parallel_set_threads (n_threads);
      other = apply ("n4 5 2", image, NULL, 0);
      g_assert_cmpmem (trp_volume_peek_voxels (one.image), 40 * 40 * 21 * sizeof (float),
                       trp_volume_peek_voxels (other.image), 40 * 40 * 21 * sizeof (float));
      trp_step_image_clear (&other);
    }
  trp_parallel_set_threads (0);
}

/* Oblique grids come out of files with rounding in their spacing; the field must not feel it. */
static void
test_n4_does_not_feel_the_grid (void)
{
  g_autoptr (TrpVolume) image = make (40, 40, 21, biased);
  g_auto (TrpStepImage) one = apply ("n4 5 2", image, NULL, 0);

  for (int n = 1; n <= 6; n++)
    {
      const double c = cos (0.05 * n), s = sin (0.05 * n);
      const TrpVec3 columns[4] = { trp_vec3 ((float) (2 * c), (float) (2 * s), 0),
                                   trp_vec3 ((float) (-2 * s), (float) (2 * c), 0),
                                   trp_vec3 (0, 0, 3), trp_vec3 (-40, -40, -30) };
      TrpAffine affine = trp_volume_get_geometry (image)->lps_from_ijk;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (TrpVolume) tilted = NULL;
      g_auto (TrpStepImage) other = { 0 };
      TrpGeometry grid;

      for (int column = 0; column < 4; column++)
        trp_affine_set_column (&affine, column, columns[column]);
      g_assert_true (
        trp_geometry_init (&grid, trp_volume_get_geometry (image)->size, &affine, NULL));
      bytes = g_bytes_new (trp_volume_peek_voxels (image), 40 * 40 * 21 * sizeof (float));
      tilted = trp_volume_new (&grid, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
      other = apply ("n4 5 2", tilted, NULL, 0);
      g_assert_cmpmem (trp_volume_peek_voxels (one.image), 40 * 40 * 21 * sizeof (float),
                       trp_volume_peek_voxels (other.image), 40 * 40 * 21 * sizeof (float));
    }
}

#else

static void
test_n4_says_what_is_missing (void)
{
  g_autoptr (TrpVolume) image = make (20, 20, 8, balls);
  g_autoptr (TrpPipeline) pipeline = parse ("n4");
  g_autoptr (GError) error = NULL;
  g_auto (TrpStepImage) made = { 0 };

  g_assert_false (
    trp_pipeline_apply (pipeline, image, NULL, 0, TRP_PIPELINE_ALL, NULL, &made, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/steps/text-comes-back", test_text_comes_back);
  g_test_add_func ("/steps/mistakes-are-named", test_mistakes_are_named);
  g_test_add_func ("/steps/resampled-voxels-stay-in-place", test_resampled_voxels_stay_in_place);
  g_test_add_func ("/steps/crop-body-is-about-its-middle", test_crop_body_is_about_its_middle);
  g_test_add_func ("/steps/crop-body-may-reach-outside", test_crop_body_may_reach_outside);
  g_test_add_func ("/steps/crop-centre-keeps-a-share", test_crop_centre_keeps_a_share);
  g_test_add_func ("/steps/crop-fov-is-the-box-of-signal", test_crop_fov_is_the_box_of_signal);
  g_test_add_func ("/steps/orientation-does-not-matter", test_orientation_does_not_matter);
  g_test_add_func ("/steps/slices-are-chosen", test_slices_are_chosen);
  g_test_add_func ("/steps/clip-counts-and-clips", test_clip_counts_and_clips);
  g_test_add_func ("/steps/outline-leaves-the-body", test_outline_leaves_the_body);
  g_test_add_func ("/steps/outline-learns-its-threshold", test_outline_learns_its_threshold);
  g_test_add_func ("/steps/nyul-brings-histograms-together", test_nyul_brings_histograms_together);
  g_test_add_func ("/steps/nyul-goes-on-straight-beyond-its-ends",
                   test_nyul_goes_on_straight_beyond_its_ends);
  g_test_add_func ("/steps/nyul-takes-images-of-few-values", test_nyul_takes_images_of_few_values);
  g_test_add_func ("/steps/percentiles-are-a-line", test_percentiles_are_a_line);
  g_test_add_func ("/steps/up-to-shows-before-and-after", test_up_to_shows_before_and_after);
  g_test_add_func ("/steps/prediction-is-an-upper-bound", test_prediction_is_an_upper_bound);
  g_test_add_func ("/steps/odd-images-give-one-sentence", test_odd_images_give_one_sentence);
#if TRP_HAVE_ITK
  g_test_add_func ("/steps/n4-takes-the-field-out", test_n4_takes_the_field_out);
  g_test_add_func ("/steps/n4-gives-the-same-bits", test_n4_gives_the_same_bits);
  g_test_add_func ("/steps/n4-does-not-feel-the-grid", test_n4_does_not_feel_the_grid);
#else
  g_test_add_func ("/steps/n4-says-what-is-missing", test_n4_says_what_is_missing);
#endif
  return g_test_run ();
}
