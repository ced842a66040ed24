/* test-cost-law.c - what an edit costs follows the edit, never the size of the volume
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every tool at work on the same voxels in a grid, in one with slices four times as large, and in
 * one with nearly four times as many slices: words changed, bytes that the step keeps, and every
 * byte that is asked of the C library are equal exactly. Only a slice's first write after a
 * snapshot, whose plane is as large as the slice, and the lists of planes are counted apart: their
 * number is equal. What grows with the image by design (livewire's cost image and tree, a flood
 * fill, a worker's operation on a whole structure) is no part of the law; taking its result over
 * is.
 */

#include "tests/lib/edit-cost.h"

#define SCALE 0.25

/* 8 bytes times the slices is no size that a list of points or corners has. */
static const size_t sizes[][3] = { { 128, 160, 77 }, { 256, 320, 77 }, { 128, 160, 307 } };

static void
assert_equal (const char *name,
              const TrpTestEditCost *cost,
              const TrpTestEditCost *expected,
              TrpTestPhase from)
{
  g_assert_cmpuint (cost->n_words, ==, expected->n_words);
  g_assert_cmpuint (cost->step_bytes, ==, expected->step_bytes);
  g_assert_cmpuint (cost->n_words, >, 5);
  for (TrpTestPhase phase = from; phase < TRP_TEST_N_PHASES; phase++)
    {
      const TrpTestCost *one = &cost->phases[phase], *other = &expected->phases[phase];

      if (one->bytes != other->bytes || one->n_planes != other->n_planes ||
          one->n_lists != other->n_lists)
        g_error ("%s, %s: %zu bytes, %zu planes and %zu lists; on the small grid %zu, %zu and %zu",
                 name, trp_test_phase_get_name (phase), one->bytes, one->n_planes, one->n_lists,
                 other->bytes, other->n_planes, other->n_lists);
    }
  /* No plane is shared any more. */
  for (TrpTestPhase phase = TRP_TEST_COUNTS; phase < TRP_TEST_N_PHASES; phase++)
    g_assert_cmpuint (cost->phases[phase].n_planes, ==, 0);
  g_assert_cmpuint (cost->phases[TRP_TEST_COUNTS].bytes, ==, 0);
}

/* Everything is done twice: what is made once in a process is made at the first time. */
static void
test_tool (gconstpointer data)
{
  const TrpTestTool *tool = data;
  TrpTestEditCost costs[G_N_ELEMENTS (sizes)];

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (TrpTestScene) scene = trp_test_scene_new (sizes[s], SCALE);

      trp_test_measure_tool (scene, tool);
      costs[s] = trp_test_measure_tool (scene, tool);
      assert_equal (tool->name, &costs[s], &costs[0],
                    tool->waits ? TRP_TEST_EVENT : TRP_TEST_PRESS);
    }
}

/* From the moment that the worker's result is there. */
static void
test_operation (gconstpointer data)
{
  const TrpTestOperation *operation = data;
  TrpTestEditCost costs[G_N_ELEMENTS (sizes)];

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      g_autoptr (TrpTestScene) scene = trp_test_scene_new (sizes[s], SCALE);

      trp_test_measure_operation (scene, operation);
      costs[s] = trp_test_measure_operation (scene, operation);
      assert_equal (operation->name, &costs[s], &costs[0], TRP_TEST_RELEASE);
    }
}

static void
add (const char *name, gconstpointer data, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/cost-law/%s", name);

  g_test_add_data_func (path, data, test);
}

/* The counter itself: a plane of each kind of slice that a disc writes, once. */
static void
test_counts (void)
{
  g_autoptr (TrpTestScene) scene = trp_test_scene_new (sizes[0], SCALE);
  void *block;
  TrpTestAllocations counted;
  TrpTestEditCost cost;

  if (!trp_test_allocations_are_counted ())
    {
      g_test_skip ("a sanitizer's allocator is in use: bytes are not counted");
      return;
    }
  trp_test_allocations_begin (100, 200);
  block = g_realloc (g_malloc (30), 200);
  g_free (block);
  g_free (g_malloc0 (100));
  counted = trp_test_allocations_end ();
  g_assert_cmpuint (counted.bytes, ==, 330);
  g_assert_cmpuint (counted.n_planes, ==, 1);
  g_assert_cmpuint (counted.n_lists, ==, 1);
  cost = trp_test_measure_tool (scene, &trp_test_tools[0]);
  g_assert_cmpuint (cost.phases[TRP_TEST_PRESS].n_planes, ==, 1);
  g_assert_cmpuint (cost.phases[TRP_TEST_EVENT].n_planes, ==, 0);
  g_assert_cmpuint (cost.phases[TRP_TEST_EVENT].bytes, >, 0);
}

int
main (int argc, char **argv)
{
  trp_test_allocations_init (argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cost-law/counter", test_counts);
  for (size_t n = 0; n < trp_test_n_tools; n++)
    add (trp_test_tools[n].name, &trp_test_tools[n], test_tool);
  for (size_t n = 0; n < trp_test_n_operations; n++)
    add (trp_test_operations[n].name, &trp_test_operations[n], test_operation);
  return g_test_run ();
}
