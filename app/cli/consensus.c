/* consensus.c - triptych-cli consensus: one reading of several
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Structures go by their names; each that two readings have is decided on the first reading's grid.
 */

#include "app/cli/verb.h"
#include "config.h"
#include "core/io/format.h"
#include "core/io/structure-file.h"
#include "core/metrics/consensus.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_consensus;

#define MOST TRP_CONSENSUS_MAX_MASKS

static gboolean tie_inside;
static double margin_mm = TRP_CONSENSUS_DEFAULT_MARGIN_MM;
static gboolean as_json;

static const GOptionEntry entries[] = {
  { "tie-inside", 0, 0, G_OPTION_ARG_NONE, &tie_inside,
    N_ ("majority: half of the readings is enough"), NULL },
  { "margin", 0, 0, G_OPTION_ARG_DOUBLE, &margin_mm,
    N_ ("staple: around all readings; the background it counts (10)"), "MM" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("one JSON object"), NULL },
  { NULL },
};

/* One structure in the readings that have it. */
typedef struct
{
  const char *name;
  const char *files[MOST];
  const TrpMask *masks[MOST];
  size_t n;
} Task;

static GPtrArray *
load (char **paths, int n_paths, GError **error)
{
  const TrpLoadOptions options = { .progress = trp_verb_progress () };
  g_autoptr (GPtrArray)
    sets = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_structure_set_unref);

  for (int n = 0; n < n_paths; n++)
    {
      TrpStructureSet *set = trp_structure_set_load (paths[n], &options, error);

      if (!set)
        return NULL;
      g_ptr_array_add (sets, set);
    }
  return g_steal_pointer (&sets);
}

static Task
gather (const GPtrArray *sets, char **paths, const char *name)
{
  Task task = { .name = name };

  for (guint n = 0; n < sets->len; n++)
    {
      TrpStructure *structure = trp_structure_set_find (sets->pdata[n], name);

      if (!structure)
        continue;
      task.files[task.n] = paths[n];
      task.masks[task.n++] = trp_structure_peek_mask (structure);
    }
  return task;
}

/* ---- what is said ---- */

static void
add_json (JsonBuilder *builder, const Task *task, const TrpConsensus *made)
{
  json_builder_set_member_name (builder, task->name);
  json_builder_begin_object (builder);
  trp_json_add_count (builder, "readings", task->n);
  trp_json_add_count (builder, "resampled", made->n_resampled);
  trp_json_add_count (builder, "voxels", trp_mask_count (made->mask));
  trp_json_add_member (builder, "volume_ml", trp_mask_get_volume_ml (made->mask));
  if (made->staple)
    {
      trp_json_add_member (builder, "prior", made->staple->prior);
      trp_json_add_count (builder, "iterations", made->staple->n_iterations);
      json_builder_set_member_name (builder, "readers");
      json_builder_begin_array (builder);
      for (size_t n = 0; n < task->n; n++)
        {
          json_builder_begin_object (builder);
          json_builder_set_member_name (builder, "file");
          json_builder_add_string_value (builder, task->files[n]);
          trp_json_add_member (builder, "sensitivity", made->staple->sensitivity[n]);
          trp_json_add_member (builder, "specificity", made->staple->specificity[n]);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

static void
print (const Task *task, const TrpConsensus *made)
{
  printf (_ ("%s: %zu readings, %.2f ml\n"), task->name, task->n,
          trp_mask_get_volume_ml (made->mask));
  for (size_t n = 0; made->staple && n < task->n; n++)
    printf (_ ("  %s: sensitivity %.4f, specificity %.4f\n"), task->files[n],
            made->staple->sensitivity[n], made->staple->specificity[n]);
  if (made->n_resampled > 0)
    printf (_ ("  %zu on another grid: the nearest voxels were counted\n"), made->n_resampled);
}

/* ---- the work ---- */

static bool
add_structure (TrpStructureSet *result,
               const Task *task,
               TrpColor color,
               const TrpConsensusOptions *options,
               JsonBuilder *builder,
               GError **error)
{
  g_autoptr (TrpConsensus)
    made = trp_consensus_make (task->masks, task->n, trp_structure_set_get_geometry (result),
                               options, trp_verb_progress (), error);
  g_autoptr (TrpStructure) structure = NULL;

  if (!made)
    return false;
  structure = trp_vote_new_structure (task->name, color, trp_mask_copy (made->mask), NULL);
  trp_structure_set_append (result, structure);
  if (as_json)
    add_json (builder, task, made);
  else
    print (task, made);
  return true;
}

/* Returns: false with an error, also where no two readings share a structure's name. */
static bool
add_structures (TrpStructureSet *result,
                const GPtrArray *sets,
                char **paths,
                const TrpConsensusOptions *options,
                JsonBuilder *builder,
                GError **error)
{
  for (guint n = 0; n < sets->len; n++)
    for (size_t m = 0; m < trp_structure_set_get_size (sets->pdata[n]); m++)
      {
        TrpStructure *structure = trp_structure_set_get (sets->pdata[n], m);
        const Task task = gather (sets, paths, trp_structure_get_name (structure));

        if (task.n >= 2 && !trp_structure_set_find (result, task.name) &&
            !add_structure (result, &task, trp_structure_get_color (structure), options, builder,
                            error))
          return false;
      }
  if (trp_structure_set_get_size (result) > 0)
    return true;
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       _ ("No two of the readings have a structure of the same name"));
  return false;
}

static bool
make (
  char **paths, int n_paths, const char *out, const TrpConsensusOptions *options, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) sets = load (paths, n_paths, error);
  g_autoptr (TrpStructureSet) result = NULL;

  if (!sets)
    return false;
  result = trp_structure_set_new (trp_consensus_kind_get_key (options->kind),
                                  trp_structure_set_get_geometry (sets->pdata[0]));
  json_builder_begin_object (builder);
  if (!add_structures (result, sets, paths, options, builder, error) ||
      !trp_structure_set_save (result, out, NULL, error))
    return false;
  json_builder_end_object (builder);
  if (as_json)
    trp_json_print (builder);
  return true;
}

static int
run (int argc, char **argv)
{
  TrpConsensusOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!trp_verb_parse (&trp_verb_consensus, entries, 4, MOST + 2, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (!trp_consensus_kind_parse (argv[1], &options.kind))
    return trp_verb_usage (_ ("\"%s\" is no consensus; there are majority, staple, union and "
                              "intersection"),
                           argv[1]);
  if (!(margin_mm >= 0))
    return trp_verb_usage (_ ("--margin cannot be negative"));
  options.tie = tie_inside ? TRP_TIE_INSIDE : TRP_TIE_OUTSIDE;
  options.margin_mm = margin_mm;
  if (!trp_format_find_for_saving (argv[argc - 1], &error))
    {
      trp_format_prefix_error (&error, argv[argc - 1]); /* before a long load */
      return trp_verb_fail (error);
    }
  if (!make (argv + 2, argc - 3, argv[argc - 1], &options, &error))
    return trp_verb_fail (error);
  return TRP_EXIT_DONE;
}

const TrpVerb trp_verb_consensus = {
  .name = "consensus",
  .arguments = "majority|staple|union|intersection IN IN... OUT [--tie-inside] [--margin MM] "
               "[--json]",
  .help = N_ ("one reading of several, structure by structure"),
  .notes = N_ (
    "Structures go by their names; each that two readings have is decided on the first one's "
    "grid.\n"
    "STAPLE's estimate depends on how much background is counted: the box around all readings and\n"
    "--margin mm on each side. With two readings it depends on where the iteration begins, too."),
  .run = run,
};
