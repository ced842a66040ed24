/* recipe.c - see recipe.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/recipe.h"

#include "core/method/recipe-settings.h"

#include <string.h>

#define SUFFIX ".recipe"

G_STATIC_ASSERT (sizeof (TrpTrainerKind) == sizeof (int)); /* choices are stored as int */

TrpRecipe *
trp_recipe_new (TrpTrainerKind trainer)
{
  TrpRecipe *self = g_new0 (TrpRecipe, 1);
  size_t n_settings;
  const TrpRecipeSetting *settings = trp_recipe_settings (&n_settings);

  self->mr.kind = TRP_INTENSITY_PERCENTILES;
  self->mr.unit = "a.u.";
  self->ct.kind = TRP_INTENSITY_CURVE;
  self->ct.clip = 1;
  self->ct.unit = "HU";
  for (size_t n = 0; n < n_settings; n++)
    {
      g_autoptr (GError) error = NULL;

      if (!trp_recipe_setting_set (&settings[n], self,
                                   trp_recipe_setting_get_default (&settings[n], trainer), &error))
        g_error ("%s", error->message); /* a mistake in the table */
    }
  self->trainer = trainer;
  return self;
}

TrpRecipe *
trp_recipe_copy (const TrpRecipe *self)
{
  TrpRecipe *copy = g_new (TrpRecipe, 1);

  *copy = *self;
  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->source = g_strdup (self->source);
  copy->second = g_strdup (self->second);
  for (int side = 0; side < TRP_N_STEP_SIDES; side++)
    copy->preprocessing[side] = g_strdup (self->preprocessing[side]);
  copy->schedule.score = g_strdup (self->schedule.score);
  return copy;
}

void
trp_recipe_free (TrpRecipe *self)
{
  if (!self)
    return;
  g_free (self->name);
  g_free (self->description);
  g_free (self->source);
  g_free (self->second);
  for (int side = 0; side < TRP_N_STEP_SIDES; side++)
    g_free (self->preprocessing[side]);
  g_free (self->schedule.score);
  g_free (self);
}

static bool
set_group (TrpRecipe *self, GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (size_t n = 0; keys && keys[n]; n++)
    {
      const TrpRecipeSetting *setting = trp_recipe_setting_find (group, keys[n], error);
      g_autoptr (GError) cause = NULL;
      g_autofree char *text = NULL;

      if (!setting)
        return false;
      text = g_key_file_get_string (file, group, keys[n], &cause);
      if (!text)
        {
          g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "%s.%s cannot be read: %s", group,
                       keys[n], cause->message);
          return false;
        }
      if (!trp_recipe_setting_set (setting, self, text, error))
        return false;
    }
  return true;
}

/* The trainer comes first because defaults depend on it. */
static TrpRecipe *
new_for_trainer (GKeyFile *file, GError **error)
{
  g_autoptr (TrpRecipe) probe = trp_recipe_new (TRP_TRAINER_CYCLEGAN);
  g_autofree char *text = g_key_file_get_string (file, "recipe", "trainer", NULL);

  if (!text)
    {
      g_set_error (
        error, TRP_ERROR, TRP_ERROR_FORMAT,
        "The recipe does not name its trainer: give recipe.trainer; \"triptych-cli recipes "
        "show defaults\" tells which there are");
      return NULL;
    }
  if (!trp_recipe_setting_set (trp_recipe_setting_find ("recipe", "trainer", NULL), probe, text,
                               error))
    return NULL;
  return trp_recipe_new (probe->trainer);
}

TrpRecipe *
trp_recipe_parse (const char *text, size_t size, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (TrpRecipe) self = NULL;
  g_autoptr (GError) cause = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, &cause))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "The recipe is no key file: %.200s",
                   cause->message);
      return NULL;
    }
  self = new_for_trainer (file, error);
  if (!self)
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  for (size_t n = 0; groups[n]; n++)
    if (!set_group (self, file, groups[n], error))
      return NULL;
  return trp_recipe_check (self, error) ? g_steal_pointer (&self) : NULL;
}

