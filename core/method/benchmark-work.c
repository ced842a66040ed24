/* benchmark-work.c - the graphs that a benchmark runs; see benchmark.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/benchmark.h"
#include "core/method/model.h"
#include "core/method/trainer-class.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/op-cost.h"

#include <string.h>

#define PREFIX "net."
#define DEFAULT_PATIENT_BATCH 10

typedef TrpValue (*Forward) (TrpGraph *graph, const TrpRecipe *recipe, TrpValue x);

/* @setting: (nullable): what differs from the recipe's defaults
 * @forward: (nullable): inference; also the training, with a loss, unless @whole_step
 * @whole_step: training is the trainer's own step */
typedef struct
{
  const char *name;
  TrpTrainerKind trainer;
  const char *setting;
  Forward forward;
  bool whole_step;
} Network;

static TrpValue
generate (TrpGraph *graph, const TrpRecipe *recipe, TrpValue x)
{
  const TrpGenerator spec = trp_recipe_get_generator (recipe, false);

  return trp_generator_build (graph, &spec, "net", x);
}

static TrpValue
discriminate (TrpGraph *graph, const TrpRecipe *recipe, TrpValue x)
{
  const TrpPatchGan spec = trp_recipe_get_discriminator (recipe);

  return trp_patch_gan_build (graph, &spec, "net", x);
}

static TrpValue
segment (TrpGraph *graph, const TrpRecipe *recipe, TrpValue x)
{
  const TrpUnet spec = trp_recipe_get_segmenter (recipe, false);
  const TrpValue logits = trp_unet_build (graph, &spec, "net", x);

  return trp_graph_activation (graph, logits, TRP_ACTIVATION_SIGMOID, 0);
}

static const Network networks[] = {
  { "resnet-9", TRP_TRAINER_CYCLEGAN, "generator=resnet-9", generate, false },
  { "resnet-6", TRP_TRAINER_CYCLEGAN, "generator=resnet-6", generate, false },
  { "unet-256", TRP_TRAINER_CYCLEGAN, "generator=unet-256", generate, false },
  { "patch-70", TRP_TRAINER_CYCLEGAN, NULL, discriminate, false },
  { "unet", TRP_TRAINER_SEGMENTER, "segmenter=unet", segment, true },
  { "res-unet-2.5d", TRP_TRAINER_SEGMENTER, "segmenter=res-unet-2.5d", segment, true },
  { "cyclegan", TRP_TRAINER_CYCLEGAN, NULL, NULL, true },
};

static const char *const names[] = { "resnet-9",      "resnet-6", "unet-256", "patch-70", "unet",
                                     "res-unet-2.5d", "cyclegan", "patient",  NULL };

const char *const *
trp_benchmark_networks (void)
{
  return names;
}

static const Network *
find_network (const char *name)
{
  for (size_t n = 0; n < G_N_ELEMENTS (networks); n++)
    if (strcmp (networks[n].name, name) == 0)
      return &networks[n];
  return NULL;
}

/* The reference implementation's step: no averages. */
static TrpRecipe *
make_recipe (const Network *network, GError **error)
{
  g_autoptr (TrpRecipe) recipe = trp_recipe_new (network->trainer);
  const bool is_unet = g_strcmp0 (network->name, "unet") == 0;

  if ((network->setting && !trp_recipe_set (recipe, network->setting, error)) ||
      (is_unet && !trp_recipe_set (recipe, "context=0", error)) ||
      !trp_recipe_set (recipe, "ema=0", error) || !trp_recipe_set (recipe, "batch=1", error))
    return NULL;
  return g_steal_pointer (&recipe);
}

static bool
set_number (TrpRecipe *recipe, const char *key, int value, GError **error)
{
  g_autofree char *assignment = g_strdup_printf ("%s=%d", key, value);

  return value == 0 || trp_recipe_set (recipe, assignment, error);
}

static TrpRecipe *
find_recipe (const TrpBenchmarkSpec *spec, GError **error)
{
  g_autoptr (GError) cause = NULL;
  TrpRecipe *recipe = trp_recipe_load (spec->network, &cause);

  if (!recipe && g_error_matches (cause, TRP_ERROR, TRP_ERROR_IO))
    {
      g_autofree char *all = g_strjoinv (", ", (char **) names);

      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "There is no network and no recipe \"%s\"; networks: %s", spec->network, all);
    }
  else if (!recipe)
    g_propagate_error (error, g_steal_pointer (&cause));
  return recipe;
}

static TrpRecipe *
load_recipe (const TrpBenchmarkSpec *spec, Network *out_network, GError **error)
{
  const Network *known = find_network (spec->network);
  g_autoptr (TrpRecipe) recipe = known ? make_recipe (known, error) : find_recipe (spec, error);
  Network network = { .whole_step = true };

  if (!recipe || !set_number (recipe, "size", spec->size, error) ||
      !set_number (recipe, "patch", spec->size, error) ||
      !set_number (recipe, "batch", spec->batch, error))
    return NULL;
  network.trainer = recipe->trainer;
  network.forward = trp_recipe_makes_contours (recipe) ? segment : generate;
  *out_network = known ? *known : network;
  return g_steal_pointer (&recipe);
}

