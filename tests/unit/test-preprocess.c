/* test-preprocess.c - intensity curves and frames: there and back
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/method/preprocess/frame.h"
#include "core/method/preprocess/intensity.h"
#include "tests/lib/check.h"

#include <math.h>
#include <string.h>

/* --- curves --- */

static TrpCurve
calibrated (void)
{
  TrpCurve curve;

  g_assert_true (trp_curve_parse ("-1000:-1, -200:-0.7, 200:0.5, 1000:1", &curve, NULL));
  return curve;
}

static void
test_curve_values (void)
{
  /* by hand: slopes 0.3 / 800, 1.2 / 400, 0.5 / 800 */
  static const double pairs[][2] = { { -1000, -1 }, { -600, -0.85 }, { -200, -0.7 }, { 0, -0.1 },
                                     { 40, 0.02 },  { 200, 0.5 },    { 600, 0.75 },  { 1000, 1 },
                                     { 3000, 1 },   { -2000, -1 } };
  const TrpCurve curve = calibrated ();

  for (size_t n = 0; n < G_N_ELEMENTS (pairs); n++)
    trp_assert_near (trp_curve_apply (&curve, pairs[n][0]), pairs[n][1], 1e-15);
  for (size_t n = 0; n < 8; n++)
    trp_assert_near (trp_curve_invert (&curve, pairs[n][1]), pairs[n][0], 1e-12);
  trp_assert_near (trp_curve_apply (&curve, (double) NAN), -1, 0);
}

static void
test_curve_inverse_is_exact (void)
{
  const TrpCurve curve = calibrated ();

  for (int hu = -1000; hu <= 1000; hu++)
    {
      float value = (float) hu;

      trp_curve_apply_floats (&curve, &value, 1);
      trp_curve_invert_floats (&curve, &value, 1);
      /* a float near 1 has steps of 6e-8, which the flattest slope turns into 2e-4 HU */
      trp_assert_near ((double) value, hu, 2e-4);
      g_assert_cmpint ((int) lrintf (value), ==, hu);
    }
}

static void
test_curve_text_round_trip (void)
{
  const TrpCurve odd = { 3, { -1024.1, 1. / 3, 3071 }, { -1, 0.1, 1 } };
  g_autofree char *text = trp_curve_to_text (&odd);
  TrpCurve again;

  g_assert_true (trp_curve_parse (text, &again, NULL));
  for (size_t n = 0; n < 3; n++)
    {
      g_assert_true (again.value[n] == odd.value[n]);
      g_assert_true (again.mapped[n] == odd.mapped[n]);
    }
}

