/* document-operations.c - see document-operations.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One function per operation runs in a worker, on snapshots.
 */

#include "ui/document-operations.h"
#include "config.h"
#include "core/structure/interpolate.h"
#include "core/structure/mirror.h"
#include "core/structure/slices.h"
#include "core/structure/smooth.h"
#include "ui/document-compute.h"
#include "ui/document-preview.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

/* Task: what a worker needs
 * @before, @other, @target_before: snapshots; @other (nullable)
 * @target: not for the worker
 * @text: what came of it, or why nothing did */
typedef struct
{
  TrpOperation operation;
  char *name, *other_name, *into;
  TrpMask *before, *other, *target_before;
  TrpStructure *target;
  char *step;
  char *text;
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_mask_free (task->before);
  trp_mask_free (task->other);
  trp_mask_free (task->target_before);
  trp_structure_unref (task->target);
  g_free (task->name);
  g_free (task->other_name);
  g_free (task->into);
  g_free (task->step);
  g_free (task->text);
  g_free (task);
}

/* ---- parts and holes (worker) ---- */

static TrpMask *
clean (const TrpMask *mask, void *data, TrpIslands *out_islands, GError **error)
{
  const TrpOperation *operation = data;

  switch (operation->kind)
    {
    case TRP_OPERATION_KEEP_LARGEST:
      return trp_islands_keep_largest (mask, out_islands, error);
    case TRP_OPERATION_REMOVE_SMALL:
      return trp_islands_remove_small (mask, operation->least_ml, out_islands, error);
    default:
      return trp_islands_fill_holes (mask, out_islands, error);
    }
}

static char *
say_none (const Task *task)
{
  const bool is_flat = task->operation.flat_axis >= 0;

  switch (task->operation.kind)
    {
    case TRP_OPERATION_KEEP_LARGEST:
      return g_strdup_printf (is_flat
                                ? _ ("%s is in one part on every slice: nothing was taken away.")
                                : _ ("%s is in one part already: nothing was taken away."),
                              task->name);
    case TRP_OPERATION_REMOVE_SMALL:
      return g_strdup_printf (_ ("%s has no part under %g ml: nothing was taken away."), task->name,
                              task->operation.least_ml);
    default:
      return g_strdup_printf (
        is_flat ? _ ("%s has no hole on any slice: nothing was filled.")
                : _ ("%s has no hole that is closed on all sides: nothing was filled."),
        task->name);
    }
}

static char *
say_cleaned (const Task *task, const TrpIslands *islands)
{
  const size_t n = islands->n_parts;
  const double ml = (double) islands->n_voxels *
                    trp_geometry_get_voxel_volume (trp_mask_get_geometry (task->before)) / 1000;

  if (task->operation.kind == TRP_OPERATION_FILL_HOLES)
    return g_strdup_printf (
      ngettext ("%s: %zu hole, %.2f ml filled", "%s: %zu holes, %.2f ml filled", n), task->name, n,
      ml);
  return g_strdup_printf (
    ngettext ("%s: %zu part, %.2f ml taken away", "%s: %zu parts, %.2f ml taken away", n),
    task->name, n, ml);
}

static TrpMask *
run_cleaning (Task *task, TrpProgress *progress, GError **error)
{
  TrpIslands islands = { 0 };
  TrpMask *mask;

  if (task->operation.flat_axis < 0)
    mask = clean (task->before, &task->operation, &islands, error);
  else
    mask = trp_slices_map (task->before, task->operation.flat_axis, clean, &task->operation,
                           &islands, progress, error);
  if (!mask)
    return NULL;
  if (islands.n_parts == 0)
    task->text = say_none (task);
  else if (trp_mask_is_empty (mask))
    {
      task->text = g_strdup_printf (_ ("All parts of %s are under %g ml: nothing was taken away. "
                                       "Delete the structure if it should go."),
                                    task->name, task->operation.least_ml);
      trp_mask_free (mask);
      mask = trp_mask_copy (task->before);
    }
  else
    task->text = say_cleaned (task, &islands);
  return mask;
}

/* ---- other operations (worker) ---- */

static TrpMask *
run_combining (Task *task, TrpProgress *progress, GError **error)
{
  TrpMask *mask = trp_boolean_combine (task->operation.boolean, task->before, task->other, error);

  if (mask && trp_mask_equal (mask, task->before))
    task->text = g_strdup_printf (_ ("%s stays as it is: %s makes no difference."), task->name,
                                  task->other_name);
  return mask;
}

static size_t
count_gaps (const TrpMask *mask, int axis)
{
  const TrpBox box = trp_mask_get_box (mask);
  size_t count = 0;

  for (size_t slice = box.begin[axis]; slice < box.end[axis]; slice++)
    count += trp_slices_is_empty (mask, axis, slice);
  return count;
}

