/* model-info.c - triptych-cli model info: what a model file is, reads and makes
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/model-info.h"

#include "core/method/model-summary.h"

#include <glib/gi18n.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static gboolean json;

static const GOptionEntry info_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("one JSON object"), NULL },
  { NULL },
};

/* What one network reads and makes; @to is NULL for contours. */
typedef struct
{
  const TrpIntensity *from, *to;
  const char *steps; /* before all else, with what they have learnt */
  const char *reads, *makes;
} Mapping;

static Mapping
get_mapping (const TrpModel *model, const char *net)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  const bool from_mr = trp_recipe_takes_mr (recipe, g_strcmp0 (net, "G_B") == 0);
  const bool is_generator = recipe->trainer == TRP_TRAINER_CYCLEGAN;

  return (Mapping){
    .from = from_mr ? &recipe->mr : &recipe->ct,
    .to = !is_generator ? NULL
          : from_mr     ? &recipe->ct
                        : &recipe->mr,
    .steps = recipe->preprocessing[from_mr ? TRP_STEPS_MR : TRP_STEPS_CT],
    .reads = from_mr ? "MR" : "CT",
    .makes = !is_generator ? "contours"
             : from_mr     ? "CT"
                           : "MR",
  };
}

static const char *
get_first_net (const TrpModelSummary *summary)
{
  return summary->parts->len ? ((const TrpModelPart *) summary->parts->pdata[0])->net : NULL;
}

static char *
describe_mapping (const TrpIntensity *intensity, bool is_output)
{
  g_autofree char *points = NULL;

  if (intensity->kind == TRP_INTENSITY_CURVE)
    {
      points = trp_curve_to_text (&intensity->curve);
      return g_strdup_printf (_ ("%s : network value %s, linear between"), intensity->unit, points);
    }
  if (is_output)
    return g_strdup_printf (_ ("-1 to 1 becomes 0 to 1000 %s"), intensity->unit);
  if (intensity->from_zero)
    return g_strdup_printf (_ ("0 to %g times percentile %g of the foreground becomes -1 to 1"),
                            intensity->clip, intensity->percentile_high);
  return g_strdup_printf (
    _ ("percentile %g to %g of the foreground, its distance times %g, becomes -1 to 1"),
    intensity->percentile_low, intensity->percentile_high, intensity->clip);
}

/* Files are a stranger's: what would steer the terminal is shown as a question mark. */
static void
print_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *c = valid; *c; c = g_utf8_next_char (c))
    if (*c != '\n' && g_unichar_iscntrl (g_utf8_get_char (c)))
      putchar ('?');
    else
      fwrite (c, 1, (size_t) (g_utf8_next_char (c) - c), stdout);
}

static void G_GNUC_PRINTF (2, 3) print_row (const char *key, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  printf ("%s%*s ", key, (int) MAX (0, 14 - g_utf8_strlen (key, -1)), "");
  print_clean (text);
  printf ("\n");
}

static void
print_parts (const TrpModelSummary *summary)
{
  for (guint n = 0; n < summary->parts->len; n++)
    {
      const TrpModelPart *part = summary->parts->pdata[n];

      print_row (part->net, _ ("%s, %zu parameters, %s%s"), part->architecture, part->n_parameters,
                 part->dtype, part->has_averages ? _ (", with averages") : "");
    }
}

static void
print_history (const TrpModelSummary *summary)
{
  if (summary->last_step < 0)
    print_row (_ ("training"), _ ("not known"));
  else
    print_row (_ ("training"), _ ("%d steps"), summary->last_step);
  if (summary->best_score)
    print_row (_ ("best weights"), _ ("of step %d: %s %g in validation"), summary->best_step,
               summary->best_score, summary->best_value);
  if (summary->parent && summary->parent_step >= 0)
    print_row (_ ("branched from"), _ ("%s, step %d"), summary->parent, summary->parent_step);
  else if (summary->parent)
    print_row (_ ("branched from"), "%s", summary->parent);
  for (guint n = 0; n < summary->losses->len; n++)
    {
      const TrpModelLoss *loss = summary->losses->pdata[n];

      print_row (loss->name, _ ("%g at first, %g at last"), loss->first, loss->last);
    }
  if (summary->n_train >= 0)
    print_row (_ ("cases"), _ ("%d trained on, %d validated on"), summary->n_train,
               MAX (summary->n_validate, 0));
}

