/* test-edit.c - the edit session: strokes, undo, locks, notices, history
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/edit.h"
#include "core/structure/push.h"
#include "core/structure/smart-brush.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "tests/lib/sessions.h"

#include <string.h>

static const TrpBrush ball = { TRP_BRUSH_BALL, 3, { { 0 } }, { { 0 } } };
static const TrpPaintOptions paint = { 0 };
static const TrpPaintOptions erase = { .erase = true };

static TrpGeometry
make_geometry (void)
{
  return trp_geometry_axial ((size_t[]){ 70, 40, 20 }, (double[]){ 1, 1, 2 }, trp_vec3 (0, 0, 0));
}

static void
stroke (TrpEditSession *session,
        size_t index,
        const TrpBrush *brush,
        const TrpPaintOptions *options,
        TrpVec3 from,
        TrpVec3 to)
{
  trp_test_session_stroke (session, index, brush, options, from, to, 1);
}

static void
test_undo_and_redo (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpHistory *history = trp_edit_session_peek_history (session);
  size_t painted;

  g_assert_false (trp_edit_session_undo (session));
  g_assert_false (trp_edit_session_is_dirty (session));
  stroke (session, 0, &ball, &paint, trp_vec3 (20, 20, 20), trp_vec3 (30, 20, 20));
  painted = trp_mask_count (trp_test_session_get_mask (session, 0));
  g_assert_cmpuint (painted, >, 0);
  g_assert_cmpuint (trp_history_get_size (history), ==, 1);
  g_assert_cmpstr (trp_edit_step_get_name (trp_history_get (history, 0)), ==, "Brush");
  g_assert_true (trp_edit_session_is_dirty (session));
  g_assert_true (trp_edit_session_undo (session));
  g_assert_true (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
  g_assert_false (trp_edit_session_is_dirty (session));
  g_assert_true (trp_edit_session_redo (session));
  g_assert_cmpuint (trp_mask_count (trp_test_session_get_mask (session, 0)), ==, painted);
  g_assert_false (trp_edit_session_redo (session));
}

/* A path of the same shape in one, seven and a hundred events. */
static void
test_strokes_do_not_depend_on_events (void)
{
  TrpRng rng = trp_rng_new (11, 0);

  for (int n = 0; n < 12; n++)
    {
      const TrpGeometry geometry = trp_test_random_geometry (&rng, (size_t[]){ 70, 40, 20 });
      const TrpBrush brush = {
        (TrpBrushShape) (n % TRP_N_BRUSH_SHAPES), 0.5 + n, { { 1, n - 3, 2 } }, { { n - 5, 1, 0 } }
      };
      const TrpVec3 from = trp_test_random_point (&rng, &geometry);
      const TrpVec3 to = trp_test_random_point (&rng, &geometry);
      const int events[] = { 1, 7, 100 };
      g_autoptr (TrpMask) first = NULL;

      for (size_t e = 0; e < G_N_ELEMENTS (events); e++)
        {
          g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);

          g_assert_true (trp_edit_session_begin_stroke (
            session, "Brush", trp_test_session_get (session, 0), &brush, &paint, from, NULL));
          for (int event = 1; event <= events[e]; event++)
            {
              const double t = (double) event / events[e];

              trp_edit_session_extend_stroke (
                session, trp_vec3_add (trp_vec3_scale (from, 1 - t), trp_vec3_scale (to, t)));
            }
          g_assert_true (trp_edit_session_end_stroke (session));
          if (!first)
            first = trp_mask_copy (trp_test_session_get_mask (session, 0));
          g_assert_true (trp_mask_equal (trp_test_session_get_mask (session, 0), first));
          g_assert_true (trp_edit_session_undo (session));
          g_assert_true (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
        }
    }
}

static void
test_cancel_takes_back (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 2);
  const TrpPaintOptions options = { .over = TRP_PAINT_OVER_UNLOCKED };
  g_autoptr (TrpStructureSet) before = NULL;

  stroke (session, 1, &ball, &paint, trp_vec3 (20, 20, 20), trp_vec3 (30, 20, 20));
  before = trp_edit_session_snapshot (session);
  g_assert_true (trp_edit_session_begin_stroke (session, "Brush", trp_test_session_get (session, 0),
                                                &ball, &options, trp_vec3 (22, 20, 20), NULL));
  trp_edit_session_extend_stroke (session, trp_vec3 (25, 25, 20));
  g_assert_true (trp_edit_session_is_stroking (session));
  trp_edit_session_cancel_stroke (session);
  g_assert_false (trp_edit_session_is_stroking (session));
  for (size_t n = 0; n < 2; n++)
    g_assert_true (trp_mask_equal (trp_test_session_get_mask (session, n),
                                   trp_structure_peek_mask (trp_structure_set_get (before, n))));
  g_assert_cmpuint (trp_history_get_size (trp_edit_session_peek_history (session)), ==, 1);
}

