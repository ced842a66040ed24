/* itk-shim.h - MetaImage and NRRD through ITK, for C
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No exception and no line on standard error leaves the shim. Calls are serialised inside; any
 * thread. Present only in builds with ITK.
 */

#pragma once

#include "core/io/stored-type.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_ITK_METAIMAGE,
  TRP_ITK_NRRD,
} TrpItkKind;

/**
 * TrpItkHeader: what the header of a file says
 * @n_dims: 2, 3 or more in the file; a missing third axis has size 1 here
 * @n_frames: product of the sizes of all further axes
 * @n_components: values per voxel, stored side by side
 * @is_color: RGB or RGBA by the file's own word
 * @provenance: of an NRRD's key/value list; NULL if there is none; free with g_free()
 */
typedef struct
{
  size_t n_dims;
  size_t size[3];
  size_t n_frames;
  size_t n_components;
  bool is_color;
  TrpStoredType type;
  TrpAffine lps_from_ijk;
  char *provenance;
} TrpItkHeader;

/* Errors: TRP_ERROR_FORMAT, UNSUPPORTED. */
bool trp_itk_read_header (TrpItkKind kind,
                          const char *path,
                          TrpItkHeader *out_header,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All values of the file into @out_values, which holds exactly @n_bytes; this machine's byte order.
 */
bool trp_itk_read_values (TrpItkKind kind,
                          const char *path,
                          void *out_values,
                          size_t n_bytes,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes stored values (slope and intercept are not written), compressed. @provenance: (nullable):
 * for NRRD's key/value list. */
bool trp_itk_write (TrpItkKind kind,
                    const char *path,
                    const TrpVolume *volume,
                    const char *provenance,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