TrpRecipe *
trp_recipe_load (const char *name_or_path, GError **error)
{
  const bool is_path = strchr (name_or_path, G_DIR_SEPARATOR) ||
                       g_str_has_suffix (name_or_path, SUFFIX);
  g_autofree char *path = is_path ? g_strdup (name_or_path) : trp_recipe_find (name_or_path, error);
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  TrpRecipe *self;
  gsize size;

  if (!path)
    return NULL;
  if (!g_file_get_contents (path, &text, &size, &cause))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, cause->message);
      return NULL;
    }
  self = trp_recipe_parse (text, size, error);
  if (!self)
    g_prefix_error (error, "%s: ", path);
  return self;
}

bool
trp_recipe_set (TrpRecipe *self, const char *assignment, GError **error)
{
  const char *equals = strchr (assignment, '=');
  const TrpRecipeSetting *setting;
  g_autofree char *name = NULL;
  char *dot;

  if (!equals || equals == assignment)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "\"%s\" is not of the form KEY=VALUE",
                   assignment);
      return false;
    }
  name = g_strstrip (g_strndup (assignment, (size_t) (equals - assignment)));
  dot = strchr (name, '.');
  if (dot)
    *dot = '\0';
  setting = dot ? trp_recipe_setting_find (name, dot + 1, error)
                : trp_recipe_setting_find (NULL, name, error);
  if (!setting)
    return false;
  if (setting->offset == offsetof (TrpRecipe, trainer))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "recipe.trainer cannot be changed from outside the recipe");
      return false;
    }
  return trp_recipe_setting_set (setting, self, equals + 1, error);
}

int
trp_recipe_get_side (const TrpRecipe *self)
{
  return self->patch > 0 ? self->patch : self->size;
}

bool
trp_recipe_makes_contours (const TrpRecipe *self)
{
  return self->trainer != TRP_TRAINER_CYCLEGAN;
}

int
trp_recipe_count_halvings (const TrpRecipe *self)
{
  if (trp_recipe_makes_contours (self))
    return self->segmenter_levels - 1;
  return self->generator_halvings > 0 ? self->generator_halvings : self->generator_downs;
}

/* After the last halving. Instance norm makes 0 of a single pixel, so there must be more than one;
 * reflecting pads need a few; the generator's U-Net has no norm there. */
static int
least_side (const TrpRecipe *self)
{
  if (trp_recipe_makes_contours (self))
    return 2;
  return self->generator_halvings > 0 ? 1 : 4;
}

static bool
check_size (const TrpRecipe *self, GError **error)
{
  const int side = trp_recipe_get_side (self);
  const int halvings = trp_recipe_count_halvings (self);

  if (self->patch > self->size)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "data.patch = %d is larger than data.size = %d", self->patch, self->size);
  else if (side % (1 << halvings) != 0 || side < (1 << halvings))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "Samples of %d pixels cannot be halved %d times; data.size and data.patch must be "
                 "multiples of %d",
                 side, halvings, 1 << halvings);
  else if ((side >> halvings) < least_side (self))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "Samples of %d pixels are too small for %d halvings", side, halvings);
  else
    return true;
  return false;
}

/* Each layer takes a pixel from the edge and leaves half; one pixel must remain. */
static int
least_critic_side (const TrpRecipe *self)
{
  return (2 << self->critic.layers) - 1;
}

static bool
check_cyclegan_seg (const TrpRecipe *self, GError **error)
{
  if (self->context > 0 || self->image_channels > 1 || self->segmenter_background)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "The trainer cyclegan-seg turns single slices into masks and back; leave "
                 "network.context at 0, network.image_channels at 1 and "
                 "network.segmenter_background at false");
  else if (self->identity > 0 && self->n_labels > 1)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "%zu labels are no image, so there is nothing that the identity loss could "
                 "compare; set loss.identity to 0",
                 self->n_labels);
  else
    return true;
  return false;
}

