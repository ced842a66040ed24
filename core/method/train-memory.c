/* train-memory.c - see train-memory.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/train-memory.h"

#include "core/base/memory.h"
#include "core/method/model.h"
#include "core/method/validation.h"
#include "core/nn/device-choice.h"

/* ---- how much ---- */

static TrpPlan *
plan (const TrpGraph *graph, TrpDevice *device)
{
  return trp_plan_new (graph, trp_device_get_backend (device)->tensor_bytes,
                       trp_device_peek_handle (device));
}

/* (transfer full): NULL where nothing is validated */
static TrpGraph *
build_validation (const TrpRecipe *recipe)
{
  const TrpValidationClass *klass = trp_trainer_class_get (recipe)->validation;

  return klass && trp_validation_is_wanted (recipe) ? klass->build (recipe) : NULL;
}

/* Of all programs, without workspaces; step and preview share their weights. 0 if the recipe's
 * sizes are impossible. */
static size_t
plan_bytes (const TrpRecipe *recipe, TrpDevice *device)
{
  const TrpTrainerClass *klass = trp_trainer_class_get (recipe);
  TrpDeviceInfo info;
  g_autoptr (TrpGraph) step = NULL, preview = klass->build_preview (recipe);
  g_autoptr (TrpGraph) validation = build_validation (recipe);
  g_autoptr (TrpPlan) first = NULL, second = NULL, third = NULL;

  trp_device_get_info (device, &info);
  step = klass->build (recipe, info.loss_scaling);
  if (!trp_graph_check (step, NULL) || !trp_graph_check (preview, NULL) ||
      (validation && !trp_graph_check (validation, NULL)))
    return 0;
  first = plan (step, device);
  second = plan (preview, device);
  third = validation ? plan (validation, device) : NULL;
  return trp_plan_get_total_bytes (first) + second->arena_bytes + second->input_bytes +
         (third ? trp_plan_get_total_bytes (third) : 0);
}

static bool
measure_workspaces (const TrpRecipe *recipe, TrpDevice *device, size_t *out_bytes, GError **error)
{
  const TrpTrainerClass *klass = trp_trainer_class_get (recipe);
  TrpDeviceInfo info;
  g_autoptr (TrpGraph) step = NULL, preview = klass->build_preview (recipe);
  g_autoptr (TrpGraph) validation = build_validation (recipe);
  size_t first, second, third = 0;

  trp_device_get_info (device, &info);
  step = klass->build (recipe, info.loss_scaling);
  if (!trp_program_measure_workspace (step, device, &first, error) ||
      !trp_program_measure_workspace (preview, device, &second, error) ||
      (validation && !trp_program_measure_workspace (validation, device, &third, error)))
    return false;
  *out_bytes = first + second + third;
  return true;
}

/* ---- what instead ---- */

typedef struct
{
  TrpDevice *device;
  TrpRecipe *recipe; /* changed by the search */
  size_t budget;
} Search;

/* Compiles only what the plan alone lets fit. SIZE_MAX: sizes that are not possible. */
static size_t
count (const Search *self)
{
  const size_t bytes = trp_recipe_check (self->recipe, NULL)
                         ? plan_bytes (self->recipe, self->device)
                         : 0;
  size_t workspaces = 0;

  if (bytes == 0)
    return SIZE_MAX;
  return bytes > self->budget || measure_workspaces (self->recipe, self->device, &workspaces, NULL)
           ? bytes + workspaces
           : SIZE_MAX;
}

/* The largest batch below @batch, by halving the interval; 0 if none. */
static int
find_batch (Search *self, int batch)
{
  int fits = 0, too_large = batch;

  while (too_large - fits > 1)
    {
      self->recipe->batch = (fits + too_large) / 2;
      if (count (self) <= self->budget)
        fits = self->recipe->batch;
      else
        too_large = self->recipe->batch;
    }
  self->recipe->batch = fits;
  return fits;
}

#define MIN_PATCH 16

/* The largest patch below @patch that the networks take; 0 if none. */
static int
find_patch (Search *self, int patch)
{
  const int multiple = (int) trp_recipe_get_multiple (self->recipe);

  for (int size = (patch - 1) / multiple * multiple; size >= MIN_PATCH; size -= multiple)
    {
      self->recipe->patch = size;
      if (count (self) <= self->budget)
        return size;
    }
  return 0;
}

/* (transfer full) */
static char *
word (const TrpTrainOptions *options, int batch, int patch, const char *need)
{
  const TrpTrainWatch *watch = &options->watch;

  if (watch->advise)
    return watch->advise (batch, patch, need, watch->data);
  return patch ? g_strdup_printf ("with batch %d and patch %d it needs %s", batch, patch, need)
               : g_strdup_printf ("with batch %d it needs %s", batch, need);
}

/* (transfer full) */
static char *
suggest (const TrpTrainOptions *options, size_t budget, TrpDevice *device)
{
  const TrpRecipe *r = options->recipe;
  g_autoptr (TrpRecipe) recipe = trp_recipe_copy (r);
  Search search = { device, recipe, budget };
  const int batch = find_batch (&search, r->batch);
  g_autofree char *bytes = NULL;
  int patch;

  if (batch > 0)
    {
      bytes = g_format_size (count (&search));
      return word (options, batch, 0, bytes);
    }
  recipe->batch = 1;
  patch = find_patch (&search, r->patch > 0 ? r->patch : r->size);
  if (patch == 0)
    return g_strdup ("not even batch 1 with the smallest patch would fit: choose a smaller network "
                     "or another device");
  bytes = g_format_size (count (&search));
  return word (options, 1, patch, bytes);
}

