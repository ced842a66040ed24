/* test-document-operations.c - whole structures of the document: step, undo, lock, message
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/check.h"
#include "ui/document-operations.h"

#include <gtk/gtk.h>

typedef struct
{
  TrpDocument *document;
  char *text;
  int n_messages;
} Fixture;

static void
on_message (Fixture *fixture, int severity, const char *text)
{
  g_free (fixture->text);
  fixture->text = g_strdup (text);
  fixture->n_messages++;
}

static void
draw (TrpMask *mask, const size_t begin[3], const size_t size[3], bool value)
{
  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        trp_mask_set (mask, begin[0] + i, begin[1] + j, begin[2] + k, value);
}

static void
append (TrpStructureSet *set, const char *name, const TrpMask *mask)
{
  g_autoptr (TrpStructure) structure = trp_structure_new (
    name, trp_color_get_default (trp_structure_set_get_size (set)), trp_mask_copy (mask));

  trp_structure_set_append (set, structure);
}

/* On voxels of 0.01 ml: GTV is a cube of 216 with 8 missing inside, one of 27 and a single voxel;
 * "GTV 2" shares 36 with it and has 36 of its own. */
static void
setup (Fixture *fixture, const void *data)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 80, 16, 10 }, (double[]){ 1, 2, 5 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("auto", &geometry);
  g_autoptr (TrpMask) mask = trp_mask_new (&geometry);
  g_autoptr (TrpMask) other = trp_mask_new (&geometry);

  draw (mask, (size_t[]){ 60, 4, 2 }, (size_t[]){ 6, 6, 6 }, true);
  draw (mask, (size_t[]){ 62, 6, 4 }, (size_t[]){ 2, 2, 2 }, false);
  draw (mask, (size_t[]){ 10, 4, 2 }, (size_t[]){ 3, 3, 3 }, true);
  draw (mask, (size_t[]){ 40, 15, 9 }, (size_t[]){ 1, 1, 1 }, true);
  draw (other, (size_t[]){ 60, 4, 1 }, (size_t[]){ 6, 6, 2 }, true);
  append (set, "GTV", mask);
  append (set, "GTV 2", other);
  fixture->document = trp_document_new ();
  g_signal_connect_swapped (fixture->document, "message", G_CALLBACK (on_message), fixture);
  trp_document_add_reading (fixture->document, set);
  g_assert_cmpint (fixture->n_messages, ==, 0);
}

static void
teardown (Fixture *fixture, const void *data)
{
  g_object_unref (fixture->document);
  g_free (fixture->text);
}

static TrpStructure *
get (const Fixture *fixture, size_t index)
{
  return trp_structure_set_get (trp_document_peek_edited (fixture->document), index);
}

static size_t
get_count (const Fixture *fixture, size_t index)
{
  return trp_mask_count (trp_structure_peek_mask (get (fixture, index)));
}

static size_t
get_n_steps (const Fixture *fixture)
{
  return trp_history_get_position (
    trp_edit_session_peek_history (trp_document_peek_session (fixture->document)));
}

/* One more step, one more message, @n_voxels left of GTV; then undone. */
static void
assert_done (Fixture *fixture, size_t n_voxels, const char *text)
{
  g_assert_cmpstr (fixture->text, ==, text);
  g_assert_cmpuint (get_n_steps (fixture), ==, 1);
  g_assert_cmpuint (get_count (fixture, 0), ==, n_voxels);
  g_assert_cmpint (trp_structure_get_origin (get (fixture, 0)), ==, TRP_ORIGIN_SEMIAUTOMATIC);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_cmpuint (get_count (fixture, 0), ==, 208 + 27 + 1);
}

static void
parts_are_taken_away (Fixture *fixture, const void *data)
{
  trp_document_clean_structure (fixture->document, 0, TRP_CLEANING_KEEP_LARGEST);
  assert_done (fixture, 208, "GTV: 2 parts, 0.28 ml taken away");
  trp_document_clean_structure (fixture->document, 0, TRP_CLEANING_REMOVE_SMALL);
  assert_done (fixture, 208 + 27, "GTV: 1 part, 0.01 ml taken away");
}

static void
holes_are_filled (Fixture *fixture, const void *data)
{
  trp_document_clean_structure (fixture->document, 0, TRP_CLEANING_FILL_HOLES);
  assert_done (fixture, 216 + 27 + 1, "GTV: 1 hole, 0.08 ml filled");
}

static void
parts_become_structures (Fixture *fixture, const void *data)
{
  TrpStructureSet *set = trp_document_peek_edited (fixture->document);

  trp_document_split_structure (fixture->document, 0);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 4);
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 1)), ==, "GTV 3"); /* GTV 2 is taken */
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 2)), ==, "GTV 4");
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 3)), ==, "GTV 2");
  g_assert_cmpuint (get_count (fixture, 1), ==, 27);
  g_assert_cmpuint (get_count (fixture, 2), ==, 1);
  g_assert_cmpint (trp_document_get_active (fixture->document), ==, 0);
  trp_document_undo (fixture->document);
  trp_document_redo (fixture->document);
  g_assert_cmpuint (get_count (fixture, 2), ==, 1);
  assert_done (fixture, 208, "GTV: 2 parts became structures of their own.");
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  g_assert_cmpint (trp_document_get_active (fixture->document), ==, 0);
}

