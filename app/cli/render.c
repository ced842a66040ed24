/* render.c - triptych-cli render: what panes show, without a screen
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "config.h"
#include "core/draw/pane.h"
#include "core/io/structure-file.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define PANE_SIZE 512 /* of the default picture, without the header line of 24 */
#define MAX_SIDE 20000
#define MIN_SCALE 1e-4
#define MAX_SCALE 1e4

extern const TrpVerb trp_verb_render;

/* What the command line says. */
typedef struct
{
  char *plane;
  char *at;
  char *overlay;
  char *reference;
  char **windows;
  char **roles;
  char *center;
  char *scale;
  char *size;
  char **outs;
  int frame;
  gboolean nose_right;
  gboolean crosshair;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->plane);
  g_free (self->at);
  g_free (self->overlay);
  g_free (self->reference);
  g_strfreev (self->windows);
  g_strfreev (self->roles);
  g_free (self->center);
  g_free (self->scale);
  g_free (self->size);
  g_strfreev (self->outs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The same, read. */
typedef struct
{
  TrpPaneRow row;
  double at, center[3];
  bool has_at, has_center;
  size_t width, height;
} Request;

static bool
parse_numbers (const char *option, const char *text, size_t n, double *out_numbers)
{
  g_autoptr (GArray) numbers = trp_verb_parse_numbers (option, text, n, n);

  if (!numbers)
    return false;
  memcpy (out_numbers, numbers->data, n * sizeof *out_numbers);
  return true;
}

static bool
parse_size (const Options *options, size_t n_panes, Request *request)
{
  double size[2];

  request->width = PANE_SIZE * n_panes + 2 * (n_panes - 1);
  request->height = PANE_SIZE + 24;
  if (!options->size)
    return true;
  if (!parse_numbers ("--size", options->size, 2, size))
    return false;
  if (size[0] < 64 || size[1] < 64 || size[0] > MAX_SIDE || size[1] > MAX_SIDE)
    {
      trp_verb_usage (_ ("--size takes 64 to %d pixels a side"), MAX_SIDE);
      return false;
    }
  request->width = (size_t) size[0];
  request->height = (size_t) size[1];
  return true;
}

static bool
parse_scale (const Options *options, Request *request)
{
  if (!parse_numbers ("--scale", options->scale, 1, &request->row.mm_per_px))
    return false;
  if (request->row.mm_per_px >= MIN_SCALE && request->row.mm_per_px <= MAX_SCALE)
    return true;
  trp_verb_usage (_ ("--scale takes %g to %g mm per pixel"), MIN_SCALE, MAX_SCALE);
  return false;
}

static bool
parse_options (const Options *options, size_t n_panes, Request *request)
{
  request->row.nose_right = options->nose_right;
  request->row.crosshair = options->crosshair;
  if (options->plane && !trp_orientation_parse (options->plane, &request->row.orientation))
    {
      trp_verb_usage (_ ("--plane takes axial, coronal or sagittal, not \"%s\""), options->plane);
      return false;
    }
  request->has_at = options->at != NULL;
  if (options->at && !parse_numbers ("--at", options->at, 1, &request->at))
    return false;
  request->has_center = options->center != NULL;
  if (options->center && !parse_numbers ("--center", options->center, 3, request->center))
    return false;
  if (options->scale && !parse_scale (options, request))
    return false;
  if ((options->windows && g_strv_length (options->windows) > n_panes) ||
      (options->roles && g_strv_length (options->roles) > n_panes))
    {
      trp_verb_usage (_ ("there are more windows or roles than images"));
      return false;
    }
  if (!options->outs)
    {
      trp_verb_usage (_ ("--out is missing"));
      return false;
    }
  return parse_size (options, n_panes, request);
}

/* "-" keeps the image's own window. */
static bool
choose_window (const Options *options, size_t index, const TrpVolume *volume, TrpWindow *out_window)
{
  const size_t n = options->windows ? g_strv_length (options->windows) : 0;
  TrpWindow window = trp_window_get_default (volume);
  double numbers[2];

  if (index < n && strcmp (options->windows[index], "-") != 0)
    {
      if (!parse_numbers ("--window", options->windows[index], 2, numbers))
        return false;
      if (numbers[0] <= 0)
        {
          trp_verb_usage (_ ("a window's width is more than 0"));
          return false;
        }
      window.width = numbers[0];
      window.level = numbers[1];
      window.exact = false;
    }
  *out_window = window;
  return true;
}

static const char *
get_role (const Options *options, size_t index, const TrpVolume *volume)
{
  const TrpVolumeInfo *info = trp_volume_get_info (volume);

  if (options->roles && index < g_strv_length (options->roles))
    return options->roles[index];
  return info->modality == TRP_MODALITY_SYNCT     ? "SynCT"
         : info->modality != TRP_MODALITY_UNKNOWN ? trp_modality_get_name (info->modality)
                                                  : "";
}

static GPtrArray *
load_volumes (int n, char **paths, int frame, GError **error)
{
  g_autoptr (GPtrArray)
    volumes = g_ptr_array_new_with_free_func ((GDestroyNotify) trp_volume_unref);
  const TrpLoadOptions options = { .frame = frame, .progress = trp_verb_progress () };

  for (int p = 0; p < n; p++)
    {
      TrpVolume *volume = trp_volume_load (paths[p], &options, error);

      if (!volume)
        return NULL;
      g_ptr_array_add (volumes, volume);
    }
  return g_steal_pointer (&volumes);
}

/* The plane goes through the first image's middle but for what --at and --center say. */
static void
place_row (Request *request, const TrpVolume *first)
{
  const int axis = trp_orientation_get_axis (request->row.orientation);
  TrpVec3 point = trp_geometry_get_center (trp_volume_get_geometry (first));

  if (request->has_center)
    memcpy (point.v, request->center, sizeof point.v);
  if (request->has_at)
    point.v[axis] = request->at;
  request->row.point_lps = point;
  request->row.center_lps = point;
}

/* Widens the range by the outer faces of @volume's corner voxels. */
static void
widen_range (const TrpVolume *volume, int axis, double *io_low, double *io_high)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);

  for (int corner = 0; corner < 8; corner++)
    {
      TrpVec3 ijk;
      double position;

      for (int i = 0; i < 3; i++)
        ijk.v[i] = corner >> i & 1 ? (double) geometry->size[i] - 0.5 : -0.5;
      position = trp_geometry_lps_from_ijk (geometry, ijk).v[axis];
      *io_low = MIN (*io_low, position);
      *io_high = MAX (*io_high, position);
    }
}

