/* exchange-names.c - see exchange-names.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/exchange-names.h"

#include <string.h>

/* @ours: a module; "*" is a level, "^" the deepest one. @theirs: "%L" the level, "%N" the next
 * number, "%R" levels - 1 - level, as of those who count from the bottom up. */
struct _TrpNamePattern
{
  const char *ours;
  const char *theirs;
};

/* A dropout layer stands before the second padding. */
static const TrpNamePattern resnet_dropout[] = {
  { "model.*.conv_block.5", "model.%L.conv_block.6" },
  { NULL, NULL },
};

static const TrpNamePattern milesial[] = {
  { "down.0.conv1", "inc.double_conv.0" },
  { "down.0.norm1", "inc.double_conv.1" },
  { "down.0.conv2", "inc.double_conv.3" },
  { "down.0.norm2", "inc.double_conv.4" },
  { "down.*.conv1", "down%L.maxpool_conv.1.double_conv.0" },
  { "down.*.norm1", "down%L.maxpool_conv.1.double_conv.1" },
  { "down.*.conv2", "down%L.maxpool_conv.1.double_conv.3" },
  { "down.*.norm2", "down%L.maxpool_conv.1.double_conv.4" },
  { "up.*.transpose", "up%R.up" },
  { "up.*.conv1", "up%R.conv.double_conv.0" },
  { "up.*.norm1", "up%R.conv.double_conv.1" },
  { "up.*.conv2", "up%R.conv.double_conv.3" },
  { "up.*.norm2", "up%R.conv.double_conv.4" },
  { "head", "outc.conv" },
  { NULL, NULL },
};

static const TrpNamePattern mateuszbuda[] = {
  { "down.^.conv1", "bottleneck.bottleneckconv1" },
  { "down.^.norm1", "bottleneck.bottlenecknorm1" },
  { "down.^.conv2", "bottleneck.bottleneckconv2" },
  { "down.^.norm2", "bottleneck.bottlenecknorm2" },
  { "down.*.conv1", "encoder%N.enc%Nconv1" },
  { "down.*.norm1", "encoder%N.enc%Nnorm1" },
  { "down.*.conv2", "encoder%N.enc%Nconv2" },
  { "down.*.norm2", "encoder%N.enc%Nnorm2" },
  { "up.*.transpose", "upconv%N" },
  { "up.*.conv1", "decoder%N.dec%Nconv1" },
  { "up.*.norm1", "decoder%N.dec%Nnorm1" },
  { "up.*.conv2", "decoder%N.dec%Nconv2" },
  { "up.*.norm2", "decoder%N.dec%Nnorm2" },
  { "head", "conv" },
  { NULL, NULL },
};

static const TrpNaming namings[] = {
  { .name = "resnet-dropout",
    .kind = TRP_TRAINER_CYCLEGAN,
    .anchor = "model.1.weight",
    .marker = "model.*.conv_block.6.weight",
    .patterns = resnet_dropout },
  { .name = "resnet", .kind = TRP_TRAINER_CYCLEGAN, .anchor = "model.1.weight" },
  { .name = "unet", .kind = TRP_TRAINER_SEGMENTER, .anchor = "down.0.conv1.weight" },
  { .name = "milesial",
    .kind = TRP_TRAINER_SEGMENTER,
    .anchor = "inc.double_conv.0.weight",
    .patterns = milesial,
    .norm_bias = TRP_NORM_BIAS_IF_USED,
    .needs_batch_norm = true,
    .has_background = true },
  { .name = "mateuszbuda",
    .kind = TRP_TRAINER_SEGMENTER,
    .anchor = "encoder1.enc1conv1.weight",
    .patterns = mateuszbuda,
    .norm_bias = TRP_NORM_BIAS_NEVER,
    .upsampled_first = true,
    .needs_batch_norm = true },
};

const TrpNaming *
trp_namings (size_t *out_n)
{
  *out_n = G_N_ELEMENTS (namings);
  return namings;
}

const TrpNaming *
trp_naming_find (const char *name, TrpTrainerKind kind, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (size_t n = 0; n < G_N_ELEMENTS (namings); n++)
    {
      const TrpNaming *naming = &namings[n];

      if (naming->kind != kind)
        continue;
      if (name ? strcmp (naming->name, name) == 0 : !naming->patterns)
        return naming;
      g_string_append_printf (known, "%s%s", known->len ? ", " : "", naming->name);
    }
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "There are no names \"%s\" for this network; there are: %s", name, known->str);
  return NULL;
}

bool
trp_name_matches (const char *pattern, const char *name, int *out_number)
{
  int number = -1;

  for (; *pattern; pattern++)
    {
      if (*pattern != '*')
        {
          if (*name++ != *pattern)
            return false;
          continue;
        }
      if (!g_ascii_isdigit (*name))
        return false;
      for (number = 0; g_ascii_isdigit (*name) && number < 1000; name++)
        number = 10 * number + (*name - '0');
    }
  if (*name)
    return false;
  if (out_number)
    *out_number = number;
  return true;
}

/* "^" is "*" at one level only. */
static bool
matches (const char *ours, const char *module, int deepest, int *out_level)
{
  g_autofree char *pattern = g_strdelimit (g_strdup (ours), "^", '*');

  return trp_name_matches (pattern, module, out_level) &&
         (!strchr (ours, '^') || *out_level == deepest);
}

static void
append_expanded (GString *out, const char *theirs, int level, int deepest)
{
  for (; *theirs; theirs++)
    {
      if (*theirs != '%')
        {
          g_string_append_c (out, *theirs);
          continue;
        }
      theirs++;
      g_string_append_printf (out, "%d",
                              *theirs == 'L'   ? level
                              : *theirs == 'N' ? level + 1
                                               : deepest - level);
    }
}

char *
trp_naming_translate (const TrpNaming *self, const char *ours, int n_levels)
{
  const char *suffix = strrchr (ours, '.');
  g_autofree char *module = g_strndup (ours, suffix ? (size_t) (suffix - ours) : 0);
  g_autoptr (GString) theirs = g_string_new (NULL);
  int level;

  for (const TrpNamePattern *p = self->patterns; p && p->ours; p++)
    if (matches (p->ours, module, n_levels - 1, &level))
      {
        append_expanded (theirs, p->theirs, level, n_levels - 1);
        g_string_append (theirs, suffix);
        return g_string_free (g_steal_pointer (&theirs), FALSE);
      }
  return g_strdup (ours);
}

void
trp_naming_reorder (const TrpNaming *self, const char *ours, const size_t axes[4], float *values)
{
  const size_t half = axes[1] / 2 * axes[2] * axes[3];
  g_autofree float *first = NULL;

  if (!self->upsampled_first || !trp_name_matches ("up.*.conv1.weight", ours, NULL))
    return;
  first = g_new (float, half);
  for (size_t o = 0; o < axes[0]; o++, values += 2 * half)
    {
      memcpy (first, values, half * sizeof *first);
      memcpy (values, values + half, half * sizeof *first);
      memcpy (values + half, first, half * sizeof *first);
    }
}

bool
trp_name_is_norm_bias (TrpTrainerKind kind, const char *ours)
{
  static const char *const patterns[] = {
    "down.*.conv1.bias", "down.*.conv2.bias", "down.*.conv_shortcut.bias",
    "up.*.conv1.bias",   "up.*.conv2.bias",   "up.*.conv_shortcut.bias",
  };

  for (size_t n = 0; kind == TRP_TRAINER_SEGMENTER && n < G_N_ELEMENTS (patterns); n++)
    if (trp_name_matches (patterns[n], ours, NULL))
      return true;
  return false;
}
