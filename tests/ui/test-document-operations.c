/* test-document-operations.c - whole structures of the document: step, undo, lock, message
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/check.h"
#include "ui/dialogs/operation.h"
#include "ui/document-compute.h"
#include "ui/document-operations.h"
#include "ui/document-preview.h"
#include "ui/document-slices.h"
#include "ui/document-transfer.h"

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

static void
wait_for_result (Fixture *fixture)
{
  while (trp_document_is_computing (fixture->document))
    g_main_context_iteration (NULL, TRUE);
}

static void
run (Fixture *fixture, guint index, int flat_axis, TrpOperation operation)
{
  operation.flat_axis = flat_axis;
  trp_document_run_operation (fixture->document, index, &operation);
  wait_for_result (fixture);
}

#define RUN(index, ...) run (fixture, index, -1, (TrpOperation){ __VA_ARGS__ })
#define RUN_FLAT(index, axis, ...) run (fixture, index, axis, (TrpOperation){ __VA_ARGS__ })

/* A preview with that sentence, which changes nothing yet; accepted it is one step that leaves
 * @n_voxels of GTV; then undone. */
static void
assert_done (Fixture *fixture, size_t n_voxels, const char *text)
{
  g_assert_true (trp_document_has_preview (fixture->document));
  g_assert_cmpstr (trp_document_get_preview_text (fixture->document), ==, text);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_cmpuint (get_count (fixture, 0), ==, 208 + 27 + 1);
  g_assert_true (trp_document_accept_preview (fixture->document));
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
  RUN (0, .kind = TRP_OPERATION_KEEP_LARGEST);
  assert_done (fixture, 208, "GTV: 2 parts, 0.28 ml taken away");
  RUN (0, .kind = TRP_OPERATION_REMOVE_SMALL, .least_ml = 0.1);
  assert_done (fixture, 208 + 27, "GTV: 1 part, 0.01 ml taken away");
  RUN (0, .kind = TRP_OPERATION_REMOVE_SMALL, .least_ml = 0.28);
  assert_done (fixture, 208, "GTV: 2 parts, 0.28 ml taken away");
}

static void
holes_are_filled (Fixture *fixture, const void *data)
{
  RUN (0, .kind = TRP_OPERATION_FILL_HOLES);
  assert_done (fixture, 216 + 27 + 1, "GTV: 1 hole, 0.08 ml filled");
}

/* On slices across k the cube of 27 leaves from its three slices, and the hole is one on two. */
static void
slices_are_worked_on_by_themselves (Fixture *fixture, const void *data)
{
  RUN_FLAT (0, 2, .kind = TRP_OPERATION_KEEP_LARGEST);
  assert_done (fixture, 208 + 1, "GTV: 3 parts, 0.27 ml taken away");
  RUN_FLAT (0, 2, .kind = TRP_OPERATION_FILL_HOLES);
  assert_done (fixture, 216 + 27 + 1, "GTV: 2 holes, 0.08 ml filled");
  RUN_FLAT (0, 2, .kind = TRP_OPERATION_REMOVE_SMALL, .least_ml = 0.1);
  assert_done (fixture, 208, "GTV: 4 parts, 0.28 ml taken away");
}

static void
parts_become_structures (Fixture *fixture, const void *data)
{
  TrpStructureSet *set = trp_document_peek_edited (fixture->document);

  trp_document_split_structure (fixture->document, 0);
  wait_for_result (fixture);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 4);
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 1)), ==, "GTV 3"); /* GTV 2 is taken */
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 2)), ==, "GTV 4");
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 3)), ==, "GTV 2");
  g_assert_cmpuint (get_count (fixture, 0), ==, 208);
  g_assert_cmpuint (get_count (fixture, 1), ==, 27);
  g_assert_cmpuint (get_count (fixture, 2), ==, 1);
  g_assert_cmpint (trp_document_get_active (fixture->document), ==, 0);
  g_assert_cmpstr (fixture->text, ==, "GTV: 2 parts became structures of their own.");
  trp_document_undo (fixture->document);
  trp_document_redo (fixture->document);
  g_assert_cmpuint (get_count (fixture, 2), ==, 1);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  g_assert_cmpint (trp_document_get_active (fixture->document), ==, 0);
}

