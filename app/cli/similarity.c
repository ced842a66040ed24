/* similarity.c - triptych-cli similarity: numbers about two images on one grid
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/similarity.h"

#include "app/cli/verb.h"
#include "config.h"
#include "core/io/format.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

static void
add_region (JsonBuilder *builder, const char *name, const TrpSimilarityRegion *region)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  trp_json_add_count (builder, "n", region->n);
  trp_json_add_member (builder, "mae", region->mae);
  trp_json_add_member (builder, "me", region->me);
  trp_json_add_member (builder, "rmse", region->rmse);
  trp_json_add_member (builder, "psnr", region->psnr);
  trp_json_add_member (builder, "ncc", region->ncc);
  trp_json_add_member (builder, "mi64", region->mi);
  trp_json_add_member (builder, "hx64", region->hx);
  trp_json_add_member (builder, "hy64", region->hy);
  trp_json_add_member (builder, "hxy64", region->hxy);
  trp_json_add_member (builder, "nmi64", region->nmi);
  json_builder_end_object (builder);
}

static void
add_slices (JsonBuilder *builder, const char *name, const TrpSimilarity *result, size_t offset)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (size_t k = 0; k < result->n_slices; k++)
    trp_json_add_number (builder, G_STRUCT_MEMBER (double, &result->slices[k], offset));
  json_builder_end_array (builder);
}

static void
add_outline (JsonBuilder *builder, const TrpSimilarity *result)
{
  json_builder_set_member_name (builder, "outline");
  json_builder_begin_object (builder);
  trp_json_add_member (builder, "threshold_hu", TRP_SIMILARITY_BODY_HU);
  trp_json_add_count (builder, "n_ref", result->outline_n_reference);
  trp_json_add_count (builder, "n_test", result->outline_n_test);
  trp_json_add_member (builder, "dice", result->outline_dice);
  json_builder_end_object (builder);
}

#define SLICE(member) G_STRUCT_OFFSET (TrpSimilaritySlice, member)

static void
print_json (const TrpSimilarity *result)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  trp_json_add_member (builder, "data_range", result->data_range);
  add_region (builder, "whole", &result->whole);
  if (result->has_mask)
    add_region (builder, "mask", &result->mask);
  add_slices (builder, "ssim2d_per_slice", result, SLICE (ssim));
  trp_json_add_member (builder, "ssim2d", result->ssim2d);
  if (result->has_mask)
    trp_json_add_member (builder, "ssim2d_mask", result->ssim2d_mask);
  if (result->has_ssim3d)
    trp_json_add_member (builder, "ssim3d", result->ssim3d);
  add_slices (builder, "mi64_per_slice", result, SLICE (mi));
  add_slices (builder, "ncc_per_slice", result, SLICE (ncc));
  add_slices (builder, "gc_sobel_per_slice", result, SLICE (gc_sobel));
  trp_json_add_member (builder, "gc_sobel", result->gc_sobel);
  add_slices (builder, "gc_central_per_slice", result, SLICE (gc_central));
  trp_json_add_member (builder, "gc_central", result->gc_central);
  if (result->has_outline)
    add_outline (builder, result);
  json_builder_end_object (builder);
  trp_json_print (builder);
}

static void
print_value (const char *name, double value)
{
  if (isnan (value))
    printf ("  %-38s %s\n", name, _ ("n/a"));
  else if (isinf (value))
    printf ("  %-38s %s\n", name, _ ("infinite"));
  else
    printf ("  %-38s %.6g\n", name, value);
}

static void
print_region (const char *title, const TrpSimilarityRegion *region)
{
  printf (_ ("%s, %zu voxels\n"), title, region->n);
  print_value (_ ("mean absolute error (MAE)"), region->mae);
  print_value (_ ("mean error, test - reference (ME)"), region->me);
  print_value (_ ("root mean square error (RMSE)"), region->rmse);
  print_value (_ ("peak signal to noise (PSNR), dB"), region->psnr);
  print_value (_ ("correlation (NCC)"), region->ncc);
  print_value (_ ("mutual information, 64 bins, nats"), region->mi);
  print_value (_ ("normalised mutual information"), region->nmi);
}

static void
print_table (const TrpSimilarity *result)
{
  print_region (_ ("Whole image"), &result->whole);
  if (result->has_mask)
    print_region (_ ("Inside the mask"), &result->mask);
  printf (_ ("Structure; the range of PSNR and SSIM is %g\n"), result->data_range);
  print_value (_ ("SSIM, slices, Gaussian 11 x 11"), result->ssim2d);
  if (result->has_mask)
    print_value (_ ("SSIM, slices, inside the mask"), result->ssim2d_mask);
  if (result->has_ssim3d)
    print_value (_ ("SSIM, 3D, Gaussian 11 x 11 x 11"), result->ssim3d);
  print_value (_ ("gradient correlation, Sobel"), result->gc_sobel);
  print_value (_ ("gradient correlation, central"), result->gc_central);
  if (result->has_outline)
    print_value (_ ("Dice of the body outlines (> -300 HU)"), result->outline_dice);
}

/* The inside of a mask file is everything that is not zero. */
static TrpMask *
load_mask (const char *path, GError **error)
{
  g_autoptr (TrpVolume)
    volume = trp_volume_load (path, &(TrpLoadOptions){ .progress = trp_verb_progress () }, error);
  const TrpGeometry *geometry;
  TrpMask *mask;

  if (!volume)
    return NULL;
  geometry = trp_volume_get_geometry (volume);
  mask = trp_mask_new (geometry);
  for (size_t k = 0; k < geometry->size[2]; k++)
    for (size_t j = 0; j < geometry->size[1]; j++)
      for (size_t i = 0; i < geometry->size[0]; i++)
        if (fabs (trp_volume_get_value (volume, (ptrdiff_t) i, (ptrdiff_t) j, (ptrdiff_t) k)) > 0)
          trp_mask_set (mask, i, j, k, true);
  return mask;
}

