/* recipes.c - triptych-cli recipes: recipes, shipped and own, and the settings they may hold
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/method/experiment.h"
#include "core/method/recipe-library.h"
#include "core/method/recipe.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_recipes;

/* "liu2019-ssim": the recipes that an arm of an experiment trains by. */
static bool
list_arms (GError **error)
{
  g_auto (GStrv) names = trp_experiment_list ();

  for (size_t n = 0; names[n]; n++)
    {
      g_autofree char *arm = NULL;
      g_autoptr (TrpExperiment) experiment = trp_experiment_load (names[n], &arm, error);

      if (!experiment)
        return false;
      for (size_t i = 0; i < trp_experiment_get_n_arms (experiment); i++)
        {
          g_autofree char *name = g_strdup_printf ("%s-%s", names[n],
                                                   trp_experiment_get_arm (experiment, i));

          printf ("%-36s %s\n", name, trp_experiment_get_arm_description (experiment, i));
        }
    }
  return true;
}

/* NULL without an error for what is no arm. */
static char *
dup_arm_recipes (const char *name, GError **error)
{
  g_autofree char *arm = NULL;
  g_autoptr (TrpExperiment) experiment = trp_experiment_load (name, &arm, NULL);

  return arm ? trp_experiment_dup_recipes (experiment, arm, false, error) : NULL;
}

static int
list_recipes (void)
{
  g_autoptr (GError) arms_error = NULL;
  g_auto (GStrv) names = trp_recipe_list ();

  for (size_t n = 0; names[n]; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpRecipe) recipe = trp_recipe_load (names[n], &error);

      if (!recipe && !trp_recipe_is_own (names[n]))
        return trp_verb_fail (error);
      if (recipe)
        printf ("%-36s %s\n", names[n], recipe->description);
      else
        fprintf (stderr, "triptych-cli: %s\n", error->message); /* one's own hides no other */
    }
  if (!list_arms (&arms_error))
    return trp_verb_fail (arms_error);
  return TRP_EXIT_DONE;
}

/* The file itself, comments and all; "defaults" shows the table of settings. */
static int
show_recipe (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  if (strcmp (name, "defaults") == 0)
    text = trp_recipe_dup_reference ();
  else if (!(text = dup_arm_recipes (name, &error)) && error)
    return trp_verb_fail (error);
  else if (!text)
    {
      path = trp_recipe_find (name, &error);
      if (!path || !g_file_get_contents (path, &text, NULL, &error))
        return trp_verb_fail (error);
    }
  printf ("%s", text);
  return TRP_EXIT_DONE;
}

static int
run (int argc, char **argv)
{
  if (!trp_verb_parse (&trp_verb_recipes, NULL, 1, 2, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (strcmp (argv[1], "list") == 0 && argc == 2)
    return list_recipes ();
  if (strcmp (argv[1], "show") == 0 && argc == 3)
    return show_recipe (argv[2]);
  return trp_verb_usage (_ ("usage: triptych-cli recipes list | show NAME"));
}

const TrpVerb trp_verb_recipes = {
  .name = "recipes",
  .arguments = "list | show NAME|defaults",
  .help = N_ ("list the recipes, or print one; \"defaults\" prints every setting"),
  .run = run,
};
