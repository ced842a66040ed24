/* registration-itk.cc - see registration-itk.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/registration-itk.h"

#include "core/io/itk-guard.h"

#include <algorithm>
#include <cmath>
/* Its loops over dimensions, unrolled for two, look to GCC as if they reached a third. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
#include <itkBSplineTransform.h>
#include <itkCompositeTransform.h>
#include <itkEuler2DTransform.h>
#include <itkImage.h>
#include <itkLinearInterpolateImageFunction.h>
#include <itkMattesMutualInformationImageToImageMetric.h>
#include <itkMultiResolutionImageRegistrationMethod.h>
#include <itkRegularStepGradientDescentOptimizer.h>
#include <itkResampleImageFilter.h>
#pragma GCC diagnostic pop

namespace
{

constexpr unsigned DIM = 2;
constexpr unsigned BINS = 32;
/* A level is half as fine as the next; the coarsest has at least this many pixels along a side. */
constexpr size_t COARSEST_SIDE = 32;
constexpr unsigned MAX_LEVELS = 3;
/* mm along the steepest way; halved whenever the gradient turns back */
constexpr double RIGID_STEP = 1, RIGID_LAST_STEP = 0.001;

using Image = itk::Image<float, DIM>;
using Metric = itk::MattesMutualInformationImageToImageMetric<Image, Image>;
using Interpolator = itk::LinearInterpolateImageFunction<Image, double>;
using Optimizer = itk::RegularStepGradientDescentOptimizer;
using Method = itk::MultiResolutionImageRegistrationMethod<Image, Image>;
using Transform = itk::Transform<double, DIM, DIM>;
using Rigid = itk::Euler2DTransform<double>;
using Splines = itk::BSplineTransform<double, DIM, 3>;

struct Slice
{
  const size_t *size;
  const double *spacing;

  Image::Pointer
  make_image (const float *values) const
  {
    const Image::Pointer image = Image::New ();
    Image::SizeType extent;

    for (unsigned d = 0; d < DIM; d++)
      extent[d] = size[d];
    image->SetRegions (extent);
    image->SetSpacing (spacing);
    image->Allocate ();
    std::copy (values, values + size[0] * size[1], image->GetBufferPointer ());
    return image;
  }

  unsigned
  count_levels () const
  {
    unsigned n = 1;

    while (n < MAX_LEVELS && std::min (size[0], size[1]) >> n >= COARSEST_SIDE)
      n++;
    return n;
  }
};

/* All pixels and one thread: the same bits every time. */
Metric::Pointer
make_metric (bool has_many_parameters)
{
  const Metric::Pointer metric = Metric::New ();

  metric->SetNumberOfHistogramBins (BINS);
  metric->UseAllPixelsOn ();
  metric->SetNumberOfWorkUnits (1);
  metric->SetUseExplicitPDFDerivatives (!has_many_parameters);
  return metric;
}

void
optimize (const Image *fixed,
          const Image *moving,
          Transform *transform,
          Optimizer *optimizer,
          unsigned n_levels,
          bool has_many_parameters)
{
  const Method::Pointer method = Method::New ();

  optimizer->MinimizeOn (); /* the metric is minus the information */
  optimizer->SetRelaxationFactor (0.7);
  optimizer->SetGradientMagnitudeTolerance (1e-9); /* information changes little over a mm */
  method->SetMetric (make_metric (has_many_parameters));
  method->SetOptimizer (optimizer);
  method->SetInterpolator (Interpolator::New ());
  method->SetTransform (transform);
  method->SetInitialTransformParameters (transform->GetParameters ());
  method->SetFixedImage (fixed);
  method->SetMovingImage (moving);
  method->SetFixedImageRegion (fixed->GetBufferedRegion ());
  method->SetNumberOfLevels (n_levels);
  method->SetNumberOfWorkUnits (1);
  method->Update ();
  transform->SetParameters (method->GetLastTransformParameters ());
}

/* A turn by one unit moves what lies half-way to the rim by as much as a shift by one. */
Rigid::Pointer
register_rigid (const Slice &slice, const Image *fixed, const Image *moving, int n_iterations)
{
  const Rigid::Pointer rigid = Rigid::New ();
  const Optimizer::Pointer optimizer = Optimizer::New ();
  Optimizer::ScalesType scales (3);
  Rigid::CenterType center;
  double radius = 0;

  for (unsigned d = 0; d < DIM; d++)
    {
      center[d] = 0.5 * static_cast<double> (slice.size[d] - 1) * slice.spacing[d];
      radius = std::max (radius, 0.5 * center[d]);
    }
  rigid->SetIdentity ();
  rigid->SetCenter (center);
  scales[0] = radius * radius;
  scales[1] = scales[2] = 1;
  optimizer->SetScales (scales);
  optimizer->SetMaximumStepLength (RIGID_STEP);
  optimizer->SetMinimumStepLength (RIGID_LAST_STEP);
  optimizer->SetNumberOfIterations (static_cast<unsigned> (n_iterations));
  optimize (fixed, moving, rigid, optimizer, slice.count_levels (), false);
  return rigid;
}

