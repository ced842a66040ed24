/* trainer-parts.c - what the classes of trainers share: rate, optimiser, averages, loss scale
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/trainer-class.h"

#include "core/nn/formula.h"
#include "core/nn/optimizer.h"

#include <math.h>
#include <string.h>

void
trp_trainer_say (const TrpTrainer *trainer, const char *sentence)
{
  const TrpTrainWatch *watch = &trainer->options->watch;

  if (watch->say)
    watch->say (sentence, watch->data);
}

void
trp_trainer_find_values (TrpTrainer *trainer, const char *const *inputs, size_t n_inputs)
{
  g_assert (n_inputs <= G_N_ELEMENTS (trainer->inputs));
  for (size_t n = 0; n < n_inputs; n++)
    trainer->inputs[n] = trp_program_find (trainer->program, inputs[n]);
  for (size_t n = 0; n < trainer->klass->n_columns; n++)
    trainer->outputs[n] = trp_program_find (trainer->program, trainer->klass->columns[n]);
}

int
trp_recipe_get_epoch_steps (const TrpRecipe *recipe, size_t n_slices)
{
  const size_t batch = (size_t) recipe->batch;

  return (int) CLAMP ((n_slices + batch - 1) / batch, 1, TRP_TRAINER_MAX_STEPS);
}

int
trp_recipe_get_n_steps (const TrpRecipe *recipe, int epoch_steps)
{
  return recipe->schedule.epochs > 0
           ? (int) MIN ((gint64) recipe->schedule.epochs * epoch_steps, TRP_TRAINER_MAX_STEPS)
           : recipe->steps;
}

static int
get_decay_start (const TrpRecipe *recipe, int epoch_steps)
{
  if (recipe->schedule.epochs > 0)
    return trp_recipe_get_n_steps (recipe, epoch_steps) -
           (int) MIN ((gint64) recipe->schedule.decay_epochs * epoch_steps, TRP_TRAINER_MAX_STEPS);
  return recipe->decay_start >= 0 ? recipe->decay_start : recipe->steps / 2;
}

static double
get_linear_factor (const TrpRecipe *recipe, int epoch_steps, int step)
{
  const int n_steps = trp_recipe_get_n_steps (recipe, epoch_steps);
  const int start = get_decay_start (recipe, epoch_steps);

  if (step < start || n_steps <= start)
    return 1;
  return MAX (0.0, (double) (n_steps - step) / (n_steps - start));
}

double
trp_recipe_get_rate (const TrpRecipe *recipe, int epoch_steps, int step)
{
  const TrpSchedule *s = &recipe->schedule;

  switch (s->rate)
    {
    case TRP_RATE_LINEAR:
      return recipe->learning_rate * get_linear_factor (recipe, epoch_steps, step);
    case TRP_RATE_EPOCHS:
      return recipe->learning_rate * trp_schedule_get_epoch_factor (step / epoch_steps,
                                                                    s->epochs - s->decay_epochs,
                                                                    s->decay_epochs);
    case TRP_RATE_PLATEAU:
    case TRP_RATE_CONSTANT:
      break;
    }
  return recipe->learning_rate;
}

/* Elements are TrpValue. */
static GArray *
collect_parameters (TrpGraph *graph, const char *const *prefixes)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TrpValue));

  for (size_t n = 0; prefixes[n]; n++)
    {
      g_autoptr (GArray) some = trp_graph_dup_parameters (graph, prefixes[n]);

      g_array_append_vals (all, some->data, some->len);
    }
  return all;
}

/* Of one optimiser: the parameters in both arrays, and the factor of a scaled loss or none. */
typedef struct
{
  const char *prefix;
  TrpValue rate, step, factor;
  const TrpValue *parameters;
  const TrpValue *gradients;
  int n;
} Update;

static void
add_adam (TrpGraph *graph, const TrpRecipe *recipe, const Update *u)
{
  const TrpAdam options = { .beta1 = recipe->beta1,
                            .beta2 = recipe->beta2,
                            .eps = 1e-8,
                            .weight_decay = recipe->weight_decay };

  trp_graph_adam_scaled (graph, u->prefix, &options, u->rate, u->step, u->factor, u->parameters,
                         u->gradients, u->n);
}

static void
add_rmsprop (TrpGraph *graph, const TrpRecipe *recipe, const Update *u)
{
  const TrpRmsprop options = { .alpha = recipe->alpha,
                               .eps = 1e-8,
                               .momentum = recipe->momentum,
                               .weight_decay = recipe->weight_decay };

  trp_graph_rmsprop_scaled (graph, u->prefix, &options, u->rate, u->factor, u->parameters,
                            u->gradients, u->n);
}

