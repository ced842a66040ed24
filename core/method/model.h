/* model.h - a trained network: what a recipe means, and running it on volumes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A model file is a checkpoint or an inference file (core/method/checkpoint.h). Its recipe is the
 * one source of the network's shape and of the intensity mapping. A model is immutable once loaded;
 * each run opens its own device, so any thread may run it, one at a time.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/method/checkpoint.h"
#include "core/method/networks/critic.h"
#include "core/method/networks/generator.h"
#include "core/method/networks/patch.h"
#include "core/method/networks/unet.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

/* The networks that a recipe describes. */
TrpGenerator trp_recipe_get_generator (const TrpRecipe *recipe, bool training);
TrpPatchGan trp_recipe_get_discriminator (const TrpRecipe *recipe);
TrpCritic trp_recipe_get_critic (const TrpRecipe *recipe);
TrpUnet trp_recipe_get_segmenter (const TrpRecipe *recipe, bool training);
/**
 * trp_recipe_build_network:
 * @net: its prefix: "G_A", "G_B" or "net"
 *
 * The network as it is run: from the input "x" (batch, height, width, channels) in -1..1 to the
 * output "y": images in -1..1 (of the middle slice), or a probability per label, the sigmoid of the
 * output "logits". Sizes that it does not take are an error of the graph (trp_graph_check).
 * (transfer full)
 */
TrpGraph *trp_recipe_build_network (
  const TrpRecipe *recipe, const char *net, int batch, int height, int width);
/* Heights and widths the network takes are multiples of this. */
size_t trp_recipe_get_multiple (const TrpRecipe *recipe);
/* The rule for the images that a segmenter sees. */
const TrpIntensity *trp_recipe_get_source_intensity (const TrpRecipe *recipe);
/* Whose preprocessing they go through. */
TrpStepSide trp_recipe_get_source_side (const TrpRecipe *recipe);

/* A segmenter's second image: whether there is one, and what holds for it. */
bool trp_recipe_has_second (const TrpRecipe *recipe);
TrpStepSide trp_recipe_get_second_side (const TrpRecipe *recipe);
const TrpIntensity *trp_recipe_get_second_intensity (const TrpRecipe *recipe);
/* Channels that a segmenter takes: the slice and its neighbours, of the one image and then of the
 * other. */
size_t trp_recipe_get_segmenter_channels (const TrpRecipe *recipe);

typedef struct _TrpModel TrpModel;

/* Errors: TRP_ERROR_IO, TRP_ERROR_FORMAT; the message begins with the file's name. */
TrpModel *trp_model_load (const char *path, GError **error);
TrpModel *trp_model_ref (TrpModel *self);
void trp_model_unref (TrpModel *self);

const TrpRecipe *trp_model_get_recipe (const TrpModel *self);
const char *trp_model_get_hash (const TrpModel *self); /* SHA-256 of the file, hexadecimal */
const char *trp_model_get_name (const TrpModel *self); /* file name without folder and extension */
GPtrArray *trp_model_peek_labels (const TrpModel *self); /* (element-type TrpModelLabel) */

/**
 * TrpInferOptions: NULL means all defaults
 * @device: NULL: "auto"
 * @precision: of the device
 * @say: (nullable): called with @data on the running thread with one sentence on the device
 * @b_to_a: CT to MR instead of MR to CT
 * @raw: the weights of the last step instead of their averages
 * @second: (nullable): borrowed: the image that a network of two sees beside the first; on the same
 * grid
 */
typedef struct
{
  const char *device;
  TrpPrecision precision;
  void (*say) (const char *sentence, void *data);
  void *data;
  bool b_to_a;
  bool raw;
  const TrpVolume *second;
} TrpInferOptions;

/* The prefix of the network's tensors: "net", "G_A", or, @b_to_a, "G_B". */
const char *trp_recipe_get_net (const TrpRecipe *recipe, bool b_to_a);
/* Whether the network's images are MR; else CT and SynCT. @b_to_a: of a CycleGAN, the way back. */
bool trp_recipe_takes_mr (const TrpRecipe *recipe, bool b_to_a);
/* The same of the second image, where there is one. */
bool trp_recipe_second_is_mr (const TrpRecipe *recipe);
/* What a model file is, without the work of loading it. Errors: as trp_model_load(). */
TrpRecipe *trp_model_load_recipe (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_model_check_input:
 *
 * Networks make something plausible of any image: whoever lets a user choose asks here first. Only
 * what the volumes say they are counts here.
 *
 * Errors: TRP_ERROR_UNSUPPORTED in one sentence, also for a second image that is missing or too
 * much; TRP_ERROR_GEOMETRY for one on another grid.
 */
bool trp_model_check_input (const TrpModel *self,
                            const TrpVolume *volume,
                            const TrpInferOptions *options,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A sentence when the volume does not say what it is and its values do not look like what the model
 * was trained on (air in HU), else NULL. To be shown, not to refuse by. (transfer full) */
char *
trp_model_dup_doubt (const TrpModel *self, const TrpVolume *volume, const TrpInferOptions *options);

/**
 * trp_model_synthesize:
 *
 * Returns: (transfer full): HU (CT to MR: 0 to 1000 a.u., unless the recipe has another scale) on
 * the grid of @volume, int16, or float32 where that is too coarse or too narrow, with modality
 * SYNCT and how it was made in its provenance. The whole field of view is computed; what the
 * recipe's steps cut away is -1000 HU.
 *
 * Errors: TRP_ERROR_UNSUPPORTED if the model makes no images, TRP_ERROR_GEOMETRY for a sheared
 * grid, TRP_ERROR_LIMIT with the bytes that are missing.
 */
TrpVolume *trp_model_synthesize (const TrpModel *self,
                                 const TrpVolume *volume,
                                 const TrpInferOptions *options,
                                 TrpProgress *progress,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_model_segment:
 *
 * Looks at the middle of the volume, as wide as the slices it was trained on (all of it when the
 * recipe says so); what lies outside is background. A voxel belongs to the structure of the largest
 * probability over one half.
 *
 * Returns: (transfer full): structures marked AUTOMATIC on the grid of @volume.
 *
 * Errors: as trp_model_check_input() for the second image; TRP_ERROR_UNSUPPORTED if the model makes
 * no contours, TRP_ERROR_GEOMETRY for a sheared grid, TRP_ERROR_LIMIT.
 */
TrpStructureSet *trp_model_segment (const TrpModel *self,
                                    const TrpVolume *volume,
                                    const TrpInferOptions *options,
                                    TrpProgress *progress,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpModel, trp_model_unref)

G_END_DECLS
