/* second-image.c - see second-image.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/second-image.h"

#include "core/image/resample.h"

TrpVolume *
trp_second_image_match (const TrpVolume *second, const TrpVolume *like, double air, GError **error)
{
  const TrpGeometry *grid = trp_volume_get_geometry (like);

  if (trp_geometry_equal (trp_volume_get_geometry (second), grid))
    return trp_volume_ref ((TrpVolume *) second);
  return trp_volume_resample (second, grid, TRP_INTERPOLATION_LINEAR, air, NULL, error);
}

const char *
trp_second_image_get_kind (const TrpRecipe *recipe)
{
  return trp_recipe_second_is_mr (recipe) ? "MR or SynMR" : "CT or SynCT";
}

static bool
is_other_kind (const TrpRecipe *recipe, const TrpVolume *second)
{
  const TrpModality modality = trp_volume_get_info (second)->modality;

  if (modality == TRP_MODALITY_UNKNOWN)
    return false;
  return trp_recipe_second_is_mr (recipe)
           ? modality != TRP_MODALITY_MR
           : modality != TRP_MODALITY_CT && modality != TRP_MODALITY_SYNCT;
}

bool
trp_second_image_check (const TrpModel *model,
                        const TrpVolume *volume,
                        const TrpVolume *second,
                        GError **error)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  const char *name = trp_model_get_name (model), *kind = trp_second_image_get_kind (recipe);

  if (!trp_recipe_has_second (recipe))
    {
      if (!second)
        return true;
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The model %s looks at one image; leave the second one out", name);
      return false;
    }
  if (!second)
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "The model %s looks at two images of one grid; give the %s as the second", name,
                 kind);
  else if (is_other_kind (recipe, second))
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "The model %s takes %s as its second image; this one is something else", name,
                 kind);
  else if (trp_geometry_check_equal (trp_volume_get_geometry (volume),
                                     trp_volume_get_geometry (second), error))
    return true;
  else
    g_prefix_error (error, "The second image does not lie on the grid of the first: ");
  return false;
}
