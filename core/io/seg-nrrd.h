/* seg-nrrd.h - segmentations as 3D Slicer keeps them: NRRD files with a list of segments
 * (.seg.nrrd)
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The voxels are one or more label maps on one grid, called layers; structures that overlap are in
 * different layers. With one layer the file has three axes, with more a list axis before them.
 * Everything else stands in key/value pairs (KEY:=VALUE): for segment N its SegmentN_ID, _Name,
 * _Color (three numbers from 0 to 1), _Layer, _LabelValue, _Extent, _Tags. Segments are numbered
 * without a gap; voxels with a value that none of them has belong to nobody. Any thread.
 *
 * Sources: "Segmentation labelmap file format" of 3D Slicer's developer guide, and what 3D Slicer
 * 5.6 does where that is silent: the extent of the first segment of a layer clips the whole layer,
 * so all extents written here are the grid; a grid of one voxel means that there are no voxels.
 * teem's definition of the NRRD format.
 */

#pragma once

#include "core/io/text-header.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

/* True if @head, the beginning of a file, is of an NRRD that lists segments. */
bool trp_seg_nrrd_looks_like (const uint8_t *head, size_t size);

/**
 * trp_seg_nrrd_parse:
 * @path: (nullable): of the file whose bytes @file are; without it, voxels in a second file are
 * refused
 *
 * Labels of structures are the segments' values; those that are taken become the smallest free.
 * Where each structure came from is restored from the pair "triptych_provenance".
 *
 * Errors: TRP_ERROR_FORMAT, UNSUPPORTED, LIMIT, GEOMETRY; the message does not name the file.
 */
TrpStructureSet *
trp_seg_nrrd_parse (GBytes *file, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One layer as an image of its values. */
TrpVolume *trp_seg_nrrd_parse_layer (GBytes *file, const char *path, size_t layer, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_seg_nrrd_write:
 *
 * As few layers as come about when each structure goes to the first where it meets no other; uint8,
 * uint16 from label 256 on; gzip.
 *
 * Returns: (transfer full): the bytes of the file.
 *
 * Errors: TRP_ERROR_UNSUPPORTED for a sheared grid, which 3D Slicer cannot hold, or two structures
 * with one label; TRP_ERROR_LIMIT.
 */
GBytes *trp_seg_nrrd_write (const TrpStructureSet *set, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The words both sides use. */
#define TRP_SEG_NRRD_PROVENANCE "triptych_provenance"
#define TRP_SEG_NRRD_REPRESENTATION "Binary labelmap"

G_END_DECLS
