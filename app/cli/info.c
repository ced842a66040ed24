/* info.c - triptych-cli info: what a file holds and what is odd about it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Patient names and IDs are not printed.
 */

#include "app/cli/verb.h"
#include "core/io/format.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

extern const TrpVerb trp_verb_info;

static gboolean as_json;
static int frame;
static char *series_uid;

static const GOptionEntry entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("print one JSON object"), NULL },
  { "frame", 0, 0, G_OPTION_ARG_INT, &frame, N_ ("frame of a 4-D file, from 0"), "N" },
  { "series", 0, 0, G_OPTION_ARG_STRING, &series_uid, N_ ("series of a DICOM folder"), "UID" },
  { NULL },
};

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  if (value)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_geometry (JsonBuilder *builder, const TrpGeometry *geometry)
{
  json_builder_set_member_name (builder, "size");
  json_builder_begin_array (builder);
  for (int axis = 0; axis < 3; axis++)
    json_builder_add_int_value (builder, (gint64) geometry->size[axis]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "spacing_mm");
  json_builder_begin_array (builder);
  for (int axis = 0; axis < 3; axis++)
    trp_json_add_number (builder, trp_geometry_get_spacing (geometry, axis));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "lps_from_ijk");
  json_builder_begin_array (builder);
  for (int row = 0; row < 4; row++)
    {
      json_builder_begin_array (builder);
      for (int column = 0; column < 4; column++)
        trp_json_add_number (builder, row < 3 ? geometry->lps_from_ijk.m[row][column]
                                              : (column == 3 ? 1 : 0));
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

/* Readers that keep slope and intercept need not repeat them as the file's. */
static double
get_file_slope (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);

  return info->file_slope != 0 ? info->file_slope : trp_volume_get_slope (volume);
}

static double
get_file_intercept (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);

  return info->file_slope != 0 ? info->file_intercept : trp_volume_get_intercept (volume);
}

static void
add_values (JsonBuilder *builder, const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  const char *held = trp_voxel_type_get_name (trp_volume_get_voxel_type (volume));
  double low, high;

  trp_volume_get_range (volume, &low, &high);
  add_string (builder, "type", info->file_type ? info->file_type : held);
  add_string (builder, "memory_type", held);
  json_builder_set_member_name (builder, "slope");
  trp_json_add_number (builder, get_file_slope (volume));
  json_builder_set_member_name (builder, "intercept");
  trp_json_add_number (builder, get_file_intercept (volume));
  add_string (builder, "unit", info->unit ? info->unit : "a.u.");
  add_string (builder, "modality", trp_modality_get_name (info->modality));
  json_builder_set_member_name (builder, "frames");
  json_builder_add_int_value (builder, MAX (info->n_frames, 1));
  json_builder_set_member_name (builder, "range");
  json_builder_begin_array (builder);
  trp_json_add_number (builder, low);
  trp_json_add_number (builder, high);
  json_builder_end_array (builder);
}

static void
add_volume (JsonBuilder *builder, const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);

  add_string (builder, "format", info->format);
  add_geometry (builder, trp_volume_get_geometry (volume));
  add_values (builder, volume);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (size_t n = 0; info->warnings && info->warnings[n]; n++)
    json_builder_add_string_value (builder, info->warnings[n]);
  json_builder_end_array (builder);
}

