/* validation.c - see validation.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/validation.h"

#include "core/method/model.h"

#include <string.h>

size_t
trp_validation_get_side (const TrpRecipe *recipe)
{
  const size_t multiple = trp_recipe_get_multiple (recipe);

  return ((size_t) recipe->size + multiple - 1) / multiple * multiple;
}

void
trp_validation_add_value (TrpValidation *self, const char *name, bool rises)
{
  g_assert (self->n < TRP_VALIDATION_MAX_VALUES);
  self->names[self->n] = g_strdup (name);
  self->rises[self->n++] = rises;
}

bool
trp_validation_is_wanted (const TrpRecipe *recipe)
{
  return recipe->schedule.validate_every > 0 || recipe->schedule.validate_epochs > 0;
}

TrpDataList *
trp_validation_select_rows (const TrpTrainOptions *options)
{
  if (options->validation)
    return trp_data_list_ref ((TrpDataList *) options->validation);
  return options->fold >= 0 ? trp_data_list_select_fold (options->list, options->fold, true, NULL)
                            : NULL;
}

static bool
choose_score (TrpValidation *self, const TrpRecipe *recipe, GError **error)
{
  const char *wanted = recipe->schedule.score;
  g_autoptr (GString) known = g_string_new (NULL);

  if (strcmp (wanted, "auto") == 0)
    return true;
  for (size_t n = 0; n < self->n; n++)
    {
      g_string_append_printf (known, "%s%s", n ? ", " : "", self->names[n]);
      if (strcmp (wanted, self->names[n]) != 0)
        continue;
      self->score = n;
      return true;
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "schedule.score = %s is not measured on these cases; there are %s", wanted,
               known->str);
  return false;
}

static bool
make_program (TrpValidation *self, const TrpTrainer *trainer, GError **error)
{
  g_autoptr (TrpStore) store = trp_store_new (trainer->device);

  self->program = trp_program_new (self->klass->build (trainer->recipe), store, error);
  return self->program != NULL;
}

TrpValidation *
trp_validation_new (const TrpTrainer *trainer,
                    const TrpDataList *rows,
                    TrpProgress *progress,
                    GError **error)
{
  g_autoptr (TrpValidation) self = g_new0 (TrpValidation, 1);

  self->klass = trainer->klass->validation;
  if (!self->klass->load (self, trainer, rows, progress, error))
    {
      g_prefix_error (error, "Cases to validate on: ");
      return NULL;
    }
  return choose_score (self, trainer->recipe, error) && make_program (self, trainer, error)
           ? g_steal_pointer (&self)
           : NULL;
}

void
trp_validation_free (TrpValidation *self)
{
  if (!self)
    return;
  trp_program_free (self->program);
  for (int n = 0; n < 2; n++)
    trp_dataset_unref (self->data[n]);
  for (size_t n = 0; n < self->n; n++)
    g_free (self->names[n]);
  g_free (self);
}

/* As the file of weights for inference would hold them. */
static bool
take_weights (TrpValidation *self, const TrpTrainer *trainer, GError **error)
{
  TrpStore *store = trp_program_peek_store (self->program);

  for (int n = 0; n < trp_store_get_n (store); n++)
    {
      TrpStored *to = trp_store_peek (store, n);
      g_autofree char *average = g_strconcat ("ema.", to->name, NULL);
      const TrpStored *from = trp_store_find (trainer->store, average);

      if (!from)
        from = trp_store_find (trainer->store, to->name);
      g_assert (from);
      if (!trp_store_copy (store, to, from, error))
        return false;
    }
  return true;
}

bool
trp_validation_run (TrpValidation *self,
                    const TrpTrainer *trainer,
                    double *out_values,
                    TrpProgress *progress,
                    GError **error)
{
  return take_weights (self, trainer, error) &&
         self->klass->measure (self, trainer, out_values, progress, error);
}
