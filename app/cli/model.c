/* model.c - triptych-cli model: what a model file is; networks from and to other programs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/method/export.h"
#include "core/method/import.h"
#include "core/method/model-summary.h"
#include "core/method/onnx.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_model;

static char *out;
static char *arch;
static char *net;
static char *names;
static char *input_window;
static char *output_window;
static char **settings;
static gboolean raw;
static gboolean onnx;
static gboolean json;
static int size;

static const GOptionEntry import_entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("model file to write"), "MODEL" },
  { "arch", 0, 0, G_OPTION_ARG_STRING, &arch, N_ ("what the file holds"),
    "resnet-9|resnet-6|unet|res-unet-2.5d" },
  { "input-window", 0, 0, G_OPTION_ARG_STRING, &input_window,
    N_ ("image values that become -1 and 1 (default: MR 0 to the 99.5th percentile of each volume, "
        "CT -1000,1000, for contours -160,240)"),
    "LO,HI" },
  { "output-window", 0, 0, G_OPTION_ARG_STRING, &output_window,
    N_ ("image values that -1 and 1 become (default: CT -1000,1000, MR 0,1000)"), "LO,HI" },
  { "net", 0, 0, G_OPTION_ARG_STRING, &net,
    N_ ("for a single generator: G_A makes CT from MR (default), G_B MR from CT"), "G_A|G_B" },
  { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
    N_ ("another setting of its recipe, such as data.source=mr or network.context=1"),
    "KEY=VALUE" },
  { NULL },
};

static const GOptionEntry export_entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("file to write"), "FILE" },
  { "net", 0, 0, G_OPTION_ARG_STRING, &net, N_ ("which network (default: the first)"),
    "G_A|G_B|net" },
  { "raw", 0, 0, G_OPTION_ARG_NONE, &raw, N_ ("weights of the last step, not their averages"),
    NULL },
  { "names", 0, 0, G_OPTION_ARG_STRING, &names,
    N_ ("whose names the tensors get: resnet, resnet-dropout, unet, milesial, mateuszbuda"),
    "NAMES" },
  { "onnx", 0, 0, G_OPTION_ARG_NONE, &onnx, N_ ("an ONNX file instead of safetensors"), NULL },
  { "size", 0, 0, G_OPTION_ARG_INT, &size, N_ ("width and height of its images (default: 256)"),
    "N" },
  { NULL },
};

static const GOptionEntry info_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("one JSON object"), NULL },
  { NULL },
};

/* --- import and export --- */

/* A checkpoint has more than its export, and a stranger's weights may be the only copy. */
static bool
would_overwrite (const char *in)
{
  GStatBuf one, other;

  if (g_stat (in, &one) != 0 || g_stat (out, &other) != 0 || one.st_dev != other.st_dev ||
      one.st_ino != other.st_ino)
    return false;
  trp_verb_usage (_ ("--out is the file that is read; choose another"));
  return true;
}

static bool
parse_window (const char *option, const char *text, TrpCurve *out_curve)
{
  g_autoptr (GArray) numbers = trp_verb_parse_numbers (option, text, 2, 2);

  if (!numbers)
    return false;
  if (g_array_index (numbers, double, 0) < g_array_index (numbers, double, 1))
    {
      *out_curve = trp_curve_window (g_array_index (numbers, double, 0),
                                     g_array_index (numbers, double, 1));
      return true;
    }
  trp_verb_usage (_ ("%s: the first value must be below the second"), option);
  return false;
}

static char *
make_name (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot = strrchr (name, '.');

  if (dot && dot > name)
    *dot = '\0';
  return name;
}

/* Nobody but the user knows what the network's -1 and 1 were. */
static void
tell_assumptions (const TrpSafetensors *file, const TrpImportOptions *options)
{
  const bool is_generator = g_str_has_prefix (options->arch, "resnet-");

  if (!trp_safetensors_peek_metadata (file, "recipe") &&
      (!options->input || (is_generator && !options->output)))
    fprintf (stderr, _ ("note: without --input-window and --output-window the intensities are "
                        "assumptions; \"triptych-cli model info\" shows them\n"));
}

