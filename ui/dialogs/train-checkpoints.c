/* train-checkpoints.c - see train-checkpoints.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/dialogs/train-checkpoints.h"
#include "config.h"
#include "core/base/json.h"
#include "core/io/safetensors.h"
#include "ui/dialogs/train-score.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
checkpoint_free (gpointer data)
{
  TrpTrainCheckpoint *self = data;

  g_free (self->model);
  g_free (self->branch);
  g_free (self);
}

static double
find_score (TrpTrainRun *run, int step)
{
  const TrpTrainTable *scores = trp_train_run_peek_scores (run);
  const char *name = trp_train_run_get_score (run);
  const double *values = name ? trp_train_table_peek (scores, name) : NULL;
  const size_t row = trp_train_table_find_step (scores, step);

  return values && row != SIZE_MAX ? values[row] : (double) NAN;
}

/* One step is one row, whatever files hold it. */
static TrpTrainCheckpoint *
get_row (GPtrArray *rows, TrpTrainRun *run, int step)
{
  TrpTrainCheckpoint *row;

  for (guint n = 0; n < rows->len; n++)
    if (step >= 0 && ((TrpTrainCheckpoint *) rows->pdata[n])->step == step)
      return rows->pdata[n];
  row = g_new0 (TrpTrainCheckpoint, 1);
  row->step = step;
  row->score = find_score (run, step);
  g_ptr_array_add (rows, row);
  return row;
}

/* @model, @branch: (transfer full) (nullable): of what is known already, the first stays */
static void
take_files (TrpTrainCheckpoint *row, char *model, char *branch)
{
  const char *newest = model ? model : branch;
  GStatBuf status;

  if (newest && g_stat (newest, &status) == 0)
    row->time = MAX (row->time, (gint64) status.st_mtime);
  if (row->model || !model)
    g_free (model);
  else
    row->model = model;
  if (row->branch || !branch)
    g_free (branch);
  else
    row->branch = branch;
}

/* (transfer full): NULL where there is no such file */
static char *
find_file (TrpTrainRun *run, const char *name)
{
  g_autofree char *path = g_build_filename (trp_train_run_get_folder (run), name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

static void
add_newest (GPtrArray *rows, TrpTrainRun *run)
{
  char *model = find_file (run, "model.safetensors");
  char *checkpoint = find_file (run, "checkpoint.safetensors");
  TrpTrainCheckpoint *row;

  if (!model || !checkpoint)
    {
      g_free (model);
      g_free (checkpoint);
      return;
    }
  row = get_row (rows, run, trp_train_run_get_saved_step (run));
  row->is_newest = true;
  take_files (row, model, checkpoint);
}

/* As the file says it; -1: it does not. Its header is read, not its weights. */
static int
read_best_step (const char *path)
{
  g_autoptr (TrpSafetensors) file = trp_safetensors_load (path, NULL);
  const char *text = file ? trp_safetensors_peek_metadata (file, "best") : NULL;
  g_autoptr (JsonNode) node = text ? trp_json_parse (text) : NULL;
  gint64 step = -1;

  if (node && JSON_NODE_HOLDS_OBJECT (node))
    step = json_object_get_int_member_with_default (json_node_get_object (node), "step", -1);
  return (int) CLAMP (step, -1, G_MAXINT);
}

static void
add_best (GPtrArray *rows, TrpTrainRun *run)
{
  char *path = find_file (run, "best.safetensors");
  const bool is_whole = trp_train_run_get_recipe (run)->trainer == TRP_TRAINER_SEGMENTER;
  TrpTrainCheckpoint *row;

  if (!path)
    return;
  row = get_row (rows, run, read_best_step (path));
  row->is_best = true;
  take_files (row, g_strdup (path), is_whole ? g_strdup (path) : NULL);
  g_free (path);
}

static void
add_kept (GPtrArray *rows, TrpTrainRun *run)
{
  g_autofree char *folder = g_build_filename (trp_train_run_get_folder (run), "checkpoints", NULL);
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    {
      const size_t n_digits = strspn (name, "0123456789");
      const gint64 step = g_ascii_strtoll (name, NULL, 10);
      char *path;

      if (n_digits < 6 || strcmp (name + n_digits, ".safetensors") != 0 || step > G_MAXINT)
        continue;
      path = g_build_filename (folder, name, NULL);
      take_files (get_row (rows, run, (int) step), g_strdup (path), path);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const TrpTrainCheckpoint *const *first = a, *const *second = b;

  return ((*first)->step < (*second)->step) - ((*first)->step > (*second)->step);
}

GPtrArray *
trp_train_checkpoints_list (TrpTrainRun *run)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (checkpoint_free);

  add_newest (rows, run);
  add_kept (rows, run);
  add_best (rows, run);
  g_ptr_array_sort (rows, compare);
  return rows;
}

const TrpTrainCheckpoint *
trp_train_checkpoints_find_default (const GPtrArray *checkpoints)
{
  for (guint n = 0; n < checkpoints->len; n++)
    if (((const TrpTrainCheckpoint *) checkpoints->pdata[n])->is_best)
      return checkpoints->pdata[n];
  for (guint n = 0; n < checkpoints->len; n++)
    if (((const TrpTrainCheckpoint *) checkpoints->pdata[n])->is_newest)
      return checkpoints->pdata[n];
  return checkpoints->len ? checkpoints->pdata[0] : NULL;
}

/* Whole epochs only: between them a step says more. */
static char *
name_place (const TrpTrainCheckpoint *self, TrpTrainRun *run)
{
  const int epoch_steps = trp_train_run_get_epoch_steps (run);

  if (self->step < 0)
    return g_strdup (_ ("newest"));
  if (epoch_steps > 0 && self->step % epoch_steps == 0)
    return g_strdup_printf (_ ("epoch %d"), self->step / epoch_steps);
  return g_strdup_printf (_ ("step %d"), self->step);
}

char *
trp_train_checkpoint_dup_name (const TrpTrainCheckpoint *self, TrpTrainRun *run)
{
  g_autofree char *place = name_place (self, run);

  if (self->is_best)
    return self->step < 0 ? g_strdup (_ ("best")) : g_strdup_printf (_ ("%s, best"), place);
  return g_steal_pointer (&place);
}
