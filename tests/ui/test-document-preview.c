/* test-document-preview.c - a result waits: seen, accepted whole or by slices, discarded by edits
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/document-preview.h"
#include "ui/preview-bar.h"
#include "ui/slice-outlines.h"

#include <gtk/gtk.h>

typedef struct
{
  TrpDocument *document;
  TrpMask *result; /* GTV with a second layer on all slices */
  char *text;
  int n_changes;
} Fixture;

static void
on_message (Fixture *fixture, int severity, const char *text)
{
  g_free (fixture->text);
  fixture->text = g_strdup (text);
}

static void
on_preview_changed (Fixture *fixture)
{
  fixture->n_changes++;
}

static void
draw (TrpMask *mask, size_t first_i, size_t n_i, size_t n_slices)
{
  for (size_t k = 2; k < 2 + n_slices; k++)
    for (size_t j = 4; j < 8; j++)
      for (size_t i = first_i; i < first_i + n_i; i++)
        trp_mask_set (mask, i, j, k, true);
}

static void
setup (Fixture *fixture, const void *data)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ 80, 16, 10 }, (double[]){ 1, 2, 5 },
                                                   trp_vec3 (0, 0, 0));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("auto", &geometry);
  TrpMask *mask = trp_mask_new (&geometry);
  g_autoptr (TrpStructure) structure = trp_structure_new ("GTV", trp_color_get_default (0), mask);

  draw (mask, 60, 4, 4);
  trp_structure_set_append (set, structure);
  fixture->result = trp_mask_copy (mask);
  draw (fixture->result, 64, 3, 4);
  fixture->document = trp_document_new ();
  g_signal_connect_swapped (fixture->document, "message", G_CALLBACK (on_message), fixture);
  g_signal_connect_swapped (fixture->document, "preview-changed", G_CALLBACK (on_preview_changed),
                            fixture);
  trp_document_add_reading (fixture->document, set);
}

static void
teardown (Fixture *fixture, const void *data)
{
  g_object_unref (fixture->document);
  trp_mask_free (fixture->result);
  g_free (fixture->text);
}

static TrpStructure *
get (const Fixture *fixture, size_t index)
{
  return trp_structure_set_get (trp_document_peek_edited (fixture->document), index);
}

static size_t
get_count (const Fixture *fixture)
{
  return trp_mask_count (trp_structure_peek_mask (get (fixture, 0)));
}

static size_t
get_n_steps (const Fixture *fixture)
{
  return trp_history_get_position (
    trp_edit_session_peek_history (trp_document_peek_session (fixture->document)));
}

static void
show (Fixture *fixture)
{
  trp_document_show_preview (fixture->document, get (fixture, 0), fixture->result, "Grow GTV",
                             TRP_ORIGIN_SEMIAUTOMATIC);
}

static void
assert_none (Fixture *fixture)
{
  g_assert_false (trp_document_has_preview (fixture->document));
  g_assert_null (trp_document_peek_preview_mask (fixture->document));
  g_assert_null (trp_document_peek_preview_structure (fixture->document));
  g_assert_null (trp_document_peek_preview_outline (fixture->document));
  g_assert_cmpstr (trp_document_get_preview_text (fixture->document), ==, "");
  g_assert_false (trp_document_accept_preview (fixture->document));
}

static void
it_is_accepted_as_one_step (Fixture *fixture, const void *data)
{
  assert_none (fixture);
  show (fixture);
  g_assert_cmpint (fixture->n_changes, ==, 1);
  g_assert_true (trp_document_peek_preview_structure (fixture->document) == get (fixture, 0));
  g_assert_true (
    trp_mask_equal (trp_document_peek_preview_mask (fixture->document), fixture->result));
  g_assert_cmpstr (trp_document_get_preview_text (fixture->document), ==, "Grow GTV");
  g_assert_cmpuint (get_count (fixture), ==, 64); /* nothing has changed yet */
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
  g_assert_true (trp_document_accept_preview (fixture->document));
  assert_none (fixture);
  g_assert_cmpuint (get_count (fixture), ==, 112);
  g_assert_cmpuint (get_n_steps (fixture), ==, 1);
  g_assert_cmpint (trp_structure_get_origin (get (fixture, 0)), ==, TRP_ORIGIN_SEMIAUTOMATIC);
  trp_document_undo (fixture->document);
  g_assert_cmpuint (get_count (fixture), ==, 64);
}

