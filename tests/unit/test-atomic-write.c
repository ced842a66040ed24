/* test-atomic-write.c - old files survive what goes wrong, new ones look like them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/atomic-write.h"
#include "tests/lib/check.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path; /* holds "old" */
} Fixture;

static void
set_up (Fixture *fixture, const void *data)
{
  fixture->folder = trp_test_make_folder ();
  fixture->path = g_build_filename (fixture->folder, "a.nii", NULL);
  g_assert_true (g_file_set_contents (fixture->path, "old", 3, NULL));
}

static void
tear_down (Fixture *fixture, const void *data)
{
  trp_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_text (const char *path, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static unsigned
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  unsigned n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
nothing_changes_without_a_commit (Fixture *fixture, const void *data)
{
  TrpAtomicWrite *file = trp_atomic_write_new (fixture->path, NULL);

  g_assert_true (trp_atomic_write_append (file, "new", 3, NULL));
  assert_text (fixture->path, "old");
  trp_atomic_write_free (file);
  assert_text (fixture->path, "old");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
rights_stay_those_of_the_old_file (Fixture *fixture, const void *data)
{
  struct stat status;

  g_assert_cmpint (g_chmod (fixture->path, 0640), ==, 0);
  g_assert_true (trp_write_file (fixture->path, "new", 3, NULL));
  assert_text (fixture->path, "new");
  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0640);
}

static void
links_stay_links (Fixture *fixture, const void *data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link.nii", NULL);

  g_assert_cmpint (symlink ("a.nii", link), ==, 0);
  g_assert_true (trp_write_file (link, "new", 3, NULL));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  assert_text (fixture->path, "new");
}

static void
write_protected_files_are_not_replaced (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_false (trp_write_file (fixture->path, "new", 3, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, "a.nii cannot be replaced: "));
  assert_text (fixture->path, "old");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
folders_and_missing_folders_are_refused (Fixture *fixture, const void *data)
{
  g_autofree char *missing = g_build_filename (fixture->folder, "no", "a.nii", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (trp_write_file (fixture->folder, "new", 3, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (trp_write_file (missing, "new", 3, &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_null (strstr (error->message, "old file")); /* there is none */
}

static void
longest_names_can_be_written (Fixture *fixture, const void *data)
{
  g_autofree char *name = g_strnfill (255, 'x');
  g_autofree char *path = NULL;

  memcpy (name + 251, ".nii", 4);
  path = g_build_filename (fixture->folder, name, NULL);
  g_assert_true (trp_write_file (path, "new", 3, NULL));
  assert_text (path, "new");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/atomic-write/nothing-changes-without-a-commit", nothing_changes_without_a_commit);
  ADD ("/atomic-write/rights-stay-those-of-the-old-file", rights_stay_those_of_the_old_file);
  ADD ("/atomic-write/links-stay-links", links_stay_links);
  ADD ("/atomic-write/write-protected-files-are-not-replaced",
       write_protected_files_are_not_replaced);
  ADD ("/atomic-write/folders-and-missing-folders-are-refused",
       folders_and_missing_folders_are_refused);
  ADD ("/atomic-write/longest-names-can-be-written", longest_names_can_be_written);
  return g_test_run ();
}