static bool
check_segmenter (const TrpRecipe *self, GError **error)
{
  if (!trp_recipe_makes_contours (self))
    return true;
  if (self->n_labels == 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "data.labels names nothing to learn");
  else if (self->trainer == TRP_TRAINER_LGAN &&
           trp_recipe_get_side (self) < least_critic_side (self))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "Samples of %d pixels are too small for critic.layers = %d; it takes %d pixels or "
                 "more",
                 trp_recipe_get_side (self), self->critic.layers, least_critic_side (self));
  else if (self->trainer == TRP_TRAINER_CYCLEGAN_SEG && !(self->cross_entropy > 0))
    return check_cyclegan_seg (self, error);
  else if (!(self->bce + self->dice + self->cross_entropy > 0))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "loss.bce and loss.dice are both 0");
  else if (self->cross_entropy > 0 && self->trainer != TRP_TRAINER_SEGMENTER)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "loss.cross_entropy goes with the trainer segmenter only; use loss.bce");
  else if (self->cross_entropy > 0 && !self->segmenter_background)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "loss.cross_entropy needs a network with an output for the background; set "
                 "network.segmenter_background=true");
  else if (g_strcmp0 (self->second, self->source) == 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "data.second and data.source are both %s; name another image, or none",
                 self->source);
  else
    return true;
  return false;
}

/* Colour networks and neighbouring slices would both be channels. */
static bool
check_cyclegan (const TrpRecipe *self, GError **error)
{
  if (self->trainer != TRP_TRAINER_CYCLEGAN || self->context == 0 ||
      (self->image_channels <= 1 && self->output_channels <= 1))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "network.context = %d needs network.image_channels = 1 and network.output_channels "
               "= 1",
               self->context);
  return false;
}

static bool
check_schedule (const TrpRecipe *self, GError **error)
{
  const TrpSchedule *s = &self->schedule;
  const bool validates = s->validate_every > 0 || s->validate_epochs > 0;

  if (s->decay_epochs > s->epochs)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "schedule.decay_epochs = %d is more than schedule.epochs = %d", s->decay_epochs,
                 s->epochs);
  else if (s->rate == TRP_RATE_EPOCHS && s->epochs == 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "schedule.rate = epochs needs the number of schedule.epochs");
  else if (s->validate_every > 0 && s->validate_epochs > 0)
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "schedule.validate_every and schedule.validate_epochs are both given; one of them "
                 "must be 0");
  else if (!validates && (s->rate == TRP_RATE_PLATEAU || s->stop_patience > 0))
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "%s follows validations; say how often in schedule.validate_every or "
                 "schedule.validate_epochs",
                 s->rate == TRP_RATE_PLATEAU ? "schedule.rate = plateau"
                                             : "schedule.stop_patience");
  else
    return true;
  return false;
}

bool
trp_recipe_check (const TrpRecipe *self, GError **error)
{
  if (!check_size (self, error) || !check_cyclegan (self, error) ||
      !check_segmenter (self, error) || !check_schedule (self, error))
    return false;
  if (self->mr.percentile_low >= self->mr.percentile_high)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                   "data.mr_percentile_low = %g is not below data.mr_percentile_high = %g",
                   self->mr.percentile_low, self->mr.percentile_high);
      return false;
    }
  if (self->schedule.epochs > 0 || self->decay_start <= self->steps)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "training.decay_start = %d lies after the last of training.steps = %d",
               self->decay_start, self->steps);
  return false;
}

char *
trp_recipe_to_text (const TrpRecipe *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  size_t n_settings;
  const TrpRecipeSetting *settings = trp_recipe_settings (&n_settings);

  for (size_t n = 0; n < n_settings; n++)
    {
      g_autofree char *text = trp_recipe_setting_get (&settings[n], self);

      g_key_file_set_string (file, settings[n].group, settings[n].key, text);
    }
  return g_key_file_to_data (file, NULL, NULL);
}