static void
test_stroke_without_effect_is_no_step (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);

  stroke (session, 0, &ball, &erase, trp_vec3 (20, 20, 20), trp_vec3 (30, 20, 20));
  g_assert_cmpuint (trp_history_get_size (trp_edit_session_peek_history (session)), ==, 0);
  g_assert_false (trp_edit_session_is_dirty (session));
}

static void
test_undo_ends_the_stroke (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);

  g_assert_true (trp_edit_session_begin_stroke (session, "Brush", trp_test_session_get (session, 0),
                                                &ball, &paint, trp_vec3 (22, 20, 20), NULL));
  g_assert_true (trp_edit_session_is_dirty (session));
  g_assert_true (trp_edit_session_undo (session));
  g_assert_true (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
  g_assert_false (trp_edit_session_is_stroking (session));
  g_assert_true (trp_edit_session_redo (session));
  g_assert_false (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
}

static void
test_points_that_are_no_numbers_are_left_out (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  g_autoptr (TrpEditSession) clean = trp_test_session_new (&geometry, 1);

  g_assert_true (trp_edit_session_begin_stroke (session, "Brush", trp_test_session_get (session, 0),
                                                &ball, &paint, trp_vec3 (20, 20, 20), NULL));
  trp_edit_session_extend_stroke (session, trp_vec3 (NAN, 20, 20));
  trp_edit_session_extend_stroke (session, trp_vec3 (30, 20, 20));
  trp_edit_session_end_stroke (session);
  stroke (clean, 0, &ball, &paint, trp_vec3 (20, 20, 20), trp_vec3 (30, 20, 20));
  g_assert_true (
    trp_mask_equal (trp_test_session_get_mask (session, 0), trp_test_session_get_mask (clean, 0)));
}

/* Painting A over B (unlocked) and C (locked), all with a voxel of their own and one ball wide. */
static void
test_painting_over_others (void)
{
  const TrpGeometry geometry = make_geometry ();
  const TrpVec3 center = trp_vec3 (30, 20, 20);

  for (TrpPaintOver over = TRP_PAINT_OVER_ALL; over <= TRP_PAINT_OVER_EMPTY; over++)
    {
      g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 3);
      const TrpPaintOptions options = { .over = over };

      for (size_t n = 1; n < 3; n++)
        {
          const TrpVec3 beside = trp_vec3 (n == 1 ? 28 : 32, 20, 20);
          const TrpBrush dot = { TRP_BRUSH_BALL, 0.4, { { 0 } }, { { 0 } } };

          stroke (session, n, &dot, &paint, beside, beside);
        }
      trp_edit_session_set_locked (session, trp_test_session_get (session, 2), true);
      stroke (session, 0, &ball, &options, center, center);
      g_assert_true (trp_mask_get (trp_test_session_get_mask (session, 0), 30, 20, 10));
      g_assert_cmpint (trp_mask_get (trp_test_session_get_mask (session, 0), 28, 20, 10), ==,
                       over != TRP_PAINT_OVER_EMPTY);
      g_assert_cmpint (trp_mask_get (trp_test_session_get_mask (session, 0), 32, 20, 10), ==,
                       over == TRP_PAINT_OVER_ALL);
      g_assert_cmpint (trp_mask_get (trp_test_session_get_mask (session, 1), 28, 20, 10), ==,
                       over != TRP_PAINT_OVER_UNLOCKED);
      g_assert_true (trp_mask_get (trp_test_session_get_mask (session, 2), 32, 20, 10));
      g_assert_true (trp_edit_session_undo (session));
      g_assert_true (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
      g_assert_true (trp_mask_get (trp_test_session_get_mask (session, 1), 28, 20, 10));
    }
}

static void
assert_locked (bool ok, GError **location)
{
  GError *error = g_steal_pointer (location);

  g_assert_false (ok);
  g_assert_error (error, TRP_ERROR, TRP_ERROR_LOCKED);
  g_assert_nonnull (strstr (error->message, "\"A\" is locked"));
  g_error_free (error);
}

static void
test_locked_refuses (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  TrpStructure *structure = trp_test_session_get (session, 0);
  g_autoptr (TrpPatch) stencil = trp_patch_new ();
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  GError *errors[4] = { NULL };

  trp_patch_append (stencil, 0, 0, 0, 1);
  trp_mask_set (mask, 0, 0, 0, true);
  trp_edit_session_set_locked (session, structure, true);
  assert_locked (trp_edit_session_begin_stroke (session, "Brush", structure, &ball, &paint,
                                                trp_vec3 (20, 20, 20), &errors[0]),
                 &errors[0]);
  g_assert_false (trp_edit_session_is_stroking (session));
  assert_locked (trp_edit_session_paint (session, "Fill", structure, stencil, &paint, &errors[1]),
                 &errors[1]);
  assert_locked (trp_edit_session_replace_mask (session, "Result", structure, mask,
                                                TRP_ORIGIN_AUTOMATIC, NULL, &errors[2]),
                 &errors[2]);
  assert_locked (trp_edit_session_remove (session, "Delete", structure, &errors[3]), &errors[3]);
  g_assert_true (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
  g_assert_cmpuint (trp_history_get_size (trp_edit_session_peek_history (session)), ==, 0);
  trp_edit_session_set_locked (session, structure, false);
  g_assert_true (trp_edit_session_paint (session, "Fill", structure, stencil, &paint, NULL));
  g_assert_true (trp_mask_equal (trp_test_session_get_mask (session, 0), mask));
}

static void
test_other_grid_is_refused (void)
{
  const TrpGeometry geometry = make_geometry ();
  const TrpGeometry shifted = trp_geometry_axial ((size_t[]){ 70, 40, 20 }, (double[]){ 1, 1, 2 },
                                                  trp_vec3 (0.5, 0, 0));
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  g_autoptr (TrpMask) mask = trp_mask_new (&shifted);
  g_autoptr (TrpStructure)
    structure = trp_structure_new ("B", trp_color_get_default (1), trp_mask_new (&shifted));
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_edit_session_replace_mask (session, "Result",
                                                 trp_test_session_get (session, 0), mask,
                                                 TRP_ORIGIN_AUTOMATIC, NULL, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
  g_clear_error (&error);
  g_assert_false (trp_edit_session_add (session, "Add", structure, 0, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY);
}

static void
test_names_are_unique (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 2);
  g_autoptr (GError) error = NULL;

  g_assert_false (
    trp_edit_session_rename (session, "Rename", trp_test_session_get (session, 0), "B", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (
    trp_edit_session_rename (session, "Rename", trp_test_session_get (session, 0), "", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED);
  g_assert_true (
    trp_edit_session_rename (session, "Rename", trp_test_session_get (session, 0), "A", NULL));
  g_assert_cmpuint (trp_history_get_size (trp_edit_session_peek_history (session)), ==, 0);
}

/* "ABC" for structures of these names in this order. */
static char *
dup_names (const TrpEditSession *session)
{
  const TrpStructureSet *set = trp_edit_session_peek_set (session);
  GString *names = g_string_new (NULL);

  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    g_string_append (names, trp_structure_get_name (trp_structure_set_get (set, n)));
  return g_string_free (names, false);
}

static void
assert_names (const TrpEditSession *session, const char *expected)
{
  g_autofree char *names = dup_names (session);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_list_changes_are_undone (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 3);
  const char *const states[] = { "ABC", "BCA", "BA", "BDA", "BDX", "BDX" };
  g_autoptr (TrpStructure)
    added = trp_structure_new ("D", trp_color_get_default (3), trp_mask_new (&geometry));

  trp_edit_session_move (session, "Move", trp_test_session_get (session, 0), 99);
  g_assert_true (
    trp_edit_session_remove (session, "Delete", trp_test_session_get (session, 1), NULL));
  g_assert_true (trp_edit_session_add (session, "Add", added, 1, NULL));
  g_assert_true (
    trp_edit_session_rename (session, "Rename", trp_test_session_get (session, 2), "X", NULL));
  trp_edit_session_recolor (session, "Colour", trp_test_session_get (session, 0),
                            (TrpColor){ 1, 2, 3 });
  for (size_t n = G_N_ELEMENTS (states); n-- > 0;)
    {
      assert_names (session, states[n]);
      g_assert_cmpint (trp_edit_session_undo (session), ==, n > 0);
    }
  g_assert_cmpuint (trp_structure_get_color (trp_test_session_get (session, 1)).red, ==, 0x89);
  for (size_t n = 0; n < G_N_ELEMENTS (states); n++)
    {
      assert_names (session, states[n]);
      g_assert_cmpint (trp_edit_session_redo (session), ==, n + 1 < G_N_ELEMENTS (states));
    }
  g_assert_cmpuint (trp_structure_get_color (trp_test_session_get (session, 0)).blue, ==, 3);
  trp_edit_session_go_to (session, 2);
  assert_names (session, "BA");
  trp_edit_session_go_to (session, 99);
  assert_names (session, "BDX");
  trp_edit_session_go_to (session, 0);
  assert_names (session, "ABC");
}

static void
test_hand_edit_makes_automatic_semiautomatic (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  TrpStructure *structure = trp_test_session_get (session, 0);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);

  trp_mask_set (mask, 3, 3, 3, true);
  g_assert_true (trp_edit_session_replace_mask (session, "Segment", structure, mask,
                                                TRP_ORIGIN_AUTOMATIC, "{\"model\":1}", NULL));
  g_assert_true (trp_mask_equal (trp_test_session_get_mask (session, 0), mask));
  stroke (session, 0, &ball, &paint, trp_vec3 (20, 20, 20), trp_vec3 (30, 20, 20));
  g_assert_cmpint (trp_structure_get_origin (structure), ==, TRP_ORIGIN_SEMIAUTOMATIC);
  g_assert_cmpstr (trp_structure_get_provenance (structure), ==, "{\"model\":1}");
  trp_edit_session_undo (session);
  g_assert_cmpint (trp_structure_get_origin (structure), ==, TRP_ORIGIN_AUTOMATIC);
  trp_edit_session_undo (session);
  g_assert_cmpint (trp_structure_get_origin (structure), ==, TRP_ORIGIN_UNKNOWN);
  g_assert_null (trp_structure_get_provenance (structure));
  trp_edit_session_go_to (session, 2);
  g_assert_cmpint (trp_structure_get_origin (structure), ==, TRP_ORIGIN_SEMIAUTOMATIC);
}

static void
test_saved_state_is_found_again (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);

  for (int n = 0; n < 3; n++)
    stroke (session, 0, &ball, &paint, trp_vec3 (10 * n, 20, 20), trp_vec3 (10 * n, 20, 20));
  trp_edit_session_undo (session);
  trp_edit_session_mark_saved (session);
  g_assert_false (trp_edit_session_is_dirty (session));
  trp_edit_session_set_visible (session, trp_test_session_get (session, 0), false);
  trp_edit_session_set_locked (session, trp_test_session_get (session, 0), true);
  trp_edit_session_set_locked (session, trp_test_session_get (session, 0), false);
  g_assert_false (trp_edit_session_is_dirty (session));
  trp_edit_session_redo (session);
  g_assert_true (trp_edit_session_is_dirty (session));
  trp_edit_session_undo (session);
  g_assert_false (trp_edit_session_is_dirty (session));
  trp_edit_session_undo (session);
  g_assert_true (trp_edit_session_is_dirty (session));
  /* Another branch leads to as many steps, but not to the same state. */
  stroke (session, 0, &ball, &paint, trp_vec3 (50, 20, 20), trp_vec3 (50, 20, 20));
  g_assert_true (trp_edit_session_is_dirty (session));
  trp_edit_session_undo (session);
  g_assert_true (trp_edit_session_is_dirty (session));
}

static void
test_history_limit_drops_oldest (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  const TrpHistory *history = trp_edit_session_peek_history (session);
  size_t bytes;

  for (int n = 0; n < 20; n++)
    stroke (session, 0, &ball, &paint, trp_vec3 (3 * n, 20, 20), trp_vec3 (3 * n, 20, 20));
  g_assert_cmpuint (trp_history_get_size (history), ==, 20);
  g_assert_cmpuint (trp_history_get_limit (history), ==, (size_t) 256 << 20);
  bytes = trp_history_get_bytes (history);
  trp_edit_session_set_history_limit (session, bytes / 4);
  g_assert_cmpuint (trp_history_get_bytes (history), <=, bytes / 4);
  g_assert_cmpuint (trp_history_get_size (history), >=, 4);
  g_assert_cmpuint (trp_history_get_size (history) + trp_history_get_dropped (history), ==, 20);
  trp_edit_session_go_to (session, 0);
  g_assert_false (trp_mask_is_empty (trp_test_session_get_mask (session, 0)));
  g_assert_true (trp_edit_session_is_dirty (session));
  trp_edit_session_go_to (session, 99);
  trp_edit_session_set_history_limit (session, 0);
  g_assert_cmpuint (trp_history_get_size (history), ==, 1);
  stroke (session, 0, &ball, &erase, trp_vec3 (0, 20, 20), trp_vec3 (60, 20, 20));
  g_assert_cmpuint (trp_history_get_size (history), ==, 1);
  g_assert_true (trp_edit_session_undo (session));
}

static void
test_snapshot_stays_as_it_was (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);
  g_autoptr (TrpStructureSet) snapshot = NULL;
  const TrpMask *mask;
  size_t count;

  stroke (session, 0, &ball, &paint, trp_vec3 (20, 20, 20), trp_vec3 (20, 20, 20));
  snapshot = trp_edit_session_snapshot (session);
  mask = trp_structure_peek_mask (trp_structure_set_get (snapshot, 0));
  count = trp_mask_count (mask);
  for (size_t k = 0; k < 20; k++)
    g_assert_true (trp_mask_shares_slice (mask, trp_test_session_get_mask (session, 0), k));
  stroke (session, 0, &ball, &paint, trp_vec3 (25, 20, 22), trp_vec3 (25, 20, 22));
  g_assert_cmpuint (trp_mask_count (mask), ==, count);
  /* A ball of 3 mm at slice 11, 2 mm apart, reaches slices 10 to 12. */
  for (size_t k = 0; k < 20; k++)
    g_assert_cmpint (trp_mask_shares_slice (mask, trp_test_session_get_mask (session, 0), k), ==,
                     k < 10 || k > 12);
}

static gpointer
count_many_times (gpointer data)
{
  const TrpMask *mask = data;
  const size_t count = trp_mask_count (mask);

  for (int n = 0; n < 200; n++)
    if (trp_mask_count (mask) != count)
      return GSIZE_TO_POINTER (SIZE_MAX);
  return GSIZE_TO_POINTER (count);
}

static void
test_worker_reads_while_strokes_go_on (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 1);

  for (int n = 0; n < 5; n++)
    {
      g_autoptr (TrpStructureSet) snapshot = trp_edit_session_snapshot (session);
      const TrpMask *mask = trp_structure_peek_mask (trp_structure_set_get (snapshot, 0));
      const size_t count = trp_mask_count (mask);
      GThread *thread = g_thread_new ("count", count_many_times, (gpointer) mask);

      for (int s = 0; s < 10; s++)
        stroke (session, 0, &ball, s % 3 ? &paint : &erase, trp_vec3 (5 * s, 5 * n, 20),
                trp_vec3 (60 - 5 * s, 20, 20));
      g_assert_cmpuint (GPOINTER_TO_SIZE (g_thread_join (thread)), ==, count);
    }
}

static void
on_any_change (TrpEditSession *session, const TrpEditChange *change, void *user_data)
{
  GString *log = user_data;

  if (change->kind == TRP_EDIT_HISTORY)
    g_string_append_printf (log, "h%d", trp_edit_session_is_dirty (session));
  else
    g_string_append_printf (log, "%c%s%zu", "vadmt"[change->kind],
                            trp_structure_get_name (change->structure), change -> index);
  g_string_append_c (log, ' ');
}

static void
test_listeners_hear_everything_once (void)
{
  const TrpGeometry geometry = make_geometry ();
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 2);
  TrpStructure *second = trp_test_session_get (session, 1);
  g_autoptr (GString) log = g_string_new (NULL);
  const unsigned id = trp_edit_session_add_listener (session, on_any_change, log);

  stroke (session, 1, &ball, &paint, trp_vec3 (20, 20, 20), trp_vec3 (40, 20, 20));
  g_assert_cmpstr (log->str, ==, "vB1 vB1 h1 ");
  g_string_truncate (log, 0);
  trp_edit_session_undo (session);
  g_assert_cmpstr (log->str, ==, "vB1 h0 ");
  g_string_truncate (log, 0);
  trp_edit_session_move (session, "Move", second, 0);
  g_assert_true (trp_edit_session_remove (session, "Delete", second, NULL));
  trp_edit_session_undo (session);
  g_assert_true (trp_edit_session_rename (session, "Rename", second, "C", NULL));
  trp_edit_session_set_visible (session, second, false);
  trp_edit_session_set_visible (session, second, false);
  g_assert_cmpstr (log->str, ==, "mB0 h1 dB0 h1 aB0 h1 tC0 h1 tC0 ");
  g_string_truncate (log, 0);
  trp_edit_session_remove_listener (session, id);
  trp_edit_session_undo (session);
  g_assert_cmpstr (log->str, ==, "");
}

/* Live counts as core/metrics will keep them, by structure. */
typedef struct
{
  GHashTable *counts;
  bool ok;
} Counter;

static void
on_count (TrpEditSession *session, const TrpEditChange *change, void *user_data)
{
  Counter *counter = user_data;
  const TrpMask *mask;
  gintptr count;
  size_t position = 0;
  TrpPatchRun run;

  (void) session;
  if (change->kind != TRP_EDIT_VOXELS)
    return;
  mask = trp_structure_peek_mask (change->structure);
  count = GPOINTER_TO_SIZE (g_hash_table_lookup (counter->counts, change->structure));
  while (trp_patch_next_run (change->patch, &position, &run))
    for (size_t w = 0; w < run.n_words; w++)
      {
        const uint64_t now = trp_mask_peek_slice (
          mask, run.k)[run.j * trp_mask_get_words_per_row (mask) + run.word + w];

        count += __builtin_popcountll (run.bits[w] & now);
        count -= __builtin_popcountll (run.bits[w] & ~now);
        counter->ok &= run.k >= change->box.begin[2] && run.k < change->box.end[2] &&
                       run.j >= change->box.begin[1] && run.j < change->box.end[1];
      }
  g_hash_table_insert (counter->counts, change->structure, GSIZE_TO_POINTER ((gsize) count));
}

static void
assert_spare_bits_are_zero (const TrpMask *mask)
{
  const size_t *size = trp_mask_get_geometry (mask)->size;
  const size_t n_words = trp_mask_get_words_per_row (mask);

  if (size[0] % 64 == 0)
    return;
  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; trp_mask_peek_slice (mask, k) && j < size[1]; j++)
      g_assert_cmpuint (trp_mask_peek_slice (mask, k)[(j + 1) * n_words - 1] >> size[0] % 64, ==,
                        0);
}

