/* import-source.c - where networks lie in a stranger's file; see import-source.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/import-source.h"

#include "core/base/error.h"
#include "core/method/checkpoint.h"

#include <string.h>

#define MAX_SOURCES 2 /* the two ways of a CycleGAN */

bool
trp_import_parse_arch (const char *text, TrpImportArch *out_arch, GError **error)
{
  int blocks;

  if (trp_name_matches ("resnet-*", text, &blocks) && blocks >= 1 && blocks <= 32)
    *out_arch = (TrpImportArch){ .kind = TRP_TRAINER_CYCLEGAN, .n_blocks = blocks };
  else if (strcmp (text, "unet") == 0)
    *out_arch = (TrpImportArch){ .kind = TRP_TRAINER_SEGMENTER, .segmenter = TRP_SEGMENTER_UNET };
  else if (strcmp (text, "res-unet-2.5d") == 0)
    *out_arch = (TrpImportArch){ .kind = TRP_TRAINER_SEGMENTER,
                                 .segmenter = TRP_SEGMENTER_RES_UNET };
  else
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "\"%s\" cannot be imported; resnet-N (N: 1 to 32), unet and res-unet-2.5d can",
                   text);
      return false;
    }
  return true;
}

static void
free_source (void *data)
{
  TrpImportSource *source = data;

  g_free (source->prefix);
  g_free (source);
}

/* "g_b", "netg_b", "my_g_b", but not "img_b" */
static bool
ends_with_word (const char *part, const char *ending)
{
  const size_t length = strlen (part), end = strlen (ending);

  return g_str_has_suffix (part, ending) &&
         (length == end || part[length - end - 1] == '_' ||
          (length == end + strlen ("net") && g_str_has_prefix (part, "net")));
}

/* The way is told by the last part of the prefix that says something: "netG_A.module." */
static const char *
read_net (const char *prefix)
{
  static const struct
  {
    const char *ending, *net;
  } known[] = {
    { "g_a", "G_A" },  { "g_b", "G_B" },   { "g_ab", "G_A" },
    { "g_ba", "G_B" }, { "g_a2b", "G_A" }, { "g_b2a", "G_B" },
  };
  g_autofree char *lower = g_ascii_strdown (prefix, -1);
  g_auto (GStrv) parts = g_strsplit (lower, ".", -1);

  for (guint n = g_strv_length (parts); n > 0; n--)
    for (size_t k = 0; k < G_N_ELEMENTS (known); k++)
      if (ends_with_word (parts[n - 1], known[k].ending))
        return known[k].net;
  return NULL;
}

static bool
has_marker (const TrpSafetensors *file, const TrpNaming *naming, const char *prefix)
{
  for (size_t n = 0; n < trp_safetensors_get_n_tensors (file); n++)
    {
      const char *name = trp_safetensors_peek_tensor (file, n)->name;

      if (g_str_has_prefix (name, prefix) &&
          trp_name_matches (naming->marker, name + strlen (prefix), NULL))
        return true;
    }
  return false;
}

/* A tensor whose name ends with the anchor, at its beginning or behind a point. */
static void
look_at (const TrpNaming *naming, const char *name, GPtrArray *sources)
{
  const size_t length = strlen (name), anchor = strlen (naming->anchor);
  TrpImportSource *source;

  if (!g_str_has_suffix (name, naming->anchor) ||
      (length > anchor && name[length - anchor - 1] != '.'))
    return;
  source = g_new (TrpImportSource, 1);
  *source = (TrpImportSource){ naming, g_strndup (name, length - anchor), NULL };
  g_ptr_array_add (sources, source);
}

/* More than MAX_SOURCES are not looked for: a stranger's file may hold a million. */
static void
find_anchors (const TrpSafetensors *file, TrpTrainerKind kind, GPtrArray *sources)
{
  size_t n_namings;
  const TrpNaming *namings = trp_namings (&n_namings);

  for (size_t k = 0; k < n_namings; k++)
    for (size_t n = 0; namings[k].kind == kind && !namings[k].marker &&
                       n < trp_safetensors_get_n_tensors (file) && sources->len <= MAX_SOURCES;
         n++)
      look_at (&namings[k], trp_safetensors_peek_tensor (file, n)->name, sources);
}

/* Namings that share an anchor are told apart by what else there is. */
static void
refine (const TrpSafetensors *file, TrpImportSource *source)
{
  size_t n_namings;
  const TrpNaming *namings = trp_namings (&n_namings);

  for (size_t k = 0; k < n_namings; k++)
    if (namings[k].marker && strcmp (namings[k].anchor, source->naming->anchor) == 0 &&
        has_marker (file, &namings[k], source->prefix))
      source->naming = &namings[k];
}

static bool
fail_ambiguous (const TrpImportSource *a, const TrpImportSource *b, GError **error)
{
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
               "The file holds several networks, \"%.60s%s\" and \"%.60s%s\" among them, and it is "
               "not clear which to take; leave one of them in the file",
               a->prefix, a->naming->anchor, b->prefix, b->naming->anchor);
  return false;
}

/* One network has the name it is given, two must be the two ways of a CycleGAN. */
static bool
name_nets (const TrpSafetensors *file,
           GPtrArray *sources,
           TrpTrainerKind kind,
           const char *net,
           GError **error)
{
  TrpImportSource *first = sources->pdata[0], *second;
  const char *told = trp_safetensors_peek_metadata (file, "net");

  if (sources->len == 1)
    {
      first->net = kind == TRP_TRAINER_SEGMENTER ? "net" : read_net (net ? net : first->prefix);
      if (!first->net && told)
        first->net = read_net (told);
      if (!first->net)
        first->net = "G_A";
      return true;
    }
  second = sources->pdata[1];
  first->net = read_net (first->prefix);
  second->net = read_net (second->prefix);
  if (sources->len > MAX_SOURCES || kind == TRP_TRAINER_SEGMENTER || !first->net || !second->net ||
      first->net == second->net)
    return fail_ambiguous (first, second, error);
  return true;
}

static bool
check_net (const TrpImportArch *arch, const char *net, GError **error)
{
  if (!net || (arch->kind == TRP_TRAINER_CYCLEGAN &&
               (strcmp (net, "G_A") == 0 || strcmp (net, "G_B") == 0)))
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
               "A generator is imported as G_A or G_B, a U-Net without a choice, not as \"%s\"",
               net);
  return false;
}

GPtrArray *
trp_import_find_sources (const TrpSafetensors *file,
                         const TrpImportArch *arch,
                         const char *net,
                         GError **error)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (free_source);

  if (!check_net (arch, net, error))
    return NULL;
  if (g_strcmp0 (trp_safetensors_peek_metadata (file, "format"), TRP_CHECKPOINT_FORMAT) == 0)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "The file is a model of this program already; use it as it is");
      return NULL;
    }
  find_anchors (file, arch->kind, sources);
  for (guint n = 0; n < sources->len; n++)
    refine (file, sources->pdata[n]);
  if (sources->len == 0)
    {
      g_set_error_literal (
        error, TRP_ERROR, TRP_ERROR_FORMAT,
        arch->kind == TRP_TRAINER_CYCLEGAN
          ? "There is no tensor \"model.1.weight\", with which a generator begins"
          : "There is no tensor \"down.0.conv1.weight\", "
            "\"inc.double_conv.0.weight\" or \"encoder1.enc1conv1.weight\", "
            "with which a U-Net begins");
      return NULL;
    }
  return name_nets (file, sources, arch->kind, net, error) ? g_steal_pointer (&sources) : NULL;
}
