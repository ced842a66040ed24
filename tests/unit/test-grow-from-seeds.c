/* test-grow-from-seeds.c - fronts on step edges, on constant images, against another program
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/structure/grow-from-seeds.h"
#include "tests/lib/check.h"
#include "tests/lib/golden-file.h"

#include <math.h>
#include <string.h>

#define NX 24
#define NY 12
#define NZ 10
static const size_t size[3] = { NX, NY, NZ };
static const double spacing[3] = { 1, 1.5, 2 };

static TrpVolume *
make_volume (const TrpGeometry *geometry, const float *values)
{
  g_autoptr (GBytes) bytes = g_bytes_new (values, trp_geometry_count_voxels (geometry) * 4);

  return trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, NULL, NULL);
}

typedef struct
{
  TrpGeometry geometry;
  TrpVolume *volume;
  TrpMask *object;
  TrpMask *background;
} Case;

static void
clear_case (Case *self)
{
  g_clear_pointer (&self->volume, trp_volume_unref);
  g_clear_pointer (&self->object, trp_mask_free);
  g_clear_pointer (&self->background, trp_mask_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, clear_case)

/* Values of @right from column @edge on, of @left before it; no seeds. */
static void
init_case (Case *self, size_t edge, float left, float right)
{
  float values[NX * NY * NZ];

  for (size_t n = 0; n < NX * NY * NZ; n++)
    values[n] = n % NX < edge ? left : right;
  self->geometry = trp_geometry_axial (size, spacing, trp_vec3 (-3, 7, 11));
  self->volume = make_volume (&self->geometry, values);
  self->object = trp_mask_new (&self->geometry);
  self->background = trp_mask_new (&self->geometry);
}