static void
assert_same_state (const TrpStructureSet *set, const TrpStructureSet *expected)
{
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, trp_structure_set_get_size (expected));
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    {
      const TrpStructure *a = trp_structure_set_get (set, n);
      const TrpStructure *b = trp_structure_set_get (expected, n);
      const TrpColor color_a = trp_structure_get_color (a), color_b = trp_structure_get_color (b);

      g_assert_cmpstr (trp_structure_get_name (a), ==, trp_structure_get_name (b));
      g_assert_cmpuint (trp_structure_get_label (a), ==, trp_structure_get_label (b));
      g_assert_cmpint (trp_structure_get_origin (a), ==, trp_structure_get_origin (b));
      g_assert_cmpmem (&color_a, sizeof color_a, &color_b, sizeof color_b);
      g_assert_true (trp_mask_equal (trp_structure_peek_mask (a), trp_structure_peek_mask (b)));
    }
}

static TrpVolume *
make_noise (const TrpGeometry *geometry, TrpRng *rng)
{
  const size_t n = trp_geometry_count_voxels (geometry);
  g_autofree uint8_t *voxels = g_new (uint8_t, n);
  g_autoptr (GBytes) bytes = NULL;

  for (size_t v = 0; v < n; v++)
    voxels[v] = (uint8_t) trp_rng_below (rng, 256);
  bytes = g_bytes_new (voxels, n);
  return trp_volume_new (geometry, TRP_VOXEL_U8, bytes, 1, 0, NULL, NULL);
}

