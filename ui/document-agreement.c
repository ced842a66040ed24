/* document-agreement.c - how many readings hold each voxel of the active structure
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A job votes on snapshots; its result is followed through strokes by the words that changed. A
 * change that comes while the job runs starts it again.
 */

#include "config.h"
#include "core/structure/mask-reslice.h"
#include "core/structure/vote.h"
#include "ui/document-compare.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

#define MOST TRP_VOTE_MAX_MASKS

/**
 * Vote: the job's snapshot and, once run, its result
 * @names: which structure of which reading, to see whether it is still the one wanted
 * @resampled: of a reading on another grid, else NULL
 */
typedef struct
{
  TrpGeometry geometry;
  guint n;
  TrpStructure *structures[MOST];
  TrpMask *masks[MOST];
  TrpMask *resampled[MOST];
  TrpMask *levels[MOST];
} Vote;

struct _TrpDocumentAgreement
{
  bool is_wanted;
  TrpJob *job;      /* under way, or NULL */
  bool is_outdated; /* something changed since the job began */
  Vote *vote;       /* what is shown, or NULL */
  TrpAgreement agreement;
};

static void
vote_free (gpointer data)
{
  Vote *self = data;

  if (!self)
    return;
  for (guint n = 0; n < self->n; n++)
    {
      trp_structure_unref (self->structures[n]);
      trp_mask_free (self->masks[n]);
      trp_mask_free (self->resampled[n]);
      trp_mask_free (self->levels[n]);
    }
  g_free (self);
}

/* ---- the job ---- */

static bool
bring_to_grid (Vote *self, guint n, TrpProgress *progress, GError **error)
{
  if (trp_geometry_equal (trp_mask_get_geometry (self->masks[n]), &self->geometry))
    return true;
  self->resampled[n] = trp_mask_resample (self->masks[n], &self->geometry, progress, error);
  return self->resampled[n] != NULL;
}

static bool
run_vote (Vote *self, TrpProgress *progress, GError **error)
{
  const TrpMask *masks[MOST];
  TrpProgress part = trp_progress_part (progress, 0.5, 1);

  for (guint n = 0; n < self->n; n++)
    {
      TrpProgress step = trp_progress_part (progress, 0.5 * n / self->n, 0.5 * (n + 1) / self->n);

      if (!bring_to_grid (self, n, &step, error))
        return false;
      masks[n] = self->resampled[n] ? self->resampled[n] : self->masks[n];
    }
  return trp_vote_levels (masks, self->n, self->levels, &part, error);
}

/* The job's data is its result: it goes back as a whole. */
static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Vote **vote = data;

  return run_vote (*vote, progress, error) ? g_steal_pointer (vote) : NULL;
}

static void
free_data (gpointer data)
{
  Vote **vote = data;

  vote_free (*vote);
  g_free (vote);
}

/* ---- the result ---- */

static void
drop_result (TrpDocumentAgreement *self)
{
  g_clear_pointer (&self->vote, vote_free);
  g_clear_pointer (&self->agreement.levels, g_ptr_array_unref);
  self->agreement.n_readings = self->agreement.n_resampled = 0;
}

/* The levels are nobody's structures: each gets one of its own, whose outlines can be kept. */
static void
take_result (TrpDocumentAgreement *self, Vote *vote)
{
  drop_result (self);
  self->vote = vote;
  self->agreement.n_readings = vote->n;
  self->agreement.levels = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_structure_unref);
  for (guint n = 0; n < vote->n; n++)
    {
      self->agreement.n_resampled += vote->resampled[n] != NULL;
      g_ptr_array_add (self->agreement.levels,
                       trp_structure_new ("", (TrpColor){ 0 }, g_steal_pointer (&vote->levels[n])));
      g_clear_pointer (&vote->masks[n], trp_mask_free); /* the structure has the mask of today */
    }
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *document = user_data;
  TrpDocumentAgreement *self = document->agreement;

  g_clear_pointer (&self->job, trp_job_unref);
  if (result && !self->is_outdated)
    take_result (self, result);
  else
    vote_free (result);
  if (self->is_outdated)
    trp_document_agreement_update (document);
  else if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    trp_document_report (document, TRP_SEVERITY_WARNING, error->message);
  trp_document_emit (document, TRP_DOCUMENT_COMPARE_CHANGED);
}