static int
run_import (const TrpVerb *verb, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpSafetensors) file = NULL;
  g_autofree char *name = NULL;
  TrpImportOptions options = { 0 };
  TrpCurve input, output;

  if (!trp_verb_parse (verb, import_entries, 1, 1, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (!out || !arch)
    return trp_verb_usage (_ ("model import needs --out and --arch"));
  if (would_overwrite (argv[1]))
    return TRP_EXIT_USAGE;
  if ((input_window && !parse_window ("--input-window", input_window, &input)) ||
      (output_window && !parse_window ("--output-window", output_window, &output)))
    return TRP_EXIT_USAGE;
  if (output_window && !g_str_has_prefix (arch, "resnet-"))
    return trp_verb_usage (_ ("--output-window is for generators; contours have no intensities"));
  name = make_name (argv[1]);
  options = (TrpImportOptions){ .name = name,
                                .arch = arch,
                                .net = net,
                                .input = input_window ? &input : NULL,
                                .output = output_window ? &output : NULL,
                                .settings = (const char *const *) settings };
  file = trp_safetensors_load (argv[1], &error);
  if (!file)
    return trp_verb_fail (error);
  if (!trp_model_import (file, &options, out, &error))
    {
      if (!g_error_matches (error, TRP_ERROR, TRP_ERROR_IO)) /* that is about the other file */
        g_prefix_error (&error, "%s: ", argv[1]);
      return trp_verb_fail (error);
    }
  tell_assumptions (file, &options);
  return TRP_EXIT_DONE;
}

static int
run_export (const TrpVerb *verb, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;
  bool ok;

  if (!trp_verb_parse (verb, export_entries, 1, 1, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (!out)
    return trp_verb_usage (_ ("model export needs --out"));
  if (would_overwrite (argv[1]))
    return TRP_EXIT_USAGE;
  if (onnx && names)
    return trp_verb_usage (_ ("--names is for safetensors; ONNX takes none"));
  if (size < 0 || (size > 0 && !onnx))
    return trp_verb_usage (_ ("--size is a number of pixels and goes with --onnx"));
  model = trp_model_load (argv[1], &error);
  if (!model)
    return trp_verb_fail (error);
  if (onnx)
    {
      const TrpOnnxOptions options = { .net = net, .raw = raw, .width = size, .height = size };

      ok = trp_model_export_onnx (model, &options, out, &error);
    }
  else
    {
      const TrpExportOptions options = { .net = net, .names = names, .raw = raw };

      ok = trp_model_export (model, &options, out, &error);
    }
  return ok ? TRP_EXIT_DONE : trp_verb_fail (error);
}

/* --- info --- */

/* What a model reads and makes, of its first network; @to is NULL for contours. */
typedef struct
{
  const TrpIntensity *from, *to;
  const char *reads, *makes;
} Mapping;

static Mapping
get_mapping (const TrpModel *model, const TrpModelSummary *summary)
{
  const TrpRecipe *recipe = trp_model_get_recipe (model);
  const TrpModelPart *first = summary->parts->len ? summary->parts->pdata[0] : NULL;
  const bool from_mr = trp_recipe_takes_mr (recipe, first && strcmp (first->net, "G_B") == 0);
  const bool is_generator = recipe->trainer == TRP_TRAINER_CYCLEGAN;

  return (Mapping){
    .from = from_mr ? &recipe->mr : &recipe->ct,
    .to = !is_generator ? NULL
          : from_mr     ? &recipe->ct
                        : &recipe->mr,
    .reads = from_mr ? "MR" : "CT",
    .makes = !is_generator ? "contours"
             : from_mr     ? "CT"
                           : "MR",
  };
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

static void G_GNUC_PRINTF (2, 3) print_row (const char *key, const char *format, ...)
{
  va_list arguments;

  printf ("%-14s ", key);
  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
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
  for (guint n = 0; n < summary->losses->len; n++)
    {
      const TrpModelLoss *loss = summary->losses->pdata[n];

      print_row (loss->name, _ ("%g at first, %g at last"), loss->first, loss->last);
    }
  if (summary->n_train >= 0)
    print_row (_ ("cases"), _ ("%d trained on, %d validated on"), summary->n_train,
               MAX (summary->n_validate, 0));
}

static void
print_text (const TrpModel *model, const TrpModelSummary *summary)
{
  GPtrArray *labels = trp_model_peek_labels (model);
  g_autofree char *text = trp_recipe_to_text (trp_model_get_recipe (model));
  const Mapping mapping = get_mapping (model, summary);
  g_autofree char *from = describe_mapping (mapping.from, false);
  g_autofree char *to = mapping.to ? describe_mapping (mapping.to, true) : NULL;

  print_row (_ ("model"), "%s (%s)", trp_model_get_name (model),
             summary->can_resume ? _ ("checkpoint of a training") : _ ("for inference"));
  print_row ("sha256", "%s", trp_model_get_hash (model));
  print_row (_ ("written by"), "%s", summary->program ? summary->program : _ ("not known"));
  print_parts (summary);
  print_row (_ ("reads"), "%s, %s", mapping.reads, from);
  if (to)
    print_row (_ ("makes"), "%s, %s", mapping.makes, to);
  for (guint n = 0; n < labels->len; n++)
    print_row (_ ("label"), "%u %s", ((TrpModelLabel *) labels->pdata[n])->value,
               ((TrpModelLabel *) labels->pdata[n])->name);
  print_history (summary);
  printf ("\n%s", text);
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

static void
print_json (const TrpModel *model, const TrpModelSummary *summary)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = trp_recipe_to_text (trp_model_get_recipe (model));
  const Mapping mapping = get_mapping (model, summary);

  json_builder_begin_object (builder);
  add_text (builder, "name", trp_model_get_name (model));
  add_text (builder, "sha256", trp_model_get_hash (model));
  add_text (builder, "program", summary->program);
  add_flag (builder, "checkpoint", summary->can_resume);
  add_parts (builder, summary);
  add_text (builder, "reads", mapping.reads);
  add_text (builder, "makes", mapping.makes);
  add_mapping (builder, "input", mapping.from);
  add_mapping (builder, "output", mapping.to);
  add_labels (builder, trp_model_peek_labels (model));
  add_history (builder, summary);
  add_split (builder, summary);
  add_text (builder, "recipe", text);
  json_builder_end_object (builder);
  trp_json_print (builder);
}

static int
run_info (const TrpVerb *verb, int argc, char **argv)
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

/* --- the three of them --- */

static const struct
{
  const char *word;
  TrpVerb verb;
  int (*run) (const TrpVerb *verb, int argc, char **argv);
} parts[] = {
  { "info",
    { "model info", "MODEL [--json]",
      N_ ("what the model is, reads and makes, and how it was trained") },
    run_info },
  { "import",
    { "model import",
      "FILE --out MODEL --arch resnet-9|resnet-6|unet [--input-window LO,HI] "
      "[--output-window LO,HI]",
      N_ ("make a model of a network that PyTorch trained (safetensors)") },
    run_import },
  { "export",
    { "model export", "MODEL --out FILE [--net G_A|G_B|net] [--raw] [--onnx]",
      N_ ("write a network for PyTorch (safetensors) or ONNX") },
    run_export },
};

static int
run (int argc, char **argv)
{
  for (size_t n = 0; argc > 1 && n < G_N_ELEMENTS (parts); n++)
    if (strcmp (argv[1], parts[n].word) == 0)
      return parts[n].run (&parts[n].verb, argc - 1, argv + 1);
  if (argc == 2 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0))
    {
      for (size_t n = 0; n < G_N_ELEMENTS (parts); n++)
        printf ("triptych-cli %s %s\n  %s\n", parts[n].verb.name, parts[n].verb.arguments,
                _ (parts[n].verb.help));
      return TRP_EXIT_DONE;
    }
  return trp_verb_usage (_ ("usage: triptych-cli model info|import|export ...; try --help"));
}

const TrpVerb trp_verb_model = {
  .name = "model",
  .arguments = "info|import|export ...",
  .help = N_ ("tell what a model is; take networks from PyTorch and to PyTorch or ONNX"),
  .run = run,
};