static void
random_stroke (TrpEditSession *session,
               TrpStructure *structure,
               const TrpVolume *volume,
               TrpRng *rng)
{
  static const TrpStencilMaker *const makers[] = { NULL, NULL, &trp_smart_brush, &trp_push };
  const TrpGeometry *geometry = trp_structure_set_get_geometry (
    trp_edit_session_peek_set (session));
  const TrpBrush brush = {
    .shape = (TrpBrushShape) trp_rng_below (rng, TRP_N_BRUSH_SHAPES),
    .radius = trp_rng_uniform (rng, 0.2, 9),
    .normal_lps = trp_vec3 (trp_rng_normal (rng, 0, 1), trp_rng_normal (rng, 0, 1), 1),
    .edge_lps = trp_vec3 (1, 0, 0),
  };
  const TrpPaintOptions options = {
    .erase = trp_rng_below (rng, 3) == 0,
    .over = (TrpPaintOver) trp_rng_below (rng, 3),
    .limit = trp_rng_below (rng, 2) ? volume : NULL,
    .low = 50,
    .high = 200,
    .maker = makers[trp_rng_below (rng, G_N_ELEMENTS (makers))],
    .image = volume,
  };

  if (!trp_edit_session_begin_stroke (session, "Brush", structure, &brush, &options,
                                      trp_test_random_point (rng, geometry), NULL))
    return;
  for (uint32_t n = trp_rng_below (rng, 6); n > 0; n--)
    trp_edit_session_extend_stroke (session, trp_test_random_point (rng, geometry));
  if (trp_rng_below (rng, 10) == 0)
    trp_edit_session_cancel_stroke (session);
  else
    trp_edit_session_end_stroke (session);
}

