/* test-recipe.c - recipes: defaults, round trip, refusals
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/recipe-library.h"
#include "core/method/recipe.h"
#include "tests/lib/check.h"

#include <string.h>

static TrpRecipe *
parse (const char *text, GError **error)
{
  return trp_recipe_parse (text, strlen (text), error);
}

/* The settings of run F of the calibration, which the shipped recipe repeats. */
static void
test_ships_the_calibrated_settings (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = trp_recipe_load ("cyclegan-phantom", &error);

  g_assert_no_error (error);
  g_assert_cmpint (recipe->trainer, ==, TRP_TRAINER_CYCLEGAN);
  g_assert_cmpint (recipe->generator_blocks, ==, 4);
  g_assert_cmpint (recipe->generator_filters, ==, 16);
  g_assert_cmpint (recipe->generator_downs, ==, 1);
  g_assert_cmpint (recipe->generator_upsample, ==, TRP_UPSAMPLE_NEAREST);
  g_assert_cmpint (recipe->cycle_loss, ==, TRP_CYCLE_L1);
  g_assert_cmpint (recipe->discriminator_filters, ==, 24);
  g_assert_cmpint (recipe->discriminator_layers, ==, 3);
  trp_assert_near (recipe->learning_rate, 1e-3, 0);
  trp_assert_near (recipe->gc, 1, 0); /* 0.5 for each direction */
  g_assert_cmpint (recipe->gc_start, ==, 500);
  trp_assert_near (recipe->spacing, 4, 0);
  g_assert_cmpint (recipe->size, ==, 64);
  g_assert_cmpuint (recipe->ct.curve.n, ==, 4);
  trp_assert_near (recipe->ct.curve.value[1], -200, 0);
  trp_assert_near (recipe->ct.curve.mapped[1], -0.7, 0);
}

static void
test_every_shipped_one_loads (void)
{
  g_auto (GStrv) names = trp_recipe_list ();

  g_assert_cmpuint (g_strv_length (names), >=, 3);
  for (size_t n = 0; names[n]; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpRecipe) recipe = trp_recipe_load (names[n], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (recipe->description, !=, "");
    }
}

static void
test_text_round_trip (void)
{
  static const char *const names[] = { "cyclegan-phantom", "segmenter-phantom", "cyclegan-mr-ct" };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpRecipe) recipe = trp_recipe_load (names[n], &error);
      g_autofree char *text = trp_recipe_to_text (recipe);
      g_autoptr (TrpRecipe) again = parse (text, &error);
      g_autofree char *text_again = NULL;

      g_assert_no_error (error);
      text_again = trp_recipe_to_text (again);
      g_assert_cmpstr (text, ==, text_again);
      g_assert_nonnull (
        strstr (text, "learning_rate=0.001") ? text : strstr (text, "learning_rate=0.0002"));
    }
}

static void
test_the_reference_is_a_recipe (void)
{
  g_autofree char *text = trp_recipe_dup_reference ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpint (recipe->generator_blocks, ==, 9);
}

static void
test_a_generator_is_a_resnet_or_a_unet (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);
  g_autofree char *unet = NULL, *resnet = NULL;

  g_assert_cmpint (trp_recipe_count_halvings (recipe), ==, 2);
  g_assert_true (trp_recipe_set (recipe, "generator=unet-128", NULL));
  g_assert_cmpint (trp_recipe_count_halvings (recipe), ==, 7);
  unet = trp_recipe_to_text (recipe);
  g_assert_nonnull (strstr (unet, "generator=unet-128\n"));
  g_assert_true (trp_recipe_set (recipe, "generator=resnet-6", NULL));
  g_assert_cmpint (trp_recipe_count_halvings (recipe), ==, 2);
  resnet = trp_recipe_to_text (recipe);
  g_assert_nonnull (strstr (resnet, "generator=resnet-6\n"));
}

static void
test_segmenters_have_other_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = parse ("[recipe]\ntrainer=segmenter\n", &error);

  g_assert_no_error (error);
  g_assert_cmpint (recipe->context, ==, 1);
  g_assert_cmpint (recipe->batch, ==, 4);
  g_assert_cmpuint (recipe->n_labels, ==, 1);
  g_assert_cmpuint (recipe->ct.curve.n, ==, 2);
}

