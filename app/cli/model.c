/* model.c - triptych-cli model: what a model file is; networks from and to other programs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/model-info.h"
#include "core/method/export.h"
#include "core/method/import.h"
#include "core/method/model-network.h"
#include "core/method/onnx.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
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
static int size;

static const GOptionEntry import_entries[] = {
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, N_ ("model file to write"), "MODEL" },
  { "arch", 0, 0, G_OPTION_ARG_STRING, &arch,
    N_ ("what the file holds; N: residual blocks of a generator, 1 to 32"),
    "resnet-N|unet|res-unet-2.5d" },
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
  { "onnx", 0, 0, G_OPTION_ARG_NONE, &onnx,
    N_ ("an ONNX file instead of safetensors; --out NAME.onnx means that too"), NULL },
  { "size", 0, 0, G_OPTION_ARG_INT, &size, N_ ("width and height of its images (default: 256)"),
    "N" },
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

/* What torch.save() writes is a program for Python: a zip archive, before PyTorch 1.6 a pickle. */
static bool
is_pickle (const char *path)
{
  static const char *const beginnings[] = { "PK\x03\x04", "\x80\x02" };
  char bytes[5] = { 0 };
  FILE *file = g_fopen (path, "rb");
  size_t n = file ? fread (bytes, 1, sizeof bytes - 1, file) : 0;

  if (file)
    fclose (file);
  for (size_t k = 0; k < G_N_ELEMENTS (beginnings); k++)
    if (n == sizeof bytes - 1 && g_str_has_prefix (bytes, beginnings[k]))
      return true;
  return false;
}

static int
fail_unreadable (const char *path, const GError *error)
{
  g_autoptr (GError) advice = NULL;

  if (!is_pickle (path))
    return trp_verb_fail (error);
  advice = g_error_new (TRP_ERROR, TRP_ERROR_FORMAT,
                        _ ("%s is PyTorch's own format (.pth, .pt), not safetensors; convert it as "
                           "README.md shows under \"Bring your own network\""),
                        path);
  return trp_verb_fail (advice);
}

static int
finish_import (const TrpSafetensors *file, const TrpImportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = trp_model_load (out, &error);

  if (!model)
    return trp_verb_fail (error);
  trp_model_info_print_written (out, model, NULL);
  tell_assumptions (file, options);
  return TRP_EXIT_DONE;
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
    return fail_unreadable (argv[1], error);
  if (!trp_model_import (file, &options, out, &error))
    {
      if (!g_error_matches (error, TRP_ERROR, TRP_ERROR_IO)) /* that is about the other file */
        g_prefix_error (&error, "%s: ", argv[1]);
      return trp_verb_fail (error);
    }
  return finish_import (file, &options);
}

/* The name tells as well; both must tell the same. */
static bool
choose_format (void)
{
  g_autofree char *lower = g_ascii_strdown (out, -1);

  if (onnx && g_str_has_suffix (lower, ".safetensors"))
    {
      trp_verb_usage (_ ("--onnx does not go with a name that ends with .safetensors"));
      return false;
    }
  onnx = onnx || g_str_has_suffix (lower, ".onnx");
  return true;
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
  if (!choose_format ())
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
  if (!ok)
    return trp_verb_fail (error);
  trp_model_info_print_written (out, model, trp_model_network_choose (model, net, NULL));
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
    trp_model_info_run },
  { "import",
    { "model import",
      "FILE --out MODEL --arch resnet-N|unet|res-unet-2.5d [--input-window LO,HI] "
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
