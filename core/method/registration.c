/* registration.c - see registration.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/registration.h"

#include "config.h"
#include "core/base/parallel.h"
#include "core/metrics/image-pair.h"
#include "core/metrics/joint-histogram.h"
#if TRP_HAVE_ITK
#include "core/method/registration-itk.h"
#endif

#include <string.h>

#if TRP_HAVE_ITK

/* Slices between two looks at the cancel button. */
#define BATCH 8

/**
 * Work: one batch
 * @fixed, @moving: whole images
 * @errors: (element-type GError): one place for each slice of the batch
 */
typedef struct
{
  const float *fixed;
  float *moving;
  size_t size[3];
  double spacing[2];
  const TrpRegistrationOptions *options;
  float outside;
  size_t first;
  TrpRegistrationSlice *slices;
  GError *errors[BATCH];
} Work;

static void
get_range (const float *values, size_t n, double *out_low, double *out_high)
{
  *out_low = *out_high = (double) values[0];
  for (size_t i = 1; i < n; i++)
    {
      *out_low = MIN (*out_low, (double) values[i]);
      *out_high = MAX (*out_high, (double) values[i]);
    }
}

static double
get_information (const float *fixed, const float *moving, size_t n)
{
  g_autofree TrpJointHistogram *histogram = g_new (TrpJointHistogram, 1);
  double low[2], high[2];

  get_range (fixed, n, &low[0], &high[0]);
  get_range (moving, n, &low[1], &high[1]);
  trp_joint_histogram_init (histogram, low, high);
  for (size_t i = 0; i < n; i++)
    trp_joint_histogram_add (histogram, (double) fixed[i], (double) moving[i]);
  return trp_joint_histogram_get_entropy (histogram).mi;
}

static bool
has_contrast (const float *values, size_t n)
{
  double low, high;

  get_range (values, n, &low, &high);
  return low < high;
}

/* What gains no information stays as it was, whatever the optimiser says. */
static void
register_slice (const Work *work, size_t k, GError **error)
{
  const size_t n = work->size[0] * work->size[1];
  const float *fixed = work->fixed + k * n;
  float *moving = work->moving + k * n;
  g_autofree float *warped = g_new (float, n);
  TrpRegistrationSlice slice = { .mi_before = get_information (fixed, moving, n) };

  slice.mi_after = slice.mi_before;
  if (has_contrast (fixed, n) && has_contrast (moving, n))
    {
      TrpRegistrationSlice moved = slice;

      if (!trp_itk_register_slice (fixed, moving, work->size, work->spacing, work->options,
                                   work->outside, warped, &moved, error))
        return;
      moved.mi_after = get_information (fixed, warped, n);
      moved.moved = moved.mi_after > moved.mi_before;
      if (moved.moved)
        {
          memcpy (moving, warped, n * sizeof *warped);
          slice = moved;
        }
    }
  work->slices[k] = slice;
}

static void
register_slices (size_t begin, size_t end, void *data)
{
  Work *work = data;

  for (size_t n = begin; n < end; n++)
    register_slice (work, work->first + n, &work->errors[n]);
}

/* The first of the batch's errors. */
static bool
take_error (Work *work, GError **error)
{
  GError *first = NULL;

  for (size_t n = 0; n < BATCH; n++)
    if (work->errors[n] && !first)
      first = g_steal_pointer (&work->errors[n]);
    else
      g_clear_error (&work->errors[n]);
  if (first)
    g_propagate_error (error, first);
  return first != NULL;
}

static bool
run_batches (Work *work, TrpProgress *progress, GError **error)
{
  const size_t nz = work->size[2];

  for (work->first = 0; work->first < nz; work->first += BATCH)
    {
      if (!trp_progress_step (progress, (double) work->first / (double) nz, NULL, error))
        return false;
      trp_parallel_for (MIN (BATCH, nz - work->first), 1, register_slices, work);
      if (take_error (work, error))
        return false;
    }
  return true;
}

static float *
copy_values (const TrpVolume *volume, GError **error)
{
  const size_t n = trp_geometry_count_voxels (trp_volume_get_geometry (volume));
  float *values = g_try_new (float, n);

  if (values)
    trp_volume_copy_floats (volume, 0, n, values);
  else
    g_set_error_literal (error, TRP_ERROR, TRP_ERROR_LIMIT,
                         "There is no memory to register images");
  return values;
}

TrpVolume *
trp_registration_run (const TrpVolume *fixed,
                      const TrpVolume *moving,
                      const TrpRegistrationOptions *options,
                      double outside,
                      TrpRegistrationSlice *out_slices,
                      TrpProgress *progress,
                      GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (fixed);
  const size_t nz = geometry->size[2], n_bytes = trp_geometry_count_voxels (geometry) * 4;
  g_autofree TrpRegistrationSlice *slices = g_new0 (TrpRegistrationSlice, nz);
  g_autofree float *fixed_values = NULL, *moving_values = NULL;
  g_autoptr (GBytes) bytes = NULL;
  TrpImagePair pair;
  Work work = { .size = { geometry->size[0], geometry->size[1], nz },
                .spacing = { trp_geometry_get_spacing (geometry, 0),
                             trp_geometry_get_spacing (geometry, 1) },
                .options = options,
                .outside = (float) outside,
                .slices = slices };

  if (!trp_geometry_check_measurable (geometry, error) ||
      !trp_image_pair_init (&pair, fixed, moving, error) ||
      !(fixed_values = copy_values (fixed, error)) ||
      !(moving_values = copy_values (moving, error)))
    return NULL;
  work.fixed = fixed_values;
  work.moving = moving_values;
  if (!run_batches (&work, progress, error))
    return NULL;
  if (out_slices)
    memcpy (out_slices, slices, nz * sizeof *slices);
  bytes = g_bytes_new_take (g_steal_pointer (&moving_values), n_bytes);
  return trp_volume_new (geometry, TRP_VOXEL_F32, bytes, 1, 0, trp_volume_get_info (moving), error);
}

#else

TrpVolume *
trp_registration_run (const TrpVolume *fixed G_GNUC_UNUSED,
                      const TrpVolume *moving G_GNUC_UNUSED,
                      const TrpRegistrationOptions *options G_GNUC_UNUSED,
                      double outside G_GNUC_UNUSED,
                      TrpRegistrationSlice *out_slices G_GNUC_UNUSED,
                      TrpProgress *progress G_GNUC_UNUSED,
                      GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "This build has no ITK, so images cannot be registered; build with ITK, or "
                       "leave the step out");
  return NULL;
}

#endif
