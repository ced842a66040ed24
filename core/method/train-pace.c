/* train-pace.c - see train-pace.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/train-pace.h"

#include "core/method/trainer-class.h"
#include "core/nn/device-choice.h"
#include "core/nn/op-cost.h"

#include <math.h>
#include <string.h>

#define MAX_SECONDS 0.2 /* of measuring */
#define MAX_KINDS 8     /* of convolutions that are measured */
#define MIN_RUNS 4      /* of each; the first warms up */
#define MAX_RUNS 12
#define OP_SECONDS 0.03 /* of each, past the least runs */

/* What is no convolution (norms, activations, losses, updates), as a share of the time of those
 * that are. With it three shipped recipes' steps are 0.7 to 1.2 of their CPU time on one core. */
#define OVERHEAD 1.5

/* Operations of one kind on one shape. */
typedef struct
{
  int op; /* the first of them */
  int n;
  double flop; /* of all */
} Group;

static bool
is_same (const TrpGraph *graph, int a, int b)
{
  const TrpOp *first = trp_graph_peek_op (graph, a), *second = trp_graph_peek_op (graph, b);

  if (first->kind != second->kind || first->n_inputs != second->n_inputs ||
      memcmp (&first->attributes, &second->attributes, sizeof first->attributes) != 0)
    return false;
  for (int n = 0; n < first->n_inputs; n++)
    if (!trp_shape_equal (trp_graph_get_shape (graph, first->inputs[n]),
                          trp_graph_get_shape (graph, second->inputs[n])))
      return false;
  return true;
}

static void
add_op (GArray *groups, const TrpGraph *graph, int op)
{
  const double flop = trp_graph_count_op_flop (graph, op);
  const Group group = { op, 1, flop };

  if (flop <= 0)
    return;
  for (guint n = 0; n < groups->len; n++)
    {
      Group *there = &g_array_index (groups, Group, n);

      if (!is_same (graph, there->op, op))
        continue;
      there->n++;
      there->flop += flop;
      return;
    }
  g_array_append_val (groups, group);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Group *first = a, *second = b;

  return (first->flop < second->flop) - (first->flop > second->flop);
}

/* The costliest first. (element-type Group) */
static GArray *
group_ops (const TrpGraph *graph)
{
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));

  for (int op = 0; op < trp_graph_get_n_ops (graph); op++)
    add_op (groups, graph, op);
  g_array_sort (groups, compare);
  return groups;
}

/* That operation alone, on values of the same shapes. Filters stay what they are: the device may
 * hold them in an order of its own. */
static TrpGraph *
isolate (const TrpGraph *graph, int index)
{
  const TrpOp *op = trp_graph_peek_op (graph, index);
  TrpGraph *alone = trp_graph_new ();
  g_autofree TrpValue *inputs = g_new (TrpValue, op->n_inputs);

  for (int n = 0; n < op->n_inputs; n++)
    {
      const TrpValueInfo *info = op->inputs[n] == TRP_VALUE_NONE
                                   ? NULL
                                   : trp_graph_peek_value (graph, op->inputs[n]);
      g_autofree char *name = g_strdup_printf ("x%d", n);

      if (!info)
        inputs[n] = TRP_VALUE_NONE;
      else if (info->tensor.kind == TRP_VALUE_PARAMETER)
        inputs[n] = trp_graph_parameter (alone, name, info->tensor.shape, info->axes);
      else
        inputs[n] = trp_graph_input (alone, name, info->tensor.shape);
    }
  trp_graph_output (alone, "y",
                    trp_graph_op (alone, op->kind, &op->attributes, inputs, op->n_inputs));
  return alone;
}

static double
count_seconds (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

/* Seconds of the fastest run: others are those that something else interrupted. The profile waits
 * for the device. */
static bool
time_op (const TrpGraph *graph, int op, TrpDevice *device, double *out_seconds, GError **error)
{
  g_autoptr (TrpStore) store = trp_store_new (device);
  g_autoptr (TrpProgram) program = trp_program_new (isolate (graph, op), store, error);
  const gint64 start = g_get_monotonic_time ();
  double least = INFINITY;

  for (int run = 0; program && run < MAX_RUNS; run++)
    {
      double seconds[2] = { 0 };

      if (run >= MIN_RUNS && count_seconds (start) > OP_SECONDS)
        break;
      if (!trp_program_profile (program, seconds, error))
        return false;
      least = fmin (least, seconds[0]);
    }
  *out_seconds = least;
  return program != NULL;
}

static TrpDevice *
open_device (const TrpTrainOptions *options, GError **error)
{
  const TrpDeviceOptions device_options = { .deterministic = options->deterministic,
                                            .precision = options->precision,
                                            .n_threads = options->recipe->threads };
  g_autofree char *note = NULL;

  return trp_device_choose (options->device ? options->device : "auto", &device_options, &note,
                            error);
}

/* At least the costliest; the others while there is time. */
static bool
measure (const TrpGraph *graph,
         TrpDevice *device,
         TrpProgress *progress,
         double *out_seconds,
         GError **error)
{
  g_autoptr (GArray) groups = group_ops (graph);
  const gint64 start = g_get_monotonic_time ();
  double measured_flop = 0, measured = 0;

  for (guint n = 0; n < MIN (groups->len, MAX_KINDS); n++)
    {
      const Group *group = &g_array_index (groups, Group, n);
      double seconds;

      if (n > 0 && count_seconds (start) > MAX_SECONDS)
        break;
      if (!trp_progress_step (progress, 0, NULL, error) ||
          !time_op (graph, group->op, device, &seconds, error))
        return false;
      measured += seconds * group->n;
      measured_flop += group->flop;
    }
  *out_seconds = measured_flop > 0
                   ? OVERHEAD * measured * trp_graph_count_flop (graph) / measured_flop
                   : 0;
  return true;
}

bool
trp_train_measure_pace (const TrpTrainOptions *options,
                        TrpProgress *progress,
                        double *out_seconds,
                        GError **error)
{
  const TrpTrainerClass *klass = trp_trainer_class_get (options->recipe);
  g_autoptr (TrpDevice) device = open_device (options, error);
  g_autoptr (TrpGraph) graph = NULL;
  TrpDeviceInfo info;

  if (!device)
    return false;
  trp_device_get_info (device, &info);
  graph = klass->build (options->recipe, info.loss_scaling);
  return trp_graph_check (graph, error) && measure (graph, device, progress, out_seconds, error);
}
