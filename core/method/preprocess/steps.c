/* steps.c - the table of steps, and their text; see step.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/method/preprocess/step-list.h"

#include <math.h>
#include <string.h>

static const TrpStepClass *const classes[] = {
  &trp_step_n4,
  &trp_step_resample,
  &trp_step_clip,
  &trp_step_nyul,
  &trp_step_percentiles,
  &trp_step_outline,
  &trp_step_crop_body,
  &trp_step_crop_centre,
  &trp_step_crop_fov,
  &trp_step_slices,
  &trp_step_cover_labels,
  &trp_step_cover_body,
  NULL,
};

const TrpStepClass *const *
trp_step_classes (void)
{
  return classes;
}

static size_t
count_arguments (const TrpStepClass *klass)
{
  size_t n = 0;

  while (n < TRP_STEP_MAX_ARGUMENTS && klass->arguments[n].name)
    n++;
  return n;
}

static void
append_argument (GString *text, const TrpStepArgument *argument, bool repeats)
{
  const bool may_miss = repeats || !isnan (argument->value);

  g_string_append_printf (text, may_miss ? " [" : " ");
  if (argument->low <= argument->high)
    g_string_append (text, argument->name);
  if (argument->words)
    g_string_append_printf (text, "%s%s", argument->low <= argument->high ? "|" : "",
                            argument->words);
  g_string_append_printf (text, "%s%s", repeats ? " ..." : "", may_miss ? "]" : "");
}

char *
trp_step_class_dup_usage (const TrpStepClass *klass)
{
  GString *text = g_string_new (klass->name);
  const size_t n_arguments = count_arguments (klass);

  for (size_t n = 0; n < n_arguments; n++)
    append_argument (text, &klass->arguments[n], klass->repeats && n + 1 == n_arguments);
  return g_string_free (text, FALSE);
}

/* --- text to step --- */

static bool
refuse (const TrpStepClass *klass, const char *word, GError **error)
{
  g_autofree char *usage = trp_step_class_dup_usage (klass);

  if (word)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "\"%.60s\" does not fit into the step \"%s\"",
                 word, usage);
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The step \"%s\" lacks a value", usage);
  return false;
}

static bool
parse_number (const char *text, double *out_value)
{
  char *end;

  *out_value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*out_value);
}

static int
find_word (const char *words, const char *text)
{
  g_auto (GStrv) all = g_strsplit (words ? words : "", "|", -1);

  for (int n = 0; all[n]; n++)
    if (strcmp (all[n], text) == 0)
      return n;
  return -1;
}

/* One word of the text as a value of @argument. */
static bool
take (const TrpStepArgument *argument, const char *text, double *out_value, int *out_word)
{
  *out_word = find_word (argument->words, text);
  if (*out_word >= 0)
    {
      *out_value = 0;
      return true;
    }
  return parse_number (text, out_value) && *out_value >= argument->low &&
         *out_value <= argument->high && (!argument->is_whole || *out_value == rint (*out_value));
}

static bool
is_out_of_range (const TrpStepArgument *argument, const char *text, GError **error)
{
  g_autofree char *low = trp_number_to_text (argument->low);
  g_autofree char *high = trp_number_to_text (argument->high);
  double value;

  if (argument->low > argument->high || !parse_number (text, &value))
    return false;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s = %.40s is not allowed; it takes %s%s to %s",
               argument->name, text, argument->is_whole ? "whole numbers from " : "", low, high);
  return true;
}

/* An argument that may be left out lets a word that does not fit pass on to the next. */
static bool
parse_arguments (TrpStep *self, char **words, GError **error)
{
  const size_t n_arguments = count_arguments (self->klass);

  for (size_t n = 0; n < n_arguments; n++)
    {
      const TrpStepArgument *argument = &self->klass->arguments[n];
      const bool repeats = self->klass->repeats && n + 1 == n_arguments;

      do
        {
          double *value = &self->values[self->n_values];
          int *word = &self->words[self->n_values];

          if (*words && take (argument, *words, value, word))
            words++;
          else if (*words && is_out_of_range (argument, *words, error))
            return false;
          else if (repeats)
            break;
          else if (isnan (argument->value))
            return refuse (self->klass, *words, error);
          else
            {
              *value = argument->value;
              *word = argument->words ? (int) *value : -1;
            }
          self->n_values++;
        }
      while (repeats && *words && self->n_values < TRP_STEP_MAX_VALUES);
    }
  return !*words || refuse (self->klass, *words, error);
}

static bool
parse_fitted (TrpStep *self, const char *text, GError **error)
{
  const size_t n_wanted = self->klass->count_fitted ? self->klass->count_fitted (self) : 0;
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);

  for (size_t n = 0; words[n]; n++)
    if (*words[n] &&
        (self->n_fitted == n_wanted || !parse_number (words[n], &self->fitted[self->n_fitted++])))
      return refuse (self->klass, words[n], error);
  if (self->n_fitted == n_wanted)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The step \"%s\" has learnt %zu numbers, not the %zu that stand after its =",
               self->klass->name, n_wanted, self->n_fitted);
  return false;
}

static const TrpStepClass *
find_class (const char *name, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (size_t n = 0; classes[n]; n++)
    {
      if (strcmp (classes[n]->name, name) == 0)
        return classes[n];
      g_string_append_printf (known, "%s%s", n ? ", " : "", classes[n]->name);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "There is no preprocessing step \"%.60s\"; there are: %s", name, known->str);
  return NULL;
}

/* Without the empty ones that several blanks make. */
static void
drop_empty (char **words)
{
  size_t n_kept = 0;

  for (size_t n = 0; words[n]; n++)
    if (*words[n])
      words[n_kept++] = words[n];
    else
      g_free (words[n]);
  words[n_kept] = NULL;
}

bool
trp_step_parse (const char *text, TrpStep *out_step, GError **error)
{
  g_auto (GStrv) sides = g_strsplit (text, "=", 2);
  g_auto (GStrv) words = g_strsplit_set (sides[0] ? sides[0] : "", " \t", -1);
  TrpStep self = { 0 };

  drop_empty (words);
  self.klass = find_class (words[0] ? words[0] : "", error);
  if (!self.klass || !parse_arguments (&self, words + 1, error) ||
      (self.klass->check && !self.klass->check (&self, error)) ||
      (sides[0] && sides[1] && !parse_fitted (&self, sides[1], error)))
    return false;
  *out_step = self;
  return true;
}

/* --- step to text --- */

static void
append_number (GString *text, double value)
{
  g_autofree char *number = trp_number_to_text (value);

  g_string_append_printf (text, " %s", number);
}

char *
trp_step_to_text (const TrpStep *self, bool with_fitted)
{
  GString *text = g_string_new (self->klass->name);
  const size_t n_arguments = count_arguments (self->klass);

  for (size_t n = 0; n < self->n_values; n++)
    {
      const TrpStepArgument *argument = &self->klass->arguments[MIN (n, n_arguments - 1)];
      g_auto (GStrv) words = g_strsplit (argument->words ? argument->words : "", "|", -1);

      if (self->words[n] >= 0)
        g_string_append_printf (text, " %s", words[self->words[n]]);
      else
        append_number (text, self->values[n]);
    }
  if (with_fitted && self->n_fitted)
    g_string_append (text, " =");
  for (size_t n = 0; with_fitted && n < self->n_fitted; n++)
    append_number (text, self->fitted[n]);
  return g_string_free (text, FALSE);
}

bool
trp_step_needs_fit (const TrpStep *self)
{
  return self->klass->count_fitted && self->klass->count_fitted (self) > self->n_fitted;
}
