/* metrics.c - triptych-cli metrics: every number about two label maps
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "config.h"
#include "core/io/structure-file.h"
#include "core/metrics/mask-metrics.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

#define MAX_TOLERANCES 64
#define ONLY_LABEL 1 /* what is reported when neither file holds any label */

/**
 * Run: what was asked for, and both files
 * @tolerances, @apl_tolerances: (element-type double), mm
 */
typedef struct
{
  TrpStructureSet *reference;
  TrpStructureSet *test;
  GArray *tolerances;
  GArray *apl_tolerances;
} Run;

static double
get_number (const GArray *numbers, size_t n)
{
  return g_array_index (numbers, double, n);
}

static GArray *
parse_tolerances (const char *option, const char *text)
{
  g_autoptr (GArray) numbers = trp_verb_parse_numbers (option, text, 1, MAX_TOLERANCES);

  for (size_t n = 0; numbers && n < numbers->len; n++)
    if (get_number (numbers, n) < 0)
      {
        trp_verb_usage (_ ("%s: a tolerance cannot be negative"), option);
        return NULL;
      }
  return g_steal_pointer (&numbers);
}

/* "nsd@0.5"; never with a decimal comma. (transfer full) */
static char *
make_key (const char *name, double tolerance)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup_printf ("%s@%s", name, g_ascii_formatd (number, sizeof number, "%g", tolerance));
}

static void
add_counts (JsonBuilder *builder, const TrpMaskMetrics *metrics)
{
  const TrpOverlap *overlap = &metrics->overlap;

  trp_json_add_count (builder, "n_a", overlap->reference);
  trp_json_add_count (builder, "n_b", overlap->test);
  trp_json_add_count (builder, "n_intersection", overlap->both);
  trp_json_add_member (builder, "volume_a_mm3", metrics->volume_reference_mm3);
  trp_json_add_member (builder, "volume_b_mm3", metrics->volume_test_mm3);
  trp_json_add_member (builder, "volume_diff_mm3",
                       metrics->volume_test_mm3 - metrics->volume_reference_mm3);
  trp_json_add_member (builder, "volume_diff_rel", trp_overlap_relative_difference (overlap));
  trp_json_add_member (builder, "dice", trp_overlap_dice (overlap));
  trp_json_add_member (builder, "iou", trp_overlap_iou (overlap));
}

static void
add_surface (JsonBuilder *builder,
             const char *name,
             const TrpSurfaceDistances *distances,
             const GArray *tolerances)
{
  const TrpSurfaceNumbers *numbers = trp_surface_distances_get_numbers (distances);
  const bool surfel = trp_surface_distances_get_kind (distances) == TRP_SURFACE_SURFEL;

  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  if (surfel)
    {
      trp_json_add_member (builder, "area_a_mm2", numbers->size_reference);
      trp_json_add_member (builder, "area_b_mm2", numbers->size_test);
    }
  else
    {
      trp_json_add_count (builder, "n_border_a", numbers->n_reference);
      trp_json_add_count (builder, "n_border_b", numbers->n_test);
    }
  trp_json_add_member (builder, "hd_ab", numbers->hd_ab);
  trp_json_add_member (builder, "hd_ba", numbers->hd_ba);
  trp_json_add_member (builder, "hd", numbers->hd);
  trp_json_add_member (builder, "hd95", numbers->hd95);
  if (!surfel)
    trp_json_add_member (builder, "hd95_pooled", numbers->hd95_pooled);
  trp_json_add_member (builder, "asd_ab", numbers->asd_ab);
  trp_json_add_member (builder, "asd_ba", numbers->asd_ba);
  trp_json_add_member (builder, "assd", numbers->assd);
  trp_json_add_member (builder, "masd", numbers->masd);
  for (size_t n = 0; n < tolerances->len; n++)
    {
      g_autofree char *key = make_key ("nsd", get_number (tolerances, n));

      trp_json_add_member (builder, key,
                           trp_surface_distances_get_nsd (distances, get_number (tolerances, n)));
    }
  json_builder_end_object (builder);
}

static void
add_path_length (JsonBuilder *builder, const TrpMaskMetrics *metrics, const GArray *tolerances)
{
  json_builder_set_member_name (builder, "apl");
  json_builder_begin_object (builder);
  for (size_t n = 0; n < tolerances->len; n++)
    {
      g_autofree char *pixels = make_key ("pixels", get_number (tolerances, n));
      g_autofree char *mm = make_key ("mm", get_number (tolerances, n));

      trp_json_add_count (builder, pixels, metrics->apl_pixels[n]);
      trp_json_add_member (builder, mm,
                           (double) metrics->apl_pixels[n] * metrics->apl_mm_per_pixel);
    }
  trp_json_add_count (builder, "contour_pixels_a", metrics->contour_pixels);
  json_builder_end_object (builder);
}