void
trp_trainer_add_optimizer (TrpGraph *graph,
                           const TrpRecipe *recipe,
                           bool loss_scaling,
                           const char *prefix,
                           TrpValue loss,
                           const char *const *parameter_prefixes,
                           TrpValue rate,
                           TrpValue step)
{
  static void (*const add[]) (TrpGraph * graph, const TrpRecipe *recipe, const Update *update) = {
    [TRP_OPTIMIZER_ADAM] = add_adam,
    [TRP_OPTIMIZER_RMSPROP] = add_rmsprop,
  };
  g_autoptr (GArray) parameters = collect_parameters (graph, parameter_prefixes);
  const TrpValue *values = (const TrpValue *) (void *) parameters->data;
  const int n = (int) parameters->len;
  g_autofree TrpValue *gradients = g_new (TrpValue, (size_t) n);
  Update update = { prefix, rate, step, TRP_VALUE_NONE, values, gradients, n };

  if (!loss_scaling)
    trp_graph_differentiate (graph, loss, values, n, gradients);
  else
    {
      trp_graph_differentiate_scaled (graph, loss, trp_graph_get_loss_scale (graph, prefix), values,
                                      n, gradients);
      update.factor = trp_graph_update_loss_scale (graph, prefix, gradients, n);
    }
  add[recipe->optimizer](graph, recipe, &update);
}

bool
trp_trainer_feed_optimizer (TrpTrainer *t, TrpValue rate, TrpValue step, GError **error)
{
  return trp_program_set_scalar (t->program, rate, t->rate, error) &&
         trp_program_set_scalar (t->program, step, t->n_earlier + t->step + 1, error);
}

void
trp_trainer_add_ema (TrpGraph *graph,
                     const TrpRecipe *recipe,
                     const char *const *parameter_prefixes)
{
  g_autoptr (GArray) parameters = collect_parameters (graph, parameter_prefixes);

  if (recipe->ema > 0)
    trp_graph_ema (graph, "ema", recipe->ema, (TrpValue *) parameters->data, (int) parameters->len);
}

bool
trp_trainer_start_averages (TrpTrainer *trainer, GError **error)
{
  for (int n = 0; n < trp_store_get_n (trainer->store); n++)
    {
      TrpStored *average = trp_store_peek (trainer->store, n);
      const TrpStored *parameter;

      if (!g_str_has_prefix (average->name, "ema."))
        continue;
      parameter = trp_store_find (trainer->store, average->name + strlen ("ema."));
      if (!trp_store_copy (trainer->store, average, parameter, error))
        return false;
    }
  return true;
}

/* An average over 1 / (1 - ema) steps remembers the first weights for several times as long. Until
 * it is of age it starts afresh whenever the step is a whole multiple of the power of two between a
 * sixteenth and an eighth of it: it then covers the last steps only, and a run of a few hundred has
 * averages worth using. */
bool
trp_trainer_renew_averages (TrpTrainer *t, GError **error)
{
  const int age = t->n_earlier + t->step;
  int grain = 1;

  if (t->recipe->ema == 0 || age * (1 - t->recipe->ema) >= 1)
    return true;
  while (16 * grain <= age)
    grain *= 2;
  return age % grain != 0 || trp_trainer_start_averages (t, error);
}

bool
trp_trainer_start_loss_scales (TrpTrainer *t, GError **error)
{
  const float start = TRP_LOSS_SCALE_START;

  for (int n = 0; n < trp_store_get_n (t->store); n++)
    {
      TrpStored *stored = trp_store_peek (t->store, n);

      if (g_str_has_suffix (stored->name, TRP_LOSS_SCALE_SUFFIX) &&
          !trp_store_set (t->store, stored, &start, error))
        return false;
    }
  return true;
}

/* Where even the smallest scale is too large, every step is skipped: that is no training. */
bool
trp_trainer_check_loss_scales (const TrpTrainer *t, GError **error)
{
  for (int n = 0; n < trp_store_get_n (t->store); n++)
    {
      const TrpStored *stored = trp_store_peek (t->store, n);
      float scale;

      if (!g_str_has_suffix (stored->name, TRP_LOSS_SCALE_SUFFIX))
        continue;
      if (!trp_store_get (t->store, stored, &scale, error))
        return false;
      if (scale > TRP_LOSS_SCALE_MIN)
        continue;
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "The gradients no longer fit into float16 at step %d; the last checkpoint is "
                   "kept: go on in the default precision",
                   t->step);
      return false;
    }
  return true;
}