/* Slice k = 3 at 15 mm; then i = 64, which the rest of the preview has. */
static void
slices_are_accepted_one_by_one (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  const TrpMask *mask;

  show (fixture);
  trp_document_set_cursor (document, trp_vec3 (3, 3, 16.9));
  g_assert_true (trp_document_accept_preview_slice (document, 2));
  mask = trp_structure_peek_mask (get (fixture, 0));
  g_assert_cmpuint (get_count (fixture), ==, 64 + 12);
  g_assert_true (trp_mask_get (mask, 66, 4, 3) && !trp_mask_get (mask, 66, 4, 4));
  g_assert_true (trp_document_has_preview (document));
  g_assert_false (trp_document_accept_preview_slice (document, 2)); /* again */
  g_assert_cmpstr (fixture->text, ==, "The preview changes nothing on the slice at the cursor.");
  trp_document_set_cursor (document, trp_vec3 (64.4, 3, 16.9));
  g_assert_true (trp_document_accept_preview_slice (document, 0));
  g_assert_cmpuint (get_count (fixture), ==, 64 + 12 + 12);
  g_assert_cmpuint (get_n_steps (fixture), ==, 2);
  trp_document_set_cursor (document, trp_vec3 (1e6, 3, 16.9));
  g_assert_false (trp_document_accept_preview_slice (document, 0)); /* beside the grid */
  g_assert_true (trp_document_accept_preview (document));
  g_assert_cmpuint (get_count (fixture), ==, 112);
  trp_edit_session_go_to (trp_document_peek_session (document), 0);
  g_assert_cmpuint (get_count (fixture), ==, 64);
}

/* The last slice that differs ends it. */
static void
it_ends_with_its_last_slice (Fixture *fixture, const void *data)
{
  show (fixture);
  for (int k = 2; k < 6; k++)
    {
      g_assert_true (trp_document_has_preview (fixture->document));
      trp_document_set_cursor (fixture->document, trp_vec3 (0, 0, 5 * k));
      g_assert_true (trp_document_accept_preview_slice (fixture->document, 2));
    }
  assert_none (fixture);
  g_assert_true (trp_mask_equal (trp_structure_peek_mask (get (fixture, 0)), fixture->result));
}

static void
edits_discard_it (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;

  show (fixture);
  trp_document_discard_preview (document);
  assert_none (fixture);
  show (fixture);
  g_assert_true (
    trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, trp_vec3 (10, 10, 10)));
  assert_none (fixture);
  trp_document_end_stroke (document);
  show (fixture);
  trp_document_undo (document);
  assert_none (fixture);
  show (fixture);
  trp_document_add_structure (document, "New");
  assert_none (fixture);
  show (fixture);
  trp_document_set_structure_visible (document, 1, false); /* a setting, not an edit */
  trp_document_rename_structure (document, 1, "Other");
  g_assert_true (trp_document_has_preview (document));
  trp_document_remove_structure (document, 0);
  assert_none (fixture);
}

static void
another_reading_and_a_close_discard_it (Fixture *fixture, const void *data)
{
  show (fixture);
  trp_document_set_edited (fixture->document, 0);
  assert_none (fixture);
  trp_document_set_edited (fixture->document, 1);
  show (fixture);
  trp_document_close (fixture->document);
  assert_none (fixture);
}

static void
what_cannot_be_is_said (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  const TrpGeometry other = trp_geometry_axial ((size_t[]){ 8, 8, 8 }, (double[]){ 1, 1, 1 },
                                                trp_vec3 (0, 0, 0));
  g_autoptr (TrpMask) mask = trp_mask_new (&other);

  show (fixture);
  trp_document_set_structure_locked (document, 0, true);
  g_assert_false (trp_document_accept_preview (document));
  g_assert_cmpstr (fixture->text, ==, "\"GTV\" is locked; unlock it to edit it");
  g_assert_true (trp_document_has_preview (document)); /* it can be unlocked */
  show (fixture);
  assert_none (fixture);
  trp_document_set_structure_locked (document, 0, false);
  g_clear_pointer (&fixture->text, g_free);
  trp_document_show_preview (document, get (fixture, 0), mask, "Grow", TRP_ORIGIN_SEMIAUTOMATIC);
  assert_none (fixture);
  g_assert_nonnull (fixture->text);
  trp_document_show_preview (document, get (fixture, 0), trp_structure_peek_mask (get (fixture, 0)),
                             "Nothing", TRP_ORIGIN_SEMIAUTOMATIC);
  assert_none (fixture);
  g_assert_cmpuint (get_n_steps (fixture), ==, 0);
}

static void
a_new_structure_is_added (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  TrpStructureSet *set = trp_document_peek_edited (document);
  g_autoptr (TrpStructure) structure = trp_structure_new (
    "PTV", trp_color_get_default (5), trp_mask_new (trp_structure_set_get_geometry (set)));

  trp_document_show_preview (document, structure, fixture->result, "Add PTV",
                             TRP_ORIGIN_SEMIAUTOMATIC);
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 1);
  trp_document_set_cursor (document, trp_vec3 (0, 0, 10));
  g_assert_true (trp_document_accept_preview_slice (document, 2));
  g_assert_cmpuint (trp_structure_set_get_size (set), ==, 2);
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (get (fixture, 1))), ==, 28);
  g_assert_true (trp_document_accept_preview (document));
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (get (fixture, 1))), ==, 112);
  g_assert_cmpstr (trp_structure_get_name (get (fixture, 1)), ==, "PTV");
  g_assert_cmpuint (get_n_steps (fixture), ==, 2);
}