/* What is free now may be a little less when the training takes it. */
static size_t
get_budget (const TrpTrainEstimate *e)
{
  const size_t budget = e->device_available / 10 * 9, on_host = e->on_host ? e->data : 0;

  return budget > on_host ? budget - on_host : 0;
}

/* To sizes that are not possible at all. */
static void
add_advice (const TrpTrainOptions *options,
            const TrpTrainEstimate *e,
            TrpDevice *device,
            GError **error)
{
  g_autofree char *advice = NULL, *message = NULL;

  if (!error || !g_error_matches (*error, TRP_ERROR, TRP_ERROR_LIMIT))
    return;
  advice = suggest (options, e->device_available ? get_budget (e) : SIZE_MAX - 1, device);
  message = g_strdup_printf ("%s; %s", (*error)->message, advice);
  g_clear_error (error);
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT, message);
}

/* ---- both ---- */

static bool
measure_data (const TrpTrainOptions *options,
              const TrpDataList *list,
              size_t *out_bytes,
              GError **error)
{
  const TrpRecipe *recipe = options->recipe;
  const TrpTrainerClass *klass = trp_trainer_class_get (recipe);
  g_autoptr (TrpDataList) rows = klass->validation && trp_validation_is_wanted (recipe)
                                   ? trp_validation_select_rows (options)
                                   : NULL;
  size_t bytes, more = 0;

  if (!klass->estimate_data (recipe, list, &bytes, error))
    return false;
  if (rows && !klass->validation->estimate (recipe, rows, &more, error))
    {
      g_prefix_error (error, "Cases to validate on: ");
      return false;
    }
  *out_bytes = bytes + more;
  return true;
}

/* Slices of the larger side, those without a body too. */
static bool
count_steps (const TrpRecipe *recipe,
             const TrpDataList *list,
             TrpTrainEstimate *result,
             GError **error)
{
  const TrpStepSide source = trp_recipe_get_source_side (recipe);
  TrpDataRole roles[2] = { TRP_DATA_MR, TRP_DATA_CT };
  TrpStepSide sides[2] = { TRP_STEPS_MR, TRP_STEPS_CT };
  size_t n_slices = 1;

  result->n_steps = recipe->steps;
  if (recipe->schedule.epochs == 0)
    return true;
  if (recipe->trainer != TRP_TRAINER_CYCLEGAN)
    {
      g_return_val_if_fail (trp_data_role_parse (recipe->source, &roles[0]), false);
      roles[1] = roles[0];
      sides[0] = sides[1] = source;
    }
  for (int side = 0; side < 2; side++)
    {
      size_t n_here;

      if (!trp_dataset_count_slices (list, roles[side], recipe->preprocessing[sides[side]], &n_here,
                                     error))
        return false;
      n_slices = MAX (n_slices, n_here);
    }
  result->n_steps = trp_recipe_get_n_steps (recipe, trp_recipe_get_epoch_steps (recipe, n_slices));
  result->n_steps_is_limit = recipe->body_fraction > 0;
  return true;
}

bool
trp_train_memory_measure (const TrpTrainOptions *options,
                          const TrpDataList *list,
                          TrpDevice *device,
                          TrpTrainEstimate *out_estimate,
                          GError **error)
{
  size_t workspaces;
  TrpTrainEstimate result = { .on_host = trp_device_is_host (device),
                              .available = trp_memory_get_available () };
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  g_strlcpy (result.device_name, info.name, sizeof result.device_name);
  result.device_available = result.on_host ? result.available : info.free_bytes;
  if (!measure_data (options, list, &result.data, error) ||
      !count_steps (options->recipe, list, &result, error))
    return false;
  if (!measure_workspaces (options->recipe, device, &workspaces, error))
    {
      add_advice (options, &result, device, error);
      return false;
    }
  result.device = plan_bytes (options->recipe, device) + workspaces;
  *out_estimate = result;
  return true;
}

static void
refuse (const TrpTrainOptions *options,
        const TrpTrainEstimate *e,
        size_t budget,
        bool was_tried,
        TrpDevice *device,
        GError **error)
{
  const size_t need = e->device + (e->on_host ? e->data : 0);
  g_autofree char *total = g_format_size (need), *there = g_format_size (e->device_available);
  g_autofree char *advice = suggest (options, budget, device);
  TrpDeviceInfo info;

  trp_device_get_info (device, &info);
  g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT,
               was_tried ? "This training needs %s of the memory%s%s, which could not be had "
                           "although %s are free; %s"
                         : "This training needs %s of the memory%s%s and %s are free; %s",
               total, e->on_host ? "" : " of ", e->on_host ? "" : info.name, there, advice);
}

bool
trp_train_memory_check (const TrpTrainOptions *options,
                        const TrpTrainEstimate *e,
                        TrpDevice *device,
                        GError **error)
{
  const size_t on_host = e->on_host ? e->data : 0;

  if (!trp_memory_check (e->data, "The images of this training",
                         "choose fewer cases or a smaller size", error))
    return false;
  if (e->device_available == 0 || e->device + on_host <= e->device_available)
    return true;
  refuse (options, e, get_budget (e), false, device, error);
  return false;
}

/* How much could be had is not known: half is a guess worth trying. */
void
trp_train_memory_explain (const TrpTrainOptions *options,
                          const TrpTrainEstimate *e,
                          TrpDevice *device,
                          GError **error)
{
  if (!error || !g_error_matches (*error, TRP_ERROR, TRP_ERROR_LIMIT))
    return;
  g_clear_error (error);
  refuse (options, e, e->device / 2, true, device, error);
}
