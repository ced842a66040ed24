/* report.c - see report.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/report.h"

#include "core/base/parallel.h"
#include "core/io/atomic-write.h"
#include "core/method/experiment/table.h"

#include "config.h"

#include <errno.h>
#include <string.h>

/* ---- experiment.json ---- */

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_nodes (JsonBuilder *builder, const TrpExperimentPlan *plan)
{
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (guint n = 0; n < plan->nodes->len; n++)
    {
      const TrpNode *node = plan->nodes->pdata[n];

      json_builder_begin_object (builder);
      add_text (builder, "folder", node->name);
      add_text (builder, "title", node->title);
      add_text (builder, "key", node->key);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_arms (JsonBuilder *builder, const TrpExperimentPlan *plan)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  json_builder_set_member_name (builder, "arms");
  json_builder_begin_array (builder);
  for (guint n = 0; n < plan->results->len; n++)
    {
      const TrpExperimentArm *arm = g_array_index (plan->results, TrpPlanResult, n).arm;

      if (g_hash_table_add (seen, (void *) arm))
        json_builder_add_string_value (builder, arm->name);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "seeds");
  json_builder_begin_array (builder);
  for (guint n = 0; n < plan->seeds->len; n++)
    json_builder_add_int_value (builder, (gint64) g_array_index (plan->seeds, uint64_t, n));
  json_builder_end_array (builder);
}

bool
trp_report_write_plan (const TrpExperimentPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->root, "experiment.json", NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, plan->experiment->text,
                                                         -1);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_text (builder, "experiment", plan->experiment->title);
  add_text (builder, "file_sha256", hash);
  add_text (builder, "triptych", TRP_VERSION);
  json_builder_set_member_name (builder, "small");
  json_builder_add_boolean_value (builder, plan->options->small);
  add_text (builder, "device", plan->options->device ? plan->options->device : "auto");
  add_number (builder, "threads",
              plan->experiment->threads ? plan->experiment->threads : trp_parallel_get_threads ());
  add_arms (builder, plan);
  add_nodes (builder, plan);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  return trp_write_file (path, text, strlen (text), error);
}

/* ---- results ---- */

static const char *
get_modality (const TrpNode *node)
{
  return g_str_has_prefix (trp_node_get_text (node, "reference"), "ct") ? "CT" : "MR";
}

static bool
has_observers_on (const TrpExperimentPlan *plan, const char *modality)
{
  for (guint n = 0; n < plan->results->len; n++)
    {
      const TrpNode *node = g_array_index (plan->results, TrpPlanResult, n).node;

      if (strcmp (trp_node_get_text (node, "compare"), "observers") == 0 &&
          strcmp (get_modality (node), modality) == 0)
        return true;
    }
  return false;
}

char *
trp_report_name_row (const TrpExperimentPlan *plan, const TrpPlanResult *result, const char *pair)
{
  const char *name = trp_node_get_text (result->node, "name");

  if (strcmp (pair, "-") != 0)
    return has_observers_on (plan, "MR") && has_observers_on (plan, "CT")
             ? g_strdup_printf ("%s on %s", pair, get_modality (result->node))
             : g_strdup (pair);
  return *name ? g_strdup_printf ("%s on %s", result->arm->name, name)
               : g_strdup (result->arm->name);
}

static bool
collect_node (const TrpExperimentPlan *plan,
              const TrpPlanResult *result,
              TrpResults *results,
              GError **error)
{
  g_autofree char *folder = trp_plan_dup_folder (plan, result->node);
  g_autofree char *path = g_build_filename (folder, "results.csv", NULL);
  g_autoptr (TrpResults) rows = trp_results_load (path, error);

  for (size_t n = 0; rows && n < trp_results_get_size (rows); n++)
    {
      TrpResult row = *trp_results_get (rows, n);
      g_autofree char *arm = trp_report_name_row (plan, result, row.arm);

      row.arm = arm;
      row.seed = (int) result->seed;
      row.fold = result->node->fold >= 0 ? result->node->fold : TRP_RESULT_NONE;
      trp_results_add (results, &row);
    }
  return rows != NULL;
}

static bool
collect (const TrpExperimentPlan *plan, TrpResults *results, GError **error)
{
  for (guint n = 0; n < plan->results->len; n++)
    {
      const TrpPlanResult *result = &g_array_index (plan->results, TrpPlanResult, n);

      if (!result->node->is_left && !collect_node (plan, result, results, error))
        return false;
    }
  return true;
}

/* ---- tables ---- */

static bool
write_text (
  const char *folder, const char *name, const char *ending, const char *text, GError **error)
{
  g_autofree char *file = g_strconcat (name, ending, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return trp_write_file (path, text, strlen (text), error);
}

static bool
write_table (const TrpExperimentSheet *sheet,
             const TrpResults *results,
             const char *folder,
             GString *text,
             GError **error)
{
  g_autoptr (TrpTable) table = trp_table_new (sheet, results);
  g_autofree char *shown = trp_table_to_text (table);
  g_autofree char *csv = trp_table_to_csv (table);
  g_autofree char *tests = trp_table_tests_to_csv (table);
  g_autofree char *json = trp_table_to_json (table);

  if (table->lines->len == 0)
    return true; /* of arms that were not asked for */
  g_string_append_printf (text, "%s%s", text->len ? "\n" : "", shown);
  return write_text (folder, sheet->name, ".txt", shown, error) &&
         write_text (folder, sheet->name, ".csv", csv, error) &&
         write_text (folder, sheet->name, ".json", json, error) &&
         (table->tests->len == 0 || write_text (folder, sheet->name, "-tests.csv", tests, error));
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

static bool
write_tables (const TrpExperimentPlan *plan,
              const TrpResults *results,
              GString *text,
              GError **error)
{
  g_autofree char *folder = g_build_filename (plan->root, "tables", NULL);

  if (!make_folder (folder, error))
    return false;
  for (guint n = 0; n < plan->experiment->tables->len; n++)
    if (!write_table (plan->experiment->tables->pdata[n], results, folder, text, error))
      return false;
  return true;
}

bool
trp_report_write (const TrpExperimentPlan *plan, char **out_text, GError **error)
{
  g_autofree char *path = g_build_filename (plan->root, "results.csv", NULL);
  g_autofree char *figures = g_build_filename (plan->root, "figures", NULL);
  g_autoptr (TrpResults) results = trp_results_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  if (!collect (plan, results, error) || !trp_results_save (results, path, error) ||
      !trp_report_write_files (plan, error) || !write_tables (plan, results, text, error) ||
      !make_folder (figures, error) || !trp_report_write_figures (plan, results, figures, error))
    return false;
  *out_text = g_strdup (text->str);
  return true;
}
