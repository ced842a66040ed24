/* test-saving.c - what counts as saved, and the question about structures that overlap
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/structure-file.h"
#include "tests/lib/broken-disk.h"
#include "tests/lib/check.h"
#include "ui/dialogs/overlap.h"
#include "ui/document-files.h"
#include "ui/document-save.h"

#include <glib/gstdio.h>

/* GTV and CTV share four voxels of 1 x 1 x 2 mm, 0.008 ml; OAR is apart. */
static TrpDocument *
make_document (bool overlapping)
{
  static const char *const names[] = { "GTV", "CTV", "OAR" };
  const size_t ends[3][2] = { { 2, 6 }, { overlapping ? 0 : 6, 10 }, { 12, 14 } };
  const TrpGeometry geometry = trp_geometry_axial ((const size_t[]){ 20, 16, 8 },
                                                   (const double[]){ 1, 1, 2 }, trp_vec3 (0, 0, 0));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("reading", &geometry);
  TrpDocument *document = trp_document_new ();

  for (size_t n = 0; n < 3; n++)
    {
      TrpMask *mask = trp_mask_new (&geometry);
      g_autoptr (TrpStructure)
        structure = trp_structure_new (names[n], trp_color_get_default (n), mask);

      for (size_t i = ends[n][0]; i < ends[n][1]; i++)
        trp_mask_set (mask, i, 8, 4, true);
      trp_structure_set_append (set, structure);
    }
  trp_document_add_reading (document, set);
  return document;
}

typedef struct
{
  int n_done;
  int n_failed;
  char *asked; /* "FIRST and SECOND: ML" of all pairs */
} Outcome;

static void
on_saved (TrpDocument *document, bool done, void *user_data)
{
  Outcome *outcome = user_data;

  outcome->n_done += done;
  outcome->n_failed += !done;
}

static void
on_ask (TrpDocument *document, const GPtrArray *pairs, void *user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; n < pairs->len; n++)
    {
      const TrpOverlapping *pair = pairs->pdata[n];

      g_string_append_printf (text, "%s and %s: %.3f;", pair->first, pair->second, pair->ml);
    }
  g_free (outcome->asked);
  outcome->asked = g_strdup (text->str);
}

static void
wait_for_files (TrpDocument *document)
{
  while (trp_document_is_opening (document))
    g_main_context_iteration (NULL, TRUE);
}

static void
save (TrpDocument *document, const char *path, const char *const *priority, Outcome *outcome)
{
  trp_document_save (
    document,
    &(TrpSaveRequest){
      .path = path, .priority = priority, .saved = on_saved, .ask = on_ask, .user_data = outcome });
  wait_for_files (document);
}

static void
keep_text (TrpDocument *document, int severity, const char *text, char **out_text)
{
  g_free (*out_text);
  *out_text = g_strdup (text);
}

/* ---- what counts as saved ---- */

static void
what_the_disk_got_wrong_stays_unsaved (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autofree char *text = NULL, *said = NULL;
  g_autoptr (TrpDocument) document = make_document (false);
  Outcome outcome = { 0 };

  g_signal_connect (document, "message", G_CALLBACK (keep_text), &said);
  trp_document_rename_structure (document, 0, "GTVp");
  g_assert_true (g_file_set_contents (path, "old", 3, NULL));
  trp_test_break_disk (TRP_DISK_FLIPS_BITS, "a.nii", 352, 1);
  save (document, path, NULL, &outcome);
  trp_test_break_disk (TRP_DISK_WORKS, NULL, 0, 0);
  g_assert_cmpint (outcome.n_failed, ==, 1);
  g_assert_nonnull (strstr (said, "nothing was replaced"));
  g_assert_true (trp_document_has_unsaved (document));
  g_assert_null (trp_document_get_save_path (document));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  save (document, path, NULL, &outcome);
  g_assert_cmpint (outcome.n_done, ==, 1);
  g_assert_false (trp_document_has_unsaved (document));
  trp_test_remove_folder (folder);
}

static void
overlaps_are_asked_about (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii.gz", NULL);
  g_autoptr (TrpDocument) document = make_document (true);
  g_autoptr (TrpStructureSet) loaded = NULL;
  Outcome outcome = { 0 };

  trp_document_rename_structure (document, 2, "Rectum");
  save (document, path, NULL, &outcome);
  g_assert_cmpstr (outcome.asked, ==, "GTV and CTV: 0.008;");
  g_assert_cmpint (outcome.n_done + outcome.n_failed, ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (trp_document_has_unsaved (document));
  save (document, path, (const char *const[]){ "CTV", NULL }, &outcome);
  g_assert_cmpint (outcome.n_done, ==, 1);
  g_assert_false (trp_document_has_unsaved (document));
  loaded = trp_structure_set_load (path, NULL, NULL);
  g_assert_true (trp_mask_is_empty (trp_structure_peek_mask (trp_structure_set_get (loaded, 0))));
  g_free (outcome.asked);
  trp_test_remove_folder (folder);
}

static void
a_segmentation_needs_no_question (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.seg.nrrd", NULL);
  g_autoptr (TrpDocument) document = make_document (true);
  g_autoptr (TrpDocument) again = trp_document_new ();
  Outcome outcome = { 0 };

  save (document, path, NULL, &outcome);
  g_assert_cmpstr (outcome.asked, ==, NULL);
  g_assert_cmpint (outcome.n_done, ==, 1);
  trp_document_open (again, path, TRP_ROLE_CT, TRP_OPEN_AS_GUESSED); /* dropped on a pane */
  wait_for_files (again);
  g_assert_null (trp_document_get_volume (again, TRP_ROLE_CT));
  g_assert_cmpuint (trp_structure_set_get_size (trp_document_peek_edited (again)), ==, 3);
  for (size_t n = 0; n < 3; n++)
    g_assert_true (trp_mask_equal (
      trp_structure_peek_mask (trp_structure_set_get (trp_document_peek_edited (again), n)),
      trp_structure_peek_mask (trp_structure_set_get (trp_document_peek_edited (document), n))));
  trp_test_remove_folder (folder);
}

/* ---- the question ---- */

typedef struct
{
  TrpOverlapAnswer answer;
  char *order;
} Answered;

static void
on_answered (TrpOverlapAnswer answer, const char *const *priority, void *user_data)
{
  Answered *answered = user_data;

  answered->answer = answer;
  g_free (answered->order);
  answered->order = g_strjoinv (" ", (char **) priority);
}

/* The first widget of @type, below @root, whose label or tooltip begins with @text. */
static GtkWidget *
find (GtkWidget *root, GType type, const char *text)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type))
    {
      const char *tip = gtk_widget_get_tooltip_text (root);
      const char *label = GTK_IS_LABEL (root) ? gtk_label_get_text (GTK_LABEL (root)) : NULL;

      if ((tip && strstr (tip, text)) || (label && strstr (label, text)))
        return root;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, text);

      if (found)
        return found;
    }
  return NULL;
}

