/* model-input.c - which images a model may be run on; see model.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/error.h"
#include "core/method/model.h"
#include "core/method/second-image.h"

/* A CT that shows some air has lower values, an MR hardly ever: a doubt, no proof. */
#define HIGHEST_AIR_HU (-300)

bool
trp_recipe_takes_mr (const TrpRecipe *recipe, bool b_to_a)
{
  if (!trp_recipe_makes_contours (recipe))
    return !b_to_a;
  return g_strcmp0 (recipe->source, "mr") == 0 || g_strcmp0 (recipe->source, "synmr") == 0;
}

bool
trp_recipe_second_is_mr (const TrpRecipe *recipe)
{
  return g_strcmp0 (recipe->second, "mr") == 0 || g_strcmp0 (recipe->second, "synmr") == 0;
}

const char *
trp_recipe_get_net (const TrpRecipe *recipe, bool b_to_a)
{
  if (trp_recipe_makes_contours (recipe))
    return "net";
  return b_to_a ? "G_B" : "G_A";
}

TrpRecipe *
trp_model_load_recipe (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  TrpSafetensors *file = trp_safetensors_load (path, error);
  TrpRecipe *recipe = file ? trp_checkpoint_parse_recipe (file, error) : NULL;

  if (file && !recipe)
    g_prefix_error (error, "%s: ", name);
  trp_safetensors_unref (file);
  return recipe;
}

/* "contours CT and SynCT" */
static char *
describe (const TrpModel *self, bool takes_mr)
{
  const bool is_segmenter = trp_recipe_makes_contours (trp_model_get_recipe (self));

  return g_strdup_printf ("%s %s", is_segmenter ? "contours" : "makes images from",
                          takes_mr ? "MR" : "CT and SynCT");
}

static bool
fits (TrpModality modality, bool takes_mr)
{
  return takes_mr ? modality == TRP_MODALITY_MR
                  : modality == TRP_MODALITY_CT || modality == TRP_MODALITY_SYNCT;
}

static const char *
get_article_and_name (TrpModality modality)
{
  switch (modality)
    {
    case TRP_MODALITY_MR:
      return "an MR";
    case TRP_MODALITY_CT:
      return "a CT";
    case TRP_MODALITY_SYNCT:
      return "a SynCT";
    case TRP_MODALITY_PT:
      return "a PET";
    case TRP_MODALITY_UNKNOWN:
      break;
    }
  return "of unknown kind";
}

bool
trp_model_check_input (const TrpModel *self,
                       const TrpVolume *volume,
                       const TrpInferOptions *options,
                       GError **error)
{
  const bool takes_mr = trp_recipe_takes_mr (trp_model_get_recipe (self),
                                             options && options->b_to_a);
  const TrpModality modality = trp_volume_get_info (volume)->modality;
  g_autofree char *what = describe (self, takes_mr);

  if (modality == TRP_MODALITY_UNKNOWN || fits (modality, takes_mr))
    return trp_second_image_check (self, volume, options ? options->second : NULL, error);
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, "The model %s %s; this image is %s",
               trp_model_get_name (self), what, get_article_and_name (modality));
  return false;
}

char *
trp_model_dup_doubt (const TrpModel *self, const TrpVolume *volume, const TrpInferOptions *options)
{
  const bool takes_mr = trp_recipe_takes_mr (trp_model_get_recipe (self),
                                             options && options->b_to_a);
  g_autofree char *what = describe (self, takes_mr);
  double low, high;

  if (trp_volume_get_info (volume)->modality != TRP_MODALITY_UNKNOWN)
    return NULL;
  trp_volume_get_range (volume, &low, &high);
  if (low < HIGHEST_AIR_HU ? !takes_mr : takes_mr)
    return NULL;
  return g_strdup_printf ("The model %s %s; this image looks like %s (its lowest value is %g)",
                          trp_model_get_name (self), what,
                          takes_mr ? "a CT" : "an MR, for it has no air in Hounsfield units", low);
}