/* All losses weigh the same, as in the report it follows; bce is the paired one. */
static void
test_cyclegan_seg_has_its_own_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = parse ("[recipe]\ntrainer=cyclegan-seg\n", &error);
  g_autofree char *reference = trp_recipe_dup_reference ();

  g_assert_no_error (error);
  g_assert_cmpint (recipe->trainer, ==, TRP_TRAINER_CYCLEGAN_SEG);
  g_assert_true (recipe->adversarial == 1 && recipe->cycle == 1 && recipe->identity == 1 &&
                 recipe->bce == 1 && recipe->dice == 0 && recipe->context == 0);
  g_assert_nonnull (strstr (reference, "; 1 for cyclegan-seg\ncycle=10\n"));
}

static void
test_refuses_with_the_key (void)
{
  static const struct
  {
    const char *text;
    const char *pattern;
  } cases[] = {
    { "", "*recipe.trainer*" },
    { "trainer=cyclegan", "*key file*" },
    { "[recipe]\ntrainer=stylegan\n", "*recipe.trainer*stylegan*cyclegan or segmenter or lgan*" },
    { "[recipe]\ntrainer=cyclegan\nfoo=1\n", "*\"recipe.foo\"*" },
    { "[recipe]\ntrainer=cyclegan\n[bogus]\nsteps=1\n", "*\"bogus.steps\"*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nsteps=many\n", "*training.steps*many*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nsteps=0\n", "*training.steps*from 1*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nsteps=10.5\n", "*training.steps*10.5*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nsteps=99999999999\n", "*training.steps*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nlearning_rate=0,001\n", "*learning_rate*0,001*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nlearning_rate=nan\n", "*learning_rate*nan*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nlearning_rate=inf\n", "*learning_rate*inf*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nseed=-1\n", "*training.seed*-1*" },
    { "[recipe]\ntrainer=cyclegan\n[network]\ngenerator=resnet-0\n", "*generator*resnet-0*" },
    { "[recipe]\ntrainer=cyclegan\n[network]\ngenerator=unet\n", "*generator*unet*" },
    { "[recipe]\ntrainer=lgan\n[data]\nsize=16\n[network]\nsegmenter_levels=2\n",
      "*16 pixels*critic.layers = 4*31 pixels*" },
    { "[recipe]\ntrainer=cyclegan-seg\n[network]\ncontext=1\n", "*cyclegan-seg*context at 0*" },
    { "[recipe]\ntrainer=cyclegan-seg\n[data]\nlabels=1,2\n", "*2 labels*loss.identity to 0*" },
    { "[recipe]\ntrainer=lgan\n[loss]\ncross_entropy=1\n", "*cross_entropy*segmenter only*" },
    { "[recipe]\ntrainer=cyclegan\n[network]\ngenerator=unet-100\n", "*generator*unet-100*" },
    { "[recipe]\ntrainer=cyclegan\n[network]\ngenerator=unet-2048\n", "*generator*unet-2048*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nsize=128\n[network]\ngenerator=unet-256\n",
      "*128 pixels*multiples of 256*" },
    { "[recipe]\ntrainer=cyclegan\n[augmentation]\nflip=yes\n", "*flip*true or false*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nct_curve=0:1\n", "*ct_curve*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nct_curve=0:1, 1:0\n", "*ct_curve*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nct_curve=0:0, 1:1x\n", "*ct_curve*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nsize=66\n", "*66*multiples of 4*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nsize=64\npatch=128\n", "*patch*larger*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nsize=2048\n", "*data.size*16 to 1024*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nct_curve=-1000:-1, 1000:1.1\n", "*ct_curve*-1 to 1*" },
    { "[recipe]\ntrainer=cyclegan\n[data]\nmr_percentile_low=50\nmr_percentile_high=50\n",
      "*mr_percentile_low*" },
    { "[recipe]\ntrainer=segmenter\n[data]\nsize=64\n[network]\nsegmenter_levels=7\n",
      "*too small*" },
    { "[recipe]\ntrainer=segmenter\n[data]\nlabels=\n", "*data.labels*" },
    { "[recipe]\ntrainer=segmenter\n[data]\nlabels=1,1\n", "*data.labels*" },
    { "[recipe]\ntrainer=segmenter\n[data]\nlabels=1,256\n", "*data.labels*" },
    { "[recipe]\ntrainer=segmenter\n[data]\nsource=pet\n", "*data.source*pet*" },
    { "[recipe]\ntrainer=segmenter\n[loss]\nbce=0\ndice=0\n", "*bce*dice*" },
    { "[recipe]\ntrainer=cyclegan\n[training]\nsteps=10\ndecay_start=11\n", "*decay_start*" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[n].text, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      if (!g_pattern_match_simple (cases[n].pattern, error->message))
        g_error ("\"%s\" is not like \"%s\"", error->message, cases[n].pattern);
    }
}

/* Recipes come with strangers' models too. */
static void
test_sentences_stay_short (void)
{
  g_autofree char *many = g_strnfill (1 << 20, 'a');
  char *texts[] = {
    g_strdup (many),
    g_strdup_printf ("[recipe]\ntrainer=%s\n", many),
    g_strdup_printf ("[recipe]\ntrainer=cyclegan\n%s=1\n", many),
    g_strdup_printf ("[recipe]\ntrainer=cyclegan\n[%s]\nsteps=1\n", many),
  };

  for (size_t n = 0; n < G_N_ELEMENTS (texts); n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (texts[n], &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      g_assert_cmpuint (strlen (error->message), <, 500);
      g_free (texts[n]);
    }
}

static void
test_set_overrides (void)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_recipe_set (recipe, "training.steps=12", &error));
  g_assert_true (trp_recipe_set (recipe, "seed = 18446744073709551615", &error));
  g_assert_true (trp_recipe_set (recipe, "description=a=b", &error));
  g_assert_no_error (error);
  g_assert_cmpint (recipe->steps, ==, 12);
  g_assert_true (recipe->seed == G_MAXUINT64);
  g_assert_cmpstr (recipe->description, ==, "a=b");
}

