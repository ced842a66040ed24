/* test-document.c - the open case: volumes, links, readings, strokes, identity
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/format.h"
#include "tests/lib/check.h"
#include "tests/lib/grids.h"
#include "ui/document-compare.h"
#include "ui/document-files.h"
#include "ui/document-operations.h"
#include "ui/document-save.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>

static TrpVolume *
make_volume (const TrpVolumeInfo *info, double origin)
{
  const size_t size[3] = { 20, 16, 8 };
  const double spacing[3] = { 1, 1, 2 };
  const TrpGeometry geometry = trp_geometry_axial (size, spacing,
                                                   trp_vec3 (origin, origin, origin));
  g_autoptr (GBytes)
    bytes = g_bytes_new_take (g_new0 (int16_t, 20 * 16 * 8), 20 * 16 * 8 * sizeof (int16_t));
  g_autoptr (GError) error = NULL;
  TrpVolume *volume = trp_volume_new (&geometry, TRP_VOXEL_I16, bytes, 1, 0, info, &error);

  g_assert_no_error (error);
  return volume;
}

static void
put (TrpDocument *document, TrpRole role, const TrpVolumeInfo *info)
{
  g_autoptr (TrpVolume) volume = make_volume (info, 0);
  const TrpDisplay display = { { 400, 40, false, false }, false };

  trp_document_set_volume (document, role, volume, &display);
}

static TrpStructureSet *
make_set (const char *name, size_t first, size_t end)
{
  g_autoptr (TrpVolume) volume = make_volume (NULL, 0);
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  TrpStructureSet *set = trp_structure_set_new (name, geometry);
  TrpMask *mask = trp_mask_new (geometry);
  g_autoptr (TrpStructure) structure = NULL;

  for (size_t i = first; i < end; i++)
    trp_mask_set (mask, i, 8, 4, true);
  structure = trp_structure_new ("GTV", trp_color_get_default (0), mask);
  trp_structure_set_append (set, structure);
  return set;
}

static void
count (int *counter)
{
  ++*counter;
}

/* ---- the case's name ---- */

/* A name hides whose images these are: it stands for those it was given for. */
static void
the_name_of_a_case_goes_with_its_images (void)
{
  const TrpVolumeInfo mine = { .modality = TRP_MODALITY_MR, .patient_id = (char *) "P1" };
  const TrpVolumeInfo theirs = { .modality = TRP_MODALITY_CT, .patient_id = (char *) "P2" };
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("other", 0, 4);
  int n_changes = 0;

  put (document, TRP_ROLE_MR, &mine);
  trp_document_set_case_name (document, "P1, synct on CT");
  g_assert_cmpstr (trp_document_get_title (document), ==, "P1, synct on CT");
  trp_document_start_reading (document, TRP_ROLE_MR, "mine"); /* on the case's own image */
  g_assert_cmpstr (trp_document_get_title (document), ==, "P1, synct on CT");
  put (document, TRP_ROLE_CT, &theirs); /* under the MR */
  g_assert_cmpstr (trp_document_get_title (document), ==, "P1");
  trp_document_set_case_name (document, "P1, synct on CT");
  put (document, TRP_ROLE_CT, &theirs); /* replaced */
  g_assert_cmpstr (trp_document_get_title (document), ==, "P1");
  trp_document_set_case_name (document, "P1, synct on CT");
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (count), &n_changes);
  trp_document_add_reading (document, set);
  g_assert_cmpstr (trp_document_get_title (document), ==, "P1");
  g_assert_cmpint (n_changes, ==, 1); /* who shows titles heard of it */
}

/* ---- volumes ---- */

static void
first_volume_places_cursor (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  const TrpVolumeInfo info = { .modality = TRP_MODALITY_MR };

  put (document, TRP_ROLE_MR, &info);
  /* the middle voxel (10, 8, 4) of a grid with spacing 1, 1, 2 and origin 0 */
  trp_assert_near (trp_document_get_cursor (document).v[0], 10, 0);
  trp_assert_near (trp_document_get_cursor (document).v[1], 8, 0);
  trp_assert_near (trp_document_get_cursor (document).v[2], 8, 0);
  trp_document_set_cursor (document, trp_vec3 (1, 2, 3));
  put (document, TRP_ROLE_CT, &info);
  trp_assert_near (trp_document_get_cursor (document).v[2], 3, 0);
}