static void
structures_are_combined (Fixture *fixture, const void *data)
{
  static const struct
  {
    TrpBoolean boolean;
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
      RUN (0, .kind = TRP_OPERATION_COMBINE, .boolean = cases[n].boolean, .other = 1);
      g_assert_cmpuint (get_count (fixture, 1), ==, 72);
      assert_done (fixture, cases[n].n_voxels, cases[n].text);
    }
}

/* Voxels of 1 x 2 x 5 mm: by 2 mm to the left GTV 2 of 6 columns gets two more, and one further
 * back; not into GTV it gets those of its first slice only. */
static void
margins_are_grown (Fixture *fixture, const void *data)
{
  const TrpMargin margin = { { 0, 2, 0, 2, 0, 0 }, false, -1 };

  trp_document_set_active (fixture->document, 1);
  RUN (1, .kind = TRP_OPERATION_MARGIN, .margin = margin, .other = -1);
  g_assert_cmpstr (trp_document_get_preview_text (fixture->document), ==,
                   "Margin of GTV 2: 0.72 ml became 1.08 ml.");
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (get_count (fixture, 1), ==, 2 * (8 * 6 + 6));
  trp_document_undo (fixture->document);
  RUN (1, .kind = TRP_OPERATION_MARGIN, .margin = margin, .other = -1, .into = "PTV");
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (get_count (fixture, 1), ==, 72);
  g_assert_cmpuint (get_count (fixture, 2), ==, 2 * (8 * 6 + 6));
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 2)), ==, "PTV");
  trp_document_set_active (fixture->document, 0);
  RUN (0, .kind = TRP_OPERATION_MARGIN, .margin = margin, .other = 2);
  g_assert_true (trp_document_accept_preview (fixture->document));
  for (size_t j = 4; j < 10; j++) /* PTV is on slices 1 and 2: from 66 on */
    g_assert_true (!trp_mask_get (trp_structure_peek_mask (get (fixture, 0)), 66, j, 2) &&
                   trp_mask_get (trp_structure_peek_mask (get (fixture, 0)), 67, j, 3));
}

static void
it_is_smoothed_and_cropped (Fixture *fixture, const void *data)
{
  RUN (0, .kind = TRP_OPERATION_CROP, .axis = 2, .first = 3, .last = 3);
  assert_done (fixture, 36 + 9, "Crop GTV: 2.36 ml became 0.45 ml.");
  RUN (0, .kind = TRP_OPERATION_SMOOTH, .sigma_mm = 1.5);
  g_assert_true (trp_document_has_preview (fixture->document));
  g_assert_true (g_str_has_prefix (trp_document_get_preview_text (fixture->document),
                                   "Smooth GTV: 2.36 ml became "));
}

/* Columns are 1 mm: at 39.5 mm the cube of columns 60 to 65 comes to 14 to 19. */
static void
it_is_mirrored_to_another_name (Fixture *fixture, const void *data)
{
  const TrpMask *mask;

  RUN (0, .kind = TRP_OPERATION_MIRROR, .plane_mm = 39.5, .into = "GTV_R");
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (get_count (fixture, 0), ==, 236);
  mask = trp_structure_peek_mask (get (fixture, 2));
  g_assert_cmpuint (trp_mask_count (mask), ==, 236);
  g_assert_true (trp_mask_get (mask, 14, 4, 2) && trp_mask_get (mask, 19, 9, 7));
  g_assert_false (trp_mask_get (mask, 13, 4, 2));
  RUN (0, .kind = TRP_OPERATION_MIRROR, .plane_mm = 20);
  g_assert_cmpstr (trp_document_get_preview_text (fixture->document), ==,
                   "Mirror GTV: 2.08 ml would lie outside of the image and are lost.");
}

