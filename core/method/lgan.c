/* lgan.c - training a network for contours against a critic of masks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The generator is the segmenter's network with the segmenter's losses, minus what the critic
 * thinks of its masks. One step is one graph: first the critic's updates, each on a batch of its
 * own, then the generator's, on the last of them and against the critic as it is by then.
 *
 * The critic minimises E[D(generated)] - E[D(drawn)], so that it thinks highly of what was drawn;
 * the published code minimises the absolute difference, which leaves nothing to learn from, and
 * shows its critic logits beside masks of 0 and 1, which gives the generated ones away. Here it
 * sees probabilities. The regression critic looks at both masks together, and what it says of two
 * equal ones is taken off: its value is then 0 where nothing differs, and no bias can make it
 * small.
 *
 * Source: J. Tan et al., arXiv 1901.03473 (critics, losses); M. Arjovsky et al., Wasserstein GAN,
 * ICML 2017, algorithm 1 (clipping; several updates of the critic).
 */

#include "core/method/model.h"
#include "core/method/segmenter-losses.h"
#include "core/method/segmenter.h"
#include "core/method/validation.h"
#include "core/nn/init.h"
#include "core/nn/layers.h"
#include "core/nn/losses.h"
#include "core/nn/optimizer.h"

#include <math.h>

enum
{
  RATE,
  STEP,
  N_INPUTS
};

enum
{
  LOSS,
  BCE,
  DICE,
  SCORE,
  CRITIC,
  N_COLUMNS
};

static const char *const input_names[N_INPUTS] = { "rate", "adam_step" };
static const char *const columns[N_COLUMNS] = { "loss", "bce", "dice", "score", "critic" };
static const char *const generator_prefixes[] = { "net.", NULL };
static const char *const critic_prefixes[] = { "critic.", NULL };

typedef struct
{
  TrpGraph *graph;
  const TrpRecipe *recipe;
  TrpUnet generator;
  TrpCritic critic;
  GHashTable *filters; /* of the critic as it is; NULL without spectral norm */
  TrpValue image, truth, logits, mask;
} Build;

static TrpValue
add_input (Build *b, const char *name, int update, int n_channels)
{
  const int side = trp_recipe_get_side (b->recipe);
  g_autofree char *numbered = g_strdup_printf ("%s.%d", name, update);

  return trp_graph_input (b->graph, numbered,
                          (TrpShape){ b->recipe->batch, side, side, n_channels });
}

/* A batch of the update's own, and the masks that the generator makes of it. */
static void
begin_update (Build *b, int update)
{
  const TrpValue images = add_input (b, "images", update, b->generator.in_channels);

  b->truth = add_input (b, "targets", update, b->generator.out_channels);
  b->image = trp_graph_slice (b->graph, images, b->recipe->context, 1);
  b->logits = trp_unet_build (b->graph, &b->generator, "net", images);
  b->mask = trp_graph_activation (b->graph, b->logits, TRP_ACTIVATION_SIGMOID, 0);
}

static void
renew_filters (Build *b)
{
  g_clear_pointer (&b->filters, g_hash_table_unref);
  if (b->critic.spectral)
    b->filters = trp_critic_filters_new ();
}

static TrpValue
judge (Build *b, TrpValue mask)
{
  const TrpCriticView view = { b->image, mask, b->truth };

  return trp_graph_mean (b->graph,
                         trp_critic_build (b->graph, &b->critic, b->filters, "critic", &view));
}

/* E[D(generated)] - E[D(drawn)] */
static TrpValue
compare (Build *b)
{
  const TrpValue generated = judge (b, b->mask);

  return trp_graph_add (b->graph, generated, trp_graph_scale (b->graph, judge (b, b->truth), -1));
}

static void
clip (Build *b)
{
  g_autoptr (GArray) weights = trp_graph_dup_parameters (b->graph, critic_prefixes[0]);

  if (b->recipe->critic.limit == TRP_CRITIC_CLIP)
    trp_graph_clip (b->graph, (const TrpValue *) (void *) weights->data, (int) weights->len,
                    b->recipe->critic.clip);
}

