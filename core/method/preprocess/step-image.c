/* step-image.c - image and labels on their way through the steps; see step.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/image/resample.h"
#include "core/method/preprocess/step.h"

void
trp_step_image_clear (TrpStepImage *self)
{
  g_clear_pointer (&self->image, trp_volume_unref);
  g_clear_pointer (&self->labels, trp_volume_unref);
}

bool
trp_step_image_regrid (TrpStepImage *self,
                       const TrpGeometry *geometry,
                       TrpInterpolation interpolation,
                       GError **error)
{
  g_auto (TrpStepImage) moved = { .air = self->air };

  moved.image = trp_volume_resample (self->image, geometry, interpolation, self->air, NULL, error);
  if (!moved.image)
    return false;
  if (self->labels && !(moved.labels = trp_volume_resample (
                          self->labels, geometry, TRP_INTERPOLATION_NEAREST, 0, NULL, error)))
    return false;
  trp_step_image_clear (self);
  *self = moved;
  moved = (TrpStepImage){ 0 };
  return true;
}

bool
trp_step_image_cut (TrpStepImage *self,
                    const ptrdiff_t begin[3],
                    const size_t size[3],
                    GError **error)
{
  const TrpGeometry *from = trp_volume_get_geometry (self->image);
  const TrpVec3 corner_ijk = trp_vec3 ((double) begin[0], (double) begin[1], (double) begin[2]);
  TrpAffine affine = from->lps_from_ijk;
  TrpGeometry geometry;

  trp_affine_set_column (&affine, 3, trp_geometry_lps_from_ijk (from, corner_ijk));
  return trp_geometry_init (&geometry, size, &affine, error) &&
         trp_step_image_regrid (self, &geometry, TRP_INTERPOLATION_NEAREST, error);
}

bool
trp_step_image_take (TrpStepImage *self, float *values, GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (self->image);
  g_autoptr (GBytes)
    bytes = g_bytes_new_take (values, trp_geometry_count_voxels (geometry) * sizeof *values);
  TrpVolume *image = trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0,
                                     trp_volume_get_info (self->image), error);

  if (!image)
    return false;
  trp_volume_unref (self->image);
  self->image = image;
  return true;
}

float *
trp_step_image_dup_values (const TrpStepImage *self, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (self->image));
  float *values = g_try_new (float, n);

  if (values)
    trp_volume_copy_floats (self->image, 0, n, values);
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_LIMIT, "There is not enough memory for %zu voxels", n);
  return values;
}