static void
it_is_copied_to_other_structures (Fixture *fixture, const void *data)
{
  RUN (0, .kind = TRP_OPERATION_COPY, .into = "New");
  g_assert_cmpstr (trp_document_get_preview_text (fixture->document), ==,
                   "Copy GTV into New: 0.00 ml became 2.36 ml.");
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (get_count (fixture, 2), ==, 236);
  trp_document_set_active (fixture->document, 1);
  RUN (0, .kind = TRP_OPERATION_COPY, .into = "GTV 2", .adds = true);
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (get_count (fixture, 1), ==, 236 + 36);
  trp_document_undo (fixture->document);
  RUN (0, .kind = TRP_OPERATION_COPY, .into = "GTV 2");
  g_assert_true (trp_document_accept_preview (fixture->document));
  g_assert_cmpuint (get_count (fixture, 1), ==, 236);
  RUN (0, .kind = TRP_OPERATION_COPY, .into = "GTV 2");
  g_assert_cmpstr (fixture->text, ==, "Copy GTV into GTV 2: nothing would change.");
}

/* A grid of half the columns, twice as wide, and one that is the same. */
static void
it_is_copied_to_another_reading (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 40, 16, 10 }, (double[]){ 2, 2, 5 },
                                                   trp_vec3 (0.5, 0, 0));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("coarse", &geometry);
  const guint coarse = trp_document_add_reading (document, set);

  trp_document_copy_to_reading (document, 0, coarse, false);
  wait_for_result (fixture);
  g_assert_cmpint (trp_document_get_edited (document), ==, (int) coarse);
  g_assert_true (g_str_has_prefix (fixture->text, "GTV was copied through millimetres to coarse, "
                                                  "whose grid is another one: 2.36 ml became "));
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
  g_assert_true (trp_mask_get (trp_structure_peek_mask (get (fixture, 0)), 30, 4, 2)); /* 60.5 mm */
  g_assert_false (trp_mask_get (trp_structure_peek_mask (get (fixture, 0)), 29, 4, 2));
  trp_document_undo (document);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 0);
  trp_document_set_edited (document, 1);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236);
  RUN (0, .kind = TRP_OPERATION_KEEP_LARGEST);
  g_assert_true (trp_document_accept_preview (document));
  trp_document_copy_to_reading (document, 0, 0, false); /* the reading it began as */
  wait_for_result (fixture);
  g_assert_cmpint (trp_document_get_edited (document), ==, 0);
  g_assert_cmpstr (fixture->text, ==, "GTV was copied to auto, which is edited now.");
  g_assert_cmpuint (get_count (fixture, 0), ==, 208);
}

static void
slices_between_drawn_ones_are_filled (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  g_autoptr (TrpMask)
    drawn = trp_mask_new (trp_structure_set_get_geometry (trp_document_peek_edited (document)));

  trp_document_set_active (document, 1);
  RUN (1, .kind = TRP_OPERATION_INTERPOLATE);
  g_assert_true (g_str_has_prefix (fixture->text, "No empty slice lies between two drawn ones"));
  g_assert_false (trp_document_can_undo (document));
  draw (drawn, (size_t[]){ 20, 5, 1 }, (size_t[]){ 9, 7, 1 }, true);
  draw (drawn, (size_t[]){ 20, 5, 4 }, (size_t[]){ 9, 7, 1 }, true);
  g_assert_true (trp_edit_session_replace_mask (trp_document_peek_session (document), "Draw",
                                                get (fixture, 1), drawn, TRP_ORIGIN_MANUAL, NULL,
                                                NULL));
  RUN (1, .kind = TRP_OPERATION_INTERPOLATE);
  g_assert_cmpstr (trp_document_get_preview_text (document), ==,
                   "2 slices of GTV 2 were filled from their neighbours; look at them.");
  trp_document_set_cursor (document, trp_vec3 (0, 0, 10));
  g_assert_true (trp_document_accept_preview_slice (document, 2));
  g_assert_cmpuint (get_count (fixture, 1), ==, 3 * 63);
  g_assert_true (trp_document_accept_preview (document));
  g_assert_cmpuint (get_count (fixture, 1), ==, 4 * 63);
}