/* Files that are opened together arrive in any order. */
static void
cursor_begins_in_the_anchor_whatever_comes_first (void)
{
  const TrpDisplay display = { { 400, 40, false, false }, false };
  const TrpVolumeInfo info = { 0 };
  g_autoptr (TrpVolume) ct = make_volume (&info, 5);
  TrpVec3 cursor[2];

  for (int order = 0; order < 2; order++)
    {
      g_autoptr (TrpDocument) document = trp_document_new ();

      if (order == 0)
        put (document, TRP_ROLE_MR, &info);
      trp_document_set_volume (document, TRP_ROLE_CT, ct, &display);
      if (order == 1)
        put (document, TRP_ROLE_MR, &info);
      cursor[order] = trp_document_get_cursor (document);
    }
  trp_assert_near (cursor[0].v[0], 10, 0);
  trp_assert_near (trp_vec3_distance (cursor[0], cursor[1]), 0, 0);
}

static void
link_says_how_it_holds (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  const TrpVolumeInfo mr = { .frame_of_reference = (char *) "1.2.3" };
  const TrpVolumeInfo nothing = { 0 };
  const TrpVolumeInfo computed = { .provenance = (char *) "{}" };

  put (document, TRP_ROLE_MR, &mr);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_MR), ==, TRP_LINK_SAME_FRAME);
  put (document, TRP_ROLE_CT, &mr);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_CT), ==, TRP_LINK_SAME_FRAME);
  put (document, TRP_ROLE_CT, &nothing);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_CT), ==, TRP_LINK_ASSUMED);
  trp_document_confirm_link (document, TRP_ROLE_CT);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_CT), ==, TRP_LINK_CONFIRMED);
  /* a computed file does not say which MR it came from */
  put (document, TRP_ROLE_SYNCT, &computed);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_SYNCT), ==, TRP_LINK_ASSUMED);
}

static void
synct_made_here_is_from_mr (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  const TrpVolumeInfo frame = { .frame_of_reference = (char *) "1.2.3" };
  g_autoptr (TrpVolume) synct = make_volume (&frame, 0);

  put (document, TRP_ROLE_MR, &frame);
  trp_document_set_synthesized (document, synct);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_SYNCT), ==, TRP_LINK_FROM_MR);
  put (document, TRP_ROLE_MR, &frame); /* another image, though in the same frame */
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_SYNCT), ==, TRP_LINK_SAME_FRAME);
}

static void
another_anchor_asks_for_links_again (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpVolume) far = make_volume (NULL, 500);
  const TrpDisplay display = { { 400, 40, false, false }, false };
  const TrpVolumeInfo nothing = { 0 };

  put (document, TRP_ROLE_MR, &nothing);
  put (document, TRP_ROLE_CT, &nothing);
  trp_document_confirm_link (document, TRP_ROLE_CT);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_CT), ==, TRP_LINK_CONFIRMED);
  trp_document_set_volume (document, TRP_ROLE_MR, far, &display);
  g_assert_cmpint (trp_document_get_link (document, TRP_ROLE_CT), ==, TRP_LINK_ASSUMED);
  /* the middle voxel of the new anchor, since the old place lies outside of it */
  trp_assert_near (trp_document_get_cursor (document).v[0], 510, 0);
}

static void
changing_roles_swaps (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  const TrpVolumeInfo info = { 0 };
  int changes = 0;
  GBytes *mr, *ct;

  put (document, TRP_ROLE_MR, &info);
  put (document, TRP_ROLE_CT, &info);
  mr = trp_volume_peek_bytes (trp_document_get_volume (document, TRP_ROLE_MR));
  ct = trp_volume_peek_bytes (trp_document_get_volume (document, TRP_ROLE_CT));
  g_signal_connect_swapped (document, "volume-changed", G_CALLBACK (count), &changes);
  trp_document_change_role (document, TRP_ROLE_MR, TRP_ROLE_CT);
  g_assert_true (trp_volume_peek_bytes (trp_document_get_volume (document, TRP_ROLE_MR)) == ct);
  g_assert_true (trp_volume_peek_bytes (trp_document_get_volume (document, TRP_ROLE_CT)) == mr);
  g_assert_cmpint (changes, ==, 2);
  g_assert_cmpstr (trp_volume_get_info (trp_document_get_volume (document, TRP_ROLE_CT))->unit, ==,
                   "HU");
  g_assert_null (trp_volume_get_info (trp_document_get_volume (document, TRP_ROLE_MR))->unit);
}