static void
random_replace (TrpEditSession *session, TrpStructure *structure, TrpRng *rng)
{
  g_autoptr (TrpMask) mask = trp_mask_copy (trp_structure_peek_mask (structure));
  const size_t *size = trp_mask_get_geometry (mask)->size;

  for (int n = 0; n < 50; n++)
    trp_mask_set (mask, trp_rng_below (rng, (uint32_t) size[0]),
                  trp_rng_below (rng, (uint32_t) size[1]), trp_rng_below (rng, (uint32_t) size[2]),
                  trp_rng_below (rng, 2) == 0);
  if (!trp_edit_session_replace_mask (session, "Result", structure, mask, TRP_ORIGIN_AUTOMATIC,
                                      NULL, NULL))
    g_assert_true (trp_structure_get_locked (structure));
}

static void
random_list_change (TrpEditSession *session, TrpStructure *structure, int n, TrpRng *rng)
{
  const TrpStructureSet *set = trp_edit_session_peek_set (session);
  const size_t size = trp_structure_set_get_size (set);
  g_autofree char *name = g_strdup_printf ("S%d", n);

  switch (trp_rng_below (rng, 6))
    {
    case 0:
      if (size < 6)
        {
          g_autoptr (TrpStructure)
            added = trp_structure_new (name, trp_color_get_default (size),
                                       trp_mask_new (trp_structure_set_get_geometry (set)));

          g_assert_true (trp_edit_session_add (session, "Add", added, size / 2, NULL));
        }
      break;
    case 1:
      if (size > 2 && !trp_edit_session_remove (session, "Delete", structure, NULL))
        g_assert_true (trp_structure_get_locked (structure));
      break;
    case 2:
      g_assert_true (trp_edit_session_rename (session, "Rename", structure, name, NULL));
      break;
    case 3:
      trp_edit_session_recolor (session, "Colour", structure,
                                trp_color_get_default (trp_rng_below (rng, 10)));
      break;
    case 4:
      trp_edit_session_move (session, "Move", structure, trp_rng_below (rng, 5));
      break;
    default:
      trp_edit_session_set_locked (session, structure, trp_rng_below (rng, 3) == 0);
    }
}