static void
test_set_refuses (void)
{
  static const struct
  {
    const char *assignment;
    const char *pattern;
  } cases[] = {
    { "steps", "*KEY=VALUE*" },       { "=5", "*KEY=VALUE*" },
    { "stepz=5", "*\"stepz\"*" },     { "data.steps=5", "*\"data.steps\"*" },
    { "steps=", "*training.steps*" }, { "trainer=segmenter", "*trainer*" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autoptr (TrpRecipe) recipe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);
      g_autoptr (GError) error = NULL;

      g_assert_false (trp_recipe_set (recipe, cases[n].assignment, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      if (!g_pattern_match_simple (cases[n].pattern, error->message))
        g_error ("\"%s\" is not like \"%s\"", error->message, cases[n].pattern);
    }
}

static void
test_unknown_name_lists_the_known (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (trp_recipe_load ("resnet-of-dreams", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "cyclegan-phantom"));
}

static void
test_command_line (void)
{
  g_autofree char *list = NULL;
  g_autofree char *text = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpRecipe) recipe = NULL;

  g_assert_cmpint (trp_test_run_cli ((const char *[]){ "recipes", "list", NULL }, &list, NULL), ==,
                   0);
  g_assert_nonnull (strstr (list, "segmenter-phantom"));
  g_assert_cmpint (
    trp_test_run_cli ((const char *[]){ "recipes", "show", "cyclegan-mr-ct", NULL }, &text, NULL),
    ==, 0);
  recipe = parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (recipe->size, ==, 128);
  g_assert_cmpint (
    trp_test_run_cli ((const char *[]){ "recipes", "show", "x", NULL }, NULL, &complaint), ==, 1);
  g_assert_nonnull (strstr (complaint, "\"x\""));
  g_assert_cmpint (trp_test_run_cli ((const char *[]){ "recipes", "cook", NULL }, NULL, NULL), ==,
                   2);
}

static void
set (TrpRecipe *recipe, const char *assignment)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (trp_recipe_set (recipe, assignment, &error));
  g_assert_no_error (error);
}