/* The number of an update, 1 for the first, from the number of the step. */
static TrpValue
count_updates (Build *b, TrpValue step, int update)
{
  const int n = b->recipe->critic.updates;

  return trp_graph_add (b->graph, trp_graph_scale (b->graph, step, n),
                        trp_graph_constant (b->graph, trp_shape_vector (1), update + 1 - n));
}

/* The critic's rate follows the generator's schedule. */
static TrpValue
train_critic (Build *b, const TrpValue *inputs, bool loss_scaling, int update)
{
  const double ratio = b->recipe->critic.rate / b->recipe->learning_rate;
  const TrpValue rate = trp_graph_scale (b->graph, inputs[RATE], ratio);
  TrpRecipe own = *b->recipe;
  TrpValue loss;

  own.optimizer = own.critic.optimizer;
  begin_update (b, update);
  renew_filters (b);
  loss = compare (b);
  trp_trainer_add_optimizer (b->graph, &own, loss_scaling, "opt.critic", loss, critic_prefixes,
                             rate, count_updates (b, inputs[STEP], update));
  clip (b);
  return loss;
}

static TrpGraph *
build (const TrpRecipe *recipe, bool loss_scaling)
{
  Build b = { .graph = trp_graph_new (),
              .recipe = recipe,
              .generator = trp_recipe_get_segmenter (recipe, true),
              .critic = trp_recipe_get_critic (recipe) };
  TrpValue inputs[N_INPUTS], parts[2], critic_loss = TRP_VALUE_NONE;
  TrpValue loss, score;

  for (int n = 0; n < N_INPUTS; n++)
    inputs[n] = trp_graph_input (b.graph, input_names[n], trp_shape_vector (1));
  for (int update = 0; update < recipe->critic.updates; update++)
    critic_loss = train_critic (&b, inputs, loss_scaling, update);
  renew_filters (&b);
  score = b.critic.kind == TRP_CRITIC_REGRESSION ? compare (&b) : judge (&b, b.mask);
  loss = trp_segmenter_build_loss (b.graph, recipe, b.logits, b.truth, parts);
  loss = trp_graph_add (b.graph, loss, trp_graph_scale (b.graph, score, -recipe->critic.weight));
  trp_trainer_add_optimizer (b.graph, recipe, loss_scaling, "opt.net", loss, generator_prefixes,
                             inputs[RATE], inputs[STEP]);
  trp_trainer_add_ema (b.graph, recipe, generator_prefixes);
  g_clear_pointer (&b.filters, g_hash_table_unref);

  trp_graph_output (b.graph, columns[LOSS], loss);
  trp_graph_output (b.graph, columns[BCE], parts[0]);
  trp_graph_output (b.graph, columns[DICE], parts[1]);
  trp_graph_output (b.graph, columns[SCORE], score);
  trp_graph_output (b.graph, columns[CRITIC], critic_loss);
  return b.graph;
}

static bool
begin (TrpTrainer *trainer, bool is_new, GError **error)
{
  trp_trainer_find_values (trainer, input_names, N_INPUTS);
  return !is_new ||
         (trp_store_init (trainer->store, "net.", TRP_INIT_HE, trainer->seed, error) &&
          trp_store_init (trainer->store, "critic.", TRP_INIT_NORMAL, trainer->seed, error) &&
          trp_trainer_start_averages (trainer, error));
}

static TrpValue
find_numbered (TrpTrainer *trainer, const char *name, int update)
{
  g_autofree char *numbered = g_strdup_printf ("%s.%d", name, update);

  return trp_program_find (trainer->program, numbered);
}

static bool
step (TrpTrainer *trainer, GError **error)
{
  const int n = trainer->recipe->critic.updates;

  for (int update = 0; update < n; update++)
    if (!trp_segmenter_feed (trainer, (uint64_t) trainer->step * (uint64_t) n + (uint64_t) update,
                             find_numbered (trainer, "images", update),
                             find_numbered (trainer, "targets", update), error))
      return false;
  return trp_trainer_feed_optimizer (trainer, trainer->inputs[RATE], trainer->inputs[STEP],
                                     error) &&
         trp_program_run (trainer->program, error);
}

/* --- preview --- */

#define SCORES TRP_SEGMENTER_COLUMNS /* the column after the segmenter's */

