/* test-document-journal.c - what a document writes to its journal and takes from it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A document that goes with unsaved contours, and without the question before closing, leaves its
 * journal as a killed program does.
 */

#include "core/structure/journal.h"
#include "tests/lib/broken-disk.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/document-files.h"
#include "ui/document-journal.h"
#include "ui/document-save.h"
#include "ui/panels/effort.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>
#include <signal.h>
#include <sys/resource.h>

typedef struct
{
  char *message; /* the last one */
  char *withdrawn;
} Heard;

static void
put (TrpDocument *document, TrpRole role, const char *source, size_t nx)
{
  const size_t size[3] = { nx, 16, 8 };
  const double spacing[3] = { 1, 1, 2 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing, trp_vec3 (0, 0, 0));
  const TrpVolumeInfo info = { .source = (char *) source, .patient_id = (char *) "P7" };
  const TrpDisplay display = { { 400, 40, false, false }, false };
  g_autoptr (GBytes)
    bytes = g_bytes_new_take (g_new0 (int16_t, nx * 16 * 8), nx * 16 * 8 * sizeof (int16_t));
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpVolume)
    volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, &info, &error);

  g_assert_no_error (error);
  trp_document_set_volume (document, role, volume, &display);
}

/* A contour of four voxels on the grid of the image in @role. */
static void
add_reading (TrpDocument *document, TrpRole role)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (trp_document_get_volume (document, role));
  g_autoptr (TrpStructureSet) set = trp_structure_set_new ("auto", geometry);
  g_autoptr (TrpStructure) structure = NULL;
  TrpMask *mask = trp_mask_new (geometry);

  for (size_t i = 2; i < 6; i++)
    trp_mask_set (mask, i, 8, 4, true);
  structure = trp_structure_new ("GTV", trp_color_get_default (0), mask);
  trp_structure_set_append (set, structure);
  trp_document_add_reading (document, set);
}

static void
on_message (Heard *heard, int severity, const char *text)
{
  g_free (heard->message);
  heard->message = g_strdup (text);
}

static void
on_withdrawn (Heard *heard, const char *text)
{
  g_free (heard->withdrawn);
  heard->withdrawn = g_strdup (text);
}

static void
heard_clear (Heard *heard)
{
  g_free (heard->message);
  g_free (heard->withdrawn);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static TrpDocument *
make_document (const char *source, Heard *heard)
{
  TrpDocument *document = trp_document_new ();
  TrpToolSettings tool = *trp_document_get_tool (document);

  tool.kind = TRP_TOOL_BRUSH;
  tool.radius_mm = 1.5;
  trp_document_set_tool (document, &tool);
  if (heard)
    {
      g_signal_connect_swapped (document, "message", G_CALLBACK (on_message), heard);
      g_signal_connect_swapped (document, "message-withdrawn", G_CALLBACK (on_withdrawn), heard);
    }
  put (document, TRP_ROLE_MR, source, 20);
  add_reading (document, TRP_ROLE_MR);
  return document;
}

static bool
paint (TrpDocument *document, double x)
{
  const bool begun = trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial,
                                                trp_vec3 (x, 8, 8));

  trp_document_end_stroke (document);
  return begun;
}

static TrpMask *
copy_active (TrpDocument *document)
{
  return trp_mask_copy (trp_structure_peek_mask (trp_document_peek_active (document)));
}

static void
assert_active (TrpDocument *document, const TrpMask *mask)
{
  g_assert_true (
    trp_mask_equal (trp_structure_peek_mask (trp_document_peek_active (document)), mask));
}

static char *
get_path (const char *source, const char *ending)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, source, -1);

  return g_strdup_printf ("%s/triptych/journal/%s.journal%s", g_get_user_state_dir (), sum, ending);
}