/* A step's length is shared by all control points, hence the root of their number. */
Splines::Pointer
register_splines (const Slice &slice,
                  const Image *fixed,
                  const Image *moving,
                  double grid_spacing,
                  int n_iterations)
{
  const Splines::Pointer splines = Splines::New ();
  const Optimizer::Pointer optimizer = Optimizer::New ();
  Splines::PhysicalDimensionsType extent;
  Splines::MeshSizeType mesh;

  for (unsigned d = 0; d < DIM; d++)
    {
      extent[d] = static_cast<double> (slice.size[d] - 1) * slice.spacing[d];
      mesh[d] = static_cast<unsigned> (std::max (1.0, std::ceil (extent[d] / grid_spacing)));
    }
  splines->SetTransformDomainPhysicalDimensions (extent);
  splines->SetTransformDomainMeshSize (mesh);
  splines->SetIdentity ();
  {
    const double root = std::sqrt (static_cast<double> (splines->GetNumberOfParameters ()));
    const double pixel = std::min (slice.spacing[0], slice.spacing[1]);

    optimizer->SetMaximumStepLength (0.25 * pixel * root);
    optimizer->SetMinimumStepLength (0.005 * pixel * root);
  }
  optimizer->SetNumberOfIterations (static_cast<unsigned> (n_iterations));
  optimize (fixed, moving, splines, optimizer, 1, true);
  return splines;
}

Image::Pointer
warp (const Image *moving, const Transform *transform, float outside)
{
  using Filter = itk::ResampleImageFilter<Image, Image>;
  const Filter::Pointer filter = Filter::New ();

  filter->SetInput (moving);
  filter->SetTransform (transform);
  filter->SetReferenceImage (moving);
  filter->UseReferenceImageOn ();
  filter->SetInterpolator (Interpolator::New ());
  filter->SetDefaultPixelValue (outside);
  filter->SetNumberOfWorkUnits (1);
  filter->Update ();
  return filter->GetOutput ();
}

double
get_largest_move (const Slice &slice, const Splines *splines)
{
  double largest = 0;

  for (size_t j = 0; j < slice.size[1]; j++)
    for (size_t i = 0; i < slice.size[0]; i++)
      {
        Splines::InputPointType from;

        from[0] = static_cast<double> (i) * slice.spacing[0];
        from[1] = static_cast<double> (j) * slice.spacing[1];
        largest = std::max (largest, from.EuclideanDistanceTo (splines->TransformPoint (from)));
      }
  return largest;
}

void
register_slice (const Slice &slice,
                const float *fixed_values,
                const float *moving_values,
                const TrpRegistrationOptions *options,
                float outside,
                float *out_warped,
                TrpRegistrationSlice *out_slice)
{
  using Both = itk::CompositeTransform<double, DIM>;
  const Image::Pointer fixed = slice.make_image (fixed_values);
  const Image::Pointer moving = slice.make_image (moving_values);
  const Rigid::Pointer rigid = register_rigid (slice, fixed, moving, options->rigid_iterations);
  const Both::Pointer both = Both::New ();
  Image::Pointer warped = warp (moving, rigid, outside);

  both->AddTransform (rigid);
  out_slice->angle_deg = rigid->GetAngle () * 180 / G_PI;
  for (unsigned d = 0; d < DIM; d++)
    out_slice->shift_mm[d] = rigid->GetTranslation ()[d];
  out_slice->largest_mm = 0;
  if (options->grid_spacing > 0)
    {
      const Splines::Pointer splines = register_splines (
        slice, fixed, warped, options->grid_spacing, options->bspline_iterations);

      /* the last one added is applied first: a point of the fixed slice goes through the splines,
       * then through the movement */
      both->AddTransform (splines);
      out_slice->largest_mm = get_largest_move (slice, splines);
      warped = warp (moving, both, outside);
    }
  std::copy (warped->GetBufferPointer (),
             warped->GetBufferPointer () + slice.size[0] * slice.size[1], out_warped);
}

} // namespace

bool
trp_itk_register_slice (const float *fixed,
                        const float *moving,
                        const size_t size[2],
                        const double spacing[2],
                        const TrpRegistrationOptions *options,
                        float outside,
                        float *out_warped,
                        TrpRegistrationSlice *out_slice,
                        GError **error)
{
  const TrpItkBlame blame = { "No memory to register a slice", "A slice cannot be registered",
                              nullptr };

  return trp_itk_guard (blame, error, [&] {
    register_slice (Slice{ size, spacing }, fixed, moving, options, outside, out_warped, out_slice);
    return true;
  });
}