static TrpMask *
run_interpolation (Task *task, TrpProgress *progress, GError **error)
{
  const int axis = trp_interpolate_choose_axis (task->before);
  size_t n_filled, n_left;
  TrpMask *mask = trp_interpolate_slices (task->before, axis, &n_filled, progress, error);

  if (!mask)
    return NULL;
  n_left = count_gaps (mask, axis);
  if (n_left == 0)
    task->text = g_strdup_printf (
      ngettext ("%zu slice of %s was filled from its neighbours; look at it.",
                "%zu slices of %s were filled from their neighbours; look at them.", n_filled),
      n_filled, task->name);
  else
    task->text = g_strdup_printf (
      ngettext ("%zu of %zu empty slices of %s was filled; around the others the drawn slices have "
                "nothing in common: draw on more of them.",
                "%zu of %zu empty slices of %s were filled; around the others the drawn slices "
                "have nothing in common: draw on more of them.",
                n_filled),
      n_filled, n_filled + n_left, task->name);
  return mask;
}

static TrpMask *
run_margin (Task *task, TrpProgress *progress, GError **error)
{
  TrpMargin margin = task->operation.margin;

  margin.flat_axis = task->operation.flat_axis;
  return trp_margin_apply (task->before, &margin, task->other, progress, error);
}

static TrpMask *
run_smoothing (Task *task, TrpProgress *progress, GError **error)
{
  return trp_smooth_apply (task->before, task->operation.sigma_mm, task->operation.flat_axis,
                           progress, error);
}

static TrpMask *
run_mirror (Task *task, TrpProgress *progress, GError **error)
{
  double lost_ml;
  TrpMask *mask = trp_mirror_apply (task->before, task->operation.plane_mm, &lost_ml, progress,
                                    error);

  if (mask && lost_ml > 0)
    task->text = g_strdup_printf (_ ("%s: %.2f ml would lie outside of the image and are lost."),
                                  task->step, lost_ml);
  return mask;
}

static TrpMask *
run_crop (Task *task, TrpProgress *progress, GError **error)
{
  return trp_slices_crop (task->before, task->operation.axis, task->operation.first,
                          task->operation.last);
}

static TrpMask *
run_copy (Task *task, TrpProgress *progress, GError **error)
{
  return trp_mask_copy (task->before);
}

/* ---- names of steps ---- */

static char *
name_combination (const Task *task)
{
  const char *first = task->name, *second = task->other_name;

  switch (task->operation.boolean)
    {
    case TRP_BOOLEAN_UNION:
      return g_strdup_printf (_ ("%s with %s"), first, second);
    case TRP_BOOLEAN_INTERSECTION:
      return g_strdup_printf (_ ("%s where %s is"), first, second);
    case TRP_BOOLEAN_SUBTRACT:
      return g_strdup_printf (_ ("%s without %s"), first, second);
    case TRP_BOOLEAN_EXCLUSIVE:
      return g_strdup_printf (_ ("%s or %s, not both"), first, second);
    case TRP_N_BOOLEANS:
    default:
      g_assert_not_reached ();
    }
}

static char *
name_operation (const Task *task)
{
  switch (task->operation.kind)
    {
    case TRP_OPERATION_KEEP_LARGEST:
      return g_strdup_printf (_ ("Largest part of %s"), task->name);
    case TRP_OPERATION_REMOVE_SMALL:
      return g_strdup_printf (_ ("Remove small parts of %s"), task->name);
    case TRP_OPERATION_FILL_HOLES:
      return g_strdup_printf (_ ("Fill holes of %s"), task->name);
    case TRP_OPERATION_COMBINE:
      return name_combination (task);
    case TRP_OPERATION_INTERPOLATE:
      return g_strdup_printf (_ ("Fill slices of %s"), task->name);
    case TRP_OPERATION_MARGIN:
      return g_strdup_printf (_ ("Margin of %s"), task->name);
    case TRP_OPERATION_SMOOTH:
      return g_strdup_printf (_ ("Smooth %s"), task->name);
    case TRP_OPERATION_MIRROR:
      return g_strdup_printf (_ ("Mirror %s"), task->name);
    case TRP_OPERATION_CROP:
      return g_strdup_printf (_ ("Crop %s"), task->name);
    case TRP_OPERATION_COPY:
      return g_strdup_printf (_ ("Copy %s"), task->name);
    case TRP_N_OPERATIONS:
    default:
      g_assert_not_reached ();
    }
}

static char *
name_step (const Task *task)
{
  g_autofree char *step = name_operation (task);

  return task->into ? g_strdup_printf (_ ("%s into %s"), step, task->into)
                    : g_steal_pointer (&step);
}

/* ---- running ---- */

static TrpMask *(*const functions[TRP_N_OPERATIONS]) (Task *, TrpProgress *, GError **) = {
  [TRP_OPERATION_KEEP_LARGEST] = run_cleaning,
  [TRP_OPERATION_REMOVE_SMALL] = run_cleaning,
  [TRP_OPERATION_FILL_HOLES] = run_cleaning,
  [TRP_OPERATION_COMBINE] = run_combining,
  [TRP_OPERATION_INTERPOLATE] = run_interpolation,
  [TRP_OPERATION_MARGIN] = run_margin,
  [TRP_OPERATION_SMOOTH] = run_smoothing,
  [TRP_OPERATION_MIRROR] = run_mirror,
  [TRP_OPERATION_CROP] = run_crop,
  [TRP_OPERATION_COPY] = run_copy,
};

