/* live-scores.c - the edited reading against the reference, kept up to date
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every structure has its counts, also without a reference (then against an empty mask): so its
 * volume follows a stroke at a cost that does not depend on the volume's size.
 */

#include "ui/panels/live-scores.h"
#include "config.h"

#include <glib/gi18n.h>

#define PAUSE_MS 40 /* between the last change of a stroke and the distances */

/* One structure of the edited reading. */
typedef struct
{
  TrpStructure *structure;
  TrpStructure *reference; /* NULL: none */
  TrpLiveMetrics *metrics; /* NULL where the grid cannot be measured */
  char *problem;
} Entry;

/* What a worker computes from. */
typedef struct
{
  TrpMask *edited;
  TrpLiveReference *reference;
  guint64 generation;
} Task;

/* The active structure's numbers before the last step. */
typedef struct
{
  double dice;
  double hd, hd95, assd;
} Baseline;

struct _TrpLiveScores
{
  GObject parent_instance;

  TrpDocument *document;
  GPtrArray *entries;
  TrpStructure *active; /* whose distances these are */
  TrpLiveDistances distances;
  bool has_distances;
  TrpJob *job;
  guint timeout;
  Baseline baseline;
  bool is_stroking;
};

enum
{
  COUNTS_CHANGED,
  DISTANCES_CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TrpLiveScores, trp_live_scores, G_TYPE_OBJECT)

/* ---- distances ---- */

static void
task_free (gpointer data)
{
  Task *task = data;

  trp_mask_free (task->edited);
  trp_live_reference_unref (task->reference);
  g_free (task);
}

static void *
run_task (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const Task *task = data;
  g_autofree TrpLiveDistances *distances = g_new0 (TrpLiveDistances, 1);

  return trp_live_distances_compute (task->edited, task->reference, task->generation, progress,
                                     distances, error)
           ? g_steal_pointer (&distances)
           : NULL;
}

static Entry *
get_entry (TrpLiveScores *self, int index)
{
  return index >= 0 && index < (int) self->entries->len ? g_ptr_array_index (self->entries, index)
                                                        : NULL;
}

static Entry *
get_active (TrpLiveScores *self)
{
  return get_entry (self, trp_document_get_active (self->document));
}

static void
drop_job (TrpLiveScores *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (!self->job)
    return;
  trp_job_disconnect (self->job);
  trp_job_cancel (self->job);
  g_clear_pointer (&self->job, trp_job_unref);
}

static void
on_distances (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpLiveScores *self = user_data;
  g_autofree TrpLiveDistances *distances = result;
  const Entry *entry = get_active (self);

  g_clear_pointer (&self->job, trp_job_unref);
  if (!distances || !entry || !entry->metrics || entry->structure != self->active ||
      distances->generation != trp_live_metrics_get_generation (entry->metrics))
    return;
  self->distances = *distances;
  self->has_distances = true;
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0);
}

static gboolean
start_job (gpointer user_data)
{
  static const TrpJobClass klass = {
    .run = run_task, .done = on_distances, .free_data = task_free, .free_result = g_free
  };
  TrpLiveScores *self = user_data;
  const Entry *entry = get_active (self);
  Task *task;

  self->timeout = 0;
  drop_job (self);
  if (!entry || !entry->reference || !entry->metrics)
    return G_SOURCE_REMOVE;
  task = g_new0 (Task, 1);
  task->edited = trp_mask_copy (trp_structure_peek_mask (entry->structure));
  task->reference = trp_live_reference_ref (trp_live_metrics_get_reference (entry->metrics));
  task->generation = trp_live_metrics_get_generation (entry->metrics);
  self->job = trp_job_start (&klass, _ ("Distances"), task, self);
  return G_SOURCE_REMOVE;
}

/* In the middle of a stroke the worker waits for a pause: it would be cancelled by the next motion
 * and only take time from the drawing. */
static void
ask_for_distances (TrpLiveScores *self)
{
  drop_job (self);
  if (trp_document_is_stroking (self->document))
    self->timeout = g_timeout_add (PAUSE_MS, start_job, self);
  else
    start_job (self);
}

static void
forget_distances (TrpLiveScores *self)
{
  self->has_distances = false;
  self->baseline = (Baseline){ NAN, NAN, NAN, NAN };
}

