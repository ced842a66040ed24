/* live-scores.c - the edited reading against the reference, kept up to date
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every structure has its counts, also without a reference (then against an empty mask): so its
 * volume follows a stroke at a cost that does not depend on the volume's size.
 */

#include "ui/panels/live-scores.h"
#include "config.h"

#include "ui/document-distances.h"
#include "ui/panels/live-pair.h"

#include <glib/gi18n.h>

#define PAUSE_MS 40 /* between the last change of a stroke and the distances */

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
  GPtrArray *pairs; /* (element-type TrpLivePair): by index in the edited reading */
  TrpLiveOptions options;
  TrpStructure *active; /* whose distances have the follower and the baseline */
  TrpLiveFollower *follower;
  TrpLiveReference *followed; /* borrowed from the follower: the reference it was made for */
  TrpJob *job;
  TrpStructure *job_structure;
  guint timeout;
  Baseline baseline;
  bool is_stroking;
};

enum
{
  COUNTS_CHANGED,
  DISTANCES_CHANGED,
  TOLERANCE_CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TrpLiveScores, trp_live_scores, G_TYPE_OBJECT)

/* ---- distances ---- */

static TrpLivePair *
get_pair (TrpLiveScores *self, int index)
{
  return index >= 0 && index < (int) self->pairs->len ? g_ptr_array_index (self->pairs, index)
                                                      : NULL;
}

static TrpLivePair *
get_active (TrpLiveScores *self)
{
  return get_pair (self, trp_document_get_active (self->document));
}

static int
find_pair (TrpLiveScores *self, const TrpStructure *structure)
{
  for (guint n = 0; n < self->pairs->len; n++)
    if (get_pair (self, (int) n)->structure == structure)
      return (int) n;
  return -1;
}

static void
drop_job (TrpLiveScores *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->job_structure, trp_structure_unref);
  g_clear_pointer (&self->job, trp_job_abandon);
}

static void
drop_follower (TrpLiveScores *self)
{
  g_clear_pointer (&self->follower, trp_live_follower_unref);
  self->followed = NULL;
}

static void ask_for_distances (TrpLiveScores *self);

static void
on_result (TrpJob *job, void *data, const GError *error, void *user_data)
{
  TrpLiveScores *self = user_data;
  TrpLiveResult *result = data;
  const int index = find_pair (self, self->job_structure);
  TrpLivePair *pair = get_pair (self, index);
  const bool was_resampled = result && result->mask;

  g_clear_pointer (&self->job, trp_job_unref);
  g_clear_pointer (&self->job_structure, trp_structure_unref);
  if (pair && result && trp_live_pair_take (pair, result))
    g_signal_emit (self, signals[was_resampled ? COUNTS_CHANGED : DISTANCES_CHANGED], 0, index);
  if (pair && was_resampled && pair->structure == self->active)
    g_signal_emit (self, signals[DISTANCES_CHANGED], 0, index);
  if (error && pair)
    trp_live_pair_give_up (pair, error);
  g_clear_pointer (&result, trp_live_result_free);
  ask_for_distances (self);
}

/* The active structure first; of the others, those that are seen before those that are not. */
static TrpLivePair *
choose_pair (TrpLiveScores *self)
{
  TrpLivePair *active = get_active (self), *hidden = NULL;

  if (active && trp_live_pair_is_waiting (active, &self->options))
    return active;
  for (guint n = 0; n < self->pairs->len; n++)
    {
      TrpLivePair *pair = get_pair (self, (int) n);

      if (!trp_live_pair_is_waiting (pair, &self->options))
        continue;
      if (trp_structure_get_visible (pair->structure))
        return pair;
      hidden = hidden ? hidden : pair;
    }
  return hidden;
}

/* Kept for the active structure alone: it holds maps as large as the structure's box. */
static TrpLiveFollower *
get_follower (TrpLiveScores *self, const TrpLivePair *pair)
{
  TrpLiveReference *reference = trp_live_metrics_get_reference (pair->metrics);

  if (pair->structure != self->active || pair->needs_resampling)
    return NULL;
  if (self->followed != reference)
    {
      drop_follower (self);
      self->follower = trp_live_follower_new (reference);
      self->followed = reference;
    }
  return self->follower;
}

