/* infer.c - triptych-cli synthesize and segment: a trained model on one volume
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "core/io/structure-file.h"
#include "core/method/model.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_synthesize;
extern const TrpVerb trp_verb_segment;

static char *device;
static char *precision;
static TrpPrecision wanted;
static char *direction;
static char *second_path;
static gboolean raw;
static int frame;
static char *series_uid;

#define COMMON_ENTRIES                                                                             \
  { "device", 0, 0, G_OPTION_ARG_STRING, &device, N_ ("auto, cpu, cuda or cuda:N"), "DEVICE" },    \
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, N_ ("default, strict, bf16 or f16"),     \
      "PRECISION" },                                                                               \
    { "raw", 0, 0, G_OPTION_ARG_NONE, &raw, N_ ("weights of the last step, not their averages"),   \
      NULL },                                                                                      \
    { "frame", 0, 0, G_OPTION_ARG_INT, &frame, N_ ("frame of a 4-D file, from 0"), "N" },          \
  {                                                                                                \
    "series", 0, 0, G_OPTION_ARG_STRING, &series_uid, N_ ("series of a DICOM folder"), "UID"       \
  }

static const GOptionEntry segment_entries[] = {
  COMMON_ENTRIES,
  { "second", 0, 0, G_OPTION_ARG_FILENAME, &second_path,
    N_ ("for a network of two images: the other one, on the same grid"), "FILE" },
  { NULL },
};
static const GOptionEntry synthesize_entries[] = {
  COMMON_ENTRIES,
  { "direction", 0, 0, G_OPTION_ARG_STRING, &direction, N_ ("a2b (MR to CT) or b2a"), "DIRECTION" },
  { NULL },
};

static bool
load (char **argv, TrpModel **out_model, TrpVolume **out_volume, GError **error)
{
  TrpLoadOptions options = { .frame = frame, .series_uid = series_uid };

  *out_model = trp_model_load (argv[1], error);
  *out_volume = *out_model ? trp_volume_load (argv[2], &options, error) : NULL;
  return *out_volume != NULL;
}

/* The work is done in doubt, but not silently. */
static void
tell_doubt (const TrpModel *model, const TrpVolume *volume, const TrpInferOptions *options)
{
  g_autofree char *doubt = trp_model_dup_doubt (model, volume, options);

  if (doubt)
    fprintf (stderr, _ ("warning: %s\n"), doubt);
}

static TrpInferOptions
make_options (void)
{
  return (TrpInferOptions){ .device = device,
                            .precision = wanted,
                            .say = trp_verb_say,
                            .raw = raw,
                            .b_to_a = g_strcmp0 (direction, "b2a") == 0 };
}

/* Of what both verbs have. Returns: false after printing a usage mistake. */
static bool
check_options (void)
{
  return trp_verb_check_device (device, precision, &wanted) && trp_verb_check_frame (frame);
}

static int
synthesize (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;
  g_autoptr (TrpVolume) volume = NULL, result = NULL;
  TrpInferOptions options;

  if (!trp_verb_parse (&trp_verb_synthesize, synthesize_entries, 3, 3, &argc, &argv) ||
      !check_options ())
    return TRP_EXIT_USAGE;
  if (direction && strcmp (direction, "a2b") != 0 && strcmp (direction, "b2a") != 0)
    return trp_verb_usage (_ ("--direction is a2b or b2a, not \"%s\""), direction);
  if (!load (argv, &model, &volume, &error))
    return trp_verb_fail (error);
  options = make_options ();
  if (!trp_model_check_input (model, volume, &options, &error))
    return trp_verb_fail (error);
  result = trp_model_synthesize (model, volume, &options, trp_verb_progress (), &error);
  if (!result || !trp_volume_save (result, argv[3], &error))
    return trp_verb_fail (error);
  tell_doubt (model, volume, &options);
  return TRP_EXIT_DONE;
}

static int
segment (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrpModel) model = NULL;
  g_autoptr (TrpVolume) volume = NULL, second = NULL;
  g_autoptr (TrpStructureSet) set = NULL;
  TrpInferOptions options;

  if (!trp_verb_parse (&trp_verb_segment, segment_entries, 3, 3, &argc, &argv) || !check_options ())
    return TRP_EXIT_USAGE;
  if (!load (argv, &model, &volume, &error) ||
      (second_path && !(second = trp_volume_load (second_path, NULL, &error))))
    return trp_verb_fail (error);
  options = make_options ();
  options.second = second;
  if (!trp_model_check_input (model, volume, &options, &error))
    return trp_verb_fail (error);
  set = trp_model_segment (model, volume, &options, trp_verb_progress (), &error);
  if (!set || !trp_structure_set_save (set, argv[3], NULL, &error))
    return trp_verb_fail (error);
  tell_doubt (model, volume, &options);
  return TRP_EXIT_DONE;
}

const TrpVerb trp_verb_synthesize = {
  .name = "synthesize",
  .arguments = "MODEL IN OUT [--device DEVICE] [--direction a2b|b2a] [--raw]",
  .help = N_ ("make a synthetic CT from an MR"),
  .run = synthesize,
};

const TrpVerb trp_verb_segment = {
  .name = "segment",
  .arguments = "MODEL IN OUT [--second FILE] [--device DEVICE] [--raw]",
  .help = N_ ("draw contours with a trained network"),
  .run = segment,
};