static char *
say_volumes (const Task *task, const TrpMask *after)
{
  return g_strdup_printf (_ ("%s: %.2f ml became %.2f ml."), task->step,
                          trp_mask_get_volume_ml (task->target_before),
                          trp_mask_get_volume_ml (after));
}

static void *
run (void *data, TrpProgress *progress, GError **error)
{
  Task *task = data;
  g_autoptr (TrpMask) mask = functions[task->operation.kind](task, progress, error);

  if (mask && task->into && task->operation.adds)
    {
      g_autoptr (TrpMask) result = g_steal_pointer (&mask);

      mask = trp_boolean_combine (TRP_BOOLEAN_UNION, task->target_before, result, error);
    }
  if (mask && !task->text)
    task->text = trp_mask_equal (mask, task->target_before)
                   ? g_strdup_printf (_ ("%s: nothing would change."), task->step)
                   : say_volumes (task, mask);
  return g_steal_pointer (&mask);
}

static void
on_result (TrpDocument *self, void *data, void *result)
{
  const Task *task = data;
  g_autoptr (TrpMask) mask = result;

  trp_document_show_preview (self, task->target, mask, task->step, TRP_ORIGIN_SEMIAUTOMATIC);
  if (trp_document_has_preview (self))
    trp_document_set_preview_text (self, task->text);
  else if (trp_mask_equal (mask, task->target_before))
    trp_document_report (self, TRP_SEVERITY_INFO, task->text);
}

/* ---- starting ---- */

/* Returns: (transfer full): in the reading, or one that would be new there. */
static TrpStructure *
find_target (TrpDocument *self, TrpStructure *structure, const char *into)
{
  TrpStructureSet *set = trp_document_peek_edited (self);
  TrpStructure *target = into ? trp_structure_set_find (set, into) : structure;

  if (target)
    return trp_structure_ref (target);
  return trp_structure_new (into, trp_color_get_default (trp_structure_set_get_size (set)),
                            trp_mask_new (trp_structure_set_get_geometry (set)));
}

static Task *
make_task (TrpDocument *self, TrpStructure *structure, const TrpOperation *operation)
{
  TrpStructure *other = NULL;
  Task *task = g_new0 (Task, 1);

  if (operation->kind == TRP_OPERATION_COMBINE ||
      (operation->kind == TRP_OPERATION_MARGIN && operation->other >= 0))
    other = trp_document_peek_structure (self, (guint) operation->other);
  task->operation = *operation;
  task->operation.into = task->into = g_strdup (operation->into);
  task->name = g_strdup (trp_structure_get_name (structure));
  task->before = trp_mask_copy (trp_structure_peek_mask (structure));
  if (other)
    {
      task->other_name = g_strdup (trp_structure_get_name (other));
      task->other = trp_mask_copy (trp_structure_peek_mask (other));
    }
  task->target = find_target (self, structure, operation->into);
  task->target_before = trp_mask_copy (trp_structure_peek_mask (task->target));
  task->step = name_step (task);
  return task;
}

/* What there is to begin with: only a union makes something of nothing. */
static bool
has_enough (TrpDocument *self, TrpStructure *structure, const TrpOperation *operation)
{
  const bool is_union = operation->kind == TRP_OPERATION_COMBINE &&
                        operation->boolean == TRP_BOOLEAN_UNION;
  g_autofree char *text = NULL;

  if (is_union || !trp_mask_is_empty (trp_structure_peek_mask (structure)))
    return true;
  text = g_strdup_printf (_ ("%s is empty: draw on it first."), trp_structure_get_name (structure));
  trp_document_report (self, TRP_SEVERITY_INFO, text);
  return false;
}

static bool
is_meaningful (TrpDocument *self, guint index, const TrpOperation *operation)
{
  return trp_document_peek_structure (self, index) &&
         (operation->kind != TRP_OPERATION_COMBINE ||
          (operation->other != (int) index &&
           trp_document_peek_structure (self, (guint) operation->other)));
}

void
trp_document_run_operation (TrpDocument *self, guint index, const TrpOperation *operation)
{
  static const TrpComputation computation = { .run = run,
                                              .done = on_result,
                                              .free_data = task_free,
                                              .free_result = (GDestroyNotify) trp_mask_free };
  TrpStructure *structure = trp_document_peek_structure (self, index);
  Task *task;

  g_return_if_fail ((size_t) operation->kind < TRP_N_OPERATIONS);
  if (!is_meaningful (self, index, operation))
    return;
  trp_document_end_stroke (self);
  trp_document_discard_preview (self);
  trp_document_cancel_computing (self);
  task = make_task (self, structure, operation);
  if (trp_document_may_change (self, task->target, trp_mask_get_geometry (task->before)) &&
      has_enough (self, structure, operation))
    trp_document_compute (self, &computation, task->step, task);
  else
    task_free (task);
}