static void
random_edit (TrpEditSession *session, const TrpVolume *volume, int n, TrpRng *rng)
{
  const TrpStructureSet *set = trp_edit_session_peek_set (session);
  TrpStructure *structure = trp_structure_set_get (
    set, trp_rng_below (rng, (uint32_t) trp_structure_set_get_size (set)));
  const uint32_t kind = trp_rng_below (rng, 10);

  if (kind < 7)
    random_stroke (session, structure, volume, rng);
  else if (kind == 7)
    random_replace (session, structure, rng);
  else
    random_list_change (session, structure, n, rng);
}

/* States by their position in the history, as deep copies that share planes. */
static void
run_random_edits (uint64_t seed)
{
  TrpRng rng = trp_rng_new (seed, 0);
  const TrpGeometry geometry = trp_test_random_geometry (
    &rng, (size_t[]){ 65 + trp_rng_below (&rng, 80), 15 + trp_rng_below (&rng, 9), 12 });
  const TrpGeometry other = trp_test_random_geometry (&rng, (size_t[]){ 40, 40, 40 });
  g_autoptr (TrpVolume) volume = make_noise (seed % 2 ? &geometry : &other, &rng);
  g_autoptr (TrpEditSession) session = trp_test_session_new (&geometry, 3);
  const TrpHistory *history = trp_edit_session_peek_history (session);
  g_autoptr (GPtrArray)
    states = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_structure_set_unref);
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  Counter counter = { counts, true };

  trp_edit_session_add_listener (session, on_count, &counter);
  g_ptr_array_add (states, trp_edit_session_snapshot (session));
  for (int n = 0; n < 250; n++)
    {
      random_edit (session, volume, n, &rng);
      if (trp_history_get_position (history) == states->len)
        g_ptr_array_add (states, trp_edit_session_snapshot (session));
    }
  g_assert_cmpuint (trp_history_get_size (history) + 1, ==, states->len);
  for (int round = 0; round < 2; round++)
    {
      for (guint n = states->len; n-- > 0;)
        {
          assert_same_state (trp_edit_session_peek_set (session), states->pdata[n]);
          g_assert_cmpint (trp_edit_session_undo (session), ==, n > 0);
        }
      for (guint n = 0; n < states->len; n++)
        {
          assert_same_state (trp_edit_session_peek_set (session), states->pdata[n]);
          g_assert_cmpint (trp_edit_session_redo (session), ==, n + 1 < states->len);
        }
    }
  for (size_t n = 0; n < trp_structure_set_get_size (trp_edit_session_peek_set (session)); n++)
    {
      g_assert_cmpuint (
        GPOINTER_TO_SIZE (g_hash_table_lookup (counts, trp_test_session_get (session, n))), ==,
        trp_mask_count (trp_test_session_get_mask (session, n)));
      assert_spare_bits_are_zero (trp_test_session_get_mask (session, n));
    }
  g_assert_true (counter.ok);
}