static const TrpJobClass vote_class = { run, NULL, on_done, free_data, vote_free, NULL };

/* ---- what is wanted ---- */

static Vote *
snapshot (TrpDocument *document)
{
  TrpStructure *active = trp_document_peek_active (document);
  const char *name = active ? trp_structure_get_name (active) : "";
  g_autoptr (GArray) compared = trp_document_list_compared (document, name);
  Vote *vote;

  if (!active || compared->len < 2 || compared->len > MOST)
    return NULL;
  vote = g_new0 (Vote, 1);
  vote->geometry = *trp_structure_set_get_geometry (trp_document_peek_edited (document));
  vote->n = compared->len;
  for (guint n = 0; n < compared->len; n++)
    {
      TrpStructureSet *set = trp_document_get_reading (document,
                                                       g_array_index (compared, guint, n));

      vote->structures[n] = trp_structure_ref (trp_structure_set_find (set, name));
      vote->masks[n] = trp_mask_copy (trp_structure_peek_mask (vote->structures[n]));
    }
  return vote;
}

static bool
is_same (const Vote *a, const Vote *b)
{
  if (!a || !b || a->n != b->n || !trp_geometry_equal (&a->geometry, &b->geometry))
    return false;
  return memcmp (a->structures, b->structures, a->n * sizeof *a->structures) == 0;
}

void
trp_document_agreement_update (TrpDocument *document)
{
  TrpDocumentAgreement *self = document->agreement;
  Vote *vote = self->is_wanted ? snapshot (document) : NULL;
  const bool is_shown = is_same (vote, self->vote) && !self->is_outdated;

  self->is_outdated = self->job != NULL;
  if (vote && !is_shown && !self->job)
    self->job = trp_job_start (&vote_class, _ ("Agreement of readings"),
                               g_memdup2 (&vote, sizeof (Vote *)), document);
  else
    vote_free (vote);
  if (!is_shown)
    drop_result (self);
}

/* Voxels of a structure changed: the masks of other grids cannot be edited while they are not the
 * edited reading, so those that changed are on the levels' grid. */
void
trp_document_agreement_apply (TrpDocument *document, const TrpEditChange *change)
{
  TrpDocumentAgreement *self = document->agreement;
  const TrpMask *masks[MOST];
  bool is_in = false;

  if (self->job)
    self->is_outdated = true;
  if (!self->vote)
    return;
  for (guint n = 0; n < self->vote->n; n++)
    {
      is_in = is_in || self->vote->structures[n] == change->structure;
      masks[n] = self->vote->resampled[n] ? self->vote->resampled[n]
                                          : trp_structure_peek_mask (self->vote->structures[n]);
    }
  if (is_in)
    trp_vote_update_structures (masks, self->vote->n, &change->box, self->agreement.levels);
}

/* ---- life ---- */

TrpDocumentAgreement *
trp_document_agreement_new (void)
{
  return g_new0 (TrpDocumentAgreement, 1);
}

void
trp_document_agreement_free (TrpDocumentAgreement *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->job, trp_job_abandon);
  drop_result (self);
  g_free (self);
}

bool
trp_document_agreement_is_wanted (const TrpDocumentAgreement *self)
{
  return self->is_wanted;
}

void
trp_document_agreement_set_wanted (TrpDocument *document, bool wanted)
{
  document->agreement->is_wanted = wanted;
  trp_document_agreement_update (document);
}

const TrpAgreement *
trp_document_peek_agreement (TrpDocument *document)
{
  return document->agreement->vote ? &document->agreement->agreement : NULL;
}