/* A plane beside every image would be an empty picture that looks like a result. */
static bool
check_plane (const Request *request, const GPtrArray *volumes)
{
  const int axis = trp_orientation_get_axis (request->row.orientation);
  const double position = request->row.point_lps.v[axis];
  double low = INFINITY, high = -INFINITY;

  for (guint n = 0; n < volumes->len; n++)
    widen_range (volumes->pdata[n], axis, &low, &high);
  if (position >= low && position <= high)
    return true;
  trp_verb_usage (
    _ ("the plane at %g mm lies outside the image, which reaches from %.1f to %.1f mm"), position,
    low, high);
  return false;
}

/* One picture, or several names with commas between if all of them are pictures' names. */
static bool
save_all (const Request *request, const char *out, GError **error)
{
  g_auto (GStrv) names = g_strsplit (out, ",", -1);
  bool are_pictures = true;

  for (size_t n = 0; names[n]; n++)
    {
      g_autofree char *lower = g_ascii_strdown (names[n], -1);

      are_pictures = are_pictures &&
                     (g_str_has_suffix (lower, ".png") || g_str_has_suffix (lower, ".pdf"));
    }
  if (!are_pictures)
    return trp_pane_row_save (&request->row, request->width, request->height, out, error);
  for (size_t n = 0; names[n]; n++)
    if (!trp_pane_row_save (&request->row, request->width, request->height, names[n], error))
      return false;
  return true;
}

