/* check.c - see check.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/check.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sys/wait.h>

void
trp_check_near (const char *domain,
                const char *file,
                int line,
                const char *function,
                const char *expression,
                double actual,
                double expected,
                double tolerance)
{
  g_autofree char *message = NULL;

  if (fabs (actual - expected) <= tolerance || actual == expected ||
      (isnan (actual) && isnan (expected)))
    return;
  message = g_strdup_printf ("%s is %.17g, not %.17g (to %g)", expression, actual, expected,
                             tolerance);
  g_assertion_message (domain, file, line, function, message);
}

char *
trp_test_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("triptych-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

/* GLib's own way of doing so leaks. */
char *
trp_test_isolate (void)
{
  static const char *const names[] = { "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                                       "XDG_STATE_HOME" };
  char *folder = trp_test_make_folder ();

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (folder, names[n], NULL);

      g_setenv (names[n], path, TRUE);
    }
  return folder;
}

void
trp_test_remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        trp_test_remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

char *
trp_test_source_path (const char *relative)
{
  const char *source = g_getenv ("TRIPTYCH_SOURCE");

  return g_build_filename (source ? source : ".", "tests", relative, NULL);
}

char *
trp_test_shared_path (const char *relative)
{
  g_autofree char *path = g_build_filename (g_getenv ("TRIPTYCH_SOURCE"), "..", "shared", relative,
                                            NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the shared reference data are not here");
  return NULL;
}

int
trp_test_run_cli (const char *const *arguments, char **out_stdout, char **out_stderr)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *program = g_build_filename (g_getenv ("TRIPTYCH_BUILD"), "app", "triptych-cli",
                                               NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_ptr_array_add (argv, program);
  for (size_t n = 0; arguments[n]; n++)
    g_ptr_array_add (argv, (char *) arguments[n]);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL,
                (out_stdout ? 0 : G_SPAWN_STDOUT_TO_DEV_NULL) |
                  (out_stderr ? 0 : G_SPAWN_STDERR_TO_DEV_NULL),
                NULL, NULL, out_stdout, out_stderr, &status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status)); /* never a crash */
  return WEXITSTATUS (status);
}