static void
add_label (JsonBuilder *builder, unsigned label, const TrpMaskMetrics *metrics, const Run *run)
{
  g_autofree char *key = g_strdup_printf ("%u", label);

  json_builder_set_member_name (builder, key);
  json_builder_begin_object (builder);
  add_counts (builder, metrics);
  add_surface (builder, "voxel_border", metrics->border, run->tolerances);
  add_surface (builder, "surfel", metrics->surfel, run->tolerances);
  trp_json_add_member (builder, "hd_set", metrics->hd_set);
  add_path_length (builder, metrics, run->apl_tolerances);
  json_builder_end_object (builder);
}

/* "12.34 mm"; what does not exist is said in words, never as a number. (transfer full) */
static char *
format_value (double value, const char *unit)
{
  if (isnan (value))
    return g_strdup (_ ("n/a (both empty)"));
  if (isinf (value))
    return g_strdup (_ ("infinite (one is empty)"));
  return g_strdup_printf ("%.4f%s%s", value, *unit ? " " : "", unit);
}

static void
print_value (const char *name, double value, const char *unit)
{
  g_autofree char *text = format_value (value, unit);

  printf ("  %-34s %s\n", name, text);
}

static void
print_surface (const TrpSurfaceDistances *distances, const GArray *tolerances)
{
  const TrpSurfaceNumbers *numbers = trp_surface_distances_get_numbers (distances);

  print_value (_ ("Hausdorff distance (HD)"), numbers->hd, "mm");
  print_value (_ ("95th percentile (HD95)"), numbers->hd95, "mm");
  print_value (_ ("mean surface distance (ASSD, MSD)"), numbers->assd, "mm");
  print_value (_ ("mean of the two means (MASD)"), numbers->masd, "mm");
  for (size_t n = 0; n < tolerances->len; n++)
    {
      g_autofree char *name = g_strdup_printf (_ ("surface Dice (NSD) at %g mm"),
                                               get_number (tolerances, n));

      print_value (name, trp_surface_distances_get_nsd (distances, get_number (tolerances, n)), "");
    }
}

static void
print_label (const char *title, const TrpMaskMetrics *metrics, const Run *run)
{
  printf ("%s\n", title);
  print_value (_ ("Dice"), trp_overlap_dice (&metrics->overlap), "");
  print_value (_ ("IoU"), trp_overlap_iou (&metrics->overlap), "");
  print_value (_ ("volume of the reference"), metrics->volume_reference_mm3 / 1000, "ml");
  print_value (_ ("volume of the test"), metrics->volume_test_mm3 / 1000, "ml");
  printf (_ (" Surface: voxel border (centres of voxels with a background 6-neighbour)\n"));
  print_surface (metrics->border, run->tolerances);
  printf (_ (" Surface: surfels (voxel corners weighted by area)\n"));
  print_surface (metrics->surfel, run->tolerances);
  printf (_ (" Other\n"));
  print_value (_ ("HD of all voxels (ITK)"), metrics->hd_set, "mm");
  for (size_t n = 0; n < run->apl_tolerances->len; n++)
    {
      g_autofree char *name = g_strdup_printf (_ ("added path length beyond %g mm"),
                                               get_number (run->apl_tolerances, n));

      print_value (name, (double) metrics->apl_pixels[n] * metrics->apl_mm_per_pixel, "mm");
    }
}

static const TrpStructure *
find_label (const TrpStructureSet *set, unsigned label)
{
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    if (trp_structure_get_label (trp_structure_set_get (set, n)) == label)
      return trp_structure_set_get (set, n);
  return NULL;
}

/* The mask of a label; an empty one where the file has none. (transfer full) */
static TrpMask *
copy_mask (const TrpStructureSet *set, unsigned label)
{
  const TrpStructure *structure = find_label (set, label);

  return structure ? trp_mask_copy (trp_structure_peek_mask (structure))
                   : trp_mask_new (trp_structure_set_get_geometry (set));
}

static int
compare_labels (const void *a, const void *b)
{
  return (int) *(const uint16_t *) a - (int) *(const uint16_t *) b;
}

/* Labels of either file, ascending. (element-type uint16_t) */
static GArray *
list_labels (const Run *run)
{
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (uint16_t));
  const TrpStructureSet *const sets[] = { run->reference, run->test };

  for (size_t s = 0; s < G_N_ELEMENTS (sets); s++)
    for (size_t n = 0; n < trp_structure_set_get_size (sets[s]); n++)
      {
        const uint16_t label = trp_structure_get_label (trp_structure_set_get (sets[s], n));

        if (s == 0 || !find_label (run->reference, label))
          g_array_append_val (labels, label);
      }
  g_array_sort (labels, compare_labels);
  if (labels->len == 0)
    g_array_append_val (labels, (uint16_t){ ONLY_LABEL });
  return labels;
}

