/* document-consensus.c - one reading made of several
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/document-consensus.h"
#include "config.h"

#include "core/base/json.h"
#include "ui/document-blind.h"
#include "ui/document-compare.h"
#include "ui/document-journal.h"
#include "ui/document-private.h"

#include <glib/gi18n.h>

#define MOST TRP_CONSENSUS_MAX_MASKS

static char *
name_reading (TrpConsensusKind kind, guint n_readings)
{
  switch (kind)
    {
    case TRP_CONSENSUS_MAJORITY:
      return g_strdup_printf (_ ("majority of %u"), n_readings);
    case TRP_CONSENSUS_STAPLE:
      return g_strdup_printf (_ ("STAPLE of %u"), n_readings);
    case TRP_CONSENSUS_UNION:
      return g_strdup_printf (_ ("union of %u"), n_readings);
    case TRP_CONSENSUS_INTERSECTION:
      return g_strdup_printf (_ ("intersection of %u"), n_readings);
    case TRP_N_CONSENSUS_KINDS:
    default:
      g_assert_not_reached ();
    }
}

/**
 * Work: the job's data
 * @set: an empty reading for the result
 * @parts: (element-type TrpConsensusPart): NULL once they went back as the result
 */
typedef struct
{
  TrpConsensusOptions options;
  TrpStructureSet *set;
  GPtrArray *parts;
} Work;

static void
part_free (gpointer data)
{
  TrpConsensusPart *part = data;

  for (guint n = 0; n < part->n_readings; n++)
    {
      g_free (part->readings[n]);
      trp_mask_free (part->masks[n]);
    }
  trp_consensus_free (part->made);
  g_free (part->name);
  g_free (part);
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->parts, g_ptr_array_unref);
  trp_structure_set_unref (work->set);
  g_free (work);
}

/* ---- the worker ---- */

static bool
make_part (const Work *work, TrpConsensusPart *part, TrpProgress *progress, GError **error)
{
  part->made = trp_consensus_make ((const TrpMask *const *) part->masks, part->n_readings,
                                   trp_structure_set_get_geometry (work->set), &work->options,
                                   progress, error);
  for (guint n = 0; n < part->n_readings; n++)
    g_clear_pointer (&part->masks[n], trp_mask_free);
  return part->made != NULL;
}

static void *
run (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  Work *work = data;
  const double n_parts = work->parts->len;

  for (guint n = 0; n < work->parts->len; n++)
    {
      TrpConsensusPart *part = work->parts->pdata[n];
      TrpProgress step = trp_progress_part (progress, n / n_parts, (n + 1) / n_parts);

      if (!trp_progress_step (&step, 0, part->name, error) || !make_part (work, part, &step, error))
        return NULL;
    }
  return g_steal_pointer (&work->parts);
}

/* ---- the result ---- */

static char *
describe (TrpDocument *self, const TrpConsensusPart *part, const TrpConsensusOptions *options)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "consensus");
  json_builder_add_string_value (builder, trp_consensus_kind_get_key (options->kind));
  json_builder_set_member_name (builder, "readings");
  json_builder_begin_array (builder);
  for (guint n = 0; n < part->n_readings; n++)
    json_builder_add_string_value (builder, part->readings[n]);
  json_builder_end_array (builder);
  if (trp_document_is_blind (self))
    trp_json_add_count (builder, "blind_seed", trp_document_get_blind_seed (self));
  if (part->made->staple)
    {
      trp_json_add_member (builder, "prior", part->made->staple->prior);
      trp_json_add_member (builder, "margin_mm", options->margin_mm);
    }
  json_builder_end_object (builder);
  return trp_json_to_text (builder);
}

static void
add_part (TrpDocument *self, TrpConsensusPart *part, const TrpConsensusOptions *options)
{
  g_autofree char *provenance = describe (self, part, options);
  g_autofree char *step = g_strdup_printf (_ ("Consensus of %s"), part->name);
  g_autoptr (TrpStructure) structure = trp_vote_new_structure (
    part->name, part->color, trp_mask_copy (part->made->mask), provenance);
  g_autoptr (GError) error = NULL;

  if (!trp_edit_session_add (trp_document_peek_session (self), step, structure, SIZE_MAX, &error))
    trp_document_report (self, TRP_SEVERITY_WARNING, error->message);
}

static void
tell (TrpDocument *self, const GPtrArray *parts)
{
  const char *name = trp_structure_set_get_name (trp_document_peek_edited (self));
  guint n_resampled = 0;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; n < parts->len; n++)
    n_resampled += (guint) ((const TrpConsensusPart *) parts->pdata[n])->made->n_resampled;
  g_string_printf (text,
                   ngettext ("The reading %s has %u structure, and is edited now.",
                             "The reading %s has %u structures, and is edited now.", parts->len),
                   name, parts->len);
  if (n_resampled > 0)
    g_string_append_printf (text, " %s",
                            _ ("Readings on other grids were counted by their nearest voxels."));
  trp_document_report (self, TRP_SEVERITY_INFO, text->str);
}