static bool
has_file (const char *source, const char *ending)
{
  g_autofree char *path = get_path (source, ending);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
edits_are_on_disk_at_once (void)
{
  g_autoptr (TrpDocument) document = make_document ("/case/a.nii", NULL);
  g_autofree char *path = get_path ("/case/a.nii", ""), *copy = get_path ("/case/a.nii", "-copy");
  g_autofree char *bytes = NULL;
  g_autoptr (TrpMask) painted = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sessions = NULL;
  GStatBuf folder;
  gsize size;
  TrpJournal *journal;

  g_assert_true (paint (document, 12));
  painted = copy_active (document);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize) size, NULL));
  journal = trp_journal_open (copy, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (trp_journal_get_sources (journal)[0], ==, "/case/a.nii");
  sessions = trp_journal_steal_sessions (journal);
  g_assert_cmpuint (sessions->len, ==, 1);
  g_assert_true (
    trp_mask_equal (trp_structure_peek_mask (trp_structure_set_get (
                      (TrpStructureSet *) trp_edit_session_peek_set (sessions->pdata[0]), 0)),
                    painted));
  trp_journal_discard (journal);
  trp_edit_session_free (sessions->pdata[0]);
  g_free (path);
  path = g_build_filename (g_get_user_state_dir (), "triptych", "journal", NULL);
  g_assert_cmpint (g_stat (path, &folder), ==, 0);
  g_assert_cmpint (folder.st_mode & 0777, ==, 0700);
  trp_document_forget_unsaved (document);
}

/* The steps of a save that the disk got wrong are offered again; those of one that worked are not.
 */
static void
only_what_was_read_back_is_saved (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.nii", NULL);
  g_autoptr (TrpMask) painted = NULL;
  TrpDocument *document = make_document ("/case/s.nii", NULL);

  g_assert_true (paint (document, 12));
  painted = copy_active (document);
  trp_test_break_disk (TRP_DISK_FLIPS_BITS, "a.nii", 352, 1);
  trp_document_save (document, &(TrpSaveRequest){ .path = path });
  while (trp_document_is_opening (document))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (trp_test_count_disk_faults (), ==, 1);
  trp_test_break_disk (TRP_DISK_WORKS, NULL, 0, 0);
  g_assert_finalize_object (document);
  document = make_document ("/case/s.nii", NULL);
  trp_document_restore_unfinished (document);
  assert_active (document, painted);
  g_assert_true (trp_document_has_unsaved (document));
  trp_document_save (document, &(TrpSaveRequest){ .path = path });
  while (trp_document_is_opening (document))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (trp_document_has_unsaved (document));
  g_assert_finalize_object (document);
  g_assert_false (has_file ("/case/s.nii", ""));
  trp_test_remove_folder (folder);
}

static void
nothing_unsaved_leaves_nothing (void)
{
  TrpDocument *document = make_document ("/case/b.nii", NULL);

  paint (document, 12);
  g_assert_true (has_file ("/case/b.nii", ""));
  trp_document_undo (document);
  g_assert_finalize_object (document);
  g_assert_false (has_file ("/case/b.nii", ""));
  document = make_document ("/case/b.nii", NULL);
  paint (document, 12);
  trp_document_forget_unsaved (document);
  g_assert_finalize_object (document);
  g_assert_false (has_file ("/case/b.nii", ""));
}

static void
second_window_only_looks (void)
{
  TrpDocument *first = make_document ("/case/c.nii", NULL);
  g_auto (Heard) heard = { 0 };
  g_autoptr (TrpDocument) second = make_document ("/case/c.nii", &heard);
  g_autoptr (TrpMask) before = copy_active (second);

  g_assert_nonnull (strstr (heard.message, "another window"));
  g_clear_pointer (&heard.message, g_free);
  g_assert_false (paint (second, 12));
  trp_document_add_structure (second, NULL);
  trp_document_remove_structure (second, 0);
  trp_document_rename_structure (second, 0, "CTV");
  g_assert_cmpuint (trp_structure_set_get_size (trp_document_peek_edited (second)), ==, 1);
  g_assert_cmpstr (trp_structure_get_name (trp_document_peek_active (second)), ==, "GTV");
  assert_active (second, before);
  g_assert_nonnull (strstr (heard.message, "another window"));
  g_assert_finalize_object (first);
  g_assert_true (paint (second, 12));
  g_assert_cmpstr (heard.withdrawn, ==, heard.message);
  trp_document_forget_unsaved (second);
}