static void
different_patients_warn_until_acknowledged (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  const TrpVolumeInfo one = { .patient_id = (char *) "A1" };
  const TrpVolumeInfo other = { .patient_id = (char *) "B2" };

  put (document, TRP_ROLE_MR, &one);
  put (document, TRP_ROLE_CT, &one);
  g_assert_null (trp_document_get_identity_conflict (document));
  put (document, TRP_ROLE_CT, &other);
  g_assert_nonnull (strstr (trp_document_get_identity_conflict (document), "A1"));
  g_assert_nonnull (strstr (trp_document_get_identity_conflict (document), "B2"));
  trp_document_acknowledge_identity (document);
  g_assert_null (trp_document_get_identity_conflict (document));
  /* structures of a third patient are another conflict once the volumes agree again */
  put (document, TRP_ROLE_CT, &one);
  {
    g_autoptr (TrpStructureSet) set = make_set ("reading", 2, 6);

    trp_structure_set_set_patient_id (set, "C3");
    trp_document_add_reading (document, set);
  }
  g_assert_nonnull (strstr (trp_document_get_identity_conflict (document), "C3"));
}

/* ---- readings ---- */

static void
first_reading_is_reference_and_is_edited_as_copy (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("auto", 2, 6);

  trp_document_add_reading (document, set);
  g_assert_true (trp_document_peek_reference (document) == set);
  g_assert_true (trp_document_peek_edited (document) != set);
  g_assert_cmpstr (trp_structure_get_name (trp_document_peek_active (document)), ==, "GTV");
  g_assert_true (trp_mask_equal (trp_structure_peek_mask (trp_document_peek_active (document)),
                                 trp_structure_peek_mask (trp_document_find_reference (
                                   document, trp_document_peek_active (document)))));
}

static void
second_reading_on_the_grid_becomes_reference (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) first = make_set ("auto", 2, 6);
  g_autoptr (TrpStructureSet) second = make_set ("observer", 3, 9);
  g_autoptr (TrpStructureSet) third = make_set ("other", 3, 4);

  trp_document_add_reading (document, first);
  trp_document_add_reading (document, second);
  g_assert_true (trp_document_peek_reference (document) == second);
  trp_document_add_reading (document, third);
  g_assert_true (trp_document_peek_reference (document) == second);
}

static void
readings_of_one_name_are_numbered (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();

  for (int n = 0; n < 3; n++)
    {
      g_autoptr (TrpStructureSet) set = make_set ("prostate", 2, 6);
      static const char *const names[] = { "prostate", "prostate 2", "prostate 3" };
      const guint index = trp_document_add_reading (document, set);

      g_assert_cmpstr (trp_structure_set_get_name (trp_document_get_reading (document, index)), ==,
                       names[n]);
    }
}

static void
stroke_is_one_step_and_undo_restores_the_words (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("auto", 2, 6);
  TrpToolSettings tool = *trp_document_get_tool (document);
  const TrpMask *mask;
  int changes = 0;

  trp_document_add_reading (document, set);
  tool.kind = TRP_TOOL_BRUSH;
  tool.radius_mm = 2.1;
  trp_document_set_tool (document, &tool);
  g_signal_connect_swapped (document, "mask-changed", G_CALLBACK (count), &changes);
  g_assert_true (
    trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, trp_vec3 (10, 8, 8)));
  g_assert_cmpint (changes, ==, 1);
  trp_document_extend_stroke (document, trp_vec3 (14, 8, 8));
  trp_document_end_stroke (document);
  mask = trp_structure_peek_mask (trp_document_peek_active (document));
  g_assert_true (trp_mask_get (mask, 12, 8, 4));
  g_assert_true (trp_mask_get (mask, 14, 10, 4));
  g_assert_false (trp_mask_get (mask, 14, 11, 4));
  g_assert_false (trp_mask_get (mask, 12, 8, 5));
  g_assert_true (trp_document_has_unsaved (document));
  /* the reference is what was loaded, whatever is painted */
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (trp_structure_set_get (set, 0))), ==,
                    4);
  trp_document_undo (document);
  g_assert_false (trp_document_can_undo (document));
  g_assert_true (trp_mask_equal (mask, trp_structure_peek_mask (trp_structure_set_get (set, 0))));
  g_assert_false (trp_document_has_unsaved (document));
}

