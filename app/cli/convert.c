/* convert.c - triptych-cli convert: any readable file to any writable one
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Volumes keep their voxel type, slope and geometry as far as the format can; label maps take their
 * names and colours along. With --reference they are resampled onto that volume's grid: label maps
 * by the nearest voxel, since a blend of two labels is a third, images linearly.
 */

#include "app/cli/verb.h"
#include "core/image/resample.h"
#include "core/io/atomic-write.h"
#include "core/io/label-map.h"
#include "core/io/label-table.h"
#include "core/io/structure-file.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_convert;

static int frame = -1;
static char *series_uid;
static char *priority;
static char *structure;
static gboolean separate;
static char *reference;
static gboolean nearest;
static gboolean linear;

static const GOptionEntry entries[] = {
  { "frame", 0, 0, G_OPTION_ARG_INT, &frame, N_ ("frame of a 4-D file, from 0"), "N" },
  { "series", 0, 0, G_OPTION_ARG_STRING, &series_uid, N_ ("series of a DICOM folder"), "UID" },
  { "priority", 0, 0, G_OPTION_ARG_STRING, &priority,
    N_ ("which structures win where some overlap, first first"), "NAME,NAME" },
  { "structure", 0, 0, G_OPTION_ARG_STRING, &structure, N_ ("this structure only"), "NAME" },
  { "separate", 0, 0, G_OPTION_ARG_NONE, &separate, N_ ("OUT is a folder: one file per structure"),
    NULL },
  { "reference", 0, 0, G_OPTION_ARG_FILENAME, &reference,
    N_ ("resample onto the grid of this volume"), "VOLUME" },
  { "nearest", 0, 0, G_OPTION_ARG_NONE, &nearest,
    N_ ("with --reference: take the nearest voxel, whatever the file looks like"), NULL },
  { "linear", 0, 0, G_OPTION_ARG_NONE, &linear,
    N_ ("with --reference: interpolate, though the file looks like a label map; names are dropped"),
    NULL },
  { NULL },
};

/* Only the structure that was asked for. */
static TrpStructureSet *
reduce (const TrpStructureSet *set, GError **error)
{
  TrpStructure *wanted = trp_structure_set_find (set, structure);
  TrpStructureSet *reduced;

  if (!wanted)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED, _ ("There is no structure \"%s\""),
                   structure);
      return NULL;
    }
  reduced = trp_structure_set_new (trp_structure_set_get_name (set),
                                   trp_structure_set_get_geometry (set));
  trp_structure_set_append (reduced, wanted);
  return reduced;
}

static bool
convert_structures (const char *in, const char *out, const TrpLoadOptions *options, GError **error)
{
  g_autoptr (TrpStructureSet) set = trp_structure_set_load (in, options, error);
  g_auto (GStrv) names = priority ? g_strsplit (priority, ",", -1) : NULL;

  if (set && structure)
    {
      TrpStructureSet *reduced = reduce (set, error);

      trp_structure_set_unref (set);
      set = reduced;
    }
  if (!set)
    return false;
  if (separate)
    return trp_structure_set_save_separately (set, out, error);
  return trp_structure_set_save (set, out, (const char *const *) names, error);
}

/* Where the volume has nothing: background, air, or the darkest there is. */
static TrpVolume *
resample (const TrpVolume *volume, bool are_labels, GError **error)
{
  const TrpLoadOptions options = { .progress = trp_verb_progress () };
  g_autoptr (TrpVolume) onto = trp_volume_load (reference, &options, error);
  double low, high;

  if (!onto)
    return NULL;
  trp_volume_get_range (volume, &low, &high);
  return trp_volume_resample (volume, trp_volume_get_geometry (onto),
                              are_labels ? TRP_INTERPOLATION_NEAREST : TRP_INTERPOLATION_LINEAR,
                              are_labels ? 0 : low, trp_verb_progress (), error);
}

/* Returns: false with an error; NULL in @out_labels for images. */
static bool
list_labels (const TrpVolume *volume, const char *in, GPtrArray **out_labels, GError **error)
{
  GError *reason = NULL;

  *out_labels = trp_label_map_list_labels (volume, in, &reason);
  if (reason)
    g_propagate_error (error, reason);
  return reason == NULL;
}

static bool
is_same_file (const char *a, const char *b)
{
  GStatBuf at_a, at_b;

  return g_stat (a, &at_a) == 0 && g_stat (b, &at_b) == 0 && at_a.st_dev == at_b.st_dev &&
         at_a.st_ino == at_b.st_ino;
}

/* The table of names that no longer fits once @out, an image, is replaced; NULL without one. One
 * that @in goes on using stays, and so does one without @out: it is of another file of that name.
 * (transfer full) */
static char *
find_stale_table (const char *in, const char *out)
{
  g_autofree char *of_in = trp_label_table_dup_path (in);
  g_autofree char *of_out = trp_label_table_dup_path (out);
  const bool in_place = linear && is_same_file (in, out);

  if (!g_file_test (out, G_FILE_TEST_EXISTS) || (is_same_file (of_in, of_out) && !in_place))
    return NULL;
  return g_steal_pointer (&of_out);
}

static bool
save_labels (GPtrArray *labels, const char *out, GError **error)
{
  g_autofree char *path = trp_label_table_dup_path (out);
  g_autofree char *text = trp_label_table_write (labels);

  return trp_write_file (path, text, strlen (text), error);
}

