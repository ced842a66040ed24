/* itk-shim.cc - see itk-shim.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The readers are used directly, without ITK's factories and image types: they give the header,
 * then fill a block of values.
 */

#include "core/io/itk-shim.h"

#include "core/io/itk-guard.h"

#include <itkImageIOBase.h>
#include <itkMetaDataObject.h>
#include <itkMetaImageIO.h>
#include <itkNrrdImageIO.h>
#include <mutex>
#include <string>

static const char provenance_key[] = "triptych_provenance";

namespace
{

itk::ImageIOBase::Pointer
make_io (TrpItkKind kind)
{
  if (kind == TRP_ITK_METAIMAGE)
    return itk::MetaImageIO::New ().GetPointer ();
  return itk::NrrdImageIO::New ().GetPointer ();
}

/* NrrdIO keeps the words of its errors in one place for all threads, hence one call at a time. */
std::mutex &
one_call ()
{
  static std::mutex instance;

  return instance;
}

template <typename Work>
bool
guard (const char *path, GError **error, Work work)
{
  const std::lock_guard<std::mutex> lock (one_call ());
  const TrpItkBlame blame = { "No memory for this file", "The file is damaged or unusual", path };

  return trp_itk_guard (blame, error, work);
}

bool
find_type (const itk::ImageIOBase *io, TrpStoredType *out_type)
{
  using Component = itk::IOComponentEnum;
  const unsigned size = io->GetComponentSize ();

  switch (io->GetComponentType ())
    {
    case Component::UCHAR:
    case Component::USHORT:
    case Component::UINT:
    case Component::ULONG:
    case Component::ULONGLONG:
      *out_type = size == 1   ? TRP_STORED_U8
                  : size == 2 ? TRP_STORED_U16
                  : size == 4 ? TRP_STORED_U32
                              : TRP_STORED_U64;
      return true;
    case Component::CHAR:
    case Component::SHORT:
    case Component::INT:
    case Component::LONG:
    case Component::LONGLONG:
      *out_type = size == 1   ? TRP_STORED_I8
                  : size == 2 ? TRP_STORED_I16
                  : size == 4 ? TRP_STORED_I32
                              : TRP_STORED_I64;
      return true;
    case Component::FLOAT:
      *out_type = TRP_STORED_F32;
      return true;
    case Component::DOUBLE:
      *out_type = TRP_STORED_F64;
      return true;
    default:
      return false;
    }
}

/* Columns are direction times spacing; a 2-D image lies in the axial plane, its slice 1 mm thick.
 */
TrpAffine
find_affine (const itk::ImageIOBase *io, unsigned n_dims)
{
  TrpAffine affine = trp_affine_identity ();
  const unsigned n_axes = n_dims < 3 ? n_dims : 3;

  for (unsigned axis = 0; axis < n_axes; axis++)
    {
      const std::vector<double> direction = io->GetDirection (axis);

      for (unsigned row = 0; row < 3; row++)
        affine.m[row][axis] = row < n_axes && row < direction.size ()
                                ? direction[row] * io->GetSpacing (axis)
                                : 0;
      affine.m[axis][3] = io->GetOrigin (axis);
    }
  return affine;
}

char *
find_provenance (const itk::ImageIOBase *io)
{
  std::string text;

  if (!itk::ExposeMetaData<std::string> (io->GetMetaDataDictionary (), provenance_key, text))
    return nullptr;
  return g_strdup (text.c_str ());
}

bool
fill_header (const itk::ImageIOBase *io, TrpItkHeader *out_header, GError **error)
{
  const unsigned n_dims = io->GetNumberOfDimensions ();
  TrpItkHeader header = {};

  if (n_dims < 2 || n_dims > 7)
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                   "The image has %u dimensions; 2 to 7 can be read", n_dims);
      return false;
    }
  if (!find_type (io, &header.type))
    {
      g_set_error_literal (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                           "The voxels are of a type that cannot be read");
      return false;
    }
  header.n_dims = n_dims;
  header.n_frames = 1;
  for (unsigned axis = 0; axis < 3; axis++)
    header.size[axis] = axis < n_dims ? io->GetDimensions (axis) : 1;
  for (unsigned axis = 3; axis < n_dims; axis++)
    header.n_frames *= io->GetDimensions (axis); /* the caller has checked the product of all */
  header.n_components = io->GetNumberOfComponents ();
  header.is_color = io->GetPixelType () == itk::IOPixelEnum::RGB ||
                    io->GetPixelType () == itk::IOPixelEnum::RGBA;
  header.lps_from_ijk = find_affine (io, n_dims);
  header.provenance = find_provenance (io);
  *out_header = header;
  return true;
}