/* A consensus that comes in the middle of a stroke is edited from then on; the stroke is a step. */
static void
another_reading_ends_the_stroke (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("auto", 2, 6);
  g_autoptr (TrpStructureSet) other = make_set ("consensus", 2, 6);
  TrpToolSettings tool = *trp_document_get_tool (document);
  int edited;

  trp_document_add_reading (document, set);
  tool.kind = TRP_TOOL_BRUSH;
  trp_document_set_tool (document, &tool);
  edited = trp_document_get_edited (document);
  g_assert_true (
    trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, trp_vec3 (10, 8, 8)));
  trp_document_edit_new_reading (document, other, TRP_READING_CONSENSUS);
  trp_document_extend_stroke (document, trp_vec3 (14, 8, 8));
  trp_document_end_stroke (document);
  trp_document_set_edited (document, edited);
  g_assert_false (trp_document_is_stroking (document));
  g_assert_true (trp_document_can_undo (document));
  g_assert_true (trp_document_has_unsaved (document));
}

static void
locked_structures_refuse_with_a_message (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("auto", 2, 6);
  TrpToolSettings tool = *trp_document_get_tool (document);
  int messages = 0;

  trp_document_add_reading (document, set);
  trp_document_set_structure_locked (document, 0, true);
  tool.kind = TRP_TOOL_BRUSH;
  trp_document_set_tool (document, &tool);
  g_signal_connect_swapped (document, "message", G_CALLBACK (count), &messages);
  g_assert_false (
    trp_document_begin_stroke (document, TRP_ROLE_MR, &trp_test_axial, trp_vec3 (10, 8, 8)));
  g_assert_cmpint (messages, ==, 1);
}

/* Choosing a structure opens its lock and closes the last one's, unless the user set it by hand. */
static void
lock_follows_the_choice (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("auto", 2, 6);
  g_autoptr (TrpStructure) second = NULL;
  TrpStructureSet *edited;

  second = trp_structure_new ("CTV", trp_color_get_default (1),
                              trp_mask_new (trp_structure_set_get_geometry (set)));
  trp_structure_set_append (set, second);
  trp_document_add_reading (document, set);
  edited = trp_document_peek_edited (document);
  g_assert_false (trp_structure_get_locked (trp_structure_set_get (edited, 0)));
  g_assert_true (trp_structure_get_locked (trp_structure_set_get (edited, 1)));
  trp_document_set_active (document, 1);
  g_assert_true (trp_structure_get_locked (trp_structure_set_get (edited, 0)));
  g_assert_false (trp_structure_get_locked (trp_structure_set_get (edited, 1)));
  trp_document_set_structure_locked (document, 1, true);
  trp_document_set_active (document, 0);
  trp_document_set_active (document, 1);
  g_assert_true (trp_structure_get_locked (trp_structure_set_get (edited, 1)));
}

static void
structures_start_on_the_open_volume (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  const TrpVolumeInfo info = { .patient_id = (char *) "A1" };
  int messages = 0;

  g_signal_connect_swapped (document, "message", G_CALLBACK (count), &messages);
  trp_document_add_structure (document, NULL);
  g_assert_cmpint (messages, ==, 1);
  put (document, TRP_ROLE_CT, &info);
  trp_document_add_structure (document, "Bladder");
  trp_document_add_structure (document, "Bladder");
  g_assert_cmpint (messages, ==, 2);
  g_assert_cmpuint (trp_structure_set_get_size (trp_document_peek_edited (document)), ==, 1);
  g_assert_cmpint (trp_document_get_active (document), ==, 0);
  trp_document_remove_structure (document, 0);
  g_assert_null (trp_document_peek_active (document));
  trp_document_undo (document);
  g_assert_nonnull (trp_document_peek_active (document));
}

/* ---- files ---- */

static void
wait_for_files (TrpDocument *document)
{
  while (trp_document_is_opening (document))
    g_main_context_iteration (NULL, TRUE);
}

static void
saved_label_map_opens_as_structures (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "case-structures.nii.gz", NULL);
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpDocument) again = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("auto", 2, 6);

  trp_document_add_reading (document, set);
  trp_document_save (document, &(TrpSaveRequest){ .path = path });
  wait_for_files (document);
  g_assert_cmpstr (trp_document_get_save_path (document), ==, path);
  trp_document_open (again, path, TRP_ROLE_CT, TRP_OPEN_AS_GUESSED);
  wait_for_files (again);
  g_assert_null (trp_document_get_volume (again, TRP_ROLE_CT));
  g_assert_cmpstr (trp_structure_get_name (trp_document_peek_active (again)), ==, "GTV");
  g_assert_cmpuint (trp_mask_count (trp_structure_peek_mask (trp_document_peek_active (again))), ==,
                    4);
  trp_test_remove_folder (folder);
}