/* What changes no number may differ; of what does, the first three are named. */
static void
test_differences_are_named (void)
{
  g_autoptr (TrpRecipe) there = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  g_autoptr (TrpRecipe) here = trp_recipe_new (TRP_TRAINER_SEGMENTER);
  g_autofree char *two = NULL, *many = NULL;

  set (here, "output.log_every=3");
  set (here, "output.preview_every=0");
  set (here, "output.save_every=9");
  set (here, "recipe.name=other");
  set (here, "recipe.description=other");
  g_assert_null (trp_recipe_dup_difference (there, here));
  set (there, "training.steps=300");
  set (here, "training.steps=600");
  set (here, "data.mr_curve=0:-1, 9:1");
  two = trp_recipe_dup_difference (there, here);
  g_assert_cmpstr (two, ==,
                   "data.mr_curve: nothing there, 0:-1, 9:1 here; training.steps: 300 there, 600 "
                   "here");
  set (here, "data.source=mr");
  set (here, "training.seed=77");
  set (here, "training.threads=3");
  many = trp_recipe_dup_difference (there, here);
  g_assert_true (g_str_has_prefix (many, "data.source: ct there, mr here; data.mr_curve: "));
  g_assert_true (g_str_has_suffix (many, "; training.steps: 300 there, 600 here; and 2 more"));
}

/* In a data folder of the test's own. */
static void
test_own_recipes (void)
{
  static const char text[] = "# mine\n[recipe]\ntrainer=segmenter\n[data]\nlabels=1\n";
  static const char *const bad[] = { "", ".hidden", "../up", "a/b", "segmenter-phantom", "a\nb" };
  g_autoptr (GError) error = NULL;
  g_autofree char *proposal = trp_recipe_propose_name ("segmenter-phantom");
  g_autofree char *path = NULL, *kept = NULL, *next = NULL;
  g_autoptr (TrpRecipe) recipe = NULL;

  g_assert_cmpstr (proposal, ==, "segmenter-phantom-2");
  for (size_t n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      g_assert_false (trp_recipe_save_own (bad[n], text, &error));
      g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
      g_clear_error (&error);
    }
  g_assert_false (trp_recipe_save_own ("mine", "[recipe]\ntrainer=none\n", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_FORMAT);
  g_clear_error (&error);
  g_assert_true (trp_recipe_save_own (proposal, text, &error));
  g_assert_no_error (error);
  g_assert_true (trp_recipe_is_own (proposal));
  g_assert_false (trp_recipe_is_own ("segmenter-phantom"));
  path = trp_recipe_find (proposal, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, text);
  recipe = trp_recipe_load (proposal, &error);
  g_assert_no_error (error);
  g_assert_cmpint (recipe->trainer, ==, TRP_TRAINER_SEGMENTER);
  next = trp_recipe_propose_name ("segmenter-phantom");
  g_assert_cmpstr (next, ==, "segmenter-phantom-3");
  g_assert_true (trp_recipe_delete_own (proposal, &error));
  g_assert_no_error (error);
  g_assert_false (trp_recipe_is_own (proposal));
  g_assert_false (trp_recipe_delete_own ("segmenter-phantom", &error));
  g_assert_error (error, TRP_ERROR, TRP_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = trp_test_isolate ();
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/own-recipes", test_own_recipes);
  g_test_add_func ("/recipe/ships-the-calibrated-settings", test_ships_the_calibrated_settings);
  g_test_add_func ("/recipe/every-shipped-one-loads", test_every_shipped_one_loads);
  g_test_add_func ("/recipe/text-round-trip", test_text_round_trip);
  g_test_add_func ("/recipe/the-reference-is-a-recipe", test_the_reference_is_a_recipe);
  g_test_add_func ("/recipe/a-generator-is-a-resnet-or-a-unet",
                   test_a_generator_is_a_resnet_or_a_unet);
  g_test_add_func ("/recipe/segmenters-have-other-defaults", test_segmenters_have_other_defaults);
  g_test_add_func ("/recipe/cyclegan-seg-has-its-own-defaults",
                   test_cyclegan_seg_has_its_own_defaults);
  g_test_add_func ("/recipe/refuses-with-the-key", test_refuses_with_the_key);
  g_test_add_func ("/recipe/sentences-stay-short", test_sentences_stay_short);
  g_test_add_func ("/recipe/set-overrides", test_set_overrides);
  g_test_add_func ("/recipe/differences-are-named", test_differences_are_named);
  g_test_add_func ("/recipe/set-refuses", test_set_refuses);
  g_test_add_func ("/recipe/unknown-name-lists-the-known", test_unknown_name_lists_the_known);
  g_test_add_func ("/recipe/command-line", test_command_line);
  status = g_test_run ();
  trp_test_remove_folder (home);
  return status;
}