static GtkWidget *
ask (Answered *answered, const char *folder, TrpOverlapAnswer answer)
{
  static const char *const names[] = { "GTV", "CTV", "OAR", NULL };
  static const char *const files[] = { "GTV.nii.gz", "CTV.nii.gz", "OAR.nii.gz", NULL };
  g_autofree char *map = g_build_filename (folder, "a.nii.gz", NULL);
  g_autofree char *segmentation = g_build_filename (folder, "a.seg.nrrd", NULL);
  TrpOverlapping pair = { (char *) "GTV", (char *) "CTV", 12.345 };
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  g_ptr_array_add (pairs, &pair);
  return trp_overlap_dialog_show (
    NULL, &(TrpOverlapQuestion){ pairs, names, map, segmentation, files, answer }, on_answered,
    answered);
}

static void
the_question_names_pairs_and_files (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *there = g_build_filename (folder, "CTV.nii.gz", NULL);
  Answered answered = { TRP_OVERLAP_PRIORITY, NULL };
  GtkWidget *dialog;

  g_assert_true (g_file_set_contents (there, "old", 3, NULL));
  dialog = ask (&answered, folder, TRP_OVERLAP_NOTHING);
  g_assert_nonnull (find (dialog, GTK_TYPE_LABEL, "GTV and CTV share 12.3"));
  g_assert_nonnull (
    find (dialog, GTK_TYPE_LABEL, "GTV.nii.gz, CTV.nii.gz (replaces the one there), OAR.nii.gz"));
  g_assert_nonnull (find (dialog, GTK_TYPE_LABEL, "a.seg.nrrd"));
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  g_assert_cmpint (answered.answer, ==, TRP_OVERLAP_NOTHING);
  g_free (answered.order);
  trp_test_remove_folder (folder);
}

static void
the_order_is_chosen (void)
{
  Answered answered = { 0 };
  GtkWidget *dialog = ask (&answered, "/nowhere", TRP_OVERLAP_PRIORITY);
  GtkWidget *down = find (dialog, GTK_TYPE_BUTTON, "Wins later");
  GtkWidget *up = find (dialog, GTK_TYPE_BUTTON, "Wins earlier");

  g_assert_true (gtk_widget_is_sensitive (down));
  for (int n = 0; n < 3; n++) /* the first to the end, where it stays */
    g_signal_emit_by_name (down, "clicked");
  g_signal_emit_by_name (up, "clicked");
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  g_assert_cmpint (answered.answer, ==, TRP_OVERLAP_PRIORITY);
  g_assert_cmpstr (answered.order, ==, "CTV GTV OAR");
  g_free (answered.order);
}

static void
each_way_is_an_answer (void)
{
  static const struct
  {
    const char *label;
    TrpOverlapAnswer answer;
  } ways[] = { { "One file", TRP_OVERLAP_SEPARATELY },
               { "segmentation", TRP_OVERLAP_SEGMENTATION },
               { "label map, in which", TRP_OVERLAP_PRIORITY } };

  for (size_t n = 0; n < G_N_ELEMENTS (ways); n++)
    {
      Answered answered = { 0 };
      GtkWidget *dialog = ask (&answered, "/nowhere", TRP_OVERLAP_NOTHING);
      GtkWidget *order = find (dialog, GTK_TYPE_BUTTON, "Wins later");
      GtkWidget *label = find (dialog, GTK_TYPE_LABEL, ways[n].label);
      GtkWidget *check = gtk_widget_get_ancestor (label, GTK_TYPE_CHECK_BUTTON);

      g_assert_false (gtk_widget_is_sensitive (order));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
      gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
      g_assert_cmpint (answered.answer, ==, ways[n].answer);
      g_free (answered.order);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  gtk_disable_setlocale ();
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  g_test_add_func ("/saving/what-the-disk-got-wrong-stays-unsaved",
                   what_the_disk_got_wrong_stays_unsaved);
  g_test_add_func ("/saving/overlaps-are-asked-about", overlaps_are_asked_about);
  g_test_add_func ("/saving/a-segmentation-needs-no-question", a_segmentation_needs_no_question);
  g_test_add_func ("/saving/the-question-names-pairs-and-files",
                   the_question_names_pairs_and_files);
  g_test_add_func ("/saving/the-order-is-chosen", the_order_is_chosen);
  g_test_add_func ("/saving/each-way-is-an-answer", each_way_is_an_answer);
  status = g_test_run ();
  trp_test_remove_folder (folder);
  return status;
}