itk::IOComponentEnum
component_of (TrpVoxelType type)
{
  switch (type)
    {
    case TRP_VOXEL_U8:
      return itk::IOComponentEnum::UCHAR;
    case TRP_VOXEL_I16:
      return itk::IOComponentEnum::SHORT;
    case TRP_VOXEL_U16:
      return itk::IOComponentEnum::USHORT;
    case TRP_VOXEL_I32:
      return itk::IOComponentEnum::INT;
    default:
      return itk::IOComponentEnum::FLOAT;
    }
}

itk::ImageIORegion
whole_region (const itk::ImageIOBase *io)
{
  const unsigned n_dims = io->GetNumberOfDimensions ();
  itk::ImageIORegion region (n_dims);

  for (unsigned axis = 0; axis < n_dims; axis++)
    {
      region.SetIndex (axis, 0);
      region.SetSize (axis, io->GetDimensions (axis));
    }
  return region;
}

} // namespace

bool
trp_itk_read_header (TrpItkKind kind, const char *path, TrpItkHeader *out_header, GError **error)
{
  return guard (path, error, [&] {
    itk::ImageIOBase::Pointer io = make_io (kind);

    io->SetFileName (path);
    io->ReadImageInformation ();
    return fill_header (io, out_header, error);
  });
}

bool
trp_itk_read_values (
  TrpItkKind kind, const char *path, void *out_values, size_t n_bytes, GError **error)
{
  return guard (path, error, [&] {
    itk::ImageIOBase::Pointer io = make_io (kind);

    io->SetFileName (path);
    io->ReadImageInformation ();
    if (static_cast<size_t> (io->GetImageSizeInBytes ()) != n_bytes)
      {
        g_set_error_literal (error, TRP_ERROR, TRP_ERROR_IO, "The file changed while it was read");
        return false;
      }
    io->SetIORegion (whole_region (io));
    io->Read (out_values);
    return true;
  });
}

bool
trp_itk_write (TrpItkKind kind,
               const char *path,
               const TrpVolume *volume,
               const char *provenance,
               GError **error)
{
  const TrpGeometry *geometry = trp_volume_get_geometry (volume);

  return guard (path, error, [&] {
    itk::ImageIOBase::Pointer io = make_io (kind);

    io->SetFileName (path);
    io->SetNumberOfDimensions (3);
    for (unsigned axis = 0; axis < 3; axis++)
      {
        const TrpVec3 direction = trp_geometry_get_direction (geometry, static_cast<int> (axis));

        io->SetDimensions (axis, geometry->size[axis]);
        io->SetSpacing (axis, trp_geometry_get_spacing (geometry, static_cast<int> (axis)));
        io->SetOrigin (axis, geometry->lps_from_ijk.m[axis][3]);
        io->SetDirection (axis, std::vector<double> (direction.v, direction.v + 3));
      }
    io->SetPixelType (itk::IOPixelEnum::SCALAR);
    io->SetNumberOfComponents (1);
    io->SetComponentType (component_of (trp_volume_get_voxel_type (volume)));
    io->SetUseCompression (true);
    if (provenance && kind == TRP_ITK_NRRD)
      itk::EncapsulateMetaData<std::string> (io->GetMetaDataDictionary (), provenance_key,
                                             provenance);
    io->SetIORegion (whole_region (io));
    io->WriteImageInformation ();
    io->Write (trp_volume_peek_voxels (volume));
    return true;
  });
}
