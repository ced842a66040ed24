/* module.c - see module.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/module.h"
#include "config.h"

#include <gmodule.h>

#define FILE_NAME "libtriptych-gpu." G_MODULE_SUFFIX

static char *
find_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program ? g_path_get_dirname (program) : NULL;

  return folder ? g_build_filename (folder, "..", "gpu", FILE_NAME, NULL) : NULL;
}

/* (transfer full): NULL without a module. */
static char *
find_file (GError **error)
{
  const char *folder = g_getenv ("TRIPTYCH_MODULE_DIR");
  g_autofree char *path = folder ? g_build_filename (folder, FILE_NAME, NULL)
                                 : find_beside_program ();

  if (path && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  if (!folder)
    {
      g_free (path);
      path = g_build_filename (TRP_MODULE_DIR, FILE_NAME, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, "No CUDA module is installed");
  return NULL;
}

const TrpBackend *
trp_module_load (GError **error)
{
  g_autofree char *path = find_file (error);
  g_autoptr (GError) reason = NULL;
  GModule *module;
  void *symbol = NULL;
  const TrpBackend *table;

  if (!path)
    return NULL;
  /* lazily, so that a missing symbol of a library fails where it is used; locally, so that the
   * module's libraries do not shadow ours */
  module = g_module_open_full (path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL, &reason);
  if (!module)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "The CUDA module cannot be loaded (%s)",
                   reason->message);
      return NULL;
    }
  table = g_module_symbol (module, TRP_BACKEND_MODULE_SYMBOL, &symbol) && symbol
            ? ((TrpBackendModuleFunc) symbol) ()
            : NULL;
  if (!table)
    {
      g_module_close (module);
      g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "The file %s is no module of Triptych",
                   path);
      return NULL;
    }
  g_module_make_resident (module);
  return table;
}
