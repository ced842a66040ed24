/* edit-operations.c - operations on a whole structure; see edit-tools.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/structure/boolean.h"
#include "core/structure/flood-fill.h"
#include "core/structure/grow-from-seeds.h"
#include "core/structure/interpolate.h"
#include "core/structure/islands.h"
#include "core/structure/margin.h"
#include "core/structure/mirror.h"
#include "core/structure/slices.h"
#include "core/structure/smooth.h"
#include "core/structure/threshold.h"
#include "tests/lib/edit-tools.h"
#include "tests/lib/sessions.h"

#include <math.h>

static const TrpMask *
peek_mask (const TrpTestScene *scene, size_t index)
{
  return trp_test_session_get_mask (scene->session, index);
}

static size_t
get_middle_slice (const TrpTestScene *scene)
{
  return (size_t) lrint (scene->center_lps.v[2] / 1.5);
}

static TrpMask *
fill_solid (const TrpTestScene *scene)
{
  const TrpFloodFill fill = { scene->image, 64, false, trp_vec3 (0, 0, 1) };

  return trp_flood_fill (&fill, &scene->geometry, scene->center_lps, NULL, NULL);
}

static TrpMask *
threshold (const TrpTestScene *scene)
{
  return trp_threshold (&scene->geometry, scene->image, 70, 200, NULL, NULL, NULL);
}

static TrpMask *
threshold_inside (const TrpTestScene *scene)
{
  return trp_threshold (&scene->geometry, scene->image, 110, 200, peek_mask (scene, 0), NULL, NULL);
}

/* A dab in the middle, and four around the organ. */
static TrpMask *
grow (const TrpTestScene *scene)
{
  static const double places[5][2] = { { 0, 0 }, { 60, 0 }, { -60, 0 }, { 0, 60 }, { 0, -60 } };
  const TrpGrowth growth = { scene->image, 10 * scene->scale };
  const TrpBrush ball = { TRP_BRUSH_BALL, 8 * scene->scale, { { 0 } }, { { 0 } } };
  g_autoptr (TrpMask) object = trp_mask_new (&scene->geometry);
  g_autoptr (TrpMask) background = trp_mask_new (&scene->geometry);

  for (size_t n = 0; n < G_N_ELEMENTS (places); n++)
    {
      const TrpVec3 at = trp_test_scene_get_point (scene, places[n][0], places[n][1], 0);
      g_autoptr (TrpPatch) dab = trp_brush_sweep (&ball, &scene->geometry, at, at);

      trp_patch_apply (dab, n == 0 ? object : background);
    }
  return trp_grow_from_seeds (&growth, object, background, NULL, NULL);
}

/* Every third slice is drawn. */
static TrpMask *
interpolate (const TrpTestScene *scene)
{
  TrpMask *thin = trp_mask_copy (peek_mask (scene, 0)), *filled;
  size_t n_filled;

  for (size_t k = 0; k < scene->geometry.size[2]; k++)
    if (k % 3 != 0 && !trp_slices_is_empty (thin, 2, k))
      {
        TrpMask *next = trp_slices_clear (thin, 2, k, k);

        trp_mask_free (thin);
        thin = next;
      }
  filled = trp_interpolate_slices (thin, 2, &n_filled, NULL, NULL);
  trp_mask_free (thin);
  return filled;
}

static TrpMask *
add_margin (const TrpTestScene *scene)
{
  const double mm = 5 * scene->scale;
  const TrpMargin margin = { { mm, mm, mm, mm, mm, mm }, false, -1 };

  return trp_margin_apply (peek_mask (scene, 0), &margin, NULL, NULL, NULL);
}

static TrpMask *
smooth (const TrpTestScene *scene)
{
  return trp_smooth_apply (peek_mask (scene, 0), 4 * scene->scale, -1, NULL, NULL);
}

static TrpMask *
keep_largest (const TrpTestScene *scene)
{
  TrpIslands islands;

  return trp_islands_keep_largest (peek_mask (scene, 0), &islands, NULL);
}

static TrpMask *
fill_holes (const TrpTestScene *scene)
{
  TrpIslands islands;

  return trp_islands_fill_holes (peek_mask (scene, 0), &islands, NULL);
}

static TrpMask *
subtract (const TrpTestScene *scene)
{
  return trp_boolean_combine (TRP_BOOLEAN_SUBTRACT, peek_mask (scene, 0), peek_mask (scene, 2),
                              NULL);
}

static TrpMask *
mirror (const TrpTestScene *scene)
{
  double lost_ml;

  return trp_mirror_apply (peek_mask (scene, 2), scene->center_lps.v[0], &lost_ml, NULL, NULL);
}

static TrpMask *
copy_slice (const TrpTestScene *scene)
{
  const size_t k = get_middle_slice (scene);
  const TrpMask *mask = peek_mask (scene, 0);

  return trp_slices_put (mask, peek_mask (scene, 2), 2, k, k + 1, false);
}

static TrpMask *
crop (const TrpTestScene *scene)
{
  const size_t k = get_middle_slice (scene);

  return trp_slices_crop (peek_mask (scene, 0), 2, k - 2, k + 2);
}

const TrpTestOperation trp_test_operations[] = {
  { "flood fill in 3D", 1, fill_solid },
  { "threshold, everywhere", 1, threshold },
  { "threshold, inside", 1, threshold_inside },
  { "grow from seeds", 1, grow },
  { "interpolation", 1, interpolate },
  { "margin of 5 mm", 0, add_margin },
  { "smoothing by 4 mm", 0, smooth },
  { "keep largest", 0, keep_largest },
  { "fill holes", 0, fill_holes },
  { "subtract", 0, subtract },
  { "mirror", 0, mirror },
  { "copy a slice", 0, copy_slice },
  { "crop to five slices", 0, crop },
};
const size_t trp_test_n_operations = G_N_ELEMENTS (trp_test_operations);
