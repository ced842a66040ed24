/* fake-gpu-install.c - see fake-gpu.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/lib/fake-gpu.h"

#include <glib.h>
#include <unistd.h>

/* (transfer full) */
static char *
make_place (const char *folder)
{
  g_autofree char *modules = g_build_filename (folder, "modules", NULL);
  char *path = g_build_filename (modules, "libtriptych-gpu.so", NULL);

  g_assert_cmpint (g_mkdir_with_parents (modules, 0700), ==, 0);
  (void) unlink (path);
  g_setenv ("TRIPTYCH_MODULE_DIR", modules, TRUE);
  return path;
}

static void
link_library (const char *folder, const char *built)
{
  g_autofree char *path = make_place (folder);
  g_autofree char *target = g_build_filename (g_getenv ("TRIPTYCH_BUILD"), built, NULL);

  g_assert_true (g_file_test (target, G_FILE_TEST_EXISTS));
  g_assert_cmpint (symlink (target, path), ==, 0);
}

void
trp_fake_gpu_install (const char *folder, const char *words)
{
  link_library (folder, "tests/fake-gpu.so");
  g_setenv ("TRIPTYCH_FAKE_GPU", words, TRUE);
}

void
trp_fake_gpu_install_broken (const char *folder, const char *content)
{
  g_autofree char *path = NULL;

  if (!content)
    {
      link_library (folder, "core/libtriptych-core.so");
      return;
    }
  path = make_place (folder);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

void
trp_fake_gpu_remove (void)
{
  g_setenv ("TRIPTYCH_MODULE_DIR", "", TRUE);
  g_unsetenv ("TRIPTYCH_FAKE_GPU");
}