static int
render (const Options *options, Request *request, int n_paths, char **paths)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) volumes = load_volumes (n_paths, paths, options->frame, &error);
  g_autoptr (TrpStructureSet) structures = NULL;
  g_autoptr (TrpStructureSet) reference = NULL;
  g_autofree TrpPane *panes = g_new0 (TrpPane, n_paths);

  if (!volumes)
    return trp_verb_fail (error);
  if (options->overlay && !(structures = trp_structure_set_load (options->overlay, NULL, &error)))
    return trp_verb_fail (error);
  if (options->reference &&
      !(reference = trp_structure_set_load (options->reference, NULL, &error)))
    return trp_verb_fail (error);
  for (int p = 0; p < n_paths; p++)
    {
      const TrpVolume *volume = volumes->pdata[p];

      panes[p] = (TrpPane){ .volume = volume,
                            .role = get_role (options, (size_t) p, volume),
                            .structures = structures,
                            .reference = reference };
      if (!choose_window (options, (size_t) p, volume, &panes[p].window))
        return TRP_EXIT_USAGE;
    }
  request->row.panes = panes;
  request->row.n_panes = (size_t) n_paths;
  place_row (request, volumes->pdata[0]);
  if (!check_plane (request, volumes))
    return TRP_EXIT_USAGE;
  for (size_t n = 0; options->outs[n]; n++)
    if (!save_all (request, options->outs[n], &error))
      return trp_verb_fail (error);
  return TRP_EXIT_DONE;
}

static int
run (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  Request request = { 0 };
  const GOptionEntry entries[] = {
    { "plane", 0, 0, G_OPTION_ARG_STRING, &options.plane, N_ ("axial (default), coronal, sagittal"),
      "NAME" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &options.at,
      N_ ("LPS coordinate of the plane (axial z, coronal y, sagittal x); default: the middle"),
      "MM" },
    { "overlay", 0, 0, G_OPTION_ARG_FILENAME, &options.overlay,
      N_ ("structures to outline in every pane"), "FILE" },
    { "reference", 0, 0, G_OPTION_ARG_FILENAME, &options.reference,
      N_ ("structures to outline dashed"), "FILE" },
    { "window", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.windows,
      N_ ("width and level of the first image, again for the second, ...; - keeps its own"),
      "W,L" },
    { "role", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.roles,
      N_ ("name of the first image's pane, again for the second, ..."), "NAME" },
    { "center", 0, 0, G_OPTION_ARG_STRING, &options.center, N_ ("LPS point in the middle"),
      "X,Y,Z" },
    { "scale", 0, 0, G_OPTION_ARG_STRING, &options.scale,
      N_ ("mm per pixel; default: all of the first image fits"), "MM" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &options.size, N_ ("pixels of the picture"), "W,H" },
    { "frame", 0, 0, G_OPTION_ARG_INT, &options.frame, N_ ("of 4-D files"), "N" },
    { "nose-right", 0, 0, G_OPTION_ARG_NONE, &options.nose_right,
      N_ ("sagittal planes look to the right"), NULL },
    { "crosshair", 0, 0, G_OPTION_ARG_NONE, &options.crosshair, N_ ("mark the middle"), NULL },
    { "out", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.outs, N_ ("picture, .png or .pdf"),
      "FILE" },
    { NULL },
  };

  if (!trp_verb_parse (&trp_verb_render, entries, 1, 16, &argc, &argv) ||
      !trp_verb_check_frame (options.frame) ||
      !parse_options (&options, (size_t) argc - 1, &request))
    return TRP_EXIT_USAGE;
  return render (&options, &request, argc - 1, argv + 1);
}

const TrpVerb trp_verb_render = {
  .name = "render",
  .arguments = N_ ("PATH... --out FILE"),
  .help = N_ ("draw what panes show, one per image, to a PNG or PDF"),
  .run = run,
};