static gboolean
start_job (gpointer user_data)
{
  static const TrpJobClass klass = { .run = trp_live_task_run,
                                     .done = on_result,
                                     .free_data = trp_live_task_free,
                                     .free_result = trp_live_result_free };
  TrpLiveScores *self = user_data;
  const TrpLivePair *pair;

  self->timeout = 0;
  drop_job (self);
  pair = choose_pair (self);
  if (!pair)
    return G_SOURCE_REMOVE;
  self->job_structure = trp_structure_ref (pair->structure);
  self->job = trp_job_start (&klass, _ ("Distances"),
                             trp_live_task_new (pair, get_follower (self, pair), &self->options),
                             self);
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
forget_baseline (TrpLiveScores *self)
{
  self->baseline = (Baseline){ NAN, NAN, NAN, NAN };
}

/* ---- counts ---- */

/* The pair made of the same two before, if there is one. */
static TrpLivePair *
take_pair (TrpLiveScores *self, GPtrArray *old, TrpStructure *structure)
{
  const TrpStructure *reference = trp_document_find_reference (self->document, structure);

  for (guint n = 0; n < old->len; n++)
    {
      TrpLivePair *pair = g_ptr_array_index (old, n);

      if (pair && pair->structure == structure && pair->reference == reference && reference)
        {
          old->pdata[n] = NULL;
          return pair;
        }
    }
  return NULL;
}

static void
free_pairs (GPtrArray *pairs)
{
  for (guint n = 0; n < pairs->len; n++)
    trp_live_pair_free (pairs->pdata[n]);
  g_ptr_array_unref (pairs);
}

static void
follow_active (TrpLiveScores *self)
{
  TrpStructure *active = trp_document_peek_active (self->document);

  if (active == self->active)
    return;
  g_clear_pointer (&self->active, trp_structure_unref);
  self->active = active ? trp_structure_ref (active) : NULL;
  forget_baseline (self);
  ask_for_distances (self);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0, -1);
}

static void
rebuild (TrpLiveScores *self, bool keep)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);
  GPtrArray *old = self->pairs;

  self->pairs = g_ptr_array_new ();
  for (size_t n = 0; set && n < trp_structure_set_get_size (set); n++)
    {
      TrpStructure *structure = trp_structure_set_get (set, n);
      TrpLivePair *kept = keep ? take_pair (self, old, structure) : NULL;

      g_ptr_array_add (self->pairs, kept ? kept : trp_live_pair_new (self->document, structure));
    }
  free_pairs (old);
}

static bool
has_same_pairs (TrpLiveScores *self)
{
  TrpStructureSet *set = trp_document_peek_edited (self->document);
  const size_t size = set ? trp_structure_set_get_size (set) : 0;

  if (size != self->pairs->len)
    return false;
  for (size_t n = 0; n < size; n++)
    {
      const TrpLivePair *pair = g_ptr_array_index (self->pairs, n);
      TrpStructure *structure = trp_structure_set_get (set, n);

      if (pair->structure != structure ||
          pair->reference != trp_document_find_reference (self->document, structure))
        return false;
    }
  return true;
}

/* After the list of pairs was made again. */
static void
tell_all (TrpLiveScores *self)
{
  ask_for_distances (self);
  g_signal_emit (self, signals[COUNTS_CHANGED], 0, -1);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0, -1);
}

static void
on_structures_changed (TrpLiveScores *self)
{
  const TrpLivePair *before = get_active (self);
  const TrpStructure *reference = before ? before->reference : NULL;
  const TrpLivePair *after;

  if (has_same_pairs (self))
    return;
  rebuild (self, true);
  after = get_active (self);
  if (after && after->structure == self->active && after->reference != reference)
    forget_baseline (self);
  tell_all (self);
}

/* The reference may have been edited while it was the edited one: count everything again. */
static void
on_readings_changed (TrpLiveScores *self)
{
  rebuild (self, false);
  drop_follower (self);
  forget_baseline (self);
  tell_all (self);
}

static void
remember_baseline (TrpLiveScores *self, const TrpLivePair *pair)
{
  const bool is_current = trp_live_pair_is_current (pair, &self->options);

  self->baseline.dice = trp_live_metrics_get_dice (pair->metrics);
  self->baseline.hd = is_current ? pair->distances->border.hd : (double) NAN;
  self->baseline.hd95 = is_current ? pair->distances->border.hd95 : (double) NAN;
  self->baseline.assd = is_current ? pair->distances->border.assd : (double) NAN;
}

static void
on_mask_changed (TrpLiveScores *self, const TrpEditChange *change)
{
  const bool is_stroking = trp_document_is_stroking (self->document);
  TrpLivePair *pair = get_pair (self, (int) change->index);

  if (!pair || !pair->metrics || pair->structure != change->structure)
    return;
  if (pair->structure == self->active && !(is_stroking && self->is_stroking))
    remember_baseline (self, pair);
  self->is_stroking = is_stroking;
  trp_live_metrics_update (pair->metrics, trp_structure_peek_mask (pair->structure), change->patch);
  g_signal_emit (self, signals[COUNTS_CHANGED], 0, (int) change->index);
  ask_for_distances (self);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0, (int) change->index);
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
  drop_follower (self);
  g_clear_pointer (&self->active, trp_structure_unref);
  g_clear_pointer (&self->pairs, free_pairs);
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
                                             G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                             G_TYPE_INT);
  signals[TOLERANCE_CHANGED] = g_signal_new ("tolerance-changed", G_TYPE_FROM_CLASS (klass),
                                             G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                             0);
}