/* ---- counts ---- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->structure, trp_structure_unref);
  g_clear_pointer (&entry->reference, trp_structure_unref);
  g_clear_pointer (&entry->metrics, trp_live_metrics_free);
  g_free (entry->problem);
  g_free (entry);
}

static char *
explain_missing (TrpLiveScores *self, TrpStructure *structure)
{
  TrpStructureSet *reference = trp_document_peek_reference (self->document);

  if (!reference)
    return g_strdup (_ ("There is no reference to compare with."));
  if (trp_document_get_reference (self->document) == trp_document_get_edited (self->document))
    return g_strdup (_ ("The reading is its own reference."));
  return g_strdup_printf (
    _ ("The reference \u201c%s\u201d has no structure called \u201c%s\u201d."),
    trp_structure_set_get_name (reference), trp_structure_get_name (structure));
}

static TrpLiveMetrics *
compare (const TrpMask *edited, const TrpMask *reference_mask, GError **error)
{
  g_autoptr (TrpLiveReference) reference = trp_live_reference_new (reference_mask, error);

  return reference ? trp_live_metrics_new (edited, reference, error) : NULL;
}

static Entry *
make_entry (TrpLiveScores *self, TrpStructure *structure)
{
  const TrpMask *mask = trp_structure_peek_mask (structure);
  TrpStructure *reference = trp_document_find_reference (self->document, structure);
  Entry *entry = g_new0 (Entry, 1);
  g_autoptr (GError) error = NULL;

  entry->structure = trp_structure_ref (structure);
  if (reference)
    entry->metrics = compare (mask, trp_structure_peek_mask (reference), &error);
  else
    entry->problem = explain_missing (self, structure);
  if (entry->metrics && reference)
    entry->reference = trp_structure_ref (reference);
  if (error)
    entry->problem = g_strdup (error->message);
  if (!entry->metrics)
    {
      g_autoptr (TrpMask) nothing = trp_mask_new (trp_mask_get_geometry (mask));

      entry->metrics = compare (mask, nothing, NULL);
    }
  return entry;
}

/* The entry made for the same pair before, if there is one. */
static Entry *
take_entry (TrpLiveScores *self, GPtrArray *old, TrpStructure *structure)
{
  const TrpStructure *reference = trp_document_find_reference (self->document, structure);

  for (guint n = 0; n < old->len; n++)
    {
      Entry *entry = g_ptr_array_index (old, n);

      if (entry && entry->structure == structure && entry->reference == reference && reference)
        {
          old->pdata[n] = NULL;
          return entry;
        }
    }
  return NULL;
}

static void
free_entries (GPtrArray *entries)
{
  for (guint n = 0; n < entries->len; n++)
    if (entries->pdata[n])
      entry_free (entries->pdata[n]);
  g_ptr_array_unref (entries);
}

static void
follow_active (TrpLiveScores *self)
{
  TrpStructure *active = trp_document_peek_active (self->document);

  if (active == self->active)
    return;
  g_clear_pointer (&self->active, trp_structure_unref);
  self->active = active ? trp_structure_ref (active) : NULL;
  forget_distances (self);
  ask_for_distances (self);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0);
}

static void
rebuild (TrpLiveScores *self, bool keep)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);
  GPtrArray *old = self->entries;

  self->entries = g_ptr_array_new ();
  for (size_t n = 0; set && n < trp_structure_set_get_size (set); n++)
    {
      TrpStructure *structure = trp_structure_set_get (set, n);
      Entry *kept = keep ? take_entry (self, old, structure) : NULL;

      g_ptr_array_add (self->entries, kept ? kept : make_entry (self, structure));
    }
  free_entries (old);
}

static bool
has_same_pairs (TrpLiveScores *self)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);
  const size_t size = set ? trp_structure_set_get_size (set) : 0;

  if (size != self->entries->len)
    return false;
  for (size_t n = 0; n < size; n++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, n);
      TrpStructure *structure = trp_structure_set_get (set, n);

      if (entry->structure != structure ||
          entry->reference != trp_document_find_reference (self->document, structure))
        return false;
    }
  return true;
}

static void
on_structures_changed (TrpLiveScores *self)
{
  const Entry *before = get_active (self);
  const TrpStructure *reference = before ? before->reference : NULL;
  const Entry *after;

  if (has_same_pairs (self))
    return;
  rebuild (self, true);
  after = get_active (self);
  if (after && after->structure == self->active && after->reference != reference)
    {
      forget_distances (self);
      ask_for_distances (self);
    }
  g_signal_emit (self, signals[COUNTS_CHANGED], 0, -1);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0);
}

/* The reference may have been edited while it was the edited one: count everything again. */
static void
on_readings_changed (TrpLiveScores *self)
{
  rebuild (self, false);
  forget_distances (self);
  ask_for_distances (self);
  g_signal_emit (self, signals[COUNTS_CHANGED], 0, -1);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0);
}

static void
remember_baseline (TrpLiveScores *self, const Entry *entry)
{
  const bool is_current = trp_live_scores_is_current (self);

  self->baseline.dice = trp_live_metrics_get_dice (entry->metrics);
  self->baseline.hd = is_current ? self->distances.hd : (double) NAN;
  self->baseline.hd95 = is_current ? self->distances.hd95 : (double) NAN;
  self->baseline.assd = is_current ? self->distances.assd : (double) NAN;
}

