/* resources.c - see resources.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/resources.h"

#include "config.h"

char *
trp_resources_find_folder (const char *name)
{
  g_autofree char *source = g_build_filename (TRP_SOURCE_RESOURCES, name, NULL);

  if (g_file_test (source, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&source);
  return g_build_filename (TRP_DATA_DIR, name, NULL);
}