/* The image first: what is removed before a failure would be lost. */
static bool
save (const TrpVolume *volume, GPtrArray *labels, const char *in, const char *out, GError **error)
{
  g_autofree char *stale = labels ? NULL : find_stale_table (in, out);

  if (!trp_volume_save (volume, out, error))
    return false;
  if (labels)
    return save_labels (labels, out, error);
  if (!stale || g_unlink (stale) == 0 || errno == ENOENT)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_IO,
               _ ("The image was saved, but names of labels from before stay beside it, since "
                  "\"%s\" cannot be removed (%s); remove it"),
               stale, g_strerror (errno));
  return false;
}

/* Whether --reference takes the nearest voxel. */
static bool
choose_nearest (const TrpVolume *volume,
                const GPtrArray *labels,
                const char *in,
                bool *out_nearest,
                GError **error)
{
  *out_nearest = nearest;
  if (nearest || linear)
    return true;
  *out_nearest = labels || trp_label_map_is_evident (volume, in);
  if (*out_nearest)
    trp_verb_say (_ ("this is a label map: the nearest voxel is taken; --linear interpolates"),
                  NULL);
  else if (trp_label_map_is_doubtful (volume, in))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           _ ("This may be an image or a label map, which must not be blended, and "
                              "neither its values nor its name tell; say --nearest for labels, "
                              "--linear for an image"));
      trp_format_prefix_error (error, in);
      return false;
    }
  return true;
}

static void
report (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);

  if (info->n_frames > 1 && frame < 0)
    printf (_ ("frame 0 of %d was converted; --frame N takes another\n"), info->n_frames);
  for (size_t n = 0; info->warnings && info->warnings[n]; n++)
    printf (_ ("warning: %s\n"), info->warnings[n]);
}

static bool
convert_volume (const char *in, const char *out, const TrpLoadOptions *options, GError **error)
{
  g_autoptr (TrpVolume) volume = trp_volume_load (in, options, error);
  g_autoptr (TrpVolume) resampled = NULL;
  g_autoptr (GPtrArray) labels = NULL;
  bool are_labels;

  if (!volume || !list_labels (volume, in, &labels, error))
    return false;
  if (reference && (!choose_nearest (volume, labels, in, &are_labels, error) ||
                    !(resampled = resample (volume, are_labels, error))))
    return false;
  if (linear)
    g_clear_pointer (&labels, g_ptr_array_unref); /* what is blended has no name */
  if (!save (resampled ? resampled : volume, labels, in, out, error))
    return false;
  report (volume);
  return true;
}

/* Whether one of the two files is of a format of structures, which are not taken for an image. A
 * frame that is asked for is one. */
static bool
holds_structures (const char *in, const char *out)
{
  const TrpFormat *format = frame < 0 ? trp_format_find (in, NULL) : NULL;

  return (format && format->load_structures) || trp_structure_file_holds_overlaps (out);
}

static int
run (int argc, char **argv)
{
  TrpLoadOptions options = { .progress = trp_verb_progress () };
  g_autoptr (GError) error = NULL;
  bool ok;

  if (!trp_verb_parse (&trp_verb_convert, entries, 2, 2, &argc, &argv))
    return TRP_EXIT_USAGE;
  if (frame != -1 && !trp_verb_check_frame (frame))
    return TRP_EXIT_USAGE;
  options.frame = MAX (frame, 0);
  options.series_uid = series_uid;
  if (!separate && !trp_format_find_for_saving (argv[2], &error))
    {
      trp_format_prefix_error (&error, argv[2]); /* before a long load */
      return trp_verb_fail (error);
    }
  if ((nearest || linear) && !reference)
    return trp_verb_usage (_ ("%s says how --reference resamples"),
                           nearest ? "--nearest" : "--linear");
  if (nearest && linear)
    return trp_verb_usage (_ ("--nearest and --linear contradict each other; give one of them"));
  if (reference && (separate || priority || structure))
    return trp_verb_usage (_ ("--reference goes with none of the options for structures"));
  if (reference && holds_structures (argv[1], argv[2]))
    return trp_verb_usage (_ ("--reference resamples images and label maps, no segmentations; "
                              "convert to or from a label map in a step of its own"));
  if (separate || priority || structure || holds_structures (argv[1], argv[2]))
    ok = convert_structures (argv[1], argv[2], &options, &error);
  else
    ok = convert_volume (argv[1], argv[2], &options, &error);
  return ok ? TRP_EXIT_DONE : trp_verb_fail (error);
}

const TrpVerb trp_verb_convert = {
  .name = "convert",
  .arguments = "IN OUT [--frame N] [--series UID] [--structure NAME] [--priority NAME,NAME] "
               "[--separate] [--reference VOLUME [--nearest|--linear]]",
  .help = N_ ("any readable image or label map to any writable format"),
  .notes = N_ (
    "OUT.seg.nrrd is a segmentation for 3D Slicer, which holds structures that overlap.\n"
    "With --reference a label map is resampled by the nearest voxel and everything else linearly.\n"
    "A file is a label map if its values are whole numbers from 0 to 65535 and names of them "
    "stand\n"
    "beside it, or none is over 40, or there are but two, or at most 256 and the file's name "
    "holds\n"
    "a word such as mask, labels, seg or gtv, and it does not say that it is an MR, CT or PET.\n"
    "Other files of at most 256 such values, or of more and such a word, may be either: they are\n"
    "refused until --nearest or --linear says what they are."),
  .run = run,
};