static int
get_side (const TrpRecipe *recipe)
{
  return recipe->patch > 0 ? recipe->patch : recipe->size;
}

/* Others would fail somewhere inside, or come out larger than they went in. */
static bool
check_side (const TrpBenchmarkSpec *spec,
            const Network *network,
            const TrpRecipe *recipe,
            GError **error)
{
  const int multiple = (int) trp_recipe_get_multiple (recipe), side = get_side (recipe);

  if (network->forward == discriminate || side % multiple == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
               "%s takes images whose sides are multiples of %d pixels, not %d", spec->network,
               multiple, side);
  return false;
}

static TrpGraph *
build_network (const Network *network, const TrpRecipe *recipe, bool train)
{
  static const char *const prefixes[] = { PREFIX, NULL };
  const int side = get_side (recipe);
  const int n_in = network->forward == segment ? (int) trp_recipe_get_segmenter_channels (recipe)
                                               : 1;
  TrpGraph *graph = trp_graph_new ();
  const TrpShape shape = { recipe->batch, side, side, n_in };
  const TrpValue y = network->forward (graph, recipe, trp_graph_input (graph, "x", shape));
  TrpValue target, loss, rate, step;

  trp_graph_output (graph, "y", y);
  if (!train || y == TRP_VALUE_NONE)
    return graph;
  target = trp_graph_input (graph, "target", trp_graph_get_shape (graph, y));
  loss = trp_graph_pixel_loss (graph, TRP_PIXEL_LOSS_L1, y, target);
  rate = trp_graph_input (graph, "rate", trp_shape_vector (1));
  step = trp_graph_input (graph, "adam_step", trp_shape_vector (1));
  trp_trainer_add_optimizer (graph, recipe, false, "opt.net", loss, prefixes, rate, step);
  return graph;
}

/* The loss is not scaled, whatever the device: that takes next to no time. */
static TrpGraph *
build_step (const TrpRecipe *recipe)
{
  return trp_trainer_class_get (recipe)->build (recipe, false);
}

/* One graph, appended. */
static bool
append (const TrpBenchmarkSpec *spec, TrpBenchmarkWork *work, GError **error)
{
  Network network;
  g_autoptr (TrpRecipe) recipe = load_recipe (spec, &network, error);
  TrpGraph *graph;

  if (!recipe || !check_side (spec, &network, recipe, error))
    return false;
  if (!spec->train && !network.forward)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "%s is a training step; use --mode train", spec->network);
      return false;
    }
  graph = spec->train && network.whole_step ? build_step (recipe)
                                            : build_network (&network, recipe, spec->train);
  work->graphs[work->n_graphs++] = graph;
  work->size = get_side (recipe);
  work->batch = work->n_images = recipe->batch;
  work->n_runs = 1;
  return trp_graph_check (graph, error);
}

static bool
append_patient (const TrpBenchmarkSpec *spec, TrpBenchmarkWork *work, GError **error)
{
  TrpBenchmarkSpec part = { "resnet-9", false, spec->size,
                            spec->batch > 0 ? MIN (spec->batch, TRP_BENCHMARK_PATIENT_SLICES)
                                            : DEFAULT_PATIENT_BATCH };

  if (spec->train)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "A patient is not trained on here; use --mode infer");
      return false;
    }
  if (!append (&part, work, error))
    return false;
  part.network = "res-unet-2.5d";
  if (!append (&part, work, error))
    return false;
  work->n_images = TRP_BENCHMARK_PATIENT_SLICES;
  work->n_runs = (work->n_images + part.batch - 1) / part.batch;
  return true;
}

bool
trp_benchmark_build (const TrpBenchmarkSpec *spec, TrpBenchmarkWork *out_work, GError **error)
{
  g_auto (TrpBenchmarkWork) work = { 0 };
  const bool is_patient = strcmp (spec->network, "patient") == 0;

  if (!(is_patient ? append_patient (spec, &work, error) : append (spec, &work, error)))
    return false;
  *out_work = work;
  memset (&work, 0, sizeof work);
  return true;
}

void
trp_benchmark_work_clear (TrpBenchmarkWork *self)
{
  for (int n = 0; n < self->n_graphs; n++)
    g_clear_pointer (&self->graphs[n], trp_graph_free);
}

double
trp_benchmark_work_count_flop (const TrpBenchmarkWork *self)
{
  double flop = 0;

  for (int n = 0; n < self->n_graphs; n++)
    flop += self->n_runs * trp_graph_count_flop (self->graphs[n]);
  return flop;
}
