/* replay.c - runs a fuzzer's function on every file of its corpus
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "tests/fuzz/fuzz.h"

#include <glib.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  unsigned n_files = 0;

  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GDir) folder = g_dir_open (argv[i], 0, NULL);
      const char *name;

      while (folder && (name = g_dir_read_name (folder)))
        {
          g_autofree char *path = g_build_filename (argv[i], name, NULL), *bytes = NULL;
          size_t size;

          if (!g_file_get_contents (path, &bytes, &size, NULL))
            continue;
          (void) LLVMFuzzerTestOneInput ((const uint8_t *) bytes, size);
          n_files++;
        }
    }
  printf ("%u files replayed\n", n_files);
  return n_files == 0;
}
