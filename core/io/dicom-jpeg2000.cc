/* dicom-jpeg2000.cc - see dicom-jpeg2000.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/io/dicom-jpeg2000.h"

#include "config.h"

#if TRP_HAVE_ITK

#include <gdcmImage.h>
#include <gdcmImageReader.h>
#include <gdcmTrace.h>

static bool
decode (const char *path, TrpRawPixels *out_pixels, GError **error)
{
  gdcm::ImageReader reader;
  gdcm::PixelFormat format;
  size_t size;

  gdcm::Trace::WarningOff ();
  gdcm::Trace::ErrorOff ();
  gdcm::Trace::DebugOff ();
  reader.SetFileName (path);
  if (!reader.Read ())
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The JPEG 2000 pixels are damaged");
      return false;
    }
  const gdcm::Image &image = reader.GetImage ();

  format = image.GetPixelFormat ();
  size = image.GetBufferLength ();
  if (format.GetSamplesPerPixel () != 1 ||
      (format.GetBitsAllocated () != 8 && format.GetBitsAllocated () != 16))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "JPEG 2000 pixels of %d bits and %d samples are not supported",
                   format.GetBitsAllocated (), format.GetSamplesPerPixel ());
      return false;
    }
  char *bytes = static_cast<char *> (g_try_malloc (size));

  if (!bytes || !image.GetBuffer (bytes))
    {
      g_free (bytes);
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The JPEG 2000 pixels are damaged");
      return false;
    }
  out_pixels->bytes = bytes;
  out_pixels->size = size;
  out_pixels->bytes_per_word = format.GetBitsAllocated () / 8;
  out_pixels->bits_stored = format.GetBitsStored ();
  out_pixels->high_bit = format.GetHighBit ();
  out_pixels->is_signed = format.GetPixelRepresentation () != 0;
  return true;
}

bool
trp_dicom_decode_jpeg2000 (const char *path, TrpRawPixels *out_pixels, GError **error)
{
  try
    {
      return decode (path, out_pixels, error);
    }
  catch (...)
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_FORMAT, "The JPEG 2000 pixels are damaged");
      return false;
    }
}

#else

bool
trp_dicom_decode_jpeg2000 (const char * /*path*/, TrpRawPixels * /*out_pixels*/, GError **error)
{
  g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                       "The pixels are JPEG 2000, which this build cannot decode (it lacks ITK)");
  return false;
}

#endif