static void
structures_are_combined (Fixture *fixture, const void *data)
{
  static const struct
  {
    TrpBoolean operation;
    size_t n_voxels;
    const char *text;
  } cases[] = {
    { TRP_BOOLEAN_UNION, 236 + 36, "GTV with GTV 2: 2.36 ml became 2.72 ml." },
    { TRP_BOOLEAN_INTERSECTION, 36, "GTV where GTV 2 is: 2.36 ml became 0.36 ml." },
    { TRP_BOOLEAN_SUBTRACT, 200, "GTV without GTV 2: 2.36 ml became 2.00 ml." },
    { TRP_BOOLEAN_EXCLUSIVE, 236, "GTV or GTV 2, not both: 2.36 ml became 2.36 ml." },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      trp_document_combine_structures (fixture->document, 0, 1, cases[n].operation);
      g_assert_cmpuint (get_count (fixture, 1), ==, 72);
      assert_done (fixture, cases[n].n_voxels, cases[n].text);
    }
}

static void
assert_nothing (Fixture *fixture, const char *text)
{
  g_assert_cmpstr (fixture->text, ==, text);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_false (trp_document_can_redo (fixture->document));
}

static void
what_changes_nothing_is_said (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;

  trp_document_set_active (document, 1);
  trp_document_clean_structure (document, 1, TRP_CLEANING_KEEP_LARGEST);
  assert_nothing (fixture, "GTV 2 is in one part already: nothing was taken away.");
  trp_document_clean_structure (document, 1, TRP_CLEANING_REMOVE_SMALL);
  assert_nothing (fixture, "GTV 2 has no part under 0.1 ml: nothing was taken away.");
  trp_document_clean_structure (document, 1, TRP_CLEANING_FILL_HOLES);
  assert_nothing (fixture, "GTV 2 has no hole that is closed on all sides: nothing was filled.");
  trp_document_split_structure (document, 1);
  assert_nothing (fixture, "GTV 2 is in one part: it stays as it is.");
}

/* All of it under 0.1 ml, or nothing at all. */
static void
nothing_is_emptied (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  g_autoptr (TrpMask)
    crumb = trp_mask_new (trp_structure_set_get_geometry (trp_document_peek_edited (document)));

  trp_document_add_structure (document, "New");
  trp_document_clean_structure (document, 2, TRP_CLEANING_REMOVE_SMALL);
  g_assert_cmpstr (fixture->text, ==, "New is empty: draw on it first.");
  trp_document_split_structure (document, 2);
  g_assert_cmpstr (fixture->text, ==, "New is empty: draw on it first.");
  draw (crumb, (size_t[]){ 1, 1, 1 }, (size_t[]){ 9, 1, 1 }, true);
  g_assert_true (trp_edit_session_replace_mask (trp_document_peek_session (document), "Draw",
                                                get (fixture, 2), crumb, TRP_ORIGIN_MANUAL, NULL,
                                                NULL));
  trp_document_clean_structure (document, 2, TRP_CLEANING_REMOVE_SMALL);
  g_assert_true (g_str_has_prefix (fixture->text, "All parts of New are under 0.1 ml"));
  g_assert_cmpuint (get_count (fixture, 2), ==, 9);
  g_assert_cmpuint (get_n_steps (fixture), ==, 2);
}

static void
locked_structures_refuse (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;

  trp_document_set_structure_locked (document, 0, true);
  trp_document_clean_structure (document, 0, TRP_CLEANING_KEEP_LARGEST);
  assert_nothing (fixture, "\"GTV\" is locked; unlock it to edit it");
  trp_document_clean_structure (document, 0, TRP_CLEANING_FILL_HOLES);
  trp_document_split_structure (document, 0);
  trp_document_combine_structures (document, 0, 1, TRP_BOOLEAN_SUBTRACT);
  assert_nothing (fixture, "\"GTV\" is locked; unlock it to edit it");
  g_assert_cmpint (fixture->n_messages, ==, 4);
  g_assert_cmpuint (get_count (fixture, 0), ==, 208 + 27 + 1);
  g_assert_cmpuint (trp_structure_set_get_size (trp_document_peek_edited (document)), ==, 2);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  ADD ("/document-operations/parts-are-taken-away", parts_are_taken_away);
  ADD ("/document-operations/holes-are-filled", holes_are_filled);
  ADD ("/document-operations/parts-become-structures", parts_become_structures);
  ADD ("/document-operations/structures-are-combined", structures_are_combined);
  ADD ("/document-operations/what-changes-nothing-is-said", what_changes_nothing_is_said);
  ADD ("/document-operations/nothing-is-emptied", nothing_is_emptied);
  ADD ("/document-operations/locked-structures-refuse", locked_structures_refuse);
  return g_test_run ();
}