static void
test_thousand_random_edits (void)
{
  for (uint64_t seed = 0; seed < 4; seed++)
    run_random_edits (seed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/undo-and-redo", test_undo_and_redo);
  g_test_add_func ("/edit/strokes-do-not-depend-on-events", test_strokes_do_not_depend_on_events);
  g_test_add_func ("/edit/cancel-takes-back", test_cancel_takes_back);
  g_test_add_func ("/edit/stroke-without-effect-is-no-step", test_stroke_without_effect_is_no_step);
  g_test_add_func ("/edit/undo-ends-the-stroke", test_undo_ends_the_stroke);
  g_test_add_func ("/edit/points-that-are-no-numbers-are-left-out",
                   test_points_that_are_no_numbers_are_left_out);
  g_test_add_func ("/edit/painting-over-others", test_painting_over_others);
  g_test_add_func ("/edit/locked-refuses", test_locked_refuses);
  g_test_add_func ("/edit/other-grid-is-refused", test_other_grid_is_refused);
  g_test_add_func ("/edit/names-are-unique", test_names_are_unique);
  g_test_add_func ("/edit/list-changes-are-undone", test_list_changes_are_undone);
  g_test_add_func ("/edit/hand-edit-makes-automatic-semiautomatic",
                   test_hand_edit_makes_automatic_semiautomatic);
  g_test_add_func ("/edit/saved-state-is-found-again", test_saved_state_is_found_again);
  g_test_add_func ("/edit/history-limit-drops-oldest", test_history_limit_drops_oldest);
  g_test_add_func ("/edit/snapshot-stays-as-it-was", test_snapshot_stays_as_it_was);
  g_test_add_func ("/edit/worker-reads-while-strokes-go-on", test_worker_reads_while_strokes_go_on);
  g_test_add_func ("/edit/listeners-hear-everything-once", test_listeners_hear_everything_once);
  g_test_add_func ("/edit/thousand-random-edits", test_thousand_random_edits);
  return g_test_run ();
}
