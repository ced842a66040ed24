/* run.c - an experiment's work, one piece after the other
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/parallel.h"
#include "core/io/atomic-write.h"
#include "core/method/experiment/node-file.h"
#include "core/method/experiment/report.h"
#include "core/method/experiment/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define COPY "experiment.file"

/* Puts "3 of 17, train cyclegan (ssim, seed 1): " before what a step says. */
typedef struct
{
  const TrpProgress *parent;
  char *title;
} Told;

static void
tell (double fraction, const char *text, void *data)
{
  const Told *told = data;
  g_autofree char *line = g_strconcat (told->title, text ? ": " : "", text ? text : "", NULL);

  told->parent->func (fraction, line, told->parent->data);
}

static bool
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "The folder %s cannot be made: %s", path,
               g_strerror (errno));
  return false;
}

/* Held until closed, however the program ends. File systems without locks go unguarded. */
static bool
lock_folder (const char *path, int *out_lock, GError **error)
{
  *out_lock = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (*out_lock < 0 || flock (*out_lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return true;
  (void) close (*out_lock);
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO, "Another experiment is running in the folder %s",
               path);
  return false;
}

static bool
run_node (const TrpExperimentPlan *plan, TrpNode *node, TrpProgress *progress, GError **error)
{
  g_autofree char *folder = trp_plan_dup_folder (plan, node);
  const gint64 start_us = g_get_monotonic_time ();
  GError *local = NULL;

  trp_parallel_set_threads (plan->experiment->threads);
  node->is_done = make_folder (folder, &local) &&
                  trp_step_kind_get_run (node->step->kind) (plan, node, folder, progress, &local) &&
                  trp_node_file_write (
                    plan, node, (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC,
                    &local);
  if (node->is_done)
    return true;
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&local, "%s: ", node->title);
  g_propagate_error (error, local);
  return false;
}

/* A node's share of the bar: trainings by their arithmetic, the rest by a little for each case. */
#define CASE_FLOP 5e10

static double
get_weight (const TrpNode *node)
{
  return node->is_done ? 0 : node->flop + CASE_FLOP * (double) (node->n_cases + 1);
}

static bool
hangs_on_failure (const TrpNode *node)
{
  for (guint n = 0; n < node->data->len; n++)
    if (((const TrpNodeInput *) node->data->pdata[n])->node->is_left)
      return true;
  return node->model && node->model->is_left;
}

/* What lies in the cases of one piece of work (a network that leaves no usable image, say) is a
 * result of the study and no reason to leave the rest undone; a full disk or a lost device is. */
static bool
is_of_this_work (const GError *error)
{
  return error->domain == TRP_ERROR && error->code != TRP_ERROR_IO &&
         error->code != TRP_ERROR_DEVICE;
}

static bool
try_node (const TrpExperimentPlan *plan, TrpNode *node, TrpProgress *progress, GError **error)
{
  GError *local = NULL;

  if (run_node (plan, node, progress, &local))
    return true;
  node->is_left = is_of_this_work (local);
  if (!node->is_left)
    {
      g_propagate_error (error, local);
      return false;
    }
  if (plan->options->say)
    plan->options->say (local->message, plan->options->say_data);
  g_error_free (local);
  return true;
}

static bool
run_nodes (const TrpExperimentPlan *plan, TrpProgress *progress, GError **error)
{
  double total = 0, done = 0;

  for (guint n = 0; n < plan->nodes->len; n++)
    total += get_weight (plan->nodes->pdata[n]);
  for (guint n = 0; n < plan->nodes->len; n++)
    {
      TrpNode *node = plan->nodes->pdata[n];
      const double weight = get_weight (node);
      g_autofree char *title = g_strdup_printf ("%u of %u, %s", n + 1, plan->nodes->len,
                                                node->title);
      Told told = { progress, title };
      TrpProgress part;

      node->is_left = hangs_on_failure (node);
      if (node->is_done || node->is_left)
        continue;
      part = trp_progress_part (progress, done / total, (done + weight) / total);
      if (part.func)
        {
          part.func = tell;
          part.data = &told;
        }
      if (plan->options->say)
        plan->options->say (title, plan->options->say_data);
      if (!trp_progress_step (&part, 0, NULL, error) || !try_node (plan, node, &part, error))
        return false;
      done += weight;
    }
  return true;
}

static bool
run_plan (const TrpExperimentPlan *plan, TrpProgress *progress, char **out_text, GError **error)
{
  g_autofree char *copy = g_build_filename (plan->root, COPY, NULL);
  const bool done = trp_write_file (copy, plan->experiment->text, strlen (plan->experiment->text),
                                    error) &&
                    trp_report_write_plan (plan, error) && run_nodes (plan, progress, error) &&
                    trp_report_write (plan, out_text, error);

  trp_parallel_set_threads (0);
  return done;
}

char *
trp_experiment_run (const TrpExperiment *self,
                    const TrpExperimentOptions *options,
                    TrpProgress *progress,
                    size_t *out_n_left,
                    GError **error)
{
  g_autoptr (TrpExperimentPlan) plan = NULL;
  char *text = NULL;
  int lock;

  g_return_val_if_fail (options->folder, NULL);
  if (!make_folder (options->folder, error) || !lock_folder (options->folder, &lock, error))
    return NULL;
  plan = trp_experiment_plan (self, options, progress, error);
  if (plan && run_plan (plan, progress, &text, error) &&
      !trp_progress_step (progress, 1, NULL, error))
    g_clear_pointer (&text, g_free);
  *out_n_left = 0;
  for (guint n = 0; plan && n < plan->nodes->len; n++)
    *out_n_left += ((const TrpNode *) plan->nodes->pdata[n])->is_left;
  if (lock >= 0)
    (void) close (lock);
  return text;
}
