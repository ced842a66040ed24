/* test-livewire.c - the livewire on real masks: few anchors on the outline, how close is the rest
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * In every slice of a reference mask N anchors are put on the outline of its largest part, equally
 * far apart; the rest of the outline is drawn by the livewire, by straight lines, and by a closed
 * Catmull-Rom curve. Dice is that of the filled slice, the distance the mean of both directions
 * between the outlines. The image is seen through the window in which the program opens it.
 *
 * Mean Dice (straight, curve, wire) with the default weights, which were set by hand:
 *
 *                         4 anchors            6 anchors            8 anchors
 *   prostate MR        .781 .902 .851      .897 .950 .910      .938 .969 .927
 *   sarcoma MR         .781 .905 .834      .901 .952 .901      .938 .968 .929
 *   sarcoma CT         .781 .905 .807      .901 .952 .887      .938 .968 .920
 *   abdomen MR         .744 .856 .812      .875 .923 .859      .920 .950 .886
 *   abdomen CT         .690 .804 .812      .844 .902 .881      .897 .932 .900
 *   pulmonary artery   .712 .797 .829      .837 .884 .868      .893 .923 .903
 *
 * The wire beats straight lines with 4 anchors everywhere, with 8 on two sets of six; it beats the
 * curve with 4 anchors on the last two sets only. Weights tuned on the prostates (tune, with -m
 * slow) change the wire's numbers by -.007 to +.021; with 8 anchors straight lines stay better on
 * sarcoma and abdomen MR and on sarcoma CT.
 */

#include "core/image/resample.h"
#include "core/image/window-level.h"
#include "core/io/label-map.h"
#include "core/structure/livewire.h"
#include "core/structure/rasterize.h"
#include "core/structure/trace.h"
#include "tests/lib/check.h"

#include <math.h>

typedef struct
{
  const char *image, *mask;
} Pair;

typedef struct
{
  const char *name;
  Pair pairs[12];
} Cohort;

#define STS(n, m)                                                                                  \
  {                                                                                                \
    "data/sts_mr_ct/STS_" n "/" m "_image.nii.gz", "data/sts_mr_ct/STS_" n "/" m "_mask.nii.gz"    \
  }
#define STS_ALL(m)                                                                                 \
  {                                                                                                \
    STS ("003", m), STS ("004", m), STS ("006", m), STS ("012", m), STS ("014", m),                \
      STS ("018", m), STS ("026", m), STS ("038", m), STS ("044", m), STS ("048", m)               \
  }
#define PROSTATE "data/prostate_mr/"

static const Cohort cohorts[] = {
  { "prostate MR (to tune on)",
    { { PROSTATE "ProstateDx-01-0049/t2_normalised.nii.gz",
        PROSTATE "ProstateDx-01-0049/prostate_mask.nii.gz" },
      { PROSTATE "ProstateDx-01-0055/t2_normalised.nii.gz",
        PROSTATE "ProstateDx-01-0055/prostate_mask.nii.gz" },
      { PROSTATE "promise12_demo0/t2.nii.gz", PROSTATE "promise12_demo0/prostate_mask.nii.gz" } } },
  { "sarcoma MR", STS_ALL ("MR_T1") },
  { "sarcoma CT", STS_ALL ("CT") },
  { "abdomen MR, 3 mm",
    { { "data/abdomen_totalseg/example_mr_sm.nii.gz",
        "data/abdomen_totalseg/example_seg_mr.nii.gz" } } },
  { "abdomen CT, 3 mm",
    { { "data/abdomen_totalseg/example_ct_sm.nii.gz",
        "data/abdomen_totalseg/example_seg.nii.gz" } } },
  { "pulmonary artery CT",
    { { "data/thorax_pulmonary/ct_cropped.nii.gz",
        "data/thorax_pulmonary/pulmonary_artery.nii.gz" } } },
};

/* Shorter ones have too few pixels between anchors. */
static const double least_outline_px = 40;