static bool
changes_numbers (const TrpRecipeSetting *setting)
{
  return strcmp (setting->group, "output") != 0 && setting->type != TRP_SETTING_TEXT;
}

/* What one side has found on its training set and the other has yet to find. */
static bool
is_yet_to_learn (const TrpRecipeSetting *setting, const char *one, const char *other)
{
  return setting->type == TRP_SETTING_LEARNT && (*one == '\0' || *other == '\0');
}

#define MAX_NAMED 3

static char *
dup_difference (const TrpRecipe *there,
                const TrpRecipe *here,
                bool (*counts) (const TrpRecipeSetting *setting))
{
  g_autoptr (GString) text = g_string_new (NULL);
  size_t n_settings, n_differing = 0;
  const TrpRecipeSetting *settings = trp_recipe_settings (&n_settings);

  for (size_t n = 0; n < n_settings; n++)
    {
      g_autofree char *one = trp_recipe_setting_get_chosen (&settings[n], there);
      g_autofree char *other = trp_recipe_setting_get_chosen (&settings[n], here);

      if (!counts (&settings[n]) || strcmp (one, other) == 0 ||
          is_yet_to_learn (&settings[n], one, other) || ++n_differing > MAX_NAMED)
        continue;
      g_string_append_printf (text, "%s%s.%s: %.60s there, %.60s here", text->len ? "; " : "",
                              settings[n].group, settings[n].key, *one ? one : "nothing",
                              *other ? other : "nothing");
    }
  if (n_differing > MAX_NAMED)
    g_string_append_printf (text, "; and %zu more", n_differing - MAX_NAMED);
  return n_differing ? g_strdup (text->str) : NULL;
}

char *
trp_recipe_dup_difference (const TrpRecipe *there, const TrpRecipe *here)
{
  return dup_difference (there, here, changes_numbers);
}

static bool
changes_network (const TrpRecipeSetting *setting)
{
  return strcmp (setting->group, "network") == 0 ||
         setting->offset == offsetof (TrpRecipe, trainer) || setting->type == TRP_SETTING_LABELS;
}

char *
trp_recipe_dup_network_difference (const TrpRecipe *there, const TrpRecipe *here)
{
  return dup_difference (there, here, changes_network);
}

/* Of trainers that differ from others of their kind. */
static void
append_own_defaults (GString *text, const TrpRecipeSetting *setting)
{
  const char *common = trp_recipe_setting_get_default (setting, TRP_TRAINER_SEGMENTER);
  const char *own = trp_recipe_setting_get_default (setting, TRP_TRAINER_CYCLEGAN_SEG);

  if (strcmp (own, common) != 0)
    g_string_append_printf (text, "; %s for cyclegan-seg", own);
}

char *
trp_recipe_dup_reference (void)
{
  GString *text = g_string_new (
    "# Every setting of a recipe: what it is, what it takes, its default\n");
  size_t n_settings;
  const TrpRecipeSetting *settings = trp_recipe_settings (&n_settings);

  for (size_t n = 0; n < n_settings; n++)
    {
      const TrpRecipeSetting *setting = &settings[n];
      g_autofree char *range = trp_recipe_setting_dup_range (setting);

      if (n == 0 || strcmp (setting->group, settings[n - 1].group) != 0)
        g_string_append_printf (text, "\n[%s]\n", setting->group);
      g_string_append_printf (text, "# %s; %s", setting->help, range);
      if (setting->segmenter_value)
        g_string_append_printf (text, "; %s for segmenters", setting->segmenter_value);
      append_own_defaults (text, setting);
      g_string_append_printf (text, "\n%s=%s\n", setting->key, setting->value);
    }
  return g_string_free (text, FALSE);
}
