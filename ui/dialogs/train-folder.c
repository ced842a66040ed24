/* train-folder.c - see train-folder.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-folder.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define DAY_PATTERN "-####-##-##"
#define MAX_NUMBER 1000000

char *
trp_train_folder_dup_default_place (void)
{
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);

  return documents ? g_build_filename (documents, "Triptych", NULL)
                   : g_build_filename (g_get_user_data_dir (), "triptych", "runs", NULL);
}

/* Length of @name without the number at its end. */
static size_t
measure_without_number (const char *name)
{
  const char *dash = strrchr (name, '-');

  return dash && dash > name && dash[1] && strspn (dash + 1, DIGITS) == strlen (dash + 1)
           ? (size_t) (dash - name)
           : strlen (name);
}

/* Of the first @length bytes, those before a day. */
static size_t
measure_without_day (const char *name, size_t length)
{
  const size_t n = strlen (DAY_PATTERN);

  if (length <= n)
    return length;
  for (size_t i = 0; i < n; i++)
    if (DAY_PATTERN[i] == '#' ? !g_ascii_isdigit (name[length - n + i])
                              : name[length - n + i] != DAY_PATTERN[i])
      return length;
  return length - n;
}

static size_t
measure_stem (const char *name)
{
  const size_t length = measure_without_number (name);

  return length == strlen (name) ? length : measure_without_day (name, length);
}

char *
trp_train_folder_dup_stem (const char *name)
{
  return g_strndup (name, measure_stem (name));
}

static int
find_last_number (const char *place, const char *stem)
{
  g_autoptr (GDir) folder = g_dir_open (place, 0, NULL);
  const char *name;
  int last = 0;

  while (folder && (name = g_dir_read_name (folder)))
    {
      const size_t length = measure_stem (name);

      if (length < strlen (name) && length == strlen (stem) && strncmp (name, stem, length) == 0)
        last = MAX (last, (int) MIN (strtoul (strrchr (name, '-') + 1, NULL, 10), MAX_NUMBER));
    }
  return last;
}

char *
trp_train_folder_propose (const char *place, const char *stem)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *day = g_date_time_format (now, "%Y-%m-%d");
  char *path = NULL;

  for (int n = find_last_number (place, stem) + 1; !path; n++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%s-%d", stem, day, n);

      path = g_build_filename (place, name, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_clear_pointer (&path, g_free);
    }
  return path;
}