static void
on_mask_changed (TrpLiveScores *self, const TrpEditChange *change)
{
  const bool is_stroking = trp_document_is_stroking (self->document);
  Entry *entry = get_entry (self, (int) change->index);

  if (!entry || !entry->metrics || entry->structure != change->structure)
    return;
  if (entry->structure == self->active && !(is_stroking && self->is_stroking))
    remember_baseline (self, entry);
  self->is_stroking = is_stroking;
  trp_live_metrics_update (entry->metrics, trp_structure_peek_mask (entry->structure),
                           change->patch);
  g_signal_emit (self, signals[COUNTS_CHANGED], 0, (int) change->index);
  if (entry->structure != self->active)
    return;
  ask_for_distances (self);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0);
}

/* A stroke has ended: no need to wait for a pause any more. */
static void
on_history_changed (TrpLiveScores *self)
{
  self->is_stroking = trp_document_is_stroking (self->document);
  if (self->timeout && !self->is_stroking)
    ask_for_distances (self);
}

/* ---- life ---- */

static void
trp_live_scores_dispose (GObject *object)
{
  TrpLiveScores *self = TRP_LIVE_SCORES (object);

  drop_job (self);
  if (self->document)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_pointer (&self->active, trp_structure_unref);
  g_clear_pointer (&self->entries, free_entries);
  G_OBJECT_CLASS (trp_live_scores_parent_class)->dispose (object);
}

static void
trp_live_scores_class_init (TrpLiveScoresClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = trp_live_scores_dispose;
  signals[COUNTS_CHANGED] = g_signal_new ("counts-changed", G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                          G_TYPE_INT);
  signals[DISTANCES_CHANGED] = g_signal_new ("distances-changed", G_TYPE_FROM_CLASS (klass),
                                             G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                             0);
}

static void
trp_live_scores_init (TrpLiveScores *self)
{
  self->entries = g_ptr_array_new ();
  forget_distances (self);
}

TrpLiveScores *
trp_live_scores_new (TrpDocument *document)
{
  TrpLiveScores *self = g_object_new (TRP_TYPE_LIVE_SCORES, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "readings-changed", G_CALLBACK (on_readings_changed), self);
  g_signal_connect_swapped (document, "structures-changed", G_CALLBACK (on_structures_changed),
                            self);
  g_signal_connect_swapped (document, "active-changed", G_CALLBACK (follow_active), self);
  g_signal_connect_swapped (document, "mask-changed", G_CALLBACK (on_mask_changed), self);
  g_signal_connect_swapped (document, "history-changed", G_CALLBACK (on_history_changed), self);
  rebuild (self, false);
  follow_active (self);
  return self;
}

/* ---- what the panels ask ---- */

bool
trp_live_scores_get (TrpLiveScores *self, guint index, TrpScore *out_score)
{
  const Entry *entry = get_entry (self, (int) index);
  TrpScore score = { .dice = NAN, .volume_ml = NAN, .reference_ml = NAN };

  if (!entry)
    return false;
  if (entry->metrics)
    {
      const TrpOverlap *overlap = trp_live_metrics_get_overlap (entry->metrics);
      const double voxel_ml = trp_geometry_get_voxel_volume (trp_mask_get_geometry (
                                trp_structure_peek_mask (entry->structure))) /
                              1000;

      score.has_reference = entry->reference != NULL;
      score.volume_ml = (double) overlap->test * voxel_ml;
      if (score.has_reference)
        {
          score.dice = trp_live_metrics_get_dice (entry->metrics);
          score.reference_ml = (double) overlap->reference * voxel_ml;
        }
    }
  *out_score = score;
  return true;
}

const char *
trp_live_scores_get_problem (TrpLiveScores *self, guint index)
{
  const Entry *entry = get_entry (self, (int) index);

  return entry && !entry->reference ? entry->problem : NULL;
}

const TrpLiveDistances *
trp_live_scores_peek_distances (TrpLiveScores *self)
{
  return self->has_distances ? &self->distances : NULL;
}

bool
trp_live_scores_is_current (TrpLiveScores *self)
{
  const Entry *entry = get_active (self);

  return self->has_distances && entry && entry->metrics && entry->structure == self->active &&
         self->distances.generation == trp_live_metrics_get_generation (entry->metrics);
}

void
trp_live_scores_get_delta (TrpLiveScores *self, TrpScoreDelta *out_delta)
{
  const Entry *entry = get_active (self);
  const bool is_current = trp_live_scores_is_current (self);
  TrpScoreDelta delta = { NAN, NAN, NAN, NAN };

  if (entry && entry->metrics && entry->reference)
    delta.dice = trp_live_metrics_get_dice (entry->metrics) - self->baseline.dice;
  if (is_current)
    {
      delta.hd = self->distances.hd - self->baseline.hd;
      delta.hd95 = self->distances.hd95 - self->baseline.hd95;
      delta.assd = self->distances.assd - self->baseline.assd;
    }
  *out_delta = delta;
}
