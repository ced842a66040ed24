/* phantom.c - triptych-cli phantom: patients with known truth
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/phantom.h"

#include "app/cli/verb.h"

#include <glib/gi18n.h>

extern const TrpVerb trp_verb_phantom;

static int
check_ranges (int n_patients, gint64 seed, int matrix, int ct_matrix)
{
  if (n_patients < 1 || n_patients > TRP_PHANTOM_MAX_PATIENTS)
    return trp_verb_usage (_ ("--patients takes 1 to %d, not %d"), TRP_PHANTOM_MAX_PATIENTS,
                           n_patients);
  if (seed < 0)
    return trp_verb_usage (_ ("--seed takes 0 or more"));
  if (matrix < TRP_PHANTOM_MIN_MATRIX || matrix > TRP_PHANTOM_MAX_MATRIX)
    return trp_verb_usage (_ ("--matrix takes %d to %d, not %d"), TRP_PHANTOM_MIN_MATRIX,
                           TRP_PHANTOM_MAX_MATRIX, matrix);
  if (ct_matrix != 0 && (ct_matrix < TRP_PHANTOM_MIN_MATRIX || ct_matrix > TRP_PHANTOM_MAX_MATRIX))
    return trp_verb_usage (_ ("--ct-matrix takes %d to %d, not %d"), TRP_PHANTOM_MIN_MATRIX,
                           TRP_PHANTOM_MAX_MATRIX, ct_matrix);
  return TRP_EXIT_DONE;
}

static int
check_observers (int n_observers, double error)
{
  if (n_observers < 0 || n_observers > TRP_PHANTOM_MAX_OBSERVERS)
    return trp_verb_usage (_ ("--observers takes 0 to %d, not %d"), TRP_PHANTOM_MAX_OBSERVERS,
                           n_observers);
  if (!(error >= 0 && error <= TRP_PHANTOM_MAX_OBSERVER_ERROR))
    return trp_verb_usage (_ ("--observer-error takes 0 to %d mm"), TRP_PHANTOM_MAX_OBSERVER_ERROR);
  return TRP_EXIT_DONE;
}

static int
run (int argc, char **argv)
{
  int n_patients = 1, matrix = 256, ct_matrix = 0, n_observers = 0;
  gint64 seed = 1;
  gboolean unpaired = FALSE, without_bias = FALSE, force = FALSE;
  double observer_error = 1;
  g_autofree char *folder = NULL;
  const GOptionEntry entries[] = {
    { "patients", 0, 0, G_OPTION_ARG_INT, &n_patients, N_ ("how many"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_ ("which set of patients"), "S" },
    { "matrix", 0, 0, G_OPTION_ARG_INT, &matrix,
      N_ ("pixels along a slice's side, 64 to 512 (256)"), "N" },
    { "ct-matrix", 0, 0, G_OPTION_ARG_INT, &ct_matrix, N_ ("the CT's, where it should differ"),
      "N" },
    { "unpaired", 0, 0, G_OPTION_ARG_NONE, &unpaired, N_ ("MR and CT of different patients"),
      NULL },
    { "no-bias", 0, 0, G_OPTION_ARG_NONE, &without_bias, N_ ("the same MR without its bias field"),
      NULL },
    { "observers", 0, 0, G_OPTION_ARG_INT, &n_observers,
      N_ ("further readings of the structures, 0 to 16 (0)"), "N" },
    { "observer-error", 0, 0, G_OPTION_ARG_DOUBLE, &observer_error,
      N_ ("standard deviation of their contours from the truth (1)"), "MM" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &folder, N_ ("folder to write into"), "DIR" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, N_ ("write over what is in the folder"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  const TrpPhantomKind *kind;
  TrpPhantomOptions options;

  if (!trp_verb_parse (&trp_verb_phantom, entries, 1, 1, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (!folder)
    return trp_verb_usage (_ ("phantom needs --out DIR"));
  kind = trp_phantom_find (argv[1], &error);
  if (!kind)
    return trp_verb_usage ("%s", error->message);
  if (check_ranges (n_patients, seed, matrix, ct_matrix) != TRP_EXIT_DONE ||
      check_observers (n_observers, observer_error) != TRP_EXIT_DONE)
    return TRP_EXIT_USAGE;
  options = (TrpPhantomOptions){ .seed = (uint64_t) seed,
                                 .n_patients = (unsigned) n_patients,
                                 .matrix = (size_t) matrix,
                                 .ct_matrix = (size_t) ct_matrix,
                                 .unpaired = unpaired,
                                 .without_bias = without_bias,
                                 .n_observers = (unsigned) n_observers,
                                 .observer_error = observer_error,
                                 .replace = force };
  if (!trp_phantom_write (kind, &options, folder, trp_verb_progress (), &error))
    return trp_verb_fail (error);
  return TRP_EXIT_DONE;
}

const TrpVerb trp_verb_phantom = {
  .name = "phantom",
  .arguments =
    "KIND --patients N --seed S [--matrix N] [--observers N] [--unpaired] --out DIR [--force]",
  .help = N_ (
    "write phantom patients (pelvis, head, hip) as MR and CT with structures and known truth"),
  .run = run,
};
