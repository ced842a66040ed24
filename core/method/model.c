/* model.c - see model.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/model.h"

#include "core/method/infer.h"
#include "core/nn/layers.h"

struct _TrpModel
{
  TrpSafetensors *file;
  TrpRecipe *recipe;
  GPtrArray *labels;
  char *hash;
  char *name;
};

static TrpNorm
get_norm (TrpNormKind kind)
{
  return kind == TRP_NORM_KIND_BATCH ? TRP_NORM_BATCH : TRP_NORM_INSTANCE;
}

TrpGenerator
trp_recipe_get_generator (const TrpRecipe *recipe, bool training)
{
  const int n = 2 * recipe->context + 1;

  return (TrpGenerator){
    .kind = recipe->generator_halvings > 0 ? TRP_GENERATOR_UNET : TRP_GENERATOR_RESNET,
    .resnet = { .in_channels = n,
                .out_channels = n,
                .filters = recipe->generator_filters,
                .n_blocks = recipe->generator_blocks,
                .n_downs = recipe->generator_downs,
                .nearest = recipe->generator_upsample == TRP_UPSAMPLE_NEAREST,
                .grey_in = recipe->image_channels,
                .grey_out = recipe->output_channels },
    .unet = { .in_channels = n,
              .out_channels = n,
              .filters = recipe->generator_filters,
              .n_downs = recipe->generator_halvings,
              .norm = get_norm (recipe->generator_norm),
              .training = training,
              .dropout = recipe->generator_dropout,
              .step = TRP_VALUE_NONE,
              .seed = recipe->seed,
              .grey_in = recipe->image_channels,
              .grey_out = recipe->output_channels },
  };
}

TrpPatchGan
trp_recipe_get_discriminator (const TrpRecipe *recipe)
{
  return (TrpPatchGan){ .in_channels = 2 * recipe->context + 1,
                        .filters = recipe->discriminator_filters,
                        .n_layers = recipe->discriminator_layers,
                        .pixel = recipe->discriminator == TRP_DISCRIMINATOR_PIXEL };
}

TrpCritic
trp_recipe_get_critic (const TrpRecipe *recipe)
{
  return (TrpCritic){ .kind = (TrpCriticKind) recipe->critic.kind,
                      .filters = recipe->critic.filters,
                      .n_layers = recipe->critic.layers,
                      .features = recipe->critic.features,
                      .spectral = recipe->critic.limit == TRP_CRITIC_SPECTRAL };
}

TrpUnet
trp_recipe_get_segmenter (const TrpRecipe *recipe, bool training)
{
  return (TrpUnet){ .in_channels = (int) trp_recipe_get_segmenter_channels (recipe),
                    .out_channels = (int) recipe->n_labels,
                    .filters = recipe->segmenter_filters,
                    .n_levels = recipe->segmenter_levels,
                    .residual = recipe->segmenter == TRP_SEGMENTER_RES_UNET,
                    .norm = get_norm (recipe->segmenter_norm),
                    .training = training,
                    .grey_in = recipe->image_channels,
                    .background = recipe->segmenter_background,
                    .bilinear = recipe->segmenter_upsample == TRP_SEGMENTER_BILINEAR,
                    .no_bias = !recipe->segmenter_bias };
}

TrpGraph *
trp_recipe_build_network (
  const TrpRecipe *recipe, const char *net, int batch, int height, int width)
{
  const bool is_segmenter = trp_recipe_makes_contours (recipe);
  const TrpUnet segmenter = trp_recipe_get_segmenter (recipe, false);
  const TrpGenerator generator = trp_recipe_get_generator (recipe, false);
  const int n_in = is_segmenter ? segmenter.in_channels : 2 * recipe->context + 1;
  TrpGraph *graph = trp_graph_new ();
  const TrpValue x = trp_graph_input (graph, "x", (TrpShape){ batch, height, width, n_in });
  TrpValue y;

  if (is_segmenter)
    {
      y = trp_unet_build (graph, &segmenter, net, x);
      trp_graph_output (graph, "logits", y);
      y = trp_graph_activation (graph, y, TRP_ACTIVATION_SIGMOID, 0);
    }
  else
    y = trp_generator_build (graph, &generator, net, x);
  if (!is_segmenter && recipe->context > 0)
    y = trp_graph_slice (graph, y, recipe->context, 1);
  trp_graph_output (graph, "y", y);
  return graph;
}

size_t
trp_recipe_get_multiple (const TrpRecipe *recipe)
{
  return (size_t) 1 << trp_recipe_count_halvings (recipe);
}

const TrpIntensity *
trp_recipe_get_source_intensity (const TrpRecipe *recipe)
{
  return trp_recipe_takes_mr (recipe, false) ? &recipe->mr : &recipe->ct;
}

size_t
trp_recipe_get_segmenter_channels (const TrpRecipe *recipe)
{
  return (size_t) (2 * recipe->context + 1) * (trp_recipe_has_second (recipe) ? 2 : 1);
}

bool
trp_recipe_has_second (const TrpRecipe *recipe)
{
  return recipe->trainer == TRP_TRAINER_SEGMENTER && g_strcmp0 (recipe->second, "none") != 0;
}

TrpStepSide
trp_recipe_get_second_side (const TrpRecipe *recipe)
{
  return trp_recipe_second_is_mr (recipe) ? TRP_STEPS_MR : TRP_STEPS_CT;
}

const TrpIntensity *
trp_recipe_get_second_intensity (const TrpRecipe *recipe)
{
  return trp_recipe_second_is_mr (recipe) ? &recipe->mr : &recipe->ct;
}

TrpStepSide
trp_recipe_get_source_side (const TrpRecipe *recipe)
{
  return trp_recipe_takes_mr (recipe, false) ? TRP_STEPS_MR : TRP_STEPS_CT;
}

static char *
hash_file (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);

  if (!file)
    return NULL;
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guchar *) g_mapped_file_get_contents (file),
                                      g_mapped_file_get_length (file));
}

static void
clear_model (void *data)
{
  TrpModel *self = data;

  trp_safetensors_unref (self->file);
  trp_recipe_free (self->recipe);
  if (self->labels)
    g_ptr_array_unref (self->labels);
  g_free (self->hash);
  g_free (self->name);
}

TrpModel *
trp_model_load (const char *path, GError **error)
{
  g_autoptr (TrpModel) self = g_atomic_rc_box_new0 (TrpModel);
  char *dot;

  self->name = g_path_get_basename (path);
  self->file = trp_safetensors_load (path, error);
  if (!self->file)
    return NULL;
  self->recipe = trp_checkpoint_parse_recipe (self->file, error);
  if (self->recipe)
    self->labels = trp_checkpoint_parse_labels (self->file, self->recipe, error);
  if (!self->recipe || !self->labels)
    {
      g_prefix_error (error, "%s: ", self->name);
      return NULL;
    }
  dot = g_strrstr (self->name, ".");
  if (dot && dot > self->name)
    *dot = '\0';
  self->hash = hash_file (path, error);
  return self->hash ? g_steal_pointer (&self) : NULL;
}

TrpModel *
trp_model_ref (TrpModel *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
trp_model_unref (TrpModel *self)
{
  if (self)
    g_atomic_rc_box_release_full (self, clear_model);
}

const TrpRecipe *
trp_model_get_recipe (const TrpModel *self)
{
  return self->recipe;
}

const char *
trp_model_get_hash (const TrpModel *self)
{
  return self->hash;
}

const char *
trp_model_get_name (const TrpModel *self)
{
  return self->name;
}

const TrpSafetensors *
trp_model_peek_file (const TrpModel *self)
{
  return self->file;
}

GPtrArray *
trp_model_peek_labels (const TrpModel *self)
{
  return self->labels;
}

bool
trp_model_has_network (const TrpModel *model, const char *net)
{
  const TrpSafetensors *file = trp_model_peek_file (model);
  g_autofree char *prefix = g_strconcat (net, ".", NULL);

  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    if (g_str_has_prefix (trp_safetensors_peek_tensor (file, n)->name, prefix))
      return true;
  return false;
}