/* Nothing is left empty without a word. */
static void
slices_that_cannot_be_filled_are_said (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  g_autoptr (TrpMask)
    drawn = trp_mask_new (trp_structure_set_get_geometry (trp_document_peek_edited (document)));

  trp_document_set_active (document, 1);
  draw (drawn, (size_t[]){ 20, 5, 1 }, (size_t[]){ 9, 7, 1 }, true);
  draw (drawn, (size_t[]){ 20, 5, 3 }, (size_t[]){ 9, 7, 1 }, true);
  draw (drawn, (size_t[]){ 20, 5, 5 }, (size_t[]){ 2, 1, 1 }, true); /* two far apart: no mean */
  draw (drawn, (size_t[]){ 60, 14, 5 }, (size_t[]){ 2, 1, 1 }, true);
  draw (drawn, (size_t[]){ 40, 1, 7 }, (size_t[]){ 2, 1, 1 }, true);
  g_assert_true (trp_edit_session_replace_mask (trp_document_peek_session (document), "Draw",
                                                get (fixture, 1), drawn, TRP_ORIGIN_MANUAL, NULL,
                                                NULL));
  RUN (1, .kind = TRP_OPERATION_INTERPOLATE);
  g_assert_nonnull (strstr (trp_document_get_preview_text (document), "draw on more of them"));
}

/* ---- slices ---- */

/* Slice k = 7 is the last of the cube of GTV; 8 gets its 36, 9 then those of 8; the single voxel
 * on 9 goes, and comes back. */
static void
slices_are_copied_and_deleted (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  const TrpMask *mask = trp_structure_peek_mask (get (fixture, 0));

  trp_structure_set_origin (get (fixture, 0), TRP_ORIGIN_AUTOMATIC);
  trp_document_set_cursor (document, trp_vec3 (0, 0, 35));
  trp_document_copy_slice (document, 2, 1);
  g_assert_cmpint (trp_structure_get_origin (get (fixture, 0)), ==, TRP_ORIGIN_SEMIAUTOMATIC);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236 + 36);
  g_assert_cmpfloat (trp_document_get_cursor (document).v[2], ==, 40);
  trp_document_copy_slice (document, 2, 1);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236 + 36 + 36 - 1);
  g_assert_false (trp_mask_get (mask, 40, 15, 9));
  trp_document_copy_slice (document, 2, 1);
  g_assert_cmpstr (fixture->text, ==, "There is no slice beyond this one to copy to.");
  trp_document_delete_slice (document, 2);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236 + 36 - 1);
  trp_document_delete_slice (document, 2);
  g_assert_cmpstr (fixture->text, ==, "Nothing of GTV is drawn on the slice at the cursor.");
  g_assert_cmpuint (get_n_steps (fixture), ==, 3);
  trp_document_go_to_step (document, 0);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236);
  g_assert_cmpint (trp_structure_get_origin (get (fixture, 0)), ==, TRP_ORIGIN_AUTOMATIC);
  trp_document_set_cursor (document, trp_vec3 (60, 0, 35)); /* along i, downwards */
  trp_document_copy_slice (document, 0, -1);
  g_assert_true (trp_mask_get (mask, 59, 4, 2) && trp_mask_get (mask, 59, 9, 7));
  g_assert_cmpfloat (trp_document_get_cursor (document).v[0], ==, 59);
  trp_document_set_structure_locked (document, 0, true);
  trp_document_delete_slice (document, 0);
  g_assert_cmpuint (get_count (fixture, 0), ==, 236 + 36);
}