static void
keep_text (TrpDocument *document, int severity, const char *text, char **out_text)
{
  g_free (*out_text);
  *out_text = g_strdup (text);
}

static void
a_folder_without_dicom_opens_its_images (void)
{
  static const char *const names[] = { "b_ct.nii.gz", "a_mr.nii.gz", ".c.nii.gz" };
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *text = NULL;
  g_autoptr (TrpVolume) volume = make_volume (NULL, 0);
  g_autoptr (TrpDocument) document = trp_document_new ();

  g_signal_connect (document, "message", G_CALLBACK (keep_text), &text);
  trp_document_open (document, folder, TRP_ROLE_GUESS, TRP_OPEN_AS_GUESSED);
  wait_for_files (document);
  g_assert_nonnull (strstr (text, "no DICOM"));
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);

      g_assert_true (trp_volume_save (volume, path, NULL));
    }
  g_clear_pointer (&text, g_free);
  trp_document_open (document, folder, TRP_ROLE_GUESS, TRP_OPEN_AS_IMAGE);
  wait_for_files (document);
  g_assert_cmpstr (text, ==, NULL);
  g_assert_nonnull (trp_document_get_volume (document, TRP_ROLE_MR));
  g_assert_nonnull (trp_document_get_volume (document, TRP_ROLE_CT));
  g_assert_null (trp_document_get_volume (document, TRP_ROLE_OTHER));
  trp_test_remove_folder (folder);
}

/* A stroke that is drawn while the worker writes is not in the file. */
static void
edits_during_a_save_stay_unsaved (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "contours.nii.gz", NULL);
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) set = make_set ("one", 2, 6);

  trp_document_add_reading (document, set);
  trp_document_rename_structure (document, 0, "CTV");
  trp_document_save (document, &(TrpSaveRequest){ .path = path });
  trp_document_rename_structure (document, 0, "PTV");
  wait_for_files (document);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (trp_document_has_unsaved (document));
  trp_document_undo (document);
  g_assert_false (trp_document_has_unsaved (document));
  trp_test_remove_folder (folder);
}

static void
unsaved_readings_are_found_one_by_one (void)
{
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpStructureSet) first = make_set ("one", 2, 6);
  g_autoptr (TrpStructureSet) second = make_set ("two", 3, 7);
  int edited;

  trp_document_add_reading (document, first);
  g_assert_false (trp_document_choose_unsaved (document));
  edited = trp_document_get_edited (document);
  trp_document_rename_structure (document, 0, "CTV");
  trp_document_set_edited (document, (int) trp_document_add_reading (document, second));
  g_assert_true (trp_document_choose_unsaved (document));
  g_assert_cmpint (trp_document_get_edited (document), ==, edited);
}

static void *
run_until_cancelled (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  while (trp_progress_step (progress, 0.5, NULL, error))
    g_usleep (1000);
  return NULL;
}

static void
count_end (TrpJob *job, void *result, const GError *error, void *user_data)
{
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ++*(int *) user_data;
}

/* Jobs hold the document: closing it must stop them, or a closed window computes on. */
static void
closing_stops_the_jobs (void)
{
  static const TrpJobClass klass = { .run = run_until_cancelled, .done = count_end };
  g_autoptr (TrpDocument) document = trp_document_new ();
  int n_ended = 0;
  g_autoptr (TrpJob) job = trp_job_start (&klass, "endless", NULL, &n_ended);

  trp_document_add_job (document, job);
  trp_document_close (document);
  while (n_ended == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (trp_job_get_state (job), ==, TRP_JOB_CANCELLED);
}

static void
broken_file_gives_one_sentence (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "broken.nii", NULL);
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (path, "not an image", -1, NULL));
  g_signal_connect (document, "message", G_CALLBACK (keep_text), &text);
  trp_document_open (document, path, TRP_ROLE_GUESS, TRP_OPEN_AS_GUESSED);
  wait_for_files (document);
  g_assert_nonnull (text);
  g_assert_nonnull (strstr (text, "broken.nii"));
  g_assert_cmpuint (trp_document_get_jobs (document)->len, ==, 0);
  trp_test_remove_folder (folder);
}

