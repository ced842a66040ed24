/* volume.h - an immutable scalar image on a grid
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Voxels keep their file's type; value = slope * stored + intercept, applied on access. Reference
 * counted; may be shared between threads freely, since nothing can change it. Shape (nz, ny, nx), i
 * fastest.
 */

#pragma once

#include "core/geometry/geometry.h"

G_BEGIN_DECLS

typedef struct _TrpVolume TrpVolume;

typedef enum
{
  TRP_VOXEL_U8,
  TRP_VOXEL_I16,
  TRP_VOXEL_U16,
  TRP_VOXEL_I32,
  TRP_VOXEL_F32,
  TRP_N_VOXEL_TYPES,
} TrpVoxelType;

size_t trp_voxel_type_get_size (TrpVoxelType type); /* bytes */
const char *
trp_voxel_type_get_name (TrpVoxelType type); /* "uint8", "int16", "uint16", "int32", "float32" */

typedef enum
{
  TRP_MODALITY_UNKNOWN, /* NIfTI says nothing */
  TRP_MODALITY_MR,
  TRP_MODALITY_CT,
  TRP_MODALITY_PT,
  TRP_MODALITY_SYNCT,
} TrpModality;

/* "MR", "CT", "PT", "SYNCT"; NULL for unknown */
const char *trp_modality_get_name (TrpModality modality);

/**
 * TrpVolumeInfo: what is known about a volume beside its voxels; strings may be NULL
 * @format: short name of the file format, as `info --json` prints it
 * @file_type: voxel type in the file, in NumPy's words ("float64" is held as float32)
 * @unit: "HU", "Bq/ml" or "a.u."; NULL counts as a.u.
 * @frame_of_reference: DICOM (0020,0052)
 * @series_uid: DICOM (0020,000E)
 * @study_uid: DICOM (0020,000D)
 * @patient_id: DICOM (0010,0020); shown in the window only, never logged or exported
 * @patient_name: DICOM (0010,0010); likewise
 * @description: series description or file name without its folder
 * @source: path of the file or folder; NULL for computed volumes
 * @provenance: JSON text of how a computed volume was made; NULL for originals
 * @n_frames, @frame: of a 4-D file, and which one this is
 * @file_slope, @file_intercept: as the file says, even where they were applied on loading
 * @window_width, @window_level: the file's own window, in units; width 0: none
 * @window_is_exact: VOI LUT function LINEAR_EXACT (PS3.3 C.11.2.1.3.2) instead of LINEAR
 * @inverted: MONOCHROME1, to be shown with inverted grey
 * @is_label_map_like: all values are whole numbers >= 0 (set by readers that know it cheaply; else
 * false)
 * @warnings: sentences of the geometry check; NULL-terminated, may be NULL
 */
typedef struct
{
  const char *format;
  const char *file_type;
  TrpModality modality;
  char *unit;
  char *frame_of_reference;
  char *series_uid;
  char *study_uid;
  char *patient_id;
  char *patient_name;
  char *description;
  char *source;
  char *provenance;
  int n_frames, frame;
  double file_slope, file_intercept;
  double window_width, window_level;
  bool window_is_exact;
  bool inverted;
  bool is_label_map_like;
  char **warnings;
} TrpVolumeInfo;

/* @format and @file_type are static strings and not copied. */
void trp_volume_info_copy (TrpVolumeInfo *out_info, const TrpVolumeInfo *info);
void trp_volume_info_clear (TrpVolumeInfo *info);

/**
 * trp_volume_new:
 * @voxels: count x size bytes in the machine's byte order, aligned to the type; a reference is
 * taken
 * @slope, @intercept: value = slope * stored + intercept; slope not 0, both finite
 * @info: (nullable): copied
 *
 * Errors: TRP_ERROR_FORMAT if @voxels holds fewer bytes than the grid needs, or for a slope of 0.
 */
TrpVolume *trp_volume_new (const TrpGeometry *geometry,
                           TrpVoxelType type,
                           GBytes *voxels,
                           double slope,
                           double intercept,
                           const TrpVolumeInfo *info,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same voxels (shared) with other information; nothing is copied but @info. */
TrpVolume *trp_volume_new_with_info (const TrpVolume *self, const TrpVolumeInfo *info);
TrpVolume *trp_volume_ref (const TrpVolume *self);
void trp_volume_unref (TrpVolume *self);

const TrpGeometry *trp_volume_get_geometry (const TrpVolume *self);
const TrpVolumeInfo *trp_volume_get_info (const TrpVolume *self);
TrpVoxelType trp_volume_get_voxel_type (const TrpVolume *self);
double trp_volume_get_slope (const TrpVolume *self);
double trp_volume_get_intercept (const TrpVolume *self);
/* Borrowed stored values, before slope and intercept. */
const void *trp_volume_peek_voxels (const TrpVolume *self);
GBytes *trp_volume_peek_bytes (const TrpVolume *self);

/* Value of one voxel; NAN outside the grid. */
double trp_volume_get_value (const TrpVolume *self, ptrdiff_t i, ptrdiff_t j, ptrdiff_t k);
/* Trilinear between voxel centres; NAN more than half a voxel outside the grid (the half voxel at
 * the rim repeats the edge). A NAN neighbour of weight 0 does not count. */
double trp_volume_sample (const TrpVolume *self, TrpVec3 point_ijk);
/* Values of @n voxels from linear index @start on. */
void trp_volume_copy_floats (const TrpVolume *self, size_t start, size_t n, float *out_values);
/* Smallest and largest value, NANs and infinities left out; both NAN if there is nothing else.
 * Computed once, then kept. */
void trp_volume_get_range (const TrpVolume *self, double *out_low, double *out_high);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpVolume, trp_volume_unref)

G_END_DECLS