/* ---- the dialog ---- */

static void
wait_until (Fixture *fixture, bool has_preview)
{
  const gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (trp_document_has_preview (fixture->document) != has_preview &&
         g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (trp_document_has_preview (fixture->document) == has_preview);
}

static void
dialogs_follow_the_preview (Fixture *fixture, const void *data)
{
  static const TrpOperationKind kinds[] = { TRP_OPERATION_MARGIN, TRP_OPERATION_SMOOTH,
                                            TRP_OPERATION_REMOVE_SMALL, TRP_OPERATION_MIRROR,
                                            TRP_OPERATION_COPY };
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 0), false);

  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      GtkWidget *dialog = trp_operation_dialog_open (NULL, fixture->document, kinds[n], &plane);

      g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
      wait_until (fixture, true);
      if (n % 2 == 0) /* closed: what it shows goes */
        gtk_window_close (GTK_WINDOW (dialog));
      else /* discarded elsewhere: it goes */
        trp_document_discard_preview (fixture->document);
      wait_until (fixture, false);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_null (dialog);
    }
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
}

/* Enter, as in its numbers; values stay for the next one. */
static void
dialogs_apply (Fixture *fixture, const void *data)
{
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 0), false);
  GtkWidget *dialog = trp_operation_dialog_open (NULL, fixture->document, TRP_OPERATION_MARGIN,
                                                 &plane);

  gtk_widget_activate (gtk_window_get_default_widget (GTK_WINDOW (dialog)));
  while (get_n_steps (fixture) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (get_count (fixture, 0), >, 1000); /* 5 mm all around */
  g_assert_false (trp_document_has_preview (fixture->document));
}

static GtkWidget *
find_spin (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_SPIN_BUTTON (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_spin (child);
  return found;
}

/* 1 mm to both sides along i only: the other spacings are larger. */
static void
dialogs_take_what_is_typed (Fixture *fixture, const void *data)
{
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 0), false);
  GtkWidget *dialog = trp_operation_dialog_open (NULL, fixture->document, TRP_OPERATION_MARGIN,
                                                 &plane);

  gtk_editable_set_text (GTK_EDITABLE (find_spin (dialog)), "1");
  gtk_widget_activate (gtk_window_get_default_widget (GTK_WINDOW (dialog)));
  while (get_n_steps (fixture) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (get_count (fixture, 0), ==, 8 * 36 + 5 * 9 + 3); /* the hole of two closes */
}

/* Slices k that grow towards the feet are numbered from there, as in the pane: k of 2 and 5 of ten
 * are slices 8 and 5. From 6 on only the upper one stays. */
static void
dialogs_count_slices_as_the_pane (void)
{
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 0), false);
  const TrpAffine affine = { { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, -2, 20 } } };
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = NULL;
  TrpGeometry geometry;
  g_autoptr (TrpMask) mask = NULL;
  GtkWidget *dialog, *spin;

  g_assert_true (trp_geometry_init (&geometry, (size_t[]){ 8, 8, 10 }, &affine, NULL));
  set = trp_structure_set_new ("auto", &geometry);
  mask = trp_mask_new (&geometry);
  trp_mask_set (mask, 3, 3, 2, true);
  trp_mask_set (mask, 3, 3, 5, true);
  append (set, "GTV", mask);
  trp_document_add_reading (document, set);
  dialog = trp_operation_dialog_open (NULL, document, TRP_OPERATION_CROP, &plane);
  spin = find_spin (dialog);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 5);
  gtk_editable_set_text (GTK_EDITABLE (spin), "6");
  gtk_widget_activate (gtk_window_get_default_widget (GTK_WINDOW (dialog)));
  while (!trp_document_can_undo (document))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (trp_document_peek_active (document))),
                    ==, 1);
  g_assert_true (
    trp_mask_get (trp_structure_peek_mask (trp_document_peek_active (document)), 3, 3, 2));
}