static bool
compute (char **paths,
         const char *mask_path,
         int frame,
         TrpSimilarityOptions *options,
         bool json,
         GError **error)
{
  const TrpLoadOptions load = { .frame = frame, .progress = trp_verb_progress () };
  g_autoptr (TrpVolume) reference = trp_volume_load (paths[0], &load, error);
  g_autoptr (TrpVolume) test = reference ? trp_volume_load (paths[1], &load, error) : NULL;
  g_autoptr (TrpMask) mask = test && mask_path ? load_mask (mask_path, error) : NULL;
  g_autoptr (TrpSimilarity) result = NULL;

  if (!test || (mask_path && !mask))
    return false;
  options->mask = mask;
  result = trp_similarity_compute (reference, test, options, trp_verb_progress (), error);
  if (!result)
    return false;
  if (json)
    print_json (result);
  else
    print_table (result);
  return true;
}

static bool
parse_clip (const char *text, TrpSimilarityOptions *options)
{
  g_autoptr (GArray) numbers = text ? trp_verb_parse_numbers ("--clip", text, 2, 2) : NULL;

  if (!text)
    return true;
  if (!numbers)
    return false;
  options->clip = true;
  options->clip_low = g_array_index (numbers, double, 0);
  options->clip_high = g_array_index (numbers, double, 1);
  if (options->clip_low < options->clip_high)
    return true;
  trp_verb_usage (_ ("--clip takes the lower value first"));
  return false;
}

/* In C notation, whatever the locale. */
static bool
parse_range (const char *text, TrpSimilarityOptions *options)
{
  g_autoptr (GArray) numbers = text ? trp_verb_parse_numbers ("--range", text, 1, 1) : NULL;

  if (!text)
    return true;
  if (!numbers)
    return false;
  options->data_range = g_array_index (numbers, double, 0);
  if (options->data_range > 0)
    return true;
  trp_verb_usage (_ ("--range takes a number above 0"));
  return false;
}

static int run_similarity (int argc, char **argv);

const TrpVerb trp_verb_similarity = {
  .name = "similarity",
  .arguments = "REF TEST [--mask M] [--range R] [--clip LO,HI] [--frame N] [--json]",
  .help = N_ ("compare two images: errors, PSNR, SSIM, mutual information, gradients, outline"),
  .run = run_similarity,
};

static int
run_similarity (int argc, char **argv)
{
  g_autofree char *mask = NULL;
  g_autofree char *range = NULL;
  g_autofree char *clip = NULL;
  gboolean json = FALSE;
  int frame = 0;
  const GOptionEntry entries[] = {
    { "mask", 0, 0, G_OPTION_ARG_FILENAME, &mask, N_ ("Also inside this mask (not zero)"), "M" },
    { "range", 0, 0, G_OPTION_ARG_STRING, &range,
      N_ ("Data range of PSNR and SSIM; else that of --clip, 4095 for CT, or the reference's"),
      "R" },
    { "clip", 0, 0, G_OPTION_ARG_STRING, &clip, N_ ("Clip both images first"), "LO,HI" },
    { "frame", 0, 0, G_OPTION_ARG_INT, &frame, N_ ("of 4-D files"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print one JSON object"), NULL },
    { NULL },
  };
  TrpSimilarityOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!trp_verb_parse (&trp_verb_similarity, entries, 2, 2, &argc, &argv) ||
      !trp_verb_check_frame (frame) || !parse_range (range, &options) ||
      !parse_clip (clip, &options))
    return TRP_EXIT_USAGE;
  return compute (argv + 1, mask, frame, &options, json, &error) ? TRP_EXIT_DONE
                                                                 : trp_verb_fail (error);
}