static TrpMask *
grow (const Case *self, double margin)
{
  const TrpGrowth growth = { self->volume, margin };
  GError *error = NULL;
  TrpMask *out = trp_grow_from_seeds (&growth, self->object, self->background, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (out);
  return out;
}

/* The edge is nearer to the object's seeds in one case and to the background's in the other; the
 * nearest seed would cut between columns 11 and 12. */
static void
test_step_edge (void)
{
  for (size_t edge = 8; edge <= 16; edge += 8)
    {
      g_auto (Case) it = { 0 };
      g_autoptr (TrpMask) out = NULL;

      init_case (&it, edge, -20, 130);
      for (size_t n = 2; n < 8; n++)
        {
          trp_mask_set (it.object, 3, n, n, true);
          trp_mask_set (it.background, 20, n, n, true);
        }
      out = grow (&it, 100);
      for (size_t n = 0; n < NX * NY * NZ; n++)
        g_assert_cmpint (trp_mask_get (out, n % NX, n / NX % NY, n / NX / NY), ==, n % NX < edge);
    }
}

/* All values look like both: a step costs 1.5 times its length. Two seeds: the cheaper way to
 * either is known. */
static void
test_constant_image (void)
{
  static const size_t at[2][3] = { { 5, 3, 7 }, { 14, 9, 2 } };
  g_auto (Case) it = { 0 };
  g_autoptr (TrpMask) out = NULL;

  init_case (&it, 0, 40, 40);
  trp_mask_set (it.object, at[0][0], at[0][1], at[0][2], true);
  trp_mask_set (it.background, at[1][0], at[1][1], at[1][2], true);
  out = grow (&it, 100);
  for (size_t n = 0; n < NX * NY * NZ; n++)
    {
      const size_t voxel[3] = { n % NX, n / NX % NY, n / NX / NY };
      double costs[2] = { 0 };

      for (int seed = 0; seed < 2; seed++)
        for (int axis = 0; axis < 3; axis++)
          costs[seed] += fabs ((double) voxel[axis] - (double) at[seed][axis]) *
                         (1 + floor (16 * 1.5 * spacing[axis]));
      g_assert_cmpint (trp_mask_get (out, voxel[0], voxel[1], voxel[2]), ==, costs[0] < costs[1]);
    }
}

static TrpMask *
read_mask (const TrpSafetensors *file, const char *name, const TrpGeometry *geometry)
{
  const TrpTensorView *view = trp_safetensors_find (file, name);
  const size_t n = trp_geometry_count_voxels (geometry);
  g_autofree float *values = g_new (float, n);
  g_autofree uint8_t *bytes = g_new (uint8_t, n);

  trp_tensor_view_get_f32 (view, values);
  for (size_t v = 0; v < n; v++)
    bytes[v] = values[v] > 0;
  return trp_mask_new_from_bytes (geometry, bytes);
}

static void
test_other_program (void)
{
  const size_t golden_size[3] = { 15, 12, 7 };
  const double golden_spacing[3] = { 0.8, 1.1, 2.5 };
  g_autoptr (TrpSafetensors) file = trp_golden_load ("grow.safetensors");
  g_auto (Case)
    it = { .geometry = trp_geometry_axial (golden_size, golden_spacing, trp_vec3 (0, 0, 0)) };
  g_autofree float *values = g_new (float, 15 * 12 * 7);
  g_autoptr (TrpMask) expected = read_mask (file, "result", &it.geometry);
  g_autoptr (TrpMask) out = NULL;

  trp_tensor_view_get_f32 (trp_safetensors_find (file, "image"), values);
  it.volume = make_volume (&it.geometry, values);
  it.object = read_mask (file, "object", &it.geometry);
  it.background = read_mask (file, "background", &it.geometry);
  out = grow (&it, 0);
  g_assert_cmpuint (trp_mask_count (out), ==, trp_mask_count (expected));
  g_assert_true (trp_mask_equal (out, expected));
}

static void
seed_noise (Case *self)
{
  float values[NX * NY * NZ];

  for (size_t n = 0; n < NX * NY * NZ; n++)
    values[n] = (float) (n * n * 31 % 701) + (n % NX < 11 ? 0 : 300);
  self->geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  self->volume = make_volume (&self->geometry, values);
  self->object = trp_mask_new (&self->geometry);
  self->background = trp_mask_new (&self->geometry);
  for (size_t n = 2; n < 8; n++)
    {
      trp_mask_set (self->object, n, 6, 5, true);
      trp_mask_set (self->background, 13 + n, n, 5, true);
    }
}

static void
test_threads (void)
{
  g_auto (Case) it = { 0 };
  g_autoptr (TrpMask) one = NULL;
  g_autoptr (TrpMask) many = NULL;

  seed_noise (&it);
  trp_parallel_set_threads (1);
  one = grow (&it, 50);
  trp_parallel_set_threads (7);
  many = grow (&it, 50);
  trp_parallel_set_threads (0);
  g_assert_cmpuint (trp_mask_count (one), >, 100);
  g_assert_true (trp_mask_equal (one, many));
}

/* Seeds span columns 2 to 20, rows 2 to 7, slice 5: with 3 mm more 0 to 23, 0 to 9, 3 to 7. */
static void
test_margin (void)
{
  g_auto (Case) it = { 0 };
  g_autoptr (TrpMask) out = NULL;
  TrpBox box;

  seed_noise (&it);
  out = grow (&it, 3);
  box = trp_mask_get_box (out);
  g_assert_cmpuint (box.begin[2], ==, 3);
  g_assert_cmpuint (box.end[2], ==, 8);
  g_assert_cmpuint (box.begin[1], ==, 0);
  g_assert_cmpuint (box.end[1], ==, 10);
  g_clear_pointer (&out, trp_mask_free);
  out = grow (&it, 0);
  box = trp_mask_get_box (out);
  g_assert_cmpuint (box.begin[2], ==, 5);
  g_assert_cmpuint (box.end[2], ==, 6);
}

/* On the right a volume of half the columns ends: nobody owns what lies beyond, and the way around
 * does not exist. */
static void
test_beyond_the_image (void)
{
  const size_t half[3] = { NX / 2, NY, NZ };
  float values[NX / 2 * NY * NZ] = { 0 };
  TrpGeometry geometry;
  g_auto (Case) it = { 0 };
  g_autoptr (TrpMask) out = NULL;

  init_case (&it, 0, 0, 0);
  trp_volume_unref (it.volume);
  geometry = trp_geometry_axial (half, spacing, trp_vec3 (-3, 7, 11));
  it.volume = make_volume (&geometry, values);
  trp_mask_set (it.object, 8, 5, 5, true);
  trp_mask_set (it.object, 20, 5, 5, true);
  trp_mask_set (it.background, 2, 5, 5, true);
  out = grow (&it, 100);
  for (size_t n = 0; n < NX * NY * NZ; n++)
    g_assert_cmpint (trp_mask_get (out, n % NX, n / NX % NY, n / NX / NY), ==,
                     n % NX > 5 && n % NX < NX / 2);
}

static void
assert_refused (const Case *it, int code, const char *pattern)
{
  const TrpGrowth growth = { it->volume, 10 };
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_grow_from_seeds (&growth, it->object, it->background, NULL, &error));
  g_assert_error (error, TRP_ERROR, code);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}