/* An empty structure has nothing to set. */
static void
dialogs_need_a_structure (Fixture *fixture, const void *data)
{
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 0), false);

  trp_document_add_structure (fixture->document, "New");
  g_assert_null (trp_operation_dialog_open (NULL, fixture->document, TRP_OPERATION_MARGIN, &plane));
  g_assert_cmpstr (fixture->text, ==, "Choose a structure first that something is drawn on.");
}

static void
assert_nothing (Fixture *fixture, const char *text)
{
  g_assert_cmpstr (fixture->text, ==, text);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_false (trp_document_can_redo (fixture->document));
  g_assert_false (trp_document_has_preview (fixture->document));
}

static void
what_changes_nothing_is_said (Fixture *fixture, const void *data)
{
  trp_document_set_active (fixture->document, 1);
  RUN (1, .kind = TRP_OPERATION_KEEP_LARGEST);
  assert_nothing (fixture, "GTV 2 is in one part already: nothing was taken away.");
  RUN_FLAT (1, 0, .kind = TRP_OPERATION_KEEP_LARGEST);
  assert_nothing (fixture, "GTV 2 is in one part on every slice: nothing was taken away.");
  RUN (1, .kind = TRP_OPERATION_REMOVE_SMALL, .least_ml = 0.1);
  assert_nothing (fixture, "GTV 2 has no part under 0.1 ml: nothing was taken away.");
  RUN (1, .kind = TRP_OPERATION_FILL_HOLES);
  assert_nothing (fixture, "GTV 2 has no hole that is closed on all sides: nothing was filled.");
  RUN (1, .kind = TRP_OPERATION_MARGIN, .other = -1);
  assert_nothing (fixture, "Margin of GTV 2: nothing would change.");
  RUN (1, .kind = TRP_OPERATION_COMBINE, .boolean = TRP_BOOLEAN_UNION, .other = 1);
  trp_document_split_structure (fixture->document, 1);
  wait_for_result (fixture);
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
  RUN (2, .kind = TRP_OPERATION_REMOVE_SMALL, .least_ml = 0.1);
  g_assert_cmpstr (fixture->text, ==, "New is empty: draw on it first.");
  g_clear_pointer (&fixture->text, g_free);
  trp_document_split_structure (document, 2);
  g_assert_cmpstr (fixture->text, ==, "New is empty: draw on it first.");
  draw (crumb, (size_t[]){ 1, 1, 1 }, (size_t[]){ 9, 1, 1 }, true);
  g_assert_true (trp_edit_session_replace_mask (trp_document_peek_session (document), "Draw",
                                                get (fixture, 2), crumb, TRP_ORIGIN_MANUAL, NULL,
                                                NULL));
  RUN (2, .kind = TRP_OPERATION_REMOVE_SMALL, .least_ml = 0.1);
  g_assert_true (g_str_has_prefix (fixture->text, "All parts of New are under 0.1 ml"));
  g_assert_cmpuint (get_count (fixture, 2), ==, 9);
  g_assert_cmpuint (get_n_steps (fixture), ==, 2);
}

static void
locked_structures_refuse (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;

  trp_document_set_structure_locked (document, 0, true);
  RUN (0, .kind = TRP_OPERATION_KEEP_LARGEST);
  assert_nothing (fixture, "\"GTV\" is locked; unlock it to edit it");
  RUN (0, .kind = TRP_OPERATION_FILL_HOLES);
  trp_document_split_structure (document, 0);
  RUN (0, .kind = TRP_OPERATION_COMBINE, .boolean = TRP_BOOLEAN_SUBTRACT, .other = 1);
  assert_nothing (fixture, "\"GTV\" is locked; unlock it to edit it");
  g_assert_cmpint (fixture->n_messages, ==, 4);
  RUN (0, .kind = TRP_OPERATION_COPY, .into = "Copy"); /* what is copied does not change */
  g_assert_true (trp_document_has_preview (document));
  RUN (1, .kind = TRP_OPERATION_COPY, .into = "GTV");
  g_assert_false (trp_document_has_preview (document));
  g_assert_cmpint (fixture->n_messages, ==, 5);
  g_assert_cmpuint (get_count (fixture, 0), ==, 208 + 27 + 1);
  g_assert_cmpuint (trp_structure_set_get_size (trp_document_peek_edited (document)), ==, 2);
}