static void
print_volume (const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);
  const TrpVec3 origin = trp_affine_column (&geometry->lps_from_ijk, 3);
  const char *modality = trp_modality_get_name (info->modality);
  double low, high;
  char codes[4];

  trp_geometry_get_axis_codes (geometry, codes);
  trp_volume_get_range (volume, &low, &high);
  printf (_ ("format      %s, %s held as %s\n"), info->format, info->file_type,
          trp_voxel_type_get_name (trp_volume_get_voxel_type (volume)));
  printf (_ ("modality    %s\n"), modality ? modality : _ ("not stated"));
  printf (_ ("size        %zu x %zu x %zu voxels\n"), geometry->size[0], geometry->size[1],
          geometry->size[2]);
  if (info->n_frames > 1)
    printf (_ ("frames      %d; this is %d\n"), info->n_frames, info->frame);
  printf (_ ("spacing     %.6g x %.6g x %.6g mm\n"), trp_geometry_get_spacing (geometry, 0),
          trp_geometry_get_spacing (geometry, 1), trp_geometry_get_spacing (geometry, 2));
  printf (_ ("origin      %.6g, %.6g, %.6g mm (L, P, S)\n"), origin.v[0], origin.v[1], origin.v[2]);
  printf (_ ("axes        %s (where i, j, k point)\n"), codes);
  printf (_ ("range       %g to %g %s\n"), low, high, info->unit ? info->unit : "a.u.");
  printf (_ ("rescale     slope %g, intercept %g\n"), get_file_slope (volume),
          get_file_intercept (volume));
  for (size_t n = 0; info->warnings && info->warnings[n]; n++)
    printf (_ ("warning     %s\n"), info->warnings[n]);
}

static TrpVolume *
load (const char *path, const TrpSeries *series, GError **error)
{
  const TrpLoadOptions options = {
    .frame = frame, .series_uid = series_uid, .series = series, .progress = trp_verb_progress ()
  };

  return trp_volume_load (path, &options, error);
}

/* One series that cannot be read does not hide the others. */
static void
add_series (JsonBuilder *builder, const char *path, const TrpVolume *first, const GPtrArray *list)
{
  json_builder_set_member_name (builder, "series");
  json_builder_begin_array (builder);
  for (guint n = 0; n < list->len; n++)
    {
      const TrpSeries *series = list->pdata[n];
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpVolume) volume = n == 0 ? trp_volume_ref (first) : load (path, series, &error);

      json_builder_begin_object (builder);
      add_string (builder, "uid", series->uid);
      add_string (builder, "description", series->description);
      if (volume)
        add_volume (builder, volume);
      else
        add_string (builder, "error", error->message);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const char *path, const TrpVolume *volume, const GPtrArray *list)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_volume (builder, volume);
  if (list && list->len > 1)
    add_series (builder, path, volume, list);
  json_builder_end_object (builder);
  trp_json_print (builder);
}

static void
print_text (const TrpVolume *volume, const GPtrArray *list)
{
  for (guint n = 0; list && list->len > 1 && n < list->len; n++)
    {
      const TrpSeries *series = list->pdata[n];

      printf (_ ("series      %s: %s (%zu files)\n"), series->uid,
              series->description ? series->description : "", series->n_files);
    }
  print_volume (volume);
}

/* (nullable): of formats that have series, without --series. */
static GPtrArray *
list_series (const char *path)
{
  const TrpFormat *format = trp_format_find (path, NULL);
  g_autoptr (GPtrArray) list = NULL;

  if (!format || !format->list || series_uid)
    return NULL;
  list = trp_series_list (path, trp_verb_progress (), NULL); /* loading will report what failed */
  return g_steal_pointer (&list);
}

static int
run (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (TrpVolume) volume = NULL;

  if (!trp_verb_parse (&trp_verb_info, entries, 1, 1, &argc, &argv) ||
      !trp_verb_check_frame (frame))
    return TRP_EXIT_USAGE;
  list = list_series (argv[1]);
  volume = load (argv[1], list ? list->pdata[0] : NULL, &error);
  if (!volume)
    return trp_verb_fail (error);
  if (as_json)
    print_json (argv[1], volume, list);
  else
    print_text (volume, list);
  return TRP_EXIT_DONE;
}

const TrpVerb trp_verb_info = {
  .name = "info",
  .arguments = "PATH [--json] [--frame N] [--series UID]",
  .help = N_ ("geometry, type, range and warnings of an image"),
  .run = run,
};
