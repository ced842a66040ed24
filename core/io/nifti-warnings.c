/* nifti-warnings.c - see nifti-warnings.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/nifti-warnings.h"

#include "core/io/volume-warnings.h"

#define MAX_DIFFERENCE 0.1 /* voxels, between where sform and qform put a corner */
#define MAX_RATIO 1.01     /* between a spacing of the sform and of pixdim */

void
trp_nifti_warn_qform (GPtrArray *warnings, const TrpGeometry *geometry, const TrpAffine *qform)
{
  double worst = 0;

  for (unsigned corner = 0; corner < 8; corner++)
    {
      TrpVec3 corner_ijk, seen_ijk;

      for (unsigned axis = 0; axis < 3; axis++)
        corner_ijk.v[axis] = corner >> axis & 1 ? (double) (geometry->size[axis] - 1) : 0;
      seen_ijk = trp_geometry_ijk_from_lps (geometry, trp_affine_apply (qform, corner_ijk));
      worst = MAX (worst, trp_vec3_distance (seen_ijk, corner_ijk));
    }
  /* a qform that is no number compares false and must warn */
  if (!(worst <= MAX_DIFFERENCE))
    trp_warnings_add (warnings,
                      "The file's two positions differ (sform and qform by %.3g voxels); the sform "
                      "is used",
                      worst);
}

void
trp_nifti_warn_spacing (GPtrArray *warnings,
                        const TrpGeometry *geometry,
                        const double pixdim[8],
                        double scale)
{
  for (int axis = 0; axis < 3; axis++)
    {
      const double spacing = trp_geometry_get_spacing (geometry, axis);
      const double stated = scale * pixdim[axis + 1];

      if (geometry->size[axis] == 1 ||
          (spacing <= stated * MAX_RATIO && stated <= spacing * MAX_RATIO))
        continue;
      trp_warnings_add (warnings,
                        "The file's spacing of axis %d is %.4g mm by its sform and %.4g mm by its "
                        "header; the sform is used",
                        axis + 1, spacing, stated);
      return;
    }
}