/* The structure that was active stays so. */
static void
take_parts (TrpDocument *self, const Work *work, GPtrArray *parts)
{
  TrpStructure *active = trp_document_peek_active (self);
  g_autofree char *name = active ? g_strdup (trp_structure_get_name (active)) : NULL;
  TrpStructure *same;
  size_t index;

  trp_document_edit_new_reading (self, work->set, TRP_READING_CONSENSUS);
  for (guint n = 0; n < parts->len; n++)
    add_part (self, parts->pdata[n], &work->options);
  same = name ? trp_structure_set_find (work->set, name) : NULL;
  if (same && trp_structure_set_find_index (work->set, same, &index))
    trp_document_set_active (self, (int) index);
  g_clear_pointer (&self->consensus, g_ptr_array_unref);
  self->consensus = g_ptr_array_ref (parts);
  tell (self, parts);
  trp_document_emit (self, TRP_DOCUMENT_COMPARE_CHANGED);
}

static void
on_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *self = user_data;
  GPtrArray *parts = result;

  if (parts && !trp_document_is_closed (self) && trp_document_may_edit (self))
    take_parts (self, trp_job_get_data (job), parts);
  if (parts)
    g_ptr_array_unref (parts);
  g_object_unref (self);
}

static void
free_parts (void *parts)
{
  g_ptr_array_unref (parts);
}

static const TrpJobClass consensus_class = { run, NULL, on_done, work_free, free_parts, NULL };

/* ---- what goes in ---- */

static TrpConsensusPart *
make_task (TrpDocument *self, const char *name)
{
  g_autoptr (GArray) compared = trp_document_list_compared (self, name);
  TrpConsensusPart *part;

  if (compared->len < 2 || compared->len > MOST)
    return NULL;
  part = g_new0 (TrpConsensusPart, 1);
  part->name = g_strdup (name);
  part->n_readings = compared->len;
  for (guint n = 0; n < compared->len; n++)
    {
      const guint index = g_array_index (compared, guint, n);
      TrpStructure *structure = trp_structure_set_find (trp_document_get_reading (self, index),
                                                        name);

      if (n == 0)
        part->color = trp_structure_get_color (structure);
      part->readings[n] = g_strdup (trp_document_get_reading_label (self, index));
      part->masks[n] = trp_mask_copy (trp_structure_peek_mask (structure));
    }
  return part;
}

static void
add_task (TrpDocument *self, GPtrArray *parts, const char *name)
{
  TrpConsensusPart *part;

  for (guint n = 0; n < parts->len; n++)
    if (strcmp (((const TrpConsensusPart *) parts->pdata[n])->name, name) == 0)
      return;
  part = make_task (self, name);
  if (part)
    g_ptr_array_add (parts, part);
}

static GPtrArray *
list_tasks (TrpDocument *self, bool all)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (part_free);
  TrpStructure *active = trp_document_peek_active (self);

  if (!all && active)
    add_task (self, parts, trp_structure_get_name (active));
  for (guint index = 0; all && index < trp_document_get_n_readings (self); index++)
    {
      TrpStructureSet *set = trp_document_get_reading (self, index);

      for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
        add_task (self, parts, trp_structure_get_name (trp_structure_set_get (set, n)));
    }
  return parts;
}

static guint
count_readings (const GPtrArray *parts)
{
  guint most = 0;

  for (guint n = 0; n < parts->len; n++)
    most = MAX (most, ((const TrpConsensusPart *) parts->pdata[n])->n_readings);
  return most;
}

static TrpStructureSet *
make_set (TrpDocument *self, const char *name)
{
  TrpStructureSet *edited = trp_document_peek_edited (self);
  TrpStructureSet *set = trp_structure_set_new (name, trp_structure_set_get_geometry (edited));

  trp_structure_set_set_patient_id (set, trp_structure_set_get_patient_id (edited));
  trp_structure_set_set_frame_of_reference (set, trp_structure_set_get_frame_of_reference (edited));
  return set;
}

void
trp_document_make_consensus (TrpDocument *self, const TrpConsensusOptions *options, bool all)
{
  g_autoptr (GPtrArray) parts = list_tasks (self, all);
  g_autoptr (TrpJob) job = NULL;
  g_autofree char *name = NULL;
  Work *work;

  g_return_if_fail ((size_t) options->kind < TRP_N_CONSENSUS_KINDS);
  if (!trp_document_peek_edited (self) || parts->len == 0)
    {
      g_autofree char *reason = trp_document_find_why_not_compared (self);

      trp_document_report (self, TRP_SEVERITY_INFO,
                           reason ? reason
                                  : _ ("No two of the readings that are compared have a structure "
                                       "of the same name."));
      return;
    }
  if (!trp_document_may_edit (self))
    return;
  trp_document_end_stroke (self);
  name = name_reading (options->kind, count_readings (parts));
  work = g_new0 (Work, 1);
  work->options = *options;
  work->set = make_set (self, name);
  work->parts = g_steal_pointer (&parts);
  job = trp_job_start (&consensus_class, name, work, g_object_ref (self));
  trp_document_add_job (self, job);
}

const GPtrArray *
trp_document_peek_consensus (TrpDocument *self)
{
  return self->consensus;
}
