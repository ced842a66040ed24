/* recipe.h - everything that fixes a training, as a key file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A recipe is a plain struct of typed settings. Each is described once, in the table of
 * recipe-settings.c: key, type, range, default, help. Files name only what differs from the
 * defaults; unknown keys, wrong types and values out of range are refused with the key's name. Any
 * thread.
 */

#pragma once

#include "core/method/augment.h"
#include "core/method/preprocess/intensity.h"
#include "core/method/schedule.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_TRAINER_CYCLEGAN,
  TRP_TRAINER_SEGMENTER,
  TRP_TRAINER_LGAN,         /* a segmenter against a critic of its masks */
  TRP_TRAINER_CYCLEGAN_SEG, /* images to masks and back */
} TrpTrainerKind;

typedef enum
{
  TRP_UPSAMPLE_TRANSPOSED,
  TRP_UPSAMPLE_NEAREST, /* nearest neighbour, then a 3 x 3 convolution */
} TrpUpsample;

typedef enum
{
  TRP_CYCLE_L1,
  TRP_CYCLE_MSE,
  TRP_CYCLE_SSIM, /* 1 - SSIM; samples of at least 11 x 11 pixels */
  TRP_N_CYCLE_LOSSES,
} TrpCycleLoss;

typedef enum
{
  TRP_SEGMENTER_RES_UNET, /* "res-unet-2.5d" */
  TRP_SEGMENTER_UNET,     /* "unet" */
} TrpSegmenterKind;

typedef enum
{
  TRP_NORM_KIND_INSTANCE, /* a slice's result does not depend on others in the batch */
  TRP_NORM_KIND_BATCH,
} TrpNormKind;

typedef enum
{
  TRP_SEGMENTER_TRANSPOSED,
  TRP_SEGMENTER_BILINEAR, /* and the deepest level has no more filters than the one above */
} TrpSegmenterUpsample;

typedef enum
{
  TRP_DISCRIMINATOR_PATCH,
  TRP_DISCRIMINATOR_PIXEL,
} TrpDiscriminatorKind;

typedef enum
{
  TRP_OPTIMIZER_ADAM,
  TRP_OPTIMIZER_RMSPROP,
} TrpOptimizer;

typedef enum
{
  TRP_SMOOTHING_NONE,
  TRP_SMOOTHING_GAUSSIAN,
  TRP_SMOOTHING_CRF,
} TrpSmoothing;

typedef enum
{
  TRP_CRITIC_CLIP,
  TRP_CRITIC_SPECTRAL,
} TrpCriticLimit;

/**
 * TrpCriticSettings: what judges the masks of an LGAN
 * @kind: as TrpCriticKind
 * @filters, @layers, @features: as TrpCritic's
 * @weight: of its score in the generator's loss
 * @updates: of the critic for one of the generator
 * @limit: what keeps it from growing steep
 * @clip: largest absolute weight
 * @optimizer, @rate: its own; what else an optimiser takes is the generator's
 */
typedef struct
{
  int kind;
  int filters, layers, features;
  double weight;
  int updates;
  TrpCriticLimit limit;
  double clip;
  TrpOptimizer optimizer;
  double rate;
} TrpCriticSettings;

#define TRP_RECIPE_MAX_LABELS 32

/* Of MR and SynMR; of CT, SynCT and CT on MR */
typedef enum
{
  TRP_STEPS_MR,
  TRP_STEPS_CT,
  TRP_N_STEP_SIDES,
} TrpStepSide;

