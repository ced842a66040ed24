/* kinds.c - see kinds.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Beside these a training takes every setting of its recipe, "GROUP.KEY".
 */

#include "core/method/experiment.h"
#include "core/method/experiment/kinds.h"

#include <string.h>

#define ROWS "all|train|test"
#define ROWS_HELP "of a set with folds: all, those without the fold at hand, or only that fold"

static const TrpStepKey set_keys[] = {
  { "phantom", TRP_STEP_VALUE_TEXT, 0, 0, NULL, "pelvis",
    "kind of phantom where no list is given" },
  { "patients", TRP_STEP_VALUE_WHOLE, 1, 9999, NULL, "8", "phantoms; when unpaired, of each kind" },
  { "matrix", TRP_STEP_VALUE_WHOLE, 64, 512, NULL, "64", "pixels of a phantom's MR" },
  { "ct_matrix", TRP_STEP_VALUE_WHOLE, 0, 512, NULL, "0", "of its CT; 0: the same" },
  { "unpaired", TRP_STEP_VALUE_BOOL, 0, 0, NULL, "false", "MR and CT of different phantoms" },
  { "observers", TRP_STEP_VALUE_WHOLE, 0, 16, NULL, "0", "further readings of each phantom" },
  { "observer_error", TRP_STEP_VALUE_NUMBER, 0, 20, NULL, "1", "of their contours, mm" },
  { "seed", TRP_STEP_VALUE_WHOLE, 0, 1e9, NULL, "1",
    "of phantoms and folds, whatever the run's: every run is tried on the same patients" },
  { "folds", TRP_STEP_VALUE_WHOLE, 0, 100, NULL, "0",
    "parts of the patients, each tried once by models of the others; 0: none" },
  { "stratify", TRP_STEP_VALUE_TEXT, 0, 0, NULL, "",
    "folds alike in column:NAME or volume:LABEL (of the structures, by quantiles)" },
};

static const TrpStepKey train_keys[] = {
  { "recipe", TRP_STEP_VALUE_TEXT, 0, 0, NULL, NULL, "a shipped recipe or a file" },
  { "data", TRP_STEP_VALUE_DATA, 0, 0, NULL, NULL, "what it is trained on" },
  { "rows", TRP_STEP_VALUE_CHOICE, 0, 0, ROWS, "all", ROWS_HELP },
  { "patients", TRP_STEP_VALUE_WHOLE, 0, 9999, NULL, "0",
    "only the first so many with an MR and the first so many with a CT; 0: all" },
  { "validation", TRP_STEP_VALUE_NUMBER, 0, 0.9, NULL, "0",
    "share of the patients kept for validation, never of the fold that is tried" },
  { "weights", TRP_STEP_VALUE_CHOICE, 0, 0, "last|best", "last",
    "that are tried: of the last step, or those that validated best" },
};

static const TrpStepKey synthesize_keys[] = {
  { "model", TRP_STEP_VALUE_MODEL, 0, 0, NULL, NULL, "a training of a CycleGAN" },
  { "data", TRP_STEP_VALUE_DATA, 0, 0, NULL, NULL, "the images" },
  { "rows", TRP_STEP_VALUE_CHOICE, 0, 0, ROWS, "all", ROWS_HELP },
  { "from", TRP_STEP_VALUE_CHOICE, 0, 0, "mr|ct", "mr",
    "mr gives the column synct, ct the column synmr" },
};

static const TrpStepKey register_keys[] = {
  { "data", TRP_STEP_VALUE_DATA, 0, 0, NULL, NULL, "a list with generated images" },
  { "image", TRP_STEP_VALUE_CHOICE, 0, 0, "synmr|synct", "synmr",
    "column that is brought onto its source" },
  { "grid_spacing", TRP_STEP_VALUE_NUMBER, 0, 100, NULL, "8",
    "mm between control points of the B-splines; 0: rigid only" },
};

static const TrpStepKey clean_keys[] = {
  { "data", TRP_STEP_VALUE_DATA, 0, 0, NULL, NULL, "a list with generated images" },
  { "image", TRP_STEP_VALUE_CHOICE, 0, 0, "synmr|synct", "synmr",
    "column whose slices are compared with their source" },
  { "limit", TRP_STEP_VALUE_NUMBER, 0, 1, NULL, "0.8",
    "Dice of the outlines under which a slice is left out; reasons go to left-out.csv" },
};

