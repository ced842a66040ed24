/* bench-operations.c - times of operations on a whole structure, as their worker takes them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * On 512 x 512 x 300 voxels of 0.9 x 0.9 x 1.5 mm: an ellipsoid as large as an organ (semi-axes of
 * 45, 36 and 60 mm) and one as large as a trunk (200, 150 and 200 mm). Prints; asserts nothing.
 */

#include "core/structure/interpolate.h"
#include "core/structure/islands.h"
#include "core/structure/margin.h"
#include "core/structure/mirror.h"
#include "core/structure/slices.h"
#include "core/structure/smooth.h"

#include <stdio.h>

static TrpMask *
make_ellipsoid (const double axes[3])
{
  const size_t size[3] = { 512, 512, 300 };
  const TrpGeometry geometry = trp_geometry_axial (size, (double[]){ 0.9, 0.9, 1.5 },
                                                   trp_vec3 (0, 0, 0));
  const TrpVec3 center = trp_geometry_get_center (&geometry);
  TrpMask *mask = trp_mask_new (&geometry);

  for (size_t k = 0; k < size[2]; k++)
    for (size_t j = 0; j < size[1]; j++)
      for (size_t i = 0; i < size[0]; i++)
        {
          const double x = (0.9 * (double) i - center.v[0]) / axes[0];
          const double y = (0.9 * (double) j - center.v[1]) / axes[1];
          const double z = (1.5 * (double) k - center.v[2]) / axes[2];

          if (x * x + y * y + z * z <= 1)
            trp_mask_set (mask, i, j, k, true);
        }
  return mask;
}

static TrpMask *
grow (const TrpMask *mask, GError **error)
{
  const TrpMargin margin = { { 5, 5, 5, 5, 5, 5 }, false, -1 };

  return trp_margin_apply (mask, &margin, NULL, NULL, error);
}

static TrpMask *
grow_far (const TrpMask *mask, GError **error)
{
  const TrpMargin margin = { { 10, 20, 10, 15, 20, 20 }, false, -1 };

  return trp_margin_apply (mask, &margin, NULL, NULL, error);
}

static TrpMask *
shrink (const TrpMask *mask, GError **error)
{
  const TrpMargin margin = { { 5, 5, 5, 5, 5, 5 }, true, -1 };

  return trp_margin_apply (mask, &margin, NULL, NULL, error);
}

static TrpMask *
smooth (const TrpMask *mask, GError **error)
{
  return trp_smooth_apply (mask, 2, -1, NULL, error);
}

static TrpMask *
mirror (const TrpMask *mask, GError **error)
{
  double lost_ml;

  return trp_mirror_apply (mask, trp_geometry_get_center (trp_mask_get_geometry (mask)).v[0],
                           &lost_ml, NULL, error);
}

static TrpMask *
fill_holes (const TrpMask *mask, GError **error)
{
  TrpIslands islands;

  return trp_islands_fill_holes (mask, &islands, error);
}

/* Every third slice kept. */
static TrpMask *
interpolate (const TrpMask *mask, GError **error)
{
  size_t n_filled;

  return trp_interpolate_slices (mask, 2, &n_filled, NULL, error);
}

static TrpMask *
thin_out (const TrpMask *mask)
{
  TrpMask *thin = trp_mask_copy (mask);

  for (size_t k = 0; k < trp_mask_get_geometry (mask)->size[2]; k++)
    if (k % 3 != 0)
      {
        TrpMask *next = trp_slices_clear (thin, 2, k, k);

        trp_mask_free (thin);
        thin = next;
      }
  return thin;
}

static void
measure (const char *what, const TrpMask *mask)
{
  static const struct
  {
    const char *name;
    TrpMask *(*run) (const TrpMask *mask, GError **error);
  } operations[] = {
    { "margin of 5 mm", grow },      { "margins of 10 to 20 mm", grow_far },
    { "shrunk by 5 mm", shrink },    { "smoothed by 2 mm", smooth },
    { "mirrored", mirror },          { "holes filled", fill_holes },
    { "interpolated", interpolate },
  };
  g_autoptr (TrpMask) thin = thin_out (mask);

  for (size_t n = 0; n < G_N_ELEMENTS (operations); n++)
    {
      const gint64 start = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      g_autoptr (TrpMask)
        out = operations[n].run (operations[n].run == interpolate ? thin : mask, &error);

      printf ("%-8s %-24s %7.0f ms  %8.1f ml -> %8.1f ml\n", what, operations[n].name,
              (double) (g_get_monotonic_time () - start) / 1000, trp_mask_get_volume_ml (mask),
              out ? trp_mask_get_volume_ml (out) : 0);
    }
}

int
main (void)
{
  g_autoptr (TrpMask) organ = make_ellipsoid ((double[]){ 45, 36, 60 });
  g_autoptr (TrpMask) trunk = make_ellipsoid ((double[]){ 200, 150, 200 });

  measure ("organ", organ);
  measure ("trunk", trunk);
  return 0;
}