/* An edit, another operation or another reading while it is computed: what comes is not shown. */
static void
stale_results_are_dropped (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  const TrpOperation largest = { .kind = TRP_OPERATION_KEEP_LARGEST, .flat_axis = -1 };
  const TrpOperation holes = { .kind = TRP_OPERATION_FILL_HOLES, .flat_axis = -1 };

  for (int turn = 0; turn < 3; turn++)
    {
      trp_document_run_operation (document, 0, &largest);
      g_assert_true (trp_document_is_computing (document));
      if (turn == 0)
        trp_document_add_structure (document, NULL);
      else if (turn == 1)
        trp_document_undo (document);
      else
        trp_document_set_edited (document, 0);
      g_assert_false (trp_document_is_computing (document));
      g_usleep (20000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_false (trp_document_has_preview (document));
    }
  trp_document_set_edited (document, 1);
  trp_document_run_operation (document, 0, &largest);
  trp_document_run_operation (document, 0, &holes);
  wait_for_result (fixture);
  g_assert_cmpstr (trp_document_get_preview_text (document), ==, "GTV: 1 hole, 0.08 ml filled");
  trp_document_run_operation (document, 0, &largest); /* and the document goes */
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  ADD ("/document-operations/parts-are-taken-away", parts_are_taken_away);
  ADD ("/document-operations/holes-are-filled", holes_are_filled);
  ADD ("/document-operations/slices-are-worked-on-by-themselves",
       slices_are_worked_on_by_themselves);
  ADD ("/document-operations/margins-are-grown", margins_are_grown);
  ADD ("/document-operations/it-is-smoothed-and-cropped", it_is_smoothed_and_cropped);
  ADD ("/document-operations/it-is-mirrored-to-another-name", it_is_mirrored_to_another_name);
  ADD ("/document-operations/it-is-copied-to-other-structures", it_is_copied_to_other_structures);
  ADD ("/document-operations/it-is-copied-to-another-reading", it_is_copied_to_another_reading);
  ADD ("/document-operations/slices-between-drawn-ones-are-filled",
       slices_between_drawn_ones_are_filled);
  ADD ("/document-operations/slices-that-cannot-be-filled-are-said",
       slices_that_cannot_be_filled_are_said);
  ADD ("/document-operations/slices-are-copied-and-deleted", slices_are_copied_and_deleted);
  ADD ("/document-operations/dialogs-follow-the-preview", dialogs_follow_the_preview);
  ADD ("/document-operations/dialogs-apply", dialogs_apply);
  ADD ("/document-operations/dialogs-take-what-is-typed", dialogs_take_what_is_typed);
  g_test_add_func ("/document-operations/dialogs-count-slices-as-the-pane",
                   dialogs_count_slices_as_the_pane);
  ADD ("/document-operations/dialogs-need-a-structure", dialogs_need_a_structure);
  ADD ("/document-operations/stale-results-are-dropped", stale_results_are_dropped);
  ADD ("/document-operations/parts-become-structures", parts_become_structures);
  ADD ("/document-operations/structures-are-combined", structures_are_combined);
  ADD ("/document-operations/what-changes-nothing-is-said", what_changes_nothing_is_said);
  ADD ("/document-operations/nothing-is-emptied", nothing_is_emptied);
  ADD ("/document-operations/locked-structures-refuse", locked_structures_refuse);
  return g_test_run ();
}