static bool
is_trained_here (const TrpModelSummary *summary)
{
  return summary->can_resume || summary->last_step >= 0 || summary->n_train >= 0;
}

/* All whose names begin with @prefix. */
static void
remove_keys (GKeyFile *file, const char *prefix)
{
  static const char *const groups[] = { "data", "network" };

  for (size_t n = 0; n < G_N_ELEMENTS (groups); n++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[n], NULL, NULL);

      for (char **key = keys; key && *key; key++)
        if (g_str_has_prefix (*key, prefix))
          g_key_file_remove_key (file, groups[n], *key, NULL);
    }
}

/* Without a training its settings are defaults that nothing ever used. */
static char *
dup_recipe_text (const TrpModel *model, bool with_training)
{
  static const char *const groups[] = { "loss", "training", "augmentation", "output" };
  static const char *const keys[] = { "discriminator", "patch", "body_fraction" };
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  g_autofree char *text = trp_recipe_to_text (recipe);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (with_training || !g_key_file_load_from_data (file, text, (gsize) -1, 0, NULL))
    return g_steal_pointer (&text);
  for (size_t n = 0; n < G_N_ELEMENTS (groups); n++)
    g_key_file_remove_group (file, groups[n], NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (keys); n++)
    remove_keys (file, keys[n]);
  remove_keys (file, recipe->trainer == TRP_TRAINER_CYCLEGAN ? "segmenter" : "generator");
  return g_key_file_to_data (file, NULL, NULL);
}

