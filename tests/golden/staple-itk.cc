// staple-itk.cc - what ITK's STAPLEImageFilter makes of the readings of tests/unit/test-staple.c
// SPDX-License-Identifier: Apache-2.0
//
// g++ -O2 staple-itk.cc -o staple-itk -I/usr/include/ITK-5.2 -lITKCommon-5.2
// -lITKVNLInstantiation-5.2
//   -litkvnl_algo-5.2 -litkvnl-5.2 -litksys-5.2 -litkv3p_netlib-5.2 && ./staple-itk

#include "itkImage.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkSTAPLEImageFilter.h"

#include <cstdio>

using Image = itk::Image<unsigned char, 3>;
using Filter = itk::STAPLEImageFilter<Image, itk::Image<double, 3>>;

// The same lines as in tests/unit/test-staple.c.
static int
is_held (int rater, int i, int j, int k)
{
  static const int middles[5][3] = {
    { 12, 10, 8 }, { 13, 10, 8 }, { 12, 9, 7 }, { 10, 11, 8 }, { 12, 10, 9 }
  };
  static const int radii[5] = { 36, 36, 30, 49, 25 };
  static const unsigned wrong[5] = { 10, 25, 40, 15, 60 };
  const int x = i - middles[rater][0], y = j - middles[rater][1], z = k - middles[rater][2];
  unsigned hash = (unsigned) i * 73856093u ^ (unsigned) j * 19349663u ^ (unsigned) k * 83492791u ^
                  (unsigned) rater * 2654435761u;

  hash ^= hash >> 13;
  hash *= 1274126177u;
  hash ^= hash >> 16;
  return (x * x + y * y + z * z <= radii[rater]) != (hash % 1000 < wrong[rater]);
}

static void
estimate (int n_raters)
{
  Filter::Pointer filter = Filter::New ();
  Image::SizeType size = { { 24, 20, 16 } };
  size_t n_inside = 0;

  for (int rater = 0; rater < n_raters; rater++)
    {
      Image::Pointer image = Image::New ();

      image->SetRegions (size);
      image->Allocate ();
      for (itk::ImageRegionIteratorWithIndex<Image> at (image, image->GetLargestPossibleRegion ());
           !at.IsAtEnd (); ++at)
        at.Set (is_held (rater, (int) at.GetIndex ()[0], (int) at.GetIndex ()[1],
                         (int) at.GetIndex ()[2]));
      filter->SetInput (rater, image);
    }
  filter->SetForegroundValue (1);
  filter->SetMaximumIterations (100000);
  filter->Update ();
  for (itk::ImageRegionIteratorWithIndex<itk::Image<double, 3>> at (
         filter->GetOutput (), filter->GetOutput ()->GetLargestPossibleRegion ());
       !at.IsAtEnd (); ++at)
    n_inside += at.Get () >= 0.5;
  printf ("%d readings: %zu voxels of at least 0.5, %u iterations\n", n_raters, n_inside,
          (unsigned) filter->GetElapsedIterations ());
  for (int rater = 0; rater < n_raters; rater++)
    printf ("    { %.9f, %.9f },\n", filter->GetSensitivity (rater),
            filter->GetSpecificity (rater));
  for (const auto &index : { Image::IndexType{ { 12, 10, 8 } }, Image::IndexType{ { 17, 10, 8 } },
                             Image::IndexType{ { 6, 11, 8 } }, Image::IndexType{ { 12, 4, 7 } } })
    printf ("    { %d, %d, %d, %.9f },\n", (int) index[0], (int) index[1], (int) index[2],
            filter->GetOutput ()->GetPixel (index));
}

int
main ()
{
  estimate (3);
  estimate (5);
  return 0;
}