typedef struct
{
  /* [recipe] */
  char *name;
  char *description;
  TrpTrainerKind trainer;

  /* [data] */
  char *source;    /* segmenter: column of the images: "mr", "ct", "synct", "synmr" or "ct_on_mr" */
  char *second;    /* segmenter: column of the image beside it, or "none" */
  bool whole_view; /* segmenter: results for whole slices, not only their middle of @size */
  double spacing;  /* mm in the plane; 0: each volume's own */
  int size;        /* pixels of the preprocessed slices */
  int patch;       /* pixels of a training sample; 0: size */
  double body_fraction;
  TrpIntensity mr;
  TrpIntensity ct;
  size_t n_labels;
  uint8_t labels[TRP_RECIPE_MAX_LABELS];

  /* [preprocess] */
  char *preprocessing[TRP_N_STEP_SIDES]; /* preprocess/pipeline.h, with what they have learnt */

  /* [network] */
  int generator_blocks;   /* "generator = resnet-9" */
  int generator_halvings; /* 0, or "generator = unet-256" (8): a U-Net instead */
  int generator_filters;
  int generator_downs;
  TrpUpsample generator_upsample;
  TrpNormKind generator_norm; /* of a U-Net */
  double generator_dropout;   /* of a U-Net: probability */
  TrpDiscriminatorKind discriminator;
  int discriminator_filters;
  int discriminator_layers; /* strided ones: 3 is patch-70 */
  int image_channels;       /* the network takes the grey image this many times */
  int output_channels;      /* of a generator; the result is their mean */
  TrpSegmenterKind segmenter;
  int segmenter_filters;
  int segmenter_levels;
  TrpNormKind segmenter_norm;
  TrpSegmenterUpsample segmenter_upsample;
  bool segmenter_bias;       /* before batch norm, which takes it out again */
  bool segmenter_background; /* its first output is the background, the others' rival */
  int context;

  /* [critic] */
  TrpCriticSettings critic;

  /* [loss] */
  double adversarial;
  double cycle;
  TrpCycleLoss cycle_loss;
  double cycle_mix[TRP_N_CYCLE_LOSSES]; /* any over 0: these parts instead of @cycle_loss */
  double identity;
  double gc;       /* gradient consistency */
  bool gc_signed;  /* gradients keep their sign; else |gradient| */
  int gc_start;    /* step from which it grows */
  int gc_ramp;     /* steps until it is whole */
  double geometry; /* geometric consistency */
  int geometry_start;
  int geometry_ramp;
  double geometry_slope;
  int geometry_band;
  double threshold[2]; /* network value between air and body: MR, CT; NAN: not known yet */
  double bce;
  double dice;
  bool dice_per_sample;
  bool dice_per_channel;
  double cross_entropy; /* of the softmax; where it is over 0, @bce does not count */

  /* [training] */
  int steps;
  int batch;
  double learning_rate;
  TrpOptimizer optimizer;
  double beta1;
  double beta2;
  double alpha; /* of RMSprop: share of the old mean square */
  double momentum;
  double weight_decay;
  int decay_start; /* step from which the rate falls linearly to 0 at the end; -1: half-way */
  double ema;      /* 0: none */
  int pool;        /* images kept per domain; 0: none */
  uint64_t seed;
  int threads;  /* 0: the default */
  int restarts; /* with the next seed after an inversion or collapse alarm */

  TrpSchedule schedule;

  /* [postprocess]: of contours (postprocess.h) */
  TrpSmoothing smoothing;
  double smoothing_sigma; /* pixels of the network's slices */
  double crf_weight;
  double crf_sigma_value;
  int crf_steps;
  double remove_below_ml;
  bool largest_only;
  bool fill_holes;

  /* [augmentation] */
  TrpAugment augment;

  /* [output] */
  int log_every;
  int preview_every;
  int save_every;
  int keep_every; /* steps between checkpoints that are kept; 0: none is */
} TrpRecipe;

TrpRecipe *trp_recipe_new (TrpTrainerKind trainer); /* all defaults */
TrpRecipe *trp_recipe_copy (const TrpRecipe *self);
void trp_recipe_free (TrpRecipe *self);

/* Errors: TRP_ERROR_FORMAT naming the key, its value and what is allowed. */
TrpRecipe *
trp_recipe_parse (const char *text, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_recipe_load:
 * @name_or_path: "cyclegan-phantom", or the path of a file (anything with a slash or ".recipe")
 *
 * Names are those of trp_recipe_list().
 */
TrpRecipe *trp_recipe_load (const char *name_or_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @assignment: "KEY=VALUE" as in `--set`, KEY with its group ("training.steps") or without where it
 * is the only one. Call trp_recipe_check() after the last. */
bool
trp_recipe_set (TrpRecipe *self, const char *assignment, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What single ranges cannot say: sizes that the network's levels divide, a patch within the slice.
 */
bool trp_recipe_check (const TrpRecipe *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pixels along the side of a training sample. */
int trp_recipe_get_side (const TrpRecipe *self);
/* Whether the network that is run makes contours of an image; else images. */
bool trp_recipe_makes_contours (const TrpRecipe *self);
/* How often the network that is run halves the size of its images. */
int trp_recipe_count_halvings (const TrpRecipe *self);

/* Every setting, as a key file that parses back to the same recipe: goes into the checkpoint. */
char *trp_recipe_to_text (const TrpRecipe *self);
/**
 * trp_recipe_dup_difference:
 *
 * Of settings that change a training's numbers; names, descriptions and what is written when do
 * not, nor does what preprocessing has learnt: a training learns it again.
 *
 * Returns: (nullable) (transfer full): "training.steps: 300 there, 600 here", the first few; NULL
 * for none
 */
char *trp_recipe_dup_difference (const TrpRecipe *there, const TrpRecipe *here);
/* The same of settings that change what networks there are. */
char *trp_recipe_dup_network_difference (const TrpRecipe *there, const TrpRecipe *here);
/* The table of settings with ranges, defaults and help, as a commented key file. */
char *trp_recipe_dup_reference (void);

/* Names of the shipped recipes and of the user's own (recipe-library.h), sorted; NULL-terminated
 * (transfer full). */
char **trp_recipe_list (void);
/* Path of a recipe of that list. Errors: TRP_ERROR_IO naming those there are. */
char *trp_recipe_find (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpRecipe, trp_recipe_free)

G_END_DECLS