static char *
make_title (const Run *run, unsigned label)
{
  const TrpStructure *structure = find_label (run->reference, label);

  if (!structure)
    structure = find_label (run->test, label);
  return structure ? g_strdup_printf ("%u: %s", label, trp_structure_get_name (structure))
                   : g_strdup_printf ("%u", label);
}

/* @builder: NULL prints for people. */
static bool
report_label (
  const Run *run, unsigned label, JsonBuilder *builder, TrpProgress *progress, GError **error)
{
  g_autoptr (TrpMask) reference = copy_mask (run->reference, label);
  g_autoptr (TrpMask) test = copy_mask (run->test, label);
  g_autofree char *title = make_title (run, label);
  g_autoptr (TrpMaskMetrics)
    metrics = trp_mask_metrics_compute (reference, test, (const double *) run->apl_tolerances->data,
                                        run->apl_tolerances->len, progress, error);

  if (!metrics)
    return false;
  if (builder)
    add_label (builder, label, metrics, run);
  else
    print_label (title, metrics, run);
  return true;
}

static bool
report (const Run *run, GArray *labels, bool json, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (size_t n = 0; n < labels->len; n++)
    {
      TrpProgress part = trp_progress_part (trp_verb_progress (), (double) n / labels->len,
                                            (double) (n + 1) / labels->len);

      if (!report_label (run, g_array_index (labels, uint16_t, n), json ? builder : NULL, &part,
                         error))
        return false;
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  if (json)
    trp_json_print (builder);
  return true;
}

static TrpStructureSet *
load (const char *path, int frame, GError **error)
{
  const TrpLoadOptions options = { .frame = frame, .progress = trp_verb_progress () };

  return trp_structure_set_load (path, &options, error);
}

static bool
load_both (Run *run, char **paths, int frame, GError **error)
{
  run->reference = load (paths[0], frame, error);
  run->test = run->reference ? load (paths[1], frame, error) : NULL;
  return run->test && trp_geometry_check_equal (trp_structure_set_get_geometry (run->reference),
                                                trp_structure_set_get_geometry (run->test), error);
}

static void
clear_run (Run *run)
{
  g_clear_pointer (&run->reference, trp_structure_set_unref);
  g_clear_pointer (&run->test, trp_structure_set_unref);
  g_clear_pointer (&run->tolerances, g_array_unref);
  g_clear_pointer (&run->apl_tolerances, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, clear_run)

static int run_metrics (int argc, char **argv);

const TrpVerb trp_verb_metrics = {
  .name = "metrics",
  .arguments = "REF TEST [--label N] [--tolerance MM,...] [--apl-tolerance MM,...] "
               "[--frame N] [--json]",
  .help = N_ ("compare two label maps: Dice, Hausdorff, surface distances, path length"),
  .run = run_metrics,
};

static int
run_metrics (int argc, char **argv)
{
  g_autofree char *tolerance = NULL;
  g_autofree char *apl_tolerance = NULL;
  gboolean json = FALSE;
  int label = -1, frame = 0; /* all labels */
  const GOptionEntry entries[] = {
    { "label", 0, 0, G_OPTION_ARG_INT, &label, N_ ("Only this label"), "N" },
    { "tolerance", 0, 0, G_OPTION_ARG_STRING, &tolerance,
      N_ ("Tolerances of the surface Dice; 0.5,1,2,3"), "MM,..." },
    { "apl-tolerance", 0, 0, G_OPTION_ARG_STRING, &apl_tolerance,
      N_ ("Tolerances of the added path length; 0,1,3"), "MM,..." },
    { "frame", 0, 0, G_OPTION_ARG_INT, &frame, N_ ("of 4-D files"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print one JSON object"), NULL },
    { NULL },
  };
  g_auto (Run) run = { 0 };
  g_autoptr (GArray) labels = NULL;
  g_autoptr (GError) error = NULL;

  if (!trp_verb_parse (&trp_verb_metrics, entries, 2, 2, &argc, &argv) ||
      !trp_verb_check_frame (frame))
    return TRP_EXIT_USAGE;
  if (label != -1 && (label < 1 || label > UINT16_MAX))
    return trp_verb_usage (_ ("--label takes a number from 1 to 65535"));
  run.tolerances = parse_tolerances ("--tolerance", tolerance ? tolerance : "0.5,1,2,3");
  run.apl_tolerances = run.tolerances ? parse_tolerances ("--apl-tolerance",
                                                          apl_tolerance ? apl_tolerance : "0,1,3")
                                      : NULL;
  if (!run.apl_tolerances)
    return TRP_EXIT_USAGE;
  if (!load_both (&run, argv + 1, frame, &error))
    return trp_verb_fail (error);
  labels = list_labels (&run);
  if (label > 0)
    {
      g_array_set_size (labels, 0);
      g_array_append_val (labels, (uint16_t){ (uint16_t) label });
    }
  return report (&run, labels, json, &error) ? TRP_EXIT_DONE : trp_verb_fail (error);
}