static void
test_curve_refuses (void)
{
  static const char *const texts[] = { "",
                                       "0:0",
                                       "0:0,0:1",
                                       "0:0,1:0",
                                       "0:0,nan:1",
                                       "0:0;1:1",
                                       "0:0,1",
                                       "0:0,1:1,",
                                       "0:0,1:1x",
                                       "0:0,inf:1",
                                       "0:0,1:1,2:2,3:3,4:4,5:5,6:6,7:7,8:8" };

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      g_autoptr (GError) error = NULL;
      TrpCurve curve;

      g_assert_false (trp_curve_parse (texts[n], &curve, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
    }
}

/* --- rules --- */

static TrpVolume *
make_volume (const TrpGeometry *geometry, const float *values)
{
  g_autoptr (GBytes)
    bytes = g_bytes_new (values, trp_geometry_count_voxels (geometry) * sizeof *values);

  return trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

static TrpGeometry
cube (size_t nx, size_t ny, size_t nz, double spacing)
{
  return trp_geometry_axial ((const size_t[]){ nx, ny, nz },
                             (const double[]){ spacing, spacing, 3 }, trp_vec3 (-10, 20, 5));
}

/* Half background 0, half foreground 100..199 once each: percentile p of the foreground is
 * 100 + 0.99 p by linear interpolation. */
static void
test_percentiles_of_the_foreground (void)
{
  const TrpIntensity rule = { .kind = TRP_INTENSITY_PERCENTILES,
                              .percentile_low = 10,
                              .percentile_high = 90,
                              .clip = 1,
                              .unit = "a.u." };
  const TrpGeometry geometry = cube (20, 10, 1, 1);
  g_autoptr (TrpVolume) volume = NULL;
  float values[200];
  TrpIntensity from_zero = rule;
  TrpCurve curve;

  for (int n = 0; n < 100; n++)
    {
      values[2 * n] = 0;
      values[2 * n + 1] = (float) (100 + n);
    }
  volume = make_volume (&geometry, values);
  curve = trp_intensity_fit (&rule, volume);
  trp_assert_near (trp_curve_invert (&curve, -1), 109.9, 1e-4);
  trp_assert_near (trp_curve_invert (&curve, 1), 189.1, 1e-4);
  from_zero.from_zero = true;
  from_zero.clip = 1.15;
  curve = trp_intensity_fit (&from_zero, volume);
  trp_assert_near (trp_curve_invert (&curve, -1), 0, 0);
  trp_assert_near (trp_curve_invert (&curve, 1), 1.15 * 189.1, 1e-3);
}

static void
test_constant_volume_is_black (void)
{
  const TrpIntensity rule = { .kind = TRP_INTENSITY_PERCENTILES,
                              .percentile_low = 0.5,
                              .percentile_high = 99.5,
                              .from_zero = true,
                              .clip = 1 };
  const TrpGeometry geometry = cube (4, 4, 1, 1);
  float values[16];
  g_autoptr (TrpVolume) volume = NULL;
  TrpCurve curve;

  for (int n = 0; n < 16; n++)
    values[n] = 7;
  volume = make_volume (&geometry, values);
  curve = trp_intensity_fit (&rule, volume);
  trp_assert_near (trp_curve_apply (&curve, 7), -1, 0);
}

static void
test_rule_json_round_trip (void)
{
  const TrpIntensity rules[] = {
    { .kind = TRP_INTENSITY_CURVE, .curve = calibrated (), .clip = 1, .unit = "HU" },
    { .kind = TRP_INTENSITY_PERCENTILES,
      .percentile_low = 0.1,
      .percentile_high = 99.7,
      .from_zero = true,
      .clip = 1.15,
      .unit = "a.u." },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (rules); n++)
    {
      g_autoptr (JsonNode) node = trp_intensity_to_json (&rules[n]);
      g_autofree char *text = json_to_string (node, FALSE);
      g_autoptr (JsonNode) parsed = json_from_string (text, NULL);
      g_autoptr (GError) error = NULL;
      TrpIntensity again;

      g_assert_true (trp_intensity_from_json (parsed, &again, &error));
      g_assert_cmpint (again.kind, ==, rules[n].kind);
      g_assert_cmpuint (again.curve.n, ==, rules[n].curve.n);
      for (size_t i = 0; i < again.curve.n; i++)
        g_assert_true (again.curve.value[i] == rules[n].curve.value[i] &&
                       again.curve.mapped[i] == rules[n].curve.mapped[i]);
      g_assert_true (again.percentile_low == rules[n].percentile_low);
      g_assert_true (again.percentile_high == rules[n].percentile_high);
      g_assert_true (again.from_zero == rules[n].from_zero && again.clip == rules[n].clip);
      g_assert_cmpstr (again.unit, ==, rules[n].unit);
    }
}

static void
test_rule_json_refuses (void)
{
  static const char *const texts[] = {
    "[]",
    "{}",
    "{\"kind\":\"wavelet\"}",
    "{\"kind\":5}",
    "{\"kind\":\"curve\"}",
    "{\"kind\":\"curve\",\"points\":[[0,0]]}",
    "{\"kind\":\"curve\",\"points\":[[0,0],[1]]}",
    "{\"kind\":\"curve\",\"points\":[[0,0],[\"1\",1]]}",
    "{\"kind\":\"curve\",\"points\":[[0,0],[1,-1]]}",
    "{\"kind\":\"percentiles\"}",
    "{\"kind\":\"percentiles\",\"low\":1,\"high\":0,\"from_zero\":true,\"clip\":1}",
    "{\"kind\":\"percentiles\",\"low\":1,\"high\":99,\"from_zero\":1,\"clip\":1}",
    "{\"kind\":\"percentiles\",\"low\":1,\"high\":99,\"from_zero\":true,\"clip\":0}",
    "{\"kind\":\"percentiles\",\"low\":[],\"high\":99,\"from_zero\":true,\"clip\":1}",
  };

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      g_autoptr (JsonNode) node = json_from_string (texts[n], NULL);
      g_autoptr (GError) error = NULL;
      TrpIntensity rule;

      g_assert_nonnull (node);
      g_assert_false (trp_intensity_from_json (node, &rule, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
    }
}

/* --- frames --- */

static float *
noise (size_t n)
{
  TrpRng rng = trp_rng_new (5, 1);
  float *values = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    values[i] = (float) trp_rng_uniform (&rng, -1, 1);
  return values;
}

static void
test_padding_round_trip_is_exact (void)
{
  for (size_t nx = 50; nx <= 512; nx += 77)
    for (size_t ny = 51; ny <= 512; ny += 115)
      {
        const TrpGeometry geometry = cube (nx, ny, 2, 0.9765625);
        const size_t count = trp_geometry_count_voxels (&geometry);
        g_autofree float *values = noise (count);
        g_autofree float *back = g_new (float, count);
        g_autofree float *stack = NULL;
        g_autoptr (GError) error = NULL;
        TrpFrame frame;

        g_assert_true (trp_frame_init (&frame, &geometry, 0, 0, 0, 32, &error));
        g_assert_cmpuint (frame.output.size[0] % 32, ==, 0);
        g_assert_cmpuint (frame.output.size[0], >=, nx);
        g_assert_cmpuint (frame.output.size[0], <, nx + 32);
        stack = g_new (float, trp_geometry_count_voxels (&frame.output));
        trp_frame_apply (&frame, values, -1, stack);
        g_assert_true (stack[0] == -1 || (nx % 32 == 0 && ny % 32 == 0) || nx % 32 == 31 ||
                       ny % 32 == 31);
        trp_frame_undo (&frame, stack, 99, back);
        g_assert_cmpmem (values, count * sizeof *values, back, count * sizeof *back);
      }
}

static void
test_cropped_rim_comes_back_as_outside (void)
{
  const TrpGeometry geometry = cube (7, 5, 1, 2);
  float values[35], stack[9], back[35];
  TrpFrame frame;

  for (int n = 0; n < 35; n++)
    values[n] = (float) n;
  g_assert_true (trp_frame_init (&frame, &geometry, 0, 3, 3, 1, NULL));
  trp_frame_apply (&frame, values, -1, stack);
  for (int y = 0; y < 3; y++)
    for (int x = 0; x < 3; x++)
      g_assert_true (stack[x + 3 * y] == values[x + 2 + 7 * (y + 1)]);
  trp_frame_undo (&frame, stack, -5, back);
  for (int y = 0; y < 5; y++)
    for (int x = 0; x < 7; x++)
      {
        const bool kept = x >= 2 && x < 5 && y >= 1 && y < 4;

        g_assert_true (back[x + 7 * y] == (kept ? values[x + 7 * y] : -5));
      }
}

/* 48 ways to store the same patient give the same stack, in the same place, and come back. */
static void
test_every_axis_order_gives_the_same_stack (void)
{
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  const size_t size[3] = { 4, 3, 5 };

  for (int way = 0; way < 48; way++)
    {
      const int *order = orders[way / 8];
      size_t stored[3];
      TrpAffine affine = trp_affine_identity ();
      TrpVec3 origin = trp_vec3 (0, 0, 0);
      TrpGeometry geometry;
      float values[60], stack[60], back[60];
      TrpFrame frame;

      for (int a = 0; a < 3; a++) /* stored axis a runs along patient axis order[a] */
        {
          TrpVec3 column = { { 0, 0, 0 } };
          const bool against = way >> a & 1;

          stored[a] = size[order[a]];
          column.v[order[a]] = against ? -2 : 2;
          trp_affine_set_column (&affine, a, column);
          origin.v[order[a]] = against ? 2. * (double) (stored[a] - 1) : 0;
        }
      trp_affine_set_column (&affine, 3, origin);
      g_assert_true (trp_geometry_init (&geometry, stored, &affine, NULL));
      for (size_t n = 0; n < 60; n++)
        {
          const TrpVec3 ijk = trp_vec3 ((double) (n % stored[0]),
                                        (double) (n / stored[0] % stored[1]),
                                        (double) (n / stored[0] / stored[1]));
          const TrpVec3 lps = trp_geometry_lps_from_ijk (&geometry, ijk);

          values[n] = (float) (lps.v[0] + 100 * lps.v[1] + 10000 * lps.v[2]);
        }
      g_assert_true (trp_frame_init (&frame, &geometry, 0, 0, 0, 1, NULL));
      trp_frame_apply (&frame, values, 0, stack);
      for (size_t n = 0; n < 60; n++)
        {
          const TrpVec3 ijk = trp_vec3 ((double) (n % 4), (double) (n / 4 % 3), (double) (n / 12));
          const TrpVec3 lps = trp_geometry_lps_from_ijk (&frame.output, ijk);

          trp_assert_near (lps.v[0], 2 * ijk.v[0], 1e-12);
          trp_assert_near ((double) stack[n], lps.v[0] + 100 * lps.v[1] + 10000 * lps.v[2], 1e-2);
        }
      trp_frame_undo (&frame, stack, 0, back);
      g_assert_cmpmem (values, sizeof values, back, sizeof back);
    }
}

/* A linear ramp survives resampling away from the rim, there and back; weights of a widened
 * triangle on whole pixels are off balance by some hundredths of a pixel, the steepest slope being
 * 0.02. */
static void
test_ramp_survives_resampling (void)
{
  static const double spacings[] = { 0.7, 1.3, 2.6, 4 };

  for (size_t s = 0; s < G_N_ELEMENTS (spacings); s++)
    {
      const TrpGeometry geometry = cube (61, 47, 2, 1.3);
      g_autofree float *values = g_new (float, 61 * 47 * 2);
      g_autofree float *back = g_new (float, 61 * 47 * 2);
      g_autofree float *stack = NULL;
      TrpFrame frame;

      for (size_t n = 0; n < 61 * 47 * 2; n++)
        values[n] = (float) (0.01 * (double) (n % 61) + 0.02 * (double) (n / 61 % 47));
      g_assert_true (trp_frame_init (&frame, &geometry, spacings[s], 0, 0, 1, NULL));
      trp_assert_near (trp_geometry_get_spacing (&frame.output, 0), spacings[s], 1e-9);
      trp_assert_near (trp_vec3_distance (trp_geometry_get_center (&frame.output),
                                          trp_geometry_get_center (&geometry)),
                       0, spacings[s] == 1.3 ? 1 : 1e-9);
      stack = g_new (float, trp_geometry_count_voxels (&frame.output));
      trp_frame_apply (&frame, values, -1, stack);
      trp_frame_undo (&frame, stack, -1, back);
      for (size_t y = 10; y < 37; y++)
        for (size_t x = 10; x < 51; x++)
          trp_assert_near ((double) back[x + 61 * y], (double) values[x + 61 * y], 1e-3);
    }
}

/* Coarser by 4: a checkerboard averages to its mean; without smoothing it would alias to +-1. */
static void
test_coarser_grids_do_not_alias (void)
{
  const TrpGeometry geometry = cube (64, 64, 1, 1);
  g_autofree float *values = g_new (float, 64 * 64);
  float stack[256];
  TrpFrame frame;

  for (size_t n = 0; n < 64 * 64; n++)
    values[n] = (n % 64 + n / 64) % 2 ? 1 : -1;
  g_assert_true (trp_frame_init (&frame, &geometry, 4, 0, 0, 1, NULL));
  trp_frame_apply (&frame, values, 0, stack);
  for (size_t y = 2; y < 14; y++)
    for (size_t x = 2; x < 14; x++)
      trp_assert_near ((double) stack[x + 16 * y], 0, 1e-6);
}

/* A disc of radius 20 mm keeps its area (pi r^2) to a pixel's rim, on both grids, and its place. */
static void
test_labels_keep_their_shape (void)
{
  const TrpGeometry geometry = cube (60, 60, 1, 1);
  g_autofree uint8_t *labels = g_new0 (uint8_t, 3600);
  g_autofree uint8_t *back = g_new (uint8_t, 3600);
  g_autofree uint8_t *stack = NULL;
  size_t n_stack = 0, n_differ = 0;
  TrpFrame frame;

  for (size_t n = 0; n < 3600; n++)
    {
      const double x = (double) (n % 60) - 29.5, y = (double) (n / 60) - 29.5;

      labels[n] = x * x + y * y < 100 ? 9 : x * x + y * y < 400 ? 4 : 0;
    }
  g_assert_true (trp_frame_init (&frame, &geometry, 1.7, 0, 0, 1, NULL));
  stack = g_new (uint8_t, trp_geometry_count_voxels (&frame.output));
  trp_frame_apply_labels (&frame, labels, stack);
  for (size_t n = 0; n < trp_geometry_count_voxels (&frame.output); n++)
    {
      g_assert_true (stack[n] == 0 || stack[n] == 4 || stack[n] == 9);
      n_stack += stack[n] != 0;
    }
  trp_assert_near ((double) n_stack * 1.7 * 1.7, G_PI * 400, 0.05 * G_PI * 400);
  trp_frame_undo_labels (&frame, stack, back);
  for (size_t n = 0; n < 3600; n++)
    n_differ += labels[n] != back[n];
  g_assert_cmpuint (n_differ, <, 120); /* of 188 rim pixels (2 pi 20 + 2 pi 10) */
}

static void
test_same_bits_on_any_number_of_threads (void)
{
  const TrpGeometry geometry = cube (53, 41, 9, 1.1);
  g_autofree float *values = noise (53 * 41 * 9);
  g_autofree float *one = NULL;
  g_autofree float *three = NULL;
  TrpFrame frame;
  size_t bytes;

  g_assert_true (trp_frame_init (&frame, &geometry, 1.9, 32, 32, 1, NULL));
  bytes = trp_geometry_count_voxels (&frame.output) * sizeof (float);
  one = g_malloc (bytes);
  three = g_malloc (bytes);
  trp_parallel_set_threads (1);
  trp_frame_apply (&frame, values, -1, one);
  trp_parallel_set_threads (3);
  trp_frame_apply (&frame, values, -1, three);
  trp_parallel_set_threads (0);
  g_assert_cmpmem (one, bytes, three, bytes);
}

static void
test_refuses_what_it_cannot_hold (void)
{
  const TrpGeometry geometry = cube (512, 512, 1, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) sheared = NULL;
  TrpAffine affine = geometry.lps_from_ijk;
  TrpGeometry skew;
  TrpFrame frame;

  g_assert_false (trp_frame_init (&frame, &geometry, 0.1, 0, 0, 1, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LIMIT);
  affine.m[0][1] = 0.3;
  g_assert_true (trp_geometry_init (&skew, geometry.size, &affine, NULL));
  g_assert_false (trp_frame_init (&frame, &skew, 0, 0, 0, 1, &sheared));
  g_assert_error (sheared, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/curve/values", test_curve_values);
  g_test_add_func ("/curve/inverse-is-exact", test_curve_inverse_is_exact);
  g_test_add_func ("/curve/text-round-trip", test_curve_text_round_trip);
  g_test_add_func ("/curve/refuses", test_curve_refuses);
  g_test_add_func ("/intensity/percentiles-of-the-foreground", test_percentiles_of_the_foreground);
  g_test_add_func ("/intensity/constant-volume-is-black", test_constant_volume_is_black);
  g_test_add_func ("/intensity/json-round-trip", test_rule_json_round_trip);
  g_test_add_func ("/intensity/json-refuses", test_rule_json_refuses);
  g_test_add_func ("/frame/padding-round-trip-is-exact", test_padding_round_trip_is_exact);
  g_test_add_func ("/frame/cropped-rim-comes-back-as-outside",
                   test_cropped_rim_comes_back_as_outside);
  g_test_add_func ("/frame/every-axis-order-gives-the-same-stack",
                   test_every_axis_order_gives_the_same_stack);
  g_test_add_func ("/frame/ramp-survives-resampling", test_ramp_survives_resampling);
  g_test_add_func ("/frame/coarser-grids-do-not-alias", test_coarser_grids_do_not_alias);
  g_test_add_func ("/frame/labels-keep-their-shape", test_labels_keep_their_shape);
  g_test_add_func ("/frame/same-bits-on-any-number-of-threads",
                   test_same_bits_on_any_number_of_threads);
  g_test_add_func ("/frame/refuses-what-it-cannot-hold", test_refuses_what_it_cannot_hold);
  return g_test_run ();
}