/* A slice and the outline of its reference, points in pixels. */
typedef struct
{
  float *values;
  size_t width, height;
  double spacing[2];
  double low, high;
  TrpContours *outline;
} Slice;

static void
free_slice (void *data)
{
  Slice *slice = data;

  g_free (slice->values);
  trp_contours_free (slice->outline);
  g_free (slice);
}

static double
get_distance (const Slice *slice, TrpPoint a, TrpPoint b)
{
  return hypot ((a.x - b.x) * slice->spacing[0], (a.y - b.y) * slice->spacing[1]);
}

static double
get_length (const Slice *slice, const TrpPoint *points, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += get_distance (slice, points[i], points[(i + 1) % n]);
  return sum;
}

/* @n points equally far apart along a closed line. */
static GArray *
spread_points (const Slice *slice, const TrpPoint *points, size_t n_points, size_t n)
{
  const double part = get_length (slice, points, n_points) / (double) n;
  GArray *found = g_array_new (FALSE, FALSE, sizeof (TrpPoint));
  double walked = 0;

  for (size_t i = 0; i < n_points && found->len < n; i++)
    {
      const TrpPoint a = points[i], b = points[(i + 1) % n_points];
      const double length = get_distance (slice, a, b);

      for (; found->len < n && part * found->len < walked + length;)
        {
          const double t = (part * found->len - walked) / length;
          const TrpPoint point = { a.x + t * (b.x - a.x), a.y + t * (b.y - a.y) };

          g_array_append_val (found, point);
        }
      walked += length;
    }
  return found;
}

static const TrpPoint *
peek (const GArray *points)
{
  return (const TrpPoint *) (const void *) points->data;
}

static TrpContours *
make_outline (const TrpPoint *points, size_t n)
{
  TrpContours *outline = trp_contours_new ();

  for (size_t i = 0; i < n; i++)
    trp_contours_append (outline, points[i].x, points[i].y);
  trp_contours_close (outline);
  return outline;
}

static TrpContours *
copy_largest (const TrpContours *contours)
{
  double largest = 0;
  const TrpPoint *points = NULL;
  size_t n = 0;

  for (size_t c = 0; c < trp_contours_get_size (contours); c++)
    if (trp_contours_get_area (contours, c) > largest)
      {
        largest = trp_contours_get_area (contours, c);
        points = trp_contours_peek_points (contours, c, &n);
      }
  return points ? make_outline (points, n) : NULL;
}

static void
add_slices (GPtrArray *slices, const TrpVolume *volume, const TrpMask *mask)
{
  const TrpGeometry *geometry = trp_mask_get_geometry (mask);
  const TrpWindow window = trp_window_get_default (volume);
  const size_t width = geometry->size[0], height = geometry->size[1];

  for (size_t k = 0; k < geometry->size[2]; k++)
    {
      g_autoptr (TrpContours) contours = trp_trace_slice (mask, 2, k);
      g_autoptr (TrpContours) outline = copy_largest (contours);
      Slice *slice = NULL;
      size_t n;

      if (!outline)
        continue;
      slice = g_new0 (Slice, 1);
      *slice = (Slice){ .width = width, .height = height };
      slice->low = window.level - window.width / 2;
      slice->high = window.level + window.width / 2;
      for (int axis = 0; axis < 2; axis++)
        slice->spacing[axis] = trp_geometry_get_spacing (geometry, axis);
      slice->outline = g_steal_pointer (&outline);
      slice->values = g_new (float, width *height);
      trp_volume_copy_floats (volume, k * width * height, width * height, slice->values);
      const TrpPoint *points = trp_contours_peek_points (slice->outline, 0, &n);
      if (get_length (slice, points, n) >=
          least_outline_px * (slice->spacing[0] + slice->spacing[1]) / 2)
        g_ptr_array_add (slices, slice);
      else
        free_slice (slice);
    }
}

