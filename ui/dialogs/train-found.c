/* train-found.c - see train-found.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-found.h"

#include "core/method/run-state.h"

#include <glib/gstdio.h>

#define MAX_RUNS 200 /* of one folder */

void
trp_train_found_free (TrpTrainFound *self)
{
  if (!self)
    return;
  g_free (self->folder);
  trp_recipe_free (self->recipe);
  g_free (self);
}

static gint64
get_time (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (gint64) status.st_mtime : 0;
}

/* The header only: the tensors stay on the disk. */
static void
read_checkpoint (TrpTrainFound *self)
{
  g_autofree char *path = g_build_filename (self->folder, "checkpoint.safetensors", NULL);
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (path, NULL);
  const char *text = file ? trp_safetensors_peek_metadata (file, "state") : NULL;
  TrpRunState state;

  if (!text || !trp_run_state_parse (text, self->recipe, &state, NULL))
    return;
  self->time = get_time (path);
  self->step = state.step;
  self->epoch_steps = state.epoch_steps;
  if (self->recipe->schedule.epochs == 0 || state.epoch_steps > 0)
    self->n_steps = trp_recipe_get_n_steps (self->recipe, MAX (state.epoch_steps, 1));
  self->is_over = state.scores.stopped || (self->n_steps > 0 && state.step >= self->n_steps);
}

TrpTrainFound *
trp_train_found_read (const char *folder)
{
  g_autofree char *recipe = g_build_filename (folder, "recipe.recipe", NULL);
  g_autofree char *log = g_build_filename (folder, "log.csv", NULL);
  g_autoptr (TrpTrainFound) self = NULL;

  if (!g_file_test (recipe, G_FILE_TEST_IS_REGULAR))
    return NULL;
  self = g_new0 (TrpTrainFound, 1);
  self->recipe = trp_recipe_load (recipe, NULL);
  if (!self->recipe)
    return NULL;
  self->folder = g_strdup (folder);
  self->time = get_time (log);
  if (self->recipe->schedule.epochs == 0)
    self->n_steps = self->recipe->steps;
  read_checkpoint (self);
  return g_steal_pointer (&self);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const TrpTrainFound *const *first = a, *const *second = b;

  return ((*first)->time < (*second)->time) - ((*first)->time > (*second)->time);
}

GPtrArray *
trp_train_found_list (const char *folder, TrpProgress *progress)
{
  GPtrArray *runs = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_train_found_free);
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *name;

  while (entries && runs->len < MAX_RUNS && (name = g_dir_read_name (entries)) &&
         trp_progress_step (progress, 0, NULL, NULL))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      TrpTrainFound *found = trp_train_found_read (path);

      if (found)
        g_ptr_array_add (runs, found);
    }
  g_ptr_array_sort (runs, compare);
  return runs;
}