/* How a preview that never stood would have been accepted is not how the next one is. */
static void
painting_is_forgotten_with_its_preview (Fixture *fixture, const void *data)
{
  TrpDocument *document = fixture->document;
  g_autoptr (TrpMask) smaller = trp_mask_new (trp_mask_get_geometry (fixture->result));

  draw (smaller, 60, 2, 4);
  trp_document_show_preview (document, get (fixture, 0), trp_structure_peek_mask (get (fixture, 0)),
                             "Nothing", TRP_ORIGIN_SEMIAUTOMATIC);
  trp_document_set_preview_painted (document, TRP_PAINT_OVER_ALL);
  trp_document_show_preview (document, get (fixture, 0), smaller, "Shrink",
                             TRP_ORIGIN_SEMIAUTOMATIC);
  g_assert_true (trp_document_accept_preview (document));
  g_assert_true (trp_mask_equal (trp_structure_peek_mask (get (fixture, 0)), smaller));
}

/* ---- seen ---- */

static GdkRGBA
get_pixel (cairo_surface_t *surface, int x, int y)
{
  const unsigned char *at = cairo_image_surface_get_data (surface) +
                            y * cairo_image_surface_get_stride (surface) + 4 * x;

  return (GdkRGBA){ at[2] / 255.f, at[1] / 255.f, at[0] / 255.f, at[3] / 255.f };
}

/* Pixels with any colour in a column of the picture: 1 px per mm. */
static int
count_drawn (TrpSliceOutlines *outlines, int x)
{
  const TrpPlane plane = trp_plane_patient (TRP_ORIENTATION_AXIAL, trp_vec3 (0, 0, 15), false);
  const TrpRaster raster = trp_raster_new (&plane, 80, 32, 1, trp_vec3 (40, 16, 15));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 80, 32);
  cairo_t *cr = cairo_create (surface);
  int count = 0;

  trp_slice_outlines_draw (outlines, cr, &plane, &raster);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < 32; y++)
    count += get_pixel (surface, x, y).alpha > 0.5f;
  cairo_surface_destroy (surface);
  return count;
}

/* Its right edge lies at 66.5 mm, where the structure has nothing; dashed: less than its 8 mm. */
static void
it_is_drawn_dashed (Fixture *fixture, const void *data)
{
  g_autoptr (TrpSliceOutlines) outlines = trp_slice_outlines_new (fixture->document);
  int n_drawn;

  g_assert_cmpint (count_drawn (outlines, 66), ==, 0);
  show (fixture);
  trp_slice_outlines_forget_preview (outlines);
  n_drawn = count_drawn (outlines, 66);
  g_assert_cmpint (n_drawn, >, 2);
  trp_document_set_structures_shown (fixture->document, false);
  g_assert_cmpint (count_drawn (outlines, 66), ==, n_drawn);
  trp_document_discard_preview (fixture->document);
  trp_slice_outlines_forget_preview (outlines);
  g_assert_cmpint (count_drawn (outlines, 66), ==, 0);
}

static void
the_bar_asks_while_it_stands (Fixture *fixture, const void *data)
{
  GtkWidget *bar = g_object_ref_sink (trp_preview_bar_new (fixture->document));

  g_assert_false (gtk_widget_get_visible (bar));
  show (fixture);
  g_assert_true (gtk_widget_get_visible (bar));
  trp_document_set_preview_text (fixture->document, "GTV grows by 0.48 ml");
  g_assert_cmpstr (gtk_label_get_label (
                     GTK_LABEL (gtk_widget_get_next_sibling (gtk_widget_get_first_child (bar)))),
                   ==, "GTV grows by 0.48 ml");
  trp_document_discard_preview (fixture->document);
  g_assert_false (gtk_widget_get_visible (bar));
  g_object_unref (bar);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  ADD ("/document-preview/it-is-accepted-as-one-step", it_is_accepted_as_one_step);
  ADD ("/document-preview/slices-are-accepted-one-by-one", slices_are_accepted_one_by_one);
  ADD ("/document-preview/it-ends-with-its-last-slice", it_ends_with_its_last_slice);
  ADD ("/document-preview/edits-discard-it", edits_discard_it);
  ADD ("/document-preview/another-reading-and-a-close-discard-it",
       another_reading_and_a_close_discard_it);
  ADD ("/document-preview/what-cannot-be-is-said", what_cannot_be_is_said);
  ADD ("/document-preview/a-new-structure-is-added", a_new_structure_is_added);
  ADD ("/document-preview/painting-is-forgotten-with-its-preview",
       painting_is_forgotten_with_its_preview);
  ADD ("/document-preview/it-is-drawn-dashed", it_is_drawn_dashed);
  ADD ("/document-preview/the-bar-asks-while-it-stands", the_bar_asks_while_it_stands);
  return g_test_run ();
}