/* Returns: false where the data are absent. */
static bool
load_pair (const Pair *pair, GPtrArray *slices)
{
  g_autofree char *image_path = trp_test_shared_path (pair->image);
  g_autofree char *mask_path = image_path ? trp_test_shared_path (pair->mask) : NULL;
  GError *error = NULL;

  if (!mask_path)
    return false;
  g_autoptr (TrpVolume) image = trp_volume_load (image_path, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (TrpStructureSet) set = trp_structure_set_load (mask_path, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (TrpVolume)
    on_grid = trp_volume_resample (image, trp_structure_set_get_geometry (set),
                                   TRP_INTERPOLATION_LINEAR, (double) NAN, NULL, &error);
  g_assert_no_error (error);
  for (size_t n = 0; n < trp_structure_set_get_size (set); n++)
    add_slices (slices, on_grid, trp_structure_peek_mask (trp_structure_set_get (set, n)));
  return true;
}

static GPtrArray *
load_cohort (const Cohort *cohort)
{
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func (free_slice);

  for (size_t n = 0; n < G_N_ELEMENTS (cohort->pairs) && cohort->pairs[n].image; n++)
    if (!load_pair (&cohort->pairs[n], slices))
      return NULL;
  return g_steal_pointer (&slices);
}

static TrpContours *
join_straight (const Slice *slice, TrpLivewireCost *cost, const GArray *anchors)
{
  return make_outline (peek (anchors), anchors->len);
}

/* Catmull and Rom 1974, uniform. */
static TrpContours *
join_curve (const Slice *slice, TrpLivewireCost *cost, const GArray *anchors)
{
  const TrpPoint *p = peek (anchors);
  const size_t n = anchors->len;
  TrpContours *outline = trp_contours_new ();

  for (size_t i = 0; i < n; i++)
    for (int step = 0; step < 20; step++)
      {
        const double t = step / 20.0, t2 = t * t, t3 = t2 * t;
        const double w[4] = { (-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2,
                              (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2 };
        TrpPoint sum = { 0, 0 };

        for (size_t k = 0; k < 4; k++)
          {
            sum.x += w[k] * p[(i + k + n - 1) % n].x;
            sum.y += w[k] * p[(i + k + n - 1) % n].y;
          }
        trp_contours_append (outline, sum.x, sum.y);
      }
  trp_contours_close (outline);
  return outline;
}

static void
get_pixel (const Slice *slice, TrpPoint point, size_t *out_x, size_t *out_y)
{
  *out_x = (size_t) CLAMP (rint (point.x), 0, (double) slice->width - 1);
  *out_y = (size_t) CLAMP (rint (point.y), 0, (double) slice->height - 1);
}

static TrpContours *
join_wire (const Slice *slice, TrpLivewireCost *cost, const GArray *anchors)
{
  TrpContours *outline = trp_contours_new ();

  for (size_t i = 0; i < anchors->len; i++)
    {
      const TrpPoint a = peek (anchors)[i], b = peek (anchors)[(i + 1) % anchors->len];
      size_t x, y;

      get_pixel (slice, a, &x, &y);
      g_autoptr (TrpLivewireTree) tree = trp_livewire_tree_new (cost, x, y, NULL);
      get_pixel (slice, b, &x, &y);
      while (!trp_livewire_tree_has (tree, x, y))
        g_assert_true (trp_livewire_tree_grow (tree, 1000, NULL, NULL));
      g_autoptr (GArray) way = trp_livewire_tree_trace (tree, x, y);

      trp_contours_append (outline, a.x, a.y);
      for (guint n = 1; n + 1 < way->len; n++)
        trp_contours_append (outline, peek (way)[n].x, peek (way)[n].y);
    }
  trp_contours_close (outline);
  return outline;
}

static double
get_point_distance (const Slice *slice, TrpPoint p, TrpPoint a, TrpPoint b)
{
  const double sx = slice->spacing[0], sy = slice->spacing[1];
  const double dx = (b.x - a.x) * sx, dy = (b.y - a.y) * sy;
  const double px = (p.x - a.x) * sx, py = (p.y - a.y) * sy;
  const double square = dx * dx + dy * dy;
  const double t = square > 0 ? CLAMP ((px * dx + py * dy) / square, 0, 1) : 0;

  return hypot (px - t * dx, py - t * dy);
}

/* Mean over points half a millimetre apart on @from of the distance to @to. */
static double
get_directed (const Slice *slice, const TrpContours *from, const TrpContours *to)
{
  size_t n_from, n_to;
  const TrpPoint *a = trp_contours_peek_points (from, 0, &n_from);
  const TrpPoint *b = trp_contours_peek_points (to, 0, &n_to);
  const size_t n = (size_t) ceil (2 * get_length (slice, a, n_from));
  g_autoptr (GArray) points = spread_points (slice, a, n_from, n);
  double sum = 0;

  for (size_t i = 0; i < points->len; i++)
    {
      double nearest = INFINITY;

      for (size_t k = 0; k < n_to; k++)
        nearest = MIN (nearest,
                       get_point_distance (slice, peek (points)[i], b[k], b[(k + 1) % n_to]));
      sum += nearest;
    }
  return sum / (double) points->len;
}

static double
get_dice (const Slice *slice, const TrpContours *reference, const TrpContours *test)
{
  const TrpGeometry geometry = trp_geometry_axial ((size_t[]){ slice->width, slice->height, 1 },
                                                   (double[]){ 1, 1, 1 }, trp_vec3 (0, 0, 0));
  const TrpContours *outlines[2] = { reference, test };
  TrpMask *masks[2];
  size_t counts[3] = { 0 };

  for (int n = 0; n < 2; n++)
    {
      g_autoptr (TrpPatch)
        patch = trp_rasterize_slice (outlines[n], TRP_FILL_EVEN_ODD, &geometry, 2, 0);

      masks[n] = trp_mask_new (&geometry);
      trp_patch_apply (patch, masks[n]);
    }
  for (size_t n = 0; n < slice->width * slice->height; n++)
    {
      const bool a = trp_mask_get (masks[0], n % slice->width, n / slice->width, 0);
      const bool b = trp_mask_get (masks[1], n % slice->width, n / slice->width, 0);

      counts[0] += a;
      counts[1] += b;
      counts[2] += a && b;
    }
  trp_mask_free (masks[0]);
  trp_mask_free (masks[1]);
  return 2.0 * (double) counts[2] / (double) (counts[0] + counts[1]);
}

typedef TrpContours *(*Join) (const Slice *slice, TrpLivewireCost *cost, const GArray *anchors);

enum
{
  STRAIGHT,
  CURVE,
  WIRE,
  N_JOINS,
};

static const Join joins[N_JOINS] = { join_straight, join_curve, join_wire };

/* @worse, @much_worse: slices in which the wire's Dice is below the curve's, and by over 0.02 */
typedef struct
{
  size_t n;
  double dice[N_JOINS], distance[N_JOINS];
  double lowest[N_JOINS];
  size_t worse, much_worse;
} Scores;

static TrpLivewireCost *
make_cost (const Slice *slice, const TrpLivewireOptions *options)
{
  const TrpLivewireImage image = { slice->values, slice->width,
                                   slice->height, { slice->spacing[0], slice->spacing[1] },
                                   slice->low,    slice->high };
  GError *error = NULL;
  TrpLivewireCost *cost = trp_livewire_cost_new (&image, options, NULL, &error);

  g_assert_no_error (error);
  return cost;
}

static void
score_slice (const Slice *slice, TrpLivewireCost *cost, size_t n_anchors, int first, Scores *scores)
{
  size_t n;
  const TrpPoint *points = trp_contours_peek_points (slice->outline, 0, &n);
  g_autoptr (GArray) anchors = spread_points (slice, points, n, n_anchors);
  double dice[N_JOINS] = { 0 };

  for (int join = first; join < N_JOINS; join++)
    {
      g_autoptr (TrpContours) outline = joins[join](slice, cost, anchors);

      dice[join] = get_dice (slice, slice->outline, outline);
      scores->dice[join] += dice[join];
      scores->lowest[join] = scores->n ? MIN (scores->lowest[join], dice[join]) : dice[join];
      scores->distance[join] += (get_directed (slice, slice->outline, outline) +
                                 get_directed (slice, outline, slice->outline)) /
                                2;
    }
  scores->n++;
  scores->worse += dice[WIRE] < dice[CURVE];
  scores->much_worse += dice[WIRE] < dice[CURVE] - 0.02;
}

static const size_t anchor_counts[3] = { 4, 6, 8 };

static void
test_masks (void)
{
  const TrpLivewireOptions options = trp_livewire_options_default ();

  for (size_t c = 0; c < G_N_ELEMENTS (cohorts); c++)
    {
      g_autoptr (GPtrArray) slices = load_cohort (&cohorts[c]);
      Scores scores[3] = { 0 };

      if (!slices)
        return;
      for (guint s = 0; s < slices->len; s++)
        {
          g_autoptr (TrpLivewireCost) cost = make_cost (slices->pdata[s], &options);

          for (int n = 0; n < 3; n++)
            score_slice (slices->pdata[s], cost, anchor_counts[n], 0, &scores[n]);
        }
      for (int n = 0; n < 3; n++)
        {
          const double count = (double) scores[n].n;

          g_test_message (
            "%-24s %3zu slices %zu anchors | Dice straight %.3f curve %.3f wire %.3f "
            "| mm straight %.2f curve %.2f wire %.2f | lowest curve %.3f wire %.3f | "
            "wire worse than curve in %.0f %%, by over 0.02 in %.0f %%",
            cohorts[c].name, scores[n].n, anchor_counts[n], scores[n].dice[STRAIGHT] / count,
            scores[n].dice[CURVE] / count, scores[n].dice[WIRE] / count,
            scores[n].distance[STRAIGHT] / count, scores[n].distance[CURVE] / count,
            scores[n].distance[WIRE] / count, scores[n].lowest[CURVE], scores[n].lowest[WIRE],
            100 * (double) scores[n].worse / count, 100 * (double) scores[n].much_worse / count);
        }
    }
}

/* Mean Dice over the tuning set and the numbers of anchors. */
static double
rate (const GPtrArray *slices, const TrpLivewireOptions *options)
{
  Scores scores = { 0 };

  for (guint s = 0; s < slices->len; s += 2)
    {
      g_autoptr (TrpLivewireCost) cost = make_cost (slices->pdata[s], options);

      for (int n = 0; n < 3; n++)
        score_slice (slices->pdata[s], cost, anchor_counts[n], WIRE, &scores);
    }
  return scores.dice[WIRE] / (double) scores.n;
}

/* One weight at a time, up and down by a half, until none helps. */
static void
test_tune (void)
{
  TrpLivewireOptions best = trp_livewire_options_default ();
  double *const weights[] = { &best.scale, &best.distance, &best.direction, &best.length };
  g_autoptr (GPtrArray) slices = NULL;
  double highest;

  if (!g_test_slow ())
    {
      g_test_skip ("run with -m slow");
      return;
    }
  slices = load_cohort (&cohorts[0]);
  if (!slices)
    return;
  highest = rate (slices, &best);
  for (bool is_better = true; is_better;)
    {
      is_better = false;
      for (size_t w = 0; w < G_N_ELEMENTS (weights); w++)
        for (int up = 0; up < 2; up++)
          {
            const double kept = *weights[w];

            *weights[w] = kept * (up ? 1.5 : 1 / 1.5);
            const double rating = rate (slices, &best);

            if (rating > highest + 1e-4)
              {
                highest = rating;
                is_better = true;
              }
            else
              *weights[w] = kept;
            g_test_message ("%.4f scale %.3f distance %.3f direction %.3f length %.4f", rating,
                            best.scale, best.distance, best.direction, best.length);
          }
    }
  g_test_message ("best %.4f", highest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/livewire/masks", test_masks);
  g_test_add_func ("/livewire/tune", test_tune);
  return g_test_run ();
}