static const TrpStepKey segment_keys[] = {
  { "model", TRP_STEP_VALUE_MODEL, 0, 0, NULL, NULL, "a training of a segmenter" },
  { "data", TRP_STEP_VALUE_DATA, 0, 0, NULL, NULL, "the images" },
  { "rows", TRP_STEP_VALUE_CHOICE, 0, 0, ROWS, "all", ROWS_HELP },
  { "image", TRP_STEP_VALUE_CHOICE, 0, 0, "mr|ct|synct|synmr|ct_on_mr", NULL,
    "column of the images; adds the column contours" },
  { "second", TRP_STEP_VALUE_CHOICE, 0, 0, "none|mr|ct|synct|synmr|ct_on_mr", "none",
    "column of the second image of a network that takes two" },
};

static const TrpStepKey evaluate_keys[] = {
  { "data", TRP_STEP_VALUE_DATA, 0, 0, NULL, NULL, "a list with both columns" },
  { "rows", TRP_STEP_VALUE_CHOICE, 0, 0, ROWS, "all", ROWS_HELP },
  { "compare", TRP_STEP_VALUE_CHOICE, 0, 0, "structures|images|dependence|observers", "structures",
    "what is measured; dependence: mutual information of source and result; observers: every pair "
    "of the reference and its columns _observer_N" },
  { "slices", TRP_STEP_VALUE_BOOL, 0, 0, NULL, "false", "rows for each slice too" },
  { "reference", TRP_STEP_VALUE_TEXT, 0, 0, NULL, NULL, "column of the truth, or of the source" },
  { "test", TRP_STEP_VALUE_TEXT, 0, 0, NULL, "contours", "column that is measured against it" },
  { "labels", TRP_STEP_VALUE_LABELS, 1, 255, NULL, "",
    "structures to measure; empty: all that both have" },
  { "name", TRP_STEP_VALUE_TEXT, 0, 0, NULL, "",
    "follows the arm's name in the results: \"ssim on CT\"" },
  { "optional", TRP_STEP_VALUE_BOOL, 0, 0, NULL, "false",
    "no row with both columns is no error: there is nothing to say" },
};

#define KEYS(keys) keys, G_N_ELEMENTS (keys)

static const TrpStepKindInfo kinds[] = {
  [TRP_STEP_SET] = { "set", 1, false, true, KEYS (set_keys) },
  [TRP_STEP_TRAIN] = { "train", 2, true, false, KEYS (train_keys) },
  [TRP_STEP_SYNTHESIZE] = { "synthesize", 1, false, true, KEYS (synthesize_keys) },
  [TRP_STEP_REGISTER] = { "register", 1, false, true, KEYS (register_keys) },
  [TRP_STEP_CLEAN] = { "clean", 1, false, true, KEYS (clean_keys) },
  [TRP_STEP_SEGMENT] = { "segment", 2, false, true, KEYS (segment_keys) },
  [TRP_STEP_EVALUATE] = { "evaluate", 1, false, false, KEYS (evaluate_keys) },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == TRP_N_STEP_KINDS);

const TrpStepKindInfo *
trp_step_kind_get (TrpStepKind kind)
{
  return &kinds[kind];
}

bool
trp_step_kind_find (const char *name, TrpStepKind *out_kind)
{
  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    if (strcmp (kinds[n].name, name) == 0)
      {
        *out_kind = (TrpStepKind) n;
        return true;
      }
  return false;
}

const TrpStepKey *
trp_step_kind_find_key (TrpStepKind kind, const char *key)
{
  for (size_t n = 0; n < kinds[kind].n_keys; n++)
    if (strcmp (kinds[kind].keys[n].key, key) == 0)
      return &kinds[kind].keys[n];
  return NULL;
}

static bool
check_whole (const TrpStepKey *key, const char *text, GError **error)
{
  guint64 value;

  if (g_ascii_string_to_unsigned (text, 10, (guint64) key->low, (guint64) key->high, &value, NULL))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "%s = \"%.60s\" is no whole number from %.0f to %.0f", key->key, text, key->low,
               key->high);
  return false;
}

static bool
check_number (const TrpStepKey *key, const char *text, GError **error)
{
  char *end;
  const double value = g_ascii_strtod (text, &end);

  if (end != text && *end == '\0' && value >= key->low && value <= key->high)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s = \"%.60s\" is no number from %g to %g",
               key->key, text, key->low, key->high);
  return false;
}

static bool
check_choice (const TrpStepKey *key, const char *choices, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (choices, "|", -1);

  if (g_strv_contains ((const char *const *) words, text))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s = \"%.60s\" is none of %s", key->key, text,
               choices);
  return false;
}