static const char *const scores[] = { "score.made", "score.drawn" };

/* Also what the critic thinks of the prediction and of the truth, slice by slice. */
static TrpGraph *
build_preview (const TrpRecipe *recipe)
{
  TrpGraph *graph = trp_segmenter_build_preview (recipe);
  Build b = { .graph = graph,
              .recipe = recipe,
              .critic = trp_recipe_get_critic (recipe),
              .mask = trp_graph_find (graph, "y") };
  TrpCriticView view;

  if (b.mask == TRP_VALUE_NONE)
    return graph;
  b.image = trp_graph_slice (graph, trp_graph_find (graph, "x"), recipe->context, 1);
  b.truth = trp_graph_input (graph, "targets", trp_graph_get_shape (graph, b.mask));
  renew_filters (&b);
  for (int n = 0; n < 2; n++)
    {
      view = (TrpCriticView){ b.image, n == 0 ? b.mask : b.truth, b.truth };
      trp_graph_output (graph, scores[n],
                        trp_critic_build (graph, &b.critic, b.filters, "critic", &view));
    }
  g_clear_pointer (&b.filters, g_hash_table_unref);
  return graph;
}

/* All that the critic has, its parameters and what running it changes: statistics of norms, vectors
 * of spectral norms. */
typedef struct
{
  TrpStored *stored;
  float *values;
} Kept;

static void
clear_kept (void *data)
{
  g_free (((Kept *) data)->values);
}

static GArray *
keep_critic (TrpStore *store, GError **error)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Kept));

  g_array_set_clear_func (all, clear_kept);
  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      Kept kept = { .stored = trp_store_peek (store, n) };

      if (!g_str_has_prefix (kept.stored->name, critic_prefixes[0]))
        continue;
      kept.values = g_new (float, trp_shape_count (kept.stored->tensor.shape));
      g_array_append_val (all, kept);
      if (!trp_store_get (store, kept.stored, kept.values, error))
        return NULL;
    }
  return g_steal_pointer (&all);
}

static bool
give_back_critic (TrpStore *store, const GArray *all, GError **error)
{
  for (guint n = 0; n < all->len; n++)
    {
      const Kept *kept = &g_array_index (all, Kept, n);

      if (!trp_store_set (store, kept->stored, kept->values, error))
        return false;
    }
  return true;
}

/* The upper bar is the prediction's, the lower one the truth's. */
static bool
draw_scores (TrpTrainer *trainer, TrpTileSheet *sheet, GError **error)
{
  float values[2][TRP_SEGMENTER_ROWS], most = 0;

  for (size_t n = 0; n < 2; n++)
    {
      if (!trp_program_get (trainer->preview_program,
                            trp_program_find (trainer->preview_program, scores[n]), values[n],
                            error))
        return false;
      for (size_t row = 0; row < TRP_SEGMENTER_ROWS; row++)
        if (isfinite (values[n][row]))
          most = MAX (most, fabsf (values[n][row]));
    }
  for (size_t row = 0; row < TRP_SEGMENTER_ROWS; row++)
    trp_tile_sheet_draw_bars (sheet, SCORES, row, (float[]){ values[0][row], values[1][row] }, 2,
                              most);
  return true;
}

static bool
preview (TrpTrainer *trainer, TrpTileSheet *out_sheet, GError **error)
{
  g_autoptr (GArray) critic = keep_critic (trainer->store, error);
  TrpTileSheet sheet;
  bool is_drawn;

  if (!critic || !trp_segmenter_run_preview (trainer, SCORES + 1, &sheet, error))
    return false;
  is_drawn = draw_scores (trainer, &sheet, error);
  if (is_drawn && give_back_critic (trainer->store, critic, error))
    {
      *out_sheet = sheet;
      return true;
    }
  g_free (sheet.grey);
  return false;
}

const TrpTrainerClass trp_lgan_class = {
  .columns = columns,
  .n_columns = N_COLUMNS,
  .model_prefixes = generator_prefixes,
  .load = trp_segmenter_load,
  .estimate_data = trp_segmenter_estimate_data,
  .build = build,
  .build_preview = build_preview,
  .begin = begin,
  .step = step,
  .preview = preview,
  .validation = &trp_segmenter_validation,
};