static void
trp_live_scores_init (TrpLiveScores *self)
{
  self->pairs = g_ptr_array_new ();
  self->options = (TrpLiveOptions) TRP_LIVE_DEFAULT_OPTIONS;
  forget_baseline (self);
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
  const TrpLivePair *pair = get_pair (self, (int) index);
  TrpScore score = { .dice = NAN, .volume_ml = NAN, .reference_ml = NAN };

  if (!pair)
    return false;
  if (pair->metrics)
    {
      const TrpOverlap *overlap = trp_live_metrics_get_overlap (pair->metrics);
      const double voxel_ml = trp_geometry_get_voxel_volume (
                                trp_mask_get_geometry (trp_structure_peek_mask (pair->structure))) /
                              1000;

      score.has_reference = !pair->problem;
      score.is_resampled = pair->is_resampled;
      score.volume_ml = (double) overlap->test * voxel_ml;
      if (score.has_reference)
        {
          score.overlap = *overlap;
          score.dice = trp_live_metrics_get_dice (pair->metrics);
          score.reference_ml = (double) overlap->reference * voxel_ml;
        }
    }
  *out_score = score;
  return true;
}

const char *
trp_live_scores_get_problem (TrpLiveScores *self, guint index)
{
  const TrpLivePair *pair = get_pair (self, (int) index);

  return pair ? pair->problem : NULL;
}

const TrpMask *
trp_live_scores_peek_reference_mask (TrpLiveScores *self, guint index)
{
  const TrpLivePair *pair = get_pair (self, (int) index);

  return pair && pair->metrics && !pair->problem
           ? trp_live_reference_peek_mask (trp_live_metrics_get_reference (pair->metrics))
           : NULL;
}

const TrpLiveDistances *
trp_live_scores_peek_distances_of (TrpLiveScores *self, guint index)
{
  const TrpLivePair *pair = get_pair (self, (int) index);

  return pair ? pair->distances : NULL;
}

bool
trp_live_scores_is_current_of (TrpLiveScores *self, guint index)
{
  const TrpLivePair *pair = get_pair (self, (int) index);

  return pair && trp_live_pair_is_current (pair, &self->options);
}

const TrpLiveDistances *
trp_live_scores_peek_distances (TrpLiveScores *self)
{
  return trp_live_scores_peek_distances_of (self, (guint) trp_document_get_active (self->document));
}

bool
trp_live_scores_is_current (TrpLiveScores *self)
{
  return trp_live_scores_is_current_of (self, (guint) trp_document_get_active (self->document));
}

double
trp_live_scores_get_tolerance (TrpLiveScores *self)
{
  return self->options.tolerance;
}

void
trp_live_scores_set_tolerance (TrpLiveScores *self, double tolerance)
{
  const double clamped = CLAMP (tolerance, 0, TRP_LIVE_MAX_TOLERANCE_MM);

  if (fabs (clamped - self->options.tolerance) < 1e-9)
    return;
  self->options.tolerance = clamped;
  ask_for_distances (self);
  g_signal_emit (self, signals[TOLERANCE_CHANGED], 0);
  g_signal_emit (self, signals[DISTANCES_CHANGED], 0, -1);
}

void
trp_live_scores_get_delta (TrpLiveScores *self, TrpScoreDelta *out_delta)
{
  const TrpLivePair *pair = get_active (self);
  TrpScoreDelta delta = { NAN, NAN, NAN, NAN };

  if (pair && pair->metrics && !pair->problem)
    delta.dice = trp_live_metrics_get_dice (pair->metrics) - self->baseline.dice;
  if (trp_live_scores_is_current (self))
    {
      delta.hd = pair->distances->border.hd - self->baseline.hd;
      delta.hd95 = pair->distances->border.hd95 - self->baseline.hd95;
      delta.assd = pair->distances->border.assd - self->baseline.assd;
    }
  *out_delta = delta;
}

/* ---- worst places ---- */

void
trp_live_scores_go_to_place (TrpLiveScores *self, size_t index)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self);

  if (trp_live_scores_is_current (self) && index < distances->n_places)
    trp_document_go_to_place (self->document, &distances->places[index]);
}

int
trp_live_scores_find_marked_place (TrpLiveScores *self)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self);
  const TrpLivePlace *marked = trp_document_peek_marked_place (self->document);

  for (size_t n = 0; marked && distances && n < distances->n_places; n++)
    if (trp_vec3_distance (distances->places[n].point_lps, marked->point_lps) <= 0)
      return (int) n;
  return -1;
}

void
trp_live_scores_step_place (TrpLiveScores *self, int step)
{
  const TrpLiveDistances *distances = trp_live_scores_peek_distances (self);
  const int n_places = distances ? (int) distances->n_places : 0;
  const int marked = trp_live_scores_find_marked_place (self);

  if (n_places > 0)
    trp_live_scores_go_to_place (
      self, marked < 0 ? 0 : (size_t) ((marked + step % n_places + n_places) % n_places));
}
