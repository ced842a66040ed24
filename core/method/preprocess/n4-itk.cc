/* n4-itk.cc - see n4.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * ITK's filter sums per part of its work. Its threads are therefore set to a fixed number while it
 * runs, whatever the machine has, and put back.
 */

#include "core/method/preprocess/n4.h"

#include "core/io/itk-guard.h"

#include <algorithm>
#include <itkBSplineControlPointImageFilter.h>
#include <itkImportImageFilter.h>
#include <itkMultiThreaderBase.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>
#include <itkShrinkImageFilter.h>
#include <mutex>

namespace
{

constexpr itk::ThreadIdType n_threads = 2;
constexpr unsigned n_levels = 4;

/* The fixed number of threads. It is one for the whole program, hence one call at a time. */
class FixedThreads
{
public:
  FixedThreads ()
      : m_lock (mutex ()), m_n_threads (itk::MultiThreaderBase::GetGlobalDefaultNumberOfThreads ())
  {
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads (n_threads);
  }
  ~FixedThreads ()
  {
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads (m_n_threads);
  }
  FixedThreads (const FixedThreads &) = delete;
  FixedThreads &operator= (const FixedThreads &) = delete;

private:
  static std::mutex &
  mutex ()
  {
    static std::mutex instance;

    return instance;
  }

  std::lock_guard<std::mutex> m_lock;
  itk::ThreadIdType m_n_threads;
};

/* The same memory as an image, without a copy. Voxels have a side of 1: ITK cannot place the last
 * ones in its spline domain where the spacing has rounding, as that of an oblique grid has, and the
 * field would change with it. */
template <typename Pixel, unsigned N>
typename itk::Image<Pixel, N>::Pointer
wrap (const TrpN4 *self, const Pixel *values)
{
  auto import = itk::ImportImageFilter<Pixel, N>::New ();
  typename itk::ImportImageFilter<Pixel, N>::SizeType size;
  size_t count = 1;

  for (unsigned a = 0; a < N; a++)
    {
      size[a] = self->size[a];
      count *= self->size[a];
    }
  import->SetRegion (typename itk::ImageRegion<N> (size));
  import->SetImportPointer (const_cast<Pixel *> (values), count, false);
  import->Update ();
  return import->GetOutput ();
}

template <typename Image>
typename Image::Pointer
shrink (const TrpN4 *self, Image *image)
{
  auto filter = itk::ShrinkImageFilter<Image, Image>::New ();

  filter->SetInput (image);
  for (unsigned a = 0; a < Image::ImageDimension; a++)
    filter->SetShrinkFactor (
      a, std::max (1u, std::min (self->shrink, static_cast<unsigned> (self->size[a] / 4))));
  filter->Update ();
  return filter->GetOutput ();
}

template <unsigned N>
bool
find_field (const TrpN4 *self, const float *values, const uint8_t *mask, float *out_field)
{
  using Image = itk::Image<float, N>;
  using Mask = itk::Image<unsigned char, N>;
  using Filter = itk::N4BiasFieldCorrectionImageFilter<Image, Mask, Image>;
  auto image = wrap<float, N> (self, values);
  auto filter = Filter::New ();
  typename Filter::VariableSizeArrayType iterations (n_levels);

  iterations.Fill (self->iterations);
  filter->SetInput (shrink<Image> (self, image));
  filter->SetMaskImage (shrink<Mask> (self, wrap<unsigned char, N> (self, mask)));
  filter->SetNumberOfFittingLevels (n_levels);
  filter->SetMaximumNumberOfIterations (iterations);
  filter->SetConvergenceThreshold (0.001);
  filter->Update ();

  using Lattice = typename Filter::BiasFieldControlPointLatticeType;
  using Spline = itk::BSplineControlPointImageFilter<Lattice, typename Filter::ScalarImageType>;
  auto spline = Spline::New ();

  spline->SetInput (filter->GetLogBiasFieldControlPointLattice ());
  spline->SetSplineOrder (filter->GetSplineOrder ());
  spline->SetSize (image->GetLargestPossibleRegion ().GetSize ());
  spline->SetOrigin (image->GetOrigin ());
  spline->SetDirection (image->GetDirection ());
  spline->SetSpacing (image->GetSpacing ());
  spline->Update ();

  const auto *logs = spline->GetOutput ()->GetBufferPointer ();
  const size_t count = image->GetLargestPossibleRegion ().GetNumberOfPixels ();
  bool is_finite = true;

  for (size_t i = 0; i < count; i++)
    {
      out_field[i] = std::exp (logs[i][0]);
      is_finite = is_finite && std::isfinite (out_field[i]) && out_field[i] > 0;
    }
  return is_finite;
}

} // namespace

bool
trp_n4_find_field (
  const TrpN4 *self, const float *values, const uint8_t *mask, float *out_field, GError **error)
{
  const TrpItkBlame blame = { "there is not enough memory for N4", "N4 failed", nullptr };

  return trp_itk_guard (blame, error, [&] {
    const FixedThreads threads;

    if (self->size[2] > 1 ? find_field<3> (self, values, mask, out_field)
                          : find_field<2> (self, values, mask, out_field))
      return true;
    g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT,
                 "the image has no bias field that can be told from it");
    return false;
  });
}
