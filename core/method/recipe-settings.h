/* recipe-settings.h - the table of a recipe's settings, for recipe.c
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Static and constant; any thread.
 */

#pragma once

#include "core/method/recipe.h"

G_BEGIN_DECLS

/**
 * TrpRecipeSetting:
 * @group, @key: in the file
 * @type: how its text is read
 * @low, @high: allowed range of numbers, ends included
 * @choices: of CHOICE, with | between; the value is the place in it. Of NAME likewise
 * @value: default; @segmenter_value: that of all that make contours where it differs, else NULL
 * @help: one line for the reference
 */
typedef struct
{
  const char *group;
  const char *key;
  enum
  {
    TRP_SETTING_TEXT,
    TRP_SETTING_NAME,   /* one of @choices, kept as text */
    TRP_SETTING_CHOICE, /* one of @choices, kept as its place */
    TRP_SETTING_BOOL,
    TRP_SETTING_INT,
    TRP_SETTING_SEED,
    TRP_SETTING_DOUBLE,
    TRP_SETTING_CURVE,
    TRP_SETTING_INTENSITY, /* a curve, or nothing: percentiles */
    TRP_SETTING_LABELS,
    TRP_SETTING_GENERATOR, /* "resnet-N" or "unet-N" */
    TRP_SETTING_STEPS,     /* of preprocessing, kept as text */
    TRP_SETTING_LEARNT,    /* a double, or nothing, kept as NAN: found on the training set */
  } type;
  size_t offset;
  double low, high;
  const char *choices;
  const char *value;
  const char *segmenter_value;
  const char *help;
} TrpRecipeSetting;

const TrpRecipeSetting *trp_recipe_settings (size_t *out_n);
/* Its default where @trainer drives. */
const char *trp_recipe_setting_get_default (const TrpRecipeSetting *setting,
                                            TrpTrainerKind trainer);

/* "training.steps" or "steps". Errors: TRP_ERROR_FORMAT for a key that is unknown or not the only
 * one of its name. */
const TrpRecipeSetting *
trp_recipe_setting_find (const char *group, const char *key, GError **error);
bool trp_recipe_setting_set (const TrpRecipeSetting *setting,
                             TrpRecipe *recipe,
                             const char *text,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *trp_recipe_setting_get (const TrpRecipeSetting *setting, const TrpRecipe *recipe);
/* The same without what was learnt from a training set, for comparing. */
char *trp_recipe_setting_get_chosen (const TrpRecipeSetting *setting, const TrpRecipe *recipe);
/* What is allowed, in words: "1 to 64", "transposed or nearest". */
char *trp_recipe_setting_dup_range (const TrpRecipeSetting *setting);

G_END_DECLS