static void
test_refused (void)
{
  const size_t smaller[3] = { NX, NY, NZ - 1 };
  const TrpGeometry other = trp_geometry_axial (smaller, spacing, trp_vec3 (-3, 7, 11));
  g_auto (Case) it = { 0 };

  init_case (&it, 4, 0, 1);
  assert_refused (&it, TRP_ERROR_UNSUPPORTED, "Nothing *object;*");
  trp_mask_set (it.object, 1, 1, 1, true);
  assert_refused (&it, TRP_ERROR_UNSUPPORTED, "Nothing *background;*");
  trp_mask_set (it.background, 1, 1, 1, true);
  assert_refused (&it, TRP_ERROR_UNSUPPORTED, "No stroke for the object*");
  trp_mask_free (it.background);
  it.background = trp_mask_new (&other);
  trp_mask_set (it.background, 9, 1, 1, true);
  assert_refused (&it, TRP_ERROR_GEOMETRY, "*");
}

/* A grid of 2^30 voxels is never walked: masks have no planes but the seeds'. */
static void
test_too_large (void)
{
  const size_t huge[3] = { 1 << 13, 1 << 13, 16 };
  float value[NX * NY * NZ] = { 0 };
  g_auto (Case) it = { .geometry = trp_geometry_axial (huge, spacing, trp_vec3 (0, 0, 0)) };
  const TrpGeometry small = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));

  it.volume = make_volume (&small, value);
  it.object = trp_mask_new (&it.geometry);
  it.background = trp_mask_new (&it.geometry);
  trp_mask_set (it.object, 0, 0, 0, true);
  trp_mask_set (it.background, (1 << 13) - 1, (1 << 13) - 1, 15, true);
  assert_refused (&it, TRP_ERROR_LIMIT, "*1024 million voxels*margin*");
}

static void
cancel_at_once (double fraction, const char *text, void *data)
{
  (void) text;
  g_assert_cmpfloat (fraction, >=, 0);
  g_cancellable_cancel (data);
}

static void
test_cancel (void)
{
  g_auto (Case) it = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TrpProgress progress = {
    .func = cancel_at_once, .data = cancellable, .cancellable = cancellable, .end = 1
  };

  seed_noise (&it);
  const TrpGrowth growth = { it.volume, 10 };

  g_assert_null (trp_grow_from_seeds (&growth, it.object, it.background, &progress, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grow-from-seeds/step-edge", test_step_edge);
  g_test_add_func ("/grow-from-seeds/constant-image", test_constant_image);
  g_test_add_func ("/grow-from-seeds/other-program", test_other_program);
  g_test_add_func ("/grow-from-seeds/threads", test_threads);
  g_test_add_func ("/grow-from-seeds/margin", test_margin);
  g_test_add_func ("/grow-from-seeds/beyond-the-image", test_beyond_the_image);
  g_test_add_func ("/grow-from-seeds/refused", test_refused);
  g_test_add_func ("/grow-from-seeds/too-large", test_too_large);
  g_test_add_func ("/grow-from-seeds/cancel", test_cancel);
  return g_test_run ();
}