static bool
check_labels (const TrpStepKey *key, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (size_t n = 0; parts[n]; n++)
    if (!check_whole (key, g_strstrip (parts[n]), error))
      return false;
  return true;
}

bool
trp_step_key_check (const TrpStepKey *key, const char *text, GError **error)
{
  if (!*text && key->value && !*key->value)
    return true;
  switch (key->type)
    {
    case TRP_STEP_VALUE_WHOLE:
      return check_whole (key, text, error);
    case TRP_STEP_VALUE_NUMBER:
      return check_number (key, text, error);
    case TRP_STEP_VALUE_BOOL:
      return check_choice (key, "true|false", text, error);
    case TRP_STEP_VALUE_CHOICE:
      return check_choice (key, key->choices, text, error);
    case TRP_STEP_VALUE_LABELS:
      return check_labels (key, text, error);
    default:
      if (*text)
        return true;
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s is empty", key->key);
      return false;
    }
}

/* ---- what the command line prints ---- */

static const char reference_head[] =
  "# Every key of an experiment's file: what it is, what it takes, its default. A step uses only\n"
  "# steps that stand before it; any number of each kind, each with a name of its own.\n"
  "\n[experiment]\n"
  "# shown in reports; any text\nname=\ndescription=\npaper=\nnotes=\n"
  "# of the trainings, with commas; the second where --small is given\nseeds=\nsmall_seeds=\n"
  "# of trainings whose recipe does not say; 0: one per core\nthreads=0\n";

static const char reference_tail[] =
  "\n[arm NAME]\n"
  "# what is compared with the other arms; any text\ndescription=\n"
  "# evaluations, with commas; all steps that these need are done\nevaluate=\n"
  "# arm whose evaluations and changes come first\nfrom=\n"
  "# what this arm changes in a step\nSTEP.KEY=VALUE\n"
  "\n[small]\n"
  "# what --small changes, before the arms' own changes; [small ARM]: after them\n"
  "STEP.KEY=VALUE\n"
  "\n[table NAME]\n"
  "# above the table; any text\ntitle=\n"
  "# columns, with commas, such as dice, hd, mae; empty: all that were measured\nmetrics=\n"
  "# arms, or \"ARM on NAME\" of an evaluation's name, with commas; empty: all\nrows=\n"
  "# with commas; all: the mean of a case's structures; whole: the whole image; empty: each\n"
  "structures=\n"
  "# slices: the mean over a case's slices\npart=\n"
  "# row that pairs of observers become\nobservers=\n"
  "# paired tests, FIRST : SECOND, with semicolons\ncompare=\n"
  "# published numbers, ROW = text or ROW, STRUCTURE = text, with semicolons\npaper=\n"
  "\n[figure NAME]\n"
  "# box, scatter or bland-altman\nkind=\n"
  "# box: what is drawn\nmetric=\n"
  "# as in a table\nrows=\nstructures=\npart=\nobservers=\n";

static void
append_key (GString *text, const TrpStepKey *key)
{
  g_string_append_printf (text, "# %s", key->help);
  if (key->choices)
    g_string_append_printf (text, "; %s", key->choices);
  else if (key->type == TRP_STEP_VALUE_BOOL)
    g_string_append (text, "; true or false");
  else if (key->type == TRP_STEP_VALUE_WHOLE)
    g_string_append_printf (text, "; a whole number from %.0f to %.0f", key->low, key->high);
  else if (key->type == TRP_STEP_VALUE_NUMBER)
    g_string_append_printf (text, "; a number from %g to %g", key->low, key->high);
  else if (key->type == TRP_STEP_VALUE_DATA)
    g_string_append (text, "; STEP, or STEP:mr or STEP:ct for its MR or CT only, with commas");
  if (!key->value)
    g_string_append (text, "; has to be given");
  g_string_append_printf (text, "\n%s=%s\n", key->key, key->value ? key->value : "");
}

char *
trp_experiment_dup_reference (void)
{
  GString *text = g_string_new (reference_head);

  for (size_t n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      g_string_append_printf (text, "\n[%s NAME]\n", kinds[n].name);
      for (size_t k = 0; k < kinds[n].n_keys; k++)
        append_key (text, &kinds[n].keys[k]);
      if (n == TRP_STEP_TRAIN)
        g_string_append (text, "# any setting of the recipe (recipes show defaults), such as "
                               "training.steps=3000\nGROUP.KEY=VALUE\n");
    }
  g_string_append (text, reference_tail);
  return g_string_free (text, FALSE);
}
