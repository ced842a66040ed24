/* recipe-library.c - see recipe-library.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/recipe-library.h"

#include "core/base/resources.h"
#include "core/io/atomic-write.h"
#include "core/method/recipe.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define SUFFIX ".recipe"
#define MAX_NAME 100

static char *
dup_own_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "triptych", "recipes", NULL);
}

static char *
dup_path (const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, SUFFIX, NULL);

  return g_build_filename (folder, file, NULL);
}

static bool
is_in (const char *folder, const char *name)
{
  g_autofree char *path = dup_path (folder, name);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

static bool
is_shipped (const char *name)
{
  g_autofree char *folder = trp_resources_find_folder ("recipes");

  return is_in (folder, name);
}

/* No folder, no hidden file, nothing that a file system may refuse. */
static bool
is_name (const char *name)
{
  if (*name == '\0' || *name == '.' || *name == ' ' || strlen (name) > MAX_NAME ||
      !g_utf8_validate (name, -1, NULL))
    return false;
  for (const char *c = name; *c; c = g_utf8_next_char (c))
    if (!g_unichar_isalnum (g_utf8_get_char (c)) && !strchr ("-_. ", *c))
      return false;
  return true;
}

bool
trp_recipe_is_own (const char *name)
{
  g_autofree char *folder = dup_own_folder ();

  return is_name (name) && !is_shipped (name) && is_in (folder, name);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* A shipped recipe that came with a newer version hides one's own of that name. */
static void
add_names (GPtrArray *names, const char *folder)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *file;

  while (entries && (file = g_dir_read_name (entries)))
    {
      g_autofree char *name = g_str_has_suffix (file, SUFFIX)
                                ? g_strndup (file, strlen (file) - strlen (SUFFIX))
                                : NULL;

      if (name && is_name (name) &&
          !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
}

char **
trp_recipe_list (void)
{
  g_autofree char *shipped = trp_resources_find_folder ("recipes"), *own = dup_own_folder ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  add_names (names, shipped);
  add_names (names, own);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

char *
trp_recipe_find (const char *name, GError **error)
{
  g_auto (GStrv) names = trp_recipe_list ();
  g_autofree char *folder = is_shipped (name) ? trp_resources_find_folder ("recipes")
                                              : dup_own_folder ();
  g_autofree char *known = NULL;

  if (g_strv_contains ((const char *const *) names, name))
    return dup_path (folder, name);
  known = g_strjoinv (", ", names);
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "There is no recipe \"%s\"; there are: %s", name,
               known);
  return NULL;
}

static bool
check_name (const char *name, GError **error)
{
  if (!is_name (name))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "A recipe cannot be called \"%.100s\"; use letters, digits, \"-\" and \"_\"",
                 name);
  else if (is_shipped (name))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "The recipe \"%s\" comes with Triptych and stays as it is; choose another name",
                 name);
  else
    return true;
  return false;
}

bool
trp_recipe_save_own (const char *name, const char *text, GError **error)
{
  g_autofree char *folder = dup_own_folder (), *path = dup_path (folder, name);
  TrpRecipe *recipe;

  if (!check_name (name, error))
    return false;
  recipe = trp_recipe_parse (text, strlen (text), error);
  if (!recipe)
    return false;
  trp_recipe_free (recipe);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      const int number = errno;

      g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder %s cannot be made (%s)", folder,
                   g_strerror (number));
      return false;
    }
  return trp_write_file (path, text, strlen (text), error);
}

bool
trp_recipe_delete_own (const char *name, GError **error)
{
  g_autofree char *folder = dup_own_folder (), *path = dup_path (folder, name);

  if (trp_recipe_is_own (name) && g_unlink (path) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The recipe \"%s\" cannot be deleted", name);
  return false;
}

char *
trp_recipe_propose_name (const char *name)
{
  g_auto (GStrv) names = trp_recipe_list ();

  for (int number = 2;; number++)
    {
      char *proposal = g_strdup_printf ("%.90s-%d", name, number);

      if (!g_strv_contains ((const char *const *) names, proposal))
        return proposal;
      g_free (proposal);
    }
}