/* Leaves two strokes, the second one undone, in the journal. Returns: the mask of the first. */
static TrpMask *
crash (const char *source)
{
  TrpDocument *document = make_document (source, NULL);
  TrpMask *mask;

  paint (document, 12);
  mask = copy_active (document);
  paint (document, 16);
  trp_document_undo (document);
  g_assert_finalize_object (document);
  g_assert_true (has_file (source, ""));
  return mask;
}

static gboolean
on_timeout (gpointer data)
{
  *(bool *) data = true;
  return G_SOURCE_REMOVE;
}

/* Two squares of 3 x 3 voxels, 1 mm wide, of which 8 each are contour. */
static void
effort_is_told (void)
{
  g_autoptr (TrpDocument) document = make_document ("/effort/mr.nii", NULL);
  GtkWidget *line = g_object_ref_sink (trp_effort_new (document));
  GtkWidget *label = gtk_widget_get_first_child (line);
  bool is_late = false;
  const guint timeout = g_timeout_add_seconds (20, on_timeout, &is_late);

  g_assert_false (gtk_widget_get_visible (line));
  g_assert_true (paint (document, 9));
  g_assert_true (paint (document, 14));
  while (!strstr (gtk_label_get_label (GTK_LABEL (label)), ", 2 steps, added path 16 mm") &&
         !is_late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (is_late);
  g_assert_true (gtk_widget_get_visible (line));
  g_source_remove (timeout);
  trp_document_forget_unsaved (document);
  trp_document_close (document);
  g_assert_finalize_object (line);
}

static void
restored_as_it_was_left (void)
{
  g_autoptr (TrpMask) painted = crash ("/case/d.nii"), loaded = NULL;
  TrpDocument *document = make_document ("/case/d.nii", NULL);
  g_autofree char *question = trp_document_dup_unfinished (document, true);
  g_autofree char *anonymous = trp_document_dup_unfinished (document, false);

  g_assert_nonnull (strstr (question, "P7"));
  g_assert_null (strstr (anonymous, "P7"));
  g_assert_false (paint (document, 3));
  loaded = copy_active (document);
  g_assert_cmpuint (trp_mask_count (loaded), ==, 4);
  trp_document_restore_unfinished (document);
  g_assert_null (trp_document_dup_unfinished (document, true));
  g_assert_cmpuint (trp_document_get_n_readings (document), ==, 2);
  g_assert_cmpstr (trp_structure_set_get_name (trp_document_peek_edited (document)), ==, "edited");
  assert_active (document, painted);
  g_assert_true (trp_document_has_unsaved (document));
  g_assert_true (trp_document_can_redo (document));
  trp_document_undo (document);
  assert_active (document, loaded);
  g_assert_false (trp_document_has_unsaved (document));
  trp_document_redo (document);
  /* and what is done now goes to the same journal */
  g_assert_true (paint (document, 3));
  g_clear_pointer (&painted, trp_mask_free);
  painted = copy_active (document);
  g_assert_finalize_object (document);
  document = make_document ("/case/d.nii", NULL);
  trp_document_restore_unfinished (document);
  assert_active (document, painted);
  trp_document_undo (document);
  trp_document_undo (document);
  assert_active (document, loaded);
  g_assert_finalize_object (document);
  g_assert_false (has_file ("/case/d.nii", ""));
}

/* The structure that was worked on is chosen, and the locks of the others follow the choice. */
static void
restored_locks_follow_the_choice (void)
{
  TrpDocument *document = make_document ("/case/m.nii", NULL);

  trp_document_add_structure (document, "CTV");
  trp_document_set_active (document, 0);
  trp_document_set_active (document, 1);
  g_assert_true (paint (document, 12));
  g_assert_finalize_object (document);
  document = make_document ("/case/m.nii", NULL);
  trp_document_restore_unfinished (document);
  g_assert_cmpstr (trp_structure_get_name (trp_document_peek_active (document)), ==, "CTV");
  g_assert_true (paint (document, 16));
  trp_document_set_active (document, 0);
  g_assert_true (paint (document, 12));
  trp_document_forget_unsaved (document);
  g_assert_finalize_object (document);
}

static void
unanswered_stays (void)
{
  g_autoptr (TrpMask) painted = crash ("/case/e.nii");
  TrpDocument *document = make_document ("/case/e.nii", NULL);

  g_assert_finalize_object (document);
  document = make_document ("/case/e.nii", NULL);
  trp_document_restore_unfinished (document);
  assert_active (document, painted);
  trp_document_forget_unsaved (document);
  g_assert_finalize_object (document);
}

static void
discarded_is_put_aside (void)
{
  for (int n = 0; n < 2; n++)
    {
      const char *const endings[] = { ".old", ".old-2" };
      g_autoptr (TrpMask) painted = crash ("/case/f.nii");
      g_autoptr (TrpDocument) document = make_document ("/case/f.nii", NULL);

      g_assert_false (has_file ("/case/f.nii", endings[n]));
      trp_document_discard_unfinished (document);
      g_assert_null (trp_document_dup_unfinished (document, true));
      g_assert_true (has_file ("/case/f.nii", endings[n]));
      g_assert_true (paint (document, 12));
      assert_active (document, painted);
      trp_document_forget_unsaved (document);
    }
}

static void
another_grid_is_a_reading_of_its_own (void)
{
  g_autoptr (TrpMask) painted = crash ("/case/g.nii");
  g_autoptr (TrpDocument) document = trp_document_new ();

  put (document, TRP_ROLE_MR, "/case/g.nii", 24);
  add_reading (document, TRP_ROLE_MR);
  trp_document_restore_unfinished (document);
  g_assert_cmpuint (trp_document_get_n_readings (document), ==, 3);
  g_assert_cmpstr (trp_structure_set_get_name (trp_document_peek_edited (document)), ==,
                   "edited 2");
  assert_active (document, painted);
  trp_document_forget_unsaved (document);
}

/* It was begun with the CT alone; the next time the MR, the anchor, is open as well. */
static void
found_by_any_image (void)
{
  TrpDocument *document = trp_document_new ();

  put (document, TRP_ROLE_CT, "/case/ct.nii", 20);
  add_reading (document, TRP_ROLE_CT);
  trp_document_rename_structure (document, 0, "CTV");
  put (document, TRP_ROLE_MR, "/case/mr.nii", 20);
  trp_document_rename_structure (document, 0, "PTV");
  g_assert_false (has_file ("/case/mr.nii", ""));
  g_assert_finalize_object (document);
  document = trp_document_new ();
  put (document, TRP_ROLE_CT, "/case/ct.nii", 20);
  put (document, TRP_ROLE_MR, "/case/mr.nii", 20);
  add_reading (document, TRP_ROLE_MR);
  trp_document_restore_unfinished (document);
  g_assert_cmpstr (trp_structure_get_name (trp_document_peek_active (document)), ==, "PTV");
  trp_document_forget_unsaved (document);
  g_assert_finalize_object (document);
  g_assert_false (has_file ("/case/ct.nii", ""));
}

/* Another patient in the same window has a journal of its own. */
static void
another_case_another_journal (void)
{
  TrpDocument *document = make_document ("/case/h.nii", NULL);

  paint (document, 12);
  put (document, TRP_ROLE_MR, "/case/i.nii", 20);
  g_assert_true (paint (document, 16));
  g_assert_true (has_file ("/case/h.nii", ""));
  g_assert_true (has_file ("/case/i.nii", ""));
  trp_document_forget_unsaved (document);
  g_assert_finalize_object (document);
  g_assert_false (has_file ("/case/i.nii", ""));
  /* its unsaved contours are asked about where they were drawn */
  document = make_document ("/case/h.nii", NULL);
  trp_document_restore_unfinished (document);
  g_assert_true (trp_document_has_unsaved (document));
  trp_document_forget_unsaved (document);
  g_assert_finalize_object (document);
}

static void
limit_file_size (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = size ? size : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The system ends a file at a limit much as a full disk does. */
static void
full_disk_warns_while_it_lasts (void)
{
  g_auto (Heard) heard = { 0 };
  g_autoptr (TrpDocument) document = make_document ("/case/j.nii", &heard);

  signal (SIGXFSZ, SIG_IGN);
  g_assert_null (heard.message);
  limit_file_size (1);
  g_assert_true (paint (document, 12));
  limit_file_size (0);
  g_assert_cmpstr (heard.message, ==,
                   "Contours are not being written to the journal: File too large. Save soon.");
  g_assert_null (heard.withdrawn);
  g_assert_true (paint (document, 16));
  g_assert_cmpstr (heard.withdrawn, ==, heard.message);
  trp_document_forget_unsaved (document);
}

static void
without_a_folder_editing_goes_on (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "triptych", "journal", NULL);
  g_auto (Heard) heard = { 0 };

  trp_test_remove_folder (folder);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  g_autoptr (TrpDocument) document = make_document ("/case/k.nii", &heard);

  g_assert_true (paint (document, 12));
  g_assert_true (
    g_str_has_prefix (heard.message, "Contours are not being written to the journal: "));
  g_unlink (folder);
}

/* What is damaged is said, and what came before it is there. */
static void
damage_is_told (void)
{
  g_autoptr (TrpMask) painted = crash ("/case/l.nii");
  g_autofree char *path = get_path ("/case/l.nii", ""), *bytes = NULL;
  g_auto (Heard) heard = { 0 };
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[size - 1] ^= 1; /* in the undo of the second stroke */
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  g_autoptr (TrpDocument) document = make_document ("/case/l.nii", &heard);

  g_assert_nonnull (strstr (heard.message, "damaged"));
  trp_document_restore_unfinished (document);
  trp_document_undo (document);
  assert_active (document, painted);
  trp_document_forget_unsaved (document);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  g_test_add_func ("/document-journal/edits-are-on-disk-at-once", edits_are_on_disk_at_once);
  g_test_add_func ("/document-journal/only-what-was-read-back-is-saved",
                   only_what_was_read_back_is_saved);
  g_test_add_func ("/document-journal/nothing-unsaved-leaves-nothing",
                   nothing_unsaved_leaves_nothing);
  g_test_add_func ("/document-journal/second-window-only-looks", second_window_only_looks);
  g_test_add_func ("/document-journal/effort-is-told", effort_is_told);
  g_test_add_func ("/document-journal/restored-as-it-was-left", restored_as_it_was_left);
  g_test_add_func ("/document-journal/restored-locks-follow-the-choice",
                   restored_locks_follow_the_choice);
  g_test_add_func ("/document-journal/unanswered-stays", unanswered_stays);
  g_test_add_func ("/document-journal/discarded-is-put-aside", discarded_is_put_aside);
  g_test_add_func ("/document-journal/another-grid-is-a-reading-of-its-own",
                   another_grid_is_a_reading_of_its_own);
  g_test_add_func ("/document-journal/found-by-any-image", found_by_any_image);
  g_test_add_func ("/document-journal/another-case-another-journal", another_case_another_journal);
  g_test_add_func ("/document-journal/full-disk-warns-while-it-lasts",
                   full_disk_warns_while_it_lasts);
  g_test_add_func ("/document-journal/damage-is-told", damage_is_told);
  g_test_add_func ("/document-journal/without-a-folder-editing-goes-on",
                   without_a_folder_editing_goes_on);
  status = g_test_run ();
  trp_test_remove_folder (home);
  return status;
}