/* Two CTs opened together stand side by side; one opened later replaces, and says so. */
static void
second_ct_is_kept_beside_the_first (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *first = g_build_filename (folder, "ct-one.nii.gz", NULL);
  g_autofree char *second = g_build_filename (folder, "ct-two.nii.gz", NULL);
  g_autoptr (TrpDocument) document = trp_document_new ();
  g_autoptr (TrpVolume) volume = make_volume (NULL, 0);
  g_autofree char *text = NULL;

  g_assert_true (trp_volume_save (volume, first, NULL));
  g_assert_true (trp_volume_save (volume, second, NULL));
  g_signal_connect (document, "message", G_CALLBACK (keep_text), &text);
  trp_document_open (document, first, TRP_ROLE_GUESS, TRP_OPEN_AS_IMAGE);
  trp_document_open (document, second, TRP_ROLE_GUESS, TRP_OPEN_AS_IMAGE);
  wait_for_files (document);
  g_assert_nonnull (trp_document_get_volume (document, TRP_ROLE_CT));
  g_assert_nonnull (trp_document_get_volume (document, TRP_ROLE_OTHER));
  g_assert_null (text);
  trp_document_open (document, second, TRP_ROLE_GUESS, TRP_OPEN_AS_IMAGE);
  wait_for_files (document);
  g_assert_nonnull (text);
  trp_test_remove_folder (folder);
}

/* The document may go while a file is being read. */
static void
dispose_while_opening (void)
{
  g_autofree char *folder = trp_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "broken.nii", NULL);
  TrpDocument *document = trp_document_new ();

  g_assert_true (g_file_set_contents (path, "not an image", -1, NULL));
  trp_document_open (document, path, TRP_ROLE_GUESS, TRP_OPEN_AS_GUESSED);
  g_assert_finalize_object (document);
  for (int n = 0; n < 50; n++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  trp_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/volume/first-places-cursor", first_volume_places_cursor);
  g_test_add_func ("/document/volume/cursor-begins-in-the-anchor",
                   cursor_begins_in_the_anchor_whatever_comes_first);
  g_test_add_func ("/document/volume/link-says-how-it-holds", link_says_how_it_holds);
  g_test_add_func ("/document/volume/synct-made-here-is-from-mr", synct_made_here_is_from_mr);
  g_test_add_func ("/document/volume/another-anchor-asks-for-links-again",
                   another_anchor_asks_for_links_again);
  g_test_add_func ("/document/volume/changing-roles-swaps", changing_roles_swaps);
  g_test_add_func ("/document/identity/the-name-of-a-case-goes-with-its-images",
                   the_name_of_a_case_goes_with_its_images);
  g_test_add_func ("/document/identity/warns-until-acknowledged",
                   different_patients_warn_until_acknowledged);
  g_test_add_func ("/document/reading/first-is-reference-and-copy-is-edited",
                   first_reading_is_reference_and_is_edited_as_copy);
  g_test_add_func ("/document/reading/second-on-the-grid-becomes-reference",
                   second_reading_on_the_grid_becomes_reference);
  g_test_add_func ("/document/reading/of-one-name-are-numbered", readings_of_one_name_are_numbered);
  g_test_add_func ("/document/stroke/is-one-step-and-undo-restores",
                   stroke_is_one_step_and_undo_restores_the_words);
  g_test_add_func ("/document/another-reading-ends-the-stroke", another_reading_ends_the_stroke);
  g_test_add_func ("/document/stroke/locked-refuses", locked_structures_refuse_with_a_message);
  g_test_add_func ("/document/structures/lock-follows-the-choice", lock_follows_the_choice);
  g_test_add_func ("/document/structures/start-on-the-open-volume",
                   structures_start_on_the_open_volume);
  g_test_add_func ("/document/files/saved-label-map-opens-as-structures",
                   saved_label_map_opens_as_structures);
  g_test_add_func ("/document/files/broken-file-gives-one-sentence",
                   broken_file_gives_one_sentence);
  g_test_add_func ("/document/files/a-folder-without-dicom-opens-its-images",
                   a_folder_without_dicom_opens_its_images);
  g_test_add_func ("/document/files/second-ct-is-kept-beside-the-first",
                   second_ct_is_kept_beside_the_first);
  g_test_add_func ("/document/files/dispose-while-opening", dispose_while_opening);
  g_test_add_func ("/document/files/edits-during-a-save-stay-unsaved",
                   edits_during_a_save_stay_unsaved);
  g_test_add_func ("/document/files/unsaved-readings-are-found-one-by-one",
                   unsaved_readings_are_found_one_by_one);
  g_test_add_func ("/document/jobs/closing-stops-them", closing_stops_the_jobs);
  return g_test_run ();
}