static void
print_text (const TrpModel *model, const TrpModelSummary *summary)
{
  GPtrArray *labels = trp_model_peek_labels (model);
  g_autofree char *text = dup_recipe_text (model, is_trained_here (summary));
  const Mapping mapping = get_mapping (model, get_first_net (summary));
  g_autofree char *from = describe_mapping (mapping.from, false);
  g_autofree char *to = mapping.to ? describe_mapping (mapping.to, true) : NULL;

  print_row (_ ("model"), "%s (%s)", trp_model_get_name (model),
             summary->can_resume ? _ ("checkpoint of a training") : _ ("for inference"));
  print_row ("sha256", "%s", trp_model_get_hash (model));
  print_row (_ ("written by"), "%s", summary->program ? summary->program : _ ("not known"));
  print_parts (summary);
  if (*mapping.steps)
    print_row (_ ("first"), "%s", mapping.steps);
  print_row (_ ("reads"), "%s, %s", mapping.reads, from);
  if (to)
    print_row (_ ("makes"), "%s, %s", mapping.makes, to);
  for (guint n = 0; n < labels->len; n++)
    print_row (_ ("label"), "%u %s", ((TrpModelLabel *) labels->pdata[n])->value,
               ((TrpModelLabel *) labels->pdata[n])->name);
  print_history (summary);
  printf ("\n");
  print_clean (text);
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_flag (JsonBuilder *builder, const char *name, bool value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_mapping (JsonBuilder *builder, const char *name, const TrpIntensity *intensity)
{
  json_builder_set_member_name (builder, name);
  if (intensity)
    json_builder_add_value (builder, trp_intensity_to_json (intensity));
  else
    json_builder_add_null_value (builder);
}

static void
add_parts (JsonBuilder *builder, const TrpModelSummary *summary)
{
  json_builder_set_member_name (builder, "networks");
  json_builder_begin_array (builder);
  for (guint n = 0; n < summary->parts->len; n++)
    {
      const TrpModelPart *part = summary->parts->pdata[n];

      json_builder_begin_object (builder);
      add_text (builder, "net", part->net);
      add_text (builder, "architecture", part->architecture);
      trp_json_add_count (builder, "parameters", part->n_parameters);
      add_text (builder, "precision", part->dtype);
      add_flag (builder, "averages", part->has_averages);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_labels (JsonBuilder *builder, GPtrArray *labels)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint n = 0; n < labels->len; n++)
    {
      const TrpModelLabel *label = labels->pdata[n];

      json_builder_begin_object (builder);
      trp_json_add_count (builder, "value", label->value);
      add_text (builder, "name", label->name);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_history (JsonBuilder *builder, const TrpModelSummary *summary)
{
  json_builder_set_member_name (builder, "history");
  if (summary->last_step < 0)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  trp_json_add_count (builder, "steps", (size_t) summary->last_step);
  for (int last = 0; last < 2; last++)
    {
      json_builder_set_member_name (builder, last ? "last" : "first");
      json_builder_begin_object (builder);
      for (guint n = 0; n < summary->losses->len; n++)
        {
          const TrpModelLoss *loss = summary->losses->pdata[n];

          trp_json_add_member (builder, loss->name, last ? loss->last : loss->first);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_split (JsonBuilder *builder, const TrpModelSummary *summary)
{
  json_builder_set_member_name (builder, "split");
  if (summary->n_train < 0)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  trp_json_add_count (builder, "train", (size_t) summary->n_train);
  trp_json_add_count (builder, "validate", (size_t) MAX (summary->n_validate, 0));
  json_builder_end_object (builder);
}

/* Objects, or null where there is none. */
static void
add_origin (JsonBuilder *builder, const TrpModelSummary *summary)
{
  json_builder_set_member_name (builder, "best");
  if (summary->best_score)
    {
      json_builder_begin_object (builder);
      trp_json_add_count (builder, "step", (size_t) summary->best_step);
      add_text (builder, "score", summary->best_score);
      trp_json_add_member (builder, "value", summary->best_value);
      json_builder_end_object (builder);
    }
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "parent");
  if (summary->parent)
    {
      json_builder_begin_object (builder);
      add_text (builder, "sha256", summary->parent);
      if (summary->parent_step >= 0)
        trp_json_add_count (builder, "step", (size_t) summary->parent_step);
      json_builder_end_object (builder);
    }
  else
    json_builder_add_null_value (builder);
}

static void
print_json (const TrpModel *model, const TrpModelSummary *summary)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = trp_recipe_to_text (trp_model_get_recipe (model));
  const Mapping mapping = get_mapping (model, get_first_net (summary));

  json_builder_begin_object (builder);
  add_text (builder, "name", trp_model_get_name (model));
  add_text (builder, "sha256", trp_model_get_hash (model));
  add_text (builder, "program", summary->program);
  add_flag (builder, "checkpoint", summary->can_resume);
  add_parts (builder, summary);
  add_text (builder, "preprocessing", mapping.steps);
  add_text (builder, "reads", mapping.reads);
  add_text (builder, "makes", mapping.makes);
  add_mapping (builder, "input", mapping.from);
  add_mapping (builder, "output", mapping.to);
  add_labels (builder, trp_model_peek_labels (model));
  if (is_trained_here (summary))
    {
      add_history (builder, summary);
      add_split (builder, summary);
      add_origin (builder, summary);
    }
  add_text (builder, "recipe", text);
  json_builder_end_object (builder);
  trp_json_print (builder);
}

int
trp_model_info_run (const TrpVerb *verb, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;
  g_autoptr (TrpModelSummary) summary = NULL;

  if (!trp_verb_parse (verb, info_entries, 1, 1, &argc, &argv))
    return TRP_EXIT_USAGE;
  model = trp_model_load (argv[1], &error);
  if (!model)
    return trp_verb_fail (error);
  summary = trp_model_summarize (model);
  if (json)
    print_json (model, summary);
  else
    print_text (model, summary);
  return TRP_EXIT_DONE;
}

static void
append_part (GString *text, const TrpModel *model, const TrpModelPart *part)
{
  const Mapping mapping = get_mapping (model, part->net);
  g_autofree char *from = describe_mapping (mapping.from, false);
  g_autofree char *to = mapping.to ? describe_mapping (mapping.to, true) : NULL;

  g_string_append_printf (text, _ ("%s (%s, %zu parameters)"), part->net, part->architecture,
                          part->n_parameters);
  g_string_append_printf (text, _ ("; reads %s, %s"), mapping.reads, from);
  if (to)
    g_string_append_printf (text, _ ("; makes %s, %s"), mapping.makes, to);
}

void
trp_model_info_print_written (const char *path, const TrpModel *model, const char *net)
{
  g_autoptr (TrpModelSummary) summary = trp_model_summarize (model);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint n = 0; n < summary->parts->len; n++)
    {
      const TrpModelPart *part = summary->parts->pdata[n];

      if (net && strcmp (part->net, net) != 0)
        continue;
      if (text->len > 0)
        g_string_append (text, "; ");
      append_part (text, model, part);
    }
  printf (_ ("%s written: %s\n"), path, text->str);
}
